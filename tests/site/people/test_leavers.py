"""What users leave behind who are disabled, or who left the company, is not forgotten (F-2, D-6, R-2, T-2)."""

import frappe
import pytest

from client_comms import procedure
from client_comms.client_interactions import custody
from client_comms.people import policies, reviews, trainings
from client_comms.rules import access

pytestmark = pytest.mark.clause("F-2", "D-6", "R-2", "T-2")

FILE, LOCATION = "Physical File", "Physical Location"


@pytest.fixture
def boss(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT_MANAGER)


@pytest.fixture
def leaver(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT, "Sales Manager", first_name="Lea", last_name="Vergangen")


def leave(user):
	doc = frappe.get_doc("User", user)
	doc.enabled = 0
	doc.save()


@pytest.fixture
def told(clock_at):
	def run(remind, day, user, name):
		with clock_at(f"{day} 06:00"):
			before = frappe.get_all("Notification Log", pluck="name")
			remind()
			new = {"document_name": name, "for_user": user, "name": ("not in", [*before, ""])}
			return frappe.get_all("Notification Log", new, pluck="subject")

	return run


@pytest.fixture
def cabinet(site):
	return (
		frappe.get_doc({"doctype": LOCATION, "location_name": "Cabinet L", "location_type": "Cabinet"})
		.insert()
		.name
	)


def test_the_manager_role_hears_of_files_that_a_disabled_user_still_has(cabinet, boss, leaver, told):
	file = frappe.get_doc(
		{
			"doctype": FILE,
			"title": "Contract",
			"location": cabinet,
			"custodian": boss,
			"confidentiality_level": procedure.STANDARD,
		}
	).insert()
	file.check_out(leaver, "To read")  # without a day on which it is due back
	assert told(custody.remind, "2026-12-01", boss, file.name) == []
	leave(leaver)
	(said,) = told(custody.remind, "2026-12-02", boss, file.name)
	assert "Lea Vergangen" in said and file.label_code in said
	assert told(custody.remind, "2026-12-03", boss, file.name) == []
	assert len(told(custody.remind, "2026-12-09", boss, file.name)) == 1
	file.reload().check_in(custodian=boss)
	assert told(custody.remind, "2026-12-20", boss, file.name) == []


def test_of_an_overdue_file_the_manager_role_hears_that_its_custodian_left(
	cabinet, boss, leaver, told, clock_at
):
	file = frappe.get_doc(
		{
			"doctype": FILE,
			"title": "Contract",
			"location": cabinet,
			"custodian": boss,
			"confidentiality_level": procedure.STANDARD,
		}
	).insert()
	with clock_at("2026-11-25 10:00"):
		file.check_out(leaver, "To read", due_back="2026-12-01")
	(late,) = told(custody.remind, "2026-12-02", leaver, file.name)
	assert "was due back" in late
	leave(leaver)
	before = frappe.db.count("Notification Log", {"for_user": leaver})
	(said,) = told(custody.remind, "2026-12-09", boss, file.name)
	assert "is disabled and still has the file" in said and "Lea Vergangen" in said
	assert told(custody.remind, "2026-12-10", boss, file.name) == []
	assert len(told(custody.remind, "2026-12-16", boss, file.name)) == 1
	assert frappe.db.count("Notification Log", {"for_user": leaver}) == before


def test_the_manager_role_hears_of_inventories_whose_responsible_user_left(cabinet, boss, leaver, told):
	frappe.db.set_value(LOCATION, cabinet, {"next_inventory_on": "2026-12-01", "responsible": leaver})
	assert told(custody.remind, "2026-12-01", boss, cabinet) == []
	leave(leaver)
	assert len(told(custody.remind, "2026-12-08", boss, cabinet)) == 1


