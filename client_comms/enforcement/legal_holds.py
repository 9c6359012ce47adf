"""Legal holds stop deletion, retention and erasure (P-2).

A hold is placed on a client, an interaction or a matter (any document). It covers everything that belongs to that: the
interactions of the client, the messages of an interaction, what is filed under a matter, and their files and comments.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import frappe
from frappe import _
from frappe.utils import format_date, get_fullname, getdate

from client_comms import acting, clock, compat, transactions
from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import client_documents, dependents, governed
from client_comms.exceptions import LegalHoldError, RecordIsKeptError
from client_comms.rules import access

HOLD = "Legal Hold"
ACTIVE, RELEASED, EXPIRED = "Active", "Released", "Expired"
ON_CLIENT, ON_INTERACTION, ON_MATTER = "Client", "Interaction", "Matter"
_KEY = "client_comms_legal_holds"
# What a hold is on → the fields with the DocType and the name of that.
_COVERED = {
	ON_CLIENT: ("party_type", "party"),
	ON_INTERACTION: (None, "client_interaction"),
	ON_MATTER: ("reference_doctype", "reference_name"),
}
# DocType -> the fields that name what one of its records belongs to: fixed DocType or field with it, and the name's field.
_ANCHORS = {
	governed.INTERACTION: (
		("party_type", "party"),
		("Contact", "contact"),
		("reference_doctype", "reference_name"),
	),
	"Communication": ((governed.INTERACTION, "client_interaction"), ("reference_doctype", "reference_name")),
	"Event": ((governed.INTERACTION, "client_interaction"), ("reference_doctype", "reference_docname")),
	"Call Log": ((governed.INTERACTION, "client_interaction"),),
	"Client Disclosure": (("party_type", "party"), (governed.INTERACTION, "client_interaction")),
	"Client Consent": (("party_type", "party"), (governed.INTERACTION, "client_interaction")),
	"Identity Verification": (("party_type", "party"), (governed.INTERACTION, "client_interaction")),
	"Client Access Link": (("party_type", "party"), (governed.INTERACTION, "client_interaction")),
	"Communication Preference": (("party_type", "party"), ("Contact", "contact")),
	"Interaction Review": ((governed.INTERACTION, "interaction"),),
	"Interaction Access Grant": ((governed.INTERACTION, "interaction"),),
	"Physical File": (("party_type", "party"),),
	"Issue": (("Customer", "customer"), ("Lead", "lead"), ("Contact", "contact")),
	"Opportunity": (("opportunity_from", "party_name"),),
	"Customer": (("Lead", "lead_name"),),
}
_WITH_LINKS = ("Contact", "Address")
_STEPS = 4  # file -> comment -> message -> interaction -> client


@dataclass(frozen=True, slots=True)
class Hold:
	"""`on` is the (DocType, name) that it covers; `until` is the last day, if there is one."""

	name: str
	on: tuple[str, str]
	placed_by: str
	until: date | None
	reason: str


def active() -> dict[tuple[str, str], Hold]:
	"""The holds in force today, by what they cover; one query per transaction."""
	return transactions.once(_KEY, _load)


def clear_cache() -> None:
	transactions.forget(_KEY)


def _load() -> dict[tuple[str, str], Hold]:
	return {
		(row.on_doctype, row.on_name): Hold(
			row.name, (row.on_doctype, row.on_name), row.placed_by, row.valid_until, row.reason
		)
		for row in _in_force({})
	}


def _in_force(filters: dict) -> list:
	"""The holds in force today, oldest first."""
	fields = ["name", "on_doctype", "on_name", "placed_by", "placed_on", "valid_until", "reason"]
	rows = frappe.get_all(HOLD, {"status": ACTIVE, **filters}, fields, order_by="creation asc")
	today = getdate(clock.now())
	return [row for row in rows if not row.valid_until or getdate(row.valid_until) >= today]


def of(doctype: str, name: str) -> Hold | None:
	"""The hold that covers a record, if there is one."""
	return of_each(doctype, [name]).get(name)


def of_each(doctype: str, names: Collection[str]) -> dict[str, Hold]:
	"""Those of the records that a hold covers: name → hold. No query without a hold; otherwise some for each step."""
	holds = active()
	if not holds or not names:
		return {}
	found: dict[str, Hold] = {}
	for name, anchors in anchors_of_each(doctype, names).items():
		if hold := next((holds[anchor] for anchor in sorted(anchors) if anchor in holds), None):
			found[name] = hold
	return found


def anchors_of_each(doctype: str, names: Collection[str]) -> dict[str, set[tuple[str, str]]]:
	"""What each record belongs to, itself included, directly or through something else."""
	reached = {name: {(doctype, name)} for name in names}
	fresh = {name: {(doctype, name)} for name in names}
	for _step in range(_STEPS):
		asked = set().union(*fresh.values())
		if not asked:
			break
		next_ones = _one_step(asked)
		fresh = {
			name: set().union(*(next_ones.get(each, set()) for each in anchors)) - reached[name]
			for name, anchors in fresh.items()
		}
		for name, anchors in fresh.items():
			reached[name] |= anchors
	return reached


def _one_step(records: Iterable[tuple[str, str]]) -> dict[tuple[str, str], set[tuple[str, str]]]:
	"""What records belong to directly; one query per DocType."""
	by_doctype: dict[str, set[str]] = {}
	for doctype, name in records:
		by_doctype.setdefault(doctype, set()).add(name)
	found: dict[tuple[str, str], set[tuple[str, str]]] = {}
	for doctype, names in by_doctype.items():
		pairs = _ANCHORS.get(doctype) or (
			(dependents.OWNER_FIELDS[doctype],) if doctype in dependents.OWNER_FIELDS else ()
		)
		if pairs and frappe.db.table_exists(doctype):
			_add_named(found, doctype, names, pairs)
		if doctype in _WITH_LINKS:
			_add_linked(found, doctype, names)
		if doctype == "Lead":
			_add_customers(found, names)
	return found


def _add_named(found: dict, doctype: str, names: set[str], pairs) -> None:
	columns = set(frappe.get_meta(doctype).get_valid_columns())
	pairs = [(kind, field) for kind, field in pairs if field in columns]
	fields = {
		"name",
		*(field for _kind, field in pairs),
		*(kind for kind, _field in pairs if kind in columns),
	}
	for row in frappe.get_all(doctype, {"name": ("in", list(names))}, sorted(fields), order_by=None):
		for kind, field in pairs:
			owner = (row[kind] if kind in columns else kind, row[field])
			if all(owner):
				found.setdefault((doctype, row.name), set()).add(owner)


def _add_linked(found: dict, doctype: str, names: set[str]) -> None:
	linked = {"parenttype": doctype, "parent": ("in", list(names)), "link_doctype": ("in", PARTY_TYPES)}
	for row in frappe.get_all("Dynamic Link", linked, ["parent", "link_doctype", "link_name"], order_by=None):
		found.setdefault((doctype, row.parent), set()).add((row.link_doctype, row.link_name))


def _add_customers(found: dict, leads: set[str]) -> None:
	"""A lead that became a customer belongs to the customer as well."""
	became = {"lead_name": ("in", list(leads))}
	for row in frappe.get_all("Customer", became, ["name", "lead_name"], order_by=None):
		found.setdefault(("Lead", row.lead_name), set()).add(("Customer", row.name))


def covered(doc) -> tuple[str | None, str | None]:
	"""(DocType, name) of what a Legal Hold says that it is on."""
	kind, name = _COVERED.get(doc.hold_on, (None, None))
	if not name:
		return None, None
	return (doc.get(kind) if kind else governed.INTERACTION), doc.get(name)


def over(doctype: str, name: str) -> list[str]:
	"""The names of all holds that cover a record, directly or through what it belongs to."""
	if not active():
		return []
	anchors = anchors_of_each(doctype, [name])[name]
	rows = _in_force({"on_name": ("in", sorted({on_name for _doctype, on_name in anchors}))})
	return [row.name for row in rows if (row.on_doctype, row.on_name) in anchors]


def keep(holds: Collection[str], doctype: str, name: str) -> None:
	"""What left a held record stays held: where one of the `holds` no longer reaches, with a hold of its own for the same reason
	and as long. Who moves a message can neither end a hold nor learn of it.

	:param holds: as returned by `over` before it left
	:param doctype: Client Interaction, or the DocType of a matter
	"""
	if not holds:
		return
	if doctype == governed.INTERACTION:
		covers = {"hold_on": ON_INTERACTION, "client_interaction": name}
	else:
		covers = {"hold_on": ON_MATTER, "reference_doctype": doctype, "reference_name": name}
	reached = anchors_of_each(doctype, [name])[name]
	for row in _in_force({"name": ("in", list(holds))}):
		if (row.on_doctype, row.on_name) in reached:
			continue
		with acting.as_the_app():
			doc = frappe.get_doc(
				{"doctype": HOLD, **covers, "reason": row.reason, "valid_until": row.valid_until}
			).insert(ignore_permissions=True)
		doc.db_set({"placed_by": row.placed_by, "placed_on": row.placed_on}, update_modified=False)


def fields_of_others(hold_on: str) -> set[str]:
	"""The fields of a Legal Hold that name something else than what it is on."""
	own = _COVERED.get(hold_on, ())
	return {field for fields in _COVERED.values() for field in fields if field and field not in own}


# --- refusing ------------------------------------------------------------------------------------


def require_none(doc, method=None) -> None:
	"""`on_trash` of what a hold can cover: a held record cannot be deleted, by anyone.

	:raises RecordIsKeptError: the message says whom to ask; to those who can read the hold, it is a `LegalHoldError` that
	    names it
	"""
	if active() and (hold := of(doc.doctype, doc.name)):
		refuse(hold, doc.doctype, doc.name)


def refuse(hold: Hold, doctype: str, name: str) -> None:
	refused = _("{0} {1} cannot be deleted.").format(_(doctype), frappe.bold(frappe.utils.escape_html(name)))
	if _may_know(hold):
		frappe.throw(refused + "<br>" + sentence(hold), exc=LegalHoldError, title=_("Legal Hold"))
	# A hold is kept from those whom it may be about: neither the message nor where it comes from names it.
	frappe.flags.disable_traceback = True
	frappe.throw(
		refused + "<br>" + _("It must be kept for now. Ask a Compliance Officer."),
		exc=RecordIsKeptError,
		title=_("Cannot Be Deleted"),
	)


def _may_know(hold: Hold) -> bool:
	return bool(frappe.has_permission(HOLD, "read") and frappe.has_permission(HOLD, "read", doc=hold.name))


def sentence(hold: Hold) -> str:
	"""Which hold, by whom, until when and why, and who can release it: for those who can read the hold."""
	text = _("Legal Hold {0}, placed by {1}, keeps it.").format(
		frappe.bold(hold.name), get_fullname(hold.placed_by)
	)
	if hold.until:
		text = _("Legal Hold {0}, placed by {1}, keeps it until {2}.").format(
			frappe.bold(hold.name), get_fullname(hold.placed_by), format_date(hold.until)
		)
	reason = _("Reason: {0}").format(frappe.utils.escape_html(hold.reason))
	return f"{text} {reason} " + _("A Compliance Officer can release it.")


def stored_sentence(hold: Hold) -> str:
	"""Which hold and until when, for what is stored and read by others: without the officer and the reason."""
	if hold.until:
		return _("Legal Hold {0} keeps it until {1}.").format(hold.name, format_date(hold.until))
	return _("Legal Hold {0} keeps it.").format(hold.name)


def require_none_of(doctype: str, names: Collection[str]) -> None:
	"""What an erasure would remove on the way, such as a message that is also filed under something held.

	:raises RecordIsKeptError: a hold covers one of the records; the message is for what is stored
	"""
	for name, hold in of_each(doctype, names).items():
		raise RecordIsKeptError(f"{_(doctype)} {name}: {stored_sentence(hold)}")


# --- access --------------------------------------------------------------------------------------


def condition(user=None, doctype=None) -> str:
	"""A hold is as confidential as what it covers: the client, or the governed record."""
	on = governed.owner_condition(f"`tab{HOLD}`.`on_doctype`", f"`tab{HOLD}`.`on_name`", user)
	client = client_documents.condition(user, HOLD)
	return " and ".join(filter(None, (on, client)))


def has_permission(doc, ptype=None, user=None, debug=False):
	"""Decide by what the hold is on in the database, and by what a change would put it on."""
	user = user or frappe.session.user
	states = [doc]
	if not doc.is_new():
		fields = [*filter(None, (field for pair in _COVERED.values() for field in pair)), "hold_on"]
		if stored := frappe.db.get_value(HOLD, doc.name, fields, as_dict=True):
			states.append(stored)
	for state in states:
		doctype, name = covered(state)
		decision = governed.decide(doctype, name, access.READ, user) if doctype and name else None
		if decision is not None and not decision.allowed:
			return compat.objection(_("You have no clearance for the record that this hold covers."))
		if doctype in PARTY_TYPES and not client_documents.is_open(doctype, name, user):
			return compat.objection(_("You cannot read the client concerned."))
	return compat.no_objection()
