"""What a change of the policy makes of interactions, one chunk at a time: a few queries per chunk, none per record."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

import frappe

from client_comms.client_interactions import changes, evidence, evidence_fits
from client_comms.client_interactions.clocks import replay
from client_comms.enforcement import governed, policy
from client_comms.policy_changes.changes import Change
from client_comms.rules import response_clock
from client_comms.rules.access import Grant, Record
from client_comms.rules.change_tally import State, Tally

INTERACTION = governed.INTERACTION
FIELDS = (
	"name",
	"confidentiality_level",
	"channel",
	"status",
	"responsible_staff",
	"party_type",
	"party",
	"contact",
	"reference_doctype",
	"reference_name",
	*replay.TERMS_FIELDS,
)
_COUNTING = (response_clock.RUNNING, response_clock.PAUSED_CLOCK)
_EVIDENCE = (
	"documentation_method",
	"reference_doctype",
	"reference_name",
	"file",
	"note",
	"physical_location",
	"custodian",
	"physical_file",
	"not_applicable",
)


def load(filters: Mapping, after: str = "", limit: int | None = None) -> list[frappe._dict]:
	"""The next interactions by name, each with its `events`, `evidence`, `assignees`, `grants` and `account_manager`."""
	rows = frappe.get_all(
		INTERACTION,
		filters=[
			*(
				[field, *each] if isinstance(each, tuple) else [field, "=", each]
				for field, each in filters.items()
			),
			["name", ">", after],
		],
		fields=list(dict.fromkeys(FIELDS)),
		order_by="name asc",
		limit=limit,
	)
	names = [row.name for row in rows]
	if not names:
		return []
	events = _children("Interaction Event", names, replay.EVENT_FIELDS)
	files = _children("Interaction Evidence", names, _EVIDENCE)
	items = _children("Interaction Action Item", names, ("assigned_to", "status"))
	grants = defaultdict(list)
	for row in frappe.get_all(
		governed.GRANT, {"interaction": ("in", names)}, ["interaction", "user", "valid_until"]
	):
		grants[row.interaction].append(Grant(row.user, row.valid_until))
	managers = _account_managers(rows)
	for row in rows:
		row.update(
			events=events[row.name],
			evidence=files[row.name],
			assignees=frozenset(
				item.assigned_to for item in items[row.name] if item.status == policy.OPEN_ACTION_ITEM
			),
			grants=tuple(grants[row.name]),
			account_manager=managers.get((row.party_type, row.party)),
		)
	faults = evidence_fits.faults(rows)
	for row in rows:
		row.faults = faults.get(row.name, {})
	return rows


def _children(doctype: str, names: list[str], fields: Iterable[str]) -> dict[str, list]:
	found = defaultdict(list)
	for row in frappe.get_all(
		doctype,
		{"parenttype": INTERACTION, "parent": ("in", names)},
		["parent", *fields],
		order_by="parent asc, idx asc",
	):
		found[row.parent].append(row)
	return found


def _account_managers(rows: Iterable) -> dict[tuple[str, str], str]:
	found = {}
	for doctype, field in policy.ACCOUNT_MANAGER_FIELD.items():
		if clients := {row.party for row in rows if row.party_type == doctype and row.party}:
			for client in frappe.get_all(doctype, {"name": ("in", list(clients))}, ["name", field]):
				found[doctype, client.name] = client[field]
	return found


def count(tally: Tally, row, change: Change, now: datetime) -> None:
	"""Count what the change would do to one interaction, without doing it."""
	before = record_of(row)
	if change.version is None:  # clocks and documentation have nothing to do with levels
		tally.add(row.name, State(before), State(before), now)
		return
	old = state_of(row, now)
	if not change.covers(row.communication_type):
		tally.add(row.name, old, None, now)
		return
	after = change.govern(before)
	new = frappe._dict(row, matrix=after.matrix, confidentiality_level=after.level)
	hindsight, _due = _clocks(new, [{**event, "judged": None} for event in row.events], now)
	if row.status != response_clock.STATUS_CLOSED:
		new.events = [*row.events, _judged_so_far(row, now)]
		after = state_of(new, now)
	else:  # what is closed is not reclassified: its clocks stay as they are
		after = _undisturbed(new, old)
	tally.add(row.name, old, after, now, hindsight, change.not_lowered_to(before))


def _undisturbed(row, old: State) -> State:
	after = documented(row, record_of(row))
	return State(after.record, old.clocks, old.due, after.owed, after.missing)


def state_of(row, now: datetime) -> State:
	"""The interaction under the version and level that the row names."""
	found = documented(row, record_of(row))
	return State(found.record, *_clocks(row, row.events, now), found.owed, found.missing)


def documented(row, record: Record) -> State:
	return State(
		record,
		owed=frozenset(method.name for method in evidence.owed(row)),
		missing=frozenset(each.method for each in evidence.missing(row, row.faults)),
	)


def record_of(row) -> Record:
	return Record(
		policy.as_the_database_reads(row.confidentiality_level),
		row.matrix,
		row.communication_type,
		row.responsible_staff,
		row.assignees,
		row.grants,
		row.account_manager,
	)


def _clocks(
	row, events: Iterable[Mapping], now: datetime
) -> tuple[tuple[str, ...], tuple[datetime | None, ...]]:
	"""The statuses of the clocks, and when those are due that can still be met."""
	clocks = replay.replay(row, map(frappe._dict, events), now).current
	return tuple(each.status for each in clocks), tuple(
		each.due if each.status in _COUNTING else None for each in clocks
	)


def _judged_so_far(row, now: datetime) -> frappe._dict:
	"""The event with which the change is entered in the history: what was judged until then stays judged."""
	clocks = replay.replay(row, row.events, now)
	judgements = replay.unkept_judgements(clocks, row.events)
	return frappe._dict(
		event=changes.MATRIX_CHANGED,
		at=now,
		promised_until=None,
		judged=replay.keep_judgements(judgements) if judgements else None,
	)
