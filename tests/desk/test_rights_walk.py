"""From the client's phone to the end, by clicks alone: to the file with their data, and to the certificate of the erasure (P-2).

Both are asked for through a link; one officer makes or plans, another one releases or approves.
"""

import re
import zipfile

import frappe
import pytest
from playwright.sync_api import expect

from client_comms import procedure
from client_comms.api import retention
from client_comms.client_privacy import invitations, links, mailed_secrets
from client_comms.client_privacy.erasure import runs as erasures
from client_comms.client_privacy.packages import archive, collecting, runs

pytestmark = [pytest.mark.committed, pytest.mark.clause("P-2")]
PASSWORD = "Regenbogen-Kahn-42"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def mailbox(site, client):
	account = site.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": f"Service {client.key}",
			"email_id": f"service.{client.key}@own.example",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	).insert()
	site.db.commit()
	yield
	site.set_user("Administrator")
	site.db.rollback()
	about = {"party": client.name}
	for name in site.get_all(runs.PACKAGE, about, pluck="name"):
		archive.remove(site.get_doc(runs.PACKAGE, name))
		site.db.delete(runs.ITEM, {"package": name})
	requests = site.get_all(runs.REQUEST, {**about, "right": "Access"}, pluck="name")
	for name in site.get_all(erasures.RUN, {"request": ("not in", requests or [""])}, pluck="name"):
		site.db.delete(erasures.ITEM, {"run": name})
		site.db.delete(erasures.RUN, {"name": name})
	for doctype in (runs.PACKAGE, links.LINK, runs.REQUEST, "Identity Verification"):
		for name in site.get_all(doctype, about, pluck="name"):
			for queued in site.get_all("Email Queue", {"reference_name": name}, pluck="name"):
				site.db.delete("Email Queue Recipient", {"parent": queued})
				site.db.delete("Email Queue", {"name": queued})
		site.db.delete(doctype, about)
	site.delete_doc("Email Account", account.name, force=True)
	site.db.commit()


@pytest.fixture
def phone(browser, http):
	context = browser.new_context(base_url=http, viewport=PHONE, accept_downloads=True)
	yield context.new_page()
	context.close()


def mailed_link(site, kind, client):
	"""The address in the email with the last link of a kind, as it is sent."""
	site.db.rollback()
	link = site.get_last_doc(links.LINK, {"kind": kind, "party": client.name})
	queued = site.get_last_doc("Email Queue", {"reference_name": link.name})
	text = re.sub(r"=\r?\n", "", mailed_secrets.as_sent(queued)).replace("=3D", "=")
	return re.search(r"/client-\w+\?token=[\w-]+", text)[0]


def fits(page):
	assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.fixture
def ask(site, client, mailbox, phone, shoot):
	"""`ask("Access")` asks for it on the phone, from the page for everyone to the receipt; returns the request."""

	def walk(right):
		phone.goto("/client-request")
		phone.get_by_label("Email Address").fill(client.address)
		shoot(phone, f"{right}-address")
		fits(phone)
		phone.get_by_role("button", name="Send me a link").click()
		expect(phone.get_by_text("If we know this address")).to_be_visible()

		# The job that the page started, here.
		contact = site.db.get_value("Contact Email", {"email_id": client.address}, "parent")
		invitations.invite("Customer", client.name, contact)
		site.db.commit()
		phone.goto(mailed_link(site, links.PREFERENCES, client))
		phone.get_by_label("What would you like to ask for?").select_option(right)
		phone.get_by_label("Details (optional)").fill("Everything, please")
		shoot(phone, f"{right}-asking")
		phone.get_by_role("button", name="Ask", exact=True).click()
		expect(phone.get_by_text("We received your request DSR-")).to_be_visible()
		shoot(phone, f"{right}-asked")
		fits(phone)
		site.db.rollback()
		return site.get_last_doc(runs.REQUEST, {"party": client.name, "right": right})

	return walk


@pytest.fixture
def officers(make_user):
	return [make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD) for _each in range(2)]


