"""Restricted use of a client's data (GDPR Art. 18): until it is lifted, what belongs to the client can be read and is kept, but not
changed, and nothing is sent to them (P-2).

What is locked is listed in `registry.LOCKED`; documents of other apps that become interactions are as well. Every way of writing passes one hook of Frappe: saving, importing and bulk edits
`before_validate`, `db_set` `before_change`, renaming and merging `before_rename`; deletion meets the holds, of which a restriction
is one (`legal_holds`). Methods of the app that write past the document ask `require`.

Three things go on: the client's own acts and what they write to us, which is logged with its deadlines; the app's own work on
records, such as missed deadlines and the successor of a user who left; and what a Compliance Officer has allowed a user.
"""

from collections.abc import Collection, Iterable

import frappe
from frappe import _
from frappe.utils import cstr

from client_comms import acting, clock, ledger, roles, transactions
from client_comms.clients import holders
from client_comms.enforcement import anchors, source_doctypes
from client_comms.enforcement.registry import LOCKED, OWNER_FIELDS
from client_comms.exceptions import RestrictedError
from client_comms.flags import flagged
from client_comms.i18n import bold, moment
from client_comms.rules import restriction as rules

RESTRICTION = "Processing Restriction"
_KEY = "client_comms_restrictions"
_LOGGING = "client_comms_logs_what_arrived"
# New ones say what a client did, or what happened: they are logged, and the gate decides about what is sent.
_LOGS = ("Communication", "Call Log", "Issue", "Appointment")
_INTERACTION = "Client Interaction"
# Jobs in which Frappe does what a user asked for, in their name.
_JOBS_OF_USERS = ("frappe.desk.", "frappe.client.", "frappe.core.doctype.data_import.", "frappe.model.")


def active() -> dict[anchors.Anchor, rules.Restriction]:
	"""The restrictions in force, by the client or contact that they are about; a query per transaction, two if there are any. What Redis
	says of it could be older than the rows."""
	return transactions.once(_KEY, _load)


def clear_cache() -> None:
	"""A restriction was made or changed."""
	transactions.forget(_KEY)


def _load() -> dict[anchors.Anchor, rules.Restriction]:
	# Plain SQL, because each saved document of a client asks.
	rows = frappe.db.sql(
		"""select name, party_type, party, contact, contact_only, restricted_on, restricted_by, reason
		from `tabProcessing Restriction` where status in %s order by restricted_on desc""",
		(tuple(rules.IN_FORCE),),
		as_dict=True,
	)
	allowed: dict[str, list[rules.Exemption]] = {}
	for row in (
		frappe.get_all(
			"Restriction Exception",
			{"parenttype": RESTRICTION, "parent": ("in", [row.name for row in rows])},
			["parent", "user", "allows", "valid_until"],
			order_by="idx asc",
		)
		if rows
		else ()
	):
		allowed.setdefault(row.parent, []).append(rules.Exemption(row.user, row.allows, row.valid_until))
	return {
		("Contact", row.contact) if row.contact_only else (row.party_type, row.party): rules.Restriction(
			row.name, row.restricted_on, row.restricted_by, row.reason, tuple(allowed.get(row.name, ()))
		)
		for row in rows
	}


# --- who and what is covered ---------------------------------------------------------------------


def of_each(doctype: str, names: Collection[str]) -> dict[str, rules.Restriction]:
	"""Those of the records that a restriction covers: name → restriction. No more than `active` without one."""
	restricted = active()
	if not restricted or not names:
		return {}
	return {
		name: found
		for name, owners in anchors.of_each(doctype, names).items()
		if (found := _first(restricted, owners))
	}


def of(*records: tuple[str | None, str | None]) -> rules.Restriction | None:
	"""The restriction that covers one of these (DocType, name), if there is one."""
	for doctype, name in records if active() else ():
		if doctype and name and (found := of_each(doctype, [name]).get(name)):
			return found
	return None


def of_document(doc) -> rules.Restriction | None:
	"""The same for a document: by what it is in the database, and by what a change would make it."""
	if not active():
		return None
	is_stored = bool(doc.name) and not doc.is_new()
	owners = anchors.named_by(doc)
	if fields := OWNER_FIELDS.get(doc.doctype):
		# A file of an identity check, or a remark on a request, is as open as what it belongs to.
		if is_stored:
			owners.add(frappe.db.get_value(doc.doctype, doc.name, fields) or ("", ""))
		return of(*sorted((each for each in owners if _is_lockable(each[0])), key=str))
	return of(*([(doc.doctype, doc.name)] if is_stored else ()), *sorted(owners))


def _is_lockable(doctype: str) -> bool:
	return doctype in LOCKED or doctype in source_doctypes.active()


def of_addresses(recipients: Collection[str]) -> dict[str, rules.Restriction]:
	"""Those of the email addresses and telephone numbers that belong to a client whose data is restricted: as given → restriction."""
	if not active():
		return {}
	return {
		given: found for given, owners in holders.of(recipients).items() if (found := of(*sorted(owners)))
	}


def _first(restricted: dict, owners: Iterable[anchors.Anchor]) -> rules.Restriction | None:
	return next((restricted[owner] for owner in sorted(owners) if owner in restricted), None)


# --- changes -------------------------------------------------------------------------------------


def logging():
	"""Inside the block, what arrived or took place is logged: the client's own message, and its deadline."""
	return flagged(_LOGGING)


