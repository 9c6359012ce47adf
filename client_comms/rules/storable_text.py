"""Whether a text can be stored as it was sent."""

import re

from client_comms.rules.messages import Message, _

LONGEST = 65_535  # bytes: what a field of this kind holds in the database
_HALVES = re.compile("[\ud800-\udfff]")  # of a character; alone, they are none
# These are invisible on a page, as directions of writing and blanks that count as letters are: a text that contains nothing else is empty.
_INVISIBLE = re.compile(
	"[\u00ad\u034f\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)


def fault(field: str, text: str, longest: int | None = LONGEST) -> Message | None:
	"""Why `text` cannot be stored in the field with the label `field`, which holds `longest` bytes; None if it can."""
	try:
		size = len(text.encode())
	except UnicodeEncodeError:
		return Message(
			_("{field} contains a character that cannot be stored. Retype the text."), {"field": field}
		)
	if longest and size > longest:
		message = _(
			"{field} is too long: {size} bytes, but only {longest} are allowed. Shorten it, or attach it as a file."
		)
		return Message(message, {"field": field, "size": size, "longest": longest})
	return None


def repaired(text: str) -> str:
	"""A text of which every character can be stored: halves of a character are put together, and those alone are replaced by "�"."""
	if not _HALVES.search(text):
		return text
	return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def visible(text: str) -> str:
	"""The visible part of a text without markup; may be empty."""
	return _INVISIBLE.sub("", text).strip()
