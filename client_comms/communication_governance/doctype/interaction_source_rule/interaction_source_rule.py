from client_comms.document import Row


class InteractionSourceRule(Row):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		communication_type: DF.Link
		direction: DF.Literal["", "Inbound", "Outbound"]
		email_account: DF.Link | None
		issue_type: DF.Link | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		source: DF.Literal[
			"", "Communication", "Issue", "Lead", "Opportunity", "Call Log", "Event", "Appointment"
		]
		subject_contains: DF.SmallText | None
	# end: auto-generated types
	pass
