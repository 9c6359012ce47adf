"""Roles of our names that the site had before get no clearance until someone confirms it (D-5)."""

import frappe
import pytest

from client_comms import health_setup, procedure
from client_comms.api import found_roles as api
from client_comms.communication_governance import found_roles
from client_comms.setup import install

pytestmark = pytest.mark.clause("D-5")

ROLE = procedure.ACCOUNT_MANAGER
LEVEL = "Confidentiality Level"


def rows_of(role):
	return sorted(
		frappe.get_all("Level Clearance", {"parenttype": LEVEL, "role": role}, pluck="parent", order_by=None)
	)


def shipped(role):
	return sorted(
		level["level_name"]
		for level in procedure.LEVELS
		if any(row["role"] == role for row in level["clearances"])
	)


@pytest.fixture
def installed(site, make_user):
	"""As after an installation on a site that had the role, with a holder, and a Role Profile of the name."""
	user = make_user(ROLE)
	frappe.db.delete("Level Clearance", {"parenttype": LEVEL})
	frappe.db.delete(LEVEL)
	frappe.clear_cache(doctype=LEVEL)
	found_roles.hold_back([ROLE, procedure.FRONTLINE_STAFF], [])
	before = set(found_roles._stored()["roles"])
	for row in procedure.LEVELS:
		install._make(LEVEL, row["level_name"], {**row, "clearances": found_roles.cleared(row["clearances"])})
	assert ROLE in before
	return user


def test_they_have_no_clearance_until_it_is_confirmed(installed):
	assert rows_of(ROLE) == []
	assert rows_of(procedure.COMPLIANCE_OFFICER) == shipped(procedure.COMPLIANCE_OFFICER)
	line = health_setup.roles_from_before()
	assert any(ROLE in fault and "no clearance" in fault for fault in line.faults)
	(told,) = [each for each in api.get_found_roles()["roles"] if each["role"] == ROLE]
	assert told["holders"] >= 1 and frappe.utils.get_fullname(installed) in told["users"]
	api.confirm_found_role(ROLE, True)
	assert rows_of(ROLE) == shipped(ROLE)
	assert not any(ROLE in fault for fault in health_setup.roles_from_before().faults)


def test_they_can_be_left_without(installed):
	api.confirm_found_role(ROLE, False)
	assert rows_of(ROLE) == []
	assert not any(ROLE in fault for fault in health_setup.roles_from_before().faults)
	with pytest.raises(frappe.ValidationError, match="not waiting"):
		api.confirm_found_role(ROLE, True)


def test_a_clearance_that_was_entered_meanwhile_stays(installed):
	level = frappe.get_doc(LEVEL, procedure.STANDARD)
	level.append("clearances", {"role": ROLE, "can_read": 1})
	level.save()
	api.confirm_found_role(ROLE, True)
	(row,) = [each for each in frappe.get_doc(LEVEL, procedure.STANDARD).clearances if each.role == ROLE]
	assert (row.can_read, row.can_write) == (1, 0)


def test_only_roles_that_someone_holds_are_held_back(site):
	frappe.db.delete("Has Role", {"role": ROLE})
	found_roles.hold_back([ROLE], [])
	assert found_roles.to_confirm()["roles"] == [] and health_setup.roles_from_before().ok


def test_a_role_profile_that_lacks_our_roles(site):
	profile = frappe.get_doc("Role Profile", ROLE)
	profile.set("roles", [{"role": "Sales User"}])
	profile.save()
	found_roles.hold_back([], [ROLE])
	assert api.get_found_roles()["profiles"] == [{"profile": ROLE, "missing": [ROLE]}]
	assert any("Role Profile" in fault for fault in health_setup.roles_from_before().faults)
	api.set_found_profile_aside(ROLE)
	assert health_setup.roles_from_before().ok


def test_a_new_site_has_nothing_to_confirm(site):
	"""The app made the roles itself."""
	assert health_setup.roles_from_before().ok


def test_only_those_who_change_levels_confirm(installed, make_user, as_user):
	with as_user(installed), pytest.raises(frappe.PermissionError):
		api.confirm_found_role(ROLE, True)
	with as_user(make_user("Client Communications Manager")):
		api.confirm_found_role(ROLE, True)
	assert rows_of(ROLE) == shipped(ROLE)


def test_what_is_remembered_is_known_during_the_installation(site, make_user, monkeypatch):
	"""Frappe's cache of defaults is not cleared then."""
	make_user(ROLE)
	frappe.db.get_global(found_roles._OPEN)
	monkeypatch.setitem(frappe.flags, "in_install", "client_comms")
	found_roles.hold_back([ROLE], [])
	assert found_roles.cleared(({"role": ROLE},)) == ()
