"""Evidence of the documentation that the matrix requires: what is missing, what fits, what does not apply (M-1, D-6)."""

from collections import defaultdict
from collections.abc import Mapping

import frappe
from frappe import _
from frappe.utils import strip_html
from pypika.terms import Criterion

from client_comms import clock, validation
from client_comms.client_interactions import addressees, evidence_fits
from client_comms.communication_governance import matrix
from client_comms.enforcement import governed, policy
from client_comms.exceptions import ClearanceMissingError, MissingDetailsError
from client_comms.i18n import bold, moment, plain
from client_comms.roles import who_else
from client_comms.rules import access, documentation

INTERACTION = governed.INTERACTION
WAIVED = "Documentation Waived"  # the event
# What evidence is compared with
_ABOUT = (
	"name",
	"communication_type",
	"party_type",
	"party",
	"contact",
	"reference_doctype",
	"reference_name",
)
_SHOWN = 20
_CONVERSATIONS = 50  # of the client, whose messages are offered
_DOCUMENTS = 5  # of each kind, the client's latest ones


def missing(doc, faults: Mapping | None = None) -> tuple[documentation.Missing, ...]:
	"""The documentation that the matrix requires and the record lacks.

	:param faults: `evidence_fits.faults` of the record, if they were just looked up
	"""
	if faults is None:
		faults = _kept_faults(doc)
	given = [
		documentation.Evidence(
			row.documentation_method,
			row.reference_doctype,
			row.reference_name,
			row.file,
			validation.plain(row.note),
			row.physical_location,
			row.custodian,
			row.physical_file,
			bool(row.not_applicable),
			faults.get(evidence_fits.linked(row)),
		)
		for row in doc.evidence
	]
	return documentation.missing(owed(doc), given)


def _kept_faults(doc) -> Mapping:
	"""A form asks several times."""
	rows = tuple(evidence_fits.linked(row) for row in doc.evidence)
	about = tuple(doc.get(field) for field in _ABOUT)
	kept = doc.flags.evidence_faults
	if not kept or kept[0] != (rows, about):
		found = evidence_fits.faults([doc], _messages_of(doc)).get(doc.name or "", {})
		kept = doc.flags.evidence_faults = ((rows, about), found)
	return kept[1]


def _messages_of(doc) -> Mapping:
	linked = [evidence_fits.linked(row) for row in doc.evidence]
	kept = doc.flags.evidence_messages
	if not kept or kept[0] != linked:
		kept = doc.flags.evidence_messages = (linked, evidence_fits.messages(doc.evidence))
	return kept[1]


def owed(doc) -> tuple[documentation.Method, ...]:
	return matrix.owed_documentation(doc.matrix, doc.communication_type, doc.channel)


def remedies(doc) -> list[dict]:
	"""What is missing, and what kind of evidence would do: `[{"method", "message", "kind"}, …]`; messages are plain text."""
	kinds = {method.name: method.evidence for method in owed(doc)}
	return [
		{"method": each.method, "message": plain(each.message), "kind": kinds[each.method]}
		for each in missing(doc)
	]


def titles(doc) -> dict[str, str]:
	"""Readable names of the messages and files that are evidence: name → title; one query for each kind."""
	named: dict[str, list[str]] = {}
	for row in doc.evidence:
		named.setdefault(row.reference_doctype, []).append(row.reference_name)
	found: dict[str, str] = {}
	if rows := list(_messages_of(doc).values()):
		# Messages of this interaction are as confidential as the interaction itself.
		others = [row.name for row in rows if row.client_interaction != doc.name]
		hidden = set(others) - governed.readable("Communication", others)
		found |= {row.name: row.subject for row in rows if row.subject and row.name not in hidden}
	if names := named.get("File"):
		found |= dict(frappe.get_all("File", {"name": ("in", names)}, ["name", "file_name"], as_list=True))
	return found


# --- what does not apply ---------------------------------------------------------------------------


