"""What is due while a user is away goes to their substitute, and comes back if no one has dealt with it (F-2).

Called hourly and when an absence is saved; one that is saved while a run goes on waits for the next hour. Each interaction is
moved under its lock and says for whom it is held, so running it twice, or after an interruption, only does the rest. So do
action items (`held_items`).
"""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.utils import format_date, get_fullname, getdate

from client_comms import alerts, clock, compat, transactions
from client_comms.acting import as_the_app
from client_comms.client_interactions.changes import HANDED_OVER
from client_comms.clients import preferences
from client_comms.communication_governance import matrix as matrices
from client_comms.i18n import bold, name_of, speaking
from client_comms.intake import assignment, held_items
from client_comms.people import absences
from client_comms.rules import response_clock

INTERACTION = "Client Interaction"
CHUNK = 50
_STEPS = 5  # substitutes of substitutes


def follow(doc, method=None) -> None:
	"""A Staff Absence was saved or deleted."""
	before = doc.get_doc_before_save() if method == "on_update" else doc
	after = doc if method == "on_update" else None
	_tell_former(before, after)
	if after:
		_tell_substitute(before, after)
	frappe.enqueue(
		run, queue="long", enqueue_after_commit=True, job_id="client_comms_substitution", deduplicate=True
	)


def _lasts(absence) -> bool:
	return bool(absence) and getdate(absence.to_date) >= clock.now().date()


def _tell_former(before, after) -> None:
	"""Who is not the substitute any more hears it, also if the absence ended before its time: what they have not dealt with goes from them."""
	if not _lasts(before) or not before.substitute:
		return
	if _lasts(after) and after.substitute == before.substitute:
		return
	alerts.tell(
		alerts.enabled([before.substitute]),
		lambda: _("You do not substitute for {0} any more").format(get_fullname(before.user)),
		before.doctype,
		before.name,
		None if after else compat.desk_path("staff-absence"),
	)


def _tell_substitute(before, doc) -> None:
	"""Who is named, or for other days than before, hears it, and who names them, of which types nothing can go there. This says what the policy
	is, not what is open."""
	if not doc.substitute or not _lasts(doc):
		return
	is_named_now = not before or before.substitute != doc.substitute
	if not is_named_now and _lasts(before) and _days(before) == _days(doc):
		return
	alerts.tell(
		[doc.substitute],
		lambda: _("You substitute for {0} from {1} to {2}").format(
			get_fullname(doc.user), format_date(doc.from_date), format_date(doc.to_date)
		),
		doc.doctype,
		doc.name,
	)
	if not is_named_now:
		return
	if beyond := _beyond(absences.Substitute(doc.substitute, frappe.session.user), doc.user):
		frappe.msgprint(
			_(
				"{0} cannot be responsible for: {1}. What is due of this while {2} is away goes to colleagues who can. Choose someone with the same roles, if all of it should go to one person."
			).format(name_of(doc.substitute), bold(", ".join(map(_, sorted(beyond)))), name_of(doc.user)),
			title=_("Substitute for a Part"),
			indicator="orange",
		)


def _days(absence) -> tuple:
	return getdate(absence.from_date), getdate(absence.to_date)


def _beyond(substitute: absences.Substitute, user: str) -> set[str]:
	"""The communication types, by the versions in force, of which a user can have interactions that cannot go to the substitute."""
	found = set()
	for name in matrices.in_force_everywhere(clock.now()):
		for rule in frappe.get_cached_doc("Communication Matrix", name).rules:
			record = frappe._dict(
				matrix=name,
				communication_type=rule.communication_type,
				confidentiality_level=rule.confidentiality_level,
			)
			if _may(record, user) and not _may_get(record, substitute, user):
				found.add(rule.communication_type)
	return found


def run() -> None:
	"""Hand over what is due while users are away, and return what is theirs when they are back. The reasons are stored for all their readers:
	in the language of the site, and not of the user who entered the absence."""
	with as_the_app(), speaking(preferences.site_language()):
		away = absences.away(absences.absent())
		named_by = {user: _substitutes(user) for user in away}
		for user, back in sorted(away.items()):
			named = named_by[user]
			_each(
				_matching(
					["responsible_staff", "=", user],
					["clock_state", "=", response_clock.STATE_RUNNING],
					["next_deadline", "<", back],
				),
				lambda doc, user=user, back=back, named=named: _hand_over(doc, user, back, named),
			)
		held_for = set(
			frappe.get_all(
				INTERACTION,
				{"substituting_for": ("is", "set")},
				pluck="substituting_for",
				distinct=True,
				order_by=None,
			)
		)
		still_away = absences.away(held_for)
		for user, back in sorted(still_away.items()):
			if named := named_by.get(user):
				elsewhere = [user, *(each.user for each in named)]
				_each(
					_matching(["substituting_for", "=", user], ["responsible_staff", "not in", elsewhere]),
					lambda doc, user=user, back=back, named=named: _move(doc, user, back, named),
				)
		for user in sorted(held_for - set(still_away)):
			_each(
				_matching(["substituting_for", "=", user]),
				lambda doc, user=user: _return(doc, user),
			)
		_run_items(away, named_by)


