"""Documents that decide about access and consent: every state is on the ledger, and what was written past the app is found."""

import json

import frappe
import pytest

from client_comms import api, ledger
from client_comms.client_privacy.doctype.legal_hold import legal_hold
from client_comms.client_privacy.requests import erased_texts
from client_comms.ledger import following, seal, subjects, verification
from client_comms.patches.v1_0 import record_governed_documents

pytestmark = pytest.mark.clause("P-2", "R-3")

ENTRY = ledger.ENTRY
LEVEL = "Confidentiality Level"
SETTINGS = "Client Comms Settings"


@pytest.fixture(autouse=True)
def known_site(site, transaction):
	"""A ledger of its own, which knows what the site says at the beginning."""
	site.db.delete(ENTRY)
	site.db.delete(ledger.CHECKPOINT)
	seal.remove()
	following.record_missing()
	ledger.chain()


def faults():
	ledger.chain()
	return [(each["doctype"], each["name"], each["message"]) for each in api.verify_ledger()["faults"]]


def sql(doctype, assignment, name):
	"""What is done with the rights of the database."""
	frappe.db.sql(f"update `tab{doctype}` set {assignment} where name = %s", name)


def last(doctype, name):
	(row,) = frappe.get_all(
		ENTRY,
		{"reference_doctype": doctype, "reference_name": name},
		["action", "user", "changes", "state", "reason"],
		order_by="creation desc",
		limit=1,
	)
	return row


@pytest.fixture
def grant(log, make_user):
	return frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": log("Feedback/Complaint").name,
			"user": make_user("Customer Support"),
			"valid_until": frappe.utils.add_to_date(None, hours=1),
			"reason": "Stands in",
		}
	).insert()


@pytest.fixture
def record(make_user):
	training = frappe.get_doc(
		{"doctype": "SOP Training", "training_name": frappe.generate_hash(length=8), "valid_months": 12}
	).insert()
	return frappe.get_doc(
		{
			"doctype": "SOP Training Record",
			"user": make_user("Customer Support"),
			"training": training.name,
			"completed_on": "2026-01-15",
			"score": 80,
		}
	).insert()


def test_a_site_that_is_as_recorded_has_no_fault(consent, grant, record):
	assert faults() == []
	assert following.record_missing() == 0


def test_a_change_of_a_clearance_is_recorded_with_old_and_new_value(set_clearance):
	set_clearance("Sensitive", "Customer Support", can_email=0)
	row = last(LEVEL, "Sensitive")
	assert (row.action, row.user) == ("Changed", "Administrator")
	((before, after),) = json.loads(row.changes).values()
	assert [
		(a["role"], a["can_email"], b["can_email"]) for a, b in zip(before, after, strict=True) if a != b
	] == [("Customer Support", "1", "0")]
	assert faults() == []


def test_a_changed_setting_is_recorded_and_saving_without_a_change_is_not(set_settings):
	set_settings(identity_attempts=9)
	row = last(SETTINGS, SETTINGS)
	assert json.loads(row.changes)["identity_attempts"][1] == "9"
	count = frappe.db.count(ENTRY)
	set_settings(identity_attempts=9)
	assert frappe.db.count(ENTRY) == count
	assert faults() == []


def test_each_decision_of_a_client_is_recorded(consent):
	assert last("Client Consent", consent.name).action == "Created"
	consent.record("Withdrawn")
	row = last("Client Consent", consent.name)
	assert row.action == "Changed"
	assert [each["event"] for each in json.loads(row.state)["events"]] == ["Given", "Withdrawn"]
	assert faults() == []


def test_every_change_of_a_grant_is_recorded(grant):
	grant.reason = "Stands in for a week"
	grant.save()
	assert json.loads(last(grant.doctype, grant.name).changes) == {
		"reason": ["Stands in", "Stands in for a week"]
	}
	grant.db_set("reason", "Otherwise")
	assert json.loads(last(grant.doctype, grant.name).changes)["reason"][1] == "Otherwise"
	frappe.delete_doc(grant.doctype, grant.name, force=True)
	assert last(grant.doctype, grant.name).action == "Deleted"
	assert faults() == []


def test_a_matrix_that_comes_into_force_or_is_cancelled_is_recorded():
	doc = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
	doc.update({"version_label": "9.9", "effective_from": "2030-01-01", "docstatus": 0})
	doc.insert().submit()
	assert last(doc.doctype, doc.name).action == "Activated"
	doc.cancel()
	assert last(doc.doctype, doc.name).action == "Cancelled"
	assert faults() == []


