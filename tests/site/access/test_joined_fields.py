"""Forbidden fields of linked documents are removed from a request (P-2)."""

import frappe
import pytest

from client_comms.enforcement.methods import counts
from client_comms.enforcement.requests import joined_fields
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")

TASK = "Task"


@pytest.fixture
def staff(make_user):
	return frappe._dict(
		cleared=make_user("Customer Support Manager", "Projects User"),
		uncleared=make_user("Frontline Staff", "Projects User"),
	)


@pytest.fixture
def ask(as_user):
	"""`ask(user, path, **arguments)` returns the remaining arguments of a request."""

	def request(user, path="/api/method/frappe.client.get_list", **arguments):
		with as_user(user):  # which clears the request
			frappe.local.request = frappe._dict(path=path)
			frappe.local.form_dict = asked = frappe._dict(arguments)
			joined_fields.leave_out()
		return asked

	return request


@pytest.mark.parametrize(
	("given", "left"),
	[
		('["name", "issue.subject"]', '["name"]'),
		('["name", "issue.subject as about", "project.status"]', '["name", "project.status"]'),
		('["issue.subject"]', '["name"]'),
		('["`tabTask`.`subject`"]', '["`tabTask`.`subject`"]'),
		("name, issue.subject", "name"),
		("issue.subject", "name"),
		(["name", "issue.subject"], '["name"]'),
		('["count(name) as count"]', '["count(name) as count"]'),
		# Some methods parse what is JSON again.
		(r'"[\"name\", \"issue\\u002esubject\"]"', '["name"]'),
	],
)
def test_fields(ask, staff, given, left):
	left = frappe.parse_json(left) if left.startswith("[") else left
	fields = ask(staff.uncleared, doctype=TASK, fields=given).fields
	assert (frappe.parse_json(fields) if isinstance(left, list) else fields) == left
	assert ask(staff.cleared, doctype=TASK, fields=given).fields == given
	assert ask("Administrator", doctype=TASK, fields=given).fields == given


@pytest.mark.parametrize(
	"asked",
	[
		{"filters": '{"issue.subject": ["like", "%noise%"]}'},
		{"filters": '[["issue.subject", "like", "%noise%"]]'},
		{"filters": '[["Task", "issue.subject", "like", "%noise%"]]'},
		{
			"filters": '[[["issue.subject", "like", "%noise%"], "or", ["status", "=", "x"]], "and", ["name", "=", "x"]]'
		},
		{"filters": '[{"issue.subject": ["like", "%noise%"]}]'},
		{"filters": '["name", "status", "issue.subject"]', "fields": '{"status": "Open"}'},
		{"fields": '[["issue.subject", "like", "%noise%"]]', "filters": '["name", "status"]'},
		{"fields": '{"issue.subject": ["like", "%noise%"]}', "filters": '["name", "status"]'},
		{"fields": '["name", {"MAX": "issue.subject", "as": "about"}]'},
		{"or_filters": '[["issue.subject", "like", "%noise%"]]'},
		{"order_by": "issue.subject desc"},
		{"sort_field": "issue.subject"},
		{"group_by": "issue.subject"},
	],
)
def test_rows_are_not_found_by_what_is_hidden(ask, staff, asked):
	with pytest.raises(ClearanceMissingError):
		ask(staff.uncleared, doctype=TASK, **asked)
	assert ask(staff.cleared, doctype=TASK, **asked)


@pytest.mark.parametrize(
	"asked",
	[
		{"filters": '{"subject": ["like", "issue.pdf"]}'},
		{"filters": '[["Task", "subject", "=", "see issue.subject"]]'},
		{"filters": '[["subject", "in", ["issue.subject", "issue.pdf"]]]'},
		{"fields": '["name", {"COUNT": "*", "as": "count"}]'},
		{"fields": '["name", {"MAX": "project.status", "as": "status"}]'},
		{"order_by": "`tabTask`.`modified` desc"},
		{"filters": '[["project.status", "=", "Open"]]'},
	],
)
def test_anything_else_passes(ask, staff, asked):
	assert ask(staff.uncleared, doctype=TASK, **asked) == {"doctype": TASK, **asked}


