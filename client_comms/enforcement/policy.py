"""The site's levels, clearances and matrix versions as the policy for the access rule."""

from collections.abc import Collection, Iterable, Mapping

import frappe
from frappe.permissions import ALL_USER_ROLE, AUTOMATIC_ROLES, GUEST_ROLE, SYSTEM_USER_ROLE
from frappe.utils import getdate

from client_comms import clock, transactions
from client_comms.enforcement import takeovers, user_limits
from client_comms.flags import flagged
from client_comms.rules.access import (
	ACTIONS,
	DELETE,
	READ,
	Clearance,
	Grant,
	Level,
	Policy,
	Record,
	Subject,
	decide,
)

_CACHE = "client_comms_policy"
_HELD = "client_comms_held_record"
OPEN_ACTION_ITEM = "Open"
# Which levels, clearances and submitted versions of the matrix there are, and when each was changed; of the roles and types in them also the names,
# because renaming one changes no time. Sums, because some dozens of rows take longer to read; not group_concat, which a server can be told to cut.
_ROWS = " union all ".join(
	f"select count(*), max(modified), sum(crc32(concat_ws('|', name, modified, {columns}))) from `tab{doctype}` where {which}"
	for doctype, columns, which in (
		("Confidentiality Level", "docstatus", "1 = 1"),
		("Level Clearance", "idx, role", "1 = 1"),
		("Communication Matrix", "docstatus", "docstatus > 0"),
		("Communication Matrix Party", "communication_type, role", "docstatus > 0"),
	)
)
# The roles that Frappe gives every desk user.
STANDARD_ROLES = frozenset((ALL_USER_ROLE, GUEST_ROLE, SYSTEM_USER_ROLE))
# The client's field for its account manager; ERPNext names it differently on each DocType.
ACCOUNT_MANAGER_FIELD = {"Customer": "account_manager", "Lead": "lead_owner", "Prospect": "prospect_owner"}
RECORD_FIELDS = (
	"name",
	"confidentiality_level",
	"matrix",
	"communication_type",
	"responsible_staff",
	"party_type",
	"party",
)


def current() -> Policy:
	"""The policy of this site, as the levels and matrix versions are in this transaction."""
	return transactions.shared(_CACHE, state, _build)


def clear_cache(doc=None, method=None):
	"""This transaction changed a level or a matrix. Others need not be told: they compare what they see."""
	transactions.forget(_CACHE)


def state() -> tuple:
	"""What the policy depends on; one query, in plain SQL, because each request with a row condition needs it, and those of trainings. Rows of a
	level are included because they can be saved without it."""
	return frappe.db.sql(_ROWS), takeovers.are_closing()


def _build() -> Policy:
	clearances: dict[str, list[Clearance]] = {}
	flags = [f"can_{action}" for action in ACTIONS if action != DELETE]
	for row in frappe.get_all(
		"Level Clearance",
		filters={"parenttype": "Confidentiality Level"},
		fields=["parent", "role", "oversight", *flags],
		order_by="parent asc, idx asc",
	):
		actions = frozenset(flag.removeprefix("can_") for flag in flags if row[flag])
		clearances.setdefault(row.parent, []).append(Clearance(row.role, actions, bool(row.oversight)))
	stored = frappe.get_all(
		"Confidentiality Level",
		fields=["name", "rank", "need_to_know", "require_training", "log_views"],
		order_by="name asc",
	)
	lowest = min((row["rank"] for row in stored), default=0)
	closing = takeovers.are_closing()
	levels = {
		row.name: Level(
			row.name,
			row["rank"],
			row.need_to_know,
			tuple(clearances.get(row.name, ())),
			bool(row.require_training),
			bool(row.log_views),
			closed=closing and row["rank"] > lowest,
		)
		for row in stored
	}
	# Cancelled versions still govern the records that were made under them.
	versions = frappe.get_all("Communication Matrix", filters={"docstatus": (">", 0)}, pluck="name")
	responsible: dict[tuple[str, str], set[str]] = {}
	for row in frappe.get_all(
		"Communication Matrix Party",
		filters={"parent": ("in", versions), "party": "Role"},
		fields=["parent", "communication_type", "role"],
	):
		responsible.setdefault((row.parent, row.communication_type), set()).add(row.role)
	submitted = frappe.get_all(
		"Communication Matrix", filters={"docstatus": 1}, fields=["name", "company", "effective_from"]
	)
	return Policy(
		levels,
		{key: frozenset(roles) for key, roles in responsible.items()},
		tuple((row.company or "", row.effective_from, row.name) for row in submitted),
	)


def subject(user: str | None = None) -> Subject:
	"""The user as a subject: their roles, and whether their training is current (T-1). A disabled user has none, because reports and jobs go on in
	their name."""
	user = user or frappe.session.user
	return Subject(
		user=user,
		roles=frozenset(frappe.get_roles(user) if _is_logged_in(user) or is_enabled(user) else ()),
		trained=is_trained(user),
		bypass=user == "Administrator",
		limits=user_limits.of(user),
	)


