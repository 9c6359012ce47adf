"""`check-leaks` finds deliberate holes, finds none if there are none, and leaves nothing behind."""

import json
import subprocess
import sys
from unittest import mock

import frappe
import pytest
from frappe.website.doctype.web_form import web_form

from client_comms import compat, procedure
from client_comms.client_interactions import reporting
from client_comms.document import Row
from client_comms.enforcement import child_rows, compose, guards, list_conditions
from client_comms.leak_check import bait, existing_exposures, run
from client_comms.leak_check.surfaces import SURFACES

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-5", "P-2", "R-3")]
INTERACTION = "Client Interaction"


@pytest.fixture
def frontline(make_user):
	"""Sees Standard, and has the ERPNext roles to use the surfaces."""
	return make_user(
		procedure.FRONTLINE_STAFF,
		"System Manager",
		"Sales User",
		"Sales Manager",
		"Support Team",
		"Report Manager",
	)


def rows_without_their_document():
	"""Frappe's question about a row without this app's function around it."""
	of_app, ours = compose._function, f"{child_rows.__name__}.{child_rows.ask_document.__name__}"

	def ask(original, *args, **kwargs):
		return original(*args, **kwargs)

	return mock.patch.object(compose, "_function", lambda path: ask if path == ours else of_app(path))


def check(user, *names):
	surfaces = [surface for surface in SURFACES if surface.name in names]
	assert len(surfaces) == len(names)
	return run.check(user, surfaces=surfaces)


def results(user, *names):
	return {finding["result"] for finding in check(user, *names)["findings"]}


def opened(user, *names):
	"""The surfaces, of the ones named, that the check finds open."""
	found = check(user, *names)
	assert not [f for f in found["findings"] if f["result"] == run.UNCHECKED]
	for finding in found["findings"]:
		assert finding["close"]
	return {finding["surface"] for finding in found["findings"] if finding["result"] == run.OPEN}


def test_a_hole_in_the_first_wall_is_found_although_the_second_would_withhold_the_answer(
	frontline, set_settings
):
	"""A method that answers with a whole document and asks for nothing."""

	@frappe.whitelist()
	def unchecked(doctype: str, name: str | None = None, filters=None, parent: str | None = None):
		return frappe.get_doc(doctype, name).as_dict()

	set_settings(answers_mode="Enforce")
	frappe.db.commit()
	assert opened(frontline, "client.get") == set()
	with mock.patch.object(frappe.client, "get", unchecked):
		assert opened(frontline, "client.get") == {"client.get"}


def test_a_method_of_another_app_that_opens_a_surface_is_named(frontline):
	"""This app calls it, wherever it stands: moving the app behind it would change nothing."""
	override, name = compose.previous_path, "frappe.client.names_of_all"

	def names_of_all(doctype: str):
		return frappe.get_all(doctype, pluck="name")

	def previous(original):
		return name if original == "frappe.desk.search.search_link" else override(original)

	with (
		mock.patch.object(frappe.client, "names_of_all", names_of_all, create=True),
		mock.patch.object(compose, "previous_path", previous),
	):
		found = check(frontline, "link field search")
	(close,) = {each["close"] for each in found["findings"] if each["result"] == run.OPEN}
	assert close.startswith(
		f"The app frappe answers frappe.desk.search.search_link with {name}, which must check"
	)


