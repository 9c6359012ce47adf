"""Reassigns the work of users who are disabled, lose a role, or may not know of it at its new level, to the manager role, and what has no
owner (F-2).

A background job processes the user's interactions in chunks, each under its lock, and reassigns those that the
user cannot keep. Reassigned ones no longer belong to the user, so running it twice, or after an interruption, only
does the rest. A daily run finds changes without a saved User, such as a deleted role.
"""

import traceback
from collections.abc import Callable
from functools import cache

import frappe
from frappe import _
from frappe.utils import get_fullname

from client_comms import alerts, clock, roles, transactions
from client_comms.client_interactions.changes import REASSIGNED, RELIEVED
from client_comms.clients import preferences
from client_comms.i18n import bold, speaking
from client_comms.intake import assignment
from client_comms.rules.response_clock import STATUS_CLOSED

INTERACTION = "Client Interaction"
ITEM = "Interaction Action Item"
MATRIX = "Communication Matrix"
CHUNK = 50
_ADOPTED = 500  # in one day
_UNREADABLE = "client_comms_unreadable_version"


def on_user_change(doc, method=None):
	"""A User was saved: if it was disabled or its roles changed, check what it is responsible for."""
	before = doc.get_doc_before_save()
	if not before or (before.enabled == doc.enabled and _roles(before) == _roles(doc)):
		return
	if _has_open_work(doc.name):
		if not doc.enabled or _roles(before) - _roles(doc):
			_announce(doc)
		frappe.enqueue(hand_over, queue="long", enqueue_after_commit=True, user=doc.name)


def _announce(user) -> None:
	"""Tell the administrator, to whom the form of a user does not say what they are responsible for."""
	manager_role = frappe.get_cached_doc("Client Comms Settings").manager_role
	frappe.msgprint(
		_(
			"Open interactions that {0} cannot keep are reassigned to users with the role {1}, who are notified."
		).format(bold(user.full_name or user.name), bold(_(manager_role))),
		indicator="blue",
		alert=True,
	)


def on_employee_change(doc, method=None):
	"""An Employee left: ERPNext 16 leaves their user enabled, who stays responsible for what is open."""
	before = doc.get_doc_before_save()
	if doc.status != "Left" or not doc.user_id or (before and before.status == doc.status):
		return
	if not frappe.db.get_value("User", doc.user_id, "enabled") or not _has_open_work(doc.user_id):
		return
	manager_role = frappe.get_cached_doc("Client Comms Settings").manager_role
	frappe.msgprint(
		_(
			"{0} can still log in and is responsible for open interactions. Disable the user {1}, or ask a System Manager to do so: what is open is then reassigned to users with the role {2}."
		).format(bold(doc.employee_name), bold(doc.user_id), bold(_(manager_role))),
		title=_("Open Interactions"),
		indicator="orange",
	)


def follow_level(doc, method=None):
	"""`on_update` of an interaction: what its new level hides from those who work on it, others owe at once, and not only after the daily run."""
	before = doc.get_doc_before_save()
	if before is None or before.confidentiality_level == doc.confidentiality_level:
		return
	# Another version of the matrix has it done for all interactions together.
	if doc.status == STATUS_CLOSED or doc.flags.reclassify_under:
		return
	items = {row.assigned_to for row in doc.action_items if row.status == "Open"}
	for user in sorted({doc.responsible_staff, *items} - {None, ""}):
		if not _Staff(user).takes_part(doc.confidentiality_level):
			_announce_level(user, doc.confidentiality_level)
			frappe.enqueue(hand_over, queue="long", enqueue_after_commit=True, user=user, name=doc.name)


def _announce_level(user: str, level: str) -> None:
	if not (transactions.is_request() and roles.has_desk()):
		return
	manager_role = frappe.get_cached_doc("Client Comms Settings").manager_role
	frappe.msgprint(
		_(
			"{0} cannot open what is {1}. What they had to do here is reassigned to users with the role {2}, who are notified."
		).format(bold(get_fullname(user)), bold(_(level)), bold(_(manager_role))),
		indicator="blue",
		alert=True,
	)


def follow_clearances(doc, method=None):
	"""`on_update` of a Confidentiality Level: a role that loses its clearance keeps nothing of that level."""
	before = doc.get_doc_before_save()
	if before is not None and _cleared_roles(before) - _cleared_roles(doc):
		frappe.enqueue(hand_over_all, queue="long", enqueue_after_commit=True)


