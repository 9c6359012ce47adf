"""Replays an interaction's clocks from its rows, for the form, the sweep and previews (C-3, C-4)."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

import frappe

from client_comms import clock
from client_comms.communication_governance import calendars, matrix
from client_comms.rules import response_clock, wall_time
from client_comms.rules.working_time import WorkingCalendar, as_utc

# Fields of Interaction Event that a replay needs, and of Client Interaction
EVENT_FIELDS = ("event", "at", "promised_until", "judged", "carried", "merged_from", "source_name")
TERMS_FIELDS = ("company", "matrix", "communication_type", "direction", "priority")
# Name of a clock -> the fields in which it is stored
FIELDS = {
	"acknowledge": ("acknowledge_by", "acknowledge_status"),
	"respond": ("respond_by", "respond_status"),
	"promise": ("promised_for", "promise_status"),
}
_CLOCK_MOMENTS = ("started_at", "due", "met_at", "granted_until")
_COUNTING = (response_clock.RUNNING, response_clock.BREACHED)


def replay(
	interaction,
	events: Iterable,
	now: datetime | None = None,
	calendar: WorkingCalendar | None = None,
) -> response_clock.Clocks:
	"""The clocks after all events.

	:param interaction: a document or row with `TERMS_FIELDS`
	:param events: documents or rows with `EVENT_FIELDS`, in order. Those of a record that was merged into this one are told in
	    its history; what came of them is in `carried` of the event `Merged`
	:param now: as stored; by default the current time
	:param calendar: instead of that of its company
	"""
	rows = [row for row in events if not row.get("merged_from")]
	*happened, now = wall_time.in_order(map(clock.to_aware, [*(row.at for row in rows), now or clock.now()]))
	return response_clock.replay(
		map(_event, rows, happened),
		matrix.terms(
			interaction.matrix, interaction.communication_type, interaction.direction, interaction.priority
		),
		calendar or calendars.for_company(interaction.company),
		now,
	)


def _event(row, at: datetime) -> response_clock.Event:
	return response_clock.Event(
		row.event,
		at,
		clock.to_aware(row.promised_until) if row.promised_until else None,
		judgements_of(row),
		carried_of(row),
		row.get("source_name") or None,
	)


def carried_of(row) -> response_clock.Carried | None:
	"""The clocks stored in `carried` of an event, as `keep_carried` wrote them."""
	if not row.get("carried"):
		return None
	kept = json.loads(row.carried)
	return response_clock.Carried(
		tuple(map(_as_clock, kept["current"])),
		tuple(map(_as_clock, kept["past"])),
		kept["paused"],
		_as_moment(kept["since"]),
		_as_moment(kept.get("paused_until")),
	)


def keep_carried(carried: response_clock.Carried) -> str:
	"""Clocks in the form stored on an event; datetimes in ISO 8601 with offset."""
	return json.dumps(asdict(carried), default=lambda moment: as_utc(moment).isoformat())


def _as_clock(kept: dict) -> response_clock.Clock:
	return response_clock.Clock(**{**kept, **{field: _as_moment(kept[field]) for field in _CLOCK_MOMENTS}})


def _as_moment(text: str | None) -> datetime | None:
	return datetime.fromisoformat(text) if text else None


def judgements_of(row) -> tuple[response_clock.Judgement, ...]:
	"""The judgements stored in `judged` of an event: `[[clock, started at, due], …]`, datetimes in ISO 8601
	with offset, and the origin of a clock that has one."""
	return tuple(
		response_clock.Judgement(
			name, datetime.fromisoformat(started_at), datetime.fromisoformat(due), *origin
		)
		for name, started_at, due, *origin in json.loads(row.judged or "[]")
	)


def unkept_judgements(clocks: response_clock.Clocks, events: Iterable) -> list[response_clock.Judgement]:
	"""Judgements that are not yet stored on an event; those on events of a record that was merged are not replayed."""
	kept = {each.key for row in events if not row.get("merged_from") for each in judgements_of(row)}
	return [each for each in clocks.judgements if each.key not in kept]


def keep_judgements(judgements: Iterable[response_clock.Judgement]) -> str:
	"""Judgements in the form stored on an event."""
	return json.dumps(
		[
			[
				each.clock,
				as_utc(each.started_at).isoformat(),
				as_utc(each.due).isoformat(),
				*([each.origin] if each.origin else []),
			]
			for each in judgements
		]
	)


def is_eased(interaction, events: Iterable, before: response_clock.Clocks) -> bool:
	"""Whether the terms of the interaction would cancel or postpone a deadline that is owed or was missed.

	:param before: the clocks under the terms that it had before
	"""
	unjudged = [{**{field: row.get(field) for field in EVENT_FIELDS}, "judged": None} for row in events]
	after = replay(interaction, map(frappe._dict, unjudged))
	return any(
		(old.unmet or old.late) and (new.due is None or new.due > old.due)
		for old, new in zip(before.current, after.current, strict=True)
	)


def moved(interaction, clocks: response_clock.Clocks) -> list[tuple[str, datetime, datetime]]:
	"""Open deadlines whose stored due date differs from the replay: (clock, stored due, due), as stored.

	:param interaction: a document or row with the columns of `FIELDS`
	"""
	found = []
	for each in clocks.current:
		due_field, status_field = FIELDS[each.name]
		before, after = interaction.get(due_field), clock.to_stored(each.due)
		owed = interaction.get(status_field) in _COUNTING and each.status in _COUNTING
		if owed and before and clock.parse(before) != after:
			found.append((each.name, clock.parse(before), after))
	return found