HEATMAP = "dashboard chart, heatmap"
NAMED = "report that somebody else prepared, by naming them"
MERGE = "merge of a message of one's own into a hidden one"
# Hooks that are removed, and the surface that is open then.
HOLES = [
	("has_permission", [INTERACTION], "client.get"),
	("permission_query_conditions", [INTERACTION], "client.get_list"),
	("permission_query_conditions", ["Communication"], "Communication, list"),
	("has_permission", ["Version"], "Version by its name"),
	("permission_query_conditions", ["Comment"], "Comment, list"),
	(
		"permission_query_conditions",
		["Unhandled Email"],
		"received mail that could not be processed, list",
	),
	("has_permission", ["Unhandled Email"], "received mail that could not be processed, by its name"),
	("has_permission", ["Deleted Document"], "deleted Comment"),
	("override_whitelisted_methods", ["frappe.desk.form.load.getdoc"], "timeline of Contact"),
	("override_whitelisted_methods", ["frappe.email.relink"], "re-filing of a message"),
	("override_whitelisted_methods", ["erpnext.crm.utils.get_open_activities"], "open activities"),
	(
		"override_whitelisted_methods",
		["frappe.desk.doctype.dashboard_chart.dashboard_chart.get"],
		HEATMAP,
	),
	("extend_doctype_class", ["Communication"], "text of a message sent to open forms"),
	("doc_events", ["Communication"], "text of a message in a column of its document"),
	("override_whitelisted_methods", ["frappe.desk.reportview.export_query"], "report view, export"),
	("extend_doctype_class", ["File"], "file that one uploaded, by its address"),
	("extend_doctype_class", ["File"], "second file for the same address"),
	("extend_doctype_class", ["File"], "second file by a way around its address"),
	("extend_doctype_class", ["File"], "name of an archive"),
	(
		"make_email_body_message",
		["client_comms.enforcement.images_in_emails.leave_out_embedded"],
		"image in the text of an email",
	),
	("doc_events", ["Contact"], "titles that a contact of one's own stores"),
	("extend_doctype_class", ["System Console"], "System Console"),
	("extend_doctype_class", ["Appointment"], "event that an appointment of one's own moves"),
	("extend_doctype_class", ["Contact"], "Lead whose numbers a contact of one's own changes"),
	("extend_doctype_class", ["Web Form"], "web form, a document of the user's own"),
	("permission_query_conditions", ["Event"], "Event, report view"),
	("permission_query_conditions", ["Call Log"], "Call Log, list"),
	("extend_doctype_class", ["Report"], "Lead at a level, report Lead Details"),
	("permission_query_conditions", ["Data Import"], "import that somebody else entered"),
	("has_permission", ["Data Import"], "import that somebody else entered, by its name"),
	("permission_query_conditions", ["Data Import Log"], "rows of an import that somebody else entered"),
	("extend_doctype_class", ["File"], "second file for the address of an import"),
	(
		"before_request",
		["client_comms.enforcement.requests.method_aliases.refuse"],
		"a wrapped method by another name",
	),
]
if compat.is_version_16():
	_CHECK = "client_comms.enforcement.requests.named_parent.check_parent"
	HOLES += [
		("before_request", [_CHECK], "list with another DocType as its parent"),
		("before_request", [_CHECK], "count with another DocType as its parent"),
		("extend_doctype_class", ["Notification"], "preview of a Notification"),
		("extend_doctype_class", ["Webhook"], "preview of a Webhook"),
		(
			"override_whitelisted_methods",
			["frappe.desk.form.utils.get_next"],
			"place of a hidden record in the order",
		),
		# Frappe lists rows by the condition of their document, and searches and counts by that of the DocType.
		("permission_query_conditions", ["Communication"], "timeline links, list"),
		("permission_query_conditions", ["Email Queue"], "Email Queue Recipient of Email Queue, list"),
		("permission_query_conditions", [INTERACTION], "Interaction Event, list"),
		("permission_query_conditions", [INTERACTION], "link field search in hidden text"),
		("permission_query_conditions", [INTERACTION], "group by assignee in the list"),
	]
else:
	HOLES += [
		("permission_query_conditions", ["Communication Link"], "timeline links, list"),
		(
			"permission_query_conditions",
			["Email Queue Recipient"],
			"Email Queue Recipient of Email Queue, list",
		),
		("permission_query_conditions", ["Interaction Event"], "Interaction Event, list"),
		(
			"override_whitelisted_methods",
			["frappe.desk.search.search_widget"],
			"link field search in hidden text",
		),
		(
			"override_whitelisted_methods",
			["frappe.desk.listview.get_group_by_count"],
			"group by assignee in the list",
		),
	]
