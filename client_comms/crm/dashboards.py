"""Interactions among the connections of the ERPNext documents that they belong to."""

from frappe import _

INTERACTION = "Client Interaction"


def customer(data: dict) -> dict:
	return _by(data, "party", ["Customer", "party_type"])


def lead(data: dict) -> dict:
	return _by(data, "party", ["Lead", "party_type"])


def prospect(data: dict) -> dict:
	return _by(data, "party", ["Prospect", "party_type"])


def supplier(data: dict) -> dict:
	return _by(data, "party", ["Supplier", "party_type"])


def opportunity(data: dict) -> dict:
	return _by(data, "reference_name", ["Opportunity", "reference_doctype"])


def issue(data: dict) -> dict:
	return _by(data, "reference_name", ["Issue", "reference_doctype"])


def contact(data: dict) -> dict:
	return _by(data, "contact")


def _by(data: dict, fieldname: str, dynamic_link: list[str] | None = None) -> dict:
	"""Count interactions whose `fieldname` names the document; `dynamic_link` is [DocType, field holding it]."""
	data.setdefault("non_standard_fieldnames", {})[INTERACTION] = fieldname
	if dynamic_link:
		data.setdefault("dynamic_links", {})[fieldname] = dynamic_link
	data.setdefault("transactions", []).append({"label": _("Client Communication"), "items": [INTERACTION]})
	return data
