"""The command line for auditors: `python -m client_comms verify EXPORT CHECKPOINTS`. It needs no site and no database (P-2, R-3)."""

import argparse
import gzip
import io
import json
import os
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from client_comms.rules import ledger_export, signed_notes
from client_comms.rules.ledger_export import Report, UnreadableExport
from client_comms.rules.signed_notes import MalformedNote, Note, PrivateKey, PublicKey

FAULTY, UNUSABLE, UNPROVED = 1, 2, 3
_LARGEST_FILE = 50_000_000  # of checkpoints; each takes 300 bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
	parser.add_argument("export", type=Path, help="exported ledger, or a part of it; .gz is read as well")
	parser.add_argument(
		"checkpoints",
		type=Path,
		help="checkpoints that you kept: a file, an email (.eml), or a folder with many of them",
	)
	parser.add_argument(
		"--key",
		action="append",
		default=[],
		type=_key,
		metavar="KEY",
		help="public key of the site, as you noted it (repeatable; default: those that the export names)",
	)
	parser.add_argument(
		"--witness",
		action="append",
		default=[],
		type=_key,
		metavar="KEY",
		help="public key of someone who co-signs checkpoints (repeatable)",
	)
	parser.add_argument(
		"--cosign",
		type=Path,
		metavar="FILE",
		help="if the ledger is proved, co-sign your last checkpoint with the private key in FILE and print the line; needs --key",
	)
	parser.add_argument("--json", action="store_true", help="print JSON instead of text")


def add_key_arguments(parser: argparse.ArgumentParser) -> None:
	parser.add_argument(
		"name", help="who you are, as an address without https://, such as audit.example/anna"
	)
	parser.add_argument("file", type=Path, help="where to keep the private key; it must not exist yet")


def make_key(options: argparse.Namespace) -> int:
	"""Make the key of a witness, and print the public one, which the site needs."""
	try:
		key = PrivateKey.generate(options.name, signed_notes.COSIGNATURE)
		with open(os.open(options.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
			file.write(f"{key.to_text()}\n")
	except (MalformedNote, OSError) as error:
		print(error, file=sys.stderr)
		return UNUSABLE
	print(key.public)
	return 0


def run(options: argparse.Namespace) -> int:
	"""Print what was found; return 0, 1 if something is wrong, 2 if the input as a whole is unusable, or 3 if nothing is wrong,
	but the last checkpoint could not be compared."""
	if options.cosign and not options.key:
		print(
			"To co-sign, give the public key of the site with --key, as you noted it: the keys that an export names can be anyone's.",
			file=sys.stderr,
		)
		return UNUSABLE
	try:
		notes = find(options.checkpoints)
		witness = PrivateKey.parse(options.cosign.read_text()) if options.cosign else None
		with _opened(options.export) as lines:
			report = ledger_export.verify(ledger_export.read(lines), notes, options.key, options.witness)
	except (UnreadableExport, MalformedNote, OSError, UnicodeDecodeError, EOFError, zlib.error) as error:
		print(f"{options.export}: {error}", file=sys.stderr)
		return UNUSABLE
	print(json.dumps(_as_dict(report), indent=2) if options.json else "\n".join(_in_words(report)))
	if not report.ok:
		return FAULTY if report.is_wrong else UNPROVED
	if witness:
		note = Note.parse(report.proved_by)
		print(note.signed_by(witness, at=int(time.time())).signatures[-1])
	return 0


def find(path: Path) -> list[Note]:
	"""The checkpoints in a file, or in all files of a folder.

	:raises OSError: it cannot be read
	"""
	files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
	return [
		note
		for file in files
		if file.stat().st_size <= _LARGEST_FILE
		for text in _texts(file)
		for note in signed_notes.find_notes(text)
	]


def sizes(path: Path) -> Iterator[int]:
	"""How many entries each of these checkpoints covers."""
	yield from filter(None, map(_size, find(path)))


def _size(note: Note) -> int:
	try:
		return signed_notes.Checkpoint.parse(note.text).size
	except MalformedNote:
		return 0


def _texts(file: Path) -> Iterator[str]:
	content = file.read_bytes()
	if file.suffix.lower() == ".eml":
		message = message_from_bytes(content, policy=policy.default)
		for part in message.walk():
			if part.get_content_maintype() == "text":
				yield _text(part)
	else:
		yield content.decode(errors="replace")


def _text(part: EmailMessage) -> str:
	try:
		return str(part.get_content())
	except LookupError:  # of a character set that Python does not know
		return part.get_payload(decode=True).decode(errors="replace")


def _opened(path: Path) -> io.TextIOBase:
	if path.suffix == ".gz":
		return gzip.open(path, "rt", encoding="utf-8")
	return path.open(encoding="utf-8")


def _key(text: str) -> PublicKey:
	try:
		return PublicKey.parse(text)
	except MalformedNote as error:
		raise argparse.ArgumentTypeError(str(error)) from error


def _as_dict(report: Report) -> dict:
	faults = [
		{
			"first": each.first,
			"last": each.last,
			"fault": each.kind,
			"doctype": each.doctype,
			"message": str(each.message),
		}
		for each in report.faults
	]
	about = {"ok": report.ok, "is_proved": report.is_proved, "proved": report.proved}
	return {**about, **asdict(report), "faults": faults}


def _in_words(report: Report) -> Iterator[str]:
	yield f"Ledger {report.origin}: {report.size} entries when it was exported."
	if report.shown:
		gaps = ", with gaps" if report.has_gaps else ""
		yield f"Shown: {report.shown} entries ({report.first}–{report.last}{gaps}); {report.checked} are right."
	if report.erased:
		yield f"In {report.erased} of them, names were erased; when which act was done is still proved."
	if report.compared:
		yield f"Compared with {len(report.compared)} of your checkpoints, the last of {report.proved} entries."
	else:
		yield "None of your checkpoints agrees with it."
	if not report.are_keys_noted:
		yield "Signatures were checked with the keys that the export itself names. With --key, only those that you noted count."
	for name, count in report.cosigned.items():
		yield f"{name} co-signed {count} of them."
	if report.uncovered:
		yield (
			f"{len(report.uncovered)} of your checkpoints lie between those that this export can be compared with. "
			"Give them when you ask for the export (--checkpoints)."
		)
	last = max(report.kept)
	if report.size > last:
		yield f"Entries {last + 1}–{report.size} are newer than your checkpoints: only the site itself vouches for them."
	for size in report.untrusted:
		yield f"FAULT: the checkpoint of {size} entries is not signed by a key of this ledger."
	for each in report.faults:
		yield f"FAULT: {each.doctype + ' ' if each.doctype else ''}{each.message}"
	if report.is_wrong:
		yield "The ledger is not as your checkpoints say."
	elif not report.is_proved:
		yield (
			f"NOT PROVED: nothing is wrong, but the export cannot be compared with your last checkpoint, of {last} entries. "
			"Ask for one that can: give your checkpoints with the request (--checkpoints)."
		)
	else:
		yield "The ledger is as your checkpoints say."
