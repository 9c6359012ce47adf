"""What staff owe clients, and by when (C-3, C-4, F-2).

The report, the workspace, the daily digest and the banner on ERPNext's forms use this; each sees only what the
session user can read, and not even a count of anything else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import get_datetime

from client_comms import clock
from client_comms.client_interactions.due_words import due_words
from client_comms.clients.parties import PARTY_TYPES
from client_comms.communication_governance import calendars
from client_comms.enforcement import former_names, interactions, policy
from client_comms.rules import access, response_clock

INTERACTION = "Client Interaction"
ACTION_ITEM = "Interaction Action Item"

ACKNOWLEDGEMENT = "Acknowledgement"
ANSWER = "Answer"
PROMISED_ANSWER = "Promised Answer"
ITEM = "Action Item"

# What is owed, with the fields of its deadline and of its clock's status.
CLOCKS = (
	(ACKNOWLEDGEMENT, "acknowledge_by", "acknowledge_status"),
	(ANSWER, "respond_by", "respond_status"),
	(PROMISED_ANSWER, "promised_for", "promise_status"),
)
# As many of the most urgent are shown, or counted: those of all staff of a large organisation are tens of thousands.
MOST = 1000
_OWING = (response_clock.RUNNING, response_clock.BREACHED)
FIELDS = (
	"name",
	"subject",
	"company",
	"party_type",
	"party",
	"party_name",
	"responsible_staff",
	"confidentiality_level",
	*(field for _what, due, status in CLOCKS for field in (due, status)),
)


@dataclass(frozen=True, slots=True)
class OwedItem:
	"""One thing that one user owes one client: `due` as stored; for an action item, the end of its day where business is."""

	what: str
	due: datetime
	staff: str | None
	subject: str
	interaction: frappe._dict  # `FIELDS`
	todo: str | None = None  # of an action item


def label(what: str) -> str:
	"""What is owed, in the user's language."""
	return {
		ACKNOWLEDGEMENT: _("Acknowledgement"),
		ANSWER: _("Answer"),
		PROMISED_ANSWER: _("Promised Answer"),
		ITEM: _("Action Item"),
	}[what]


def owed(staff: str | None = None, until: datetime | None = None, most: int | None = None) -> list[OwedItem]:
	"""The owed items that are due by `until` and that the session user can read, the most urgent first.

	:param staff: whose items; by default everyone's
	:param until: a datetime as stored; by default all items with a deadline. Overdue items are included.
	:param most: how many items are asked for, by default all
	"""
	until = until or datetime(9999, 12, 31)
	found = (*_of_clocks(staff, until, most), *_of_items(staff, until, most))
	items = [item for item in found if item.due <= until]
	return sorted(items, key=lambda item: (item.due, item.interaction.name, item.what))[:most]


def of_interaction(row) -> list[OwedItem]:
	"""The owed items of one interaction's clocks, the most urgent first; `row` has `FIELDS`."""
	items = [
		OwedItem(what, get_datetime(row.get(due)), row.responsible_staff, row.subject, row)
		for what, due, status in CLOCKS
		if row.get(due) and row.get(status) in _OWING
	]
	return sorted(items, key=lambda item: item.due)


def open_of(doctype: str, name: str, limit: int) -> list[frappe._dict]:
	"""Interactions about a document or with a client whose clocks are running or paused, the most urgent first.

	:returns: rows of `FIELDS`, `clock_state` and `next_deadline`
	"""
	if doctype == "Contact":
		filters = {"contact": name}
	elif doctype in PARTY_TYPES:
		filters = {"party_type": doctype, "party": name}
	else:
		filters = {"name": ("in", former_names.all_about(doctype, name) or [""])}
	return frappe.get_list(
		INTERACTION,
		{**filters, "clock_state": ("!=", response_clock.STATE_STOPPED)},
		[*FIELDS, "clock_state", "next_deadline"],
		order_by="clock_state desc, next_deadline asc, name asc",  # Running before Paused
		limit=limit,
	)