LINKED = "fields of a linked document (link.field, in a calendar)"
# Surfaces that two guards close: what is removed, and what is removed besides.
BOTH = {
	"download of a copy of somebody else's data": (
		("has_permission", "Personal Data Download Request"),
		("extend_doctype_class", "File"),
	),
	"global search": (
		("override_whitelisted_methods", "frappe.utils.global_search.search"),
		("has_permission", INTERACTION),
	),
	LINKED: (
		("before_request", "client_comms.enforcement.requests.joined_fields.leave_out"),
		("permission_query_conditions", "Event"),
	),
}
REPORT, GATE = "report Response Compliance, counts", "gate of what goes out"
ASKED = "child_rows.ask_document"
PORTAL_HOLES = [
	(
		("override_whitelisted_methods", ["frappe.www.list.get_list_data"], "portal, data of the list")
		if compat.is_version_16()
		else ("override_whitelisted_methods", ["frappe.www.list.get"], "portal, list of Issues")
	),
	("page_renderer", ["client_comms.enforcement.requests.portal.IssueList"], "portal, page of the DocType"),
	(
		"doc_events",
		["Personal Data Download Request"],
		"request for a copy of somebody else's data",
	),
	("permission_query_conditions", ["Tag"], "portal, words of tags"),
	(
		"before_request",
		["client_comms.enforcement.requests.numbers_of_others.refuse"],
		"portal, whether a number is that of a record",
	),
	(
		"update_website_context",
		["client_comms.enforcement.requests.missing_pages.keep_for_one"],
		"page that was not found, which Frappe keeps for all visitors",
	),
]


def of_hole(value) -> str:
	return value if isinstance(value, str) else ",".join(value)


@pytest.mark.skipif(compat.is_version_16(), reason="version 16 asks for it in another way, see HOLES")
def test_another_guard_stands_behind_that_of_a_webhook(frontline, without_hook):
	"""A document in the request names a hidden one."""
	with without_hook("extend_doctype_class", "Webhook"):
		assert opened(frontline, "preview of a Webhook") == set()


@pytest.mark.parametrize(("kind", "keys", "surface"), HOLES, ids=of_hole)
def test_a_hole_in_the_hooks_is_found(kind, keys, surface, frontline, without_hook):
	with without_hook(kind, *keys):
		if surface == HEATMAP and compat.is_version_16():  # which cannot answer with a heatmap
			assert results(frontline, surface) == {run.UNCHECKED}
		else:
			assert opened(frontline, surface) == {surface}


def test_a_word_of_a_hidden_message_is_found(make_user, without_hook):
	"""In what the wording rules found; for a role that reads findings, and no complaint."""
	manager = make_user(procedure.FRONTLINE_STAFF, procedure.COMMUNICATIONS_MANAGER)
	listed, reported = "Wording Finding, list", "report Wording Findings"
	assert opened(manager, listed, reported) == set()
	with without_hook("permission_query_conditions", "Wording Finding"):
		assert opened(manager, listed) == {listed}
	with mock.patch.object(guards, "condition", return_value=""):
		assert opened(manager, reported) == {reported}


@pytest.mark.parametrize("surface", BOTH)
def test_a_hole_is_found_once_both_of_its_guards_are_gone(surface, frontline, without_hook):
	first, second = BOTH[surface]
	without_second = without_hook(*second)
	if not compat.is_version_16() and surface == LINKED:  # Frappe 15 joins what it is told to join
		without_second = mock.patch.object(list_conditions, "_join_readable")
	with without_hook(*first):
		if surface == "global search" and not compat.is_version_16():  # which asks once
			assert opened(frontline, surface) == {surface}
			return
		assert opened(frontline, surface) == set()
		with without_second:
			assert opened(frontline, surface) == {surface}


@pytest.fixture
def added_table(site):
	"""A table that the site has added to interactions."""
	field = {"dt": INTERACTION, "fieldname": "addresses", "fieldtype": "Table", "options": "Contact Email"}
	made = frappe.get_doc({"doctype": "Custom Field", "name": f"{INTERACTION}-addresses", **field})
	made.db_insert()  # a table needs no column
	frappe.db.commit()
	frappe.clear_cache(doctype=INTERACTION)
	yield
	frappe.delete_doc("Custom Field", made.name, force=True)
	frappe.db.commit()


