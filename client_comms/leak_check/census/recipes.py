"""Calls that no name suggests: routes, steps that follow each other, and documents of one's own that refer to a hidden one.

The surfaces of `check-leaks` are recipes as well.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import frappe
import frappe.model

from client_comms.leak_check.census import arguments
from client_comms.leak_check.census.attempts import REPRESENTATIVES, Attempt, text_of
from client_comms.leak_check.census.scene import INTERACTION, Caller, Scene, Target
from client_comms.leak_check.surfaces import SURFACES
from client_comms.leak_check.visitor import Answer
from client_comms.rules import access

# Documents with a title or text of which a reference could show something.
_TITLED = (INTERACTION, "Communication", "Event", "ToDo", "File", "Issue", "Lead", "Opportunity")
_REFERRED = (INTERACTION, "Communication", "Issue")
_RECIPES: list[tuple[str, Callable]] = []


def every(scene: Scene, wanted: Callable[[str], bool]) -> Iterator[Attempt]:
	for of in (_surfaces, _routes, _written, _references):
		yield from of(scene, wanted)


def recipe(method: str, doctype: str = INTERACTION, action: str = access.READ):
	"""Register a function of a `Caller` and the `Scene`. It returns a response, or whether hidden text came out."""

	def register(probe):
		_RECIPES.append((method, doctype, action, probe))
		return probe

	return register


def _written(scene: Scene, wanted) -> Iterator[Attempt]:
	for method, doctype, action, probe in _RECIPES:
		if wanted(method) and (target := scene.target(doctype)):
			yield Attempt(
				method,
				target,
				f"recipe {probe.__name__}",
				lambda caller, probe=probe: probe(caller, scene),
				action=action,
			)


def _surfaces(scene: Scene, wanted) -> Iterator[Attempt]:
	target = Target(INTERACTION, scene.hidden.name)
	for surface in SURFACES:
		if wanted(name := f"surface: {surface.name}"):
			yield Attempt(
				name,
				target,
				"surface",
				lambda caller, surface=surface: surface.shows(caller, scene.hidden, scene.planted),
				action=surface.action,
				controlled=surface.control,
			)


# The routes of both versions of the API. Each is a function of its own in Frappe, which a request reaches only so.
_ROUTES: tuple[tuple[str, str, dict], ...] = (
	("GET", "/api/resource/{doctype}/{name}", {}),
	("GET", "/api/resource/{doctype}/{name}", {"expand_links": "true"}),
	("GET", "/api/resource/{doctype}", {"fields": '["*"]', "filters": "{filters}", "expand": '["*"]'}),
	("PUT", "/api/resource/{doctype}/{name}", {"{field}": "leakbait changed"}),
	("DELETE", "/api/resource/{doctype}/{name}", {}),
	("POST", "/api/resource/{doctype}/{name}", {"run_method": "add_comment", "text": "leakbait remark"}),
	("GET", "/api/resource/{doctype}/{name}", {"run_method": "add_comment", "text": "leakbait remark"}),
	("GET", "/api/v2/document/{doctype}", {"fields": '["*"]', "filters": "{filters}"}),
	("GET", "/api/v2/document/{doctype}/{name}/", {}),
	("GET", "/api/v2/document/{doctype}/{name}/copy", {}),
	("PATCH", "/api/v2/document/{doctype}/{name}/", {"{field}": "leakbait changed"}),
	("DELETE", "/api/v2/document/{doctype}/{name}/", {}),
	("POST", "/api/v2/document/{doctype}/{name}/method/add_comment/", {"text": "leakbait remark"}),
	("POST", "/api/v2/method/run_doc_method", {"method": "add_comment", "document": "{document}"}),
)
_ROUTES_OF_QUESTIONS = (
	("GET", "/api/v2/doctype/{doctype}/count", {"filters": "{question}"}),
	("GET", "/api/resource/{doctype}", {"fields": '["name"]', "filters": "{question}"}),
)


def _routes(scene: Scene, wanted) -> Iterator[Attempt]:
	for target in scene.labelled(*REPRESENTATIVES):
		for verb, path, given in _ROUTES:
			name = f"route: {verb} {path}{' ' + ', '.join(given) if given else ''}"
			if wanted(name):
				yield Attempt(name, target, "route", _request(verb, path, given, target, scene.word))
		for verb, path, given in _ROUTES_OF_QUESTIONS:
			if wanted(name := f"route: {verb} {path}, question"):
				true, untrue = (
					_request(verb, path, given, target, word) for word in (scene.word, scene.absent)
				)
				yield Attempt(name, target, "route", true, untrue)


def _request(verb: str, path: str, given: dict, target: Target, word: str):
	field = arguments.text_field(target.doctype)
	words = {
		"doctype": target.doctype,
		"name": target.name,
		"field": field,
		"filters": json.dumps([[target.doctype, "name", "=", target.name]]),
		"question": json.dumps([[target.doctype, field, "like", f"{word}%"]]),
		"document": json.dumps(arguments.document(target)),
	}

	def fill(text: str) -> str:
		for each, value in words.items():
			text = text.replace(f"{{{each}}}", value)
		return text

	filled = {fill(key): fill(value) for key, value in given.items()}
	return lambda caller: caller.request(verb, fill(path), filled)


def _references(scene: Scene, wanted) -> Iterator[Attempt]:
	"""A document of one's own that refers to a hidden one, inserted and read again."""
	for doctype in _referring_doctypes():
		if not wanted(f"own {doctype}"):
			continue
		for target in filter(None, map(scene.target, _REFERRED)):
			document = arguments.built(doctype, target, scene, rows=True)
			if arguments.refers(document, target):
				yield Attempt(
					f"own {doctype}",
					target,
					"refers to it",
					lambda caller, document=document: _insert_and_read(caller, document),
				)


