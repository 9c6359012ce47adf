"""What was missed stays missed, whatever type, direction, company, client or date staff choose afterwards (C-3, C-4)."""

import frappe
import pytest

from client_comms import api
from client_comms.client_interactions.clocks import sweep
from client_comms.exceptions import MissingDetailsError

INTERACTION = "Client Interaction"
# An inquiry of Monday is to be acknowledged by Tuesday, 17:00, and answered by Wednesday, 17:00.
TUESDAY, THURSDAY = "2026-11-24 10:00", "2026-11-26 10:00"
WHY = "Logged in the wrong direction."
CHANGES = [
	{"direction": "Outbound"},
	{"direction": "Internal"},
	{"communication_type": "Resolution/Closure"},
]


@pytest.fixture
def case(inquiry, set_calendar, set_settings):
	set_calendar(["09:00-17:00"])
	set_settings(identity_mode="Off", channel_mode="Off", responsible_party_mode="Off")
	return inquiry(responsible_staff="Administrator")


@pytest.fixture
def change(clock_at):
	"""`change(case, at, reason, direction="Outbound")` as a form or the API does it."""

	def save(case, at, reason=None, **values):
		doc = frappe.get_doc(INTERACTION, case.name)
		doc.update({**values, "reclassification_reason": reason})
		with clock_at(at):
			doc.save()
		return frappe.get_doc(INTERACTION, case.name)

	return save


def statuses(doc):
	return doc.acknowledge_status, doc.respond_status, doc.breached


@pytest.mark.parametrize("values", CHANGES, ids=str)
@pytest.mark.parametrize("swept", [True, False])
def test_a_missed_deadline_stays_missed(case, change, clock_at, values, swept):
	if swept:
		with clock_at(THURSDAY):
			sweep.run()
	doc = change(case, THURSDAY, WHY, **values)
	assert statuses(doc) == ("Breached", "Breached", 1)
	assert (str(doc.acknowledge_by), str(doc.respond_by)) == ("2026-11-24 17:00:00", "2026-11-25 17:00:00")
	doc = change(doc, "2026-11-27 10:00", WHY, direction="Internal", communication_type="Service Update")
	assert statuses(doc) == ("Breached", "Breached", 1)
	with clock_at("2026-11-27 11:00"):
		api.answer(case.name)
	assert statuses(frappe.get_doc(INTERACTION, case.name)) == ("Met Late", "Met Late", 1)


@pytest.mark.parametrize("values", CHANGES, ids=str)
def test_a_change_that_eases_a_deadline_needs_a_reason(case, change, values):
	for at in (TUESDAY, THURSDAY):
		with pytest.raises(MissingDetailsError):
			change(case, at, **values)
	doc = change(case, TUESDAY, WHY, **values)
	assert statuses(doc) == ("Not Required", "Not Required", 0)
	event = [row for row in doc.events if row.event in ("Type Changed", "Direction Changed")][-1]
	assert WHY in event.note and event.by_user == "Administrator"
	assert not doc.reclassification_reason


def test_what_was_met_stays_met(case, change, clock_at):
	with clock_at(TUESDAY):
		api.answer(case.name)
	doc = change(case, THURSDAY, direction="Internal")  # nothing is owed or missed: no reason needed
	assert statuses(doc) == ("Met", "Met", 0)


def test_another_type_with_the_same_deadlines_needs_no_reason(case, change):
	doc = change(case, TUESDAY, communication_type="Feedback/Complaint")
	assert statuses(doc) == ("Running", "Running", 0)


def test_what_turns_out_to_be_inbound_is_owed_an_answer_since_it_happened(case, change, clock_at, log):
	with clock_at("2026-11-23 11:00"):
		doc = log(
			party_type="Customer",
			party=case.party,
			occurred_on="2026-11-23 10:00",
			direction="Internal",
			responsible_staff="Administrator",
		)
	doc = change(doc, TUESDAY, direction="Inbound")
	assert str(doc.respond_by) == "2026-11-25 17:00:00"


def test_a_missed_deadline_that_stays_one_needs_no_reason(case, change):
	doc = change(case, THURSDAY, communication_type="Feedback/Complaint")
	assert statuses(doc) == ("Breached", "Breached", 1)


def test_the_report_counts_it_still(case, change):
	from client_comms.client_interactions.report.response_compliance import response_compliance

	change(case, THURSDAY, WHY, direction="Outbound")
	filters = {"from_date": "2026-11-23", "to_date": "2026-11-23", "party_type": "Customer"}
	rows = response_compliance.execute(frappe._dict(filters, party=case.party))[1]
	assert [row["not_answered"] for row in rows] == [1, 1], "the group and the total"


# --- another client or date ---------------------------------------------------------------------------


@pytest.fixture(params=["party", "occurred_on"])
def recounting(request, make_client):
	"""The change, and its event."""
	if request.param == "party":
		return {"party": make_client("Bert Client", "bert@client-b.example").party}, "Client Changed"
	return {"occurred_on": "2026-11-20 10:00:00"}, "Date Changed"


def test_another_client_or_date_needs_a_reason_once_a_deadline_counts(case, change, recounting, clock_at):
	values, event = recounting
	for at in (TUESDAY, THURSDAY):
		with pytest.raises(MissingDetailsError, match="client or the date"):
			change(case, at, **values)
	with clock_at(TUESDAY):
		api.answer(case.name)
	with pytest.raises(MissingDetailsError):
		change(case, THURSDAY, "  ", **values)  # what was judged counts as well
	doc = change(case, THURSDAY, WHY, **values)
	(row,) = [row for row in doc.events if row.event == event]
	assert WHY in row.note and row.by_user == "Administrator"
	assert not doc.reclassification_reason
	assert statuses(doc) == ("Met", "Met", 0)


def test_what_was_missed_counts_for_the_other_client_or_date(case, change, recounting):
	from client_comms.client_interactions.report.response_compliance import response_compliance

	values, _event = recounting
	doc = change(case, THURSDAY, WHY, **values)
	assert (statuses(doc), doc.missed_deadlines) == (("Breached", "Breached", 1), 2)
	assert (str(doc.acknowledge_by), str(doc.respond_by)) == ("2026-11-24 17:00:00", "2026-11-25 17:00:00")
	filters = {
		"from_date": doc.occurred_on.date(),
		"to_date": doc.occurred_on.date(),
		"party_type": "Customer",
	}
	rows = response_compliance.execute(frappe._dict(filters, party=doc.party))[1]
	assert [row["missed_deadlines"] for row in rows] == [2, 2], "the group and the total"


def test_naming_the_client_of_a_record_that_had_none_needs_no_reason(case, change):
	frappe.db.set_value(INTERACTION, case.name, {"party_type": None, "party": None})
	doc = change(case, THURSDAY, party_type="Customer", party=case.party)
	assert doc.party == case.party and "Client Changed" in [row.event for row in doc.events]


def test_without_a_deadline_another_client_or_date_needs_no_reason(case, change, recounting):
	values, event = recounting
	doc = change(case, TUESDAY, WHY, direction="Internal")
	doc = change(doc, TUESDAY, **values)
	assert event in [row.event for row in doc.events]
