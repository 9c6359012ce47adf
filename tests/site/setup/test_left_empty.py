"""What a new document leaves empty says something: Frappe does not fill it in (C-1, M-1)."""

import frappe
import pytest

from client_comms import compat, procedure
from client_comms.client_interactions import daily_digest
from client_comms.clients import preferences
from client_comms.patches.v1_0 import set_digest_times

SETTINGS, SUBSCRIPTION = "Client Comms Settings", "Digest Subscription"


@pytest.fixture(autouse=True)
def site_defaults():
	"""What the setup wizard leaves behind."""
	company = frappe.db.get_value("Company", {})
	for key, value in {"language": "en", "country": "Germany", "company": company}.items():
		frappe.db.set_default(key, value)


@pytest.fixture
def restricted(site, make_user):
	"""A user who configures the app for one company; returns the user and the company."""
	user, company = make_user("Client Communications Manager"), site.db.get_value("Company", {})
	site.get_doc(
		{"doctype": "User Permission", "user": user, "allow": "Company", "for_value": company}
	).insert()
	site.clear_cache(user=user)
	return user, company


def seconds(value):
	return frappe.utils.get_timedelta(str(value)).total_seconds()


def test_the_digest_of_a_new_site_goes_in_the_morning():
	from client_comms.setup import install

	frappe.db.delete("Singles", {"doctype": SETTINGS})
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	install.make_settings()
	assert seconds(frappe.db.get_single_value(SETTINGS, "digest_at")) == 8 * 3600


@pytest.mark.parametrize("how", ["by the app", "by an integration", "as a new document"])
def test_a_subscription_starts_with_the_time_of_the_settings(make_user, set_settings, how):
	set_settings(digest_at="06:30:00")
	user = make_user("Frontline Staff")
	if how == "by the app":
		daily_digest.subscription_of(user)
	elif how == "by an integration":
		frappe.get_doc({"doctype": SUBSCRIPTION, "user": user}).insert()
	else:
		doc = frappe.new_doc(SUBSCRIPTION)
		doc.user = user
		doc.insert()
	# Version 16 gives a new document the field's own default, as the form does in both versions.
	shown = how == "as a new document" and compat.is_version_16()
	assert seconds(frappe.db.get_value(SUBSCRIPTION, user, "send_at")) == (8 if shown else 6.5) * 3600


def test_a_time_that_is_given_stays(make_user):
	user = make_user("Frontline Staff")
	frappe.get_doc({"doctype": SUBSCRIPTION, "user": user, "send_at": "07:15:00"}).insert()
	assert seconds(frappe.db.get_value(SUBSCRIPTION, user, "send_at")) == 7.25 * 3600


def test_a_preference_without_a_language_follows_the_client(make_client):
	client = make_client("Anna Client", "anna@client.example", language="de")
	about = (client.party_type, client.party, None)
	preferences.set_by_client(*about, {"channels": ["Email"], "never": [], "language": None})
	preference = preferences.of(*about)
	assert not preference.language
	assert preferences.language_of(client.party_type, client.party, preference) == "de"


@pytest.mark.parametrize(
	("doctype", "field", "values"),
	[
		("Terminology Rule", "language", {"avoid": "thingamajig", "use": "part"}),
		("Third Party", "country", {"third_party_name": "Adviser", "email_domains": "adviser.example"}),
		(
			"Response Calendar",
			"company",
			{
				"calendar_name": "Nights",
				"time_zone": "Europe/Berlin",
				"counting": "Working Hours",
				"hours": [{"weekday": "Monday", "start_time": "20:00:00", "end_time": "22:00:00"}],
			},
		),
	],
)
def test_what_is_left_empty_stays_empty(doctype, field, values):
	assert not frappe.get_doc({"doctype": doctype, **values}).insert().get(field)


def test_a_matrix_without_a_company_is_for_all():
	shipped = frappe.get_doc("Communication Matrix", {"docstatus": 1})
	doc = frappe.copy_doc(shipped)
	doc.update({"company": None, "version_label": "2.0", "effective_from": "2027-01-01 00:00:00"})
	assert not doc.insert().company


def test_a_user_with_one_company_gets_that_company(restricted, as_user):
	user, company = restricted
	with as_user(user):
		doc = frappe.get_doc(
			{
				"doctype": "Response Calendar",
				"calendar_name": "Nights",
				"time_zone": "Europe/Berlin",
				"counting": "Working Hours",
				"hours": [{"weekday": "Monday", "start_time": "20:00:00", "end_time": "22:00:00"}],
			}
		).insert()
	assert doc.company == company


def test_hours_without_a_beginning_are_refused():
	doc = frappe.get_doc("Response Calendar", procedure.DEFAULT_CALENDAR["calendar_name"])
	doc.append("hours", {"weekday": "Saturday", "end_time": "23:59:00"})
	with pytest.raises(frappe.ValidationError):
		doc.save()


@pytest.mark.parametrize(
	("found", "kept"), [("19:19:52.532123", False), ("19:19:52", False), ("19:20:00", True)]
)
def test_existing_sites_get_the_morning_unless_a_time_was_chosen(make_user, found, kept):
	users = [make_user("Frontline Staff") for _each in range(3)]
	for user, at in zip(users, (found, "07:15:00", "00:00:00"), strict=True):
		daily_digest.subscription_of(user)
		frappe.db.set_value(SUBSCRIPTION, user, "send_at", at)
	frappe.db.set_single_value(SETTINGS, "digest_at", found)
	set_digest_times.execute()
	wanted = seconds(found) if kept else 8 * 3600
	assert seconds(frappe.db.get_single_value(SETTINGS, "digest_at", cache=False)) == wanted
	assert [seconds(frappe.db.get_value(SUBSCRIPTION, user, "send_at")) for user in users] == [
		wanted,
		7.25 * 3600,
		0,
	]
