"""The communication matrix in force, for use by the rest of the app (M-1)."""

from collections.abc import Callable
from datetime import datetime

import frappe
from frappe import _

from client_comms import clock
from client_comms.exceptions import NoMatrixInForceError
from client_comms.i18n import bold
from client_comms.rules.documentation import Method, Requirement, owed_methods
from client_comms.rules.matrix_change import Version
from client_comms.rules.response_clock import Terms


def in_force(company: str | None, at: datetime) -> str | None:
	"""The name of the matrix version in force for `company` at `at` (as stored), or None.

	It is the submitted version with the latest `effective_from` not after that moment; a company's own
	version beats the one for all companies.
	"""
	found = frappe.db.sql_list(
		"""select name from `tabCommunication Matrix`
		where docstatus = 1 and effective_from <= %(at)s and ifnull(company, '') in (%(company)s, '')
		order by ifnull(company, '') = '', effective_from desc, creation desc limit 1""",
		{"at": at, "company": company or ""},
	)
	return found[0] if found else None


def in_force_by_company(at: datetime) -> dict[str | None, str | None]:
	"""Each company and the version in force for it at `at` (as stored), or None; before there is a company, None for all."""
	companies = frappe.get_all("Company", pluck="name", order_by="name asc") or [None]
	return {company: in_force(company, at) for company in companies}


def in_force_everywhere(at: datetime) -> list[str]:
	"""All versions in force at `at` (as stored): the one for all companies, and those of single companies."""
	matrix = frappe.qb.DocType("Communication Matrix")
	companies = (
		frappe.qb.from_(matrix).select(matrix.company).distinct().where(matrix.docstatus == 1).run(pluck=True)
	)
	found = [
		in_force(company, at) for company in dict.fromkeys([None, *(each or None for each in companies)])
	]
	return list(dict.fromkeys(filter(None, found)))


def types_that_arrive(settings) -> tuple[str, ...]:
	"""The communication types that sources assign automatically: every version in force needs a rule for each.

	:param settings: Client Comms Settings, saved or not
	"""
	types = (settings.default_communication_type, *(row.communication_type for row in settings.source_rules))
	return tuple(dict.fromkeys(filter(None, types)))


def without_rule(doc, types) -> list[str]:
	"""The communication types for which a version (or draft) has no rule."""
	known = {row.communication_type for row in doc.rules}
	return [each for each in types if each not in known]


def in_force_without_rule(communication_type: str) -> list[str]:
	"""The versions in force now under which nothing can be logged with the type."""
	versions = (
		frappe.get_cached_doc("Communication Matrix", name) for name in in_force_everywhere(clock.now())
	)
	return [version.name for version in versions if without_rule(version, [communication_type])]


def require_in_force(company: str | None, at: datetime) -> str:
	"""`in_force`, or an error that says what to do.

	:raises NoMatrixInForceError: nothing is in force
	"""
	if name := in_force(company, at):
		return name
	frappe.throw(
		_(
			"No communication matrix is in force for {0} on {1}. Submit one that is effective from that day or earlier."
		).format(bold(company or _("all companies")), bold(frappe.format(at, "Datetime"))),
		exc=NoMatrixInForceError,
		title=_("No Communication Matrix"),
	)


def rule_for(matrix: str, communication_type: str):
	"""The matrix row of a communication type, or None if the version has no rule for the type."""
	doc = frappe.get_cached_doc("Communication Matrix", matrix)
	return next((r for r in doc.rules if r.communication_type == communication_type), None)


def deadlines_for(matrix: str, communication_type: str, priority: str | None):
	"""The matrix row with the deadlines: that of the priority, otherwise that of the type, or None."""
	return deadlines_of(frappe.get_cached_doc("Communication Matrix", matrix), communication_type, priority)


def deadlines_of(doc, communication_type: str, priority: str | None):
	"""`deadlines_for` in a version (or draft)."""
	of_type = [r for r in doc.rules if r.communication_type == communication_type]
	of_priority = [
		r for r in doc.priorities if (r.communication_type, r.priority) == (communication_type, priority)
	]
	return next(iter(of_priority + of_type), None)


def terms(matrix: str | None, communication_type: str, direction: str, priority: str | None = None) -> Terms:
	"""The terms of the clocks: business days from the matrix, if the type expects a reply and is inbound (C-3, C-4)."""
	rule = matrix and deadlines_for(matrix, communication_type, priority)
	expects_reply = frappe.get_cached_value("Communication Type", communication_type, "expects_reply")
	if not rule or not expects_reply or direction != "Inbound":
		return Terms(expects_reply=False)
	return Terms(
		acknowledge_days=rule.acknowledge_within_days,
		respond_days=rule.respond_within_days,
		auto_acknowledges=bool(frappe.get_cached_doc("Client Comms Settings").automatic_reply_acknowledges),
	)


