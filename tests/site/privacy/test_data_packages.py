"""A client gets a copy of their data, without anything about others, after a second person released it (P-2)."""

import io
import json
import os
import shutil
import zipfile
from datetime import timedelta
from unittest import mock

import frappe
import pytest

from client_comms import clock, ledger, procedure
from client_comms.api import data_packages as api
from client_comms.background_work import ATTEMPTS
from client_comms.client_privacy import identity, links
from client_comms.client_privacy.packages import archive, collecting, contents, delivery, runs
from client_comms.client_privacy.requests import data_map, subjects
from client_comms.clients import phone_numbers
from client_comms.enforcement import data_packages, governed
from client_comms.exceptions import (
	ActionNotPossibleError,
	FourEyesError,
	LinkNotValidError,
	ResultIsFixedError,
)
from client_comms.i18n import moment_in_words
from client_comms.patches.v1_0 import move_copies_of_data
from client_comms.people import duties

pytestmark = pytest.mark.clause("P-2")
NAME, ADDRESS, NUMBER = "Quokka Zabaglione", "quokka.zabaglione@client.example", "+49 30 98765421"
OTHER, OTHER_ADDRESS, OTHER_NUMBER = "Walrus Panettone", "walrus@other.example", "+49 30 11112222"


@pytest.fixture
def officers(make_user):
	return [make_user(procedure.COMPLIANCE_OFFICER) for _each in range(3)]


@pytest.fixture
def client(make_client, log):
	client = make_client(NAME, ADDRESS, customer_type="Individual")
	client.other = make_client(OTHER, OTHER_ADDRESS, customer_type="Individual")
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("phone_nos", {"phone": NUMBER, "is_primary_mobile_no": 1})
	contact.save()
	client.interaction = log(
		"Feedback/Complaint",
		party_type="Customer",
		party=client.party,
		contact=client.contact,
		summary=f"{NAME} ({ADDRESS}, {NUMBER}) and {OTHER} ({OTHER_ADDRESS}, {OTHER_NUMBER}) asked",
		responsible_staff="Administrator",
	)
	client.interaction.add_comment("Comment", f"{OTHER} is not amused, {NAME} is")
	client.file = attached("Client Interaction", client.interaction.name)
	return client


def attached(doctype, name):
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash()}.txt",
			"content": f"roof plan {frappe.generate_hash()}",
			"is_private": 1,
			"attached_to_doctype": doctype,
			"attached_to_name": name,
		}
	).insert()


def stored(doctype, **values):
	"""A record as it could be in the database, without what its DocType requires of a whole one."""
	doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(), **values})
	doc.db_insert()
	return doc


@pytest.fixture
def request_for(client, officers, as_user):
	"""`request_for("Access")` is a request of the client, whose identity is confirmed."""

	def make(right="Access", **fields):
		identity.confirm("Customer", client.party, client.contact, "Document Seen")
		with as_user(officers[0]):
			about = {"party_type": "Customer", "party": client.party, "contact": client.contact}
			return frappe.get_doc({"doctype": runs.REQUEST, "right": right, **about, **fields}).insert()

	return make


@pytest.fixture
def ready(request_for, officers, as_user):
	"""`ready()` is a copy that the first officer made."""

	def make(*args, **kwargs):
		with as_user(officers[0]):
			name = api.make_copy(request_for(*args, **kwargs).name)
		collecting.work(name)
		return frappe.get_doc(runs.PACKAGE, name)

	yield make
	for name in frappe.get_all(runs.PACKAGE, pluck="name"):
		archive.remove_leftover(frappe.get_doc(runs.PACKAGE, name))  # a rollback does not reach the disk


def unpacked(package) -> zipfile.ZipFile:
	with open(archive.path_of(package), "rb") as file:
		return zipfile.ZipFile(io.BytesIO(file.read()))


def text_of(package) -> str:
	file = unpacked(package)
	return "\n".join(
		file.read(name).decode() for name in file.namelist() if name.endswith((".html", ".json"))
	)


def items(package, **filters):
	return frappe.get_all(runs.ITEM, {"package": package.name, **filters}, ["*"], order_by="name asc")


def test_who_can_release_a_copy_finds_it_among_their_duties_and_on_the_request(ready, officers, as_user):
	package = ready()
	waits = ["Form", runs.PACKAGE, package.name]

	def found(user):
		return [each["route"] for each in duties.of_user(user) if each["what"] == "Copy of Data to Release"]

	assert [found(each) for each in officers] == [[], [waits], [waits]]
	package.db_set("chosen_by", officers[1])
	assert [found(each) for each in officers] == [[], [], [waits]]
	request = frappe.get_doc(runs.REQUEST, package.request)
	with as_user(officers[2]):
		request.onload()
	going = request.get_onload("going")
	assert (going["name"], going["waits"]) == (package.name, True)


def test_it_has_everything_of_the_client_and_nothing_of_others(client, ready):
	package = ready()
	assert (package.status, package.failed_count) == (collecting.READY, 0)
	file, text = unpacked(package), text_of(package)
	assert {"index.html", "left-out.html", "json/left-out.json"} <= set(file.namelist())
	for own in (NAME, ADDRESS, NUMBER, client.interaction.name, client.party):
		assert own in text
	for foreign in (OTHER, OTHER_ADDRESS, OTHER_NUMBER, "Administrator"):
		assert foreign not in text
	(record,) = json.loads(file.read("json/client_interaction.json"))
	hidden = "[another person]"
	assert record["summary"] == f"{NAME} ({ADDRESS}, {NUMBER}) and {hidden} ({hidden}, {hidden}) asked"
	assert record["responsible_staff"] == hidden
	assert record["comments"][0]["content"] == f"{hidden} is not amused, {NAME} is"
	(path,) = (name for name in file.namelist() if name.startswith("files/"))
	assert file.read(path).decode() == frappe.get_doc("File", client.file.name).get_content()
	(logged,) = (
		row for row in json.loads(file.read("json/left-out.json")) if row["doctype"] == "Client Interaction"
	)
	assert set(logged["fields"].split(", ")) >= {"summary", "responsible_staff", "comments"}


