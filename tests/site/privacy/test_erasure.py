"""After an erasure nothing on the site names the client, except what a hold or the certificate lists (P-2)."""

import io
import os
import pathlib
from unittest import mock

import frappe
import pytest
from frappe.desk.doctype.tag.tag import add_tag
from frappe.email.doctype.email_queue.email_queue import EmailQueue
from frappe.utils.background_jobs import get_redis_conn
from PIL import Image
from rq.timeouts import JobTimeoutException

from client_comms import ledger, procedure
from client_comms.api import retention as runs_api
from client_comms.api import subject_requests as api
from client_comms.background_work import ATTEMPTS
from client_comms.client_interactions import form_data
from client_comms.client_privacy import identity
from client_comms.client_privacy.doctype.data_subject_request.data_subject_request import DataSubjectRequest
from client_comms.client_privacy.erasure import records, runs
from client_comms.client_privacy.requests import answering, data_map, erased_texts, erasure, subjects
from client_comms.exceptions import ActionNotPossibleError, RecordIsKeptError
from client_comms.intake import unprocessed
from client_comms.patches.v1_0 import close_erased_interactions
from client_comms.people import duties

pytestmark = pytest.mark.clause("P-2")
ADDRESS, NUMBER, NAME = "quokka.zabaglione@client.example", "+49 30 98765421", "Quokka Zabaglione"
MARKERS = (ADDRESS, "98765421", NAME)
TOLD = "We erase what we have about you", "Letter of today"


def test_every_kind_of_field_that_stores_text_is_emptied():
	"""All that the database stores as text, but for what is chosen or refers to something else; passwords are stored elsewhere."""
	stored = {
		kind for kind, (column, _length) in frappe.db.type_map.items() if "text" in column or column == "json"
	}
	stored |= {kind for kind, (column, _length) in frappe.db.type_map.items() if column == "varchar"}
	assert stored - {"Color", "Dynamic Link", "Icon", "Link", "Password", "Select"} <= records.TEXTS


@pytest.fixture
def officers(make_user):
	return [make_user(procedure.COMPLIANCE_OFFICER) for _each in range(2)]


@pytest.fixture
def client(make_client, log):
	"""A client with everything around it."""
	client = make_client(NAME, ADDRESS, customer_type="Individual")
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("phone_nos", {"phone": NUMBER, "is_primary_mobile_no": 1})
	contact.save()
	frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": NAME,
			"address_line1": "Street 1",
			"city": "Berlin",
			"country": "Germany",
			"links": [{"link_doctype": "Customer", "link_name": client.party}],
		}
	).insert()
	client.interaction = log(
		party_type="Customer", party=client.party, contact=client.contact, summary=f"{NAME} asks"
	)
	client.message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Event",
			"sent_or_received": "Received",
			"subject": f"From {NAME}",
			"content": f"Call {NUMBER}",
			"sender": ADDRESS,
			"reference_doctype": "Client Interaction",
			"reference_name": client.interaction.name,
		}
	).insert()
	client.file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash()}.txt",
			"content": f"{NAME} {frappe.generate_hash()}",
			"attached_to_doctype": "Communication",
			"attached_to_name": client.message.name,
		}
	).insert()
	frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": "Customer",
			"party": client.party,
			"contact": client.contact,
			"purpose": frappe.get_all("Consent Purpose", {"concerns_third_party": 0}, pluck="name")[0],
			"status": "Given",
			"collected_through": "Phone",
		}
	).insert()
	# Mentions that nothing links to the client
	frappe.get_doc(
		{"doctype": "Note", "title": "Visit", "content": f"Met {NAME} ({ADDRESS.upper()})"}
	).insert()
	frappe.log_error("Mail", f"Could not reach {ADDRESS}")
	frappe.get_doc({"doctype": "Email Group", "title": "Readers"}).insert(ignore_if_duplicate=True)
	frappe.get_doc({"doctype": "Email Group Member", "email_group": "Readers", "email": ADDRESS}).insert()
	ledger.record(ledger.VIEW, "Customer", client.party, None, reason=f"{NAME} called")
	frappe.cache.set_value(f"seen::{NAME}", ADDRESS)
	yield client
	frappe.db.rollback()
	# A rollback does not reach the search index.
	frappe.db.sql(
		"delete from `__global_search` where concat_ws(' ', name, title, content) regexp 'zabaglione|98765421'"
	)


@pytest.fixture
def request_for(client, officers, as_user):
	"""`request_for()` is a request for erasure by the client, whose identity is confirmed."""

	def make(right="Erasure"):
		identity.confirm("Customer", client.party, client.contact, "Document Seen")
		with as_user(officers[0]):
			doc = frappe.get_doc(
				{
					"doctype": api.REQUEST,
					"right": right,
					"party_type": "Customer",
					"party": client.party,
					"contact": client.contact,
					"details": f"Erase {ADDRESS}",
				}
			)
			return doc.insert()

	return make


@pytest.fixture
def approved(request_for, officers, as_user):
	"""`approved()` is a run that the second officer let begin."""

	def make():
		with as_user(officers[0]):
			name = api.plan_erasure(request_for().name)
		runs.work(name)
		with as_user(officers[1]):
			runs_api.approve_run(name, *TOLD)
		return name

	return make


@pytest.fixture
def found_in_tables(rows_with):
	return lambda: rows_with(MARKERS)


def found_in_redis() -> list:
	found = []
	for connection, pattern in ((frappe.cache, f"{frappe.conf.db_name}|*"), (get_redis_conn(), "rq:job:*")):
		for key in connection.keys(pattern):
			if any(marker.lower() in str(key).lower() for marker in MARKERS):
				found.append(key)
			elif connection.type(key) == b"string":
				value = super(type(connection), connection).get(key) or b""
				found += [key for marker in MARKERS if marker.encode() in value]
	return found


def test_nothing_names_the_client_afterwards(client, approved, found_in_tables):
	path = client.file.get_full_path()
	assert found_in_tables() and os.path.exists(path)
	name = approved()
	runs.work(name)
	run = frappe.get_doc(runs.RUN, name)
	assert (run.status, run.failed_count, run.secret) == (runs.FINISHED, 0, None)
	assert found_in_tables() == set()
	assert not os.path.exists(path)
	assert found_in_redis() == []
	assert not frappe.db.exists("Customer", client.party)
	left = frappe.get_doc("Client Interaction", client.interaction.name)
	assert left.party is None and left.communication_type == client.interaction.communication_type
	assert "Met [erased] ([erased])" in frappe.get_all("Note", {"title": "Visit"}, pluck="content")
	request = frappe.get_doc(api.REQUEST, run.request)
	assert request.status == "Answered" and request.party is None


