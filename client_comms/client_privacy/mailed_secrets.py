"""Secrets in emails to clients: the token of a link, a one-time code (P-1, P-3).

Frappe keeps the text of every email for weeks, readable by anyone who can read the queue. So the text contains the
secret encrypted with the site's key, together with the address that it is for; it is revealed while the email is being
sent, and only to that address. What remains in the queue opens nothing.
"""

import json
import re
from email.parser import Parser
from email.policy import SMTP

import frappe
from frappe import _
from frappe.utils.password import decrypt, encrypt

from client_comms.exceptions import OutgoingRefusedError

_MARK = re.compile(r"secret-(gAAAA[\w-]{80,})")
# Lines as the queue stores them; headers stay as they were written.
_POLICY = SMTP.clone(refold_source="none", linesep="\n")


def mark(secret: str, address: str) -> str:
	"""What stands for a secret in the text of an email to `address`; letters, digits, `-` and `_` only."""
	return f"secret-{encrypt(json.dumps([address.lower(), secret])).rstrip('=')}"


def as_sent(queued) -> str:
	"""The text of an email in the queue as it goes out; without secrets it stays as it is.

	:raises OutgoingRefusedError: a secret in it is for another address than those of its recipients
	"""
	recipients = [row.recipient for row in queued.recipients]
	parsed = Parser(policy=_POLICY).parsestr(queued.message or "")
	changed = False
	for part in parsed.walk():
		if part.get_content_maintype() != "text":
			continue
		text = part.get_content()
		shown = _MARK.sub(lambda found: _secret(found, recipients), text)
		if shown != text:
			part.set_content(shown, subtype=part.get_content_subtype(), cte="quoted-printable")
			changed = True
	return parsed.as_string() if changed else queued.message


def _secret(found: re.Match, recipients: list[str]) -> str:
	padding = "=" * (-len(found[1]) % 4)
	try:
		address, secret = json.loads(decrypt(f"{found[1]}{padding}"))
	except frappe.ValidationError:
		frappe.clear_last_message()
		return found[0]  # not one of ours, or of another site
	if {each.strip().lower() for each in recipients} != {address}:
		frappe.throw(
			_("This email contains a link or a code that was made for another address."),
			exc=OutgoingRefusedError,
			title=_("Not Sent"),
		)
	return secret