def test_roles_of_people_with_clearance_are_recorded_and_of_others_not(make_user):
	other = make_user("Sales User")
	staff = make_user("Customer Support")
	assert not frappe.db.exists(ENTRY, {"reference_name": other})
	frappe.get_doc("User", staff).add_roles("Compliance Officer")
	row = last("User", staff)
	assert row.action == "Roles Changed"
	before, after = json.loads(row.changes)["roles"]
	assert set(after) - set(before) == {"Compliance Officer"}
	frappe.get_doc("User", staff).remove_roles("Compliance Officer", "Customer Support")
	assert last("User", staff).action == "Roles Changed"
	assert faults() == []


def test_who_gets_clearance_because_the_level_changed_is_recorded(make_user):
	user = make_user("Sales User")
	level = frappe.get_doc(LEVEL, "Standard")
	level.append("clearances", {"role": "Sales User", "can_read": 1})
	level.save()
	assert "Sales User" in json.loads(last("User", user).state)["roles"]
	assert faults() == []


# --- written past the app ----------------------------------------------------------------------


def test_a_consent_changed_past_the_app_is_found(consent):
	sql("Consent Event", "event = 'Given', valid_until = '2099-01-01'", consent.events[0].name)
	sql("Client Consent", "third_party = 'Someone'", consent.name)
	assert faults() == [
		(
			"Client Consent",
			consent.name,
			f"{consent.name} differs from what was recorded last: History, Third Party.",
		)
	]


def test_a_grant_lengthened_past_the_app_is_found(grant):
	sql(grant.doctype, "valid_until = '2099-01-01'", grant.name)
	assert [each[:2] for each in faults()] == [(grant.doctype, grant.name)]


def test_a_grant_added_or_deleted_past_the_app_is_found(grant):
	frappe.db.sql(
		"insert into `tabInteraction Access Grant` (name, interaction, user, valid_until)"
		" values ('forged', %s, %s, '2099-01-01')",
		(grant.interaction, grant.user),
	)
	assert faults() == [(grant.doctype, "forged", "forged is not on the ledger: it was added past the app.")]
	frappe.db.sql("delete from `tabInteraction Access Grant`")
	assert faults() == [
		(grant.doctype, grant.name, f"{grant.name} is missing, although no deletion is on the ledger.")
	]


def test_a_clearance_a_setting_a_matrix_and_a_training_changed_past_the_app_are_all_found(record):
	frappe.db.sql(
		"update `tabLevel Clearance` set oversight = 1 where parent = 'Sensitive' and role = 'Customer Support'"
	)
	frappe.db.sql(
		"update `tabSingles` set value = 'Off' where doctype = %s and field = 'consent_mode'", SETTINGS
	)
	matrix = frappe.get_all("Communication Matrix", {"docstatus": 1}, pluck="name")[0]
	frappe.db.sql(
		"update `tabCommunication Matrix Rule` set respond_within_days = 99 where parent = %s limit 1", matrix
	)
	sql(record.doctype, "valid_until = '2099-01-01'", record.name)
	assert [each[:2] for each in faults()] == [
		(SETTINGS, SETTINGS),
		("Communication Matrix", matrix),
		(LEVEL, "Sensitive"),
		(record.doctype, record.name),
	]


def test_a_role_given_past_the_app_is_found(make_user):
	staff, stranger = make_user("Customer Support"), make_user("Sales User")
	for user in (staff, stranger):
		frappe.get_doc(
			{"doctype": "Has Role", "parenttype": "User", "parentfield": "roles", "parent": user}
		).update({"role": "Compliance Officer"}).db_insert()
	assert sorted(each[:2] for each in faults()) == sorted([("User", staff), ("User", stranger)])


def test_a_level_lowered_past_the_app_is_found(log):
	doc = frappe.get_doc("Client Interaction", log("Initial Inquiry").name)
	doc.flags.from_intake = True
	doc.confidentiality_level = "Sensitive"
	doc.save()
	assert faults() == []
	sql("Client Interaction", "confidentiality_level = 'Standard'", doc.name)
	assert [each[:2] for each in faults()] == [("Client Interaction", doc.name)]
	frappe.delete_doc("Client Interaction", doc.name, force=True)
	assert faults() == [], "a record that is gone contradicts nothing"
	# As on a site on which its number was used again, before the app prevented that.
	frappe.db.delete("Deleted Document", {"deleted_name": doc.name})
	frappe.db.sql(
		"update `tabSeries` set current = current - 1 where name = %s", doc.name.rstrip("0123456789")
	)
	assert log("Initial Inquiry").name == doc.name, "the next one has the same name"
	assert faults() == [], "and is another one"


