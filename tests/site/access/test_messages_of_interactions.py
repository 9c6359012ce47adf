"""A message, meeting or call, and what is attached to it, is open to users who can read its interaction: also without a mailbox, to whom a meeting is
private, and without a role for calls (D-1, P-2)."""

import frappe
import pytest

from client_comms.enforcement import filed
from client_comms.enforcement.methods import form_load

pytestmark = pytest.mark.clause("D-1", "P-2")
SAYS_NO = "frappe.utils.user.is_website_user"  # of staff


KINDS = {
	"Communication": {
		"communication_type": "Communication",
		"communication_medium": "Email",
		"sent_or_received": "Received",
		"subject": "The plan",
		"content": "See the plan.",
		"sender": "anna@client.example",
	},
	"Event": {"subject": "About the plan", "starts_on": "2026-11-02 10:00:00", "event_type": "Private"},
	"Call Log": {"type": "Incoming", "status": "Completed", "from": "+49 30 12345", "id": "CALL-PLAN"},
}
UNDER = {
	"Communication": lambda case: {"reference_doctype": case.doctype, "reference_name": case.name},
	"Event": lambda case: {"reference_doctype": case.doctype, "reference_docname": case.name},
	"Call Log": lambda case: {"links": [{"link_doctype": case.doctype, "link_name": case.name}]},
}


@pytest.fixture(params=KINDS)
def received(request, log):
	"""`received("Feedback/Complaint")`: such an interaction, what belongs to it, and what is attached to that."""
	kind = request.param

	def make(communication_type="Initial Inquiry"):
		case = log(communication_type)
		message = frappe.get_doc({"doctype": kind, **KINDS[kind], **UNDER[kind](case)})
		message.insert(ignore_permissions=True)
		assert message.client_interaction == case.name
		file = {
			"doctype": "File",
			"file_name": f"{frappe.generate_hash()}.txt",
			"is_private": 1,
			"attached_to_doctype": message.doctype,
			"attached_to_name": message.name,
			"content": "Plan",
		}
		return case, message, frappe.get_doc(file).insert(ignore_permissions=True)

	return make


def opens(user, message, file, as_user) -> tuple[bool, bool]:
	with as_user(user):
		is_open = frappe.get_doc(message.doctype, message.name).has_permission("read")
		return is_open, bool(frappe.get_doc("File", file.name).is_downloadable())


@pytest.mark.parametrize(
	("role", "communication_type", "expected"),
	[
		("Frontline Staff", "Initial Inquiry", True),
		("Customer Support Manager", "Feedback/Complaint", True),
		("Compliance Officer", "Feedback/Complaint", True),
		("Frontline Staff", "Feedback/Complaint", False),
		("Sales User", "Initial Inquiry", False),
	],
)
def test_who_can_open_the_attachment_of_a_message(
	role, communication_type, expected, received, make_user, as_user
):
	_case, message, file = received(communication_type)
	assert opens(make_user(role), message, file, as_user) == (expected, expected)


def test_a_message_closes_with_its_interaction_and_is_only_read(received, make_user, as_user):
	case, message, file = received()
	user = make_user("Frontline Staff")
	with as_user(user):
		stored = frappe.get_doc(message.doctype, message.name)
		allowed = [each for each in ("read", "write", "delete", "email") if stored.has_permission(each)]
	assert allowed == ["read"]
	case.db_set("confidentiality_level", "Sensitive")
	assert opens(user, message, file, as_user) == (False, False)


@pytest.mark.parametrize("is_interaction", [False, True])
def test_another_app_can_hide_it_or_its_interaction_and_without_one_it_is_as_frappe_says(
	is_interaction, received, make_user, as_user, monkeypatch
):
	case, message, file = received()
	hidden = case.doctype if is_interaction else message.doctype
	user = make_user("Frontline Staff")
	hooks = frappe.get_hooks

	def with_another(hook=None, default=None, app_name=None):
		found = hooks(hook, default, app_name) if app_name else hooks(hook, default)
		if hook != "has_permission":
			return found
		return {**found, hidden: [*found[hidden], SAYS_NO]}

	monkeypatch.setattr(frappe, "get_hooks", with_another)
	assert opens(user, message, file, as_user) == (False, False)
	monkeypatch.undo()
	assert opens(user, message, file, as_user) == (True, True)
	message.db_set({field: None for field in (*filed.BINDING, *(filed.fields_of(message.doctype) or ()))})
	frappe.db.delete("Dynamic Link", {"parent": message.name})
	assert opens(user, message, file, as_user) == (False, False)


def test_user_permissions_that_hide_what_it_names_close_it(received, make_user, as_user):
	_case, message, file = received()
	names = {"Communication": ("email_account", "Email Account"), "Call Log": ("customer", "Customer")}
	if message.doctype not in names:
		return  # a meeting names nothing to which users are limited
	field, kind = names[message.doctype]
	user = make_user("Frontline Staff")
	message.db_set(field, "Hidden")
	limit = {"doctype": "User Permission", "user": user, "allow": kind, "for_value": "Another"}
	limit |= {"apply_to_all_doctypes": 0, "applicable_for": message.doctype}
	frappe.get_doc(limit).insert(ignore_links=True)
	assert opens(user, message, file, as_user) == (False, False)


@pytest.mark.parametrize(("role", "expected"), [("Frontline Staff", True), ("Sales User", False)])
def test_it_is_asked_for_the_user_who_is_meant(role, expected, received, make_user):
	_case, message, _file = received()
	assert (
		frappe.get_doc(message.doctype, message.name).has_permission("read", user=make_user(role)) is expected
	)


@pytest.mark.parametrize("role", ["Frontline Staff", "Compliance Officer"])
def test_its_form_opens_without_a_message(role, received, make_user, as_user):
	_case, message, _file = received()
	if message.doctype == "Communication":  # Frappe asks for the permissions of what it is about
		lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Anna"}).insert()
		message.db_set({"reference_doctype": lead.doctype, "reference_name": lead.name})
	with as_user(make_user(role)):
		frappe.clear_messages()
		frappe.response.docs = []
		form_load.getdoc(message.doctype, message.name)
	assert frappe.response.docs and not frappe.local.message_log


def test_its_form_says_that_it_can_be_read(received, make_user, as_user):
	_case, message, _file = received()
	with as_user(make_user("Frontline Staff")):
		frappe.response.update({"docs": [], "docinfo": None})
		form_load.getdoc(message.doctype, message.name)
		allowed = frappe.response["docinfo"]["permissions"]
	assert allowed["read"] and not allowed["write"]


def test_a_meeting_with_a_hidden_lead_opens_only_with_the_lead(held, log, make_user, as_user):
	"""Its participants stand in it."""
	lead, case = held("Lead", lead_name="Anna"), log("Initial Inquiry")
	with_lead = {"event_participants": [{"reference_doctype": "Lead", "reference_docname": lead.name}]}
	event = frappe.get_doc({"doctype": "Event", **KINDS["Event"], **UNDER["Event"](case), **with_lead})
	event.insert(ignore_permissions=True)
	frappe.db.set_value("Event", event.name, "confidentiality_level", case.confidentiality_level)
	user = make_user("Frontline Staff", "Sales User")
	with as_user(user):
		assert not frappe.get_doc("Event", event.name).has_permission("read")
	lead.db_set("confidentiality_level", case.confidentiality_level)
	with as_user(user):
		assert frappe.get_doc("Event", event.name).has_permission("read")