def test_a_client_gets_the_copy_of_their_data(site, client, ask, officers, login, phone, shoot):
	first, second = officers
	request = ask("Access")
	desk = login(first, PASSWORD)
	desk.goto(f"/app/data-subject-request/{request.name}")
	desk.get_by_role("button", name="Identity Is Confirmed").click()
	desk.get_by_role("button", name="Make Copy of Data").click()
	expect(desk.get_by_text("Collecting").first).to_be_visible()
	site.db.rollback()
	package = site.get_last_doc(runs.PACKAGE, {"request": request.name})
	collecting.work(package.name)
	desk.goto(f"/app/data-package/{package.name}")
	expect(desk.get_by_text("someone else must look at it")).to_be_visible()
	expect(desk.get_by_text("These can:")).to_be_visible()
	expect(desk.get_by_role("button", name="Release")).to_have_count(0)
	shoot(desk, "second-person")
	site.db.set_value("User", second, "enabled", 0)
	site.db.commit()
	desk.reload()
	expect(desk.get_by_text("No other user can yet.")).to_be_visible()
	site.db.set_value("User", second, "enabled", 1)
	site.db.commit()

	other = login(second, PASSWORD)
	other.goto(f"/app/data-package/{package.name}")
	expect(other.get_by_role("button", name="Open the File")).to_be_visible()
	shoot(other, "ready")
	other.get_by_role("button", name="Release").click()
	other.locator(".modal.show").get_by_role("button", name="Release").click()
	expect(other.get_by_text("Released", exact=True).first).to_be_visible()
	shoot(other, "released")

	phone.goto(mailed_link(site, links.DATA, client))
	expect(phone.get_by_role("button", name="Download")).to_be_visible()
	shoot(phone, "download")
	fits(phone)
	with phone.expect_download() as download:
		phone.get_by_role("button", name="Download").click()
	assert download.value.suggested_filename == f"{package.name}.zip"
	with zipfile.ZipFile(download.value.path()) as file:
		assert client.address in file.read("json/contact.json").decode()
		phone.set_content(file.read("index.html").decode())
		shoot(phone, "index")
		phone.set_content(file.read("records/contact.html").decode())
		shoot(phone, "contact")
	site.db.rollback()
	package.reload()
	assert (package.status, package.released_by, package.downloads) == (runs.RELEASED, second, 1)
	assert frappe.db.get_value(runs.REQUEST, request.name, "status") == "Answered"


def test_a_link_that_was_answered_offers_no_right_that_it_would_refuse(site, client, mailbox, phone, shoot):
	contact = site.db.get_value("Contact Email", {"email_id": client.address}, "parent")
	invitations.invite("Customer", client.name, contact)
	site.db.commit()
	phone.goto(mailed_link(site, links.PREFERENCES, client))
	expect(phone.get_by_label("What would you like to ask for?")).to_be_visible()
	phone.get_by_label("Preferred: Phone").check()
	phone.get_by_role("button", name="Send", exact=True).click()
	expect(phone.locator(".self-service-done")).to_be_visible()
	expect(phone.get_by_label("What would you like to ask for?")).to_be_hidden()
	expect(phone.get_by_role("link", name="Send me a link")).to_be_visible()
	shoot(phone, "answered")


def test_a_request_whose_identity_stays_unclear_is_refused_on_the_form(
	site, client, ask, officers, login, shoot
):
	request = ask("Access")
	site.db.set_value(runs.REQUEST, request.name, "identity_confirmed_until", "2026-01-01 10:00:00")
	site.db.commit()
	desk = login(officers[0], PASSWORD)
	desk.goto(f"/app/data-subject-request/{request.name}")
	expect(desk.get_by_role("button", name="Verify Identity")).to_be_visible()
	expect(desk.get_by_role("button", name="Make Copy of Data")).to_have_count(0)
	shoot(desk, "identity-expired")
	desk.locator(".page-head:visible").get_by_role("button", name="Actions").click()
	desk.get_by_role("link", name="Refuse", exact=True).click()
	dialog = desk.locator(".modal.show")
	dialog.get_by_label("What the Client Is Told").fill("We could not find out who asked.")
	dialog.get_by_role("button", name="Refuse").click()
	expect(desk.get_by_text("Refused", exact=True).first).to_be_visible()
	site.db.rollback()
	assert site.db.get_value(runs.REQUEST, request.name, "status") == "Refused"


