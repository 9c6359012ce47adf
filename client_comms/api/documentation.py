"""Documentation that is generated from the record (M-1)."""

import frappe

from client_comms.client_interactions import generated_documents

INTERACTION = "Client Interaction"


@frappe.whitelist(methods=["POST"])
def generate_documentation(name: str, method: str) -> dict:
	"""Write the documentation that a method generates, such as the Escalation Report, and add it as evidence.

	:param method: a Documentation Method that the interaction requires and that has a print format
	:returns: `{"file": name of the private File, "file_url"}`
	:raises client_comms.exceptions.ClearanceMissingError: the user cannot print the interaction
	:raises frappe.PermissionError: the user cannot write it
	"""
	doc = frappe.get_doc(INTERACTION, name, for_update=True)
	doc.check_permission("write")
	file = generated_documents.generate(doc, method)
	return {"file": file.name, "file_url": file.file_url}
