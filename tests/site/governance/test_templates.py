"""Texts for clients are approved by someone other than their author, and offered where they fit (D-3)."""

import json

import frappe
import pytest
from frappe.handler import execute_cmd

from client_comms import api
from client_comms.api import queries
from client_comms.clients import preferences
from client_comms.communication_governance import templates
from client_comms.exceptions import FourEyesError, MissingDetailsError, StatusFollowsEventsError
from client_comms.i18n import speaking
from client_comms.people import template_approvals

pytestmark = pytest.mark.clause("D-3")

TEMPLATE = "Communication Template"


@pytest.fixture
def author(make_user):
	return make_user("System Manager", "Client Communications Manager")


@pytest.fixture
def approver(make_user):
	return make_user("Compliance Officer")


@pytest.fixture
def make_template(author, as_user):
	"""`make_template("Offer", …)`: a draft whose text the author wrote; fields of both documents."""

	def make(name="Offer", *, subject="Your offer", response="<p>Dear {{ party_name }}</p>", **fields):
		with as_user(author):
			if not frappe.db.exists("Email Template", f"{name} text"):
				frappe.get_doc(
					{"doctype": "Email Template", "subject": subject, "response": response}
				).insert(set_name=f"{name} text")
			return frappe.get_doc(
				{
					"doctype": TEMPLATE,
					"template_name": name,
					"email_template": f"{name} text",
					"language": "en",
					"highest_level": "Standard",
					**fields,
				}
			).insert()

	return make


@pytest.fixture
def approve(approver, as_user):
	def do(template, by=None):
		with as_user(by or approver):
			return api.approve_template(template.name)

	return do


def history(template):
	template.reload()
	return [row.event for row in template.history]


# --- approval ------------------------------------------------------------------------------------


def test_approving_keeps_who_when_and_what(make_template, approve, approver, clock_at):
	template = make_template()
	with clock_at("2026-11-23 10:00"):
		approved = approve(template)
	assert (approved["status"], approved["approved_by"], approved["version"]) == ("Approved", approver, 1)
	assert str(approved["approved_on"]) == "2026-11-23 10:00:00"
	template.reload()
	(row,) = template.history
	assert (row.event, row.by_user, row.version) == ("Approved", approver, 1)
	assert (row.subject, row.text) == ("Your offer", "<p>Dear {{ party_name }}</p>")
	assert template.placeholders == "party_name"


@pytest.mark.parametrize("role", ["System Manager", "Frontline Staff", "Customer Support"])
def test_only_who_configures_audits_or_supervises_approves_and_withdraws(
	make_template, approve, make_user, as_user, role
):
	template = make_template()
	user = make_user(role)
	with pytest.raises(frappe.PermissionError):
		approve(template, by=user)
	approve(template)
	with as_user(user), pytest.raises(frappe.PermissionError):
		api.withdraw_template(template.name, "typo")


def test_the_author_does_not_approve_where_four_eyes_are_asked_for(
	make_template, approve, author, make_user, set_settings
):
	template = make_template()
	make_user("Customer Support Manager", first_name="Abel", last_name="Marten")
	with pytest.raises(FourEyesError, match=r"someone else must approve it\. These users can: .*Abel Marten"):
		approve(template, by=author)
	assert history(template) == []
	set_settings(four_eyes_on_templates=0)
	assert approve(template, by=author)["status"] == "Approved"


def test_the_form_offers_the_approval_to_those_who_can_give_it_and_names_them(
	make_template, approve, author, approver, make_user, as_user, set_settings
):
	template = make_template()
	make_user("Customer Support Manager", first_name="Abel", last_name="Marten")

	def offered(user):
		with as_user(user):
			doc = frappe.get_doc(TEMPLATE, template.name)
			doc.run_method("onload")
		return doc.get_onload("actions"), doc.get_onload().get("who_approves", "")

	assert offered(approver) == (["approve", "send_back"], "")
	actions, who = offered(author)
	assert actions == [] and "someone else must approve it" in who and "Abel Marten" in who
	actions, who = offered(make_user("Frontline Staff"))
	assert actions == [] and "Only users with one of these roles can approve" in who and "Abel Marten" in who
	set_settings(four_eyes_on_templates=0)
	assert offered(author) == (["approve", "send_back"], "")
	approve(template)
	assert offered(author) == (["withdraw"], "")


