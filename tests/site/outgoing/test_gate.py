"""All outgoing messages pass one gate: consent for third parties, and the client's identity (P-1, P-2, P-3)."""

import contextlib
import re
from datetime import timedelta
from pathlib import Path

import frappe
import pytest
from frappe.core.doctype.communication.email import make
from frappe.email.doctype.email_queue.email_queue import EmailQueue, QueueBuilder

from client_comms import api, clock
from client_comms.client_privacy import consents, identity
from client_comms.exceptions import MissingDetailsError, OutgoingRefusedError, ReasonNeededError
from client_comms.outgoing import facts, presentation, recipient_kinds
from client_comms.rules import outgoing as rules

INTERACTION = "Client Interaction"
PURPOSE = "Sharing with a Third Party"
ANNA, EVE, STRANGER = "anna@client.example", "eve@adviser.example", "who@nowhere.example"
BEN = "ben@client.example"


@pytest.fixture(autouse=True)
def outgoing_account(mailbox):
	"""Emails can go out."""


@pytest.fixture
def client(make_client, adviser):
	return make_client("Anna Client", ANNA, {"first_name": "Anna"})


@pytest.fixture
def update(client, log, set_settings):
	"""A Service Update (Confidential) to the client; identity is not required here."""
	set_settings(consent_mode="Enforce", identity_mode="Off")
	return log("Service Update", **client)


@pytest.fixture
def confirm(client, update):
	def make(result="Confirmed", **fields):
		return frappe.get_doc(
			{
				"doctype": "Identity Verification",
				**client,
				"method": "Call-back to Number on File",
				"result": result,
				"client_interaction": update.name,
				**fields,
			}
		).insert()

	return make


@pytest.fixture
def consent(client):
	def give(**fields):
		return frappe.get_doc(
			{
				"doctype": "Client Consent",
				"party_type": client.party_type,
				"party": client.party,
				"purpose": PURPOSE,
				"third_party": "Adviser",
				"collected_through": "Phone",
				"notice_text": "I agree.",
				**fields,
			}
		).insert()

	return give


def send(doc, *recipients):
	"""Queue an email about a document; returns the row of the queue."""
	return QueueBuilder(
		recipients=list(recipients),
		sender="service@own.example",
		subject="Solar roof",
		message="<p>Hello</p>",
		reference_doctype=doc.doctype,
		reference_name=doc.name,
	).process()


def queued(doc):
	rows = frappe.get_all(
		"Email Queue",
		{"reference_doctype": doc.doctype, "reference_name": doc.name},
		["name", "status", "error"],
		order_by="creation asc",
	)
	return [
		(row.status, sorted(frappe.get_all("Email Queue Recipient", {"parent": row.name}, pluck="recipient")))
		for row in rows
	]


def register(doc):
	return frappe.get_all(
		"Client Disclosure",
		{"client_interaction": doc.name},
		["recipient", "recipient_kind", "basis", "consent", "reason", "outcome", "third_party"],
		order_by="recipient asc",
	)


# --- consent --------------------------------------------------------------------------------------


@pytest.mark.clause("P-2")
def test_the_client_gets_their_own_information_and_it_is_on_the_register(update):
	send(update, ANNA)
	(entry,) = register(update)
	assert (entry.recipient, entry.recipient_kind, entry.basis) == (ANNA, "Client", "Own Information")


