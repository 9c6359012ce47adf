"""Closed records are anonymised or deleted after the months of their level: planned, approved, done, certified (P-2)."""

import json
import os

import frappe
import pytest
from frappe.utils.global_search import sync_global_search
from frappe.www import printview

from client_comms import procedure
from client_comms.api import retention as api
from client_comms.client_privacy import retention
from client_comms.client_privacy.erasure import records, runs
from client_comms.exceptions import ActionNotPossibleError, FourEyesError, ResultIsFixedError
from client_comms.intake import unprocessed

pytestmark = pytest.mark.clause("P-2")
CI = "Client Interaction"
WORD = "zebrafish"


@pytest.fixture
def officers(make_user):
	return [make_user(procedure.COMPLIANCE_OFFICER) for _each in range(2)]


@pytest.fixture
def retain():
	"""`retain("Standard", 12, "Delete", {"Service Update": (0, "Delete")})` sets the term of a level."""

	def change(level, months, action="Anonymise", types=()):
		doc = frappe.get_doc("Confidentiality Level", level)
		doc.update({"retention_months": months, "retention_action": action, "retention_exceptions": []})
		for name, (term, then) in dict(types).items():
			doc.append(
				"retention_exceptions",
				{"communication_type": name, "retention_months": term, "retention_action": then},
			)
		doc.save()

	return change


@pytest.fixture(autouse=True)
def searched(site):
	"""A rollback does not reach the search index."""
	yield
	frappe.db.rollback()
	frappe.db.sql("delete from `__global_search` where content like %s", f"%{WORD}%")


@pytest.fixture
def closed(log):
	"""`closed("2024-01-31")` is an interaction with a note, closed on that day."""

	def make(day, communication_type="Initial Inquiry", **fields):
		doc = log(communication_type, subject=f"{WORD} subject", summary=f"{WORD} summary", **fields)
		doc.reload()
		doc.append_event("Closed", f"{day} 10:00:00", f"{WORD} closing")
		doc.events[-1].db_insert()
		frappe.db.set_value(CI, doc.name, {"occurred_on": f"{day} 09:00:00", "status": "Closed"})
		return frappe.get_doc(CI, doc.name)

	return make


def unsubscribe(doc, email, everything=0):
	about = {"reference_doctype": CI, "reference_name": doc.name}
	return frappe.get_doc(
		{"doctype": "Email Unsubscribe", "email": email, "global_unsubscribe": everything, **about}
	).insert()


def surround(doc):
	"""What hangs on an interaction, each with the word; returns the files."""
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Event",
			"subject": f"{WORD} message",
			"content": f"{WORD} message",
			"reference_doctype": CI,
			"reference_name": doc.name,
		}
	).insert()
	comment = doc.add_comment("Comment", f"{WORD} comment")
	gone = doc.add_comment("Comment", f"{WORD} gone")
	files = [
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{WORD}{frappe.generate_hash()}.txt",
				"content": f"{WORD} {frappe.generate_hash()}",
				"attached_to_doctype": owner.doctype,
				"attached_to_name": owner.name,
			}
		).insert()
		for owner in (doc, message, comment)
	]
	frappe.delete_doc("Comment", gone.name)
	queued = frappe.get_doc(
		{
			"doctype": "Email Queue",
			"message": f"{WORD} queued",
			"sender": "a@example.com",
			"status": "Sent",
			"communication": message.name,
			"recipients": [{"recipient": f"{WORD}@example.com"}],
		}
	)
	queued.name = frappe.generate_hash()
	queued.db_insert()
	for row in queued.recipients:
		row.update({"parent": queued.name, "name": frappe.generate_hash()})
		row.db_insert()
	about = {"ref_doctype": "Communication", "docname": message.name, "data": f'{{"changed": "{WORD}"}}'}
	frappe.get_doc({"doctype": "Version", **about}).insert()
	frappe.get_doc(
		{
			"doctype": "ToDo",
			"description": f"{WORD} todo",
			"reference_type": CI,
			"reference_name": doc.name,
			"allocated_to": "Administrator",
		}
	).insert()
	unsubscribe(doc, f"{WORD}@example.com")
	frappe.db.sql(
		"replace into `__global_search` (doctype, name, title, content, published) values (%s, %s, %s, %s, 0)",
		(CI, doc.name, WORD, WORD),
	)
	frappe.log_error(WORD, f"{WORD} failed", reference_doctype=CI, reference_name=doc.name)
	return files


