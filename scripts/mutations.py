"""The controls of this app, and how each is taken away.

Those in hooks.py are found there. Those without a hook of their own are listed here by hand: the place of a
function (`package.module:function` or `package.module:Class.method`, without `client_comms.`) and what
stands there instead when the control is gone, as a Python expression in that module.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOOKS = Path("client_comms", "hooks.py")
HOOKS_BY_KEY = (
	"has_permission",
	"permission_query_conditions",
	"has_website_permission",
	"override_whitelisted_methods",
	"client_comms_around",
)
# Of apps that are on no site of the tests: what notices is who reads hooks.py.
OF_OTHER_APPS = ("WhatsApp Notification", "WhatsApp Message", "TP Call Log")
HOOK_LISTS = (
	"make_email_body_message",
	"pdf_body_html",
	"before_request",
	"before_job",
	"after_request",
	"page_renderer",
)

NOTHING = "lambda *args, **kwargs: None"
NO_CONDITION = "lambda *args, **kwargs: ''"
NO = "lambda *args, **kwargs: False"
YES = "lambda *args, **kwargs: True"
NOBODY = "lambda *args, **kwargs: {}"
ALLOWED = "lambda *args, **kwargs: Decision(True, BY_ROLE, ())"
ALL_IN_ORDER = "lambda rows, *args: rows"
NONE_FOUND = "lambda *args, **kwargs: []"

FUNCTIONS = {
	# The rule
	"rules.access:decide": ALLOWED,
	"rules.access_new:decide_new": "lambda *args: Decision(True, BY_CLIENT_FACING_ROLE, ())",
	"rules.access_limits:are_exceeded": NO,
	"rules.access:may_lower": ALLOWED,
	"rules.access:has_oversight": YES,
	"rules.access_rows:row_filter": "lambda *args: RowFilter(everything=True)",
	"rules.access_rows:RowFilter.all_levels": "property(lambda self: True)",
	"rules.access:training_suffices": YES,
	"rules.access:_granted_until": "lambda user, record: max((g.valid_until for g in record.grants), default=None)",
	"rules.access:Clearance.allows": "lambda self, action: action == DELETE or action in self.actions",
	"rules.access:Policy.level": "lambda self, name: self.levels.get(name) or min(self.levels.values(), key=lambda level: level.rank, default=None)",
	"rules.access:Policy.strictest_of": "lambda self, *names: next(filter(None, names), None)",
	"enforcement.foreign_fields:refuse": NOTHING,
	"enforcement.foreign_fields:find": "lambda fields: []",
	# Its two renderings
	"enforcement.readers:Reader.condition": "property(lambda self: '')",
	"enforcement.readers:Reader._participation": "lambda self: ['1 = 1']",
	"enforcement.readers:Reader._managed": "lambda self: ['1 = 1']",
	"enforcement.readers:Reader.at_levels": "lambda *args: '1 = 1'",
	"enforcement.policy:clear_cache": NOTHING,
	"enforcement.policy:is_trained": YES,
	"enforcement.policy:as_the_database_reads": "lambda level: level",
	"enforcement.governed:_bound_condition": NO_CONDITION,
	"enforcement.governed:_bound_cases": "lambda *args: iter(())",
	"enforcement.filed:condition": "lambda doctype, reader: '1'",
	"enforcement.filed:records": "lambda *args, **kwargs: iter(())",
	"enforcement.governed:owner_condition": NO_CONDITION,
	"enforcement.governed:readable": "lambda doctype, names: set(names)",
	"enforcement.documents:is_governed": NO,
	"enforcement.documents:records": "lambda *args, **kwargs: iter(())",
	"enforcement.documents:_participation": "lambda *args: ['1 = 1']",
	"enforcement.documents:_told_about": "lambda *args: '1 = 1'",
	"enforcement.documents:_told": "lambda *args: '1 = 1'",
	"enforcement.documents:of_named": "lambda *args, **kwargs: '1'",
	"enforcement.levels:raise_to": NOTHING,
	"enforcement.comments_column:_clean": NOTHING,
	"enforcement.comments_column:_shows": NO,
	"enforcement.realtime:_is_about_confidential": NO,
	"enforcement.realtime:is_confidential": NO,
	"enforcement.renaming:_keeps_its_name": NO,
	# Surfaces
	"enforcement.methods.activities:_readable": "lambda doctype, rows: rows",
	"enforcement.requests.method_aliases:refuse": NOTHING,
	"enforcement.requests.method_aliases:_refuse_carried": NOTHING,
	"enforcement.requests.conditions_as_names:_in_place_of_names": "lambda key, sent: iter(())",
	"enforcement.requests.conditions_as_names:_can_be_condition": NO,
	"enforcement.requests.called:_runs_document": NO,
	"enforcement.requests.called:_is_of_document": NO,
	"enforcement.doctypes.document_follow:name_record": NOTHING,
	"enforcement.doctypes.communication:GuardedCommunication.sendmail_input_dict": "lambda self, *args, **options: super(GuardedCommunication, self).sendmail_input_dict(*args, **options)",
	"enforcement.doctypes.version:GuardedVersion._keep_names": NOTHING,
	"enforcement.methods.relink:_lead_made_with": NOTHING,
	"enforcement.doctypes.document_follow:_text": "lambda message: ''",
	"enforcement.methods.assign_to:_without_clearance": NOBODY,
	"enforcement.dependents:_of_printed": "lambda *args: ''",
	"enforcement.dependents:_is_hidden_page": NO,
	"enforcement.doctypes.deleted_document:_of_printed": "lambda *args: ''",
	"enforcement.dependents:_owners": "lambda doc, ptype: {(doc.get(OWNER_FIELDS[doc.doctype][0]), doc.get(OWNER_FIELDS[doc.doctype][1]))}",
	"enforcement.dependents:_of_message": "lambda doctype, reader: '1 = 1'",
	"enforcement.dependents:_of_none": NO_CONDITION,
	"enforcement.dependents:_outlived": NO,
	"enforcement.dependents:_hides_report": NO,
	"enforcement.account_managers:_opens": NO,
	"enforcement.user_limits:of": "lambda *args: ()",
	"enforcement.places:_of_linked": "lambda *args: Place()",
	"enforcement.places:note": NOTHING,
	"enforcement.places:note_existing": NOTHING,
	"enforcement.linked_records:_with_parent": NO_CONDITION,
	"enforcement.client_documents:clients_condition": NO_CONDITION,
	"enforcement.ledger_entries:_by_level": NO_CONDITION,
	"enforcement.ledger_entries:_by_client": NO_CONDITION,
	"enforcement.methods.counts:_readable_only": "lambda doctype, filters: filters",
	"enforcement.methods.counts:_without_hidden_titles": "lambda doctype, field, groups: groups",
	"enforcement.methods.counts:_with_readable_labels": "lambda chart, found: found",
	"enforcement.doctypes.personal_data_request:_readable": "lambda doctype, rows, readers: rows",
	"enforcement.doctypes.personal_data_request:_is_written_by": YES,
	"enforcement.doctypes.personal_data_request:_without_remarks": "lambda row: row",
	"enforcement.doctypes.webhook:require": NOTHING,
	"enforcement.doctypes.has_role:GuardedHasRole._refuse_of_users": NOTHING,
	"enforcement.doctypes.unanswered_mail:name_message": NOTHING,
	"enforcement.doctypes.workflow:require_field_of_its_own": NOTHING,
	"enforcement.doctypes.deleted_document:is_open": YES,
	"enforcement.doctypes.deleted_document:_added_to": "lambda: set()",
	"enforcement.filed:keep_in_deleted": NOTHING,
	"enforcement.methods.workflow_links:_can_read": YES,
	"enforcement.copies_in_history:leave_out": "lambda content: False",
	"enforcement.methods.exports:now_not_later": NOTHING,
	"enforcement.doctypes.email_digest:GuardedEmailDigest._readers": "lambda self: []",
	"enforcement.doctypes.email_group:GuardedEmailGroup.import_from": "lambda self, doctype: super(GuardedEmailGroup, self).import_from(doctype)",
	"outgoing.text_messages:GuardedSMSCenter.create_receiver_list": "lambda self: super(GuardedSMSCenter, self).create_receiver_list()",
	"enforcement.doctypes.web_form:_leave_out_hidden": NOTHING,
	"enforcement.doctypes.web_form:_leave_out_messages": "lambda shown: shown",
	"enforcement.record_names:_sets_content": NO,
	"enforcement.record_names:_shows": NO,
	"enforcement.file_addresses:of_path": "lambda path: PUBLIC",
	"enforcement.file_addresses:is_unknown": NO,
	"enforcement.doctypes.file:GuardedFile.is_downloadable": YES,
	"enforcement.client_portal:is_theirs": YES,
	"enforcement.doctypes.file:GuardedFile.unzip": "lambda self: super(GuardedFile, self).unzip()",
	"enforcement.doctypes.file:is_sent_with": YES,
	"enforcement.doctypes.email_queue:_is_hidden": NO,
	"enforcement.doctypes.file:require_content": NOTHING,
	"enforcement.doctypes.file:_refuse": NOTHING,
	"enforcement.doctypes.file:_is_taken_by_hidden": NO,
	"enforcement.doctypes.file:_can_be_governed": NO,
	"enforcement.doctypes.file:_of_few": "lambda file: None",
	"enforcement.doctypes.data_import:_confidential": "lambda: set()",
	"enforcement.doctypes.report:_of_readable_clients": "lambda *rows: list(rows)",
	"enforcement.methods.missing_checks_erpnext:_require_project": NOTHING,
	"enforcement.doctypes.file:GuardedFile._delete_file_on_disk": "lambda self: super(GuardedFile, self)._delete_file_on_disk()",
	"enforcement.private_files:_shares_address": NO,
	"enforcement.doctypes.file:_opens_another": NO,
	"enforcement.doctypes.file:_has_others": NO,
	"enforcement.doctypes.file:_deleted": "lambda path: path",
	"enforcement.doctypes.file:GuardedFile._keep_hash": NOTHING,
	"enforcement.doctypes.file:GuardedFile.handle_is_private_changed": "lambda self: super(GuardedFile, self).handle_is_private_changed()",
	"enforcement.sharing:_end_of_dependents": NOTHING,
	"enforcement.images_in_emails:_goes_with": YES,
	"enforcement.attached_fields:refuse_row": NOTHING,
	"enforcement.private_files:make_private": NOTHING,
	"enforcement.private_files:make_private_of_few": NOTHING,
	"enforcement.doctypes.file:keep_attached": NOTHING,
	"enforcement.guards:is_held": NO,
	"enforcement.guards:is_restricted": NO,
	"enforcement.guards:named": "lambda doctype: doctype",
	"enforcement.guards:objects": NO,
	"enforcement.guards:readable": "lambda doctype, names, user=None: set(names)",
	"enforcement.guards:readable_names": "lambda doctype, filters=None, limit=0: frappe.get_all(doctype, filters=filters, pluck='name', limit=limit)",
	"enforcement.guards:require": NOTHING,
	"enforcement.methods.link_fields:_held_to_conditions": "lambda arguments: arguments",
	"enforcement.methods.link_fields:_is_readable": YES,
	"enforcement.write_down:_links": "lambda *args: ()",
	"enforcement.write_down:_quotations": "lambda *args: ()",
	"enforcement.write_down:_ranks_of_file": NONE_FOUND,
	"enforcement.write_down:_pass_down": NOTHING,
	"enforcement.copied_fields:GuardedCopy._withhold": NOTHING,
	"enforcement.copied_fields:withdraw": NOTHING,
	"enforcement.printing:writer": "lambda user: user",
	"enforcement.pdf_options:leaves": NO,
	"enforcement.raw_sql:_Query.contains": NO,
	"enforcement.raw_sql:_parts": NONE_FOUND,
	"enforcement.raw_sql:_as_executed": "lambda database, query, values: str(query)",
	"enforcement.fetched_fields:require_readable": NOTHING,
	"enforcement.doctypes.notification_log:_is_hidden": NO,
	"enforcement.internal_recipients:by_clearance": "lambda doctype, name, numbers: (list(numbers), {})",
	"enforcement.used_names:_was_deleted": NO,
	"enforcement.link_titles:is_withheld": NO,
	"enforcement.link_titles:trim": NOTHING,
	"enforcement.link_titles:withdraw": NOTHING,
	"enforcement.linked_columns:parsed": "lambda value: value",
	"enforcement.linked_columns:refuse": NOTHING,
	"enforcement.linked_columns:without_revealing": "lambda columns: columns",
	"enforcement.methods.counts:_refuse_linked": NOTHING,
	"enforcement.requests.added_rows:refuse_rows": NOTHING,
	"enforcement.requests.added_rows:refuse_taken": NOTHING,
	"enforcement.requests.joined_fields:_without": "lambda is_left_out, doctype, value: value",
	"enforcement.requests.joined_fields:_links_to_hidden": NO,
	"enforcement.requests.portal:_restricted": "lambda arguments: arguments",
	"enforcement.requests.portal:_is_open": YES,
	"enforcement.internal_recipients:without_clearance": NOBODY,
	"enforcement.internal_recipients:tell_left_out": NOTHING,
	"enforcement.internal_recipients:_log": NOTHING,
	"enforcement.level_spread:follow": NOTHING,
	"enforcement.level_spread:apply_level": NOTHING,
	"enforcement.level_spread:raise_documents": NOTHING,
	"enforcement.level_spread:raise_to_stated": NOTHING,
	"document:require_storable": NOTHING,
	"document:_require_known_series": NOTHING,
	"document:_require_possible_status": NOTHING,
	"document:Document.before_discard": NOTHING,
	"intake.retry:_is_recorded": "lambda doc: sources.is_logged(doc)",
	"intake.arrivals:stated_level": NOTHING,
	"enforcement.level_spread:raise_conversations": NOTHING,
	"enforcement.filed:keep_level": NOTHING,
	"enforcement.doctypes.transaction_deletion_record:_require_no_hold": NOTHING,
	"enforcement.doctypes.web_form:_require": NOTHING,
	"enforcement.references:_refuse_added": NOTHING,
	"enforcement.child_rows:is_open": YES,
	"enforcement.child_rows:GuardedRow._is_known": YES,
	"enforcement.methods.query_report:_check_prepared": NOTHING,
	"enforcement.doctypes.report:_with_literal": "lambda report, filters: filters",
	"enforcement.doctypes.report:_with_readable_names": "lambda columns, rows: rows",
	"enforcement.doctypes.report:_with_readable_quotes": "lambda rows: rows",
	"enforcement.doctypes.kanban_board:_open_to_all": "lambda doctype, order: order",
	"enforcement.doctypes.call_log:GuardedCallLog._is_guessed": NO,
	"enforcement.doctypes.prepared_report:_only_for": "lambda *args: compat.no_objection()",
	"enforcement.methods.global_search:_readable": ALL_IN_ORDER,
	"enforcement.methods.form_load:visible": ALL_IN_ORDER,
	"enforcement.methods.form_load:_trim_docinfo": NOTHING,
	# Access given to others
	"enforcement.sharing:require_clearance": NOTHING,
	"enforcement.sharing:validate": NOTHING,
	"enforcement.sharing:end_lapsed": NOTHING,
	"enforcement.sharing:end_lapsed_of_interaction": NOTHING,
	"enforcement.sharing:end_all_lapsed": NOTHING,
	"client_interactions.doctype.interaction_access_grant.interaction_access_grant:InteractionAccessGrant.validate_giver": NOTHING,
	"client_interactions.doctype.interaction_access_grant.interaction_access_grant:InteractionAccessGrant.validate_validity": NOTHING,
	"alerts:emergency_access": NOTHING,
	# What goes out
	"enforcement.client_documents:require_to_act": NOTHING,
	"outgoing.gate:findings": NONE_FOUND,
	"outgoing.checks:level_requires": NO,
	"outgoing.facts:_level_of": "lambda doctype, name: governed.level(doctype, name)",
	"outgoing.gate:_somebody_to_ask": NO,
	"outgoing.email:_tell_sender": NOTHING,
	"outgoing.email:_is_about_nothing": NO,
	"client_interactions.changes:follow_terms": NOTHING,
	"client_interactions.clocks.replay:is_eased": NO,
	"intake.acknowledgement_delivery:take_back": NOTHING,
	"roles:is_outside": "lambda user=None: not has_desk(user)",
	"clients.confirmation:may_confirm": YES,
	"clients.confirmation:_says_nothing_new": YES,
	"clients.confirmation:_keep_login": NOTHING,
	"clients.confirmation:_registered_themselves": YES,
	"clients.confirmation:_may_confirm_row": YES,
	"clients.contacts:is_on_file": YES,
	"clients.confirmation:is_claimed_by": NO,
	"clients.confirmation:is_claimed": NO,
	"clients.confirmation:_is_credible": YES,
	"clients.confirmation:has_claimed_number": NO,
	"clients.confirmation:keep_addresses": NOTHING,
	"clients.confirmation:_is_of_login": YES,
	"clients.confirmation:_may_repeat": YES,
	"clients.contacts:require_contact": NOTHING,
	"client_privacy.doctype.client_consent.client_consent:ClientConsent.require_way": NOTHING,
	"client_privacy.doctype.identity_verification.identity_verification:IdentityVerification.validate_result": NOTHING,
	"intake.mail_writers:set_writer": NOTHING,
	"intake.threads:takes_part": YES,
	"rules.mail_identity:several": "lambda *args: ()",
	"intake.mail_writers:claimed": "lambda headers, read: read",
	"intake.acknowledgement:_was_confirmed": NO,
	"rules.mail_identity:is_same": YES,
	"rules.mail_identity:writer": "lambda header, claimed, is_own, is_customer: claimed",
	"intake.acknowledgement_delivery:restore": NOTHING,
	"outgoing.email:hold": NO,
	"outgoing.withdrawals:hold_waiting": "lambda *args: 0",
	"outgoing.register:register": NOTHING,
	"client_privacy.disclosures:settle": NOTHING,
	"outgoing.register:came_up_since": "lambda *args: []",
	"outgoing.logged_contacts:before_logging": NOTHING,
	"outgoing.text_messages:require": NOTHING,
	"outgoing.restricted:require": NOTHING,
	"outgoing.advertising:_without_consent": "lambda *args: {}",
	"rules.outgoing:check_identity": "lambda *args: ()",
	"rules.consent:_same_person": YES,
	"rules.consent:_covers": "lambda consent, request: _same_person(consent, request)",
	"rules.consent:to_ask": "lambda consents, request, at: request",
	"rules.consent:answered_too": "lambda *args: []",
	"rules.channels:choose": "lambda *args: Choice(ALLOWED)",
	"rules.templates:objections": "lambda *args: ()",
	"communication_governance.wording:check": NONE_FOUND,
	# What others wrote stays a text
	"rules.html_text:to_show": "lambda content, text_content: text_content or content or ''",
	"i18n:bold": "lambda value: f'<strong>{value}</strong>'",
	# Consent and identity
	"client_privacy.one_time_codes:_replace_earlier": NOTHING,
	"client_privacy.one_time_codes:_require_pause": NOTHING,
	"client_privacy.consents:expire": "lambda: 0",
	"client_privacy.identity:failures": "lambda rows: 0",
	"client_privacy.identity:validity_days": "lambda level: 0",
	"client_privacy.links:_tries": "lambda ip, hour: 0",
	"client_privacy.links:_count": NOTHING,
	"client_privacy.links:revoke_of": NOTHING,
	"client_privacy.requests.answering:require_as_planned": NOTHING,
	"client_privacy.requests.answering:_require_all_gone": NOTHING,
	"client_privacy.links:use": NOTHING,
	"client_privacy.mailed_secrets:mark": "lambda secret, address: secret",
	"client_privacy.mailed_secrets:as_sent": "lambda queued: queued.message",
	"client_privacy.returned_secrets:_without_codes": "lambda text, writer: text",
	"client_privacy.returned_secrets:_without_tokens": "lambda text: text",
	"outgoing.email_queue:_leave_out_variables": NOTHING,
	"enforcement.doctypes.communication:GuardedCommunication._require_queued": NOTHING,
	"clients.unsubscribed:among": "lambda *args: []",
	"communication_governance.doctype.sop_training_record.sop_training_record:refuse_own": NOTHING,
	"ledger.following:follow_role": NOTHING,
	"client_privacy.doctype.client_consent.client_consent:ClientConsent.validate_events_are_untouched": NOTHING,
	"client_privacy.doctype.client_consent.client_consent:ClientConsent.validate_scope_stays": NOTHING,
	"client_privacy.doctype.client_consent.client_consent:ClientConsent.validate_third_party": NOTHING,
	"client_privacy.doctype.client_consent.client_consent:ClientConsent.on_trash": NOTHING,
	"client_privacy.doctype.client_disclosure.client_disclosure:_refuse": NOTHING,
	"client_privacy.doctype.identity_verification.identity_verification:IdentityVerification.validate_not_locked": NOTHING,
	"client_privacy.doctype.identity_verification.identity_verification:IdentityVerification.validate_unchanged": NOTHING,
	"client_privacy.doctype.identity_verification.identity_verification:IdentityVerification.report_lock": NOTHING,
	"client_privacy.doctype.identity_verification.identity_verification:IdentityVerification.on_trash": NOTHING,
	"client_interactions.doctype.physical_inventory.physical_inventory:PhysicalInventory.before_cancel": NOTHING,
	# The ledger
	"enforcement.audit:_refusals": "lambda: iter(())",
	"enforcement.audit:_views": "lambda: iter(())",
	"enforcement.audit:_timeline_views": "lambda *args: iter(())",
	"enforcement.audit:_downloads": "lambda *args: iter(())",
	"enforcement.audit:_export": "lambda: iter(())",
	"enforcement.audit:_report_export": "lambda: iter(())",
	"enforcement.answers:replace": NOTHING,
	"enforcement.answers:_hidden": "lambda *args: set()",
	"enforcement.answers:_is_in": NO,
	"enforcement.answer_rows:hidden": "lambda *args: []",
	"enforcement.answer_rows:_of_timelines": "lambda: []",
	"ledger.entries:LedgerDocument.refuse": NOTHING,
	"enforcement.levels:record_change": NOTHING,
	"ledger.chaining:_lock": NOTHING,
	"ledger.chaining:_sign": NOTHING,
	"ledger.verification:_wrong_with_checkpoint": NOTHING,
	"rules.ledger:Entry.fault": NOTHING,
	"rules.ledger:Walk._pass": "lambda self, entry: iter(())",
	# The interaction, its history and its clocks
	"enforcement.child_rows:PlacedRow._can_write": YES,
	"document:Row.has_permission": YES,
	"document:Row.refuse": NOTHING,
	"document:Row._comes_from_another_document": NO,
	"client_interactions.doctype.interaction_event.interaction_event:InteractionEvent.refuse": NOTHING,
	"client_interactions.doctype.client_interaction.client_interaction:ClientInteraction.validate_events_are_untouched": NOTHING,
	"client_interactions.doctype.client_interaction.client_interaction:ClientInteraction.check_event": NOTHING,
	"client_interactions.interaction_level:set_level": NOTHING,
	"enforcement.levels:require_may_lower": NOTHING,
	"client_interactions.log_details:validate": NOTHING,
	"client_interactions.changes:require_reason_to_recount": NOTHING,
	"client_interactions.responsible_staff:validate": NOTHING,
	"client_interactions.doctype.client_interaction.client_interaction:ClientInteraction.validate_share": NOTHING,
	"client_interactions.doctype.client_interaction.client_interaction:ClientInteraction.validate_documentation": NOTHING,
	"client_interactions.evidence_fits:faults": NOBODY,
	"client_interactions.log_details:left_open": NONE_FOUND,
	"client_interactions.changes:with_trace": "lambda doc, event, note: note",
	"intake.reassignment:adopt": NOTHING,
	"rules.documentation:says_something": YES,
	"client_interactions.action_items:validate": NOTHING,
	"client_interactions.clocks.sweep:handle": NOTHING,
	"client_interactions.clocks.sweep:_take_due": "lambda limit: frappe.get_all('Client Interaction', {'next_check_at': ('<', clock.now())}, pluck='name', limit=limit)",
	"client_interactions.clocks.escalation:carry_out": "lambda *args: set()",
	"client_interactions.clocks.recalculate:follow": NOTHING,
	"client_interactions.clocks.recalculate:_readable": "lambda names: set(names)",
	"client_interactions.owed:emailable": "lambda items: {item.interaction.name for item in items}",
	"intake.assignment:is_cleared": YES,
	"intake.assignment:_may_take_part": YES,
	"client_privacy.client_data:require_addresses": NOTHING,
	"client_privacy.client_data:require_new": NOTHING,
	"client_privacy.verified_details:require": NOTHING,
	"intake.reassignment:hand_over": "lambda user, name=None: 0",
	"rules.possible_actions:check_transition": NOTHING,
	"rules.response_clock:_counted": "list",
	"rules.automatic_mail:automatic_kind": NOTHING,
	# What may be called
	"api.interactions:_writable": "lambda name: frappe.get_doc(INTERACTION, name)",
	"api.access:configures_or_audits": YES,
	"api.access:require_configuring_or_auditing": NOTHING,
	"roles:has_desk": NO,
	"roles:require_desk": NOTHING,
	"roles:require_auditing": NOTHING,
}


@dataclass(frozen=True)
class Control:
	"""`name` tells people which. Its module loses it by `removal`, and notes its use by `recording`, at the
	module's end."""

	name: str
	file: Path
	removal: str
	recording: str
	recorded_in: Path


