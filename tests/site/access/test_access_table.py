"""The shipped clearances, cell by cell, with real users and every way of reading (D-5, P-2, M-1)."""

import json

import frappe
import pytest
import requests
from frappe.desk import reportview
from frappe.handler import execute_cmd
from frappe.permissions import add_permission, update_permission_property

from client_comms.enforcement import interactions, policy

pytestmark = pytest.mark.clause("D-5", "P-2", "M-1")

INTERACTION = "Client Interaction"
PASSWORD = "correct horse battery"
LETTERS = {
	"R": "read",
	"W": "write",
	"P": "print",
	"E": "email",
	"X": "export",
	"S": "share",
	"D": "delete",
}

# Who is responsible for which type; no role for the last one, which stands for "neither".
TYPE_OF_ROLE = {
	"Frontline Staff": "Initial Inquiry",
	"Account Manager": "Service Update",
	"Customer Support": "Feedback/Complaint",
	"Customer Support Manager": "Feedback/Complaint",
}
NOBODYS_TYPE = "Resolution/Closure"

# Level, role, and what is allowed when taking part | with the responsible role only | with neither.
# D is deleting, once the administrator's role permissions give it to everyone.
TABLE = """
Standard     | Frontline Staff               | RWPE    | RWPE    | RWPE
Standard     | Account Manager               | RWPEX   | RWPEX   | RWPEX
Standard     | Customer Support              | RWPE    | RWPE    | RWPE
Standard     | Customer Support Manager      | RWPEXSD | RWPEXSD | RWPEXSD
Standard     | Compliance Officer            | RPX     |         | RPX
Standard     | Client Communications Manager |         |         |
Standard     | System Manager                |         |         |
Confidential | Frontline Staff               |         |         |
Confidential | Account Manager               | RWPE    | RWPE    |
Confidential | Customer Support              | RWPE    | RWPE    |
Confidential | Customer Support Manager      | RWPEXSD | RWPEXSD | RWPEXSD
Confidential | Compliance Officer            | RPX     |         | RPX
Confidential | Client Communications Manager |         |         |
Confidential | System Manager                |         |         |
Sensitive    | Frontline Staff               |         |         |
Sensitive    | Account Manager               |         |         |
Sensitive    | Customer Support              | RWPE    |         |
Sensitive    | Customer Support Manager      | RWPESD  | RWPESD  | RWPESD
Sensitive    | Compliance Officer            | RPX     |         | RPX
Sensitive    | Client Communications Manager |         |         |
Sensitive    | System Manager                |         |         |
"""


def cells():
	for line in TABLE.strip().splitlines():
		level, role, *allowed = (cell.strip() for cell in line.split("|"))
		yield level, role, allowed


@pytest.fixture
def records(log):
	"""(level, role, user, allowed letters) -> the records of that row of the table, with the letters of each."""

	def make(level, role, user, allowed):
		keeper = "Administrator"
		taking_part, by_role, neither = allowed
		expected = {
			log(NOBODYS_TYPE, responsible_staff=user, confidentiality_level=level).name: taking_part,
			log(NOBODYS_TYPE, responsible_staff=keeper, confidentiality_level=level).name: neither,
		}
		if role in TYPE_OF_ROLE:
			name = log(TYPE_OF_ROLE[role], responsible_staff=keeper, confidentiality_level=level).name
			expected[name] = by_role
		return expected

	return make


@pytest.mark.parametrize(("level", "role", "allowed"), cells())
def test_every_cell_and_every_way_of_reading(level, role, allowed, make_user, as_user, records):
	user = make_user(role)
	expected = records(level, role, user, allowed)
	permit_deleting()
	with as_user(user):
		for name, letters in expected.items():
			doc = frappe.get_doc(INTERACTION, name)
			for letter, action in LETTERS.items():
				assert bool(doc.has_permission(action)) == (letter in letters), f"{action} of {name}"
				decision = interactions.decide(policy.stored_record(name), action)
				assert decision.allowed == (letter in letters), f"{action} of {name}: {decision.rule}"
		readable = {name for name, letters in expected.items() if "R" in letters}
		for way_of_reading in WAYS_OF_READING:
			assert way_of_reading(list(expected)) == readable, way_of_reading.__name__


