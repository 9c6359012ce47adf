"""What a page that becomes a PDF can ask of wkhtmltopdf (P-2).

pdfkit, by which Frappe calls it, takes options from the page itself (`<meta name="pdfkit-allow" content="/">`), and
`report_to_pdf` takes a page from every login: with that option, a page shows files of the server without asking who can read
them. pdfkit has no setting for this, so its function is replaced, in each process, before a request or a job begins.
"""

from functools import wraps

import frappe
from pdfkit.pdfkit import PDFKit

# Options with one value, about the look of the page alone. A value behind an option without one would be another page to print.
_LAYOUT = frozenset(
	{
		"dpi",
		"footer-spacing",
		"header-spacing",
		"margin-bottom",
		"margin-left",
		"margin-right",
		"margin-top",
		"orientation",
		"page-height",
		"page-size",
		"page-width",
		"zoom",
	}
)
_OURS = "client_comms_layout"


def keep_to_layout(**_job) -> None:
	"""`before_request` and `before_job`: wrap the function that is there, once in a process. A process serves other sites as
	well, whose pages keep their options."""
	all_options = getattr(PDFKit, "_find_options_in_meta", None)
	if all_options is None or hasattr(all_options, _OURS):
		return

	@wraps(all_options)
	def options(self, content) -> dict:
		found = all_options(self, content)
		return of_layout(found) if "client_comms" in frappe.get_installed_apps() else found

	setattr(options, _OURS, True)
	PDFKit._find_options_in_meta = options


def of_layout(options: dict) -> dict:
	"""The options that are about the look of the page; one with several values could bring another page along."""
	return {
		option: value
		for option, value in options.items()
		if option in _LAYOUT and value and isinstance(value, str | int | float)
	}
