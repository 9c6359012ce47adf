"""Deleted documents keep their content; what belonged to a governed record stays as confidential as the record.

Deleted governed records are visible only to Administrator, because the facts that decide about them are gone.
"""

import json

import frappe
from frappe import _

from client_comms import compat
from client_comms.enforcement import (
	compose,
	dependents,
	documents,
	governed,
	guards,
	interactions,
	refusals,
)
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.registry import OF_OFFICERS
from client_comms.enforcement.row_conditions import among, either
from client_comms.rules import access

_QUEUE = "Email Queue"  # also as confidential as its message, a digest or a report
_OF_DEPENDENTS = {
	doctype: fields for doctype, fields in dependents.OWNER_FIELDS.items() if doctype != "Deleted Document"
}
# What decided about these is not in their content, or lies deeper in it.
_ALWAYS = (
	governed.INTERACTION,
	governed.GRANT,
	governed.PHYSICAL_FILE,
	governed.REVIEW,
	governed.DATA_PACKAGE,
	"Data Import",
	"Unhandled Email",
	"Unprocessed Email",
	"SMS Log",
	"Deleted Document",
	_QUEUE,
)
_PAGE = ("page", "export_from")  # of an entry of the Access Log
# Content that was changed by hand may say nothing of what it belonged to.
_LEGIBLE = "json_valid(`tabDeleted Document`.`data`)"


def pointers() -> dict[str, tuple[str, str]]:
	"""DocType → the keys in the deleted content with the owner's DocType and name: of what belongs to a record, and of the rows of guarded
	documents."""
	return {**dict.fromkeys(filter(guards.is_row, guards.held()), ("parenttype", "parent")), **_OF_DEPENDENTS}


def _deciding() -> dict[str, tuple[str, str]]:
	"""The same of those about which their owner alone decides."""
	return {doctype: fields for doctype, fields in pointers().items() if doctype not in _ALWAYS}


def _closed() -> set[str]:
	"""The guarded DocTypes of which no content tells who could read it."""
	judged = {*_deciding(), *governed.doctypes(), *documents.SETTING}
	return {*_ALWAYS, *(compose.own("has_permission").keys() - judged)}


def _added_to() -> set[str]:
	"""The DocTypes of which only the live document tells what it belongs to: what was added to one is as closed as these."""
	return {*_closed(), *dependents.OWNER_FIELDS} - {*OF_OFFICERS, *governed.doctypes()}


def condition(user=None, doctype=None) -> str:
	reader, pointing_to = Reader.of(user), _deciding()
	kind = "`tabDeleted Document`.`deleted_doctype`"
	if reader.rows.everything:
		return _of_officers(kind, reader)
	unbound = " and ".join(f"ifnull({_key(field)}, '') = ''" for field in governed.BINDING)
	branches = [
		f"not {among(kind, {*governed.doctypes(), *_closed(), *pointing_to})}",
		f"(not {among(kind, {*_closed(), *pointing_to})} and {_LEGIBLE} and {unbound})",
	]
	for fields in sorted(set(pointing_to.values())):
		pointing = {doctype for doctype, each in pointing_to.items() if each == fields}
		owner_type, owner_name = map(_key, fields)
		visible = governed.owner_condition(owner_type, owner_name, reader) or "1"
		added = among(f"ifnull({owner_type}, '')", _added_to())
		branches.append(f"({among(kind, pointing)} and {_LEGIBLE} and not {added} and {visible})")
	return " and ".join(filter(None, (either(branches), _of_officers(kind, reader), _of_printed(kind))))


def _of_printed(kind: str) -> str:
	"""A report that was printed is in the page, and nothing says what it is about."""
	page, about = map(_key, _PAGE)
	return f"(ifnull({kind}, '') != '{dependents.PRINTED}' or ifnull({page}, '') = '' or ifnull({about}, '') != '')"


def _of_officers(kind: str, reader: Reader) -> str:
	"""What belonged to a request, a run or a hold is for those who can read that."""
	pointing_to = pointers()
	visible = [
		f"({kind} is null or not {among(kind, {doctype for doctype, each in pointing_to.items() if each == fields})} or {restricted})"
		for fields in sorted(set(pointing_to.values()))
		if (restricted := dependents.of_officers(*map(_key, fields), reader))
	]
	return " and ".join(visible)


def has_permission(doc, ptype=None, user=None, debug=False):
	user = user or frappe.session.user
	if is_open(doc, user, dependents.outward(interactions.action_of(ptype))):
		return compat.no_objection()
	return compat.objection(
		refusals.without_clearance(
			_("You have no clearance for the record to which this deleted document belonged.")
		)
	)


def is_open(doc, user: str, action: str = access.READ) -> bool:
	"""Whether the content of a Deleted Document is open to `user`, for reading or for something more."""
	if user == "Administrator":
		return True
	kind, pointing_to, closed = doc.deleted_doctype, _deciding(), _closed()
	if kind not in {*pointing_to, *closed, *governed.doctypes()}:
		return True
	try:
		content = json.loads(doc.data or "{}")
	except ValueError:  # changed by hand: it says nothing of what it belonged to
		return False
	if kind not in pointing_to:
		return kind not in closed and not any(content.get(field) for field in governed.BINDING)
	if kind == dependents.PRINTED and [bool(content.get(field)) for field in _PAGE] == [True, False]:
		return False
	owner_type, owner_name = (content.get(field) for field in pointing_to[kind])
	if owner_type in _added_to() or (owner_name and dependents.hides(owner_type, owner_name, user, action)):
		return False
	if not owner_name or owner_type not in governed.doctypes():
		return True
	if not frappe.db.exists(owner_type, owner_name):
		return False
	return not governed.denies(owner_type, owner_name, user, action)


def _key(field: str) -> str:
	return f"json_value(`tabDeleted Document`.`data`, '$.{field}')"
