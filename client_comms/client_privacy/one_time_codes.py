"""One-time codes by email: the client reads out the code sent to their address on file (P-1)."""

import hmac
import secrets
from datetime import timedelta

import frappe
from frappe import _

from client_comms import clock, transactions
from client_comms.client_privacy import identity, invitations, links, mailed_secrets
from client_comms.clients import preferences
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold, moment, speaking

VALID_MINUTES = 15
TRIES = 3
PER_HOUR = 5
DIGITS = 6


def send(party_type: str, party: str, contact: str | None, client_interaction: str | None) -> dict:
	"""Send a code to the client's first usable address on file; see `client_comms.api.send_identity_code`.

	It replaces earlier codes of the same person. An earlier code that was entered wrongly and then abandoned
	counts as failed.
	"""
	address, owner = invitations.address_on_file(party_type, party, contact, None)
	person = {"party_type": party_type, "party": party, "contact": contact or owner}
	_replace_earlier(person)
	_require_pause(person)
	code = "".join(secrets.choice("0123456789") for _digit in range(DIGITS))
	doc = frappe.get_doc(
		{
			"doctype": identity.VERIFICATION,
			**person,
			"client_interaction": client_interaction,
			"method": identity.CODE,
			"result": identity.PENDING,
			"sent_to": address,
		}
	)
	doc.flags.by_the_app = True
	doc.insert(ignore_permissions=True)
	doc.db_set("code_hash", links.hash_of(f"{doc.name}:{code}"), update_modified=False)
	with speaking(preferences.language_to(**person)):
		frappe.sendmail(
			recipients=[address],
			subject=_("Your code"),
			message=_("Your code is {0}. Read it out to us on request; it is valid for {1} minutes.").format(
				# nosemgrep: frappe-bold (digits, between marks that are replaced before sending)
				frappe.bold(mailed_secrets.mark(code, address)),
				VALID_MINUTES,
			),
			reference_doctype=doc.doctype,
			reference_name=doc.name,
		)
	return {"name": doc.name, "sent_to": _partly(address)}


def check(doc, code: str) -> dict:
	"""Check the code that the client read out, for an Identity Verification; see
	`client_comms.api.check_identity_code`."""
	doc.validate_not_locked()
	over = clock.now() > doc.verified_on + timedelta(minutes=VALID_MINUTES)
	if over or doc.result != identity.PENDING or not doc.code_hash or doc.attempts >= TRIES:
		frappe.throw(
			_("This code is no longer valid. Send a new one."),
			exc=ActionNotPossibleError,
			title=_("Code Not Valid"),
		)
	doc.db_set("attempts", doc.attempts + 1, update_modified=False)
	# nosemgrep: frappe-manual-commit (it was tried, even if this request is rolled back)
	frappe.db.commit()
	right = is_right(doc, code.strip())
	if right:
		doc.conclude(identity.CONFIRMED)
	elif doc.attempts >= TRIES:
		doc.conclude(identity.FAILED)
	return {"confirmed": right, "tries_left": 0 if right else max(TRIES - doc.attempts, 0)}


def is_right(check, code: str) -> bool:
	"""Whether a code is that of a check.

	:param check: an Identity Verification, or its `name` and `code_hash`
	"""
	return hmac.compare_digest(links.hash_of(f"{check.name}:{code}"), check.code_hash)


def _replace_earlier(person: dict) -> None:
	"""Invalidate earlier codes; one that was entered wrongly counts as failed.

	Otherwise, requesting a new code before the last attempt of each would avoid the lock.
	"""
	transactions.lock(
		person["party_type"], person["party"]
	)  # one request at a time, which sees what the others sent
	waiting = frappe.get_all(
		identity.VERIFICATION,
		{**_filters(person), "result": identity.PENDING, "code_hash": ("is", "set")},
		pluck="name",
		order_by="creation asc",
	)
	failed = False
	for name in waiting:
		doc = transactions.locked(identity.VERIFICATION, name)
		if doc.attempts:
			doc.conclude(identity.FAILED)
			failed = True
		else:
			doc.db_set("code_hash", None, update_modified=False)
	if failed:
		# nosemgrep: frappe-manual-commit (it has failed, though this request may be refused and rolled back)
		frappe.db.commit()


def _require_pause(person: dict) -> None:
	"""Limit the codes per hour and person: enough for any client, but too few to guess one.

	:raises ActionNotPossibleError: the message says when the next one can be sent
	"""
	hour_ago = clock.now() - timedelta(hours=1)
	sent = frappe.get_all(
		identity.VERIFICATION,
		{**_filters(person), "creation": (">", hour_ago)},
		pluck="creation",
		order_by="creation desc",
	)
	if len(sent) >= PER_HOUR:
		frappe.throw(
			_(
				"{0} codes were sent to this client within an hour. Send the next one after {1}, or confirm who the client is in another way."
			).format(len(sent), bold(moment(sent[PER_HOUR - 1] + timedelta(hours=1)))),
			exc=ActionNotPossibleError,
			title=_("Too Many Codes"),
		)


def _filters(person: dict) -> dict:
	"""The codes that were sent to a person; answers through a link have the same method, but were not sent as codes."""
	return {**person, "contact": person["contact"] or ("is", "not set"), "sent_to": ("is", "set")}


def _partly(address: str) -> str:
	"""The partly hidden address, recognisable for users who cannot see the contact."""
	user, _at, domain = address.partition("@")
	return f"{user[:1]}…@{domain}"
