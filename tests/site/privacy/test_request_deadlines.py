"""Those who answer clients' requests hear of each one, and are reminded of its deadline (P-2)."""

import frappe
import pytest

from client_comms import alerts, clock
from client_comms.client_privacy.requests import asking, deadlines

pytestmark = pytest.mark.clause("P-2")
ASKED = "2026-09-01 10:00"  # on a Tuesday, so the answer is due on Thursday, 1 October
ADDRESS = "quokka.zabaglione@client.example"


@pytest.fixture
def officer(make_user):
	return make_user("Compliance Officer", language="en")


@pytest.fixture
def request_of(make_client, clock_at):
	"""`request_of(right)` is one that was asked on `ASKED`."""

	def make(right="Access"):
		client = make_client("Quokka Zabaglione", ADDRESS, customer_type="Individual")
		with clock_at(ASKED):
			return frappe.get_doc(
				{
					"doctype": asking.REQUEST,
					"party_type": client.party_type,
					"party": client.party,
					"right": right,
					"received_on": clock.now(),
				}
			).insert()

	return make


def heard(user, request):
	about = {"for_user": user, "document_type": request.doctype, "document_name": request.name}
	return frappe.get_all("Notification Log", about, pluck="subject", order_by="creation asc, name asc")


def test_officers_hear_of_a_request_without_the_name_of_the_client(officer, request_of, make_user):
	other, disabled = make_user("Frontline Staff"), make_user("Compliance Officer", enabled=0)
	request = request_of()
	(said,) = heard(officer, request)
	assert request.name in said and "Access" in said and frappe.utils.formatdate("2026-10-01") in said
	assert "Quokka" not in said  # so nothing of them is left there when they are erased
	assert heard(other, request) == heard(disabled, request) == []
	assert heard("Administrator", request) == []  # who entered it


def test_a_failure_does_not_undo_a_request(officer, request_of, monkeypatch):
	monkeypatch.setattr(alerts, "tell", lambda *args: 1 / 0)
	assert frappe.db.exists(asking.REQUEST, request_of().name)
	frappe.db.delete("Error Log")


@pytest.mark.parametrize(
	("days", "reminders"),
	[
		(["09-23"], 0),
		(["09-24"], 1),
		(["09-24", "09-25", "09-29"], 1),
		(["09-24", "09-30", "10-01"], 3),
		(["10-01", "10-02", "10-07"], 1),
		(["10-01", "10-08", "10-09", "10-15"], 3),
		(["11-30"], 1),
	],
)
def test_a_week_and_a_day_before_on_the_day_and_weekly_from_then_on(
	officer, request_of, clock_at, days, reminders
):
	request = request_of()
	for day in days:
		for _again in range(2):  # a job that was killed begins again
			with clock_at(f"2026-{day} 08:00"):
				deadlines.remind()
	said = heard(officer, request)[1:]
	assert len(said) == reminders
	assert all(request.name in each and "Quokka" not in each for each in said)


def test_the_reminder_says_whether_it_is_late(officer, request_of, clock_at):
	request = request_of()
	for day in ("2026-09-30 08:00", "2026-10-08 08:00"):
		with clock_at(day):
			deadlines.remind()
	_asked, before, late = heard(officer, request)
	assert "must be answered by" in before and "was due on" in late


def test_an_extension_moves_the_reminders_and_an_answer_ends_them(officer, request_of, clock_at):
	request = request_of()
	with clock_at("2026-09-30 08:00"):
		request.extend(1, "Much to find", otherwise="By letter")
		deadlines.remind()
	assert len(heard(officer, request)) == 1
	with clock_at("2026-10-31 08:00"):
		deadlines.remind()
	assert len(heard(officer, request)) == 2
	with clock_at("2026-11-02 08:00"):
		request.reload()
		request.close("Refused", "We have nothing of you", otherwise="By letter")
		deadlines.remind()
	assert len(heard(officer, request)) == 2


def test_one_that_fails_does_not_stop_the_others(officer, request_of, clock_at, monkeypatch):
	first, second = request_of(), request_of("Portability")
	tell = alerts.tell

	def fails(users, subject, doctype, name):
		if name == first.name:
			raise ValueError("no")
		tell(users, subject, doctype, name)

	monkeypatch.setattr(alerts, "tell", fails)
	with clock_at("2026-10-01 08:00"):
		deadlines.remind()
	assert len(heard(officer, second)) == 2
	monkeypatch.undo()
	with clock_at("2026-10-02 08:00"):
		deadlines.remind()
	assert len(heard(officer, first)) == 2  # it is made up for
	frappe.db.delete("Error Log")
