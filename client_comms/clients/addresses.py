"""Email addresses as they are looked for in the database (P-2, P-3)."""

from frappe.utils import parse_addr

from client_comms.rules import domains


def bare_address(written: str | None) -> str:
	"""The address that stands in a field or a header, without its name and in the one spelling that is compared; empty without one."""
	return domains.spelled(parse_addr(written or "")[1] or "")
