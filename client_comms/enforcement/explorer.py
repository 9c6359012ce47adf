"""What users can access, who can access a record, and what a change would affect (D-5, P-2, M-1).

Numbers come from grouped queries over all interactions; what the numbers mean is decided by the rule
(`rules.access`) on one record of each kind (`rules.access_impact`). Nothing is written, and only a record's
name, level and type are shown.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import product

import frappe
from frappe import _
from frappe.model.db_query import DatabaseQuery

from client_comms import clock, validation
from client_comms.communication_governance import matrix as matrices
from client_comms.enforcement import answers, explain, governed, interactions, policy, ties
from client_comms.i18n import bold
from client_comms.rules import access, access_impact, matrix_change

INTERACTION = interactions.INTERACTION
GRANT = governed.GRANT


# --- one user ----------------------------------------------------------------------------------


def of_user(user: str) -> dict:
	"""See `client_comms.api.access.explore_user`."""
	validation.require_exists("User", user)
	about = frappe.db.get_value("User", user, ["name", "full_name", "enabled", "user_type"], as_dict=True)
	subject = policy.subject(about.name)
	return {
		"user": about.name,
		"full_name": about.full_name,
		"enabled": bool(about.enabled and about.user_type == "System User"),
		"roles": sorted(subject.roles - policy.STANDARD_ROLES) if not subject.bypass else [],
		"bypass": subject.bypass,
		"trained": subject.trained,
		"training_matters": any(level.require_training for level in policy.current().levels.values()),
		"trainings": _trainings(user),
		"grants": _active_grants(user),
		"permission_missing": not subject.bypass
		and not explain.role_allows(INTERACTION, subject.roles, access.READ),
		"cells": _cells(subject),
	}


def _cells(subject: access.Subject) -> list[dict]:
	"""One cell per level and type: how many interactions exist, how many the user's list shows, and why."""
	rules, now = policy.current(), clock.now()
	responsible = ties.by_responsible()
	tied = ties.of_users([subject.user], responsible)
	listed = _listed(subject)
	cells: dict[tuple[str, str], dict] = {}
	for portion in access_impact.portions(
		subject.user, ties.kinds(responsible), tied.get(subject.user, {}), now
	):
		key = (_counted(portion.record.level), portion.record.communication_type)
		cell = cells.setdefault(
			key, {"existing": 0, "rules": Counter(), "actions": Counter(), "refusals": Counter()}
		)
		cell["existing"] += portion.records
		decision = access.decide(subject, portion.record, rules, access.READ, now)
		by_grant = decision.rule == access.BY_TAKING_PART and portion.tie == access_impact.GRANTED
		rule = access_impact.GRANTED if by_grant else decision.rule
		cell["rules" if decision else "refusals"][rule] += portion.records
		for action in access.ACTIONS:
			if access.decide(subject, portion.record, rules, action, now):
				cell["actions"][action] += portion.records
	for key, cell in _without_records(subject, cells):
		cells[key] = cell
	return [
		{"level": level, "communication_type": kind, "listed": listed[level, kind], **cell}
		for (level, kind), cell in sorted(
			cells.items(), key=lambda item: (rules.rank(item[0][0]), str(item[0][1]))
		)
	]


def _without_records(subject: access.Subject, cells: Collection[tuple]) -> list[tuple[tuple, dict]]:
	"""Cells of the matrix in force that have no interactions yet: the rule for an interaction without participants."""
	rules, now = policy.current(), clock.now()
	version = matrices.in_force(None, now)
	types = frappe.get_cached_doc("Communication Matrix", version).rules if version else ()
	found = []
	for level, row in product(rules.levels, types):
		if (key := (level, row.communication_type)) in cells:
			continue
		record = access.Record(level, version, row.communication_type)
		decision = access.decide(subject, record, rules, access.READ, now)
		outcomes = {"rules": {}, "refusals": {}, "actions": {}}
		outcomes["rules" if decision else "refusals"][decision.rule] = 0
		outcomes["actions"] = {
			action: 0 for action in access.ACTIONS if access.decide(subject, record, rules, action, now)
		}
		found.append((key, {"existing": 0, **outcomes}))
	return found


