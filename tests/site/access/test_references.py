"""Referring to a hidden record gives no copy of its fields and no access to it (D-5, P-2)."""

import frappe
import pytest

from client_comms import acting, api
from client_comms.enforcement import level_spread
from client_comms.exceptions import ClearanceMissingError
from client_comms.intake import arrivals
from client_comms.patches.v1_0 import withdraw_words_from_tasks

pytestmark = pytest.mark.clause("D-5", "P-2")

SALES = ("Sales User", "Sales Manager", "Support Team", "Projects User", "System Manager")


@pytest.fixture
def staff(make_user):
	"""The third has clearance for the level of the documents, but takes part in none of them."""
	return frappe._dict(
		cleared=make_user("Customer Support Manager", "Compliance Officer", *SALES),
		uncleared=make_user("Frontline Staff", *SALES),
		support=make_user("Customer Support", *SALES),
	)


@pytest.fixture
def hidden(set_settings):
	"""`hidden("Lead", lead_name="Anna")` makes a document at the level Sensitive."""
	set_settings(govern_issues=1, govern_leads=1, govern_opportunities=1)

	def make(doctype, **fields):
		doc = frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)
		doc.db_set("confidentiality_level", "Sensitive")
		return doc

	return make


@pytest.fixture
def issue(hidden):
	return hidden("Issue", subject="Water under the roof")


@pytest.fixture
def lead(hidden):
	return hidden("Lead", lead_name="Anna Kruse", email_id="anna@kruse.example", mobile_no="+49 431 1234567")


def interaction(issue=None, **fields):
	about = {"reference_doctype": "Issue", "reference_name": issue.name} if issue else {}
	return frappe.get_doc(
		{
			"doctype": "Client Interaction",
			"company": frappe.db.get_value("Company", {}),
			"communication_type": "Feedback/Complaint",
			"channel": "Phone",
			"direction": "Inbound",
			"occurred_on": frappe.utils.add_days(frappe.utils.now_datetime(), -1),
			"subject": "The roof",
			"summary": "Somebody called about the roof.",
			"party_type": "Customer",
			"party": frappe.get_doc({"doctype": "Customer", "customer_name": frappe.generate_hash()})
			.insert(ignore_permissions=True)
			.name,
			"responsible_staff": frappe.session.user,
			**about,
			**fields,
		}
	)


def may_read(doc):
	return bool(frappe.get_list(doc.doctype, {"name": doc.name}, pluck="name"))


def test_an_interaction_of_ones_own_opens_no_issue(issue, staff, as_user):
	"""Users who can read an interaction about an Issue can read the Issue, so no one can create one about a
	hidden Issue."""
	with as_user(staff.support):
		assert not may_read(issue)
		with pytest.raises(ClearanceMissingError):
			interaction(issue).insert()
		own = interaction().insert()
		own.update({"reference_doctype": "Issue", "reference_name": issue.name})
		with pytest.raises(ClearanceMissingError):
			own.save()
		assert not may_read(issue)


def test_an_interaction_about_an_issue_that_one_may_read(issue, staff, as_user):
	frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": "Call them",
			"allocated_to": staff.support,
			"reference_type": "Issue",
			"reference_name": issue.name,
		}
	).insert(ignore_permissions=True)
	with as_user(staff.support):
		made = interaction(issue).insert()
		made.summary = "They called once more."
		made.save()  # existing references are not checked again
	assert made.reference_name == issue.name


def test_evidence_is_what_one_may_read(issue, staff, as_user):
	row = {"documentation_method": "CRM Log", "reference_doctype": "Issue", "reference_name": issue.name}
	with as_user(staff.support), pytest.raises(ClearanceMissingError):
		interaction(evidence=[row]).insert()


def test_an_event_about_a_hidden_issue(issue, staff, as_user):
	"""It would become an interaction about the Issue."""
	event = {
		"doctype": "Event",
		"subject": "On the roof",
		"starts_on": frappe.utils.now_datetime(),
		"event_participants": [{"reference_doctype": "Issue", "reference_docname": issue.name}],
	}
	with as_user(staff.support), pytest.raises(ClearanceMissingError):
		frappe.get_doc(event).insert()


def message(**fields):
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Phone",
			"sent_or_received": "Received",
			"subject": "The roof",
			"content": "They called",
			**fields,
		}
	)


def test_a_message_under_a_hidden_issue(issue, staff, as_user):
	filed = {"reference_doctype": "Issue", "reference_name": issue.name}
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		message(**filed).insert()


