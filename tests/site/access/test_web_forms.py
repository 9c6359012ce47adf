"""Web forms answer with what was entered, not with what ERPNext looked up for it (P-2)."""

import frappe
import pytest

from client_comms.enforcement.doctypes import web_form
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")

FORM_DATA = "frappe.website.doctype.web_form.web_form.get_form_data"
ACCEPT = "frappe.website.doctype.web_form.web_form.accept"


@pytest.fixture
def send(site, request_as):
	"""`send(user, "Opportunity", title="The roof")` fills in a form that has these fields."""
	site.local.request_ip = frappe.generate_hash()  # Frappe counts by it

	def fill(user, doctype, name=None, more=(), sent=None, **values):
		fields = [{"fieldname": key, "fieldtype": "Data", "label": key} for key in values]
		form = frappe.get_doc(
			{
				"doctype": "Web Form",
				"title": frappe.generate_hash(),
				"doc_type": doctype,
				"module": "CRM",
				"published": 1,
				"login_required": 0,
				"allow_edit": 1,
				"web_form_fields": fields,
			}
		).insert()
		data = {**values, "name": name, "doctype": sent or doctype, "web_form_name": form.name}
		return request_as(user, ACCEPT, web_form=form.name, data=frappe.as_json(data), **dict(more))

	return fill


@pytest.fixture
def lead(held):
	return held("Lead", lead_name="Anna Kruse", email_id="anna@kruse.example", phone="+49 431 1234567")


@pytest.fixture
def client(make_user):
	return make_user("Customer", user_type="Website User")


@pytest.mark.parametrize(("level", "is_copied"), [("Standard", True), ("Sensitive", False)])
def test_the_lead_of_an_address_is_not_told(send, lead, client, level, is_copied):
	"""ERPNext finds the Lead of the address, and copies what it knows of it into the Opportunity, unless others could read it there."""
	lead.db_set("confidentiality_level", level)
	for user in ("Guest", client):
		answer = send(user, "Opportunity", contact_email=lead.email_id, title="A roof")
		made = frappe.get_doc("Opportunity", answer["name"])
		assert (made.party_name, made.customer_name == "Anna Kruse") == (lead.name, is_copied)
		assert answer == {
			"doctype": "Opportunity",
			"name": made.name,
			"contact_email": lead.email_id,
			"title": "A roof",
		}


def test_a_hidden_record_that_is_named(send, lead, client):
	about = {"opportunity_from": "Lead", "party_name": lead.name}
	with pytest.raises(ClearanceMissingError):
		send(client, "Opportunity", **about)
	lead.db_set("confidentiality_level", None)
	assert send(client, "Opportunity", **about)["party_name"] == lead.name


def test_a_number_that_no_record_has_is_refused_like_that_of_a_hidden_one(send, lead, client):
	def told(name):
		with pytest.raises(ClearanceMissingError) as refused:
			send(client, "Opportunity", opportunity_from="Lead", party_name=name)
		return str(refused.value)

	assert told(lead.name) == told("CRM-LEAD-1999-70000")


def test_what_is_stored_in_ones_own_document_can_be_sent_again(send, lead, held, client, as_user):
	"""The Lead that ERPNext found is in the form when clients edit what they entered."""
	other = held("Lead", lead_name="Ben Wolf", email_id="ben@wolf.example")
	entered = send(client, "Opportunity", contact_email=lead.email_id, title="A roof")["name"]
	about = {"opportunity_from": "Lead", "party_name": lead.name}
	assert send(client, "Opportunity", entered, **about, title="Two roofs")["title"] == "Two roofs"
	with pytest.raises(ClearanceMissingError):
		send(client, "Opportunity", entered, **{**about, "party_name": other.name})
	frappe.db.set_value("Opportunity", entered, "owner", "Administrator")
	with pytest.raises(ClearanceMissingError):
		send(client, "Opportunity", entered, **about)


def test_names_are_not_tried_without_limit(send, lead, monkeypatch):
	monkeypatch.setattr(frappe.cache, "incrby", lambda *_args: 101)
	with pytest.raises(frappe.RateLimitExceededError):
		send("Guest", "Opportunity", opportunity_from="Lead", party_name=lead.name)


def test_the_answer_of_other_forms_is_as_ever(send, client):
	answer = send(client, "Contact", first_name="Anna")
	assert answer.doctype == "Contact" and answer.owner == client


def _offered_by_method(form, user, request_as):
	shown = request_as(user, FORM_DATA, doctype="Communication", web_form_name=form.name)
	return shown.web_form.web_form_fields[0].options


def _offered_by_page(form, user, as_user):
	with as_user(user):
		context = frappe._dict(web_form_doc=frappe.get_doc("Web Form", form.name))
		context.web_form_doc.load_form_data(context)
	return context.web_form_doc.web_form_fields[0].options


