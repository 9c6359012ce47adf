"""Files of governed records are private, and no second File row opens their content (P-2, D-6)."""

import os

import frappe
from frappe import _
from frappe.core.doctype.file.file import URL_PREFIXES
from frappe.core.doctype.file.utils import generate_file_name
from frappe.utils import cstr

from client_comms import compat
from client_comms.enforcement import (
	client_portal,
	dependents,
	documents,
	file_addresses,
	governed,
	guards,
	harmless_addresses,
	legal_holds,
	printing,
	refusals,
)
from client_comms.enforcement.answers import Remembered
from client_comms.enforcement.registry import OF_CLIENTS, OF_OFFICERS, OWNER_FIELDS, WITHOUT_LEVEL
from client_comms.enforcement.requests import numbers_of_others, portal
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold
from client_comms.rules import access

OF_FEW = frozenset((*OF_CLIENTS, *OF_OFFICERS, *WITHOUT_LEVEL))
WITH_FILES = ("Comment", "ToDo")  # what belongs to a record and can have files of its own
_NAME_OF_FORM = "__temporary_name"
_NEW = ("new-", "New ")  # how Frappe calls a document in a form that is not saved yet


def has_permission(doc, ptype=None, user=None, debug=False):
	"""As for any dependent document."""
	if ptype not in ("create", "write", "delete") and _is_result(doc) and guards.is_restricted(user):
		return compat.objection(debug=debug)
	if ptype in ("write", "delete") and doc.name and not doc.is_new():
		if user in (None, frappe.session.user):  # of a hidden record Frappe says something else than of none
			numbers_of_others.require(doc.attached_to_doctype or "", cstr(doc.attached_to_name))
		# Frappe checks the document to which the file is moved; the one from which it is taken decides as well.
		owner = frappe.db.get_value("File", doc.name, ["attached_to_doctype", "attached_to_name"])
		if owner and owner[1] and owner[0] in governed.doctypes():
			decision = governed.decide(*owner, access.WRITE, user := user or frappe.session.user)
			if decision is not None and not decision.allowed:
				return refusals.objection(*owner, access.WRITE, user, decision)
	return dependents.has_permission(doc, ptype, user, debug)


def _is_result(doc) -> bool:
	"""Whether it is the stored result of a report, which is shown as its reader can read it (`GuardedPreparedReport`)."""
	return doc.attached_to_doctype == "Prepared Report" and cstr(doc.file_url).endswith(".gz")


