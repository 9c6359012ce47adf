"""The answer of a request carries no record that the session user cannot read, whichever method made it (P-2)."""

import json
import time

import frappe
import pytest
from frappe import app
from frappe.core.doctype.server_script import server_script
from frappe.desk.form import load
from frappe.handler import execute_cmd
from frappe.utils import safe_exec
from werkzeug.wrappers import Response

from client_comms import acting, api, ledger
from client_comms.enforcement import answer_rows, answers, compose
from client_comms.rules.outgoing import OFF, WARN

pytestmark = pytest.mark.clause("P-2")

EARLIER = []  # entries of the ledger
SECRET = "The roof of the Nordlicht hall leaks above the archive since Monday"


@pytest.fixture
def hidden(log):
	return log("Feedback/Complaint", subject="Roof", summary=f"<p>{SECRET}.</p>")


@pytest.fixture
def reader(make_user):
	return make_user("Sales User", "Frontline Staff")


@pytest.fixture
def answered(as_user, monkeypatch):
	"""`answered(user, make, body)` is the response to a request in which `make()` ran and `body(what it returned)` was sent."""

	def run(user, make, body=frappe.as_json, mimetype="application/json", mode=None, headers=None):
		if mode:
			frappe.db.set_single_value(answers.SETTINGS, answers.SETTING, mode)
			frappe.clear_document_cache(answers.SETTINGS, answers.SETTINGS)
		monkeypatch.setattr(
			frappe.local, "request", frappe._dict(method="GET", path="/api/method/x.forgotten"), raising=False
		)
		monkeypatch.setattr(frappe.local, "response", frappe._dict())
		frappe.db.commit()  # a request that is recorded is rolled back
		with as_user(user):
			made = make()
			frappe.local.response.message = made
			response = Response(body(made), mimetype=mimetype, headers=headers)
			for hook in frappe.get_hooks("after_request", app_name="client_comms"):
				frappe.call(hook, response=response, request=frappe.local.request)
		return response

	return run


@pytest.fixture(autouse=True)
def entries_of_before(site):
	"""A site that is kept has some of earlier runs."""
	EARLIER[:] = frappe.get_all(ledger.ENTRY, {"action": ledger.REFUSAL}, pluck="name")


def refused(rule):
	"""Which records the test had refused for this rule."""
	entries = {"action": ledger.REFUSAL, "rule": rule, "name": ("not in", [*EARLIER, ""])}
	return frappe.get_all(ledger.ENTRY, entries, pluck="reference_name")


def faults():
	return refused(answers.WITHHELD)


def test_a_document_that_a_method_returned_without_a_check_is_withheld(hidden, reader, answered):
	response = answered(reader, lambda: frappe.get_doc("Client Interaction", hidden.name))
	assert response.status_code == 403 and SECRET not in response.get_data(as_text=True)
	assert faults() == [hidden.name]
	assert frappe.db.exists("Error Log", {"error": ("like", f"%{hidden.name}%")})


@pytest.mark.parametrize("form", ["document", "dict", "list"])
def test_a_document_without_a_long_text_is_recognised_by_its_name(log, reader, answered, form):
	short = log("Feedback/Complaint", subject="Roof", summary="<p>Hi</p>")

	def make():
		doc = frappe.get_doc("Client Interaction", short.name)
		return {"document": doc, "dict": doc.as_dict(), "list": [{"found": doc.as_dict()}]}[form]

	response = answered(reader, make)
	assert response.status_code == 403 and "Roof" not in response.get_data(as_text=True)
	assert faults() == [short.name]


def test_fields_of_it_are_recognised_by_their_text(hidden, reader, answered):
	response = answered(reader, lambda: frappe.get_doc("Client Interaction", hidden.name).summary)
	assert response.status_code == 403 and SECRET not in response.get_data(as_text=True)


def test_a_page_with_its_text_is_withheld(hidden, reader, answered):
	response = answered(
		reader,
		lambda: frappe.get_doc("Client Interaction", hidden.name),
		lambda doc: f"<html><body>{doc.summary}</body></html>",
		"text/html",
	)
	assert response.status_code == 403 and SECRET not in response.get_data(as_text=True)


def test_a_comment_on_it_is_withheld(hidden, reader, answered):
	comment = hidden.add_comment("Comment", f"{SECRET}, says the architect.")
	response = answered(reader, lambda: {"found": [frappe.get_doc("Comment", comment.name)]})
	assert response.status_code == 403


