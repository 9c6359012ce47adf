"""Users with only the app's roles can choose clients by name, without an ERPNext role, and see nothing else (D-2)."""

import frappe
import pytest
from frappe.desk import query_report

from client_comms import compat
from client_comms.api import queries
from client_comms.enforcement import link_options
from client_comms.enforcement.methods import link_fields

pytestmark = pytest.mark.clause("D-2")

PROCEDURE = ("Frontline Staff", "Account Manager", "Customer Support", "Customer Support Manager")


@pytest.fixture
def customer():
	return frappe.get_doc({"doctype": "Customer", "customer_name": "Nordwind Dach GmbH"}).insert()


@pytest.fixture
def contact(customer):
	return frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Berta",
			"last_name": "Nordwind",
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()


def found(doctype, txt="", **options):
	return {row["value"] for row in link_fields.search_link(doctype=doctype, txt=txt, **options)}


@pytest.mark.parametrize("role", PROCEDURE)
def test_who_logs_chooses_the_client_the_company_and_the_contact(
	make_user, as_user, customer, contact, role, is_valid_link
):
	company = frappe.db.get_value("Company", {})
	other = frappe.get_doc({"doctype": "Contact", "first_name": "Otto", "last_name": "Nordwind"}).insert()
	with as_user(make_user(role)):
		assert customer.name in found("Customer", "wind Dach")
		assert is_valid_link("Customer", customer.name)
		assert not is_valid_link("Customer", "No Such Client")
		assert company in found("Company") and found("Issue Priority")
		assert {contact.name, other.name} <= found("Contact", "Nordwind")
		of_party = {"link_doctype": "Customer", "link_name": customer.name}
		assert found("Contact", filters=of_party) == {contact.name}
		assert found("Customer", filters=[["Customer", "name", "=", customer.name]]) == {customer.name}


def test_who_configures_chooses_what_the_configuration_names(make_user, as_user, is_valid_link):
	frappe.get_doc(
		{
			"doctype": "Holiday List",
			"holiday_list_name": "Feiertage",
			"from_date": "2026-01-01",
			"to_date": "2026-12-31",
		}
	).insert()
	with as_user(make_user("Client Communications Manager")):
		assert "Feiertage" in found("Holiday List", "Feier")
		assert found("Issue Type") and found("Issue Priority")
		assert "Account Manager" in found("Role", "Account") and is_valid_link("Role", "Account Manager")
		assert "Guest" not in found("Role", "Guest", query="client_comms.api.queries.roles")
	with as_user(make_user("Frontline Staff")), pytest.raises(frappe.PermissionError):
		found("Holiday List", "Feier")


@pytest.mark.parametrize("role", [*PROCEDURE, "Compliance Officer", "Client Communications Manager"])
def test_who_fills_in_a_form_can_choose_what_its_fields_link_to(role, make_user, as_user):
	"""Such as the branch of a complaint, or the roles of a policy. Frappe offers DocTypes to every desk user."""
	modules, missing = frappe.get_module_list("client_comms"), []
	doctypes = frappe.get_all("DocType", {"module": ("in", modules), "istable": 0}, pluck="name")
	with as_user(make_user(role)):
		for doctype in doctypes:
			if not (frappe.has_permission(doctype, "write") or frappe.has_permission(doctype, "create")):
				continue
			meta = frappe.get_meta(doctype)
			tables = [frappe.get_meta(df.options) for df in meta.get_table_fields() if not df.read_only]
			for df in (df for each in (meta, *tables) for df in each.get("fields", {"fieldtype": "Link"})):
				if df.hidden or df.read_only or df.options == "DocType":
					continue
				if not (link_options.is_open(df.options) or link_options.is_offered(df.options)):
					missing.append((doctype, df.parent, df.fieldname, df.options))
	assert missing == []


def test_no_one_else_is_offered_anything(make_user, as_user, customer, is_valid_link):
	with as_user(make_user("Projects User")):
		with pytest.raises(frappe.PermissionError):
			is_valid_link("Customer", customer.name)


def test_only_names_are_searched(make_user, as_user, customer):
	customer.db_set("tax_id", "DE123")
	with as_user(make_user("Frontline Staff")):
		assert customer.name in found("Customer", "Nordwind", filters={"tax_id": "another"})
		assert customer.name not in found("Customer", "DE123")
		with pytest.raises(frappe.PermissionError):
			frappe.get_list("Customer")


def test_user_permissions_and_levels_hold(make_user, as_user, customer, set_settings, is_valid_link):
	mine = frappe.get_doc({"doctype": "Customer", "customer_name": "Nordwind Solar GmbH"}).insert()
	user = make_user("Frontline Staff")
	frappe.permissions.add_user_permission("Customer", mine.name, user)
	set_settings(govern_leads=1)
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna Kruse"}).insert()
	with as_user(user):
		assert found("Customer", "Nordwind") == {mine.name}
		assert not is_valid_link("Customer", customer.name)
		assert lead.name in found("Lead", "Anna")
	lead.db_set("confidentiality_level", "Sensitive")
	with as_user(user):
		assert lead.name not in found("Lead", "Anna")
		assert not is_valid_link("Lead", lead.name)


