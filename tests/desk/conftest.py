"""Tests of the user interface: a served site in a real browser."""

import uuid
from pathlib import Path

import pytest
from browsing import browser, login, pytest_runtest_makereport, screenshots, shoot  # noqa: F401
from effort import beside, costs, effort, employee  # noqa: F401

HERE = Path(__file__).resolve().parent


def pytest_collection_modifyitems(items):
	"""The web server must see what a test here makes."""
	for item in items:
		if HERE in item.path.parents:
			item.add_marker("committed")


@pytest.fixture(autouse=True)
def isolated(transaction):
	"""Every test here begins as Administrator with fresh caches, and is marked `committed`."""


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


@pytest.fixture
def written(site, client):
	"""`written("The roof", "When will you come?")` is an email of the client; returns the name of its interaction."""

	def receive(subject, content):
		message = site.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"subject": subject,
				"sender": client.address,
				"recipients": "service@own.example",
				"content": content,
			}
		).insert(ignore_permissions=True)
		site.db.commit()
		return site.db.get_value("Communication", message.name, "client_interaction")

	return receive


@pytest.fixture
def owed_by(site, received):
	"""`owed_by(user, "Solar roof", hours=-1)`: an inquiry for which a user is responsible, and whose answer is due then; returns its name."""

	def make(user, subject, hours=-1):
		name = received(subject)
		due = site.utils.add_to_date(site.utils.now_datetime(), hours=hours)
		values = {"acknowledge_by": due, "next_deadline": due, "responsible_staff": user}
		site.db.set_value("Client Interaction", name, values)
		site.db.commit()
		return name

	return make


@pytest.fixture
def client(site, make_user):
	"""A customer with a contact; in the end it goes, and every interaction with it."""
	key = uuid.uuid4().hex[:8]
	customer = site.get_doc(
		{
			"doctype": "Customer",
			"customer_name": f"Meyer Dental Clinic {key}",
			"customer_type": "Company",
		}
	).insert(ignore_permissions=True)
	contact = site.get_doc(
		{
			"doctype": "Contact",
			"first_name": f"Anna {key}",
			"email_ids": [{"email_id": f"anna.{key}@meyer.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert(ignore_permissions=True)
	site.db.commit()
	client = site._dict(name=customer.name, address=f"anna.{key}@meyer.example", key=key)

	yield client

	site.set_user("Administrator")
	site.db.rollback()
	for name in site.get_all(
		"Client Interaction", {"party_type": "Customer", "party": client.name}, pluck="name"
	):
		site.delete_doc("Client Interaction", name, force=True, ignore_permissions=True)
	for name in site.get_all("Communication", {"sender": client.address}, pluck="name"):
		site.delete_doc("Communication", name, force=True, ignore_permissions=True)
	for doc in (contact, customer):  # a test may have erased them
		site.delete_doc(doc.doctype, doc.name, force=True, ignore_permissions=True, ignore_missing=True)
	site.db.commit()


@pytest.fixture
def frontline(make_user):
	return make_user(
		"Frontline Staff", "Sales User", first_name="Fiona", last_name="Berg", password="Regenbogen-Kahn-42"
	)


@pytest.fixture
def received(site, client):
	"""`received(subject)`: an email of the client arrives; returns the name of its interaction. `received(about=name,
	content=…)`: it answers in that interaction."""

	def receive(subject=None, content="Please get back to me.", about=None):
		communication = site.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": client.address,
				"subject": f"Re: {about}" if about else f"{subject} {client.key}",
				"content": content,
				"reference_doctype": about and "Client Interaction",
				"reference_name": about,
			}
		).insert(ignore_permissions=True)
		site.db.commit()
		return site.db.get_value("Communication", communication.name, "client_interaction")

	return receive


@pytest.fixture
def outgoing(site, client):
	"""An account that sends; nothing leaves the site, because no one works on the queue."""
	account = site.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": f"Desk {client.key}",
			"email_id": f"desk.{client.key}@own.example",
			"enable_outgoing": 1,
			"default_outgoing": 0
			if site.db.exists("Email Account", {"default_outgoing": 1, "enable_outgoing": 1})
			else 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	).insert()
	site.db.commit()
	yield account
	site.set_user("Administrator")
	site.db.rollback()
	messages = site.get_all("Communication", {"recipients": ("like", f"%{client.address}%")}, pluck="name")
	queued = site.get_all("Email Queue", {"communication": ("in", [*messages, ""])}, pluck="name")
	for doctype, filters in (
		("Email Queue Recipient", {"parent": ("in", queued)}),
		("Email Queue", {"name": ("in", queued)}),
		("Client Disclosure", {"party": client.name}),
		("Communication Link", {"parent": ("in", messages)}),
		("Communication", {"name": ("in", messages)}),
	):
		site.db.delete(doctype, filters)
	site.delete_doc("Email Account", account.name, force=True)
	site.db.commit()
