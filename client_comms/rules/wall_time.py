"""Stored times have no offset, and in the night in which summer time ends an hour comes twice (C-3, C-4)."""

from collections.abc import Iterable
from datetime import datetime

from client_comms.rules.working_time import as_utc


def in_order(moments: Iterable[datetime]) -> list[datetime]:
	"""Aware times of a history that is written as it happens. One that would come before what was written earlier, and of which there are two,
	is the later of the two: an answer is not given before its question. What is told afterwards, of another time, stays as it is.
	"""
	found: list[datetime] = []
	latest = None
	for moment in moments:
		at = as_utc(moment)
		second = as_utc(moment.replace(fold=1))
		if latest and at < latest <= second:
			moment, at = moment.replace(fold=1), second
		found.append(moment)
		latest = max(latest, at) if latest else at
	return found
