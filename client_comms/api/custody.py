"""Check files on paper out and in by the code on their label (D-6)."""

import frappe

from client_comms.client_interactions import custody


@frappe.whitelist()
def physical_file(label_code: str) -> dict:
	"""The file with a label, as the page shows it: `{"name", "title", "label_code", "state", "location", "custodian",
	"custodian_name", "due_back", "confidentiality_level", "may_write"}`.

	:raises frappe.DoesNotExistError: there is none that the user may see
	"""
	return _shown(custody.by_label(label_code))


@frappe.whitelist(methods=["POST"])
def check_out_file(label_code: str, custodian: str, reason: str, due_back: str | None = None) -> dict:
	"""Hand a file to somebody who may read it; `due_back` is a day. The file as `physical_file` shows it."""
	doc = _writable(label_code)
	doc.check_out(custodian, reason, due_back)
	return _shown(doc)


@frappe.whitelist(methods=["POST"])
def check_in_file(label_code: str, location: str | None = None, custodian: str | None = None) -> dict:
	"""Put a file back in its place, or into another location."""
	doc = _writable(label_code)
	doc.check_in(location, custodian)
	return _shown(doc)


@frappe.whitelist(methods=["POST"])
def move_file(label_code: str, location: str, reason: str | None = None) -> dict:
	"""Keep a file in another location from now on."""
	doc = _writable(label_code)
	doc.move(location, reason)
	return _shown(doc)


@frappe.whitelist(methods=["POST"])
def report_file_missing(label_code: str, reason: str | None = None) -> dict:
	"""Nobody knows where the file is."""
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
