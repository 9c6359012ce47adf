"""Documentation of an interaction: what is missing, what can prove it, what can be created from the record (M-1)."""

import frappe

from client_comms.client_interactions import evidence, generated_documents
from client_comms.enforcement import former_names
from client_comms.i18n import translate
from client_comms.outgoing import summary

INTERACTION = "Client Interaction"


@frappe.whitelist()
def owed_documentation(name: str) -> list[dict]:
	"""The documentation that the interaction still lacks: `[{"method", "message"}]` (M-1)."""
	doc = frappe.get_doc(INTERACTION, name)
	doc.check_permission("read")
	return [{"method": m.method, "message": translate(m.message)} for m in doc.missing_documentation()]


@frappe.whitelist()
def evidence_choices(name: str, method: str) -> list[dict]:
	"""The client's messages, files and documents that would prove a documentation method, the latest first.

	:returns: `[{"reference_doctype", "reference_name", "file", "title", "details"}, …]`, only what the user can read
	:raises frappe.PermissionError: the user cannot read the interaction
	"""
	doc = frappe.get_doc(INTERACTION, name)
	doc.check_permission("read")
	return evidence.choices(doc, method)


@frappe.whitelist(methods=["POST"])
def waive_documentation(name: str, method: str, reason: str) -> None:
	"""Record that a required documentation method does not apply to the interaction.

	:raises client_comms.exceptions.ClearanceMissingError: the user has no oversight of the level
	:raises client_comms.exceptions.MissingDetailsError: no reason is given
	:raises frappe.PermissionError: the user cannot write the interaction
	"""
	doc = former_names.locked(name)
	doc.check_permission("write")
	evidence.waive(doc, method, reason)


@frappe.whitelist()
def client_summary(name: str) -> dict:
	"""A summary of the interaction for the client, to review and send by email.

	:returns: as `outgoing.summary.draft`
	:raises frappe.PermissionError: the user cannot email the interaction
	"""
	doc = frappe.get_doc(INTERACTION, name)
	doc.check_permission("email")
	return summary.draft(doc)


@frappe.whitelist(methods=["POST"])
def generate_documentation(name: str, method: str) -> dict:
	"""Write the documentation that a method generates, such as the Escalation Report, and add it as evidence.

	:param method: a Documentation Method that the interaction requires and that has a print format
	:returns: `{"file": name of the private File, "file_url"}`
	:raises client_comms.exceptions.ClearanceMissingError: the user cannot print the interaction
	:raises frappe.PermissionError: the user cannot write it
	"""
	doc = former_names.locked(name)
	doc.check_permission("write")
	file = generated_documents.generate(doc, method)
	return {"file": file.name, "file_url": file.file_url}
