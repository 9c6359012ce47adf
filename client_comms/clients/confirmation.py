"""Who speaks for a client: the contacts, addresses and numbers that users who can change the client's record have
confirmed (P-1 to P-3, D-4).

Frappe lets every user make a Contact, of any client and with any address, portal users included. What they enter stays, but
counts for nothing until it is confirmed: a contact for its client, and addresses and numbers for the contact.
"""

import frappe
from frappe import _

from client_comms import clock, roles
from client_comms.clients import contacts, parties
from client_comms.clients.addresses import bare_address, spellings
from client_comms.clients.parties import CONFIRMED_ON as ON
from client_comms.rules import domains

BY = "confirmed_by"
ROWS = ("Dynamic Link", "Contact Email", "Contact Phone")
# Tables of Contact, with what a row says
_SAYS = {"links": ("link_doctype", "link_name"), "email_ids": ("email_id",), "phone_nos": ("phone",)}

# Of the addresses and numbers in a record, those of the client: others are of who entered it, or is in charge of it.
_CLIENTS_OWN = ("Email", "Phone", "Mobile")
_REPEATS = "client_comms_repeats"


# --- hooks ---------------------------------------------------------------------------------------


def compare(contact, method=None) -> None:
	"""`before_validate` of Contact: ERPNext copies its numbers to the Lead then, and they would always stand there."""
	contact.flags[_REPEATS] = {
		(link.link_doctype, link.link_name)
		for link in _client_links(contact)
		if not link.get(ON) and _says_nothing_new(contact, link)
	}


def follow(contact, method=None) -> None:
	"""`validate` of Contact: what is new is confirmed if its author may confirm it, and what was confirmed stays so.

	A user who links a contact to a client confirms the contact in its present form.
	"""
	before = None if contact.is_new() else contact.get_doc_before_save()
	new_links = [row for row in _kept(contact, before, "links") if row.link_doctype in parties.PARTY_TYPES]
	new_rows = [*_kept(contact, before, "email_ids"), *_kept(contact, before, "phone_nos")]
	_keep_login(contact, before)
	repeats = contact.flags.pop(_REPEATS, ())
	for link in new_links:
		if may_confirm(link) and all(_may_confirm_row(row) for row in _rows(contact) if row.get(ON)):
			_stamp(link)
		elif (link.link_doctype, link.link_name) in repeats:
			_stamp(link)
			for row in filter(_may_repeat, _rows(contact)):
				_stamp(row)
	if contact.flags.pop("client_comms_confirm", None):
		_confirm_now(contact)
	elif (new_links or new_rows) and _may_confirm_all(contact):
		_stamp_rows(_rows(contact) if new_links else new_rows)


def keep_row(row, method=None) -> None:
	"""`before_validate` of the rows of Contact, which can also be saved one by one: nothing is confirmed that way."""
	stored = None if row.is_new() else row.get_doc_before_save() or frappe.get_doc(row.doctype, row.name)
	says = next(each for each in _SAYS.values() if row.meta.has_field(each[0]))
	same = stored and all(stored.get(field) == row.get(field) for field in (*says, "parent", "parenttype"))
	row.update({field: stored.get(field) if same else None for field in (BY, ON)})


def _kept(contact, before, table: str) -> list:
	"""Give the rows of a table what is stored of their confirmation; returns those that say something new."""
	stored = {row.name: row for row in before.get(table)} if before else {}
	new = []
	for row in contact.get(table):
		old = stored.get(row.name)
		same = old and all(old.get(field) == row.get(field) for field in _SAYS[table])
		row.update({field: old.get(field) if same else None for field in (BY, ON)})
		if not same:
			new.append(row)
	return new


def _keep_login(contact, before) -> None:
	"""The login of a client's contact can be changed only by users who can change the client."""
	links = _client_links(contact)
	if before and links and before.user != contact.user and not _may_confirm_all(contact):
		contact.user = before.user
		frappe.msgprint(
			_(
				"The login of this contact stays as it is: only someone who can change the client can change it."
			),
			alert=True,
			indicator="orange",
		)


