"""Client information is verified before it is entered, and confirmed from time to time (D-4)."""

import frappe
import pytest

from client_comms import api, clock
from client_comms.client_interactions.report.contacts_to_confirm import contacts_to_confirm
from client_comms.client_interactions.report.contacts_to_confirm.contacts_to_confirm import execute
from client_comms.client_privacy import client_data, verified_details
from client_comms.exceptions import DuplicateClientError, NotVerifiedError

pytestmark = pytest.mark.clause("D-4")

ANNA, NUMBER = "anna@data.example", "+49 30 901820"


@pytest.fixture(autouse=True)
def somebody_there(monkeypatch, site):
	"""A request by a user who can respond."""
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path="/api", headers={}), raising=False)


@pytest.fixture
def enforce(set_settings):
	set_settings(verification_mode="Enforce")


@pytest.fixture
def anna(site):
	"""An existing customer with a contact."""
	return on_record("Anna Data", ANNA, NUMBER)


def on_record(name, email, phone=None, doctype="Customer"):
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": name}).insert(ignore_permissions=True)
	return contact(email, phone, links=[{"link_doctype": doctype, "link_name": customer.name}]).insert(
		ignore_permissions=True
	)


def contact(email=None, phone=None, **fields):
	return frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Anna",
			"email_ids": [{"email_id": email, "is_primary": 1}] if email else [],
			"phone_nos": [{"phone": phone, "is_primary_phone": 1}] if phone else [],
			**fields,
		}
	)


def lead(**fields):
	return frappe.get_doc({"doctype": "Lead", "first_name": "Anna", **fields})


def customer(**fields):
	return frappe.get_doc({"doctype": "Customer", "customer_name": "Anna Again", **fields})


def told():
	return " ".join(str(message) for message in frappe.get_message_log())


# --- duplicates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	"new",
	[
		lambda: contact("Anna@Data.Example"),
		lambda: contact(phone="030 / 90 18 20"),
		lambda: contact(phone="0049 30 901820"),
		lambda: lead(email_id="ANNA@data.example"),
		lambda: lead(mobile_no="(030) 901820"),
		lambda: customer(email_id=ANNA),
		lambda: customer(mobile_no="030 901820"),
	],
)
def test_who_is_on_record_is_not_entered_twice(anna, enforce, new, monkeypatch):
	monkeypatch.setattr("client_comms.clients.phone_numbers.default_region", lambda: "DE")
	doc = new()
	expected = anna.name if doc.doctype == "Contact" else "Anna Data"
	with pytest.raises(DuplicateClientError, match="already exists as") as refusal:
		doc.insert()
	assert f">{expected}<" in str(refusal.value)


def test_leads_are_found_by_address_and_number(enforce, monkeypatch):
	monkeypatch.setattr("client_comms.clients.phone_numbers.default_region", lambda: "DE")
	frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 0)
	name = lead(email_id=ANNA, phone="030 901820").insert().name
	for again in (contact(ANNA), contact(phone=NUMBER), customer(mobile_no=NUMBER)):
		with pytest.raises(DuplicateClientError, match=name):
			again.insert()


def test_someone_new_is_entered_without_a_word(anna, enforce):
	contact("berta@data.example", "+49 30 5555555").insert()
	lead(email_id="carla@data.example", mobile_no="+49 30 6666666").insert()
	customer(email_id="dora@data.example", mobile_no="+49 30 7777777").insert()
	assert "on record" not in told()


def test_a_lead_becomes_a_customer(enforce):
	from erpnext.crm.doctype.lead.lead import make_customer

	made = lead(email_id="emma@data.example", mobile_no="+49 30 8888888").insert()
	made_customer = make_customer(made.name)
	made_customer.insert()
	assert made_customer.lead_name == made.name


