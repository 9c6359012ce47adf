"""The last step of an erasure: the client's addresses, numbers and full names are replaced in every table of the site, and
caches and finished jobs with them are removed (P-2)."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import frappe
from frappe.deferred_insert import save_to_db
from frappe.utils.global_search import sync_global_search
from rq.job import Job

from client_comms import ledger
from client_comms.enforcement.registry import OWNER_FIELDS

MASTERS = ("User", "Contact", "Address", "Lead", "Prospect", "Supplier", "Customer", "Company")
REPLACEMENT = "[erased]"
_TEXT_TYPES = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext")
# The structure of the site, and what is needed to sign and verify.
_LEFT_OUT = ("tabDocType", "tabDocField", "tabModule Def", "tabLedger Checkpoint", "tabErasure Run")


@dataclass(frozen=True, slots=True)
class Kept:
	"""(DocType, name) of records whose own fields and rows stay, and of held ones, with which all that belongs to them stays."""

	records: frozenset[tuple[str, str]]
	held: frozenset[tuple[str, str]]

	@property
	def names(self) -> set[str]:
		return {name for _doctype, name in self.records | self.held}

	def covers(self, doctype: str, row: dict) -> bool:
		both = self.records | self.held
		if (doctype, row.get("name")) in both or (row.get("parenttype"), row.get("parent")) in both:
			return True
		if ("Client Interaction", row.get("client_interaction")) in self.held:
			return True
		kind, name = OWNER_FIELDS.get(doctype, ("", ""))
		return (row.get(kind), row.get(name)) in self.held


def everywhere(markers: Collection[str], kept: Kept) -> None:
	"""Replace the markers in every table, one table per transaction. Repeatable.

	Contacts, customers and the like whose name contains a marker are left, because they are someone else's: the client's own are
	gone by now, or kept.
	"""
	save_to_db()
	sync_global_search()
	for table, columns in _tables():
		_in_table(table, columns, markers, kept)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a table is done; an interrupted run begins again)


def _tables() -> Iterator[tuple[str, list[str]]]:
	found: dict[str, list[str]] = {}
	for table, column in frappe.db.sql(
		"""select c.table_name, c.column_name from information_schema.columns c
		join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
		where c.table_schema = database() and t.table_type = 'BASE TABLE' and c.data_type in %(types)s
		order by c.table_name, c.ordinal_position""",
		{"types": _TEXT_TYPES},
	):
		if table not in _LEFT_OUT:
			found.setdefault(table, []).append(column)
	yield from found.items()


def _in_table(table: str, columns: list[str], markers: Collection[str], kept: Kept) -> None:
	doctype = table.removeprefix("tab")
	pattern = re.compile(
		"|".join(re.escape(form) for marker in markers for form in _forms(marker)), re.IGNORECASE
	)
	rows = _rows_with(table, columns, markers)
	if table == f"tab{ledger.ENTRY}":
		ledger.erase_payload([row["name"] for row in rows])
		return
	for row in rows:
		if kept.covers(doctype, row):
			continue
		if doctype not in MASTERS and any(
			pattern.search(str(row.get(key) or "")) for key in ("name", "parent")
		):
			_delete(table, columns, row)
			continue
		new = {
			column: _without(row[column], pattern, kept)
			for column in columns
			if column not in ("name", "parent")
			and isinstance(row[column], str)
			and pattern.search(row[column])
		}
		if new:
			_update(table, columns, row, new)


def _without(text: str, pattern: re.Pattern, kept: Kept) -> str | None:
	"""The text without markers; a link to a record that stays is left, and one to a record that is gone becomes empty."""
	if text in kept.names:
		return text
	return None if pattern.fullmatch(text) else pattern.sub(REPLACEMENT, text)


def _delete(table: str, columns: list[str], row: dict) -> None:
	"""A row that is named after the client, such as the settings of a login or a row of the search index."""
	keys = _keys(table, columns, row)
	same = " and ".join(f"`{key}` <=> %(k{number})s" for number, key in enumerate(keys))
	# nosemgrep: frappe-sql-format-injection (tables and columns of the schema; values are bound)
	frappe.db.sql(f"delete from `{table}` where {same}", _bound(keys, row))


def _keys(table: str, columns: list[str], row: dict) -> list[str]:
	"""What finds the row again: its name where it has one of its own, otherwise all of its texts."""
	return ["name"] if "name" in row and table.startswith("tab") else columns


def _bound(keys: list[str], row: dict) -> dict:
	return {f"k{number}": row[key] for number, key in enumerate(keys)}


def _rows_with(table: str, columns: list[str], markers: Collection[str]) -> list[dict]:
	patterns = {f"m{number}": f"%{_escaped(form)}%" for number, form in enumerate(_all_forms(markers))}
	conditions = " or ".join(f"`{column}` like %({key})s" for column in columns for key in patterns)
	# nosemgrep: frappe-sql-format-injection (tables and columns of the schema; values are bound)
	return frappe.db.sql(f"select * from `{table}` where {conditions}", patterns, as_dict=True)


def _update(table: str, columns: list[str], row: dict, new: dict) -> None:
	keys = _keys(table, columns, row)
	values = {f"n{number}": value for number, value in enumerate(new.values())}
	assignments = ", ".join(f"`{column}` = %(n{number})s" for number, column in enumerate(new))
	same = " and ".join(f"`{key}` <=> %(k{number})s" for number, key in enumerate(keys))
	# nosemgrep: frappe-sql-format-injection (tables and columns of the schema; values are bound)
	frappe.db.sql(f"update `{table}` set {assignments} where {same}", {**values, **_bound(keys, row)})


def _forms(marker: str) -> list[str]:
	"""A text in plain form, and escaped for JSON and for HTML."""
	escaped = json.dumps(marker)[1:-1]
	return list(dict.fromkeys((marker, escaped, frappe.utils.escape_html(marker))))


def _all_forms(markers: Collection[str]) -> list[str]:
	return list(dict.fromkeys(form for marker in markers for form in _forms(marker)))


def _escaped(text: str) -> str:
	return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def caches(markers: Collection[str]) -> None:
	"""Remove what Redis holds: the site's caches, and jobs that are over and name the client."""
	frappe.clear_cache()
	searched = [marker.lower() for marker in markers]
	for key in frappe.cache.get_keys("*"):
		shown = key.decode(errors="replace") if isinstance(key, bytes) else str(key)
		if any(marker in shown.lower() for marker in searched):
			frappe.cache.delete(key)
	_jobs(searched)


def _jobs(searched: list[str]) -> None:
	from frappe.utils.background_jobs import get_queues

	for queue in get_queues():
		for registry in (queue.finished_job_registry, queue.failed_job_registry, queue.canceled_job_registry):
			for job in Job.fetch_many(registry.get_job_ids(), connection=queue.connection):
				if job and job.kwargs.get("site") == frappe.local.site:
					if any(marker in str(job.kwargs).lower() for marker in searched):
						job.delete()