def permit_deleting():
	"""The shipped role permissions give it to no one; the clearances must apply anyway."""
	for role in [*TYPE_OF_ROLE, "Compliance Officer"]:
		add_permission(INTERACTION, role)
		update_permission_property(INTERACTION, role, 0, "delete", 1)


def test_as_shipped_no_one_deletes_an_interaction(make_user, as_user, log):
	name = log().name
	with as_user(make_user(*TYPE_OF_ROLE, "Compliance Officer", "System Manager")):
		assert frappe.has_permission(INTERACTION, "read", name)
		assert not frappe.has_permission(INTERACTION, "delete", name)
		with pytest.raises(frappe.PermissionError):
			frappe.delete_doc(INTERACTION, name)


# Each way of reading: names -> those that it shows to the session user.


def by_get_list(names):
	return allowed_or_nothing(
		lambda: frappe.get_list(INTERACTION, {"name": ("in", names)}, pluck="name", limit=0)
	)


def by_report_view(names):
	fields = ["`tabClient Interaction`.`name`", "`tabClient Interaction`.`subject`"]
	rows = as_the_desk_asks("get", names, fields)
	return {row[0] for row in rows["values"]} if rows else set()


def by_report_view_list(names):
	return {row.name for row in as_the_desk_asks("get_list", names) or ()}


def by_report_view_count(names):
	return {name for name in names if as_the_desk_asks("get_count", [name])}


def by_sidebar_statistics(names):
	filters = json.dumps([[INTERACTION, "name", "in", names]])
	stats = allowed_or_nothing(lambda: reportview.get_stats('["name"]', INTERACTION, filters).items())
	return {value for _column, rows in stats for value, _count in rows}


def by_link_search(names):
	return {name for name in names if allowed_or_nothing(lambda: found_by_link_search(name))}


def by_link_search_without_user_permissions(names):
	return {
		name
		for name in names
		if allowed_or_nothing(lambda: found_by_link_search(name, ignore_user_permissions=1))
	}


def found_by_link_search(name, **options):
	rows = requested("frappe.desk.search.search_link", doctype=INTERACTION, txt=name, **options)
	return [row["value"] for row in rows]


def by_client_list(names):
	rows = allowed_or_nothing(
		lambda: frappe.client.get_list(INTERACTION, ["name"], {"name": ("in", names)}, limit_page_length=0),
		keep=list,
	)
	return {row.name for row in rows}


def by_client_value(names):
	return {
		name
		for name in names
		if allowed_or_nothing(lambda: frappe.client.get_value(INTERACTION, "subject", {"name": name}))
	}


def by_client_count(names):
	return {
		name
		for name in names
		if allowed_or_nothing(
			lambda: {requested("frappe.client.get_count", doctype=INTERACTION, filters={"name": name})} - {0}
		)
	}


def by_client_get(names):
	return {
		name for name in names if allowed_or_nothing(lambda: [frappe.client.get(INTERACTION, name)["name"]])
	}


def by_child_rows(names):
	rows = allowed_or_nothing(
		lambda: frappe.client.get_list(
			"Interaction Event",
			["parent"],
			{"parent": ("in", names)},
			parent=INTERACTION,
			limit_page_length=0,
		),
		keep=list,
	)
	return {row.parent for row in rows}


def by_child_row_itself(names):
	rows = {name: frappe.db.get_value("Interaction Event", {"parent": name}) for name in names}
	return {
		name
		for name, row in rows.items()
		if allowed_or_nothing(
			lambda: [frappe.client.get("Interaction Event", row, parent=INTERACTION)["name"]]
		)
	}


WAYS_OF_READING = (
	by_get_list,
	by_report_view,
	by_report_view_list,
	by_report_view_count,
	by_sidebar_statistics,
	by_link_search,
	by_link_search_without_user_permissions,
	by_client_list,
	by_client_value,
	by_client_count,
	by_client_get,
	by_child_rows,
	by_child_row_itself,
)


