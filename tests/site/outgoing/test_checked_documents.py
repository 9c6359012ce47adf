"""Messages about documents that are not governed, such as quotations, where an administrator lists their type (C-2, P-1, P-3)."""

import frappe
import pytest
from frappe.core.doctype.communication.email import make

from client_comms import api
from client_comms.api import queries
from client_comms.clients import document_clients, preferences
from client_comms.clients import parties as parties_of
from client_comms.enforcement import client_documents
from client_comms.exceptions import OutgoingRefusedError, ReasonNeededError
from client_comms.outgoing import email, facts, text_messages, withdrawals

pytestmark = pytest.mark.clause("C-2", "P-1", "P-2", "P-3")

ANNA, BEN, EVE = "anna@client.example", "ben@other.example", "eve@adviser.example"
LISTED = [{"document_type": "Quotation", "confidentiality_level": "Confidential"}]


@pytest.fixture(autouse=True)
def house(mailbox, set_settings, adviser):
	set_settings(
		own_email_domains="own.example",
		log_outbound=0,  # what begins an interaction is checked like the interaction
		checked_documents=LISTED,
		consent_mode="Enforce",
		identity_mode="Off",
		channel_mode="Off",
		wording_mode="Off",
		template_mode="Off",
	)


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", ANNA)


@pytest.fixture
def quotation(client):
	return stored(
		"Quotation", quotation_to="Customer", party_name=client.party, contact_person=client.contact
	)


def stored(doctype, **values):
	doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(length=12), **values})
	doc.db_insert()
	return doc


def send(doc, recipient=ANNA, content="Here is your offer."):
	return make(
		doctype=doc.doctype,
		name=doc.name,
		recipients=recipient,
		subject="Your offer",
		content=content,
		send_email=1,
	)


def register(doc):
	return frappe.get_all(
		"Client Disclosure",
		{"reference_doctype": doc.doctype, "reference_name": doc.name},
		["recipient", "recipient_kind", "party", "contact", "confidentiality_level", "consent", "reason"],
	)


def test_a_third_party_gets_a_quotation_only_with_the_clients_consent(quotation, client, give_consent):
	with pytest.raises(OutgoingRefusedError, match="P-3"):
		send(quotation, EVE)
	assert register(quotation) == []
	consent = give_consent(client, "Adviser")
	send(quotation, EVE)
	(entry,) = register(quotation)
	assert (entry.recipient, entry.recipient_kind, entry.consent) == (EVE, "Third Party", consent.name)


def test_what_waits_is_held_back_when_the_client_withdraws(quotation, client, give_consent):
	consent = give_consent(client, "Adviser")
	send(quotation, EVE)
	queued = frappe.get_last_doc("Email Queue")
	api.withdraw_consent(consent.name)
	assert frappe.db.get_value("Email Queue", queued.name, "status") != "Not Sent"


def test_the_client_gets_it_and_the_register_has_the_entry(quotation, client):
	send(quotation)
	(entry,) = register(quotation)
	assert (entry.recipient_kind, entry.party, entry.contact) == ("Client", client.party, client.contact)
	assert entry.confidentiality_level == "Confidential"


def test_the_clients_identity_is_asked_for(quotation, client, set_settings):
	set_settings(identity_mode="Enforce")
	with pytest.raises(OutgoingRefusedError):
		send(quotation)
	frappe.get_doc(
		{
			"doctype": "Identity Verification",
			**client,
			"method": "Call-back to Number on File",
			"result": "Confirmed",
		}
	).insert()
	send(quotation)
	assert len(register(quotation)) == 1


def test_another_channel_than_the_preferred_one_needs_a_reason(quotation, client, set_settings, monkeypatch):
	set_settings(channel_mode="Warn")
	frappe.get_doc(
		{"doctype": "Communication Preference", **client, "channels": [{"channel": "Phone"}]}
	).insert()
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	with pytest.raises(ReasonNeededError):
		send(quotation)
	monkeypatch.setitem(frappe.form_dict, "outgoing_reason", "The offer is too long for a call.")
	send(quotation)
	(entry,) = register(quotation)
	assert entry.reason == "The offer is too long for a call."


