import re

import frappe
from frappe import _
from frappe.utils import get_datetime, get_fullname
from frappe.utils.formatters import format_value

from client_comms.document import Row
from client_comms.exceptions import EventsAreAppendOnlyError

FIELDS = (
	"event",
	"at",
	"by_user",
	"note",
	"promised_until",
	"source_doctype",
	"source_name",
	"judged",
	"action_key",
	"carried",
	"merged_from",
)
_MOMENTS = ("at", "promised_until")
# How notes are stored: a deadline begins with its name, and a change has a value on both sides. `history.js` has the same.
_CLOCK = re.compile(r"^(acknowledge|respond|promise) ", re.MULTILINE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?")
# Notes that say whom it is about, from whom and to whom, or who was told, by the names of the users' documents.
NAMING_USERS = frozenset(("Reassigned", "Access Granted", "Warned", "Escalated", "Escalated by Staff"))
USER = re.compile(r"[^\s:,]+@[^\s:,]+")
_TRANSLATED = ("Type Changed", "Direction Changed", "Priority Changed", "Level Changed")


class InteractionEvent(Row):
	"""One line of an interaction's history: written by its actions, never changed or deleted."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		action_key: DF.Data | None
		at: DF.Datetime
		by_user: DF.Link | None
		carried: DF.SmallText | None
		event: DF.Literal[
			"Logged",
			"Received",
			"Acknowledged",
			"Automatic Acknowledgement",
			"Acknowledgement Not Sent",
			"Promised",
			"Promise Not Sent",
			"Answered",
			"Answer Taken Back",
			"Paused",
			"Resumed",
			"Closed",
			"Reopened",
			"Automatic Reply",
			"Bounced",
			"Warned",
			"Breached",
			"Escalated",
			"Escalated by Staff",
			"Type Changed",
			"Direction Changed",
			"Company Changed",
			"Deadlines Recomputed",
			"Priority Changed",
			"Level Changed",
			"Matrix Changed",
			"Reassigned",
			"Access Requested",
			"Access Granted",
			"Access Declined",
			"Emergency Access",
			"Contacted",
			"Documentation Waived",
			"Rated",
			"Only Thanks",
			"Email Scheduled",
			"Sender in Doubt",
			"Client Changed",
			"Date Changed",
			"Merged",
			"Message Added",
			"Message Moved",
			"Message Split Off",
		]
		judged: DF.SmallText | None
		merged_from: DF.Data | None
		note: DF.SmallText | None
		parent: DF.Data
		parentfield: DF.Data
		parenttype: DF.Data
		promised_until: DF.Datetime | None
		source_doctype: DF.Link | None
		source_name: DF.DynamicLink | None
	# end: auto-generated types

	def get_invalid_links(self, *args, **kwargs):
		"""A message of which the history tells, or the app that it came from, can be gone since; the interaction is saved all the same."""
		return super().get_invalid_links(*args, **kwargs) if self.is_new() else ([], [])

	def refuse(self):
		frappe.throw(
			_(
				"The history of an interaction cannot be edited or deleted. Use the actions of the interaction, and add a comment about what is wrong in it."
			),
			exc=EventsAreAppendOnlyError,
			title=_("History Cannot Be Edited"),
		)

	def get_formatted(self, fieldname, *args, **kwargs):
		"""On paper, a note stands in the same words as on the form."""
		if fieldname != "note" or not self.note:
			return super().get_formatted(fieldname, *args, **kwargs)
		return format_value(in_words(self.note, self.event), self.meta.get_field("note"), self)


def in_words(note: str, event: str) -> str:
	"""A note as its reader understands it: deadlines and changed values in their language, moments in their format, and users by their names."""
	clocks = {
		"acknowledge": _("Acknowledgement"),
		"respond": _("Answer"),
		"promise": _("Promised Answer"),
	}
	if event in _TRANSLATED:
		change, *reason = note.split(": ")
		note = ": ".join([" → ".join(_(value) for value in change.split(" → ")), *reason])
	if event in NAMING_USERS:
		note = USER.sub(lambda found: get_fullname(found[0]), note)
	note = _CLOCK.sub(lambda found: f"{clocks[found[1]]} ", note)
	return _MOMENT.sub(lambda found: format_value(found[0], {"fieldtype": "Datetime"}), note)


def values(row) -> tuple:
	"""The values by which a row counts as unchanged."""
	return (
		row.name,
		*(
			str(get_datetime(row.get(field)).replace(microsecond=0))
			if field in _MOMENTS and row.get(field)
			else (row.get(field) or None)
			for field in FIELDS
		),
	)


def on_doctype_update():
	"""Health counts the messages of a month that only thanked; a document is asked for what was merged about it."""
	frappe.db.add_index("Interaction Event", ["event", "at"])
	frappe.db.add_index("Interaction Event", ["event", "source_name"])
