"""A copy of a user's personal data contains only what its readers can read, and is only for that user (P-2)."""

import json

import frappe
import pytest
from frappe.website.doctype.web_form.web_form import accept

REQUEST = "Personal Data Download Request"
pytestmark = pytest.mark.usefixtures("mailbox")


def ask_for(user):
	"""The content of the file that the web form creates for the session user, and the file."""
	request = accept(web_form="request-data", data=json.dumps({"user": user}))
	file = frappe.get_doc("File", {"attached_to_doctype": REQUEST, "attached_to_name": request.name})
	with_content = frappe.get_doc("File", file.name)
	with_content.flags.ignore_permissions = True
	return json.loads(with_content.get_content()), file


@pytest.fixture
def client(make_user):
	return make_user("Customer", email="anna.copy@client.example", user_type="Website User")


@pytest.fixture
def message(log):
	"""`message(interaction, sender=…)` stores a message of an interaction."""

	def make(interaction, **fields):
		return frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Event",  # neither logged nor checked at the gate
				"sent_or_received": "Received",
				"subject": "Noise",
				"reference_doctype": interaction.doctype,
				"reference_name": interaction.name,
				**fields,
			}
		).insert(ignore_permissions=True)

	return make


def test_a_client_gets_their_own_data_and_no_one_elses(client, make_user, log, message, as_user):
	complaint = log("Feedback/Complaint")
	message(complaint, sender=client, content="my own words")
	message(complaint, sender=client, sent_or_received="Sent", content="words of staff")
	other = make_user("Customer", email="bert.copy@client.example", user_type="Website User")
	with as_user(client):
		data, file = ask_for(client)
		assert file.is_downloadable()
		with pytest.raises(frappe.PermissionError):
			accept(web_form="request-data", data=json.dumps({"user": other}))
		with pytest.raises(frappe.PermissionError):
			accept(web_form="request-to-delete-data", data=json.dumps({"email": other}))
	assert [row["content"] for row in data["Communication"]] == ["my own words"]
	assert data["User"][0]["name"] == client
	assert not [field for rows in data.values() for row in rows for field in row if field.startswith("_")]


def test_staff_get_what_they_may_still_read(make_user, log, message, as_user):
	user = make_user("Customer Support", "Sales User")
	mine, lost = log("Feedback/Complaint", responsible_staff=user), log("Feedback/Complaint")
	for interaction in (mine, lost):
		message(interaction, sender=user, sent_or_received="Sent", content=f"about {interaction.name}")
		with as_user(user):
			comment = frappe.get_doc(
				{
					"doctype": "Comment",
					"comment_type": "Comment",
					"reference_doctype": interaction.doctype,
					"reference_name": interaction.name,
					"content": f"remark on {interaction.name}",
				}
			)
			comment.insert(ignore_permissions=True)
	with as_user(user):
		data, _file = ask_for(user)
	assert [row["content"] for row in data["Communication"]] == [f"about {mine.name}"]
	assert [row["content"] for row in data["Comment"] if "remark" in (row["content"] or "")] == [
		f"remark on {mine.name}"
	]


def test_a_system_manager_asks_for_others_and_reads_no_more_than_they_may(make_user, log, message, as_user):
	agent, manager = make_user("Customer Support"), make_user("System Manager")
	complaint = log("Feedback/Complaint", responsible_staff=agent)
	message(complaint, sender=agent, sent_or_received="Sent", content="confidential")
	with as_user(agent):
		own, file = ask_for(agent)
	with as_user(manager):
		assert not file.is_downloadable()
		assert file.attached_to_name not in frappe.get_list(REQUEST, pluck="name")
		theirs, its_file = ask_for(agent)
		assert its_file.is_downloadable()
		assert its_file.attached_to_name in frappe.get_list(REQUEST, pluck="name")
	assert [row["content"] for row in own["Communication"]] == ["confidential"]
	assert "Communication" not in theirs and theirs["User"]


def test_a_visitor_names_an_account_and_gets_nothing(client, as_user):
	with as_user("Guest"):
		data, file = ask_for(client)
		assert data["User"]
		assert not file.is_downloadable()
	with as_user("Guest"):
		accept(web_form="request-to-delete-data", data=json.dumps({"email": client}))
