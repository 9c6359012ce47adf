"""Check paper files out and in by the code on their label (D-6)."""

import frappe

from client_comms.client_interactions import custody


@frappe.whitelist()
def physical_file(label_code: str) -> dict:
	"""The file with a label, as shown on the page: `{"name", "title", "label_code", "state", "location", "custodian",
	"custodian_name", "due_back", "confidentiality_level", "may_write"}`.

	:raises frappe.DoesNotExistError: there is none that the user can see
	"""
	return _shown(custody.by_label(label_code))


@frappe.whitelist(methods=["POST"])
def check_out_file(label_code: str, custodian: str, reason: str, due_back: str | None = None) -> dict:
	"""Hand a file to a user who can read it; `due_back` is a day. Returns the file like `physical_file`."""
	doc = _writable(label_code)
	doc.check_out(custodian, reason, due_back)
	return _shown(doc)


@frappe.whitelist(methods=["POST"])
def check_in_file(label_code: str, location: str | None = None, custodian: str | None = None) -> dict:
	"""Return a file to its location, or to another one."""
	doc = _writable(label_code)
	doc.check_in(location, custodian)
	return _shown(doc)


@frappe.whitelist(methods=["POST"])
def move_file(label_code: str, location: str, reason: str | None = None) -> dict:
	"""Move a file to another location."""
	doc = _writable(label_code)
	doc.move(location, reason)
	return _shown(doc)


@frappe.whitelist(methods=["POST"])
def report_file_missing(label_code: str, reason: str | None = None) -> dict:
	"""Report that a file is missing."""
	doc = _writable(label_code)
	doc.report_missing(reason)
	return _shown(doc)


@frappe.whitelist(methods=["POST"])
def destroy_file(label_code: str, reason: str) -> dict:
	"""The file was destroyed; its record stays."""
	doc = _writable(label_code)
	doc.destroy(reason)
	return _shown(doc)


def _writable(label_code: str):
	doc = custody.by_label(label_code)
	doc.check_permission("write")
	return doc


def _shown(doc) -> dict:
	return {
		"name": doc.name,
		"title": doc.title,
		"label_code": doc.label_code,
		"state": doc.state,
		"location": doc.location,
		"custodian": doc.custodian,
		"custodian_name": frappe.utils.get_fullname(doc.custodian),
		"due_back": doc.due_back and str(doc.due_back),
		"confidentiality_level": doc.confidentiality_level,
		"may_write": bool(frappe.has_permission(doc.doctype, "write", doc=doc)),
	}