@pytest.mark.clause("P-2", "P-3")
def test_whom_staff_write_to_first_is_the_client_while_none_is_known(
	client, set_settings, make_user, as_user
):
	"""A Service Update, as what account managers begin is by default; who else hears of it is a third party as ever."""
	set_settings(**only(consent_mode="Enforce"))
	with as_user(make_user("Account Manager")):
		begun = make(
			content="Hello", subject="Offer", recipients=STRANGER, cc="aunt@nowhere.example", send_email=1
		)
		about = frappe.get_doc(
			INTERACTION, frappe.db.get_value("Communication", begun["name"], "client_interaction")
		)
		assert (about.party, about.confidentiality_level) == (None, "Confidential")
		assert {row.recipient_kind for row in register(about)} == {"Client"}
		send(about, STRANGER)
		with pytest.raises(OutgoingRefusedError, match="other@"):
			send(about, "other@nowhere.example")
		answer = {"doctype": "Communication", "communication_medium": "Email", "sent_or_received": "Received"}
		answer |= {"communication_type": "Communication", "subject": "Re: Offer", "content": "Gladly"}
		answer |= {
			"sender": "own@nowhere.example",
			"reference_doctype": about.doctype,
			"reference_name": about.name,
		}
		answer = frappe.get_doc(answer).insert(ignore_permissions=True)
		assert answer.client_interaction == about.name
		send(about, "own@nowhere.example")
		# What a registered third party is told is never its own.
		with pytest.raises(OutgoingRefusedError, match=EVE):
			make(content="Hello", subject="Offer", recipients=EVE, send_email=1)


@pytest.mark.clause("P-3")
def test_whom_staff_write_to_after_a_call_of_a_stranger_is_not_known_by_that(log, set_settings):
	"""The address in the first email of a conversation that began in another way identifies no client."""
	set_settings(**only(consent_mode="Enforce"))
	called = log("Service Update", direction="Outbound", channel="Phone", party_name="A voice")
	with pytest.raises(OutgoingRefusedError, match=STRANGER):
		make(called.doctype, called.name, content="Hello", subject="Offer", recipients=STRANGER, send_email=1)


@pytest.mark.clause("P-3")
@pytest.mark.parametrize("of_another", [False, True])
def test_who_wrote_first_is_not_the_client_whom_staff_chose_if_another_one_has_the_address(
	of_another, client, log, set_settings, make_client
):
	"""Of whom no address is known."""
	set_settings(**only(consent_mode="Enforce"))
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Silent Ltd"}).insert()
	about = log("Service Update", party_type="Customer", party=customer.name)
	if of_another:
		make_client("Stranger", STRANGER)
	came = {"doctype": "Communication", "communication_medium": "Email", "sent_or_received": "Received"}
	came |= {
		"communication_type": "Communication",
		"subject": "Hello",
		"content": "Hello",
		"sender": STRANGER,
	}
	came = frappe.get_doc(came).insert(ignore_permissions=True)
	came.db_set("client_interaction", about.name)
	context = facts.context_of(about.doctype, about.name)
	(written_to,) = recipient_kinds.sort_recipients(context, [STRANGER])
	assert written_to.kind == ("Third Party" if of_another else "Client")


@pytest.mark.clause("P-2")
def test_messages_to_staff_are_not_disclosures(update, make_user):
	send(update, make_user("Account Manager"))
	assert register(update) == []


@pytest.mark.clause("P-3")
@pytest.mark.parametrize("address", [EVE, STRANGER])
def test_a_third_party_without_consent_gets_nothing_and_neither_does_anyone_else(update, address):
	with pytest.raises(OutgoingRefusedError, match=address):
		send(update, ANNA, address)
	assert queued(update) == [] and register(update) == []


@pytest.mark.clause("P-3")
def test_with_consent_it_goes_out_and_the_register_says_under_which(update, consent):
	given = consent()
	send(update, ANNA, EVE)
	assert [status for status, _r in queued(update)] == ["Not Sent"]
	entry = register(update)[1]
	assert (entry.recipient, entry.third_party, entry.basis, entry.consent) == (
		EVE,
		"Adviser",
		"Consent",
		given.name,
	)


@pytest.mark.clause("P-3")
def test_consent_for_one_third_party_is_none_for_another(update, consent):
	consent()
	with pytest.raises(OutgoingRefusedError):
		send(update, STRANGER)


@pytest.mark.clause("P-3")
def test_a_level_that_does_not_ask_for_consent_lets_it_go(client, log, set_settings):
	set_settings(consent_mode="Enforce")
	inquiry = log("Initial Inquiry", **client)
	send(inquiry, EVE)
	assert register(inquiry)[0].basis == "Not Required"


