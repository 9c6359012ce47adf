"""Policies in versions: approved by a second person, read and confirmed, reviewed in time (T-2, T-3, T-4)."""

import re

import frappe
import pytest

from client_comms import api, policy_frames, procedure
from client_comms.client_interactions import daily_digest
from client_comms.enforcement import interactions
from client_comms.exceptions import FourEyesError
from client_comms.people import duties, policies, trainings

pytestmark = pytest.mark.clause("R-1", "T-2", "T-3", "T-4")


@pytest.fixture
def author(make_user):
	return make_user(procedure.COMMUNICATIONS_MANAGER)


@pytest.fixture
def approver(make_user):
	return make_user(procedure.COMPLIANCE_OFFICER)


@pytest.fixture
def agent(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT)


@pytest.fixture
def draft(author, as_user):
	def make(label="1.0", effective_from="2026-11-01", **fields):
		with as_user(author):
			return frappe.get_doc(
				{
					"doctype": "SOP Policy",
					"policy_title": "Use of Messengers",
					"policy_kind": "Other",
					"version_label": label,
					"change_summary": f"Version {label}",
					"effective_from": effective_from,
					"next_review_on": "2027-11-01",
					"policy_owner": author,
					"body": "<p>We write by email.</p><p>We never use private accounts.</p>",
					**fields,
				}
			).insert()

	return make


@pytest.fixture
def approved(draft, approver, as_user):
	def make(*args, **fields):
		doc = draft(*args, **fields)
		with as_user(approver):
			doc = frappe.get_doc(doc.doctype, doc.name)
			doc.submit()
		return doc

	return make


def titles(rows):
	return {row["title"] for row in rows}


def test_a_draft_says_to_its_author_who_approves_it_and_is_a_duty_of_those(
	draft, author, approver, agent, as_user
):
	doc = draft()
	frame = draft("2.0", "2027-01-01", body="<p>Call [Fill in: name of the officer].</p>")
	with as_user(approver):
		doc.reload().onload()
		assert doc.get_onload("who_submits") is None
	with as_user(author):
		doc.reload().onload()
		said = doc.get_onload("who_submits")
	assert "Ask someone else" in said and frappe.utils.get_fullname(approver) in said

	def owes(user):
		with as_user(user):
			return [each["route"][2] for each in duties.of_user(user) if each["what"] == "Policy to Approve"]

	assert policy_frames.GAP.search(frame.body)
	assert doc.name in owes(approver) and frame.name not in owes(approver)
	assert doc.name not in owes(author) and owes(agent) == []
	with as_user(approver):
		frappe.get_doc(doc.doctype, doc.name).submit()
	assert doc.name not in owes(approver)


def test_no_one_approves_what_they_wrote(draft, author, approver, as_user):
	doc = draft()
	with as_user(author), pytest.raises(FourEyesError, match="You wrote or changed") as refusal:
		frappe.get_doc(doc.doctype, doc.name).submit()
	others = frappe.utils.strip_html(str(refusal.value)).partition("These users can: ")[2]
	assert frappe.db.get_value("User", approver, "full_name") in others
	with as_user(approver):
		doc = frappe.get_doc(doc.doctype, doc.name)
		doc.submit()
	assert (doc.approved_by, str(doc.approved_on)) == (approver, frappe.utils.nowdate())


def test_who_writes_alone_is_told_which_roles_approve(draft, author, as_user):
	doc = draft()
	with as_user(author), pytest.raises(FourEyesError) as refusal:
		frappe.get_doc(doc.doctype, doc.name).submit()
	told = frappe.utils.strip_html(str(refusal.value))
	assert "No other user can yet. Give a colleague one of these roles: " in told
	assert "Compliance Officer" in told


