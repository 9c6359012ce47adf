"""Users are notified once, in their own language, of work that becomes theirs (F-2)."""

import re

import frappe
import pytest
from redis.exceptions import ConnectionError as RedisIsGone

from client_comms import alerts, api
from client_comms.api.self_service import submit
from client_comms.client_interactions import work_notices
from client_comms.rules import consent as rules


@pytest.fixture
def owner(make_user):
	return make_user("Frontline Staff", language="de")


@pytest.fixture
def colleague(make_user):
	return make_user("Frontline Staff")


@pytest.fixture
def told():
	"""`told(user)`: the subjects of their notifications about interactions and consents since this was last asked."""
	seen = set()

	def new(user):
		rows = frappe.get_all(
			"Notification Log",
			{"for_user": user, "document_type": ("in", ("Client Interaction", "Client Consent"))},
			["name", "subject"],
			order_by="creation asc, name asc",
		)
		found = [row.subject for row in rows if row.name not in seen]
		seen.update(row.name for row in rows)
		return found

	return new


def named(name):
	"""An interaction as notifications name it: the number alone would say nothing."""
	client, subject = frappe.db.get_value("Client Interaction", name, ["party_name", "subject"])
	return frappe.utils.escape_html(f"{client}: {subject} ({name})")


def written_by_the_client(interaction):
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": "anna@client.example",
			"subject": "Re: Solar roof",
			"content": "Here it is.",
			"reference_doctype": interaction.doctype,
			"reference_name": interaction.name,
		}
	).insert(ignore_permissions=True)


def todos(user):
	return frappe.get_all("ToDo", {"allocated_to": user, "status": "Open"}, ["description", "reference_name"])


def test_what_a_colleague_logs_is_told_in_the_language_of_whose_it_is(
	inquiry, owner, colleague, told, as_user
):
	with as_user(colleague):
		name = inquiry(responsible_staff=owner).name
	assert told(owner) == [f"Sie sind jetzt zuständig für {named(name)}"]
	assert told(colleague) == []
	assert todos(owner) == []


@pytest.mark.after_commit
def test_a_job_tells_after_the_commit(inquiry, owner, told, monkeypatch):
	queued = []
	monkeypatch.setattr(frappe, "enqueue", lambda method, queue, **given: queued.append((method, given)))
	name = inquiry(responsible_staff=owner).name
	assert told(owner) == [] and queued == []
	frappe.db.after_commit.run()
	((method, given),) = queued
	assert (method, given) == (work_notices.tell_responsible, {"interaction": name, "user": owner})
	method(**given)
	assert told(owner) == [f"Sie sind jetzt zuständig für {named(name)}"]
	frappe.db.set_value("Client Interaction", name, "responsible_staff", None)
	method(**given)
	assert told(owner) == [], "it is someone else's by now"


@pytest.mark.after_commit
def test_what_is_logged_stays_if_no_job_can_be_queued(inquiry, owner, monkeypatch):
	def gone(*args, **kwargs):
		raise RedisIsGone("Connection refused")

	monkeypatch.setattr(frappe, "enqueue", gone)
	made = inquiry(responsible_staff=owner)
	frappe.db.after_commit.run()
	assert frappe.db.exists(
		"Error Log",
		{"method": "Notification of a responsible user could not be queued", "reference_name": made.name},
	)


def test_no_notification_of_ones_own_actions(inquiry, owner, told, as_user):
	with as_user(owner):
		inquiry(responsible_staff=owner)
	assert told(owner) == []


def test_a_reassignment_is_told(inquiry, owner, colleague, told, as_user):
	doc = inquiry(responsible_staff=colleague)
	told(colleague)
	with as_user(colleague):
		doc.reload().responsible_staff = owner
		doc.save()
	assert len(told(owner)) == 1
	assert told(colleague) == []


def test_what_arrives_is_told(owner, make_client, told):
	client = make_client("Anna Client", "anna@client.example")
	frappe.db.set_value("Customer", client.party, "account_manager", owner)
	issue = frappe.get_doc(
		{"doctype": "Issue", "subject": "Roof", "raised_by": "anna@client.example", "customer": client.party}
	).insert()
	name = frappe.db.get_value("Client Interaction", {"reference_name": issue.name})
	assert told(owner) == [f"Sie sind jetzt zuständig für {named(name)}"]


def test_an_action_item_is_told(inquiry, owner, colleague, told, as_user):
	doc = inquiry(responsible_staff=colleague)
	with as_user(colleague):
		doc.reload().append(
			"action_items", {"description": "Call back", "assigned_to": owner, "status": "Open"}
		)
		doc.save()
		(subject,) = told(owner)
		assert doc.name in subject and "Call back" not in subject
		doc.subject = "Another subject"
		doc.save()
	assert told(owner) == []


