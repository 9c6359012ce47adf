"""The census finds a hole that it was not told of, and without a hole finds nothing.

Each test takes a part of the census; `bench client-comms check-leaks --census` takes all of it.
"""

import contextlib
from unittest import mock

import frappe
import pytest

import client_comms.api
from client_comms.leak_check.census import exempt
from client_comms.leak_check.census.census import Census
from client_comms.leak_check.census.kept import Kept
from client_comms.leak_check.census.methods import Method
from client_comms.leak_check.census.run import Preparation
from client_comms.leak_check.census.scene import CLIENT
from client_comms.leak_check.census.state import Of, Row, State
from client_comms.leak_check.census.states import STATES

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-5", "P-2", "R-3")]

WIDEST = "Everything but clearance"


@pytest.fixture(scope="module")
def prepared(site):
	with Preparation() as preparation:
		yield preparation


def found(prepared, *names, logins=(WIDEST, CLIENT)):
	"""The methods, of those called like `names`, with a finding; each was asked."""
	taken = prepared.take(lambda method: method in names, logins)
	return {each.method for each in taken.findings}


# Hooks whose absence is a hole -> methods by which the census must find it.
HOLES = {
	"a copy of somebody else's data from a web form": (
		[("doc_events", "Personal Data Download Request")],
		"surface: request for a copy of somebody else's data",
	),
	"a document of one's own merged into a hidden one": (
		[("before_request", "client_comms.enforcement.renaming.keep_checks"), ("doc_events", "*")],
		"Document: rename",
	),
	"messages told to whoever has their document open": (
		[("extend_doctype_class", "Communication")],
		"frappe.client.delete",
	),
	"a prepared report of somebody else": (
		[
			("override_whitelisted_methods", "frappe.desk.query_report.run"),
			("extend_doctype_class", "Prepared Report"),
		],
		"frappe.desk.query_report.run",
	),
	"a file that one uploaded": (
		[("extend_doctype_class", "File")],
		"surface: file that one uploaded, by its address",
	),
	"mail that could not be processed": (
		[("has_permission", "Unhandled Email"), ("permission_query_conditions", "Unhandled Email")],
		"frappe.client.get",
	),
	"a message's text in a column of its document": (
		[("doc_events", "Communication")],
		"surface: text of a message in a column of its document",
	),
	"the title of a record that one's own address links to": ([("doc_events", "Address")], "own Address"),
	"the name of an archive that is unpacked": (
		[("extend_doctype_class", "File")],
		"frappe.core.api.file.unzip_file",
	),
	"a field asked for as a password": (
		[("override_whitelisted_methods", "frappe.client.get_password")],
		"frappe.client.get_password",
	),
}


# What stands behind the hooks of a hole, and would close it as well
BEHIND = {"a prepared report of somebody else": "client_comms.enforcement.doctypes.file._of_few"}


@pytest.mark.parametrize("hole", HOLES)
def test_a_hole_is_found_when_its_mend_is_taken_out(hole, prepared, without_hook):
	hooks, method = HOLES[hole]
	with contextlib.ExitStack() as stack:
		for hook in hooks:
			stack.enter_context(without_hook(*hook))
		if behind := BEHIND.get(hole):
			stack.enter_context(mock.patch(behind, lambda file: None))
		assert found(prepared, method) == {method}


def test_with_all_mends_in_nothing_is_found(prepared):
	assert found(prepared, *(method for _hooks, method in HOLES.values())) == set()


def test_switches_routes_and_rows_are_asked_about(prepared):
	"""A method counts as asked only if Administrator got the text or changed the record."""
	taken = prepared.take(
		lambda method: method in ("frappe.client.get", "frappe.client.get_count", "Document: rename"),
		logins=[],
	)
	records = {each.partition(":")[0] for each in taken.asked["frappe.client.get"]}
	assert {"Client Interaction", "File", "Deleted Document", "Version"} <= records
	assert taken.asked["Document: rename"]
	assert taken.methods == 3


def test_a_request_of_the_census_leaves_nothing(prepared):
	scene, before = prepared.scene, prepared.scene.state(["Client Interaction"])
	with prepared.sandbox.undone() as trace:
		prepared.administrator.call(
			"frappe.client.set_value",
			doctype="Client Interaction",
			name=scene.hidden.name,
			fieldname="summary",
			value="leakbait changed",
		)
		assert scene.state(["Client Interaction"]) != before
	assert scene.state(["Client Interaction"]) == before
	assert "Client Interaction" in trace.written


def test_half_a_line_of_a_killed_run_is_passed_over(tmp_path):
	file = tmp_path / "kept"
	Kept(file).add("a method", Census())
	whole = file.read_text()
	file.write_text(f"{whole}{whole[:20]}")
	kept = Kept(file)
	assert [*kept.parts] == ["a method"]
	kept.add("another", Census())
	assert [*Kept(file).parts] == ["a method", "another"]


