"""Applies a change of an interaction's level or participants to existing documents immediately."""

from collections.abc import Collection, Iterable

import frappe
from frappe import _

from client_comms import transactions
from client_comms.enforcement import documents, filed, former_names, governed, levels, places, policy, sharing
from client_comms.rules.response_clock import MERGED

_ISSUE = "Issue"


def follow(doc) -> None:
	"""After an interaction was saved: its messages, events and calls take its level, and lapsed shares and
	follows end."""
	before = doc.get_doc_before_save()
	if before is None:
		raise_documents(doc)
		return
	if before.confidentiality_level != doc.confidentiality_level:
		apply_level(doc)
		note = next((row.note for row in reversed(doc.events) if row.event == "Level Changed"), None)
		levels.record_change(
			doc.doctype, doc.name, before.confidentiality_level, doc.confidentiality_level, note
		)
		raise_documents(doc)
		return
	if any(before.get(f) != doc.get(f) for f in ("reference_doctype", "reference_name")):
		raise_documents(doc)
	if _what_access_rests_on(before) != _what_access_rests_on(doc):
		sharing.end_lapsed_of_interaction(doc)


def apply_level(doc) -> None:
	"""What belongs to an interaction is as confidential as it is, from now on: its messages, events and calls take its level, and
	shares and follows end that this no longer justifies."""
	for doctype in governed.bound():
		frappe.db.set_value(
			doctype,
			{"client_interaction": doc.name},
			"confidentiality_level",
			doc.confidentiality_level,
			update_modified=False,
		)
	sharing.end_lapsed_of_interaction(doc)


def follow_stated(doc, method=None) -> None:
	"""`after_insert` of a message, event or call: an interaction under which it was filed takes its level, if that is
	stricter."""
	# An administrator can remove a custom field.
	name, level = doc.get("client_interaction"), doc.get("confidentiality_level")
	if name and level:
		here = frappe.db.get_value(governed.INTERACTION, name, "confidentiality_level")
		if here and _is_stricter(level, here):
			interaction = transactions.locked(governed.INTERACTION, name)
			raise_to_stated(interaction, level, doc)


def follow_filed(doc, method=None) -> None:
	"""`on_update` of a message, meeting or call that is filed under another document from now on."""
	before = doc.get_doc_before_save()
	if before is not None and (added := {*filed.named_in(doc)} - {*filed.named_in(before)}):
		raise_to_filed(doc.doctype, doc.name, added)


def raise_to_filed(doctype: str, name: str, about: Collection[filed.Document]) -> None:
	"""What is filed under a more confidential document is shared only with its readers, and its interaction is raised to its level, as they would be if
	the document was raised afterwards."""
	sharing.end_lapsed(doctype, name)
	interaction = frappe.db.get_value(doctype, name, "client_interaction")
	if interaction and (stricter := _strictest_of(about)):
		_raise_to(stricter, transactions.locked(governed.INTERACTION, interaction), doctype, name)


def raise_to_named(interaction, doc, *, was_hidden: bool = False) -> None:
	"""Raise an interaction, before a message, meeting or call is linked to it, to what that names beside the document that the interaction is
	about: a meeting with two Leads was as confidential as both.

	:param was_hidden: by that document as well, because it was stored before it is logged
	"""
	about = () if was_hidden else (interaction.reference_doctype, interaction.reference_name)
	if stricter := _strictest_of(each for each in filed.named_in(doc) if each != about):
		_raise_to(stricter, interaction, doc.doctype, doc.name)


def raise_existing(chunk: int = 500) -> None:
	"""The same for what is linked to an interaction already. Repeatable; commits in chunks."""
	fields = ["name", "client_interaction", "confidentiality_level"]
	for doctype in governed.bound():
		last = ""
		while rows := frappe.get_all(
			doctype,
			{"client_interaction": ("is", "set"), "name": (">", last)},
			fields,
			order_by="name asc",
			limit=chunk,
		):
			_raise_those_named_by(doctype, rows)
			last = rows[-1].name
			# nosemgrep: frappe-manual-commit (an interrupted run loses at most this chunk)
			frappe.db.commit()


def _raise_those_named_by(doctype: str, rows: list) -> None:
	own = {row.name: row for row in rows}
	for name, level in filed.levels(doctype, own):
		interaction = own[name].client_interaction
		if _is_stricter(level, own[name].confidentiality_level) and frappe.db.exists(
			governed.INTERACTION, interaction
		):
			raise_to_named(
				transactions.locked(governed.INTERACTION, interaction), frappe.get_doc(doctype, name)
			)


def _strictest_of(named: Iterable[filed.Document]) -> tuple[filed.Document, str] | None:
	"""The most confidential of these documents, with its level. They can be raised by others once the transaction has ended."""
	found = {
		each: places.level(*each, to_be_kept=True)
		for each in dict.fromkeys(named)
		if documents.is_governed(each[0])
	}
	level = policy.current().strictest_of(*found.values()) if found else None
	return level and next(each for each in found.items() if each[1] == level)


def _raise_to(stricter: tuple[filed.Document, str], interaction, doctype: str, name: str) -> None:
	(kind, document), level = stricter
	_raise(
		interaction, level, _("{0} {1} was filed under {2} {3}.").format(_(doctype), name, _(kind), document)
	)


def raise_to_stated(interaction, level: str, document) -> None:
	"""Raise an interaction to the level with which a document of it arrived."""
	_raise(interaction, level, arrived_with(document, level))


