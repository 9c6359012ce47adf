"""Emails in the queue are checked again when they are sent, and none prevents the others from being sent (P-2)."""

import contextlib

import frappe
import pytest
from frappe.core.doctype.communication.email import make as write_in_desk
from frappe.email import queue
from frappe.email.doctype.email_queue import email_queue as email_queue_of_frappe
from frappe.email.doctype.email_queue.email_queue import SendMailContext
from frappe.model.base_document import get_controller
from rq.timeouts import JobTimeoutException

from client_comms import api
from client_comms.client_interactions import conversation, work_notices
from client_comms.client_privacy.erasure import belongings
from client_comms.exceptions import OutgoingRefusedError
from client_comms.outgoing import email
from client_comms.outgoing import email_queue as outgoing_queue

ANNA = "anna@client.example"


@pytest.fixture(autouse=True)
def house(mailbox, set_settings, monkeypatch):
	set_settings(own_email_domains="own.example", identity_mode="Off", log_outbound=0)
	frappe.db.delete("Email Queue")
	frappe.flags.mute_emails = False
	monkeypatch.setitem(frappe.local.conf, "mute_emails", 0)


@pytest.fixture
def issue(make_client):
	client = make_client("Anna Client", ANNA)
	return frappe.get_doc(
		{"doctype": "Issue", "subject": "Noise", "customer": client.party, "raised_by": ANNA}
	).insert()


def wait(doc, level=None, recipient=ANNA):
	"""An email about a document that waits in the queue, with its Communication."""
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"subject": "Hello",
			"content": "Hello",
			"recipients": recipient,
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
		}
	).insert()
	message.db_set({"confidentiality_level": level, "client_interaction": None})
	frappe.sendmail(
		[recipient],
		subject="Hello",
		message="Hello",
		reference_doctype=doc.doctype,
		reference_name=doc.name,
		communication=message.name,
	)
	return frappe.get_last_doc("Email Queue")


def state(queued):
	return frappe.db.get_value("Email Queue", queued.name, "status")


def delete(issue):
	interactions = frappe.get_all("Client Interaction", {"reference_name": issue.name}, pluck="name")
	for name in interactions:
		frappe.delete_doc("Client Interaction", name, force=True)
	frappe.delete_doc("Issue", issue.name, force=True)


def test_an_email_about_a_deleted_issue_is_sent_where_issues_are_not_governed(issue, set_settings):
	set_settings(govern_issues=0)
	queued = wait(issue)
	delete(issue)
	queue.flush()
	assert state(queued) == "Sent"


def test_an_email_about_a_deleted_issue_goes_by_the_level_that_its_message_keeps(issue, set_settings):
	set_settings(govern_issues=1)
	queued, level = wait(issue), issue.reload().confidentiality_level
	delete(issue)
	assert level and level == frappe.db.get_value(
		"Communication", queued.communication, "confidentiality_level"
	)
	queue.flush()
	assert state(queued) == "Sent"


def test_an_email_about_a_deleted_issue_without_a_level_is_held_where_issues_are_governed(
	issue, set_settings
):
	set_settings(govern_issues=1)
	queued = wait(issue)
	issue.db_set("confidentiality_level", None)
	delete(issue)
	queue.flush()
	assert state(queued) == "Error"
	assert frappe.db.get_value("Email Queue", queued.name, "error") == (
		"What this email is about has been deleted."
	)


def test_a_message_that_says_its_level_needs_no_issue(issue, set_settings):
	set_settings(govern_issues=1)
	queued = wait(issue, level="Standard")
	delete(issue)
	queue.flush()
	assert state(queued) == "Sent"


def test_an_email_whose_message_was_deleted_is_held(issue):
	queued = wait(issue)
	frappe.delete_doc("Communication", queued.communication, force=True)
	queue.flush()
	assert state(queued) == "Error"
	assert not frappe.get_all("Error Log", {"reference_name": queued.name}), (
		"it is held, and not one that failed"
	)


def test_what_is_about_an_interaction_that_was_deleted_is_held(log, make_client):
	doc = log(**make_client("Anna Client", ANNA))
	frappe.sendmail(
		[ANNA],
		subject="Hello",
		message="Hello",
		reference_doctype=doc.doctype,
		reference_name=doc.name,
	)
	queued = frappe.get_last_doc("Email Queue")
	frappe.delete_doc(doc.doctype, doc.name, force=True)
	queue.flush()
	assert state(queued) == "Error"


