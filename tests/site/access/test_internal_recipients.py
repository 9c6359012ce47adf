"""Users without clearance receive nothing, the sender is told why, and the rest is sent (D-5, P-2)."""

import json
from unittest import mock

import frappe
import pytest
from frappe.core.doctype.communication.email import make
from frappe.desk.doctype.notification_log import notification_log
from frappe.desk.form import assign_to as frappe_assign_to
from frappe.utils import strip_html

from client_comms import alerts
from client_comms.enforcement import internal_recipients, sharing
from client_comms.enforcement.methods import assign_to
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("D-5", "P-2")

MENTION = '<p><span class="mention" data-id="{0}" data-value="{0}">@{0}</span> please look</p>'


@pytest.fixture
def staff(make_user):
	people = {
		"manager": ("Customer Support Manager", "Marta"),
		"officer": ("Compliance Officer", "Olga"),
		"frontline": ("Frontline Staff", "Fiona"),
		"other": ("Frontline Staff", "Otto"),
	}
	return frappe._dict({key: make_user(role, first_name=name) for key, (role, name) in people.items()})


@pytest.fixture
def complaint(log, make_client):
	"""A complaint of a client whose address is known."""
	client = make_client("Nordlicht", "anna@client.example", {"first_name": "Anna"})
	frappe.message_log.clear()
	return log("Feedback/Complaint", **client)


def told() -> str:
	return " ".join(
		strip_html(json.loads(m)["message"] if isinstance(m, str) else m["message"])
		for m in frappe.message_log
	)


def email(complaint, **fields):
	sent = make(
		doctype="Client Interaction",
		name=complaint.name,
		subject="Your complaint",
		content="We are sorry.",
		recipients=fields.pop("recipients", "anna@client.example"),
		**fields,
	)
	return frappe.get_doc("Communication", sent["name"])


def queue(complaint, *addresses, **fields):
	from frappe.email.doctype.email_queue.email_queue import EmailQueue

	return EmailQueue.new(
		{
			"sender": "support@house.example",
			"message": "We are sorry.",
			"status": "Not Sent",
			"reference_doctype": "Client Interaction",
			"reference_name": complaint.name,
			"recipients": list(addresses),
			"unsubscribe_params": None,
			**fields,
		},
		ignore_permissions=True,
	)


@pytest.mark.parametrize("field", ["cc", "bcc", "recipients"])
def test_an_email_goes_to_the_client_and_not_to_the_colleague(complaint, staff, as_user, field):
	addresses = f"{staff.frontline}, Olga <{staff.officer}>"
	with as_user(staff.manager):
		if field == "recipients":
			addresses += ", anna@client.example"
		message = email(complaint, **{field: addresses})
	everybody = f"{message.recipients} {message.cc} {message.bcc}"
	assert "anna@client.example" in everybody
	assert staff.officer in everybody
	assert staff.frontline not in everybody
	assert "Fiona" in told() and staff.frontline not in told()  # by name
	assert "Customer Support Manager" in told()  # which clearance is missing
	assert "Give" in told()  # and what to do
	assert "Olga" not in told()


def test_a_sentence_is_told_once(complaint, staff, as_user):
	with as_user(staff.manager):
		email(complaint, cc=f"{staff.frontline}, {staff.frontline}", bcc=staff.frontline)
	assert told().count("has no role that the level") == 1


def test_an_email_to_no_one_else_is_refused(complaint, staff, as_user):
	with as_user(staff.manager), pytest.raises(ClearanceMissingError, match="Fiona"):
		email(complaint, recipients=staff.frontline)


def test_an_email_about_something_else_goes_to_everyone(staff):
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Sonnenhof"}).insert()
	frappe.message_log.clear()
	sent = make(
		doctype="Customer",
		name=customer.name,
		subject="Hello",
		content="Hello",
		recipients="anna@client.example",
		cc=staff.frontline,
	)
	assert frappe.db.get_value("Communication", sent["name"], "cc") == staff.frontline
	assert not told()


def test_whatever_is_queued_leaves_them_out_and_tells_the_administrators_once(complaint, staff):
	for _again in range(2):
		queued = queue(complaint, "anna@client.example", staff.frontline, staff.officer)
		left = {row.recipient for row in queued.recipients}
		assert left == {"anna@client.example", staff.officer}
	about = {"reference_name": complaint.name, "error": staff.frontline}  # who, and nothing of the content
	assert frappe.db.count("Error Log", about) == 1


