"""Names of deleted records in which the client's own occurs (P-2): ERPNext numbers appointments after who comes, as "APMT-Maria Smith-0001",
where the name does not stand as a whole word. What remembers such a record, such as the plan of the erasure, is not to name the client either."""

from collections.abc import Collection, Iterator

import frappe

from client_comms.client_privacy.erasure import runs
from client_comms.client_privacy.requests import data_map, sealed, shared_names
from client_comms.rules import erased_texts
from client_comms.rules.retention import DELETE

_DELETED = "Deleted Document"


def seal(run: str, secret: dict) -> dict:
	"""Add them to what is sought. They are sealed, because a run that is interrupted may have forgotten them when it continues.

	:param secret: as `sealed.of` gives it; so is what is returned
	"""
	markers, sought = {*secret["markers"]}, {key: {*names} for key, names in secret["records"].items()}
	before = {*_deleted_before(markers)}
	others = shared_names.names({name for _doctype, name in before}, secret["records"])
	for doctype, name in (*_of_run(run, markers), *(each for each in before if each[1] not in others)):
		if not (frappe.db.table_exists(doctype) and frappe.db.exists(doctype, name)):
			sought.setdefault(doctype, set()).add(name)
			markers.add(name)
	sealed.put(run, markers=sorted(markers), records={key: sorted(names) for key, names in sought.items()})
	return sealed.of(run)


def _of_run(run: str, markers: Collection[str]) -> Iterator[tuple[str, str]]:
	"""Of records around the client; which names of the client's own identify no one was decided with the plan."""
	items = frappe.get_all(
		runs.ITEM,
		{
			"run": run,
			"action": DELETE,
			"reference_name": ("is", "set"),
			"reference_doctype": ("not in", data_map.MASTERS),
		},
		["reference_doctype", "reference_name"],
		order_by=None,
	)
	named = erased_texts.naming({item.reference_name for item in items}, markers)
	yield from (
		(item.reference_doctype, item.reference_name) for item in items if item.reference_name in named
	)


def _deleted_before(markers: Collection[str]) -> Iterator[tuple[str, str]]:
	"""Those that someone deleted, of which Frappe keeps a copy: it has the client's name as a whole word, too."""
	named = [
		["deleted_name", "like", f"%{shared_names.literally(form)}%"]
		for form in erased_texts.all_forms(markers)
	]
	fields = ["deleted_doctype", "deleted_name", "data"]
	found = erased_texts.pattern(markers)
	for row in frappe.get_all(_DELETED, or_filters=named, fields=fields, order_by=None) if named else ():
		if found.search(row.data or ""):
			yield row.deleted_doctype, row.deleted_name