def test_the_names_of_files_name_no_one_else(client, ready):
	client.file.db_set("file_name", f"{OTHER_ADDRESS}, {OTHER.replace(' ', '_')} and {ADDRESS}.txt")
	file = unpacked(ready())
	(row,) = json.loads(file.read("json/file.json"))
	hidden = "[another person]"
	assert row["file_name"] == f"{hidden}, {hidden} and {ADDRESS}.txt"
	(path,) = (name for name in file.namelist() if name.startswith("files/"))
	assert "Walrus" not in path and path.endswith(".txt")
	(logged,) = (row for row in json.loads(file.read("json/left-out.json")) if row["doctype"] == "File")
	assert logged["fields"] == "file_name"


def test_the_address_of_a_file_that_is_stored_elsewhere_names_no_one_else(client, ready):
	file = stored(
		"File",
		file_name="Plan",
		file_url="https://files.example/Walrus%20Panettone.pdf",
		attached_to_doctype="Client Interaction",
		attached_to_name=client.interaction.name,
	)
	package = ready()
	(row,) = items(package, reference_name=file.name)
	assert (row.state, row.reason) == (
		contents.LEFT_OUT,
		"It is stored elsewhere: https://files.example/[another person].pdf",
	)
	assert OTHER not in text_of(package)


def test_it_has_calls_of_the_clients_own_number_of_which_no_one_knew_whose_it_is(client, ready):
	frappe.db.set_value("Contact", client.contact, "full_name", f"{NAME} 54")  # a name is not a number
	calls = [
		stored("Call Log", id=frappe.generate_hash(), **{field: number}, status="Completed")
		for field, number in (
			("to", NUMBER),
			("from", NUMBER.replace(" ", "")),
			("to", OTHER_NUMBER),
			("to", "54"),
		)
	]
	package = ready()
	assert {row.reference_name for row in items(package, reference_doctype="Call Log")} == {
		each.name for each in calls[:2]
	}


def test_its_pages_speak_the_clients_language_and_its_json_is_as_stored(client, ready):
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": "Customer",
			"party": client.party,
			"language": "de",
		}
	).insert()
	file = unpacked(ready())
	page = file.read("records/data_subject_request.html").decode()
	assert "<dt>Recht des Kunden</dt><dd>Auskunft</dd>" in page
	(record,) = json.loads(file.read("json/data_subject_request.json"))
	assert record["right"] == "Access"
	assert "<dd>Rückmeldung/Beschwerde</dd>" in file.read("records/client_interaction.html").decode()


def test_its_pages_name_what_was_consented_to_and_the_language_in_words(client, ready):
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": "Customer",
			"party": client.party,
			"language": "de",
		}
	).insert()
	frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": "Customer",
			"party": client.party,
			"contact": client.contact,
			"purpose": "Sharing with a Third Party",
			"third_party": frappe.get_doc({"doctype": "Third Party", "third_party_name": "Adviser"})
			.insert()
			.name,
			"collected_through": "In Person",
			"data_categories": [{"data_category": "Identity Documents"}],
		}
	).insert()
	file = unpacked(ready())
	page = file.read("records/client_consent.html").decode()
	assert "<dt>Zweck</dt><dd>Weitergabe an einen Dritten</dd>" in page and "Ausweisdokumente" in page
	assert "<dt>Sprache</dt><dd>Deutsch</dd>" in file.read("records/communication_preference.html").decode()
	(stored,) = json.loads(file.read("json/client_consent.json"))
	assert stored["purpose"] == "Sharing with a Third Party"


def test_its_pages_say_what_a_file_is_attached_to_and_when_without_seconds(client, ready):
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": "Customer",
			"party": client.party,
			"language": "fr",
		}
	).insert()
	issue = frappe.get_doc(
		{"doctype": "Issue", "subject": "The roof leaks", "customer": client.party}
	).insert()
	issue.db_set({"opening_time": "14:03:27.123456", "user_resolution_time": 5400})
	file = unpacked(ready())
	page = file.read("records/file.html").decode()
	assert f"<dt>Joint à</dt><dd>Interaction client {client.interaction.name}</dd>" in page
	(row,) = json.loads(file.read("json/file.json"))
	assert row["attached_to_doctype"] == "Client Interaction"
	page = file.read("records/issue.html").decode()
	assert "<dd>14:03</dd>" in page and "14:03:27" not in page
	assert "<dd>1h 30m</dd>" in page


def test_it_has_nothing_in_which_the_client_only_appears(client, ready, log):
	other = client.other
	conversation = log(party_type="Customer", party=other.party)
	message = stored(
		"Communication",
		communication_type="Communication",
		communication_medium="Email",
		sent_or_received="Received",
		sender=ADDRESS,
		content="what the other client wrote",
		client_interaction=conversation.name,
	)
	file = attached(message.doctype, message.name)
	quotation = stored(
		"Quotation", quotation_to="Customer", party_name=other.party, contact_person=client.contact
	)
	payment = stored("Payment Request", party_type="Customer", party=other.party, email_to=ADDRESS)
	order = stored("Sales Order", customer=other.party, contact_email=ADDRESS)
	own = stored("Sales Order", customer=client.party, contact_email=OTHER_ADDRESS)
	package = ready()
	states = {(row.reference_doctype, row.reference_name): row for row in items(package)}
	for doc in (message, file, quotation, order):
		row = states[doc.doctype, doc.name]
		assert (row.state, row.content) == (contents.LEFT_OUT, None), doc.doctype
		assert row.reason.startswith("Belongs to another client")
	assert states.get((payment.doctype, payment.name), row).state == contents.LEFT_OUT
	assert states[own.doctype, own.name].state == contents.INCLUDED
	text = text_of(package)
	assert message.content not in text and row.reason in text
	assert not [name for name in unpacked(package).namelist() if file.name in name]


