"""A page that becomes a PDF opens no files of the server (P-2)."""

from base64 import b64encode
from inspect import unwrap
from pathlib import Path
from unittest.mock import Mock

import frappe
import pdfkit
import pytest
from frappe.utils import pdf, print_format
from pdfkit.configuration import Configuration
from pdfkit.pdfkit import PDFKit

from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("P-2")

PAGE = """<html><head><meta name="pdfkit-allow" content="/"><meta name="pdfkit-orientation" content="Portrait">
<meta name="pdfkit-grayscale" content="/etc/hostname"><meta name="pdfkit-zoom" content="0.9"></head><body>x</body></html>"""


@pytest.fixture(params=["before_request", "before_job"])
def begun(request, monkeypatch):
	"""The process has begun a request or a job."""
	monkeypatch.setattr(PDFKit, "_find_options_in_meta", unwrap(PDFKit._find_options_in_meta))
	for hook in frappe.get_hooks(request.param, app_name="client_comms"):
		if hook.endswith("stand_around"):
			frappe.call(hook, method="", kwargs={}, transaction_type="job")


@pytest.fixture
def options(monkeypatch):
	"""What wkhtmltopdf, which is not on every machine, would be called with."""
	found = {}

	def from_string(page, options, **_others):
		configuration = Configuration.__new__(Configuration)
		vars(configuration).update(wkhtmltopdf="wkhtmltopdf", meta_tag_prefix="pdfkit-", environ={})
		found.update(PDFKit(page, "string", options=options, configuration=configuration).options)
		raise OSError("ContentNotFoundError")

	monkeypatch.setattr(pdfkit, "from_string", from_string)
	monkeypatch.setattr(pdf, "get_wkhtmltopdf_version", lambda: "0.12.6")
	return found


def test_a_page_chooses_its_layout_alone(begun, options, monkeypatch):
	monkeypatch.setattr(print_format, "make_access_log", lambda **_log: None)
	with pytest.raises(Exception, match=r"broken image links|ContentNotFoundError"):
		print_format.report_to_pdf(PAGE)
	assert options["zoom"] == "0.9"
	assert not {"allow", "grayscale"} & options.keys()


def test_a_process_that_serves_a_site_without_the_app_keeps_its_options(begun, monkeypatch):
	monkeypatch.setattr(frappe.local, "flags", frappe._dict())
	configuration = Configuration.__new__(Configuration)
	vars(configuration).update(wkhtmltopdf="wkhtmltopdf", meta_tag_prefix="pdfkit-", environ={})
	assert "grayscale" in PDFKit(PAGE, "string", configuration=configuration).options


def test_a_process_is_prepared_once(begun):
	function = PDFKit._find_options_in_meta
	compose.stand_around()
	assert PDFKit._find_options_in_meta is function


@pytest.mark.parametrize(
	"asked", [{"allow": "/"}, {"header-html": "/etc/hostname"}, {"zoom": ["1", ["1", "/etc/hostname"]]}]
)
@pytest.mark.parametrize("method", ["download_multi_pdf", "download_multi_pdf_async"])
def test_a_request_chooses_the_layout_alone(method, asked, monkeypatch):
	"""Several documents in one PDF."""
	passed = {}
	monkeypatch.setattr(print_format, method, lambda options=None: passed.update(frappe.parse_json(options)))
	frappe.get_attr(frappe.override_whitelisted_method(f"frappe.utils.print_format.{method}"))(
		options=frappe.as_json({"page-size": "A5", **asked})
	)
	assert passed == {"page-size": "A5"}


def test_the_orientation_of_a_page_is_one_word(monkeypatch):
	asked = {}
	monkeypatch.setattr(print_format, "report_to_pdf", lambda **passed: asked.update(passed))
	wrapper = frappe.get_attr(frappe.override_whitelisted_method("frappe.utils.print_format.report_to_pdf"))
	with pytest.raises(frappe.FrappeTypeError):
		wrapper(html="x", orientation=["Portrait", ["Portrait", "/etc/hostname"]])
	wrapper(html="x", orientation="Portrait")
	assert asked == {"html": "x", "orientation": "Portrait"}


@pytest.fixture
def load(monkeypatch):
	"""`load(path)`: what Chromium, which is not on every machine, gets for something that a page loads."""
	kind = pytest.importorskip("frappe.utils.pdf_generator.page", reason="version 15 has no Chromium").Page
	name = "intercept_request_for_local_resources"
	monkeypatch.setattr(kind, name, unwrap(getattr(kind, name)))
	compose.stand_around()
	page = kind.__new__(kind)
	page.session, page.session_id, page.target_id, page.frame_id = Mock(), "s", "t", "f"
	start = page.session.start_listener
	page.intercept_request_for_local_resources()
	_event, asked, *_of = start.call_args.args

	def ask(path):
		host = pdf.get_host_url()
		asked(None, {"params": {"requestId": "1", "request": {"url": host + path.format(host=host)}}})
		command, answer = page.session.send.call_args.args
		assert answer["requestId"] == "1"
		return answer.get("body") or command

	return ask


@pytest.fixture
def stored():
	"""`stored("private")` is the name of a file there."""
	places = []

	def store(folder):
		place = Path(frappe.get_site_path(folder, "files", f"{frappe.generate_hash()}.txt"))
		place.write_text("Whatever it is")
		places.append(place)
		return place.name

	yield store
	for place in places:
		place.unlink()


FROM_DISK, FROM_SERVER = b64encode(b"Whatever it is").decode(), "Fetch.continueRequest"


@pytest.mark.parametrize(
	("path", "folder", "answer"),
	[
		("files/{name}", "public", FROM_DISK),
		("files/%2e/{name}", "public", FROM_DISK),
		("files/..%2f..%2fprivate/files/{name}", "private", FROM_SERVER),
		("assets/..%2f{site}/private/files/{name}", "private", FROM_SERVER),
		("files/%2e%2e%2f..%2fprivate/files/{name}?v=1", "private", FROM_SERVER),
		("files/.{{host}}.%2f.{{host}}.%2fprivate/files/{name}", "private", FROM_SERVER),
		("private/files/{name}", "private", FROM_SERVER),
	],
)
def test_chromium_reads_what_everyone_may_and_nothing_else(load, stored, path, folder, answer):
	assert load(path.format(name=stored(folder), site=frappe.local.site)) == answer


def test_a_process_prepares_chromium_once(load):
	page = pytest.importorskip("frappe.utils.pdf_generator.page", reason="version 15 has no Chromium").Page
	function = page.intercept_request_for_local_resources
	compose.stand_around()
	assert page.intercept_request_for_local_resources is function
