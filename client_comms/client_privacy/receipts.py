"""Consent receipts for clients (P-3).

As JSON according to Kantara's Consent Receipt Specification 1.1, with history and notice under the field names of ISO/IEC
TS 27560:2023; and in readable form as the print format Consent Receipt, which is also the body of the email
after an answer.
"""

import calendar
import uuid

import frappe
import pdfkit
from frappe import _
from frappe.contacts.doctype.address.address import get_company_address
from frappe.utils import cstr, get_url

from client_comms import clock, transactions
from client_comms.client_privacy import consents, links
from client_comms.communication_governance import calendars
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import day_in_words, moment_in_words, speaking
from client_comms.rules import consent as rules
from client_comms.rules.messages import _ as N_

VERSION = "KI-CR-v1.1.0"
RECORD_VERSION = "ISO/IEC TS 27560:2023"
PRINT_FORMAT = "Consent Receipt"
EXPLICIT = "EXPLICIT"
EVERYTHING = N_("All information about the client")
# Receipts have the same id whenever they are created.
_IDS = uuid.UUID("5d0a6c0e-6f0f-4f0b-9c53-0c6a5b6f5c11")


def of(doc) -> dict:
	"""The receipt of a Client Consent for the client's last agreement, ready for JSON, in the language of the text that they
	agreed to.

	:returns: the fields of Kantara's Consent Receipt 1.1 (`consentTimestamp` in seconds since 1970, UTC), and under
	    `consentRecord` those of ISO/IEC TS 27560 on the notice and on every event since (times in UTC, ISO 8601)
	:raises ActionNotPossibleError: the client has never agreed
	"""
	given = last_given(doc)
	if given is None:
		frappe.throw(
			_("There is no receipt, because the client has not agreed."),
			exc=ActionNotPossibleError,
			title=_("Nothing to Confirm"),
		)
	notice = _notice(given.notice or doc.notice)
	language = notice.get("language") or "en"
	with speaking(language):
		return _receipt(doc, given, notice, language)


def _receipt(doc, given, notice: dict, language: str) -> dict:
	sensitive = _sensitive(doc)
	controller = _controller(doc)
	purpose = {
		"purpose": _(_purpose(doc)),
		"purposeCategory": [doc.purpose],
		"consentType": EXPLICIT,
		"piiCategory": [_(each) for each in _categories(doc)],
		"primaryPurpose": False,
		"termination": (
			_("{0}, or on withdrawal").format(_utc(given.valid_until))
			if given.valid_until
			else _("On withdrawal")
		),
		"thirdPartyDisclosure": bool(doc.third_party),
	}
	if doc.third_party:
		purpose["thirdPartyName"] = doc.third_party
	return {
		"version": VERSION,
		"jurisdiction": _jurisdiction(doc),
		"consentTimestamp": calendar.timegm(clock.to_aware(given.at).utctimetuple()),
		"collectionMethod": given.through or doc.collected_through,
		"consentReceiptID": str(uuid.uuid5(_IDS, f"{doc.name} {given.name}")),
		"language": language,
		"piiPrincipalId": _principal(doc),
		"piiControllers": [controller],
		"policyUrl": _settings().privacy_policy_url or get_url(allow_header_override=False),
		"services": [{"service": controller["piiController"], "purposes": [purpose]}],
		"sensitive": bool(sensitive),
		"spiCat": sensitive,
		"consentRecord": {
			"schema_version": RECORD_VERSION,
			"record_id": doc.name,
			"lawful_basis": "consent",
			"privacy_notice": notice,
			"withdrawal_method": how_to_withdraw(),
			"events": [_event(row) for row in doc.events if row.event in rules.WORDS],
		},
	}


def last_given(doc):
	"""The event of the client's last agreement, or None."""
	return next((row for row in reversed(doc.events) if row.event == rules.GIVEN), None)


