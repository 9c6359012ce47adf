"""Who adds a number to a contact states how it was verified, and who records a renewed consent what shows it (D-4, P-3)."""

import uuid

import pytest
from browsing import shut
from playwright.sync_api import expect

PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def enforced(site):
	before = site.db.get_single_value("Client Comms Settings", "verification_mode")

	def set_mode(mode):
		site.db.set_single_value("Client Comms Settings", "verification_mode", mode)
		site.clear_document_cache("Client Comms Settings", "Client Comms Settings")
		site.db.commit()

	set_mode("Enforce")
	yield
	site.db.rollback()
	set_mode(before)


def state_now(page):
	"""The next step of the refusal."""
	refusal = page.locator(".msgprint-dialog:visible")
	expect(refusal).to_contain_text("State how these details were verified")
	refusal.get_by_role("button", name="Verification Method").click()
	dialog = page.locator(".modal.show", has=page.locator("[data-fieldname=verified_how]")).last
	dialog.locator("[data-fieldname=verified_how] select").select_option("Document Seen")
	dialog.get_by_role("button", name="Save", exact=True).click()
	expect(page.locator(".modal.show")).to_have_count(0)


@pytest.mark.clause("D-4")
def test_a_number_is_added_in_the_form_with_how_it_was_verified(
	site, enforced, make_user, login, client, shoot
):
	user = make_user("Account Manager", "Sales User", "Sales Master Manager", password=PASSWORD)
	contact = site.db.get_value("Dynamic Link", {"link_name": client.name, "parenttype": "Contact"}, "parent")
	page = login(user, PASSWORD)
	page.goto(f"/app/contact/{contact}")
	page.wait_for_function("window.cur_frm?.doctype === 'Contact' && cur_frm.doc.name")
	page.evaluate("cur_frm.add_child('phone_nos', {phone: '+49 30 5551'}); cur_frm.dirty()")
	page.evaluate("void cur_frm.save()")
	refusal = page.locator(".msgprint-dialog:visible")
	expect(refusal).to_contain_text("State how these details were verified")
	shoot(page, "refused")
	state_now(page)
	site.db.rollback()
	doc = site.get_doc("Contact", contact)
	assert doc.verified_how == "Document Seen" and doc.details_confirmed_on
	assert [row.phone for row in doc.phone_nos][-1] == "+49 30 5551"


@pytest.mark.clause("D-4")
def test_a_user_who_left_the_form_reads_that_nothing_was_saved(site, make_user, login, client):
	user = make_user("Account Manager", "Sales User", "Sales Master Manager", password=PASSWORD)
	contact = site.db.get_value("Dynamic Link", {"link_name": client.name, "parenttype": "Contact"}, "parent")
	page = login(user, PASSWORD)
	page.goto(f"/app/contact/{contact}")
	page.wait_for_function("window.cur_frm?.doctype === 'Contact' && cur_frm.doc.name")
	page.evaluate("name => { frappe.set_route('Form', 'Customer', name); }", client.name)
	page.wait_for_function("cur_frm?.doctype === 'Customer'")
	page.evaluate("name => { client_comms.state_verification({ doctype: 'Contact', name }); }", contact)
	expect(page.locator(".msgprint-dialog:visible")).to_contain_text("is no longer open")
	expect(page.locator("[data-fieldname=verified_how] select:visible")).to_have_count(0)


@pytest.mark.clause("P-3")
def test_a_consent_is_given_again_with_what_shows_it(site, make_user, login, client, received, shoot):
	user = make_user("Frontline Staff", "Sales User", password=PASSWORD)
	inquiry = received("Offer for a solar roof")
	consent = site.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": "Customer",
			"party": client.name,
			"purpose": site.get_all("Consent Purpose", {"concerns_third_party": 0}, pluck="name")[0],
			"status": "Refused",
			"collected_through": "Phone",
		}
	).insert(ignore_permissions=True)
	site.db.commit()
	try:
		page = login(user, PASSWORD)
		page.goto(f"/app/client-consent/{consent.name}")
		page.locator(".page-head:visible").get_by_role("button", name="Give", exact=True).click()
		dialog = page.locator(".modal.show", has=page.locator("[data-fieldname=through]")).first
		dialog.get_by_role("button", name="Give", exact=True).click()
		refusal = page.locator(".msgprint-dialog:visible")
		expect(refusal).to_contain_text("Name what shows that the client agreed")
		shut(refusal)
		expect(refusal).to_have_count(0)
		shoot(page, "give")
		field = dialog.locator("[data-fieldname=client_interaction]")
		field.locator("input").fill(inquiry)
		field.locator("[role=option]").filter(has_text=inquiry).first.click()
		dialog.get_by_role("button", name="Give", exact=True).click()
		expect(page.locator(".modal.show")).to_have_count(0)
		site.db.rollback()
		after = site.db.get_value("Client Consent", consent.name, ["status", "client_interaction"])
		assert after == ("Given", inquiry)
	finally:
		site.db.rollback()
		for doctype in ("Client Consent", "Consent Event"):
			key = "name" if doctype == "Client Consent" else "parent"
			site.db.delete(doctype, {key: consent.name})
		site.db.commit()


