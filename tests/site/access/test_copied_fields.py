"""A Prospect does not show what is confidential about its Leads and Opportunities (P-2)."""

import frappe
import pytest

from client_comms.enforcement import copied_fields, copies_in_history, levels
from client_comms.exceptions import ClearanceMissingError
from client_comms.patches.v1_0 import leave_copies_out_of_histories

pytestmark = pytest.mark.clause("P-2")

AMOUNT = 4711


@pytest.fixture
def prospect(held):
	"""A Prospect with an open Lead, and an open Opportunity of the Lead."""
	lead = held("Lead", level=None, lead_name="Anna", email_id="anna@client.example")
	prospect = frappe.get_doc(
		{"doctype": "Prospect", "company_name": "Nordlicht", "leads": [{"lead": lead.name}]}
	).insert()
	held(
		"Opportunity",
		level=None,
		opportunity_from="Prospect",
		party_name=prospect.name,
		opportunity_amount=AMOUNT,
		company=frappe.db.get_value("Company", {}),
	)
	prospect.reload()
	return prospect


def shown(prospect):
	lead, opportunity = prospect.reload().leads[0], prospect.opportunities[0]
	return lead.lead_name, lead.email, opportunity.amount


def make_confidential(prospect):
	levels.set_level("Lead", prospect.leads[0].lead, "Sensitive")
	levels.set_level("Opportunity", prospect.opportunities[0].opportunity, "Sensitive")


def test_what_is_open_is_shown(prospect):
	assert shown(prospect) == ("Anna", "anna@client.example", AMOUNT)


def test_what_became_confidential(prospect):
	make_confidential(prospect)
	assert shown(prospect) == (None, None, 0)
	assert prospect.leads[0].lead and prospect.opportunities[0].opportunity


def test_what_is_written_later(prospect):
	make_confidential(prospect)
	for row in (prospect.leads[0].lead, prospect.opportunities[0].opportunity):
		doctype = "Lead" if row == prospect.leads[0].lead else "Opportunity"
		frappe.get_doc(doctype, row).save(ignore_permissions=True)
	assert shown(prospect) == (None, None, 0)
	prospect.save()
	assert shown(prospect) == (None, None, 0)


def test_what_was_copied_before(prospect):
	make_confidential(prospect)
	frappe.db.set_value("Prospect Opportunity", prospect.opportunities[0].name, "amount", AMOUNT)
	copied_fields.withdraw_all()
	assert shown(prospect) == (None, None, 0)


# --- what is kept of a document that had copies --------------------------------------------------------------


def kept_of(prospect) -> str:
	versions = {"ref_doctype": prospect.doctype, "docname": prospect.name}
	deleted = {"deleted_doctype": prospect.doctype, "deleted_name": prospect.name}
	return str(frappe.get_all("Version", versions, pluck="data")) + str(
		frappe.get_all("Deleted Document", deleted, pluck="data")
	)


@pytest.mark.parametrize("way", ["added", "removed", "changed", "deleted"])
def test_histories_keep_links_alone(way, prospect):
	"""Also while nothing is confidential: a version of before would show it for ever."""
	lead, opportunity = prospect.leads[0].lead, prospect.opportunities[0].opportunity
	if way == "changed":
		frappe.db.set_value("Lead", lead, "email_id", "anna@new.example")
	elif way != "deleted":
		prospect.update({"leads": [], "opportunities": []})
	if way == "added":
		prospect.save()
		prospect.append("leads", {"lead": lead})
		prospect.append("opportunities", {"opportunity": opportunity})
	prospect.website = "https://client.example"
	prospect.save(ignore_version=False)
	if way == "deleted":
		prospect.delete(force=True)
	kept = kept_of(prospect)
	assert "client.example" in kept
	assert way == "changed" or (lead in kept and opportunity in kept)
	assert not [word for word in ("Anna", "anna@", str(AMOUNT)) if word in kept]


@pytest.mark.parametrize("way", ["version", "deleted", "title in a deleted contact"])
def test_what_was_kept_before(way, prospect, monkeypatch):
	lead, doc = prospect.leads[0].lead, prospect
	monkeypatch.setattr(copies_in_history, "leave_out", lambda content: False)
	if way == "version":
		prospect.leads = []
		prospect.save(ignore_version=False)
	elif way == "deleted":
		prospect.delete(force=True)
	else:
		link = {"link_doctype": "Lead", "link_name": lead}
		doc = frappe.get_doc({"doctype": "Contact", "first_name": "Ben", "links": [link]}).insert()
		doc.links[0].db_set("link_title", "Anna")
		frappe.delete_doc("Contact", doc.name)
	monkeypatch.undo()
	assert "Anna" in kept_of(doc)
	leave_copies_out_of_histories.execute()
	assert "Anna" not in kept_of(doc) and lead in kept_of(doc)


