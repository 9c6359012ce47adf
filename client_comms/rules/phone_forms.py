"""Telephone numbers in a text, recognised by their form (P-2).

What may be a number is taken for one, rather than the other way round; but dates, times, amounts and the numbers of documents are
none. Only numbers of eight digits and more are looked for.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

_MINIMUM_DIGITS, _COMPARED_DIGITS, _MAXIMUM_DIGITS = 8, 8, 15  # at most: E.164
_BETWEEN = r"[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}()/\-\u2010-\u2015]"
# A dot with a space behind it ends a sentence.
_RUN = re.compile(rf"(?<![\w+])[+(]{{0,2}}\d(?:(?:\.|{_BETWEEN}{{0,3}})\d)*(?!\w)")
_GROUP = re.compile(r"\d+")
_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12]\\d|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)\\d\\d"
_HOUR = "(?:[01]?\\d|2[0-4])[.:][0-5]\\d"
_DASH = "[-\u2010-\u2015]"
_DATED = "|".join(
	rf"{_YEAR}{sep}{_MONTH}{sep}{_DAY}|(?:{_DAY}{sep}{_MONTH}|{_MONTH}{sep}{_DAY}){sep}(?:{_YEAR}|\d\d)"
	for sep in (r"\.", "/", "-")
)
_DATE = re.compile(
	rf"(?<!\d)(?<!\d[./-])(?:(?:{_DATED})(?: ?{_DASH} ?(?:{_DATED}))?|{_HOUR} ?{_DASH} ?{_HOUR}|{_YEAR} ?(?:/|{_DASH}) ?{_YEAR})"
	r"(?!\d|[./-]\d)|(?<!\d)[012]?\d:[0-5]\d"
)
_IBAN = re.compile(rf"[A-Z]{{2}}\d\d(?:{_BETWEEN}[\dA-Z]{{4}}){{2,7}}(?:{_BETWEEN}\d{{1,3}})?(?!\d)")
_AMOUNT = re.compile(
	r"\d{1,3}(?:([ .\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}])\d{3})(?:\1\d{3})*"
)
_FRACTION = re.compile(r"\d{1,3}\.\d+")
_IP_ADDRESS = re.compile(r"(?:(?:1?\d?\d|2[0-4]\d|25[0-5])\.){3}(?:1?\d?\d|2[0-4]\d|25[0-5])")
_YEAR_AND_NUMBER = re.compile(rf"{_YEAR}[-/.]\d+")
_CARD = re.compile(rf"(?:\d{{4}}{_BETWEEN}){{2,}}\d{{1,4}}")
_CURRENCY = r"(?:eur|usd|chf|gbp|dkk|sek|nok|pln|[\u20ac$\u00a3\u00a5])"
# Before and behind a number, at most so many characters away.
_AROUND = 40
_NAMED = re.compile(
	r"(?:\b(?:invoice|inv|rechnung|facture|order|bestellung|commande|auftrag|offer|angebot|devis|ref|reference|referenz|r\u00e9f\u00e9rence"
	r"|ticket|case|customer|kunde|kunden|client|contract|vertrag|contrat|article|artikel|item|serial|iban|account|konto|compte|vat|ust-id"
	rf"|tva|siret|siren)(?:[ -]?(?:no|nr|number|nummer|num\u00e9ro|n\u00b0|id))?[.:# ]{{0,3}}|#|{_CURRENCY}\s?|[a-z]\w{{0,20}}[-/]|[a-z]{{2}}\d\d )$",
	re.IGNORECASE,
)
_IS_AMOUNT = re.compile(rf"(?:,\d|,[-\u2013]|\s?{_CURRENCY})", re.IGNORECASE)


def none(number: str) -> bool:
	"""No number is one of a country that is not known."""
	return False


def last_digits(text: str) -> str:
	"""Return the digits by which two numbers are compared; empty if there are too few."""
	digits = _digits(text)
	return digits[-_COMPARED_DIGITS:] if len(digits) >= _MINIMUM_DIGITS else ""


def replaced(text: str, is_national: Callable[[str], bool], replace: Callable[[str], str]) -> str:
	"""Return a text with what `replace` returns in place of each telephone number.

	:param is_national: whether two groups of digits, or one, are a number of the organisation's country
	"""
	shown, at = [], 0
	for start, end in _numbers(text):
		if _is_number(text, start, end, is_national):
			shown += [text[at:start], replace(text[start:end])]
			at = end
	return "".join((*shown, text[at:]))


def _digits(text: str) -> str:
	"""The digits of any writing as those of ours."""
	return "".join(str(unicodedata.decimal(each)) for each in text if each.isdecimal())


def _numbers(text: str) -> Iterator[tuple[int, int]]:
	"""Where numbers begin and end: between dates, and one behind the other in the same line."""
	for run in _RUN.finditer(text):
		start = run.start()
		if iban := _IBAN.match(text, max(start - 5, 0)):
			start = min(iban.end(), run.end())
		for date in _DATE.finditer(text, start, run.end() + 3):
			if date.start() < run.end():
				yield from _divided(text, start, date.start())
				start = min(date.end(), run.end())
		yield from _divided(text, start, run.end())


def _divided(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
	"""Another number begins with its own plus or zero, if enough digits stand before and behind."""
	groups = list(_GROUP.finditer(text, start, end))
	if not groups:
		return
	total, before = sum(group.end() - group.start() for group in groups), 0
	first = groups[0]
	begin, last = _with_prefix(text, start, first.start()), first.end()
	for group in groups:
		if _begins(text, group) and before >= _MINIMUM_DIGITS and total - before >= _MINIMUM_DIGITS:
			yield begin, last
			begin, total, before = _with_prefix(text, last, group.start()), total - before, 0
		before += group.end() - group.start()
		last = group.end()
	yield begin, last


def _begins(text: str, group: re.Match) -> bool:
	return text[group.start() - 1 : group.start()] == "+" or unicodedata.decimal(group[0][0]) == 0


def _with_prefix(text: str, least: int, at: int) -> int:
	while at > least and text[at - 1] in "+(":
		at -= 1
	return at


def _is_number(text: str, start: int, end: int, is_national: Callable[[str], bool]) -> bool:
	found = text[start:end]
	digits, groups = _digits(found), _GROUP.findall(found)
	if len(digits) < _MINIMUM_DIGITS or found.startswith("0."):
		return False
	if "+" in found or digits[0] == "0":
		return True
	if (
		_YEAR_AND_NUMBER.fullmatch(found)
		or _IP_ADDRESS.fullmatch(found)
		or _FRACTION.fullmatch(found)
		or _NAMED.search(text[max(start - _AROUND, 0) : start])
		or (_AMOUNT.fullmatch(found) and (len(digits) == _MINIMUM_DIGITS or _IS_AMOUNT.match(text, end)))
		or (text[start - 1 : start] in (".", ",") and text[start - 2 : start - 1].isdecimal())
	):
		return False
	if len(groups) > 2:
		return len(digits) <= _MAXIMUM_DIGITS or not _CARD.fullmatch(found)
	return len(digits) <= _MAXIMUM_DIGITS and is_national(found)
