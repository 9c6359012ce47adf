"""Who is writing to the client about an interaction at this moment, so that no two users answer at once.

Kept in the cache for a minute: the reply box says again and again that its user is writing.
"""

from datetime import datetime, timedelta

import frappe
from frappe.utils import get_fullname

from client_comms import clock

_LASTS = timedelta(seconds=60)


def note(name: str, writing: bool) -> list[str]:
	"""The session user is writing, or has stopped.

	:returns: the full names of the other users who are writing
	"""
	key, user, now = f"client_comms_writing:{name}", frappe.session.user, clock.now()
	since = {
		who: datetime.fromisoformat(at)
		for who, at in (frappe.cache.get_value(key, expires=True) or {}).items()
	}
	kept = {who: at for who, at in since.items() if now - at < _LASTS and who != user}
	mine = {user: now} if writing else {}
	frappe.cache.set_value(
		key,
		{who: at.isoformat() for who, at in {**kept, **mine}.items()},
		expires_in_sec=int(_LASTS.total_seconds()),
	)
	return sorted(get_fullname(who) for who in kept)
