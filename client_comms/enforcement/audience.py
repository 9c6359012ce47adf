"""Who can read an interaction, for its form; the rule is `rules.access_audience` (D-5, P-2)."""

import frappe
from frappe.utils import get_datetime_str

from client_comms import clock
from client_comms.enforcement import policy
from client_comms.rules import access_audience as rules
from client_comms.rules.access import Record


def of_record(record: Record | None) -> dict:
	"""Who can read an interaction.

	:param record: its facts
	:returns: `{"roles": [role, …], "roles_if_cleared": [role, …], "people": [{"user", "full_name", "until": as stored or
	    None}, …]}`: the roles of which every holder can, those of which only holders with clearance by another role can, and the people who
	    take part, with the end of what only a grant gives
	"""
	current, now = policy.current(), clock.now()
	if record is None:
		return {"roles": [], "roles_if_cleared": [], "people": []}
	taking_part = rules.people(record, now)
	subjects = policy.subjects(taking_part) if taking_part else []
	names = rules.readers(subjects, record, current, now)
	people = (
		frappe.get_all(
			"User", {"name": ("in", names)}, ["name as user", "full_name"], order_by="full_name asc"
		)
		if names
		else []
	)
	ends = rules.ends(subjects, record, current, now)
	for each in people:
		each.until = get_datetime_str(ends[each.user]) if each.user in ends else None
	found = rules.roles(record, current)
	return {"roles": sorted(found.all), "roles_if_cleared": sorted(found.if_cleared), "people": people}
