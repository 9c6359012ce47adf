"""Titles of linked records (P-2), which Frappe copies into documents and adds to responses without checking the record.

A confidential record has no title outside of itself: a document that links to it keeps its name, and so do those who
open that document without clearance for the record.
"""

import frappe

from client_comms.enforcement import compose, documents, governed, guards, printing

_SEPARATOR = "::"
_LINKS = "Dynamic Link"


def withhold_stored(doc, method=None) -> None:
	"""`validate` of Address and Contact, after Frappe has written the title of every linked record into its row."""
	for row in doc.get("links") or ():
		if is_withheld(row.link_doctype, row.link_name):
			row.link_title = row.link_name


def is_withheld(doctype: str | None, name: str | None) -> bool:
	"""Whether readers of another document do not get the title of a record.

	Of the DocTypes that this app guards, only Issues, Leads and Opportunities can be open to everyone.
	"""
	if not (doctype and name):
		return False
	doctype = guards.named(doctype)
	if doctype in documents.SETTING:
		return governed.level(doctype, name) is not None
	return guards.is_held(doctype)


def withdraw(doctype: str, name: str) -> None:
	"""Take back the titles that were stored before a document became confidential."""
	table = frappe.qb.DocType(_LINKS)
	frappe.qb.update(table).set(table.link_title, table.link_name).where(
		(table.link_doctype == doctype) & (table.link_name == name)
	).run()


def withdraw_all() -> None:
	"""Take back the titles of all confidential records. Repeatable."""
	table = frappe.qb.DocType(_LINKS)
	titled = frappe.qb.from_(table).select(table.link_doctype, table.link_name).distinct()
	for doctype, name in titled.where(table.link_title != table.link_name).run():
		if is_withheld(doctype, name):
			withdraw(doctype, name)


def trim(titles: dict | None, user: str | None = None) -> None:
	"""Replace titles that a user cannot read: `DocType::name` -> title, as for a form; one query per DocType.

	:param user: by default the session user
	"""
	names: dict[str, list[str]] = {}
	for key in titles or ():
		doctype, _separator, name = key.partition(_SEPARATOR)
		if guards.is_held(doctype):
			names.setdefault(doctype, []).append(name)
	for doctype, found in names.items():
		for name in set(found) - guards.readable(doctype, found, user):
			titles[f"{doctype}{_SEPARATOR}{name}"] = name


def print_body(args: dict, **others) -> str:
	"""Hook `pdf_body_html`: the same in a print, of any document; goes on to the hook that was there."""
	trim(args["doc"].get("__link_titles"), printing.reader())
	return frappe.get_attr(compose.previous_hook("pdf_body_html"))(args=args, **others)
