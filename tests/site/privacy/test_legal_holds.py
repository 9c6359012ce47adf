"""A legal hold stops deletion of what it covers, and says so (P-2)."""

import os

import frappe
import pytest

from client_comms import ledger, procedure
from client_comms.api.retention import release_hold
from client_comms.client_privacy.doctype.legal_hold import legal_hold
from client_comms.enforcement import legal_holds
from client_comms.enforcement.methods import link_fields
from client_comms.exceptions import ActionNotPossibleError, LegalHoldError, RecordIsKeptError
from client_comms.patches.v1_0 import let_holds_follow_renames

pytestmark = pytest.mark.clause("P-2")


@pytest.fixture
def hold():
	"""`hold(doctype, name)` places a hold on a client, an interaction or a matter."""

	def place(doctype, name, **fields):
		covered = {
			"Customer": {"hold_on": "Client", "party_type": doctype, "party": name},
			"Client Interaction": {"hold_on": "Interaction", "client_interaction": name},
		}.get(doctype, {"hold_on": "Matter", "reference_doctype": doctype, "reference_name": name})
		return frappe.get_doc(
			{"doctype": "Legal Hold", "reason": "Claim of the client", **covered, **fields}
		).insert()

	return place


@pytest.fixture
def client(make_client):
	return make_client("Anna Held", "anna.held@client.example")


def attached(doc):
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash()}.txt",
			"content": frappe.generate_hash(),
			"attached_to_doctype": doc.doctype,
			"attached_to_name": doc.name,
		}
	).insert()


def test_a_hold_on_a_client_covers_all_that_is_about_the_client(hold, client, log):
	placed = hold("Customer", client.party)
	doc = log(party_type="Customer", party=client.party, contact=client.contact)
	comment = doc.add_comment("Comment", "A remark")
	file = attached(doc)
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Event",
			"subject": "Noise",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
		}
	).insert()
	for held in (doc, comment, file, message, frappe.get_doc("Contact", client.contact)):
		with pytest.raises(LegalHoldError, match=placed.name):
			frappe.delete_doc(held.doctype, held.name, force=True)
	with pytest.raises(LegalHoldError):
		frappe.delete_doc("Customer", client.party, force=True)
	assert os.path.exists(file.get_full_path())


def test_an_officer_finds_a_hold_by_its_client_and_no_one_else_does(
	hold, client, officer, make_user, as_user
):
	placed = hold("Customer", client.party)
	with as_user(officer):
		(found,) = link_fields.search_link(doctype="Legal Hold", txt="Anna Held")
	assert found["value"] == placed.name and "Anna Held" in found["description"]
	with as_user(make_user(procedure.CUSTOMER_SUPPORT_MANAGER)):
		try:
			assert not link_fields.search_link(doctype="Legal Hold", txt="Anna Held")
		except frappe.PermissionError:
			pass


def test_another_client_does_not_end_a_hold_on_the_former_one(
	hold, client, make_client, log, make_user, as_user
):
	placed = hold("Customer", client.party)
	other = make_client("Berta Free", "berta.free@client.example").party
	user = make_user("Sales User", procedure.ACCOUNT_MANAGER)
	doc = log("Initial Inquiry", party_type="Customer", party=client.party, responsible_staff=user)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Noise", "customer": client.party}).insert()
	with as_user(user):
		doc.reload()
		doc.update({"party": other, "contact": None, "reclassification_reason": "Wrong client"})
		doc.save()
	issue.reload()
	issue.update({"customer": other})
	issue.save()
	for held in (doc, issue):
		kept = legal_holds.of(held.doctype, held.name)
		assert kept.on == (held.doctype, held.name) and kept.reason == placed.reason
		with pytest.raises(LegalHoldError):
			frappe.delete_doc(held.doctype, held.name, force=True)
	doc.reload()
	doc.update({"party": client.party, "reclassification_reason": "It was right"})
	doc.save()
	assert frappe.db.count("Legal Hold", {"client_interaction": doc.name}) == 1


