import frappe
from frappe.query_builder import Interval
from frappe.query_builder.functions import Now

from client_comms.document import Document


class ClientAccessLinkAttempt(Document):
	"""Attempts from one IP address within one hour to open invalid, expired or used links; counted, not listed."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		attempts: DF.Int
		hour: DF.Datetime
		ip_address: DF.Data
		last_on: DF.Datetime | None
		outcome: DF.Literal["Unknown", "Expired", "Used", "Too Many"]
	# end: auto-generated types

	@staticmethod
	def clear_old_logs(days=90):
		"""Called daily for the DocTypes in Log Settings."""
		table = frappe.qb.DocType("Client Access Link Attempt")
		frappe.db.delete(table, filters=(table.hour < Now() - Interval(days=days)))


def on_doctype_update():
	frappe.db.add_unique("Client Access Link Attempt", ["ip_address", "hour", "outcome"])