def test_a_queued_email_for_no_one_is_not_sent(complaint, staff):
	queued = queue(complaint, staff.frontline)
	assert (queued.status, queued.recipients) == ("Error", [])


def test_a_queued_email_about_a_bound_message_is_held_by_it(complaint, staff, as_user):
	with as_user(staff.manager):
		message = email(complaint)
	queued = queue(
		complaint,
		"anna@client.example",
		staff.frontline,
		reference_doctype=None,
		reference_name=None,
		communication=message.name,
	)
	assert [row.recipient for row in queued.recipients] == ["anna@client.example"]


def test_a_notification_reaches_who_is_cleared(complaint, staff, monkeypatch):
	sent = {}
	monkeypatch.setattr(frappe, "sendmail", lambda **mail: sent.update(mail))
	frappe.get_doc(
		{
			"doctype": "Notification",
			"name": f"Test {frappe.generate_hash(length=6)}",
			"subject": "A complaint",
			"document_type": "Client Interaction",
			"event": "Save",
			"channel": "Email",
			"message": "{{ doc.summary }}",
			"recipients": [{"cc": f"{staff.frontline}\n{staff.officer}"}],
			"enabled": 1,
		}
	).insert().send(frappe.get_doc("Client Interaction", complaint.name))
	kept = queue(complaint, *sent["recipients"], *sent["cc"])
	assert [row.recipient for row in kept.recipients] == [staff.officer]
	automated = frappe.get_last_doc("Communication", {"reference_name": complaint.name})
	assert staff.frontline not in (automated.cc or "")


def test_a_mention_saves_the_comment_and_tells_who_was_not_notified(complaint, staff, as_user, monkeypatch):
	monkeypatch.setattr(notification_log, "send_notification_email", lambda log: mailed.append(log.for_user))
	mailed = []
	with as_user(staff.manager):
		comment = complaint.add_comment(
			"Comment", MENTION.format(staff.frontline) + MENTION.format(staff.officer)
		)
	assert frappe.db.exists("Comment", comment.name)
	assert "Fiona" in told() and "the roles that it allows are" in told()
	assert "Olga" not in told()
	assert mailed == [staff.officer]
	notes = frappe.get_all("Notification Log", {"for_user": staff.frontline}, ["subject", "email_content"])
	assert all("please look" not in f"{note.subject}{note.email_content}" for note in notes)


def test_a_mention_in_a_comment_on_what_belongs_to_a_record(complaint, staff, as_user, monkeypatch):
	monkeypatch.setattr(notification_log, "send_notification_email", lambda log: mailed.append(log.for_user))
	mailed = []
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": "The roof leaks",
			"allocated_to": staff.officer,
			"reference_type": complaint.doctype,
			"reference_name": complaint.name,
		}
	).insert()
	mailed.clear()
	with as_user(staff.manager):
		todo.add_comment("Comment", MENTION.format(staff.frontline) + MENTION.format(staff.officer))
	assert "Fiona" in told() and "Olga" not in told()
	assert mailed == [staff.officer]
	assert notes_of(staff.officer, "please look") and notes_of(staff.officer, "The roof leaks")
	assert not notes_of(staff.frontline, "please look") and not notes_of(staff.frontline, "The roof leaks")


def notify_in_desk(doc, *users):
	"""As a Notification of its DocType would that is for these users."""
	frappe.get_doc(
		{
			"doctype": "Notification",
			"name": f"Test {frappe.generate_hash(length=6)}",
			"subject": "Something new",
			"document_type": doc.doctype,
			"event": "Save",
			"channel": "System Notification",
			"message": "The roof leaks",
			"recipients": [{"cc": "\n".join(users)}],
			"enabled": 1,
		}
	).insert().send(doc)


def notes_of(user, words) -> list[str]:
	notes = frappe.get_all("Notification Log", {"for_user": user}, ["subject", "email_content"])
	return [note.subject for note in notes if words in f"{note.subject}{note.email_content}"]


@pytest.mark.parametrize("doctype", ["Comment", "ToDo", "File", "Version"])
def test_a_notification_in_the_desk_about_what_belongs_to_a_record(doctype, complaint, staff):
	about = {
		"Comment": {"reference_doctype": complaint.doctype, "reference_name": complaint.name},
		"ToDo": {"reference_type": complaint.doctype, "reference_name": complaint.name},
		"File": {"attached_to_doctype": complaint.doctype, "attached_to_name": complaint.name},
		"Version": {"ref_doctype": complaint.doctype, "docname": complaint.name},
	}[doctype]
	added = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(), **about})
	added.db_insert()
	notify_in_desk(added, staff.frontline, staff.officer)
	assert notes_of(staff.officer, "The roof leaks") and not notes_of(staff.frontline, "The roof leaks")