def test_it_is_recorded_alone_where_the_settings_say_so(hidden, reader, answered):
	response = answered(reader, lambda: frappe.get_doc("Client Interaction", hidden.name), mode=WARN)
	assert response.status_code == 200
	assert faults() == [hidden.name]


def test_nothing_is_looked_at_where_the_settings_say_so(hidden, reader, answered):
	response = answered(reader, lambda: frappe.get_doc("Client Interaction", hidden.name), mode=OFF)
	assert response.status_code == 200 and not faults()


def test_who_can_read_it_gets_it(hidden, make_user, answered):
	response = answered(
		make_user("Compliance Officer"), lambda: frappe.get_doc("Client Interaction", hidden.name)
	)
	assert response.status_code == 200 and not faults()


@pytest.mark.parametrize("doctype", ["Client Interaction", "Lead"])
def test_who_configures_access_is_told_who_can_read_it(doctype, hidden, make_user, answered):
	if doctype == "Lead":
		doc = frappe.get_doc({"doctype": "Lead", "first_name": "Roof", "confidentiality_level": "Sensitive"})
		hidden = doc.insert()
	response = answered(
		make_user("Client Communications Manager"), lambda: api.explore_record(doctype, hidden.name)
	)
	assert response.status_code == 200
	assert json.loads(response.get_data())["level"] == "Sensitive"


def test_what_was_loaded_and_is_not_in_the_answer_is_not_withheld(hidden, reader, answered):
	def load():
		frappe.get_doc("Client Interaction", hidden.name)
		return {"subject": "Roof"}

	assert answered(reader, load).status_code == 200
	assert not faults()


def test_who_wrote_it_just_now_gets_their_own_words(reader, log, answered):
	def make():
		doc = log("Feedback/Complaint", subject="Roof", summary=SECRET)
		return frappe.get_doc("Client Interaction", doc.name)

	assert answered(reader, make).status_code == 200


def test_who_loses_access_by_saving_still_gets_what_they_saved(log, make_user, answered):
	user = make_user("Sales User", "Frontline Staff")
	doc = log("Initial Inquiry", responsible_staff=user, summary=SECRET)

	def save():
		mine = frappe.get_doc("Client Interaction", doc.name)
		mine.check_permission("write")
		mine.db_set({"confidentiality_level": "Sensitive", "responsible_staff": None})
		assert not frappe.has_permission("Client Interaction", doc=doc.name)
		return mine

	assert answered(user, save).status_code == 200


def test_ignoring_permissions_permits_nothing(hidden, reader, answered):
	def load():
		doc = frappe.get_doc("Client Interaction", hidden.name)
		doc.flags.ignore_permissions = True
		doc.check_permission("read")
		return doc

	assert answered(reader, load).status_code == 403


def test_what_the_app_may_read_permits_nothing(hidden, reader, answered):
	def load():
		with acting.as_the_app():
			doc = frappe.get_doc("Client Interaction", hidden.name)
			doc.check_permission("read")
		return doc

	assert answered(reader, load).status_code == 403


def test_nothing_of_a_withheld_answer_remains(hidden, reader, answered):
	response = answered(
		reader, lambda: frappe.get_doc("Client Interaction", hidden.name), headers={"X-About": SECRET}
	)
	assert response.status_code == 403 and "X-About" not in response.headers


def test_clients_see_their_confidential_issue_in_the_portal(make_user, answered):
	client = make_user("Customer", user_type="Website User")
	issue = frappe.get_doc(
		{"doctype": "Issue", "subject": "Roof", "description": SECRET, "raised_by": client}
	)
	issue.insert(ignore_permissions=True)
	frappe.db.set_single_value("Client Comms Settings", "govern_issues", 1)
	issue.db_set("confidentiality_level", "Sensitive")
	other = make_user("Customer", user_type="Website User")
	page = lambda: frappe.get_doc("Issue", issue.name)  # noqa: E731
	assert answered(client, page, lambda doc: doc.description, "text/html").status_code == 200
	assert answered(other, page, lambda doc: doc.description, "text/html").status_code == 403


def test_documents_that_do_not_exist_are_not_secret(reader, answered):
	assert (
		answered(
			reader, lambda: {"doctype": "Client Interaction", "name": "new-client-interaction-1"}
		).status_code
		== 200
	)