def test_warn_says_so_and_off_does_not(anna, set_settings):
	set_settings(verification_mode="Warn")
	contact(ANNA).insert()
	assert "already exists as" in told()
	frappe.clear_messages()
	set_settings(verification_mode="Off")
	contact(ANNA).insert()
	assert "on record" not in told()


def test_jobs_and_incoming_mail_are_never_held_up(anna, enforce, monkeypatch):
	contact(ANNA).insert(ignore_permissions=True)  # as Frappe does for a message that comes in
	monkeypatch.delattr(frappe.local, "request")
	contact(ANNA).insert()
	assert "on record" not in told()


def test_users_who_cannot_see_the_record_learn_only_whom_to_ask(anna, enforce, make_user, as_user):
	user = make_user("Sales User", "Sales Master Manager")
	hidden = lead(email_id="hidden@data.example", first_name="Zacharias")
	hidden.insert(ignore_permissions=True)
	hidden.db_set("confidentiality_level", "Sensitive")
	frappe.db.delete("Contact", {"name": ("in", _contacts_of("hidden@data.example"))})
	frappe.db.delete("Contact Email", {"email_id": "hidden@data.example"})
	with as_user(user):
		assert not frappe.has_permission("Lead", "read", doc=hidden.name)
		with pytest.raises(DuplicateClientError) as refusal:
			contact("hidden@data.example").insert()
	said = str(refusal.value) + told()
	assert "cannot see" in said and "Customer Support Manager" in said
	assert hidden.name not in said and "Zacharias" not in said


def test_a_client_is_not_told_whose_addresses_and_numbers_we_have(anna, enforce, make_user, as_user):
	with as_user(make_user("Customer", user_type="Website User")):
		contact(ANNA, NUMBER).insert()
	assert not told()


def _contacts_of(address):
	return frappe.get_all("Contact Email", {"email_id": address}, pluck="parent") or [""]


def test_duplicates_are_looked_up_by_indexes(anna):
	for query in (
		"select parent from `tabContact Email` where email_id = 'a@b.example'",
		"select parent from `tabContact Phone` where phone_e164 = '+4930901820'",
		"select name from `tabLead` where email_id = 'a@b.example'",
		"select name from `tabLead` where phone_e164 = '+4930901820'",
		"select name from `tabLead` where mobile_e164 = '+4930901820'",
	):
		assert frappe.db.sql(f"explain {query}", as_dict=True)[0]["key"], query


# --- addresses --------------------------------------------------------------------------------------


def test_what_is_not_an_address_is_refused_in_one_sentence(set_settings):
	set_settings(verification_mode="Warn")
	# Frappe itself already refuses a lead that creates its contact first.
	frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 0)
	for doc in (contact("anna@data"), lead(email_id="anna@data"), customer(email_id="anna@data")):
		with pytest.raises(frappe.InvalidEmailAddressError, match="no ending"):
			doc.insert()


def test_a_changed_address_is_checked_and_an_old_one_is_not(anna, enforce):
	frappe.db.set_value("Contact Email", {"parent": anna.name}, "email_id", "old@data")
	doc = frappe.get_doc("Contact", anna.name)
	doc.load_doc_before_save()
	client_data.validate(doc)
	doc.email_ids[0].email_id = "new@data"
	with pytest.raises(frappe.InvalidEmailAddressError, match="no ending"):
		doc.save()


# --- verified ---------------------------------------------------------------------------------------


@pytest.fixture
def in_the_desk(monkeypatch):
	"""The request is the form of a contact."""
	form = {"cmd": "frappe.desk.form.save.savedocs", "doc": '{"doctype": "Contact"}'}
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(form))


def test_who_enters_a_contact_in_the_desk_says_how_it_was_verified(enforce, in_the_desk):
	with pytest.raises(NotVerifiedError, match="Verification Method"):
		contact("f@data.example").insert()
	doc = contact("f@data.example", verified_how="Call-back").insert()
	assert doc.details_confirmed_on == clock.now().date()


