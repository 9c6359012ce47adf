"""What stopped an email from being stored, in words that staff understand (D-1).

Errors of Frappe, of its libraries and of the database are for administrators, who find them in the Unprocessed Email.
"""

import re

from client_comms.rules.messages import Message, _

_NO_SENDER = _("It names no valid address as its sender.")
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
	(r"data too long|will get truncated|\(1406,", _("It is longer than can be stored.")),
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
	(r"valid email address|invalidemail", _NO_SENDER),
	(
		r"codec can't|surrogates|unknown encoding|incorrect string value|embedded null|nul \(0x00\)|\(1366,",
		_("It contains characters that cannot be stored."),
	),
)
# Messages of Python and of libraries: the name of an exception, a missing key or attribute, a tuple with a number.
_FOR_PROGRAMMERS = re.compile(
	r"^'[^']*'$|^[\w.]*(Error|Exception|Warning)\b|^\(\d|object (has no attribute|is not)|unexpected keyword|Traceback",
	re.I,
)


def meaning(reason: str, sender: str) -> Message | None:
	"""Return what an error means, as a sentence; None if it is one already, which is shown as it is.

	:param reason: the message of the exception, or the last line of its traceback
	:param sender: whom the email names; without an address, Frappe stops at whatever asks for it first
	"""
	for pattern, text in _MEANINGS:
		if re.search(pattern, reason, re.I):
			return Message(text)
	if not reason.strip() or _FOR_PROGRAMMERS.search(reason):
		return Message(_("It could not be read.") if "@" in sender else _NO_SENDER)
	return None