def test_its_pages_are_for_people_who_know_no_database(client, ready):
	frappe.db.set_value("Confidentiality Level", procedure.SENSITIVE, "retention_months", 24)
	stored(
		"Communication",
		communication_type="Communication",
		communication_medium="Email",
		sent_or_received="Received",
		sender=ADDRESS,
		subject="The roof leaks",
		content="Please come.\n\n\n\nQuokka",
		text_content="Please come.",
		message_id="1@other.example",
		client_interaction=client.interaction.name,
	)
	package = ready()
	file = unpacked(package)
	page = file.read("records/communication.html").decode()
	assert "<h2>The roof leaks (" in page
	assert page.count("Please come.") == 1
	assert "Message ID" not in page and "Seen" not in page and "[another person]" not in page
	interaction = file.read("records/client_interaction.html").decode()
	assert moment_in_words(client.interaction.occurred_on) in interaction
	assert str(client.interaction.creation) not in interaction and "Judged" not in interaction
	index = file.read("index.html").decode()
	assert "Sensitive: 24 months after closing" in index
	assert f"that we hold about {NAME}, made on" in index
	assert "from what our staff noted" in index


def test_the_email_with_the_link_does_not_say_that_it_works_once(client, ready, officers, as_user, mailbox):
	package = ready()
	with as_user(officers[1]):
		api.release_copy(package.name)
	link = frappe.get_last_doc(links.LINK, {"kind": links.DATA, "party": client.party})
	text = " ".join(mailbox(link.name)["text/plain"].split())
	assert "everyone who has it can download" in text and "works once" not in text


@pytest.mark.parametrize("contact_only", [0, 1])
def test_it_has_what_the_same_person_wrote_as_a_lead(client, ready, contact_only):
	"""An email to sales made a lead and a contact of someone who has a contact at the client already."""
	lead = frappe.get_doc({"doctype": "Lead", "first_name": NAME, "email_id": ADDRESS}).insert()
	(twin,) = frappe.get_all(
		"Dynamic Link", {"parenttype": "Contact", "link_name": lead.name}, pluck="parent"
	)
	assert twin != client.contact
	message = stored(
		"Communication",
		communication_type="Communication",
		communication_medium="Email",
		sent_or_received="Received",
		sender=ADDRESS,
		content="what I wrote to sales",
		reference_doctype="Lead",
		reference_name=lead.name,
	)
	package = ready(contact_only=contact_only)
	included = {
		(row.reference_doctype, row.reference_name) for row in items(package, state=contents.INCLUDED)
	}
	assert {("Communication", message.name), ("Contact", twin), ("Lead", lead.name)} <= included
	assert message.content in text_of(package)
	assert (
		"International Format" not in unpacked(package).read("records/lead.html").decode()
	)  # without a number
	# An erasure takes nothing along without being asked.
	assert ADDRESS in subjects.of("Customer", client.party).shared_names
	package.run_method("onload")
	assert package.get_onload("shared_addresses") == []


def test_an_address_that_someone_else_has_is_named_to_the_officers(client, ready, officers, as_user):
	other = frappe.get_doc("Contact", client.other.contact)
	other.append("email_ids", {"email_id": ADDRESS})
	other.save()
	message = stored(
		"Communication",
		communication_type="Communication",
		communication_medium="Email",
		sent_or_received="Received",
		sender=ADDRESS,
		content="from the shared mailbox",
	)
	package = ready()
	assert not items(package, reference_doctype="Communication", reference_name=message.name)
	with as_user(officers[1]):
		package = frappe.get_doc(runs.PACKAGE, package.name)
		package.run_method("onload")
		assert package.get_onload("shared_addresses") == [
			{"address": ADDRESS, "doctype": "Customer", "name": client.other.party}
		]


def test_what_was_sent_to_the_client_about_another_one_stays_out(client, ready):
	"""A disclosure to an adviser, say: it names no contact of the other client."""
	about = {"party_type": "Customer", "party": client.other.party, "party_name": OTHER}
	disclosure = stored(
		"Client Disclosure", **about, recipient=ADDRESS, description="what the other one asked"
	)
	package = ready()
	(row,) = items(package, reference_doctype=disclosure.doctype, reference_name=disclosure.name)
	assert (row.state, row.content) == (contents.LEFT_OUT, None)
	assert disclosure.description not in text_of(package)


def test_for_one_contact_it_has_no_documents_of_the_organisation(client, ready):
	order = stored("Sales Order", customer=client.party, contact_person=client.contact, contact_email=ADDRESS)
	consent = stored("Client Consent", party_type="Customer", party=client.party, contact=client.contact)
	package = ready(contact_only=1)
	states = {(row.reference_doctype, row.reference_name): row.state for row in items(package)}
	assert states[order.doctype, order.name] == contents.LEFT_OUT
	assert states[consent.doctype, consent.name] == contents.INCLUDED
	# An erasure for this contact leaves the organisation its proof.
	subject = subjects.of("Customer", client.party, client.contact)
	assert data_map.of_others(consent.doctype, [consent.name], subject) == {consent.name}


