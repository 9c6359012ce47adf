"""Roles that the site had before the app was installed: what their holders can do is confirmed (D-5)."""

import frappe

from client_comms.communication_governance import found_roles


@frappe.whitelist()
def get_found_roles() -> dict:
	"""What is to be confirmed: see `found_roles.to_confirm`.

	:raises frappe.PermissionError: the caller cannot change confidentiality levels
	"""
	_require()
	return found_roles.to_confirm()


@frappe.whitelist(methods=["POST"])
def confirm_found_role(role: str, give_clearance: bool) -> None:
	"""Give a found role the shipped clearances, or leave it without.

	:raises frappe.PermissionError: the caller cannot change confidentiality levels
	:raises frappe.ValidationError: the role is not one that is to be confirmed
	"""
	_require()
	found_roles.confirm(role, give_clearance)


@frappe.whitelist(methods=["POST"])
def set_found_profile_aside(profile: str) -> None:
	"""Leave a found Role Profile as it is.

	:raises frappe.PermissionError: the caller cannot change confidentiality levels
	:raises frappe.ValidationError: the profile is not one that is to be confirmed
	"""
	_require()
	found_roles.set_aside(profile)


def _require() -> None:
	frappe.has_permission("Confidentiality Level", "write", throw=True)
