"""Who enters the addresses and numbers of a person states how they were verified (D-4)."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

import frappe
from frappe import _
from frappe.utils import getdate

from client_comms import clock, controls
from client_comms.clients import phone_numbers
from client_comms.enforcement.requests import called
from client_comms.exceptions import NotVerifiedError
from client_comms.i18n import bold
from client_comms.rules import contact_details as rules

MODE = "verification_mode"
# The form, the quick entry, and other programs
_SAVES = {
	"frappe.desk.form.save.savedocs",
	*(f"frappe.client.{method}" for method in ("save", "insert", "insert_many", "set_value")),
}
_DOCUMENTS = re.compile(r"^/api/(?:(?:v1/)?resource|v2/document)/(?P<doctype>[^/]+)")
_ROWS = ("Contact Email", "Contact Phone")


@dataclass(frozen=True, slots=True)
class Details:
	"""The addresses (lower case) and numbers (E.164) of a document."""

	emails: frozenset[str]
	numbers: frozenset[str]


def of(doc) -> Details:
	"""The addresses and numbers of a Contact, Lead or Customer."""
	if doc.doctype == "Contact":
		emails = [row.email_id for row in doc.email_ids] or [doc.email_id]
		numbers = [row.phone for row in doc.phone_nos] or [doc.phone, doc.mobile_no]
	else:
		emails = [doc.get("email_id")]
		numbers = [doc.get(field) for field in ("phone", "mobile_no", "whatsapp_no")]
	return Details(
		frozenset(rules.normal_email(each) for each in emails) - {""},
		frozenset(phone_numbers.normalised(each) for each in numbers if each) - {None},
	)


def require(doc) -> None:
	"""Users who enter a contact, or an address or number of one, state how the details were verified, in the desk and through the API; not
	those whose request makes other code enter them. What was confirmed before is not, once something is added."""
	if doc.doctype != "Contact" or not _is_asked_for(doc.doctype):
		return
	before = None if doc.is_new() else doc.get_doc_before_save()
	if before and not _added(doc, before):
		return
	if doc.verified_how and (before is None or _is_stated_now(doc)):
		return
	message = _("State how these details were verified: choose {0}.").format(bold(_("Verification Method")))
	if before:
		doc.verified_how = doc.details_confirmed_on = None
	controls.enforce(
		MODE,
		message,
		title=_("Details Not Verified"),
		exc=NotVerifiedError,
		primary_action=before and _next_step(doc),
	)


def _added(doc, before) -> bool:
	now, then = of(doc), of(before)
	return bool(now.emails - then.emails or now.numbers - then.numbers)


def _is_stated_now(contact) -> bool:
	"""In this save, or earlier today; the same method as before is stated with the day."""
	today = (
		getdate(contact.details_confirmed_on) == clock.now().date() if contact.details_confirmed_on else False
	)
	return today or contact.has_value_changed("verified_how")


def _next_step(contact) -> dict:
	return {
		"label": _("Verification Method"),
		"client_action": "client_comms.state_verification",
		"args": {"name": contact.name},
		"hide_on_success": 1,
	}


def _is_asked_for(doctype: str) -> bool:
	"""Whether the request saves documents of this DocType or their rows, so that who sends it can state more."""
	if route := _DOCUMENTS.match(frappe.request.path or ""):
		return unquote(route["doctype"]) in (doctype, *_ROWS)
	if not _SAVES & set(called.names()):
		return False
	sent = [frappe.form_dict.get("doctype")]
	for key in ("doc", "docs"):
		found = frappe.parse_json(frappe.form_dict.get(key) or "[]")
		sent += [each.get("doctype") for each in (found if isinstance(found, list) else [found])]
	return not {doctype, *_ROWS}.isdisjoint(sent)
