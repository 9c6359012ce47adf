"""Sentences of the rules, as users read them."""

from datetime import datetime, timezone

import frappe
import pytest

from client_comms import clock, i18n
from client_comms.rules.messages import Message

NOON = datetime(2026, 11, 23, 12, 0, 30)


@pytest.mark.parametrize(
	("date_format", "expected"), [("dd.mm.yyyy", "23.11.2026 12:00"), ("yyyy-mm-dd", "2026-11-23 12:00")]
)
@pytest.mark.parametrize("in_utc", [False, True])
def test_moments_are_in_the_users_format_and_the_time_of_the_site(
	monkeypatch, site, date_format, expected, in_utc
):
	monkeypatch.setattr(frappe.local, "user_date_format", date_format, raising=False)
	when = clock.to_aware(NOON).astimezone(timezone.utc) if in_utc else NOON
	message = Message("Since {when}.", {"when": when})
	assert i18n.translate(message) == f"Since <strong>{expected}</strong>."
	assert i18n.plain(message) == f"Since {expected}."


@pytest.mark.parametrize(
	("date_format", "expected"), [("dd.mm.yyyy", "23.11.2026"), ("mm/dd/yyyy", "11/23/2026")]
)
def test_days_are_in_the_users_format(monkeypatch, site, date_format, expected):
	monkeypatch.setattr(frappe.local, "user_date_format", date_format, raising=False)
	assert i18n.plain(Message("Due by {day}.", {"day": NOON.date()})) == f"Due by {expected}."