def places(word):
	"""Tables with the word in them."""
	found = set()
	for table, column in frappe.db.sql(
		"""select table_name, column_name from information_schema.columns where table_schema = database()
		and data_type in ('varchar', 'char', 'text', 'mediumtext', 'longtext', 'tinytext')"""
	):
		if frappe.db.sql(f"select 1 from `{table}` where `{column}` like %s limit 1", f"%{word}%"):
			found.add(table)
	return found


def run_all(officers, as_user):
	"""Plan and approve; jobs run at once."""
	with as_user(officers[0]):
		name = api.plan_retention()
	runs.work(name)
	with as_user(officers[1]):
		api.approve_run(name)
	runs.work(name)
	return frappe.get_doc(runs.RUN, name)


@pytest.mark.parametrize("action", ["Delete", "Anonymise"])
def test_what_hangs_on_a_record_goes_with_it(action, retain, closed, officers, as_user):
	retain("Standard", 12, action)
	doc = closed("2024-01-31")
	stays = closed(str(frappe.utils.add_days(frappe.utils.today(), -20)))
	frappe.db.set_value(CI, stays.name, {"subject": "x", "summary": "x"})
	frappe.db.set_value("Interaction Event", {"parent": stays.name}, "note", None)
	files = surround(doc)
	from_all_emails = unsubscribe(doc, "anna@client.example", everything=1)
	paths = [file.get_full_path() for file in files]
	assert all(map(os.path.exists, paths))
	run = run_all(officers, as_user)
	assert (run.status, run.done_count, run.failed_count) == (runs.FINISHED, 1, 0)
	assert not any(map(os.path.exists, paths))
	frappe.db.delete("Version", {"ref_doctype": CI, "docname": stays.name})
	frappe.db.delete("__global_search", {"doctype": CI, "name": stays.name})  # as it was before
	assert places(WORD) == set()
	assert frappe.db.exists(CI, stays.name)
	assert frappe.db.exists("Email Unsubscribe", from_all_emails.name)
	if action == "Delete":
		assert not frappe.db.exists(CI, doc.name)
	else:
		left = frappe.get_doc(CI, doc.name)
		assert (left.subject, left.summary, left.status) == ("Anonymised", None, "Closed")
		assert left.communication_type == "Initial Inquiry" and left.anonymised_on
		assert [row.event for row in left.events] == [row.event for row in doc.events]
		assert not any(row.note for row in left.events)
		assert left.possible_actions() == []  # there is no client left to answer


def test_what_waited_to_be_indexed_does_not_come_back(retain, closed, officers, as_user):
	"""Frappe's index is filled from a queue, by a job of every hour."""
	retain("Standard", 12)
	doc = closed("2024-01-31")
	text = {"content": WORD, "published": 0, "title": WORD, "route": ""}
	frappe.cache.lpush("global_search_queue", json.dumps({"doctype": CI, "name": doc.name, **text}))
	run_all(officers, as_user)
	sync_global_search()
	assert not frappe.db.sql("select 1 from `__global_search` where name = %s", doc.name)


