"""The whole policy as a file: exported, checked and previewed on the way in, imported whole or not at all (M-1, T-4)."""

import copy
import json

import frappe
import pytest
from frappe.model import no_value_fields

from client_comms import api
from client_comms.policy_changes import comparison, content, exchange

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
	for doctype in ("Complaint Word", "Terminology Rule", "Review Programme", "Consent Purpose"):
		assert documents[doctype], f"the test sees no {doctype}"


def test_everything_of_the_app_is_in_the_file_or_stays_for_a_reason():
	"""A new DocType or setting must be decided on."""
	modules = frappe.get_all("Module Def", {"app_name": "client_comms"}, pluck="name")
	doctypes = frappe.get_all("DocType", {"module": ("in", modules), "istable": 0, "custom": 0}, pluck="name")
	assert set(doctypes) - {"Email Template"} == {*content.DOCTYPES, *content.DOCTYPES_THAT_STAY} - {
		"Email Template"
	}
	assert not set(content.DOCTYPES) & set(content.DOCTYPES_THAT_STAY)
	assert all(content.DOCTYPES_THAT_STAY.values())
	for doctype, stay in content.FIELDS_THAT_STAY.items():
		assert all(stay.values()) and all(map(frappe.get_meta(doctype).get_field, stay))
	for doctype in content.DOCTYPES:
		tables = {df.fieldname for df in frappe.get_meta(doctype).get_table_fields()}
		assert tables & {*content.fields_of(doctype)} <= {*comparison.KEYS}, doctype


# A setting that is added must be put into one of these, so that it is decided on.
NUMBERS_AND_CHOICES = """
	access_request_hours advertising_mode advertising_purpose answers_mode ask_for_rating automatic_reply_acknowledges
	break_glass_hours channel_mode checked_documents close_on_takeover closings confirm_details_months consent_mode
	data_package_days default_calendar default_communication_type digest_at escalation_steps evidence_mode feedback_mode
	feedback_review_period first_reply_answers four_eyes_on_matrix four_eyes_on_templates govern_issues govern_leads
	govern_opportunities identity_attempts identity_mode issue_channel issue_status_follows late_log_hours link_valid_hours
	log_appointments log_calls log_events log_inbound_email log_issues log_leads log_opportunities log_outbound log_sources
	mailbox_silent_minutes manager_role offer_approved_templates_only portal_conversations quiet_from quiet_until
	reading_ease reopen_within_days request_months responsible_party_mode responsible_todo salutations
	send_acknowledgement send_digests sharing_purpose source_rules target_share template_mode unlogged_days
	verification_mode warning_share wording_mode words_per_sentence write_down_mode
""".split()


def test_every_setting_is_in_the_file_or_stays_for_a_reason(policy):
	settings = frappe.get_meta("Client Comms Settings")
	fields = {
		df.fieldname
		for df in settings.fields
		if df.fieldtype in ("Table", "Table MultiSelect") or df.fieldtype not in no_value_fields
	}
	in_file = set(policy["documents"]["Client Comms Settings"]["Client Comms Settings"])
	assert fields == in_file | set(content.FIELDS_THAT_STAY["Client Comms Settings"])
	assert in_file == set(NUMBERS_AND_CHOICES)


OTHER_VALUES = {
	"Off": "Enforce",
	"Warn": "Enforce",
	"Enforce": "Off",
}


