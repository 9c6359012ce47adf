"""Entries of the ledger are as confidential as what they are about: lists, forms, counts and exports agree."""

import frappe
import pytest

from client_comms import api, ledger

pytestmark = [pytest.mark.clause("P-2", "D-5"), pytest.mark.usefixtures("empty_ledger")]

ENTRY, INTERACTION = ledger.ENTRY, "Client Interaction"


@pytest.fixture
def clients(make_client):
	return [make_client(f"{name} Client", f"{name}@client.example") for name in ("anna", "ben")]


def consent(client):
	return frappe.get_doc(
		{
			"doctype": "Client Consent",
			"party_type": client.party_type,
			"party": client.party,
			"purpose": frappe.get_all("Consent Purpose", {"concerns_third_party": 0}, pluck="name")[0],
			"collected_through": "Phone",
		}
	).insert()


def restrict(user, client):
	frappe.get_doc(
		{"doctype": "User Permission", "user": user, "allow": "Customer", "for_value": client.party}
	).insert()


def without_clearance(level):
	doc = frappe.get_doc("Confidentiality Level", level)
	doc.clearances = [row for row in doc.clearances if row.role != "Compliance Officer"]
	doc.save()


def seen(*references):
	"""Which of these documents the session user finds entries about; the same on each way."""
	names = frappe.get_all(ENTRY, {"reference_name": ("in", references)}, ["name", "reference_name"])
	listed = frappe.get_list(ENTRY, {"name": ("in", [row.name for row in names])}, pluck="reference_name")
	opened = {row.reference_name for row in names if frappe.has_permission(ENTRY, "read", doc=row.name)}
	assert opened == set(listed)
	return opened


def exported(**wanted):
	api.export_ledger(**wanted)
	return frappe.response.filecontent.decode()


def test_entries_about_a_client_are_for_those_who_can_see_the_client(clients, officer, as_user):
	anna, ben = clients
	hers, his = consent(anna), consent(ben)
	for client in clients:
		ledger.record(ledger.VIEW, "Customer", client.party, None)
	gone = consent(ben).name
	frappe.db.delete("Client Consent", gone)
	ledger.chain()
	everything = (hers.name, his.name, gone, anna.party, ben.party)
	with as_user(officer):
		assert seen(*everything) == set(everything)
	restrict(officer, anna)
	with as_user(officer):
		assert seen(*everything) == {hers.name, anna.party}
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc(ENTRY, {"reference_name": his.name}).check_permission()
	assert api.verify_ledger()["checked"] == frappe.db.count(ENTRY), "verification sees all"


def test_an_export_is_refused_where_the_list_hides(clients, log, officer, as_user):
	anna, ben = clients
	for client in clients:
		log(**{key: client[key] for key in ("party_type", "party")})
		consent(client)
	ledger.chain()
	restrict(officer, anna)
	with as_user(officer):
		assert anna.party in exported(party_type="Customer", party=anna.party)
		with pytest.raises(frappe.PermissionError, match="You cannot do this for"):
			exported(party_type="Customer", party=ben.party)
		with pytest.raises(frappe.PermissionError, match="records or clients that you cannot read"):
			exported()


def test_an_export_of_a_client_that_the_officer_cannot_know_is_refused(clients, officer, as_user):
	"""Without a role for clients, one is known by the interactions with it."""
	consent(clients[0])
	ledger.chain()
	with as_user(officer), pytest.raises(frappe.PermissionError, match="You cannot do this for"):
		exported(party_type="Customer", party=clients[0].party)


def test_entries_about_a_record_are_for_those_with_clearance(log, make_user, officer, as_user):
	open_one, closed = (log(confidentiality_level=level) for level in ("Standard", "Sensitive"))
	grant = frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": closed.name,
			"user": make_user("Customer Support"),
			"valid_until": frappe.utils.add_to_date(None, hours=1),
			"reason": "Stands in",
		}
	).insert()
	for doc in (open_one, closed):
		ledger.record(ledger.VIEW, INTERACTION, doc.name, doc.confidentiality_level)
	ledger.record(ledger.VIEW, INTERACTION, "CI-GONE-OPEN", "Standard")
	ledger.record(ledger.VIEW, INTERACTION, "CI-GONE", "Sensitive")
	ledger.record(ledger.VIEW, INTERACTION, "CI-GONE-UNKNOWN", None)
	ledger.chain()
	names = (open_one.name, closed.name, grant.name, "CI-GONE-OPEN", "CI-GONE", "CI-GONE-UNKNOWN")
	with as_user(officer):
		assert seen(*names) == set(names) and exported()
	without_clearance("Sensitive")
	with as_user(officer):
		assert seen(*names) == {open_one.name, "CI-GONE-OPEN"}
		with pytest.raises(frappe.PermissionError, match="records or clients that you cannot read"):
			exported()


def test_what_was_erased_hides_nothing(log, officer, as_user):
	closed = log(confidentiality_level="Sensitive")
	ledger.record(ledger.VIEW, INTERACTION, closed.name, "Sensitive")
	names = ledger.entries_about([(INTERACTION, closed.name)])
	without_clearance("Sensitive")
	with as_user(officer):
		assert not frappe.get_list(ENTRY, {"name": ("in", names)})
	ledger.erase_payload(names, "DSR-1")
	with as_user(officer):
		assert sorted(frappe.get_list(ENTRY, {"name": ("in", names)}, pluck="name")) == sorted(names)
