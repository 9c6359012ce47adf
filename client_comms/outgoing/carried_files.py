"""Files of governed records that an email brings along: whatever document it is filed under, it passes on what is in these records as well,
so consent, identity and restrictions are asked for each of them (P-1 to P-3)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import frappe

from client_comms.enforcement import dependents, governed, policy
from client_comms.filters import one_of
from client_comms.outgoing import facts, recipient_kinds
from client_comms.rules.outgoing import Finding, Recipient

_PLACES = ("file_url", "is_private", "attached_to_doctype", "attached_to_name")


def with_carried(context: facts.OutgoingContext, queued) -> facts.OutgoingContext:
	"""The context of an email with those of the records of which it brings a file along, except its own."""
	attached = _attached(queued)
	if not attached:
		return context
	own = {(context.doctype, context.name), (governed.INTERACTION, context.interaction)}
	own.add((governed.COMMUNICATION, context.communication))
	carried = {}
	for file, owner in _owners(attached):
		if owner in own or owner in carried:
			continue
		about = facts.context_of(*owner, what=f"{context.what}: {file}" if context.what else file)
		if about.governed and (governed.INTERACTION, about.interaction) not in own:
			carried[owner] = replace(about, communication=context.communication, file=file)
	return replace(context, carried=tuple(carried.values()))


def of_each(
	context: facts.OutgoingContext, recipients: Iterable[Recipient]
) -> Iterator[tuple[facts.OutgoingContext, Iterable[Recipient]]]:
	"""A message as one about its own document, and about each record of which it brings a file along."""
	yield context, recipients
	for about in context.carried:
		yield about, recipient_kinds.sort_recipients(about, [each.address for each in recipients])


def named(finding: Finding, context: facts.OutgoingContext) -> Finding:
	"""A finding about a file says which it is, and to whose client it leads."""
	if not context.file:
		return finding
	party = (context.party_type, context.party) if context.party else None
	return replace(finding, file=context.file, party=party, contact=context.contact)


def _attached(queued) -> list[dict]:
	"""The files that an email brings along: a row of File (`fid`), or an address (`file_url`), such as a Newsletter's."""
	attached = frappe.parse_json(queued.attachments) if queued.attachments else ()
	return [each for each in attached if each.get("fid") or each.get("file_url")]


def _owners(attached: list[dict]) -> Iterator[tuple[str, tuple[str, str]]]:
	"""(name of the file, governed record to which its content belongs), for those of which no place is open."""
	named = {
		"name": ("in", [each["fid"] for each in attached if each.get("fid")] or [""]),
		"file_url": one_of(each["file_url"] for each in attached if not each.get("fid")),
	}
	files = frappe.get_all(
		"File", or_filters=named, fields=["file_url", "file_name"], order_by="creation asc"
	)
	called = {file.file_url: file.file_name or file.file_url for file in files if file.file_url}
	places = frappe.get_all("File", {"file_url": one_of(called)}, _PLACES, order_by="creation asc")
	for address, name in called.items():
		if owner := _least_strict([place for place in places if place.file_url == address]):
			yield name, owner


def _least_strict(places: list) -> tuple[str, str] | None:
	"""The governed record that gives the content to the most readers; None if it belongs to none, or is open elsewhere as well.

	What was sent with an email, such as this one, is not thereby open, also if that email has become an interaction of its own: it could
	be sent once, and from then on to anyone. It counts where the content was sent first, if it lies nowhere else.
	"""
	if any(not place.attached_to_name and not place.is_private for place in places):
		return None
	attached = [place for place in places if place.attached_to_name]
	sent = _sent(attached)
	ranks, current = {}, policy.current()
	for place in [place for place in attached if place.attached_to_name not in sent] or attached[:1]:
		owner = dependents.owner_of(place.attached_to_doctype, place.attached_to_name)
		if level := governed.level(*owner):
			ranks[owner] = current.rank(level)
		elif place.attached_to_name not in sent:
			return None
	return min(ranks, key=ranks.get) if ranks else None


def _sent(places: list) -> set[str]:
	"""The messages among the places that were sent."""
	messages = [
		place.attached_to_name for place in places if place.attached_to_doctype == governed.COMMUNICATION
	]
	if not messages:
		return set()
	sent = {"name": ("in", messages), "sent_or_received": "Sent"}
	return set(frappe.get_all(governed.COMMUNICATION, sent, pluck="name", order_by=None))
