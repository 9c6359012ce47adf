"""Arguments for a method whose author we do not know, from the names and types of its parameters.

Every parameter that can name a document gets the hidden one; texts to search for get the hidden word.
"""

import inspect
import json
from dataclasses import dataclass

import frappe
import frappe.model

from client_comms.leak_check.census.methods import Method
from client_comms.leak_check.census.scene import ADMINISTRATOR, INTERACTION, Scene, Target

_DOCTYPE = """doctype dt ref_doctype reference_doctype reference_type document_type parenttype parent_doctype
	attached_to_doctype link_doctype source_doctype reminder_doctype doctype_name _doctype for_doctype
	from_doctype select_doctype document_name_type voucher_type goal_doctype child_type child_doctype options
	prev_doc order_doctype party_type""".split()
_NAME = """name docname dn reference_name ref_docname ref_name reference_docname document_name parent
	attached_to_name link_name source_name doc_name docid reminder_docname party voucher_no id old value
	old_name record key reference master_name child_docname row_id row source item_name""".split()
_NAMES = "names docnames source_names selected_items items file_list files selections reports".split()
_DOC = "doc docs document target_doc source_doc file_doc reference_document".split()
_DATA = "args data values params ctx kwargs arg row_data form_params details item_details".split()
_QUESTION = (
	"txt text search_text keyword search_term search_value string query_text summary title subject".split()
)
_FIELD = "fieldname field sort_field searchfield group_by_field field_name title_field docfield label_field".split()
_DATES = {
	"2000-01-01": "start from_date start_date begin from_time",
	"2100-01-01": "end to_date end_date to_time till_date",
}
_LITERALS = {
	"fields": ["*"],
	"expand": ["*"],
	"as_dict": 1,
	"user": ADMINISTRATOR,
	"for_user": ADMINISTRATOR,
	"email": ADMINISTRATOR,
	"user_email": ADMINISTRATOR,
	"limit": 20,
	"limit_start": 0,
	"limit_page_length": 20,
	"page_len": 20,
	"page_length": 20,
	"sort_order": "desc",
	"format": "Standard",
	"print_format": "Standard",
	"letterhead": "",
	"settings": "{}",
	"method": "frappe.ping",
	"ptype": "read",
	"perm_type": "read",
	"merge": 1,
	"prev": 0,
	"content": "leakbait remark",
	"comment": "leakbait remark",
	"description": "leakbait remark",
	"communication_medium": "Other",
	"send_email": 0,
	"color": "Blue",
	"status": "Closed",
	"tag": "leakbait own",
	"tags": "leakbait own",
	"read": 1,
	"action": "update",
	"stats": ["_user_tags"],
	"is_root": 0,
	"is_group": 0,
	"file_type": "CSV",
	"file_format_type": "CSV",
	"all_doctypes": 0,
	"export_records": "all",
	"with_data": 1,
}
# Switches that a request should not set; they are tried separately.
_SWITCHES = {
	"force": 1,
	"validate_rename": 0,
	"ignore_permissions": 1,
	"ignore_user_permissions": 1,
	"everyone": 1,
	"for_validate": 0,
	"silent": 1,
}
_BY_NAME: dict[str, str] = {
	**dict.fromkeys(_DOCTYPE, "doctype"),
	**dict.fromkeys(_NAME, "name"),
	**dict.fromkeys(_NAMES, "names"),
	**dict.fromkeys(_DOC, "doc"),
	**dict.fromkeys(_DATA, "bag"),
	**dict.fromkeys(_QUESTION, "word"),
	**dict.fromkeys(_FIELD, "field"),
}
# A text field of the hidden documents; the first one that a DocType has is asked about.
_TEXTS = (
	"summary",
	"content",
	"description",
	"subject",
	"note",
	"message",
	"raw",
	"title",
	"lead_name",
	"data",
	"value",
)


@dataclass(frozen=True)
class Filling:
	"""How parameters are filled: `optional` ones too, and whether as a question about hidden text."""

	optional: bool = True
	question: bool = False
	switches: bool = False


FILLINGS = (
	Filling(),
	Filling(optional=False),
	Filling(question=True),
	Filling(switches=True),
	Filling(question=True, switches=True),
)


