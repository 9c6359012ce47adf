"""What a request can ask of wkhtmltopdf (P-2): with its other options, a PDF shows files of the server without asking who can
read them."""

import frappe

from client_comms.enforcement import pdf_options
from client_comms.enforcement.compose import call_previous


@frappe.whitelist()
def download_multi_pdf(options: str | dict | None = None, **arguments):
	"""Several documents as one PDF."""
	layout = _layout(options)
	return call_previous("frappe.utils.print_format.download_multi_pdf", options=layout, **arguments)


@frappe.whitelist()
def download_multi_pdf_async(options: str | dict | None = None, **arguments):
	"""The same in the background."""
	layout = _layout(options)
	return call_previous("frappe.utils.print_format.download_multi_pdf_async", options=layout, **arguments)


@frappe.whitelist()
def report_to_pdf(html: str, orientation: str = "Landscape", **others):
	"""A page of the caller's own."""
	return call_previous(
		"frappe.utils.print_format.report_to_pdf", html=html, orientation=str(orientation), **others
	)


def _layout(options) -> str | None:
	options = frappe.parse_json(options)
	return frappe.as_json(pdf_options.of_layout(options)) if isinstance(options, dict) else None
