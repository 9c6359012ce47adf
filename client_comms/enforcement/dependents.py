"""What belongs to a governed record is as confidential as the record: comments, versions, files, to-dos and others.

One table lists how each of Frappe's DocTypes refers to its owner; two hooks, registered for exactly these
DocTypes, enforce it in lists and on single documents. A document whose owner is not governed costs no query.
"""

from collections.abc import Collection, Iterable, Iterator
from inspect import unwrap

import frappe

from client_comms import compat
from client_comms.enforcement import compose, documents, governed, guards, interactions, refusals
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS, OWNER_FIELDS, WITHOUT_LEVEL
from client_comms.enforcement.row_conditions import NOTHING, among, literal, of_row
from client_comms.rules import access

# A queued email is filed under its message's document, which may be less confidential than the message.
_MESSAGE_OF = {"Email Queue": "communication"}
# The email of a report contains what the user may see in whose name it was computed, and is for that user alone.
_QUEUED_REPORT = ("Email Queue", "Auto Email Report")
# That of a digest of ERPNext, which quotes what all its recipients can read.
_QUEUED_DIGEST = ("Email Queue", "Email Digest")
# A report that was printed is stored there as a page, and Frappe does not note what it is about.
PRINTED = "Access Log"
_NESTED = 3  # an email about a comment on a message; deeper nesting is not followed
# Documents that belong to dependents: DocType -> DocTypes of dependents, and others as confidential, to which it belongs. All others
# belong to these at most: the notification of a comment, the milestone of a to-do.
_ADDED = ("Comment", "File", "ToDo")
_NESTING = (*_ADDED, *WITHOUT_LEVEL)
_OF_DEPENDENTS = {
	**dict.fromkeys(("Comment", "File", "Tag Link"), _NESTING),
	"ToDo": ("Intake Failure", "Logging Exemption", *_NESTING),  # staff work on these
	_QUEUED_REPORT[0]: (*_ADDED, *_QUEUED_REPORT[1:]),
	"Version": ("Deleted Document", "Email Queue", *_NESTING),
	"Error Log": ("Email Queue", "Intake Failure", "Auto Email Report", *_NESTING),
}
# An index of theirs begins with the owner's DocType: to which DocTypes rows belong is found without reading the rows.
FOUND_BY_OWNER = (
	"Activity Log",
	"Comment",
	"Deleted Document",
	"DocShare",
	"Document Follow",
	"Document Share Key",
	"Email Queue",
	"File",
	"Intake Failure",
	"Logging Exemption",
	"Milestone",
	"Notification Log",
	"Tag Link",
	"ToDo",
	"Version",
)
# What their owner alone decides about.
_BY_OWNER = OWNER_FIELDS.keys() - {"Deleted Document", "Erasure Item"}
_PLACE = ("parenttype", "parent")
_OUTWARD = (access.PRINT, access.EMAIL, access.EXPORT)
# Documents about a client: what belongs to them is hidden together with the client.
_CHANGES = ("write", "create", "delete", "share")


def condition(user=None, doctype=None, names=None) -> str:
	"""Leave out rows whose owner the user cannot read, or does not exist. Registered for the DocTypes of `OWNER_FIELDS`.

	:param names: of the rows that are asked about, if they are known. The condition is shorter, because it judges only what these
		belong to: it is for a query of these rows and no others
	"""
	reader = Reader.of(user).inside
	nested, others = _OF_DEPENDENTS.get(doctype, _ADDED), _nesting(doctype)
	if names is not None and not reader.rows.everything:
		nested, others = others, ()
	return _by_owners(doctype, reader, nested, names, closed=others)