def test_no_template_is_asked_for(quotation, set_settings):
	set_settings(template_mode="Enforce")
	send(quotation)


def test_a_text_message_is_checked_as_well(quotation, client):
	with pytest.raises(OutgoingRefusedError):
		text_messages.require(["+49 40 7654321"], quotation.doctype, quotation.name)


def test_a_text_message_that_is_about_nothing_but_its_client_is_checked_like_the_client(client, set_settings):
	number = "+49 40 1234567"
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("phone_nos", {"phone": number, "is_primary_mobile_no": 1})
	contact.save()
	set_settings(identity_mode="Enforce")
	text_messages.require([number])
	customers = [{"document_type": "Customer", "confidentiality_level": "Confidential"}]
	set_settings(checked_documents=customers)
	with pytest.raises(OutgoingRefusedError):
		text_messages.require([number])


def test_of_other_documents_only_the_channel_is_checked(client, set_settings):
	order = stored("Sales Order", customer=client.party, contact_person=client.contact)
	send(order, EVE)
	assert register(order) == []
	set_settings(identity_mode="Enforce", channel_mode="Warn")
	send(order)
	frappe.get_doc(
		{"doctype": "Communication Preference", **client, "channels_not_to_use": [{"channel": "Email"}]}
	).insert()
	with pytest.raises(OutgoingRefusedError, match="C-2"):
		send(order)
	assert register(order) == []


def preference(client, **channels):
	return frappe.get_doc({"doctype": "Communication Preference", **client, **channels}).insert()


NEVER = {"channels_not_to_use": [{"channel": "Email", "reason": "Reads none"}]}


def channel_entries():
	return frappe.get_all("Client Disclosure", {"preferred_channel": "Phone"}, ["*"])


def test_the_reason_for_another_channel_is_on_record_for_any_document(client, set_settings, monkeypatch):
	"""C-2, also for a message that no level applies to; the document itself can be deleted as before."""
	set_settings(channel_mode="Warn")
	preference(client, channels=[{"channel": "Phone"}])
	order = stored("Sales Order", customer=client.party, contact_person=client.contact)
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	with pytest.raises(ReasonNeededError):
		send(order)
	monkeypatch.setitem(frappe.form_dict, "outgoing_reason", "It has drawings.")
	send(order, f"{ANNA}, {EVE}")
	(entry,) = channel_entries()
	assert (entry.recipient, entry.reason, entry.party) == (ANNA, "It has drawings.", client.party)
	assert (entry.confidentiality_level, entry.reference_name) == (None, None) and entry.communication


@pytest.mark.parametrize("doctype", ["Note", "Task"])
def test_the_address_tells_the_client_of_a_document_that_names_none(doctype, client, set_settings):
	set_settings(channel_mode="Warn")
	note = stored(doctype)
	send(note)
	assert api.check_outgoing(doctype, note.name, ANNA)["refused"] == []
	preference(client, **NEVER)
	for address in (ANNA, f"Anna <{ANNA}>", f"{EVE}, {ANNA}"):
		with pytest.raises(OutgoingRefusedError, match="C-2"):
			send(note, address)
		assert "Reads none" in api.check_outgoing(doctype, note.name, address)["refused"][0]["message"]
	send(note, EVE)


@pytest.fixture
def second(make_client):
	return make_client("Ben Client", BEN)


