"""Record reviews: drawn by a seed, scored by two, disputed and compared; and who can see them (R-2)."""

import json
from datetime import date
from unittest import mock

import frappe
import pytest

from client_comms import api, procedure
from client_comms.communication_governance.report.review_results import review_results
from client_comms.enforcement.methods import link_fields
from client_comms.exceptions import StatusFollowsEventsError
from client_comms.patches.v1_0 import give_disputes_back, suspend_disputed_findings
from client_comms.people import duties, review_draws, reviews
from client_comms.rules import agreement, sampling

pytestmark = pytest.mark.clause("R-2")

PERIOD = (date(2026, 11, 1), date(2026, 11, 30))
CRITERION = {"criterion": "Accuracy", "judged_by": "Reviewer", "weight": 1, "highest": 1}


@pytest.fixture
def staff(make_user):
	"""An agent, and three supervisors."""
	return frappe._dict(
		agent=make_user(procedure.CUSTOMER_SUPPORT),
		frontline=make_user(procedure.FRONTLINE_STAFF),
		one=make_user(procedure.CUSTOMER_SUPPORT_MANAGER, "Sales Manager"),
		two=make_user(procedure.CUSTOMER_SUPPORT_MANAGER, "Sales Manager"),
		three=make_user(procedure.CUSTOMER_SUPPORT_MANAGER, "Sales Manager"),
		officer=make_user(procedure.COMPLIANCE_OFFICER),
	)


@pytest.fixture
def programme(staff):
	def make(**fields):
		return frappe.get_doc(
			{
				"doctype": "Review Programme",
				"programme_name": f"Programme {frappe.generate_hash(length=6)}",
				"period": "Monthly",
				"reviewer_role": "Sales Manager",
				"due_days": 10,
				"size_by": "Number",
				"number": 2,
				"criteria": [
					{"criterion": "Accuracy", "judged_by": "Reviewer", "weight": 3, "highest": 4},
					{"criterion": "Timeliness", "judged_by": "Clocks", "weight": 1, "highest": 4},
				],
				**fields,
			}
		).insert()

	return make


@pytest.fixture
def records(log, staff):
	def make(number=6, communication_type=procedure.INITIAL_INQUIRY):
		return [
			log(communication_type, responsible_staff=staff.agent, occurred_on="2026-11-10 10:00:00").name
			for _number in range(number)
		]

	return make


def of_draw(draw, **filters):
	return frappe.get_all(
		"Interaction Review",
		{"draw": draw.name, **filters},
		["name", "interaction", "reviewer", "part", "status"],
		order_by="name asc",
	)


def scored(name, user, score, as_user):
	with as_user(user):
		doc = frappe.get_doc("Interaction Review", name)
		doc.scores[0].score = str(score)
		doc.save()
		api.complete_review(name)
	return frappe.get_doc("Interaction Review", name)


def test_the_same_seed_draws_the_same_sample(programme, records):
	records()
	draws = [review_draws.draw(programme(), *PERIOD, seed="spring") for _again in range(2)]
	samples = [{row.interaction for row in of_draw(draw)} for draw in draws]
	assert samples[0] == samples[1] and len(samples[0]) == 2
	assert draws[0].candidates >= 6


def test_what_is_erased_is_not_drawn(programme, records):
	erased, *others = records()
	frappe.db.set_value("Client Interaction", erased, "anonymised_on", frappe.utils.today())
	found = {each.name for each in review_draws.candidates_of(programme(), *PERIOD)}
	assert erased not in found and found.issuperset(others)


def test_anyone_can_draw_it_again_whatever_became_of_the_records(programme, records, staff, as_user):
	names = records()
	draw = review_draws.draw(programme(), *PERIOD, seed="spring")
	frappe.db.set_value("Client Interaction", {"name": ("in", names)}, "responsible_staff", staff.frontline)
	with as_user(staff.officer):
		again = api.redraw_reviews(draw.name)
	assert again == {"same": True, "drawn": draw.drawn, "candidates": draw.candidates}
	with as_user(staff.agent), pytest.raises(frappe.PermissionError):
		api.redraw_reviews(draw.name)
	draw.db_set("drawn", draw.drawn + 1)
	with as_user(staff.officer):
		assert not api.redraw_reviews(draw.name)["same"]


