"""Makes the copy of a client's data for a request: collected in the background, released by a second person, deleted after a
term (P-2; GDPR Art. 15 and 20).

A job is interrupted at any point and continued without harm: what is read of some records is stored in one transaction with the mark
that they are read, and the file is written again from what is stored.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint, cstr
from frappe.utils.background_jobs import is_job_enqueued
from frappe.utils.file_lock import LockTimeoutError
from frappe.utils.synchronization import filelock

from client_comms import clock, ledger
from client_comms.client_privacy import links
from client_comms.client_privacy.erasure.runs import words
from client_comms.client_privacy.packages import archive, contents, delivery
from client_comms.clients import preferences
from client_comms.enforcement import policy
from client_comms.enforcement.data_packages import PACKAGE
from client_comms.exceptions import ActionNotPossibleError, FourEyesError
from client_comms.i18n import speaking
from client_comms.roles import require_auditing

ITEM = contents.ITEM
REQUEST = "Data Subject Request"
RIGHTS = ("Access", "Portability")
COLLECTING, READY, RELEASED, DISCARDED, DELETED = "Collecting", "Ready", "Released", "Discarded", "Deleted"
CHUNK = 50
EVENT = "client_comms_data_package"
_TIMEOUT = 6 * 60 * 60  # seconds
_UNRELEASED_DAYS = 60


def start(request) -> str:
	"""Create a copy for a Data Subject Request, whose client's identity is confirmed, and queue it; returns its name.

	:raises ActionNotPossibleError: it asks for something else, or there is a copy for it already
	"""
	require_auditing()
	if request.right not in RIGHTS:
		_refuse(_("This is not a request for access or portability. Enter one for the client."))
	going = {"request": request.name, "status": ("in", (COLLECTING, READY, RELEASED))}
	if there_is := frappe.db.get_value(PACKAGE, going):
		_refuse(_("There is a copy for this request: {0}. Discard it first.").format(frappe.bold(there_is)))
	request.confirm_identity()
	same = ("right", "party_type", "party", "party_name", "contact")
	package = frappe.get_doc(
		{
			"doctype": PACKAGE,
			"request": request.name,
			**{field: request.get(field) for field in same},
			"made_by": frappe.session.user,
			"made_on": clock.now(),
		}
	)
	package.flags.by_the_app = True
	package.insert(ignore_permissions=True)
	ledger.record(ledger.EXPORT, PACKAGE, package.name, None, rule=request.name)
	_enqueue(package.name)
	return package.name


def resume(name: str) -> None:
	"""Continue a copy whose job has ended, and try again what failed."""
	_locked(name, COLLECTING)
	frappe.db.set_value(
		ITEM, {"package": name, "state": contents.FAILED}, {"state": contents.WAITING, "error": None}
	)
	_set(name, error=None)
	_enqueue(name)


def leave_out(name: str, items: Collection[str], reason: str) -> None:
	"""Leave records or files out of a copy that is not released, with a reason, which the client is told; the file is made again.

	:raises ActionNotPossibleError: it is released, or the reason is missing
	"""
	package = _locked(name, COLLECTING, READY)
	if not (reason := cstr(reason).strip()):
		_refuse(_("Enter why the client does not get this."))
	of_package = {"package": name, "name": ("in", list(items)), "state": ("!=", contents.LEFT_OUT)}
	chosen = frappe.get_all(ITEM, of_package, pluck="name", order_by=None)
	if not chosen:
		_refuse(_("Choose records that are in the copy."))
	left_out = {"state": contents.LEFT_OUT, "reason": reason, "content": None, "error": None}
	frappe.db.set_value(ITEM, {"name": ("in", chosen)}, left_out)
	archive.remove(package)
	# The user who chose last what the client gets is not the second person who looks at it.
	_set(name, status=COLLECTING, error=None, made_by=frappe.session.user)
	_enqueue(name)


def release(name: str) -> None:
	"""Let the client have a copy: they get a link to it, and the request is answered.

	:raises frappe.PermissionError: the session user is not a Compliance Officer, or cannot see the copy
	:raises FourEyesError: the session user made it
	:raises ActionNotPossibleError: it is not ready, or the client's identity is not confirmed
	"""
	package = _locked(name, READY)
	if package.made_by == frappe.session.user:
		frappe.throw(
			_(
				"You made this copy, so someone else must look at it and release it. Ask another Compliance Officer."
			),
			exc=FourEyesError,
			title=_("Second Person Required"),
		)
	request = frappe.get_doc(REQUEST, package.request, for_update=True)
	request.confirm_identity()
	days = cint(frappe.get_cached_doc("Client Comms Settings").data_package_days) or 14
	expires = clock.now() + timedelta(days=days)
	link = delivery.send(package, expires)
	_set(
		name,
		status=RELEASED,
		released_by=frappe.session.user,
		released_on=clock.now(),
		expires_on=expires,
	)
	_forget_contents(name)
	ledger.record(ledger.EMAIL, PACKAGE, name, package.confidentiality_level, rule=link)
	with speaking(preferences.language_to(package.party_type, package.party, package.contact)):
		answer = _("The copy of your data is ready. The link to it is in another email to you.")
	request.close("Answered", answer)


def discard(name: str) -> None:
	"""Give up a copy that is not released, or end a released one early."""
	_end(_locked(name, COLLECTING, READY, RELEASED), DISCARDED)


def delete_expired() -> None:
	"""Every day: the files that clients could download long enough, and copies that no one released."""
	now = clock.now()
	over = [
		({"status": RELEASED, "expires_on": ("<", now)}, DELETED),
		(
			{"status": ("in", (COLLECTING, READY)), "made_on": ("<", now - timedelta(days=_UNRELEASED_DAYS))},
			DISCARDED,
		),
	]
	for filters, status in over:
		for name in frappe.get_all(PACKAGE, filters, pluck="name", order_by="name asc"):
			_end(frappe.get_doc(PACKAGE, name, for_update=True), status)
			# nosemgrep: frappe-manual-commit (a job; its file is gone)
			frappe.db.commit()


def continue_packages() -> None:
	"""Every hour: continue copies whose job was stopped."""
	going = {"status": COLLECTING, "failed_count": 0}
	for name in frappe.get_all(PACKAGE, going, pluck="name", order_by="creation asc"):
		if not is_job_enqueued(_job_id(name)):
			_enqueue(name)


def _end(package, status: str) -> None:
	archive.remove(package)
	links.revoke_to(package.name)
	_forget_contents(package.name)
	_set(package.name, status=status, ended_on=clock.now(), error=None)
	ledger.record("Deleted", PACKAGE, package.name, package.confidentiality_level, reason=status)


def _forget_contents(name: str) -> None:
	"""What is in the file need not be stored twice; which records are in it, and what was left out, stays."""
	frappe.db.set_value(ITEM, {"package": name}, "content", None, update_modified=False)


def _locked(name: str, *statuses: str):
	require_auditing()
	package = frappe.get_doc(PACKAGE, name, for_update=True)
	package.check_permission("read")
	if package.status not in statuses:
		_refuse(
			_("The copy {0} is {1}, so this is not possible now. Reload the page.").format(
				frappe.bold(package.name), _(package.status)
			)
		)
	return package


def _refuse(message: str) -> None:
	frappe.throw(message, exc=ActionNotPossibleError, title=_("Not Possible Now"))


# --- the job -------------------------------------------------------------------------------------


def work(name_of_package: str) -> None:
	"""The job. Two at once do no harm: the second leaves."""
	try:
		with filelock(_job_id(name_of_package).replace(":", "_"), timeout=1):
			_work(name_of_package)
	except LockTimeoutError:
		return


def _work(name: str) -> None:
	# nosemgrep: frappe-manual-commit (a job; it must see what was started, not an older snapshot)
	frappe.db.commit()
	package = frappe.get_doc(PACKAGE, name)
	if package.status != COLLECTING:
		return
	try:
		with speaking(preferences.language_to(package.party_type, package.party, package.contact)):
			_collect(package)
	except Exception as error:
		frappe.db.rollback()
		frappe.log_error(title=f"Copy of data {name} stopped", reference_doctype=PACKAGE, reference_name=name)
		_set(name, error=words(error))
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job; those who wait for it see how it stands)
	_tell(package)


def _collect(package) -> None:
	subject = contents.subject_of(package)
	if not package.planned:
		_list(package.name, contents.plan(subject, package.right))
		_set(package.name, planned=1)
		count(package.name)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (an interrupted job continues after this)
		_tell(package)
	reading = contents.Reading(subject)
	while chunk := _next_chunk(package.name):
		_read(package.name, reading, chunk)
		count(package.name)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (an interrupted job continues after this chunk)
		_tell(package)
	if count(package.name)[contents.FAILED]:
		_set(package.name, error=_failed(package))
		return
	# nosemgrep: frappe-manual-commit (the file is made of what is stored now, and no one leaves out anything meanwhile)
	frappe.db.commit()
	package = frappe.get_doc(PACKAGE, package.name, for_update=True)
	if package.status == COLLECTING:
		archive.build(package)
		_set(package.name, status=READY, confidentiality_level=_strictest(package.name), error=None)


def _failed(package) -> str:
	with speaking(frappe.db.get_value("User", package.made_by, "language") or preferences.site_language()):
		return _("Some records could not be read. Try again, or leave them out with a reason.")


def _list(package: str, items: Iterable[dict]) -> None:
	frappe.db.delete(ITEM, {"package": package})
	_add(package, items)


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
	"""The next items to read, all of one DocType."""
	rows = frappe.get_all(
		ITEM,
		{"package": package, "state": contents.WAITING},
		["name", "reference_doctype", "reference_name"],
		order_by="reference_doctype asc, reference_name asc",
		limit=CHUNK,
	)
	return [row for row in rows if row.reference_doctype == rows[0].reference_doctype]


def _read(package: str, reading: contents.Reading, chunk: list) -> None:
	"""Read a chunk; if that fails, one record after the other, so that only the one at fault remains."""
	if (error := _try_to_read(package, reading, chunk)) is None:
		return
	for row in chunk:
		if error := _try_to_read(package, reading, [row]) if len(chunk) > 1 else error:
			frappe.db.set_value(ITEM, row.name, {"state": contents.FAILED, "error": words(error)})


def _try_to_read(package: str, reading: contents.Reading, chunk: list) -> Exception | None:
	savepoint = "client_comms_data_package"
	frappe.db.savepoint(savepoint)
	doctype, names = chunk[0].reference_doctype, [row.reference_name for row in chunk]
	try:
		if doctype == contents.FILE:
			found = archive.files(names)
		else:
			found = reading.records(doctype, names)
			_add(package, contents.items(contents.FILE, _new_files(package, doctype, names)))
		for row in chunk:
			waiting = {"name": row.name, "state": contents.WAITING}  # unless it was left out meanwhile
			frappe.db.set_value(ITEM, waiting, _stored(found.get(row.reference_name)))
	except Exception as error:
		frappe.db.rollback(save_point=savepoint)
		return error
	return None


def _new_files(package: str, doctype: str, names: list[str]) -> list[str]:
	files = contents.files_of(doctype, names)
	listed = {"package": package, "reference_doctype": contents.FILE, "reference_name": ("in", [*files, ""])}
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
	_set(
		name,
		total_count=states.total(),
		included_count=states[contents.INCLUDED],
		left_out_count=states[contents.LEFT_OUT],
		failed_count=states[contents.FAILED],
		masked_count=masked,
	)
	return states


def _strictest(name: str) -> str | None:
	"""The strictest level of what is in the copy; the lowest of all if nothing in it is governed."""
	included = {"package": name, "state": contents.INCLUDED, "confidentiality_level": ("is", "set")}
	found = frappe.get_all(ITEM, included, pluck="confidentiality_level", distinct=True, order_by=None)
	levels = policy.current().levels
	if not found:
		return min(levels, key=lambda each: levels[each].rank, default=None)
	if unknown := set(found) - set(levels):
		return unknown.pop()  # which counts as the strictest
	return max(found, key=lambda each: levels[each].rank)


def _enqueue(name: str) -> None:
	frappe.enqueue(
		"client_comms.client_privacy.packages.runs.work",
		queue="long",
		timeout=_TIMEOUT,
		job_id=_job_id(name),
		deduplicate=True,
		enqueue_after_commit=True,
		name_of_package=name,
	)


def _job_id(name: str) -> str:
	return f"{EVENT}:{name}"


def _tell(package) -> None:
	frappe.publish_realtime(EVENT, {"package": package.name}, user=package.made_by)


def _set(name: str, **values) -> None:
	frappe.db.set_value(PACKAGE, name, values)