@pytest.fixture
def offered(set_settings, request_as, as_user):
	"""`offered("Lead", user)`: what a link field offers to a user, by each way that Frappe has."""

	def ask(doctype, user):
		field = {"fieldname": "subject", "fieldtype": "Link", "options": doctype, "label": "Which"}
		form = frappe.get_doc(
			{
				"doctype": "Web Form",
				"title": frappe.generate_hash(),
				"doc_type": "Communication",
				"module": "CRM",
				"published": 1,
				"login_required": 0,
				"allow_multiple": 1,
				"web_form_fields": [field],
			}
		).insert()
		frappe.local.form_dict = frappe._dict()
		return [_offered_by_method(form, user, request_as), _offered_by_page(form, user, as_user)]

	return ask


@pytest.mark.parametrize("with_titles", [0, 1])
def test_a_link_field_offers_no_hidden_document(with_titles, offered, held, staff, client):
	"""Even to visitors who are not logged in."""
	lead = held("Lead", lead_name="Anna Kruse")
	frappe.make_property_setter(
		{
			"doctype": "Lead",
			"doctype_or_field": "DocType",
			"property": "show_title_field_in_link",
			"value": with_titles,
			"property_type": "Check",
		},
		is_system_generated=False,
	)
	frappe.clear_cache(doctype="Lead")
	for user in ("Guest", client, staff.uncleared):
		for options in offered("Lead", user):
			assert lead.name not in options
			assert "Anna Kruse" not in options
	for options in offered("Lead", staff.cleared):
		assert lead.name in options
		assert ("Anna Kruse" in options) == bool(with_titles)


def test_a_link_field_offers_what_this_app_does_not_guard(offered):
	for options in offered("Confidentiality Level", "Guest"):
		assert "Sensitive" in str(options)


# --- messages below a form ------------------------------------------------------------------------


@pytest.fixture
def below(held, log, client, as_user):
	"""`below(user)`: the texts that a form shows below the user's own Issue; `client` is `ann@…`, others are `joann@…`."""
	issue = held("Issue", "Standard", subject="Noise", raised_by=client)
	issue.db_set("owner", client)
	interaction = log("Feedback/Complaint")
	for text, addresses in (
		("to the client", {"recipients": f"Ann <{client.upper()}>"}),
		("in copy", {"recipients": "a@b.example", "cc": f"a@b.example, {client}"}),
		("to another client", {"recipients": f"jo{client}"}),
		("not delivered", {"recipients": client}),
	):
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_medium": "Other",
				"sent_or_received": "Received",
				"subject": "Noise",
				"content": text,
				"reference_doctype": "Issue",
				"reference_name": issue.name,
				**addresses,
			}
		).insert(ignore_permissions=True)
		message.db_set({"client_interaction": interaction.name, "confidentiality_level": "Sensitive"})
		delivery = "Error" if text == "not delivered" else "Sent"
		message.db_set(
			{"communication_medium": "Email", "sent_or_received": "Sent", "delivery_status": delivery}
		)
	form = frappe.get_doc("Web Form", "issues")

	def shown(user):
		with as_user(user):
			frappe.local.form_dict = frappe._dict(name=issue.name)
			context = frappe._dict(web_form_doc=form)
			form.allow_comments = 1
			form.load_form_data(context)
		return {row.content for row in context.comment_list}

	return shown


def test_messages_below_a_form_that_went_to_others(below, client):
	"""Frappe shows those of which the recipients contain the user's address, also as a part of another one."""
	assert below(client) == {"to the client", "in copy"}


def test_messages_below_a_form_that_desk_users_cannot_read(below, client, staff):
	frappe.db.set_value("Communication", {"content": "in copy"}, "bcc", f"{staff.cleared}, {staff.uncleared}")
	assert below(staff.uncleared) == set()
	assert below(staff.cleared) == {"in copy"}


def test_an_app_that_saves_what_is_sent_saves_a_document_of_the_form(send, held, monkeypatch):
	"""As payments does: its method takes the DocType from what is sent, and the name from an argument of its own."""
	entered, saved = held("Issue", level=None, subject="A floor"), []
	entered.db_set("owner", "Guest")

	def accept(original, web_form, data, docname=None):
		saved.append((frappe.parse_json(data), docname))
		return "/checkout"

	monkeypatch.setattr(web_form, "call_previous", accept)
	more = {"docname": entered.name}
	assert send("Guest", "Issue", sent="Task", more=more, subject="A roof") == "/checkout"
	((given, docname),) = saved
	assert (given["doctype"], given["name"], given["subject"]) == ("Issue", entered.name, "A roof")
	assert docname is None, "what is checked is what is saved"
