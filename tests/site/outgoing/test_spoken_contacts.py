"""What was told by telephone or in person passes the checks too: a reply that is done elsewhere, and what a third party was told
(C-2, P-1 to P-3)."""

import frappe
import pytest

from client_comms import api, clock
from client_comms.client_interactions import closing_checklist
from client_comms.exceptions import MissingDetailsError, OutgoingRefusedError, ReasonNeededError

pytestmark = pytest.mark.clause("C-2", "P-1", "P-2", "P-3")


@pytest.fixture(autouse=True)
def house(mailbox, set_settings):
	set_settings(own_email_domains="own.example", identity_mode="Warn", responsible_party_mode="Off")


@pytest.fixture
def client(make_client):
	return make_client("Anna Client", "anna@client.example", {"first_name": "Anna"})


@pytest.fixture
def at_desk(monkeypatch):
	"""What follows is the request of a desk user."""
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api"), raising=False)
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict())


@pytest.fixture
def asked(log, client):
	"""`asked()`: the client has asked by email, and is owed an answer."""

	def make(communication_type="Initial Inquiry", **fields):
		doc = log(communication_type, direction="Inbound", channel="Email", **{**client, **fields})
		doc.record("Received", at=doc.occurred_on)
		return doc

	return make


def prefer(client, channels=(), never=()):
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			**client,
			"channels": [{"channel": each} for each in channels],
			"channels_not_to_use": [{"channel": each} for each in never],
		}
	).insert()


def confirm(client):
	return frappe.get_doc(
		{"doctype": "Identity Verification", **client, "method": "Document Seen", "result": "Confirmed"}
	).insert()


def disclosed(doc, *fields):
	return frappe.get_all(
		"Client Disclosure", {"client_interaction": doc.name}, [*fields], as_list=True, order_by="name asc"
	)


def events(doc):
	return [(row.event, row.note) for row in frappe.get_doc(doc.doctype, doc.name).events]


# --- done elsewhere -----------------------------------------------------------------------------------


REPLIES = {
	"acknowledge": {},
	"promise": {"until": "2099-12-01 12:00:00"},
	"answer": {},
}


@pytest.mark.usefixtures("at_desk")
class TestDoneElsewhere:
	@pytest.mark.parametrize("reply", REPLIES)
	def test_on_an_excluded_channel_nothing_is_noted(self, asked, client, reply):
		prefer(client, never=["Phone"])
		inquiry = asked()
		before = events(inquiry)
		with pytest.raises(OutgoingRefusedError, match="does not want"):
			getattr(api, reply)(inquiry.name, note="Told her", through="Phone", **REPLIES[reply])
		assert events(inquiry) == before
		assert not disclosed(inquiry, "name")
		getattr(api, reply)(inquiry.name, note="Told her", through="Meeting", **REPLIES[reply])
		assert events(inquiry)[-1][1] == "Meeting: Told her"
		assert disclosed(inquiry, "channel", "recipient") == (("Meeting", client["contact"]),)

	@pytest.mark.parametrize("reply", REPLIES)
	def test_on_another_channel_than_preferred_with_a_reason_that_is_on_the_register(
		self, asked, client, reply
	):
		prefer(client, channels=["Email"])
		inquiry = asked()
		with pytest.raises(ReasonNeededError, match=r"prefers .*Email"):
			getattr(api, reply)(inquiry.name, through="Phone", **REPLIES[reply])
		getattr(api, reply)(
			inquiry.name, through="Phone", outgoing_reason="Her mailbox is full", **REPLIES[reply]
		)
		fields = ("channel", "preferred_channel", "reason")
		assert disclosed(inquiry, *fields) == (("Phone", "Email", "Her mailbox is full"),)

	@pytest.mark.parametrize("reply", ["promise", "answer"])
	def test_nothing_is_told_before_the_identity_is_confirmed(self, asked, client, set_settings, reply):
		set_settings(identity_mode="Enforce")
		complaint = asked("Feedback/Complaint")
		with pytest.raises(OutgoingRefusedError, match="not been confirmed"):
			getattr(api, reply)(complaint.name, through="Phone", **REPLIES[reply])
		verification = confirm(client)
		getattr(api, reply)(complaint.name, through="Phone", **REPLIES[reply])
		assert disclosed(complaint, "identity_verification") == ((verification.name,),)

	def test_that_a_message_arrived_can_be_said_to_anyone_who_asks(self, asked, set_settings):
		set_settings(identity_mode="Enforce")
		complaint = asked("Feedback/Complaint")
		api.acknowledge(complaint.name, through="Phone")
		assert len(disclosed(complaint, "name")) == 1

	def test_an_email_that_the_level_does_not_allow_needs_a_reason(self, asked, make_user, as_user):
		"""It has been sent from elsewhere, so it is noted, with why."""
		from client_comms import procedure

		agent = make_user(procedure.FRONTLINE_STAFF)
		for row in frappe.get_all("Level Clearance", {"parent": procedure.STANDARD}, pluck="name"):
			frappe.db.set_value("Level Clearance", row, "can_email", 0)
		frappe.get_doc("Confidentiality Level", procedure.STANDARD).save()
		inquiry = asked(responsible_staff=agent)
		with as_user(agent):
			with pytest.raises(ReasonNeededError, match="no clearance to email"):
				api.answer(inquiry.name, through="Email")
			api.answer(inquiry.name, through="Email", outgoing_reason="She asked for it")
		assert disclosed(inquiry, "channel", "reason") == (("Email", "She asked for it"),)

	def test_of_what_is_not_possible_now_no_reason_is_asked(self, asked, client):
		prefer(client, channels=["Email"])
		inquiry = asked()
		api.answer(inquiry.name)
		with pytest.raises(frappe.ValidationError, match="already been answered"):
			api.answer(inquiry.name, through="Phone")

	def test_a_note_that_names_no_channel_is_but_a_note(self, asked, client):
		prefer(client, channels=["Letter"])
		inquiry = asked()
		api.answer(inquiry.name, note="Done")
		assert events(inquiry)[-1] == ("Answered", "Done")
		assert not disclosed(inquiry, "name")


