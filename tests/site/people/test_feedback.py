"""Feedback reviewed for trends: a shift and a spike are found, a flat series gives no signal; sign-off and
actions (F-1, F-3)."""

import random
from datetime import date

import frappe
import pytest

from client_comms import api, procedure
from client_comms.client_interactions import closing_checklist, feedback, feedback_figures
from client_comms.exceptions import FourEyesError, MissingDetailsError
from client_comms.i18n import speaking
from client_comms.patches.v1_0 import finish_actions_of_closed_todos
from client_comms.people import duties
from client_comms.rules import trends

pytestmark = pytest.mark.clause("F-1", "F-3")

END = date(2026, 10, 31)


@pytest.fixture
def load(site):
	"""Months of interactions by bulk: `load({"Delivery": [counts…]}, volume)`, the last month being October 2026."""

	def make(by_category, volume=100):
		frappe.db.delete("Client Interaction")
		for category in by_category:
			if not frappe.db.exists("Feedback Category", category):
				frappe.get_doc({"doctype": "Feedback Category", "category_name": category}).insert()
		fields = (
			"name",
			"creation",
			"modified",
			"communication_type",
			"occurred_on",
			"feedback_category",
			"feedback_kind",
			"status",
			"confidentiality_level",
			"channel",
		)
		rows, number = [], 0
		months = feedback_figures.months_until(END)

		def add(month, communication_type, category=None):
			nonlocal number
			number += 1
			moment = f"{month}-{1 + number % 27:02} 10:00:00"
			rows.append(
				(
					f"FB-{number}",
					moment,
					moment,
					communication_type,
					moment,
					category,
					category and "Complaint",
					"Open",
					"Sensitive",
					"Phone",
				)
			)

		for position, month in enumerate(months):
			feedback_count = 0
			for category, counts in by_category.items():
				for _one in range(counts[position]):
					add(month, procedure.FEEDBACK, category)
					feedback_count += 1
			for _one in range(volume - feedback_count):
				add(month, procedure.INITIAL_INQUIRY)
		frappe.db.bulk_insert("Client Interaction", fields, rows, chunk_size=2000)

	return make


def signals_of(name):
	(found,) = [each for each in feedback_figures.series(END) if each["name"] == name]
	return found["signals"]


def test_eighteen_months_with_one_shift_and_one_spike(load):
	shift = [4, 5, 3, 4, 5, 4, 3, 5, 4, 9, 10, 9, 8, 10, 9, 10, 9, 8]
	spike = [3, 4, 3, 2, 4, 3, 3, 4, 2, 3, 4, 3, 3, 2, 4, 3, 3, 15]
	flat = [5, 6, 4, 5, 7, 5, 4, 6, 5, 5, 6, 4, 5, 6, 5, 4, 6, 5]
	load({"Delivery": shift, "Invoices": spike, "Staff": flat})
	rules = {(signal["rule"], signal["method"]) for signal in signals_of("Category: Delivery")}
	assert (trends.LONG_RUN, "run rules") in rules
	found = signals_of("Category: Invoices")
	assert [(s["rule"], s["month"]) for s in found if s["method"] == "u-chart"] == [
		(trends.ABOVE_LIMIT, "2026-10")
	]
	assert signals_of("Category: Staff") == []


def test_rare_kinds_are_watched_by_the_gaps_between_them(load):
	load({"Theft": [0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1]})
	(found,) = [each for each in feedback_figures.series(END) if each["name"] == "Category: Theft"]
	assert found["method"] == "g-chart" and len(found["values"]) == 5


def test_too_few_are_told_plainly(load):
	load({"Delivery": [0] * 17 + [3]})
	(found,) = [each for each in feedback_figures.series(END) if each["name"] == "Category: Delivery"]
	assert "Too few values" in found["few"]


