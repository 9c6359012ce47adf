"""The channels and language that a client prefers (C-1, C-2)."""

from collections.abc import Collection, Iterable, Iterator

import frappe
from frappe import _

from client_comms import clock, i18n
from client_comms.clients import parties
from client_comms.filters import one_of
from client_comms.rules.channels import Preference

PREFERENCE = "Communication Preference"
_LAST = "confirmed_on desc, creation desc"


def of(party_type: str | None, party: str | None, contact: str | None):
	"""The Communication Preference that applies to a person, or None.

	The person's own comes before their organisation's, and that before what it said as a lead. If there are several, for
	example after merging clients, the one confirmed last applies.
	"""
	wanted = []
	if contact and party:
		wanted.append({"contact": contact, "party_type": party_type, "party": party})
	if contact:
		wanted.append({"contact": contact})
	if party:
		wanted.append({"party_type": party_type, "party": party, "contact": ("is", "not set")})
	for filters in wanted:
		if found := _latest(filters):
			return found
	if party and len(parties.same_client(party_type, party)) > 1:
		return _latest({**parties.filters_of(party_type, party), "contact": ("is", "not set")})
	return None


def known_of(clients: Collection[parties.Client]) -> set[parties.Client]:
	"""Those of the clients for whom `of` finds a preference; any number of them takes a few queries."""
	contacts = [client.contact for client in clients if client.contact]
	personal = {"contact": one_of(contacts)}
	theirs = {
		*_lower(frappe.get_all(PREFERENCE, personal, pluck="contact", order_by=None) if contacts else ())
	}
	same = parties.same_clients({(client.party_type, client.party) for client in clients if client.party})
	named = {
		"party": ("in", [name for each in same.values() for _kind, name in each]),
		"contact": ("is", "not set"),
	}
	rows = frappe.get_all(PREFERENCE, named, ["party_type", "party"], order_by=None) if same else ()
	of_organisations = {(row.party_type, row.party.lower()) for row in rows}
	return {
		client
		for client in clients
		if (client.contact or "").lower() in theirs
		or any(
			(kind, name.lower()) in of_organisations
			for kind, name in same.get((client.party_type, client.party), ())
		)
	}


def missing_of(clients: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
	"""Those of the clients, each as (DocType, name), of whom no preference is on record, also none of one of their contacts or of what they
	were as a lead; any number of them takes a few queries."""
	stated = frappe.get_all(
		PREFERENCE, fields=["party_type", "party"], distinct=True, order_by=None, as_list=True
	)
	known = {(kind, name) for kind, name in stated if name}
	personal = frappe.get_all(PREFERENCE, {"party": ("is", "not set")}, pluck="contact", order_by=None)
	of_contacts = parties.of_contacts(filter(None, personal)).values()
	known |= {(client.party_type, client.party) for client in of_contacts}
	converted = frappe.get_all("Customer", [["lead_name", "is", "set"]], ["name", "lead_name"], order_by=None)
	same = [{("Customer", row.name), ("Lead", row.lead_name)} for row in converted]
	known = known.union(*(both for both in same if not known.isdisjoint(both)))
	return [client for client in clients if client not in known]


def _lower(names: Iterable[str | None]) -> Iterator[str]:
	"""As the database compares them."""
	return (name.lower() for name in names if name)


def _latest(filters: dict):
	name = frappe.db.get_value(PREFERENCE, filters, order_by=_LAST)
	return frappe.get_doc(PREFERENCE, name) if name else None


def rule_of(doc) -> Preference | None:
	"""A Communication Preference as input for `rules.channels`."""
	return doc and Preference(
		channels=tuple(row.channel for row in doc.channels),
		never={row.channel: row.reason or "" for row in doc.channels_not_to_use},
	)


def language_of(party_type: str | None, party: str | None, preference=None) -> str | None:
	"""The language for messages to a client: from their preference, otherwise from the party's own record."""
	if preference and preference.language:
		return preference.language
	if party and frappe.get_meta(party_type).has_field("language"):
		return frappe.db.get_value(party_type, party, "language")
	return None


def language_known(party_type: str | None, party: str | None, contact: str | None) -> str | None:
	"""The language for messages to a client, if it is known."""
	return language_of(party_type, party, of(party_type, party, contact))


def language_to(party_type: str | None, party: str | None, contact: str | None) -> str:
	"""The language of a message to a client: as `language_of`, otherwise that of the contact's login,
	otherwise the site's."""
	if known := language_known(party_type, party, contact):
		return known
	login = contact and frappe.db.get_value("Contact", contact, "user")
	return (login and frappe.get_cached_value("User", login, "language")) or site_language()


def site_language() -> str:
	return frappe.db.get_default("lang") or "en"


def language_of_document(doc) -> str | None:
	"""The language for an email about an interaction, or about an Issue, Lead or Opportunity."""
	if doc.doctype == "Client Interaction":
		party_type, party, contact = doc.party_type, doc.party, doc.contact
	else:
		address = doc.get("raised_by") or doc.get("email_id") or doc.get("contact_email")
		client = parties.client_of(doc.doctype, doc.name, address, "")
		party_type, party, contact = client.party_type, client.party, client.contact
	return language_known(party_type, party, contact)


def describe(doc) -> str:
	"""One line of text: "Prefers: Email, then Phone; never: Letter (too slow)"; empty if there is no preference."""
	if not doc:
		return ""
	parts = []
	if doc.channels:
		names = f"{_(', then')} ".join(i18n.channel(row.channel) for row in doc.channels)
		parts.append(_("Prefers: {0}").format(names))
	if doc.channels_not_to_use:
		names = ", ".join(
			f"{i18n.channel(row.channel)} ({row.reason})" if row.reason else i18n.channel(row.channel)
			for row in doc.channels_not_to_use
		)
		parts.append(_("never: {0}").format(names) if parts else _("Never: {0}").format(names))
	if doc.language:
		name = frappe.db.get_value("Language", doc.language, "language_name", cache=True)
		parts.append(_("language: {0}").format(_(name)) if parts else _("Language: {0}").format(_(name)))
	return "; ".join(parts)


def set_by_client(party_type: str, party: str, contact: str | None, wanted: dict) -> None:
	"""Store what a client chose for themselves (C-1).

	:param wanted: `{"channels": [channel, …] in order, "never": [channel, …], "language": code or None}`
	"""
	filters = {"party_type": party_type, "party": party, "contact": contact or ("is", "not set")}
	name = frappe.db.get_value(PREFERENCE, filters, order_by=_LAST)
	doc = (
		frappe.get_doc(PREFERENCE, name)
		if name
		else frappe.get_doc(
			{"doctype": PREFERENCE, "party_type": party_type, "party": party, "contact": contact}
		)
	)
	reasons = {row.channel: row.reason for row in doc.channels_not_to_use}
	doc.set("channels", [{"channel": channel} for channel in wanted.get("channels") or ()])
	doc.set(
		"channels_not_to_use",
		[{"channel": each, "reason": reasons.get(each)} for each in wanted.get("never") or ()],
	)
	doc.language = wanted.get("language") or None
	doc.source = "Client's Own Entry"
	doc.confirmed_on = clock.now().date()
	doc.save(ignore_permissions=True)
