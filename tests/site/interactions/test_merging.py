"""Two interactions of one matter become one; a message that opens another matter, or was filed wrongly, goes (D-1, C-3, C-4, P-2)."""

import frappe
import pytest
from frappe.database import get_db
from frappe.share import add as share

from client_comms import api, ledger
from client_comms.client_interactions import owed
from client_comms.client_interactions.clocks import sweep
from client_comms.enforcement import former_names, level_spread, levels
from client_comms.exceptions import ActionNotPossibleError
from client_comms.intake import threads

pytestmark = pytest.mark.clause("D-1", "C-3", "C-4", "P-2")

INTERACTION = "Client Interaction"
INQUIRY, COMPLAINT = "Initial Inquiry", "Feedback/Complaint"
# An inquiry of Monday is to be acknowledged by Tuesday, 17:00, and answered by Wednesday, 17:00.
MONDAY, TUESDAY, THURSDAY = "2026-11-23 10:00", "2026-11-24 10:00", "2026-11-26 10:00"


@pytest.fixture(autouse=True)
def office(set_calendar, set_settings):
	set_calendar(["09:00-17:00"])
	set_settings(identity_mode="Off", channel_mode="Off", responsible_party_mode="Off", evidence_mode="Off")


@pytest.fixture
def people(make_user):
	return frappe._dict(
		rita=make_user("Customer Support", "Frontline Staff", first_name="Rita"),
		fiona=make_user("Frontline Staff", first_name="Fiona"),
		other=make_user("Customer Support", first_name="Otto"),
	)


@pytest.fixture
def pair(inquiry, people):
	"""Two inquiries of one client, of Monday and of Tuesday."""
	return tuple(
		inquiry(at=at, responsible_staff=people.rita, subject=subject).name
		for at, subject in ((MONDAY, "Roof"), (TUESDAY, "Roof again"))
	)


@pytest.fixture
def message(clock_at):
	"""`message(interaction, at)`: an email of the client that belongs to it."""

	def receive(name, at, subject="Roof", **fields):
		with clock_at(at):
			return frappe.get_doc(
				{
					"doctype": "Communication",
					"communication_type": "Communication",
					"communication_medium": "Email",
					"sent_or_received": "Received",
					"sender": "anna@client-a.example",
					"subject": subject,
					"content": "When will you come?",
					"communication_date": at,
					"reference_doctype": INTERACTION,
					"reference_name": name,
					**fields,
				}
			).insert(ignore_permissions=True)

	return receive


@pytest.fixture
def at(clock_at, as_user):
	"""`at(THURSDAY, user, api.merge_interactions, …)`"""

	def call(moment, user, method, *args, **kwargs):
		with clock_at(moment), as_user(user):
			return method(*args, **kwargs)

	return call


def doc_of(name):
	return frappe.get_doc(INTERACTION, name)


def statuses(name):
	doc = doc_of(name)
	return doc.acknowledge_status, doc.respond_status, doc.breached, doc.missed_deadlines


def events_of(name):
	return [row.event for row in doc_of(name).events]


# --- merging -----------------------------------------------------------------------------------------


def test_the_earliest_deadline_stays_and_both_names_lead_to_it(pair, people, at):
	first, second = pair
	assert at(TUESDAY, people.rita, api.merge_interactions, first, second) == second
	merged = doc_of(second)
	assert str(merged.respond_by) == "2026-11-25 17:00:00", "that of Monday"
	assert not frappe.db.exists(INTERACTION, first)
	assert former_names.current(first) == second and merged.former_names == first
	assert events_of(second).count("Received") == 2 and events_of(second)[-1] == "Merged"
	assert "Roof again" in merged.subject and f"{first}, Roof: Anna asks" in merged.summary


def test_merging_again_or_the_other_way_round_changes_nothing(pair, people, at):
	first, second = pair
	for names in ((first, second), (first, second), (second, first)):
		assert at(TUESDAY, people.rita, api.merge_interactions, *names) == second
	assert events_of(second).count("Merged") == 1


@pytest.mark.parametrize(
	"what", [api.acknowledge, api.answer, api.pause, api.close, api.escalate, api.client_called_again]
)
def test_who_acts_on_one_that_was_merged_meanwhile_is_led_to_the_other(what, pair, people, at):
	first, second = pair
	at(TUESDAY, people.rita, api.merge_interactions, first, second)
	args = (first, "Look at it") if what in (api.escalate, api.client_called_again) else (first,)
	with pytest.raises(ActionNotPossibleError, match=f"{first}.*was merged into.*{second}"):
		at(TUESDAY, people.rita, what, *args)
	assert len(frappe.get_message_log()) == 1
	frappe.db.set_value(INTERACTION, second, "confidentiality_level", "Sensitive")
	with pytest.raises(frappe.DoesNotExistError):
		at(TUESDAY, people.fiona, what, *args)


