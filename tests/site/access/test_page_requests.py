"""A page of a list asks for each row what the user takes part in; other queries look it up before (D-5)."""

from types import SimpleNamespace

import frappe
import pytest

from client_comms.enforcement import (
	dependents,
	documents,
	guards,
	page_requests,
	readers,
	registry,
	row_conditions,
)
from client_comms.rules import access_rows

pytestmark = pytest.mark.clause("D-5")

LIST = "frappe.desk.reportview.get"
INTERACTION = "Client Interaction"
ME = "me@example.com"
PAIR = ("CM-1", "Complaint")
OPEN = access_rows.RowFilter(
	open_levels=frozenset({"Standard"}),
	type_levels={"Confidential": frozenset({PAIR})},
	participant_levels=frozenset({"Confidential", "Sensitive"}),
)
NEWEST = {("Standard", "CM-1", "Inquiry"): 140, ("Confidential", *PAIR): 40, ("Sensitive", *PAIR): 20}


@pytest.fixture(autouse=True)
def mostly_open(monkeypatch):
	monkeypatch.setattr(page_requests, "_newest", lambda: NEWEST)
	monkeypatch.setattr(page_requests, "merges_indexes", lambda: False)


@pytest.fixture
def ask(monkeypatch):
	def ask(path="/api/method/x", **asked):
		monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(asked))
		monkeypatch.setattr(frappe.local, "request", SimpleNamespace(path=path), raising=False)

	return ask


@pytest.mark.parametrize(
	"asked",
	[
		{"cmd": LIST},
		{"cmd": LIST, "order_by": f"`tab{INTERACTION}`.`occurred_on` desc", "doctype": INTERACTION},
		{"cmd": LIST, "order_by": "modified asc"},
		{"cmd": LIST, "filters": '[["status", "=", "Open"]]', "fields": '["confidentiality_level"]'},
		{"cmd": "frappe.desk.reportview.get_count", "order_by": None},
		{"cmd": "frappe.desk.form.load.getdoc", "doctype": INTERACTION},
		{"path": f"/api/resource/{INTERACTION}", "limit": 20},
		{"path": f"/api/v2/document/{INTERACTION}", "limit": 20},
	],
	ids=str,
)
def test_a_page_of_a_list_or_of_a_document_is_one(ask, asked):
	ask(**asked)
	assert page_requests.ask_each_row(OPEN, ME)
	few = access_rows.RowFilter(open_levels=frozenset({"Restricted"}))
	assert not page_requests.ask_each_row(few, ME), "where few rows are open, a page is found among many"


@pytest.mark.parametrize(
	("level", "each_row"),
	[("Standard", True), ("Confidential", True), ("Sensitive", False), ("Restricted", True)],
)
@pytest.mark.parametrize(
	"filters",
	[
		lambda level: [["status", "=", "Open"], [INTERACTION, "confidentiality_level", "=", level]],
		lambda level: [["confidentiality_level", "=", level]],
		lambda level: {"confidentiality_level": level},
		lambda level: frappe.as_json([[INTERACTION, "confidentiality_level", "=", level]]),
	],
)
def test_a_page_of_a_level_is_one_if_most_of_it_is_open_or_none_can_be(ask, filters, level, each_row):
	ask(cmd=LIST, filters=filters(level))
	assert page_requests.ask_each_row(OPEN, ME) == each_row


@pytest.mark.parametrize(
	"filters",
	["5", "true", '"text"', "[" * 100_000, '[[1, 2, 3], 4, {}, [[], [], []], [[], "=", "x"]]', 5, None],
)
def test_other_filters_are_left_to_frappe(ask, filters):
	ask(cmd=LIST, filters=filters)
	assert page_requests.ask_each_row(OPEN, ME)


