"""Record reviews: scored beside the record, answered by the person reviewed, disputed, and compared (R-2).

Which records are reviewed is drawn in `review_draws`; what the system can judge, `review_scores` fills in. Only users
who can read a record review it.
"""

from collections import Counter
from collections.abc import Callable

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import add_days, cint, date_diff, getdate

from client_comms import alerts, clock, transactions, validation
from client_comms.communication_governance.doctype.interaction_review.interaction_review import (
	AGAIN,
	COMPLETED,
	DISPUTED,
	FIRST,
	OPEN,
	SECOND,
)
from client_comms.enforcement import governed
from client_comms.filters import one_of
from client_comms.i18n import bold
from client_comms.people import review_scores
from client_comms.roles import COMPLIANCE_OFFICER, compliance_officers, users_with_role
from client_comms.rules import access, reminders

PROGRAMME = "Review Programme"
REVIEW = "Interaction Review"
INTERACTION = "Client Interaction"
_FINDING = ("description", "assigned_to", "due_on")


def reviewers_of(programme) -> list[str]:
	"""The users with the reviewer role who can score reviews, without Administrator."""
	held = users_with_role(programme.reviewer_role) - {"Administrator"}
	return sorted(user for user in held if frappe.has_permission(REVIEW, "write", user=user))


def reviewer_for(
	interaction: str, reviewed: str, reviewers: list[str], load: Counter, not_these
) -> str | None:
	"""Who reviews a record: of those who may read it, the one with the fewest reviews so far; never the
	person reviewed."""
	for user in sorted(reviewers, key=lambda user: (load[user], user)):
		if user != reviewed and user not in not_these and may_read(user, interaction):
			return user
	return None


def may_read(user: str, interaction: str) -> bool:
	decision = governed.decide(INTERACTION, interaction, access.READ, user)
	return bool(decision and decision.allowed)


def show(doc, method=None) -> None:
	"""`onload` of Interaction Review: whether its form can show the record beside the scores, who is responsible for it, why it was
	drawn, and what becomes of a dispute."""
	allowed = may_read(frappe.session.user, doc.interaction)
	doc.set_onload("may_read_record", allowed)
	if allowed and (staff := frappe.db.get_value(INTERACTION, doc.interaction, "responsible_staff")):
		doc.set_onload("responsible_name", frappe.utils.get_fullname(staff))
	if doc.because:  # the mark of the sample, which programs know
		marked = frappe.get_meta(PROGRAMME).get_field(f"extra_{doc.because}")
		doc.set_onload("drawn_because", _(marked.label) if marked else doc.because)
	is_own = doc.reviewed_user == frappe.session.user
	if doc.programme and doc.status == COMPLETED and doc.part != AGAIN and is_own:
		programme = frappe.get_doc(PROGRAMME, doc.programme)
		if _another_reviewer(doc, programme, any_load=Counter()) is None:
			doc.set_onload("not_disputable", _no_other(programme))
	if doc.status == DISPUTED:
		# Who reviews it again is not told before they are done.
		doc.set_onload("reviewed_again", _replacing(doc.name))


def _replacing(name: str):
	"""The review made after a dispute: `name`, `status` and `due_on`; None without one."""
	return frappe.db.get_value(REVIEW, {"disputes": name}, ["name", "status", "due_on"], as_dict=True)


def open_review(
	programme, interaction: str, reviewer: str, *, draw=None, because="", part=FIRST, disputed=None
):
	"""A review to be scored, with the scores that the system can give.

	:param disputed: the review that it replaces, with the reason, which its reviewer reads here
	"""
	doc = frappe.get_doc(INTERACTION, interaction)
	review = frappe.get_doc(
		{
			"doctype": REVIEW,
			"interaction": interaction,
			# The record can have gone to a colleague since.
			"reviewed_user": disputed.reviewed_user if disputed else doc.responsible_staff,
			"communication_type": doc.communication_type,
			"reviewer": reviewer,
			"programme": programme.name,
			"draw": draw,
			"because": because,
			"part": part,
			"disputes": disputed and disputed.name,
			"dispute_reason": disputed and disputed.dispute_reason,
			"due_on": add_days(clock.now().date(), programme.due_days or 0),
			"scores": [review_scores.row(doc, criterion) for criterion in programme.criteria],
		}
	)
	review.insert(ignore_permissions=True)
	return review