def test_a_draw_of_a_large_site_is_stored_and_can_be_repeated(programme, staff, as_user, monkeypatch):
	"""More candidates than fit into one statement as text, with the largest packet that MariaDB accepts as it is set up."""
	many = [
		sampling.Candidate(
			f"CI-2026-{number:06}", (f"agent-{number % 40}@a-long-name.example", "Service Update")
		)
		for number in range(250_000)
	]
	monkeypatch.setattr(review_draws, "candidates_of", lambda *_args: many)
	monkeypatch.setattr(reviews, "reviewer_for", lambda *_args: None)
	draw = review_draws.draw(programme(), *PERIOD, seed="spring")
	assert draw.candidates == len(many) and draw.drawn == 80
	assert len(draw.drawn_from) < 12 * len(many)
	with as_user(staff.officer):
		assert api.redraw_reviews(draw.name) == {"same": True, "drawn": 80, "candidates": len(many)}


def test_a_draw_that_was_stored_as_text_can_be_repeated(programme, records, staff, as_user):
	records()
	draw = review_draws.draw(programme(), *PERIOD, seed="spring")
	draw.db_set("drawn_from", json.dumps(review_draws._unpacked(draw.drawn_from)))
	with as_user(staff.officer):
		assert api.redraw_reviews(draw.name)["same"]


def test_a_review_is_found_by_its_interaction_and_only_by_who_can_read_it(programme, records, staff, as_user):
	records(1)
	(row,) = of_draw(review_draws.draw(programme(), *PERIOD))
	for user, found in ((row.reviewer, [row.name]), (staff.frontline, [])):
		with as_user(user):
			offered = link_fields.search_link(doctype="Interaction Review", txt=row.interaction)
		assert [each["value"] for each in offered] == found


def test_a_finding_is_assigned_to_someone_who_can_read_it(programme, records, staff, as_user):
	records(1)
	(row,) = of_draw(review_draws.draw(programme(), *PERIOD))
	with as_user(row.reviewer):
		doc = frappe.get_doc("Interaction Review", row.name)
		doc.scores[0].score = "3"
		doc.append(
			"findings",
			{"description": "Name the client", "assigned_to": staff.frontline, "due_on": "2026-12-10"},
		)
		doc.save()
		with pytest.raises(frappe.ValidationError, match="cannot read this review"):
			api.complete_review(row.name)


def test_no_one_reviews_their_own_record_nor_one_they_may_not_read(programme, log, staff):
	own = log(responsible_staff=staff.one, occurred_on="2026-11-10 10:00:00").name
	draw = review_draws.draw(programme(), *PERIOD)
	assert {row.reviewer for row in of_draw(draw, interaction=own)} <= {staff.two, staff.three}
	hidden = programme(reviewer_role="Sales User")
	assert review_draws.draw(hidden, *PERIOD).without_reviewer > 0


def test_only_who_can_score_a_review_gets_one(programme, records, staff, make_user, as_user):
	"""The role that a programme names may have no permission to score."""
	(name,) = records(1)
	lone = make_user("Sales Manager", procedure.FRONTLINE_STAFF, procedure.COMPLIANCE_OFFICER)
	assert reviews.may_read(lone, name)
	assert lone not in reviews.reviewers_of(programme())
	assert reviews.reviewers_of(programme(reviewer_role=procedure.COMPLIANCE_OFFICER)) == []


def test_a_period_is_drawn_once(programme, records, staff, as_user):
	records(1)
	made = programme()
	draw = review_draws.draw(made, *PERIOD)
	with as_user(staff.officer), pytest.raises(frappe.ValidationError, match=f"already drawn.*{draw.name}"):
		api.draw_reviews(made.name, *map(str, PERIOD), "spring")


def test_periods_that_overlap_draw_no_record_twice(programme, records, staff, as_user, clock_at):
	"""Of *Draw Now* with other dates, before the scheduler draws the whole month."""
	names = set(records(6))
	made = programme(enabled=1, number=3)
	with as_user(staff.officer):
		early = api.draw_reviews(made.name, "2026-11-01", "2026-11-15", "spring")
		other = api.draw_reviews(made.name, "2026-10-20", "2026-11-20")
	with clock_at("2026-12-01 03:00"):
		review_draws.draw_all()
	drawn = frappe.get_all(
		"Interaction Review",
		{"programme": made.name, "reviewed_user": staff.agent, "part": "First"},
		["interaction", "draw"],
	)
	assert sorted(row.interaction for row in drawn) == sorted(names), "each of them once"
	assert {row.draw for row in drawn} == {early, other}
	whole = frappe.get_doc(
		"Review Draw", {"programme": made.name, "from_date": "2026-11-01", "to_date": "2026-11-30"}
	)
	assert not {row.interaction for row in of_draw(whole)} & names
	assert api.redraw_reviews(early)["same"] and api.redraw_reviews(other)["same"]


