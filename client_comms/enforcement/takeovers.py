"""Compares this app's controls with what Frappe resolves on the site, and names those that another app disables (D-5, P-2).

`compose` and the order of apps let this app and others override the same classes and methods. What remains:
another order of apps, apps that answer first wherever they stand, an outdated cache.
"""

import contextlib
import inspect
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import click
import frappe
from frappe import _
from frappe.core.doctype.server_script.server_script_utils import get_server_script_map
from frappe.model.base_document import get_controller

from client_comms import compat, roles
from client_comms.enforcement.compose import APP, is_last, is_ours, overriding_class

SETTINGS = "Client Comms Settings"
_CACHE = "client_comms_takeovers"
_CLASSES, _METHODS = "extend_doctype_class", "override_whitelisted_methods"
_PERMISSION, _PAGES, _PRINT = "has_permission", "page_renderer", "pdf_body_html"
_AROUND = "client_comms_around"
# Without these functions, a release of an app is not known here.
_NEEDED = (
	"frappe_assistant_core.plugins.data_science.tools.analyze_business_data:AnalyzeFrappeData._get_data_for_analysis",
	"frappe_assistant_core.plugins.data_science.tools.run_database_query:QueryAndAnalyse._execute_query",
	"frappe_assistant_core.plugins.data_science.tools.run_python_code:ExecutePythonCode.execute",
	"insights.insights.doctype.insights_data_source_v3.insights_data_source_v3:InsightsDataSourcev3._get_db_connection",
)
# Frappe calls every handler that it finds there, so that ours only has to be among them.
_CALLED = (
	_PERMISSION,
	_PAGES,
	"permission_query_conditions",
	"has_website_permission",
	"make_email_body_message",
	"before_request",
	"after_request",
	"doc_events",
	"scheduler_events",
)
_PORTAL_PAGE = "issue"


@dataclass(frozen=True, slots=True)
class Takeover:
	"""A control (`ours`, a path in this app) that Frappe does not apply; `by` is the path that it applies instead, if any."""

	hook: str
	key: str
	ours: str
	by: str | None = None
	is_script: bool = False

	@property
	def app(self) -> str | None:
		return None if self.is_script or not self.by else self.by.partition(".")[0]

	@property
	def message(self) -> str:
		control = f"{self.hook}: {self.key}"
		if self.is_script:
			return _("{0}: the Server Script {1} answers in place of {2}.").format(
				control, self.by, self.ours
			)
		if not self.by:
			return _("{0}: Frappe does not call {1}.").format(control, self.ours)
		return _("{0}: {1} of the app {2} takes precedence over {3}.").format(
			control, self.by, self.app, self.ours
		)

	@property
	def remedy(self) -> str:
		if self.is_script:
			return _("Disable the Server Script.")
		if self.hook == _AROUND:
			return _("This app does not know that release of {0}. Use another one, or uninstall it.").format(
				self.key.partition(".")[0]
			)
		# Frappe and ERPNext do not override: the site runs with hooks of before an upgrade.
		if not self.by or self.app in ("frappe", "erpnext"):
			return _("Run bench clear-cache and restart the bench.")
		if not is_last():
			return _(
				"Run bench migrate, or move client_comms to the end in Installed Applications, Update Hooks Resolution Order."
			)
		return _("Ask the publisher of {0} to let it call what it overrides, or uninstall it.").format(
			self.app
		)


def compare() -> list[Takeover]:
	"""The controls that Frappe does not apply now; compares afresh."""
	own = runpy.run_path(frappe.get_app_path(APP, "hooks.py"))
	return [
		*_classes(own[_CLASSES]),
		*_methods(own[_METHODS]),
		*_handlers({hook: own[hook] for hook in _CALLED}),
		*(_asked_first(own[_PERMISSION]) if not compat.is_version_16() else ()),
		*_rendered_first(own[_PAGES]),
		*_printed_last(own[_PRINT]),
		*_unknown_releases(own[_AROUND]),
	]


def found() -> list[Takeover]:
	"""The result of the last `check`; compared afresh once Frappe's cache, and with it what Frappe resolves, was cleared."""
	return frappe.cache.get_value(_CACHE, compare)


def check() -> list[Takeover]:
	"""Compare, and keep the result for `found`."""
	takeovers = compare()
	frappe.cache.set_value(_CACHE, takeovers)
	return takeovers


def are_closing() -> bool:
	"""Whether records above the lowest level are closed because another app disables a control."""
	# Not from the cache, which is older than the settings while they are saved.
	return bool(found() and frappe.db.get_single_value(SETTINGS, "close_on_takeover", cache=False))


def warn(takeovers: list[Takeover]) -> None:
	"""Print them for the user who migrates or installs on the command line."""
	for each in takeovers:
		click.secho(f"client_comms: {each.message} {each.remedy}", fg="red")