def test_emails_that_cannot_be_judged_stop_no_other(issue, monkeypatch, make_user):
	"""Frappe's queue stops after a dozen errors in a batch."""
	manager = make_user(frappe.get_cached_doc("Client Comms Settings").manager_role)
	broken = [wait(issue) for _number in range(12)]
	honest = wait(issue, recipient="last@client.example")
	judged = email.context_of_email

	def fail(queued):
		if queued.name in {each.name for each in broken}:
			raise AttributeError("'NoneType' object has no attribute 'customer'")
		return judged(queued)

	monkeypatch.setattr(email, "context_of_email", fail)
	queue.flush()
	assert {state(each) for each in broken} == {"Error"}
	assert state(honest) == "Sent"
	told = frappe.get_all("Notification Log", {"for_user": manager}, pluck="subject")
	assert len([each for each in told if "Held back" in each]) == 12
	assert "Error Log" in frappe.db.get_value("Email Queue", broken[0].name, "error")
	queue.flush()
	assert frappe.db.count("Notification Log", {"for_user": manager}) == len(told), "and not tried for ever"


def test_an_email_that_is_judged_when_the_time_of_the_job_ends_still_waits(issue, monkeypatch):
	waiting = wait(issue)

	def end_of_job(queued):
		raise JobTimeoutException("300 seconds")

	with monkeypatch.context() as ending:
		ending.setattr(email, "context_of_email", end_of_job)
		queue.flush()
	assert state(waiting) == "Not Sent"
	queue.flush()
	assert state(waiting) == "Sent"


def test_a_refused_message_that_its_sender_has_filed_is_not_shown_as_sent(
	log, make_client, set_settings, adviser
):
	"""As an Email Campaign files it, which goes on after the error."""
	set_settings(consent_mode="Enforce")
	client = make_client("Anna Client", ANNA)
	update = log("Service Update", party_type="Customer", party=client.party, contact=client.contact)
	with pytest.raises(OutgoingRefusedError):
		wait(update, recipient=EVE)
	message = frappe.get_last_doc("Communication", {"recipients": EVE})
	assert message.delivery_status == "Rejected"


def test_an_email_that_is_none_of_ours_is_sent(make_user):
	note = frappe.get_doc({"doctype": "Note", "title": "Party on Friday"}).insert()
	queued = wait(note)
	frappe.delete_doc("Note", note.name, force=True)
	queue.flush()
	assert state(queued) == "Sent"


@pytest.fixture
def reached(monkeypatch):
	"""To whom emails were passed to the mail server."""
	addresses = []
	monkeypatch.setattr(
		email_queue_of_frappe,
		"get_hook_method",
		lambda name: lambda _queued, _sender, recipient, _message: addresses.append(recipient),
	)
	return addresses


@pytest.mark.clause("D-5", "P-2")
def test_a_colleague_who_lost_access_while_it_waited_does_not_get_it(log, make_client, make_user, reached):
	client = make_client("Anna Client", ANNA)
	colleague = make_user("Frontline Staff")
	inquiry = log("Initial Inquiry", party_type="Customer", party=client.party, contact=client.contact)
	about = {"reference_doctype": inquiry.doctype, "reference_name": inquiry.name}
	queued = []
	for recipients in ([colleague, ANNA], [colleague]):
		frappe.sendmail(recipients, sender="service@own.example", subject="S", message="Hello", **about)
		queued.append(frappe.get_last_doc("Email Queue"))
	inquiry.reload()
	inquiry.update({"confidentiality_level": "Sensitive", "level_change_reason": "About health"}).save()
	queue.flush()
	assert reached == [ANNA]
	assert [state(each) for each in queued] == ["Sent", "Error"]
	kept = {row.recipient: (row.status, bool(row.error)) for row in queued[0].reload().recipients}
	assert kept == {ANNA: ("Sent", False), colleague: ("Not Sent", True)}


EVE, OTHER = "eve@adviser.example", "otto@adviser.example"


