"""Creates Nordlicht Solar on a site, where missing: its staff, customers, mailboxes and holidays."""

from datetime import date

import frappe
from frappe.installer import update_site_config

from client_comms import procedure
from client_comms.demo import mailbox, privacy, scenario, stories

HOLIDAY_LIST = "Nordlicht Solar"
# Address, name of the Email Account, and the document that Frappe creates from a mail to it.
ACCOUNTS = (
	(stories.SALES, "Nordlicht Sales", "Lead"),
	(stories.SUPPORT, "Nordlicht Support", "Issue"),
)


def name_of() -> str | None:
	"""The site's company that is used as Nordlicht Solar."""
	return frappe.defaults.get_global_default("company") or frappe.db.get_value("Company", {})


def make(anchor: date, password: str) -> list[str]:
	"""Create everything that must exist before the first mail arrives.

	:param password: of the users that are created
	:returns: their names
	"""
	users = []
	for person, role, other_roles in scenario.STAFF:
		users += make_user(*person, (*procedure.ROLE_PROFILES[role], *other_roles), password)
	for address, account, append_to in ACCOUNTS:
		make_email_account(address, account, append_to)
	make_muted_outgoing_account()
	make_own_domain()
	make_holidays(anchor)
	for customer, customer_type, client, account_manager in scenario.CUSTOMERS:
		make_customer_with_contact(customer, customer_type, client, account_manager)
	return users + privacy.make(anchor, password)


def make_user(name: str, address: str, roles: tuple[str, ...], password: str) -> list[str]:
	if frappe.db.exists("User", address):
		return []
	first_name, last_name = name.split(" ", 1)
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": address,
			"first_name": first_name,
			"last_name": last_name,
			"send_welcome_email": 0,
			"roles": [{"role": role} for role in roles],
		}
	)
	user.flags.no_welcome_mail = True
	user.flags.ignore_password_policy = True
	user.new_password = password
	user.insert(ignore_permissions=True)
	return [address]


def make_email_account(address: str, account: str, append_to: str) -> None:
	"""A mailbox that does not fetch or send: no server is contacted."""
	if frappe.db.exists("Email Account", {"email_id": address}):
		return
	frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": account,
			"email_id": address,
			"append_to": append_to,
			"enable_incoming": 0,
			"enable_outgoing": 0,
			"enable_auto_reply": 0,
			"create_contact": 0,
		}
	).insert(ignore_permissions=True)


def make_muted_outgoing_account() -> None:
	"""An account, so that the desk offers *Email*, on a site that has none; and nothing leaves that site.

	A site with an account of its own is left as it is.
	"""
	if frappe.db.exists("Email Account", {"enable_outgoing": 1, "default_outgoing": 1}):
		return
	if not frappe.conf.mute_emails:
		update_site_config("mute_emails", 1)
		frappe.local.conf.mute_emails = 1
	account = frappe.get_doc("Email Account", {"email_id": stories.SUPPORT})
	account.update(
		{
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "mail.nordlicht.example",
			"awaiting_password": 1,  # Frappe does not connect to check it
		}
	)
	account.save(ignore_permissions=True)


def make_own_domain() -> None:
	settings = frappe.get_doc("Client Comms Settings")
	if stories.OWN_DOMAIN not in settings.own_domains():
		settings.own_email_domains = f"{settings.own_email_domains or ''}\n{stories.OWN_DOMAIN}"
		settings.save(ignore_permissions=True)


def make_holidays(anchor: date) -> None:
	"""Give the response calendar its holidays, unless the site has set some."""
	settings = frappe.get_doc("Client Comms Settings")
	calendar = frappe.get_doc("Response Calendar", settings.default_calendar)
	if calendar.holiday_list:
		return
	if not frappe.db.exists("Holiday List", HOLIDAY_LIST):
		days = mailbox.holidays(anchor)
		frappe.get_doc(
			{
				"doctype": "Holiday List",
				"holiday_list_name": HOLIDAY_LIST,
				"from_date": min(days).replace(month=1, day=1),
				"to_date": max(days).replace(max(days).year + 1, 12, 31),
				"holidays": [{"holiday_date": day, "description": "Company outing"} for day in days],
			}
		).insert(ignore_permissions=True)
	calendar.holiday_list = HOLIDAY_LIST
	calendar.save(ignore_permissions=True)


def make_customer_with_contact(
	customer: str, customer_type: str, client: scenario.Person, account_manager: scenario.Person
) -> None:
	if frappe.db.exists("Customer", customer):
		return
	frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": customer,
			"customer_type": customer_type,
			"customer_group": _a_leaf_of(
				"Customer Group", "Commercial" if customer_type == "Company" else "Individual"
			),
			"territory": _a_leaf_of("Territory", frappe.db.get_single_value("System Settings", "country")),
			"account_manager": account_manager[1],
		}
	).insert(ignore_permissions=True)
	first_name, _space, last_name = client[0].rpartition(" ")
	frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": first_name or last_name,
			"last_name": last_name if first_name else None,
			"company_name": customer if customer_type == "Company" else None,
			"email_ids": [{"email_id": client[1], "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer}],
		}
	).insert(ignore_permissions=True)


def _a_leaf_of(tree: str, wanted: str | None) -> str | None:
	"""The given leaf of a tree DocType if the site has it, otherwise its first leaf."""
	if wanted and frappe.db.exists(tree, {"name": wanted, "is_group": 0}):
		return wanted
	return frappe.db.get_value(tree, {"is_group": 0}, order_by="name asc")
