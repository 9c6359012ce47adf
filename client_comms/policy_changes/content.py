"""What a policy file contains: everything that decides what the app does and that holds on another site as well (M-1, T-4).

What stays on its site is listed with the reason, so that nothing is left out without one: a test compares both lists with the
DocTypes and settings that there are.
"""

from collections.abc import Mapping

import frappe
from frappe.model import no_value_fields, table_fields
from frappe.utils import cstr

from client_comms import clock
from client_comms.client_privacy.doctype.consent_notice import consent_notice
from client_comms.communication_governance import matrix as matrices
from client_comms.communication_governance import templates
from client_comms.policy_changes.changes import LEVEL, MATRIX

SETTINGS = "Client Comms Settings"
TEXT = "Email Template"
PURPOSE, NOTICE, CATEGORY = "Consent Purpose", "Consent Notice", "Feedback Category"
TERM, COMPLAINT_WORD = "Terminology Rule", "Complaint Word"
# In the order in which they can refer to each other.
DOCTYPES = (
	"Communication Type",
	"Documentation Method",
	"Communication Channel",
	LEVEL,
	"Response Calendar",
	CATEGORY,
	COMPLAINT_WORD,
	TERM,
	"Data Category",
	PURPOSE,
	NOTICE,
	"Review Programme",
	TEXT,
	templates.TEMPLATE,
	SETTINGS,
	MATRIX,
)
# The names of these are made by each site, so the same document is found by what it says.
FOUND_BY = {
	COMPLAINT_WORD: ("phrase", "language"),
	TERM: ("avoid", "language"),
	NOTICE: ("purpose", "language", "notice_text"),
}
_ONLY = {TEXT: ("subject", "response", "response_html", "use_html")}
_RECORD, _OF_USERS = "a record of what happened on the site", "names users of the site"
# What is not in the file, and why.
FIELDS_THAT_STAY = {
	SETTINGS: {
		"own_email_domains": "whose addresses are ours depends on the site",
		"privacy_contact": "a person of the site's organisation",
		"privacy_email": "an address of the site's organisation",
		"privacy_phone": "a number of the site's organisation",
		"privacy_policy_url": "a page of the site's organisation",
	},
	MATRIX: {
		"approved_by": "the imported version is approved on the site",
		"approved_on": "the imported version is approved when it is submitted",
		"reclassify_open": "who submits the version decides about the site's open interactions",
	},
}
DOCTYPES_THAT_STAY = {
	"Assignment Share": _OF_USERS,
	"Client Access Link": _RECORD,
	"Client Access Link Attempt": _RECORD,
	"Client Consent": _RECORD,
	"Client Disclosure": _RECORD,
	"Client Interaction": _RECORD,
	"Communication Preference": "what a client of the site wants",
	"Compliance Ledger Entry": _RECORD,
	"Data Package": _RECORD,
	"Data Package Item": _RECORD,
	"Data Subject Request": _RECORD,
	"Digest Subscription": _OF_USERS,
	"Erasure Item": _RECORD,
	"Erasure Run": _RECORD,
	"Feedback Review": _RECORD,
	"Identity Verification": _RECORD,
	"Intake Failure": _RECORD,
	"Interaction Access Grant": _RECORD,
	"Interaction Review": _RECORD,
	"Leak Check Run": _RECORD,
	"Ledger Checkpoint": _RECORD,
	"Ledger Verification": _RECORD,
	"Ledger Witness": "a witness of this site's ledger, with its address",
	"Legal Hold": _RECORD,
	"Logging Exemption": _RECORD,
	"Physical File": _RECORD,
	"Physical Inventory": _RECORD,
	"Physical Location": "where the site's files stand",
	"Policy Attestation": _RECORD,
	"Policy Change Run": _RECORD,
	"Processing Restriction": _RECORD,
	"Review Draw": _RECORD,
	"SOP Policy": "approved, announced and read on the site, as a document with its versions",
	"SOP Training": "its answers are secret and encrypted with the site's key",
	"SOP Training Assignment": _RECORD,
	"SOP Training Attempt": _RECORD,
	"SOP Training Record": _RECORD,
	"Scorecard Snapshot": _RECORD,
	"Staff Absence": _OF_USERS,
	"Third Party": "those with whom the site's organisation works",
	"Unprocessed Email": _RECORD,
	"Wording Finding": _RECORD,
}


def fields_of(doctype: str) -> tuple[str, ...]:
	"""The fields that a file has of a DocType: what users enter, except what stays."""
	stay = FIELDS_THAT_STAY.get(doctype, {})
	return _ONLY.get(doctype) or tuple(
		df.fieldname
		for df in frappe.get_meta(doctype).fields
		if df.fieldtype in table_fields or df.fieldtype not in no_value_fields
		if not (df.read_only or df.hidden or df.is_virtual or df.fieldname in stay)
	)


def names(doctype: str) -> list[str]:
	"""The documents that a file has of a DocType."""
	if doctype == SETTINGS:
		return [SETTINGS]
	if doctype == MATRIX:
		return matrices.in_force_everywhere(clock.now())
	if doctype == TEXT:
		return sorted({*frappe.get_all(templates.TEMPLATE, pluck="email_template")})
	filters = {"current": 1} if doctype == NOTICE else None
	# A category stands below one that comes before it.
	order = "lft asc" if doctype == CATEGORY else "name asc"
	return frappe.get_all(doctype, filters, pluck="name", order_by=order)


def label(doc) -> str:
	"""Under which name a file has the document: its own, or what it says where each site makes names of its own."""
	if doc.doctype not in FOUND_BY:
		return doc.name
	said = " · ".join(filter(None, (doc.get(field) for field in FOUND_BY[doc.doctype])))
	return said if doc.doctype != NOTICE else f"{doc.purpose} · {doc.name}"


def find(doctype: str, name: str, values: Mapping) -> str | None:
	"""The name that the document of a file has on this site, if it is here."""
	if doctype not in FOUND_BY:
		return frappe.db.exists(doctype, name)
	keys = {field: cstr(values.get(field)) for field in FOUND_BY[doctype]}
	if doctype == NOTICE:
		return consent_notice.find(keys["purpose"], keys["language"], keys["notice_text"])
	return frappe.db.get_value(doctype, {field: value or ("is", "not set") for field, value in keys.items()})
