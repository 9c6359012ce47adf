"""Brings the checkpoints of the ledger to those who keep them outside of the site (P-2, R-3).

A witness is delivered every checkpoint since the last one that it got, in order. What could not be delivered is tried again the
next time the scheduler comes, and Health shows it.
"""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import frappe
from frappe import _
from frappe.utils import cint, get_datetime
from frappe.utils.file_lock import LockTimeoutError
from frappe.utils.synchronization import filelock

from client_comms import clock, transactions
from client_comms.i18n import words_to_keep
from client_comms.ledger import checkpoints, endpoints, folders, keys, subjects
from client_comms.ledger.endpoints import DeliveryFailed
from client_comms.ledger.entries import CHECKPOINT
from client_comms.rules.signed_notes import Checkpoint, MalformedNote, Note, PublicKey, Signature

WITNESS = "Ledger Witness"
# How deliveries went: no one enters it, and it is not part of the witness's state on the ledger.
WRITTEN_BY_APP = subjects.SUBJECTS[WITNESS]
EMAIL, FOLDER, HTTPS = "Email", "Folder", "HTTPS Endpoint"
_MOST = 100  # checkpoints in one delivery; the others follow with the next
_SECONDS = 60  # of one delivery; the others follow with the next
_LATE = 3  # deliveries that may fail until it counts as a fault


# --- delivering --------------------------------------------------------------------------------


def deliver() -> None:
	"""Every few minutes: what each witness has not got yet. A witness that cannot be reached does not keep others waiting. While the
	run before still delivers, this one leaves."""
	try:
		with filelock("client_comms_witnesses", timeout=1):
			_deliver_due()
	except LockTimeoutError:
		return


def _deliver_due() -> None:
	for row in frappe.get_all(
		WITNESS, {"enabled": 1}, ["name", "delivered_on", "every_minutes"], order_by="name asc"
	):
		if _is_due(row):
			deliver_to(row.name)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job of its own)


def _is_due(witness) -> bool:
	last = witness.delivered_on and get_datetime(witness.delivered_on)
	# The scheduler comes every five minutes, sometimes a few seconds early.
	pause = timedelta(minutes=cint(witness.every_minutes)) - timedelta(seconds=30)
	return not last or clock.now() - last >= pause


def deliver_to(name: str, permission: str | None = None) -> None:
	"""Deliver what this witness has not got yet, and keep how it went. Only what is stored counts: where it goes, whose
	signature is taken, and what was delivered already.

	:param permission: that the session user needs on the witness
	"""
	witness = transactions.locked(WITNESS, name)
	if permission:
		witness.check_permission(permission)
	rows = checkpoints.signed_after(cint(witness.delivered_up_to), _MOST)
	if not rows:
		return
	outcome = {"tried_on": clock.now(), "last_error": None}
	try:
		delivered = _WAYS[witness.kind](witness, rows)
	except DeliveryFailed as error:
		outcome["last_error"] = str(error)
	except frappe.ValidationError as error:  # the address or the folder is no longer allowed
		outcome["last_error"] = words_to_keep(error)
		frappe.clear_last_message()
	except Exception as error:
		if transactions.is_end_of_job(error):
			raise
		# What others say about an error is for administrators: it can tell what is in the server's network.
		frappe.log_error(f"{WITNESS} {name}", reference_doctype=WITNESS, reference_name=name)
		outcome["last_error"] = _("The delivery failed. Administrators find the details in the Error Log.")
	else:
		outcome.update(delivered_up_to=delivered.size, delivered_on=clock.now())
		outcome["last_error"] = delivered.warning or _add_answers(witness, delivered.answers)
	frappe.db.set_value(WITNESS, name, outcome, update_modified=False)


def _add_answers(witness, answers: Iterable[tuple]) -> str | None:
	"""Add what a witness answered to the checkpoints; returns what went wrong. They are delivered all the same."""
	why = None
	for row, lines in answers:
		with transactions.part("A co-signature could not be added", CHECKPOINT, row.name) as part:
			cosign(row.name, lines, [witness])
		if part.error:
			why = _(
				"The checkpoints were delivered, but a co-signature could not be added. Administrators find the details in the Error Log."
			)
	return why


@dataclass(frozen=True, slots=True)
class _Delivered:
	"""The size of the last checkpoint that was delivered, what was answered to which, and what is wrong with what the witness has."""

	size: int
	answers: Sequence[tuple] = ()
	warning: str | None = None


