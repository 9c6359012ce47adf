"""The daily email: recipients, time, only once, and content (C-3, C-4, F-2, D-1)."""

import email
from unittest import mock

import frappe
import pytest

from client_comms import api
from client_comms.client_interactions import daily_digest

pytestmark = pytest.mark.clause("C-3", "C-4", "F-2", "D-1")

MONDAY = "2026-11-23 10:00"  # acknowledged by Tuesday 17:00
TUESDAY = "2026-11-24"


@pytest.fixture(autouse=True)
def calendar(request):
	if request.node.get_closest_marker("committed"):
		return
	set_calendar, set_settings = map(request.getfixturevalue, ("set_calendar", "set_settings"))
	set_calendar(["09:00-17:00"], holidays=["2026-12-24"])
	set_settings(send_digests=1, digest_at="08:00:00", quiet_from=None, quiet_until=None)
	# The site's own data; rolled back with the rest.
	owed = ("Client Interaction", "Interaction Action Item")
	unlogged = ("Communication", "Call Log", "Event")
	for doctype in (*owed, *unlogged, "Digest Subscription", "Email Queue"):
		frappe.db.delete(doctype)
	account = {"doctype": "Email Account", "name": "Us", "email_id": "us@us.example"}
	frappe.get_doc({**account, "enable_outgoing": 1, "default_outgoing": 1}).db_insert()


@pytest.fixture
def agent(make_user):
	return make_user("Customer Support", "Sales User")


@pytest.fixture
def run_at(clock_at):
	"""`run_at("2026-11-24 08:00")` runs the job; returns what was queued by then as {address: text}."""

	def run(moment):
		with clock_at(moment):
			daily_digest.run()
		return mails()

	return run


def mails():
	"""The emails in the queue: recipient -> text, subject first. One recipient with two makes the test fail."""
	found = {}
	for queued in frappe.get_all("Email Queue", ["name", "message"], order_by="creation asc"):
		message = email.message_from_string(queued.message)
		text = "".join(
			part.get_payload(decode=True).decode()
			for part in message.walk()
			if part.get_content_type() == "text/html"
		)
		for recipient in frappe.get_all("Email Queue Recipient", {"parent": queued.name}, pluck="recipient"):
			assert recipient not in found, "two emails to one person"
			subject = str(email.header.make_header(email.header.decode_header(message["Subject"])))
			found[recipient] = f"{subject}\n{text}"
	return found


def test_users_who_owe_something_get_one_email_a_day_at_their_time(inquiry, frontline, run_at):
	name = inquiry(responsible_staff=frontline).name
	assert run_at(f"{TUESDAY} 07:59") == {}
	queued = run_at(f"{TUESDAY} 08:00")
	assert list(queued) == [frontline]
	assert name in queued[frontline]
	assert "What you owe clients today: 1" in queued[frontline]
	assert list(run_at(f"{TUESDAY} 08:05")) == [frontline]  # `mails` would notice a second one
	frappe.db.delete("Email Queue")
	assert list(run_at("2026-11-25 09:00")) == [frontline]


def test_a_policy_to_read_is_told_to_who_owes_clients_nothing(frontline, make_user, run_at, as_user):
	frappe.db.set_value("User", frontline, "creation", "2026-10-01 09:00")
	assert run_at(f"{TUESDAY} 08:00") == {}
	policy = frappe.get_doc(
		{
			"doctype": "SOP Policy",
			"policy_title": "Clean Desk",
			"policy_kind": "Other",
			"version_label": "1.0",
			"change_summary": "First version",
			"effective_from": "2026-11-01",
			"next_review_on": "2027-11-01",
			"policy_owner": "Administrator",
			"roles": [{"role": "Frontline Staff"}],
			"body": "<p>No papers overnight.</p>",
		}
	).insert()
	with as_user(make_user("Compliance Officer")):
		frappe.get_doc(policy.doctype, policy.name).submit()
	queued = run_at("2026-11-25 08:00")
	assert list(queued) == [frontline]
	assert "Policy to Read: Clean Desk (1.0)" in queued[frontline]
	frappe.db.delete("Email Queue")
	with as_user(frontline):
		api.attest_policy(policy.name)
	assert run_at("2026-11-26 08:00") == {}


@pytest.mark.parametrize("day", ["2026-11-28", "2026-12-24"])
def test_nothing_is_sent_when_business_is_closed(inquiry, frontline, run_at, day):
	inquiry(responsible_staff=frontline)
	assert run_at(f"{day} 12:00") == {}


