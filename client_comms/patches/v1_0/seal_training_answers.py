"""Encrypts which options of trainings are correct, with the explanations; the history forgets them."""

import json

import frappe

from client_comms.communication_governance.doctype.sop_training.sop_training import SEALED, revealed, sealed

TRAINING, QUESTION = "SOP Training", "SOP Training Question"


def execute():
	frappe.reload_doc("communication_governance", "doctype", "sop_training_question")
	for row in frappe.get_all(QUESTION, {"parenttype": TRAINING}, ["name", "idx", *SEALED]):
		stored = {field: sealed(revealed(row, field)) for field in SEALED if row.get(field)}
		frappe.db.set_value(QUESTION, row.name, stored, update_modified=False)
	for name, data in frappe.get_all(
		"Version", {"ref_doctype": TRAINING, "data": ("like", "%questions%")}, ["name", "data"], as_list=True
	):
		frappe.db.set_value(
			"Version", name, "data", json.dumps(_without_answers(json.loads(data))), update_modified=False
		)


def _without_answers(version: dict) -> dict:
	for kind in ("added", "removed"):
		for _table, row in version.get(kind) or ():
			row.update(dict.fromkeys(SEALED, ""))
	for _table, _index, _name, changes in version.get("row_changed") or ():
		for change in changes:
			if change[0] in SEALED:
				change[1:] = ["", ""]
	return version
