"""Whether what the app needs works on the site (R-3)."""

import frappe

from client_comms import health, health_formats
from client_comms.roles import require_configuring_or_auditing


@frappe.whitelist(
	methods=["POST"]
)  # the controls are compared again, and records close where the settings say so
def check_health() -> list[dict]:
	"""Check everything now.

	:returns: `[{"key", "title", "text", "faults": [str], "route": [str], "figures": {name: number},
	        "next_step", "ok", "help": [str]}, …]`; `help` says who can do it, where the caller cannot
	:raises frappe.PermissionError: the caller is neither a Compliance Officer nor a Client Communications Manager
	"""
	require_configuring_or_auditing()
	return health_formats.as_dicts(health.check())
