"""What clients are told about their own requests: by email, or by a Compliance Officer in another way, such as a letter (P-2)."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.utils import cstr
from frappe.utils.html_utils import sanitize_html

from client_comms import validation
from client_comms.client_privacy import invitations
from client_comms.clients import contacts, preferences
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold, language_in_words, speaking
from client_comms.rules.messages import _ as N_

IN_ANOTHER_WAY = N_("Told in Another Way")


def tell(doc, subject: Callable[[], str], text: Callable[[], str], otherwise: str | None = None) -> None:
	"""An email to the first usable address on file of the contact, otherwise of the client.

	:param doc: has `party_type`, `party` and `contact`; the email is about it
	:param subject: returns the subject in the current language, which is the client's; `text` the same, as HTML
	:param otherwise: how they were told if not by email, such as a letter and its date; then no email is sent
	:raises ActionNotPossibleError: as `address_of`
	"""
	if otherwise:
		return
	address, owner = address_of(doc, IN_ANOTHER_WAY)
	with speaking(preferences.language_to(doc.party_type, doc.party, doc.contact or owner)):
		frappe.sendmail(
			recipients=[address],
			subject=subject(),
			message=text(),
			reference_doctype=doc.doctype,
			reference_name=doc.name,
			add_unsubscribe_link=0,
		)


def remedies() -> str:
	"""What a client is told with every refusal (GDPR Art. 12(4))."""
	return _(
		"If you do not agree, you can complain to a data protection supervisory authority, or go to court."
	)


def gets_email(doc) -> bool:
	"""Whether there is an address to which emails about a document go; `address_of` then returns one."""
	return bool(doc.party and contacts.usable(contacts.on_file(doc.party_type, doc.party, doc.contact)))


def show(form, doc) -> None:
	"""For the dialogs of a form: whether an email can tell the client of `doc`, and the language of the rest of it, if that is not the one of the
	session user."""
	form.set_onload("gets_email", gets_email(doc))
	language = preferences.language_to(doc.party_type, doc.party, doc.contact)
	if language != frappe.local.lang:
		form.set_onload("write_in", language_in_words(language))


def address_of(doc, field: str) -> tuple[str, str | None]:
	"""The address that the client is told at, and its contact.

	:param field: the label of what to enter without one
	:raises ActionNotPossibleError: there is none on file, or it has unsubscribed; the message says what to do
	"""
	if not gets_email(doc):
		frappe.throw(
			_(
				"{0} has no confirmed email address that gets emails. Tell the client in another way, such as by letter, then enter how and when under {1}. Or add an address to the contact, or use Confirm Details there."
			).format(bold(doc.contact or contacts.name_of(doc.party_type, doc.party)), bold(_(field))),
			exc=ActionNotPossibleError,
			title=_("No Address on File"),
		)
	return invitations.address_on_file(doc.party_type, doc.party, doc.contact, None)


def answered(answer: str | None, otherwise: str | None) -> tuple[str, str | None]:
	"""What a client is told, and how if not by email, as `entered`.

	:raises ActionNotPossibleError: the answer is missing
	"""
	if not (answer := cstr(answer).strip()):
		frappe.throw(
			_("Enter what the client is told."), exc=ActionNotPossibleError, title=_("Answer Missing")
		)
	return answer, entered(otherwise)


def entered(otherwise: str | None) -> str | None:
	"""How the client was told, as it can be stored; None if by email.

	:raises frappe.ValidationError: it cannot be stored
	"""
	validation.require_text(_(IN_ANOTHER_WAY), otherwise)
	text = cstr(otherwise).strip()
	return (sanitize_html(text, always_sanitize=True) if "<" in text else text) or None
