"""A Role Profile for each job gives a new user, in one step, what the job needs (R-1)."""

import frappe
import pytest

from client_comms import procedure

pytestmark = pytest.mark.clause("R-1")


@pytest.fixture
def new_user(site):
	def make(profile):
		user = frappe.get_doc(
			{
				"doctype": "User",
				"email": f"{frappe.scrub(profile)}@profiles.example",
				"first_name": profile,
				"send_welcome_email": 0,
				"role_profile_name": profile,
			}
		)
		return user.insert().name

	return make


@pytest.mark.parametrize("profile", procedure.ROLES)
def test_the_profile_of_a_job_has_its_roles(profile, new_user):
	assert set(procedure.ROLE_PROFILES[profile]) <= set(frappe.get_roles(new_user(profile)))


@pytest.mark.parametrize(
	"profile", [role for role in procedure.ROLES if "Sales User" in procedure.ROLE_PROFILES[role]]
)
def test_who_works_with_clients_can_choose_one(profile, new_user, as_user):
	frappe.get_doc({"doctype": "Customer", "customer_name": "Profile Client"}).insert()
	with as_user(new_user(profile)):
		for doctype in ("Customer", "Company", "Contact", "Client Interaction"):
			assert frappe.has_permission(doctype, "select") or frappe.has_permission(doctype, "read")
		assert frappe.get_list("Customer", {"customer_name": "Profile Client"}, pluck="customer_name")
