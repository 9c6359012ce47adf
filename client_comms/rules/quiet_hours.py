"""Quiet hours: the time of day at which no one is notified of a deadline (C-3, C-4, R-2)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class QuietHours:
	"""The time of day `[start, end)` during which no one is notified; it may span midnight.

	If start and end are equal, there are no quiet hours.
	"""

	start: time
	end: time

	def end_of_quiet(self, t: datetime, zone: tzinfo) -> datetime:
		"""`t` (aware) if it is outside quiet hours in `zone`, otherwise the end of those quiet hours."""
		wall = t.astimezone(zone)
		now, passes_midnight = wall.time(), self.end < self.start
		if passes_midnight:
			quiet = now >= self.start or now < self.end
		else:
			quiet = self.start <= now < self.end
		if not quiet:
			return t
		day = wall.date() + timedelta(days=int(passes_midnight and now >= self.start))
		# Of an hour that comes twice, the same one: the first could be over.
		return datetime.combine(day, self.end, zone).replace(fold=wall.fold)
