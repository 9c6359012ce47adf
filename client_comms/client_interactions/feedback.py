"""Feedback: the details that it needs, and its reviews with stored figures, sign-off and actions (F-1, F-3)."""

from datetime import date

import frappe
from frappe import _
from frappe.utils import get_last_day

from client_comms import alerts, clock, controls, transactions
from client_comms.client_interactions import complaints, feedback_actions
from client_comms.client_interactions.doctype.feedback_review.feedback_review import DRAFT, SIGNED_OFF
from client_comms.client_interactions.feedback_figures import figures, has_interactions, series, types
from client_comms.exceptions import FourEyesError, MissingDetailsError
from client_comms.i18n import translate
from client_comms.roles import roles_with, some_with_role, users_with_role, who_else
from client_comms.rules import feedback as rules
from client_comms.rules import periods, trends

REVIEW, CATEGORY = "Feedback Review", "Feedback Category"


# --- the review ----------------------------------------------------------------------------------


def make(begin: date, end: date, *, early: bool = False):
	"""Create the review of a period with its figures and signals; open actions of the reviews before are carried
	over."""
	found = figures(begin, end)
	signals = [{"series": each["name"], **signal} for each in found["series"] for signal in each["signals"]]
	doc = frappe.get_doc(
		{
			"doctype": REVIEW,
			"from_date": begin,
			"to_date": end,
			"status": DRAFT,
			"opened_early": int(early),
			"figures": frappe.as_json(found),
			"signals": signals,
			"actions": feedback_actions.open_before(end),
		}
	)
	doc.flags.by_the_app = True
	doc.insert(ignore_permissions=True)
	alerts.tell(alerts.managers(), lambda: _subject(doc), REVIEW, doc.name)
	return doc


def _subject(doc) -> str:
	if not (doc.opened_early and doc.signals):
		return _in_days(doc, _("Feedback to review: {0} to {1}"))
	# The latest signal opened it.
	signal = max(doc.signals, key=lambda row: row.month)
	return _("Feedback to review early: {0} ({1}): {2}").format(signal.series, signal.method, signal.message)


def _in_days(doc, sentence: str) -> str:
	return sentence.format(doc.get_formatted("from_date"), doc.get_formatted("to_date"))


def make_due() -> None:
	"""Daily: create the review of the latest whole period of the settings and of those before that were missed, even after an early one and even
	if no feedback came, and an early one if a test gives a signal in the current month, unless the month ends today. Repeatable; one that
	cannot be made is tried again each day, and does not hold back the others.

	There is nothing to review of a period in which the site had no interactions at all.
	"""
	if not types():
		return
	today = clock.now().date()
	period = frappe.get_cached_doc("Client Comms Settings").feedback_review_period
	made = frappe.get_all(REVIEW, {"opened_early": 0}, ["from_date", "to_date"], as_list=True)
	for begin, end in periods.missed(period, made, today):
		# The settings had another period when its end was reviewed.
		is_reviewed = any(first <= end <= last for first, last in made)
		if not is_reviewed and has_interactions(begin, end):
			_make(begin, end)
	month, last = today.replace(day=1), get_last_day(today)
	# On its last day an early one would have the dates of the whole month's, which then could not be made.
	if today < last and not frappe.db.exists(REVIEW, {"from_date": month}):
		_make(month, today, early=True)


def _make(begin: date, end: date, early: bool = False) -> None:
	with transactions.step(f"The feedback of {begin} to {end} could not be reviewed"):
		if not early or _fires_in(end):
			make(begin, end, early=early)


def _fires_in(today: date) -> bool:
	"""Whether more feedback came this month than chance explains. Rules that need the whole month are not applied yet."""
	this_month = str(today)[:7]
	return any(
		signal["rule"] in (trends.ABOVE_LIMIT, trends.SHORT_GAP) and signal["month"] == this_month
		for each in series(today)
		for signal in each["signals"]
	)


