"""Recognises third parties by their domains and addresses (P-3)."""

import frappe

from client_comms import transactions
from client_comms.rules import domains, outgoing

_DOMAINS = "client_comms_third_parties"


def by_domain() -> dict[str, str]:
	"""Email domain or address, normalised by `rules.domains` → the third party's name; queried once in
	each transaction."""
	return transactions.once(_DOMAINS, _build)


def of(address: str) -> str | None:
	"""The third party to which an address belongs, as classified by the gate."""
	return outgoing.sort_recipient(address, outgoing.Known(third_parties=by_domain())).third_party


def forget() -> None:
	"""This transaction changed one."""
	transactions.forget(_DOMAINS)


def _build() -> dict[str, str]:
	rows = frappe.get_all("Third Party", {"disabled": 0}, ["name", "email_domains"], order_by="name asc")
	return {
		domains.normal_address(line): row.name
		for row in rows
		for line in (row.email_domains or "").splitlines()
	}
