"""Values of an email that are longer than the fields of Frappe: who writes an email chooses their length (D-1).

They are cut only where the email itself is attached to the message, so that nothing is lost.
"""

import os

from client_comms.rules import addresses

FIELD = 140  # characters of a field of one line, and of a name
MESSAGE_ID = 900  # characters; more than an email may have in a line (RFC 5322)
_FILE_BYTES = 130  # Frappe adds six if there is a file of this name
MOST_RECIPIENTS = 200  # of whom Frappe makes contacts within seconds


def recipients(header: str) -> str:
	"""Return a header with addresses as it is, or only those of which Frappe can make contacts, if there are others or very many."""
	if len(header) <= FIELD:
		return header
	named = addresses.parsed(header)
	if len(named) <= MOST_RECIPIENTS and all(len(address) <= FIELD for _name, address in named):
		return header
	short = [each for each in addresses.in_header(header) if len(each) <= FIELD]
	return ", ".join(short[:MOST_RECIPIENTS])


def file_name(name: str) -> str:
	"""Return the name of an attachment, with its ending, as a disk takes it."""
	raw = name.encode(errors="replace")
	if len(raw) <= _FILE_BYTES:
		return name
	ending = os.path.splitext(raw)[1]
	ending = ending if len(ending) < _FILE_BYTES // 2 else b""
	return (raw[: _FILE_BYTES - len(ending)] + ending).decode(errors="ignore")
