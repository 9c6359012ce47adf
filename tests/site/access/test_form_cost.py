"""How often the form of an interaction queries the database."""

import sys
from pathlib import Path
from unittest import mock

import frappe
import pytest

import client_comms
from client_comms.enforcement import answers, compose
from client_comms.enforcement.methods import form_load

APP = str(Path(client_comms.__file__).parent)
INTERACTION = "Client Interaction"
# The frames through which a wrapped method of Frappe is called.
_WRAPPERS = (
	form_load.getdoc.__name__,
	compose.call_previous.__name__,
	answers.Remembered.load_from_db.__name__,
)


def asked_by_the_app() -> bool:
	"""Whether the app's code makes the query, rather than a wrapped method of Frappe."""
	frame = sys._getframe(2)
	while frame:
		code = frame.f_code
		if code.co_filename.startswith(APP) and code.co_name not in _WRAPPERS:
			return True
		frame = frame.f_back
	return False


def queries_of_the_form(name) -> list[str]:
	"""The app's queries while the form is loaded, as in a separate request. For each list, version 16 asks besides what was shared."""
	asked, real = [], frappe.db.sql

	def sql(query, *args, **kwargs):
		if asked_by_the_app() and "`tabDocShare`" not in str(query):
			asked.append(str(query))
		return real(query, *args, **kwargs)

	frappe.local.response = frappe._dict(docs=[])
	frappe.db.value_cache.clear()
	with mock.patch.object(frappe.local.db, "sql", sql):
		form_load.getdoc(INTERACTION, name)
	assert [doc.name for doc in frappe.response.docs] == [name]
	return asked


@pytest.mark.parametrize(
	("communication_type", "role", "at_most"),
	[("Initial Inquiry", "Frontline Staff", 30), ("Service Update", "Account Manager", 39)],
)
def test_the_form_asks_about_its_record_once(inquiry, make_user, as_user, communication_type, role, at_most):
	user = make_user(role, "Sales User")
	case = inquiry(communication_type, responsible_staff=user)
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Anna",
			"email_ids": [{"email_id": "anna@client.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": case.party}],
		}
	).insert()
	case.db_set("contact", contact.name)
	for number in range(3):
		frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": "Received",
				"subject": f"Question {number}",
				"content": "When?",
				"sender": "anna@client.example",
				"reference_doctype": INTERACTION,
				"reference_name": case.name,
			}
		).insert()
	with as_user(user):
		queries_of_the_form(case.name)  # documents and roles get into Frappe's caches
		asked = queries_of_the_form(case.name)
	assert len(asked) <= at_most, "\n".join(asked)


def test_the_form_asks_no_more_often_for_more_users_who_could_write(
	inquiry, make_user, as_user, set_settings
):
	set_settings(responsible_party_mode="Enforce")
	officer, staff = make_user("Compliance Officer"), make_user("Frontline Staff")
	name = inquiry("Initial Inquiry", responsible_staff=staff).name

	def asked() -> int:
		with as_user(officer):
			queries_of_the_form(name)
			return len(queries_of_the_form(name))

	before = asked()
	made = {make_user("Frontline Staff") for _number in range(4)}
	assert asked() == before
	(shown,) = frappe.response.docs
	people = shown.get_onload("writers")["people"]
	assert made <= {each["user"] for each in people if each["may_be_responsible"]}
