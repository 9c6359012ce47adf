"""Which images an email brings along in its text and in prints (P-2, D-6).

Recipients cannot open the private files of the site, so Frappe reads them from the disk. Who sends an email has not always chosen them: a client or a
colleague who knows the address of a confidential record's image enters it in a text of their own, and who answers that text, or emails a print of it, can
read the image. So an image of a record goes with emails about that record, and to colleagues who can all read it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import frappe
from frappe import _
from frappe.core.doctype.file.utils import get_content_hash
from frappe.utils import split_emails

from client_comms.enforcement import dependents, governed, internal_recipients, policy, printing
from client_comms.enforcement.doctypes import file as files
from client_comms.flags import flagged

_QUEUED = "client_comms_queued_email"
_TOLD = "client_comms_image_left_out"
_MOST_COPIES = 100  # of an image in an email
_PLACES = ("reference_doctype", "reference_name")
_RECIPIENTS = ("recipients", "cc", "bcc")


class _Email(NamedTuple):
	writer: str
	about: set[tuple]
	recipients: list[str]


def sending(message: str):
	"""Inside the block, a message (Communication) is sent by email."""
	return flagged(_QUEUED, frappe._dict(communication=message))


def queue(previous, email, *args, **kwargs):
	"""Around what puts an email together that is queued."""
	with flagged(_QUEUED, email):
		return previous(email, *args, **kwargs)


@contextmanager
def printed_for(queued) -> Iterator[None]:
	"""Inside the block, documents are printed for an email (Email Queue): when it is sent, as Administrator."""
	with printing.for_email(queued), printing.showing(partial(_goes_with, email=_of_queue(queued))):
		yield


def print_attached(previous, doctype, name, *args, **kwargs):
	"""Around what prints a document for an email, which is not always queued yet: to whom it goes is not known then."""
	queued = printing.email()
	email = _of_queue(queued) if queued else _Email(printing.writer(frappe.session.user), set(), [])
	email.about.add(dependents.owner_of(doctype, name))
	with printing.showing(partial(_goes_with, email=email)):
		return previous(doctype, name, *args, **kwargs)


def _of_queue(queued) -> _Email:
	return _Email(printing.writer(queued.owner), _about(queued), [row.recipient for row in queued.recipients])


def leave_out_embedded(mail) -> None:
	"""Hook `make_email_body_message`: the text of an email can name a file on the server (`embed="private/files/…"`), which
	Frappe reads from the disk and sends along. Only images are sent.
	"""
	recipients = [each for field in _RECIPIENTS for each in _listed(getattr(mail, field, None))]
	email = _Email(printing.writer(frappe.session.user), _about(frappe.flags.get(_QUEUED)), recipients)
	for part in mail.msg_root.walk():
		if not part["Content-ID"]:
			continue
		rows = _rows_of(part) if part.get_content_maintype() == "image" else ()
		if rows is None or any(_goes_with(row, email) for row in rows):
			continue
		part.set_payload("")
		if rows and not all(files.is_hidden(row, email.writer) for row in rows):
			_tell_left_out()


def _rows_of(part) -> list | None:
	"""None of what the site has not stored as a file, such as an image of an app."""
	return (
		frappe.get_all(
			"File",
			{"content_hash": get_content_hash(part.get_payload(decode=True) or b"")},
			["attached_to_doctype", "attached_to_name"],
			order_by="is_private asc, modified desc",  # a logo is public, or with the message that was just written
			limit=_MOST_COPIES,
		)
		or None
	)


def _tell_left_out() -> None:
	"""Tell the user who writes the email, and can read the image, once."""
	if getattr(frappe.local, "request", None) and not frappe.flags.get(_TOLD):
		frappe.flags[_TOLD] = True
		frappe.msgprint(
			_(
				"The email goes without an image in its text: it belongs to a record that the email is not about, and not all recipients can open that record. To send the image, add it to the text as a file of your own."
			),
			title=_("Image Left Out"),
			indicator="orange",
		)


def _listed(addresses) -> list[str]:
	return split_emails(addresses) if isinstance(addresses, str) else list(addresses or ())


def _goes_with(file, email: _Email) -> bool:
	if not files.is_confidential(file):
		return True
	if _is_of(dependents.owner_of(file.attached_to_doctype, file.attached_to_name), email.about):
		return True
	users = internal_recipients.users_of(email.recipients) if email.recipients else {}
	colleagues = [users.get(internal_recipients.address_of(each)) for each in email.recipients]
	return (
		bool(colleagues)
		and all(colleagues)
		and not any(files.is_hidden(file, user) for user in {email.writer, *colleagues})
	)


def _about(email) -> set[tuple]:
	"""What an email is about: the message, its document and its interaction, and the document of that."""
	message = getattr(email, "communication", None)
	named = dependents.owner_of(*(getattr(email, field, None) for field in _PLACES))
	about = {(governed.COMMUNICATION, message), named}
	for doctype, name in list(about):
		if doctype == governed.COMMUNICATION and name:
			about |= _conversation(name)
	for doctype, name in list(about):
		if doctype == governed.INTERACTION and name:
			about.add(frappe.db.get_value(doctype, name, _PLACES) or (None, None))
	return {(doctype, name) for doctype, name in about if doctype and name}


def _conversation(message: str) -> set[tuple]:
	values = frappe.db.get_value(governed.COMMUNICATION, message, (*_PLACES, "client_interaction"))
	return {values[:2], (governed.INTERACTION, values[2])} if values else set()


def _is_of(record: tuple, about: set[tuple]) -> bool:
	"""Whether it is one of these, or a message of their conversation that is not more confidential."""
	if record in about:
		return True
	if record[0] != governed.COMMUNICATION or not _conversation(record[1]) & about:
		return False
	return _rank(record) <= max(map(_rank, about))


def _rank(record: tuple) -> int:
	level = governed.level(*record)
	return policy.current().rank(level) if level else -1
