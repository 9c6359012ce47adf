"""The search for who is calling, and what is logged for someone who is not known (D-1, D-2, D-5, C-4)."""

import random

import frappe
import pytest

from client_comms import api, clock
from client_comms.client_interactions import callers, closing_checklist
from client_comms.clients import phone_numbers
from client_comms.enforcement import link_options
from client_comms.exceptions import ActionNotPossibleError, MissingDetailsError

pytestmark = pytest.mark.clause("D-1", "D-5")

INTERACTION = "Client Interaction"
COMPLAINT = "Feedback/Complaint"
ROLES = (
	"Frontline Staff",
	"Account Manager",
	"Customer Support",
	"Customer Support Manager",
	"Sales User",
	"Support Team",
)


@pytest.fixture
def germany(monkeypatch):
	monkeypatch.setattr(phone_numbers, "default_region", lambda: "DE")


@pytest.fixture
def anna(make_client, germany):
	client = make_client("Anna Zweig", "anna@zweig.example")
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("phone_nos", {"phone": "030 123 45 67", "is_primary_phone": 1})
	contact.save()
	return client


def names(found, doctype):
	return {row["name"] for row in found if row["doctype"] == doctype}


@pytest.mark.parametrize(
	"text", ["zweig", "anna@zw", "030 1234567", "030 12 34", "+49 30 123", "0049301234", "(030) 123-45"]
)
def test_a_contact_is_found_by_name_address_and_number(anna, frontline, as_user, text):
	with as_user(frontline):
		found = api.find_caller(text)
	(row,) = [row for row in found if row["doctype"] == "Contact"]
	assert row["values"] == {"contact": anna.contact, "party_type": "Customer", "party": anna.party}
	# Their client is chosen with them, and not offered a second time.
	assert names(found, "Customer") == set()


def test_a_contact_stands_beside_the_name_of_their_lead(frontline, as_user):
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Nils Berg", "email_id": "nils@berg.example"})
	lead.insert()
	with as_user(frontline):
		found = api.find_caller("nils@berg.example")
	(row,) = [row for row in found if row["doctype"] == "Contact"]
	assert row["values"]["party"] == lead.name != lead.lead_name
	assert row["about"] == "Contact · Nils Berg"


def test_a_lead_is_found_by_its_number(frontline, as_user, germany):
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Karl Neu", "mobile_no": "0171 2345678"}).insert()
	frappe.db.set_value("Lead", lead.name, "mobile_e164", "+491712345678")
	with as_user(frontline):
		row, inquiry = api.find_caller("0171 23")
	assert (inquiry["doctype"], inquiry["values"]["party"]) == (INTERACTION, lead.name)
	# ERPNext has made a contact of it, whose client it is.
	assert row["values"] == {"contact": row["name"], "party_type": "Lead", "party": lead.name}


@pytest.mark.parametrize("text", ["", " ", "z", "030", "%%", "unheard of name"])
def test_too_little_and_nonsense_find_no_one(anna, frontline, as_user, text):
	with as_user(frontline):
		assert not names(api.find_caller(text), "Contact") or text == "%%"


def test_open_interactions_are_found_and_closed_ones_are_not(inquiry, frontline, as_user):
	open_one = inquiry(responsible_staff=frontline, subject="Roof of the barn")
	closed = inquiry(
		responsible_staff=frontline, subject="Roof of the shed", direction="Outbound", outgoing_reason="x"
	)
	frappe.db.set_value(INTERACTION, closed.name, "status", "Closed")
	with as_user(frontline):
		assert names(api.find_caller("roof of the"), INTERACTION) == {open_one.name}
		(row,) = api.find_caller(open_one.name)
		assert row["values"]["party"] == "Anna Client"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_finds_what_a_list_shows_and_nothing_else(seed, anna, log, make_user, as_user):
	draw = random.Random(seed)
	records = [
		log(
			draw.choice(("Initial Inquiry", "Service Update", COMPLAINT)),
			subject=f"Quarry {number}",
			party_type="Customer",
			party=anna.party,
		).name
		for number in range(4)  # all of them fit into an answer
	]
	users = [make_user(*draw.sample(ROLES, draw.randint(1, 3))) for _ in range(8)]
	for name in records:
		frappe.db.set_value(INTERACTION, name, "responsible_staff", draw.choice([None, *users]))
	shown = []
	for user in users:
		with as_user(user):
			if not frappe.has_permission(INTERACTION, "create"):
				with pytest.raises(frappe.PermissionError):
					api.find_caller("quarry")
				continue
			listed = set(frappe.get_list(INTERACTION, {"name": ("in", records)}, pluck="name"))
			assert names(api.find_caller("quarry"), INTERACTION) == listed
			shown.append(len(listed))
			found = api.find_caller("zweig")
			if link_options.is_offered("Contact"):
				contacts = {name for name, _title in link_options.find("Contact", "zweig")}
			else:
				contacts = set(frappe.get_list("Contact", {"name": ("like", "%zweig%")}, pluck="name"))
			assert names(found, "Contact") == contacts
	assert len(set(shown)) > 1, "the cases say little"


