"""Which communication type a document that arrived in ERPNext has (clauses F-1, M-1).

The administrator's source rules are tried in order, and the first match decides.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

INBOUND = "Inbound"
OUTBOUND = "Outbound"
SUBJECT_CONTAINS = "subject_contains"
_SAME = ("source", "direction", "issue_type", "email_account")

# Thai, Lao, kana, Chinese and Hangul: words are not separated by spaces, or include their particles.
_UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Signal:
	"""What is known about a new document; `source` is its DocType: "Communication", "Issue", "Lead" …"""

	source: str
	direction: str
	subject: str = ""
	email_account: str | None = None
	issue_type: str | None = None


@dataclass(frozen=True, slots=True)
class SourceRule:
	"""One row of the settings; an empty field matches anything.

	`subject_contains` holds words or phrases, separated by commas or line breaks, one of which must
	occur in the subject as a whole, ignoring case.
	"""

	communication_type: str
	source: str | None = None
	direction: str | None = None
	issue_type: str | None = None
	email_account: str | None = None
	subject_contains: str | None = None


@dataclass(frozen=True, slots=True)
class Classification:
	"""The type found; `rule` is the position of the matching rule, starting at 1, or None for the default.

	`conditions` are those of the rule: the field of `SourceRule` and its value, of `subject_contains` the phrase that occurs.
	"""

	communication_type: str
	rule: int | None
	conditions: tuple[tuple[str, str], ...] = ()


def classify(signal: Signal, rules: Sequence[SourceRule], default: str) -> Classification:
	"""Return the communication type of `signal` by the first matching rule, otherwise `default` (M-1)."""
	for position, rule in enumerate(rules, start=1):
		if not _same_fields(signal, rule):
			continue
		conditions = [(field, value) for field in _SAME if (value := getattr(rule, field))]
		if phrases := _phrases(rule.subject_contains or ""):
			subject = _comparable(signal.subject)
			found = next((phrase for phrase, pattern in phrases if pattern.search(subject)), None)
			if found is None:
				continue
			conditions.append((SUBJECT_CONTAINS, found))
		return Classification(rule.communication_type, position, tuple(conditions))
	return Classification(default, None)


def _same_fields(signal: Signal, rule: SourceRule) -> bool:
	pairs = ((getattr(rule, field), getattr(signal, field)) for field in _SAME)
	return all(not wanted or wanted == given for wanted, given in pairs)


@lru_cache(maxsize=256)
def _phrases(subject_contains: str) -> tuple[tuple[str, re.Pattern], ...]:
	phrases = (" ".join(each.split()) for each in re.split(r"[,\n]", subject_contains))
	return tuple((phrase, _whole_phrase(phrase)) for phrase in phrases if phrase)


def _whole_phrase(phrase: str) -> re.Pattern:
	pattern = re.escape(_comparable(phrase))
	if not _UNSPACED.search(phrase):
		pattern = rf"(?<!\w){pattern}(?!\w)"
	return re.compile(pattern)


def _comparable(text: str) -> str:
	return " ".join(unicodedata.normalize("NFC", str(text or "").casefold()).split())
