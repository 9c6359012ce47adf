"""A workspace that an administrator changed: `bench migrate`, with and without a newer one in the app."""

import json
from html import unescape

import frappe
import pytest
from frappe.modules.import_file import import_file_by_path

from client_comms.setup import install, workspaces

TITLE = "Client Communications"
NOTIFIED = {"document_type": "Workspace", "document_name": TITLE}
LATER = "2099-01-01 00:00:00.000000"


@pytest.fixture
def administrator(make_user):
	return make_user("System Manager", "Workspace Manager")


@pytest.fixture
def upgrade(tmp_path, monkeypatch):
	"""`upgrade()`: the next version of the app, with newer files, is migrated to."""

	def run():
		newer = []
		for number, path in enumerate(workspaces.files()):
			newer.append(tmp_path / f"{number}.json")
			newer[-1].write_text(json.dumps({**json.loads(path.read_text()), "modified": LATER}))
		monkeypatch.setattr(workspaces, "files", lambda: newer)
		migrate()

	return run


def migrate():
	"""What migrating does with workspaces, in its order."""
	workspaces.keep_changed()
	for path in workspaces.files():
		import_file_by_path(str(path))
	install.after_migrate()


def change():
	"""One shortcut more, one less, as the editor of the workspace saves it."""
	doc = frappe.get_doc("Workspace", TITLE)
	doc.shortcuts = [row for row in doc.shortcuts if row.label != "Dashboard"]
	doc.append("shortcuts", {"label": "Our Wiki", "type": "URL", "url": "https://wiki.own.example"})
	doc.content = doc.content.replace('"Dashboard"', '"Our Wiki"')
	doc.save()


def shortcuts():
	return {row.label for row in frappe.get_doc("Workspace", TITLE).shortcuts}


def test_a_change_stays_when_the_site_is_migrated(administrator, as_user):
	with as_user(administrator):
		change()
	migrate()
	assert "Our Wiki" in shortcuts() and "Dashboard" not in shortcuts()
	assert not frappe.db.exists("Notification Log", NOTIFIED)


def test_a_change_outlasts_upgrades_that_ship_a_newer_one_and_its_author_is_told(
	administrator, as_user, upgrade, capsys
):
	with as_user(administrator):
		change()
	upgrade()
	assert "Our Wiki" in shortcuts() and "Dashboard" not in shortcuts()
	told = frappe.get_last_doc("Notification Log", {**NOTIFIED, "for_user": administrator})
	assert f'client-comms reset-workspace "{TITLE}"' in unescape(told.subject)
	assert unescape(told.subject) in capsys.readouterr().out
	count = frappe.db.count("Notification Log", NOTIFIED)
	migrate()
	assert "Our Wiki" in shortcuts()
	assert frappe.db.count("Notification Log", NOTIFIED) == count, "told once"


def test_one_that_was_changed_after_the_newer_file_was_made_is_told_of_as_well(
	administrator, as_user, upgrade
):
	with as_user(administrator):
		change()
	frappe.db.set_value("Workspace", TITLE, "modified", "2099-02-02 00:00:00", update_modified=False)
	upgrade()
	assert "Our Wiki" in shortcuts()
	assert frappe.db.exists("Notification Log", {**NOTIFIED, "for_user": administrator})


def test_a_migration_that_failed_and_is_repeated_tells_as_well(administrator, as_user, upgrade, monkeypatch):
	with as_user(administrator):
		change()
	with monkeypatch.context() as failing, pytest.raises(ZeroDivisionError):
		failing.setattr(install, "after_migrate", lambda: 1 / 0)
		upgrade()
	migrate()
	assert "Our Wiki" in shortcuts()
	assert frappe.db.exists("Notification Log", {**NOTIFIED, "for_user": administrator})


def test_the_command_that_they_are_told_puts_the_new_one_in_its_place(administrator, as_user, upgrade):
	with as_user(administrator):
		change()
	upgrade()
	assert workspaces.reset(TITLE)
	assert "Dashboard" in shortcuts() and "Our Wiki" not in shortcuts()
	assert not workspaces.reset("Our Workspace")


def test_one_that_was_only_moved_is_replaced(upgrade):
	for path in workspaces.files():
		shipped = json.loads(path.read_text())
		doc = frappe.get_doc(shipped["doctype"], shipped["name"])
		if doc.doctype == "Workspace":
			doc.sequence_id += 1
		doc.save()
		frappe.db.set_value(doc.doctype, doc.name, "modified", "2099-02-02 00:00:00", update_modified=False)
	upgrade()
	for path in workspaces.files():
		shipped = json.loads(path.read_text())
		assert str(frappe.db.get_value(shipped["doctype"], shipped["name"], "modified"))[:10] == LATER[:10]
	assert not frappe.db.exists("Notification Log", NOTIFIED)
