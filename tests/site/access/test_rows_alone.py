"""Rows of the app's documents change only with them; those of others are as confidential as the document that they name (D-2, D-5, P-3, T-4)."""

import json
from pathlib import Path

import frappe
import pytest
from frappe.model.base_document import get_controller

import client_comms
from client_comms.document import Row

pytestmark = pytest.mark.clause("D-2", "D-5", "P-3", "T-4")

REFUSED = (frappe.ValidationError, frappe.PermissionError)
ROOT = Path(client_comms.__file__).parent


def rows_of_the_app() -> list[str]:
	found = (json.loads(path.read_text()) for path in ROOT.glob("*/doctype/*/*.json"))
	return sorted(each["name"] for each in found if each.get("istable"))


ROWS = rows_of_the_app()


def place_of(row: str) -> dict:
	"""A table in which such a row stands, of a document that exists where there is one."""
	tables = frappe.get_all(
		"DocField",
		{"options": row, "fieldtype": ("like", "Table%")},
		["parent", "fieldname"],
		order_by="parent",
	)
	for table in tables:
		single = frappe.get_meta(table.parent).issingle
		if document := table.parent if single else frappe.db.get_value(table.parent, {}, "name"):
			break
	return {"parenttype": table.parent, "parent": document or "none", "parentfield": table.fieldname}


def test_there_are_rows():
	assert {"Consent Event", "Level Clearance", "Communication Matrix Rule", "Interaction Event"} <= {*ROWS}


@pytest.mark.parametrize("doctype", ROWS)
def test_rows_of_the_app_change_only_with_their_document(site, doctype):
	"""As Administrator, whom no permission stops."""
	assert issubclass(get_controller(doctype), Row)
	place = place_of(doctype)
	before = frappe.db.count(doctype)
	with pytest.raises(REFUSED):
		frappe.get_doc({"doctype": doctype, **place}).insert(ignore_mandatory=True, ignore_links=True)
	assert frappe.db.count(doctype) == before
	stored = frappe.get_doc({"doctype": doctype, **place, "name": frappe.generate_hash(length=10)})
	stored.db_insert()
	alone = frappe.get_doc(doctype, stored.name)
	alone.flags.ignore_mandatory = alone.flags.ignore_links = True
	with pytest.raises(REFUSED):
		alone.save()
	with pytest.raises(REFUSED):
		frappe.delete_doc(doctype, stored.name)
	assert frappe.db.exists(doctype, stored.name)
	frappe.db.delete(doctype, stored.name)


@pytest.mark.parametrize("doctype", ["CRM Note", "Opportunity Item", "Event Participants"])
@pytest.mark.parametrize("moved", [False, True], ids=["made", "moved"])
def test_a_row_is_not_added_to_what_its_author_cannot_read(held, staff, complaint, as_user, doctype, moved):
	"""Made by its own name, or moved there from a document of one's own."""
	hidden, own = hidden_and_own(doctype, held, complaint)
	user = staff.uncleared
	with as_user(user):
		row = {"doctype": doctype, **fields_of(doctype), **place_in(hidden, doctype)}
		if not moved:
			alone = frappe.get_doc(row)
		else:
			alone = frappe.get_doc({**row, **place_in(own, doctype)}).insert(ignore_permissions=True)
			alone = frappe.get_doc(doctype, alone.name)
			alone.update(place_in(hidden, doctype))
		with pytest.raises(REFUSED):
			alone.save() if moved else alone.insert()
	assert not frappe.db.exists(doctype, {"parent": hidden.name, "owner": user})


@pytest.mark.parametrize("doctype", ["Contact Email", "Contact Phone", "Dynamic Link"])
def test_a_portal_user_adds_nothing_to_the_contact_of_another(make_client, make_user, as_user, doctype):
	"""Frappe lets every login make a Contact, and so rows of all of them."""
	contact = frappe.get_doc("Contact", make_client("Anna Client", "anna@row.example").contact)
	with as_user(make_user("Customer", user_type="Website User")), pytest.raises(frappe.PermissionError):
		frappe.get_doc({"doctype": doctype, **fields_of(doctype), **place_in(contact, doctype)}).insert()