ADDED = [surface.name for surface in SURFACES if surface.name.startswith("row of an added table, ")]


def test_rows_of_added_tables_that_are_not_guarded_are_found(frontline, added_table, without_hook):
	assert opened(frontline, *ADDED) == set()
	assert results("Administrator", *ADDED) == {run.ALLOWED}
	with (
		without_hook("before_request", "client_comms.enforcement.requests.added_rows.refuse"),
		rows_without_their_document(),
	):
		# Version 16 lists rows by the condition of their document.
		ways = ("by its name",) if compat.is_version_16() else ("list", "one value")
		assert {f"row of an added table, {way}" for way in ways} <= opened(frontline, *ADDED)


def test_a_report_without_its_row_filter_is_found(frontline):
	with mock.patch.object(reporting.query_report, "readable_rows", lambda doctype: "1 = 1"):
		assert opened(frontline, REPORT) == {REPORT}


def test_a_merge_that_no_one_asks_about_is_found(frontline, without_hook):
	checks = "client_comms.enforcement.renaming.keep_checks"
	with without_hook("before_request", checks), without_hook("doc_events", "*"):
		assert opened(frontline, MERGE) == {MERGE}


def test_a_report_of_those_who_is_named_is_found(frontline, without_hook):
	run_report = "frappe.desk.query_report.run"
	with (
		without_hook("override_whitelisted_methods", run_report),
		without_hook("extend_doctype_class", "Prepared Report"),
		# The result is a file of the prepared report.
		mock.patch("client_comms.enforcement.doctypes.file._of_few", lambda file: None),
	):
		assert opened(frontline, NAMED) == {NAMED}


def test_a_print_of_a_row_that_asks_only_about_the_doctype_is_found(frontline):
	surfaces = [f"Interaction {row}, print view" for row in ("Action Item", "Evidence", "Event")]
	assert opened(frontline, *surfaces) == set()
	with (
		mock.patch.object(Row, "before_print", lambda *_args: None),
		rows_without_their_document(),
	):
		assert opened(frontline, *surfaces) == set(surfaces)


def test_a_method_that_does_not_ask_is_found(frontline):
	with mock.patch.object(frappe, "has_permission", lambda *_args, **_kwargs: True):
		assert opened(frontline, GATE) == {GATE}


def test_without_a_hole_nothing_is_found(frontline):
	assert (
		opened(frontline, REPORT, GATE, MERGE, NAMED, *BOTH, *{surface for _kind, _keys, surface in HOLES})
		== set()
	)


@pytest.mark.parametrize(("kind", "keys", "surface"), PORTAL_HOLES, ids=of_hole)
def test_a_hole_in_the_portal_is_found(
	kind, keys, surface, client_user, answering_portal, outgoing_account, monkeypatch, without_hook
):
	# Options of link fields, which Frappe 16.0-dev cannot put into an answer.
	monkeypatch.setattr(web_form, "get_link_options", lambda *_args, **_kwargs: "")
	with without_hook(kind, *keys):
		assert opened(client_user, surface) == {surface}


def test_without_a_hole_nothing_is_found_in_the_portal(client_user, answering_portal, outgoing_account):
	assert opened(client_user, *(surface for _kind, _keys, surface in PORTAL_HOLES)) == set()


def test_rows_of_the_contacts_of_others_are_found_in_the_portal(client_user, monkeypatch):
	"""Frappe asks about the DocType of their document alone."""
	rows = [f"portal, {doctype} of someone else" for doctype in ("Contact Email", "Contact Phone")]
	assert opened(client_user, *rows) == set()
	load = compose._function

	def unasked(path):
		return (lambda ask, *args, **kwargs: ask(*args, **kwargs)) if path.endswith(ASKED) else load(path)

	monkeypatch.setattr(compose, "_function", unasked)
	assert opened(client_user, *rows) == {*rows}


