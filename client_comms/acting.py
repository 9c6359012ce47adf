"""In whose name something is done, where that is not whoever set it off."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

_UNATTENDED = "client_comms_unattended"


@contextmanager
def acting_as(user: str) -> Iterator[None]:
	"""What the block does is done in the name of `user`; a request goes on afterwards with its own session and parameters."""
	session, form_dict = frappe.local.session, frappe.local.form_dict
	before = {key: session.get(key) for key in ("user", "sid", "data")}
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before["user"])
		session.update(before)
		frappe.local.form_dict = form_dict


@contextmanager
def unattended() -> Iterator[None]:
	"""What goes out inside the block is sent by a machine, though a request may have set it off."""
	before = frappe.flags.get(_UNATTENDED)
	frappe.flags[_UNATTENDED] = True
	try:
		yield
	finally:
		frappe.flags[_UNATTENDED] = before


def is_unattended() -> bool:
	"""Whether nobody is at hand who could be asked: a job, or a block of `unattended`."""
	return not getattr(frappe.local, "request", None) or bool(frappe.flags.get(_UNATTENDED))


@contextmanager
def as_the_app() -> Iterator[None]:
	"""As the scheduler would do it, whoever pressed the button."""
	with acting_as("Administrator"), unattended():
		yield