class GuardedFile(Remembered):
	"""Frappe's File. Everything that reads the content of a file passes through here: new rows with only an address,
	imports, archives, images in a PDF; most of these do not check access to the file."""

	def before_insert(self):
		"""An address that a request or a script states is known before Frappe stores the content again."""
		self.flags.client_comms_names_file = bool(self.file_url and not self.get("content"))
		super().before_insert()

	def get_content(self, *args, **kwargs):
		# What the app and Frappe do with an existing file, such as moving it, is not reading.
		if not self.get("content") and (self.is_new() or not self.flags.ignore_permissions):
			require_content(self)
		return super().get_content(*args, **kwargs)

	def check_max_file_size(self):
		"""What has already been received is kept whole (D-1)."""
		if self.flags.client_comms_evidence:
			return len(self._content or b"")
		return super().check_max_file_size()

	def validate(self):
		_refuse_circle(self)
		self._keep_hash()
		super().validate()
		if not self.is_folder:
			self.generate_content_hash()

	def _keep_hash(self):
		"""A request could state any. Of another address, it is computed again once that is known to be one of a file."""
		if self.flags.new_file or self.flags.client_comms_stored:
			return
		before = self.get_doc_before_save()
		self.content_hash = before.content_hash if before and before.file_url == self.file_url else None

	def handle_is_private_changed(self):
		"""Frappe moves whatever has the name in the other folder, before `validate` of `doc_events` could refuse, and gives the new
		address to all rows with the same content, also to those of other files."""
		if not self.is_private:
			opened = file_addresses.PRIVATE + os.path.basename(self.file_url or "")
			if _is_hidden_at(opened, rows_at(opened)):
				_refuse()
		before, content_hash = self.file_url, self.content_hash
		self.content_hash = None
		try:
			super().handle_is_private_changed()
		finally:
			self.content_hash = content_hash
		if self.file_url != before:
			_move_others(self, before)

	def set_is_private(self):
		"""Before it is written: Frappe publishes the images in the text of a message, before anything is known about that."""
		super().set_is_private()
		if not self.file_url and (_can_be_governed(self) or is_confidential(self)):
			self.is_private = 1

	def set_file_name(self):
		"""Senders from outside choose the names of what they attach; Frappe writes the address beside their message as it is."""
		super().set_file_name()
		if not self.file_url:
			self.file_name = harmless_addresses.without_markup(self.file_name)
		elif self.is_remote_file:
			self.file_url = harmless_addresses.quoted(self.file_url)

	def save_file(self, *args, **kwargs):
		"""What is stored already is not stored again, except where the address would tell that a hidden record has it."""
		self.flags.client_comms_stored = True
		stored = super().save_file(*args, **kwargs)
		if _is_taken_by_hidden(self):
			stored = super().save_file(*args, **{**kwargs, "ignore_existing_file_check": True})
		return stored

	def validate_duplicate_entry(self):
		own = self.file_url
		super().validate_duplicate_entry()
		# To Frappe all rows without a hash have the same content, such as addresses of other servers.
		if self.file_url != own and (not self.content_hash or _is_taken_by_hidden(self)):
			self.file_url = own

	def write_file(self):
		"""What another row shows stays as it is: Frappe writes over a file if its optimised image has that name."""
		if self.file_url and _has_others(self, self.file_url):
			self.file_name = generate_file_name(self.file_name, is_private=self.is_private)
			self.file_url = f"{os.path.dirname(self.file_url)}/{self.file_name}"
		return super().write_file()

	def _delete_file_on_disk(self):
		"""The content goes with the last row of its address. Frappe goes by the hash, which a copy elsewhere has as well."""
		self.delete_file_data_content()

	def delete_file_data_content(self, only_thumbnail=False):
		"""What another row shows stays: Frappe deletes by names that a request can state, whatever server or folder they are of."""
		if self.thumbnail_url and _has_others(self, _deleted(self.thumbnail_url)):
			self.thumbnail_url = None
		address = _deleted(self.file_url or "")
		kept = address != self.file_url or _has_others(self, address)
		super().delete_file_data_content(only_thumbnail=only_thumbnail or kept)

	def on_trash(self):
		"""Frappe removes the content at once, before any `on_trash` of `doc_events` could refuse."""
		legal_holds.require_none(self)
		super().on_trash()

	def unzip(self):
		"""Frappe checks the files it makes, after it has said what the archive is called."""
		self.check_permission("write")
		return super().unzip()

	@refusals.told_to_staff
	def is_downloadable(self):
		"""Frappe lets the user who uploaded a file download it after losing access to the record, finds its row as the database compares
		(`a.pdf`, `A.pdf`), but opens the file of exactly this name, and refuses clients the images of messages below their Issue."""
		is_theirs = client_portal.is_theirs(self.attached_to_doctype, self.attached_to_name)
		if _opens_another(self) or not (is_theirs or super().is_downloadable()):
			return False
		if shows := printing.shows():
			return shows(self)
		in_portal = portal.is_open(self.attached_to_doctype, self.attached_to_name)
		return is_theirs or in_portal or has_permission(self, "read") is not False


def _refuse_circle(doc) -> None:
	"""Frappe asks the document to which a file is attached, in a circle for ever.

	:raises frappe.ValidationError: the file would be attached to itself, or to a file that is attached to it
	"""
	above: set[str] = set()
	doctype, name = doc.attached_to_doctype, doc.attached_to_name
	while cstr(doctype).lower() == "file" and name and name not in above:
		if cstr(name).lower() == cstr(doc.name).lower():
			frappe.throw(_("A file cannot be attached to itself, nor to a file that is attached to it."))
		above.add(name)
		doctype, name = frappe.db.get_value("File", name, ("attached_to_doctype", "attached_to_name")) or (
			None,
			None,
		)


