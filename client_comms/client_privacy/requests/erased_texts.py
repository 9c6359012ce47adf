"""The last step of an erasure: the client's addresses, numbers and full names are replaced in every text of the site, and caches
and finished jobs with them are removed (P-2).

Only what people typed, and what refers to a record that is gone, is changed. Rows are deleted only if an address of the client is
their name. The rest that is named after the client is returned, to be decided by hand.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import frappe
from frappe.deferred_insert import save_to_db
from frappe.utils import create_batch
from frappe.utils.global_search import sync_global_search
from rq.job import Job

from client_comms import ledger
from client_comms.client_privacy.erasure.records import TEXTS
from client_comms.client_privacy.requests import data_map, renamed_files
from client_comms.client_privacy.requests.shared_names import literally
from client_comms.enforcement import legal_holds
from client_comms.enforcement.registry import OWNER_FIELDS
from client_comms.rules import erased_texts
from client_comms.rules.messages import _ as N_

_MASTERS = (*data_map.MASTERS, "Company")
CHUNK = 500  # rows in memory, and in a transaction
NAMED_AFTER = N_("Named after the client: rename it by hand")
STRUCTURE = N_("Part of the configuration, where nothing is replaced: change it by hand")
UNREAD = N_("An email that cannot be read in full: look whether it names the client")
UNKNOWN = N_("No DocType describes this table: look at it by hand")
_TEXT_TYPES = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext")
# The structure of the site, and what is needed to sign and verify.
_LEFT_OUT = ("tabDocType", "tabDocField", "tabModule Def", "tabLedger Checkpoint")
_CONFIGURATION = (
	"Client Script",
	"Custom DocPerm",
	"Custom Field",
	"DocPerm",
	"DocType Action",
	"DocType Link",
	"DocType State",
	"Property Setter",
	"Role",
	"Server Script",
)
_TEXT, _TAGS, _LINK, _DYNAMIC = "text", "tags", "link", "dynamic"
_STANDARD = {
	"owner": (_LINK, "User"),
	"modified_by": (_LINK, "User"),
	**dict.fromkeys(("_assign", "_comments", "_liked_by", "_seen"), (_TEXT, "")),
	"_user_tags": (_TAGS, ""),
}
# Tables without a DocType: the column that says whose the row is, and the texts.
_PLAIN = {
	"__Auth": ("name", ()),
	"__UserSettings": ("user", ("data",)),
	"__global_search": ("name", ("title", "content")),
	"tabSessions": ("user", ("sessiondata",)),
}
_MAILS, _MAILS_AT_ONCE = (("Email Queue", "message"), ("Unhandled Email", "raw")), 50
_SINGLES, _SEARCH = "tabSingles", "__global_search"
_LEDGER = f"tab{ledger.ENTRY}"


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


class Sought:
	"""What is looked for.

	:param markers: texts that identify the client wherever they occur
	:param records: DocType → names of the client's own records; links to those that are gone become empty
	"""

	def __init__(self, markers: Collection[str], records: dict[str, Collection[str]]):
		self.forms = erased_texts.all_forms(markers)
		self.texts = erased_texts.pattern(markers)
		self.addresses = erased_texts.pattern([each for each in markers if erased_texts.is_address(each)])
		there = {
			(doctype, name)
			for doctype, names in records.items()
			for name in frappe.get_all(doctype, {"name": ("in", list(names))}, pluck="name", order_by=None)
		}
		named = {(doctype, name) for doctype, names in records.items() for name in names}
		self.gone_names = sorted({name for _doctype, name in named - there})
		self._gone = {(doctype, name.casefold()) for doctype, name in named - there}

	def is_gone(self, doctype: str | None, name) -> bool:
		return isinstance(name, str) and (doctype, name.casefold()) in self._gone

	def occurs_in(self, value) -> bool:
		return isinstance(value, str) and bool(self.texts.search(value))

	def is_address(self, value) -> bool:
		return isinstance(value, str) and bool(self.addresses.fullmatch(value))

	def condition(self, columns: Iterable[str]) -> tuple[str, dict]:
		"""Rows that may contain something of it, as SQL, with its values."""
		# Any sign for a space, which can be an underscore in the name of a file.
		patterns = dict.fromkeys(literally(form).replace(" ", "_") for form in self.forms)
		values: dict = {f"m{number}": f"%{each}%" for number, each in enumerate(patterns)}
		tests = [f"`{{0}}` like %({key})s" for key in values]
		if self.gone_names:
			values["gone"] = tuple(self.gone_names)
			tests.append("`{0}` in %(gone)s")
		return " or ".join(test.format(column) for column in columns for test in tests) or "false", values


Found = tuple[str, str, str]  # DocType, name and reason of what is decided by hand


def everywhere(sought: Sought, kept: Kept) -> list[Found]:
	"""Replace what is sought in every table, some hundred rows per transaction. Repeatable; returns what is left to decide."""
	save_to_db()
	sync_global_search()
	with_names = _tables_with_names()
	left: list[Found] = []
	# The ledger comes last: what changes in documents that it follows becomes an entry.
	for table, columns in sorted(_tables(), key=lambda each: each[0] == _LEDGER):
		left += _in_table(table, columns, sought, kept, table in with_names)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a table is done; an interrupted run begins again)
	for doctype, column in _MAILS:
		left += _in_mails(doctype, column, sought, kept)
	return left


def _in_mails(doctype: str, column: str, sought: Sought, kept: Kept) -> list[Found]:
	"""Emails as they are sent: a query finds nothing in what is encoded, or broken into lines."""
	left: list[Found] = []
	names = frappe.get_all(doctype, pluck="name", order_by=None)
	for some in create_batch(names, _MAILS_AT_ONCE):
		fields = ["name", column, *filter(None, OWNER_FIELDS.get(doctype, ()))]
		rows = frappe.get_all(doctype, {"name": ("in", some)}, fields, order_by=None)
		held = _held(doctype, rows)
		for row in rows:
			text = row[column] or ""
			if row.name in held or kept.covers(doctype, row):
				continue
			new, has_unread = erased_texts.mail_without(text, sought.texts)
			if new != text:
				frappe.db.set_value(doctype, row.name, column, new, update_modified=False)
			if has_unread:
				left.append((doctype, row.name, UNREAD))
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (an interrupted run begins again)
	return left


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


def _tables_with_names() -> set[str]:
	"""Those of DocTypes: each row has a name, a text or a number."""
	return set(
		frappe.db.sql_list(
			"""select table_name from information_schema.columns
			where table_schema = database() and column_name = 'name' and left(table_name, 3) = 'tab'"""
		)
	)


def _in_table(table: str, columns: list[str], sought: Sought, kept: Kept, has_names: bool) -> list[Found]:
	if table == _SINGLES:
		_in_singles(sought)
	elif table in _PLAIN:
		_in_plain_table(table, sought)
	elif not has_names:
		condition, values = sought.condition(columns)
		# nosemgrep: frappe-sql-format-injection (tables and columns of the schema; values are bound)
		rows = frappe.db.sql(f"select * from `{table}` where {condition}", values, as_dict=True)
		return [(table, "", UNKNOWN)] if any(map(sought.occurs_in, _values(rows))) else []
	elif table == _LEDGER:
		entries = [
			row.name
			for rows in _rows(table, columns, sought)
			for row in rows
			if any(map(sought.occurs_in, row.values()))
		]
		ledger.erase_entries(entries)
	else:
		return _in_records(table.removeprefix("tab"), columns, sought, kept)
	return []


def _values(rows: Iterable[dict]) -> Iterator:
	for row in rows:
		yield from row.values()


def _in_records(doctype: str, columns: list[str], sought: Sought, kept: Kept) -> list[Found]:
	kinds: dict | None = None
	left: list[Found] = []

	def stays(row: dict) -> bool:
		return kept.covers(doctype, row) or bool(_held(doctype, [row]))

	for rows in _rows(f"tab{doctype}", columns, sought):
		rows = [row for row in rows if not kept.covers(doctype, row)]
		held = _held(doctype, rows)
		gone, changed = [], []
		for row in rows:
			if hold := held.get(row.name):
				if any(map(sought.occurs_in, row.values())):
					left.append((doctype, row.name, legal_holds.stored_sentence(hold)))
			elif reason := _by_hand(doctype, row, sought):
				left.append((doctype, row.name, reason))
			elif _goes(doctype, row, sought):
				frappe.db.delete(doctype, {"name": row.name})
				gone.append(row)
			else:
				kinds = _kinds(doctype) if kinds is None else kinds
				new = dict(_changes(row, kinds, sought, kept))
				if doctype == renamed_files.FILE and renamed_files.follow(row, new, stays):
					left.append((doctype, row.name, NAMED_AFTER))
				if new:
					frappe.db.set_value(doctype, row.name, new, update_modified=False)
					changed.append(row)
		ledger.follow_erasure(doctype, [row.name for row in gone])
		ledger.record_erased(doctype, [row.name for row in changed])
		for parenttype in {row.get("parenttype") for row in (*gone, *changed)} - {None}:
			parents = {row.parent for row in (*gone, *changed) if row.get("parenttype") == parenttype}
			ledger.record_erased(parenttype, parents)
	return left


def _held(doctype: str, rows: list) -> dict[str, legal_holds.Hold]:
	"""Rows that a hold covers, themselves or with the document that they are part of: name → hold."""
	found = legal_holds.of_each(doctype, [row.name for row in rows])
	for parenttype in {row.get("parenttype") for row in rows} - {None}:
		of_kind = [row for row in rows if row.get("parenttype") == parenttype]
		parents = legal_holds.of_each(parenttype, {row.parent for row in of_kind})
		found |= {row.name: parents[row.parent] for row in of_kind if row.parent in parents}
	return found


def _rows(table: str, columns: list[str], sought: Sought) -> Iterator[list]:
	"""Rows that may contain something: first their names, then some at a time, each in a transaction."""
	condition, values = sought.condition(columns)
	# nosemgrep: frappe-sql-format-injection (tables and columns of the schema; values are bound)
	names = frappe.db.sql_list(f"select `name` from `{table}` where {condition}", values)
	read = ", ".join(f"`{column}`" for column in dict.fromkeys(("name", *columns)))
	for start in range(0, len(names), CHUNK):
		# nosemgrep: frappe-sql-format-injection (tables and columns of the schema; values are bound)
		query = f"select {read} from `{table}` where `name` in %(names)s"
		yield frappe.db.sql(query, {"names": tuple(names[start : start + CHUNK])}, as_dict=True)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (an interrupted run begins again)


def _by_hand(doctype: str, row: dict, sought: Sought) -> str | None:
	"""Why a row is left to be decided by hand; None if it is not."""
	if doctype in _CONFIGURATION:
		return STRUCTURE if any(map(sought.occurs_in, row.values())) else None
	if not sought.occurs_in(row.name) or _goes(doctype, row, sought):
		return None
	return NAMED_AFTER


def _goes(doctype: str, row: dict, sought: Sought) -> bool:
	"""Whether a row belongs to the client alone: to a record that is gone, or to an address, as the settings of a login do."""
	if sought.is_gone(row.get("parenttype"), row.get("parent")):
		return True
	if doctype in _MASTERS or row.get("parenttype") in _MASTERS:
		return False
	kind, name = data_map.LINKING.get(doctype, ("", ""))
	if sought.is_gone(row.get(kind), row.get(name)):
		return True
	return any(sought.is_address(row.get(key)) for key in ("name", "parent"))


def _kinds(doctype: str) -> dict[str, tuple[str, str]]:
	"""Column → how it is treated; other columns are not touched, such as choices, and what a row belongs to."""
	if not frappe.db.exists("DocType", doctype):
		return {}
	kinds = dict(_STANDARD)
	for df in frappe.get_meta(doctype).fields:
		if df.fieldtype in TEXTS:
			kinds[df.fieldname] = (_TEXT, "")
		elif df.fieldtype == "Link":
			kinds[df.fieldname] = (_LINK, df.options)
		elif df.fieldtype == "Dynamic Link":
			kinds[df.fieldname] = (_DYNAMIC, df.options)
	return kinds


def _changes(row: dict, kinds: dict, sought: Sought, kept: Kept) -> Iterator[tuple[str, str | None]]:
	for column, value in row.items():
		kind, options = kinds.get(column, ("", ""))
		if kind == _TEXT and sought.occurs_in(value) and value not in kept.names:
			yield column, erased_texts.without(value, sought.texts)
		elif kind == _TAGS and sought.occurs_in(value):
			yield column, ",".join(tag for tag in value.split(",") if not sought.occurs_in(tag))
		elif kind == _LINK and sought.is_gone(options, value):
			yield column, None
		elif kind == _DYNAMIC and sought.is_gone(row.get(options), value):
			yield column, None


def _in_singles(sought: Sought) -> None:
	condition, values = sought.condition(["value"])
	# nosemgrep: frappe-sql-format-injection (the columns are named here; values are bound)
	rows = frappe.db.sql(
		f"select doctype, field, value from `{_SINGLES}` where {condition}", values, as_dict=True
	)
	for row in rows:
		kind, options = _kinds(row.doctype).get(row.field, ("", ""))
		if kind == _TEXT and sought.occurs_in(row.value):
			new = erased_texts.without(row.value, sought.texts)
		elif kind == _LINK and sought.is_gone(options, row.value):
			new = None
		else:
			continue
		frappe.db.set_single_value(row.doctype, row.field, new, update_modified=False)
		ledger.record_erased(row.doctype, [row.doctype])


def _in_plain_table(table: str, sought: Sought) -> None:
	owning, texts = _PLAIN[table]
	condition, values = sought.condition((owning, *texts))
	# nosemgrep: frappe-sql-format-injection (tables and columns of the schema; values are bound)
	for row in frappe.db.sql(f"select * from `{table}` where {condition}", values, as_dict=True):
		same = {f"k{number}": value for number, value in enumerate(row.values())}
		where = " and ".join(f"`{column}` <=> %({key})s" for column, key in zip(row, same, strict=True))
		named = table == _SEARCH and sought.occurs_in(row[owning])
		if named or sought.is_address(row[owning]) or sought.is_gone(row.get("doctype"), row[owning]):
			# nosemgrep: frappe-sql-format-injection (tables and columns of the schema; values are bound)
			frappe.db.sql(f"delete from `{table}` where {where}", same)
			continue
		new = {
			column: sought.texts.sub(erased_texts.REPLACEMENT, row[column])
			for column in texts
			if sought.occurs_in(row[column])
		}
		if new:
			values = {f"n{number}": value for number, value in enumerate(new.values())}
			set_to = ", ".join(f"`{column}` = %({key})s" for column, key in zip(new, values, strict=True))
			# nosemgrep: frappe-sql-format-injection (tables and columns of the schema; values are bound)
			frappe.db.sql(f"update `{table}` set {set_to} where {where}", {**same, **values})


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