def _insert_and_read(caller: Caller, document: dict) -> Answer:
	made = caller.call("frappe.client.insert", doc={**document, "name": None})
	if not made.message:
		return made
	named = {"doctype": made.message["doctype"], "name": made.message["name"]}
	return _joined(made, caller.call("frappe.desk.form.load.getdoc", **named))


def _joined(*answers: Answer) -> Answer:
	last = answers[-1]
	return Answer(last.status, "\n".join(map(text_of, answers)).encode(), last.content_type)


def _referring_doctypes() -> list[str]:
	"""DocTypes of which a user can make documents, and which can name a hidden document, themselves or in a row."""
	fields = [
		row
		for source, parent in (("DocField", "parent"), ("Custom Field", "dt"))
		for row in frappe.get_all(source, fields=[f"{parent} as doctype", "fieldtype", "options"])
	]
	naming = {
		each.doctype
		for each in fields
		if each.fieldtype == "Dynamic Link" or (each.fieldtype == "Link" and each.options in _TITLED)
	}
	naming |= {
		each.doctype
		for each in fields
		if each.fieldtype in frappe.model.table_fields and each.options in naming
	}
	ordinary = {"issingle": 0, "istable": 0, "is_virtual": 0}
	return [
		each for each in frappe.get_all("DocType", ordinary, pluck="name", order_by="name") if each in naming
	]


# Recipes


@recipe("Document Naming Settings: preview_series")
def naming_series_of_fields(caller, scene):
	settings = {"doctype": "Document Naming Settings", "name": "Document Naming Settings"}
	return _joined(
		*(
			caller.call(
				"run_doc_method",
				method="preview_series",
				docs={
					**settings,
					"transaction_type": target.doctype,
					"try_naming_series": f".{{{arguments.text_field(target.doctype)}}}.-.####",
				},
			)
			for target in filter(None, map(scene.target, _TITLED))
		)
	)


@recipe("frappe.utils.print_format.download_multi_pdf_async", action=access.PRINT)
def several_in_the_background(caller, scene):
	return caller.call(
		"frappe.utils.print_format.download_multi_pdf_async",
		doctype=INTERACTION,
		name=[scene.hidden.name],
		format="Standard",
	)


@recipe("frappe.utils.print_format.download_multi_pdf_async", action=access.PRINT)
def several_doctypes_in_the_background(caller, scene):
	return caller.call(
		"frappe.utils.print_format.download_multi_pdf_async",
		doctype={INTERACTION: [scene.hidden.name]},
		name=[scene.hidden.name],
		format="Standard",
	)


@recipe("frappe.desk.query_report.run", "Prepared Report")
def saved_report_of_a_prepared_one(caller, scene):
	"""Custom reports keep their filters, among them the name of a prepared result."""
	saved = f"{scene.own['Report']}"
	frappe.db.set_value(
		"Report",
		saved,
		{
			"report_type": "Custom Report",
			"ref_doctype": INTERACTION,
			"reference_report": scene.hidden.names["Report"],
			"json": json.dumps({"filters": {"prepared_report_name": scene.hidden.names["Prepared Report"]}}),
		},
	)
	return caller.call("frappe.desk.query_report.run", report_name=saved, filters={})


@recipe("frappe.desk.query_report.run", "Prepared Report")
def report_with_a_prepared_result(caller, scene):
	return _joined(
		*(
			caller.call(
				"frappe.desk.query_report.run",
				report_name=scene.hidden.names["Report"],
				filters={"prepared_report_name": scene.hidden.names["Prepared Report"]},
				user=user,
			)
			for user in (None, "Administrator")
		)
	)


@recipe("frappe.desk.query_report.run")
def custom_columns(caller, scene):
	"""A column of a linked document that a user adds to any report."""
	return caller.call(
		"frappe.desk.query_report.run",
		report_name="Permitted Documents For User",
		filters={"user": caller.user, "doctype": INTERACTION},
		custom_columns=[
			{
				"fieldname": "subject",
				"doctype": INTERACTION,
				"link_field": {"fieldname": "name", "names": {scene.hidden.name: scene.hidden.name}},
				"insert_after_index": 0,
			}
		],
	)


_CODES = """<CodeList><Identification><ShortName>x</ShortName><Version>1</Version><CanonicalUri>urn:x</CanonicalUri>
<CanonicalVersionUri>urn:leakbait:1</CanonicalVersionUri></Identification><ColumnSet><Column Id="code"/></ColumnSet><SimpleCodeList>
<Row><Value ColumnRef="code"><SimpleValue>{word}</SimpleValue></Value></Row></SimpleCodeList></CodeList>"""


@recipe("erpnext.edi.doctype.code_list.code_list_import.import_genericode", "File")
def code_list_on_the_server(caller, scene):
	"""An upload names a file of the server, whose content the method reads; the file is put back."""
	path = frappe.get_doc("File", scene.hidden.names["File"]).get_full_path()
	Path(path).write_text(_CODES.format(word=scene.word))
	return caller.call(
		"upload_file",
		file_url=scene.hidden.file_url,
		method="erpnext.edi.doctype.code_list.code_list_import.import_genericode",
		doctype="Code List",
	)
