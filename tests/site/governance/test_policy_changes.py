"""A matrix version is proved before it acts: what the simulation says is what activating it does (M-1, T-4)."""

import random
from unittest import mock

import frappe
import pytest
from rq.timeouts import JobTimeoutException

from client_comms import api, background_work, transactions
from client_comms.client_interactions.clocks import sweep
from client_comms.exceptions import ActionNotPossibleError, FourEyesError, ResultIsFixedError
from client_comms.people import duties
from client_comms.policy_changes import activation, changes, new_access, runs, states
from client_comms.setup import install

pytestmark = pytest.mark.clause("M-1", "T-4", "D-5")

INTERACTION = "Client Interaction"
MATRIX = "Communication Matrix"
OFFICER, MANAGER = "Compliance Officer", "Client Communications Manager"
TYPES = ("Initial Inquiry", "Service Update", "Feedback/Complaint", "Resolution/Closure")
LEVELS = ("Standard", "Confidential", "Sensitive")
NOW = "2026-11-24 15:00"  # a Tuesday


@pytest.fixture(autouse=True)
def jobs(monkeypatch):
	"""Jobs that would be queued: `jobs.pop()()` runs the last one."""
	queued = []

	def enqueue(method, **kwargs):
		for option in ("queue", "timeout", "job_id", "deduplicate", "enqueue_after_commit"):
			kwargs.pop(option, None)
		if str(method).startswith("client_comms.policy_changes"):
			queued.append(lambda: frappe.get_attr(method)(**kwargs))

	monkeypatch.setattr(frappe, "enqueue", enqueue)
	return queued


@pytest.fixture
def draft():
	"""`draft(change)`: a draft with the rules in force, changed by `change(doc)`."""
	numbers = iter(range(100))

	def make(change=lambda doc: None, **fields):
		doc = frappe.copy_doc(frappe.get_last_doc(MATRIX, {"docstatus": 1}))
		doc.update(
			{
				"docstatus": 0,
				"version_label": f"Draft {next(numbers)}",
				"effective_from": NOW,
				"approved_by": None,
				**fields,
			}
		)
		change(doc)
		return doc.insert(ignore_permissions=True)

	return make


def rule(doc, kind):
	return next(row for row in doc.rules if row.communication_type == kind)


def level_of(kind, level):
	return lambda doc: rule(doc, kind).update({"confidentiality_level": level})


def received(log, kind="Initial Inquiry", **fields):
	"""An inquiry that has been waiting since Monday, 9 o'clock."""
	doc = log(kind, direction="Inbound", occurred_on="2026-11-23 09:00", **fields)
	doc.reload()
	doc.flags.by_the_app = True
	doc.append_event("Received", "2026-11-23 09:00")
	doc.save(ignore_permissions=True)
	return doc


def result_of(run):
	doc = frappe.get_doc(runs.RUN, run)
	assert doc.status == runs.FINISHED, doc.error
	return frappe.parse_json(doc.result)


def rows_of(found, section, **wanted):
	return [row for row in found[section] if wanted.items() <= row.items()]


# --- simulation --------------------------------------------------------------------------------------


def test_levels_deadlines_and_documentation_are_simulated_on_each_record(log, clock_at, draft, set_calendar):
	set_calendar(["09:00-17:00"], counting="Working Hours")
	with clock_at(NOW):
		doc = received(log)
		before = frappe.db.get_value(INTERACTION, doc.name, ["respond_status", "confidentiality_level"])

		def change(version):
			rule(version, "Initial Inquiry").update(
				{
					"confidentiality_level": "Confidential",
					"acknowledge_within_days": 0.25,
					"respond_within_days": 0.5,
				}
			)
			version.append(
				"documentation", {"communication_type": "Initial Inquiry", "documentation_method": "Proposal"}
			)

		method = frappe.get_doc(
			{"doctype": "Documentation Method", "method_name": "Proposal", "evidence": "Document"}
		).insert()
		name = api.simulate_change(MATRIX, draft(change).name, since="2026-11-23")
		found = result_of(name)
	assert before == ("Running", "Standard")
	assert (
		rows_of(found, "levels", communication_type="Initial Inquiry", **{"from": "Standard"})[0]["to"]
		== "Confidential"
	)
	late = rows_of(found, "hindsight", clock="respond", communication_type="Initial Inquiry")
	assert [(row["from"], row["to"]) for row in late] == [("Running", "Breached")]
	owed = rows_of(found, "documentation", documentation_method=method.name)
	assert owed and {(row["from"], row["to"]) for row in owed} == {("Not Required", "Missing")}
	assert frappe.db.get_value(INTERACTION, doc.name, ["respond_status", "confidentiality_level"]) == before