def test_warn_asks_and_lets_pass(set_settings, in_the_desk):
	set_settings(verification_mode="Warn")
	doc = contact("f@data.example").insert()
	assert "Verification Method" in told() and not doc.details_confirmed_on


SAVES = {
	"the form": {"cmd": "frappe.desk.form.save.savedocs", "doc": '{"doctype": "Contact"}'},
	"insert": {"cmd": "frappe.client.insert", "doc": '{"doctype": "Contact"}'},
	"insert many": {"cmd": "frappe.client.insert_many", "docs": '[{"doctype": "Contact"}]'},
	"set value": {"cmd": "frappe.client.set_value", "doctype": "Contact"},
	"set value of a row": {"cmd": "frappe.client.set_value", "doctype": "Contact Phone"},
	"/api/method/frappe.client.save": {"doc": '{"doctype": "Contact"}'},
	"/api/resource/Contact": {},
	"/api/resource/Contact/Anna": {},
	"/api/v2/document/Contact/Anna": {},
}


@pytest.fixture(params=SAVES)
def by_a_request(request, monkeypatch):
	path = request.param if request.param.startswith("/") else "/api"
	monkeypatch.setattr(frappe.local.request, "path", path, raising=False)
	frappe.local.request["path"] = path
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(SAVES[request.param]))


def test_an_address_or_a_number_is_added_by_those_who_say_how_it_was_verified(anna, enforce, by_a_request):
	anna = frappe.get_doc("Contact", anna.name)
	anna.first_name = "Anne"
	anna.save()  # nothing to verify
	for table, row in (
		("email_ids", {"email_id": "new@data.example"}),
		("phone_nos", {"phone": "+49 30 5551"}),
	):
		anna.append(table, row)
		with pytest.raises(NotVerifiedError, match="Verification Method"):
			anna.save()
		anna.reload()
	anna.append("phone_nos", {"phone": "+49 30 5551"})
	anna.verified_how = "Call-back"
	anna.save()
	assert anna.details_confirmed_on == clock.now().date()
	anna.phone_nos = anna.phone_nos[:1]
	anna.save()  # what is taken away needs no check
	frappe.db.set_value("Contact", anna.name, "details_confirmed_on", "2020-01-01", update_modified=False)
	anna.reload()
	anna.email_ids[0].email_id = "changed@data.example"
	with pytest.raises(NotVerifiedError):
		anna.save()
	anna.reload()
	anna.email_ids[0].email_id = "changed@data.example"
	anna.details_confirmed_on = clock.now().date()  # in the same way as before
	anna.verified_how = "Call-back"
	anna.save()


def test_with_a_warning_what_was_added_is_to_be_confirmed(anna, set_settings, in_the_desk):
	set_settings(verification_mode="Warn")
	api.confirm_details(anna.name, "Document Seen")
	frappe.db.set_value("Contact", anna.name, "details_confirmed_on", "2020-01-01", update_modified=False)
	anna = frappe.get_doc("Contact", anna.name)
	anna.append("phone_nos", {"phone": "+49 30 5551"})
	anna.save()
	(message,) = [each for each in frappe.get_message_log() if "Verification Method" in str(each)]
	assert message["primary_action"]["client_action"] == "client_comms.state_verification"
	anna.reload()
	assert not anna.verified_how and not anna.details_confirmed_on


@pytest.fixture
def entering(monkeypatch):
	"""`entering("Lead")`: the request is the form of such a document."""

	def enter(doctype):
		form = {"cmd": "frappe.desk.form.save.savedocs", "doc": frappe.as_json({"doctype": doctype})}
		monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(form))

	return enter


def verified(contact):
	return frappe.db.get_value("Contact", contact, ["verified_how", "details_confirmed_on"])


