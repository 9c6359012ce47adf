"""Documents, and fields of documents, that only the app writes: users, imports and requests cannot (P-2, R-3).

Frappe lets every user who can write a document change its read-only fields through the API.
"""

from frappe.model.document import Document

FLAG = "by_the_app"  # in the flags of a document that the app itself saves


def keep_fields(doc: Document, *fields: str) -> None:
	"""In `validate`: fields keep what is stored, or their default in a new document, unless the app saves it."""
	if doc.flags.get(FLAG):
		return
	before = doc.get_doc_before_save()
	for field in fields:
		doc.set(field, before.get(field) if before else doc.meta.get_field(field).default)
