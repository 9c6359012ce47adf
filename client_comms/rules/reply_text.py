"""What the writer of an email wrote, apart from what the message repeats: quotations, signatures and disclaimers (D-2).

Plain text goes in (`html_text` makes it from HTML, with `>` before quotations). Every line is either the writer's own or folded
away; when in doubt, it is their own. Work grows with the length of the text and no faster: a message may have been written to
make it slow.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from client_comms.rules import reply_lines
from client_comms.rules import reply_words as words

MAXIMUM_LINES = 3000
MAXIMUM_CHARACTERS = 200_000
_LONGEST_LINE = 500  # longer ones are neither an attribution nor a signature
_ATTRIBUTION_LINES = 6
_SIGNATURE_LINES, _MOST_ROUNDS = 15, 20  # no program puts so many endings below a text
_CONTACT_LINES = 14
_WRAPPED_AT = 65

_FENCE = re.compile(r"\s{0,3}(```|~~~~)")
_SIGNATURE_DELIMITER = re.compile(r"(--|—|––|_{2,}|-{2,}|={3,})\s*$")
_STANDARD_DELIMITER = re.compile(r"(--|—|––|__)$")
_TIME = re.compile(r"\b\d{1,2}\s?[:.h]\s?\d{2}\b|\b(19|20)\d\d\b|\d年")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,120}")
_BARE_ATTRIBUTION = re.compile(
	r"(\d{4}[-/]\d\d?[-/]\d\d?,? (\d\d?:\d\d(:\d\d)? (GMT|UTC)?[+-]\d\d:?\d\d .+|.*\S@[^\s@]+\s*)"
	r"|\d\d?[.:/]\d\d[^<>]{1,80}<[^\s<>@]+@[^\s<>]+>:)$",
	re.IGNORECASE,
)
# French puts a blank before the colon, and some programs leave out the one behind it.
_FIELD = re.compile(r"[*_\s]{0,4}([^\W\d][^:：]{0,24}?)(?:\s[:：]|\s?[*_]{0,2}\s?[:：][*_]{0,2}(?:\s|$))")
_TAGGED_ON = re.compile(r"(?<![\w])(On [A-Z0-9][^\n]{8,150}? wrote:)\s*$")


@dataclass(frozen=True, slots=True)
class Parts:
	"""The text of a message: `own` is what its writer wrote, `folded` the rest in its order; both can be empty."""

	own: str
	folded: str


def summary(text: str) -> str:
	"""Return what the writer wrote; all of it, if that would be nothing."""
	return split(text).own or _joined(_lines(text))


def split(text: str) -> Parts:
	"""Return what the writer wrote, and the rest."""
	lines = _lines(text)
	message = _Message(lines)
	message.fold_warning()
	message.fold_quotations()
	message.fold_ending()
	return Parts(
		_joined([line for line, own in zip(lines, message.own, strict=True) if own]),
		_joined([line for line, own in zip(lines, message.own, strict=True) if not own]),
	)


def unmarked(folded: str) -> list[str]:
	"""Return the lines of a folded text that were folded by guess, in lower case.

	The others are marked as a quotation, say who wrote it, name a device, or belong to a known footer. Contacts are taken out of
	lines (`reply_lines.besides_contact`).
	"""
	lines = _lines(folded)
	message = _Message(lines)
	known = [
		bool(reply_lines.QUOTED.match(line) or reply_lines.DELIMITER.match(line)) or not line.strip()
		for line in lines
	]
	for first, last, _is_attribution in message.marks():
		known[first : last + 1] = [True] * (last + 1 - first)
	for start, end in _paragraphs(lines):
		if message.is_footer(start, end) or message.is_warning(start, end):
			end = message.end_of_block(start, end)
			known[start:end] = [True] * (end - start)
	return [
		rest
		for bare, line, is_known in zip(message.bare, lines, known, strict=True)
		if not is_known
		and not reply_lines.is_only_sent_from(bare)
		and (rest := reply_lines.besides_contact(bare or line))
	]


def is_complete(text: str) -> bool:
	"""Return whether all of a text is looked at: longer ones are cut."""
	return len(text) <= MAXIMUM_CHARACTERS and text.count("\n") < MAXIMUM_LINES


def _lines(text: str) -> list[str]:
	text = str(text or "")[:MAXIMUM_CHARACTERS].replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
	lines = []
	for line in text.replace("\N{NO-BREAK SPACE}", " ").split("\n"):
		# Some programs put the attribution behind the last word of the reply.
		tagged = _TAGGED_ON.search(line) if len(line) < _LONGEST_LINE else None
		if tagged and line[: tagged.start()].strip(" ->"):
			lines += [line[: tagged.start()].rstrip().rstrip("-").rstrip(), tagged.group(1)]
		else:
			lines.append(line)
	return lines[:MAXIMUM_LINES]


def _joined(lines: Sequence[str]) -> str:
	text = "\n".join(line.rstrip() for line in lines)
	return text.strip("\n").rstrip() if text.strip() else ""


class _Message:
	"""The lines of a message, with a mark for each that is the writer's own."""

	def __init__(self, lines: list[str]):
		self.lines = lines
		self.bare = [" ".join(line.split()).lower() if len(line) <= _LONGEST_LINE else "" for line in lines]
		self.own = [True] * len(lines)
		self.code = _in_code(lines)
		self.quoted = [
			bool(reply_lines.QUOTED.match(line)) and not code
			for line, code in zip(lines, self.code, strict=True)
		]
		# A quoted line that a program wrapped goes on without its mark; after a short one, it is an answer.
		for at in range(1, len(lines) - 1):
			if (
				self.quoted[at - 1]
				and self.quoted[at + 1]
				and len(lines[at - 1].rstrip()) >= _WRAPPED_AT
				and self.says_something(at)
			):
				self.quoted[at] = True

	def says_something(self, at: int) -> bool:
		return bool(self.lines[at].strip())

	def fold(self, start: int, end: int | None = None) -> None:
		end = len(self.lines) if end is None else end
		self.own[start:end] = [False] * (end - start)

	def has_text(self, start: int, end: int) -> bool:
		"""Whether the writer wrote anything there that is not a delimiter or a signature."""
		return any(
			self.own[at]
			and not self.quoted[at]
			and self.says_something(at)
			and not reply_lines.DELIMITER.match(self.lines[at])
			and not reply_lines.is_sent_from(self.bare[at])
			for at in range(start, end)
		)

	# --- above the text -----------------------------------------------------------------------------

	def fold_warning(self) -> None:
		for start, end in _paragraphs(self.lines)[:1]:
			if self.is_warning(start, end):
				self.fold(start, end)

	def is_warning(self, start: int, end: int) -> bool:
		text = " ".join(self.bare[start:end])[:1000]
		return reply_lines.has(text[:60], words.WARNINGS) and reply_lines.has(text, words.OUTSIDE)

	# --- quotations -----------------------------------------------------------------------------------

	def fold_quotations(self) -> None:
		start = 0
		for first, last, is_attribution in self.marks():
			if first < start:
				continue
			has_before = self.has_text(0, first)
			if not is_attribution:
				if has_before:
					self.fold(self.delimiters_above(first))
				break  # a message that was only forwarded is what its sender wants to say
			after = self.text_after_quotation(last + 1)
			quotes = any(self.quoted[last + 1 : after])
			if quotes and self.has_text(after, len(self.lines)) and after not in self.introducing():
				self.fold(first, last + 1)
				if not has_before or self.only_closes(after):
					self.fold(first, after)
				start = after
			elif has_before:
				self.fold(self.delimiters_above(first))
				break
			elif not quotes:
				self.fold(first, last + 1)
				start = last + 1
			else:
				self.fold(first)
				break
		self.fold_trailing(lambda at: self.quoted[at])

	def delimiters_above(self, at: int) -> int:
		while at and (not self.says_something(at - 1) or reply_lines.DELIMITER.match(self.lines[at - 1])):
			at -= 1
		return at

	def text_after_quotation(self, at: int) -> int:
		while at < len(self.lines) and (self.quoted[at] or not self.says_something(at)):
			at += 1
		return at

	def only_closes(self, start: int) -> bool:
		"""Whether nothing but "Regards, Ada" follows: then the quotation above it was not answered line by line."""
		below = [at for at in range(start, len(self.lines)) if self.says_something(at)]
		return len(below) <= 3 and self.bare[below[0]].startswith(words.SIGN_OFFS)

	def introducing(self) -> set[int]:
		return {first for first, _last, _is_attribution in self.marks()}

	def marks(self) -> list[tuple[int, int, bool]]:
		"""Lines that introduce what is repeated: the first, the last, and whether they say who wrote it."""
		if not hasattr(self, "_marks"):
			self._marks = sorted(self._find_marks())
		return self._marks

	def _find_marks(self) -> Iterator[tuple[int, int, bool]]:
		for at, bare in enumerate(self.bare):
			if not bare or self.code[at]:
				continue
			if self.is_separator(at) or self.is_field_block(at):
				if not self.quoted[at]:
					yield at, at, False
			elif (first := self.attribution_ending(at)) is not None:
				yield first, at, True

	def is_separator(self, at: int) -> bool:
		bare = self.bare[at]
		if any(bare.startswith(phrase) and len(bare) < len(phrase) + 4 for phrase in words.FORWARDS):
			return True
		if reply_lines.has(bare, words.REPLY_ABOVE):
			return len(bare) < 120
		inside = bare.strip("-_=*>• ")
		dashes = len(bare) - len(inside)
		return dashes >= 2 and inside.strip(":").strip() in words.SEPARATORS

	def is_field_block(self, at: int) -> bool:
		"""Whether the header of another message starts here: From, and more fields in the next lines.

		Travellers write "From: Kiel", too: there must be an address, or a subject.
		"""
		if self.field(at) not in words.FROM:
			return False
		below = range(at + 1, min(at + 12, len(self.lines)))
		fields = {self.field(each) for each in below}
		has_address = any("@" in self.bare[each] for each in (at, *below[:2]))
		return len(fields & set(words.OTHER_FIELDS)) >= 2 and (
			has_address or bool(fields & set(words.SUBJECT))
		)

	def field(self, at: int) -> str:
		found = _FIELD.match(self.bare[at])
		return found.group(1).strip(" *_") if found else ""

	def attribution_ending(self, last: int) -> int | None:
		"""The first line of "On Monday, Ada wrote:", if it ends in line `last`."""
		end = self.bare[last]
		if self.quoted[last] and reply_lines.has_word(end, words.WROTE) and _EMAIL.search(end):
			return None  # a line of the quotation, which is complete without what stands above it
		if _BARE_ATTRIBUTION.match(end) and not self.quoted[last] and _is_alone(self, last):
			return last
		is_dashed = end.endswith("--") and end.strip("- ").endswith(words.WROTE)
		is_bare = end.endswith(">" + words.WROTE_WITHOUT_COLON) and _is_alone(self, last)
		if not (end.endswith((":", "：", ":*", ":_")) or is_dashed or is_bare):
			return None
		nearest = None
		for first in range(last, max(last - _ATTRIBUTION_LINES, -1), -1):
			text = " ".join(self.bare[first : last + 1])
			if len(text) > _LONGEST_LINE or (first < last and self.ends_sentence(first)):
				break
			if self.quoted[first]:
				continue
			if not reply_lines.has_word(text, words.WROTE):
				if reply_lines.wrapped_address(text) and reply_lines.begins_with_date(self.bare[first]):
					return first
				continue
			if not (_TIME.search(text) or _EMAIL.search(text) or is_dashed):
				continue
			if reply_lines.begins_with(self.bare[first].strip("-*_ "), words.ON) and re.search(r"\d", text):
				return first
			if nearest is None or reply_lines.begins_with_date(self.bare[first]):
				nearest = first
		return nearest

	def ends_sentence(self, at: int) -> bool:
		return self.bare[at].endswith((".", "!", "?", ":", "…")) and not re.search(
			r"\b(\d|am|uhr|г|р)\.$", self.bare[at]
		)

	# --- below the text -------------------------------------------------------------------------------

	def fold_trailing(self, belongs) -> None:
		for at in range(len(self.lines) - 1, -1, -1):
			if not self.own[at] or not self.says_something(at):
				continue
			if not belongs(at):
				return
			self.fold(at, at + 1)

	def fold_ending(self) -> None:
		before, rounds = None, 0
		while before != (before := sum(self.own)) and (rounds := rounds + 1) <= _MOST_ROUNDS:
			self.fold_marked()
			self.fold_signature()
			self.fold_footers(self.is_footer)
			self.fold_contact_block()
		# Last, because the lines of a list show that other such lines divide the text.
		self.fold_footers(lambda start, end: reply_lines.is_of_a_list(self.bare[start:end]))
		self.fold_marked()

	def fold_marked(self) -> None:
		self.fold_trailing(lambda at: bool(reply_lines.DELIMITER.match(self.lines[at])) and not self.code[at])
		self.fold_trailing(lambda at: self.quoted[at])
		self.fold_trailing(lambda at: reply_lines.is_sent_from(self.bare[at]))

	def own_lines(self) -> list[int]:
		return [at for at, own in enumerate(self.own) if own and self.says_something(at)]

	def fold_signature(self) -> None:
		"""What is below "-- ". Closing words below a longer line, or more than one, show that it divides the text."""
		own = self.own_lines()
		delimiters = [
			at for at in own[1:] if not self.code[at] and _SIGNATURE_DELIMITER.match(self.lines[at].strip())
		]
		for at in delimiters:
			below = [each for each in own[-_SIGNATURE_LINES - 1 :] if each > at]
			divides = not _STANDARD_DELIMITER.match(self.lines[at].strip()) and (
				len(delimiters) > 2 or any(reply_lines.is_sign_off(self.bare[each]) for each in below)
			)
			if len(below) <= _SIGNATURE_LINES and not divides:
				self.fold(at)
				return

	def fold_footers(self, is_footer) -> None:
		paragraphs = [p for p in _paragraphs(self.lines) if any(self.own[p[0] : p[1]])]
		while len(paragraphs) > 1:
			start, end = paragraphs.pop()
			if not is_footer(start, end):
				return
			self.fold(start, end)

	def is_footer(self, start: int, end: int) -> bool:
		text = " ".join(self.bare[start:end])[:2000].strip("*_ ")
		is_disclaimer = (
			len(text) > 80
			and reply_lines.has(text, words.THIS_MESSAGE)
			and reply_lines.has(text, words.CONFIDENTIAL)
		)
		return is_disclaimer or text.startswith(words.FOOTERS)

	def end_of_block(self, start: int, end: int) -> int:
		"""Where a footer or warning ends: a line goes on below only if it was wrapped, or if the next one begins a footer as well."""
		for at in range(start + 1, end):
			is_wrapped = len(self.lines[at - 1].rstrip()) >= _WRAPPED_AT
			if not is_wrapped and not self.bare[at].strip("*_ ").startswith(words.FOOTERS):
				return at
		return end

	def fold_contact_block(self) -> None:
		"""Addresses and numbers below the name; the closing words and the name belong to the text."""
		own = self.own_lines()
		for number in range(max(len(own) - _CONTACT_LINES, 1), len(own)):
			if not reply_lines.is_sign_off(self.bare[own[number]]):
				continue
			below = own[number + 2 :]
			name = own[number + 1] if number + 1 < len(own) else None
			if (
				below
				and len(self.bare[name].split()) <= 6
				and any(reply_lines.CONTACT.search(self.bare[at]) for at in below)
			):
				self.fold(below[0])
			return


def _in_code(lines: Sequence[str]) -> list[bool]:
	inside, found = False, []
	for line in lines:
		fence = bool(_FENCE.match(line))
		found.append(inside or fence)
		inside = inside != fence
	return found if not inside else [False] * len(lines)


def _paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
	"""First line and the line after the last, of everything between empty lines."""
	found, start = [], None
	for at, line in enumerate([*lines, ""]):
		if line.strip():
			start = at if start is None else start
		elif start is not None:
			found.append((start, at))
			start = None
	return found


def _is_alone(message: _Message, at: int) -> bool:
	return at == 0 or not message.lines[at - 1].strip() or not _TIME.search(message.lines[at - 1])