@pytest.fixture
def client_user(make_user):
	"""A client with a login."""
	settings = frappe.get_doc("Client Comms Settings")
	before = settings.govern_issues
	settings.db_set("govern_issues", 1)
	user = make_user("Customer", user_type="Website User")
	make_user("Customer", user_type="Website User")  # whose data the first one asks for
	if not frappe.db.exists("Contact", {"user": user}):
		frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": "Client",
				"user": user,
				"email_ids": [{"email_id": user, "is_primary": 1}],
			}
		).insert(ignore_permissions=True)
	frappe.db.commit()
	yield user
	settings.db_set("govern_issues", before)
	frappe.db.commit()


@pytest.fixture
def outgoing_account(site):
	"""An account for emails, without which version 16 cannot make a copy of anyone's data."""
	account = frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Leak check",
			"email_id": "leaks@own.example",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	).insert()
	frappe.db.commit()
	yield
	frappe.delete_doc("Email Account", account.name, force=True)
	frappe.db.commit()


@pytest.fixture
def sensitive(log):
	return log("Feedback/Complaint", responsible_staff="Administrator", confidentiality_level="Sensitive")


def standing(user):
	return [each["document"] for each in run.check(user, surfaces=[])["standing"]]


def test_a_share_written_past_frappe_is_found(sensitive, frontline):
	share = frappe.get_doc(
		{
			"doctype": "DocShare",
			"share_doctype": INTERACTION,
			"share_name": sensitive.name,
			"user": frontline,
			"read": 1,
		}
	)
	share.db_insert()
	assert standing(frontline) == [f"DocShare {share.name}: {INTERACTION} {sensitive.name}"]
	frappe.db.delete("DocShare", {"name": share.name})
	assert standing(frontline) == []


def test_a_share_of_a_document_with_a_rule_of_its_own_is_found(sensitive, frontline):
	"""Of a link with which a client rates an interaction that the user cannot read."""
	link = frappe.get_doc(
		{
			"doctype": "Client Access Link",
			"name": frappe.generate_hash(length=10),
			"kind": "Rating",
			"client_interaction": sensitive.name,
		}
	)
	link.db_insert()
	share = frappe.get_doc(
		{"doctype": "DocShare", "share_doctype": link.doctype, "share_name": link.name, "user": frontline}
	)
	share.db_insert()
	found = standing(frontline)
	for doc in (share, link):
		frappe.db.delete(doc.doctype, {"name": doc.name})
	assert found == [f"DocShare {share.name}: {link.doctype} {link.name}"]


def test_a_public_file_is_found(sensitive, frontline):
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash()}.txt",
			"content": frappe.generate_hash(),
			"attached_to_doctype": INTERACTION,
			"attached_to_name": sensitive.name,
		}
	).insert(ignore_permissions=True)
	file.db_set("is_private", 0)
	assert standing(frontline) == [f"File {file.name}: {INTERACTION} {sensitive.name}"]
	file.db_set("is_private", 1)
	alias = frappe.get_doc(
		{"doctype": "File", "file_name": "a.txt", "file_url": file.file_url, "is_private": 1}
	)
	alias.db_insert()
	assert standing(frontline) == [f"File {alias.name}: the content of {INTERACTION} {sensitive.name}"]
	frappe.db.delete("File", {"name": alias.name})


def test_a_file_that_was_passed_down_is_found(sensitive, log, frontline):
	inquiry = log("Initial Inquiry", responsible_staff="Administrator")
	made = []
	for doc in (sensitive, inquiry):
		made.append(
			frappe.get_doc(
				{
					"doctype": "File",
					"file_name": "plan.txt",
					"file_url": "/private/files/no-such-plan.txt",
					"is_private": 1,
					"attached_to_doctype": INTERACTION,
					"attached_to_name": doc.name,
				}
			)
		)
		made[-1].db_insert()
	assert standing(frontline) == [f"File {made[1].name}: the content of {INTERACTION} {sensitive.name}"]
	frappe.db.delete("File", {"name": ("in", [file.name for file in made])})