def test_the_day_and_the_type_decide(retain, closed, officers, as_user, clock_at):
	types = frappe.get_all("Communication Type", pluck="name")
	other = next(name for name in types if name not in ("Initial Inquiry", "Feedback/Complaint"))
	retain("Standard", 12, "Delete", {other: (0, "Delete")})
	expired, kept = closed("2024-01-31"), closed("2024-02-01")
	forever = closed("2020-01-01", other, confidentiality_level="Standard")
	with clock_at("2025-01-31 12:00"), as_user(officers[0]):
		name = api.plan_retention()
	runs.work(name)
	planned = frappe.get_all(runs.ITEM, {"run": name, "reference_doctype": CI}, pluck="reference_name")
	assert expired.name in planned
	assert not {kept.name, forever.name} & set(planned)
	assert frappe.db.exists(CI, expired.name)  # a plan changes nothing


def test_what_was_closed_on_the_last_days_of_a_longer_month_expires_with_the_shorter_one(
	retain, closed, officers, as_user, clock_at
):
	"""A month after 31 January is 28 February, not 3 March; a year after 29 February, 28 February."""
	retain("Standard", 1, "Delete")
	for day, today in (("2026-01-31", "2026-02-28"), ("2024-01-30", "2024-02-29")):
		doc = closed(day)
		for moment, expected in ((frappe.utils.add_days(today, -1), []), (today, [doc.name])):
			with clock_at(f"{str(moment)[:10]} 12:00"), as_user(officers[0]):
				name = api.plan_retention()
				runs.work(name)
				about = {"run": name, "reference_doctype": CI, "reference_name": doc.name}
				assert frappe.get_all(runs.ITEM, about, pluck="reference_name") == expected
				api.discard_run(name)


def test_a_hold_keeps_the_record_and_says_so(retain, closed, officers, as_user):
	retain("Standard", 12, "Delete")
	held, late, free = (closed("2024-01-31") for _each in range(3))
	make = {"doctype": "Legal Hold", "hold_on": "Interaction", "reason": "A claim"}
	hold = frappe.get_doc({**make, "client_interaction": held.name}).insert()
	with as_user(officers[0]):
		name = api.plan_retention()
	runs.work(name)
	item = frappe.get_doc(runs.ITEM, {"run": name, "reference_name": held.name})
	assert (item.action, item.state) == ("Keep", "Kept") and hold.name in item.reason
	with as_user(officers[1]):
		api.approve_run(name)
	frappe.get_doc({**make, "client_interaction": late.name}).insert()  # after the approval
	runs.work(name)
	assert frappe.db.exists(CI, held.name) and frappe.db.exists(CI, late.name)
	assert not frappe.db.exists(CI, free.name)
	certificate = frappe.parse_json(frappe.db.get_value(runs.RUN, name, "certificate"))
	assert {row["name"] for row in certificate["kept"]} == {held.name, late.name}
	assert [row["names"] for row in certificate["erased"]] == [[free.name]]


def test_the_plan_names_paper_files_for_their_custodian(retain, closed, officers, as_user, make_user):
	retain("Standard", 12, "Delete")
	doc, place = closed("2024-01-31"), {"doctype": "Physical Location", "location_name": "Archive"}
	papers = []
	for title in ("Kept", "Gone"):
		paper = {
			"doctype": "Physical File",
			"title": title,
			"location": frappe.get_doc({**place, "location_name": title}).insert().name,
			"custodian": make_user(procedure.FRONTLINE_STAFF),
			"confidentiality_level": "Standard",
			"interactions": [{"interaction": doc.name}],
		}
		papers.append(frappe.get_doc(paper).insert())
	papers[1].db_set("state", "Destroyed")
	with as_user(officers[0]):
		run = api.plan_retention()
	runs.work(run)
	items = frappe.get_all(
		"Erasure Item",
		{"run": run, "reference_doctype": "Physical File"},
		["reference_name", "action", "reason"],
	)
	assert [(each.reference_name, each.action) for each in items] == [(papers[0].name, "Keep")]
	assert doc.name in items[0].reason


