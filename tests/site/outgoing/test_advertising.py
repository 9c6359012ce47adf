"""Newsletters, campaigns and bulk messages go to clients as these have consented to advertising (P-2)."""

from datetime import timedelta

import frappe
import pytest
from erpnext.crm.doctype.email_campaign import email_campaign
from frappe.email import queue
from frappe.email.doctype.email_group import email_group
from frappe.handler import execute_cmd

from client_comms import api, clock, compat
from client_comms.outgoing import advertising, email_queue

PURPOSE = "Marketing"
ADD = "frappe.email.doctype.email_group.email_group.add_subscribers"
YES, NO, WITHDREW, SILENT = (f"{each}@client.example" for each in ("yes", "no", "withdrew", "silent"))
READER = "reader@nowhere.example"
NUMBERS = {YES: "+49301110001", NO: "+49301110002", SILENT: "+49301110004"}
pytestmark = pytest.mark.clause("P-2")


@pytest.fixture(autouse=True)
def house(mailbox, set_settings):
	set_settings(own_email_domains="own.example", log_outbound=0, advertising_purpose=PURPOSE)
	frappe.db.delete("Email Queue")
	frappe.flags.mute_emails = True  # the job that queues them would send them as well


@pytest.fixture
def say():
	def record(client, status="Given", **fields):
		values = {
			"purpose": PURPOSE,
			"collected_through": "Phone",
			"notice_text": "I agree.",
			"status": status,
		}
		party = {"party_type": client.party_type, "party": client.party}
		return frappe.get_doc({"doctype": "Client Consent", **party, **values, **fields}).insert()

	return record


@pytest.fixture
def clients(make_client, say):
	"""Four clients who said different things, and a subscriber, in an Email Group."""
	found = {address: make_client(f"Client {address}", address) for address in (YES, NO, WITHDREW, SILENT)}
	for address, number in NUMBERS.items():
		contact = frappe.get_doc("Contact", found[address].contact)
		contact.append("phone_nos", {"phone": number, "is_primary_mobile_no": 1})
		contact.save()
	say(found[YES])
	say(found[NO], "Refused")
	api.withdraw_consent(say(found[WITHDREW]).name)
	group = frappe.get_doc({"doctype": "Email Group", "title": frappe.generate_hash()}).insert()
	for address in (*found, READER):
		member = {"doctype": "Email Group Member", "email_group": group.name, "email": address}
		frappe.get_doc(member).insert()
	return frappe._dict(found, group=group.name)


def start_campaign(group):
	template = frappe.get_doc(
		{"doctype": "Email Template", "name": frappe.generate_hash(), "subject": "Offers", "response": "Buy!"}
	).insert()
	campaign = frappe.get_doc(
		{
			"doctype": "Campaign",
			"campaign_name": frappe.generate_hash(),
			"campaign_schedules": [{"email_template": template.name, "send_after_days": 0}],
		}
	).insert()
	return frappe.get_doc(
		{
			"doctype": "Email Campaign",
			"campaign_name": campaign.name,
			"email_campaign_for": "Email Group",
			"recipient": group,
			"start_date": frappe.utils.today(),
			"sender": "Administrator",
		}
	).insert()


def queued():
	"""The addresses to which something waits, and what the rows say in which no address is left."""
	rows = frappe.get_all("Email Queue", fields=["name", "status", "error"])
	waits = [row.name for row in rows if row.status == "Not Sent"]
	addresses = frappe.get_all("Email Queue Recipient", {"parent": ("in", waits)}, pluck="recipient")
	return {*addresses}, sorted(row.error for row in rows if row.status == "Error")


@pytest.mark.parametrize(
	("mode", "addressed"),
	[
		("Off", {YES, NO, WITHDREW, SILENT, READER}),
		("Warn", {YES, SILENT, READER}),
		("Enforce", {YES, READER}),
	],
)
def test_an_email_campaign_reaches_whom_the_setting_allows(clients, set_settings, mode, addressed):
	set_settings(advertising_mode=mode)
	start_campaign(clients.group)
	email_campaign.send_email_to_leads_or_contacts()
	waits, said = queued()
	assert waits == addressed
	assert len(said) == 5 - len(addressed)
	assert email_queue.count_failed(clock.now() - timedelta(days=1)) == 0, (
		"nothing that Health calls a failure"
	)
	if mode != "Off":
		assert any(NO in each and "refused" in each for each in said)
		assert any(WITHDREW in each and "withdrew" in each for each in said)


