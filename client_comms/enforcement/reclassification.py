"""Applies a change of an interaction's level or participants to existing documents immediately."""

import frappe

from client_comms.enforcement import governed, levels, sharing


def follow(doc) -> None:
	"""After an interaction was saved: its messages, events and calls take its level, and lapsed shares and
	follows end."""
	before = doc.get_doc_before_save()
	if before is None:
		raise_document(doc)
		return
	if before.confidentiality_level != doc.confidentiality_level:
		for doctype in governed.BOUND:
			frappe.db.set_value(
				doctype,
				{"client_interaction": doc.name},
				"confidentiality_level",
				doc.confidentiality_level,
				update_modified=False,
			)
		note = next((row.note for row in reversed(doc.events) if row.event == "Level Changed"), None)
		levels.record_change(
			doc.doctype, doc.name, before.confidentiality_level, doc.confidentiality_level, note
		)
		raise_document(doc)
	if _what_access_rests_on(before) != _what_access_rests_on(doc):
		sharing.end_lapsed_of_interaction(doc)


def raise_document(doc) -> None:
	"""Raise the Issue of an interaction to the interaction's level.

	A Lead or Opportunity is not raised by a complaint of its client, because sales staff would lose access to it.
	"""
	if doc.reference_doctype == "Issue":
		levels.raise_to(
			doc.reference_doctype,
			doc.reference_name,
			doc.confidentiality_level,
			new=bool(doc.flags.about_new),
		)


def _what_access_rests_on(doc) -> tuple:
	return (
		doc.confidentiality_level,
		doc.communication_type,
		doc.responsible_staff,
		{row.assigned_to for row in doc.action_items if row.status == "Open"},
	)
