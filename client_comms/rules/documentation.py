"""What must be on file about a client interaction (clauses D-2, D-3, D-6 and M-1).

The matrix says which documentation methods a communication type requires, on every channel or on one only, and each
method says which kind of evidence proves it. Texts are plain: markup is stripped beforehand. Whitespace and invisible
characters count as blank.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from client_comms.rules import storable_text
from client_comms.rules.messages import Message, _

# Kinds of evidence that a documentation method can require.
THIS_RECORD, COMMUNICATION, FILE = "This Record", "Communication", "File"
DOCUMENT, NOTE = "Document", "Note"

# Why what is linked proves nothing: it is about someone else, or gone; it came from the client and should have been sent to them;
# it went to others alone, automatically, or could not be delivered; it is a text and not a file.
ELSEWHERE, RECEIVED, NOT_TO_CLIENT, NO_FILE = "elsewhere", "received", "not to client", "no file"
_SHORTEST_NOTE = 5  # letters and digits; a sign of a script that writes words with one or two counts twice

# The details that a log must have (clause D-2), with the message if one is missing. Action items are added as they arise.
REQUIRED_DETAILS: Mapping[str, str] = {
	"occurred_on": _("Enter the date and time at which the interaction took place."),
	"party": _("Choose the client with whom the interaction took place."),
	"summary": _("Enter a summary of the discussion."),
	"responsible_staff": _("Choose the staff member who is responsible for the interaction."),
}


@dataclass(frozen=True, slots=True)
class Requirement:
	"""A row of the matrix: a communication type requires a method, on `channel` only if it names one."""

	communication_type: str
	method: str
	channel: str | None = None


@dataclass(frozen=True, slots=True)
class Method:
	"""A required documentation method; `evidence` is the kind that proves it, `generated` says that the app can write it from the record."""

	name: str
	evidence: str
	generated: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
	"""What was attached for one method; a paper file is registered, or has a physical location and a custodian (clause D-6).

	`not_applicable`: an authorised user decided that the method does not apply here; `note` says why.
	`fault`: why what is linked does not count, such as `ELSEWHERE`.
	"""

	method: str
	reference_doctype: str | None = None
	reference_name: str | None = None
	file: str | None = None
	note: str | None = None
	physical_location: str | None = None
	custodian: str | None = None
	physical_file: str | None = None
	not_applicable: bool = False
	fault: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
	"""A required method without evidence; `message` says what to attach."""

	method: str
	message: Message


def owed_methods(
	requirements: Iterable[Requirement], communication_type: str, channel: str | None
) -> tuple[str, ...]:
	"""The methods that an interaction of a type owes, each once, in the order of the rows (clause M-1).

	On a channel that is not known, everything is owed.
	"""
	return tuple(
		dict.fromkeys(
			row.method
			for row in requirements
			if row.communication_type == communication_type
			and (not (row.channel and channel) or row.channel == channel)
		)
	)


def missing(owed: Iterable[Method], given: Iterable[Evidence]) -> tuple[Missing, ...]:
	"""The methods of `owed` that no evidence in `given` proves, in the order of `owed` (clauses D-3, M-1).

	Evidence counts only for the method it names, and only if it is about this client. A method with an unknown kind of evidence counts
	as missing.
	"""
	given = tuple(given)
	return tuple(
		Missing(method.name, Message(_what_to_attach(method, given), {"method": method.name}))
		for method in dict.fromkeys(owed)
		if not _proved(method, given)
	)


def says_something(note: object) -> bool:
	"""Whether a note says what was discussed: more than a sign that it was not written."""
	signs = (sign for sign in str(note or "") if sign.isalnum())
	return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in signs) >= _SHORTEST_NOTE


def _what_to_attach(method: Method, given: Iterable[Evidence]) -> str:
	rows = [row for row in given if row.method == method.name]
	faults = {row.fault for row in rows}
	for fault, what_to_attach in _BY_FAULT.items():
		if fault in faults:
			return what_to_attach
	if ELSEWHERE in faults:
		return _ELSEWHERE.get(method.evidence, _CHOOSE_KIND)
	if method.evidence == NOTE and any(_filled(row.note) for row in rows):
		return _TOO_SHORT
	if method.generated:
		return _GENERATE
	return _WHAT_TO_ATTACH.get(method.evidence, _CHOOSE_KIND)


def is_reason(text: object) -> bool:
	"""Whether a text says why a method does not apply."""
	return _filled(text)


def missing_details(details: Mapping[str, object]) -> tuple[Message, ...]:
	"""One message for each of `REQUIRED_DETAILS` that `details` (field name -> value) lacks (clause D-2)."""
	return tuple(
		Message(text) for fieldname, text in REQUIRED_DETAILS.items() if not _filled(details.get(fieldname))
	)


def _proved(method: Method, given: Iterable[Evidence]) -> bool:
	if method.evidence == THIS_RECORD:
		return True
	proves = _PROVES.get(method.evidence)
	return any(
		_filled(row.note) if row.not_applicable else proves is not None and proves(row)
		for row in given
		if row.method == method.name
	)


def _filled(*values: object) -> bool:
	return all(value is not None and storable_text.visible(str(value)) for value in values)


_PROVES: Mapping[str, Callable[[Evidence], bool]] = {
	COMMUNICATION: lambda row: (
		row.reference_doctype == "Communication" and _filled(row.reference_name) and not row.fault
	),
	FILE: lambda row: (
		(_filled(row.file) and not row.fault)
		or _filled(row.physical_file)
		or _filled(row.physical_location, row.custodian)
	),
	DOCUMENT: lambda row: _filled(row.reference_doctype, row.reference_name) and not row.fault,
	NOTE: lambda row: says_something(row.note) or (_filled(row.file) and not row.fault),
}

_WHAT_TO_ATTACH: Mapping[str, str] = {
	COMMUNICATION: _("{method} is missing. Link the email or other Communication."),
	FILE: _("{method} is missing. Attach a file, or enter where the paper file is and who holds it."),
	DOCUMENT: _("{method} is missing. Link the document."),
	NOTE: _("{method} is missing. Write a note or attach a file."),
}
_GENERATE = _(
	"{method} is missing. Open the interaction and, under Before It Is Closed, choose Generate: the document is written from the record and attached. Or choose another document of the client there."
)
_ELSEWHERE: Mapping[str, str] = {
	COMMUNICATION: _(
		"{method} is missing. What is linked is not from or to this client. Link an email or other Communication of theirs."
	),
	FILE: _(
		"{method} is missing. The file belongs to another document, or was deleted. Attach the file to this interaction."
	),
	DOCUMENT: _(
		"{method} is missing. What is linked is not about this client. Link a document of theirs, or a file that is attached to this interaction."
	),
	NOTE: _(
		"{method} is missing. The file belongs to another document, or was deleted. Attach the file to this interaction."
	),
}
_BY_FAULT: Mapping[str, str] = {
	RECEIVED: _(
		"{method} is missing. What is linked came from the client. Link an email that you sent to them."
	),
	NOT_TO_CLIENT: _(
		"{method} is missing. What is linked did not go to the client, was sent automatically or could not be delivered. Link an email that you sent to them."
	),
	NO_FILE: _(
		"{method} is missing. What is entered as the file is not one. Attach a file, or enter the address where it is kept, which begins with https://."
	),
}
_TOO_SHORT = _("{method} is missing. The note is too short. Write what was discussed, in a sentence.")
_CHOOSE_KIND = _("{method} does not define its evidence. Choose the evidence in the Documentation Method.")
