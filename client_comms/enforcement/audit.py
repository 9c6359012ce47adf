"""Decides what is recorded on the compliance ledger (P-2, R-3).

Decisions about access (grants, shares, level changes) are recorded at every level, in the transaction that
makes them. Uses of a record, and refusals, are recorded at levels that log views: at the end of the request,
when its outcome is known, and in a separate transaction, because requests that only read or are refused are
rolled back. A document in a response counts as viewed, whichever method returned it; rows of lists do not.
"""

from collections import Counter
from collections.abc import Iterator

import frappe
from frappe import _

from client_comms import ledger
from client_comms.enforcement import answers, dependents, documents, governed, policy, refusals
from client_comms.enforcement.methods import exports
from client_comms.enforcement.requests import called

_NOTED = "client_comms_noted"
_FORBIDDEN = 403
_TIMELINES = ("communications", "automated_messages")
# Methods that print (some without Frappe's `before_print`), serve files or export, by the last part of their
# name: Python lets a request reach a method through every module that imports it, including overrides.
_PRINT = "download_pdf"
_PRINT_PAGE = "printview"
_DOWNLOAD = "download_file"
_FILES = "/private/files/"
_EXPORTS = ("export_query", "export_data", "download_template")
_TIMELINE = "get_communications"


# --- hooks -------------------------------------------------------------------------------------


def after_request(response=None, request=None):
	"""Record what this request did. A response that cannot be recorded is withheld.

	:param response: None if Frappe answers with an exception of the web server
	"""
	if request is None or not (frappe.db and getattr(frappe.local, "session", None)):
		return
	try:
		if response is None or response.status_code == _FORBIDDEN:
			entries = list(_refusals())
		elif response.status_code < 400:
			entries = list(_uses(request))
		else:
			return
		if entries:
			# Frappe has already committed what this request keeps; the rest must not be committed.
			frappe.db.rollback()
			ledger.write(entries)
			# nosemgrep: frappe-manual-commit (the rest of the request is rolled back already)
			frappe.db.commit()
	except Exception:
		if response is not None:
			answers.replace(response, 500, {"exc_type": "AccessNotRecorded"})
		raise


def on_print(doc, method=None, *args):
	"""`before_print` of a governed DocType: the print view, a PDF, an attachment of an email."""
	_note(ledger.PRINT, doc.doctype, doc.name)


def on_portal_view(doctype: str, name: str) -> None:
	"""A client opened a record in the portal."""
	_note(ledger.VIEW, doctype, name)


def on_message(doc, method=None):
	"""A message was sent: its content is as confidential as the record to which it belongs."""
	if doc.sent_or_received != "Sent" or doc.communication_medium != "Email":
		return
	interaction = frappe.db.get_value(governed.COMMUNICATION, doc.name, "client_interaction")
	owner = (
		(governed.INTERACTION, interaction) if interaction else (doc.reference_doctype, doc.reference_name)
	)
	level = _logged_level(*owner)
	if level:
		recipients = ", ".join(filter(None, (doc.recipients, doc.cc, doc.bcc)))
		ledger.record(ledger.EMAIL, *owner, level, reason=f"{doc.name}: {recipients}")


def on_share(doc, method=None):
	"""A governed record was shared, or a share was changed."""
	if level := governed.level(doc.share_doctype, doc.share_name):
		rights = ", ".join(right for right in ("read", "write", "submit", "share") if doc.get(right))
		whom = "everyone" if doc.everyone else doc.user
		ledger.record(ledger.SHARE, doc.share_doctype, doc.share_name, level, reason=f"{whom}: {rights}")


# --- what was done -----------------------------------------------------------------------------


def _uses(request) -> Iterator[dict]:
	path, asked = request.path, frappe.form_dict
	methods = {name.rpartition(".")[2] for name in called.names()}
	yield from frappe.local.flags.get(_NOTED, {}).values()
	yield from _views()
	yield from _timeline_views(_TIMELINE in methods)
	if _PRINT in methods or path.strip("/").removesuffix(".html") == _PRINT_PAGE:
		yield from _once(ledger.PRINT, asked.doctype, asked.name)
	elif _DOWNLOAD in methods:
		yield from _downloads(asked.file_url)
	elif path.startswith(_FILES):
		yield from _downloads(path)
	elif not methods.isdisjoint(_EXPORTS):
		yield from _export() if asked.doctype else _report_export()


def _exported() -> tuple[str, ...]:
	return (governed.INTERACTION, governed.PHYSICAL_FILE, *governed.bound(), *documents.SETTING)


def _views() -> Iterator[dict]:
	"""Governed documents in the response; a row of one counts as the whole document."""
	given = [doc for doc in _given_out() if doc.get("doctype") or doc.get("parenttype")]
	if not given:  # as in most requests: what this site guards is looked up for others
		return
	seen = set()
	# A review has the level of its interaction.
	viewed = (*_exported(), governed.REVIEW, governed.DATA_PACKAGE)
	for doc in given:
		doctype, name = doc.get("doctype"), doc.get("name")
		if doc.get("parenttype") in viewed:
			doctype, name = doc.get("parenttype"), doc.get("parent")
		if doctype not in viewed or not name or (doctype, name) in seen:
			continue
		seen.add((doctype, name))
		if _may_be_logged(doc.get("confidentiality_level")) and (level := _logged_level(doctype, name)):
			yield ledger.entry(ledger.VIEW, doctype, name, level)