def test_flat_series_raise_no_more_alarms_than_the_methods_say(load):
	"""As the review computes them; the rules are simulated separately in tests/unit/test_trends."""
	draws = random.Random(7)
	series = {f"Category {number}": [draws.randint(4, 8) for _month in range(18)] for number in range(12)}
	load(series)
	fired = sum(
		bool(each["signals"])
		for each in feedback_figures.series(END)
		if each["name"].startswith("Category: ")
	)
	assert fired <= 3


def test_the_print_says_all_in_the_language_of_its_reader(load):
	load({"Delivery": [5] * 18})
	name = frappe.get_all("Client Interaction", {"communication_type": procedure.FEEDBACK}, pluck="name")[0]
	frappe.db.set_value("Client Interaction", name, {"upheld": "Yes", "occurred_on": "2026-09-02 12:00"})
	review = feedback.make(date(2026, 9, 1), date(2026, 9, 30))
	assert frappe.parse_json(review.figures)["upheld_share"] == 100
	with speaking("de"):
		text = frappe.get_print("Feedback Review", review.name, "Feedback Review")
	for said in (
		"3 Arbeitstage: 0",
		"Alle Rückmeldungen",
		"(u-Karte)",
		"% berechtigt oder teilweise berechtigt",
	):
		assert said in text
	for english in ("Business Days", "All Feedback", "u-chart"):
		assert english not in text


@pytest.fixture
def supervisors(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT_MANAGER), make_user(procedure.CUSTOMER_SUPPORT_MANAGER)


def test_a_review_is_made_signed_off_by_another_and_its_actions_carry_over(load, supervisors, as_user):
	load({"Delivery": [5] * 18})
	first = feedback.make(date(2026, 9, 1), date(2026, 9, 30))
	one, other = supervisors
	with as_user(one):
		doc = frappe.get_doc("Feedback Review", first.name)
		doc.findings = "<p>Deliveries are late on Mondays.</p>"
		doc.append("actions", {"description": "A second van", "assigned_to": other, "due_on": "2036-12-01"})
		doc.save()
		assert doc.prepared_by == one
		with pytest.raises(FourEyesError, match="These users can"):
			api.sign_off_feedback_review(first.name)
	with as_user(other):
		assert api.sign_off_feedback_review(first.name) == "Signed Off"
	doc.reload()
	assert doc.signed_off_by == other
	todo = frappe.get_doc("ToDo", doc.actions[0].todo)
	assert (todo.allocated_to, str(todo.date)) == (other, "2036-12-01")
	second = feedback.make(date(2026, 10, 1), END)
	assert [(row.description, row.carried_over_from) for row in second.actions] == [
		("A second van", first.name)
	]
	doc.actions[0].status = "Done"
	doc.save()
	doc.findings = "<p>Other</p>"
	with pytest.raises(frappe.ValidationError, match="signed off"):
		doc.save()


def test_who_can_sign_a_review_off_hears_it_and_who_prepared_it_how_it_ended(load, supervisors, as_user):
	load({"Delivery": [5] * 18})
	name = feedback.make(date(2026, 9, 1), date(2026, 9, 30)).name
	one, other = supervisors

	def heard(user):
		subjects = frappe.get_all(
			"Notification Log",
			{"for_user": user, "document_name": name},
			pluck="subject",
			order_by="creation asc",
		)
		return [each.partition(":")[0] for each in subjects if "to review" not in each]

	with as_user(one):
		doc = frappe.get_doc("Feedback Review", name)
		doc.findings = "<p>Deliveries are late on Mondays.</p>"
		doc.save()
		doc.decisions = "<p>A second van.</p>"
		doc.save()
		doc.run_method("onload")
		assert frappe.utils.get_fullname(other) in (doc.get("__onload") or {}).get("who_else", "")
	assert (heard(one), heard(other)) == ([], ["Feedback review to sign off"])
	with as_user(other):
		doc = frappe.get_doc("Feedback Review", name)
		doc.run_method("onload")
		assert not doc.get("__onload")
		api.sign_off_feedback_review(name)
	assert (heard(one), heard(other)) == (
		["Your feedback review is signed off"],
		["Feedback review to sign off"],
	)


