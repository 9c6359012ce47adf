"""One-time codes by email: the client reads out what was sent to their address on file (P-1)."""

import hmac
import secrets
from datetime import timedelta

import frappe
from frappe import _

from client_comms import clock
from client_comms.client_privacy import identity, links, self_service
from client_comms.exceptions import ActionNotPossibleError

METHOD = "One-Time Code by Email"
VALID_MINUTES = 15
TRIES = 3
_DIGITS = 6


def send(party_type: str, party: str, contact: str | None, client_interaction: str | None) -> dict:
	"""Send a code to the client's first address on file; see `client_comms.api.send_identity_code`."""
	address, owner = self_service.address_on_file(party_type, party, contact, None)
	code = "".join(secrets.choice("0123456789") for _digit in range(_DIGITS))
	doc = frappe.get_doc(
		{
			"doctype": identity.VERIFICATION,
			"party_type": party_type,
			"party": party,
			"contact": contact or owner,
			"client_interaction": client_interaction,
			"method": METHOD,
			"result": identity.PENDING,
			"sent_to": address,
		}
	)
	doc.flags.by_app = True
	doc.insert(ignore_permissions=True)
	doc.db_set("code_hash", links.hash_of(f"{doc.name}:{code}"), update_modified=False)
	frappe.sendmail(
		recipients=[address],
		subject=_("Your code"),
		message=_("Your code is {0}. Read it out to us on request; it is valid for {1} minutes.").format(
			frappe.bold(code), VALID_MINUTES
		),
		reference_doctype=doc.doctype,
		reference_name=doc.name,
	)
	return {"name": doc.name, "sent_to": _partly(address)}


def check(doc, code: str) -> dict:
	"""Compare what the client read out, for an Identity Verification; see `client_comms.api.check_identity_code`."""
	if doc.result != identity.PENDING or clock.now() > doc.verified_on + timedelta(minutes=VALID_MINUTES):
		frappe.throw(
			_("This code is not valid any more. Send a new one."),
			exc=ActionNotPossibleError,
			title=_("Code Not Valid"),
		)
	doc.attempts += 1
	right = hmac.compare_digest(links.hash_of(f"{doc.name}:{code.strip()}"), doc.code_hash or "")
	if right:
		doc.conclude(identity.CONFIRMED)
	elif doc.attempts >= TRIES:
		doc.conclude(identity.FAILED)
	else:
		doc.db_set("attempts", doc.attempts, update_modified=False)
	return {"confirmed": right, "tries_left": 0 if right else max(TRIES - doc.attempts, 0)}


def _partly(address: str) -> str:
	"""Enough to recognise the address by, for people who may not see the contact."""
	user, _at, domain = address.partition("@")
	return f"{user[:1]}…@{domain}"
