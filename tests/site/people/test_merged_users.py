"""Two logins of one person are merged (F-2, T-1, T-3)."""

from unittest import mock

import frappe
import pytest
from frappe.model.rename_doc import update_document_title

from client_comms import procedure
from client_comms.exceptions import LegalHoldError
from client_comms.people import merged_users, trainings

pytestmark = pytest.mark.clause("F-2", "T-1", "T-3")

POLICY = "Policy Attestation"
SHARE, DIGEST = merged_users.SETTINGS


@pytest.fixture
def course(site):
	frappe.db.delete(trainings.ASSIGNMENT)
	return frappe.get_doc(
		{
			"doctype": "SOP Training",
			"training_name": "Course for Account Managers",
			"valid_months": 12,
			"roles": [{"role": procedure.ACCOUNT_MANAGER}],
			"description": "<p>Read this.</p>",
		}
	).insert()


@pytest.fixture
def logins(course, make_user):
	"""(the login that goes, the one that stays)"""
	return make_user(procedure.ACCOUNT_MANAGER), make_user(procedure.ACCOUNT_MANAGER)


def stored(doctype, **fields):
	doc = frappe.get_doc({"doctype": doctype, **fields})
	doc.flags.attesting = True
	doc.flags.ignore_links = True
	return doc.insert(ignore_permissions=True)


def confirmed(user, day, policy="POL-1"):
	return stored(POLICY, policy=policy, user=user, attested_on=f"{day} 09:00:00")


def merge(old, new):
	return frappe.rename_doc("User", old, new, merge=True)


def rows(doctype, user, *fields):
	return frappe.get_all(doctype, {"user": user}, list(fields), order_by="name asc", as_list=True)


@pytest.mark.parametrize("earlier", ["of the login that goes", "of the login that stays"])
def test_the_earlier_confirmation_of_a_policy_stays(earlier, logins):
	old, new = logins
	days = ["2026-03-01", "2026-05-01"]
	mine, theirs = days if earlier == "of the login that goes" else reversed(days)
	of = {mine: confirmed(old, mine), theirs: confirmed(new, theirs)}
	confirmed(old, "2026-06-01", policy="POL-2")
	merge(old, new)
	found = rows(POLICY, new, "policy", "attested_on")
	assert sorted((policy, str(at)[:10]) for policy, at in found) == [
		("POL-1", days[0]),
		("POL-2", "2026-06-01"),
	]
	assert not frappe.db.exists("User", old)
	entry = frappe.get_doc("Compliance Ledger Entry", {"reference_name": of[days[1]].name})
	said = frappe.parse_json(entry.changes)
	assert entry.action == "Merged" and said["user"] == [of[days[1]].user, of[days[0]].user]
	assert [day[:10] for day in said["attested_on"]] == days[::-1]


def test_a_training_is_owed_since_the_first_day_and_is_not_asked_for_twice(course, logins):
	old, new = logins
	one, other = ({"user": user, "training": course.name} for user in logins)
	frappe.db.set_value(
		trainings.ASSIGNMENT, one, {"owed_since": "2026-03-01", "last_reminded_on": "2026-03-20"}
	)
	frappe.db.set_value(
		trainings.ASSIGNMENT, other, {"owed_since": "2026-05-01", "last_reminded_on": "2026-05-20"}
	)
	trainings.complete(old, course.name)
	merge(old, new)
	owed = dict(
		(training, (str(since), str(reminded)))
		for training, since, reminded in rows(
			trainings.ASSIGNMENT, new, "training", "owed_since", "last_reminded_on"
		)
	)
	assert owed[course.name] == ("2026-03-01", "2026-05-20")
	assert trainings.states_of(new)[course.name].counts


def test_trainings_follow_the_roles_of_the_login_that_stays(course, make_user):
	old, new = make_user(procedure.ACCOUNT_MANAGER), make_user(procedure.CUSTOMER_SUPPORT)
	merge(old, new)
	assert course.name not in {training for (training,) in rows(trainings.ASSIGNMENT, new, "training")}


