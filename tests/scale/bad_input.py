"""Bad values for every parameter of every method of the app, and for every field of its DocTypes.

What a user, a script or an attacker can send instead of a value: other types, sizes and encodings, and texts that mean
something to a database, a browser, a template, a spreadsheet or a file system. Requests run as in the leak check's census: through
Frappe's whole request handling, in one transaction that is undone after each.
"""

import contextlib
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from unittest import mock

import frappe

from client_comms.enforcement import guards
from client_comms.leak_check.census import arguments
from client_comms.leak_check.census.run import Preparation
from client_comms.leak_check.census.scene import Target

NESTED = 3_000
# Methods of Frappe and ERPNext that the app calls with the same arguments.
WRAPPED = (
	"client_comms.enforcement.",
	"client_comms.intake.issue_status.",
	"client_comms.outgoing.text_messages.",
)
FRAME = re.compile(r'File \\?"([^"\\]+)\\?", line')
LINE = re.compile(r'File \\?"([^"\\]+)\\?", line (\d+)')
VALUES = {
	"nothing": "",
	"a blank": " ",
	"a NUL byte": "a\x00b",
	"control characters": "a\x1b[31m\x08\x7f",
	"line breaks and a header": "a\r\nSet-Cookie: a=b\r\n\r\n",
	"longer than a Data field": "ä" * 141,
	"longer than a Text field": "x" * 70_000,
	"a megabyte": "x" * 1_000_000,
	"four-byte characters": "💥" * 150,
	"half a character": "\ud800",
	"right to left": "\u202etxt.exe\u202c",
	"invisible characters": "\u200b\u2060\ufeff",
	"combining marks": "e\u0301" * 200,
	"SQL, quoted": "' or 1=1 -- ",
	"SQL, quoted identifier": "`; drop table `tabUser`; -- ",
	"SQL, closing": '") or sleep(0) #',
	"a wildcard": "%",
	"a backslash": "\\",
	"a script": "<script>alert(1)</script>",
	"an event handler": '"><img src=x onerror=alert(1)>',
	"Jinja, an expression": "{{ 7 * 7 }}{{ frappe.db.sql('select 1') }}",
	"Jinja, unfinished": "{% for x in",
	"a format": "{0.__class__} %s %(x)s {",
	"a formula": '=HYPERLINK("http://x.example","y")',
	"a path": "../../../../etc/passwd",
	"a device": "/dev/zero",
	"an address": "javascript:alert(1)",
	"a number below zero": "-1",
	"zero": "0",
	"a big number": "9" * 30,
	"beyond a float": "1e999",
	"no number": "NaN",
	"a fraction": "0.1",
	"a date that is none": "2026-02-30",
	"the zero date": "0000-00-00",
	"the last date": "9999-12-31 23:59:59.999999",
	"the first date": "0001-01-01",
	"a date long ago": "1900-01-01",
	"the last moment, west of here": "9999-12-31T23:59:59-12:00",
	"a time that is none": "25:61:61",
	"null": None,
	"true": True,
	"a list": [],
	"an object": {},
	"a list of anything": [None, 1, "x", [], {}],
	"a list of objects": [{"doctype": "User", "name": "Administrator", "parent": {}}],
	"an operator": ["like", "%"],
	"an object with operators": {"name": ["!=", ""], "$where": "1"},
	"a document": {"doctype": "User", "name": "Administrator", "__islocal": 1},
	"JSON, unfinished": '{"a": [',
	"JSON, nested": "[" * NESTED + "]" * NESTED,
	"many": list(range(2_000)),
	"a name that does not exist": "no-such-record-77",
	"a DocType": "User",
	"a table that does not exist": "No Such DocType",
	"an email address without a domain": "a@",
	"addresses": "a@b.example, c@d.example; <e@f.example",
	"a language that does not exist": "xx-YY",
	"a zone that does not exist": "Mars/Olympus",
}


@dataclass(frozen=True)
class Trial:
	"""One value in one place."""

	place: str  # "method(parameter)" or "DocType.field"
	value: str  # key of VALUES
	verb: str
	path: str
	arguments: Callable[[], dict]  # only made when sent: some are large


@dataclass(frozen=True)
class Fault:
	trial: Trial
	status: int
	what: str

	def __str__(self):
		return f"{self.trial.place} = {self.trial.value}: {self.status} {self.what}"


def trials(prepared: Preparation, seed: int, number: int | None = None) -> list[Trial]:
	"""Every value in every place; with `number`, that many of them, drawn with the seed."""
	every = [*_of_methods(prepared), *_of_fields()]
	if number is None or number >= len(every):
		return every
	return random.Random(seed).sample(every, number)


def faults(prepared: Preparation, wanted: list[Trial]) -> Iterator[Fault]:
	"""What did not end with an answer or with a refusal that says what was wrong, or left half of it behind."""
	for trial in wanted:
		with prepared.sandbox.undone() as trace, _noting_commits(trace) as kept:
			answer = prepared.administrator.request(trial.verb, trial.path, trial.arguments())
			if what := _wrong(answer, trace, kept):
				yield Fault(trial, answer.status, what)


