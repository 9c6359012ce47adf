"""Sites that were installed before get the frames of the policies, and the assignments of the trainings they have."""

import frappe

from client_comms.people import trainings
from client_comms.setup import install


def execute():
	install.make_policies()
	# Who was given a role before owes its trainings from today on, with the days of grace.
	for user in frappe.get_all("User", {"enabled": 1, "user_type": "System User"}, pluck="name"):
		if user != "Administrator":
			trainings.assign(user, trainings.owed_by_roles(frappe.get_roles(user)))
