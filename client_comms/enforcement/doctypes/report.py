"""Rows of Script and Query Reports that query the database directly, including ERPNext's own (P-2).

A row that names a confidential record is shown only to users who can read it. It is unknown whether the report's
own totals include such rows, so if rows are left out, its chart and summary are removed as well.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import frappe
from frappe.desk.query_report import get_column_as_dict
from frappe.utils.html_utils import sanitize_html

from client_comms.enforcement import governed, guards, linked_columns, raw_sql, report_files
from client_comms.filters import one_of

# ERPNext's report that quotes messages but names only the documents under which they are filed.
_QUOTING = "Prospects Engaged But Not Converted"
_QUOTED = ("reference_doctype", "reference_name", "content", "communication_date")
# ERPNext's report that names the clients of Opportunities, but not the Opportunities.
_CONVERSION = "Lead Conversion Time"
SCRIPT_MANAGER, _SCRIPTS = "Script Manager", ("javascript", "query", "report_script")
# Also as JSON writes it.
_TAG = re.compile(r"(?:<|\\u003c)\s*[a-z!?/\\]", re.IGNORECASE)
_READERS = "client_comms_report_readers"
# ERPNext's report that writes a filter into its query as it is: a condition there would tell something of rows that are left out later.
_WRITTEN = {"Lost Opportunity": "lost_reason"}


class GuardedReport:
	"""Frappe's Report; however it is run, its rows are computed here."""

	@property
	def custom_columns(self) -> list:
		"""The columns that a saved report adds to another one."""
		return self.__dict__.get("custom_columns", [])

	@custom_columns.setter
	def custom_columns(self, columns: list | None):
		self.__dict__["custom_columns"] = linked_columns.without_revealing(columns)

	def run_standard_report(self, filters, limit, user):
		"""What a user saved in the report view.

		:raises ClearanceMissingError: it uses columns of confidential linked documents
		"""
		used = [*linked_columns.strings(frappe.parse_json(self.json)), *(filters or ())]
		linked_columns.refuse(self.ref_doctype, self.name, used, user)
		return super().run_standard_report(filters, limit, user)

	def execute_query_report(self, filters):
		return readable(self.name, super().execute_query_report(filters))

	def execute_script_report(self, filters):
		with raw_sql.looking_for(filters):
			found = readable(self.name, super().execute_script_report(_with_literal(self.name, filters)))
		return [*report_files.told(self, *found[:2]), *found[2:]]


def keep_scripts(doc, method=None) -> None:
	"""`validate`: only Script Managers change what runs as the users of a report.

	Frappe asks for the role by the type of a report, and runs the script of any. A script can also include files of the server.
	"""
	user, before = frappe.session.user, doc.get_doc_before_save()
	if user == "Administrator" or SCRIPT_MANAGER in frappe.get_roles(user):
		return
	for field in _SCRIPTS:
		doc.set(field, before.get(field) if before else None)


def clean_saved(doc, method=None) -> None:
	"""`validate`: what users save of a report, such as names of its columns, is shown to others as HTML."""
	doc.json = cleaned_json(doc.json)


def cleaned_json(saved: str | None) -> str | None:
	"""JSON of which pages show the texts as HTML; browsers do not read other text either, so it stays."""
	if not (saved and _TAG.search(saved)):
		return saved
	try:
		return frappe.as_json(_cleaned(frappe.parse_json(saved)), indent=None)
	except ValueError:
		return saved


def _cleaned(value):
	if isinstance(value, dict):
		return {_cleaned(key): _cleaned(each) for key, each in value.items()}
	if isinstance(value, list):
		return [*map(_cleaned, value)]
	return (
		sanitize_html(value, always_sanitize=True) if isinstance(value, str) and _TAG.search(value) else value
	)


def _with_literal(report: str, filters):
	"""The filters, of which one that is written into a query ends no literal; what would read a table is left to be refused."""
	field = _WRITTEN.get(report)
	value = field and (filters or {}).get(field)
	if not value or raw_sql.could_read(value):
		return filters
	return frappe._dict(filters, **{field: frappe.db.escape(str(value))[1:-1]})