def owed_documentation(
	matrix: str | None, communication_type: str, channel: str | None
) -> tuple[Method, ...]:
	"""The documentation methods that the version requires for the type on the channel."""
	if not matrix:
		return ()
	doc = frappe.get_cached_doc("Communication Matrix", matrix)
	requirements = (
		Requirement(row.communication_type, row.documentation_method, row.channel)
		for row in doc.documentation
	)
	return tuple(map(_method, owed_methods(requirements, communication_type, channel)))


def _method(name: str) -> Method:
	kind, print_format = frappe.get_cached_value("Documentation Method", name, ["evidence", "print_format"])
	return Method(name, kind, generated=bool(print_format))


def responsible_roles(matrix: str | None, communication_type: str) -> frozenset[str]:
	"""The roles responsible for the type; empty if the version leaves it to the assigned staff."""
	if not matrix:
		return frozenset()
	doc = frappe.get_cached_doc("Communication Matrix", matrix)
	return frozenset(
		p.role
		for p in doc.parties
		if p.communication_type == communication_type and p.party == "Role" and p.role
	)


def parties_of(matrix: str | None, communication_type: str) -> tuple[str, ...]:
	"""The responsible parties of the type as the version states them: roles, and Assigned Staff."""
	return _stated(matrix, "parties", communication_type, lambda row: row.role or row.party)


def methods_of(matrix: str | None, communication_type: str) -> tuple[str, ...]:
	"""The documentation methods of the type as the version states them, with the channel for which one is required."""
	return _stated(
		matrix,
		"documentation",
		communication_type,
		lambda row: ": ".join(filter(None, (row.channel, row.documentation_method))),
	)


def _stated(matrix: str | None, table: str, communication_type: str, told: Callable) -> tuple[str, ...]:
	if not matrix:
		return ()
	rows = frappe.get_cached_doc("Communication Matrix", matrix).get(table)
	return tuple(sorted({told(row) for row in rows if row.communication_type == communication_type}))


# --- changes of the matrix -------------------------------------------------------------------------


def as_version(doc) -> Version:
	"""A version (or a draft) for the rules about changes of the matrix."""
	roles: dict[str, set[str]] = {}
	for party in doc.parties:
		if party.party == "Role" and party.role:
			roles.setdefault(party.communication_type, set()).add(party.role)
	return Version(
		doc.name,
		{row.communication_type: row.confidentiality_level for row in doc.rules},
		{kind: frozenset(each) for kind, each in roles.items()},
		stated_levels(),
	)


def stated_levels() -> dict[tuple[str, str], str]:
	"""(version, communication type) → the level that the version states; cancelled versions included."""
	rows = frappe.get_all(
		"Communication Matrix Rule",
		{"parenttype": "Communication Matrix"},
		["parent", "communication_type", "confidentiality_level"],
		order_by="parent asc, idx asc",
	)
	return {(row.parent, row.communication_type): row.confidentiality_level for row in rows}


def companies_of(doc) -> list[str]:
	"""The companies whose interactions a version (or a draft) governs from the moment at which it takes effect."""
	if doc.company:
		return [doc.company]
	own = frappe.get_all(
		"Communication Matrix",
		{
			"docstatus": 1,
			"company": ("is", "set"),
			"effective_from": ("<=", doc.effective_from or clock.now()),
		},
		pluck="company",
		distinct=True,
		order_by=None,
	)
	return frappe.get_all("Company", {"name": ("not in", own or [""])}, pluck="name", order_by="name asc")


def replaced_by(doc) -> list[str]:
	"""The versions that a version (or a draft) replaces when it takes effect: those in force until then."""
	at = doc.effective_from or clock.now()
	found = [_in_force_but(doc.name, company, at) for company in companies_of(doc)]
	return list(dict.fromkeys(filter(None, found)))


def _in_force_but(name: str | None, company: str, at: datetime) -> str | None:
	"""`in_force`, as if the version `name` did not exist."""
	found = frappe.get_all(
		"Communication Matrix",
		{
			"docstatus": 1,
			"name": ("!=", name),
			"effective_from": ("<=", at),
			"company": ("in", ("", company)),
		},
		["name", "company"],
		order_by="effective_from desc, creation desc",
	)
	return next((row.name for own in (company, None) for row in found if (row.company or None) == own), None)
