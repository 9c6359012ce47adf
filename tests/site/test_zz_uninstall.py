"""Installing and removing the app: the last file of the tier, for it takes the app off the site and back.

Each step runs in a process of its own, as `bench` does it, on the test session's site.
"""

import os
import subprocess
import sys
from contextlib import contextmanager

import frappe
import pytest

from client_comms import procedure
from client_comms.communication_governance import matrix
from client_comms.setup import install
from client_comms.setup.custom_fields import custom_fields

APP = "client_comms"
MODULES = ("Communication Governance", "Client Interactions", "Client Privacy")
# Written by Frappe about its own work, and kept by it when an app goes.
DIARIES = {
	"tabAccess Log",
	"tabActivity Log",
	"tabDeleted Document",
	"tabError Log",
	"tabScheduled Job Log",
	"tabVersion",
	"tabRoute History",
}
# What is compared row by row; ids and times of the rows differ from one installation to the next.
COMPARED = {
	"DocType": "name",
	"DocField": "concat(parent, '.', fieldname)",
	"DocPerm": "concat(parent, '.', role, '.', permlevel)",
	"Custom DocPerm": "concat(parent, '.', role, '.', permlevel)",
	"Custom Field": "name",
	"Property Setter": "name",
	"Role": "name",
	"Has Role": "concat(parent, '.', role)",
	"Module Def": "name",
	"Workspace": "name",
	"Number Card": "name",
	"Dashboard Chart": "name",
	"Dashboard": "name",
	"Report": "name",
	"Page": "name",
	"Print Format": "name",
	"Notification": "name",
	"Scheduled Job Type": "method",
	"Singles": "concat(doctype, '.', field)",
	"Series": "name",
	"Patch Log": "patch",
	"Issue Type": "name",
	"Installed Application": "app_name",
}


def bench(*arguments):
	"""A bench command on the site of this session; our own transaction would hold its tables."""
	frappe.db.rollback()
	done = subprocess.run(
		[sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", frappe.local.site, *arguments],
		cwd=frappe.local.sites_path,
		env=os.environ,
		stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE,
		stderr=subprocess.STDOUT,
		text=True,
	)
	assert done.returncode == 0, done.stdout[-3000:]
	frappe.db.rollback()
	frappe.clear_cache()


@contextmanager
def without_the_app():
	bench("uninstall-app", APP, "--yes", "--no-backup")
	try:
		yield
	finally:
		bench("install-app", APP)


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


def traces():
	"""`table.column: value` wherever a row still names the app, a module, a DocType or a role of it."""
	names = {APP, *MODULES, *procedure.ROLES, *own_doctypes()}
	columns = {}
	for table, column in frappe.db.sql(
		"""select table_name, column_name from information_schema.columns
		where table_schema = database() and data_type in ('varchar', 'text', 'longtext')"""
	):
		columns.setdefault(table, []).append(column)
	found = set()
	for table, names_of_columns in columns.items():
		if table in DIARIES or not frappe.db.sql(f"select 1 from `{table}` limit 1"):
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
