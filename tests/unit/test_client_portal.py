"""What a client sees of their conversations in the portal (P-2, C-4)."""

import pytest

from client_comms.rules import client_portal as rules
from client_comms.rules import response_clock

pytestmark = pytest.mark.clause("P-2", "C-4")

ANNA, BEN = "anna@client.example", "ben@client.example"


@pytest.mark.parametrize(
	("direction", "level_is_open", "contact", "visitor", "shown"),
	[
		("Inbound", True, "Ben", "Anna", True),
		("Outbound", True, None, "Anna", True),
		("Inbound", False, "Anna", "Anna", True),
		("Inbound", False, "Ben", "Anna", False),
		("Inbound", False, None, None, False),
		("Internal", True, "Anna", "Anna", False),
	],
)
def test_own_ones_and_those_of_open_levels_are_shown(direction, level_is_open, contact, visitor, shown):
	asked = {"direction": direction, "level_is_open": level_is_open, "contact": contact, "visitor": visitor}
	assert rules.is_shown(**asked) is shown


def message(**fields):
	plain = {"is_received": False, "is_email": True, "delivery": "Sent", "sender": "", "recipients": (ANNA,)}
	return rules.Message(**{**plain, **fields})


@pytest.mark.parametrize(
	("fields", "theirs"),
	[
		({}, True),
		({"recipients": ("adviser@other.example",)}, False),
		({"recipients": ("adviser@other.example", ANNA)}, True),
		({"recipients": (BEN,)}, False),
		({"delivery": None}, False),
		({"delivery": "Error"}, False),
		({"delivery": "Bounced"}, False),
		({"is_email": False, "delivery": None}, True),
		({"is_received": True, "sender": ANNA, "recipients": ()}, True),
		({"is_received": True, "sender": "adviser@other.example", "recipients": (ANNA,)}, False),
	],
)
def test_only_messages_that_reached_them_or_that_they_wrote_are_theirs(fields, theirs):
	assert rules.is_theirs(message(**fields), {ANNA}) is theirs


def test_every_status_has_words_for_the_client():
	assert set(rules.STATES) == {*response_clock.NOT_CLOSED, response_clock.STATUS_CLOSED}


def test_what_we_began_has_not_arrived_with_us():
	"""Before the client writes, "Received" would say that they had."""
	began = {"direction": "Outbound", "has_written": False}
	assert rules.state("Open", **began) == "From us"
	assert rules.state("Open", direction="Outbound", has_written=True) == "Received"
	assert rules.state("Open", direction="Inbound", has_written=False) == "Received"
	assert rules.state("Closed", **began) == "Closed"


@pytest.mark.parametrize(
	("status", "until_day", "shown"),
	[
		(response_clock.STATUS_WAITING, False, response_clock.STATUS_WAITING),
		(response_clock.STATUS_WAITING, True, response_clock.STATUS_ACKNOWLEDGED),
		(response_clock.STATUS_CLOSED, True, response_clock.STATUS_CLOSED),
	],
)
def test_what_staff_put_off_is_not_waiting_for_the_client(status, until_day, shown):
	assert rules.status_for_client(status, until_day=until_day) == shown
