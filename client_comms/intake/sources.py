"""All sources of interactions: which adapter logs documents of which DocType (D-1, F-1)."""

from collections.abc import Callable

import frappe

from client_comms.enforcement import former_names, governed, source_doctypes
from client_comms.intake import (
	adapters,
	appointment,
	call_log,
	communication,
	event,
	issue,
	lead,
	opportunity,
)

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


def log_by_doctype() -> dict[str, Callable]:
	"""DocType → what logs its documents; those of other apps by their adapter."""
	return {**LOG, **dict.fromkeys(source_doctypes.active(), adapters.log)}


def is_logged(doc) -> bool:
	"""Whether the document belongs to an interaction: it names its own, or the interaction, or one that was merged into it, is about it."""
	if doc.doctype in source_doctypes.active():
		return adapters.is_logged(doc)
	if doc.doctype in governed.bound():
		return bool(doc.client_interaction)
	about = {"reference_doctype": doc.doctype, "reference_name": doc.name}
	return bool(frappe.db.exists("Client Interaction", about) or former_names.about(doc.doctype, [doc.name]))
