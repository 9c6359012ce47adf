"""Writes entries of the compliance ledger, in the transaction of the act that they record (P-2, R-3).

Writing takes no lock on other entries: an entry gets its digest at once, and its place in the tree from the scheduler, in the
order of writing.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.utils import cstr, get_datetime, now

from client_comms import clock
from client_comms.exceptions import LedgerIsAppendOnlyError
from client_comms.rules import ledger as rules
from client_comms.written_by_app import WrittenByTheApp

ENTRY = "Compliance Ledger Entry"
CHECKPOINT = "Ledger Checkpoint"
WAITING_INDEX = "waiting"  # place and time of writing

VIEW = "View"
PRINT = "Print"
EXPORT = "Export"
EMAIL = "Email"
DOWNLOAD = "Download"
REFUSAL = "Refusal"
GRANT = "Grant"
GRANT_CHANGED = "Grant Changed"
GRANT_DELETED = "Grant Deleted"
EMERGENCY_ACCESS = "Emergency Access"
SHARE = "Share"
LEVEL_RAISED = "Level Raised"
LEVEL_LOWERED = "Level Lowered"
WRITE_DOWN = "Write-Down"
LEAK_CHECK = "Leak Check"
ERASURE = "Erasure"
HOLD = "Hold"
HOLD_CHANGED = "Hold Changed"
HOLD_LIFTED = "Hold Lifted"
LEFT_OUT = "Left Out"
HANDED_OVER = "Handed Over"
RESTRICTION = "Restriction"
RESTRICTION_LIFTED = "Restriction Lifted"
LIFTING_ANNOUNCED = "Lifting Announced"
EXCEPTION = "Restriction Exception"
EXCEPTION_USED = "Exception Used"
MERGED = "Merged"
MESSAGE_MOVED = "Message Moved"
MIGRATED = "Ledger Migrated"
KEY_ROTATED = "Key Rotated"
# In the data of a session that `check-leaks` opens in a user's name; only the server writes those.
CHECK_SESSION = "client_comms_leak_check"

CHUNK = 500
_SALT_BYTES = 16
_META_FIELDS = ("name", "creation", "modified", "owner", "modified_by")
_DATA_LENGTH = 140
_IMPERSONATED = "impersonated by"
_TOKEN = "client_comms_token"
_LAST_MOMENT = "client_comms_ledger_moment"
_SILENCED = ContextVar("client_comms_ledger_silenced", default=False)


class LedgerDocument(WrittenByTheApp):
	"""A document that users cannot create, change or delete: the ledger itself bypasses `insert` and `save`."""

	def before_insert(self):
		self.refuse()

	def validate(self):
		self.refuse()

	def refuse(self):
		frappe.throw(
			_(
				"The compliance ledger is written automatically. No one can change it, including Administrator."
			),
			exc=LedgerIsAppendOnlyError,
			title=_("Ledger Cannot Be Changed"),
		)


def entry(
	action: str,
	doctype: str,
	name: str | None,
	level: str | None,
	*,
	rule: str | None = None,
	reason: str | None = None,
	changes: Mapping[str, object] | None = None,
	state: Mapping[str, object] | None = None,
) -> dict:
	"""An entry about what the session user is doing, to be written by `write`.

	:param changes: field → [before, after]
	:param state: what a governed document says from now on, field → value; verification compares the document with it
	"""
	return {
		"at": clock.now(),
		"user": frappe.session.user,
		"action": action,
		"reference_doctype": doctype,
		"reference_name": name,
		"confidentiality_level": level,
		"rule": rule,
		"reason": reason,
		"ip_address": getattr(frappe.local, "request_ip", None),
		"via": _via(),
		"changes": _as_text(changes),
		"state": _as_text(state),
	}


def note_token(kind: str) -> None:
	"""The request was not made with the session of a browser, but with a token of this kind."""
	frappe.flags[_TOKEN] = kind


def _via() -> str | None:
	"""The method or address of the request; and who acts, if they only act as the session user (Frappe's *Impersonate*), or by which
	token."""
	request = getattr(frappe.local, "request", None)
	asked = str(frappe.form_dict.cmd or request.path) if request else ""
	session_data = getattr(getattr(frappe.local, "session", None), "data", None) or {}
	impersonator, token = session_data.get("impersonated_by"), frappe.flags.get(_TOKEN)
	acting = f"{_IMPERSONATED} {impersonator}" if impersonator else token
	behind = f" ({acting})"[:_DATA_LENGTH] if acting else ""
	return f"{asked[: _DATA_LENGTH - len(behind)]}{behind}"[:_DATA_LENGTH].strip() or None


def _as_text(values: Mapping[str, object] | None) -> str | None:
	return frappe.as_json(values, indent=None, separators=(",", ":")) if values else None


@contextmanager
def silenced() -> Iterator[None]:
	"""For `check-leaks`: what it does with its test records in a user's name was not done by the user."""
	token = _SILENCED.set(True)
	try:
		yield
	finally:
		_SILENCED.reset(token)


def write(entries: Iterable[dict]) -> list[str]:
	"""Write entries in the current transaction, with one statement and no lock on other entries; returns their names."""
	if _SILENCED.get() or _in_check_session():
		return []
	rows = []
	for each in entries:
		content = {**each, "name": frappe.generate_hash(length=12)}
		moment, user = _next_moment(), each["user"]
		rows.append({**content, **sealed(content), **dict.fromkeys(("owner", "modified_by"), user)})
		rows[-1].update(creation=moment, modified=moment)
	if rows:
		fields = list(
			dict.fromkeys((*_META_FIELDS, *rules.KEPT_FIELDS, *rules.PERSONAL_FIELDS, *SEAL_FIELDS))
		)
		frappe.db.bulk_insert(ENTRY, fields, [[row.get(field) for field in fields] for row in rows])
	return [row["name"] for row in rows]


SEAL_FIELDS = ("salt", "personal_digest", "digest")


def sealed(content: Mapping[str, object]) -> dict[str, str]:
	"""A new salt for an entry, and the digests that follow from it."""
	salt = secrets.token_hex(_SALT_BYTES)
	personal = rules.personal_digest(salt, texts(content, rules.PERSONAL_FIELDS))
	return {
		"salt": salt,
		"personal_digest": personal,
		"digest": rules.digest(texts(content, rules.KEPT_FIELDS), personal),
	}


def texts(content: Mapping[str, object], fields: Iterable[str]) -> dict[str, str]:
	"""Fields as the ledger protects them.

	The time stays as stored, in the site's time zone: if it were converted, changing that setting would make
	every entry look changed.
	"""
	return {field: cstr(content.get(field) or "") for field in fields}


def _next_moment() -> datetime:
	"""Later than every other entry of this request, because their order is that of the acts."""
	last = frappe.flags.get(_LAST_MOMENT)
	moment = get_datetime(now())
	if last and moment <= last:
		moment = last + timedelta(microseconds=1)
	frappe.flags[_LAST_MOMENT] = moment
	return moment


def _in_check_session() -> bool:
	"""Whether this request belongs to a leak check: a web server handles it in a process of its own."""
	data = getattr(getattr(frappe.local, "session", None), "data", None)
	return bool(data and data.get(CHECK_SESSION))


def record(action: str, doctype: str, name: str | None, level: str | None, **details) -> None:
	"""Write one entry that belongs to a change: it is committed or rolled back together with the change."""
	write([entry(action, doctype, name, level, **details)])