@pytest.mark.parametrize("how", ["plain", "parsed twice"])
def test_a_column_of_a_hidden_document_is_not_had_of_ones_own(held, staff, request_as, how):
	for user in (staff.uncleared, staff.cleared):
		frappe.get_doc("User", user).add_roles("Support Team")
	task = frappe.get_doc({"doctype": TASK, "subject": "Look", "issue": held("Issue", subject="Fraud").name})
	task.insert()
	columns = frappe.as_json(["name", "issue.subject as about"], indent=None)
	sent = columns if how == "plain" else frappe.as_json(columns.replace(".", r"\u002e"))
	asked = {"doctype": TASK, "fieldname": sent, "filters": frappe.as_json({"name": task.name})}
	assert request_as(staff.cleared, "frappe.client.get_value", **asked)["about"] == "Fraud"
	answer = request_as(staff.uncleared, "frappe.client.get_value", **asked) or {}
	assert not answer.get("about")


def test_a_list_joins_only_what_its_reader_can_read(held, staff, as_user):
	"""Also one that no request has described."""
	issues = held("Issue", subject="Fraud"), held("Issue", level="Standard", subject="Open")
	for issue in issues:
		frappe.get_doc({"doctype": TASK, "subject": issue.subject, "issue": issue.name}).insert()
	for user, found in ((staff.uncleared, {"Open"}), (staff.cleared, {"Fraud", "Open"})):
		frappe.get_doc("User", user).add_roles("Support Team")
		with as_user(user):
			for hook in frappe.get_hooks("before_job", app_name="client_comms"):
				frappe.call(hook, method="x", kwargs={}, transaction_type="job")
			about = {"issue": ("in", [issue.name for issue in issues])}
			rows = frappe.get_list(TASK, about, ["name", "issue.subject as about"])
		assert {row.about for row in rows if row.about} == found


@pytest.mark.parametrize("level", ["Sensitive", None])
def test_a_document_is_expanded_where_nothing_is_hidden(ask, staff, set_settings, level):
	set_settings(govern_issues=1)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Noise"}).insert()
	issue.db_set("confidentiality_level", level)
	task = frappe.get_doc({"doctype": TASK, "subject": "Look", "issue": issue.name}).insert()
	for user in (staff.uncleared, staff.cleared):
		frappe.get_doc("User", user).add_roles("Support Team")
	path = f"/api/resource/Task/{task.name}"
	assert bool(ask(staff.uncleared, path, expand_links="1").expand_links) == (level is None)
	assert ask(staff.cleared, path, expand_links="1").expand_links


def test_a_count_by_its_path_is_asked_as_well(ask, staff):
	path, filters = "/api/v2/doctype/Task/count", '{"issue.subject": ["like", "%noise%"]}'
	with pytest.raises(ClearanceMissingError):
		ask(staff.uncleared, path, filters=filters)
	assert ask(staff.cleared, path, filters=filters)


COLUMN = {"doctype": TASK, "fieldname": "issue.subject", "link_field": {"fieldname": "task"}}


@pytest.mark.parametrize("as_text", [True, False])
def test_columns_added_to_a_report(ask, staff, as_text):
	own = {**COLUMN, "fieldname": "subject"}
	given = [own, COLUMN]
	for user, kept in ((staff.uncleared, [own]), (staff.cleared, given)):
		columns = ask(user, custom_columns=frappe.as_json(given) if as_text else given).custom_columns
		assert (frappe.parse_json(columns) if as_text else columns) == kept


def test_columns_saved_with_a_report(staff, as_user):
	report = frappe.get_doc("Report", "Owed Today")
	for user, count in ((staff.uncleared, 0), (staff.cleared, 1)):
		with as_user(user):
			report.custom_columns = [COLUMN]
			assert len(report.get("custom_columns")) == len(report.custom_columns) == count