def test_nothing_is_owed_to_a_client_who_is_erased(client, approved, log, make_user, set_calendar):
	"""No one could answer, or close what is anonymised."""
	set_calendar(["09:00-17:00"])
	owed = log(
		"Initial Inquiry",
		party_type="Customer",
		party=client.party,
		contact=client.contact,
		responsible_staff=make_user("Frontline Staff"),
		action_items=[{"description": f"Call {NAME}", "assigned_to": make_user("Frontline Staff")}],
	)
	owed.db_set({"respond_status": "Running", "status": "Open"})
	runs.work(approved())
	left = frappe.get_doc("Client Interaction", owed.name)
	assert left.anonymised_on and (left.status, left.clock_state, left.next_deadline) == (
		"Closed",
		"Stopped",
		None,
	)
	assert left.events[-1].event == "Closed" and not left.next_check_at
	assert [row.status for row in left.action_items] == ["Cancelled"]
	assert not frappe.db.exists("ToDo", {"reference_name": owed.name})
	left.db_set({"status": "Open", "next_deadline": frappe.utils.now()})
	frappe.db.delete("Interaction Event", {"parent": left.name, "event": "Closed"})
	left.db_set({"respond_status": "Breached", "respond_by": frappe.utils.now()})
	assert [row["what"] for row in form_data.owed_words(left)] == ["Answer"]
	close_erased_interactions.execute()
	left.reload()
	left.update({"respond_status": "Breached", "respond_by": frappe.utils.now()})
	assert form_data.owed_words(left) == [], "missed, and not owed"
	assert (left.status, left.next_deadline) == ("Closed", None), "those of before are closed by an upgrade"


def test_accounting_documents_stay_and_the_certificate_lists_them(client, approved, found_in_tables):
	entry = frappe.new_doc("GL Entry")
	entry.update({"party_type": "Customer", "party": client.party, "remarks": f"Invoice for {NAME}"})
	entry.name = frappe.generate_hash()
	entry.db_insert()
	name = approved()
	runs.work(name)
	certificate = frappe.parse_json(frappe.db.get_value(runs.RUN, name, "certificate"))
	masked = {
		(row["doctype"], each)
		for row in certificate["erased"]
		if row["action"] == "Mask"
		for each in row["names"]
	}
	assert masked == {("GL Entry", entry.name), ("Customer", client.party)}
	listed = {"tabGL Entry", "tabCustomer", "tabErasure Item", "tabErasure Run"}
	assert {table for table, _name in found_in_tables()} <= listed
	assert frappe.db.get_value("GL Entry", entry.name, "party") == client.party
	customer = frappe.get_doc("Customer", client.party)
	assert (customer.customer_name, customer.email_id, customer.mobile_no) == (NAME, None, None)


def test_the_certificate_of_an_earlier_erasure_does_not_name_who_is_erased_later(
	client, approved, found_in_tables, as_user, officers
):
	entry = frappe.new_doc("GL Entry")
	entry.update({"party_type": "Customer", "party": client.party})
	entry.name = frappe.generate_hash()
	entry.db_insert()
	first = approved()
	runs.work(first)
	before = frappe.parse_json(frappe.db.get_value(runs.RUN, first, "certificate"))
	assert {"doctype": "Customer", "action": "Mask", "count": 1, "names": [client.party]} in before["erased"]
	frappe.db.delete("GL Entry", {"name": entry.name})
	client.contact = None
	second = approved()
	runs.work(second)
	assert found_in_tables() == set()
	after = frappe.parse_json(frappe.db.get_value(runs.RUN, first, "certificate"))
	assert {"doctype": "Customer", "action": "Mask", "count": 1, "names": ["[erased]"]} in after["erased"]
	assert [(row["doctype"], row["count"]) for row in after["erased"]] == [
		(row["doctype"], row["count"]) for row in before["erased"]
	]


def test_what_a_hold_covers_stays(client, approved, officers, as_user):
	hold = frappe.get_doc(
		{
			"doctype": "Legal Hold",
			"hold_on": "Interaction",
			"client_interaction": client.interaction.name,
			"reason": "A claim",
		}
	).insert()
	name = approved()
	runs.work(name)
	assert frappe.db.exists("Communication", client.message.name)
	assert frappe.db.get_value("Client Interaction", client.interaction.name, "summary") == f"{NAME} asks"
	assert os.path.exists(client.file.get_full_path())
	kept = frappe.parse_json(frappe.db.get_value(runs.RUN, name, "certificate"))["kept"]
	assert {row["name"] for row in kept} >= {client.interaction.name, client.message.name}
	assert all(hold.name in row["reason"] for row in kept)


@pytest.mark.parametrize("place", ["records", "erased_texts"])
@pytest.mark.parametrize("call", [1, 3, 6])
def test_killed_anywhere_it_ends_the_same(place, call, client, approved, monkeypatch, found_in_tables):
	name = approved()
	module, function = {"records": (records, "erase"), "erased_texts": (erased_texts, "_in_table")}[place]
	original, calls = getattr(module, function), []

	def killed(*args):
		calls.append(args)
		if len(calls) == call:
			raise KeyboardInterrupt
		return original(*args)

	with monkeypatch.context() as patch:
		patch.setattr(module, function, killed)
		with pytest.raises(KeyboardInterrupt):
			runs.work(name)
	frappe.db.rollback()
	runs.work(name)
	assert frappe.db.get_value(runs.RUN, name, "status") == runs.FINISHED
	assert found_in_tables() == set()


def test_no_one_else_loses_anything(client, approved, make_client, log):
	other = make_client("Bert Other", "bert.other@client.example")
	theirs = log(party_type="Customer", party=other.party, summary=f"Bert knows {NAME}")
	name = approved()
	runs.work(name)
	assert frappe.db.get_value("Client Interaction", theirs.name, ["party", "summary"]) == (
		other.party,
		"Bert knows [erased]",
	)
	assert frappe.db.exists("Contact", other.contact)