def _listed(subject: access.Subject) -> Counter:
	"""(level, type) -> number of interactions in the user's list: the row filter combined with Frappe's User
	Permissions."""
	found = Counter()
	if not subject.bypass and not explain.role_allows(INTERACTION, subject.roles, access.READ):
		return found
	condition = DatabaseQuery(INTERACTION, user=subject.user).build_match_conditions()
	# nosemgrep: frappe-sql-format-injection (the permission condition, as Frappe built it)
	for level, kind, records in frappe.db.sql(
		"select `confidentiality_level`, `communication_type`, count(*)"
		f" from `tab{INTERACTION}` {'where ' + condition if condition else ''}"
		" group by `confidentiality_level`, `communication_type`"
	):
		found[_counted(level), kind] += records
	return found


def _trainings(user: str) -> list[dict]:
	"""The mandatory trainings, with the day until which the user's is valid (None: not passed)."""
	valid_until: dict[str, object] = {}
	for row in frappe.get_all(
		"SOP Training Record", {"user": user}, ["training", "valid_until"], order_by="valid_until asc"
	):
		valid_until[row.training] = row.valid_until
	today = clock.now().date()
	return [
		{
			"training": training,
			"valid_until": (until := valid_until.get(training)),
			"current": bool(until and until >= today),
		}
		for training in frappe.get_all(
			"SOP Training", {"mandatory": 1, "disabled": 0}, pluck="name", order_by="name asc"
		)
	]


def _active_grants(user: str) -> list[dict]:
	"""Active grants, without their reasons, which may reveal content of the record."""
	return frappe.get_all(
		GRANT,
		{"user": user, "valid_until": (">=", clock.now())},
		["interaction", "valid_until", "granted_by", "break_glass"],
		order_by="valid_until asc",
	)


# --- one record --------------------------------------------------------------------------------


def of_record(doctype: str, name: str, action: str) -> dict:
	"""See `client_comms.api.access.explore_record`."""
	decided = explain.explain_for_all(doctype, name, action) if doctype in governed.doctypes() else None
	if decided is None:
		frappe.throw(
			_("{0} {1} has no confidentiality level, so ERPNext's own permissions apply.").format(
				_(doctype), bold(name)
			),
			title=_("Not Governed"),
		)
	names = dict(
		frappe.get_all(
			"User",
			{"enabled": 1, "user_type": "System User"},
			["name", "full_name"],
			order_by="name asc",
			as_list=True,
		)
	)
	users = [
		{"user": each["user"], "full_name": names.get(each["user"]), "rule": each["rule"]} for each in decided
	]
	# Those who configure or audit are told its name and level, and nothing else.
	answers.permit(doctype, name)
	return {
		"doctype": doctype,
		"name": name,
		"level": governed.level(doctype, name),
		"communication_type": frappe.db.get_value(INTERACTION, name, "communication_type")
		if doctype == INTERACTION
		else None,
		"action": action,
		"reaching": [
			{**user, "reasons": each["reasons"]}
			for user, each in zip(users, decided, strict=True)
			if each["allowed"]
		],
		"others": [user for user, each in zip(users, decided, strict=True) if not each["allowed"]],
	}


# --- simulation --------------------------------------------------------------------------------


