import frappe

from client_comms import transactions, validation
from client_comms.document import Document, name_by_user

_KEY = "client_comms_assignment_shares"


class AssignmentShare(Document):
	"""A user's share of the interactions that are assigned in turn; without one, they get a full turn (F-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		full_name: DF.Data | None
		most_open: DF.Int
		user: DF.Link
		weight: DF.Percent
	# end: auto-generated types

	def autoname(self):
		name_by_user(self)

	def validate(self):
		validation.require_in_range(self, {"weight": (0, 100), "most_open": (0, 100_000)})

	def on_change(self):
		transactions.forget(_KEY)

	def after_delete(self):
		transactions.forget(_KEY)


def shares() -> dict[str, frappe._dict]:
	"""User → their share, with `weight` (percent) and `most_open`; a query per transaction."""
	rows = "select user, weight, most_open from `tabAssignment Share`"
	# Plain SQL, because each new interaction asks.
	return transactions.once(_KEY, lambda: {row.user: row for row in frappe.db.sql(rows, as_dict=True)})