def _by_email(witness, rows: list) -> _Delivered:
	notes = "".join(row.note for row in rows)
	queued = frappe.sendmail(
		recipients=[witness.email],
		subject=_("Ledger checkpoint, number of entries: {0}").format(rows[-1].sequence),
		message=f"<pre>{frappe.utils.escape_html(notes)}</pre>",
		attachments=[{"fname": f"checkpoint-{rows[-1].sequence}.txt", "fcontent": notes}],
		now=True,
	)
	status = queued and frappe.db.get_value("Email Queue", queued.name, "status")
	if status != "Sent":
		raise DeliveryFailed(
			_("The email was not sent. Its status in the Email Queue: {0}.").format(_(status or "None"))
		)
	return _Delivered(rows[-1].sequence)


def _to_folder(witness, rows: list) -> _Delivered:
	"""One file for each checkpoint; a file that is there is never written again. Another checkpoint of the same size proves that entries
	were lost or changed since, so both are kept."""
	ring = keys.ring()
	origin = re.sub(r"[^\w.-]+", "-", ring.current.name)
	notes = {f"{origin}-{row.sequence:012d}": row.note for row in rows}
	there = folders.write(
		witness.folder,
		[(f"{name}.txt", note) for name, note in notes.items()],
		replaced=[(f"{origin}-keys.txt", "".join(f"{each}\n" for each in ring.public))],
	)
	others = [
		(f"{name}-{sha256(note.encode()).hexdigest()[:8]}.txt", note)
		for name, note in notes.items()
		if f"{name}.txt" in there and _unsigned(there[f"{name}.txt"]) != _unsigned(note)
	]
	folders.write(witness.folder, others)
	warning = others and _(
		"The folder has other checkpoints of the same size: the ledger was restored from an older backup, or changed. Both are there; the name of the newer ones is longer."
	)
	return _Delivered(rows[-1].sequence, warning=warning or None)


def _unsigned(note: str) -> str:
	return note.partition("\n\n")[0]  # co-signatures are added later


def _by_https(witness, rows: list) -> _Delivered:
	ends, answers = time.monotonic() + _SECONDS, []
	for row in rows:
		try:
			answers.append((row, endpoints.post(witness.url, row.note)))
		except DeliveryFailed:
			if not answers:
				raise
			break  # what arrived counts; the next delivery tells what is wrong
		if time.monotonic() > ends:
			break
	return _Delivered(answers[-1][0].sequence, answers)


_WAYS = {EMAIL: _by_email, FOLDER: _to_folder, HTTPS: _by_https}


def require_address(witness) -> None:
	"""
	:raises frappe.ValidationError: checkpoints cannot or must not be delivered there
	"""
	if witness.kind == HTTPS:
		endpoints.parse(witness.url)
	if witness.kind == FOLDER:
		folders.require(witness.folder)


# --- co-signatures -----------------------------------------------------------------------------


def cosign(checkpoint: str, lines: str, witnesses: Iterable | None = None) -> list[str]:
	"""Add the signatures of known witnesses to a stored checkpoint; others are left out.

	:param lines: signature lines, as `— name base64`; other lines are left out
	:returns: the names of the witnesses whose signature was added or was there already
	"""
	if witnesses is None:
		witnesses = frappe.get_all(
			WITNESS,
			{"public_key": ("is", "set")},
			["name", "public_key", "cosigned_up_to"],
			order_by="name asc",
		)
	note = Note.parse(frappe.db.get_value(CHECKPOINT, checkpoint, "note", for_update=True))
	size, found = Checkpoint.parse(note.text).size, []
	for signature in _signatures(lines):
		for witness in witnesses:
			key = witness.public_key and PublicKey.parse(witness.public_key)
			if not key or not key.has_signed(note.text, signature):
				continue
			if signature not in note.signatures:
				note = Note(note.text, (*note.signatures, signature))
			found.append(witness.name)
			up_to = max(size, cint(witness.cosigned_up_to))
			frappe.db.set_value(WITNESS, witness.name, "cosigned_up_to", up_to, update_modified=False)
	if found:
		frappe.db.set_value(CHECKPOINT, checkpoint, "note", str(note), update_modified=False)
	return found


def _signatures(lines: str) -> Iterable[Signature]:
	for line in lines.splitlines():
		try:
			yield Signature.parse(line.strip())
		except MalformedNote:
			continue


# --- health ------------------------------------------------------------------------------------


def undelivered() -> list[tuple[str, int, str]]:
	"""Witnesses that wait for longer than they should: name, how many checkpoints, and the last error."""
	found = []
	for row in frappe.get_all(
		WITNESS,
		{"enabled": 1},
		["name", "every_minutes", "delivered_up_to", "delivered_on", "creation", "last_error"],
		order_by="name asc",
	):
		waiting = checkpoints.signed_after(cint(row.delivered_up_to), _MOST)
		allowed = timedelta(minutes=_LATE * max(5, cint(row.every_minutes)))
		if waiting and clock.now() - get_datetime(waiting[0].made_on) > allowed:
			found.append((row.name, len(waiting), row.last_error or ""))
	return found
