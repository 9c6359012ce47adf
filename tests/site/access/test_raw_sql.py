"""Methods and reports that write what they are given into SQL read no table for their caller (P-2)."""

import time
from contextlib import nullcontext

import frappe
import pytest

from client_comms.enforcement import raw_sql

pytestmark = pytest.mark.clause("P-2")

OUTSTANDING = "erpnext.accounts.doctype.payment_entry.payment_entry.get_outstanding_reference_documents"
TAXES = "erpnext.accounts.party.set_taxes"
SUMMARY = "The roof leaks"
READS = "x' and extractvalue(1, concat(0x7e, (select summary from `tabClient Interaction` where name = '{}'))) -- "


@pytest.fixture
def sent(log):
	"""A value that makes the database quote a hidden summary in its error."""
	return READS.format(log("Feedback/Complaint", summary=SUMMARY).name)


@pytest.fixture
def colleague(make_user):
	"""Without a role for accounts: clients call no such method at all, see `methods_of_staff`."""
	return make_user("Frontline Staff")


def outstanding(field, value) -> dict:
	company = frappe.db.get_value("Company", {})
	account = {"company": company, "account_type": "Receivable", "is_group": 0}
	about = {"party_type": "Customer", "party": "Nordlicht", "company": company, field: value}
	return {**about, "party_account": frappe.db.get_value("Account", account), "get_outstanding_invoices": 1}


@pytest.mark.parametrize("field", ["cost_center", "from_posting_date"])
def test_a_method_of_erpnext_that_all_staff_can_call(field, sent, colleague, request_as):
	with pytest.raises(frappe.PermissionError, match="part of a query"):
		request_as(colleague, OUTSTANDING, args=frappe.as_json(outstanding(field, sent)))
	assert request_as(colleague, OUTSTANDING, args=frappe.as_json(outstanding("cost_center", "Main"))) == []


def test_a_method_that_puts_the_value_into_a_query_twice(sent, colleague, request_as):
	about = {"party": "Nordlicht", "party_type": "Customer", "company": frappe.db.get_value("Company", {})}
	with pytest.raises(frappe.PermissionError, match="part of a query"):
		request_as(colleague, TAXES, posting_date=sent, **about)
	assert request_as(colleague, TAXES, posting_date="2026-01-01", **about) is None


@pytest.mark.parametrize("letters", ["select", "SELECT", "s", "f"])
def test_a_value_in_json_that_writes_its_letters_otherwise(letters, sent, colleague, request_as):
	"""In JSON within JSON as well."""
	sent = sent.replace("select", letters.upper() if letters.isupper() else "select")
	written = "".join(f"\\u{ord(letter):04x}" for letter in letters)
	args = frappe.as_json(outstanding("cost_center", sent)).replace(letters, written)
	for given in (args, frappe.as_json([args])):
		assert sent.strip() in raw_sql._reading({"args": given})
	with pytest.raises(frappe.PermissionError, match="part of a query"):
		request_as(colleague, OUTSTANDING, args=args)


def report(value) -> dict:
	company = frappe.db.get_value("Company", {})
	return {"company": company, "from_date": "2020-01-01", "to_date": "2030-01-01", "lost_reason": value}


def test_the_filter_of_a_report(sent, make_user, request_as):
	user, run = make_user("Sales User"), "frappe.desk.query_report.run"
	with pytest.raises(frappe.PermissionError, match="part of a query"):
		request_as(user, run, report_name="Lost Opportunity", filters=frappe.as_json(report(sent)))
	answer = request_as(user, run, report_name="Lost Opportunity", filters=frappe.as_json(report("Price")))
	assert answer["columns"]


