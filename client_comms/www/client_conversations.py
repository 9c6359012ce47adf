"""A client's conversations in the portal, with state and promised day (P-2, C-4)."""

import frappe
from frappe import _
from frappe.utils import cint

from client_comms.client_interactions import portal
from client_comms.client_privacy import page_visits
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import set_page_language
from client_comms.intake.portal_messages import LONGEST, may_write

no_cache = 1


def get_context(context):
	if frappe.session.user == "Guest":
		frappe.throw(_("Please log in to see your conversations."), frappe.PermissionError)
	set_page_language(context, frappe.local.lang)
	context.update({"no_cache": 1, "show_sidebar": True, "title": _("Conversations"), "longest": LONGEST})
	visit = page_visits.by_login(frappe.form_dict.get("client")) if portal.is_switched_on() else None
	context.client = visit.client if visit else ""
	context.choices = page_visits.choices() if portal.is_switched_on() else []
	asked = {"client": len(context.choices) > 1 and context.client, "_lang": frappe.form_dict.get("_lang")}
	context.here = {key: value for key, value in asked.items() if value}
	context.conversation = context.page = None
	if visit and (name := frappe.form_dict.get("conversation")):
		_show(context, visit, name)
	elif visit:
		context.start = max(cint(frappe.form_dict.get("start")), 0)
		context.page = portal.conversations(visit, context.start)
		context.next = context.start + portal.PAGE
	context.new_request = frappe.db.get_value("Web Form", {"doc_type": "Issue", "published": 1}, "route")


def _show(context, visit, name: str) -> None:
	try:
		context.conversation = portal.conversation(visit, name)
	except ActionNotPossibleError:
		frappe.clear_messages()
		context.http_status_code = 404
		context.missing = True
		return
	context.title = context.conversation["title"]
	context.may_write = may_write(visit, name)
