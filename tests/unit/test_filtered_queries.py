"""A query of another app gets no other rows than those that it may: whatever it names, and however it is written (P-2)."""

import pytest

from client_comms.rules.filtered_queries import NotReadableError, with_conditions

pytestmark = pytest.mark.clause("P-2")

CONDITIONS = {"tabClient Interaction": "name = 'a'", "tabFile": "1 = 0", "tabLead": ""}
ROWS = "(SELECT * FROM `tabClient Interaction` WHERE (name = 'a'))"
FILES = "(SELECT * FROM `tabFile` WHERE (1 = 0))"


def filtered(query):
	return with_conditions(query, {table: lambda one=one: one for table, one in CONDITIONS.items()})


@pytest.mark.parametrize(
	"query",
	[
		"select  a, count( * ) from `tabTask` -- as it is",
		"select * from tabLead",
		"SET SESSION time_zone='+00:00'",
		"insert into `tabTask` values ('x')",
	],
)
def test_what_names_no_table_with_hidden_rows_stays_as_it_is(query):
	assert filtered(query) == query


@pytest.mark.parametrize(
	("query", "expected"),
	[
		(
			"SELECT subject FROM `tabClient Interaction`",
			f"SELECT subject FROM {ROWS} AS `tabClient Interaction`",
		),
		("select a.subject from `tabClient Interaction` a", f"SELECT a.subject FROM {ROWS} AS a"),
		("SELECT `tabFile`.name FROM tabFile", f"SELECT `tabFile`.name FROM {FILES} AS `tabFile`"),
		("SELECT name FROM `_5e`.`tabFile`", f"SELECT name FROM {FILES} AS `tabFile`"),
		(
			"SELECT (SELECT MAX(name) FROM tabFile) AS a",
			f"SELECT (SELECT MAX(name) FROM {FILES} AS `tabFile`) AS a",
		),
		(
			"SELECT 1 AS a UNION SELECT name FROM tabFile",
			f"SELECT 1 AS a UNION SELECT name FROM {FILES} AS `tabFile`",
		),
		(
			"SELECT * FROM tabTask JOIN tabFile ON tabFile.name = tabTask.a",
			f"SELECT * FROM tabTask JOIN {FILES} AS `tabFile` ON tabFile.name = tabTask.a",
		),
		("SELECT * FROM tabFile FORCE INDEX (x)", f"SELECT * FROM {FILES} AS `tabFile`"),
		("DESCRIBE `tabFile`", "DESCRIBE `tabFile`"),
	],
)
def test_a_table_is_its_open_rows(query, expected):
	assert filtered(query) == expected


@pytest.mark.parametrize(
	("query", "count"),
	[
		# What the query defines itself is that, and what it is defined by is a table.
		("WITH tabFile AS (SELECT * FROM tabFile) SELECT * FROM tabFile", 1),
		("WITH a AS (SELECT * FROM tabFile), tabFile AS (SELECT 1) SELECT * FROM a, tabFile", 1),
		("WITH tabFile AS (SELECT 1) SELECT * FROM (SELECT * FROM tabFile) AS b", 0),
		("SELECT * FROM (WITH tabFile AS (SELECT 1) SELECT * FROM tabFile) AS a, tabFile", 1),
		("WITH tabFile AS (SELECT 1) SELECT * FROM x.tabFile", 1),
		# A name in other letters is another one for some servers and the same for others.
		("WITH TABFILE AS (SELECT 1) SELECT * FROM tabFile", 1),
		("WITH RECURSIVE tabFile AS (SELECT 1) SELECT * FROM tabFile", 1),
	],
)
def test_what_a_query_defines_itself(query, count):
	assert filtered(query).count(FILES) == count


@pytest.mark.parametrize(
	"query",
	[
		"SELECT 1 AS a /*! UNION SELECT name FROM tabFile */",
		"SELECT 1 AS a /*M! UNION SELECT name FROM tabFile */",
		# No comment for the database, which wants a space after it.
		"SELECT 1--1 AS a UNION SELECT name FROM tabFile",
		"SELECT 1 AS a # tabFile",
	],
)
def test_what_only_the_database_would_read_does_not_reach_it(query):
	written = filtered(query)
	assert "tabFile" not in written and "/*" not in written


@pytest.mark.parametrize(
	"query",
	[
		"SELECT 1; SELECT * FROM tabFile",
		"SELECT * FROM tabFile INTO OUTFILE '/tmp/x'",
		"EXPLAIN SELECT * FROM tabFile",
		"ANALYZE SELECT * FROM tabFile",
		"DELETE FROM tabFile",
		"INSERT INTO x SELECT * FROM tabFile",
		"CREATE TEMPORARY TABLE x AS SELECT * FROM tabFile",
		"SET STATEMENT max_statement_time=1 FOR SELECT * FROM tabFile",
		"TABLE tabFile",
		"HANDLER tabFile OPEN",
		"CALL x('tabFile')",
		"SELECT * FROM tabFile WHERE",
		"SELECT * FROM (" * 3000 + "tabFile",
	],
)
def test_what_is_not_understood_or_does_more_than_read_is_refused(query):
	with pytest.raises(NotReadableError):
		filtered(query)


def test_a_text_cannot_pass_for_the_rows():
	"""What stands for the rows while the query is read is known to no one."""
	query = "SELECT '`client_comms_rows_0` `0` tabFile' AS a FROM tabFile"
	assert filtered(query) == f"SELECT '`client_comms_rows_0` `0` tabFile' AS a FROM {FILES} AS `tabFile`"


def test_conditions_are_computed_only_for_what_is_named():
	asked = []

	def condition(table):
		return lambda: asked.append(table) or "1 = 0"

	with_conditions("SELECT * FROM TABFILE", {table: condition(table) for table in CONDITIONS})
	assert asked == ["tabFile"]
