"""Staff record how they confirmed who the client is; nothing is chosen for them (P-1)."""

import re

import pytest
from browsing import shut
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("P-1")

PASSWORD = "Regenbogen-Kahn-42"
CONTINUE = re.compile("^(Weiter|Fortsetzen)$")  # in Frappe's German of version 16, and of version 15


@pytest.fixture
def agent(site, make_user, client):
	yield make_user("Customer Support", "Sales User", password=PASSWORD, language="de")
	site.set_user("Administrator")
	site.db.rollback()
	for doctype in ("Identity Verification", "Data Subject Request"):
		site.db.delete(doctype, {"party": client.name})
	site.db.commit()


def test_method_and_result_are_chosen_in_the_users_language(site, agent, client, received, login, shoot):
	name = received("Complaint about noise")
	site.db.set_value("Client Interaction", name, "responsible_staff", agent)
	site.db.commit()
	page = login(agent, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".page-head:visible").get_by_role("button", name="Datenschutz").click()
	page.locator(".dropdown-menu.show").get_by_text("Identität prüfen", exact=True).click()
	dialog = page.locator(".modal.show")
	method = dialog.locator("[data-fieldname=method] select")
	result = dialog.locator("[data-fieldname=result] select")
	expect(method.locator("option:checked")).to_have_text("")
	expect(result).to_be_hidden()
	method.select_option("Ausweis gesehen")
	expect(result).to_be_visible()
	expect(result.locator("option")).to_have_text(["", "Bestätigt", "Fehlgeschlagen"])
	expect(result.locator("option:checked")).to_have_text("")
	shoot(page, "dialog")
	dialog.get_by_role("button", name=CONTINUE).click()
	message = page.locator(".modal.show").filter(has_text="fehlen Werte")
	shut(message)
	expect(message).to_have_count(0)
	result.select_option("Bestätigt")
	dialog.get_by_role("button", name=CONTINUE).click()
	expect(page.locator(".client-comms-conversation .facts")).to_contain_text(
		"Die Identität des Kunden ist bis"
	)
	shoot(page, "confirmed")
	site.db.rollback()
	recorded = site.get_last_doc("Identity Verification", {"party": client.name})
	assert (recorded.method, recorded.result) == ("Document Seen", "Confirmed")