@pytest.mark.parametrize("someone_has_it", [False, True])
def test_names_of_records_that_were_deleted_before_are_forgotten(
	someone_has_it, client, approved, make_client
):
	"""Unless someone has that name."""
	number, note = f"APMT-{NAME}-0007", frappe.get_doc({"doctype": "Note", "title": frappe.generate_hash()})
	note.content = f"See {number}"
	note.insert()
	copy = {"doctype": "Deleted Document", "deleted_doctype": "Appointment", "deleted_name": number}
	copy = frappe.get_doc({**copy, "data": frappe.as_json({"customer_name": NAME})}).insert()
	if someone_has_it:
		make_client(number, "another@client.example")
	runs.work(approved())
	assert frappe.db.get_value("Deleted Document", copy.name, "data") == '{\n "customer_name": "[erased]"\n}'
	left = (
		frappe.db.get_value("Deleted Document", copy.name, "deleted_name"),
		frappe.db.get_value("Note", note.name, "content"),
	)
	assert left == ((number, f"See {number}") if someone_has_it else (None, "See [erased]"))


@pytest.fixture
def named_after(client, make_client):
	"""`named_after(content)`: a file of another client that is named after the client. A rollback leaves what is on the disk."""
	other = make_client("Bert Other", "bert.other@client.example")
	made = []

	def make(content, name=f"For {NAME}.txt", **changed):
		fields = {
			"attached_to_doctype": "Customer",
			"attached_to_name": other.party,
			"is_private": 1,
			**changed,
		}
		file = frappe.get_doc({"doctype": "File", "file_name": name, "content": content, **fields})
		made.append(file.insert())
		return made[-1]

	yield make
	for file in made:
		now = frappe.get_doc("File", file.name).get_full_path()
		for path in filter(os.path.exists, (file.get_full_path(), now)):
			os.remove(path)


def content_of(file) -> str:
	return frappe.get_doc("File", file.name).get_content()


def test_files_of_others_keep_their_content_without_the_name(client, approved, named_after, found_in_tables):
	files = [
		named_after("First"),
		named_after("Second", f"For {NAME.upper()}.txt"),
		named_after("Third", NAME),
	]
	old = [file.get_full_path() for file in files]
	assert all(map(os.path.exists, old)) and len({*old}) == 3
	again = named_after("Fourth")
	assert again.file_url != files[0].file_url and NAME in again.file_url
	runs.work(approved())
	assert found_in_tables() == set()
	assert [content_of(file) for file in (*files, again)] == ["First", "Second", "Third", "Fourth"]
	assert not any(map(os.path.exists, old))


def test_a_small_picture_of_a_file_goes_along_with_it(client, approved, named_after, found_in_tables):
	shown = io.BytesIO()
	Image.new("RGB", (600, 600)).save(shown, "PNG")
	file = named_after(shown.getvalue(), f"{NAME}.png", is_private=0)
	old = file.make_thumbnail()
	assert (
		old == f"/files/{NAME}_small.png"
		and pathlib.Path(file.get_full_path()).read_bytes() == shown.getvalue()
	)
	runs.work(approved())
	assert found_in_tables() == set()
	new = frappe.db.get_value("File", file.name, "thumbnail_url")
	folder = frappe.get_site_path("public")
	assert new != old and os.path.exists(f"{folder}{new}") and not os.path.exists(f"{folder}{old}")
	assert pathlib.Path(frappe.get_doc("File", file.name).get_full_path()).read_bytes() == shown.getvalue()
	os.remove(f"{folder}{new}")


def test_a_file_is_found_again_if_its_move_was_interrupted(client, approved, named_after, monkeypatch):
	files = [named_after("First"), named_after("Second", f"For {NAME.upper()}.txt")]
	name, change = approved(), frappe.db.set_value

	def killed(doctype, *args, **kwargs):
		if doctype == "File" and args[0] == files[-1].name:
			raise KeyboardInterrupt
		return change(doctype, *args, **kwargs)

	with monkeypatch.context() as patch:
		patch.setattr(frappe.db, "set_value", killed)
		with pytest.raises(KeyboardInterrupt):
			runs.work(name)
	frappe.db.rollback()
	runs.work(name)
	assert frappe.db.get_value(runs.RUN, name, "status") == runs.FINISHED
	assert [content_of(file) for file in files] == ["First", "Second"]


def test_the_same_content_on_hold_keeps_its_address(client, approved, named_after):
	"""Two records show one file: the hold covers one of them."""
	held = {"attached_to_doctype": "Client Interaction", "attached_to_name": client.interaction.name}
	first, second = named_after("Same"), named_after("Same", **held)
	assert first.file_url == second.file_url and first.file_url.endswith(f"/For {NAME}.txt")
	first.db_set("file_name", "Other.txt")  # so that nothing of its row changes
	on = {"hold_on": "Interaction", "client_interaction": client.interaction.name}
	frappe.get_doc({"doctype": "Legal Hold", **on, "reason": "A claim"}).insert()
	name = approved()
	runs.work(name)
	assert content_of(first) == content_of(second) == "Same"
	kept = frappe.parse_json(frappe.db.get_value(runs.RUN, name, "certificate"))["kept"]
	assert ("File", first.name) in {(row["doctype"], row["name"]) for row in kept}


def test_a_name_that_someone_else_has_identifies_no_one(client, make_client):
	make_client(NAME, "another@client.example")
	subject = subjects.of("Customer", client.party)
	assert NAME in subject.shared_names and NAME not in subject.markers


CONFIGURATION = (
	"Role",
	"Has Role",
	"DocField",
	"DocPerm",
	"Custom Field",
	"Communication Type",
	"Property Setter",
)


def checksums() -> dict[str, int]:
	return {doctype: frappe.db.sql(f"checksum table `tab{doctype}`")[0][1] for doctype in CONFIGURATION}


@pytest.mark.parametrize(
	("name", "is_shared"),
	[
		("System Manager", True),
		("Sales Order", True),
		("Order Item", True),
		("Service Update", True),
		("System Manager Lead", False),
	],
)
def test_a_client_called_like_a_part_of_the_site_changes_none_of_it(
	name, is_shared, make_client, officers, as_user, log
):
	client = make_client(name, "harmless.namesake@client.example", customer_type="Individual")
	theirs = log(party_type="Customer", party=client.party, summary="Asks for a price")
	other = log(summary=f"About a {name} and the System Manager")
	assert (name in subjects.of("Customer", client.party).shared_names) == is_shared
	identity.confirm("Customer", client.party, client.contact, "Document Seen")
	with as_user(officers[0]):
		values = {"party_type": "Customer", "party": client.party, "contact": client.contact}
		request = frappe.get_doc({"doctype": api.REQUEST, "right": "Erasure", **values}).insert()
		run = api.plan_erasure(request.name)
	runs.work(run)
	with as_user(officers[1]):
		runs_api.approve_run(run, *TOLD)
	before = checksums()
	runs.work(run)
	assert frappe.db.get_value(runs.RUN, run, ["status", "failed_count"]) == (runs.FINISHED, 0)
	assert checksums() == before
	assert not frappe.db.exists("Customer", client.party)
	assert frappe.db.get_value("Client Interaction", theirs.name, ["party", "summary"]) == (None, None)
	left = f"About a {name if is_shared else '[erased]'} and the System Manager"
	assert frappe.db.get_value("Client Interaction", other.name, "summary") == left
	kept = frappe.get_all(runs.ITEM, {"run": run, "action": "Keep"}, pluck="reason")
	assert any(name in reason for reason in kept) == is_shared  # the plan says that the name stays