@pytest.mark.clause("P-3")
def test_an_email_about_no_one_passes_untouched(update):
	todo = frappe.get_doc({"doctype": "ToDo", "description": "Own matter"}).insert()
	send(todo, STRANGER)
	assert len(queued(todo)) == 1 and not frappe.db.count("Client Disclosure", {"recipient": STRANGER})


@pytest.mark.clause("P-3")
def test_data_categories_limit_what_a_consent_covers(update, consent):
	consent(data_categories=[{"data_category": "Correspondence"}])
	with pytest.raises(OutgoingRefusedError, match="covers only"):
		send(update, EVE)
	update.append("data_categories", {"data_category": "Correspondence"})
	update.save()
	send(update, EVE)


@pytest.mark.clause("P-3")
def test_withdrawal_holds_back_what_waits(update, consent):
	given = consent()
	send(update, EVE)
	api.withdraw_consent(given.name)
	row = frappe.get_last_doc("Email Queue", {"reference_name": update.name})
	assert row.status == "Error" and "withdrew" in row.error
	with pytest.raises(OutgoingRefusedError, match="withdrew"):
		send(update, EVE)


@pytest.mark.clause("P-3")
def test_withdrawal_holds_back_what_waits_where_the_check_only_warns(update, consent, set_settings):
	set_settings(consent_mode="Warn")
	given = consent()
	row = send(update, EVE)
	api.withdraw_consent(given.name)
	row.reload()
	assert row.status == "Error" and "withdrew" in row.error
	assert register(update)[0].outcome == "Held Back"


@pytest.mark.clause("P-3")
def test_what_went_without_consent_for_a_reason_stays_when_the_check_only_warns(
	update, consent, set_settings
):
	"""A withdrawal of another consent of the client says nothing about it."""
	set_settings(consent_mode="Warn")
	other = consent(
		third_party=frappe.get_doc({"doctype": "Third Party", "third_party_name": "Bank"}).insert().name
	)
	row = send(update, EVE)
	assert register(update)[0].basis == "Reason Given"
	api.withdraw_consent(other.name)
	frappe.flags.mute_emails = False
	frappe.get_doc("Email Queue", row.name).send(force_send=True)
	assert frappe.db.get_value("Email Queue", row.name, "status") == "Sent"


@pytest.mark.clause("P-1")
@pytest.mark.parametrize("confirmed", [True, False])
def test_an_identity_that_expires_while_it_waits_where_the_check_only_warns(
	update, confirm, set_settings, confirmed
):
	"""Who wrote it was not asked for a reason, if it was confirmed then."""
	set_settings(identity_mode="Warn")
	if confirmed:
		confirm()
	row = send(update, ANNA)
	assert bool(register(update)[0].reason) is not confirmed
	frappe.flags.mute_emails = False
	with clock.moved_to(clock.now() + timedelta(days=91)):
		frappe.get_doc("Email Queue", row.name).send(force_send=True)
	assert frappe.db.get_value("Email Queue", row.name, "status") == ("Error" if confirmed else "Sent")


@pytest.mark.clause("P-3")
def test_what_waits_is_judged_again_when_its_turn_comes(update, consent):
	consent(valid_until=clock.now() + timedelta(hours=1))
	row = send(update, EVE)
	assert isinstance(row, EmailQueue)
	with clock.moved_to(clock.now() + timedelta(hours=2)):
		frappe.get_doc("Email Queue", row.name).send(force_send=True)
	assert frappe.db.get_value("Email Queue", row.name, "status") == "Error"


@pytest.mark.clause("P-3")
def test_what_still_may_go_is_sent(update, consent):
	consent()
	row = send(update, EVE)
	frappe.flags.mute_emails = False
	frappe.get_doc("Email Queue", row.name).send(force_send=True)
	assert frappe.db.get_value("Email Queue", row.name, "status") == "Sent"


