"""Whether the names that records get show what is in the records (P-2)."""

import re
from collections.abc import Collection

_BRACED = re.compile(r"\{([^{}]*)\}")
_CHOSEN = ("field:", "prompt")
_FORMAT = "format:"
_HARMLESS = frozenset(("company", "naming_series"))


def show_content(pattern: str | None, fields: Collection[str]) -> bool:
	"""Whether names of a pattern contain a field of the record, or what a user enters.

	:param pattern: as Frappe takes it: `hash`, `field:subject`, `format:CI-{subject}-{####}`, or a series (`CI-.subject.-.####`)
	:param fields: the names of the fields that a record has
	"""
	pattern = (pattern or "").strip()
	if pattern.lower().startswith(_CHOSEN):
		return True
	if pattern.lower().startswith(_FORMAT):
		parts = _BRACED.findall(pattern)
	else:
		parts = [part.replace("{", "").replace("}", "") for part in pattern.split(".")]
	return any(part in fields and part not in _HARMLESS for part in parts)