@pytest.fixture
def signed_off(load, supervisors, make_user, as_user):
	"""A signed-off review with one action, and its owner, who cannot read reviews."""
	load({"Delivery": [5] * 18})
	owner = make_user(procedure.CUSTOMER_SUPPORT)
	review = frappe.get_doc("Feedback Review", feedback.make(date(2026, 9, 1), date(2026, 9, 30)).name)
	with as_user(supervisors[0]):
		review.append("actions", {"description": "Covers", "assigned_to": owner, "due_on": "2036-12-01"})
		review.save()
	with as_user(supervisors[1]):
		api.sign_off_feedback_review(review.name)
	return review.reload()


def states_of(*reviews):
	return [row.status for review in reviews for row in review.reload().actions]


def test_an_action_is_done_when_its_owner_closes_the_todo(signed_off, as_user):
	owner = signed_off.actions[0].assigned_to
	later = frappe.get_doc("Feedback Review", feedback.make(date(2026, 10, 1), END).name)
	with as_user(owner):
		(duty,) = [each for each in duties.of_user(owner) if each["what"] == "Action From a Feedback Review"]
		assert duty["route"] == ["Form", "ToDo", signed_off.actions[0].todo]
		todo = frappe.get_doc("ToDo", duty["route"][2])
		todo.status = "Closed"
		todo.save()
	assert states_of(signed_off, later) == ["Done", "Done"]
	todo.status = "Open"
	todo.save()
	assert states_of(signed_off, later) == ["Open", "Open"]


def test_an_action_whose_todo_was_closed_before_an_upgrade_is_done(signed_off):
	later = frappe.get_doc("Feedback Review", feedback.make(date(2026, 10, 1), END).name)
	finish_actions_of_closed_todos.execute()
	assert states_of(signed_off, later) == ["Open", "Open"]
	frappe.db.set_value("ToDo", signed_off.actions[0].todo, "status", "Closed")
	finish_actions_of_closed_todos.execute()
	assert states_of(signed_off, later) == ["Done", "Done"]


def test_the_todo_of_an_action_that_a_supervisor_marks_as_done_is_closed(signed_off, supervisors, as_user):
	later = frappe.get_doc("Feedback Review", feedback.make(date(2026, 10, 1), END).name)
	with as_user(supervisors[0]):
		signed_off.actions[0].status = "Done"
		signed_off.save()
	assert frappe.db.get_value("ToDo", signed_off.actions[0].todo, "status") == "Closed"
	assert states_of(later) == ["Done"]


def test_an_action_that_is_carried_over_to_someone_else_takes_its_todo_along(
	signed_off, supervisors, make_user, as_user
):
	colleague = make_user(procedure.CUSTOMER_SUPPORT)
	later = frappe.get_doc("Feedback Review", feedback.make(date(2026, 10, 1), END).name)
	with as_user(supervisors[0]):
		later.actions[0].update({"assigned_to": colleague, "due_on": "2037-01-15"})
		later.save()
	with as_user(supervisors[1]):
		api.sign_off_feedback_review(later.name)
	todo = frappe.get_doc("ToDo", signed_off.actions[0].todo)
	assert (todo.allocated_to, str(todo.date)) == (colleague, "2037-01-15")


def test_an_action_whose_todo_was_cancelled_gets_another(signed_off, supervisors, as_user):
	frappe.get_doc("ToDo", signed_off.actions[0].todo).update({"status": "Cancelled"}).save()
	assert states_of(signed_off) == ["Open"]
	later = frappe.get_doc("Feedback Review", feedback.make(date(2026, 10, 1), END).name)
	with as_user(supervisors[0]):
		later.findings = "<p>Still late.</p>"
		later.save()
	with as_user(supervisors[1]):
		api.sign_off_feedback_review(later.name)
	again = later.reload().actions[0].todo
	assert again != signed_off.actions[0].todo
	assert frappe.db.get_value("ToDo", again, "status") == "Open"


