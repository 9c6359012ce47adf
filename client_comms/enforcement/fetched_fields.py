"""Fields that a site or another app fills from a linked record (`fetch_from`), which Frappe copies without asking whether the user can
read the record (P-2): to name one, such as the next in a series, would be enough to read it.

Frappe copies them before any hook for a document, and a hook for every DocType would tax each save. What the app guards itself is checked by
its own rules.
"""

from collections.abc import Iterator

import frappe

from client_comms import roles
from client_comms.enforcement import answers, guards, references


def ask(validate_links, doc):
	"""Around what Frappe does with the links of a document that is saved."""
	references.require_names(doc)
	require_readable(doc)
	require_own_numbers(doc)
	return validate_links(doc)


def fill(map_fetch_fields, target_doc, df, no_copy_fields):
	"""A document that is made of another one, and of which a request can say what it is, names what that one names: also what its user cannot
	read, and what was emptied in that one."""
	name = str(target_doc.get(df.fieldname))
	if guards.is_held(df.options) and not guards.readable(df.options, [name]):
		return
	map_fetch_fields(target_doc, df, no_copy_fields)


def require_readable(doc) -> None:
	"""Before a document is stored: its user can read what its fields are filled from, unless it named that before.

	:raises ClearanceMissingError: the session user cannot read a record that it names
	"""
	# What a Web Form stores, it stores for its visitor, without any check.
	unchecked = doc.flags.ignore_permissions and not frappe.flags.in_web_form
	if unchecked or doc.flags.ignore_links or guards.is_held(doc.doctype):
		return
	named = {*_fetched_from(doc)}
	if named and (before := doc.get_doc_before_save()):
		named -= {*_fetched_from(before)}
	for doctype, name in sorted(named):
		if not (frappe.flags.in_web_form and answers.is_on_website(doctype, name)):
			guards.require(doctype, name)


def require_own_numbers(doc) -> None:
	"""Before a document of someone without the rights of staff is stored: Frappe says of each number that it or a row of it names whether there is such a
	record, as in the links of a contact.

	:raises ClearanceMissingError: no record has a number that it names, or it is not theirs, and the stored document does not name it
	"""
	# What a web form stores was asked about as it was entered: ERPNext finds the Lead of an address for it.
	if roles.has_desk() or doc.flags.ignore_links or doc.flags.ignore_permissions:
		return
	# The requests of staff and jobs need none of it.
	from client_comms.enforcement.requests import numbers_of_others

	known = {*references.named(doc.get_doc_before_save())}
	for doctype, name in dict.fromkeys(references.named(doc)):
		if (doctype, name) not in known:
			numbers_of_others.require(doctype, str(name))


def _fetched_from(doc) -> Iterator[tuple[str, str]]:
	"""The guarded documents from which fields of a document and of its rows are filled."""
	fields: dict[str, list] = {}
	for each in (doc, *doc.get_all_children()):
		if each.doctype not in fields:
			fields[each.doctype] = [*_fetching(each.meta)]
		for df in fields[each.doctype]:
			doctype = df.options if df.fieldtype == "Link" else each.get(df.options)
			name = each.get(df.fieldname)
			if doctype and name and guards.is_held(doctype):
				yield doctype, str(name)


def _fetching(meta) -> Iterator:
	"""The link fields of a DocType from which others are filled."""
	used = {df.fetch_from.partition(".")[0] for df in meta.fields if df.fetch_from}
	for df in meta.fields if used else ():
		guarded = df.fieldtype == "Dynamic Link" or (df.fieldtype == "Link" and guards.is_held(df.options))
		if guarded and df.fieldname in used:
			yield df
