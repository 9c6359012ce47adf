"""Decides who can do what with a client record (clauses D-5, P-2 and M-1).

Deny unless allowed: a clearance row of the record's level must allow the action to one of the user's
roles, and the level's need-to-know must hold, unless that row has oversight. `decide` answers for one
record and says why; `rules.access_rows` expresses the same rule as the sets by which a list is filtered.

Levels, clearances and responsible parties are data that an administrator edits; none is hard-coded here.
Datetimes are compared with each other only: all naive in one time zone, or all aware.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from client_comms.rules import access_limits
from client_comms.rules.messages import Message, _, listed

ACTIONS = ("read", "write", "print", "email", "export", "share", "delete")
READ, WRITE, PRINT, EMAIL, EXPORT, SHARE, DELETE = ACTIONS
# For users who change roles and levels.
GIVE_A_ROLE = _(
	"Give {user} one of these roles, or add one of the user's roles to the clearances of {level}."
)

# Need-to-know of a level. Any other value counts as PARTICIPANTS, the narrowest.
ROLE, RESPONSIBLE_PARTY, PARTICIPANTS = "Role", "Responsible Party", "Participants"

# Identifiers of the rule that decided.
ADMINISTRATOR = "administrator"
BY_ROLE = "role"
BY_RESPONSIBLE_PARTY = "responsible-party"
BY_TAKING_PART = "takes-part"
BY_ACCOUNT_MANAGER = "account-manager"
BY_OVERSIGHT = "oversight"
NO_LEVELS = "no-levels"
NO_CLEARANCE = "no-clearance"
TRAINING_NOT_CURRENT = "training-not-current"
NOT_RESPONSIBLE_PARTY = "not-responsible-party"
NOT_PARTICIPANT = "not-participant"


@dataclass(frozen=True, slots=True)
class Clearance:
	"""What a level allows one role to do; `oversight` skips the level's need-to-know for these actions."""

	role: str
	actions: frozenset[str]
	oversight: bool = False

	def allows(self, action: str) -> bool:
		"""Whether the row allows `action`. DELETE has no flag of its own: it requires WRITE with oversight."""
		if action == DELETE:
			return self.oversight and WRITE in self.actions
		return action in self.actions


@dataclass(frozen=True, slots=True)
class Level:
	"""A confidentiality level; a higher `rank` is stricter."""

	name: str
	rank: int
	need_to_know: str
	clearances: tuple[Clearance, ...]
	require_training: bool = False
	log_views: bool = False
	# Until a control that another app disables works again.
	closed: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
	"""What the administrator configured: levels by name, responsible roles by (matrix version, communication type)."""

	levels: Mapping[str, Level]
	responsible_roles: Mapping[tuple[str, str], frozenset[str]]
	versions: tuple[tuple[str, datetime, str], ...] = ()  # submitted ones: company (or all), since when, name

	@property
	def strictest(self) -> Level | None:
		"""The level with the highest rank; None when there are no levels."""
		return max(self.levels.values(), key=lambda level: (level.rank, level.name), default=None)

	def level(self, name: str | None) -> Level | None:
		"""The level of that name; an unknown, empty or deleted one counts as the strictest."""
		return self.levels.get(name) or self.strictest

	def rank(self, name: str | None) -> int:
		"""The rank of that level, with the same reading of unknown names; 0 when there are no levels."""
		return level.rank if (level := self.level(name)) else 0

	def strictest_of(self, *names: str | None) -> str | None:
		"""The level of what has several, so that nothing of it becomes less confidential (clause P-2); None if it has none."""
		return max(filter(None, names), key=self.rank, default=None)


@dataclass(frozen=True, slots=True)
class Grant:
	"""Access to one record for one user, up to and including the moment `valid_until`."""

	user: str
	valid_until: datetime


