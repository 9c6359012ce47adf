"""Whether a text can be kept as it was sent."""

import re

from client_comms.rules.messages import Message, _

LONGEST = 65_535  # bytes: what a field of this kind holds in the database
# They take no room on a page: a text of nothing else says nothing.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


def fault(field: str, text: str) -> Message | None:
	"""Why `text` cannot be kept, for the field with the label `field`; None: it can."""
	try:
		size = len(text.encode())
	except UnicodeEncodeError:
		return Message(
			_("{field} contains a character that cannot be stored. Retype the text."), {"field": field}
		)
	if size > LONGEST:
		message = _(
			"{field} is too long: {size} bytes, but only {longest} are allowed. Shorten it, or attach it as a file."
		)
		return Message(message, {"field": field, "size": size, "longest": LONGEST})
	return None


def visible(text: str) -> str:
	"""What a reader sees of a text without markup; empty when that is nothing."""
	return _INVISIBLE.sub("", text).strip()