def test_paper_files_and_earlier_requests_are_in_the_plan(client, ready):
	paper = stored("Physical File", party_type="Customer", party=client.party, label_code="P-1")
	theirs = stored("Physical File", party_type="Customer", party=client.other.party, label_code="P-2")
	earlier = stored(
		runs.REQUEST, right="Rectification", party_type="Customer", party=client.party, details="my name"
	)
	hold = stored("Legal Hold", hold_on="Client", party_type="Customer", party=client.party)
	package = ready()
	states = {(row.reference_doctype, row.reference_name): row for row in items(package)}
	on_paper = states[paper.doctype, paper.name]
	assert on_paper.state == contents.LEFT_OUT and on_paper.reason.startswith("On paper")
	assert on_paper.reason in text_of(package)
	assert (theirs.doctype, theirs.name) not in states
	assert states[earlier.doctype, earlier.name].state == contents.INCLUDED
	assert hold.name not in text_of(package)


def test_its_figures_are_those_of_its_records(client, ready, monkeypatch):
	monkeypatch.setattr(collecting, "CHUNK", 2)
	monkeypatch.setattr(archive, "_TOGETHER", 1)
	counted = []
	whole = collecting.count
	monkeypatch.setattr(collecting, "count", lambda name: counted.append(figures(name)) or whole(name))
	package = ready()
	# Counted once at the beginning and once in the end; what was added between is what is there.
	assert len(counted) == 2 and counted[-1] == figures(package.name)
	assert package.included_count == len(items(package, state=contents.INCLUDED)) > 2
	masked = [row for row in items(package, state=contents.INCLUDED) if row.masked_count]
	log = json.loads(unpacked(package).read("json/left-out.json"))
	assert len(log) == package.left_out_count + len(masked)
	read = unpacked(package)
	included = json.loads(read.read("json/index.json"))["records"]
	for doctype, number in included.items():
		if doctype != "File":
			assert len(json.loads(read.read(f"json/{archive._page(doctype)}.json"))) == number


def figures(name):
	fields = ("total_count", "included_count", "left_out_count", "failed_count", "masked_count")
	return frappe.db.get_value(runs.PACKAGE, name, fields)


def test_the_level_of_many_messages_takes_no_query_for_each(client, monkeypatch):
	issue = stored("Issue", customer=client.party, confidentiality_level=procedure.SENSITIVE)
	filed = [
		stored("Communication", reference_doctype=where.doctype, reference_name=where.name)
		for where in (issue, client.interaction) * 3
	]
	own = [stored("Communication", confidentiality_level=procedure.CONFIDENTIAL) for _each in range(3)]
	free = stored("Communication", reference_doctype="Customer", reference_name=client.party)
	rows = frappe.get_all(
		"Communication", {"name": ("in", [doc.name for doc in (*filed, *own, free)])}, ["*"]
	)
	asked, sql = [], frappe.db.sql
	monkeypatch.setattr(
		frappe.db, "sql", lambda query, *args, **kw: asked.append(query) or sql(query, *args, **kw)
	)
	levels = contents._levels("Communication", rows)
	assert len(asked) <= 4
	assert {levels[doc.name] for doc in filed if doc.reference_doctype == "Issue"} == {procedure.SENSITIVE}
	assert {levels[doc.name] for doc in own} == {procedure.CONFIDENTIAL}
	assert free.name not in levels


def test_what_no_one_mapped_is_named_and_left_out(client, ready):
	project = frappe.get_doc(
		{"doctype": "Project", "project_name": frappe.generate_hash(), "customer": client.party}
	).insert()
	package = ready()
	(left,) = items(package, reference_doctype="Project")
	assert (left.reference_name, left.state) == (project.name, contents.LEFT_OUT)
	assert left.reason in text_of(package)


@pytest.mark.parametrize("contact_only", [0, 1])
def test_what_names_no_client_is_not_taken_for_a_record_about_one(client, ready, contact_only):
	"""A client without a lead, or a contact alone, has nothing to do with documents whose field for a lead or customer is empty."""
	empty = [stored(doctype).name for doctype in ("Warehouse", "Project", "Item Price")]
	package = ready(contact_only=contact_only)
	assert not items(package, reference_name=("in", empty))


def test_a_portable_copy_has_what_the_client_gave_under_the_contract(client, ready):
	package = ready("Portability")
	states = {(each.reference_doctype, each.state) for each in items(package)}
	assert ("Client Interaction", contents.INCLUDED) in states
	assert ("Identity Verification", contents.LEFT_OUT) in states
	assert ("Identity Verification", contents.INCLUDED) not in states


def test_for_one_contact_it_has_nothing_of_the_organisation(client, ready):
	package = ready(contact_only=1)
	assert package.status == collecting.READY
	included = {(each.reference_doctype, each.reference_name) for each in items(package)}
	assert ("Contact", client.contact) in included
	assert ("Customer", client.party) not in included
	assert f"that we hold about {NAME} ({NAME}), made on" in unpacked(package).read("index.html").decode()


@pytest.mark.parametrize("kind", ["Company", "Individual"])
def test_a_copy_for_one_person_names_their_own_organisation(kind, ready, make_client, log):
	"""Only if the client is another person, such as the one for whom a contact asks, do they stay out."""
	organisation, colleague = "Gelato Carnival Works", "Ocelot Semifreddo"
	employer = make_client(organisation, "office@gelato.example", customer_type=kind)
	person, other = (
		frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": name,
				"email_ids": [{"email_id": address, "is_primary": 1}],
				"links": [{"link_doctype": "Customer", "link_name": employer.party}],
			}
		).insert()
		for name, address in ((NAME, "quokka@gelato.example"), (colleague, "ocelot@gelato.example"))
	)
	about = {"party_type": "Customer", "party": employer.party, "contact": person.name}
	log("Feedback/Complaint", summary=f"{NAME} of {organisation}, beside {colleague} and {OTHER}", **about)
	identity.confirm("Customer", employer.party, person.name, "Document Seen")
	package = ready(contact_only=1, **about)
	(record,) = json.loads(unpacked(package).read("json/client_interaction.json"))
	hidden = "[another person]"
	shown = organisation if kind == "Company" else hidden
	assert record["summary"] == f"{NAME} of {shown}, beside {hidden} and {hidden}"
	assert record["party_name"] == shown
	assert record["party"] == (employer.party if kind == "Company" else hidden)
	assert record["contact"] == person.name != other.name
	contact = json.loads(unpacked(package).read("json/contact.json"))[0]
	assert contact["links"][0]["link_name"] == record["party"]
	included = {row.reference_doctype for row in items(package, state=contents.INCLUDED)}
	assert "Customer" not in included, "nothing of the organisation itself is in it"