def test_naming_another_author_does_not_help(draft, author, approver, as_user):
	"""Users who wrote or changed it do not approve it, before or while submitting it, and whatever author is named."""
	doc = draft(author=approver)
	with as_user(author), pytest.raises(FourEyesError):
		frappe.get_doc(doc.doctype, doc.name).submit()
	doc = draft("1.1")
	for save_first in (False, True):
		with as_user(approver), pytest.raises(FourEyesError):
			doc = frappe.get_doc(doc.doctype, doc.name)
			doc.body = f"<p>As I like it, {save_first}.</p>"
			if save_first:
				doc.save()
			doc.submit()


def test_the_shipped_frames_are_drafts_that_cannot_be_approved_as_they_are(approver, as_user):
	shipped = frappe.get_all("SOP Policy", ["name", "policy_title", "docstatus"])
	assert {row.policy_title for row in shipped} >= {row["policy_title"] for row in policy_frames.POLICIES}
	assert {row.policy_kind for row in policy_frames_rows()} == {
		"Procedure",
		"Client Confidentiality",
		"Email and Communication",
		"Data Retention and Privacy",
	}
	with as_user(approver):
		for row in shipped:
			assert row.docstatus == 0
			with pytest.raises(frappe.ValidationError, match="Fill in"):
				frappe.get_doc("SOP Policy", row.name).submit()


@pytest.mark.parametrize(
	"gap",
	[
		"[Fill in: name]",
		"[ fill in ]",
		"[Bitte ausfüllen: Ort]",
		"[À compléter : lieu]",
		"[a compléter: qui]",
	],
)
def test_a_gap_in_any_language_prevents_approval(draft, approver, as_user, gap):
	doc = draft(body=f"<p>Ask <b>{gap}</b> first.</p>")
	with as_user(approver), pytest.raises(frappe.ValidationError, match="The text still contains"):
		frappe.get_doc(doc.doctype, doc.name).submit()


def test_all_gaps_are_named_at_once(draft, approver, as_user):
	doc = draft(body="<p>[Fill in: name], [Fill in: place] and [Fill in: name]</p>")
	with as_user(approver), pytest.raises(frappe.ValidationError) as refusal:
		frappe.get_doc(doc.doctype, doc.name).submit()
	assert "[Fill in: name], [Fill in: place]<" in str(refusal.value)


def test_other_brackets_do_not(approved):
	assert approved(body="<p>Fill in the form [see annex A] on the first day.</p>").docstatus == 1


def test_a_version_is_announced_once_it_is_in_force_to_those_who_owe_it(
	approved, author, agent, make_user, as_user, clock_at
):
	"""On its first day, in each reader's language, and not again."""
	reader = make_user(procedure.ACCOUNT_MANAGER)
	frappe.db.set_value("User", reader, "language", "de")
	outsider = make_user("Sales User")
	first = approved("1.0", "2026-11-01", roles=[{"role": procedure.ACCOUNT_MANAGER}])
	second = approved("2.0", "2026-12-01")
	silent = approved("1.0", "2026-11-01", policy_title="Clean Desk", attestation_required=0)

	def told(moment):
		with clock_at(moment):
			before = set(frappe.get_all("Notification Log", pluck="name"))
			policies.announce()
			rows = frappe.get_all(
				"Notification Log",
				{"name": ("not in", [*before, ""]), "document_type": "SOP Policy"},
				["for_user", "document_name", "subject"],
			)
		return {(row.for_user, row.document_name): row.subject for row in rows}

	assert told("2026-10-31 06:00") == {}
	announced = told("2026-11-02 06:00")  # the scheduler was off on the first of November
	assert announced[reader, first.name].startswith("Bitte lesen Sie")
	assert (agent, first.name) not in announced and (author, first.name) not in announced
	assert told("2026-11-02 07:00") == {}
	with clock_at("2026-12-01 05:00"), as_user(agent):
		api.attest_policy(second.name)
	announced = told("2026-12-01 06:00")
	assert announced[author, second.name] == "Please read Use of Messengers, version 2.0, and confirm it"
	assert (reader, second.name) in announced
	assert (agent, second.name) not in announced, "it is confirmed"
	assert not {(outsider, second.name), (reader, silent.name)} & announced.keys()
	assert told("2026-12-02 06:00") == {}