@pytest.mark.parametrize(
	"action",
	[
		{"action": "assign", "user": "Administrator"},
		{"action": "change_level", "level": "Standard"},
		{"action": "close"},
	],
)
def test_so_is_who_acts_on_several(action, pair, people, at, as_user):
	first, second = pair
	at(TUESDAY, people.rita, api.merge_interactions, first, second)
	acting = {"names": [first], "note": "Mine", **action}
	with as_user(people.rita):
		(refused,) = api.act_on_interactions(**acting)
	assert second in refused["error"]


def test_merged_twice_every_former_name_leads_to_the_last_one(pair, inquiry, people, at):
	third = inquiry(at=TUESDAY, responsible_staff=people.rita).name
	at(TUESDAY, people.rita, api.merge_interactions, pair[0], pair[1])
	at(TUESDAY, people.rita, api.merge_interactions, pair[1], third)
	assert {former_names.current(name) for name in pair} == {third}
	assert str(doc_of(third).respond_by) == "2026-11-25 17:00:00"


@pytest.mark.parametrize("late_one_stays", [True, False])
def test_a_missed_deadline_of_either_stays_missed(inquiry, people, at, clock_at, late_one_stays):
	late = inquiry(at=MONDAY, responsible_staff=people.rita).name
	with clock_at(THURSDAY):
		sweep.run()
	new = inquiry(at="2026-11-26 09:30", responsible_staff=people.rita).name
	names = (new, late) if late_one_stays else (late, new)
	kept = at(THURSDAY, people.rita, api.merge_interactions, *names)
	assert statuses(kept) == ("Breached", "Breached", 1, 2)
	at(THURSDAY, people.rita, api.answer, kept)
	assert statuses(kept) == ("Met Late", "Met Late", 1, 2)


def test_what_both_missed_is_counted_for_both(inquiry, people, at, clock_at):
	one, other = (inquiry(at=MONDAY, responsible_staff=people.rita).name for _each in "ab")
	with clock_at(THURSDAY):
		sweep.run()
	at(THURSDAY, people.rita, api.merge_interactions, one, other)
	assert statuses(other) == ("Breached", "Breached", 1, 4)
	with clock_at("2026-11-27 12:00"):
		sweep.run()
	assert events_of(other).count("Breached") == 4, "no one is told again of what was told"
	from client_comms.client_interactions.report.response_compliance import response_compliance

	filters = {"from_date": "2026-11-23", "to_date": "2026-11-23", "party_type": "Customer"}
	rows = response_compliance.execute(frappe._dict(filters, party="Anna Client"))[1]
	assert [row["missed_deadlines"] for row in rows] == [4, 4], "the group and the total"


def test_of_two_that_began_in_the_same_second_each_keeps_its_deadline(inquiry, people, at, clock_at):
	one, other = (inquiry(at=MONDAY, responsible_staff=people.rita).name for _each in "ab")
	at(TUESDAY, people.rita, api.pause, one, "Waiting")
	at("2026-11-25 10:00", people.rita, api.resume, one)
	at("2026-11-25 11:00", people.rita, api.merge_interactions, other, one)
	with clock_at(THURSDAY):
		sweep.run()
	assert statuses(one) == ("Breached", "Breached", 1, 2), "what waited for the client was not late"
	at(THURSDAY, people.rita, api.answer, one)
	assert statuses(one) == ("Met Late", "Met Late", 1, 2)


def test_what_is_judged_after_merging_is_stored_although_the_other_began_in_the_same_second(
	inquiry, people, at, clock_at, set_calendar
):
	one, other = (inquiry(at=MONDAY, responsible_staff=people.rita).name for _each in "ab")
	at(TUESDAY, people.rita, api.answer, other)
	at(TUESDAY, people.rita, api.merge_interactions, other, one)
	with clock_at(THURSDAY):
		sweep.run()
		set_calendar(["09:00-12:00"])
		assert str(doc_of(one).clocks().respond.due)[:16] == "2026-11-25 17:00"


def test_what_was_answered_stays_answered_and_the_rest_is_owed(pair, people, at):
	first, second = pair
	at(TUESDAY, people.rita, api.answer, second)
	at(TUESDAY, people.rita, api.merge_interactions, first, second)
	doc = doc_of(second)
	assert (doc.status, doc.respond_status, str(doc.respond_by)) == ("Open", "Running", "2026-11-25 17:00:00")
	at(TUESDAY, people.rita, api.answer, second)
	assert statuses(second) == ("Met", "Met", 0, 0)


def test_a_pause_ends_if_the_other_one_runs(pair, people, at):
	first, second = pair
	at(TUESDAY, people.rita, api.pause, first, "Waiting")
	at(TUESDAY, people.rita, api.merge_interactions, first, second)
	assert doc_of(second).clock_state == "Running"


