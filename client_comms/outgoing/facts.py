"""The context of an outgoing message: its record, and the client whose information it contains (P-1, P-2)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import frappe

from client_comms.client_privacy import consents
from client_comms.clients import document_clients, parties, preferences
from client_comms.clients.addresses import bare_address
from client_comms.enforcement import client_documents, dependents, governed, guards, policy

INTERACTION = governed.INTERACTION
REPORT = "Auto Email Report"
EMAIL = "Email"
_MESSAGE_FIELDS = (
	"client_interaction",
	"reference_doctype",
	"reference_name",
	"subject",
	"content",
	"communication_type",
	"email_template",
	"is_acknowledgement",
)


@dataclass(frozen=True, slots=True)
class OutgoingContext:
	"""The context of an outgoing message: its record, and the client whose information it contains.

	:param level: whose safeguards apply: that of the record, or of documents of its type if that is stricter
	:param by_type: the record has no level of its own
	:param others: the same for other clients among the recipients, whose channel counts as well
	:param carried: the same for other records of which the message brings a file along (`file`)
	"""

	doctype: str | None
	name: str | None
	what: str
	channel: str
	level: str | None = None
	interaction: str | None = None
	party_type: str | None = None
	party: str | None = None
	contact: str | None = None
	communication_type: str | None = None
	communication: str | None = None
	data_categories: frozenset[str] = frozenset()
	email_template: str | None = None
	content: str | None = None  # the HTML of an email written by a user; None if none was
	acknowledgement: bool = (
		False  # confirms receipt with an approved text, and reveals nothing about the record
	)

	by_type: bool = False
	others: tuple["OutgoingContext", ...] = ()
	carried: tuple["OutgoingContext", ...] = ()
	file: str | None = None

	@property
	def governed(self) -> bool:
		"""Whether the safeguards of a level apply, so that the message is on the register."""
		return self.level is not None


def context_of(
	doctype: str | None,
	name: str | None,
	*,
	channel: str = EMAIL,
	what: str = "",
	communication: str | None = None,
	email_template: str | None = None,
	content: str | None = None,
) -> OutgoingContext:
	"""The context of a message filed under a document, or of an existing message."""
	message = (
		frappe.db.get_value("Communication", communication, _MESSAGE_FIELDS, as_dict=True)
		if communication
		else None
	)
	doctype, name = dependents.owner_of(doctype, name)
	interaction, level, acknowledgement = None, None, False
	if message:
		interaction, level = message.client_interaction, governed.level("Communication", communication)
		doctype, name = message.reference_doctype or doctype, message.reference_name or name
		what, email_template = what or message.subject, message.email_template
		acknowledgement = bool(message.is_acknowledgement)
		content = message.content if message.communication_type == "Communication" else None
	strictest_of = policy.current().strictest_of
	if doctype and name:
		interaction = interaction or governed.interaction_of(doctype, name)
		level = strictest_of(level, _level_of(doctype, name))
	if interaction and (doctype, name) != (INTERACTION, interaction):
		level = strictest_of(level, governed.level(INTERACTION, interaction))
	of_type = level_of_type(doctype) if doctype and name else None
	by_type, level = bool(of_type and not level), strictest_of(level, of_type)
	return OutgoingContext(
		doctype,
		name,
		what or "",
		channel,
		level,
		interaction,
		communication=communication,
		email_template=email_template or None,
		content=content,
		acknowledgement=acknowledgement,
		by_type=by_type,
		**_client_of(interaction, doctype, name),
	)


def addressed_to(context: OutgoingContext, addresses: Iterable[str], user: str) -> OutgoingContext:
	"""The context of an email with the clients among its recipients who have said which channel they prefer (C-2), if `user`, who sends it, can
	see them: if a document without a level names no client, the first of them is who the email is about."""
	clients: dict[tuple[str, str], OutgoingContext] = {}
	holders = parties.holders_of_all(bare_address(each) for each in addresses)
	found = [
		parties.client_of(None, None, address, "", holders=each)
		for address, each in holders.items()
		if not each.is_ours
	]
	found = [
		each
		for each in found
		if each.party and (each.party_type, each.party) != (context.party_type, context.party)
	]
	told = preferences.known_of(found)
	readable = client_documents.open_to({(each.party_type, each.party) for each in told}, user)
	for client in found:
		key = (client.party_type, client.party)
		if client in told and key in readable and key not in clients:
			clients[key] = replace(context, party_type=key[0], party=key[1], contact=client.contact)
	is_about = bool(context.party or context.governed or not clients)
	about, *others = [*([context] if is_about else []), *clients.values()]
	return replace(about, others=tuple(others))


def _level_of(doctype: str, name: str) -> str | None:
	"""The level of a document; an emailed report may contain any record of its DocType, so the strictest
	level applies."""
	if doctype != REPORT:
		return governed.level(doctype, name)
	report = frappe.db.get_value(REPORT, name, "report")
	about = report and frappe.get_cached_value("Report", report, "ref_doctype")
	if not guards.is_held(about or ""):
		return None
	strictest = policy.current().level(None)
	return strictest and strictest.name


def level_of_type(doctype: str) -> str | None:
	"""The level like which messages about any document of a DocType are checked."""
	return frappe.get_cached_doc("Client Comms Settings").checked_document_types().get(doctype)


def _client_of(interaction: str | None, doctype: str | None, name: str | None) -> dict:
	if not interaction:
		client = parties.client_of(doctype, name, "", "")
		if not client.party and doctype and name:
			client = document_clients.of(doctype, name)
		return {"party_type": client.party_type, "party": client.party, "contact": client.contact}
	row = frappe.db.get_value(
		INTERACTION, interaction, ["party_type", "party", "contact", "communication_type"], as_dict=True
	)
	return {**(row or {}), "data_categories": consents.categories_of(interaction)}
