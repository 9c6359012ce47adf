"""How the status of an Issue of ERPNext and that of an interaction about it follow each other (clauses C-3 and C-4)."""

from client_comms.rules import response_clock as clock

OPEN, REPLIED, ON_HOLD, RESOLVED, CLOSED = "Open", "Replied", "On Hold", "Resolved", "Closed"
_DONE = (RESOLVED, CLOSED)
_OF_EVENT = {
	clock.ANSWERED: REPLIED,
	clock.TAKEN_BACK: OPEN,
	clock.PAUSED: ON_HOLD,
	clock.RESUMED: OPEN,
	clock.CLOSED: CLOSED,
	clock.REOPENED: OPEN,
}


def event_for(before: str, after: str, status: str) -> str | None:
	"""What an interaction with `status` needs when its Issue was set from `before` to `after`; None if nothing.

	An Issue that is set to Replied leaves the clocks alone: only a message, or staff who say so, answer a client.
	"""
	closed, waiting = status == clock.STATUS_CLOSED, status == clock.STATUS_WAITING
	if after in _DONE:
		return None if closed else clock.CLOSED
	if closed:
		return clock.REOPENED if before in _DONE else None
	if after == ON_HOLD:
		return None if waiting else clock.PAUSED
	return clock.RESUMED if waiting and before == ON_HOLD else None


def status_for(event: str, current: str) -> str | None:
	"""What an Issue with the status `current` is set to when staff recorded `event` on its interaction; None if it stays."""
	status = _OF_EVENT.get(event)
	done = current in _DONE
	if status in (None, current) or (status == CLOSED and done) or (status == REPLIED and done):
		return None
	return status
