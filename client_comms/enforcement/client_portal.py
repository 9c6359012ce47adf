"""Which conversations, and which of their messages, a client sees in the portal (P-2); the rule is `rules.client_portal`.

Portal users have no role permissions for interactions, so nothing else decides here.
"""

from collections.abc import Iterable, Iterator

import frappe
from frappe.utils import split_emails

from client_comms import roles
from client_comms.clients import contacts
from client_comms.clients.addresses import bare_address
from client_comms.enforcement import answers, governed
from client_comms.enforcement.requests.portal import open_levels
from client_comms.rules import client_portal as rules

_DECIDES = ("name", "direction", "contact", "confidentiality_level")
_ENVELOPE = (
	"name",
	"client_interaction",
	"sender",
	"recipients",
	"cc",
	"sent_or_received",
	"communication_medium",
	"delivery_status",
)
_NOBODY = "-"


def conversations(visit, fields: Iterable[str], start: int, limit: int) -> list:
	"""The interactions that a visitor sees, the latest first, with these fields.

	:param visit: a `page_visits.Visit`
	"""
	of_level = {"confidentiality_level": ("in", open_levels() or [_NOBODY])}
	return frappe.get_all(
		governed.INTERACTION,
		filters={
			"party_type": visit.party_type,
			"party": visit.party,
			"direction": ("!=", rules.INTERNAL),
		},
		or_filters={**of_level, "contact": visit.contact} if visit.contact else of_level,
		fields=[*_DECIDES, *fields],
		order_by="occurred_on desc, name desc",
		start=start,
		limit=limit,
	)


def conversation(visit, name: str, fields: Iterable[str]):
	"""One of them; None if the visitor does not see it."""
	row = frappe.db.get_value(
		governed.INTERACTION,
		{"name": name, "party_type": visit.party_type, "party": visit.party},
		[*_DECIDES, *fields],
		as_dict=True,
	)
	is_shown = row and rules.is_shown(
		direction=row.direction,
		level_is_open=row.confidentiality_level in open_levels(),
		contact=row.contact,
		visitor=visit.contact,
	)
	if not is_shown:
		return None
	answers.permit(governed.INTERACTION, name)
	return row


def messages(visit, rows: Iterable, fields: Iterable[str]) -> Iterator:
	"""The messages of conversations that the visitor sees.

	:param rows: conversations, as from the functions above
	"""
	everyone, own = _addresses(visit)
	levels = open_levels()
	addresses = {row.name: everyone if row.confidentiality_level in levels else own for row in rows}
	if not addresses:
		return
	of_these = {"client_interaction": ("in", [*addresses])}
	for row in frappe.get_all(governed.COMMUNICATION, of_these, [*_ENVELOPE, *fields], order_by=None):
		if rules.is_theirs(_envelope(row), addresses[row.client_interaction]):
			yield row


def is_theirs(doctype: str | None, name: str | None) -> bool:
	"""Whether a document is a message between us and the session user, who has no desk: what it contains they have already."""
	return doctype == governed.COMMUNICATION and bool(theirs([name]))


def theirs(names: list[str]) -> set[str]:
	"""Of messages, those for which `is_theirs` holds. One query, or none."""
	user = frappe.session.user
	if not names or user == "Guest" or roles.has_desk():
		return set()
	rows = frappe.get_all(governed.COMMUNICATION, {"name": ("in", names)}, _ENVELOPE, order_by=None)
	return {row.name for row in rows if rules.is_theirs(_envelope(row), {user.lower()})}


def _addresses(visit) -> tuple[set[str], set[str]]:
	"""The addresses of everyone who speaks for the client, and those of the visitor."""
	known = contacts.addresses_of(visit.party_type, visit.party)
	login = frappe.db.get_value("User", frappe.session.user, "email")
	own = {address for address, contact in known.items() if visit.contact and contact == visit.contact}
	own.add((login or frappe.session.user).lower())
	return {*known, *own}, own


def _envelope(row) -> rules.Message:
	to = split_emails(row.recipients or "") + split_emails(row.cc or "")
	return rules.Message(
		is_received=row.sent_or_received == rules.RECEIVED,
		is_email=row.communication_medium == "Email",
		delivery=row.delivery_status,
		sender=_plain(row.sender),
		recipients=tuple(map(_plain, to)),
	)


def _plain(address: str | None) -> str:
	return bare_address(address)
