"""Beside Frappe Assistant Core (P-2), whose tools language models call as a user: three of them read records without asking for permission.

Its other tools read as Frappe's lists and forms do.
"""

from collections.abc import Callable

from frappe import _

from client_comms.enforcement import guards, linked_columns, queries_of_insights
from client_comms.enforcement.doctypes import admin_tools


def run_code(run: Callable, tool, arguments):
	"""Around the tool that runs Python in a process of its own, where nothing of this app stands around a query.

	:raises ClearanceMissingError: there may be records that the user cannot read
	"""
	admin_tools.require_everything(_("Code that is run here reads every record."))
	return run(tool, arguments)


def query(execute: Callable, tool, query: str, *others, **named):
	"""Around the execution of SQL: of tables that this app guards it reads the rows that are the user's.

	:raises frappe.PermissionError: it cannot be told which rows it reads
	"""
	return execute(tool, queries_of_insights.filtered(query), *others, **named)


def rows(read: Callable, tool, doctype: str, fields, filters, limit):
	"""Around the rows of which statistics are made: they are counted and measured as they are, and filters compare hidden texts.

	:raises ClearanceMissingError: a column is one of a confidential linked document
	"""
	linked_columns.refuse(doctype, doctype, linked_columns.strings(fields or []))
	if guards.is_held(doctype):
		filters = {"name": ("in", guards.readable_names(doctype, filters, limit))}
	return read(tool, doctype, fields, filters, limit)
