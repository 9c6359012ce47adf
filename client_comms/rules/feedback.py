"""What has to be known of feedback before it is closed, and how long closing took (F-1, F-3)."""

from collections.abc import Mapping

from client_comms.rules.messages import Message, _

COMPLAINT, SUGGESTION, PRAISE = "Complaint", "Suggestion", "Praise"
WITHIN_3_DAYS, WITHIN_4_WEEKS, WITHIN_8_WEEKS, LONGER = (
	"3 Business Days",
	"4 Weeks",
	"8 Weeks",
	"Longer",
)
BANDS = (WITHIN_3_DAYS, WITHIN_4_WEEKS, WITHIN_8_WEEKS, LONGER)
_DAY = 86_400

_ALWAYS = {
	"feedback_kind": _("Say whether this is a complaint, a suggestion or praise."),
	"feedback_category": _("Choose the category of the feedback."),
}
_OF_COMPLAINTS = {
	"severity": _("Say how severe the complaint is."),
	"upheld": _("Say whether the complaint is upheld."),
	"root_cause": _("Give the root cause of the complaint."),
}


def missing_details(given: Mapping[str, object]) -> tuple[Message, ...]:
	"""What to fill in before feedback is closed; a complaint needs more than praise."""
	needed = {**_ALWAYS, **(_OF_COMPLAINTS if given.get("feedback_kind") == COMPLAINT else {})}
	return tuple(Message(text) for field, text in needed.items() if not given.get(field))


def band(working_seconds: float, mean_day_seconds: float, elapsed_seconds: float) -> str:
	"""The band of the time that closing took: the first in business days, the others in calendar weeks.

	:param working_seconds: working time from the beginning to the end
	:param mean_day_seconds: of the calendar's working day
	:param elapsed_seconds: by the clock on the wall
	"""
	if working_seconds <= 3 * mean_day_seconds:
		return WITHIN_3_DAYS
	weeks = elapsed_seconds / (7 * _DAY)
	return WITHIN_4_WEEKS if weeks <= 4 else WITHIN_8_WEEKS if weeks <= 8 else LONGER