def _given_out() -> Iterator:
	answer = frappe.local.response
	for key in ("docs", "data", "message"):
		value = answer.get(key)
		for each in value if isinstance(value, list) else [value]:
			if isinstance(each, dict) or hasattr(each, "doctype"):
				yield each


def _timeline_views(alone: bool) -> Iterator[dict]:
	"""Messages on another document's timeline; on the timeline of their own interaction they are part of its view.

	:param alone: they are all that was asked for
	"""
	docinfo = frappe.local.response.get("docinfo") or {}
	messages = [m for key in _TIMELINES for m in docinfo.get(key) or ()]
	if alone:
		messages += frappe.local.response.get("message") or []
	names = {m["name"] for m in messages}
	if not names:
		return
	owner = (
		docinfo.get("doctype") or frappe.form_dict.doctype,
		docinfo.get("name") or frappe.form_dict.name,
	)
	for row in frappe.get_all(
		governed.COMMUNICATION,
		{"name": ("in", names)},
		["name", "client_interaction", "confidentiality_level"],
		order_by="creation asc",
	):
		if not (row.client_interaction or row.confidentiality_level):
			continue
		if (governed.INTERACTION, row.client_interaction) == owner:
			continue
		if _may_be_logged(row.confidentiality_level) and (
			level := _logged_level(governed.COMMUNICATION, row.name)
		):
			where = _("On the timeline of {0} {1}").format(*owner)
			yield ledger.entry(ledger.VIEW, governed.COMMUNICATION, row.name, level, reason=where)


def _downloads(file_url: str | None) -> Iterator[dict]:
	"""Of the records to which the file belongs, also by what was added to them, such as a comment."""
	attached = frappe.get_all(
		"File",
		{"file_url": file_url or "", "attached_to_name": ("is", "set")},
		["attached_to_doctype", "attached_to_name"],
		distinct=True,
		order_by="attached_to_doctype asc, attached_to_name asc",
		as_list=True,
	)
	for doctype, name in dict.fromkeys(dependents.owner_of(*each) for each in attached):
		if level := _logged_level(doctype, name):
			yield ledger.entry(ledger.DOWNLOAD, doctype, name, level, reason=file_url)


def _export() -> Iterator[dict]:
	"""One entry per export, with the number of records at each level, queried again with the user's permissions."""
	asked = frappe.form_dict
	doctype = frappe.parse_json(asked.doctype) if str(asked.doctype).startswith("[") else asked.doctype
	doctype = doctype[0] if isinstance(doctype, list) else doctype
	if (
		doctype not in _exported()
		or doctype not in governed.doctypes()
		or asked.export_records == "blank_template"
	):
		return
	if selected := asked.selected_items:
		filters = {"name": ("in", frappe.parse_json(selected))}
	else:
		filters = frappe.parse_json(asked.filters or asked.export_filters or "[]")
	with exports.exporting():
		rows = frappe.get_list(
			doctype,
			filters=filters,
			or_filters=frappe.parse_json(asked.or_filters or "[]"),
			fields=["name", "confidentiality_level"],
			order_by=f"`tab{doctype}`.`name` asc",
			limit=5 if asked.export_records == "5_records" else 0,
		)
	# A filter on child rows finds its record once per row.
	levels = {row.name: row.confidentiality_level for row in rows}
	rules = policy.current()
	counts = Counter(
		rules.level(level).name for level in levels.values() if level or doctype == governed.INTERACTION
	)
	if _logged_levels() & set(counts):
		told = ", ".join(f"{level}: {counts[level]}" for level in sorted(counts, key=rules.rank))
		yield ledger.entry(ledger.EXPORT, doctype, None, max(counts, key=rules.rank), reason=told)


def _report_export() -> Iterator[dict]:
	report = frappe.form_dict.report_name
	about = frappe.get_cached_value("Report", report, "ref_doctype")
	if about in governed.doctypes() and _logged_levels():
		yield ledger.entry(ledger.EXPORT, "Report", report, None, reason=_("A report on {0}").format(about))


def _refusals() -> Iterator[dict]:
	for (doctype, name), (action, decision) in refusals.kept().items():
		if level := _logged_level(doctype, name):
			reasons = " ".join(str(reason) for reason in decision.reasons)
			yield ledger.entry(
				ledger.REFUSAL, doctype, name, level, rule=decision.rule, reason=f"{action}: {reasons}"
			)


# --- helpers -----------------------------------------------------------------------------------


def _logged_levels() -> frozenset[str]:
	return frozenset(level.name for level in policy.current().levels.values() if level.log_views)


def _may_be_logged(stated: str | None) -> bool:
	"""Whether the database needs to be queried, judging by the level on the document."""
	level = policy.current().level(stated)
	return bool(level and level.log_views)


def _logged_level(doctype: str | None, name: str | None) -> str | None:
	"""The level of a governed record in the database, if that level logs views."""
	level = doctype and name and governed.level(doctype, name)
	return level if level in _logged_levels() else None


def _note(action: str, doctype: str, name: str) -> None:
	"""In a request, keep the entry until its outcome is known; elsewhere (jobs, console) write it in the
	same transaction."""
	for each in _once(action, doctype, name):
		if getattr(frappe.local, "request", None):
			frappe.local.flags.setdefault(_NOTED, {})[(action, doctype, str(name))] = each
		else:
			ledger.write([each])


def _once(action: str, doctype: str | None, name: str | None) -> Iterator[dict]:
	if (action, doctype, str(name)) in frappe.local.flags.get(_NOTED, {}):
		return
	if level := _logged_level(doctype, name):
		yield ledger.entry(action, doctype, name, level)
