"""What is missing can be provided from the form: chosen by its title, sent as a summary, or waived (M-1, D-3)."""

import frappe
import pytest
from frappe.core.doctype.communication.email import make as send_from_desk

from client_comms import api
from client_comms.client_interactions import evidence
from client_comms.exceptions import ClearanceMissingError, MissingDetailsError, MissingDocumentationError
from client_comms.intake import replies

INTERACTION = "Client Interaction"
COPY = "Email Copy"


@pytest.fixture
def frontline(make_user):
	return make_user("Frontline Staff", first_name="Fiona", last_name="Berg")


@pytest.fixture
def manager(make_user):
	return make_user("Customer Support Manager")


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", "anna@client.example", language="de")


@pytest.fixture
def interaction(client, inquiry, frontline, set_settings):
	"""An inquiry by email, of which a copy is required before it is closed."""
	set_settings(evidence_mode="Enforce")
	return inquiry(channel="Email", contact=client.contact, responsible_staff=frontline)


@pytest.fixture
def write():
	"""`write(interaction, "Offer")`: an email of the client within an interaction."""

	def insert(interaction, subject, **fields):
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"sender": "anna@client.example",
				"recipients": "house@own.example",
				"subject": subject,
				"content": "…",
				"communication_date": frappe.utils.now_datetime(),
				"reference_doctype": interaction.doctype,
				"reference_name": interaction.name,
				**fields,
			}
		).insert(ignore_permissions=True)
		doc = frappe.get_doc(INTERACTION, interaction.name)
		doc.evidence = []  # it was added automatically, which these tests are not about
		doc.save_by_app()
		return message

	return insert


def attached(document, name):
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_name": name,
			"content": name,
			"is_private": 1,
			"attached_to_doctype": document.doctype,
			"attached_to_name": document.name,
		}
	).insert(ignore_permissions=True)


# --- choosing


def test_the_clients_emails_are_offered_by_their_subjects(interaction, inquiry, write, frontline, as_user):
	other = inquiry(responsible_staff=frontline)
	write(other, "Another matter")
	message = write(interaction, "The offer, please")
	with as_user(frontline):
		found = api.evidence_choices(interaction.name, COPY)
	assert [each["title"] for each in found] == ["The offer, please", "Another matter"]
	assert (found[0]["reference_doctype"], found[0]["reference_name"]) == ("Communication", message.name)
	assert "anna@client.example" in found[0]["details"]


def test_other_messages_do_not_hide_those_of_the_conversation(
	interaction, inquiry, write, frontline, as_user, monkeypatch
):
	"""Nor do those that are evidence already hide others."""
	monkeypatch.setattr(evidence, "_SHOWN", 2)
	first, *_others, last = [
		write(interaction, f"The offer {day}", communication_date=f"2026-11-{day} 10:00:00")
		for day in (20, 21, 22)
	]
	other = inquiry(responsible_staff=frontline)
	for day in (23, 24, 25):
		write(other, f"Another matter {day}", communication_date=f"2026-11-{day} 10:00:00")
	doc = frappe.get_doc(INTERACTION, interaction.name)
	row = {"documentation_method": COPY, "reference_doctype": "Communication", "reference_name": last.name}
	doc.append("evidence", row)
	doc.save()
	with as_user(frontline):
		found = api.evidence_choices(interaction.name, COPY)
	assert [each["title"] for each in found] == [
		"The offer 21",
		first.subject,
		"Another matter 25",
		"Another matter 24",
	]


def test_nothing_is_offered_that_the_user_may_not_read(
	interaction, inquiry, write, frontline, make_user, as_user
):
	agent = make_user("Customer Support")
	complaint = inquiry("Feedback/Complaint", responsible_staff=agent)
	write(complaint, "Noise at night")
	with as_user(frontline):
		assert api.evidence_choices(interaction.name, COPY) == []
	with as_user(make_user("Sales User")), pytest.raises(frappe.PermissionError):
		api.evidence_choices(interaction.name, COPY)