@pytest.mark.parametrize(("responsible", "each_row"), [(ME, True), ("you@example.com", False)])
def test_all_that_one_is_responsible_for_is_judged_by_row(ask, responsible, each_row):
	ask(cmd=LIST, page_length=0, filters=[[INTERACTION, "responsible_staff", "=", responsible]])
	assert page_requests.ask_each_row(OPEN, ME) == each_row


@pytest.mark.parametrize(
	"asked",
	[
		{"cmd": "frappe.desk.listview.get_group_by_count"},
		{"cmd": "frappe.desk.search.search_link"},
		{"cmd": "frappe.desk.reportview.export_query"},
		{"cmd": LIST, "group_by": "status"},
		{"cmd": LIST, "page_length": 0},
		{"cmd": "frappe.client.get_list", "limit_page_length": "0"},
		{"cmd": LIST, "filters": '[["confidentiality_level", "in", ["Confidential"]]]'},
		{"cmd": LIST, "filters": '[["confidentiality_level", "=", "Standard"], ["matrix", "=", "CM-1"]]'},
		{"cmd": LIST, "filters": '[["confidentiality_level", "=", '},
		{"cmd": LIST, "or_filters": [["communication_type", "=", "Complaint"]]},
		{"cmd": LIST, "order_by": f"`tab{INTERACTION}`.`subject` desc", "doctype": INTERACTION},
		{"cmd": LIST, "order_by": "modified desc, subject asc"},
		{"cmd": LIST, "order_by": "subject desc"},
		{"path": f"/api/resource/{INTERACTION}/CI-1", "limit": 20},
		{},
	],
	ids=str,
)
def test_what_may_read_a_whole_table_is_none(ask, asked):
	ask(**asked)
	assert not page_requests.ask_each_row(OPEN, ME)


@pytest.mark.parametrize(
	("asked", "whole"),
	[
		({"cmd": "frappe.desk.listview.get_group_by_count"}, True),
		({"cmd": LIST, "group_by": "status"}, True),
		({"cmd": LIST, "page_length": 0}, False),
		({"cmd": LIST}, False),
	],
	ids=str,
)
def test_a_query_of_the_whole_table_names_the_interactions_with_ones_clients(
	ask, make_user, make_client, log, asked, whole
):
	manager = make_user("Account Manager")
	client = make_client("Solar House", "anna@solar.example")
	frappe.db.set_value("Customer", client.party, "account_manager", manager)
	record = log(
		"Feedback/Complaint", confidentiality_level="Confidential", party_type="Customer", party=client.party
	)
	ask(**asked)
	reader = readers.Reader(manager, by_row=False)
	assert (record.name in reader.condition, client.party in reader.condition) == (whole, not whole)


def test_without_a_request_there_is_none(monkeypatch):
	monkeypatch.delattr(frappe.local, "form_dict")
	assert not page_requests.ask_each_row(OPEN, ME)


@pytest.mark.parametrize(
	("asked", "each_row"),
	[
		({}, True),
		({"cmd": "frappe.desk.search.search_link"}, True),
		({"cmd": LIST, "filters": {"confidentiality_level": "Sensitive"}}, False),
	],
	ids=str,
)
def test_a_database_that_merges_indexes_asks_each_row(ask, monkeypatch, asked, each_row):
	monkeypatch.setattr(page_requests, "merges_indexes", lambda: True)
	ask(**asked)
	assert page_requests.ask_each_row(OPEN, ME) == each_row


@pytest.mark.parametrize("doctype", [INTERACTION, "Issue"])
def test_such_a_database_sees_that_a_level_asked_for_is_not_open(
	ask, monkeypatch, make_user, set_settings, doctype
):
	set_settings(govern_issues=1)
	monkeypatch.setattr(page_requests, "merges_indexes", lambda: True)
	(hook,) = guards.held()[doctype]
	for filters, hidden in (({}, True), ({"confidentiality_level": "Sensitive"}, False)):
		ask(cmd=LIST, filters=filters)
		condition = frappe.call(hook, user=make_user("Frontline Staff"), doctype=doctype)
		assert (f"coalesce(`tab{doctype}`.`confidentiality_level`, '')" in condition) == hidden


