"""What a simulation counts equals what changing every record one by one does (M-1, D-5)."""

import json
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from client_comms.rules import access, access_impact
from client_comms.rules.access import ACTIONS, Clearance, Grant, Level, Policy, Record, Subject
from client_comms.rules.access_impact import Case
from client_comms.rules.change_tally import (
	DEADLINES,
	DOCUMENTATION,
	HINDSIGHT,
	LEVELS,
	UNCOVERED,
	State,
	Tally,
)
from client_comms.rules.matrix_change import Version, with_version

pytestmark = pytest.mark.clause("M-1", "D-5")

NOW = datetime(2026, 3, 10, 12, 0)
ROLES, TYPES, LEVELS_ = ("A", "B", "C"), ("t1", "t2", "t3"), ("low", "mid", "high")
USERS = ("u1", "u2", "u3", "u4")
NEEDS = (access.ROLE, access.RESPONSIBLE_PARTY, access.PARTICIPANTS)


def some(draw, items, most=2):
	return frozenset(draw.sample(items, draw.randint(0, most)))


def generated(draw):
	"""A policy with a version that governs, another one, records and people."""
	levels = {
		name: Level(
			name,
			number,
			draw.choice(NEEDS),
			tuple(
				Clearance(role, frozenset(draw.sample(ACTIONS[:-1], 3)), draw.random() < 0.2)
				for role in draw.sample(ROLES, draw.randint(1, 3))
			),
			draw.random() < 0.2,
		)
		for number, name in enumerate(LEVELS_)
	}
	policy = Policy(levels, {("M1", kind): some(draw, ROLES) for kind in TYPES})
	version = Version(
		"M2",
		{kind: draw.choice(LEVELS_) for kind in draw.sample(TYPES, draw.randint(1, 3))},
		{kind: some(draw, ROLES) for kind in TYPES},
		{("M1", kind): draw.choice(LEVELS_) for kind in TYPES},
	)
	records = [
		Record(
			draw.choice(LEVELS_),
			"M1",
			draw.choice(TYPES),
			draw.choice([None, *USERS]),
			some(draw, USERS),
			tuple(Grant(user, NOW + timedelta(hours=draw.choice([-1, 1]))) for user in some(draw, USERS, 1)),
			draw.choice([None, *USERS]),
		)
		for _number in range(draw.randint(1, 12))
	]
	people = [Subject(user, some(draw, ROLES), draw.random() < 0.7) for user in USERS]
	return policy, version, records, people


def counted(tally, person, policy, after, action):
	found = access_impact.differences_of_moves(
		Case(person, policy), Case(person, after), tally.moves(person.user, NOW), action, NOW
	)
	return sum(each.gained for each in found.values()), sum(each.lost for each in found.values())


def test_over_a_thousand_pairs_of_versions_the_simulation_equals_changing_every_record():
	"""Levels, types without a rule, and who gains and loses what; the tally is stored and continued in between."""
	draw = random.Random(14)
	gains = losses = 0
	for _number in range(1000):
		policy, version, records, people = generated(draw)
		after = with_version(policy, version)
		tally = Tally()
		levels_after = []
		for number, record in enumerate(records):
			covered = record.communication_type in version.levels
			tally.add(
				f"CI-{number}",
				State(record),
				State(version.govern(record, policy)) if covered else None,
				NOW,
			)
			tally = Tally.from_data(json.loads(json.dumps(tally.as_data())))
			levels_after.append(version.govern(record, policy).level)
		rows = tally.rows(LEVELS)
		assert tally.checked == sum(row["records"] for row in rows) == len(records)
		for level in LEVELS_:
			assert sum(row["records"] for row in rows if row["to"] == level) == levels_after.count(level)
			assert sum(row["records"] for row in rows if row["from"] == level) == sum(
				record.level == level for record in records
			)
		assert sum(row["records"] for row in tally.rows(UNCOVERED)) == sum(
			record.communication_type not in version.levels for record in records
		)
		action = draw.choice(ACTIONS)
		for person in people:
			had = [bool(access.decide(person, each, policy, action, NOW)) for each in records]
			has = [
				bool(access.decide(person, version.govern(each, policy), after, action, NOW))
				for each in records
			]
			gained = sum(new and not old for old, new in zip(had, has, strict=True))
			lost = sum(old and not new for old, new in zip(had, has, strict=True))
			assert counted(tally, person, policy, after, action) == (gained, lost)
			gains, losses = gains + gained, losses + lost
	assert gains > 100 and losses > 100


def test_deadlines_and_documentation_are_counted_where_they_change():
	record = Record("low", "M1", "t1")
	before = State(record, ("Met", "Breached", "Not Required"), owed=frozenset({"Email"}))
	after = State(
		replace(record, matrix="M2"),
		("Met", "Running", "Not Required"),
		owed=frozenset({"Email", "Minutes"}),
		missing=frozenset({"Minutes"}),
	)
	tally = Tally()
	tally.add("CI-1", before, after, NOW, ("Breached", "Met", "Not Required"))
	assert tally.rows(DEADLINES) == [
		{"communication_type": "t1", "clock": "respond", "from": "Breached", "to": "Running", "records": 1}
	]
	assert {(row["clock"], row["from"], row["to"]) for row in tally.rows(HINDSIGHT)} == {
		("acknowledge", "Met", "Breached"),
		("respond", "Breached", "Met"),
	}
	assert tally.rows(DOCUMENTATION) == [
		{
			"communication_type": "t1",
			"documentation_method": "Minutes",
			"from": "Not Required",
			"to": "Missing",
			"records": 1,
		}
	]
	assert tally.examples[HINDSIGHT]["t1", "respond", "Breached", "Met"] == ["CI-1"]


@pytest.mark.parametrize(
	("due", "due_after", "status_after", "change"),
	[
		(NOW, NOW + timedelta(days=3), "Running", "Due Later"),
		(NOW, NOW - timedelta(hours=1), "Running", "Due Earlier"),
		(NOW, NOW, "Running", None),
		(NOW, NOW - timedelta(hours=1), "Breached", "Breached"),
		(NOW, None, "Not Required", "Not Required"),
		(None, NOW, "Running", None),
	],
)
def test_a_deadline_that_is_owed_by_another_time_is_counted(due, due_after, status_after, change):
	record = Record("low", "M1", "t1")
	before = State(record, ("Met", "Running"), (None, due))
	after = State(record, ("Met", status_after), (None, due_after))
	tally = Tally()
	tally.add("CI-1", before, after, NOW)
	row = {"communication_type": "t1", "clock": "respond", "from": "Running", "to": change, "records": 1}
	assert tally.rows(DEADLINES) == ([row] if change else [])


def test_few_names_are_kept_of_many_records():
	tally = Tally()
	for number in range(100):
		tally.add(f"CI-{number}", State(Record("low", "M1", "t1")), None, NOW)
	assert len(tally.examples[UNCOVERED][("t1",)]) == 20 and tally.counts[UNCOVERED][("t1",)] == 100
