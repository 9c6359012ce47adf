"""Checks of controls: whether they are switched on, set up and not replaced by another app (R-3).

Each function creates a `Control` for the table in `scorecard.clauses`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import frappe
from frappe.model.base_document import get_controller
from frappe.utils import add_days, add_to_date, getdate
from frappe.utils.scheduler import is_scheduler_disabled

from client_comms import clock, ledger
from client_comms.communication_governance import matrix
from client_comms.enforcement import documents, policy
from client_comms.leak_check import findings
from client_comms.people import policies
from client_comms.rules.messages import Message
from client_comms.rules.messages import _ as N_
from client_comms.rules.scorecard import AMBER, GREEN, RED, State, of_mode, of_switch

SETTINGS = "Client Comms Settings"
APP = "client_comms"


@dataclass(frozen=True, slots=True)
class Control:
	"""`label` is a text to translate, `route` opens its settings; `state` returns its current state."""

	key: str
	label: str
	state: Callable[[], State]
	route: tuple[str, ...]


def mode(field: str, label: str) -> Control:
	"""A setting that is Off, Warn or Enforce."""
	return Control(
		field,
		label,
		lambda: of_mode(frappe.get_cached_doc(SETTINGS).get(field)),
		("Form", SETTINGS),
	)


def switch(field: str, label: str) -> Control:
	"""A setting that is on or off."""
	return Control(
		field, label, lambda: of_switch(frappe.get_cached_doc(SETTINGS).get(field)), ("Form", SETTINGS)
	)


def hook(kind: str, key: str, label: str, *handlers: str) -> Control:
	"""Handlers of this app that Frappe calls: all of them are entered, and no other app replaces one.

	:param key: in the hook, such as a DocType; "" for a hook that is a list
	:param handlers: their paths below the app
	"""

	def state() -> State:
		registered = frappe.get_hooks(kind)
		found = registered.get(key, ()) if isinstance(registered, dict) else registered
		return _called({f"{APP}.{handler}" for handler in handlers} <= set(_flat(found)))

	return Control(f"{kind}: {key}: {' '.join(handlers)}", label, state, ("client-comms-health",))


def method(doctype: str, name: str, label: str) -> Control:
	"""A method of a DocType's class in this app, which no other app's class replaces."""

	def state() -> State:
		found = getattr(get_controller(doctype), name, None)
		return _called(found is not None and found.__module__.startswith(f"{APP}."))

	return Control(f"method: {doctype}: {name}", label, state, ("client-comms-health",))


def _called(is_called: bool) -> State:
	if is_called:
		return State(GREEN, Message(N_("Frappe calls this control.")))
	return State(
		RED,
		Message(
			N_(
				"Frappe does not call this control, because another app replaces it or the hooks cache is outdated."
			)
		),
	)


def _flat(found) -> list[str]:
	if isinstance(found, dict):
		return [path for value in found.values() for path in _flat(value)]
	if isinstance(found, (list, tuple)):
		return [path for value in found for path in _flat(value)]
	return [str(found)]


def scheduled(path: str, label: str) -> Control:
	"""A job of this app that the scheduler runs."""

	def state() -> State:
		if frappe.conf.pause_scheduler or is_scheduler_disabled(verbose=False):
			return State(
				RED, Message(N_("The scheduler of this site is switched off, so the job does not run."))
			)
		stopped = frappe.db.get_value("Scheduled Job Type", {"method": path}, "stopped")
		if stopped is None:
			return State(RED, Message(N_("This job does not exist in the scheduler. Run bench migrate.")))
		return (
			State(RED, Message(N_("This job is stopped.")))
			if stopped
			else State(GREEN, Message(N_("Scheduled.")))
		)

	return Control(f"job: {path}", label, state, ("List", "Scheduled Job Type"))


def exists(doctype: str, filters: dict, label: str, missing: str) -> Control:
	"""At least one document that the procedure needs; `missing` is the message if there is none."""

	def state() -> State:
		if frappe.db.exists(doctype, filters):
			return State(GREEN, Message(N_("Set up.")))
		return State(RED, Message(missing))

	return Control(f"exists: {doctype} {sorted(filters.items(), key=str)}", label, state, ("List", doctype))


# --- controls of single clauses --------------------------------------------------------------------


def policy_in_force(kind: str, label: str) -> Control:
	"""A policy of the kind is in force, and its review is not overdue."""

	def state() -> State:
		found = [row for row in policies.in_force() if row.policy_kind == kind]
		if not found:
			return State(RED, Message(N_("No approved version is in force.")))
		day = min(getdate(row.next_review_on) for row in found)
		today = clock.now().date()
		if day < today:
			return State(RED, Message(N_("The review has been overdue since {day}."), {"day": day}))
		if day <= getdate(add_days(today, 30)):
			return State(AMBER, Message(N_("The review is due by {day}."), {"day": day}))
		return State(GREEN, Message(N_("In force; the next review is on {day}."), {"day": day}))

	return Control(f"policy: {kind}", label, state, ("List", "SOP Policy"))


def matrix_in_force() -> Control:
	"""Every company has a version in force."""

	def state() -> State:
		by_company = matrix.in_force_by_company(clock.now())
		without = [company or "-" for company, version in by_company.items() if not version]
		if without:
			return State(
				RED,
				Message(
					N_("No version of the matrix is in force for: {companies}."),
					{"companies": ", ".join(without)},
				),
			)
		versions = sorted(set(by_company.values()))
		return State(GREEN, Message(N_("{name} is in force."), {"name": ", ".join(versions)}))

	return Control("matrix in force", N_("Matrix in Force"), state, ("List", "Communication Matrix"))


def matrix_reviewed() -> Control:
	"""Every version in force has a day for its next review, which is not past."""

	def state() -> State:
		versions = sorted(filter(None, set(matrix.in_force_by_company(clock.now()).values())))
		if not versions:
			return State(RED, Message(N_("No approved version is in force.")))
		days = dict(
			frappe.get_all(
				"Communication Matrix",
				{"name": ("in", versions)},
				["name", "next_review_on"],
				order_by="name asc",
				as_list=True,
			)
		)
		if without := [name for name, day in days.items() if not day]:
			message = N_("No day is set for the next review of: {names}. Enter it in the version.")
			return State(AMBER, Message(message, {"names": ", ".join(without)}))
		day, today = min(map(getdate, days.values())), clock.now().date()
		if day < today:
			return State(AMBER, Message(N_("The review has been overdue since {day}."), {"day": day}))
		if day <= getdate(add_days(today, 30)):
			return State(AMBER, Message(N_("The review is due by {day}."), {"day": day}))
		return State(GREEN, Message(N_("The next review is on {day}."), {"day": day}))

	return Control("matrix review", N_("Review of the Matrix"), state, ("List", "Communication Matrix"))


def deadlines(field: str, label: str) -> Control:
	"""Types that expect a reply have a deadline, for each priority, in every version in force."""

	def state() -> State:
		expecting = frappe.get_all("Communication Type", {"expects_reply": 1}, pluck="name", order_by="name")
		without = [
			f"{communication_type} ({version or '-'})"
			for version in sorted(set(matrix.in_force_by_company(clock.now()).values()), key=str)
			for communication_type in _without_deadlines(version, expecting, field)
		]
		if without:
			return State(
				RED, Message(N_("The matrix has no deadline for: {types}."), {"types": ", ".join(without)})
			)
		return State(GREEN, Message(N_("The matrix has a deadline for every type that expects a reply.")))

	return Control(f"deadline: {field}", label, state, ("List", "Communication Matrix"))


def _without_deadlines(version: str | None, types: list[str], field: str) -> list[str]:
	"""The types for which a version has no deadline, or none for one of the priorities."""
	if not version:
		return types
	doc = frappe.get_doc("Communication Matrix", version)
	found: dict[str, list] = {}
	for row in (*doc.rules, *doc.priorities):
		found.setdefault(row.communication_type, []).append(row.get(field))
	return [each for each in types if not all(found.get(each, [None]))]


def clearances() -> Control:
	def state() -> State:
		levels = policy.current().levels.values()
		closed = sorted(level.name for level in levels if not level.clearances)
		if not levels:
			return State(RED, Message(N_("No Confidentiality Level exists.")))
		if closed:
			return State(
				AMBER, Message(N_("No role has clearance for: {levels}."), {"levels": ", ".join(closed)})
			)
		return State(GREEN, Message(N_("Every level has roles with clearance.")))

	return Control("clearances", N_("Clearances"), state, ("List", "Confidentiality Level"))


def governed() -> Control:
	"""Whether Issues, Leads and Opportunities follow their level; on a site that had some before, an administrator decides it."""

	def state() -> State:
		settings = frappe.get_cached_doc(SETTINGS)
		open_ones = [doctype for doctype, field in documents.SETTING.items() if not settings.get(field)]
		if not open_ones:
			return State(GREEN, Message(N_("On.")))
		left_out = ", ".join(frappe._(doctype) for doctype in open_ones)
		return State(
			RED,
			Message(
				N_("ERPNext's own permissions apply to these, whatever is confidential in them: {doctypes}."),
				{"doctypes": left_out},
			),
		)

	return Control("governed", N_("Issues, Leads and Opportunities"), state, ("Form", SETTINGS))


def role_held(role: str, label: str) -> Control:
	def state() -> State:
		holders = frappe.get_all(
			"Has Role",
			{"role": role, "parenttype": "User", "parent": ("not in", ("Administrator", "Guest"))},
			pluck="parent",
		)
		if frappe.db.exists("User", {"name": ("in", [*holders, ""]), "enabled": 1}):
			return State(GREEN, Message(N_("At least one user has the role.")))
		return State(RED, Message(N_("No user has the role {role}."), {"role": role}))

	return Control(f"role: {role}", label, state, ("List", "User"))


def ledger_is_chained() -> Control:
	def state() -> State:
		waiting = frappe.db.count(
			ledger.ENTRY, {"sequence": 0, "creation": ("<", add_to_date(clock.now(), hours=-1))}
		)
		if waiting:
			return State(
				RED,
				Message(
					N_("{number} ledger entries have been waiting for more than an hour."),
					{"number": waiting},
				),
			)
		return State(GREEN, Message(N_("The ledger is up to date.")))

	return Control("ledger", N_("Compliance Ledger"), state, ("List", ledger.ENTRY))


def leak_check_done() -> Control:
	def state() -> State:
		runs = findings.latest()
		if not runs or getdate(runs[0].finished_on) < getdate(add_days(clock.now(), -90)):
			return State(AMBER, Message(N_("No leak check has run in the last 90 days.")))
		if number := sum(run.open_count for run in runs):
			return State(
				RED, Message(N_("The latest leak checks found {number} open surfaces."), {"number": number})
			)
		return State(GREEN, Message(N_("The latest leak checks found nothing open.")))

	return Control("leak check", N_("Leak Check"), state, ("leak-check",))


def review_programme() -> Control:
	def state() -> State:
		if frappe.db.exists("Review Programme", {"enabled": 1}):
			return State(GREEN, Message(N_("A programme of record reviews is enabled.")))
		return State(RED, Message(N_("No programme of record reviews is enabled.")))

	return Control("review programme", N_("Record Reviews"), state, ("List", "Review Programme"))


def training_set_up() -> Control:
	def state() -> State:
		if policy.training_roles(mandatory=True):
			return State(GREEN, Message(N_("Mandatory training is set up.")))
		return State(RED, Message(N_("No mandatory training is enabled.")))

	return Control("training", N_("Mandatory Training"), state, ("List", "SOP Training"))


def inventories() -> Control:
	def state() -> State:
		if not frappe.db.exists("Physical Location", {"disabled": 0}):
			return State(
				AMBER,
				Message(
					N_(
						"No location for paper files is recorded. If you have no paper files, add one location that says so."
					)
				),
			)
		unplanned = frappe.get_all(
			"Physical Location",
			{
				"disabled": 0,
				"parent_physical_location": ("is", "not set"),
				"next_inventory_on": ("is", "not set"),
			},
			pluck="name",
		)
		if unplanned:
			return State(
				RED, Message(N_("No inventory is planned for: {places}."), {"places": ", ".join(unplanned)})
			)
		late = frappe.get_all(
			"Physical Location",
			[
				["disabled", "=", 0],
				["next_inventory_on", "is", "set"],
				["next_inventory_on", "<", clock.now().date()],
			],
			pluck="name",
		)
		if late:
			return State(
				RED, Message(N_("The inventory is overdue for: {places}."), {"places": ", ".join(late)})
			)
		return State(
			GREEN, Message(N_("Locations for paper files are recorded, and no inventory is overdue."))
		)

	return Control("inventories", N_("Paper Files"), state, ("List", "Physical Location"))