def test_reviewers_are_reminded_on_the_day_and_weekly_even_if_a_day_was_missed(
	programme, records, staff, clock_at
):
	(name,) = records(1)
	review = reviews.open_review(programme(), name, staff.one)
	review.db_set("due_on", "2026-12-10")

	def told(day):
		with clock_at(f"{day} 06:00"):
			reviews.remind()
		return frappe.db.count("Notification Log", {"document_name": review.name, "for_user": staff.one})

	days = ("2026-12-09", "2026-12-11", "2026-12-11", "2026-12-16", "2026-12-17", "2026-12-26", "2026-12-31")
	assert [told(day) for day in days] == [0, 1, 1, 1, 2, 3, 4]


def test_marked_records_come_in_addition_to_the_sample(programme, records, staff, make_user):
	"""Late, breached, strictest level, and of new staff: as the record says."""
	late, breached, plain = records(3)
	frappe.db.set_value("Client Interaction", late, "respond_status", "Met Late")
	frappe.db.set_value("Client Interaction", breached, "breached", 1)
	(strictest,) = records(1, procedure.FEEDBACK)
	frappe.db.set_value("User", staff.agent, "creation", "2020-01-01")
	made = programme(number=0, extra_late=100, extra_breached=100, extra_strictest=100)
	rows = frappe.get_all(
		"Interaction Review",
		{"draw": review_draws.draw(made, *PERIOD).name, "reviewed_user": staff.agent},
		["interaction", "because"],
	)
	assert {row.interaction: row.because for row in rows} == {
		late: "late",
		breached: "breached",
		strictest: "strictest",
	}
	frappe.db.set_value("User", staff.agent, "creation", "2026-11-20")
	made = programme(number=0, extra_new_staff=100)
	drawn = of_draw(review_draws.draw(made, *PERIOD))
	assert {late, breached, plain, strictest} <= {row.interaction for row in drawn}


def test_a_record_of_a_deleted_user_does_not_stop_the_draw(programme, log, records, make_user):
	gone = make_user(procedure.CUSTOMER_SUPPORT)
	left = log(procedure.INITIAL_INQUIRY, responsible_staff=gone, occurred_on="2026-11-10 10:00:00").name
	(kept,) = records(1)
	frappe.db.delete("User", {"name": gone})
	draw = review_draws.draw(programme(size_by="Share", share=100), *PERIOD)
	drawn = {row.interaction for row in of_draw(draw)}
	assert kept in drawn and left not in drawn


def test_the_scheduler_draws_each_period_once(programme, records, clock_at):
	records()
	made = programme(enabled=1)
	with clock_at("2026-12-01 03:00"):
		review_draws.draw_all()
		review_draws.draw_all()
	assert frappe.db.count("Review Draw", {"programme": made.name}) == 1
	assert str(frappe.db.get_value("Review Programme", made.name, "drawn_until")) == "2026-11-30"


def test_a_sample_that_cannot_be_drawn_does_not_hold_back_later_ones(programme, clock_at, monkeypatch):
	made = programme(enabled=1)
	made.db_set("modified", "2026-08-20 10:00:00", update_modified=False)
	candidates = review_draws.candidates_of

	def of_all_but_september(programme, begin, end):
		if begin == date(2026, 9, 1):
			raise frappe.ValidationError("September has no records")
		return candidates(programme, begin, end)

	def drawn():
		draws = frappe.get_all(
			"Review Draw", {"programme": made.name}, pluck="from_date", order_by="from_date asc"
		)
		return [day.month for day in draws]

	with clock_at("2026-09-01 03:00"):
		review_draws.draw_all()
	with monkeypatch.context() as failing, clock_at("2026-11-01 03:00"):
		failing.setattr(review_draws, "candidates_of", of_all_but_september)
		review_draws.draw_all()
	assert drawn() == [8, 10]
	with clock_at("2026-11-02 03:00"):
		review_draws.draw_all()
	assert drawn() == [8, 9, 10]
	assert str(frappe.db.get_value("Review Programme", made.name, "drawn_until")) == "2026-10-31"


