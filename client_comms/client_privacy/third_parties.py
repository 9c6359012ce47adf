"""Recognises third parties by their domains and addresses (P-3)."""

import frappe

from client_comms.rules import domains, outgoing

_CACHE = "client_comms_third_parties"


def by_domain() -> dict[str, str]:
	"""Email domain or address, normalised by `rules.domains` → the third party's name; cached until one changes."""
	return frappe.cache.get_value(_CACHE, _build)


def of(address: str) -> str | None:
	"""The third party to which an address belongs, as classified by the gate."""
	return outgoing.sort_recipient(address, outgoing.Known(third_parties=by_domain())).third_party


def forget() -> None:
	frappe.cache.delete_value(_CACHE)
	# Another request may have read the old rows before this one is committed.
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(_CACHE))


def _build() -> dict[str, str]:
	rows = frappe.get_all("Third Party", {"disabled": 0}, ["name", "email_domains"], order_by="name asc")
	return {
		domains.normal_address(line): row.name
		for row in rows
		for line in (row.email_domains or "").splitlines()
	}
