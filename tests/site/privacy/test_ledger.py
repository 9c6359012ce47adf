"""The compliance ledger (P-2, R-3): what is recorded, that it survives, and that it cannot be changed unnoticed."""

import json
import threading
from unittest import mock

import frappe
import pytest
import requests

from client_comms import api, ledger, ledger_seal
from client_comms.api import access as access_api
from client_comms.enforcement import audit
from client_comms.exceptions import LedgerIsAppendOnlyError

pytestmark = pytest.mark.clause("P-2", "R-3")

ENTRY = ledger.ENTRY
INTERACTION = "Client Interaction"
PASSWORD = "correct horse"


# Earlier ledger entries, because names of deleted records are reused.
EARLIER = []


@pytest.fixture(autouse=True)
def earlier(isolated):
	EARLIER[:] = frappe.get_all(ENTRY, pluck="name")


def entries(name=None, **filters):
	"""The ledger entries of this test, in the order of writing."""
	filters["name"] = ("not in", EARLIER)
	if name:
		filters["reference_name"] = name
	return frappe.get_all(
		ENTRY,
		filters=filters,
		fields=["action", "user", "confidentiality_level", "reason", "rule", "via"],
		order_by="creation asc, name asc",
	)


def actions(name):
	return [entry.action for entry in entries(name)]


@pytest.fixture
def empty_ledger(site, transaction):
	"""A separate ledger for this test."""
	site.db.delete(ENTRY)
	site.db.delete(ledger.CHECKPOINT)
	ledger_seal.remove()


@pytest.fixture
def chained(empty_ledger):
	"""Five chained entries; their names in order."""
	for number in range(5):
		ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive", reason=f"number {number}")
	ledger.chain()
	return frappe.get_all(ENTRY, pluck="name", order_by="sequence asc")


def first_fault():
	fault = api.verify_ledger()["first_fault"]
	return fault and (fault["sequence"], fault["fault"])


# --- the chain ---------------------------------------------------------------------------------


def test_entries_wait_until_the_scheduler_chains_them_in_the_order_of_writing(empty_ledger):
	for number in range(3):
		ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive")
	assert api.verify_ledger() == {
		"ok": True,
		"checked": 0,
		"first_fault": None,
		"waiting": 3,
		"is_behind": False,
	}
	assert ledger.chain() == 3
	assert api.verify_ledger() == {
		"ok": True,
		"checked": 3,
		"first_fault": None,
		"waiting": 0,
		"is_behind": False,
	}
	assert frappe.get_all(ENTRY, pluck="reference_name", order_by="sequence asc") == ["CI-0", "CI-1", "CI-2"]


def test_chaining_twice_changes_nothing(chained):
	before = frappe.get_all(ENTRY, fields=["name", "sequence", "entry_hash"], order_by="sequence asc")
	assert ledger.chain() == 0
	assert frappe.get_all(ENTRY, fields=["name", "sequence", "entry_hash"], order_by="sequence asc") == before


def test_more_than_a_chunk_is_chained_and_verified(empty_ledger, monkeypatch):
	monkeypatch.setattr(ledger, "CHUNK", 3)
	for number in range(7):
		ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive")
	assert ledger.chain() == 7
	assert api.verify_ledger()["checked"] == 7


def test_a_changed_entry_is_found(chained):
	frappe.db.sql(f"update `tab{ENTRY}` set user = 'somebody@example.com' where name = %s", chained[2])
	assert first_fault() == (3, "changed")


@pytest.mark.parametrize("field", ledger.CONTENT_FIELDS)
def test_every_field_is_protected(chained, field):
	value = "2020-01-01" if field == "at" else "Export"
	frappe.db.sql(f"update `tab{ENTRY}` set `{field}` = %s where name = %s", (value, chained[1]))
	assert first_fault() == (2, "changed")


def test_a_deleted_entry_is_found(chained):
	frappe.db.sql(f"delete from `tab{ENTRY}` where name = %s", chained[3])
	assert first_fault() == (4, "removed")


def test_an_inserted_entry_is_found(chained):
	row = frappe.db.get_value(ENTRY, chained[1], "*", as_dict=True)
	row.update({"name": "zzzz", "user": "forged@example.com", "previous_hash": "f" * 64})
	columns = ", ".join(f"`{column}`" for column in row)
	values = ", ".join(["%s"] * len(row))
	frappe.db.sql(f"insert into `tab{ENTRY}` ({columns}) values ({values})", list(row.values()))
	sequence, _kind = first_fault()
	assert sequence == 2


