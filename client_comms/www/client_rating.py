"""The page on which a client rates a closed interaction; looking at it changes nothing (F-1)."""

import frappe
from frappe import _

from client_comms.client_interactions import satisfaction
from client_comms.exceptions import LinkNotValidError
from client_comms.i18n import set_page_language
from client_comms.rules import feedback as rules

no_cache = 1


def get_context(context):
	context.update(
		{
			"no_cache": 1,
			"no_breadcrumbs": True,
			"hide_footer_signup": True,
			"title": _("Your Rating"),
			"page": None,
		}
	)
	# The address holds the secret: it must not travel on to other sites, nor be kept by search engines.
	context.metatags = {"robots": "noindex, nofollow", "referrer": "no-referrer"}
	context.token = frappe.form_dict.get("token")
	try:
		context.page = satisfaction.shown(context.token)
	except LinkNotValidError:
		frappe.clear_messages()
		context.http_status_code = 403
		return
	set_page_language(context, context.page["language"])
	context.title = _("Your Rating")
	context.day = frappe.utils.format_date(context.page["day"], "d MMMM yyyy")
	labels = (_("Poor"), _("Fair"), _("Satisfactory"), _("Good"), _("Very Good"))
	context.ratings = list(zip(rules.RATINGS, labels, strict=True))