@pytest.mark.clause("D-4")
def test_a_lead_is_entered_with_how_it_was_verified_and_so_is_a_number_that_is_added(
	site, enforced, make_user, login, shoot
):
	user = make_user("Account Manager", "Sales User", "Sales Manager", password=PASSWORD)
	address = f"lena.{uuid.uuid4().hex[:8]}@lead.example"
	page = login(user, PASSWORD)
	page.goto("/app/lead/new")
	page.wait_for_function("window.cur_frm?.doctype === 'Lead' && cur_frm.is_new()")
	page.evaluate(
		"email_id => cur_frm.set_value({ first_name: 'Lena', last_name: 'Desk', email_id })", address
	)
	page.wait_for_function("cur_frm.doc.email_id")
	page.evaluate("void cur_frm.save()")
	refusal = page.locator(".msgprint-dialog:visible")
	expect(refusal).to_contain_text("State how these details were verified")
	shoot(page, "lead-refused")
	page.keyboard.press("Escape")
	field = page.locator(".form-page [data-fieldname=verified_how] select")
	page.evaluate("cur_frm.scroll_to_field('verified_how')")
	field.select_option("Call-back")
	shoot(page, "lead-stated")
	page.evaluate("void cur_frm.save()")
	page.wait_for_function("!cur_frm.is_new() && !cur_frm.is_dirty()")
	name = page.evaluate("cur_frm.doc.name")
	try:
		site.db.rollback()
		site.db.set_value("Lead", name, "details_confirmed_on", "2020-01-01", update_modified=False)
		site.db.commit()
		page.evaluate("cur_frm.reload_doc()")
		page.wait_for_function("cur_frm.doc.details_confirmed_on === '2020-01-01'")
		page.evaluate("cur_frm.set_value('phone', '+49 30 5556').then(() => void cur_frm.save())")
		expect(refusal).to_contain_text("State how these details were verified")
		state_now(page)
		site.db.rollback()
		assert site.db.get_value("Lead", name, ["phone", "verified_how"]) == ("+49 30 5556", "Document Seen")
	finally:
		site.set_user("Administrator")
		site.db.rollback()
		for interaction in site.get_all("Client Interaction", {"party": name}, pluck="name"):
			site.delete_doc("Client Interaction", interaction, force=True, ignore_permissions=True)
		site.delete_doc("Lead", name, force=True, ignore_permissions=True)
		site.db.commit()


@pytest.mark.clause("D-4")
def test_the_quick_entry_of_a_customer_asks_how_it_was_verified(site, enforced, make_user, login, shoot):
	user = make_user("Account Manager", "Sales User", "Sales Master Manager", password=PASSWORD)
	name = f"Quick Desk {uuid.uuid4().hex[:8]}"
	page = login(user, PASSWORD)
	page.goto("/app/customer")
	page.wait_for_function("window.cur_list?.doctype === 'Customer'")
	page.evaluate("void frappe.new_doc('Customer')")
	dialog = page.locator(".modal.show", has=page.locator("[data-fieldname=customer_name]")).last
	dialog.locator("[data-fieldname=customer_name] input").fill(name)
	dialog.get_by_text("Primary Contact Details").click()
	dialog.locator("[data-fieldname=email_address] input").fill(f"{name[-8:]}@desk.example")
	dialog.locator("[data-fieldname=verified_how] select").select_option("Call-back")
	shoot(page, "customer")
	dialog.get_by_role("button", name="Save", exact=True).click()
	expect(dialog).to_be_hidden()
	site.db.rollback()
	contact = site.db.get_value("Customer", name, "customer_primary_contact")
	try:
		assert site.db.get_value("Contact", contact, "verified_how") == "Call-back"
	finally:
		site.set_user("Administrator")
		site.delete_doc("Customer", name, force=True, ignore_permissions=True)
		site.db.commit()