def test_moved_entries_are_found(chained):
	frappe.db.sql(f"update `tab{ENTRY}` set sequence = 7 - sequence where sequence in (3, 4)")
	assert first_fault() == (3, "changed")


def test_a_cut_is_found_by_the_checkpoint_and_stays_found(chained):
	frappe.db.sql(f"delete from `tab{ENTRY}` where sequence > 3")
	assert first_fault() == (4, "removed")
	ledger.record(ledger.GRANT, INTERACTION, "CI-9", "Sensitive")
	ledger.chain()
	assert first_fault() == (4, "removed")


@pytest.mark.parametrize("since", [None, "2026-11-24", "2026-11-25"])
def test_a_cut_behind_the_last_checkpoint_is_found(empty_ledger, clock_at, since):
	with clock_at("2026-11-24 10:00"):
		for number in range(2):
			ledger.record(ledger.GRANT, INTERACTION, f"CI-{number}", "Sensitive")
			ledger.chain()
	assert frappe.get_all(ledger.CHECKPOINT, pluck="sequence") == [1]
	assert api.verify_ledger(since=since)["ok"]
	frappe.db.sql(f"delete from `tab{ENTRY}` where sequence = 2")
	found = api.verify_ledger(since=since)["first_fault"]
	assert (found["sequence"], found["fault"]) == (2, "removed")
	with clock_at("2026-11-24 11:00"):
		ledger.record(ledger.GRANT, INTERACTION, "CI-9", "Sensitive")
		ledger.chain()
	assert first_fault() == (2, "removed")


def test_a_ledger_without_any_entry_or_checkpoint_left_is_found(chained):
	frappe.db.delete(ENTRY)
	frappe.db.delete(ledger.CHECKPOINT)
	assert first_fault() == (1, "removed")


def test_a_rebuilt_tail_is_found_by_the_seal(chained):
	frappe.db.delete(ledger.CHECKPOINT)
	frappe.db.sql(f"update `tab{ENTRY}` set sequence = 0, previous_hash = null, user = 'other@example.com'")
	with mock.patch.object(ledger_seal, "read", lambda: None), mock.patch.object(ledger_seal, "write"):
		ledger.chain()
		frappe.db.delete(ledger.CHECKPOINT)
		assert first_fault() is None
	assert first_fault() == (5, "not-as-checkpointed")


def test_a_seal_is_never_taken_back_and_half_a_file_counts_as_none(chained):
	sequence, hashed = ledger_seal.read()
	ledger_seal.write(sequence - 1, "earlier")
	assert ledger_seal.read() == (sequence, hashed)
	ledger_seal.path().write_text('{"sequence": 5, "entry')
	assert ledger_seal.read() is None
	ledger.chain()
	assert ledger_seal.read() == (sequence, hashed)


def test_a_chain_rebuilt_is_found_by_the_checkpoint(chained):
	frappe.db.sql(f"update `tab{ENTRY}` set sequence = 0, previous_hash = null, user = 'other@example.com'")
	checkpoint = frappe.get_all(ledger.CHECKPOINT, fields=["*"])
	frappe.db.delete(ledger.CHECKPOINT)
	ledger_seal.remove()
	ledger.chain()
	assert first_fault() is None
	frappe.db.delete(ledger.CHECKPOINT)
	doc = frappe.new_doc(ledger.CHECKPOINT).update(checkpoint[0])
	doc.db_insert()
	assert first_fault() == (5, "not-as-checkpointed")


def test_one_checkpoint_a_day_while_something_happens(empty_ledger, clock_at):
	for day, expected in (("2026-11-23 10:00", 1), ("2026-11-23 18:00", 1), ("2026-11-24 10:00", 2)):
		with clock_at(day):
			ledger.record(ledger.GRANT, INTERACTION, "CI-1", "Sensitive")
			ledger.chain()
			ledger.chain()
		assert frappe.db.count(ledger.CHECKPOINT) == expected
	with clock_at("2026-11-25 10:00"):
		ledger.chain()
	assert frappe.db.count(ledger.CHECKPOINT) == 2


