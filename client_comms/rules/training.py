"""Who must complete which training, and by when (R-1, T-1). Dates are days in the
site's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from client_comms.rules.messages import Message, RuleError, _

NOT_OWED = "Not Required"
ASSIGNED = "Assigned"  # never completed, still within the grace period
OVERDUE = "Overdue"  # never completed, and the grace period is over
CURRENT = "Current"
DUE = "Due"  # still valid, and can already be repeated
LAPSED = "Lapsed"
COUNTS = frozenset({CURRENT, DUE})


@dataclass(frozen=True, slots=True)
class State:
	"""The state of one training for one person; `until` is the day by which they must complete it."""

	name: str
	until: date | None = None

	@property
	def counts(self) -> bool:
		"""Whether this training allows access to levels that require training."""
		return self.name in COUNTS


def state(
	today: date,
	*,
	owed_since: date | None,
	grace_days: int,
	valid_until: date | None,
	refresh_days: int,
) -> State:
	"""The state on a day.

	:param owed_since: the day on which the person received a role that requires it; None: it is not required of them now
	:param grace_days: calendar days to complete it for the first time
	:param valid_until: the last day on which the latest completion is valid; None: never completed
	:param refresh_days: calendar days before that day on which it can first be repeated
	"""
	if valid_until is not None:
		if today > valid_until:
			return State(LAPSED if owed_since else NOT_OWED, valid_until if owed_since else None)
		refresh = today >= valid_until - timedelta(days=refresh_days)
		return State(DUE if refresh and owed_since else CURRENT, valid_until)
	if owed_since is None:
		return State(NOT_OWED)
	until = owed_since + timedelta(days=grace_days)
	return State(ASSIGNED if today <= until else OVERDUE, until)


@dataclass(frozen=True, slots=True)
class Question:
	"""A question of a test: the numbers of its correct options, starting at 1; several if `multiple`."""

	key: str
	right: frozenset[int]
	options: int
	multiple: bool = False

	def __post_init__(self):
		values = {"question": self.key}
		if self.options < 2:
			raise RuleError(Message(_("Question {question} needs at least two options."), values))
		if not self.right or not all(1 <= each <= self.options for each in self.right):
			raise RuleError(
				Message(_("The correct option of question {question} must be one of its options."), values)
			)
		if not self.multiple and len(self.right) > 1:
			raise RuleError(
				Message(
					_(
						"Question {question} has several correct options. Select Several Correct Options, or enter only one."
					),
					values,
				)
			)


@dataclass(frozen=True, slots=True)
class Result:
	"""`score` in percent, from 0 to 100; `wrong` are the keys of questions that were answered incorrectly or
	not at all."""

	score: float
	passed: bool
	wrong: tuple[str, ...]


def judge(questions: Sequence[Question], answers: dict[str, frozenset[int]], pass_mark: float) -> Result:
	"""A question counts if exactly its correct options were chosen. A training without questions is passed
	by attestation.

	:param pass_mark: percent, from 0 to 100
	"""
	wrong = tuple(each.key for each in questions if answers.get(each.key, frozenset()) != each.right)
	score = 100 * (len(questions) - len(wrong)) / len(questions) if questions else 100.0
	return Result(score, score >= pass_mark, wrong)
