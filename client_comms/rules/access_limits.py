"""The records to which User Permissions restrict a user, as a part of the access rule (clause D-5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from client_comms.rules.messages import Message, _

# The rule that decided, beside those of `access`.
USER_PERMISSION = "user-permission"


@dataclass(frozen=True, slots=True)
class Limit:
	"""The values of a field to which User Permissions restrict a user, such as companies. `empty`: records without one are open."""

	field: str
	values: frozenset[str]
	empty: bool = True

	def admits(self, value: str | None) -> bool:
		return value in self.values if value else self.empty


def are_exceeded(limits: Iterable[Limit], links: Iterable[tuple[str, str | None]]) -> bool:
	"""Whether a record is outside of what a user is restricted to; what has none of the fields is not restricted.

	:param links: the values of its fields: (field, value)
	"""
	values = dict(links)
	return any(each.field in values and not each.admits(values[each.field]) for each in limits)


def objection(user: str, limits: Iterable[Limit], links: Iterable[tuple[str, str | None]]) -> Message | None:
	"""Why a user has no access to such a record."""
	if not are_exceeded(limits, links):
		return None
	return Message(
		_("User Permissions restrict {user} to other records. A System Manager can change them."),
		{"user": user},
	)