def test_verification_of_a_period_starts_at_a_checkpoint(empty_ledger, clock_at):
	for day in ("2026-11-23 10:00", "2026-11-24 10:00", "2026-11-25 10:00"):
		with clock_at(day):
			ledger.record(ledger.GRANT, INTERACTION, day, "Sensitive")
			ledger.chain()
	assert api.verify_ledger(since="2026-11-24")["checked"] == 2
	assert api.verify_ledger(until="2026-11-24")["checked"] == 1
	assert api.verify_ledger(since="2026-11-24", until="2026-11-25")["checked"] == 1
	frappe.db.sql(f"update `tab{ENTRY}` set user = 'other' where sequence = 1")
	assert api.verify_ledger(since="2026-11-24")["ok"]
	assert not api.verify_ledger(until="2026-11-24")["ok"]


def test_only_oversight_verifies(empty_ledger, as_user, make_user):
	for role in ("Compliance Officer", "Client Communications Manager"):
		with as_user(make_user(role)):
			assert api.verify_ledger()["ok"]
	with as_user(make_user("System Manager")), pytest.raises(frappe.PermissionError):
		api.verify_ledger()


# --- users cannot write it ---------------------------------------------------------------------


@pytest.mark.parametrize("doctype", [ENTRY, ledger.CHECKPOINT])
def test_administrator_neither_makes_nor_changes_nor_deletes(chained, doctype):
	name = frappe.get_all(doctype, pluck="name", limit=1, order_by="creation asc")[0]
	with pytest.raises(LedgerIsAppendOnlyError):
		frappe.get_doc({"doctype": doctype, "sequence": 9}).insert(ignore_permissions=True)
	with pytest.raises(LedgerIsAppendOnlyError):
		frappe.get_doc(doctype, name).save(ignore_permissions=True)
	with pytest.raises(LedgerIsAppendOnlyError):
		frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)
	with pytest.raises(LedgerIsAppendOnlyError):
		frappe.rename_doc(doctype, name, "other", force=True)


def test_only_a_compliance_officer_reads_it(chained, as_user, make_user):
	with as_user(make_user("Compliance Officer")):
		assert len(frappe.get_list(ENTRY)) == 5
		assert not frappe.has_permission(ENTRY, "write")
		assert not frappe.has_permission(ENTRY, "delete")
		assert not frappe.has_permission(ENTRY, "create")
	with as_user(make_user("System Manager", "Customer Support Manager", "Client Communications Manager")):
		assert not frappe.has_permission(ENTRY, "read")


# --- decisions about access --------------------------------------------------------------------


def test_grants_and_emergency_access_are_recorded(log, make_user, as_user):
	helper = make_user("Customer Support")
	doc = log("Feedback/Complaint")
	frappe.get_doc(
		{
			"doctype": "Interaction Access Grant",
			"interaction": doc.name,
			"user": helper,
			"valid_until": frappe.utils.add_to_date(None, hours=1),
			"reason": "Stands in",
		}
	).insert()
	(grant,) = entries(doc.name)
	assert (grant.action, grant.user) == ("Grant", "Administrator")
	assert helper in grant.reason and "Stands in" in grant.reason
	other = make_user("Customer Support")
	with as_user(other):
		access_api.break_glass(doc.name, "The client is on the phone")
	assert [(e.action, e.user) for e in entries(doc.name)][1:] == [("Emergency Access", other)]


def test_raising_and_lowering_are_recorded_at_every_level(log):
	doc = log("Initial Inquiry", responsible_staff="Administrator")
	doc = frappe.get_doc(INTERACTION, doc.name)
	doc.flags.from_intake = True
	doc.confidentiality_level = "Confidential"
	doc.save()
	doc.confidentiality_level = "Standard"
	doc.level_change_reason = "Nothing private in it"
	doc.save()
	raised, lowered = entries(doc.name)
	assert (raised.action, lowered.action) == ("Level Raised", "Level Lowered")
	assert "Nothing private in it" in lowered.reason


def test_the_level_of_a_governed_issue_is_recorded(set_settings):
	set_settings(govern_issues=1)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "Roof", "raised_by": "a@example.org"}).insert()
	frappe.db.set_value("Issue", issue.name, "confidentiality_level", "Standard")
	access_api.change_level("Issue", issue.name, "Sensitive", "A complaint after all")
	(entry,) = entries(issue.name, action="Level Raised")
	assert "A complaint after all" in entry.reason


