from datetime import datetime

import frappe
from frappe import _
from frappe.utils import cint, cstr, escape_html, get_datetime

from client_comms import clock, ledger, written_by_app
from client_comms.client_privacy import consents, identity, telling
from client_comms.client_privacy.erasure import runs
from client_comms.client_privacy.requests import deadlines, going_on
from client_comms.clients import contacts, preferences
from client_comms.communication_governance import calendars
from client_comms.document import Document, clean_texts
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold, moment_in_words, speaking
from client_comms.rules import consent, subject_requests

OPEN, ANSWERED, REFUSED = "Open", "Answered", "Refused"
ERASURE, RESTRICTION = "Erasure", "Restriction"
_BY_THE_APP = (
	"status",
	"received_through",
	"client_interaction",
	"due_on",
	"identity_confirmed_until",
	"extended_months",
	"extension_reason",
	"extended_otherwise",
	"answered_by",
	"answered_on",
	"answer",
	"answered_otherwise",
	"last_reminded_on",
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
		answered_otherwise: DF.SmallText | None
		client_interaction: DF.Link | None
		contact: DF.Link | None
		contact_only: DF.Check
		details: DF.SmallText | None
		due_on: DF.Datetime | None
		extended_months: DF.Int
		extended_otherwise: DF.SmallText | None
		extension_reason: DF.SmallText | None
		identity_confirmed_until: DF.Datetime | None
		last_reminded_on: DF.Date | None
		naming_series: DF.Literal["DSR-.YYYY.-.#####"]
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Link | None
		received_on: DF.Datetime
		received_through: DF.Literal["Staff", "Portal", "Link"]
		right: DF.Literal["Access", "Rectification", "Erasure", "Restriction", "Objection", "Portability"]
		status: DF.Literal["Open", "Answered", "Refused"]
	# end: auto-generated types

	def onload(self):
		"""For the form: whether an email can tell the client, and whether what needs their identity can be done."""
		if self.status == OPEN:
			until = self.identity_confirmed_until
			self.set_onload("identity_is_confirmed", bool(until and get_datetime(until) > clock.now()))
			self.set_onload("going", going_on.of(self.name))
			telling.show(self, self)
			purpose = frappe.get_cached_doc("Client Comms Settings").advertising_purpose
			self.set_onload("advertising_purpose", purpose)
			if purpose and self.right == "Objection":
				asked = consent.Request(purpose, contact=self.contact)
				decision = consents.decide(self.party_type, self.party, asked)
				self.set_onload("advertising_is_stopped", decision.rule in consent.SAID_NO)

	def validate(self):
		written_by_app.keep_fields(self, *_BY_THE_APP)
		self.validate_client()
		clean_texts(self, "details")
		self.validate_details_stay()
		self.contact_only = int(bool(cint(self.contact_only) and self.contact))
		self.received_on = clock.parse(self.received_on)
		if self.is_new():
			self.validate_received()
			self.set_due()

	def validate_client(self):
		"""Whose data it is about; only an erasure takes that away, afterwards."""
		if self.party_type and self.party:
			contacts.set_client(self)
		elif self.is_new():
			frappe.throw(
				_("Enter the client whose data the request is about."),
				frappe.MandatoryError,
				title=_("Client Missing"),
			)

	def validate_received(self):
		"""A day that is not there yet would put off the deadline."""
		if (received := clock.not_ahead(self.received_on)) is None:
			frappe.throw(
				_("{0} is in the future. Enter when the client asked.").format(
					bold(self.get_formatted("received_on"))
				),
				title=_("Date in the Future"),
			)
		self.received_on = received

	def validate_details_stay(self):
		"""What was asked is what was answered."""
		before = self.get_doc_before_save()
		if before and before.status != OPEN and (before.details or "") != (self.details or ""):
			before.require_open()

	def set_due(self):
		"""A month after receipt, in the working time of the default calendar; longer once it is extended."""
		months = cint(frappe.get_cached_doc("Client Comms Settings").request_months) or 1
		due = subject_requests.due(
			clock.to_aware(self.received_on), months + cint(self.extended_months), calendars.default()
		)
		self.due_on = clock.to_stored(due)

	def after_insert(self):
		deadlines.announce(self)

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
		return self.require_identity()

	def require_identity(self) -> datetime:
		"""The same for what a request has led to, whether it is open or not."""
		known = identity.state(self.party_type, self.party, self.contact, None)
		if known.locked or not known.verified_until or known.verified_until <= clock.now():
			frappe.throw(
				_(
					"The identity of the client is not confirmed. Choose Verify Identity on the request, to record how you confirmed it or to send the client a one-time code."
				),
				exc=ActionNotPossibleError,
				title=_("Identity Not Confirmed"),
			)
		self.db_set("identity_confirmed_until", known.verified_until)
		return known.verified_until

	def extend(self, months: int, reason: str, otherwise: str | None = None):
		"""Extend the deadline once, and tell the client why (GDPR Art. 12(3)).

		:param otherwise: how they were told if not by email, such as a letter and its date; then no email is sent
		:raises ActionNotPossibleError: it was extended or has passed already, is too long, or lacks a reason; or the client gets
		    no emails, and `otherwise` is missing
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
		otherwise = telling.entered(otherwise)
		self.update({"extended_months": months, "extension_reason": reason, "extended_otherwise": otherwise})
		self.set_due()
		self.save_by_app(ignore_permissions=False)
		telling.tell(
			self,
			lambda: _("Your request needs more time"),
			lambda: _("We will answer your request {0} by {1}, because: {2}").format(
				self.name, moment_in_words(self.due_on), escape_html(reason)
			),
			otherwise,
		)

	def close(self, status: str, answer: str, otherwise: str | None = None, by: str | None = None):
		"""Answer or refuse the request, and tell the client. A plan of erasure that waits for approval is discarded if it is refused.

		:param otherwise: as in `extend`
		:param by: who answers it, if not the session user
		:raises ActionNotPossibleError: it is closed, or the answer is missing; or the client gets no emails, and `otherwise` is
		    missing; or it is refused although an approved run erases the client
		"""
		self.require_open()
		answer, otherwise = telling.answered(answer, otherwise)
		if status == REFUSED:
			runs.discard_of(self.name)
		self.update(
			{
				"status": status,
				"answer": answer,
				"answered_otherwise": otherwise,
				"answered_by": by or frappe.session.user,
				"answered_on": clock.now(),
			}
		)
		self.save_by_app(ignore_permissions=False)
		telling.tell(
			self,
			lambda: (
				_("We cannot do what you asked: {0}") if status == REFUSED else _("Your request {0}")
			).format(self.name),
			lambda: "<br><br>".join(
				[escape_html(answer), *([telling.remedies()] if status == REFUSED else [])]
			),
			otherwise,
		)

	def forget_client(self):
		"""After an erasure: that there was a request, when, and how it ended, is all that stays."""
		with speaking(preferences.site_language()):
			name, answer = _("Anonymised"), _("Erased. The certificate is in the erasure run.")
		# Without document events, which would tell the ledger the old values.
		frappe.db.set_value(
			self.doctype,
			self.name,
			{
				"party_type": None,
				"party": None,
				"contact": None,
				"party_name": name,
				"details": None,
				"extension_reason": None,
				"extended_otherwise": None,
				"status": ANSWERED,
				"answered_on": self.answered_on or clock.now(),
				"answer": answer,
				"answered_otherwise": None,
			},
			update_modified=False,
		)
		ledger.follow_erasure(self.doctype, [self.name])
