"""Retention: which closed interactions have expired, by level and type, and what goes with them (P-2)."""

from collections.abc import Iterator
from datetime import date

import frappe
from frappe import _
from frappe.utils import cint, format_date, getdate

from client_comms import clock
from client_comms.client_privacy.erasure import runs
from client_comms.enforcement import legal_holds
from client_comms.enforcement.governed import INTERACTION
from client_comms.rules import retention as rules
from client_comms.rules.response_clock import CLOSED, STATUS_CLOSED

LEVEL, EXCEPTION = "Confidentiality Level", "Retention Exception"
_PAGE = 500
_FIELDS = (
	"name",
	"communication_type",
	"confidentiality_level",
	"occurred_on",
	"reference_doctype",
	"reference_name",
	"anonymised_on",
)
_ISSUE, _SETTLED = "Issue", ("Closed", "Resolved")


def schedules() -> dict[str, rules.Schedule]:
	"""Level → how long its records are kept; only levels of which something expires."""
	differing: dict[str, dict[str, rules.Term]] = {}
	for row in frappe.get_all(
		EXCEPTION,
		{"parenttype": LEVEL},
		["parent", "communication_type", "retention_months", "retention_action"],
		order_by="parent asc, idx asc",
	):
		term = rules.Term(cint(row.retention_months), row.retention_action)
		differing.setdefault(row.parent, {})[row.communication_type] = term
	found = {
		row.name: rules.Schedule(
			rules.Term(cint(row.retention_months), row.retention_action or rules.ANONYMISE),
			differing.get(row.name, {}),
		)
		for row in frappe.get_all(
			LEVEL, ["name", "retention_months", "retention_action"], order_by="name asc"
		)
	}
	return {level: schedule for level, schedule in found.items() if schedule.shortest()}


def start() -> str:
	"""Plan a run over everything that has expired until today; returns the Erasure Run.

	:raises frappe.PermissionError: the session user is not a Compliance Officer
	:raises ActionNotPossibleError: another run is not finished
	"""
	return runs.start(runs.RETENTION, as_of=getdate(clock.now()))


def plan(run) -> None:
	"""The planner of a run: an item for every expired interaction, and for the Issue from which it came."""
	today = getdate(run.as_of)
	for level, schedule in schedules().items():
		for page in _candidates(level, rules.add_months(today, -schedule.shortest())):
			runs.add_items(run.name, _items(page, schedule, today))


def _candidates(level: str, before: date) -> Iterator[list]:
	last = ""
	while page := frappe.get_all(
		INTERACTION,
		[
			["confidentiality_level", "=", level],
			["status", "=", STATUS_CLOSED],
			["occurred_on", "<", f"{before} 23:59:59"],
			["name", ">", last],
		],
		list(_FIELDS),
		order_by="name asc",
		limit=_PAGE,
	):
		last = page[-1].name
		yield page


def _items(page: list, schedule: rules.Schedule, today: date) -> Iterator[dict]:
	closings = _closings([row.name for row in page])
	holds = legal_holds.of_each(INTERACTION, [row.name for row in page])
	outcomes = {}
	for row in page:
		closed_on = closings.get(row.name) or getdate(row.occurred_on)
		hold = holds.get(row.name)
		outcome = rules.decide(closed_on, schedule.of(row.communication_type), today, hold and hold.name)
		if outcome and not (row.anonymised_on and outcome.action == rules.ANONYMISE):
			outcomes[row.name] = outcome
			reason = legal_holds.stored_sentence(hold) if hold else _reason(row, closed_on, outcome)
			yield _item(INTERACTION, row.name, outcome.action, reason)
	yield from _issues([row for row in page if row.name in outcomes], outcomes)


def _reason(row, closed_on: date, outcome: rules.Outcome) -> str:
	return _("{0}, {1}: closed on {2}, expired on {3}").format(
		_(row.confidentiality_level),
		_(row.communication_type),
		format_date(closed_on),
		format_date(outcome.expired_on),
	)


def _closings(names: list[str]) -> dict[str, date]:
	"""Interaction → the day on which it was closed last."""
	rows = frappe.get_all(
		"Interaction Event",
		{"parenttype": INTERACTION, "parent": ("in", names), "event": CLOSED},
		["parent", "at"],
		order_by="at asc",
	)
	return {row.parent: getdate(row.at) for row in rows}


def _issues(rows: list, outcomes: dict[str, rules.Outcome]) -> Iterator[dict]:
	"""The Issue from which an interaction came contains its first message: it goes as well, once it is settled there and no other
	interaction is about it."""
	about = {row.reference_name: row.name for row in rows if row.reference_doctype == _ISSUE}
	if not about:
		return
	settled = set(
		frappe.get_all(
			_ISSUE,
			{"name": ("in", list(about)), "status": ("in", _SETTLED)},
			pluck="name",
			order_by=None,
		)
	)
	others = set(
		frappe.get_all(
			INTERACTION,
			{
				"reference_doctype": _ISSUE,
				"reference_name": ("in", list(about)),
				"name": ("not in", [row.name for row in rows]),
			},
			pluck="reference_name",
			order_by=None,
		)
	)
	holds = legal_holds.of_each(_ISSUE, list(about))
	for issue, interaction in sorted(about.items()):
		if not frappe.db.exists(_ISSUE, issue):
			continue
		action, reason = (
			outcomes[interaction].action,
			_("The document from which {0} came").format(interaction),
		)
		if hold := holds.get(issue):
			action, reason = rules.KEEP, legal_holds.stored_sentence(hold)
		elif issue not in settled:
			action, reason = rules.KEEP, _("Not closed in ERPNext yet")
		elif issue in others:
			action, reason = rules.KEEP, _("Another interaction is about it")
		yield _item(_ISSUE, issue, action, reason, step=1)


def _item(doctype: str, name: str, action: str, reason: str, step: int = 0) -> dict:
	return {
		"reference_doctype": doctype,
		"reference_name": name,
		"action": action,
		"reason": reason,
		"step": step,
	}