@pytest.mark.parametrize("named", ["none", "the first"])
@pytest.mark.parametrize("order", [f"{ANNA}, {BEN}", f"{BEN}, {ANNA}"])
def test_of_several_clients_each_channel_is_compared(client, second, set_settings, monkeypatch, named, order):
	set_settings(channel_mode="Warn")
	preference(client, channels=[{"channel": "Phone"}])
	theirs = preference(second, channels=[{"channel": "Meeting"}])
	doc = stored("Sales Order", customer=client.party) if named == "the first" else stored("Task")
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	asked = api.check_outgoing(doc.doctype, doc.name, order)["warned"]
	assert sorted((each["recipient"], each["contact"]) for each in asked) == [
		(ANNA, client.contact),
		(BEN, second.contact),
	]
	with pytest.raises(ReasonNeededError, match=ANNA):
		send(doc, order)
	monkeypatch.setitem(frappe.form_dict, "outgoing_reason", "It has drawings.")
	send(doc, order)
	rows = frappe.get_all(
		"Client Disclosure",
		{"reason": "It has drawings."},
		["recipient", "party", "preferred_channel", "recipient_kind"],
		order_by="recipient",
	)
	assert [tuple(row.values()) for row in rows] == [
		(ANNA, client.party, "Phone", "Client"),
		(BEN, second.party, "Meeting", "Client"),
	]
	theirs.update({"channels": [], **NEVER})
	theirs.save()
	with pytest.raises(OutgoingRefusedError, match=BEN):
		send(doc, order)
	(refused,) = api.check_outgoing(doc.doctype, doc.name, order)["refused"]
	assert (refused["recipient"], refused["contact"]) == (BEN, second.contact)
	about = api.check_outgoing(doc.doctype, doc.name, order)["about"]
	assert refused.get("party", about["party"]) == second.party
	queued = frappe.get_last_doc("Email Queue")
	assert "Reads none" in email.refusal_at_sending(queued)


def test_the_channel_of_another_client_counts_in_an_email_about_a_record(
	client, second, log, set_settings, monkeypatch
):
	"""C-2: they say it of every message, and have one entry on the register."""
	set_settings(channel_mode="Warn")
	theirs = preference(second, channels=[{"channel": "Meeting"}])
	inquiry = log("Initial Inquiry", **client)
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	(asked,) = api.check_outgoing(inquiry.doctype, inquiry.name, f"{ANNA}, {BEN}")["warned"]
	assert (asked["recipient"], asked["contact"], asked["party"]) == (BEN, second.contact, second.party)
	with pytest.raises(ReasonNeededError, match=BEN):
		send(inquiry, f"{ANNA}, {BEN}")
	monkeypatch.setitem(frappe.form_dict, "outgoing_reason", "They share the roof.")
	send(inquiry, f"{ANNA}, {BEN}")
	queued = frappe.get_last_doc("Email Queue")
	rows = frappe.get_all(
		"Client Disclosure",
		{"client_interaction": inquiry.name},
		["recipient", "party", "preferred_channel", "recipient_kind", "basis"],
		order_by="recipient",
	)
	assert [tuple(row.values()) for row in rows] == [
		(ANNA, client.party, None, "Client", "Own Information"),
		(BEN, client.party, "Meeting", "Third Party", "Not Required"),
	]
	theirs.update({"channels": [], **NEVER})
	theirs.save()
	with pytest.raises(OutgoingRefusedError, match=BEN):
		send(inquiry, f"{ANNA}, {BEN}")
	assert "Reads none" in email.refusal_at_sending(queued)
	# Of an interaction whose client is unknown, it stays the client's channel alone.
	inquiry.db_set({"party": None, "party_type": None, "contact": None})
	with pytest.raises(OutgoingRefusedError, match=BEN):
		send(inquiry, BEN)


@pytest.fixture
def state_of_account():
	"""`state_of_account(ANNA)`: what ERPNext sends as a statement, without a Communication; returns the row of the queue."""

	def make_statement(*recipients, doctype="Process Statement Of Accounts"):
		about = stored(doctype)
		frappe.sendmail(
			recipients=[recipients[0]],
			cc=[*recipients[1:]],
			subject="Your account",
			message="Please find attached.",
			reference_doctype=doctype,
			reference_name=about.name,
			now=False,
		)
		return frappe.get_last_doc("Email Queue", {"reference_name": about.name})

	return make_statement