def test_what_the_system_can_judge_is_filled_in(programme, inquiry, staff, clock_at):
	with clock_at("2026-11-23 10:00"):
		case = inquiry(at="2026-11-23 10:00", channel="Email", responsible_staff=staff.frontline)
	with clock_at("2026-11-23 11:00"):
		api.answer(case.name)
	criteria = [
		{"criterion": name, "judged_by": name, "weight": 1, "highest": 4}
		for name in ("Details", "Documentation", "Clocks", "Wording")
	]
	review = reviews.open_review(programme(criteria=criteria), case.name, staff.one)
	scores = {row.criterion: (row.score or None, row.not_applicable) for row in review.scores}
	assert scores["Details"] == ("4", 0)
	assert scores["Clocks"] == ("4", 0)
	assert scores["Documentation"] == ("2", 0)  # the log, but no copy of the email
	assert scores["Wording"] == (None, 1)


def test_a_review_is_completed_and_its_findings_become_todos(programme, records, staff, as_user):
	records(1)
	draw = review_draws.draw(programme(), *PERIOD)
	(row,) = [each for each in of_draw(draw)]
	with as_user(row.reviewer):
		doc = frappe.get_doc("Interaction Review", row.name)
		with pytest.raises(frappe.ValidationError, match="have no score"):
			api.complete_review(row.name)
		doc.scores[0].score = "3"
		doc.append(
			"findings", {"description": "Name the client", "assigned_to": staff.agent, "due_on": "2026-12-10"}
		)
		doc.save()
		api.complete_review(row.name)
	doc.reload()
	assert (doc.status, doc.overall) == ("Completed", 75)
	todo = frappe.get_doc("ToDo", doc.findings[0].todo)
	assert (todo.allocated_to, str(todo.date), todo.status) == (staff.agent, "2026-12-10", "Open")
	assert frappe.db.exists("Notification Log", {"for_user": staff.agent, "document_name": doc.name})
	with as_user(row.reviewer), pytest.raises(StatusFollowsEventsError):
		doc = frappe.get_doc("Interaction Review", row.name)
		doc.scores[0].score = "4"
		doc.save()


def test_for_whom_a_review_is(programme, records, staff, as_user):
	"""Two reviewers do not see each other's scores before both are done; the person reviewed sees what is done."""
	records(1)
	draw = review_draws.draw(programme(second_share=100), *PERIOD)
	first, second = of_draw(draw)
	assert first.reviewer != second.reviewer

	def seen_by(user):
		with as_user(user):
			listed = {
				name for name in frappe.get_list("Interaction Review", {"draw": draw.name}, pluck="name")
			}
			asked = {
				row.name
				for row in (first, second)
				if frappe.has_permission("Interaction Review", "read", doc=row.name)
			}
		assert listed == asked, user
		return listed

	both = {first.name, second.name}
	assert seen_by(first.reviewer) == {first.name}
	assert seen_by(second.reviewer) == {second.name}
	assert seen_by(staff.agent) == set()
	assert seen_by(staff.frontline) == set()
	assert seen_by(staff.officer) == both
	scored(first.name, first.reviewer, 3, as_user)
	assert seen_by(first.reviewer) == both
	assert seen_by(second.reviewer) == {second.name}
	assert seen_by(staff.agent) == {first.name}
	scored(second.name, second.reviewer, 2, as_user)
	assert seen_by(second.reviewer) == both
	assert seen_by(staff.agent) == both


def test_reviews_go_with_the_record(programme, records, staff, make_user, as_user):
	(name,) = records(1, procedure.FEEDBACK)
	review = reviews.open_review(programme(), name, staff.one)
	reader = make_user("Customer Support Manager")
	with as_user(reader):
		assert frappe.has_permission("Interaction Review", "read", doc=review.name)
	frappe.db.delete("Level Clearance", {"parent": procedure.SENSITIVE, "role": "Customer Support Manager"})
	frappe.get_doc("Confidentiality Level", procedure.SENSITIVE).save()
	with as_user(reader):
		assert not frappe.has_permission("Interaction Review", "read", doc=review.name)
		assert review.name not in frappe.get_list("Interaction Review", pluck="name")


