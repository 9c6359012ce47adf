"""Problems with the input of a dry run."""

from dataclasses import dataclass


class UnusableInput(ValueError):
	"""The input as a whole cannot be used; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Problem:
	"""One message that was left out: where it is, and why."""

	origin: str
	reason: str