def test_everything_follows(pair, people, at, message):
	first, second = pair
	mail = message(first, TUESDAY)
	doc = doc_of(first)
	doc.append("action_items", {"description": "Call back", "assigned_to": people.rita})
	doc.save()
	doc.add_comment("Comment", "Anna prefers mornings.")
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "roof.txt",
			"content": "roof",
			"attached_to_doctype": INTERACTION,
			"attached_to_name": first,
			"is_private": 1,
		}
	).insert()
	at(TUESDAY, people.rita, api.merge_interactions, first, second)
	merged = doc_of(second)
	assert [row.description for row in merged.action_items] == ["Call back"]
	todo = frappe.get_doc("ToDo", merged.action_items[0].todo)
	assert (todo.reference_name, todo.status) == (second, "Open")
	mail.reload()
	assert (mail.client_interaction, mail.reference_name) == (second, second)
	assert frappe.db.get_value("File", file.name, "attached_to_name") == second
	assert frappe.db.exists("Comment", {"reference_name": second, "content": "Anna prefers mornings."})
	assert mail.name in [row.reference_name for row in merged.evidence]
	for doctype, field in (
		("Communication", "client_interaction"),
		("ToDo", "reference_name"),
		("Comment", "reference_name"),
		("Version", "docname"),
		("Interaction Event", "parent"),
		("Interaction Evidence", "parent"),
		("Communication Link", "link_name"),
	):
		assert not frappe.db.exists(doctype, {field: first}), doctype
	merged.add_comment("Comment", "It can still be saved.")
	merged.save()


@pytest.fixture
def unrelated():
	"""`unrelated()` changes a committed row that is about none of them, from another connection, which does not wait for locks."""
	conf = frappe.conf
	other = get_db(host=conf.db_host, port=conf.db_port, user=conf.db_name, password=conf.db_password)
	other.connect()
	other.use(frappe.conf.db_name)
	other.sql("set innodb_lock_wait_timeout = 1")
	row = {"name": frappe.generate_hash()}
	other.sql("insert into `tabEvent Participants` (name, parent) values (%(name)s, 'unrelated')", row)
	other._conn.commit()
	change = "update `tabEvent Participants` set email = 'a@b.example' where name = %(name)s"
	yield lambda: other.sql(change, row)
	other.sql("delete from `tabEvent Participants` where name = %(name)s", row)
	other._conn.commit()
	other.close()


def test_nothing_is_locked_that_is_about_others(unrelated, pair, people, at):
	visit = frappe.get_doc({"doctype": "Event", "subject": "Visit", "starts_on": TUESDAY})
	visit.append("event_participants", {"reference_doctype": INTERACTION, "reference_docname": pair[0]})
	visit.insert()
	at(TUESDAY, people.rita, api.merge_interactions, *pair)
	assert visit.reload().event_participants[0].reference_docname == pair[1]
	unrelated()


def test_the_stricter_level_counts_for_all_of_it(inquiry, people, at, message, as_user):
	complaint = inquiry(COMPLAINT, responsible_staff=people.rita).name
	plain = inquiry(at=TUESDAY, responsible_staff=people.rita).name
	mail = message(plain, TUESDAY)
	at(TUESDAY, people.rita, api.merge_interactions, plain, complaint)
	assert doc_of(complaint).confidentiality_level == "Sensitive"
	mail.reload()
	assert mail.confidentiality_level == "Sensitive"
	with as_user(people.fiona):
		assert former_names.readable(plain) is None
		assert not frappe.get_list("Communication", {"name": mail.name})


@pytest.fixture
def issues(set_settings, inquiry, people, at):
	"""Two Issues whose interactions were merged into that of the second one: what was about the first, the second, the interaction."""
	set_settings(govern_issues=1, log_issues=0)
	made = [
		frappe.get_doc({"doctype": "Issue", "subject": "Roof"}).insert(ignore_permissions=True).name
		for _ in "ab"
	]
	about = [
		inquiry(at=when, responsible_staff=people.rita, reference_doctype="Issue", reference_name=issue).name
		for issue, when in zip(made, (MONDAY, TUESDAY), strict=True)
	]
	at(TUESDAY, people.rita, api.merge_interactions, *about)
	return *made, about[1]


def level_of(doctype, name):
	return frappe.db.get_value(doctype, name, "confidentiality_level")


@pytest.mark.parametrize("which", [0, 1])
def test_an_issue_that_is_raised_raises_what_was_merged(issues, which):
	level_spread.change_level("Issue", issues[which], "Sensitive", "A complaint")
	assert level_of(INTERACTION, issues[2]) == "Sensitive"
	assert {level_of("Issue", each) for each in issues[:2]} == {"Sensitive"}


def test_what_was_merged_raises_the_issues_of_both(issues, people, at):
	doc = doc_of(issues[2])
	doc.confidentiality_level, doc.level_change_reason = "Sensitive", "A complaint"
	doc.save(ignore_permissions=True)
	assert {level_of("Issue", each) for each in issues[:2]} == {"Sensitive"}


def test_an_issue_that_is_governed_later_takes_the_level_of_what_was_merged(issues, set_settings):
	set_settings(govern_issues=0)
	frappe.db.set_value("Issue", {"name": ("in", issues[:2])}, "confidentiality_level", None)
	frappe.db.set_value(INTERACTION, issues[2], "confidentiality_level", "Sensitive")
	set_settings(govern_issues=1)
	levels.backfill_levels("Issue")
	assert {level_of("Issue", each) for each in issues[:2]} == {"Sensitive"}