def test_a_version_that_cannot_be_announced_does_not_stop_the_others(approved, agent, clock_at, monkeypatch):
	first = approved("1.0", "2026-11-01").name
	second = approved("1.0", "2026-11-02", policy_title="Clean Desk").name
	owing = policies.readers_owing

	def owing_or_fail(name):
		if name == first:
			raise frappe.ValidationError("A policy needs a colour")
		return owing(name)

	with monkeypatch.context() as failing, clock_at("2026-11-03 06:00"):
		failing.setattr(policies, "readers_owing", owing_or_fail)
		policies.announce()
	assert frappe.db.exists("Notification Log", {"document_name": second, "for_user": agent})
	assert not frappe.db.get_value("SOP Policy", first, "announced_on")
	with clock_at("2026-11-04 06:00"):
		policies.announce()
	assert frappe.db.exists("Notification Log", {"document_name": first, "for_user": agent})


def test_two_jobs_that_begin_at_once_announce_a_version_once(approved, agent, clock_at, monkeypatch):
	name = approved("1.0", "2026-11-01").name
	with clock_at("2026-11-03 06:00"):
		seen_by_both = policies.in_force()
		monkeypatch.setattr(policies, "in_force", lambda: seen_by_both)
		policies.announce()
		policies.announce()
	assert frappe.db.count("Notification Log", {"document_name": name, "for_user": agent}) == 1


def policy_frames_rows():
	return [frappe._dict(row) for row in policy_frames.POLICIES]


def test_the_version_in_force_is_the_latest_that_has_taken_effect(approved, clock_at):
	first = approved("1.0", "2026-11-01")
	second = approved("2.0", "2026-12-01")
	for day, expected in (("2026-11-20", first), ("2026-12-01", second)):
		with clock_at(f"{day} 10:00"):
			assert expected.name in {row.name for row in policies.in_force()}
	with clock_at("2026-10-31 10:00"):
		assert not {first.name, second.name} & {row.name for row in policies.in_force()}


def test_two_versions_cannot_take_effect_on_one_day(approved, draft, approver, as_user):
	approved("1.0")
	doc = draft("1.1")
	with as_user(approver), pytest.raises(frappe.ValidationError, match="already takes effect on that day"):
		frappe.get_doc(doc.doctype, doc.name).submit()


def test_reading_is_confirmed_once_for_each_version(approved, agent, as_user):
	first = approved("1.0", frappe.utils.add_days(frappe.utils.nowdate(), -10))
	with as_user(agent):
		assert "Use of Messengers" in titles(api.policies_to_read())
		frappe.local.request_ip = "203.0.113.7"
		name = api.attest_policy(first.name)
		assert api.attest_policy(first.name) == name
		assert "Use of Messengers" not in titles(api.policies_to_read())
	attestation = frappe.get_doc("Policy Attestation", name)
	assert (attestation.user, attestation.version_label) == (agent, "1.0")
	assert attestation.ip_address == "203.0.113.7" and attestation.attested_on
	second = approved("2.0", frappe.utils.nowdate())
	with as_user(agent):
		assert second.name in {row["name"] for row in api.policies_to_read()}
		with pytest.raises(frappe.ValidationError, match="not in force"):
			with_nothing_confirmed(first)


def with_nothing_confirmed(policy):
	frappe.db.delete("Policy Attestation", {"policy": policy.name})
	api.attest_policy(policy.name)


def test_a_confirmation_is_no_one_elses_to_make_or_change(approved, agent, as_user):
	doc = approved("1.0", frappe.utils.nowdate())
	with as_user(agent):
		name = api.attest_policy(doc.name)
	attestation = frappe.get_doc("Policy Attestation", name)
	attestation.user = "Administrator"
	for act in (attestation.save, attestation.delete):
		with pytest.raises(frappe.ValidationError, match="cannot be edited"):
			act()
	with pytest.raises(frappe.ValidationError, match="cannot be edited"):
		frappe.get_doc(
			{
				"doctype": "Policy Attestation",
				"policy": doc.name,
				"user": agent,
				"attested_on": frappe.utils.now(),
			}
		).insert()