def extend_bootinfo(bootinfo) -> None:
	"""What the desk shows to administrators in a banner."""
	if "System Manager" in frappe.get_roles() or roles.configures_or_audits():
		bootinfo.client_comms_takeovers = [[each.message, each.remedy] for each in found()]


# --- comparing ----------------------------------------------------------------------------------


def _classes(own: dict[str, str]) -> Iterator[Takeover]:
	# Frappe has no class for a custom DocType.
	existing = frappe.get_all("DocType", {"name": ("in", list(own)), "custom": 0}, pluck="name")
	for doctype in sorted(existing):
		guard = frappe.get_attr(own[doctype])
		try:
			order = get_controller(doctype).__mro__
		except Exception:  # another app's class cannot be used at all
			frappe.clear_messages()
			yield Takeover(_CLASSES, doctype, own[doctype], overriding_class(doctype))
			continue
		if guard not in order:
			yield Takeover(_CLASSES, doctype, own[doctype], _path(order[0]))
			continue
		for method in _defined(guard):
			first = next(each for each in order if method in vars(each))
			if not is_ours(_path(first)):
				yield Takeover(_CLASSES, doctype, f"{own[doctype]}.{method}", _path(first))


def _defined(guard: type) -> list[str]:
	"""What a guard and its bases define."""
	names = {name for each in guard.__mro__[:-1] for name in vars(each)}
	return sorted(name for name in names if not name.startswith("__"))


def _methods(own: dict[str, str]) -> Iterator[Takeover]:
	scripts = get_server_script_map().get("_api", {})
	for original, ours in own.items():
		resolved = frappe.override_whitelisted_method(original)
		if resolved != ours:
			missing = resolved == original or is_ours(resolved)
			yield Takeover(_METHODS, original, ours, None if missing else resolved)
		elif script := scripts.get(ours):
			yield Takeover(_METHODS, original, ours, script, is_script=True)
		else:
			yield from _replaced(_METHODS, original, ours)


def _handlers(own: dict) -> Iterator[Takeover]:
	for way, path in _leaves((), own):
		hook, *keys = way
		live = frappe.get_hooks(hook)
		for key in keys:
			live = live.get(key, {})
		if path not in live:
			yield Takeover(hook, ".".join(keys) or path, path)
		else:
			yield from _replaced(hook, ".".join(keys) or path, path)


def _leaves(way: tuple[str, ...], value) -> Iterator[tuple[tuple[str, ...], str]]:
	if isinstance(value, dict):
		for key, each in value.items():
			yield from _leaves((*way, key), each)
	elif isinstance(value, list):
		for each in value:
			yield way, each
	else:
		yield way, value


def _replaced(hook: str, key: str, ours: str) -> Iterator[Takeover]:
	"""Another app put something of its own in the place of ours, in Python."""
	there = inspect.unwrap(frappe.get_attr(ours))
	if not is_ours(_path(there)):
		yield Takeover(hook, key, ours, _path(there))


def _asked_first(own: dict[str, str]) -> Iterator[Takeover]:
	"""Version 15 takes the first answer to a permission check, of hooks for all DocTypes and of the app that comes last."""
	hooks = frappe.get_hooks(_PERMISSION)
	for doctype, ours in own.items():
		asked = [*hooks.get(doctype, ()), *hooks.get("*", ())]
		for path in asked[asked.index(ours) + 1 :] if ours in asked else ():
			if not is_ours(path):
				yield Takeover(_PERMISSION, doctype, ours, path)


def _rendered_first(own: list[str]) -> Iterator[Takeover]:
	"""Frappe takes the first page renderer that can render a page, of the app that comes first."""
	for path in frappe.get_hooks(_PAGES):
		if path in own:
			return
		with contextlib.suppress(Exception):  # it may need a request; without one it says nothing
			if frappe.get_attr(path)(_PORTAL_PAGE).can_render():
				yield Takeover(_PAGES, _PORTAL_PAGE, own[0], path)


def _printed_last(ours: str) -> Iterator[Takeover]:
	"""Frappe calls only the last function that prints."""
	called = frappe.get_hooks(_PRINT)[-1]
	if called != ours:
		yield Takeover(_PRINT, "print", ours, called)


def _unknown_releases(own: dict[str, str]) -> Iterator[Takeover]:
	"""Without the function that ours stands around, an app queries the database unseen."""
	for place in _NEEDED:
		if place.partition(".")[0] in _installed() and not _has(*place.split(":")):
			yield Takeover(_AROUND, place, own[place])


def _installed() -> set[str]:
	return {*frappe.get_installed_apps()}


def _has(module: str, name: str) -> bool:
	"""Whether a module defines a function, or a class a method (`Class.method`); it is read and not loaded, which would take seconds."""
	try:
		source = Path(find_spec(module).origin).read_text()
	except (ImportError, AttributeError, OSError):
		return False
	owner, _dot, method = name.rpartition(".")
	return f"def {method}(" in source and f"class {owner}" in source


def _path(there) -> str:
	return f"{there.__module__}.{getattr(there, '__qualname__', type(there).__qualname__)}"