def test_user_permissions_on_what_a_client_names_hold(make_user, as_user, customer, is_valid_link):
	"""As in Frappe's own lists: such as the territory of a Customer."""
	north, south = (
		frappe.get_doc({"doctype": "Territory", "territory_name": name}).insert().name
		for name in ("Test North", "Test South")
	)
	mine, without = (
		frappe.get_doc({"doctype": "Customer", "customer_name": f"Nordwind {name}"}).insert()
		for name in ("Solar", "Keller")
	)
	mine.db_set("territory", north)
	customer.db_set("territory", south)
	without.db_set("territory", None)
	user = make_user("Frontline Staff")
	frappe.permissions.add_user_permission("Territory", north, user)
	with as_user(user):
		assert found("Customer", "Nordwind") == {mine.name, without.name}
		assert is_valid_link("Customer", mine.name) and not is_valid_link("Customer", customer.name)
	frappe.db.set_single_value("System Settings", "apply_strict_user_permissions", 1)
	frappe.clear_cache()
	with as_user(user):
		assert found("Customer", "Nordwind") == {mine.name}
		assert not is_valid_link("Customer", without.name)


def test_a_disabled_client_is_not_offered(make_user, as_user, customer):
	customer.db_set("disabled", 1)
	with as_user(make_user("Frontline Staff")):
		assert customer.name not in found("Customer", "Nordwind")


def test_who_has_a_right_in_erpnext_searches_as_ever(make_user, as_user, customer):
	with as_user(make_user("Frontline Staff", "Sales User")):
		assert customer.name in found("Customer", "Nordwind")


def test_contacts_to_confirm_says_what_a_reader_without_contacts_lacks(make_user, as_user, set_settings):
	set_settings(confirm_details_months=6)
	with as_user(make_user("Customer Support")):
		answer = query_report.run("Contacts to Confirm", {})
	assert answer["result"] == [] and "do not let you read contacts" in answer["message"]


def test_reports_are_filtered_by_what_is_offered(make_user, as_user):
	run = frappe.get_attr(frappe.override_whitelisted_method("frappe.desk.query_report.run"))
	company = {"fieldname": "company", "fieldtype": "Link", "options": "Company"}
	with as_user(make_user("Customer Support Manager")):
		answer = run(
			report_name="Team Board",
			filters=frappe.as_json({"company": frappe.db.get_value("Company", {})}),
			js_filters=frappe.as_json([company]),
		)
	assert answer["columns"]


@pytest.mark.parametrize("role", PROCEDURE)
def test_who_assigns_or_shares_chooses_a_colleague(make_user, as_user, role, is_valid_link):
	colleague = make_user("Frontline Staff")
	with as_user(make_user(role)):
		asked = {"user_type": "System User", "name": ["!=", frappe.session.user]}
		assert colleague in found("User", filters=asked)
		others = {"filters": frappe.as_json(asked)} if compat.is_version_16() else {}
		assert is_valid_link("User", colleague, **others)


def test_users_are_offered_by_name_where_this_app_asks_for_them(site, make_user, as_user):
	user = make_user("Customer Support", first_name="Ada & Co", last_name="Vogt")

	def offered(**asked):
		with as_user(make_user("Customer Support Manager")):
			(row,) = link_fields.search_link(doctype="User", txt=user, **asked)
		assert row["value"] == user and "Vogt" in row["description"]
		return row.get("html")

	shown = offered(query="client_comms.api.queries.colleagues")
	assert shown.startswith('<strong class="client-comms-user">') and "Vogt</strong>" in shown
	assert user in shown and "Ada &amp; Co" in shown
	assert offered(query="client_comms.api.queries.colleagues", reference_doctype="Staff Absence")
	assert offered(reference_doctype="Staff Absence", filters={"enabled": 1})
	assert offered(reference_doctype="ToDo", filters={"enabled": 1}) is None, "another app's"


@pytest.mark.parametrize("start, page_len", [(-1, -1), (0, 10**30), (10**30, 20), (0, 0)])
@pytest.mark.parametrize(
	"query",
	[
		"responsible_staff",
		"email_templates",
		"desk_users",
		"colleagues",
		"document_types_with_clients",
		"roles",
	],
)
def test_a_page_that_no_list_has_is_answered(query, start, page_len):
	found = getattr(queries, query)(
		doctype="User", txt="", searchfield="name", start=start, page_len=page_len, filters={}
	)
	assert len(found) <= 500
