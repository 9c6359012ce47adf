"""Evidence is not changed by ways of Frappe that pass its document by, also with the rights of an administrator (R-3, P-2)."""

import json
from pathlib import Path

import frappe
import pytest
from frappe.model.base_document import get_controller
from frappe.permissions import add_permission, update_permission_property

import client_comms
from client_comms import api, compat, ledger
from client_comms.ledger import following, seal

pytestmark = pytest.mark.clause("R-3", "P-2")

ROOT = Path(client_comms.__file__).parent
SHIPPED = [json.loads(path.read_text()) for path in ROOT.glob("*/doctype/*/*.json")]
DOCUMENTS = {each["name"]: bool(each.get("is_submittable")) for each in SHIPPED if not each.get("istable")}


@pytest.fixture
def administrator(make_user):
	"""A System Manager without clearance."""
	return make_user("System Manager")


# --- submitting and discarding ---------------------------------------------------------------------


def set_property(doctype, name, field=None):
	frappe.make_property_setter(
		{
			"doctype": doctype,
			"doctype_or_field": "DocField" if field else "DocType",
			"fieldname": field,
			"property": name,
			"value": 1,
			"property_type": "Check",
		},
		is_system_generated=False,
	)


def test_a_consent_is_not_submitted(consent, administrator, as_user):
	"""Frappe checks nothing in a submitted document but which fields can change, and that is a setting."""
	with as_user(administrator):
		set_property("Client Consent", "is_submittable")
		set_property("Client Consent", "allow_on_submit", "status")
		add_permission("Client Consent", "System Manager")
		for right in ("read", "write", "submit"):
			update_permission_property("Client Consent", "System Manager", 0, right, 1)
		frappe.clear_cache(doctype="Client Consent")
		doc = frappe.get_doc("Client Consent", consent.name)
		doc.docstatus = 1
		with pytest.raises(frappe.ValidationError, match="neither submitted nor cancelled"):
			doc.save()
	assert frappe.db.get_value("Client Consent", consent.name, "docstatus") == 0


@pytest.mark.parametrize("doctype", DOCUMENTS)
def test_only_drafts_are_discarded(doctype):
	"""Which version 16 lets users do who can write a document, and then refuses every change of it."""
	assert get_controller(doctype).before_discard
	doc = frappe.new_doc(doctype)
	if DOCUMENTS[doctype]:
		doc.run_method("before_discard")
		return
	with pytest.raises(frappe.ValidationError, match="cannot be discarded"):
		doc.run_method("before_discard")


@pytest.mark.skipif(not compat.is_version_16(), reason="version 15 has no drafts that are discarded")
def test_a_preference_is_not_discarded(make_client, make_user, as_user):
	client = make_client("Anna Client", "anna@client.example")
	preference = frappe.get_doc(
		{"doctype": "Communication Preference", "party_type": client.party_type, "party": client.party}
	).insert()
	with as_user(make_user("Frontline Staff", "Sales User")), pytest.raises(frappe.ValidationError):
		frappe.get_doc(preference.doctype, preference.name).discard()
	preference.reload()
	assert preference.docstatus == 0
	preference.save()


# --- roles -----------------------------------------------------------------------------------------


@pytest.fixture
def known_roles(site):
	"""A ledger that knows the roles of all."""
	site.db.delete(ledger.ENTRY)
	site.db.delete(ledger.CHECKPOINT)
	seal.remove()
	following.record_missing()
	ledger.chain()


def faults():
	ledger.chain()
	return [each["message"] for each in api.verify_ledger()["faults"]]


def role_of(user, role):
	return frappe.get_doc("Has Role", {"parenttype": "User", "parent": user, "role": role})


@pytest.mark.parametrize("way", ["made", "changed", "moved", "deleted"])
def test_a_role_is_not_given_past_its_user(way, make_user, administrator, as_user, known_roles):
	user, officer = make_user("Sales User"), make_user("Compliance Officer")
	ledger.chain()
	with as_user(administrator), pytest.raises((frappe.ValidationError, frappe.PermissionError)):
		if way == "made":
			place = {"parenttype": "User", "parentfield": "roles", "parent": user}
			frappe.get_doc({"doctype": "Has Role", **place, "role": "Compliance Officer"}).insert()
		elif way == "deleted":
			frappe.delete_doc("Has Role", role_of(officer, "Compliance Officer").name)
		else:
			row = role_of(user, "Sales User")
			row.update({"role": "Compliance Officer"} if way == "changed" else {"parenttype": "Report"})
			row.save()
	frappe.clear_cache()
	assert "Compliance Officer" not in frappe.get_roles(user)
	assert "Compliance Officer" in frappe.get_roles(officer)
	assert "Sales User" in frappe.get_roles(user)
	assert faults() == []


def test_roles_of_other_documents_change_as_ever(administrator, as_user):
	place = {"parenttype": "Report", "parentfield": "roles", "parent": "Team Board"}
	row = frappe.get_doc({"doctype": "Has Role", **place, "role": "Sales User"})
	row.insert(ignore_permissions=True)
	row.delete(ignore_permissions=True)


def test_a_role_that_is_disabled_is_on_the_ledger(make_user, known_roles, as_user, administrator):
	"""Frappe takes it from its users with SQL."""
	role = frappe.get_doc({"doctype": "Role", "role_name": frappe.generate_hash(length=8)}).insert()
	user = make_user("Customer Support", role.name)
	ledger.chain()
	with as_user(administrator):
		role.reload()
		role.disabled = 1
		role.save()
	assert role.name not in frappe.get_roles(user)
	row = frappe.get_last_doc(ledger.ENTRY, {"reference_doctype": "User", "reference_name": user})
	assert (row.action, row.user) == ("Roles Changed", administrator)
	assert faults() == []


# --- workflows -------------------------------------------------------------------------------------


@pytest.fixture
def make_workflow(administrator, as_user):
	"""`make_workflow("Client Interaction", "responsible_staff", state)`, as a System Manager."""

	def make(doctype, field, state):
		with as_user(administrator):
			frappe.get_doc({"doctype": "Workflow State", "workflow_state_name": state}).insert(
				ignore_if_duplicate=True
			)
			frappe.get_doc(
				{
					"doctype": "Workflow",
					"workflow_name": frappe.generate_hash(),
					"document_type": doctype,
					"workflow_state_field": field,
					"states": [{"state": state, "doc_status": "0", "allow_edit": "System Manager"}],
				}
			).insert()

	return make


@pytest.mark.parametrize(
	("doctype", "field"),
	[
		("Client Interaction", "responsible_staff"),
		("Client Consent", "withdrawn_on"),
		("Client Disclosure", "third_party"),
		("Issue", "confidentiality_level"),
		("Communication", "client_interaction"),
		("Client Interaction", "_assign"),
	],
)
def test_no_workflow_writes_into_a_field_of_the_app(doctype, field, make_workflow, log, consent):
	"""Frappe does with SQL, in each document in which it is empty."""
	log("Feedback/Complaint").db_set("responsible_staff", None)
	with pytest.raises(frappe.ValidationError, match="not for the state of a workflow"):
		make_workflow(doctype, field, "2020-01-01")
	assert not frappe.db.exists(doctype, {field: "2020-01-01"})


@pytest.mark.parametrize(("doctype", "field"), [("Issue", "status"), ("Task", "status")])
def test_other_fields_are_as_free_as_ever(doctype, field, make_workflow):
	make_workflow(doctype, field, "Open")
