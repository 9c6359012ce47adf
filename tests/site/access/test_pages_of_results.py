"""Where a row stands in what a search finds, or whether a page of it is full, tells nothing of hidden rows (P-2)."""

import json

import frappe
import pytest

pytestmark = pytest.mark.clause("P-2")

SEARCH = "frappe.utils.global_search.search"
ROWS = "erpnext.controllers.queries.get_filtered_child_rows"
WORD = "Wolkenquarz"


def found(doctype, name, content):
	frappe.db.sql(
		"insert into `__global_search` (doctype, name, title, content, published) values (%s, %s, %s, %s, 0)",
		(doctype, name, name, content),
	)


@pytest.fixture
def searched(site):
	"""`searched(doc, "…")`: the text by which global search finds a document. The table knows no transactions, and no word that is in half
	of its rows."""
	for number in range(9):
		found("Note", f"{WORD} {number}", "About something else")
	yield lambda doc, content: found(doc.doctype, doc.name, content)
	frappe.db.sql("delete from `__global_search` where concat(name, content) like %s", f"%{WORD}%")


def test_in_the_search_bar(held, staff, request_as, searched):
	for number in range(3):
		searched(held("Issue", subject=f"Hidden {number}"), f"{WORD} {WORD}")
	own = held("Issue", "Standard", subject="Open")
	searched(own, f"{WORD} and many other words, so that it comes after those which contain this word alone")
	hidden = {row["name"] for row in request_as(staff.cleared, SEARCH, text=WORD, limit=9)}
	assert len(hidden) == 4
	for doctype in ("", "Issue"):
		first = request_as(staff.uncleared, SEARCH, text=WORD, doctype=doctype, limit="1")
		assert [row["name"] for row in first] == [own.name]
		assert "rank" not in first[0]  # which counts the documents with the word
	assert request_as(staff.uncleared, SEARCH, text=WORD, start=1, limit=1) == []
	assert request_as(staff.uncleared, SEARCH, text=f"{WORD} & {WORD}", limit=1)


def test_a_search_for_a_common_word_ends_soon(held, staff, request_as, searched, monkeypatch):
	"""What a user can read is found behind any number of documents that they cannot."""
	own = [held("Issue", "Standard", subject=f"Open {number}") for number in range(3)]
	for place, doc in enumerate(own):
		searched(doc, f"{WORD} and many other words, so that it comes last{' or later' * place}")
	frappe.db.sql(
		"""insert into `__global_search` (doctype, name, title, content, published)
		select if(seq <= 6000, 'Issue', 'Note'), concat(%(word)s, seq), '', if(seq <= 6000, %(word)s, 'Else'), 0
		from seq_1_to_12100""",
		{"word": WORD},
	)
	asked, sql = [], frappe.db.sql
	monkeypatch.setattr(
		frappe.db,
		"sql",
		lambda query, *args, **options: (asked.append(str(query)), sql(query, *args, **options))[1],
	)
	found_rows = request_as(staff.uncleared, SEARCH, text=WORD, limit=2)
	assert [row["name"] for row in found_rows] == [own[0].name, own[1].name]
	assert len([each for each in asked if "__global_search" in each]) <= 4
	asked.clear()
	later = request_as(staff.uncleared, SEARCH, text=WORD, start=2, limit=10**9)
	assert [row["name"] for row in later] == [own[2].name]
	assert len([each for each in asked if "__global_search" in each]) <= 4
	assert not any(str(10**9) in each for each in asked)


def test_in_a_link_field(held, make_user, request_as):
	user = make_user("Frontline Staff")
	for number in range(3):
		held("Lead", lead_name=f"{WORD} {number}")
	own = held("Lead", "Standard", lead_name=f"{WORD} at the end")
	offered = request_as(user, "frappe.desk.search.search_link", doctype="Lead", txt=WORD, page_length=1)
	rows = offered if isinstance(offered, list) else frappe.response["results"]
	assert [row["value"] for row in rows] == [own.name]


@pytest.mark.parametrize("called", ["by its name", "by a search"])
def test_in_rows_that_a_dialog_offers(held, staff, request_as, called):
	company = frappe.db.get_value("Company", {})
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Acme"}).insert().name
	client = {"opportunity_from": "Customer", "party_name": customer, "company": company}
	item = {"item_code": None, "item_name": WORD, "qty": 1, "rate": 1, "uom": "Nos"}
	for _each in range(3):
		held("Opportunity", **client, items=[item])
	own = held("Opportunity", "Standard", **client, items=[item])
	asked = {"doctype": "Opportunity Item", "txt": "", "searchfield": "name"}
	asked["filters"] = {"item_name": WORD}
	if called == "by its name":
		rows = request_as(staff.uncleared, ROWS, start=0, page_len=1, **asked)
		names = [row[0] for row in rows]
	else:
		asked["filters"] = json.dumps(asked["filters"])
		rows = request_as(
			staff.uncleared, "frappe.desk.search.search_link", query=ROWS, page_length=1, **asked
		)
		names = [row["value"] for row in rows]
	assert names == [own.items[0].name]
