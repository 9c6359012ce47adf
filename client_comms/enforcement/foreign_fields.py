"""Fields that this app needs on DocTypes of others, where one of that name was there before (D-5).

A site's own Custom Field, or a field of the DocType itself, is never taken over: what is stored in it would be overwritten, and be
deleted with the app.
"""

from collections.abc import Iterable, Mapping

import frappe
from frappe import _

from client_comms.i18n import bold

# Of the Custom Fields that this app makes, by which it knows them again.
MODULE = "Client Interactions"


def find(fields: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
	"""Those of these fields that exist and are not this app's, as (DocType, name of the field). Two queries.

	:param fields: DocType → names of fields
	"""
	doctypes = [*fields]
	owners = dict.fromkeys(
		frappe.get_all(
			"DocField", {"parent": ("in", doctypes)}, ["parent", "fieldname"], as_list=True, order_by=None
		)
	)
	for row in frappe.get_all(
		"Custom Field", {"dt": ("in", doctypes)}, ["dt", "fieldname", "module"], order_by=None
	):
		owners[row.dt, row.fieldname] = row.module
	needed = {(doctype, name) for doctype, names in fields.items() for name in names}
	return sorted(each for each in needed & owners.keys() if owners[each] != MODULE)


def refuse(fields: Mapping[str, Iterable[str]]) -> None:
	""":raises frappe.ValidationError: one of these fields exists and is not this app's; nothing is changed then"""
	if not (found := find(fields)):
		return
	frappe.throw(
		_(
			"Client Communications needs fields of these names for itself, but others exist already: {0}. A System Manager can rename or delete them in Custom Field; those of another app, its developers can rename. If this app made them, enter {1} as their Module."
		).format(bold(", ".join(f"{doctype}: {name}" for doctype, name in found)), bold(MODULE)),
		title=_("Fields of Others"),
	)
