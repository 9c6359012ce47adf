"""Links through which clients answer without a login (P-3, C-1): random, stored as a keyed hash, expiring,
valid for one answer. One to a copy of the client's data opens it until it expires, because a download can fail.

Invalid, expired and used links all get the same message, so that trying them reveals nothing, not even
whether a client exists.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import NoReturn

import frappe
from frappe import _
from frappe.utils import cint, cstr, get_url
from frappe.utils.password import get_encryption_key

from client_comms import clock, transactions
from client_comms.client_privacy import mailed_secrets
from client_comms.clients import contacts
from client_comms.exceptions import ActionNotPossibleError, LinkNotValidError

LINK, ATTEMPT = "Client Access Link", "Client Access Link Attempt"
CONSENT, PREFERENCES, RATING, DATA = "Consent", "Preferences", "Rating", "Data Package"
SELF_SERVICE = (CONSENT, PREFERENCES)
_PAGES = {
	CONSENT: "client-link",
	PREFERENCES: "client-link",
	RATING: "client-rating",
	DATA: "client-data",
}
OPEN, USED, REVOKED = "Open", "Used", "Revoked"
UNKNOWN, EXPIRED, TOO_MANY = "Unknown", "Expired", "Too Many"
TRIES_PER_HOUR = 30  # from one address; more are counted as too many
ADDRESSES_PER_HOUR = 1000
OTHERS = "others"
_LONGEST_ADDRESS = 45  # of IPv6
_BYTES = 32


def make(kind: str, *, party_type: str, party: str, sent_to: str, **fields) -> tuple[str, str]:
	"""Create a link; returns its name and its address for an email to `sent_to`, which alone gets to see the token.

	:param fields: `contact`, `consent`, `client_interaction`, `data_package`, `language`; `expires_on` instead of the term of the
	    settings
	:raises ActionNotPossibleError: the address of the site is not configured
	"""
	require_site_address()
	token = secrets.token_urlsafe(_BYTES)
	hours = cint(frappe.get_cached_doc("Client Comms Settings").link_valid_hours) or 168
	link = frappe.get_doc(
		{
			"doctype": LINK,
			"kind": kind,
			"party_type": party_type,
			"party": party,
			"sent_to": sent_to,
			"expires_on": clock.now() + timedelta(hours=hours),
			"token_hash": hash_of(token),
			**fields,
		}
	).insert(ignore_permissions=True)
	return link.name, get_url(f"/{_PAGES[kind]}?token={mailed_secrets.mark(token, sent_to)}")


def has_site_address() -> bool:
	"""Whether the site knows its own address. Frappe would take it from the request, where its sender chooses it,
	and the client would open the link there, with its token."""
	return bool(frappe.conf.host_name or frappe.conf.hostname)


def require_site_address() -> None:
	""":raises ActionNotPossibleError: the address of the site is not configured; the message says how to do it"""
	if not has_site_address():
		frappe.throw(
			_(
				"The address of this site is not configured, so no links can be sent to clients. Ask your administrator to set it: {0}"
			).format(f"<code>bench --site {frappe.local.site} set-config host_name https://…</code>"),
			exc=ActionNotPossibleError,
			title=_("Site Address Missing"),
		)


def hash_of(token: str) -> str:
	"""Keyed with the site's key, so that reading the database is not enough to open or create a link."""
	return hmac.new(get_encryption_key().encode(), token.encode(), hashlib.sha256).hexdigest()


def find(token: str | None, kinds: tuple[str, ...] = SELF_SERVICE, *, lock: bool = False):
	"""The open link of a token.

	It is found whatever else was tried from the same address: anyone can send a request in the name of any address
	(`X-Forwarded-For`) and would lock out its client, while a token is too long to be guessed.

	:param kinds: what the page is for; a link of any other kind is not valid there
	:param lock: lock it for an answer, so that only one of two simultaneous answers counts
	:raises LinkNotValidError: invalid, expired, used or revoked, or the address that it was sent to is no longer the client's
	"""
	name = frappe.db.get_value(LINK, {"token_hash": hash_of(str(token or "")), "kind": ("in", kinds)})
	if not name:
		refuse(UNKNOWN)
	link = transactions.locked(LINK, name) if lock else frappe.get_doc(LINK, name)
	if link.state != OPEN:
		refuse(USED)
	if clock.now() > link.expires_on:
		refuse(EXPIRED)
	if not contacts.is_on_file(link.sent_to, link.party_type, link.party, link.contact):
		refuse()
	return link


def use(link) -> None:
	"""Mark the link as answered; it is no longer valid."""
	link.db_set({"state": USED, "used_on": clock.now()})


def revoke_of(consent: str) -> None:
	"""Revoke earlier unanswered links, which a newer request replaces."""
	frappe.db.set_value(LINK, {"consent": consent, "state": OPEN}, "state", REVOKED)


def revoke_to(package: str) -> None:
	"""Revoke the links to a copy of data that is gone."""
	frappe.db.set_value(LINK, {"data_package": package, "state": OPEN}, "state", REVOKED)


# --- failed attempts ---------------------------------------------------------------------------------


def refuse(outcome: str = USED) -> NoReturn:
	"""Refuse a link with the same message for every reason, and count the attempt.

	:raises LinkNotValidError: always
	"""
	ip, hour = _address(), clock.now().replace(minute=0, second=0, microsecond=0)
	_count(ip, hour, TOO_MANY if _tries(ip, hour) >= TRIES_PER_HOUR else outcome)
	frappe.throw(
		_("This link is no longer valid. Please ask us for a new one."),
		exc=LinkNotValidError,
		title=_("Link Not Valid"),
	)


def _address() -> str:
	return cstr(frappe.local.request_ip)[:_LONGEST_ADDRESS] or "unknown"


def _tries(ip: str, hour: datetime) -> int:
	table = frappe.qb.DocType(ATTEMPT)
	counted = (
		frappe.qb.from_(table)
		.where((table.ip_address == ip) & (table.hour == hour))
		.select(frappe.query_builder.functions.Sum(table.attempts))
	).run()
	return cint(counted[0][0])


def _count(ip: str, hour: datetime, outcome: str) -> None:
	"""Count an attempt permanently, although the refused request is rolled back.

	Addresses can be made up, so that only so many in an hour are counted separately.
	"""
	frappe.db.rollback()
	if frappe.db.count(ATTEMPT, {"hour": hour}) >= ADDRESSES_PER_HOUR:
		ip = OTHERS
	frappe.db.sql(
		"""insert into `tabClient Access Link Attempt`
			(name, creation, modified, owner, modified_by, ip_address, hour, outcome, attempts, last_on)
		values (%(name)s, %(now)s, %(now)s, %(user)s, %(user)s, %(ip)s, %(hour)s, %(outcome)s, 1, %(now)s)
		on duplicate key update attempts = attempts + 1, last_on = %(now)s, modified = %(now)s""",
		{
			"name": frappe.generate_hash(length=10),
			"now": clock.now(),
			"user": frappe.session.user,
			"ip": ip,
			"hour": hour,
			"outcome": outcome,
		},
	)
	# nosemgrep: frappe-manual-commit (the attempt counts, though the request is refused and rolled back)
	frappe.db.commit()
