"""The page behind a client's link; looking at it changes nothing (P-3, C-1)."""

from frappe import _

from client_comms.client_privacy import link_pages, page_visits, self_service
from client_comms.client_privacy.requests import asking

no_cache = 1


def get_context(context):
	visit = link_pages.opened(
		context, lambda: _("Your Answer"), page_visits.by_link, lambda visit: visit.link.language
	)
	if not visit:
		return
	context.page = self_service.shown(visit)
	if not visit.consent:
		context.update(asking.context_of(visit))
