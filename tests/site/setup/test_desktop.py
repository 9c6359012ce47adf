"""Installing makes the workspace appear in the desk: in version 16 also its sidebar and an icon on the desktop."""

import frappe
import pytest
from frappe.desk.desktop import get_workspace_sidebar_items
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from client_comms import compat
from client_comms.setup import install, workspace_block

TITLE = "Client Communications"


def test_the_workspace_is_in_the_desk():
	assert TITLE in {page["name"] for page in get_workspace_sidebar_items()["pages"]}


def test_what_frappe_makes_of_the_workspace_leaves_no_error(capsys):
	made_of_it = ("Workspace Sidebar", "Desktop Icon") if compat.is_version_16() else ()
	for doctype in (*made_of_it, "Dashboard"):
		frappe.delete_doc(doctype, TITLE, force=True)
	errors = frappe.db.count("Error Log")
	install.after_install()
	finish_installing()
	assert frappe.db.count("Error Log") == errors
	assert "Error creating icons" not in capsys.readouterr().out
	assert frappe.db.exists("Dashboard", TITLE)
	if made_of_it:
		sidebar = frappe.get_doc("Workspace Sidebar", TITLE)
		assert ("Dashboard", TITLE) in {(item.link_type, item.link_to) for item in sidebar.items}
		assert frappe.db.get_value("Desktop Icon", TITLE, "app") == "client_comms"


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


def finish_installing():
	"""What Frappe does after the app's own installation, in this order."""
	from frappe.utils.dashboard import sync_dashboards

	if compat.is_version_16():
		from frappe.utils.install import auto_generate_icons_and_sidebar

		auto_generate_icons_and_sidebar("client_comms")
	sync_dashboards("client_comms")
