"""The tools of Frappe Assistant Core show its users what they can read (P-2).

Its classes are stand-ins; the app itself was tried (docs/sources.md).
"""

import frappe
import pytest

from client_comms.enforcement import compose
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")

TOOLS = "frappe_assistant_core.plugins.data_science.tools"
INTERACTION = "Client Interaction"


class ExecutePythonCode:
	def execute(self, arguments):
		return "ran"


class QueryAndAnalyse:
	def _execute_query(self, query, limit):
		return [value for row in frappe.db.sql(f"{query} limit {limit}") for value in row]


class AnalyzeFrappeData:
	def _get_data_for_analysis(self, doctype, fields, filters, limit):
		return frappe.get_all(doctype, filters=filters, fields=fields, limit=limit, order_by="creation desc")


@pytest.fixture(autouse=True)
def guarded(monkeypatch):
	monkeypatch.setattr(
		frappe.local, "request", frappe._dict(method="POST", path="/api/method/x"), raising=False
	)
	for module, tool, method in (
		("run_python_code", ExecutePythonCode, "execute"),
		("run_database_query", QueryAndAnalyse, "_execute_query"),
		("analyze_business_data", AnalyzeFrappeData, "_get_data_for_analysis"),
	):
		monkeypatch.setattr(tool, method, getattr(tool, method))
		place = f"{TOOLS}.{module}:{tool.__name__}.{method}"
		compose.around(tool, method, compose.own("client_comms_around")[place][0])


def test_code_runs_for_those_who_can_read_every_record(make_user, staff, as_user):
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError, match="every record"):
		ExecutePythonCode().execute({"code": "1"})
	assert ExecutePythonCode().execute({"code": "1"}) == "ran"


def test_a_query_reads_the_rows_of_its_user(complaint, staff, as_user):
	asked = f"select summary from `tabClient Interaction` where name = '{complaint.name}'"
	with as_user(staff.uncleared):
		assert QueryAndAnalyse()._execute_query(asked, 5) == []
		assert QueryAndAnalyse()._execute_query("select name from tabRole where name = 'Guest'", 5) == [
			"Guest"
		]
	with as_user(staff.cleared):
		assert QueryAndAnalyse()._execute_query(asked, limit=5) == [complaint.summary]


def test_statistics_are_made_of_the_rows_of_their_user(complaint, log, staff, as_user):
	def analysed(filters, doctype=INTERACTION, fields=("name",)):
		return [
			row.name for row in AnalyzeFrappeData()._get_data_for_analysis(doctype, [*fields], filters, 50)
		]

	inquiry = log(summary=complaint.summary)
	named = {"name": ("in", [complaint.name, inquiry.name]), "summary": ("like", "%offer%")}
	with as_user(staff.uncleared):
		assert analysed(named) == [inquiry.name]
		assert analysed({"name": complaint.name}) == []
		assert analysed({"name": "Guest"}, "Role") == ["Guest"]
	with as_user(staff.cleared):
		assert {*analysed(named)} == {complaint.name, inquiry.name}


def test_no_statistics_are_made_of_columns_of_hidden_documents(staff, as_user):
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		AnalyzeFrappeData()._get_data_for_analysis("Task", ["name", "issue.subject"], {}, 5)