def test_what_the_app_tells_managers_about_a_failure_is_not_withheld(complaint, staff):
	"""It contains nothing of the record."""
	failure = frappe.get_doc(
		{
			"doctype": "Intake Failure",
			"reference_doctype": complaint.doctype,
			"reference_name": complaint.name,
			"reason": "x",
		}
	)
	failure.flags.ignore_links = True
	failure.insert(ignore_permissions=True)
	alerts.tell([staff.frontline], lambda: "Something failed", failure.doctype, failure.name)
	assert notes_of(staff.frontline, "Something failed")


def test_an_email_about_what_belongs_to_a_record(complaint, staff):
	comment = complaint.add_comment("Comment", "The roof leaks")
	queued = queue(
		complaint,
		staff.frontline,
		staff.officer,
		reference_doctype=comment.doctype,
		reference_name=comment.name,
	)
	assert [row.recipient for row in queued.recipients] == [staff.officer]


def test_following_ends_with_a_word_about_it(complaint, staff):
	for user in (staff.frontline, staff.officer):
		frappe.get_doc(
			{
				"doctype": "Document Follow",
				"ref_doctype": "Client Interaction",
				"ref_docname": complaint.name,
				"user": user,
			}
		).insert(ignore_permissions=True)
	assert frappe.get_all("Document Follow", {"ref_docname": complaint.name}, pluck="user") == [staff.officer]
	assert "Fiona" in told()


def test_assigning_to_several_goes_through_for_those_who_are_cleared(complaint, staff, as_user, monkeypatch):
	monkeypatch.setattr(
		frappe_assign_to, "notify_assignment", lambda *args, **kwargs: None
	)  # the site sends no mail
	with as_user(staff.manager):
		assign_to.add(
			doctype="Client Interaction",
			name=complaint.name,
			assign_to=json.dumps([staff.frontline, staff.officer]),
			description="Call back",
		)
	assigned = frappe.get_all(
		"ToDo", {"reference_name": complaint.name, "status": "Open"}, pluck="allocated_to"
	)
	assert assigned == [staff.officer]
	assert "Fiona" in told()


def test_assigning_to_no_one_else_is_refused(complaint, staff, as_user):
	with as_user(staff.manager), pytest.raises(ClearanceMissingError, match="Fiona"):
		assign_to.add(
			doctype="Client Interaction", name=complaint.name, assign_to=json.dumps([staff.frontline])
		)


# --- what stands ends when it is no longer carried ----------------------------------------------


@pytest.fixture
def issue(set_settings, log):
	set_settings(govern_issues=1)
	doc = frappe.get_doc({"doctype": "Issue", "subject": "Noise"}).insert()
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=doc.name)
	return doc


@pytest.fixture(params=["interaction", "issue"])
def shared(request, complaint, issue, staff):
	"""A governed record that is shared with the compliance officer, who also follows it."""
	doc = complaint if request.param == "interaction" else issue
	frappe.share.add(doc.doctype, doc.name, staff.officer)
	frappe.get_doc(
		{
			"doctype": "Document Follow",
			"ref_doctype": doc.doctype,
			"ref_docname": doc.name,
			"user": staff.officer,
		}
	).insert(ignore_permissions=True)
	assert stands(doc) == (True, True)
	return doc


def stands(doc) -> tuple[bool, bool]:
	return bool(frappe.db.exists("DocShare", {"share_name": doc.name})), bool(
		frappe.db.exists("Document Follow", {"ref_docname": doc.name})
	)


def test_a_role_is_taken(shared, staff):
	frappe.get_doc("User", staff.officer).remove_roles("Compliance Officer")
	assert stands(shared) == (False, False)


def test_a_user_is_disabled(shared, staff):
	user = frappe.get_doc("User", staff.officer)
	user.enabled = 0
	user.save(ignore_permissions=True)
	assert stands(shared) == (False, False)


def test_a_role_profile_changes(shared, staff):
	profile = frappe.get_doc(
		{"doctype": "Role Profile", "role_profile": "Officers", "roles": [{"role": "Compliance Officer"}]}
	).insert()
	user = frappe.get_doc("User", staff.officer)
	user.update({"role_profile_name": profile.name, "role_profiles": [{"role_profile": profile.name}]})
	user.save(ignore_permissions=True)
	assert stands(shared) == (True, True)
	profile.set("roles", [{"role": "Frontline Staff"}])
	profile.save()
	assert stands(shared) == (False, False)