def _wrong(answer, trace, kept: list[str]) -> str:
	if trace.stopped_by:
		return "" if trace.stopped_by != "takes too long" else "takes too long"
	if answer.status < 400:
		return ""
	frames = FRAME.findall(answer.json.get("exc") or "")
	if answer.status >= 500 and _is_ours(frames):
		return f"an error of the server: {_error(answer)}"
	if kept:
		return f"refused, but kept {', '.join(sorted(set(kept)))}"
	if frames and _is_ours(frames[-1:]) and not answer.json.get("_server_messages"):
		return f"refused without a word: {_error(answer)}"
	return ""


def _is_ours(frames: list[str]) -> bool:
	"""Whether code of the app was running; Frappe's own answers to such values are not the app's to change. An error
	without a traceback counts."""
	return not frames or any(
		"/client_comms/" in each and "/leak_check/census/" not in each for each in frames
	)


def _error(answer) -> str:
	told = answer.json.get("exception") or answer.json.get("exc_type") or answer.text[:200]
	places = [
		f"{file.partition('/client_comms/')[2]}:{line}"
		for file, line in LINE.findall(answer.json.get("exc") or "")
		if _is_ours([file])
	]
	return f"{str(told)[:160]} at {places[-1] if places else 'no line of the app'}"


@contextlib.contextmanager
def _noting_commits(trace) -> Iterator[list[str]]:
	"""What a request has written by the time it commits: a refusal after that leaves half of something behind."""
	kept: list[str] = []
	commit = frappe.db.commit

	def noted(**how):
		kept.extend(each for each in trace.written if guards.is_own(each) and not _of_the_record(each))
		return commit(**how)

	with mock.patch.object(frappe.db, "commit", noted):
		yield kept


def _of_the_record(doctype: str) -> bool:
	"""What is written about a refusal itself."""
	return doctype in ("Compliance Ledger Entry", "Client Access Link Attempt")


def _of_methods(prepared: Preparation) -> Iterator[Trial]:
	scene = prepared.scene
	for method in prepared.every:
		if not method.path.startswith("client_comms.") or method.path.startswith(WRAPPED):
			continue
		target = next(
			(each for each in scene.targets() if arguments.speaks_of(method, each.doctype)),
			scene.targets()[0],
		)
		given = arguments.fill(method, target, scene, arguments.Filling(), scene.word) or {}
		verbs = frappe.allowed_http_methods_for_whitelisted_func[method.function]
		for parameter in sorted(given.keys() | method.parameters.keys()):
			for label in VALUES:
				place = f"{method.key}({parameter})"
				if method.doctype:
					on = _document(method.doctype, target, scene)
					make = partial(_call_of_document, method.function.__name__, on, given, parameter, label)
					yield Trial(place, label, "POST", "/api/method/run_doc_method", make)
				else:
					verb = "POST" if "POST" in verbs else verbs[0]
					make = partial(_call, given, parameter, label)
					yield Trial(place, label, verb, f"/api/method/{method.path}", make)


def _call_of_document(method: str, on: dict, given: dict, parameter: str, label: str) -> dict:
	return {"method": method, "args": json.dumps({**given, parameter: VALUES[label]}, default=str), **on}


def _call(given: dict, parameter: str, label: str) -> dict:
	return {
		key: json.dumps(value, default=str)
		if isinstance(value, dict | list | bool)
		else str(value).encode("utf-8", "surrogatepass")
		for key, value in {**given, parameter: VALUES[label]}.items()
		if value is not None
	}


def _document(doctype: str, target: Target, scene) -> dict:
	if frappe.get_meta(doctype).issingle:
		return {"dt": doctype, "dn": doctype}
	found = scene.target(doctype)
	if name := found.name if found else arguments.existing(doctype):
		return {"dt": doctype, "dn": name}
	return {"docs": json.dumps(arguments.built(doctype, target, scene), default=str)}


def _of_fields() -> Iterator[Trial]:
	for doctype in frappe.get_all("DocType", {"istable": 0}, pluck="name", order_by="name"):
		if not guards.is_own(doctype):
			continue
		meta = frappe.get_meta(doctype)
		name = doctype if meta.issingle else arguments.existing(doctype)
		for field in meta.fields:
			if (
				field.fieldtype in frappe.model.no_value_fields
				and field.fieldtype not in frappe.model.table_fields
			):
				continue
			is_table = field.fieldtype in frappe.model.table_fields
			columns = (
				[column.fieldname for column in frappe.get_meta(field.options).fields] if is_table else []
			)
			for column in ("", *columns):
				for label in VALUES:
					yield _of_field(doctype, name, field.fieldname, column, label)


def _of_field(doctype: str, name: str | None, field: str, column: str, label: str) -> Trial:
	place = f"{doctype}.{field}.{column}".rstrip(".")
	verb, path = ("PUT", f"/api/resource/{doctype}/{name}") if name else ("POST", f"/api/resource/{doctype}")
	return Trial(place, label, verb, path, partial(_data, field, column, label))


def _data(field: str, column: str, label: str) -> dict:
	value = [{column: VALUES[label]}] if column else VALUES[label]
	return {"data": json.dumps({field: value}, default=str)}
