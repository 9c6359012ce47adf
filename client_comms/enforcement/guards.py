"""Which DocTypes this app guards, and the check that wrapped methods make on a document."""

from collections.abc import Callable, Iterable, Iterator

import frappe
from frappe import _
from frappe.model import table_fields
from frappe.utils import create_batch

from client_comms.enforcement import compose, documents, governed, policy, refusals
from client_comms.enforcement.row_conditions import meeting
from client_comms.exceptions import ClearanceMissingError
from client_comms.rules import access, access_rows

_AT_FIRST, _AT_ONCE = 50, 1000  # rows of a whole table that are judged in one query
_LOOKED_AT = 500  # records
_COSTLY_READS = 3  # before the condition becomes a part of the query


def is_held(doctype: str) -> bool:
	"""Whether a row condition of this app applies to the DocType; does not query the database."""
	return doctype in held()


def held() -> dict[str, list[str]]:
	"""The DocTypes to which a row condition of this app applies, of all versions and apps → the condition."""
	return compose.own("permission_query_conditions")


def is_own(doctype: str) -> bool:
	"""Whether this app brings the DocType."""
	meta = meta_of(doctype)
	return bool(meta) and frappe.local.module_app.get(frappe.scrub(meta.module)) == compose.APP


def named(doctype: str) -> str:
	"""The DocType that the database finds for a name: it compares names ignoring case, accents and trailing spaces."""
	meta = meta_of(doctype)
	return meta.name if meta else doctype


def is_row(doctype: str) -> bool:
	"""Whether the documents of a DocType are rows of others; does not query the database."""
	meta = meta_of(doctype)
	return bool(meta and meta.istable)


def meta_of(doctype: str):
	"""The fields of a DocType; None if this site does not have it."""
	try:
		return frappe.get_meta(doctype)
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		return None


def with_rows(doctype: str) -> set[str]:
	"""The DocTypes whose documents have rows of a DocType."""
	tables = {"fieldtype": ("in", table_fields), "options": doctype}
	return {
		*frappe.get_all("DocField", tables, pluck="parent", order_by=None),
		*frappe.get_all("Custom Field", tables, pluck="dt", order_by=None),
	}


def is_restricted(user: str | None = None, action: str = access.READ) -> bool:
	"""Whether there may be records that a user cannot read, or with which they cannot do something else.

	:param user: by default the session user
	"""
	return not access_rows.row_filter(policy.subject(user), policy.current(), action).all_levels


def readable_names(doctype: str, filters=None, limit: int = 0) -> list[str]:
	"""The names that the session user can read, for Frappe queries that do not apply row conditions.

	:param limit: only the first so many, in the order of the DocType's list
	"""
	order = {} if limit else {"order_by": None}
	return frappe.get_list(doctype, filters=filters, pluck="name", limit=limit, **order)


def readable_query(doctype: str, filters=None) -> str:
	"""The same as a query, for an SQL `in`: a site can have too many rows to name them."""
	query = frappe.get_list(doctype, filters=filters, fields=["name"], limit=0, order_by=None, run=False)
	return query if isinstance(query, str) else query.get_sql()


def condition(doctype: str, user: str | None = None, names: list[str] | None = None) -> str:
	"""This app's row condition of a DocType for a user, to be put in brackets; empty if every row is open.

	:param user: by default the session user
	:param names: of the rows that are asked about, if they are known
	"""
	if not is_held(doctype):
		return ""
	(hook,) = held()[doctype]
	return frappe.call(hook, user=user or frappe.session.user, doctype=doctype, names=names)


def readable(doctype: str, names: list[str], user: str | None = None) -> set[str]:
	"""The `names` that this app's row condition lets a user read; a query or two, none if all are open.

	:param user: by default the session user
	"""
	return meeting(doctype, names, names and condition(doctype, user, names=names))


def hides(doctype: str, filters: dict) -> bool:
	"""Whether the session user cannot read one of the documents that meet the filters."""
	if not condition(doctype):
		return False
	names = frappe.get_all(doctype, filters, pluck="name", order_by=None)
	# In parts, because a client can have tens of thousands, and often the first part tells.
	return any(len(readable(doctype, part)) < len(part) for part in create_batch(names, _LOOKED_AT))


