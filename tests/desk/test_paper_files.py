"""Paper files by their label: a scanner types the code and presses Enter, wherever the page has its focus (D-6)."""

import pytest
from browsing import choose
from playwright.sync_api import expect

from client_comms import api

pytestmark = pytest.mark.clause("D-6")

PASSWORD = "Regenbogen-Kahn-42"


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", password=PASSWORD)


@pytest.fixture
def file(site, agent, removed):
	place = removed("Physical Location", f"Archive {agent}")
	site.get_doc({"doctype": "Physical Location", "location_name": place, "location_type": "Room"}).insert()
	made = site.get_doc(
		{
			"doctype": "Physical File",
			"title": "Contract",
			"label_code": f"PF-{agent.partition('@')[0].upper()}",
			"location": place,
			"custodian": agent,
			"confidentiality_level": "Standard",
		}
	).insert()
	removed(made.doctype, made.name)
	site.db.commit()
	return made


def scan(page, code):
	"""A keyboard scanner types quickly into whatever has the focus, and ends with Enter."""
	page.keyboard.type(code, delay=5)
	page.keyboard.press("Enter")


def test_a_file_goes_out_and_comes_back_by_scanning_its_label(site, agent, file, make_user, login, shoot):
	lawyer = make_user("Customer Support")
	page = login(agent, PASSWORD)
	page.goto("/app/scan-files")
	found = page.locator(".scan-files .file")
	expect(page.locator("#scan-files-code")).to_be_focused()  # nothing has to be clicked first
	scan(page, file.label_code)
	expect(found).to_contain_text("In Place")
	shoot(page, "found")
	found.get_by_role("button", name="Check Out").click()
	dialog = page.locator(".modal.show")
	given_to = dialog.locator("[data-fieldname=custodian]")
	expect(given_to.locator("input")).to_have_value(
		"Customer Support"
	)  # the agent, by default, a moment later
	given_to.locator("input").click()
	given_to.locator("input").fill("")
	given_to.locator("input").press_sequentially(lawyer)
	given_to.locator("[role=option]").filter(has_text=lawyer).first.click()
	dialog.locator("[data-fieldname=reason] textarea").fill("Meeting with the client")
	shoot(page, "check-out")
	page.keyboard.press("Escape")
	page.get_by_role("button", name="Keep Writing").click()  # Escape asks first
	dialog.get_by_role("button", name="Check Out").dblclick()
	expect(found).to_contain_text("Checked Out")
	expect(page.locator(".msgprint:visible")).to_have_count(0)
	expect(found).to_contain_text("due back")
	site.db.rollback()
	fields = ["state", "custodian"]
	assert site.db.get_value(file.doctype, file.name, fields) == ("Checked Out", lawyer)
	expect(page.locator("#scan-files-code")).to_be_focused()
	scan(page, file.label_code)  # the code before is replaced
	expect(found.get_by_role("button", name="Check In")).to_be_visible()
	found.get_by_role("button", name="Check In").click()
	page.locator(".modal.show").get_by_role("button", name="Check In").click()
	expect(found).to_contain_text("In Place")
	site.db.rollback()
	file.reload()
	assert [row.movement for row in file.movements] == ["Registered", "Checked Out", "Checked In"]
	assert (file.movements[1].moved_by, file.movements[1].reason) == (agent, "Meeting with the client")
	shoot(page, "back")


def test_an_unknown_label_says_so_and_the_next_one_can_be_scanned(agent, file, login, shoot):
	page = login(agent, PASSWORD)
	page.goto("/app/scan-files")
	expect(page.locator("#scan-files-code")).to_be_focused()
	scan(page, "PF-NOWHERE")
	expect(page.locator(".scan-files .file")).to_contain_text("Scan the label again")
	shoot(page, "unknown")
	expect(page.locator(".modal.show")).to_have_count(0)  # it would take what is scanned next
	scan(page, file.label_code)
	expect(page.locator(".scan-files .file")).to_contain_text("In Place")


