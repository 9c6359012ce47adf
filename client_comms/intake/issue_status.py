"""The status of an Issue and that of its interactions follow each other when staff switch one (C-4, D-1).

Messages need none of this: ERPNext sets the Issue when one arrives or is sent, and intake the interaction. Of what becomes of one that
was sent, ERPNext sets nothing, so the Issue follows there as well (`flags.delivery_changed`).
"""

import frappe
from frappe import _
from frappe.utils import escape_html, get_fullname, get_link_to_form

from client_comms import transactions
from client_comms.client_interactions import closing_checklist
from client_comms.enforcement import former_names, guards, restrictions
from client_comms.enforcement.compose import call_previous
from client_comms.i18n import bold
from client_comms.intake.arrivals import INTERACTION
from client_comms.rules import access, issue_status, possible_actions, response_clock

ISSUE = "Issue"


def _on() -> bool:
	return bool(frappe.get_cached_doc("Client Comms Settings").issue_status_follows)


# --- the Issue was switched -------------------------------------------------------------------------


def follow_issue(doc, method=None):
	"""An Issue was saved."""
	before = doc.get_doc_before_save()
	if before is not None and before.status != doc.status and not doc.flags.follows_interaction:
		_follow(doc.name, before.status, doc.status)


@frappe.whitelist()
def set_status(name: str, **others):
	"""ERPNext's method, which writes the status without saving the Issue."""
	_require_writable(name)
	before = _statuses([name])
	result = call_previous("erpnext.support.doctype.issue.issue.set_status", name=name, **others)
	_follow_all(before)
	return result


@frappe.whitelist()
def set_multiple_status(names: str, **others):
	"""The same for several Issues, from their list."""
	for name in frappe.parse_json(names):
		_require_writable(name)
	before = _statuses(frappe.parse_json(names))
	result = call_previous("erpnext.support.doctype.issue.issue.set_multiple_status", names=names, **others)
	_follow_all(before)
	return result


def _require_writable(name: str):
	guards.require(ISSUE, name, access.WRITE)
	restrictions.require(ISSUE, name)


def _statuses(names) -> dict[str, str]:
	rows = frappe.get_all(
		ISSUE, {"name": ("in", list(names) or [""])}, ["name", "status"], order_by="name asc"
	)
	return {row.name: row.status for row in rows}


def _follow_all(before: dict[str, str]):
	for name, status in _statuses(before).items():
		if status != before[name]:
			_follow(name, before[name], status)


def _follow(issue: str, before: str, after: str):
	"""Set the interactions about an Issue that the session user can change; tell which stay as they are, and why.

	The Issue itself is not refused: it is what the user switched, and what is missing is owed by the interaction.
	"""
	if not _on():
		return
	left, answerable = [], None
	for name in former_names.all_about(ISSUE, issue):
		doc = transactions.locked(INTERACTION, name)
		event = issue_status.event_for(before, after, doc.status)
		if not event or not frappe.has_permission(INTERACTION, "read", doc=doc):
			continue
		if why := _why_not(doc, event, after):
			left.append(f"{get_link_to_form(INTERACTION, name)}: {why}")
			answerable = name if event == response_clock.CLOSED and _owes_answer(doc) else answerable
	if left:
		_tell(issue, left, answerable)


def _why_not(doc, event: str, after: str) -> str | None:
	"""Record what the Issue says; if that is not possible, return why not. Where no clock runs, nothing is held or resumed."""
	if event in (response_clock.PAUSED, response_clock.RESUMED) and event not in doc.possible_actions():
		return None
	if not frappe.has_permission(INTERACTION, "write", doc=doc):
		return _("you cannot change it; {0} can.").format(
			escape_html(get_fullname(doc.responsible_staff))
			if doc.responsible_staff
			else _("its responsible staff")
		)
	doc.flags.follows_issue = True
	messages = len(frappe.local.message_log)
	with transactions.part(only=(frappe.ValidationError, frappe.PermissionError)) as part:
		if event == response_clock.CLOSED:
			closing_checklist.close(doc)
		else:
			doc.record(event, note=_("The Issue was set to {0}.").format(_(after)))
	if not part.error:
		return None
	del frappe.local.message_log[messages:]  # it is in the answer
	doc.reload()
	return _missing(doc) if event == response_clock.CLOSED else str(part.error)


def _missing(doc) -> str:
	return _("still missing: {0}.").format(
		", ".join(item["label"] for item in closing_checklist.items(doc) if not item["done"])
	)


def _owes_answer(doc) -> bool:
	return any(
		item["item"] == closing_checklist.ANSWER and not item["done"] for item in closing_checklist.items(doc)
	)


def _tell(issue: str, left: list[str], answerable: str | None):
	offer = answerable and {
		"label": _("The Client Was Answered Elsewhere"),
		"client_action": "client_comms.answer_and_close",
		"args": {"name": answerable},
	}
	heading = _("{0} is set, but what is owed to the client stays open:").format(bold(issue))
	message_html = "".join((f"<p>{heading}</p><ul>", *(f"<li>{each}</li>" for each in left), "</ul>"))
	frappe.msgprint(
		message_html,
		title=_("Interaction Still Open"),
		indicator="orange",
		primary_action=offer,
	)


def settled_issue_of(doc):
	"""The Issue that an interaction is about, if it is closed or resolved and the settings let interactions follow: name, status and when."""
	if doc.reference_doctype != ISSUE or not _on():
		return None
	filters = {"name": doc.reference_name, "status": ("in", (issue_status.RESOLVED, issue_status.CLOSED))}
	return frappe.db.get_value(ISSUE, filters, ["name", "status", "sla_resolution_date"], as_dict=True)


# --- the interaction was switched -------------------------------------------------------------------


def follow_interaction(doc, method=None):
	"""A Client Interaction was saved: if staff did something with it, its Issue follows, and those of what was merged into it."""
	before = doc.get_doc_before_save()
	if before is None or before.status == doc.status:
		return
	event = doc.events[-1]
	by_message = event.source_doctype and not doc.flags.delivery_changed
	if doc.flags.follows_issue or by_message or event.event not in possible_actions.STAFF_EVENTS:
		return
	issues = _issues_of(doc)
	if not issues or not _on():
		return
	for issue, current in _statuses(issues).items():
		status = issue_status.status_for(event.event, current)
		if not status or (status == issue_status.CLOSED and _others_are_open(doc, issue)):
			continue
		followed = frappe.get_doc(ISSUE, issue)
		followed.status = status
		followed.flags.update(follows_interaction=True, ignore_mandatory=True)
		followed.save(ignore_permissions=True)


def _issues_of(doc) -> set[str]:
	named = [(doc.reference_doctype, doc.reference_name)]
	named += [
		(row.source_doctype, row.source_name) for row in doc.events if row.event == response_clock.MERGED
	]
	return {name for doctype, name in named if doctype == ISSUE and name}


def _others_are_open(doc, issue: str) -> bool:
	others = [name for name in former_names.all_about(ISSUE, issue) if name != doc.name]
	still_open = {"name": ("in", others), "status": ("!=", response_clock.STATUS_CLOSED)}
	return bool(others and frappe.db.exists(INTERACTION, still_open))