def keep_addresses(lead, method=None) -> None:
	"""`before_validate` of Lead: portal users can edit what they entered in a form, but not by which address it is theirs, or another's.

	What is written from the address is filed there, and was.

	:raises frappe.PermissionError: a portal user changes an email address
	"""
	if lead.is_new() or roles.has_desk():
		return
	before, own = lead.get_doc_before_save(), _address_of(frappe.session.user)
	for field in contacts.address_fields(lead.doctype):
		old, new = _comparable(before.get(field)), _comparable(lead.get(field))
		if new != old and (old or new != own):
			frappe.throw(
				_("Only staff can change the email address here. Leave it as it is, and write to us."),
				exc=frappe.PermissionError,
				title=_("Not Permitted"),
			)


# --- permissions ---------------------------------------------------------------------------------------


def may_confirm(link) -> bool:
	"""Whether the session user may confirm who belongs to a client: staff who may change its record, and who registered it
	in the portal themselves.

	:param link: a row with `link_doctype` and `link_name`
	"""
	client, user = (link.link_doctype, link.link_name), frappe.session.user
	if user == "Guest" or not frappe.db.exists(*client):
		return False
	if roles.has_desk(user):
		return bool(frappe.has_permission(client[0], "write", doc=client[1]))
	return _registered_themselves(client, user)


def _registered_themselves(client: tuple[str, str], user: str) -> bool:
	"""Whether a client's record was made in the name of a login, and by the one whose address it has.

	Forms make a Lead of whatever address is entered, and its messages would be shown to who entered it.
	"""
	return frappe.db.get_value(*client, "owner") == user and set(contacts.addresses_in(*client)) <= {
		_address_of(user)
	}


def _is_of_login(client: tuple[str, str], user: str) -> bool:
	"""Whether a client of whom no one of the staff has said so is that of a login: its record is of that address alone."""
	return set(contacts.addresses_in(*client)) == {_address_of(user)} or _registered_themselves(client, user)


def _address_of(user: str) -> str:
	return _comparable(frappe.db.get_value("User", user, "email"))


def _may_confirm_row(row) -> bool:
	"""Whether the session user may confirm an address or number of a contact that is theirs to confirm: those who registered themselves
	have shown only that the address of their login is theirs."""
	user = frappe.session.user
	return roles.has_desk(user) or _comparable(row.get("email_id")) == _address_of(user)


def _may_repeat(row) -> bool:
	"""Whether what stands in a client's own record as well is confirmed by that: not a number that a portal user has entered there."""
	return row.doctype != "Contact Phone" or not _is_of_portal_user(frappe.session.user)


def _may_confirm_all(contact) -> bool:
	"""Whether everything about a contact is the session user's to confirm; staff can confirm a contact without clients."""
	links = _client_links(contact)
	return all(map(may_confirm, links)) if links else roles.has_desk(frappe.session.user)


def is_claimed(client: tuple[str, str], address: str | None) -> bool:
	"""Whether only portal users say that an address, or a number (None), is a client's: they have registered the client, with the
	address of someone else, or have entered a contact of it."""
	login = frappe.db.get_value(*client, "owner")
	if not _is_of_portal_user(login):
		login = None
	elif address and _comparable(address) == _address_of(login):
		return False
	rows = address and frappe.db.sql(
		"""select link.confirmed_by, email.confirmed_by, contact.owner, link.owner, link.modified_by, email.owner, email.modified_by
		from `tabDynamic Link` link
		join `tabContact` contact on contact.name = link.parent
		join `tabContact Email` email on email.parent = contact.name and email.parenttype = 'Contact'
		where link.parenttype = 'Contact' and link.link_doctype = %s and link.link_name = %s and email.email_id in %s""",
		(*client, spellings([bare_address(address)])),
	)
	credible = [_is_credible((link_by, email_by), authors) for link_by, email_by, *authors in rows or ()]
	return not any(credible) if credible else bool(login)


def is_claimed_by(contact: str, address: str) -> bool:
	"""The same of the client to whom a contact belongs, confirmed or not; a contact without a client claims nothing."""
	client = parties.of_contacts([contact]).get(contact)
	return bool(client) and is_claimed((client.party_type, client.party), address)


