"""Who may be given a part in a record: shares, assignments, responsibility, grants (D-5, P-2).

Frappe asks for a DocShare after every hook, so a share overrides a denial: one may only stand where its
user may read the record anyway, and must end when that ends.
"""

from dataclasses import replace

import frappe
from frappe import _

from client_comms import clock
from client_comms.enforcement import documents, policy
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import translate
from client_comms.rules import access

INTERACTION = "Client Interaction"
_SHARE_FIELDS = ["name", "user", "share_name"]


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
	"""A share is only for people who may read the record anyway, for reasons that do not lapse by themselves.

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
	record = _lasting(policy.stored_record(doc.name))
	level = policy.current().level(record.level)
	if level and level.require_training:
		frappe.throw(
			_(
				"{0} asks for current training, so an interaction of that level is not shared. Give an Interaction Access Grant."
			).format(frappe.bold(_(level.name))),
			exc=ClearanceMissingError,
			title=_("Not Shared"),
		)
	_require(record, docshare.user, access.READ)
	if docshare.write or docshare.submit:
		_require(record, docshare.user, access.WRITE)
	if docshare.share:
		_require(record, docshare.user, access.SHARE)


def refuse_share(doc, method=None) -> None:
	"""Before a DocShare of anything is stored: messages are read through their interaction and never shared by
	themselves; a governed Issue, Lead or Opportunity only with people who may read it.

	:raises ClearanceMissingError: the share would open what its user has no clearance for
	"""
	if doc.share_doctype == "Communication":
		if interaction := frappe.db.get_value("Communication", doc.share_name, "client_interaction"):
			frappe.throw(
				_("This message belongs to {0}. Give access to the interaction instead.").format(
					frappe.bold(interaction)
				),
				exc=ClearanceMissingError,
				title=_("Not Shared"),
			)
	elif documents.is_governed(doc.share_doctype) and not documents.carries_share(doc):
		frappe.throw(
			_(
				"{0} may not read {1}, which is confidential. Ask {2} for clearance, or change the level."
			).format(
				frappe.bold(_("Everyone") if doc.everyone else doc.user),
				frappe.bold(doc.share_name),
				frappe.bold(_("Client Communications Manager")),
			),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def end_follow_without_clearance(doc, method=None) -> None:
	"""Followers are mailed what changes, unchecked: only who may read the record for good remains one.

	Frappe makes people follow what they create or comment on, so that is not refused but ends at once.
	"""
	if doc.ref_doctype == INTERACTION:
		_end_follows({"name": doc.name})


def end_lapsed(interaction: str) -> None:
	"""End shares and follows of one interaction that its level or its participants no longer carry."""
	_end(frappe.get_all("DocShare", {"share_doctype": INTERACTION, "share_name": interaction}, _SHARE_FIELDS))
	_end_follows({"ref_docname": interaction})


def end_lapsed_of_user(doc, method=None) -> None:
	"""A user's roles changed: end the shares and follows that these no longer carry."""
	_end(frappe.get_all("DocShare", {"share_doctype": INTERACTION, "user": doc.name}, _SHARE_FIELDS))
	_end_follows({"user": doc.name})
	for doctype in filter(documents.is_governed, documents.SETTING):
		documents.end_lapsed_shares({"share_doctype": doctype, "user": doc.name})


def end_all_lapsed() -> None:
	"""The clearances of a level changed: look at every share and follow of an interaction."""
	_end(frappe.get_all("DocShare", {"share_doctype": INTERACTION}, _SHARE_FIELDS))
	_end_follows({})
	for doctype in filter(documents.is_governed, documents.SETTING):
		documents.end_lapsed_shares({"share_doctype": doctype})


def _end(shares: list) -> None:
	for share in shares:
		record = policy.stored_record(share.share_name)
		if record and _decide(_lasting(record), share.user, access.READ).allowed:
			continue
		documents.end_share(share.name)


def _end_follows(which: dict) -> None:
	for follow in frappe.get_all(
		"Document Follow", {"ref_doctype": INTERACTION, **which}, ["name", "user", "ref_docname"]
	):
		record = policy.stored_record(follow.ref_docname)
		if not (record and _decide(_lasting(record), follow.user, access.READ).allowed):
			frappe.db.delete("Document Follow", {"name": follow.name})


def _lasting(record: access.Record) -> access.Record:
	"""The record without what ends by itself or elsewhere: a share would outlast it."""
	return replace(record, grants=(), account_manager=None)


def _decide(record: access.Record, user: str, action: str) -> access.Decision:
	return access.decide(policy.subject(user), record, policy.current(), action, clock.now())


def _require(record: access.Record, user: str, action: str = access.READ) -> None:
	decision = _decide(record, user, action)
	if decision.allowed:
		return
	frappe.throw(
		_("{0} may not take part in this interaction.").format(frappe.bold(user))
		+ "<br>"
		+ "<br>".join(translate(reason) for reason in decision.reasons),
		exc=ClearanceMissingError,
		title=_("Clearance Missing"),
	)