@pytest.mark.clause("F-1", "F-3")
def test_what_the_client_thought_of_either_stays(inquiry, people, at):
	names = [inquiry(COMPLAINT, responsible_staff=people.rita).name for _each in "ab"]
	rated = {"rating": 2, "rated_on": MONDAY, "rating_comment": "Too slow"}
	frappe.db.set_value(
		INTERACTION, names[0], {"severity": "High", "redress_amount": 50, "logged_late": 1, **rated}
	)
	frappe.db.set_value(INTERACTION, names[1], {"severity": "Low", "rating": 5, "rated_on": MONDAY})
	at(TUESDAY, people.rita, api.merge_interactions, *names)
	merged = doc_of(names[1])
	assert (merged.severity, merged.redress_amount, merged.logged_late) == ("High", 50, 1)
	assert (merged.rating, merged.rating_comment) == (2, "Too slow")


@pytest.mark.clause("F-1")
def test_words_of_a_complaint_in_either_are_found(pair, people, at):
	first, second = pair
	frappe.db.set_value(INTERACTION, first, "complaint_words", "scandalous")
	frappe.db.set_value(INTERACTION, second, {"complaint_words": "dreadful", "not_a_complaint": 1})
	at(TUESDAY, people.rita, api.merge_interactions, first, second)
	merged = doc_of(second)
	assert {"dreadful", "scandalous"} <= set(merged.complaint_words.split(", "))
	assert not merged.not_a_complaint


def test_shares_on_what_belongs_to_it_end_at_once(inquiry, people, at):
	complaint = inquiry(COMPLAINT, responsible_staff=people.rita).name
	plain = inquiry(at=TUESDAY, responsible_staff=people.rita).name
	visit = frappe.get_doc(
		{"doctype": "Event", "subject": "Visit", "starts_on": TUESDAY, "client_interaction": plain}
	).insert()
	share("Event", visit.name, people.fiona)
	at(TUESDAY, people.rita, api.merge_interactions, plain, complaint)
	assert frappe.db.get_value("Event", visit.name, "confidentiality_level") == "Sensitive"
	assert not frappe.db.exists("DocShare", {"share_doctype": "Event", "share_name": visit.name})


def test_feedback_stays_feedback(inquiry, people, at):
	complaint = inquiry(COMPLAINT, responsible_staff=people.rita).name
	plain = inquiry(at=TUESDAY, responsible_staff=people.rita).name
	with pytest.raises(ActionNotPossibleError, match="stays feedback"):
		at(TUESDAY, people.rita, api.merge_interactions, complaint, plain)


def test_it_asks_for_clearance_on_both(inquiry, people, at):
	complaint = inquiry(COMPLAINT, responsible_staff=people.rita).name
	plain = inquiry(at=TUESDAY, responsible_staff=people.rita).name
	for user in (people.fiona, people.other):
		for method in (api.merge_interactions, api.simulate_merge):
			with pytest.raises(frappe.PermissionError):
				at(TUESDAY, user, method, plain, complaint)
	assert frappe.db.exists(INTERACTION, plain)


def test_other_clients_and_companies_are_refused(pair, people, at, make_client):
	other = make_client("Bert Client", "bert@client-b.example")
	frappe.db.set_value(INTERACTION, pair[0], {"party_type": "Customer", "party": other.party})
	with pytest.raises(ActionNotPossibleError, match="different clients"):
		at(TUESDAY, people.rita, api.merge_interactions, *pair)
	frappe.db.set_value(INTERACTION, pair[0], "company", "Another Company")
	with pytest.raises(ActionNotPossibleError, match="different companies"):
		at(TUESDAY, people.rita, api.merge_interactions, *pair)
	with pytest.raises(ActionNotPossibleError, match="itself"):
		at(TUESDAY, people.rita, api.merge_interactions, pair[1], pair[1])


def test_grants_and_shares_end_instead_of_opening_the_other_one(inquiry, people, at, as_user, clock_at):
	one, other = (inquiry(COMPLAINT, at=TUESDAY, responsible_staff=people.rita).name for _each in "ab")
	with clock_at(TUESDAY):
		frappe.get_doc(
			{
				"doctype": "Interaction Access Grant",
				"interaction": one,
				"user": people.other,
				"reason": "Holiday",
				"valid_until": "2026-12-24 10:00",
			}
		).insert()
		assert frappe.has_permission(INTERACTION, "read", doc=one, user=people.other)
	at("2026-11-24 11:00", people.rita, api.merge_interactions, one, other)
	with clock_at("2026-11-24 11:01"):
		assert not frappe.has_permission(INTERACTION, "read", doc=other, user=people.other)
	assert ledger.verify()["ok"]


def test_a_hold_and_consents_follow(pair, people, at):
	first, second = pair
	hold = frappe.get_doc(
		{"doctype": "Legal Hold", "hold_on": "Interaction", "client_interaction": first, "reason": "Lawsuit"}
	).insert()
	at(TUESDAY, people.rita, api.merge_interactions, first, second)
	hold.reload()
	assert (hold.client_interaction, hold.on_name, hold.status) == (second, second, "Active")
	with pytest.raises(frappe.ValidationError):
		frappe.delete_doc(INTERACTION, second, force=True)