def test_a_message_put_into_a_hidden_interaction(log, staff, as_user):
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		message(client_interaction=log("Feedback/Complaint").name).insert()


COPIES = {
	"Opportunity": lambda lead: {"opportunity_from": "Lead", "party_name": lead.name},
	"Prospect": lambda lead: {"company_name": "Kruse", "leads": [{"lead": lead.name}]},
	"Customer": lambda lead: {"customer_name": "Kruse", "lead_name": lead.name},
}


@pytest.mark.parametrize("doctype", COPIES)
def test_documents_that_copy_from_a_lead(doctype, lead, staff, as_user):
	company = {"company": frappe.db.get_value("Company", {})} if doctype != "Customer" else {}
	values = {"doctype": doctype, **company, **COPIES[doctype](lead)}
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		frappe.get_doc(values).insert()
	with as_user(staff.cleared):
		assert frappe.get_doc(values).insert().name


def test_a_paper_file_of_a_hidden_client_does_not_tell_its_name(lead, make_user, as_user):
	"""For staff of this app alone, too, whom ERPNext shows no Lead."""
	location = frappe.get_doc(
		{"doctype": "Physical Location", "location_name": "Cabinet 9", "location_type": "Cabinet"}
	).insert()
	values = {
		"doctype": "Physical File",
		"title": "Contracts",
		"party_type": "Lead",
		"party": lead.name,
		"location": location.name,
		"confidentiality_level": "Standard",
	}
	user = make_user("Frontline Staff")
	with as_user(user):
		with pytest.raises(ClearanceMissingError):
			frappe.get_doc({**values, "custodian": user}).insert()
		lead.db_set("confidentiality_level", None)
		assert frappe.get_doc({**values, "custodian": user}).insert().party_name == "Anna Kruse"


def test_who_looks_after_a_hidden_client_is_not_told_before_logging(lead, make_user, as_user):
	owner = make_user("Account Manager", "Customer Support", "Customer Support Manager", "Sales User")
	lead.db_set("lead_owner", owner)
	about = {"party_type": "Lead", "party": lead.name, "communication_type": "Feedback/Complaint"}
	with as_user(make_user("Frontline Staff")):
		with pytest.raises(ClearanceMissingError):
			api.simulate_log(**about)
		lead.db_set("confidentiality_level", None)
		assert api.simulate_log(**about)["responsible_staff"] == owner


def test_a_task_about_an_issue(issue, staff, as_user):
	task = {"doctype": "Task", "subject": "Look at the roof", "issue": issue.name}
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		frappe.get_doc(task).insert()
	with as_user(staff.cleared):
		made = frappe.get_doc(task).insert()
	with as_user(staff.uncleared):
		made.reload()
		made.status = "Working"
		made.save()  # it adds no reference


@pytest.mark.parametrize(
	("level", "subject", "description"),
	[("Sensitive", None, None), ("Standard", "The roof leaks", "Rain"), (None, "The roof leaks", "Rain")],
)
def test_a_task_that_is_made_of_an_issue(level, subject, description, held, make_user, request_as):
	"""Everyone who works on projects can read it."""
	about = held(
		"Issue", level=level, subject="The roof leaks", description="Rain", raised_by="anna@client.example"
	)
	user = make_user("Customer Support Manager", "Support Team", "Projects User")
	method = "erpnext.support.doctype.issue.issue.make_task"
	for mapper in ("frappe.model.mapper.make_mapped_doc", method):
		task = request_as(
			user, mapper, source_name=about.name, **({} if mapper == method else {"method": method})
		)
		assert (task.doctype, task.issue) == ("Task", about.name)
		assert (task.subject, task.description) == (subject or about.name, description)


def test_a_task_that_was_made_before_its_issue_was_raised(held):
	"""What staff wrote themselves stays."""
	words = {"subject": "The roof leaks", "description": "Rain"}
	about = held("Issue", level="Standard", raised_by="anna@client.example", **words)
	copied, own = (
		frappe.get_doc({"doctype": "Task", "issue": about.name, **words, **others}).insert()
		for others in ({}, {"subject": "Order tiles", "description": "200"})
	)
	row = {"task": copied.name, "subject": words["subject"]}
	waits = frappe.get_doc({"doctype": "Task", "subject": "Paint", "depends_on": [row]}).insert()
	level_spread.change_level("Issue", about.name, "Sensitive", "It is about money")
	assert frappe.db.get_value("Task", copied.name, ["subject", "description"]) == (about.name, None)
	assert frappe.db.get_value("Task", own.name, ["subject", "description"]) == ("Order tiles", "200")
	assert frappe.db.get_value("Task Depends On", {"parent": waits.name}, "subject") == about.name
	copied.db_set(words)
	withdraw_words_from_tasks.execute()
	assert frappe.db.get_value("Task", copied.name, ["subject", "description"]) == (about.name, None)