@pytest.mark.parametrize("doctype", ["Process Statement Of Accounts", "Task"])
def test_what_a_program_sends_without_a_message_is_compared_too(
	client, set_settings, state_of_account, monkeypatch, doctype
):
	"""It cannot be asked for a reason; of an excluded channel, who sends it is told, and a job leaves it out."""
	set_settings(channel_mode="Warn")
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	wish = preference(client, channels=[{"channel": "Phone"}])
	assert state_of_account("us@own.example", doctype=doctype).status == "Not Sent"
	assert channel_entries() == []
	assert state_of_account(EVE, ANNA, doctype=doctype).status == "Not Sent"
	(entry,) = channel_entries()
	assert (entry.recipient, entry.party) == (ANNA, client.party) and "no reason" in entry.reason
	wish.update({"channels": [], **NEVER})
	wish.save()
	with pytest.raises(OutgoingRefusedError, match="Reads none"):
		state_of_account(ANNA, doctype=doctype)
	monkeypatch.delattr(frappe.local, "request")
	left_out = state_of_account(ANNA, doctype=doctype)
	assert left_out.status == "Error" and "Reads none" in left_out.error and not left_out.recipients


def test_what_the_client_needs_to_answer_is_sent_all_the_same(client, set_settings):
	set_settings(channel_mode="Enforce")
	preference(client, **NEVER)
	code = api.send_identity_code(client.party_type, client.party, client.contact)
	queued = frappe.get_last_doc("Email Queue", {"reference_name": code["name"]})
	assert queued.status == "Not Sent"


def test_no_one_learns_the_channels_of_a_client_whom_they_cannot_see(client, make_user, as_user):
	preference(client, **NEVER)
	user = make_user("Projects User")
	other = frappe.get_doc({"doctype": "Customer", "customer_name": "Other"}).insert()
	frappe.get_doc(
		{"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": other.name}
	).insert()
	task = stored("Task")
	with as_user(user):
		assert api.check_outgoing("Task", task.name, ANNA)["refused"] == []
		send(task)
	queued = frappe.get_last_doc("Email Queue")
	assert queued.owner == user and email.refusal_at_sending(queued) is None


def test_a_channel_that_is_excluded_meanwhile_holds_it_back(client, set_settings):
	set_settings(channel_mode="Warn")
	send(stored("Note"))
	queued = frappe.get_last_doc("Email Queue")
	assert email.refusal_at_sending(queued) is None
	preference(client, **NEVER)
	assert "Reads none" in email.refusal_at_sending(queued)


def test_the_stricter_level_counts(client, log, set_settings):
	"""Of an interaction of the type Initial Inquiry, which is Standard and needs no consent."""
	inquiry = log("Initial Inquiry", **client)
	send(inquiry, EVE)
	set_settings(
		checked_documents=[{"document_type": "Client Interaction", "confidentiality_level": "Confidential"}]
	)
	with pytest.raises(OutgoingRefusedError):
		send(inquiry, EVE)


def test_a_document_that_names_no_client_goes_to_no_third_party():
	quotation = stored("Quotation", quotation_to="Customer")
	with pytest.raises(OutgoingRefusedError, match="not recorded"):
		send(quotation, EVE)


@pytest.mark.parametrize(
	("doctype", "values", "expected"),
	[
		("Quotation", {"quotation_to": "Lead", "party_name": "L"}, ("Lead", "L")),
		("Sales Invoice", {"customer": "C"}, ("Customer", "C")),
		("Purchase Order", {"supplier": "S", "customer": "C"}, ("Supplier", "S")),
		("Purchase Order", {"customer": "C"}, ("Customer", "C")),
		("Payment Request", {"party_type": "Supplier", "party": "S"}, ("Supplier", "S")),
		("Payment Entry", {"party_type": "Employee", "party": "E"}, (None, None)),
		("Contract", {"party_type": "Customer", "party_name": "C"}, ("Customer", "C")),
		("Project", {"customer": "C"}, ("Customer", "C")),
		("Project", {}, (None, None)),
	],
)
def test_the_client_is_found_by_the_fields_of_the_document(doctype, values, expected):
	found = document_clients.of(doctype, stored(doctype, **values).name)
	assert (found.party_type, found.party) == expected