def may_waive(doc) -> bool:
	"""Whether the session user can waive a method: it takes oversight of the level and write access."""
	record = policy.stored_record(doc.name)
	return bool(record and access.has_oversight(policy.subject(), record, policy.current())) and bool(
		frappe.has_permission(INTERACTION, "write", doc=doc.name)
	)


def waive(doc, method: str, reason: str) -> None:
	"""Record that a required method does not apply; the caller has checked write access."""
	if method not in {each.name for each in owed(doc)}:
		frappe.throw(
			_(
				"{0} is not owed: the matrix does not require it for this interaction, or it is documented already. Reload the interaction."
			).format(bold(_(method))),
			title=_("Not Required"),
		)
	doc.append("evidence", {"documentation_method": method, "not_applicable": 1, "note": reason})
	doc.save()


def validate_waivers(doc) -> None:
	"""A waived method has a reason and an authorised user who decided it.

	:raises ClearanceMissingError: the user has no oversight at this level
	:raises MissingDetailsError: no reason is given
	"""
	before = {row.name: row for row in stored.evidence} if (stored := doc.stored()) else {}
	for row in doc.evidence:
		kept = before.get(row.name)
		row.waived_by = kept.waived_by if kept and kept.not_applicable and row.not_applicable else None
		if not row.not_applicable or (kept and _decision(kept) == _decision(row)):
			continue
		if not documentation.is_reason(validation.plain(row.note)):
			frappe.throw(
				_("Enter the reason why {0} does not apply.").format(bold(_(row.documentation_method))),
				exc=MissingDetailsError,
				title=_("Reason Missing"),
			)
		if not may_waive(doc):
			frappe.throw(
				_(
					"{0} is required. Only a user with oversight of this level can decide that it does not apply."
				).format(bold(_(row.documentation_method)))
				+ f" {_who_can_waive(doc)}",
				exc=ClearanceMissingError,
				title=_("Oversight Required"),
			)
		row.waived_by = frappe.session.user
		doc.append_event(WAIVED, clock.now(), f"{row.documentation_method}: {validation.plain(row.note)}")


def _who_can_waive(doc) -> str:
	level = policy.current().level(policy.stored_record(doc.name).level)
	able = (
		[row.role for row in level.clearances if row.oversight and access.WRITE in row.actions]
		if level
		else []
	)
	return who_else(*able, besides=[frappe.session.user])


def _decision(row) -> tuple:
	return bool(row.not_applicable), row.documentation_method, row.note


# --- what fits ---------------------------------------------------------------------------------------


def choices(doc, method: str) -> list[dict]:
	"""The client's records that would prove a method, the latest first; only those that the session user can read.

	:returns: `[{"reference_doctype", "reference_name", "file", "title", "details"}, …]`; nothing for a kind of evidence
	    that is written, such as a note
	"""
	kind = frappe.get_cached_value("Documentation Method", method, "evidence")
	taken: dict[str, set[str]] = defaultdict(set)
	for row in doc.evidence:
		if row.documentation_method == method and row.reference_name:
			taken[row.reference_doctype].add(row.reference_name)
	offers = {
		documentation.COMMUNICATION: (_messages,),
		documentation.FILE: (_files,),
		documentation.DOCUMENT: (_documents, _files),
		documentation.NOTE: (_files,),
	}.get(kind, ())
	return [each for offer in offers for each in offer(doc, taken)]


