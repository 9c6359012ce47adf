"""From the client's phone to the file with their data: asked through a link, made by one officer, released by another (P-2)."""

import re
import zipfile

import frappe
import pytest
from playwright.sync_api import expect

from client_comms import procedure
from client_comms.client_privacy import invitations, links, mailed_secrets
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


def test_a_client_gets_the_copy_of_their_data(site, client, mailbox, make_user, login, phone, shoot):
	first, second = (make_user(procedure.COMPLIANCE_OFFICER, password=PASSWORD) for _each in range(2))
	phone.goto("/client-request")
	phone.get_by_label("Email Address").fill(client.address)
	shoot(phone, "address")
	fits(phone)
	phone.get_by_role("button", name="Send me a link").click()
	expect(phone.get_by_text("If we know this address")).to_be_visible()

	# The job that the page started, here.
	contact = site.db.get_value("Contact Email", {"email_id": client.address}, "parent")
	invitations.invite("Customer", client.name, contact)
	site.db.commit()
	phone.goto(mailed_link(site, links.PREFERENCES, client))
	phone.get_by_label("What would you like to ask for?").select_option("Access")
	phone.get_by_label("Details (optional)").fill("Everything, please")
	phone.get_by_role("button", name="Ask", exact=True).click()
	expect(phone.get_by_text("We received your request DSR-")).to_be_visible()
	shoot(phone, "asked")
	fits(phone)

	site.db.rollback()
	request = site.get_last_doc(runs.REQUEST, {"party": client.name})
	desk = login(first, PASSWORD)
	desk.goto(f"/app/data-subject-request/{request.name}")
	desk.get_by_role("button", name="Identity Is Confirmed").click()
	desk.get_by_role("button", name="Make Copy of Data").click()
	expect(desk.get_by_text("Collecting").first).to_be_visible()
	site.db.rollback()
	package = site.get_last_doc(runs.PACKAGE, {"request": request.name})
	collecting.work(package.name)
	desk.goto(f"/app/data-package/{package.name}")
	desk.get_by_role("button", name="Release").click()
	expect(desk.get_by_text("someone else must look at it")).to_be_visible()
	shoot(desk, "second-person")

	other = login(second, PASSWORD)
	other.goto(f"/app/data-package/{package.name}")
	expect(other.get_by_role("button", name="Open the File")).to_be_visible()
	shoot(other, "ready")
	other.get_by_role("button", name="Release").click()
	other.get_by_role("button", name="Yes").click()
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
