"""Meetings pass the gate before Frappe passes them to Google Calendar (C-2, P-1 to P-3, D-5)."""

import json

import frappe
import httplib2
import pytest
from frappe.integrations.doctype.google_calendar import google_calendar
from googleapiclient.discovery import build

from client_comms.exceptions import ClearanceMissingError, OutgoingRefusedError
from client_comms.outgoing import google_calendar as google_calendar_gate

pytestmark = pytest.mark.clause("C-2", "P-2", "P-3", "D-5")

ANNA = "anna@calendar.example"


@pytest.fixture
def anna(make_client):
	return make_client("Anna Client", ANNA)


@pytest.fixture
def calendar(monkeypatch):
	"""A Google Calendar; `calendar.sent` is what Frappe passed to Google."""
	doc = frappe.get_doc(
		{
			"doctype": "Google Calendar",
			"calendar_name": "Meetings",
			"google_calendar_id": "primary",
			"user": "Administrator",
			"enable": 1,
			"push_to_google_calendar": 1,
		}
	)
	doc.name = "Meetings"
	doc.db_insert()
	google = frappe._dict(name=doc.name, sent=[], status="200")

	def answer(_http, _retries, _what, _sleep, _rand, uri, method, body=None, **_how):
		if method != "GET":
			google.sent.append(json.loads(body))
		return httplib2.Response({"status": google.status}), json.dumps({"id": "event-1"}).encode()

	monkeypatch.setattr("googleapiclient.http._retry_request", answer)
	service = build("calendar", "v3", http=httplib2.Http(), static_discovery=True)
	monkeypatch.setattr(google_calendar, "get_google_calendar_object", lambda name: (service, doc))
	return google


def meeting(calendar, *participants, **fields):
	return frappe.get_doc(
		{
			"doctype": "Event",
			"subject": "About the complaint",
			"description": "Anna complains about the noise",
			"event_type": "Private",
			"starts_on": frappe.utils.add_days(frappe.utils.now_datetime(), 1),
			"sync_with_google_calendar": 1,
			"google_calendar": calendar.name,
			"event_participants": [
				{"reference_doctype": doctype, "reference_docname": name, **more}
				for doctype, name, more in participants
			],
			**fields,
		}
	).insert(ignore_permissions=True)


@pytest.fixture
def complaint(log, anna):
	return log("Feedback/Complaint", party_type="Customer", party=anna.party, contact=anna.contact)


def about(doc, **more):
	return doc.doctype, doc.name, more


def test_a_confidential_meeting_is_refused_and_saved_without_it(calendar, complaint, anna, set_settings):
	set_settings(consent_mode="Enforce")
	people = about(complaint), ("Contact", anna.contact, {})
	with pytest.raises(OutgoingRefusedError):
		meeting(calendar, *people)
	saved = meeting(calendar, *people, sync_with_google_calendar=0)
	saved.sync_with_google_calendar = 1
	with pytest.raises(OutgoingRefusedError):
		saved.save()
	assert calendar.sent == []


def test_one_that_passes_is_on_the_register(calendar, log, anna, set_settings):
	set_settings(consent_mode="Enforce", identity_mode="Off")
	case = log("Initial Inquiry", party_type="Customer", party=anna.party, contact=anna.contact)
	frappe.db.commit()
	meeting(calendar, about(case), ("Contact", anna.contact, {}))
	(body,) = calendar.sent
	assert body["summary"] == "About the complaint" and {"email": ANNA} in body["attendees"]
	frappe.db.rollback()  # what fails after Google has it does not take that back
	rows = frappe.get_all("Client Disclosure", {"client_interaction": case.name}, pluck="recipient")
	assert sorted(rows) == [ANNA, google_calendar_gate.GOOGLE]


def test_one_that_google_refuses_is_not(calendar, log, anna, set_settings):
	set_settings(consent_mode="Enforce", identity_mode="Off")
	case = log("Initial Inquiry", party_type="Customer", party=anna.party, contact=anna.contact)
	calendar.status = "403"
	with pytest.raises(frappe.ValidationError, match="403"):
		meeting(calendar, about(case), ("Contact", anna.contact, {}))
	frappe.db.commit()
	assert calendar.sent and not frappe.db.exists("Client Disclosure", {"client_interaction": case.name})


def test_a_client_who_excluded_emails_is_not_invited(calendar, anna):
	"""Google invites by email. The meeting is not linked to an interaction before it starts."""
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": "Customer",
			"party": anna.party,
			"channels_not_to_use": [{"channel": "Email"}],
		}
	).insert()
	with pytest.raises(OutgoingRefusedError):
		meeting(calendar, ("Customer", anna.party, {"email": ANNA}))
	assert calendar.sent == []


def test_a_colleague_without_clearance_is_not_invited(calendar, complaint, make_user, set_settings):
	set_settings(consent_mode="Off", identity_mode="Off")
	colleague = make_user("Frontline Staff")
	with pytest.raises(ClearanceMissingError):
		meeting(calendar, about(complaint, email=colleague))
	assert calendar.sent == []
	meeting(calendar, about(complaint, email=make_user("Compliance Officer", "Customer Support Manager")))
	assert len(calendar.sent) == 1


def test_other_meetings_pass(calendar):
	meeting(calendar)
	assert len(calendar.sent) == 1