def _cleared_roles(level) -> set[str]:
	return {row.role for row in level.clearances}


def hand_over_all():
	"""Daily: the same for everyone who has something open that they cannot keep."""
	for user in sorted(_who_cannot_keep_all()):
		hand_over(user)
	adopt()


@transactions.again_if_undone
def adopt() -> int:
	"""Give open interactions without responsible staff to those who have become available since; returns how many."""
	open_ones = {"responsible_staff": ("is", "not set"), "status": ("!=", STATUS_CLOSED)}
	field, taken = "confidentiality_level", 0
	# Those that stay without an owner would keep back all others, if they were the first of the day.
	found = frappe.get_all(INTERACTION, open_ones, pluck=field, distinct=True, order_by=None)
	open_ones[field] = ("in", [level for level in found if assignment.manager_for(level)])
	for name in frappe.get_all(INTERACTION, open_ones, pluck="name", order_by="name asc", limit=_ADOPTED):
		with transactions.part(_("{0} could not be reassigned").format(name), INTERACTION, name):
			doc = frappe.get_doc(INTERACTION, name, for_update=True)
			owner = not doc.responsible_staff and assignment.manager_for(doc.confidentiality_level)
			if owner:
				doc.responsible_staff = doc.flags.stands_in = owner
				doc.flags.relieving = True
				doc.flags.reassignment_reason = _("it had no owner")
				doc.save_by_app()
				taken += 1
	# nosemgrep: frappe-manual-commit (the locks end here)
	frappe.db.commit()
	return taken


def _who_cannot_keep_all() -> set[str]:
	"""What users have open is asked by level and type, not by record: two queries, however much it is."""
	table, item = frappe.qb.DocType(INTERACTION), frappe.qb.DocType(ITEM)
	of, is_open = cache(_Staff), table.status != STATUS_CLOSED
	kinds = (table.matrix, table.communication_type, table.confidentiality_level)
	responsible = frappe.qb.from_(table).where(is_open & table.responsible_staff.isnotnull())
	assigned = (
		frappe.qb.from_(item)
		.join(table)
		.on(table.name == item.parent)
		.where(is_open & (item.status == "Open") & item.assigned_to.isnotnull())
	)
	return {
		user
		for user, *kind in responsible.select(table.responsible_staff, *kinds).distinct().run()
		if user and not of(user).may_be_responsible(*kind)
	} | {
		user
		for user, level in assigned.select(item.assigned_to, table.confidentiality_level).distinct().run()
		if user and not of(user).takes_part(level)
	}


class _Staff:
	"""What a user can keep; each question is asked once."""

	def __init__(self, user: str):
		self.user, self.enabled = user, bool(frappe.db.get_value("User", user, "enabled"))
		self.takes_part, self.may_be_responsible = cache(self._takes_part), cache(self._may_be_responsible)

	def _takes_part(self, level: str) -> bool:
		return self.enabled and assignment.is_cleared(self.user, level)

	def _may_be_responsible(self, matrix: str, communication_type: str, level: str) -> bool:
		"""A version that cannot be read takes nothing from anyone, and does not hold back what other versions govern."""
		with transactions.part() as part:
			return self.takes_part(level) and assignment.may_be_responsible(
				self.user, matrix, communication_type, level
			)
		_log_unreadable(matrix, part.error)
		return self.takes_part(level)


def _log_unreadable(matrix: str, error: Exception) -> None:
	"""Once a day: it is the same for each user, type and level."""
	if clock.is_first_in_a_day(f"{_UNREADABLE}:{matrix}"):
		frappe.log_error(
			title="Who can be responsible could not be decided",
			message="".join(traceback.format_exception(error)),
			reference_doctype=MATRIX,
			reference_name=matrix,
		)


