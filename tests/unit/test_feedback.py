"""What feedback needs before it is closed, and the bands of time that closing takes (F-1, F-3)."""

import pytest

from client_comms.rules.feedback import COMPLAINT, PRAISE, band, missing_details

pytestmark = pytest.mark.clause("F-1", "F-3")

WHOLE = {
	"feedback_kind": COMPLAINT,
	"feedback_category": "Delivery",
	"severity": "High",
	"upheld": "Partly",
	"root_cause": "The van was late.",
}
HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400


def test_a_complaint_needs_more_than_praise():
	assert missing_details(WHOLE) == {}
	assert missing_details({"feedback_kind": PRAISE, "feedback_category": "Staff"}) == {}
	assert set(missing_details({"feedback_kind": COMPLAINT})) == {
		"feedback_category",
		"severity",
		"upheld",
		"root_cause",
	}
	assert set(missing_details({})) == {"feedback_kind", "feedback_category"}


@pytest.mark.parametrize("field", WHOLE)
def test_each_detail_is_asked_for(field):
	assert list(missing_details({**WHOLE, field: ""})) == [field]


@pytest.mark.parametrize(
	("working", "elapsed", "expected"),
	[
		(24 * HOUR, 5 * DAY, "3 Business Days"),  # three days of eight hours, over a weekend
		(24 * HOUR + 1, 5 * DAY, "4 Weeks"),
		(200 * HOUR, 4 * WEEK, "4 Weeks"),
		(200 * HOUR, 4 * WEEK + 1, "8 Weeks"),
		(200 * HOUR, 8 * WEEK + 1, "Longer"),
	],
)
def test_bands(working, elapsed, expected):
	assert band(working, 8 * HOUR, elapsed) == expected
