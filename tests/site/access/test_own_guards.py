"""Our guards hold alone where version 16 of Frappe asks as well (D-5, P-2)."""

from unittest import mock

import frappe
import pytest
from frappe.model.base_document import get_controller

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


def test_what_a_form_calls_is_open_to_it_behind_a_guard_as_well():
	"""Frappe asks the function that it finds in the end, which is the guard's."""
	closed = []
	for doctype in frappe.get_hooks("extend_doctype_class"):
		if not frappe.db.exists("DocType", doctype):
			continue
		kinds = get_controller(doctype).__mro__
		ours = {name for kind in kinds if compose.is_ours(kind.__module__) for name in vars(kind)}
		for name in ours:
			found = [vars(kind)[name] for kind in kinds if name in vars(kind)]
			mine, *theirs = (getattr(each, "__func__", each) for each in found)
			if mine not in frappe.whitelisted and any(each in frappe.whitelisted for each in theirs):
				closed.append((doctype, name))
	assert closed == []