def test_without_a_hold_another_client_places_none(client, make_client, log):
	doc = log("Initial Inquiry", party_type="Customer", party=client.party)
	other = make_client("Berta Free", "berta.free@client.example").party
	doc.update({"party": other, "contact": None, "reclassification_reason": "Wrong client"})
	doc.save()
	assert not frappe.db.count("Legal Hold")


def faulty():
	ledger.chain()
	return {each["name"] for each in ledger.verify()["faults"]}


@pytest.mark.parametrize("doctype", ["Customer", "Contact", "Project", "Note"])
def test_a_hold_follows_a_new_name(hold, client, log, doctype):
	"""Its record and what belongs to it stay held, and the ledger says so."""
	matter = frappe.get_doc({"doctype": "Note", "title": frappe.generate_hash()}).insert()
	project = frappe.get_doc({"doctype": "Project", "project_name": frappe.generate_hash()}).insert()
	names = {
		"Customer": client.party,
		"Contact": client.contact,
		"Project": project.name,
		"Note": matter.name,
	}
	old, new = names[doctype], f"Anna Kept {frappe.generate_hash(length=6)}"
	about = {"Customer": {"party_type": doctype, "party": old}, "Contact": {"contact": old}}.get(
		doctype, {"reference_doctype": doctype, "reference_name": old}
	)
	placed, doc = hold(doctype, old), log(**about)
	assert legal_holds.of(doctype, old)
	frappe.rename_doc(doctype, old, new, force=True)
	for held in ((doctype, new), (doc.doctype, doc.name)):
		assert legal_holds.of(*held).name == placed.name
		with pytest.raises(LegalHoldError, match=placed.name):
			frappe.delete_doc(*held, force=True)
	assert legal_holds.over(doc.doctype, doc.name) == [placed.name]
	assert not legal_holds.of(doctype, old)
	moved = {"action": ledger.HOLD, "rule": placed.name, "reference_name": new}
	(entry,) = frappe.get_all(ledger.ENTRY, moved, ["reference_doctype", "changes"])
	assert entry.reference_doctype == doctype
	assert frappe.parse_json(entry.changes) == {"on_name": [old, new]}
	assert placed.name not in faulty()
	placed.reload().release("Settled")
	frappe.delete_doc(doc.doctype, doc.name)


def test_what_repeats_the_name_of_a_client_follows_it(hold, client, make_client, log):
	placed, doc = hold("Customer", client.party), log(party_type="Customer", party=client.party)
	former = placed.party_name
	about = {"party_type": "Customer", "party": client.party, "contact": client.contact}
	channel = [{"channel": "Email"}]
	preferred = frappe.get_doc({"doctype": "Communication Preference", **about, "channels": channel}).insert()
	contact = preferred.client_name.removeprefix(former)

	def called():
		shown = frappe.db.get_value(preferred.doctype, preferred.name, "client_name")
		assert shown.endswith(contact) and shown.removesuffix(contact) == frappe.db.get_value(
			placed.doctype, placed.name, "party_name"
		)
		return {frappe.db.get_value(each.doctype, each.name, "party_name") for each in (placed, doc)}

	assert called() == {former}
	new = f"Anna Kept {frappe.generate_hash(length=6)}"
	frappe.rename_doc("Customer", client.party, new, force=True)
	assert called() == {new}
	customer = frappe.get_doc("Customer", new)
	customer.customer_name = "Anna Remarried"
	customer.save()
	assert called() == {"Anna Remarried"}
	doc.db_set("party_name", "Anonymised")
	customer.customer_name = "Anna Again"
	customer.save()
	assert called() == {"Anna Again", "Anonymised"}
	assert placed.name not in faulty()


def test_a_merged_client_s_records_are_called_by_the_name_that_stays(client, make_client, log):
	doc, other = (
		log(party_type="Customer", party=client.party),
		make_client("Berta Free", "berta.free@client.example").party,
	)
	frappe.db.set_value("Customer", client.party, "customer_name", "Anna of Old")
	doc.db_set("party_name", "Anna of Old")
	frappe.rename_doc("Customer", client.party, other, merge=True, force=True)
	assert frappe.db.get_value(doc.doctype, doc.name, ["party", "party_name"]) == (other, "Berta Free")


