"""What a client sees of their conversations in the portal (P-2, C-4)."""

from collections.abc import Collection
from dataclasses import dataclass

from client_comms.rules import response_clock
from client_comms.rules.messages import _

INTERNAL = "Internal"
OUTBOUND = "Outbound"
RECEIVED = "Received"
# Of an email that we sent, the only states in which the client has it.
_DELIVERED = ("Sent", "Opened", "Clicked", "Read")

# What a status of an interaction means for its client
STATES = {
	response_clock.STATUS_OPEN: _("Received"),
	response_clock.STATUS_ACKNOWLEDGED: _("We are working on it"),
	response_clock.STATUS_WAITING: _("Waiting for your answer"),
	response_clock.STATUS_ANSWERED: _("Answered"),
	response_clock.STATUS_CLOSED: _("Closed"),
}

BEGUN_BY_US = _("From us")


def state(status: str, *, direction: str, has_written: bool) -> str:
	"""What an interaction's status means for its client; of what we began, nothing has arrived before they write."""
	if status == response_clock.STATUS_OPEN and direction == OUTBOUND and not has_written:
		return BEGUN_BY_US
	return STATES[status]


def status_for_client(status: str, *, until_day: bool) -> str:
	"""What staff put off until a day is not waiting for the client, who was asked nothing.

	:param until_day: whether the pause ends on a day of its own
	"""
	is_put_off = status == response_clock.STATUS_WAITING and until_day
	return response_clock.STATUS_ACKNOWLEDGED if is_put_off else status


@dataclass(frozen=True, slots=True)
class Message:
	"""A message of a conversation: `sender` and `recipients` are plain addresses in lower case.

	`delivery` is Frappe's state of an email that was sent; other messages have none.
	"""

	is_received: bool
	is_email: bool
	delivery: str | None
	sender: str
	recipients: tuple[str, ...]


def is_shown(*, direction: str, level_is_open: bool, contact: str | None, visitor: str | None) -> bool:
	"""Whether a client's interaction is shown to a visitor who speaks for the client.

	Their own is shown at every level, as an Issue is shown to the user who raised it; that of another contact only where the level asks
	for nothing but a role. Internal ones are shown to no one.

	:param contact: the Contact of the interaction
	:param visitor: the visitor's confirmed Contact
	"""
	return direction != INTERNAL and (level_is_open or bool(visitor and contact == visitor))


def is_theirs(message: Message, addresses: Collection[str]) -> bool:
	"""Whether a message went between us and these addresses of the client, so that showing it tells them nothing new.

	Messages to others about the matter, and emails that have not reached the client, are not shown.
	"""
	if message.is_received:
		return message.sender in addresses
	if message.is_email and message.delivery not in _DELIVERED:
		return False
	return any(address in addresses for address in message.recipients)
