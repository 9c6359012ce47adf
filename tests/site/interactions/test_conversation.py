"""The order of the entries in the conversation of an interaction (D-1)."""

import pytest

from client_comms.client_interactions import conversation

pytestmark = pytest.mark.clause("D-1")


def test_steps_of_the_same_second_stand_in_the_order_in_which_they_were_taken(log):
	doc = log("Initial Inquiry", direction="Inbound", occurred_on="2026-11-23 09:00")
	notes = [f"{number}@own.example → {number + 1}@own.example" for number in range(12)]
	for note in notes:
		doc.append_event("Reassigned", "2026-11-23 10:00", note)
	doc.save_by_app()
	entries = conversation.page(doc.reload())["entries"]
	assert [each["text"] for each in reversed(entries) if each.get("meaning") == "Reassigned"] == notes
