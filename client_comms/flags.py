"""What holds while a block of code runs, in the request or job that runs it: kept in `frappe.flags`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import frappe

_BEGAN = "client_comms_began"


@contextmanager
def flagged(name: str, value: object = True) -> Iterator[None]:
	"""Inside the block, the flag has this value; afterwards, that of before."""
	before = frappe.flags.get(name)
	frappe.flags[name] = value
	try:
		yield
	finally:
		frappe.flags[name] = before


def note_beginning(**_job) -> None:
	"""`before_request` and `before_job`."""
	frappe.flags[_BEGAN] = time.time()


def began() -> float | None:
	"""When this request or job began, in seconds since 1970; None outside of both."""
	return frappe.flags.get(_BEGAN)