def add_action(review, description, owner, **values):
	review = frappe.get_doc("Feedback Review", review.name)
	review.append(
		"actions", {"description": description, "assigned_to": owner, "due_on": "2036-12-01", **values}
	)
	review.save()


def test_the_actions_of_all_reviews_before_carry_over_once(load, supervisors, as_user):
	"""Of two that end on the same day, and of one that gets its actions after the next was made."""
	load({"Delivery": [5] * 18})
	one, other = supervisors
	month = feedback.make(date(2026, 9, 1), date(2026, 9, 30))
	quarter = feedback.make(date(2026, 7, 1), date(2026, 9, 30))
	with as_user(one):
		add_action(month, "A van", other)
		add_action(quarter, "A form", other)
	following = feedback.make(date(2026, 10, 1), END)
	assert sorted(row.description for row in following.actions) == ["A form", "A van"]
	with as_user(one):
		add_action(month, "A list", other)
	last = feedback.make(date(2026, 11, 1), date(2026, 11, 30))
	assert sorted((row.description, row.carried_over_from) for row in last.actions) == sorted(
		[("A form", quarter.name), ("A van", month.name), ("A list", month.name)]
	)


def test_an_action_that_is_done_in_the_latest_review_that_has_it_is_not_carried_over(
	load, supervisors, as_user
):
	load({"Delivery": [5] * 18})
	one, other = supervisors
	first = feedback.make(date(2026, 9, 1), date(2026, 9, 30))
	with as_user(one):
		add_action(first, "A van", other)
		add_action(first, "A van", one)
	second = frappe.get_doc("Feedback Review", feedback.make(date(2026, 10, 1), END).name)
	with as_user(one):
		second.actions[0].status = "Done"
		second.save()
	last = feedback.make(date(2026, 11, 1), date(2026, 11, 30))
	assert [row.assigned_to for row in last.actions] == [one]


def test_an_action_of_a_draft_that_was_carried_over_gets_one_todo(load, supervisors, as_user):
	load({"Delivery": [5] * 18})
	one, other = supervisors
	first = feedback.make(date(2026, 9, 1), date(2026, 9, 30))
	with as_user(one):
		add_action(first, "A van", one)
		add_action(first, "A van", other)
	second = frappe.get_doc("Feedback Review", feedback.make(date(2026, 10, 1), END).name)
	with as_user(one):
		second.findings = "<p>Late.</p>"
		second.save()
	with as_user(other):
		api.sign_off_feedback_review(second.name)
		api.sign_off_feedback_review(first.name)
	todos = [[row.todo for row in review.reload().actions] for review in (first, second)]
	assert todos[0] == todos[1]
	assert len({*todos[0]}) == 2


def test_an_action_is_not_made_due_in_the_past(load, supervisors, as_user, clock_at):
	load({"Delivery": [5] * 18})
	action = {"description": "Covers", "assigned_to": supervisors[0]}
	with clock_at("2026-11-23 10:00"):
		name = feedback.make(date(2026, 9, 1), date(2026, 9, 30)).name

	def save(*days, **values):
		review = frappe.get_doc("Feedback Review", name)
		review.actions = []
		for due_on, status in days:
			review.append("actions", {**action, "due_on": due_on, "status": status})
		review.update(values).save()

	with clock_at("2026-11-23 10:01"), as_user(supervisors[0]):
		with pytest.raises(frappe.ValidationError, match=r"Row 1: .*in the past. Enter today or a later day"):
			save(("2026-11-22", "Open"))
		save(("2026-11-23", "Open"), ("2026-11-22", "Done"))
	with clock_at("2026-11-30 10:00"), as_user(supervisors[0]):
		review = frappe.get_doc("Feedback Review", name)
		review.findings = "Late."
		review.save()  # what is late by now is not entered again
		review.actions[0].due_on = "2026-11-24"
		with pytest.raises(frappe.ValidationError, match="in the past"):
			review.save()


