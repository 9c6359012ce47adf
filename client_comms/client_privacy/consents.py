"""The site's consents as input for the consent rule (P-3)."""

from collections.abc import Collection

import frappe
from frappe.utils import get_datetime

from client_comms import clock
from client_comms.clients import parties
from client_comms.rules import consent as rules
from client_comms.rules.consent import Consent, Event, Request

CONSENT = "Client Consent"
CHUNK = 200


def decide(party_type: str, party: str, request: Request, at=None) -> rules.Decision:
	"""Whether the client's consents cover `request` at `at` (as stored; by default now)."""
	return rules.decide(of_client(party_type, party, request.purpose), request, at or clock.now())


def of_client(party_type: str, party: str, purpose: str | None = None) -> list[Consent]:
	"""All consents of the client as input for the rule; three queries, regardless of their number."""
	return [word for _client, word in _read(parties.filters_of(party_type, party), purpose)]


def of_clients(clients: Collection[tuple[str, str]], purpose: str) -> dict[tuple[str, str], list[Consent]]:
	"""The consents of several clients for a purpose; as many queries as for one. Not those of the lead that a customer was (`same_clients`)."""
	found: dict[tuple[str, str], list[Consent]] = {client: [] for client in clients}
	# As the database compares names.
	meant = {(kind, name.lower()): (kind, name) for kind, name in clients}
	filters = {
		"party_type": ("in", sorted({kind for kind, _name in clients})),
		"party": ("in", sorted({name for _kind, name in clients})),
	}
	for (kind, name), word in _read(filters, purpose) if clients else ():
		if client := meant.get((kind, name.lower())):
			found[client].append(word)
	return found


def _read(filters: dict, purpose: str | None) -> list[tuple[tuple[str, str], Consent]]:
	"""Consents, each with its client, in the order of their names."""
	rows = frappe.get_all(
		CONSENT,
		{**filters, **({"purpose": purpose} if purpose else {})},
		["name", "purpose", "third_party", "contact", "party_type", "party"],
		order_by="name asc",
	)
	if not rows:
		return []
	names = [row.name for row in rows]
	events: dict[str, list[Event]] = {}
	for each in frappe.get_all(
		"Consent Event",
		{"parent": ("in", names), "parenttype": CONSENT, "event": ("in", rules.WORDS)},
		["parent", "event", "at", "valid_until"],
		order_by="parent asc, idx asc",
	):
		events.setdefault(each.parent, []).append(Event(each.event, each.at, each.valid_until))
	categories: dict[str, set[str]] = {}
	for each in frappe.get_all(
		"Consent Data Category",
		{"parent": ("in", names), "parenttype": CONSENT},
		["parent", "data_category"],
		order_by="parent asc, idx asc",
	):
		categories.setdefault(each.parent, set()).add(each.data_category)
	return [
		(
			(row.party_type, row.party),
			Consent(
				row.name,
				row.purpose,
				tuple(events.get(row.name, ())),
				row.third_party or None,
				row.contact or None,
				frozenset(categories.get(row.name, ())),
			),
		)
		for row in rows
	]


def categories_of(interaction: str) -> frozenset[str]:
	"""The data categories of an interaction, if recorded."""
	rows = frappe.get_all(
		"Consent Data Category",
		{"parenttype": "Client Interaction", "parent": interaction},
		pluck="data_category",
	)
	return frozenset(rows)


def as_rule(doc) -> Consent:
	"""A Client Consent document as input for the rule."""
	return Consent(
		doc.name or "",
		doc.purpose,
		tuple(
			Event(row.event, get_datetime(row.at), get_datetime(row.valid_until) if row.valid_until else None)
			for row in doc.events
			if row.event in rules.WORDS
		),
		doc.third_party or None,
		doc.contact or None,
		frozenset(row.data_category for row in doc.data_categories),
	)


def scope(doc) -> tuple:
	"""The scope of a consent."""
	word = as_rule(doc)
	return doc.party_type, doc.party, word.purpose, word.third_party, word.contact, word.data_categories


def expire() -> int:
	"""Daily: update the status of expired consents; returns how many.

	Only for lists and reports: the rule uses the dates.
	"""
	done, over = 0, {"status": rules.GIVEN, "valid_until": ("<", clock.now())}
	while names := frappe.get_all(CONSENT, over, pluck="name", order_by="valid_until asc", limit=CHUNK):
		# Once more with the conditions: one of them may have been given again meanwhile.
		frappe.db.set_value(CONSENT, {**over, "name": ("in", names)}, "status", rules.EXPIRED)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a killed job loses at most this chunk)
		done += len(names)
	return done