def test_a_second_compliance_officer_approves(retain, closed, officers, make_user, as_user):
	retain("Standard", 12, "Delete")
	closed("2024-01-31")
	with as_user(make_user(procedure.COMMUNICATIONS_MANAGER)), pytest.raises(frappe.PermissionError):
		api.plan_retention()
	with as_user(officers[0]):
		name = api.plan_retention()
		runs.work(name)
		with pytest.raises(FourEyesError, match="These users can"):
			api.approve_run(name)
		with pytest.raises(ActionNotPossibleError):
			api.plan_retention()
		with pytest.raises(ResultIsFixedError):
			frappe.get_doc(runs.RUN, name).save(ignore_permissions=True)
		api.discard_run(name)
	with as_user(officers[1]), pytest.raises(ActionNotPossibleError):
		api.approve_run(name)


def test_who_planned_it_does_not_approve_it_under_a_new_login(retain, closed, officers, as_user):
	retain("Standard", 12, "Delete")
	closed("2024-01-31")
	with as_user(officers[0]):
		name = api.plan_retention()
	runs.work(name)
	login = frappe.rename_doc("User", officers[0], f"new-{officers[0]}", force=True, show_alert=False)
	with as_user(login), pytest.raises(FourEyesError):
		api.approve_run(name)
	frappe.db.delete("SOP Training Assignment", {"user": login})
	frappe.delete_doc("User", login)
	with as_user(officers[1]):
		api.approve_run(name)


def test_nothing_to_erase_is_not_approved(officers, as_user):
	with as_user(officers[0]):
		name = api.plan_retention()
	runs.work(name)
	with as_user(officers[1]), pytest.raises(ActionNotPossibleError, match="nothing to erase"):
		api.approve_run(name)


def test_an_interrupted_run_ends_the_same(retain, closed, officers, as_user, monkeypatch):
	retain("Standard", 12, "Delete")
	docs = [closed("2024-01-31") for _each in range(5)]
	monkeypatch.setattr(runs, "CHUNK", 2)
	with as_user(officers[0]):
		name = api.plan_retention()
	runs.work(name)
	with as_user(officers[1]):
		api.approve_run(name)
	erase, calls = records.erase, []

	def killed(*args):
		calls.append(args)
		if len(calls) == 2:
			raise KeyboardInterrupt
		erase(*args)

	with monkeypatch.context() as patch:
		patch.setattr(records, "erase", killed)
		with pytest.raises(KeyboardInterrupt):
			runs.work(name)
	frappe.db.rollback()
	assert frappe.db.count(runs.ITEM, {"run": name, "state": "Done"}) == 2
	runs.work(name)
	run = frappe.get_doc(runs.RUN, name)
	assert (run.status, run.done_count) == (runs.FINISHED, 5)
	assert not frappe.get_all(CI, {"name": ("in", [doc.name for doc in docs])})


def test_one_record_that_fails_does_not_stop_the_others(retain, closed, officers, as_user, monkeypatch):
	retain("Standard", 12, "Delete")
	bad, *_good = (closed("2024-01-31") for _each in range(3))
	erase = records.erase

	def faulty(doctype, action, names):
		if bad.name in names:
			raise frappe.ValidationError("It does not work")
		erase(doctype, action, names)

	with monkeypatch.context() as patch:
		patch.setattr(records, "erase", faulty)
		run = run_all(officers, as_user)
	assert (run.status, run.done_count, run.failed_count) == (runs.FINISHED, 2, 1)
	assert frappe.parse_json(run.certificate)["failed"][0]["reason"] == "It does not work"
	with as_user(officers[0]):
		api.resume_run(run.name)
	runs.work(run.name)
	assert not frappe.db.exists(CI, bad.name)
	assert frappe.db.get_value(runs.RUN, run.name, "failed_count") == 0


def approved_run(officers, as_user):
	"""Planned and approved, not begun."""
	with as_user(officers[0]):
		name = api.plan_retention()
	runs.work(name)
	with as_user(officers[1]):
		api.approve_run(name)
	return name


