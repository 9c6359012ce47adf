from datetime import datetime

import pytest

from client_comms.rules.access import READ, ROLE, Clearance, Level, Policy, Record, Subject, decide
from client_comms.rules.access_limits import USER_PERMISSION, Limit
from client_comms.rules.access_rows import row_filter

pytestmark = pytest.mark.clause("D-5")

ME, NOW = "me@own.example", datetime(2026, 1, 5, 12, 0)


def user(*roles: str, **facts) -> Subject:
	return Subject(ME, frozenset(roles), **facts)


def one_level() -> Policy:
	return Policy({"Only": Level("Only", 1, ROLE, (Clearance("Agent", frozenset({READ})),))}, {})


def enquiry(**facts) -> Record:
	return Record("Only", "1", "Enquiry", **facts)


class TestUserPermissions:
	"""Who is restricted to one company reads nothing of another, also who takes part or has oversight."""

	@pytest.mark.parametrize(
		("links", "empty", "is_open"),
		[
			((("company", "Mine"),), True, True),
			((("company", "Another"),), True, False),
			((("company", None),), True, True),
			((("company", None),), False, False),
			((), False, True),
		],
	)
	@pytest.mark.parametrize("facts", [{}, {"responsible_staff": ME}])
	def test_a_restricted_user(self, links, empty, is_open, facts):
		subject = user("Agent", limits=(Limit("company", frozenset({"Mine"}), empty),))
		record, policy = enquiry(links=links, **facts), one_level()
		decision = decide(subject, record, policy, READ, NOW)
		assert decision.allowed == is_open
		assert row_filter(subject, policy, READ).matches(record, ME, NOW) == is_open
		if not is_open:
			assert decision.rule == USER_PERMISSION
			assert "User Permissions" in " ".join(map(str, decision.reasons))

	def test_administrator_is_not_restricted(self):
		limits = (Limit("company", frozenset({"Mine"})),)
		subject = Subject("Administrator", frozenset(), bypass=True, limits=limits)
		record = enquiry(links=(("company", "Another"),))
		assert decide(subject, record, one_level(), READ, NOW)
		assert row_filter(subject, one_level(), READ).matches(record, ME, NOW)