def test_a_client_is_erased_and_the_certificate_says_so(
	site, client, received, ask, officers, login, phone, shoot
):
	first, second = officers
	site.db.set_value("Customer", client.name, "customer_type", "Individual")
	interaction = received("Solar roof")
	request = ask("Erasure")
	desk = login(first, PASSWORD)
	desk.goto(f"/app/data-subject-request/{request.name}")
	expect(desk.get_by_role("button", name="Identity Is Confirmed")).to_be_visible()
	shoot(desk, "erasure-request")
	desk.get_by_role("button", name="Identity Is Confirmed").click()
	desk.get_by_role("button", name="Plan Erasure").click()
	expect(desk.get_by_text("The plan is being made")).to_be_visible()
	site.db.rollback()
	run = site.get_last_doc(erasures.RUN, {"request": request.name})
	erasures.work(run.name)
	desk.goto(f"/app/erasure-run/{run.name}")
	told = desk.locator(".form-message:visible", has_text="someone else must approve it")
	expect(told).to_contain_text(frappe.utils.get_fullname(second))
	expect(desk.get_by_role("button", name="Approve")).to_have_count(0)
	shoot(desk, "erasure-second-person")

	other = login(second, PASSWORD)
	other.goto(f"/app/data-subject-request/{request.name}")
	waits = other.locator(".form-message:visible", has_text="waits for approval by someone other than")
	shoot(other, "erasure-waits")
	expect(other.get_by_role("button", name="Plan Erasure")).to_have_count(0)
	waits.get_by_role("link", name=run.name).click()
	expect(other.locator("[data-fieldname=overview]:visible")).to_contain_text("Communication")
	shoot(other, "erasure-plan")
	other.get_by_role("button", name="Show Records").click()
	expect(other.locator(".list-row:visible", has_text="Client Interaction")).to_have_count(1)
	shoot(other, "erasure-records")
	other.goto(f"/app/erasure-run/{run.name}")
	other.get_by_role("button", name="Approve").click()
	dialog = other.locator(".modal.show")
	dialog.locator("[data-fieldname=answer] textarea").fill("We erase what we have about you.")
	shoot(other, "erasure-approval")
	dialog.get_by_role("button", name="Erase").click()
	expect(other.get_by_role("button", name="Approve")).to_have_count(0)
	erasures.work(run.name)
	other.goto(f"/app/erasure-run/{run.name}")
	expect(other.get_by_role("button", name="Certificate")).to_be_visible()
	shoot(other, "erasure-finished")
	other.get_by_role("button", name="Certificate").click()
	certificate = other.frame_locator("iframe.print-format-container")
	expect(certificate.get_by_role("cell", name="Client Interaction")).to_be_visible()
	shoot(other, "erasure-certificate")

	site.db.rollback()
	assert not site.db.exists("Customer", client.name)
	assert site.db.get_value("Client Interaction", interaction, "party") is None
	stored = frappe.get_doc(erasures.RUN, run.name)
	assert (stored.status, stored.failed_count) == (erasures.FINISHED, 0)
	assert (stored.planned_by, stored.approved_by) == (first, second)
	closed = frappe.get_doc(runs.REQUEST, request.name)
	assert (closed.status, closed.party) == ("Answered", None)
	site.db.delete("Client Interaction", {"name": interaction})
	site.db.delete(runs.REQUEST, {"name": request.name})


def test_retention_is_planned_above_the_list(site, officers, login, shoot):
	desk = login(officers[0], PASSWORD)
	desk.goto("/app/erasure-run")
	desk.locator(".frappe-list:visible").locator(".no-result, .list-row").first.wait_for()
	desk.wait_for_load_state("networkidle")  # what the list takes away is gone by then
	shoot(desk, "erasure-list")
	desk.get_by_role("button", name="Plan Retention").click()
	desk.wait_for_url("**/erasure-run/ER-*")
	site.db.rollback()
	run = site.get_last_doc(erasures.RUN, {"planned_by": officers[0]})
	assert run.kind == "Retention"
	site.db.delete(erasures.RUN, {"name": run.name})
	site.db.commit()


def test_a_plan_that_erases_nothing_says_how_the_request_is_answered(
	site, make_user, client, removed, login, shoot
):
	"""All that the client has is on hold."""
	asked = site.get_doc(
		{
			"doctype": "Data Subject Request",
			"right": "Erasure",
			"party_type": "Customer",
			"party": client.name,
		}
	).insert()
	removed(asked.doctype, asked.name)
	run = site.get_doc(
		{"doctype": "Erasure Run", "kind": "Erasure Request", "request": asked.name, "status": "Planned"}
	)
	run.update({"planned_on": site.utils.now(), "planned_count": 0, "kept_count": 3})
	run.name = f"ER-{client.key}"
	run.db_insert()
	removed(run.doctype, run.name)
	site.db.commit()
	page = login(make_user("Compliance Officer", password="Regenbogen-Kahn-42"), "Regenbogen-Kahn-42")
	page.goto(f"/app/erasure-run/{run.name}")
	said = page.locator(".form-message:visible")
	expect(said).to_contain_text("Nothing can be erased: every record is kept")
	expect(said.get_by_role("link", name=asked.name)).to_be_visible()
	shoot(page, "all-is-kept")

	hold = site.get_doc(
		{
			"doctype": "Legal Hold",
			"hold_on": "Client",
			"party_type": "Customer",
			"party": client.name,
			"reason": "A claim",
		}
	).insert()
	removed(hold.doctype, hold.name)
	removed("Erasure Item", keep_by(site, run.name, hold.name))
	site.db.commit()
	page.reload()
	expect(said).to_contain_text("Nothing can be erased: every record is kept")
	retention.release_hold(hold.name, "The claim was settled")
	site.db.commit()
	page.reload()
	expect(said).to_contain_text(f"{hold.name} no longer keeps the records")
	expect(said.get_by_role("link", name=asked.name)).to_be_visible()
	shoot(page, "the-hold-has-ended")


def keep_by(site, run, hold):
	"""The name of a record that a plan keeps because of a hold."""
	item = site.get_doc(
		{
			"doctype": "Erasure Item",
			"run": run,
			"reference_doctype": "Customer",
			"reference_name": "A",
			"action": "Keep",
			"state": "Kept",
			"reason": f"Legal Hold {hold} keeps it.",
		}
	)
	item.name = f"EI-{hold}"
	item.db_insert()
	return item.name
