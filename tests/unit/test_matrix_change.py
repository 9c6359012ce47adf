"""What another matrix version makes of a record, and whether a change opens anything to anyone (D-5, M-1)."""

import random
from dataclasses import replace
from datetime import datetime
from itertools import chain, combinations, product

import pytest

from client_comms.rules import access, access_impact
from client_comms.rules.access import ACTIONS, Clearance, Grant, Level, Policy, Record, Subject
from client_comms.rules.access_opened import first_opening
from client_comms.rules.matrix_change import Version, all_moves, level_under, unmoved, with_version

pytestmark = pytest.mark.clause("D-5", "M-1")

NOW = datetime(2026, 3, 10, 12, 0)
ME = "me@example.com"
RANKS = {"Open": 10, "Guarded": 20, "Sealed": 30}


def rank(level):
	return RANKS.get(level, 30)


@pytest.mark.parametrize(
	"current, stated, after, expected",
	[
		("Open", "Open", "Sealed", "Sealed"),  # as its version says: it follows, up
		("Sealed", "Sealed", "Open", "Open"),  # … and down
		("Sealed", "Open", "Open", "Sealed"),  # raised by staff: stays
		("Sealed", "Open", "Guarded", "Sealed"),  # … while the new one is not stricter than that
		("Guarded", "Open", "Sealed", "Sealed"),  # … and follows where it is
		("Open", "Guarded", "Guarded", "Open"),  # lowered by staff, with a reason: nothing new requires more
		("Open", "Guarded", "Open", "Open"),
		("Open", "Guarded", "Sealed", "Sealed"),  # … and follows where something new does
		("Guarded", None, "Open", "Guarded"),  # no rule so far: the stricter of both
		("Guarded", None, "Sealed", "Sealed"),
		(None, None, "Open", None),  # no level counts as the strictest, and stays that
	],
)
def test_the_level_under_another_version(current, stated, after, expected):
	assert level_under(current, stated, after, rank) == expected


def test_a_record_of_a_type_without_a_rule_stays_as_it_is():
	version = Version("M2", {"Inquiry": "Sealed"}, {})
	record = Record("Open", "M1", "Complaint")
	assert version.govern(record, policy_of()) == record


# --- no new access -----------------------------------------------------------------------------------

READ = frozenset({access.READ})


def policy_of(guarded=("Agent",), need=access.RESPONSIBLE_PARTY, **parties):
	levels = (
		Level("Open", 10, access.ROLE, (Clearance("Agent", READ), Clearance("Clerk", READ))),
		Level("Guarded", 20, need, tuple(Clearance(role, READ) for role in guarded)),
		Level("Sealed", 30, access.PARTICIPANTS, (Clearance("Agent", READ),)),
	)
	roles = {("M1", kind): frozenset(each) for kind, each in (parties or {"Update": {"Agent"}}).items()}
	return Policy({level.name: level for level in levels}, roles)


def draft(levels, roles):
	stated = {("M1", "Update"): "Guarded", ("M1", "Inquiry"): "Open"}
	return Version("M2", levels, {k: frozenset(v) for k, v in roles.items()}, stated)


def opening_of(version, policy):
	return first_opening(policy, with_version(policy, version), all_moves(version, policy, replaced=["M1"]))


def test_the_same_rules_open_nothing():
	version = draft({"Update": "Guarded", "Inquiry": "Open"}, {"Update": {"Agent"}})
	assert opening_of(version, policy_of()) is None


def test_stricter_levels_open_nothing():
	version = draft({"Update": "Sealed", "Inquiry": "Sealed"}, {"Update": {"Agent"}})
	assert opening_of(version, policy_of()) is None


def test_a_laxer_level_opens_with_the_smallest_example():
	version = draft({"Update": "Open", "Inquiry": "Open"}, {"Update": {"Agent"}})
	found = opening_of(version, policy_of())
	assert (found.roles, found.tie, found.action) == (("Clerk",), access_impact.UNTIED, access.READ)
	assert (found.before.level, found.after.level) == ("Guarded", "Open")
	assert found.after.communication_type == "Update"


def test_responsibility_that_needs_a_clearance_from_another_role():
	"""Only who is Agent (cleared) and Clerk (responsible) gains: two roles, and no example with one."""
	version = draft({"Update": "Guarded"}, {"Update": {"Clerk"}})
	found = opening_of(version, policy_of(Update={"Boss"}))
	assert found.roles == ("Agent", "Clerk") and found.tie == access_impact.UNTIED


def test_access_only_for_who_takes_part_is_named_as_such():
	policy = policy_of()
	levels = dict(policy.levels)
	levels["Sealed"] = replace(
		levels["Sealed"], clearances=(*levels["Sealed"].clearances, Clearance("Clerk", READ))
	)
	found = first_opening(policy, replace(policy, levels=levels), unmoved(policy))
	assert (found.roles, found.tie) == (("Clerk",), access_impact.PARTICIPANT)


