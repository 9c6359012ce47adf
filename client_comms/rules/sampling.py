"""A stratified random sample that anyone can draw again from its seed (R-2).

Records are ordered within their stratum by the SHA-256 of "seed|name": a fair order that depends on nothing but the seed
and the names, so a spreadsheet or another language draws the same sample.
"""

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from client_comms.rules.messages import Message, RuleError, _


@dataclass(frozen=True, slots=True)
class Candidate:
	"""A record that may be reviewed: its stratum, such as (staff, type), and what it is marked as, such as "late"."""

	name: str
	stratum: tuple[str, ...]
	marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Size:
	"""How many of each stratum: a number, or a share above 0 and up to 1, at least `minimum` of both.

	`extra` adds a share of what is left of a stratum with a mark: `{"late": 0.5}` takes half of the late ones more.
	"""

	number: int | None = None
	share: float | None = None
	minimum: int = 0
	extra: Mapping[str, float] = field(default_factory=dict)

	def __post_init__(self):
		if (self.number is None) == (self.share is None):
			raise RuleError(Message(_("Enter either a number or a percentage of records to review.")))
		if self.number is not None and self.number < 0:
			raise RuleError(Message(_("The number of records to review cannot be negative.")))
		if self.share is not None and not 0 < self.share <= 1:
			raise RuleError(
				Message(_("The percentage of records to review must be above 0 and at most 100."))
			)
		if any(not 0 <= share <= 1 for share in self.extra.values()):
			raise RuleError(Message(_("An additional percentage must be between 0 and 100.")))

	def of(self, records: int) -> int:
		"""How many of a stratum of `records` are drawn before the additional shares; fractions are rounded up."""
		wanted = self.number if self.number is not None else _ceil(self.share * records)
		return min(records, max(wanted, self.minimum))


@dataclass(frozen=True, slots=True)
class Drawn:
	"""A record of the sample, and why: "" for the plain draw, otherwise the mark whose additional share it belongs to."""

	name: str
	stratum: tuple[str, ...]
	because: str = ""


def draw(candidates: Iterable[Candidate], size: Size, seed: str) -> tuple[Drawn, ...]:
	"""The sample, in the order of strata and of the draw. The order of `candidates` does not matter."""
	strata: dict[tuple[str, ...], list[Candidate]] = {}
	for candidate in candidates:
		strata.setdefault(candidate.stratum, []).append(candidate)
	sample = []
	for stratum, members in sorted(strata.items()):
		ordered = sorted(members, key=lambda each: (rank(seed, each.name), each.name))
		plain = size.of(len(ordered))
		sample += [Drawn(each.name, stratum) for each in ordered[:plain]]
		left = ordered[plain:]
		for mark, share in sorted(size.extra.items()):
			marked = [each for each in left if mark in each.marks]
			taken = dict.fromkeys(marked[: _ceil(share * len(marked))])
			sample += [Drawn(each.name, stratum, mark) for each in taken]
			left = [each for each in left if each not in taken]
	return tuple(sample)


def for_two(names: Collection[str], share: float, seed: str) -> frozenset[str]:
	"""The part of a sample that two people review independently: a share of all, drawn in the same way."""
	ordered = sorted(names, key=lambda name: (rank(f"{seed}|two", name), name))
	return frozenset(ordered[: _ceil(share * len(ordered))])


def rank(seed: str, name: str) -> str:
	"""The place of a name in the random order of a seed, as hexadecimal digits that are compared as text."""
	return hashlib.sha256(f"{seed}|{name}".encode()).hexdigest()


def _ceil(value: float) -> int:
	"""Rounded up, ignoring floating-point errors (0.1 times 30 is 3)."""
	return math.ceil(value - 1e-9)