def test_who_enters_a_customer_says_how_it_was_verified_and_so_was_its_contact(enforce, entering):
	entering("Customer")
	with pytest.raises(NotVerifiedError, match="Verification Method"):
		customer(email_id="g@data.example").insert()
	made = customer(email_id="g@data.example", verified_how="Call-back").insert()
	assert verified(made.customer_primary_contact) == ("Call-back", clock.now().date())
	made.customer_group = frappe.db.get_value("Customer Group", {"is_group": 0})
	made.save()  # nothing is entered any more
	customer(customer_name="Without Details").insert()


def test_what_a_customer_takes_over_is_not_asked_about(anna, enforce, entering):
	entering("Customer")
	frappe.db.set_value("Contact", anna.name, {"verified_how": None, "details_confirmed_on": None})
	made = customer(customer_primary_contact=anna.name, email_id=ANNA, verified_how="Call-back").insert()
	assert made.customer_primary_contact == anna.name and verified(anna.name) == (None, None)
	before = lead(email_id="was@data.example", mobile_no="+49 30 5559", company_name="Was")
	before.insert(ignore_permissions=True)
	customer(customer_name="Was", lead_name=before.name, email_id="was@data.example").insert()
	with pytest.raises(NotVerifiedError):
		customer(customer_name="Was New", lead_name=before.name, email_id="other@data.example").insert()


def test_who_enters_a_lead_says_how_it_was_verified_and_so_was_its_contact(enforce, entering):
	entering("Lead")
	lead().insert()  # no address and no number
	for details in ({"email_id": "refused@data.example"}, {"mobile_no": "+49 30 5552"}):
		with pytest.raises(NotVerifiedError, match="Verification Method"):
			lead(**details).insert()
	made = lead(email_id="h@data.example", verified_how="Call-back").insert()
	assert made.details_confirmed_on == clock.now().date()
	(contact,) = frappe.get_all(
		"Dynamic Link", {"link_name": made.name, "parenttype": "Contact"}, pluck="parent"
	)
	assert verified(contact) == ("Call-back", clock.now().date())
	frappe.db.set_value("Lead", made.name, "details_confirmed_on", "2020-01-01", update_modified=False)
	made.reload()
	made.company_name = "Anna Ltd"
	made.save()  # nothing to verify
	made.phone = "+49 30 5553"
	with pytest.raises(NotVerifiedError):
		made.save()
	made.reload()
	made.phone, made.details_confirmed_on = "+49 30 5553", clock.now().date()  # in the same way as before
	made.save()
	assert made.verified_how == "Call-back"


def test_with_a_warning_the_number_that_was_added_to_a_lead_is_to_be_verified(set_settings, entering):
	set_settings(verification_mode="Warn")
	entering("Lead")
	made = lead(email_id="i@data.example", verified_how="Call-back").insert()
	frappe.db.set_value("Lead", made.name, "details_confirmed_on", "2020-01-01", update_modified=False)
	made.reload()
	made.phone = "+49 30 5554"
	made.save()
	(message,) = [each for each in frappe.get_message_log() if "Verification Method" in str(each)]
	assert message["primary_action"]["args"] == {"doctype": "Lead", "name": made.name}
	assert not frappe.db.get_value("Lead", made.name, "verified_how")


def test_a_patch_of_another_app_saves_clients_before_an_upgrade_has_added_the_field(site):
	made = customer(email_id="k@data.example").insert()
	for doc in (made, lead()):
		doc.__dict__.pop("verified_how", None)
		verified_details.pass_on_to_contact(doc)
		client_data.follow_verification(doc)
	assert not any(verified(made.customer_primary_contact))


def test_a_contact_that_another_document_brings_along_is_not_asked_about(enforce, entering):
	entering("Issue")
	assert customer(email_id="g@data.example").insert().customer_primary_contact
	assert lead(email_id="j@data.example").insert().name


def test_confirming_details_needs_leave_to_change_them(anna, make_user, as_user):
	with as_user(make_user("Employee")), pytest.raises(frappe.PermissionError):
		api.confirm_details(anna.name, "Call-back")
	with pytest.raises(NotVerifiedError):
		api.confirm_details(anna.name, "Guessed")
	assert api.confirm_details(anna.name, "Document Seen")["verified_how"] == "Document Seen"