def test_an_account_with_the_address_of_the_client_is_not_theirs(client, make_user, approved):
	"""A member of staff who is a client as well, or a contact with the address of a colleague."""
	frappe.db.set_value(
		"Contact Email", {"parent": client.contact}, "email_id", staff := make_user("Sales User")
	)
	roles = frappe.get_roles(staff)
	subject = subjects.of("Customer", client.party)
	assert subject.shared_names[staff] == ("User", staff)
	assert staff not in (*subject.addresses, *subject.markers)
	runs.work(approved())
	frappe.clear_cache(user=staff)
	assert frappe.get_roles(staff) == roles and frappe.db.get_value("User", staff, "email") == staff


def test_what_two_clients_share_is_neither_ones(client, make_client, make_user):
	"""Spouses with one address and one login, a reception with one number."""
	other = make_client("Bert Spouse", "bert.spouse@client.example")
	login = make_user("Customer", email=ADDRESS, user_type="Website User")
	assert subjects.of("Customer", client.party).records["User"] == (login,)
	contact = frappe.get_doc("Contact", other.contact)
	contact.user = login
	contact.append("email_ids", {"email_id": ADDRESS})
	contact.append("phone_nos", {"phone": NUMBER.replace(" ", "")})
	contact.save()
	subject = subjects.of("Customer", client.party)
	assert "User" not in subject.records
	assert not {ADDRESS, NUMBER, NUMBER.replace(" ", "")} & {*subject.markers, *subject.addresses}
	assert {ADDRESS, NUMBER} <= subject.shared_names.keys()


@pytest.mark.parametrize("name", [NAME, "Wombat Reception"])
def test_one_contacts_login_goes_unless_another_person_logs_in_with_it(
	name, client, make_user, officers, as_user
):
	"""Frappe gives a second contact with the address the same login: a duplicate of the person, or a colleague with one mailbox."""
	# Frappe gives the contact the name of its login.
	login = make_user("Customer", email=ADDRESS, user_type="Website User", first_name=NAME)
	second = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": name,
			"email_ids": [{"email_id": ADDRESS, "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": client.party}],
		}
	).insert()
	assert second.user == login
	identity.confirm("Customer", client.party, client.contact, "Document Seen")
	with as_user(officers[0]):
		asked = {"doctype": api.REQUEST, "right": "Erasure", "contact_only": 1}
		request = frappe.get_doc(
			{**asked, "party_type": "Customer", "party": client.party, "contact": client.contact}
		).insert()
		run = api.plan_erasure(request.name)
	runs.work(run)
	is_other = name != NAME
	kept = {"run": run, "action": "Keep", "reference_doctype": "User", "reference_name": login}
	why = frappe.get_all(runs.ITEM, kept, pluck="reason")
	assert any(f"Contact {second.name} logs in with it" in each for each in why) == is_other
	with as_user(officers[1]):
		runs_api.approve_run(run, *TOLD)
	runs.work(run)
	assert frappe.db.get_value(runs.RUN, run, ["status", "failed_count"]) == (runs.FINISHED, 0)
	assert not frappe.db.exists("Contact", client.contact)
	assert frappe.db.exists("Contact", second.name)
	assert bool(frappe.db.exists("User", login)) == is_other


def test_our_own_addresses_are_not_the_clients(client, make_client, set_settings):
	set_settings(own_email_domains="client.example")
	assert not subjects.of("Customer", client.party).addresses


def test_a_longer_address_and_a_longer_name_are_of_someone_else(client, approved, make_client):
	other = make_client("Ann Other", f"pre.{ADDRESS}")
	note = {"doctype": "Note", "title": "Two", "content": f"Quokka Zabaglione-Jones of pre.{ADDRESS}"}
	note = frappe.get_doc(note).insert()
	runs.work(approved())
	assert frappe.db.get_value("Note", note.name, "content") == f"Quokka Zabaglione-Jones of pre.{ADDRESS}"
	assert frappe.get_doc("Contact", other.contact).email_id == f"pre.{ADDRESS}"


def test_what_is_named_after_the_client_is_listed_and_not_deleted(client, approved):
	group = frappe.get_doc({"doctype": "Email Group", "title": f"Friends of {NAME}"}).insert()
	name = approved()
	runs.work(name)
	assert frappe.db.exists("Email Group", group.name)
	kept = frappe.parse_json(frappe.db.get_value(runs.RUN, name, "certificate"))["kept"]
	assert ("Email Group", group.name, "Named after the client: rename it by hand") in {
		(row["doctype"], row["name"], row["reason"]) for row in kept
	}


def test_tags_named_after_the_client_go_and_others_can_be_added(
	client, approved, make_client, found_in_tables
):
	other = make_client("Bert Other", "bert.other@client.example")
	for tag in (NAME.upper(), f"Friend of {NAME}", "VIP"):
		add_tag(tag, "Customer", other.party)
	name = approved()
	runs.work(name)
	assert found_in_tables() == set()
	assert not frappe.get_all(runs.ITEM, {"run": name, "reference_doctype": ("in", ("Tag", "Tag Link"))})
	add_tag("Garden", "Customer", other.party)
	tags = {"Garden", "VIP"}
	assert {*frappe.get_all("Tag Link", {"document_name": other.party}, pluck="tag")} == tags
	assert {*frappe.db.get_value("Customer", other.party, "_user_tags").split(",")} - {""} == tags
	assert not frappe.get_all("Tag", {"name": ("like", f"%{NAME}%")})