def test_a_share_is_recorded_once(log, make_user):
	doc = log("Initial Inquiry")
	user = make_user("Frontline Staff")
	frappe.share.add(INTERACTION, doc.name, user, read=1)
	(entry,) = entries(doc.name)
	assert (entry.action, entry.reason) == ("Share", f"{user}: read")


def test_a_record_of_a_change_goes_with_the_change(log):
	doc = log("Feedback/Complaint")
	frappe.db.savepoint("before_the_change")
	ledger.record(ledger.GRANT, INTERACTION, doc.name, "Sensitive")
	frappe.db.rollback(save_point="before_the_change")
	assert not entries(doc.name)


# --- use ---------------------------------------------------------------------------------------


def send(doc, **fields):
	return frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"subject": "Your complaint",
			"content": "We are sorry.",
			"recipients": "anna@example.org",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
			**fields,
		}
	).insert(ignore_permissions=True)


def test_an_email_from_a_record_is_recorded_with_its_recipients(log):
	doc = log("Feedback/Complaint")
	message = send(doc, cc="chief@example.org")
	(entry,) = entries(doc.name)
	assert entry.action == "Email"
	assert entry.reason == f"{message.name}: anna@example.org, chief@example.org"


def test_a_print_outside_of_a_request_is_recorded(log):
	doc = log("Feedback/Complaint")
	frappe.get_print(INTERACTION, doc.name)
	assert actions(doc.name) == ["Print"]


def test_nothing_is_recorded_of_a_level_that_does_not_log_views(log):
	doc = log("Initial Inquiry")
	frappe.get_print(INTERACTION, doc.name)
	send(doc)
	assert actions(doc.name) == []


# --- requests ----------------------------------------------------------------------------------


def end_request(status=200, path="/api/method/x", **form):
	"""What Frappe does at the end of a request."""
	from werkzeug.test import EnvironBuilder
	from werkzeug.wrappers import Request, Response

	frappe.local.request = Request(EnvironBuilder(path=path).get_environ())
	frappe.local.form_dict = frappe._dict(form)
	response = Response("secret", status=status)
	audit.after_request(response=response, request=frappe.local.request)
	return response


def test_an_export_is_one_entry_with_the_number_of_records_of_each_level(log):
	names = [log(kind).name for kind in ("Initial Inquiry", "Feedback/Complaint", "Feedback/Complaint")]
	frappe.get_doc(INTERACTION, names[1]).record("Answered")
	end_request(
		cmd="frappe.desk.reportview.export_query",
		doctype=INTERACTION,
		# A filter on child rows must not count a record once per row.
		filters=json.dumps([[INTERACTION, "name", "in", names], ["Interaction Event", "event", "is", "set"]]),
	)
	(entry,) = entries(action="Export")
	assert (entry.reason, entry.confidentiality_level) == ("Standard: 1, Sensitive: 2", "Sensitive")
	end_request(
		cmd="frappe.desk.reportview.export_query", doctype=INTERACTION, selected_items=json.dumps(names[:1])
	)
	assert len(entries(action="Export")) == 1


def test_an_export_of_a_report_is_recorded_with_what_it_is_about():
	report = frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": frappe.generate_hash(length=8),
			"ref_doctype": INTERACTION,
			"report_type": "Query Report",
			"is_standard": "No",
			"query": "select 1",
		}
	).insert()
	end_request(path="/api/v2/method/frappe.desk.query_report.export_query", report_name=report.name)
	(entry,) = entries(report.name)
	assert (entry.action, entry.reason) == ("Export", "A report on Client Interaction")


def test_an_export_by_the_name_of_an_override_is_recorded(log):
	name = log("Feedback/Complaint").name
	end_request(
		cmd="client_comms.enforcement.methods.exports.export_query",
		doctype=INTERACTION,
		filters=f'{{"name": "{name}"}}',
	)
	assert [entry.reason for entry in entries(action="Export")] == ["Sensitive: 1"]


def test_a_failed_request_gave_nothing_out(log):
	doc = log("Feedback/Complaint")
	frappe.local.response.docs = [frappe.get_doc(INTERACTION, doc.name)]
	end_request(status=500)
	assert actions(doc.name) == []
	end_request(status=200)
	assert actions(doc.name) == ["View"]