def test_a_number_tells_nothing_to_those_who_cannot_read_contacts(anna, make_user, as_user):
	with as_user(make_user("Frontline Staff")):
		assert names(api.find_caller("Anna Zweig"), "Contact") == {anna.contact}  # as a link field offers it
		assert api.find_caller("030 1234567") == []
		assert api.find_caller("anna@zweig") == []


def test_a_governed_lead_is_neither_found_nor_named_by_its_contact(
	set_settings, make_user, frontline, as_user
):
	set_settings(govern_leads=1)
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Vera Geheim"}).insert()
	frappe.db.set_value("Lead", lead.name, "confidentiality_level", "Sensitive")
	frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Vera Geheim",
			"links": [{"link_doctype": "Lead", "link_name": lead.name}],
		}
	).insert()
	with as_user(frontline):
		found = api.find_caller("geheim")
	assert names(found, "Lead") == set()
	assert "party" not in next(row["values"] for row in found if row["doctype"] == "Contact")


# An unknown caller


def log_unknown(**fields):
	return api.log_interaction(
		communication_type="Initial Inquiry",
		channel="Phone",
		direction="Inbound",
		subject="Solar roof",
		summary="Asks for a price.",
		company=frappe.db.get_value("Company", {}),
		**fields,
	)


@pytest.mark.clause("D-2")
def test_an_unknown_caller_is_logged_by_name_and_number(frontline, as_user):
	with as_user(frontline):
		logged = log_unknown(party_name="Ms Braun, +49 30 99887766")
		found = api.find_caller("99887766")
	assert (logged["party_name"], logged["party"]) == ("Ms Braun, +49 30 99887766", None)
	assert names(found, INTERACTION) == {logged["name"]}


def test_hidden_ones_of_the_same_number_do_not_take_its_place(log, frontline, as_user, monkeypatch):
	monkeypatch.setattr(callers, "_UNKNOWN", 1)
	with as_user(frontline):
		logged = log_unknown(party_name="Ms Braun, +49 30 99887766")
	caller = {"party_type": None, "party": None, "contact": None, "party_name": "Ms Braun, +49 30 99887766"}
	hidden = log(COMPLAINT, occurred_on=clock.now(), **caller)
	assert hidden.confidentiality_level == "Sensitive"
	with as_user(frontline):
		assert names(api.find_caller("99887766"), INTERACTION) == {logged["name"]}


@pytest.mark.clause("D-2")
def test_without_any_client_nothing_is_logged(frontline, as_user):
	with as_user(frontline), pytest.raises(MissingDetailsError):
		log_unknown()


@pytest.mark.clause("D-2")
@pytest.mark.parametrize(("roles", "known"), [(("Sales User",), "Dr Petra Kunz"), ((), None)])
def test_a_contact_of_no_client_stands_for_it(make_user, as_user, roles, known):
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Petra", "last_name": "Kunz"}).insert()
	contact.db_set("full_name", "Dr Petra Kunz")
	with as_user(make_user("Frontline Staff", *roles)):
		logged = log_unknown(contact=contact.name)
	assert (logged["party"], logged["party_name"]) == (None, known or contact.name)
	assert frappe.db.get_value(INTERACTION, logged["name"], "contact") == contact.name


# What it becomes


