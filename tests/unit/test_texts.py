"""Which texts can be kept."""

import pytest

from client_comms.rules import documentation, texts


@pytest.mark.parametrize("text", ["", "a" * texts.LONGEST, "ä" * (texts.LONGEST // 2), "😀"])
def test_a_text_that_can_be_kept(text):
	assert texts.fault("Summary", text) is None


@pytest.mark.parametrize(
	("text", "why"),
	[
		("a" * (texts.LONGEST + 1), "too long"),
		("ä" * texts.LONGEST, "too long"),
		("\ud800", "cannot be stored"),
	],
)
def test_a_text_that_cannot(text, why):
	assert why in str(texts.fault("Summary", text))


@pytest.mark.parametrize("blank", ["", " \n", "\u00a0", "\u200b", "\ufeff \u2060"])
def test_what_nobody_sees_is_no_summary(blank):
	details = dict.fromkeys(documentation.REQUIRED_DETAILS, "x")
	assert not documentation.missing_details(details)
	assert len(documentation.missing_details({**details, "summary": blank})) == 1