def test_the_rows_of_a_list_are_not_views(log):
	doc = log("Feedback/Complaint")
	frappe.local.response["message"] = frappe.get_list(INTERACTION, {"name": doc.name}, ["*"])
	end_request()
	assert actions(doc.name) == []


def test_what_cannot_be_recorded_is_not_given_out(log, monkeypatch):
	doc = log("Feedback/Complaint")
	frappe.local.response.docs = [frappe.get_doc(INTERACTION, doc.name)]
	monkeypatch.setattr(ledger, "write", lambda entries: 1 / 0)
	from werkzeug.wrappers import Response

	given = []
	monkeypatch.setattr(
		audit, "_withhold", lambda response, real=audit._withhold: given.append(response) or real(response)
	)
	with pytest.raises(ZeroDivisionError):
		end_request()
	(response,) = given
	assert isinstance(response, Response)
	assert response.status_code == 500
	assert b"secret" not in response.get_data()


def test_a_request_about_something_else_causes_no_queries(monkeypatch):
	frappe.local.response.docs = [frappe.get_doc("User", "Administrator")]
	monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: pytest.fail("a query"))
	end_request()


@pytest.mark.committed
class TestOverHTTP:
	@pytest.fixture
	def login(self, http):
		def login(user, password=PASSWORD):
			session = requests.Session()
			session.post(f"{http}/api/method/login", data={"usr": user, "pwd": password}).raise_for_status()
			session.headers["X-Frappe-CSRF-Token"] = "none"
			return session

		return login

	@pytest.fixture
	def complaint(self, log):
		doc = log("Feedback/Complaint")
		frappe.db.commit()
		yield doc
		frappe.db.rollback()
		frappe.db.delete(ENTRY, {"reference_name": doc.name, "sequence": 0})
		frappe.db.commit()

	def recorded(self, name):
		frappe.db.rollback()
		return [(entry.action, entry.user) for entry in entries(name)]

	@pytest.mark.parametrize(
		"path",
		[
			"/api/method/frappe.desk.form.load.getdoc?doctype=Client Interaction&name={}",
			"/api/resource/Client Interaction/{}",
			"/api/v2/document/Client Interaction/{}",
			"/api/method/frappe.client.get?doctype=Client Interaction&name={}",
		],
	)
	def test_a_view_is_recorded_whichever_way_it_goes(self, http, login, make_user, complaint, path):
		officer = make_user("Compliance Officer", password=PASSWORD)
		login(officer).get(http + path.format(complaint.name)).raise_for_status()
		assert self.recorded(complaint.name) == [("View", officer)]

	def test_administrators_view_is_recorded(self, http, complaint):
		# Administrator's password is unknown, so the test logs in with its own API key.
		admin = frappe.get_doc("User", "Administrator")
		before = (admin.api_key, admin.get_password("api_secret", raise_exception=False))
		admin.api_key, admin.api_secret = "ledgertestkey", "ledgertestsecret"
		admin.save()
		frappe.db.commit()
		try:
			requests.get(
				f"{http}/api/resource/Client Interaction/{complaint.name}",
				headers={"Authorization": "token ledgertestkey:ledgertestsecret"},
			).raise_for_status()
			assert self.recorded(complaint.name) == [("View", "Administrator")]
		finally:
			frappe.db.rollback()
			admin.reload()
			admin.api_key, admin.api_secret = before
			admin.save()
			frappe.db.commit()

	def test_a_refusal_is_recorded_although_the_request_was_rolled_back(
		self, http, login, make_user, complaint
	):
		user = make_user("Customer Support", password=PASSWORD)
		answer = login(user).get(f"{http}/api/resource/Client Interaction/{complaint.name}")
		assert answer.status_code == 403
		assert self.recorded(complaint.name) == [("Refusal", user)]
		(entry,) = entries(complaint.name)
		assert entry.rule == "not-participant"
		assert entry.reason.startswith("read: ")

	def test_a_question_asked_on_trial_is_not_a_refusal(self, http, login, make_user, complaint):
		user = make_user("Customer Support", password=PASSWORD)
		login(user).get(
			f"{http}/api/method/client_comms.api.explain_access"
			f"?doctype=Client Interaction&name={complaint.name}"
		).raise_for_status()
		assert self.recorded(complaint.name) == []

	def test_a_print_view_is_recorded(self, http, login, make_user, complaint):
		officer = make_user("Compliance Officer", password=PASSWORD)
		login(officer).get(
			f"{http}/printview?doctype=Client Interaction&name={complaint.name}"
		).raise_for_status()
		assert self.recorded(complaint.name) == [("Print", officer)]

	def test_a_download_of_its_file_is_recorded_and_its_refusal(self, http, login, make_user, complaint):
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{frappe.generate_hash(length=8)}.txt",
				"content": "private",
				"attached_to_doctype": INTERACTION,
				"attached_to_name": complaint.name,
				"is_private": 1,
			}
		).insert()
		frappe.db.commit()
		officer = make_user("Compliance Officer", password=PASSWORD)
		stranger = make_user("Customer Support", password=PASSWORD)
		assert login(officer).get(http + file.file_url).text == "private"
		login(officer).get(
			f"{http}/api/method/frappe.core.doctype.file.file.download_file?file_url={file.file_url}"
		).raise_for_status()
		assert login(stranger).get(http + file.file_url).status_code == 403
		assert self.recorded(complaint.name) == [
			("Download", officer),
			("Download", officer),
			("Refusal", stranger),
		]

	def test_a_message_on_another_timeline_has_been_viewed(self, http, login, make_user, complaint):
		customer = frappe.get_doc(
			{"doctype": "Customer", "customer_name": frappe.generate_hash(length=8)}
		).insert()
		message = send(complaint)
		message.append("timeline_links", {"link_doctype": "Customer", "link_name": customer.name}).db_insert()
		frappe.db.commit()
		officer = make_user("Compliance Officer", "Sales User", password=PASSWORD)
		session = login(officer)
		load = f"{http}/api/method/frappe.desk.form.load.getdoc"
		try:
			session.get(f"{load}?doctype=Customer&name={customer.name}").raise_for_status()
			assert self.recorded(message.name) == [("View", officer)]
			session.get(f"{load}?doctype=Client Interaction&name={complaint.name}").raise_for_status()
			assert self.recorded(message.name) == [("View", officer)]
			assert self.recorded(complaint.name)[1:] == [("View", officer)]
		finally:
			frappe.db.rollback()
			frappe.delete_doc("Communication", message.name, force=True)
			frappe.delete_doc("Customer", customer.name, force=True)
			frappe.db.delete(ENTRY, {"reference_name": message.name, "sequence": 0})
			frappe.db.commit()

	def test_a_view_at_a_level_that_does_not_log_them_is_not_recorded(self, http, login, make_user, log):
		doc = log("Initial Inquiry")
		frappe.db.commit()
		officer = make_user("Compliance Officer", password=PASSWORD)
		login(officer).get(f"{http}/api/resource/Client Interaction/{doc.name}").raise_for_status()
		assert self.recorded(doc.name) == []


