"""What a client with a login, or a colleague, can store runs in no other browser (D-5, P-2); in one, tests/desk."""

import json
from email.message import EmailMessage

import frappe
import pytest
from frappe.desk.form.load import getdoc
from frappe.email.receive import InboundMail

from client_comms.patches.v1_0 import quote_addresses

pytestmark = pytest.mark.clause("D-5", "P-2")

RUN = "window.top.ran=1"
BLOCK = "Custom HTML Block"


@pytest.fixture
def block(make_user, request_as):
	"""A block that its owner, a user of the desk, calls public."""
	owner = make_user("Projects User")
	values = {"doctype": BLOCK, "__newname": "Our News", "html": "<p>x</p>", "script": RUN, "private": 0}
	name = request_as(owner, "frappe.client.insert", doc=values)["name"]
	return frappe._dict(name=name, owner=owner)


def opened(user, as_user, name):
	frappe.local.response = frappe._dict(docs=[])
	with as_user(user):
		getdoc(BLOCK, name)
	return frappe.response.docs[0]


def test_a_block_is_its_owners(block, as_user, make_user):
	assert opened(block.owner, as_user, block.name).script == RUN
	for reader in ("Administrator", make_user("Projects User"), make_user("Workspace Manager")):
		shown = opened(reader, as_user, block.name)
		assert RUN not in frappe.as_json(shown.as_dict())
	assert frappe.db.get_value(BLOCK, block.name, ["script", "private"]) == (RUN, 1)


def test_a_block_of_another_user_is_not_changed(block, as_user, make_user):
	for user in (make_user("Workspace Manager"), make_user("System Manager")):
		doc = frappe.get_doc(BLOCK, block.name)
		doc.update({"private": 0, "owner": user})
		with as_user(user), pytest.raises(frappe.PermissionError):
			doc.save()


def test_a_user_of_the_desk_calls_no_block_anothers(block, as_user):
	doc = frappe.get_doc(BLOCK, block.name)
	doc.owner = "Administrator"
	with as_user(block.owner):
		doc.save(ignore_permissions=True)  # Frappe refuses it, unless the block is shared with its owner
	assert frappe.db.get_value(BLOCK, block.name, "owner") == block.owner


def test_public_blocks_are_those_of_workspace_managers(as_user, make_user):
	manager, other = make_user("Workspace Manager"), make_user("Projects User")
	values = {"doctype": BLOCK, "__newname": "All News", "html": "<p>x</p>", "script": RUN, "private": 0}
	with as_user(manager):
		made = frappe.get_doc(values).insert()
	assert opened(other, as_user, made.name).script == RUN
	frappe.db.set_value(BLOCK, made.name, "owner", other)  # who has lost the role meanwhile
	with as_user(other), pytest.raises(frappe.PermissionError):
		frappe.get_doc(BLOCK, made.name).save()


@pytest.mark.parametrize(
	"image", [f"/files/x\"'><img src=x onerror={RUN}>", f"/files/x' onclick='{RUN}", "<p>x</p>"]
)
def test_the_address_of_a_picture(image, make_user, request_as):
	portal = make_user("Customer", user_type="Website User")
	request_as(
		portal,
		"frappe.client.set_value",
		doctype="User",
		name=portal,
		fieldname=json.dumps({"user_image": image}),
	)
	stored = frappe.db.get_value("User", portal, "user_image")
	assert stored and not {*"<>\"'"} & {*stored}


def test_other_addresses_stay(make_user, request_as):
	portal = make_user("Customer", user_type="Website User")
	for image in ("/files/O'Brien (2).png", "https://own.example/a.png?size=2"):
		values = {"doctype": "User", "name": portal, "fieldname": json.dumps({"user_image": image})}
		request_as(portal, "frappe.client.set_value", **values)
		assert frappe.db.get_value("User", portal, "user_image") == image


