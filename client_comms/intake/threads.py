"""Which interaction a message belongs to, or is about a document (D-1, F-1)."""

import re

import frappe
from frappe.utils import parse_addr

from client_comms import roles, transactions
from client_comms.client_interactions import addressees
from client_comms.clients import contacts, parties
from client_comms.clients.addresses import bare_address
from client_comms.enforcement import former_names, governed
from client_comms.intake import copies, mail_writers
from client_comms.rules import access, automatic_mail, long_values, mail_headers, mail_identity

INTERACTION = "Client Interaction"
AUTOMATIC_EVENT = {
	automatic_mail.BOUNCE: "Bounced",
	automatic_mail.AUTO_REPLY: "Automatic Reply",
	automatic_mail.CALENDAR: "Automatic Reply",
}
# A message filed under one of these identifies the client, but not the conversation.
MASTERS = ("Customer", "Contact", "Supplier", "Prospect", "User")
_NAMED_IN_SUBJECTS = ("Issue", "Opportunity")


def find(message):
	"""The interaction that a message belongs to, locked for the change that follows; None for a new conversation.

	Search order: the message to which it replies, the messages to which its headers refer, a document that its
	subject names, the document under which it is filed.

	:param message: a `messages.Message`
	"""
	answered = message.document.in_reply_to
	name = (
		(answered and frappe.db.get_value("Communication", answered, "client_interaction"))
		or _by_headers(message)
		or _by_name_in_subject(message)
		or message.document.get("client_interaction")  # to which what it is filed under belongs
		or _by_reference(message)
	)
	return former_names.get_locked(name) if name else None


def of_copy(message):
	"""The interaction of another copy of the message, which was sent to several mailboxes; None if there is none."""
	for copy in copies.of(message.document):
		if copy.client_interaction:
			return former_names.get_locked(copy.client_interaction)
	return None


def takes_part(message, interaction) -> bool:
	"""Whether the person who wrote an email belongs to the conversation: as its client, or because they wrote in it or
	were written to. Anyone can refer to a message, or to a document.
	"""
	if not message.address:
		return False  # of several writers, none is believed
	writers = {bare_address(message.address)}
	# Whose name is only in Reply-To did not write; but who has sent for them before, as forms and lists do, may again.
	senders = {each for each in mail_writers.writers_in(message.headers) if not parties.is_own(each)}
	writers |= senders - _in_doubt(interaction)
	known = {
		*contacts.addresses_of(interaction.party_type, interaction.party, interaction.contact),
		*contacts.addresses_in(interaction.reference_doctype, interaction.reference_name),
	}
	return writers <= known or writers <= known | _participants(interaction)


def _in_doubt(interaction) -> set[str]:
	"""The addresses of which is told that their emails ask for answers to another one."""
	notes = (row.note or "" for row in interaction.events if row.event == mail_identity.IN_DOUBT)
	return {word.strip(",.:;") for note in notes for word in note.split() if "@" in word}


def _participants(interaction) -> set[str]:
	"""The addresses between which messages of the interaction went; a machine answers whatever is sent to it, or says so."""
	automatic = [row.source_name for row in interaction.events if row.event in AUTOMATIC_EVENT.values()]
	return addressees.named_in(interaction, {"name": ("not in", automatic)})


def about(doctype: str | None, name: str | None, *, by: str | None = None, **filters):
	"""The latest interaction about a document, locked for the change that follows, or None.

	An Opportunity created from a Lead continues the conversation about the Lead.

	:param by: the user of staff whose message, call or meeting is about the document (`entered_by`)
	"""
	found = doctype and name and _about_as(by, doctype, name, **filters)
	return former_names.get_locked(found) if found else None


def entered_by(staff: str | None) -> str | None:
	"""The user who enters a message, call or meeting now, or else the user of staff who wrote or called; None if it came from outside."""
	by_hand = transactions.is_request() and roles.has_desk()
	return frappe.session.user if by_hand else staff