def test_the_values_are_not_told(grant):
	"""Verification is open to a role that cannot read the records."""
	sql(grant.doctype, "reason = 'a secret'", grant.name)
	((_doctype, _name, message),) = faults()
	assert "secret" not in message and "Stands in" not in message


@pytest.mark.parametrize("moment", ["2099-01-01", "2000-01-01"])
def test_when_an_entry_was_written_does_not_decide_which_is_the_last(consent, moment):
	"""No digest covers `creation`; the place in the tree does not change."""
	consent.record("Withdrawn")
	ledger.chain()
	first, second = frappe.get_all(ENTRY, {"reference_name": consent.name}, pluck="name", order_by="sequence")
	moved = first if moment > "2026" else second
	sql(ENTRY, f"creation = '{moment}'", moved)
	assert faults() == []
	frappe.db.sql("delete from `tabConsent Event` where event = 'Withdrawn' and parent = %s", consent.name)
	assert [each[:2] for each in faults()] == [("Client Consent", consent.name)]


def test_an_entry_that_waits_for_its_place_is_later_than_those_in_the_tree(consent):
	ledger.chain()
	placed = frappe.db.get_value(ENTRY, {"reference_name": consent.name})
	consent.record("Withdrawn")
	sql(ENTRY, "creation = '2099-01-01'", placed)
	row = following.last_entries("Client Consent", [consent.name])[consent.name]
	assert (row.sequence, len(json.loads(row.state)["events"])) == (0, 2)


# --- names that change -------------------------------------------------------------------------


def renamed(doctype, old, new):
	"""As the app records it; the scheduler has placed it."""
	ledger.record(following.RENAMED, doctype, new, None, changes={"name": [old, new]})
	ledger.chain()


def test_a_rename_excuses_links_alone(grant, record):
	"""A client that was called 0 and is called 1 makes no switch and no text right."""
	renamed("Customer", "0", "1")
	renamed("Customer", "Stands in", "Otherwise")
	assert faults() == []
	switched = frappe.get_all(
		"Level Clearance", {"parent": "Sensitive", "can_email": 0}, ["name", "parent"], limit=1
	)[0]
	sql("Level Clearance", "can_email = 1", switched.name)
	sql(grant.doctype, "reason = 'Otherwise'", grant.name)
	assert sorted(each[:2] for each in faults()) == sorted(
		[(LEVEL, "Sensitive"), (grant.doctype, grant.name)]
	)


@pytest.mark.parametrize("doctype", ["Lead", "Contact"])
def test_a_rename_of_another_doctype_excuses_nothing(consent, doctype):
	renamed(doctype, consent.party, "Someone Else")
	sql("Client Consent", "party = 'Someone Else'", consent.name)
	assert [each[:2] for each in faults()] == [("Client Consent", consent.name)]
	renamed("Customer", consent.party, "Someone Else")
	assert faults() == [], "a rename of its own DocType does"


def test_a_rename_from_before_a_document_was_recorded_excuses_nothing(make_client):
	"""The other client had this name earlier; the consent is of the one that has it now."""
	renamed("Customer", "Anna Client", "Someone Else")
	client = make_client("Anna Client", "anna@client.example")
	doc = frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": "Customer",
			"party": client.party,
			"purpose": frappe.get_all("Consent Purpose", {"concerns_third_party": 0}, pluck="name")[0],
			"collected_through": "Phone",
		}
	).insert()
	assert client.party == "Anna Client" and faults() == []
	sql("Client Consent", "party = 'Someone Else'", doc.name)
	assert [each[:2] for each in faults()] == [("Client Consent", doc.name)]


def test_a_name_that_went_round_in_a_circle_is_followed(consent):
	first = consent.party
	for old, new in ((first, "Second"), ("Second", first), (first, "Third")):
		frappe.rename_doc("Customer", old, new, force=True)
	assert faults() == []