def test_a_patch_encodes_what_was_stored_before(make_user):
	stored = {
		make_user("Customer", user_type="Website User"): image
		for image in (f"/files/x'><img src=x onerror={RUN}>", "/files/O'Brien (2).png", None)
	}
	for user, image in stored.items():
		frappe.db.set_value("User", user, "user_image", image)
	report = frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": frappe.generate_hash(),
			"ref_doctype": "Note",
			"report_type": "Report Builder",
			"is_standard": "No",
		}
	).insert()
	report.db_set("json", json.dumps({"columns": [{"label": f"<img src=x onerror={RUN}>"}]}))
	quote_addresses.execute()
	quote_addresses.execute()
	assert RUN not in frappe.db.get_value("Report", report.name, "json")
	bad, good, none = (frappe.db.get_value("User", user, "user_image") for user in stored)
	assert bad == f"/files/x%27%3E%3Cimg src=x onerror={RUN}%3E"
	assert (good, none) == ("/files/O'Brien (2).png", None)


@pytest.mark.parametrize("escaped", [False, True])
def test_what_is_saved_of_a_report(escaped, make_user, request_as):
	author = make_user("Support Team")
	columns = json.dumps([{"label": f"Day<br><img src=x onerror={RUN}>", "fieldname": "creation_date"}])
	name = request_as(
		author,
		"frappe.desk.query_report.save_report",
		reference_report="First Response Time for Issues",
		report_name="Answered",
		columns=columns.replace("<", "\\u003c") if escaped else columns,
		filters=json.dumps({"status": ["<", "3"], "x": "1 < 2"}),
	)
	saved = frappe.parse_json(frappe.db.get_value("Report", name, "json"))
	assert saved["columns"][0]["label"].startswith("Day<br>") and RUN not in frappe.as_json(saved)
	assert saved["filters"] == {"status": ["<", "3"], "x": "1 < 2"}


def test_the_script_of_a_report(make_user, request_as):
	"""Frappe lets a Report Manager store one in a report that is said to have none, and includes files of the server in it."""
	manager = make_user("Report Manager", "Support Team")
	script = f"{RUN}; {{% include 'frappe/../../frappe/pyproject.toml' %}}"
	values = {"doctype": "Report", "report_name": "Answered", "ref_doctype": "Issue", "javascript": script}
	values |= {"report_type": "Report Builder", "is_standard": "No", "json": "{}"}
	name = request_as(manager, "frappe.client.insert", doc=values)["name"]
	shown = request_as(manager, "frappe.desk.query_report.get_script", report_name=name)["script"]
	assert RUN not in shown and "dependencies" not in shown


def test_script_managers_change_scripts(as_user, make_user):
	values = {"doctype": "Report", "report_name": "Answered", "ref_doctype": "Issue", "javascript": RUN}
	values |= {"report_type": "Query Report", "is_standard": "No", "query": "select 1"}
	with as_user(make_user("Script Manager", "Report Manager", "System Manager")):
		report = frappe.get_doc(values).insert()
	assert (report.javascript, report.query) == (RUN, "select 1")
	with as_user(make_user("Report Manager")):
		report.update({"report_type": "Report Builder", "json": "{}", "query": "select 2"}).save()
	assert frappe.db.get_value("Report", report.name, ["javascript", "query"]) == (RUN, "select 1")


def test_the_name_of_a_file_in_an_email(outgoing_account):
	"""Which senders from outside choose, and which becomes its address."""
	mail = EmailMessage()
	mail["From"], mail["To"], mail["Subject"] = "ann@outside.example", "service@own.example", "Roof"
	mail.set_content("The roof")
	mail.add_attachment(b"x", "application", "octet-stream", filename=f"<img src=x onerror={RUN}>.bin")
	received = InboundMail(mail.as_bytes(), outgoing_account).process()
	file = frappe.get_last_doc("File", {"attached_to_name": received.name})
	assert file.file_url.endswith(".bin") and not {*"<>"} & {*file.file_url, *file.file_name}


def test_the_address_of_a_file_elsewhere():
	address = f"https://elsewhere.example/<img src=x onerror={RUN}>"
	file = frappe.get_doc({"doctype": "File", "file_url": address, "file_name": "x"}).insert()
	assert file.file_url.startswith("https://elsewhere.example/%3Cimg")
