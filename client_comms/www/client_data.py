"""The page from which a client downloads the copy of their data; looking at it changes nothing (P-2)."""

import frappe
from frappe import _

from client_comms.client_privacy import link_pages
from client_comms.client_privacy.packages import delivery
from client_comms.i18n import day_in_words

no_cache = 1


def get_context(context):
	context.page = page = link_pages.opened(
		context, lambda: _("The Copy of Your Data"), delivery.shown, lambda page: page["language"]
	)
	if not page:
		return
	context.until = day_in_words(page["until"])
	context.size = frappe.utils.fmt_money(max(page["bytes"] / 1_000_000, 0.1), precision=1)
	context.csrf_token = frappe.session.data.csrf_token or ""
