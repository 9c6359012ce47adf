"""The users who can write to the client about a record, and handing over to one of them (D-5, F-2)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import frappe
from frappe import _
from frappe.desk.form import assign_to
from frappe.utils import escape_html, get_datetime

from client_comms import clock, transactions
from client_comms.communication_governance import calendars
from client_comms.enforcement import explain, governed, policy, refusals
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import name_of
from client_comms.intake import assignment
from client_comms.procedure import COMMUNICATIONS_MANAGER
from client_comms.roles import some_with_role, users_with_role
from client_comms.rules import access

INTERACTION = governed.INTERACTION


def show(doc, method=None) -> None:
	"""`onload` of Client Interaction: what the reply button of its form says."""
	doc.set_onload("writers", of(doc.doctype, doc.name))


def of(doctype: str, name: str) -> dict:
	"""Whether the session user can write to the client about a record, otherwise the users who can.

	:returns: `{"allowed": bool, "reasons": [HTML, …], "people": [{"user", "full_name", "takes_part", "may_be_responsible"}, …],
	    "may_hand_over": bool, "managers": "Ines Carstens, …"}`; participants come first; the list is empty if the user can write;
	    `managers`, if there are no others who can, are those who change clearances
	"""
	decision = governed.decide(doctype, name, access.EMAIL, frappe.session.user)
	if decision is None or decision.allowed:
		return {"allowed": True, "reasons": [], "people": [], "may_hand_over": False, "managers": ""}
	people = sorted(_people(doctype, name), key=lambda each: (not each["takes_part"], each["full_name"]))
	return {
		"allowed": False,
		"reasons": refusals.helpful(decision),
		"people": people,
		"may_hand_over": bool(people) and bool(frappe.has_permission(doctype, "write", doc=name)),
		"managers": "" if people else some_with_role(COMMUNICATIONS_MANAGER),
	}


def _people(doctype: str, name: str) -> Iterator[dict]:
	"""The users who can write to the client now, or once they take part; a few queries for all of them."""
	record = next(chain.from_iterable(governed.cases(doctype, name)), None)
	if record is None:
		return
	rules, now = policy.current(), clock.now()
	cleared = users_with_role(*access.roles_cleared(rules, record.level, access.EMAIL))
	names = dict(frappe.get_all("User", {"name": ("in", cleared)}, ["name", "full_name"], as_list=True))
	subjects = policy.subjects(cleared - {"Administrator", frappe.session.user})
	eligible = (
		assignment.eligible(subjects, record.matrix, record.communication_type, record.level)
		if doctype == INTERACTION
		else ()
	)
	for subject in subjects:
		taking_part = replace(record, assignees=record.assignees | {subject.user})
		if not access.decide(subject, taking_part, rules, access.EMAIL, now):
			continue
		if not explain.role_allows(doctype, subject.roles, "email"):
			continue
		yield {
			"user": subject.user,
			"full_name": names[subject.user] or subject.user,
			"takes_part": bool(access.decide(subject, record, rules, access.EMAIL, now)),
			"may_be_responsible": subject.user in eligible,
		}


def hand_over(doctype: str, name: str, to: str, note: str | None = None, responsible: bool = False) -> None:
	"""Ask a user who can write to the client to do so: as the new responsible staff, or with an action item.

	They are notified either way. Other documents are assigned to them.

	:param note: what they should tell the client; kept in the record alone
	:raises ClearanceMissingError: `to` cannot write to the client either
	"""
	doc = transactions.locked(doctype, name)
	doc.check_permission("write")
	if to not in {each["user"] for each in _people(doctype, name)}:
		frappe.throw(
			_("{0} may not write to the client at this level. Choose someone who may.").format(name_of(to)),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
	task = (note or "").strip() or _("Write to the client")
	if doctype != INTERACTION:
		assign_to.add({"doctype": doctype, "name": name, "assign_to": [to], "description": escape_html(task)})
	elif responsible:
		doc.responsible_staff = to
		doc.flags.reassignment_reason = note
		doc.save()
	else:
		# By when the client is owed the next thing, so that it stands among what the user owes.
		deadline = doc.next_deadline and max(get_datetime(doc.next_deadline), clock.now())
		due = deadline and calendars.day_of(deadline)
		doc.append("action_items", {"description": task, "assigned_to": to, "due_on": due, "status": "Open"})
		doc.save()