def test_a_disputed_review_goes_to_another_reviewer(programme, records, staff, as_user):
	records(1)
	draw = review_draws.draw(programme(), *PERIOD)
	(row,) = of_draw(draw)
	scored(row.name, row.reviewer, 1, as_user)
	with as_user(staff.agent):
		api.comment_on_review(row.name, "I asked twice.")
		again = api.dispute_review(row.name, "The summary names the client.")
	with as_user(row.reviewer), pytest.raises(frappe.PermissionError):
		api.dispute_review(row.name, "No")
	anew = frappe.get_doc("Interaction Review", again)
	assert anew.reviewer not in (row.reviewer, staff.agent)
	assert (anew.part, anew.disputes) == ("After a Dispute", row.name)
	assert anew.dispute_reason == "The summary names the client."
	scored(again, anew.reviewer, 4, as_user)
	with as_user(staff.agent), pytest.raises(frappe.ValidationError, match="is final"):
		api.dispute_review(again, "Again")
	with as_user(staff.officer):
		_columns, data, *_more = review_results.execute({"reviewed_user": staff.agent})
	assert [(each["reviews"], each["average"]) for each in data] == [(1, 100)]
	assert [(each["records"], each["coverage"]) for each in data] == [(1, 100)]


def test_the_reviewer_with_the_fewest_open_reviews_decides_a_dispute(
	programme, records, staff, make_user, as_user, monkeypatch
):
	records(1)
	made = programme()
	(row,) = of_draw(review_draws.draw(made, *PERIOD))
	scored(row.name, row.reviewer, 1, as_user)
	busy = min(set(reviews.reviewers_of(made)) - {row.reviewer, staff.agent})
	(other,) = records(1, procedure.FEEDBACK)
	reviews.open_review(made, other, busy)
	doc = frappe.get_doc("Interaction Review", row.name)
	with monkeypatch.context() as counting, as_user(staff.agent):
		counting.setattr(reviews, "_open_reviews", mock.Mock(side_effect=AssertionError("not needed yet")))
		reviews.show(doc)
	assert not doc.get("__onload").get("not_disputable")
	assert reviews._open_reviews([busy, staff.one])[busy] >= 1
	with as_user(staff.agent):
		again = frappe.get_doc("Interaction Review", api.dispute_review(row.name, "I asked her name."))
	loads = reviews._open_reviews(reviews.reviewers_of(made))
	assert again.reviewer != busy and loads[again.reviewer] <= loads[busy]


def test_a_dispute_stays_with_whom_it_is_about_when_the_record_goes_to_a_colleague(
	programme, records, staff, as_user
):
	(record,) = records(1)
	(row,) = of_draw(review_draws.draw(programme(), *PERIOD))
	scored(row.name, row.reviewer, 1, as_user)
	frappe.db.set_value("Client Interaction", record, "responsible_staff", staff.frontline)
	with as_user(staff.agent):
		again = frappe.get_doc("Interaction Review", api.dispute_review(row.name, "I asked twice."))
	assert again.reviewed_user == staff.agent
	scored(again.name, again.reviewer, 4, as_user)
	told = {"document_name": again.name, "subject": ("like", "%dispute was decided%")}
	assert frappe.get_all("Notification Log", told, pluck="for_user") == [staff.agent]


@pytest.fixture
def disputed(programme, records, staff, as_user):
	"""A completed review with two findings of which one is done, disputed: the review, its open to-do, and the review that replaces it."""
	records(1)
	(row,) = of_draw(review_draws.draw(programme(), *PERIOD))
	with as_user(row.reviewer):
		doc = frappe.get_doc("Interaction Review", row.name)
		doc.scores[0].score = "1"
		for what in ("Name the client", "Call the client back"):
			doc.append("findings", {"description": what, "assigned_to": staff.agent, "due_on": "2026-12-10"})
		doc.save()
		api.complete_review(row.name)
	doc.reload()
	name_them, call_back = (frappe.get_doc("ToDo", finding.todo) for finding in doc.findings)
	with as_user(staff.agent):
		call_back.status = "Closed"
		call_back.save()
		assert findings_owed_by(staff.agent) == ["Name the client"]
		again = frappe.get_doc("Interaction Review", api.dispute_review(row.name, "I named them."))
	return frappe._dict(review=row.name, todo=name_them.reload(), done=call_back.reload(), again=again)


def findings_owed_by(user):
	return [duty["title"] for duty in duties.of_user(user) if duty["what"] == "Finding of a Review"]


def test_what_a_disputed_review_found_waits_for_the_decision(disputed, staff, as_user):
	assert (disputed.todo.status, disputed.done.status) == ("Cancelled", "Closed")
	with as_user(staff.agent):
		assert findings_owed_by(staff.agent) == []
	(finding,) = disputed.again.findings
	assert (finding.description, finding.assigned_to) == ("Name the client", staff.agent)
	assert (str(finding.due_on), finding.todo) == ("2026-12-10", None)


