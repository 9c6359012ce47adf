"""Files of governed records are private, and no second File row opens their content (P-2, D-6)."""

import os

import frappe
from frappe import _
from frappe.core.doctype.file.file import URL_PREFIXES
from frappe.core.doctype.file.utils import generate_file_name, get_content_hash
from frappe.utils import cstr

from client_comms.enforcement import dependents, governed, legal_holds, printing, refusals
from client_comms.enforcement.answers import Remembered
from client_comms.enforcement.registry import OWNER_FIELDS
from client_comms.enforcement.requests import portal
from client_comms.exceptions import ClearanceMissingError
from client_comms.rules import access

WITH_FILES = ("Comment", "ToDo")  # what belongs to a record and can have files of its own
_PUBLIC = ("like", "/files/%")
_NAME_OF_FORM = "__temporary_name"
_MOST_COPIES = 100  # of an image in an email


def has_permission(doc, ptype=None, user=None, debug=False):
	"""As for any dependent document."""
	if ptype in ("write", "delete") and doc.name and not doc.is_new():
		# Frappe checks the document to which the file is moved; the one from which it is taken decides as well.
		owner = frappe.db.get_value("File", doc.name, ["attached_to_doctype", "attached_to_name"])
		if owner and owner[1] and owner[0] in governed.doctypes():
			user = user or frappe.session.user
			decision = governed.decide(*owner, access.WRITE, user)
			if decision is not None and not decision.allowed:
				return refusals.objection(*owner, access.WRITE, user, decision)
	return dependents.has_permission(doc, ptype, user, debug)


_OPENED = "/private/files/"


class GuardedFile(Remembered):
	"""Frappe's File. Everything that reads the content of a file passes through here: new rows with only an address,
	imports, archives, images in a PDF; most of these do not check access to the file."""

	def get_content(self, *args, **kwargs):
		# What the app and Frappe do with an existing file, such as moving it, is not reading.
		if not self.get("content") and (self.is_new() or not self.flags.ignore_permissions):
			_require(self)
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

	def _keep_hash(self):
		"""By the hash, Frappe finds other rows with the same content, moves them with this one and deletes the content with the
		last of them; a request could state any."""
		if self.flags.new_file or self.flags.client_comms_stored:
			return
		before = self.get_doc_before_save()
		self.content_hash = before.content_hash if before and before.file_url == self.file_url else None

	def handle_is_private_changed(self):
		"""Frappe moves whatever has the name in the other folder, before `validate` of `doc_events` could refuse."""
		if not self.is_private:
			_require_at(_OPENED + os.path.basename(self.file_url or ""))
		super().handle_is_private_changed()

	def save_file(self, *args, **kwargs):
		self.flags.client_comms_stored = True
		return super().save_file(*args, **kwargs)

	def write_file(self):
		"""What another row shows stays as it is: Frappe writes over a file if its optimised image has that name."""
		if self.file_url and _has_others(self, self.file_url):
			self.file_name = generate_file_name(self.file_name, is_private=self.is_private)
			self.file_url = f"{os.path.dirname(self.file_url)}/{self.file_name}"
		return super().write_file()

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

	def is_downloadable(self):
		"""Frappe lets the user who uploaded a file download it, even after losing access to the record. It finds the row of
		an address as the database compares (`a.pdf`, `A.pdf`, `á.pdf`), and opens the file that has exactly this name."""
		if not super().is_downloadable() or _opens_another(self):
			return False
		if queued := printing.email():
			return _is_sent_with(self, queued)
		in_portal = portal.is_open(self.attached_to_doctype, self.attached_to_name)
		return in_portal or has_permission(self, "read") is not False


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
	"""Refuse the session user a file that a method finds by its address, its name, or the name of its row, and reads from
	the disk itself.

	:raises ClearanceMissingError: the session user cannot read the record to which the content belongs
	"""
	addresses = frappe.get_all(
		"File", or_filters={"name": named, "file_name": named}, pluck="file_url", order_by=None
	)
	for address in {named, *filter(None, addresses)}:
		content = {"doctype": "File", "file_url": address, "file_name": os.path.basename(address)}
		_require(frappe.get_doc(content))


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
		_require(doc)