def held(doctype, name):
	"""Whether it cannot be deleted, and the holds placed on itself."""
	with pytest.raises(frappe.ValidationError):
		frappe.delete_doc(doctype, name, force=True)
	return frappe.get_all("Legal Hold", {"on_doctype": doctype, "on_name": name}, pluck="reason")


@pytest.fixture
def held_issue(set_settings):
	set_settings(log_issues=0)  # the test says which interactions are about it
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Leak"}).insert()
	frappe.get_doc(
		{
			"doctype": "Legal Hold",
			"hold_on": "Matter",
			"reference_doctype": "Issue",
			"reference_name": issue.name,
			"reason": "Lawsuit about the leak",
		}
	).insert()
	return issue.name


def about(issue, *names):
	for name in names:
		frappe.db.set_value(
			INTERACTION, name, {"reference_doctype": "Issue", "reference_name": issue}, update_modified=False
		)


def test_what_a_hold_on_its_matter_covered_stays_held(pair, people, at, held_issue):
	about(held_issue, pair[0])
	about(frappe.get_doc({"doctype": "Issue", "subject": "Roof"}).insert().name, pair[1])
	at(TUESDAY, people.rita, api.merge_interactions, *pair)
	assert held(INTERACTION, pair[1]) == ["Lawsuit about the leak"]


def test_a_hold_that_still_covers_what_was_merged_is_not_placed_twice(pair, people, at, held_issue):
	about(held_issue, *pair)
	at(TUESDAY, people.rita, api.merge_interactions, *pair)
	assert held(INTERACTION, pair[1]) == []


def test_it_is_on_the_ledger_of_both(pair, people, at):
	at(TUESDAY, people.rita, api.merge_interactions, *pair)
	rows = frappe.get_all(
		"Compliance Ledger Entry", {"action": "Merged"}, ["reference_name", "user"], order_by="creation asc"
	)
	assert {(row.reference_name, row.user) for row in rows} >= {(name, people.rita) for name in pair}


def test_a_former_name_opens_the_form_of_the_one_that_stands(pair, people, at, as_user):
	at(TUESDAY, people.rita, api.merge_interactions, *pair)
	with as_user(people.rita):
		frappe.local.response = frappe._dict(docs=[])
		frappe.call("client_comms.enforcement.methods.form_load.getdoc", doctype=INTERACTION, name=pair[0])
		assert [doc.name for doc in frappe.response.docs] == [pair[1]]
	frappe.db.set_value(INTERACTION, pair[1], "confidentiality_level", "Sensitive")
	with as_user(people.fiona):
		frappe.local.response = frappe._dict(docs=[])
		frappe.call("client_comms.enforcement.methods.form_load.getdoc", doctype=INTERACTION, name=pair[0])
		assert not frappe.response.docs


def test_a_former_name_is_found_by_searching_for_it(pair, people, at, as_user):
	at(TUESDAY, people.rita, api.merge_interactions, *pair)
	with as_user(people.rita):
		found = frappe.call(
			"client_comms.enforcement.methods.link_fields.search_link", doctype=INTERACTION, txt=pair[0]
		)
	assert pair[1] in str(found)


def test_mail_about_a_former_name_continues_the_conversation(pair, people, at):
	at(TUESDAY, people.rita, api.merge_interactions, *pair)
	assert threads.about(INTERACTION, pair[0]).name == pair[1]
	assert former_names.replaced([pair[0], "CI-2000-00001"]) == [pair[1], "CI-2000-00001"]


def test_the_document_of_a_former_one_finds_the_one_that_stands(pair, people, at, held_issue, message):
	about(held_issue, pair[0])
	about(frappe.get_doc({"doctype": "Issue", "subject": "Roof"}).insert().name, pair[1])
	at(TUESDAY, people.rita, api.merge_interactions, *pair)
	assert threads.about("Issue", held_issue).name == pair[1]
	found = at(TUESDAY, people.rita, owed.open_of, "Issue", held_issue, 4)
	assert [row.name for row in found] == [pair[1]]
	message(pair[1], TUESDAY)  # so she takes part
	mail = frappe._dict(
		document=frappe._dict(subject=f"Re: {held_issue}"), address="anna@client-a.example", name="Anna"
	)
	assert threads._by_name_in_subject(mail) == pair[1]


def test_former_names_cannot_be_written(pair, people, at):
	doc = doc_of(pair[0])
	doc.former_names = "CI-1"
	doc.save()
	assert not doc_of(pair[0]).former_names


def test_the_preview_says_what_becomes_of_it_and_writes_nothing(pair, people, at):
	found = at(TUESDAY, people.rita, api.simulate_merge, *pair)
	assert (found["subject"], found["client"]) == ("Roof again", "Anna Client")
	assert (found["level"], found["raised"]) == ("Standard", False)
	assert str(found["owed"][-1]["due"]) == "2026-11-25 17:00:00"
	assert found["audience"]["roles"]
	assert events_of(pair[1])[-1] != "Merged" and frappe.db.exists(INTERACTION, pair[0])


