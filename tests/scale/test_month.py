"""A scripted month on a site: every inquiry logged once, every deadline as it must be, no one notified twice
(C-3, C-4, D-1, R-2).

Five hundred emails through Frappe's own intake and a quarter as much by other ways; staff who answer, promise, wait and
leave; holidays, one of them decided late; a weekend on which the clocks change. `CLIENT_COMMS_MONTH_MESSAGES` (by
default 500) and `CLIENT_COMMS_MONTH_SEED` (by default 2026) choose another month.
"""

import os
import time
from collections import Counter

import frappe
import pytest
from month_oracle import Calendar, Record
from month_plan import (
	ADDED_AT,
	ADDED_HOLIDAY,
	BEGUN_BY_STAFF,
	FIRST_DAY,
	HOLIDAYS,
	MAIL_OF_MACHINES,
	Script,
	berlin,
	sweeps,
)
from month_site import INTERACTION, STAFF, Month, roles, user

from client_comms import clock

pytestmark = pytest.mark.clause("C-3", "C-4", "D-1", "R-2")

MESSAGES = int(os.environ.get("CLIENT_COMMS_MONTH_MESSAGES", "500"))
SEED = int(os.environ.get("CLIENT_COMMS_MONTH_SEED", "2026"))
CLOCKS = {
	"acknowledge": ("acknowledge_by", "acknowledged_on", "acknowledge_status"),
	"respond": ("respond_by", "responded_on", "respond_status"),
	"promise": ("promised_for", None, "promise_status"),
}
SENTENCES = {
	("Warned", "acknowledge"): "Acknowledgement due soon",
	("Warned", "respond"): "Answer due soon",
	("Warned", "promise"): "Promised answer due soon",
	("Escalated", "acknowledge"): "Acknowledgement overdue",
	("Escalated", "respond"): "Answer overdue",
	("Escalated", "promise"): "Promised answer overdue",
}
READERS_OF_STANDARD = {"Frontline Staff", "Account Manager", "Customer Support"}
OVERSIGHT = {"Customer Support Manager", "Compliance Officer"}


@pytest.fixture(scope="module")
def month(site, rolled_back):
	"""The month as it was played."""
	month, began = Month(Script(SEED, MESSAGES)), time.perf_counter()
	with rolled_back():
		month.prepare()
		errors = frappe.db.count("Error Log")
		month.play()
		month.errors = frappe.db.count("Error Log") - errors
		print(
			f"{month.script.messages} messages, {len(month.script.conversations)} conversations, "
			f"{month.sweeps} sweeps: {time.perf_counter() - began:.0f} s\n{dict(month.did)}"
		)
		yield month


@pytest.fixture(scope="module")
def expected(month) -> dict[str, Record]:
	"""Key of a conversation -> its record at the end, with what it had to be told on the way."""
	before = Calendar(FIRST_DAY, 80, HOLIDAYS)
	after = Calendar(FIRST_DAY, 80, (*HOLIDAYS, ADDED_HOLIDAY))
	records = {key: Record(what not in BEGUN_BY_STAFF) for key, what in month.script.conversations.items()}
	timeline = [(step.at, 0, step.number, step) for step in month.script.steps]
	timeline += [(at, 1, 0, None) for at in sweeps()]
	begun = set()
	month.moved = None
	for at, _kind, _number, step in sorted(timeline, key=lambda each: each[:3]):
		calendar = after if at >= berlin(*ADDED_AT) else before
		if calendar is after and month.moved is None:
			month.moved = {key for key in begun if records[key].moves(before, after)}
		if step is None:
			for key in begun:
				records[key].sweep(at, calendar)
		elif step.key:
			begun.add(step.key)
			for kind, moment, until in step.effects:
				records[step.key].happens(kind, moment, calendar, until)
	month.calendar = after
	return records


@pytest.fixture(scope="module")
def docs(month):
	return {key: frappe.get_doc(INTERACTION, name) for key, name in month.names.items() if name}


def test_every_inquiry_is_logged_exactly_once(month, docs):
	missing = [month.script.conversations[key] for key in month.script.conversations if key not in docs]
	assert not missing and not month.refused
	made = frappe.get_all(INTERACTION, {"creation": (">=", FIRST_DAY)}, pluck="name")
	assert Counter(made) == Counter(doc.name for doc in docs.values())
	assert not month.errors


def test_every_step_stands_in_the_history_once(month, docs):
	kinds = {
		"received": "Received",
		"acknowledge": "Acknowledged",
		"promise": "Promised",
		"answer": "Answered",
		"pause": "Paused",
		"resume": "Resumed",
		"close": "Closed",
	}
	wanted, found = {}, {}
	for step in month.script.steps:
		for kind, at, _until in step.effects:
			if kind in kinds:
				wanted.setdefault(step.key, []).append((kinds[kind], clock.to_stored(at)))
	for key, doc in docs.items():
		rows = [(row.event, row.at) for row in doc.events if row.event in kinds.values()]
		found[key] = sorted(rows)
	assert found == {key: sorted(wanted.get(key, [])) for key in docs}


