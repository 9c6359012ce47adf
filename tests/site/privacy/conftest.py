import frappe
import pytest

from client_comms import background_work, ledger
from client_comms.ledger import comparison, seal
from client_comms.rules import consent as rules


@pytest.fixture
def is_continued(monkeypatch):
	"""`is_continued(continue_all, doc)` is the next run of the scheduler: whether it queues the work on the document again."""
	queued = []
	monkeypatch.setattr(background_work, "is_job_enqueued", lambda job: False)
	monkeypatch.setattr(
		background_work.BackgroundWork,
		"enqueue",
		lambda self, name, **how: queued.append((self.doctype, name)),
	)

	def run(continue_all, doc) -> bool:
		queued.clear()
		frappe.db.set_value(doc.doctype, doc.name, "modified", "2026-01-01", update_modified=False)
		continue_all()
		return (doc.doctype, doc.name) in queued

	return run


@pytest.fixture
def consent(make_client):
	"""One that a client was asked for."""
	client = make_client("Anna Client", "anna@client.example")
	return frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": "Customer",
			"party": client.party,
			"purpose": frappe.get_all("Consent Purpose", {"concerns_third_party": 0}, pluck="name")[0],
			"collected_through": "Phone",
		}
	).insert()


@pytest.fixture
def answer(site):
	"""`answer(client, purpose, event)`: what a client said by phone about sharing with the third party *Adviser*; returns the consent."""

	def make(client, purpose, event):
		doc = frappe.get_doc(
			{
				"doctype": "Client Consent",
				**client,
				"purpose": purpose,
				"third_party": "Adviser",
				"collected_through": "Phone",
				"notice_text": "I agree.",
			}
		).insert()
		if event != rules.GIVEN:
			doc.record(event, through="Phone")
		return doc

	return make


@pytest.fixture
def invitation(client):
	"""The queued email with a link for the `client` of the tests."""
	from client_comms import api

	name = api.invite_client(party_type=client.party_type, party=client.party)
	return frappe.get_last_doc("Email Queue", {"reference_name": name})


@pytest.fixture
def empty_ledger(site, transaction, monkeypatch):
	"""A separate ledger for a test. What it does not know of the site's documents: test_ledger_documents."""
	monkeypatch.setattr(comparison, "unrecorded", lambda *args: iter(()))
	site.db.delete(ledger.ENTRY)
	site.db.delete(ledger.CHECKPOINT)
	seal.remove()
