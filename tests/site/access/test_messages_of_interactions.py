"""A message, and what is attached to it, is open to users who can read its interaction, also without a mailbox (D-1, P-2)."""

import frappe
import pytest

from client_comms.enforcement.methods import form_load

pytestmark = pytest.mark.clause("D-1", "P-2")
SAYS_NO = "frappe.utils.user.is_website_user"  # of staff


@pytest.fixture
def received(log):
	"""`received("Feedback/Complaint")`: a received email of such an interaction, and what is attached to it."""

	def make(communication_type="Initial Inquiry"):
		case = log(communication_type)
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"subject": "The plan",
				"content": "See the plan.",
				"sender": "anna@client.example",
				"reference_doctype": case.doctype,
				"reference_name": case.name,
			}
		).insert(ignore_permissions=True)
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
		is_open = frappe.get_doc("Communication", message.name).has_permission("read")
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
		stored = frappe.get_doc("Communication", message.name)
		allowed = [each for each in ("read", "write", "delete", "email") if stored.has_permission(each)]
	assert allowed == ["read"]
	case.db_set("confidentiality_level", "Sensitive")
	assert opens(user, message, file, as_user) == (False, False)


def test_another_app_can_hide_a_message_and_one_without_an_interaction_is_frappes(
	received, make_user, as_user, monkeypatch
):
	_case, message, file = received()
	user = make_user("Frontline Staff")
	hooks = frappe.get_hooks

	def with_another(hook=None, default=None, app_name=None):
		found = hooks(hook, default, app_name) if app_name else hooks(hook, default)
		if hook != "has_permission":
			return found
		return {**found, "Communication": [*found["Communication"], SAYS_NO]}

	monkeypatch.setattr(frappe, "get_hooks", with_another)
	assert opens(user, message, file, as_user) == (False, False)
	monkeypatch.undo()
	assert opens(user, message, file, as_user) == (True, True)
	message.db_set({"client_interaction": None, "reference_doctype": None, "reference_name": None})
	assert opens(user, message, file, as_user) == (False, False)


def test_its_form_says_that_it_can_be_read(received, make_user, as_user):
	_case, message, _file = received()
	with as_user(make_user("Frontline Staff")):
		frappe.response.update({"docs": [], "docinfo": None})
		form_load.getdoc("Communication", message.name)
		allowed = frappe.response["docinfo"]["permissions"]
	assert allowed["read"] and not allowed["write"]
