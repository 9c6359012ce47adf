"""What is decided once, by two at once: who waited sees it, and no one gets an error of the database (M-1, P-2, T-3)."""

import frappe
import pytest

from client_comms.communication_governance import matrix
from client_comms.enforcement import legal_holds
from client_comms.leak_check.bait.record import insert_row
from client_comms.people import policies
from client_comms.policy_changes import runs

pytestmark = [pytest.mark.committed, pytest.mark.clause("M-1", "P-2", "T-3")]

REQUEST = "frappe.local.request = frappe._dict(method='POST', path='/api/method/x'); "
JOB = "frappe.local.job = frappe._dict(method='x'); "
COMMIT = "; frappe.db.commit()"


@pytest.fixture(params=["on", "off"])
def both(request, sessions):
	for each in sessions:
		each.set_isolation(request.param)
	return sessions


@pytest.fixture
def policy():
	name = insert_row(
		policies.POLICY,
		name="POL-AT-ONCE",
		docstatus=1,
		policy_title="Use of Ladders",
		version_label="1.0",
		effective_from="2020-01-01",
	)
	frappe.db.commit()
	yield name
	frappe.db.rollback()
	frappe.db.delete(policies.ATTESTATION, {"policy": name})
	frappe.db.delete(policies.POLICY, {"name": name})
	frappe.db.commit()


def test_a_policy_that_is_confirmed_twice_at_once(policy, both):
	one, two = both
	two.see()
	first = one.do(f"{REQUEST}api.attest_policy({policy!r})")
	two.start(f"{REQUEST}api.attest_policy({policy!r})")
	assert two.is_waiting()
	one.do("frappe.db.commit()")
	assert two.result() == first
	two.do("frappe.db.commit()")
	assert frappe.db.count(policies.ATTESTATION, {"policy": policy}) == 1


@pytest.fixture
def hold(make_client):
	client = make_client("Emil Client", "emil@client.example")
	doc = frappe.get_doc(
		{
			"doctype": legal_holds.HOLD,
			"hold_on": "Client",
			"party_type": "Customer",
			"party": client.party,
			"reason": "A court asked for it.",
		}
	).insert()
	doc.db_set("valid_until", "2020-01-01")
	name = doc.name
	frappe.db.commit()
	yield name
	frappe.db.rollback()
	frappe.db.delete(legal_holds.HOLD, {"name": name})
	legal_holds.clear_cache()
	frappe.delete_doc("Contact", client.contact, force=True)
	frappe.delete_doc("Customer", client.party, force=True)
	frappe.db.commit()


def test_a_hold_that_is_released_when_its_time_is_over(hold, both):
	one, two = both
	expire = "from client_comms.client_privacy.doctype.legal_hold.legal_hold import expire; "
	one.see()
	two.do(
		f"from client_comms.api import retention; {REQUEST}retention.release_hold({hold!r}, 'The case is over.')"
		+ COMMIT
	)
	one.do(expire + JOB + "expire()" + COMMIT)
	one.do("frappe.local.job = None")
	frappe.db.rollback()
	assert frappe.db.get_value(legal_holds.HOLD, hold, "status") == legal_holds.RELEASED


@pytest.fixture
def version():
	name = frappe.get_all("Communication Matrix", {"docstatus": 1}, pluck="name", limit=1)[0]
	assert name in matrix.in_force_everywhere(frappe.utils.now_datetime())
	frappe.db.set_value("Communication Matrix", name, "reclassify_open", 1, update_modified=False)
	frappe.db.commit()
	yield name
	frappe.db.rollback()
	frappe.db.set_value("Communication Matrix", name, "reclassify_open", 0, update_modified=False)
	frappe.db.delete(runs.RUN, {"reference_name": name, "kind": runs.RECLASSIFICATION})
	frappe.db.commit()


def test_a_version_that_two_workers_find_due(version, both):
	one, two = both
	for each in both:
		each.do("from client_comms.policy_changes import activation, runs; runs.enqueue = lambda name: None")
	two.see()
	one.do(JOB + "activation.start_due()")
	two.start(JOB + "activation.start_due()")
	assert two.is_waiting()
	one.do("frappe.db.commit()")
	two.result()
	two.do("frappe.db.commit()")
	for each in both:
		each.do("frappe.local.job = None")
	frappe.db.rollback()
	assert frappe.db.count(runs.RUN, {"reference_name": version, "kind": runs.RECLASSIFICATION}) == 1
