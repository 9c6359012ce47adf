import base64
import io

import frappe
from frappe import _

from client_comms import alerts, clock, procedure, roles, validation, written_by_app
from client_comms.clients import contacts
from client_comms.document import Document
from client_comms.enforcement import guards, policy
from client_comms.exceptions import EventsAreAppendOnlyError, StatusFollowsEventsError
from client_comms.i18n import bold
from client_comms.rules import access

IN_PLACE, CHECKED_OUT, MISSING, DESTROYED = "In Place", "Checked Out", "Missing", "Destroyed"
REGISTERED, OUT, IN, MOVED = "Registered", "Checked Out", "Checked In", "Moved"
REPORTED_MISSING, FOUND, DESTRUCTION = "Reported Missing", "Found", "Destroyed"
INTERACTION = "Client Interaction"
_FOLLOW_MOVEMENTS = ("state", "location", "custodian", "due_back")
_BY_THE_APP = ("last_reminded_on",)


class PhysicalFile(Document):
	"""A paper file: where it is, who holds it, and all its movements (D-6).

	As confidential as its strictest interaction. State, location and custodian follow its append-only
	movements, which are added by `check_out`, `check_in`, `move`, `report_missing` and `destroy`.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.client_interactions.doctype.physical_file_interaction.physical_file_interaction import (
			PhysicalFileInteraction,
		)
		from client_comms.client_interactions.doctype.physical_file_movement.physical_file_movement import (
			PhysicalFileMovement,
		)

		confidentiality_level: DF.Link
		custodian: DF.Link
		description: DF.SmallText | None
		due_back: DF.Date | None
		interactions: DF.Table[PhysicalFileInteraction]
		label_code: DF.Data | None
		last_reminded_on: DF.Date | None
		location: DF.Link
		movements: DF.Table[PhysicalFileMovement]
		own_level_decides: DF.Check
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Link | None
		state: DF.Literal["In Place", "Checked Out", "Missing", "Destroyed"]
		title: DF.Data
	# end: auto-generated types

	def before_naming(self):
		self.label_code = (self.label_code or "").strip() or None

	def before_insert(self):
		self.set("movements", [])
		self.state, self.due_back = IN_PLACE, None
		self._append(REGISTERED, to_location=self.location, to_custodian=self.custodian)

	def validate(self):
		self.label_code = (self.label_code or "").strip() or self.name
		self.set_client()
		self.validate_movements_are_untouched()
		self.validate_interactions()
		self.set_level()

	def set_client(self):
		self.party_name = None
		if self.party_type and self.party:
			contacts.set_name(self)

	def validate_movements_are_untouched(self):
		before = self.get_doc_before_save()
		if before is None or self.flags.moving:
			return
		written_by_app.keep_fields(self, *_BY_THE_APP)
		if [row.name for row in self.movements] != [row.name for row in before.movements] or any(
			_plain(row) != _plain(old) for row, old in zip(self.movements, before.movements, strict=True)
		):
			frappe.throw(
				_("The movements of a file cannot be edited. Use Check Out, Check In or Move."),
				exc=EventsAreAppendOnlyError,
				title=_("History Cannot Be Edited"),
			)
		if any(str(self.get(field) or "") != str(before.get(field) or "") for field in _FOLLOW_MOVEMENTS):
			frappe.throw(
				_("The location and custodian of a file cannot be edited. Use Check Out, Check In or Move."),
				exc=StatusFollowsEventsError,
				title=_("Location Cannot Be Set"),
			)

	def validate_interactions(self):
		"""Users who file something under an interaction must be able to read it."""
		names = [row.interaction for row in self.interactions]
		if twice := {name for name in names if names.count(name) > 1}:
			frappe.throw(
				_("{0} is listed twice. Remove one of the rows.").format(bold(", ".join(sorted(twice)))),
				title=_("Duplicate Interaction"),
			)
		before = self.get_doc_before_save()
		known = {row.interaction for row in before.interactions} if before else set()
		for name in names:
			if name not in known and not self.flags.ignore_permissions:
				guards.require(INTERACTION, name)

	def set_level(self):
		"""The level of its strictest interaction, or a stricter one that a user chose."""
		named = {"name": ("in", [row.interaction for row in self.interactions] or [""])}
		theirs = frappe.get_all(INTERACTION, named, pluck="confidentiality_level", order_by=None)
		levels = policy.current()
		strictest = levels.strictest_of(*theirs)
		if strictest and levels.rank(strictest) >= levels.rank(self.confidentiality_level):
			self.confidentiality_level, self.own_level_decides = strictest, 0
		else:
			self.own_level_decides = 1

	# --- actions -------------------------------------------------------------------------------

	def check_out(self, custodian: str, reason: str, due_back=None) -> None:
		"""Hand the file to a user who can read it.

		:raises frappe.ValidationError: the file is not in its location, no reason is given, or the return
		    date is in the past or not a date
		:raises ClearanceMissingError: the custodian cannot read the file
		"""
		self._require_state(IN_PLACE)
		self._require_reason(reason)
		self._require_reader(custodian)
		due_back = clock.parse_day(due_back) if due_back else None
		if due_back and due_back < clock.now().date():
			frappe.throw(
				_("The return date cannot be in the past. Choose today or a later day."),
				title=_("Date in the Past"),
			)
		self._record(OUT, CHECKED_OUT, to_custodian=custodian, reason=reason, due_back=due_back)

	def check_in(self, location: str | None = None, custodian: str | None = None) -> None:
		"""Return the file to its location or to another one, even if it was missing or recorded as destroyed."""
		self._require_state(CHECKED_OUT, MISSING, DESTROYED)
		self._record(
			IN if self.state == CHECKED_OUT else FOUND,
			IN_PLACE,
			to_location=location or self.location,
			to_custodian=custodian or frappe.session.user,
		)

	def found_elsewhere(self, custodian: str, reason: str) -> None:
		"""A file that was missing or recorded as destroyed was found where it does not belong: `custodian` has it until it is
		checked in."""
		self._require_state(MISSING, DESTROYED)
		self._record(FOUND, CHECKED_OUT, to_custodian=custodian, reason=reason)

	def move(self, location: str, reason: str | None = None) -> None:
		"""Move the file to another location."""
		self._require_state(IN_PLACE)
		self._record(MOVED, IN_PLACE, to_location=location, to_custodian=self.custodian, reason=reason)

	def report_missing(self, reason: str | None = None) -> None:
		"""Report that the file is missing."""
		self._require_state(IN_PLACE, CHECKED_OUT)
		self._record(REPORTED_MISSING, MISSING, reason=reason)

	def destroy(self, reason: str) -> None:
		"""The file was destroyed; its record stays."""
		self._require_state(IN_PLACE, MISSING)
		self._require_reason(reason)
		self._record(DESTRUCTION, DESTROYED, reason=reason)

	def _record(
		self, movement: str, state: str, *, to_location=None, to_custodian=None, reason=None, due_back=None
	):
		validation.require_text(_("Reason"), reason)
		was_destroyed = self.state == DESTROYED
		self._append(
			movement, to_location=to_location, to_custodian=to_custodian, reason=reason, due_back=due_back
		)
		self.state, self.due_back, self.last_reminded_on = state, due_back or None, None
		if to_location:
			self.location = to_location
		if to_custodian:
			self.custodian = to_custodian
		self.flags.moving = True
		try:
			self.save(ignore_permissions=True)
		finally:
			self.flags.moving = False
		if was_destroyed:
			self._tell_that_it_exists()

	def _tell_that_it_exists(self) -> None:
		"""Others rely on it that a destroyed file is gone: the manager role and the auditors are told."""
		told = alerts.managers() | roles.users_with_role(procedure.COMPLIANCE_OFFICER)
		alerts.tell(
			{user for user in told if frappe.has_permission(self.doctype, "read", doc=self, user=user)},
			lambda: _("The file {0} was recorded as destroyed, but was found").format(self.label_code),
			self.doctype,
			self.name,
		)

	def _append(self, movement: str, *, to_location=None, to_custodian=None, reason=None, due_back=None):
		new = self.is_new()
		self.append(
			"movements",
			{
				"movement": movement,
				"from_location": None if new else self.location,
				"to_location": to_location,
				"from_custodian": None if new else self.custodian,
				"to_custodian": to_custodian,
				"moved_by": frappe.session.user,
				"moved_at": clock.now(),
				"reason": reason,
				"due_back": due_back,
			},
		)

	def _require_state(self, *states: str) -> None:
		if self.state not in states:
			frappe.throw(
				_("The state of {0} is {1}. This action requires one of these states: {2}.").format(
					bold(self.label_code),
					bold(_(self.state)),
					", ".join(_(state) for state in states),
				),
				title=_("Not Possible Now"),
			)

	def _require_reason(self, reason: str | None) -> None:
		validation.require_reason(reason, _("Give a reason. It is stored with the file's movements."))

	def _require_reader(self, user: str) -> None:
		"""Only users who can read the file can receive it."""
		if not frappe.db.get_value("User", user, "enabled") or not frappe.has_permission(
			self.doctype, "read", doc=self, user=user
		):
			frappe.throw(
				_(
					"{0} cannot read this file, so they cannot receive it. Choose someone with clearance for {1}."
				).format(bold(frappe.utils.get_fullname(user)), bold(_(self.confidentiality_level))),
				exc=frappe.PermissionError,
				title=_("Clearance Missing"),
			)

	def records(self, *, lasting: bool = False) -> list[access.Record]:
		"""The facts that decide: each of its interactions, and its own level if that is stricter or there are none.

		:param lasting: consider only reasons that do not expire, see `policy.stored_record`
		"""
		names = {row.interaction for row in self.interactions}
		records = list(policy.stored_records(names, lasting=lasting).values())
		# The level of a deleted interaction remains here.
		own = self.own_level_decides or len(records) < len(names) or not names
		if own:
			records.append(
				access.Record(self.confidentiality_level, None, None, responsible_staff=self.custodian)
			)
		return records

	def qr_code(self) -> str:
		"""The label's code as an SVG image, for the label."""
		from pyqrcode import create

		stream = io.BytesIO()
		create(self.label_code, error="M", encoding="utf-8").svg(stream, scale=4, quiet_zone=2, xmldecl=False)
		return f"data:image/svg+xml;base64,{base64.b64encode(stream.getvalue()).decode()}"


def _plain(row) -> tuple:
	"""A movement in the form that the database returns."""
	fields = (
		"movement",
		"from_location",
		"to_location",
		"from_custodian",
		"to_custodian",
		"moved_by",
		"reason",
	)
	return (
		*(row.get(field) or None for field in fields),
		str(row.moved_at or "")[:19],
		str(row.due_back or "")[:10],
	)


def on_doctype_update():
	"""Files that are checked out are searched daily, and a location's files by every inventory."""
	frappe.db.add_index("Physical File", ["state", "due_back"], "files_out")
	frappe.db.add_index("Physical File", ["location", "state"], "files_of_location")