def _run_items(away: dict, named_by: dict[str, list[absences.Substitute]]) -> None:
	"""After the interactions, because items go to who is responsible if no substitute can have them."""
	held_for = held_items.users()
	for user, back in sorted(away.items()):
		named = named_by[user]

		def hand_over(doc, user=user, back=back, named=named):
			held_items.hand_over(doc, user, back, named)

		_each(
			lambda last, user=user, back=back: held_items.due_for(user, back, last, CHUNK),
			hand_over,
		)
		if named and user in held_for:
			_each(lambda last, user=user: held_items.held_for(user, last, CHUNK), hand_over)
	for user in sorted(held_for - set(absences.away(held_for))):
		_each(
			lambda last, user=user: held_items.held_for(user, last, CHUNK),
			lambda doc, user=user: held_items.give_back(doc, user),
		)


def _matching(*filters: list) -> Callable[[str], list[str]]:
	"""The names of interactions that match, chunk by chunk: a function of the last one before."""
	return lambda last: frappe.get_all(
		INTERACTION,
		[*filters, ["name", ">", last]],
		pluck="name",
		order_by="name asc",
		limit=CHUNK,
	)


def _each(names_after: Callable[[str], list[str]], act: Callable) -> None:
	"""`act` on each of the interactions, in chunks; an error does not prevent the others."""
	last, more = "", True
	while more:
		names = names_after(last)
		for name in names:
			_attempt(name, act)
		if more := len(names) == CHUNK:
			last = names[-1]
		# nosemgrep: frappe-manual-commit (the locks end here; a killed job loses at most this chunk)
		frappe.db.commit()


def _attempt(name: str, act) -> None:
	with transactions.part(_("{0} could not be handed over").format(name), INTERACTION, name):
		act(frappe.get_doc(INTERACTION, name, for_update=True))


def _hand_over(doc, user: str, back, named: list[absences.Substitute]) -> None:
	if doc.responsible_staff != user:
		return  # another process was faster
	substitute = next((each for each in named if _may_get(doc, each, user)), None)
	colleague = substitute.user if substitute else _in_turn(doc, user)
	if colleague:
		_give(doc, user, back, colleague, substitute)


def _move(doc, user: str, back, named: list[absences.Substitute]) -> None:
	"""To the substitute who was named since, unless someone has dealt with it: then it stays with them until `user` is back."""
	substitute = next((each for each in named if _may_get(doc, each, user)), None)
	if substitute and doc.substituting_for == user and not _is_dealt_with(doc, user):
		_give(doc, user, back, substitute.user, substitute)


def _give(doc, user: str, back, colleague: str, substitute: absences.Substitute | None) -> None:
	doc.responsible_staff = colleague
	doc.substituting_for = doc.substituting_for or user
	doc.flags.substituting = True
	doc.flags.reassignment_reason = (
		_("away, back on {0}; substitute named by {1}").format(format_date(back), substitute.named_by)
		if substitute
		else _("away, back on {0}").format(format_date(back))
	)
	doc.save_by_app()


def _substitutes(user: str) -> list[absences.Substitute]:
	"""The substitute, and the substitutes of substitutes who are away as well: those who are there."""
	found, passed = [], {user}
	each = absences.substitute(user)
	for _step in range(_STEPS):
		if not each or each.user in passed:
			break
		passed.add(each.user)
		found.append(each)
		each = absences.substitute(each.user)
	away = absences.away([each.user for each in found])
	return [each for each in found if each.user not in away]


def _in_turn(doc, user: str) -> str | None:
	"""Who would get a new one, otherwise a manager who is there."""
	client = frappe._dict(party_type=doc.party_type, party=doc.party)
	found = assignment.responsible_for(
		doc.matrix, doc.communication_type, doc.confidentiality_level, client, doc.company
	) or assignment.manager_for(doc.confidentiality_level, besides=user)
	return found if found and found != user and found not in absences.away([found]) else None


def _may_get(doc, substitute: absences.Substitute, user: str) -> bool:
	"""Whether a substitute may be given what was `user`'s: named by `user` in person, or by the need to know (D-5)."""
	record = (doc.matrix, doc.communication_type, doc.confidentiality_level)
	is_trusted = substitute.named_by == user or assignment.needs_to_know(substitute.user, *record)
	return is_trusted and _may(doc, substitute.user)


def _may(doc, user: str) -> bool:
	return bool(frappe.db.get_value("User", user, "enabled")) and assignment.may_be_responsible(
		user, doc.matrix, doc.communication_type, doc.confidentiality_level
	)


def _return(doc, user: str) -> None:
	"""Back to `user`, unless someone has dealt with it: then it stays with them."""
	if not _is_dealt_with(doc, user) and _may(doc, user):
		doc.responsible_staff = user
		doc.flags.reassignment_reason = _("back again")
	doc.substituting_for = None
	doc.flags.substituting = True
	doc.save_by_app()


def _is_dealt_with(doc, user: str) -> bool:
	"""Whether it is closed, or someone but `user` did something since it was handed over."""
	handed_over = max(
		(number for number, row in enumerate(doc.events) if row.action_key == HANDED_OVER),
		default=None,
	)
	later = doc.events[handed_over + 1 :] if handed_over is not None else ()
	return doc.status == response_clock.STATUS_CLOSED or _has_staff({row.by_user for row in later} - {user})


def _has_staff(users: set[str]) -> bool:
	"""Whether a colleague is among those who caused events, and not only the app (as Administrator) or clients."""
	names = ("in", sorted({user for user in users if user} - {"Administrator"}) or [""])
	return bool(frappe.db.exists("User", {"name": names, "user_type": "System User"}))
