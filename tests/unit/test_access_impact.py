"""How many records a user reaches, and what a change would change, on numbers worked out by hand (D-5, M-1)."""

from datetime import datetime

import pytest

from client_comms.rules import access, access_impact
from client_comms.rules.access import Clearance, Level, Policy, Subject
from client_comms.rules.access_impact import (
	ACCOUNT_MANAGER,
	GRANTED,
	PARTICIPANT,
	UNTIED,
	Case,
	Cell,
	Difference,
	Kind,
)
from client_comms.rules.matrix_change import Version, with_version

pytestmark = pytest.mark.clause("D-5", "M-1")

NOW = datetime(2026, 3, 10, 12, 0)
ME = "me@example.com"
READ = frozenset({access.READ})
OPEN = Level("Open", 10, access.ROLE, (Clearance("Agent", READ),))
GUARDED = Level("Guarded", 20, access.RESPONSIBLE_PARTY, (Clearance("Agent", READ),))
SEALED = Level(
	"Sealed", 30, access.PARTICIPANTS, (Clearance("Agent", READ), Clearance("Auditor", READ, True))
)
POLICY = Policy(
	{level.name: level for level in (OPEN, GUARDED, SEALED)}, {("M1", "Update"): frozenset({"Agent"})}
)
AGENT = Subject(ME, frozenset({"Agent"}))

INQUIRY = Kind("Open", "M1", "Inquiry")
UPDATE = Kind("Guarded", "M1", "Update")
OTHER = Kind("Guarded", "M1", "Inquiry")
COMPLAINT = Kind("Sealed", "M1", "Complaint")
KINDS = {INQUIRY: 100, UPDATE: 20, OTHER: 30, COMPLAINT: 40}
TIES = {
	(OTHER, PARTICIPANT): 2,
	(OTHER, GRANTED): 3,
	(OTHER, ACCOUNT_MANAGER): 5,
	(COMPLAINT, GRANTED): 1,
	(COMPLAINT, ACCOUNT_MANAGER): 7,
}


def mine():
	return list(access_impact.portions(ME, KINDS, TIES, NOW))


def compare(before, after):
	return access_impact.differences(before, after, mine(), access.READ, NOW)


def test_every_record_is_in_one_portion():
	found = {
		(portion.record.level, portion.record.communication_type, portion.tie): portion.records
		for portion in mine()
	}
	assert found == {
		("Open", "Inquiry", UNTIED): 100,
		("Guarded", "Update", UNTIED): 20,
		("Guarded", "Inquiry", UNTIED): 20,
		("Guarded", "Inquiry", PARTICIPANT): 2,
		("Guarded", "Inquiry", GRANTED): 3,
		("Guarded", "Inquiry", ACCOUNT_MANAGER): 5,
		("Sealed", "Complaint", UNTIED): 32,
		("Sealed", "Complaint", GRANTED): 1,
		("Sealed", "Complaint", ACCOUNT_MANAGER): 7,
	}


def test_a_portion_is_decided_as_its_records_are():
	allowed = {}
	for portion in mine():
		decision = access.decide(AGENT, portion.record, POLICY, access.READ, NOW)
		if decision:
			key = (portion.record.level, decision.rule)
			allowed[key] = allowed.get(key, 0) + portion.records
	assert allowed == {
		("Open", access.BY_ROLE): 100,
		("Guarded", access.BY_RESPONSIBLE_PARTY): 20,
		("Guarded", access.BY_TAKING_PART): 5,
		("Guarded", access.BY_ACCOUNT_MANAGER): 5,
		("Sealed", access.BY_TAKING_PART): 1,
	}


def test_nothing_changed_is_not_a_difference():
	assert compare(Case(AGENT, POLICY), Case(AGENT, POLICY)) == {}


def test_a_role_given_and_taken():
	auditor = access_impact.with_role(AGENT, "Auditor", True)
	assert compare(Case(AGENT, POLICY), Case(auditor, POLICY)) == {
		Cell("Sealed", "Sealed", "Complaint"): Difference(gained=39)
	}
	assert compare(
		Case(auditor, POLICY), Case(access_impact.with_role(auditor, "Auditor", False), POLICY)
	) == {Cell("Sealed", "Sealed", "Complaint"): Difference(lost=39)}


def test_a_clearance_replaced_and_taken_away():
	closed = access_impact.with_clearance(POLICY, "Open", Clearance("Agent", frozenset()))
	assert closed.levels["Open"].clearances == ()
	assert compare(Case(AGENT, POLICY), Case(AGENT, closed)) == {
		Cell("Open", "Open", "Inquiry"): Difference(lost=100)
	}
	overseen = access_impact.with_clearance(POLICY, "Guarded", Clearance("Agent", READ, oversight=True))
	assert compare(Case(AGENT, POLICY), Case(AGENT, overseen)) == {
		Cell("Guarded", "Guarded", "Inquiry"): Difference(gained=20)
	}
	assert len(POLICY.levels["Open"].clearances) == 1, "the policy itself stays"


def test_a_version_moves_records_to_other_levels_and_parties():
	"""Under M2 inquiries are sealed and updates have another responsible party; complaints have no rule and stay."""
	version = Version("M2", {"Inquiry": "Sealed", "Update": "Guarded"}, {"Update": frozenset({"Auditor"})})
	policy = with_version(POLICY, version)
	assert compare(Case(AGENT, POLICY), Case(AGENT, policy, version)) == {
		Cell("Open", "Sealed", "Inquiry"): Difference(lost=100),
		Cell("Guarded", "Sealed", "Inquiry"): Difference(lost=5),  # the account manager; who takes part stays
		Cell("Guarded", "Guarded", "Update"): Difference(lost=20),
	}


def test_an_unknown_level_counts_as_the_strictest():
	version = Version("M2", {"Inquiry": "Gone"}, {})
	found = compare(Case(AGENT, POLICY), Case(AGENT, with_version(POLICY, version), version))
	assert Cell("Open", "Sealed", "Inquiry") in found


def test_account_managers_count_where_the_level_asks_for_the_responsible_party():
	version = Version("M2", {"Inquiry": "Guarded", "Complaint": "Sealed"}, {})
	now, then = Case(AGENT, POLICY), Case(AGENT, with_version(POLICY, version), version)
	kinds = (*KINDS, Kind("Gone", "M1", "Complaint"))
	assert [kind for kind in kinds if access_impact.account_managers_count(now, kind)] == [UPDATE, OTHER]
	assert [kind for kind in kinds if access_impact.account_managers_count(then, kind)] == [
		INQUIRY,
		UPDATE,
		OTHER,
	]
