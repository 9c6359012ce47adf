"""Frappe Insights queries the database without Frappe: its users get the rows that they can read (P-2).

Its classes are stand-ins; its queries, as it makes them, were tried with the app itself (docs/sources.md).
"""

from types import SimpleNamespace

import frappe
import pytest

from client_comms.enforcement import compose, queries_of_insights, takeovers

pytestmark = pytest.mark.clause("P-2")

SOURCE = "insights.insights.doctype.insights_data_source_v3.insights_data_source_v3"


class Connection:
	"""That of the test, in which alone its rows are."""

	def __init__(self):
		self.cursorclass = type(frappe.db._conn.cursor())

	def cursor(self):
		return self.cursorclass(frappe.db._conn)


class InsightsDataSourcev3:
	def _get_db_connection(self, database=None):
		return SimpleNamespace(con=Connection(), current_database=database or frappe.conf.db_name)


@pytest.fixture
def ask(monkeypatch):
	"""`ask(query)`: the values that Insights gets, as the session user in a request."""
	monkeypatch.setattr(InsightsDataSourcev3, "_get_db_connection", InsightsDataSourcev3._get_db_connection)
	compose.around(
		InsightsDataSourcev3,
		"_get_db_connection",
		compose.own("client_comms_around")[f"{SOURCE}:InsightsDataSourcev3._get_db_connection"][0],
	)
	monkeypatch.setattr(
		frappe.local, "request", frappe._dict(method="POST", path="/api/method/x"), raising=False
	)

	def execute(query):
		cursor = InsightsDataSourcev3()._get_db_connection().con.cursor()
		cursor.execute(query)
		return [value for row in cursor.fetchall() for value in row]

	return execute


@pytest.fixture
def texts(complaint):
	"""Queries, each of which finds the complaint or what belongs to it."""
	complaint.add_comment("Comment", "The neighbours complain as well")
	name = frappe.db.escape(complaint.name)
	table = "`tabClient Interaction`"
	return [
		f"select name from {table} where name = {name}",
		f"select count(*) from {table} where name = {name} having count(*) > 0",
		f"select name from `{frappe.conf.db_name}`.{table} where name = {name}",
		f"with {table} as (select * from {table}) select name from {table} where name = {name}",
		f"select event from `tabInteraction Event` where parent = {name}",
		f"select content from tabComment where reference_name = {name} and comment_type = 'Comment'",
	]


def test_who_cannot_read_a_record_finds_nothing_of_it(ask, texts, staff, as_user):
	with as_user(staff.uncleared):
		assert [ask(query) for query in texts] == [[]] * len(texts)


def test_who_can_read_it_finds_it_in_every_way(ask, texts, staff, as_user):
	with as_user(staff.cleared):
		assert all(ask(query) for query in texts)


def test_a_visitor_and_a_job_get_what_is_open_to_visitors(ask, texts, as_user, monkeypatch):
	"""A dashboard that is public, an alert, the data store: those who read them were not asked who they are."""
	with as_user("Guest"):
		assert not any(ask(query) for query in texts)
	monkeypatch.setattr(frappe.local, "request", None)
	assert frappe.session.user == "Administrator"
	assert not any(ask(query) for query in texts)


def test_other_tables_and_documents_without_a_level_are_read_as_before(ask, staff, as_user):
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna"}).insert()
	for user in (staff.uncleared, "Guest"):
		with as_user(user):
			assert ask(f"select lead_name from tabLead where name = '{lead.name}'") == ["Anna"]
			assert ask("select name from tabRole where name = 'Guest'") == ["Guest"]


def test_the_global_search_has_texts_of_all_records(ask, staff, as_user):
	issue, task = frappe.generate_hash(), frappe.generate_hash()
	frappe.db.sql(
		"insert into `__global_search` (doctype, name, content) values ('Issue', %s, 'Noise'), ('Task', %s, 'Order')",
		(issue, task),
	)
	try:
		with as_user(staff.uncleared):
			assert ask(f"select name from __global_search where name in ('{issue}', '{task}')") == [task]
	finally:  # the table takes part in no transaction
		frappe.db.sql("delete from `__global_search` where name in (%s, %s)", (issue, task))


def test_a_query_that_is_not_understood_is_refused_in_words(ask, staff, as_user):
	with as_user(staff.uncleared), pytest.raises(frappe.PermissionError, match="one SELECT"):
		ask("explain select name from `tabClient Interaction`")


def test_another_database_is_left_alone():
	backend = queries_of_insights.connect(
		lambda source: InsightsDataSourcev3()._get_db_connection("shop"), None
	)
	assert backend.con.cursorclass is Connection().cursorclass


def test_a_kept_result_is_for_those_who_read_the_same_rows(staff, as_user, monkeypatch):
	monkeypatch.setattr(
		frappe.local, "request", frappe._dict(method="POST", path="/api/method/x"), raising=False
	)

	def key(user, query):
		with as_user(user):
			return queries_of_insights.digest(lambda *of: str(of), query, "site")

	confidential, open_to_all = "select * from `tabClient Interaction`", "select * from `tabRole`"
	assert key(staff.cleared, confidential) != key(staff.uncleared, confidential)
	assert key(staff.cleared, open_to_all) == key(staff.uncleared, open_to_all)
	code = "results = frappe.get_all('tabComment')"
	assert key(staff.cleared, code) != key(staff.uncleared, code), "what is no query"


@pytest.mark.parametrize("known", [True, False])
def test_a_release_without_the_function_is_named(known, tmp_path, monkeypatch):
	"""Of the app, only this file is asked for: it is read, not loaded."""
	file = tmp_path / "source.py"
	file.write_text("class InsightsDataSourcev3:\n" + "\tdef _get_db_connection(self):\n\t\tpass\n" * known)
	monkeypatch.setattr(takeovers, "_installed", lambda: {"insights"})
	monkeypatch.setattr(takeovers, "find_spec", lambda name: SimpleNamespace(origin=str(file)))
	found = takeovers.compare()
	assert [each.hook for each in found] == ([] if known else ["client_comms_around"])
	for each in found:
		assert "insights" in each.remedy and "insights" in each.message
