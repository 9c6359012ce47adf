import frappe
from frappe import _
from frappe.utils import add_months, get_datetime

from client_comms import acting, clock, written_by_app
from client_comms.client_privacy import consents, receipts
from client_comms.client_privacy.doctype.consent_notice import consent_notice
from client_comms.clients import contacts, parties
from client_comms.document import Document
from client_comms.exceptions import EventsAreAppendOnlyError, MissingDetailsError
from client_comms.i18n import bold, moment
from client_comms.rules import consent as rules

REQUESTED, REMINDED = "Requested", "Reminded"
SECURE_LINK, PORTAL = "Secure Link", "Portal"  # where clients answer themselves
EVENT_FIELDS = ("event", "at", "valid_until", "by_user", "through", "notice", "note")
_BY_THE_APP = ("collected_by",)


class ClientConsent(Document):
	"""A client's decisions about one purpose and one third party (P-3).

	`events` are append-only; status and dates are computed from them by `rules.consent`. Whether a consent covers
	something is never taken from its status, which can change over time without a save.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.client_privacy.doctype.consent_data_category.consent_data_category import (
			ConsentDataCategory,
		)
		from client_comms.client_privacy.doctype.consent_event.consent_event import ConsentEvent

		client_interaction: DF.Link | None
		collected_by: DF.Link | None
		collected_through: DF.Literal[
			"", "In Person", "Phone", "Email", "Letter", "Web Form", "Secure Link", "Portal", "Contract"
		]
		contact: DF.Link | None
		data_categories: DF.TableMultiSelect[ConsentDataCategory]
		events: DF.Table[ConsentEvent]
		evidence: DF.Attach | None
		given_on: DF.Datetime | None
		naming_series: DF.Literal["CC-.YYYY.-.#####"]
		notice: DF.Link | None
		party: DF.DynamicLink
		party_name: DF.Data | None
		party_type: DF.Link
		purpose: DF.Link
		status: DF.Literal["", "Given", "Refused", "Withdrawn", "Expired"]
		third_party: DF.Link | None
		valid_until: DF.Datetime | None
		withdrawn_on: DF.Datetime | None
	# end: auto-generated types

	@property
	def notice_text(self) -> str | None:
		"""The text that the client was shown, from its notice."""
		return self.notice and frappe.db.get_value("Consent Notice", self.notice, "notice_text")

	def receipt_lines(self) -> list[tuple[str, str]]:
		"""The readable receipt: label and value of each line."""
		return receipts.lines(self)

	def how_to_withdraw(self) -> str:
		return receipts.how_to_withdraw()

	def before_insert(self):
		# The text may be passed as such; what is stored is its notice.
		if text := self.__dict__.get("notice_text"):
			self.notice = consent_notice.keep(self.purpose, frappe.local.lang, text)
		if not self.flags.by_the_app:
			self.set("events", [])
			self.add_first_events()
			if self.events[0].event == rules.GIVEN:
				self.require_evidence()

	def validate(self):
		if not self.is_new():
			written_by_app.keep_fields(self, *_BY_THE_APP)
		contacts.set_client(self)
		if self.has_value_changed("collected_through"):
			self.require_way(self.collected_through)
		self.validate_third_party()
		self.validate_interaction()
		self.validate_evidence_stays()
		self.validate_scope_stays()
		self.validate_events_are_untouched()
		self.set_status()

	# --- decisions -----------------------------------------------------------------------------

	def record(
		self,
		event: str,
		*,
		at=None,
		valid_until=None,
		through=None,
		note=None,
		notice=None,
		evidence=None,
		client_interaction=None,
	) -> None:
		"""Append a decision of the client (or that they were asked) and save; status and dates follow.

		:param event: `Given`, `Refused`, `Withdrawn`, `Requested` or `Reminded`
		:param at: when, in the site's time zone or with an offset; by default now
		:param valid_until: the end of an agreement, in the same format; by default from the purpose's months
		:param through: how it was collected, one of `collected_through`
		:param evidence: the file that shows it, and `client_interaction` in which the client said so
		"""
		at = clock.parse(at) if at else clock.now()
		if event in rules.WORDS:
			self.require_way(through or self.collected_through)
		if event == rules.GIVEN:
			said_no = self.status in (rules.REFUSED, rules.WITHDRAWN)
			self.evidence = evidence or self.evidence
			self.client_interaction = client_interaction or self.client_interaction
			self.require_evidence(after_no=said_no and not (evidence or client_interaction))
		self.append(
			"events",
			{
				"event": event,
				"at": at,
				"valid_until": self.end_of(at, valid_until) if event == rules.GIVEN else None,
				"by_user": frappe.session.user,
				"through": through or self.collected_through,
				"notice": notice or self.notice,
				"note": note,
			},
		)
		if notice and event in rules.WORDS:
			self.notice = notice  # the text of the client's last decision
		self.save_by_app()

	def add_first_events(self):
		"""The first decision of a new consent: given, unless its status says otherwise."""
		said = self.status if self.status in (rules.REFUSED, rules.WITHDRAWN) else rules.GIVEN
		first = rules.REFUSED if said == rules.REFUSED else rules.GIVEN
		at = clock.parse(self.given_on) if self.given_on else clock.now()
		if at > clock.now():
			self.refuse_future(first)
		row = {"by_user": frappe.session.user, "through": self.collected_through, "notice": self.notice}
		until = self.end_of(at, self.valid_until) if first == rules.GIVEN else None
		self.append("events", {**row, "event": first, "at": at, "valid_until": until})
		if said == rules.WITHDRAWN or self.withdrawn_on:
			withdrawn = clock.parse(self.withdrawn_on) if self.withdrawn_on else clock.now()
			# It takes effect at once, also if a later moment was entered.
			withdrawn = max(at, min(withdrawn, clock.now()))
			self.append("events", {**row, "event": rules.WITHDRAWN, "at": withdrawn})
		self.collected_by = frappe.session.user

	def refuse_future(self, word: str) -> None:
		if word == rules.REFUSED:
			message = _("{0} is in the future. Record the answer once the client has given it.")
			frappe.throw(message.format(bold(_("Refused On"))), title=_("Not Refused Yet"))
		frappe.throw(
			_("{0} is in the future. Record the consent once the client has given it.").format(
				bold(_("Given On"))
			),
			title=_("Not Given Yet"),
		)

	def end_of(self, at, valid_until):
		"""The end of an agreement given `at`: as the client said, where a day is a whole one, otherwise from the purpose's months;
		None for no end."""
		if not valid_until:
			months = frappe.get_cached_value("Consent Purpose", self.purpose, "validity_months")
			return add_months(at, months) if months else None
		until = clock.parse_end(valid_until)
		if until <= at:
			frappe.throw(
				_(
					"{0} ({1}) must be after {2} ({3}). Enter a later end, or leave it empty to use the validity of the purpose."
				).format(bold(_("Valid Until")), moment(until), bold(_("Given On")), moment(at)),
				title=_("End Before Start"),
			)
		return until

	def require_way(self, through):
		ways = [way for way in self.meta.get_field("collected_through").options.split("\n") if way]
		if through and through not in ways:
			frappe.throw(
				_("{0} is not a valid way to collect consent. Choose one of these: {1}.").format(
					bold(through), ", ".join(_(way) for way in ways)
				),
				title=_("Unknown Collection Method"),
			)
		if through in (SECURE_LINK, PORTAL) and not self.flags.by_client:
			frappe.throw(
				_(
					"{0} is recorded only when the client answers there. State how the client told you."
				).format(bold(_(through))),
				title=_("Unknown Collection Method"),
			)

	def require_evidence(self, *, after_no: bool = False):
		"""Users who enter that the client agreed name what shows it; the client's own answer shows it, and jobs and code of other apps answer
		for theirs.

		:param after_no: the client has said no since, so what showed it before shows it no more
		"""
		unasked = self.flags.by_client or self.flags.ignore_permissions or frappe.flags.in_import
		if unasked or acting.is_unattended():
			return
		file = self.evidence and frappe.db.exists("File", {"file_url": self.evidence})
		if not after_no and (file or self.client_interaction or self.notice):
			return
		shown = ("evidence", "client_interaction", "notice")
		frappe.throw(
			_(
				"Name what shows that the client agreed (P-3): attach a file under {0}, or choose the {1} in which they said so, or the {2} to which they agreed."
			).format(*(bold(_(self.meta.get_label(each))) for each in shown)),
			exc=MissingDetailsError,
			title=_("Evidence Missing"),
		)

	# --- validation ----------------------------------------------------------------------------

	def validate_evidence_stays(self):
		"""It can be replaced, but not taken away."""
		before = self.get_doc_before_save()
		if before and not self.flags.by_the_app and self.status == rules.GIVEN:
			if any(before.get(each) and not self.get(each) for each in ("evidence", "client_interaction")):
				self.require_evidence()

	def validate_interaction(self):
		"""The interaction in which the client agreed is one of theirs."""
		if not self.client_interaction or not self.has_value_changed("client_interaction"):
			return
		of = frappe.db.get_value("Client Interaction", self.client_interaction, ["party_type", "party"])
		same = parties.same_clients([(self.party_type, self.party)])
		if of and all(of) and of not in same[self.party_type, self.party]:
			frappe.throw(
				_(
					"{0} is not an interaction of this client. Choose another one, or leave the field empty."
				).format(bold(self.client_interaction)),
				title=_("Another Client"),
			)

	def validate_third_party(self):
		"""A third party is required if the purpose concerns third parties, and must be empty otherwise."""
		concerns = frappe.get_cached_value("Consent Purpose", self.purpose, "concerns_third_party")
		if concerns and not self.third_party:
			frappe.throw(
				_(
					"{0} concerns a third party. Choose the third party to which the client's information may be sent."
				).format(bold(_(self.purpose))),
				title=_("Third Party Missing"),
			)
		if not concerns and self.third_party:
			frappe.throw(
				_("{0} does not concern third parties. Leave the third party empty.").format(
					bold(_(self.purpose))
				),
				title=_("Purpose Without Third Party"),
			)

	def validate_scope_stays(self):
		"""The scope of a consent cannot change: a different scope needs a new consent."""
		before = self.get_doc_before_save()
		if before and consents.scope(before) != consents.scope(self):
			frappe.throw(
				_("The scope of a consent cannot be changed. Record a new consent instead."),
				title=_("Consent Cannot Be Changed"),
			)

	def validate_events_are_untouched(self):
		"""Only actions add to the history, and dates and status follow it."""
		before = self.get_doc_before_save()
		if before is None or self.flags.by_the_app:
			return
		if [_row(row) for row in self.events] != [_row(row) for row in before.events] or any(
			_plain(self.get(field)) != _plain(before.get(field))
			for field in ("status", "given_on", "valid_until", "withdrawn_on", "notice")
		):
			frappe.throw(
				_("The history of a consent cannot be edited. Use Give, Refuse or Withdraw."),
				exc=EventsAreAppendOnlyError,
				title=_("History Cannot Be Edited"),
			)

	def set_status(self):
		"""Status and dates after the client's last decision."""
		word = consents.as_rule(self)
		last = word.last_event(clock.now())
		given = [row for row in self.events if row.event == rules.GIVEN]
		self.status = word.status(clock.now()) or ""
		self.given_on = given[-1].at if given else None
		self.valid_until = given[-1].valid_until if given else None
		self.withdrawn_on = last.at if last and last.kind == rules.WITHDRAWN else None

	def on_trash(self):
		frappe.throw(
			_("Consents cannot be deleted, because they are evidence. Withdraw the consent instead."),
			title=_("Consent Cannot Be Deleted"),
		)


def _row(row) -> tuple:
	return (row.name, *(_plain(row.get(field)) for field in EVENT_FIELDS))


def _plain(value):
	"""A value in the form that the database returns."""
	if not value:
		return None
	try:
		return str(get_datetime(value).replace(microsecond=0))
	except (ValueError, TypeError):
		return str(value)


def on_doctype_update():
	"""The gate searches a client's consents; expiry searches by status."""
	frappe.db.add_index("Client Consent", ["party_type", "party", "purpose"])
	frappe.db.add_index("Client Consent", ["status", "valid_until"])
