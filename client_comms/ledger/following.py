"""Records every change of a document whose states are on the ledger, in the transaction of the change (P-2, R-3).

A change is what differs from the state that the ledger knows. Saving without a change records nothing.
"""

from collections.abc import Callable, Iterable, Iterator

import frappe
from frappe.query_builder import Case, Order
from pypika.analytics import RowNumber

from client_comms.ledger import subjects
from client_comms.ledger.entries import ENTRY, ERASURE, entry, record, write
from client_comms.ledger.erasure import entries_about, erase_payload

CREATED = "Created"
CHANGED = "Changed"
DELETED = "Deleted"
RENAMED = "Renamed"
ACTIVATED = "Activated"
CANCELLED = "Cancelled"
ROLES_CHANGED = "Roles Changed"
RECORDED = "Recorded"
_SUBMITTED = ("0", "1"), ("1", "2")
_CHUNK = 200


def follow(doc, method=None) -> None:
	"""`on_change` of a subject."""
	if not doc.flags.in_delete:
		record_states(doc.doctype, [doc.name])


def follow_deletion(doc, method=None) -> None:
	"""`after_delete` of a subject."""
	record(DELETED, doc.doctype, doc.name, None)


def follow_deletion_of_level(doc, method=None) -> None:
	"""`after_delete` of a document of which the ledger knows the level: another one may get its name."""
	if known(doc.doctype, [doc.name]):
		record(DELETED, doc.doctype, doc.name, None)