def test_what_a_hold_covers_keeps_its_tags(client, approved):
	note = frappe.get_doc({"doctype": "Note", "title": "Case", "content": "A claim"}).insert()
	other = frappe.get_doc({"doctype": "Note", "title": "Another", "content": "Nothing"}).insert()
	for each in (note, other):
		add_tag(NAME, "Note", each.name)
	hold = {"doctype": "Legal Hold", "hold_on": "Matter", "reason": "A claim"}
	frappe.get_doc({**hold, "reference_doctype": "Note", "reference_name": note.name}).insert()
	name = approved()
	runs.work(name)
	assert frappe.get_all("Tag Link", {"tag": NAME}, pluck="document_name") == [note.name]
	assert (
		frappe.db.get_value("Note", note.name, "_user_tags").strip(",") == NAME
	)  # Frappe 15 begins with a comma
	assert not frappe.db.get_value("Note", other.name, "_user_tags").strip(",")
	kept = frappe.parse_json(frappe.db.get_value(runs.RUN, name, "certificate"))["kept"]
	assert {row["doctype"] for row in kept if row["name"] == NAME} == {"Tag"}
	add_tag("Garden", "Note", note.name)


def test_choices_and_links_to_others_stay(client, approved):
	"""A column without text is changed only where it refers to a record that is gone."""
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": "Call",
			"allocated_to": "Administrator",
			"reference_type": "Customer",
			"reference_name": client.party,
		}
	)
	todo.name = frappe.generate_hash()
	todo.db_insert()
	note = frappe.get_doc({"doctype": "Note", "title": "Choice"}).insert()
	frappe.db.set_value(
		"ToDo", todo.name, {"reference_type": "Note", "reference_name": note.name, "status": NAME}
	)
	runs.work(approved())
	kept = frappe.db.get_value("ToDo", todo.name, ["reference_name", "status"])
	assert kept == (note.name, NAME)
	frappe.db.delete("ToDo", {"name": todo.name})


def test_records_of_another_client_lose_only_what_names_the_client(
	client, approved, make_client, log, found_in_tables
):
	"""The client is in copy, a participant or the recipient."""
	other = make_client("Bert Other", "bert.other@client.example")
	theirs = log(party_type="Customer", party=other.party, contact=other.contact, summary="Bert asks")
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Event",
			"sent_or_received": "Sent",
			"subject": "For Bert",
			"content": "For Bert and others",
			"recipients": "bert.other@client.example",
			"cc": ADDRESS,
			"reference_doctype": "Client Interaction",
			"reference_name": theirs.name,
			"timeline_links": [{"link_doctype": "Contact", "link_name": client.contact}],
		}
	).insert()
	assert frappe.db.exists("Communication Link", {"parent": message.name, "link_name": client.contact})
	disclosure = frappe.get_doc(
		{
			"doctype": "Client Disclosure",
			"party_type": "Customer",
			"party": other.party,
			"recipient": ADDRESS,
			"description": "Minutes",
		}
	)
	disclosure.name = frappe.generate_hash()
	disclosure.db_insert()
	name = approved()
	planned = frappe.get_all(runs.ITEM, {"run": name, "step": 3}, ["reference_name", "action"])
	assert {(row.reference_name, row.action) for row in planned} == {
		(message.name, "Mask"),
		(disclosure.name, "Mask"),
	}
	runs.work(name)
	kept = frappe.db.get_value("Communication", message.name, ["content", "recipients", "cc"])
	assert kept == ("For Bert and others", "bert.other@client.example", None)
	assert not frappe.db.exists("Communication Link", {"parent": message.name, "link_name": client.contact})
	assert not frappe.db.exists(
		"Communication Link", {"parent": message.name, "link_name": ("is", "not set")}
	)
	kept = frappe.db.get_value("Client Disclosure", disclosure.name, ["party", "description", "recipient"])
	assert kept == (other.party, "Minutes", None)
	assert found_in_tables() == set()


def test_a_meeting_with_another_client_stays_without_the_one_who_is_erased(
	client, approved, make_client, found_in_tables
):
	other = make_client("Bert Other", "bert.other@client.example")

	def meeting(*contacts):
		people = [{"reference_doctype": "Contact", "reference_docname": each} for each in contacts]
		about = {"subject": f"With {NAME}", "starts_on": "2099-12-01 10:00:00"}
		return frappe.get_doc({"doctype": "Event", **about, "event_participants": people}).insert()

	both, alone = meeting(client.contact, other.contact), meeting(client.contact)
	assert not both.get("client_interaction")
	runs.work(approved())
	assert not frappe.db.exists("Event", alone.name)
	assert frappe.db.get_value("Event", both.name, "subject") == "With [erased]"
	left = frappe.get_all("Event Participants", {"parent": both.name}, pluck="reference_docname")
	assert left == [other.contact]
	assert found_in_tables() == set()


def test_what_a_hold_on_another_matter_covers_is_not_rewritten(client, approved):
	note = frappe.get_doc({"doctype": "Note", "title": "Case", "content": f"{NAME} claims"}).insert()
	hold = {"doctype": "Legal Hold", "hold_on": "Matter", "reason": "A claim"}
	hold = frappe.get_doc({**hold, "reference_doctype": "Note", "reference_name": note.name}).insert()
	name = approved()
	runs.work(name)
	assert frappe.db.get_value("Note", note.name, "content") == f"{NAME} claims"
	kept = frappe.parse_json(frappe.db.get_value(runs.RUN, name, "certificate"))["kept"]
	assert [row["reason"] for row in kept if row["name"] == note.name] == [
		f"Legal Hold {hold.name} keeps it."
	]


def test_received_emails_that_were_never_taken_in_go(client, approved):
	raw = f"From: {NAME} <{ADDRESS.upper()}>\r\nSubject: Hello\r\n\r\nA secret recipe"
	unprocessed.keep("Mailbox", raw.encode(), "1", "x")
	for sender in (raw, raw.replace(ADDRESS.upper(), "bert.other@client.example")):
		aside = frappe.get_doc({"doctype": "Unhandled Email", "uid": "2", "raw": sender})
		aside.name = frappe.generate_hash()
		aside.db_insert()
	path = frappe.get_doc("File", {"attached_to_doctype": unprocessed.UNPROCESSED}).get_full_path()
	runs.work(approved())
	assert not frappe.get_all(unprocessed.UNPROCESSED, {"sender": ADDRESS}) and not os.path.exists(path)
	(left,) = frappe.get_all("Unhandled Email", {"raw": ("like", "%secret recipe%")}, pluck="raw")
	assert left.startswith("From: [erased] <bert.other@client.example>")


