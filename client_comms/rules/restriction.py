"""A client has the use of their data restricted (GDPR Art. 18): records stay, and can be read, but nothing else happens with them
until the restriction is lifted (P-2).

The law allows exceptions (Art. 18(2)), which a Compliance Officer grants to one user, for one kind of use and for a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

ACTIVE, ANNOUNCED, LIFTED = "Active", "Lifting Announced", "Lifted"
IN_FORCE = (ACTIVE, ANNOUNCED)
# What an exception allows
CHANGES, MESSAGES = "Change Records", "Send Messages"
USES = (CHANGES, MESSAGES)
# Why the client can ask for it: GDPR Art. 18(1)(a) to (d)
GROUNDS = ("Accuracy Contested", "Unlawful Processing", "Needed for Legal Claims", "Objection Pending")
# Why there can be an exception: GDPR Art. 18(2)
BASES = ("Consent of the Client", "Legal Claims", "Rights of Another Person", "Important Public Interest")
LONGEST_EXCEPTION = 30  # days


@dataclass(frozen=True, slots=True)
class Exemption:
	"""`user` may do `use` until a moment."""

	user: str
	use: str
	until: datetime


@dataclass(frozen=True, slots=True)
class Restriction:
	"""`since` and `by` say when and by whom it was put in force."""

	name: str
	since: datetime
	by: str
	reason: str
	exemptions: Sequence[Exemption] = ()

	def exempts(self, user: str, use: str, now: datetime) -> bool:
		"""Whether an exception allows `user` this use now; no one has one by their role."""
		return any(each.user == user and each.use == use and now <= each.until for each in self.exemptions)


def may_be_lifted(status: str) -> bool:
	"""Only after the client has been told (GDPR Art. 18(3))."""
	return status == ANNOUNCED
