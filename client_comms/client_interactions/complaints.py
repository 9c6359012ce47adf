"""Points out records of other types that read like a complaint, until someone changes their type or decides that they are
none (F-1). The words are data: *Complaint Word*."""

import frappe

from client_comms.communication_governance import complaint_words, wording
from client_comms.rules.feedback import with_words

INTERACTION = "Client Interaction"
FIELDS = ("complaint_words", "not_a_complaint")


def set_hint(doc, method=None) -> None:
	"""`validate` of Client Interaction: what its subject and summary say. Found words stay when the text is changed."""
	before = doc.get_doc_before_save()
	if is_feedback(doc.communication_type):
		doc.complaint_words, doc.not_a_complaint = None, 0
		return
	if not doc.flags.complaint_decided:
		doc.update({field: before.get(field) if before else None for field in FIELDS})
	if before is None or any(before.get(field) != doc.get(field) for field in ("subject", "summary")):
		text = f"{doc.subject or ''}\n{wording.plain(doc.summary)}"
		doc.complaint_words = with_words(doc.complaint_words, complaint_words.found_in(text))


def follow_message(doc, method=None) -> None:
	"""`after_insert` of Communication: the client wrote again."""
	interaction = doc.get("client_interaction")
	if doc.sent_or_received != "Received" or not interaction:
		return
	found = complaint_words.found_in(f"{doc.subject or ''}\n{wording.plain(doc.content)}")
	if not found:
		return
	row = frappe.db.get_value(INTERACTION, interaction, ["communication_type", *FIELDS], as_dict=True)
	if not row or is_feedback(row.communication_type):
		return
	words = with_words(row.complaint_words, found)
	if words != row.complaint_words:
		# A decision about earlier words says nothing about new ones.
		values = {"complaint_words": words, "not_a_complaint": 0}
		frappe.db.set_value(INTERACTION, interaction, values, update_modified=False)


def is_feedback(communication_type: str | None) -> bool:
	return bool(
		communication_type
		and frappe.get_cached_value("Communication Type", communication_type, "is_feedback")
	)


def dismiss(doc) -> None:
	"""The record only reads like a complaint."""
	doc.flags.complaint_decided = True
	doc.not_a_complaint = 1
	doc.save_by_app()
