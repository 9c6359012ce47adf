"""Makes this app work with other apps that override the same classes and methods, so that no override is lost.

Of several overrides Frappe takes that of the app installed last, and says nothing. So this app keeps itself last
(`stay_last`), and each of its overrides goes on to the one that would be there without it:

- Classes are guards in front of whatever class there is. Version 16 composes them itself (hook
  `extend_doctype_class`); for version 15, `registry.composed` names them as attributes of this module.
- Methods call `call_previous`.
- Functions of Frappe that no hook and no class reaches are called by ours, which stand `around` them.

What Frappe resolves in the end, `takeovers` compares.

Frappe runs each job in a process of its own, which begins with this module. So it imports little: what a job does not use, it does not wait for.
"""

import functools
import json
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

import frappe
from frappe.modules import load_doctype_module

APP = "client_comms"


def is_ours(path: str) -> bool:
	return path.startswith(f"{APP}.")


@functools.cache
def own(hook: str) -> dict[str, list[str]]:
	"""What this app has in a hook with keys. A process reads hooks.py once, but Frappe puts it together again in every request."""
	declared = getattr(import_module(f"{APP}.hooks"), hook)
	return {key: value if isinstance(value, list) else [value] for key, value in declared.items()}


# Methods


def call_previous(original: str, **arguments):
	"""Call what answers to a whitelisted method's name without this app: another app's override, else the original.

	Gets those of the arguments that it takes, as Frappe passes those of a request.

	:raises frappe.PermissionError: the session user is a guest, and guests may not call it
	"""
	method = frappe.get_attr(previous_path(original))
	if frappe.session.user == "Guest":
		frappe.is_whitelisted(method)
	return frappe.call(method, **arguments)


def previous_path(original: str) -> str:
	return _last_of_others("override_whitelisted_methods", original) or original


def _last_of_others(hook: str, key: str) -> str | None:
	others = [path for path in frappe.get_hooks(hook, {}).get(key, ()) if not is_ours(path)]
	return others[-1] if others else None


def previous_hook(hook: str) -> str:
	"""The function of another app in a hook of which Frappe calls the last one."""
	return [path for path in frappe.get_hooks(hook) if not is_ours(path)][-1]


# Classes, for version 15


def __getattr__(name: str) -> type:
	"""`compose.EmailQueue`: the guards of Email Queue before the class that would be used without this app."""
	guarded = {} if name.startswith("_") else frappe.get_hooks("extend_doctype_class", {})
	for doctype, paths in guarded.items():
		if class_name(doctype) == name and (ours := [path for path in paths if is_ours(path)]):
			return _composed((*map(frappe.get_attr, ours), previous_class(doctype)))
	raise AttributeError(f"{__name__} has no guard for {name}")


def class_name(doctype: str) -> str:
	return doctype.replace(" ", "").replace("-", "")


def overriding_class(doctype: str) -> str | None:
	"""The path of another app's class for a DocType, the last of several."""
	return _last_of_others("override_doctype_class", doctype)


def previous_class(doctype: str) -> type:
	"""The class of a DocType without this app: another app's override, else that of the app which brings the DocType."""
	if path := overriding_class(doctype):
		return frappe.get_attr(path)
	return getattr(load_doctype_module(doctype), class_name(doctype))


@functools.cache
def _composed(bases: tuple[type, ...]) -> type:
	"""As Frappe 16 makes it; documents are pickled into its cache."""
	previous = bases[-1]
	return type(previous.__name__, bases, {"__module__": previous.__module__, "__reduce__": _reduce})


def _reduce(doc) -> tuple:
	return _rebuild, (type(doc).__bases__,), doc.__getstate__()


def _rebuild(bases: tuple[type, ...]):
	made = _composed(bases)
	return made.__new__(made)


# Functions that no hook and no class reaches


