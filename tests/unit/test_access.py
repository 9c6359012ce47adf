"""Clauses D-5, P-2 and M-1: who can do what with a record, and that a list gives the same answer."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client_comms.rules import access
from client_comms.rules.access import (
	ACTIONS,
	DELETE,
	EMAIL,
	EXPORT,
	PARTICIPANTS,
	PRINT,
	READ,
	RESPONSIBLE_PARTY,
	ROLE,
	SHARE,
	WRITE,
	Clearance,
	Grant,
	Level,
	Policy,
	Record,
	Subject,
	decide,
	may_lower,
	roles_cleared,
)
from client_comms.rules.access_limits import Limit
from client_comms.rules.access_rows import row_filter

pytestmark = pytest.mark.clause("D-5", "P-2", "M-1")

NOW = datetime(2024, 6, 17, 10, 0)
ME = "me@example.com"
OTHER = "other@example.com"

# What a user with one role may do, worked out by hand: R read, W write, P print, E email, X export, S share,
# D delete. The columns are what connects the user with the record besides the role.
#   nothing, the role is responsible for its type, the user takes part, the user is the account manager
SITUATIONS = ("nothing", "responsible role", "takes part", "account manager")
EXPECTED = {
	"Standard": {
		"Frontline Staff": ("RWPE", "RWPE", "RWPE", "RWPE"),
		"Account Manager": ("RWPEX", "RWPEX", "RWPEX", "RWPEX"),
		"Customer Support": ("RWPE", "RWPE", "RWPE", "RWPE"),
		"Customer Support Manager": ("RWPEXSD", "RWPEXSD", "RWPEXSD", "RWPEXSD"),
		"Compliance Officer": ("RPX", "RPX", "RPX", "RPX"),
		"Client Communications Manager": ("", "", "", ""),
		"System Manager": ("", "", "", ""),
	},
	"Confidential": {
		"Frontline Staff": ("", "", "", ""),
		"Account Manager": ("", "RWPE", "RWPE", "RWPE"),
		"Customer Support": ("", "RWPE", "RWPE", "RWPE"),
		"Customer Support Manager": ("RWPEXSD", "RWPEXSD", "RWPEXSD", "RWPEXSD"),
		"Compliance Officer": ("RPX", "RPX", "RPX", "RPX"),
		"Client Communications Manager": ("", "", "", ""),
		"System Manager": ("", "", "", ""),
	},
	"Sensitive": {
		"Frontline Staff": ("", "", "", ""),
		"Account Manager": ("", "", "", ""),
		"Customer Support": ("", "", "RWPE", ""),
		"Customer Support Manager": ("RWPESD", "RWPESD", "RWPESD", "RWPESD"),
		"Compliance Officer": ("RPX", "RPX", "RPX", "RPX"),
		"Client Communications Manager": ("", "", "", ""),
		"System Manager": ("", "", "", ""),
	},
}
LETTERS = {READ: "R", WRITE: "W", PRINT: "P", EMAIL: "E", EXPORT: "X", SHARE: "S", DELETE: "D"}


def user(*roles: str, **facts) -> Subject:
	return Subject(ME, frozenset(roles), **facts)


def said(decision: access.Decision) -> str:
	return " ".join(map(str, decision.reasons))


def one_level(need_to_know: str = ROLE, *clearances: Clearance, **facts) -> Policy:
	clearances = clearances or (Clearance("Agent", frozenset({READ, WRITE})),)
	return Policy(
		{"Only": Level("Only", 1, need_to_know, clearances, **facts)},
		{("1", "Enquiry"): frozenset({"Agent"}), ("2", "Enquiry"): frozenset({"Clerk"})},
	)


def enquiry(**facts) -> Record:
	return Record(**{"level": "Only", "matrix": "1", "communication_type": "Enquiry", **facts})


class TestShippedClearances:
	@pytest.mark.parametrize("situation", SITUATIONS)
	@pytest.mark.parametrize(
		("level", "role"), [(level, role) for level, roles in EXPECTED.items() for role in roles]
	)
	def test_every_role_level_and_situation(self, shipped, level, role, situation):
		policy = replace(
			shipped,
			responsible_roles={
				("1.0", "Theirs"): frozenset({role}),
				("1.0", "Others'"): frozenset({"Nobody"}),
			},
		)
		record = {
			"nothing": Record(level, "1.0", "Others'", OTHER, account_manager=OTHER),
			"responsible role": Record(level, "1.0", "Theirs", OTHER),
			"takes part": Record(level, "1.0", "Others'", ME),
			"account manager": Record(level, "1.0", "Others'", OTHER, account_manager=ME),
		}[situation]
		allowed = EXPECTED[level][role][SITUATIONS.index(situation)]

		for action in ACTIONS:
			decision = decide(user(role), record, policy, action, NOW)
			assert decision.allowed == (LETTERS[action] in allowed), (action, said(decision))
			assert row_filter(user(role), policy, action).matches(record, ME, NOW) == decision.allowed

	def test_a_service_update_is_open_to_every_account_manager(self, shipped):
		update = Record("Confidential", "1.0", "Service Update", OTHER)
		decision = decide(user("Account Manager"), update, shipped, READ, NOW)
		assert decision and decision.rule == access.BY_RESPONSIBLE_PARTY

	def test_a_service_update_is_open_to_a_support_agent_only_who_takes_part(self, shipped):
		update = Record("Confidential", "1.0", "Service Update", OTHER)
		agent = user("Customer Support")
		assert decide(agent, update, shipped, READ, NOW).rule == access.NOT_RESPONSIBLE_PARTY
		assert decide(agent, replace(update, assignees=frozenset({ME})), shipped, READ, NOW)

	def test_a_service_update_is_closed_to_frontline_staff_who_take_part(self, shipped):
		update = Record("Confidential", "1.0", "Service Update", ME)
		decision = decide(user("Frontline Staff"), update, shipped, READ, NOW)
		assert not decision and decision.rule == access.NO_CLEARANCE
		assert (
			"Taking part in the record, such as by being responsible for it, does not replace a clearance"
			in said(decision)
		)

	def test_a_complaint_is_closed_to_support_that_does_not_take_part(self, shipped):
		complaint = Record("Sensitive", "1.0", "Feedback/Complaint", OTHER, account_manager=ME)
		decision = decide(user("Customer Support", "Account Manager"), complaint, shipped, READ, NOW)
		assert not decision and decision.rule == access.NOT_PARTICIPANT


class TestTakingPart:
	@pytest.mark.parametrize(
		("facts", "how"),
		[
			({"responsible_staff": ME}, "responsible staff"),
			({"assignees": frozenset({ME, OTHER})}, "open action item"),
			({"grants": (Grant(OTHER, NOW), Grant(ME, NOW + timedelta(days=1)))}, "2024-06-18 10:00"),
		],
	)
	def test_each_way_is_enough_and_is_named(self, facts, how):
		decision = decide(user("Agent"), enquiry(**facts), one_level(PARTICIPANTS), READ, NOW)
		assert decision and decision.rule == access.BY_TAKING_PART
		assert how in said(decision)

	def test_a_grant_is_valid_up_to_its_last_instant(self):
		policy = one_level(PARTICIPANTS)
		record = enquiry(grants=(Grant(ME, NOW), Grant(ME, NOW - timedelta(days=9))))
		rows = row_filter(user("Agent"), policy, READ)
		for moment, allowed in ((NOW, True), (NOW + timedelta(microseconds=1), False)):
			assert decide(user("Agent"), record, policy, READ, moment).allowed is allowed
			assert rows.matches(record, ME, moment) is allowed

	def test_a_refusal_says_that_the_grant_expired(self):
		record = enquiry(grants=(Grant(ME, NOW - timedelta(days=1)),))
		decision = decide(user("Agent"), record, one_level(PARTICIPANTS), READ, NOW)
		assert "expired at 2024-06-16 10:00" in said(decision)

	def test_what_others_have_does_not_count(self):
		record = enquiry(
			responsible_staff=OTHER,
			assignees=frozenset({OTHER}),
			grants=(Grant(OTHER, NOW + timedelta(days=1)),),
			account_manager=OTHER,
		)
		for need_to_know in (RESPONSIBLE_PARTY, PARTICIPANTS):
			policy = one_level(need_to_know, Clearance("Reader", frozenset({READ})))
			decision = decide(user("Reader"), record, policy, READ, NOW)
			assert not decision
			assert "expired" not in said(decision)


class TestResponsibleParty:
	def test_the_version_that_governs_the_record_decides(self):
		policy = one_level(RESPONSIBLE_PARTY)
		assert decide(user("Agent"), enquiry(matrix="1"), policy, READ, NOW)
		assert not decide(user("Agent"), enquiry(matrix="2"), policy, READ, NOW)
		assert not decide(user("Agent"), enquiry(matrix=None), policy, READ, NOW)

	def test_the_type_decides(self):
		assert not decide(
			user("Agent"), enquiry(communication_type="Other"), one_level(RESPONSIBLE_PARTY), READ, NOW
		)

	def test_the_account_manager_counts_here_alone(self):
		record = enquiry(matrix="2", account_manager=ME)
		decision = decide(user("Agent"), record, one_level(RESPONSIBLE_PARTY), READ, NOW)
		assert decision and decision.rule == access.BY_ACCOUNT_MANAGER
		assert not decide(user("Agent"), record, one_level(PARTICIPANTS), READ, NOW)

	def test_responsible_for_the_type_is_not_cleared_for_the_level(self):
		decision = decide(user("Clerk"), enquiry(matrix="2"), one_level(RESPONSIBLE_PARTY), READ, NOW)
		assert not decision and decision.rule == access.NO_CLEARANCE

	def test_a_refusal_names_every_way_in(self):
		decision = decide(user("Agent"), enquiry(matrix="2"), one_level(RESPONSIBLE_PARTY), READ, NOW)
		for way in ("responsible staff", "open action item", "access grant", "account manager", "Clerk"):
			assert way in said(decision)


class TestOversight:
	READER = Clearance("Auditor", frozenset({READ}), oversight=True)
	WRITER = Clearance("Agent", frozenset({READ, WRITE}))
	OVERSEER = Clearance("Chief", frozenset({WRITE}), oversight=True)

	def test_it_skips_need_to_know(self):
		policy = one_level(PARTICIPANTS, self.READER)
		decision = decide(user("Auditor"), enquiry(), policy, READ, NOW)
		assert decision and decision.rule == access.BY_OVERSIGHT

	def test_it_does_not_lend_itself_to_another_roles_row(self):
		policy = one_level(PARTICIPANTS, self.READER, self.WRITER)
		both = user("Auditor", "Agent")
		assert decide(both, enquiry(), policy, READ, NOW)
		assert not decide(both, enquiry(), policy, WRITE, NOW)
		assert not row_filter(both, policy, WRITE).open_levels

	def test_it_is_not_named_when_need_to_know_holds_without_it(self):
		policy = one_level(PARTICIPANTS, self.READER)
		decision = decide(user("Auditor"), enquiry(responsible_staff=ME), policy, READ, NOW)
		assert decision.rule == access.BY_TAKING_PART

	@pytest.mark.parametrize(
		("role", "allowed"), [("Chief", True), ("Agent", False), ("Auditor", False), ("Deleter", False)]
	)
	def test_deleting_needs_write_with_oversight_in_one_row(self, role, allowed):
		deleter = Clearance("Deleter", frozenset({READ, DELETE}))
		policy = one_level(ROLE, self.READER, self.WRITER, self.OVERSEER, deleter)
		decision = decide(user(role), enquiry(), policy, DELETE, NOW)
		assert decision.allowed is allowed
		assert ("both write access and oversight" in said(decision)) is not allowed
		assert roles_cleared(policy, "Only", DELETE) == {"Chief"}


class TestTraining:
	@pytest.mark.clause("T-1")
	@pytest.mark.parametrize("oversight", [False, True])
	def test_a_level_can_require_it_even_of_oversight(self, oversight):
		policy = one_level(ROLE, Clearance("Agent", frozenset({READ}), oversight), require_training=True)
		assert decide(user("Agent"), enquiry(), policy, READ, NOW)
		decision = decide(user("Agent", trained=False), enquiry(), policy, READ, NOW)
		assert not decision and decision.rule == access.TRAINING_NOT_CURRENT
		assert row_filter(user("Agent", trained=False), policy, READ).empty

	def test_a_level_that_does_not_require_it_does_not_ask(self):
		assert decide(user("Agent", trained=False), enquiry(), one_level(), READ, NOW)

	@pytest.mark.clause("T-1")
	def test_a_refusal_says_what_else_is_missing(self):
		policy = one_level(PARTICIPANTS, require_training=True)
		decision = decide(user("Agent", trained=False), enquiry(), policy, READ, NOW)
		assert decision.rule == access.TRAINING_NOT_CURRENT
		assert "access grant" in said(decision) and "training" in said(decision)


class TestUnknownLevels:
	@pytest.mark.parametrize("level", [None, "", "Deleted"])
	def test_they_count_as_the_strictest(self, shipped, level):
		record = Record(level, "1.0", "Initial Inquiry", OTHER)
		assert not decide(user("Frontline Staff"), record, shipped, READ, NOW)
		decision = decide(user("Compliance Officer"), record, shipped, READ, NOW)
		assert decision and "the strictest one applies: Sensitive" in said(decision)
		assert shipped.level(level) == shipped.strictest == shipped.levels["Sensitive"]
		assert roles_cleared(shipped, level, EMAIL) == {"Customer Support", "Customer Support Manager"}

	def test_what_has_several_levels_has_the_strictest(self, shipped):
		assert shipped.strictest_of("Standard", None, "Sensitive", "Standard") == "Sensitive"
		assert shipped.strictest_of(None, None) is None
		assert shipped.strictest_of("Standard", "Deleted") == "Deleted"

	def test_the_strictest_is_the_highest_rank_whatever_the_order(self, shipped):
		backwards = replace(shipped, levels=dict(reversed(shipped.levels.items())))
		assert backwards.strictest.name == "Sensitive"

	def test_a_known_level_is_not_called_unknown(self, shipped):
		record = Record("Standard", "1.0", "Initial Inquiry")
		assert "strictest" not in said(decide(user("Frontline Staff"), record, shipped, READ, NOW))

	def test_who_can_read_every_level_is_told_so(self, shipped):
		filter_of = partial(row_filter, policy=shipped, action=READ)
		officer = user("Compliance Officer")
		assert filter_of(officer).all_levels
		assert not filter_of(user("Frontline Staff")).all_levels
		limited = replace(officer, limits=(Limit("company", frozenset({"Example"}), empty=True),))
		assert not filter_of(limited).all_levels
		assert not row_filter(officer, Policy({}, {}), READ).all_levels

	def test_without_levels_all_is_closed(self):
		nothing = Policy({}, {("1", "Enquiry"): frozenset({"Agent"})})
		record = enquiry(responsible_staff=ME)
		decision = decide(user("Agent"), record, nothing, READ, NOW)
		assert not decision and decision.rule == access.NO_LEVELS
		assert row_filter(user("Agent"), nothing, READ).empty
		assert nothing.strictest is None and not roles_cleared(nothing, "Only", READ)

	def test_an_unknown_need_to_know_counts_as_the_narrowest(self):
		record = enquiry(account_manager=ME)
		assert not decide(user("Agent"), record, one_level(""), READ, NOW)
		assert decide(user("Agent"), replace(record, responsible_staff=ME), one_level(""), READ, NOW)


class TestAdministrator:
	def test_bypass_needs_nothing(self):
		administrator = Subject("Administrator", frozenset(), trained=False, bypass=True)
		for policy in (Policy({}, {}), one_level(PARTICIPANTS, require_training=True)):
			decision = decide(administrator, enquiry(), policy, DELETE, NOW)
			assert decision and decision.rule == access.ADMINISTRATOR
			rows = row_filter(administrator, policy, DELETE)
			assert rows.everything and not rows.empty

	def test_its_name_alone_is_not_a_bypass(self):
		assert not decide(Subject("Administrator", frozenset()), enquiry(), one_level(), READ, NOW)


class TestReasons:
	def test_a_missing_clearance_names_the_roles_that_have_one(self, shipped):
		decision = decide(
			user("Sales User"), Record("Standard", "1.0", "Initial Inquiry"), shipped, EXPORT, NOW
		)
		assert decision.rule == access.NO_CLEARANCE
		assert "Account Manager, Compliance Officer, Customer Support Manager" in said(decision)
		assert "Frontline Staff" not in said(decision)

	def test_an_action_that_no_one_may_do_says_so(self):
		decision = decide(user("Agent"), enquiry(), one_level(), PRINT, NOW)
		assert 'allows no role to "print"' in said(decision)

	def test_an_allowed_action_names_the_row(self):
		decision = decide(user("Agent", "Clerk"), enquiry(), one_level(), WRITE, NOW)
		assert decision.rule == access.BY_ROLE
		assert 'level Only allow "write" to the role Agent.' in said(decision)


class TestLowering:
	AGENT = Clearance("Agent", frozenset({READ, WRITE}))
	READER = Clearance("Agent", frozenset({READ}))

	def policy(self, high: Clearance, low: Clearance) -> Policy:
		return Policy(
			{"High": Level("High", 2, PARTICIPANTS, (high,)), "Low": Level("Low", 1, ROLE, (low,))}, {}
		)

	@pytest.mark.parametrize(
		("high", "low", "staff", "allowed"),
		[
			(AGENT, AGENT, ME, True),
			(READER, AGENT, ME, False),
			(AGENT, READER, ME, False),
			(AGENT, AGENT, OTHER, False),
		],
	)
	def test_it_needs_write_at_both_levels(self, high, low, staff, allowed):
		record = Record("High", "1", "Enquiry", staff)
		assert may_lower(user("Agent"), record, self.policy(high, low), "Low", NOW).allowed is allowed

	def test_it_explains_both_levels(self):
		record = Record("High", "1", "Enquiry", ME)
		decision = may_lower(user("Agent"), record, self.policy(self.AGENT, self.AGENT), "Low", NOW)
		assert "level High allow" in said(decision) and "level Low allow" in said(decision)


# A world small enough that facts meet, so that both answers occur often.
ROLES, USERS, MATRICES, TYPES = ("A", "B", "C"), (ME, OTHER), ("1", "2"), ("Enquiry", "Complaint")
LEVELS = ("Low", "Middle", "High")

clearances = st.builds(
	Clearance, st.sampled_from(ROLES), st.frozensets(st.sampled_from(ACTIONS), min_size=1), st.booleans()
)
policies = st.builds(
	lambda levels, responsible_roles: Policy({level.name: level for level in levels}, responsible_roles),
	st.lists(
		st.builds(
			Level,
			st.sampled_from(LEVELS),
			st.integers(0, 3),
			st.sampled_from([ROLE, RESPONSIBLE_PARTY, PARTICIPANTS, ""]),
			st.lists(clearances, max_size=5).map(tuple),
			st.booleans(),
		),
		max_size=3,
		unique_by=lambda level: level.name,
	),
	st.dictionaries(
		st.tuples(st.sampled_from(MATRICES), st.sampled_from(TYPES)), st.frozensets(st.sampled_from(ROLES))
	),
)
subjects = st.builds(
	Subject,
	st.sampled_from(USERS),
	st.frozensets(st.sampled_from(ROLES)),
	st.booleans(),
	st.sampled_from([False, False, False, True]),
)
moments = st.integers(-2, 2).map(lambda hours: NOW + timedelta(hours=hours))
records = st.builds(
	Record,
	st.sampled_from([*LEVELS, "Deleted", "", None]),
	st.sampled_from([*MATRICES, None]),
	st.sampled_from([*TYPES, None]),
	st.sampled_from([*USERS, None]),
	st.frozensets(st.sampled_from(USERS)),
	st.lists(st.builds(Grant, st.sampled_from(USERS), moments), max_size=2).map(tuple),
	st.sampled_from([*USERS, None]),
)


class TestBothRenderings:
	@settings(max_examples=1500, deadline=None)
	@given(subjects, records, policies, st.sampled_from(ACTIONS))
	def test_the_row_filter_shows_what_the_decision_allows(self, subject, record, policy, action):
		decision = decide(subject, record, policy, action, NOW)
		rows = row_filter(subject, policy, action)
		assert rows.matches(record, subject.user, NOW) == decision.allowed == bool(decision)
		assert not (rows.empty and decision)
		assert decision or not rows.all_levels

	@settings(max_examples=300, deadline=None)
	@given(subjects, records, policies, st.sampled_from(ACTIONS))
	def test_every_answer_gives_its_reasons(self, subject, record, policy, action):
		decision = decide(subject, record, policy, action, NOW)
		assert decision.reasons and all(str(reason).strip() for reason in decision.reasons)
		assert "None" not in said(decision)

	@settings(max_examples=300, deadline=None)
	@given(subjects, records, policies, st.sampled_from(ACTIONS))
	def test_no_one_acts_without_a_clearance(self, subject, record, policy, action):
		if decide(subject, record, policy, action, NOW) and not subject.bypass:
			assert subject.roles & roles_cleared(policy, record.level, action)

	def test_a_filter_that_shows_nothing_knows_it(self):
		assert row_filter(user("Nobody"), one_level(), READ).empty
		assert not row_filter(user("Agent"), one_level(ROLE), READ).empty
		assert not row_filter(user("Agent"), one_level(PARTICIPANTS), READ).empty
