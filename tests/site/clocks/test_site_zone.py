"""A change of the site's time zone would move what happened, so it is refused as long as there is a history (C-3, C-4)."""

import frappe
import pytest

from client_comms import health_setup
from client_comms.client_interactions.clocks import site_zone

pytestmark = pytest.mark.clause("C-3", "C-4")

OTHER = "Pacific/Auckland"


@pytest.fixture
def settings():
	doc = frappe.get_doc("System Settings")
	assert doc.time_zone != OTHER
	return doc


def test_it_stays_as_long_as_there_are_interactions(settings, log):
	log("Initial Inquiry")
	settings.time_zone = OTHER
	with pytest.raises(frappe.ValidationError, match="stays") as refused:
		settings.save()
	assert "Response Calendar" in str(refused.value) and site_zone.ALLOWED in str(refused.value)
	assert frappe.db.get_single_value("System Settings", "time_zone") != OTHER


def test_other_settings_are_saved(settings, log):
	log("Initial Inquiry")
	settings.run_method("validate")


def test_before_the_first_interaction_it_can_be_set(settings):
	frappe.db.delete("Client Interaction")
	settings.time_zone = OTHER
	settings.run_method("validate")
	settings.run_method("on_update")
	assert frappe.db.get_global(site_zone._KNOWN) == OTHER


def test_those_who_run_the_server_can_allow_it(settings, log, monkeypatch):
	log("Initial Inquiry")
	monkeypatch.setitem(frappe.local.conf, site_zone.ALLOWED, 1)
	settings.time_zone = OTHER
	settings.run_method("validate")


def test_health_tells_of_a_change_that_passed_by(log):
	site_zone.remember()
	log("Initial Inquiry")
	assert health_setup.time_zone().ok
	frappe.db.set_global(site_zone._KNOWN, OTHER)
	(fault,) = health_setup.time_zone().faults
	assert OTHER in fault
	frappe.db.delete("Client Interaction")
	assert health_setup.time_zone().ok
