"""Whether a text reads like a complaint, by the site's words and phrases of each language (F-1)."""

import unicodedata
from itertools import groupby

import frappe

from client_comms.rules import wording as rules

WORD = "Complaint Word"
_CACHE = "client_comms_complaint_words"
_LENGTH = 10_000  # characters; what a client complains about stands at the beginning


def found_in(text: str) -> list[str]:
	"""The words of a plain text by which it reads like a complaint, as they are written there.

	The language of a client's text is not known, so it is compared with the words of every language.
	"""
	text, places = _as_one_sign(text[:_LENGTH]), {}
	for language, terms in groupby(_terms(), key=lambda term: term.language):
		for finding in rules.check_terms(text, language, list(terms)):
			places.setdefault(finding.found.casefold(), finding)
	return [finding.found for finding in sorted(places.values(), key=lambda finding: finding.start)]


def _as_one_sign(text: str) -> str:
	"""Each letter with its accent: some systems write these as two."""
	return unicodedata.normalize("NFC", text)


def forget() -> None:
	frappe.cache.delete_value(_CACHE)
	# Another request may have read the old words before these are committed.
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(_CACHE))


def _terms() -> tuple[rules.Term, ...]:
	return frappe.cache.get_value(_CACHE, _build)


def _build() -> tuple[rules.Term, ...]:
	rows = frappe.get_all(
		WORD, {"disabled": 0}, ["phrase", "language", "match"], order_by="language asc, phrase asc"
	)
	return tuple(rules.Term(_as_one_sign(row.phrase), language=row.language, match=row.match) for row in rows)