@pytest.mark.clause("P-3")
@pytest.mark.parametrize("after", [0, 1])
def test_consent_that_is_withdrawn_while_an_email_is_being_sent(
	log, make_client, set_settings, give_consent, adviser, monkeypatch, reached, after
):
	"""Between the check and the mail server lie a login, prints to be attached, and the recipients before."""
	set_settings(consent_mode="Enforce")
	client = make_client("Anna Client", ANNA)
	consent = give_consent(client, "Adviser")
	update = log("Service Update", party_type="Customer", party=client.party, contact=client.contact)
	frappe.sendmail(
		[EVE, OTHER],
		subject="Hello",
		message="Hello",
		reference_doctype=update.doctype,
		reference_name=update.name,
	)
	queued = frappe.get_last_doc("Email Queue")
	built = []
	original = SendMailContext.include_attachments

	def slowly(context, message):
		if len(built) == after:
			api.withdraw_consent(consent.name)
		built.append(message)
		return original(context, message)

	monkeypatch.setattr(SendMailContext, "include_attachments", slowly)
	queue.flush()
	in_order = [row.recipient for row in queued.recipients]  # that of Frappe, which varies
	assert sorted(in_order) == [EVE, OTHER]
	assert reached == in_order[:after] and state(queued) == "Error"
	outcomes = frappe.get_all("Client Disclosure", {"email_queue": queued.name}, ["recipient", "outcome"])
	assert {row.recipient for row in outcomes if row.outcome == "Sent"} == {*reached}
	assert len(outcomes) == 2
	queue.flush()
	assert len(reached) == after


@pytest.fixture
def update(log, make_client):
	client = make_client("Anna Client", ANNA)
	return log("Service Update", party_type="Customer", party=client.party, contact=client.contact)


def queue_about(doc, *recipients):
	frappe.sendmail(
		[*recipients],
		subject="Hello",
		message="Hello",
		reference_doctype=doc.doctype,
		reference_name=doc.name,
	)
	return frappe.get_last_doc("Email Queue")


def outcomes(queued):
	rows = frappe.get_all("Client Disclosure", {"email_queue": queued.name}, ["recipient", "outcome"])
	return {row.recipient: row.outcome for row in rows}


@pytest.mark.clause("P-2")
def test_the_register_says_what_became_of_an_email(update, set_settings, monkeypatch):
	"""The mail server took it for one recipient; later an administrator has it sent again, and it takes it for the other."""
	set_settings(consent_mode="Off")
	queued = queue_about(update, ANNA, EVE)
	first, second = (row.recipient for row in queued.recipients)  # in an order of Frappe, which varies
	assert outcomes(queued) == {ANNA: "Sent", EVE: "Sent"}
	refused = {second}

	def deliver(_queued, _sender, recipient, _message):
		if recipient in refused:
			raise ConnectionError("the mail server does not answer")

	monkeypatch.setattr(email_queue_of_frappe, "get_hook_method", lambda name: deliver)
	for _try in range(5):
		row = frappe.get_doc("Email Queue", queued.name)
		if row.status == "Error":
			break
		assert "Not Sent" not in outcomes(queued).values()
		with contextlib.suppress(ConnectionError):
			row.send(force_send=True)
	assert state(queued) == "Error" and outcomes(queued) == {first: "Sent", second: "Not Sent"}
	refused.clear()
	queued.reload().db_set("status", "Not Sent")
	queue.flush()
	assert state(queued) == "Sent" and outcomes(queued) == {ANNA: "Sent", EVE: "Sent"}


@pytest.mark.clause("P-2")
def test_an_email_that_is_stopped_by_an_error_is_not_on_the_register_as_sent(update, monkeypatch):
	queued = queue_about(update, ANNA)

	def refuse(_queued):
		raise OutgoingRefusedError("A code in it has expired.")

	monkeypatch.setattr(outgoing_queue.mailed_secrets, "as_sent", refuse)
	queue.flush()
	assert state(queued) == "Error" and outcomes(queued) == {ANNA: "Not Sent"}


@pytest.mark.clause("P-2")
@pytest.mark.parametrize("way", ["by hand", "as old", "erased"])
def test_an_email_that_is_deleted_while_it_waits_is_not_on_the_register_as_sent(update, way):
	waiting, sent = queue_about(update, ANNA), queue_about(update, ANNA)
	sent.send(force_send=True)
	if way == "by hand":
		for each in (waiting, sent):
			frappe.delete_doc("Email Queue", each.name)
	elif way == "as old":
		for each in (waiting, sent):
			values = {"creation": "2020-01-01", "modified": "2020-01-01"}
			frappe.db.set_value("Email Queue", each.name, values, update_modified=False)
		get_controller("Email Queue").clear_old_logs(days=30)
	else:
		belongings.remove(update.doctype, [update.name])
	assert not frappe.db.exists("Email Queue", {"name": ("in", [waiting.name, sent.name])})
	assert (outcomes(waiting), outcomes(sent)) == ({ANNA: "Not Sent"}, {ANNA: "Sent"})


