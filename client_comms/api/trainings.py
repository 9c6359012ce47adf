"""Take a training, see which are owed, and let other apps report a completion (R-1, T-1)."""

import frappe
from frappe import _

from client_comms.people import trainings
from client_comms.roles import require_configuring_or_auditing


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
	"""The session user's try in progress, or a new one; see `people.trainings.open_attempt`."""
	return trainings.open_attempt(training)


@frappe.whitelist(methods=["POST"])
def keep_training_answers(attempt: str, answers: str | dict) -> None:
	"""Keep what was ticked so far; `answers` is question key → option numbers, or JSON of it."""
	trainings.keep_answers(attempt, frappe.parse_json(answers))


@frappe.whitelist(methods=["POST"])
def finish_training(attempt: str, answers: str | dict) -> dict:
	"""Judge the session user's try; see `people.trainings.finish`."""
	return trainings.finish(attempt, frappe.parse_json(answers))


@frappe.whitelist(methods=["POST"])
def complete_training(
	user: str, training: str, completed_on: str | None = None, score: float | None = None
) -> dict:
	"""A completion that another app or a course outside reports.

	:param completed_on: day in the site's time zone, today when left out; not in the future
	:param score: percent, from 0 to 100
	:returns: `{"valid_until": day}`
	:raises frappe.PermissionError: the caller may not create SOP Training Records
	"""
	frappe.has_permission(trainings.RECORD, "create", throw=True)
	for doctype, name in (("User", user), (trainings.TRAINING, training)):
		if not frappe.db.exists(doctype, name):
			frappe.throw(
				_("{0} {1} does not exist.").format(_(doctype), frappe.bold(name)),
				exc=frappe.DoesNotExistError,
				title=_("Not Found"),
			)
	until = trainings.complete(user, training, completed_on=completed_on, score=score)
	return {"valid_until": str(until)}


@frappe.whitelist()
def locked_out_by_training(level: str) -> list[str]:
	"""Who could not open records of a level any more, if it required training now: users by name."""
	require_configuring_or_auditing()
	return trainings.locked_out(level)