def stand_around(**_job) -> None:
	"""`before_request` and `before_job`: what hooks.py declares in `client_comms_around` stands `around` its functions, now in modules that are loaded, and
	in others as soon as they are. Does not query the database.
	"""
	for name in _declared():
		if module := sys.modules.get(name):
			_stand_around(module)
	if _WhenLoaded not in sys.meta_path:
		sys.meta_path.insert(0, _WhenLoaded)
	frappe.flags[_HAS_BEGUN] = True


def around(owner: type | ModuleType, name: str, ours: Callable | str) -> None:
	"""For the rest of this request or job, `ours` stands around a method or function of Frappe or of a library, and gets what was there before as its
	first argument.

	It is put there once in a process, which serves other sites as well: there, what was there before works alone.

	:param ours: or its path, if it is to be loaded when it is called first
	"""
	at_work = f"{APP}_around_{owner.__name__}.{name}"
	frappe.flags[at_work] = True
	previous = getattr(owner, name, None)
	if previous is None or hasattr(previous, at_work):
		return

	@functools.wraps(previous)
	def composed(*args, **kwargs):
		if frappe.flags.get(at_work):
			return (_function(ours) if isinstance(ours, str) else ours)(previous, *args, **kwargs)
		return previous(*args, **kwargs)

	setattr(composed, at_work, True)
	setattr(owner, name, composed)


_HAS_BEGUN = f"{APP}_stands_around"


@functools.cache
def _function(path: str) -> Callable:
	"""Frappe's `get_attr` may query which apps are installed, and queries have a function around them."""
	module, _dot, name = path.rpartition(".")
	return getattr(import_module(module), name)


@functools.cache
def _declared() -> dict[str, dict[str, str]]:
	"""Module → its functions, and methods as `Class.method` → the path of ours."""
	found: dict[str, dict[str, str]] = {}
	for place, (ours,) in own("client_comms_around").items():
		module, _colon, function = place.partition(":")
		found.setdefault(module, {})[function] = ours
	return found


def _stand_around(module: ModuleType) -> None:
	for place, ours in _declared()[module.__name__].items():
		name = place.rpartition(".")[2]
		owner = getattr(module, place.partition(".")[0], None) if "." in place else module
		if owner is not None:  # this version has it
			around(owner, name, ours)


class _WhenLoaded:
	"""Python asks it where a module is, before it asks its own finders."""

	@classmethod
	def find_spec(cls, name: str, path=None, target=None):
		if name not in _declared():
			return None
		for finder in sys.meta_path:
			if finder is not cls and (spec := finder.find_spec(name, path, target)):
				cls._follow(spec.loader)
				return spec
		return None

	@staticmethod
	def _follow(loader) -> None:
		execute = loader.exec_module

		def execute_and_stand_around(module: ModuleType) -> None:
			execute(module)
			if getattr(frappe.local, "flags", {}).get(_HAS_BEGUN):
				_stand_around(module)

		loader.exec_module = execute_and_stand_around


# The order of apps


def stay_last(app: str | None = None) -> None:
	"""`after_app_install` and `after_migrate`: this app comes after all others but those that require it.

	The order is that of *Installed Applications*, which an administrator sees and can change; Frappe keeps a version.
	"""
	from frappe.core.doctype.installed_applications import installed_applications  # only on installing

	if not is_last():
		installed_applications.update_installed_apps_order(json.dumps(_with_this_last()))
		# Version 15 fills its cache of hooks again while it clears it, by the order that this request knows.
		getattr(frappe.local, "request_cache", {}).clear()
		frappe.clear_cache()


def is_last() -> bool:
	return frappe.get_installed_apps() == _with_this_last()


def _with_this_last() -> list[str]:
	apps = frappe.get_installed_apps()
	after = [APP, *(app for app in apps if _requires_this(app))]
	return [*(app for app in apps if app not in after), *after]


def _requires_this(app: str) -> bool:
	required = frappe.get_hooks("required_apps", app_name=app)
	return APP in {each.rpartition("/")[2] for each in required}