def test_a_filter_that_joins_a_table(log, make_user, request_as):
	"""A table is read without a "select" where the value is written into what a query reads from."""
	log("Feedback/Complaint", summary=SUMMARY)
	user, run = make_user("Sales User"), "frappe.desk.query_report.run"
	# Of a sign that is doubled the database gets one.
	for joins in ("c.summary = '", "c.summary like 'T%%' or c.name = '"):
		value = f"x' join `tabClient Interaction` c on {joins}"
		with pytest.raises(frappe.PermissionError, match="part of a query"):
			request_as(user, run, report_name="Lost Opportunity", filters=frappe.as_json(report(value)))
	answer = request_as(
		user, run, report_name="Lost Opportunity", filters=frappe.as_json(report("Join us: (x)"))
	)
	assert answer["columns"]


ENDS_A_NAME = """Client Interaction` c, json_table(
	json_array(exp(710 * (c.`name` = '{}' and left(c.summary, 8) = 'The roof'))),
	'$[*]' columns (`name` text path '$', customer text path '$', base_net_total int path '$', posting_date text path '$', docstatus int path '$')
) so -- """


def test_a_filter_that_ends_the_name_of_a_table(log, make_user, request_as):
	"""After it, other tables can be listed, without a "select" or a "join"."""
	tables = ENDS_A_NAME.format(log("Feedback/Complaint", summary=SUMMARY).name)
	user, run = make_user("Frontline Staff", "Sales User"), "frappe.desk.query_report.run"
	frappe.get_doc({"doctype": "Customer", "customer_name": "Anna Client"}).insert()
	for doctype, refused in ((tables, True), ("Sales Order", False)):
		asked = {"doctype": doctype, "days_since_last_order": 1}
		with pytest.raises(frappe.PermissionError, match="part of a query") if refused else nullcontext():
			request_as(user, run, report_name="Inactive Customers", filters=frappe.as_json(asked))


def test_a_filter_asks_nothing_of_opportunities_that_are_left_out(held, make_user, request_as):
	"""Neither by an error nor by what is found: it is compared as it is, also with a quote that is meant."""
	held("Opportunity", opportunity_from="Lead", party_name=held("Lead", lead_name="Hidden Anna").name)
	user, run = make_user("Sales User"), "frappe.desk.query_report.run"
	for reason in ("x' or exp(710 * (1 = 1)) or 'x' = 'y", "Client's budget", "a\\"):
		answer = request_as(user, run, report_name="Lost Opportunity", filters=frappe.as_json(report(reason)))
		assert answer["result"] == []


def test_the_filter_of_a_report_that_was_sent_earlier(sent, make_user, as_user):
	"""It is prepared in a job, or emailed."""
	lost = frappe.get_doc("Report", "Lost Opportunity")
	with as_user(make_user("Sales User")):
		with pytest.raises(frappe.PermissionError, match="part of a query"):
			lost.execute_script_report(report(sent))
		assert lost.execute_script_report(report("Price"))[0]


def test_a_job(sent, make_user, as_user):
	with as_user(make_user("Sales User")):
		for hook in frappe.get_hooks("before_job", app_name="client_comms"):
			frappe.call(hook, method="x", kwargs=outstanding("cost_center", sent), transaction_type="job")
		with pytest.raises(frappe.PermissionError, match="part of a query"):
			frappe.call(OUTSTANDING, args=outstanding("cost_center", sent))


def test_who_can_read_everything_may_query(log, request_as):
	log("Feedback/Complaint", summary=SUMMARY)
	console = {
		"doctype": "System Console",
		"type": "SQL",
		"console": "select summary from `tabClient Interaction`",
	}
	answer = request_as(
		"Administrator",
		"frappe.desk.doctype.system_console.system_console.execute_code",
		doc=frappe.as_json(console),
	)
	assert SUMMARY in answer["output"]


