"""The script of the workspace's block comes with the desk instead of being fetched when the block is drawn. A block that an
administrator has changed stays as it is."""

import frappe

from client_comms.setup import workspace_block

BEFORE = """frappe
	.require("/assets/client_comms/js/owed_today.js")
	.then(() => client_comms.show_owed_today(root_element));
"""


def execute():
	of_before = {"name": workspace_block.NAME, "script": BEFORE}
	frappe.db.set_value(workspace_block.DOCTYPE, of_before, "script", workspace_block.SCRIPT)