def test_deadlines_that_move_are_simulated_and_then_moved(log, clock_at, draft, jobs):
	with clock_at(NOW):
		doc = received(log)
		due = frappe.db.get_value(INTERACTION, doc.name, "respond_by")
		version = draft(
			lambda version: rule(version, "Initial Inquiry").update({"respond_within_days": 5}),
			reclassify_open=1,
		)
		said = result_of(api.simulate_change(MATRIX, version.name, open_only=True))
		did = result_of(activate(version, jobs))
	later = rows_of(said, "deadlines", communication_type="Initial Inquiry", clock="respond")
	assert [(row["from"], row["to"]) for row in later] == [("Running", "Due Later")]
	assert did["deadlines"] == said["deadlines"]
	assert frappe.db.get_value(INTERACTION, doc.name, "respond_by") > due


def test_a_type_without_a_rule_is_named(log, clock_at, draft):
	with clock_at(NOW):
		log("Resolution/Closure")

		def change(version):
			for table in ("rules", "parties", "documentation", "priorities"):
				version.set(
					table,
					[row for row in version.get(table) if row.communication_type != "Resolution/Closure"],
				)

		found = result_of(api.simulate_change(MATRIX, draft(change).name))
	assert [row["communication_type"] for row in found["uncovered"]] == ["Resolution/Closure"]


def test_examples_are_only_what_the_reader_may_see(log, clock_at, draft, officer, make_user, as_user):
	with clock_at(NOW):
		complaint = log("Feedback/Complaint", subject="Hidden panel")
		# Of many, three are the examples; a kept site can have others.
		others = {"communication_type": "Feedback/Complaint", "name": ("!=", complaint.name)}
		frappe.db.delete("Client Interaction", others)
		name = api.simulate_change(MATRIX, draft(level_of("Feedback/Complaint", "Standard")).name)
		with as_user(officer):
			seen = api.policy_change(name)["run"]["result"]
		with as_user(make_user(MANAGER)):
			hidden = api.policy_change(name)["run"]["result"]
			frontline = make_user("Frontline Staff")
			assert api.policy_change_examples(name, frontline, "Sensitive", "Feedback/Complaint") == []
	(row,) = rows_of(seen, "levels", communication_type="Feedback/Complaint", to="Standard")
	assert row["examples"] == [{"name": complaint.name, "subject": "Hidden panel"}]
	(row,) = rows_of(hidden, "levels", communication_type="Feedback/Complaint", to="Standard")
	assert row["examples"] == [] and row["records"] == 1
	assert "Hidden panel" not in frappe.as_json(hidden)


def test_who_gains_and_who_loses_by_person_and_role(log, clock_at, draft, make_user, officer, as_user):
	frontline = make_user("Frontline Staff")
	with clock_at(NOW):
		count = frappe.db.count(INTERACTION, {"communication_type": "Feedback/Complaint"})
		for _number in range(3):
			log("Feedback/Complaint")
		name = api.simulate_change(MATRIX, draft(level_of("Feedback/Complaint", "Standard")).name)
		found = result_of(name)
		with as_user(officer):
			examples = api.policy_change_examples(name, frontline, "Sensitive", "Feedback/Complaint")
	(person,) = rows_of(found, "people", user=frontline, communication_type="Feedback/Complaint")
	(role,) = rows_of(found, "roles", role="Frontline Staff", communication_type="Feedback/Complaint")
	assert (person["gained"], person["lost"]) == (role["gained"], role["lost"]) == (count + 3, 0)
	assert len(examples) == 3 and all(row["gains"] for row in examples)


def test_examples_are_of_what_the_run_goes_through(log, clock_at, draft, make_user, officer, as_user):
	frontline = make_user("Frontline Staff")
	with clock_at(NOW):
		log("Feedback/Complaint", occurred_on=f"{NOW}:00")
		changed = draft(level_of("Feedback/Complaint", "Standard")).name
		for since, shown in ((None, True), (str(frappe.utils.add_days(NOW, 1)), False)):
			name = api.simulate_change(MATRIX, changed, since=since)
			with as_user(officer):
				found = api.policy_change_examples(name, frontline, "Sensitive", "Feedback/Complaint")
			assert bool(found) is shown


