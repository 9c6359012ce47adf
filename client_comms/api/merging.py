"""Put interactions in order: merge two of one matter, split off a message that opens another one, move one that was filed
wrongly (D-1, P-2).

Every method requires read and write access to all interactions that it names. What is refused raises `ActionNotPossibleError` with
what to do instead. The previews write nothing: `{"subject", "client", "level", "raised", "may_lower", "status", "reopened", "owed",
"audience", "communication_type"}`: of which interaction and client, the level afterwards, whether that is stricter than what it is
now, the lower level that the caller may choose instead with a reason (or None), the status afterwards, whether that opens what is
closed now, what is owed then (as `form_data.owed_words`), and who can read it (as `audience.of_record`).
"""

import frappe
from frappe.utils import cint

from client_comms.client_interactions import form_data, merging
from client_comms.client_interactions.clocks import escalation
from client_comms.enforcement import audience, former_names, levels, policy
from client_comms.intake import moving
from client_comms.rules import access, response_clock

INTERACTION = merging.INTERACTION
_CHOSEN = "-"  # in a preview, the reason is still to be written


@frappe.whitelist(methods=["POST"])
def merge_interactions(name: str, into: str) -> str:
	"""Make everything of `name` part of `into`; returns the name under which both are found from now on."""
	return merging.merge(name, into).name


@frappe.whitelist(methods=["POST"])
def split_off(
	name: str,
	message: str,
	communication_type: str | None = None,
	lower_because: str | None = None,
	subject: str | None = None,
) -> dict:
	"""Make a message of `name` an interaction of its own.

	:param message: a Communication
	:param communication_type: by default what the source rules say
	:param lower_because: why the new interaction may be less confidential than `name`
	:param subject: of the new interaction; by default that of the message
	:returns: `{"name", "may_read"}` of the new interaction
	"""
	return _found(
		moving.split_off(name, message, communication_type or None, lower_because or None, subject or None)
	)


@frappe.whitelist(methods=["POST"])
def move_message(name: str, message: str, to: str, lower_because: str | None = None) -> dict:
	"""Move a message of `name` to another interaction.

	:param message: a Communication
	:param lower_because: why the message may be less confidential there; by default the level of `to` is raised
	:returns: `{"name", "may_read"}` of that interaction
	"""
	return _found(moving.move(name, message, to, lower_because or None))


@frappe.whitelist()
def simulate_merge(name: str, into: str) -> dict:
	"""What `into` would be after `name` was merged into it."""
	source, target = _readable(name), _readable(into)
	merging.require_access(source, target)
	merging.require_mergeable(source, target)
	level, status = target.confidentiality_level, target.status
	return _preview(merging.preview(source, target), level, status)


@frappe.whitelist()
def simulate_split(
	name: str,
	message: str,
	communication_type: str | None = None,
	lower: bool | int | str = False,
	subject: str | None = None,
) -> dict:
	"""What the interaction would be that begins with a message of `name`."""
	doc = _readable(name)
	merging.require_access(doc)
	document = moving.message_of(doc, message)
	moving.require_movable(doc, document)
	kind, subject = communication_type or None, subject or None
	made = moving.proposed(doc, document, kind, _CHOSEN if cint(lower) else None, subject)
	lowest = moving.proposed(doc, document, kind, _CHOSEN, subject).confidentiality_level
	return _preview(_clocked(made), doc.confidentiality_level, lower=_lower_choice(doc, lowest))


@frappe.whitelist()
def simulate_move(name: str, message: str, to: str, lower: bool | int | str = False) -> dict:
	"""What `to` would be after a message of `name` was moved there."""
	doc, target = _readable(name), _readable(to)
	merging.require_access(doc, target)
	document = moving.message_of(doc, message)
	moving.require_movable(doc, document, target)
	level, status = target.confidentiality_level, target.status
	moving.join(doc, document, target, _CHOSEN if cint(lower) else None)
	return _preview(_clocked(target), level, status, _lower_choice(doc, level))


def _readable(name: str):
	return frappe.get_doc(INTERACTION, former_names.current(name) or name)


def _found(doc) -> dict:
	return {"name": doc.name, "may_read": bool(doc.has_permission("read"))}


def _clocked(doc):
	clocks = doc.clocks()
	doc.set_clocks(clocks, escalation.plan(doc, clocks))
	return doc


def _lower_choice(doc, level: str) -> str | None:
	rank = policy.current().rank
	if rank(level) >= rank(doc.confidentiality_level):
		return None
	return level if levels.may_lower(doc.name, level).allowed else None


def _preview(doc, level_before: str, status_before: str | None = None, lower: str | None = None) -> dict:
	rank = policy.current().rank
	return {
		"subject": doc.subject,
		"client": doc.party_name,
		"level": doc.confidentiality_level,
		"raised": rank(doc.confidentiality_level) > rank(level_before),
		"may_lower": lower,
		"status": doc.status,
		"reopened": status_before == response_clock.STATUS_CLOSED and doc.status != status_before,
		"owed": form_data.owed_words(doc),
		"audience": audience.of_record(_record(doc)),
		"communication_type": doc.communication_type,
	}


def _record(doc) -> access.Record:
	"""The facts that would decide who can read it."""
	stored = doc.name and policy.stored_record(doc.name)
	return access.Record(
		doc.confidentiality_level,
		doc.matrix,
		doc.communication_type,
		doc.responsible_staff,
		frozenset(row.assigned_to for row in doc.action_items if row.status == policy.OPEN_ACTION_ITEM),
		grants=stored.grants if stored else (),
		account_manager=policy.account_manager(doc.party_type, doc.party),
	)
