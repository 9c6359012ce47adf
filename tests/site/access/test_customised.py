"""What a System Manager without clearance can customise, schedule and import takes no protection away (D-5, P-2)."""

import io
import json
import tarfile

import frappe
import pytest
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.model.base_document import get_controller

from client_comms.enforcement.doctypes import admin_tools
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("D-5", "P-2")


@pytest.fixture
def manager(make_user):
	return make_user("Frontline Staff", "System Manager", "Accounts Manager")


@pytest.mark.parametrize(
	"name", ["Client Interaction", "Compliance Ledger Entry", "Has Role", "Email Queue", "Lead"]
)
def test_a_standard_doctype_does_not_become_one_of_the_site(name, manager, as_user, monkeypatch):
	"""Frappe would load it without its class."""
	doc = frappe.get_doc("DocType", name)
	doc.custom = 1
	monkeypatch.setitem(frappe.local.conf, "developer_mode", 0)

	with as_user(manager), pytest.raises(frappe.PermissionError, match="stays standard"):
		doc.save()

	with as_user(manager), pytest.raises(frappe.PermissionError, match="stays standard"):
		doc.rename("Renamed by a request that contains it")

	assert get_controller(name).__mro__[1] is not frappe.model.document.Document


def test_a_doctype_of_the_site_stays_one(manager, as_user, monkeypatch):
	monkeypatch.setitem(frappe.local.conf, "developer_mode", 0)
	of_site = frappe.get_doc("DocType", "Lead")
	of_site.db_set("custom", 1)

	with as_user(manager):
		admin_tools.refuse_custom(of_site)
		admin_tools.refuse_custom(frappe.get_doc({"doctype": "DocType", "name": "Of the Site", "custom": 1}))


@pytest.mark.parametrize(
	"event", ["client_comms.setup.uninstall.before_uninstall", "client_comms.ledger.seal.remove"]
)
def test_no_function_of_the_app_is_scheduled_but_its_jobs(event, manager, as_user):
	job = {"doctype": "Scheduled Job Type", "frequency": "All"}

	with as_user(manager), pytest.raises(frappe.PermissionError, match="not a job"):
		frappe.get_doc({**job, "method": event}).insert()


def test_its_jobs_can_be_stopped_and_moved(manager, as_user):
	job = frappe.get_doc("Scheduled Job Type", {"method": "client_comms.scheduled.retry"})
	with as_user(manager):
		job.stopped = 1
		job.save()

	job.delete(force=True)
	frappe.get_doc(
		{"doctype": "Scheduled Job Type", "method": job.method, "frequency": job.frequency}
	).insert()


def test_a_package_is_for_users_with_access_to_everything(complaint, manager, as_user, monkeypatch):
	share = {
		"doctype": "DocShare",
		"name": "test-package",
		"user": manager,
		"share_doctype": complaint.doctype,
		"share_name": complaint.name,
		"read": 1,
	}
	content = io.BytesIO()
	with tarfile.open(fileobj=content, mode="w:gz") as archive:
		file = json.dumps(share).encode()
		member = tarfile.TarInfo("test/test.json")
		member.size = len(file)
		archive.addfile(member, io.BytesIO(file))

	with as_user(manager):
		made = frappe.get_doc({"doctype": "Package Import"}).insert()
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": "test-1.0.0.tar.gz",
				"content": content.getvalue(),
				"attached_to_doctype": made.doctype,
				"attached_to_name": made.name,
				"is_private": 1,
			}
		).insert()
		made.activate = 1
		with pytest.raises(ClearanceMissingError, match="package"):
			made.save()

	assert not frappe.db.exists("DocShare", {"share_name": complaint.name})


def test_a_bank_statement_imports_transactions_only(manager, as_user):
	made = frappe.get_doc({"doctype": "Bank Statement Import", "reference_doctype": "Client Interaction"})

	with as_user(manager), pytest.raises(frappe.PermissionError, match="transactions only"):
		made.start_import()


@pytest.mark.parametrize(
	("doctype", "field"),
	[
		("Client Interaction", "confidentiality_level"),
		("Lead", "confidentiality_level"),
		("Communication", "client_interaction"),
	],
)
@pytest.mark.parametrize(("name", "value"), [("is_virtual", 1), ("fieldtype", "HTML"), ("options", "User")])
def test_what_decides_about_access_stays_as_it_is_stored(doctype, field, name, value, manager, as_user):
	with as_user(manager), pytest.raises(frappe.PermissionError, match="decides who can see"):
		make_property_setter(doctype, field, name, value, "Data", validate_fields_for_doctype=False)
	with as_user(manager):
		make_property_setter(doctype, field, "label", "How Confidential", "Data")


def test_an_added_field_is_neither_changed_nor_deleted(manager, as_user):
	field = frappe.get_doc("Custom Field", {"dt": "Lead", "fieldname": "confidentiality_level"})
	with as_user(manager):
		field.update({"is_virtual": 1})
		with pytest.raises(frappe.PermissionError, match="decides who can see"):
			field.save()
		field.reload()
		field.db_set("owner", manager)
		with pytest.raises(frappe.PermissionError, match="decides who can see"):
			field.delete()