def test_what_the_level_requires_is_one_click_away_where_it_says_that_it_is_missing(
	site, agent, client, received, login, shoot
):
	name = received("Complaint about noise")
	adviser = f"tax@adviser-{client.key}.example"
	site.db.set_value("Communication", {"client_interaction": name}, "cc", adviser)
	third_party = site.get_doc(
		{
			"doctype": "Third Party",
			"third_party_name": f"Adviser {client.key}",
			"email_domains": adviser.partition("@")[2],
		}
	).insert()
	site.db.set_value("Client Interaction", name, "responsible_staff", agent)
	site.db.set_value("User", agent, "language", "en")
	site.db.commit()
	page = login(agent, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	facts = page.locator(".client-comms-conversation .facts section").filter(has_text=client.name)
	expect(facts).to_contain_text("The client's identity has not been confirmed.")
	shoot(page, "card")
	facts.get_by_role("button", name="Verify Identity").click()
	dialog = page.locator(".modal.show")
	dialog.locator("[data-fieldname=method] select").select_option("Document Seen")
	dialog.locator("[data-fieldname=result] select").select_option("Confirmed")
	dialog.get_by_role("button", name="Continue").click()
	expect(facts).to_contain_text("The client's identity is confirmed until")
	expect(facts.get_by_role("button", name="Verify Identity")).to_have_count(0)
	facts.get_by_role("button", name="Ask for Consent").click()
	dialog = page.locator(".modal.show")
	expect(dialog).to_contain_text("Send Link")
	expect(dialog.locator("[data-fieldname=third_party] input")).to_have_value(third_party.name)
	shoot(page, "consent")
	third_party.delete()
	site.db.commit()


@pytest.mark.clause("P-2")
def test_staff_enter_what_a_client_asked_about_their_data(site, agent, client, received, login, shoot):
	name = received("Which data do you have about me?")
	wrote = site.utils.add_days(site.utils.now_datetime(), -4)
	site.db.set_value("Client Interaction", name, {"responsible_staff": agent, "occurred_on": wrote})
	site.db.delete("Interaction Event", {"parent": name, "event": "Received"})
	site.db.commit()
	page = login(agent, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".page-head:visible").get_by_role("button", name="Datenschutz").click()
	page.locator(".dropdown-menu.show").get_by_text("Neuer Betroffenenantrag", exact=True).click()
	dialog = page.locator(".modal.show")
	dialog.locator("[data-fieldname=right] select").select_option("Auskunft")
	dialog.locator("[data-fieldname=details] textarea").fill("Asked in her email")
	shoot(page, "request")
	dialog.get_by_role("button", name="Eingeben").click()
	expect(page.locator(".modal.show")).to_contain_text("beantwortet werden")
	shoot(page, "entered")
	site.db.rollback()
	entered = site.get_last_doc("Data Subject Request", {"party": client.name})
	assert (entered.right, entered.details) == ("Access", "Asked in her email")
	assert entered.received_on.date() == wrote.date()  # the deadline counts from then


@pytest.mark.clause("P-2")
def test_a_request_goes_on_once_the_identity_is_confirmed_on_it(
	site, agent, client, received, make_user, login, shoot
):
	from client_comms.api import subject_requests

	received("Which data?")  # by which officers see the client
	request = subject_requests.enter_request("Customer", client.name, "Access")
	site.db.commit()
	page = login(make_user("Compliance Officer", password=PASSWORD), PASSWORD)
	page.goto(f"/app/data-subject-request/{request['name']}")
	page.get_by_role("button", name="Verify Identity").click()
	dialog = page.locator(".modal.show")
	dialog.locator("[data-fieldname=method] select").select_option("Document Seen")
	dialog.locator("[data-fieldname=result] select").select_option("Confirmed")
	dialog.get_by_role("button", name="Continue").click()
	expect(page.get_by_role("button", name="Make Copy of Data")).to_be_visible()
	shoot(page, "request-confirmed")


@pytest.mark.clause("P-2")
def test_a_request_entered_on_an_interaction_leads_back_to_it(
	site, client, received, make_user, login, shoot
):
	name = received("May I have a copy of my data?")
	user = make_user("Customer Support", "Sales User", password=PASSWORD)
	site.db.set_value("Client Interaction", name, "responsible_staff", user)
	site.db.commit()
	page = login(user, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".client-comms-conversation .facts section").first.wait_for()
	page.get_by_role("button", name="Privacy").click()
	page.get_by_role("link", name="New Data Subject Request").click()
	dialog = page.locator(".modal.show")
	dialog.locator("[data-fieldname=right] select").select_option("Access")
	dialog.get_by_role("button", name="Enter").click()
	expect(page.get_by_text("It must be answered by")).to_be_visible()
	site.db.rollback()
	request = site.get_last_doc("Data Subject Request", {"party": client.name})

	officer = login(make_user("Compliance Officer", password=PASSWORD), PASSWORD)
	officer.goto(f"/app/data-subject-request/{request.name}")
	link = officer.locator("[data-fieldname=client_interaction] a", has_text=name)
	expect(link).to_be_visible()
	shoot(officer, "request-with-interaction")
	link.click()
	expect(officer.locator(".client-comms-conversation")).to_be_visible()


def test_a_wrong_code_can_be_entered_again(site, client, received, make_user, outgoing, login, agent):
	from client_comms.client_privacy import links

	name = received("Complaint about noise")
	user = make_user("Customer Support", "Sales User", password=PASSWORD)
	site.db.set_value("Client Interaction", name, "responsible_staff", user)
	site.db.commit()
	page = login(user, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator(".client-comms-conversation .facts section").first.wait_for()
	about = {"party_type": "Customer", "party": client.name, "client_interaction": name}
	page.evaluate("(about) => client_comms.outgoing.ask_code(about)", about)
	dialog = page.locator(".modal.show", has_text="Code Sent to")
	code = dialog.locator("[data-fieldname=code] input")
	check = dialog.get_by_role("button", name="Check", exact=True)
	code.fill("wrong")
	check.click()
	message = page.locator(".modal.show:has(.msgprint)")
	expect(message).to_contain_text("Attempts left: 2")
	shut(message)
	expect(message).to_have_count(0)
	expect(code).to_have_value("wrong")
	site.db.rollback()
	sent = site.get_last_doc("Identity Verification", {"party": client.name})
	sent.db_set("code_hash", links.hash_of(f"{sent.name}:right"))
	site.db.commit()
	code.fill("right")
	check.click()
	expect(page.locator(".desk-alert")).to_contain_text("identity is confirmed")
	expect(dialog).to_have_count(0)
	site.db.rollback()
	assert site.db.count(sent.doctype, {"party": client.name}) == 1
	assert site.db.get_value(sent.doctype, sent.name, "result") == "Confirmed"
