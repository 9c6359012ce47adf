"""Email addresses as they are looked for in the database (P-2, P-3)."""

from collections.abc import Iterable

from frappe.utils import parse_addr

from client_comms.rules import domains


def bare_address(written: str | None) -> str:
	"""The address that stands in a field or a header, without its name and in the one spelling that is compared; empty without one."""
	return domains.spelled(parse_addr(written or "")[1] or "")


def spellings(addresses: Iterable[str]) -> list[str]:
	"""Bare addresses as fields can hold them: Frappe stores the dot of a sentence from which an address was copied. The database ignores their case."""
	bare = sorted({*addresses} - {""})
	return [*bare, *(f"{each}." for each in bare)]