def _by_owners(
	doctype: str,
	reader: Reader,
	nested: Iterable[str] = (),
	names: list[str] | None = None,
	closed: Iterable[str] = (),
) -> str:
	"""Rows whose owner the user can read. Owners of DocTypes to which no row belongs have no part in it: a condition is as costly as it is
	long, and a row that came later is left out.

	:param nested: other guarded DocTypes whose documents can be owners
	:param closed: DocTypes whose rows are left out: hardly anything is added to a log, or to a row of a document, and the condition of each
	    would make that of every list several times as long. Found by its name, as in a form, it is judged like all else
	"""
	owner_type, owner_name = (f"`tab{doctype}`.`{field}`" for field in OWNER_FIELDS[doctype])
	owners = None if reader.rows.everything else _owner_types(doctype, reader, names)
	judged = [
		[each for each in kind if owners is None or each in owners]
		for kind in (OF_CLIENTS, (*OF_OFFICERS, *nested))
	]
	others = {*OF_CLIENTS, *OF_OFFICERS, *nested, *closed}.difference(*judged)
	restricted = governed.owner_condition(owner_type, owner_name, reader, owners=owners)
	return all_of(
		[
			restricted,
			_by_client(owner_type, owner_name, reader, judged[0]),
			restricted and _of_message(doctype, reader),
			_of_printed(doctype, reader),
			_of_digest(doctype, owner_type, reader),
			_of_none(others, owner_type, reader),
			_by_owner(judged[1], owner_type, owner_name, reader),
		]
	)


def _nesting(doctype: str) -> set[str]:
	"""The guarded DocTypes, of no level of their own, to whose documents something can be added."""
	if doctype not in _OF_DEPENDENTS or doctype in _QUEUED_REPORT:
		return {*_OF_DEPENDENTS.get(doctype, _ADDED)}
	return guards.held().keys() - {*governed.doctypes(), *OF_CLIENTS, *OF_OFFICERS}


def _of_none(others: Collection[str], owner_type: str, reader: Reader) -> str:
	"""Leave out what belongs to documents of these DocTypes."""
	if not others or not guards.is_restricted(reader.user):
		return ""
	return f"coalesce(not {among(owner_type, others)}, 1)"


def _owner_types(doctype: str, reader: Reader, names: list[str] | None) -> set[str] | None:
	"""The DocTypes to which rows belong, as they are called: the database compares names ignoring case. Of all rows, unless `names` are
	given; None where that would mean to read them all."""
	if names is None and doctype not in FOUND_BY_OWNER:
		return None
	if names is None and (known := reader.owner_types.get(doctype)) is not None:
		return known
	rows = "" if names is None else f" where {among('`name`', names)}"
	# nosemgrep: frappe-sql-format-injection (a DocType of the registry, escaped names)
	found = frappe.db.sql_list(f"select distinct `{OWNER_FIELDS[doctype][0]}` from `tab{doctype}`{rows}")
	types = {guards.named(each) for each in found if each}
	if names is None:
		reader.owner_types[doctype] = types
	return types


def of_officers(owner_type: str, owner_name: str, reader: Reader) -> str:
	"""Rows that belong to a request, a run or a hold that the user can read, or to another document; empty if every row does."""
	return _by_owner(OF_OFFICERS, owner_type, owner_name, reader)


def of_client_documents(row: str, owner_type: str, owner_name: str, reader: Reader) -> str:
	"""Rows of the child DocType `row` in documents about clients that the user can read, or in others; empty if every row is."""
	owners = (*OF_CLIENTS, *OF_OFFICERS)
	with_row = [
		owner
		for owner in owners
		if any(df.options == row for df in frappe.get_meta(owner).get_table_fields())
	]
	return _by_owner(with_row, owner_type, owner_name, reader)


def _by_owner(owners: Iterable[str], owner_type: str, owner_name: str, reader: Reader) -> str:
	"""What belongs to one of these documents is as confidential as it: the version of a comment, the file of a to-do."""
	cases = [
		f"when {literal(owner)} then {_fulfils(owner, owner_name, condition)}"
		for owner in owners
		if (condition := _own_condition(owner, reader))
	]
	return f"(case {owner_type} {' '.join(cases)} else 1 end)" if cases else ""


def _fulfils(owner: str, column: str, condition: str) -> str:
	table = f"`tab{owner}`"
	if column.startswith(
		table
	):  # of the same DocType; inside a query of that table, the column would be another
		return f"{column} in (select {table}.`name` from {table} where {condition})"
	return of_row(owner, column, condition)


