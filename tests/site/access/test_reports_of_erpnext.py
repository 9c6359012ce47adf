"""ERPNext's own reports about Leads, Opportunities and Issues quote none that is hidden (D-5, P-2)."""

import frappe
import pytest
from frappe.core.doctype.report.report import Report
from frappe.utils import add_days, now_datetime, today

pytestmark = pytest.mark.clause("D-5", "P-2")

NAME, OPEN = "Quincunx Holding", "Open Holding"
ADDRESS = "{}@client.example"
RUN = "frappe.desk.query_report.run"


def period(**others) -> dict:
	days = {"from_date": add_days(today(), -2), "to_date": add_days(today(), 2)}
	return {"company": frappe.db.get_value("Company", {}), **days, **others}


# Report → its filters. Those after the first four count, and quote nothing.
REPORTS = {
	"Lead Conversion Time": period,
	"Lead Details": period,
	"Lost Opportunity": period,
	"Prospects Engaged But Not Converted": lambda: {"no_of_interaction": 5},
	"Campaign Efficiency": period,
	"First Response Time for Issues": period,
	"First Response Time for Opportunity": period,
	"Issue Analytics": lambda: period(based_on="Customer", range="Monthly"),
	"Issue Summary": lambda: period(based_on="Customer"),
	"Lead Owner Efficiency": period,
	"Opportunity Summary by Sales Stage": lambda: period(based_on="Opportunity Type", data_based_on="Number"),
	"Sales Pipeline Analytics": lambda: period(pipeline_by="Sales Stage", based_on="Number", range="Monthly"),
	"Support Hour Distribution": period,
	"Territory-wise Sales": lambda: {"company": period()["company"]},
}
QUOTING = list(REPORTS)[:4]


@pytest.fixture
def of_client(held):
	"""`of_client(name, level)`: a Lead of that name with a lost Opportunity, messages, an Issue and an invoice."""

	def make(name, level):
		address, company = ADDRESS.format(name.split()[0].lower()), period()["company"]
		lead = held("Lead", level, lead_name=name, company_name=name, company=company)
		lead.db_set("email_id", address)
		opportunity = held(
			"Opportunity", level, opportunity_from="Lead", party_name=lead.name, company=company
		)
		opportunity.db_set({"customer_name": name, "contact_email": address, "status": "Lost", "title": name})
		held("Issue", level, subject=name, raised_by=address).db_set("lead", lead.name)
		message = {"sender": address, "recipients": address, "communication_date": now_datetime()}
		message |= {"reference_doctype": "Lead", "reference_name": lead.name, "content": f"{name} writes"}
		row("Communication", **message, communication_type="Communication", sent_or_received="Received")
		row("Sales Invoice", contact_email=address, customer=name, company=company)

	return make


def row(doctype, **values):
	frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(), **values}).db_insert()


def answer(request_as, user, report) -> str:
	found = request_as(
		user, RUN, report_name=report, filters=frappe.as_json(REPORTS[report]()), ignore_prepared_report=True
	)
	return frappe.as_json(found)


@pytest.fixture
def seller(make_user):
	return make_user("Sales User", "Sales Manager", "Support Team", "System Manager")


@pytest.mark.parametrize("report", REPORTS)
def test_no_report_quotes_what_is_hidden(report, of_client, seller, request_as):
	of_client(NAME, "Sensitive")
	assert NAME not in answer(request_as, seller, report)


@pytest.mark.parametrize("report", QUOTING)
def test_what_is_open_is_quoted(report, of_client, seller, request_as):
	of_client(NAME, "Sensitive")
	of_client(OPEN, None)
	shown = answer(request_as, seller, report)
	assert OPEN in shown and NAME not in shown
	assert NAME in answer(request_as, "Administrator", report)


def test_an_average_of_conversions_tells_nothing_of_the_rows_left_out(of_client, seller, request_as):
	asked = {"report_name": "Lead Conversion Time", "filters": frappe.as_json(period())}
	of_client(OPEN, None)
	assert clients_in(request_as(seller, RUN, **asked)) == [OPEN, "Average"]
	of_client(NAME, "Sensitive")
	assert clients_in(request_as(seller, RUN, **asked)) == [OPEN]


def clients_in(found) -> list:
	return [next(iter(row.values() if isinstance(row, dict) else row)) for row in found["result"]]


def test_a_name_in_other_letters_is_the_same(of_client, seller, request_as):
	"""As the database compares."""
	of_client(NAME, "Sensitive")
	of_client(NAME.upper(), None)
	assert NAME.lower() not in answer(request_as, seller, "Lead Conversion Time").lower()


@pytest.mark.parametrize(
	("returned", "shown"),
	[
		(None, [[], []]),
		([], [[], []]),
		([["Name"]], [["Name"], []]),
		((["Name"], None), [["Name"], None]),
		((["Name"], [["Anna"]], "A message"), [["Name"], [["Anna"]], "A message"]),
	],
)
def test_reports_of_other_apps_return_as_little_as_frappe_accepts(returned, shown, monkeypatch):
	monkeypatch.setattr(Report, "execute_script_report", lambda self, filters: returned)
	doc = frappe.get_doc({"doctype": "Report", "report_name": "Other", "module": "Stock"})
	assert doc.execute_script_report({}) == shown
