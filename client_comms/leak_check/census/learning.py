"""What a method takes, learned from what it looks up and how it refuses.

Names and types of parameters do not say that `source_name` is a Sales Order. So Administrator first calls the method with a
name of its own in each place: the table in which that name is not found tells the DocType. Then such a document is lent to
the method, one that refers to the hidden record where it can, and the call is tried in the ways in which methods take values.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice

import frappe
import frappe.model

from client_comms import transactions
from client_comms.enforcement import guards
from client_comms.leak_check.census import arguments, attempts
from client_comms.leak_check.census.attempts import Attempt
from client_comms.leak_check.census.methods import Method
from client_comms.leak_check.census.sandbox import Trace, mark
from client_comms.leak_check.census.scene import INTERACTION, Scene, Target

_ROUNDS = 5  # a method may look up one document after the other
_DEEP = 2  # a lent document can need others
_NAMED = 4  # DocTypes that a method names
LENT = "on a lent document"
# Tells what an attempt looked up without finding it.
Try = Callable[[Attempt], Trace]


@dataclass(frozen=True)
class Way:
	"""How values are sent: in a form or as JSON, with filters by field or as a list; `parsed` is what parameters hold that the
	method parses itself; `search` is for methods that fill the list under a Link field."""

	words: str
	as_json: bool = False
	filters_by_field: bool = False
	parsed: str = ""
	search: bool = False


WAYS = (
	Way("in a form"),
	Way("as JSON", as_json=True),
	Way("as JSON, filters by field", as_json=True, filters_by_field=True),
	Way("an object to parse", parsed="object"),
	Way("objects to parse", parsed="objects"),
	Way("names to parse", parsed="names"),
	Way("a new document to parse", parsed="new"),
	Way("whole documents", as_json=True, parsed="whole"),
	Way("a search", as_json=True, search=True),
	Way("a search, filters by field", as_json=True, search=True, filters_by_field=True),
)


def attempts_of(method: Method, scene: Scene, lender: "Lender", learn: Try) -> Iterator[Attempt]:
	"""The calls that are worth making, each once: about the hidden record, then about documents of the DocTypes that the method
	names."""
	seen = set()
	found = chain(_about_hidden(method, scene, lender, learn), _about_named(method, scene, lender))
	for attempt, given in found:
		if (key := json.dumps([given, attempt.how, attempt.on], default=str, sort_keys=True)) not in seen:
			seen.add(key)
			yield attempt


def _about_hidden(method: Method, scene: Scene, lender: "Lender", learn: Try) -> Iterator[tuple]:
	target = Target(INTERACTION, scene.hidden.name)
	for filled, way in _filled(method, target, scene):
		given = _in_way(filled, method, target, way, scene)
		for referring in (True, False):
			document = lender.document(method.doctype, referring) if method.doctype else None
			call = partial(_attempt, method, target, way, document)
			names = _learned(given, target, partial(lender.document, referring=referring), call, learn)
			named = _renamed(given, target.name, names)
			yield replace(call(named), on=LENT if names or document else ""), named
			if not (names or method.doctype):
				break


def _about_named(method: Method, scene: Scene, lender: "Lender") -> Iterator[tuple]:
	"""A method that works with Sales Orders alone names that DocType."""
	document = lender.document(method.doctype) if method.doctype else None
	named = dict.fromkeys(filter(None, map(arguments.doctype_called, method.named)))
	lent = (Target(doctype, name) for doctype in named if (name := lender.document(doctype)))
	for target in islice(lent, _NAMED):
		for filled, way in _filled(method, target, scene):
			given = _in_way(filled, method, target, way, scene)
			yield replace(_attempt(method, target, way, document, given), on=LENT), given


def _filled(method: Method, target: Target, scene: Scene) -> Iterator[tuple[dict, Way]]:
	for filling in arguments.FILLINGS[:2]:
		filled = arguments.fill(method, target, scene, filling, scene.word)
		if filled is not None:
			yield from ((filled, way) for way in WAYS if _applies(way, method))


def _applies(way: Way, method: Method) -> bool:
	if way.search:
		return method.is_search
	if way.parsed == "whole":
		return bool(arguments.documents_of(method))
	if way.parsed == "new" and method.takes_anything:
		return True
	return not way.parsed or bool(method.parsed_parameters)


def _learned(given: dict, target: Target, document, call, learn: Try) -> dict[str, str]:
	"""Parameter or key → the name of a document of the DocType that the method looks up by it."""
	places = list(_places(given, target.name))
	by_mark = {mark(place): place for place in places}
	names: dict[str, str] = {}
	for _round in range(_ROUNDS):
		marked = {place: names.get(place, mark(place)) for place in places}
		missed = learn(call(_renamed(given, target.name, marked))).missed
		found = {
			place: name
			for doctype, missing in sorted(missed)
			if (place := by_mark.get(missing)) and place not in names and (name := document(doctype))
		}
		if not found:
			break
		names |= found
	return names


def _places(value, name: str, key: str = "") -> Iterator[str]:
	"""The parameters and keys under which the name stands."""
	if isinstance(value, dict):
		for each, inner in value.items():
			yield from _places(inner, name, each)
	elif isinstance(value, list):
		for inner in value:
			yield from _places(inner, name, key)
	elif value == name:
		yield key


def _renamed(value, name: str, names: Mapping[str, str], key: str = ""):
	"""The value with other names in the places where the name stands."""
	if isinstance(value, dict):
		return {each: _renamed(inner, name, names, each) for each, inner in value.items()}
	if isinstance(value, list):
		return [_renamed(inner, name, names, key) for inner in value]
	return names.get(key, name) if value == name else value


def _in_way(given: dict, method: Method, target: Target, way: Way, scene: Scene) -> dict:
	given = dict(given)
	holding = {**arguments.named_everyhow(target), "doctype": target.doctype}
	for name in method.parameters.keys() & {"start", "page_len"}:
		given[name] = 0 if name == "start" else 20
	if way.filters_by_field and "filters" in given:
		given["filters"] = holding
	if way.search:
		given |= {"txt": "", "searchfield": "name"} | ({} if way.filters_by_field else {"filters": {}})
	if way.parsed == "whole":
		document = frappe.get_doc(target.doctype, target.name).as_dict()
		given |= {
			name: [document] if name.endswith("s") else document for name in arguments.documents_of(method)
		}
	elif way.parsed:
		new = arguments.built(target.doctype, Target(INTERACTION, scene.hidden.name), scene, rows=True)
		shapes = {
			"object": holding,
			"objects": [holding],
			"names": [target.name],
			"new": {**holding, **new},
		}
		given |= {name: shapes[way.parsed] for name in method.parsed_parameters & given.keys()}
		if way.parsed == "new" and method.takes_anything:
			given |= shapes["new"]
	return given


def _attempt(method: Method, target: Target, way: Way, document: str | None, given: dict) -> Attempt:
	"""A call of a function, or of a method of a document."""
	if method.doctype:
		send = attempts.sending_to(method, {"dt": method.doctype, "dn": document or method.doctype}, given)
	else:
		send = attempts.sending(method, given, as_json=way.as_json)
	return Attempt(method.key, target, f"learned, {way.words}", send)


class Lender:
	"""Documents of any DocType, for methods that ask for one. They stay until the sandbox is left."""

	def __init__(self, scene: Scene):
		self._scene = scene
		self._lent: dict[tuple[str, bool], str | None] = {}
		self._hidden = {each.name for each in scene.targets()}

	def document(self, doctype: str, referring: bool = True, deep: int = 0) -> str | None:
		"""The name of the hidden document of this DocType, of one that refers to a hidden one, or of any.

		:param referring: a document that refers to a hidden one, rather than one that exists
		"""
		meta = guards.meta_of(doctype)
		if meta is None or meta.istable or meta.issingle or meta.is_virtual or deep > _DEEP:
			return None
		if hidden := self._scene.target(doctype):
			return hidden.name
		if not referring and (existing := arguments.existing(doctype)):
			return existing
		key = (doctype, referring)
		if key not in self._lent:
			self._lent[key] = None  # for documents that need each other
			self._lent[key] = self._insert(doctype, referring, deep)
		return self._lent[key]

	def _insert(self, doctype: str, referring: bool, deep: int) -> str | None:
		target = Target(INTERACTION, self._scene.hidden.name)
		values = arguments.built(doctype, target, self._scene, rows=True)
		if referring and not any(name in json.dumps(values, default=str) for name in self._hidden):
			return self.document(doctype, referring=False)
		if not referring:
			values = self._plain(values)
		doc = frappe.get_doc(self._completed(doctype, values, deep))
		doc.name = f"LEAKBAIT-LENT-{frappe.scrub(doctype)}-{'r' if referring else 'p'}"
		doc.docstatus = 1 if doc.meta.is_submittable else 0
		# One that fails, for example for a column that must be unique, is not lent.
		with transactions.part():
			for each in (doc, *doc.get_all_children()):
				each.creation = each.modified = frappe.utils.now()
				each.owner = each.modified_by = frappe.session.user
				if each is not doc:
					each.name = frappe.generate_hash(length=10)
					each.parent, each.docstatus = doc.name, doc.docstatus
				each.db_insert()
			self._scene.lent.append((doctype, doc.name))
			return doc.name
		return None

	def _plain(self, values):
		"""The values without what refers to a hidden document."""
		if isinstance(values, dict):
			plain = {key: self._plain(each) for key, each in values.items()}
			return {key: each for key, each in plain.items() if each is not None}
		if isinstance(values, list):
			return [self._plain(each) for each in values]
		return None if values in self._hidden else values

	def _completed(self, doctype: str, values: dict, deep: int) -> dict:
		"""With the documents that it, and each of its rows, must name."""
		for field in frappe.get_meta(doctype).fields:
			if field.fieldtype in frappe.model.table_fields:
				rows = values.get(field.fieldname) or ([{}] if field.reqd else [])
				values[field.fieldname] = [self._completed(field.options, dict(row), deep) for row in rows]
			elif field.fieldtype == "Link" and field.reqd and not values.get(field.fieldname):
				values[field.fieldname] = self.document(field.options, referring=False, deep=deep + 1)
		return values