def test_a_hold_follows_a_renamed_doctype(hold):
	matter = frappe.get_doc({"doctype": "Note", "title": frappe.generate_hash()}).insert()
	placed = hold("Note", matter.name)
	legal_holds.follow_rename(frappe.get_doc("DocType", "Note"), "after_rename", "Note", "Memo")
	assert legal_holds.active()[("Memo", matter.name)].name == placed.name


def test_what_is_held_is_not_merged_away(hold, client, make_client):
	placed = hold("Customer", client.party)
	other = make_client("Berta Free", "berta.free@client.example").party
	with pytest.raises(LegalHoldError, match=placed.name):
		frappe.rename_doc("Customer", client.party, other, merge=True, force=True)
	assert placed.reload().on_name == client.party


def test_a_hold_whose_record_was_renamed_before_holds_again(hold, client, log):
	placed, doc = hold("Customer", client.party), log(party_type="Customer", party=client.party)
	other = hold(doc.doctype, doc.name)
	frappe.db.set_value("Legal Hold", placed.name, "on_name", "Anna Before")
	legal_holds.clear_cache()
	assert not legal_holds.of("Customer", client.party)
	let_holds_follow_renames.execute()
	assert legal_holds.of("Customer", client.party).name == placed.name
	moved = {"action": ledger.HOLD, "changes": ("is", "set"), "rule": ("in", (placed.name, other.name))}
	assert frappe.get_all(ledger.ENTRY, moved, pluck="reference_name") == [client.party]
	let_holds_follow_renames.execute()
	assert frappe.db.count(ledger.ENTRY, moved) == 1
	assert placed.name not in faulty()


def test_a_hold_on_an_interaction_covers_no_other(hold, client, log):
	one, other = (log(party_type="Customer", party=client.party) for _each in range(2))
	hold(one.doctype, one.name)
	frappe.delete_doc(other.doctype, other.name)
	with pytest.raises(LegalHoldError):
		frappe.delete_doc(one.doctype, one.name)


def test_a_hold_on_a_matter_covers_what_is_filed_under_it(hold, log):
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Leak"}).insert()
	doc = log(reference_doctype="Issue", reference_name=issue.name)
	hold("Issue", issue.name)
	for held in (issue, doc):
		with pytest.raises(LegalHoldError):
			frappe.delete_doc(held.doctype, held.name, force=True)


def meeting(*participants):
	return frappe.get_doc(
		{
			"doctype": "Event",
			"subject": "Visit",
			"starts_on": frappe.utils.now_datetime(),
			"event_participants": [
				{"reference_doctype": doctype, "reference_docname": name} for doctype, name in participants
			],
		}
	).insert()


def test_what_a_client_takes_part_in_is_held(hold, client):
	"""A meeting, and a message in the client's timeline that is filed elsewhere: also by one of their contacts."""
	message = {"doctype": "Communication", "communication_medium": "Event", "subject": "Noise"}
	linked = [{"link_doctype": "Contact", "link_name": client.contact}]
	held = [
		meeting(("Customer", client.party)),
		meeting(("Contact", client.contact)),
		frappe.get_doc({**message, "timeline_links": linked}).insert(),
	]
	free = meeting()
	placed = hold("Customer", client.party)
	for doc in held:
		assert legal_holds.of(doc.doctype, doc.name).name == placed.name
		with pytest.raises(LegalHoldError, match=placed.name):
			frappe.delete_doc(doc.doctype, doc.name, force=True)
	frappe.delete_doc("Event", free.name)
	placed.release("Settled")
	for doc in held:
		frappe.delete_doc(doc.doctype, doc.name, force=True)


def test_a_matter_whose_name_is_a_number_is_held(hold):
	"""Frappe gives the name as a number, and stores what a hold covers as a text."""
	matter = frappe.get_doc({"doctype": "Ledger Health", "voucher_type": "Note"}).insert()
	comment = matter.add_comment("Comment", "A remark")
	placed = hold(matter.doctype, matter.name)
	matter = frappe.get_doc(matter.doctype, matter.name)
	for held in (matter, comment):
		assert legal_holds.of(held.doctype, held.name).name == placed.name
		with pytest.raises(LegalHoldError, match=placed.name):
			frappe.delete_doc(held.doctype, held.name, force=True)
	assert legal_holds.over(matter.doctype, matter.name) == [placed.name]