def _file(module: str) -> Path:
	return Path(*module.split(".")).with_suffix(".py")


def controls(root: Path) -> list[Control]:
	"""All controls of a checkout.

	:raises LookupError: one that is listed above no longer exists
	"""
	return [*_in_hooks(root), *_functions(root)]


def hooks(root: Path) -> dict:
	"""The names that a checkout's hooks.py defines; it imports nothing but the app's version."""
	namespace: dict = {}
	sys.path.insert(0, str(root))
	try:
		exec((root / HOOKS).read_text(), namespace)  # noqa: S102 (a file of the checkout)
	finally:
		sys.path.remove(str(root))
	return namespace


def _in_hooks(root: Path) -> Iterator[Control]:
	named = hooks(root)
	for kind in HOOKS_BY_KEY:
		for key, path in named[kind].items():
			yield _hook(f"{kind}: {key}", f"{kind}.pop({key!r})", f"{kind}[{key!r}]", path)
	for doctype, events in named["doc_events"].items():
		for event, handlers in events.items():
			yield from _handlers(
				f"doc_events[{doctype!r}][{event!r}]", f"doc_events: {doctype}.{event}", handlers
			)
	for kind in HOOK_LISTS:
		yield from _handlers(kind, kind, named[kind])
	for frequency, jobs in named["scheduler_events"].items():
		if isinstance(jobs, dict):
			for moments, each in jobs.items():
				yield from _scheduled(f"[{frequency!r}][{moments!r}]", f"{frequency} {moments}", each)
		else:
			yield from _scheduled(f"[{frequency!r}]", frequency, jobs)
	for doctype, path in named["extend_doctype_class"].items():
		yield _class(doctype, path, root)


