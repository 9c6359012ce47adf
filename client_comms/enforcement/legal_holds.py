"""Legal holds stop deletion, retention and erasure (P-2).

A hold is placed on a client, an interaction or a matter (any document). It covers everything that belongs to that: the
interactions of the client, the messages of an interaction, what is filed under a matter, and their files and comments.
A client whose use of data is restricted is kept in the same way (`restrictions`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import frappe
from frappe import _
from frappe.utils import format_date, get_fullname, getdate

from client_comms import acting, clock, compat, ledger, transactions
from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import anchors, client_documents, governed, refusals, restrictions
from client_comms.exceptions import LegalHoldError, RecordIsKeptError
from client_comms.i18n import bold

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


@dataclass(frozen=True, slots=True)
class Hold:
	"""`on` is the (DocType, name) that it covers; `until` is the last day, if there is one; `doctype` is that of what holds: a
	Legal Hold, or a Processing Restriction."""

	name: str
	on: tuple[str, str]
	placed_by: str
	until: date | None
	reason: str
	doctype: str = HOLD


def active() -> dict[tuple[str, str], Hold]:
	"""What holds records today, by what it covers; a query per transaction for holds, and one for restrictions of use."""
	restricted = {
		on: Hold(each.name, on, each.by, None, each.reason, restrictions.RESTRICTION)
		for on, each in restrictions.active().items()
	}
	return {**restricted, **transactions.once(_KEY, _load)}


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
	fields = [
		"name",
		"on_doctype",
		"on_name",
		"placed_by",
		"placed_on",
		"valid_until",
		"reason",
		"told_to_staff",
	]
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
	for name, owners in anchors.of_each(doctype, names).items():
		if hold := next((holds[owner] for owner in sorted(owners) if owner in holds), None):
			found[name] = hold
	return found


def covered(doc) -> tuple[str | None, str | None]:
	"""(DocType, name) of what a Legal Hold says that it is on."""
	kind, name = _COVERED.get(doc.hold_on, (None, None))
	if not name:
		return None, None
	return (doc.get(kind) if kind else governed.INTERACTION), doc.get(name)


def over(doctype: str, name: str) -> list[str]:
	"""The names of all holds that cover a record, directly or through what it belongs to."""
	return [row.name for row in over_in_full(doctype, name)]


def over_in_full(doctype: str, name: str) -> list:
	"""The same with their fields."""
	if not active():
		return []
	owners = anchors.of_each(doctype, [name])[name]
	rows = _in_force({"on_name": ("in", sorted({on_name for _doctype, on_name in owners}))})
	return [row for row in rows if (row.on_doctype, row.on_name) in owners]


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
	reached = anchors.of_each(doctype, [name])[name]
	for row in _in_force({"name": ("in", list(holds))}):
		if (row.on_doctype, row.on_name) in reached:
			continue
		with acting.as_the_app():
			doc = frappe.get_doc(
				{
					"doctype": HOLD,
					**covers,
					"reason": row.reason,
					"valid_until": row.valid_until,
					"told_to_staff": row.told_to_staff,
				}
			)
			doc.flags.follows = True  # whatever is erased just now
			doc.insert(ignore_permissions=True)
		doc.db_set({"placed_by": row.placed_by, "placed_on": row.placed_on}, update_modified=False)


def follow_change(doc, method=None) -> None:
	"""`on_update` of what names its client or matter: naming another one does not end a hold on the former."""
	before = doc.get_doc_before_save()
	left = before and anchors.named_by(before) - anchors.named_by(doc)
	if left and active():
		keep([hold for each in sorted(left) for hold in over(*each)], doc.doctype, doc.name)


def follow_rename(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`after_rename` of every document: a hold goes on holding it under its new name. Frappe changes links alone, and what a hold
	covers is stored as text, so that it can be found by one query.

	Not after a merger: the old record goes with that, so `require_none` refuses it.
	"""
	if merge:
		return
	fields = ["name", "status", "on_doctype", "on_name"]
	for hold in frappe.get_all(
		HOLD, {"on_doctype": doc.doctype, "on_name": str(old)}, fields, order_by="name asc"
	):
		put_on(hold, doc.doctype, str(new))
	if doc.doctype == "DocType":
		for hold in frappe.get_all(HOLD, {"on_doctype": old}, fields, order_by="name asc"):
			put_on(hold, new, hold.on_name)