@pytest.mark.parametrize("role", procedure.ROLES)
def test_nothing_is_open_for_a_shipped_role(role, make_user):
	found = run.check(make_user(role))
	assert [f for f in found["findings"] if f["result"] in (run.OPEN, run.UNCHECKED)] == []
	assert found["standing"] == [] and found["open"] == 0
	assert len({f["surface"] for f in found["findings"]}) == len(SURFACES)


def test_reports_and_scripts_that_query_directly_are_named(frontline):
	report = frappe.get_doc(
		{
			"doctype": "Report",
			"report_name": "All Complaints",
			"ref_doctype": "Customer",
			"report_type": "Query Report",
			"is_standard": "No",
			"query": "select subject from `tabClient Interaction`",
		}
	).insert(ignore_permissions=True)
	frappe.db.commit()
	try:
		review = {each["document"]: each["what"] for each in run.check(frontline, surfaces=[])["review"]}
		assert INTERACTION in review["Report All Complaints"]
	finally:
		frappe.delete_doc("Report", report.name, force=True)
		frappe.db.commit()


def test_links_and_copies_in_documents_of_the_site_are_named(site):
	"""Of a DocType that the site has made, and of fields that it has added."""
	case = {"fieldname": "case", "fieldtype": "Link", "options": INTERACTION, "label": "Case"}
	copy = {"fieldname": "about", "fieldtype": "Small Text", "fetch_from": "case.summary", "label": "About"}
	made = frappe.get_doc({"doctype": "DocType", "name": "Site Visit", "custom": 1, "module": "Custom"})
	made.db_insert()
	for doc in (
		*({"doctype": "DocField", "parent": made.name, **field} for field in (case, copy)),
		*({"doctype": "Custom Field", "dt": "Note", **field} for field in (case, copy)),
	):
		place = {"parenttype": "DocType", "parentfield": "fields"} if doc["doctype"] == "DocField" else {}
		frappe.get_doc({"name": frappe.generate_hash(length=10), **doc, **place}).db_insert()
	for doctype in (made.name, "Note"):
		frappe.clear_cache(doctype=doctype)
	try:
		review = {each["document"]: each["what"] for each in existing_exposures.to_review()}
	finally:
		frappe.db.rollback()
		for doctype in (made.name, "Note"):
			frappe.clear_cache(doctype=doctype)
	assert {"DocField Site Visit.case", "Custom Field Note.case"} <= review.keys()
	assert INTERACTION in review["Site Visit.about"] and INTERACTION in review["Note.about"]


def test_notifications_to_whole_channels_are_named(site):
	def notify(**fields):
		return frappe.get_doc(
			{
				"doctype": "Notification",
				"name": f"Test {frappe.generate_hash(length=6)}",
				"document_type": INTERACTION,
				"event": "New",
				"enabled": 1,
				**fields,
			}
		)

	checked = [notify(channel=each) for each in ("Email", "System Notification", "SMS")]
	slack = notify(channel="Slack")
	for alert in (*checked, slack):
		alert.db_insert()
	named = {each["document"] for each in existing_exposures.to_review()}
	assert named & {f"Notification {alert.name}" for alert in (*checked, slack)} == {
		f"Notification {slack.name}"
	}


@pytest.mark.parametrize("folder", [False, True])
def test_mailboxes_that_make_documents_without_a_level_are_named(folder, set_settings):
	"""With the text of what arrives."""
	set_settings(govern_issues=1, govern_leads=0)
	for doctype in ("Issue", "Lead"):
		account = frappe.get_doc(
			{"doctype": "Email Account", "name": f"Test {doctype}", "enable_incoming": 1}
		)
		if folder:
			place = {"parent": account.name, "parenttype": "Email Account", "parentfield": "imap_folder"}
			row = {"doctype": "IMAP Folder", "folder_name": "INBOX", "append_to": doctype, **place}
			frappe.get_doc({**row, "name": frappe.generate_hash()}).db_insert()
		else:
			account.append_to = doctype
		account.db_insert()
	named = {each["document"]: each["what"] for each in existing_exposures.to_review()}
	assert "Email Account Test Issue" not in named
	assert "a new Lead" in named["Email Account Test Lead"]


