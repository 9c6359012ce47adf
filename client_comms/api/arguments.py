"""What a request must give a method of this app; without it, Python would fail with an error of its own."""

import inspect

import frappe
from frappe import _

from client_comms.enforcement import compose
from client_comms.enforcement.requests import called
from client_comms.exceptions import MissingDetailsError
from client_comms.i18n import bold


def require() -> None:
	"""`before_request`; looks at requests for this app's own methods only, and does not query the database.

	:raises MissingDetailsError: the message names the first parameter that is missing
	"""
	for name in called.names():
		method = compose.is_ours(name) and called.resolved(name)
		if method and _can_be_called(method):
			for parameter in inspect.signature(method).parameters.values():
				_require(parameter)


def _can_be_called(method) -> bool:
	"""Whether Frappe would call it; otherwise it says so."""
	known = frappe.guest_methods if frappe.session.user == "Guest" else frappe.whitelisted
	return method in known


def _require(parameter: inspect.Parameter) -> None:
	wanted = parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.default is parameter.empty
	if wanted and frappe.form_dict.get(parameter.name) is None:
		frappe.throw(
			_("{0} is missing. Send it with the request.").format(bold(parameter.name)),
			exc=MissingDetailsError,
			title=_("Missing Value"),
		)