def test_an_answer_without_governed_documents_costs_no_query(reader, answered, monkeypatch):
	def ask():
		monkeypatch.setattr(
			frappe.local.db, "sql", lambda *_args, **_kwargs: pytest.fail("a query"), raising=False
		)
		return {"doctype": "Note", "name": "x", "rows": [{"doctype": "Item", "name": "y"}]}

	assert answered(reader, ask).status_code == 200


# Rows that a method read by a query of its own, as Frappe Helpdesk and Frappe CRM do


WORDS = "It leaks."  # shorter than what is looked for anywhere in an answer
SENDER, RECIPIENTS = "anna@client-a.example", "service@own.example"


def left_out():
	return refused(answers.LEFT_OUT)


@pytest.fixture
def contact():
	return frappe.get_doc({"doctype": "Contact", "first_name": "Anna"}).insert()


@pytest.fixture
def thread(hidden, contact):
	"""A message of the hidden interaction and one of none, between the same people, filed under the contact."""
	made = []
	for interaction, words in ((hidden.name, WORDS), (None, "When are you open?")):
		message = frappe.new_doc("Communication")
		message.update({"subject": "Roof", "content": words, "sender": SENDER, "recipients": RECIPIENTS})
		message.update({"reference_doctype": "Contact", "reference_name": contact.name})
		message.insert(ignore_permissions=True)
		level = hidden.confidentiality_level if interaction else None
		message.db_set({"client_interaction": interaction, "confidentiality_level": level})
		made.append(message.name)
	return made


@pytest.fixture
def messages(thread):
	"""What a query finds of both, in this order."""

	def read():
		fields = ["name", "subject", "content", "sender", "recipients"]
		found = {
			row.name: dict(row) for row in frappe.get_all("Communication", {"name": ("in", thread)}, fields)
		}
		return [found[name] for name in thread]

	return read


def test_rows_of_hidden_records_are_left_out_and_the_rest_stays(thread, messages, reader, answered):
	secret, open_one = thread
	for _time in range(2):
		response = answered(reader, lambda: {"ticket": 7, "communications": messages()})
		answer = response.get_json(force=True)
		assert response.status_code == 200 and answer["ticket"] == 7
		assert [row["name"] for row in answer["communications"]] == [open_one]
	assert left_out() == [secret] and not faults(), "once a day"


def test_what_an_answer_says_of_them_elsewhere_is_left_out_too(messages, reader, answered):
	def activities():
		rows = messages()
		return {"docinfo": rows, "activities": [{"data": {**row, "name": None}} for row in rows]}

	body = answered(reader, activities).get_data(as_text=True)
	assert WORDS not in body and body.count("When are you open?") == 2


def test_messages_without_a_name_are_known_if_frappe_read_them(thread, contact, reader, answered):
	def activities():
		load.get_docinfo("", "Contact", contact.name)
		timeline = frappe.response.pop("docinfo")["communications"]
		return [
			{"type": "message", "data": {"content": each.content, "sender": each.sender}} for each in timeline
		]

	answer = answered(reader, activities).get_json(force=True)
	assert [each["data"]["content"] for each in answer] == ["When are you open?"]


def test_what_is_saved_comes_back_without_them(thread, contact, reader, as_user):
	with as_user(reader):
		mine = frappe.get_doc("Contact", contact.name).update({"designation": "Head"})
		frappe.call(
			frappe.override_whitelisted_method("frappe.desk.form.save.savedocs"), mine.as_json(), "Save"
		)
	shown = [message.name for message in frappe.response["docinfo"]["communications"]]
	assert shown == thread[1:]


def test_what_is_found_in_an_index_is_left_out(thread, reader, answered):
	found = [
		{"doctype": "Communication", "name": name, "content": "… <mark>leak</mark> …"} for name in thread
	]
	response = answered(reader, lambda: {"results": found})
	assert response.status_code == 200, "an error would tell that the word is there"
	assert [row["name"] for row in response.get_json(force=True)["results"]] == thread[1:]


def test_a_long_text_of_theirs_elsewhere_withholds_the_answer(thread, messages, reader, answered):
	frappe.db.set_value("Communication", thread[0], "content", SECRET)
	response = answered(reader, lambda: {"rows": messages(), "preview": f"… {SECRET} …"})
	assert response.status_code == 403 and SECRET not in response.get_data(as_text=True)


