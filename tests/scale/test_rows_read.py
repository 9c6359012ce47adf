"""A list reads what its page needs, whatever the site holds (D-5).

Counted in rows that the database reads (`Handler_read…`), which neither another process nor a cache changes: for every
DocType with a row condition of this app, as each kind of login, with the condition of a page, with that of other queries
(see `enforcement/page_requests.py`) and without it. The table, with the most expensive login of each, goes to `rows-read.md` in the
folder of results. CLIENT_COMMS_SCALE is the number of interactions, 100,000 unless it says otherwise.
"""

import os
from pathlib import Path
from unittest import mock

import frappe
import population
import pytest

from client_comms import compat
from client_comms.enforcement import page_requests
from client_comms.intake import assignment
from client_comms.roles import users_with_role

pytestmark = pytest.mark.clause("D-5")

SIZE = population.Size(int(os.environ.get("CLIENT_COMMS_SCALE") or 100_000))
PAGE, COUNTED = 20, 1001  # rows of a page of the desk, and how far it counts
# Rows that a condition may read beyond what the list reads without it: for each row that it judges, those that the row
# belongs to; for the user, at most some thousand that they take part in.
FOR_A_ROW, FOR_THE_USER = 12, 8_000
LEAST = 1_000  # rows of a table that is worth asking
APP = "client_comms."


@pytest.fixture(scope="module")
def users(site):
	population.fill(SIZE)
	found = {role: population.one_of(role, SIZE) for role in population.ROLES}
	heavy = {f"{role} with 5 %": population.first_of(role, SIZE) for role in population.RESPONSIBLE.values()}
	return found | heavy


def with_conditions() -> list[str]:
	return [
		doctype
		for doctype, paths in frappe.get_hooks("permission_query_conditions").items()
		if any(path.startswith(APP) for path in paths)
	]


def parent_of(doctype: str) -> str | None:
	"""The DocType by which rows of a child table are listed; None for other DocTypes."""
	if not frappe.get_meta(doctype).istable:
		return None
	return frappe.db.get_value(doctype, {}, "parenttype")


def without_ours():
	hooks = frappe.get_hooks

	def others(hook=None, default=None, app_name=None):
		found = hooks(hook, default, app_name) if app_name else hooks(hook, default)
		if hook != "permission_query_conditions":
			return found
		return {key: [path for path in paths if not path.startswith(APP)] for key, paths in found.items()}

	return mock.patch.object(frappe, "get_hooks", others)


def rows_read() -> int:
	return sum(int(value) for _name, value in frappe.db.sql("show session status like 'Handler_read%'"))


def cost(doctype: str, limit: int, order_by: str | None) -> int:
	"""Rows read for a list; the second time, when nothing has to be loaded that the cache keeps."""
	for _time in range(2):
		before = rows_read()
		frappe.get_list(
			doctype,
			fields=["name"],
			order_by=order_by,
			limit_page_length=limit,
			parent_doctype=parent_of(doctype),
		)
		read = rows_read() - before
	return read


def costs(doctype: str, limit: int, order_by: str | None) -> tuple[int, int, int]:
	"""As a page of the desk, as another query of the same rows, and without the condition."""
	with mock.patch.object(page_requests, "ask_each_row", lambda rows, user: bool(rows.open_levels)):
		page = cost(doctype, limit, order_by)
	other = cost(doctype, limit, order_by)
	with without_ours():
		return page, other, cost(doctype, limit, order_by)


def test_every_list_reads_what_its_page_needs(site, users):
	too_much, table = {}, {}
	for doctype in with_conditions():
		if not frappe.db.table_exists(doctype) or frappe.db.count(doctype) < LEAST:
			continue
		sort_field = not parent_of(doctype) and frappe.get_meta(doctype).sort_field
		newest = population.as_listed(doctype, sort_field or compat.list_order())
		for who, user in users.items():
			frappe.set_user(user)
			try:
				if not frappe.has_permission(parent_of(doctype) or doctype):
					continue
				for limit, order_by in ((PAGE, newest), (COUNTED, None)):
					*ours, theirs = table[doctype, who, limit] = costs(doctype, limit, order_by)
					sorts = limit == PAGE and is_own_list(doctype) and theirs > 5 * PAGE
					if sorts or max(ours) > theirs * FOR_A_ROW + FOR_THE_USER:
						too_much[doctype, who, limit] = (*ours, theirs)
			finally:
				frappe.set_user("Administrator")
	write(table)
	assert len(table) > 100
	assert too_much == {}


def is_own_list(doctype: str) -> bool:
	"""Whether the app decides how the list is sorted, and therefore has an index for it."""
	return frappe.get_meta(doctype).module in frappe.get_module_list("client_comms") and not parent_of(
		doctype
	)


def write(table) -> None:
	"""The most expensive login of each DocType."""
	lines = [f"| DocType | rows | a page of {PAGE} | counting to {COUNTED:,} |", "|---|---|---|---|"]
	for doctype in dict.fromkeys(doctype for doctype, _who, _limit in table):
		worst = [
			max(costs for (about, _who, asked), costs in table.items() if (about, asked) == (doctype, limit))
			for limit in (PAGE, COUNTED)
		]
		cells = [" / ".join(f"{rows:,}" for rows in costs) for costs in worst]
		lines.append(f"| {' | '.join([doctype, f'{frappe.db.count(doctype):,}', *cells])} |")
	folder = Path(os.environ["CLIENT_COMMS_RESULTS"])
	folder.mkdir(parents=True, exist_ok=True)
	(folder / "rows-read.md").write_text("\n".join(lines) + "\n")


def test_a_level_that_a_user_cannot_read_is_not_searched(site, users):
	"""A filter for Sensitive, as Frontline Staff: the database knows beforehand that nothing matches."""
	frappe.set_user(users["Frontline Staff"])
	asked = {"doctype": "Client Interaction", "filters": {"confidentiality_level": "Sensitive"}}
	frappe.local.form_dict = frappe._dict(asked)
	try:
		for _time in range(2):  # the second time, see `cost`
			before = rows_read()
			assert frappe.get_list(**asked, order_by="occurred_on desc") == []
			read = rows_read() - before
		assert read < 500
	finally:
		frappe.local.form_dict = frappe._dict()
		frappe.set_user("Administrator")


def test_whose_turn_it_is_reads_the_last_interaction_of_each(site, users):
	"""Not all for which each of them was ever responsible; every new inquiry asks."""
	candidates = users_with_role("Frontline Staff")
	before = rows_read()
	last = assignment._last_assigned(candidates)
	assert rows_read() - before <= 20 * len(candidates)
	one = next(iter(last))
	newest = max(frappe.get_all("Client Interaction", {"responsible_staff": one}, pluck="name"))
	assert last[one][-1] == newest
