"""What staff, supervisors and clients see of policies, trainings, feedback and the scorecard (F-1, F-3, R-3, T-1, T-4)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("F-1", "F-3", "R-3", "T-1", "T-4")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION = "Client Interaction"
FILTERS_OF_LIST = """(doctype) => cur_list?.doctype === doctype && cur_list.filter_area
	? cur_list.filter_area.get().map((filter) => filter.slice(1, 4)) : []"""


@pytest.fixture
def manager(make_user):
	return make_user("Customer Support Manager", password=PASSWORD)


@pytest.fixture
def officer(make_user):
	return make_user("Compliance Officer", password=PASSWORD)


@pytest.fixture
def removed(site):
	"""`removed(doctype, name)`: a document that goes in the end, whatever its controller says."""
	made = []
	yield lambda doctype, name: made.append((doctype, name)) or name
	site.set_user("Administrator")
	site.db.rollback()
	for doctype, name in made:
		for table in site.get_meta(doctype).get_table_fields():
			site.db.delete(table.options, {"parenttype": doctype, "parent": name})
		site.db.delete(doctype, {"name": name})
	site.db.commit()


def in_words(condition):
	"""A list says the number 1 of a checkbox where a figure says "1"."""
	return " ".join(map(str, condition))


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
	page.keyboard.press("Escape")
	button(page, "View").click()
	page.get_by_text("Revision History", exact=True).click()
	expect(page.locator(".modal.show").get_by_role("button", name="Print")).to_be_visible()
	expect(page.locator(".modal.show tbody tr")).to_have_count(2)
	shoot(page, "history")


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
	expect(page.locator(".take-training .result")).to_contain_text("Passed")
	site.db.rollback()
	assert site.db.exists("SOP Training Record", {"user": user})
	for doctype in ("SOP Training Record", "SOP Training Attempt", "SOP Training Assignment"):
		site.db.delete(doctype, {"user": user})
	site.db.commit()


def test_a_record_is_reviewed(site, received, make_user, manager, removed, login, shoot):
	from client_comms.people import reviews

	name = received("A question")
	agent = make_user("Frontline Staff")
	site.db.set_value(INTERACTION, name, "responsible_staff", agent)
	programme = site.get_doc(
		{
			"doctype": "Review Programme",
			"programme_name": f"Programme of {manager}",
			"enabled": 0,
			"number": 0,
			"criteria": [{"criterion": "Accuracy", "judged_by": "Reviewer", "weight": 1, "highest": 4}],
		}
	).insert()
	removed(programme.doctype, programme.name)
	review = reviews.open_review(programme, name, manager)
	removed(review.doctype, review.name)
	site.db.commit()
	page = login(manager, PASSWORD)
	page.goto(f"/app/interaction-review/{review.name}")
	row = page.locator("[data-fieldname=scores] .grid-body .grid-row").first
	row.locator("[data-fieldname=score]").click()
	row.locator("[data-fieldname=score] select").select_option("3")
	shoot(page, "scored")
	button(page, "Complete Review").click()
	expect(page.get_by_text("The review is completed.")).to_be_visible()
	site.db.rollback()
	assert site.db.get_value(review.doctype, review.name, ["status", "overall"]) == ("Completed", 75)


def test_the_scorecard_and_a_feedback_review(site, officer, removed, login, shoot):
	from client_comms.client_interactions import feedback

	review = feedback.make(site.utils.getdate("2026-10-01"), site.utils.getdate("2026-10-31"))
	removed(review.doctype, review.name)
	site.db.commit()
	page = login(officer, PASSWORD)
	page.goto("/app/scorecard")
	expect(page.locator(".client-comms-scorecard").get_by_text("T-4").first).to_be_visible()
	shoot(page, "scorecard")
	card = page.evaluate("frappe.xcall('client_comms.api.scorecard')")
	wrong = {}
	for row, clause in enumerate(card["clauses"]):
		for number, figure in enumerate(clause["figures"]):
			if figure["value"] is None:
				continue
			page.goto("/app/scorecard")
			page.locator(f'[data-figure="{row}:{number}"]').click()
			expected = [
				[field, "Between", [day[:10] for day in given]]
				if operator == "between"
				else [field, operator, given]
				for _doctype, field, operator, given in figure["filters"] or [("", "creation", "is", "set")]
			]
			shown = []
			for _attempt in range(60):
				shown = page.evaluate(FILTERS_OF_LIST, figure["doctype"])
				if sorted(map(in_words, shown)) == sorted(map(in_words, expected)):
					break
				page.wait_for_timeout(500)
			else:
				wrong[clause["clause"], figure["name"]] = shown, expected
	assert wrong == {}
	page.goto(f"/app/feedback-review/{review.name}")
	expect(page.get_by_text("In brackets: per 100 interactions.")).to_be_visible()
	shoot(page, "review")


def test_a_file_is_found_by_its_label(site, manager, removed, login, shoot):
	place = removed("Physical Location", f"Archive {manager}")
	site.get_doc({"doctype": "Physical Location", "location_name": place, "location_type": "Room"}).insert()
	file = site.get_doc(
		{
			"doctype": "Physical File",
			"title": "Contract",
			"label_code": f"L-{manager}",
			"location": place,
			"custodian": manager,
			"confidentiality_level": "Standard",
		}
	).insert()
	removed(file.doctype, file.name)
	site.db.commit()
	page = login(manager, PASSWORD)
	page.goto("/app/scan-files")
	page.locator("#scan-files-code").fill(file.label_code)
	page.keyboard.press("Enter")
	expect(page.locator(".scan-files .file")).to_contain_text("In Place")
	shoot(page, "scan")
