from collections.abc import Iterable
from difflib import get_close_matches

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.utils import getdate

from client_comms import clock
from client_comms.communication_governance import templates
from client_comms.document import Document
from client_comms.exceptions import FourEyesError, StatusFollowsEventsError
from client_comms.i18n import bold
from client_comms.roles import approves_texts, approving_roles, role_names, who_else
from client_comms.rules import html_text
from client_comms.rules.templates import APPROVED, DRAFT, SENT_BACK, WITHDRAWN

# The terms of an approval: changing them requires a new approval.
_TERMS = ("email_template", "language", "is_acknowledgement", "is_summary", "highest_level", "valid_until")
_TABLES = {"communication_types": "communication_type", "channels": "channel"}
# Written only by actions.
_DECISION = ("status", "approved_by", "approved_on", "version", "approved_text_hash", "placeholders")
_INTERNAL = ("former_names", "matrix", "documentation_missing")  # shown in the form, and nothing for a client
_CLOSE = 0.75  # of 1: to `user_name`, no field is nearer than 0.67
_USUAL = ("party_name", "subject", "occurred_on", "respond_by")  # placeholders
_EVENT_FIELDS = ("name", "event", "version", "by_user", "note", "subject", "text")


class CommunicationTemplate(Document):
	"""The approval of a text for messages to clients: by whom, when, until when, and for what use (D-3).

	The text is in an Email Template. Status and history are written by `approve`, `withdraw`, changes to the
	text or terms, and the expiry of the approval; never by hand.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.communication_template_channel.communication_template_channel import (
			CommunicationTemplateChannel,
		)
		from client_comms.communication_governance.doctype.communication_template_event.communication_template_event import (
			CommunicationTemplateEvent,
		)
		from client_comms.communication_governance.doctype.communication_template_type.communication_template_type import (
			CommunicationTemplateType,
		)

		approved_by: DF.Link | None
		approved_on: DF.Datetime | None
		approved_text_hash: DF.Data | None
		channels: DF.TableMultiSelect[CommunicationTemplateChannel]
		communication_types: DF.TableMultiSelect[CommunicationTemplateType]
		email_template: DF.Link
		highest_level: DF.Link
		history: DF.Table[CommunicationTemplateEvent]
		is_acknowledgement: DF.Check
		is_summary: DF.Check
		language: DF.Link
		placeholders: DF.SmallText | None
		status: DF.Literal["Draft", "Sent Back", "Approved", "Expired", "Withdrawn"]
		template_name: DF.Data
		valid_until: DF.Date | None
		version: DF.Int
	# end: auto-generated types

	def onload(self):
		"""Additional data for the form: the current text, and what the user can do."""
		text = frappe.get_cached_doc("Email Template", self.email_template)
		self.set_onload("subject", templates.in_words(text.subject))
		self.set_onload("text", templates.in_words(templates.text_of(text), as_html=True))
		if self.status == APPROVED:
			actions = ["withdraw"] if approves_texts() else []
		elif who_html := self.who_else_approves(text):
			actions = []
			self.set_onload("who_approves", who_html)
		else:
			actions = ["approve", "send_back"] if self.status == DRAFT else ["approve"]
		self.set_onload("actions", actions)

	def validate(self):
		self.validate_decisions_are_untouched()
		self.validate_one_per_language()
		self.lapse_with_changed_terms()
		self.tell_what_prevents_approval()

	def validate_decisions_are_untouched(self):
		if self.flags.deciding:
			return
		before = self.get_doc_before_save() or frappe.new_doc(self.doctype)
		if any((self.get(f) or None) != (before.get(f) or None) for f in _DECISION if f != "approved_on") or (
			_events(self) != _events(before)
		):
			frappe.throw(
				_("The status and history of a template cannot be edited. Use Approve or Withdraw."),
				exc=StatusFollowsEventsError,
				title=_("Status Cannot Be Set"),
			)
		self.approved_on = before.approved_on

	def validate_one_per_language(self):
		other = frappe.db.get_value(
			self.doctype,
			{
				"email_template": self.email_template,
				"language": self.language,
				"name": ("!=", self.name or ""),
			},
		)
		if other:
			frappe.throw(
				_("{0} already covers this Email Template in this language. Change that one instead.").format(
					frappe.utils.get_link_to_form(self.doctype, other)
				),
				exc=frappe.DuplicateEntryError,
				title=_("Template Already Covered"),
			)

	def lapse_with_changed_terms(self):
		before = self.get_doc_before_save()
		if self.flags.deciding or not before or _terms(self) == _terms(before):
			return
		if before.status not in (APPROVED, SENT_BACK):
			return
		self.status = DRAFT
		self.append_event("Terms Changed")
		if before.status == SENT_BACK:
			return
		frappe.msgprint(
			_(
				"The approved use of {0} has changed, so it is a draft again. Ask for it to be approved."
			).format(bold(self.name)),
			title=_("Approval Needed"),
			indicator="orange",
		)

	# --- decisions -----------------------------------------------------------------------------

	def approve(self):
		"""Approve the current text; if a second approver is required, its author cannot.

		:raises FourEyesError: the session user wrote the text
		:raises frappe.ValidationError: a placeholder is unknown, or the expiry date is in the past
		"""
		if self.status == APPROVED:
			frappe.throw(
				_("{0} is already approved. Reload the page.").format(bold(self.name)),
				title=_("Already Approved"),
			)
		text = frappe.get_doc("Email Template", self.email_template)
		self.validate_four_eyes(text)
		self.validate_valid_until()
		self.placeholders = " ".join(sorted(self.known_placeholders(text)))
		self.approved_text_hash = templates.fingerprint(text)
		self.approved_by = frappe.session.user
		self.approved_on = clock.now()
		self.version = (self.version or 0) + 1
		self.decide(APPROVED, "Approved", subject=text.subject, text=templates.text_of(text))

	def send_back(self, reason: str):
		"""Ask for another text or another use, with a reason that is stored in the history."""
		if self.status != DRAFT:
			frappe.throw(
				_("{0} does not wait for approval, so it cannot be sent back. Reload the page.").format(
					bold(self.name)
				),
				title=_("Not Waiting for Approval"),
			)
		self.decide(SENT_BACK, SENT_BACK, note=reason)

	def withdraw(self, reason: str):
		"""End the approval immediately, with a reason that is stored in the history."""
		if self.status != APPROVED:
			frappe.throw(
				_("{0} is not approved, so there is nothing to withdraw. Reload the page.").format(
					bold(self.name)
				),
				title=_("Not Approved"),
			)
		self.decide(WITHDRAWN, WITHDRAWN, note=reason)

	def decide(self, status: str, event: str, **details):
		"""Write a decision, or the end of one, with its event."""
		self.status = status
		self.append_event(event, **details)
		self.flags.deciding = True
		try:
			self.save(ignore_permissions=True)
		finally:
			self.flags.deciding = False

	def append_event(self, event: str, **details):
		self.append(
			"history",
			{
				"event": event,
				"version": self.version,
				"at": clock.now(),
				"by_user": frappe.session.user,
				**details,
			},
		)

	def validate_four_eyes(self, text):
		authors = self.barred(text)
		if frappe.session.user in authors:
			frappe.throw(
				_("You wrote or changed this text, so someone else must approve it.")
				+ f" {who_else(*approving_roles(), besides=authors)}",
				exc=FourEyesError,
				title=_("Second Approver Required"),
			)

	def barred(self, text) -> set[str]:
		"""The users who cannot approve it because they wrote the text."""
		if not frappe.get_cached_doc("Client Comms Settings").four_eyes_on_templates:
			return set()
		return templates.authors(text, self.approved_on)

	def who_else_approves(self, text) -> str | None:
		"""Why the session user cannot approve it, and who can, as HTML; None if they can."""
		roles, authors = approving_roles(), self.barred(text)
		if not approves_texts():
			why = _("Only users with one of these roles can approve texts for clients: {0}.")
			why_html = why.format(bold(role_names(roles)))
		elif frappe.session.user in authors:
			why_html = _("You wrote or changed this text, so someone else must approve it.")
		else:
			return None
		return f"{why_html} {who_else(*roles, besides={*authors, frappe.session.user})}"

	def validate_valid_until(self):
		if self.valid_until and getdate(self.valid_until) < getdate(clock.now()):
			frappe.throw(
				_("{0} is in the past. Enter a later expiry date, or leave it empty.").format(
					bold(self.get_formatted("valid_until"))
				),
				title=_("Valid Until Is in the Past"),
			)

	def tell_what_prevents_approval(self):
		"""The author reads it now, and not from the one who cannot approve it."""
		if self.flags.deciding or self.status != DRAFT:
			return
		if fault := _fault_of(frappe.get_doc("Email Template", self.email_template)):
			title, message = fault
			message_html = " ".join((message, _("Until then it cannot be approved.")))
			frappe.msgprint(message_html, title=title, indicator="orange")

	def known_placeholders(self, text) -> frozenset[str]:
		"""The placeholders of the text; refuses those that an interaction cannot fill, and a text that says nothing."""
		if fault := _fault_of(text):
			title, message = fault
			todo = _("Correct the Email Template, or send this template back to its author.")
			message_html = " ".join((message, todo))
			frappe.throw(message_html, title=title)
		return templates.placeholders(text)


def _fault_of(text) -> tuple[str, str] | None:
	"""Why an Email Template cannot be approved, as title and message."""
	written = templates.text_of(text)
	if not html_text.plain(written).strip() and "<img" not in written:
		return _("Text Missing"), _(
			"{0} has no text, so the client would get an empty message. Write it."
		).format(bold(text.name))
	if unknown := templates.placeholders(text) - templates.fields_of(templates.INTERACTION):
		return _("Unknown Placeholders"), _(
			"{0} has placeholders that no interaction can fill: {1}. Use the names of fields of {2}, such as {3}."
		).format(
			bold(text.name),
			bold(", ".join(sorted(unknown))),
			bold(_(templates.INTERACTION)),
			bold(", ".join(_such_as(unknown))),
		)
	if why := templates.fails(text):
		return _("Text Cannot Be Filled In"), _(
			"{0} ends in an error as soon as it is filled with the values of an interaction, so that the client would get nothing: {1}."
		).format(bold(text.name), bold(why.rstrip(".")))
	return None


def _such_as(unknown: Iterable[str]) -> list[str]:
	"""Fields that may have been meant, and those that texts need most: none that only the form needs, and none that is merely a little like it."""
	fields = frappe.get_meta(templates.INTERACTION).fields
	known = [field.fieldname for field in fields if _is_for_texts(field)]
	close = [
		found for each in sorted(unknown) for found in get_close_matches(each, known, n=1, cutoff=_CLOSE)
	]
	return list(dict.fromkeys((*close, *_USUAL)))[: max(len(_USUAL), len(close))]


def _is_for_texts(field) -> bool:
	is_internal = field.hidden or field.print_hide or field.fieldname in _INTERNAL
	return field.fieldtype not in (*no_value_fields, *table_fields) and not is_internal


def _terms(doc) -> tuple:
	return (
		*(str(doc.get(field) or "") for field in _TERMS),
		*({row.get(field) for row in doc.get(table)} for table, field in _TABLES.items()),
	)


def _events(doc) -> list[tuple]:
	return [tuple(row.get(field) or None for field in _EVENT_FIELDS) for row in doc.history]


def on_doctype_update():
	frappe.db.add_index("Communication Template", ["status", "valid_until"])
