"""Client information is verified before it is entered (D-4).

Users who enter a contact, lead or customer are told if the same address or number already exists. Jobs and incoming
mail, where no one can respond, are never blocked; neither are documents that Frappe and ERPNext create on their own.
"""

from collections import Counter
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Count, Date
from frappe.utils import add_months, cint, get_link_to_form
from pypika.functions import NullIf

from client_comms import alerts, clock, controls, roles, transactions
from client_comms.client_privacy import verified_details
from client_comms.clients import confirmation, parties, phone_numbers
from client_comms.clients.addresses import spellings
from client_comms.enforcement import policy
from client_comms.exceptions import DuplicateClientError
from client_comms.i18n import bold, refuse
from client_comms.rules import contact_details as rules

MODE = verified_details.MODE
CHUNK = 200
# Contacts that an account manager is asked to confirm; after a large import there may be thousands.
AT_ONCE = 50
# When a ToDo comes again that was closed or cancelled although nothing was confirmed.
_AGAIN_AFTER = timedelta(days=30)
_LEAD_NUMBERS = {"phone": "phone_e164", "mobile_no": "mobile_e164"}


# --- hooks ---------------------------------------------------------------------------------------


def before_insert(doc, method=None) -> None:
	"""`before_insert` of Contact, Lead and Customer.

	:raises DuplicateClientError: Enforce, and the same client already exists
	:raises NotVerifiedError: Enforce, and it is not stated how the details were verified
	"""
	if _entered_by_staff(doc):
		require_addresses(doc)
		require_new(doc)
		verified_details.require(doc)
	if doc.doctype == "Lead":
		verified_details.pass_on_to_contact(doc)


def on_update(doc, method=None) -> None:
	"""`on_update` of Customer: with a new one, ERPNext has made its contact by now."""
	if doc.flags.in_insert:
		verified_details.pass_on_to_contact(doc)


def validate(doc, method=None) -> None:
	"""`validate` of Contact, Lead and Customer.

	:raises NotVerifiedError: Enforce, and it is not stated how an added address or number of a contact or lead was verified
	"""
	if doc.doctype == "Lead":
		for field, target in _LEAD_NUMBERS.items():
			doc.set(target, phone_numbers.normalised(doc.get(field)) or phone_numbers.NONE)
	if doc.doctype in ("Contact", "Lead"):
		follow_verification(doc)
	if not doc.is_new() and _entered_by_staff(doc):
		require_addresses(doc)
		verified_details.require(doc)


def _entered_by_staff(doc) -> bool:
	"""Whether a user can respond: not in a job, nor for documents that code creates with ignored permissions."""
	return bool(
		getattr(frappe.local, "request", None)
		and frappe.session.user != "Guest"
		and not doc.flags.ignore_permissions
		and not frappe.flags.in_import
		and (frappe.get_cached_doc("Client Comms Settings").get(MODE) or controls.ENFORCE) != controls.OFF
	)


# --- what is checked -----------------------------------------------------------------------------


def require_addresses(doc) -> None:
	"""Refuse invalid addresses in every mode but Off: Frappe would not accept them either."""
	before = doc.get_doc_before_save() if not doc.is_new() else None
	known = verified_details.of(before).emails if before else ()
	faults = [
		rules.address_fault(each) for each in sorted(verified_details.of(doc).emails) if each not in known
	]
	if faults := [fault for fault in faults if fault]:
		refuse(*faults, title=_("Not an Email Address"), exc=frappe.InvalidEmailAddressError)


def require_new(doc) -> None:
	"""Each address or number should exist only once: offer the existing record, if the user can see it. A client who enters a contact of
	their own is not told: they could find out whose addresses and numbers we have."""
	found = [] if roles.is_outside() else duplicates(doc)
	if not found:
		return
	readable = [
		(doctype, name) for doctype, name in found if frappe.has_permission(doctype, "read", doc=name)
	]
	links = ", ".join(get_link_to_form(doctype, name) for doctype, name in readable)
	parts = (
		[_("This client already exists as {0}. Use that record instead of creating another.").format(links)]
		if links
		else []
	)
	if len(readable) < len(found):
		role = frappe.get_cached_doc("Client Comms Settings").manager_role
		parts.append(
			_("This address or number belongs to a record that you cannot see. Please ask a {0}.").format(
				bold(_(role))
			)
		)
	controls.enforce(MODE, "<br>".join(parts), title=_("Client Already Exists"), exc=DuplicateClientError)


