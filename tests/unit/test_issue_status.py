"""Which status an Issue and its interaction give each other, by hand (C-3, C-4)."""

import pytest

from client_comms.rules.issue_status import event_for, status_for

pytestmark = pytest.mark.clause("C-3", "C-4")


@pytest.mark.parametrize(
	("before", "after", "status", "event"),
	[
		("Open", "Closed", "Open", "Closed"),
		("Replied", "Resolved", "Answered", "Closed"),
		("Open", "Closed", "Closed", None),
		("Resolved", "Closed", "Closed", None),
		("Closed", "Open", "Closed", "Reopened"),
		("Closed", "On Hold", "Closed", "Reopened"),
		("Open", "Replied", "Closed", None),
		("Open", "On Hold", "Acknowledged", "Paused"),
		("Open", "On Hold", "Waiting for Client", None),
		("On Hold", "Open", "Waiting for Client", "Resumed"),
		("Replied", "Open", "Waiting for Client", None),
		("Open", "Replied", "Open", None),
	],
)
def test_what_an_issue_does_to_its_interaction(before, after, status, event):
	assert event_for(before, after, status) == event


@pytest.mark.parametrize(
	("event", "current", "status"),
	[
		("Answered", "Open", "Replied"),
		("Answered", "Replied", None),
		("Answered", "Closed", None),
		("Paused", "Open", "On Hold"),
		("Resumed", "On Hold", "Open"),
		("Closed", "Replied", "Closed"),
		("Closed", "Resolved", None),
		("Reopened", "Closed", "Open"),
		("Acknowledged", "Open", None),
		("Promised", "Open", None),
	],
)
def test_what_an_interaction_does_to_its_issue(event, current, status):
	assert status_for(event, current) == status