def change_level(doctype: str, name: str, level: str, reason: str) -> None:
	"""`levels.change_level`; interactions about a document that is raised are raised with it, but not lowered with it. So are the
	Opportunities of a Lead, which show its name, the Issues that were split off, which have its description, and the interactions about them."""
	if levels.change_level(doctype, name, level, reason):
		_raise_what_depends(doctype, name, level, reason)


def follow_merger(doctype: str, old: str, new: str) -> None:
	"""Of two documents that become one: it is as confidential as the stricter of them, and so is what depends on either."""
	of_either = {governed.level(doctype, each) for each in (old, new)}
	if len(of_either) > 1:
		level = policy.current().strictest_of(*of_either)
		levels.raise_to(doctype, new, level)
		_raise_what_depends(doctype, new, level, _("Merged with {0}").format(old))


def _raise_what_depends(doctype: str, name: str, level: str, reason: str) -> None:
	told = _("{0} {1} was raised: {2}").format(_(doctype), name, reason or level)
	raise_conversations(doctype, name, level, told)
	for made in _made_of(doctype, name):
		levels.raise_to(*made, level)
		raise_conversations(*made, level, told)


def _made_of(doctype: str, name: str) -> list[filed.Document]:
	"""What ERPNext has made of a document that has a level as well, and of that; a query for each step."""
	found, latest = [], [name]
	while latest and doctype in documents.MADE_OF:
		doctype, further, naming = documents.MADE_OF[doctype]
		if not documents.is_governed(doctype):
			break
		known = [each for _doctype, each in found]
		of_these = {**further, naming: ("in", latest), "name": ("not in", [name, *known])}
		latest = frappe.get_all(doctype, of_these, pluck="name", order_by="name")
		found += [(doctype, each) for each in latest]
	return found


def raise_conversations(doctype: str, name: str, level: str, reason: str) -> None:
	"""Raise the interactions about a document to its level, and about the appointments of a Lead, those included that have taken over
	one about it, and those to which a message, meeting or call belongs that is filed there, each with its history and its ledger
	entry."""
	about = {
		interaction
		for document in places.of_same_one(doctype, name)
		for interaction in (*former_names.all_about(*document), *filed.conversations_of(*document))
	}
	for interaction in sorted(about):
		_raise(transactions.locked(governed.INTERACTION, interaction), level, reason)


def _raise(interaction, level: str, reason: str) -> None:
	"""An interaction is never lowered by this."""
	if _is_stricter(level, interaction.confidentiality_level):
		interaction.confidentiality_level = level
		interaction.level_change_reason = reason
		interaction.save_by_app()


def arrived_with(document, level: str) -> str:
	"""The reason for a stricter level, for the history and the ledger."""
	return _("{0} {1} arrived with the level {2}.").format(_(document.doctype), document.name, _(level))


def _is_stricter(level: str, than: str | None) -> bool:
	rank = policy.current().rank
	return rank(level) > rank(than)


def raise_documents(doc) -> None:
	"""Raise the Issue of an interaction to the interaction's level, the Issues of those that it has taken over, and those that its messages
	made, with those that were split off. Other conversations about them keep their own.

	A Lead or Opportunity is not raised by a complaint of its client, because sales staff would lose access to it.
	"""
	about = {(doc.reference_doctype, doc.reference_name)}
	about |= {(row.source_doctype, row.source_name) for row in doc.events if row.event == MERGED}
	issues = {name for doctype, name in about if doctype == _ISSUE and name}
	if doc.get_doc_before_save() is not None:
		filed_there = {"client_interaction": doc.name, "reference_doctype": _ISSUE}
		named = frappe.get_all(filed.COMMUNICATION, filed_there, pluck="reference_name", order_by=None)
		issues |= _without_own({*filter(None, named)} - issues)
	for name in sorted(issues):
		_raise_issue(name, doc.confidentiality_level, new=doc.flags.about_new)


def raise_issue_of(interaction, doc) -> None:
	"""Of a message that continues an interaction, Frappe makes a new Issue if it finds the conversation by other means: with its subject, it is as
	confidential."""
	name = (
		doc.get("reference_name")
		if doc.doctype == filed.COMMUNICATION and doc.reference_doctype == _ISSUE
		else None
	)
	if name and name != interaction.reference_name and _without_own({name}):
		_raise_issue(name, interaction.confidentiality_level)


def raise_existing_issues() -> None:
	"""The same for Issues that messages made before. Repeatable."""
	if not documents.is_governed(_ISSUE):
		return
	made = frappe.db.sql(
		"""select distinct issue.name, message.confidentiality_level from tabIssue issue
		join tabCommunication message on message.reference_doctype = 'Issue' and message.reference_name = issue.name
		where message.client_interaction != '' and message.confidentiality_level != ifnull(issue.confidentiality_level, '')
		and not exists (
			select 1 from `tabClient Interaction` about
			where about.reference_doctype = 'Issue' and about.reference_name = issue.name
		)"""
	)
	for name, level in made:
		_raise_issue(name, level)


def _without_own(issues: Collection[str]) -> set[str]:
	"""Those about which there is no interaction."""
	if not issues or not documents.is_governed(_ISSUE):
		return set()
	own = {"reference_doctype": _ISSUE, "reference_name": ("in", sorted(issues))}
	return {*issues} - {*frappe.get_all(governed.INTERACTION, own, pluck="reference_name", order_by=None)}


def _raise_issue(name: str, level: str, new=None) -> None:
	if levels.raise_to(_ISSUE, name, level, new=new):
		for made in _made_of(_ISSUE, name):
			levels.raise_to(*made, level)


def _what_access_rests_on(doc) -> tuple:
	return (
		doc.confidentiality_level,
		doc.communication_type,
		doc.responsible_staff,
		{row.assigned_to for row in doc.action_items if row.status == "Open"},
	)
