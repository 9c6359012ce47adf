"""The customer portal shows a confidential Issue only to the person who raised it (P-2)."""

import frappe
import pytest
from frappe.website.doctype.web_form import web_form

from client_comms import api, compat
from client_comms.leak_check.visitor import Visitor

pytestmark = [pytest.mark.committed, pytest.mark.clause("P-2")]

LEVELS = (None, "Standard", "Confidential", "Sensitive")


@pytest.fixture(scope="module")
def portal(site):
	"""Two contacts of one customer, with an Issue of each at every level, and one without a customer."""
	settings = frappe.get_doc("Client Comms Settings")
	before = settings.govern_issues
	settings.db_set("govern_issues", 1)
	frappe.clear_document_cache("Client Comms Settings", "Client Comms Settings")
	customer = _make("Customer", customer_name="Portal Nordlicht")
	users = {name: _user(name) for name in ("anna", "bert", "stranger")}
	for name in ("anna", "bert"):
		customer.append("portal_users", {"user": users[name]})
		contact = frappe.get_doc("Contact", {"user": users[name]})
		contact.append("links", {"link_doctype": "Customer", "link_name": customer.name})
		contact.save()
	customer.save()
	issues = {}
	for level in LEVELS:
		for raiser in ("anna", "bert"):
			issue = _make(
				"Issue",
				subject=f"Portal {level} of {raiser}",
				customer=customer.name,
				raised_by=users[raiser],
				via_customer_portal=1,
			)
			issue.db_set("confidentiality_level", level)
			issues[level, raiser] = issue.name
	frappe.db.commit()
	yield frappe._dict(users=users, issues=issues)
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in issues.values():
		for interaction in frappe.get_all("Client Interaction", {"reference_name": name}, pluck="name"):
			frappe.delete_doc("Client Interaction", interaction, force=True, ignore_permissions=True)
		for message in frappe.get_all("Communication", {"reference_name": name}, pluck="name"):
			frappe.delete_doc("Communication", message, force=True, ignore_permissions=True)
		frappe.delete_doc("Issue", name, force=True, ignore_permissions=True)
	customer.reload()
	customer.portal_users = []
	customer.save()
	for user in users.values():
		frappe.delete_doc("User", user, force=True, ignore_permissions=True)
		for contact in frappe.get_all("Contact", {"email_id": user}, pluck="name"):
			frappe.delete_doc("Contact", contact, force=True, ignore_permissions=True)
	frappe.delete_doc("Customer", customer.name, force=True, ignore_permissions=True)
	settings.db_set("govern_issues", before)
	frappe.db.commit()


def _make(doctype, **fields):
	return frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)


def _user(name):
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": f"{name}.portal@client.example",
			"first_name": name,
			"send_welcome_email": 0,
			"roles": [{"role": "Customer"}],
		}
	)
	user.flags.no_welcome_mail = True
	return user.insert(ignore_permissions=True).name


@pytest.fixture(params=["anna", "bert", "stranger"])
def visit(request, portal, answering_portal):
	with Visitor(portal.users[request.param]) as visitor:
		yield request.param, visitor, portal.issues


def expected(who: str, level: str | None, raiser: str) -> bool:
	if who == "stranger":
		return False
	return who == raiser or level in (None, "Standard")


def seen(text: str, issues: dict) -> set:
	return {key for key, name in issues.items() if name in text}


WAYS = {
	"list": lambda visitor: visitor.call("frappe.www.list.get", doctype="Issue", limit=50),
	"data": lambda visitor: visitor.call("frappe.www.list.get_list_data", doctype="Issue", limit=50),
	"data of the web form": lambda visitor: visitor.call(
		"frappe.www.list.get_list_data", doctype="Issue", limit=50, web_form_name="issues"
	),
	"with a filter on the name": lambda visitor: visitor.call(
		"frappe.www.list.get_list_data", doctype="Issue", limit=50, name='["like", "%"]'
	),
	"page of the DocType": lambda visitor: visitor.get("/Issue"),
	"page of the list": lambda visitor: visitor.get(f"/{compat.portal_list()}", doctype="Issue"),
}
if compat.is_version_16():
	del WAYS["list"]  # a method that it does not have