@dataclass(frozen=True, slots=True)
class Subject:
	"""The user who requests access. `trained`: training is current. `bypass`: Administrator only."""

	user: str
	roles: frozenset[str]
	trained: bool = True
	bypass: bool = False
	limits: tuple[access_limits.Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
	"""What matters for access; `assignees`: of open action items, `links`: fields that User Permissions may restrict, and their values."""

	level: str | None
	matrix: str | None
	communication_type: str | None
	responsible_staff: str | None = None
	assignees: frozenset[str] = frozenset()
	grants: tuple[Grant, ...] = ()
	account_manager: str | None = None
	links: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
	"""The answer, true when allowed; `rule` is one of the identifiers above, `reasons` explain it."""

	allowed: bool
	rule: str
	reasons: tuple[Message, ...]

	def __bool__(self) -> bool:
		return self.allowed


def decide(subject: Subject, record: Record, policy: Policy, action: str, now: datetime) -> Decision:
	"""Decide whether `subject` may do `action` (one of `ACTIONS`) on `record` at `now` (clauses D-5, P-2).

	Users who are allowed by need-to-know are not reported as using oversight. Never raises: an action
	that no clearance row contains is refused.
	"""
	if subject.bypass:
		return Decision(True, ADMINISTRATOR, (Message(_("Administrator bypasses all clearances.")),))
	level = policy.level(record.level)
	if level is None:
		return Decision(
			False,
			NO_LEVELS,
			(Message(_("No Confidentiality Level exists, so no one has access. Create one.")),),
		)

	reasons = []
	if record.level not in policy.levels:
		reasons.append(
			Message(
				_("The record has no valid level, so the strictest one applies: {level}."),
				{"level": level.name},
			)
		)

	rows = cleared_rows(subject, level, action)
	if not rows:
		return Decision(
			False, NO_CLEARANCE, (*reasons, *_why_not_cleared(subject, record, level, action, now))
		)
	reasons.append(_why_cleared(rows, level, action))

	if grounds := _need_to_know(subject, record, policy, level, now) or oversight(rows, level):
		rule, reason = grounds
		reasons.append(reason)
	else:
		rule = NOT_RESPONSIBLE_PARTY if level.need_to_know == RESPONSIBLE_PARTY else NOT_PARTICIPANT
		reasons.extend(_why_no_need_to_know(subject, record, policy, level))
	if grounds and (objection := access_limits.objection(subject.user, subject.limits, record.links)):
		return Decision(False, access_limits.USER_PERMISSION, (*reasons, objection))
	if training_suffices(subject, level):
		return Decision(bool(grounds), rule, tuple(reasons))
	reasons.append(
		Message(
			_("The level {level} requires training, which {user} has not completed or must repeat."),
			{"level": level.name, "user": subject.user},
		)
	)
	return Decision(False, TRAINING_NOT_CURRENT, tuple(reasons))


def decide_any(
	subject: Subject, records: Iterable[Record], policy: Policy, action: str, now: datetime
) -> Decision | None:
	"""`decide` for something that requires `action` on any one of `records`; if all refuse, the refusal of the first.

	None without records.
	"""
	first = None
	for record in records:
		decision = decide(subject, record, policy, action, now)
		if decision:
			return decision
		if first is None:
			first = decision
	return first


def decide_all(
	subject: Subject, records: Iterable[Record], policy: Policy, action: str, now: datetime
) -> Decision | None:
	"""`decide` for something that requires `action` on every one of `records`: the first refusal, otherwise the last
	decision. None without records.
	"""
	decision = None
	for record in records:
		decision = decide(subject, record, policy, action, now)
		if not decision:
			break
	return decision


def oversight_roles(policy: Policy, level_name: str | None) -> frozenset[str]:
	"""The roles that see every record of the level (clauses R-2, R-3)."""
	level = policy.level(level_name)
	return frozenset(row.role for row in level.clearances if row.oversight) if level else frozenset()


def has_oversight(subject: Subject, record: Record, policy: Policy) -> bool:
	"""Whether `subject` has oversight of records like `record`, and can therefore grant others access to it."""
	return subject.bypass or bool(subject.roles & oversight_roles(policy, record.level))


def may_lower(
	subject: Subject, record: Record, policy: Policy, to_level: str | None, now: datetime
) -> Decision:
	"""Decide whether `subject` can lower `record` to `to_level`, which requires WRITE at both levels (clauses D-5, M-1).

	Raising a record requires WRITE only at its present level: use `decide`.
	"""
	here = decide(subject, record, policy, WRITE, now)
	if not here:
		return here
	there = decide(subject, replace(record, level=to_level), policy, WRITE, now)
	return replace(there, reasons=(*here.reasons, *there.reasons))


def roles_cleared(policy: Policy, level_name: str | None, action: str) -> frozenset[str]:
	"""The roles that a clearance row of the level allows `action`, whatever its need-to-know (clause D-5)."""
	level = policy.level(level_name)
	return _roles_cleared(level, action) if level else frozenset()


def cleared_rows(subject: Subject, level: Level, action: str) -> list[Clearance]:
	"""The clearances by which the level allows the subject `action`."""
	if level.closed:
		return []
	return [row for row in level.clearances if row.role in subject.roles and row.allows(action)]


def _roles_cleared(level: Level, action: str) -> frozenset[str]:
	return frozenset(row.role for row in level.clearances if row.allows(action))


def training_suffices(subject: Subject, level: Level) -> bool:
	"""Whether the subject's training is current, or the level requires none."""
	return subject.trained or not level.require_training


def _need_to_know(
	subject: Subject, record: Record, policy: Policy, level: Level, now: datetime
) -> tuple[str, Message] | None:
	"""The rule by which the level's need-to-know holds, and its reason; None when it does not hold."""
	if level.need_to_know == ROLE:
		return BY_ROLE, Message(_("The level {level} has no further requirements."), {"level": level.name})
	if level.need_to_know == RESPONSIBLE_PARTY and (
		roles := subject.roles & _responsible_roles(record, policy)
	):
		return BY_RESPONSIBLE_PARTY, Message(
			_("{user} has the role {roles}, responsible for {communication_type} in the matrix {matrix}."),
			{
				"user": subject.user,
				"roles": listed(roles),
				"communication_type": record.communication_type,
				"matrix": record.matrix,
			},
		)
	if part := takes_part(subject.user, record, now):
		return BY_TAKING_PART, part
	if level.need_to_know == RESPONSIBLE_PARTY and record.account_manager == subject.user:
		return BY_ACCOUNT_MANAGER, Message(
			_("{user} is the account manager of the client."), {"user": subject.user}
		)
	return None


def oversight(rows: Iterable[Clearance], level: Level) -> tuple[str, Message] | None:
	"""The rule and the reason, if one of `rows` has oversight."""
	# `rows` are those that allow the action: the oversight of one role must not widen what another
	# role may do, so an auditor who reads everything still writes only where they take part.
	roles = [row.role for row in rows if row.oversight]
	if not roles:
		return None
	return BY_OVERSIGHT, Message(
		_("The role {roles} has oversight at the level {level}, regardless of who takes part in the record."),
		{"roles": listed(roles), "level": level.name},
	)


def takes_part(user: str, record: Record, now: datetime) -> Message | None:
	"""How `user` takes part in the record; None when they do not."""
	if record.responsible_staff == user:
		return Message(_("{user} is the responsible staff of the record."), {"user": user})
	if user in record.assignees:
		return Message(_("{user} is assigned an open action item of the record."), {"user": user})
	until = _granted_until(user, record)
	if until and until >= now:
		return Message(
			_("{user} holds an access grant that is valid until {until}."), {"user": user, "until": until}
		)
	return None


def _granted_until(user: str, record: Record) -> datetime | None:
	return max((grant.valid_until for grant in record.grants if grant.user == user), default=None)


def _responsible_roles(record: Record, policy: Policy) -> frozenset[str]:
	return policy.responsible_roles.get((record.matrix, record.communication_type), frozenset())


def _why_cleared(rows: Iterable[Clearance], level: Level, action: str) -> Message:
	return Message(
		_('The clearances of the level {level} allow "{action}" to the role {roles}.'),
		{"level": level.name, "action": action, "roles": listed(row.role for row in rows)},
	)


def _why_not_cleared(
	subject: Subject, record: Record, level: Level, action: str, now: datetime
) -> Iterable[Message]:
	values = {
		"user": subject.user,
		"action": action,
		"level": level.name,
		"roles": listed(_roles_cleared(level, action)),
	}
	if level.closed:
		yield Message(
			_(
				"The level {level} is closed while another app disables a control of Client Communications. Ask an administrator to restore it."
			),
			values,
		)
		return
	if values["roles"]:
		yield Message(
			_(
				'{user} has no role that the level {level} allows to "{action}"; the roles that it allows are: {roles}.'
			),
			values,
		)
		yield Message(GIVE_A_ROLE, values)
	else:
		yield Message(_('The level {level} allows no role to "{action}".'), values)
		yield Message(_("A Client Communications Manager can change its clearances."))
	if action == DELETE:
		yield Message(_("Deleting requires a clearance with both write access and oversight."))
	if takes_part(subject.user, record, now):
		yield Message(
			_("Taking part in the record, such as by being responsible for it, does not replace a clearance.")
		)


def _why_no_need_to_know(subject: Subject, record: Record, policy: Policy, level: Level) -> Iterable[Message]:
	values = {"user": subject.user, "level": level.name}
	yield Message(
		_(
			"The level {level} also requires {user} to take part: as responsible staff, through an open action item, or through a valid access grant."
		),
		values,
	)
	if level.need_to_know == RESPONSIBLE_PARTY:
		yield Message(_("The client's account manager has access as well."))
		if roles := _responsible_roles(record, policy):
			yield Message(
				_("So can the responsible party for {communication_type} in the matrix {matrix}: {roles}."),
				{
					"communication_type": record.communication_type,
					"matrix": record.matrix,
					"roles": listed(roles),
				},
			)
	if until := _granted_until(subject.user, record):
		yield Message(
			_("The access grant of {user} expired at {until}. Grant access again."),
			{**values, "until": until},
		)
