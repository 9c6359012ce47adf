"""Methods and reports that write what they are given into SQL read no table for their caller (P-2)."""

import frappe
import pytest

from client_comms.enforcement import raw_sql

pytestmark = pytest.mark.clause("P-2")

OUTSTANDING = "erpnext.accounts.doctype.payment_entry.payment_entry.get_outstanding_reference_documents"
TAXES = "erpnext.accounts.party.set_taxes"
SUMMARY = "The roof leaks"
READS = "x' and extractvalue(1, concat(0x7e, (select summary from `tabClient Interaction` where name = '{}'))) -- "


@pytest.fixture
def sent(log):
	"""A value that makes the database quote a hidden summary in its error."""
	return READS.format(log("Feedback/Complaint", summary=SUMMARY).name)


@pytest.fixture
def visitor(make_user):
	return make_user("Customer", user_type="Website User")


def outstanding(field, value) -> dict:
	company = frappe.db.get_value("Company", {})
	account = {"company": company, "account_type": "Receivable", "is_group": 0}
	about = {"party_type": "Customer", "party": "Nordlicht", "company": company, field: value}
	return {**about, "party_account": frappe.db.get_value("Account", account), "get_outstanding_invoices": 1}


@pytest.mark.parametrize("field", ["cost_center", "from_posting_date"])
def test_a_method_of_erpnext_that_every_login_can_call(field, sent, visitor, request_as):
	with pytest.raises(frappe.PermissionError, match="part of a query"):
		request_as(visitor, OUTSTANDING, args=frappe.as_json(outstanding(field, sent)))
	assert request_as(visitor, OUTSTANDING, args=frappe.as_json(outstanding("cost_center", "Main"))) == []


def test_a_method_that_puts_the_value_into_a_query_twice(sent, visitor, request_as):
	about = {"party": "Nordlicht", "party_type": "Customer", "company": frappe.db.get_value("Company", {})}
	with pytest.raises(frappe.PermissionError, match="part of a query"):
		request_as(visitor, TAXES, posting_date=sent, **about)
	assert request_as(visitor, TAXES, posting_date="2026-01-01", **about) is None


def report(value) -> dict:
	company = frappe.db.get_value("Company", {})
	return {"company": company, "from_date": "2020-01-01", "to_date": "2030-01-01", "lost_reason": value}


def test_the_filter_of_a_report(sent, make_user, request_as):
	user, run = make_user("Sales User"), "frappe.desk.query_report.run"
	with pytest.raises(frappe.PermissionError, match="part of a query"):
		request_as(user, run, report_name="Lost Opportunity", filters=frappe.as_json(report(sent)))
	answer = request_as(user, run, report_name="Lost Opportunity", filters=frappe.as_json(report("Price")))
	assert answer["columns"]


def test_the_filter_of_a_report_that_was_sent_earlier(sent, make_user, as_user):
	"""It is prepared in a job, or emailed."""
	lost = frappe.get_doc("Report", "Lost Opportunity")
	with as_user(make_user("Sales User")):
		with pytest.raises(frappe.PermissionError, match="part of a query"):
			lost.execute_script_report(report(sent))
		assert lost.execute_script_report(report("Price"))[0]


def test_a_job(sent, make_user, as_user):
	with as_user(make_user("Sales User")):
		for hook in frappe.get_hooks("before_job", app_name="client_comms"):
			frappe.call(hook, method="x", kwargs=outstanding("cost_center", sent), transaction_type="job")
		with pytest.raises(frappe.PermissionError, match="part of a query"):
			frappe.call(OUTSTANDING, args=outstanding("cost_center", sent))


def test_who_can_read_everything_may_query(log, request_as):
	log("Feedback/Complaint", summary=SUMMARY)
	console = {
		"doctype": "System Console",
		"type": "SQL",
		"console": "select summary from `tabClient Interaction`",
	}
	answer = request_as(
		"Administrator",
		"frappe.desk.doctype.system_console.system_console.execute_code",
		doc=frappe.as_json(console),
	)
	assert SUMMARY in answer["output"]


@pytest.mark.parametrize(
	"text",
	["I'd select it from the list", "Please select one from the list", 'Say "select (one)" or it\'s lost'],
)
def test_what_people_write_is_stored(text, staff, request_as):
	note = {"doctype": "ToDo", "description": text, "allocated_to": staff.uncleared}
	made = request_as(staff.uncleared, "frappe.client.insert", doc=frappe.as_json(note))
	found = request_as(
		staff.uncleared,
		"frappe.client.get_list",
		doctype="ToDo",
		filters=frappe.as_json({"description": ["like", f"%{text}%"]}),
	)
	assert [row["name"] for row in found] == [made["name"]]


@pytest.mark.parametrize(
	"query", ["select name from tabRole", "select 'x' as kind, name from `tabLead` where status = 'Open'"]
)
def test_the_author_of_a_report_stores_a_query(query, make_user, request_as):
	author = make_user("System Manager", "Script Manager")
	made = {
		"doctype": "Report",
		"report_name": f"Leads {frappe.generate_hash(length=6)}",
		"ref_doctype": "Lead",
		"report_type": "Query Report",
		"query": query,
		"is_standard": "No",
	}
	assert request_as(author, "frappe.client.insert", doc=frappe.as_json(made))["query"] == query


WRITTEN = {
	"between quotes": ("select 1 where a = '{}'", "x' union select name from `tabUser` -- "),
	"between double quotes": ('select 1 where a = "{}"', 'x" union select name from `tabUser` -- '),
	"without quotes": ("select 1 limit {}", "1 union select name from tabUser"),
	"with signs that are doubled": ("select 1 limit {}", "1 union select name from tabUser where 1 % 1"),
	"with comments": ("select 1 limit {}", "1 union/*a*/select/*b*/name from tabUser # x"),
	"with a comment that the database executes": (
		"select 1 limit {}",
		"1 /*!union select name from tabUser*/",
	),
	"with a quote in a comment": ("select 1 limit {}", "1 /*'*/ union select name from tabUser"),
	"with a quote in a name": ("select 1 limit {}", "1 union select name as `'` from tabUser"),
	"in several parts": ("select 1 where a = '{}' and b = '*/ from tabUser -- '", "x' union select name /*"),
	"before a literal of the method": (
		"select 1 where a = '{}' and b = ', name from tabUser -- '",
		"x' union select ",
	),
	"after a quote of another": (
		"select 1 where a = 'x' or b in (' and c = '{}' from tabUser",
		", (select name ",
	),
	"in other letters": ("select 1 limit {}", "1 UNION SELECT name FROM tabUser"),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_what_is_sql(how):
	query, text = WRITTEN[how]
	assert raw_sql._Query(query.format(text.replace("%", "%%"))).contains(text)
	assert [*raw_sql._reading({"args": frappe.as_json([text])})][1:] == [text.strip()]
	assert raw_sql._Query(query.format(text)).contains(text.strip())


COMPARED = (
	"I'd select from it",
	"select name from tabUser",
	"x' union select name from tabUser -- ",
	"\\' select from",
)


@pytest.mark.parametrize("text", COMPARED)
@pytest.mark.parametrize(
	"query", ["select name from tabLead where a = {}", "select 'it\\'s' from tabLead where a = {} -- {}"]
)
def test_what_is_not(query, text):
	assert not raw_sql._Query(query.replace("{}", frappe.db.escape(text))).contains(text)
