"""Who may be given a part in a record: shares, assignments, responsibility, grants (D-5, P-2)."""

import frappe
from frappe import _

from client_comms import clock
from client_comms.enforcement import policy
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import translate
from client_comms.rules import access


def require_clearance(user: str, level: str) -> None:
	"""Refuse a user whom taking part would not open the record.

	:raises ClearanceMissingError: the level has no clearance row for the user, training is not current, or
	    the user is disabled
	"""
	if not frappe.db.get_value("User", user, "enabled"):
		frappe.throw(
			_("User {0} is disabled. Choose somebody else.").format(frappe.bold(user)),
			exc=ClearanceMissingError,
			title=_("User Disabled"),
		)
	taking_part = access.Record(level=level, matrix=None, communication_type=None, responsible_staff=user)
	_require(taking_part, user)


def validate(doc, docshare) -> None:
	"""A share opens a document past every hook, so it is only for people who may read it anyway.

	:raises ClearanceMissingError: shared with everyone, or with somebody who may not read the record
	"""
	if docshare.everyone:
		frappe.throw(
			_(
				"An interaction cannot be shared with everyone. Share it with people who have clearance for {0}."
			).format(frappe.bold(_(doc.confidentiality_level))),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
	record = policy.stored_record(doc.name)
	_require(record, docshare.user, access.READ)
	if docshare.write or docshare.submit:
		_require(record, docshare.user, access.WRITE)
	if docshare.share:
		_require(record, docshare.user, access.SHARE)


def _require(record: access.Record, user: str, action: str = access.READ) -> None:
	decision = access.decide(policy.subject(user), record, policy.current(), action, clock.now())
	if decision.allowed:
		return
	frappe.throw(
		_("{0} may not take part in this interaction.").format(frappe.bold(user))
		+ "<br>"
		+ "<br>".join(translate(reason) for reason in decision.reasons),
		exc=ClearanceMissingError,
		title=_("Clearance Missing"),
	)