def test_nothing_is_sent_when_nothing_is_owed_or_digests_are_off(inquiry, frontline, run_at, set_settings):
	daily_digest.subscription_of(frontline)
	assert run_at(f"{TUESDAY} 12:00") == {}
	inquiry(responsible_staff=frontline)
	set_settings(send_digests=0)
	assert run_at("2026-11-25 12:00") == {}


def test_quiet_hours_are_respected(inquiry, frontline, run_at, set_settings):
	set_settings(quiet_from="18:00:00", quiet_until="09:30:00")
	inquiry(responsible_staff=frontline)
	assert run_at(f"{TUESDAY} 09:29") == {}
	assert list(run_at(f"{TUESDAY} 09:30")) == [frontline]


def test_users_choose_the_time_or_no_email_at_all(inquiry, frontline, run_at, as_user):
	inquiry(responsible_staff=frontline)
	with as_user(frontline):
		subscription = frappe.get_doc("Digest Subscription", api.digest_subscription())
		subscription.send_at = "12:30:00"
		subscription.save()
	assert run_at(f"{TUESDAY} 12:00") == {}
	with as_user(frontline):
		subscription.enabled = 0
		subscription.save()
	assert run_at(f"{TUESDAY} 13:00") == {}
	with as_user(frontline):
		subscription.enabled = 1
		subscription.save()
	assert list(run_at(f"{TUESDAY} 13:00")) == [frontline]


def test_users_who_left_get_nothing(inquiry, frontline, run_at):
	inquiry(responsible_staff=frontline)
	daily_digest.subscription_of(frontline)
	frappe.db.set_value("User", frontline, "enabled", 0)
	assert run_at(f"{TUESDAY} 12:00") == {}


def test_a_renamed_user_keeps_the_subscription_and_who_gets_the_login_has_one_too(
	inquiry, frontline, make_user, run_at, as_user
):
	other = make_user("Frontline Staff", "Sales User")
	own = daily_digest.subscription_of(frontline)
	renamed = frappe.rename_doc("User", frontline, f"renamed-{frontline}", force=True, show_alert=False)
	inquiry(responsible_staff=renamed)
	inquiry(responsible_staff=other)
	assert set(run_at(f"{TUESDAY} 12:00")) == {renamed, other}
	with as_user(renamed):
		assert api.digest_subscription() == own
		frappe.get_doc("Digest Subscription", own).update({"send_at": "09:00:00"}).save()
	make_user("Frontline Staff", "Sales User", email=frontline)
	inquiry(responsible_staff=frontline)
	frappe.db.delete("Email Queue")
	assert frontline in run_at("2026-11-25 12:00")
	with as_user(frontline):
		assert frappe.get_doc("Digest Subscription", api.digest_subscription()).user == frontline


def test_a_user_who_cannot_have_a_subscription_does_not_stop_the_others(
	inquiry, frontline, make_user, run_at
):
	other = make_user("Frontline Staff", "Sales User")
	for user in (frontline, other):
		inquiry(responsible_staff=user)
	create = daily_digest.subscription_of

	def failing(user):
		if user == min(frontline, other):
			raise frappe.ValidationError("cannot")
		return create(user)

	with mock.patch.object(daily_digest, "subscription_of", failing):
		assert list(run_at(f"{TUESDAY} 12:00")) == [max(frontline, other)]


def test_content_is_in_the_email_only_where_it_may_be_emailed_and_never_a_summary(
	inquiry, frontline, agent, run_at, set_clearance
):
	set_clearance("Sensitive", "Customer Support", can_email=0)
	inquiry(responsible_staff=frontline)
	complaint = inquiry("Feedback/Complaint", responsible_staff=agent, subject="Noise at night")
	queued = run_at(f"{TUESDAY} 12:00")
	assert "Solar roof" in queued[frontline]
	assert "Anna Client" in queued[frontline]
	assert complaint.name in queued[agent]
	assert "Noise at night" not in queued[agent]
	assert "Anna" not in queued[agent]
	assert not [text for text in queued.values() if "asks for an offer" in text]


def test_the_email_is_as_confidential_in_the_queue_as_what_it_tells_about(
	inquiry, frontline, run_at, as_user, make_user
):
	name = inquiry(responsible_staff=frontline).name
	run_at(f"{TUESDAY} 12:00")
	queued = frappe.get_all("Email Queue", ["reference_doctype", "reference_name"])
	assert queued == [{"reference_doctype": "Client Interaction", "reference_name": name}]
	with as_user(make_user("System Manager")):
		assert frappe.get_list("Email Queue") == []


