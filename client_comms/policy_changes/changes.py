"""A change that is being considered: another matrix version, or a level as it is in a form (M-1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import frappe
from frappe import _

from client_comms import clock
from client_comms.communication_governance import matrix as matrices
from client_comms.enforcement import policy
from client_comms.rules.access import (
	ACTIONS,
	DELETE,
	WRITE,
	Clearance,
	Level,
	Policy,
	Record,
	decide,
	has_oversight,
)
from client_comms.rules.matrix_change import Move, Version, all_moves, unmoved, with_version

MATRIX = "Communication Matrix"
LEVEL = "Confidentiality Level"


@dataclass(frozen=True, slots=True)
class Change:
	"""The policy before and after; `version` is the matrix version that comes into force, None if a level changes.

	`companies`: those whose interactions it concerns (None: all).
	"""

	before: Policy
	after: Policy
	version: Version | None = None
	companies: tuple[str, ...] | None = None
	replaced: tuple[str, ...] = ()

	def covers(self, communication_type: str) -> bool:
		return self.version is None or communication_type in self.version.levels

	def govern(self, record: Record) -> Record:
		return self.version.govern(record, self.before) if self.version else record

	def not_lowered_to(self, record: Record) -> str | None:
		return self.version.not_lowered_to(record, self.before) if self.version else None

	def moves(self) -> Iterable[Move]:
		"""Every kind of record that can exist, before and after."""
		if self.version:
			return all_moves(self.version, self.before, self.replaced)
		return unmoved(self.before)


def of_matrix(doc, user: str | None = None) -> Change:
	"""Under the version `doc` (submitted or not) instead of those that it replaces.

	:param user: in whose name a draft would be submitted; by default of the session. Who submitted a version is known
	"""
	before = _as_if_open(policy.current())
	version = matrices.as_version(doc)
	submitted_by = doc.approved_by if doc.docstatus else None
	version = replace(version, lowers=_lowered_by(submitted_by or user or frappe.session.user, before))
	return Change(
		before,
		with_version(before, version),
		version,
		tuple(matrices.companies_of(doc)),
		tuple(matrices.replaced_by(doc)),
	)


def _lowered_by(user: str, rules: Policy) -> frozenset[str]:
	"""The levels between which a user could lower any record: by writing there, with oversight (D-5, M-1)."""
	subject, now = policy.subject(user), clock.now()
	records = [Record(name, None, None) for name in rules.levels]
	return frozenset(
		record.level
		for record in records
		if has_oversight(subject, record, rules) and decide(subject, record, rules, WRITE, now)
	)


def of_level(values: Mapping) -> Change:
	"""With the Confidentiality Level as in `values`, a document or the dict of one, saved or not."""
	before = _as_if_open(policy.current())
	level = _level(values)
	return Change(before, replace(before, levels={**before.levels, level.name: level}))


def of_doc(doctype: str, name: str | None, draft: Mapping | None = None, user: str | None = None) -> Change:
	"""
	:param draft: the document as it is in a form; otherwise as it is stored
	:param user: as in `of_matrix`
	:raises frappe.DoesNotExistError: there is none of that name
	"""
	if doctype == LEVEL:
		return of_level(draft or frappe.get_doc(LEVEL, name).as_dict())
	if doctype != MATRIX:
		frappe.throw(
			_("Only a {0} or a {1} can be simulated.").format(_(MATRIX), _(LEVEL)),
			title=_("Cannot Be Simulated"),
		)
	return of_matrix(frappe.get_doc(MATRIX, name), user)


def _level(values: Mapping) -> Level:
	flags = [action for action in ACTIONS if action != DELETE]
	return Level(
		values.get("name") or values.get("level_name"),
		frappe.utils.cint(values.get("rank")),
		values.get("need_to_know"),
		tuple(
			Clearance(
				row.get("role"),
				frozenset(action for action in flags if frappe.utils.cint(row.get(f"can_{action}"))),
				bool(frappe.utils.cint(row.get("oversight"))),
			)
			for row in values.get("clearances") or ()
			if row.get("role")
		),
		bool(frappe.utils.cint(values.get("require_training"))),
		bool(frappe.utils.cint(values.get("log_views"))),
	)


def _as_if_open(rules: Policy) -> Policy:
	"""Levels that are closed while a control does not work open again; a change is judged as of then."""
	return replace(rules, levels={name: replace(level, closed=False) for name, level in rules.levels.items()})