def test_what_is_evidence_already_is_not_offered_again(interaction, write, frontline, as_user):
	message = write(interaction, "The offer, please")
	doc = frappe.get_doc(INTERACTION, interaction.name)
	doc.append(
		"evidence",
		{
			"documentation_method": COPY,
			"reference_doctype": "Communication",
			"reference_name": message.name,
		},
	)
	doc.save()
	with as_user(frontline):
		assert api.evidence_choices(interaction.name, COPY) == []
		doc.run_method("onload")
	assert doc.get_onload("evidence_titles") == {message.name: "The offer, please"}


@pytest.mark.parametrize(
	("kind", "offered"), [("File", True), ("Document", True), ("Note", True), ("Communication", False)]
)
def test_files_are_offered_where_one_would_do(interaction, frontline, as_user, kind, offered):
	attached(interaction, "minutes.txt")
	frappe.db.set_value("Documentation Method", COPY, "evidence", kind)
	frappe.clear_document_cache("Documentation Method", COPY)
	with as_user(frontline):
		found = api.evidence_choices(interaction.name, COPY)
	assert [each["title"] for each in found] == (["minutes.txt"] if offered else [])
	if offered:
		assert found[0]["file"].startswith("/private/files/")


def test_the_clients_documents_are_offered(interaction, client, make_user, as_user):
	user = make_user("Frontline Staff", "Support Team")
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Loud pump", "customer": client.party})
	issue.flags.ignore_permissions = True
	issue.via_customer_portal = 1  # logged by its message, which there is none of here
	issue.insert()
	issue.db_set("confidentiality_level", "Standard")
	frappe.db.set_value("Documentation Method", COPY, "evidence", "Document")
	frappe.clear_document_cache("Documentation Method", COPY)
	with as_user(user):
		found = api.evidence_choices(interaction.name, COPY)
	assert ("Issue", issue.name, "Loud pump") in [
		(each["reference_doctype"], each["reference_name"], each["title"]) for each in found
	]


# --- whether it is about this client


def proves(interaction, method, **linked):
	"""Whether the interaction lacks nothing with this evidence alone; what it says otherwise."""
	doc = frappe.get_doc(INTERACTION, interaction.name)
	doc.evidence = []
	doc.append("evidence", {"documentation_method": method, **linked})
	doc.save()
	lacking = {each.method: str(each.message) for each in doc.missing_documentation()}
	return lacking.get(method, True)


def email_of(document, **fields):
	"""An email that is filed somewhere, or nowhere."""
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": "stranger@other.example",
			"recipients": "house@own.example",
			"subject": "Something",
			"content": "…",
			"reference_doctype": document and document.doctype,
			"reference_name": document and document.name,
			**fields,
		}
	).insert(ignore_permissions=True)


def message(row):
	return {"reference_doctype": "Communication", "reference_name": row.name}


@pytest.mark.clause("M-1")
def test_an_email_of_someone_else_does_not_count_as_a_copy(
	interaction, make_client, inquiry, write, client, frontline
):
	other = make_client("Other Client", "other@client.example")
	theirs = inquiry(
		contact=other.contact, party_type="Customer", party=other.party, responsible_staff=frontline
	)
	assert "not from or to this client" in proves(interaction, COPY, **message(email_of(theirs)))
	assert "not from or to this client" in proves(interaction, COPY, **message(email_of(None)))
	# Of the conversation, of another of the client's, and one that belongs to no conversation.
	assert proves(interaction, COPY, **message(write(interaction, "The offer"))) is True
	same = inquiry(
		contact=client.contact, party_type="Customer", party=client.party, responsible_staff=frontline
	)
	assert proves(interaction, COPY, **message(write(same, "Another matter"))) is True
	loose = email_of(None, sender="Anna <anna@client.example>", unread_notification_sent=1)
	assert proves(interaction, COPY, **message(loose)) is True


