"""Email domains as they are compared (clauses P-2 and P-3).

A domain with letters beyond ASCII is written in two ways, münchen.de and xn--mnchen-3ya.de; both mean the same.
"""

import re
from collections.abc import Iterable

import idna

_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

# Where anybody can have a mailbox: that an address ends so says nothing about whose it is.
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
	"""The domain as it is compared: in lower case, and as it stands in the Domain Name System (after RFC 5891).

	What cannot stand there is only put in lower case.
	"""
	bare = domain.strip().lower()
	if bare.isascii():
		return bare
	try:
		return idna.encode(bare, uts46=True).decode("ascii")
	except UnicodeError:
		return bare


def of(address: str) -> str:
	"""The domain of a bare address, as it is compared."""
	return normal(address.rpartition("@")[2])


def normal_address(address: str) -> str:
	"""A bare address as it is compared: in lower case, its domain like any other."""
	local, at, domain = address.strip().lower().rpartition("@")
	return f"{local}{at}{normal(domain)}"


def distinct(lines: Iterable[str]) -> dict[str, str]:
	"""Domains and addresses without repetition: as they are compared → as they were first written."""
	found: dict[str, str] = {}
	for line in filter(None, lines):
		found.setdefault(normal_address(line), line)
	return found


def is_domain(text: str) -> bool:
	"""Whether it can be the domain of an email address."""
	return bool(_DOMAIN.fullmatch(normal(text)))
