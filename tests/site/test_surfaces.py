"""Every surface of `check-leaks`, for a user without and one with clearance, over the whole request handling (D-5, P-2).

Without clearance nothing comes back; with it everything does, so that closed does not mean broken.
"""

import frappe
import pytest

from client_comms import procedure
from client_comms.enforcement import permissions, policy
from client_comms.leak_check import bait
from client_comms.leak_check.surfaces import SURFACES
from client_comms.leak_check.visitor import Visitor
from client_comms.rules import access

pytestmark = pytest.mark.committed

# Closed to everybody but Administrator, or to everybody but the one whom it is for; or nothing to show here.
FOR_NOBODY = {
	"next record of the form",
	"title of a link",
	"deleted Client Interaction",
	"deleted Communication",
	"file made public",
	"report that somebody else prepared",
	"download of a report that somebody else prepared",
	"report emailed in somebody else's name",
	"change by a row of Interaction Event by its name",
	"change by a message's interaction",
	"change by a message's level",
	"to-do report",  # shows one's own
	"PDF",  # asks for wkhtmltopdf
	"PDF of several",
	"PDF by WeasyPrint",
	"a wrapped method by another name",
	"portal, web form",  # for the customer's contacts: tests/site/test_portal.py
}
OWN_ROLES = set(procedure.ROLES)


@pytest.fixture(scope="module")
def users(site):
	"""Two users with every role of Frappe and ERPNext; the second has those with oversight as well."""
	everything = [
		role
		for role in frappe.get_all("Role", {"disabled": 0, "desk_access": 1}, pluck="name")
		if role not in OWN_ROLES | {"Administrator", "Guest", "All", "Desk User"}
	]
	made = {}
	for name, roles in (
		("without", [procedure.FRONTLINE_STAFF]),
		(
			"with",
			[procedure.FRONTLINE_STAFF, procedure.CUSTOMER_SUPPORT_MANAGER, procedure.COMPLIANCE_OFFICER],
		),
	):
		user = frappe.get_doc(
			{
				"doctype": "User",
				"email": f"{name}.clearance@example.com",
				"first_name": name,
				"document_follow_notify": 1,
				"send_welcome_email": 0,
				"roles": [{"role": role} for role in [*everything, *roles]],
			}
		)
		user.flags.no_welcome_mail = True
		made[name] = user.insert(ignore_permissions=True, ignore_if_duplicate=True).name
	frappe.db.commit()
	yield made
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in made.values():
		frappe.delete_doc("User", name, force=True, ignore_permissions=True)
	frappe.db.commit()


@pytest.fixture(scope="module", params=["without", "with"])
def visit(request, users):
	"""A visitor, and the bait planted for it: at the lowest level, the strictest, and raised to the strictest."""
	user = users[request.param]
	bait.remove()
	frappe.flags.mute_emails = True
	planted = bait.plant(user)
	with Visitor(user) as visitor:
		yield request.param, visitor, planted
	frappe.set_user("Administrator")
	frappe.db.rollback()
	bait.remove()


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_a_surface_shows_what_the_rule_allows(surface, visit):
	who, visitor, planted = visit
	sensitive = planted.baits[-2:]
	shown = [surface.shows(visitor, each, planted) for each in sensitive]
	if who == "without" or surface.name in FOR_NOBODY:
		assert shown == [False, False]
	else:
		assert shown == [True, True]


def test_the_two_users_are_what_they_are_called(visit):
	who, visitor, planted = visit
	for each in planted.baits[-2:]:
		record = policy.stored_record(each.name)
		for action in (access.READ, access.WRITE, access.PRINT, access.EXPORT, access.SHARE):
			assert permissions.decide(record, action, visitor.user).allowed == (who == "with")