def fill(method: Method, target: Target, scene: Scene, filling: Filling, word: str) -> dict | None:
	"""The arguments; None if this filling would be the same as another one."""
	if filling.question and not _can_ask(method):
		return None
	if filling.switches and not _SWITCHES.keys() & set(method.parameters):
		return None
	given = _bag(target, scene, word, filling) if method.takes_anything else {}
	for name, parameter in method.parameters.items():
		if parameter.kind in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL):
			continue
		required = parameter.default is inspect.Parameter.empty
		if required or filling.optional:
			value = _value(name, parameter, target, scene, filling, word, required)
			if value is not None:
				given[name] = value
	return given


def names_a_record(method: Method) -> bool:
	"""Whether a parameter can name a document of any DocType."""
	return method.takes_anything or any(
		_BY_NAME.get(each) in ("doctype", "doc") or each.endswith("doctype") for each in method.parameters
	)


def can_name(method: Method) -> bool:
	"""Whether any parameter can name a document or be a question about its text."""
	return bool(
		method.takes_anything
		or names_a_record(method)
		or {"filters", "or_filters", *_BY_NAME} & set(method.parameters)
		or any(_doctypes().get(each.removesuffix("_name")) for each in method.parameters)
	)


def speaks_of(method: Method, doctype: str) -> bool:
	"""Whether the method is of the DocType's module, has a parameter called like it, or names it."""
	scrubbed, parts = frappe.scrub(doctype), method.path.split(".")
	if method.doctype == doctype or (
		"doctype" in parts[:-1] and parts[parts.index("doctype") + 1] == scrubbed
	):
		return True
	endings = ("", "_name", "_id", "s", "_url")
	return (
		any(f"{scrubbed}{each}" in method.parameters for each in endings) or f'"{doctype}"' in method.source
	)


def documents_of(method: Method) -> set[str]:
	"""Parameters that hold whole documents."""
	return {each for each in method.parameters if _BY_NAME.get(each) == "doc"}


def _can_ask(method: Method) -> bool:
	asking = {"filters", "or_filters", *_QUESTION}
	return bool(asking & set(method.parameters)) or method.takes_anything


def named_everyhow(target: Target) -> dict:
	"""The document under every name that methods use."""
	return {
		**dict.fromkeys(_DOCTYPE, target.doctype),
		**dict.fromkeys(
			("name", "docname", "dn", "reference_name", "ref_docname", "reference_docname", "document_name"),
			target.name,
		),
		**dict.fromkeys(("parent", "attached_to_name", "link_name", "source_name"), target.name),
	}


def _bag(target: Target, scene: Scene, word: str, filling: Filling) -> dict:
	"""Everything that names the document, and what else methods ask for."""
	return {
		**named_everyhow(target),
		"fields": ["*"],
		"filters": _filters(target, word, filling),
		"file_url": scene.hidden.file_url,
		"start": 0,
		"page_length": 20,
		"view": "List",
		"file_format_type": "CSV",
		"title": "x",
		"is_root": 0,
		"is_group": 0,
	}


def _filters(target: Target, word: str, filling: Filling) -> list:
	if filling.question:
		return [[target.doctype, text_field(target.doctype), "like", f"{word}%"]]
	return [[target.doctype, "name", "=", target.name]]


def text_field(doctype: str) -> str:
	meta = frappe.get_meta(doctype)
	return next((each for each in _TEXTS if meta.has_field(each)), "name")


def _value(name, parameter, target: Target, scene: Scene, filling: Filling, word: str, required: bool):
	if name in ("filters", "or_filters", "export_filters", "current_filters"):
		return _filters(target, word, filling)
	for date, names in _DATES.items():
		if name in names.split():
			return date
	if filling.switches and name in _SWITCHES:
		return _SWITCHES[name]
	if name in _LITERALS:
		return _LITERALS[name]
	if (value := _of_kind(_BY_NAME.get(name), target, scene, filling, word)) is not None:
		return value
	if (value := _of_doctype(name, target, scene)) is not None:
		return value
	if not required:
		return None
	if name.endswith(("doctype", "_type")):
		return target.doctype
	if name.endswith("date"):
		return str(frappe.utils.getdate())
	return _of_type(parameter.annotation, target, scene, word, filling)