@pytest.mark.parametrize("is_owed", [True, False])
def test_a_closed_one_opens_again_only_if_something_is_owed(pair, people, at, message, is_owed):
	here, there = pair
	for act in (api.answer, api.close):
		at(TUESDAY, people.rita, act, there)
	mail = message(here, "2026-11-24 12:00")
	if not is_owed:
		at("2026-11-24 13:00", people.rita, api.answer, here)
	moment, expected = "2026-11-24 14:00", ("Open", True) if is_owed else ("Closed", False)
	for found in (
		at(moment, people.rita, api.simulate_move, here, mail.name, there),
		at(moment, people.rita, api.simulate_merge, here, there),
	):
		assert (found["status"], found["reopened"]) == expected
	at(moment, people.rita, api.move_message, here, mail.name, there)
	doc = doc_of(there)
	assert doc.status == expected[0]
	assert bool(doc.next_deadline) == is_owed


# --- splitting off ----------------------------------------------------------------------------------


def test_another_matter_gets_its_own_clocks_from_its_own_time(pair, people, at, message):
	name = pair[0]
	at(TUESDAY, people.rita, api.answer, name)
	mail = message(name, "2026-11-24 12:00", "Another roof")
	assert doc_of(name).respond_status == "Running"
	made = at(THURSDAY, people.rita, api.split_off, name, mail.name, INQUIRY, None, "The bill")["name"]
	doc = doc_of(made)
	assert doc.subject == "The bill"
	assert (doc.communication_type, doc.party, str(doc.occurred_on)) == (
		INQUIRY,
		"Anna Client",
		"2026-11-24 12:00:00",
	)
	assert str(doc.respond_by) == "2026-11-26 17:00:00"
	old = doc_of(name)
	assert (old.status, old.respond_status, old.next_deadline) == ("Answered", "Met", None)
	assert old.respond_working_seconds
	assert events_of(name)[-1] == "Message Split Off"
	mail.reload()
	assert (mail.client_interaction, mail.reference_name) == (made, made)
	assert at(THURSDAY, people.rita, api.split_off, name, mail.name)["name"] == made, "once is enough"


def test_what_was_missed_where_it_was_stays_missed(pair, people, at, message, clock_at):
	name = pair[0]
	at(TUESDAY, people.rita, api.answer, name)
	mail = message(name, "2026-11-24 12:00")
	with clock_at("2026-11-27 10:00"):
		sweep.run()
	at("2026-11-27 10:00", people.rita, api.split_off, name, mail.name)
	assert statuses(name) == ("Met", "Met", 1, 1)


def test_the_rest_is_owed_from_its_own_time(pair, people, at, message):
	name = pair[0]
	at(TUESDAY, people.rita, api.answer, name)
	mail = message(name, "2026-11-24 12:00")
	message(name, "2026-11-25 12:00", "And the bill?")
	at("2026-11-25 13:00", people.rita, api.split_off, name, mail.name)
	assert str(doc_of(name).respond_by) == "2026-11-27 17:00:00"


def test_the_only_message_is_not_split_off(inquiry, people, at, message, make_client, clock_at):
	make_client("Cora Client", "cora@client-c.example")
	with clock_at(TUESDAY):
		mail = message(None, TUESDAY, reference_doctype=None, sender="cora@client-c.example")
	mail.reload()
	frappe.db.set_value(INTERACTION, mail.client_interaction, "responsible_staff", people.rita)
	with pytest.raises(ActionNotPossibleError, match="alone"):
		at(TUESDAY, people.rita, api.split_off, mail.client_interaction, mail.name)


def test_a_split_off_message_is_not_less_confidential_without_a_reason(inquiry, people, at, message):
	complaint = inquiry(COMPLAINT, responsible_staff=people.rita).name
	mails = [message(complaint, TUESDAY, f"Bill {number}") for number in (1, 2)]
	made = at(TUESDAY, people.rita, api.split_off, complaint, mails[0].name, INQUIRY)["name"]
	assert doc_of(made).confidentiality_level == "Sensitive"
	frappe.db.set_value("Customer", doc_of(complaint).party, "customer_name", "Solar House Ltd")
	preview = at(TUESDAY, people.rita, api.simulate_split, complaint, mails[1].name, INQUIRY)
	assert (preview["level"], preview["may_lower"]) == ("Sensitive", "Standard")
	assert preview["client"] == "Solar House Ltd"  # and not the name in the message
	lowered = at(TUESDAY, people.rita, api.split_off, complaint, mails[1].name, INQUIRY, "Only about a bill")
	assert doc_of(lowered["name"]).confidentiality_level == "Standard"
	assert frappe.db.exists(
		"Compliance Ledger Entry", {"action": ledger.LEVEL_LOWERED, "reference_name": mails[1].name}
	)


# --- moving -------------------------------------------------------------------------------------------