def _is_credible(confirmed_by: tuple[str | None, str | None], authors: list[str | None]) -> bool:
	"""Whether staff say that a client has an address: they confirmed it, or entered it in a contact that is not a portal user's.

	Owners of a contact can put the address of others in a row of staff, so who saved it last counts as well. A visitor counts where
	the client's own record says the same.
	"""
	if all(by and roles.has_desk(by) for by in confirmed_by):
		return True
	return not any(map(_is_of_portal_user, authors)) and ("Guest" not in authors or all(confirmed_by))


def has_claimed_number(contact: str) -> bool:
	"""Whether a portal user has entered a number in a contact that no one has confirmed."""
	unconfirmed = {"parenttype": "Contact", "parent": contact, ON: ("is", "not set")}
	owners = frappe.get_all("Contact Phone", unconfirmed, pluck="owner", order_by=None)
	return any(map(_is_of_portal_user, owners))


def _is_of_portal_user(owner: str | None) -> bool:
	return bool(owner) and owner != "Guest" and not roles.has_desk(owner)


def _says_nothing_new(contact, link) -> bool:
	"""Whether all that the contact has stands in the client's own record, as in the one that ERPNext makes of a Lead."""
	said = {row.email_id for row in contact.email_ids} | {row.phone for row in contact.phone_nos}
	if contact.user:
		said.add(frappe.db.get_value("User", contact.user, "email"))
	fields = [
		df.fieldname
		for df in frappe.get_meta(link.link_doctype).fields
		if df.options in _CLIENTS_OWN and not df.fetch_from  # a copy of what a contact says
	]
	record = fields and frappe.db.get_value(link.link_doctype, link.link_name, fields, as_dict=True)
	return bool(said and record) and set(map(_comparable, said)) <= set(map(_comparable, record.values()))


def _comparable(value) -> str:
	return domains.spelled(str(value or ""))


def clients_of_login(user: str) -> list[tuple[str, str, str]]:
	"""For whom a portal user speaks, as (Contact, DocType, name): the clients of whom their contacts are confirmed.

	Staff who log in speak for no client.
	"""
	if user == "Guest" or roles.has_desk(user):
		return []
	# Frappe creates a contact for every user, in addition to the client's.
	own = frappe.get_all("Contact", {"user": user}, pluck="name", order_by="modified desc")
	found = [
		(contact, *client)
		for contact in own
		for client in parties.all_of_contact(contact)
		if _is_confirmed_by_staff(contact, client) or _is_of_login(client, user)
	]
	customers = [each for each in found if each[1] == "Customer"]
	# Also when the lead that became a customer has a contact of its own.
	return [each for each in found if each[1] not in ("Lead", "Prospect")] if customers else found


def _is_confirmed_by_staff(contact: str, client: tuple[str, str]) -> bool:
	link = dict(zip(("link_doctype", "link_name"), client, strict=True))
	named = {"parenttype": "Contact", "parent": contact, **link, **parties.CONFIRMED}
	return any(map(roles.has_desk, frappe.get_all("Dynamic Link", named, pluck=BY, order_by=None)))


def customers_of_login(user: str) -> set[str]:
	"""The customers whose documents a portal user may see: for whom they speak, and whose portal users staff listed them as."""
	listed = frappe.get_all("Portal User", {"user": user, "parenttype": "Customer"}, pluck="parent")
	spoken_for = {name for _contact, doctype, name in clients_of_login(user) if doctype == "Customer"}
	return {*listed, *spoken_for}


def is_client(user: str) -> bool:
	"""Whether a login is a client's: it speaks for one, or staff listed it as a portal user of one."""
	if user == "Guest" or roles.has_desk(user):
		return False
	return bool(clients_of_login(user) or customers_of_login(user))


# --- confirming --------------------------------------------------------------------------------------


def confirm(contact) -> list[tuple[str, str]]:
	"""Let the save that follows confirm all of a Contact that the session user may confirm.

	:returns: the clients to whom it stays unconfirmed, as (DocType, name)
	"""
	contact.flags.client_comms_confirm = True
	return [
		(link.link_doctype, link.link_name)
		for link in _client_links(contact)
		if not link.get(ON) and not may_confirm(link)
	]


def _confirm_now(contact) -> None:
	for link in _client_links(contact):
		if may_confirm(link):
			_stamp(link)
	if _may_confirm_all(contact):
		_stamp_rows(_rows(contact))


