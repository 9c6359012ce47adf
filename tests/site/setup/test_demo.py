"""The demonstration, which gives the same results on a site as in the dry run; the bench commands."""

import functools
import json
import random

import frappe
import matrix_pairs
import pytest
from frappe.utils.data import get_system_timezone
from frappe.utils.password import check_password

from client_comms import clock, policy_frames
from client_comms.acting import acting_as
from client_comms.client_interactions import portal
from client_comms.client_privacy import page_visits
from client_comms.clients import confirmation
from client_comms.demo import mailbox, overview, privacy, scenario, site, stories
from client_comms.dry_run import Procedure, assess, parse_mail, sort_out
from client_comms.dry_run.governance import load_calendar
from client_comms.leak_check import existing_exposures
from client_comms.ledger import entries, following
from client_comms.people import policies

ADDED = (
	"User",
	"Client Consent",
	"Third Party",
	"Customer",
	"Contact",
	"Lead",
	"Issue",
	"Communication",
	"Client Interaction",
	"ToDo",
	"Policy Attestation",
	"SOP Training Record",
	"Interaction Review",
	"Feedback Review",
)
CUSTOMERS = [customer for customer, *_rest in scenario.CUSTOMERS]
ROLE_OF = {address: role for (_name, address), role, _roles in scenario.STAFF}


@pytest.fixture(scope="module")
def anchor():
	"""Sixty days with a change to daylight saving time."""
	return frappe.utils.getdate("2025-04-02")


def test_the_site_makes_of_the_mail_what_the_dry_run_does(anchor, make_user, clock_at):
	demonstration = site.load(anchor)
	assert demonstration.refused == []
	(anyone, *_others) = ROLE_OF
	assert existing_exposures.of_user(anyone) == []

	expected = dry_run(anchor)
	assert sum(each.received_on is not None for each in expected) > 40
	for each in expected:
		interaction = interaction_of(each.key)
		assert {
			"type": interaction.communication_type,
			"level": interaction.confidentiality_level,
			"acknowledge by": interaction.acknowledge_by,
			"respond by": interaction.respond_by,
		} == {
			"type": each.communication_type,
			"level": each.confidentiality_level,
			"acknowledge by": clock.to_stored(each.acknowledge_by),
			"respond by": clock.to_stored(each.respond_by),
		}, each.subject
	check_that_everything_occurs(anchor)
	check_that_each_sees_what_the_level_allows()
	check_that_clients_had_decided()
	check_that_the_procedure_was_lived_by()
	check_that_a_client_reads_the_answer_in_the_portal(demonstration.interaction("hall-hansen"))
	check_that_an_issue_can_be_closed_in_the_desk()
	check_that_the_second_time_adds_nothing(anchor)
	check_that_matrix_versions_do_what_was_simulated(make_user, clock_at)


def check_that_matrix_versions_do_what_was_simulated(make_user, clock_at):
	staff = [address for (_name, address), _role, _roles in scenario.STAFF]
	still_open = frappe.get_all(
		matrix_pairs.INTERACTION, {"status": ("!=", "Closed")}, ["name", "party_type"], order_by="name asc"
	)
	probe = next(row.name for row in still_open if row.party_type == "Customer")
	names = [row.name for row in still_open]
	pairs, draw = matrix_pairs.Pairs(names, staff, probe, functools.cache(make_user)), random.Random(2)
	for moment in ("2025-04-03 15:00", "2025-04-03 15:01"):
		with clock_at(moment):
			pairs.compare(matrix_pairs.draft(draw, moment))
	assert pairs.seen["records"] == 2 * len(names) > 20 and pairs.seen["gained"] and pairs.seen["lost"]
	assert pairs.seen["openings"]


