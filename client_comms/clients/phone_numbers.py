"""Whose a phone number is, however it was typed (D-1, D-4).

Numbers are compared as E.164. That of each contact's number is kept beside it (`phone_e164` on Contact Phone),
so that finding the contacts behind any amount of numbers is one query on an index.
"""

from collections.abc import Iterable

import frappe
import phonenumbers

CHUNK = 1000
NONE = "-"  # looked at, and not a number
# Where the E.164 of a number is kept beside it: DocType, number, E.164
KEPT = (
	("Contact Phone", "phone", "phone_e164"),
	("Lead", "phone", "phone_e164"),
	("Lead", "mobile_no", "mobile_e164"),
)


def normalised(number: str | None, region: str | None = None) -> str | None:
	"""The number as E.164, such as `+4930123456`; None when it is none that could be dialled from outside.

	:param region: two-letter code of the country that numbers without a country code belong to; by
	    default that of the company
	"""
	try:
		parsed = phonenumbers.parse(number or "", region or default_region())
	except phonenumbers.NumberParseException:
		return None
	if not phonenumbers.is_possible_number(parsed):
		return None
	return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def default_region() -> str | None:
	"""The country of the default company, or of the system settings."""
	company = frappe.defaults.get_global_default("company")
	country = (company and frappe.get_cached_value("Company", company, "country")) or (
		frappe.db.get_default("country")
	)
	code = country and frappe.get_cached_value("Country", country, "code")
	return code.upper() if code else None


def contacts_of(numbers: Iterable[str]) -> dict[str, list[str]]:
	"""The contacts with these numbers, by E.164: `{"+4930123456": ["Anna Client"]}`.

	:param numbers: as `normalised` gives them
	"""
	wanted = [number for number in set(numbers) if number]
	contacts: dict[str, list[str]] = {}
	if wanted:
		for row in frappe.get_all(
			"Contact Phone",
			{"phone_e164": ("in", wanted), "parenttype": "Contact"},
			["phone_e164", "parent"],
			order_by="creation asc",
		):
			contacts.setdefault(row.phone_e164, []).append(row.parent)
	return contacts


def set_normalised(contact, method=None) -> None:
	"""Keep the E.164 of a contact's numbers beside them."""
	for row in contact.phone_nos:
		row.phone_e164 = normalised(row.phone) or NONE


def catch_up(chunk: int = CHUNK) -> int:
	"""Normalise numbers that nothing has been saved with since the app came. Repeatable; commits in chunks.

	:returns: how many
	"""
	return sum(_catch_up(*where, chunk) for where in KEPT)


def _catch_up(doctype: str, source: str, target: str, chunk: int) -> int:
	table = frappe.qb.DocType(doctype)
	unseen = (
		frappe.qb.from_(table)
		.select(table.name, table[source])
		.where(table[target].isnull())
		.orderby(table.name)
		.limit(chunk)
	)
	done = 0
	while rows := unseen.run():
		for name, phone in rows:
			frappe.db.set_value(doctype, name, target, normalised(phone) or NONE, update_modified=False)
		frappe.db.commit()  # nosemgrep: a job of its own; a killed one goes on where it stopped
		done += len(rows)
	return done
