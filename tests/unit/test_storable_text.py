"""Which texts can be stored."""

import pytest

from client_comms.rules import documentation, storable_text


@pytest.mark.parametrize("text", ["", "a" * storable_text.LONGEST, "ä" * (storable_text.LONGEST // 2), "😀"])
def test_a_text_that_can_be_kept(text):
	assert storable_text.fault("Summary", text) is None


@pytest.mark.parametrize(
	("text", "why"),
	[
		("a" * (storable_text.LONGEST + 1), "too long"),
		("ä" * storable_text.LONGEST, "too long"),
		("\ud800", "cannot be stored"),
	],
)
def test_a_text_that_cannot(text, why):
	assert why in str(storable_text.fault("Summary", text))


@pytest.mark.parametrize("blank", ["", " \n", "\u00a0", "\u200b", "\ufeff \u2060"])
def test_what_no_one_sees_is_not_a_summary(blank):
	details = dict.fromkeys(documentation.REQUIRED_DETAILS, "x")
	assert not documentation.missing_details(details)
	assert len(documentation.missing_details({**details, "summary": blank})) == 1