# --- to confirm again -------------------------------------------------------------------------------


@pytest.fixture
def overdue(anna, make_user):
	"""Anna's details, confirmed long ago, and her account manager."""
	manager = make_user("Account Manager", "Sales User")
	frappe.db.set_value("Customer", "Anna Data", "account_manager", manager)
	anna.db_set("details_confirmed_on", "2020-01-01")
	return anna, manager


def todos(name):
	return frappe.get_all(
		"ToDo", {"reference_type": "Contact", "reference_name": name}, ["allocated_to", "status"]
	)


def test_the_account_manager_is_asked_once_until_it_is_done(overdue, set_settings):
	set_settings(confirm_details_months=12)
	doc, manager = overdue
	client_data.remind()
	client_data.remind()
	assert todos(doc.name) == [{"allocated_to": manager, "status": "Open"}]
	api.confirm_details(doc.name, "Call-back")
	assert todos(doc.name) == [{"allocated_to": manager, "status": "Closed"}]
	client_data.remind()
	assert len(todos(doc.name)) == 1
	with clock.moved_to(frappe.utils.add_months(clock.now(), 13)):
		client_data.remind()
	assert len(todos(doc.name)) == 2


def test_an_account_manager_is_asked_for_a_few_at_a_time(overdue, monkeypatch):
	"""The longest unconfirmed first; after a large import there may be thousands."""
	doc, manager = overdue
	others = []
	for number, confirmed in enumerate(("2018-01-01", "2019-01-01")):
		links = [{"link_doctype": "Customer", "link_name": "Anna Data"}]
		made = contact(f"few{number}@data.example", links=links, verified_how="Call-back").insert()
		frappe.db.set_value("Contact", made.name, "details_confirmed_on", confirmed)
		others.append(made.name)
	monkeypatch.setattr(client_data, "AT_ONCE", 2)
	monkeypatch.setattr(client_data, "CHUNK", 1)
	for _night in range(2):
		client_data.remind()
		asked = [name for name in (*others, doc.name) if todos(name)]
		assert asked == others
	api.confirm_details(others[0], "Call-back")
	client_data.remind()
	assert todos(doc.name) == [{"allocated_to": manager, "status": "Open"}]


def test_a_contact_that_cannot_be_asked_about_does_not_stop_the_others(overdue, monkeypatch):
	doc, manager = overdue
	links = [{"link_doctype": "Customer", "link_name": "Anna Data"}]
	first = contact("first@data.example", links=links, verified_how="Call-back").insert().name
	frappe.db.set_value("Contact", first, "details_confirmed_on", "2018-01-01")
	ask = client_data._ask_to_confirm

	def ask_or_fail(row, manager):
		if row.name == first:
			raise frappe.ValidationError("A to-do needs a colour")
		ask(row, manager)

	monkeypatch.setattr(client_data, "_ask_to_confirm", ask_or_fail)
	monkeypatch.setattr(client_data, "CHUNK", 1)
	client_data.remind()
	assert todos(doc.name) == [{"allocated_to": manager, "status": "Open"}]
	assert not todos(first)
	assert frappe.db.exists("Error Log", {"reference_doctype": "Contact", "reference_name": first})


def stored(doc):
	return frappe.get_doc("ToDo", frappe.db.get_value("Contact", doc.name, "confirmation_todo"))


def test_the_next_account_manager_is_asked_instead(overdue, make_user):
	doc, former = overdue
	client_data.remind()
	manager = make_user("Account Manager", "Sales User")
	frappe.db.set_value("Customer", "Anna Data", "account_manager", manager)
	client_data.remind()
	client_data.remind()
	assert sorted((each.allocated_to, each.status) for each in todos(doc.name)) == sorted(
		[(former, "Cancelled"), (manager, "Open")]
	)