def test_a_team_lead_may_have_what_others_owe_as_far_as_they_may_read_it(
	inquiry, frontline, agent, make_user, run_at
):
	standard = inquiry(responsible_staff=frontline).name
	complaint = inquiry("Feedback/Complaint", responsible_staff=agent).name
	lead, colleague = make_user("Customer Support Manager"), make_user("Frontline Staff")
	for user in (lead, colleague):
		subscription = frappe.get_doc("Digest Subscription", daily_digest.subscription_of(user))
		subscription.team_items = 1
		subscription.save()
	queued = run_at(f"{TUESDAY} 12:00")
	assert standard in queued[lead]
	assert complaint in queued[lead]
	assert standard in queued[colleague]
	assert complaint not in queued[colleague]


def test_the_manager_role_is_told_what_no_one_logged(make_user, run_at, set_settings):
	set_settings(log_inbound_email=0)
	manager = make_user("Customer Support Manager")
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Berta",
			"email_ids": [{"email_id": "berta@kunde.example", "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": make_customer()}],
		}
	).insert()
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": "berta@kunde.example",
			"recipients": "office@us.example",
			"subject": "Secret plan",
			"communication_date": f"{TUESDAY} 09:00:00",
		}
	).insert(ignore_permissions=True)
	queued = run_at(f"{TUESDAY} 12:00")
	assert "Email: 1" in queued[manager]
	assert "Secret plan" not in queued[manager]
	assert contact.first_name not in queued[manager]


def make_customer():
	return frappe.get_doc({"doctype": "Customer", "customer_name": "Kunde AG"}).insert().name


def test_a_subscription_is_its_users_own(frontline, agent, make_user, as_user):
	with as_user(frontline):
		mine = frappe.get_doc("Digest Subscription", api.digest_subscription())
		assert mine.send_at is not None
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc({"doctype": "Digest Subscription", "user": agent, "send_at": "09:00:00"}).insert()
	with as_user(agent):
		assert frappe.get_list("Digest Subscription", pluck="name") == []
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc("Digest Subscription", mine.name).save()
	with as_user(make_user("Client Communications Manager")):
		frappe.get_doc({"doctype": "Digest Subscription", "user": agent, "send_at": "09:00:00"}).insert()
	with as_user(agent):
		frappe.get_doc("Digest Subscription", agent).update({"send_at": "10:00:00"}).save()


def test_the_day_that_was_looked_after_cannot_be_typed(inquiry, frontline, run_at, as_user):
	inquiry(responsible_staff=frontline)
	assert list(run_at(f"{TUESDAY} 12:00")) == [frontline]
	with as_user(frontline):
		frappe.get_doc("Digest Subscription", frontline).update({"sent_on": None}).save()
	assert list(run_at(f"{TUESDAY} 13:00")) == [frontline]


def test_one_digest_that_fails_does_not_keep_the_others_from_going_out(inquiry, frontline, agent, run_at):
	inquiry(responsible_staff=frontline)
	inquiry("Feedback/Complaint", responsible_staff=agent)
	queue = daily_digest._queue

	def failing(subscription, content):
		if subscription.user == agent:
			raise RuntimeError("no such template")
		queue(subscription, content)

	with mock.patch.object(daily_digest, "_queue", failing):
		assert list(run_at(f"{TUESDAY} 12:00")) == [frontline]
	assert frappe.db.exists("Error Log", {"reference_name": agent})
	assert list(run_at(f"{TUESDAY} 12:05")) == [frontline]  # tried again tomorrow


@pytest.mark.parametrize("busy", [frappe.QueryDeadlockError, frappe.QueryTimeoutError])
def test_a_database_that_is_busy_leaves_the_digest_to_the_next_run(inquiry, frontline, run_at, busy):
	"""The database undid all of the transaction, so it is not the fault of the digest, and nothing is marked as sent."""
	inquiry(responsible_staff=frontline)
	with mock.patch.object(daily_digest, "_queue", side_effect=busy), pytest.raises(busy):
		run_at(f"{TUESDAY} 12:00")
	assert not frappe.db.exists("Error Log", {"reference_name": frontline})


def test_languages_and_the_user_of_the_job_come_back(inquiry, make_user, run_at):
	german = make_user("Frontline Staff", "Sales User", language="de")
	inquiry(responsible_staff=german)
	before = (frappe.session.user, frappe.local.lang)
	assert list(run_at(f"{TUESDAY} 12:00")) == [german]
	assert (frappe.session.user, frappe.local.lang) == before