# --- modes ----------------------------------------------------------------------------------------


@pytest.mark.clause("P-2", "P-3")
def test_warn_lets_jobs_pass_and_says_so_on_the_register(update, set_settings):
	set_settings(consent_mode="Warn")
	send(update, EVE)
	(entry,) = register(update)
	assert entry.basis == "Reason Given" and "job" in entry.reason


@pytest.mark.clause("P-2", "P-3")
def test_warn_asks_a_person_for_a_reason_and_records_it(update, set_settings, monkeypatch):
	set_settings(consent_mode="Warn")
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict())
	with pytest.raises(ReasonNeededError):
		send(update, EVE)
	assert queued(update) == []
	frappe.local.form_dict["outgoing_reason"] = "Anna asked me on the phone"
	send(update, EVE)
	assert register(update)[0].reason == "Anna asked me on the phone"


@pytest.mark.clause("P-2", "P-3")
@pytest.mark.parametrize(
	("user_type", "is_asked"), [("Employee Self Service", True), ("Website User", False)]
)
def test_users_of_a_site_s_own_type_are_asked_for_a_reason_as_well(
	update, set_settings, monkeypatch, make_user, as_user, user_type, is_asked
):
	set_settings(consent_mode="Warn")
	user = make_user("Customer Support Manager", "Sales User")
	frappe.db.set_value("User", user, "user_type", user_type)
	frappe.clear_document_cache("User", user)
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict())
	with as_user(user), pytest.raises(ReasonNeededError) if is_asked else contextlib.nullcontext():
		send(update, EVE)


@pytest.mark.clause("P-2", "P-3")
def test_off_asks_for_nothing(update, set_settings):
	set_settings(consent_mode="Off")
	send(update, STRANGER)
	assert register(update)[0].basis == "Not Required"


# --- identity -------------------------------------------------------------------------------------


def test_a_confirmation_lasts_as_long_as_the_level_says(update):
	frappe.db.set_value("Confidentiality Level", update.confidentiality_level, "identity_valid_days", 30)
	frappe.clear_document_cache("Confidentiality Level", update.confidentiality_level)
	assert identity.validity_days(update.confidentiality_level) == 30
	checked = {"party_type": update.party_type, "party": update.party, "client_interaction": update.name}
	doc = frappe.new_doc("Identity Verification")
	doc.update({**checked, "result": identity.CONFIRMED})
	doc.set_verified()
	assert doc.valid_until - doc.verified_on == timedelta(days=30)


def test_a_confirmation_that_is_entered_until_a_day_lasts_to_its_end(update):
	today = clock.now().date()
	checked = {"party_type": update.party_type, "party": update.party, "method": "Document Seen"}
	doc = frappe.get_doc({"doctype": "Identity Verification", **checked, "valid_until": str(today)}).insert()
	assert doc.reload().valid_until == clock.end_of(today)
	assert identity.last_confirmed(update.party_type, update.party, None, None) == doc.name


@pytest.mark.clause("P-1")
def test_nothing_goes_out_before_the_client_is_confirmed(update, confirm, set_settings):
	set_settings(identity_mode="Enforce")
	with pytest.raises(OutgoingRefusedError, match="not been confirmed"):
		send(update, ANNA)
	verified = confirm()
	send(update, ANNA)
	assert (
		frappe.db.get_value("Client Disclosure", {"client_interaction": update.name}, "identity_verification")
		== verified.name
	)
	with (
		clock.moved_to(clock.now() + timedelta(days=91)),
		pytest.raises(OutgoingRefusedError, match="expired on"),
	):
		send(update, ANNA)


@pytest.mark.clause("P-1")
def test_the_register_names_no_check_that_has_expired(update, confirm, set_settings):
	"""Only a warning: the message goes out, and the scorecard counts it as sent without a valid check."""
	set_settings(identity_mode="Warn")
	confirm()
	with clock.moved_to(clock.now() + timedelta(days=91)):
		send(update, ANNA)
	(row,) = frappe.get_all(
		"Client Disclosure", {"client_interaction": update.name}, ["identity_verification", "reason"]
	)
	assert row.reason and not row.identity_verification


