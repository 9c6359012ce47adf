"""Clauses D-2, D-3, D-6 and M-1: the evidence a communication type owes, and what every log carries."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules.documentation import (
	COMMUNICATION,
	DOCUMENT,
	ELSEWHERE,
	FILE,
	NO_FILE,
	NOT_TO_CLIENT,
	NOTE,
	RECEIVED,
	REQUIRED_DETAILS,
	THIS_RECORD,
	Evidence,
	Method,
	Requirement,
	missing,
	missing_details,
	owed_methods,
)

NAME = "Proof"
KINDS = (THIS_RECORD, COMMUNICATION, FILE, DOCUMENT, NOTE)

EMAIL = {"reference_doctype": "Communication", "reference_name": "COMM-1"}
TASK = {"reference_doctype": "Task", "reference_name": "TASK-1"}
PAPER = {"physical_location": "Cabinet 4", "custodian": "staff@example.com"}

# Evidence given -> the kinds it proves, besides This Record, which proves itself.
PROVES = [
	({}, set()),
	(EMAIL, {COMMUNICATION, DOCUMENT}),
	(TASK, {DOCUMENT}),
	({"file": "/private/files/minutes.pdf"}, {FILE, NOTE}),
	({"note": "Told the client by phone."}, {NOTE}),
	(PAPER, {FILE}),
	({"physical_file": "PF-00001"}, {FILE}),
	({**EMAIL, "reference_name": " "}, set()),
	({**TASK, "reference_doctype": None}, set()),
	({"file": "  ", "note": "\n\t \u00a0"}, set()),
	({**PAPER, "custodian": ""}, set()),
	({**PAPER, "physical_location": " "}, set()),
]


@pytest.mark.clause("M-1", "D-6")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("given_fields", "proved"), PROVES)
def test_each_kind_of_evidence(kind, given_fields, proved):
	left = missing([Method(NAME, kind)], [Evidence(NAME, **given_fields)])
	assert [item.method for item in left] == ([] if kind == THIS_RECORD or kind in proved else [NAME])


@pytest.mark.clause("M-1")
@pytest.mark.parametrize("kind", KINDS)
def test_without_evidence_only_this_record_is_satisfied(kind):
	assert bool(missing([Method(NAME, kind)], [])) is (kind != THIS_RECORD)


@pytest.mark.clause("M-1")
@pytest.mark.parametrize("kind", [COMMUNICATION, FILE, DOCUMENT, NOTE])
def test_evidence_of_another_method_does_not_count(kind):
	everything = {**EMAIL, **PAPER, "file": "/private/files/a.pdf", "note": "Yes."}
	assert not missing([Method(NAME, kind)], [Evidence(NAME, **everything)])
	assert missing([Method(NAME, kind)], [Evidence("Another", **everything)])


@pytest.mark.clause("M-1", "D-6")
def test_half_of_a_paper_file_in_each_of_two_rows_is_none():
	halves = [Evidence(NAME, physical_location="Cabinet 4"), Evidence(NAME, custodian="staff@example.com")]
	assert missing([Method(NAME, FILE)], halves)


@pytest.mark.clause("M-1")
def test_one_proving_row_among_several_is_enough():
	rows = [Evidence(NAME), Evidence(NAME, file="/private/files/minutes.pdf")]
	assert not missing([Method(NAME, FILE)], rows)


@pytest.mark.clause("M-1")
def test_any_iterable_of_evidence_serves_every_method():
	owed = [Method("Minutes", FILE), Method("Remark", NOTE)]
	rows = (
		row for row in [Evidence("Remark", note="They were calm."), Evidence("Minutes", file="/files/a.pdf")]
	)
	assert missing(owed, rows) == ()


@pytest.mark.clause("M-1")
def test_what_is_missing_is_listed_once_in_the_order_owed_and_named():
	owed = [Method("Report", DOCUMENT), Method("CRM Log", THIS_RECORD), Method("Copy", COMMUNICATION)]
	left = missing([*owed, owed[0]], [])
	assert [item.method for item in left] == ["Report", "Copy"]
	assert [str(item.message) for item in left] == [
		"Report is missing. Link the document.",
		"Copy is missing. Link the email or other Communication.",
	]


@pytest.mark.clause("M-1")
def test_what_the_app_can_write_is_not_to_be_linked():
	(left,) = missing([Method("Report", DOCUMENT, generated=True)], [])
	assert "Link" not in str(left.message)
	assert "choose Generate" in str(left.message)


@pytest.mark.clause("M-1")
@pytest.mark.parametrize("kind", [COMMUNICATION, FILE, DOCUMENT, NOTE])
@pytest.mark.parametrize("fault", [ELSEWHERE, RECEIVED, NOT_TO_CLIENT, NO_FILE])
def test_what_is_linked_of_someone_else_does_not_count(kind, fault):
	linked = Evidence(NAME, **EMAIL, file="/private/files/a.pdf")
	assert not missing([Method(NAME, kind)], [linked])
	(left,) = missing([Method(NAME, kind)], [replace(linked, fault=fault)])
	assert str(left.message) != str(missing([Method(NAME, kind)], [])[0].message)


@pytest.mark.clause("M-1")
@pytest.mark.parametrize(
	("note", "enough"),
	[
		("x", False),
		("n/a", False),
		("- - - - - - - - - - - -", False),
		("Agreed on Tuesday.", True),
		("周二交货,双方同意", True),
		("Δευτέρα στις 9", True),
	],
)
def test_a_note_says_something(note, enough):
	assert missing([Method(NAME, NOTE)], [Evidence(NAME, note=note)]) is not enough


@pytest.mark.clause("M-1")
@pytest.mark.parametrize("kind", ["", "Hearsay", None])
def test_an_unknown_kind_of_evidence_is_never_satisfied(kind):
	(left,) = missing([Method(NAME, kind)], [Evidence(NAME, **EMAIL, file="/files/a.pdf", note="Yes.")])
	assert "Choose the evidence in the Documentation Method" in str(left.message)


@pytest.mark.clause("M-1")
@given(
	st.lists(st.builds(Method, st.sampled_from("ABC"), st.sampled_from(KINDS))),
	st.lists(
		st.builds(
			Evidence,
			st.sampled_from("ABC"),
			*[st.sampled_from([None, " ", "Communication", "x"])] * 6,
		)
	),
	st.builds(Evidence, st.sampled_from("ABC"), note=st.text()),
)
def test_more_evidence_never_makes_more_missing(owed, rows, another):
	before = {item.method for item in missing(owed, rows)}
	assert before >= {item.method for item in missing(owed, [*rows, another])}


DETAILS = {
	"occurred_on": datetime(2024, 6, 17, 10, 0),
	"party": "Acme",
	"summary": "Asked for the price list.",
	"responsible_staff": "staff@example.com",
}


@pytest.mark.clause("D-2")
def test_a_complete_log_lacks_nothing():
	assert missing_details(DETAILS) == ()


@pytest.mark.clause("D-2")
@pytest.mark.parametrize("blank", [None, "", " \n\t"])
@pytest.mark.parametrize("fieldname", ["occurred_on", "party", "summary", "responsible_staff"])
def test_each_detail_is_required(fieldname, blank):
	assert [message.text for message in missing_details({**DETAILS, fieldname: blank})] == [
		REQUIRED_DETAILS[fieldname]
	]
	absent = {name: value for name, value in DETAILS.items() if name != fieldname}
	assert len(missing_details(absent)) == 1


@pytest.mark.clause("D-2")
def test_an_empty_log_is_told_everything_at_once():
	assert [str(message) for message in missing_details({})] == list(REQUIRED_DETAILS.values())


# --- by channel, and what does not apply -------------------------------------------------------------

ROWS = [
	Requirement("Inquiry", "Log"),
	Requirement("Inquiry", "Email Copy", "Email"),
	Requirement("Inquiry", "Email Copy", "Chat"),
	Requirement("Inquiry", "Minutes", "Meeting"),
	Requirement("Closure", "Follow-up"),
]


@pytest.mark.clause("M-1")
@pytest.mark.parametrize(
	("communication_type", "channel", "expected"),
	[
		("Inquiry", "Phone", ("Log",)),
		("Inquiry", "Email", ("Log", "Email Copy")),
		("Inquiry", "Chat", ("Log", "Email Copy")),
		("Inquiry", "Meeting", ("Log", "Minutes")),
		("Inquiry", None, ("Log", "Email Copy", "Minutes")),
		("Inquiry", "", ("Log", "Email Copy", "Minutes")),
		("Closure", "Phone", ("Follow-up",)),
		("Other", "Phone", ()),
	],
)
def test_what_a_channel_requires(communication_type, channel, expected):
	assert owed_methods(ROWS, communication_type, channel) == expected


@pytest.mark.clause("M-1")
@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_apply_is_not_missing(kind):
	waived = Evidence(NAME, note="He has no email.", not_applicable=True)
	assert not missing([Method(NAME, kind)], [waived])


@pytest.mark.clause("M-1")
@pytest.mark.parametrize("note", [None, "", " \n"])
def test_what_does_not_apply_says_why(note):
	waived = Evidence(NAME, note=note, not_applicable=True, **EMAIL)
	assert missing([Method(NAME, COMMUNICATION)], [waived])


@pytest.mark.clause("M-1")
def test_what_does_not_apply_is_said_of_one_method():
	waived = Evidence("Another", note="He has no email.", not_applicable=True)
	assert missing([Method(NAME, COMMUNICATION)], [waived])
