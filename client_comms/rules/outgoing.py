"""The gate that everything passes before it is sent (clauses C-2, C-5, D-3, P-1, P-2 and P-3).

`sort_recipient` says who an address is: staff, the client, or a third party. `judge` applies the modes that the
administrator chose to the findings of all checks: what is refused, what needs a reason, what is sent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import getaddresses

from client_comms.rules import domains
from client_comms.rules.messages import Message, _

# Kinds of recipients
STAFF, CLIENT, THIRD_PARTY = "Staff", "Client", "Third Party"

# What is sent about these goes to many, and is no one's conversation.
ADVERTISING = ("Newsletter", "Email Campaign", "Email Group")

# Checks, in the order in which their findings are shown
RESTRICTION = "restriction"
CONSENT, IDENTITY, CHANNEL, TEMPLATE, WORDING = "consent", "identity", "channel", "template", "wording"
CHECKS = (RESTRICTION, CONSENT, IDENTITY, CHANNEL, TEMPLATE, WORDING)
# The law, not a setting, decides about these: always enforced.
WITHOUT_MODE = (RESTRICTION,)
# Check → the clause of the procedure that it enforces
CLAUSES = {
	RESTRICTION: "P-2",
	CONSENT: "P-3",
	IDENTITY: "P-1",
	CHANNEL: "C-2",
	TEMPLATE: "D-3",
	WORDING: "C-5",
}

# Modes of a check. An unknown one counts as ENFORCE.
OFF, WARN, ENFORCE = "Off", "Warn", "Enforce"

# Next steps that a finding offers
REQUEST_CONSENT, VERIFY_IDENTITY, CHANGE_CHANNEL = "request-consent", "verify-identity", "change-channel"
CHOOSE_TEMPLATE, CHANGE_WORDING = "choose-template", "change-wording"
UNLOCK_IDENTITY, ASK_EXCEPTION = "unlock-identity", "ask-exception"
CHANGE_RECIPIENTS = "change-recipients"


@dataclass(frozen=True, slots=True)
class Known:
	"""Whom the organisation knows. Addresses and domains are normalised by `rules.domains`.

	`staff_domains` and `staff_addresses` are our own; `client_addresses` maps those of the client concerned to the contact who has
	it (None: the client itself); `third_parties` maps an email domain or a whole address to the third party's name.
	"""

	staff_domains: Collection[str] = ()
	staff_addresses: Collection[str] = ()
	client_addresses: Mapping[str, str | None] = field(default_factory=dict)
	third_parties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipient:
	"""A recipient; `third_party` is the name of a known third party, `contact` that of the client's person."""

	address: str
	kind: str
	third_party: str | None = None
	contact: str | None = None


def sort_recipient(address: str, known: Known) -> Recipient:
	"""Who `address` belongs to; it may include a display name (P-2, P-3).

	Staff first, then the client; anyone else is a third party, known by address or domain (the longest
	matching domain, so that a subdomain can be a separate party), or unknown. Text that is not exactly one
	address is an unknown third party.
	"""
	read = [domains.spelled(each) for _name, each in getaddresses([address]) if each.strip()]
	if len(read) != 1:
		return Recipient(domains.spelled(address), THIRD_PARTY)
	bare = read[0]
	compared, domain = domains.normal_address(bare), domains.of(bare)
	if compared in known.staff_addresses or domain in known.staff_domains:
		return Recipient(bare, STAFF)
	if compared in known.client_addresses:
		return Recipient(bare, CLIENT, contact=known.client_addresses[compared])
	labels = domain.split(".")
	candidates = [compared, *(".".join(labels[i:]) for i in range(len(labels)))]
	third_party = next((known.third_parties[c] for c in candidates if c in known.third_parties), None)
	return Recipient(bare, THIRD_PARTY, third_party)


@dataclass(frozen=True, slots=True)
class Finding:
	"""A problem that a check found; `next_step` says which remedy to offer. `contact`: whom it concerns, if not the person whom the message is
	about; `party`: the type and name of the client, if it is another one; `file`: the attached file of another record that it is about."""

	check: str
	message: Message
	next_step: str
	recipient: str | None = None
	contact: str | None = None
	party: tuple[str, str] | None = None
	file: str | None = None
	blocks: bool = False  # the client excluded it: a reason is not enough, even in Warn


@dataclass(frozen=True, slots=True)
class Verdict:
	"""The result of the gate: the findings that refuse, and those that pass with a reason.

	`reason_needed`: nothing is refused, but a reason is still missing.
	"""

	refused: tuple[Finding, ...]
	warned: tuple[Finding, ...]
	reason_needed: bool

	@property
	def passes(self) -> bool:
		return not self.refused and not self.reason_needed


def judge(findings: Sequence[Finding], modes: Mapping[str, str], reason: str | None = None) -> Verdict:
	"""Apply `modes` (check → `OFF`, `WARN` or `ENFORCE`; a missing one is enforced) to `findings`."""
	in_order = sorted(findings, key=lambda finding: CHECKS.index(finding.check))
	mode = {check: ENFORCE if check in WITHOUT_MODE else modes.get(check, ENFORCE) for check in CHECKS}
	refused = tuple(
		f for f in in_order if mode[f.check] not in (OFF, WARN) or (f.blocks and mode[f.check] == WARN)
	)
	warned = tuple(f for f in in_order if mode[f.check] == WARN and not f.blocks)
	return Verdict(refused, warned, reason_needed=bool(warned) and not (reason or "").strip())


@dataclass(frozen=True, slots=True)
class Identity:
	"""What is known about the client's identity: until when it is verified (None: never, or a check has failed since), and whether
	checks are locked after failures."""

	verified_until: datetime | None = None
	locked: bool = False
	failed: bool = False


def check_identity(required: bool, identity: Identity, now: datetime) -> tuple[Finding, ...]:
	"""P-1: the finding if the level requires the client's identity to be confirmed first and it is not."""
	if not required:
		return ()
	if identity.locked:
		message = _(
			"Identity checks for this client are locked after too many failures. Ask the Compliance Officer to unlock them."
		)
		return (Finding(IDENTITY, Message(message), UNLOCK_IDENTITY, blocks=True),)
	if identity.verified_until is None:
		if identity.failed:
			message = _("An identity check of this client failed, and none has succeeded since.")
		else:
			message = _("The client's identity has not been confirmed.")
		return (Finding(IDENTITY, Message(message), VERIFY_IDENTITY),)
	if now > identity.verified_until:
		message = _("The confirmation of the client's identity expired on {when}.")
		return (Finding(IDENTITY, Message(message, {"when": identity.verified_until}), VERIFY_IDENTITY),)
	return ()