def test_a_finding_that_stands_after_a_dispute_is_to_do_again(disputed, staff, as_user):
	scored(disputed.again.name, disputed.again.reviewer, 1, as_user)
	with as_user(staff.agent):
		assert findings_owed_by(staff.agent) == ["Name the client"]
	assert disputed.todo.reload().status == "Cancelled", "once is enough"


def test_a_finding_that_does_not_stand_after_a_dispute_is_owed_no_more(disputed, staff, as_user):
	with as_user(disputed.again.reviewer):
		doc = frappe.get_doc("Interaction Review", disputed.again.name)
		doc.findings = []
		doc.scores[0].score = "4"
		doc.save()
		api.complete_review(doc.name)
	with as_user(staff.agent):
		assert findings_owed_by(staff.agent) == []
	of_them = {"reference_name": ("in", (disputed.review, disputed.again.name)), "status": "Open"}
	assert not frappe.db.exists("ToDo", of_them)


def test_a_dispute_in_the_name_of_a_colleague_is_given_back_by_the_migration(disputed, staff):
	disputed.again.db_set("reviewed_user", staff.frontline)
	for _again in range(2):
		give_disputes_back.execute()
	assert disputed.again.reload().reviewed_user == staff.agent


@pytest.mark.parametrize("decided", [False, True])
def test_findings_that_stayed_open_beside_a_dispute_are_suspended_by_the_migration(disputed, decided):
	"""As it was before: the to-do is open, and who decides does not see the finding."""
	disputed.todo.db_set("status", "Open")
	frappe.db.delete("Interaction Review Finding", {"parent": disputed.again.name})
	disputed.again.db_set("status", "Completed" if decided else "Open")
	for _again in range(2):
		suspend_disputed_findings.execute()
	assert disputed.todo.reload().status == "Cancelled"
	found = [row.description for row in disputed.again.reload().findings]
	assert found == ([] if decided else ["Name the client"])


def test_both_sides_of_a_dispute_see_and_hear_how_it_ends(programme, records, staff, as_user):
	def seen(name):
		doc = frappe.get_doc("Interaction Review", name)
		doc.run_method("onload")
		return doc.get("__onload", {}).get("reviewed_again")

	def told(user):
		about = {"for_user": user, "document_type": "Interaction Review"}
		return frappe.get_all("Notification Log", about, ["document_name", "subject"])

	records(1)
	(row,) = of_draw(review_draws.draw(programme(), *PERIOD))
	scored(row.name, row.reviewer, 1, as_user)
	assert seen(row.name) is None
	with as_user(staff.agent):
		again = api.dispute_review(row.name, "The summary names the client.")
	due = frappe.db.get_value("Interaction Review", again, "due_on")
	assert seen(row.name) == {"name": again, "status": "Open", "due_on": due}
	scored(again, frappe.db.get_value("Interaction Review", again, "reviewer"), 4, as_user)
	assert seen(row.name).status == "Completed"
	subject = f"The dispute about your review {row.name} was decided"
	assert {"document_name": again, "subject": subject} in told(row.reviewer)
	(decided,) = (each.subject for each in told(staff.agent) if each.document_name == again)
	assert decided.startswith("Your dispute was decided")


def test_coverage_is_the_share_of_the_records_of_the_period(programme, records, staff, as_user):
	records(4)
	draw = review_draws.draw(programme(number=1), *PERIOD)
	(row,) = [each for each in of_draw(draw) if reviewed(each) == staff.agent]
	scored(row.name, row.reviewer, 4, as_user)
	wanted = {"from_date": PERIOD[0], "to_date": PERIOD[1], "reviewed_user": staff.agent}
	for group_by in ("Staff", "Communication Type", "Month"):
		with as_user(staff.officer):
			_columns, data, *_more = review_results.execute({"group_by": group_by, **wanted})
		assert [(each["records"], each["coverage"]) for each in data if each["records"]] == [(4, 25)], (
			group_by
		)


def reviewed(row):
	return frappe.db.get_value("Interaction Review", row.name, "reviewed_user")


