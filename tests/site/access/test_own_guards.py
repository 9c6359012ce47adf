"""Our guards hold alone where version 16 of Frappe asks as well (D-5, P-2)."""

from unittest import mock

import frappe
import pytest

from client_comms.enforcement import compose, linked_records
from client_comms.enforcement.methods import global_search

pytestmark = pytest.mark.clause("D-5", "P-2")


@pytest.fixture
def plain(log):
	"""An inquiry, which all staff can read."""
	return log("Initial Inquiry")


def test_global_search_leaves_out_what_another_app_found(complaint, plain, staff, as_user):
	found = [frappe._dict(doctype=doc.doctype, name=doc.name) for doc in (complaint, plain)]
	with (
		mock.patch.object(global_search, "call_previous", return_value=found),
		mock.patch.object(compose, "previous_path", return_value="other.search"),
	):
		for user, expected in ((staff.cleared, found), (staff.uncleared, found[1:])):
			with as_user(user):
				assert global_search.search(text="roof") == expected


@pytest.mark.parametrize(
	("row", "parent", "condition"),
	[
		("Event Participants", "Event", linked_records.participant_condition),
		("Communication Link", "Communication", linked_records.link_condition),
	],
)
def test_rows_are_as_confidential_as_their_document(row, parent, condition, complaint, plain, staff):
	names = {}
	for interaction in (complaint, plain):
		doc = frappe.new_doc(parent)
		doc.update({"name": frappe.generate_hash(), "client_interaction": interaction.name})
		doc.confidentiality_level = interaction.confidentiality_level
		doc.db_insert()
		of = frappe.new_doc(row)
		of.update({"name": frappe.generate_hash(), "parent": doc.name, "parenttype": parent})
		of.db_insert()
		names[interaction.name] = of.name
	for user, expected in ((staff.cleared, {*names.values()}), (staff.uncleared, {names[plain.name]})):
		restricted = condition(user) or "1"
		seen = frappe.db.sql_list(
			f"select name from `tab{row}` where name in %s and {restricted.replace('%', '%%')}",
			([*names.values()],),
		)
		assert {*seen} == expected


def test_a_row_of_the_app_is_read_by_readers_of_its_document(complaint, staff):
	(row, *_others) = complaint.events
	row = frappe.get_doc(row.doctype, row.name)
	assert row.has_permission("read", user=staff.cleared)
	assert not row.has_permission("read", user=staff.uncleared)