def _is_logged_in(user: str) -> bool:
	"""Frappe ends the sessions of a user who is disabled, so that a page need not load its user. Who only acts in their name has none."""
	return user == frappe.session.user and frappe.session.sid not in (user, None)


def is_enabled(user: str) -> bool:
	return bool(frappe.get_cached_value("User", user, "enabled"))


def subjects(among: Collection[str] | None = None) -> list[Subject]:
	"""`subject` for every enabled desk user, in the order of their names; a few queries for all.

	:param among: only these users
	"""
	desk_users = {"enabled": 1, "user_type": "System User"}
	if among is not None:
		desk_users["name"] = ("in", among)
	users = frappe.get_all("User", desk_users, pluck="name", order_by="name asc")
	roles: dict[str, set[str]] = {user: {*STANDARD_ROLES} for user in users}
	for row in frappe.get_all(
		"Has Role",
		{"parenttype": "User", "parent": ("in", users), "role": ("not in", AUTOMATIC_ROLES)},
		["parent", "role"],
	):
		roles[row.parent].add(row.role)
	current = trained(users)
	limited = set(frappe.get_all("User Permission", pluck="user", distinct=True, order_by=None))
	return [
		subject(user)
		if user == "Administrator"
		else Subject(
			user,
			frozenset(roles[user]),
			trained=user in current,
			limits=user_limits.of(user) if user in limited else (),
		)
		for user in users
	]


def is_trained(user: str) -> bool:
	"""Whether every mandatory training for the user's roles is current; if none is defined, no one is trained."""
	return user in trained([user])


def trained(users: Collection[str], *, required: bool = False) -> frozenset[str]:
	"""The `users` who are trained; queries the database only if some level requires training.

	A user is trained if they have completed every mandatory training for their roles; if there is no mandatory
	training, no one is.

	:param required: as if a level required training
	"""
	if not users:
		return frozenset()
	if not required and not any(level.require_training for level in current().levels.values()):
		return frozenset(users)
	mandatory = training_roles(mandatory=True)
	if not mandatory:
		return frozenset()
	passed: dict[str, set[str]] = {}
	for user, training in frappe.db.sql(
		"""select `user`, `training` from `tabSOP Training Record`
		where `user` in %(users)s and `valid_until` >= %(today)s""",
		{"users": tuple(users), "today": getdate(clock.now())},
	):
		passed.setdefault(user, set()).add(training)
	roles = _roles_among(users, set().union(*mandatory.values()))
	return frozenset(
		user
		for user in users
		if all(
			training in passed.get(user, ())
			for training, audience in mandatory.items()
			if not audience or audience & roles.get(user, set())
		)
	)


def training_roles(*, mandatory: bool = False) -> dict[str, frozenset[str]]:
	"""Training → the roles to which it applies; none means everyone. Disabled ones are left out.

	:param mandatory: mandatory trainings only
	"""
	audience: dict[str, set[str]] = {}
	for name, role in frappe.db.sql(
		"""select `training`.`name`, `audience`.`role` from `tabSOP Training` `training`
		left join `tabSOP Role` `audience`
			on `audience`.`parent` = `training`.`name` and `audience`.`parenttype` = 'SOP Training'
		where `training`.`disabled` = 0 and `training`.`mandatory` >= %(mandatory)s""",
		{"mandatory": int(mandatory)},
	):
		audience.setdefault(name, set()).update(filter(None, (role,)))
	return {name: frozenset(roles) for name, roles in audience.items()}


def _roles_among(users: Collection[str], wanted: set[str]) -> dict[str, set[str]]:
	"""User → which of the `wanted` roles they have; no query if none is wanted."""
	found: dict[str, set[str]] = {}
	if wanted:
		for user, role in frappe.db.sql(
			"""select `parent`, `role` from `tabHas Role`
			where `parenttype` = 'User' and `parent` in %(users)s and `role` in %(roles)s""",
			{"users": tuple(users), "roles": tuple(wanted)},
		):
			found.setdefault(user, set()).add(role)
	for role in wanted & STANDARD_ROLES:
		for user in users:
			found.setdefault(user, set()).add(role)
	return found


def stored_record(name: str, *, lasting: bool = False) -> Record | None:
	"""The facts of the interaction in the database, regardless of changes in the request; None if it does not exist.

	:param lasting: ignore access that expires or depends on other documents (grants, the client's account
	    manager), for decisions that would outlast it
	"""
	held = frappe.flags.get(_HELD) or {}
	if not lasting and name in held:
		return held[name]
	row = frappe.db.get_value("Client Interaction", name, _facts(), as_dict=True)
	if not row:
		return None
	assignees = frappe.get_all(
		"Interaction Action Item", {"parent": name, "status": OPEN_ACTION_ITEM}, pluck="assigned_to"
	)
	if lasting:
		return _record(row, assignees)
	grants = frappe.get_all("Interaction Access Grant", {"interaction": name}, ["user", "valid_until"])
	return _record(
		row,
		assignees,
		(Grant(each.user, each.valid_until) for each in grants),
		account_manager(row.party_type, row.party),
	)


