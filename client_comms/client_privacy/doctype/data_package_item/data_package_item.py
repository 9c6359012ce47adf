import frappe

from client_comms.client_privacy.packages.result import WrittenByPackages


class DataPackageItem(WrittenByPackages):
	"""One record in the copy of a client's data, or why it is not in it; as confidential as the copy (P-2).

	`content` is what goes into the file, and is emptied once the file is released. The record is stored as text, so that an item does
	not prevent it from being deleted. `package_type` is always Data Package: whatever belongs to another document names its DocType in a
	field, by which its row condition is built.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		confidentiality_level: DF.Link | None
		content: DF.LongText | None
		error: DF.SmallText | None
		masked: DF.SmallText | None
		masked_count: DF.Int
		package: DF.Link | None
		package_type: DF.Data | None
		reason: DF.SmallText | None
		reference_doctype: DF.Data | None
		reference_name: DF.Data | None
		state: DF.Literal["Waiting", "Included", "Left Out", "Failed"]
	# end: auto-generated types


def on_doctype_update():
	"""A job asks for the next items by state and in this order."""
	frappe.db.add_index("Data Package Item", ["package", "state", "reference_doctype", "reference_name"])
