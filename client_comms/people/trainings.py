"""Trainings: who owes which, how they are taken, and what counts (R-1, T-1).

`enforcement.policy` decides whether a user is trained; states and test results are computed by `rules.training`.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable
from functools import partial

import frappe
from frappe import _
from frappe.utils import add_months, formatdate, getdate

from client_comms import alerts, clock, compat, transactions
from client_comms.communication_governance.doctype.sop_training.sop_training import options_of, revealed
from client_comms.enforcement import policy, procedure_roles
from client_comms.i18n import bold
from client_comms.people import overdue_trainings
from client_comms.rules import reminders
from client_comms.rules import training as rules
from client_comms.rules.access import READ

TRAINING = "SOP Training"
RECORD = "SOP Training Record"
ASSIGNMENT = "SOP Training Assignment"
ATTEMPT = "SOP Training Attempt"
IN_PROGRESS, PASSED, FAILED = "In Progress", "Passed", "Failed"
PAGE = "take-training"
COMPLETED_HOOK = "client_comms_training_completed"
_REPORTED_MONTHS = 12  # other apps are asked for completions of at least as many


# --- who owes what -------------------------------------------------------------------------------


def owed_by_roles(roles: Iterable[str]) -> list[str]:
	"""The names of the trainings that these roles require."""
	return _owed(set(roles), policy.training_roles(), procedure_roles.all_roles())


def _owed(held: Iterable[str], audiences: dict[str, frozenset[str]], everyone: frozenset[str]) -> list[str]:
	"""Those whose audience, by default the roles of the procedure, includes one of these roles."""
	return sorted(name for name, audience in audiences.items() if not (audience or everyone).isdisjoint(held))


def roles() -> list[str]:
	"""The roles by which trainings are assigned: those of the procedure, and those that a training names."""
	return sorted(procedure_roles.all_roles().union(*policy.training_roles().values()))


def follow_user(doc, method=None) -> None:
	"""`on_update` of User: a role brings its trainings at once, and takes them along (T-1)."""
	is_staff = doc.user_type == "System User" and doc.enabled
	assign(doc.name, owed_by_roles(frappe.get_roles(doc.name)) if is_staff else [])


def assign(user: str, owed: list[str]) -> list[str]:
	"""Let the assignments of a user be those for `owed`; returns the new ones. Repeatable."""
	before = set(frappe.get_all(ASSIGNMENT, {"user": user}, pluck="training"))
	if gone := before - set(owed):
		frappe.db.delete(ASSIGNMENT, {"user": user, "training": ("in", list(gone))})
	new = [name for name in owed if name not in before]
	for name in new:
		frappe.get_doc(
			{"doctype": ASSIGNMENT, "user": user, "training": name, "owed_since": clock.now().date()}
		).insert(ignore_permissions=True, ignore_if_duplicate=True)
	if new and not frappe.flags.in_install:
		todo = {name: state for name, state in states_of(user).items() if name in new and not state.counts}
		for name, state in todo.items():
			alerts.tell(
				[user],
				lambda name=name, state=state: _("Please complete the training {0} by {1}").format(
					name, formatdate(state.until)
				),
				TRAINING,
				name,
				link=_address(name),
			)
	return new


def _address(training: str) -> str:
	"""Where a user takes it; the document itself is for those who set it up."""
	return compat.desk_path(f"{PAGE}/{frappe.utils.quote(training)}")


def assign_all() -> None:
	"""Daily: what became of roles past the user's document, and of trainings whose audience changed. Repeatable."""
	assigned: dict[str, set[str]] = defaultdict(set)
	for row in frappe.get_all(ASSIGNMENT, fields=["user", "training"], order_by=None):
		assigned[row.user].add(row.training)
	audiences, everyone = policy.training_roles(), procedure_roles.all_roles()
	for subject in policy.subjects():
		before, owed = assigned.pop(subject.user, set()), _owed(subject.roles, audiences, everyone)
		if subject.user != "Administrator" and before != set(owed):  # most users cost no query
			with transactions.step("Trainings could not be assigned", "User", subject.user):
				assign(subject.user, owed)
	frappe.db.delete(ASSIGNMENT, {"user": ("in", [*assigned, ""])})  # of who is not a desk user any more


def states_of(user: str) -> dict[str, rules.State]:
	"""Training → how the user stands with it, of those they owe."""
	return {training: state for _user, training, state in states([user])}


def states(users: Iterable[str] | None = None) -> list[tuple[str, str, rules.State]]:
	"""(user, training, state) of every assignment; three queries, however many there are."""
	filters = {} if users is None else {"user": ("in", list(users))}
	assigned = frappe.get_all(
		ASSIGNMENT, filters, ["user", "training", "owed_since"], order_by="user asc, training asc"
	)
	terms = {
		row.name: row
		for row in frappe.get_all(TRAINING, {"disabled": 0}, ["name", "grace_days", "refresh_days"])
	}
	until: dict[tuple[str, str], object] = {}
	for row in frappe.get_all(
		RECORD, filters, ["user", "training", "valid_until"], order_by="valid_until asc"
	):
		until[row.user, row.training] = row.valid_until
	today = clock.now().date()
	return [
		(
			row.user,
			row.training,
			rules.state(
				today,
				owed_since=row.owed_since,
				grace_days=terms[row.training].grace_days or 0,
				valid_until=until.get((row.user, row.training)),
				refresh_days=terms[row.training].refresh_days or 0,
			),
		)
		for row in assigned
		if row.training in terms
	]