def complete(name: str):
	"""The reviewer is done: the person reviewed sees it, and findings become ToDos.

	:raises frappe.ValidationError: a criterion has no score yet, or a finding is assigned to someone who cannot read it
	:raises frappe.PermissionError: it is another user's review, or the record can no longer be read
	"""
	doc = transactions.locked(REVIEW, name)
	_require(doc, doc.reviewer, OPEN)
	if not doc.is_scored():
		missing = [row.criterion for row in doc.scores if not row.not_applicable and row.score in (None, "")]
		frappe.throw(
			_("These criteria have no score: {0}. Score them, or mark them as not applicable.").format(
				bold(", ".join(missing))
			),
			title=_("Scores Missing"),
		)
	doc.status, doc.completed_on = COMPLETED, clock.now()
	for row in doc.findings:
		row.todo = alerts.assign(row, REVIEW, doc.name)
	doc.save_by_app()
	_require_readers(doc)
	if doc.part == AGAIN:
		_tell_decision(doc)
	else:
		_tell(doc, doc.reviewed_user, lambda: _("Your record {0} was reviewed").format(doc.interaction))
	return doc


def _tell_decision(doc) -> None:
	"""Both sides of a dispute hear how it ended, the first reviewer if they can still read the record."""
	_tell(
		doc,
		doc.reviewed_user,
		lambda: _("Your dispute was decided: {0} was reviewed again").format(doc.interaction),
	)
	first = frappe.db.get_value(REVIEW, doc.disputes, "reviewer")
	if first and governed.decide(REVIEW, doc.name, access.READ, first).allowed:
		_tell(doc, first, lambda: _("The dispute about your review {0} was decided").format(doc.disputes))


def _tell(doc, user: str, subject: Callable[[], str]) -> None:
	alerts.tell([user], subject, REVIEW, doc.name)


def _require_readers(doc) -> None:
	"""A finding, and its ToDo, is as confidential as the completed review."""
	for row in doc.findings:
		if not governed.decide(REVIEW, doc.name, access.READ, row.assigned_to):
			frappe.throw(
				_(
					"Findings, row {0}: {1} cannot read this review. Assign the finding to {2}, or to a supervisor."
				).format(
					row.idx,
					bold(frappe.utils.get_fullname(row.assigned_to)),
					bold(frappe.utils.get_fullname(doc.reviewed_user)),
				),
				title=_("Cannot Be Assigned"),
			)


def comment(name: str, text: str):
	"""The person reviewed says something about a completed review."""
	doc = transactions.locked(REVIEW, name)
	_require(doc, doc.reviewed_user, COMPLETED, DISPUTED)
	doc.staff_comment = text
	doc.save_by_app()
	alerts.tell([doc.reviewer], lambda: _("Comment on your review {0}").format(doc.name), REVIEW, doc.name)
	return doc


def _another_reviewer(doc, programme, any_load: Counter | None = None) -> str | None:
	"""Who decides about a dispute: the one with the fewest open reviews.

	:param any_load: instead of counting those, if it only matters whether there is someone
	"""
	others = frappe.get_all(REVIEW, {"draw": doc.draw, "interaction": doc.interaction}, pluck="reviewer")
	reviewers = reviewers_of(programme)
	load = _open_reviews(reviewers) if any_load is None else any_load
	return reviewer_for(doc.interaction, doc.reviewed_user, reviewers, load, {*others, doc.reviewer})


