"""When a client's consent covers a request (P-2, P-3)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import consent
from client_comms.rules.consent import Consent, Event, Request

pytestmark = pytest.mark.clause("P-3")

NOW = datetime(2026, 11, 23, 10, 0)
DAY = timedelta(days=1)
ADVISER = Request("Sharing", third_party="Adviser")


def agreed(*events, name="C1", **fields):
	return Consent(name, "Sharing", events, **{"third_party": "Adviser", **fields})


def given_at(at, valid_until=None):
	return Event(consent.GIVEN, at, valid_until)


YES = given_at(NOW - DAY)
LAPSED = given_at(NOW - 2 * DAY, NOW - DAY)
NO = Event(consent.REFUSED, NOW - DAY)
TAKEN_BACK = Event(consent.WITHDRAWN, NOW - DAY)


@pytest.mark.parametrize(
	("consents", "request_", "allowed", "rule"),
	[
		([], ADVISER, False, consent.NO_CONSENT),
		([agreed(YES)], ADVISER, True, consent.BY_CONSENT),
		([agreed(given_at(NOW))], ADVISER, True, consent.BY_CONSENT),
		([agreed(given_at(NOW + DAY))], ADVISER, False, consent.NO_CONSENT),
		([agreed()], ADVISER, False, consent.NO_CONSENT),
		([agreed(NO)], ADVISER, False, consent.CONSENT_REFUSED),
		([agreed(given_at(NOW - 2 * DAY), TAKEN_BACK)], ADVISER, False, consent.CONSENT_WITHDRAWN),
		([agreed(TAKEN_BACK, given_at(NOW))], ADVISER, True, consent.BY_CONSENT),
		# to the second: as given and as withdrawn
		([agreed(YES, Event(consent.WITHDRAWN, NOW))], ADVISER, False, consent.CONSENT_WITHDRAWN),
		(
			[agreed(YES, Event(consent.WITHDRAWN, NOW + timedelta(seconds=1)))],
			ADVISER,
			True,
			consent.BY_CONSENT,
		),
		# of one moment, what was recorded last
		([agreed(YES, TAKEN_BACK)], ADVISER, False, consent.CONSENT_WITHDRAWN),
		([agreed(TAKEN_BACK, YES)], ADVISER, True, consent.BY_CONSENT),
		# validity
		([agreed(given_at(NOW - DAY, NOW))], ADVISER, True, consent.BY_CONSENT),
		([agreed(given_at(NOW - DAY, NOW - timedelta(seconds=1)))], ADVISER, False, consent.CONSENT_EXPIRED),
		([agreed(given_at(NOW - 2 * DAY, NOW - DAY), given_at(NOW))], ADVISER, True, consent.BY_CONSENT),
		# the least permissive wins, but what expired says nothing
		([agreed(YES), agreed(NO, name="C2")], ADVISER, False, consent.CONSENT_REFUSED),
		([agreed(YES), agreed(TAKEN_BACK, name="C2")], ADVISER, False, consent.CONSENT_WITHDRAWN),
		(
			[agreed(YES), agreed(given_at(NOW - 2 * DAY, NOW - DAY), name="C2")],
			ADVISER,
			True,
			consent.BY_CONSENT,
		),
		# another purpose, another third party, or ourselves
		([agreed(YES)], Request("Marketing", third_party="Adviser"), False, consent.NO_CONSENT),
		([agreed(YES)], Request("Sharing", third_party="Bank"), False, consent.NO_CONSENT),
		([agreed(YES, third_party=None)], ADVISER, False, consent.NO_CONSENT),
		([agreed(YES, third_party=None)], Request("Sharing"), True, consent.BY_CONSENT),
		(
			[agreed(NO), agreed(YES, name="C2", third_party="Bank")],
			Request("Sharing", "Bank"),
			True,
			consent.BY_CONSENT,
		),
		# one person's agreement is only theirs; the party's agreement applies to everyone
		([agreed(YES, contact="Anna")], ADVISER, False, consent.CONSENT_TOO_NARROW),
		([agreed(YES, contact="Anna")], Request("Sharing", "Adviser", "Anna"), True, consent.BY_CONSENT),
		([agreed(YES, contact="Anna")], Request("Sharing", "Adviser", "Bert"), False, consent.NO_CONSENT),
		([agreed(LAPSED, contact="Anna")], ADVISER, False, consent.CONSENT_EXPIRED),
		(
			[agreed(LAPSED, contact="Anna"), agreed(YES, name="C2", contact="Bert")],
			ADVISER,
			False,
			consent.CONSENT_TOO_NARROW,
		),
		([agreed(LAPSED, contact="Anna")], Request("Sharing", "Adviser", "Bert"), False, consent.NO_CONSENT),
		([agreed(YES)], Request("Sharing", "Adviser", "Bert"), True, consent.BY_CONSENT),
		# one person's no concerns the whole, but not another person
		([agreed(YES), agreed(NO, name="C2", contact="Anna")], ADVISER, False, consent.CONSENT_REFUSED),
		(
			[agreed(YES), agreed(NO, name="C2", contact="Anna")],
			Request("Sharing", "Adviser", "Bert"),
			True,
			consent.BY_CONSENT,
		),
		# categories of data
		([agreed(YES, data_categories=frozenset({"Contract"}))], ADVISER, False, consent.CONSENT_TOO_NARROW),
		(
			[agreed(YES, data_categories=frozenset({"Contract"}))],
			Request("Sharing", "Adviser", None, frozenset({"Contract"})),
			True,
			consent.BY_CONSENT,
		),
		(
			[agreed(YES, data_categories=frozenset({"Contract"}))],
			Request("Sharing", "Adviser", None, frozenset({"Contract", "Health"})),
			False,
			consent.CONSENT_TOO_NARROW,
		),
		(
			[agreed(YES), agreed(NO, name="C2", data_categories=frozenset({"Health"}))],
			Request("Sharing", "Adviser", None, frozenset({"Contract"})),
			True,
			consent.BY_CONSENT,
		),
		(
			[agreed(YES), agreed(NO, name="C2", data_categories=frozenset({"Health"}))],
			Request("Sharing", "Adviser", None, frozenset({"Contract", "Health"})),
			False,
			consent.CONSENT_REFUSED,
		),
	],
)
def test_hand_worked(consents, request_, allowed, rule):
	decision = consent.decide(consents, request_, NOW)
	assert (decision.allowed, decision.rule) == (allowed, rule)
	assert str(decision.reason)


def test_the_reason_names_the_consent_and_the_moment():
	decision = consent.decide([agreed(given_at(NOW - 2 * DAY), TAKEN_BACK)], ADVISER, NOW)
	assert str(decision.reason) == "The client withdrew consent C1 on 2026-11-22 10:00."


events = st.lists(
	st.builds(
		Event,
		st.sampled_from([consent.GIVEN, consent.REFUSED, consent.WITHDRAWN]),
		st.integers(-5, 5).map(lambda days: NOW + days * DAY),
		st.none() | st.integers(-5, 5).map(lambda days: NOW + days * DAY),
	),
	max_size=4,
)
categories = st.frozensets(st.sampled_from(["Contract", "Health"]))
people = st.sampled_from([None, "Anna", "Bert"])
consents_drawn = st.lists(
	st.builds(
		Consent,
		st.sampled_from(["C1", "C2", "C3"]),
		st.sampled_from(["Sharing", "Marketing"]),
		events,
		st.sampled_from([None, "Adviser"]),
		people,
		categories,
	),
	max_size=5,
)
requests = st.builds(
	Request,
	st.sampled_from(["Sharing", "Marketing"]),
	st.sampled_from([None, "Adviser"]),
	people,
	categories,
)


@given(consents_drawn, requests)
def test_another_no_never_allows_more(consents, request_):
	refusal = Consent("R", request_.purpose, [NO], request_.third_party)
	assert not consent.decide([*consents, refusal], request_, NOW).allowed


@given(consents_drawn, requests)
def test_the_order_of_consents_does_not_matter(consents, request_):
	before, after = consent.decide(consents, request_, NOW), consent.decide(consents[::-1], request_, NOW)
	assert (before.allowed, before.rule) == (after.allowed, after.rule)


@given(consents_drawn, requests)
def test_nothing_is_allowed_without_a_yes_that_stands(consents, request_):
	if consent.decide(consents, request_, NOW).allowed:
		assert any(each.status(NOW) == consent.GIVEN for each in consents)


@given(consents_drawn, requests)
def test_what_is_said_later_changes_nothing_now(consents, request_):
	later = [
		Consent(
			c.name,
			c.purpose,
			[*c.events, Event(consent.WITHDRAWN, NOW + DAY)],
			c.third_party,
			c.contact,
			c.data_categories,
		)
		for c in consents
	]
	assert consent.decide(consents, request_, NOW) == consent.decide(later, request_, NOW)


# --- asking again -----------------------------------------------------------------------------------


def after_a_yes(consents, request_, person):
	"""The consents after the client was asked for `request_` and `person` agreed."""
	asked = consent.to_ask(consents, request_, NOW)
	yes = Consent(
		"N", asked.purpose, [given_at(NOW)], asked.third_party, asked.contact, asked.data_categories
	)
	too = [each.name for each in consent.answered_too(consents, yes, person, NOW)]
	return [
		yes,
		*(
			replace(each, events=[*each.events, given_at(NOW)]) if each.name in too else each
			for each in consents
		),
	]


@given(consents_drawn, requests)
def test_the_yes_of_whom_it_is_about_lets_it_pass(consents, request_):
	numbered = [replace(each, name=f"C{number}") for number, each in enumerate(consents)]
	decision = consent.decide(after_a_yes(numbered, request_, request_.contact), request_, NOW)
	others = [each for each in numbered if each.contact not in (None, request_.contact)]
	assert decision.allowed or any(
		decision.consent == each.name and decision.rule != consent.NO_CONSENT for each in others
	)


@given(consents_drawn, requests, people)
def test_a_yes_takes_back_no_more_than_it_is_about(consents, request_, person):
	numbered = [replace(each, name=f"C{number}") for number, each in enumerate(consents)]
	after = {each.name: each for each in after_a_yes(numbered, request_, person)}
	yes = after.pop("N")
	for each in numbered:
		if after[each.name] != each:
			assert each.status(NOW) in (consent.REFUSED, consent.WITHDRAWN)
			assert each.contact in (yes.contact, person)
			assert not yes.data_categories or each.data_categories <= yes.data_categories


@pytest.mark.parametrize(
	("said_no_to", "asked_for", "asked"),
	[
		(None, {"Contract"}, {"Contract"}),
		({"Contract"}, {"Contract"}, {"Contract"}),
		({"Contract", "Health"}, {"Contract"}, {"Contract", "Health"}),
		({"Health"}, {"Contract"}, {"Contract"}),
		(set(), {"Contract"}, set()),
		({"Contract"}, set(), set()),
	],
)
def test_the_client_is_asked_about_what_they_said_no_to(said_no_to, asked_for, asked):
	refused = Consent("R", "Sharing", [NO], "Adviser", None, frozenset(said_no_to or ()))
	known = [] if said_no_to is None else [refused]
	request_ = Request("Sharing", "Adviser", None, frozenset(asked_for))
	assert consent.to_ask(known, request_, NOW).data_categories == frozenset(asked)


def test_no_one_is_asked_to_take_back_what_another_person_said():
	bert = Consent("R", "Sharing", [NO], "Adviser", "Bert", frozenset({"Health"}))
	request_ = Request("Sharing", "Adviser", None, frozenset({"Contract", "Health"}))
	assert consent.to_ask([bert], request_, NOW) == request_
	assert not consent.decide(after_a_yes([bert], request_, "Anna"), request_, NOW).allowed
	organisation = replace(bert, contact=None)
	asked = consent.to_ask([organisation], replace(request_, contact="Bert"), NOW)
	assert asked.contact is None