def test_of_two_quick_scans_the_second_is_shown(agent, file, login):
	page = login(agent, PASSWORD)
	page.goto("/app/scan-files")
	code, found, held = page.locator("#scan-files-code"), page.locator(".scan-files .file"), []
	expect(code).to_be_focused()
	page.route(
		f"**/client_comms.api.physical_file?label_code={file.label_code}", lambda route: held.append(route)
	)
	scan(page, file.label_code)
	scan(page, "PF-NOWHERE")
	expect(code).to_have_value("PF-NOWHERE")
	expect(found).to_contain_text("Scan the label again")
	held[0].continue_()
	page.wait_for_timeout(1000)
	expect(found).to_contain_text("Scan the label again")

	page.route("**/client_comms.api.physical_file*", lambda route: route.abort())
	scan(page, "PF-NOWHERE")
	expect(found).to_contain_text("could not be loaded")
	expect(code).to_be_focused()


def test_the_custodian_records_on_the_form_that_a_file_was_destroyed(site, agent, file, login, shoot):
	page = login(agent, PASSWORD)
	page.goto(f"/app/physical-file/{file.name}")
	button = page.locator(".page-head:visible").get_by_role("button", name="Record Destruction")
	button.click()
	dialog = page.locator(".modal.show")
	dialog.locator("[data-fieldname=reason] textarea").fill("Shredded after ten years")
	shoot(page, "destruction")
	dialog.get_by_role("button", name="Destroyed").click()
	expect(dialog).to_have_count(0)
	expect(button).to_have_count(0)
	head = page.locator(".page-head:visible")
	expect(head.get_by_role("button", name="Print Label")).to_have_count(0)
	shoot(page, "destroyed")
	site.db.rollback()
	file.reload()
	last = file.movements[-1]
	assert (file.state, last.moved_by, last.reason) == ("Destroyed", agent, "Shredded after ten years")

	# It turns up after all.
	head.get_by_role("button", name="Check Out or In").click()
	page.locator(".scan-files .file").get_by_role("button", name="Found: Check In").click()
	page.get_by_role("dialog").get_by_role("button", name="Check In").click()
	expect(page.locator(".scan-files .file")).to_contain_text("In Place")
	site.db.rollback()
	assert [row.movement for row in file.reload().movements][-2:] == ["Destroyed", "Found"]


def test_staff_register_a_file_and_choose_its_custodian_by_name(site, agent, file, make_user, login, removed):
	lawyer = make_user("Customer Support", first_name="Rosalind")
	page = login(agent, PASSWORD)
	page.goto("/app/physical-file/new")
	page.locator("[data-fieldname=title] input:visible").first.fill(f"Lease {agent}")
	choose(page, "location", file.location)
	choose(page, "custodian", "Rosalind")
	choose(page, "confidentiality_level", "Standard")
	page.keyboard.press("Control+s")
	expect(page.locator(".page-head:visible").get_by_role("button", name="Print Label")).to_be_visible()
	site.db.rollback()
	made = site.db.get_value(
		"Physical File", {"title": f"Lease {agent}"}, ["name", "custodian"], as_dict=True
	)
	removed("Physical File", made.name)
	assert made.custodian == lawyer


def test_where_a_file_was_and_why_is_read_whole(site, agent, file, make_user, login, shoot):
	colleague = make_user(
		"Customer Support", first_name="Konstantin-Alexander", last_name="Freiherr von Weizenfeld"
	)
	reason = "Meeting with the client at the construction site in Neumünster, afterwards with the lawyer of the company"
	api.check_out_file(file.label_code, custodian=colleague, reason=reason)
	site.db.commit()
	page = login(agent, PASSWORD)
	page.set_viewport_size({"width": 1280, "height": 900})
	page.goto(f"/app/physical-file/{file.name}")
	cells = page.locator("[data-fieldname=movements] .grid-body .static-area")
	expect(cells.filter(has_text="Meeting with")).to_be_visible()
	shoot(page, "movements")
	cut = cells.evaluate_all(
		"all => all.filter((each) => each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 4)"
		".map((each) => each.textContent.trim())"
	)
	assert cut == []
