"""What no rule decides is one click of staff: an email that could not be stored, and a message that only thanks (C-4, D-1)."""

from datetime import timedelta
from email.utils import format_datetime
from unittest import mock

import pytest
from frappe.email.doctype.email_account.email_account import EmailAccount
from playwright.sync_api import expect

from client_comms import api, clock
from client_comms.intake import spool, unprocessed

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


@pytest.fixture(autouse=True)
def told_anew(site):
	"""Who manages is told once a day."""
	yield
	site.db.rollback()
	site.db.delete("Notification Log", {"document_type": unprocessed.UNPROCESSED})
	site.db.commit()


@pytest.fixture
def mailbox(site, client):
	"""A mailbox of the organisation; in the end it goes, with all that came through it."""
	account = site.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": f"Office {client.key}",
			"email_id": f"office.{client.key}@own.example",
			"enable_incoming": 0,
		}
	).insert()
	account.db_set({"enable_incoming": 1, "email_sync_option": "ALL"})
	site.db.commit()
	yield account
	site.set_user("Administrator")
	site.db.rollback()
	spool.remove()
	mine = {"email_account": account.name}
	for name in site.get_all("Communication", mine, pluck="name"):
		interaction = site.db.get_value("Communication", name, "client_interaction")
		for doctype, each in (("Communication", name), (INTERACTION, interaction)):
			site.delete_doc(doctype, each, force=True, ignore_permissions=True, ignore_missing=True)
	for doctype in (unprocessed.UNPROCESSED, "Unhandled Email"):
		site.db.delete(doctype, mine)
	site.db.delete("Email Account", {"name": account.name})
	site.db.commit()


@pytest.fixture
def fetched(site, mailbox, monkeypatch):
	"""`fetched(raw, …, headers=…)`: Frappe fetches emails, and one of which the server hands over only the headers; what is kept."""

	def fetch(*raw, headers=None):
		server = mock.Mock(settings={})
		server.make_error_msg.return_value = f"\n{headers}\n\nTraceback: …"

		def messages():
			if headers:
				try:
					raise ValueError("the line is too long")
				except ValueError:
					server.make_error_msg("7", 1)
			return {"latest_messages": list(raw)}

		server.get_messages.side_effect = messages
		monkeypatch.setattr(EmailAccount, "get_incoming_server", lambda *args, **kwargs: server)
		try:
			site.get_doc("Email Account", mailbox.name).receive()
		except Exception as error:
			if not str(error).startswith("["):  # Frappe's list of those that failed
				raise
		site.clear_messages()
		site.db.commit()
		return site.get_all(
			unprocessed.UNPROCESSED, {"email_account": mailbox.name}, pluck="name", order_by="creation asc"
		)

	return fetch


HOURS_AGO = 2


def email(text: bytes, **headers) -> bytes:
	"""An email that the mail server received two hours ago."""
	at = clock.to_aware(clock.now() - timedelta(hours=HOURS_AGO))
	named = {"Received": f"by mx.own.example; {format_datetime(at)}", **headers}
	lines = [f"{name.replace('_', '-')}: {value}" for name, value in named.items()]
	return "\n".join(lines).encode() + b"\n\n" + text


def test_odd_emails_are_listed_with_the_reason_and_taken_in(site, login, manager, fetched, client, shoot):
	broken = email(
		b"--b0\n\nPlease check the plan.\n--b0\nContent-Type: application/pdf; name=plan.pdf\n"
		b"Content-Disposition: attachment\n\n%PDF-1.4 broken\n--b0--\n",
		From=f"Anna <{client.address}>",
		Subject=f"Offer {client.key}",
		Content_Type="multipart/mixed; boundary=b0",
	)
	without_sender = email(b"The cellar is wet.\n", Subject=f"Cellar {client.key}")
	headers = email(b"", From=f"Carla <carla.{client.key}@x.example>", Subject=f"Gate {client.key}").decode()
	garbage = email(b"")[:-1] + b"\x00\xff\x8f\x01 PK\x03\x04 \xfe\xed \x80\x81" * 20
	odd = (
		(f"Gate {client.key}", f"carla.{client.key}@x.example", "only the headers", "Open the mailbox"),
		("", "", "no valid address as its sender", "PK"),
		(f"Cellar {client.key}", "", "no valid address as its sender", "The cellar is wet."),
		(f"Offer {client.key}", client.address, "attached PDF file is damaged", "Please check the plan."),
	)
	kept = fetched(garbage, without_sender, broken, headers=headers)
	page = login(manager, PASSWORD)
	page.goto(REPORT)
	for subject, sender, reason, _text in odd:
		row = page.locator(".dt-row:visible", has_text=reason).filter(has_text=subject)
		expect(row.filter(has_text=sender).first).to_contain_text(f"{HOURS_AGO}h")
	shoot(page, "odd")
	for name, (subject, _sender, reason, text) in zip(kept, odd, strict=True):
		page.goto(f"/app/unprocessed-email/{name}")
		expect(page.locator(".form-message:visible")).to_contain_text(reason)
		shoot(page, f"odd-{kept.index(name)}")
		page.get_by_role("button", name="Take In").click()
		message = page.locator(".client-comms-conversation:visible .entry.client")
		expect(message).to_contain_text(text)
		expect(message.locator("a[href*='message'][href$='.eml']")).to_have_count(1)
		expect(page.locator(".form-message:visible").first).to_contain_text("an acknowledgement")
		shoot(page, f"odd-{kept.index(name)}-taken-in")
		site.db.rollback()
		taken_in = site.db.get_value(
			"Communication",
			site.db.get_value(unprocessed.UNPROCESSED, name, "communication"),
			["subject", "client_interaction"],
			as_dict=True,
		)
		assert taken_in.subject == (subject or "No Subject")
		began = site.db.get_value(INTERACTION, taken_in.client_interaction, "occurred_on")
		assert clock.now() - began >= timedelta(hours=HOURS_AGO), "its clocks run from when it was received"


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


def test_a_message_that_only_thanks_needs_an_answer_with_one_click(site, login, frontline, received, shoot):
	name = received("Solar roof")
	site.db.set_value(INTERACTION, name, "responsible_staff", frontline)
	site.set_user(frontline)
	api.answer(name)
	site.set_user("Administrator")
	received(about=name, content="Thank you very much!")
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
