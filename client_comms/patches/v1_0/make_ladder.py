"""Existing sites get the shipped warning, quiet hours and escalation steps, with their own manager role."""

import frappe

from client_comms import procedure
from client_comms.setup import install


def execute():
	install.settle_new_settings()  # saving would store them empty
	settings = frappe.get_doc("Client Comms Settings")
	if settings.escalation_steps or not settings.default_calendar:
		return
	for row in procedure.ESCALATION_STEPS:
		step = dict(row)
		if step.get("role") == procedure.CUSTOMER_SUPPORT_MANAGER:
			step["role"] = settings.manager_role
		settings.append("escalation_steps", step)
	settings.update({"warning_share": procedure.WARNING_SHARE, **procedure.QUIET_HOURS})
	settings.flags.ignore_mandatory = True  # filled in by other patches
	settings.flags.ignore_validate = True  # an upgrade must not refuse the site's own settings
	settings.save(ignore_permissions=True)