def require_named(named: str) -> None:
	"""Refuse the session user a file that a method finds by its address, its name or that of its row, and reads from the disk itself.

	:raises ClearanceMissingError: the session user cannot read the record to which the content belongs
	"""
	addresses = frappe.get_all(
		"File", or_filters={"name": named, "file_name": named}, pluck="file_url", order_by=None
	)
	for address in {named, *filter(None, addresses)}:
		content = {"doctype": "File", "file_url": address, "file_name": os.path.basename(address)}
		require_content(frappe.get_doc(content))


def require_uploaded() -> None:
	"""`before_request`: an upload can name a file on the server, and a method that reads it from the disk.

	:raises ClearanceMissingError: the session user cannot read the record to which the content belongs
	"""
	if frappe.form_dict.get("method") and (named := frappe.form_dict.get("file_url")):
		require_named(str(named))


def refuse_alias(doc, method=None):
	"""A File that gets the address of a governed record's file requires clearance for that record. A new one has been read by
	now, unless Frappe took its address for one of another server.

	Frappe serves an address to anyone who can read any File row with it, and lets anyone create such a row.

	:raises ClearanceMissingError: the session user cannot read the record to which the content belongs
	"""
	if doc.file_url and not doc.flags.new_file and doc.has_value_changed("file_url"):
		require_content(doc)


def refuse_ahead(doc, method=None) -> None:
	"""`validate`: records are numbered, so that a file could be attached to the next one before it exists. It would belong to it, whether or not
	the user can read it then.

	:raises frappe.DoesNotExistError: no record has the number to which a user attaches a file
	"""
	doctype, name = guards.named(doc.attached_to_doctype or ""), cstr(doc.attached_to_name)
	numbered = doctype == governed.INTERACTION or (
		doctype in documents.SETTING and documents.is_governed(doctype)
	)
	if not name or not numbered or name.startswith(_NEW):
		return
	is_moved = doc.is_new() or any(doc.has_value_changed(field) for field in OWNER_FIELDS["File"])
	if is_moved and guards.is_restricted() and not frappe.db.exists(doctype, name):
		frappe.throw(
			_("{0} does not exist. Save it first, and attach the file then.").format(bold(name)),
			exc=frappe.DoesNotExistError,
			title=_("Not Attached"),
		)


def keep_attached(doc, method=None) -> None:
	"""`before_insert` of guarded documents: what was attached to a new form follows the document that is made of it. Frappe goes by the
	name that the request says the form had; if a document has that name, its files would follow as well, and no one is asked.
	"""
	named = doc.get(_NAME_OF_FORM)
	if named and frappe.db.exists(doc.doctype, cstr(named)):
		doc.delete_key(_NAME_OF_FORM)


def require_content(doc) -> None:
	"""Refuse the session user if the content at a File's address belongs only to records hidden from them, or it is not known to what."""
	# Frappe takes the full address of this site for a remote file, and reads it from the disk.
	path = "" if doc.is_folder else doc.get_full_path()  # without an address, the name is resolved to one
	if path and not path.startswith(URL_PREFIXES):
		require_path(path)


def require_path(path: str) -> None:
	"""The same of what is at a path of the server's disk."""
	address = file_addresses.of_path(path)
	rows = rows_at(address) if address else []
	if file_addresses.is_unknown(path, rows) or _is_hidden_at(address, rows):
		_refuse()


def _refuse() -> None:
	frappe.throw(
		refusals.without_clearance(_("You have no clearance for the record to which this file belongs.")),
		exc=ClearanceMissingError,
		title=_("Clearance Missing"),
	)