@pytest.mark.committed
def test_two_chaining_runs_at_once_make_one_chain(site_name, sites_path):
	"""The second waits for the first, and then continues where the first ended.

	An entry of a long transaction comes before those that the first run has chained, so a second run that does
	not wait would start with it, at the same position in the chain.
	"""
	errors = []

	def elsewhere(function):
		def run():
			frappe.init(site_name, sites_path=str(sites_path))
			frappe.connect()
			try:
				function()
				frappe.db.commit()
			except Exception as error:
				errors.append(error)
			finally:
				frappe.destroy()

		thread = threading.Thread(target=run)
		thread.start()
		return thread

	def write_late():
		ledger.record(ledger.GRANT, INTERACTION, marks[2], "Sensitive")
		frappe.db.set_value(ENTRY, {"reference_name": marks[2]}, "creation", "2020-01-01")

	marks = [frappe.generate_hash(length=8) for _ in range(3)]
	for mark in marks[:2]:
		ledger.record(ledger.GRANT, INTERACTION, mark, "Sensitive")
	frappe.db.commit()
	ledger._lock()
	ledger._chain_chunk()
	elsewhere(write_late).join()
	second = elsewhere(ledger.chain)
	second.join(timeout=2)
	assert second.is_alive()
	frappe.db.commit()
	second.join()
	frappe.db.rollback()
	assert not errors
	chained = frappe.get_all(
		ENTRY, {"reference_name": ("in", marks)}, pluck="reference_name", order_by="sequence asc"
	)
	assert chained == marks
	assert ledger.verify()["ok"]