def test_policies_are_for_the_roles_they_name(approved, agent, make_user, as_user):
	approved("1.0", frappe.utils.nowdate(), roles=[{"role": procedure.ACCOUNT_MANAGER}])
	manager, outsider = make_user(procedure.ACCOUNT_MANAGER), make_user("Sales User")
	assert "Use of Messengers" in {row.policy_title for row in policies.to_read(manager)}
	assert "Use of Messengers" not in {row.policy_title for row in policies.to_read(agent)}
	assert policies.to_read(outsider) == []


def test_a_role_beyond_the_procedure_reads_what_names_it(approved, make_user):
	outsider, agent = make_user("Sales User"), make_user(procedure.CUSTOMER_SUPPORT)
	name = approved("1.0", frappe.utils.nowdate(), roles=[{"role": "Sales User"}]).name
	owing = policies.readers_owing(name)
	for user in (outsider, agent):
		assert (name in {row.name for row in policies.to_read(user)}) == (user in owing)
	assert outsider in owing


def test_forms_show_the_policies_of_their_type(approved, agent, as_user):
	approved(
		"1.0",
		frappe.utils.nowdate(),
		communication_types=[{"communication_type": procedure.FEEDBACK}],
	)
	with as_user(agent):
		assert "Use of Messengers" in titles(api.policies_in_force(procedure.FEEDBACK))
		assert "Use of Messengers" not in titles(api.policies_in_force(procedure.SERVICE_UPDATE))


def test_the_difference_of_two_versions(approved, agent, as_user):
	first = approved("1.0", "2026-11-01")
	second = approved(
		"2.0",
		"2026-11-10",
		body="<p>We write by email.</p><p>We use approved accounts only.</p><h3>New</h3><p>Text.</p>",
	)
	with as_user(agent):
		rows = api.policy_difference(first.name, second.name)
		history = api.policy_history("Use of Messengers")
	assert [row["kind"] for row in rows] == ["same", "changed", "added", "added"]
	assert [row["right"][0]["text"] for row in rows[2:]] == ["New", "Text."]
	changed = {
		side: [part["text"] for part in rows[1][side] if part["changed"]] for side in ("left", "right")
	}
	assert "never" in "".join(changed["left"]) and "approved" in "".join(changed["right"])
	assert "".join(part["text"] for part in rows[1]["left"]) == "We never use private accounts."
	assert "".join(part["text"] for part in rows[1]["right"]) == "We use approved accounts only."
	assert [row.version_label for row in history] == ["1.0", "2.0"]


def test_the_revision_history_prints_version_date_description_and_approver(
	approved, approver, agent, as_user
):
	approved("1.0", "2026-11-01", change_summary="The first version")
	second = approved("2.0", "2026-11-10", change_summary="No private accounts")
	with as_user(agent):
		html = frappe.get_print("SOP Policy", second.name, "Policy Revision History", no_letterhead=1)
	rows = re.findall(r"<tr.*?</tr>", html[html.index("<tbody>") :], re.DOTALL)
	assert len(rows) == 2
	name = frappe.utils.get_fullname(approver)
	for row, expected in zip(
		rows, (("1.0", "The first version"), ("2.0", "No private accounts")), strict=True
	):
		assert all(text in row for text in (*expected, name))
	assert frappe.format("2026-11-01", "Date") in rows[0]


def test_the_review_of_the_matrix_is_reminded_of(make_user, clock_at):
	officer = make_user(procedure.COMPLIANCE_OFFICER)
	matrix = frappe.get_last_doc("Communication Matrix", {"docstatus": 1})
	matrix.db_set("next_review_on", "2027-11-01")

	def told(day):
		with clock_at(f"{day} 06:00"):
			before = set(frappe.get_all("Notification Log", pluck="name"))
			policies.remind()
			new = {"document_name": matrix.name, "name": ("not in", [*before, ""]), "for_user": officer}
			return frappe.db.count("Notification Log", new)

	assert [told(day) for day in ("2027-09-01", "2027-10-02", "2027-10-03", "2027-11-01")] == [0, 1, 0, 1]
	assert [told(day) for day in ("2027-11-02", "2027-11-08")] == [0, 1]