def require_unlocked(doc, method=None, *renamed) -> None:
	"""`before_validate`, `before_change` and `before_rename` of what is locked.

	:param renamed: when it is renamed, its old and new name, and whether both become one
	:raises RestrictedError: see `require`
	"""
	if not active() or _goes_on() or (method == "before_validate" and _is_logged(doc)):
		return
	found = of_document(doc)
	if not found and len(renamed) == 3 and renamed[2]:
		found = of((doc.doctype, renamed[1]))
	if found:
		_require_exemption(found, doc.doctype, doc.name)


def require(doctype: str, *names: str) -> None:
	"""Refuse to change records of a client whose data is restricted.

	:raises RestrictedError: the message says since when, who can allow it, and has a button to ask
	"""
	if not active() or _goes_on():
		return
	for name, found in of_each(doctype, names).items():
		_require_exemption(found, doctype, name)


def is_locked(doctype: str, name: str) -> bool:
	"""Whether the session user cannot change a record because the use of the client's data is restricted."""
	found = of((doctype, name))
	return bool(found) and not found.exempts(frappe.session.user, rules.CHANGES, clock.now())


def _goes_on() -> bool:
	"""Whether no one of the staff is doing this: a client is, or the app itself."""
	user = frappe.session.user
	if frappe.flags.get(_LOGGING):
		return True
	if user == "Administrator":
		return acting.is_unattended() and not _asked_for_by_a_user()
	return roles.is_outside(user)


def _asked_for_by_a_user() -> bool:
	"""An import, or a job of the desk, that someone started who is logged in as Administrator."""
	job = cstr((getattr(frappe.local, "job", None) or {}).get("method"))
	return bool(frappe.flags.in_import) or job.startswith(_JOBS_OF_USERS)


def _is_logged(doc) -> bool:
	if doc.doctype == "Comment" and doc.comment_type != "Comment":
		return True  # Frappe's notes on what happened
	if doc.doctype == "File" and doc.attached_to_doctype == "Communication":
		return doc.is_new()  # part of a message
	if doc.doctype == _INTERACTION:
		return doc.is_new() and doc.direction == "Inbound"
	return doc.is_new() and (doc.doctype in _LOGS or doc.doctype in source_doctypes.active())


def _require_exemption(found: rules.Restriction, doctype: str, name: str | None) -> None:
	if not found.exempts(frappe.session.user, rules.CHANGES, clock.now()):
		frappe.throw(
			_("{0} cannot be changed.").format(bold(_(doctype)))
			+ "<br>"
			+ sentence(found)
			+ "<br>"
			+ who_can_help(),
			exc=RestrictedError,
			title=_("Use of Data Is Restricted"),
			primary_action=next_step(found, doctype, name),
		)
	note_use(found, rules.CHANGES, doctype, name)


def note_use(found: rules.Restriction, use: str, doctype: str | None, name: str | None) -> None:
	"""Enter on the ledger that an exception was used; once per record and transaction."""

	def enter() -> bool:
		ledger.write([use_of(found, use, doctype, name)])
		return True

	transactions.once(f"{_KEY}|{found.name}|{use}|{doctype}|{name}", enter)


def use_of(found: rules.Restriction, use: str, doctype: str | None, name: str | None) -> dict:
	"""The entry about it."""
	return ledger.entry(
		ledger.EXCEPTION_USED, doctype, name, None, rule=found.name, changes={"use": [None, use]}
	)


# --- words ---------------------------------------------------------------------------------------


def sentence(found: rules.Restriction) -> str:
	"""The rule, since when it applies, and what it means."""
	return _(
		"Since {0}, the use of this client's data is restricted at their request (P-2, GDPR Art. 18): it can be read, but not changed, and nothing is sent to them until the restriction is lifted."
	).format(moment(found.since))


def who_can_help() -> str:
	return _("A {0} can allow a user what the law permits, with a reason, or lift the restriction.").format(
		_(roles.COMPLIANCE_OFFICER)
	)


def why_kept(name: str) -> str:
	"""For what is stored and read by others, and for messages about deletion."""
	return _("It is kept unchanged while the use of the client's data is restricted ({0}).").format(name)


def next_step(found: rules.Restriction, doctype: str | None, name: str | None) -> dict:
	"""The button of a message: officers open the restriction, others ask them for an exception."""
	officer = may_open(found.name)
	return {
		"label": _("Open the Restriction") if officer else _("Ask for an Exception"),
		"client_action": "client_comms.restriction.open" if officer else "client_comms.restriction.ask",
		"args": {"restriction": found.name if officer else None, "doctype": doctype, "name": name},
		"hide_on_success": 1,
	}


def may_open(name: str) -> bool:
	return bool(
		frappe.has_permission(RESTRICTION, "read") and frappe.has_permission(RESTRICTION, "read", doc=name)
	)


def shown(doctype: str, name: str) -> dict | None:
	"""For the banner of a form: `{"text", "locked", "button"}`; None if the use of the data is not restricted."""
	found = of((doctype, name))
	if not found:
		return None
	user, now = frappe.session.user, clock.now()
	allowed = [each.until for each in found.exemptions if each.user == user and now <= each.until]
	text = sentence(found)
	if allowed:
		text += " " + _("A Compliance Officer has allowed you an exception until {0}.").format(
			moment(max(allowed))
		)
	return {
		"text": text,
		"locked": not found.exempts(user, rules.CHANGES, now),
		"button": next_step(found, doctype, name),
	}


def show(doc, method=None) -> None:
	"""`onload` of forms about clients."""
	doc.set_onload("restriction", shown(doc.doctype, doc.name))
