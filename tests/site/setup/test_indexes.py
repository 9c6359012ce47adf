"""Lists are sorted by an index (D-5): without one, the database reads and judges every row for the first page. Others that the app adds."""

import frappe
import pytest

from client_comms.client_privacy.erasure import belongings
from client_comms.filters import one_of
from client_comms.patches.v1_0 import renew_indexes
from client_comms.setup import indexes

pytestmark = pytest.mark.clause("D-5")


def test_every_list_of_the_app_is_sorted_by_an_index(site):
	"""Also as the desk of version 16 sorts it: what is the same by name."""
	lists = frappe.get_all(
		"DocType",
		{"module": ("in", frappe.get_module_list("client_comms")), "istable": 0, "issingle": 0},
		["name", "sort_field"],
	)
	assert len(lists) > 30
	without = {}
	for doctype in lists:
		column = doctype.sort_field.split(",")[0].split(" ")[0]
		if not any(indexes.sorts_a_list(column, index) for index in columns_of(doctype.name)):
			without[doctype.name] = column
	assert without == {}


@pytest.mark.parametrize(
	("field", "columns", "sorts"),
	[
		("found_on", ["found_on"], True),
		("found_on", ["found_on", "name", "kind"], True),
		("found_on", ["found_on", "kind"], False),
		("found_on", ["kind", "found_on"], False),
		("creation", ["creation", "kind"], True),
	],
)
def test_which_indexes_sort_a_list(field, columns, sorts):
	assert indexes.sorts_a_list(field, columns) is sorts


def test_lists_by_status_are_sorted_by_an_index(site):
	assert ["status", "occurred_on"] in columns_of("Client Interaction")


def first_columns(doctype: str) -> set[str]:
	return {index[0] for index in columns_of(doctype)}


@pytest.mark.clause("P-2")
def test_an_erasure_finds_what_hangs_on_records_by_an_index(site):
	asked = [(doctype, fields) for doctype, fields in belongings._POINTING.items()]
	asked += [(doctype, fields) for doctype, more in belongings._LINKED_TOO.items() for fields in more]
	asked += [
		("Email Queue", ("communication",)),
		("Unhandled Email", ("uid",)),
		("Unprocessed Email", ("communication",)),
		("Webhook Request Log", ("reference_document",)),
		("Deleted Document", ("deleted_doctype",)),  # and then by its content
	]
	without = [
		(doctype, fields)
		for doctype, fields in asked
		if frappe.db.table_exists(doctype) and not first_columns(doctype) & set(fields)
	]
	assert without == []


@pytest.mark.clause("P-2")
def test_an_email_finds_the_files_that_it_shows_by_an_index(site):
	assert "content_hash" in first_columns("File")


def test_types_of_a_level_are_found_by_an_index_that_does_not_answer_for_the_rows(site):
	"""If it did, MariaDB would count by it, beginning with hidden records."""
	query = (
		"explain select `confidentiality_level` from `tabClient Interaction` force index (client_comms_kind)"
		" where `confidentiality_level` = 'Confidential' and `communication_type` = 'Other' and `matrix` = 'Other'"
	)
	(plan,) = frappe.db.sql(query, as_dict=True)
	assert plan.key == "client_comms_kind" and "Using index" not in plan.Extra.replace(
		"Using index condition", ""
	)


def columns_of(doctype) -> list[list[str]]:
	found = {}
	for row in frappe.db.sql(f"show index from `tab{doctype}`", as_dict=True):
		found.setdefault(row.Key_name, []).append(row.Column_name)
	return list(found.values())


@pytest.mark.parametrize(("doctype", "fields"), [(doctype, fields) for doctype, *fields in indexes.INDEXED])
def test_the_columns_that_are_searched_have_an_index(doctype, fields):
	assert any(index[: len(fields)] == fields for index in columns_of(doctype))


@pytest.mark.committed
def test_one_of_an_older_version_is_made_again():
	indexes.drop_index("ToDo", "client_comms_allocated_to")
	frappe.db.sql_ddl("alter table `tabToDo` add index `client_comms_allocated_to` (`allocated_to`)")
	indexes.add_indexes()
	before = columns_of("ToDo")
	assert ["allocated_to"] not in before
	assert ["allocated_to", "status", "reference_type", "reference_name"] in before
	indexes.add_indexes()
	assert columns_of("ToDo") == before


@pytest.mark.committed
def test_an_upgrade_drops_what_others_have_replaced_and_adds_what_is_missing():
	doctypes = {doctype for doctype, _index in renew_indexes.REPLACED}
	before = {doctype: sorted(columns_of(doctype)) for doctype in doctypes}
	for doctype, index in renew_indexes.REPLACED:
		indexes.drop_index(doctype, index)
		frappe.db.sql_ddl(f"alter table `tab{doctype}` add index `{index}` (`modified`)")
	indexes.drop_index("Client Interaction", "client_comms_turn")
	renew_indexes.execute()
	assert {doctype: sorted(columns_of(doctype)) for doctype in doctypes} == before


@pytest.mark.parametrize("values", [["/private/files/a.pdf"], []])
def test_frappe_compares_one_of_several_values_with_the_column_itself(site, values):
	def query(filters):
		return str(site.get_all("File", filters, run=False)).lower()

	assert "ifnull(" in query({"file_url": ("in", [*values, ""])}), "which no index answers"
	assert "ifnull(" not in query({"file_url": one_of(values)})
	assert site.get_all("File", {"file_url": one_of([])}) == []
