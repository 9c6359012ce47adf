"""Who can see the copy of a client's data that is made to be given to the client (P-2).

It contains records of many conversations, so taking part in one of them does not suffice: it takes clearance by level alone for the
strictest record in it, and for every lower level, because any of them may be in it as well.
"""

from collections.abc import Collection
from datetime import datetime

from client_comms.rules import access
from client_comms.rules.access import ADMINISTRATOR, Decision, Policy, Record, Subject
from client_comms.rules.messages import Message, _

OFFICER = "Compliance Officer"
NOT_AN_OFFICER = "not-compliance-officer"
CLIENT_HIDDEN = "client-hidden"
# The app alone changes a copy, so these require what reading requires.
_AS_READING = (access.WRITE, access.DELETE)


def decide(
	subject: Subject,
	level: str | None,
	policy: Policy,
	action: str,
	now: datetime,
	client_is_open: bool = True,
) -> Decision:
	"""Decide whether `subject` may do `action` (one of `access.ACTIONS`) with a copy (clauses D-5, P-2).

	:param level: of the strictest record in it; unknown counts as the strictest
	:param client_is_open: whether the user can see the client
	"""
	if subject.bypass:
		return Decision(True, ADMINISTRATOR, (Message(_("Administrator bypasses all clearances.")),))
	if OFFICER not in subject.roles:
		text = _("{user} is not a Compliance Officer; only they see copies of clients' data.")
		return Decision(False, NOT_AN_OFFICER, (Message(text, {"user": subject.user}),))
	if not client_is_open:
		text = _("{user} cannot read the client concerned.")
		return Decision(False, CLIENT_HIDDEN, (Message(text, {"user": subject.user}),))
	records = [Record(each, None, None) for each in levels_up_to(policy, level)] or [Record(None, None, None)]
	action = access.READ if action in _AS_READING else action
	return access.decide_all(subject, records, policy, action, now)


def levels_up_to(policy: Policy, level: str | None) -> list[str]:
	"""The names of `level` and of all lower ones; of all levels if it is unknown."""
	strictest = policy.level(level)
	return [name for name, each in policy.levels.items() if strictest and each.rank <= strictest.rank]


def readable_levels(policy: Policy, open_levels: Collection[str]) -> frozenset[str]:
	"""Of which level the strictest record can be, if every record of `open_levels` is shown and no other."""
	return frozenset(name for name in policy.levels if set(levels_up_to(policy, name)) <= set(open_levels))
