"""Indexes of Client Interaction: one for each filter that runs per request, per sweep or for the scorecard.

Only one begins with the level, and it has not the whole level: an index that has all that a row condition asks MariaDB reads
to count, every hidden record before the first open one.

The responsible user, the client, the status, the time and *Breached* have none of their own: one here begins with each. Of every index that begins with a column
MariaDB weighs each value that a row condition names.
"""

import frappe

_DOCTYPE = "Client Interaction"
_INDEXES = (
	("reference_doctype", "reference_name"),
	("party_type", "party", "occurred_on"),
	("responsible_staff", "next_deadline"),
	# And who of the staff got their last one longest ago.
	("responsible_staff", "clock_state", "creation"),
	# Lists by status. What counts them below has all that a row condition asks, and MariaDB's longest key has no room for the name as well.
	("status", "occurred_on"),
	("party_name", "occurred_on"),  # a click on a client
)
_DECIDE = ("confidentiality_level", "communication_type", "matrix", "responsible_staff")
_NAMED = {
	# While someone types, interactions are found by the beginning of the subject, and open ones of clients without a record.
	"client_comms_subject": ("subject(40)",),
	"client_comms_unknown": ("party", "status"),
	# Of a level at which a role opens some types, those types: without it MariaDB takes them for as many as the version has.
	"client_comms_kind": ("confidentiality_level(60)", "communication_type", "matrix"),
	# Lists, counts and figures by status, with what a row condition asks of most users; by time, for in it levels are mixed. The desk of version 16
	# sorts what has the same time by name: where no index has both in this order, each page reads and sorts the whole table.
	"client_comms_newest": ("occurred_on", "name", *_DECIDE),
	"client_comms_status": ("status", "occurred_on", *_DECIDE),
	# The access explorer counts all interactions by these. The status makes it longer than the index by time: MariaDB counts by the
	# shortest, and here reads everything of staff who are responsible for what is hidden.
	"client_comms_reach": (
		"responsible_staff",
		"confidentiality_level",
		"communication_type",
		"matrix",
		"status",
	),
	# The scorecard counts those of a period by each of these, and these among all.
	"client_comms_judged": (
		"occurred_on",
		"acknowledge_status",
		"respond_status",
		"promise_status",
		"party_name",
		"breached",
		"replaced_promises",
		"details_left_open",
	),
	# Whose turn it is: how many of the recent past, and how many open ones, each of the candidates has.
	"client_comms_turn": ("responsible_staff", "status", "occurred_on"),
	"client_comms_missed": ("breached", "status"),
	"client_comms_complaint": ("complaint_words(20)", "not_a_complaint"),
}


def add() -> None:
	for fields in _INDEXES:
		frappe.db.add_index(_DOCTYPE, list(fields))
	for name, fields in _NAMED.items():
		frappe.db.add_index(_DOCTYPE, list(fields), index_name=name)
