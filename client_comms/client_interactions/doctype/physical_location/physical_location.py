import frappe
from frappe import _
from frappe.utils import add_years, getdate
from frappe.utils.nestedset import NestedSet

from client_comms import clock
from client_comms.document import Document
from client_comms.i18n import bold


class PhysicalLocation(Document, NestedSet):
	"""A site, room or cabinet in which paper files are kept (D-6)."""

	nsm_parent_field = "parent_physical_location"

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		disabled: DF.Check
		is_group: DF.Check
		last_reminded_on: DF.Date | None
		lft: DF.Int
		location_name: DF.Data
		location_type: DF.Literal["Site", "Room", "Cabinet"]
		next_inventory_on: DF.Date | None
		old_parent: DF.Link | None
		parent_physical_location: DF.Link | None
		responsible: DF.Link | None
		rgt: DF.Int
	# end: auto-generated types

	def before_insert(self):
		"""Counted within a year, alone or with the location that it is part of."""
		if not self.next_inventory_on and not self.parent_physical_location:
			self.next_inventory_on = add_years(getdate(clock.now()), 1)

	def on_trash(self):
		if frappe.db.exists("Physical File", {"location": self.name}):
			frappe.throw(
				_("Files are kept in {0}. Move them to another location first.").format(bold(self.name)),
				title=_("Location in Use"),
			)
		super().on_trash()


def within(location: str) -> list[str]:
	"""The names of a location and all its sublocations."""
	bounds = frappe.db.get_value("Physical Location", location, ["lft", "rgt"])
	if not bounds:
		return []
	return frappe.get_all(
		"Physical Location",
		{"lft": (">=", bounds[0]), "rgt": ("<=", bounds[1])},
		pluck="name",
		order_by="lft asc",
	)
