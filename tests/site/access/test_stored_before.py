"""What was stored before the app was there, or refused it, is cleaned, or named in a leak check (D-5, P-2)."""

import json
import os
from unittest import mock

import frappe
import pytest
from frappe.utils import get_files_path

from client_comms.leak_check import existing_exposures
from client_comms.patches.v1_0 import quote_addresses
from client_comms.setup import install

pytestmark = pytest.mark.clause("D-5", "P-2")

RUN = "window.top.ran=1"
MARKUP = f"<img src=x onerror={RUN}>"
REPORT = {"ref_doctype": "Note", "report_type": "Report Builder", "is_standard": "No"}


def value_of(doc, field):
	return frappe.db.get_value(doc.doctype, doc.name, field)


def reviewed():
	return {each["document"]: each["what"] for each in existing_exposures.to_review()}


# --- cleaned -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("doctype", "field", "stored", "cleaned"),
	[
		("Note", "title", json.dumps([MARKUP]), None),
		("Note", "title", "1 < 2", "1 < 2"),
		("Address", "address_line2", json.dumps(MARKUP), None),
		("Contact Email", "email_id", f"{MARKUP} <ann@example.com>", "img"),
		("Contact Email", "email_id", "Ann <ann@example.com>", "Ann <ann@example.com>"),
		("ToDo", "description", json.dumps({"a": MARKUP}), None),
		("Address", "pincode", '["a"]', '["a"]'),
	],
)
def test_texts_that_frappe_stores_as_they_are(doctype, field, stored, cleaned):
	doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(length=10), field: stored})
	doc.db_insert()
	quote_addresses.execute()
	found = value_of(doc, field)
	assert MARKUP not in found and "onerror" not in found.split("<", 1)[-1]
	if cleaned and cleaned != "img":
		assert found == cleaned
	quote_addresses.execute()
	assert value_of(doc, field) == found


def test_addresses_of_pictures_and_files(make_user):
	bad, good = make_user("Projects User"), make_user("Projects User")
	frappe.db.set_value("User", bad, "user_image", f"/files/x'>{MARKUP}")
	frappe.db.set_value("User", good, "user_image", "/files/O'Brien (2).png")
	quote_addresses.execute()
	assert frappe.db.get_value("User", bad, "user_image") == f"/files/x%27%3E%3Cimg src=x onerror={RUN}%3E"
	assert frappe.db.get_value("User", good, "user_image") == "/files/O'Brien (2).png"


@pytest.fixture
def named(make_user):
	"""A file whose name is a tag, in two rows, and as the picture of a user."""
	name, user = f"{MARKUP}{frappe.generate_hash(length=6)}.bin", make_user("Projects User")
	path = get_files_path(name, is_private=1)
	with open(path, "w") as file:
		file.write("content")
	address = f"/private/files/{name}"
	rows = []
	for _row in range(2):
		values = {"doctype": "File", "name": frappe.generate_hash(length=10), "file_name": name}
		rows.append(frappe.get_doc({**values, "file_url": address, "is_private": 1, "is_folder": 0}))
		rows[-1].db_insert()
	frappe.db.set_value("User", user, "user_image", address)
	yield frappe._dict(path=path, rows=rows, user=user)
	frappe.db.rollback()
	if os.path.exists(path):
		os.unlink(path)


def test_a_file_whose_name_is_a_tag(named):
	quote_addresses.execute()
	first, second = (frappe.get_doc("File", row.name) for row in named.rows)
	assert not {*'<>"'} & {*first.file_name, *first.file_url} and first.file_url == second.file_url
	assert first.get_content() == "content"
	assert frappe.db.get_value("User", named.user, "user_image") == first.file_url
	after = first.get_full_path()
	frappe.db.rollback()
	assert os.path.exists(named.path) and not os.path.exists(after)


@pytest.mark.parametrize("taken", [False, True])
def test_a_file_that_is_gone_or_whose_new_name_another_one_has(named, taken):
	other = named.path.replace("<", "_").replace(">", "_")
	with open(other, "w") as file:
		file.write("of another record")
	try:
		if not taken:
			os.unlink(named.path)
		quote_addresses.execute()
		first = frappe.get_doc("File", named.rows[0].name)
		assert not {*'<>"'} & {*first.file_url}
		assert first.get_full_path() != other
		if taken:
			assert first.get_content() == "content"
	finally:
		frappe.db.rollback()
		os.unlink(other)


def test_the_file_has_its_new_name_alone_in_the_end(named):
	quote_addresses.execute()
	frappe.db.after_commit.run()
	after = frappe.get_doc("File", named.rows[0].name).get_full_path()
	assert os.path.exists(after) and not os.path.exists(named.path)
	frappe.db.rollback()