def test_a_document_that_is_gone_has_no_client():
	assert document_clients.of("Quotation", "no-such-quotation").party is None


def test_only_documents_that_can_name_a_client_are_listed(set_settings):
	row = {"document_type": "Item Group", "confidentiality_level": "Confidential"}
	with pytest.raises(frappe.ValidationError, match=r"row 2: .*Item Group.* has no field for a client"):
		set_settings(checked_documents=[*LISTED, row])
	with pytest.raises(frappe.ValidationError, match="rows 1 and 2 have the same"):
		set_settings(checked_documents=[*LISTED, *LISTED])


def test_who_configures_chooses_from_documents_with_clients(make_user, as_user):
	with as_user(make_user("Client Communications Manager")):
		offered = [row[0] for row in queries.document_types_with_clients("DocType", "", "name", 0, 500, {})]
		assert queries.document_types_with_clients("DocType", "quota", "name", 0, 20, {})
	assert {"Quotation", "Sales Invoice", "Customer", "Contract"} <= set(offered)
	assert not {"Client Interaction", "Item Group", "Sales Invoice Item"} & set(offered)
	for name in offered:
		assert document_clients.names_clients(name), name
	with as_user(make_user("Frontline Staff")), pytest.raises(frappe.PermissionError):
		queries.document_types_with_clients("DocType", "", "name", 0, 20, {})


def test_what_waits_is_judged_by_the_list_as_it_is_now(quotation, set_settings, client, give_consent):
	"""With the type on it, the same withdrawal holds the email back, see above."""
	consent = give_consent(client, "Adviser")
	send(quotation, EVE)
	set_settings(checked_documents=[])
	api.withdraw_consent(consent.name)
	queued = frappe.get_last_doc("Email Queue")
	assert (queued.status, email.refusal_at_sending(queued)) == ("Not Sent", None)
	set_settings(checked_documents=LISTED)
	assert "Third-Party Consent" in email.refusal_at_sending(queued)


# --- what a withdrawal judges ---------------------------------------------------------------------


@pytest.fixture
def judged(monkeypatch):
	"""The emails that were judged since; a job that was queued does not run."""
	names, hold = [], email.hold
	monkeypatch.setattr(email, "hold", lambda queued: names.append(queued.name) or hold(queued))
	return names


@pytest.fixture
def jobs(monkeypatch):
	queued = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, **how: queued.append((method, how)))
	return queued


def queued_about(doc, recipient=EVE):
	send(doc, recipient)
	return frappe.get_last_doc("Email Queue").name


def status(name):
	return frappe.db.get_value("Email Queue", name, "status")


def test_a_withdrawal_judges_what_waits_about_this_client_alone(
	quotation, client, make_client, give_consent, judged, jobs
):
	other = make_client("Berta Client", "berta@client.example")
	theirs = stored("Quotation", quotation_to="Customer", party_name=other.party)
	for each in (client, other):
		consent = give_consent(each, "Adviser")
	mine, not_mine = queued_about(quotation), queued_about(theirs)
	api.withdraw_consent(frappe.db.get_value("Client Consent", {"party": client.party}))
	assert judged == [mine] and not jobs
	assert (status(mine), status(not_mine)) == ("Error", "Not Sent")
	api.withdraw_consent(consent.name)
	assert status(not_mine) == "Error"


