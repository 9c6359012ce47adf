"""What ERPNext copies of a Lead, Opportunity or Issue into other documents (P-2).

In the rows of a Prospect it keeps names, addresses and amounts of its Leads and Opportunities for everyone who can read the Prospect. A row
about a confidential one contains only the link.
"""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model import numeric_fieldtypes
from frappe.utils.global_search import update_global_search

from client_comms import acting, roles
from client_comms.enforcement import deleted_content, documents, governed, policy
from client_comms.filters import one_of
from client_comms.i18n import speaking
from client_comms.rules import access

_ISSUE, _LEAD = "Issue", "Lead"
_WORDS = ("subject", "description")  # which ERPNext copies into a Task
_NOTES, _OF_NOTE = "CRM Note", ("note", "added_by", "added_on")
_ROWS_OF_TASKS = ("Project Template Task", "Task Depends On")  # which repeat the subject
# DocType -> the rows with copies of its fields, and their link to it
ROWS = {_LEAD: ("Prospect Lead", "lead"), "Opportunity": ("Prospect Opportunity", "opportunity")}


def keeps_apart(doc, lead: str | None) -> bool:
	"""Whether nothing is copied of a Lead into a document: it is more confidential, and hidden from the user who saves that, or that has a level
	as well (a new one takes that of a Lead). If no user of the desk saves it, it is not known who will read it: only of the least confidential level
	is copied."""
	level = lead and governed.level(_LEAD, lead)
	if not level:
		return False
	rules = policy.current()
	has_level = documents.is_governed(doc.doctype)
	if has_level and doc.confidentiality_level and rules.rank(doc.confidentiality_level) >= rules.rank(level):
		return False
	if has_level and not doc.is_new():
		return rules.rank(level) > min(each.rank for each in rules.levels.values())
	if acting.is_unattended() or not roles.has_desk():
		return rules.rank(level) > min(each.rank for each in rules.levels.values())
	return governed.denies(_LEAD, lead, frappe.session.user)


def name_instead(doc, kept: str | None) -> str:
	"""What a document shows as the name of a client whose own name is kept apart from it, for staff who read it without clearance for that:
	the name that it has already, otherwise a text that says why there is none, in the language of the site."""
	return neutral_name() if not kept or kept == doc.party_name else kept


def neutral_name() -> str:
	with speaking(frappe.db.get_single_value("System Settings", "language")):
		return _("Confidential Lead")


class GuardedCopy:
	"""A row of ERPNext, however it is written: with the Prospect, or alone when the Lead or Opportunity changes."""

	def db_insert(self, *args, **kwargs):
		self._withhold()
		return super().db_insert(*args, **kwargs)

	def db_update(self, *args, **kwargs):
		self._withhold()
		return super().db_update(*args, **kwargs)

	def _withhold(self) -> None:
		for doctype, (rows, link) in ROWS.items():
			if rows == self.doctype and self.get(link) and governed.level(doctype, self.get(link)):
				self.update(_empty(rows, link))


def withdraw(doctype: str, name: str) -> None:
	"""Empty what was copied before a document became confidential."""
	if doctype == _ISSUE and keeps_words(governed.level(_ISSUE, name)):
		_withdraw_from_tasks(name)
	if doctype == _LEAD:
		_withdraw_notes(name)
	if doctype in ROWS:
		rows, link = ROWS[doctype]
		frappe.db.set_value(rows, {link: name}, _empty(rows, link), update_modified=False)


def keeps_words(level: str | None) -> bool:
	"""Whether the words of an Issue stay out of its Tasks, which all see who can read tasks: at a level that is not open to all with a role."""
	return bool(level) and policy.current().level(level).need_to_know != access.ROLE


def leave_out_words(doc, method=None) -> None:
	"""`validate` of Task: what was withdrawn from it does not come back, such as with a form that was open meanwhile."""
	if doc.issue and keeps_words(governed.level(_ISSUE, doc.issue)):
		doc.update(_instead(doc, doc.issue, _words(doc.issue)))


def follow_level(doc, method=None) -> None:
	"""`on_update` of Confidentiality Level: Tasks were made while it was open to all with a role, and it is not any more."""
	before = doc.get_doc_before_save()
	if not before or before.need_to_know == doc.need_to_know or not keeps_words(doc.name):
		return
	_withdraw_from_all_tasks(of=doc.name)
	leads = frappe.get_all("Prospect Lead", pluck="lead", distinct=True, order_by=None)
	for lead, level in governed.levels(_LEAD, leads).items():
		if level == doc.name:
			_withdraw_notes(lead)


def _withdraw_from_all_tasks(of: str | None = None) -> None:
	"""
	:param of: the level of whose Issues alone
	"""
	set_ones = {"issue": ("is", "set")}
	issues = frappe.get_all("Task", set_ones, pluck="issue", distinct=True, order_by=None)
	for issue, level in governed.levels(_ISSUE, issues).items():
		if keeps_words(level) and of in (None, level):
			_withdraw_from_tasks(issue)
	withdraw_from_all_deleted()