def test_a_level_is_simulated_as_it_is_in_the_form(log, clock_at, make_user):
	support = make_user("Customer Support")
	with clock_at(NOW):
		log("Feedback/Complaint", responsible_staff=support)
		values = frappe.get_doc("Confidentiality Level", "Sensitive").as_dict()
		values["clearances"] = [row for row in values["clearances"] if row["role"] != "Customer Support"]
		found = result_of(api.simulate_change("Confidentiality Level", "Sensitive", frappe.as_json(values)))
		(person,) = rows_of(found, "people", user=support)
		assert (person["gained"], person["lost"]) == (0, 1)
		assert found["new_access"] == {"new_access": False, "example": None}
		values["clearances"].append({"role": "Frontline Staff", "can_read": 1})
		found = result_of(api.simulate_change("Confidentiality Level", "Sensitive", values))
	assert found["new_access"]["example"]["roles"] == ["Frontline Staff"]
	assert found["new_access"]["example"]["tie"] == "participant"


# --- the background ----------------------------------------------------------------------------------


def test_many_interactions_are_simulated_in_the_background(log, clock_at, draft, jobs, monkeypatch):
	"""In chunks, continued after a worker was killed; nothing is counted twice."""
	monkeypatch.setattr(runs, "AT_ONCE", 1)
	monkeypatch.setitem(runs.CHUNK, runs.SIMULATION, 2)
	with clock_at(NOW):
		for _number in range(5):
			log()
		name = api.simulate_change(MATRIX, draft().name)
		assert api.policy_change(name)["run"]["status"] == "Queued"
		with mock.patch.object(runs, "_tell", side_effect=[None, KeyboardInterrupt]):
			with pytest.raises(KeyboardInterrupt):
				jobs.pop()()
		half = api.policy_change(name)["run"]
		assert half["status"] == "Running" and half["done"] == 4 and half["total"] >= 5
		frappe.db.set_value(runs.RUN, name, "modified", "2026-11-24 09:00", update_modified=False)
		with mock.patch.object(background_work, "is_job_enqueued", return_value=False):
			runs.continue_abandoned()
		jobs.pop()()
	found = api.policy_change(name)["run"]
	assert found["done"] == found["total"] == found["result"]["checked"]
	assert sum(row["records"] for row in found["result"]["levels"]) == found["total"]


def test_a_run_that_takes_longer_than_a_job_goes_on_where_it_ended(log, clock_at, draft, jobs, monkeypatch):
	"""The worker ends the job by an error, which is none of the run."""
	monkeypatch.setattr(runs, "AT_ONCE", 0)
	monkeypatch.setitem(runs.CHUNK, runs.SIMULATION, 1)
	loaded, load = [], states.load

	def end_of_job(*args):
		loaded.append(args)
		if len(loaded) == 2:
			raise JobTimeoutException("3600 seconds")
		return load(*args)

	monkeypatch.setattr(states, "load", end_of_job)
	with clock_at(NOW):
		for _number in range(3):
			log()
		name = api.simulate_change(MATRIX, draft().name)
		jobs.pop()()
		half = api.policy_change(name)["run"]
		assert (half["status"], half["done"], half["error"]) == ("Running", 1, None)
		frappe.db.set_value(runs.RUN, name, "modified", "2026-11-24 09:00", update_modified=False)
		with mock.patch.object(background_work, "is_job_enqueued", return_value=False):
			runs.continue_abandoned()
		jobs.pop()()
	found = api.policy_change(name)["run"]
	assert found["status"] == "Finished" and found["result"]["checked"] == found["total"]


def test_a_run_can_be_cancelled_and_continued(log, clock_at, draft, jobs, monkeypatch):
	monkeypatch.setattr(runs, "AT_ONCE", 0)
	monkeypatch.setitem(runs.CHUNK, runs.SIMULATION, 1)
	with clock_at(NOW):
		for _number in range(3):
			log()
		name = api.simulate_change(MATRIX, draft().name)
		with mock.patch.object(runs, "_tell", side_effect=lambda run: api.cancel_policy_change(run)):
			jobs.pop()()
		assert api.policy_change(name)["run"]["status"] == "Cancelled"
		with pytest.raises(ActionNotPossibleError):
			api.cancel_policy_change(name)
		api.continue_policy_change(name)
		jobs.pop()()
	found = api.policy_change(name)["run"]
	assert found["status"] == "Finished" and found["result"]["checked"] == found["total"]