PROSE = {
	"a sentence": "Please select one from the list",
	"quotes": "I'd select it from the list",
	"brackets": 'Say "select (one)" or it\'s lost',
	"a query": "My report fails: select name from `tabCustomer` where name = 'x' -- why?",
	"a query within another": "(select a from (select b from c) d) is what I'd like; 50% of it works",
	"a statement": "insert into x select * from y; update z set a = (select max(b) from c) /* nightly */",
	"an injection": "The log says: x' union select password from `__Auth` -- ",
	"a join": "Join us: it's \"join\" (left join `tabUser` on a = 'b'), or join `tabRole`?",
	"markup": "<p>Select&nbsp;from</p><pre>SELECT *\nFROM tabUser # all</pre>",
}


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_what_people_write_is_stored_listed_found_and_opened(text, staff, request_as):
	"""Clients of a software firm, and its staff, write queries as well."""
	user = staff.uncleared
	note = {"doctype": "ToDo", "description": text, "allocated_to": user}
	made = request_as(user, "frappe.client.insert", doc=frappe.as_json(note))["name"]
	about = ["like", f"%{text}%"]
	if "<" not in text:  # markup is cleaned
		found = request_as(
			user, "frappe.client.get_list", doctype="ToDo", filters=frappe.as_json({"description": about})
		)
		assert [row["name"] for row in found] == [made]
		listed = request_as(
			user,
			"frappe.desk.reportview.get",
			doctype="ToDo",
			fields=frappe.as_json(["`tabToDo`.`name`", "`tabToDo`.`description`"]),
			filters=frappe.as_json([["ToDo", "description", *about]]),
		)
		assert [row[0] for row in listed["values"]] == [made]
	request_as(user, "frappe.utils.global_search.search", text=text)
	request_as(user, "frappe.desk.search.search_link", doctype="ToDo", txt=text)
	request_as(user, "frappe.desk.search.search_link", doctype="Customer", txt=text)
	opened = request_as(user, "frappe.client.get", doctype="ToDo", name=made)
	saved = request_as(user, "frappe.desk.form.save.savedocs", doc=frappe.as_json(opened), action="Save")
	assert not saved


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_what_people_write_about_a_record(text, log, staff, request_as):
	user, about = staff.uncleared, log("Initial Inquiry")
	record = {"doctype": about.doctype, "name": about.name}
	request_as(
		user,
		"frappe.desk.form.utils.add_comment",
		reference_doctype=about.doctype,
		reference_name=about.name,
		content=text,
		comment_email=user,
		comment_by=user,
	)
	request_as(
		user,
		"frappe.core.doctype.communication.email.make",
		**record,
		subject=text[:100],
		content=text,
		recipients="a@example.com",
	)
	request_as(user, "frappe.desk.form.load.getdoc", **record)
	written = frappe.get_all("Communication", {"reference_name": about.name, "sender": user}, pluck="content")
	assert any("elect" in content or "oin" in content for content in written)


@pytest.mark.parametrize(
	"query", ["select name from tabRole", "select 'x' as kind, name from `tabLead` where status = 'Open'"]
)
def test_the_author_of_a_report_stores_a_query(query, make_user, request_as):
	author = make_user("System Manager", "Script Manager")
	made = {
		"doctype": "Report",
		"report_name": f"Leads {frappe.generate_hash(length=6)}",
		"ref_doctype": "Lead",
		"report_type": "Query Report",
		"query": query,
		"is_standard": "No",
	}
	assert request_as(author, "frappe.client.insert", doc=frappe.as_json(made))["query"] == query