def test_what_is_no_longer_due_stays(retain, closed, officers, as_user):
	"""It may have been reopened, raised or given another type since the plan, or its level may retain for longer."""
	retain("Standard", 12, "Delete")
	reopened, raised, retyped, free = (closed("2024-01-31") for _each in range(4))
	name = approved_run(officers, as_user)
	types = frappe.get_all("Communication Type", pluck="name")
	other = next(each for each in types if each not in ("Initial Inquiry", "Feedback/Complaint"))
	retain("Standard", 12, "Delete", {other: (0, "Delete")})
	frappe.db.set_value(CI, reopened.name, "status", "In Progress")
	frappe.db.set_value(CI, raised.name, "confidentiality_level", "Sensitive")
	frappe.db.set_value(CI, retyped.name, "communication_type", other)
	runs.work(name)
	assert all(frappe.db.exists(CI, doc.name) for doc in (reopened, raised, retyped))
	assert not frappe.db.exists(CI, free.name)
	kept = frappe.parse_json(frappe.db.get_value(runs.RUN, name, "certificate"))["kept"]
	assert {row["name"] for row in kept} == {reopened.name, raised.name, retyped.name}
	assert {row["reason"] for row in kept} == {"It was changed after the plan, and is no longer due"}


def test_an_issue_that_was_opened_again_stays(retain, closed, officers, as_user):
	retain("Standard", 12, "Delete")
	issue = frappe.get_doc({"doctype": "Issue", "subject": WORD}).insert()
	frappe.db.delete(CI, {"reference_name": issue.name})
	closed("2024-01-31", reference_doctype="Issue", reference_name=issue.name)
	issue.db_set("status", "Closed")
	name = approved_run(officers, as_user)
	assert frappe.db.exists(runs.ITEM, {"run": name, "reference_doctype": "Issue", "action": "Delete"})
	issue.db_set("status", "Open")
	runs.work(name)
	assert frappe.db.exists("Issue", issue.name)


@pytest.mark.parametrize("action", ["Delete", "Anonymise"])
def test_a_hold_on_what_goes_with_a_record_keeps_the_record(action, retain, closed, officers, as_user):
	"""A message of the interaction is also filed under a matter with a hold."""
	retain("Standard", 12, action)
	doc, free = closed("2024-01-31"), closed("2024-01-31")
	files = surround(doc)
	matter = frappe.get_doc({"doctype": "Note", "title": "Case"}).insert()
	message = frappe.db.get_value("Communication", {"client_interaction": doc.name})
	about = {"reference_doctype": "Note", "reference_name": matter.name}
	frappe.db.set_value("Communication", message, about)
	name = approved_run(officers, as_user)
	hold = frappe.get_doc(
		{"doctype": "Legal Hold", "hold_on": "Matter", "reason": "A claim", **about}
	).insert()
	runs.work(name)
	run = frappe.get_doc(runs.RUN, name)
	assert (run.status, run.done_count, run.failed_count, run.kept_count) == (runs.FINISHED, 1, 0, 1)
	assert frappe.db.get_value("Communication", message, "content") == f"{WORD} message"
	assert frappe.db.get_value(CI, doc.name, "summary") == f"{WORD} summary"
	assert all(os.path.exists(file.get_full_path()) for file in files)
	(kept,) = frappe.parse_json(run.certificate)["kept"]
	assert kept["name"] == doc.name and hold.name in kept["reason"] and "A claim" not in kept["reason"]
	assert frappe.db.get_value(CI, free.name, "summary") is None


