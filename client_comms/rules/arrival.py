"""What an app says about a document of its own that came from a client or went to one (clause D-1).

An adapter returns an `Arrival`; `docs/sources.md` has an example.
"""

from dataclasses import dataclass
from datetime import datetime

from client_comms.rules.classification import INBOUND, OUTBOUND
from client_comms.rules.messages import Message, _

_TEXTS = ("channel", "text", "subject", "number", "email", "name", "thread", "staff")


@dataclass(frozen=True, slots=True)
class Arrival:
	"""A message or call, read once.

	:param at: when it was written or began, with its time zone
	:param direction: `INBOUND` (from the client) or `OUTBOUND` (to them)
	:param channel: the name of a Communication Channel
	:param text: what was written or said; HTML or plain
	:param subject: by default the DocType and the person
	:param number: of the person on the client's side, in either direction, with country code and "+"
	:param email: their address
	:param name: what they call themselves; counts only while nothing else is known
	:param thread: what the other app calls the conversation. Documents of one DocType with the same `thread` and person continue
	    each other; without it, those with the same person
	:param stands_alone: the person may contact us about anything, so it continues no earlier document, like a call
	:param about: DocType and name of the document under which the other app files it
	:param staff: the user who wrote or called; by default who created the document
	:param automatic: a machine wrote it, so it answers nothing
	:param is_sent: it had left before it was stored, so it cannot be refused
	"""

	at: datetime
	direction: str
	channel: str
	text: str | None = None
	subject: str | None = None
	number: str | None = None
	email: str | None = None
	name: str | None = None
	thread: str | None = None
	stands_alone: bool = False
	about: tuple[str, str] | None = None
	staff: str | None = None
	automatic: bool = False
	is_sent: bool = False

	@property
	def is_inbound(self) -> bool:
		return self.direction == INBOUND


def fault(arrival: object) -> Message | None:
	"""Why what an adapter returned cannot be used; None if it can."""
	if not isinstance(arrival, Arrival):
		return Message(
			_("The adapter returned {value}; it must return an Arrival, or None."),
			{"value": type(arrival).__name__},
		)
	if not isinstance(arrival.at, datetime) or arrival.at.utcoffset() is None:
		return Message(_("{field} of the Arrival must be a date and time with a time zone."), {"field": "at"})
	if arrival.direction not in (INBOUND, OUTBOUND):
		return Message(
			_("{field} of the Arrival must be {one} or {other}."),
			{"field": "direction", "one": INBOUND, "other": OUTBOUND},
		)
	if not arrival.channel:
		return Message(_("{field} of the Arrival must be a text."), {"field": "channel"})
	for field in _TEXTS:
		if not isinstance(getattr(arrival, field), str | None):
			return Message(_("{field} of the Arrival must be a text."), {"field": field})
	if not (arrival.number or arrival.email or arrival.about):
		return Message(
			_("The Arrival says nothing about the client: it needs {number}, {email} or {about}."),
			{"number": "number", "email": "email", "about": "about"},
		)
	is_pair = isinstance(arrival.about, tuple) and len(arrival.about) == 2 and all(arrival.about)
	if arrival.about is not None and not is_pair:
		return Message(_("{field} of the Arrival must be a DocType and a name."), {"field": "about"})
	return None