@pytest.mark.clause("M-1")
def test_the_follow_up_of_a_closure_was_sent(client, inquiry, write, frontline):
	closure = inquiry("Resolution/Closure", contact=client.contact, responsible_staff=frontline)
	method = "Follow-up Email"
	received = write(closure, "Thank you")
	sent = write(
		closure, "It is done", sent_or_received="Sent", sender=frontline, recipients="anna@client.example"
	)
	assert "came from the client" in proves(closure, method, **message(received))
	assert proves(closure, method, **message(sent)) is True
	doc = frappe.get_doc(INTERACTION, closure.name)
	doc.evidence = []
	offered = [each["reference_name"] for each in api.evidence_choices(doc.name, method)]
	assert received.name not in offered


@pytest.mark.clause("M-1")
def test_the_follow_up_of_a_closure_went_to_the_client(client, inquiry, write, frontline, set_settings):
	closure = inquiry("Resolution/Closure", contact=client.contact, responsible_staff=frontline)
	method = "Follow-up Email"
	sent = {"sent_or_received": "Sent", "sender": frontline}
	adviser = write(closure, "What do you think?", recipients="adviser@law.example", **sent)
	automatic = write(
		closure,
		"We have it",
		recipients="anna@client.example",
		communication_type="Automated Message",
		**sent,
	)
	failed = write(closure, "Done, or not", recipients="anna@client.example", **sent)
	failed.db_set("delivery_status", "Bounced")
	copied = write(
		closure, "It is done", recipients="adviser@law.example", bcc="Anna <anna@client.example>", **sent
	)
	doc = frappe.get_doc(INTERACTION, closure.name)
	doc.evidence = []
	for unfit in (adviser, automatic, failed):
		assert "did not go to the client" in proves(closure, method, **message(unfit)), unfit.subject
	assert proves(closure, method, **message(copied)) is True
	doc.reload()
	doc.evidence = []
	doc.save_by_app()
	offered = [each["reference_name"] for each in api.evidence_choices(doc.name, method)]
	assert offered == [copied.name]


@pytest.fixture
def complaint(client, inquiry, make_user):
	return inquiry(
		"Feedback/Complaint",
		contact=client.contact,
		party_type="Customer",
		party=client.party,
		responsible_staff=make_user("Customer Support"),
	)


@pytest.mark.clause("M-1")
def test_a_report_is_about_this_client(complaint, client, make_client, inquiry):
	def link(document):
		return {"reference_doctype": document.doctype, "reference_name": document.name}

	report = "Escalation Report"
	other = make_client("Other Client", "other@client.example")
	todo = frappe.get_doc({"doctype": "ToDo", "description": "Not about a client"}).insert()
	project = frappe.get_doc(
		{"doctype": "Project", "project_name": "Roof of Anna", "customer": client.party}
	).insert()
	task = frappe.get_doc({"doctype": "Task", "subject": "Repair", "project": project.name}).insert()
	for unfit in (
		frappe.get_doc("DocType", "ToDo"),
		frappe.get_doc("Customer", client.party),  # says nothing of what was done
		complaint,
		todo,
		attached(frappe.get_doc("Customer", other.party), "theirs.txt"),
	):
		assert "not about this client" in proves(complaint, report, **link(unfit)), unfit
	for fit in (
		attached(complaint, "report.txt"),
		attached(frappe.get_doc("Customer", client.party), "report2.txt"),
		project,
		task,
	):
		assert proves(complaint, report, **link(fit)) is True, fit


