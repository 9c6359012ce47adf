"""Rows of an interaction, requested by their own name, and rows of tables that the site has added to confidential documents."""

from collections.abc import Callable

import frappe

from client_comms.enforcement import documents
from client_comms.enforcement.requests import added_rows
from client_comms.leak_check.bait import INTERACTION
from client_comms.leak_check.bait.record import TEXTS, insert_row
from client_comms.leak_check.surfaces.surface import BY_TOOL, ROWS, surface
from client_comms.rules import access


def _rows(doctype):
	@surface(f"{doctype} by its name")
	def by_name(visitor, bait, planted):
		return visitor.call(
			"frappe.client.get", doctype=doctype, name=bait.names[doctype], parent=INTERACTION
		)

	@surface(f"{doctype}, REST")
	def by_rest(visitor, bait, planted):
		return visitor.get(f"/api/resource/{doctype}/{bait.names[doctype]}")

	@surface(f"{doctype}, print view", BY_TOOL.format(doctype=doctype, ours="client_comms"), access.PRINT)
	def printed(visitor, bait, planted):
		return visitor.get("/printview", doctype=doctype, name=bait.names[doctype])

	@surface(f"{doctype}, list")
	def in_list(visitor, bait, planted):
		return visitor.call(
			"frappe.client.get_list",
			doctype=doctype,
			parent=INTERACTION,
			fields=["*"],
			filters={"parent": bait.name},
		)

	@surface(f"{doctype}, count")
	def counted(visitor, bait, planted):
		column = "description" if doctype == ROWS[0] else "note"
		return visitor.call(
			"frappe.desk.doctype.number_card.number_card.get_result",
			doc={"document_type": doctype, "parent_document_type": INTERACTION, "function": "Count"},
			filters=[[doctype, column, "like", f"%{bait.word}%"]],
		).message


for _doctype in ROWS:
	_rows(_doctype)


_CLOSE = "Another app replaces before_request: run bench clear-cache, or remove the table from the form."


def _added(name: str, look: Callable):
	"""Register a look at a row, which is asked about one of every table that the site has added."""

	@surface(f"row of an added table, {name}", _CLOSE, control=False)
	def asked(visitor, bait, planted):
		return any(
			_is_shown(visitor, bait, doctype, table, look)
			for doctype in (INTERACTION, *filter(documents.is_governed, documents.SETTING))
			for table in added_rows.tables(doctype)
		)


def _is_shown(visitor, bait, doctype: str, table, look: Callable) -> bool:
	meta = frappe.get_meta(table.options)
	texts = [field.fieldname for field in meta.fields if field.fieldtype in TEXTS and not field.is_virtual]
	owner = bait.name if doctype == INTERACTION else bait.names[doctype]
	at = {"parent": owner, "parenttype": doctype, "parentfield": table.fieldname}
	row = insert_row(table.options, **at, **dict.fromkeys(texts, bait.word))
	answer = look(visitor, {"doctype": table.options, "parent": doctype}, row, next(iter(texts), "name"))
	frappe.db.delete(table.options, {"name": row})
	return bait.word in answer.text


_added(
	"list",
	lambda visitor, listed, row, text: visitor.call(
		"frappe.client.get_list", **listed, fields=[text], filters={"name": row}
	),
)
_added(
	"by its name", lambda visitor, listed, row, text: visitor.call("frappe.client.get", **listed, name=row)
)
_added(
	"one value",
	lambda visitor, listed, row, text: visitor.call(
		"frappe.client.get_value", **listed, fieldname=text, filters={"name": row}
	),
)
_added("REST", lambda visitor, listed, row, text: visitor.get(f"/api/resource/{listed['doctype']}/{row}"))