def test_every_deadline_is_that_of_the_oracle(month, docs, expected):
	differences = []
	for key, doc in docs.items():
		record = expected[key]
		wanted = {"status": record.status, "breached": int(record.ever_breached)}
		for name, (due, met, status) in CLOCKS.items():
			each = getattr(record, name)
			wanted[due] = each and clock.to_stored(each.due(month.calendar))
			wanted[status] = each.status if each else "Not Required"
			if met:
				wanted[met] = each and clock.to_stored(each.met)
		found = {
			field: doc.get(field) or (None if value is None else doc.get(field))
			for field, value in wanted.items()
		}
		if found != wanted:
			differences.append((key, month.script.conversations[key], doc.name, found, wanted))
	assert not differences, differences[:3]


def test_breaches_warnings_and_steps_come_with_the_first_sweep_and_once(docs, expected):
	for key, doc in docs.items():
		found = Counter(
			(row.event, row.action_key.split()[0], row.at) for row in doc.events if row.action_key
		)
		wanted = Counter((told.kind, told.clock, clock.to_stored(told.at)) for told in expected[key].told)
		# The steps after no hours are two escalation steps: one for the staff, one for their managers.
		wanted += Counter(
			(told.kind, told.clock, clock.to_stored(told.at))
			for told in expected[key].told
			if told.hours == 0
		)
		assert found == wanted, (key, doc.name)
		keys = [row.action_key for row in doc.events if row.action_key]
		assert len(keys) == len(set(keys))


def readers(month, users, doc, responsible, at):
	"""The `users` who can read, according to the table of clearances."""
	sensitive = doc.confidentiality_level == "Sensitive"
	return {
		each
		for each in users
		if not (each in month.disabled and month.disabled[each] <= at)
		and (
			roles(each) & OVERSIGHT
			or (each == responsible and "Customer Support" in roles(each))
			or (not sensitive and roles(each) & READERS_OF_STANDARD)
		)
	}


def test_everyone_who_must_be_told_and_can_read_is_told_once(month, docs, expected):
	managers = {user(name) for name, given in STAFF.items() if "Customer Support Manager" in given}
	officers = {user(name) for name, given in STAFF.items() if "Compliance Officer" in given}
	wanted, mailed = {}, {}
	for key, doc in docs.items():
		for told in expected[key].told:
			if told.kind == "Breached":
				continue
			at = clock.to_stored(told.at)
			responsible = month.responsible[told.at][doc.name]
			notified, emailed = {
				None: ({responsible}, set()),
				0: ({responsible} | managers, set()),
				4: (set(), managers),
				8: (officers, officers),
			}[told.hours]
			sentence = f"{SENTENCES[told.kind, told.clock]}: {doc.name}"
			for users, kept in ((notified, wanted), (emailed, mailed)):
				kept.setdefault((at, sentence), set()).update(readers(month, users, doc, responsible, at))
	assert told_by("Notification Log", "for_user", "subject") == _flat(wanted)
	emails = frappe.get_all(
		"Email Queue",
		{"reference_doctype": INTERACTION},
		["name", "creation", "message", "reference_name"],
	)
	found = Counter(
		(row.creation.replace(microsecond=0), row.reference_name, each)
		for row in emails
		for each in frappe.get_all("Email Queue Recipient", {"parent": row.name}, pluck="recipient")
	)
	assert found == Counter(
		(at, sentence.split(": ")[1], each) for at, sentence, each in _flat(mailed).elements()
	)


def _flat(told: dict) -> Counter:
	return Counter((at, sentence, each) for (at, sentence), users in told.items() for each in users)


def told_by(doctype, whom, what) -> Counter:
	fields = ["creation", "document_name", whom, what]
	rows = frappe.get_all(doctype, {"document_type": INTERACTION}, fields)
	sentences = [(row, row[what].split(": ")[0]) for row in rows]
	return Counter(
		(row.creation.replace(microsecond=0), f"{sentence}: {row.document_name}", row[whom])
		for row, sentence in sentences
		if sentence in SENTENCES.values() and row.document_name in row[what]
	)


def test_mail_of_machines_starts_and_answers_nothing(month, docs):
	sources = {
		row.source_name: row.event
		for doc in docs.values()
		for row in doc.events
		if row.source_doctype == "Communication"
	}
	seen = Counter()
	for step in month.script.steps:
		if step.what not in MAIL_OF_MACHINES:
			continue
		name, interaction = frappe.db.get_value(
			"Communication", {"message_id": step.data["message"]}, ["name", "client_interaction"]
		)
		if step.key:
			assert interaction == docs[step.key].name
			assert sources[name] == {"bounce": "Bounced", "auto-reply": "Automatic Reply"}[step.what]
		else:
			assert not interaction and name not in sources
		seen[step.what] += 1
	assert seen


def test_no_one_who_left_keeps_anything_open(month, docs):
	assert len(month.disabled) == 2
	for doc in docs.values():
		if doc.status != "Closed":
			assert doc.responsible_staff not in month.disabled
	handed = [doc for doc in docs.values() if any(row.event == "Reassigned" for row in doc.events)]
	assert handed


def test_the_late_holiday_moves_what_is_running_and_the_history_tells(month, docs, expected):
	assert month.moved
	for key, doc in docs.items():
		told = [row.event for row in doc.events].count("Deadlines Recomputed")
		assert told == int(key in month.moved), (key, doc.name)


def test_reminders_are_open_once_and_only_while_something_is_owed(docs):
	for doc in docs.values():
		reminders = frappe.get_all(
			"ToDo", {"reference_name": doc.name, "status": "Open"}, pluck="allocated_to"
		)
		assert len(reminders) == len(set(reminders)), doc.name
		assert not reminders or (doc.clock_state != "Stopped" and doc.breached), doc.name
