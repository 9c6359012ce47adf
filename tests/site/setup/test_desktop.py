"""The app in the desk: its workspaces, and in version 16 the sidebar beside its pages and its icon on the desktop."""

import frappe
import pytest
from frappe.desk.desktop import get_workspace_sidebar_items
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from client_comms import compat
from client_comms.setup import install, sidebar, workspace_block

TITLE = "Client Communications"
BELOW = "Communication Governance"
only_16 = pytest.mark.skipif(
	not compat.is_version_16(), reason="version 15 lists workspaces, and nothing below them"
)


def test_the_workspaces_are_in_the_desk():
	pages = {page["name"]: page["parent_page"] for page in get_workspace_sidebar_items()["pages"]}
	assert (pages[TITLE] or None, pages[BELOW]) == (None, TITLE)


@pytest.mark.parametrize(
	("role", "sees"),
	[
		("Frontline Staff", {TITLE}),
		("Account Manager", {TITLE}),
		("Customer Support", {TITLE}),
		("Customer Support Manager", {TITLE, BELOW}),
		("Compliance Officer", {TITLE, BELOW}),
		("Client Communications Manager", {TITLE, BELOW}),
	],
)
def test_staff_have_one_workspace_and_those_who_oversee_them_two(role, sees, make_user, as_user):
	with as_user(make_user(role)):
		assert {page["name"] for page in get_workspace_sidebar_items()["pages"]} & {TITLE, BELOW} == sees


def test_an_administrator_can_save_what_is_shipped_for_the_desk():
	"""Frappe imports a document without a mandatory field, which then can be neither changed nor marked as complete."""
	names = [("Module Onboarding", TITLE), ("Workspace", TITLE), ("Workspace", BELOW)]
	for doctype, name in names:
		frappe.get_doc(doctype, name).save()


def test_installing_makes_what_the_desk_shows_without_an_error(capsys):
	for doctype in ("Desktop Icon", "Dashboard") if compat.is_version_16() else ("Dashboard",):
		frappe.delete_doc(doctype, TITLE, force=True)
	errors = frappe.db.count("Error Log")
	install.after_install()
	finish_installing()
	assert frappe.db.count("Error Log") == errors
	assert "Error creating icons" not in capsys.readouterr().out
	assert frappe.db.exists("Dashboard", TITLE)
	if compat.is_version_16():
		assert frappe.db.get_value("Desktop Icon", TITLE, "app") == "client_comms"
		assert_is_shipped()


@only_16
def test_a_site_of_before_gets_the_sidebar_when_it_is_migrated():
	frappe.delete_doc("Workspace Sidebar", TITLE, force=True)
	made_by_frappe(TITLE, "Home", "Log Interaction", "Dashboard", "Communication Matrix", "Settings")
	install.after_migrate()
	assert_is_shipped()


@only_16
def test_the_sidebar_of_an_administrator_stays():
	frappe.delete_doc("Workspace Sidebar", TITLE, force=True)
	made_by_frappe(TITLE, "Home", "Log Interaction", "Our Wiki")
	install.after_migrate()
	assert len(frappe.get_doc("Workspace Sidebar", TITLE).items) == 3


@only_16
def test_nothing_stays_in_the_desk_of_an_app_that_goes():
	made_by_frappe(BELOW, "Home")
	copy = frappe.copy_doc(frappe.get_doc("Workspace Sidebar", TITLE))
	copy.update({"title": f"{TITLE}-Administrator", "for_user": "Administrator"}).insert()
	sidebar.remove()
	for doctype in ("Workspace Sidebar", "Desktop Icon"):
		assert not frappe.get_all(doctype, or_filters={"app": "client_comms", "name": ("in", (TITLE, BELOW))})


@only_16
@pytest.mark.parametrize("role", ["Frontline Staff", "Customer Support Manager", "Compliance Officer"])
def test_the_sidebar_shows_what_its_reader_may_open_and_stands_for_every_module(role, make_user, as_user):
	with as_user(make_user(role)):
		sidebars = booted()["workspace_sidebar_item"]
	shown = sidebars[TITLE.lower()]
	links = {item["link_to"] for item in shown["items"] if item["type"] == "Link"}
	assert links >= {"owed-today", "Client Interaction", "Client Consent", "Communication Matrix"}
	assert ("Team Board" in links, BELOW in links) == (role != "Frontline Staff",) * 2
	assert ("Legal Hold" in links) == (role == "Compliance Officer")
	assert {module.lower() for module in sidebar.MODULES} & sidebars.keys() == set()
	assert {each["module"] for each in sidebars.values() if each["label"] == TITLE} == set(sidebar.MODULES)


@only_16
def test_every_link_of_the_sidebar_leads_to_something():
	for item in frappe.get_doc("Workspace Sidebar", TITLE).items:
		assert item.type == "Section Break" or frappe.db.exists(item.link_type, item.link_to), item.label


@pytest.mark.parametrize(
	("path", "status", "told"),
	[("client-communications", 200, True), ("client-communications", 403, False), ("support", 200, False)],
)
def test_the_browser_is_told_what_the_workspace_will_need(path, status, told):
	response = Response(status=status, headers={"Link": "</assets/desk.css>; rel=preload; as=style"})
	request = Request(EnvironBuilder(path=compat.desk_path(path)).get_environ())
	workspace_block.after_request(response=response, request=request)
	first, *others = response.headers["Link"].split(",")
	assert first.startswith("</assets/desk.css>")
	assert ["client_comms.api.workspace_block" in each for each in others] == ([True] if told else [])


def assert_is_shipped():
	"""The sidebar that we ship, with the steps of setting up; nothing of the workspace below."""
	found = frappe.get_doc("Workspace Sidebar", TITLE)
	assert (found.standard, found.app, found.module_onboarding) == (1, "client_comms", TITLE)
	assert {"owed-today", "Client Interaction", "Team Board", BELOW} <= {item.link_to for item in found.items}
	assert not frappe.db.exists("Workspace Sidebar", BELOW)
	assert not frappe.db.exists("Desktop Icon", BELOW)


def made_by_frappe(workspace, *labels):
	link = {"type": "Link", "link_type": "Workspace", "link_to": workspace}
	items = [{**link, "label": label} for label in labels]
	frappe.get_doc({"doctype": "Workspace Sidebar", "title": workspace, "items": items}).insert()


def booted():
	"""What the browser is told of the sidebars."""
	from frappe.boot import get_sidebar_items

	pages = [page["name"] for page in get_workspace_sidebar_items()["pages"]]
	bootinfo = frappe._dict(workspace_sidebar_item=get_sidebar_items(pages))
	sidebar.extend_bootinfo(bootinfo)
	return bootinfo


def finish_installing():
	"""What the desk gets after the app's own installation, in this order."""
	from frappe.utils.dashboard import sync_dashboards

	if compat.is_version_16():
		from frappe.utils.install import auto_generate_icons_and_sidebar

		auto_generate_icons_and_sidebar("client_comms")
		sidebar.settle("client_comms")
	sync_dashboards("client_comms")
