"""Where a message, meeting or call is filed that is not filed under a record itself, but under what belongs to one or is about one
(P-2): a to-do about an Issue, a meeting with a Lead, another message, the review of an interaction.

It is as confidential as that. What is about an interaction is linked to it (`linked_records.preserve_link`). Of a message about an
Issue, Lead or Opportunity, the document is noted in the message (`filed.ABOUT`), so that it follows the document's level and is open to
those who take part in it. Anything else gets the level that it finds.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import frappe

from client_comms import transactions
from client_comms.enforcement import documents, filed, policy, source_doctypes
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS, OWNER_FIELDS, WITHOUT_LEVEL

INTERACTION = documents.INTERACTION
_ABOUT_ONE = ("Interaction Access Grant", "Interaction Review")  # which have readers of their own
_WITH_LEVEL = ("Data Package", "Physical File")
_REGISTER = "Client Disclosure"
_CLIENT = ("party_type", "party")
# What follows ERPNext's own permissions, and is about one: DocType → the fields that name it.
_OF_ONE = {
	"Appointment": ("appointment_with", "party"),
	"Email Campaign": ("email_campaign_for", "recipient"),  # its emails are filled in from the Lead
}
_NESTED = 4  # an email about a comment on a meeting with a Lead; deeper nesting is not followed


@dataclass(frozen=True, slots=True)
class Place:
	"""The interaction to which something belongs, the Issues, Leads and Opportunities that it is about, and the strictest level that
	is stated on the way there."""

	interaction: str | None = None
	documents: tuple[filed.Document, ...] = ()
	level: str | None = None


def of(named: Iterable[filed.Document], nested: int = _NESTED) -> Place:
	"""The place to which documents lead. Does not query the database for documents to which no record belongs.

	:param named: DocType and name of each
	"""
	found = [_of_one(doctype, name, nested) for doctype, name in named if doctype and name]
	return Place(
		next((each.interaction for each in found if each.interaction), None),
		tuple(dict.fromkeys(document for each in found for document in each.documents)),
		policy.current().strictest_of(*(each.level for each in found)) if any(found) else None,
	)


def _of_one(doctype: str, name: str, nested: int) -> Place:
	if doctype == INTERACTION:
		return Place(interaction=name)
	if doctype in documents.SETTING:
		return Place(documents=((doctype, name),))
	if not nested:
		return Place()
	if doctype in (*OF_OFFICERS, *WITHOUT_LEVEL):
		strictest = policy.current().strictest
		return Place(level=strictest and strictest.name)
	if doctype in _ABOUT_ONE:
		return Place(level=_level(INTERACTION, frappe.db.get_value(doctype, name, "interaction")))
	if doctype in _WITH_LEVEL:
		return Place(level=_level(doctype, name))
	if fields := (_CLIENT if doctype in OF_CLIENTS else _OF_ONE.get(doctype) or OWNER_FIELDS.get(doctype)):
		owner = frappe.db.get_value(doctype, name, fields)
		return of([owner] if owner else [], nested - 1)
	if doctype in (filed.COMMUNICATION, filed.EVENT, filed.CALL, _REGISTER, *source_doctypes.active()):
		return _of_linked(doctype, name, nested)
	return Place()


def _of_linked(doctype: str, name: str, nested: int) -> Place:
	interaction, level = frappe.db.get_value(doctype, name, filed.BINDING) or (None, None)
	if interaction:
		return Place(interaction=interaction)
	further = of(filed.stored(doctype, name), nested - 1) if doctype != _REGISTER else Place()
	if not level:
		return further
	return Place(further.interaction, further.documents, policy.current().strictest_of(level, further.level))


def _level(doctype: str, name: str | None, latest: bool = False) -> str | None:
	return name and frappe.db.get_value(doctype, name, "confidentiality_level", for_update=latest)


def level(doctype: str, name: str, *, to_be_kept: bool = False) -> str | None:
	"""The level at which what is filed under a document is read; None if it is not confidential.

	:param to_be_kept: what takes over the level is about to be stored. Until it is, no one raises the Issue, Lead or Opportunity: they
		would not see it, and it would keep the former level
	:raises BusyError: see `transactions.lock`
	"""
	place = of([(doctype, name)])
	if to_be_kept:
		for document in filter(_is_governed, place.documents):
			transactions.lock(*document)
	return policy.current().strictest_of(
		place.level,
		_level(INTERACTION, place.interaction),
		*(_level_of(document, latest=to_be_kept) for document in place.documents),
	)


def of_same_one(doctype: str, name: str) -> list[filed.Document]:
	"""A document, and those that are about it and have no level of their own."""
	about = [
		(other, found)
		for other, (kind, named) in _OF_ONE.items()
		for found in frappe.get_all(other, {kind: doctype, named: name}, pluck="name", order_by=None)
	]
	return [(doctype, name), *about]


def _level_of(document: filed.Document, latest: bool = False) -> str | None:
	return _level(*document, latest) if _is_governed(document) else None


def _is_governed(document: filed.Document) -> bool:
	return documents.is_governed(document[0])


def note(doc, place: Place) -> None:
	"""Note in a record, before it is stored, the document that it is about by its place, or else the level that it finds there."""
	named = filed.named_in(doc, noted=False)
	further = [each for each in place.documents if each not in named]
	noted = _strictest_first(further)[:1] if filed.has_about(doc.doctype) else []
	if filed.has_about(doc.doctype):
		doc.update(dict(zip(filed.ABOUT, noted[0] if noted else (None, None), strict=True)))
	# Of several documents, one can be noted.
	others = [_level_of(each) for each in further if len(further) > 1 or not noted]
	level = policy.current().strictest_of(place.level, *others)
	if level and filed.is_lower(doc.get("confidentiality_level"), level):
		doc.confidentiality_level = level


def _strictest_first(found: list[filed.Document]) -> list[filed.Document]:
	rank = policy.current().rank
	return sorted(found, key=lambda each: rank(_level_of(each)) if _level_of(each) else -1, reverse=True)


def note_existing(chunk: int = 500) -> None:
	"""The same for messages, meetings and calls that are stored and belong to no interaction. Repeatable; commits in chunks."""
	for doctype in (filed.COMMUNICATION, filed.EVENT, filed.CALL):
		last = ""
		while names := _further_filed(doctype, last, chunk):
			for name in names:
				_note_stored(frappe.get_doc(doctype, name))
			last = names[-1]
			# nosemgrep: frappe-manual-commit (an interrupted run loses at most this chunk)
			frappe.db.commit()


def _further_filed(doctype: str, after: str, limit: int) -> list[str]:
	kind = filed.fields_of(doctype)
	free = {"client_interaction": ("is", "not set"), "name": (">", after)}
	kinds = (
		*OWNER_FIELDS,
		*_OF_ONE,
		*OF_CLIENTS,
		*OF_OFFICERS,
		*WITHOUT_LEVEL,
		*_ABOUT_ONE,
		*_WITH_LEVEL,
		_REGISTER,
	)
	linked = (filed.COMMUNICATION, filed.EVENT, filed.CALL, *source_doctypes.active())
	if not kind:
		return []
	return frappe.get_all(
		doctype,
		{**free, kind[0]: ("in", [*kinds, *linked])},
		pluck="name",
		order_by="name asc",
		limit=limit,
	)


def _note_stored(doc) -> None:
	place = of(filed.named_in(doc, noted=False))
	if place.interaction:
		here = _level(INTERACTION, place.interaction)
		found = {"client_interaction": place.interaction, "confidentiality_level": here}
	else:
		note(doc, place)
		fields = ("confidentiality_level", *(filed.ABOUT if filed.has_about(doc.doctype) else ()))
		found = {field: doc.get(field) for field in fields}
	frappe.db.set_value(doc.doctype, doc.name, found, update_modified=False)
