"""Whether evidence is about its interaction, and not about someone else (M-1).

What is linked belongs to the conversation, to the document that it is about, or to the client; and where the documentation is what was
sent to the client, it was sent, and to them.
"""

from collections.abc import Collection, Iterable, Mapping
from urllib.parse import urlsplit

import frappe

from client_comms.client_interactions import addressees
from client_comms.clients import contacts, parties
from client_comms.enforcement import anchors, governed
from client_comms.rules import addresses, documentation

INTERACTION = governed.INTERACTION
COMMUNICATION, FILE = "Communication", "File"
# They say who the client is, not what was done. What an interaction is about fits all the same.
_MASTERS = (*parties.PARTY_TYPES, "Contact", "Address", INTERACTION)
_LOCAL = ("/files/", "/private/files/")

PROJECT = "Project"

Place = tuple[str, str]
Linked = tuple[str, str | None, str | None, str | None]  # method, DocType, name and file of a row
Faults = Mapping[Linked, str]


def linked(row) -> Linked:
	name = row.reference_name and str(row.reference_name)
	return row.documentation_method, row.reference_doctype, name, row.file


def faults(docs: Collection, known: Mapping | None = None) -> dict[str, Faults]:
	"""Why rows of evidence do not count: name of an interaction → what the row links → a fault of `rules.documentation`.
	Any number of interactions takes the same few queries, and the usual one, a message or a file of its own, takes one or two; only of
	a follow-up that did not go to the contact it is asked on its own to whom it went.

	:param docs: interactions with their `evidence`
	:param known: `messages` of their evidence, if they were just looked up
	"""
	asked = [(doc, row, kind) for doc in docs for row, kind in _asked(doc)]
	if not asked:
		return {}
	if known is None:
		known = messages(row for _doc, row, _kind in asked)
	files = _files(row for _doc, row, _kind in asked)
	found: dict[str, dict[Linked, str]] = {}
	unclear = []
	of_row = [
		known.get(row.reference_name) if _links(row, COMMUNICATION) else None for _doc, row, _kind in asked
	]
	closing = [
		(doc, message)
		for (doc, _row, kind), message in zip(asked, of_row, strict=True)
		if message and kind == documentation.COMMUNICATION and must_be_sent(doc.communication_type)
	]
	unfit = {(doc.name, message.name) for doc, message in closing} - addressees.follow_ups(closing)
	for (doc, row, kind), message in zip(asked, of_row, strict=True):
		places = _places(doc, row, kind, message, files)
		if message and kind == documentation.COMMUNICATION and (doc.name, message.name) in unfit:
			came = message.sent_or_received != "Sent"
			fault = documentation.RECEIVED if came else documentation.NOT_TO_CLIENT
			found.setdefault(doc.name or "", {})[linked(row)] = fault
		elif places is None:
			found.setdefault(doc.name or "", {})[linked(row)] = documentation.NO_FILE
		elif not _at_hand(doc, places):
			unclear.append((doc, row, places))
	reached = _reached({place for _doc, _row, places in unclear for place in places})
	for doc, row, places in unclear:
		if not _about(doc, places, reached, known.get(row.reference_name)):
			found.setdefault(doc.name or "", {})[linked(row)] = documentation.ELSEWHERE
	return found


def must_be_sent(communication_type: str) -> bool:
	"""The follow-up that a closing type requires is a message to the client, not one from them."""
	return bool(frappe.get_cached_value("Communication Type", communication_type, "is_closure"))


def _asked(doc):
	"""The rows that would prove something, and of what kind."""
	for row in doc.evidence:
		kind = frappe.get_cached_value("Documentation Method", row.documentation_method, "evidence")
		by_link = kind in (documentation.COMMUNICATION, documentation.DOCUMENT) and row.reference_name
		by_file = kind in (documentation.FILE, documentation.NOTE) and row.file
		if not row.not_applicable and (by_link or by_file):
			yield row, kind


def _links(row, doctype: str) -> bool:
	return row.reference_doctype == doctype and bool(row.reference_name)


def messages(rows: Iterable) -> dict:
	"""The messages that rows of evidence link, by their names; one query."""
	names = {row.reference_name for row in rows if _links(row, COMMUNICATION)}
	if not names:
		return {}
	fields = ["client_interaction", "reference_doctype", "reference_name", "subject", "sender"]
	fields += addressees.MESSAGE_FIELDS
	found = frappe.get_all(COMMUNICATION, {"name": ("in", sorted(names))}, fields, order_by=None)
	return {row.name: row for row in found}