def test_who_changed_a_text_is_an_author_too(make_template, approve, author, make_user, as_user):
	template = make_template()
	editor = make_user("System Manager", "Client Communications Manager")
	text = frappe.get_doc("Email Template", template.email_template)
	for user, response in ((editor, "<p>Second</p>"), (author, "<p>Third</p>")):
		with as_user(user):
			text.response = response
			text.save(ignore_version=False)  # tests keep none unless asked to
	with pytest.raises(FourEyesError):
		approve(template, by=editor)


@pytest.mark.parametrize(
	("text", "message"),
	[
		("<p>{{ party_name }} {{ salary }} {{ iban }}</p>", "iban, salary"),
		("<p>{{ doc.subject }}</p>", "doc"),
		("<p>{% for row in items %}{{ row.rate }}{% endfor %}</p>", "items"),
	],
)
def test_placeholders_that_mean_nothing_are_named(make_template, approve, text, message):
	template = make_template(response=text)
	with pytest.raises(frappe.ValidationError, match=f"no interaction can fill.*{message}"):
		approve(template)


@pytest.mark.parametrize(
	("written", "meant"),
	[
		("partyname", "party_name"),
		*(
			(each, "party_name, subject, occurred_on, respond_by<")
			for each in ("due", "user_name", "customer_name")
		),
		*((each, "party_name, subject, occurred_on, respond_by<") for each in ("formernames", "next_check")),
	],
)
def test_who_writes_an_unknown_placeholder_reads_what_may_be_meant(make_template, approve, written, meant):
	with pytest.raises(frappe.ValidationError, match=f"such as <strong>{meant}"):
		approve(make_template(response=f"<p>{{{{ {written} }}}}</p>"))


@pytest.mark.parametrize("text", ["<p> </p><br>", "<p>&nbsp;</p>"])
def test_a_text_that_says_nothing_is_not_approved(make_template, approve, text):
	template = make_template()
	frappe.db.set_value("Email Template", template.email_template, "response", text)
	frappe.clear_document_cache("Email Template", template.email_template)
	with pytest.raises(frappe.ValidationError, match=r"no text.*send this template back"):
		approve(template)


def test_the_author_reads_what_prevents_the_approval(make_template):
	frappe.clear_messages()
	make_template()
	assert frappe.get_message_log() == []
	make_template("Salary", response="<p>{{ salary }}</p>")
	(said,) = frappe.get_message_log()
	assert "salary" in said["message"] and "Until then it cannot be approved" in said["message"]


def test_what_the_template_language_itself_offers_is_not_a_placeholder(make_template, approve):
	template = make_template(
		response="<p>{% set day = frappe.utils.formatdate(occurred_on) %}{{ _('Dear') }} {{ day }}</p>"
	)
	approve(template)
	template.reload()
	assert template.placeholders == "occurred_on"


def test_a_text_that_is_not_a_template_is_told(make_template, approve):
	template = make_template()
	frappe.db.set_value("Email Template", template.email_template, "response", "{% if %}")
	with pytest.raises(frappe.ValidationError, match="cannot be read as a template"):
		approve(template)


@pytest.mark.parametrize(
	("text", "said"),
	[
		("<p>{{ 1 / 0 }}</p>", "division by zero"),
		("<p>{{ party_name.first.letter }}</p>", "first"),
		("<p>{{ frappe.throw('Stop') }}</p>", "Stop"),
	],
)
def test_a_text_that_fails_only_once_it_is_filled_is_not_approved(make_template, approve, text, said):
	template = make_template()
	frappe.db.set_value("Email Template", template.email_template, "response", text)
	frappe.clear_document_cache("Email Template", template.email_template)
	frappe.clear_messages()
	with pytest.raises(frappe.ValidationError, match=f"ends in an error.*{said}.*send this template back"):
		approve(template)
	assert len(frappe.get_message_log()) == 1


def test_a_text_can_use_whatever_an_interaction_has(make_template, approve):
	template = make_template(
		response="<p>{% for row in events %}{{ row.event }}{% endfor %}{{ frappe.utils.format_date(respond_by) }}"
		"{{ summary[:20] | upper }}{{ frappe.db.get_value('Company', company, 'abbr') or '' }}{{ replaced_promises + 1 }}"
		"{{ frappe.utils.fmt_money(1) }}{{ name.split('-')[0] }}{{ responsible_back_on }}</p>"
	)
	approve(template)
	template.reload()
	assert template.status == "Approved"


