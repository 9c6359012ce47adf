"""What a client said as a lead counts for the customer that it became, and the other way round (C-1, C-2, P-1, P-3)."""

import frappe
import pytest

from client_comms import api
from client_comms.client_privacy import consents, identity, page_visits, self_service
from client_comms.clients import parties, preferences
from client_comms.rules import consent as rules

pytestmark = pytest.mark.clause("C-1", "C-2", "P-1", "P-3")

PURPOSE = "Sharing with a Third Party"


@pytest.fixture
def lead(site, adviser):
	doc = site.get_doc({"doctype": "Lead", "first_name": "Anna", "email_id": "anna@client.example"}).insert()
	return {"party_type": "Lead", "party": doc.name}


@pytest.fixture
def customer(lead):
	doc = frappe.get_doc({"doctype": "Customer", "customer_name": "Anna Client", "lead_name": lead["party"]})
	return {"party_type": "Customer", "party": doc.insert().name}


@pytest.fixture(params=["lead", "customer"])
def said_as(request, lead, customer):
	"""As whom the client speaks; asked is for the other one."""
	clients = {"lead": lead, "customer": customer}
	said = clients.pop(request.param)
	return said, clients.popitem()[1]


@pytest.mark.parametrize(
	("event", "rule"), [(rules.GIVEN, rules.BY_CONSENT), (rules.WITHDRAWN, rules.CONSENT_WITHDRAWN)]
)
def test_consents(said_as, answer, event, rule):
	said, asked = said_as
	doc = answer(said, PURPOSE, event)
	decision = consents.decide(*asked.values(), rules.Request(PURPOSE, "Adviser"))
	assert (decision.rule, decision.consent) == (rule, doc.name)


def test_the_preferred_channel(said_as):
	said, asked = said_as
	wanted = {"doctype": preferences.PREFERENCE, **said, "channels_not_to_use": [{"channel": "Email"}]}
	frappe.get_doc(wanted).insert()
	assert api.communication_preference(**asked, channel="Email")["outcome"] == "Blocked"
	own = {"doctype": preferences.PREFERENCE, **asked, "channels": [{"channel": "Email"}]}
	frappe.get_doc(own).insert()
	assert api.communication_preference(**asked, channel="Email")["outcome"] == "Allowed"


def test_failed_checks_of_identity(said_as):
	said, asked = said_as
	for _attempt in range(3):
		frappe.get_doc(
			{
				"doctype": identity.VERIFICATION,
				**said,
				"method": "Call-back to Number on File",
				"result": identity.FAILED,
			}
		).insert()
	assert identity.state(*asked.values(), None, None).locked


def test_what_was_given_as_a_lead_can_be_withdrawn_as_a_customer(lead, customer, answer, make_user, as_user):
	given = answer(lead, PURPOSE, rules.GIVEN)
	login = make_user()
	frappe.db.set_value("User", login, "user_type", "Website User")
	frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Anna",
			"user": login,
			"email_ids": [{"email_id": login, "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer["party"]}],
		}
	).insert()
	with as_user(login):
		visit = page_visits.by_login()
		assert [each["name"] for each in self_service.shown(visit)["consents"]] == [given.name]
		api.self_service.submit({given.name: rules.WITHDRAWN})
	assert consents.as_rule(given.reload()).status(frappe.utils.now_datetime()) == rules.WITHDRAWN


def test_others_say_nothing_for_them(lead, customer, answer):
	other = frappe.get_doc({"doctype": "Customer", "customer_name": "Ben Client"}).insert().name
	assert parties.same_client("Customer", other) == {"Customer": (other,)}
	answer(lead, PURPOSE, rules.GIVEN)
	assert consents.decide("Customer", other, rules.Request(PURPOSE, "Adviser")).rule == rules.NO_CONSENT
