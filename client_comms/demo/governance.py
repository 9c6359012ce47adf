"""How Nordlicht Solar lives by its procedure: its policies are approved and read, staff are trained, records and feedback are reviewed."""

from datetime import date

import frappe
from frappe.utils import add_days, add_months, add_years, get_first_day, get_last_day

from client_comms import clock, policy_frames, procedure
from client_comms.acting import acting_as
from client_comms.client_interactions import feedback
from client_comms.demo import scenario
from client_comms.ledger import chaining
from client_comms.people import policies, review_draws, reviews, trainings

_EDITOR, _PREPARES, _APPROVER = scenario.INES[1], scenario.MAREN[1], scenario.SABINE[1]
_PROGRAMME = procedure.REVIEW_PROGRAMME["programme_name"]
# What Nordlicht Solar writes into the gaps of the shipped policies, in their order.
_GAPS = {
	"Procedure": (
		"Nordlicht Solar",
		"sales, support and accounting",
		scenario.SABINE[0],
		"Monday to Friday from 9 to 17, without the holidays of Schleswig-Holstein",
	),
	"Client Confidentiality": (
		"an appointment, a contract, a complaint",
		"the archive in Kiel",
		scenario.SABINE[0],
		"the compliance officer",
	),
	"Email and Communication": ("sales and support", "Urgent messages are passed on at once"),
	"Data Retention and Privacy": (
		"offers, installation and service",
		"contract, legal duties and consent",
		"three years, complaints for five",
		scenario.SABINE[0],
		"records are open by clearance, files are private",
		"the tax adviser and the insurer, each by contract",
	),
}


def put_into_force(first: date) -> None:
	"""Before the first mail: approve the policies that are as shipped, and have staff read them and take their trainings. Felix, who is new,
	has both before him."""
	for name in frappe.get_all(
		"SOP Policy", {"docstatus": 0, "owner": "Administrator"}, pluck="name", order_by="name asc"
	):
		_approve(name, first)
	for (_person, user), *_roles in scenario.STAFF:
		if user == scenario.FELIX[1]:
			continue
		with acting_as(user):
			for row in policies.to_read(user):
				policies.attest(row.name)
			for training in trainings.to_do(user):
				_pass(training)
	if frappe.db.get_value("Review Programme", _PROGRAMME, "enabled") == 0:
		with acting_as(_EDITOR):
			frappe.get_doc("Review Programme", _PROGRAMME).update({"enabled": 1}).save()


def _approve(name: str, first: date) -> None:
	doc = frappe.get_doc("SOP Policy", name)
	answers = iter(_GAPS.get(doc.policy_kind, ()))
	body = policy_frames.GAP.sub(lambda gap: next(answers, gap[0]), doc.body or "")
	if policy_frames.GAP.search(body):
		return  # the site has written its own
	values = {"body": body, "effective_from": first, "next_review_on": add_years(first, 1)}
	with acting_as(_EDITOR):
		doc.update({**values, "author": _EDITOR, "policy_owner": _EDITOR}).save()
	with acting_as(_APPROVER):
		frappe.get_doc("SOP Policy", name).submit()


def _pass(training: str) -> None:
	attempt = trainings.open_attempt(training)
	questions = frappe.get_doc("SOP Training", training).as_rules()
	trainings.finish(attempt["attempt"], {each.key: sorted(each.right) for each in questions})


def review_records() -> None:
	"""On the last day: the sample of the last period is drawn, and all but its latest reviews are completed; then the ledger is sealed, as the
	scheduler would have done in the meantime."""
	review_draws.draw_all()
	drawn = frappe.get_all(
		reviews.REVIEW,
		{"programme": _PROGRAMME, "status": reviews.OPEN},
		["name", "reviewer"],
		order_by="name asc",
	)
	for row in drawn[:-1]:
		with acting_as(row.reviewer):
			_complete(row.name)
	chaining.chain()


def review_feedback() -> None:
	"""On the last day: what clients complained about in the month before the last was reviewed, and an action is open. The review of the last
	month, which still has to be prepared, carries it on."""
	today = clock.now().date()
	month = add_months(today, -2)
	dates = {"from_date": get_first_day(month), "to_date": get_last_day(month)}
	if frappe.db.exists(feedback.REVIEW, dates):
		return
	name = feedback.make(*dates.values()).name
	with acting_as(_PREPARES):
		doc = frappe.get_doc(feedback.REVIEW, name)
		doc.findings = "Two clients heard late when the scaffold would go."
		doc.decisions = "The day is confirmed in writing with the order."
		action = {"description": "Write the confirmation", "assigned_to": scenario.JANA[1]}
		doc.append("actions", {**action, "due_on": add_days(today, 14)})
		doc.save()
	with acting_as(_APPROVER):
		feedback.sign_off(name)
	feedback.make_due()


def _complete(name: str) -> None:
	doc = frappe.get_doc(reviews.REVIEW, name)
	for row in doc.scores:
		if not row.not_applicable and row.score in (None, ""):
			row.score = row.highest - (doc.idx + row.idx) % 2
	doc.summary = "Complete and in time; the next step could be clearer."
	doc.save()
	reviews.complete(name)
