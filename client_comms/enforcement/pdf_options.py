"""What a page that becomes a PDF can ask of wkhtmltopdf (P-2).

pdfkit, by which Frappe calls it, takes options from the page itself (`<meta name="pdfkit-allow" content="/">`), and
`report_to_pdf` takes a page from every login: with that option, a page shows files of the server without asking who can read
them. pdfkit has no setting for this, so its function is replaced, in each process, before a request or a job begins.
"""

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
_all_options = PDFKit._find_options_in_meta


def keep_to_layout(**_job) -> None:
	"""`before_request` and `before_job`."""
	PDFKit._find_options_in_meta = _layout_options


def of_layout(options: dict) -> dict:
	"""The options that are about the look of the page; one with several values could bring another page along."""
	return {
		option: value
		for option, value in options.items()
		if option in _LAYOUT and value and isinstance(value, str | int | float)
	}


def _layout_options(self, content) -> dict:
	return of_layout(_all_options(self, content))
