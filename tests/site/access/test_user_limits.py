"""User Permissions for interactions, such as a company, hold for what belongs to them as well (D-5, P-2)."""

import frappe
import pytest
from frappe.permissions import add_user_permission

from client_comms.enforcement import explain, governed, guards, policy, user_limits

pytestmark = pytest.mark.clause("D-5", "P-2")

INTERACTION = governed.INTERACTION
TEXT = "What the neighbours said about the chimney"


@pytest.fixture
def user(make_user):
	return make_user("Frontline Staff", "Sales User", "System Manager")


@pytest.fixture
def other_company(site):
	company = {"doctype": "Company", "company_name": "Other", "default_currency": "EUR", "country": "Germany"}
	doc = frappe.get_doc({**company, "name": "Other"})
	doc.db_insert()
	return doc.name


@pytest.fixture
def records(log, other_company, make_client):
	"""An interaction of either company with one client, with what belongs to it: company → [(DocType, name)]."""
	client = make_client("Anna Client", "anna@client.example")
	own = frappe.db.get_value("Company", {"name": ("!=", other_company)})
	return {company: _record(log, client.party, company) for company in (own, other_company)}


def _record(log, customer, company):
	doc = log("Initial Inquiry", company=company, party_type="Customer", party=customer)
	about = {"reference_doctype": INTERACTION, "reference_name": doc.name}
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Event",  # not logged
			"sent_or_received": "Sent",
			"subject": "Chimney",
			"content": f"{TEXT} to {company}.",
			"timeline_links": [{"link_doctype": "Customer", "link_name": customer}],
			**about,
		}
	).insert(ignore_permissions=True)
	if message.meta.has_field("company"):  # of ERPNext, which Frappe checks itself
		message.db_set("company", None)
	comment = doc.add_comment("Comment", TEXT)
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash()}.txt",
			"content": frappe.generate_hash(),
			"attached_to_doctype": INTERACTION,
			"attached_to_name": doc.name,
		}
	).insert(ignore_permissions=True)
	return [(INTERACTION, doc.name), *((each.doctype, each.name) for each in (message, comment, file))]


def _seen(as_user, user, doctype, name):
	with as_user(user):
		listed = bool(frappe.get_list(doctype, {"name": name}))
		assert listed == frappe.has_permission(doctype, "read", name), doctype
	return listed


def test_what_belongs_to_an_interaction_of_another_company(records, user, other_company, as_user, request_as):
	add_user_permission("Company", other_company, user)
	for company, belonging in records.items():
		_interaction, name = belonging[0]
		for doctype, each in belonging:
			assert _seen(as_user, user, doctype, each) == (company == other_company), (company, doctype)
		with as_user(user):
			rows = frappe.get_list("Interaction Event", {"parent": name}, parent_doctype=INTERACTION)
		assert bool(rows) == (company == other_company)


def test_it_is_left_out_of_the_timeline_of_a_client_of_both(records, user, other_company, request_as):
	own, other = records
	customer = frappe.db.get_value(*records[own][0], "party")
	asked = {"doctype": "Customer", "name": customer}
	request_as(user, "frappe.desk.form.load.get_docinfo", **asked)
	assert f"{TEXT} to {own}." in frappe.as_json(frappe.local.response)
	add_user_permission("Company", other_company, user)
	request_as(user, "frappe.desk.form.load.get_docinfo", **asked)
	assert f"{TEXT} to {other}." in frappe.as_json(frappe.local.response)
	assert f"{TEXT} to {own}." not in frappe.as_json(frappe.local.response)


def test_who_takes_part_is_restricted_as_well(log, make_user, other_company, as_user):
	user = make_user("Customer Support", "System Manager")
	own = frappe.db.get_value("Company", {"name": ("!=", other_company)})
	records = {
		each: log("Feedback/Complaint", company=each, responsible_staff=user) for each in (own, other_company)
	}
	add_user_permission("Company", other_company, user)
	for company, doc in records.items():
		comment = doc.add_comment("Comment", TEXT)
		assert _seen(as_user, user, "Comment", comment.name) == (company == other_company)


def test_oversight_is_restricted_as_well(records, make_user, other_company, as_user):
	officer = make_user("Compliance Officer", "Customer Support Manager", "System Manager")
	assert not guards.is_restricted(officer)
	add_user_permission("Company", other_company, officer)
	assert guards.is_restricted(officer)
	own = next(iter(records))
	assert not _seen(as_user, officer, "Comment", dict(records[own])["Comment"])


def test_permissions_for_another_doctype_restrict_nothing(records, user, other_company, as_user):
	add_user_permission("Company", other_company, user, applicable_for="Issue")
	assert user_limits.of(user) == ()
	assert all(_seen(as_user, user, *each) for belonging in records.values() for each in belonging)


@pytest.mark.parametrize("strict", [0, 1])
def test_a_field_without_a_value_is_open_unless_the_site_is_strict(strict, log, user, as_user, site):
	frappe.db.set_single_value("System Settings", "apply_strict_user_permissions", strict)
	frappe.clear_cache()
	doc = log("Initial Inquiry")
	comment = doc.add_comment("Comment", TEXT)
	contact = frappe.get_doc({"doctype": "Contact", "first_name": "Bo"}).insert()
	add_user_permission("Contact", contact.name, user, applicable_for=INTERACTION)
	assert _seen(as_user, user, INTERACTION, doc.name) == (not strict)
	assert _seen(as_user, user, "Comment", comment.name) == (not strict)


def test_the_reason_is_told(records, user, other_company):
	add_user_permission("Company", other_company, user)
	own = next(iter(records))
	for doctype, name in records[own]:
		answer = explain.explain(doctype, name, user)
		assert (answer["allowed"], answer["rule"]) == (False, "user-permission"), doctype
	(told,) = [each for each in explain.explain_for_all(*records[own][0]) if each["user"] == user]
	assert told["rule"] == "user-permission"


def test_all_subjects_are_looked_up_alike(user, other_company):
	add_user_permission("Company", other_company, user)
	(found,) = policy.subjects([user])
	assert found.limits == policy.subject(user).limits != ()


@pytest.mark.parametrize("doctype", ["Issue", "Lead", "Opportunity"])
def test_a_governed_document_is_not_changed_into_what_one_may_see(
	doctype, held, make_user, other_company, as_user
):
	"""Frappe asks for the document as the user has changed it."""
	own = frappe.db.get_value("Company", {"name": ("!=", other_company)})
	staff = make_user("Customer Support Manager", "Support Team", "Sales Manager", "Sales User")
	add_user_permission("Company", own, staff)
	fields = {"Issue": {"subject": "Chimney"}, "Lead": {"first_name": "Anna"}}.get(doctype)
	if not fields:
		lead = frappe.get_doc({"doctype": "Lead", "first_name": "Anna"}).insert()
		fields = {"opportunity_from": "Lead", "party_name": lead.name}
	doc = held(doctype, level=None, company=own, **fields)
	with as_user(staff):
		assert frappe.get_doc(doctype, doc.name).has_permission("write")
	doc.db_set("company", other_company)

	with as_user(staff):
		changed = frappe.get_doc(doctype, doc.name)
		changed.company = own
		with pytest.raises(frappe.PermissionError):
			changed.save()
		assert not changed.has_permission("read")
