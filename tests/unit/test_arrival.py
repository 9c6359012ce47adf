"""What adapters of other apps may return (D-1)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from client_comms.rules import arrival
from client_comms.rules.arrival import Arrival

pytestmark = pytest.mark.clause("D-1")

GOOD = Arrival(datetime(2026, 11, 23, 9, tzinfo=UTC), "Inbound", "Chat", number="+4930901820")


@pytest.mark.parametrize(
	"good",
	[
		GOOD,
		replace(GOOD, direction="Outbound", text="At noon.", staff="a@example.com"),
		replace(GOOD, number=None, email="a@example.com"),
		replace(GOOD, number=None, about=("Issue", "ISS-1")),
	],
)
def test_an_arrival_can_be_used(good):
	assert arrival.fault(good) is None


@pytest.mark.parametrize(
	("bad", "said"),
	[
		(None, "NoneType"),
		({"at": GOOD.at}, "dict"),
		(replace(GOOD, at=datetime(2026, 11, 23, 9)), "time zone"),
		(replace(GOOD, at="2026-11-23"), "time zone"),
		(replace(GOOD, direction="Incoming"), "direction"),
		(replace(GOOD, text=b"hello"), "text"),
		(replace(GOOD, channel=None), "channel"),
		(replace(GOOD, channel=""), "channel"),
		(replace(GOOD, number=4930901820), "number"),
		(replace(GOOD, number=None), "about the client"),
		(replace(GOOD, about="ISS-1"), "about"),
		(replace(GOOD, about=("Issue", "")), "about"),
	],
)
def test_what_cannot_be_used_is_said(bad, said):
	assert said in str(arrival.fault(bad))
