"""Explains who can see which record and why, and grants emergency access (D-5, P-2)."""

import frappe
from frappe import _
from frappe.utils import add_to_date

from client_comms import clock, controls, validation
from client_comms.client_interactions import access_requests
from client_comms.enforcement import documents, explain, explorer, interactions, level_spread, write_down
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold
from client_comms.people import page_access
from client_comms.roles import (
	CONFIGURES_OR_AUDITS,
	configures_or_audits,
	refuse,
	require_configuring_or_auditing,
)

# Portal users are not told why they cannot open a record.
_DESK_USER = "Desk User"


@frappe.whitelist()
def explain_access(doctype: str, name: str, user: str | None = None, action: str = "read") -> dict:
	"""Which rule allows or denies `user` `action` on a record, in words.

	:param user: by default the caller; asking about others requires Compliance Officer or Client
	    Communications Manager
	:param action: read, write, print, email, export, share or delete
	:returns: `{"allowed": bool, "rule": str, "reasons": [str, …]}`
	:raises frappe.PermissionError: asking about another user without such a role
	:raises frappe.DoesNotExistError: the record or the user does not exist
	"""
	frappe.only_for(_DESK_USER)
	user = user or frappe.session.user
	if user != frappe.session.user and not configures_or_audits():
		refuse(
			CONFIGURES_OR_AUDITS,
			_("Only users with one of these roles can ask about other users: {0}."),
		)
	return explain.explain(doctype, name, user, action)


@frappe.whitelist(methods=["POST"])
def break_glass(name: str, reason: str) -> dict:
	"""Give the caller immediate access to an interaction, with a reason that everyone with oversight sees.

	For users with clearance for the level but without need-to-know; access ends automatically after the
	hours in the settings.

	:returns: the Interaction Access Grant as a dict
	:raises ActionNotPossibleError: the user can already read the interaction
	:raises ClearanceMissingError: the user has no clearance for the level
	"""
	frappe.has_permission(interactions.INTERACTION, "read", throw=True)
	validation.require_reason(reason, _("Give a reason for emergency access."))
	if frappe.has_permission(interactions.INTERACTION, "read", doc=name):
		frappe.throw(
			_("You can already read this interaction. Reload the page."),
			exc=ActionNotPossibleError,
			title=_("Not Needed"),
		)
	hours = frappe.get_cached_doc("Client Comms Settings").break_glass_hours
	grant = frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": name,
			"user": frappe.session.user,
			"granted_by": frappe.session.user,
			"valid_until": add_to_date(clock.now(), hours=hours),
			"reason": reason,
			"break_glass": 1,
		}
	)
	grant.flags.emergency = True
	# nosemgrep: frappe-whitelisted-without-permissions (checked above; the grant checks clearance)
	grant.insert(ignore_permissions=True)
	return grant.as_dict(convert_dates_to_str=True)


@frappe.whitelist()
def check_write_down(
	doctype: str,
	name: str,
	content: str | None = None,
	attachments: str | list[str] | None = None,
	in_reply_to: str | None = None,
) -> dict:
	"""What an email about a document would pass on from more confidential records, to show while it is written.

	Considers only what the caller can read. The same is checked again when the email is created.

	:param content: the HTML of the email
	:param attachments: names of Files
	:param in_reply_to: the message that it answers
	:returns: `{"messages": [HTML, …], "advice": str, "refused": bool}`; `refused` says whether it cannot be sent like this
	:raises frappe.PermissionError: without read access to the document
	"""
	frappe.has_permission(doctype, "read", doc=name, throw=True)
	names = [str(each) for each in validation.require_list(_("Attachments"), attachments)]
	found = write_down.of_draft(doctype, name, content, names, in_reply_to)
	return {
		"messages": write_down.words(found),
		"advice": write_down.advice(),
		"refused": bool(found) and controls.is_enforced(write_down.MODE),
	}


@frappe.whitelist()
def access_refusal(name: str, doctype: str = interactions.INTERACTION) -> dict:
	"""What the caller can do about an interaction, or another document with a level, that they cannot open.

	:returns: as `client_interactions.access_requests.refusal`; of another document as `refusal_of_document` there
	"""
	if doctype != interactions.INTERACTION:
		frappe.has_permission(doctype, "read", throw=True)
		return access_requests.refusal_of_document(doctype, name)
	frappe.has_permission(interactions.INTERACTION, "read", throw=True)
	return access_requests.refusal(name)


@frappe.whitelist()
def who_opens(address: str) -> dict:
	"""Who can open a page of this app that the desk refused to the caller.

	:returns: as `people.page_access.refusal`
	"""
	return page_access.refusal(address) if _DESK_USER in frappe.get_roles() else {}


@frappe.whitelist(methods=["POST"])
def request_access(name: str, reason: str) -> None:
	"""Ask the responsible staff of an interaction for access, or users with oversight if there are none (P-2).

	:raises: as `client_interactions.access_requests.request`
	"""
	frappe.has_permission(interactions.INTERACTION, "read", throw=True)
	access_requests.request(name, reason)