def follow_verification(doc) -> None:
	"""A new verification also confirms the details today."""
	how = verified_details.HOW
	if doc.get(how) and (doc.is_new() or doc.has_value_changed(how)):
		doc.details_confirmed_on = clock.now().date()


# --- duplicates ----------------------------------------------------------------------------------


def duplicates(doc) -> list[tuple[str, str]]:
	"""Existing contacts, leads and customers with the same address or number as a new document: (DocType, name).

	At most six queries. A contact is compared with contacts; for a lead or customer, the party of the
	contact is returned.
	"""
	details, own = verified_details.of(doc), _own(doc)
	contacts, leads = set(), set()
	if details.emails:
		same = ("in", spellings(details.emails))
		contacts.update(
			frappe.get_all("Contact Email", {"email_id": same, "parenttype": "Contact"}, pluck="parent")
		)
		leads.update(frappe.get_all("Lead", {"email_id": same}, pluck="name"))
	if details.numbers:
		for found in phone_numbers.contacts_of(details.numbers).values():
			contacts.update(found)
		for field in _LEAD_NUMBERS.values():
			leads.update(frappe.get_all("Lead", {field: ("in", list(details.numbers))}, pluck="name"))
	behind = {} if doc.doctype == "Contact" else parties.of_contacts(contacts)
	found = {("Lead", lead) for lead in leads}
	for contact in contacts:
		client = behind.get(contact)
		if ("Contact", contact) not in own:
			found.add((client.party_type, client.party) if client else ("Contact", contact))
	return sorted(found - own)


def _own(doc) -> set[tuple[str, str]]:
	"""Documents from which a new document was created, or which it has just created; these are not duplicates."""
	own = {(doc.doctype, doc.name)}
	if doc.doctype == "Contact":
		own.update((row.link_doctype, row.link_name) for row in doc.links if row.link_doctype == "Lead")
	if contact := doc.get("contact_doc"):  # that a lead has just created or was given
		own.add(("Contact", contact.name))
	if doc.doctype == "Customer":
		own.update({("Lead", doc.lead_name), ("Prospect", doc.get("prospect_name"))})
		own.add(("Contact", doc.customer_primary_contact))
		if doc.get("opportunity_name"):
			own.add(
				frappe.db.get_value("Opportunity", doc.opportunity_name, ["opportunity_from", "party_name"])
			)
		if doc.get("prospect_name"):
			leads = frappe.get_all("Prospect Lead", {"parent": doc.prospect_name}, pluck="lead")
			own.update(("Lead", lead) for lead in leads)
	return own


# --- to confirm again ----------------------------------------------------------------------------


def due_before():
	"""Details confirmed before this day are due; None: never due."""
	months = cint(frappe.get_cached_doc("Client Comms Settings").confirm_details_months)
	return add_months(clock.now().date(), -months) if months else None


def confirm(contact, how: str) -> list[tuple[str, str]]:
	"""Record that a Contact's details were confirmed today, and close the ToDo for it (D-4).

	Staff who can change the client's record thereby confirm, with the save that follows, that the contact speaks for the client.

	:returns: as `confirmation.confirm`
	"""
	contact.update({"verified_how": how, "details_confirmed_on": clock.now().date()})
	close_todo(contact)
	return confirmation.confirm(contact)


def close_todo(contact) -> None:
	_end_todo(contact.confirmation_todo, "Closed")
	contact.confirmation_todo = contact.confirmation_asked_of = None


def _end_todo(name: str | None, status: str) -> None:
	if name and frappe.db.get_value("ToDo", name, "status") == "Open":
		todo = frappe.get_doc("ToDo", name)
		todo.status = status
		todo.save(ignore_permissions=True)


def remind() -> int:
	"""Daily: a ToDo for the account manager of each contact whose details are due, or of whom it is unconfirmed that they
	speak for the client; the longest unconfirmed first, and others as these are done.

	It waits until they are confirmed, for whomever the manager gave it to. There is another one if the client has another
	manager by then, if its user is disabled or it is deleted; and a while after it was closed without a confirmation.
	Repeatable; commits for each account manager.

	:returns: how many were created
	"""
	waiting, made = _asked(), 0
	for party_type, field in policy.ACCOUNT_MANAGER_FIELD.items():
		managers = frappe.get_all(
			party_type, {field: ("is", "set")}, pluck=field, distinct=True, order_by=field
		)
		for manager in sorted(alerts.enabled(managers)):
			asked = _remind(manager, party_type, AT_ONCE - waiting[manager])
			waiting[manager] += asked
			made += asked
			# nosemgrep: frappe-manual-commit (a job of its own; a killed one goes on where it stopped)
			frappe.db.commit()
	return made