def to_do(user: str) -> dict[str, rules.State]:
	"""The trainings that a user has to take, or to take again soon."""
	return {name: state for name, state in states_of(user).items() if state.name != rules.CURRENT}


def closed_levels(user: str) -> list[str]:
	"""The levels for which a user has clearance, but which a training closes to them until they complete it; the strictest last."""
	subject = policy.subject(user)
	if subject.trained or subject.bypass:
		return []
	levels = sorted(policy.current().levels.values(), key=lambda level: level.rank)
	return [
		level.name
		for level in levels
		if level.require_training
		and any(READ in each.actions and each.role in subject.roles for each in level.clearances)
	]


def remind() -> None:
	"""Daily: at 30, 7 and 1 days before, on the day, and then weekly; of what is overdue the manager role
	hears as well, in one notification for the whole team. The assignment is an announcement of its own, so steps before it are left out."""
	today = clock.now().date()
	known = {
		(row.user, row.training): (row.last_reminded_on, row.owed_since)
		for row in frappe.get_all(ASSIGNMENT, fields=["user", "training", "last_reminded_on", "owed_since"])
	}
	overdue: list[tuple[str, str, rules.State]] = []
	for user, training, state in states():
		if state.name == rules.CURRENT or state.until is None:
			continue
		last, since = known.get((user, training), (None, None))
		step = reminders.due(today, state.until, last, since=since)
		if step is None:
			continue
		said = partial(overdue_trainings.sentence, user, training, state)
		with transactions.step("A reminder could not be sent", TRAINING, training):
			alerts.tell([user], said, TRAINING, training, link=_address(training))
			frappe.db.set_value(
				ASSIGNMENT,
				{"user": user, "training": training},
				"last_reminded_on",
				today,
				update_modified=False,
			)
			if step > 0:
				overdue.append((user, training, state))
	overdue_trainings.tell_managers(TRAINING, overdue)


def locked_out(level: str) -> list[str]:
	"""The enabled users with a clearance for a level whom it would close to, if it required training now."""
	doc = frappe.get_cached_doc("Confidentiality Level", level)
	roles = {row.role for row in doc.clearances}
	users = [each.user for each in policy.subjects() if each.roles & roles and not each.bypass]
	return sorted(set(users) - policy.trained(users, required=True))


# --- taking it -----------------------------------------------------------------------------------


def open_attempt(training: str) -> dict:
	"""The session user's try in progress, or a new one.

	:returns: `{"attempt", "training", "content", "content_url", "files": [{"file_name", "file_url"}], "pass_mark",
	    "questions", "answers"}`; a question is `{"key", "question", "multiple", "options": [{"number", "text"}]}`, everything in the
	    order of this try; `answers` is key → numbers
	:raises frappe.PermissionError: the training is not assigned to the user
	"""
	user = frappe.session.user
	if not frappe.db.exists(ASSIGNMENT, {"user": user, "training": training}):
		frappe.throw(
			_(
				"The training {0} is not assigned to you, because none of your roles requires it. If you should take it, ask a Client Communications Manager."
			).format(bold(training)),
			exc=frappe.PermissionError,
			title=_("Not Assigned"),
		)
	collect(training=training, user=user)
	doc = frappe.get_cached_doc(TRAINING, training)
	filters = {"user": user, "training": training, "status": IN_PROGRESS}
	name = frappe.db.get_value(ATTEMPT, filters, order_by="creation desc")
	attempt = frappe.get_doc(ATTEMPT, name) if name else None
	if attempt is None or _paper_is_old(attempt, doc):
		attempt = frappe.get_doc(
			{
				"doctype": ATTEMPT,
				"user": user,
				"training": training,
				"status": IN_PROGRESS,
				"started_on": clock.now(),
				"paper": json.dumps(_shuffled(doc)),
				"answers": "{}",
			}
		).insert(ignore_permissions=True)
	return {
		"attempt": attempt.name,
		"training": training,
		"content": doc.description or "",
		"content_url": doc.content_url,
		"files": frappe.get_all(
			"File",
			{
				"attached_to_doctype": TRAINING,
				"attached_to_name": training,
				"attached_to_field": ("is", "not set"),
			},
			["file_name", "file_url"],
			order_by="file_name asc",
		),
		"pass_mark": doc.pass_mark,
		"questions": json.loads(attempt.paper)["questions"],
		"answers": json.loads(attempt.answers or "{}"),
	}


