import frappe
from frappe import _
from frappe.utils import get_datetime, get_fullname

from client_comms import clock, controls, document, validation
from client_comms.client_interactions import (
	action_items,
	changes,
	escalation_report,
	evidence,
	generated_documents,
	hand_escalation,
	interaction_level,
	log_details,
	log_timeliness,
	responsible_staff,
	thanks,
	work_notices,
)
from client_comms.client_interactions.clocks import escalation, replay
from client_comms.client_interactions.doctype.client_interaction import indexes
from client_comms.client_interactions.doctype.interaction_event import interaction_event
from client_comms.clients import contacts, preferences, unsubscribed
from client_comms.communication_governance import matrix
from client_comms.document import Document
from client_comms.enforcement import client_names, level_spread, restrictions, sharing
from client_comms.exceptions import (
	ActionNotPossibleError,
	EventsAreAppendOnlyError,
	MissingDocumentationError,
	StatusFollowsEventsError,
)
from client_comms.i18n import plain, refuse, translate
from client_comms.outgoing import logged_contacts
from client_comms.rules import documentation, domains, possible_actions, response_clock
from client_comms.rules.messages import RuleError


class ClientInteraction(Document):
	"""One conversation with a client: what was said, who owes what by when, and who can see it.

	Status and clocks are computed from `events`, to which `record` appends; they are never edited by hand.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.client_interactions.doctype.interaction_action_item.interaction_action_item import (
			InteractionActionItem,
		)
		from client_comms.client_interactions.doctype.interaction_event.interaction_event import (
			InteractionEvent,
		)
		from client_comms.client_interactions.doctype.interaction_evidence.interaction_evidence import (
			InteractionEvidence,
		)
		from client_comms.client_privacy.doctype.consent_data_category.consent_data_category import (
			ConsentDataCategory,
		)

		acknowledge_by: DF.Datetime | None
		acknowledge_status: DF.Literal["Not Required", "Running", "Paused", "Met", "Met Late", "Breached"]
		acknowledge_working_seconds: DF.Int
		acknowledged_on: DF.Datetime | None
		action_items: DF.Table[InteractionActionItem]
		anonymised_on: DF.Date | None
		answered_on: DF.Datetime | None
		branch: DF.Link | None
		breached: DF.Check
		caller_identity: DF.Literal[
			"",
			"Nothing Disclosed",
			"Call-back to Number on File",
			"Document Seen",
			"Knowledge Question",
			"Not Confirmed",
		]
		channel: DF.Link
		clock_state: DF.Literal["Running", "Paused", "Stopped"]
		communication_type: DF.Link
		company: DF.Link
		complaint_words: DF.SmallText | None
		confidentiality_level: DF.Link | None
		contact: DF.Link | None
		data_categories: DF.TableMultiSelect[ConsentDataCategory]
		details_left_open: DF.Check
		direction: DF.Literal["Inbound", "Outbound", "Internal"]
		events: DF.Table[InteractionEvent]
		evidence: DF.Table[InteractionEvidence]
		feedback_category: DF.Link | None
		feedback_kind: DF.Literal["", "Complaint", "Suggestion", "Praise"]
		former_names: DF.SmallText | None
		is_feedback: DF.Check
		level_change_reason: DF.SmallText | None
		logged_after_seconds: DF.Int
		logged_by_hand: DF.Check
		logged_late: DF.Check
		matrix: DF.Link | None
		missed_deadlines: DF.Int
		naming_series: DF.Literal["CI-.YYYY.-.#####"]
		next_check_at: DF.Datetime | None
		next_deadline: DF.Datetime | None
		not_a_complaint: DF.Check
		occurred_on: DF.Datetime
		outgoing_reason: DF.SmallText | None
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Link | None
		priority: DF.Link | None
		product: DF.Link | None
		promise_status: DF.Literal["Not Required", "Running", "Paused", "Met", "Met Late", "Breached"]
		promised_for: DF.Datetime | None
		rated_on: DF.Datetime | None
		rating: DF.Int
		rating_comment: DF.SmallText | None
		reclassification_reason: DF.SmallText | None
		redress_amount: DF.Currency
		reference_doctype: DF.Link | None
		reference_name: DF.DynamicLink | None
		remedy: DF.SmallText | None
		replaced_promises: DF.Int
		respond_by: DF.Datetime | None
		respond_status: DF.Literal["Not Required", "Running", "Paused", "Met", "Met Late", "Breached"]
		respond_working_seconds: DF.Int
		responded_on: DF.Datetime | None
		responsible_staff: DF.Link | None
		root_cause: DF.SmallText | None
		severity: DF.Literal["", "Low", "Medium", "High"]
		status: DF.Literal["Open", "Acknowledged", "Waiting for Client", "Answered", "Closed"]
		subject: DF.Data
		substituting_for: DF.Link | None
		summary: DF.SmallText | None
		third_party: DF.Link | None
		upheld: DF.Literal["", "Yes", "Partly", "No"]
		vulnerable_client: DF.Check
	# end: auto-generated types

	def onload(self):
		"""Additional data for the form: possible actions, the stored level, and the client."""
		self.set_onload("actions", self.possible_actions())
		self.set_onload("generated", self.generated_documentation())
		self.set_onload("missing", evidence.remedies(self))
		self.set_onload("only_thanked", bool(thanks.pending(self)))
		self.set_onload("answer_came_back", work_notices.answer_came_back(self))
		self.set_onload("may_waive", evidence.may_waive(self))
		self.set_onload("evidence_titles", evidence.titles(self))
		self.set_onload("confidentiality_level", self.confidentiality_level)
		self.set_onload("responsible_name", self.responsible_staff and get_fullname(self.responsible_staff))
		self.set_onload("client_email", self.client_email())
		preference = preferences.of(self.party_type, self.party, self.contact)
		self.set_onload("preference", preferences.describe(preference))

	def client_email(self) -> str | None:
		"""The recipient of a reply: the contact, otherwise the client's first address on file. One that has unsubscribed only if they
		have no other: the refusal then says what to do."""
		address = self.contact and frappe.db.get_value("Contact", self.contact, "email_id")
		known = [*contacts.addresses_of(self.party_type, self.party, self.contact)]
		if address and (not known or domains.spelled(address) in known):
			known = [address, *(each for each in known if each != domains.spelled(address))]
		gone = unsubscribed.among(known, self.doctype, self.name)
		return next((each for each in known if domains.spelled(each) not in gone), next(iter(known), None))

	def validate(self):
		if not self.flags.by_the_app:
			before = self.stored()
			self.former_names = before and before.former_names
		self.validate_events_are_untouched()
		if self.occurred_on:  # if empty, it is reported together with the other missing details
			self.occurred_on = clock.parse(self.occurred_on)
		log_details.set_client(self)
		log_details.set_priority(self)
		self.set_matrix()
		interaction_level.set_level(self)
		client_names.set_name(self)
		document.clean_texts(self, "subject", "summary", "party_name", "complaint_words", "rating_comment")
		log_details.validate(self)
		responsible_staff.validate(self)
		reason = logged_contacts.before_logging(self)
		action_items.validate(self)
		evidence.validate_waivers(self)
		changes.add_events(self, reason)
		log_timeliness.measure(self)
		log_details.note_what_is_left_open(self)
		clocks = self.clocks()
		self.set_clocks(clocks, escalation.plan(self, clocks))

	def on_update(self):
		action_items.sync_todos(self)
		action_items.end_reminders(self)
		level_spread.follow(self)
		logged_contacts.after_logging(self)
		work_notices.follow(self)

	def on_change(self):
		"""An Assignment Rule may have added an action item while this was being saved."""
		if action_items.came_meanwhile(self):
			self.reload()

	def on_trash(self):
		action_items.delete_todos(self)

	# --- what happened -------------------------------------------------------------------------

	def record(self, event: str, *, at=None, note=None, promised_until=None, source=None, by=None):
		"""Append an event and save; clocks and status follow.

		:param event: one of the kinds of Interaction Event
		:param at: when it happened, as stored (site time zone); by default now
		:param promised_until: for `Promised`, when the client can expect the answer
		:param source: its source document, if there is one
		:raises ActionNotPossibleError: the clocks do not allow this event now
		"""
		at = get_datetime(at) if at else clock.now()
		validation.require_text(_("Note"), note)
		if not (source and event in response_clock.UNSENT.values()):
			self.check_event(event, at, promised_until)
		self.append_event(event, at, changes.with_trace(self, event, note), promised_until, source, by)
		self.save_by_app()

	def save_events(self, clocks: response_clock.Clocks, plan):
		"""Write only the events just appended and the fields computed from them.

		The sweep does this to thousands of records, at a fraction of the cost of a save.

		:param clocks: after all events
		:param plan: the `rules.escalation.Plan` for these clocks
		"""
		before = self.get_doc_before_save()
		self.set_clocks(clocks, plan)
		document.insert_together([row for row in self.events if row.is_new()])
		changed = (f for f in self.meta.get_valid_columns() if self.get(f) != before.get(f))
		self.db_set({field: self.get(field) for field in changed}, notify=True)

	def end_unanswered(self):
		"""Close it, because no one is left to answer; not by a save, which would put what is erased into the search index again."""
		self.load_doc_before_save()
		self.append_event(response_clock.CLOSED, clock.now())
		self.save_events(self.clocks(), escalation.plan(self, self.clocks()))

	def check_event(self, event: str, at, promised_until=None):
		"""Refuse what the clocks do not allow (C-3, C-4)."""
		if event in response_clock.HAPPENS or event not in response_clock.CLOCK_EVENTS:
			return
		try:
			possible_actions.check_transition(
				self.clocks(at), event, clock.to_aware(at), promised_until and clock.to_aware(promised_until)
			)
		except RuleError as refusal:
			refuse(refusal.message, title=_("Not Possible Now"), exc=ActionNotPossibleError)

	def possible_actions(self) -> list[str]:
		"""The events that the user can currently record (C-3, C-4)."""
		if not frappe.has_permission(self.doctype, "write", doc=self):  # checks without showing a message
			return []
		if self.anonymised_on or restrictions.is_locked(self.doctype, self.name):
			return []
		possible = list(possible_actions.possible_events(self.clocks(), clock.to_aware(clock.now())))
		return [*possible, hand_escalation.EVENT] if hand_escalation.is_possible(self) else possible

	def append_event(self, event, at, note=None, promised_until=None, source=None, by=None, action_key=None):
		self.append(
			"events",
			{
				"event": event,
				"at": get_datetime(at).replace(microsecond=0),
				"by_user": by or frappe.session.user,
				"note": note,
				"promised_until": promised_until and get_datetime(promised_until),
				"source_doctype": source and source.doctype,
				"source_name": source and source.name,
				"action_key": action_key,
			},
		)

	def clocks(self, now=None) -> response_clock.Clocks:
		"""The clocks at `now` (as stored), after all events."""
		return replay.replay(self, self.events, now)

	# --- validation ----------------------------------------------------------------------------

	def stored(self):
		"""The document before this change; None if it is new."""
		return None if self.is_new() else self.get_doc_before_save()

	def validate_events_are_untouched(self):
		"""Events are append-only and the status follows them; only `record` and intake add events."""
		before = self.stored()
		if self.flags.by_the_app or (before is None and self.flags.from_intake):
			return
		kept = [interaction_event.values(row) for row in before.events] if before else []
		if [interaction_event.values(row) for row in self.events] != kept:
			frappe.throw(
				_(
					"The history of an interaction cannot be edited. Use Acknowledge, Promise, Answer, Pause, Resume, Close or Reopen."
				),
				exc=EventsAreAppendOnlyError,
				title=_("History Cannot Be Edited"),
			)
		if self.status != (before.status if before else "Open"):
			frappe.throw(
				_("The status cannot be edited. Use the actions of the interaction to change it."),
				exc=StatusFollowsEventsError,
				title=_("Status Cannot Be Set"),
			)

	def set_matrix(self):
		"""Each interaction keeps the version that governs it (M-1), unless it goes to another company."""
		before = self.stored()
		if before and before.company == self.company:
			self.matrix = self.flags.reclassify_under or before.matrix
		elif not (self.flags.from_intake and self.matrix):  # intake has just checked
			self.matrix = matrix.require_in_force(self.company, self.occurred_on)

	def set_clocks(self, clocks: response_clock.Clocks, plan):
		"""Write the replayed clocks into fields, which are never edited by hand (C-3, C-4)."""
		self.keep_judgements(clocks)
		self.update(
			{
				"acknowledge_by": clock.to_stored(clocks.acknowledge.due),
				"acknowledged_on": clock.to_stored(clocks.acknowledge.met_at),
				"acknowledge_status": clocks.acknowledge.status,
				"respond_by": clock.to_stored(clocks.respond.due),
				"responded_on": clock.to_stored(clocks.respond.met_at),
				"respond_status": clocks.respond.status,
				"promised_for": clock.to_stored(clocks.promise.due),
				"promise_status": clocks.promise.status,
				"next_deadline": clock.to_stored(clocks.next_deadline),
				"next_check_at": clock.now() if plan.actions else clock.to_stored(plan.next_moment),
				"clock_state": clocks.clock_state,
				"breached": int(clocks.breached),
				"missed_deadlines": clocks.missed,
				"replaced_promises": clocks.replaced_promises,
				"status": clocks.status,
			}
		)
		self.set_working_times(clocks)

	def set_working_times(self, clocks: response_clock.Clocks):
		"""Measure durations in seconds of working time once, so that they stay as judged."""
		self.answered_on = clock.to_stored(clocks.answered_at)
		if self.has_value_changed("acknowledged_on"):
			self.acknowledge_working_seconds = clocks.acknowledge_seconds or 0
		if self.has_value_changed("answered_on"):
			self.respond_working_seconds = clocks.answer_seconds or 0

	def keep_judgements(self, clocks: response_clock.Clocks):
		"""Store the due date of a met or missed deadline on its event, whatever calendars say later."""
		added = [row for row in self.events if row.is_new()]
		if added and (judgements := replay.unkept_judgements(clocks, self.events)):
			added[-1].judged = replay.keep_judgements([*replay.judgements_of(added[-1]), *judgements])

	def validate_share(self, docshare):
		"""Called by Frappe for every share of this document, made by hand or by an assignment."""
		sharing.validate(self, docshare)

	# --- documentation -------------------------------------------------------------------------

	def missing_documentation(self) -> tuple[documentation.Missing, ...]:
		"""The documentation that the matrix requires and the record lacks (M-1, D-6)."""
		return evidence.missing(self)

	@property
	def documentation_missing(self):
		return "\n".join(plain(m.message) for m in self.missing_documentation())

	def generated_documentation(self) -> list[str]:
		"""The documentation methods that the user can have generated from the record (M-1)."""
		may = all(frappe.has_permission(self.doctype, each, doc=self) for each in ("write", "print"))
		return generated_documents.methods(self) if may else []

	def escalation_facts(self) -> dict:
		"""For the print format Escalation Report; see `escalation_report.facts`."""
		return escalation_report.facts(self)

	def unstated_caller(self):
		"""What is open while staff have still to state whom they spoke to (P-1)."""
		return logged_contacts.unstated(self)

	def validate_caller(self):
		"""They state it before the record is closed, depending on the mode."""
		logged_contacts.require_stated(self)

	def validate_documentation(self):
		"""Required documentation must exist before the record is closed, depending on the mode."""
		if missing := self.missing_documentation():
			controls.enforce(
				"evidence_mode",
				"<br>".join(translate(m.message) for m in missing),
				title=_("Documentation Missing"),
				exc=MissingDocumentationError,
			)


def on_doctype_update():
	indexes.add()
