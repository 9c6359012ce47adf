"""What a page that becomes a PDF can ask of the program that makes it (P-2): the look of the page, and no file of the server that
its reader could not load.

- pdfkit, by which Frappe calls wkhtmltopdf, takes options from the page itself (`<meta name="pdfkit-allow" content="/">`), and
  `report_to_pdf` takes a page from every login.
- For Chromium, in version 16, Frappe reads what the page loads from `/assets` and `/files` without asking the web server, and takes
  `/files/..%2f..%2fprivate/files/…` for a file there; a script in the page writes it into the PDF.
- WeasyPrint, by which Frappe prints what the newer builder of Print Formats makes, reads `file:///…`, which the picture of a document can name.

None has a setting for this, so ours stand around their functions.
"""

import functools
from collections.abc import Callable
from urllib.parse import unquote

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


def keep_to_layout(all_options, pdf, content: str) -> dict:
	"""Around what pdfkit reads of a page."""
	return of_layout(all_options(pdf, content))


def of_layout(options: dict) -> dict:
	"""The options that are about the look of the page; one with several values could bring another page along."""
	return {
		option: value
		for option, value in options.items()
		if option in _LAYOUT and value and isinstance(value, str | int | float)
	}


def keep_to_public_files(listen: Callable, page, *args, **kwargs):
	"""Around what a page of Chromium listens to."""
	session = page.session
	start = session.start_listener

	def start_checked(event: str, callback: Callable, *of):
		return start(event, _unless_it_leaves(session, callback), *of)

	session.start_listener = start_checked
	try:
		return listen(page, *args, **kwargs)
	finally:
		session.start_listener = start


def _unless_it_leaves(session, callback: Callable) -> Callable:
	def answer(future, response) -> None:
		asked = response["params"]
		if leaves(asked["request"]["url"]):
			# To the web server, which checks.
			session.send("Fetch.continueRequest", {"requestId": asked["requestId"]}, return_future=True)
		else:
			callback(future, response)

	return answer


def leaves(url: str) -> bool:
	"""Whether an address may lead out of the folder that it names. Frappe removes the host wherever it stands, also between two
	dots."""
	_scheme, _separator, rest = unquote(url).partition("://")
	return ".." in rest or "://" in rest


_FROM_NETWORK = frozenset({"http", "https", "data"})


def keep_from_disk(import_weasyprint: Callable) -> tuple:
	"""Around what Frappe takes from WeasyPrint, which has no setting for this in all versions."""
	return tuple(functools.partial(each, url_fetcher=_fetch) for each in import_weasyprint())


def _fetch(url: str):
	"""What fails is left out of the page."""
	if url.partition(":")[0].lower() not in _FROM_NETWORK:
		raise ValueError("only from the network")
	from weasyprint import urls

	fetcher = getattr(urls, "URLFetcher", None)  # of newer versions
	return fetcher()(url) if fetcher else urls.default_url_fetcher(url)