def test_files_stay_on_the_disk_until_their_rows_are_gone_for_good(
	retain, closed, officers, as_user, monkeypatch
):
	retain("Standard", 12, "Delete")
	doc = closed("2024-01-31")
	files = surround(doc)
	paths = [file.get_full_path() for file in files]
	name = approved_run(officers, as_user)
	erase = records.erase

	def failing(*args):
		erase(*args)
		raise frappe.ValidationError("At the end")

	with monkeypatch.context() as patch:
		patch.setattr(records, "erase", failing)
		runs.work(name)
	assert frappe.db.get_value(runs.RUN, name, "failed_count") == 1
	assert all(frappe.db.exists("File", file.name) for file in files) and all(map(os.path.exists, paths))
	with as_user(officers[0]):
		api.resume_run(name)

	def killed(*args):
		raise KeyboardInterrupt

	with monkeypatch.context() as patch:
		patch.setattr(runs.belongings, "remove_contents", killed)
		with pytest.raises(KeyboardInterrupt):
			runs.work(name)
	frappe.db.rollback()
	assert not any(frappe.db.exists("File", file.name) for file in files) and all(map(os.path.exists, paths))
	runs.work(name)
	assert not any(map(os.path.exists, paths))
	assert not frappe.get_all(runs.ITEM, {"run": name, "contents": ("is", "set")})


def test_the_email_as_it_arrived_goes_with_the_message(retain, closed, officers, as_user):
	retain("Standard", 12, "Anonymise")
	doc = closed("2024-01-31")
	surround(doc)
	message = frappe.get_doc("Communication", {"client_interaction": doc.name})
	account = frappe.get_all("Email Account", pluck="name", limit=1) or ["Account"]
	raw = f"From: a@client.example\r\nSubject: {WORD}\r\n\r\n{WORD} raw".encode()
	unprocessed.keep(account[0], raw, "77", "x")
	(kept,) = frappe.get_all(unprocessed.UNPROCESSED, {"uid": "77"}, pluck="name")
	unprocessed._attach("Communication", message.name, raw)
	frappe.db.set_value(unprocessed.UNPROCESSED, kept, {"communication": message.name, "status": "Taken In"})
	frappe.db.set_value("Communication", message.name, {"email_account": account[0], "uid": "78"})
	aside = frappe.get_doc({"doctype": "Unhandled Email", "email_account": account[0], "uid": "78"})
	aside.update({"name": frappe.generate_hash(), "raw": f"{WORD} aside"}).db_insert()
	(path,) = {
		frappe.get_doc("File", name).get_full_path()
		for name in frappe.get_all("File", {"file_name": ("like", "message%.eml")}, pluck="name")
	}
	assert os.path.exists(path)
	run_all(officers, as_user)
	assert places(WORD) == set() and not os.path.exists(path)


def test_the_issue_from_which_it_came_goes_once_it_is_settled(retain, closed, officers, as_user):
	retain("Standard", 12, "Delete")
	settled, going = (
		frappe.get_doc({"doctype": "Issue", "subject": f"{WORD} {status}", "status": "Open"}).insert()
		for status in ("Closed", "Open")
	)
	settled.db_set("status", "Closed")
	for issue in (settled, going):
		frappe.db.delete(CI, {"reference_name": issue.name})
		closed("2024-01-31", reference_doctype="Issue", reference_name=issue.name)
	run = run_all(officers, as_user)
	assert not frappe.db.exists("Issue", settled.name)
	kept = frappe.parse_json(run.certificate)["kept"]
	assert [(row["name"], row["reason"]) for row in kept] == [(going.name, "Not closed in ERPNext yet")]


@pytest.mark.parametrize(("action", "level"), [("Delete", "Standard"), ("Anonymise", None)])
def test_an_issue_that_was_kept_goes_with_a_later_run_once_it_is_settled(
	action, level, retain, closed, officers, as_user
):
	"""Its interaction is gone by then."""
	retain("Standard", 12, "Delete")
	issue = frappe.get_doc({"doctype": "Issue", "subject": f"{WORD} issue", "status": "Open"}).insert()
	frappe.db.delete(CI, {"reference_name": issue.name})
	closed("2024-01-31", reference_doctype="Issue", reference_name=issue.name)
	run_all(officers, as_user)
	assert frappe.db.exists("Issue", issue.name) and not frappe.db.exists(CI, {"reference_name": issue.name})
	closed("2024-01-31")
	run_all(officers, as_user)
	assert frappe.db.get_value("Issue", issue.name, "subject") == f"{WORD} issue"  # it is still open
	issue.db_set({"status": "Closed", "confidentiality_level": level})
	run = run_all(officers, as_user)
	assert run.done_count == 1
	assert frappe.db.get_value("Issue", issue.name, "subject") != f"{WORD} issue"
	assert bool(frappe.db.exists("Issue", issue.name)) == (action == "Anonymise")
	closed("2024-01-31")
	assert run_all(officers, as_user).done_count == 1  # not once more