@refusals.told_to_staff
def _is_hidden_at(address: str, rows: list) -> bool:
	"""Whether a row belongs to a record hidden from the session user, and none of the rows of the address shows them the content."""
	if not any(is_hidden(row, frappe.session.user) for row in rows):
		return False
	# The same content attached elsewhere has the same address; one that the database takes for the same is another file.
	own = [row.name for row in rows if row.file_url == address]
	return not any(frappe.get_doc("File", name).has_permission("read") for name in own)


def _is_taken_by_hidden(doc) -> bool:
	"""Whether the address that Frappe gives to a file tells the session user that a hidden record has the same content."""
	rows = rows_at(doc.file_url) if doc.file_url else []
	return _is_hidden_at(
		doc.file_url, [row for row in rows if row.file_url == doc.file_url and row.name != doc.name]
	)


def _move_others(doc, before: str) -> None:
	"""Give the rows of an address that Frappe has moved its new one."""
	moved = [row.name for row in rows_at(before) if row.file_url == before and row.name != doc.name]
	place = {"file_url": doc.file_url, "is_private": doc.is_private}
	if moved:
		frappe.db.set_value("File", {"name": ("in", moved)}, place, update_modified=False)


def rows_at(address: str) -> list:
	fields = ["name", "file_url", "is_private", "attached_to_doctype", "attached_to_name"]
	return frappe.get_all("File", {"file_url": address}, fields, order_by=None)


def _has_others(doc, address: str) -> bool:
	"""Whether another row has exactly this address."""
	return any(row.file_url == address and row.name != doc.name for row in rows_at(address))


def _deleted(path: str) -> str:
	"""The address of the file that Frappe deletes for a path."""
	folder, name = os.path.split(path.strip("/"))
	return f"/files/{name}" if folder == "files" else f"/private/files/{name}"


def _opens_another(doc) -> bool:
	request = getattr(frappe.local, "request", None)
	return bool(request and request.path.startswith(file_addresses.PRIVATE) and request.path != doc.file_url)


def is_confidential(file) -> bool:
	"""Whether a file belongs to a governed record, or to what has no level but readers of its own: a consent, a request, an import."""
	return decide(file, "Guest") is not None or bool(_of_few(file))


def is_hidden(row, user: str) -> bool:
	decision = decide(row, user)
	if decision is not None:
		return not decision.allowed
	if not (owner := _of_few(row)) or not frappe.db.exists(*owner):
		return False
	by_role = owner[0] in WITHOUT_LEVEL or frappe.has_permission(owner[0], user=user)
	return not by_role or dependents.hides(*owner, user)


def _of_few(file) -> tuple[str, str] | None:
	doctype, name = dependents.owner_of(file.attached_to_doctype, file.attached_to_name)
	return (doctype, name) if name and doctype in OF_FEW else None


def is_sent_with(file, queued) -> bool:
	"""Whether an email brings a file along that it attaches: one that its writer can read, or of the record it is about. The gate checks it as of
	its record."""
	record = dependents.owner_of(file.attached_to_doctype, file.attached_to_name)
	about = (queued.reference_doctype, queued.reference_name), (governed.COMMUNICATION, queued.communication)
	return record in about or not is_hidden(file, printing.reader())


def _can_be_governed(file) -> bool:
	"""Whether a file is of a message, or of a document that is not stored yet: it can become that of a record, and goes with it."""
	doctype, name = file.attached_to_doctype, file.attached_to_name
	if not name or doctype not in (*governed.doctypes(), *WITH_FILES):
		return False
	return doctype == governed.COMMUNICATION or not frappe.db.exists(doctype, name)


def decide(file, user: str) -> access.Decision | None:
	"""Whether the user can read the record of a file, also by what belongs to the record, such as a to-do; None without
	a governed record."""
	doctype, name = dependents.owner_of(file.attached_to_doctype, file.attached_to_name)
	if not name or doctype not in governed.doctypes():
		return None
	return governed.decide(doctype, name, access.READ, user)
