"""Whether a client's identity is confirmed, for use by the gate (P-1)."""

from datetime import datetime, timedelta
from itertools import takewhile

import frappe
from frappe.utils import cint

from client_comms import clock
from client_comms.clients import parties
from client_comms.rules.outgoing import Identity

VERIFICATION = "Identity Verification"
CONFIRMED, FAILED, PENDING, UNLOCKED = "Confirmed", "Failed", "Pending", "Unlocked"
SECURE_LINK, PORTAL_LOGIN, CODE = "Secure Link", "Portal Login", "One-Time Code by Email"
LONGEST_DAYS = 90  # for requests of clients, if no level has a limit


def state(party_type: str, party: str, contact: str | None, level: str | None) -> Identity:
	"""Until when the client's identity is confirmed at `level` (None: for all of their records), and whether failed attempts
	locked identity checks. A failed attempt ends earlier confirmations.

	A confirmation of the party as a whole applies to each of its contacts, one of a contact only to that
	contact; the same is true for failures.
	"""
	rows, days = _attempts(party_type, party, contact), validity_days(level)
	return Identity(
		verified_until=max((_end(row, days) for row in _confirmations(rows)), default=None),
		locked=failures(rows) >= allowed_failures(),
		failed=any(row.result == FAILED for row in rows),
	)


def confirm(
	party_type: str,
	party: str,
	contact: str | None,
	method: str,
	client_interaction: str | None = None,
	note: str | None = None,
) -> str | None:
	"""Record that the app itself confirmed the client's identity, unless checks are locked. Returns the verification."""
	if state(party_type, party, contact, None).locked:
		return None
	doc = frappe.get_doc(
		{
			"doctype": VERIFICATION,
			"party_type": party_type,
			"party": party,
			"contact": contact,
			"method": method,
			"result": CONFIRMED,
			"client_interaction": client_interaction,
			"note": note,
		}
	)
	doc.flags.by_the_app = True
	return doc.insert(ignore_permissions=True).name


def failures(rows) -> int:
	"""Failed attempts since the last successful one or the last unlock; `rows` newest first."""
	count = 0
	for row in rows:
		if row.result in (CONFIRMED, UNLOCKED):
			break
		count += row.result == FAILED
	return count


def allowed_failures() -> int:
	"""The number of failed attempts after which identity checks are locked."""
	return cint(frappe.get_cached_doc("Client Comms Settings").identity_attempts) or 3


def validity_days(level: str | None) -> int:
	"""How many calendar days a confirmation is valid at `level`; 0 for no limit.

	What is not about one record, such as a copy of all of them, takes the shortest of all levels, and always has a limit.
	"""
	if level:
		return cint(frappe.get_cached_value("Confidentiality Level", level, "identity_valid_days"))
	limited = frappe.get_all(
		"Confidentiality Level",
		{"identity_valid_days": (">", 0)},
		pluck="identity_valid_days",
		order_by="identity_valid_days asc",
		limit=1,
	)
	return limited[0] if limited else LONGEST_DAYS


def last_confirmed(party_type: str, party: str, contact: str | None, level: str | None) -> str | None:
	"""The verification on which a disclosure at `level` is based: the latest one, if it is still valid."""
	days, now = validity_days(level), clock.now()
	confirmed = _confirmations(_attempts(party_type, party, contact))
	return next((row.name for row in confirmed if _end(row, days) > now), None)


def _confirmations(rows) -> list:
	"""The confirmations since the last failed attempt, which shows that it may be someone else; `rows` newest first."""
	since = takewhile(lambda row: row.result != FAILED, rows)
	return [row for row in since if row.result == CONFIRMED]


def _attempts(party_type: str, party: str, contact: str | None) -> list:
	rows = frappe.get_all(
		VERIFICATION,
		parties.filters_of(party_type, party),
		["name", "result", "contact", "verified_on", "valid_until"],
		order_by="verified_on desc, creation desc",  # a code counts from when it was entered
	)
	return [row for row in rows if not row.contact or row.contact == contact]


def _end(row, days: int) -> datetime:
	"""When a confirmation ends that is valid for `days`; 0 for no limit."""
	ends = [row.valid_until] if row.valid_until else []
	if days:
		ends.append(row.verified_on + timedelta(days=days))
	return min(ends, default=datetime.max)
