"""Functions of Frappe that no hook reaches are called by the app's, which stand around them (P-2)."""

from importlib import import_module

import frappe
import pytest

from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("P-2")


class Printer:
	def words(self, number):
		return f"{number} words"


def fewer(words, printer, number):
	return f"{words(printer, number - 1)} of {number}"


@pytest.fixture
def printer(monkeypatch):
	monkeypatch.setattr(Printer, "words", Printer.words)
	compose.around(Printer, "words", fewer)
	return Printer()


def test_what_was_there_before_goes_on_to_work(printer):
	assert printer.words(number=3) == "2 words of 3"


def test_it_is_put_there_once(printer):
	for _request in range(2):
		compose.around(Printer, "words", fewer)
	assert printer.words(3) == "2 words of 3"


def test_what_another_app_puts_in_its_place_is_behind_it(printer, monkeypatch):
	monkeypatch.setattr(Printer, "words", lambda self, number: f"their {number} words")
	compose.around(Printer, "words", fewer)
	assert printer.words(3) == "their 2 words of 3"


def test_a_process_that_serves_a_site_without_the_app_leaves_it_out_there(printer, monkeypatch):
	monkeypatch.setattr(frappe.local, "flags", frappe._dict())
	assert printer.words(3) == "3 words"


def test_what_a_library_no_longer_has_is_left_alone():
	compose.around(Printer, "pages", fewer)
	assert not hasattr(Printer, "pages")


# What hooks.py declares


def test_a_job_does_not_wait_for_what_it_does_not_use(in_another_process):
	"""A worker has a new process for each job, and in it nothing of this app: what all of it needs would take over a second to load."""
	loaded = in_another_process(f"{in_another_process.job}\n\tprint(*({{*sys.modules}} - before))").split()

	ours = [name for name in loaded if name.startswith("client_comms.")]
	assert len(ours) <= 10, ours
	others = {
		"erpnext.crm",
		"premailer",
		"pdfkit",
		"phonenumbers",
		"frappe.model.delete_doc",
		"frappe.email.email_body",
	}
	assert not others.intersection(loaded)


def test_what_it_loads_later_has_ours_around_it(in_another_process):
	ours = in_another_process(
		f"""{in_another_process.job}
	from frappe.model.delete_doc import raise_link_exists_exception as deletion
	from erpnext.crm.doctype.lead.lead import get_lead_details as lead
	print(hasattr(deletion, "__wrapped__"), hasattr(lead, "__wrapped__"))
"""
	)
	assert ours == "True True"


def test_the_first_query_needs_none_to_find_what_stands_around_it(in_another_process):
	asked = in_another_process(
		f"""{in_another_process.job}
	frappe.local.request_cache.clear()
	frappe.cache.delete_value("defaults")
	print(*frappe.db.sql_list("select 'asked'"))
"""
	)
	assert asked == "asked"


def test_and_without_the_app_it_has_not(in_another_process):
	ours = in_another_process(
		f"""{in_another_process.job}
	frappe.destroy()
	from frappe.model.delete_doc import raise_link_exists_exception as deletion
	print(hasattr(deletion, "__wrapped__"))
"""
	)
	assert ours == "False"


def test_each_stands_around_what_it_names():
	"""In both versions but for what one of them has alone, and apps that are not installed."""
	compose.stand_around()
	of_one_version = {"frappe.utils.pdf_generator.page"}
	installed = {*frappe.get_installed_apps(), "pdfkit"}
	without = {"Engine.add_permission_conditions"}
	for place in compose.own("client_comms_around"):
		module, _colon, function = place.partition(":")
		try:
			found = import_module(module)
		except ImportError:
			assert module in of_one_version or module.partition(".")[0] not in installed
			continue
		for name in function.split("."):
			found = getattr(found, name, None)
		assert hasattr(found, "__wrapped__") or function in without, place


def test_a_command_of_frappe_loads_none_of_ours_but_their_names(in_another_process):
	"""Frappe loads the commands of every app with each of its own."""
	loaded = in_another_process(
		"""
	import sys
	import frappe.utils.bench_helper
	before = {*sys.modules}
	import client_comms.commands
	print(*({*sys.modules} - before))
"""
	).split()
	assert not [
		name
		for name in loaded
		if name.startswith(("client_comms.rules", "client_comms.dry_run", "cryptography"))
	]
	assert len(loaded) < 20, loaded