def test_a_text_can_read_the_documents_of_an_interaction(make_template, approve):
	template = make_template(response="<p>{{ frappe.get_doc(party_type, party).name }}</p>")
	approve(template)
	template.reload()
	assert template.status == "Approved" and not frappe.get_message_log()


def test_no_approval_for_a_day_that_is_past(make_template, approve):
	template = make_template(valid_until="2020-01-01")
	with pytest.raises(frappe.ValidationError, match="past"):
		approve(template)


def test_withdrawing_needs_a_reason_and_keeps_it(make_template, approve, approver, as_user):
	template = make_template()
	with as_user(approver):
		with pytest.raises(frappe.ValidationError, match="nothing to withdraw"):
			api.withdraw_template(template.name, "typo")
		approve(template)
		with pytest.raises(MissingDetailsError):
			api.withdraw_template(template.name, " ")
		assert api.withdraw_template(template.name, "typo")["status"] == "Withdrawn"
	assert history(template) == ["Approved", "Withdrawn"] and template.history[1].note == "typo"
	assert approve(template)["version"] == 2


@pytest.mark.parametrize(
	"change",
	[
		{"status": "Approved"},
		{"approved_by": "Administrator"},
		{"version": 7},
		{"approved_text_hash": "x"},
		{"history": [{"event": "Approved", "at": "2026-01-01", "version": 1}]},
	],
	ids=lambda change: next(iter(change)),
)
def test_no_one_writes_an_approval_by_hand(make_template, approver, as_user, change):
	template = make_template()
	with as_user(approver), pytest.raises(StatusFollowsEventsError):
		frappe.get_doc(TEMPLATE, template.name).update(change).save()
	values = {**template.as_dict(), "template_name": "Another", "language": "de", **change}
	with as_user(approver), pytest.raises(StatusFollowsEventsError):
		frappe.get_doc({"doctype": TEMPLATE, **{k: v for k, v in values.items() if k != "name"}}).insert()


def test_one_for_each_text_and_language(make_template):
	make_template()
	with pytest.raises(frappe.DuplicateEntryError, match="covers this Email Template"):
		make_template("Second", email_template="Offer text")
	make_template("Second", email_template="Offer text", language="de")


# --- what ends an approval -------------------------------------------------------------------------


def test_a_changed_text_asks_for_a_new_approval(make_template, approve, approver, author, as_user):
	template = make_template()
	approve(template)
	text = frappe.get_doc("Email Template", template.email_template)
	with as_user(author):
		text.save()
		assert history(template) == ["Approved"], "nothing changed"
		text.response = "<p>Dear client</p>"
		text.save()
	assert history(template) == ["Approved", "Text Changed"]
	assert (template.status, template.history[1].by_user) == ("Draft", author)
	assert "waits for approval" in frappe.message_log[-1]["message"]
	told = frappe.get_all(
		"Notification Log", {"document_name": template.name, "for_user": ("in", [approver, author])}, "*"
	)
	(again,) = [row for row in told if "needs to be approved again" in row.subject]
	assert {row.for_user for row in told} == {approver}
	assert again.link.endswith("/approve-templates/Offer")


@pytest.mark.parametrize(
	"change",
	[
		{"highest_level": "Sensitive"},
		{"is_acknowledgement": 1},
		{"valid_until": "2099-01-01"},
		{"communication_types": [{"communication_type": "Service Update"}]},
		{"channels": [{"channel": "Email"}]},
	],
	ids=lambda change: next(iter(change)),
)
def test_changed_terms_ask_for_a_new_approval(make_template, approve, approver, as_user, change):
	template = make_template()
	approve(template)
	template.reload()
	with as_user(approver):
		template.update(change).save()
	assert history(template) == ["Approved", "Terms Changed"] and template.status == "Draft"


def test_what_is_past_its_last_day_expires_once(make_template, approve, clock_at):
	template = make_template(valid_until="2026-11-24")
	with clock_at("2026-11-23 10:00"):
		approve(template)
	for day in ("2026-11-24", "2026-11-25", "2026-11-26"):
		with clock_at(f"{day} 01:00"):
			templates.expire()
	assert history(template) == ["Approved", "Expired"] and template.status == "Expired"


