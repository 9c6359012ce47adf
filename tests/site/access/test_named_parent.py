"""A parent that a request names opens nothing: neither other documents than its rows, nor rows by another document of
the name of theirs (P-2)."""

import frappe
import pytest
from frappe.handler import execute_cmd
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms import compat
from client_comms.enforcement import compose
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")
WORDS = "The neighbours complain"
# Method, what it is asked for, and where the DocType of the documents is named.
WAYS = {
	"list": ("frappe.client.get_list", {"doctype": "CRM Note", "fields": '["note"]'}, "parent"),
	"value": ("frappe.client.get_value", {"doctype": "CRM Note", "fieldname": "note"}, "parent"),
	"report view": (
		"frappe.desk.reportview.get",
		{"doctype": "CRM Note", "fields": '["`tabCRM Note`.`note`"]'},
		"parent_doctype",
	),
	"number card": ("frappe.desk.doctype.number_card.number_card.get_result", {}, "doc"),
	"chart": ("frappe.desk.doctype.dashboard_chart.dashboard_chart.get", {}, "chart_name"),
}


def chart(parent) -> str:
	"""A chart of notes by their text, which Administrator has made."""
	fields = {
		"doctype": "Dashboard Chart",
		"chart_name": frappe.generate_hash(),
		"chart_type": "Group By",
		"document_type": "CRM Note",
		"parent_document_type": parent,
		"group_by_type": "Count",
		"group_by_based_on": "note",
		"type": "Bar",
		"filters_json": "[]",
		"is_public": 1,
	}
	return frappe.get_doc(fields).insert().name


@pytest.fixture
def namesakes(held):
	"""A hidden Lead with a note, and a Prospect of the same name."""
	lead = held("Lead", lead_name="Anna", notes=[{"note": WORDS}])
	frappe.get_doc({"doctype": "Prospect", "company_name": lead.name}).insert()
	return lead.name


@pytest.fixture
def ask(as_user):
	"""`ask(user, way, parent, name)`: what a request for the rows of a document answers."""

	def request(user, way, parent, name):
		method, arguments, key = WAYS[way]
		arguments = {**arguments, "filters": frappe.as_json([["CRM Note", "parent", "=", name]]), key: parent}
		if key == "doc":
			card = {"document_type": "CRM Note", "parent_document_type": parent, "function": "Count"}
			arguments[key] = frappe.as_json(card)
		elif key == "chart_name":
			arguments[key] = chart(parent)
		with as_user(user):
			frappe.local.request = Request(
				EnvironBuilder(f"/api/method/{method}", method="POST").get_environ()
			)
			frappe.local.form_dict = frappe._dict(arguments)
			for hook in frappe.get_hooks("before_request", app_name=compose.APP):
				frappe.call(hook)
			return execute_cmd(method)

	return request


@pytest.fixture
def ask_rest(as_user):
	"""`ask_rest(user, parent)`: what a list of the rows contains, with the hooks of its request."""

	def request(user, parent):
		with as_user(user):
			frappe.local.request = Request(EnvironBuilder("/api/v2/document/CRM Note").get_environ())
			frappe.local.form_dict = frappe._dict(parent=parent)
			try:
				for hook in frappe.get_hooks("before_request", app_name=compose.APP):
					frappe.call(hook)
				return frappe.as_json(frappe.get_list("CRM Note", fields=["note"], parent_doctype=parent))
			except frappe.PermissionError:
				return ""

	return request


def is_told(ask, *arguments) -> bool:
	"""Whether the answer contains the note, or counts it."""
	try:
		answer = ask(*arguments)
	except frappe.PermissionError:
		return False
	return answer == 1 or WORDS in frappe.as_json(answer)


@pytest.mark.parametrize("way", WAYS)
def test_a_namesake_does_not_show_the_rows_of_a_hidden_document(way, ask, namesakes, staff):
	assert is_told(ask, "Administrator", way, "Lead", namesakes)
	for parent in ("Lead", "Prospect"):
		assert not is_told(ask, staff.uncleared, way, parent, namesakes)


def test_nor_does_the_rest_api(ask_rest, namesakes, staff):
	assert WORDS in ask_rest("Administrator", "Lead")
	for parent in ("Lead", "Prospect"):
		assert WORDS not in ask_rest(staff.uncleared, parent)


def test_rows_of_one_doctype_are_listed(complaint, staff, as_user):
	with as_user(staff.cleared):
		frappe.local.request = Request(EnvironBuilder("/api/method/frappe.client.get_list").get_environ())
		frappe.local.form_dict = frappe._dict(
			doctype="Interaction Event", parent=complaint.doctype, filters={"parent": complaint.name}
		)
		for hook in frappe.get_hooks("before_request", app_name=compose.APP):
			frappe.call(hook)
		assert execute_cmd("frappe.client.get_list")


def asked_with_parent(path, method="POST", **form):
	"""What is left of a request after its checks."""
	frappe.local.request = Request(EnvironBuilder(path, method=method).get_environ())
	frappe.local.form_dict = frappe._dict(form)
	for hook in frappe.get_hooks("before_request", app_name=compose.APP):
		frappe.call(hook)
	return frappe.local.form_dict


INTERACTIONS = {"doctype": "Client Interaction", "fields": '["subject"]', "parent": "System Settings"}


@pytest.mark.parametrize(
	"path",
	["/api/method/frappe.client.get_list", "/", "/api/resource/User", "/api/resource/Client Interaction"],
)
def test_a_parent_of_other_documents_than_rows_is_ignored(path, complaint, staff, as_user):
	filters = {"name": complaint.name}
	for user, found in ((staff.cleared, 1), (staff.uncleared, 0)):
		with as_user(user):
			method = "GET" if "Interaction" in path else "POST"
			cmd = {} if "Interaction" in path else {"cmd": "frappe.client.get_list"}
			asked_with_parent(path, method, **INTERACTIONS, filters=filters, **cmd)
			assert len(execute_cmd("frappe.client.get_list")) == found


def test_the_parent_in_a_tree_and_a_field_of_that_name_stay(staff, as_user):
	with as_user(staff.cleared):
		tree = {"doctype": "Item Group", "parent": "All Item Groups"}
		assert asked_with_parent("/api/method/frappe.desk.treeview.get_children", **tree).parent
		new = {"parent": "Client Interaction", "role": "Sales User"}
		assert asked_with_parent("/api/resource/Custom DocPerm", **new).parent


@pytest.mark.parametrize("doctype", ["Client Interaction", "Communication"])
def test_a_chart_or_card_of_other_documents_than_rows_of_a_parent(doctype, staff, as_user):
	card = {"document_type": doctype, "parent_document_type": "System Settings", "function": "Count"}
	with as_user(staff.uncleared):
		asked_with_parent(f"/api/method/{WAYS['number card'][0]}", doc=frappe.as_json(card), filters="[]")
		if compat.is_version_16():
			with pytest.raises(ClearanceMissingError):
				execute_cmd(WAYS["number card"][0])