def test_names_are_looked_up_once_for_many_documents(make_client, consent, monkeypatch):
	for _number in range(3):
		frappe.copy_doc(consent).insert()
	frappe.rename_doc("Customer", consent.party, "Anna Married", force=True)
	ledger.chain()
	asked = []
	get_all = frappe.get_all

	def counted(*args, **kwargs):
		filters = args[1] if len(args) > 1 else None
		if isinstance(filters, dict) and filters.get("action") == following.RENAMED:
			asked.append(filters["reference_name"])
		return get_all(*args, **kwargs)

	monkeypatch.setattr(frappe, "get_all", counted)
	assert api.verify_ledger()["ok"] and asked == ["Anna Married"]


def test_a_role_that_was_renamed_is_not_a_gain(make_user, set_clearance):
	role = frappe.get_doc({"doctype": "Role", "role_name": frappe.generate_hash(length=8)}).insert().name
	user = make_user(role)
	level = frappe.get_doc(LEVEL, "Standard")
	level.append("clearances", {"role": role, "can_read": 1})
	level.save()
	assert faults() == []
	frappe.rename_doc("Role", role, f"{role} renamed", force=True)
	assert frappe.db.exists("Has Role", {"parent": user, "role": f"{role} renamed"})
	assert faults() == []


def test_a_client_that_was_renamed_twice_is_still_the_one_that_was_recorded(consent):
	frappe.rename_doc("Customer", consent.party, "Anna Married", force=True)
	frappe.rename_doc("Customer", "Anna Married", "Anna Divorced", force=True)
	assert faults() == []
	frappe.get_doc({"doctype": "Customer", "customer_name": "Someone Else"}).insert()
	sql("Client Consent", "party = 'Someone Else'", consent.name)
	assert [each[:2] for each in faults()] == [("Client Consent", consent.name)]


def test_a_user_that_was_renamed_is_still_known(grant):
	frappe.rename_doc("User", grant.user, "renamed@example.com", force=True)
	assert faults() == []


def test_a_rename_that_concerns_no_subject_is_not_recorded():
	item = frappe.get_doc({"doctype": "Note", "title": frappe.generate_hash(length=8)}).insert()
	count = frappe.db.count(ENTRY)
	frappe.rename_doc("Note", item.name, frappe.generate_hash(length=8), force=True)
	assert frappe.db.count(ENTRY) == count


# --- erasing and scale -------------------------------------------------------------------------


def test_a_consent_that_is_erased_and_anonymised_is_not_a_fault(consent):
	consent.record("Withdrawn")
	ledger.chain()
	names = ledger.entries_about([("Client Consent", consent.name), ("Customer", "No One")])
	assert len(names) == 2
	sql("Client Consent", "party = 'erased', contact = null", consent.name)
	assert ledger.erase_payload(names, reason="DSR-1") == 2
	assert ledger.record_states("Client Consent", [consent.name], ledger.ERASURE) == 1
	assert faults() == []
	marks = frappe.db.sql(f"select count(*) from `tab{ENTRY}` where state like '%Anna Client%'")[0][0]
	assert marks == 0


def test_records_erased_by_a_retention_run_are_not_a_fault(consent, grant):
	from client_comms.client_privacy.erasure import records

	interaction = frappe.db.get_value(grant.doctype, grant.name, "interaction")
	frappe.db.set_value("Client Consent", consent.name, "client_interaction", interaction)
	ledger.record_states("Client Consent", [consent.name])
	records.erase("Client Interaction", records.DELETE, [interaction])
	records.anonymise("Client Consent", [consent.name])
	assert faults() == []
	assert "Stands in" not in str(frappe.get_all(ENTRY, {"reference_doctype": grant.doctype}, ["state"]))
	count = frappe.db.count(ENTRY)
	records.anonymise("Client Consent", [consent.name])
	assert frappe.db.count(ENTRY) == count


def test_a_field_that_an_upgrade_added_is_not_a_fault(consent, monkeypatch):
	states = subjects.states
	monkeypatch.setattr(
		subjects,
		"states",
		lambda *args: {name: {**state, "new": "x"} for name, state in states(*args).items()},
	)
	assert faults() == []


def test_reading_costs_the_same_for_many(monkeypatch, make_user):
	users = [make_user("Customer Support") for _ in range(6)]
	asked = []
	run = frappe.db.sql
	for names in (users[:2], users):
		asked.append(0)

		def counted(*args, **kwargs):
			asked[-1] += 1
			return run(*args, **kwargs)

		with monkeypatch.context() as patched:
			patched.setattr(frappe.db, "sql", counted)
			subjects.states("User", names)
			following.known("User", names)
	assert asked[0] == asked[1]