def test_a_portal_login_is_added_only_to_customers_within_reach(make_client, make_user, as_user, site):
	"""A User Permission counts for the row as it does for the customer."""
	own, other = (
		make_client(f"{name} Client", f"{name}@row.example".lower()).party for name in ("Anna", "Ben")
	)
	user = make_user("Sales User", "Sales Manager")
	frappe.permissions.add_user_permission("Customer", own, user, ignore_permissions=True)
	login = make_user("Customer", user_type="Website User")

	def add(customer):
		place = {"parenttype": "Customer", "parent": customer, "parentfield": "portal_users"}
		return frappe.get_doc({"doctype": "Portal User", "user": login, **place}).insert()

	listed = add(other)
	with as_user(user):
		row = add(own)
		assert row.parent == own
		row.save()
		with pytest.raises(frappe.PermissionError):
			add(other)
		alone = frappe.get_doc("Portal User", listed.name)
		with pytest.raises(frappe.PermissionError):
			alone.save()
		with pytest.raises(frappe.PermissionError):
			frappe.delete_doc("Portal User", listed.name)
	assert frappe.db.exists("Portal User", listed.name)


@pytest.mark.parametrize("doctype", ["CRM Note", "Event Participants"])
def test_a_row_is_added_to_what_its_author_can_change(held, staff, complaint, as_user, doctype):
	_hidden, own = hidden_and_own(doctype, held, complaint)
	with as_user(staff.uncleared):
		frappe.get_doc({"doctype": doctype, **fields_of(doctype), **place_in(own, doctype)}).insert()
	assert frappe.db.exists(doctype, {"parent": own.name})


def test_a_row_is_not_taken_over_from_another_document(site):
	"""A draft of the matrix with a row of the version in force."""
	matrix = frappe.get_last_doc("Communication Matrix", {"docstatus": 1})
	draft = frappe.copy_doc(matrix)
	draft.update({"docstatus": 0, "effective_from": "2030-01-01"}).insert()
	taken = matrix.rules[0]
	draft.rules = draft.rules[1:]
	draft.append("rules", taken.as_dict()).set("__islocal", 0)
	with pytest.raises(REFUSED, match="belongs to another document"):
		draft.save()
	assert frappe.db.get_value(taken.doctype, taken.name, "parent") == matrix.name


def hidden_and_own(row, held, complaint):
	def event(**fields):
		fields = {"subject": "Visit", "starts_on": "2026-11-24 10:00", "event_type": "Public", **fields}
		return frappe.get_doc({"doctype": "Event", **fields}).insert()

	if row == "Event Participants":
		return event(client_interaction=complaint.name), event()
	if row == "Opportunity Item":
		customer = (
			frappe.db.get_value("Customer", {})
			or frappe.get_doc({"doctype": "Customer", "customer_name": "Anna Client"}).insert().name
		)
		about = {"opportunity_from": "Customer", "party_name": customer}
		return held("Opportunity", **about), held("Opportunity", "Standard", **about)
	return held("Lead", lead_name="Anna"), held("Lead", "Standard", lead_name="Ben")


def place_in(document, row) -> dict:
	table = next(df for df in document.meta.get_table_fields() if df.options == row)
	return {"parenttype": document.doctype, "parent": document.name, "parentfield": table.fieldname}


def fields_of(row) -> dict:
	return {
		"CRM Note": {"note": "Written by a stranger"},
		"Contact Email": {"email_id": "stranger@row.example"},
		"Contact Phone": {"phone": "+49 30 901820"},
		"Dynamic Link": {"link_doctype": "User", "link_name": "Administrator"},
		"Opportunity Item": dict.fromkeys(("rate", "amount", "base_rate", "base_amount"), 1),
		"Event Participants": {"reference_doctype": "User", "reference_docname": "Administrator"},
	}.get(row, {})