LATE, TODAY, TOMORROW, LATER = "late", "today", "tomorrow", "later"
UNDATED, WAITING = "undated", "waiting"
SHOWN = 50  # in each section
_LONGEST_BREAK = 15  # days
NEXT = 5  # of what is owed later, if nothing is owed before


def work(staff: str) -> dict[str, dict]:
	"""What one user has to do, in sections, the most urgent first; an interaction stands once, with all that it owes.

	:returns: `{"late": {"rows", "more"}, "today": …, "tomorrow": …, "later": …, "undated": …, "waiting": …}`; `later` has what is due
	    next if nothing is due until the end of the next working day, which is what `tomorrow` has, and `undated` the action items
	    without a day; `rows` are
	    `{"interaction", "client", "subject", "level", "what": [label, …], "due", "words", "acknowledge", "todo", "writable", "emailable"}`,
	    `todo` the ToDo of an action item, and `more` is how many further ones there are. What waits for the client has `until`, the
	    moment at which its clocks resume (None: when the client writes), instead of `due`.
	"""
	now, today = clock.now(), calendars.end_of_today()
	sections: dict[str, list[dict]] = {
		section: [] for section in (LATE, TODAY, TOMORROW, LATER, UNDATED, WAITING)
	}
	rows: dict[tuple, dict] = {}
	tomorrow = _end_of_next_working_day()
	for item in owed(staff, tomorrow) or owed(staff, most=NEXT):
		# An action item has words of its own, and is done on its own.
		key = (item.interaction.name, item.todo)
		if key not in rows:
			section = _section(item.due, now, today, tomorrow)
			rows[key] = _row(item.interaction, item.subject, item.due, item.todo)
			sections[section].append(rows[key])
		rows[key]["what"].append(label(item.what))
	sections[UNDATED] = [
		{**_row(interaction, item.description, None, item.todo), "what": [label(ITEM)]}
		for item, interaction in _with_interactions(_undated_items(staff))
	]
	waiting, further = _waiting(staff)
	# While clocks are paused, the only thing for which they are looked at again is the end of the pause.
	sections[WAITING] = [
		{**_row(row, row.subject, None), "until": row.next_check_at and str(row.next_check_at)}
		for row in waiting
	]
	shown = {
		section: {"rows": [_worded(row) for row in rows[:SHOWN]], "more": len(rows[SHOWN:])}
		for section, rows in sections.items()
	}
	shown[WAITING]["more"] = further
	_add_rights([row for section in shown.values() for row in section["rows"]])
	return shown


def _end_of_next_working_day() -> datetime:
	"""By the default calendar: on a Friday, what is due on Monday is owed next."""
	calendar, today = calendars.default(), calendars.day_of(clock.now())
	ahead = (today + timedelta(days=days) for days in range(1, _LONGEST_BREAK))
	return calendars.end_of(next(filter(calendar.closing_time, ahead), today + timedelta(days=1)))


def _section(due: datetime, now: datetime, today: datetime, tomorrow: datetime) -> str:
	if due < now:
		return LATE
	if due <= today:
		return TODAY
	return TOMORROW if due <= tomorrow else LATER


def _row(interaction, subject: str, due: datetime | None, todo: str | None = None) -> dict:
	return {
		"interaction": interaction.name,
		"client": interaction.party_name,
		"subject": subject,
		"level": interaction.confidentiality_level,
		"what": [],
		"due": due,
		"company": interaction.company,
		"acknowledge": interaction.acknowledge_status in _OWING,
		"todo": todo,
	}


def _worded(row: dict) -> dict:
	"""The deadline in words, which only rows that are shown need: they take the longest."""
	company, due = row.pop("company"), row["due"]
	return {**row, "due": due and str(due), "words": due and due_words(due, company)}