def test_a_deleted_task_of_an_issue(held):
	issue = held("Issue", "Standard", subject="Solar roof", description="It leaks")
	task = {
		"doctype": "Task",
		"issue": issue.name,
		"subject": issue.subject,
		"description": issue.description,
	}
	task = frappe.get_doc(task).insert()
	task.delete()
	assert "It leaks" in kept_of(task)
	levels.set_level("Issue", issue.name, "Sensitive")
	assert "leaks" not in kept_of(task) and "Solar" not in kept_of(task)


@pytest.mark.parametrize(
	("who", "found"), [("uncleared", {None}), ("cleared", {"Anna", "anna@client.example"})]
)
def test_a_document_made_of_a_prospect_is_not_filled_in(prospect, staff, request_as, who, found):
	"""Frappe fills the fields of a new document, of which the request says what it is, from what its rows name."""
	make_confidential(prospect)

	made = request_as(
		staff[who],
		"erpnext.crm.doctype.prospect.prospect.make_opportunity",
		source_name=prospect.name,
		target_doc=frappe.as_json({"doctype": "Prospect"}),
	)

	assert [row.lead for row in made.leads] == [prospect.leads[0].lead]
	assert {made.leads[0].lead_name, made.leads[0].email} == found


@pytest.fixture
def opportunity(held):
	"""An open Opportunity of a Lead that has become confidential, and has another name and city since."""
	lead = held("Lead", level=None, lead_name="Anna", company_name="", city="Kiel")
	opportunity = held(
		"Opportunity",
		level="Standard",
		opportunity_from="Lead",
		party_name=lead.name,
		company=frappe.db.get_value("Company", {}),
	)
	levels.set_level("Lead", lead.name, "Sensitive")
	lead.reload().update({"first_name": "Berta", "city": "Husum"}).save()
	return opportunity


@pytest.mark.parametrize("who", ["uncleared", "cleared"])
def test_an_opportunity_copies_nothing_more_of_a_lead_that_some_of_its_users_cannot_read(
	opportunity, staff, request_as, who
):
	"""ERPNext copies the name, and what is empty in the Opportunity, with each save."""
	sent = frappe.get_doc("Opportunity", opportunity.name).as_dict(convert_dates_to_str=True)
	assert (sent.customer_name, sent.city) == ("Anna", "Kiel")

	saved = request_as(staff[who], "frappe.client.save", doc=frappe.as_json({**sent, "city": None}))

	assert (saved["customer_name"], saved["city"]) == ("Anna", None)


def test_nor_does_a_job(opportunity):
	"""ERPNext closes Opportunities each day."""
	opportunity.reload().update({"city": None}).save()

	assert (opportunity.customer_name, opportunity.city) == ("Anna", None)


def _message_of(lead):
	message = {
		"doctype": "Communication",
		"communication_type": "Communication",
		"subject": "Offer",
		"content": "Please",
		"sender": lead.email_id,
		"sent_or_received": "Received",
	}
	return frappe.get_doc(message).insert(ignore_permissions=True)


def _written_in_the_desk(request_as, user, lead):
	message = _message_of(lead)
	make = "erpnext.crm.doctype.opportunity.opportunity.make_opportunity_from_communication"
	request_as(user, make, communication=message.name, company=frappe.db.get_value("Company", {}))


def _written_on_the_website(request_as, user, lead):
	frappe.local.request_ip = "203.0.113.7"
	send = "erpnext.templates.utils.send_message"
	request_as("Guest", send, sender=lead.email_id, subject="Offer", message="Please")


@pytest.mark.parametrize("write", [_written_in_the_desk, _written_on_the_website])
@pytest.mark.parametrize("governed", [0, 1])
def test_nor_one_that_is_made_by_its_address_alone(
	held, set_settings, staff, request_as, as_user, mailbox, write, governed
):
	lead = held("Lead", lead_name="Anna", email_id="anna@client.example", city="Kiel")
	lead.add_comment("Comment", "Wants to pay in cash")
	set_settings(govern_opportunities=governed)
	frappe.db.set_single_value("CRM Settings", "carry_forward_communication_and_comments", 1)

	write(request_as, staff.uncleared, lead)

	made = frappe.get_last_doc("Opportunity", {"party_name": lead.name})
	with as_user(staff.uncleared):
		assert made.has_permission("read")
	assert (made.customer_name, made.city) == ("Confidential Lead", None)
	about = {"reference_doctype": "Opportunity", "reference_name": made.name, "comment_type": "Comment"}
	assert not frappe.db.exists("Comment", about)


@pytest.fixture
def as_by_request(as_user, monkeypatch):
	"""`as_user`, as if each of them were at the desk."""
	monkeypatch.setattr(copied_fields.acting, "is_unattended", lambda: False)
	return as_user


