"""The page behind a client's link; looking at it changes nothing (P-3, C-1)."""

import frappe
from frappe import _

from client_comms.client_privacy import page_visits, self_service
from client_comms.client_privacy.requests import asking
from client_comms.exceptions import LinkNotValidError
from client_comms.i18n import set_page_language

no_cache = 1


def get_context(context):
	context.update(
		{
			"no_cache": 1,
			"no_breadcrumbs": True,
			"hide_footer_signup": True,
			"title": _("Your Answer"),
			"page": None,
		}
	)
	# The address holds the secret: it must not travel on to other sites, nor be kept by search engines.
	context.metatags = {"robots": "noindex, nofollow", "referrer": "no-referrer"}
	context.token = frappe.form_dict.get("token")
	try:
		visit = page_visits.by_link(context.token)
	except LinkNotValidError:
		frappe.clear_messages()
		context.http_status_code = 403
		return
	set_page_language(context, visit.link.language)
	context.title = _("Your Answer")
	context.page = self_service.shown(visit)
	if not visit.consent:
		context.update({"rights": asking.RIGHTS, "requests": asking.shown(visit)})
