"""Clients without a login get a link here, with which they ask for their rights (P-2)."""

import frappe
from frappe import _

from client_comms.i18n import set_page_language

no_cache = 1


def get_context(context):
	set_page_language(context, frappe.local.lang)
	context.update(
		{
			"no_cache": 1,
			"no_breadcrumbs": True,
			"hide_footer_signup": True,
			"title": _("Your Data and Your Rights"),
		}
	)
	context.metatags = {"robots": "noindex, nofollow"}
