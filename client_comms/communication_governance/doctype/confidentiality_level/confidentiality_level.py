import re

import frappe
from frappe import _

from client_comms import validation
from client_comms.document import Document
from client_comms.i18n import bold
from client_comms.roles import role_names

_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}")


class ConfidentialityLevel(Document):
	"""How confidential a record is, and what each role can do with it (D-5, P-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.level_clearance.level_clearance import (
			LevelClearance,
		)
		from client_comms.communication_governance.doctype.retention_exception.retention_exception import (
			RetentionException,
		)

		clearances: DF.Table[LevelClearance]
		color: DF.Color | None
		identity_valid_days: DF.Int
		level_name: DF.Data
		log_views: DF.Check
		need_to_know: DF.Literal["Role", "Responsible Party", "Participants"]
		rank: DF.Int
		require_identity_verification: DF.Check
		require_third_party_consent: DF.Check
		require_training: DF.Check
		retention_action: DF.Literal["Anonymise", "Delete"]
		retention_exceptions: DF.Table[RetentionException]
		retention_months: DF.Int
	# end: auto-generated types

	def validate(self):
		validation.require_in_range(self, {"retention_months": (0, 1200), "identity_valid_days": (0, 3650)})
		self.validate_rank()
		self.validate_clearances()
		self.validate_retention()
		self.validate_color()

	def validate_rank(self):
		"""Ranks order the levels, so they must be unique and at least 1."""
		if not self.rank or self.rank < 1:
			frappe.throw(_("Rank must be 1 or higher: a higher rank is stricter."), title=_("Rank Too Low"))
		filters = {"rank": self.rank, "name": ("!=", self.name or "")}
		if other := frappe.db.get_value("Confidentiality Level", filters):
			frappe.throw(
				_("Level {0} already has rank {1}. Choose another rank.").format(
					bold(other), bold(self.rank)
				),
				title=_("Rank Already Used"),
			)

	def validate_clearances(self):
		"""One row per role; a row without read access is useless."""
		seen = set()
		for row in self.clearances:
			if row.role in seen:
				frappe.throw(
					_("Row {0}: {1} already has a clearance row. Combine the two rows.").format(
						row.idx, bold(_(row.role))
					),
					title=_("Duplicate Role"),
				)
			seen.add(row.role)
			if not row.can_read:
				frappe.throw(
					_("Row {0}: {1} cannot do anything without Read. Select Read, or remove the row.").format(
						row.idx, bold(_(row.role))
					),
					title=_("Clearance Without Reading"),
				)

	def validate_retention(self):
		"""One term per communication type."""
		seen = set()
		for row in self.retention_exceptions:
			validation.require_in_range(row, {"retention_months": (0, 1200)})
			if row.communication_type in seen:
				frappe.throw(
					_("Row {0}: {1} already has a term. Remove one of the two rows.").format(
						row.idx, bold(_(row.communication_type))
					),
					title=_("Duplicate Type"),
				)
			seen.add(row.communication_type)

	def validate_color(self):
		"""The color is written into the style of every list."""
		if self.color and not _COLOR.fullmatch(self.color):
			frappe.throw(
				_("{0} is not a color. Choose one, or enter it like {1}.").format(
					bold(self.color), "#CB2929"
				),
				title=_("Not a Color"),
			)

	def on_update(self):
		self.warn_about_roles_without_permission()

	def warn_about_roles_without_permission(self):
		"""A clearance narrows role permissions; without role permission it has no effect."""
		permitted = {p.role for p in frappe.get_meta("Client Interaction").permissions if p.read}
		roles = [row.role for row in self.clearances if row.role not in permitted]
		if roles and not frappe.flags.in_install:
			frappe.msgprint(
				_(
					"These roles also need permission for Client Interaction in the Role Permissions Manager: {0}."
				).format(bold(role_names(roles))),
				title=_("Role Permission Missing"),
				indicator="orange",
			)
