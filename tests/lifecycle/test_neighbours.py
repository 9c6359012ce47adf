"""Two apps beside this one, one installed before it and one after: each override works, or is named (D-5, P-2)."""

import importlib
import json
import os
import sys
from pathlib import Path

import frappe
import pytest
from frappe.cache_manager import clear_controller_cache

from client_comms.enforcement import compose, takeovers
from client_comms.enforcement.methods import link_fields

APP, BEFORE, AFTER = "client_comms", "neighbour_before", "neighbour_after"
TITLE = "frappe.desk.search.get_link_title"
COUNT = "frappe.desk.listview.get_group_by_count"
# Which app overrides which class, and a method of that class that it notes.
CLASSES = {
	BEFORE: {
		"File": ("frappe.core.doctype.file.file", "File", "get_content"),
		"Email Queue": ("frappe.email.doctype.email_queue.email_queue", "EmailQueue", "send"),
		# As Frappe Helpdesk does.
		"Assignment Rule": (
			"frappe.automation.doctype.assignment_rule.assignment_rule",
			"AssignmentRule",
			"get_user",
		),
	},
	AFTER: {
		"Communication": (
			"frappe.core.doctype.communication.communication",
			"Communication",
			"get_attach_link",
		),
		"Email Account": ("frappe.email.doctype.email_account.email_account", "EmailAccount", "receive"),
	},
}
METHODS = {BEFORE: {TITLE: "title"}, AFTER: {COUNT: "groups"}}


def source_of(app: str) -> dict[str, str]:
	"""The files of an app, by their names."""
	classes = [
		f"""
from {module} import {name}

class Neighbour{name}({name}):
	def {method}(self, *args, **kwargs):
		frappe.flags.setdefault("neighbours", []).append("{app}.{name}")
		return super().{method}(*args, **kwargs)
"""
		for module, name, method in CLASSES[app].values()
	]
	overrides = {
		doctype: f"{app}.overrides.Neighbour{name}" for doctype, (_m, name, _f) in CLASSES[app].items()
	}
	methods = {original: f"{app}.overrides.{function}" for original, function in METHODS[app].items()}
	return {
		"__init__.py": '__version__ = "1.0.0"\n',
		"modules.txt": "",
		"patches.txt": "",
		"hooks.py": f"""
app_name = app_title = "{app}"
app_publisher = app_description = app_email = app_license = "Test"
override_doctype_class = {overrides!r}
override_whitelisted_methods = {methods!r}
""",
		"overrides.py": f"""
import frappe
from frappe.desk import listview, search

@frappe.whitelist()
def title(doctype, docname):
	return "{app}: " + (search.get_link_title(doctype, docname) or docname)

@frappe.whitelist()
def groups(doctype, current_filters, field):
	frappe.flags.setdefault("neighbours", []).append("{app}.groups")
	return listview.get_group_by_count(doctype, current_filters, field)
{"".join(classes)}""",
	}


@pytest.fixture
def neighbours(site, bench, tmp_path, monkeypatch):
	"""Both apps on the site, around this one, which is taken off first; in the end they go and it stays."""
	listed = Path(site.local.sites_path, "apps.txt")
	before = listed.read_text()
	for app in (BEFORE, AFTER):
		package = tmp_path / app
		package.mkdir()
		for file, text in source_of(app).items():
			(package / file).write_text(text)
	monkeypatch.syspath_prepend(str(tmp_path))
	path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
	monkeypatch.setenv("PYTHONPATH", path)
	listed.write_text("\n".join([*before.split(), BEFORE, AFTER]) + "\n")
	try:
		bench("uninstall-app", APP, "--yes", "--no-backup")
		for app in (BEFORE, APP, AFTER):
			assert f"{APP}: " not in bench("install-app", app), "no control is said to be taken over"
		yield
	finally:
		for app in (AFTER, BEFORE):
			if app in frappe.get_installed_apps():
				bench("uninstall-app", app, "--yes", "--no-backup")
		listed.write_text(before)
		if APP not in frappe.get_installed_apps():
			bench("install-app", APP)
		frappe.clear_cache()
		for module in [name for name in sys.modules if name.split(".")[0] in (BEFORE, AFTER)]:
			del sys.modules[module]


@pytest.mark.committed
def test_nothing_is_lost_in_either_order(neighbours, bench):
	assert frappe.get_installed_apps()[-3:] == [BEFORE, AFTER, APP]
	assert takeovers.compare() == []
	for app, classes in CLASSES.items():
		for doctype, (_module, name, _method) in classes.items():
			order = type(frappe.new_doc(doctype)).__mro__
			guard = frappe.get_attr(frappe.get_hooks("extend_doctype_class")[doctype][-1])
			theirs = getattr(importlib.import_module(f"{app}.overrides"), f"Neighbour{name}")
			assert order.index(guard) < order.index(theirs), doctype

	# Ours decides, then theirs is called.
	assert link_fields.get_link_title(doctype="Role", docname="Guest") == f"{BEFORE}: Guest"
	for original in (TITLE, COUNT):
		resolved = frappe.override_whitelisted_method(original)
		assert resolved.startswith(f"{APP}."), original
	frappe.flags.neighbours = []
	frappe.call(frappe.override_whitelisted_method(COUNT), "ToDo", "[]", "status")
	frappe.get_doc({"doctype": "File", "file_name": "x.txt", "content": "x"}).get_content()
	assert {f"{AFTER}.groups", f"{BEFORE}.File"} <= set(frappe.flags.neighbours)

	# An administrator moves ours before theirs: what version 15 or 16 then takes from theirs alone is named.
	in_order = [app for app in frappe.get_installed_apps() if app != APP]
	in_order.insert(in_order.index(AFTER), APP)
	frappe.db.set_global("installed_apps", json.dumps(in_order))
	frappe.db.commit()
	frappe.clear_cache()
	clear_controller_cache()  # as a new process begins
	named = {(each.key, each.app) for each in takeovers.compare()}
	assert (COUNT, AFTER) in named
	assert {app for _key, app in named} == {AFTER}
	if frappe.__version__.startswith("15."):
		assert {("Communication", AFTER), ("Email Account", AFTER)} <= named
	assert COUNT in bench("client-comms", "health", may_fail=True)

	# Migrating does what the message says.
	bench("migrate", "--skip-search-index")
	assert frappe.get_installed_apps()[-1] == APP
	assert takeovers.compare() == []
	# Health as a whole fails here: a site for tests has no scheduler.
	assert "Controls: Frappe applies all of them" in bench("client-comms", "health", may_fail=True)
	assert compose.is_last()
