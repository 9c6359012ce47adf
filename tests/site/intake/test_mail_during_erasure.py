"""A message that comes while its writer is erased: nothing of it is left (P-2)."""

import email.utils

import frappe
import pytest

from client_comms.client_privacy.erasure import records, runs
from client_comms.client_privacy.requests import erased_texts

pytestmark = pytest.mark.clause("P-2")
INTERACTION = "Client Interaction"
ADDRESS, NAME = "numbat.quiche@client.example", "Numbat Quiche"
SECRET = "My quiche sings"
NUMBER = "+49 30 98765421"
MARKERS = (ADDRESS, NAME, SECRET)


@pytest.fixture
def approved(make_client, approve_erasure):
	"""`approved()` is an erasure of a client that can begin."""

	def make():
		client = make_client(NAME, ADDRESS, customer_type="Individual")
		contact = frappe.get_doc("Contact", client.contact)
		contact.append("phone_nos", {"phone": NUMBER, "is_primary_mobile_no": 1})
		contact.save()
		return approve_erasure(client)

	return make


@pytest.fixture
def left_in_tables(rows_with):
	return lambda: rows_with(MARKERS)


@pytest.fixture
def arrives(deliver, raw_mail):
	number = []

	def come(mailbox):
		number.append(mailbox)
		raw = raw_mail(
			f"{SECRET}, says {NAME}.",
			From=f"{NAME} <{ADDRESS}>",
			To=f"{mailbox.lower()}@nordlicht.example",
			Subject=f"{SECRET} today",
			Message_ID=f"<late.{len(number)}@client.example>",
			Date=email.utils.format_datetime(frappe.utils.now_datetime().astimezone()),
		)
		# The clock of the test stands at a full second, which would be before the erasure was planned.
		return deliver(raw, mailbox, at=frappe.utils.add_to_date(frappe.utils.now_datetime(), seconds=1))

	return come


def while_records_go(monkeypatch, come):
	"""After the contact is gone, who writes is a stranger."""
	erase, done = records.erase, []

	def slowly(doctype, action, names):
		erase(doctype, action, names)
		if doctype == "Contact" and not done:
			done.append(names)
			come()

	monkeypatch.setattr(records, "erase", slowly)


def while_texts_are_replaced(monkeypatch, come):
	"""After the table of messages was looked at."""
	in_table, done = erased_texts._in_table, []

	def slowly(table, *others):
		found = in_table(table, *others)
		if table == "tabVersion" and not done:
			done.append(table)
			come()
		return found

	monkeypatch.setattr(erased_texts, "_in_table", slowly)


@pytest.mark.parametrize(
	("when", "mailbox"),
	[
		(while_records_go, "Communication"),
		(while_records_go, "Issue"),
		(while_records_go, "Lead"),
		(while_texts_are_replaced, "Lead"),
	],
)
def test_nothing_of_it_is_left(when, mailbox, approved, arrives, monkeypatch, left_in_tables):
	came = []
	when(monkeypatch, lambda: came.append(arrives(mailbox)))
	name = approved()
	runs.work(name)
	run = frappe.get_doc(runs.RUN, name)
	assert (run.status, run.error, run.failed_count, run.secret) == (runs.FINISHED, None, 0, None)
	assert len(came) == 1 and came[0].client_interaction
	assert not frappe.db.exists("Communication", came[0].name)
	assert left_in_tables() == set()


@pytest.mark.parametrize("empty", ["", None])
def test_what_has_no_address_is_of_others(empty, approved, deliver, raw_mail):
	"""What was entered since the erasure was planned: a lead, a contact, an email of the queue, and a conversation with someone whose address is
	not known."""
	name, address = approved(), "other@elsewhere.example"
	lead = frappe.get_doc({"doctype": "Lead", "first_name": "Other"}).insert()
	lead.db_set("email_id", empty)
	contact = frappe.get_doc(
		{"doctype": "Contact", "first_name": "Other", "email_ids": [{"email_id": address, "is_primary": 1}]}
	).insert()
	frappe.db.set_value("Contact Email", {"parent": contact.name}, "email_id", empty)
	queued = frappe.get_doc({"doctype": "Email Queue", "recipients": [{"recipient": address}]}).insert()
	frappe.db.set_value("Email Queue Recipient", {"parent": queued.name}, "recipient", empty)
	raw = raw_mail("Hello", From=address, To="communication@nordlicht.example", Subject="Hello")
	message = deliver(raw, "Communication", at=frappe.utils.now_datetime())
	message.db_set("sender", empty)
	record = frappe.get_doc(INTERACTION, message.client_interaction)
	record.db_set({"party": None, "contact": None})
	runs.work(name)
	assert frappe.db.get_value(runs.RUN, name, "status") == runs.FINISHED
	for each in (lead, contact, queued, record, message):
		assert frappe.db.exists(each.doctype, each.name), each.doctype


@pytest.mark.parametrize("when", [while_records_go, while_texts_are_replaced])
def test_nor_if_the_worker_is_killed_after_it_came(when, approved, arrives, monkeypatch, left_in_tables):
	came = []

	def killed():
		came.append(arrives("Issue"))
		frappe.db.commit()
		raise KeyboardInterrupt

	with monkeypatch.context() as patch:
		when(patch, killed)
		name = approved()
		with pytest.raises(KeyboardInterrupt):
			runs.work(name)
	frappe.db.rollback()
	runs.work(name)
	assert frappe.db.get_value(runs.RUN, name, ["status", "error", "secret"]) == (runs.FINISHED, None, None)
	assert len(came) == 1 and not frappe.db.exists("Communication", came[0].name)
	assert left_in_tables() == set()


def test_a_call_that_comes_goes_as_well(approved, staff, set_settings, monkeypatch, left_in_tables):
	calls = []

	def call():
		fields = {"from": "+493098765421", "to": "1", "summary": SECRET}
		doc = {"doctype": "Call Log", "id": "late-1", "type": "Incoming", "status": "Completed", **fields}
		calls.append(frappe.get_doc({**doc, "start_time": frappe.utils.now_datetime()}).insert())

	while_records_go(monkeypatch, call)
	name = approved()
	runs.work(name)
	(made,) = calls
	assert frappe.db.get_value(runs.RUN, name, "status") == runs.FINISHED
	assert made.client_interaction and not frappe.db.exists("Call Log", made.name)
	assert left_in_tables() == set()
	assert not frappe.db.get_value(INTERACTION, made.client_interaction, ["party_name"])