def test_what_the_desk_shows_to_others():
	config = {"Sales": {"label": MARKUP, "filters": [["age", "<", 3]]}}
	made = []
	for doctype, field in (
		("Report", "json"),
		("Dashboard Settings", "chart_config"),
		("Desktop Layout", "layout"),
	):
		if frappe.db.exists("DocType", doctype):
			values = {"doctype": doctype, "name": frappe.generate_hash(), field: json.dumps(config)}
			made.append((frappe.get_doc({**values, **(REPORT if doctype == "Report" else {})}), field))
			made[-1][0].db_insert()
	step = frappe.get_doc(
		{
			"doctype": "Onboarding Step",
			"name": frappe.generate_hash(),
			"title": f"Begin {MARKUP}",
			"description": f"# Begin\n\n**Now** {MARKUP}",
			"intro_video_url": f'abc" onmouseover="{RUN}',
			"action": "Go to Page",
			"path": "/app/todo",
		}
	)
	step.db_insert()
	quote_addresses.execute()
	for doc, field in made:
		stored = json.loads(value_of(doc, field))["Sales"]
		assert "onerror" not in stored["label"] and stored["filters"] == [["age", "<", 3]]
	step.reload()
	assert "onerror" not in step.title + step.description and '"' not in step.intro_video_url
	assert step.description.startswith("# Begin\n\n**Now**") and step.path == "/app/todo"


def test_an_installation_does_the_same(monkeypatch):
	modules = ("seal", "keys", "confirmation", "workspace_block", "workspaces", "following", "stored_markup")
	steps = ("sync_custom_fields", "add_indexes", "make_roles", "make_role_profiles", "make_procedure")
	for name in (*modules, *steps, "make_searchable"):
		monkeypatch.setattr(install, name, mock.MagicMock())
	install.after_install()
	install.stored_markup.clean.assert_called_once_with()


# --- named ---------------------------------------------------------------------------------------


@pytest.fixture
def stored(make_user):
	"""`stored("Number Card", {…})`: as a user of the desk could store it."""
	user = make_user("Projects User")

	def store(doctype, values, by=user):
		doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(length=10), **values})
		doc.db_insert()
		frappe.db.set_value(doctype, doc.name, "modified_by", by, update_modified=False)
		return doc

	return store


EXPRESSION = json.dumps([["ToDo", "owner", "=", RUN]])


@pytest.mark.parametrize(
	("doctype", "values", "harmless"),
	[
		("Custom HTML Block", {"private": 0, "html": "<p>x</p>", "script": RUN}, {"private": 1}),
		("Number Card", {"dynamic_filters_json": EXPRESSION}, {"dynamic_filters_json": "[]"}),
		("Number Card", {"method": "frappe.auth.get_logged_user"}, {"method": None}),
		("Dashboard Chart", {"dynamic_filters_json": EXPRESSION}, {"dynamic_filters_json": None}),
		("Report", {**REPORT, "javascript": RUN}, {"javascript": ""}),
		(
			"Workspace Shortcut",
			{"parenttype": "Workspace", "parent": "Home", "stats_filter": RUN},
			{"stats_filter": '[["ToDo", "status", "=", "Open"]]'},
		),
		(
			"Workspace Quick List",
			{"parenttype": "Workspace", "parent": "Home", "quick_list_filter": RUN},
			{"quick_list_filter": "[]"},
		),
		("Workspace Sidebar Item", {"display_depends_on": RUN}, {"display_depends_on": None}),
	],
)
def test_scripts_by_users_without_a_role_for_them(doctype, values, harmless, stored, make_user):
	if not frappe.db.exists("DocType", doctype):  # before version 16
		return
	bad = stored(doctype, values)
	without = stored(doctype, {**values, **harmless})
	roles = ("Workspace Manager", "Dashboard Manager", "Script Manager")
	trusted = stored(doctype, values, by=make_user(*roles))
	named = str(reviewed())
	assert bad.name in named and without.name not in named and trusted.name not in named


@pytest.mark.parametrize("doctype", ["Workspace Shortcut", "Workspace Sidebar Item", "Desktop Icon"])
def test_addresses_that_are_scripts(doctype, stored):
	if not frappe.db.exists("DocType", doctype):  # before version 16
		return
	field = "link" if doctype == "Desktop Icon" else "url"
	place = {"parenttype": "Workspace", "parent": "Home"} if doctype != "Desktop Icon" else {}
	bad = stored(doctype, {**place, field: "java\tscript:alert(1)"}, by="Administrator")
	good = stored(doctype, {**place, field: "/app/todo"}, by="Administrator")
	named = str(reviewed())
	assert bad.name in named and good.name not in named


def test_labels_that_end_an_attribute(stored):
	if not frappe.db.exists("DocType", "Desktop Icon"):  # before version 16
		return
	bad = stored("Desktop Icon", {"label": f'x" onmouseover="{RUN}'})
	assert bad.name in str(reviewed())


def test_what_the_apps_ship_is_not_named():
	named = reviewed()
	kinds = ("Custom HTML Block", "Number Card", "Dashboard Chart", "Workspace", "Desktop Icon")
	assert [each for each in named if each.startswith(kinds)] == []
