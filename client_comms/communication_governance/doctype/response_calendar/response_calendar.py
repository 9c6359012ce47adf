import frappe
from frappe import _
from frappe.utils import get_link_to_form

from client_comms.communication_governance import calendars
from client_comms.document import Document
from client_comms.i18n import bold, refuse
from client_comms.left_empty import LeavesEmpty
from client_comms.rules.messages import RuleError


class ResponseCalendar(LeavesEmpty, Document):
	"""The business hours, holidays and time zone for the response clocks (C-3, C-4)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.response_calendar_holiday_list.response_calendar_holiday_list import (
			ResponseCalendarHolidayList,
		)
		from client_comms.communication_governance.doctype.response_calendar_hours.response_calendar_hours import (
			ResponseCalendarHours,
		)

		calendar_name: DF.Data
		company: DF.Link | None
		counting: DF.Literal["Close of Business", "Working Hours"]
		further_holiday_lists: DF.TableMultiSelect[ResponseCalendarHolidayList]
		holiday_list: DF.Link | None
		hours: DF.Table[ResponseCalendarHours]
		time_zone: DF.Autocomplete
	# end: auto-generated types

	# Without a company it belongs to no company: Frappe would fill in the user's default one.
	LEFT_EMPTY = ("company",)

	def validate(self):
		self.validate_hours()
		self.validate_company()

	def on_update(self):
		calendars.forget()

	def after_delete(self):
		self.on_update()

	def validate_hours(self):
		"""Refuse a calendar that is never open, or whose hours overlap."""
		try:
			calendars.build(self)
		except RuleError as refusal:
			refuse(refusal.message, title=_("Calendar Cannot Be Used"))

	def validate_company(self):
		"""Each company has at most one calendar."""
		if not self.company:
			return
		other = frappe.db.get_value("Response Calendar", {"company": self.company, "name": ("!=", self.name)})
		if other:
			frappe.throw(
				_("{0} already has the calendar {1}. Change that one, or remove the company from it.").format(
					bold(self.company), get_link_to_form("Response Calendar", other)
				),
				title=_("Company Has a Calendar"),
			)
