"""Take a training, list the required ones, and let other apps report a completion (R-1, T-1)."""

from datetime import date, datetime

import frappe
from frappe import _

from client_comms import validation
from client_comms.communication_governance.doctype.sop_training_record import sop_training_record
from client_comms.people import trainings
from client_comms.roles import require_configuring_or_auditing, require_right


@frappe.whitelist()
def my_trainings() -> list[dict]:
	"""The trainings assigned to the session user: `[{"training", "state", "until", "counts"}]`."""
	return [
		{
			"training": name,
			"state": state.name,
			"until": state.until and str(state.until),
			"counts": state.counts,
		}
		for name, state in trainings.states_of(frappe.session.user).items()
	]


@frappe.whitelist(methods=["POST"])
def open_training(training: str) -> dict:
	"""The session user's attempt in progress, or a new one; see `people.trainings.open_attempt`."""
	return trainings.open_attempt(training)


@frappe.whitelist(methods=["POST"])
def keep_training_answers(attempt: str, answers: str | dict) -> None:
	"""Save the answers given so far; `answers` is question key → option numbers, or JSON of it."""
	trainings.keep_answers(attempt, validation.require_object(_("Answers"), answers))


@frappe.whitelist(methods=["POST"])
def finish_training(attempt: str, answers: str | dict) -> dict:
	"""Judge the session user's attempt; see `people.trainings.finish`."""
	return trainings.finish(attempt, validation.require_object(_("Answers"), answers))


@frappe.whitelist(methods=["POST"])
def complete_training(
	user: str, training: str, completed_on: str | date | datetime | None = None, score: float | None = None
) -> dict:
	"""Record a completion reported by another app or an external course.

	:param completed_on: day in the site's time zone, by default today; not in the future
	:param score: percent, from 0 to 100
	:returns: `{"valid_until": day}`
	:raises frappe.PermissionError: the caller cannot create SOP Training Records, or it is their own
	"""
	require_right(trainings.RECORD, "create")
	if user == frappe.session.user:
		sop_training_record.refuse_own()
	validation.require_exists("User", user)
	validation.require_exists(trainings.TRAINING, training)
	until = trainings.complete(user, training, completed_on=completed_on, score=score)
	return {"valid_until": str(until)}


@frappe.whitelist()
def locked_out_by_training(level: str) -> list[dict]:
	"""The users who could no longer open records of a level if it required training now: `[{"user", "full_name"}]`."""
	require_configuring_or_auditing()
	return frappe.get_all(
		"User",
		{"name": ("in", [*trainings.locked_out(level), ""])},
		["name as user", "full_name"],
		order_by="full_name asc, name asc",
	)


@frappe.whitelist()
def training_roles() -> list[str]:
	"""The roles by which trainings are assigned, for the report *Training Status*; Frappe lists roles only for System Managers.

	:raises frappe.PermissionError: the caller cannot see the report
	"""
	frappe.has_permission(trainings.ASSIGNMENT, "report", throw=True)
	return trainings.roles()
