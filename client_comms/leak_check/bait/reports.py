"""What was made of a test record for everyone to open: a report with its result, a board, a copy of personal data, an import."""

import gzip
import json

import frappe

from client_comms.leak_check.bait.record import INTERACTION, MARK, Bait, insert_row


def plant(doc, bait: Bait) -> None:
	"""A report that Administrator ran for everyone to open: its result, and an email of it."""
	word, report = bait.word, f"{MARK} {bait.name}"
	reader = [
		{"role": role}
		for role in frappe.get_all("Has Role", {"parenttype": "User"}, pluck="role", distinct=True)
	]
	made = frappe.get_doc(
		{
			"doctype": "Report",
			"name": report,
			"report_name": report,
			"ref_doctype": INTERACTION,
			"report_type": "Report Builder",
			"is_standard": "No",
			"prepared_report": 1,
			"json": json.dumps(
				{
					"fields": [["name", INTERACTION], ["subject", INTERACTION]],
					"filters": [[INTERACTION, "name", "=", doc.name]],
				}
			),
			"roles": reader,
		}
	)
	made.db_insert()
	for row in made.roles:
		row.db_insert()
	bait.names["Report"] = report
	bait.names["Prepared Report"] = insert_row(
		"Prepared Report",
		name=f"{bait.name}-PREPARED",
		report_name=report,
		status="Completed",
		filters="{}",
		owner="Administrator",
	)
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{bait.name.lower()}_report.json.gz",
			"content": gzip.compress(
				json.dumps({"columns": [], "result": [{"a": f"{word} prepared"}]}).encode()
			),
			"attached_to_doctype": "Prepared Report",
			"attached_to_name": bait.names["Prepared Report"],
			"is_private": 1,
		}
	).insert(ignore_permissions=True)
	_attach_copy(bait)
	_attach_import(bait)
	bait.names["Auto Email Report"] = insert_row(
		"Auto Email Report",
		name=f"{bait.name}-AUTO",
		report=report,
		report_type="Report Builder",
		user="Administrator",
		format="CSV",
		filters="{}",
		email_to="a@example.com",
		no_of_rows=100,
		enabled=0,
	)
	bait.names["Kanban Board"] = insert_row(
		"Kanban Board",
		name=f"{bait.name}-BOARD",
		kanban_board_name=f"{bait.name}-BOARD",
		reference_doctype=INTERACTION,
		field_name="subject",
	)


def _attach_copy(bait: Bait) -> None:
	"""A copy of Administrator's personal data, as created by a Frappe web form."""
	bait.names["Personal Data Download Request"] = insert_row(
		"Personal Data Download Request", name=f"{bait.name}-COPY", user="Administrator"
	)
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{bait.name.lower()}-copy.json",
			"content": json.dumps({"Communication": [{"content": f"{bait.word} copied"}]}),
			"attached_to_doctype": "Personal Data Download Request",
			"attached_to_name": bait.names["Personal Data Download Request"],
			"is_private": 1,
		}
	).insert(ignore_permissions=True)


def _attach_import(bait: Bait) -> None:
	"""An import of interactions that Administrator entered, with its file and what Frappe said about it."""
	bait.names["Data Import"] = insert_row(
		"Data Import",
		name=f"{bait.name}-IMPORT",
		reference_doctype=INTERACTION,
		template_warnings=f"{bait.word} warned",
	)
	bait.names["Data Import Log"] = insert_row(
		"Data Import Log",
		name=f"{bait.name}-ROW",
		data_import=bait.names["Data Import"],
		messages=f"{bait.word} said",
	)
	frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{bait.name.lower()}-import.csv",
			"content": f"Subject\n{bait.word} imported",
			"attached_to_doctype": "Data Import",
			"attached_to_name": bait.names["Data Import"],
			"is_private": 1,
		}
	).insert(ignore_permissions=True)