def test_one_that_cannot_be_changed_does_not_keep_others_from_expiring(
	make_template, approve, clock_at, monkeypatch, errors
):
	broken, fine = (make_template(name, valid_until="2026-11-24") for name in ("Broken", "Fine"))
	with clock_at("2026-11-23 10:00"):
		approve(broken)
		approve(fine)
	decide = type(fine).decide

	def fail(self, *args):
		decide(self, *args)
		if self.name == broken.name:
			raise ValueError("its language is gone")

	monkeypatch.setattr(type(fine), "decide", fail)
	with clock_at("2026-11-25 01:00"):
		templates.expire()
	assert history(broken) == ["Approved"] and history(fine) == ["Approved", "Expired"]
	assert any("its language is gone" in each for each in errors())


# --- the queue of those who approve -----------------------------------------------------------------


@pytest.fixture
def supervisor(make_user):
	return make_user("Customer Support Manager")


def test_supervisors_approve_what_waits_one_after_the_other(make_template, approve, supervisor, as_user):
	template, other = make_template(), make_template("Second")
	with as_user(supervisor):
		waiting = {each["name"]: each["mine"] for each in api.templates_to_approve()}
		assert (waiting["Offer"], waiting["Second"]) == (False, False)
		duty = next(duty for duty in api.my_duties() if duty["what"] == "Text to Approve")
		assert duty["route"] == ["approve-templates"]
	approve(template, by=supervisor)
	with as_user(supervisor):
		names = [each["name"] for each in api.templates_to_approve()]
	assert template.name not in names and other.name in names


def test_an_own_text_waits_for_someone_else(make_template, author, supervisor, as_user, set_settings):
	make_template()
	with as_user(author):
		assert {"name": "Offer", "mine": True} in api.templates_to_approve()
		assert frappe.utils.get_fullname(supervisor) in api.template_to_approve("Offer")["others"]
	set_settings(four_eyes_on_templates=0)
	with as_user(author):
		assert {"name": "Offer", "mine": False} in api.templates_to_approve()


def test_an_expired_text_waits_once_its_day_is_later(make_template, approve, supervisor, as_user, clock_at):
	template = make_template(valid_until="2026-11-24")
	with clock_at("2026-11-23 10:00"):
		approve(template)
	with clock_at("2026-11-26 01:00"), as_user(supervisor):
		templates.expire()
		assert "Offer" not in [each["name"] for each in api.templates_to_approve()]
		frappe.db.set_value(TEMPLATE, template.name, "valid_until", "2027-01-01")
		assert "Offer" in [each["name"] for each in api.templates_to_approve()]


def test_texts_that_have_expired_do_not_hide_those_that_wait(
	make_template, approve, supervisor, as_user, clock_at, monkeypatch
):
	frappe.db.delete(TEMPLATE)
	monkeypatch.setattr(template_approvals, "_LISTED", 2)
	with clock_at("2026-11-23 10:00"):
		for name in ("First", "Second"):
			approve(make_template(name, valid_until="2026-11-24"))
	with clock_at("2026-11-26 01:00"), as_user(supervisor):
		templates.expire()
		waiting = make_template("Third")
		assert [each["name"] for each in api.templates_to_approve()] == [waiting.name]


def test_the_difference_to_the_approved_text_shows_words_and_hidden_addresses(
	make_template, approve, author, supervisor, as_user
):
	link = '<p>Dear {{ party_name }}</p><p>Read <a href="https://%s">our terms</a>.</p>'
	template = make_template(response=link % "ours.example")
	with as_user(supervisor):
		assert api.template_to_approve(template.name)["approved"] is None
	approve(template)
	with as_user(author):
		text = frappe.get_doc("Email Template", template.email_template)
		text.response = link % "elsewhere.example"
		text.save()
	with as_user(supervisor):
		shown = api.template_to_approve(template.name)
	assert shown["approved"]["version"] == 1
	assert {row["kind"] for row in shown["text"]} == {"same"}
	(changed,) = [row for row in shown["source"] if row["kind"] != "same"]
	assert "elsewhere.example" in "".join(part["text"] for part in changed["right"] if part["changed"])
	with as_user(author):
		text.reload()
		text.response = (link % "ours.example").replace("Dear", "Hello")
		text.save()
	with as_user(supervisor):
		(changed,) = [
			row for row in api.template_to_approve(template.name)["text"] if row["kind"] == "changed"
		]
	assert [part["text"] for part in changed["right"] if part["changed"]] == ["Hello"]


