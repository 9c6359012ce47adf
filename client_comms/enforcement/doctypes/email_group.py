"""Email Group (P-2): Frappe imports the addresses of all documents of a DocType, without asking who can read them."""

from contextlib import suppress

import frappe
from frappe import _
from frappe.utils import parse_addr

from client_comms.enforcement import guards

_FIELDTYPES = ("Data", "Small Text", "Text", "Code")  # in which Frappe looks for addresses


class GuardedEmailGroup:
	"""Frappe's Email Group; of documents that this app guards, it imports the addresses of those that the session user can read."""

	def import_from(self, doctype):
		doctype = guards.named(doctype)
		field = _field_of_addresses(doctype)
		if not (field and guards.is_held(doctype) and guards.is_restricted()):
			return super().import_from(doctype)
		unsubscribed = "unsubscribed" if frappe.get_meta(doctype).has_field("unsubscribed") else None
		added = 0
		for _name, address, *left in guards.readable_rows(doctype, filter(None, (field, unsubscribed))):
			with suppress(frappe.UniqueValidationError, frappe.InvalidEmailAddressError):
				if email := parse_addr(address or "")[1]:
					member = {"doctype": "Email Group Member", "email_group": self.name, "email": email}
					frappe.get_doc({**member, "unsubscribed": any(left)}).insert(ignore_permissions=True)
					added += 1
		frappe.msgprint(_("{0} subscribers added").format(added))
		return self.update_total_subscribers()


def _field_of_addresses(doctype: str) -> str | None:
	fields = guards.meta_of(doctype).fields if guards.meta_of(doctype) else ()
	found = (each.fieldname for each in fields if each.options == "Email" and each.fieldtype in _FIELDTYPES)
	return next(found, None)
