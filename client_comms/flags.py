"""What holds while a block of code runs, in the request or job that runs it: kept in `frappe.flags`."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def flagged(name: str, value: object = True) -> Iterator[None]:
	"""Inside the block, the flag has this value; afterwards, that of before."""
	before = frappe.flags.get(name)
	frappe.flags[name] = value
	try:
		yield
	finally:
		frappe.flags[name] = before
