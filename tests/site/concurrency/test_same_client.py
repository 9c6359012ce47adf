"""What only one may do at a time for a client, or to a run: who waited sees what the other one did (P-1, C-2, M-1)."""

import frappe
import pytest

from client_comms import clock
from client_comms.client_privacy import identity, one_time_codes
from client_comms.clients import preferences
from client_comms.policy_changes import runs

pytestmark = [pytest.mark.committed, pytest.mark.clause("P-1", "C-2", "M-1")]

REQUEST = "frappe.local.request = frappe._dict(method='POST', path='/api/method/x'); "


@pytest.fixture
def client(make_client, outgoing_account):
	client = make_client("Doris Client", "doris@client.example")
	frappe.db.commit()
	yield client
	frappe.db.rollback()
	frappe.set_user("Administrator")
	about = {"party_type": "Customer", "party": client.party}
	for name in frappe.get_all(identity.VERIFICATION, about, pluck="name"):
		frappe.db.delete("Email Queue", {"reference_name": name})
	for doctype in (identity.VERIFICATION, preferences.PREFERENCE):
		frappe.db.delete(doctype, about)
	frappe.delete_doc("Contact", client.contact, force=True)
	frappe.delete_doc("Customer", client.party, force=True)
	outgoing_account.delete()
	frappe.db.commit()


@pytest.fixture(params=["on", "off"])
def both(request, sessions):
	for each in sessions:
		each.set_isolation(request.param)
	return sessions


def refused(session, match):
	with pytest.raises(Exception, match=match) as refusal:
		session.result()
	frappe.db.rollback()
	return refusal.value.kind


def test_codes_that_are_sent_at_once_are_counted(client, both):
	one, two = both
	send = f"api.send_identity_code('Customer', {client.party!r}); "
	one.do(REQUEST + send * one_time_codes.PER_HOUR)
	two.start(REQUEST + send)
	assert two.is_waiting()
	one.do("frappe.db.commit()")
	assert refused(two, "codes were sent to this client within an hour") == "ActionNotPossibleError"


def test_a_client_has_one_preference(client, both):
	one, two = both
	prefer = (
		"frappe.get_doc({'doctype': 'Communication Preference', 'party_type': 'Customer', "
		f"'party': {client.party!r}, 'channels': [{{'channel': 'Email'}}]}}).insert().name"
	)
	one.do(REQUEST + prefer)
	two.start(REQUEST + prefer)
	assert two.is_waiting()
	one.do("frappe.db.commit()")
	assert refused(two, "already has a preference") == "DuplicateEntryError"
	assert frappe.db.count(preferences.PREFERENCE, {"party": client.party}) == 1


@pytest.fixture
def run():
	doc = frappe.get_doc(
		{
			"doctype": runs.RUN,
			"kind": runs.SIMULATION,
			"reference_doctype": "Communication Matrix",
			"reference_name": frappe.get_all("Communication Matrix", {"docstatus": 1}, pluck="name", limit=1)[
				0
			],
			"status": runs.RUNNING,
			"started_by": "Administrator",
			"started_on": clock.now(),
		}
	)
	doc.flags.by_the_app = True
	doc.insert()
	frappe.db.commit()
	yield doc.name
	frappe.db.rollback()
	frappe.db.delete(runs.RUN, {"name": doc.name})
	frappe.db.commit()


def test_a_run_is_cancelled_while_it_works(run, both):
	"""Its worker locks it for each chunk, and stores how far it has come."""
	one, two = both
	one.do(f"frappe.db.set_value('Policy Change Run', {run!r}, 'done', 500)")
	two.start(REQUEST + f"api.cancel_policy_change({run!r})")
	assert two.is_waiting()
	one.do("frappe.db.commit()")
	two.result()
	two.do("frappe.db.commit()")
	frappe.db.rollback()
	assert frappe.db.get_value(runs.RUN, run, ["status", "done"]) == (runs.CANCELLED, 500)