@pytest.mark.clause("M-1")
def test_notes_say_something_and_files_are_of_this_interaction(client, inquiry, make_client, make_user):
	update = inquiry("Service Update", contact=client.contact, responsible_staff=make_user("Account Manager"))
	notes = "Meeting Notes"
	other = make_client("Other Client", "other@client.example")
	assert "too short" in proves(update, notes, note="x")
	assert proves(update, notes, note="Agreed on Tuesday.") is True
	theirs = attached(frappe.get_doc("Customer", other.party), "theirs.txt")
	assert "belongs to another document" in proves(update, notes, file=theirs.file_url)
	assert "was deleted" in proves(update, notes, file="/private/files/gone.txt")
	ours = attached(update, "minutes.txt")
	assert proves(update, notes, file=ours.file_url) is True
	assert proves(update, notes, file="https://documents.example/minutes/7") is True
	loose = frappe.get_doc(
		{"doctype": "File", "file_name": "loose.txt", "content": "loose", "is_private": 1}
	).insert()  # from a dialog
	assert proves(update, notes, file=loose.file_url) is True


@pytest.mark.clause("M-1")
@pytest.mark.parametrize("text", ["-", "x", "www.documents.example/7", "https://", "javascript:alert(1)"])
def test_a_text_in_place_of_a_file_is_not_one(client, inquiry, make_user, text):
	update = inquiry("Service Update", contact=client.contact, responsible_staff=make_user("Account Manager"))
	assert "is missing" in str(proves(update, "Meeting Notes", file=text))


@pytest.mark.clause("M-1")
def test_closing_under_enforce_is_refused_with_another_clients_email(
	interaction, make_client, inquiry, frontline, as_user
):
	other = make_client("Other Client", "other@client.example")
	theirs = email_of(
		inquiry(contact=other.contact, party_type="Customer", party=other.party, responsible_staff=frontline)
	)
	doc = frappe.get_doc(INTERACTION, interaction.name)
	doc.append("evidence", {"documentation_method": COPY, **message(theirs)})
	doc.save()
	with as_user(frontline):
		api.answer(interaction.name)
		with pytest.raises(MissingDocumentationError, match="not from or to this client"):
			api.close(interaction.name)


# --- waiving


def test_who_has_oversight_waives_with_a_reason(interaction, manager, as_user):
	with as_user(manager):
		api.answer(interaction.name)
		with pytest.raises(MissingDocumentationError):
			api.close(interaction.name)
		with pytest.raises(MissingDetailsError):
			api.waive_documentation(interaction.name, COPY, " ")
		api.waive_documentation(interaction.name, COPY, "He has no email.")
		assert api.close(interaction.name)["status"] == "Closed"
	doc = frappe.get_doc(INTERACTION, interaction.name)
	(row,) = doc.evidence
	assert (row.not_applicable, row.waived_by, row.note) == (1, manager, "He has no email.")
	events = [(each.event, each.by_user, each.note) for each in doc.events]
	assert ("Documentation Waived", manager, f"{COPY}: He has no email.") in events


def test_who_has_none_waives_nothing(interaction, frontline, manager, as_user):
	name = frappe.db.get_value("User", manager, "full_name")
	with as_user(frontline):
		with pytest.raises(ClearanceMissingError, match=f"These users can: .*{name}"):
			api.waive_documentation(interaction.name, COPY, "He has no email.")
		doc = frappe.get_doc(INTERACTION, interaction.name)
		doc.append("evidence", {"documentation_method": COPY, "not_applicable": 1, "note": "x"})
		with pytest.raises(ClearanceMissingError):
			doc.save()
	assert not frappe.get_doc(INTERACTION, interaction.name).evidence


def test_who_decided_is_not_for_requests_to_say(interaction, manager, frontline, as_user):
	with as_user(manager):
		api.waive_documentation(interaction.name, COPY, "He has no email.")
	with as_user(frontline):
		doc = frappe.get_doc(INTERACTION, interaction.name)
		doc.evidence[0].waived_by = frontline
		doc.save()
		assert doc.evidence[0].waived_by == manager
		doc.evidence[0].note = "Another reason"
		with pytest.raises(ClearanceMissingError):
			doc.save()


def test_what_is_not_required_is_not_waived(interaction, manager, as_user):
	with as_user(manager), pytest.raises(frappe.ValidationError):
		api.waive_documentation(interaction.name, "Meeting Notes", "There was no meeting.")


# --- a summary


