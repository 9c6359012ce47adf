"""The whole policy as one JSON file: what `content.py` lists (M-1, T-4).

On the way in, everything is checked and shown before anything is written. Documents that the file does not contain stay,
a matrix becomes a draft that someone else submits, and changed texts of templates must be approved again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.utils import cstr, escape_html

from client_comms import clock, validation
from client_comms.communication_governance import matrix as matrices
from client_comms.i18n import bold, words_of
from client_comms.policy_changes import comparison, content
from client_comms.policy_changes.changes import LEVEL, MATRIX
from client_comms.policy_changes.content import DOCTYPES, SETTINGS, TEXT
from client_comms.rules import html_text
from client_comms.rules.document_difference import differences

FORMAT, VERSION = "client-comms-policy", 2
# Files of version 1 had fewer settings and DocTypes; what a file leaves out stays as it is.
_READ = (1, VERSION)
# What every version has of its own; a matrix that differs only in these is the same.
_OF_VERSION = ("version_label", "effective_from", "next_review_on", "change_summary")


@dataclass(slots=True)
class Step:
	"""A document of the file: what is there now, what it becomes, and what speaks against it."""

	doctype: str
	name: str
	doc: object
	new: bool
	rows: list[dict] = field(default_factory=list)
	problems: list[str] = field(default_factory=list)


# --- out -------------------------------------------------------------------------------------------


def export() -> dict:
	"""
	:returns: `{"format", "version", "exported_on", "documents": {DocType: {name: {field: value or rows}}}}`
	"""
	return {
		"format": FORMAT,
		"version": VERSION,
		"exported_on": str(clock.now()),
		"documents": {
			doctype: {
				content.label(doc): _values(doc)
				for doc in (frappe.get_doc(doctype, name) for name in content.names(doctype))
			}
			for doctype in DOCTYPES
		},
	}


def _values(doc) -> dict:
	return comparison.values(doc, content.fields_of(doc.doctype))


# --- in --------------------------------------------------------------------------------------------


def preview(file: str | Mapping) -> dict:
	"""What importing a file would change; nothing is written.

	:returns: `{"ok", "problems": [{"doctype", "name", "message"}], "changes": [{"doctype", "name", "new": bool, "rows": as
	    `comparison.rows`}], "unchanged": number, "only_here": [{"doctype", "name"}], "left_out": [translated label]}`;
	    `only_here` are documents that the file does not have, `left_out` DocTypes and settings of which it has none
	:raises frappe.ValidationError: the file is not a policy
	"""
	documents = _read(file)
	steps = list(_steps(documents))
	changed = [step for step in steps if step.rows]
	problems = [
		{"doctype": step.doctype, "name": step.name, "message": message}
		for step in steps
		for message in step.problems
	]
	return {
		"ok": not problems,
		"problems": problems,
		"changes": [
			{"doctype": step.doctype, "name": step.name, "new": step.new, "rows": step.rows}
			for step in changed
		],
		"unchanged": len(steps) - len(changed),
		"only_here": [{"doctype": doctype, "name": name} for doctype, name in _only_here(documents, steps)],
		"left_out": _left_out(documents),
	}


def _only_here(documents: Mapping, steps: list[Step]) -> Iterator[tuple[str, str]]:
	"""Documents of this site that the file does not have; they stay, so the procedure may not be that of the file."""
	here = {(step.doctype, step.doc.name) for step in steps if not step.new}
	for doctype in DOCTYPES:
		if doctype in documents and doctype not in (SETTINGS, TEXT, MATRIX):
			for name in content.names(doctype):
				if (doctype, name) not in here:
					yield doctype, content.label(frappe.get_doc(doctype, name))


def _left_out(documents: Mapping) -> list[str]:
	"""What the file says nothing about, as one of an earlier version or from which someone removed a part."""
	settings = documents.get(SETTINGS, {}).get(SETTINGS, {})
	meta = frappe.get_meta(SETTINGS)
	return [_(doctype) for doctype in DOCTYPES if doctype not in documents] + [
		_(meta.get_label(field))
		for field in content.fields_of(SETTINGS)
		if SETTINGS in documents and field not in settings
	]


def apply(file: str | Mapping) -> dict:
	"""Import a file, all of it or nothing; returns the same as `preview` of it.

	:raises frappe.ValidationError: something speaks against it; `preview` lists all of it
	:raises frappe.PermissionError: the user cannot change one of the documents
	"""
	documents = _read(file)
	found = preview(file)
	if not found["ok"]:
		first = found["problems"][0]
		frappe.throw(
			"{0} {1}: {2}".format(_(first["doctype"]), bold(first["name"]), escape_html(first["message"])),
			title=_("Policy Cannot Be Imported"),
		)
	# Each is built again when those before it are stored: it may refer to them.
	for doctype, name in [(each, name) for each in DOCTYPES for name in documents.get(each, {})]:
		step = _step(doctype, name, documents[doctype][name])
		if step.rows:
			step.doc.save()
	return found


def _read(file: str | Mapping) -> dict[str, dict]:
	"""The documents of a file, by DocType and name."""
	try:
		data = json.loads(file) if isinstance(file, str) else file
	except (ValueError, RecursionError):
		data = None
	if not isinstance(data, Mapping) or data.get("format") != FORMAT or not _is_well_formed(data):
		frappe.throw(
			_("This is not a policy. Choose a file that was made with {0}.").format(bold(_("Export Policy"))),
			title=_("Not a Policy"),
		)
	if data.get("version") not in _READ:
		frappe.throw(
			_("This file was made by another version of the app. Export the policy again with this one."),
			title=_("Other Version"),
		)
	if unknown := set(data["documents"]) - set(DOCTYPES):
		frappe.throw(
			_("The file contains {0}, which is not part of the policy. Remove it from the file.").format(
				bold(", ".join(sorted(map(cstr, unknown))))
			),
			title=_("Not a Policy"),
		)
	return data["documents"]


def _is_well_formed(data: Mapping) -> bool:
	documents = data.get("documents")
	return isinstance(documents, Mapping) and all(
		isinstance(of_type, Mapping) and all(isinstance(values, Mapping) for values in of_type.values())
		for of_type in documents.values()
	)


def _steps(documents: Mapping) -> Iterator[Step]:
	contained = {(doctype, name) for doctype, each in documents.items() for name in each}
	for doctype in DOCTYPES:
		for name, values in documents.get(doctype, {}).items():
			step = _step(doctype, name, values)
			if step.rows and not step.problems:
				step.problems += _problems(step, contained)
			yield step


def _step(doctype: str, name: str, values: Mapping) -> Step:
	doc, new = _target(doctype, name, values)
	allowed = set(content.fields_of(doctype))
	step = Step(doctype, name, doc, new)
	if wrong := _malformed(doc.meta, values, allowed):
		step.problems.append(wrong)
		step.rows = [{"kind": "changed", "section": "", "row": "", "field": name, "old": "", "new": ""}]
		return step
	before = {} if new else _values(doc)
	compared = {field: before.get(field) for field in values}
	if doctype == MATRIX and new:
		replaced = matrices.in_force(values.get("company"), clock.now())
		compared = _values(frappe.get_doc(MATRIX, replaced)) if replaced else {}
	ignored = _OF_VERSION if doctype == MATRIX else ()
	found = differences(
		{field: value for field, value in compared.items() if field not in ignored},
		{field: value for field, value in values.items() if field not in ignored},
		comparison.KEYS,
	)
	step.rows = comparison.rows(doc.meta, found)
	doc.update(
		{
			fieldname: _with_numbers(doc.meta.get_field(fieldname).options, value)
			if isinstance(value, list)
			else value
			for fieldname, value in values.items()
		}
	)
	return step


def _with_numbers(doctype: str, rows: list[Mapping]) -> list[dict]:
	"""Rows of a table in which every number has a value, as the form would send them."""
	numbers = {
		df.fieldname: 0
		for df in frappe.get_meta(doctype).fields
		if df.fieldtype in ("Check", "Int", "Float", "Percent")
	}
	return [{**numbers, **row} for row in rows]


def _target(doctype: str, name: str, values: Mapping):
	"""The document to which the values belong, and whether it is new. A matrix is always a new draft."""
	if doctype == SETTINGS:
		return frappe.get_doc(SETTINGS), False
	if doctype != MATRIX and (here := content.find(doctype, name, values)):
		return frappe.get_doc(doctype, here), False
	doc = frappe.new_doc(doctype)
	# A link that the file leaves empty would otherwise be the company or language of the user.
	doc.dont_update_if_missing = [df.fieldname for df in doc.meta.get_link_fields() if not df.default]
	doc.update(dict.fromkeys(doc.dont_update_if_missing))
	if doctype == TEXT:
		doc.set("__newname", name)
	return doc, True


def _malformed(meta, values: Mapping, allowed: set[str]) -> str | None:
	"""What is wrong with the form of the values: unknown fields, tables that are not lists of rows."""
	if unknown := [key for key in values if key not in allowed]:
		return _("Unknown field {0}. Remove it from the file.").format(", ".join(map(cstr, unknown)))
	for key, value in values.items():
		df = meta.get_field(key)
		if df.fieldtype not in ("Table", "Table MultiSelect"):
			if isinstance(value, Mapping | list):
				return _("{0} must be a single value.").format(_(df.label))
			continue
		if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
			return _("{0} must be a list of rows.").format(_(df.label))
		known = {each.fieldname for each in frappe.get_meta(df.options).fields}
		if unknown := {key for row in value for key in row} - known:
			return _("{0} has unknown fields: {1}. Remove them from the file.").format(
				_(df.label), ", ".join(sorted(map(cstr, unknown)))
			)
	return None


def level_with(name: str, changed: Mapping) -> dict:
	"""A Confidentiality Level with other values, as in a form before it is saved.

	:param changed: field -> value; `clearances`, as a list of rows, come instead of all that it has
	:raises frappe.ValidationError: a field is unknown, a value cannot be one of it, or the level could not be saved so
	"""
	rows = {"clearances": content.fields_of("Level Clearance")}
	values = validation.record_of(LEVEL, changed, content.fields_of(LEVEL), rows)
	doc = frappe.get_doc(LEVEL, name).update(values)
	if problems := _problems(Step(LEVEL, name, doc, new=False), set()):
		frappe.throw(" ".join(problems), title=_("Cannot Be Simulated"))
	return doc.as_dict()


def _problems(step: Step, contained: set[tuple[str, str]]) -> list[str]:
	"""What speaks against saving the document, without saving it."""
	doc = step.doc
	if not doc.has_permission("create" if step.new else "write"):
		return [_("You do not have permission to change it.")]
	found = [
		_("{0} {1} does not exist. Create it first, or remove it from the file.").format(_(doctype), name)
		for doctype, name in _broken_links(doc)
		if (doctype, name) not in contained
	]
	found += [html_text.to_text(message) for _fieldname, message in doc._get_missing_mandatory_fields()]
	if found:
		return found
	try:
		doc.load_doc_before_save()
		doc._validate_selects()
		doc.run_method("validate")
	except frappe.ValidationError as refusal:
		found.append(words_of(refusal))
	finally:
		frappe.clear_messages()
	return found


def _broken_links(doc) -> list[tuple[str, str]]:
	"""(DocType, name) of everything that the document or its rows refer to and that does not exist."""
	found = []
	for each in (doc, *doc.get_all_children()):
		for df in each.meta.get_link_fields():
			name = each.get(df.fieldname)
			if name and not frappe.db.exists(df.options, name):
				found.append((df.options, cstr(name)))
	return list(dict.fromkeys(found))
