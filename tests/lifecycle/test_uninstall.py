"""Installing and removing the app: a separate tier, because it removes the app from the site and installs it again.

Each step runs in a process of its own, as `bench` does it, on the test session's site.
"""

import itertools
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import frappe
import pytest
from frappe.model.utils import user_settings
from frappe.permissions import add_permission

from client_comms import procedure
from client_comms.communication_governance import matrix
from client_comms.setup import install, uninstall
from client_comms.setup.custom_fields import custom_fields

APP = "client_comms"
MODULES = ("Communication Governance", "Client Interactions", "Client Privacy")
# Written by Frappe about its own work, and kept by it when an app goes.
DIARIES = {
	"tabAccess Log",
	"tabActivity Log",
	"tabDeleted Document",
	"tabError Log",
	"tabPermission Log",
	"tabScheduled Job Log",
	"tabVersion",
	"tabRoute History",
}
# ERPNext's labels have some words in common with the app.
TEXTS = {"tabDocField", "tabTranslation"}
# Who wrote a row and when.
WRITTEN = {"creation", "modified", "modified_by", "owner"}
# Frappe replaces these rows, under new names, whenever an app comes or goes.
REWRITTEN = {"tabDefaultValue", "tabInstalled Application"}
# What is compared row by row; ids and times of the rows differ from one installation to the next.
COMPARED = {
	"DocType": "name",
	"DocField": "concat(parent, '.', fieldname)",
	"DocPerm": "concat(parent, '.', role, '.', permlevel)",
	"Custom DocPerm": "concat(parent, '.', role, '.', permlevel)",
	"Custom Field": "name",
	"Property Setter": "name",
	"Role": "name",
	"Role Profile": "name",
	"Has Role": "concat(parent, '.', role)",
	"Module Def": "name",
	"Workspace": "name",
	"Number Card": "name",
	"Dashboard Chart": "name",
	"Dashboard": "name",
	"Desktop Icon": "name",
	"Report": "name",
	"Page": "name",
	"Portal Menu Item": "route",
	"Print Format": "name",
	"Notification": "name",
	"Scheduled Job Type": "method",
	"Singles": "concat(doctype, '.', field)",
	"Series": "name",
	"Patch Log": "patch",
	"Issue Type": "name",
	"Email Template": "name",
	"Installed Application": "app_name",
}


def snapshot():
	"""What a site consists of, as sets of names."""
	seen = {
		doctype: set(frappe.db.sql(f"select {key} from `tab{doctype}`", pluck=True))
		for doctype, key in COMPARED.items()
		if doctype not in ("Singles", "Series")
	}
	seen["Singles"] = set(frappe.db.sql(f"select {COMPARED['Singles']} from `tabSingles`", pluck=True))
	seen["Series"] = set(frappe.db.sql("select name from `tabSeries`", pluck=True))
	seen["columns"] = set(
		frappe.db.sql(
			"""select concat(table_name, '.', column_name) from information_schema.columns
			where table_schema = database()""",
			pluck=True,
		)
	)
	seen["indexes"] = set(
		frappe.db.sql(
			"""select concat(table_name, '.', index_name) from information_schema.statistics
			where table_schema = database()""",
			pluck=True,
		)
	)
	return seen


def contents():
	"""How often each row occurs in each table, with all its values but those that tell who wrote it and when."""
	found = {}
	for table in set(frappe.db.get_tables(cached=False)) - DIARIES:
		left_out = WRITTEN | {"name"} if table in REWRITTEN else WRITTEN
		found[table] = Counter(
			str({column: value for column, value in row.items() if column not in left_out})
			for row in frappe.db.sql(f"select * from `{table}`", as_dict=True)
			if row.get("field") not in WRITTEN and row.get("name") != ""  # the latter counts random names
		)
	return found


def changes(before, after):
	"""The rows of two `contents` that only one of them has, by table."""
	empty = Counter()
	pairs = {
		table: (before.get(table, empty), after.get(table, empty)) for table in before.keys() | after.keys()
	}
	return {table: [*(a - b), *(b - a)] for table, (a, b) in pairs.items() if a != b}


