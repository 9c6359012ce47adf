"""The page on which a client rates a closed interaction; looking at it changes nothing (F-1)."""

from frappe import _

from client_comms.client_interactions import satisfaction
from client_comms.client_privacy import link_pages
from client_comms.i18n import day_in_words
from client_comms.rules import feedback as rules

no_cache = 1


def get_context(context):
	context.page = page = link_pages.opened(
		context, lambda: _("Your Rating"), satisfaction.shown, lambda page: page["language"]
	)
	if not page:
		return
	context.day = day_in_words(page["day"])
	labels = (_("Poor"), _("Fair"), _("Satisfactory"), _("Good"), _("Very Good"))
	context.ratings = list(zip(rules.RATINGS, labels, strict=True))
