"""The key that signs the checkpoints of the ledger. It is kept outside the database (P-2, R-3).

The first line of the key file is the current private key. A private key below it is being replaced: both sign the next
checkpoint, which names the current key, so that everyone who knows the old key can trust the new one. Then only its public key
stays, for earlier checkpoints.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import frappe
from frappe import _

from client_comms.i18n import bold
from client_comms.ledger import durable
from client_comms.rules.signed_notes import MalformedNote, PrivateKey, PublicKey

# In site_config.json: the key itself (or a list of them, the current one first), or the path of the file.
KEY = "client_comms_ledger_key"
KEY_FILE = "client_comms_ledger_key_file"
_FILE = "client_comms_ledger.key"
_MODE = 0o600


@dataclass(frozen=True, slots=True)
class KeyRing:
	"""The private keys that sign, the current one first, and every public key that has signed."""

	signers: tuple[PrivateKey, ...]
	public: tuple[PublicKey, ...]

	@property
	def current(self) -> PrivateKey:
		return self.signers[0]

	@property
	def announced(self) -> PublicKey | None:
		"""The current key, while a replaced one signs as well and so vouches for it."""
		return self.current.public if len(self.signers) > 1 else None

	@classmethod
	def of(cls, lines: Iterable[str]) -> "KeyRing":
		filled = [line.strip() for line in lines if line.strip()]
		signers = tuple(PrivateKey.parse(line) for line in filled if PrivateKey.is_private(line))
		earlier = tuple(PublicKey.parse(line) for line in filled if not PrivateKey.is_private(line))
		if not signers:
			raise MalformedNote("no private key in it")
		return cls(signers, (*(key.public for key in signers), *earlier))


def path() -> Path:
	"""The file of the key; a relative path in site_config.json is relative to the folder of the site."""
	return Path(frappe.get_site_path(frappe.conf.get(KEY_FILE) or f"private/{_FILE}"))


def ring() -> KeyRing:
	"""The keys of the site; a site without one gets one."""
	try:
		if configured := frappe.conf.get(KEY):
			return KeyRing.of([configured] if isinstance(configured, str) else configured)
		if not path().exists():
			_make()
		return KeyRing.of(path().read_text().splitlines())
	except MalformedNote as error:
		frappe.throw(
			_(
				"The signing key of the ledger cannot be read: {0}. Restore {1} from your backup of the key."
			).format(error, bold(KEY if frappe.conf.get(KEY) else path())),
			title=_("Signing Key Unreadable"),
		)


def rotate() -> PublicKey:
	"""Begin to use a new key; the next checkpoint is signed with both. Returns the new public key. Callers hold the lock of the ledger.

	:raises frappe.ValidationError: the key is in site_config.json, where an administrator replaces it
	"""
	if frappe.conf.get(KEY):
		frappe.throw(
			_("Put a new key before the old one in {0} of site_config.json, as a list.").format(bold(KEY)),
			title=_("Key Is in the Configuration"),
		)
	keys = ring()
	new = PrivateKey.generate(keys.current.name)
	_write([new.to_text(), *(key.to_text() for key in keys.signers), *_earlier(keys)])
	return new.public


def retire(signed: Iterable[PrivateKey]) -> None:
	"""After a checkpoint: of the replaced keys that have signed it beside the current one, only the public ones are kept.

	A key that was replaced after it was signed has not vouched for the current one yet.
	"""
	keys, signed = ring(), set(signed)
	replaced = [key for key in keys.signers[1:] if key in signed]
	if not replaced or keys.current not in signed or frappe.conf.get(KEY):
		return
	signing = [key.to_text() for key in keys.signers if key not in replaced]
	_write([*signing, *(str(key.public) for key in replaced), *_earlier(keys)])


def remove() -> None:
	"""The app was uninstalled. A key that an administrator named is theirs."""
	if not frappe.conf.get(KEY_FILE):
		durable.remove(path())


def _earlier(keys: KeyRing) -> list[str]:
	return [str(key) for key in keys.public[len(keys.signers) :]]


def _make() -> None:
	name = re.sub(r"[\s+]+", "-", f"{frappe.local.site}/client-comms-ledger")
	durable.create(path(), f"{PrivateKey.generate(name).to_text()}\n", _MODE)


def _write(lines: list[str]) -> None:
	durable.replace(path(), "\n".join(lines) + "\n", _MODE)