@pytest.mark.clause("M-1", "C-3", "C-4")
def test_the_type_follows_the_words_and_the_deadlines_are_told(
	frontline, make_user, as_user, clock_at, set_calendar
):
	set_calendar(["09:00-17:00"])
	make_user("Customer Support")
	with as_user(frontline), clock_at("2026-11-23 10:00"):
		inquiry = api.simulate_log(words="Price of a roof")
		complaint = api.simulate_log(words="A complaint about noise")
		chosen = api.simulate_log("Initial Inquiry", words="A complaint about noise")
		outbound = api.simulate_log(words="Price of a roof", direction="Outbound")
	assert (inquiry["communication_type"], inquiry["level"]) == ("Initial Inquiry", "Standard")
	assert (complaint["communication_type"], complaint["level"]) == (COMPLAINT, "Sensitive")
	assert "complaint" in complaint["reason"]
	assert (chosen["communication_type"], chosen["reason"]) == ("Initial Inquiry", None)
	assert (inquiry["acknowledge_by"], inquiry["respond_by"]) == (
		"2026-11-24 17:00:00",
		"2026-11-25 17:00:00",
	)
	assert inquiry["words"] == {
		"acknowledge_by": "Tue 17:00, 1 business day left",
		"respond_by": "Wed 17:00, 2 business days left",
	}
	assert outbound["words"] == {}
	assert (outbound["acknowledge_by"], outbound["respond_by"]) == (None, None)


@pytest.mark.clause("C-3", "C-4")
def test_what_was_told_is_what_it_becomes(frontline, as_user, anna):
	with as_user(frontline):
		told = api.simulate_log(words="Solar roof", party_type="Customer", party=anna.party)
		logged = log_unknown(party_type="Customer", party=anna.party)
	for field in ("communication_type", "responsible_staff", "acknowledge_by", "respond_by"):
		assert told[field] == logged[field]
	assert told["level"] == logged["confidentiality_level"]


# The client calls again


@pytest.mark.clause("C-4")
def test_a_client_who_calls_again_is_owed_an_answer_again(
	inquiry, frontline, clock_at, as_user, set_calendar
):
	set_calendar(["09:00-17:00"])
	name = inquiry(responsible_staff=frontline).name
	with as_user(frontline):
		with clock_at("2026-11-23 11:00"):
			api.answer(name)
		with clock_at("2026-11-24 10:00"):
			doc = api.client_called_again(
				name,
				"Wants it in writing.",
				action_items=[{"description": "Send the offer", "assigned_to": frontline}],
			)
	assert (doc["respond_status"], doc["respond_by"]) == ("Running", "2026-11-26 17:00:00")
	assert (doc["events"][-1]["event"], doc["events"][-1]["note"]) == ("Received", "Wants it in writing.")
	assert doc["action_items"][-1]["description"] == "Send the offer"


def test_calling_again_needs_a_note_an_open_record_and_the_right_to_write(
	inquiry, frontline, make_user, as_user
):
	name = inquiry(responsible_staff=frontline).name
	with as_user(frontline), pytest.raises(MissingDetailsError):
		api.client_called_again(name, "<p> </p>")
	with as_user(make_user("Compliance Officer")), pytest.raises(frappe.PermissionError):
		api.client_called_again(name, "Hello")
	frappe.db.set_value(INTERACTION, name, "status", "Closed")
	with as_user(frontline), pytest.raises(ActionNotPossibleError):
		api.client_called_again(name, "Hello")


@pytest.mark.clause("D-2")
def test_a_call_is_closed_once_it_says_who_it_was_and_what_was_said(set_settings, make_client, make_user):
	"""Logged without staff, the number stands for the client and the subject for the summary."""
	set_settings(evidence_mode="Enforce")
	make_user("Frontline Staff")
	call = frappe.get_doc(
		{
			"doctype": "Call Log",
			"id": "incomplete-call",
			"type": "Incoming",
			"status": "Completed",
			"from": "+49 30 7654321",
			"to": "+49 30 100",
			"start_time": "2026-11-24 10:00",
		}
	).insert(ignore_permissions=True)
	call.reload()
	doc = frappe.get_doc("Client Interaction", call.client_interaction)
	assert (doc.summary, doc.details_left_open) == (doc.subject, 1)
	doc.record("Answered")
	(item,) = [each for each in closing_checklist.items(doc) if each["item"] == "details"]
	assert not item["done"] and "summary" in item["message"] and "client" in item["message"]
	with pytest.raises(MissingDetailsError):
		closing_checklist.close(doc)
	client = make_client("Anna Client", "anna@client.example")
	doc.reload()
	doc.update({"party_type": "Customer", "party": client.party, "summary": "Asks for an offer."})
	doc.reclassification_reason = "She said her name"
	doc.save()
	assert not doc.details_left_open
	assert "details" not in [each["item"] for each in closing_checklist.items(doc)]
	closing_checklist.close(doc)
	assert doc.status == "Closed"