def test_the_login_that_stays_keeps_what_was_set_for_it(logins):
	old, new = logins
	for user, weight, day in ((old, 50, "2026-11-20"), (new, 80, "2026-11-19")):
		stored(SHARE, user=user, weight=weight)
		digest = frappe.db.get_value(DIGEST, {"user": user}) or stored(DIGEST, user=user).name
		frappe.db.set_value(DIGEST, digest, {"sent_on": day, "team_items": int(user == new)})
	merge(old, new)
	assert [weight for (weight,) in rows(SHARE, new, "weight")] == [80]
	((team_items, sent_on),) = rows(DIGEST, new, "team_items", "sent_on")
	assert team_items and str(sent_on) == "2026-11-20"


def test_what_one_login_alone_had_goes_along(logins):
	old, new = logins
	stored(SHARE, user=old, weight=50)
	frappe.db.delete(DIGEST, {"user": ("in", logins)})
	stored(DIGEST, user=old)
	merge(old, new)
	assert len(rows(SHARE, new, "name")) == len(rows(DIGEST, new, "name")) == 1


def test_what_a_hold_covers_is_not_merged(logins):
	old, new = logins
	confirmed(old, "2026-03-01")
	held = confirmed(new, "2026-05-01")
	stored("Legal Hold", hold_on="Matter", reference_doctype=POLICY, reference_name=held.name, reason="Claim")
	with pytest.raises(LegalHoldError, match="Legal Hold"):
		merge(old, new)


def test_a_rename_that_is_left_to_a_job_removes_nothing_yet(logins, monkeypatch):
	"""As the dialog of the form: Frappe runs `before_rename` in the request as well, and the job may fail."""
	old, new = logins
	confirmed(old, "2026-03-01")
	confirmed(new, "2026-05-01")
	method = "frappe.model.rename_doc.update_document_title"
	form = frappe._dict(cmd=method, doctype="User", docname=old, name=new, merge=1, enqueue=True)
	monkeypatch.setattr(frappe.local, "form_dict", form)
	monkeypatch.setattr(frappe.local, "request", frappe._dict(path=f"/api/method/{method}"), raising=False)
	for inactive, left in ((False, 2), (True, 1)):
		with (
			mock.patch("frappe.model.rename_doc.is_scheduler_inactive", return_value=inactive),
			mock.patch("client_comms.enforcement.renaming.is_scheduler_inactive", return_value=inactive),
			mock.patch("frappe.model.document.Document.queue_action") as queued,
		):
			update_document_title(doctype="User", docname=old, name=new, merge=True, enqueue=True)
		assert queued.called is not inactive
		assert frappe.db.count(POLICY, {"user": ("in", logins)}) == left


@pytest.mark.parametrize("merges", [False, True])
def test_what_is_open_stays_assigned_to_the_person(make_user, log, merges):
	old = make_user(procedure.CUSTOMER_SUPPORT)
	new = make_user(procedure.CUSTOMER_SUPPORT) if merges else f"renamed-{old}"
	colleague = make_user(procedure.CUSTOMER_SUPPORT)
	own, both, done = (log(procedure.INITIAL_INQUIRY, responsible_staff=colleague) for _number in range(3))
	for doc, users in ((own, [old]), (both, [old, colleague, *([new] if merges else [])]), (done, [old])):
		for user in users:
			todo = {"reference_type": doc.doctype, "reference_name": doc.name, "allocated_to": user}
			stored("ToDo", description="Call back", status="Closed" if doc is done else "Open", **todo)
	frappe.rename_doc("User", old, new, merge=merges, force=True, show_alert=False)

	def assigned(doc):
		return set(frappe.parse_json(frappe.db.get_value(doc.doctype, doc.name, "_assign") or "[]"))

	assert (assigned(own), assigned(both), assigned(done)) == ({new}, {new, colleague}, set())
