"""What staff and clients see of policies, trainings and feedback (F-1, T-1, T-4)."""

import re
import uuid

import pytest
from browsing import shut
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("F-1", "T-1", "T-4")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"


@pytest.fixture
def manager(make_user):
	return make_user("Customer Support Manager", password=PASSWORD)


@pytest.fixture
def officer(make_user):
	return make_user("Compliance Officer", password=PASSWORD)


def button(page, label):
	return page.locator(".page-head:visible").get_by_role("button", name=label, exact=True)


def test_one_click_makes_it_a_complaint(site, received, manager, login, shoot):
	name = received("I am disappointed about the delay,")
	page = login(manager, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	hint = page.locator(".complaint-hint")
	expect(hint).to_contain_text("Reads like a complaint: disappointed")
	shoot(page, "hint")
	hint.get_by_text("Change to Feedback").click()
	expect(page.get_by_text("This is now Feedback/Complaint.")).to_be_visible()
	expect(hint).to_have_count(0)
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, "confidentiality_level") == "Sensitive"


def test_the_details_of_feedback_are_in_the_words_of_the_form(site, received, make_user, login, shoot):
	"""Not what Frappe calls a complaint in French; and who can create the first category is not sent to ask themselves."""
	name = received("I am disappointed about the delay,")
	boss = make_user("Customer Support Manager", language="fr", password=PASSWORD)
	site.db.set_value(
		INTERACTION, name, {"communication_type": "Feedback/Complaint", "responsible_staff": boss}
	)
	site.db.commit()
	page = login(boss, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.wait_for_function("() => window.cur_frm?.doctype === 'Client Interaction' && cur_frm.doc.__onload")
	page.evaluate(
		"() => { cur_frm.doc.__onload.category_creators = 'Mia'; client_comms.feedback.ask(cur_frm); }"
	)
	dialog = page.locator(".modal.show")
	kinds = dialog.locator("[data-fieldname=feedback_kind] option")
	expect(kinds).to_have_text(["", "Réclamation", "Suggestion", "Compliment"])
	expect(dialog.locator(".frappe-control[data-fieldname=feedback_category]")).to_contain_text(
		"Vous pouvez créer la première"
	)
	shoot(page, "details-fr")
	page.evaluate("() => frappe.model.can_create = () => false")
	page.evaluate("() => client_comms.feedback.ask(cur_frm)")
	expect(page.locator(".modal.show").last).to_contain_text(
		"Demandez à l'une de ces personnes d'en créer : Mia"
	)


def test_closing_feedback_asks_for_its_details(site, received, make_user, removed, login, shoot):
	name = received("I am disappointed about the delay,")
	agent = make_user("Customer Support", "Frontline Staff", password=PASSWORD)
	category = removed("Feedback Category", f"Delivery {name}")
	site.get_doc({"doctype": "Feedback Category", "category_name": category}).insert()
	site.db.set_value(
		INTERACTION, name, {"communication_type": "Feedback/Complaint", "responsible_staff": agent}
	)
	evidence = site.db.get_single_value("Client Comms Settings", "evidence_mode")
	site.db.set_single_value("Client Comms Settings", "evidence_mode", "Off")
	site.clear_document_cache("Client Comms Settings", "Client Comms Settings")
	site.db.commit()
	try:
		from client_comms import api

		site.set_user(agent)
		api.answer(name)
		site.db.commit()
		page = login(agent, PASSWORD)
		page.goto(f"/app/client-interaction/{name}")
		button(page, "Close").click()
		dialog = page.locator(".modal.show")
		expect(dialog).to_contain_text("Details of the Feedback")
		kind = dialog.locator("[data-fieldname=feedback_kind] select")
		expect(kind).to_be_focused()  # which ends the typing in another field
		field = dialog.locator("[data-fieldname=feedback_category]")
		field.locator("input").fill(category)
		field.locator("[role=option]").filter(has_text=category).first.click()
		kind.select_option("Complaint")
		dialog.locator("[data-fieldname=severity] select").select_option("Low")
		dialog.locator("[data-fieldname=upheld] select").select_option("Yes")
		dialog.locator("[data-fieldname=root_cause] textarea").fill("The van broke down.")
		dialog.get_by_role("checkbox", name="Vulnerable Client").check()
		shoot(page, "details")
		dialog.get_by_role("button", name="Save and Close").click()
		expect(page.locator(".indicator-pill", has_text="Closed").first).to_be_visible()
		site.db.rollback()
		fields = ["status", "root_cause", "upheld", "vulnerable_client"]
		closed = site.db.get_value(INTERACTION, name, fields)
		assert closed == ("Closed", "The van broke down.", "Yes", 1)
	finally:
		site.set_user("Administrator")
		site.db.rollback()
		site.db.set_single_value("Client Comms Settings", "evidence_mode", evidence)
		site.db.commit()


def test_details_are_saved_as_far_as_they_are_known(site, received, make_user, login, shoot):
	"""Whether it is upheld shows in the end, how severe it is and who is vulnerable at once: both are seen beside the conversation."""
	name = received("I am disappointed about the delay,")
	agent = make_user("Customer Support", "Frontline Staff", password=PASSWORD)
	away = make_user("Customer Support", first_name="Lea", last_name="Urlaub")
	values = {
		"communication_type": "Feedback/Complaint",
		"responsible_staff": agent,
		"substituting_for": away,
	}
	site.db.set_value(INTERACTION, name, values)
	site.db.commit()
	page = login(agent, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	page.locator("[data-remedy=feedback]").click()
	dialog = page.locator(".modal.show")
	dialog.locator("[data-fieldname=feedback_kind] select").select_option("Complaint")
	dialog.locator("[data-fieldname=severity] select").select_option("High")
	dialog.get_by_role("checkbox", name="Vulnerable Client").check()
	dialog.get_by_role("button", name="Save", exact=True).click()
	expect(page.locator(".modal.show")).to_have_count(0)
	card = page.locator("[data-fieldname=conversation]")
	for words in ("Vulnerable Client", "Severity High", "Substituting For Lea Urlaub"):
		expect(card).to_contain_text(words)
	shoot(page, "details-known")
	site.db.rollback()
	known = site.db.get_value(INTERACTION, name, ["severity", "vulnerable_client", "upheld", "status"])
	assert known == ("High", 1, "", "Open")


def test_closing_says_all_that_is_missing_at_once(site, received, make_user, login, shoot):
	"""Details are not asked for, and saved, before it is said that a document is missing."""
	from client_comms import api

	name = received("I am disappointed about the delay,")
	agent = make_user("Customer Support", "Frontline Staff", password=PASSWORD)
	values = {"communication_type": "Feedback/Complaint", "responsible_staff": agent}
	site.db.set_value(INTERACTION, name, values)
	site.set_user(agent)
	api.answer(name)
	site.db.commit()
	page = login(agent, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	button(page, "Close").click()
	dialog = page.locator(".modal.show")
	expect(dialog.locator(".modal-title")).to_have_text("Before It Is Closed")
	expect(dialog).to_contain_text("✓ The client has the answer")
	for row in ("Escalation Report", "Details of the feedback"):
		expect(dialog).to_contain_text(f"○ {row}")
	shoot(page, "missing")
	dialog.locator("[data-remedy=feedback]").click()
	expect(page.locator(".modal.show .modal-title")).to_have_text("Details of the Feedback")
	# A document proves neither what the client was told nor what was said.
	remedies = """item => client_comms.card.remedies(
		{ perm: [{ write: 1 }], doc: { __onload: { actions: ["Acknowledged"], may_waive: true } } }, { item }
	).map(([remedy]) => remedy)"""
	assert page.evaluate(remedies, "acknowledgement") == ["acknowledged_elsewhere"]
	assert page.evaluate(remedies, "details") == ["details"]
	page.locator(".modal.show .btn-modal-close").click()
	generate = page.locator("[data-fieldname=conversation] [data-remedy=generate]")
	generate.click()
	expect(generate).to_have_count(0)
	make_user("Customer Support Manager")
	page.wait_for_timeout(1000)  # the history counts in seconds
	site.db.rollback()
	site.set_user(agent)
	api.escalate(name, "They threaten to leave.")
	site.db.commit()
	page.reload()
	expect(generate).to_have_text("Generate Again")
	shoot(page, "report-outdated")
	generate.click()
	expect(generate).to_have_count(0)


def test_a_client_rates_with_one_click(site, received, client, removed, http, browser, shoot, monkeypatch):
	from client_comms.client_privacy import links

	name = received("A question")
	monkeypatch.setattr(links.secrets, "token_urlsafe", lambda length: f"token-{client.key}")
	link, _url = links.make(
		links.RATING,
		party_type="Customer",
		party=client.name,
		client_interaction=name,
		sent_to=client.address,
		language="en",
	)
	removed(links.LINK, link)
	site.db.commit()
	page = browser.new_context(base_url=http).new_page()
	page.goto(f"/client-rating?token=token-{client.key}")
	expect(page.get_by_text("How satisfied are you?")).to_be_visible()
	site.db.rollback()
	assert site.db.get_value(links.LINK, link, "state") == "Open"
	page.get_by_label("Comment (optional)").fill("Quick and friendly")
	shoot(page, "rating")
	page.get_by_role("button", name="5 – Very Good").click()
	expect(page.get_by_text("We have recorded your rating.")).to_be_visible()
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, ["rating", "rating_comment"]) == (5, "Quick and friendly")
	page.reload()
	expect(page.get_by_text("This link is no longer valid")).to_be_visible()
	page.context.close()


@pytest.fixture
def versions(site, officer, removed):
	"""Two approved versions of a policy."""
	made = []
	for label, day, body in (
		("1.0", "2026-11-01", "<p>We write by email.</p><p>We never use private accounts.</p>"),
		("2.0", "2026-11-10", "<p>We write by email.</p><p>We only use approved accounts.</p>"),
	):
		doc = site.get_doc(
			{
				"doctype": "SOP Policy",
				"policy_title": f"Use of Messengers of {officer}",
				"policy_kind": "Other",
				"version_label": label,
				"change_summary": f"Version {label}",
				"effective_from": day,
				"next_review_on": "2027-11-01",
				"policy_owner": officer,
				"body": body,
			}
		).insert()
		removed(doc.doctype, doc.name)
		site.set_user(officer)
		site.get_doc(doc.doctype, doc.name).submit()
		site.set_user("Administrator")
		made.append(doc.name)
	site.db.commit()
	return made


def test_versions_of_a_policy_side_by_side(versions, officer, login, shoot):
	page = login(officer, PASSWORD)
	page.goto(f"/app/sop-policy/{versions[1]}")
	button(page, "View").click()
	page.get_by_text("Compare Versions", exact=True).click()
	dialog = page.locator(".modal.show")
	row = dialog.locator("tr[data-kind=changed]")
	expect(row.locator("td").first.locator("mark").first).to_have_text("never")
	expect(row.locator("td").last.locator("mark").first).to_have_text("only")
	expect(page.get_by_text("not found")).to_have_count(0)
	shoot(page, "compare")
	dialog.locator(".btn-modal-close").click()
	expect(dialog).to_have_count(0)
	button(page, "View").click()
	page.get_by_text("Revision History", exact=True).click()
	expect(page.locator(".modal.show").get_by_role("button", name="Print")).to_be_visible()
	expect(page.locator(".modal.show tbody tr")).to_have_count(2)
	shoot(page, "history")


def test_a_policy_is_confirmed_on_a_phone(site, versions, make_user, removed, login, shoot):
	"""Where buttons are in the menu, it is in the message that asks for it."""
	user = make_user("Frontline Staff", password=PASSWORD)
	page = login(user, PASSWORD)
	page.set_viewport_size({"width": 375, "height": 800})
	page.goto(f"/app/sop-policy/{versions[1]}")
	asked = page.locator(".form-message:visible").first
	expect(asked).to_contain_text("Please read this policy")
	shoot(page, "policy-phone")
	asked.get_by_role("button", name="I Have Read and Understood This").click()
	expect(page.locator(".desk-alert", has_text="Your confirmation has been recorded")).to_be_visible()
	site.db.rollback()
	removed(
		"Policy Attestation", site.db.get_value("Policy Attestation", {"user": user, "policy": versions[1]})
	)


def test_the_policy_in_force_is_one_click_away(site, received, versions, officer, login):
	name = received("A question")
	page = login(officer, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	button(page, "Policy").click()
	offered = page.locator(".dropdown-menu.show").get_by_text(f"Use of Messengers of {officer}")
	expect(offered).to_have_count(1)
	expect(offered).to_contain_text("(2.0)")


def test_a_training_is_taken(site, make_user, login, shoot):
	user = make_user("Account Manager", password=PASSWORD)
	page = login(user, PASSWORD)
	page.set_viewport_size({"width": 390, "height": 844})  # a phone
	page.goto("/app/take-training")
	page.locator(".take-training button").first.click()
	expect(page.locator(".take-training form")).to_be_visible()
	shoot(page, "training")
	page.locator(".take-training [type=submit]").click()
	# The shipped training comes without questions: completing it is an attestation.
	said = page.locator(".take-training .result")
	expect(said).to_contain_text("Completed. The training is now valid until")
	expect(said).not_to_contain_text("percent")
	shoot(page, "training-completed")
	site.db.rollback()
	assert site.db.exists("SOP Training Record", {"user": user})
	for doctype in ("SOP Training Record", "SOP Training Attempt", "SOP Training Assignment"):
		site.db.delete(doctype, {"user": user})
	site.db.commit()


def test_a_training_that_was_changed_meanwhile_is_shown_as_it_is_now(site, make_user, removed, login, shoot):
	training = site.get_doc(
		{
			"doctype": "SOP Training",
			"training_name": f"Tone {uuid.uuid4().hex[:6]}",
			"description": "<p>First</p>",
		}
		| {"valid_months": 12, "roles": [{"role": "Account Manager"}]}
	).insert()
	removed("SOP Training", training.name)
	site.db.commit()
	user = make_user("Account Manager", password=PASSWORD)
	page = login(user, PASSWORD)
	page.goto(f"/app/take-training/{training.name}")
	shown = page.locator(".take-training .content")
	expect(shown).to_contain_text("First")
	site.db.rollback()
	training.reload()
	training.description = "<p>Second</p>"
	training.save()
	site.db.commit()
	page.locator(".take-training [type=submit]").click()
	expect(page.locator(".modal.show")).to_contain_text("Start over with its new version")
	expect(shown).to_contain_text("Second")
	shut(page.locator(".modal.show"))
	page.locator(".take-training [type=submit]").click()
	expect(page.locator(".take-training .result")).to_contain_text("Completed")
	shoot(page, "training-changed")
	for doctype in ("SOP Training Record", "SOP Training Attempt", "SOP Training Assignment"):
		site.db.delete(doctype, {"user": user})
	site.db.commit()


@pytest.mark.clause("F-2")
def test_who_enters_an_absence_reads_once_that_they_are_away(site, make_user, login):
	user = make_user("Frontline Staff", password=PASSWORD)
	page = login(user, PASSWORD)
	page.goto("/app/staff-absence/new")
	today = site.utils.formatdate(site.utils.today())
	for field in ("from_date", "to_date"):
		box = page.locator(f"[data-fieldname={field}] input:visible")
		box.fill(today)
		box.press("Tab")
	page.keyboard.press("Control+s")
	try:
		button(page, "I Am Back").wait_for()
		page.wait_for_load_state("networkidle")
		expect(page.locator(".form-message:visible")).to_have_count(1)
	finally:
		site.db.delete("Staff Absence", {"user": user})
		site.db.commit()


def test_who_is_away_reads_so_and_says_when_they_are_back(site, make_user, removed, login, shoot):
	user = make_user("Frontline Staff", password=PASSWORD)
	today = site.utils.today()
	yesterday = site.utils.add_days(today, -1)
	absence = site.get_doc(
		{
			"doctype": "Staff Absence",
			"user": user,
			"from_date": site.utils.add_days(today, -3),
			"to_date": site.utils.add_days(today, 4),
		}
	).insert()
	removed(absence.doctype, absence.name)
	site.db.commit()
	page = login(user, PASSWORD)
	page.goto("/app/client-communications")
	page.get_by_text("What is due goes to your substitute").click()
	back = button(page, "I Am Back")
	back.wait_for()
	shoot(page, "away")
	back.click()
	expect(page.locator(".desk-alert")).to_contain_text("Saved")
	site.db.rollback()
	assert str(site.db.get_value(absence.doctype, absence.name, "to_date")) == yesterday
	expect(back).to_have_count(0)

	site.db.set_value(absence.doctype, absence.name, {"from_date": today, "to_date": today})
	site.db.commit()
	page.reload()
	back.click()
	expect(page.locator(".modal.show")).to_contain_text("This absence began today, so it is deleted.")
	page.locator(".modal.show").get_by_role("button", name="Yes").click()
	expect(page).to_have_url(re.compile("/staff-absence$"))
	site.db.rollback()
	assert not site.db.exists(absence.doctype, absence.name)
