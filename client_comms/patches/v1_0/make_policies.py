"""Existing sites get the policy frames, and the assignments of their trainings."""

import frappe

from client_comms.people import trainings
from client_comms.setup import install


def execute():
	install.make_policies()
	# Users who already have a role must complete its trainings from today, with the grace period.
	for user in frappe.get_all("User", {"enabled": 1, "user_type": "System User"}, pluck="name"):
		if user != "Administrator":
			trainings.assign(user, trainings.owed_by_roles(frappe.get_roles(user)))
