"""The whole policy as a file: exported, checked and previewed on the way in, imported whole or not at all (M-1, T-4)."""

import copy
import json

import frappe
import pytest

from client_comms import api
from client_comms.policy_changes import exchange

pytestmark = pytest.mark.clause("M-1", "T-4")

OFFICER, MANAGER = "Compliance Officer", "Client Communications Manager"
MATRIX = "Communication Matrix"


@pytest.fixture
def policy():
	"""The site's policy as a file has it."""
	return json.loads(json.dumps(api.export_policy()))


def changes_of(content):
	found = api.preview_policy(content)
	assert found["ok"], found["problems"]
	return {(each["doctype"], each["name"]): each for each in found["changes"]}


def clearance(policy, level, role):
	rows = policy["documents"]["Confidentiality Level"][level]["clearances"]
	return next(row for row in rows if row["role"] == role)


def test_everything_is_in_the_file(policy):
	documents = policy["documents"]
	assert set(documents) == set(exchange.DOCTYPES)
	assert documents["Confidentiality Level"]["Sensitive"]["need_to_know"] == "Participants"
	assert clearance(policy, "Sensitive", "Customer Support")["can_read"] == 1
	assert documents["Response Calendar"] and documents["Client Comms Settings"]
	assert documents["Client Comms Settings"]["Client Comms Settings"]["escalation_steps"]
	(matrix,) = documents[MATRIX].values()
	assert {row["communication_type"] for row in matrix["rules"]} >= {"Initial Inquiry", "Service Update"}
	assert documents["Communication Template"].keys() and documents["Email Template"]
	assert "own_email_domains" not in frappe.as_json(policy), "what belongs to the site alone stays there"


def test_the_same_policy_changes_nothing(policy):
	found = api.import_policy(json.dumps(policy))
	assert found["ok"] and found["changes"] == []
	assert found["unchanged"] == sum(len(each) for each in policy["documents"].values())


def test_every_change_is_shown_and_nothing_is_written(policy):
	clearance(policy, "Sensitive", "Customer Support")["can_export"] = 1
	policy["documents"]["Communication Type"]["Home Visit"] = {"type_name": "Home Visit", "expects_reply": 1}
	policy["documents"]["Client Comms Settings"]["Client Comms Settings"]["warning_share"] = 60
	found = changes_of(policy)
	assert set(found) == {
		("Confidentiality Level", "Sensitive"),
		("Communication Type", "Home Visit"),
		("Client Comms Settings", "Client Comms Settings"),
	}
	(row,) = found["Confidentiality Level", "Sensitive"]["rows"]
	assert (row["kind"], row["row"], row["field"]) == ("changed", "Customer Support", "Export")
	assert found["Communication Type", "Home Visit"]["new"]
	assert not frappe.db.exists("Communication Type", "Home Visit")
	assert frappe.db.get_single_value("Client Comms Settings", "warning_share") != 60
	assert not frappe.db.get_value(
		"Level Clearance", {"parent": "Sensitive", "role": "Customer Support"}, "can_export"
	)


def test_a_policy_is_imported(policy, make_user, as_user):
	documents = policy["documents"]
	clearance(policy, "Sensitive", "Customer Support")["can_export"] = 1
	documents["Communication Type"]["Home Visit"] = {"type_name": "Home Visit", "expects_reply": 1}
	name, matrix = next(iter(documents[MATRIX].items()))
	matrix["version_label"] = "From a file"
	matrix["rules"].append(
		{
			"communication_type": "Home Visit",
			"confidentiality_level": "Sensitive",
			"respond_within_days": 3,
		}
	)
	matrix["parties"].append(
		{"communication_type": "Home Visit", "party": "Role", "role": "Customer Support"}
	)
	before = frappe.db.count(MATRIX, {"docstatus": 1})
	with as_user(make_user(MANAGER)):
		found = api.import_policy(policy)
	assert found["ok"]
	assert frappe.db.get_value("Communication Type", "Home Visit", "expects_reply") == 1
	assert frappe.db.get_value(
		"Level Clearance", {"parent": "Sensitive", "role": "Customer Support"}, "can_export"
	)
	draft = frappe.get_last_doc(MATRIX, {"version_label": "From a file"})
	assert draft.docstatus == 0 and draft.name != name, "someone else submits it"
	assert frappe.db.count(MATRIX, {"docstatus": 1}) == before