def confirm_existing() -> None:
	"""Confirm what staff, or who made a client's record, had entered before confirmations were kept. Repeatable."""
	stamp = f"`row`.`{BY}` = `row`.`owner`, `row`.`{ON}` = `row`.`creation`"
	new = f"`row`.`parenttype` = 'Contact' and `row`.`{ON}` is null"
	# As `_may_confirm_row`
	theirs = {"Dynamic Link": "", "Contact Email": "and `row`.`email_id` = `user`.`email`"}
	for doctype in ROWS:
		frappe.db.sql(  # nosemgrep: frappe-sql-format-injection (names of the app's own)
			f"""update `tab{doctype}` `row` join `tabUser` `user` on `user`.`name` = `row`.`owner`
			set {stamp} where {new} and `user`.`user_type` = 'System User'"""
		)
		for party_type in parties.PARTY_TYPES if doctype in theirs else ():
			# As `_registered_themselves`; a visitor's record and its contact were made by a form, of one address.
			own = "".join(
				f" and ifnull(`client`.`{field}`, '') in ('', `user`.`email`)"
				for field in contacts.address_fields(party_type)
			)
			frappe.db.sql(  # nosemgrep: frappe-sql-format-injection (names of the app's own)
				f"""update `tab{doctype}` `row` join `tabUser` `user` on `user`.`name` = `row`.`owner`
				join `tabDynamic Link` `link` on `link`.`parent` = `row`.`parent` and `link`.`parenttype` = 'Contact'
				join `tab{party_type}` `client` on `client`.`name` = `link`.`link_name`
				set {stamp} where {new} and `link`.`link_doctype` = '{party_type}'
					and `client`.`owner` = `row`.`owner` {theirs[doctype]}
					and (`user`.`name` = 'Guest' or (true{own}))"""
			)


def withdraw_unfounded() -> int:
	"""Take back what portal users and visitors confirmed before the rules were as strict as they are. Repeatable.

	:returns: how many contacts it was withdrawn from
	"""
	marked = frappe.db.sql(
		" union ".join(
			f"""select `row`.`parent` from `tab{doctype}` `row` join `tabUser` `user` on `user`.`name` = `row`.`{BY}`
			where `row`.`parenttype` = 'Contact' and `user`.`user_type` != 'System User'"""
			for doctype in ROWS
		),
		pluck=True,
	)  # nosemgrep: frappe-sql-format-injection (names of the app's own)
	withdrawn = [name for name in marked if _withdraw_unfounded(frappe.get_doc("Contact", name))]
	return len(withdrawn)


def _withdraw_unfounded(contact) -> bool:
	links = _client_links(contact)
	repeats = [link for link in links if _says_nothing_new(contact, link)]
	unfounded = [
		row
		for row in (*links, *_rows(contact))
		if row.get(BY) and not roles.has_desk(row.get(BY)) and not _is_founded(row, links, repeats)
	]
	for row in unfounded:
		row.db_set({BY: None, ON: None}, update_modified=False)
	return bool(unfounded)


def _is_founded(row, links: list, repeats: list) -> bool:
	"""Whether the author of a confirmation, who is not staff, could confirm it today: as `follow`.

	That a client's own record has a number proves nothing, since ERPNext had copied it there from the contact; visitors made no contacts.
	"""
	user = row.get(BY)
	said = [row] if row in links else links
	if all(_registered_themselves((link.link_doctype, link.link_name), user) for link in said) and (
		row in links or _comparable(row.get("email_id")) == _address_of(user)
	):
		return True
	return any(link in repeats for link in said) and (row.doctype != "Contact Phone" or user == "Guest")


def _client_links(contact) -> list:
	return [row for row in contact.links if row.link_doctype in parties.PARTY_TYPES]


def _rows(contact) -> list:
	return [*contact.email_ids, *contact.phone_nos]


def _stamp_rows(rows: list) -> None:
	for row in filter(_may_confirm_row, rows):
		_stamp(row)


def _stamp(row) -> None:
	"""What only a portal user had confirmed is from now on as staff say."""
	user = frappe.session.user
	if not row.get(ON) or (roles.has_desk(user) and not roles.has_desk(row.get(BY))):
		row.update({BY: user, ON: clock.now()})