def check_that_the_procedure_was_lived_by():
	"""Policies in force and read, trainings taken, reviews completed: all but what is left to be seen as owed."""
	assert {row.policy_title for row in policies.in_force()} == {
		row["policy_title"] for row in policy_frames.POLICIES
	}
	new = {scenario.FELIX[1]}
	assert {user for user in ROLE_OF if policies.to_read(user)} == new
	trained = frappe.get_all("SOP Training Record", {"user": ("in", list(ROLE_OF))}, pluck="user")
	assert {*ROLE_OF} - {*trained} == new
	statuses = frappe.get_all("Interaction Review", pluck="status", order_by="name asc")
	assert statuses.count("Open") == 1 and statuses.count("Completed") == len(statuses) - 1 > 3
	signed, owed = frappe.get_all("Feedback Review", ["name", "status"], order_by="from_date asc")
	assert (signed.status, owed.status) == ("Signed Off", "Draft")
	(carried,) = frappe.get_doc("Feedback Review", owed.name).actions
	assert carried.carried_over_from == signed.name and carried.todo


def dry_run(anchor):
	calendar = load_calendar(None, get_system_timezone(), mailbox.holidays(anchor))
	mails = [parse_mail(item.raw, item.key) for item in mailbox.build(anchor, calendar.time_zone)]
	now = clock.to_aware(clock.now())
	return assess(sort_out(mails, [stories.OWN_DOMAIN]), Procedure.shipped(), calendar, now)


def interaction_of(message_id):
	name = frappe.db.get_value("Communication", {"message_id": message_id}, "client_interaction")
	assert name, f"{message_id} is not logged"
	return frappe.get_doc("Client Interaction", name)


def check_that_everything_occurs(anchor):
	names = list(site.Demonstration(anchor).interactions().values())
	rows = frappe.get_all("Client Interaction", {"name": ("in", names)}, ["*"])

	def all_of(field):
		return {row[field] for row in rows}

	assert all_of("status") == {"Open", "Acknowledged", "Waiting for Client", "Answered", "Closed"}
	assert all_of("communication_type") == {
		"Initial Inquiry",
		"Service Update",
		"Feedback/Complaint",
		"Resolution/Closure",
	}
	assert all_of("promise_status") >= {"Met", "Met Late", "Breached", "Not Required"}
	assert all_of("respond_status") >= {"Met", "Met Late", "Breached", "Paused"}
	assert len(all_of("channel")) == 7
	events = frappe.get_all("Interaction Event", {"parent": ("in", names)}, ["parent", "event"])
	assert {"Reopened", "Resumed", "Reassigned", "Automatic Reply", "Breached"} <= {e.event for e in events}
	missed = {each.parent for each in events if each.event == "Breached"}
	assert missed == {row.name for row in rows if row.breached}
	assert missed <= set(frappe.get_all("ToDo", {"priority": "High"}, pluck="reference_name"))
	assert missed <= set(frappe.get_all("Notification Log", pluck="document_name"))
	assert not frappe.db.count("Error Log", {"reference_doctype": ("in", ADDED)})
	assert not frappe.db.count("Email Queue", {"reference_name": ("in", names)})


def check_that_each_sees_what_the_level_allows():
	"""As shipped; the table shows what the desk lists."""
	level_of = dict(frappe.get_all("Client Interaction", ["name", "confidentiality_level"], as_list=True))
	levels_of_role = {}
	for user, names in overview.readable_by_staff().items():
		levels_of_role.setdefault(ROLE_OF[user], set()).update(level_of[name] for name in names)
	everything = {"Standard", "Confidential", "Sensitive"}
	assert levels_of_role == {
		"Frontline Staff": {"Standard"},
		"Account Manager": {"Standard", "Confidential"},
		"Customer Support": {"Standard", "Sensitive"},
		"Customer Support Manager": everything,
		"Compliance Officer": everything,
		"Client Communications Manager": set(),
	}


def check_that_clients_had_decided():
	statuses = frappe.get_all("Client Consent", {"party": ("in", CUSTOMERS)}, pluck="status")
	assert {*statuses} == {"Given", "Refused", "Withdrawn", "Expired"}
	assert frappe.db.count("Third Party", {"name": ("in", (privacy.TAX_ADVISER, privacy.INSURER))}) == 2
	client = privacy.client_of(privacy.PORTAL_CUSTOMER)[1]
	assert confirmation.customers_of_login(client) == {privacy.PORTAL_CUSTOMER}
	assert {*frappe.get_all("Communication Template", pluck="status")} == {"Approved"}
	assert frappe.conf.mute_emails
	assert frappe.db.exists("Email Account", {"default_outgoing": 1, "enable_outgoing": 1})


