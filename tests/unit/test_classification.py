"""The first source rule that matches decides the communication type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms import procedure
from client_comms.rules.classification import INBOUND, OUTBOUND, Signal, SourceRule, classify

pytestmark = pytest.mark.clause("M-1")

SHIPPED = tuple(SourceRule(**rule) for rule in procedure.SOURCE_RULES)


def mentions(words, subject):
	rules = [SourceRule("Found", subject_contains=words)]
	return classify(Signal("Communication", INBOUND, subject), rules, "Default").communication_type == "Found"


@pytest.mark.parametrize(
	("signal", "communication_type", "rule"),
	[
		(Signal("Communication", INBOUND, "Quote for a roof"), procedure.INITIAL_INQUIRY, None),
		(Signal("Lead", INBOUND, "Complaint about the fitter"), procedure.FEEDBACK, 2),
		(Signal("Communication", INBOUND, "REKLAMATION Nr. 12"), procedure.FEEDBACK, 2),
		(Signal("Lead", INBOUND, "Réclamation : onduleur en panne"), procedure.FEEDBACK, 2),
		(Signal("Communication", INBOUND, "Suite à ma PLAINTE du 3"), procedure.FEEDBACK, 2),
		(Signal("Communication", INBOUND, "Cliente mécontente"), procedure.FEEDBACK, 2),
		(Signal("Communication", INBOUND, "Complainte pour piano"), procedure.INITIAL_INQUIRY, None),
		(Signal("Communication", OUTBOUND, "Problème résolu"), procedure.RESOLUTION, 3),
		(Signal("Issue", INBOUND, "Inverter", issue_type="Complaint"), procedure.FEEDBACK, 1),
		(Signal("Issue", INBOUND, "Inverter", issue_type="Question"), procedure.INITIAL_INQUIRY, None),
		(
			Signal("Communication", INBOUND, "Inverter", issue_type="Complaint"),
			procedure.INITIAL_INQUIRY,
			None,
		),
		(Signal("Communication", OUTBOUND, "Your complaint"), procedure.SERVICE_UPDATE, 4),
		(Signal("Communication", OUTBOUND, "Resolved: no power"), procedure.RESOLUTION, 3),
		(Signal("Opportunity", OUTBOUND), procedure.SERVICE_UPDATE, 4),
	],
)
def test_shipped_rules(signal, communication_type, rule):
	found = classify(signal, SHIPPED, procedure.DEFAULT_TYPE)
	assert (found.communication_type, found.rule) == (communication_type, rule)
	assert bool(found.conditions) == bool(rule)


def test_first_match_wins_and_the_reason_names_it():
	rules = [
		SourceRule("Never", source="Issue"),
		SourceRule("First", direction=INBOUND, subject_contains="late, broken"),
		SourceRule("Second"),
	]
	found = classify(Signal("Lead", INBOUND, "It is broken"), rules, "Default")
	assert (found.communication_type, found.rule) == ("First", 2)
	assert found.conditions == (("direction", INBOUND), ("subject_contains", "broken"))
	last = classify(Signal("Lead", OUTBOUND, "broken"), rules, "Default")
	assert (last.rule, last.conditions) == (3, ())


def test_every_field_must_match():
	wanted = {
		"source": "Issue",
		"direction": INBOUND,
		"issue_type": "Complaint",
		"email_account": "Support",
	}
	rule = SourceRule("Found", **wanted, subject_contains="roof")
	fitting = {**wanted, "subject": "The roof"}
	assert classify(Signal(**fitting), [rule], "Default").rule == 1
	for name in fitting:
		assert classify(Signal(**{**fitting, name: "Other"}), [rule], "Default").rule is None, name


@pytest.mark.parametrize("empty", [None, "", " , ,\n"])
def test_empty_fields_match_anything(empty):
	rule = SourceRule("Found", source="", direction=None, issue_type="", subject_contains=empty)
	assert classify(Signal("Event", "Internal"), [rule], "Default").communication_type == "Found"


def test_without_rules_the_default_applies():
	found = classify(Signal("Lead", INBOUND), [], "Default")
	assert (found.communication_type, found.rule) == ("Default", None)


@pytest.mark.parametrize(
	("words", "subject", "found"),
	[
		("feedback", "My FEEDBACK!", True),
		("feedback", "feedbacks", False),
		("plain", "A complaint", False),
		("not happy", "I am not \t happy", True),
		("not happy", "not at all happy", False),
		("Mängelrüge", "MÄNGELRÜGE: Dach", True),
		("Ma\u0308ngelru\u0308ge", "mängelrüge", True),
		("Straße", "BAUSTELLE HAUPTSTR, STRASSE 4", True),
		("жалоба", "Жалоба на монтаж", True),
		("投诉", "我要投诉你们", True),
		("a.b", "a.b", True),
		("a.b", "axb", False),
		("c++ (late)", "Order C++ (late)", True),
		("late\nbroken", "broken", True),
		("feedback", "", False),
	],
)
def test_words_and_phrases(words, subject, found):
	assert mentions(words, subject) is found


@given(st.text(st.characters(whitelist_categories=["L", "N"]), min_size=1, max_size=12))
def test_a_word_is_found_between_other_words(word):
	assert mentions(word, f"x {word}, y")