def _open_reviews(reviewers: list[str]) -> Counter:
	"""How many reviews each of them has to score."""
	review = frappe.qb.DocType(REVIEW)
	query = frappe.qb.from_(review).select(review.reviewer, Count("*")).groupby(review.reviewer)
	wanted = (review.status == OPEN) & review.reviewer.isin([*reviewers, ""])
	return Counter(dict(query.where(wanted).run()))


def _no_other(programme) -> str:
	return (
		_(
			"No one else with the role {0} can read this record and decide. Ask a Compliance Officer to have the role given to another user. Until then, write what you do not accept under Comment."
		).format(bold(_(programme.reviewer_role)))
		+ " "
		+ compliance_officers()
	)


def dispute(name: str, reason: str):
	"""The person reviewed does not accept a review: another reviewer reviews the record again, and that
	decision is final. What was found waits for it: the to-dos that are open are cancelled, and those of the findings that
	the other reviewer keeps are opened again.

	:raises frappe.ValidationError: no reason is given, it was already reviewed again, or no one else can review it
	"""
	doc = transactions.locked(REVIEW, name)
	_require(doc, doc.reviewed_user, COMPLETED)
	validation.require_reason(reason, _("State what you do not accept, and why."))
	if doc.part == AGAIN:
		frappe.throw(
			_("This review was made after a dispute and is final. Talk to {0}.").format(
				bold(frappe.utils.get_fullname(doc.reviewer))
			),
			title=_("Already Reviewed Again"),
		)
	programme = frappe.get_doc(PROGRAMME, doc.programme)
	reviewer = _another_reviewer(doc, programme)
	if reviewer is None:
		frappe.throw(_no_other(programme), title=_("No Other Reviewer"))
	doc.status, doc.dispute_reason = DISPUTED, reason
	doc.save_by_app()
	again = open_review(
		programme,
		doc.interaction,
		reviewer,
		draw=doc.draw,
		because=doc.because,
		part=AGAIN,
		disputed=doc,
	)
	suspend_findings(doc, again)
	alerts.tell(
		[reviewer], lambda: _("Disputed review to decide: {0}").format(again.name), REVIEW, again.name
	)
	alerts.tell([doc.reviewer], lambda: _("Your review {0} was disputed").format(doc.name), REVIEW, doc.name)
	return again


def suspend_findings(disputed, again) -> None:
	"""No one works on what was found before the dispute is decided: cancel the open to-dos, and put their findings before who decides.

	:param again: the review that replaces the disputed one; once it is completed, its findings have to-dos of their own
	"""
	for row in disputed.findings:
		if not row.todo or frappe.db.get_value("ToDo", row.todo, "status") != "Open":
			continue  # it is done, so nothing is owed
		todo = transactions.locked("ToDo", row.todo)
		todo.status = "Cancelled"
		todo.save(ignore_permissions=True)
		if again.status == OPEN:
			again.append("findings", {field: row.get(field) for field in _FINDING})
	if again.status == OPEN:
		again.save_by_app()