def test_no_todo_of_others_is_written_through_an_action(signed_off, supervisors, make_user, as_user):
	theirs = frappe.get_doc(
		{"doctype": "ToDo", "description": "Theirs", "allocated_to": make_user(procedure.CUSTOMER_SUPPORT)}
	).insert()
	own = signed_off.actions[0].todo
	with as_user(supervisors[0]):
		signed_off.actions[0].update({"todo": theirs.name, "status": "Done"})
		signed_off.save()
	assert frappe.db.get_value("ToDo", theirs.name, "status") == "Open"
	assert signed_off.reload().actions[0].todo == own


def test_no_one_signs_off_what_no_one_prepared(load, supervisors, as_user):
	load({"Delivery": [5] * 18})
	review = feedback.make(date(2026, 10, 1), END)
	with as_user(supervisors[0]), pytest.raises(frappe.ValidationError, match="findings"):
		api.sign_off_feedback_review(review.name)


def test_figures_are_frozen_and_hold_no_clients_words(load):
	load({"Delivery": [5] * 18})
	texts = ("subject", "summary", "root_cause", "remedy", "rating_comment", "party_name")
	frappe.db.set_value(
		"Client Interaction", {"feedback_category": "Delivery"}, dict.fromkeys(texts, "Her divorce")
	)
	review = feedback.make(date(2026, 10, 1), END)
	found = review.contents()
	assert found["total"] == 5 and found["by"]["category"] == {"Delivery": 5}
	assert "divorce" not in frappe.as_json(review.as_dict())
	review = frappe.get_doc(review.doctype, review.name)
	review.figures = "{}"
	with pytest.raises(frappe.ValidationError, match="cannot be changed after"):
		review.save()


def test_the_month_before_is_reviewed_once_and_a_spike_opens_one_early(load, supervisors, clock_at):
	load({"Delivery": [5] * 17 + [30]})
	with clock_at("2026-10-20 03:00"):
		feedback.make_due()
		feedback.make_due()
	reviews = frappe.get_all("Feedback Review", ["from_date", "opened_early"], order_by="from_date asc")
	assert [(str(row.from_date), row.opened_early) for row in reviews] == [
		("2026-09-01", 0),
		("2026-10-01", 1),
	]
	early = frappe.get_last_doc("Feedback Review", {"opened_early": 1})
	told = frappe.get_all(
		"Notification Log", {"document_name": early.name, "for_user": supervisors[0]}, pluck="subject"
	)
	assert len(told) == 1 and "is above the upper limit" in told[0] and "(u-chart)" in told[0]


def test_a_spike_on_the_last_day_waits_for_the_review_of_the_whole_month(load, clock_at):
	load({"Delivery": [5] * 17 + [30]})
	for day in ("2026-10-31", "2026-11-01"):
		with clock_at(f"{day} 03:00"):
			feedback.make_due()
	reviews = frappe.get_all("Feedback Review", {"from_date": "2026-10-01"}, ["to_date", "opened_early"])
	assert [(str(row.to_date), row.opened_early) for row in reviews] == [("2026-10-31", 0)]


@pytest.mark.parametrize(
	("period", "expected"),
	[("Monthly", "2026-10-01"), ("Quarterly", "2026-07-01"), ("Half-Yearly", "2026-01-01")],
)
def test_the_period_of_reviews_is_a_setting(load, set_settings, clock_at, period, expected):
	load({"Delivery": [5] * 18})
	set_settings(feedback_review_period=period)
	end = {"Monthly": "2026-10-31", "Quarterly": "2026-09-30", "Half-Yearly": "2026-06-30"}[period]
	for day in ("2026-11-01", "2026-11-20"):
		with clock_at(f"{day} 03:00"):
			feedback.make_due()
	(review,) = frappe.get_all("Feedback Review", ["name", "from_date", "to_date"])
	assert (str(review.from_date), str(review.to_date)) == (expected, end)
	months = {"Monthly": 1, "Quarterly": 3, "Half-Yearly": 6}[period]
	assert frappe.get_doc("Feedback Review", review.name).contents()["total"] == 5 * months


