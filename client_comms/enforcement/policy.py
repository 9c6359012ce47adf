"""The site's levels, clearances and matrix versions as the policy that the access rule reads."""

import frappe
from frappe.utils import getdate

from client_comms import clock
from client_comms.rules.access import ACTIONS, DELETE, Clearance, Grant, Level, Policy, Record, Subject

_CACHE = "client_comms_policy"
OPEN_ACTION_ITEM = "Open"
# The field on the client that names its account manager; ERPNext calls it by another name on each.
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
	"""The policy of this site, cached until a level or a matrix changes."""
	return frappe.cache.get_value(_CACHE, _build)


def forget(doc=None, method=None):
	"""A level or matrix changed: the next request builds the policy anew."""
	frappe.cache.delete_value(_CACHE)


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
	levels = {
		row.name: Level(
			row.name,
			row["rank"],
			row.need_to_know,
			tuple(clearances.get(row.name, ())),
			bool(row.require_training),
			bool(row.log_views),
		)
		for row in frappe.get_all(
			"Confidentiality Level",
			fields=["name", "rank", "need_to_know", "require_training", "log_views"],
			order_by="name asc",
		)
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
	return Policy(levels, {key: frozenset(roles) for key, roles in responsible.items()})


def subject(user: str | None = None) -> Subject:
	"""Who asks: roles, and whether the procedure training is current (T-1)."""
	user = user or frappe.session.user
	return Subject(
		user=user,
		roles=frozenset(frappe.get_roles(user)),
		trained=is_trained(user),
		bypass=user == "Administrator",
	)


def is_trained(user: str) -> bool:
	"""Whether every mandatory training of the user is current; without any defined nobody is trained.

	Asks the database only when some level requires training.
	"""
	if not any(level.require_training for level in current().levels.values()):
		return True
	mandatory = set(frappe.get_all("SOP Training", {"mandatory": 1, "disabled": 0}, pluck="name"))
	passed = frappe.get_all(
		"SOP Training Record",
		{"user": user, "valid_until": (">=", getdate(clock.now()))},
		pluck="training",
	)
	return bool(mandatory) and mandatory <= set(passed)


def stored_record(name: str) -> Record | None:
	"""What the database holds about the interaction, never what a request made of it; None when it is not there."""
	row = frappe.db.get_value("Client Interaction", name, RECORD_FIELDS, as_dict=True)
	if not row:
		return None
	assignees = frappe.get_all(
		"Interaction Action Item", {"parent": name, "status": OPEN_ACTION_ITEM}, pluck="assigned_to"
	)
	grants = frappe.get_all("Interaction Access Grant", {"interaction": name}, ["user", "valid_until"])
	return Record(
		level=_as_the_database_reads(row.confidentiality_level),
		matrix=row.matrix,
		communication_type=row.communication_type,
		responsible_staff=row.responsible_staff,
		assignees=frozenset(assignees),
		grants=tuple(Grant(g.user, g.valid_until) for g in grants),
		account_manager=account_manager(row.party_type, row.party),
	)


def _as_the_database_reads(level: str | None) -> str | None:
	"""The level that a link means: the database compares names without case and trailing blanks."""
	if not level or level in current().levels:
		return level
	return frappe.db.get_value("Confidentiality Level", level) or level


def account_manager(party_type: str | None, party: str | None) -> str | None:
	"""The client's account manager as ERPNext holds it now."""
	field = ACCOUNT_MANAGER_FIELD.get(party_type)
	return frappe.db.get_value(party_type, party, field) if field and party else None