def lines(doc) -> list[tuple[str, str]]:
	"""Label and value of each line of the readable receipt, in the session's language; empty without an agreement."""
	given = last_given(doc)
	if given is None:
		return []
	receipt = of(doc)
	controller = receipt["piiControllers"][0]
	how = receipt["collectionMethod"]
	reach = (controller["contact"], controller["email"], controller["phone"])
	until = moment_in_words(given.valid_until) if given.valid_until else _("Until you withdraw it")
	status = consents.as_rule(doc).status(clock.now())
	found = [
		(_("Receipt", context="Client Consent"), receipt["consentReceiptID"]),
		(_("Who Agreed"), f"{doc.party_name} ({receipt['piiPrincipalId']})"),
		(_("When"), moment_in_words(given.at)),
		(_("How"), _(how)),
		(_("Given To"), controller["piiController"]),
		(_("Contact for Questions"), ", ".join(dict.fromkeys(each for each in reach if each))),
		(_("Purpose", context="Client Consent"), _(_purpose(doc))),
		(_("What It Covers"), ", ".join(_(each) for each in _categories(doc))),
		(_("Shared With"), doc.third_party or _("No one")),
		(_("Valid Until"), until),
		(_("Information You Received"), receipt["consentRecord"]["privacy_notice"].get("text")),
		(_("Privacy Policy"), _settings().privacy_policy_url),
		(_("Status"), _(status)),
		(_("Withdrawn On"), doc.withdrawn_on and moment_in_words(doc.withdrawn_on)),
	]
	return [(label, cstr(value)) for label, value in found if value]


def asked(doc) -> list[tuple[str, str]]:
	"""Label and value of each line about what a client is asked, in the session's language."""
	covered = ", ".join(_(row.data_category) for row in doc.data_categories)
	if not covered and doc.third_party:
		covered = _("All information we hold about you")
	found = [
		(_("Purpose", context="Client Consent"), _(_purpose(doc))),
		(_("What It Covers"), covered),
		(_("Shared With"), doc.third_party or ""),
	]
	return [*(line for line in found if line[1]), *around(doc)]


def around(doc) -> list[tuple[str, str]]:
	"""The same about the request: who asks, about which matter, for how long, and whom to ask. A matter is known by its day, because a
	mailbox can have more readers than the client."""
	controller = _controller(doc) if _company(doc) else {}
	reach = [controller.get(key) for key in ("contact", "email", "phone")]
	matter = doc.client_interaction and frappe.db.get_value(
		"Client Interaction", doc.client_interaction, ["company", "occurred_on"], as_dict=True
	)
	months = frappe.get_cached_value("Consent Purpose", doc.purpose, "validity_months")
	found = [
		(_("Who Asks"), controller.get("piiController")),
		(
			_("Your Matter Of"),
			matter and day_in_words(calendars.local_time(matter.company, matter.occurred_on)),
		),
		(
			_("Valid For"),
			_("{0} months, or until you withdraw it").format(months)
			if months
			else _("Until you withdraw it"),
		),
		(_("Contact for Questions"), ", ".join(dict.fromkeys(each for each in reach if each))),
		(_("Privacy Policy"), _settings().privacy_policy_url),
	]
	return [(label, cstr(value)) for label, value in found if value]


def logo(doc) -> str | None:
	"""The address of the company's logo, if everyone can see it."""
	company = _company(doc)
	address = cstr(company and frappe.get_cached_value("Company", company, "company_logo"))
	return get_url(address) if address.startswith("/files/") else None


def how_to_withdraw() -> str:
	"""How a client can withdraw a consent, in the session's language; it must be as easy as giving it."""
	address = _settings().privacy_email
	if address:
		return _("At any time: by the link in our message, in the portal, or by writing to {0}.").format(
			address
		)
	return _("At any time: by the link in our message, in the portal, or by telling us.")


def send(doc, *, address: str, language: str | None = None, contact: str | None = None) -> None:
	"""Email a client who answered through a link what was recorded, with the receipt and a link to change the answer.

	If the address of the site is not configured, the link is left out. If nothing can be sent, such as without an outgoing email account, that is
	in the Error Log: the answer counts all the same, and the client, who can do nothing about it, is told nothing.

	:raises frappe.db.OperationalError: the database cannot store it; the answer is undone as well, and the client can give it again
	"""
	told = len(frappe.local.message_log)
	with transactions.part(
		"A receipt could not be sent to the client",
		doc.doctype,
		doc.name,
		raising=(frappe.QueryTimeoutError, frappe.db.OperationalError),
	) as sending:
		_send(doc, address, language, contact)
	if sending.error:
		del frappe.local.message_log[told:]


