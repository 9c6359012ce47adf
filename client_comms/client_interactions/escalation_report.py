"""The content of an interaction's escalation report: deadlines, notifications and decisions (M-1, R-2).

The report is the print format `Escalation Report`; this collects what is not in the interaction's fields.
"""

import frappe
from frappe import _
from frappe.utils import get_fullname

from client_comms import clock
from client_comms.rules import response_clock as clocks

# Deadlines that approached or were missed, and escalations.
ESCALATION = ("Warned", "Breached", "Escalated", "Escalated by Staff")
# Events by which people decide about the record.
DECISIONS = (
	clocks.PROMISED,
	clocks.PAUSED,
	clocks.TAKEN_BACK,
	clocks.CLOSED,
	clocks.REOPENED,
	"Type Changed",
	"Level Changed",
	"Reassigned",
	"Access Granted",
	"Emergency Access",
)


def facts(doc) -> dict:
	"""What the print format shows in addition to the fields of `doc`, an interaction that the caller can print.

	:returns: `{"now", "clocks": [{"label", "status", "due", "met_on", "working_seconds", "late": bool}],
	    "events": [{"at", "event", "who", "note", "promised_until", "decision": bool, "escalation": bool}],
	    "names": {user of the record: full name}, "notified": [{"at", "who", "what"}],
	    "messages": [{"at", "who", "to", "subject", "sent": bool}]}`; moments as stored, oldest first
	"""
	return {
		"now": clock.now(),
		"clocks": _clocks(doc),
		"names": _names(doc),
		"events": [_event(row) for row in sorted(doc.events, key=lambda row: (row.at, row.idx))],
		"notified": _notified(doc),
		"messages": _messages(doc),
	}


def _names(doc) -> dict[str, str]:
	users = {
		frappe.session.user,
		doc.responsible_staff,
		*(row.assigned_to for row in doc.action_items),
		*(row.custodian for row in doc.evidence),
	}
	return {user: get_fullname(user) for user in users if user}


def _clocks(doc) -> list[dict]:
	rows = (
		(
			_("Acknowledgement"),
			doc.acknowledge_status,
			doc.acknowledge_by,
			doc.acknowledged_on,
			doc.acknowledge_working_seconds,
		),
		(_("Answer"), doc.respond_status, doc.respond_by, doc.responded_on, doc.respond_working_seconds),
		(_("Promised Answer"), doc.promise_status, doc.promised_for, doc.answered_on, None),
	)
	return [
		{
			"label": label,
			"status": status,
			"due": due,
			"met_on": met_on if status in (clocks.MET, clocks.MET_LATE) else None,
			"working_seconds": seconds,
			"late": status in (clocks.MET_LATE, clocks.BREACHED),
		}
		for label, status, due, met_on, seconds in rows
		if status != clocks.NOT_REQUIRED
	]


def _event(row) -> dict:
	return {
		"at": row.at,
		"event": row.event,
		"who": get_fullname(row.by_user),
		"note": row.note,
		"promised_until": row.promised_until,
		"decision": row.event in DECISIONS,
		"escalation": row.event in ESCALATION,
	}


def _notified(doc) -> list[dict]:
	return [
		{"at": row.creation, "who": get_fullname(row.for_user), "what": row.subject}
		for row in frappe.get_all(
			"Notification Log",
			{"document_type": doc.doctype, "document_name": doc.name},
			["creation", "for_user", "subject"],
			order_by="creation asc, name asc",
		)
	]


def _messages(doc) -> list[dict]:
	return [
		{
			"at": row.communication_date,
			"who": row.sender_full_name or row.sender,
			"to": row.recipients,
			"subject": row.subject,
			"sent": row.sent_or_received == "Sent",
		}
		for row in frappe.get_all(
			"Communication",
			{"client_interaction": doc.name, "communication_type": "Communication"},
			["communication_date", "sender", "sender_full_name", "recipients", "subject", "sent_or_received"],
			order_by="communication_date asc, name asc",
		)
	]