def test_files_of_hidden_records_are_left_out(thread, reader, answered):
	names = [
		frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{name}.txt",
				"content": name,
				"is_private": 1,
				"attached_to_doctype": "Communication",
				"attached_to_name": name,
			}
		)
		.insert(ignore_permissions=True)
		.name
		for name in thread
	]
	read = lambda: frappe.get_all("File", {"name": ("in", names)}, ["name", "file_name"], order_by="creation")  # noqa: E731
	assert [row["name"] for row in answered(reader, read).get_json(force=True)] == names[1:]


def test_rows_are_recorded_alone_where_the_settings_say_so(thread, messages, reader, answered):
	assert WORDS in answered(reader, messages, mode=WARN).get_data(as_text=True)
	assert left_out() == thread[:1]


def test_who_can_read_them_and_clients_in_a_portal_get_all_rows(messages, make_user, answered):
	for user in (make_user("Compliance Officer"), make_user("Customer", user_type="Website User")):
		assert WORDS in answered(user, messages).get_data(as_text=True)
	assert not left_out()


def test_rows_that_no_guarded_record_resembles_cost_no_query(reader, as_user, monkeypatch):
	row = {"name": "x", "colour": "red"}
	with as_user(reader):
		answer_rows.hidden([row], set())
		monkeypatch.setattr(
			frappe.local.db, "sql", lambda *_args, **_kwargs: pytest.fail("a query"), raising=False
		)
		assert answer_rows.hidden([row], set()) == []


@pytest.mark.parametrize(
	("path", "cmd", "looked_at"),
	[
		("/api/resource/Customer", None, False),
		("/api/method/frappe.client.get_list", "frappe.client.get_list", False),
		("/api/resource/Customer/x", None, True),
		("/api/method/other.rows", "other.rows", True),
	],
)
def test_lists_that_frappe_makes_itself_are_not_looked_at(path, cmd, looked_at, reader, as_user, monkeypatch):
	looked = []
	monkeypatch.setattr(answers.answer_rows, "of", lambda answer: looked.append(answer) or [])
	monkeypatch.setattr(frappe.local, "response", frappe._dict(message=[{"name": "x", "subject": "y"}]))
	with as_user(reader):
		monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(cmd=cmd))
		answers.after_request(Response("{}"), frappe._dict(path=path))
	assert bool(looked) == looked_at


@pytest.mark.parametrize(
	"doctype",
	[
		*(
			"Call Log",
			"Client Disclosure",
			"Client Interaction",
			"Comment",
			"Communication",
			"Data Package",
			"Event",
		),
		*("File", "Interaction Access Grant", "Interaction Review", "Issue", "Lead", "Opportunity"),
		*("Physical File", "ToDo"),
	],
)
def test_what_is_loaded_of_confidential_doctypes_is_remembered(doctype):
	assert isinstance(frappe.new_doc(doctype), answers.Remembered)


@pytest.fixture
def noted(make_user, as_user):
	"""A Lead with a note, whose name is a number, and a user of sales."""
	user = make_user("Sales User", "Frontline Staff")
	with as_user(user):
		lead = frappe.get_doc(
			{"doctype": "Lead", "lead_name": "Anna", "notes": [{"note": "Calls back"}]}
		).insert()
	return lead, user


def test_rows_whose_names_are_numbers_stay(noted, answered):
	lead, user = noted
	answer = answered(user, lambda: frappe.get_doc("Lead", lead.name).as_dict()).get_json(force=True)
	assert [row["note"] for row in answer["notes"]] == ["Calls back"]
	assert not left_out()


def test_notes_of_hidden_leads_are_left_out(noted, set_settings, answered):
	lead, user = noted
	set_settings(govern_leads=1)
	lead.db_set("confidentiality_level", "Sensitive")
	(note,) = lead.notes
	row = frappe.get_all("CRM Note", {"name": note.name}, ["name", "note", "parent"])[0]
	answer = answered(user, lambda: {"rows": [dict(row)]}).get_json(force=True)
	assert answer["rows"] == []


def test_a_file_of_text_in_another_encoding_is_looked_at(hidden, reader, answered):
	def load_it():
		frappe.get_doc("Client Interaction", hidden.name)
		return None

	for text, status in (("Grüße", 200), (f"Grüße. {SECRET}.", 403)):
		response = answered(
			reader, load_it, lambda _made, text=text: text.encode("latin-1"), mimetype="text/csv"
		)
		assert response.status_code == status
		assert (response.get_data() == text.encode("latin-1")) == (status == 200)