def counts():
	"""Rows of every table. A number that was given is not given again, so a check that is a site's first begins some series."""
	frappe.db.rollback()
	ignored = {"tabRoute History", "tabRQ Job", "tabScheduled Job Log", "tabSeries"}
	return {
		table: frappe.db.sql(f"select count(*) from `{table}`")[0][0]
		for table in frappe.db.get_tables(cached=False)
		if table not in ignored
	}


def left_by_a_check(user, **how):
	"""What a check leaves: table → rows more."""
	bait.remove()  # of a check that another test may have left behind
	before = counts()
	run.check(user, **how)
	after = counts()
	return {table: after[table] - before[table] for table in after if after[table] != before[table]}


def test_a_check_leaves_nothing(frontline):
	files = set(walk_files())
	assert left_by_a_check(frontline) == {LEDGER: 1}
	assert set(walk_files()) == files


LEDGER = "tabCompliance Ledger Entry"
# Through a web server these are exports, views and downloads of the user whose session it is.
RECORDED = ("client.get", "form", "print view", "report view, export", "data export")


def test_a_check_of_the_served_site_leaves_nothing_in_the_name_of_the_user(
	frontline, http, as_user, make_user
):
	officer = make_user("Compliance Officer", "Report Manager")
	with as_user(officer):
		surfaces = [surface for surface in SURFACES if surface.name in RECORDED]
		left = left_by_a_check(frontline, url=http, surfaces=surfaces)
	assert left == {LEDGER: 1}
	entry = frappe.get_last_doc("Compliance Ledger Entry", {"action": "Leak Check"})
	assert (entry.user, entry.owner, entry.reference_name) == (officer, officer, frontline)
	assert frontline in entry.reason and officer in entry.reason
	assert not frappe.db.exists("Compliance Ledger Entry", {"user": frontline})


def walk_files():
	from pathlib import Path

	for folder in ("public", "private"):
		yield from Path(frappe.get_site_path(folder, "files")).rglob("*")


def test_what_a_killed_check_left_goes_with_the_next(frontline):
	bait.remove()
	before = counts()
	bait.plant(frontline)
	assert counts() != before
	run.check(frontline, surfaces=[])
	assert counts() == {**before, LEDGER: before[LEDGER] + 1}


@pytest.fixture
def run_command(site_name, sites_path):
	def run_it(*arguments):
		return subprocess.run(
			[
				sys.executable,
				"-m",
				"frappe.utils.bench_helper",
				"frappe",
				"--site",
				site_name,
				"client-comms",
				"check-leaks",
				*arguments,
			],
			cwd=sites_path,
			capture_output=True,
			text=True,
		)

	return run_it


def test_the_census_of_a_user_follows_the_check_as_that_user(run_command, frontline):
	frappe.db.commit()
	done = run_command("--user", frontline, "--census", "--only", "Document: rename", "--json")
	found = json.loads(done.stdout)
	census = found["census"]
	assert done.returncode == bool(found["open"] or census["open"] or census["unexplained"]), done.stderr
	assert found["user"] == frontline and found["findings"] and census["asked"]
	assert {*census["answered"], *census["refused"]} == {frontline}


def test_there_is_nothing_to_check_without_a_user_or_a_census(run_command):
	done = run_command()
	assert done.returncode == 2 and "--user, --census or both" in done.stderr


def test_the_command_says_by_its_code_what_it_found(run_command, frontline, sensitive):
	assert run_command("--user", "nobody@example.com").returncode == 2
	share = frappe.get_doc(
		{
			"doctype": "DocShare",
			"share_doctype": INTERACTION,
			"share_name": sensitive.name,
			"user": frontline,
			"read": 1,
		}
	)
	share.db_insert()
	frappe.db.commit()
	done = run_command("--user", frontline, "--json")
	frappe.db.rollback()
	frappe.db.delete("DocShare", {"name": share.name})
	frappe.db.commit()
	assert done.returncode == 1, done.stderr
	assert json.loads(done.stdout[done.stdout.index("{") :])["open"] == 1