@pytest.mark.parametrize("company", ["", None])
def test_a_replaced_matrix_is_not_reviewed(make_user, clock_at, company):
	"""A version for all companies names none: the shipped one stores an empty text, one of the form nothing."""
	officer = make_user(procedure.COMPLIANCE_OFFICER)
	former = frappe.get_last_doc("Communication Matrix", {"docstatus": 1})
	former.db_set({"next_review_on": "2027-11-01", "company": ""})
	version = frappe.copy_doc(former)
	version.update({"company": company, "version_label": "Next", "effective_from": "2027-01-01"})
	version.flags.shipped = True
	version.insert().submit()
	version.db_set("next_review_on", "2028-01-01")
	with clock_at("2027-11-01 06:00"):
		policies.remind()
	assert not frappe.db.exists("Notification Log", {"document_name": former.name, "for_user": officer})


def test_owners_are_reminded_and_overdue_reviews_told_to_the_compliance_officer(
	approved, author, approver, clock_at
):
	doc = approved("1.0", "2026-11-01")

	def told(day):
		with clock_at(f"{day} 06:00"):
			before = set(frappe.get_all("Notification Log", pluck="name"))
			policies.remind()
			return sorted(
				frappe.get_all(
					"Notification Log",
					{"document_name": doc.name, "name": ("not in", [*before, ""])},
					pluck="for_user",
				)
			)

	assert told("2027-09-01") == []
	assert told("2027-10-02") == [author]
	assert told("2027-10-02") == []
	assert told("2027-11-01") == [author]
	assert {author, approver} <= set(told("2027-11-08"))


@pytest.mark.parametrize(
	("fields", "message"),
	[
		({"body": "<p> </p>"}, "Enter the text"),
		({"next_review_on": "2026-11-01"}, "next review must be after"),
	],
)
def test_what_makes_no_sense_is_refused(draft, fields, message):
	with pytest.raises(frappe.ValidationError, match=message):
		draft(**fields)


@pytest.mark.clause("R-1", "D-1")
def test_a_role_of_ones_own_that_the_matrix_makes_responsible_is_of_the_procedure(
	make_user, as_user, approved
):
	"""While a version in force names it: its holders read policies, have a digest, check wording and log."""
	role = frappe.get_doc({"doctype": "Role", "role_name": "Test Concierge", "desk_access": 1}).insert().name
	user = make_user(role)
	policy_of_all = approved("1.0", frappe.utils.add_days(frappe.utils.nowdate(), -10)).name

	def concerned():
		with as_user(user):
			try:
				api.check_wording("Dear Anna, …")
			except frappe.PermissionError:
				return False
		assert role in trainings.roles()
		assert user in daily_digest._owing_without()
		return policy_of_all in {row.name for row in policies.to_read(user)} & {
			row.name for row in policies.in_force() if user in policies.readers_owing(row.name)
		}

	def version(**fields):
		doc = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
		doc.update({"docstatus": 0, "change_summary": "Another role", **fields})
		return doc

	assert not concerned()
	first = version(version_label="With", effective_from="2024-07-01")
	first.append("parties", {"communication_type": "Initial Inquiry", "party": "Role", "role": role})
	first.insert()
	assert not concerned(), "a draft"
	first.submit()
	assert concerned()
	assert interactions.decide_new(user).allowed
	later = version(version_label="Without", effective_from="2024-08-01")
	later.parties = [row for row in later.parties if row.role != role]
	later.insert().submit()
	assert not concerned()
	assert not interactions.decide_new(user).allowed, "a version that was replaced"
