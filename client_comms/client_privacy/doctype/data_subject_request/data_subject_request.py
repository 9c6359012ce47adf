from datetime import datetime

import frappe
from frappe import _
from frappe.utils import cint, cstr, escape_html

from client_comms import clock, ledger, written_by_app
from client_comms.client_privacy import identity, invitations
from client_comms.clients import contacts, preferences
from client_comms.communication_governance import calendars
from client_comms.document import Document, clean_texts
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import moment, speaking
from client_comms.rules import subject_requests

OPEN, ANSWERED, REFUSED = "Open", "Answered", "Refused"
ERASURE, RESTRICTION = "Erasure", "Restriction"
_BY_THE_APP = (
	"status",
	"received_through",
	"due_on",
	"identity_confirmed_until",
	"extended_months",
	"extension_reason",
	"answered_by",
	"answered_on",
	"answer",
)
LONGEST_EXTENSION = 2  # months: GDPR Art. 12(3)


class DataSubjectRequest(Document):
	"""A client's request about their data: access, rectification, erasure, restriction, objection or portability (P-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		answer: DF.SmallText | None
		answered_by: DF.Data | None
		answered_on: DF.Datetime | None
		contact: DF.Link | None
		contact_only: DF.Check
		details: DF.SmallText | None
		due_on: DF.Datetime | None
		extended_months: DF.Int
		extension_reason: DF.SmallText | None
		identity_confirmed_until: DF.Datetime | None
		naming_series: DF.Literal["DSR-.YYYY.-.#####"]
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Link | None
		received_on: DF.Datetime
		received_through: DF.Literal["Staff", "Portal", "Link"]
		right: DF.Literal["Access", "Rectification", "Erasure", "Restriction", "Objection", "Portability"]
		status: DF.Literal["Open", "Answered", "Refused"]
	# end: auto-generated types

	def validate(self):
		written_by_app.keep_fields(self, *_BY_THE_APP)
		if self.party:
			contacts.set_client(self)
		clean_texts(self, "details")
		self.contact_only = int(bool(cint(self.contact_only) and self.contact))
		self.received_on = clock.parse(self.received_on)
		if self.is_new():
			self.set_due()

	def set_due(self):
		"""A month after receipt, in the working time of the default calendar; longer once it is extended."""
		months = cint(frappe.get_cached_doc("Client Comms Settings").request_months) or 1
		due = subject_requests.due(
			clock.to_aware(self.received_on), months + cint(self.extended_months), calendars.default()
		)
		self.due_on = clock.to_stored(due)

	def on_trash(self):
		frappe.throw(
			_(
				"Requests of clients cannot be deleted, because they are evidence. Answer or refuse it instead."
			),
			title=_("Request Cannot Be Deleted"),
		)

	# --- actions -------------------------------------------------------------------------------

	def require_open(self):
		if self.status != OPEN:
			frappe.throw(
				_("This request is closed. Enter a new one."),
				exc=ActionNotPossibleError,
				title=_("Request Is Closed"),
			)

	def confirm_identity(self) -> datetime:
		"""Take over the client's last confirmed identity check; nothing is done before, and nothing with one that is too old.

		:raises ActionNotPossibleError: there is none that is still valid
		"""
		self.require_open()
		known = identity.state(self.party_type, self.party, self.contact, None)
		if known.locked or not known.verified_until or known.verified_until <= clock.now():
			frappe.throw(
				_(
					"The identity of the client is not confirmed. Use Verify Identity on the client, or send a one-time code, then try again."
				),
				exc=ActionNotPossibleError,
				title=_("Identity Not Confirmed"),
			)
		self.db_set("identity_confirmed_until", known.verified_until)
		return known.verified_until

	def extend(self, months: int, reason: str):
		"""Extend the deadline once, and tell the client why (GDPR Art. 12(3)).

		:raises ActionNotPossibleError: it was extended or has passed already, is too long, or lacks a reason
		"""
		self.require_open()
		months, reason = cint(months), cstr(reason).strip()
		if (
			self.extended_months
			or not reason
			or not 1 <= months <= LONGEST_EXTENSION
			or clock.now() > self.due_on
		):
			frappe.throw(
				_(
					"The deadline can be extended once, by one or two months, before it has passed, and with a reason."
				),
				exc=ActionNotPossibleError,
				title=_("Not Extended"),
			)
		self.update({"extended_months": months, "extension_reason": reason})
		self.set_due()
		self.flags.by_the_app = True
		self.save()
		self.tell(
			lambda: _("Your request needs more time"),
			lambda: _("We will answer your request {0} by {1}, because: {2}").format(
				self.name, moment(self.due_on), escape_html(reason)
			),
		)

	def close(self, status: str, answer: str):
		"""Answer or refuse the request, and tell the client.

		:raises ActionNotPossibleError: it is closed, or the answer is missing
		"""
		self.require_open()
		if not (answer := cstr(answer).strip()):
			frappe.throw(
				_("Enter what the client is told."), exc=ActionNotPossibleError, title=_("Answer Missing")
			)
		self.update(
			{
				"status": status,
				"answer": answer,
				"answered_by": frappe.session.user,
				"answered_on": clock.now(),
			}
		)
		self.flags.by_the_app = True
		self.save()
		self.tell(lambda: _("Your request {0}").format(self.name), lambda: escape_html(answer))

	def tell(self, subject, text):
		"""An email to the first address on file of the contact, otherwise of the client; `subject` and `text` return theirs in the client's language."""
		address, owner = invitations.address_on_file(self.party_type, self.party, self.contact, None)
		language = preferences.language_to(self.party_type, self.party, self.contact or owner)
		with speaking(language):
			frappe.sendmail(
				recipients=[address],
				subject=subject(),
				message=text(),
				reference_doctype=self.doctype,
				reference_name=self.name,
			)

	def forget_client(self):
		"""After an erasure: that there was a request, when, and how it ended, is all that stays."""
		# Without document events, which would tell the ledger the old values.
		frappe.db.set_value(
			self.doctype,
			self.name,
			{
				"party_type": None,
				"party": None,
				"contact": None,
				"party_name": _("Anonymised"),
				"details": None,
				"extension_reason": None,
				"status": ANSWERED,
				"answered_on": self.answered_on or clock.now(),
				"answer": _("Erased. The certificate is in the erasure run."),
			},
			update_modified=False,
		)
		ledger.follow_erasure(self.doctype, [self.name])