def test_one_notice_for_one_responsibility_with_an_action_item(inquiry, owner, told):
	inquiry(responsible_staff=owner, action_items=[{"description": "Call back", "assigned_to": owner}])
	assert len(told(owner)) == 1


def test_the_client_ends_a_pause(inquiry, owner, told, as_user):
	doc = inquiry(responsible_staff=owner)
	with as_user(owner):
		api.pause(doc.name)
	told(owner)
	written_by_the_client(doc)
	assert told(owner) == [f"{named(doc.name)} wartet nicht mehr auf den Kunden: Die Fristen laufen wieder"]


def test_a_colleague_ends_a_pause(inquiry, owner, colleague, told, as_user):
	doc = inquiry(responsible_staff=owner)
	with as_user(owner):
		api.pause(doc.name)
	told(owner)
	with as_user(colleague):
		api.resume(doc.name)
	assert len(told(owner)) == 1


def test_the_client_writes_after_the_answer(inquiry, owner, told, as_user):
	doc = inquiry(responsible_staff=owner)
	with as_user(owner):
		api.answer(doc.name)
	told(owner)
	written_by_the_client(doc)
	assert told(owner) == [f"Dem Kunden ist wieder eine Antwort geschuldet: {named(doc.name)}"]


def test_a_to_do_until_it_is_handed_over_or_done(inquiry, owner, colleague, set_settings, as_user):
	set_settings(responsible_todo=1)
	doc = inquiry(responsible_staff=owner)
	(todo,) = todos(owner)
	assert todo.reference_name == doc.name
	assert (
		todo.description.startswith("Sie sind zuständig für")
		and "Anna Client: Solar roof" in todo.description
	)
	assert not doc.reload().action_items  # a reminder, and nothing that was agreed
	doc.responsible_staff = colleague
	doc.save()
	assert todos(owner) == []
	assert len(todos(colleague)) == 1
	with as_user(colleague):
		api.answer(doc.name)
	assert todos(colleague) == []


def test_a_user_who_lost_access_is_not_notified(inquiry, owner, told, as_user):
	doc = inquiry(responsible_staff=owner)
	with as_user(owner):
		api.pause(doc.name)
	told(owner)
	frappe.get_doc("User", owner).remove_roles("Frontline Staff")
	written_by_the_client(doc)
	assert told(owner) == []


def test_muted_actions_notify_no_one(inquiry, owner, told, set_settings):
	set_settings(responsible_todo=1)
	with alerts.muted():
		inquiry(responsible_staff=owner)
	assert told(owner) == []
	assert todos(owner) == []


# --- what a client answers


@pytest.fixture
def asked(mailbox, make_client, adviser, owner, as_user, inquiry):
	"""The owner asks for consent, within an interaction; returns the interaction, the consent and the token."""
	client = make_client("Anna Client", "anna@client.example")
	doc = inquiry(responsible_staff=owner)
	with as_user(owner):
		name = api.request_consent(
			client.party_type, client.party, third_party="Adviser", client_interaction=doc.name
		)
	token = re.search(r"client-link\?token=([\w-]+)", mailbox(name)["text/html"])[1]
	return doc, name, token


@pytest.mark.parametrize(
	("answer", "words"), [(rules.GIVEN, "hat zugestimmt"), (rules.REFUSED, "hat nicht zugestimmt")]
)
def test_a_clients_answer_is_told_to_who_asked(asked, owner, told, as_user, answer, words):
	doc, consent, token = asked
	told(owner)
	with as_user("Guest"):
		submit({consent: answer}, token)
	(subject,) = told(owner)
	assert words in subject and consent in subject
	assert frappe.db.exists(
		"Notification Log", {"for_user": owner, "document_name": doc.name, "subject": subject}
	)


def test_a_withdrawal_is_told_to_who_asked_and_who_is_responsible_now(
	asked, mailbox, owner, colleague, told, as_user
):
	doc, consent, token = asked
	with as_user("Guest"):
		submit({consent: rules.GIVEN}, token)
	frappe.db.set_value("Client Interaction", doc.name, "responsible_staff", colleague)
	told(owner), told(colleague)
	link = api.invite_client("Customer", "Anna Client")
	token = re.search(r"client-link\?token=([\w-]+)", mailbox(link)["text/html"])[1]
	with as_user("Guest"):
		submit({consent: rules.WITHDRAWN}, token)
	(subject,) = told(owner)
	assert "widerrufen" in subject
	assert len(told(colleague)) == 1