def page_of(doctype: str, read: Callable[[int, int], list], start: int, length: int) -> list:
	"""The same as `page_where`, of one DocType; the first column of its rows is the name."""

	def keep(rows: list) -> list:
		allowed = readable(doctype, [str(row[0]) for row in rows])
		return [row for row in rows if str(row[0]) in allowed]

	return page_where(keep, read, start, length)


def page_where(
	keep: Callable[[list], list],
	read: Callable[[int, int], list],
	start: int,
	length: int,
	read_kept: Callable[[int, int], list] | None = None,
) -> list:
	"""A page of the rows that the session user can read, of a list which is read without a row condition. Removed from a page only after it
	was read, hidden rows would be counted by where a row of one's own stands, and so tell what they contain.

	:param keep: those of some rows that the user can read
	:param read: the rows from a place on, at most so many
	:param read_kept: the same of those that the user can read, in one query that judges every row: for a `read` that is costly each time, of
	    any number of rows. Most pages are full before
	"""
	kept, place, at_once, reads = [], 0, max(length, _AT_FIRST), 0
	while len(kept) < start + length:
		if read_kept and reads == _COSTLY_READS:
			return read_kept(start, length)
		rows, reads = read(place, at_once), reads + 1
		kept += keep(rows)
		if len(rows) < at_once:
			break
		place, at_once = place + at_once, min(4 * at_once, _AT_ONCE)
	return kept[start : start + length]


def readable_rows(doctype: str, fields: Iterable[str], filters=None) -> Iterator[tuple]:
	"""The name and `fields` of rows that `readable` lets the session user read, in the order of their names; for a whole table."""
	rows = frappe.get_all(
		doctype, filters=filters, fields=["name", *fields], as_list=True, order_by="name asc"
	)
	for chunk in create_batch(rows, _AT_ONCE):
		kept = readable(doctype, [str(row[0]) for row in chunk])
		yield from (row for row in chunk if str(row[0]) in kept)


def require(doctype: str, name: str, action: str = access.READ) -> None:
	"""Refuse the session user an action that the rule denies, on a record or on what belongs to one (a comment, a
	file, a consent); documents that are not governed pass.

	:raises ClearanceMissingError: the rule denies the action
	:raises frappe.PermissionError: the document is found by conditions
	"""
	if not (doctype and name):
		return
	if isinstance(name, dict | list):
		refuse_conditions()
	doctype = named(doctype)
	if doctype not in governed.doctypes():
		if doctype not in documents.SETTING and objects(doctype, name, action):
			frappe.throw(
				refusals.without_clearance(),
				exc=ClearanceMissingError,
				title=_("Clearance Missing"),
			)
		return
	decision = governed.decide(doctype, name, action, frappe.session.user)
	if decision is not None and not decision.allowed:
		reasons = refusals.reasons(decision, frappe.session.user)
		frappe.throw("<br>".join(reasons), exc=ClearanceMissingError, title=_("Clearance Missing"))


def can_refuse(doctype: str) -> bool:
	"""Whether `require` could refuse a document of the DocType; does not query the database."""
	doctype = named(doctype)
	has_hook = doctype not in documents.SETTING and bool(compose.own("has_permission").get(doctype))
	return has_hook or doctype in governed.doctypes()


def refuse_conditions() -> None:
	"""Refuse to look for a document by conditions: whether there is one tells what a hidden text contains."""
	frappe.throw(
		_("Name the document. Conditions are for lists only."),
		exc=frappe.PermissionError,
		title=_("Not Permitted"),
	)


def objects(doctype: str, name: str, ptype: str = "read", user: str | None = None) -> bool:
	"""Whether a permission hook of this app denies a user a document of any DocType.

	:param user: by default the session user
	"""
	hooks = compose.own("has_permission").get(named(doctype), ())
	doc = hooks and frappe.db.exists(doctype, name) and frappe.get_doc(doctype, name)
	return bool(doc) and any(
		frappe.call(hook, doc=doc, ptype=ptype, user=user or frappe.session.user) is False for hook in hooks
	)
