"""Clients in the portal: choosing the client, consents, and how they want to be contacted (P-3, C-1)."""

import frappe
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-3", "C-1")

PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def visitor(site, client, make_user):
	"""The login of a client's contact, who is the contact of another client, too."""
	other = site.get_doc({"doctype": "Customer", "customer_name": f"Nord Dental Lab {client.key}"}).insert()
	contact = site.get_doc(
		"Contact", site.db.get_value("Contact Email", {"email_id": client.address}, "parent")
	)
	user = make_user("Customer", user_type="Website User", password=PASSWORD)
	contact.append("links", {"link_doctype": "Customer", "link_name": other.name})
	contact.user = user
	contact.save()
	site.db.commit()
	yield site._dict(user=user, other=other.name)
	site.set_user("Administrator")
	site.db.rollback()
	for doctype in ("Client Consent", "Identity Verification", "Communication Preference"):
		for name in site.get_all(doctype, {"party": ("in", (client.name, other.name))}, pluck="name"):
			for child in ("Consent Event", "Preferred Channel", "Excluded Channel"):
				site.db.delete(child, {"parent": name})
			site.db.delete(doctype, {"name": name})
	contact.reload()
	contact.user = None
	contact.links = [link for link in contact.links if link.link_name != other.name]
	contact.save()
	site.delete_doc("Customer", other.name, force=True)
	site.db.commit()


def test_choose_agree_prefer_and_prefer_nothing_any_more(visitor, client, site, login, shoot):
	page = login(visitor.user, PASSWORD)
	page.goto("/client-privacy")
	choose = page.get_by_role("link", name="Nord Dental Lab")
	expect(choose).to_be_visible()
	shoot(page, "choose")
	choose.click()
	offer = page.locator("fieldset", has_text="Marketing")
	offer.get_by_text("I agree", exact=True).click()
	page.get_by_label("Preferred: Phone").check()
	page.get_by_label("Never: Letter").check()
	shoot(page, "answer")
	send(page)
	site.db.rollback()
	consent = frappe.get_last_doc("Client Consent", {"party": visitor.other})
	assert (consent.purpose, consent.status) == ("Marketing", "Given")
	assert not frappe.db.exists("Client Consent", {"party": client.name})
	assert preference(visitor) == (["Phone"], ["Letter"])

	page.get_by_role("link", name="Back to Consents and Preferences").click()
	expect(page.locator("fieldset", has_text="Marketing")).to_contain_text("Given")
	page.get_by_label("No Preference: Phone").check()
	send(page)
	site.db.rollback()
	assert preference(visitor) == ([], ["Letter"])


def test_who_has_chosen_nothing_reads_so(visitor, login):
	page = login(visitor.user, PASSWORD)
	page.goto("/client-privacy")
	page.get_by_role("link", name="Nord Dental Lab").click()
	submit, error = page.locator(".self-service [type=submit]"), page.locator(".self-service-error")
	submit.click()
	expect(error).to_contain_text("You have not changed anything yet.")
	expect(page.locator(".self-service-done")).to_be_hidden()
	page.get_by_label("Never: Letter").check()
	page.get_by_label("No Preference: Letter").check()
	submit.click()
	expect(error).to_be_visible()
	page.get_by_label("This is right").check()
	submit.click()
	expect(page.locator(".self-service-done")).to_be_visible()


def send(page):
	sent = []
	page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
	page.locator(".self-service [type=submit]").dblclick()
	expect(page.locator(".self-service-done").get_by_text("Thank you")).to_be_in_viewport()
	assert len(sent) == 1


def preference(visitor):
	doc = frappe.get_last_doc("Communication Preference", {"party": visitor.other})
	return [row.channel for row in doc.channels], [row.channel for row in doc.channels_not_to_use]


def test_nothing_can_be_sent_before_the_script_is_there(visitor, login):
	"""The browser would send the form itself, and show the page again without what was entered."""
	page = login(visitor.user, PASSWORD)
	page.route("**/*.js*", lambda route: route.abort())
	page.goto("/client-request")
	expect(page.locator(".client-request [type=submit]")).to_be_disabled()
	page.goto("/client-privacy")
	page.get_by_role("link", name="Nord Dental Lab").click()
	expect(page.locator(".self-service [type=submit]")).to_be_disabled()
	expect(page.locator(".data-request [type=submit]")).to_be_disabled()
	page.unroute("**/*.js*")
	page.reload()
	expect(page.locator(".self-service [type=submit]")).to_be_enabled()
	expect(page.locator(".data-request [type=submit]")).to_be_enabled()


def test_without_scripts_the_page_says_why_nothing_can_be_sent(browser, http):
	for scripts in (False, True):
		context = browser.new_context(base_url=http, java_script_enabled=scripts)
		page = context.new_page()
		page.goto("/client-request?_lang=en")
		told = page.locator(".alert", has_text="needs JavaScript")
		expect(told).to_be_hidden() if scripts else expect(told).to_be_visible()
		context.close()


def test_a_link_that_is_over_leads_to_a_new_one_in_the_same_language(browser, http):
	page = browser.new_page(base_url=http)
	page.goto("/client-link?token=none&_lang=de")
	page.get_by_role("link", name="Link zusenden").click()
	expect(page.get_by_label("E-Mail-Adresse")).to_be_visible()
	page.close()
