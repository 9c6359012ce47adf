"""Two interactions of one matter become one; `rules.histories` decides what becomes of their clocks (D-1, C-3, C-4, P-2)."""

import frappe
from frappe import _
from frappe.utils.global_search import delete_for_document

from client_comms import clock, ledger, transactions
from client_comms.client_interactions import relinking
from client_comms.client_interactions.clocks import escalation, replay
from client_comms.enforcement import (
	former_names,
	governed,
	legal_holds,
	level_spread,
	policy,
	restrictions,
)
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import refuse
from client_comms.ledger import following
from client_comms.rules import histories, response_clock

INTERACTION = governed.INTERACTION
# Rows that follow as they are; DocType → the field by which a row that both have counts once.
_TABLES = {
	"Interaction Action Item": None,
	"Interaction Evidence": None,
	"Consent Data Category": "data_category",
}
_EVENT = "Interaction Event"


def merge(name: str, into: str):
	"""Everything of `name` becomes part of `into`, which has the stricter level and the earlier deadlines of both.

	Repeatable: what was merged is found by its former name, and merging it again changes nothing. Both are locked, in the order of
	their names, so that two people who merge them at once do not wait for each other.

	:returns: the interaction that both are now
	:raises frappe.PermissionError: the session user cannot read and write both
	:raises ActionNotPossibleError: they cannot become one; the message says why and what to do
	"""
	if done := _already(name, into):
		return done
	docs = {each: former_names.get_locked(each) for each in sorted({name, into})}
	if docs[name].name == docs[into].name and name != into:
		return docs[into]  # by someone else, while this waited
	source, target = docs[name], docs[into]
	require_access(source, target)
	restrictions.require(INTERACTION, source.name, target.name)
	require_mergeable(source, target)
	carried = histories.joining(source.clocks(), source.name)
	held_by = legal_holds.over(INTERACTION, source.name)
	relinking.end_access(source.name)
	_move_rows(source.name, target.name)
	relinking.follow(source.name, target.name)
	_remove(source)
	merged = transactions.locked(INTERACTION, target.name)
	_join(merged, source, carried)
	logged_late = merged.logged_late
	merged.save_by_app()
	merged.db_set("logged_late", logged_late, update_modified=False)  # what is saved keeps what was measured
	# What belongs to it is as confidential as it is, and so are the documents of both.
	level_spread.apply_level(merged)
	level_spread.raise_documents(merged)
	legal_holds.keep(held_by, INTERACTION, merged.name)
	_on_ledger(source, merged)
	merged.reload()
	return merged


def _already(name: str, into: str):
	"""The interaction that stands for both, if they are one already."""
	if name == into:
		return None
	exists = frappe.get_all(INTERACTION, {"name": ("in", (name, into))}, pluck="name", order_by=None)
	if len(exists) == 2:
		return None
	standing = {each if each in exists else former_names.current(each) for each in (name, into)}
	if len(standing) != 1 or None in standing:
		return None
	doc = frappe.get_doc(INTERACTION, standing.pop())
	require_access(doc)
	return doc


def require_access(*docs) -> None:
	"""Reading and writing is asked of each.

	:raises frappe.PermissionError: with the rule that refuses, and who has access
	"""
	for doc in docs:
		for action in ("read", "write"):
			doc.check_permission(action)


def require_mergeable(source, target) -> None:
	"""
	:raises ActionNotPossibleError: the message says why and what to do
	"""
	objection = histories.objection_to_merge(as_matter(source), as_matter(target))
	if objection:
		refuse(objection, title=_("Cannot Be Merged"), exc=ActionNotPossibleError)


def as_matter(doc) -> histories.Matter:
	return histories.Matter(
		doc.name,
		doc.company,
		(doc.party_type or "", doc.party or ""),
		erased=bool(doc.anonymised_on),
		is_feedback=bool(doc.is_feedback),
	)


def preview(source, target):
	"""`target` as it would be after merging, in memory only."""
	carried = histories.joining(source.clocks(), source.name)
	_join(target, source, carried)
	clocks = target.clocks()
	target.set_clocks(clocks, escalation.plan(target, clocks))
	return target


def _join(merged, source, carried) -> None:
	"""What the interaction that stays says of both, with the event that brings the clocks of the other."""
	merged.update(histories.said_by_both(merged, source))
	merged.flags.update(rated_by_client=True, complaint_decided=True)
	level = policy.current().strictest_of(merged.confidentiality_level, source.confidentiality_level)
	if level != merged.confidentiality_level:
		merged.confidentiality_level = level
		merged.level_change_reason = _("Merged with {0}").format(source.name)
	if source.direction == "Inbound" and merged.direction != "Inbound":
		merged.direction = "Inbound"
		merged.reclassification_reason = _("Merged with {0}").format(source.name)
	merged.summary = "\n\n".join(filter(None, (merged.summary, _told(source))))
	names = [merged.former_names, source.former_names, source.name]
	merged.former_names = ", ".join(filter(None, names))
	about = None
	if source.reference_name and source.reference_name != merged.reference_name:
		about = frappe._dict(doctype=source.reference_doctype, name=source.reference_name)
	merged.append_event(response_clock.MERGED, clock.now(), f"{source.name}: {source.subject}", source=about)
	merged.events[-1].carried = replay.keep_carried(carried)


def _told(source) -> str | None:
	return f"{source.name}, {source.subject}: {source.summary}" if source.summary else None


def _move_rows(old: str, new: str) -> None:
	for doctype, counted_once in _TABLES.items():
		if counted_once:
			of_new = frappe.get_all(doctype, {"parent": new, "parenttype": INTERACTION}, pluck=counted_once)
			if of_new:
				frappe.db.delete(
					doctype, {"parent": old, "parenttype": INTERACTION, counted_once: ("in", of_new)}
				)
		_append_rows(doctype, old, new)
	frappe.db.set_value(
		_EVENT, {"parent": old, "merged_from": ("is", "not set")}, "merged_from", old, update_modified=False
	)
	_append_rows(_EVENT, old, new)


def _append_rows(doctype: str, old: str, new: str) -> None:
	table = frappe.qb.DocType(doctype)
	last = frappe.qb.from_(table).select(frappe.query_builder.functions.Max(table.idx))
	last = last.where((table.parent == new) & (table.parenttype == INTERACTION)).run()[0][0] or 0
	(
		frappe.qb.update(table)
		.set(table.parent, new)
		.set(table.idx, table.idx + last)
		.where((table.parent == old) & (table.parenttype == INTERACTION))
	).run()


def _remove(source) -> None:
	"""Its row goes, and nothing with it: all that belonged to it has another name already."""
	delete_for_document(source)
	frappe.db.delete(INTERACTION, {"name": source.name})
	frappe.clear_document_cache(INTERACTION, source.name)


def _on_ledger(source, merged) -> None:
	"""On the ledger of both: under the former name for those who look for it, under the present one for who can read it."""
	changes = {
		"name": [source.name, merged.name],
		"confidentiality_level": [source.confidentiality_level, merged.confidentiality_level],
	}
	for name in (source.name, merged.name):
		ledger.record(ledger.MERGED, INTERACTION, name, merged.confidentiality_level, changes=changes)
	if following.known(INTERACTION, [source.name]):
		ledger.record(following.DELETED, INTERACTION, source.name, None)
