"""States in which methods do something, and what they take: neither their names nor those of their parameters tell."""

import frappe

from client_comms.leak_check.census import arguments
from client_comms.leak_check.census.scene import INTERACTION, READING
from client_comms.leak_check.census.state import (
	CLIENT,
	ELSE,
	HIDDEN,
	REASON,
	Of,
	Row,
	State,
	now,
	soon,
)
from client_comms.leak_check.census.states_of_any import ANY
from client_comms.leak_check.census.states_of_erpnext import ERPNEXT
from client_comms.leak_check.census.states_of_frappe import FRAPPE
from client_comms.leak_check.census.states_of_privacy import PRIVACY

_LABEL, _ROOM = "leakbait label", "leakbait room"


def _happened(*events: str, **values) -> tuple[Row, ...]:
	"""A conversation that the client began, with these events."""
	first = {"event": events[0], "at": "2026-01-05 10:00:00", **values}
	rows = [Row(INTERACTION, {"direction": "Inbound"}), Row("Interaction Event", first)]
	for day, event in enumerate(events[1:], 6):
		row = {
			"parenttype": INTERACTION,
			"parent": Of(INTERACTION),
			"parentfield": "events",
			"idx": day,
			"event": event,
			"at": f"2026-01-{day:02} 10:00:00",
		}
		rows.append(Row("Interaction Event", row, added=True))
	return tuple(rows)


def _without_clearances(of) -> str:
	"""The level of the record as it would be if no one were cleared."""
	level = frappe.get_doc("Confidentiality Level", of("confidentiality_level"))
	return frappe.as_json({**level.as_dict(), "clearances": []})


def _documented(**kind) -> State:
	"""A conversation for which the matrix requires documentation of a kind."""

	def required(field: str):
		def of_matrix(of):
			methods = frappe.get_all("Documentation Method", kind, pluck="name")
			# On every channel, not on one alone.
			wanted = {
				"parent": of("matrix"),
				"documentation_method": ("in", methods),
				"channel": ("is", "not set"),
			}
			return frappe.db.get_value("Communication Matrix Documentation", wanted, field)

		return of_matrix

	return State(
		{"name": Of(INTERACTION), "method": required("documentation_method"), "reason": REASON},
		(Row(INTERACTION, {"communication_type": required("communication_type")}),),
	)


def _paper(state: str) -> tuple[Row, ...]:
	return (
		Row("Physical Location", {"location_name": "leakbait shelf", "location_type": "Cabinet"}),
		Row(
			"Physical Location", {"name": _ROOM, "location_name": _ROOM, "location_type": "Room"}, added=True
		),
		Row(
			"Physical File",
			{
				"label_code": _LABEL,
				"state": state,
				"custodian": "Administrator",
				"location": Of("Physical Location"),
			},
		),
	)


def _template(status: str) -> State:
	return State(
		{"name": Of("Communication Template"), "reason": REASON},
		(
			Row(
				"Email Template",
				{"subject": "leakbait", "response": "leakbait", "owner": ELSE, "modified_by": ELSE},
			),
			Row(
				"Communication Template",
				{
					"template_name": "leakbait template",
					"email_template": Of("Email Template"),
					"language": "en",
					"status": status,
					"highest_level": Of("lowest level"),
					"owner": ELSE,
					"modified_by": ELSE,
				},
			),
		),
	)


def _changing(status: str) -> State:
	"""A run that simulates a change of the record's level."""
	return State(
		{"run": Of("Policy Change Run")},
		(
			Row(
				"Policy Change Run",
				{
					"kind": "Simulation",
					"status": status,
					"reference_doctype": "Confidentiality Level",
					"reference_name": Of("confidentiality_level"),
					"draft": _without_clearances,
				},
			),
		),
	)


def _review(status: str, **given) -> State:
	"""Of the record, by a user who can read it."""
	return State(
		{"review": Of("Interaction Review"), **given},
		(
			Row(
				"Review Programme",
				{"programme_name": "leakbait programme", "reviewer_role": "System Manager"},
			),
			Row("Interaction Review", {"programme": Of("Review Programme"), "status": status}),
			Row("Interaction Review Score", {"not_applicable": 1}),
		),
	)


_MESSAGE = (
	Row(
		"Communication",
		{
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"communication_type": "Communication",
		},
	),
)
_MERGED = State({"name": Of(INTERACTION), "into": Of("another interaction")})
_SPLIT = State({"name": Of(INTERACTION), "message": Of("Communication")}, _MESSAGE)
_MOVED = State({**_SPLIT.given, "to": Of("another interaction")}, _MESSAGE)
_ASKED = State(
	{"name": Of(INTERACTION), "user": Of("user")},
	(
		Row(
			"Interaction Event",
			{
				"event": "Access Requested",
				"by_user": Of("user"),
				"action_key": lambda of: f"access:{of('user')}",
			},
		),
	),
)
_SHELF = {"label_code": _LABEL, "location": Of("Physical Location")}

