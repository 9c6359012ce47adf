"""Several records changed from a list: what is refused is said once for each, with its name (R-2)."""

import json

import frappe
import pytest
from frappe.desk.form import assign_to

from client_comms import procedure
from client_comms.enforcement.methods import several

pytestmark = pytest.mark.clause("R-2")

_OF_LISTS = "frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs"


@pytest.fixture
def supervisor(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT_MANAGER)


@pytest.fixture
def interactions(log, make_client, frontline, supervisor):
	"""One of a supervisor, and two of someone who cannot read what is sensitive."""
	client = make_client("Anna", "anna@client.example")
	made = [log(responsible_staff=user, **client) for user in (supervisor, frontline, frontline)]
	frappe.db.commit()  # a refusal undoes what is not
	return made


@pytest.fixture
def change(request_as, supervisor):
	"""`change(names, field=value)`: what the supervisor's request answers."""

	def call(names, **values):
		frappe.clear_messages()
		return request_as(
			supervisor,
			_OF_LISTS,
			doctype="Client Interaction",
			docnames=json.dumps(names),
			action="update",
			data=json.dumps(values),
		)

	return call


def said():
	return [frappe.parse_json(each)["message"] for each in frappe.local.message_log]


def test_what_is_refused_is_named_once_for_each(interactions, change):
	mine, *others = [doc.name for doc in interactions]
	values = {"communication_type": procedure.FEEDBACK, "reclassification_reason": "They complain"}
	assert change([mine, *others], **values) == others
	[lines] = said()
	assert [sum(name in line for line in lines) for name in (mine, *others)] == [0, 1, 1]
	assert all("cannot take part in this interaction" in line for line in lines)
	assert frappe.db.get_value("Client Interaction", mine, "communication_type") == procedure.FEEDBACK


def test_nothing_is_called_changed_if_all_were_refused(interactions, change):
	names = [doc.name for doc in interactions]
	with pytest.raises(frappe.ValidationError):
		change(names, occurred_on="2099-01-01 10:00:00")
	assert [sum(name in line for line in said()[0]) for name in names] == [1, 1, 1]


def test_what_a_job_refuses_is_told_too(interactions, change, supervisor, as_user, monkeypatch):
	mine, *others = [doc.name for doc in interactions]
	sent, jobs, shares = [], [], []
	monkeypatch.setattr(frappe, "enqueue", lambda job, **options: jobs.append((job, options)))
	names = [mine, *others] * 7
	values = {"communication_type": procedure.FEEDBACK, "reclassification_reason": "They complain"}
	assert change(names, **values) is None and "background" in said()[0]
	[(job, options)] = jobs
	assert (options.pop("queue"), options.pop("timeout")) == ("short", 1000)
	monkeypatch.setattr(frappe, "publish_realtime", lambda event, *args, **more: sent.append((event, args)))
	monkeypatch.setattr(
		frappe,
		"publish_progress",
		lambda percent, title=None, description=None, task_id=None: task_id or shares.append(percent),
	)
	with as_user(supervisor):
		job(**options)
	log = frappe.get_last_doc("Notification Log", {"for_user": supervisor})
	assert log.subject.startswith("2 Not Changed") and all(name in log.subject for name in others)
	[told] = [args[0] for event, args in sent if event == "msgprint"]
	assert [sum(name in line for line in told["message"]) for name in (mine, *others)] == [0, 1, 1]
	assert shares == [pytest.approx(100 * number / 21) for number in range(1, 22)]


@pytest.fixture
def confidential_one(interactions):
	"""The interactions, the first of which only the supervisor can read."""
	interactions[0].db_set("confidentiality_level", "Sensitive")
	frappe.db.commit()
	return [doc.name for doc in interactions]


@pytest.fixture
def assign(request_as, supervisor, frontline, monkeypatch):
	"""`assign(names)`: the supervisor assigns several to someone without clearance for what is sensitive."""
	monkeypatch.setattr(
		assign_to, "notify_assignment", lambda *args, **kwargs: None
	)  # the site sends no mail

	def call(names):
		frappe.clear_messages()
		request_as(
			supervisor,
			"frappe.desk.form.assign_to.add_multiple",
			doctype="Client Interaction",
			name=json.dumps(names),
			assign_to=json.dumps([frontline]),
			description="Call them",
		)

	return call


def assigned_to(user, names):
	about = {
		"allocated_to": user,
		"status": "Open",
		"description": "Call them",
		"reference_name": ("in", names),
	}
	return sorted(frappe.get_all("ToDo", about, pluck="reference_name"))


def test_an_assignment_of_several_names_what_it_refuses_and_assigns_the_rest(
	confidential_one, assign, frontline
):
	assign(confidential_one)
	_hidden, *others = confidential_one
	[lines] = [each for each in said() if isinstance(each, list)]
	assert [sum(name in line for line in lines) for name in confidential_one] == [1, 0, 0]
	assert assigned_to(frontline, confidential_one) == sorted(others)


def test_an_assignment_of_several_that_is_refused_for_all_names_each(confidential_one, assign, frontline):
	for name in confidential_one:
		frappe.db.set_value("Client Interaction", name, "confidentiality_level", "Sensitive")
	frappe.db.commit()
	with pytest.raises(frappe.ValidationError):
		assign(confidential_one)
	assert [sum(name in line for line in said()[0]) for name in confidential_one] == [1, 1, 1]


@pytest.mark.skipif(frappe.__version__.startswith("15."), reason="version 15 sends no name of a field")
def test_users_are_offered_as_the_new_value_of_several_records(interactions, supervisor, request_as):
	answer = request_as(
		supervisor,
		"frappe.desk.search.search_link",
		txt="",
		doctype="User",
		ignore_user_permissions=1,
		reference_doctype="Client Interaction",
		link_fieldname="value",
	)
	assert answer


def test_several_of_a_doctype_that_is_not_governed_are_left_to_frappe(
	request_as, supervisor, frontline, monkeypatch
):
	"""All at once, as without this app."""
	monkeypatch.setattr(assign_to, "notify_assignment", lambda *args, **kwargs: None)
	names = [
		frappe.get_doc({"doctype": "Note", "title": frappe.generate_hash()}).insert().name
		for _each in range(2)
	]
	said = []
	monkeypatch.setattr(several, "each", lambda *args: said.append(args))
	told = {"doctype": "Note", "name": json.dumps(names), "assign_to": json.dumps([frontline])}
	request_as("Administrator", "frappe.desk.form.assign_to.add_multiple", description="Call them", **told)
	assert assigned_to(frontline, names) == sorted(names)
	request_as(
		"Administrator", "frappe.desk.form.assign_to.remove_multiple", doctype="Note", names=json.dumps(names)
	)
	assert assigned_to(frontline, names) == [] and not said


def test_the_reason_is_what_was_said_last_or_the_error_and_without_a_refusal_nothing_is_said():
	def refuse(name):
		frappe.msgprint(f"{name} is looked at")
		if name == "A":
			frappe.throw("A is closed")
		if name == "B":
			frappe.local.message_log.clear()
			raise frappe.PermissionError("B is hidden")

	frappe.clear_messages()
	several.each([], refuse)
	several.each(["C"], lambda name: None)
	assert not said()
	several.each(["A", "B", "C"], refuse)
	assert said()[-1] == [f"{frappe.bold('A')}: A is closed", f"{frappe.bold('B')}: B is hidden"]
