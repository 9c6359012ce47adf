"""The page from which a client downloads the copy of their data; looking at it changes nothing (P-2)."""

import frappe
from frappe import _

from client_comms.client_privacy.packages import delivery
from client_comms.exceptions import LinkNotValidError
from client_comms.i18n import set_page_language

no_cache = 1


def get_context(context):
	context.update(
		{
			"no_cache": 1,
			"no_breadcrumbs": True,
			"hide_footer_signup": True,
			"title": _("The Copy of Your Data"),
			"page": None,
		}
	)
	# The address holds the secret: it must not travel on to other sites, nor be kept by search engines.
	context.metatags = {"robots": "noindex, nofollow", "referrer": "no-referrer"}
	context.token = frappe.form_dict.get("token")
	try:
		context.page = delivery.shown(context.token)
	except LinkNotValidError:
		frappe.clear_messages()
		context.http_status_code = 403
		return
	set_page_language(context, context.page["language"])
	context.title = _("The Copy of Your Data")
	context.until = frappe.utils.format_date(context.page["until"], "d MMMM yyyy")
	context.size = frappe.utils.fmt_money(max(context.page["bytes"] / 1_000_000, 0.1), precision=1)
	context.csrf_token = frappe.session.data.csrf_token or ""