def test_an_organisation_is_known_by_its_own_record(make_client):
	"""A lead, a customer and a supplier can each be a person or an organisation."""
	person = make_client(NAME, ADDRESS, customer_type="Individual")
	leads = [
		frappe.get_doc({"doctype": "Lead", "company_name": "Gelato Carnival", **fields}).insert()
		for fields in ({}, {"first_name": "Ocelot", "last_name": "Semifreddo"})
	]
	leads[0].save()  # now its name has been split into a first and a last one
	prospect = frappe.get_doc({"doctype": "Prospect", "company_name": "Gelato Prospects"}).insert()
	supplier = stored("Supplier", supplier_name="Gelato Supplies", supplier_type="Company")
	contact = frappe.get_doc("Contact", person.contact)
	for doc in (*leads, prospect, supplier):
		contact.append("links", {"link_doctype": doc.doctype, "link_name": doc.name})
	contact.save()
	frappe.db.set_value("Dynamic Link", {"parent": contact.name}, "confirmed_on", clock.now())
	assert subjects._organisations(("Customer", person.party), contact.name) == {
		"Customer": {},
		"Lead": {leads[0].name: "Gelato Carnival"},
		"Prospect": {prospect.name: "Gelato Prospects"},
		"Supplier": {supplier.name: "Gelato Supplies"},
	}


def test_it_begins_only_with_a_confirmed_identity_and_for_such_a_request(client, officers, as_user):
	about = {"party_type": "Customer", "party": client.party}
	with as_user(officers[0]):
		request = frappe.get_doc({"doctype": runs.REQUEST, "right": "Access", **about}).insert()
		with pytest.raises(ActionNotPossibleError):
			api.make_copy(request.name)
	identity.confirm("Customer", client.party, None, "Document Seen")
	with as_user(officers[0]):
		erasure = frappe.get_doc({"doctype": runs.REQUEST, "right": "Erasure", **about}).insert()
		with pytest.raises(ActionNotPossibleError):
			api.make_copy(erasure.name)
		assert api.make_copy(request.name)
		with pytest.raises(ActionNotPossibleError):
			api.make_copy(request.name)


def test_an_old_identity_check_does_not_suffice_to_make_or_to_release_it(
	client, ready, request_for, officers, as_user, clock_at, mailbox
):
	days = identity.validity_days(None)
	assert days == min(filter(None, frappe.get_all("Confidentiality Level", pluck="identity_valid_days")))
	package, other = ready(), request_for("Portability")
	with clock_at(clock.now() + timedelta(days=days, minutes=1)):
		with as_user(officers[1]), pytest.raises(ActionNotPossibleError, match="identity"):
			api.release_copy(package.name)
		with as_user(officers[0]), pytest.raises(ActionNotPossibleError, match="identity"):
			api.make_copy(other.name)
		identity.confirm("Customer", client.party, client.contact, "Document Seen")
		with as_user(officers[1]):
			api.release_copy(package.name)


def test_a_request_needs_a_recent_check_even_if_no_level_has_a_limit(client, request_for, clock_at):
	frappe.db.set_value("Confidentiality Level", {"name": ("is", "set")}, "identity_valid_days", 0)
	request = request_for()
	assert request.confirm_identity() <= clock.now() + timedelta(days=identity.LONGEST_DAYS)
	with clock_at(clock.now() + timedelta(days=identity.LONGEST_DAYS, minutes=1)):
		with pytest.raises(ActionNotPossibleError, match="identity"):
			request.confirm_identity()


def test_a_deadlock_is_not_a_record_that_cannot_be_read(client, ready, monkeypatch):
	busy = mock.Mock(side_effect=frappe.QueryDeadlockError("busy"))
	monkeypatch.setattr(contents.Reading, "records", busy)
	package = ready()
	assert (package.status, package.error, package.failed_count) == (collecting.COLLECTING, "busy", 0)
	assert busy.call_count == 1


def test_one_that_fails_again_and_again_is_given_up_until_someone_starts_it(
	client, ready, officers, as_user, monkeypatch, is_continued
):
	with monkeypatch.context() as broken:
		broken.setattr(contents, "plan", mock.Mock(side_effect=ValueError("no map")))
		package = ready()
		while is_continued(runs.continue_packages, package):
			collecting.work(package.name)
		package.reload()
		assert (package.status, package.error) == ("Failed", "no map")
		assert contents.plan.call_count == 1 + ATTEMPTS
	with as_user(officers[0]):
		api.resume_copy(package.name)
	collecting.work(package.name)
	package.reload()
	assert (package.status, package.attempts, package.error) == (collecting.READY, 0, None)


