"""Who enters the addresses and numbers of a client states how they were verified (D-4)."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

import frappe
from frappe import _
from frappe.utils import get_datetime, getdate

from client_comms import clock, controls
from client_comms.clients import phone_numbers
from client_comms.enforcement.requests import called
from client_comms.exceptions import NotVerifiedError
from client_comms.i18n import bold
from client_comms.rules import contact_details as rules

MODE, HOW = "verification_mode", "verified_how"
# The form, the quick entry, and other programs
_SAVES = {
	"frappe.desk.form.save.savedocs",
	*(f"frappe.client.{method}" for method in ("save", "insert", "insert_many", "set_value")),
}
_DOCUMENTS = re.compile(r"^/api/(?:(?:v1/)?resource|v2/document)/(?P<doctype>[^/]+)")
_ROWS = {"Contact": ("Contact Email", "Contact Phone")}


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
	"""Users who enter a contact, or an address or number of a contact, lead or new customer, state how the details were verified, in the desk and
	through the API; not those whose request makes other code enter them. What was confirmed before is not, once something is added."""
	if not _is_asked_for(doc.doctype):
		return
	before = None if doc.is_new() else doc.get_doc_before_save()
	if not _is_entered(doc, before):
		return
	if doc.get(HOW) and (before is None or _is_stated_now(doc)):
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


def pass_on_to_contact(doc) -> None:
	"""What ERPNext makes a contact of with a new lead or customer was verified in the same way."""
	how = doc.get(HOW)  # a patch of another app may save it before an upgrade of this one has added the field
	if not how:
		return
	if doc.doctype == "Lead":
		contact = doc.get("contact_doc")  # saved once more when the lead has a name
		if contact and not contact.links:  # otherwise it is one that there was before
			contact.verified_how = how
	elif doc.customer_primary_contact:
		contact = frappe.get_doc("Contact", doc.customer_primary_contact)
		if get_datetime(contact.creation) >= get_datetime(doc.creation):
			confirmed = {HOW: how, "details_confirmed_on": clock.now().date()}
			contact.db_set(confirmed, update_modified=False)


def _is_entered(doc, before) -> bool:
	"""Whether a document brings an address or number that is not on record, or is a new contact."""
	if doc.doctype == "Customer":
		# Afterwards, ERPNext copies those of its contact.
		return not before and not doc.customer_primary_contact and _adds(doc, _lead_of(doc))
	return (doc.doctype == "Contact" and not before) or _adds(doc, before)


def _lead_of(customer):
	"""The lead whose details a customer takes over."""
	return frappe.get_doc("Lead", customer.lead_name) if customer.lead_name else None


def _adds(doc, before) -> bool:
	now, then = of(doc), of(before) if before else Details(frozenset(), frozenset())
	return bool(now.emails - then.emails or now.numbers - then.numbers)


def _is_stated_now(doc) -> bool:
	"""In this save, or earlier today; the same method as before is stated with the day."""
	today = getdate(doc.details_confirmed_on) == clock.now().date() if doc.details_confirmed_on else False
	return today or doc.has_value_changed(HOW)


def _next_step(doc) -> dict:
	return {
		"label": _("Verification Method"),
		"client_action": "client_comms.state_verification",
		"args": {"doctype": doc.doctype, "name": doc.name},
		"hide_on_success": 1,
	}


def _is_asked_for(doctype: str) -> bool:
	"""Whether the request saves documents of this DocType or their rows, so that who sends it can state more."""
	saved = {doctype, *_ROWS.get(doctype, ())}
	if route := _DOCUMENTS.match(frappe.request.path or ""):
		return unquote(route["doctype"]) in saved
	if not _SAVES & set(called.names()):
		return False
	sent = [frappe.form_dict.get("doctype")]
	for key in ("doc", "docs"):
		found = frappe.parse_json(frappe.form_dict.get(key) or "[]")
		sent += [each.get("doctype") for each in (found if isinstance(found, list) else [found])]
	return not saved.isdisjoint(sent)