def _shuffled(doc) -> dict:
	order = random.SystemRandom()
	questions = []
	for row in doc.questions:
		options = [{"number": number, "text": text} for number, text in enumerate(options_of(row), 1)]
		order.shuffle(options)
		questions.append(
			{
				"key": str(row.idx),
				"question": row.question,
				"multiple": bool(row.multiple),
				"options": options,
			}
		)
	order.shuffle(questions)
	return {"version": str(doc.modified), "questions": questions}


def _paper_is_old(attempt, doc) -> bool:
	"""The questions changed since: what was ticked would be judged by other ones."""
	return json.loads(attempt.paper)["version"] != str(doc.modified)


def keep_answers(name: str, answers: dict) -> None:
	"""Keep what was ticked so far, for another sitting."""
	attempt = _mine(name)
	attempt.db_set("answers", json.dumps(_clean(answers)))


def finish(name: str, answers: dict) -> dict:
	"""Judge the session user's try; a passed one counts at once.

	:returns: `{"passed", "score", "pass_mark", "valid_until", "wrong": [{"question", "explanation"}]}`
	"""
	attempt = _mine(name)
	doc = frappe.get_cached_doc(TRAINING, attempt.training)
	if _paper_is_old(attempt, doc):
		frappe.throw(
			_("The training has been changed in the meantime. Start over with its new version."),
			title=_("Training Changed"),
		)
	answers = _clean(answers)
	result = rules.judge(
		doc.as_rules(), {key: frozenset(numbers) for key, numbers in answers.items()}, doc.pass_mark or 0
	)
	attempt.db_set(
		{
			"answers": json.dumps(answers),
			"finished_on": clock.now(),
			"score": result.score,
			"status": PASSED if result.passed else FAILED,
		}
	)
	until = (
		complete(attempt.user, attempt.training, score=result.score, attempt=name) if result.passed else None
	)
	rows = {str(row.idx): row for row in doc.questions}
	return {
		"passed": result.passed,
		"score": result.score,
		"pass_mark": doc.pass_mark,
		"valid_until": until and str(until),
		"wrong": [
			{"question": rows[key].question, "explanation": revealed(rows[key], "explanation")}
			for key in result.wrong
		],
	}


def _mine(name: str):
	attempt = transactions.locked(ATTEMPT, name)
	if attempt.user != frappe.session.user or attempt.status != IN_PROGRESS:
		frappe.throw(
			_("This test has ended or belongs to another user. Open the training again."),
			exc=frappe.PermissionError,
			title=_("Test Not Open"),
		)
	return attempt


def _clean(answers) -> dict[str, list[int]]:
	"""Key → numbers, whatever form a request brings them in."""
	if not isinstance(answers, dict):
		frappe.throw(
			_("Send the answers as an object with one entry per question."), title=_("Invalid Answers")
		)
	try:
		return {str(key)[:10]: sorted({int(n) for n in numbers})[:100] for key, numbers in answers.items()}
	except (TypeError, ValueError, OverflowError):  # of JSON's Infinity
		frappe.throw(_("Send each answer as a list of option numbers."), title=_("Invalid Answers"))


def complete(
	user: str, training: str, *, completed_on=None, score: float | None = None, attempt: str | None = None
):
	"""Record a completion; returns the last day on which it counts."""
	record = frappe.get_doc(
		{
			"doctype": RECORD,
			"user": user,
			"training": training,
			"completed_on": clock.parse_day(completed_on or clock.now()),
			"score": score,
			"attempt": attempt,
		}
	)
	record.flags.by_the_app = True
	return record.insert(ignore_permissions=True).valid_until


def collect(training: str | None = None, user: str | None = None) -> int:
	"""Daily, and when a training is opened: record completions that other apps report through the hook
	`client_comms_training_completed`. Repeatable; returns how many were new.

	Each function gets `training`, `user` (None: all) and `since`, the first day that matters, and returns
	`[{"user", "training", "completed_on", "score" (optional)}, …]`, where users and trainings that the site does not have are left out. An error
	in one does not stop the others, nor does a completion that cannot be recorded, such as of a day to come.
	"""
	months = frappe.get_all(TRAINING, {"disabled": 0}, pluck="valid_months")
	since, new = add_months(clock.now().date(), -max([_REPORTED_MONTHS, *months])), 0
	for path in frappe.get_hooks(COMPLETED_HOOK):
		title = f"Completed trainings could not be collected from {path}"
		with transactions.part(title):
			for each in frappe.call(path, training=training, user=user, since=since) or ():
				with transactions.part(title):
					if _is_new(each):
						day, score = each["completed_on"], each.get("score")
						complete(each["user"], each["training"], completed_on=day, score=score)
						new += 1
	return new


def _is_new(reported: dict) -> bool:
	"""Whether the site has the user and the training of a reported completion, and none of that day or later."""
	user, training, day = reported["user"], reported["training"], getdate(reported["completed_on"])
	if frappe.db.exists(RECORD, {"user": user, "training": training, "completed_on": (">=", day)}):
		return False
	return bool(frappe.db.exists("User", user) and frappe.db.exists(TRAINING, training))
