"""Finds the owner of a phone number, however it was entered (D-1, D-4).

Numbers are compared in E.164 format. It is stored with each contact's number (`phone_e164` on Contact Phone),
so that finding the contacts of any number of phone numbers takes one indexed query. The library is loaded with the first number,
because it takes as long as all else that an ordinary job loads of this app.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

import frappe

CHUNK = 1000
_SHORTEST = 4  # digits by which a number is looked for
NONE = "-"  # checked, and not a number
_REGION = "client_comms_region"  # the default of the site with the country that was last used
# Where E.164 numbers are stored: DocType, field of the number, field of its E.164 form
_OF_LEADS = (("Lead", "phone", "phone_e164"), ("Lead", "mobile_no", "mobile_e164"))
KEPT = (("Contact Phone", "phone", "phone_e164"), *_OF_LEADS)


def normalised(number: str | None, region: str | None = None) -> str | None:
	"""The number as E.164, such as `+4930123456`; None if it cannot be dialled from outside.

	:param region: two-letter country code for numbers without one; by default that of the
	    company
	"""
	return _e164(number or "", region or default_region())


@lru_cache(maxsize=10_000)  # to parse is slow, and each text message asks for the numbers of all staff
def _e164(number: str, region: str | None) -> str | None:
	import phonenumbers

	try:
		parsed = phonenumbers.parse(number, region)
	except phonenumbers.NumberParseException:
		return None
	if not phonenumbers.is_possible_number(parsed):
		return None
	return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def is_national(number: str) -> bool:
	"""Whether a number without a country code is one of the default region.

	Digits alone are one only where no number begins with a zero: elsewhere they are any number.
	"""
	region = default_region()
	return bool(region) and _is_of(number, region)


@lru_cache(maxsize=10_000)
def _is_of(number: str, region: str) -> bool:
	import phonenumbers

	if number.isdecimal():
		metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
		if not metadata or metadata.national_prefix == "0":
			return False
	try:
		return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
	except phonenumbers.NumberParseException:
		return False


def beginning(text: str) -> str | None:
	"""The E.164 form of a number that is being typed, as far as it has come; None if the text is not a number."""
	if re.search(r"[^\d\s()+/.-]", text):
		return None
	digits = re.sub(r"\D", "", text)
	if len(digits) < _SHORTEST:
		return None
	if text.lstrip(" (").startswith("+"):
		return f"+{digits}"
	if digits.startswith("00"):
		return f"+{digits[2:]}"
	if whole := normalised(text):
		return whole
	from phonenumbers import country_code_for_region

	code = country_code_for_region(default_region() or "")
	return f"+{code}{digits.lstrip('0')}" if code else None


def default_region() -> str | None:
	"""The country of the default company, otherwise that of System Settings."""
	company = frappe.defaults.get_global_default("company")
	country = (company and frappe.get_cached_value("Company", company, "country")) or (
		frappe.db.get_default("country")
	)
	code = country and frappe.get_cached_value("Country", country, "code")
	return code.upper() if code else None


def contacts_of(numbers: Iterable[str], filters: dict | None = None) -> dict[str, list[str]]:
	"""The contacts with these numbers, by E.164: `{"+4930123456": ["Anna Client"]}`.

	:param numbers: as returned by `normalised`
	"""
	wanted = [number for number in set(numbers) if number]
	contacts: dict[str, list[str]] = {}
	if wanted:
		for row in frappe.get_all(
			"Contact Phone",
			{"phone_e164": ("in", wanted), "parenttype": "Contact", **(filters or {})},
			["phone_e164", "parent"],
			order_by="creation asc",
		):
			contacts.setdefault(row.phone_e164, []).append(row.parent)
	return contacts


def owners_of(numbers: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
	"""All that hold one of these numbers, confirmed or not: E.164 → (DocType, name) of contacts and clients.

	A query for each field in which numbers are stored.

	:param numbers: as returned by `normalised`
	"""
	wanted = [number for number in set(numbers) if number]
	found: dict[str, set[tuple[str, str]]] = {}
	for number, contacts in contacts_of(wanted).items():
		found[number] = {("Contact", contact) for contact in contacts}
	for doctype, _source, field in _OF_LEADS if wanted else ():
		for row in frappe.get_all(doctype, {field: ("in", wanted)}, ["name", field], order_by=None):
			found.setdefault(row[field], set()).add((doctype, row.name))
	return found


def set_normalised(contact, method=None) -> None:
	"""Store the E.164 form of a contact's numbers."""
	for row in contact.phone_nos:
		row.phone_e164 = normalised(row.phone) or NONE


def catch_up(chunk: int = CHUNK) -> int:
	"""Normalise numbers that have not been saved since the app was installed, or since the country of the site changed. Repeatable;
	commits in chunks.

	:returns: how many
	"""
	_follow_region()
	return sum(_catch_up(*where, chunk) for where in KEPT)


def _follow_region() -> None:
	"""What was taken for no number while no country was known, or for one of another country, is read again."""
	region, before = default_region() or NONE, frappe.db.get_default(_REGION)
	if region == before:
		return
	for doctype, source, target in KEPT:
		table = frappe.qb.DocType(doctype)
		unsure = table[target] == NONE
		if before not in (None, NONE):
			unsure |= table[source].not_like("+%")
		frappe.qb.update(table).set(table[target], None).where(unsure).run()
	frappe.db.set_default(_REGION, region)


def forget_region() -> None:
	"""The app is uninstalled."""
	frappe.db.set_default(_REGION, None)


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
		# nosemgrep: frappe-manual-commit (a job of its own; a killed one goes on where it stopped)
		frappe.db.commit()
		done += len(rows)
	return done