@pytest.mark.clause("P-1")
def test_a_failed_check_confirms_no_one_and_three_lock(update, confirm, set_settings, make_user, as_user):
	set_settings(identity_mode="Warn", identity_attempts=3)
	officer = make_user("Compliance Officer")
	for _attempt in range(3):
		confirm("Failed")
	assert frappe.db.exists(
		"Notification Log", {"for_user": officer, "document_type": "Identity Verification"}
	)
	with pytest.raises(frappe.ValidationError, match="to investigate and unlock"):
		confirm()
	with pytest.raises(OutgoingRefusedError, match="too many failures"):
		send(update, ANNA)
	with pytest.raises(frappe.PermissionError):
		with as_user(make_user("Account Manager")):
			confirm("Unlocked")
	with as_user(officer):
		confirm("Unlocked")
	confirm()
	send(update, ANNA)


@pytest.mark.clause("P-1")
def test_a_failed_check_ends_an_earlier_confirmation(client, update, confirm, set_settings):
	"""It may be someone else now; an unlock confirms no one either."""
	set_settings(identity_mode="Enforce")
	confirm()
	send(update, ANNA)
	confirm("Failed")
	with pytest.raises(OutgoingRefusedError, match="none has succeeded since"):
		send(update, ANNA)
	confirm("Unlocked")
	with pytest.raises(OutgoingRefusedError):
		send(update, ANNA)
	# A code that was asked for before, and is entered wrongly after a confirmation, counts from then.
	code = frappe.get_doc({"doctype": "Identity Verification", **client, "method": "One-Time Code by Email"})
	code.update({"result": "Pending"}).flags.by_the_app = True
	code.insert()
	again = confirm()
	send(update, ANNA)
	last = {"client_interaction": update.name}
	assert frappe.get_last_doc("Client Disclosure", last).identity_verification == again.name
	with clock.moved_to(clock.now() + timedelta(minutes=5)):
		code.conclude("Failed")
	with pytest.raises(OutgoingRefusedError):
		send(update, ANNA)


@pytest.mark.clause("P-1")
def test_a_code_cannot_be_confirmed_by_hand(update, confirm):
	with pytest.raises(frappe.ValidationError, match="sent and checked automatically"):
		confirm(method="One-Time Code by Email")


@pytest.mark.clause("P-1")
def test_a_check_stays_as_it_was_recorded(update, confirm):
	verified = confirm("Failed")
	verified.result = "Confirmed"
	with pytest.raises(frappe.ValidationError, match="cannot be changed"):
		verified.save()
	with pytest.raises(frappe.ValidationError):
		frappe.get_doc("Identity Verification", verified.name).delete()


# --- what a refusal says ------------------------------------------------------------------------------


def refused_with():
	"""The text and the button of the last refusal."""
	message = frappe.get_message_log()[-1]
	return message["message"], message["primary_action"]


@pytest.fixture
def write(update):
	"""Write an email from the desk about the update."""

	def write(content="Hello", recipients=ANNA):
		return make(
			update.doctype, update.name, content=content, subject="Roof", recipients=recipients, send_email=1
		)

	return write


def only(**modes):
	"""The settings of the checks: those given, all others off."""
	return {**{f"{check}_mode": "Off" for check in rules.CHECKS}, **modes}


