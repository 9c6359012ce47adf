"""Logins that are renamed, and two logins of one person that are merged, by Frappe's *Merge with existing* (F-2, T-1, T-3).

Of some documents each user has one, or one for each policy or training. Frappe writes the name that stays into all rows of the other
login at once, which the index that keeps them single refuses with an error of the database. So where both logins have one, one of
them goes first, and the ledger keeps what it said.
"""

import json

import frappe
from frappe.utils import create_batch, cstr

from client_comms import ledger
from client_comms.enforcement import governed, guards, legal_holds, renaming
from client_comms.people import policies, trainings

_AT_ONCE = 1000  # records in one statement
# What users, or their managers, set for them; each user has one.
SETTINGS = ("Assignment Share", "Digest Subscription")
_SENT_ON = "sent_on"


def keep_single(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`before_rename` of User: of what both logins confirmed or owe, the earlier stays; of what was set for them, that of the login
	that stays.

	:raises LegalHoldError: a hold covers a row that would go
	"""
	if not merge or renaming.is_only_queued():
		return
	for mine, theirs in _both(policies.ATTESTATION, old, new, "policy"):
		_drop(policies.ATTESTATION, *_later(mine, theirs, "attested_on"))
	for mine, theirs in _both(trainings.ASSIGNMENT, old, new, "training"):
		_keep_latest(trainings.ASSIGNMENT, mine, theirs, "last_reminded_on")
		_drop(trainings.ASSIGNMENT, *_later(mine, theirs, "owed_since"))
	for doctype in SETTINGS:
		for mine, theirs in _both(doctype, old, new):
			if _SENT_ON in mine:
				_keep_latest(doctype, mine, theirs, _SENT_ON)
			frappe.delete_doc(doctype, mine.name, force=True, ignore_permissions=True)


def follow_rename(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`after_rename` of User: what is open stays assigned to the person, and after a merger, the trainings owed are those of the roles of the
	login that stays."""
	_rename_assignee(old, new)
	if merge:
		trainings.follow_user(doc)


def _rename_assignee(old: str, new: str) -> None:
	"""In the column that lists and their filters read, which Frappe writes from to-dos and does not rename as these."""
	assigned = {
		"allocated_to": new,
		"status": "Open",
		"reference_type": ("is", "set"),
		"reference_name": ("is", "set"),
	}
	records: dict[str, list[str]] = {}
	for todo in frappe.get_all("ToDo", assigned, ["reference_type", "reference_name"], order_by=None):
		records.setdefault(todo.reference_type, []).append(todo.reference_name)
	for doctype, names in records.items():
		if doctype in governed.doctypes() or guards.is_own(doctype):
			for chunk in create_batch(names, _AT_ONCE):
				_replace_assignee(doctype, chunk, old, new)


def _replace_assignee(doctype: str, names: list[str], old: str, new: str) -> None:
	values = {"names": names, "old": json.dumps(old), "new": json.dumps(new)}
	# nosemgrep: frappe-sql-format-injection (a DocType that this app governs; values are bound)
	frappe.db.sql(
		f"""update `tab{doctype}` set `_assign` = replace(`_assign`, %(old)s, %(new)s)
		where name in %(names)s and locate(%(old)s, `_assign`) and not locate(%(new)s, `_assign`)""",
		values,
	)
	# After a merger, some were assigned to both.
	listed = {"name": ("in", names), "_assign": ("like", f'%"{old}"%')}
	for name, users in frappe.get_all(doctype, listed, ["name", "_assign"], as_list=True, order_by=None):
		left = dict.fromkeys(new if user == old else user for user in frappe.parse_json(users))
		frappe.db.set_value(doctype, name, "_assign", json.dumps([*left]), update_modified=False)


def _both(
	doctype: str, old: str, new: str, key: str | None = None
) -> list[tuple[frappe._dict, frappe._dict]]:
	"""The rows of both logins that would become one: that of `old`, and that of `new`."""
	mine, theirs = (
		{
			row[key] if key else None: row
			for row in frappe.get_all(doctype, {"user": user}, ["*"], order_by="name asc")
		}
		for user in (old, new)
	)
	return [(row, theirs[shared]) for shared, row in mine.items() if shared in theirs]


def _later(mine, theirs, field: str) -> tuple[frappe._dict, frappe._dict]:
	"""(the row that goes, the one that stays): a person has confirmed or owed something since the first of two days."""
	return (theirs, mine) if mine[field] < theirs[field] else (mine, theirs)


def _keep_latest(doctype: str, mine, theirs, field: str) -> None:
	"""What was sent to one login was sent to the person."""
	if days := [row[field] for row in (mine, theirs) if row[field]]:
		both = {"name": ("in", [mine.name, theirs.name])}
		frappe.db.set_value(doctype, both, field, max(days), update_modified=False)


def _drop(doctype: str, dropped, kept) -> None:
	"""Past its document, which refuses: what it said stays on the ledger, beside what the other one says."""
	if hold := legal_holds.of(doctype, dropped.name):
		legal_holds.refuse(hold, doctype, dropped.name)
	fields = [df.fieldname for df in frappe.get_meta(doctype).fields if df.fieldname in dropped]
	said = {field: [cstr(dropped[field]), cstr(kept[field])] for field in fields}
	ledger.record(ledger.MERGED, doctype, dropped.name, None, changes=said)
	frappe.db.delete(doctype, {"name": dropped.name})
