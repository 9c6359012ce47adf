"""Policies: which are in force, confirming that they were read, and what changed between versions (T-2 to T-4)."""

import frappe

from client_comms.communication_governance.doctype.sop_policy.sop_policy import history
from client_comms.people import policies


@frappe.whitelist()
def policies_in_force(communication_type: str | None = None) -> list[dict]:
	"""The policies that apply to interactions of a type, or all of them.

	:returns: `[{"name", "title", "version", "effective_from"}]`
	"""
	frappe.has_permission(policies.POLICY, "read", throw=True)
	rows = policies.for_type(communication_type) if communication_type else policies.in_force()
	return [policies.as_shown(row) for row in rows]


@frappe.whitelist()
def policies_to_read() -> list[dict]:
	"""The policies that the session user still has to confirm having read, in the same format."""
	return [policies.as_shown(row) for row in policies.to_read(frappe.session.user)]


@frappe.whitelist(methods=["POST"])
def attest_policy(policy: str) -> str:
	"""Record that the session user has read and understood a version that is in force; returns the attestation's name."""
	return policies.attest(policy)


@frappe.whitelist()
def policy_history(policy_title: str) -> list[dict]:
	"""The approved versions that the user can read, oldest first."""
	return history(policy_title)


@frappe.whitelist()
def policy_difference(policy: str, other: str) -> list[dict]:
	"""Two versions side by side: see `people.policies.difference`."""
	return policies.difference(policy, other)
