"""The leak check looks at messages and calls of other apps as well, and finds a hole in their guard (D-5, P-2, R-3)."""

from unittest import mock

import frappe
import pytest

from client_comms import procedure
from client_comms.leak_check import bait, run
from client_comms.leak_check.census.scene import Scene
from client_comms.leak_check.surfaces import SURFACES
from client_comms.leak_check.visitor import Visitor

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-5", "P-2", "R-3")]
MESSAGE, CALL = "WhatsApp Message", "TP Call Log"
OURS = [surface for surface in SURFACES if surface.name.startswith("message of another app, ")]


@pytest.fixture(scope="module", autouse=True)
def stand_ins(app_installed):
	with app_installed(MESSAGE, CALL):
		yield


@pytest.fixture
def frontline(make_user):
	"""Sees Standard; Frappe would show everything."""
	return make_user(procedure.FRONTLINE_STAFF, "System Manager", "Support Team")


def opened(user):
	return {
		each["surface"] for each in run.check(user, surfaces=OURS)["findings"] if each["result"] == run.OPEN
	}


def test_everything_is_shown_to_who_can_read_it_and_to_no_one_else(frontline):
	planted = bait.plant(frontline)
	try:
		for user, shown in (("Administrator", True), (frontline, False)):
			with Visitor(user) as visitor:
				for surface in OURS:
					assert surface.shows(visitor, planted.baits[-1], planted) == shown, (user, surface.name)
	finally:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		bait.remove()
	assert not frappe.get_all(MESSAGE) and not frappe.get_all(CALL)


def test_the_census_knows_what_each_record_is(frontline):
	planted = bait.plant(frontline)
	try:
		targets = Scene(planted, planted.baits[-1]).targets()
		assert {MESSAGE, CALL} <= {each.doctype for each in targets}
		assert all(frappe.db.exists(each.doctype, each.name) for each in targets)
	finally:
		frappe.db.rollback()
		bait.remove()


def test_no_surface_is_open(frontline):
	assert len(OURS) >= 11
	assert opened(frontline) == set()


@pytest.mark.parametrize(
	("hook", "surface"),
	[
		("permission_query_conditions", "message of another app, list"),
		("has_permission", "message of another app, by its name"),
	],
)
def test_a_hole_in_the_guard_is_found(frontline, hook, surface):
	get_hooks = frappe.get_hooks

	def without(name=None, *args, **kwargs):
		found = get_hooks(name, *args, **kwargs)
		if name != hook or kwargs.get("app_name"):
			return found
		return frappe._dict({key: value for key, value in found.items() if key != MESSAGE})

	with mock.patch.object(frappe, "get_hooks", without):
		assert surface in opened(frontline)
