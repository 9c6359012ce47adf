import frappe
from frappe import _

from client_comms import procedure
from client_comms.document import Document
from client_comms.i18n import bold


class CommunicationChannel(Document):
	"""A way to reach a client. The shipped ones keep their names, by which the app recognises emails and calls (C-2)."""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		channel_name: DF.Data
		description: DF.SmallText | None
	# end: auto-generated types

	def before_rename(self, old: str, new: str, merge: bool = False):
		self.keep_shipped(old)

	def on_trash(self):
		self.keep_shipped(self.name)

	def keep_shipped(self, name: str):
		if name in procedure.CHANNELS and not frappe.flags.in_uninstall:
			frappe.throw(
				_(
					"{0} is a standard channel and cannot be renamed or deleted, because emails, calls and meetings are filed under its name. Translate it to show another name, or add a channel."
				).format(bold(_(name))),
				title=_("Standard Channel"),
			)