@pytest.mark.parametrize(
	("saved", "filters"),
	[
		({"fields": [["name", TASK]], "filters": [[TASK, "issue.subject", "like", "noise%"]]}, None),
		({"fields": [["issue.subject", TASK]]}, None),
		({"fields": [["name", TASK]], "order_by": "issue.subject desc"}, None),
		({"fields": [["name", TASK]]}, {"issue.subject": ["like", "noise%"]}),
	],
)
def test_a_saved_list(staff, as_user, saved, filters):
	report = frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": "Own tasks",
			"ref_doctype": TASK,
			"report_type": "Report Builder",
			"is_standard": "No",
			"json": frappe.as_json(saved),
		}
	)
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		report.get_data(filters)
	report.json = frappe.as_json({"fields": [["name", TASK]]})
	with as_user(staff.uncleared):
		report.get_data()


CHART = {"document_type": "Quotation", "chart_type": "Sum", "based_on": "creation", "type": "Line"}


@pytest.mark.parametrize(
	("method", "arguments"),
	[
		(counts.get_chart, {"chart": {**CHART, "value_based_on": "opportunity.opportunity_amount"}}),
		(
			counts.get_chart,
			{"chart": {**CHART, "chart_type": "Group By", "group_by_based_on": "opportunity.title"}},
		),
		(counts.get_chart, {"chart": CHART, "filters": '[["Quotation", "opportunity.title", "like", "a%"]]'}),
		(
			counts.get_card_result,
			{
				"doc": {
					"document_type": "Quotation",
					"function": "Sum",
					"aggregate_function_based_on": "opportunity.opportunity_amount",
				}
			},
		),
		(
			counts.get_card_result,
			{
				"doc": {"document_type": "Quotation", "function": "Count"},
				"filters": '[["Quotation", "opportunity.title", "like", "a%"]]',
			},
		),
	],
)
def test_a_chart_or_card(staff, as_user, method, arguments):
	"""The amount of an Opportunity could be had as the sum of one's own quotation."""
	arguments = {
		key: frappe.as_json(value) if isinstance(value, dict) else value for key, value in arguments.items()
	}
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		method(**arguments)


def test_a_card_of_own_fields(staff, as_user):
	frappe.get_doc("User", staff.uncleared).add_roles("Sales User")
	card = {"document_type": "Quotation", "function": "Sum", "aggregate_function_based_on": "grand_total"}
	with as_user(staff.uncleared):
		assert counts.get_card_result(doc=frappe.as_json(card)) == 0


@pytest.mark.parametrize(
	"asked",
	[
		{"fields": '["name"]', "filters": '{"status": "Open"}'},
		# As the desk's lists write it.
		{"fields": '["`tabTask`.`name`", "`tabTask`.`subject`"]', "order_by": "`tabTask`.`modified` desc"},
	],
)
def test_other_requests_cause_no_queries(ask, staff, monkeypatch, asked):
	monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: pytest.fail("asked"))
	frappe.local.request = frappe._dict(path="/api/method/frappe.client.get_list")
	frappe.local.form_dict = frappe._dict(doctype=TASK, **asked)
	joined_fields.leave_out()


def test_a_list_does_not_lose_its_rows_to_contacts_that_cannot_be_read(
	ask, staff, as_user, make_client, make_user
):
	client = make_client("Preferring Client", "preferring@client.example")
	preference = frappe.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": "Customer",
			"party": client.party,
			"confirmed_on": "2026-11-02",
			"source": "Told by the Client",
		}
	).insert()
	fields = '["name", "contact.full_name as contact_full_name", "language.language_name as language_name"]'
	officer = make_user("Compliance Officer")
	asked = ask(officer, doctype=preference.doctype, fields=fields)
	with as_user(officer):
		rows = frappe.get_list(preference.doctype, fields=frappe.parse_json(asked.fields))
	assert preference.name in [row.name for row in rows]
	assert "language_name" in rows[0]
	reader = make_user("Compliance Officer", "Sales User")
	kept = ask(reader, doctype=preference.doctype, fields=fields).fields
	assert frappe.parse_json(kept) == frappe.parse_json(fields)
	other = '["name", "contact.full_name as contact_full_name"]'
	assert ask(officer, doctype="Maintenance Visit", fields=other).fields == other