@pytest.mark.committed
def test_a_subscription_that_another_worker_has_is_left_to_it(make_user, clock_at):
	from frappe.database import get_db

	user = make_user("Frontline Staff")
	daily_digest.subscription_of(user)
	frappe.db.commit()
	conf = frappe.conf
	other = get_db(host=conf.db_host, port=conf.db_port, user=conf.db_name, password=conf.db_password)
	other.connect()
	other.use(frappe.conf.db_name)
	try:
		other.sql("select name from `tabDigest Subscription` where name = %s for update", user)
		now = frappe.utils.get_datetime(f"{TUESDAY} 12:00")
		with (
			clock_at(now),
			mock.patch.object(daily_digest, "contents", side_effect=AssertionError("looked at")),
		):
			assert daily_digest._look_after(user, now) == 0
		assert frappe.db.get_value("Digest Subscription", user, "sent_on") is None
	finally:
		other.rollback()
		other.close()
		frappe.db.rollback()
		frappe.delete_doc("Digest Subscription", user, force=True)
		frappe.db.commit()


@pytest.mark.parametrize(
	("send_at", "quiet", "evening", "morning"),
	[
		("21:00:00", ("20:00:00", "07:00:00"), "2026-11-24 21:05", "2026-11-25 07:05"),
		("23:57:00", (None, None), "2026-11-24 23:55", "2026-11-25 00:00"),
		("12:30:00", ("12:00:00", "13:00:00"), "2026-11-24 12:35", "2026-11-24 13:05"),
	],
)
def test_a_time_at_which_nothing_is_sent_means_the_next_at_which_something_is(
	run_at, inquiry, frontline, set_settings, clock_at, send_at, quiet, evening, morning
):
	inquiry(responsible_staff=frontline, at=MONDAY)
	set_settings(quiet_from=quiet[0], quiet_until=quiet[1])
	with clock_at(f"{TUESDAY} 09:00"):
		subscription = frappe.get_doc("Digest Subscription", daily_digest.subscription_of(frontline))
		subscription.db_set({"send_at": send_at, "sent_on": "2026-11-24" if "11-25" in morning else None})
	assert frontline not in run_at(evening)
	assert frontline in run_at(morning)


@pytest.mark.parametrize(
	("zone", "moment", "works"),
	[
		("Pacific/Auckland", "2026-11-29 20:00", True),  # Monday morning
		("Pacific/Auckland", "2026-11-29 08:00", False),
		("America/Los_Angeles", "2026-11-23 03:00", False),  # still Sunday
		("America/Los_Angeles", "2026-11-28 03:00", True),
	],
)
def test_working_days_are_those_of_the_calendar(business_in, zone, moment, works):
	business_in(zone)
	assert (daily_digest.rests_until(frappe.utils.get_datetime(moment)) is None) is works


def test_quiet_hours_elsewhere_are_not_an_evening_here(
	run_at, inquiry, frontline, set_settings, clock_at, business_in
):
	inquiry(responsible_staff=frontline, at=MONDAY)
	set_settings(quiet_from="20:00:00", quiet_until="07:00:00")
	business_in("America/Los_Angeles")
	with clock_at(f"{TUESDAY} 00:05"):
		subscription = frappe.get_doc("Digest Subscription", daily_digest.subscription_of(frontline))
		subscription.db_set("send_at", "08:00:00")
	assert frontline not in run_at(f"{TUESDAY} 00:10")
	assert frontline in run_at(f"{TUESDAY} 16:05")


def test_what_is_unlogged_is_looked_for_once_in_a_run(make_user, make_client, run_at, monkeypatch):
	"""And each user reads their own number, those who see all that of all, in their own language."""
	make_client("Anna Client", "anna@client.example")
	users = [make_user("Frontline Staff", "Sales User") for _each in range(4)]
	manager = make_user("Customer Support Manager", "Sales User")
	frappe.db.set_value("User", users[3], "language", "de")
	for number, user in enumerate(users):
		for each in range(number + 1):
			frappe.get_doc(
				{
					"doctype": "Communication",
					"name": f"unlogged-{number}-{each}",
					"communication_type": "Communication",
					"communication_medium": "Email",
					"sent_or_received": "Received",
					"sender": "anna@client.example",
					"recipients": frappe.db.get_value("User", user, "email"),
					"subject": "Hello",
					"communication_date": "2026-11-23 10:00",
				}
			).db_insert()
	asked, real = [], frappe.db.sql

	def sql(query, *args, **kwargs):
		if "from `tabcommunication`" in str(query).lower() and "limit 500" in str(query).lower():
			asked.append(str(query))
		return real(query, *args, **kwargs)

	monkeypatch.setattr(frappe.local.db, "sql", sql)
	queued = run_at(f"{TUESDAY} 08:00")
	assert len(asked) == 2, asked  # those with a date, and those without
	for number, user in enumerate(users[:3]):
		assert f"Unlogged interactions: {number + 1}" in queued[user]
	assert "Unlogged interactions: 10" in queued[manager]
	assert "4" in queued[users[3]].splitlines()[0] and "E-Mail" in queued[users[3]]
