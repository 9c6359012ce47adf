"""A pause with a day ends automatically (C-4)."""

import frappe
import pytest

from client_comms import api
from client_comms.client_interactions import promises
from client_comms.client_interactions.clocks import sweep
from client_comms.exceptions import ActionNotPossibleError, MissingDetailsError

pytestmark = pytest.mark.clause("C-4")

INTERACTION = "Client Interaction"


@pytest.fixture
def case(inquiry, make_user):
	"""An inquiry of Monday morning, to be answered by Wednesday's close of business."""
	return inquiry(responsible_staff=make_user("Frontline Staff", first_name="Fiona"))


def state(name):
	return frappe.db.get_value(
		INTERACTION, name, ["clock_state", "status", "next_check_at", "respond_by"], as_dict=True
	)


def swept(name):
	"""What a sweep does with the record, if it is due."""
	doc = frappe.get_doc(INTERACTION, name, for_update=True)
	return sweep.handle(doc)


def test_the_clocks_resume_when_business_opens_on_the_day(case, clock_at):
	with clock_at("2026-11-24 10:00"):
		api.pause(case.name, note="Anna is on holiday", until="2026-11-30")
	paused = state(case.name)
	assert (paused.clock_state, paused.status) == ("Paused", "Waiting for Client")
	assert str(paused.next_check_at) == "2026-11-30 09:00:00"
	before = paused.respond_by
	with clock_at("2026-11-30 08:00"):
		swept(case.name)
		assert state(case.name).clock_state == "Paused"
	with clock_at("2026-11-30 09:05"):
		told = swept(case.name)
	now = state(case.name)
	assert (now.clock_state, now.respond_by > before) == ("Running", True)
	assert told == {case.responsible_staff}
	row = frappe.get_doc(INTERACTION, case.name).events[-1]
	assert (row.event, str(row.at)) == ("Resumed", "2026-11-30 09:00:00")
	# Once.
	with clock_at("2026-11-30 09:10"):
		swept(case.name)
	assert [row.event for row in frappe.get_doc(INTERACTION, case.name).events].count("Resumed") == 1


def test_a_client_who_writes_ends_it_earlier(case, clock_at):
	with clock_at("2026-11-24 10:00"):
		api.pause(case.name, note="Anna is on holiday", until="2026-11-30")
	with clock_at("2026-11-25 10:00"):
		case.reload()
		case.record("Received")
		assert state(case.name).clock_state == "Running"
	with clock_at("2026-11-30 09:05"):
		swept(case.name)
	assert "Resumed" not in [row.event for row in frappe.get_doc(INTERACTION, case.name).events]


def test_a_day_takes_a_reason_and_a_future(case, clock_at):
	with clock_at("2026-11-24 10:00"):
		with pytest.raises(MissingDetailsError):
			api.pause(case.name, until="2026-11-30")
		with pytest.raises(ActionNotPossibleError):
			api.pause(case.name, note="Later", until="2026-11-23")
		api.pause(case.name)  # until the client writes
	assert state(case.name).next_check_at is None


@pytest.mark.parametrize(
	("zone", "opens"),
	[("America/Los_Angeles", "2026-12-01 18:00:00"), ("Pacific/Auckland", "2026-11-30 21:00:00")],
)
def test_a_day_is_one_where_the_company_has_its_business(case, clock_at, business_in, zone, opens):
	business_in(zone)
	with clock_at("2026-11-24 10:00"):
		api.pause(case.name, note="Anna is on holiday", until="2026-12-01")
	assert str(state(case.name).next_check_at) == opens


def test_the_proposed_day_is_one_of_the_calendar(clock_at, business_in):
	business_in("America/Los_Angeles")
	with clock_at("2026-11-23 10:00"):
		doc = frappe._dict(company=None, respond_by=None)
		day = promises.proposed_day(doc)
		assert day == "2026-11-24"
		assert str(promises.moment(doc, day)) == "2026-11-25 02:00:00"
