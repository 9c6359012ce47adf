"""Collects the records for the copy of a client's data and writes its file, in the background (P-2; GDPR Art. 15 and 20).

A job is interrupted at any point and continued without harm: what is read of some records is stored in one transaction with the mark
that they are read, and the file is written again from what is stored.
"""

import json
from collections import Counter
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import cint

from client_comms import transactions
from client_comms.background_work import BackgroundWork
from client_comms.client_privacy.packages import archive, contents
from client_comms.client_privacy.requests import subjects
from client_comms.clients import preferences
from client_comms.enforcement import policy
from client_comms.enforcement.data_packages import PACKAGE
from client_comms.filters import one_of
from client_comms.i18n import speaking, words_to_keep

ITEM, REQUEST = contents.ITEM, contents.REQUEST
COLLECTING, READY = "Collecting", "Ready"
CHUNK = 50
# State of items → the figure of the copy.
_FIGURES = {
	contents.INCLUDED: "included_count",
	contents.LEFT_OUT: "left_out_count",
	contents.FAILED: "failed_count",
}
EVENT = "client_comms_data_package"
WORK = BackgroundWork(
	PACKAGE,
	job="client_comms.client_privacy.packages.collecting.work",
	event=EVENT,
	unfinished={"status": COLLECTING, "failed_count": 0},  # staff look at records that cannot be read
	timeout=6 * 60 * 60,
	ended_on="ended_on",
)


def work(name_of_run: str) -> None:
	"""The job."""
	WORK.carry_out(name_of_run, _work)
	_tell(frappe.get_doc(PACKAGE, name_of_run))


def _work(name: str) -> None:
	package = frappe.get_doc(PACKAGE, name)
	if package.status == COLLECTING:
		with speaking(preferences.language_to(package.party_type, package.party, package.contact)):
			_collect(package)


def _collect(package) -> None:
	subject = subjects.of_copy(frappe.get_doc(REQUEST, package.request))
	if not package.planned:
		_list(package.name, contents.plan(subject, package.right))
		store(package.name, planned=1)
		count(package.name)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (an interrupted job continues after this)
		_tell(package)
	reading = contents.Reading(subject)
	while chunk := _next_chunk(package.name):
		_add_to_counts(package.name, _read(package.name, reading, chunk))
		store(package.name, attempts=0)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (an interrupted job continues after this chunk)
		_tell(package)
	if frappe.db.get_value(PACKAGE, package.name, "status") != COLLECTING:
		return
	if count(package.name)[contents.FAILED]:
		store(package.name, error=_failed(package))
		return
	archive.begin(package)
	# nosemgrep: frappe-manual-commit (the file is made of what is stored now, and no one leaves out anything meanwhile)
	frappe.db.commit()
	package = frappe.get_doc(PACKAGE, package.name, for_update=True)
	if package.status == COLLECTING:
		archive.build(package)
		store(package.name, status=READY, confidentiality_level=_strictest(package.name), error=None)


def _failed(package) -> str:
	with speaking(frappe.db.get_value("User", package.made_by, "language") or preferences.site_language()):
		return _("Some records could not be read. Try again, or leave them out with a reason.")


def _list(package: str, items: Iterable[dict]) -> None:
	frappe.db.delete(ITEM, {"package": package})
	# What refers to the client in several ways is listed once.
	once = {(item["reference_doctype"], item["reference_name"]): item for item in items}
	_add(package, once.values())


def _add(package: str, items: Iterable[dict]) -> None:
	moment, user = frappe.utils.now(), frappe.session.user
	given = ("reference_doctype", "reference_name", "state", "reason")
	rows = [
		(
			frappe.generate_hash(length=12),
			*(moment, moment, user, user),
			*(package, PACKAGE),
			*(item[field] for field in given),
		)
		for item in items
	]
	if rows:
		own = ("name", "creation", "modified", "owner", "modified_by", "package", "package_type")
		frappe.db.bulk_insert(ITEM, [*own, *given], rows)