def test_the_report_tells_how_far_two_reviewers_agree(programme, records, staff, as_user):
	"""The pairs are scored so that the table is that of the hand-worked kappa of 0.625 in tests/unit/test_agreement."""
	pairs = [(1, 1)] * 4 + [(1, 2)] * 2 + [(2, 1)] + [(2, 2)] * 6 + [(2, 3)] + [(3, 2)] * 2 + [(3, 3)] * 4
	made = programme(
		number=0,
		criteria=[{"criterion": "Accuracy", "judged_by": "Reviewer", "weight": 1, "highest": 3}],
	)
	draw = review_draws.draw(made, *PERIOD)
	for name, (one, other) in zip(records(len(pairs)), pairs, strict=True):
		for part, reviewer, score in (("First", staff.one, one), ("Second", staff.two, other)):
			review = reviews.open_review(made, name, reviewer, draw=draw.name, part=part)
			review.scores[0].score = str(score)
			review.status, review.completed_on = "Completed", frappe.utils.now_datetime()
			review.save_by_app()
	with as_user(staff.officer):
		_columns, (row,), *_more = review_results.execute({"group_by": "Agreement", "programme": made.name})
	expected = agreement.weighted_kappa(pairs, range(4))
	assert (row["pairs"], row["kappa"]) == (20, expected.kappa)
	earlier = {"group_by": "Agreement", "programme": made.name, "to_date": "2020-01-01"}
	with as_user(staff.officer):
		assert review_results.execute(earlier)[1] == [], "the period of the filters"
	assert row["low"] < row["kappa"] < row["high"]


def test_a_period_that_ends_before_it_begins_is_not_drawn(programme):
	made = programme(number=0)
	with pytest.raises(frappe.ValidationError, match="ends before it starts"):
		api.draw_reviews(made.name, str(PERIOD[1]), str(PERIOD[0]))
	assert not frappe.db.exists("Review Draw", {"programme": made.name})


def test_agreement_over_all_criteria_and_by_each(programme, records, staff, as_user):
	"""Pooled, 8 pairs of scores from 0 to 4. Observed agreement with linear weights: (6 + 0.75 + 0.75) / 8 = 0.9375. Both
	reviewers gave each of 0 and 4 in half of the pairs, apart from one 1 and one 3: expected by hand below."""
	criteria = [
		{"criterion": name, "judged_by": "Reviewer", "weight": 1, "highest": 4} for name in ("A", "B")
	]
	made = programme(number=0, criteria=criteria)
	draw = review_draws.draw(made, *PERIOD)
	scores = [((0, 0), (0, 0)), ((4, 4), (4, 4)), ((0, 0), (0, 1)), ((4, 4), (4, 3))]
	for name, by_criterion in zip(records(4), scores, strict=True):
		for number, (part, reviewer) in enumerate((("First", staff.one), ("Second", staff.two))):
			review = reviews.open_review(made, name, reviewer, draw=draw.name, part=part)
			for row, pair in zip(review.scores, by_criterion, strict=True):
				row.score = str(pair[number])
			review.status, review.completed_on = "Completed", frappe.utils.now_datetime()
			review.save_by_app()
	with as_user(staff.officer):
		_columns, data, *_more = review_results.execute({"group_by": "Agreement", "programme": made.name})
	assert [(row["criterion"], row["pairs"]) for row in data] == [("All Criteria", 8), ("A", 4), ("B", 4)]
	# One reviewer: 0 and 4, half each. The other: 0 in 3/8, 1 in 1/8, 3 in 1/8, 4 in 3/8.
	# Expected: 1/2 (3/8 + 0.75/8 + 0.25/8) + 1/2 (3/8 + 0.75/8 + 0.25/8) = 0.5; kappa (0.9375 - 0.5) / 0.5 = 0.875
	assert data[0]["observed"] == pytest.approx(93.75)
	assert data[0]["kappa"] == pytest.approx(0.875)
	assert all(row["remark"] for row in data)


def test_agreement_after_the_scale_of_a_criterion_was_changed(programme, records, staff, as_user):
	"""Scores on either scale are counted on their own."""
	made = programme(
		number=0, criteria=[{"criterion": "Accuracy", "judged_by": "Reviewer", "weight": 1, "highest": 2}]
	)
	expected = {}
	before = (date(2026, 10, 1), date(2026, 10, 31))
	for period, highest, pairs in (
		(before, 2, [(0, 0), (1, 2), (2, 2)]),
		(PERIOD, 5, [(5, 5), (0, 1), (4, 4), (2, 2)]),
	):
		made.criteria[0].highest = highest
		made.save()
		draw = review_draws.draw(made, *period)
		for name, scores in zip(records(len(pairs)), pairs, strict=True):
			for part, reviewer, score in zip(
				("First", "Second"), (staff.one, staff.two), scores, strict=True
			):
				review = reviews.open_review(made, name, reviewer, draw=draw.name, part=part)
				review.scores[0].score = str(score)
				review.status, review.completed_on = "Completed", frappe.utils.now_datetime()
				review.save_by_app()
		expected[len(pairs)] = agreement.weighted_kappa(pairs, range(highest + 1)).kappa
	with as_user(staff.officer):
		_columns, data, *_more = review_results.execute({"group_by": "Agreement", "programme": made.name})
	assert {row["pairs"]: row["kappa"] for row in data} == expected
	assert sorted(row["criterion"] for row in data) == ["Accuracy (0 to 2)", "Accuracy (0 to 5)"]


