"""The data map: which DocTypes hold data about a client, for what, on which basis, and what an erasure does with them (P-2).

Shipped for Frappe, ERPNext and this app, and for sources of other apps; these add entries with the hook `client_comms_personal_data`, a list of dicts with
the fields of `Entry`. How a record refers to the client is read from the metadata: links, dynamic links and email fields.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.rename_doc import get_link_fields
from frappe.utils import cstr

from client_comms.client_privacy.erasure import records
from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import anchors, source_doctypes
from client_comms.filters import one_of
from client_comms.rules import addresses, phone_forms, raw_mail
from client_comms.rules.messages import _ as N_
from client_comms.rules.retention import ANONYMISE, DELETE, KEEP, MASK

BY_LEVEL = N_("By Level")
HOOK = "client_comms_personal_data"
_SERVICE = N_("Answering inquiries and serving the client")
_CONTRACT = N_("Performing the contract")
_PROOF = N_("Proving what the client decided and what was disclosed")
_CLAIMS = N_("Establishing, exercising or defending legal claims")
_ACCOUNTS = N_("Accounting")
_ART_B, _ART_C, _ART_F = (
	N_("Contract: GDPR Art. 6(1)(b)"),
	N_("Legal obligation: GDPR Art. 6(1)(c)"),
	N_("Legitimate interest: GDPR Art. 6(1)(f)"),
)
_CONTACT_FIELDS = (
	"contact_person",
	"contact_display",
	"contact_mobile",
	"contact_email",
	"contact_phone",
	"shipping_address_name",
	"customer_address",
	"supplier_address",
)


@dataclass(frozen=True, slots=True)
class Entry:
	"""`erasure` is `DELETE`, `ANONYMISE`, `BY_LEVEL` or `MASK`; `masked` are the fields that an erasure empties where the document
	must stay. Texts are translated when they are shown."""

	doctype: str
	purpose: str
	basis: str
	erasure: str
	masked: tuple[str, ...] = ()
	recipients: str = N_("Staff with clearance")
	subjects: str = N_("Clients and their contacts")
	transfers: str = ""  # to third countries, with the safeguards; empty if no one has stated it

	@property
	def portable(self) -> bool:
		"""Whether the client can ask for it in a portable form: data received under a contract (GDPR Art. 20(1))."""
		return self.basis == _ART_B


SHIPPED = (
	Entry("Client Interaction", _SERVICE, _ART_B, BY_LEVEL),
	Entry("Communication", _SERVICE, _ART_B, DELETE),
	Entry("Call Log", _SERVICE, _ART_B, DELETE),
	Entry("Event", _SERVICE, _ART_B, DELETE),
	Entry("Appointment", _SERVICE, _ART_B, DELETE),
	Entry("Issue", _SERVICE, _ART_B, DELETE),
	Entry("Opportunity", _CONTRACT, _ART_B, ANONYMISE),
	Entry("Client Consent", _PROOF, _ART_C, ANONYMISE),
	Entry("Identity Verification", _PROOF, _ART_C, ANONYMISE),
	Entry("Client Disclosure", _PROOF, _ART_C, ANONYMISE),
	Entry("Communication Preference", _SERVICE, _ART_B, DELETE),
	Entry("Client Access Link", _SERVICE, _ART_B, DELETE),
	Entry("Data Package", _PROOF, _ART_C, DELETE),
	Entry("Processing Restriction", _PROOF, _ART_C, ANONYMISE),
	Entry("Email Group Member", _SERVICE, _ART_F, DELETE),
	Entry("Email Unsubscribe", _SERVICE, _ART_C, DELETE),
	Entry("Unprocessed Email", _SERVICE, _ART_B, DELETE),
	Entry("Unhandled Email", _SERVICE, _ART_B, DELETE),
	Entry("Quotation", _CONTRACT, _ART_B, MASK, _CONTACT_FIELDS),
	Entry("Sales Order", _ACCOUNTS, _ART_C, MASK, _CONTACT_FIELDS),
	Entry("Delivery Note", _ACCOUNTS, _ART_C, MASK, _CONTACT_FIELDS),
	Entry("Sales Invoice", _ACCOUNTS, _ART_C, MASK, _CONTACT_FIELDS),
	Entry("POS Invoice", _ACCOUNTS, _ART_C, MASK, _CONTACT_FIELDS),
	Entry("Purchase Order", _ACCOUNTS, _ART_C, MASK, _CONTACT_FIELDS),
	Entry("Purchase Receipt", _ACCOUNTS, _ART_C, MASK, _CONTACT_FIELDS),
	Entry("Purchase Invoice", _ACCOUNTS, _ART_C, MASK, _CONTACT_FIELDS),
	Entry("Payment Entry", _ACCOUNTS, _ART_C, MASK, ("contact_person", "contact_email")),
	Entry("Payment Request", _ACCOUNTS, _ART_C, MASK, ("email_to",)),
	Entry("Dunning", _ACCOUNTS, _ART_C, MASK, _CONTACT_FIELDS),
	Entry("GL Entry", _ACCOUNTS, _ART_C, MASK),
	Entry("Payment Ledger Entry", _ACCOUNTS, _ART_C, MASK),
)
# On the record of processing only: what an erasure does with them is a rule of its own.
OWN_RULE = (
	Entry("Email Queue", _SERVICE, _ART_B, DELETE),
	Entry("Data Subject Request", _PROOF, _ART_C, ANONYMISE),
	Entry("Compliance Ledger Entry", _PROOF, _ART_C, ANONYMISE),
	Entry("Legal Hold", _CLAIMS, _ART_F, KEEP),
	Entry("Physical File", _SERVICE, _ART_B, KEEP),
)
# Records of the client itself, which go last: the party stays where a document that refers to it must stay.
MASTERS = ("User", "Contact", "Address", "Lead", "Prospect", "Supplier", "Customer")
_PERSONS = ("Contact", *PARTY_TYPES)
KEPT_OF_MASTER = ("customer_name", "supplier_name", "tax_id", "primary_address", "naming_series")
_ADDRESSES = ("sender", "email", "recipient", "raised_by")
# Tables whose rows say to which record another one belongs → the fields with its DocType and name.
LINKING = {
	"Dynamic Link": ("link_doctype", "link_name"),
	"Communication Link": ("link_doctype", "link_name"),
	"Event Participants": ("reference_doctype", "reference_docname"),
}
_UNHANDLED, _INTERACTION, _CALL, _MEETING = "Unhandled Email", "Client Interaction", "Call Log", "Event"


def entries() -> Iterator[Entry]:
	"""Shipped entries and those of other apps, as far as their DocTypes exist; another app's comes instead of a shipped one."""
	found = {each.doctype: each for each in SHIPPED}
	found |= {doctype: Entry(doctype, _SERVICE, _ART_B, DELETE) for doctype in source_doctypes.active()}
	for row in frappe.get_hooks(HOOK):
		known = {field: value for field, value in row.items() if field in Entry.__slots__}
		entry = Entry(**{**known, "masked": tuple(known.get("masked", ()))})
		found[entry.doctype] = entry
	for doctype, entry in found.items():
		if frappe.db.exists("DocType", doctype) and not frappe.get_meta(doctype).issingle:
			yield entry