def test_a_campaign_is_nothing_that_someone_wrote_to_a_client(clients, set_settings):
	"""As an interaction with the first recipient, the others would be third parties of it, who must not get it."""
	set_settings(advertising_mode="Off", log_outbound=1)
	before = frappe.db.count("Client Interaction")
	start_campaign(clients.group)
	email_campaign.send_email_to_leads_or_contacts()
	assert len(queued()[0]) == 5
	assert frappe.db.count("Client Interaction") == before


def test_without_a_purpose_nothing_is_checked(clients, set_settings):
	set_settings(advertising_mode="Enforce", advertising_purpose=None)
	start_campaign(clients.group)
	email_campaign.send_email_to_leads_or_contacts()
	assert len(queued()[0]) == 5


def test_a_purpose_about_third_parties_is_none_of_newsletters(set_settings):
	with pytest.raises(frappe.ValidationError, match="concerns third parties"):
		set_settings(advertising_purpose="Sharing with a Third Party")


@pytest.mark.parametrize("mode", ["Warn", "Enforce"])
def test_consent_that_is_withdrawn_while_it_waits(clients, set_settings, monkeypatch, mode):
	monkeypatch.setitem(frappe.local.conf, "mute_emails", 0)
	set_settings(advertising_mode=mode)
	start_campaign(clients.group)
	email_campaign.send_email_to_leads_or_contacts()
	api.withdraw_consent(frappe.db.get_value("Client Consent", {"party": clients[YES].party}))
	frappe.flags.mute_emails = False
	queue.flush()
	rows = frappe.get_all("Email Queue", {"status": "Error"}, pluck="error")
	assert any(YES in each and "withdrew" in each for each in rows)
	sent = frappe.get_all("Email Queue", {"status": "Sent"}, pluck="name")
	assert READER in frappe.get_all("Email Queue Recipient", {"parent": ("in", sent)}, pluck="recipient")


def test_consent_that_has_expired_is_none_where_it_is_required(clients, set_settings):
	with clock.moved_to(clock.now() + timedelta(days=3 * 365)):
		set_settings(advertising_mode="Warn")
		assert YES in advertising.kept([YES, NO])
		set_settings(advertising_mode="Enforce")
		assert advertising.kept([YES, NO, READER]) == [READER]


def test_other_emails_to_these_clients_are_none_of_advertising(clients, set_settings):
	set_settings(advertising_mode="Enforce")
	todo = frappe.get_doc({"doctype": "ToDo", "description": "Own matter"}).insert()
	about = {"reference_doctype": todo.doctype, "reference_name": todo.name}
	frappe.sendmail([NO], subject="Your order", message="It is on its way.", **about)
	assert queued()[0] == {NO}


def test_a_no_of_any_who_hold_the_address_counts(clients, make_client, say, set_settings):
	set_settings(advertising_mode="Enforce")
	second = make_client("Second company of Yes", YES)
	assert advertising.kept([YES]) == [YES]
	say(second, "Refused", contact=second.contact)
	assert advertising.kept([YES]) == []


def test_what_a_client_said_as_a_lead_counts_for_the_customer(clients, say, set_settings):
	set_settings(advertising_mode="Warn")
	lead = frappe.get_doc(
		{"doctype": "Lead", "lead_name": "Silent", "email_id": "old@client.example"}
	).insert()
	frappe.db.set_value("Customer", clients[SILENT].party, "lead_name", lead.name)
	say(frappe._dict(party_type="Lead", party=lead.name), "Refused")
	assert advertising.kept([SILENT, "old@client.example", YES]) == [YES]


