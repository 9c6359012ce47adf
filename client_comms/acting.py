"""In whose name something is done, if not the user who triggered it."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

from client_comms.flags import flagged

_UNATTENDED = "client_comms_unattended"


@contextmanager
def acting_as(user: str) -> Iterator[None]:
	"""Act in the name of `user` inside the block; a request continues afterwards with its own session and parameters."""
	session, form_dict = frappe.local.session, frappe.local.form_dict
	before = {key: session.get(key) for key in ("user", "sid", "data")}
	frappe.set_user(user)  # nosemgrep: frappe-set-user (this is the block)
	try:
		yield
	finally:
		frappe.set_user(before["user"])  # nosemgrep: frappe-set-user (this is the block)
		session.update(before)
		frappe.local.form_dict = form_dict


def unattended():
	"""Messages inside the block are sent automatically, even if a request triggered them."""
	return flagged(_UNATTENDED)


def is_unattended() -> bool:
	"""Whether no one can be asked for a reason: in a job, or in a block of `unattended`."""
	return not getattr(frappe.local, "request", None) or bool(frappe.flags.get(_UNATTENDED))


@contextmanager
def as_the_app() -> Iterator[None]:
	"""As the scheduler would do it, regardless of who clicked the button."""
	with acting_as("Administrator"), unattended():
		yield