def rows(doctype: str, subject) -> list[str]:
	"""The records of a DocType that refer to the subject of a request."""
	meta = frappe.get_meta(doctype)
	conditions = _conditions(meta, subject)
	found = set()
	for condition in conditions:
		found.update(frappe.get_all(doctype, condition, pluck="name", order_by=None))
	for table in meta.get_table_fields():
		if table.options in LINKING:
			for condition in _conditions(frappe.get_meta(table.options), subject):
				parents = {**condition, "parenttype": doctype}
				found.update(frappe.get_all(table.options, parents, pluck="parent", order_by=None))
	if doctype in source_doctypes.active():  # many name their client by number only
		of_these = {"client_interaction": ("in", rows(_INTERACTION, subject))}
		found.update(frappe.get_all(doctype, of_these, pluck="name", order_by=None))
	if doctype == _UNHANDLED:
		found.update(_unhandled(subject.addresses))
	if doctype == _CALL:
		found.update(_calls(subject.markers))
	return sorted(found)


def _calls(markers: Collection[str]) -> Iterator[str]:
	"""Calls from and to numbers that are the subject's alone, as telephone systems write them, also if no one knew whose they are."""
	numbers = {each for each in markers if phone_forms.last_digits(each) and not any(map(str.isalpha, each))}
	numbers |= {re.sub(r"[^\d+]", "", each) for each in numbers}
	for field in ("from", "to"):
		yield from frappe.get_all(_CALL, {field: one_of(numbers)}, pluck="name", order_by=None)