def test_the_neutral_name_is_the_sites_and_gives_way_to_the_name(held, set_settings, staff, as_by_request):
	"""Also where the number was entered before; a user who can read the Lead enters its name, as in ERPNext."""
	frappe.db.set_single_value("System Settings", "language", "de")
	lead = held("Lead", lead_name="Anna", company_name="")
	set_settings(govern_opportunities=0)
	values = {
		"opportunity_from": "Lead",
		"party_name": lead.name,
		"company": frappe.db.get_value("Company", {}),
	}
	opportunity = held("Opportunity", level=None, **values)
	frappe.db.set_value("Opportunity", opportunity.name, {"customer_name": lead.name, "title": None})

	for who, name in (("uncleared", "Vertraulicher Lead"), ("cleared", "Anna")):
		with as_by_request(staff[who]):
			saved = frappe.get_doc("Opportunity", opportunity.name).save(ignore_permissions=True)
		assert (saved.customer_name, saved.title) == (name, name)


@pytest.mark.parametrize(("who", "name"), [("uncleared", "Anna"), ("cleared", "Berta")])
def test_nor_does_the_draft_of_a_quotation(held, staff, as_by_request, who, name):
	"""ERPNext copies the name with each save; what stood there before stays."""
	lead = held("Lead", level=None, lead_name="Anna", company_name="")
	company = frappe.db.get_value("Company", {})
	quotation = frappe.new_doc("Quotation", quotation_to="Lead", party_name=lead.name, company=company)
	quotation.flags.ignore_mandatory = True
	quotation.set_customer_name()
	quotation.db_insert()
	levels.set_level("Lead", lead.name, "Sensitive")
	lead.reload().update({"first_name": "Berta"}).save()

	with as_by_request(staff[who]):
		draft = frappe.get_doc("Quotation", quotation.name)
		draft.set_customer_name()
		assert draft.customer_name == name
		draft.customer_name = None
		draft.set_customer_name()
		assert draft.customer_name == ("Berta" if who == "cleared" else "Confidential Lead")


def test_no_message_is_filed_under_a_hidden_lead_by_its_address(held, staff, request_as):
	lead = held("Lead", lead_name="Anna", email_id="anna@client.example")
	message = _message_of(lead)
	make = "erpnext.crm.doctype.lead.lead.make_lead_from_communication"

	with pytest.raises(ClearanceMissingError):
		request_as(staff.uncleared, make, communication=message.name)

	assert request_as(staff.cleared, make, communication=message.name) == lead.name


@pytest.mark.parametrize(
	("who", "found"), [("uncleared", {None}), ("cleared", {"Berta", "anna@client.example"})]
)
def test_nor_does_a_quotation_that_is_made_of_the_opportunity(opportunity, staff, request_as, who, found):
	"""It need not be saved: the form is filled."""
	frappe.db.set_value("Lead", opportunity.party_name, "email_id", "anna@client.example")

	made = request_as(
		staff[who],
		"erpnext.crm.doctype.opportunity.opportunity.make_quotation",
		source_name=opportunity.name,
	)

	assert {made.contact_display, made.contact_email} == found


def test_no_error_names_a_lead_that_is_hidden(held, staff, request_as):
	"""ERPNext says of which Lead the address is missing."""
	lead = held("Lead", lead_name="Anna", company_name="")
	campaign = frappe.get_doc(
		{"doctype": "Campaign", "campaign_name": "Spring", "campaign_schedules": [{"send_after_days": 1}]}
	)
	campaign.flags.ignore_mandatory = True
	campaign.insert()
	sent = {
		"doctype": "Email Campaign",
		"campaign_name": campaign.name,
		"email_campaign_for": "Lead",
		"recipient": lead.name,
		"start_date": frappe.utils.today(),
	}

	with pytest.raises(frappe.ValidationError, match="Anna"):
		request_as(staff.cleared, "frappe.client.insert", doc=frappe.as_json(sent))
	with pytest.raises(ClearanceMissingError) as refused:
		request_as(staff.uncleared, "frappe.client.insert", doc=frappe.as_json(sent))

	assert "Anna" not in str(refused.value)


@pytest.mark.parametrize(("who", "is_told"), [("uncleared", False), ("cleared", True)])
def test_an_issue_does_not_tell_the_company_of_a_hidden_lead(held, staff, request_as, who, is_told):
	"""ERPNext finds the Lead by its address, or by the name that a request says."""
	company = frappe.get_doc(
		{"doctype": "Company", "company_name": "Nordlicht", "default_currency": "EUR", "abbr": "NL9"}
	)
	company.name = company.company_name
	company.db_insert()
	lead = held("Lead", lead_name="Anna", email_id="anna@client.example", company=company.name)
	sent = {"doctype": "Issue", "subject": "Roof", "company": "", "raised_by": lead.email_id}

	made = request_as(staff[who], "frappe.client.insert", doc=frappe.as_json(sent))

	assert made["lead"] == lead.name
	assert (made["company"] == company.name) is is_told
