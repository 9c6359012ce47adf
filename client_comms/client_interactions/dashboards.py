"""Adds interactions, consents and identity checks to the connections of ERPNext's documents."""

from frappe import _

INTERACTION = "Client Interaction"
ABOUT_CLIENTS = ("Client Consent", "Identity Verification", "Client Disclosure", "Client Access Link")


def customer(data: dict) -> dict:
	return _client(data, "party", ["Customer", "party_type"])


def lead(data: dict) -> dict:
	return _client(data, "party", ["Lead", "party_type"])


def prospect(data: dict) -> dict:
	return _client(data, "party", ["Prospect", "party_type"])


def supplier(data: dict) -> dict:
	return _client(data, "party", ["Supplier", "party_type"])


def opportunity(data: dict) -> dict:
	return _by(data, "reference_name", ["Opportunity", "reference_doctype"])


def issue(data: dict) -> dict:
	return _by(data, "reference_name", ["Issue", "reference_doctype"])


def contact(data: dict) -> dict:
	return _client(data, "contact")


def _client(data: dict, fieldname: str, dynamic_link: list[str] | None = None) -> dict:
	"""As `_by`, for a client, with their consents and identity checks (P-1, P-3)."""
	_by(data, fieldname, dynamic_link)
	data["non_standard_fieldnames"].update(dict.fromkeys(ABOUT_CLIENTS, fieldname))
	data["transactions"].append({"label": _("Privacy"), "items": list(ABOUT_CLIENTS)})
	return data


def _by(data: dict, fieldname: str, dynamic_link: list[str] | None = None) -> dict:
	"""Count interactions whose `fieldname` refers to the document; `dynamic_link` is [DocType, field with
	the DocType]."""
	data.setdefault("non_standard_fieldnames", {})[INTERACTION] = fieldname
	if dynamic_link:
		data.setdefault("dynamic_links", {})[fieldname] = dynamic_link
	data.setdefault("transactions", []).append({"label": _("Client Communication"), "items": [INTERACTION]})
	return data
