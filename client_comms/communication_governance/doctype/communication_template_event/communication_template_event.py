from client_comms.document import Row


class CommunicationTemplateEvent(Row):
	"""One event in the history of a template's approval; an approval stores the approved text."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		at: DF.Datetime
		by_user: DF.Link | None
		event: DF.Literal["Approved", "Sent Back", "Text Changed", "Terms Changed", "Expired", "Withdrawn"]
		note: DF.SmallText | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		subject: DF.Data | None
		text: DF.Code | None
		version: DF.Int
	# end: auto-generated types
	pass
