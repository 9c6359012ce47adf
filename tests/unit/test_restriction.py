"""Exceptions from a restriction of use: for one user, one use and a time (P-2)."""

from datetime import datetime, timedelta

import pytest

from client_comms.rules import restriction as rules

pytestmark = pytest.mark.clause("P-2")
NOW = datetime(2026, 5, 4, 10)
ONE = rules.Exemption("anna@own.example", rules.CHANGES, NOW)
PLACED = rules.Restriction("PR-1", NOW - timedelta(days=1), "officer@own.example", "x", (ONE,))


@pytest.mark.parametrize(
	("user", "use", "now", "exempt"),
	[
		("anna@own.example", rules.CHANGES, NOW, True),
		("anna@own.example", rules.CHANGES, NOW + timedelta(seconds=1), False),
		("anna@own.example", rules.MESSAGES, NOW, False),
		("officer@own.example", rules.CHANGES, NOW, False),
		("Administrator", rules.CHANGES, NOW, False),
	],
)
def test_exceptions(user, use, now, exempt):
	assert PLACED.exempts(user, use, now) is exempt


def test_it_is_lifted_only_after_it_was_announced():
	assert [rules.may_be_lifted(each) for each in (rules.ACTIVE, rules.ANNOUNCED, rules.LIFTED)] == [
		False,
		True,
		False,
	]