def test_the_ledger_agrees_with_what_is_left(client, approved, make_client, log, make_user):
	"""Texts about the client in documents that the ledger follows, and in what it says of them."""
	other = make_client("Bert Other", "bert.other@client.example")
	theirs = log("Feedback/Complaint", party_type="Customer", party=other.party)
	grant = frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": theirs.name,
			"user": make_user("Customer Support"),
			"valid_until": frappe.utils.add_to_date(None, hours=1),
			"reason": f"Stands in while {NAME} is away",
		}
	).insert(ignore_permissions=True)

	def faults():
		ledger.chain()
		return [(each["doctype"], each["name"], each["fault"]) for each in ledger.verify()["faults"]]

	before = faults()
	runs.work(approved())
	assert frappe.db.get_value(grant.doctype, grant.name, "reason") == "Stands in while [erased] is away"
	assert faults() == before
	assert "Stands in while [erased] is away" in str(
		frappe.get_all(ledger.ENTRY, {"reference_doctype": grant.doctype}, pluck="state")
	)
	erasures = {"action": ledger.ERASURE, "reference_doctype": ledger.ENTRY}
	proofs = frappe.get_all(ledger.ENTRY, erasures, pluck="name")
	assert proofs and ledger.erase_payload(proofs) == 0


def test_rows_are_read_some_at_a_time(client, approved, monkeypatch, found_in_tables):
	for number in range(3):
		frappe.get_doc({"doctype": "Note", "title": f"Visit {number}", "content": NAME}).insert()
	monkeypatch.setattr(erased_texts, "CHUNK", 1)
	runs.work(approved())
	assert found_in_tables() == set()


def test_a_plan_that_fails_again_and_again_is_given_up_until_someone_starts_it(
	client, request_for, officers, as_user, monkeypatch, is_continued
):
	with as_user(officers[0]):
		run = frappe.get_doc(runs.RUN, api.plan_erasure(request_for().name))
	with monkeypatch.context() as broken:
		broken.setattr(erasure, "plan", mock.Mock(side_effect=ModuleNotFoundError("no_such_module")))
		runs.work(run.name)
		tried = 1
		while is_continued(runs.continue_all, run):
			runs.work(run.name)
			tried += 1
	run.reload()
	assert (run.status, tried) == ("Failed", 1 + ATTEMPTS) and "no_such_module" in run.error
	with as_user(officers[0]):
		runs_api.resume_run(run.name)
	runs.work(run.name)
	run.reload()
	assert (run.status, run.attempts, run.error, run.finished_on) == (runs.PLANNED, 0, None, None)


def test_a_run_that_fails_at_its_end_goes_on_from_there(
	client, approved, officers, as_user, monkeypatch, is_continued, found_in_tables
):
	run = frappe.get_doc(runs.RUN, approved())
	with monkeypatch.context() as broken:
		broken.setattr(erasure, "finish", mock.Mock(side_effect=ModuleNotFoundError("no_such_module")))
		runs.work(run.name)
		while is_continued(runs.continue_all, run):
			runs.work(run.name)
	run.reload()
	assert run.status == "Failed" and run.done_count == run.planned_count > 0
	with as_user(officers[0]):
		with pytest.raises(ActionNotPossibleError):
			runs_api.discard_run(run.name)
		runs_api.resume_run(run.name)
	runs.work(run.name)
	run.reload()
	assert (run.status, run.error) == (runs.FINISHED, None)
	assert found_in_tables() == set()


def test_a_deadlock_is_not_a_record_that_cannot_be_erased(client, approved, monkeypatch):
	"""The database undid all of the chunk: the run continues with it, and no item counts as failed."""
	run = frappe.get_doc(runs.RUN, approved())
	monkeypatch.setattr(records, "erase", mock.Mock(side_effect=frappe.QueryDeadlockError("busy")))
	runs.work(run.name)
	run.reload()
	assert (run.status, run.error, run.failed_count) == (runs.RUNNING, "busy", 0)
	assert records.erase.call_count == 1


def test_what_left_the_data_map_after_the_plan_is_kept_and_named(client, approved, monkeypatch):
	"""An app took its DocType out: no one knows which fields may go, and the rest of the run goes on."""
	name = approved()
	invoices = [entry for entry in data_map.entries() if entry.doctype != "Quotation"]
	quotation = frappe.get_doc({"doctype": "Quotation", "name": "QTN-1", "quotation_to": "Customer"})
	quotation.db_insert()
	item = frappe.get_doc(
		{
			"doctype": runs.ITEM,
			"run": name,
			"step": 3,
			"reference_doctype": "Quotation",
			"reference_name": "QTN-1",
			"action": "Mask",
			"state": runs.ITEM_PLANNED,
		}
	)
	item.db_insert()
	monkeypatch.setattr(data_map, "entries", lambda: iter(invoices))
	runs.work(name)
	kept = {"run": name, "reference_doctype": "Quotation", "reference_name": "QTN-1"}
	item = frappe.get_doc(runs.ITEM, kept)
	assert (item.state, item.reason) == (runs.ITEM_KEPT, "Not in the data map: decide by hand")
	with pytest.raises(RecordIsKeptError, match="decide by hand"):  # while it goes on
		erasure.mask("Quotation", ["QTN-1"])
	assert frappe.db.get_value(runs.RUN, name, "status") == runs.FINISHED


def test_identity_comes_first_and_only_officers_act(client, officers, make_user, as_user):
	support = make_user("Customer Support", "Sales User")
	with as_user(support):
		entered = api.enter_request("Customer", client.party, "Erasure", contact=client.contact)
		with pytest.raises(frappe.PermissionError):
			api.plan_erasure(entered["name"])
		assert not frappe.has_permission(api.REQUEST, "read")
	with as_user(officers[0]), pytest.raises(ActionNotPossibleError, match="identity"):
		api.plan_erasure(entered["name"])


@pytest.fixture
def planned(request_for, officers, as_user):
	"""`planned()` is a run that waits for the second officer."""

	def make():
		with as_user(officers[0]):
			name = api.plan_erasure(request_for().name)
		runs.work(name)
		return frappe.get_doc(runs.RUN, name)

	return make


def test_who_can_approve_a_plan_finds_it_among_their_duties_and_on_the_request(planned, officers, as_user):
	run = planned()
	waits = ["Form", runs.RUN, run.name]
	for user, found in zip(officers, ([], [waits]), strict=True):
		about = [each for each in duties.of_user(user) if each["what"] == "Erasure to Approve"]
		assert [each["route"] for each in about] == found
	assert NAME in about[0]["title"]
	request = frappe.get_doc(api.REQUEST, run.request)
	with as_user(officers[1]):
		request.onload()
	going = request.get_onload("going")
	assert (going["name"], going["waits"]) == (run.name, True)
	assert going["begun_by"] == frappe.utils.get_fullname(officers[0])
	with as_user(officers[1]):
		runs_api.discard_run(run.name)
		request.onload()
	assert request.get_onload("going") is None


