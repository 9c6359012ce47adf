"""The result of a run: numbers for everyone who configures or audits, and examples that the reader may see (M-1)."""

import json
from collections.abc import Iterable, Mapping

import frappe

from client_comms import clock
from client_comms.enforcement import explorer, policy
from client_comms.policy_changes import new_access, states
from client_comms.policy_changes.changes import Change
from client_comms.rules import access, access_impact
from client_comms.rules.access import Subject
from client_comms.rules.change_tally import (
	DEADLINES,
	DOCUMENTATION,
	EXAMPLES,
	HINDSIGHT,
	KEYS,
	LEVELS,
	NOT_LOWERED,
	UNCOVERED,
	Tally,
)

_SECTIONS = (LEVELS, NOT_LOWERED, DEADLINES, HINDSIGHT, DOCUMENTATION, UNCOVERED)
_SHOWN = 3
_TRIED = 200
_ROLE = "role:"  # a user of no name who holds one role


def of(tally: Tally, change: Change, *, simulated: bool) -> dict:
	"""
	:returns: `{"checked", "levels", "not_lowered", "deadlines", "hindsight", "documentation", "uncovered": rows of
	    `rules.change_tally.KEYS` with `records`, "people": [{"user", "full_name", "level", "level_after",
	    "communication_type", "gained", "lost"}], "roles": [the same with "role"], "new_access"}`; the last is
	    None for what was really done
	"""
	return {
		"checked": tally.checked,
		**{section: tally.rows(section) for section in _SECTIONS},
		"people": _people(tally, change),
		"roles": _roles(tally, change),
		"new_access": new_access.check(change) if simulated else None,
	}


def _people(tally: Tally, change: Change) -> list[dict]:
	subjects = [subject for subject in policy.subjects() if not subject.bypass]
	names = dict(frappe.get_all("User", fields=["name", "full_name"], order_by="name asc", as_list=True))
	return [
		{"user": subject.user, "full_name": names.get(subject.user), **cell}
		for subject, cell in _differences(tally, change, subjects)
	]


def _roles(tally: Tally, change: Change) -> list[dict]:
	"""For a user who has only that role, whose training is current, and who takes part in nothing."""
	roles = {row.role for level in change.before.levels.values() for row in level.clearances}
	roles |= {row.role for level in change.after.levels.values() for row in level.clearances}
	subjects = [Subject(f"{_ROLE}{role}", frozenset({role})) for role in sorted(roles)]
	return [
		{"role": subject.user.removeprefix(_ROLE), **cell}
		for subject, cell in _differences(tally, change, subjects)
	]


def _differences(tally: Tally, change: Change, subjects: list[Subject]):
	now = clock.now()
	moves = tally.moves_of_users([subject.user for subject in subjects], now)
	rank = change.before.rank
	for subject in subjects:
		before, after = (
			explorer.permitted(access_impact.Case(subject, rules), access.READ)
			for rules in (change.before, change.after)
		)
		found = access_impact.differences_of_moves(before, after, moves[subject.user], access.READ, now)
		for cell, difference in sorted(
			found.items(), key=lambda item: (rank(item[0].level), str(item[0].communication_type))
		):
			yield subject, {**cell._asdict(), "gained": difference.gained, "lost": difference.lost}


# --- examples --------------------------------------------------------------------------------------


def with_examples(run) -> dict | None:
	"""The stored result, with up to three interactions for each row of its sections that the session user can read."""
	if not run.result:
		return None
	result = json.loads(run.result)
	tally = Tally.from_data(json.loads(run.tally or "{}"))
	readable = _readable(
		{name for each in tally.examples.values() for names in each.values() for name in names}
	)
	for section in _SECTIONS:
		for row in result.setdefault(section, []):  # runs of an earlier version do not have all of them
			key = tuple(row[field] for field in KEYS[section])
			row["examples"] = [
				{"name": name, "subject": readable[name]}
				for name in tally.examples[section].get(key, ())
				if name in readable
			][:_SHOWN]
	return result


def of_access(scope: Mapping, change: Change, user: str, level: str, communication_type: str) -> list[dict]:
	"""Up to three interactions of a type at a level that `user` would gain or lose, and that the session user can read:
	`[{"name", "subject", "gains": bool}]`.

	:param scope: filters of the interactions that the change is about
	"""
	asked = {"confidentiality_level": level, "communication_type": communication_type}
	names = list(_readable_of({**scope, **asked}, _TRIED))
	subject, now, found = policy.subject(user), clock.now(), []
	for row in states.load({"name": ("in", names or [""])}):
		before = states.record_of(row)
		had = access.decide(subject, before, change.before, access.READ, now).allowed
		has = access.decide(subject, change.govern(before), change.after, access.READ, now).allowed
		if had != has:
			found.append({"name": row.name, "gains": has})
	shown = found[:_SHOWN]
	subjects = _readable({row["name"] for row in shown})
	return [{**row, "subject": subjects[row["name"]]} for row in shown]


def _readable(names: Iterable[str]) -> dict[str, str]:
	"""Of `names`, the interactions that the session user can read: name → subject."""
	names = list(names)
	found = {}
	for start in range(0, len(names), EXAMPLES * 50):
		found |= _readable_of({"name": ("in", names[start : start + EXAMPLES * 50])}, 0)
	return found


def _readable_of(filters: dict, limit: int) -> dict[str, str]:
	if not frappe.has_permission(states.INTERACTION, "read"):
		return {}
	rows = frappe.get_list(
		states.INTERACTION, filters, ["name", "subject"], order_by="name desc", limit=limit
	)
	return {row.name: row.subject for row in rows}