def test_a_site_from_before_is_recorded_once(consent):
	frappe.db.delete(ENTRY)
	frappe.db.delete(ledger.CHECKPOINT)
	seal.remove()
	record_governed_documents.execute()
	assert last("Client Consent", consent.name).action == "Recorded"
	count = frappe.db.count(ENTRY)
	record_governed_documents.execute()
	assert frappe.db.count(ENTRY) == count
	assert faults() == []


def test_comparing_takes_chunks(consent, grant, monkeypatch):
	monkeypatch.setattr(verification, "_CHUNK", 2)
	monkeypatch.setattr(following, "_CHUNK", 2)
	consent.record("Withdrawn")
	assert faults() == []
	sql("Client Consent", "third_party = 'Someone'", consent.name)
	assert [each[:2] for each in faults()] == [("Client Consent", consent.name)]


# --- holds, requests and absences --------------------------------------------------------------


@pytest.fixture
def hold(consent):
	return frappe.get_doc(
		{
			"doctype": "Legal Hold",
			"hold_on": "Client",
			"party_type": "Customer",
			"party": consent.party,
			"reason": "Claim",
			"valid_until": frappe.utils.add_days(None, 1),
		}
	).insert()


@pytest.fixture
def asked(consent):
	return frappe.get_doc(
		{
			"doctype": "Data Subject Request",
			"party_type": "Customer",
			"party": consent.party,
			"right": "Erasure",
			"details": "All of it",
		}
	).insert()


@pytest.fixture
def absence(make_user):
	return frappe.get_doc(
		{
			"doctype": "Staff Absence",
			"user": make_user("Customer Support"),
			"from_date": "2026-12-01",
			"to_date": "2026-12-02",
		}
	).insert()


def test_a_hold_is_followed_until_it_has_expired(hold, clock_at):
	assert last(hold.doctype, hold.name).action == "Created"
	hold.reload()
	hold.release("Settled")
	assert json.loads(last(hold.doctype, hold.name).state)["status"] == "Released"
	other = frappe.copy_doc(hold)
	other.valid_until = hold.valid_until
	other.insert()
	with clock_at(frappe.utils.add_days(frappe.utils.now_datetime(), 9)):
		legal_hold.expire()
	assert json.loads(last(hold.doctype, other.name).state)["status"] == "Expired"
	assert faults() == []


def test_a_request_is_followed_until_its_client_is_forgotten(asked):
	party = asked.party
	asked.db_set("identity_confirmed_until", "2026-12-31 10:00:00")
	assert last(asked.doctype, asked.name).action == "Changed"
	asked.reload()
	asked.forget_client()
	assert faults() == []
	rows = frappe.get_all(ENTRY, {"reference_doctype": asked.doctype}, ["state", "changes"])
	assert rows and party not in str(rows) and "All of it" not in str(rows)


def test_an_absence_is_followed(absence):
	absence.to_date = "2026-12-03"
	absence.save()
	assert json.loads(last(absence.doctype, absence.name).changes) == {
		"to_date": ["2026-12-02", "2026-12-03"]
	}
	frappe.delete_doc(absence.doctype, absence.name)
	assert last(absence.doctype, absence.name).action == "Deleted" and faults() == []


def test_what_is_written_past_the_app_is_found_in_them_as_well(hold, asked, absence):
	assert faults() == []
	sql(hold.doctype, "status = 'Released'", hold.name)
	sql(asked.doctype, "due_on = '2099-01-01'", asked.name)
	sql(absence.doctype, "to_date = '2026-12-31'", absence.name)
	assert sorted(each[:2] for each in faults()) == sorted(
		(doc.doctype, doc.name) for doc in (hold, asked, absence)
	)


def test_a_document_that_names_an_erased_person_stays_known(grant, monkeypatch):
	"""An erasure takes a name out of texts of others, and out of the ledger."""
	grant.reason = "Stands in for Erasmus"
	grant.save()
	monkeypatch.setattr(frappe.db, "commit", lambda: None)
	erased_texts.everywhere(erased_texts.Sought(["Erasmus"], {}), erased_texts.Kept(frozenset(), frozenset()))
	assert "Erasmus" not in frappe.db.get_value(grant.doctype, grant.name, "reason")
	assert faults() == []
	assert "Erasmus" not in str(frappe.get_all(ENTRY, {"reference_name": grant.name}, ["state", "changes"]))