# --- third parties ------------------------------------------------------------------------------------


@pytest.fixture
def adviser(site):
	return site.get_doc({"doctype": "Third Party", "third_party_name": "Adviser"}).insert().name


@pytest.fixture
def called(client):
	"""`called()`: what staff log about a call."""

	def make(communication_type="Service Update", **fields):
		logged = api.log_interaction(
			**{
				"company": frappe.db.get_value("Company", {}),
				**client,
				"communication_type": communication_type,
				"channel": "Phone",
				"direction": "Outbound",
				"occurred_on": clock.now(),
				"subject": "Progress",
				"summary": "Talked about the progress.",
				"responsible_staff": "Administrator",
				**fields,
			}
		)
		return frappe.get_doc("Client Interaction", logged["name"])

	return make


def consent(client, third_party):
	purpose = frappe.db.get_single_value("Client Comms Settings", "sharing_purpose")
	of = {"party_type": client["party_type"], "party": client["party"], "purpose": purpose}
	paper = {"collected_through": "Letter", "notice_text": "I agree."}
	return frappe.get_doc({"doctype": "Client Consent", **of, "third_party": third_party, **paper}).insert()


@pytest.mark.usefixtures("at_desk")
class TestThirdParties:
	@pytest.mark.parametrize("channel", ["Phone", "Visit", "Letter"])
	def test_they_are_told_with_consent_alone(self, called, client, adviser, set_settings, channel):
		set_settings(identity_mode="Off", consent_mode="Enforce")
		with pytest.raises(OutgoingRefusedError, match=r"Adviser.*consent") as refused:
			called(channel=channel, third_party=adviser)
		assert "P-3" in str(refused.value)
		given = consent(client, adviser)
		made = called(channel=channel, third_party=adviser)
		fields = ("recipient", "recipient_kind", "third_party", "basis", "consent", "channel")
		assert disclosed(made, *fields) == (
			("Adviser", "Third Party", "Adviser", "Consent", given.name, channel),
		)
		called("Initial Inquiry", channel=channel, third_party=adviser)  # its level requires none

	def test_a_consent_for_some_data_covers_no_other(self, called, client, adviser, set_settings):
		set_settings(identity_mode="Off", consent_mode="Enforce")
		for each in ("Health", "Contract"):
			if not frappe.db.exists("Data Category", each):
				frappe.get_doc({"doctype": "Data Category", "category_name": each}).insert()
		given = frappe.copy_doc(consent(client, adviser))
		frappe.db.delete("Client Consent", {"third_party": adviser})
		given.update({"status": None, "data_categories": [{"data_category": "Contract"}]})
		given.insert()
		called(third_party=adviser, data_categories=[{"data_category": "Contract"}])
		with pytest.raises(OutgoingRefusedError):
			called(third_party=adviser, data_categories=[{"data_category": "Health"}])

	def test_who_is_named_afterwards_is_asked_for_too(self, called, adviser, set_settings):
		set_settings(identity_mode="Off", consent_mode="Enforce")
		made = called()
		made.third_party = adviser
		with pytest.raises(OutgoingRefusedError):
			made.save()

	def test_a_warning_asks_for_a_reason(self, called, adviser, set_settings):
		set_settings(identity_mode="Off", consent_mode="Warn")
		with pytest.raises(ReasonNeededError):
			called(third_party=adviser)
		made = called(third_party=adviser, outgoing_reason="A court ordered it")
		assert disclosed(made, "basis", "reason") == (("Reason Given", "A court ordered it"),)

	def test_who_calls_us_is_logged_with_what_they_were_told(self, called, client, adviser, set_settings):
		set_settings(identity_mode="Off", consent_mode="Enforce")
		call = {"direction": "Inbound", "third_party": adviser}
		nothing = called(**call, caller_identity="Nothing Disclosed")
		assert not disclosed(nothing, "name")
		with pytest.raises(ReasonNeededError, match="Adviser"):
			called(**call, caller_identity="Call-back to Number on File")
		told = called(**call, caller_identity="Not Confirmed", outgoing_reason="An accident")
		assert disclosed(told, "third_party", "basis") == (("Adviser", "Reason Given"),)
		consent(client, adviser)
		allowed = called(**call, caller_identity="Call-back to Number on File")
		assert disclosed(allowed, "basis", "reason") == (("Consent", None),)
		assert not frappe.db.count("Identity Verification", client)  # it was not the client