def test_placeholders_are_shown_by_the_names_of_their_fields(make_template, approve, supervisor, as_user):
	response = "<p>Dear {{ party_name }},</p><p>we answer{% if respond_by %} by {{ respond_by }}{% endif %}. {{ name }}</p>"
	template = make_template(subject="Re: {{ subject }}", response=response)
	with as_user(supervisor):
		shown = api.template_to_approve(template.name)
	(subject,) = shown["subject"]
	assert [part["text"] for part in subject["right"]] == ["Re: [Subject]"]
	assert "Dear [Client Name]," in shown["html"]
	assert "we answer[only if Respond By is known: by [Respond By]]. [ID]" in shown["html"]
	assert "{{" not in json.dumps([shown["subject"], shown["text"], shown["html"]])
	assert "{{ party_name }}" in json.dumps(shown["source"]), "as it is written"
	approve(template, by=supervisor)
	assert frappe.get_doc("Communication Template", template.name).history[-1].text == response
	template.run_method("onload")
	assert "Dear [Client Name]," in template.get_onload("text")
	assert template.get_onload("subject") == "Re: [Subject]"


def test_a_text_is_sent_back_with_a_reason_until_it_changes(
	make_template, approve, author, supervisor, make_user, as_user
):
	template = make_template()
	with as_user(make_user("Customer Support")), pytest.raises(frappe.PermissionError):
		api.send_back_template(template.name, "Too long")
	with as_user(supervisor):
		with pytest.raises(MissingDetailsError):
			api.send_back_template(template.name, " ")
		assert api.send_back_template(template.name, "Too long")["status"] == "Sent Back"
		with pytest.raises(frappe.ValidationError, match="does not wait for approval"):
			api.send_back_template(template.name, "Too long")
		assert "Offer" not in [each["name"] for each in api.templates_to_approve()]
	(told,) = frappe.get_all(
		"Notification Log", {"document_name": template.name, "for_user": author}, pluck="subject"
	)
	assert "Too long" in told
	with as_user(author):
		text = frappe.get_doc("Email Template", template.email_template)
		text.save()
		assert history(template) == ["Sent Back"], "nothing changed"
		text.response = "<p>Short</p>"
		text.save()
	assert history(template) == ["Sent Back", "Text Changed"] and template.status == "Draft"
	with as_user(supervisor):
		api.send_back_template(template.name, "Other level")
		template.reload()
	with as_user(author):
		template.update({"highest_level": "Sensitive"}).save()
	assert template.status == "Draft"
	assert approve(template)["status"] == "Approved"


# --- what the email dialog offers ------------------------------------------------------------------


@pytest.fixture
def fiona(make_user):
	return make_user("Frontline Staff", "Sales User", "Support Team")


@pytest.fixture
def offer(as_user, fiona):
	"""`offer(doc, txt)`: the Email Templates that the dialog offers Fiona, of those that the test approved."""
	frappe.db.set_value(TEMPLATE, {"version": (">", 0)}, {"status": "Draft", "version": 0})

	def ask(doc, txt="", user=None):
		filters = {"reference_doctype": doc.doctype, "reference_name": doc.name}
		with as_user(user or fiona):
			rows = queries.email_templates("Email Template", txt, "name", 0, 20, filters)
		return [row[0] for row in rows]

	return ask


def test_the_dialog_offers_what_is_approved_for_the_record(
	make_template, approve, offer, log, fiona, make_user, set_settings
):
	for name, fields in {
		"Fits": {},
		"Higher": {"highest_level": "Sensitive"},
		"Of the type": {"communication_types": [{"communication_type": "Initial Inquiry"}]},
		"Of another type": {"communication_types": [{"communication_type": "Service Update"}]},
		"For letters": {"channels": [{"channel": "Letter"}]},
		"Expires": {"valid_until": "2099-01-01"},
	}.items():
		approve(make_template(name, **fields))
	make_template("Draft")
	doc = log("Initial Inquiry")
	assert offer(doc) == ["Of the type text", "Expires text", "Fits text", "Higher text"]
	assert offer(doc, "higher") == ["Higher text"]
	frappe.db.set_value(TEMPLATE, "Expires", "valid_until", "2020-01-01")
	frappe.db.set_value("Email Template", "Fits text", "response", "<p>Changed in the database</p>")
	assert offer(doc) == ["Of the type text", "Higher text"]

	manager = make_user("Customer Support Manager")
	assert offer(log("Feedback/Complaint"), user=manager) == ["Higher text"]

	set_settings(offer_approved_templates_only=0)
	assert {"Draft text", "For letters text"} <= set(offer(doc))


