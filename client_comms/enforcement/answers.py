"""The second wall: the answer of every request is looked at once more, whichever method made it (P-2).

Each method that gives out a record checks access, or Frappe does it for the method. This is for a method in which the check was forgotten:
rows of lists are left out of an answer (`answer_rows`), and the answer is withheld if it contains a document that the session user
cannot read, or the text of one that was loaded for it. It does not replace a check: single values and files are not recognised here.

Documents are recognised by their DocType and name, texts by long pieces of them, because a short one can stand anywhere.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator

import frappe
from frappe import _

from client_comms import clock, ledger, roles
from client_comms.enforcement import answer_rows, compose, governed, guards
from client_comms.rules import access
from client_comms.rules.outgoing import ENFORCE, OFF

WITHHELD, LEFT_OUT = "Answer Withheld", "Rows Left Out"
SETTINGS, SETTING = "Client Comms Settings", "answers_mode"
_LOADED = "client_comms_loaded"
_LOOKED = "client_comms_looked_at_answer"
_PERMITTED = "client_comms_permitted"
_LISTS_OF_FRAPPE = frozenset(
	("frappe.client.get_list", "frappe.desk.reportview.get", "frappe.desk.reportview.get_list")
)
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
			permit(self.doctype, self.name, frappe.session.user)
		return allowed

	def db_insert(self, *args, **kwargs):
		super().db_insert(*args, **kwargs)
		permit(self.doctype, self.name)


def permit(doctype: str, name: str, user: str | None = None) -> None:
	"""The answer may carry a document that the user could read before the request changed it, that the request stored, or that
	the app shows by another rule than that of the desk.

	:param user: who could; not the app, which may act as another user meanwhile
	"""
	if getattr(frappe.local, "request", None):
		permitted = frappe.local.flags.setdefault(_PERMITTED, {})
		permitted.setdefault(user, set()).add((doctype, str(name)))


def run_ours_too(run, request, response) -> None:
	"""Around the hooks after a request: Frappe runs none after one that fails, and answers all the same. Ours run whatever those of other
	apps do.
	"""
	try:
		run(request, response)
	except Exception:
		if getattr(frappe.local, "initialised", False) and not frappe.flags.get(_LOOKED):
			for hook in frappe.get_hooks("after_request", app_name=compose.APP):
				frappe.call(hook, response=response, request=request)
		raise


def after_request(response=None, request=None) -> None:
	"""Withhold an answer that the session user must not get, and record it as a fault. What cannot be looked at is withheld as well.

	:param response: None if Frappe answers with an exception of the web server
	"""
	frappe.flags[_LOOKED] = True
	if response is None or response.status_code >= 400 or not getattr(frappe.local, "session", None):
		return
	try:
		_look_at(response, request)
	except Exception:
		replace(response, 500, {"exc_type": "AnswerNotChecked"})
		raise


def _look_at(response, request) -> None:
	flags, answer = frappe.local.flags, frappe.local.response
	given, loaded = _given_out(answer), flags.get(_LOADED) or {}
	rows = [] if _is_list_of_frappe(request) else answer_rows.of(answer)
	if not (given or loaded or rows) or not guards.is_restricted() or (mode := _mode()) == OFF:
		return
	by_user = flags.get(_PERMITTED) or {}
	permitted = by_user.get(None, set()) | by_user.get(frappe.session.user, set())
	found = set()
	if rows and _is_json(response) and not _is_client():
		if records := answer_rows.hidden(rows, permitted):
			_report({(each.doctype, each.name) for each in records}, request, LEFT_OUT)
			if mode == ENFORCE:
				given, found = _leave_out(response, records)
	found |= _hidden(given - permitted)
	if loaded and _is_text(response):
		body = response.get_data().decode(errors="replace")  # a file of text has any encoding
		found |= _hidden({key for key, doc in loaded.items() if key not in permitted and _is_in(body, doc)})
	if found:
		_report(found, request, WITHHELD)
		if mode == ENFORCE:
			_withhold(response)


def _leave_out(response, records: list[answer_rows.Hidden]) -> tuple[set, set]:
	"""Leave rows out of an answer; the documents that it still contains, and the records whose text it does."""
	body = answer_rows.without(response.get_data(as_text=True), records)
	response.set_data(body)
	still = {
		(each.doctype, each.name)
		for each in records
		if any(piece in body for field in each.texts for piece in _pieces_of(each.told.get(field)))
	}
	return _given_out(json.loads(body)), still


def _is_list_of_frappe(request) -> bool:
	"""Whether Frappe itself lists documents, always by their row conditions: most requests of a desk, which cost nothing here."""
	path = getattr(request, "path", "") or ""
	_api, is_list, doctype = path.partition("/api/resource/")
	return frappe.form_dict.get("cmd") in _LISTS_OF_FRAPPE or bool(is_list and "/" not in doctype.strip("/"))


def _is_json(response) -> bool:
	return not response.direct_passthrough and response.mimetype == "application/json"


def _is_text(response) -> bool:
	return not response.direct_passthrough and response.mimetype.startswith(("application/json", "text/"))


def _mode() -> str:
	return frappe.get_cached_doc(SETTINGS).get(SETTING) or ENFORCE


def _given_out(answer) -> set[tuple[str, str]]:
	"""The documents in the answer whose DocTypes this app guards."""
	return {
		(each["doctype"], str(each["name"]))
		for each in _documents(answer, _DEPTH)
		if guards.is_held(each["doctype"])
	}


def _documents(value, depth: int) -> Iterator[dict]:
	# First, for Frappe's dict says of every attribute that it has it.
	if isinstance(value, dict):
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
	elif hasattr(value, "doctype") and hasattr(value, "as_dict"):
		yield {"doctype": value.doctype, "name": value.name}


def _hidden(records: set[tuple[str, str]]) -> set[tuple[str, str]]:
	"""Those that exist and that the session user cannot read; a query for each DocType, two if one is hidden."""
	names = defaultdict(list)
	for doctype, name in records:
		names[doctype].append(name)
	hidden = set()
	for doctype, asked in names.items():
		if missing := set(asked) - guards.readable(doctype, asked):
			existing = frappe.get_all(doctype, {"name": ("in", sorted(missing))}, pluck="name", order_by=None)
			hidden |= {(doctype, str(name)) for name in existing if not is_on_website(doctype, name)}
	return hidden


def is_on_website(doctype: str, name: str) -> bool:
	"""Whether a client sees a document in the portal, where it is not the permissions of the desk that decide."""
	return _is_client() and bool(frappe.has_website_permission(frappe.get_doc(doctype, name)))


def _is_client() -> bool:
	return not roles.has_desk()


def _is_in(body: str, doc) -> bool:
	return any(piece in body for piece in _pieces(doc))


def _pieces(doc) -> Iterator[str]:
	"""What is not written twice by chance: long runs of letters, digits and blanks, which no format of an answer escapes."""
	title = doc.meta.get_title_field()
	for field in doc.meta.fields:
		if field.fieldtype in _TEXT_FIELDS or field.fieldname == title:
			yield from _pieces_of(doc.get(field.fieldname))


def _pieces_of(text) -> Iterator[str]:
	if isinstance(text, str):
		yield from sorted(_PIECE.findall(text[:20_000]), key=len, reverse=True)[:_PIECES]


def _report(found: set[tuple[str, str]], request, rule: str) -> None:
	"""On the ledger and in the Error Log, also if what the request did is rolled back; rows once a day, because a page of an app that
	leaves a check out is opened all day.
	"""
	method = frappe.form_dict.get("cmd") or getattr(request, "path", "")
	if rule == LEFT_OUT and not clock.is_first_in_a_day(
		f"client_comms_left_out:{frappe.session.user}:{method}"
	):
		return
	frappe.db.rollback()
	ledger.write(
		[
			ledger.entry(
				ledger.REFUSAL,
				doctype,
				name,
				governed.level(doctype, name),
				rule=rule,
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
