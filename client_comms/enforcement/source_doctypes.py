"""DocTypes of other apps whose documents become interactions (hook `client_comms_sources`, docs/sources.md).

`registry.sources` finds them when hooks.py is read, and hooks.py guards each like a Call Log. Here is which of them this
site has: those whose documents can carry an interaction and a level.
"""

from collections.abc import Iterator
from typing import NoReturn

import frappe
from frappe import _

from client_comms import transactions
from client_comms.enforcement import foreign_fields
from client_comms.exceptions import UnusableArrivalError
from client_comms.i18n import bold, translate
from client_comms.rules.arrival import Arrival, fault
from client_comms.rules.messages import Message
from client_comms.rules.messages import _ as N_

HOOK = "client_comms_sources"
GUARD = "client_comms.outgoing.source_documents.GuardedSource"
_CACHE = "client_comms_source_doctypes"
_APP = "client_comms"
_LINK = "client_interaction"
# What is added to each of them.
FIELDS = ("confidentiality_level", _LINK, "conversation_key", "outgoing_reason")


def active() -> tuple[str, ...]:
	"""Those whose documents are logged and guarded on this site; does not query the database."""
	return frappe.cache.get_value(_CACHE, _find)


def existing() -> list[str]:
	"""Those that are on this site, whether or not they have their fields yet."""
	guarded = [doctype for doctype in frappe.get_hooks(HOOK, {}) if is_guarded(doctype)]
	normal = {"istable": 0, "issingle": 0, "is_virtual": 0}
	return guarded and frappe.get_all(
		"DocType", {"name": ("in", guarded), **normal}, pluck="name", order_by="name asc"
	)


def faults() -> list[str]:
	"""What keeps registered documents from being logged and guarded, each with what to do."""
	there = {*existing()}
	return [
		*_unguarded(),
		*(with_foreign_fields(each) or _without_fields(each) for each in sorted(there - {*active()})),
		*filter(None, map(_without_adapter, sorted(there))),
	]


def _unguarded() -> Iterator[str]:
	for doctype in sorted(frappe.get_hooks(HOOK, {})):
		if is_guarded(doctype) or not frappe.db.exists("DocType", doctype):
			continue
		if doctype in frappe.get_hooks("permission_query_conditions", {}, app_name=_APP):
			yield _("{0} is registered in {1}, but this app logs it anyway. Remove the entry.").format(
				doctype, HOOK
			)
		else:
			yield _(
				"{0} is registered in {1} and not guarded yet. Run bench clear-cache and restart the bench."
			).format(doctype, HOOK)


def with_foreign_fields(doctype: str) -> str | None:
	"""That a DocType has fields itself which have the names of this app's, and what to do; None if it has not."""
	names = [name for _doctype, name in foreign_fields.find({doctype: FIELDS})]
	return (
		_(
			"{0} is neither logged nor guarded, because it has fields with the names of this app's: {1}. Ask the developers of its app, or the System Manager who added them, to rename them; then run bench migrate."
		).format(doctype, ", ".join(names))
		if names
		else None
	)


def _without_fields(doctype: str) -> str:
	return _(
		"{0} lacks the fields of this app, so it is neither logged nor guarded. Run bench migrate."
	).format(doctype)


def _without_adapter(doctype: str) -> str | None:
	path, told = adapter(doctype), len(frappe.local.message_log)
	try:
		if path and callable(frappe.get_attr(path)):
			return None
	except Exception:
		del frappe.local.message_log[told:]
	return _("The adapter of {0} cannot be found: {1}. Correct {2} in the app that registers it.").format(
		doctype, path or _("None"), HOOK
	)


def is_guarded(doctype: str) -> bool:
	"""Whether hooks.py guards it as a source: not one that this app guards anyway, such as Issue."""
	return GUARD in frappe.get_hooks("extend_doctype_class", {}, app_name=_APP).get(doctype, ())


def forget() -> None:
	"""Fields were added or removed."""
	frappe.cache.delete_value(_CACHE)


def adapter(doctype: str) -> str | None:
	"""The path of its adapter: another app's before ours, and of several the last."""
	paths = _registered(doctype, "adapter", [])
	paths = [path for path in paths if isinstance(path, str)]
	others = [path for path in paths if not path.startswith(f"{_APP}.")]
	return (others or paths or [None])[-1]


def read(doc) -> Arrival | None:
	"""What its adapter says about a document.

	:raises UnusableArrivalError: it returned something else than an Arrival, or one that cannot be true
	:raises Exception: whatever the adapter raises
	"""
	path = adapter(doc.doctype)
	if not path:
		_refuse(doc.doctype, Message(N_("The registration names no adapter.")))
	found = frappe.get_attr(path)(doc)
	if found is None:
		return None
	problem = fault(found)
	if problem is None and not frappe.db.exists("Communication Channel", found.channel, cache=True):
		problem = Message(
			N_("The adapter names the channel {channel}, which does not exist."), {"channel": found.channel}
		)
	if problem:
		_refuse(path, problem)
	return found


def try_to_read(doc) -> tuple[Arrival | None, Exception | None]:
	"""`read`, or the error that it ended with; of a failed adapter neither writes nor messages remain."""
	told = len(frappe.local.message_log)
	with transactions.part() as part:
		return read(doc), None
	del frappe.local.message_log[told:]
	return None, part.error


def _refuse(where: str, problem: Message) -> NoReturn:
	frappe.throw(
		_("Adapter {0}: {1}").format(bold(where), translate(problem)),
		exc=UnusableArrivalError,
		title=_("Adapter Failed"),
	)


def is_outgoing(doc) -> bool:
	"""Whether the registration says, without the adapter, that a document is a message which is sent when it is stored."""
	stated = _registered(doc.doctype, "outgoing", {})
	return bool(stated) and all(doc.get(field) in values for field, values in stated.items())


def _registered(doctype: str, key: str, default):
	entry = frappe.get_hooks(HOOK, {}).get(doctype)
	found = entry.get(key) if isinstance(entry, dict) else None
	return found if isinstance(found, type(default)) else default


def _find() -> tuple[str, ...]:
	there = existing()
	return tuple(
		there
		and frappe.get_all(
			"Custom Field",
			{"dt": ("in", there), "fieldname": _LINK, "module": foreign_fields.MODULE},
			pluck="dt",
			order_by="dt asc",
		)
	)