def _send(doc, address: str, language: str | None, contact: str | None) -> None:
	with speaking(language):
		url = None
		if links.has_site_address():
			_name, url = links.make(
				links.CONSENT,
				party_type=doc.party_type,
				party=doc.party,
				contact=contact,
				consent=doc.name,
				sent_to=address,
				language=language,
			)
		frappe.sendmail(
			recipients=[address],
			subject=_("Your consent: {0}").format(_(doc.purpose)),
			template="consent_receipt",
			args={
				"doc": doc,
				"lines": lines(doc),
				"status": _(doc.status),
				"how": how_to_withdraw(),
				"url": url,
			},
			attachments=_attachments(doc) if last_given(doc) else None,
			reference_doctype=doc.doctype,
			reference_name=doc.name,
			now=False,
		)


def as_json(doc) -> str:
	return frappe.as_json(of(doc), indent=2)


def file_name(doc) -> str:
	return f"consent-receipt-{doc.name}.json"


def makes_pdfs() -> bool:
	"""Whether this site can turn a print into a PDF."""
	try:
		pdfkit.configuration()
	except OSError:
		return False
	return True


# --- parts ---------------------------------------------------------------------------------------


def _attachments(doc) -> list[dict]:
	attachments = [{"fname": file_name(doc), "fcontent": as_json(doc)}]
	if makes_pdfs():
		# Frappe prints it when the message is sent, not while the client is waiting.
		attachments.append(
			{
				"print_format_attachment": 1,
				"doctype": doc.doctype,
				"name": doc.name,
				"print_format": PRINT_FORMAT,
				"lang": frappe.local.lang,
			}
		)
	return attachments


def _purpose(doc) -> str:
	return frappe.get_cached_value("Consent Purpose", doc.purpose, "description") or doc.purpose


def _categories(doc) -> list[str]:
	return [row.data_category for row in doc.data_categories] or [EVERYTHING]


def _settings():
	return frappe.get_cached_doc("Client Comms Settings")


def _company(doc) -> str | None:
	company = doc.client_interaction and frappe.db.get_value(
		"Client Interaction", doc.client_interaction, "company"
	)
	return company or frappe.defaults.get_global_default("company") or frappe.db.get_value("Company", {})


def _controller(doc) -> dict:
	"""The controller. The specification requires every field; missing ones are filled from the company."""
	settings, company = _settings(), _company(doc)
	known = frappe.get_cached_value("Company", company, ["email", "phone_no", "country"], as_dict=True)
	address = get_company_address(company).company_address
	place = (
		frappe.db.get_value("Address", address, ["address_line1", "city", "pincode", "country"], as_dict=True)
		if address
		else frappe._dict(country=known.country)
	)
	return {
		"piiController": company,
		"contact": settings.privacy_contact or company,
		"address": {
			key: value
			for key, value in {
				"streetAddress": place.address_line1,
				"postalCode": place.pincode,
				"addressLocality": place.city,
				"addressCountry": _code(place.country) or place.country,
			}.items()
			if value
		},
		"email": settings.privacy_email or known.email or "",
		"phone": settings.privacy_phone or known.phone_no or "",
	}


def _jurisdiction(doc) -> str:
	country = frappe.get_cached_value("Company", _company(doc), "country")
	return _code(country) or country or ""


def _code(country: str | None) -> str | None:
	code = country and frappe.get_cached_value("Country", country, "code")
	return code.upper() if code else None


def _principal(doc) -> str:
	"""An identifier that the client recognises: the contact's address, otherwise the name."""
	return (doc.contact and frappe.db.get_value("Contact", doc.contact, "email_id")) or doc.party_name


def _sensitive(doc) -> list[str]:
	names = [row.data_category for row in doc.data_categories]
	return (
		frappe.get_all(
			"Data Category", {"name": ("in", names), "is_sensitive": 1}, pluck="name", order_by="name asc"
		)
		if names
		else []
	)


def _notice(name: str | None) -> dict:
	row = name and frappe.db.get_value(
		"Consent Notice", name, ["name", "version", "language", "notice_text"], as_dict=True
	)
	if not row:
		return {}
	return {
		"notice_id": row.name,
		"version": row.version,
		"language": row.language or "en",
		"text": row.notice_text,
	}


def _event(row) -> dict:
	event = {
		"event_time": _utc(row.at),
		"event_type": EXPLICIT.lower(),
		"event_state": row.event.lower(),
		"collection_method": row.through,
	}
	if row.valid_until:
		event["valid_until"] = _utc(row.valid_until)
	return event


def _utc(stored) -> str:
	moment = clock.to_aware(stored)
	return f"{(moment - moment.utcoffset()).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
