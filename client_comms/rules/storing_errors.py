"""What stopped an email from being stored, in words that staff understand (D-1).

Errors of Frappe, of its libraries and of the database are for administrators, who find them in the Unprocessed Email.
"""

import re

from client_comms.rules.messages import Message, _

_NO_SENDER = _("It names no valid address as its sender.")
_ODD_CHARACTERS = _("It contains characters that cannot be stored.")
_MEANINGS = (
	(r"deadlock|lock wait timeout|\((1213|1205),", _("The database was busy.")),
	(
		r"server has gone away|lost connection|can't connect|\((2006|2013),",
		_("The database was not available."),
	),
	(
		r"socket|timed out|connection reset|EOF occurred|broken pipe",
		_("The connection to the mail server broke off."),
	),
	(r"file name too long", _("The name of a file attached to it is too long.")),
	(r"data too long|will get truncated|LengthExceeded|\(1406,", _("It is longer than can be stored.")),
	(r"recursion", _("It has too many parts.")),
	(r"maximum file size|maxfilesize", _("A file attached to it is larger than this site allows.")),
	(
		r"pdf\w*error|pypdf|broken pdf|invalid pdf|%PDF|in pdf\b|stream has ended unexpectedly|EOF marker not found",
		_("Its attached PDF file is damaged."),
	),
	(
		r"unidentifiedimage|cannot identify image|image file is truncated|decompressionbomb",
		_("Its attached image is damaged."),
	),
	(r"badzipfile|not a zip file", _("Its attached archive is damaged.")),
	(
		r"codec can't|surrogates|unknown encoding|incorrect string value|embedded null|nul \(0x00\)|\(1366,"
		r"|exceptions\.NameError|special characters",
		_ODD_CHARACTERS,
	),
)
_NO_ADDRESS = re.compile(r"valid email address|invalidemail", re.I)  # of whichever person the email names
# Frappe throws sentences for its users, in their language; its name for the error stands before them.
_FOR_USERS = re.compile(r"^(frappe|erpnext|client_comms)\.[\w.]+: ")
# Messages of Python and of libraries: the name of an exception, a missing key or attribute, a tuple with a number.
_FOR_PROGRAMMERS = re.compile(
	r"^'[^']*'$|^[\w.]*(Error|Exception|Warning)\b|^\w+(\.\w+)+: |^\(\d|object (has no attribute|is not)"
	r"|unexpected keyword|expected .+ got|decoding error|Traceback",
	re.I,
)


def meaning(reason: str, has_sender: bool) -> Message | None:
	"""Return what an error means, as a sentence; None if it is one already (`sentence`).

	:param reason: the exception with its name, its message alone, or the last line of its traceback
	:param has_sender: whether the email names a valid address as its sender; without one, Frappe stops at whatever asks for it first
	"""
	if _NO_ADDRESS.search(reason) and not has_sender:
		return Message(_NO_SENDER)
	for pattern, text in _MEANINGS:
		if re.search(pattern, reason, re.I):
			return Message(_NO_SENDER if text == _ODD_CHARACTERS and not has_sender else text)
	told = sentence(reason)
	if not told or _FOR_PROGRAMMERS.search(told):
		return Message(_("It could not be read.") if has_sender else _NO_SENDER)
	return None


def sentence(reason: str) -> str:
	"""Return the message of an error without the name that Frappe has for it."""
	return _FOR_USERS.sub("", reason.strip())