@pytest.mark.clause("P-1", "P-3", "C-2", "D-3", "C-5")
@pytest.mark.parametrize(
	("modes", "prepare", "clause", "says", "action"),
	[
		({"consent_mode": "Enforce"}, None, "P-3", "Ask the client for consent", "request_consent"),
		({"identity_mode": "Enforce"}, None, "P-1", "Confirm who the client is", "verify_identity"),
		({"identity_mode": "Enforce"}, "lock", "P-1", "Aaron", "unlock_identity"),
		({"channel_mode": "Enforce"}, "prefer", "C-2", "a channel that the client accepts", "change_channel"),
		({"template_mode": "Enforce"}, None, "D-3", "approved for this", "choose_template"),
		({"wording_mode": "Enforce"}, None, "C-5", "Change the wording", "change_wording"),
	],
)
def test_every_refusal_names_its_rule_and_offers_the_next_step(
	client, write, confirm, make_user, set_settings, modes, prepare, clause, says, action
):
	make_user("Compliance Officer", first_name="Aaron")  # can help
	set_settings(**only(**modes))
	if prepare == "lock":
		for _attempt in range(3):
			confirm("Failed")
	if prepare == "prefer":
		frappe.get_doc(
			{"doctype": "Communication Preference", **client, "channels": [{"channel": "Phone"}]}
		).insert()
	with pytest.raises(OutgoingRefusedError):
		write("We utilise it.", recipients=EVE if "consent_mode" in modes else ANNA)
	text, button = refused_with()
	assert f"({clause})" in text and says in text
	assert button["client_action"] == f"client_comms.outgoing.{action}" and button["label"]
	assert button["args"]["party"] == client.party


@pytest.mark.clause("D-3")
def test_a_text_that_changed_since_it_was_chosen_is_refused_as_such(update, set_settings):
	text = frappe.get_doc({"doctype": "Email Template", "subject": "Roof", "response": "<p>Hello</p>"})
	text.insert(set_name="Roof text")
	approval = frappe.get_doc(
		{
			"doctype": "Communication Template",
			"template_name": "Roof",
			"email_template": text.name,
			"language": "en",
			"highest_level": "Sensitive",
		}
	).insert()
	approval.db_set({"status": "Draft", "version": 1})  # as once its text is changed
	set_settings(**only(template_mode="Enforce"))
	with pytest.raises(OutgoingRefusedError, match=r"current text of .*Roof.* is not approved"):
		make(
			update.doctype,
			update.name,
			content="Hello",
			subject="Roof",
			recipients=ANNA,
			send_email=1,
			email_template=text.name,
		)


@pytest.mark.clause("C-2")
def test_each_person_at_the_client_is_reached_as_they_prefer(client, site, update, write, set_settings):
	ben = site.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Ben",
			"email_ids": [{"email_id": BEN, "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": client.party}],
		}
	).insert()
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			**client,
			"contact": ben.name,
			"channels": [{"channel": "Phone"}],
		}
	).insert()
	set_settings(**only(channel_mode="Enforce"))
	write(recipients=ANNA)
	with pytest.raises(OutgoingRefusedError):
		write(recipients=f"{ANNA}, {BEN}")
	text, button = refused_with()
	assert BEN in text and ANNA not in text
	assert (button["client_action"], button["args"]["contact"]) == (
		"client_comms.outgoing.change_channel",
		ben.name,
	)
	set_settings(channel_mode="Warn")
	send(update, ANNA, BEN)
	preferred = frappe.get_all(
		"Client Disclosure",
		{"client_interaction": update.name, "recipient": ("in", (ANNA, BEN))},
		["recipient", "preferred_channel"],
		order_by="creation desc, recipient desc",
		limit=2,
		as_list=True,
	)
	assert {(address, channel or None) for address, channel in preferred} == {(ANNA, None), (BEN, "Phone")}


@pytest.mark.clause("P-3", "D-3")
def test_several_remedies_are_listed_behind_one_button(write, set_settings):
	set_settings(**only(consent_mode="Enforce", template_mode="Enforce"))
	with pytest.raises(OutgoingRefusedError):
		write(recipients=f"{EVE}, {STRANGER}")
	text, button = refused_with()
	assert "(P-3)" in text and "(D-3)" in text and text.count("Ask the client for consent") == 1
	assert button["client_action"] == "client_comms.outgoing.show_remedies"
	*consent, template = [(each["next_step"], each["recipient"]) for each in button["args"]["found"]]
	assert sorted(consent) == [("request-consent", EVE), ("request-consent", STRANGER)]
	assert template == ("choose-template", None)
	assert all(each["label"] and each["hint"] and each["rule"] for each in button["args"]["found"])