def test_results_cannot_be_changed(clock_at, draft):
	with clock_at(NOW):
		run = frappe.get_doc(runs.RUN, api.simulate_change(MATRIX, draft().name))
	run.status = "Failed"
	with pytest.raises(ResultIsFixedError):
		run.save(ignore_permissions=True)
	with pytest.raises(ResultIsFixedError):
		run.delete(ignore_permissions=True)


@pytest.mark.parametrize("role", ["Customer Support Manager", "System Manager"])
def test_no_one_else_may_simulate(role, make_user, as_user, draft):
	name = draft().name
	with as_user(make_user(role)):
		for ask in (
			lambda: api.simulate_change(MATRIX, name),
			lambda: api.policy_change(),
			lambda: api.check_new_access(name),
		):
			with pytest.raises(frappe.PermissionError, match=OFFICER):
				ask()


def test_a_draft_that_was_simulated_can_be_deleted(clock_at, draft):
	with clock_at(NOW):
		doc = draft()
		api.simulate_change(MATRIX, doc.name)
	doc.delete()


# --- no new access -----------------------------------------------------------------------------------


def test_the_same_rules_open_nothing(draft):
	assert api.check_new_access(draft().name) == {"new_access": False, "example": None}


def test_an_opening_is_shown_by_an_example_that_is_true(log, clock_at, draft, make_user, jobs):
	"""Tried as a user with these roles: refused before, open once the version has come into force."""
	with clock_at(NOW):
		version = draft(level_of("Service Update", "Standard"), reclassify_open=1)
		found = api.check_new_access(version.name)
		example = found["example"]
		assert found["new_access"] and example["communication_type"] == "Service Update"
		assert example["tie"] == "" and example["text"] and example["after"]["reasons"]
		user = make_user(*example["roles"])
		assert user in api.check_new_access(version.name)["example"]["users"]
		doc = log(example["communication_type"])
		assert doc.confidentiality_level == example["level_before"]
		assert not frappe.has_permission(INTERACTION, example["action"], doc.name, user=user)
		activate(version, jobs)
		doc.reload()
		assert doc.confidentiality_level == example["level_after"]
		assert frappe.has_permission(INTERACTION, example["action"], doc.name, user=user)


def test_what_the_role_permissions_manager_refuses_cannot_be_an_example(make_user):
	"""It gives a Compliance Officer no right to send emails: only with another role the clearance opens that."""
	values = frappe.get_doc("Confidentiality Level", "Sensitive").as_dict()
	for row in values["clearances"]:
		if row["role"] == OFFICER:
			row["can_email"] = 1
	example = new_access.check(changes.of_level(values))["example"]
	assert example["action"] == "email" and OFFICER in example["roles"] and len(example["roles"]) == 2


# --- activation --------------------------------------------------------------------------------------


def activate(version, jobs):
	"""Submit a version, and run the job that reclassifies; returns its run."""
	version.reload()
	version.submit()
	name = frappe.db.get_value(runs.RUN, {"kind": runs.RECLASSIFICATION, "reference_name": version.name})
	while jobs and frappe.db.get_value(runs.RUN, name, "status") in runs.UNFINISHED:
		jobs.pop(0)()
	return name


def readers_of(names, users):
	return {
		user: {name for name in names if api.explain_access(INTERACTION, name, user)["allowed"]}
		for user in users
	}


@pytest.mark.clause("D-5", "M-1")
@pytest.mark.parametrize(
	("roles", "level"), [((), "Confidential"), (("Customer Support Manager",), "Standard")]
)
def test_a_version_lowers_levels_only_if_who_submits_it_could(
	log, clock_at, draft, make_user, as_user, jobs, roles, level
):
	with clock_at(NOW):
		low, high = log("Service Update"), log("Initial Inquiry")
		low.db_set("responsible_staff", make_user("Account Manager"))
		high.db_set("responsible_staff", make_user("Account Manager"))

		def change(version):
			level_of("Service Update", "Standard")(version)
			level_of("Initial Inquiry", "Confidential")(version)

		version = draft(change, reclassify_open=1)
		with as_user(make_user(MANAGER, *roles)):
			simulated = result_of(api.simulate_change(MATRIX, version.name))
			done = result_of(activate(version, jobs))
	asked = {"communication_type": "Service Update", "from": "Confidential"}
	for result in (simulated, done):
		kept = sum(row["records"] for row in rows_of(result, "not_lowered", **asked, to="Standard"))
		assert bool(kept) == (level == "Confidential"), (
			"who simulates or submits reads what cannot be lowered"
		)
	assert {row["to"] for row in rows_of(simulated, "levels", **asked)} == {level}
	assert frappe.db.get_value(INTERACTION, low.name, ["matrix", "confidentiality_level"]) == (
		version.name,
		level,
	)
	assert frappe.db.get_value(INTERACTION, high.name, "confidentiality_level") == "Confidential"
	assert api.check_new_access(version.name)["new_access"], "whoever submits it"


