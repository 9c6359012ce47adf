"""Closes records above the lowest level while another app disables a control, where the settings say so (D-5, P-2)."""

import frappe
from frappe.cache_manager import clear_controller_cache

from client_comms.enforcement import policy, sharing, takeovers


def follow(app: str | None = None) -> list[takeovers.Takeover]:
	"""Every hour, `after_migrate` and `after_app_install`: compare this app's controls with what Frappe applies.

	:returns: the controls that another app disables
	"""
	if frappe.flags.in_install:
		clear_controller_cache()  # a class that this process took from before the app came
	before = takeovers.found()
	now = takeovers.check()
	if now != before:
		apply()
	if frappe.flags.in_migrate or frappe.flags.in_install:
		takeovers.warn(now)
	return now


def apply(doc=None, method=None) -> None:
	"""Let the levels close or open again, also when the settings change."""
	policy.clear_cache()
	if takeovers.are_closing():
		sharing.end_all_lapsed()  # Frappe lets shares override every refusal
