"""A client who clicks twice: the first answer counts, and the second is told so (P-3)."""

import frappe
import pytest

from client_comms import clock
from client_comms.client_privacy import links

pytestmark = [pytest.mark.committed, pytest.mark.clause("P-3")]

TOKEN, ADDRESS = "t" * 43, "carla@client.example"
SUBMIT = (
	"frappe.local.request = frappe._dict(method='POST', path='/api/method/x'); "
	"from client_comms.api import self_service; "
	f"self_service.submit(token={TOKEN!r}, preference={{'channels': ['Email'], 'never': []}})['done']"
)


@pytest.fixture
def link(make_client):
	client = make_client("Carla Client", ADDRESS)
	about = {"party_type": "Customer", "party": client.party}
	fields = {
		"kind": links.PREFERENCES,
		"contact": client.contact,
		"sent_to": ADDRESS,
		"token_hash": links.hash_of(TOKEN),
		"expires_on": frappe.utils.add_days(clock.now(), 1),
	}
	doc = frappe.get_doc({"doctype": links.LINK, **about, **fields}).insert()
	frappe.db.commit()
	yield doc
	frappe.db.rollback()
	frappe.set_user("Administrator")
	for doctype in ("Communication Preference", "Identity Verification", links.LINK):
		frappe.db.delete(doctype, about)
	frappe.db.delete(links.ATTEMPT, {"ip_address": ("in", ("unknown", links.OTHERS))})
	frappe.delete_doc("Contact", client.contact, force=True)
	frappe.delete_doc("Customer", client.party, force=True)
	frappe.db.commit()


@pytest.mark.parametrize("isolation", ["on", "off"])
def test_who_clicks_twice_is_told_that_the_link_is_used(link, sessions, isolation):
	one, two = sessions
	for each in sessions:
		each.set_isolation(isolation)
	one.do(SUBMIT)
	two.start(SUBMIT)
	assert two.is_waiting()
	one.do("frappe.db.commit()")
	with pytest.raises(Exception, match="no longer valid") as refused:
		two.result()
	assert refused.value.kind == "LinkNotValidError"
	frappe.db.rollback()
	assert frappe.db.get_value(links.LINK, link.name, "state") == links.USED
