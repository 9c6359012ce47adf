"""Rows of governed documents that are listed or fetched separately, for which Frappe checks only the DocType
of their parent (D-5)."""

import frappe
from frappe import _

from client_comms import roles
from client_comms.enforcement import dependents, governed, guards, interactions, printing, refusals
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.row_conditions import NOTHING, literal, of_row
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold
from client_comms.rules import access

_QUEUE = "Email Queue"
_READING = ("read", "select", "print", "email", "export", "report")
PLACE = ("name", "idx", "parenttype", "parent")


def condition(user=None, doctype=None) -> str:
	"""Rows of a child DocType are as confidential as their parent, if that is governed or about a client."""
	parent = (f"`tab{doctype}`.`parenttype`", f"`tab{doctype}`.`parent`")
	reader = Reader.of(user)
	return dependents.all_of(
		[governed.owner_condition(*parent, reader), dependents.of_client_documents(doctype, *parent, reader)]
	)


def recipient_condition(user=None, doctype=None) -> str:
	"""The recipients of an email are as confidential as the email."""
	readable = dependents.condition(user, _QUEUE)
	if not readable:
		return ""
	parent_type, parent_name = f"`tab{doctype}`.`parenttype`", f"`tab{doctype}`.`parent`"
	return f"({parent_type} != '{_QUEUE}' or {of_row(_QUEUE, parent_name, readable)})"


def ask_document(has_child_permission, doctype, ptype="read", row=None, user=None, *args, **kwargs) -> bool:
	"""Around Frappe's question about a row: it asks about the DocType of the row's document alone, also where users can read only documents of
	their own. So every client with a login could read the addresses and numbers of all contacts."""
	if not has_child_permission(doctype, ptype, row, user, *args, **kwargs):
		return False
	if not row or getattr(row, "parent_doc", None):
		return True
	place = frappe.db.get_value(doctype, row if isinstance(row, str) else row.name, PLACE[2:])
	if not (place and all(place) and frappe.db.exists(*place)):
		return True
	return bool(frappe.has_permission(place[0], ptype, doc=place[1], user=user))


def of_readable_documents(query) -> str:
	"""The condition that version 16 has for rows that are listed separately: those of documents that the user can read. Version 15 asks about their
	DocType alone; here, it is for users without the desk, who read only documents of their own.

	:param query: Frappe's `DatabaseQuery`; the condition is empty for documents that are not rows
	"""
	if not guards.is_row(query.doctype) or query.flags.ignore_permissions or roles.has_desk(query.user):
		return ""
	parent, rows = query.parent_doctype, f"`tab{query.doctype}`"
	if not parent:
		return NOTHING
	return (
		f"({rows}.`parenttype` = {literal(parent)} and {rows}.`parent` in ({guards.readable_query(parent)}))"
	)


class PlacedRow:
	"""Mixed in before the class of Frappe or ERPNext: a row is made, moved, changed or deleted by its own name only by users who
	can write its document.

	Frappe asks about the DocType of the document alone, and so lets every login add an address to every Contact.
	"""

	def has_permission(self, permtype="read", *args, user=None, **kwargs) -> bool:
		alone = not (self.flags.ignore_permissions or getattr(self, "parent_doc", None))
		if alone and permtype not in _READING and not self._can_write(user or frappe.session.user):
			return False
		return super().has_permission(permtype, *args, user=user, **kwargs)

	def _can_write(self, user: str) -> bool:
		"""Whether the user can change the document in which the row stands, and the one that it names."""
		documents = {self._stored_document(), (self.parenttype, self.parent)} - {None, (None, None)}
		return all(
			frappe.db.exists(doctype, name) and frappe.has_permission(doctype, "write", name, user=user)
			for doctype, name in documents
		)

	def _stored_document(self) -> tuple[str, str] | None:
		return (self.name and frappe.db.get_value(self.doctype, self.name, ["parenttype", "parent"])) or None


class GuardedRow(PlacedRow):
	"""The same, and a row is checked against its document in the database."""

	def has_permission(self, permtype="read", *args, user=None, **kwargs) -> bool:
		stored = None if self.flags.ignore_permissions else self._stored_document()
		if stored and not is_open(*stored, permtype, user or frappe.session.user):
			return False
		return super().has_permission(permtype, *args, user=user, **kwargs)

	def before_print(self, *args):
		"""Frappe asks only about the DocType of the parent when a row is printed by its name.

		:raises ClearanceMissingError: the session user cannot print the document to which the row belongs
		"""
		parent = frappe.db.get_value(self.doctype, self.name, ["parenttype", "parent"])
		if parent and printing.is_asked() and not is_open(*parent, access.PRINT, frappe.session.user):
			frappe.throw(
				refusals.without_clearance(_("You have no clearance to print this record.")),
				exc=ClearanceMissingError,
				title=_("Clearance Missing"),
			)
		if hasattr(super(), "before_print"):
			super().before_print(*args)

	def db_update(self, *args, **kwargs):
		"""A document can contain a row by the name that it has in another one, which Frappe takes over without a question;
		methods also write rows of documents that their caller can only read.

		:raises ClearanceMissingError: the session user cannot change the document to which the row belongs
		"""
		if not self._is_known():
			require_open(frappe.get_all(self.doctype, {"name": self.name}, PLACE))
		return super().db_update(*args, **kwargs)

	def _is_known(self) -> bool:
		"""Whether the row is new, the document that is being saved had it before, or the app saves it."""
		document = getattr(self, "parent_doc", None)
		if self.is_new() or self.flags.ignore_permissions or (document and document.flags.ignore_permissions):
			return True
		before = document and document.get_doc_before_save()
		return bool(before and any(row.name == self.name for row in before.get(self.parentfield) or ()))


def require_open(rows) -> None:
	"""
	:param rows: stored rows, each with `name`, `parenttype` and `parent`
	:raises ClearanceMissingError: the session user cannot change the document to which one of them belongs
	"""
	for row in rows:
		if row.parent and not is_open(row.parenttype, row.parent, "write", frappe.session.user):
			frappe.throw(
				refusals.without_clearance(
					_("You have no clearance for the record to which row {0} belongs.").format(
						bold(row.idx or row.name)
					)
				),
				exc=ClearanceMissingError,
				title=_("Clearance Missing"),
			)


def is_open(doctype: str, name: str, permtype: str, user: str) -> bool:
	"""Whether this app lets a user do that with a document, which may be guarded or not."""
	if doctype in governed.doctypes():
		return not governed.denies(doctype, name, user, interactions.action_of(permtype))
	return not guards.objects(doctype, name, permtype, user)
