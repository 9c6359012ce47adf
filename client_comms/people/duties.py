"""The duties of a staff member under the procedure: policies to read, trainings to take, records to review
(R-1, R-2, T-1, T-3)."""

import frappe
from frappe import _

from client_comms.people import policies, reviews, trainings


def of_user(user: str) -> list[dict]:
	"""The open duties of a user, the most urgent first.

	:returns: `[{"what", "title", "due": day or None, "route": [part, …]}]`; `route` opens it in the desk
	"""
	found = [
		{
			"what": _("Policy to Read"),
			"title": f"{row.policy_title} ({row.version_label})",
			"due": None,
			"route": ["Form", policies.POLICY, row.name],
		}
		for row in policies.to_read(user)
	]
	found += [
		{
			"what": _("Training"),
			"title": training,
			"due": state.until and str(state.until),
			"route": [trainings.PAGE, training],
		}
		for training, state in trainings.to_do(user).items()
	]
	found += [
		{
			"what": _("Record to Review"),
			"title": row.interaction,
			"due": row.due_on and str(row.due_on),
			"route": ["Form", reviews.REVIEW, row.name],
		}
		for row in frappe.get_all(
			reviews.REVIEW,
			{"reviewer": user, "status": reviews.OPEN},
			["name", "interaction", "due_on"],
			order_by="due_on asc, name asc",
			limit=20,
		)
	]
	return sorted(found, key=lambda each: each["due"] or "9999")