def _withdraw_from_tasks(issue: str) -> None:
	"""The number and no description, as in a Task that is made later; what staff wrote themselves stays."""
	tasks = frappe.get_all("Task", {"issue": issue}, ["name", *_WORDS], order_by=None)
	if not tasks:
		return
	words = _words(issue)
	for task in tasks:
		if instead := _instead(task, issue, words):
			frappe.db.set_value("Task", task.name, instead, update_modified=False)
			update_global_search(frappe.get_doc("Task", task.name))
	named = {"task": ("in", [task.name for task in tasks]), "subject": one_of(words["subject"])}
	for rows in _ROWS_OF_TASKS:
		frappe.db.set_value(rows, named, "subject", issue, update_modified=False)


def leave_out_notes(doc, method=None) -> None:
	"""`validate` of Prospect, into which ERPNext copies the notes of the Lead of which it is made."""
	if is_copy := _copies_of_notes([row.lead for row in doc.leads]):
		doc.set("notes", [row for row in doc.notes if not is_copy(row)])


def _withdraw_notes(lead: str) -> None:
	"""From the Prospects of the Lead, and the Opportunities that were made of those; what staff noted there stays."""
	is_copy = _copies_of_notes([lead])
	if not is_copy:
		return
	prospects = frappe.get_all("Prospect Lead", {"lead": lead}, pluck="parent", order_by=None)
	of_prospects = {"opportunity_from": "Prospect", "party_name": one_of(prospects)}
	made = frappe.get_all("Opportunity", of_prospects, pluck="name", order_by=None)
	there = {"parenttype": ("in", ("Prospect", "Opportunity")), "parent": one_of([*prospects, *made])}
	rows = frappe.get_all(_NOTES, there, ["name", *_OF_NOTE], order_by=None)
	if copies := [row.name for row in rows if is_copy(row)]:
		frappe.db.delete(_NOTES, {"name": ("in", copies)})


def _copies_of_notes(leads: list[str]) -> Callable | None:
	"""Whether a note is one of these Leads, as far as their words are kept apart; None if there are none. One that was changed meanwhile is known by its
	author and time."""
	kept = [lead for lead, level in governed.levels(_LEAD, leads).items() if keeps_words(level)]
	of_leads = {"parenttype": _LEAD, "parent": one_of(kept)}
	notes = kept and frappe.get_all(_NOTES, of_leads, _OF_NOTE, order_by=None)
	if not notes:
		return None
	texts = {row.note for row in notes if row.note}
	made = {(row.added_by, str(row.added_on)) for row in notes if row.added_on}
	return lambda row: row.note in texts or (row.added_by, str(row.added_on)) in made


def withdraw_from_deleted(doctype: str, name: str) -> None:
	"""Empty what was copied into Tasks that were deleted before an Issue became confidential."""
	if doctype != _ISSUE or not keeps_words(governed.level(_ISSUE, name)):
		return
	for kept, _kind, task in deleted_content.naming(("Task",), _ISSUE, name):
		if task.get("issue") == name:
			_withdraw_from_deleted_task(kept, task)


def withdraw_from_all_deleted() -> None:
	"""Empty what was copied into all Tasks that were deleted. Repeatable."""
	for kept, task in deleted_content.each_of("Task"):
		_withdraw_from_deleted_task(kept, task)


def _withdraw_from_deleted_task(name: str, task: dict) -> None:
	issue = task.get("issue")
	if not issue or not keeps_words(governed.level(_ISSUE, issue)):
		return
	if instead := _instead(task, issue, _words(issue)):
		content = frappe.as_json({**task, **instead})
		frappe.db.set_value("Deleted Document", name, "data", content, update_modified=False)


def _words(issue: str) -> dict[str, set[str]]:
	"""All that these fields of an Issue say or have said: a Task may have been made of it at any time."""
	stored = frappe.db.get_value(_ISSUE, issue, _WORDS, as_dict=True) or {}
	found = {field: {stored.get(field)} for field in _WORDS}
	about = {"ref_doctype": _ISSUE, "docname": issue}
	for data in frappe.get_all("Version", about, pluck="data", order_by=None):
		for field, *values in deleted_content.kept_content(data).get("changed") or ():
			if field in found:
				found[field].update(value for value in values if isinstance(value, str))
	return {field: values - {None, ""} for field, values in found.items()}


def _instead(task, issue: str, words: dict[str, set[str]]) -> dict[str, str | None]:
	"""What stands in place of the words that a Task has of its Issue."""
	instead = {"subject": issue, "description": None}
	return {field: instead[field] for field in _WORDS if task.get(field) in words[field]}


def withdraw_all() -> None:
	"""Empty what was copied of all confidential documents. Repeatable."""
	for doctype, (rows, link) in ROWS.items():
		if documents.is_governed(doctype):
			linked = frappe.get_all(rows, {link: ("is", "set")}, pluck=link, distinct=True, order_by=None)
			for name in governed.levels(doctype, linked):
				withdraw(doctype, name)
	_withdraw_from_all_tasks()


def copied(rows: str | None) -> dict:
	"""The copied fields of rows without a value; none in other documents."""
	return next((_empty(*each) for each in ROWS.values() if each[0] == rows), {})


def _empty(rows: str, link: str) -> dict:
	"""The copied fields without a value."""
	return {
		field.fieldname: 0 if field.fieldtype in numeric_fieldtypes else None
		for field in frappe.get_meta(rows).get_fields_to_fetch(link)
	}