@transactions.again_if_undone
def hand_over(user: str, name: str | None = None) -> int:
	"""Reassign what the user cannot keep to the manager role; returns the number of interactions.

	:param name: of this interaction alone, whose level was raised

	The user loses responsibility for an interaction if disabled, without clearance for its level, or without
	the responsible role of its type; an action item if disabled or without clearance. If no manager has
	clearance for the level, it goes to a user with oversight if the user cannot open it any more. If there is none either, it stays with the
	user, and Health and the Error Log say so.
	"""
	staff = _Staff(user)

	def why() -> str:
		if name and staff.enabled:
			return _("level raised")
		return _("role or clearance lost") if staff.enabled else _("user disabled")

	moved, last, more = 0, "", True
	while more:
		chunk = _open_work(user, last, CHUNK, name)
		for row in chunk:
			leaves_items = not staff.takes_part(row.confidentiality_level)
			leaves_all = row.responsible_staff == user and not staff.may_be_responsible(
				row.matrix, row.communication_type, row.confidentiality_level
			)
			if leaves_items or leaves_all:
				moved += _attempt(row.name, user, why, leaves_items)
		if more := len(chunk) == CHUNK:
			last = chunk[-1].name
		elif moved:
			with transactions.part("The manager role could not be told of reassigned work", "User", user):
				alerts.handed_over(user, moved, why, staff.enabled)
		# nosemgrep: frappe-manual-commit (the locks end here; a killed job loses at most this chunk)
		frappe.db.commit()
	return moved


def _attempt(name: str, user: str, why: Callable[[], str], with_items: bool) -> bool:
	"""One interaction; an error does not prevent the others from being reassigned. The reason is stored for all its readers: in the language of
	the site, and not of the user who disabled another."""
	with (
		transactions.part(_("{0} could not be reassigned").format(name), INTERACTION, name),
		speaking(preferences.site_language()),
	):
		return _give_on(frappe.get_doc(INTERACTION, name, for_update=True), user, why(), with_items)
	return False


def _give_on(doc, user: str, reason: str, with_items: bool) -> bool:
	items = [
		row for row in doc.action_items if with_items and row.assigned_to == user and row.status == "Open"
	]
	if doc.responsible_staff != user and not items:
		return False  # another process was faster
	manager = assignment.manager_for(doc.confidentiality_level, besides=user)
	if not manager:
		frappe.log_error(
			title=_("No one with the manager role has clearance to take over {0}").format(doc.name),
			reference_doctype=INTERACTION,
			reference_name=doc.name,
		)
		return False
	if manager not in alerts.managers() and not with_items:
		return False  # who has only lost the role keeps it: no one else has it either
	doc.flags.relieving = True
	if doc.responsible_staff == user:
		doc.responsible_staff = doc.flags.stands_in = manager
		# What a substitute cannot keep goes back to the colleague who is away, once they are there.
		doc.flags.substituting = bool(doc.substituting_for and doc.substituting_for != manager)
		doc.flags.reassignment_reason = reason
		doc.flags.told_together = manager in alerts.managers()
	for row in items:
		row.assigned_to = manager
		if row.substituting_for == manager:
			row.substituting_for = None
	doc.flags.substituting_items = bool(items)  # they come back as well
	if items:
		doc.append_event(
			REASSIGNED,
			clock.now(),
			_("Action items: {0}").format(f"{user} → {manager}: {reason}"),
			action_key=RELIEVED,
		)
	doc.save_by_app()
	return True


def _open_work(user: str, after: str, limit: int, name: str | None = None) -> list:
	"""The next open interactions, by name, for which the user is responsible or has an open action item."""
	table, item = frappe.qb.DocType(INTERACTION), frappe.qb.DocType(ITEM)
	fields = ("name", "matrix", "communication_type", "confidentiality_level", "responsible_staff")
	rest = (table.status != STATUS_CLOSED) & (table.name > after)
	if name:
		rest &= table.name == name
	responsible = frappe.qb.from_(table).where((table.responsible_staff == user) & rest)
	assigned = (
		frappe.qb.from_(item)
		.join(table)
		.on(table.name == item.parent)
		.where((item.assigned_to == user) & (item.status == "Open") & rest)
		.distinct()
	)
	found = {}
	for query in (responsible, assigned):
		rows = query.select(*(table[field] for field in fields)).orderby(table.name).limit(limit)
		found |= {row.name: row for row in rows.run(as_dict=True)}
	return [found[name] for name in sorted(found)][:limit]


def _has_open_work(user: str) -> bool:
	open_ones = {"responsible_staff": user, "status": ("!=", STATUS_CLOSED)}
	return bool(
		frappe.db.get_value(INTERACTION, open_ones, order_by=None)
		or frappe.db.get_value(ITEM, {"assigned_to": user, "status": "Open"}, order_by=None)
	)


def _roles(user) -> set[str]:
	return {row.role for row in user.roles}
