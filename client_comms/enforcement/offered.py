"""Where the desk offers to log an interaction: for users who can (D-1). What it finds a form for, because it opens with an interaction. What each
list of it shows, which would take each a request of its own."""

import frappe

from client_comms.enforcement import governed, interactions, restrictions
from client_comms.enforcement.compose import call_previous
from client_comms.enforcement.readers import INTERACTION

_LEVEL = "Confidentiality Level"


def extend_bootinfo(bootinfo) -> None:
	"""Frappe offers what the user's roles can create, and does not ask the matrix which of them log interactions."""
	user = bootinfo.get("user") or {}
	creatable = user.get("can_create") or []
	if INTERACTION in creatable and not interactions.decide_new(frappe.session.user).allowed:
		creatable.remove(INTERACTION)
	bootinfo.client_comms_opens_with_interaction = governed.bound()  # public/js/messages.js
	settings = frappe.get_cached_doc("Client Comms Settings")
	bootinfo.client_comms_approved_texts_only = bool(settings.offer_approved_templates_only)
	bootinfo.client_comms_restrictions = bool(restrictions.active())
	if _LEVEL in (user.get("can_read") or []):
		levels = frappe.get_all(_LEVEL, fields=["name", "color", "rank"], order_by=None)
		bootinfo.client_comms_levels = {level.name: level for level in levels}


@frappe.whitelist()
def get_desktop_page(page: str) -> dict:
	"""A workspace without the shortcuts that lead to a refusal: Frappe shows them to everyone who can read the DocType."""
	answer = call_previous("frappe.desk.desktop.get_desktop_page", page=page)
	shortcuts = answer.get("shortcuts")
	if shortcuts and any(map(_logs, shortcuts["items"])) and not _can_log():
		shortcuts["items"] = [each for each in shortcuts["items"] if not _logs(each)]
	return answer


def _logs(shortcut: dict) -> bool:
	return (shortcut.get("link_to"), shortcut.get("doc_view")) == (INTERACTION, "New")


def _can_log() -> bool:
	return (
		bool(frappe.has_permission(INTERACTION, "create"))
		and interactions.decide_new(frappe.session.user).allowed
	)