@pytest.mark.parametrize("way", WAYS)
def test_lists(visit, way):
	who, visitor, issues = visit
	answer = WAYS[way](visitor)
	assert seen(answer.text, issues) == {key for key in issues if expected(who, *key)}


def test_one_by_its_name_in_a_list(visit):
	who, visitor, issues = visit
	for key, name in issues.items():
		found = visitor.call("frappe.www.list.get_list_data", doctype="Issue", name=name).message
		assert bool(found) == expected(who, *key)


def test_the_web_form(visit, monkeypatch):
	# Options of link fields, which version 16 cannot put into an answer.
	monkeypatch.setattr(web_form, "get_link_options", lambda *_args, **_kwargs: "")
	who, visitor, issues = visit
	for key, name in issues.items():
		answer = visitor.call(
			"frappe.website.doctype.web_form.web_form.get_form_data",
			doctype="Issue",
			docname=name,
			web_form_name="issues",
		)
		assert answer.ok == expected(who, *key)


def test_what_no_portal_user_reaches(visit, portal):
	_who, visitor, issues = visit
	hidden = issues["Sensitive", "bert" if visitor.user == portal.users["anna"] else "anna"]
	for answer in (
		visitor.call("frappe.client.get", doctype="Issue", name=hidden),
		visitor.call("frappe.client.get_list", doctype="Issue", fields=["subject"]),
		visitor.call("frappe.client.get_list", doctype="Client Interaction", fields=["subject"]),
		visitor.call("frappe.client.get_list", doctype="Communication", fields=["subject"]),
		visitor.call("frappe.client.get_count", doctype="Client Interaction"),
		visitor.call("frappe.www.list.get", doctype="Client Interaction"),
		visitor.get("/printview", doctype="Issue", name=hidden),
		visitor.get("/Client Interaction"),
		visitor.call("frappe.utils.global_search.search", text="Portal"),
	):
		assert not answer.message
		assert hidden not in answer.text.replace(f'"{hidden}"', "") or not answer.ok


def test_a_refusal_tells_no_client_of_the_level(portal):
	"""Names of records can be guessed."""
	name, raiser = portal.issues["Sensitive", "anna"], portal.users["anna"]
	message = frappe.db.get_value("Communication", {"reference_name": name})
	for user in (portal.users["stranger"], "Guest"):
		with Visitor(user) as visitor:
			for answer in (
				visitor.call("frappe.desk.form.load.get_docinfo", doctype="Issue", name=name),
				visitor.get(f"/api/resource/Communication/{message}"),
				visitor.call("frappe.desk.like.toggle_like", doctype="Issue", name=name, add="Yes"),
				visitor.call(
					"frappe.email.relink", name=message, reference_doctype="Issue", reference_name=name
				),
				visitor.call(
					"frappe.templates.includes.comments.comments.add_comment",
					reference_doctype="Issue",
					reference_name=name,
					comment="Hello",
					comment_email=raiser,
					comment_by="Anna",
					route="",
				),
			):
				assert answer.status == 403
				assert "Sensitive" not in answer.text and "Customer Support" not in answer.text


def test_a_client_is_not_told_which_addresses_are_ours(portal, make_user, as_user, monkeypatch):
	"""What the gate would decide tells of each address whether it belongs to staff, or to which third party."""
	monkeypatch.setitem(frappe.local.flags, "in_test", False)  # in tests, version 15 does not ask for roles
	colleague = make_user("Frontline Staff")
	with as_user(portal.users["anna"]), pytest.raises(frappe.PermissionError):
		api.check_outgoing(recipients=[colleague])
	with as_user(colleague):
		(found,) = api.check_outgoing(recipients=[colleague])["recipients"]
	assert found["kind"] == "Staff"


@pytest.mark.parametrize("role", ["Frontline Staff", None])
def test_a_desk_user_opens_there_what_the_rule_allows(role, portal, make_user):
	"""ERPNext shows desk users every Issue of the customers that they can read."""
	user = make_user("Sales User", "Support Team", *([role] if role else []))
	frappe.db.commit()
	with Visitor(user) as visitor:
		opened = {
			level
			for (level, _raiser), name in portal.issues.items()
			if visitor.get("/order", doctype="Issue", name=name).ok
		}
	assert opened == ({None, "Standard"} if role else {None})