def test_training_that_is_no_longer_required_opens():
	policy = policy_of()
	trained = replace(
		policy, levels={**policy.levels, "Open": replace(policy.levels["Open"], require_training=True)}
	)
	found = first_opening(trained, policy, unmoved(policy))
	assert found and not found.trained
	assert first_opening(policy, trained, unmoved(policy)) is None


# --- generated ---------------------------------------------------------------------------------------

ROLES = ("A", "B", "C", "D")
TYPES = ("t1", "t2", "t3")
LEVELS = ("low", "mid", "high")
NEEDS = (access.ROLE, access.RESPONSIBLE_PARTY, access.PARTICIPANTS)


def some(draw, items):
	return frozenset(draw.sample(items, draw.choice([0, 1, 1, 2])))


def generated_policy(draw):
	levels = {}
	for number, name in enumerate(LEVELS, start=1):
		rows = tuple(
			Clearance(role, frozenset(draw.sample(ACTIONS[:-1], draw.randint(1, 4))), draw.random() < 0.15)
			for role in draw.sample(ROLES, draw.randint(1, 3))
		)
		levels[name] = Level(name, number * 10, draw.choice(NEEDS), rows, draw.random() < 0.25)
	roles = {("M1", kind): some(draw, ROLES) for kind in TYPES}
	return Policy(levels, roles)


def generated_change(draw):
	policy = generated_policy(draw)
	stated = {("M1", kind): draw.choice(LEVELS) for kind in TYPES}
	levels = {
		kind: draw.choice([stated["M1", kind], draw.choice(LEVELS)])
		for kind in draw.sample(TYPES, draw.randint(1, 3))
	}
	roles = {kind: draw.choice([policy.responsible_roles["M1", kind], some(draw, ROLES)]) for kind in levels}
	version = Version("M2", levels, roles, stated)
	return policy, with_version(policy, version), version


def ties(record):
	"""Every tie that a user can have to a record, a grant and an open action item apart."""
	return (
		record,
		replace(record, responsible_staff=ME),
		replace(record, assignees=frozenset({ME})),
		replace(record, grants=(Grant(ME, NOW),)),
		replace(record, account_manager=ME),
	)


def someone_gains(before, after, moves, permissions=None):
	"""By brute force over every set of roles, not only over one to three."""
	sets = chain.from_iterable(combinations(ROLES, number) for number in range(len(ROLES) + 1))
	for roles, trained, (old, new), action in product(sets, (False, True), moves, ACTIONS):
		if permissions is not None and not any(action in permissions.get(role, ()) for role in roles):
			continue
		subject = Subject(ME, frozenset(roles), trained)
		for was, becomes in zip(ties(old), ties(new), strict=True):
			if access.decide(subject, becomes, after, action, NOW) and not access.decide(
				subject, was, before, action, NOW
			):
				return True
	return False


def test_the_walk_finds_what_trying_everything_finds():
	draw = random.Random(4)
	answers = []
	for _number in range(60):
		before, after, version = generated_change(draw)
		moves = list(all_moves(version, before, ["M1"]))
		opening = first_opening(before, after, moves)
		assert bool(opening) == someone_gains(before, after, moves)
		answers.append(bool(opening))
	assert 5 < sum(answers) < 55, "both answers occur"


def test_what_frappe_allows_to_no_role_of_a_user_opens_nothing():
	draw = random.Random(6)
	answers = []
	for _number in range(40):
		before, after, version = generated_change(draw)
		moves = list(all_moves(version, before, ["M1"]))
		permissions = {role: draw.sample(ACTIONS, 2) for role in draw.sample(ROLES, 2)}
		opening = first_opening(before, after, moves, permissions)
		assert bool(opening) == someone_gains(before, after, moves, permissions)
		if opening:
			assert any(opening.action in permissions.get(role, ()) for role in opening.roles)
		answers.append(bool(opening))
	assert 5 < sum(answers) < 35


def test_clearance_responsibility_and_permission_can_come_from_three_roles():
	level = Level("low", 10, access.RESPONSIBLE_PARTY, (Clearance("A", frozenset({access.READ})),))
	before = Policy({"low": level}, {("M1", "t1"): frozenset()})
	version = Version("M2", {"t1": "low"}, {"t1": frozenset({"B"})}, {("M1", "t1"): "low"})
	after, moves = with_version(before, version), [*all_moves(version, before, ["M1"])]
	assert first_opening(before, after, moves).roles == ("A", "B")
	assert first_opening(before, after, moves, {"C": ["read"]}).roles == ("A", "B", "C")
	assert first_opening(before, after, moves, {"C": ["write"]}) is None


def test_every_example_is_true_of_a_user_with_these_roles():
	draw = random.Random(5)
	shown = 0
	for _number in range(400):
		before, after, version = generated_change(draw)
		opening = first_opening(before, after, all_moves(version, before, ["M1"]))
		if opening:
			subject, (old, new) = opening.subject(ME), opening.records(ME)
			assert access.decide(subject, new, after, opening.action, NOW)
			assert not access.decide(subject, old, before, opening.action, NOW)
			assert opening.after == version.govern(opening.before, before)
			shown += 1
	assert shown > 100
