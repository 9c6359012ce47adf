"""What a single line of an email is: a quotation, a delimiter, what a program added, closing words, an address (D-2).

`bare` is a line in lower case with single spaces.
"""

import re
from collections.abc import Sequence

from client_comms.rules import reply_words as words

QUOTED = re.compile(r"\s{0,4}[A-Z]{0,4}>")
DELIMITER = re.compile(r"[\s\-_=*~#+·ᐧ—–•]{2,}$|ᐧ$")
_BEGINS_WITH_DATE = re.compile(r"(\w{2,12}\.?,? )?\d{1,4}[\s./年-]|\w{2,12}, \d")
CONTACT = re.compile(
	r"\d[\d\s()/.-]{5,}\d|@|www\.|https?:|\b(gmbh|ag|ltd|inc|llc|s\.?a\.?r?\.?l?|b\.?v|sp\. z o\.o)\b"
)
_NUMBER = re.compile(r"(?<![\d./-])(?!\d\d?[/-]\d\d?[/-]\d)[+(0][\d\s()/-]{5,40}\d(?![\d.])")
_UNSPACED = re.compile(r"\S+")
_WEBSITE = re.compile(r"(https?:|www\.)\S*")
_WRAPPED_ADDRESS = re.compile(r"<\s?[^\s<>@]+@[^\s<>]+>:$")
_LABELS = frozenset(
	"""
	tel telefon telephone phone mobile mobil handy fax telefax email e mail web t m f p tél téléphone portable
	móvil teléfono correo telefono cellulare telefoon gmbh co kg ag ltd inc llc sa srl sarl bv
	""".split()
)
_WORD = re.compile(r"[^\W\d_]+")
# What else such a line says: "Sent from my Galaxy S21", "Get Outlook for iOS".
_OF_PROGRAMS = frozenset(
	(
		*_WORD.findall(" ".join((*words.SENT_FROM, *words.DEVICES))),
		*"my the for on meinem meiner dem der mon ma mi mio mijn meu mojego na a für per para voor pour".split(),
	)
)


def has(text: str, phrases: Sequence[str]) -> bool:
	return any(phrase in text for phrase in phrases)


def has_word(text: str, phrases: Sequence[str]) -> bool:
	return any(
		re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) or (ord(phrase[0]) > 0x3000 and phrase in text)
		for phrase in phrases
		if phrase in text
	)


def begins_with(text: str, phrases: Sequence[str]) -> bool:
	return any(
		text.startswith((phrase + " ", phrase + ",")) or (ord(phrase[0]) > 0x3000 and text.startswith(phrase))
		for phrase in phrases
	)


def begins_with_date(text: str) -> bool:
	return bool(_BEGINS_WITH_DATE.match(text))


def wrapped_address(text: str) -> bool:
	"""Gmail's old form without a verb: "2014-10-17 11:28 GMT+03:00 Ada < ada@client.example>:"."""
	found = _WRAPPED_ADDRESS.search(text)
	return bool(found and re.search(r"\d:\d\d", text[: found.start()]))


def is_sent_from(bare: str) -> bool:
	text = bare.strip("<>()[]*_-—~ .")
	if not text or len(text) > 120:
		return False
	if re.fullmatch(r"\w+ from (mobile|phone|iphone|ipad)", text):
		return True
	if re.search(r"(から送信|傳送|发送)$", text):
		return True
	if not text.startswith(words.SENT_FROM):
		return False
	clause = re.split(r"[,.!?;](?:\s|$)", text)[0]
	is_short = re.fullmatch(r"sent from my \S+( \S+){0,2}", text) is not None
	return is_short or any(device in clause for device in words.DEVICES)


def is_only_sent_from(bare: str) -> bool:
	"""Whether a line names a program or device and says nothing else."""
	text = re.sub(r"<https?:[^\s<>]*>|\b[a-z]?\d{1,3}\b", "", bare)
	return is_sent_from(bare) and _OF_PROGRAMS.issuperset(_WORD.findall(text))


def besides_contact(bare: str) -> str:
	"""A line without the address, number, legal form and labels that it has, if it has any; otherwise the line."""
	rest = _NUMBER.sub(" ", _UNSPACED.sub(_besides_address, bare))
	return " ".join(word for word in re.split(r"[\s:.,;|/()&•·*_-]+", rest) if word not in _LABELS).strip()


def _besides_address(unspaced: re.Match) -> str:
	return " " if "@" in unspaced[0][1:-1] else _WEBSITE.sub(" ", unspaced[0])


def is_of_a_list(bare: Sequence[str]) -> bool:
	"""Whether a mailing list wrote the lines of a paragraph: below a line that divides it from the text, or an address alone."""
	is_divided = len(bare) > 1 and DELIMITER.match(bare[0]) is not None
	text = " ".join(bare)
	return (is_divided or " " not in text) and has(text, words.OF_A_LIST)


def is_sign_off(bare: str) -> bool:
	return bare.strip(" ,.!*_;:-–") in words.SIGN_OFFS
