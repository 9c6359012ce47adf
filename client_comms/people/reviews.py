"""Record reviews: drawn at random, scored beside the record, answered by the person reviewed, and compared (R-2).

Only users who can read a record review it. What the system can judge is filled in: details, documentation,
clocks and wording. The draw, the scores and the agreement are `rules.sampling`, `rules.review_scores` and
`rules.agreement`.
"""

import secrets
from collections import Counter
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.utils import add_days, cint, getdate

from client_comms import alerts, clock
from client_comms.communication_governance import matrix, wording
from client_comms.communication_governance.doctype.interaction_review.interaction_review import (
	AGAIN,
	COMPLETED,
	DISPUTED,
	FIRST,
	OPEN,
	SECOND,
)
from client_comms.enforcement import governed, policy
from client_comms.rules import access, documentation, response_clock, review_scores, sampling

PROGRAMME = "Review Programme"
DRAW = "Review Draw"
REVIEW = "Interaction Review"
INTERACTION = "Client Interaction"
_MONTHS = {"Monthly": 1, "Quarterly": 3}


# --- the draw ------------------------------------------------------------------------------------


def last_period(period: str, today: date) -> tuple[date, date]:
	"""The first and the last day of the latest whole week (from Monday), month or quarter before `today`."""
	if period == "Weekly":
		monday = today - timedelta(days=today.weekday() + 7)
		return monday, monday + timedelta(days=6)
	months = _MONTHS[period]
	month = (today.month - 1) // months * months + 1
	end = date(today.year, month, 1) - timedelta(days=1)
	begin = date(end.year, (end.month - 1) // months * months + 1, 1)
	return begin, end


def draw_all() -> None:
	"""Daily: draw the sample of every programme whose period is over. Repeatable."""
	for name in frappe.get_all(PROGRAMME, {"enabled": 1}, pluck="name", order_by="name asc"):
		programme = frappe.get_doc(PROGRAMME, name)
		begin, end = last_period(programme.period, clock.now().date())
		if not frappe.db.exists(DRAW, {"programme": name, "from_date": begin}):
			draw(programme, begin, end)
			# nosemgrep: frappe-manual-commit (a job of its own; a sample is drawn whole or not at all)
			frappe.db.commit()


def draw(programme, begin: date, end: date, seed: str | None = None):
	"""Draw the records of a period and give them to reviewers; the Review Draw.

	:param seed: with which the sample can be drawn again; by default a random one
	"""
	seed = seed or secrets.token_hex(8)
	candidates = candidates_of(programme, begin, end)
	sample = sampling.draw(candidates, programme.size(), seed)
	twice = sampling.for_two([each.name for each in sample], (programme.second_share or 0) / 100, seed)
	doc = frappe.get_doc(
		{
			"doctype": DRAW,
			"programme": programme.name,
			"from_date": begin,
			"to_date": end,
			"seed": seed,
			"candidates": len(candidates),
			"drawn": len(sample),
		}
	).insert(ignore_permissions=True)
	reviewers = reviewers_of(programme)
	load: Counter = Counter()
	without = 0
	for each in sample:
		chosen: list[str] = []
		for part in (FIRST, SECOND) if each.name in twice else (FIRST,):
			reviewer = reviewer_for(each.name, each.stratum[0], reviewers, load, chosen)
			if reviewer is None:
				without += part == FIRST
				continue
			chosen.append(reviewer)
			load[reviewer] += 1
			open_review(programme, each.name, reviewer, draw=doc.name, because=each.because, part=part)
	doc.db_set("without_reviewer", without)
	programme.db_set("drawn_until", end)
	for reviewer, number in sorted(load.items()):
		alerts.tell(
			[reviewer],
			lambda number=number: _("Records to review: {0}").format(number),
			DRAW,
			doc.name,
		)
	return doc


def candidates_of(programme, begin: date, end: date) -> list[sampling.Candidate]:
	"""The records of a period with responsible staff, and their marks; two queries."""
	strictest = policy.current().strictest
	new_since = add_days(end, -(programme.new_staff_days or 0))
	new_staff = set(frappe.get_all("User", {"creation": (">=", new_since)}, pluck="name"))
	late = response_clock.MET_LATE
	found = []
	for row in frappe.get_all(
		INTERACTION,
		{
			"occurred_on": ("between", [f"{begin} 00:00:00", f"{end} 23:59:59"]),
			"responsible_staff": ("is", "set"),
		},
		[
			"name",
			"responsible_staff",
			"communication_type",
			"confidentiality_level",
			"acknowledge_status",
			"respond_status",
			"breached",
		],
		order_by="name asc",
	):
		marks = {
			"late": late in (row.acknowledge_status, row.respond_status),
			"breached": bool(row.breached),
			"strictest": bool(strictest) and row.confidentiality_level == strictest.name,
			"new_staff": row.responsible_staff in new_staff,
		}
		found.append(
			sampling.Candidate(
				row.name,
				(row.responsible_staff, row.communication_type),
				frozenset(mark for mark, holds in marks.items() if holds),
			)
		)
	return found


def reviewers_of(programme) -> list[str]:
	"""The users with the reviewer role, without Administrator."""
	return sorted(alerts.users_with_role(programme.reviewer_role) - {"Administrator"})


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


def open_review(
	programme, interaction: str, reviewer: str, *, draw=None, because="", part=FIRST, disputes=None
):
	"""A review to be scored, with the scores that the system can give."""
	doc = frappe.get_doc(INTERACTION, interaction)
	review = frappe.get_doc(
		{
			"doctype": REVIEW,
			"interaction": interaction,
			"reviewed_user": doc.responsible_staff,
			"communication_type": doc.communication_type,
			"reviewer": reviewer,
			"programme": programme.name,
			"draw": draw,
			"because": because,
			"part": part,
			"disputes": disputes,
			"due_on": add_days(clock.now().date(), programme.due_days or 0),
			"scores": [_row(doc, criterion) for criterion in programme.criteria],
		}
	)
	review.insert(ignore_permissions=True)
	return review


# --- what the system judges ----------------------------------------------------------------------


def _row(doc, criterion) -> dict:
	judged = _JUDGES.get(criterion.judged_by)
	score, note = judged(doc, criterion.highest) if judged else (None, None)
	return {
		"criterion": criterion.criterion,
		"weight": criterion.weight,
		"highest": criterion.highest,
		"judged_by": criterion.judged_by,
		"guidance": criterion.guidance,
		"score": None if score is None else str(score),
		"not_applicable": int(judged is not None and score is None),
		"note": note,
	}


def _judge_details(doc, highest: int):
	"""The details that every log needs (D-2)."""
	details = {field: doc.get(field) for field in documentation.REQUIRED_DETAILS}
	missing = documentation.missing_details(details)
	whole = len(documentation.REQUIRED_DETAILS)
	note = _("Missing: {0} of {1} details.").format(len(missing), whole) if missing else None
	return review_scores.by_share(whole - len(missing), whole, highest), note


def _judge_documentation(doc, highest: int):
	"""The documentation that the matrix owes (M-1)."""
	owed = matrix.owed_documentation(doc.matrix, doc.communication_type, doc.channel)
	if not owed:
		return None, _("The matrix requires no documentation for this type.")
	missing = doc.missing_documentation()
	note = _("Missing: {0}.").format(", ".join(_(each.method) for each in missing)) if missing else None
	return review_scores.by_share(len(owed) - len(missing), len(owed), highest), note


def _judge_clocks(doc, highest: int):
	"""The deadlines that it had (C-3, C-4)."""
	statuses = (doc.acknowledge_status, doc.respond_status, doc.promise_status)
	judged = [
		status
		for status in statuses
		if status in (response_clock.MET, response_clock.MET_LATE, response_clock.BREACHED)
	]
	if not judged:
		return None, _("No deadline has been judged yet.")
	kept = judged.count(response_clock.MET)
	note = _("Deadlines met: {0} of {1}.").format(kept, len(judged)) if kept < len(judged) else None
	return review_scores.by_share(kept, len(judged), highest), note


def _judge_wording(doc, highest: int):
	"""The messages that went out (C-5)."""
	texts = frappe.get_all(
		"Communication",
		{
			"client_interaction": doc.name,
			"sent_or_received": "Sent",
			"communication_medium": "Email",
			"communication_type": "Communication",
		},
		pluck="content",
		order_by="creation asc",
		limit=20,
	)
	if not texts:
		return None, _("No message was sent.")
	faults = sum(len(wording.check(wording.plain(text))) for text in texts if text)
	note = _("Wording findings: {0}.").format(faults) if faults else None
	return review_scores.by_faults(faults, highest), note


_JUDGES = {
	"Details": _judge_details,
	"Documentation": _judge_documentation,
	"Clocks": _judge_clocks,
	"Wording": _judge_wording,
}


# --- the review ----------------------------------------------------------------------------------


def complete(name: str):
	"""The reviewer is done: the person reviewed sees it, and findings become ToDos.

	:raises frappe.ValidationError: a criterion has no score yet
	:raises frappe.PermissionError: it is another user's review, or the record can no longer be read
	"""
	doc = frappe.get_doc(REVIEW, name, for_update=True)
	_require(doc, doc.reviewer, OPEN)
	if not doc.is_scored():
		missing = [row.criterion for row in doc.scores if not row.not_applicable and row.score in (None, "")]
		frappe.throw(
			_("These criteria have no score: {0}. Score them, or mark them as not applicable.").format(
				frappe.bold(", ".join(missing))
			),
			title=_("Scores Missing"),
		)
	doc.status, doc.completed_on = COMPLETED, clock.now()
	for row in doc.findings:
		row.todo = _todo(doc, row)
	doc.save_by_app()
	alerts.tell(
		[doc.reviewed_user],
		lambda: _("Your record {0} was reviewed").format(doc.interaction),
		REVIEW,
		doc.name,
	)
	return doc


def _todo(doc, row) -> str:
	return (
		frappe.get_doc(
			{
				"doctype": "ToDo",
				"allocated_to": row.assigned_to,
				"date": row.due_on,
				"description": row.description,
				"reference_type": REVIEW,
				"reference_name": doc.name,
			}
		)
		.insert(ignore_permissions=True)
		.name
	)


def comment(name: str, text: str):
	"""The person reviewed says something about a completed review."""
	doc = frappe.get_doc(REVIEW, name, for_update=True)
	_require(doc, doc.reviewed_user, COMPLETED, DISPUTED)
	doc.staff_comment = text
	doc.save_by_app()
	alerts.tell([doc.reviewer], lambda: _("Comment on your review {0}").format(doc.name), REVIEW, doc.name)
	return doc


def dispute(name: str, reason: str):
	"""The person reviewed does not accept a review: another reviewer reviews the record again, and that
	decision is final.

	:raises frappe.ValidationError: no reason is given, it was already reviewed again, or no one else can review it
	"""
	doc = frappe.get_doc(REVIEW, name, for_update=True)
	_require(doc, doc.reviewed_user, COMPLETED)
	if not (reason or "").strip():
		frappe.throw(_("State what you do not accept, and why."), title=_("Reason Missing"))
	if doc.part == AGAIN:
		frappe.throw(
			_("This review was made after a dispute and is final. Talk to {0}.").format(
				frappe.bold(frappe.utils.get_fullname(doc.reviewer))
			),
			title=_("Already Reviewed Again"),
		)
	programme = frappe.get_doc(PROGRAMME, doc.programme)
	others = frappe.get_all(REVIEW, {"draw": doc.draw, "interaction": doc.interaction}, pluck="reviewer")
	reviewers = reviewers_of(programme)
	open_ones = Counter(frappe.get_all(REVIEW, {"status": OPEN}, pluck="reviewer"))
	reviewer = reviewer_for(doc.interaction, doc.reviewed_user, reviewers, open_ones, {*others, doc.reviewer})
	if reviewer is None:
		frappe.throw(
			_(
				"No one else with the role {0} can read this record. Ask a {1} to name another reviewer."
			).format(frappe.bold(_(programme.reviewer_role)), _("Compliance Officer")),
			title=_("No Other Reviewer"),
		)
	doc.status, doc.dispute_reason = DISPUTED, reason
	doc.save_by_app()
	again = open_review(
		programme,
		doc.interaction,
		reviewer,
		draw=doc.draw,
		because=doc.because,
		part=AGAIN,
		disputes=doc.name,
	)
	alerts.tell(
		[reviewer], lambda: _("Disputed review to decide: {0}").format(again.name), REVIEW, again.name
	)
	alerts.tell([doc.reviewer], lambda: _("Your review {0} was disputed").format(doc.name), REVIEW, doc.name)
	return again


def _require(doc, user: str, *states: str) -> None:
	doc.check_permission("read")
	if frappe.session.user not in (user, "Administrator"):
		frappe.throw(
			_("Only {0} can do this.").format(frappe.bold(frappe.utils.get_fullname(user))),
			exc=frappe.PermissionError,
			title=_("Not Permitted"),
		)
	if doc.status not in states:
		frappe.throw(
			_("The status of this review is {0}.").format(frappe.bold(_(doc.status))),
			title=_("Not Possible Now"),
		)


def remind() -> None:
	"""Daily: reviewers of reviews that are due, weekly."""
	today = getdate(clock.now())
	for row in frappe.get_all(
		REVIEW,
		[["status", "=", OPEN], ["due_on", "is", "set"], ["due_on", "<=", today]],
		["name", "reviewer", "due_on"],
		order_by="due_on asc, name asc",
	):
		if (today - row.due_on).days % 7 == 0:
			alerts.tell(
				[row.reviewer], lambda row=row: _("The review {0} is due").format(row.name), REVIEW, row.name
			)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job of its own)


def pairs(filters: dict) -> dict[str, list[tuple[int, int]]]:
	"""Criterion → the scores that two reviewers gave to the same record, each without seeing the other's.

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
	scores: dict[str, dict[str, int]] = {}
	for row in frappe.get_all(
		"Interaction Review Score",
		{
			"parent": ("in", [*names, ""]),
			"not_applicable": 0,
			"judged_by": "Reviewer",
			"score": ("is", "set"),
		},
		["parent", "criterion", "score"],
	):
		scores.setdefault(row.parent, {})[row.criterion] = cint(row.score)
	found: dict[str, list[tuple[int, int]]] = {}
	for pair in wanted:
		one, other = scores.get(pair[FIRST], {}), scores.get(pair[SECOND], {})
		for criterion in sorted(one.keys() & other.keys()):
			found.setdefault(criterion, []).append((one[criterion], other[criterion]))
	return found
