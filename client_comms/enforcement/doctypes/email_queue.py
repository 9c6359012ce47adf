"""An email brings no file of a hidden record along that its writer names as an attachment (P-2, D-6): Frappe reads it from the disk when
the email is sent, as Administrator."""

from collections import defaultdict

import frappe
from frappe import _

from client_comms.enforcement import printing, refusals
from client_comms.enforcement.doctypes import file
from client_comms.exceptions import ClearanceMissingError


def refuse_attached(doc, method=None) -> None:
	"""`before_insert` of Email Queue. An attachment is a row of File (`fid`), or an address (`file_url`), such as a Newsletter's, or that
	in the field of a document about which a Notification tells.

	:raises ClearanceMissingError: a file belongs to a record that the writer cannot read, and that the email is not about
	"""
	attached = frappe.parse_json(doc.attachments) if doc.attachments else ()
	with printing.for_email(doc):
		if any(_is_hidden(each, doc) for each in attached if each.get("fid") or each.get("file_url")):
			frappe.throw(
				refusals.without_clearance(
					_("You have no clearance for the record to which this file belongs.")
				),
				exc=ClearanceMissingError,
				title=_("Clearance Missing"),
			)


def _is_hidden(attachment: dict, queued) -> bool:
	address = attachment.get("file_url")
	if attachment.get("fid"):
		address = frappe.db.get_value("File", attachment["fid"], "file_url")
	by_address = defaultdict(list)
	# Frappe takes any of them, also one that the database takes for the same.
	for row in file.rows_at(address or ""):
		by_address[row.file_url].append(row)
	return not all(any(file.is_sent_with(row, queued) for row in rows) for rows in by_address.values())