def simulate_matrix(matrix: str, against: str | None, action: str) -> dict:
	"""See `client_comms.api.access.simulate_matrix_access`."""
	after, before = _version(matrix), _version(against) if against else None
	companies = {
		frappe.db.get_value("Communication Matrix", each.name, "company") for each in (after, before) if each
	} - {None, ""}
	if len(companies) > 1:
		frappe.throw(
			_("{0} and {1} are for different companies. Choose versions for the same company.").format(
				bold(before.name), bold(after.name)
			),
			title=_("Versions Cannot Be Compared"),
		)
	rules = policy.current()
	for version in filter(None, (before, after)):
		rules = matrix_change.with_version(rules, version)
	return _differences(
		policy.subjects(),
		lambda subject: access_impact.Case(subject, rules, before),
		lambda subject: access_impact.Case(subject, rules, after),
		action,
		company=next(iter(companies), None),
	)


def simulate_role(user: str, role: str, held: bool, action: str) -> dict:
	"""See `client_comms.api.access.simulate_role`."""
	validation.require_exists("User", user)
	validation.require_exists("Role", role)
	subject, rules = policy.subject(user), policy.current()
	return _differences(
		[subject],
		lambda subject: access_impact.Case(subject, rules),
		lambda subject: access_impact.Case(access_impact.with_role(subject, role, held), rules),
		action,
	)


def simulate_clearance(level: str, role: str, actions: Collection[str], oversight: bool, action: str) -> dict:
	"""See `client_comms.api.access.simulate_clearance`."""
	validation.require_exists("Confidentiality Level", level)
	validation.require_exists("Role", role)
	for each in actions:
		explain.require_action(each)
	rules = policy.current()
	changed = access_impact.with_clearance(
		rules, level, access.Clearance(role, frozenset(actions), oversight)
	)
	return _differences(
		[subject for subject in policy.subjects() if role in subject.roles],
		lambda subject: access_impact.Case(subject, rules),
		lambda subject: access_impact.Case(subject, changed),
		action,
	)


def _differences(subjects: Iterable[access.Subject], before, after, action: str, company: str | None = None):
	"""`before` and `after` return the case of a subject. Actions denied by the Role Permissions Manager stay denied."""
	explain.require_action(action)
	now, responsible = clock.now(), ties.by_responsible(company)
	kinds = ties.kinds(responsible)
	cases = {
		subject.user: [permitted(case(subject), action) for case in (before, after)]
		for subject in subjects
		if not subject.bypass
	}
	of_anyone = next(iter(cases.values()), ())  # policy and version are those of all
	managed = {
		kind.level
		for kind in kinds
		if any(access_impact.account_managers_count(case, kind) for case in of_anyone)
	}
	tied = ties.of_users([*cases], responsible, company, managed)
	names = dict(frappe.get_all("User", fields=["name", "full_name"], order_by="name asc", as_list=True))
	rows = []
	for user, of_user in cases.items():
		found = access_impact.differences(
			*of_user, access_impact.portions(user, kinds, tied.get(user, {}), now), action, now
		)
		rows += [
			{
				"user": user,
				"full_name": names.get(user),
				**cell._asdict(),
				"gained": difference.gained,
				"lost": difference.lost,
			}
			for cell, difference in found.items()
		]
	rules = policy.current()
	rows.sort(key=lambda row: (row["user"], rules.rank(row["level"]), str(row["communication_type"])))
	return {
		"checked": sum(kinds.values()),
		"users": len(cases),
		"gaining": len({row["user"] for row in rows if row["gained"]}),
		"losing": len({row["user"] for row in rows if row["lost"]}),
		"rows": rows,
	}


def permitted(case: access_impact.Case, action: str) -> access_impact.Case:
	"""The subject, without roles if the Role Permissions Manager denies all of them the action."""
	if explain.role_allows(INTERACTION, case.subject.roles, action):
		return case
	return case._replace(subject=access.Subject(case.subject.user, frozenset()))


def _version(name: str) -> matrix_change.Version:
	validation.require_exists("Communication Matrix", name)
	return matrices.as_version(frappe.get_doc("Communication Matrix", name))


def _counted(level: str | None) -> str | None:
	"""The effective level of a stored level name."""
	counted = policy.current().level(policy.as_the_database_reads(level))
	return counted and counted.name