def _next_chunk(package: str) -> list:
	"""The next items to read, all of one DocType. The copy is locked until the commit, so that no one leaves out meanwhile what is
	being read."""
	if frappe.db.get_value(PACKAGE, package, "status", for_update=True) != COLLECTING:
		return []
	rows = frappe.get_all(
		ITEM,
		{"package": package, "state": contents.WAITING},
		["name", "reference_doctype", "reference_name"],
		order_by="reference_doctype asc, reference_name asc",
		limit=CHUNK,
	)
	return [row for row in rows if row.reference_doctype == rows[0].reference_doctype]


def _read(package: str, reading: contents.Reading, chunk: list) -> Counter:
	"""Read a chunk; if that fails, one record after the other, so that only the one at fault remains. Returns what it adds to the
	figures of the copy."""
	added = _try_to_read(package, reading, chunk)
	if isinstance(added, Counter):
		return added
	total: Counter = Counter()
	for row in chunk:
		one = _try_to_read(package, reading, [row]) if len(chunk) > 1 else added
		if isinstance(one, Exception):
			frappe.db.set_value(ITEM, row.name, {"state": contents.FAILED, "error": words_to_keep(one)})
			one = Counter(failed_count=1)
		total += one
	return total


def _try_to_read(package: str, reading: contents.Reading, chunk: list) -> Counter | Exception:
	"""Read all of a chunk or nothing; returns what went wrong."""
	doctype, names = chunk[0].reference_doctype, [row.reference_name for row in chunk]
	added: Counter = Counter()
	with transactions.part() as part:
		if doctype == contents.FILE:
			found = archive.files(names, reading)
		else:
			found = reading.records(doctype, names)
			files = _new_files(package, doctype, names)
			_add(package, contents.items(contents.FILE, files))
			added["total_count"] = len(files)
		for row in chunk:
			stored = _stored(found.get(row.reference_name))
			frappe.db.set_value(ITEM, row.name, stored)
			added[_FIGURES[stored["state"]]] += 1
			added["masked_count"] += stored.get("masked_count", 0)
	return part.error or added


def _add_to_counts(name: str, added: Counter) -> None:
	package = frappe.qb.DocType(PACKAGE)
	query = frappe.qb.update(package).where(package.name == name)
	for figure, number in added.items():
		query = query.set(package[figure], package[figure] + number)
	if added:
		query.run()


def _new_files(package: str, doctype: str, names: list[str]) -> list[str]:
	files = contents.files_of(doctype, names)
	listed = {"package": package, "reference_doctype": contents.FILE, "reference_name": one_of(files)}
	known = set(frappe.get_all(ITEM, listed, pluck="reference_name", order_by=None))
	return [name for name in files if name not in known]


def _stored(record: contents.Record | None) -> dict:
	if record is None:
		return {"state": contents.LEFT_OUT, "reason": _("It was deleted while the copy was made")}
	if record.reason:
		return {"state": contents.LEFT_OUT, "reason": record.reason}
	return {
		"state": contents.INCLUDED,
		"content": json.dumps(record.values, ensure_ascii=False, default=str),
		"confidentiality_level": record.level,
		"masked_count": sum(record.masked.values()),
		"masked": ", ".join(sorted(record.masked)) or None,
	}


def count(name: str) -> Counter:
	"""Store how many items are in which state; returns that."""
	states: Counter = Counter()
	masked = 0
	for state, number, hidden in frappe.db.sql(
		"""select state, count(*), sum(masked_count) from `tabData Package Item`
		where package = %s group by state""",
		name,
	):
		states[state] = number
		masked += cint(hidden) if state == contents.INCLUDED else 0
	store(
		name,
		total_count=states.total(),
		masked_count=masked,
		**{figure: states[state] for state, figure in _FIGURES.items()},
	)
	return states


def _strictest(name: str) -> str | None:
	"""The strictest level of what is in the copy; the lowest of all if nothing in it is governed."""
	included = {"package": name, "state": contents.INCLUDED, "confidentiality_level": ("is", "set")}
	found = frappe.get_all(ITEM, included, pluck="confidentiality_level", distinct=True, order_by=None)
	levels = policy.current()
	return levels.strictest_of(*found) or min(levels.levels, key=levels.rank, default=None)


def _tell(package) -> None:
	for user in filter(None, {package.made_by, package.chosen_by}):
		frappe.publish_realtime(EVENT, {"package": package.name}, user=user)


def store(name: str, **values) -> None:
	frappe.db.set_value(PACKAGE, name, values)
