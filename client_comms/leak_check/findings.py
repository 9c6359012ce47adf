"""What the leak checks of a site say together (R-3)."""

import frappe


def latest() -> list:
	"""The last finished check of each user who is enabled: name, user, open_count, finished_on; the newest first.

	A check is of one user, so that of another does not say that what it found is closed.
	"""
	return frappe.db.sql(
		"""select run.name, run.user, run.open_count, run.finished_on from `tabLeak Check Run` run
		where run.status = 'Finished'
			and exists (select 1 from `tabUser` checked where checked.name = run.user and checked.enabled = 1)
			and not exists (
				select 1 from `tabLeak Check Run` later
				where later.user = run.user and later.status = 'Finished' and later.creation > run.creation)
		order by run.creation desc""",
		as_dict=True,
	)