def test_what_keeps_a_text_from_an_email_is_said(make_template, approve, log):
	"""Such as that it was changed, or has expired, since it was chosen in an email."""
	doc = log("Initial Inquiry")

	def said(name):
		message = templates.objection(f"{name} text", doc.doctype, doc.name)
		return message and message.text

	approve(make_template("Fits"))
	assert said("Fits") is None
	frappe.get_doc("Email Template", "Fits text").update({"response": "<p>Another</p>"}).save()
	assert "current text of {template} is not approved" in said("Fits")
	approve(make_template("Expires", valid_until="2099-01-01"))
	frappe.db.set_value(TEMPLATE, "Expires", "valid_until", "2020-01-01")
	assert "has expired" in said("Expires")
	approve(make_template("For letters", channels=[{"channel": "Letter"}]))
	assert "for this channel" in said("For letters")
	assert said("Missing") is None


def test_the_language_of_the_client_comes_first(make_template, approve, offer, log):
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Client A", "language": "de"}).insert()
	for name, language in (("A", "en"), ("B", "de"), ("C", "fr")):
		approve(make_template(name, language=language))
	assert offer(log())[0] == "A text"
	assert offer(log(party_type="Customer", party=customer.name)) == ["B text", "A text", "C text"]


def test_before_the_first_approval_all_are_offered(make_template, approve, offer, log):
	doc, template = log(), make_template()
	make_template("Other")
	assert {"Offer text", "Other text"} <= set(offer(doc))
	approve(template)
	assert offer(doc) == ["Offer text"]


def test_no_one_learns_of_a_record_that_is_hidden_through_its_templates(make_template, approve, offer, log):
	approve(make_template())
	hidden = log("Feedback/Complaint")
	with pytest.raises(frappe.PermissionError):
		offer(hidden)


def test_a_governed_issue_needs_a_text_that_it_can_fill(make_template, approve, offer, set_settings):
	set_settings(govern_issues=1)
	approve(make_template("Interaction", response="<p>{{ party_name }}</p>"))
	approve(make_template("Both", response="<p>{{ subject }}</p>"))
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Roof", "raised_by": "a@b.example"}).insert()
	issue.db_set("confidentiality_level", "Standard")
	assert offer(issue) == ["Both text"]
	set_settings(govern_issues=0)
	make_template("Draft")
	assert "Draft text" in offer(issue)


# --- preferences ----------------------------------------------------------------------------------


@pytest.fixture
def client():
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Client A"}).insert()
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Anna",
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()
	return frappe._dict(party_type="Customer", party=customer.name, contact=contact.name)


def prefer(client, *channels, never=(), **fields):
	return frappe.get_doc(
		{
			"doctype": "Communication Preference",
			"channels": [{"channel": channel} for channel in channels],
			"channels_not_to_use": [{"channel": channel} for channel in never],
			**client,
			**fields,
		}
	).insert()


def test_a_preference_is_shown_on_the_interaction_and_given_by_the_api(client, log, fiona, as_user):
	firm = {**client, "contact": None}
	prefer(firm, "Letter")
	with as_user(fiona):
		prefer(client, "Email", "Phone", never=["Letter"], language="de")
		doc = frappe.get_doc("Client Interaction", log(**client).name)
		doc.run_method("onload")
		assert doc.get_onload("preference") == "Prefers: Email, then Phone; never: Letter; language: Deutsch"
		with speaking("fr"):
			assert ", puis " in preferences.describe(preferences.of(**client))
		assert api.communication_preference("Customer", client.party)["description"] == "Prefers: Letter"
		answer = api.communication_preference(**client, channel="Letter")
	assert (answer["outcome"], answer["channels"], answer["never"]) == (
		"Blocked",
		["Email", "Phone"],
		["Letter"],
	)
	assert "does not want to be contacted by" in answer["message"]


def test_preferences_are_for_staff_who_deal_with_clients(client, make_user, as_user):
	prefer(client, "Email")
	make_user("Frontline Staff", first_name="Abel", last_name="Marten")
	with (
		as_user(make_user("Stock User")),
		pytest.raises(frappe.PermissionError, match=r"Frontline Staff.*Ask"),
	):
		api.communication_preference(**client)