@pytest.fixture
def review(log, leaver, make_user):
	"""A review that is open with the leaver, partly scored."""
	programme = frappe.get_doc(
		{
			"doctype": "Review Programme",
			"programme_name": f"Programme {frappe.generate_hash(length=6)}",
			"period": "Monthly",
			"reviewer_role": "Sales Manager",
			"due_days": 10,
			"size_by": "Number",
			"number": 1,
			"criteria": [{"criterion": "Accuracy", "judged_by": "Reviewer", "weight": 1, "highest": 1}],
		}
	).insert()
	agent = make_user(procedure.CUSTOMER_SUPPORT)
	frappe.get_doc("User", leaver).add_roles(procedure.CUSTOMER_SUPPORT_MANAGER)
	doc = reviews.open_review(programme, log(responsible_staff=agent).name, leaver)
	doc.scores[0].score = "1"
	doc.save_by_app()
	return doc


def test_another_reviewer_gets_the_open_reviews_of_a_disabled_user(review, leaver, make_user, told):
	other = make_user(procedure.CUSTOMER_SUPPORT_MANAGER, "Sales Manager")
	reviews.remind()
	assert review.reload().reviewer == leaver
	leave(leaver)
	(said,) = told(reviews.remind, "2026-12-02", other, review.name)
	assert "Lea Vergangen" in said
	review.reload()
	assert review.reviewer == other
	assert review.scores[0].score in (None, ""), "what another user thought is not in the way"
	assert told(reviews.remind, "2026-12-03", other, review.name) == []


def test_another_reviewer_gets_the_open_reviews_of_a_user_who_lost_the_role(review, leaver, make_user, told):
	other = make_user(procedure.CUSTOMER_SUPPORT_MANAGER, "Sales Manager")
	frappe.get_doc("User", leaver).remove_roles(procedure.CUSTOMER_SUPPORT_MANAGER)
	(said,) = told(reviews.remind, "2026-12-02", other, review.name)
	assert "Lea Vergangen can no longer score it" in said
	assert review.reload().reviewer == other


@pytest.mark.parametrize(
	("rule", "stays"), [(access.TRAINING_NOT_CURRENT, True), (access.NO_CLEARANCE, False)]
)
def test_who_only_lacks_a_training_keeps_their_reviews(review, leaver, make_user, monkeypatch, rule, stays):
	make_user(procedure.CUSTOMER_SUPPORT_MANAGER, "Sales Manager")
	decide = reviews.governed.decide

	def decide_or_refuse(doctype, name, action, user=None, **how):
		if user == leaver:
			return access.Decision(False, rule, ())
		return decide(doctype, name, action, user, **how)

	monkeypatch.setattr(reviews.governed, "decide", decide_or_refuse)
	reviews.remind()
	assert (review.reload().reviewer == leaver) is stays


def test_the_compliance_officers_hear_of_a_review_that_no_one_else_can_score(
	review, leaver, make_user, told, monkeypatch
):
	officer = make_user(procedure.COMPLIANCE_OFFICER)
	monkeypatch.setattr(reviews, "reviewer_for", lambda *_args: None)
	leave(leaver)
	(said,) = told(reviews.remind, "2026-12-02", officer, review.name)
	assert "Sales Manager" in said
	assert told(reviews.remind, "2026-12-03", officer, review.name) == []
	assert len(told(reviews.remind, "2026-12-09", officer, review.name)) == 1


def test_the_compliance_officers_hear_of_a_policy_whose_owner_left(leaver, make_user, as_user, told):
	officer = make_user(procedure.COMPLIANCE_OFFICER)
	policy = frappe.get_doc(
		{
			"doctype": "SOP Policy",
			"policy_title": "Clean Desk",
			"policy_kind": "Other",
			"version_label": "1.0",
			"change_summary": "First version",
			"effective_from": "2026-11-01",
			"next_review_on": "2027-11-01",
			"policy_owner": leaver,
			"body": "<p>What applies here.</p>",
		}
	).insert()
	with as_user(officer):
		frappe.get_doc(policy.doctype, policy.name).submit()
	assert told(policies.remind, "2027-10-02", officer, policy.name) == []
	leave(leaver)
	assert len(told(policies.remind, "2027-10-25", officer, policy.name)) == 1