def _about_as(by: str | None, doctype: str, name: str, **filters) -> str | None:
	"""Staff who can read an Opportunity continue no conversation of its Lead that has become confidential since."""
	found = _about(doctype, name, **filters)
	if not (found and by and doctype == "Opportunity" and roles.has_desk(by)):
		return found
	of_lead = frappe.db.get_value(INTERACTION, found, "reference_doctype") == "Lead"
	return None if of_lead and not _may_continue(found, by) else found


def _about(doctype: str, name: str, **filters) -> str | None:
	if doctype == INTERACTION:
		return frappe.db.get_value(INTERACTION, name) or former_names.current(name)
	found = frappe.db.get_value(
		INTERACTION,
		{"reference_doctype": doctype, "reference_name": name, **filters},
		order_by="occurred_on desc, name desc",
	)
	if not found and (taken_over := former_names.about(doctype, [name])):
		merged = {"name": ("in", taken_over), **filters}
		found = frappe.db.get_value(INTERACTION, merged, order_by="occurred_on desc, name desc")
	if found or doctype != "Opportunity":
		return found
	source, party = frappe.db.get_value(doctype, name, ["opportunity_from", "party_name"]) or (None, None)
	return _about("Lead", party, **filters) if source == "Lead" else None


def _by_headers(message) -> str | None:
	ids = mail_headers.reply_ids(message.headers)
	return ids and frappe.db.get_value(
		"Communication",
		{"message_id": ("in", ids), "client_interaction": ("is", "set")},
		"client_interaction",
		order_by="creation desc, name desc",
	)


def _by_name_in_subject(message) -> str | None:
	"""The interaction that the subject names, or that is about the Issue or Opportunity it names.

	Anyone can write a number into a subject, so it counts only if the person on the client's side matches, and, of a message that a user
	writes or enters, if they can change the interaction.
	"""
	names = mail_headers.document_names(message.document.subject)
	if not names:
		return None
	names = former_names.replaced(names)
	taken_over = [name for each in _NAMED_IN_SUBJECTS for name in former_names.about(each, names)]
	table = frappe.qb.DocType(INTERACTION)
	about_named = table.reference_doctype.isin(_NAMED_IN_SUBJECTS) & table.reference_name.isin(names)
	found = (
		frappe.qb.from_(table)
		.select(table.name, table.contact, table.party_type, table.party)
		.where(table.name.isin([*names, *taken_over]) | about_named)
		.orderby(table.occurred_on, order=frappe.qb.desc)
	).run(as_dict=True)
	client = found and parties.client_of(None, None, message.address, message.name)
	fitting = (row.name for row in found if _fits(row, client, message.address))
	user = _entered_by(message)
	return next((name for name in fitting if not user or _may_continue(name, user)), None)


def _entered_by(message) -> str | None:
	"""The user who wrote a message of staff, or who enters any message now; None if it came from outside."""
	return message.staff if message.headers else entered_by(message.staff)


def _may_continue(interaction: str, user: str) -> bool:
	decision = governed.decide(INTERACTION, interaction, access.WRITE, user)
	return decision is None or decision.allowed


def _fits(interaction, client: parties.Client, address: str) -> bool:
	if client.contact and client.contact == interaction.contact:
		return True
	if client.party and (client.party_type, client.party) == (interaction.party_type, interaction.party):
		return True
	written = {"client_interaction": interaction.name, "sender": parse_addr(address or "")[1]}
	return bool(address and frappe.db.exists("Communication", written))


def _by_reference(message) -> str | None:
	doc = message.document
	if not doc.reference_name or doc.reference_doctype in MASTERS:
		return None
	filters = {}
	if doc.reference_doctype == "Lead" and message.is_received:
		# All mail of a person is filed under their one lead, so only a reply continues a conversation.
		subject = mail_headers.normalise_subject(doc.subject)
		if subject == " ".join((doc.subject or "").split()):
			return None
		# Of a long one, Frappe stores the beginning, which begins with "Re:".
		is_cut = len(doc.subject) >= long_values.FIELD
		filters["subject"] = ("like", f"{_literally(subject)}%") if is_cut else subject
	return _about_as(_entered_by(message), doc.reference_doctype, doc.reference_name, **filters)


def _literally(text: str) -> str:
	"""Without wildcards."""
	return re.sub(r"([\\%_])", r"\\\1", text)
