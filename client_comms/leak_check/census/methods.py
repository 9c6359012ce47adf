"""Every function and document method that a request can call, of every installed app."""

import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import frappe
from frappe.model.base_document import get_controller


@dataclass(frozen=True)
class Method:
	"""A whitelisted function, or, with a `doctype`, a method of its documents."""

	path: str  # by which a request calls it; of a document method, that of its class
	function: object
	doctype: str | None = None

	@property
	def key(self) -> str:
		return f"{self.doctype}: {self.function.__name__}" if self.doctype else self.path

	@cached_property
	def parameters(self) -> dict[str, inspect.Parameter]:
		found = dict(inspect.signature(self.function).parameters)
		if self.doctype:
			found.pop(next(iter(found), None), None)  # self, which a static method does not have
		return found

	@cached_property
	def takes_anything(self) -> bool:
		"""Whether it reads parameters that its signature does not name."""
		kinds = {each.kind for each in self.parameters.values()}
		return inspect.Parameter.VAR_KEYWORD in kinds or "form_dict" in self.source

	@cached_property
	def parsed_parameters(self) -> set[str]:
		"""Those that it parses itself: texts with JSON."""
		return {
			each for each in self.parameters if re.search(rf"(loads|parse_json)\(\s*{each}\b", self.source)
		}

	@cached_property
	def is_search(self) -> bool:
		"""Whether it fills the list under a Link field."""
		return {"doctype", "txt", "searchfield"} <= self.parameters.keys()

	@cached_property
	def named(self) -> list[str]:
		"""What may be the names of DocTypes in it: that of its module, and texts of its source."""
		parts = self.path.split(".")
		own = [parts[parts.index("doctype") + 1].replace("_", " ").title()] if "doctype" in parts[:-1] else []
		return list(dict.fromkeys([*own, *re.findall(r"""["'`](?:tab)?([A-Z][\w ]+)["'`]""", self.source)]))

	@cached_property
	def source(self) -> str:
		try:
			return inspect.getsource(inspect.unwrap(self.function))
		except (OSError, TypeError):
			return ""


def every() -> tuple[list[Method], dict[str, str]]:
	"""All methods by their names, and modules that cannot be imported, each with the error.

	Only modules that whitelist something are imported: importing others can have effects.
	"""
	failed = {}
	for module in _whitelisting_modules():
		try:
			importlib.import_module(module)
		except Exception as error:  # such as a test module without its libraries
			failed[module] = f"{type(error).__name__}: {error}"
	found: dict[str, Method] = {}
	for function in list(frappe.whitelisted):
		path = f"{function.__module__}.{function.__qualname__}"
		if "." not in function.__qualname__ and _is_of_installed_app(path):
			found[path] = Method(path, function)
	for method in _of_documents():
		found[method.key] = method
	return [found[key] for key in sorted(found)], failed


def _whitelisting_modules() -> Iterator[str]:
	for app in frappe.get_installed_apps():
		root = Path(frappe.get_app_path(app))
		for file in sorted(root.rglob("*.py")):
			if "node_modules" not in file.parts and "whitelist" in file.read_text(errors="ignore"):
				parts = file.relative_to(root.parent).with_suffix("").parts
				yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_of_installed_app(path: str) -> bool:
	return path.partition(".")[0] in frappe.get_installed_apps()


def _of_documents() -> Iterator[Method]:
	"""Methods of the classes that are in use, each with the DocType whose class defines it."""
	from frappe.model.document import Document

	for name in _whitelisted_names(Document):
		yield Method(f"frappe.model.document.Document.{name}", getattr(Document, name), "Document")
	for doctype in frappe.get_all("DocType", pluck="name", order_by="name"):
		try:
			controller = get_controller(doctype)
		except Exception:  # a DocType of an app that is gone
			continue
		for name in _whitelisted_names(controller):
			function = getattr(controller, name)
			if getattr(Document, name, None) is not function:
				yield Method(f"{controller.__module__}.{controller.__name__}.{name}", function, doctype)


def _whitelisted_names(controller: type) -> list[str]:
	return [
		name
		for name in dir(controller)
		if inspect.isfunction(function := getattr(controller, name, None)) and function in frappe.whitelisted
	]
