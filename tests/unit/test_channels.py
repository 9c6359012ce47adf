"""The result of a client's preference for a channel (C-1, C-2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.channels import ALLOWED, BLOCKED, DEVIATION, Preference, choose

pytestmark = pytest.mark.clause("C-1", "C-2")

CHANNELS = ("Email", "Phone", "Letter", "Chat")
LIKES = Preference(("Email", "Phone"), {"Letter": ""})


@pytest.mark.parametrize(
	("preference", "channel", "outcome", "message"),
	[
		(None, "Letter", ALLOWED, None),
		(Preference(), "Letter", ALLOWED, None),
		(LIKES, "Email", ALLOWED, None),
		(LIKES, "Phone", ALLOWED, None),
		(LIKES, "Chat", DEVIATION, "The client prefers Email, not Chat."),
		(
			LIKES,
			"Letter",
			BLOCKED,
			"The client does not want to be contacted by Letter. Choose another channel.",
		),
		(
			Preference((), {"Phone": "shares the line"}),
			"Phone",
			BLOCKED,
			"The client does not want to be contacted by Phone: shares the line",
		),
		(Preference((), {"Phone": ""}), "Chat", ALLOWED, None),
		(Preference(("Phone", "Email"), {"Phone": "moved"}), "Phone", BLOCKED, None),
		(
			Preference(("Phone", "Email"), {"Phone": "moved"}),
			"Chat",
			DEVIATION,
			"The client prefers Email, not Chat.",
		),
		(Preference(("Phone",), {"Phone": "moved"}), "Chat", ALLOWED, None),
	],
)
def test_choice(preference, channel, outcome, message):
	choice = choose(preference, channel)
	assert choice.outcome == outcome
	if message:
		assert str(choice.message) == message


preferences = st.builds(
	Preference,
	st.lists(st.sampled_from(CHANNELS), unique=True).map(tuple),
	st.dictionaries(st.sampled_from(CHANNELS), st.sampled_from(["", "a reason"])),
)


@given(preferences, st.sampled_from(CHANNELS))
def test_never_is_never_and_whatever_is_not_allowed_says_why(preference, channel):
	choice = choose(preference, channel)
	assert (choice.outcome == BLOCKED) == (channel in preference.never)
	assert (choice.outcome == ALLOWED) == (choice.message is None)


@given(preferences)
def test_some_channel_is_always_left_unless_all_are_never_to_be_used(preference):
	assert any(choose(preference, each).outcome == ALLOWED for each in CHANNELS) or set(CHANNELS) == set(
		preference.never
	)