def test_a_killed_job_goes_on_where_it_stopped(
	client, ready, request_for, officers, as_user, log, monkeypatch
):
	for _each in range(3):
		log(party_type="Customer", party=client.party)
	monkeypatch.setattr(collecting, "CHUNK", 1)
	with as_user(officers[0]):
		name = api.make_copy(request_for().name)
	read, reads = collecting._read, []

	def killed(package, reading, chunk):
		if len(reads) == 4:
			raise SystemExit
		reads.append(chunk[0].name)
		return read(package, reading, chunk)

	monkeypatch.setattr(collecting, "_read", killed)
	with pytest.raises(SystemExit):
		collecting.work(name)
	monkeypatch.setattr(collecting, "_read", lambda *args: reads.append(args[2][0].name) or read(*args))
	collecting.work(name)
	package = frappe.get_doc(runs.PACKAGE, name)
	assert package.status == collecting.READY
	assert len(reads) == len(set(reads)) == package.included_count
	collecting.work(name)  # a second job finds nothing to do
	assert len(reads) == package.included_count


def file_of(package):
	"""The File of a copy, if there is one."""
	attached = {"attached_to_doctype": runs.PACKAGE, "attached_to_name": package.name}
	return frappe.db.get_value("File", attached)


def test_no_one_can_guess_where_it_is_stored(client, ready, officers, as_user, make_user, monkeypatch):
	package = ready()
	address = frappe.db.get_value("File", file_of(package), "file_url")
	assert package.name not in address and len(package.stored_as) > 40
	with as_user(officers[0]):
		assert not frappe.get_list(runs.PACKAGE, {"name": package.name}, ["*"])[0].get("stored_as")
	with as_user(officers[1]):
		api.leave_out_of_copy(package.name, [items(package, reference_doctype="File")[0].name], "Not theirs")
	monkeypatch.setattr(archive, "_new_name", lambda: "known.zip")
	known = {
		"doctype": "File",
		"file_name": "known.zip",
		"file_url": "/private/files/known.zip",
		"is_private": 1,
	}
	frappe.get_doc(known).db_insert()
	collecting.work(package.name)
	package.reload()
	assert package.status == collecting.COLLECTING and package.error
	assert not os.path.exists(frappe.get_site_path("private", "files", "known.zip"))


def test_it_is_never_written_over_another_file(client, ready, request_for, officers, as_user, monkeypatch):
	own = frappe.get_site_path("private", "files", "known.zip")
	with open(own, "w") as file:
		file.write("something else")
	try:
		with monkeypatch.context() as known:
			known.setattr(archive, "_new_name", lambda: "known.zip")
			package = ready()
		assert package.status == collecting.COLLECTING and package.error
		with open(own) as file:
			assert file.read() == "something else"
	finally:
		os.remove(own)


def test_nothing_stays_of_an_interrupted_attempt(client, ready, request_for, officers, as_user, monkeypatch):
	def killed(target, package):
		target.writestr("half", "written")
		raise SystemExit

	with as_user(officers[0]):
		name = api.make_copy(request_for().name)
	with monkeypatch.context() as interrupted:
		interrupted.setattr(archive, "_write_files", killed)
		with pytest.raises(SystemExit):
			collecting.work(name)
	frappe.db.rollback()
	half = frappe.get_doc(runs.PACKAGE, name)
	assert archive.exists(half)
	collecting.work(name)
	package = frappe.get_doc(runs.PACKAGE, name)
	assert package.status == collecting.READY and archive.exists(package)
	assert not archive.exists(half)
	assert frappe.db.count("File", {"attached_to_name": name}) == 1


def test_a_copy_whose_name_could_be_guessed_is_moved(client, ready):
	package = ready()
	guessable = f"/private/files/data-{package.name}.zip"
	old, size = frappe.get_site_path(guessable.lstrip("/")), os.path.getsize(archive.path_of(package))
	os.replace(archive.path_of(package), old)
	frappe.db.set_value("File", file_of(package), "file_url", guessable)
	frappe.db.set_value(runs.PACKAGE, package.name, "stored_as", None)
	move_copies_of_data.execute()
	move_copies_of_data.execute()
	package.reload()
	assert not os.path.exists(old)
	(file,) = frappe.get_all("File", {"attached_to_name": package.name}, ["name", "file_size"])
	assert (file.name, file.file_size) == (file_of(package), size)
	assert os.path.getsize(archive.path_of(package)) == size


def test_no_other_package_gets_a_copy_by_claiming_its_name(client, ready):
	"""Users could make a row of any address, also for a package that is gone, which stopped the upgrade."""
	package, other = ready(), "DP-2020-00001"
	guessable = f"/private/files/data-{package.name}.zip"
	old = frappe.get_site_path(guessable.lstrip("/"))
	os.replace(archive.path_of(package), old)
	of_gone = frappe.get_site_path("private", "files", f"data-{other}.zip")
	shutil.copyfile(old, of_gone)
	frappe.db.set_value("File", file_of(package), "file_url", guessable)
	frappe.db.set_value(runs.PACKAGE, package.name, "stored_as", None)
	row = {"doctype": "File", "attached_to_doctype": runs.PACKAGE, "attached_to_name": other, "is_private": 1}
	for number, url in enumerate((guessable, f"/private/files/data-{other}.zip")):
		claim = frappe.get_doc({**row, "file_name": "data.zip", "file_url": url})
		claim.name = f"0claim{number}"
		claim.db_insert()
	move_copies_of_data.execute()
	package.reload()
	assert archive.exists(package) and not os.path.exists(old) and not os.path.exists(of_gone)
	assert not frappe.db.exists("File", {"attached_to_name": other})


def test_its_file_goes_with_the_commit_and_not_before(client, ready, officers, as_user):
	package = ready()
	frappe.db.commit()
	with as_user(officers[1]):
		api.discard_copy(package.name)
		assert archive.exists(package)
		frappe.db.rollback()
		assert archive.exists(package) and file_of(package)
		api.discard_copy(package.name)
		frappe.db.commit()
	assert not archive.exists(package)