def test_a_disabled_account_manager_is_not_asked(overdue):
	doc, manager = overdue
	frappe.db.set_value("User", manager, "enabled", 0)
	client_data.remind()
	assert todos(doc.name) == []


@pytest.mark.parametrize("status", ["Closed", "Cancelled"])
def test_what_was_not_confirmed_is_asked_for_again_after_a_while(overdue, status):
	doc, _manager = overdue
	client_data.remind()
	ended = stored(doc)
	ended.status = status
	ended.save()
	client_data.remind()
	assert len(todos(doc.name)) == 1
	with clock.moved_to(frappe.utils.add_days(clock.now(), 31)):
		client_data.remind()
		client_data.remind()
	assert sorted(each.status for each in todos(doc.name)) == sorted([status, "Open"])


def test_it_is_asked_for_again_once_the_todo_is_gone(overdue):
	doc, _manager = overdue
	client_data.remind()
	stored(doc).delete()
	client_data.remind()
	assert [each.status for each in todos(doc.name)] == ["Open"]


def test_the_account_manager_can_give_it_to_a_colleague(overdue, make_user):
	doc, manager = overdue
	client_data.remind()
	given = stored(doc)
	given.allocated_to = make_user("Sales User")
	given.save()
	client_data.remind()
	assert [each.allocated_to for each in todos(doc.name)] == [given.allocated_to]
	frappe.db.set_value("User", given.allocated_to, "enabled", 0)
	client_data.remind()
	assert stored(doc).allocated_to == manager and len(todos(doc.name)) == 2


def test_who_was_asked_by_an_earlier_version_is_not_asked_twice(overdue):
	doc, _manager = overdue
	client_data.remind()
	frappe.db.set_value("Contact", doc.name, "confirmation_asked_of", None)
	client_data.remind()
	assert len(todos(doc.name)) == 1


def test_no_one_is_asked_where_details_are_never_due(overdue, set_settings):
	set_settings(confirm_details_months=0)
	assert client_data.remind() == 0 and todos(overdue[0].name) == []
	assert execute()[1] == []


def test_the_report_shows_those_that_were_not_confirmed_for_longest(overdue, set_settings, monkeypatch):
	set_settings(confirm_details_months=12)
	for number, confirmed in enumerate(("2019-01-01", "2018-01-01", "2021-01-01")):
		links = [{"link_doctype": "Customer", "link_name": "Anna Data"}]
		made = contact(f"due{number}@data.example", links=links, verified_how="Call-back").insert()
		frappe.db.set_value("Contact", made.name, "details_confirmed_on", confirmed)
		frappe.db.set_value("Contact", made.name, "creation", "2017-01-01 10:00")
	whole = execute()[1]
	assert len(whole) >= 4
	assert [row["days"] for row in whole] == sorted((row["days"] for row in whole), reverse=True)
	monkeypatch.setattr(contacts_to_confirm, "SHOWN", 2)
	_columns, rows, message = execute()
	assert rows == whole[:2] and message.startswith("The 2 that have not been confirmed for longest")


def test_the_report_lists_what_is_due_to_those_who_may_read_it(overdue, set_settings, make_user, as_user):
	set_settings(confirm_details_months=12)
	doc, _manager = overdue
	contact("fresh@data.example", verified_how="Call-back").insert()
	(row,) = [each for each in execute()[1] if each["contact"] == doc.name]
	assert (row["party"], str(row["details_confirmed_on"])) == ("Anna Data", "2020-01-01")
	assert not [each for each in execute()[1] if each["email_id"] == "fresh@data.example"]
	assert not [each for each in execute({"party_type": "Supplier"})[1] if each["contact"] == doc.name]
	with as_user(make_user("Purchase Manager")):
		assert not frappe.has_permission("Customer", "read", doc="Anna Data")
		assert [each["party"] for each in execute()[1] if each["contact"] == doc.name] == [None]
