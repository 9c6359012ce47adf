"""No table of a printed document runs off the page, whatever its rows hold (F-2)."""

import pytest

from client_comms import procedure

pytestmark = pytest.mark.clause("F-2")

PASSWORD = "Regenbogen-Kahn-42"
A4 = {"width": 794, "height": 1123}
MODULES = ("Client Interactions", "Client Privacy", "Communication Governance")
NAME = "Association of the Dental Clinics of Northern Germany and its neighbours"
TEXT = "Asked when we come: https://service.own-example-company.example/an/address/that/has/no/blank/and-goes-on?with=parameters"
LONG = {
	"Date": "2026-11-30",
	"Datetime": "2026-11-30 10:15:00",
	"Time": "10:15:00",
	"Check": 1,
	"Int": 12345,
	"Float": 0.5,
	"Percent": 0.5,
	"Data": NAME,
	"Small Text": TEXT,
	"Text": TEXT,
}
# Frappe draws its rows and columns a little wider than the page, and lets what is in them begin as far inside.
# The words of the events of a history, and of those who did it, that stand in two lines.
TORN = """() => {
	const torn = [];
	for (const cell of document.querySelectorAll("[data-fieldname=events] td:is(:nth-child(2), :nth-child(4)) .value")) {
		for (const word of cell.innerText.trim().split(/\\s+/)) {
			const range = document.createRange();
			const [text] = cell.childNodes;
			range.setStart(text, text.data.indexOf(word));
			range.setEnd(text, text.data.indexOf(word) + word.length);
			if (range.getClientRects().length > 1) torn.push(word);
		}
	}
	return torn;
}"""
BEYOND = """() => {
	const right = document.querySelector(".print-format").getBoundingClientRect().right + 16;
	return [...document.querySelectorAll(".print-format table")].filter((each) => each.getBoundingClientRect().right > right)
		.map((each) => each.innerText.slice(0, 80));
}"""


def filled(site, doctype, user):
	doc = site.new_doc(doctype)
	for df in site.get_meta(doctype).fields:
		if df.fieldtype in ("Table", "Table MultiSelect"):
			for idx in (1, 2):
				row = filled(site, df.options, user)
				row.update({"parenttype": doctype, "parentfield": df.fieldname, "idx": idx})
				doc.append(df.fieldname, row)
		elif df.fieldtype == "Select":
			doc.set(df.fieldname, max((df.options or "").split("\n"), key=len))
		elif df.fieldtype in ("Link", "Dynamic Link") and df.fieldname != "amended_from":
			linked = {"User": user, "DocType": "Customer"}.get(df.options)
			known = linked or (df.fieldtype == "Link" and site.db.get_value(df.options, {}, "name"))
			doc.set(df.fieldname, known or NAME)
		elif df.fieldtype in LONG and not df.is_virtual:
			doc.set(df.fieldname, LONG[df.fieldtype])
	return doc


@pytest.fixture
def stored(site, removed):
	"""A document with something long in each field, as it could have come from anywhere."""

	def make(doctype, user):
		doc = filled(site, doctype, user)
		doc.name = removed(doctype, f"PRINT {doctype}")
		doc.docstatus = 1 if doc.meta.is_submittable else 0
		doc.db_insert()
		for row in doc.get_all_children():
			row.parent = doc.name
			row.db_insert()
		site.db.commit()
		return doc.name

	return make


def test_tables_stay_on_the_page(site, make_user, stored, login, shoot):
	user = make_user(
		*procedure.ROLES, first_name="Maximiliane-Friederike", last_name="von Hohenstein", password=PASSWORD
	)
	page = login(user, PASSWORD)
	page.set_viewport_size(A4)
	page.emulate_media(media="print")
	beyond, seen = {}, []
	for doctype in site.get_all("DocType", {"module": ("in", MODULES), "istable": 0}, pluck="name"):
		meta = site.get_meta(doctype)
		prints = {each.role for each in meta.permissions if each.print} & set(procedure.ROLES)
		if meta.issingle or not prints or not meta.get("fields", {"fieldtype": "Table"}):
			continue
		name = stored(doctype, user)
		answer = page.goto(
			f"/printview?doctype={doctype}&name={name}&format=Standard&_lang=de&trigger_print=0"
		)
		if answer.status == 403:
			continue  # it is as confidential as a record that the user cannot read
		assert answer.status == 200, doctype
		seen.append(doctype)
		if found := page.evaluate(BEYOND):
			beyond[doctype] = found
		if doctype == "Processing Restriction":
			shoot(page, "restriction")
	assert {"Processing Restriction", "Client Interaction", "Interaction Review"} <= set(seen)
	assert beyond == {}


def test_the_events_of_a_history_are_not_torn(site, make_user, client, login, received, shoot):
	"""Beside long notes, the column of events was as narrow as half a word."""
	name = received("The roof")
	doc = site.get_doc("Client Interaction", name)
	doc.append_event("Automatic Acknowledgement", site.utils.now_datetime(), TEXT * 3)
	doc.save_by_app()
	site.db.commit()
	page = login(make_user(*procedure.ROLES, password=PASSWORD), PASSWORD)
	page.set_viewport_size(A4)
	page.emulate_media(media="print")
	for language in ("en", "de"):
		page.goto(
			f"/printview?doctype=Client Interaction&name={name}&format=Standard&_lang={language}&trigger_print=0"
		)
		assert page.locator("[data-fieldname=events] td").count()
		assert page.evaluate(TORN) == []
		assert page.evaluate(BEYOND) == []
	shoot(page, "history")