def test_records_without_responsible_staff_are_not_the_readers(log, staff, as_user):
	for empty in ("", None):  # both stand for none in Frappe
		moved = {"responsible_staff": empty, "occurred_on": "2019-05-05 10:00:00"}
		frappe.db.set_value("Client Interaction", log().name, moved)
	period = {"from_date": "2019-05-01", "to_date": "2019-05-31"}
	with as_user(staff.officer):
		for group_by in ("Staff", "Communication Type", "Month"):
			assert review_results.execute({"group_by": group_by, **period})[1] == [], group_by


def test_a_calibration_from_the_draw_to_the_report(programme, records, staff, as_user):
	"""Two supervisors score one sample without seeing each other's scores, disagree, one review is disputed and decided by a
	third, and the report's kappa is the hand-worked one.

	Scores from 0 to 1, table ((2, 1), (0, 1)): observed 3/4, expected 3/4 · 2/4 + 1/4 · 2/4 = 1/2, kappa 1/2.
	"""
	names = records(4)
	made = programme(
		number=4,
		second_share=100,
		criteria=[CRITERION],
	)
	draw = review_draws.draw(made, *PERIOD, seed="calibration")
	mine = {row.name: row for row in of_draw(draw) if row.interaction in names}
	assert {row.interaction for row in mine.values()} == set(names) and len(mine) == 8
	scores = dict(zip(names, ((0, 0), (0, 0), (0, 1), (1, 1)), strict=True))
	for row in mine.values():
		other = next(
			each for each in mine.values() if each.interaction == row.interaction and each.name != row.name
		)
		with as_user(row.reviewer):
			still_open = frappe.db.get_value("Interaction Review", row.name, "status") == "Open"
			assert still_open and not frappe.has_permission("Interaction Review", "read", doc=other.name)
		scored(row.name, row.reviewer, scores[row.interaction][row.part == "Second"], as_user)
	disputed = next(row for row in mine.values() if (row.interaction, row.part) == (names[2], "First"))
	with as_user(staff.agent):
		again = frappe.get_doc("Interaction Review", api.dispute_review(disputed.name, "I asked her name."))
	assert again.reviewer not in {row.reviewer for row in mine.values() if row.interaction == names[2]}
	scored(again.name, again.reviewer, 1, as_user)
	with as_user(staff.officer):
		_columns, data, *_more = review_results.execute(
			{"group_by": "Agreement", "programme": made.name, "reviewed_user": staff.agent}
		)
	assert [(row["pairs"], row["kappa"]) for row in data] == [(4, pytest.approx(0.5))]
	second = review_draws.draw(programme(number=4, criteria=[CRITERION]), *PERIOD, seed="calibration")
	assert {row.interaction for row in of_draw(second)} >= set(names)


@pytest.mark.parametrize(
	("fields", "message"),
	[
		({"size_by": "Share", "share": 0}, "above 0"),
		(
			{"criteria": [{"criterion": "A", "judged_by": "Reviewer", "weight": 1, "highest": 11}]},
			"from 1 to 10",
		),
		(
			{"criteria": [{"criterion": "A", "judged_by": "Reviewer", "weight": 1, "highest": 4}] * 2},
			"is a duplicate",
		),
		({"extra_late": 101}, "from 0 to 100"),
	],
)
def test_a_programme_that_makes_no_sense_is_refused(programme, fields, message):
	with pytest.raises(frappe.ValidationError, match=message):
		programme(**fields)


def test_a_review_without_its_programme_opens(site):
	"""Such as one that an import or a program entered, and those with which a leak check looks."""
	doc = frappe.new_doc("Interaction Review")
	doc.update({"status": "Completed", "reviewed_user": frappe.session.user, "reviewer": "Administrator"})
	reviews.show(doc)
	assert not doc.get("__onload", {}).get("not_disputable")