@pytest.mark.parametrize("doctype", ["Note", "Email Template", "Project"])
def test_a_matter_is_protected_whatever_it_is(hold, doctype):
	values = {"title": "Case", "subject": "Case", "project_name": frappe.generate_hash()}
	matter = frappe.get_doc(
		{"doctype": doctype, "name": frappe.generate_hash(), "response": "x", **values}
	).insert()
	placed = hold(doctype, matter.name)
	with pytest.raises(LegalHoldError, match=placed.name):
		frappe.delete_doc(doctype, matter.name, force=True)
	placed.release("Settled")
	frappe.delete_doc(doctype, matter.name)


def test_a_lead_that_became_a_customer_is_covered_with_the_customer(hold, client, log):
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna"}).insert()
	frappe.db.set_value("Customer", client.party, "lead_name", lead.name)
	doc = log(party_type="Lead", party=lead.name)
	hold("Customer", client.party)
	assert legal_holds.of(doc.doctype, doc.name)


def test_a_hold_ends_with_its_release_and_with_its_last_day(hold, client, log, officer, as_user, clock_at):
	doc = log(party_type="Customer", party=client.party)
	placed = hold("Customer", client.party)
	with as_user(officer):
		with pytest.raises(ActionNotPossibleError):
			release_hold(placed.name, " ")
		assert release_hold(placed.name, "The claim is settled") == legal_holds.RELEASED
	assert not legal_holds.of(doc.doctype, doc.name)
	again = hold("Customer", client.party, valid_until=frappe.utils.add_days(frappe.utils.today(), 1))
	assert legal_holds.of(doc.doctype, doc.name).name == again.name
	with clock_at(frappe.utils.add_days(frappe.utils.now_datetime(), 2)):
		legal_holds.clear_cache()
		assert not legal_holds.of(doc.doctype, doc.name)
		legal_hold.expire()
	assert frappe.db.get_value("Legal Hold", again.name, "status") == legal_holds.EXPIRED
	frappe.delete_doc(doc.doctype, doc.name)


def test_holds_are_recorded_and_kept(hold, client):
	placed = hold("Customer", client.party)
	assert frappe.db.exists(ledger.ENTRY, {"action": ledger.HOLD, "rule": placed.name})
	with pytest.raises(frappe.ValidationError, match="cannot be deleted"):
		placed.delete()


def test_it_stops_the_deletion_of_an_account(hold, client, make_user):
	user = make_user("Customer", email="anna.held@client.example", user_type="Website User")
	frappe.db.set_value("Contact", client.contact, "user", user)
	request = frappe.new_doc("Personal Data Deletion Request")
	request.update({"email": user, "status": "Pending Approval"})
	request.validate_data_anonymization()
	hold("Customer", client.party)
	with pytest.raises(LegalHoldError):
		request.validate_data_anonymization()


def test_a_hold_that_cannot_expire_does_not_stop_the_others(hold, client, log, clock_at, monkeypatch):
	over = {"valid_until": frappe.utils.add_days(frappe.utils.today(), 1)}
	first = hold("Customer", client.party, **over)
	second = hold("Client Interaction", log().name, **over)
	record = legal_hold._record_end

	def record_or_fail(row, status):
		if row.name == first.name:
			raise frappe.ValidationError("An entry needs a colour")
		record(row, status)

	def statuses():
		return [frappe.db.get_value("Legal Hold", each.name, "status") for each in (first, second)]

	with clock_at(frappe.utils.add_days(frappe.utils.now_datetime(), 2)):
		with monkeypatch.context() as failing:
			failing.setattr(legal_hold, "_record_end", record_or_fail)
			legal_hold.expire()
		assert statuses() == [legal_holds.ACTIVE, legal_holds.EXPIRED]
		legal_hold.expire()
	assert statuses() == [legal_holds.EXPIRED, legal_holds.EXPIRED]