def test_a_hold_since_the_plan_is_in_another_one_before_the_client_is_told(
	client, planned, officers, as_user
):
	run = planned()
	hold = {"doctype": "Legal Hold", "hold_on": "Client", "reason": "A claim"}
	with as_user(officers[1]):
		hold = frappe.get_doc({**hold, "party_type": "Customer", "party": client.party}).insert()
		with pytest.raises(ActionNotPossibleError, match=hold.name):
			runs_api.approve_run(run.name, *TOLD)
		assert frappe.db.get_value("Data Subject Request", run.request, "status") == "Open"
		runs_api.release_hold(hold.name, "The claim was settled")
		runs_api.approve_run(run.name, *TOLD)
	runs.work(run.name)
	assert not frappe.db.exists("Customer", client.party)


def test_what_was_refused_is_not_erased(client, planned, officers, as_user):
	run = planned()
	with as_user(officers[0]):
		api.answer_request(run.request, "You asked us to keep it", refused=1, otherwise="Letter of today")
	with as_user(officers[1]):
		with pytest.raises(ActionNotPossibleError):
			runs_api.approve_run(run.name, *TOLD)
	assert (run.reload().status, run.secret) == (runs.DISCARDED, None)
	assert not frappe.db.exists(runs.ITEM, {"run": run.name})
	runs.work(run.name)
	assert frappe.db.exists("Customer", client.party)
	assert frappe.db.get_value(api.REQUEST, run.request, "status") == "Refused"


def test_a_run_of_a_request_that_was_refused_before_cannot_be_approved(planned, officers, as_user):
	"""Both were there before refusing discarded plans."""
	run = planned()
	frappe.db.set_value(api.REQUEST, run.request, "status", "Refused")
	with as_user(officers[1]), pytest.raises(ActionNotPossibleError, match="was refused"):
		runs_api.approve_run(run.name, *TOLD)
	assert run.reload().status == runs.PLANNED


def test_what_is_approved_cannot_be_refused(approved, officers, as_user):
	name = approved()
	request = frappe.db.get_value(runs.RUN, name, "request")
	frappe.db.set_value(api.REQUEST, request, "status", "Open")
	with as_user(officers[0]), pytest.raises(ActionNotPossibleError, match="is approved"):
		api.answer_request(request, "No", refused=1, otherwise="Letter of today")
	assert frappe.db.get_value(api.REQUEST, request, "status") == "Open"


def test_a_plan_that_is_discarded_while_it_is_made_stays_so(
	client, request_for, officers, as_user, monkeypatch
):
	with as_user(officers[0]):
		run = frappe.get_doc(runs.RUN, api.plan_erasure(request_for().name))
	plan = erasure.plan

	def discarded(doc):
		plan(doc)
		frappe.db.set_value(runs.RUN, doc.name, "status", runs.DISCARDED)

	monkeypatch.setattr(erasure, "plan", discarded)
	monkeypatch.setattr(frappe.db, "rollback", lambda **_save_point: None)
	runs.work(run.name)
	assert run.reload().status == runs.DISCARDED


def test_the_identity_is_asked_again_at_the_approval(client, planned, officers, as_user, clock_at):
	run = planned()
	with clock_at(frappe.utils.add_days(frappe.utils.now_datetime(), 91)), as_user(officers[1]):
		with pytest.raises(ActionNotPossibleError, match="identity"):
			runs_api.approve_run(run.name, *TOLD)
		assert run.reload().status == runs.PLANNED
		identity.confirm("Customer", client.party, client.contact, "Document Seen")
		runs_api.approve_run(run.name, *TOLD)
	assert run.reload().status == runs.APPROVED


def test_the_client_is_told_when_all_but_their_own_records_is_gone(
	client, planned, officers, as_user, mailbox, monkeypatch, found_in_tables
):
	run = planned()
	with as_user(officers[1]):
		with pytest.raises(ActionNotPossibleError, match="told"):
			runs_api.approve_run(run.name)
		runs_api.approve_run(run.name, TOLD[0])
	assert frappe.db.get_value(api.REQUEST, run.request, "status") == "Open"
	assert not frappe.db.exists("Email Queue", {"reference_name": run.request})
	sent = []

	def send(queued, status="Sent"):
		there = client.interaction.reload().summary, bool(frappe.db.exists("Customer", client.party))
		sent.append((queued.recipients[0].recipient, *there))
		queued.db_set("status", status)

	monkeypatch.setattr(frappe, "are_emails_muted", lambda: False)
	with monkeypatch.context() as down:
		down.setattr(EmailQueue, "send", lambda queued: send(queued, "Not Sent"))
		runs.work(run.name)
	assert frappe.db.exists("Contact", client.contact)
	assert "has not left yet" in run.reload().error and run.status == runs.RUNNING
	request = frappe.get_doc(api.REQUEST, run.request)
	assert (request.status, request.answer, request.answered_by) == ("Answered", TOLD[0], officers[1])
	assert TOLD[0] in mailbox(request.name)["text/plain"]
	monkeypatch.setattr(EmailQueue, "send", send)
	with as_user(officers[0]):
		runs_api.resume_run(run.name)
	runs.work(run.name)
	assert sent == [(ADDRESS, None, True)] * 2
	assert (run.reload().status, run.error) == (runs.FINISHED, None)
	assert found_in_tables() == set()


def test_the_address_stays_until_an_answer_that_failed_is_dealt_with(
	client, planned, officers, as_user, mailbox, monkeypatch
):
	run = planned()
	with as_user(officers[1]):
		runs_api.approve_run(run.name, TOLD[0])
	monkeypatch.setattr(frappe, "are_emails_muted", lambda: False)
	monkeypatch.setattr(EmailQueue, "send", lambda queued: queued.db_set("status", "Error"))
	runs.work(run.name)
	assert "has not left yet" in run.reload().error
	assert frappe.db.exists("Contact", client.contact)
	frappe.delete_doc("Email Queue", frappe.db.get_value("Email Queue", {"reference_name": run.request}))
	runs.work(run.name)
	assert run.reload().status == runs.FINISHED


def test_the_client_is_told_also_if_their_own_records_stay(
	client, planned, officers, as_user, mailbox, monkeypatch
):
	run = planned()
	with as_user(officers[1]):
		runs_api.approve_run(run.name, TOLD[0])
	monkeypatch.setattr(erasure, "_masters", lambda *_args: [])
	told = []
	monkeypatch.setattr(DataSubjectRequest, "close", lambda doc, *args, **_by: told.append(args))
	runs.work(run.name)
	assert told == [("Answered", TOLD[0], None)]


