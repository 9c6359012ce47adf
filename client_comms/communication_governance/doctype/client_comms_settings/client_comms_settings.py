import frappe
from frappe import _

from client_comms import clock, validation
from client_comms.clients import document_clients
from client_comms.communication_governance import matrix as matrices
from client_comms.communication_governance import templates
from client_comms.document import Document
from client_comms.i18n import bold
from client_comms.rules import domains
from client_comms.rules import escalation as escalation_rules

_YEAR_OF_HOURS = 8760
# Sensible minimum and maximum: beyond them, dates can no longer be computed.
_LIMITS = {
	"reopen_within_days": (0, 3650),
	"late_log_hours": (0, _YEAR_OF_HOURS),
	"identity_attempts": (0, 100),
	"link_valid_hours": (0, _YEAR_OF_HOURS),
	"request_months": (1, 12),
	"data_package_days": (1, 365),
	"target_share": (0, 100),
	"words_per_sentence": (0, 1000),
	"reading_ease": (0, 100),
	"unlogged_days": (0, 3650),
	"mailbox_silent_minutes": (0, 100_000),
	"confirm_details_months": (0, 1200),
	"break_glass_hours": (1, 168),
	"access_request_hours": (1, 168),
}


class ClientCommsSettings(Document):
	"""How strict the controls are, and which documents become interactions."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.checked_document_type.checked_document_type import (
			CheckedDocumentType,
		)
		from client_comms.communication_governance.doctype.escalation_step.escalation_step import (
			EscalationStep,
		)
		from client_comms.communication_governance.doctype.interaction_source_rule.interaction_source_rule import (
			InteractionSourceRule,
		)

		advertising_mode: DF.Literal["Off", "Warn", "Enforce"]
		advertising_purpose: DF.Link | None
		answers_mode: DF.Literal["Off", "Warn", "Enforce"]
		ask_for_rating: DF.Check
		automatic_reply_acknowledges: DF.Check
		break_glass_hours: DF.Int
		access_request_hours: DF.Int
		channel_mode: DF.Literal["Off", "Warn", "Enforce"]
		checked_documents: DF.Table[CheckedDocumentType]
		close_on_takeover: DF.Check
		closings: DF.SmallText | None
		confirm_details_months: DF.Int
		consent_mode: DF.Literal["Off", "Warn", "Enforce"]
		data_package_days: DF.Int
		default_calendar: DF.Link
		default_communication_type: DF.Link
		digest_at: DF.Time | None
		escalation_steps: DF.Table[EscalationStep]
		evidence_mode: DF.Literal["Off", "Warn", "Enforce"]
		feedback_mode: DF.Literal["Off", "Warn", "Enforce"]
		feedback_review_period: DF.Literal["Monthly", "Quarterly", "Half-Yearly", "Yearly"]
		first_reply_answers: DF.Check
		four_eyes_on_matrix: DF.Check
		four_eyes_on_templates: DF.Check
		govern_issues: DF.Check
		govern_leads: DF.Check
		govern_opportunities: DF.Check
		identity_attempts: DF.Int
		identity_mode: DF.Literal["Off", "Warn", "Enforce"]
		issue_channel: DF.Link
		issue_status_follows: DF.Check
		late_log_hours: DF.Float
		link_valid_hours: DF.Int
		request_months: DF.Int
		log_appointments: DF.Check
		log_calls: DF.Check
		log_events: DF.Check
		log_inbound_email: DF.Check
		log_issues: DF.Check
		log_leads: DF.Check
		log_opportunities: DF.Check
		log_outbound: DF.Check
		log_sources: DF.Check
		mailbox_silent_minutes: DF.Int
		manager_role: DF.Link
		offer_approved_templates_only: DF.Check
		own_email_domains: DF.SmallText | None
		portal_conversations: DF.Check
		privacy_contact: DF.Data | None
		privacy_email: DF.Data | None
		privacy_phone: DF.Data | None
		privacy_policy_url: DF.Data | None
		quiet_from: DF.Time | None
		quiet_until: DF.Time | None
		reading_ease: DF.Int
		reopen_within_days: DF.Int
		responsible_party_mode: DF.Literal["Off", "Warn", "Enforce"]
		responsible_todo: DF.Check
		salutations: DF.SmallText | None
		send_acknowledgement: DF.Check
		send_digests: DF.Check
		sharing_purpose: DF.Link | None
		source_rules: DF.Table[InteractionSourceRule]
		template_mode: DF.Literal["Off", "Warn", "Enforce"]
		target_share: DF.Percent
		unlogged_days: DF.Int
		verification_mode: DF.Literal["Off", "Warn", "Enforce"]
		warning_share: DF.Percent
		wording_mode: DF.Literal["Off", "Warn", "Enforce"]
		words_per_sentence: DF.Int
		write_down_mode: DF.Literal["Off", "Warn", "Enforce"]
	# end: auto-generated types

	def validate(self):
		validation.require_in_range(self, _LIMITS)
		validation.require_times(self, "quiet_from", "quiet_until", "digest_at")
		validation.require_contact_details(
			self, email=["privacy_email"], phone=["privacy_phone"], web=["privacy_policy_url"]
		)
		self.set_own_domains()
		self.validate_source_rules()
		self.validate_what_arrives()
		self.validate_warning_share()
		self.validate_quiet_hours()
		self.validate_sharing_purpose()
		self.validate_advertising_purpose()
		self.validate_escalation_steps()
		self.validate_checked_documents()
		self.warn_without_acknowledgement()

	def warn_without_acknowledgement(self):
		"""Nothing is sent until there is an approved text."""
		if self.send_acknowledgement and self.has_value_changed("send_acknowledgement"):
			if not templates.approved(is_acknowledgement=1):
				frappe.msgprint(
					_(
						"No acknowledgements are sent yet: approve a {0} for automatic acknowledgements first."
					).format(bold(_("Communication Template"))),
					title=_("Approval Needed"),
					indicator="orange",
				)

	def validate_source_rules(self):
		"""Every rule needs a condition: a rule that matches everything would disable those below it (M-1)."""
		conditions = ("source", "direction", "issue_type", "email_account", "subject_contains")
		for row in self.source_rules:
			if not any((row.get(field) or "").strip(" ,\n") for field in conditions):
				frappe.throw(
					_(
						"Source Rules, row {0}: enter a condition, such as a source or words in the subject. Documents that match no rule become {1}."
					).format(row.idx, bold(_(self.default_communication_type))),
					title=_("Rule Without Condition"),
				)

	def validate_what_arrives(self):
		"""Every version in force needs a rule for the types that sources use; without one, documents could
		not be logged."""
		types = matrices.types_that_arrive(self)
		for name in matrices.in_force_everywhere(clock.now()):
			if missing := matrices.without_rule(frappe.get_cached_doc("Communication Matrix", name), types):
				frappe.throw(
					_(
						"Communication Matrix {0}, which is in force, has no rule for {1}, so these documents could not be logged. Submit a version that has one first, or choose another type."
					).format(bold(name), bold(", ".join(_(each) for each in missing))),
					title=_("Rule Missing"),
				)

	def validate_warning_share(self):
		if not 0 <= (self.warning_share or 0) < 100:
			frappe.throw(
				_("{0}: enter a percentage from 0 (never warn) to below 100.").format(
					bold(_("Warn After (Percent)"))
				),
				title=_("Invalid Percentage"),
			)

	def validate_sharing_purpose(self):
		"""The gate requires consent for this purpose, so the purpose must concern third parties."""
		if self.sharing_purpose and not frappe.db.get_value(
			"Consent Purpose", self.sharing_purpose, "concerns_third_party"
		):
			frappe.throw(
				_("{0}: {1} does not concern third parties. Choose a purpose that does.").format(
					bold(_("Purpose for Sharing")), bold(_(self.sharing_purpose))
				),
				title=_("Purpose Without Third Party"),
			)

	def validate_advertising_purpose(self):
		"""Who sends newsletters is not a third party."""
		if self.advertising_purpose and frappe.db.get_value(
			"Consent Purpose", self.advertising_purpose, "concerns_third_party"
		):
			frappe.throw(
				_("{0}: {1} concerns third parties. Choose a purpose that does not.").format(
					bold(_("Purpose for Newsletters and Campaigns")), bold(_(self.advertising_purpose))
				),
				title=_("Purpose With Third Party"),
			)

	def validate_quiet_hours(self):
		for field in ("quiet_from", "quiet_until"):
			if self.get(field) == "":
				self.set(field, None)
		if (self.quiet_from is None) != (self.quiet_until is None):
			frappe.throw(
				_("Quiet hours need both a start and an end. Enter both, or leave both empty."),
				title=_("Quiet Hours Incomplete"),
			)

	def validate_escalation_steps(self):
		"""Every step has a recipient and a notification method, and there are no duplicates."""
		seen = {}
		for row in self.escalation_steps:
			validation.require_in_range(row, {"after_working_hours": (0, _YEAR_OF_HOURS)})
			row.role = row.role if row.to == "Role" else None
			row.user = row.user if row.to == "User" else None
			if row.to in ("Role", "User") and not row.get(row.to.lower()):
				frappe.throw(
					_("Escalation Steps, row {0}: choose the {1} to notify.").format(row.idx, _(row.to)),
					title=_("Recipient Missing"),
				)
			if not (row.notification or row.email or row.todo):
				frappe.throw(
					_("Escalation Steps, row {0}: choose a notification, an email or a ToDo.").format(
						row.idx
					),
					title=_("Notification Method Missing"),
				)
			if (first := seen.setdefault(escalation_rules.key_of(row), row.idx)) != row.idx:
				frappe.throw(
					_("Escalation Steps: rows {1} and {0} are the same. Remove one of them.").format(
						row.idx, first
					),
					title=_("Duplicate Step"),
				)

	def validate_checked_documents(self):
		"""The checks ask for the client, so every document must be able to name one."""
		seen = {}
		for row in self.checked_documents:
			validation.require_filled(row, "document_type")
			if not document_clients.names_clients(row.document_type):
				frappe.throw(
					_(
						"Also Check Messages About, row {0}: {1} has no field for a client, so messages about it cannot be checked. Choose another document type."
					).format(row.idx, bold(_(row.document_type))),
					title=_("No Client"),
				)
			if (first := seen.setdefault(row.document_type, row.idx)) != row.idx:
				frappe.throw(
					_(
						"Also Check Messages About: rows {1} and {0} have the same document type. Remove one of them."
					).format(row.idx, first),
					title=_("Duplicate Document Type"),
				)

	def checked_document_types(self) -> dict[str, str]:
		"""DocType → the level like which messages about its documents are checked, if that is stricter than their own."""
		return {row.document_type: row.confidentiality_level for row in self.get("checked_documents") or ()}

	def set_own_domains(self):
		"""One domain per line, in lower case, without @."""
		lines = [line.strip().lower().lstrip("@") for line in (self.own_email_domains or "").splitlines()]
		kept = domains.distinct(lines)
		for compared, domain in kept.items():
			if not domains.is_domain(domain):
				frappe.throw(
					_("{0} is not a domain. Enter one like example.com on each line.").format(bold(domain)),
					title=_("Not a Domain"),
				)
			if compared in domains.PUBLIC:
				frappe.throw(
					_(
						"Anyone can have a mailbox at {0}, so it cannot be one of your own domains. Remove it: this site's mailboxes and its users' addresses already count as yours."
					).format(bold(domain)),
					title=_("Public Mail Provider"),
				)
		self.own_email_domains = "\n".join(kept.values())

	def own_domains(self) -> frozenset[str]:
		"""The organisation's own email domains, normalised by `rules.domains`."""
		return frozenset(map(domains.normal, (self.own_email_domains or "").split()))
