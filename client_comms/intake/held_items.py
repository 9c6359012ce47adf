"""Open action items that are due while a user is away go to their substitute as well, and come back if they are still open (F-2).

See `substitution`, which calls this for each interaction, under its lock.
"""

from collections.abc import Collection
from datetime import date, datetime

import frappe
from frappe import _
from frappe.utils import format_date, get_fullname

from client_comms import alerts, clock
from client_comms.client_interactions.changes import REASSIGNED, SUBSTITUTED
from client_comms.enforcement import sharing
from client_comms.intake import assignment
from client_comms.people import absences

ITEM = "Interaction Action Item"
_OPEN = "Open"


def due_for(user: str, back: datetime, after: str, limit: int) -> list[str]:
	"""The next interactions, by name, with an open item of a user that is due before the day on which they are back."""
	return frappe.get_all(
		ITEM,
		[
			["assigned_to", "=", user],
			["status", "=", _OPEN],
			["due_on", "is", "set"],
			["due_on", "<", back.date()],
			["parent", ">", after],
		],
		pluck="parent",
		distinct=True,
		order_by="parent asc",
		limit=limit,
	)


def held_for(user: str, after: str, limit: int) -> list[str]:
	"""The next interactions, by name, with an item that someone has instead of a user."""
	held = [["substituting_for", "=", user], ["parent", ">", after]]
	return frappe.get_all(ITEM, held, pluck="parent", distinct=True, order_by="parent asc", limit=limit)


def users() -> set[str]:
	"""Those for whom items are held."""
	held = {"substituting_for": ("is", "set")}
	return set(frappe.get_all(ITEM, held, pluck="substituting_for", distinct=True, order_by=None))


def hand_over(doc, user: str, back: datetime, named: list[absences.Substitute]) -> None:
	"""To the first substitute who can have them, otherwise to who is responsible; otherwise they stay."""
	substitute = next((each for each in named if _may_get(doc, each, user)), None)
	colleague = substitute.user if substitute else _responsible_instead(doc, user)
	rows = [row for row in doc.action_items if _goes(row, user, back.date(), substitute, named)]
	if not (colleague and rows):
		return
	reason = (
		_("away, back on {0}; substitute named by {1}").format(format_date(back), substitute.named_by)
		if substitute
		else _("away, back on {0}").format(format_date(back))
	)
	doc.flags.told_of_items = lambda: _("While {0} is away, an action item in {1} is yours").format(
		get_fullname(user), alerts.named(doc)
	)
	_give(doc, rows, colleague, reason, held_for=user)


def give_back(doc, user: str) -> None:
	"""Those that are still open, if `user` can have them; what is done stays with who has done it."""
	rows = [row for row in doc.action_items if row.substituting_for == user]
	if not rows:
		return
	doc.flags.told_of_items = lambda: _("An action item in {0} is yours again").format(alerts.named(doc))
	if not _is_cleared(doc, user):
		return _give(doc, rows, None, None, held_for=None)
	_give(doc, rows, user, _("back again"), held_for=None)


def _goes(row, user: str, back: date, substitute, named: Collection[absences.Substitute]) -> bool:
	"""Whether an item is due while `user` is away and is still theirs, or with someone who is not their substitute, although there is one."""
	if row.status != _OPEN or not row.due_on or row.due_on >= back:
		return False
	elsewhere = row.substituting_for == user and row.assigned_to not in {each.user for each in named}
	return row.assigned_to == user or bool(substitute and elsewhere)


def _may_get(doc, substitute: absences.Substitute, user: str) -> bool:
	"""Whether a substitute may have what was `user`'s, as with interactions: named by `user` in person, or by the need to know (D-5)."""
	record = (doc.matrix, doc.communication_type, doc.confidentiality_level)
	is_trusted = substitute.named_by == user or assignment.needs_to_know(substitute.user, *record)
	return is_trusted and _is_cleared(doc, substitute.user)


def _responsible_instead(doc, user: str) -> str | None:
	staff = doc.responsible_staff
	if not staff or staff == user or staff in absences.away([staff]):
		return None
	return staff if _is_cleared(doc, staff) else None


def _is_cleared(doc, user: str) -> bool:
	enabled = frappe.db.get_value("User", user, "enabled")
	return bool(enabled) and sharing.clearance(user, doc.confidentiality_level).allowed


def _give(doc, rows: list, user: str | None, reason: str | None, held_for: str | None) -> None:
	"""`user`: None if they stay where they are."""
	moved = [row for row in rows if user and row.status == _OPEN and row.assigned_to != user]
	if moved:
		former = ", ".join(sorted({row.assigned_to for row in moved}))
		change = f"{former} → {user}: {reason}"
		note = _("Action items: {0}").format(change)
		doc.append_event(REASSIGNED, clock.now(), note, action_key=SUBSTITUTED)
	for row in moved:
		row.assigned_to = user
	for row in rows:
		row.substituting_for = held_for and (row.substituting_for or held_for)
	doc.flags.substituting_items = True
	doc.save_by_app()