def _require(doc, user: str, *states: str) -> None:
	doc.check_permission("read")
	if frappe.session.user not in (user, "Administrator"):
		frappe.throw(
			_("Only {0} can do this.").format(bold(frappe.utils.get_fullname(user))),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	if doc.status not in states:
		frappe.throw(
			_("The status of this review is {0}, so this is not possible now. Reload the page.").format(
				bold(_(doc.status))
			),
			title=_("Not Possible Now"),
		)


def remind() -> None:
	"""Daily: reviewers of reviews that are due, on the day and then weekly; those of users who cannot score them any more go to others first."""
	_hand_over()
	today = getdate(clock.now())
	for row in frappe.get_all(
		REVIEW,
		[["status", "=", OPEN], ["due_on", "is", "set"], ["due_on", "<=", today]],
		["name", "reviewer", "due_on", "last_reminded_on"],
		order_by="due_on asc, name asc",
	):
		if reminders.due(today, row.due_on, row.last_reminded_on, at=reminders.ON_THE_DAY) is None:
			continue
		alerts.remind(
			[row.reviewer], lambda row=row: _("The review {0} is due").format(row.name), REVIEW, row.name
		)


def _hand_over() -> None:
	"""Open reviews of users who are disabled, or have lost a role that they take, go to another reviewer, who scores them again; the Compliance
	Officers hear of what no one else can review."""
	rows = frappe.get_all(
		REVIEW, {"status": OPEN}, ["name", "reviewer", "interaction", "last_reminded_on"], order_by="name asc"
	)
	load = Counter(row.reviewer for row in rows)
	scoring = {user for user in alerts.enabled(load) if frappe.has_permission(REVIEW, "write", user=user)}
	for row in rows:
		if row.reviewer not in scoring or not _can_still_read(row):
			with transactions.step("A review could not be given to another reviewer", REVIEW, row.name):
				_give_on(row, load)


def _can_still_read(row) -> bool:
	"""Whether the reviewer can read the record, or could as soon as their training is current again."""
	decision = governed.decide(INTERACTION, row.interaction, access.READ, row.reviewer)
	return decision is None or decision.allowed or decision.rule == access.TRAINING_NOT_CURRENT


def _give_on(row, load: Counter) -> None:
	doc, left = transactions.locked(REVIEW, row.name), frappe.utils.get_fullname(row.reviewer)
	if doc.status != OPEN or doc.reviewer != row.reviewer:
		return
	programme = frappe.get_doc(PROGRAMME, doc.programme)
	others = frappe.get_all(REVIEW, {"draw": doc.draw, "interaction": doc.interaction}, pluck="reviewer")
	reviewer = reviewer_for(doc.interaction, doc.reviewed_user, reviewers_of(programme), load, {*others})
	if reviewer:
		load[reviewer] += 1
		doc.reviewer = reviewer
		for score in doc.scores:
			if score.judged_by == "Reviewer":
				score.update({"score": None, "not_applicable": 0})
		doc.save_by_app()
		alerts.tell(
			[reviewer],
			lambda: _("The review {0} is now yours, because {1} can no longer score it").format(
				doc.name, left
			),
			REVIEW,
			doc.name,
		)
	elif not row.last_reminded_on or date_diff(clock.now(), row.last_reminded_on) >= reminders.THEN_EVERY:
		alerts.remind(
			users_with_role(COMPLIANCE_OFFICER),
			lambda: _("{0} can no longer score the review {2}, and no one else with the role {1} can").format(
				left, _(programme.reviewer_role), doc.name
			),
			REVIEW,
			doc.name,
		)


def pairs(filters: dict) -> dict[tuple[str, int], list[tuple[int, int]]]:
	"""(Criterion, its highest score) → the scores that two reviewers gave to the same record on this scale, each without seeing the
	other's.

	:param filters: of Interaction Review
	"""
	rows = frappe.get_all(
		REVIEW,
		{**filters, "status": ("in", (COMPLETED, DISPUTED)), "part": ("in", (FIRST, SECOND))},
		["name", "draw", "interaction", "part"],
		order_by="name asc",
	)
	both: dict[tuple, dict[str, str]] = {}
	for row in rows:
		both.setdefault((row.draw, row.interaction), {})[row.part] = row.name
	wanted = [found for found in both.values() if len(found) == 2]
	names = [name for found in wanted for name in found.values()]
	scores: dict[str, dict[tuple[str, int], int]] = {}
	for row in frappe.get_all(
		"Interaction Review Score",
		{
			"parent": one_of(names),
			"not_applicable": 0,
			"judged_by": "Reviewer",
			"score": ("is", "set"),
		},
		["parent", "criterion", "highest", "score"],
	):
		scores.setdefault(row.parent, {})[row.criterion, cint(row.highest)] = cint(row.score)
	found: dict[tuple[str, int], list[tuple[int, int]]] = {}
	for pair in wanted:
		one, other = scores.get(pair[FIRST], {}), scores.get(pair[SECOND], {})
		for scale in sorted(one.keys() & other.keys()):
			found.setdefault(scale, []).append((one[scale], other[scale]))
	return found
