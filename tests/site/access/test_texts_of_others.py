"""Texts that Frappe does not clean when they are stored, although it shows them as HTML (D-5, P-2)."""

import time

import frappe
import pytest

from client_comms.enforcement import compose, harmless_addresses

pytestmark = pytest.mark.clause("D-5", "P-2")

MARKUP = "<img src=x onerror=window.top.ran=1>"


@pytest.fixture(autouse=True)
def as_in_a_request():
	compose.stand_around()


def stored(doctype, field, value, **others):
	doc = frappe.get_doc({"doctype": doctype, field: value, **others}).insert()
	return frappe.db.get_value(doctype, doc.name, field)


@pytest.mark.parametrize(
	("doctype", "field", "others"),
	[
		("List Filter", "filter_name", {"reference_doctype": "ToDo", "filters": "[]"}),
		("Task", "subject", {}),
		("Task", "description", {"subject": "Roof"}),
		("Note", "title", {}),
		("Note", "content", {"title": "Roof"}),
		("Project", "project_name", {}),
		("Tag", "description", {"name": "Roof"}),
	],
)
def test_what_is_json(doctype, field, others):
	assert "onerror" not in stored(doctype, field, f'"{MARKUP}"', **others)


def test_what_reads_as_json_stays_json():
	filters = '[["ToDo", "description", "like", "<b class=\\"x\\">"], ["ToDo", "date", "<", "2099-01-01"]]'
	assert stored("List Filter", "filters", filters, reference_doctype="ToDo", filter_name="Roof") == filters


@pytest.mark.parametrize("shape", ['"{}" <a@b.example>', "{} <a@b.example>", "a@b.example{}"])
def test_the_address_of_an_email(shape):
	for doctype, field, others in (
		("Issue", "raised_by", {"subject": "Roof"}),
		(
			"Address",
			"email_id",
			{"address_title": "A", "address_line1": "B", "city": "Kiel", "country": "Germany"},
		),
	):
		try:
			address = stored(doctype, field, shape.format(MARKUP), **others)
		except frappe.InvalidEmailAddressError:
			continue
		assert "<img" not in address and "a@b.example" in address


@pytest.mark.parametrize(
	"address", ["Ann Miller <ann@b.example>", '"Miller Ann" <Ann.Miller+x@b.example>', "ann@b.example"]
)
def test_the_address_and_name_of_a_sender(address):
	assert stored("Issue", "raised_by", address, subject="Roof") == address


def test_what_is_submitted_as_it_is_saved(make_client):
	"""Frappe takes the texts of a submitted document for cleaned."""
	client = make_client("Anna Client", "anna@client.example")
	company = frappe.get_all("Company", pluck="name")[0]
	item = {"item_code": _item(), "qty": 1, "rate": 1}
	values = {"quotation_to": "Customer", "party_name": client.party, "company": company, "items": [item]}
	first = frappe.get_doc({"doctype": "Quotation", **values, "terms": "x", "docstatus": 0}).insert()
	first.update({"terms": MARKUP, "docstatus": 1})
	first.items[0].description = MARKUP
	first.save()
	first.reload()
	assert first.docstatus == 1 and "onerror" not in first.terms + first.items[0].description


def _item():
	group = frappe.get_all("Item Group", {"is_group": 0}, pluck="name")[0]
	values = {"doctype": "Item", "item_code": frappe.generate_hash(), "item_group": group, "is_stock_item": 0}
	return frappe.get_doc({**values, "stock_uom": frappe.get_all("UOM", pluck="name")[0]}).insert().name


@pytest.mark.parametrize(
	("text", "has"),
	[
		("it's", False),
		("a = b", False),
		("x' onclick='y", True),
		("='", True),
		("<", True),
		('"', True),
		("", False),
	],
)
def test_what_would_be_markup(text, has):
	assert harmless_addresses.has_markup(text) == has


def test_a_long_text_is_looked_through_once():
	"""A pattern that looks for the end of each quotation took minutes for it."""
	begun = time.process_time()
	assert not harmless_addresses.has_markup("it's " * 500_000)
	assert time.process_time() - begun < 1