@pytest.mark.clause("P-2", "D-5")
def test_who_lost_access_gets_no_email_that_had_failed(log, make_user, make_client):
	"""Frappe sends it if someone opens it in the queue and insists (*Send now*)."""
	client = make_client("Anna Client", ANNA)
	colleague = make_user("Customer Support Manager", "Sales User")
	complaint = log("Feedback/Complaint", **client)
	frappe.sendmail(
		[colleague],
		subject="Hello",
		message="Hello",
		reference_doctype=complaint.doctype,
		reference_name=complaint.name,
	)
	queued = frappe.get_last_doc("Email Queue")
	assert [row.recipient for row in queued.recipients] == [colleague]
	queued.db_set("status", "Error")
	frappe.get_doc("User", colleague).remove_roles("Customer Support Manager")
	email_queue_of_frappe.send_now(queued.name, force_send=True)
	rows = frappe.get_all("Email Queue Recipient", {"parent": queued.name}, ["status", "error"])
	assert [row.status for row in rows] == ["Not Sent"]
	assert "No clearance" in rows[0].error


@pytest.fixture
def answered(log, make_client, make_user, as_user, set_settings):
	"""`answered()`: an inquiry of a client whom its responsible staff have answered by an email that still waits, and who that is.

	What the request says that the email is makes it another reply.
	"""
	set_settings(channel_mode="Warn", template_mode="Off", wording_mode="Off")
	client = make_client("Anna Client", ANNA)

	def make(**said):
		fiona = make_user("Frontline Staff", "Sales User", "Support Team")
		doc = log(direction="Inbound", channel="Email", responsible_staff=fiona, **client)
		doc.record("Received")
		assert doc.reload().status == "Open"
		with as_user(fiona):
			frappe.local.form_dict.update(said)
			write_in_desk(
				doc.doctype, doc.name, content="On Friday", subject="Roof", recipients=ANNA, send_email=1
			)
			for name in said:
				frappe.local.form_dict.pop(name)
		assert doc.reload().status == ("Acknowledged" if said else "Answered")
		return doc, fiona

	make.client = client
	return make


def exclude_email(client):
	return frappe.get_doc(
		{"doctype": "Communication Preference", **client, "channels_not_to_use": [{"channel": "Email"}]}
	).insert()


@pytest.mark.clause("C-4")
def test_an_answer_that_is_held_back_is_owed_again_until_it_leaves(answered):
	doc, fiona = answered()
	preference = exclude_email(answered.client)
	queue.flush()
	queued = frappe.get_last_doc("Email Queue")
	assert state(queued) == "Error"
	doc.reload()
	assert (doc.status, doc.events[-1].event) == ("Open", "Answer Taken Back")
	assert "does not want to be contacted by Email" in doc.events[-1].note
	assert doc.next_deadline
	told = frappe.get_all("Notification Log", {"for_user": fiona, "document_name": doc.name}, pluck="subject")
	assert any("Held back" in each and doc.name in each for each in told)
	steps = [each for each in conversation.page(doc)["entries"] if each["side"] == "step"]
	assert [each["by_app"] for each in steps if each["meaning"] == "Answer Taken Back"] == [True]

	preference.delete()
	queued.reload().send(force_send=True)
	assert state(queued) == "Sent"
	assert doc.reload().status == "Answered"


@pytest.mark.clause("C-2")
def test_the_conversation_says_why_an_email_was_held_back(answered):
	doc, _fiona = answered()
	preference = exclude_email(answered.client)
	queue.flush()

	def told():
		(sent,) = [each for each in conversation.page(doc.reload())["entries"] if each["side"] == "staff"]
		return sent["delivery"], sent["held_back"]

	delivery, why = told()
	assert delivery == "Error" and "does not want to be contacted by Email" in why
	preference.delete()
	frappe.get_last_doc("Email Queue").send(force_send=True)
	assert told() == ("Sent", None)


@pytest.mark.clause("C-4")
def test_an_answer_that_failed_for_good_is_owed_again(answered):
	doc, _fiona = answered()
	frappe.get_last_doc("Email Queue").update_status(status="Error", error="Traceback: 550 no such server")
	doc.reload()
	assert (doc.status, doc.events[-1].note) == ("Open", "The email could not be sent.")


