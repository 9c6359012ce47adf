"""All sources of interactions: which adapter logs documents of which DocType (D-1, F-1)."""

from collections.abc import Callable

import frappe

from client_comms.intake import appointment, call_log, communication, event, issue, lead, opportunity

# Each takes a document and returns its interaction, or None if it is not to be logged.
LOG: dict[str, Callable] = {
	"Communication": communication.log,
	"Call Log": call_log.log,
	"Event": event.log,
	"Issue": issue.log,
	"Lead": lead.log,
	"Opportunity": opportunity.log,
	"Appointment": appointment.log,
}
# These have a field `client_interaction`; for the others, the interaction refers to them.
BOUND = ("Communication", "Call Log", "Event")


def is_logged(doc) -> bool:
	"""Whether the document belongs to an interaction."""
	if doc.doctype in BOUND:
		return bool(doc.client_interaction)
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name}
	return bool(frappe.db.exists("Client Interaction", about))
