"""Recipients and the verdict of the gate (C-2, P-1, P-2, P-3)."""

from datetime import datetime, timedelta

import pytest

from client_comms.rules import outgoing
from client_comms.rules.messages import Message
from client_comms.rules.outgoing import ENFORCE, OFF, WARN, Finding, Identity, Known

pytestmark = pytest.mark.clause("C-2", "P-1", "P-2", "P-3")

NOW = datetime(2026, 11, 23, 10, 0)
KNOWN = Known(
	staff_domains={"solar.example"},
	staff_addresses={"fiona@gmail.example"},
	client_addresses={"anna@client.example": "Anna"},
	third_parties={
		"adviser.example": "Adviser",
		"tax.adviser.example": "Tax Adviser",
		"bob@mail.example": "Bob",
		"xn--mnchen-3ya.example": "Munich Adviser",
	},
)


@pytest.mark.parametrize(
	("address", "kind", "third_party"),
	[
		("fiona@solar.example", outgoing.STAFF, None),
		("Fiona Berg <Fiona@Solar.Example>", outgoing.STAFF, None),
		("fiona@gmail.example", outgoing.STAFF, None),
		("anna@client.example", outgoing.CLIENT, None),
		('"Client, Anna" <ANNA@client.example>', outgoing.CLIENT, None),
		# an unknown colleague of the client does not count as the client
		("ben@client.example", outgoing.THIRD_PARTY, None),
		("eve@adviser.example", outgoing.THIRD_PARTY, "Adviser"),
		("eve@mail.adviser.example", outgoing.THIRD_PARTY, "Adviser"),
		("eve@tax.adviser.example", outgoing.THIRD_PARTY, "Tax Adviser"),
		("eve@notadviser.example", outgoing.THIRD_PARTY, None),
		("bob@mail.example", outgoing.THIRD_PARTY, "Bob"),
		("alice@mail.example", outgoing.THIRD_PARTY, None),
		# a subdomain of ours is not ours, and neither is a display name that looks like us
		("x@evil.solar.example", outgoing.THIRD_PARTY, None),
		("anna@client.example <x@evil.example>", outgoing.THIRD_PARTY, None),
		('"fiona@solar.example" <x@evil.example>', outgoing.THIRD_PARTY, None),
		("eve@münchen.example", outgoing.THIRD_PARTY, "Munich Adviser"),
		("eve@XN--mnchen-3ya.example", outgoing.THIRD_PARTY, "Munich Adviser"),
		("nonsense", outgoing.THIRD_PARTY, None),
		("", outgoing.THIRD_PARTY, None),
	],
)
def test_recipients_are_sorted(address, kind, third_party):
	recipient = outgoing.sort_recipient(address, KNOWN)
	assert (recipient.kind, recipient.third_party) == (kind, third_party)


def finding(check, **fields):
	return Finding(check, Message(check), outgoing.CHANGE_WORDING, **fields)


@pytest.mark.parametrize("check", [each for each in outgoing.CHECKS if each not in outgoing.WITHOUT_MODE])
@pytest.mark.parametrize(
	("mode", "reason", "passes", "reason_needed"),
	[
		(OFF, None, True, False),
		(WARN, None, False, True),
		(WARN, "  ", False, True),
		(WARN, "Asked by phone", True, False),
		(ENFORCE, None, False, False),
		(ENFORCE, "Asked by phone", False, False),
		("Strange", "Asked by phone", False, False),
	],
)
def test_modes(check, mode, reason, passes, reason_needed):
	verdict = outgoing.judge([finding(check)], {check: mode}, reason)
	assert (verdict.passes, verdict.reason_needed) == (passes, reason_needed)


def test_a_check_without_a_mode_is_enforced():
	assert outgoing.judge([finding(outgoing.CONSENT)], {}, "reason").refused


@pytest.mark.parametrize("mode", [OFF, WARN, ENFORCE])
def test_no_setting_opens_what_the_law_stops(mode):
	assert outgoing.judge([finding(outgoing.RESTRICTION)], {outgoing.RESTRICTION: mode}, "A reason").refused


def test_nothing_found_passes_in_every_mode():
	assert outgoing.judge([], {}).passes


def test_what_the_client_forbade_is_refused_although_the_mode_warns():
	never = finding(outgoing.CHANNEL, blocks=True)
	assert outgoing.judge([never], {outgoing.CHANNEL: WARN}, "reason").refused == (never,)
	assert outgoing.judge([never], {outgoing.CHANNEL: OFF}).passes


def test_findings_are_told_in_one_order():
	found = [finding(outgoing.WORDING), finding(outgoing.CONSENT), finding(outgoing.IDENTITY)]
	verdict = outgoing.judge(found, {})
	assert [f.check for f in verdict.refused] == [outgoing.CONSENT, outgoing.IDENTITY, outgoing.WORDING]


@pytest.mark.parametrize(
	("required", "identity", "found"),
	[
		(False, Identity(), False),
		(False, Identity(locked=True), False),
		(True, Identity(), True),
		(True, Identity(NOW), False),
		(True, Identity(NOW - timedelta(seconds=1)), True),
		(True, Identity(NOW + timedelta(days=1)), False),
		(True, Identity(NOW + timedelta(days=1), locked=True), True),
	],
)
def test_identity(required, identity, found):
	assert bool(outgoing.check_identity(required, identity, NOW)) is found


def test_a_locked_identity_is_not_talked_past_with_a_reason():
	found = outgoing.check_identity(True, Identity(locked=True), NOW)
	assert outgoing.judge(found, {outgoing.IDENTITY: WARN}, "reason").refused
