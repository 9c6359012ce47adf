"""Secrets in emails to clients: the token of a link, a one-time code (P-1, P-3).

Frappe keeps the text of every email for weeks, readable by anyone who can read the queue. So the text contains the
secret encrypted with the site's key, together with the address that it is for; it is revealed while the email is being
sent, and only to that address. What remains in the queue opens nothing.
"""

import binascii
import json
import re
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from email.parser import Parser
from email.policy import SMTP
from functools import partial

import frappe
from frappe import _
from frappe.utils.password import decrypt, encrypt

from client_comms.exceptions import OutgoingRefusedError

# What encryption results in begins with its version and the upper bytes of the time.
_MARK = re.compile(r"secret-(qaaaaa[a-z2-7]{120,})")
# Lines as the queue stores them; headers stay as they were written.
_POLICY = SMTP.clone(refold_source="none", linesep="\n")


def mark(secret: str, address: str) -> str:
	"""What stands for a secret in the text of an email to `address`; letters and digits only, because version 16 writes
	the plain text as Markdown, in which other characters are escaped."""
	encrypted = urlsafe_b64decode(encrypt(json.dumps([address.lower(), secret])))
	return f"secret-{b32encode(encrypted).decode().rstrip('=').lower()}"


def as_sent(queued) -> str:
	"""The text of an email in the queue as it goes out; without secrets it stays as it is.

	:raises OutgoingRefusedError: a secret in it is for another address than those of its recipients
	"""
	recipients = [row.recipient for row in queued.recipients]
	reveal = partial(_MARK.sub, lambda found: _secret(found, recipients))
	return with_texts(queued.message, reveal)


def with_texts(message: str, change: Callable[[str], str]) -> str:
	"""An email of which all texts are changed; one of which none is stays as it is."""
	parsed = Parser(policy=_POLICY).parsestr(message or "")
	changed = False
	for part in parsed.walk():
		if part.get_content_maintype() != "text":
			continue
		text = part.get_content()
		shown = change(text)
		if shown != text:
			part.set_content(shown, subtype=part.get_content_subtype(), cte="quoted-printable")
			changed = True
	return parsed.as_string() if changed else message


def _secret(found: re.Match, recipients: list[str]) -> str:
	try:
		encrypted = b32decode(found[1].upper() + "=" * (-len(found[1]) % 8))
		address, secret = json.loads(decrypt(urlsafe_b64encode(encrypted).decode()))
	except binascii.Error:
		return found[0]  # not one of ours
	except frappe.ValidationError:
		frappe.clear_last_message()
		return found[0]  # of another site
	if {each.strip().lower() for each in recipients} != {address}:
		frappe.throw(
			_(
				"This email contains a link or a code that was made for another address. Remove it, or send one made for this recipient."
			),
			exc=OutgoingRefusedError,
			title=_("Not Sent"),
		)
	return secret
