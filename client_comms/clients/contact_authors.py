"""Who entered what in a Contact (P-3): by the authors of its rows it is told what only portal users and visitors say
(`confirmation.is_claimed`), and Frappe takes them from the request."""

from itertools import chain

import frappe

from client_comms import roles

_TABLES = ("links", "email_ids", "phone_nos")
_PERSON = ("salutation", "first_name", "middle_name", "last_name", "full_name", "gender")


def keep(contact, method=None) -> None:
	"""`validate` of Contact: rows of users without the desk are their own. A visitor, who signs up with the address of a client's
	contact, does not change its name."""
	if roles.has_desk():
		return
	before = None if contact.is_new() else contact.get_doc_before_save()
	stored = {row.name: row.owner for row in _rows(before)} if before else {}
	for row in _rows(contact):
		row.owner = stored.get(row.name) or frappe.session.user
	if before and frappe.session.user == "Guest":
		contact.update({field: before.get(field) for field in _PERSON})


def _rows(contact) -> list:
	return [*chain.from_iterable(map(contact.get, _TABLES))]