def _handlers(entry: str, name: str, handlers: str | list[str]) -> Iterator[Control]:
	handlers = handlers if isinstance(handlers, list) else [handlers]
	# Lists may be shared between DocTypes: each gets its own first.
	own = f"{entry} = list({entry}) if isinstance({entry}, list) else [{entry}]"
	for place, path in enumerate(handlers):
		removal = f"{own}\n{entry}.remove({path!r})"
		yield _hook(
			f"{name} {path.removeprefix('client_comms.')}",
			removal,
			f"{entry}[{place}]",
			path,
			own,
		)


def _hook(name: str, removal: str, entry: str, path: str, own: str = "") -> Control:
	recording = f"{own}\n{entry} = _recorder.recorded_path({name!r}, {path!r})"
	return Control(name, HOOKS, removal, recording, HOOKS)


def _scheduled(key: str, frequency: str, jobs: list[str]) -> Iterator[Control]:
	"""Frappe copies the schedule when a site migrates; what looks at it afterwards is who reads hooks.py."""
	for path in jobs:
		name = f"scheduler_events: {frequency} {path.removeprefix('client_comms.')}"
		removal = f"scheduler_events{key}.remove({path!r})"
		yield Control(name, HOOKS, removal, f"_recorder.note({name!r})", HOOKS)


