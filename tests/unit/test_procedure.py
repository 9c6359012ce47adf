"""The shipped procedure agrees with itself and with the written procedure (M-1, C-3, C-4)."""

from datetime import datetime, time

import pytest

from client_comms import procedure as p
from client_comms.rules.classification import SourceRule

pytestmark = pytest.mark.clause("M-1", "C-3", "C-4")

TYPES = [row["type_name"] for row in p.COMMUNICATION_TYPES]
LEVELS = {row["level_name"]: row for row in p.LEVELS}
METHODS = {row["method_name"]: row["evidence"] for row in p.DOCUMENTATION_METHODS}


def letters(level, role):
	"""The clearance of a role as the written procedure abbreviates it."""
	names = {
		"R": "can_read",
		"W": "can_write",
		"P": "can_print",
		"E": "can_email",
		"X": "can_export",
		"S": "can_share",
		"O": "oversight",
	}
	rows = [row for row in LEVELS[level]["clearances"] if row["role"] == role]
	return "".join(letter for letter, field in names.items() if rows and rows[0][field])


@pytest.mark.parametrize(
	("level", "need_to_know", "frontline", "account_manager", "support", "manager", "compliance"),
	[
		("Standard", "Role", "RWPE", "RWPEX", "RWPE", "RWPEXSO", "RPXO"),
		("Confidential", "Responsible Party", "", "RWPE", "RWPE", "RWPEXSO", "RPXO"),
		("Sensitive", "Participants", "", "", "RWPE", "RWPESO", "RPXO"),
	],
)
def test_clearances(level, need_to_know, frontline, account_manager, support, manager, compliance):
	assert LEVELS[level]["need_to_know"] == need_to_know
	assert [letters(level, role) for role in p.ROLES] == [
		frontline,
		account_manager,
		support,
		manager,
		compliance,
		"",
	]


def test_matrix_is_the_written_one():
	rows = {
		rule["communication_type"]: (
			[
				row["documentation_method"]
				for row in p.MATRIX["documentation"]
				if row["communication_type"] == rule["communication_type"]
			],
			[
				row["role"] or row["party"]
				for row in p.MATRIX["parties"]
				if row["communication_type"] == rule["communication_type"]
			],
			rule["confidentiality_level"],
		)
		for rule in p.MATRIX["rules"]
	}
	assert rows == {
		"Initial Inquiry": (["CRM Log", "Email Copy"], ["Frontline Staff"], "Standard"),
		"Service Update": (["CRM Log", "Meeting Notes"], ["Account Manager"], "Confidential"),
		"Feedback/Complaint": (
			["CRM Log", "Escalation Report"],
			["Customer Support", "Customer Support Manager"],
			"Sensitive",
		),
		"Resolution/Closure": (["CRM Log", "Follow-up Email"], ["Assigned Staff"], "Standard"),
	}
	assert (p.MATRIX["version_label"], p.MATRIX["effective_from"]) == ("1.0", "2024-06-15 00:00:00")


def test_days_are_owed_exactly_where_a_reply_is_expected():
	expects_reply = {row["type_name"]: row["expects_reply"] for row in p.COMMUNICATION_TYPES}
	for rule in p.MATRIX["rules"]:
		owed = (rule["acknowledge_within_days"], rule["respond_within_days"])
		assert owed == ((1, 2) if expects_reply[rule["communication_type"]] else (0, 0))


def test_names_and_ranks_are_unique():
	for names in (TYPES, [row["level_name"] for row in p.LEVELS], list(p.CHANNELS), list(p.ROLES)):
		assert len(names) == len(set(names))
	ranks = [row["rank"] for row in p.LEVELS]
	assert ranks == sorted(set(ranks))
	for level in p.LEVELS:
		roles = [row["role"] for row in level["clearances"]]
		assert len(roles) == len(set(roles))


def test_every_link_leads_somewhere():
	for table in ("rules", "documentation", "parties"):
		assert {row["communication_type"] for row in p.MATRIX[table]} == set(TYPES), table
	assert {row["confidentiality_level"] for row in p.MATRIX["rules"]} <= set(LEVELS)
	assert {row["documentation_method"] for row in p.MATRIX["documentation"]} <= set(METHODS)
	assert {row["role"] for row in p.MATRIX["parties"] if row["party"] == "Role"} <= set(p.ROLES)
	assert all(row["role"] is None for row in p.MATRIX["parties"] if row["party"] == "Assigned Staff")
	assert {row["role"] for level in p.LEVELS for row in level["clearances"]} <= set(p.ROLES)
	rules = [SourceRule(**row) for row in p.SOURCE_RULES]
	assert {rule.communication_type for rule in rules} | {p.DEFAULT_TYPE} <= set(TYPES)
	assert {rule.issue_type for rule in rules if rule.issue_type} == set(p.ISSUE_TYPES)


def test_choices_are_the_ones_the_doctypes_offer():
	assert set(METHODS.values()) <= {"This Record", "Communication", "File", "Document", "Note"}
	assert p.DEFAULT_CALENDAR["counting"] in ("Close of Business", "Working Hours")
	assert {level["need_to_know"] for level in p.LEVELS} == {"Role", "Responsible Party", "Participants"}
	assert p.CHANNELS == ("Phone", "Email", "Meeting", "Portal", "Chat", "Visit", "Letter")


def test_a_new_site_is_not_locked_and_strict_levels_protect():
	assert not any(level["require_training"] for level in p.LEVELS)
	controls = ("log_views", "require_identity_verification", "require_third_party_consent")
	assert {name: tuple(level[c] for c in controls) for name, level in LEVELS.items()} == {
		"Standard": (0, 0, 0),
		"Confidential": (0, 1, 1),
		"Sensitive": (1, 1, 1),
	}


def test_dates_and_times_can_be_read():
	datetime.fromisoformat(p.MATRIX["effective_from"])
	hours = p.DEFAULT_CALENDAR["hours"]
	assert [row["weekday"] for row in hours] == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
	for row in hours:
		assert time.fromisoformat(row["start_time"]) < time.fromisoformat(row["end_time"])