def test_a_longer_period_begins_after_what_was_reviewed(load, set_settings, clock_at):
	load({"Delivery": [5] * 18})
	with clock_at("2026-10-01 03:00"):
		feedback.make_due()
	set_settings(feedback_review_period="Quarterly")
	with clock_at("2026-10-02 03:00"):
		feedback.make_due()
	assert frappe.db.count("Feedback Review") == 1


def test_a_review_that_cannot_be_made_does_not_hold_back_later_ones(
	load, supervisors, clock_at, as_user, monkeypatch
):
	load({"Delivery": [5] * 18})
	figures = feedback.figures

	def of_all_but_september(begin, end):
		if begin == date(2026, 9, 1):
			raise frappe.ValidationError("September has no days")
		return figures(begin, end)

	with clock_at("2026-09-01 03:00"):
		feedback.make_due()
	august = frappe.get_last_doc("Feedback Review")
	with as_user(supervisors[0]):
		august.append(
			"actions", {"description": "A van", "assigned_to": supervisors[1], "due_on": "2036-12-01"}
		)
		august.save()
	with monkeypatch.context() as failing, clock_at("2026-11-01 03:00"):
		failing.setattr(feedback, "figures", of_all_but_september)
		feedback.make_due()
	assert frappe.db.exists("Error Log", {"method": ("like", "%2026-09-01 to 2026-09-30%")})
	with clock_at("2026-11-02 03:00"):
		feedback.make_due()
		feedback.make_due()
	made = frappe.get_all("Feedback Review", ["name", "from_date"], order_by="creation asc")
	assert [str(row.from_date) for row in made] == ["2026-08-01", "2026-10-01", "2026-09-01"]
	with_it = frappe.get_all("Feedback Review Action", {"description": "A van"}, pluck="parent")
	assert sorted(with_it) == sorted([made[0].name, made[1].name]), "once in those that are to come"


def test_a_period_without_feedback_has_a_review_that_says_so(load, supervisors, clock_at, as_user):
	load({"Delivery": [5] * 17 + [0]})
	with clock_at("2026-11-01 03:00"):
		feedback.make_due()
	review = frappe.get_doc("Feedback Review", {"to_date": END})
	assert review.contents()["total"] == 0
	with as_user(supervisors[0]):
		html = frappe.get_print("Feedback Review", review.name, "Feedback Review", no_letterhead=1)
	assert "No feedback was recorded in this period." in html
	frappe.db.delete("Client Interaction")
	with clock_at("2036-12-01 03:00"):
		feedback.make_due()
	assert not frappe.db.exists("Feedback Review", {"from_date": "2026-11-01"}), "the site was not in use"


def test_what_came_after_an_early_review_is_reviewed_too(load, supervisors, clock_at, as_user):
	"""The month that it opened is reviewed as a whole when it is over, with the actions still open."""
	load({"Delivery": [5] * 17 + [30]})
	with clock_at("2026-10-20 03:00"):
		feedback.make_due()
	early = frappe.get_last_doc("Feedback Review", {"opened_early": 1})
	with as_user(supervisors[0]):
		early.append(
			"actions", {"description": "A van", "assigned_to": supervisors[1], "due_on": "2036-12-01"}
		)
		early.save()
	with clock_at("2026-11-01 03:00"):
		feedback.make_due()
		feedback.make_due()
	whole = frappe.get_doc("Feedback Review", {"to_date": END})
	assert (str(whole.from_date), whole.opened_early, whole.contents()["total"]) == ("2026-10-01", 0, 30)
	assert [(row.description, row.carried_over_from) for row in whole.actions] == [("A van", early.name)]
	assert frappe.db.count("Feedback Review") == 3
	with clock_at("2036-12-01 03:00"):
		following = feedback.make(date(2026, 11, 1), date(2026, 11, 30))
	assert [row.description for row in following.actions] == ["A van"]


