"""What only the app writes keeps its value whatever a request contains, for those who can write the document."""

import frappe
import pytest

from client_comms import procedure
from client_comms.client_privacy.doctype.consent_notice import consent_notice

pytestmark = pytest.mark.clause("P-2", "R-3")


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", "anna@client.example")


def put(doc, **values):
	"""As a client of the API."""
	try:
		frappe.client.set_value(doc.doctype, doc.name, values)
	except frappe.ValidationError:
		pass
	return frappe.db.get_value(doc.doctype, doc.name, list(values), as_dict=True)


def test_a_request_is_answered_and_extended_by_actions_alone(client, officer, as_user, monkeypatch):
	monkeypatch.setattr(frappe, "sendmail", lambda **mail: None)
	with as_user(officer):
		doc = frappe.get_doc(
			{
				"doctype": "Data Subject Request",
				"party_type": client.party_type,
				"party": client.party,
				"right": "Access",
				"status": "Answered",
				"answer": "Forged",
				"extended_months": 12,
			}
		).insert()
		assert (doc.status, doc.answer, doc.extended_months or 0) == ("Open", None, 0)
		due = doc.due_on
		assert put(
			doc,
			status="Answered",
			answer="Forged",
			answered_by="x",
			identity_confirmed_until="2099-01-01 00:00:00",
			extended_months=12,
		) == {
			"status": "Open",
			"answer": None,
			"answered_by": None,
			"identity_confirmed_until": None,
			"extended_months": 0,
		}
		assert put(doc, details="By letter") == {"details": "By letter"}
		doc.reload()
		assert doc.due_on == due
		doc.close("Refused", "We do not know you.")
		doc.reload()
		assert (doc.status, doc.answered_by) == ("Refused", officer)
		assert put(doc, status="Open", answer="Other words") == {
			"status": "Refused",
			"answer": "We do not know you.",
		}


def test_a_hold_ends_by_its_release_alone(client, officer, as_user):
	with as_user(officer):
		doc = frappe.get_doc(
			{
				"doctype": "Legal Hold",
				"hold_on": "Client",
				"party_type": client.party_type,
				"party": client.party,
				"reason": "Claim",
				"release_reason": "Forged",
			}
		).insert()
		assert doc.release_reason is None
		forged = {"status": "Released", "placed_by": "Administrator", "release_reason": "x"}
		assert put(doc, **forged) == {"status": "Active", "placed_by": officer, "release_reason": None}
		doc.reload()
		doc.release("Settled")
		assert frappe.db.get_value(doc.doctype, doc.name, ["status", "released_by"]) == ("Released", officer)


def test_a_grant_stays_what_it_was(log, make_user):
	doc = frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": log(procedure.INITIAL_INQUIRY).name,
			"user": make_user(procedure.CUSTOMER_SUPPORT),
			"valid_until": frappe.utils.add_to_date(None, hours=1),
			"reason": "Stands in",
		}
	).insert()
	assert put(doc, break_glass=1) == {"break_glass": 0}


def test_the_reviewer_of_a_record_cannot_be_replaced(log, make_user, as_user):
	agent = make_user(procedure.CUSTOMER_SUPPORT)
	one, other = (make_user(procedure.CUSTOMER_SUPPORT_MANAGER) for _number in range(2))
	programme = frappe.get_doc(
		{
			"doctype": "Review Programme",
			"programme_name": frappe.generate_hash(length=8),
			"period": "Monthly",
			"reviewer_role": procedure.CUSTOMER_SUPPORT_MANAGER,
			"size_by": "Number",
			"number": 1,
			"drawn_until": "2099-01-01",
			"criteria": [{"criterion": "Accuracy", "judged_by": "Reviewer", "weight": 1, "highest": 4}],
		}
	).insert()
	assert programme.drawn_until is None
	assert put(programme, drawn_until="2099-01-01") == {"drawn_until": None}
	doc = frappe.get_doc(
		{
			"doctype": "Interaction Review",
			"interaction": log(procedure.INITIAL_INQUIRY, responsible_staff=agent).name,
			"reviewed_user": agent,
			"reviewer": one,
			"programme": programme.name,
			"scores": [{"criterion": "Accuracy", "judged_by": "Reviewer", "weight": 1, "highest": 4}],
		}
	).insert()
	with as_user(other), pytest.raises(frappe.PermissionError):
		frappe.client.set_value(doc.doctype, doc.name, {"reviewer": other, "summary": "Mine"})
	with as_user(one):
		assert put(doc, reviewer=other, summary="Well done") == {"reviewer": one, "summary": "Well done"}


def test_the_score_of_a_training_is_not_entered(make_user, officer, as_user):
	training = frappe.get_doc(
		{"doctype": "SOP Training", "training_name": frappe.generate_hash(length=8), "valid_months": 12}
	).insert()
	doc = frappe.get_doc(
		{
			"doctype": "SOP Training Record",
			"user": make_user(procedure.CUSTOMER_SUPPORT),
			"training": training.name,
			"completed_on": "2026-01-15",
			"score": 40,
		}
	).insert()
	with as_user(officer):
		assert put(doc, score=100) == {"score": 40}


def test_the_fingerprint_of_a_notice_and_who_collected_a_consent_stay(client, officer, as_user):
	purpose = frappe.get_all("Consent Purpose", {"concerns_third_party": 0}, pluck="name")[0]
	notice = frappe.get_doc("Consent Notice", consent_notice.keep(purpose, "en", "What you agree to"))
	with as_user(officer):
		assert put(notice, text_hash="0", version=9) == {
			"text_hash": notice.text_hash,
			"version": notice.version,
		}
	consent = frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": client.party_type,
			"party": client.party,
			"purpose": purpose,
			"collected_through": "Phone",
		}
	).insert()
	assert put(consent, collected_by=officer) == {"collected_by": "Administrator"}
