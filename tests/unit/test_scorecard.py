"""States of clauses from modes, switches and figures (R-3)."""

import pytest

from client_comms.rules.messages import Message
from client_comms.rules.scorecard import (
	AMBER,
	GREEN,
	HIGH,
	LOW,
	RED,
	State,
	Target,
	of_mode,
	of_switch,
	worst,
)

pytestmark = pytest.mark.clause("R-3")


@pytest.mark.parametrize(
	("mode", "colour"), [("Off", RED), ("Warn", AMBER), ("Enforce", GREEN), ("", GREEN), (None, GREEN)]
)
def test_a_mode(mode, colour):
	assert of_mode(mode).colour == colour


@pytest.mark.parametrize(("on", "colour"), [(1, GREEN), (0, RED), (None, RED)])
def test_a_switch(on, colour):
	assert of_switch(on).colour == colour


@pytest.mark.parametrize(
	("target", "value", "colour"),
	[
		(Target(HIGH, 95, 80), 95, GREEN),
		(Target(HIGH, 95, 80), 94.9, AMBER),
		(Target(HIGH, 95, 80), 79.9, RED),
		(Target(LOW, 0, 5), 0, GREEN),
		(Target(LOW, 0, 5), 5, AMBER),
		(Target(LOW, 0, 5), 6, RED),
	],
)
def test_a_figure_by_its_target(target, value, colour):
	assert target.state(value).colour == colour
	assert f"{value:g}" in str(target.state(value).message)


def test_the_worst_decides_and_of_equals_the_first():
	states = [
		State(colour, Message(f"{number}")) for number, colour in enumerate((GREEN, AMBER, AMBER, GREEN))
	]
	assert worst(states) is states[1]
	assert worst([]) is None
