"""The second wall: the answer of every request is looked at once more, whichever method made it (P-2).

Each method that gives out a record checks access, or Frappe does it for the method. This is for a method in which the check was forgotten:
an answer is withheld if it contains a document that the session user cannot read, or the text of one that was loaded for
it. It does not replace a check: rows that a method read by a query of its own, and files, are not recognised here.

Documents are recognised by their DocType and name, texts by long pieces of them, because a short one can stand anywhere.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator

import frappe
from frappe import _

from client_comms import ledger
from client_comms.enforcement import governed, guards
from client_comms.rules import access
from client_comms.rules.outgoing import ENFORCE, OFF

WITHHELD = "Answer Withheld"
SETTINGS, SETTING = "Client Comms Settings", "answers_mode"
_LOADED = "client_comms_loaded"
_PERMITTED = "client_comms_permitted"
_HAD = (access.READ, access.WRITE)
_DEPTH = 4
_TEXT_FIELDS = frozenset(
	("Code", "HTML Editor", "Long Text", "Markdown Editor", "Small Text", "Text", "Text Editor")
)
_PIECE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ,.'-]{30,200}")
_PIECES = 3


class Remembered:
	"""Mixin for the classes of governed DocTypes: a document that is loaded during a request is looked for in the answer."""

	def load_from_db(self):
		loaded = super().load_from_db()
		if getattr(frappe.local, "request", None):
			frappe.local.flags.setdefault(_LOADED, {})[(self.doctype, str(self.name))] = self
		return loaded

	def has_permission(self, permtype="read", **options) -> bool:
		allowed = super().has_permission(permtype, **options)
		if allowed and permtype in _HAD and not self.flags.ignore_permissions and not options.get("user"):
			_permit(self, frappe.session.user)
		return allowed

	def db_insert(self, *args, **kwargs):
		super().db_insert(*args, **kwargs)
		_permit(self)


def _permit(doc, user: str | None = None) -> None:
	"""The answer may carry a document that the user could read before the request changed it, or that the request stored.

	:param user: who could; not the app, which may act as another user meanwhile
	"""
	if getattr(frappe.local, "request", None):
		permitted = frappe.local.flags.setdefault(_PERMITTED, {})
		permitted.setdefault(user, set()).add((doc.doctype, str(doc.name)))


def after_request(response=None, request=None) -> None:
	"""Withhold an answer that the session user must not get, and record it as a fault.

	:param response: None if Frappe answers with an exception of the web server
	"""
	if response is None or response.status_code >= 400 or not getattr(frappe.local, "session", None):
		return
	flags = frappe.local.flags
	given, loaded = _given_out(), flags.get(_LOADED) or {}
	if not (given or loaded) or not guards.is_restricted() or (mode := _mode()) == OFF:
		return
	by_user = flags.get(_PERMITTED) or {}
	permitted = by_user.get(None, set()) | by_user.get(frappe.session.user, set())
	found = _hidden(given - permitted)
	if loaded and _is_text(response):
		body = response.get_data(as_text=True)
		found |= _hidden({key for key, doc in loaded.items() if key not in permitted and _is_in(body, doc)})
	if found:
		_report(found, request)
		if mode == ENFORCE:
			_withhold(response)


def _is_text(response) -> bool:
	return not response.direct_passthrough and response.mimetype.startswith(("application/json", "text/"))


def _mode() -> str:
	return frappe.get_cached_doc(SETTINGS).get(SETTING) or ENFORCE


def _given_out() -> set[tuple[str, str]]:
	"""The documents in the answer whose DocTypes this app guards."""
	return {
		(each["doctype"], str(each["name"]))
		for each in _documents(frappe.local.response, _DEPTH)
		if guards.is_held(each["doctype"])
	}


def _documents(value, depth: int) -> Iterator[dict]:
	if hasattr(value, "doctype") and hasattr(value, "as_dict"):
		yield {"doctype": value.doctype, "name": value.name}
	elif isinstance(value, dict):
		if isinstance(value.get("doctype"), str) and value.get("name") and not value.get("__islocal"):
			yield value
		elif depth:
			for each in value.values():
				if isinstance(each, dict | list | tuple) or hasattr(each, "doctype"):
					yield from _documents(each, depth - 1)
	elif isinstance(value, list | tuple) and depth:
		for each in value:
			if isinstance(each, dict | list | tuple) or hasattr(each, "doctype"):
				yield from _documents(each, depth - 1)


def _hidden(records: set[tuple[str, str]]) -> set[tuple[str, str]]:
	"""Those that exist and that the session user cannot read; a query for each DocType, two if one is hidden."""
	names = defaultdict(list)
	for doctype, name in records:
		names[doctype].append(name)
	hidden = set()
	for doctype, asked in names.items():
		if missing := set(asked) - guards.readable(doctype, asked):
			existing = frappe.get_all(doctype, {"name": ("in", sorted(missing))}, pluck="name", order_by=None)
			hidden |= {(doctype, str(name)) for name in existing if not _is_on_website(doctype, name)}
	return hidden


def _is_on_website(doctype: str, name: str) -> bool:
	"""Whether a client sees a document in the portal, where it is not the permissions of the desk that decide."""
	if frappe.get_cached_value("User", frappe.session.user, "user_type") == "System User":
		return False
	return bool(frappe.has_website_permission(frappe.get_doc(doctype, name)))


def _is_in(body: str, doc) -> bool:
	return any(piece in body for piece in _pieces(doc))


def _pieces(doc) -> Iterator[str]:
	"""What is not written twice by chance: long runs of letters, digits and blanks, which no format of an answer escapes."""
	title = doc.meta.get_title_field()
	for field in doc.meta.fields:
		if field.fieldtype in _TEXT_FIELDS or field.fieldname == title:
			text = doc.get(field.fieldname)
			if isinstance(text, str):
				yield from sorted(_PIECE.findall(text[:20_000]), key=len, reverse=True)[:_PIECES]


def _report(found: set[tuple[str, str]], request) -> None:
	"""On the ledger and in the Error Log, also if what the request did is rolled back."""
	method = frappe.form_dict.get("cmd") or getattr(request, "path", "")
	frappe.db.rollback()
	ledger.write(
		[
			ledger.entry(
				ledger.REFUSAL,
				doctype,
				name,
				governed.level(doctype, name),
				rule=WITHHELD,
				reason=str(method),
			)
			for doctype, name in sorted(found)
		]
	)
	frappe.log_error(
		title=_("An answer contained a record without clearance"),
		message=json.dumps(
			{"method": method, "records": sorted(found), "user": frappe.session.user}, indent=1
		),
	)
	# nosemgrep: frappe-manual-commit (the rest of the request is committed or rolled back already)
	frappe.db.commit()


def _withhold(response) -> None:
	text = _(
		"The answer was withheld, because it contains a record for which you have no clearance. This is a fault of the app that answered; administrators find it in the Error Log."
	)
	message = {"message": text, "title": _("Clearance Missing"), "indicator": "red"}
	replace(
		response,
		403,
		{"exc_type": "ClearanceMissingError", "_server_messages": json.dumps([json.dumps(message)])},
	)


def replace(response, status: int, content: dict) -> None:
	"""Send this instead of an answer, of which nothing remains: neither its headers nor its file."""
	response.status_code = status
	response.headers.clear()
	response.direct_passthrough = False
	response.mimetype = "application/json"
	response.set_data(frappe.as_json(content))
