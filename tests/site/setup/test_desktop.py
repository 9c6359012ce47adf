"""Version 16 makes a sidebar for the workspace and an icon for the desktop when the app is installed."""

import frappe
import pytest

from client_comms import compat
from client_comms.setup import install

pytestmark = pytest.mark.skipif(
	not compat.is_version_16(), reason="version 15 has neither sidebars nor icons"
)
TITLE = "Client Communications"


def test_what_version_16_makes_of_the_workspace(capsys):
	from frappe.utils.install import auto_generate_icons_and_sidebar

	for doctype in ("Workspace Sidebar", "Desktop Icon", "Dashboard"):
		frappe.delete_doc(doctype, TITLE, force=True)
	errors = frappe.db.count("Error Log")
	install.after_install()
	auto_generate_icons_and_sidebar("client_comms")  # after_app_install, before dashboards are created
	assert frappe.db.count("Error Log") == errors
	assert "Error creating icons" not in capsys.readouterr().out
	sidebar = frappe.get_doc("Workspace Sidebar", TITLE)
	assert ("Dashboard", TITLE) in {(item.link_type, item.link_to) for item in sidebar.items}
	assert frappe.db.get_value("Desktop Icon", TITLE, "app") == "client_comms"