@pytest.mark.parametrize("seed", range(4))
def test_what_activation_did_equals_what_the_simulation_said(
	seed, log, clock_at, draft, make_user, jobs, monkeypatch, set_calendar
):
	draw = random.Random(seed)
	set_calendar(["09:00-17:00"])
	monkeypatch.setitem(runs.CHUNK, runs.RECLASSIFICATION, 3)
	roles = ("Frontline Staff", "Account Manager", "Customer Support")
	users = [make_user(role) for role in (*roles, "Customer Support Manager", "Account Manager")]

	def change(version):
		for row in version.rules:
			row.confidentiality_level = draw.choice(LEVELS)
			row.acknowledge_within_days = draw.choice([0, 0.25, 1])
			row.respond_within_days = draw.choice([1, 2, 5])
		for row in version.parties:
			if row.party == "Role":
				row.role = draw.choice(roles)
		for kind in draw.sample(TYPES, 2):
			if kind not in {row.communication_type for row in version.documentation}:
				version.append(
					"documentation", {"communication_type": kind, "documentation_method": "Email Copy"}
				)

	with clock_at(NOW):
		docs = [
			received(
				log,
				draw.choice(TYPES),
				responsible_staff=draw.choice(users),
				confidentiality_level=draw.choice([None, *LEVELS]),
			)
			for _number in range(10)
		]
		sweep.run()
		names = [doc.name for doc in docs]
		version = draft(change, reclassify_open=1)
		said = result_of(api.simulate_change(MATRIX, version.name, open_only=True))
		before = readers_of(names, users)
		did = result_of(activate(version, jobs))
		after = readers_of(names, users)
	for section in ("checked", "levels", "deadlines", "documentation", "uncovered", "people", "roles"):
		assert did[section] == said[section], section
	stored = frappe.get_all(INTERACTION, {"name": ("in", names)}, ["confidentiality_level", "matrix"])
	assert {row.matrix for row in stored} == {version.name}
	ours = {row["user"]: [0, 0] for row in said["people"]}
	for row in said["people"]:
		ours[row["user"]][0] += row["gained"]
		ours[row["user"]][1] += row["lost"]
	others = frappe.db.count(INTERACTION, {"status": ("!=", "Closed"), "name": ("not in", names)})
	if not others:  # the explorer agrees, record by record
		for user in users:
			assert ours.get(user, [0, 0]) == [
				len(after[user] - before[user]),
				len(before[user] - after[user]),
			]


def test_a_second_person_is_asked_for(clock_at, draft, make_user, as_user, set_settings):
	set_settings(four_eyes_on_matrix=1)
	author, changed, approver = (make_user(MANAGER, first_name=name) for name in ("Ada", "Ben", "Cleo"))
	with clock_at(NOW):
		with as_user(author):
			version = draft()
		with as_user(changed):
			version.reload()
			version.change_summary = "Stricter"
			version.save()
		for person in (author, changed):
			with as_user(person):
				with pytest.raises(FourEyesError, match="Cleo"):
					frappe.get_doc(MATRIX, version.name).submit()
		with as_user(approver):
			version = frappe.get_doc(MATRIX, version.name)
			version.submit()
	assert version.docstatus == 1 and version.approved_by == approver


def test_a_draft_is_a_duty_of_those_who_can_approve_it(draft, make_user, as_user, set_settings):
	set_settings(four_eyes_on_matrix=1)
	author, approver = make_user(MANAGER), make_user(MANAGER)
	with as_user(author):
		version = draft()

	def owes(user):
		return {each["route"][2] for each in duties.of_user(user) if each["what"] == "Matrix to Approve"}

	assert version.name in owes(approver) and version.name not in owes(author)
	assert not owes(make_user("Compliance Officer"))
	set_settings(four_eyes_on_matrix=0)  # the author can
	assert not owes(approver)
	set_settings(four_eyes_on_matrix=1)
	with as_user(approver):
		frappe.get_doc(MATRIX, version.name).submit()
	assert version.name not in owes(approver)


