"""Messages that rules produce, independent of the language in which they are shown.

Rules do not use the site or its translations, so they return a `Message`: an English template
with named values. Adapters translate the template and fill in the values.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


def _(text: str, context: str | None = None) -> str:
	"""Mark `text` for translation, in a context of its own if one is given, without translating it (gettext's no-op)."""
	return text


@dataclass(frozen=True, slots=True)
class Message:
	"""A sentence template with `{named}` values; `str()` gives it in English, with moments to the minute."""

	text: str
	values: Mapping[str, object] = field(default_factory=dict)

	def __str__(self) -> str:
		return self.text.format(**{key: _in_words(value) for key, value in self.values.items()})


def _in_words(value: object) -> object:
	return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


class RuleError(ValueError):
	"""A rule refused its input; `message` says why and what to do."""

	def __init__(self, message: Message):
		super().__init__(str(message))
		self.message = message


def listed(names: Iterable[str]) -> str:
	"""Names in a message."""
	return ", ".join(sorted(set(names)))