@frappe.whitelist(methods=["POST"])
def grant_access(name: str, user: str) -> str:
	"""Grant the access that a user asked for, for the hours in the settings; only responsible staff and oversight can (P-2).

	:returns: the name of the Interaction Access Grant
	:raises: as `client_interactions.access_requests.grant`
	"""
	frappe.has_permission(interactions.INTERACTION, "read", doc=name, throw=True)
	return access_requests.grant(name, user)


@frappe.whitelist(methods=["POST"])
def decline_access(name: str, user: str) -> None:
	"""Decline the access that a user asked for; raises as `grant_access`."""
	frappe.has_permission(interactions.INTERACTION, "read", doc=name, throw=True)
	access_requests.decline(name, user)


@frappe.whitelist()
def is_governed(doctype: str) -> bool:
	"""Whether documents of this type have a confidentiality level on this site (Issue, Lead, Opportunity)."""
	return documents.is_governed(doctype)


@frappe.whitelist(methods=["POST"])
def change_level(doctype: str, name: str, level: str, reason: str | None = None) -> bool:
	"""Raise or lower a governed Issue, Lead or Opportunity: see `level_spread.change_level`.

	:returns: whether the session user can still read it
	:raises MissingDetailsError: it is lowered without a reason
	:raises ClearanceMissingError: lowering without clearance on both levels
	"""
	if not documents.is_governed(doctype):
		frappe.throw(
			_("{0} is not governed. Switch it on in Client Comms Settings first.").format(bold(_(doctype))),
			title=_("Not Governed"),
		)
	level_spread.change_level(doctype, name, level, (reason or "").strip())
	return bool(frappe.has_permission(doctype, "read", name))


@frappe.whitelist()
def simulate_governing(doctype: str) -> list[dict]:
	"""Who would lose access to how many documents if Issue, Lead or Opportunity were governed: `[{"user",
	"documents"}]`."""
	frappe.has_permission("Client Comms Settings", "write", throw=True)
	if doctype not in documents.SETTING:
		frappe.throw(_("Choose one of these: {0}.").format(", ".join(_(d) for d in documents.SETTING)))
	return documents.simulate_governing(doctype)


@frappe.whitelist()
@frappe.read_only()
def explore_user(user: str) -> dict:
	"""What a user can access, as numbers of interactions by level and communication type.

	:returns: `{"user", "full_name", "enabled", "roles": […], "bypass", "trained", "training_matters", "trainings":
	    [{"training", "valid_until", "current"}], "grants": [{"interaction", "valid_until", "granted_by", "break_glass"}],
	    "permission_missing", "cells": [{"level", "communication_type", "existing", "listed", "rules": {rule: records},
	    "refusals": {rule: records}, "actions": {action: records}}]}`; `listed` is what a list shows, User
	    Permissions included
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises frappe.DoesNotExistError: the user does not exist
	"""
	require_configuring_or_auditing()
	return explorer.of_user(user)


@frappe.whitelist()
@frappe.read_only()
def explore_record(doctype: str, name: str, action: str = "read") -> dict:
	"""Which enabled desk users can do `action` on a governed record, and by which rule.

	:returns: `{"doctype", "name", "level", "communication_type", "action", "reaching": [{"user", "full_name", "rule",
	    "reasons"}], "others": [{"user", "full_name", "rule"}]}`; nothing else of the record. `explain_access` says why
	    one of the others cannot
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	:raises frappe.DoesNotExistError: the record does not exist
	:raises frappe.ValidationError: the record is not governed
	"""
	require_configuring_or_auditing()
	return explorer.of_record(doctype, name, action)


@frappe.whitelist()
@frappe.read_only()
def simulate_matrix_access(matrix: str, against: str | None = None, action: str = "read") -> dict:
	"""Who would gain or lose access if all interactions were governed by a matrix version, which may be a draft (M-1).

	:param against: compare with all interactions being governed by this version; by default each keeps its own
	:returns: `{"checked": int, "users": int, "gaining": int, "losing": int, "rows": [{"user", "full_name", "level",
	    "level_after", "communication_type", "gained", "lost"}]}`, the last two in interactions; User Permissions left out
	:raises frappe.PermissionError: the caller is neither Compliance Officer nor Client Communications Manager
	"""
	require_configuring_or_auditing()
	return explorer.simulate_matrix(matrix, against or None, action)


@frappe.whitelist()
@frappe.read_only()
def simulate_role(user: str, role: str, held: bool = True, action: str = "read") -> dict:
	"""What a user would gain or lose with a role (`held`) or without it; returns and raises the same as
	`simulate_matrix_access`."""
	require_configuring_or_auditing()
	return explorer.simulate_role(user, role, held, action)


@frappe.whitelist()
@frappe.read_only()
def simulate_clearance(
	level: str, role: str, actions: list | str, oversight: bool = False, action: str = "read"
) -> dict:
	"""Who would gain or lose access if this were the clearance of `role` at `level`.

	:param actions: of read, write, print, email, export and share, as a list (or JSON); an empty list
	    removes the clearance
	:returns: the same as `simulate_matrix_access`, as are the errors
	"""
	require_configuring_or_auditing()
	return explorer.simulate_clearance(
		level, role, validation.require_list(_("Actions"), actions), oversight, action
	)
