"""Content of a confidential record that a user with clearance passes on where others can read it (P-2): attachments,
quotations and links in messages and comments. The rule is `rules.write_down`.

Checked when the document is stored, so that it does not matter whether the email dialog, a form or the API writes it.
"""

from collections.abc import Iterator
from urllib.parse import unquote

import frappe
from frappe import _

from client_comms import controls, ledger, validation
from client_comms.clients import parties
from client_comms.enforcement import dependents, governed, policy
from client_comms.exceptions import WriteDownError
from client_comms.i18n import bold
from client_comms.rules import write_down as rules

MODE = "write_down_mode"
_OPEN = -1  # the rank of what has no level
_TEXTS = 100  # the newest of a client, with which a text is compared


def check_message(doc, method=None) -> None:
	"""`validate` of Communication: what clients write is theirs to say.

	:raises WriteDownError: the mode is Enforce
	"""
	if doc.sent_or_received == "Sent" and doc.communication_type == "Communication":
		_check_text(doc, doc.content, (doc.reference_doctype, doc.reference_name))


def check_comment(doc, method=None) -> None:
	"""`validate` of Comment.

	:raises WriteDownError: the mode is Enforce
	"""
	if doc.comment_type == "Comment":
		_check_text(doc, doc.content, (doc.reference_doctype, doc.reference_name))


def check_file(doc, method=None) -> None:
	"""`validate` of File: the content of a confidential record's file that is attached to a less confidential one.

	:raises WriteDownError: the mode is Enforce
	"""
	if not _is_asked() or not (doc.file_url and doc.attached_to_name) or doc.is_folder:
		return
	if doc.is_new() or doc.has_value_changed("attached_to_name") or doc.has_value_changed("file_url"):
		where = (doc.attached_to_doctype, doc.attached_to_name)
		if rules.is_passed_down(_rank(*where), _ranks_of_file(doc.file_url, doc.name)):
			_pass_down(where, [(rules.ATTACHMENT, doc.file_name or doc.file_url)])


def of_draft(
	doctype: str, name: str, content: str | None, attachments: list[str], in_reply_to: str | None
) -> list[tuple[str, str]]:
	"""What an email about a document would pass on, while the session user still writes it: (kind, what).

	:param content: HTML
	:param attachments: names of Files
	:param in_reply_to: the message that it answers
	"""
	if not _is_asked():
		return []
	# A user is not told how confidential a message is that they cannot read.
	answered = in_reply_to and governed.readable(governed.COMMUNICATION, [in_reply_to])
	draft = frappe._dict(in_reply_to=in_reply_to if answered else None)
	here = _rank_here(draft, (doctype, name))
	return [*_found(draft, content or "", (doctype, name), here), *_attached(attachments, here)]


def words(found: list[tuple[str, str]]) -> list[str]:
	"""The findings as sentences (HTML) for the user."""
	sentences = {
		rules.ATTACHMENT: _("{0} is attached to a more confidential record."),
		rules.QUOTATION: _("The text quotes {0}, which is more confidential."),
		rules.LINK: _("The text links to {0}, which is more confidential."),
	}
	return [sentences[kind].format(bold(_title(kind, what))) for kind, what in found]


def _title(kind: str, what: str) -> str:
	"""A message by its subject, which the ledger does not keep."""
	subject = kind == rules.QUOTATION and frappe.db.get_value(governed.COMMUNICATION, what, "subject")
	return subject or what


def advice() -> str:
	"""What to do about a finding."""
	return _("Leave it out, or write under the more confidential record.")


def _is_asked() -> bool:
	"""Whether a user writes it; Administrator, in whose name jobs run, is not asked anywhere."""
	return (
		frappe.get_cached_doc("Client Comms Settings").get(MODE) != controls.OFF
		and frappe.session.user not in ("Administrator", "Guest")
		and not (frappe.flags.in_install or frappe.flags.in_patch or frappe.flags.in_import)
	)


def _check_text(doc, content: str | None, where: tuple[str | None, str | None]) -> None:
	if not content or not _is_asked() or not (doc.is_new() or doc.has_value_changed("content")):
		return
	if found := _found(doc, content, where, _rank_here(doc, where)):
		_pass_down(where, found)


def _rank_here(doc, where: tuple[str | None, str | None]) -> int:
	"""A reply continues the conversation of the message that it answers, and is as confidential."""
	answered = (governed.COMMUNICATION, doc.get("in_reply_to"))
	bound = (governed.INTERACTION, doc.get("client_interaction"))
	return max(_rank(*each) for each in (where, answered, bound))


# --- what a text contains --------------------------------------------------------------------------


def _found(doc, content: str, where: tuple[str | None, str | None], here: int) -> list[tuple[str, str]]:
	if here >= _rank_of_level(None):
		return []  # nothing is stricter
	return [*_links(content, here), *_quotations(doc, content, where, here)]


