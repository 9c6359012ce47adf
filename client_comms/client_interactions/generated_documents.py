"""Documentation that the matrix requires and a print format can generate, such as the Escalation Report (M-1)."""

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms.client_interactions import evidence
from client_comms.enforcement import guards
from client_comms.i18n import bold
from client_comms.rules import access


def methods(doc) -> list[str]:
	"""The documentation methods that the interaction requires and that a print format generates."""
	return [method.name for method in evidence.owed(doc) if _print_format(method.name)]


def outdated(doc) -> set[str]:
	"""The methods whose documents were all generated before the last event, and so do not tell how it ended."""
	files = {
		row.reference_name: row.documentation_method
		for row in doc.evidence
		if row.reference_doctype == "File" and _print_format(row.documentation_method)
	}
	if not files or not doc.events:
		return set()
	made = frappe.get_all("File", {"name": ("in", sorted(files))}, ["name", "creation"], as_list=True)
	last = max(get_datetime(row.at) for row in doc.events)
	current = {files[name] for name, creation in made if creation >= last}
	return {*files.values()} - current


def generate(doc, method: str):
	"""Render the record, attach it privately, and add it as evidence; the caller has checked write access.

	A PDF if the site can create one, otherwise HTML. Each call adds another file; existing ones are kept.

	:returns: the File
	:raises client_comms.exceptions.ClearanceMissingError: the user cannot print the record
	:raises frappe.ValidationError: the method is not required, or has no print format
	"""
	if method not in methods(doc):
		frappe.throw(
			_("{0} cannot be generated for this interaction. Add the evidence by hand.").format(
				bold(_(method))
			),
			title=_("Not Generated"),
		)
	frappe.has_permission(doc.doctype, "print", doc=doc.name, throw=True)
	guards.require(doc.doctype, doc.name, access.PRINT)
	content, extension = _render(doc, _print_format(method))
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{_(method)} {doc.name}.{extension}",
			"attached_to_doctype": doc.doctype,
			"attached_to_name": doc.name,
			"is_private": 1,
			"content": content,
		}
	).insert(ignore_permissions=True)
	doc.append(
		"evidence",
		{
			"documentation_method": method,
			"reference_doctype": "File",
			"reference_name": file.name,
			"file": file.file_url,
		},
	)
	doc.save_by_app()
	return file


def _print_format(method: str) -> str | None:
	return frappe.get_cached_value("Documentation Method", method, "print_format")


def _render(doc, print_format: str) -> tuple[bytes | str, str]:
	try:
		return frappe.get_print(doc.doctype, doc.name, print_format, as_pdf=True), "pdf"
	except OSError:  # the program that creates PDFs is not installed
		return frappe.get_print(doc.doctype, doc.name, print_format), "html"
