"""What all users of the desk see of it: charts, cards and introductions (D-5). Frappe runs what they contain as the user who opens them, and lets every
login store most of it."""

import frappe
from frappe import _
from frappe.utils import cint

from client_comms import roles
from client_comms.enforcement.compose import call_previous

MANAGERS = {"Dashboard Manager", "System Manager"}
_EXPRESSIONS = ("dynamic_filters_json", "filters_config", "method")
_DONE = ("is_complete", "is_skipped")


def keep_expressions(doc, method=None) -> None:
	"""`validate` of Number Card and Dashboard Chart: only users with a role for them change the expressions, which run in each browser that shows them, and the
	method of a card, which it calls as the user who sees it.

	Frappe makes a card or chart for every login, portal users included.
	"""
	user, before = frappe.session.user, doc.get_doc_before_save()
	if user == "Administrator" or MANAGERS & {*frappe.get_roles(user)}:
		return
	for field in _EXPRESSIONS:
		if doc.meta.has_field(field):
			doc.set(field, before.get(field) if before else None)


def is_own(doc, ptype=None, user=None, **_others) -> bool:
	"""`has_permission` of Dashboard Settings and Desktop Layout, of which charts and the desktop show the texts as HTML: those of another user are
	neither read nor changed."""
	return {doc.name, doc.get("user")} <= {user or frappe.session.user, "", None}


def own_condition(user=None, doctype=None) -> str:
	"""`permission_query_conditions` of the same."""
	user = user or frappe.session.user
	return "" if user == "Administrator" else f"`tab{doctype}`.name = {frappe.db.escape(user)}"


def is_own_or_public_filter(doc, ptype=None, user=None, **_others) -> bool:
	"""`has_permission` of List Filter, whose values can be words of records: one that a user saved for themselves is neither read nor changed by others."""
	stored = frappe.db.get_value("List Filter", doc.name, "for_user") if doc.name else None
	return {doc.get("for_user"), stored} <= {user or frappe.session.user, "", None}


def filter_condition(user=None, doctype=None) -> str:
	"""`permission_query_conditions` of the same."""
	user = user or frappe.session.user
	own = f"coalesce(`tabList Filter`.for_user, '') in ('', {frappe.db.escape(user)})"
	return "" if user == "Administrator" else own


@frappe.whitelist()
def update_onboarding_step(name: str, field: str, value: str | int):
	"""A user of the desk finishes or skips a step of an introduction. Frappe stores any text in any field of it, for every login.

	:raises frappe.PermissionError: another field, or a portal user
	"""
	if field not in _DONE or not roles.has_desk():
		frappe.throw(
			_("Only users of the desk can finish or skip a step. Its other fields cannot be changed here."),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	return call_previous(
		"frappe.desk.desktop.update_onboarding_step", name=name, field=field, value=cint(value)
	)
