"""What was stored with a tag, which would run as those who see it, before such was cleaned: addresses of pictures and attachments, and what users
saved of a report."""

import frappe

from client_comms.enforcement import harmless_addresses
from client_comms.enforcement.doctypes import report

_FIELDTYPES = {"fieldtype": ("in", ("Attach", "Attach Image"))}


def execute():
	fields = {
		*frappe.get_all("DocField", _FIELDTYPES, ["parent", "fieldname"], as_list=True, order_by=None),
		*frappe.get_all("Custom Field", _FIELDTYPES, ["dt", "fieldname"], as_list=True, order_by=None),
	}
	with_table = {*frappe.get_all("DocType", {"issingle": 0, "is_virtual": 0}, pluck="name", order_by=None)}
	for doctype, field in sorted(fields):
		if doctype in with_table and frappe.db.has_column(doctype, field):
			_quote(doctype, field)
	for saved in frappe.get_all("Report", {"json": ("like", "%<%")}, ["name", "json"], order_by=None):
		before = saved.json
		report.clean_saved(saved)
		if saved.json != before:
			frappe.db.set_value("Report", saved.name, "json", saved.json, update_modified=False)


def _quote(doctype: str, field: str) -> None:
	table = frappe.qb.DocType(doctype)
	found = (
		frappe.qb.from_(table).select(table.name, table[field]).where(table[field].regexp("[<>\"']")).run()
	)
	for name, address in found:
		quoted = harmless_addresses.quoted(address)
		if quoted != address:
			frappe.db.set_value(doctype, name, field, quoted, update_modified=False)
