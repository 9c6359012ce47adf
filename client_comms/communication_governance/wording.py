"""Applies the wording rules with the site's terms and limits (C-5, D-3)."""

import re
from html import unescape

import frappe

from client_comms import clock, transactions
from client_comms.rules import wording as rules

_TERMS = "client_comms_terms"
FINDING = "Wording Finding"
# Quoted earlier messages are not part of the new text. No pattern here looks past the next "<", so that a text
# that consists only of those is read as fast as any other.
_QUOTE = re.compile(r"<(/?)blockquote\b[^<>]*>", re.IGNORECASE)
_EARLIER = re.compile(r"<div[^<>]+data-comment=\"original-reply\"|<!-- original-reply -->", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BLOCK_END = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h\d)>", re.IGNORECASE)


def check(text: str, language: str | None = None, *, courtesy: bool = True) -> tuple[rules.Finding, ...]:
	"""The findings in a plain text, according to the site's terms and limits.

	:param language: the language of the text; by default the user's
	:param courtesy: whether to check for a salutation and a closing, as in a message but not in a note
	"""
	settings = frappe.get_cached_doc("Client Comms Settings")
	return rules.check(
		text,
		language or frappe.local.lang,
		terms(),
		rules.Limits(settings.words_per_sentence or 0, settings.reading_ease or 0),
		_lines(settings.salutations) if courtesy else (),
		_lines(settings.closings) if courtesy else (),
	)


def plain(content: str | None) -> str:
	"""The new text in the HTML of an email, without quoted messages."""
	text = _TAG.sub("", _BLOCK_END.sub("\n", _without_quotes(content or "")))
	lines = (" ".join(line.split()) for line in unescape(text).splitlines())
	return "\n".join(line for line in lines if line)


def _without_quotes(html: str) -> str:
	"""The HTML without quoted messages (including nested ones) and without everything after the marker of
	the earlier message."""
	if earlier := _EARLIER.search(html):
		html = html[: earlier.start()]
	kept, depth, at = [], 0, 0
	for tag in _QUOTE.finditer(html):
		if not depth:
			kept.append(html[at : tag.start()])
		depth = max(depth - 1, 0) if tag[1] else depth + 1
		at = tag.end()
	if not depth:
		kept.append(html[at:])
	return "".join(kept)


def terms() -> tuple[rules.Term, ...]:
	"""The terms to avoid; queried once in each transaction."""
	return transactions.once(_TERMS, _build)


def forget() -> None:
	"""This transaction changed a rule."""
	transactions.forget(_TERMS)


def keep(findings, communication: str | None) -> None:
	"""Store the findings in a message that is sent anyway."""
	for finding in findings:
		frappe.get_doc(
			{
				"doctype": FINDING,
				"found_on": clock.now(),
				"kind": finding.kind,
				"term": finding.found[:140].lower() if finding.kind == rules.TERM else None,
				"user": frappe.session.user,
				"communication": communication,
			}
		).insert(ignore_permissions=True)


def _build() -> tuple[rules.Term, ...]:
	rows = frappe.get_all(
		"Terminology Rule",
		{"disabled": 0},
		["avoid", "use", "why", "language", "match"],
		order_by="avoid asc",
	)
	return tuple(
		rules.Term(row.avoid, row.use or "", row.why or "", row.language or "", row.match) for row in rows
	)


def _lines(text: str | None) -> tuple[str, ...]:
	return tuple(line.strip() for line in (text or "").splitlines() if line.strip())
