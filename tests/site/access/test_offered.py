"""Users who cannot log an interaction are not offered to, on a workspace or anywhere in the desk (D-1)."""

import frappe
import frappe.utils.user
import pytest

from client_comms import procedure
from client_comms.enforcement import offered

pytestmark = pytest.mark.clause("D-1")

INTERACTION = "Client Interaction"
WORKSPACE = frappe.as_json({"name": "Client Communications", "title": "Client Communications", "public": 1})


def shortcuts(request_as, user, method="frappe.desk.desktop.get_desktop_page", **arguments):
	answer = request_as(user, method, **arguments)
	page = answer.get("page", answer)
	return {each["link_to"] for each in page["shortcuts"]["items"]}


@pytest.mark.parametrize(
	("role", "offers"), [(procedure.FRONTLINE_STAFF, True), (procedure.COMPLIANCE_OFFICER, False)]
)
def test_the_shortcut_is_for_those_who_can(make_user, request_as, role, offers):
	user = make_user(role)
	assert (INTERACTION in shortcuts(request_as, user, page=WORKSPACE)) is offers
	assert (INTERACTION in shortcuts(request_as, user, "client_comms.api.workspace_block")) is offers


def test_other_shortcuts_stay(make_user, request_as):
	user = make_user(procedure.COMPLIANCE_OFFICER)
	assert "Team Board" in shortcuts(request_as, user, page=WORKSPACE)


def boot():
	"""What the app adds to what a desk begins with."""
	info = frappe._dict(user=frappe.utils.user.UserPermissions(frappe.session.user).load_user())
	offered.extend_bootinfo(info)
	return info


def creatable():
	return boot().user["can_create"]


def test_a_role_that_the_matrix_does_not_name_is_not_offered_it(make_user, as_user):
	"""Frappe knows the permissions of the role only, and the server would refuse it."""
	user = make_user(procedure.ACCOUNT_MANAGER)
	with as_user(user):
		assert INTERACTION in creatable()
	matrix = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
	matrix.update({"docstatus": 0, "version_label": "Without", "effective_from": "2024-08-01"})
	for row in matrix.parties:
		if row.role == procedure.ACCOUNT_MANAGER:
			row.party, row.role = "Assigned Staff", None
	matrix.insert().submit()
	with as_user(user):
		assert INTERACTION not in creatable()
	other = make_user(procedure.FRONTLINE_STAFF)
	with as_user(other):
		assert INTERACTION in creatable()


def test_what_each_list_shows_comes_with_the_desk(site, make_user, as_user):
	with as_user(make_user(procedure.FRONTLINE_STAFF)):
		info = boot()
	assert set(info.client_comms_levels) == set(site.get_all("Confidentiality Level", pluck="name"))
	assert info.client_comms_levels["Standard"].rank < info.client_comms_levels["Confidential"].rank
	assert not info.client_comms_restrictions
	cannot_read = frappe._dict(user={"can_read": []})
	offered.extend_bootinfo(cannot_read)
	assert "client_comms_levels" not in cannot_read
