"""Two who change the same record at once: nothing is lost, nothing half-done, and who was later gets an answer (C-3, C-4, D-1)."""

import frappe
import pytest

from client_comms.exceptions import BusyError

pytestmark = [pytest.mark.committed, pytest.mark.clause("C-3", "C-4", "D-1")]

INTERACTION = "Client Interaction"
ANNA = "anna@client.example"
REQUEST = "frappe.local.request = frappe._dict(method='POST', path='/api/method/x'); "
ACKNOWLEDGE = REQUEST + "api.acknowledge({name!r})['status']"


@pytest.fixture
def case(inquiry, make_user):
	"""An inquiry that other sessions see; it is removed in the end."""
	now = frappe.utils.now_datetime().replace(microsecond=0)
	doc = inquiry(responsible_staff=make_user("Frontline Staff"), at=now)
	frappe.db.commit()
	yield doc.name
	frappe.db.rollback()
	frappe.set_user("Administrator")
	for message in frappe.get_all("Communication", {"client_interaction": doc.name}, pluck="name"):
		frappe.delete_doc("Communication", message, force=True)
	frappe.delete_doc(INTERACTION, doc.name, force=True, ignore_missing=True)
	frappe.delete_doc("Customer", "Anna Client", force=True, ignore_missing=True)
	frappe.db.commit()


def events(name):
	frappe.db.rollback()
	return [row.event for row in frappe.get_doc(INTERACTION, name).events]


def test_who_clicks_while_another_saves_gets_an_answer(case, sessions):
	one, two = sessions
	two.see()
	one.do(ACKNOWLEDGE.format(name=case))
	two.start(ACKNOWLEDGE.format(name=case))
	assert two.is_waiting()
	one.do("frappe.db.commit()")
	with pytest.raises(Exception, match="already acknowledged") as refused:
		two.result()
	assert refused.value.kind == "ActionNotPossibleError"
	assert events(case) == ["Logged", "Received", "Acknowledged"]


def test_another_step_follows_the_first(case, sessions):
	one, two = sessions
	two.see()
	one.do(ACKNOWLEDGE.format(name=case) + "; frappe.db.commit()")
	assert two.do(REQUEST + f"api.answer({case!r})['status']") == "Answered"
	two.do("frappe.db.commit()")
	assert events(case) == ["Logged", "Received", "Acknowledged", "Answered"]


@pytest.mark.parametrize("isolation", ["on", "off"])
def test_a_form_that_is_saved_after_another_change_says_so(case, sessions, isolation):
	one, two = sessions
	for each in sessions:
		each.set_isolation(isolation)
	two.do(f"doc = frappe.get_doc('Client Interaction', {case!r})")
	one.do(ACKNOWLEDGE.format(name=case) + "; frappe.db.commit()")
	with pytest.raises(Exception, match="has been modified after you have opened it"):
		two.do(REQUEST + "doc.subject = 'Changed'; doc.save()")
	assert events(case) == ["Logged", "Received", "Acknowledged"]


@pytest.mark.parametrize("isolation", ["on", "off"])
def test_a_message_that_arrives_meanwhile_is_found(case, sessions, isolation):
	"""Before version 11.6, MariaDB does not refuse the lock, and what is read beside is older."""
	one, two = sessions
	for each in sessions:
		each.set_isolation(isolation)
	two.see()
	one.do(
		"frappe.get_doc({'doctype': 'Communication', 'communication_medium': 'Email', 'communication_type': 'Communication', "
		f"'sent_or_received': 'Received', 'sender': {ANNA!r}, 'subject': 'Roof', 'content': 'And when?', "
		f"'reference_doctype': 'Client Interaction', 'reference_name': {case!r}}}).insert(); frappe.db.commit()"
	)
	two.do(ACKNOWLEDGE.format(name=case))
	two.do("frappe.db.commit()")
	assert events(case) == ["Logged", "Received", "Received", "Acknowledged"]


@pytest.mark.parametrize("isolation", ["on", "off"])
def test_what_a_request_had_written_is_undone_as_a_whole_and_it_says_so(case, sessions, isolation):
	one, two = sessions
	for each in sessions:
		each.set_isolation(isolation)
	two.see()
	one.do(ACKNOWLEDGE.format(name=case) + "; frappe.db.commit()")
	two.do(REQUEST + "frappe.db.set_value('Customer', 'Anna Client', 'customer_details', 'Half')")
	two.start(f"api.answer({case!r})['status']")
	if isolation == "on":
		with pytest.raises(Exception, match="Try again") as refused:
			two.result()
		assert refused.value.kind == BusyError.__name__
		two.do("frappe.db.commit()")
		assert "Answered" not in events(case)
		assert not frappe.db.get_value("Customer", "Anna Client", "customer_details")
	else:
		assert two.result() == "Answered"


@pytest.fixture
def told(case, make_client, outgoing_account):
	"""An Issue of a conversation; a Notification writes to the client when its subject changes."""
	client = make_client("Bert Client", "bert@client.example")
	issue = frappe.get_doc(
		{"doctype": "Issue", "subject": "Roof", "customer": client.party, "raised_by": "bert@client.example"}
	).insert()
	alert = frappe.get_doc(
		{
			"doctype": "Notification",
			"__newname": "Roof changed",
			"subject": "Roof",
			"message": "Changed",
			"document_type": "Issue",
			"event": "Value Change",
			"value_changed": "subject",
			"channel": "Email",
			"enabled": 1,
			"recipients": [{"receiver_by_document_field": "raised_by"}],
		}
	).insert()
	frappe.db.commit()
	interaction = frappe.get_all(INTERACTION, {"reference_name": issue.name}, pluck="name")[0]
	yield frappe._dict(issue=issue.name, interaction=interaction)
	frappe.db.rollback()
	for message in frappe.get_all("Communication", {"reference_name": issue.name}, pluck="name"):
		frappe.delete_doc("Communication", message, force=True)
	frappe.db.delete("Email Queue", {"reference_name": issue.name})
	for doc in (alert, outgoing_account):
		doc.delete()
	frappe.delete_doc(INTERACTION, interaction, force=True)
	frappe.delete_doc("Issue", issue.name, force=True)
	frappe.delete_doc("Contact", client.contact, force=True)
	frappe.delete_doc("Customer", client.party, force=True)
	frappe.db.commit()


def test_a_save_of_which_the_database_undid_a_part_in_a_notification_is_undone_as_a_whole(told, sessions):
	one, two = sessions
	two.see()
	one.do(f"api.acknowledge({told.interaction!r}); frappe.db.commit()")
	change = f"doc = frappe.get_doc('Issue', {told.issue!r}); doc.subject = 'Changed'; doc.save()"
	try:
		two.do(REQUEST + change)
		failed = False
	except Exception:
		failed = True
	two.do("frappe.db.rollback()" if failed else "frappe.db.commit()")
	frappe.db.rollback()
	subject = frappe.db.get_value("Issue", told.issue, "subject")
	assert subject == ("Roof" if failed else "Changed"), "what was reported as saved is saved"