@pytest.fixture
def call(client, inquiry, frontline, set_settings, mailbox):
	"""A call, of which the matrix requires an email copy."""
	set_settings(evidence_mode="Enforce", first_reply_answers=1)
	doc = inquiry(
		contact=client.contact, responsible_staff=frontline, summary="Anna asks\nfor a <b>big</b> roof."
	)
	row = next(
		row
		for row in frappe.get_doc("Communication Matrix", doc.matrix).documentation
		if row.documentation_method == COPY
	)
	frappe.db.set_value(row.doctype, row.name, "channel", None)
	frappe.clear_document_cache("Communication Matrix", doc.matrix)
	yield doc
	frappe.clear_document_cache("Communication Matrix", doc.matrix)


def send(doc, draft, **said):
	frappe.local.form_dict.update(said)
	try:
		return send_from_desk(
			doctype=doc.doctype,
			name=doc.name,
			recipients=draft["recipient"],
			subject=draft["subject"],
			content=draft["content"],
			email_template=draft["email_template"],
			send_email=True,
		)
	finally:
		for key in said:
			frappe.local.form_dict.pop(key, None)


def test_a_summary_is_in_the_clients_language_and_holds_what_was_discussed(call, frontline, as_user):
	with as_user(frontline):
		draft = api.client_summary(call.name)
	assert draft["recipient"] == "anna@client.example"
	assert draft["subject"] == "Zusammenfassung: Solar roof"
	assert "Guten Tag Anna Client" in draft["content"]
	assert "Anna asks<br>for a &lt;b&gt;big&lt;/b&gt; roof." in draft["content"]
	assert "Mit freundlichen Grüßen<br>Fiona Berg" in draft["content"]
	assert draft["email_template"] is None


def test_an_approved_template_is_used(call, frontline, as_user, make_user):
	name = "Zusammenfassung eines Gesprächs"
	with as_user(make_user("Client Communications Manager")):
		api.approve_template(name)
	with as_user(frontline):
		draft = api.client_summary(call.name)
	assert draft["email_template"] == name
	assert draft["content"].startswith("<p>Guten Tag Anna Client")
	assert "&lt;b&gt;big&lt;/b&gt;" in draft["content"]


def test_a_summary_that_was_sent_is_the_copy_and_answers_nothing(call, frontline, as_user):
	with as_user(frontline):
		assert api.owed_documentation(call.name)
		draft = api.client_summary(call.name)
		send(call, draft, **{replies.SEND_AS: "summary"})
		assert api.owed_documentation(call.name) == []
	doc = frappe.get_doc(INTERACTION, call.name)
	assert (doc.status, doc.responded_on) == ("Acknowledged", None)
	assert doc.evidence[0].documentation_method == COPY


@pytest.mark.parametrize(
	("said", "status"), [(None, "Answered"), ("answer", "Answered"), ("acknowledgement", "Acknowledged")]
)
def test_what_its_author_says_a_reply_is(call, frontline, as_user, said, status):
	with as_user(frontline):
		send(call, api.client_summary(call.name), **({replies.SEND_AS: said} if said else {}))
	assert frappe.db.get_value(INTERACTION, call.name, "status") == status


def test_a_summary_needs_permission_to_email(call, make_user, as_user):
	with as_user(make_user("Compliance Officer")), pytest.raises(frappe.PermissionError):
		api.client_summary(call.name)


def test_a_matrix_requires_a_method_once_for_each_channel():
	doc = frappe.copy_doc(frappe.get_doc("Communication Matrix", {"docstatus": 1}))
	doc.update({"docstatus": 0, "version_label": "2.0", "effective_from": "2027-01-01 00:00:00"})
	row = {"communication_type": "Initial Inquiry", "documentation_method": COPY}
	doc.append("documentation", {**row, "channel": "Chat"})
	doc.insert()
	doc.append("documentation", {**row, "channel": "Chat"})
	with pytest.raises(frappe.ValidationError, match="already required"):
		doc.save()