@pytest.mark.parametrize(
	("change", "error"),
	[
		({"status": "Released", "released_by": "Guest", "release_reason": "x"}, None),
		({"on_doctype": "Note", "on_name": "x"}, None),
		({"placed_by": "Guest"}, None),
		({"valid_until": "2020-01-01"}, ActionNotPossibleError),
		({"valid_until": "2199-01-01"}, ActionNotPossibleError),
	],
)
def test_a_hold_ends_only_by_its_release(hold, client, officer, as_user, change, error):
	name = hold("Customer", client.party).name
	with as_user(officer):
		doc = frappe.get_doc("Legal Hold", name).update(change)
		if error:
			with pytest.raises(error):
				doc.save()
		else:
			doc.save()
	stored = frappe.get_doc("Legal Hold", name)
	assert not any(stored.get(field) == value for field, value in change.items())
	assert legal_holds.of("Customer", client.party).name == name


def test_a_hold_cannot_be_entered_as_ended_or_for_someone_else(hold, client, officer, as_user):
	with as_user(officer):
		placed = hold("Customer", client.party, status="Released", placed_by="Guest", released_by="Guest")
	assert (placed.status, placed.placed_by, placed.released_by) == ("Active", officer, None)


def test_a_released_hold_is_not_changed_back(hold, client, officer, as_user):
	placed = hold("Customer", client.party)
	placed.release("Settled")
	with as_user(officer), pytest.raises(ActionNotPossibleError):
		frappe.get_doc("Legal Hold", placed.name).update({"status": "Active"}).save()


def test_access_is_decided_on_the_stored_hold(hold, log, officer, make_user, as_user):
	"""What a request says that a hold is on opens nothing."""
	complaint = log("Feedback/Complaint")
	placed = hold(complaint.doctype, complaint.name)
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.clearances = [row for row in level.clearances if row.role != procedure.COMPLIANCE_OFFICER]
	level.save()
	claimed = frappe.get_doc("Legal Hold", placed.name)
	claimed.update({"hold_on": "Matter", "client_interaction": None, "on_doctype": None, "on_name": None})
	claimed.update({"reference_doctype": "Note", "reference_name": "x"})
	with as_user(officer):
		assert not claimed.has_permission("write")


def test_every_end_of_a_hold_is_on_the_ledger(hold, client, clock_at):
	until = frappe.utils.add_days(frappe.utils.today(), 1)
	placed, expiring = hold("Customer", client.party), hold("Customer", client.party, valid_until=until)
	placed.release("Settled")
	with clock_at(frappe.utils.add_days(frappe.utils.now_datetime(), 2)):
		legal_hold.expire()
	lifted = {
		row.rule: frappe.parse_json(row.changes)["status"][1]
		for row in frappe.get_all(ledger.ENTRY, {"action": ledger.HOLD_LIFTED}, ["rule", "changes"])
		if row.rule in (placed.name, expiring.name)
	}
	assert lifted == {placed.name: legal_holds.RELEASED, expiring.name: legal_holds.EXPIRED}


def test_a_new_reason_is_on_the_ledger(hold, client):
	placed = hold("Customer", client.party)
	placed.save()
	about = {"action": ledger.HOLD_CHANGED, "rule": placed.name}
	assert not frappe.get_all(ledger.ENTRY, about)
	placed.reason = "Another claim"
	placed.save()
	(entry,) = frappe.get_all(ledger.ENTRY, about, ["reference_name", "changes"])
	assert entry.reference_name == client.party
	assert frappe.parse_json(entry.changes) == {"reason": ["Claim of the client", "Another claim"]}


def test_only_readers_of_the_hold_are_told_of_it(hold, client, log, officer, make_user, as_user):
	"""A client, or staff whom a claim is about, must not learn of it from a refusal."""
	doc = log(party_type="Customer", party=client.party)
	placed = hold("Customer", client.party)
	with as_user(officer), pytest.raises(LegalHoldError) as known:
		legal_holds.require_none(doc)
	assert placed.name in str(known.value) and "Claim of the client" in str(known.value)
	with as_user(make_user("System Manager")), pytest.raises(RecordIsKeptError) as unknown:
		legal_holds.require_none(doc)
	assert not isinstance(unknown.value, LegalHoldError)
	assert not any(
		word in str(unknown.value) for word in (placed.name, "Claim", "Hold", "hold", "Administrator")
	)
	stored = legal_holds.stored_sentence(legal_holds.of("Customer", client.party))
	assert placed.name in stored and "Claim" not in stored and "Administrator" not in stored