def check_that_a_client_reads_the_answer_in_the_portal(conversation):
	name, address = privacy.client_of(privacy.PORTAL_CUSTOMER)
	with acting_as(address):
		shown = portal.conversation(page_visits.by_login(), conversation)
	assert [message["author"] for message in shown["messages"]] == [name, scenario.TOM[0]]


def check_that_an_issue_can_be_closed_in_the_desk():
	"""The desk sends back what it was given, and ERPNext refuses a time that differs."""
	for name in frappe.get_all("Issue", {"status": ("!=", "Closed")}, pluck="name", limit=3):
		issue = frappe.get_doc(json.loads(frappe.as_json(frappe.get_doc("Issue", name))))
		issue.status = "Closed"
		issue.save()


def test_the_logins_are_told_with_a_password_that_works(anchor):
	demonstration = site.load(anchor, lambda steps: steps[:1])
	people, muted = overview.logins(demonstration)
	assert demonstration.users and demonstration.password in people and "muted" in muted
	for user in demonstration.users:
		assert check_password(user, demonstration.password) == user
	again = site.load(anchor, lambda steps: steps[:1])
	assert again.users == [] and again.password not in overview.logins(again)[0]


def test_the_ledger_knows_the_settings_as_the_demonstration_left_them(anchor):
	"""Though its days are before those of what waited for a place."""
	settings = frappe.get_doc("Client Comms Settings")
	settings.own_email_domains = "other.example"
	settings.save()
	frappe.flags.pop(entries._LAST_MOMENT)  # what follows is another process
	site.load(anchor, lambda steps: steps[:1])
	(known,) = following.known(settings.doctype, [settings.name]).values()
	assert known["own_email_domains"] == frappe.db.get_single_value(settings.doctype, "own_email_domains")
	assert stories.OWN_DOMAIN in known["own_email_domains"]


def check_that_the_second_time_adds_nothing(anchor):
	before = {doctype: frappe.db.count(doctype) for doctype in ADDED}
	assert site.load().done == 0
	assert {doctype: frappe.db.count(doctype) for doctype in ADDED} == before
	with pytest.raises(site.NotLoadable, match=str(anchor)):
		site.load(frappe.utils.add_days(anchor, 1))


def test_a_load_that_was_interrupted_is_completed(anchor):
	class Interrupted(Exception):
		pass

	def ten_steps(steps):
		yield from steps[:10]
		raise Interrupted

	with pytest.raises(Interrupted):
		site.load(anchor, ten_steps)
	frappe.db.rollback()
	assert site.loaded_anchor() in (None, anchor)
	done = site.load(anchor, lambda steps: steps[:30]).done
	assert 0 < done <= 30
	assert site.load(anchor, lambda steps: steps[:30]).done == 0


def test_what_a_stricter_site_refuses_is_told_and_left_out(anchor):
	frappe.db.set_value("Communication Type", "Initial Inquiry", "expects_reply", 0)
	frappe.clear_document_cache("Communication Type", "Initial Inquiry")
	demonstration = site.load(anchor, lambda steps: [s for s in steps if s.key == "hall-hansen"])
	assert demonstration.done > 0
	assert any(
		each.startswith("hall-hansen, Acknowledged: No acknowledgement") for each in demonstration.refused
	)
	interaction = frappe.get_doc("Client Interaction", demonstration.interaction("hall-hansen"))
	assert "Acknowledged" not in {row.event for row in interaction.events}


def test_a_day_to_come_is_refused():
	with pytest.raises(site.NotLoadable, match="still to come"):
		site.load(frappe.utils.add_days(clock.now().date(), 1))