@pytest.mark.clause("C-4")
def test_an_issue_is_open_until_its_answer_leaves(answered, issue):
	doc, _fiona = answered()
	doc.db_set({"reference_doctype": "Issue", "reference_name": issue.name})
	issue.reload().db_set("status", "Replied")
	queued = frappe.get_last_doc("Email Queue")
	queued.update_status(status="Error", error="550 no such server")
	assert doc.reload().status == "Open"
	assert issue.reload().status == "Open"
	queued.reload().send(force_send=True)
	assert doc.reload().status == "Answered"
	assert issue.reload().status == "Replied"


@pytest.mark.clause("C-4")
def test_an_answer_that_reached_someone_or_was_given_again_stays(answered):
	doc, fiona = answered()
	queued = frappe.get_last_doc("Email Queue")
	queued.recipients[0].db_set("status", "Sent")
	queued.update_status(status="Error")
	assert doc.reload().status == "Answered"
	queued.recipients[0].db_set("status", "Not Sent")
	doc.record("Received")
	doc.record("Answered", by=fiona)
	queued.update_status(status="Error")
	assert doc.reload().status == "Answered"


@pytest.mark.clause("C-4")
def test_an_answer_of_a_closed_interaction_that_did_not_leave_is_told_on_it(answered):
	doc, _fiona = answered()
	doc.record("Closed")
	exclude_email(answered.client)
	queue.flush()
	doc.reload()
	assert (doc.status, doc.events[-1].event) == ("Closed", "Bounced")
	assert work_notices.answer_came_back(doc)


@pytest.mark.clause("C-3", "C-4")
@pytest.mark.parametrize(
	("kind", "event", "status"),
	[
		("acknowledgement", "Acknowledgement Not Sent", "acknowledge_status"),
		("promise", "Promise Not Sent", "promise_status"),
	],
)
def test_a_reply_that_is_held_back_is_owed_by_its_old_deadline_until_it_leaves(answered, kind, event, status):
	until = frappe.utils.add_days(frappe.utils.now_datetime(), 20).replace(microsecond=0)
	doc, fiona = answered(client_comms_send_as=kind, client_comms_promised_until=str(until))
	assert doc.get(status) == ("Met" if kind == "acknowledgement" else "Running")
	due = doc.acknowledge_by, doc.respond_by
	preference = exclude_email(answered.client)
	queue.flush()
	queued = frappe.get_last_doc("Email Queue")
	doc.reload()
	assert (doc.status, doc.events[-1].event) == ("Open", event)
	assert "does not want to be contacted by Email" in doc.events[-1].note
	assert (doc.acknowledge_status, doc.respond_status, doc.promise_status) == (
		"Running",
		"Running",
		"Not Required",
	)
	assert (doc.acknowledge_by, doc.respond_by, doc.next_deadline) == (*due, due[0])
	told = frappe.get_all("Notification Log", {"for_user": fiona, "document_name": doc.name}, pluck="subject")
	assert any("make sure that the client has it" in each for each in told)
	entries = conversation.page(doc)["entries"]
	assert [each["meaning"] for each in entries if each["side"] == "step"][:1] == [event]

	preference.delete()
	queued.reload().send(force_send=True)
	doc.reload()
	assert (doc.status, doc.events[-1].by_user) == ("Acknowledged", fiona)
	assert doc.get(status) == ("Met" if kind == "acknowledgement" else "Running")
	assert doc.promised_for == (until if kind == "promise" else None)


@pytest.mark.clause("C-3", "C-4")
def test_a_promise_that_leaves_after_its_time_only_acknowledges(answered, clock_at):
	until = frappe.utils.add_days(frappe.utils.now_datetime(), 2).replace(microsecond=0)
	doc, _fiona = answered(client_comms_send_as="promise", client_comms_promised_until=str(until))
	queued = frappe.get_last_doc("Email Queue")
	queued.update_status(status="Error", error="Traceback: 550 no such server")
	assert doc.reload().events[-1].event == "Promise Not Sent"
	queued.reload()
	with clock_at(str(frappe.utils.add_days(until, 1))):
		queued.update_status(status="Sent")
	assert doc.reload().events[-1].event == "Acknowledged"


@pytest.mark.clause("C-4")
def test_an_answer_that_did_not_leave_is_not_one_after_the_client_wrote_again(answered):
	doc, _fiona = answered()
	due = doc.respond_by
	doc.record("Received")
	frappe.get_last_doc("Email Queue").update_status(status="Error")
	doc.reload()
	assert (doc.status, doc.events[-1].event, doc.respond_by) == ("Open", "Answer Taken Back", due)