def test_eighteen_months_become_a_review_that_names_the_rules(load, supervisors, clock_at, as_user):
	"""From the load to the form and the print: the shift and the spike with their rules, and nothing of the flat series."""
	load(
		{
			"Delivery": [4, 5, 3, 4, 5, 4, 3, 5, 4, 9, 10, 9, 8, 10, 9, 10, 9, 8],
			"Invoices": [3, 4, 3, 2, 4, 3, 3, 4, 2, 3, 4, 3, 3, 2, 4, 3, 3, 15],
			"Staff": [5, 6, 4, 5, 7, 5, 4, 6, 5, 5, 6, 4, 5, 6, 5, 4, 6, 5],
		}
	)
	with clock_at("2026-11-01 03:00"):
		feedback.make_due()
	review = frappe.get_doc("Feedback Review", {"from_date": "2026-10-01"})
	found = {(row.series, row.rule) for row in review.signals}
	assert ("Category: Delivery", trends.LONG_RUN) in found
	assert ("Category: Invoices", trends.ABOVE_LIMIT) in found
	assert not [row for row in review.signals if row.series == "Category: Staff"]
	with as_user(supervisors[0]):
		html = frappe.get_print("Feedback Review", review.name, "Feedback Review", no_letterhead=1)
	for named in (
		"u-chart",
		"run rules",
		"Benneyan (2001)",
		"Anhøj and Olesen (2014)",
		"is above the upper limit",
	):
		assert named in html, named


def test_the_print_has_a_chart_for_each_series(load, supervisors, as_user):
	load({"Delivery": [5] * 18})
	review = feedback.make(date(2026, 10, 1), END)
	with as_user(supervisors[0]):
		html = frappe.get_print("Feedback Review", review.name, "Feedback Review", no_letterhead=1)
	assert html.count("<svg") == len(review.contents()["series"]) >= 3


def test_feedback_is_closed_with_its_details(inquiry, make_user, set_settings, as_user):
	set_settings(feedback_mode="Enforce", evidence_mode="Off")
	agent = make_user(procedure.CUSTOMER_SUPPORT)
	record = inquiry(procedure.FEEDBACK, responsible_staff=agent)
	with as_user(agent):
		api.answer(record.name)
		with pytest.raises(MissingDetailsError, match="complaint, a suggestion or praise"):
			api.close(record.name)
		doc = frappe.get_doc(record.doctype, record.name)
		doc.feedback_kind, doc.feedback_category = "Praise", a_category()
		doc.save()
		assert api.close(record.name)["status"] == "Closed"


def test_all_that_is_missing_is_said_when_feedback_is_closed(inquiry, make_user, set_settings, as_user):
	set_settings(feedback_mode="Enforce", evidence_mode="Enforce")
	agent = make_user(procedure.CUSTOMER_SUPPORT)
	record = inquiry(procedure.FEEDBACK, responsible_staff=agent)
	frappe.db.set_value(record.doctype, record.name, "channel", "Email")
	with as_user(agent):
		api.answer(record.name)
		frappe.clear_messages()
		with pytest.raises(frappe.ValidationError) as refused:
			api.close(record.name)
		for each in ("Escalation Report", "complaint, a suggestion or praise"):
			assert each in str(refused.value)
			assert each in str(frappe.get_message_log())
		doc = frappe.get_doc(record.doctype, record.name)
		checklist = closing_checklist.items(doc)
	assert {each["item"] for each in checklist if each["enforced"] and not each["done"]} == {
		"documentation",
		"feedback",
	}
	set_settings(evidence_mode="Warn")
	missing = [each for each in closing_checklist.items(doc) if not each["done"]]
	assert [each["item"] for each in missing if each["enforced"]] == ["feedback"]