@contextmanager
def for_all_of(users: Iterable[str]) -> Iterator[None]:
	"""Rows of reports inside the block are those that all of these users can read."""
	frappe.flags[_READERS] = [*filter(None, users)]
	try:
		yield
	finally:
		frappe.flags.pop(_READERS)


def readable(name: str, result) -> list:
	"""A report's result without the rows that the session user cannot read, or one of those for whom it is computed.

	:param result: `(columns, rows, message, chart, summary, skip_total_row)` or fewer, as Frappe's reports return it
	"""
	given = [*(result or ())]
	columns, rows, *more = [*given, *[[]] * (2 - len(given))]  # some have columns alone
	kept = _with_readable_names(columns, rows or [])
	if name == _QUOTING:
		kept = _with_readable_quotes(kept)
	elif name == _CONVERSION and kept:
		kept = _of_readable_clients(*kept)
	if len(kept) == len(rows or []):
		return [columns, rows, *more]
	message, _chart, _summary, *rest = [*more, None, None, None][: max(3, len(more))]
	return [columns, kept, message, None, None, *rest]


def _with_readable_names(columns: list, rows: list) -> list:
	columns = [get_column_as_dict(column) for column in columns]
	if not any(_may_name_governed(column) for column in columns):
		return rows
	names = defaultdict(set)
	for row in rows:
		for doctype, name in _named(columns, row):
			names[doctype].add(name)
	readable_names = {
		doctype: _readable_by_all(doctype, sorted(found))
		for doctype, found in names.items()
		if guards.is_held(doctype)
	}
	return [
		row
		for row in rows
		if all(name in readable_names.get(doctype, (name,)) for doctype, name in _named(columns, row))
	]


def _readable_by_all(doctype: str, names: list[str]) -> set[str]:
	readers = frappe.flags.get(_READERS) or [frappe.session.user]
	return set.intersection(*(guards.readable(doctype, names, user) for user in readers))


def _may_name_governed(column) -> bool:
	if column.get("fieldtype") == "Link":
		return guards.is_held(column.get("options"))
	return column.get("fieldtype") == "Dynamic Link"


def _named(columns: list, row) -> Iterator[tuple[str, str]]:
	"""The documents to which a row links."""
	values = (
		row
		if isinstance(row, dict)
		else {c.fieldname: value for c, value in zip(columns, row or (), strict=False)}
	)
	for column in columns:
		value = values.get(column.fieldname)
		if not value or column.get("fieldtype") not in ("Link", "Dynamic Link"):
			continue
		dynamic = column.fieldtype == "Dynamic Link"
		doctype = values.get(column.get("options")) if dynamic else column.get("options")
		if doctype:
			yield doctype, str(value)


def _with_readable_quotes(rows: list) -> list:
	"""Filter rows by the message that they quote in their last four columns."""
	messages = frappe.get_all(
		governed.COMMUNICATION,
		{"reference_name": ("in", list({_quoted(row)[1] for row in rows})), "sent_or_received": "Received"},
		["name", *_QUOTED],
		order_by=None,
	)
	allowed = governed.readable(governed.COMMUNICATION, [message.name for message in messages])
	quotable = {tuple(message[field] for field in _QUOTED) for message in messages if message.name in allowed}
	return [row for row in rows if _quoted(row) in quotable]


def _quoted(row) -> tuple:
	return _cells(row)[-len(_QUOTED) :]


def _of_readable_clients(*rows) -> list:
	"""Rows of which the first column names a client, without those of a client who has a hidden Opportunity, and then without the average, which is the last."""
	*rows, average = rows
	clients = sorted({_cells(row)[0] or "" for row in rows})
	of_clients = {"opportunity_from": "Lead", "customer_name": one_of(clients)}
	found = frappe.get_all("Opportunity", of_clients, ["name", "customer_name"], order_by=None)
	readable_ones = _readable_by_all("Opportunity", [each.name for each in found])
	# The database takes other letters for the same.
	hidden = {(each.customer_name or "").lower() for each in found if each.name not in readable_ones}
	kept = [row for row in rows if (_cells(row)[0] or "").lower() not in hidden]
	return kept if len(kept) < len(rows) else [*rows, average]


def _cells(row) -> tuple:
	return (*(row.values() if isinstance(row, dict) else row),)
