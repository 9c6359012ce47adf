"""A site of before the plain names: migrating it keeps every record, setting and permission."""

import json

import frappe
import pytest

from client_comms import hooks, ledger
from client_comms.patches.v1_0 import ask_before_loading
from client_comms.patches.v1_0 import rename_to_plain_words as patch

PATCH = patch.__name__
TOKEN = "before plain words"
INTERACTION, DISCLOSURE = "Client Interaction", "Client Disclosure"


def inverted(names: dict[str, str]) -> dict[str, str]:
	return {after: before for before, after in names.items()}


@pytest.fixture
def old_names(monkeypatch):
	"""The site with the names of before; whatever happens, it has the new ones afterwards."""
	with monkeypatch.context() as backwards:
		for table in ("DOCTYPES", "REPORTS", "JOBS"):
			backwards.setattr(patch, table, inverted(getattr(patch, table)))
		backwards.setattr(patch, "FIELDS", {each: inverted(names) for each, names in patch.FIELDS.items()})
		backwards.setitem(frappe.flags, "in_patch", True)  # Frappe would move the files of the DocTypes
		patch.execute()
	frappe.db.delete("Patch Log", {"patch": PATCH})
	frappe.db.commit()
	yield
	frappe.db.rollback()
	with monkeypatch.context() as forwards:
		forwards.setitem(frappe.flags, "in_patch", True)
		patch.execute()
	frappe.db.commit()


@pytest.fixture
def planted(old_names):
	"""DocType → name of what an organisation may have on a site of before; removed in the end."""
	names = {}

	def plant(doctype, **values):
		doc = frappe.get_doc({"doctype": doctype, "name": TOKEN, **values})
		doc.db_insert()
		names[doctype] = doc.name

	for doctype, values in (
		("Unlogged Dismissal", {"reason": TOKEN}),
		("Client Link", {}),
		(DISCLOSURE, {"what": TOKEN}),
	):
		columns = {"name": TOKEN, "creation": "2026-01-01", **values}
		frappe.db.sql(
			f"insert into `tab{doctype}` (`{'`, `'.join(columns)}`) values ({', '.join(['%s'] * len(columns))})",
			list(columns.values()),
		)
	plant("Comment", reference_doctype="Unlogged Dismissal", reference_name=TOKEN)
	plant("Custom DocPerm", parent="Unlogged Dismissal", role="Sales User", read=1)
	plant("DocShare", share_doctype="Unlogged Dismissal", share_name=TOKEN, user="Administrator", read=1)
	plant("Custom Role", report="Interactions Nobody Logged", ref_doctype="Unlogged Dismissal")
	plant("Property Setter", doc_type=DISCLOSURE, field_name="what", property="bold", value="1")
	plant("Report", ref_doctype=DISCLOSURE, report_type="Report Builder", is_standard="No", json=json.dumps({"fields": [["what", DISCLOSURE]], "order_by": "`tabClient Disclosure`.`what` asc", "title": "what it is"}))  # fmt: skip
	plant(
		"List Filter",
		reference_doctype=INTERACTION,
		filters=json.dumps([[INTERACTION, "sweep_at", "is", "set"]]),
	)
	plant(
		"Number Card",
		document_type=INTERACTION,
		filters_json=json.dumps([[INTERACTION, "sweep_at", "is", "set"]]),
	)
	plant("Dashboard Chart", document_type=INTERACTION, based_on="sweep_at")
	plant(
		"Notification",
		document_type=INTERACTION,
		enabled=0,
		date_changed="sweep_at",
		condition="doc.sweep_at and 1",
	)
	for doctype, field in (("Unlogged Dismissal", "reason"), (INTERACTION, "sweep_at")):
		frappe.db.sql(
			"insert into `__UserSettings` (user, doctype, data) values (%s, %s, %s)",
			(TOKEN, doctype, json.dumps({"List": {"sort_by": field}})),
		)
	frappe.db.set_value(
		"Scheduled Job Type", {"method": "client_comms.crm.hand_over.hand_over_all"}, "stopped", 1
	)
	frappe.db.commit()
	yield
	frappe.db.rollback()
	frappe.db.set_value(
		"Scheduled Job Type", {"method": patch.JOBS["client_comms.crm.hand_over.hand_over_all"]}, "stopped", 0
	)
	for doctype, name in {
		**names,
		"Logging Exemption": TOKEN,
		"Client Access Link": TOKEN,
		DISCLOSURE: TOKEN,
	}.items():
		frappe.db.delete(doctype, {"name": name})
	frappe.db.sql("delete from `__UserSettings` where user = %s", TOKEN)
	frappe.db.commit()


