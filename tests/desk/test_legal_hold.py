"""What the forms say of legal holds, of anonymised records, and of the next step of a client's request (P-2)."""

import pytest
from playwright.sync_api import expect

from client_comms import procedure

pytestmark = [pytest.mark.committed, pytest.mark.clause("P-2")]
PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def officer(make_user):
	return make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD)


@pytest.fixture
def held(site, client, received, removed):
	"""An inquiry of a client on hold, of which staff are told."""
	hold = site.get_doc(
		{
			"doctype": "Legal Hold",
			"hold_on": "Client",
			"party_type": "Customer",
			"party": client.name,
			"reason": "Court of Kiel",
			"told_to_staff": 1,
		}
	).insert()
	site.db.commit()
	name = received("Solar roof")
	yield site._dict(hold=hold.name, interaction=name)
	site.db.rollback()
	site.db.delete("Legal Hold", {"name": hold.name})
	site.db.commit()


def test_staff_read_that_a_record_must_be_kept_and_officers_by_which_hold(
	held, frontline, officer, login, shoot
):
	staff = login(frontline, PASSWORD)
	staff.goto(f"/app/client-interaction/{held.interaction}")
	banner = staff.locator(".client-comms-legal-hold")
	expect(banner).to_contain_text("must be kept")
	assert held.hold not in banner.inner_text() and "Kiel" not in banner.inner_text()
	expect(staff.get_by_role("button", name="Open the Hold")).to_have_count(0)
	shoot(staff, "staff")
	desk = login(officer, PASSWORD)
	desk.goto(f"/app/client-interaction/{held.interaction}")
	expect(desk.locator(".client-comms-legal-hold")).to_contain_text("Court of Kiel")
	shoot(desk, "officer")
	desk.get_by_role("button", name="Open the Hold").click()
	desk.wait_for_url(f"**/legal-hold/{held.hold}")
	expect(desk.get_by_role("button", name="Release")).to_be_visible()
	desk.goto("/app/legal-hold")
	expect(desk.locator(".list-row:visible", has_text=held.hold)).to_be_visible()
	shoot(desk, "list")


def test_an_anonymised_interaction_offers_no_reply_and_no_client(site, received, frontline, login, shoot):
	name = received("Solar roof")
	gone = {"anonymised_on": "2026-11-30", "status": "Closed", "clock_state": "Stopped", "party": None}
	site.db.set_value("Client Interaction", name, {**gone, "contact": None, "party_name": "Anonymised"})
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	expect(page.locator(".form-message:visible").first).to_contain_text(
		"the client, texts, messages and files are gone"
	)
	expect(page.get_by_role("button", name="Why?")).to_be_visible()
	for label in ("Reply", "Private Note", "Choose Client", "Reopen", "Save"):
		expect(
			page.locator(".form-page:visible, .page-head:visible").get_by_role(
				"button", name=label, exact=True
			)
		).to_have_count(0)
	shoot(page, "anonymised")
	site.db.delete("Client Interaction", {"name": name})
	site.db.commit()


def test_an_objection_to_advertising_is_recorded_as_a_refusal(site, client, removed, officer, login, shoot):
	asked = site.get_doc(
		{
			"doctype": "Data Subject Request",
			"right": "Objection",
			"party_type": "Customer",
			"party": client.name,
			"details": "No advertising",
		}
	).insert()
	removed(asked.doctype, asked.name)
	asked.db_set("identity_confirmed_until", site.utils.add_to_date(site.utils.now_datetime(), days=10))
	site.db.commit()
	desk = login(officer, PASSWORD)
	desk.goto(f"/app/data-subject-request/{asked.name}")
	expect(desk.locator(".form-message:visible")).to_contain_text("it must stop at once")
	shoot(desk, "objection")
	desk.get_by_role("button", name="Record Refusal").click()
	desk.wait_for_url("**/client-consent/new-*")
	form = desk.locator(".form-layout:visible")
	expect(form.locator("[data-fieldname=status] select")).to_have_value("Refused")
	expect(form.locator(".frappe-control[data-fieldname=given_on] label:visible")).to_have_text("Refused On")
	expect(form.locator(".frappe-control[data-fieldname=valid_until]")).not_to_be_visible()
	expect(form.locator(".frappe-control[data-fieldname=third_party]")).not_to_be_visible()
	shoot(desk, "refusal")
	form.locator("[data-fieldname=collected_through] select").select_option("Email")
	desk.get_by_role("button", name="Save").click()
	desk.wait_for_url("**/client-consent/CC-*")
	site.db.rollback()
	consent = site.get_last_doc("Client Consent", {"party": client.name})
	removed(consent.doctype, consent.name)
	assert (consent.status, consent.purpose) == ("Refused", "Marketing")
	desk.goto(f"/app/data-subject-request/{asked.name}")
	desk.locator(".page-head:visible").get_by_role("button", name="Actions").click()
	desk.get_by_role("link", name="Refuse", exact=True).click()
	expect(desk.locator(".modal.show")).to_contain_text("supervisory authority and go to court")
	shoot(desk, "refuse")
