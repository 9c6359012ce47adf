"""Email domains in the form used for comparison (clauses P-2 and P-3).

A domain with non-ASCII letters can be written in two ways, münchen.de and xn--mnchen-3ya.de; both mean the same.
"""

import re
from collections.abc import Iterable

import idna

_AT_THE_END = "." + "".join(
	filter(str.isspace, map(chr, range(0x3001)))
)  # no character after these is a space
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

# Anyone can have a mailbox here, so the domain says nothing about whose address it is.
PUBLIC = frozenset(
	"""
	126.com 163.com aol.com arcor.de att.net bluewin.ch btinternet.com comcast.net email.de fastmail.com free.fr
	freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com
	hotmail.de hotmail.fr hotmail.it icloud.com laposte.net libero.it live.com live.de mac.com mail.com mail.ru
	mailbox.org me.com msn.com orange.fr outlook.com outlook.de outlook.fr pm.me posteo.de proton.me protonmail.com
	qq.com rediffmail.com rocketmail.com t-online.de tutanota.com verizon.net wanadoo.fr web.de yahoo.co.in
	yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zohomail.com
	""".split()
)


def normal(domain: str) -> str:
	"""The domain in the form used for comparison: in lower case, as in the Domain Name System (RFC 5891).

	Text that is not a valid domain is only lowercased.
	"""
	bare = spelled(domain)
	if bare.isascii():
		return bare
	try:
		return spelled(idna.encode(bare, uts46=True).decode("ascii"))
	except UnicodeError:
		return bare


def spelled(address: str) -> str:
	"""A bare address, or a domain, in lower case, and without the dots at its end: `client.example.` is the same domain, and mail servers deliver
	to it (RFC 1034, section 3.1)."""
	return address.strip().lower().rstrip(_AT_THE_END)


def of(address: str) -> str:
	"""The domain of a bare address, in the form used for comparison."""
	return normal(address.rpartition("@")[2])


def normal_address(address: str) -> str:
	"""A bare address in the form used for comparison: in lower case, with its domain normalised."""
	local, at, domain = spelled(address).rpartition("@")
	return f"{local}{at}{normal(domain)}"


def distinct(lines: Iterable[str]) -> dict[str, str]:
	"""Distinct domains and addresses: form used for comparison → form in which they were first written."""
	found: dict[str, str] = {}
	for line in filter(None, lines):
		found.setdefault(normal_address(line), line)
	return found


def is_domain(text: str) -> bool:
	"""Whether the text can be the domain of an email address."""
	return bool(_DOMAIN.fullmatch(normal(text)))