def test_who_changes_a_version_while_submitting_it_needs_a_second_person_too(
	clock_at, draft, make_user, as_user, set_settings
):
	set_settings(four_eyes_on_matrix=1)
	author, approver = (make_user(MANAGER, first_name=name) for name in ("Ada", "Ben"))
	with clock_at(NOW):
		with as_user(author):
			version = draft()
		with as_user(approver):
			for change in (
				lambda doc: doc.rules[0].update({"respond_within_days": 9}),
				lambda doc: doc.update({"change_summary": "Stricter"}),
				lambda doc: doc.documentation.pop(),
			):
				doc = frappe.get_doc(MATRIX, version.name)
				change(doc)
				with pytest.raises(FourEyesError):
					doc.submit()
			# As the form sends it, where texts without a value are empty.
			sent = {**frappe.get_doc(MATRIX, version.name).as_dict(), "company": "", "approved_by": approver}
			frappe.client.submit(frappe.as_json(sent))
	assert frappe.db.get_value(MATRIX, version.name, ["docstatus", "approved_by"]) == (1, approver)


@pytest.mark.clause("T-4")
def test_who_submits_a_version_approves_it_whatever_is_said(clock_at, draft, make_user, as_user):
	author, approver = (make_user(MANAGER, first_name=name) for name in ("Ada", "Ben"))
	with clock_at(NOW):
		with as_user(author):
			version = draft(approved_by=author, approved_on="2020-01-01")
			assert not (version.approved_by or version.approved_on)
		with as_user(approver):
			doc = frappe.get_doc(MATRIX, version.name)
			doc.update({"approved_by": author, "approved_on": "2020-01-01"})
			doc.submit()
			assert (doc.approved_by, str(doc.approved_on)) == (approver, NOW[:10])
			frappe.client.set_value(MATRIX, doc.name, "approved_by", author)
	assert frappe.db.get_value(MATRIX, version.name, "approved_by") == approver


@pytest.mark.clause("T-4")
def test_a_version_that_replaces_another_says_what_it_changes(clock_at, draft, monkeypatch):
	with clock_at(NOW):
		version = draft(change_summary=" <p></p> ")
		with (
			monkeypatch.context() as in_the_form,
			pytest.raises(frappe.ValidationError, match="what it changes"),
		):
			in_the_form.setattr(transactions, "is_request", lambda: True)
			in_the_form.setattr(frappe.local, "form_dict", frappe._dict(action="Submit"))
			version.submit()
		version.reload()
		version.change_summary = "Stricter"
		version.submit()
		frappe.db.delete(MATRIX)
		draft_of_the_first = frappe.copy_doc(version)
		draft_of_the_first.update({"docstatus": 0, "version_label": "First", "change_summary": None})
		draft_of_the_first.insert().submit()  # replaces nothing
	assert draft_of_the_first.docstatus == 1


@pytest.mark.clause("T-2")
def test_a_copy_that_takes_effect_later_is_reviewed_a_year_after(clock_at, draft):
	with clock_at(NOW):
		version = draft(effective_from="2100-01-01", next_review_on="2027-01-01", change_summary=None)
		version.submit()  # as a program does, which is not asked what it changes
	assert str(version.next_review_on) == "2101-01-01"


@pytest.mark.clause("T-2")
def test_a_version_has_a_day_for_its_next_review_that_can_be_moved(clock_at, draft):
	with clock_at(NOW):
		version = draft(next_review_on=None)
		version.submit()
		assert frappe.utils.getdate(version.next_review_on) > frappe.utils.getdate(NOW)
		version.next_review_on = "2027-03-01"
		version.save()
		for wrong in ("2020-01-01", None):
			version.reload()
			version.next_review_on = wrong
			with pytest.raises(frappe.ValidationError):
				version.save()
		version.reload()
		version.rules[0].respond_within_days = 9
		with pytest.raises(frappe.ValidationError):
			version.save()
	frappe.db.delete(MATRIX)
	install.make_matrix()
	assert frappe.get_all(MATRIX, pluck="next_review_on") == [
		frappe.utils.getdate(frappe.utils.add_years(frappe.utils.nowdate(), 1))
	]