def test_what_was_said_as_a_lead_holds_back_what_is_about_the_customer(quotation, client, give_consent):
	lead = frappe.get_doc({"doctype": "Lead", "first_name": "Anna", "email_id": "a@client.example"}).insert()
	frappe.db.set_value("Customer", client.party, "lead_name", lead.name)
	consent = give_consent(frappe._dict(party_type="Lead", party=lead.name), "Adviser")
	mine = queued_about(quotation)
	api.withdraw_consent(consent.name)
	assert status(mine) == "Error"


def test_a_job_judges_what_the_register_does_not_tell(
	quotation, client, give_consent, set_settings, judged, jobs
):
	"""Its type was not checked when it was queued."""
	consent = give_consent(client, "Adviser")
	set_settings(checked_documents=[])
	mine = queued_about(quotation)
	set_settings(checked_documents=LISTED)
	api.withdraw_consent(consent.name)
	assert not judged and status(mine) == "Not Sent"
	assert email.refusal_at_sending(
		frappe.get_doc("Email Queue", mine)
	)  # so it does not leave before the job
	((job, how),) = jobs
	assert how.pop("enqueue_after_commit") and how.pop("queue")
	job(**how)
	assert status(mine) == "Error"


def test_a_job_judges_what_is_too_much_for_the_request(
	quotation, client, give_consent, judged, jobs, monkeypatch
):
	monkeypatch.setattr(withdrawals, "AT_ONCE", 1)
	consent = give_consent(client, "Adviser")
	waiting = {queued_about(quotation), queued_about(quotation)}
	api.withdraw_consent(consent.name)
	assert len(judged) == 1 and sorted(map(status, waiting)) == ["Error", "Not Sent"]
	((job, how),) = jobs
	job(how["party_type"], how["party"])
	assert {*judged} == waiting and {*map(status, waiting)} == {"Error"}


@pytest.mark.parametrize("role", ["Account Manager", "Compliance Officer"])
def test_many_recipients_are_looked_up_together(make_client, make_user, as_user, count_queries, role):
	"""An email to 200 clients takes as many queries as one to two; each as when it is asked about alone."""
	user, asked = make_user(role, *(("Sales User",) if role == "Account Manager" else ())), {}
	clients, addresses = [], []
	for number in range(12):
		addresses.append(f"client{number}@client.example")
		clients.append(make_client(f"Client {number}", addresses[-1]))
		if number % 2 == 0:
			about = clients[-1] if number % 4 == 0 else {**clients[-1], "contact": None}
			preference(about, channels=[{"channel": "Phone"}])
	hidden = clients[4].party
	allowed = [client.party for client in clients if client.party != hidden]
	for name in allowed:
		frappe.get_doc(
			{"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": name}
		).insert()
	context = facts.context_of("Task", stored("Task").name)
	with as_user(user):
		for number in (2, 12):
			asked[number] = count_queries(lambda: facts.addressed_to(context, addresses[:number], user))
		found = facts.addressed_to(context, addresses, user)
	assert asked[2] == asked[12], asked
	parties = [each.party for each in (found, *found.others)]
	assert parties == [clients[number].party for number in (0, 2, 6, 8, 10)], "as before, in their order"
	for client in clients:
		key = (client.party_type, client.party)
		is_open = client_documents.is_open(*key, user)
		assert client_documents.open_to([key], user) == ({key} if is_open else set())
		assert is_open == (client.party != hidden)
		one = parties_of.Client(*key, client.contact, "")
		assert bool(preferences.known_of([one])) == bool(preferences.of(*key, client.contact))


def test_what_a_client_preferred_as_a_lead_counts_for_many_as_well(make_client):
	client = make_client("Was a Lead", ANNA)
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Was a Lead"}).insert().name
	frappe.db.set_value("Customer", client.party, "lead_name", lead)
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": "Lead",
			"party": lead,
			"channels": [{"channel": "Phone"}],
		}
	).insert()
	known = parties_of.client_of(None, None, ANNA, "")
	assert known.party == client.party and preferences.known_of([known]) == {known}