def traces():
	"""`table.column: value` wherever a row still names the app, a module, a DocType or a role of it."""
	names = (APP, *MODULES, *procedure.ROLES, *own_doctypes())
	columns = {}
	for table, column in frappe.db.sql(
		"""select table_name, column_name from information_schema.columns
		where table_schema = database() and data_type in ('varchar', 'text', 'longtext')"""
	):
		columns.setdefault(table, []).append(column)
	found = set()
	for table, names_of_columns in columns.items():
		if table in DIARIES or table in TEXTS or not frappe.db.sql(f"select 1 from `{table}` limit 1"):
			continue
		for column in names_of_columns:
			for (value,) in frappe.db.sql(
				f"select distinct `{column}` from `{table}` where `{column}` in %(names)s or `{column}` like %(app)s",
				{"names": names, "app": "%client\\_comms%"},
			):
				found.add(f"{table}.{column}: {value[:100]}")
	return found


def own_doctypes():
	"""Of the code, for the database may not know them any more."""
	folder = frappe.get_app_path(APP)
	return {
		frappe.get_file_json(os.path.join(folder, module, "doctype", name, f"{name}.json"))["name"]
		for module in map(frappe.scrub, MODULES)
		if os.path.isdir(os.path.join(folder, module, "doctype"))
		for name in os.listdir(os.path.join(folder, module, "doctype"))
		if os.path.exists(os.path.join(folder, module, "doctype", name, f"{name}.json"))
	}


def test_the_counters_of_all_own_names_are_known():
	names = []
	for doctype in own_doctypes():
		meta = frappe.get_meta(doctype)
		rule = meta.autoname or ""
		rule = meta.get_field("naming_series").options if rule == "naming_series:" else rule
		if "#" in rule:
			names.append(re.sub(r"\{(?!#)\w+\}", "1.0", rule.removeprefix("format:")).partition("{#")[0])
	prefixes = {name.replace(".YYYY.", "2026").partition(".#")[0] for name in names}
	assert len(prefixes) > 10
	assert {prefix for prefix in prefixes if not uninstall._OWN_SERIES.fullmatch(prefix)} == set()


@pytest.fixture
def removed(bench):
	"""The app is off the site; whatever happens, it is back on it afterwards."""
	bench("uninstall-app", APP, "--yes", "--no-backup")
	try:
		yield
	finally:
		if APP not in frappe.get_installed_apps():
			bench("install-app", APP)


def seed_that_drops(first):
	"""Frappe drops the DocTypes of an app in the order of a set: the seed with which this one goes first."""
	modules = frappe.get_all("Module Def", {"app_name": APP}, pluck="name")
	tables = [frappe.get_all("DocType", {"module": each, "issingle": 0}, pluck="name") for each in modules]
	names = list(itertools.chain.from_iterable(tables))
	script = f"print(next(iter(set({names!r}))))"
	for seed in map(str, range(1, 5000)):
		environment = {**os.environ, "PYTHONHASHSEED": seed}
		if (
			subprocess.check_output([sys.executable, "-S", "-c", script], env=environment, text=True)
			== f"{first}\n"
		):
			return seed
	raise LookupError(first)


def use(user):
	"""Leave in Frappe's and ERPNext's tables what daily work with the app leaves there."""
	interaction = frappe.get_doc(
		{
			"doctype": "Client Interaction",
			"company": frappe.db.get_value("Company", {}),
			"communication_type": "Initial Inquiry",
			"channel": "Phone",
			"subject": "Used",
			"summary": "Used",
			"occurred_on": frappe.utils.add_days(frappe.utils.now_datetime(), -1),
			"action_items": [{"description": "Call", "assigned_to": user}],
		}
	)
	interaction.flags.from_intake = True
	interaction.insert()
	about = {"document_type": interaction.doctype, "document_name": interaction.name}
	reference = {"reference_doctype": interaction.doctype, "reference_name": interaction.name}
	made = [
		{"doctype": "Notification Log", "type": "Alert", "for_user": user, "subject": "Used", **about},
		{"doctype": "Comment", "comment_type": "Comment", "content": "Used", **reference},
		# As Frappe writes when a DocType is renamed.
		{
			"doctype": "Comment",
			"comment_type": "Edit",
			"content": "Used",
			"reference_doctype": "DocType",
			"reference_name": interaction.doctype,
		},
		{"doctype": "Communication", "subject": "Used", "content": "Used", **reference},
		{
			"doctype": "File",
			"file_name": "used.txt",
			"content": "Used",
			"is_private": 1,
			"attached_to_doctype": interaction.doctype,
			"attached_to_name": interaction.name,
		},
		{
			"doctype": "Notification",
			"subject": "Used",
			"event": "New",
			"document_type": interaction.doctype,
			"channel": "System Notification",
			"recipients": [{"receiver_by_role": "Customer Support"}],
		},
		{
			"doctype": "User Permission",
			"user": user,
			"allow": "Communication Type",
			"for_value": "Service Update",
		},
		{
			"doctype": "Custom Field",
			"dt": "Client Interaction",
			"fieldname": "used",
			"label": "Used",
			"fieldtype": "Data",
		},
	]
	names = {values["doctype"]: frappe.get_doc(values).insert().name for values in made}
	interaction.add_tag("Used")
	user_settings.update_user_settings(interaction.doctype, {"last_view": "List"})
	user_settings.sync_user_settings()
	user_settings.update_user_settings(interaction.doctype, {"last_view": "Report"})
	add_permission("Client Interaction", "Sales User")
	frappe.make_property_setter(
		{"doctype": "Client Interaction", "fieldname": "subject", "property": "bold", "value": "1"}
	)
	frappe.db.set_value("Issue", {}, "confidentiality_level", "Standard")
	frappe.db.commit()
	return names["Communication"]


