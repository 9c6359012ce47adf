from frappe import _
from frappe.model.document import Document

from client_comms.communication_governance import calendars
from client_comms.i18n import refuse
from client_comms.rules.messages import RuleError


class ResponseCalendar(Document):
	"""Business hours, holidays and time zone that the response clocks run on (C-3, C-4)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.response_calendar_hours.response_calendar_hours import (
			ResponseCalendarHours,
		)

		calendar_name: DF.Data
		counting: DF.Literal["Close of Business", "Working Hours"]
		holiday_list: DF.Link | None
		hours: DF.Table[ResponseCalendarHours]
		time_zone: DF.Autocomplete
	# end: auto-generated types

	def validate(self):
		"""A calendar that can never be open, or whose windows contradict each other, is refused at once."""
		try:
			calendars.build(self)
		except RuleError as refusal:
			refuse(refusal.message, title=_("Calendar Cannot Be Used"))

	def on_update(self):
		calendars.forget()
