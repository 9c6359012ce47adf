"""Training status by role and person: current, due, overdue or lapsed (R-1, T-1)."""

from collections import Counter

import frappe
from frappe import _

from client_comms.people import trainings
from client_comms.roles import role_names
from client_comms.rules import training as rules

ORDER = (rules.LAPSED, rules.OVERDUE, rules.ASSIGNED, rules.DUE, rules.CURRENT)
COLOURS = {
	rules.LAPSED: "#cb2929",
	rules.OVERDUE: "#e86c13",
	rules.ASSIGNED: "#edba13",
	rules.DUE: "#449cf0",
	rules.CURRENT: "#30a66d",
}


def execute(filters=None):
	"""One row per person and training, the most urgent first, and a chart of the states.

	:param filters: `role`, `user`, `training`, `state`
	"""
	frappe.has_permission(trainings.ASSIGNMENT, "report", throw=True)
	filters = frappe._dict(filters or {})
	roles = _roles()
	stands = trainings.states([filters.user] if filters.user else None)
	names = _names({user for user, _training, _state in stands})
	rows = [
		{
			"user": user,
			"full_name": names.get(user) or user,
			"roles": role_names(roles.get(user, ())),
			"training": training,
			"state": state.name,
			"until": state.until,
		}
		for user, training, state in stands
		if (not filters.role or filters.role in roles.get(user, ()))
		and (not filters.training or filters.training == training)
		and (not filters.state or filters.state == state.name)
	]
	rows.sort(key=lambda row: (ORDER.index(row["state"]), str(row["until"]), row["full_name"]))
	message = (
		None
		if rows
		else _("No user has this training to do. Empty the filters, or give roles to a training.")
	)
	return _columns(), rows, message, _chart(rows)


def _names(users: set[str]) -> dict[str, str]:
	"""User → their full name."""
	known = {"name": ("in", users or [""])}
	return dict(frappe.get_all("User", known, ["name", "full_name"], as_list=True, order_by=None))


def _roles() -> dict[str, set[str]]:
	"""User → their roles that matter for trainings."""
	found: dict[str, set[str]] = {}
	wanted = {"parenttype": "User", "role": ("in", trainings.roles())}
	for row in frappe.get_all("Has Role", wanted, ["parent", "role"]):
		found.setdefault(row.parent, set()).add(row.role)
	return found


def _chart(rows: list[dict]) -> dict | None:
	counts = Counter(row["state"] for row in rows)
	shown = [state for state in ORDER if counts[state]]
	if not shown:
		return None
	return {
		"type": "percentage",
		"data": {
			"labels": [_(state) for state in shown],
			"datasets": [{"name": _("People"), "values": [counts[state] for state in shown]}],
		},
		"colors": [COLOURS[state] for state in shown],
	}


def _columns() -> list[dict]:
	return [
		{"fieldname": "full_name", "label": _("Full Name"), "fieldtype": "Data", "width": 170},
		{"fieldname": "roles", "label": _("Roles"), "fieldtype": "Data", "width": 200},
		{
			"fieldname": "training",
			"label": _("Training"),
			"fieldtype": "Link",
			"options": "SOP Training",
			"width": 250,
		},
		{"fieldname": "state", "label": _("Status"), "fieldtype": "Data", "in_words": 1, "width": 160},
		{"fieldname": "until", "label": _("Until"), "fieldtype": "Date", "width": 110},
		{"fieldname": "user", "label": _("User"), "fieldtype": "Link", "options": "User", "width": 200},
	]