def test_issues_that_were_kept_are_read_page_by_page(retain, closed, officers, as_user, monkeypatch):
	retain("Standard", 12, "Delete")
	issues = []
	for _each in range(3):
		issue = frappe.get_doc({"doctype": "Issue", "subject": f"{WORD} issue", "status": "Open"}).insert()
		frappe.db.delete(CI, {"reference_name": issue.name})
		closed("2024-01-31", reference_doctype="Issue", reference_name=issue.name)
		issues.append(issue)
	for _run in range(2):  # in the second they are open still
		run_all(officers, as_user)
		closed("2024-01-31")
	for issue in issues:
		issue.db_set("status", "Closed")
	pages, planned = [], retention._issues_kept_before
	monkeypatch.setattr(retention, "_PAGE", 2)
	monkeypatch.setattr(retention, "_issues_kept_before", lambda names: pages.append(names) or planned(names))
	run_all(officers, as_user)
	names = sorted(issue.name for issue in issues)
	assert pages == [names[:2], names[2:]]
	assert not frappe.get_all("Issue", {"name": ("in", names), "subject": f"{WORD} issue"})
	closed("2024-01-31")
	run_all(officers, as_user)
	assert len(pages) == 2, "what a run has decided is not read again"


@pytest.mark.parametrize("how", ["of two levels", "on two pages"])
def test_an_issue_goes_with_the_last_of_its_interactions(how, retain, closed, officers, as_user, monkeypatch):
	levels = ["Standard", "Confidential"] if how == "of two levels" else ["Standard"] * 2
	for level in {*levels}:
		retain(level, 12, "Delete")
	monkeypatch.setattr(retention, "_PAGE", 1)
	issue = frappe.get_doc({"doctype": "Issue", "subject": f"{WORD} issue", "status": "Open"}).insert()
	issue.db_set("status", "Closed")
	frappe.db.delete(CI, {"reference_name": issue.name})
	for level in levels:
		about = {"reference_doctype": "Issue", "reference_name": issue.name}
		closed("2024-01-31", confidentiality_level=level, **about)
	run_all(officers, as_user)
	assert not frappe.db.exists(CI, {"subject": f"{WORD} subject"})
	assert not frappe.db.exists("Issue", issue.name)


def test_an_issue_stays_with_an_interaction_that_stays(retain, closed, officers, as_user):
	retain("Standard", 12, "Delete")
	retain("Confidential", 12, "Delete")
	held, not_expired = (
		frappe.get_doc({"doctype": "Issue", "subject": WORD, "status": "Open"}).insert() for _each in range(2)
	)
	for issue in (held, not_expired):
		issue.db_set("status", "Closed")
		frappe.db.delete(CI, {"reference_name": issue.name})
	today = str(frappe.utils.today())
	for issue, day in ((held, "2024-01-31"), (not_expired, today)):
		about = {"reference_doctype": "Issue", "reference_name": issue.name}
		closed("2024-01-31", **about)
		stays = closed(day, confidentiality_level="Confidential", **about)
		if issue is held:
			hold = {"doctype": "Legal Hold", "hold_on": "Interaction", "reason": "A claim"}
			frappe.get_doc({**hold, "client_interaction": stays.name}).insert()
			on_hold = stays.name
	run = run_all(officers, as_user)
	assert frappe.db.exists("Issue", held.name) and frappe.db.exists("Issue", not_expired.name)
	kept = {row["name"]: row["reason"] for row in frappe.parse_json(run.certificate)["kept"]}
	assert kept[not_expired.name] == "Another interaction is about it"
	assert kept[held.name] == f"{on_hold}, which came from it, stays"