def test_a_changed_text_must_be_approved_again(policy):
	name, template = next(iter(policy["documents"]["Communication Template"].items()))
	text = template["email_template"]
	doc = frappe.get_doc("Communication Template", name)
	frappe.db.set_single_value("Client Comms Settings", "four_eyes_on_templates", 0)
	frappe.clear_document_cache("Client Comms Settings", "Client Comms Settings")
	doc.approve()
	policy["documents"]["Email Template"][text]["subject"] = "Another subject"
	assert ("Email Template", text) in changes_of(policy)
	api.import_policy(policy)
	assert frappe.db.get_value("Email Template", text, "subject") == "Another subject"
	assert frappe.db.get_value("Communication Template", name, "status") == "Draft"


@pytest.mark.parametrize(
	"change, said",
	[
		(lambda d: d["Confidentiality Level"]["Sensitive"].update(colour="red"), "colour"),
		(lambda d: d["Confidentiality Level"]["Sensitive"].update(clearances="all"), "list of rows"),
		(lambda d: d["Confidentiality Level"]["Sensitive"].update(rank=[1]), "single value"),
		(
			lambda d: d["Confidentiality Level"]["Sensitive"]["clearances"].append({"role": "Ghost"}),
			"Ghost does not exist",
		),
		(
			lambda d: d["Confidentiality Level"]["Sensitive"]["clearances"].append({"rolle": "Guest"}),
			"rolle",
		),
		(lambda d: d["Confidentiality Level"]["Sensitive"].update(need_to_know="Anyone"), "Anyone"),
		(lambda d: d["Communication Type"].update({"New": {"expects_reply": 1}}), "Type"),
		(lambda d: next(iter(d[MATRIX].values()))["parties"].clear(), "Parties"),
		(lambda d: next(iter(d["Response Calendar"].values())).update(time_zone="Mars/Olympus"), "Mars"),
	],
)
def test_what_is_wrong_is_said_before_anything_is_written(change, said, policy):
	broken = copy.deepcopy(policy)
	change(broken["documents"])
	# Something right beside it is not written either.
	broken["documents"]["Communication Type"]["Home Visit"] = {"type_name": "Home Visit"}
	found = api.preview_policy(broken)
	assert not found["ok"]
	assert any(said in problem["message"] for problem in found["problems"]), found["problems"]
	with pytest.raises(frappe.ValidationError):
		api.import_policy(broken)
	assert not frappe.db.exists("Communication Type", "Home Visit")


def test_a_refused_value_is_said_as_it_is_in_the_file(policy):
	calendar, fields = next(iter(policy["documents"]["Response Calendar"].items()))
	fields["time_zone"] = "R&D <Mars>"
	(problem,) = api.preview_policy(policy)["problems"]
	assert problem["name"] == calendar and "R&D <Mars>" in problem["message"]
	with pytest.raises(frappe.ValidationError) as refused:
		api.import_policy(policy)
	assert "R&amp;D &lt;Mars&gt;" in str(refused.value)


@pytest.mark.parametrize(
	"content",
	[
		"",
		"no JSON",
		"[]",
		"[" * 10_000,
		{"format": "something else", "documents": {}},
		{"format": exchange.FORMAT, "version": 99, "documents": {}},
		{"format": exchange.FORMAT, "version": 1, "documents": []},
		{"format": exchange.FORMAT, "version": 1, "documents": {"Communication Type": {"A": 1}}},
		{"format": exchange.FORMAT, "version": 1, "documents": {"User": {"Administrator": {"enabled": 0}}}},
	],
)
def test_another_file_is_refused_in_one_sentence(content):
	with pytest.raises(frappe.ValidationError):
		api.preview_policy(content)


def test_only_who_configures_or_audits_exports_and_only_who_configures_imports(policy, make_user, as_user):
	with as_user(make_user("System Manager")):
		for ask in (api.export_policy, lambda: api.preview_policy(policy)):
			with pytest.raises(frappe.PermissionError):
				ask()
	clearance(policy, "Sensitive", "Customer Support")["can_export"] = 1
	with as_user(make_user(OFFICER)):
		assert api.export_policy()["documents"]
		assert "permission" in api.preview_policy(policy)["problems"][0]["message"]
		with pytest.raises(frappe.ValidationError, match="permission"):
			api.import_policy(policy)
