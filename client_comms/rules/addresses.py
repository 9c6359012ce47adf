"""Email addresses in a header, however it was written (D-1).

The standard library reads comments inside comments by calling itself, so that a header of brackets ends the program, and it takes
four times as long for twice as many brackets of other kinds.
"""

import re
from collections.abc import Iterator
from email.utils import getaddresses

from client_comms.rules import domains, storable_text

MAXIMUM_CHARACTERS = 2_000_000
_DEEPEST, _LONGEST = 50, 1_000  # longer ones take long to check, and are none (RFC 5321, 4.5.3.1)
_AT_ONCE = 4_000  # characters that the standard library gets
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'@\\\\]{1,64}@[\w.-]{1,255}")


def in_header(*values: str) -> tuple[str, ...]:
	"""Return the addresses, in lower case, each once."""
	found = (address for value in values if value for address in _read(_readable(value)))
	return tuple(dict.fromkeys(found))


def first(value: str) -> str:
	"""Return the first address, in lower case; what stands in its place, if that is none ("MAILER-DAEMON"), or nothing."""
	value = _readable(value or "")
	return next(iter(in_header(value)), "") or next(
		(domains.spelled(address) for _name, address in parsed(value) if address.strip()), ""
	)


def parsed(value: str) -> list[tuple[str, str]]:
	"""Return names and addresses as Frappe reads them, nothing if that cannot be done."""
	value = storable_text.repaired(value)
	if value.count("(") > _DEEPEST:
		return []
	try:
		return [found for several in _several(value) for found in getaddresses([several])]
	except (RecursionError, ValueError, IndexError):
		return []


def _several(value: str) -> Iterator[str]:
	"""A header, or the addresses of a long one in groups; what is too long for an address is left out."""
	if len(value) <= _AT_ONCE:
		yield value
		return
	group: list[str] = []
	length = quotes = ended = 0  # `ended`: up to where each quotation in the group has ended
	for each in value.split(","):
		if length + len(each) > _AT_ONCE:
			yield ",".join(group[:ended])
			group, ended = group[ended:], 0
			length = sum(map(len, group)) + len(group)
			if length + len(each) > _AT_ONCE:
				group, length, quotes = [], 0, 0
				continue
		group.append(each)
		length += len(each) + 1
		quotes += each.count('"')
		if quotes % 2 == 0:
			ended = len(group)
	yield ",".join(group)


def _readable(value: object) -> str:
	return storable_text.repaired(str(value)[:MAXIMUM_CHARACTERS])


def _read(value: str) -> list[str]:
	found = [domains.spelled(address) for _name, address in parsed(value)]
	found = [
		each
		for each in found
		if len(each) <= _LONGEST and "@" in each.strip("@") and (len(each.split()) == 1 or '"' in each)
	]
	# A name in angle brackets or before an address without them, or a broken list: take what looks like an address.
	return found or [domains.spelled(each) for each in _ADDRESS.findall(value)]
