"""Holidays or hours changed: running clocks follow, and judged deadlines stay as they are (C-3, C-4).

The request itself computes nothing. It passes every record that is still running to the sweep, by setting
`next_check_at` in the transaction of the change, so none is forgotten, whatever happens to a worker.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import frappe

from client_comms import clock
from client_comms.client_interactions.clocks import replay, sweep
from client_comms.communication_governance import calendars, holidays
from client_comms.rules import escalation
from client_comms.rules.working_time import WorkingCalendar

INTERACTION = "Client Interaction"
CHUNK = 500
_SETTINGS = ("default_calendar", "warning_share", "quiet_from", "quiet_until", "escalation_steps")
PREVIEWED = 2000


def follow_holiday_list(doc, method=None) -> None:
	"""After a Holiday List was saved: the clocks on the response calendars with it follow."""
	calendars.forget()
	for name in calendars.with_list(doc.name):
		follow(_companies_on(name))


def follow(companies: Collection[str] | None = None) -> None:
	"""Make the sweep check every running record of `companies` (None: all) on its next run, within minutes."""
	table = frappe.qb.DocType(INTERACTION)
	query = (
		frappe.qb.update(table)
		.set(table.next_check_at, clock.now() - timedelta(seconds=1))
		.where(table.next_check_at < sweep.HELD)
	)
	if companies is not None:
		if not companies:
			return
		query = query.where(table.company.isin(list(companies)))
	query.run()


def follow_settings(doc, method=None) -> None:
	"""`on_update` of Client Comms Settings: the basis of deadlines, warnings and escalation steps may have changed."""
	before = doc.get_doc_before_save()
	if before is None or any(_content(before.get(each)) != _content(doc.get(each)) for each in _SETTINGS):
		follow()


def follow_calendar(doc, method=None) -> None:
	"""A Response Calendar was saved or deleted; adding or removing a company also affects clocks of other calendars."""
	follow()


def _content(value) -> str:
	"""A setting in comparable form: rows of a table by their content."""
	return str([escalation.key_of(row) for row in value] if isinstance(value, list) else value or "")


def _companies_on(calendar: str) -> list[str]:
	"""Companies whose clocks use the calendar."""
	own = calendars.own()
	if calendar == calendars.default_name():
		others = set(frappe.get_all("Company", pluck="name")) - set(own)
	else:
		others = set()
	return sorted({company for company, name in own.items() if name == calendar} | others)


# --- preview ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class World:
	"""The calendar of each company, as if a change were saved."""

	own: Mapping[str, str]
	changed: Mapping[str, WorkingCalendar]

	def calendar(self, company: str | None) -> WorkingCalendar:
		name = self.own.get(company) or calendars.default_name()
		return self.changed.get(name) or calendars.load(name)


def simulate(doc) -> dict:
	"""Which deadlines would change if a Response Calendar or Holiday List were saved as it is in the form.

	:returns: `{"looked_at": int, "more": bool, "moves": [{"interaction", "subject", "clock", "before", "after"}],
	    "hidden": int, "missing": [text]}`: changes that the session user can read, the number of others; datetimes as
	    stored. Only the records with the nearest deadlines are checked; `more` says that there are others. `missing`
	    tells of which days the holidays would not be known.
	:raises client_comms.rules.business_hours.CalendarError: the hours are invalid
	"""
	world = _world_with(doc)
	affected = [
		company
		for company in frappe.get_all("Company", pluck="name", order_by="name asc")
		if world.calendar(company) is not calendars.for_company(company)
	]
	moves, looked_at = [], 0
	for row, events in _running(affected):
		looked_at += 1
		# Compared with the stored values, so that changes which the sweep has not made yet are shown as well.
		moves += [
			(row, *move)
			for move in replay.moved(row, replay.replay(row, events, calendar=world.calendar(row.company)))
		]
	readable = _readable({row.name for row, *_move in moves})
	return {
		"looked_at": looked_at,
		"more": looked_at == PREVIEWED,
		"moves": [
			{
				"interaction": row.name,
				"subject": row.subject,
				"clock": name,
				"before": str(before),
				"after": str(after),
			}
			for row, name, before, after in moves
			if row.name in readable
		],
		"hidden": len({row.name for row, *_move in moves} - readable),
		"missing": _missing(doc),
	}


def _missing(doc) -> list[str]:
	if doc.doctype == "Response Calendar":
		found = [holidays.missing(doc)]
	else:
		names = calendars.with_list(doc.name)
		found = [holidays.missing(frappe.get_cached_doc("Response Calendar", name), doc) for name in names]
	return list(filter(None, found))


def _world_with(doc) -> World:
	own = dict(calendars.own())
	if doc.doctype == "Response Calendar":
		own = {company: name for company, name in own.items() if name != doc.name}
		if doc.company:
			own[doc.company] = doc.name
		return World(own, {doc.name: calendars.build(doc)})
	changed = {
		name: calendars.build(frappe.get_cached_doc("Response Calendar", name), changed=doc)
		for name in calendars.with_list(doc.name)
	}
	return World(own, changed)


def _running(companies: Collection[str]) -> Iterator[tuple[frappe._dict, list[frappe._dict]]]:
	"""Running interactions, the nearest deadline first, with their events; two queries per chunk."""
	if not companies:
		return
	names = frappe.get_all(
		INTERACTION,
		{"next_check_at": ("is", "set"), "company": ("in", companies)},
		[
			"name",
			"subject",
			*replay.TERMS_FIELDS,
			*(f for pair in replay.FIELDS.values() for f in pair),
		],
		order_by="next_check_at asc, name asc",
		limit=PREVIEWED,
	)
	for start in range(0, len(names), CHUNK):
		chunk = names[start : start + CHUNK]
		events: dict[str, list] = {}
		for event in frappe.get_all(
			"Interaction Event",
			{"parenttype": INTERACTION, "parent": ("in", [row.name for row in chunk])},
			["parent", *replay.EVENT_FIELDS],
			order_by="parent asc, idx asc",
		):
			events.setdefault(event.parent, []).append(event)
		for row in chunk:
			yield row, events.get(row.name, [])


def _readable(names: Collection[str]) -> set[str]:
	if not names or not frappe.has_permission(INTERACTION, "read"):
		return set()
	return set(
		frappe.get_list(INTERACTION, {"name": ("in", list(names))}, pluck="name", limit=0, order_by=None)
	)
