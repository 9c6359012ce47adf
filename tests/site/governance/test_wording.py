"""The wording of messages to clients: checked while writing, and stored for the report (C-5, D-3)."""

import time

import frappe
import pytest

from client_comms import api
from client_comms.communication_governance import wording
from client_comms.communication_governance.report.wording_findings.wording_findings import execute

pytestmark = pytest.mark.clause("C-5", "D-3")

ANNA = "anna@wording.example"


@pytest.fixture
def client(make_client):
	made = make_client("Anna Wording", ANNA)
	return {"party_type": made.party_type, "party": made.party}


def kinds(text, **args):
	return [finding["kind"] for finding in api.check_wording(text, **args)]


# --- while writing ----------------------------------------------------------------------------------


def test_findings_come_with_why_and_a_suggestion(site):
	found = api.check_wording("<p>Hello Anna</p><p>We utilise it.</p><p>Kind regards</p>", language="en")
	assert [(each["found"], each["suggestion"]) for each in found] == [("utilise", "use")]
	assert "The short word says the same." in found[0]["message"] and "<" not in found[0]["message"]


def test_a_note_owes_no_salutation(site):
	assert kinds("The client called.", language="en") == ["Salutation Missing", "Closing Missing"]
	assert kinds("The client called.", language="en", courtesy="0") == []


def test_the_language_is_that_of_the_client(client, log):
	doc = log(**client)
	about = {"doctype": doc.doctype, "name": doc.name, "courtesy": 0}
	found = [each["found"] for each in api.check_wording("Wir melden uns zeitnah, asap.", **about)]
	assert found == ["asap"]  # the user's language, while the client's is not on record
	frappe.get_doc({"doctype": "Communication Preference", **client, "language": "de"}).insert()
	found = [each["found"] for each in api.check_wording("Wir melden uns zeitnah, asap.", **about)]
	assert found == ["zeitnah"]


def test_quoted_messages_are_not_checked(site):
	html = (
		"<p>We use it.</p><blockquote>utilise<blockquote>utilise</blockquote>utilise</blockquote>"
		'<div data-comment="original-reply">utilise</div>'
	)
	assert wording.plain(html) == "We use it."


def test_only_who_writes_to_clients_may_ask_and_only_about_what_they_read(client, log, make_user, as_user):
	doc = log("Feedback/Complaint", **client)
	with as_user(make_user("Sales User")), pytest.raises(frappe.PermissionError):
		api.check_wording("asap")
	with as_user(make_user("Frontline Staff")):
		assert kinds("asap", courtesy=0) == ["Term"]
		with pytest.raises(frappe.PermissionError):
			api.check_wording("asap", doctype=doc.doctype, name=doc.name)


@pytest.mark.parametrize("unit", ["<", "<blockquote>", "<div ", "&lt;", "</p>", "<p>a"])
def test_no_html_takes_long(site, unit):
	started = time.process_time()
	wording.plain(unit * (100_000 // len(unit)))
	assert time.process_time() - started < 5


def test_an_email_of_20_kilobytes_is_answered_while_one_types(site):
	sentence = "<p>We have looked into your order, and we utilise the new forms for its return to you.</p>"
	html = sentence * (20_000 // len(sentence))
	api.check_wording(html, language="en")
	took = []
	for _ in range(5):
		started = time.process_time()
		api.check_wording(html, language="en")
		took.append(time.process_time() - started)
	assert min(took) < 0.1


# --- the rules --------------------------------------------------------------------------------------


def test_a_new_rule_counts_at_once_and_a_disabled_one_no_more(site):
	assert kinds("Please revert to me by Friday.", language="en", courtesy=0) == []
	rule = site.get_doc({"doctype": "Terminology Rule", "avoid": "revert", "language": "en"}).insert()
	assert kinds("We reverted it to you on Friday.", language="en", courtesy=0) == ["Term"]
	rule.disabled = 1
	rule.save()
	assert kinds("We reverted it to you on Friday.", language="en", courtesy=0) == []


# --- the report -------------------------------------------------------------------------------------


@pytest.fixture
def findings(site):
	"""Three in November, one in October."""
	site.db.delete(wording.FINDING)
	for found_on, kind, term in (
		("2026-11-23 10:00", "Term", "asap"),
		("2026-11-24 10:00", "Term", "asap"),
		("2026-11-24 10:00", "Long Sentence", None),
		("2026-10-05 10:00", "Term", "utilise"),
	):
		site.get_doc(
			{
				"doctype": wording.FINDING,
				"found_on": found_on,
				"kind": kind,
				"term": term,
				"user": "Administrator",
			}
		).insert()
	return {"from_date": "2026-10-01", "to_date": "2026-11-30"}


@pytest.mark.parametrize(
	("group_by", "expected"),
	[
		("Term", [("asap", 2), ("utilise", 1)]),
		("Kind", [("Term", 3), ("Long Sentence", 1)]),
		("User", [("Administrator", 4)]),
		("Month", [("2026-10", 1), ("2026-11", 3)]),
	],
)
def test_the_report_counts_the_most_frequent(findings, group_by, expected):
	columns, rows, _message, chart = execute({**findings, "group_by": group_by})
	assert [(row["what"], row["findings"]) for row in rows] == expected
	assert chart["data"]["datasets"][0]["values"] == [number for _what, number in expected]
	assert sum(row["share"] for row in rows) == pytest.approx(100) and columns[0]["fieldname"] == "what"


def test_the_report_names_users(findings):
	frappe.db.set_value("User", "Administrator", "full_name", "Ada Vogt")
	_columns, rows, _message, chart = execute({**findings, "group_by": "User"})
	assert [(row["what"], row["what_name"]) for row in rows] == [("Administrator", "Ada Vogt")]
	assert chart["data"]["labels"] == ["Ada Vogt"]


def test_the_report_is_narrowed_by_its_filters(findings):
	_columns, rows, *_rest = execute({**findings, "term": "ASAP", "from_date": "2026-11-24"})
	assert [(row["what"], row["findings"]) for row in rows] == [("asap", 1)]
	with pytest.raises(frappe.ValidationError, match="not grouped by"):
		execute({"group_by": "owner"})


def test_what_is_sent_in_spite_of_a_warning_is_kept(client, log, set_settings):
	set_settings(wording_mode="Warn")
	kept = _send(client, log)
	assert ("Term", "asap") in kept


def test_nothing_is_kept_where_wording_is_not_checked(client, log, set_settings):
	set_settings(wording_mode="Off")
	assert _send(client, log) == []


def _send(client, log):
	"""Email a client about an inquiry, with a term to avoid; returns the stored findings."""
	doc = log(**client)
	frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Wording",
			"email_id": "service@wording.own.example",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	).insert()
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Sent",
			"sender": "service@wording.own.example",
			"recipients": ANNA,
			"subject": "Your roof",
			"content": "<p>Hello Anna</p><p>We come asap.</p><p>Kind regards</p>",
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
		}
	).insert()
	message.send_email()
	rows = frappe.get_all(wording.FINDING, {"communication": message.name}, ["kind", "term"])
	return [(row.kind, row.term) for row in rows]