def sign_off(name: str):
	"""Sign off a review; its actions become ToDos of their owners.

	:raises FourEyesError: the session user prepared it
	:raises frappe.ValidationError: there are signals, and no findings
	"""
	doc = transactions.locked(REVIEW, name)
	doc.check_permission("write")
	user = frappe.session.user
	if doc.status == SIGNED_OFF:
		frappe.throw(
			_(
				"This review is signed off, so you can only mark its actions as done. Enter anything else in the next review."
			),
			title=_("Signed Off"),
		)
	prepared_by = doc.prepared_by
	if prepared_by is None:
		frappe.throw(
			_("Enter the findings and save the review first. Someone else can then sign it off."),
			title=_("Not Prepared Yet"),
		)
	if user == prepared_by:
		frappe.throw(
			_("You prepared this review, so someone else must sign it off.") + f" {_who_else(user)}",
			exc=FourEyesError,
			title=_("Second Approver Required"),
		)
	doc.status, doc.signed_off_by, doc.signed_off_on = SIGNED_OFF, user, clock.now()
	feedback_actions.assign(doc)
	doc.save_by_app()
	alerts.tell(
		alerts.enabled([doc.prepared_by]),
		lambda: _in_days(doc, _("Your feedback review is signed off: {0} to {1}")),
		REVIEW,
		doc.name,
	)
	return doc


def note_who_prepares(doc, method=None) -> None:
	"""`before_save` of Feedback Review: the user who enters findings, decisions or actions is its preparer."""
	before = doc.get_doc_before_save()
	if before and not doc.flags.by_the_app and doc.status == DRAFT:
		doc.prepared_by = frappe.session.user


def follow(doc, method=None) -> None:
	"""`on_update` of Feedback Review: those who can sign off what someone has prepared hear it."""
	before = doc.get_doc_before_save()
	if not before or doc.flags.by_the_app or before.prepared_by == doc.prepared_by:
		return
	others = users_with_role(*roles_with(REVIEW, "write")) - {doc.prepared_by, "Administrator"}
	alerts.tell(others, lambda: _in_days(doc, _("Feedback review to sign off: {0} to {1}")), REVIEW, doc.name)


def show_who_signs_off(doc, method=None) -> None:
	"""`onload` of Feedback Review: who prepared it reads who can sign it off."""
	if doc.status == DRAFT and doc.prepared_by == frappe.session.user:
		doc.set_onload("who_else", _who_else(doc.prepared_by))


def _who_else(user: str) -> str:
	return who_else(*roles_with(REVIEW, "write"), besides=[user])


# --- closing -------------------------------------------------------------------------------------


def show(doc, method=None) -> None:
	"""`onload` of Client Interaction: the details for which its form asks when it is closed."""
	if frappe.get_cached_doc("Client Comms Settings").get("feedback_mode") != controls.OFF:
		doc.set_onload("feedback_missing", [*missing_details(doc)])
	if complaints.is_feedback(doc.communication_type) and not there_are_categories():
		doc.set_onload("category_creators", some_with_role(*roles_with(CATEGORY, "create")))


def missing_details(doc) -> dict:
	"""Field → message, of the details that a Client Interaction of a feedback type still needs before it can be closed."""
	if not complaints.is_feedback(doc.communication_type):
		return {}
	missing = rules.missing_details(doc.as_dict())
	if "feedback_category" in missing and not there_are_categories():
		del missing["feedback_category"]  # whose work this is often cannot make one
	return missing


def there_are_categories() -> bool:
	"""None is shipped: what feedback is about, each organisation says itself."""
	return bool(frappe.db.exists(CATEGORY, {"disabled": 0}))


def require_details(doc) -> None:
	"""Feedback needs its details before it can be closed, depending on the mode (F-1, F-3).

	:raises MissingDetailsError: they are missing, and the mode is Enforce
	"""
	if missing := missing_details(doc):
		controls.enforce(
			"feedback_mode",
			"<br>".join(translate(each) for each in missing.values()),
			title=_("Feedback Details Missing"),
			exc=MissingDetailsError,
		)
