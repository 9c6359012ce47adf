"""Entries of the compliance ledger are as confidential as what they are about, because they hold its states (P-2).

An entry about a record that is governed follows the record; one about a client, or about a consent, hold or request of a client,
follows the client. If the record is gone, the level of the entry decides, and who is shut out from any client of that kind sees
none of those. What was erased tells nothing any more. Verification and the commands of the bench read the whole ledger.
"""

from collections.abc import Iterator

import frappe
from frappe import _

from client_comms import compat, ledger
from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import client_documents, compose, governed, guards
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS
from client_comms.enforcement.row_conditions import NOTHING, literal, of_row

_TYPE, _NAME, _LEVEL = (
	f"`tab{ledger.ENTRY}`.`{field}`"
	for field in ("reference_doctype", "reference_name", "confidentiality_level")
)
_CHUNK = 500


def condition(user=None, doctype=None) -> str:
	"""`permission_query_conditions` of Compliance Ledger Entry."""
	reader = Reader.of(user)
	restricted = [
		governed.owner_condition(_TYPE, _NAME, reader, missing=_by_level(reader)),
		_by_client(reader.user),
	]
	restricted = " and ".join(filter(None, restricted))
	return restricted and f"({_NAME} is null or {_NAME} = '' or ({restricted}))"


def _by_level(reader: Reader) -> str:
	levels = reader.rows.open_levels
	return reader.at_levels(levels, _LEVEL) if levels else NOTHING


def _by_client(user: str) -> str:
	cases = " ".join(f"when {literal(doctype)} then {sql}" for doctype, sql in _restricted(user))
	return cases and f"(case {_TYPE} {cases} else 1 end)"


def _restricted(user: str) -> Iterator[tuple[str, str]]:
	"""DocTypes of which the user does not see every document, and those of which they do, as SQL on an entry."""
	for party_type in PARTY_TYPES:
		if sql := client_documents.clients_condition(party_type, _NAME, user):
			yield party_type, sql
	for doctype in (*OF_CLIENTS, *OF_OFFICERS):
		(hook,) = compose.own("permission_query_conditions")[doctype]
		if sql := frappe.call(hook, user=user, doctype=doctype):
			yield doctype, of_row(doctype, _NAME, sql)


def has_permission(doc, ptype=None, user=None, debug=False):
	"""By the entry in the database, and by the same condition as in lists."""
	if not doc.name or guards.readable(ledger.ENTRY, [doc.name], user):
		return compat.no_objection()
	return compat.objection(
		_(
			"This entry is about a record or a client that you cannot read. Someone who can read it sees the entry as well."
		)
	)


def are_readable(names: list[str]) -> bool:
	"""Whether the session user can read all of these entries."""
	chunks = (names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK))
	return all(len(guards.readable(ledger.ENTRY, chunk)) == len(chunk) for chunk in chunks)


def is_readable_range(first: int, last: int) -> bool:
	"""Whether the session user can read all entries from one place to another."""
	restricted = condition(frappe.session.user)
	if not restricted:
		return True
	within = f"`sequence` between {first:d} and {last:d}"
	# nosemgrep: frappe-sql-format-injection (the permission condition, and numbers)
	hidden = frappe.db.sql(
		f"select 1 from `tab{ledger.ENTRY}` where {within} and not ifnull({restricted}, 0) limit 1"
	)
	return not hidden