@pytest.mark.parametrize(
	("values", "message"),
	[
		({"party": None, "contact": None}, "Choose the client"),
		({"party_type": "Company", "contact": None}, "not a client type"),
		({"confirmed_on": "2099-01-01"}, "is in the future"),
		({"channels": [{"channel": "Email"}, {"channel": "Email"}]}, "is a duplicate"),
		(
			{"channels": [{"channel": "Email"}], "channels_not_to_use": [{"channel": "Email"}]},
			"cannot be both preferred and excluded",
		),
	],
)
def test_what_makes_no_sense_is_refused(client, values, message):
	if values.get("party_type") == "Company":
		values["party"] = frappe.db.get_value("Company", {})
	with pytest.raises(frappe.ValidationError, match=message):
		prefer({**client, **values})


def test_one_preference_for_each_client_and_contact(client):
	prefer(client, "Email")
	with pytest.raises(frappe.DuplicateEntryError, match="already has a preference"):
		prefer(client, "Phone")
	prefer({**client, "contact": None}, "Phone")
	with pytest.raises(frappe.DuplicateEntryError):
		prefer({**client, "contact": None}, "Letter")


# --- filled in the email dialog --------------------------------------------------------------------

METHOD = "frappe.email.doctype.email_template.email_template.get_email_template"
TEXT = (
	"<p>{{ communication_type }}, {{ channel }}, {{ occurred_on }}."
	"{% if communication_type == 'Initial Inquiry' %} New.{% endif %}"
	" {{ frappe.utils.format_datetime(occurred_on, 'yyyy-MM-dd') }}</p>"
)


def filled(text, values):
	frappe.local.request = frappe._dict(method="POST")
	frappe.local.form_dict = frappe._dict(template_name=text, doc=frappe.as_json(values))
	return execute_cmd(METHOD)["message"]


@pytest.mark.parametrize(
	("language", "shown"),
	[
		("en", "Initial Inquiry, Phone, Monday, 2 November 2026, 09:30. New. 2026-11-02"),
		("de", "Erstanfrage, Telefon, Montag, 2. November 2026, 09:30. New. 2026-11-02"),
		("fr", "Première demande, Téléphone, lundi 2 novembre 2026, 09:30. New. 2026-11-02"),
	],
)
def test_an_approved_text_is_filled_as_the_client_reads_it(
	make_template, approve, log, make_user, as_user, language, shown
):
	"""Whatever the language of the user is; conditions and functions of the text find what is stored."""
	approve(make_template(response=TEXT, language=language))
	doc = log("Initial Inquiry", channel="Phone", occurred_on="2026-11-02 09:30:00")
	with as_user(make_user("Frontline Staff", language="en")):
		assert filled("Offer text", doc.as_dict()) == f"<p>{shown}</p>"
	assert frappe.local.lang == "en"


def test_other_texts_and_documents_are_filled_by_frappe(make_template, approve, log):
	template = make_template(response="<p>{{ occurred_on }}{{ creation }}</p>", language="de")
	doc = log("Initial Inquiry", occurred_on="2026-11-02 09:30:00")
	assert "2026-11-02 09:30:00" in filled("Offer text", doc.as_dict()), "it is not approved"
	approve(template)
	assert "2. November 2026" in filled("Offer text", doc.as_dict())
	note = {"doctype": "Note", "occurred_on": "2026-11-02", "creation": ""}
	assert filled("Offer text", note) == "<p>2026-11-02</p>"


def test_it_names_the_day_on_which_the_responsible_staff_are_back(
	make_template, approve, log, make_user, set_calendar, clock_at
):
	set_calendar(["09:00-17:00"])
	approve(make_template(response="<p>{{ responsible_back_on }}</p>"))
	user = make_user("Frontline Staff")
	doc = log("Initial Inquiry", responsible_staff=user)
	with clock_at("2026-11-23 10:00"):
		leave = {"user": user, "from_date": "2026-11-23", "to_date": "2026-11-25"}
		frappe.get_doc({"doctype": "Staff Absence", **leave}).insert()
		assert "Thursday, 26 November 2026, 09:00" in filled("Offer text", doc.as_dict())


def test_what_is_not_a_day_stays_as_it_is_sent(make_template, approve):
	approve(make_template(response="<p>{{ occurred_on }}</p>"))
	values = {"doctype": "Client Interaction", "occurred_on": "soon", "responsible_staff": None}
	assert filled("Offer text", values) == "<p>soon</p>"