def _links(content: str, here: int) -> Iterator[tuple[str, str]]:
	"""Links to records and files that the session user can read: a user is not told the level of others."""
	by_address = {frappe.scrub(each).replace("_", "-"): each for each in governed.doctypes()}
	for part, name in sorted(rules.linked_records(content)):
		doctype, name = by_address.get(part), unquote(name)
		if doctype and rules.is_passed_down(here, [_rank(doctype, name)]):
			if name in governed.readable(doctype, [name]):
				yield rules.LINK, name
	for address in sorted(rules.linked_files(content)):
		if rules.is_passed_down(here, _ranks_of_file(unquote(address))):
			if _readable_files({"file_url": unquote(address)}):
				yield rules.LINK, address.rpartition("/")[2]


def _attached(names: list[str], here: int) -> Iterator[tuple[str, str]]:
	for file in _readable_files({"name": ("in", [*names, ""])}):
		if rules.is_passed_down(here, _ranks_of_file(file.file_url)):
			yield rules.ATTACHMENT, file.file_name or file.file_url


def _readable_files(filters: dict) -> list:
	return frappe.get_list("File", filters, ["file_name", "file_url"], order_by="name asc")


def _quotations(doc, content: str, where: tuple[str, str], here: int) -> Iterator[tuple[str, str]]:
	texts = _texts_nearby(doc, where)
	stricter = [(name, text) for name, rank, text in texts if rank > here]
	if not stricter:
		return
	written = validation.plain(content)
	known = [text for _name, rank, text in texts if rank <= here]
	for name, text in stricter:
		if rules.quotes(written, text, known):
			yield rules.QUOTATION, name


def _texts_nearby(doc, where: tuple[str, str]) -> list[tuple[str, int, str]]:
	"""(name, rank, plain text) of the messages and interactions of the same client and document that the session user can
	read: a user is not told that they guessed a text."""
	places = [name for _doctype, name in {where, *_client_of(where)} if name]
	newest = {"pluck": "name", "order_by": "creation desc", "limit": _TEXTS}
	about = {"party": ("in", places), "reference_name": ("in", places)}
	interactions = frappe.get_all(governed.INTERACTION, or_filters=about, **newest)
	about = {"reference_name": ("in", places), "client_interaction": ("in", interactions)}
	filed = frappe.get_all(governed.COMMUNICATION, or_filters=about, **newest)
	linked = frappe.get_all(
		"Communication Link", {"link_name": ("in", places)}, **{**newest, "pluck": "parent"}
	)
	messages = {*filed, *linked, doc.get("in_reply_to")} - {doc.name, None}
	return [
		*_texts(governed.COMMUNICATION, sorted(messages), ("content", "client_interaction")),
		*_texts(governed.INTERACTION, interactions, ("summary",)),
	]


def _texts(doctype: str, names: list[str], fields: tuple[str, ...]) -> Iterator[tuple[str, int, str]]:
	readable = governed.readable(doctype, names)
	for row in frappe.get_all(
		doctype,
		{"name": ("in", [*readable, ""])},
		["name", "confidentiality_level", *fields],
		order_by="creation desc",
		limit=_TEXTS,
	):
		bound = doctype == governed.INTERACTION or row.client_interaction or row.confidentiality_level
		rank = _rank_of_level(row.confidentiality_level) if bound else _OPEN
		yield row.name, rank, validation.plain(row[fields[0]])


def _client_of(where: tuple[str, str]) -> list[tuple[str, str]]:
	doctype, name = dependents.owner_of(*where)
	if not name:
		return []
	if doctype == governed.INTERACTION:
		client = frappe.db.get_value(doctype, name, ["party_type", "party"])
	else:
		known = parties.client_of(doctype, name, "", "")
		client = (known.party_type, known.party)
	return [client] if client and all(client) else []


# --- ranks -------------------------------------------------------------------------------------------


def _rank(doctype: str | None, name: str | None) -> int:
	"""The rank of the level at which a document is read."""
	level = doctype and name and governed.level(*dependents.owner_of(doctype, name))
	return _rank_of_level(level) if level else _OPEN


def _rank_of_level(level: str | None) -> int:
	return policy.current().rank(level)


def _ranks_of_file(address: str, besides: str | None = None) -> list[int]:
	"""The ranks at which the content of a file can be read; files that belong to nothing are only for who uploaded them."""
	rows = frappe.get_all(
		"File",
		{"file_url": address, "name": ("!=", besides or "")},
		["attached_to_doctype", "attached_to_name", "is_private"],
		order_by=None,
	)
	return [
		_rank(row.attached_to_doctype, row.attached_to_name) if row.attached_to_name else _OPEN
		for row in rows
		if row.attached_to_name or not row.is_private
	]


# --- the outcome ---------------------------------------------------------------------------------------


def _pass_down(where: tuple[str, str], found: list[tuple[str, str]]) -> None:
	"""Refuse, or say so and record it, as the mode in the settings says."""
	controls.enforce(
		MODE,
		"<br>".join([*words(found), advice()]),
		title=_("More Confidential Content"),
		exc=WriteDownError,
	)
	doctype, name = dependents.owner_of(*where)
	reason = ", ".join(f"{kind}: {what}" for kind, what in found)
	ledger.record(ledger.WRITE_DOWN, doctype, name, governed.level(doctype, name), reason=reason)