def test_a_version_dated_ahead_acts_on_its_day(log, clock_at, draft, jobs):
	with clock_at(NOW):
		doc = log("Service Update")
		version = draft(
			level_of("Service Update", "Sensitive"), reclassify_open=1, effective_from="2026-12-01 00:00"
		)
		version.submit()
		activation.start_due()
		assert not frappe.db.exists(runs.RUN, {"kind": runs.RECLASSIFICATION})
	with clock_at("2026-12-01 00:05"):
		activation.start_due()
		activation.start_due()
		assert frappe.db.count(runs.RUN, {"kind": runs.RECLASSIFICATION}) == 1
		while jobs:
			jobs.pop(0)()
	doc.reload()
	assert (doc.confidentiality_level, doc.matrix) == ("Sensitive", version.name)
	assert [row.note for row in doc.events if row.event == "Matrix Changed"]
	assert any(row.event == "Level Changed" and version.name in row.note for row in doc.events)


def test_a_version_that_is_not_in_force_reclassifies_nothing(log, clock_at, draft, jobs):
	"""An amendment dated before the version in force, and one that was replaced before its job began."""
	with clock_at(NOW):
		log("Service Update")
		current = draft(level_of("Service Update", "Sensitive"), effective_from="2026-11-20 00:00")
		current.submit()
		late = draft(
			level_of("Service Update", "Standard"), reclassify_open=1, effective_from="2026-11-10 00:00"
		)
		late.submit()
		assert not frappe.db.exists(runs.RUN, {"kind": runs.RECLASSIFICATION})

		doc = log("Service Update")
		replaced = draft(
			level_of("Service Update", "Standard"), reclassify_open=1, effective_from="2026-11-23 00:00"
		)
		replaced.submit()
		run = frappe.get_last_doc(runs.RUN, {"reference_name": replaced.name})
		draft(level_of("Service Update", "Sensitive"), effective_from="2026-11-24 00:00").submit()
		jobs.pop()()
	run.reload()
	assert (run.status, run.done) == (runs.CANCELLED, 0) and replaced.name in run.error
	doc.reload()
	assert doc.confidentiality_level == "Sensitive"


def test_closed_ones_and_what_staff_chose_stay(log, clock_at, draft, jobs):
	with clock_at(NOW):
		raised = log("Service Update", confidentiality_level="Sensitive")
		closed = log("Service Update")
		closed.db_set("status", "Closed")
		earlier = {"reclassify_open": 0, "effective_from": "2026-11-24 14:58"}
		untouched = draft(level_of("Service Update", "Standard"), **earlier)
		untouched.submit()
		assert not frappe.db.exists(runs.RUN, {"kind": runs.RECLASSIFICATION})
		version = draft(
			level_of("Service Update", "Standard"), reclassify_open=1, effective_from="2026-11-24 14:59"
		)
		activate(version, jobs)
	raised.reload()
	closed.reload()
	assert (raised.confidentiality_level, raised.matrix) == ("Sensitive", version.name)
	assert closed.confidentiality_level == "Confidential" and closed.matrix != version.name


def test_one_that_fails_does_not_stop_the_others(log, clock_at, draft, jobs):
	with clock_at(NOW):
		bad, good = log("Service Update"), log("Service Update")
		frappe.db.set_value(INTERACTION, bad.name, "channel", "Nowhere", update_modified=False)
		version = draft(level_of("Service Update", "Sensitive"), reclassify_open=1)
		run = api.policy_change(activate(version, jobs))["run"]
	assert run["failed"] == 1 and run["status"] == "Finished"
	assert frappe.db.get_value(INTERACTION, good.name, "confidentiality_level") == "Sensitive"
	assert frappe.db.get_value(INTERACTION, bad.name, "confidentiality_level") == "Confidential"
	assert frappe.db.exists("Error Log", {"reference_name": bad.name})


@pytest.fixture
def broken(log, clock_at, draft, jobs):
	"""`broken(count)`: a finished run that could not change so many interactions, their names, and what mends them."""

	def make(count):
		with clock_at(NOW):
			bad, good = [log("Service Update").name for _each in range(count)], log("Service Update").name
			of_bad = {"name": ("in", bad)}
			channel = frappe.db.get_value(INTERACTION, good, "channel")
			frappe.db.set_value(INTERACTION, of_bad, "channel", "Nowhere", update_modified=False)
			run = activate(draft(level_of("Service Update", "Sensitive"), reclassify_open=1), jobs)
		assert frappe.db.get_value(runs.RUN, run, ["failed", "status"]) == (count, "Finished")
		mend = lambda: frappe.db.set_value(INTERACTION, of_bad, "channel", channel, update_modified=False)  # noqa: E731
		return run, bad, mend

	return make


def levels_of(names):
	rows = frappe.get_all(
		INTERACTION, {"name": ("in", names)}, ["name", "confidentiality_level"], order_by="name asc"
	)
	return [row.confidentiality_level for row in rows]