def test_the_desk_has_an_action_for_every_next_step():
	script = Path(frappe.get_app_path("client_comms", "public", "js", "outgoing.js")).read_text()
	steps = (
		rules.ASK_EXCEPTION,
		rules.REQUEST_CONSENT,
		rules.VERIFY_IDENTITY,
		rules.UNLOCK_IDENTITY,
		rules.CHANGE_CHANNEL,
		rules.CHOOSE_TEMPLATE,
		rules.CHANGE_WORDING,
	)
	for step in (*steps, "show-remedies"):
		assert re.search(rf"^\t(async )?{step.replace('-', '_')}\(", script, re.MULTILINE), step
	for step in steps:
		assert all(presentation.remedy_of(step))


@pytest.mark.clause("D-3")
def test_who_has_no_approved_text_is_told_who_approves_texts(make_user):
	make_user("Customer Support Manager", first_name="Abel", last_name="Marten")
	_label, words = presentation.remedy_of(rules.CHOOSE_TEMPLATE)
	assert re.search(r"These users approve texts: .*Abel Marten", words)


# --- consents as documents --------------------------------------------------------------------------


@pytest.mark.clause("P-3")
def test_the_notice_is_stored_once(consent):
	first, second = consent(), consent(contact=None)
	assert first.notice == second.notice
	assert frappe.get_doc("Client Consent", second.name).notice_text == "I agree."


@pytest.mark.clause("P-3")
def test_the_history_is_written_by_actions(consent):
	given = consent()
	for field, value in (("status", "Withdrawn"), ("valid_until", None), ("given_on", "2020-01-01 00:00:00")):
		given.reload()
		given.set(field, value)
		with pytest.raises(frappe.ValidationError, match="cannot be edited"):
			given.save()
	given.reload()
	given.events[0].note = "changed"
	with pytest.raises(frappe.ValidationError, match="cannot be edited"):
		given.save()
	given.reload()
	given.evidence = "/private/files/form.pdf"
	given.save()


@pytest.mark.clause("P-3")
def test_withdrawn_and_given_again(consent):
	given = consent()
	api.withdraw_consent(given.name)
	given.reload()
	assert given.status == "Withdrawn" and given.withdrawn_on
	api.give_consent(given.name)
	given.reload()
	assert (given.status, given.withdrawn_on) == ("Given", None)
	assert [row.event for row in given.events] == ["Given", "Withdrawn", "Given"]


@pytest.mark.clause("P-3")
def test_a_consent_lasts_as_long_as_its_purpose_says_and_then_expires(consent):
	given = consent()
	assert given.valid_until
	with clock.moved_to(given.valid_until + timedelta(seconds=1)):
		assert consents.expire() == 1
	assert frappe.db.get_value("Client Consent", given.name, "status") == "Expired"


@pytest.mark.clause("P-3")
def test_a_consent_that_is_given_again_while_others_expire_stays_given(consent, monkeypatch):
	given = consent()
	later, read = given.valid_until + timedelta(days=400), frappe.get_all

	def read_before_it_was_given(*args, **kwargs):
		found = read(*args, **kwargs)
		frappe.db.set_value("Client Consent", given.name, "valid_until", later)
		return found

	monkeypatch.setattr(frappe, "get_all", read_before_it_was_given)
	with clock.moved_to(given.valid_until + timedelta(seconds=1)):
		consents.expire()
	assert frappe.db.get_value("Client Consent", given.name, "status") == "Given"


@pytest.mark.clause("P-3")
def test_a_consent_cannot_be_deleted_nor_turned_to_something_else(consent, client):
	given = consent()
	with pytest.raises(frappe.ValidationError, match="they are evidence"):
		given.delete()
	given.append("data_categories", {"data_category": "Correspondence"})
	with pytest.raises(frappe.ValidationError, match="cannot be changed"):
		given.save()