def test_every_mode_and_every_rule_is_carried_over(policy):
	"""What a test site has otherwise is shown, and then so on this one."""
	documents = policy["documents"]
	settings = documents["Client Comms Settings"]["Client Comms Settings"]
	modes = [field for field in settings if field.endswith("_mode")]
	for field in modes:
		settings[field] = OTHER_VALUES[settings[field]]
	settings["four_eyes_on_matrix"] = int(not settings["four_eyes_on_matrix"])
	word = next(iter(documents["Complaint Word"].values()))
	word["disabled"] = 1
	documents["Complaint Word"]["anything"] = {"phrase": "outrageous manners", "language": "en"}
	documents["Terminology Rule"]["anything"] = {"avoid": "leverage", "use": "use", "match": "Word Form"}
	programme = next(iter(documents["Review Programme"].values()))
	programme["criteria"][0]["weight"] = 7
	documents["Feedback Category"]["Parking"] = {"category_name": "Parking", "is_group": 1}
	documents["Feedback Category"]["Bicycles"] = {
		"category_name": "Bicycles",
		"parent_feedback_category": "Parking",
	}
	purpose = next(iter(documents["Consent Purpose"].values()))
	purpose["validity_months"] = 5
	documents["Consent Notice"]["anything"] = {
		"purpose": purpose["purpose_name"],
		"language": "en",
		"notice_text": "Another text",
		"current": 1,
	}
	documents["Consent Notice"]["other"] = {
		"purpose": purpose["purpose_name"],
		"notice_text": "In every language",
	}
	documents["Data Category"]["Hobbies"] = {"category_name": "Hobbies"}
	shown = changes_of(policy)
	assert {row["field"] for row in shown["Client Comms Settings", "Client Comms Settings"]["rows"]} == {
		frappe.get_meta("Client Comms Settings").get_label(field) for field in (*modes, "four_eyes_on_matrix")
	}
	assert shown["Complaint Word", "anything"]["new"] and not frappe.db.exists("Feedback Category", "Parking")
	api.import_policy(json.dumps(policy))
	for field in modes:
		assert frappe.db.get_single_value("Client Comms Settings", field) == settings[field], field
	known = frappe.db.get_value("Complaint Word", {"phrase": word["phrase"], "language": word["language"]})
	assert frappe.db.get_value("Complaint Word", known, "disabled")
	assert frappe.db.count("Complaint Word", {"phrase": word["phrase"], "language": word["language"]}) == 1
	rule = frappe.get_doc("Terminology Rule", {"avoid": "leverage"})
	assert rule.use == "use" and not rule.language
	assert (
		frappe.db.get_value("Review Criterion", {"parent": programme["programme_name"], "idx": 1}, "weight")
		== 7
	)
	assert frappe.db.get_value("Feedback Category", "Bicycles", "parent_feedback_category") == "Parking"
	assert frappe.db.get_value("Consent Purpose", purpose["purpose_name"], "validity_months") == 5
	assert frappe.db.get_value("Consent Notice", {"notice_text": "Another text"}, "current")
	assert not frappe.db.get_value("Consent Notice", {"notice_text": "In every language"}, "language")
	assert not api.preview_policy(json.loads(json.dumps(api.export_policy())))["changes"]


def test_a_word_list_of_another_site_is_recognised_by_its_words(policy):
	"""Each site makes names of its own for words and terms."""
	for name in frappe.get_all("Complaint Word", pluck="name"):
		word = frappe.get_doc("Complaint Word", name).as_dict()
		frappe.delete_doc("Complaint Word", name)
		frappe.get_doc({**word, "name": None, "creation": None}).insert()
	found = api.preview_policy(policy)
	assert found["ok"] and not found["changes"] and not found["only_here"]


def test_what_only_this_site_has_and_what_the_file_leaves_out_is_said(policy):
	frappe.get_doc({"doctype": "Complaint Word", "phrase": "only here", "language": "en"}).insert()
	found = api.preview_policy(policy)
	assert found["only_here"] == [{"doctype": "Complaint Word", "name": "only here · en"}]
	assert found["left_out"] == []
	del policy["documents"]["Review Programme"]
	del policy["documents"]["Client Comms Settings"]["Client Comms Settings"]["write_down_mode"]
	assert api.preview_policy(policy)["left_out"] == [
		"Review Programme",
		"Passing On Content of More Confidential Records",
	]


# What the file had of the settings before it was made whole.
OF_VERSION_1 = """
	default_calendar manager_role evidence_mode responsible_party_mode default_communication_type source_rules
	first_reply_answers automatic_reply_acknowledges warning_share target_share quiet_from quiet_until escalation_steps
	consent_mode identity_mode channel_mode template_mode wording_mode advertising_mode checked_documents
""".split()
DOCTYPES_OF_VERSION_1 = (
	"Communication Type",
	"Documentation Method",
	"Communication Channel",
	"Confidentiality Level",
	"Response Calendar",
	"Email Template",
	"Communication Template",
	"Client Comms Settings",
	MATRIX,
)


def test_a_file_of_the_earlier_version_is_imported(policy):
	settings = policy["documents"]["Client Comms Settings"]["Client Comms Settings"]
	old = {
		"format": exchange.FORMAT,
		"version": 1,
		"documents": {
			**{doctype: policy["documents"][doctype] for doctype in DOCTYPES_OF_VERSION_1},
			"Client Comms Settings": {
				"Client Comms Settings": {field: settings[field] for field in OF_VERSION_1}
			},
		},
	}
	old["documents"]["Client Comms Settings"]["Client Comms Settings"]["wording_mode"] = "Enforce"
	found = api.import_policy(json.dumps(old))
	assert [each["name"] for each in found["changes"]] == ["Client Comms Settings"]
	assert frappe.db.get_single_value("Client Comms Settings", "wording_mode") == "Enforce"
	assert "Terminology Rule" in found["left_out"]
	assert "Verify Client Data Before Entry" in found["left_out"]


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
