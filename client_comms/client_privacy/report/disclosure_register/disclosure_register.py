"""What was sent about clients, for auditors or for clients who ask (P-2)."""

import frappe
from frappe import _
from frappe.utils import add_months

from client_comms import clock
from client_comms.client_interactions import reporting
from client_comms.client_privacy import disclosures

EQUAL = ("party_type", "party", "third_party", "recipient_kind", "outcome")
FIELDS = (
	("disclosed_on", 150),
	("party_name", 150),
	("description", 220),
	("confidentiality_level", 170),
	("recipient", 200),
	("recipient_kind", 140),
	("third_party", 130),
	("channel", 90),
	("basis", 130),
	("consent", 140),
	("reason", 200),
	("outcome", 100),
	("full_name", 150),
	("client_interaction", 140),
	("name", 140),
	("disclosed_by", 170),
)
# Who passed something on, by name; the user is the proof, also of a name that has changed since.
NAME = "full_name"


def execute(filters=None):
	"""The newest entries of the register that the user can read.

	:param filters: `from_date`, `to_date` (dates on which it was sent; by default twelve months), `party_type` and
	    `party`, `recipient` (part of an address), `third_party`, `recipient_kind`, `outcome`
	"""
	filters = frappe._dict(filters or {})
	which = [["disclosed_on", "between", reporting.period(filters, add_months(clock.now().date(), -12))]]
	which += [[field, "=", filters[field]] for field in EQUAL if filters.get(field)]
	if filters.recipient:
		which.append(["recipient", "like", f"%{filters.recipient}%"])
	rows, message = entries(which, FIELDS)
	chosen = [f.fieldname for f in frappe.get_meta(disclosures.DISCLOSURE).fields if f.fieldtype == "Select"]
	for row in rows:
		row.update({field: _(row[field]) for field in chosen if row.get(field)})
	if not rows:
		message = _("Nothing was passed on in this period. Choose a longer one, or empty the filters.")
	return columns(FIELDS), rows, message


def entries(which: list, fields) -> tuple[list, str | None]:
	"""The newest entries that meet the conditions, with the names of those who passed something on, and a message if there are more."""
	stored = [field for field, _width in fields if field != NAME]
	rows, message = reporting.newest(disclosures.DISCLOSURE, which, stored, "disclosed_on")
	names = reporting.names_of_staff(row.disclosed_by for row in rows)
	for row in rows:
		row[NAME] = names.get(row.disclosed_by) or row.disclosed_by
	return rows, message


def columns(fields) -> list[dict]:
	"""Columns from the register's own fields."""
	meta = frappe.get_meta(disclosures.DISCLOSURE)
	found = []
	for fieldname, width in fields:
		if fieldname == "name":
			described = {"label": _("Entry"), "fieldtype": "Link", "options": disclosures.DISCLOSURE}
		elif fieldname == NAME:
			described = {"label": _(meta.get_label("disclosed_by")), "fieldtype": "Data"}
		elif fieldname == "disclosed_by":
			described = {"label": _("User"), "fieldtype": "Data"}  # a link would show the name again
		else:
			field = meta.get_field(fieldname)
			linked = field.fieldtype == "Link"
			described = {
				"label": _(field.label),
				"fieldtype": field.fieldtype if linked or field.fieldtype == "Datetime" else "Data",
				"options": field.options if linked else None,
			}
		found.append({"fieldname": fieldname, "width": width, **described})
	return found