def test_a_role_is_disabled(shared):
	role = frappe.get_doc("Role", "Compliance Officer")
	role.disabled = 1
	role.save()
	assert stands(shared) == (False, False)


def test_a_level_takes_a_clearance_away(shared):
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.clearances = [row for row in level.clearances if row.role != "Compliance Officer"]
	level.save()
	assert stands(shared) == (False, False)


def test_a_level_asks_for_more(shared):
	"""Compliance officers see it by their oversight; with training, those without see nothing."""
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.require_training = 1
	level.save()
	assert stands(shared) == (False, False)


def test_what_decides_about_no_access_at_a_level_checks_nothing(shared, monkeypatch):
	monkeypatch.setattr(sharing, "_end", mock.Mock(side_effect=AssertionError))
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.log_views = not level.log_views
	level.save()
	assert stands(shared) == (True, True)


def test_a_role_is_taken_past_the_users_document(shared, staff):
	frappe.db.delete("Has Role", {"parent": staff.officer, "role": "Compliance Officer"})
	frappe.clear_cache(user=staff.officer)
	assert stands(shared) == (True, True)
	sharing.end_all_lapsed()  # daily
	assert stands(shared) == (False, False)


def test_an_assignment_ends(issue, make_user):
	agent = make_user("Customer Support", "Support Team")
	todo = frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": "x",
			"allocated_to": agent,
			"reference_type": "Issue",
			"reference_name": issue.name,
		}
	).insert()
	frappe.share.add("Issue", issue.name, agent)
	todo.status = "Closed"
	todo.save()
	assert not frappe.db.exists("DocShare", {"share_name": issue.name, "user": agent})
	assert not frappe.has_permission("Issue", "read", issue.name, user=agent)


def test_a_lead_is_given_to_someone_else(set_settings, make_user):
	set_settings(govern_leads=1)
	agent = make_user("Customer Support", "Sales User")
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna", "lead_owner": agent}).insert()
	lead.db_set("confidentiality_level", "Sensitive")
	frappe.share.add("Lead", lead.name, agent)
	lead.reload()
	lead.lead_owner = "Administrator"
	lead.save()
	assert not frappe.db.exists("DocShare", {"share_name": lead.name})


def test_an_assignment_rule_passes_over_who_is_not_cleared_and_the_issue_is_saved(
	issue, staff, make_user, monkeypatch
):
	monkeypatch.setattr(frappe_assign_to, "notify_assignment", lambda *args, **kwargs: None)
	agent = make_user("Customer Support", "Support Team")
	frappe.get_doc(
		{
			"doctype": "Assignment Rule",
			"name": frappe.generate_hash(length=8),
			"document_type": "Issue",
			"assign_condition": "status == 'Open'",
			"rule": "Round Robin",
			"description": "Look at it",
			"users": [{"user": staff.frontline}, {"user": agent}],
			"assignment_days": [{"day": frappe.utils.get_weekday()}],
		}
	).insert()
	issue.reload()
	issue.save()
	about = {"reference_name": issue.name, "status": "Open"}
	assert frappe.get_all("ToDo", about, pluck="allocated_to") == [agent]


# --- documents about clients and for officers, which have no level ------------------------------


@pytest.fixture
def client(make_client):
	return make_client("Nordlicht", "anna@client.example", {"first_name": "Anna"})


@pytest.fixture
def about(client):
	"""`about("Client Consent")` is a document about the client, as in the database."""

	def make(doctype, **fields):
		of_client = {"party_type": client.party_type, "party": client.party, "contact": client.contact}
		doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(), **of_client, **fields})
		doc.db_insert()
		return doc

	return make


ABOUT_CLIENTS = {
	"Client Access Link": {"kind": "Preferences"},
	"Client Consent": {"purpose": "Marketing"},
	"Communication Preference": {},
	"Data Package": {"confidentiality_level": "Sensitive"},
	"Data Subject Request": {"right": "Access"},
	"Identity Verification": {"method": "Document Seen"},
	"Legal Hold": {"status": "Released"},
	"Processing Restriction": {"status": "Requested"},
}


def reached(doc, *addresses) -> set[str]:
	queued = queue(doc, *addresses, reference_doctype=doc.doctype)
	return {row.recipient for row in queued.recipients}


@pytest.mark.parametrize(("doctype", "fields"), ABOUT_CLIENTS.items())
def test_an_email_about_a_document_of_a_client(doctype, fields, about, staff, make_user):
	"""To a colleague who cannot read it, to one who can, and to the client."""
	doc, seller = about(doctype, **fields), make_user("Sales User")
	assert reached(doc, seller, staff.officer, "anna@client.example") == {
		staff.officer,
		"anna@client.example",
	}