def _by_client(owner_type: str, owner_name: str, reader: Reader, owners: Collection[str]) -> str:
	"""Of the clients, only Leads have levels; what else hides a client decides about single documents (`has_permission`)."""
	readable = owners and documents.condition(reader, "Lead")
	if not readable:
		return ""
	leads = [
		f"when {literal(owner)} then (select `about`.`party` from `tab{owner}` `about`"
		f" where `about`.`name` = {owner_name} and `about`.`party_type` = 'Lead')"
		for owner in owners
	]
	return of_row("Lead", f"(case {owner_type} {' '.join(leads)} end)", readable, missing="1")


def _own_condition(doctype: str, reader: Reader) -> str:
	if doctype in OF_OFFICERS and not _reads_by_role(doctype, reader.user):
		return NOTHING
	(hook,) = compose.own("permission_query_conditions")[doctype]
	# A test or another app may have put something around it.
	if unwrap(frappe.get_attr(hook)) is not condition:
		return frappe.call(hook, user=reader.user, doctype=doctype)
	return _by_owners(doctype, reader)


def _reads_by_role(doctype: str, user: str) -> bool:
	"""Without a query: Frappe keeps permissions of roles in its cache."""
	return bool(frappe.permissions.get_role_permissions(frappe.get_meta(doctype), user=user).get("read"))


def all_of(conditions: list[str]) -> str:
	"""In brackets; empty if every row fulfils them."""
	restricting = list(filter(None, conditions))
	return f"({' and '.join(restricting)})" if restricting else ""


def _of_message(doctype: str, reader: Reader) -> str:
	"""Documents that belong to a message as well as to their owner are as confidential as the message; empty for others."""
	if doctype not in _MESSAGE_OF:
		return ""
	message = f"`tab{doctype}`.`{_MESSAGE_OF[doctype]}`"
	condition = governed.condition(governed.COMMUNICATION, reader)
	if not condition:
		return ""
	readable = of_row(governed.COMMUNICATION, message, condition)
	return f"({message} is null or {message} = '' or {readable})"


def _of_printed(doctype: str, reader: Reader) -> str:
	"""Pages of reports that the user printed; empty for other DocTypes, and for users with access to everything."""
	if doctype != PRINTED or reader.rows.all_levels:
		return ""
	about, page, printed_by = (f"`tab{doctype}`.`{field}`" for field in ("export_from", "page", "user"))
	return f"({printed_by} = {reader.me} or ifnull({page}, '') = '' or ifnull({about}, '') != '')"


def _of_digest(doctype: str, owner_type: str, reader: Reader) -> str:
	"""Leave out queued emails of digests; empty for other DocTypes, and for users with access to everything."""
	queue, digest = _QUEUED_DIGEST
	return "" if doctype != queue or reader.rows.all_levels else f"ifnull({owner_type}, '') != '{digest}'"


def _is_hidden_page(doc, user: str, action: str) -> bool:
	"""By what is stored: a change could say that it is a page of its own author, or about something."""
	stored = doc.doctype == PRINTED and frappe.db.get_value(
		PRINTED, doc.name, ("page", "export_from", "user"), as_dict=True
	)
	if not stored or not stored.page or stored.export_from or stored.user == user:
		return False
	return guards.is_restricted(user, action)


def owner_of(doctype: str | None, name: str | None) -> tuple[str | None, str | None]:
	"""The document to which a document, or a row, belongs in the database; the document itself if it belongs to none."""
	*_between, owner = _way_to_owner(doctype, name)
	return owner


def _way_to_owner(doctype: str | None, name: str | None) -> Iterator[tuple[str | None, str | None]]:
	"""The document, that to which it belongs, and so on."""
	yield doctype, name
	for _step in range(_NESTED):
		fields = OWNER_FIELDS.get(doctype) or (_PLACE if _is_stored_row(doctype) else None)
		owner = fields and name and frappe.db.get_value(doctype, name, fields)
		if not (owner and all(owner)):
			return
		doctype, name = owner
		yield doctype, name