def test_what_a_colleague_of_the_client_refused_is_none_of_another_s(clients, say, set_settings):
	set_settings(advertising_mode="Warn")
	colleague = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Colleague",
			"email_ids": [{"email_id": "colleague@client.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": clients[SILENT].party}],
		}
	).insert()
	say(clients[SILENT], "Refused", contact=colleague.name)
	assert advertising.kept([SILENT, "colleague@client.example"]) == [SILENT]


def test_sms_center_leaves_them_out_and_says_so(clients, set_settings, monkeypatch):
	set_settings(advertising_mode="Warn")
	sent = []
	monkeypatch.setattr("frappe.core.doctype.sms_settings.sms_settings.validate_receiver_nos", list)
	monkeypatch.setattr(
		"erpnext.selling.doctype.sms_center.sms_center.send_sms", lambda numbers, _text: sent.extend(numbers)
	)
	frappe.clear_messages()
	center = frappe.get_doc("SMS Center")
	center.update(
		{"message": "Buy!", "receiver_list": "\n".join(f"Client - {each}" for each in NUMBERS.values())}
	)
	center.send_sms()
	assert sent == [NUMBERS[YES], NUMBERS[SILENT]]
	(said,) = [each.message for each in frappe.get_message_log() if each.title == "Consent"]
	assert said.count("1 of 3 recipients") == 2


@pytest.mark.skipif(compat.is_version_16(), reason="newsletters are an app of their own since version 16")
def test_who_sends_a_newsletter_is_told_who_does_not_get_it(clients, set_settings, monkeypatch):
	set_settings(advertising_mode="Enforce")
	letter = frappe.get_doc(
		{
			"doctype": "Newsletter",
			"subject": "News",
			"sender_email": "service@own.example",
			"sender_name": "Us",
			"content_type": "Rich Text",
			"message": "See",
			"email_group": [{"email_group": clients.group}],
		}
	).insert()
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	frappe.clear_messages()
	letter.send_emails()
	assert queued()[0] == {YES, READER}
	said = [each.message for each in frappe.get_message_log() if each.title == "Consent"]
	assert len(said) == 1 and "3 of 5 recipients" in said[0]
	assert letter.get_sending_status()["error"] == 3


def test_who_plans_a_campaign_is_told(clients, set_settings, monkeypatch):
	set_settings(advertising_mode="Enforce")
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	frappe.clear_messages()
	start_campaign(clients.group)
	said = [each.message for each in frappe.get_message_log() if each.title == "Consent"]
	assert len(said) == 1 and "3 of 5 recipients" in said[0]


def welcoming_group():
	template = {
		"doctype": "Email Template",
		"name": frappe.generate_hash(),
		"subject": "Welcome",
		"response": "Hi",
	}
	group = {"doctype": "Email Group", "title": frappe.generate_hash()}
	return frappe.get_doc(
		{**group, "welcome_email_template": frappe.get_doc(template).insert().name}
	).insert()


@pytest.mark.parametrize(
	("mode", "left_out"), [("Off", set()), ("Warn", {NO, WITHDREW}), ("Enforce", {NO, WITHDREW, SILENT})]
)
def test_who_is_added_to_a_list_is_welcomed_only_with_consent(clients, set_settings, mode, left_out):
	"""Staff add them; who subscribes on the website has asked for it."""
	set_settings(advertising_mode=mode)
	group = welcoming_group()
	given = [YES, NO, WITHDREW, SILENT, READER]
	frappe.clear_messages()
	frappe.local.request = frappe._dict(method="POST")
	frappe.local.form_dict = frappe._dict(name=group.name, email_list="\n".join(given))
	execute_cmd(ADD)
	assert queued() == (set(given) - left_out, [])
	members = frappe.get_all("Email Group Member", {"email_group": group.name}, pluck="email")
	assert {*members} == set(given) - left_out
	told = [each for each in map(str, frappe.local.message_log) if "lack of consent" in each]
	assert len(told) == bool(left_out)


def test_who_subscribes_is_welcomed(clients, set_settings):
	set_settings(advertising_mode="Enforce")
	group = welcoming_group()
	email_group.add_subscribers(group.name, SILENT)
	assert queued() == ({SILENT}, [])