def test_an_answer_that_cannot_be_looked_at_is_withheld(hidden, reader, answered, monkeypatch):
	def fail(*_args):
		raise MemoryError

	monkeypatch.setattr(answers.answer_rows, "of", fail)
	response = Response(SECRET)
	monkeypatch.setattr(frappe.local, "response", frappe._dict())
	with pytest.raises(MemoryError):
		answers.after_request(response, frappe._dict(path="/api/method/x"))
	assert response.status_code == 500 and SECRET not in response.get_data(as_text=True)


def test_a_hook_of_another_app_that_fails_does_not_silence_ours(hidden, reader, as_user, monkeypatch):
	def broken(**_kwargs):
		raise ZeroDivisionError

	ours, get_hooks = frappe.get_hooks("after_request"), frappe.get_hooks

	def hooks(hook=None, *args, **kwargs):
		return (
			[broken, *ours]
			if hook == "after_request" and "app_name" not in kwargs
			else get_hooks(hook, *args, **kwargs)
		)

	request = frappe._dict(method="GET", path="/api/method/x.forgotten")
	monkeypatch.setattr(frappe, "get_hooks", hooks)
	monkeypatch.setattr(frappe.local, "request", request, raising=False)
	monkeypatch.setattr(frappe.local, "response", frappe._dict())
	frappe.flags.pop(answers._LOOKED, None)
	frappe.db.commit()
	compose.stand_around()
	with as_user(reader):
		frappe.local.response.message = frappe.get_doc("Client Interaction", hidden.name)
		response = Response(frappe.as_json(frappe.local.response))
		with pytest.raises(ZeroDivisionError):
			app.run_after_request_hooks(request, response)
	assert response.status_code == 403 and faults() == [hidden.name]


def test_many_hidden_rows_are_left_out_in_moments():
	records = [
		answer_rows.Hidden("Issue", f"ISS-{number}", {"subject": f"Noise {number}"}, frozenset())
		for number in range(2_000)
	]
	rows = [
		{"doctype": "Issue", "name": f"ISS-{number}", "subject": f"Noise {number}"} for number in range(8_000)
	]
	begun = time.process_time()
	left = json.loads(answer_rows.without(json.dumps({"rows": rows}), records))
	assert [row["name"] for row in left["rows"]] == [f"ISS-{number}" for number in range(2_000, 8_000)]
	assert time.process_time() - begun < 2  # each row with each record, 16 million pairs, takes far longer


# Server Scripts, of which administrators write what answers


@pytest.fixture
def script(monkeypatch):
	"""`script(code)` is a method that answers with `found`, as an administrator wrote it."""
	monkeypatch.setattr(server_script, "is_safe_exec_enabled", lambda: True, raising=False)
	monkeypatch.setattr(safe_exec, "is_safe_exec_enabled", lambda: True)

	def make(code):
		method = f"roofs_{frappe.generate_hash(length=6)}"
		frappe.get_doc(
			{
				"doctype": "Server Script",
				"name": method,
				"script_type": "API",
				"api_method": method,
				"script": f"{code}\nfrappe.flags.found = found",
			}
		).insert()

		return lambda: execute_cmd(method)

	return make


@pytest.mark.parametrize(
	"code",
	[
		"found = frappe.get_doc('Client Interaction', '{name}')",
		"found = frappe.get_doc('Client Interaction', '{name}').summary",
		"found = frappe.get_all('Client Interaction', fields=['*'])",
		"found = frappe.get_all('Client Interaction', fields=['name', 'subject', 'summary'])",
		"found = frappe.db.sql('select name, summary from `tabClient Interaction`', as_dict=True)",
		"found = frappe.get_list('Client Interaction', fields=['name', 'summary'])",
	],
)
def test_scripts_of_the_site(code, hidden, reader, script, answered):
	response = answered(reader, script(code.format(name=hidden.name)))
	assert SECRET not in response.get_data(as_text=True)


def test_who_logs_what_only_others_can_read_is_reported_as_no_fault(reader, make_user, answered):
	make_user("Customer Support", "Support Team")
	fields = {
		"communication_type": "Feedback/Complaint",
		"channel": "Phone",
		"subject": "Roof",
		"summary": SECRET,
		"party_name": "Anna",
	}
	before = left_out(), faults()
	response = answered(reader, lambda: api.log_interaction(**fields))
	logged = response.json
	assert response.status_code == 200 and not logged["may_read"] and logged["summary"] == SECRET
	assert (left_out(), faults()) == before