def _unhandled(senders: Collection[str]) -> Iterator[str]:
	"""Emails that Frappe put aside, from one of these addresses: it stores nothing but the text as it arrived."""
	for sender in senders:
		named = {"raw": ("like", f"%{sender}%")}
		for row in frappe.get_all(_UNHANDLED, named, ["name", "raw"], order_by=None):
			headers = raw_mail.headers_of(cstr(row.raw).encode(errors="replace"))
			if addresses.first(headers.get("from", "")).lower() == sender:
				yield row.name


def of_others(doctype: str, names: list[str], subject) -> set[str]:
	"""Those of the records that belong to another client, and in which the subject only appears: in copy, as a participant, as
	the recipient. They belong to what a legal hold would cover them with, if not for a part in them, and to the clients that they name themselves."""
	named = _named_clients(doctype, names)
	owners = anchors.of_each(doctype, names, with_parts=False)
	persons = {name: _persons(owners[name] | named.get(name, set())) for name in names}
	return {
		name for name in names if persons[name] and not any(_is_of(each, subject) for each in persons[name])
	}


def shared(doctype: str, names: list[str], subject) -> set[str]:
	"""Those of the records, if they are meetings, that belong to no client, and in which another one takes part as well."""
	if doctype != _MEETING:
		return set()
	owners = anchors.of_each(doctype, names, with_parts=False)
	parts = anchors.of_each(doctype, [name for name in names if not _persons(owners[name])])
	return {
		name for name, found in parts.items() if not all(_is_of(each, subject) for each in _persons(found))
	}