@pytest.mark.committed
def test_nothing_is_left_and_installing_again_gives_the_same(bench, removed, make_user):
	user = make_user("Sales User")
	user_settings.sync_user_settings()
	frappe.db.commit()
	bare, bare_contents = snapshot(), contents()
	assert traces() == set()

	bench("install-app", APP)
	installed = snapshot()
	assert set(procedure.ROLES) <= installed["Role"]
	assert installed["columns"] > bare["columns"]

	frappe.get_doc("User", user).add_roles("Customer Support")
	kept = use(user)
	# What waits for a commit asks about interactions, and Frappe commits after the first DocType is gone.
	bench("uninstall-app", APP, "--yes", "--no-backup", PYTHONHASHSEED=seed_that_drops("Client Interaction"))
	user_settings.sync_user_settings()  # every hour
	frappe.db.commit()
	after = snapshot()
	assert {what: after[what] ^ bare[what] for what in bare if after[what] != bare[what]} == {}
	assert traces() == set()
	assert frappe.db.get_value("Communication", kept, ["subject", "reference_doctype"]) == ("Used", None)
	# What users made and what is not only about the app's documents stays: the message, and the tag itself.
	frappe.delete_doc("Communication", kept, force=True)
	frappe.db.delete("Tag", {"name": "Used"})
	frappe.db.commit()
	assert changes(bare_contents, contents()) == {}

	bench("install-app", APP)
	again = snapshot()
	assert {what: again[what] ^ installed[what] for what in installed if again[what] != installed[what]} == {}


@pytest.mark.committed
def test_a_dry_run_of_uninstalling_removes_nothing(bench, site):
	"""Neither from the database nor of the files: the seal, the spool of mail and the private key of the ledger."""

	def files():
		folder = Path(site.get_site_path())
		return {path for path in folder.rglob("*") if path.is_file() and "logs" not in path.parts}

	site.db.commit()
	before, before_files = contents(), files()
	bench("uninstall-app", APP, "--dry-run")
	assert changes(before, contents()) == {}
	assert before_files - files() == set()
	assert APP in site.get_installed_apps()


@pytest.mark.committed
def test_installing_on_a_bench_that_got_the_app_while_it_ran(bench, removed):
	"""Frappe has cached the modules of the apps that the bench had before, and installs from that."""
	frappe.setup_module_map()
	before = {app: modules for app, modules in frappe.local.app_modules.items() if app != APP}
	frappe.cache.set_value("app_modules", before)
	bench("install-app", APP)
	assert frappe.db.exists("DocType", "Client Interaction")


@pytest.mark.committed
def test_what_the_site_had_before_the_app_stays(bench, removed):
	"""A role or Issue Type of a shipped name may have been the site's own."""
	frappe.get_doc({"doctype": "Role", "role_name": "Account Manager"}).insert()
	frappe.get_doc({"doctype": "Issue Type", "__newname": "Complaint"}).insert()
	frappe.db.commit()
	bench("install-app", APP)
	bench("uninstall-app", APP, "--yes", "--no-backup")
	assert frappe.db.exists("Role", "Account Manager") and frappe.db.exists("Issue Type", "Complaint")
	assert not frappe.db.exists("Role", "Frontline Staff")
	frappe.delete_doc("Role", "Account Manager", force=True)
	frappe.delete_doc("Issue Type", "Complaint", force=True)
	frappe.db.commit()


