"""Signed notes and checkpoints of C2SP (clauses R-3, P-2): c2sp.org/signed-note, tlog-checkpoint and tlog-cosignature.

A note is a text with one signature line for each key that signed it; any tool that knows the format can check it. A checkpoint
is a note that states the origin, the size and the root of a tree.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from client_comms.rules.merkle import HASH_BYTES

# Signature types: a plain signature, and a witness's, which says when it was made.
ED25519 = 0x01
COSIGNATURE = 0x04
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_ID_BYTES = 4
_DASH = "\N{EM DASH} "
_PRIVATE = "PRIVATE+KEY+"
NEW_KEY = "new-key "
_NAME = re.compile(r"[^\s+]+")
# Notes one after the other: each ends with its signature lines.
_BODY = re.compile(rf"(?:(?!{_DASH})[^\n]+\n)+")
_SIGNATURES = re.compile(rf"\n(?:{_DASH}[^\n]+\n)+")


class MalformedNote(ValueError):
	"""A text is not what it is read as: a key, a signature, a note or a checkpoint."""


def _decode(text: str) -> bytes:
	try:
		return base64.b64decode(text, validate=True)
	except (binascii.Error, ValueError) as error:
		raise MalformedNote(f"{text!r} is not base64.") from error


def _key_id(name: str, kind: int, public: bytes) -> bytes:
	return sha256(f"{name}\n".encode() + bytes([kind]) + public).digest()[:_ID_BYTES]


@dataclass(frozen=True, slots=True)
class Signature:
	"""One line below a note. `signed` is what the key made: 64 bytes, of a witness 8 bytes of time before them."""

	name: str
	key_id: bytes
	signed: bytes

	def __str__(self) -> str:
		return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signed).decode()}"

	@classmethod
	def parse(cls, line: str) -> "Signature":
		name, _space, encoded = line.rstrip("\n").removeprefix(_DASH).partition(" ")
		blob = _decode(encoded)
		if not (line.startswith(_DASH) and _NAME.fullmatch(name) and len(blob) > _ID_BYTES):
			raise MalformedNote(f"{line!r} is not a signature line.")
		return cls(name, blob[:_ID_BYTES], blob[_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class PublicKey:
	"""What verifies a signer's notes; as text `name+key ID+base64`, as in Go's `sumdb/note`."""

	name: str
	public: bytes
	kind: int = ED25519

	@property
	def key_id(self) -> bytes:
		return _key_id(self.name, self.kind, self.public)

	def __str__(self) -> str:
		encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
		return f"{self.name}+{self.key_id.hex()}+{encoded}"

	@classmethod
	def parse(cls, text: str) -> "PublicKey":
		name, _plus, rest = text.strip().partition("+")
		hashed, _plus, encoded = rest.partition("+")
		blob = _decode(encoded)
		if not _NAME.fullmatch(name) or len(blob) != 33 or blob[0] not in (ED25519, COSIGNATURE):
			raise MalformedNote("This is not a public key of a signed note: name+key ID+base64.")
		key = cls(name, blob[1:], blob[0])
		if key.key_id.hex() != hashed:
			raise MalformedNote(f"The key ID {hashed} does not belong to this key.")
		return key

	def made(self, signature: Signature) -> bool:
		"""Whether the signature claims to be of this key."""
		return (signature.name, signature.key_id) == (self.name, self.key_id)

	def has_signed(self, text: str, signature: Signature) -> bool:
		if not self.made(signature):
			return False
		signed, message = signature.signed, text.encode()
		if self.kind == COSIGNATURE:
			at = int.from_bytes(signed[:_TIME_BYTES], "big")
			signed, message = signed[_TIME_BYTES:], f"cosignature/v1\ntime {at}\n".encode() + message
		if len(signed) != _SIGNATURE_BYTES:
			return False
		try:
			Ed25519PublicKey.from_public_bytes(self.public).verify(signed, message)
		except (InvalidSignature, ValueError):
			return False
		return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
	"""Signs notes; as text `PRIVATE+KEY+name+key ID+base64`, to be kept secret."""

	name: str
	seed: bytes
	kind: int = ED25519

	def __repr__(self) -> str:
		return f"PrivateKey({self.name})"

	@classmethod
	def generate(cls, name: str, kind: int = ED25519) -> "PrivateKey":
		"""
		:param name: a URL without a scheme, such as `crm.example.com/ledger`
		:raises MalformedNote: the name contains a space or a plus
		"""
		if not _NAME.fullmatch(name):
			raise MalformedNote(f"{name!r} cannot name a key: it must not contain spaces or plus signs.")
		return cls(name, Ed25519PrivateKey.generate().private_bytes_raw(), kind)

	@property
	def public(self) -> PublicKey:
		raw = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
		return PublicKey(self.name, raw, self.kind)

	def to_text(self) -> str:
		encoded = base64.b64encode(bytes([self.kind]) + self.seed).decode()
		return f"{_PRIVATE}{self.name}+{self.public.key_id.hex()}+{encoded}"

	@staticmethod
	def is_private(text: str) -> bool:
		return text.startswith(_PRIVATE)

	@classmethod
	def parse(cls, text: str) -> "PrivateKey":
		name, _plus, rest = text.strip().removeprefix(_PRIVATE).partition("+")
		hashed, _plus, encoded = rest.partition("+")
		blob = _decode(encoded)
		if not (cls.is_private(text) and len(blob) == 33 and blob[0] in (ED25519, COSIGNATURE)):
			raise MalformedNote("This is not a private key of signed notes.")
		key = cls(name, blob[1:], blob[0])
		if key.public.key_id.hex() != hashed:
			raise MalformedNote(f"The key ID {hashed} does not belong to this private key.")
		return key

	def sign(self, text: str, at: int = 0) -> Signature:
		"""
		:param at: for a witness's key: when, in seconds since 1970 UTC
		"""
		message, time = text.encode(), b""
		if self.kind == COSIGNATURE:
			message, time = f"cosignature/v1\ntime {at}\n".encode() + message, at.to_bytes(_TIME_BYTES, "big")
		signed = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
		return Signature(self.name, self.public.key_id, time + signed)


@dataclass(frozen=True, slots=True)
class Note:
	"""A text that ends with a newline, and its signatures."""

	text: str
	signatures: tuple[Signature, ...] = ()

	def __str__(self) -> str:
		return f"{self.text}\n" + "".join(f"{each}\n" for each in self.signatures)

	@classmethod
	def parse(cls, text: str) -> "Note":
		"""
		:raises MalformedNote: the text is not a signed note
		"""
		body, blank, lines = text.replace("\r\n", "\n").rpartition("\n\n")
		if not blank or not body:
			raise MalformedNote("A signed note ends with an empty line and signatures.")
		return cls(f"{body}\n", tuple(Signature.parse(line) for line in lines.splitlines()))

	def signed_by(self, *keys: PrivateKey, at: int = 0) -> "Note":
		return Note(self.text, (*self.signatures, *(key.sign(self.text, at) for key in keys)))

	def signers(self, keys: Iterable[PublicKey]) -> list[PublicKey]:
		"""The known keys that signed it; empty as well if a signature that claims to be of one of them is wrong."""
		found = []
		for key in keys:
			claimed = [signature for signature in self.signatures if key.made(signature)]
			if any(not key.has_signed(self.text, signature) for signature in claimed):
				return []
			found += [key] if claimed else []
		return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
	"""What a checkpoint says: whose tree, how many leaves, which root (32 bytes).

	:param new_key: while a key is being replaced: the one that signs from now on, in an extension line `new-key name+key ID+base64`.
	    It is part of what the old key signs. A signature line of the new key is not: anyone can append one to a note
	"""

	origin: str
	size: int
	root: bytes
	new_key: PublicKey | None = None

	@property
	def text(self) -> str:
		named = f"{NEW_KEY}{self.new_key}\n" if self.new_key else ""
		return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{named}"

	@classmethod
	def parse(cls, text: str) -> "Checkpoint":
		"""Lines that follow the third are extensions; those of others are left out.

		:raises MalformedNote: the text of the note is not a checkpoint
		"""
		origin, size, root, *extensions = [*text.splitlines(), "", "", ""]
		if (
			not origin
			or not re.fullmatch(r"0|[1-9]\d{0,18}", size, re.ASCII)
			or len(_decode(root)) != HASH_BYTES
		):
			raise MalformedNote("A checkpoint consists of its origin, its size and its root, one a line.")
		return cls(origin, int(size), _decode(root), _new_key(extensions))


def _new_key(extensions: Iterable[str]) -> PublicKey | None:
	for line in extensions:
		if line.startswith(NEW_KEY):
			try:
				return PublicKey.parse(line.removeprefix(NEW_KEY))
			except MalformedNote:
				return None
	return None


def find_notes(text: str) -> Iterator[Note]:
	"""The notes in a text that holds several, such as a file to which each was appended, or an email."""
	text = text.replace("\r\n", "\n").rstrip("\n") + "\n"
	at = 0
	while at < len(text):
		body = _BODY.match(text, at)
		end = body.end() if body else text.index("\n", at) + 1
		if signatures := body and _SIGNATURES.match(text, end):
			end = signatures.end()
			with suppress(MalformedNote):
				yield Note.parse(text[at:end])
		at = end
