"""The details that feedback needs before it can be closed, and how long closing took (F-1, F-3)."""

from collections.abc import Iterable, Mapping

from client_comms.rules.messages import Message, _

COMPLAINT, SUGGESTION, PRAISE = "Complaint", "Suggestion", "Praise"
WITHIN_3_DAYS, WITHIN_4_WEEKS, WITHIN_8_WEEKS, LONGER = (
	_("3 Business Days"),
	_("4 Weeks"),
	_("8 Weeks"),
	_("Longer"),
)
BANDS = (WITHIN_3_DAYS, WITHIN_4_WEEKS, WITHIN_8_WEEKS, LONGER)
SEVERITIES = ("", "Low", "Medium", "High")
RATINGS = (1, 2, 3, 4, 5)
RATING_FIELDS = ("rating", "rated_on", "rating_comment")
POOR = 2  # ratings up to this one are brought to the manager role
WORD_SEPARATOR = ", "
_DAY = 86_400

_ALWAYS = {
	"feedback_kind": _("Choose whether this is a complaint, a suggestion or praise."),
	"feedback_category": _("Choose the category of the feedback."),
}
_OF_COMPLAINTS = {
	"severity": _("Choose the severity of the complaint."),
	"upheld": _("Choose whether the complaint is upheld."),
	"root_cause": _("Enter the root cause of the complaint."),
}


def missing_details(given: Mapping[str, object]) -> dict[str, Message]:
	"""The missing details of feedback, by field; a complaint needs more than praise."""
	needed = {**_ALWAYS, **(_OF_COMPLAINTS if given.get("feedback_kind") == COMPLAINT else {})}
	return {field: Message(text) for field, text in needed.items() if not given.get(field)}


def band(working_seconds: float, mean_day_seconds: float, elapsed_seconds: float) -> str:
	"""The band of the time that closing took: the first in business days, the others in calendar weeks.

	:param working_seconds: working time from start to end
	:param mean_day_seconds: of the calendar's working day
	:param elapsed_seconds: elapsed time
	"""
	if working_seconds <= 3 * mean_day_seconds:
		return WITHIN_3_DAYS
	weeks = elapsed_seconds / (7 * _DAY)
	return WITHIN_4_WEEKS if weeks <= 4 else WITHIN_8_WEEKS if weeks <= 8 else LONGER


def with_words(known: str | None, found: Iterable[str]) -> str | None:
	"""The words by which a record reads like a complaint, as stored, with those found now; each once."""
	words: dict[str, str] = {}
	for word in filter(None, (*(known or "").split(WORD_SEPARATOR), *found)):
		words.setdefault(word.casefold(), word)
	return WORD_SEPARATOR.join(words.values()) or None