def _files(rows: Iterable) -> list:
	"""Files by their name or by their address; several can have one."""
	rows = list(rows)
	names = {row.reference_name for row in rows if _links(row, FILE)}
	urls = {row.file for row in rows if row.file}
	if not (names or urls):
		return []
	fields = ["name", "file_url", "attached_to_doctype", "attached_to_name"]
	which = [["name", "in", sorted(names or {""})], ["file_url", "in", sorted(urls or {""})]]
	return frappe.get_all(FILE, or_filters=which, fields=fields, order_by=None)


def _places(doc, row, kind: str, message, files: Iterable) -> set[Place | None] | None:
	"""What a row links, or where its file is; in it, None stands for a file of no document. None alone: it names no file."""
	if kind in (documentation.FILE, documentation.NOTE):
		if _is_address(row.file):
			return {None}  # it is kept elsewhere
		found = {_place(file) for file in files if file.file_url == row.file}
		return found if found or row.file.startswith(_LOCAL) else None
	if row.reference_doctype == FILE:
		return {_place(file) for file in files if file.name == row.reference_name}
	if row.reference_doctype == COMMUNICATION:
		if not message:
			return set()
		of_message = {(INTERACTION, message.client_interaction)} if message.client_interaction else set()
		return {
			(COMMUNICATION, message.name),
			*of_message,
			(message.reference_doctype, message.reference_name),
		}
	it = (row.reference_doctype, str(row.reference_name))
	return set() if it[0] in _MASTERS and it != (doc.reference_doctype, doc.reference_name) else {it}


def _is_address(text: str) -> bool:
	try:
		address = urlsplit(text.strip())
	except ValueError:
		return False
	return address.scheme in ("http", "https") and bool(address.hostname)


def _place(file) -> Place | None:
	"""A file is uploaded to no document before its interaction is stored, and from a dialog."""
	doctype, name = file.attached_to_doctype, file.attached_to_name
	if not (doctype and name) or name.startswith(("new-", "New ")):
		return None
	return doctype, name


def _at_hand(doc, places: set) -> bool:
	"""Whether the interaction itself says that what it links belongs to it."""
	about = (doc.reference_doctype, doc.reference_name) if doc.reference_name else (INTERACTION, doc.name)
	return not places.isdisjoint({None, (INTERACTION, doc.name), about})


def _reached(places: Iterable) -> dict[Place, set[Place]]:
	"""What each document belongs to; a few queries for each DocType."""
	by_doctype: dict[str, set[str]] = {}
	for doctype, name in filter(lambda place: place and all(place), places):
		by_doctype.setdefault(doctype, set()).add(name)
	found = {}
	for doctype, names in by_doctype.items():
		if not frappe.db.table_exists(doctype):
			continue
		for name, reached in anchors.of_each(doctype, names).items():
			found[doctype, name] = reached if len(reached) > 1 else reached | _named_by(doctype, name)
	return found


def _named_by(doctype: str, name: str) -> set[Place]:
	"""The clients and interactions that a document of any app names in a field of its own, such as a Quotation, or by its project."""
	meta = frappe.get_meta(doctype)
	pairs = [
		(df.options, df.fieldname) for df in meta.get_link_fields() if df.options in (*_MASTERS, PROJECT)
	]
	pairs += [
		(df.options, df.fieldname) for df in meta.get_dynamic_link_fields() if meta.has_field(df.options)
	]
	columns = set(meta.get_valid_columns())
	pairs = [(kind, field) for kind, field in pairs if field in columns]
	fields = {each for pair in pairs for each in pair if each in columns}
	stored = fields and frappe.db.get_value(doctype, name, sorted(fields), as_dict=True)
	if not stored:
		return set()
	found = {(stored.get(kind, kind), stored[field]) for kind, field in pairs if stored[field]}
	for _doctype, project in [place for place in found if place[0] == PROJECT and doctype != PROJECT]:
		found |= _named_by(PROJECT, project)
	return found


def _about(doc, places: set, reached: Mapping, message) -> bool:
	"""Whether something that the interaction links is about its conversation, its document or its client."""
	ours = {(INTERACTION, doc.name), (doc.reference_doctype, doc.reference_name), ("Contact", doc.contact)}
	if doc.party_type and doc.party:
		same = parties.same_client(doc.party_type, doc.party)
		ours |= {(party_type, party) for party_type, names in same.items() for party in names}
	ours = {place for place in ours if all(place)}
	if any(not reached.get(place, set()).isdisjoint(ours) for place in places if place):
		return True
	return bool(message) and _was_with(doc, message)


def _was_with(doc, message) -> bool:
	"""Whether a message that belongs to no conversation was from or to the client."""
	if message.client_interaction:
		return False
	people = {*addresses.in_header(message.sender, message.recipients, message.cc)}
	return not people.isdisjoint(contacts.addresses_of(doc.party_type, doc.party, doc.contact))