def test_without_any_category_a_complaint_is_closed_all_the_same(inquiry, make_user, set_settings, as_user):
	"""None is shipped, and those who close feedback often cannot make one."""
	set_settings(feedback_mode="Enforce", evidence_mode="Off")
	agent, boss = make_user(procedure.CUSTOMER_SUPPORT), make_user(procedure.CUSTOMER_SUPPORT_MANAGER)
	frappe.db.delete("Feedback Category")
	record = inquiry(procedure.FEEDBACK, responsible_staff=agent)
	with as_user(agent):
		api.answer(record.name)
		doc = frappe.get_doc(record.doctype, record.name)
		doc.run_method("onload")
		assert doc.get_onload("feedback_missing") == ["feedback_kind"]
		assert frappe.utils.get_fullname(boss) in doc.get_onload("category_creators")
		doc.feedback_kind = "Praise"
		doc.save()
		assert api.close(record.name)["status"] == "Closed"
	a_category()
	doc = frappe.get_doc(record.doctype, record.name)
	doc.feedback_category = None
	doc.run_method("onload")
	assert "category_creators" not in doc.get("__onload")
	assert doc.get_onload("feedback_missing") == ["feedback_category"]


def a_category():
	if not frappe.db.exists("Feedback Category", "Staff"):
		frappe.get_doc({"doctype": "Feedback Category", "category_name": "Staff"}).insert(
			ignore_permissions=True
		)
	return "Staff"


def test_volume_and_rate_by_category_product_channel_and_branch(load, site):
	load({"Delivery": [4] * 18, "Staff": [2] * 18}, volume=60)
	frappe.db.delete("Branch")
	branch = frappe.get_doc({"doctype": "Branch", "branch": "Berlin"}).insert().name
	item = frappe.get_doc(
		{"doctype": "Item", "item_code": "Panel", "item_group": "All Item Groups", "stock_uom": "Nos"}
	).insert()
	october = {"occurred_on": ("between", ["2026-10-01", "2026-10-31"]), "feedback_category": "Staff"}
	frappe.db.set_value("Client Interaction", october, {"branch": branch, "product": item.name})
	frappe.db.set_value("Client Interaction", october, "channel", "Visit")
	found = feedback_figures.figures(date(2026, 10, 1), END)
	assert (found["total"], found["volume"]) == (6, 60)
	assert found["rates"]["category"] == {"Delivery": 6.7, "Staff": 3.3}
	assert found["by"]["product"] == {"Not Given": 4, item.name: 2}
	assert found["by"]["branch"] == {"Not Given": 4, branch: 2}
	# 58 by phone, 4 of them feedback; both visits are feedback
	assert found["rates"]["channel"] == {"Phone": 6.9, "Visit": 100.0}


def test_ratings_of_the_period_are_counted(load):
	load({"Delivery": [5] * 18})
	names = frappe.get_all("Client Interaction", pluck="name", limit=4)
	for name, rating, day in zip(names, (5, 4, 1, 3), ("10-01", "10-15", "10-31", "09-30"), strict=True):
		frappe.db.set_value("Client Interaction", name, {"rating": rating, "rated_on": f"2026-{day} 12:00"})
	found = feedback_figures.figures(date(2026, 10, 1), END)["ratings"]
	assert found == {"count": 3, "mean": 3.33, "counts": {"1": 1, "2": 0, "3": 0, "4": 1, "5": 1}}


def test_time_to_close_is_counted_in_bands(inquiry, make_user, clock_at, set_settings):
	set_settings(evidence_mode="Off", feedback_mode="Off")
	agent = make_user(procedure.CUSTOMER_SUPPORT)
	quick = inquiry(procedure.FEEDBACK, at="2026-10-05 10:00", responsible_staff=agent)
	slow = inquiry(procedure.FEEDBACK, at="2026-10-05 10:00", responsible_staff=agent)
	for case, moment in ((quick, "2026-10-06 10:00"), (slow, "2026-11-20 10:00")):
		with clock_at(moment):
			api.answer(case.name)
			api.close(case.name)
	bands = feedback_figures.figures(date(2026, 10, 1), END)["bands"]
	assert bands["3 Business Days"] >= 1 and bands["8 Weeks"] >= 1
