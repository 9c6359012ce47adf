"""Tools with which a System Manager queries the database directly are for users with access to everything (P-2)."""

import inspect

import frappe
import pytest
from frappe.desk.doctype.bulk_update.bulk_update import BulkUpdate
from frappe.model.base_document import get_controller

from client_comms import compat
from client_comms.enforcement.doctypes import admin_tools, webhook
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")


@pytest.fixture
def managers(make_user):
	"""Two System Managers; the first has access to everything."""
	return frappe._dict(
		cleared=make_user("Compliance Officer", "Customer Support Manager", "System Manager"),
		uncleared=make_user("Frontline Staff", "System Manager"),
	)


def run_sql(name):
	console_ = frappe.get_doc(
		{
			"doctype": "System Console",
			"type": "SQL",
			"console": f"select summary from `tabClient Interaction` where name = {frappe.db.escape(name)}",
		}
	)
	console_.run()
	return console_.output


def bulk_update(doctype, condition, field, value):
	tool = frappe.get_doc("Bulk Update")
	tool.update({"document_type": doctype, "condition": condition, "field": field, "update_value": value})
	return tool.bulk_update()


def preview(doc):
	hook = frappe.get_doc(
		{
			"doctype": "Webhook",
			"webhook_doctype": doc.doctype,
			"preview_document": doc.name,
			"request_structure": "JSON",
			"webhook_json": '{"told": {{ doc.summary | tojson }}}',
			"condition": "'asked' in doc.summary",
		}
	)
	if compat.is_version_16():
		return hook.preview_meets_condition(doc.name), hook.preview_request_body(doc.name)
	return hook.meets_condition, hook.preview_request_body


def test_guards_offer_only_methods_that_the_class_has():
	"""Any other that a request can call would end in an error of Python, such as the previews of version 16 in version 15."""
	missing = set()
	for doctype, guards in frappe.get_hooks("extend_doctype_class", app_name="client_comms").items():
		if not frappe.db.exists("DocType", doctype):
			continue
		classes = get_controller(doctype).__mro__
		theirs = [each for each in classes if not each.__module__.startswith("client_comms.")]
		for guard in map(frappe.get_attr, guards):
			offered = {name for name, method in inspect.getmembers(guard) if method in callable_by_requests()}
			missing |= {
				(doctype, name) for name in offered if not any(hasattr(each, name) for each in theirs)
			}
	assert missing == set()


def callable_by_requests():
	return [method for method in frappe.whitelisted if method.__module__.startswith("client_comms.")]


def test_the_system_console(log, managers, as_user):
	complaint = log("Feedback/Complaint")
	frappe.db.commit()  # the console rolls back, and then asks whether the user can create an entry of its log
	with as_user(managers.uncleared), pytest.raises(ClearanceMissingError, match="every level"):
		run_sql(complaint.name)
	with as_user(managers.cleared):
		assert complaint.summary in run_sql(complaint.name)


def test_bulk_update_of_what_is_held(log, managers, as_user):
	"""The names for which it failed would reveal which records contain a text."""
	complaint = log("Feedback/Complaint")
	condition = f"summary like '%asked%' and name = '{complaint.name}'"
	with as_user(managers.uncleared), pytest.raises(ClearanceMissingError, match="Bulk Update"):
		bulk_update(complaint.doctype, condition, "subject", "Changed")
	assert frappe.db.get_value(complaint.doctype, complaint.name, "subject") == complaint.subject


def _named(name):
	"""The condition of a Bulk Update; newer releases take filters instead of SQL."""
	return (
		frappe.as_json({"name": name})
		if "parse_json" in inspect.getsource(BulkUpdate)
		else f"name = '{name}'"
	)


def test_bulk_update_of_anything_else_is_free(managers, as_user):
	note = frappe.get_doc({"doctype": "Note", "title": "Of the sales team", "public": 1}).insert()
	with as_user(managers.uncleared):
		assert not bulk_update("Note", _named(note.name), "title", "Of all")
	assert frappe.db.get_value("Note", note.name, "title") == "Of all"


def test_the_permission_inspector_quotes_no_hidden_record(log, managers, make_user, as_user):
	"""Frappe's refusal by User Permissions names what the record links to; a System Manager chooses both the user and the permission. The
	app refuses first, and says why."""
	anna, bo = (
		frappe.get_doc({"doctype": "Contact", "first_name": name}).insert().name for name in ("Anna", "Bo")
	)
	colleague = make_user("Customer Support Manager")
	permission = {"doctype": "User Permission", "user": colleague, "allow": "Contact", "for_value": bo}
	frappe.get_doc(permission).insert(ignore_permissions=True)

	def inspect(doc):
		values = {
			"ref_doctype": doc.doctype,
			"docname": doc.name,
			"user": colleague,
			"permission_type": "read",
		}
		inspector = frappe.get_doc({"doctype": "Permission Inspector", **values})
		inspector.debug()
		return inspector.output

	complaint, update = log("Feedback/Complaint", contact=anna), log("Initial Inquiry", contact=anna)
	with as_user(managers.uncleared):
		with pytest.raises(ClearanceMissingError):
			inspect(complaint)
		assert "User Permissions restrict" in inspect(update)
	with as_user(managers.cleared):
		assert "User Permissions restrict" in inspect(complaint)
	frappe.db.delete("User Permission", {"user": colleague})
	frappe.cache.hdel("user_permissions", colleague)
	with as_user(managers.uncleared):
		assert "has_permission: True" in inspect(update)


def test_the_preview_of_a_webhook(log, managers, as_user):
	complaint = log("Feedback/Complaint")
	with as_user(managers.uncleared):
		if compat.is_version_16():
			with pytest.raises(frappe.PermissionError):
				preview(complaint)
		else:  # the form itself shows
			assert all("You have no clearance for this document." in each for each in preview(complaint))
	with as_user(managers.cleared):
		meets, body = preview(complaint)
		assert meets == "Yes"
		assert complaint.summary in body


def test_a_preview_on_demand(log, managers, as_user):
	complaint, update = log("Feedback/Complaint"), log("Initial Inquiry")
	with as_user(managers.uncleared):
		with pytest.raises(frappe.PermissionError):
			webhook.require(complaint.doctype, complaint.name)
		webhook.require(update.doctype, update.name)
	with as_user(managers.cleared):
		webhook.require(complaint.doctype, complaint.name)


def test_the_console_names_are_held():
	"""Frappe takes the classes from the hooks."""
	for doctype, held in (
		("Bulk Update", admin_tools.GuardedBulkUpdate),
		("Permission Inspector", admin_tools.GuardedPermissionInspector),
		("System Console", admin_tools.GuardedSystemConsole),
		("Webhook", webhook.GuardedWebhook),
	):
		assert isinstance(frappe.new_doc(doctype), held)