def allowed_or_nothing(ask, keep=set):
	"""Treat a refusal like an empty answer."""
	try:
		return keep(ask())
	except frappe.PermissionError:
		return keep()


def as_the_desk_asks(method, names, fields=("name",)):
	"""The result of a report view method for the form that the desk sends; None if it refuses."""
	try:
		return requested(
			f"frappe.desk.reportview.{method}",
			doctype=INTERACTION,
			filters=json.dumps([[INTERACTION, "name", "in", names]]),
			fields=json.dumps(fields),
			start=0,
			page_length=100,
			order_by="`tabClient Interaction`.`name` asc",
		)
	except frappe.PermissionError:
		return None


def requested(command, **form):
	"""Call a whitelisted method as a request does, overrides included."""
	frappe.local.request = frappe._dict(method="GET", path=f"/api/method/{command}")
	frappe.local.form_dict = frappe._dict(cmd=command, **form)
	return execute_cmd(command)


# Over HTTP


@pytest.mark.committed
def test_rest_agrees_with_the_table(http, make_user, records):
	for level in ("Standard", "Confidential", "Sensitive"):
		for role in ("Frontline Staff", "Customer Support", "Compliance Officer", "System Manager"):
			allowed = next(cell for at, whose, cell in cells() if (at, whose) == (level, role))
			user = make_user(role, password=PASSWORD)
			expected = records(level, role, user, allowed)
			frappe.db.commit()
			session = logged_in(http, user)
			readable = {name for name, letters in expected.items() if "R" in letters}

			listed = session.get(
				f"{http}/api/resource/{INTERACTION}",
				params={"filters": json.dumps([["name", "in", list(expected)]]), "limit_page_length": 0},
			)
			assert listed.status_code in (200, 403)
			assert {row["name"] for row in listed.json().get("data", ())} == readable, f"{level}, {role}"
			for name in expected:
				answer = session.get(f"{http}/api/resource/{INTERACTION}/{name}")
				assert answer.status_code == (200 if name in readable else 403), f"{level}, {role}"
				assert ("Solar roof" in answer.text) == (name in readable)
				row = frappe.db.get_value("Interaction Event", {"parent": name})
				answer = session.get(f"{http}/api/resource/Interaction Event/{row}")
				assert answer.status_code == (200 if name in readable else 403), f"{level}, {role}: row"


@pytest.mark.committed
def test_rows_are_changed_over_rest_by_no_one(http, make_user, log):
	manager = make_user("Customer Support Manager", password=PASSWORD)
	doc = log("Feedback/Complaint", action_items=[{"description": "Call back", "assigned_to": manager}])
	frappe.db.commit()
	for user in (manager, make_user("Frontline Staff", password=PASSWORD)):
		session = logged_in(http, user)
		for row in (doc.events[0], doc.action_items[0]):
			url = f"{http}/api/resource/{row.doctype}/{row.name}"
			for answer in (session.put(url, json={"note": "x", "description": "x"}), session.delete(url)):
				assert answer.status_code in (403, 417), f"{user}: {answer.request.method} {row.doctype}"
			created = session.post(
				f"{http}/api/resource/{row.doctype}",
				json={
					"parent": doc.name,
					"parenttype": INTERACTION,
					"parentfield": row.parentfield,
					"event": "Answered",
					"at": "2026-01-01 10:00:00",
					"description": "x",
					"assigned_to": user,
				},
			)
			assert created.status_code in (403, 417), f"{user}: POST {row.doctype}"
	frappe.db.rollback()
	stored = frappe.get_doc(INTERACTION, doc.name)
	assert [row.event for row in stored.events] == [row.event for row in doc.events]
	assert [row.description for row in stored.action_items] == ["Call back"]


def logged_in(http, user):
	session = requests.Session()
	session.post(f"{http}/api/method/login", data={"usr": user, "pwd": PASSWORD}).raise_for_status()
	return session
