"""Links in emails about a step of a workflow (P-2): Frappe answers each for ever, also without a login, with the state of the document and who
changed it last, whatever has become of the access of the user to whom it was sent."""

import frappe
from frappe.utils.verified_command import verify_request

from client_comms.enforcement import guards
from client_comms.enforcement.compose import call_previous

_UNSIGNED = "-"


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def apply_action(doctype: str, docname: str, user: str | None = None, **others):
	"""The page that asks whether to do the step."""
	if _is_valid(doctype, docname, user):
		call_previous(
			"frappe.workflow.doctype.workflow_action.workflow_action.apply_action",
			doctype=doctype,
			docname=docname,
			user=user,
			**others,
		)


@frappe.whitelist(allow_guest=True)  # nosemgrep: frappe-guest-method (open in Frappe as well; narrower here)
def confirm_action(doctype: str, docname: str, user: str | None = None, **others):
	"""Does the step, for a visitor in the name of the user whom the link names."""
	if _is_valid(doctype, docname, user):
		call_previous(
			"frappe.workflow.doctype.workflow_action.workflow_action.confirm_action",
			doctype=doctype,
			docname=docname,
			user=user,
			**others,
		)


def _is_valid(doctype: str, name: str, user: str | None) -> bool:
	"""Whether Frappe has signed the link and its reader can read the document; otherwise Frappe's page says the same of both."""
	if verify_request() and not _can_read(doctype, name, user):
		frappe.local.flags.signed_query_string = _UNSIGNED
	return verify_request()


def _can_read(doctype: str, name: str, user: str | None) -> bool:
	"""Whether who opens the link, or else the user whom it names, can still read the document."""
	if not guards.can_refuse(doctype):
		return True
	logged_in = frappe.session.user
	reader = user or logged_in if logged_in == "Guest" else logged_in
	return bool(frappe.db.exists(doctype, name) and frappe.has_permission(doctype, "read", name, user=reader))