def _messages(doc, taken: dict[str, set[str]]) -> list[dict]:
	"""The messages of this conversation, then those of the client's others."""
	others = []
	if doc.party:
		others = frappe.get_list(
			INTERACTION,
			{"party_type": doc.party_type, "party": doc.party, "name": ("!=", doc.name)},
			pluck="name",
			order_by="occurred_on desc, name desc",
			limit=_CONVERSATIONS,
		)
	must_be_sent = evidence_fits.must_be_sent(doc.communication_type)
	rows = []
	for conversations in filter(None, ([doc.name], others)):
		rows += frappe.get_all(
			"Communication",
			{
				"client_interaction": ("in", conversations),
				"communication_type": "Communication",
				"name": ("not in", [*taken["Communication"], ""]),
				**({"sent_or_received": "Sent"} if must_be_sent else {}),
			},
			["client_interaction", "subject", "sender", "communication_date", *addressees.MESSAGE_FIELDS],
			order_by="communication_date desc, name desc",
			limit=_SHOWN,
		)
	if must_be_sent:
		fit = {message for _interaction, message in addressees.follow_ups([(doc, row) for row in rows])}
		rows = [row for row in rows if row.name in fit]
	readable = governed.readable("Communication", [row.name for row in rows])
	return [
		_choice("Communication", row.name, row.subject, _of_message(row))
		for row in rows
		if row.name in readable
	]


def _of_message(row) -> str:
	when = moment(row.communication_date)
	if row.sent_or_received == "Sent":
		return _("to {0}, {1}").format(row.recipients, when)
	return _("from {0}, {1}").format(row.sender, when)


def _files(doc, taken: dict[str, set[str]]) -> list[dict]:
	"""Files of the interaction, of its messages, and of the document that it is about."""
	holders = {INTERACTION: [doc.name]}
	holders["Communication"] = frappe.get_all("Communication", {"client_interaction": doc.name}, pluck="name")
	if doc.reference_name and frappe.has_permission(doc.reference_doctype, "read", doc=doc.reference_name):
		holders.setdefault(doc.reference_doctype, []).append(doc.reference_name)
	file = frappe.qb.DocType("File")
	held = [
		(file.attached_to_doctype == doctype) & file.attached_to_name.isin(names)
		for doctype, names in holders.items()
		if names
	]
	rows = (
		frappe.qb.from_(file)
		.select(file.name, file.file_name, file.file_url, file.creation)
		.where(Criterion.any(held))
		.where((file.is_folder == 0) & file.name.notin([*taken["File"], ""]))
		.orderby(file.creation, order=frappe.qb.desc)
		.limit(_SHOWN)
	).run(as_dict=True)
	return [_choice("File", row.name, row.file_name, moment(row.creation), row.file_url) for row in rows]


def _documents(doc, taken: dict[str, set[str]]) -> list[dict]:
	"""The document that the interaction is about, and the client's latest ones."""
	found = []
	if doc.reference_name and frappe.has_permission(doc.reference_doctype, "read", doc=doc.reference_name):
		found.append((doc.reference_doctype, doc.reference_name))
	for doctype, theirs in _of_client(doc.party_type, doc.party).items():
		if frappe.has_permission(doctype, "read"):
			names = frappe.get_list(
				doctype, theirs, pluck="name", order_by="creation desc, name desc", limit=_DOCUMENTS
			)
			found += [(doctype, name) for name in names]
	return [
		_choice(doctype, name, _title(doctype, name), f"{_(doctype)} {name}")
		for doctype, name in dict.fromkeys(found)
		if name not in taken[doctype]
	]


def _of_client(party_type: str | None, party: str | None) -> dict[str, dict]:
	"""DocType → the filters that find the documents of a client."""
	if not party:
		return {}
	issues = {"Customer": "customer", "Lead": "lead"}
	return {
		**({"Issue": {issues[party_type]: party}} if party_type in issues else {}),
		"Opportunity": {"opportunity_from": party_type, "party_name": party},
		"Quotation": {"quotation_to": party_type, "party_name": party},
	}


def _title(doctype: str, name: str) -> str:
	return frappe.db.get_value(doctype, name, frappe.get_meta(doctype).get_title_field()) or name


def _choice(doctype: str, name: str, title: str | None, details: str, file: str | None = None) -> dict:
	return {
		"reference_doctype": doctype,
		"reference_name": name,
		"file": file,
		"title": strip_html(title or name),
		"details": details,
	}