def test_a_certificate_is_in_the_language_of_the_site_and_its_own_words_in_that_of_its_reader(
	retain, closed, officers, as_user
):
	retain("Standard", 12, "Delete")
	frappe.db.set_value("User", officers[0], "language", "fr")
	doc = closed("2024-01-31")
	closed("2024-01-31")
	hold = {"doctype": "Legal Hold", "hold_on": "Interaction", "reason": "A claim"}
	hold = frappe.get_doc({**hold, "client_interaction": doc.name}).insert()
	run = run_all(officers, as_user)
	assert [row["reason"] for row in frappe.parse_json(run.certificate)["kept"]] == [
		f"Legal Hold {hold.name} keeps it."
	]
	frappe.local.lang = "de"
	page = frappe.get_print(runs.RUN, run.name, "Erasure Certificate")
	assert "Von keinem Lauf erreicht" in page and "Sicherungen" in page and "Backups of the site" not in page


def test_items_are_as_confidential_as_their_records(closed, officers, as_user, make_user):
	doc = closed("2024-01-31", "Feedback/Complaint", confidentiality_level="Sensitive")
	run = frappe.get_doc({"doctype": runs.RUN, "kind": "Retention", "planned_by": "Administrator"})
	run.flags.by_the_app = True
	run.insert()
	runs.add_items(
		run.name,
		[runs.item(CI, doc.name, "Delete", "x")],
	)
	with as_user(officers[0]):
		assert frappe.get_list(runs.ITEM, {"run": run.name})
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.clearances = [row for row in level.clearances if row.role != procedure.COMPLIANCE_OFFICER]
	level.save()
	with as_user(officers[0]):
		assert not frappe.get_list(runs.ITEM, {"run": run.name})
		item = frappe.get_doc(runs.ITEM, {"run": run.name})
		assert not item.has_permission("read")


def test_a_certificate_names_nothing_that_its_reader_cannot_see(
	retain, closed, officers, as_user, set_clearance
):
	retain("Sensitive", 12, "Delete")
	doc = closed("2024-01-31", "Feedback/Complaint", confidentiality_level="Sensitive")
	make = {"doctype": "Legal Hold", "hold_on": "Interaction", "reason": "A claim"}
	frappe.get_doc({**make, "client_interaction": doc.name}).insert()
	gone = closed("2024-01-31", "Feedback/Complaint", confidentiality_level="Sensitive")
	run = run_all(officers, as_user)
	assert doc.name in run.certificate and gone.name in run.certificate

	def shown():
		with as_user(officers[0]):
			fields = run_of(run.name)
			in_desk = frappe.as_json({"doctype": runs.RUN, **fields})
			preview = printview.get_html_and_style(in_desk, print_format="Erasure Certificate")["html"]
			assert preview.count("<tr>") > 1
			page = frappe.get_print(runs.RUN, run.name, "Erasure Certificate")
			assert (doc.name in preview) == (doc.name in page)
			return page, fields

	page, fields = shown()
	assert doc.name in page
	assert not fields.get("certificate") and not fields.get("secret")
	level = frappe.get_doc("Confidentiality Level", "Sensitive")
	level.clearances = [row for row in level.clearances if row.role != procedure.COMPLIANCE_OFFICER]
	level.save()
	page, fields = shown()
	assert doc.name not in page and "And 1 more that you cannot see" in page
	assert doc.name not in str(fields)


def run_of(name):
	"""What the API gives of a run."""
	doc = frappe.get_doc(runs.RUN, name)
	doc.apply_fieldlevel_read_permissions()
	listed = frappe.get_list(runs.RUN, {"name": name}, ["*"])
	return {**listed[0], **{field: value for field, value in doc.as_dict().items() if value}}


def test_levels_without_a_term_keep_everything():
	assert retention.schedules() == {}
