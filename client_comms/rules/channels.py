"""Which channel to use for a message to the client: the one they asked for, or another with a reason
(clauses C-1, C-2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from client_comms.rules.messages import Message, _

ALLOWED = "Allowed"
DEVIATION = "Deviation"  # allowed, if a reason is recorded
BLOCKED = "Blocked"


@dataclass(frozen=True, slots=True)
class Preference:
	"""A client's preference: channels in order, and excluded channels with the reason (may be empty)."""

	channels: tuple[str, ...] = ()
	never: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
	"""The result for a channel; `message` explains why it is not simply allowed."""

	outcome: str
	message: Message | None = None


def choose(preference: Preference | None, channel: str) -> Choice:
	"""Judge `channel` by the client's preference; without one, or without an order, every channel is allowed (C-2).

	Any channel that the client named is allowed, not only the first: the order says which to try first. An
	excluded channel stays excluded even if it is also listed as preferred.
	"""
	if preference is None:
		return Choice(ALLOWED)
	if channel in preference.never:
		if reason := preference.never[channel]:
			text = _("The client does not want to be contacted by {channel}: {reason}")
			return Choice(BLOCKED, Message(text, {"channel": channel, "reason": reason}))
		text = _("The client does not want to be contacted by {channel}. Choose another channel.")
		return Choice(BLOCKED, Message(text, {"channel": channel}))
	wanted = [each for each in preference.channels if each not in preference.never]
	if not wanted or channel in wanted:
		return Choice(ALLOWED)
	text = _("The client prefers {preferred}, not {channel}.")
	return Choice(DEVIATION, Message(text, {"preferred": wanted[0], "channel": channel}))
