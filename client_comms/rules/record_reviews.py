"""Who can see a review of a record (R-2, P-2)."""

from collections.abc import Collection
from dataclasses import dataclass

from client_comms.rules.access import ADMINISTRATOR, Decision, Subject
from client_comms.rules.messages import Message, _

OVERSIGHT = frozenset({"Compliance Officer", "Customer Support Manager", "Client Communications Manager"})

BY_BEING_REVIEWED = "reviewed"
BY_REVIEWING = "reviewer"
BY_REVIEW_OVERSIGHT = "review-oversight"
NOT_COMPLETED = "review-not-completed"
STILL_SCORING = "still-scoring"
NOT_THEIR_REVIEW = "not-their-review"


@dataclass(frozen=True, slots=True)
class Review:
	"""The facts of a review that decide.

	:param scoring: the users with an open review of the same record in the same draw
	"""

	reviewer: str
	reviewed_user: str
	is_open: bool
	scoring: Collection[str] = ()


def decide(subject: Subject, review: Review, of_record: Decision) -> Decision:
	"""Its reviewer and oversight see a review if they can read the record, oversight not while scoring the same record
	independently. The person reviewed sees it once it is completed, even if they can no longer read the record.

	:param of_record: whether the user can read the record
	"""
	if subject.bypass:
		return Decision(True, ADMINISTRATOR, (Message(_("Administrator bypasses all clearances.")),))
	if subject.user == review.reviewed_user:
		if review.is_open:
			return _no(
				NOT_COMPLETED, _("This review is about {user}'s work and is not completed yet."), subject
			)
		return _yes(BY_BEING_REVIEWED, _("This completed review is about {user}'s work."), subject)
	if not of_record.allowed:
		return of_record
	if subject.user == review.reviewer:
		return _yes(BY_REVIEWING, _("{user} reviews this record."), subject)
	if not OVERSIGHT & subject.roles:
		return _no(NOT_THEIR_REVIEW, _("{user} is neither the reviewer nor the person reviewed."), subject)
	if subject.user in review.scoring:
		return _no(
			STILL_SCORING,
			_("{user} reviews the same record and can see other reviews of it after completing their own."),
			subject,
		)
	return _yes(BY_REVIEW_OVERSIGHT, _("{user} has a role that oversees reviews."), subject)


def _yes(rule: str, text: str, subject: Subject) -> Decision:
	return Decision(True, rule, (Message(text, {"user": subject.user}),))


def _no(rule: str, text: str, subject: Subject) -> Decision:
	return Decision(False, rule, (Message(text, {"user": subject.user}),))
