"""What the source rules would make of a message, call or document (M-1)."""

import frappe
from frappe import _

from client_comms import clock, validation
from client_comms.clients import parties
from client_comms.communication_governance import calendars
from client_comms.communication_governance import matrix as matrices
from client_comms.i18n import bold
from client_comms.intake import arrivals, assignment, source_reasons
from client_comms.roles import require_configuring_or_auditing
from client_comms.rules import classification, response_clock


@frappe.whitelist()
def simulate_source_rules(
	source: str,
	direction: str,
	subject: str | None = None,
	email_account: str | None = None,
	issue_type: str | None = None,
	sender: str | None = None,
	company: str | None = None,
	rules: str | list | None = None,
	default_communication_type: str | None = None,
) -> dict:
	"""How a document that arrived now would be classified, and why. Nothing is written.

	:param source: Communication, Issue, Lead, Opportunity, Call Log, Event or Appointment
	:param direction: Inbound or Outbound
	:param sender: address of the person on the client's side
	:param rules: rows of Interaction Source Rule that are not saved yet; by default those of the settings
	:returns: `{"communication_type", "confidentiality_level", "rule": position starting at 1, or None,
	    "reason", "matrix", "client", "acknowledge_by", "respond_by", "responsible_staff"}`; datetimes in the
	    site's time zone, None if nothing is owed
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises client_comms.exceptions.NoMatrixInForceError: no matrix is in force now
	"""
	require_configuring_or_auditing()
	settings = frappe.get_cached_doc("Client Comms Settings")
	rows = settings.source_rules
	if rules is not None:
		rows = validation.require_rows(
			_("Source Rules"), rules, ("communication_type", *arrivals.RULE_FIELDS)
		)
	found = classification.classify(
		classification.Signal(source, direction, subject or "", email_account, issue_type),
		arrivals.source_rules(rows),
		default_communication_type or settings.default_communication_type,
	)
	now = clock.now()
	company = company or frappe.defaults.get_user_default("Company")
	matrix = matrices.require_in_force(company, now)
	rule = matrices.rule_for(matrix, found.communication_type)
	if rule is None:
		frappe.throw(
			_("{0} Communication Matrix {1} has no rule for {2}. Amend it, or choose another type.").format(
				source_reasons.in_words(found), bold(matrix), bold(_(found.communication_type))
			),
			title=_("Communication Type Not in the Matrix"),
		)
	client = parties.client_of(None, None, sender or "", sender or "")
	terms = matrices.terms(matrix, found.communication_type, direction)
	received = response_clock.Event(response_clock.RECEIVED, clock.to_aware(now))
	clocks = response_clock.replay([received], terms, calendars.for_company(company), clock.to_aware(now))
	return {
		"communication_type": found.communication_type,
		"confidentiality_level": rule.confidentiality_level,
		"rule": found.rule,
		"reason": source_reasons.in_words(found),
		"matrix": matrix,
		"client": client.party or client.name,
		"acknowledge_by": clock.to_stored(clocks.acknowledge.due),
		"respond_by": clock.to_stored(clocks.respond.due),
		"responsible_staff": _responsible(matrix, found.communication_type, rule, direction, client, company),
	}


def _responsible(
	matrix: str, communication_type: str, rule, direction: str, client, company: str | None
) -> str | None:
	"""None for outgoing messages: their author is responsible, if they have the role."""
	if direction == classification.OUTBOUND:
		return None
	return assignment.responsible_for(
		matrix, communication_type, rule.confidentiality_level, client, company
	) or assignment.manager_for(rule.confidentiality_level)
