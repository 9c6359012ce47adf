"""A policy that is not committed decides nothing, neither for others nor after a rollback (D-5)."""

import threading
from concurrent.futures import ThreadPoolExecutor

import frappe
import pytest

from client_comms.client_privacy import third_parties
from client_comms.communication_governance import wording
from client_comms.enforcement import policy

pytestmark = pytest.mark.clause("D-5")

LEVEL, ROLE = "Sensitive", "Customer Support"


@pytest.fixture
def other_process(site_name, sites_path):
	"""`other_process(work)` starts `work` with a connection of its own, as in another process."""

	def run(work):
		frappe.init(site_name, sites_path=str(sites_path))
		frappe.connect()
		try:
			return work()
		finally:
			frappe.destroy()

	with ThreadPoolExecutor(1) as pool:
		yield lambda work: pool.submit(run, work)


def can_email() -> bool:
	clearances = policy.current().levels[LEVEL].clearances
	return any("email" in each.actions for each in clearances if each.role == ROLE)


def test_a_level_that_is_rolled_back_leaves_nothing(set_clearance):
	assert can_email()
	set_clearance(LEVEL, ROLE, can_email=0)
	assert not can_email()
	frappe.db.rollback()
	assert can_email()


def test_neither_does_one_that_is_rolled_back_to_a_savepoint(set_clearance):
	frappe.db.savepoint("before_the_change")
	set_clearance(LEVEL, ROLE, can_email=0)
	assert not can_email()
	frappe.db.rollback(save_point="before_the_change")
	assert can_email()


def test_others_do_not_see_a_level_before_it_is_committed(set_clearance, other_process):
	set_clearance(LEVEL, ROLE, can_email=0)
	assert not can_email()
	assert other_process(can_email).result()


def test_what_another_process_builds_before_the_commit_does_not_outlast_it(set_clearance, other_process):
	set_clearance(LEVEL, ROLE, can_email=0)
	assert other_process(can_email).result()
	frappe.db.commit()
	assert not can_email()


@pytest.mark.committed
def test_what_a_process_that_began_before_the_commit_builds_after_it_does_not_count(
	set_clearance, other_process
):
	began, committed = threading.Event(), threading.Event()

	def late():
		frappe.db.count("DocType")  # from here on, it sees the rows as they are now
		began.set()
		assert committed.wait(60)
		return can_email()

	reader = other_process(late)
	assert began.wait(60)
	set_clearance(LEVEL, ROLE, can_email=0)
	frappe.db.commit()
	try:
		committed.set()
		assert reader.result()
		frappe.db.rollback()
		assert not can_email()
	finally:
		committed.set()
		set_clearance(LEVEL, ROLE, can_email=1)
		frappe.db.commit()


def test_a_row_of_a_level_that_is_written_without_it_counts(set_clearance, other_process):
	assert can_email()
	row = frappe.get_doc("Level Clearance", {"parent": LEVEL, "role": ROLE})
	row.db_set("can_email", 0)
	frappe.db.commit()
	assert not can_email()


def test_so_does_one_of_which_it_is_not_known_when_it_was_changed(site):
	row = frappe.db.get_value("Level Clearance", {"parent": LEVEL, "role": ROLE})
	frappe.db.set_value("Level Clearance", row, "modified", None, update_modified=False)
	before = policy.state()
	frappe.db.set_value("Level Clearance", row, "idx", 99, update_modified=False)
	assert policy.state() != before


@pytest.mark.parametrize(("doctype", "name"), [("Communication Type", "Service Update"), ("Role", ROLE)])
def test_a_role_or_type_that_is_renamed_counts(site, doctype, name):
	"""Every process that knows the policy by the former name would go on with it."""
	before = policy.state()
	frappe.rename_doc(doctype, name, "Renamed for the Test", force=True)
	assert policy.state() != before
	policy.clear_cache()
	now = policy.current()
	roles = {clearance.role for level in now.levels.values() for clearance in level.clearances}
	types = {communication_type for _matrix, communication_type in now.responsible_roles}
	assert "Renamed for the Test" in roles | types and name not in roles | types


def test_a_wording_rule_that_is_rolled_back_leaves_nothing():
	before = wording.terms()
	frappe.get_doc({"doctype": "Terminology Rule", "avoid": "utilise", "use": "use"}).insert()
	assert len(wording.terms()) == len(before) + 1
	frappe.db.rollback()
	assert wording.terms() == before


def test_a_third_party_that_is_rolled_back_leaves_nothing():
	frappe.get_doc(
		{"doctype": "Third Party", "third_party_name": "Adviser", "email_domains": "adviser.example"}
	).insert()
	assert third_parties.of("anna@adviser.example")
	frappe.db.rollback()
	assert third_parties.of("anna@adviser.example") is None


def test_a_role_that_is_rolled_back_leaves_nothing(make_user):
	user = make_user("Frontline Staff")
	frappe.db.commit()
	frappe.get_doc("User", user).add_roles(ROLE)
	assert ROLE in policy.subject(user).roles
	frappe.db.rollback()
	assert ROLE not in policy.subject(user).roles