@pytest.fixture
def made_of_issue(held):
	"""An Issue at an open level, and a Task of it, both with the words that the Issue had at first."""
	about = held("Issue", level="Standard", subject="The roof leaks", description="Rain")
	copied = {"doctype": "Task", "issue": about.name, "subject": about.subject, "description": "Rain"}
	return about, frappe.get_doc(copied).insert()


def words_of(task) -> tuple:
	return frappe.db.get_value("Task", task.name, ["subject", "description"])


def test_a_task_that_was_made_before_the_words_of_its_issue_were_changed(made_of_issue):
	about, task = made_of_issue
	row = {"task": task.name, "subject": task.subject}
	waits = frappe.get_doc({"doctype": "Task", "subject": "Paint", "depends_on": [row]}).insert()
	about.reload()
	about.update({"subject": "Roof", "description": "Rain and hail"}).save(ignore_version=False)
	level_spread.change_level("Issue", about.name, "Sensitive", "It is about money")
	assert words_of(task) == (about.name, None)
	assert frappe.db.get_value("Task Depends On", {"parent": waits.name}, "subject") == about.name


def test_words_do_not_come_back_with_a_form_that_was_open_when_the_issue_was_raised(made_of_issue):
	about, task = made_of_issue
	opened = frappe.get_doc("Task", task.name)
	level_spread.change_level("Issue", about.name, "Sensitive", "It is about money")
	opened.save()
	assert words_of(task) == (about.name, None)


def test_a_task_of_an_issue_whose_level_is_no_longer_open_to_all_with_a_role(made_of_issue):
	about, task = made_of_issue
	deleted = frappe.copy_doc(task).insert()
	deleted.delete()
	level = frappe.get_doc("Confidentiality Level", "Standard")
	level.description = "As before"
	level.save()
	assert words_of(task) == ("The roof leaks", "Rain")
	level.need_to_know = "Participants"
	level.save()
	assert words_of(task) == (about.name, None)
	kept = frappe.db.get_value("Deleted Document", {"deleted_name": deleted.name}, "data")
	assert "The roof" not in kept and "Rain" not in kept


def appointment(**fields):
	return frappe.get_doc(
		{
			"doctype": "Appointment",
			"customer_name": "Eve",
			"customer_email": "eve@client.example",
			"scheduled_time": frappe.utils.add_days(None, 9),
			"appointment_with": "Customer",
			"party": frappe.db.get_value("Customer", {}) or customer(),
			**fields,
		}
	)


def customer():
	client = {"doctype": "Customer", "customer_name": frappe.generate_hash()}
	return frappe.get_doc(client).insert(ignore_permissions=True).name


def test_an_appointment_moves_no_hidden_event(log, staff, as_user):
	event = frappe.get_doc(
		{"doctype": "Event", "subject": "The roof", "starts_on": "2026-11-23 10:00", "event_type": "Public"}
	).insert()
	arrivals.bind(event, log("Feedback/Complaint"))

	def starts_on():
		return str(frappe.db.get_value("Event", event.name, "starts_on"))

	with as_user(staff.uncleared):
		with pytest.raises(ClearanceMissingError):
			appointment(calendar_event=event.name).insert()
		own = frappe.get_doc("Appointment", appointment().insert().name)
		own.calendar_event = event.name
		with pytest.raises(ClearanceMissingError):
			own.save()
	assert starts_on() == "2026-11-23 10:00:00"
	with as_user(staff.cleared):
		appointment(calendar_event=event.name).insert()
	assert starts_on() != "2026-11-23 10:00:00"


def test_an_appointment_of_a_hidden_lead(lead, staff, as_user):
	"""ERPNext assigns it to who is in charge of the Lead's Opportunity; by the address, it names the Lead itself."""
	with as_user(staff.uncleared):
		with pytest.raises(ClearanceMissingError):
			appointment(appointment_with="Lead", party=lead.name).insert()
		booked = appointment(party=None, customer_email=lead.email_id).insert()
		booked = frappe.get_doc("Appointment", booked.name)
		booked.customer_details = "They want to see the roof."
		booked.save()  # it adds no reference
	assert booked.party == lead.name