def _waiting(staff: str) -> tuple[list, int]:
	"""The rows that are shown, and how many further ones there are: of these only the names are read, up to `MOST`."""
	filters = {"clock_state": response_clock.STATE_PAUSED, "responsible_staff": staff}
	rows = frappe.get_list(
		INTERACTION, filters, [*FIELDS, "next_check_at"], order_by="occurred_on asc, name asc", limit=SHOWN
	)
	if len(rows) < SHOWN:
		return rows, 0
	return rows, len(frappe.get_list(INTERACTION, filters, pluck="name", order_by=None, limit=MOST)) - SHOWN


def _add_rights(rows: list[dict]) -> None:
	"""Whether the session user can act on each row, in one query per right."""
	names = list({row["interaction"] for row in rows})
	for right, action in (("writable", access.WRITE), ("emailable", access.EMAIL)):
		with interactions.listing_for(action):
			allowed = set(_among(names))
		for row in rows:
			row[right] = row["interaction"] in allowed


def _among(names: list[str]) -> list[str]:
	return frappe.get_list(INTERACTION, {"name": ("in", names)}, pluck="name", limit=0) if names else []


def emailable(items: list[OwedItem]) -> set[str]:
	"""The interactions of the items whose content the session user can receive by email (P-2)."""
	with interactions.listing_for(access.EMAIL):
		return set(_among(list({item.interaction.name for item in items})))


def _of_clocks(staff: str | None, until: datetime, most: int | None) -> list[OwedItem]:
	# Not "<=": Frappe would wrap the column because of empty deadlines, and the index would not be used.
	due = ("between", [datetime(1900, 1, 1), until])
	filters = {"clock_state": response_clock.STATE_RUNNING, "next_deadline": due}
	if staff:
		filters["responsible_staff"] = staff
	# Many are due at close of business: without the name, which of them are cut off would be left to the database.
	order = "next_deadline asc, name asc"
	rows = frappe.get_list(INTERACTION, filters, list(FIELDS), order_by=order, limit=most or 0)
	return [item for row in rows for item in of_interaction(row)]


def _of_items(staff: str | None, until: datetime, most: int | None) -> list[OwedItem]:
	table = frappe.qb.DocType(ACTION_ITEM)
	query = (
		frappe.qb.from_(table)
		.select(table.parent, table.description, table.assigned_to, table.due_on, table.todo)
		.where((table.status == policy.OPEN_ACTION_ITEM) & (table.due_on <= until.date()))
		.where(table.parenttype == INTERACTION)
	)
	if staff:
		query = query.where(table.assigned_to == staff)
	if not most:
		return _readable(query.run(as_dict=True))
	found: list[OwedItem] = []
	query, start = query.orderby(table.due_on, table.name).limit(most), 0
	while len(found) < most and (items := query.offset(start).run(as_dict=True)):
		found += _readable(items)
		start += most
	return found


def _undated_items(staff: str) -> list:
	table = frappe.qb.DocType(ACTION_ITEM)
	return (
		frappe.qb.from_(table)
		.select(table.parent, table.description, table.todo)
		.where((table.assigned_to == staff) & (table.status == policy.OPEN_ACTION_ITEM))
		.where(table.due_on.isnull() & (table.parenttype == INTERACTION))
		.orderby(table.creation, table.name)
		.limit(MOST)
	).run(as_dict=True)


def _readable(items: list) -> list[OwedItem]:
	return [
		OwedItem(
			ITEM, calendars.end_of(item.due_on), item.assigned_to, item.description, interaction, item.todo
		)
		for item, interaction in _with_interactions(items)
	]


def _with_interactions(items: list) -> list[tuple]:
	"""Rows of a child table have no clearance of their own: their interactions, `FIELDS`, decide."""
	names = list({item.parent for item in items})
	if not names:
		return []
	rows = {
		row.name: row for row in frappe.get_list(INTERACTION, {"name": ("in", names)}, list(FIELDS), limit=0)
	}
	return [(item, rows[item.parent]) for item in items if item.parent in rows]


def is_late(item: OwedItem) -> bool:
	return item.due < clock.now()
