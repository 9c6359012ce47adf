"""Rows of an interaction, requested by their own name."""

from client_comms.leak_check.bait import INTERACTION
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
