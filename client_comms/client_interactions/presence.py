"""Who is writing to the client about an interaction at this moment, so that no two users answer at once.

Kept in the cache for a minute: the reply box says again and again that its user is writing.
"""

from datetime import datetime, timedelta

import frappe
from frappe.utils import get_fullname
from redis.exceptions import RedisError

from client_comms import clock

_LASTS = timedelta(seconds=60)


def note(name: str, writing: bool) -> list[str]:
	"""The session user is writing, or has stopped.

	:returns: the full names of the other users who are writing
	"""
	key, user, now = f"client_comms_writers:{name}", frappe.session.user, clock.now()
	# Each user has a field of their own, written before the others are read: of two who begin at once, at least one sees the other.
	try:
		if writing:
			frappe.cache.hset(key, user, now.isoformat())
			frappe.cache.expire(frappe.cache.make_key(key), _LASTS)
		else:
			frappe.cache.hdel(key, user)
		since = {frappe.safe_decode(who): at for who, at in frappe.cache.hgetall(key).items()}
	except RedisError:
		return []
	return sorted(
		get_fullname(who)
		for who, at in since.items()
		if who != user and now - datetime.fromisoformat(at) < _LASTS
	)
