"""What cannot be stored is refused with the field's name and what to enter, before anything else looks at it."""

import frappe
import pytest

from client_comms import validation

LEVEL, SETTINGS, ABSENCE = "Confidentiality Level", "Client Comms Settings", "Staff Absence"


@pytest.mark.parametrize(
	("doctype", "field", "value", "message"),
	[
		(LEVEL, "rank", "high", "Rank.*high.* is not a number"),
		(LEVEL, "rank", "1e999", "is not a number"),
		(LEVEL, "rank", float("nan"), "is not a number"),
		(LEVEL, "rank", "9" * 30, "is too large"),
		(LEVEL, "rank", ["like", "%"], "must be a single value"),
		(LEVEL, "color", {"name": "x"}, "Color.* must be a single value"),
		(LEVEL, "color", "\ud800", "cannot be stored"),
		(LEVEL, "rank", "\ud800", "is not a number"),
		(LEVEL, "color", "<b>", "&lt;b&gt;"),
		(ABSENCE, "from_date", "2026-02-30", "From.*2026-02-30.* is not a date. Enter it like 2026-12-31"),
		(ABSENCE, "from_date", "0000-00-00", "is not a date"),
		(ABSENCE, "from_date", "-1", "is not a date"),
		(ABSENCE, "from_date", "9" * 30, "is not a date"),
		(ABSENCE, "user", {"name": ["!=", ""]}, "must be a single value"),
		(SETTINGS, "digest_at", "25:61", "is not a time of day"),
		(SETTINGS, "digest_at", "\ud800", "cannot be stored"),
	],
)
def test_a_value_that_does_not_fit_is_refused(doctype, field, value, message):
	if doctype == LEVEL:
		doc = frappe.get_doc(LEVEL, "Standard")
	else:
		doc = frappe.get_doc(doctype) if doctype == SETTINGS else frappe.new_doc(doctype)
	doc.set(field, value)
	with pytest.raises(frappe.ValidationError, match=message):
		doc.save()


def test_a_series_is_one_of_the_doctype(inquiry):
	with pytest.raises(frappe.ValidationError, match=r"Series.*does not exist. Choose "):
		inquiry(naming_series="CI-.{summary}.-.####")


def test_rows_are_checked_as_well():
	doc = frappe.get_doc(LEVEL, "Standard")
	doc.clearances[0].can_read = "perhaps"
	with pytest.raises(frappe.ValidationError, match=r"Clearances, row 1, .* is not a number"):
		doc.save()


def test_numbers_and_texts_are_converted():
	doc = frappe.get_doc(LEVEL, "Standard")
	doc.retention_months = "12"
	doc.save()
	word = frappe.get_doc({"doctype": "Complaint Word", "language": "en", "phrase": 404}).insert()
	assert (doc.retention_months, word.phrase) == (12, "404")


@pytest.mark.parametrize(
	("doctype", "message"),
	[(ABSENCE, "Enter .*From"), ("SOP Policy", "Enter "), ("SOP Training Record", "Enter ")],
)
def test_what_is_missing_is_said_first(doctype, message):
	doc = frappe.new_doc(doctype)
	if doctype == "SOP Policy":
		doc.update({"title": "Roofs", "body": "Text"})
	with pytest.raises(frappe.ValidationError, match=message):
		doc.insert()


@pytest.mark.parametrize("value", ["{", "[" * 5000, '{"a": 1}', "7", "x"])
def test_a_list_is_a_list(value):
	with pytest.raises(frappe.ValidationError, match=r"Names.* must be a list. Send it in JSON"):
		validation.require_list("Names", value)


@pytest.mark.parametrize("value", ["{", "[" * 5000, "[1]", "7", "x"])
def test_an_object_is_an_object(value):
	with pytest.raises(frappe.ValidationError, match=r"Answers.* must be an object. Send it in JSON"):
		validation.require_object("Answers", value)


def test_nothing_is_empty():
	assert validation.require_list("Names", None) == []
	assert validation.require_object("Answers", "") == {}
	assert validation.require_list("Names", '["A"]') == ["A"]
	assert validation.require_object("Answers", {"a": 1}) == {"a": 1}