@pytest.mark.parametrize("doctype", [INTERACTION, "Issue", "Communication", "Event", "ToDo", "File"])
def test_the_condition_of_a_page_names_and_looks_up_nothing(
	ask, make_user, make_client, set_settings, doctype
):
	set_settings(govern_issues=1)
	manager = make_user("Account Manager")
	customer = make_client("Solar House", "anna@solar.example").party
	frappe.db.set_value("Customer", customer, "account_manager", manager)
	(hook,) = guards.held()[doctype]
	ask(cmd=LIST)
	frappe.call(hook, user=manager, doctype=doctype)  # what the transaction keeps
	before = frappe.db.sql("show session status like 'Questions'")[0][1]
	condition = frappe.call(hook, user=manager, doctype=doctype)
	asked = int(frappe.db.sql("show session status like 'Questions'")[0][1]) - int(before) - 1
	assert asked <= (1 if doctype in dependents.FOUND_BY_OWNER else 0)
	assert row_conditions.literal(customer) not in condition
	if doctype not in dependents.FOUND_BY_OWNER:  # of which no row belongs to an interaction here
		assert f"= {row_conditions.literal(manager)}" in condition


@pytest.mark.parametrize(
	"doctype", [INTERACTION, "Issue", "Communication", "Event", "Call Log", "Client Disclosure"]
)
def test_access_to_every_level_needs_no_condition(make_user, set_settings, doctype):
	set_settings(govern_issues=1)
	(hook,) = guards.held()[doctype]
	assert frappe.call(hook, user=make_user("Compliance Officer"), doctype=doctype) == ""
	assert frappe.call(hook, user=make_user("Customer Support"), doctype=doctype) != ""


@pytest.mark.parametrize("doctype", ["ToDo", "File", "Notification Log"])
def test_access_to_every_level_asks_for_no_owner(make_user, log, doctype):
	for kind in ("ToDo", "File", "Notification Log"):
		owner = dict(
			zip(registry.OWNER_FIELDS[kind], (INTERACTION, log("Feedback/Complaint").name), strict=True)
		)
		frappe.get_doc({"doctype": kind, "name": frappe.generate_hash(), **owner}).db_insert()
	(hook,) = guards.held()[doctype]
	table = f"`tab{INTERACTION}`"
	assert table not in frappe.call(hook, user=make_user("Compliance Officer"), doctype=doctype)
	assert table in frappe.call(hook, user=make_user("Customer Support"), doctype=doctype)


@pytest.mark.parametrize("whole", [True, False])
def test_a_query_of_all_issues_names_those_that_are_open_by_an_interaction(
	ask, make_user, set_settings, log, whole
):
	set_settings(govern_issues=1)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "It hums", "raised_by": "a@b.example"}).insert()
	staff = make_user("Customer Support")
	record = log(
		"Feedback/Complaint",
		reference_doctype="Issue",
		reference_name=issue.name,
		responsible_staff=staff,
	)
	issue.db_set("confidentiality_level", "Sensitive")
	ask(cmd="frappe.desk.listview.get_group_by_count" if whole else "x")
	condition = documents.condition(staff, "Issue")
	assert (f"`name` in ('{issue.name}')" in condition, record.name in condition) == (whole, False)
	assert frappe.db.sql_list(f"select name from tabIssue where name = '{issue.name}' and {condition}")


def test_the_newest_interactions_tell_how_much_is_open(log, monkeypatch):
	monkeypatch.undo()
	page_requests._newest.clear_cache()
	levels = [log(kind).confidentiality_level for kind in ("Initial Inquiry", "Feedback/Complaint")]
	newest = page_requests._newest()
	assert {level for level, _matrix, _type in newest} >= {*levels}
	assert sum(newest.values()) <= 200
	page_requests._newest.clear_cache()
