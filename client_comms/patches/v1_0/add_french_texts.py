"""Existing sites get the shipped French texts and words, as new sites do, where they have none in French.

Consent notices only for purposes that still exist, terms and complaint words only if the site uses any.
"""

import frappe

from client_comms import procedure
from client_comms.ledger import following
from client_comms.setup import found_names, install

LANGUAGE = "fr"
SETTINGS = "Client Comms Settings"
# What the wording check accepted before French was shipped; lists that were changed since are kept.
FORMER = {
	"salutations": "Dear\nHello\nGood morning\nGood afternoon\nSehr geehrte\nGuten Tag\nLiebe",
	"closings": (
		"Kind regards\nBest regards\nYours sincerely\nYours faithfully\nMit freundlichen Grüßen\n"
		"Freundliche Grüße\nBeste Grüße"
	),
}


def execute():
	if not frappe.db.exists("Language", LANGUAGE):
		return
	_add_templates()
	_add_rows("Consent Notice", [row for row in _ours(procedure.CONSENT_NOTICES) if _has_purpose(row)])
	if frappe.db.count("Terminology Rule"):
		_add_rows("Terminology Rule", _ours(procedure.TERMINOLOGY))
	if frappe.db.count("Complaint Word") and not _has_french("Complaint Word"):
		install.insert_complaint_words(LANGUAGE, procedure.COMPLAINT_WORDS[LANGUAGE])
	_accept_french_courtesy()


def _add_templates():
	acknowledgements, summaries = _ours(procedure.ACKNOWLEDGEMENTS), _ours(procedure.SUMMARIES)
	found_names.remember_found_names(
		"Email Template", [row["name"] for row in (*acknowledgements, *summaries)]
	)
	install.make_templates(acknowledgements, "is_acknowledgement")
	install.make_templates(summaries, "is_summary")


def _add_rows(doctype: str, rows: list[dict]):
	if not _has_french(doctype):
		for row in rows:
			frappe.get_doc({"doctype": doctype, **row}).insert(ignore_permissions=True)


def _accept_french_courtesy():
	unchanged = [
		field
		for field, former in FORMER.items()
		if frappe.db.get_single_value(SETTINGS, field, cache=False) == former
	]
	for field in unchanged:
		new = frappe.get_meta(SETTINGS).get_field(field).default
		frappe.db.set_single_value(SETTINGS, field, new, update_modified=False)
	if unchanged:
		following.record_states(SETTINGS, [SETTINGS])


def _ours(rows) -> list[dict]:
	return [row for row in rows if row["language"] == LANGUAGE]


def others(rows) -> list[dict]:
	"""What earlier patches make."""
	return [row for row in rows if row["language"] != LANGUAGE]


def _has_french(doctype: str) -> bool:
	return bool(frappe.db.exists(doctype, {"language": LANGUAGE}))


def _has_purpose(row: dict) -> bool:
	return bool(frappe.db.exists("Consent Purpose", row["purpose"]))
