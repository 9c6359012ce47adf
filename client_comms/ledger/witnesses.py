"""Brings the checkpoints of the ledger to those who keep them outside of the site (P-2, R-3).

A witness is delivered every checkpoint since the last one that it got, in order. What could not be delivered is tried again the
next time the scheduler comes, and Health shows it.
"""

import os
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import frappe
import requests
from frappe import _
from frappe.utils import cint, get_bench_path, get_datetime
from frappe.utils.synchronization import filelock

from client_comms import clock
from client_comms.ledger import checkpoints, keys
from client_comms.ledger.entries import CHECKPOINT
from client_comms.rules.signed_notes import Checkpoint, MalformedNote, Note, PublicKey, Signature

WITNESS = "Ledger Witness"
EMAIL, FOLDER, HTTPS = "Email", "Folder", "HTTPS Endpoint"
_MOST = 100  # checkpoints in one delivery; the others follow with the next
_TIMEOUT_SECONDS = 10
_LONGEST_ANSWER = 10_000
_LONGEST_ERROR = 500
_LATE = 3  # deliveries that may fail until it counts as a fault


class DeliveryFailed(Exception):
	"""A checkpoint did not reach its witness; the message says why."""


# --- delivering --------------------------------------------------------------------------------


def deliver() -> None:
	"""Every few minutes: what each witness has not got yet. A witness that cannot be reached does not keep others waiting."""
	with filelock("client_comms_witnesses", timeout=1):
		for name in frappe.get_all(WITNESS, {"enabled": 1}, pluck="name", order_by="name asc"):
			witness = frappe.get_doc(WITNESS, name)
			if _is_due(witness):
				deliver_to(witness)
				frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job of its own)


def _is_due(witness) -> bool:
	last = witness.delivered_on and get_datetime(witness.delivered_on)
	# The scheduler comes every five minutes, sometimes a few seconds early.
	pause = timedelta(minutes=cint(witness.every_minutes)) - timedelta(seconds=30)
	return not last or clock.now() - last >= pause


def deliver_to(witness) -> None:
	"""Deliver what this witness has not got yet, and keep how it went."""
	rows = checkpoints.signed_after(cint(witness.delivered_up_to), _MOST)
	if not rows:
		return
	outcome = {"tried_on": clock.now(), "last_error": None}
	try:
		signatures = _WAYS[witness.kind](witness, rows)
	except Exception as error:
		outcome["last_error"] = (str(error) or type(error).__name__)[:_LONGEST_ERROR]
	else:
		outcome.update(delivered_up_to=rows[-1].sequence, delivered_on=clock.now())
		for row, lines in signatures:
			cosign(row.name, lines, [witness])
	frappe.db.set_value(WITNESS, witness.name, outcome, update_modified=False)


def _by_email(witness, rows: list) -> Iterable:
	notes = "".join(row.note for row in rows)
	queued = frappe.sendmail(
		recipients=[witness.email],
		subject=_("Ledger checkpoint: {0} entries").format(rows[-1].sequence),
		message=f"<pre>{frappe.utils.escape_html(notes)}</pre>",
		attachments=[{"fname": f"checkpoint-{rows[-1].sequence}.txt", "fcontent": notes}],
		now=True,
	)
	status = queued and frappe.db.get_value("Email Queue", queued.name, "status")
	if status != "Sent":
		raise DeliveryFailed(
			_("The email was not sent. Its status in the Email Queue: {0}.").format(_(status or "None"))
		)
	return ()


def _to_folder(witness, rows: list) -> Iterable:
	"""One file for each checkpoint; a file that is there is never written again."""
	require_address(witness)
	folder = Path(witness.folder)
	origin = re.sub(r"[^\w.-]+", "-", keys.ring().current.name)
	for row in rows:
		target = folder / f"{origin}-{row.sequence:012d}.txt"
		if target.exists():
			continue
		new = folder / f".{target.name}.new"
		new.write_text(row.note)
		os.replace(new, target)
	key = folder / f"{origin}-keys.txt"
	key.write_text("".join(f"{each}\n" for each in keys.ring().public))
	return ()


def _by_https(witness, rows: list) -> Iterable:
	require_address(witness)
	signatures = []
	for row in rows:
		answer = requests.post(
			witness.url,
			data=row.note.encode(),
			headers={"Content-Type": "text/plain; charset=utf-8"},
			timeout=_TIMEOUT_SECONDS,
			allow_redirects=False,
		)
		if not 200 <= answer.status_code < 300:
			raise DeliveryFailed(_("{0} answered with status {1}.").format(witness.url, answer.status_code))
		signatures.append((row, answer.text[:_LONGEST_ANSWER]))
	return signatures


_WAYS = {EMAIL: _by_email, FOLDER: _to_folder, HTTPS: _by_https}


def require_address(witness) -> None:
	"""
	:raises frappe.ValidationError: checkpoints cannot or must not be delivered there
	"""
	if witness.kind == HTTPS and not re.fullmatch(r"https://[^\s/@]+(/\S*)?", witness.url or ""):
		frappe.throw(
			_("{0} is not an address that begins with https://, without a user name.").format(
				frappe.bold(frappe.utils.escape_html(witness.url or ""))
			),
			title=_("Invalid Address"),
		)
	if witness.kind == FOLDER:
		folder, bench = Path(witness.folder or ""), Path(get_bench_path()).resolve()
		if (
			not folder.is_absolute()
			or not folder.is_dir()
			or bench in (folder.resolve(), *folder.resolve().parents)
		):
			frappe.throw(
				_(
					"{0} must be the absolute path of a folder that exists on the server and is outside of the bench."
				).format(frappe.bold(frappe.utils.escape_html(witness.folder or ""))),
				title=_("Invalid Folder"),
			)


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
	note = Note.parse(frappe.db.get_value(CHECKPOINT, checkpoint, "note"))
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