@pytest.mark.committed
def test_fields_of_others_are_not_taken_over(bench, removed):
	"""A site's own field of a name that the app uses: installing is refused, and what is stored in it stays."""
	field = frappe.get_doc(
		{
			"doctype": "Custom Field",
			"dt": "Contact",
			"fieldname": "verified_how",
			"label": "How",
			"fieldtype": "Data",
		}
	).insert()
	contact = frappe.get_doc(
		{"doctype": "Contact", "first_name": "Anna", "verified_how": "By a letter"}
	).insert()
	frappe.db.commit()
	try:
		said = bench("install-app", APP, may_fail=True)
		assert "Contact: verified_how" in said and APP not in frappe.get_installed_apps()
		assert frappe.db.get_value("Contact", contact.name, "verified_how") == "By a letter"
		assert frappe.db.get_value("Custom Field", field.name, ["label", "module"]) == ("How", None)
	finally:
		frappe.delete_doc("Contact", contact.name, force=True)
		frappe.delete_doc("Custom Field", field.name, force=True)
		frappe.db.sql_ddl("alter table `tabContact` drop column `verified_how`")
		frappe.db.commit()


@pytest.mark.committed
def test_only_the_fields_that_the_app_made_are_dropped(bench, removed):
	"""Not one whose Module says that it is the site's."""
	bench("install-app", APP)
	frappe.db.set_value("Custom Field", "Contact-verified_how", "module", None)
	contact = frappe.get_doc(
		{"doctype": "Contact", "first_name": "Anna", "verified_how": "Told in Person"}
	).insert()
	frappe.db.commit()
	bench("uninstall-app", APP, "--yes", "--no-backup")
	try:
		assert frappe.db.get_value("Contact", contact.name, "verified_how") == "Told in Person"
		assert not frappe.db.exists("Custom Field", "Contact-details_confirmed_on")
		assert "details_confirmed_on" not in frappe.db.get_table_columns("Contact")
	finally:
		frappe.delete_doc("Contact", contact.name, force=True)
		frappe.delete_doc("Custom Field", "Contact-verified_how", force=True)
		frappe.db.sql_ddl("alter table `tabContact` drop column `verified_how`")
		frappe.db.commit()


# What an administrator changed


def test_installing_over_it_and_migrating_change_nothing_of_the_administrator():
	level = frappe.get_doc("Confidentiality Level", "Standard")
	level.clearances = level.clearances[:1]
	level.rank = 7
	level.save()
	deleted = frappe.get_last_doc("Terminology Rule").name
	frappe.delete_doc("Terminology Rule", deleted)
	settings = frappe.get_doc("Client Comms Settings")
	settings.own_email_domains = "nordlicht.example"
	settings.four_eyes_on_matrix = 0
	settings.save()
	amended = frappe.copy_doc(frappe.get_doc("Communication Matrix", {"docstatus": 1}))
	amended.version_label = "2.0"
	amended.effective_from = frappe.utils.add_days(amended.effective_from, 1)
	amended.insert()
	amended.submit()

	install.after_migrate()
	assert not frappe.db.exists("Terminology Rule", deleted), "migrating brings no document back"
	install.after_install()

	level.reload()
	assert (level.rank, [row.role for row in level.clearances]) == (7, ["Frontline Staff"])
	assert frappe.db.get_single_value("Client Comms Settings", "own_email_domains") == "nordlicht.example"
	assert frappe.db.count("Communication Matrix", {"docstatus": 1}) == 2
	assert matrix.in_force(None, frappe.utils.now_datetime()) == amended.name


@pytest.mark.committed
def test_migrating_twice_changes_nothing(bench):
	bench("migrate", "--skip-search-index")
	once = snapshot()
	bench("migrate", "--skip-search-index")
	twice = snapshot()
	assert {what: twice[what] ^ once[what] for what in once if twice[what] != once[what]} == {}


def test_custom_fields_belong_to_the_app():
	for doctype, fields in custom_fields().items():
		for field in fields:
			stored = frappe.get_doc("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
			assert stored.module in MODULES and frappe.db.has_column(doctype, field["fieldname"])