def _persons(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
	return {each for each in found if each[0] in _PERSONS}


def _is_of(person: tuple[str, str], subject) -> bool:
	doctype, name = person
	return name in subject.records.get(doctype, ())


def _named_clients(doctype: str, names: list[str]) -> dict[str, set[tuple[str, str]]]:
	"""The clients in the fields of each record: the customer of an invoice, the party of a payment. Contact persons of such documents do
	not own them."""
	fields = {}  # with a client's name → its DocType, or the field with that
	for df in frappe.get_meta(doctype).fields:
		if not df.is_virtual and (
			df.fieldtype == "Dynamic Link" or (df.fieldtype == "Link" and df.options in PARTY_TYPES)
		):
			fields[df.fieldname] = df.options
	if not fields:
		return {}
	kinds = [kind for kind in fields.values() if kind not in _PERSONS]
	found: dict[str, set[tuple[str, str]]] = {}
	for row in frappe.get_all(
		doctype, {"name": ("in", [*names, ""])}, ["name", *fields, *kinds], order_by=None
	):
		found[row.name] = {
			(row[kind] if kind in kinds else kind, row[field]) for field, kind in fields.items() if row[field]
		}
	return found


def of_own_contact(doctype: str, names: list[str], subject) -> set[str]:
	"""Those of the records in which one of the subject's contacts speaks, also for an organisation: their consents, their checks."""
	contacts = subject.records.get("Contact")
	if not contacts or not frappe.get_meta(doctype).has_field("contact"):
		return set()
	own = {"name": ("in", [*names, ""]), "contact": ("in", contacts)}
	return set(frappe.get_all(doctype, own, pluck="name", order_by=None))


def _conditions(meta, subject) -> list[dict]:
	found = []
	for df in meta.fields:
		if df.is_virtual:
			continue
		if df.fieldtype == "Link" and df.options in subject.records:
			found.append({df.fieldname: ("in", subject.records[df.options])})
		elif df.fieldtype == "Dynamic Link":
			found += [
				{df.options: doctype, df.fieldname: ("in", names)}
				for doctype, names in subject.records.items()
			]
		elif (
			subject.addresses
			and df.fieldtype == "Data"
			and (df.options == "Email" or df.fieldname in _ADDRESSES)
		):
			found.append({df.fieldname: ("in", subject.addresses)})
	return found


def unmapped_links(doctype: str, names: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
	"""DocTypes outside of the map that refer to a party, with their records: they are not erased without being looked at.

	:param names: of the parties; an empty field refers to none
	"""
	if not names:
		return
	known = mapped()
	for link in get_link_fields(doctype):
		meta = frappe.get_meta(link.parent)
		if link.issingle or meta.istable or link.parent in known or meta.is_virtual:
			continue
		found = frappe.get_all(
			link.parent, {link.fieldname: ("in", names)}, pluck="name", order_by="name asc"
		)
		if found:
			yield link.parent, found


def reason(entry: Entry) -> str:
	return f"{_(entry.purpose)}. {_(entry.basis)}"


# --- record of processing activities -------------------------------------------------------------

_LOOKS_PERSONAL = (
	"address",
	"bank",
	"birth",
	"email",
	"gender",
	"iban",
	"mobile",
	"nationality",
	"passport",
	"phone",
	"religion",
	"ssn",
	"tax_id",
)


def record_of_processing() -> list[dict]:
	"""Each DocType of the map, the client's own records first, with its personal fields, and custom fields that look personal but were
	added later (GDPR Art. 30).

	:returns: `[{"doctype", "fields", "purpose", "basis", "retention", "erasure", "recipients", "subjects", "transfers",
	    "unknown_fields"}]`
	"""
	masters = (Entry(doctype, _SERVICE, _ART_B, DELETE) for doctype in MASTERS)
	return [
		{
			"doctype": entry.doctype,
			"fields": records.personal_fields(meta := frappe.get_meta(entry.doctype)),
			"purpose": _(entry.purpose),
			"basis": _(entry.basis),
			"retention": _retention(entry),
			"erasure": _(entry.erasure),
			"recipients": _(entry.recipients),
			"subjects": _(entry.subjects),
			"transfers": _(entry.transfers) if entry.transfers else _("Not stated"),
			"unknown_fields": [
				df.fieldname for df in meta.fields if df.get("is_custom_field") and looks_personal(df)
			],
		}
		for entry in (*masters, *entries(), *OWN_RULE)
	]


def _retention(entry: Entry) -> str:
	if entry.erasure == BY_LEVEL:
		return _("As the confidentiality level says")
	if entry.erasure == MASK:
		return _("As long as the law on accounting requires")
	if entry.erasure == KEEP:
		return _("Until someone decides by hand")
	return _("Until the client asks for erasure")


def looks_personal(df) -> bool:
	"""Whether a field may hold something about a person, by its kind or by its name."""
	return df.options in ("Email", "Phone", "Name") or any(word in df.fieldname for word in _LOOKS_PERSONAL)


def mapped() -> set[str]:
	"""The DocTypes about which the map, or a rule of its own, decides."""
	return {entry.doctype for entry in (*entries(), *OWN_RULE)} | set(MASTERS)


def unmapped_doctypes() -> dict[str, list[str]]:
	"""DocTypes outside of the map with fields that link to a client or a contact: DocType → these fields."""
	known, found = mapped(), {}
	for person in _PERSONS:
		for link in get_link_fields(person):
			if link.issingle or link.parent in known or frappe.get_meta(link.parent).istable:
				continue
			found.setdefault(link.parent, []).append(link.fieldname)
	return found