def put_on(hold, doctype: str, name: str) -> None:
	"""What a hold covers is called so now.

	:param hold: its row, with `name`, `status`, and `on_doctype` and `on_name` as before
	"""
	called = {"on_doctype": doctype, "on_name": name}
	changes = {field: [hold[field], value] for field, value in called.items() if hold[field] != value}
	frappe.db.set_value(HOLD, hold.name, called, update_modified=False)
	clear_cache()
	ledger.record_states(HOLD, [hold.name])
	if hold.status == ACTIVE:
		ledger.record(ledger.HOLD, doctype, name, None, rule=hold.name, changes=changes)


def fields_of_others(hold_on: str) -> set[str]:
	"""The fields of a Legal Hold that name something else than what it is on."""
	own = _COVERED.get(hold_on, ())
	return {field for fields in _COVERED.values() for field in fields if field and field not in own}


# --- refusing ------------------------------------------------------------------------------------


def require_none(doc, method=None) -> None:
	"""`on_trash` of what a hold can cover: a held record, or a row of it, cannot be deleted, by anyone.

	:raises RecordIsKeptError: the message says whom to ask; to those who can read the hold, it is a `LegalHoldError` that
	    names it
	"""
	if not active():
		return
	is_row = doc.get("parenttype") and doc.get("parent")
	if hold := of(doc.parenttype, doc.parent) if is_row else of(doc.doctype, doc.name):
		refuse(hold, doc.doctype, doc.name)


def refuse(hold: Hold, doctype: str, name: str) -> None:
	refused = _("{0} {1} cannot be deleted.").format(_(doctype), bold(name))
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
	kind = hold.doctype
	return bool(frappe.has_permission(kind, "read") and frappe.has_permission(kind, "read", doc=hold.name))


def sentence(hold: Hold) -> str:
	"""Which hold, by whom, until when and why, and who can release it: for those who can read the hold."""
	if hold.doctype != HOLD:
		return restrictions.why_kept(hold.name)
	named = bold(hold.name), bold(get_fullname(hold.placed_by))
	text = _("Legal Hold {0}, placed by {1}, keeps it.").format(*named)
	if hold.until:
		text = _("Legal Hold {0}, placed by {1}, keeps it until {2}.").format(*named, format_date(hold.until))
	reason = _("Reason: {0}").format(frappe.utils.escape_html(hold.reason))
	return f"{text} " + _("A Compliance Officer can release it.") + f"<br>{reason}"


def stored_sentence(hold: Hold) -> str:
	"""Which hold and until when, for what is stored and read by others: without the officer and the reason."""
	if hold.doctype != HOLD:
		return restrictions.why_kept(hold.name)
	if hold.until:
		return _("Legal Hold {0} keeps it until {1}.").format(hold.name, format_date(hold.until))
	return _("Legal Hold {0} keeps it.").format(hold.name)


def require_none_of(doctype: str, names: Collection[str]) -> None:
	"""What an erasure would remove on the way, such as a message that is also filed under something held.

	:raises RecordIsKeptError: a hold covers one of the records; the message is for what is stored
	"""
	for name, hold in of_each(doctype, names).items():
		raise RecordIsKeptError(f"{_(doctype)} {name}: {stored_sentence(hold)}")


# --- on forms ------------------------------------------------------------------------------------


def show(doc, method=None) -> None:
	"""`onload` of forms that a hold can cover."""
	if found := shown(doc.doctype, doc.name):
		doc.set_onload("legal_holds", found)


def shown(doctype: str, name: str) -> list[dict]:
	"""What the form of a record says of the holds on it: `[{"text": HTML, "hold": name or None}, …]`.

	Those who can read a hold read all of it. Others read at most that the record must be kept, and only if an officer has chosen so for
	this hold, because it can be about one of them.
	"""
	found, is_told = [], False
	for row in over_in_full(doctype, name):
		hold = Hold(row.name, (row.on_doctype, row.on_name), row.placed_by, row.valid_until, row.reason)
		if _may_know(hold):
			found.append({"text": sentence(hold), "hold": hold.name})
		elif row.told_to_staff:
			is_told = True
	if is_told:
		text = _(
			"This record must be kept for now, with all that belongs to it, on paper as well: nothing of it can be deleted or destroyed. Ask a Compliance Officer."
		)
		found.append({"text": text, "hold": None})
	return found


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
		if doctype and name and governed.denies(doctype, name, user):
			return compat.objection(
				refusals.without_clearance(_("You have no clearance for the record that this hold covers."))
			)
		if doctype in PARTY_TYPES and not client_documents.is_open(doctype, name, user):
			return compat.objection(client_documents.unreadable_client())
	return compat.no_objection()