def test_a_contact_changes_the_numbers_of_no_hidden_lead(lead, staff, as_user):
	contact = {
		"doctype": "Contact",
		"first_name": "Eve",
		"phone_nos": [{"phone": "+49 431 666", "is_primary_phone": 1}],
		"links": [{"link_doctype": "Lead", "link_name": lead.name}],
	}

	def number():
		return frappe.db.get_value("Lead", lead.name, "phone")

	before = number()
	with as_user(staff.uncleared):
		made = frappe.get_doc(contact).insert()
		made.save(ignore_permissions=True)
	assert number() == before
	with as_user(staff.cleared):
		made.reload()
		made.save()
	assert number() == "+49 431 666"


@pytest.mark.parametrize(("who", "level"), [("uncleared", None), ("cleared", "Sensitive")])
def test_to_dos_stay_with_a_lead_that_is_more_confidential_than_its_opportunity(
	who, level, lead, staff, as_user, monkeypatch
):
	"""ERPNext moves those that are open to an Opportunity made of the Lead."""
	monkeypatch.setattr(acting, "is_unattended", lambda: False)
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": "Ask about the illness",
			"reference_type": "Lead",
			"reference_name": lead.name,
			"allocated_to": staff.cleared,
		}
	).insert(ignore_permissions=True)
	company = frappe.db.get_value("Company", {})
	made = {"doctype": "Opportunity", "opportunity_from": "Lead", "party_name": lead.name, "company": company}
	with as_user(staff[who]):
		opportunity = frappe.get_doc({**made, "confidentiality_level": level}).insert(ignore_permissions=True)
	todo.reload()
	assert todo.reference_name == (opportunity.name if level else lead.name)
	assert todo.reference_type == ("Opportunity" if level else "Lead")


def test_the_email_digest_holds_what_all_its_recipients_may_read(issue, staff, as_user, monkeypatch):
	company = frappe.get_doc("Company", frappe.db.get_value("Company", {}))
	digest = frappe.get_doc(
		{
			"doctype": "Email Digest",
			"name": "leakage",
			"company": company.name,
			"frequency": "Daily",
			"issue": 1,
			"recipients": [{"recipient": staff.cleared}],
		}
	)
	frappe.db.set_value("Issue", issue.name, "modified", "2001-01-01", update_modified=False)  # the first ten

	def subjects():
		return [row.subject for row in digest.get_issue_list() or ()]

	with as_user(staff.uncleared):
		assert issue.subject not in subjects()
	with as_user(staff.cleared):
		assert issue.subject in subjects()
	sent = []
	monkeypatch.setattr(digest, "get_msg_html", lambda: sent.append(subjects()))
	digest.send()
	digest.append("recipients", {"recipient": staff.uncleared})
	digest.send()
	assert issue.subject in sent[0]
	assert issue.subject not in sent[1]


def test_the_email_digest_counts_the_issues_that_its_reader_can_read(issue, staff, as_user):
	digest, counts = frappe.new_doc("Email Digest"), []
	for user in (staff.cleared, staff.uncleared):
		with as_user(user):
			counts.append(digest.get_issue_count())
	assert counts[0] == counts[1] + 1


def test_the_email_digest_counts_the_to_dos_that_its_reader_can_read(complaint, log, staff, as_user):
	digest = frappe.new_doc("Email Digest")
	for about in (complaint, log()):
		frappe.get_doc(
			{
				"doctype": "ToDo",
				"description": "Call her",
				"reference_type": about.doctype,
				"reference_name": about.name,
				"allocated_to": staff.cleared,
			}
		).insert(ignore_permissions=True).db_set({"owner": staff.uncleared, "assigned_by": staff.uncleared})
	for user, count in ((staff.cleared, 2), (staff.uncleared, 1)):
		with as_user(user):
			assert digest.get_todo_count(staff.uncleared) == count


@pytest.mark.parametrize(
	("doctype", "values"),
	[
		("Identity Verification", {"method": "Document Seen", "result": "Confirmed"}),
		("Client Consent", {"purpose": "Marketing", "collected_through": "Phone", "status": "Given"}),
	],
)
def test_what_is_noted_about_a_client_names_no_hidden_interaction(
	doctype, values, log, make_client, staff, as_user
):
	"""How long an identity check is valid tells the level of the interaction that it names."""
	client = make_client("Anna Client", "anna@client.example")
	given = {"doctype": doctype, **client, **values, "notice_text": "I agree.", "given_on": log().occurred_on}
	for kind, refused in (("Feedback/Complaint", True), ("Initial Inquiry", False)):
		doc = frappe.get_doc({**given, "client_interaction": log(kind).name})
		with as_user(staff.uncleared):
			if refused:
				with pytest.raises(ClearanceMissingError):
					doc.insert()
			else:
				doc.insert()
