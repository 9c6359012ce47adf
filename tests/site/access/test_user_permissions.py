"""A request does not ignore User Permissions (P-2)."""

import frappe
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms.enforcement import governed
from client_comms.enforcement.requests import user_permissions

pytestmark = pytest.mark.clause("P-2")

INTERACTION = governed.INTERACTION
LISTS = {
	"frappe.desk.reportview.get": lambda found: [name for (name,) in found["values"]],
	"frappe.desk.reportview.get_list": lambda found: [row["name"] for row in found],
	"frappe.desk.reportview.get_count": lambda count: ["counted"] * count,
}


@pytest.fixture
def permitted(staff, log):
	"""The one of two interactions that User Permissions let the user read."""
	record, _other = log("Initial Inquiry"), log("Initial Inquiry")
	frappe.get_doc(
		{
			"doctype": "User Permission",
			"user": staff.uncleared,
			"allow": INTERACTION,
			"for_value": record.name,
		}
	).insert()
	return record.name


@pytest.mark.parametrize("asked", [{}, {"ignore_user_permissions": "1"}])
@pytest.mark.parametrize("method", LISTS)
def test_lists(request_as, staff, permitted, method, asked):
	found = request_as(staff.uncleared, method, doctype=INTERACTION, fields='["name"]', **asked)
	assert LISTS[method](found) in ([permitted], ["counted"])


@pytest.mark.parametrize("asked", [{}, {"reference_doctype": "Task"}])
@pytest.mark.parametrize("method", LISTS)
def test_lists_for_the_form_of_another_doctype(request_as, staff, held, method, asked):
	"""What applies to Leads counts, whichever form the request says that they are listed for."""
	lead, _other = (held("Lead", level=None, lead_name=name) for name in ("Anna", "Eve"))
	permission = {
		"allow": "Lead",
		"for_value": lead.name,
		"apply_to_all_doctypes": 0,
		"applicable_for": "Lead",
	}
	frappe.get_doc({"doctype": "User Permission", "user": staff.uncleared, **permission}).insert()
	found = request_as(staff.uncleared, method, doctype="Lead", fields='["name"]', **asked)
	assert LISTS[method](found) in ([lead.name], ["counted"])


def test_a_search_says_for_which_form_it_is(site):
	frappe.local.request = Request(EnvironBuilder("/api/method/frappe.desk.search.search_link").get_environ())
	frappe.local.form_dict = frappe._dict(doctype="Lead", reference_doctype="Task")
	user_permissions.apply()
	assert frappe.form_dict.reference_doctype == "Task"


def _left(path, verb="GET", **arguments):
	frappe.local.request = Request(EnvironBuilder(path, method=verb).get_environ())
	frappe.local.form_dict = frappe._dict({**arguments, "ignore_user_permissions": "1"})
	user_permissions.apply()
	return "ignore_user_permissions" in frappe.form_dict


@pytest.mark.parametrize(
	"path", ["/api/v2/doctype/Task/count", "/api/resource/Task", "/api/v2/document/Task"]
)
def test_routes_of_lists(site, path):
	assert not _left(path)


@pytest.mark.parametrize(
	("path", "verb"),
	[
		("/api/method/frappe.desk.search.search_link", "POST"),  # Frappe asks whether the form allows it
		("/api/resource/Custom Field", "POST"),  # a field of its own
		("/api/v2/document/Custom Field/x", "PATCH"),
	],
)
def test_what_takes_it_by_its_name_gets_it(site, path, verb):
	assert _left(path, verb)