def test_a_message_filed_wrongly_is_moved_with_its_clock(pair, people, at, message, clock_at):
	here, there = pair
	at(TUESDAY, people.rita, api.answer, here)
	at(TUESDAY, people.rita, api.answer, there)
	mail = message(here, "2026-11-24 12:00")
	for _twice in range(2):
		assert at("2026-11-25 10:00", people.rita, api.move_message, here, mail.name, there)["name"] == there
	assert doc_of(here).status == "Answered"
	assert str(doc_of(there).respond_by) == "2026-11-26 17:00:00"
	assert (events_of(here)[-1], events_of(there)[-1]) == ("Message Moved", "Message Added")
	mail.reload()
	assert (mail.client_interaction, mail.reference_name) == (there, there)
	assert mail.name in [row.reference_name for row in doc_of(there).evidence]
	assert mail.name not in [row.reference_name for row in doc_of(here).evidence]
	# And back again.
	at("2026-11-25 10:00", people.rita, api.move_message, there, mail.name, here)
	assert (doc_of(there).status, str(doc_of(here).respond_by)) == ("Answered", "2026-11-26 17:00:00")


def test_a_step_leads_to_where_its_message_is_now_for_those_who_can_read_it(pair, people, at, message):
	here, there = pair
	mail = message(here, "2026-11-24 12:00")
	at(THURSDAY, people.rita, api.move_message, here, mail.name, there)

	def leads(user, name, meaning):
		entries = at(THURSDAY, user, api.conversation, name)["entries"]
		return [each["leads_to"] for each in entries if each.get("meaning") == meaning]

	def leads_to(user):
		return leads(user, here, "Message Moved")

	def leads_back(user):
		return leads(user, there, "Message Added")

	assert leads_to(people.fiona) == [there]
	assert leads_back(people.fiona) == [here]
	raised = doc_of(there)
	raised.confidentiality_level = "Sensitive"
	raised.save_by_app()
	assert (leads_to(people.rita), leads_to(people.fiona)) == ([there], [None])
	assert leads_back(people.rita) == [here]


def test_a_step_leads_back_only_to_what_can_be_read(pair, people, at, message):
	here, there = pair
	mail = message(here, "2026-11-24 12:00")
	at(THURSDAY, people.rita, api.move_message, here, mail.name, there)
	raised = doc_of(here)
	raised.confidentiality_level = "Sensitive"
	raised.save_by_app()
	entries = at(THURSDAY, people.fiona, api.conversation, there)["entries"]
	assert [each["leads_to"] for each in entries if each.get("meaning") == "Message Added"] == [None]


def test_what_was_split_off_leads_to_where_it_came_from(pair, people, at, message):
	here, _there = pair
	mail = message(here, "2026-11-24 12:00")
	own = at(THURSDAY, people.rita, api.split_off, here, mail.name, INQUIRY)["name"]
	entries = at(THURSDAY, people.fiona, api.conversation, own)["entries"]
	assert [each["leads_to"] for each in entries if each.get("meaning") == "Logged"] == [here]


def test_what_was_moved_here_stays_owed_when_another_message_goes(pair, people, at, message):
	here, there = pair
	for name in pair:
		at(TUESDAY, people.rita, api.answer, name)
	own, came = message(here, "2026-11-24 11:00"), message(there, "2026-11-24 12:00")
	at("2026-11-25 10:00", people.rita, api.move_message, there, came.name, here)
	at("2026-11-25 10:00", people.rita, api.move_message, here, own.name, there)
	assert (doc_of(here).status, str(doc_of(here).respond_by)) == ("Acknowledged", "2026-11-26 17:00:00")
	at("2026-11-25 10:00", people.rita, api.move_message, here, came.name, there)
	assert (doc_of(here).status, doc_of(here).next_deadline) == ("Answered", None)


def test_what_went_and_came_back_stays_owed_when_another_message_goes(pair, people, at, message):
	here, there = pair
	for name in pair:
		at(TUESDAY, people.rita, api.answer, name)
	first, second = message(here, "2026-11-24 11:00"), message(here, "2026-11-24 12:00")
	at("2026-11-25 10:00", people.rita, api.move_message, here, second.name, there)
	at("2026-11-25 10:00", people.rita, api.move_message, there, second.name, here)
	at("2026-11-25 10:00", people.rita, api.move_message, here, first.name, there)
	assert (doc_of(here).status, str(doc_of(here).respond_by)) == ("Acknowledged", "2026-11-26 17:00:00")


def test_moving_a_message_misses_no_deadline(pair, people, at, message, clock_at):
	here, there = pair
	at(TUESDAY, people.rita, api.acknowledge, here)
	at(TUESDAY, people.rita, api.answer, there)
	mail = message(here, "2026-11-24 12:00")
	with clock_at("2026-11-27 10:00"):
		sweep.run()
	assert statuses(here) == ("Met", "Breached", 1, 1)
	at("2026-11-27 10:00", people.rita, api.move_message, here, mail.name, there)
	with clock_at("2026-11-27 10:30"):
		sweep.run()
	assert statuses(here) == ("Met", "Breached", 1, 1)
	assert statuses(there) == ("Met", "Breached", 0, 0), "overdue, and counted where it was missed"
	assert "Breached" not in events_of(there)
	at("2026-11-27 11:00", people.rita, api.answer, there)
	assert statuses(there) == ("Met", "Met Late", 0, 0)