@pytest.mark.parametrize("text", ["A letter\n", "A letter", '{"methods": 2}\n', '{"unit": "a method"}\n'])
def test_a_file_with_something_else_stays_as_it_is(tmp_path, text):
	file = tmp_path / "letter"
	file.write_text(text)
	with pytest.raises(ValueError, match="no results of a census"):
		Kept(file)
	assert file.read_text() == text


def test_a_census_goes_on_from_what_was_kept(prepared, tmp_path):
	names, file = ("frappe.client.get", "frappe.client.get_count"), str(tmp_path / "census.jsonl")

	def take(**limits):
		asked = []
		census = prepared.take(
			lambda method: method in names, [CLIENT], progress=asked.append, kept=Kept(file), **limits
		)
		return census, len(asked)

	stopped, asked = take(minutes=1e-9)
	assert (stopped.left, asked) == (2, 0)
	whole, asked = take()
	assert (whole.left, asked) == (0, 2)
	again, asked = take()
	assert asked == 0
	assert (again.asked, again.findings, again.refused) == (whole.asked, whole.findings, whole.refused)
	assert again.asked["frappe.client.get"]


def test_an_excuse_holds_for_its_doctypes_alone():
	method = "erpnext.crm.doctype.lead.lead.make_lead_from_communication"
	for came in ("left its text in Contact", "told it to doc of Contact", "told it to doctype of Contact"):
		assert exempt.finding(method, came, WIDEST)
	for came in ("left its text in Lead", "told it to doc of Lead", "told it to all", "answer"):
		assert not exempt.finding(method, came, WIDEST)


def test_each_place_in_which_a_text_is_left_is_named(prepared, whitelisted):
	"""An excuse for one of them must not hide another."""

	def copy(name):
		text = frappe.db.get_value("Client Interaction", name, "subject")
		for doctype, field in (("Brand", "description"), ("Note", "content")):
			doc = frappe.get_doc({"doctype": doctype, field: text, "public": 1})
			doc.name = doc.brand = doc.title = frappe.generate_hash()
			doc.insert(ignore_permissions=True)

	path = whitelisted(copy)
	taken = prepared.take(lambda method: method == path, (WIDEST,))
	came = {each.came for each in taken.findings}
	assert {"left its text in Brand", "left its text in Note"} <= came


@pytest.fixture
def whitelisted(prepared, monkeypatch):
	"""Whitelists a function, as the only one that there is; tells its path."""

	def whitelist(function) -> str:
		path = f"client_comms.api.{function.__name__}"
		method = frappe.whitelist()(function)
		monkeypatch.setattr(client_comms.api, function.__name__, method, raising=False)
		monkeypatch.setattr(prepared, "every", [Method(path, method)])
		return path

	return whitelist


def test_what_a_method_asks_for_is_learned(prepared, whitelisted):
	"""Neither name nor type says that it takes a Quotation, and reads the Opportunity behind it."""

	def chance(what, terms):
		terms = frappe.parse_json(terms)
		quotation = frappe.get_doc("Quotation", what)
		return frappe.db.get_value("Opportunity", quotation.opportunity, terms["doctype"] and "title")

	path = whitelisted(chance)
	assert found(prepared, path) == {path}


def test_a_method_that_works_with_one_doctype_alone_gets_its_documents(prepared, whitelisted):
	"""Names of parameters say that it takes any document."""

	def chance(doctype, docname):
		if doctype != "Quotation":
			frappe.throw(doctype)
		quotation = frappe.get_doc(doctype, docname)
		return frappe.db.get_value("Opportunity", quotation.opportunity, "title")

	path = whitelisted(chance)
	assert found(prepared, path) == {path}


def test_a_search_gets_a_column_of_its_own_doctype(prepared, whitelisted):
	def chances(doctype, txt, searchfield, start, page_len, filters):
		wanted = {searchfield: ("like", f"%{txt}%"), "party_name": filters.get("party") or ("is", "set")}
		return frappe.get_all("Opportunity", wanted, ["title"], limit_start=start, limit=page_len)

	path = whitelisted(chances)
	assert found(prepared, path) == {path}


def test_a_method_that_needs_a_state_is_asked_in_it_as_every_login(prepared, whitelisted, monkeypatch):
	def on_hold(name):
		return frappe.db.get_value("Client Interaction", {"name": name, "clock_state": "Paused"}, "subject")

	path = whitelisted(on_hold)
	paused = Row("Client Interaction", {"clock_state": "Paused"})
	monkeypatch.setitem(STATES, path, State({"name": Of("Client Interaction")}, (paused,)))
	assert found(prepared, path) == {path}


def test_a_whole_document_is_sent_to_methods_that_save_it(prepared):
	names = ("frappe.client.save", "client_comms.api.interactions.reopen")
	taken = prepared.take(lambda method: method in names, [CLIENT])
	assert set(names) <= taken.asked.keys()
	assert not taken.findings


def test_a_method_that_works_with_other_documents_reads_nothing(prepared):
	name = "erpnext.accounts.doctype.purchase_invoice.purchase_invoice.make_debit_note"
	taken = prepared.take(lambda method: method == name, [CLIENT])
	assert "reads nothing of the record" in taken.not_askable[name]
	assert not taken.unexplained
