"""Two versions of a text side by side (T-4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.text_difference import ADDED, CHANGED, REMOVED, SAME, side_by_side

pytestmark = pytest.mark.clause("T-4")

PARAGRAPHS = st.lists(st.text("ab ", min_size=1, max_size=8).filter(str.strip), max_size=6)


def test_in_a_changed_paragraph_the_words_are_marked():
	(row,) = side_by_side(["We never use private accounts."], ["We only use approved accounts."])
	assert row.kind == CHANGED
	assert [part.text for part in row.left if part.changed] == ["never", "private"]
	assert [part.text for part in row.right if part.changed] == ["only", "approved"]


def test_paragraphs_that_only_one_version_has():
	rows = side_by_side(["Same.", "Old.", "Also old."], ["Same.", "New."])
	assert [row.kind for row in rows] == [SAME, CHANGED, REMOVED]
	assert [row.kind for row in side_by_side([], ["New."])] == [ADDED]


@given(PARAGRAPHS, PARAGRAPHS)
def test_each_side_is_its_version(old, new):
	rows = side_by_side(old, new)
	assert [text for row in rows if (text := "".join(part.text for part in row.left))] == old
	assert [text for row in rows if (text := "".join(part.text for part in row.right))] == new
