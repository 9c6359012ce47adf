"""Web forms answer with what was entered, not with what ERPNext looked up for it (P-2)."""

import frappe
import pytest

from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")

FORM_DATA = "frappe.website.doctype.web_form.web_form.get_form_data"
ACCEPT = "frappe.website.doctype.web_form.web_form.accept"


@pytest.fixture
def send(site, request_as):
	"""`send(user, "Opportunity", title="The roof")` fills in a form that has these fields."""
	site.local.request_ip = frappe.generate_hash()  # Frappe counts by it

	def fill(user, doctype, name=None, **values):
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
		data = {**values, "name": name, "doctype": doctype, "web_form_name": form.name}
		return request_as(user, ACCEPT, web_form=form.name, data=frappe.as_json(data))

	return fill


@pytest.fixture
def lead(held):
	return held("Lead", lead_name="Anna Kruse", email_id="anna@kruse.example", phone="+49 431 1234567")


@pytest.fixture
def client(make_user):
	return make_user("Customer", user_type="Website User")


def test_the_lead_of_an_address_is_not_told(send, lead, client):
	"""ERPNext finds the Lead of the address, and copies what it knows of it into the Opportunity."""
	for user in ("Guest", client):
		answer = send(user, "Opportunity", contact_email=lead.email_id, title="A roof")
		made = frappe.get_doc("Opportunity", answer["name"])
		assert (made.party_name, made.customer_name) == (lead.name, "Anna Kruse")
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
