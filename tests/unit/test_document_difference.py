"""Differences between two versions of a document, worked out by hand (T-4)."""

import pytest

from client_comms.rules.document_difference import ADDED, CHANGED, REMOVED, differences

pytestmark = pytest.mark.clause("T-4")

KEYS = {"rules": ("type",), "parties": ("type", "role")}


def told(old, new):
	return [(d.kind, d.table, d.row, d.field, d.old, d.new) for d in differences(old, new, KEYS)]


def test_another_order_or_form_makes_no_difference():
	old = {"label": "1", "on": 0, "days": 2, "rules": [{"type": "a", "days": 1.0}, {"type": "b"}]}
	new = {"days": 2.0, "label": "1", "rules": [{"type": "b", "days": None}, {"type": "a", "days": 1}]}
	assert told(old, new) == []


def test_fields_and_rows_that_changed_came_and_went():
	old = {"label": "1", "rules": [{"type": "a", "level": "low"}, {"type": "b", "level": "low"}]}
	new = {
		"label": "2",
		"note": "x",
		"rules": [{"type": "a", "level": "high"}, {"type": "c", "level": "low"}],
	}
	assert told(old, new) == [
		(CHANGED, None, (), "label", "1", "2"),
		(ADDED, None, (), "note", None, "x"),
		(CHANGED, "rules", ("a",), "level", "low", "high"),
		(REMOVED, "rules", ("b",), "type", "b", None),
		(REMOVED, "rules", ("b",), "level", "low", None),
		(ADDED, "rules", ("c",), "type", None, "c"),
		(ADDED, "rules", ("c",), "level", None, "low"),
	]


def test_rows_with_the_same_key_are_counted_off():
	twice = [{"type": "a", "role": "R"}, {"type": "a", "role": "R"}]
	assert told({"parties": twice}, {"parties": twice}) == []
	assert told({"parties": twice}, {"parties": twice[:1]}) == [
		(REMOVED, "parties", ("a", "R"), "type", "a", None),
		(REMOVED, "parties", ("a", "R"), "role", "R", None),
	]


def test_everything_of_a_new_document_is_added():
	assert told({}, {"label": "1", "rules": [{"type": "a"}]}) == [
		(ADDED, None, (), "label", None, "1"),
		(ADDED, "rules", ("a",), "type", None, "a"),
	]
