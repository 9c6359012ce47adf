"""The state of each clause of the procedure, from its controls and its figures (R-3).

Red: a control is off or broken, or a figure is beyond its limit. Amber: a control only warns, or a figure
misses its target. Green: all controls work and all figures are on target. A figure without anything to count
has no state.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from client_comms.rules.messages import Message, _

GREEN, AMBER, RED = "Green", "Amber", "Red"
_ORDER = (GREEN, AMBER, RED)
LOW, HIGH = "low", "high"  # which values of a figure are better


@dataclass(frozen=True, slots=True)
class State:
	"""Green, amber or red, and the rule that says so."""

	colour: str
	message: Message


@dataclass(frozen=True, slots=True)
class Target:
	"""The values from which a figure is green or amber; `better` says whether low or high values are better."""

	better: str
	green: float
	amber: float

	def state(self, value: float) -> State:
		def reaches(limit: float) -> bool:
			return value >= limit if self.better == HIGH else value <= limit

		values = {"value": f"{value:g}", "green": f"{self.green:g}", "amber": f"{self.amber:g}"}
		if reaches(self.green):
			return State(GREEN, Message(_("{value} is on target ({green})."), values))
		if reaches(self.amber):
			return State(AMBER, Message(_("{value} misses the target of {green}."), values))
		return State(RED, Message(_("{value} is beyond the limit of {amber}."), values))


def of_mode(mode: str | None) -> State:
	"""A control with a mode; one that was never set counts as Enforce."""
	if mode == "Off":
		return State(RED, Message(_("This control is off.")))
	if mode == "Warn":
		return State(AMBER, Message(_("This control only warns.")))
	return State(GREEN, Message(_("This control is enforced.")))


def of_switch(on: object) -> State:
	"""A control that is on or off."""
	return State(GREEN, Message(_("On."))) if on else State(RED, Message(_("This control is off.")))


def worst(states: Iterable[State]) -> State | None:
	"""The worst state; of equal ones the first. None if there are none."""
	return max(states, key=lambda state: _ORDER.index(state.colour), default=None)
