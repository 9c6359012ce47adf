"""The sidebar of version 16: the one that is shipped (folder `workspace_sidebar`), not what Frappe makes of the app's workspaces
and modules."""

import frappe
from frappe.modules.import_file import import_file_by_path

from client_comms import compat

SIDEBAR = "Client Communications"  # the name of its Module Onboarding, too
MODULES = ("Client Interactions", "Client Privacy", "Communication Governance")
# The workspace below the first, which has no sidebar and no icon of its own.
_BELOW = "Communication Governance"
# What Frappe made a sidebar of: the shortcuts of our workspaces, now and before.
_SHORTCUTS = {
	"Home",
	"Log Interaction",
	"Open",
	"Overdue",
	"My Interactions",
	"Dashboard",
	"Team Board",
	"Communication Matrix",
	"Settings",
}


def settle(_app: str | None = None) -> None:
	"""Frappe makes a sidebar and an icon of each workspace that has none, whenever an app is installed and when a site becomes
	one of version 16; made of our first, it has no list of interactions. One that an administrator changed is kept."""
	if not compat.is_version_16():
		return
	if _is_made_of_shortcuts(SIDEBAR):
		path = frappe.get_app_path("client_comms", "workspace_sidebar", "client_communications.json")
		import_file_by_path(path, force=True)
	if _is_made_of_shortcuts(_BELOW):
		frappe.delete_doc("Desktop Icon", _BELOW, force=True, ignore_permissions=True, ignore_missing=True)
		frappe.delete_doc("Workspace Sidebar", _BELOW, force=True, ignore_permissions=True)


def _is_made_of_shortcuts(workspace: str) -> bool:
	"""Whether the sidebar is as Frappe made it."""
	if not frappe.db.exists("Workspace Sidebar", {"name": workspace, "standard": 0}):
		return False
	items = frappe.get_all("Workspace Sidebar Item", {"parent": workspace}, pluck="label")
	return set(items) <= _SHORTCUTS


def remove() -> None:
	"""Remove the sidebar, the copies of it that users made for themselves, and the icon: of an app that goes, Frappe deletes the icon
	only if it is named like the app's folder."""
	if not compat.is_version_16():
		return
	ours = {"app": "client_comms", "name": ("in", (SIDEBAR, _BELOW))}
	for doctype in ("Desktop Icon", "Workspace Sidebar"):
		for name in frappe.get_all(doctype, or_filters=ours, pluck="name"):
			frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)


def extend_bootinfo(bootinfo) -> None:
	"""What the browser is told of the sidebar, see below."""
	sidebars = bootinfo.get("workspace_sidebar_item") or {}
	if shown := sidebars.get(SIDEBAR.lower()):
		_withdraw_onboarding(shown)
		_stand_for_modules(sidebars, shown)


def _withdraw_onboarding(sidebar: dict) -> None:
	"""No steps of setting up the app for those who take none or have taken all: they would be asked for each time the sidebar is
	shown."""
	from frappe.desk.desktop import get_onboarding_data

	if sidebar.get("module_onboarding") and not get_onboarding_data(SIDEBAR):
		sidebar["module_onboarding"] = None


def _stand_for_modules(sidebars: dict, shown: dict) -> None:
	"""The shipped sidebar stands beside all pages of the app.

	Frappe makes one of each module that has none, and shows it beside what it names; so a page of two sidebars would have neither.
	In its place comes one without items, under a key that no module has, which the browser takes for the shipped one.
	"""
	for module in MODULES:
		sidebars.pop(module.lower(), None)
		if module != shown["module"]:
			sidebars[f"{SIDEBAR}: {module}".lower()] = {**shown, "module": module, "items": []}
