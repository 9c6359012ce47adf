"""A filter that the database evaluates on a row before it asks whether the user can read it tells nothing of the row: neither by an error, nor by a
count (P-2)."""

import json

import frappe
import pytest

pytestmark = pytest.mark.clause("P-2")
INTERACTION = "Client Interaction"
SECRET = "quince"
GET_LIST, REPORT, COUNT = (
	"frappe.client.get_list",
	"frappe.desk.reportview.get",
	"frappe.desk.reportview.get_count",
)

# Expressions that fail on the hidden row alone, or say what stands in it.
FILTERS = {
	"a path of XML": ["ifnull(extractvalue(1, summary), '')", "=", "x"],
	"a change of XML": ["ifnull(updatexml(1, summary, 1), '')", "=", "x"],
	"a pattern": ["ifnull(summary regexp '(', '')", "=", "1"],
	"a pattern of the row": ["ifnull('x' regexp summary, '')", "=", "1"],
	"JSON": ["ifnull(json_extract(summary, '$'), '')", "=", "1"],
	"a number": ["ifnull(exp(length(summary) * 1000), 0)", "=", "1"],
	"a power": ["ifnull(pow(10, length(summary) * 1000), 0)", "=", "1"],
	"a date": ["ifnull(date_add('9999-12-31', interval length(summary) year), '')", "=", "x"],
	"a cast": ["ifnull(cast(summary as unsigned), 0)", "=", "1"],
	"a wait": ["ifnull(benchmark(1, summary), 0)", "=", "1"],
	"a comparison as a field": ["summary", "regexp", "("],
	"a text as a number": ["summary", ">", 5],
	"a text as a day": ["occurred_on", "=", "last week"],
	"many blanks": ["summary", "like", "%" + "q%" * 12],
	"an escape": ["summary", "like", "%\\"],
	"a list": ["summary", "in", [SECRET, "x", 5]],
	"days": ["occurred_on", "between", ["0001-01-01", "9999-12-31"]],
	"a time": ["occurred_on", "timespan", "last year"],
	"an object": [{"EXTRACT": ["YEAR", "summary"]}, "=", 5],
	"a value that is a field": ["summary", "=", {"DIV": [1, "summary"]}],
}
# What is computed of rows: of those that the user can read.
EXPRESSIONS = {
	"a path of XML": ["extractvalue(1, summary)", "extractvalue(1, summary) as x"],
	"a change of XML": ["updatexml(1, summary, 1)"],
	"JSON": ["json_extract(summary, '$')", "json_length(summary)"],
	"a pattern": ["summary regexp '('", "summary regexp summary"],
	"a number": ["exp(length(summary) * 1000)", {"DIV": [1, "summary"], "as": "x"}],
	"a date": ["date_add('9999-12-31', interval length(summary) year)", {"EXTRACT": ["YEAR", "summary"]}],
	"a wait": ["benchmark(1, summary)"],
}


def asked(name):
	yield GET_LIST, {"doctype": INTERACTION, "filters": json.dumps([[INTERACTION, *FILTERS[name]]])}
	yield GET_LIST, {"doctype": INTERACTION, "or_filters": json.dumps([[INTERACTION, *FILTERS[name]]])}
	yield (
		REPORT,
		{
			"doctype": INTERACTION,
			"fields": json.dumps(["`tabClient Interaction`.`name`"]),
			"filters": json.dumps([[INTERACTION, *FILTERS[name]]]),
			"start": 0,
			"page_length": 20,
		},
	)
	yield COUNT, {"doctype": INTERACTION, "filters": json.dumps([[INTERACTION, *FILTERS[name]]])}


def computed(name):
	for each in EXPRESSIONS[name]:
		yield GET_LIST, {"doctype": INTERACTION, "fields": json.dumps([each])}
		yield REPORT, {"doctype": INTERACTION, "fields": json.dumps([each]), "start": 0, "page_length": 20}
		for key in ("order_by", "group_by") if isinstance(each, str) else ():
			yield GET_LIST, {"doctype": INTERACTION, "fields": '["name"]', key: each}


@pytest.fixture
def rows(log, staff):
	"""`rows(hidden)`: one that the user can read, and one that they cannot."""
	log(summary="<a>3</a>", responsible_staff=staff.uncleared, confidentiality_level="Standard")
	return lambda text: log("Feedback/Complaint", summary=text)


@pytest.mark.parametrize(
	("kind", "name"), [*((asked, name) for name in FILTERS), *((computed, name) for name in EXPRESSIONS)]
)
def test_the_answer_is_the_same_without_the_row(kind, name, rows, staff, request_as):
	"""Nor does what stands in the row matter."""
	answers = []
	for text in (None, "3", f"({SECRET}:)['", f"{SECRET} " * 200):
		if text:
			rows(text)
		answers.append([answer(request_as, staff.uncleared, *each) for each in kind(name)])
	for each in answers[1:]:
		assert each == answers[0]


def test_it_would_differ_if_the_row_could_be_read(rows, staff, request_as):
	"""So that the test above can fail."""
	ask = (GET_LIST, {"doctype": INTERACTION, "filters": json.dumps([[INTERACTION, "summary", "=", SECRET]])})
	before = [answer(request_as, user, *ask) for user in staff.values()]
	rows(SECRET)
	after = [answer(request_as, user, *ask) for user in staff.values()]
	assert before[0] != after[0] and before[1] == after[1]


def answer(request_as, user, method, arguments):
	frappe.clear_messages()
	try:
		found = request_as(user, method, **arguments)
		return json.dumps(found, default=str)
	except Exception as error:
		said = [
			frappe._dict(each if isinstance(each, dict) else json.loads(each))
			for each in frappe.local.message_log
		]
		return f"{type(error).__name__}: {error} {[each.message for each in said]}"
	finally:
		frappe.clear_messages()