def _asked() -> Counter:
	"""Account manager → how many contacts they are asked to confirm."""
	contact, todo = frappe.qb.DocType("Contact"), frappe.qb.DocType("ToDo")
	open_ones = (
		frappe.qb.from_(todo)
		.join(contact)
		.on(contact.confirmation_todo == todo.name)
		.where((todo.reference_type == "Contact") & (todo.status == "Open"))
		.groupby(todo.allocated_to)
		.select(todo.allocated_to, Count("*"))
	)
	return Counter(dict(open_ones.run()))


def _remind(manager: str, party_type: str, room: int) -> int:
	"""Ask for as many of the contacts of their clients as there is `room` for."""
	made = start = 0
	while made < room and (rows := _unconfirmed(manager, party_type, start, CHUNK)):
		managers = _managers_of([row.name for row in rows])
		theirs = [row for row in rows if managers.get(row.name) == manager][: room - made]
		failed = 0
		for row in theirs:
			with transactions.part(
				"A contact's details could not be asked for", "Contact", row.name
			) as asking:
				_ask_to_confirm(row, manager)
			failed += bool(asking.error)
		made += len(theirs) - failed
		start += len(rows) - len(theirs) + failed  # who is asked for is not found again
	return made


def _unconfirmed(manager: str, party_type: str, start: int, limit: int) -> list:
	contact, link, client = map(frappe.qb.DocType, ("Contact", "Dynamic Link", party_type))
	todo, user = map(frappe.qb.DocType, ("ToDo", "User"))
	# Earlier versions did not note who was asked.
	asked = Coalesce(NullIf(contact.confirmation_asked_of, ""), todo.allocated_to, "")
	is_open = todo.status == "Open"
	since = Coalesce(contact.details_confirmed_on, Date(contact.creation))
	return (
		frappe.qb.from_(client)
		.join(link)
		.on(
			(link.link_doctype == party_type)
			& (link.link_name == client.name)
			& (link.parenttype == "Contact")
		)
		.join(contact)
		.on(contact.name == link.parent)
		.left_join(todo)
		.on(todo.name == contact.confirmation_todo)
		.left_join(user)
		.on((user.name == todo.allocated_to) & (user.enabled == 1))
		.where(client[policy.ACCOUNT_MANAGER_FIELD[party_type]] == manager)
		.where((since < (due_before() or date.min)) | link[parties.CONFIRMED_ON].isnull())
		.where(
			todo.name.isnull()
			| (asked != manager)
			| (is_open & user.name.isnull())
			| (is_open.negate() & (todo.modified < clock.now() - _AGAIN_AFTER))
		)
		.select(contact.name, contact.full_name, contact.confirmation_todo, since.as_("since"))
		.distinct()
		.orderby(since, contact.name)
		.offset(start)
		.limit(limit)
	).run(as_dict=True)


def _managers_of(contacts: list[str]) -> dict[str, str]:
	"""The account managers of the clients of contacts: contact → user."""
	clients = parties.of_contacts(contacts)
	managers: dict[tuple, str] = {}
	for party_type, field in policy.ACCOUNT_MANAGER_FIELD.items():
		names = {client.party for client in clients.values() if client.party_type == party_type}
		if names:
			for row in frappe.get_all(
				party_type, {"name": ("in", list(names)), field: ("is", "set")}, ["name", field]
			):
				managers[party_type, row.name] = row.get(field)
	return {
		contact: managers[client.party_type, client.party]
		for contact, client in clients.items()
		if (client.party_type, client.party) in managers
	}


def _ask_to_confirm(contact, manager: str) -> None:
	_end_todo(contact.confirmation_todo, "Cancelled")
	language = frappe.get_cached_value("User", manager, "language")
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": _("Confirm with the client what is on record about {0}.", language).format(
				contact.full_name or contact.name
			),
			"reference_type": "Contact",
			"reference_name": contact.name,
			"allocated_to": manager,
			"assigned_by": "Administrator",
		}
	).insert(ignore_permissions=True)
	asked = {"confirmation_todo": todo.name, "confirmation_asked_of": manager}
	frappe.db.set_value("Contact", contact.name, asked, update_modified=False)