WRITTEN = {
	"between quotes": ("select 1 where a = '{}'", "x' union select name from `tabUser` -- "),
	"between double quotes": ('select 1 where a = "{}"', 'x" union select name from `tabUser` -- '),
	"without quotes": ("select 1 limit {}", "1 union select name from tabUser"),
	"with signs that are doubled": ("select 1 limit {}", "1 union select name from tabUser where 1 % 1"),
	"with comments": ("select 1 limit {}", "1 union/*a*/select/*b*/name from tabUser # x"),
	"with a comment that the database executes": (
		"select 1 limit {}",
		"1 /*!union select name from tabUser*/",
	),
	"with a quote in a comment": ("select 1 limit {}", "1 /*'*/ union select name from tabUser"),
	"with a quote in a name": ("select 1 limit {}", "1 union select name as `'` from tabUser"),
	"in several parts": ("select 1 where a = '{}' and b = '*/ from tabUser -- '", "x' union select name /*"),
	"before a literal of the method": (
		"select 1 where a = '{}' and b = ', name from tabUser -- '",
		"x' union select ",
	),
	"after a quote of another": (
		"select 1 where a = 'x' or b in (' and c = '{}' from tabUser",
		", (select name ",
	),
	"in a join": (
		"select 1 from tabRole a join tabLead b on a.name = '{}'",
		"x' join `tabUser` u on u.name like 'A%' or '1' = '",
	),
	"in other letters": ("select 1 limit {}", "1 UNION SELECT name FROM tabUser"),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_what_is_sql(how):
	query, text = WRITTEN[how]
	assert contains(query.format(text.replace("%", "%%")), text)
	assert text.strip() in raw_sql._reading({"args": frappe.as_json([text])})
	assert contains(query.format(text), text.strip())


def contains(query, *texts) -> bool:
	return raw_sql._Query(query).contains([raw_sql._Sent(text) for text in texts])


ENDED = {
	"a table": ("select a from `tab{}` b where c = 1", "Lead` l, `tabUser` u -- "),
	"with a comment": ("select a from `tab{}` b where c = 1", "Lead`/*'*/l, `tabUser` u -- "),
	"a table that is changed": ("update `tab{}` set a = 1", "Lead` set `status` = 'Open' -- "),
	"a table in a join": ("select a from `tabUser` u join `tab{}` b on b.c = u.c", "Lead` l on'1' = '1' -- "),
	"a column": ("select a from `tabUser` where `{}` = 1", "name` or'1' = '1' or `name"),
}


@pytest.mark.parametrize("how", ENDED)
def test_what_ends_a_name(how):
	query, text = ENDED[how]
	assert text.strip() in raw_sql._reading({"args": frappe.as_json([text])})
	assert ends_a_name(query.format(text), text)
	assert not ends_a_name(query.format("Lead"), text)
	assert not ends_a_name(f"{query.format('Lead')} and d = {frappe.db.escape(text)}", text)


def ends_a_name(query, text) -> bool:
	return raw_sql._Query(query).has_name_ended_by([raw_sql._Sent(text)])


def test_texts_that_end_a_name_are_looked_at_first(make_user, as_user):
	"""Whatever else was sent."""
	sent = [*(f"please select ({each})" for each in range(50)), "Role` r, `tabUser` u"]
	with as_user(make_user("Sales User")), pytest.raises(frappe.PermissionError, match="part of a query"):
		sent_in_a_request({"sent": sent}, "select r.name from `tabRole` r, `tabUser` u", {})


@pytest.mark.parametrize(
	"text", ["it`s", "unit`s `status", "I don`t know", "-- a`b", "use `x`, `y`", "/*a`b*/"]
)
def test_what_people_write_with_such_a_quote(text):
	assert not ends_a_name("select `unit`, `s` from `tabLead` l, `tabUser` u where `don` = 1", text)


COMPARED = (
	"I'd select from it",
	"select name from tabUser",
	"x' union select name from tabUser -- ",
	"\\' select from",
)


@pytest.mark.parametrize("text", COMPARED)
@pytest.mark.parametrize(
	"query", ["select name from tabLead where a = {}", "select 'it\\'s' from tabLead where a = {} -- {}"]
)
def test_what_is_not(query, text):
	assert not contains(query.replace("{}", frappe.db.escape(text)), text)


@pytest.mark.parametrize("begins", ["\\", "'", "1' /*"])
def test_a_value_that_ends_what_a_text_has_begun(begins, make_user, as_user):
	"""It is passed beside the query, and so would be compared if the text before it had not begun a literal or a comment."""
	ends = (
		"*/ union select name from `tabUser` -- "
		if "*" in begins
		else " union select name from `tabUser` -- "
	)
	query = f"select name from tabRole where name = '{begins}' and name = %(given)s"
	with as_user(make_user("Sales User")):
		with pytest.raises(frappe.PermissionError, match="part of a query"):
			sent_in_a_request({"a": begins, "b": ends}, query, {"given": ends})
		assert sent_in_a_request({"b": ends}, "select name from tabRole where name = %s", ends) == ()


READ_BY_THE_DATABASE = {
	"as it is": "1 union select name from `tabUser` -- '",
	"after a comment for another version": "1 /*!999999 ' */ union select name from `tabUser` -- '",
	"in a comment that is executed": "1 /*! union select name from `tabUser` */ -- '",
	"after a comment in small letters": "1 /*m! ' */ union select name from `tabUser` -- '",
	"after a comment that ends with a sign": "1 --\x01'\n union select name from `tabUser` -- '",
	"after a line": "1 # '\n union select name from `tabUser` -- '",
	"after a name": "1 as `'` union select name from `tabUser` -- '",
	"after a literal": "1 = 'a''\\'\"' union select name from `tabUser` -- '",
	"after a literal with other quotes": '1 = "a""\\"\'" union select name from `tabUser` -- \'',
}


@pytest.mark.parametrize("text", READ_BY_THE_DATABASE.values(), ids=READ_BY_THE_DATABASE)
def test_what_the_database_takes_for_sql(text, make_user, as_user):
	query = f"select 0 + {text}"
	assert "Administrator" in str(frappe.db.sql(query))
	with as_user(make_user("Sales User")):
		with pytest.raises(frappe.PermissionError, match="part of a query"):
			sent_in_a_request([text], query, ())


def sent_in_a_request(values, query, given):
	with raw_sql.looking_for(values):
		return frappe.db.sql(query, given)


HOSTILE = {
	"selects": "select (",
	"selects from": "select from ",
	"joins": "join",
	"joins with signs": "join (",
	"comments that do not end": "/*",
	"comments": "/*/",
	"escaped quotes": "\\'",
	"escaped double quotes": '\\"',
	"quotes": "'",
	"quotes and double quotes": "'\"",
	"backslashes": "\\",
	"names": "`",
	"lines": "-- ",
	"signs": "#",
	"letters": "a",
	"letters that are longer in lower case": "\u0130",
	"parts": "'select a from b",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("text", ["(select {}", "{}(select a from b", "' (select a, '{}"])
def test_a_long_text_is_read_once(unit, text):
	"""What is read again from each place would take minutes."""
	text = text.format(unit * (250_000 // len(unit)))
	began = time.process_time()
	texts = {*raw_sql._reading({"doc": frappe.as_json({"content": text})})}
	sent = [raw_sql._Sent(each) for each in texts]
	for query in (
		f"select name from tabLead where a = {frappe.db.escape(text)} and b in (select name from tabRole)",
		f"select name from tabLead where a = '{text}' and b in (select name from tabRole)",
	):
		if raw_sql._could_read(query):
			raw_sql._Query(query).contains(sent)
		raw_sql._Query(query).has_name_ended_by(sent)
	assert time.process_time() - began < 3


def test_many_texts_are_looked_for_once():
	texts = [f"please select ({each})" for each in range(30_000)]
	query = f"select name from tabLead where a in ({', '.join(map(frappe.db.escape, texts))}) and b in (select c from d)"
	began = time.process_time()
	assert not contains(query, *texts)
	assert time.process_time() - began < 4


def test_many_ends_of_names_are_looked_for_once():
	texts = [f"name` {each}aa" for each in range(30_000)]
	query = f"select {', '.join(['`tabLead`.`name`'] * 10_000)} from `tabLead`"
	began = time.process_time()
	assert not raw_sql._Query(query).has_name_ended_by([*map(raw_sql._Sent, texts)])
	assert time.process_time() - began < 4
