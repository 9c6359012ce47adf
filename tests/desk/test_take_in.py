"""What no rule decides is one click of staff: an email that could not be stored, and a message that only thanks (C-4, D-1)."""

import pytest
from playwright.sync_api import expect

from client_comms import api
from client_comms.intake import unprocessed

pytestmark = pytest.mark.clause("C-4", "D-1")

PASSWORD = "Regenbogen-Kahn-42"
INTERACTION, REPORT = "Client Interaction", "/app/query-report/Unlogged Interactions"


@pytest.fixture
def manager(make_user):
	return make_user("Customer Support Manager", "Compliance Officer", first_name="Maren", password=PASSWORD)


@pytest.fixture
def frontline(make_user):
	return make_user("Frontline Staff", "Sales User", first_name="Fiona", password=PASSWORD)


@pytest.fixture
def kept(site, client, removed):
	"""`kept("Solar roof")` is an email of the client that could not be stored; returns its name."""

	def keep(subject, **headers):
		named = {"From": client.address, "Subject": f"{subject} {client.key}", **headers}
		raw = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in named.items())
		unprocessed.keep("Service", f"{raw}\nThe roof leaks.\n".encode(), None, "The PDF is broken.")
		site.db.commit()
		return removed(unprocessed.UNPROCESSED, site.get_last_doc(unprocessed.UNPROCESSED).name)

	return keep


def test_an_email_that_could_not_be_stored_is_taken_in_from_the_report(
	site, login, manager, kept, client, shoot
):
	kept("Solar roof")
	page = login(manager, PASSWORD)
	page.goto(REPORT)
	row = page.locator(".dt-row:visible", has_text=client.address)
	expect(row).to_contain_text("The PDF is broken.")
	shoot(page, "report")
	row.get_by_role("button", name="Log", exact=True).click()
	expect(page.locator(".alert-message:visible")).to_contain_text("Logged as CI-")
	expect(row).to_have_count(0)
	expect(page.locator(".modal.show")).to_have_count(0)
	site.db.rollback()
	assert site.db.get_value(INTERACTION, {"party": client.name}, "summary") == "The roof leaks."


def test_it_is_taken_in_from_its_form(site, login, manager, kept, client, shoot):
	page = login(manager, PASSWORD)
	page.goto(f"/app/unprocessed-email/{kept('Solar roof')}")
	page.get_by_role("button", name="Take In").wait_for()
	shoot(page, "form")
	page.get_by_role("button", name="Take In").click()
	expect(page.locator(".client-comms-conversation .entry.client")).to_contain_text("The roof leaks.")
	shoot(page, "interaction")


def test_of_a_machine_it_is_only_stored_which_is_said(login, manager, kept, shoot):
	page = login(manager, PASSWORD)
	page.goto(f"/app/unprocessed-email/{kept('Returned', X_Failed_Recipients='a@b.example')}")
	page.get_by_role("button", name="Take In").click()
	expect(page.locator(".desk-alert:visible")).to_contain_text("stored")
	expect(page.get_by_role("button", name="Take In")).to_have_count(0)
	shoot(page, "stored")


def test_a_message_that_only_thanks_needs_an_answer_with_one_click(
	site, login, frontline, client, received, shoot
):
	name = received("Solar roof")
	site.db.set_value(INTERACTION, name, "responsible_staff", frontline)
	site.set_user(frontline)
	api.answer(name)
	site.set_user("Administrator")
	site.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": client.address,
			"subject": f"Re: {name}",
			"content": "Thank you very much!",
			"reference_doctype": INTERACTION,
			"reference_name": name,
		}
	).insert(ignore_permissions=True)
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto(f"/app/client-interaction/{name}")
	banner = page.locator(".form-message:visible")
	expect(page.get_by_text("The client's last message only thanks")).to_be_visible()
	shoot(page, "thanks")
	page.get_by_role("button", name="Needs an Answer").click()
	expect(banner.filter(has_text="owes")).to_be_visible()
	expect(page.get_by_role("button", name="Needs an Answer")).to_have_count(0)
	site.db.rollback()
	assert site.db.get_value(INTERACTION, name, "respond_status") == "Running"