def test_without_an_address_it_is_said_at_the_approval_how_the_client_is_told(
	client, planned, officers, as_user
):
	run = planned()
	frappe.get_doc({"doctype": "Email Unsubscribe", "email": ADDRESS, "global_unsubscribe": 1}).insert()
	with as_user(officers[1]):
		with pytest.raises(ActionNotPossibleError, match="Told in Another Way"):
			runs_api.approve_run(run.name, TOLD[0])
		runs_api.approve_run(run.name, *TOLD)
	assert run.reload().status == runs.APPROVED


def test_the_end_of_a_job_ends_what_sends_the_email_to_the_client(
	planned, officers, as_user, mailbox, monkeypatch
):
	"""It comes once: who goes on is killed in the middle of something else."""
	run = planned()
	with as_user(officers[0]):
		api.answer_request(run.request, TOLD[0])

	def end_of_job(queued):
		raise JobTimeoutException("3600 seconds")

	monkeypatch.setattr(frappe, "are_emails_muted", lambda: False)
	monkeypatch.setattr(frappe.db, "rollback", lambda **_kwargs: None)
	monkeypatch.setattr(EmailQueue, "send", end_of_job)
	with pytest.raises(JobTimeoutException):
		answering.send_waiting(run.request)


def test_who_was_told_before_is_not_told_again(planned, officers, as_user):
	run = planned()
	with as_user(officers[0]):
		api.answer_request(run.request, *TOLD[:1], otherwise=TOLD[1])
	with as_user(officers[1]):
		assert frappe.get_doc(runs.RUN, run.name).run_method("onload") is None
		runs_api.approve_run(run.name)
	assert frappe.db.get_value(api.REQUEST, run.request, "answered_by") == officers[0]
	assert run.reload().status == runs.APPROVED


def test_items_and_counts_follow_the_run(client, approved, make_client, make_user, as_user):
	"""The contacts and addresses of a client are not governed; who cannot see the client sees none of the plan."""
	name = approved()
	other = make_user(procedure.COMPLIANCE_OFFICER)
	item = frappe.get_doc(runs.ITEM, {"run": name, "reference_doctype": "Contact"})
	with as_user(other):
		assert frappe.get_list(runs.ITEM, {"name": item.name}) and item.has_permission("read")
		assert runs_api.run_overview(name)
	someone = make_client("Bert Other", "bert.other@client.example").party
	allowed = {"doctype": "User Permission", "user": other, "allow": "Customer", "for_value": someone}
	frappe.get_doc(allowed).insert()
	with as_user(other):
		assert not frappe.get_list(runs.ITEM, {"run": name})
		assert not frappe.get_doc(runs.ITEM, item.name).has_permission("read")
		for changed, field in (
			(frappe.get_doc(runs.ITEM, item.name), "run"),
			(frappe.get_doc(runs.RUN, name), "request"),
		):
			assert not changed.has_permission("read")
			changed.set(field, None)  # what a request says opens nothing
			assert not changed.has_permission("read")
		with pytest.raises(frappe.PermissionError):
			runs_api.run_overview(name)


def test_a_request_was_received_before_it_is_entered(client, officers, as_user, clock_at):
	with as_user(officers[0]), clock_at("2026-11-25 10:00"):
		for wrong in ("2027-11-23 09:00", "2026-11-26"):
			with pytest.raises(frappe.ValidationError, match="in the future"):
				api.enter_request("Customer", client.party, "Access", received_on=wrong)
		for fast, stored in (
			("2026-11-25 10:05", "2026-11-25 10:00:00"),
			("2026-11-02", "2026-11-02 00:00:00"),
		):
			name = api.enter_request("Customer", client.party, "Access", received_on=fast)["name"]
			assert str(frappe.db.get_value(api.REQUEST, name, "received_on")) == stored


def test_the_deadline_is_a_month_and_is_extended_once(
	client, officers, as_user, clock_at, set_calendar, mailbox
):
	set_calendar(["09:00-17:00"], holidays=["2026-12-25"])
	with as_user(officers[0]), clock_at("2026-11-25 10:00"):
		doc = frappe.get_doc(
			{"doctype": api.REQUEST, "right": "Access", "party_type": "Customer", "party": client.party}
		).insert()
		assert str(doc.due_on) == "2026-12-28 17:00:00"  # a Monday
		with pytest.raises(ActionNotPossibleError):
			api.extend_request(doc.name, 3, "Many records")
		assert api.extend_request(doc.name, 2, "Many records") == "2027-02-25 17:00:00"
		with pytest.raises(ActionNotPossibleError):
			api.extend_request(doc.name, 1, "More")
	told = " ".join(mailbox(doc.name)["text/plain"].split())
	assert f"We will answer your request {doc.name} by 25 February 2027, 17:00, because: Many records" in told


def test_what_the_app_writes_in_a_request_cannot_be_entered(client, officers, as_user):
	claimed = {
		"status": "Answered",
		"received_through": "Portal",
		"due_on": "2199-01-01 00:00:00",
		"identity_confirmed_until": "2199-01-01 00:00:00",
		"extended_months": 2,
		"extension_reason": "Claimed",
		"answered_by": "Administrator",
		"answered_on": "2026-01-01 00:00:00",
		"answer": "Claimed",
	}
	values = {"doctype": api.REQUEST, "right": "Erasure", "party_type": "Customer", "party": client.party}
	with as_user(officers[0]):
		honest = frappe.get_doc(values).insert()
		entered = frappe.get_doc({**values, **claimed}).insert()
		frappe.get_doc(api.REQUEST, honest.name).update({**claimed, "details": "Changed"}).save()
	for name in (honest.name, entered.name):
		stored = frappe.get_doc(api.REQUEST, name)
		assert not [field for field, value in claimed.items() if str(stored.get(field)) == str(value)]
	assert frappe.db.get_value(api.REQUEST, honest.name, "details") == "Changed"
	with as_user(officers[0]), pytest.raises(ActionNotPossibleError, match="identity"):
		api.plan_erasure(entered.name)


def test_the_map_names_what_is_stored_and_why(site):
	rows = {row["doctype"]: row for row in data_map.record_of_processing()}
	assert "contact_email" in rows["Sales Invoice"]["fields"]
	assert all(row["purpose"] and row["basis"] and row["retention"] for row in rows.values())