def test_a_hold_is_as_confidential_as_the_record(hold, log, make_user, as_user):
	complaint = log("Feedback/Complaint")
	placed = hold(complaint.doctype, complaint.name)
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.clearances = [row for row in level.clearances if row.role != procedure.COMPLIANCE_OFFICER]
	level.save()
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		assert not frappe.get_list("Legal Hold", {"name": placed.name})
		assert not frappe.get_doc("Legal Hold", placed.name).has_permission("read")
		with pytest.raises(frappe.PermissionError):
			hold(complaint.doctype, complaint.name)


def test_without_a_hold_deleting_asks_for_nothing_more(client, log):
	"""One query per transaction, whatever is deleted."""
	legal_holds.active()
	before = frappe.db.sql("show session status like 'Questions'")[0][1]
	assert legal_holds.of_each("Client Interaction", ["CI-0"] * 1000) == {}
	assert int(frappe.db.sql("show session status like 'Questions'")[0][1]) - int(before) == 1


def test_a_hold_is_read_once_for_many_records(hold, client, log):
	docs = [log(party_type="Customer", party=client.party) for _each in range(4)]
	hold("Customer", client.party)
	legal_holds.active()

	def questions(names):
		before = int(frappe.db.sql("show session status like 'Questions'")[0][1])
		assert set(legal_holds.of_each("Client Interaction", names)) == set(names)
		return int(frappe.db.sql("show session status like 'Questions'")[0][1]) - before

	names = [doc.name for doc in docs]
	questions(names)  # metadata is loaded
	assert questions(names) == questions(names[:1])


def test_the_form_says_what_its_reader_can_know_of_a_hold(hold, client, log, officer, make_user, as_user):
	"""Officers read all of it; others that the record must be kept, if an officer has chosen so for this hold."""
	agent = make_user(procedure.CUSTOMER_SUPPORT)
	doc = log(party_type="Customer", party=client.party, contact=client.contact, responsible_staff=agent)

	def said_to(user):
		with as_user(user):
			found = frappe.get_doc(doc.doctype, doc.name)
			found.run_method("onload")
			return (found.get("__onload") or {}).get("legal_holds")

	assert said_to(officer) is None
	quiet = hold("Customer", client.party)
	(shown,) = said_to(officer)
	assert shown["hold"] == quiet.name and "Claim of the client" in shown["text"]
	assert said_to(agent) is None
	told = hold("Client Interaction", doc.name, told_to_staff=1, reason="Court of Kiel")
	(shown,) = said_to(agent)
	assert shown["hold"] is None and "must be kept" in shown["text"]
	assert not any(each in shown["text"] for each in (told.name, "Kiel", quiet.name))
	told.told_to_staff = 0
	told.save()
	assert said_to(agent) is None
	entry = frappe.get_last_doc(ledger.ENTRY, {"action": ledger.HOLD_CHANGED, "rule": told.name})
	assert "told_to_staff" in entry.changes
	release_hold(quiet.name, "Settled")
	assert [each["hold"] for each in said_to(officer)] == [told.name]


def test_a_paper_file_says_that_it_must_be_kept(hold, client, site):
	place = {"doctype": "Physical Location", "location_name": "Cabinet H", "location_type": "Cabinet"}
	file = frappe.get_doc(
		{
			"doctype": "Physical File",
			"title": "Contract",
			"party_type": "Customer",
			"party": client.party,
			"location": frappe.get_doc(place).insert().name,
			"custodian": "Administrator",
			"confidentiality_level": procedure.STANDARD,
		}
	).insert()
	placed = hold("Customer", client.party)
	file.run_method("onload")
	assert [each["hold"] for each in file.get_onload("legal_holds")] == [placed.name]