# --- who called or came -------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_desk")
class TestWhoCalled:
	@pytest.fixture(params=["Phone", "Visit", "Meeting"])
	def came(self, request, called):
		return lambda **fields: called(direction="Inbound", channel=request.param, **fields)

	@pytest.mark.parametrize("mode", ["Warn", "Enforce"])
	def test_the_log_is_never_lost_and_closing_asks(self, came, set_settings, mode):
		set_settings(identity_mode=mode, evidence_mode="Off")
		made = came()
		assert checklist(made) == [False]
		if mode == "Enforce":
			with pytest.raises(MissingDetailsError, match="nothing was disclosed"):
				api.close(made.name)
			made.reload()
			made.caller_identity = "Nothing Disclosed"
			made.save()
			assert checklist(made) == [True]
			assert not disclosed(made, "name")
		assert api.close(made.name)["status"] == "Closed"
		assert "nothing was disclosed" in str(frappe.get_message_log())

	def test_how_it_was_confirmed_is_an_identity_check(self, came, client, set_settings):
		set_settings(identity_mode="Enforce")
		made = came(caller_identity="Knowledge Question")
		(check,) = frappe.get_all(
			"Identity Verification", client, ["name", "method", "result", "verified_by"]
		)
		assert (check.method, check.result) == ("Knowledge Question", "Confirmed")
		assert disclosed(made, "identity_verification", "reason") == ((check.name, None),)
		assert checklist(came()) == []  # the client has been confirmed

	def test_what_was_told_to_anyone_needs_a_reason(self, came, client, set_settings):
		set_settings(identity_mode="Enforce")
		with pytest.raises(ReasonNeededError, match="not been confirmed"):
			came(caller_identity="Not Confirmed")
		made = came(caller_identity="Not Confirmed", outgoing_reason="I know her voice")
		assert disclosed(made, "identity_verification", "reason") == ((None, "I know her voice"),)
		assert not frappe.db.count("Identity Verification", client)

	def test_a_statement_does_not_get_around_a_lock(self, came, client, set_settings):
		set_settings(identity_mode="Enforce", identity_attempts=1)
		failed = {"method": "Knowledge Question", "result": "Failed"}
		frappe.get_doc({"doctype": "Identity Verification", **client, **failed}).insert()
		with pytest.raises(ReasonNeededError, match="locked"):
			came(caller_identity="Document Seen")
		came(caller_identity="Document Seen", outgoing_reason="The passport")
		assert frappe.db.count("Identity Verification", client) == 1

	def test_who_cannot_act_for_the_client_states_it_and_records_no_check(
		self, came, client, make_user, as_user
	):
		user = make_user("Frontline Staff")
		with as_user(user):
			made = came(communication_type="Feedback/Complaint", caller_identity="Document Seen")
		assert made.caller_identity == "Document Seen"
		assert not frappe.db.count("Identity Verification", client)

	@pytest.mark.parametrize(
		"fields",
		[{"channel": "Email"}, {"communication_type": "Initial Inquiry"}, {"direction": "Internal"}],
		ids=str,
	)
	def test_nothing_is_asked_of_others(self, called, fields):
		assert checklist(called(**{"direction": "Inbound", **fields})) == []

	def test_a_check_whose_mode_is_missing_is_enforced(self, came):
		frappe.db.set_single_value("Client Comms Settings", "identity_mode", "")
		with pytest.raises(ReasonNeededError):
			came(caller_identity="Not Confirmed")

	def test_nothing_is_asked_while_the_check_is_off(self, came, set_settings):
		set_settings(identity_mode="Off")
		assert checklist(came()) == []


def checklist(doc):
	return [each["done"] for each in closing_checklist.items(doc) if each["item"] == "caller"]
