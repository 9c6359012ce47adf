"""What conditions are built of answers as it says, also for rows that are missing (D-5)."""

import frappe
import pytest

from client_comms.enforcement import row_conditions

pytestmark = pytest.mark.clause("D-5")

# The name of a Role in a row of a list → whether it is open, if the condition is a page of the role
NAMED = {
	"Open Role": True,
	"Closed Role": False,
	"Unclear Role": False,
	"missing": None,
	"": None,
	None: None,
}


@pytest.fixture
def rows(site):
	"""A list with a column of names, as SQL."""
	for name, home_page in (("Open Role", "/here"), ("Closed Role", "/there"), ("Unclear Role", None)):
		frappe.get_doc({"doctype": "Role", "role_name": name}).insert()
		frappe.db.set_value("Role", name, "home_page", home_page)
	listed = " union all ".join(
		f"select {frappe.db.escape(name) if name is not None else 'null'} as `role`" for name in NAMED
	)
	return f"({listed}) `listed`"


@pytest.mark.parametrize("shared", ["", " or `listed`.`role` in ('another')"])
@pytest.mark.parametrize(
	("missing", "if_missing"),
	[
		("0", set()),
		("1", {"missing", "", None}),
		("`listed`.`role` = 'missing'", {"missing"}),
		("null", set()),
	],
)
def test_a_row_is_open_as_the_record_that_it_names(rows, missing, if_missing, shared):
	condition = row_conditions.of_row("Role", "`listed`.`role`", "`tabRole`.`home_page` = '/here'", missing)
	found = frappe.db.sql_list(f"select `listed`.`role` from {rows} where {condition}{shared}")
	assert found == [
		name for name, is_open in NAMED.items() if (name in if_missing if is_open is None else is_open)
	]
