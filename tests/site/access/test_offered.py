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


def creatable(user):
	info = frappe._dict(user=frappe.utils.user.UserPermissions(user).load_user())
	offered.extend_bootinfo(info)
	return info.user["can_create"]


def test_a_role_that_the_matrix_does_not_name_is_not_offered_it(make_user, as_user):
	"""Frappe knows the permissions of the role only, and the server would refuse it."""
	user = make_user(procedure.ACCOUNT_MANAGER)
	with as_user(user):
		assert INTERACTION in creatable(user)
	matrix = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
	matrix.update({"docstatus": 0, "version_label": "Without", "effective_from": "2024-08-01"})
	for row in matrix.parties:
		if row.role == procedure.ACCOUNT_MANAGER:
			row.party, row.role = "Assigned Staff", None
	matrix.insert().submit()
	with as_user(user):
		assert INTERACTION not in creatable(user)
	other = make_user(procedure.FRONTLINE_STAFF)
	with as_user(other):
		assert INTERACTION in creatable(other)