def keep_attached(doc, method=None) -> None:
	"""`before_insert` of guarded documents: what was attached to a new form follows the document that is made of it. Frappe goes by the
	name that the request says the form had; if a document has that name, its files would follow as well, and no one is asked.
	"""
	named = doc.get(_NAME_OF_FORM)
	if named and frappe.db.exists(doc.doctype, cstr(named)):
		doc.delete_key(_NAME_OF_FORM)


def _require(doc) -> None:
	"""Refuse the session user if the content at a File's address belongs only to records hidden from them."""
	# Frappe takes the full address of this site for a remote file, and reads it from the disk.
	if not doc.is_folder and not doc.get_full_path().startswith(URL_PREFIXES):
		_require_at(_address(doc))  # without an address, the name is resolved to one


def _require_at(address: str) -> None:
	rows = _rows_at(address)
	if not any(_is_hidden(row, frappe.session.user) for row in rows):
		return
	# The same content uploaded elsewhere has the same address; one that the database takes for the same is another file.
	own = [row.name for row in rows if row.file_url == address]
	if not any(frappe.get_doc("File", name).has_permission("read") for name in own):
		frappe.throw(
			_("You have no clearance for the record to which this file belongs."),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def _rows_at(address: str) -> list:
	fields = ["name", "file_url", "attached_to_doctype", "attached_to_name"]
	return frappe.get_all("File", {"file_url": address}, fields, order_by=None)


def _has_others(doc, address: str) -> bool:
	"""Whether another row has exactly this address."""
	return any(row.file_url == address and row.name != doc.name for row in _rows_at(address))


def _deleted(path: str) -> str:
	"""The address of the file that Frappe deletes for a path."""
	folder, name = os.path.split(path.strip("/"))
	return f"/files/{name}" if folder == "files" else f"/private/files/{name}"


def _opens_another(doc) -> bool:
	request = getattr(frappe.local, "request", None)
	return bool(request and request.path.startswith(_OPENED) and request.path != doc.file_url)


def _is_hidden(row, user: str) -> bool:
	decision = _decide(row, user)
	return decision is not None and not decision.allowed


def leave_out_embedded(mail) -> None:
	"""Hook `make_email_body_message`: the text of an email can name a file on the server (`embed="private/files/…"`), which
	Frappe reads from the disk and sends along. Only images are sent, and none of a record hidden from the user who writes.
	"""
	for part in mail.msg_root.walk():
		if part["Content-ID"] and (part.get_content_maintype() != "image" or _shows_hidden(part)):
			part.set_payload("")


def _shows_hidden(part) -> bool:
	rows = frappe.get_all(
		"File",
		{"content_hash": get_content_hash(part.get_payload(decode=True) or b"")},
		["attached_to_doctype", "attached_to_name"],
		order_by="is_private asc, modified desc",  # a logo is public, or with the message that was just written
		limit=_MOST_COPIES,
	)
	return bool(rows) and all(_is_hidden(row, printing.writer(frappe.session.user)) for row in rows)


def _is_sent_with(file, queued) -> bool:
	"""Whether a print that an email brings along shows a file: one that its writer can read, or of the record it is about."""
	record = dependents.owner_of(file.attached_to_doctype, file.attached_to_name)
	about = (queued.reference_doctype, queued.reference_name), (governed.COMMUNICATION, queued.communication)
	return record in about or not _is_hidden(file, printing.reader())


def _address(doc) -> str:
	"""The normalised address of a file's path on disk: an address with dots, or a bare file name, leads to
	the same file."""
	site = os.path.realpath(frappe.get_site_path())
	place = os.path.relpath(os.path.realpath(doc.get_full_path()), site)
	return f"/{place.removeprefix('public/')}"


def keep_private(doc, method=None):
	"""Files attached to a governed record are private and cannot be made public by anyone."""
	shown = _has_public_thumbnail(doc)
	if doc.is_folder or (doc.is_private and not shown) or not (_is_governed(doc) or _shares_content(doc)):
		return
	if shown:
		_remove_thumbnail(doc)
	if doc.is_private:
		return
	doc.is_private = 1
	if doc.flags.new_file:  # just written to the public folder; Frappe moves the file itself on later changes
		doc.handle_is_private_changed()


def _shares_content(doc) -> bool:
	"""Whether a file becomes public whose content a governed record shows as well: Frappe moves it, and opens all its rows."""
	before = doc.get_doc_before_save()
	if doc.is_private or not before or not before.is_private:
		return False
	shared = {"file_url": before.file_url}
	if before.content_hash:
		shared["content_hash"] = before.content_hash
	fields = ["attached_to_doctype", "attached_to_name"]
	rows = frappe.get_all("File", {"is_private": 1}, fields, or_filters=shared, order_by=None)
	return any(_is_governed(row) for row in rows)


def withdraw_thumbnails(chunk: int = 500) -> None:
	"""Remove the public thumbnails of files that became private with their record. Repeatable; commits in chunks."""
	last = ""
	asked = {"is_private": 1, "thumbnail_url": _PUBLIC, "attached_to_name": ("is", "set")}
	while names := frappe.get_all(
		"File", {**asked, "name": (">", last)}, pluck="name", order_by="name asc", limit=chunk
	):
		for file in (frappe.get_doc("File", name) for name in names):
			if _is_governed(file):
				_withdraw_thumbnail(file)
		last = names[-1]
		# nosemgrep: frappe-manual-commit (an interrupted run loses at most this chunk)
		frappe.db.commit()


def _has_public_thumbnail(file) -> bool:
	"""Frappe makes every thumbnail in the public folder, and leaves it there when the file becomes private."""
	return (file.thumbnail_url or "").startswith("/files/")


def _withdraw_thumbnail(file) -> None:
	"""Without a save, which Frappe refuses if the file is not on the disk."""
	_remove_thumbnail(file)
	frappe.db.set_value("File", file.name, "thumbnail_url", None, update_modified=False)


def _remove_thumbnail(file) -> None:
	if not frappe.db.exists("File", {"file_url": file.thumbnail_url}):  # a request may name any other file
		file.delete_file_data_content(only_thumbnail=True)
	file.thumbnail_url = None


def make_private(doctype: str, name: str) -> None:
	"""Make files and thumbnails private that were attached to a document, or to what belongs to it, before it became confidential."""
	_make_private(doctype, [name])
	for dependent in WITH_FILES:
		fields = OWNER_FIELDS[dependent]
		_make_private(
			dependent,
			frappe.get_all(dependent, dict(zip(fields, (doctype, name), strict=True)), pluck="name"),
		)


def _make_private(doctype: str, names: list[str]) -> None:
	if not names:
		return
	attached = {"attached_to_doctype": doctype, "attached_to_name": ("in", names), "is_folder": 0}
	is_public = {"is_private": 0, "thumbnail_url": _PUBLIC}
	for name in frappe.get_all("File", attached, pluck="name", or_filters=is_public):
		file = frappe.get_doc("File", name)
		if file.is_private:
			_withdraw_thumbnail(file)
		else:
			file.save(ignore_permissions=True)  # handled by `keep_private`


def _is_governed(doc) -> bool:
	return _decide(doc, "Guest") is not None


def _decide(file, user: str) -> access.Decision | None:
	"""Whether the user can read the record of a file, also by what belongs to the record, such as a to-do; None without
	a governed record."""
	doctype, name = dependents.owner_of(file.attached_to_doctype, file.attached_to_name)
	if not name or doctype not in governed.doctypes():
		return None
	return governed.decide(doctype, name, access.READ, user)