def _is_stored_row(doctype: str | None) -> bool:
	meta = doctype and guards.meta_of(doctype)
	return bool(meta and meta.istable and not meta.is_virtual)


def has_permission(doc, ptype=None, user=None, debug=False):
	"""Decide on one dependent document: by its owner in the database, and by the owner that a change would give it."""
	user = user or frappe.session.user
	action = _action(doc, ptype, user)
	owners = _owners(doc, ptype)
	for owner_type, owner_name in (each for each in owners if each[0] in governed.doctypes()):
		decision = governed.decide(owner_type, owner_name, action, user)
		if decision is None and _outlived(doc, owner_type, owner_name, user):
			decision = interactions.decide(access.Record(None, None, None), action, user)
		if decision is not None and not decision.allowed:
			return refusals.objection(owner_type, owner_name, action, user, decision, debug)
	if _is_hidden_page(doc, user, outward(action)) or any(
		hides(*owner, user, outward(action)) or _hides_report(doc, *owner, user) for owner in owners
	):
		return compat.objection(refusals.without_clearance())
	return compat.no_objection()


def hides(doctype: str, name: str, user: str, action: str = access.READ) -> bool:
	"""Whether a document with a rule of its own, and without a level, is hidden from the user: one about a client, for officers,
	received mail, the result of a report."""
	if doctype in OF_OFFICERS and not _reads_by_role(doctype, user):
		return True
	return doctype not in {*governed.doctypes(), *_BY_OWNER} and guards.objects(doctype, name, action, user)


def _hides_report(doc, owner_type: str, owner_name: str, user: str) -> bool:
	"""Whether it is the email of a report for another user, or of a digest; once the report is gone, it is not known for whom it was."""
	if (doc.doctype, owner_type) == _QUEUED_DIGEST:
		return guards.is_restricted(user)
	if (doc.doctype, owner_type) != _QUEUED_REPORT or doc.is_new():
		return False
	return not frappe.db.exists(owner_type, owner_name) or guards.objects(owner_type, owner_name, user=user)


def _outlived(doc, owner_type: str, owner_name: str, user: str) -> bool:
	"""Whether its owner is gone, and with it what decided who can read it. New documents may come before their owner."""
	return not (doc.is_new() or doc.owner == user or frappe.db.exists(owner_type, owner_name))


def _owners(doc, ptype) -> set[tuple[str, str]]:
	"""The documents to which it belongs, and would belong, and to which these belong: a file of a to-do about an interaction belongs
	to the interaction."""
	fields = OWNER_FIELDS[doc.doctype]
	owners = {(doc.get(fields[0]), doc.get(fields[1]))}
	if ptype in _CHANGES and doc.name and not doc.is_new():
		owners.add(frappe.db.get_value(doc.doctype, doc.name, fields) or (None, None))
	found = {each for owner in owners if owner[1] for each in _way_to_owner(*owner)}
	messages = {doc.get(_MESSAGE_OF[doc.doctype])} if doc.doctype in _MESSAGE_OF else set()
	messages |= {
		frappe.db.get_value(kind, name, _MESSAGE_OF[kind]) for kind, name in found if kind in _MESSAGE_OF
	}
	return found | {(governed.COMMUNICATION, message) for message in messages if message}


def _action(doc, ptype: str | None, user: str) -> str:
	"""Printing, sending or exporting a dependent document counts as doing so with the record itself, and so does changing
	what someone else said about it."""
	action = interactions.action_of(ptype)
	if doc.doctype == "Comment" and ptype in ("write", "delete"):
		author = frappe.db.get_value("Comment", doc.name, "owner")  # the request may contain another
		return access.READ if author in (None, user) else access.WRITE
	return outward(action)


def outward(action: str) -> str:
	"""What is asked of a record for an action with what belongs to it: whether it can leave, or else be read."""
	return action if action in _OUTWARD else access.READ