@pytest.mark.parametrize("doctype", ["Client Consent", "Data Subject Request"])
def test_an_email_about_what_was_added_to_one(doctype, about, staff, make_user):
	comment = about(doctype, **ABOUT_CLIENTS[doctype]).add_comment("Comment", "x")
	seller = make_user("Sales User")
	assert reached(comment, seller, staff.officer) == {staff.officer}


@pytest.mark.parametrize(
	("doctype", "fields"), [each for each in ABOUT_CLIENTS.items() if each[0] != "Legal Hold"]
)
def test_a_client_who_works_here_gets_what_is_for_the_client(doctype, fields, about, client, make_user):
	"""At the address on file, whatever roles they have; of a colleague's request they get nothing."""
	employee, other = make_user("Sales User"), make_user("Sales User")
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("email_ids", {"email_id": employee})
	contact.save()
	doc = about(doctype, **fields)
	assert reached(doc, employee, other) == {employee}
	doc.db_set("contact", None)
	assert reached(doc, employee, other) == {employee}


def test_a_hold_is_kept_from_a_client_who_works_here(about, client, make_user):
	employee = make_user("Sales User")
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("email_ids", {"email_id": employee})
	contact.save()
	assert reached(about("Legal Hold", **ABOUT_CLIENTS["Legal Hold"]), employee) == set()


def test_an_email_about_one_that_is_gone(about, staff):
	consent = about("Client Consent")
	frappe.db.delete("Client Consent", {"name": consent.name})
	assert reached(consent, staff.officer, "anna@client.example") == {"anna@client.example"}


@pytest.mark.parametrize("doctype", ["Unhandled Email", "SMS Log"])
def test_an_email_about_what_it_is_not_known_of(doctype, staff, make_user):
	"""Only to users with access to everything."""
	doc = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash()})
	doc.db_insert()
	administrator = make_user("System Manager")
	cleared = make_user("System Manager", "Customer Support Manager")
	assert reached(doc, administrator, cleared) == {cleared}


def test_the_sender_is_told_who_cannot_read_the_document(about, make_user):
	request, seller = about("Data Subject Request", right="Access"), make_user("Sales User", first_name="Sue")
	frappe.message_log.clear()
	sent = make(
		doctype=request.doctype,
		name=request.name,
		subject="Your request",
		content="We answer it soon.",
		recipients="anna@client.example",
		cc=seller,
	)
	assert seller not in (frappe.db.get_value("Communication", sent["name"], "cc") or "")
	assert "Sue cannot read" in told() and request.name in told()


@pytest.mark.parametrize("doctype", ["Client Consent", "Data Subject Request", "Unhandled Email"])
def test_a_notification_in_the_desk_about_one(doctype, about, staff, make_user):
	"""Of users with a role for clients, and none for this."""
	doc, seller = about(doctype, **ABOUT_CLIENTS.get(doctype, {})), make_user("Sales User")
	notify_in_desk(doc, seller, staff.manager)
	assert not notes_of(seller, "The roof leaks")


def test_an_employee_without_the_desk_is_a_colleague(complaint, staff):
	"""One with a type of user of the site, such as that of Frappe HR."""
	frappe.db.set_value("User", staff.frontline, "user_type", "Employee Self Service")
	frappe.get_doc(
		{"doctype": "Employee", "name": "E-1", "user_id": staff.frontline, "status": "Active"}
	).db_insert()
	assert reached(complaint, staff.frontline, staff.officer) == {staff.officer}


OURS, THEIRS = "+49 30 1234567", "+49 30 7654321"


@pytest.mark.parametrize("with_contact", [True, False])
@pytest.mark.parametrize("doctype", ["Client Consent", "Data Subject Request"])
def test_a_text_message_about_one(doctype, with_contact, about, client, make_user):
	"""The number of the client is theirs, also if a user has entered it as their own."""
	make_user("Sales User", mobile_no=OURS), make_user("Sales User", mobile_no=THEIRS)
	contact = frappe.get_doc("Contact", client.contact)
	contact.append("phone_nos", {"phone": THEIRS})
	contact.save()
	doc = about(doctype, **ABOUT_CLIENTS[doctype])
	if not with_contact:
		doc.db_set("contact", None)
	assert internal_recipients.with_clearance(doc.doctype, doc.name, [OURS, THEIRS]) == [THEIRS]
