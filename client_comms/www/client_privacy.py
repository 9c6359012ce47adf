"""The same for clients with a login: their consents, preferences and details (P-3, C-1)."""

import frappe
from frappe import _

from client_comms.client_privacy import page_visits, self_service
from client_comms.client_privacy.requests import asking
from client_comms.i18n import set_page_language

no_cache = 1


def get_context(context):
	if frappe.session.user == "Guest":
		frappe.throw(_("Please log in to see your consents and preferences."), frappe.PermissionError)
	set_page_language(context, frappe.local.lang)
	context.update({"no_cache": 1, "show_sidebar": True, "title": _("Consents and Preferences"), "token": ""})
	visit = page_visits.by_login(frappe.form_dict.get("client"))
	context.page = self_service.shown(visit) if visit else None
	if visit:
		context.update(asking.context_of(visit))
	context.client = visit.client if visit else ""
	context.choices = page_visits.choices()