def test_a_file_left_by_a_killed_process_goes_within_a_day(client, ready, officers, as_user, monkeypatch):
	package = ready()
	with as_user(officers[1]), monkeypatch.context() as killed:
		killed.setattr(archive, "_remove_content", lambda package: None)
		api.discard_copy(package.name)
		frappe.db.commit()
	assert archive.exists(package)
	runs.delete_expired()
	assert not archive.exists(package)
	assert not frappe.db.get_value(runs.PACKAGE, package.name, "stored_as")


def test_without_its_file_it_is_not_released(client, ready, officers, as_user, mailbox):
	package = ready()
	os.remove(archive.path_of(package))
	with as_user(officers[1]), pytest.raises(ActionNotPossibleError, match="missing on the server"):
		api.release_copy(package.name)
	assert frappe.db.get_value(runs.REQUEST, package.request, "status") == "Open"


def test_a_record_that_cannot_be_read_holds_the_copy_back(client, ready, officers, as_user, monkeypatch):
	values = contents.Reading._values

	def fails(self, meta, row, *args):
		if meta.name == "Client Interaction":
			raise ValueError("broken")
		return values(self, meta, row, *args)

	monkeypatch.setattr(contents.Reading, "_values", fails)
	package = ready()
	assert (package.status, package.failed_count) == (collecting.COLLECTING, 1)
	assert package.error
	monkeypatch.setattr(contents.Reading, "_values", values)
	with as_user(officers[1]):
		api.resume_copy(package.name)
	collecting.work(package.name)
	package.reload()
	assert (package.status, package.failed_count, package.error) == (collecting.READY, 0, None)


@pytest.mark.parametrize(
	"go_on",
	[
		lambda package, item: api.resume_copy(package.name),
		lambda package, item: api.leave_out_of_copy(package.name, [item.name], "It is broken"),
	],
	ids=["tried again", "left out"],
)
def test_the_scheduler_continues_it_after_records_that_could_not_be_read(
	client, ready, officers, as_user, monkeypatch, is_continued, go_on
):
	with monkeypatch.context() as broken:
		broken.setattr(contents.Reading, "records", mock.Mock(side_effect=ValueError("broken")))
		package = ready()
	first, *others = items(package, state=contents.FAILED)
	frappe.db.set_value(runs.ITEM, {"name": ("in", [row.name for row in others])}, "state", contents.INCLUDED)
	assert not is_continued(runs.continue_packages, package), "staff look at it"
	with as_user(officers[1]):
		go_on(package, first)
	assert is_continued(runs.continue_packages, package), "if the job is killed"


def test_a_second_person_releases_it(client, ready, officers, as_user, mailbox):
	package = ready()
	with as_user(officers[0]), pytest.raises(FourEyesError, match="These users can"):
		api.release_copy(package.name)
	with as_user(officers[1]):
		api.release_copy(package.name)
	package.reload()
	assert (package.status, package.released_by) == (runs.RELEASED, officers[1])
	request = frappe.get_doc(runs.REQUEST, package.request)
	assert request.status == "Answered"
	link = frappe.get_last_doc(links.LINK, {"data_package": package.name})
	assert (link.kind, link.sent_to, link.expires_on) == (links.DATA, ADDRESS, package.expires_on)
	assert not [each for each in items(package) if each.content]
	acts = frappe.get_all(
		ledger.ENTRY, {"reference_doctype": runs.PACKAGE, "reference_name": package.name}, pluck="action"
	)
	assert {ledger.EXPORT, ledger.EMAIL} <= set(acts)


def test_who_left_something_out_does_not_release_it_nor_who_made_it(
	client, ready, officers, as_user, mailbox
):
	package = ready()
	(file,) = items(package, reference_doctype="File")
	with as_user(officers[1]):
		with pytest.raises(ActionNotPossibleError):
			api.leave_out_of_copy(package.name, [file.name], " ")
		api.leave_out_of_copy(package.name, [file.name], "It is about a neighbour")
	assert not file_of(package)
	collecting.work(package.name)
	package.reload()
	assert (package.status, package.made_by, package.chosen_by) == (collecting.READY, *officers[:2])
	assert not [name for name in unpacked(package).namelist() if name.startswith("files/")]
	assert "It is about a neighbour" in text_of(package)
	chosen = frappe.get_last_doc(ledger.ENTRY, {"action": ledger.LEFT_OUT, "reference_name": package.name})
	assert (chosen.user, chosen.reason) == (officers[1], "It is about a neighbour")
	assert json.loads(chosen.changes) == {f"File {client.file.name}": ["Included", "Left Out"]}
	for officer in officers[:2]:
		with as_user(officer), pytest.raises(FourEyesError):
			api.release_copy(package.name)
		login = frappe.rename_doc("User", officer, f"new-{officer}", force=True, show_alert=False)
		with as_user(login), pytest.raises(FourEyesError):
			api.release_copy(package.name)
	with as_user(officers[2]):
		api.release_copy(package.name)


def test_a_record_that_is_left_out_takes_its_files_along(client, ready, officers, as_user):
	package = ready()
	(record,) = items(package, reference_doctype="Client Interaction")
	with as_user(officers[1]):
		api.leave_out_of_copy(package.name, [record.name], "It is about a neighbour")
	collecting.work(package.name)
	package.reload()
	assert package.status == collecting.READY
	(file,) = items(package, reference_doctype="File")
	assert (file.state, file.reason, file.content) == (contents.LEFT_OUT, "It is about a neighbour", None)
	assert not [name for name in unpacked(package).namelist() if name.startswith("files/")]


