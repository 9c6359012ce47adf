"""A message or call of each other app that is logged, as linked to a test record by its intake."""

import json

import frappe

from client_comms.enforcement import source_doctypes
from client_comms.intake.adapters import KEY
from client_comms.leak_check.bait.record import TEXTS, Bait, insert_row


def plant(doc, bait: Bait) -> None:
	for doctype in source_doctypes.active():
		texts = [
			df.fieldname
			for df in frappe.get_meta(doctype).fields
			if df.fieldtype in TEXTS and not df.options and not df.is_virtual and df.fieldname != KEY
		]
		name = insert_row(
			doctype,
			name=f"{bait.name}-{frappe.scrub(doctype)}",
			client_interaction=doc.name,
			confidentiality_level=doc.confidentiality_level,
			**{field: f"{bait.word} {field}" for field in texts},
		)
		bait.names[doctype] = name
		bait.columns[doctype] = next(iter(texts), "name")
		_dependents(bait.word, doctype, name)


def _dependents(word: str, doctype: str, name: str) -> None:
	about = {"reference_doctype": doctype, "reference_name": name}
	insert_row("Comment", comment_type="Comment", content=f"{word} comment", **about)
	insert_row(
		"File",
		file_name=f"{word} attached.txt",
		file_url=f"/private/files/{word} attached.txt",
		is_private=1,
		attached_to_doctype=doctype,
		attached_to_name=name,
	)
	change = {"changed": [["message", f"{word} before", f"{word} after"]]}
	insert_row("Version", ref_doctype=doctype, docname=name, data=json.dumps(change))
