"""The placeholders of a text in words, for people who read it before it is filled in (clause D-3)."""

import re
from collections.abc import Callable

# A field, on its own or of the document, whatever formats it.
_FIELD = re.compile(r"\{\{-?\s*(?:doc\.)?([A-Za-z_]\w*)\s*(?:\|[^{}]*)?-?\}\}")
# A passage for which a field is needed, without another one inside.
_CONDITION = re.compile(
	r"\{%-?\s*if\s+(?:doc\.)?([A-Za-z_]\w*)\s*-?%\}((?:(?!\{%).)*)\{%-?\s*endif\s*-?%\}", re.S
)


def in_words(text: str, label: Callable[[str], str | None], condition: Callable[[str, str], str]) -> str:
	"""The text with `[Label]` in place of each field. What is more than a field, such as a loop, stays as it is written.

	:param label: the label of a field; None if it is not one, and stays as it is written
	:param condition: given a label and a passage, the words for a passage that is only there if the field is filled
	"""

	def field(found: re.Match) -> str:
		named = label(found[1])
		return f"[{named}]" if named else found[0]

	def passage(found: re.Match) -> str:
		named = label(found[1])
		return condition(named, found[2]) if named else found[0]

	return _FIELD.sub(field, _CONDITION.sub(passage, text))