def test_it_is_deleted_after_the_term_and_the_link_ends(
	client, ready, officers, as_user, clock_at, mailbox, monkeypatch
):
	package = ready()
	tokens = []
	monkeypatch.setattr(
		"client_comms.client_privacy.mailed_secrets.mark",
		lambda token, address: tokens.append(token) or token,
	)
	with as_user(officers[1]):
		api.release_copy(package.name)
	frappe.db.commit()  # a refused link ends the transaction
	assert delivery.shown(tokens[0])["client"] == NAME
	package.reload()
	runs.delete_expired()
	assert delivery.shown(tokens[0])
	with clock_at(frappe.utils.add_days(package.expires_on, 1)):
		with pytest.raises(LinkNotValidError):
			delivery.shown(tokens[0])
		runs.delete_expired()
	assert not archive.exists(package) and not file_of(package)
	package.reload()
	assert (package.status, package.stored_as) == (runs.DELETED, None)
	with pytest.raises(LinkNotValidError):
		delivery.shown(tokens[0])


def test_no_other_link_opens_it(client, ready):
	_name, url = links.make(links.PREFERENCES, party_type="Customer", party=client.party, sent_to=ADDRESS)
	for token in (url.rpartition("=")[2], "x", None):
		with pytest.raises(LinkNotValidError):
			delivery.download(token)


def test_it_is_as_confidential_as_the_strictest_record(
	client, ready, officers, as_user, make_user, set_clearance
):
	package = ready()
	file = file_of(package)
	assert package.confidentiality_level == client.interaction.confidentiality_level
	manager = make_user(procedure.CUSTOMER_SUPPORT_MANAGER, "System Manager")
	everywhere = (
		(runs.PACKAGE, package.name),
		("File", file),
		(runs.ITEM, items(package)[0].name),
	)
	for doctype, name in everywhere:
		with as_user(manager):
			assert not frappe.has_permission(doctype, "read", doc=name)
			if doctype == "File":
				assert not frappe.get_list(doctype, {"name": name})
		with as_user(officers[1]):
			assert frappe.has_permission(doctype, "read", doc=name)
			assert frappe.get_list(doctype, {"name": name})
	lowest = min(frappe.get_all("Confidentiality Level", ["name", "rank"]), key=lambda each: each.rank)
	for level in (lowest.name, package.confidentiality_level):
		# Any lower level that is closed closes the copy as well.
		doc = frappe.get_doc("Confidentiality Level", level)
		kept = [row.as_dict() for row in doc.clearances]
		doc.clearances = [row for row in doc.clearances if row.role != procedure.COMPLIANCE_OFFICER]
		doc.save()
		with as_user(officers[1]):
			for doctype, name in everywhere:
				assert not frappe.has_permission(doctype, "read", doc=name)
				assert not frappe.get_list(doctype, {"name": name})
			with pytest.raises(frappe.PermissionError):
				api.release_copy(package.name)
		doc.reload()
		doc.set("clearances", kept)
		doc.save()


def test_who_cannot_see_the_client_cannot_see_the_copy(client, ready, officers, as_user, make_client):
	package, other = ready(), make_client("Someone Else", "else@else.example")
	frappe.get_doc(
		{"doctype": "User Permission", "user": officers[1], "allow": "Customer", "for_value": other.party}
	).insert()
	with as_user(officers[1]):
		assert not frappe.has_permission(runs.PACKAGE, "read", doc=package.name)
		for doctype, name in ((runs.PACKAGE, package.name), ("File", file_of(package))):
			assert not frappe.get_list(doctype, {"name": name})
		with pytest.raises(frappe.PermissionError):
			api.release_copy(package.name)


def test_until_it_is_complete_the_strictest_level_applies(client, request_for, officers, as_user):
	with as_user(officers[0]):
		name = api.make_copy(request_for().name)
	assert (
		governed.level(data_packages.PACKAGE, name)
		== max(frappe.get_all("Confidentiality Level", ["name", "rank"]), key=lambda each: each.rank).name
	)


def test_no_one_writes_it_by_hand(client, ready, officers, as_user):
	package = ready()
	for doc in (package, frappe.get_doc(runs.ITEM, items(package)[0].name)):
		doc.reload()
		with pytest.raises(ResultIsFixedError):
			doc.save(ignore_permissions=True)
		with pytest.raises(ResultIsFixedError):
			doc.delete(ignore_permissions=True)
	with as_user(officers[0]):
		row = frappe.get_list(runs.ITEM, {"package": package.name}, ["*"])[0]
		assert not row.get("content")


def test_an_erasure_takes_it_away(client, ready, officers, as_user, request_for):
	from client_comms.api import retention, subject_requests
	from client_comms.client_privacy.erasure import runs as erasures

	package = ready()
	with as_user(officers[0]):
		run = subject_requests.plan_erasure(request_for("Erasure").name)
	erasures.work(run)
	with as_user(officers[1]):
		retention.approve_run(run, "We erase it", "Letter of today")
	erasures.work(run)
	assert frappe.db.get_value("Erasure Run", run, "status") == "Finished"
	assert not frappe.db.exists(runs.PACKAGE, package.name)
	assert not frappe.db.exists(runs.ITEM, {"package": package.name})
	assert not frappe.db.exists("File", {"attached_to_name": package.name})
	with pytest.raises(FileNotFoundError):
		unpacked(package)


@pytest.mark.parametrize(
	("region", "number", "is_one"),
	[
		("DE", "171 5556677", True),
		("DE", "4711081500", False),
		("ES", "612345678", True),
		("SG", "6123 4567", True),
		("US", "2125551234", True),
		("US", "12345 67890", False),
		(None, "171 5556677", False),
	],
)
def test_two_groups_of_digits_are_a_number_where_the_country_has_it(region, number, is_one, monkeypatch):
	monkeypatch.setattr("client_comms.clients.phone_numbers.default_region", lambda: region)
	assert phone_numbers.is_national(number) == is_one