def stored_records(names: Collection[str], *, lasting: bool = False) -> dict[str, Record]:
	"""`stored_record` of several interactions, as far as they exist: name → record. Any number of them takes the same few queries.

	:param names: as the database has them
	"""
	held = {} if lasting else frappe.flags.get(_HELD) or {}
	found = {name: held[name] for name in names if held.get(name)}
	if not (left := [name for name in names if name not in held]):
		return found
	rows = frappe.get_all("Client Interaction", {"name": ("in", left)}, ["name", *_facts()], order_by=None)
	assignees: dict[str, list[str]] = {}
	items = {"parent": ("in", left), "status": OPEN_ACTION_ITEM}
	for item in frappe.get_all("Interaction Action Item", items, ["parent", "assigned_to"], order_by=None):
		assignees.setdefault(item.parent, []).append(item.assigned_to)
	grants, managers = {}, {}
	if not lasting:
		grants, managers = _grants(left), _account_managers(left, {row.party_type for row in rows})
	for row in rows:
		found[row.name] = _record(
			row, assignees.get(row.name, ()), grants.get(row.name, ()), managers.get(row.name)
		)
	return found


def locked_records(documents: Collection) -> dict[str, Record]:
	"""`stored_record` of interactions that were just read and are locked: name → record. What they contain themselves is not
	queried again, the rest once for all."""
	names = [doc.name for doc in documents]
	grants, managers = _grants(names), _account_managers(names, {doc.party_type for doc in documents})
	return {
		doc.name: _record(
			doc,
			[row.assigned_to for row in doc.action_items if row.status == OPEN_ACTION_ITEM],
			grants.get(doc.name, ()),
			managers.get(doc.name),
		)
		for doc in documents
	}


def _grants(interactions: Collection[str]) -> dict[str, list[Grant]]:
	"""Interaction → the grants for it; joined, because the database compares names ignoring case and trailing spaces."""
	found: dict[str, list[Grant]] = {}
	for name, user, valid_until in frappe.db.sql(
		"""select interaction.name, access.user, access.valid_until
		from `tabClient Interaction` interaction
		join `tabInteraction Access Grant` access on access.interaction = interaction.name
		where interaction.name in %(interactions)s""",
		{"interactions": interactions},
	):
		found.setdefault(name, []).append(Grant(user, valid_until))
	return found


def _account_managers(interactions: Collection[str], party_types: Collection[str]) -> dict[str, str | None]:
	"""Interaction → the account manager of its client; a query for each DocType of clients."""
	found: dict[str, str | None] = {}
	interaction = frappe.qb.DocType("Client Interaction")
	for party_type, field in ACCOUNT_MANAGER_FIELD.items():
		if party_type not in party_types:
			continue
		client = frappe.qb.DocType(party_type)
		query = (
			frappe.qb.from_(interaction)
			.join(client)
			.on(client.name == interaction.party)
			.select(interaction.name, client[field])
			.where((interaction.party_type == party_type) & interaction.name.isin(list(interactions)))
		)
		found.update(query.run())
	return found


def _facts() -> tuple[str, ...]:
	"""The fields of an interaction that decide about access."""
	return tuple(dict.fromkeys((*RECORD_FIELDS, *user_limits.fields())))


def _record(
	row, assignees: Iterable[str], grants: Iterable[Grant] = (), manager: str | None = None
) -> Record:
	return Record(
		level=as_the_database_reads(row.confidentiality_level),
		matrix=row.matrix,
		communication_type=row.communication_type,
		responsible_staff=row.responsible_staff,
		assignees=frozenset(assignees),
		grants=tuple(grants),
		account_manager=manager,
		links=tuple((field, row.get(field)) for field in user_limits.fields()),
	)


def may_read(user: str, record: Record) -> bool:
	"""Whether `user` could read a record that is about to be created."""
	return decide(subject(user), record, current(), READ, clock.now()).allowed


def holding(name: str):
	"""Inside the block, which does not change the interaction, `stored_record` queries it only once."""
	return holding_all({name: stored_record(name)})


def holding_all(records: Mapping[str, Record | None]):
	"""`holding` for interactions that were queried together.

	:param records: as returned by `locked_records`
	"""
	return flagged(_HELD, records)


def as_the_database_reads(level: str | None) -> str | None:
	"""The level to which a link refers: the database compares names ignoring case and trailing spaces."""
	if not level or level in current().levels:
		return level
	return frappe.db.get_value("Confidentiality Level", level) or level


def account_manager(party_type: str | None, party: str | None) -> str | None:
	"""The client's current account manager in ERPNext."""
	field = ACCOUNT_MANAGER_FIELD.get(party_type)
	return frappe.db.get_value(party_type, party, field) if field and party else None
