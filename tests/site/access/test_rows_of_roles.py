"""A row of a user's role that is saved on its own, as code of other apps does (D-5, R-3)."""

import frappe
import pytest

from client_comms import procedure

pytestmark = pytest.mark.clause("D-5", "R-3")

INTERACTION = "Client Interaction"


def row(user, role=procedure.CUSTOMER_SUPPORT_MANAGER):
	return frappe.get_doc(
		{
			"doctype": "Has Role",
			"parenttype": "User",
			"parentfield": "roles",
			"parent": user,
			"role": role,
		}
	)


def entries(user):
	found = {"reference_doctype": "User", "reference_name": user}
	return frappe.get_all("Compliance Ledger Entry", found, pluck="action", order_by="creation asc")


def test_no_user_can_by_their_permissions(make_user, as_user, monkeypatch):
	other = make_user("Customer Support")
	with (
		as_user(make_user("System Manager")),
		pytest.raises((frappe.ValidationError, frappe.PermissionError)),
	):
		row(other).insert()
	monkeypatch.setattr(frappe.local, "request", frappe._dict(method="POST", path="/x"), raising=False)
	for user in ("Administrator", make_user("System Manager")):
		with as_user(user), pytest.raises((frappe.ValidationError, frappe.PermissionError)):
			row(other).insert()
	assert procedure.CUSTOMER_SUPPORT_MANAGER not in frappe.get_roles(other)


def test_an_app_that_is_installed_can(make_user):
	"""Frappe Learning gives its roles to Administrator so, by a plain `save`."""
	user = make_user(procedure.CUSTOMER_SUPPORT)
	before = len(entries(user))
	given = row(user).save()
	assert procedure.CUSTOMER_SUPPORT_MANAGER in frappe.get_roles(user)
	frappe.delete_doc("Has Role", given.name)
	assert len(entries(user)) == before + 2


def test_code_of_another_app_can_and_what_follows_a_user_follows(make_user, log):
	user, record = make_user(procedure.CUSTOMER_SUPPORT), log("Feedback/Complaint")
	before = len(entries(user))
	assert not frappe.has_permission(INTERACTION, "read", record.name, user=user)
	given = row(user).save(ignore_permissions=True)
	assert frappe.has_permission(INTERACTION, "read", record.name, user=user)
	assert len(entries(user)) == before + 1
	share = frappe.share.add(INTERACTION, record.name, user, notify=0)
	frappe.delete_doc("Has Role", given.name, ignore_permissions=True)
	assert not frappe.has_permission(INTERACTION, "read", record.name, user=user)
	assert len(entries(user)) == before + 2
	assert not frappe.db.exists("DocShare", share.name), "a share ends with what justified it"