def _class(doctype: str, path: str, root: Path) -> Control:
	"""Frappe looks for a class once; whether it is used shows in its methods, and in the DocType of what
	they are called on."""
	name, (module, _, klass) = f"extend_doctype_class: {doctype}", path.rpartition(".")
	methods = (f"{klass}.{each}" for each in _methods(root, _file(module), klass))
	prefix = "extend_doctype_class: "
	recording = "\n".join(
		f"if hasattr({klass}, {each.rpartition('.')[2]!r}): {each} = _recorder.recorded_of({prefix!r}, {each})"
		for each in sorted(methods)
	)
	# What version 15 reads instead was computed from it.
	removal = f"extend_doctype_class.pop({doctype!r})\noverride_doctype_class.pop({doctype!r}, None)"
	if doctype in OF_OTHER_APPS:
		return Control(name, HOOKS, removal, f"_recorder.note({name!r})", HOOKS)
	return Control(name, HOOKS, removal, recording, _file(module))


def _methods(root: Path, file: Path, klass: str) -> set[str]:
	"""What a class defines, and those of its bases that stand in this app."""
	tree = ast.parse((root / file).read_text()).body
	found = next((each for each in tree if isinstance(each, ast.ClassDef) and each.name == klass), None)
	if found is None:
		return set()
	imported = {
		alias.asname or alias.name: (node.module, alias.name)
		for node in tree
		if isinstance(node, ast.ImportFrom) and node.module.startswith("client_comms.")
		for alias in node.names
	}
	# Also those that one version alone has: under a condition.
	methods = {each.name for each in ast.walk(found) if isinstance(each, ast.FunctionDef)}
	for base in (base.id for base in found.bases if isinstance(base, ast.Name)):
		module, name = imported.get(base, (None, base))
		methods |= _methods(root, _file(module) if module else file, name)
	return methods


def _functions(root: Path) -> Iterator[Control]:
	for place, instead in FUNCTIONS.items():
		module, _, name = place.partition(":")
		file = _file(f"client_comms.{module}")
		if name not in _defined(root / file):
			raise LookupError(f"scripts/mutations.py lists {place}, which is not there any more")
		# To compare, the recorder calls what would stand there as well: not what does the same work again.
		compared = None if "super(" in instead else instead
		yield Control(
			place,
			file,
			f"{name} = {instead}",
			f"{name} = _recorder.recorded({place!r}, {name}, {compared})",
			file,
		)


def _defined(source: Path) -> set[str]:
	"""Functions, methods and imported names of a module, as `FUNCTIONS` writes them."""
	names = set()
	for node in ast.parse(source.read_text()).body if source.exists() else ():
		if isinstance(node, ast.FunctionDef):
			names.add(node.name)
		elif isinstance(node, ast.ClassDef):
			names |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
		elif isinstance(node, ast.ImportFrom):
			names |= {alias.asname or alias.name for alias in node.names}
	return names