@pytest.mark.parametrize(
	"arguments, said",
	[
		(["load-demo", "--anchor", "yesterday"], "Error: --anchor yesterday: give a date"),
		(["load-demo", "--anchor", "2999-01-01"], "Error: 2999-01-01 is still to come"),
		(["simulate-matrix", "Nowhere"], "Error: There is no Communication Matrix Nowhere. There are: "),
		(["simulate-matrix", "Nowhere", "--since", "soon"], "Error: --since soon: give a date"),
		(
			["scorecard", "--since", "2026-11-02", "--until", "2026-11-01"],
			"Error: --until 2026-11-01 is before",
		),
		(
			["verify-ledger", "--since", "2026-11-02", "--until", "2026-11-01"],
			"Error: --until 2026-11-01 is before",
		),
		(["verify-ledger", "--since", "2026-11-02T10:00Z"], "Error: --since 2026-11-02T10:00Z: give a date"),
		(["export-ledger", "none", "--party", "Nothing", "X"], "Error: There is no Nothing X."),
	],
)
def test_bad_input_is_answered_with_one_line(bench, arguments, said):
	result = bench(*arguments)
	assert result.exit_code == 2
	assert result.output.startswith(said)
	assert result.output.count("\n") == 1


def test_a_matrix_is_simulated(bench):
	name = frappe.get_all("Communication Matrix", {"docstatus": 1}, pluck="name", order_by="creation asc")[0]
	draft = frappe.copy_doc(frappe.get_doc("Communication Matrix", name))
	draft.update({"version_label": "Stricter", "effective_from": "2100-01-01"})
	rule = next(row for row in draft.rules if row.communication_type == "Initial Inquiry")
	rule.update({"confidentiality_level": "Confidential", "respond_within_days": 5})
	draft.insert()
	before = frappe.db.count("Client Interaction", {"communication_type": "Initial Inquiry"})
	site.load(frappe.utils.getdate("2025-04-02"), lambda steps: steps[:1])

	result = bench("simulate-matrix", draft.name)
	assert result.exit_code == 0, result.output
	assert "Standard" in result.output and "Confidential" in result.output
	assert "1 / 2" in result.output and "1 / 5" in result.output
	result = bench("simulate-matrix", draft.name, "--json")
	changes = frappe.parse_json(result.output)["level_changes"]
	assert sum(each["records"] for each in changes) == before + 1


def test_clearances_of_a_level_are_simulated(bench, tmp_path, log, make_user):
	user = make_user("Frontline Staff")
	log("Feedback/Complaint")
	total = frappe.db.count("Client Interaction", {"confidentiality_level": "Sensitive"})
	file = tmp_path / "level.json"
	file.write_text('{"need_to_know": "Role", "clearances": [{"role": "Frontline Staff", "can_read": 1}]}')
	result = bench("simulate-level", "Sensitive", str(file), "--json")
	found = frappe.parse_json(result.output)
	gained = [row for row in found["people"] if row["user"] == user]
	assert sum(row["gained"] for row in gained) == total and found["new_access"]["new_access"]
	result = bench("simulate-level", "Sensitive", str(file))
	assert result.exit_code == 0 and "New access: A user with the role Frontline Staff" in result.output
	for level, text, said in (
		("Nowhere", "{}", "There is no Confidentiality Level Nowhere. There are: Standard"),
		("Sensitive", "[]", "is not a JSON object"),
		("Sensitive", "{", "is not JSON"),
		("Sensitive", '{"need_to_now": "Role"}', "Unknown field need_to_now"),
		("Sensitive", '{"need_to_know": "Anyone"}', "Participants"),
		(
			"Sensitive",
			'{"clearances": [{"role": "No Such Role", "can_read": 1}]}',
			"No Such Role does not exist",
		),
		("Sensitive", '{"clearances": [{"role": "Frontline Staff", "can_red": 1}]}', "Unknown field can_red"),
		("Sensitive", '{"clearances": 1}', "list of rows"),
	):
		file.write_text(text)
		result = bench("simulate-level", level, str(file))
		assert result.exit_code == 2 and said in result.output