def follow_rename(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`after_rename` of every document: subjects that link to it say another name from now on, and no one has changed them."""
	if not subjects.are_linked_to(doc.doctype, new):
		return
	record(RENAMED, doc.doctype, new, None, changes={"name": [old, new]})
	if doc.doctype == subjects.USER and known(subjects.USER, [old]):
		record(DELETED, subjects.USER, old, None)
		record_states(subjects.USER, [new], RECORDED)


def follow_roles(doc, method=None) -> None:
	"""`on_update` of User: the roles of people with clearance, and who gets or loses it."""
	if known(subjects.USER, [doc.name]) or {row.role for row in doc.roles} & subjects.clearance_roles():
		record_states(subjects.USER, [doc.name], ROLES_CHANGED)


_HOLDERS = "client_comms_holders"


def note_holders(doc, method=None) -> None:
	"""`before_validate` of Role: a disabled role is taken from its users without saving their documents."""
	if doc.disabled:
		doc.flags[_HOLDERS] = frappe.get_all(
			"Has Role", {"parenttype": subjects.USER, "role": doc.name}, pluck="parent", order_by=None
		)


def follow_role(doc, method=None) -> None:
	"""`on_update` of Role: the people who have lost it."""
	if holders := doc.flags.pop(_HOLDERS, None):
		record_states(subjects.USER, known(subjects.USER, holders), ROLES_CHANGED)


def follow_clearances(doc, method=None) -> None:
	"""`on_update` of Confidentiality Level: people who get clearance by a role that had none before."""
	before = doc.get_doc_before_save()
	had = {row.role for row in before.clearances} if before else set()
	gained = {row.role for row in doc.clearances} - had
	if gained:
		names = subjects.users_with_clearance(gained)
		record_states(subjects.USER, set(names) - set(known(subjects.USER, names)), RECORDED)


def follow_erasure(doctype: str, names: Iterable[str]) -> None:
	"""Subjects were deleted or emptied without their document events: what the ledger knew of them is erased as well, and
	what they say now is recorded. Repeatable; other DocTypes are left alone."""
	if doctype not in subjects.SUBJECTS:
		return
	names = sorted(names)
	for start in range(0, len(names), _CHUNK):
		chunk = names[start : start + _CHUNK]
		now = subjects.states(doctype, chunk)
		outdated = [name for name, state in known(doctype, chunk).items() if now.get(name) != state]
		erase_payload(entries_about((doctype, name) for name in outdated))
		record_states(doctype, set(outdated) & set(now), ERASURE)


def record_erased(doctype: str, names: Iterable[str]) -> None:
	"""Texts were erased in subjects, past their document events: record what they say now. Other DocTypes are left alone."""
	if subjects.have_states(doctype):
		record_states(doctype, known(doctype, names), ERASURE)


def erase_entries(names: Iterable[str]) -> int:
	"""Erase entries, and record again what those of them told of documents that are still there; returns how many."""
	names = list(names)
	told: dict[str, set[str]] = {}
	for start in range(0, len(names), _CHUNK):
		about = {"name": ("in", names[start : start + _CHUNK]), "state": ("is", "set")}
		for row in frappe.get_all(ENTRY, about, ["reference_doctype", "reference_name"], order_by=None):
			told.setdefault(row.reference_doctype, set()).add(row.reference_name)
	erased = erase_payload(names)
	for doctype in filter(subjects.have_states, sorted(told)):
		record_states(doctype, told[doctype], ERASURE)
	return erased


def record_states(doctype: str, names: Iterable[str], action: str | None = None) -> int:
	"""Record what these documents say now, where the ledger knows something else; returns how many.

	To be called by everything that changes subjects without their document events, in the same transaction.

	:param action: by default whether they were created, changed, activated or cancelled
	"""
	recorded = 0
	names = sorted(names)
	for start in range(0, len(names), _CHUNK):
		chunk = names[start : start + _CHUNK]
		before = known(doctype, chunk)
		entries = []
		for name, state in subjects.states(doctype, chunk).items():
			changes = differences(before.get(name, {}), state)
			if name in before and not changes:
				continue
			entries.append(
				entry(
					action or _action(before.get(name), state),
					doctype,
					name,
					None,
					changes=changes if name in before else None,
					state=state,
				)
			)
		write(entries)
		recorded += len(entries)
	return recorded


def record_missing(after_chunk: Callable[[], None] = lambda: None) -> int:
	"""The present state of every subject that the ledger does not know yet; repeatable."""
	recorded = 0
	for doctype in subjects.SUBJECTS:
		for names in name_chunks(doctype):
			recorded += record_states(doctype, set(names) - set(known(doctype, names)), RECORDED)
			after_chunk()
	users = subjects.users_with_clearance()
	return recorded + record_states(subjects.USER, set(users) - set(known(subjects.USER, users)), RECORDED)


def name_chunks(doctype: str, after: str = "") -> Iterator[list[str]]:
	"""The names of all documents in chunks, of those after a name."""
	if frappe.get_meta(doctype).issingle:
		if not after:
			yield [doctype]
		return
	while names := frappe.get_all(
		doctype, {"name": (">", after)}, pluck="name", order_by="name asc", limit=_CHUNK
	):
		yield names
		after = names[-1]


def _action(before: subjects.State | None, state: subjects.State) -> str:
	if before is None:
		return CREATED
	turn = (before.get("docstatus"), state.get("docstatus"))
	return dict(zip(_SUBMITTED, (ACTIVATED, CANCELLED), strict=True)).get(turn, CHANGED)


def differences(before: subjects.State, after: subjects.State) -> dict[str, list]:
	"""Field → [before, after]."""
	return {field: [before.get(field), value] for field, value in after.items() if before.get(field) != value}


def known(doctype: str, names: Iterable[str]) -> dict[str, subjects.State]:
	"""Document → the last state on the ledger, of those that have one and were not deleted since."""
	return {
		name: frappe.parse_json(row.state)
		for name, row in last_entries(doctype, names).items()
		if row.action != DELETED
	}


def last_entries(doctype: str, names: Iterable[str]) -> dict[str, frappe._dict]:
	"""Document → the last entry that tells its state or its deletion, whether it is in the tree already or not.

	By its place, which no one can change unnoticed, unlike the time of writing. What waits for its place is later.
	"""
	table = frappe.qb.DocType(ENTRY)
	waits = Case().when(table.sequence == 0, 1).else_(0)
	order = (waits, table.sequence, table.creation, table.name)
	ranked = (
		frappe.qb.from_(table)
		.select(
			table.name, RowNumber().over(table.reference_name).orderby(*order, order=Order.desc).as_("rank")
		)
		.where(
			(table.reference_doctype == doctype)
			& table.reference_name.isin(list(names) or [""])
			& (table.state.isnotnull() | (table.action == DELETED))
		)
	)
	rows = (
		frappe.qb.from_(table)
		.join(ranked)
		.on(ranked.name == table.name)
		.select(table.name, table.sequence, table.reference_name, table.state, table.action)
		.where(ranked.rank == 1)
		.run(as_dict=True)
	)
	return {row.reference_name: row for row in rows}
