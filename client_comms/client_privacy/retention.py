"""Retention: which closed interactions have expired, by level and type, and what goes with them (P-2)."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.utils import cint, create_batch, format_date, getdate
from pypika.terms import ExistsCriterion

from client_comms import clock, transactions
from client_comms.client_privacy.erasure import runs
from client_comms.enforcement import legal_holds
from client_comms.enforcement.governed import INTERACTION, PHYSICAL_FILE
from client_comms.filters import one_of
from client_comms.rules import retention as rules
from client_comms.rules.response_clock import CLOSED, STATUS_CLOSED

LEVEL, EXCEPTION = "Confidentiality Level", "Retention Exception"
_PAGE = 500
# A month is up to three days shorter than another: what was closed on the 31st expires on the 28th of February.
_SHORTER = timedelta(days=3)
_FIELDS = (
	"name",
	"communication_type",
	"confidentiality_level",
	"occurred_on",
	"reference_doctype",
	"reference_name",
	"anonymised_on",
)
_SCHEDULES = "client_comms_retention_schedules"
ISSUE, SETTLED = "Issue", ("Closed", "Resolved")
_LEAVING_MOST = (rules.KEEP, rules.ANONYMISE, rules.DELETE)


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
	"""The planner of a run: an item for every expired interaction, and for the Issue from which it came. Issues come last: what
	expires with an interaction can be of another level."""
	today = getdate(run.as_of)
	for level, schedule in schedules().items():
		before = rules.add_months(today, -schedule.shortest()) + _SHORTER
		for page in _candidates(level, before):
			runs.add_items(run.name, _items(page, {level: schedule}, today))
	for page in create_batch(_planned_about_issues(run.name), _PAGE):
		runs.add_items(run.name, _issues(run.name, dict(page)))
	for page in _kept_before(run.name):
		runs.add_items(run.name, _issues_kept_before(page))


def still_due(run, doctype: str, action: str, names: list[str]) -> set[str]:
	"""Those of the planned records that have still expired, with their rows locked: one may have been reopened or raised since,
	or its term lengthened. Records that are gone are not missed.

	:param action: what the plan says for all of them
	"""
	if doctype == INTERACTION:
		rows = _locked(INTERACTION, (*_FIELDS, "status"), names)
		closed = [row for row in rows if row.status == STATUS_CLOSED]
		outcomes = _outcomes(closed, schedules(), getdate(run.as_of))
		due = {name for name, (outcome, _closed_on, _hold) in outcomes.items() if outcome.action == action}
	else:
		rows = _locked(ISSUE, ("name", "status"), names)
		due = {row.name for row in rows if row.status in SETTLED} - _with_interactions(names)
	return due | (set(names) - {row.name for row in rows})


def would_be_gone(interaction, closed_on: date) -> bool:
	"""Whether a new interaction would have been taken by now, had it been closed on a day."""
	schedule = transactions.once(_SCHEDULES, schedules).get(interaction.confidentiality_level)
	if not schedule:
		return False
	term, today = schedule.of(interaction.communication_type), getdate(clock.now())
	if not rules.decide(closed_on, term, today):
		return False
	return not legal_holds.of_each(INTERACTION, [interaction.name])


def _locked(doctype: str, fields: tuple[str, ...], names: list[str]) -> list:
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(*(table[field] for field in fields)).where(table.name.isin(names))
	return query.orderby(table.name).for_update().run(as_dict=True)


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


def _items(page: list, terms: Mapping[str, rules.Schedule], today: date) -> Iterator[dict]:
	outcomes = _outcomes(page, terms, today)
	expired = [row for row in page if row.name in outcomes]
	for row in expired:
		outcome, closed_on, hold = outcomes[row.name]
		reason = legal_holds.stored_sentence(hold) if hold else _reason(row, closed_on, outcome)
		yield runs.item(INTERACTION, row.name, outcome.action, reason)
	yield from _paper([row.name for row in expired if outcomes[row.name][0].action != rules.KEEP])


def _outcomes(rows: list, terms: Mapping[str, rules.Schedule], today: date) -> dict[str, tuple]:
	"""Of closed interactions, those for which there is something to do: name → outcome, day of closing, hold if there is one."""
	closings = _closings([row.name for row in rows])
	holds = legal_holds.of_each(INTERACTION, [row.name for row in rows])
	found = {}
	for row in rows:
		if not (schedule := terms.get(row.confidentiality_level)):
			continue
		closed_on = closings.get(row.name) or getdate(row.occurred_on)
		hold = holds.get(row.name)
		outcome = rules.decide(closed_on, schedule.of(row.communication_type), today, hold and hold.name)
		if outcome and not (row.anonymised_on and outcome.action == rules.ANONYMISE):
			found[row.name] = (outcome, closed_on, hold)
	return found


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


def _planned_about_issues(run: str) -> list[tuple[str, list[tuple[str, str]]]]:
	"""Issue → what the run plans for the interactions about it, as (action, name)."""
	item, interaction = frappe.qb.DocType(runs.ITEM), frappe.qb.DocType(INTERACTION)
	planned = (
		frappe.qb.from_(item)
		.join(interaction)
		.on((item.reference_doctype == INTERACTION) & (item.reference_name == interaction.name))
		.select(interaction.reference_name, item.action, interaction.name)
		.where((item.run == run) & (interaction.reference_doctype == ISSUE))
		.where(interaction.reference_name != "")
	)
	found: dict[str, list[tuple[str, str]]] = {}
	for issue, action, name in planned.run():
		found.setdefault(issue, []).append((action, name))
	return sorted(found.items())


def _issues(run: str, about: dict[str, list[tuple[str, str]]]) -> Iterator[dict]:
	"""The Issue from which interactions came contains their first message: it goes with the last of them, once it is settled there.
	If they are dealt with differently, it is as with the one of which the most stays.

	:param about: some of `_planned_about_issues`
	"""
	found = frappe.get_all(ISSUE, {"name": ("in", list(about))}, ["name", "status"], order_by=None)
	statuses = {row.name: row.status for row in found}
	others = _with_interactions(list(about), run)
	holds = legal_holds.of_each(ISSUE, list(about))
	for issue, planned in about.items():
		if issue not in statuses:
			continue
		action, interaction = min(planned, key=lambda each: (_LEAVING_MOST.index(each[0]), each[1]))
		reason = _("The document from which {0} came").format(interaction)
		if hold := holds.get(issue):
			action, reason = rules.KEEP, legal_holds.stored_sentence(hold)
		elif statuses[issue] not in SETTLED:
			action, reason = rules.KEEP, _("Not closed in ERPNext yet")
		elif issue in others:
			action, reason = rules.KEEP, _("Another interaction is about it")
		elif action == rules.KEEP:
			reason = _("{0}, which came from it, stays").format(interaction)
		yield runs.item(ISSUE, issue, action, reason, step=1)


def _kept_before(run: str) -> Iterator[list[str]]:
	"""Issues that earlier runs kept, mostly because they were not closed in ERPNext, and that are settled now. Their interactions are gone."""
	kept, of_kept, decided, of_decided = (
		frappe.qb.DocType(doctype).as_(alias)
		for alias, doctype in (
			("kept", runs.ITEM),
			("of_kept", runs.RUN),
			("decided", runs.ITEM),
			("of_decided", runs.RUN),
		)
	)
	issue = frappe.qb.DocType(ISSUE)
	is_decided = (
		frappe.qb.from_(decided)
		.join(of_decided)
		.on((of_decided.name == decided.run) & (of_decided.kind == runs.RETENTION))
		.select(decided.name)
		.where((decided.reference_doctype == ISSUE) & (decided.reference_name == kept.reference_name))
		.where((decided.state == runs.ITEM_DONE) | (decided.run == run))
	)
	query = (
		frappe.qb.from_(kept)
		.join(of_kept)
		.on((of_kept.name == kept.run) & (of_kept.kind == runs.RETENTION))
		.join(issue)
		.on((issue.name == kept.reference_name) & issue.status.isin(SETTLED))
		.select(issue.name)
		.distinct()
		.where((kept.reference_doctype == ISSUE) & (kept.state == runs.ITEM_KEPT))
		.where(ExistsCriterion(is_decided).negate())
		.orderby(issue.name)
		.limit(_PAGE)
	)
	last = ""
	while page := query.where(issue.name > last).run(pluck=True):
		last = page[-1]
		yield page


def _issues_kept_before(names: list[str]) -> Iterator[dict]:
	"""They are dealt with as their own level says, otherwise anonymised."""
	levels = {
		row.name: row.confidentiality_level
		for row in frappe.get_all(
			ISSUE, {"name": ("in", names)}, ["name", "confidentiality_level"], order_by=None
		)
	}
	terms, holds, others = schedules(), legal_holds.of_each(ISSUE, names), _with_interactions(names)
	for issue in names:
		if issue in others:
			continue
		schedule = terms.get(levels[issue])
		action = schedule.term.action if schedule else rules.ANONYMISE
		reason = _("An earlier run kept it, because it was not to go yet")
		if hold := holds.get(issue):
			action, reason = rules.KEEP, legal_holds.stored_sentence(hold)
		yield runs.item(ISSUE, issue, action, reason, step=1)


def _paper(names: list[str]) -> Iterator[dict]:
	"""Paper files of what expires: no run destroys them, and afterwards they do not say which records they belonged to."""
	found: dict[str, list[str]] = {}
	rows = {"parenttype": PHYSICAL_FILE, "interaction": one_of(names)}
	for row in frappe.get_all(
		"Physical File Interaction", rows, ["parent", "interaction"], order_by="parent asc, idx asc"
	):
		found.setdefault(row.parent, []).append(row.interaction)
	there = {"name": ("in", [*found, ""]), "state": ("!=", "Destroyed")}
	for paper in frappe.get_all(PHYSICAL_FILE, there, pluck="name", order_by="name asc"):
		reason = _("Paper: have the custodian destroy what belongs to {0}").format(", ".join(found[paper]))
		yield runs.item(PHYSICAL_FILE, paper, rules.KEEP, reason)


def _with_interactions(issues: list[str], besides: str | None = None) -> set[str]:
	"""Those of the Issues that an interaction is about, apart from the ones in the plan of a run."""
	about = {"reference_doctype": ISSUE, "reference_name": ("in", issues)}
	rows = frappe.get_all(INTERACTION, about, ["name", "reference_name"], order_by=None)
	of_run = {
		"run": besides,
		"reference_doctype": INTERACTION,
		"reference_name": ("in", [row.name for row in rows]),
	}
	planned = (
		{*frappe.get_all(runs.ITEM, of_run, pluck="reference_name", order_by=None)}
		if besides and rows
		else ()
	)
	return {row.reference_name for row in rows if row.name not in planned}
