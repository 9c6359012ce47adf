"""Files that the fields of a document name (P-2).

Frappe attaches a private file that belongs to nothing yet to each document that names its address in a field, and it is open to those who can read
that document: the upload of a colleague for a record that is not saved yet, or a PDF of several records, which may have the address of a record's file.
"""

from collections.abc import Callable

import frappe

from client_comms.enforcement.file_addresses import PRIVATE

_FIELDS = {"fieldtype": ["in", ["Attach", "Attach Image"]]}


def attach_own(previous: Callable, doc, *args, **kwargs):
	"""Around what attaches files to a document: the field keeps its text, as with the address of a hidden record's file."""
	# Each document that is saved comes here: what it is made of is only asked of one that names a private file.
	if not any(isinstance(value, str) and value.startswith(PRIVATE) for value in vars(doc).values()):
		return previous(doc, *args, **kwargs)
	named = {field.fieldname: doc.get(field.fieldname) for field in doc.meta.get("fields", _FIELDS)}
	others = {field: address for field, address in named.items() if _is_of_others(address)}
	doc.update(dict.fromkeys(others))
	try:
		return previous(doc, *args, **kwargs)
	finally:
		doc.update(others)


def _is_of_others(address) -> bool:
	"""Whether a private file that belongs to nothing is another user's. Visitors share theirs, so that forms of the website can name them."""
	if not str(address or "").startswith(PRIVATE):
		return False
	free = {"file_url": address, "attached_to_doctype": None, "attached_to_name": None}
	found = frappe.get_all("File", free, ["name", "owner"], order_by=None)
	return any(
		row.owner != frappe.session.user and not frappe.get_doc("File", row.name).has_permission("read")
		for row in found
	)
