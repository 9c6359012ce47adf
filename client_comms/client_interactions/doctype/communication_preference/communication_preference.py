import frappe
from frappe import _
from frappe.utils import get_link_to_form, getdate

from client_comms import clock, i18n, transactions
from client_comms.clients.parties import PARTY_TYPES
from client_comms.document import Document
from client_comms.exceptions import MissingDetailsError
from client_comms.i18n import bold
from client_comms.left_empty import LeavesEmpty


class CommunicationPreference(LeavesEmpty, Document):
	"""How a client, or one of its contacts, wants to be contacted: channels in order, excluded channels,
	language (C-1)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.client_interactions.doctype.excluded_channel.excluded_channel import (
			ExcludedChannel,
		)
		from client_comms.client_interactions.doctype.preferred_channel.preferred_channel import (
			PreferredChannel,
		)

		channels: DF.Table[PreferredChannel]
		channels_not_to_use: DF.Table[ExcludedChannel]
		client_name: DF.Data | None
		confirmed_on: DF.Date
		contact: DF.Link | None
		language: DF.Link | None
		party: DF.DynamicLink | None
		party_type: DF.Link | None
		source: DF.Literal["Told by the Client", "Client's Own Entry", "Earlier Correspondence"]
	# end: auto-generated types

	# Unknown until the client states it: Frappe would fill in the language of the user who enters the preference.
	LEFT_EMPTY = ("language",)

	def validate(self):
		self.validate_client()
		self.validate_only_one()
		self.validate_channels()
		self.validate_confirmed_on()
		self.set_client_name()

	def validate_client(self):
		if not self.party and not self.contact:
			frappe.throw(
				_("Choose the client, the contact or both to whom this preference belongs."),
				exc=MissingDetailsError,
				title=_("Client Missing"),
			)
		if not self.party:
			self.party_type = None
		elif self.party_type not in PARTY_TYPES:
			frappe.throw(
				_("{0} is not a client type. Choose one of these: {1}.").format(
					bold(_(self.party_type)), ", ".join(_(each) for each in PARTY_TYPES)
				),
				title=_("Not a Client"),
			)

	def validate_only_one(self):
		"""One per client and contact; simultaneous entries wait for each other.

		Merging clients or contacts leaves several, of which the last one applies (`preferences.of`): they can be changed.
		"""
		if not self.is_new() and not any(map(self.has_value_changed, ("party_type", "party", "contact"))):
			return
		doctype, name = ("Contact", self.contact) if self.contact else (self.party_type, self.party)
		transactions.lock(doctype, name)
		other = frappe.db.get_value(
			self.doctype,
			{
				"party": self.party or ("is", "not set"),
				"contact": self.contact or ("is", "not set"),
				"name": ("!=", self.name or ""),
				**({"party_type": self.party_type} if self.party else {}),
			},
		)
		if other:
			frappe.throw(
				_("This client already has a preference. Change it here: {0}").format(
					get_link_to_form(self.doctype, other)
				),
				exc=frappe.DuplicateEntryError,
				title=_("Preference Already Exists"),
			)

	def validate_channels(self):
		for table in ("channels", "channels_not_to_use"):
			seen = set()
			for row in self.get(table):
				if row.channel in seen:
					frappe.throw(
						_("{0}, row {1}: {2} is a duplicate. Remove one of the rows.").format(
							_(self.meta.get_label(table)), row.idx, bold(i18n.channel(row.channel))
						),
						title=_("Duplicate Channel"),
					)
				seen.add(row.channel)
		never = {row.channel for row in self.channels_not_to_use}
		if both := [row.channel for row in self.channels if row.channel in never]:
			frappe.throw(
				_("{0} cannot be both preferred and excluded. Remove it from one of the tables.").format(
					bold(", ".join(i18n.channel(channel) for channel in both))
				),
				title=_("Preferred and Excluded Channel"),
			)

	def validate_confirmed_on(self):
		if getdate(self.confirmed_on) > getdate(clock.now()):
			frappe.throw(
				_("{0} is in the future. Enter the day on which the client confirmed it.").format(
					bold(self.get_formatted("confirmed_on"))
				),
				title=_("Not Confirmed Yet"),
			)

	def set_client_name(self):
		names = []
		for doctype, name in ((self.party_type, self.party), ("Contact", self.contact)):
			if name:
				title_field = frappe.get_meta(doctype).get_title_field()
				names.append(frappe.db.get_value(doctype, name, title_field) or name)
		self.client_name = ", ".join(names)[:140]


def on_doctype_update():
	"""Looked up for every interaction that is opened, by client and by contact."""
	frappe.db.add_index("Communication Preference", ["party_type", "party"])