@pytest.fixture
def old_ledger(planted):
	"""The ledger of before, which had not all columns of today's yet when the patch runs."""
	frappe.db.rename_column(ledger.ENTRY, "changes", "changes_of_today")
	frappe.db.set_value("DocType", ledger.ENTRY, "migration_hash", None, update_modified=False)
	frappe.db.commit()
	yield
	frappe.db.rollback()
	table = f"`tab{ledger.ENTRY}`"
	if "changes" in frappe.db.get_table_columns(ledger.ENTRY):
		frappe.db.sql(f"update {table} set changes_of_today = changes where changes is not null")
		frappe.db.sql_ddl(f"alter table {table} drop column changes")
	frappe.db.rename_column(ledger.ENTRY, "changes_of_today", "changes")
	frappe.db.commit()


@pytest.mark.committed
def test_records_settings_and_permissions_stay(planted, old_ledger, bench):
	assert frappe.db.table_exists("Unlogged Dismissal") and not frappe.db.table_exists("Logging Exemption")
	assert "sweep_at" in frappe.db.get_table_columns(INTERACTION)

	bench("migrate", "--skip-search-index")

	def value(doctype, *fields):
		return frappe.db.get_value(doctype, TOKEN, fields)

	assert value("Logging Exemption", "reason") == TOKEN
	assert value("Client Access Link", "name") == TOKEN
	assert value(DISCLOSURE, "description") == TOKEN
	assert value("Comment", "reference_doctype", "reference_name") == ("Logging Exemption", TOKEN)
	assert value("Custom DocPerm", "parent") == "Logging Exemption"
	assert value("DocShare", "share_doctype") == "Logging Exemption"
	assert value("Custom Role", "report", "ref_doctype") == ("Unlogged Interactions", "Logging Exemption")
	assert value("Property Setter", "field_name") == "description"
	assert json.loads(value("Report", "json")) == {
		"fields": [["description", DISCLOSURE]],
		"order_by": "`tabClient Disclosure`.`description` asc",
		"title": "what it is",
	}
	filters = [[INTERACTION, "next_check_at", "is", "set"]]
	assert json.loads(value("List Filter", "filters")) == filters
	assert json.loads(value("Number Card", "filters_json")) == filters
	assert value("Dashboard Chart", "based_on") == "next_check_at"
	assert value("Notification", "date_changed", "condition") == ("next_check_at", "doc.next_check_at and 1")
	settings = dict(frappe.db.sql("select doctype, data from `__UserSettings` where user = %s", TOKEN))
	assert {doctype: json.loads(data)["List"]["sort_by"] for doctype, data in settings.items()} == {
		"Logging Exemption": "reason",
		INTERACTION: "next_check_at",
	}
	handing_over = {"method": present_name(patch.JOBS["client_comms.crm.hand_over.hand_over_all"])}
	assert frappe.db.get_value("Scheduled Job Type", handing_over, "stopped")
	assert frappe.db.exists("Patch Log", {"patch": PATCH})


def test_jobs_are_named_as_the_hooks_name_them():
	scheduled = {
		method
		for several in hooks.scheduler_events.values()
		for methods in (several.values() if isinstance(several, dict) else [several])
		for method in methods
	}
	assert {*map(present_name, patch.JOBS.values())} <= scheduled


def present_name(job: str) -> str:
	"""After the patch that came later."""
	return ask_before_loading.JOBS.get(job, job)
