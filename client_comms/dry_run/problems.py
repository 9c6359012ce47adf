"""What can be wrong with what a dry run is given."""

from dataclasses import dataclass


class UnusableInput(ValueError):
	"""The input as a whole cannot be used; the text says why, in one line."""


@dataclass(frozen=True, slots=True)
class Problem:
	"""One message that had to be left out: where it is, and why."""

	origin: str
	reason: str