def _of_kind(kind: str | None, target: Target, scene: Scene, filling: Filling, word: str):
	match kind:
		case "doctype":
			return target.doctype
		case "name":
			return target.name
		case "names":
			return [target.name]
		case "doc":
			return document(target)
		case "bag":
			return {**_bag(target, scene, word, filling), "doctype": target.doctype}
		case "word":
			return word if filling.question else "x"
		case "field":
			return text_field(target.doctype)


def _of_doctype(name: str, target: Target, scene: Scene):
	"""A parameter that is called like a DocType."""
	if name == "file_url":
		return scene.hidden.file_url
	for spelled in (name, name.removesuffix("_name"), name.removesuffix("_id"), name.removesuffix("s")):
		if doctype := _doctypes().get(spelled):
			if hidden := target if target.doctype == doctype else scene.target(doctype):
				return hidden.name if spelled == name or not name.endswith("s") else [hidden.name]
			if other := existing(doctype):
				return other
	return None


def _of_type(annotation, target: Target, scene: Scene, word: str, filling: Filling):
	text = str(annotation)
	if "dict" in text:
		return _bag(target, scene, word, filling)
	if "list" in text:
		return [target.name]
	if "int" in text or "float" in text:
		return 1
	if "bool" in text:
		return 0
	return target.name


def document(target: Target) -> dict:
	"""The hidden document as a form would send it: what it is, but not its text."""
	return {"doctype": target.doctype, "name": target.name}


def built(doctype: str, target: Target, scene: Scene, rows: bool = False) -> dict:
	"""An unsaved document of a DocType that refers to the hidden one wherever it can, with `rows` in its tables as well."""
	values = {"doctype": doctype, "__islocal": 1, "name": f"new-{frappe.scrub(doctype)}-1"}
	for field in frappe.get_meta(doctype).fields:
		if field.fieldtype == "Link" and field.options == "DocType":
			values[field.fieldname] = target.doctype
		elif field.fieldtype == "Dynamic Link":
			values[field.options] = target.doctype
			values[field.fieldname] = target.name
		elif field.fieldtype == "Link" and (hidden := scene.target(field.options)):
			values[field.fieldname] = hidden.name
		elif rows and field.fieldtype in frappe.model.table_fields:
			row = built(field.options, target, scene)
			if field.reqd or refers(row, target):
				values[field.fieldname] = [{**row, "name": None}]
		elif field.fieldname in ("reference_doctype", "doc_type", "document_type", "transaction_type"):
			values[field.fieldname] = target.doctype
		elif field.reqd and field.fieldname not in values and (value := _required(field)) is not None:
			values[field.fieldname] = value
	return values


def refers(document: dict, target: Target) -> bool:
	return target.name in json.dumps(document, default=str)


def _required(field):
	match field.fieldtype:
		case "Link":
			return existing(field.options)
		case "Select":
			return next((each for each in (field.options or "").split("\n") if each), None)
		case "Int" | "Float" | "Currency" | "Percent" | "Check":
			return 1
		case "Date":
			return str(frappe.utils.getdate())
		case "Datetime":
			return frappe.utils.now()
		case "Time":
			return "10:00:00"
		case "Data" | "Small Text" | "Text" | "Text Editor" | "Long Text" | "HTML Editor" | "Code":
			return "leakbait@example.com" if field.options == "Email" else "leakbait built"


_spelled: dict[str, str] = {}
_first: dict[str, str | None] = {}


def _doctypes() -> dict[str, str]:
	if not _spelled:
		_spelled.update(
			{frappe.scrub(name): name for name in frappe.get_all("DocType", {"issingle": 0}, pluck="name")}
		)
		_spelled.update(
			{
				"message": "Communication",
				"interaction": INTERACTION,
				"notification": "Notification Log",
				"board": "Kanban Board",
			}
		)
	return _spelled


def doctype_called(text: str) -> str | None:
	"""The DocType that a text names, however it is spelled."""
	return _doctypes().get(frappe.scrub(text))


def existing(doctype: str) -> str | None:
	if doctype not in _first:
		try:
			_first[doctype] = frappe.db.get_value(doctype, {}, order_by=None)
		except Exception:  # a DocType without a table
			_first[doctype] = None
	return _first[doctype]
