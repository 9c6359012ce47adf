"""The details of an interaction: what every log needs (D-2), and what it takes from its client and its document."""

import re

import frappe
from frappe import _

from client_comms import clock, controls, validation
from client_comms.clients import contacts, parties
from client_comms.exceptions import MissingDetailsError
from client_comms.i18n import bold, refuse, translate
from client_comms.rules import documentation
from client_comms.rules.messages import Message

# Calls and meetings, of which there is no text until someone writes one.
_SPOKEN = {"Call Log", "Event", "TP Call Log"}
_NUMBER = re.compile(r"[+\d\s()/.-]*")


def set_client(doc):
	"""Set the contact's client if only a contact is given; a contact of no client, such as the one that Frappe makes of a first email, stands for
	it with their own name."""
	if doc.contact and not doc.party and not doc.flags.from_intake:  # which has already searched for it
		if client := parties.of_contact(doc.contact):
			doc.party_type, doc.party = client
		elif not doc.party_name:
			doc.party_name = _name_of_contact(doc.contact)
	if doc.party_type and doc.party:
		contacts.require_kind(doc.party_type)


def _name_of_contact(contact: str) -> str:
	"""What a user who cannot read it already knows, otherwise the full name."""
	if not frappe.has_permission("Contact", "read", contact):
		return contact
	return frappe.db.get_value("Contact", contact, "full_name") or contact


def left_open(doc) -> list[Message]:
	"""What staff still have to enter of a call or meeting that was logged without them: who it was, and what was said (D-2).

	Until then a number stands for the client, and the subject for the summary.
	"""
	sources = {row.source_doctype for row in doc.events if row.source_doctype}
	if not sources or not sources <= _SPOKEN:
		return []
	summary = validation.plain(doc.summary)
	details = {
		**dict.fromkeys(documentation.REQUIRED_DETAILS, True),
		"party": doc.party or doc.contact or not _NUMBER.fullmatch(doc.party_name or "") or None,
		"summary": summary if summary != validation.plain(doc.subject) else None,
	}
	return list(documentation.missing_details(details))


def note_what_is_left_open(doc) -> None:
	doc.details_left_open = int(bool(left_open(doc)))


def require_complete(doc) -> None:
	"""Called when the interaction is closed.

	:raises MissingDetailsError: details are missing and the mode of documentation is Enforce
	"""
	if missing := left_open(doc):
		controls.enforce(
			"evidence_mode",
			"<br>".join(translate(each) for each in missing),
			title=_("Details Missing"),
			exc=MissingDetailsError,
		)


def set_priority(doc):
	"""A new interaction takes the priority of its document, if that has one."""
	if doc.priority or doc.stored() or not (doc.reference_doctype and doc.reference_name):
		return
	field = frappe.get_meta(doc.reference_doctype).get_field("priority")
	if field and field.options == "Issue Priority":
		document = doc.flags.about_new
		doc.priority = (
			document.priority
			if document
			else frappe.db.get_value(doc.reference_doctype, doc.reference_name, "priority")
		)


def validate(doc):
	"""Every log needs date and time, client, summary and responsible staff (D-2).

	Documents that arrive automatically are logged first and completed by staff, so nothing is lost (F-1).
	"""
	if doc.flags.from_intake or doc.flags.by_the_app:
		return
	details = {field: doc.get(field) for field in documentation.REQUIRED_DETAILS}
	details["summary"] = validation.plain(doc.summary)
	before = doc.stored()
	if before is None or not before.party:
		# A sender or caller is unknown: their name or number is used for the client until staff identify them.
		details["party"] = doc.party or (before or doc).party_name
	if missing := documentation.missing_details(details):
		refuse(*missing, title=_("Details Missing"), exc=MissingDetailsError)
	if (occurred := clock.not_ahead(doc.occurred_on)) is None:
		frappe.throw(
			_("{0} is in the future. Log the interaction after it has taken place.").format(
				bold(doc.get_formatted("occurred_on"))
			),
			title=_("Date in the Future"),
		)
	doc.occurred_on = occurred