def test_what_was_answered_where_it_was_is_owed_nowhere(pair, people, at, message):
	here, there = pair
	at(TUESDAY, people.rita, api.answer, there)
	mail = message(here, "2026-11-24 12:00")
	at("2026-11-24 13:00", people.rita, api.answer, here)
	message(here, "2026-11-26 09:00", "Another question")
	at("2026-11-26 10:00", people.rita, api.move_message, here, mail.name, there)
	assert (doc_of(there).status, statuses(there)) == ("Answered", ("Met", "Met", 0, 0))
	assert str(doc_of(here).respond_by) == "2026-11-30 17:00:00"


def test_a_message_of_a_merged_one_takes_what_is_owed_for_it(pair, inquiry, people, at, message):
	here, there = pair
	third = inquiry(at=TUESDAY, responsible_staff=people.rita).name
	for name in (here, third):
		at(TUESDAY, people.rita, api.answer, name)
	answered = message(there, "2026-11-24 11:00")
	at("2026-11-24 11:30", people.rita, api.answer, there)
	owed = message(there, "2026-11-24 12:00")
	at("2026-11-25 10:00", people.rita, api.merge_interactions, there, here)
	assert str(doc_of(here).respond_by) == "2026-11-26 17:00:00"
	at("2026-11-25 11:00", people.rita, api.move_message, here, answered.name, third)
	assert doc_of(third).status == "Answered"
	at("2026-11-25 11:00", people.rita, api.move_message, here, owed.name, third)
	assert str(doc_of(third).respond_by) == "2026-11-26 17:00:00"
	assert (doc_of(here).status, doc_of(here).next_deadline) == ("Answered", None)


def test_what_is_moved_takes_its_level_along(inquiry, people, at, message):
	complaint = inquiry(COMPLAINT, responsible_staff=people.rita).name
	plain = inquiry(at=TUESDAY, responsible_staff=people.rita).name
	first, second = (message(complaint, TUESDAY, f"Bill {number}") for number in (1, 2))
	at(TUESDAY, people.rita, api.move_message, complaint, first.name, plain, "It is only about a bill")
	assert doc_of(plain).confidentiality_level == "Standard"
	assert frappe.db.get_value("Communication", first.name, "confidentiality_level") == "Standard"
	at(TUESDAY, people.rita, api.move_message, complaint, second.name, plain)
	assert doc_of(plain).confidentiality_level == "Sensitive"


def test_no_one_moves_into_what_they_cannot_write(inquiry, people, at, message):
	complaint = inquiry(COMPLAINT, responsible_staff=people.rita).name
	plain = inquiry(at=TUESDAY, responsible_staff=people.rita).name
	mail = message(plain, TUESDAY)
	for method in (api.move_message, api.simulate_move):
		with pytest.raises(frappe.PermissionError):
			at(TUESDAY, people.fiona, method, plain, mail.name, complaint)
		with pytest.raises(frappe.PermissionError):
			at(TUESDAY, people.fiona, method, complaint, mail.name, plain)


def test_a_held_message_stays_held_where_it_goes(pair, people, at, message):
	here, there = pair
	mails = [message(here, TUESDAY, f"Roof {number}") for number in (1, 2)]
	frappe.get_doc(
		{"doctype": "Legal Hold", "hold_on": "Interaction", "client_interaction": here, "reason": "Lawsuit"}
	).insert()
	at(TUESDAY, people.rita, api.move_message, here, mails[0].name, there)
	made = at(TUESDAY, people.rita, api.split_off, here, mails[1].name)["name"]
	for doctype, name in (("Communication", mails[0].name), (INTERACTION, made)):
		assert frappe.db.exists("Legal Hold", {"on_doctype": doctype, "on_name": name, "status": "Active"})
		with pytest.raises(frappe.ValidationError):
			frappe.delete_doc(doctype, name, force=True)


def test_a_message_held_with_its_client_or_matter_stays_held(
	pair, people, at, message, held_issue, make_client
):
	here, there = pair
	about(held_issue, here)
	other = make_client("Bert Client", "bert@client-b.example")
	frappe.db.set_value(INTERACTION, there, {"party": other.party, "party_name": other.party})
	mails = [message(here, TUESDAY, f"Roof {number}") for number in (1, 2)]
	frappe.get_doc(
		{
			"doctype": "Legal Hold",
			"hold_on": "Client",
			"party_type": "Customer",
			"party": doc_of(here).party,
			"reason": "Lawsuit of Anna",
		}
	).insert()
	at(TUESDAY, people.rita, api.move_message, here, mails[0].name, there)
	assert set(held("Communication", mails[0].name)) == {"Lawsuit about the leak", "Lawsuit of Anna"}
	made = at(TUESDAY, people.rita, api.split_off, here, mails[1].name)["name"]
	assert held(INTERACTION, made) == ["Lawsuit about the leak"], "that of the client covers it"


def test_someone_elses_message_is_not_moved(pair, people, at, message):
	mail = message(pair[0], TUESDAY)
	with pytest.raises(ActionNotPossibleError, match="does not belong"):
		at(TUESDAY, people.rita, api.split_off, pair[1], mail.name)