def all_in(jobs):
	while jobs:
		jobs.pop(0)()


def test_what_failed_is_tried_again(broken, clock_at, jobs, officer, as_user):
	run, bad, mend = broken(2)
	with clock_at(NOW):
		checked = result_of(run)["checked"]
		api.retry_policy_change(run)
		with pytest.raises(ActionNotPossibleError):
			api.retry_policy_change(run)  # a second click
		all_in(jobs)
		assert frappe.db.get_value(runs.RUN, run, ["failed", "status"]) == (2, "Finished"), "still broken"
		assert result_of(run)["checked"] == checked
		mend()
		with as_user(officer):
			api.retry_policy_change(run)
		all_in(jobs)
		assert frappe.db.get_value(runs.RUN, run, ["failed", "status"]) == (0, "Finished")
		assert levels_of(bad) == ["Sensitive", "Sensitive"]
		found = result_of(run)
		assert found["checked"] == checked + 2 == frappe.db.get_value(runs.RUN, run, "done")
		(moved,) = rows_of(found, "levels", communication_type="Service Update", to="Sensitive")
		assert moved["records"] == 3, "of both tries"
		with pytest.raises(ActionNotPossibleError, match="could not be changed"):
			api.retry_policy_change(run)


def test_a_second_try_goes_on_in_chunks_where_it_ended(broken, clock_at, jobs, monkeypatch):
	run, bad, mend = broken(3)
	mend()
	frappe.db.set_value(INTERACTION, bad[2], "status", "Closed", update_modified=False)
	monkeypatch.setitem(runs.CHUNK, runs.RECLASSIFICATION, 1)
	with clock_at(NOW):
		before = frappe.db.get_value(runs.RUN, run, "done")
		api.retry_policy_change(run)
		runs.work(run, progress=lambda done: api.cancel_policy_change(run))
		assert levels_of(bad) == ["Sensitive", "Confidential", "Confidential"]
		assert api.policy_change(run)["run"]["status"] == "Cancelled"
		jobs.clear()
		api.continue_policy_change(run)
		all_in(jobs)
	assert levels_of(bad) == ["Sensitive", "Sensitive", "Confidential"], "what is closed keeps its version"
	stored = frappe.db.get_value(runs.RUN, run, ["failed", "status", "done"])
	assert stored == (0, "Finished", before)


def test_a_run_of_an_earlier_version_of_the_app_is_tried_again(broken, clock_at, jobs):
	run, bad, mend = broken(1)
	frappe.db.set_value(runs.RUN, run, "failed_names", None)
	frappe.db.set_value(INTERACTION, {"name": ("in", bad)}, "creation", NOW, update_modified=False)
	mend()
	with clock_at(NOW):
		api.retry_policy_change(run)
		all_in(jobs)
	assert levels_of(bad) == ["Sensitive"]
	assert frappe.db.get_value(runs.RUN, run, ["failed", "status"]) == (0, "Finished")


def test_of_a_version_that_was_replaced_nothing_is_tried_again(broken, clock_at, draft, jobs):
	run, bad, mend = broken(1)
	mend()
	with clock_at("2026-11-25 10:00"):
		newer = draft(effective_from="2026-11-25 09:00")
		newer.submit()
		with pytest.raises(ActionNotPossibleError, match="no longer the version in force"):
			api.retry_policy_change(run)
	assert frappe.db.get_value(runs.RUN, run, "status") == "Finished"
	assert levels_of(bad) == ["Confidential"]


# --- versions side by side ---------------------------------------------------------------------------


def test_two_versions_are_compared_in_the_words_of_the_form(draft, make_user, as_user):
	def change(doc):
		rule(doc, "Initial Inquiry").respond_within_days = 9
		doc.append(
			"documentation",
			{"communication_type": "Feedback/Complaint", "documentation_method": "Meeting Notes"},
		)

	old, new = frappe.get_last_doc(MATRIX, {"docstatus": 1}).name, draft(change).name
	with as_user(make_user(MANAGER)):
		found = api.matrix_difference(old, new)
	assert {
		"kind": "changed",
		"section": "Rules",
		"row": "Initial Inquiry",
		"field": "Respond Within Days",
		"old": "2",
		"new": "9",
	} in found
	assert any(
		(row["kind"], row["section"], row["field"], row["new"])
		== ("added", "Documentation", "Documentation Method", "Meeting Notes")
		for row in found
	)
	assert api.matrix_difference(old, old) == []