@pytest.mark.clause("P-3")
def test_a_purpose_about_third_parties_needs_one_and_marketing_has_none(consent):
	with pytest.raises(frappe.ValidationError, match="Choose the third party"):
		consent(third_party=None)
	with pytest.raises(frappe.ValidationError, match="does not concern third parties"):
		consent(purpose="Marketing")


@pytest.fixture
def at_desk(monkeypatch):
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api", headers={}), raising=False)


@pytest.mark.clause("P-3")
def test_who_enters_that_the_client_agreed_names_what_shows_it(client, consent, update, at_desk):
	"""The notice, a file, or the interaction in which they said so."""
	with pytest.raises(MissingDetailsError, match="Name what shows"):
		consent(notice_text=None)
	with pytest.raises(MissingDetailsError):
		consent(notice_text=None, evidence="/private/files/invented.pdf")
	consent(notice_text=None, status="Refused")  # a no needs no proof
	file = {"doctype": "File", "file_name": "signed.txt", "content": "Yes", "is_private": 1}
	signed = frappe.get_doc(file).insert(ignore_permissions=True).file_url
	by_file = consent(notice_text=None, evidence=signed)
	by_file.evidence = None
	with pytest.raises(MissingDetailsError):
		by_file.save()
	assert consent(notice_text="I agree.").status == "Given"
	assert consent(notice_text=None, client_interaction=update.name).status == "Given"


@pytest.mark.clause("P-3")
def test_after_a_no_what_showed_the_consent_before_shows_it_no_more(client, consent, update, at_desk):
	given = consent()
	api.give_consent(given.name)  # renewed
	api.withdraw_consent(given.name)
	with pytest.raises(MissingDetailsError):
		api.give_consent(given.name)
	assert api.give_consent(given.name, client_interaction=update.name)["status"] == "Given"


@pytest.mark.clause("P-3")
def test_the_interaction_in_which_a_client_agreed_is_theirs(consent, log):
	other = frappe.get_doc({"doctype": "Customer", "customer_name": "Someone Else"}).insert()
	theirs = log(party_type="Customer", party=other.name)
	with pytest.raises(frappe.ValidationError, match="not an interaction of this client"):
		consent(client_interaction=theirs.name)


@pytest.mark.clause("P-3")
def test_may_share(client, consent, make_user):
	staff = make_user("Account Manager")
	answers = {
		row["recipient"]: row
		for row in api.may_share(**_party(client), recipients=[ANNA, EVE, STRANGER, staff])
	}
	assert [answers[a]["allowed"] for a in (ANNA, EVE, STRANGER, staff)] == [True, False, False, True]
	given = consent()
	(answer,) = api.may_share(**_party(client), recipients=EVE)
	assert (answer["allowed"], answer["consent"]) == (True, given.name)
	(answer,) = api.may_share(**_party(client), recipients=ANNA, purpose="Marketing")
	assert not answer["allowed"]


def _party(client):
	return {"party_type": client.party_type, "party": client.party}


@pytest.mark.clause("P-2")
def test_the_register_cannot_be_written_by_hand(update):
	send(update, ANNA)
	entry = frappe.get_last_doc("Client Disclosure", {"client_interaction": update.name})
	entry.recipient = "x@example.com"
	with pytest.raises(frappe.ValidationError, match="no one can change it"):
		entry.save()
	with pytest.raises(frappe.ValidationError, match="no one can change it"):
		entry.delete()
	with pytest.raises(frappe.ValidationError, match="no one can change it"):
		frappe.copy_doc(entry).insert()


@pytest.mark.clause("P-3")
def test_a_domain_belongs_to_one_third_party_and_not_to_us(client, set_settings):
	set_settings(own_email_domains="own.example")
	for domain in ("adviser.example", "own.example", "no domain"):
		with pytest.raises(frappe.ValidationError):
			frappe.get_doc(
				{"doctype": "Third Party", "third_party_name": domain, "email_domains": domain}
			).insert()
