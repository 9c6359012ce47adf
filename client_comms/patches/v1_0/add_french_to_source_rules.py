"""Existing sites recognise French complaints and resolutions, as new sites do.

Rules that an administrator changed in any way stay as they are.
"""

import frappe

from client_comms import procedure
from client_comms.intake import arrivals
from client_comms.ledger import following

SETTINGS = "Client Comms Settings"
# What the shipped rules with words looked for before, by their communication type.
FORMER = {
	procedure.FEEDBACK: (
		"complaint, complaints, complain, feedback, dissatisfied, unhappy, unacceptable, "
		"Beschwerde, Beschwerden, Reklamation, Mängelrüge, unzufrieden"
	),
	procedure.RESOLUTION: "resolved, case closed, ticket closed, erledigt, abgeschlossen",
}


def execute():
	shipped = [rule for rule in procedure.SOURCE_RULES if rule.get("subject_contains")]
	former = [{**rule, "subject_contains": FORMER[rule["communication_type"]]} for rule in shipped]
	words = dict(
		zip(arrivals.source_rules(former), (rule["subject_contains"] for rule in shipped), strict=True)
	)
	rows = frappe.get_doc(SETTINGS).source_rules
	unchanged = [
		(row, words[rule])
		for row, rule in zip(rows, arrivals.source_rules(rows), strict=True)
		if rule in words
	]
	for row, new in unchanged:
		frappe.db.set_value(row.doctype, row.name, "subject_contains", new, update_modified=False)
	if unchanged:
		frappe.clear_document_cache(SETTINGS, SETTINGS)
		following.record_states(SETTINGS, [SETTINGS])
