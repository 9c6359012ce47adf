"""A client who gets no emails is answered by letter, from the form of the request (P-2)."""

import pytest
from playwright.sync_api import expect

from client_comms import procedure

pytestmark = [pytest.mark.committed, pytest.mark.clause("P-2")]
PASSWORD = "Regenbogen-Kahn-42"
REQUEST, VERIFICATION, UNSUBSCRIBED = "Data Subject Request", "Identity Verification", "Email Unsubscribe"
LETTER = "Registered letter of 3 May"


@pytest.fixture
def asked(site, client):
	"""A request of a client, who has unsubscribed and whose identity is confirmed."""
	left = {"doctype": UNSUBSCRIBED, "email": client.address, "global_unsubscribe": 1}
	left = site.get_doc(left).insert()
	about = {"party_type": "Customer", "party": client.name}
	checked = {"method": "Document Seen", "result": "Confirmed"}
	site.get_doc({"doctype": VERIFICATION, **about, **checked}).insert()
	request = site.get_doc({"doctype": REQUEST, **about, "right": "Objection"}).insert()
	request.confirm_identity()
	site.db.commit()
	yield request
	site.db.rollback()
	for doctype in (REQUEST, VERIFICATION):
		site.db.delete(doctype, {"party": client.name})
	site.db.delete(UNSUBSCRIBED, {"name": left.name})
	site.db.commit()


def test_the_dialog_asks_how_the_client_was_told(site, asked, login, make_user, shoot):
	officer = make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD)
	page = login(officer, PASSWORD)
	page.goto(f"/app/data-subject-request/{asked.name}")
	page.get_by_role("button", name="Actions").click()
	page.get_by_role("link", name="Answer", exact=True).or_(
		page.get_by_role("menuitem", name="Answer", exact=True)
	).click()
	dialog = page.locator(".modal.show")
	dialog.get_by_label("What the Client Is Told").fill("We stop the letters.")
	expect(dialog.get_by_text("no confirmed email address that gets emails")).to_be_visible()
	expect(dialog.locator('[data-fieldname="otherwise"] .reqd')).to_have_count(1)
	shoot(page, "told-otherwise")
	dialog.get_by_label("Told in Another Way").fill(LETTER)
	dialog.get_by_role("button", name="Answer", exact=True).click()
	expect(page.locator('[data-fieldname="answered_otherwise"]:visible')).to_contain_text(LETTER)
	shoot(page, "answered-otherwise")
	site.db.rollback()
	stored = site.get_doc(REQUEST, asked.name)
	assert (stored.status, stored.answered_otherwise) == ("Answered", LETTER)
	assert not site.db.exists("Email Queue", {"reference_name": asked.name})