_API = "client_comms.api."
# By the method's name after that.
_OURS: dict[str, State] = {
	"access.break_glass": State({"reason": REASON}),
	"access.request_access": State({"reason": REASON}),
	"access.grant_access": _ASKED,
	"access.decline_access": _ASKED,
	"access.change_level": State(
		{"doctype": "Issue", "name": Of("Issue"), "level": Of("lowest level"), "reason": REASON}
	),
	"access.simulate_clearance": State(
		{"level": Of("lowest level"), "role": "System Manager", "actions": ["read"]}
	),
	"access.simulate_governing": State({"doctype": "Issue"}),
	"custody.check_in_file": State(_SHELF, _paper("Checked Out")),
	"custody.check_out_file": State(
		{"label_code": _LABEL, "custodian": Of("user"), "reason": REASON}, _paper("In Place")
	),
	"custody.destroy_file": State({"label_code": _LABEL, "reason": REASON}, _paper("In Place")),
	"custody.move_file": State(_SHELF | {"location": _ROOM}, _paper("In Place")),
	"custody.physical_file": State({"label_code": _LABEL}, _paper("In Place")),
	"custody.report_file_missing": State({"label_code": _LABEL, "reason": REASON}, _paper("In Place")),
	"deadlines.simulate_deadlines": State(
		{
			"doc": lambda _of: frappe.get_doc(
				"Response Calendar", arguments.existing("Response Calendar")
			).as_dict()
		},
		_happened("Received"),
	),
	"documentation.generate_documentation": _documented(print_format=("is", "set")),
	"documentation.waive_documentation": _documented(evidence=("!=", "This Record")),
	"interactions.acknowledge": State({"name": Of(INTERACTION)}, _happened("Received")),
	"interactions.log_interaction": State(
		{
			**CLIENT,
			**HIDDEN,
			"company": Of("company"),
			"communication_type": Of("communication_type"),
			"channel": Of("channel"),
			"direction": "Outbound",
			"occurred_on": now,
			"subject": "leakbait own",
			"summary": "leakbait own",
			"outgoing_reason": REASON,
			"reference_doctype": "Opportunity",
			"reference_name": Of("Opportunity"),
		}
	),
	"interactions.needs_answer": State(
		{"name": Of(INTERACTION)},
		_happened("Only Thanks", source_doctype="Communication", source_name=Of("Communication")),
	),
	"escalation.escalate": State({"name": Of(INTERACTION), "reason": REASON}, _happened("Received")),
	"escalation.escalation_recipients": State({"name": Of(INTERACTION)}, _happened("Received")),
	"interactions.pause": State({"name": Of(INTERACTION)}, _happened("Received")),
	"interactions.promise": State({"name": Of(INTERACTION), "until": soon}, _happened("Received")),
	"interactions.reopen": State(
		{"name": Of(INTERACTION), "reason": REASON}, _happened("Received", "Answered", "Closed")
	),
	"interactions.resume": State({"name": Of(INTERACTION)}, _happened("Received", "Paused")),
	"interactions.take_back_answer": State(
		{"name": Of(INTERACTION), "reason": REASON}, _happened("Received", "Answered")
	),
	"ledger.export_ledger": State(CLIENT),
	"merging.merge_interactions": _MERGED,
	"merging.simulate_merge": _MERGED,
	"merging.simulate_move": _MOVED,
	"merging.simulate_split": _SPLIT,
	"merging.split_off": _SPLIT,
	"policies.attest_policy": State(
		{"policy": Of("SOP Policy")},
		(
			Row(
				"SOP Policy",
				{
					"policy_title": "leakbait policy",
					"version_label": "1",
					"docstatus": 1,
					"effective_from": "2020-01-01",
				},
			),
		),
	),
	"policy_changes.cancel_policy_change": _changing("Running"),
	"policy_changes.continue_policy_change": _changing("Cancelled"),
	"policy_changes.retry_policy_change": _changing("Finished"),
	"policy_changes.policy_change_examples": State(
		{
			"run": Of("Policy Change Run"),
			"user": Of("user"),
			"level": Of("confidentiality_level"),
			"communication_type": Of("communication_type"),
		},
		_changing("Finished").rows,
	),
	"policy_changes.simulate_change": State({"doctype": "Communication Matrix", "name": Of("matrix")}),
	"reviews.comment_on_review": _review("Completed", comment=REASON),
	"reviews.complete_review": _review("Open"),
	"reviews.dispute_review": _review("Completed", reason=REASON),
	"team.act_on_interactions": State(
		{"action": "acknowledge", "names": [Of(INTERACTION)]}, _happened("Received")
	),
	"templates.approve_template": _template("Draft"),
	"templates.withdraw_template": _template("Approved"),
	"writers.hand_over": State(
		{"doctype": INTERACTION, "name": Of(INTERACTION), "to": Of("user")},
		(
			Row(
				"Level Clearance",
				{
					"parenttype": "Confidentiality Level",
					"parent": Of("confidentiality_level"),
					"parentfield": "clearances",
					"role": READING,
					"can_read": 1,
					"can_email": 1,
					"oversight": 1,
				},
			),
		),
	),
}

STATES: dict[str, State] = (
	{f"{_API}{name}": state for name, state in (_OURS | PRIVACY).items()} | ANY | FRAPPE | ERPNEXT
)