def test_an_employee_who_left_but_can_log_in_is_pointed_out(log, leaver, boss):
	employee = frappe.get_doc(
		{
			"doctype": "Employee",
			"first_name": "Lea",
			"last_name": "Vergangen",
			"company": frappe.db.get_value("Company", {}),
			"gender": frappe.db.get_value("Gender", {}),
			"date_of_birth": "1990-01-01",
			"date_of_joining": "2020-01-01",
			"user_id": leaver,
			"status": "Active",
		}
	).insert(ignore_mandatory=True)
	interaction = log(responsible_staff=leaver)
	employee.update({"status": "Left", "relieving_date": "2026-11-20"})
	frappe.local.message_log = []
	employee.save()
	said = frappe.as_json(frappe.local.message_log)
	if frappe.db.get_value("User", leaver, "enabled"):  # version 16
		assert "can still log in" in said and leaver in said
		employee.save()
		assert frappe.as_json(frappe.local.message_log).count("can still log in") == 1, "once"
	else:
		assert "can still log in" not in said and "are reassigned" in said
	interaction.db_set("status", "Closed")


def test_who_disables_a_user_and_the_manager_role_hear_what_others_must_take_over(
	make_client, make_user, cabinet, boss, leaver
):
	client = make_client("Anna Client", "anna.left@client.example", account_manager=leaver)
	colleague = make_user(procedure.FRONTLINE_STAFF)
	absence = {"user": colleague, "from_date": "2031-12-01", "to_date": "2031-12-05", "substitute": leaver}
	frappe.get_doc({"doctype": "Staff Absence", **absence}).insert()
	for title, state in (("Contract", "In Place"), ("Old Contract", "Destroyed")):
		file = frappe.get_doc(
			{
				"doctype": FILE,
				"title": title,
				"location": cabinet,
				"custodian": leaver,
				"confidentiality_level": procedure.STANDARD,
			}
		).insert()
		file.db_set("state", state)
	frappe.clear_messages()
	leave(leaver)
	said = [each["message"] if isinstance(each, dict) else each for each in frappe.get_message_log()]
	(subject,) = frappe.get_all(
		"Notification Log", {"document_name": leaver, "for_user": boss}, pluck="subject"
	)
	for text in (subject, " ".join(map(str, said))):
		assert "Lea Vergangen" in text and "Customer: Account Manager (1)" in text
		assert "Physical File: Custodian (1)" in text and "Staff Absence: Substitute (1)" in text
	assert client.party not in subject


def test_of_a_user_who_leaves_nothing_no_one_hears(boss, leaver):
	leave(leaver)
	assert not frappe.db.exists("Notification Log", {"document_name": leaver, "for_user": boss})


def test_a_user_made_by_mistake_can_be_deleted_until_they_did_something(make_user, as_user):
	user = make_user(procedure.CUSTOMER_SUPPORT)
	training = {
		"training_name": "Phones",
		"valid_months": 12,
		"roles": [{"role": procedure.CUSTOMER_SUPPORT}],
	}
	frappe.get_doc({"doctype": "SOP Training", **training}).insert()
	trainings.assign_all()
	assert frappe.db.exists(trainings.ASSIGNMENT, {"user": user})
	frappe.get_doc({"doctype": "Digest Subscription", "user": user}).insert()
	frappe.delete_doc("User", user)
	assert not frappe.db.exists("User", user)
	assert not frappe.db.exists(trainings.ASSIGNMENT, {"user": user})
	assert not frappe.db.exists("Digest Subscription", {"user": user})
	other = make_user(procedure.CUSTOMER_SUPPORT)
	with as_user(other):
		frappe.get_doc(
			{"doctype": "Staff Absence", "user": other, "from_date": "2031-12-01", "to_date": "2031-12-05"}
		).insert()
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("User", other)
