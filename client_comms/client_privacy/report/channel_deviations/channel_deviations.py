"""Messages that used a channel other than the client's preferred one, and why (C-2)."""

from collections import Counter

import frappe
from frappe import _
from frappe.utils import add_months

from client_comms import clock, i18n
from client_comms.client_interactions import reporting
from client_comms.client_privacy.report.disclosure_register import disclosure_register

FIELDS = (
	("disclosed_on", 150),
	("party_name", 160),
	("preferred_channel", 165),
	("channel", 110),
	("reason", 320),
	(disclosure_register.NAME, 150),
	("client_interaction", 150),
	("name", 150),
	("disclosed_by", 180),
)


def execute(filters=None):
	"""The newest deviations that the user can read, and how often each channel replaced another among them.

	:param filters: `from_date`, `to_date` (by default three months), `staff` (User)
	"""
	filters = frappe._dict(filters or {})
	period = reporting.period(filters, add_months(clock.now().date(), -3))
	which = [["preferred_channel", "is", "set"], ["disclosed_on", "between", period]]
	if filters.staff:
		which.append(["disclosed_by", "=", filters.staff])
	rows, message = disclosure_register.entries(which, FIELDS)
	if not rows:
		message = _(
			"No client was contacted against their preference in this period. Choose a longer one to see more."
		)
	return disclosure_register.columns(FIELDS), rows, message, chart(rows)


def chart(rows: list) -> dict | None:
	"""Of the rows that are shown."""
	if not rows:
		return None
	pairs = Counter(
		_("{0} instead of {1}").format(i18n.channel(row.channel), i18n.channel(row.preferred_channel))
		for row in rows
	).most_common(10)
	return {
		"type": "bar",
		"data": {
			"labels": [pair for pair, _count in pairs],
			"datasets": [{"name": _("Messages"), "values": [count for _pair, count in pairs]}],
		},
	}
