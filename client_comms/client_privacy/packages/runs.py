"""Makes the copy of a client's data for a request: collected in the background, released by a second person, deleted after a
term (P-2; GDPR Art. 15 and 20). `collecting` is the job.
"""

from collections.abc import Collection
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint, cstr

from client_comms import clock, ledger, transactions
from client_comms.background_work import FAILED
from client_comms.client_privacy import links, telling
from client_comms.client_privacy.packages import archive, contents, delivery
from client_comms.client_privacy.packages.collecting import COLLECTING, READY, WORK, count, store
from client_comms.clients import preferences
from client_comms.enforcement.data_packages import PACKAGE
from client_comms.exceptions import ActionNotPossibleError, FourEyesError
from client_comms.filters import one_of
from client_comms.i18n import bold, speaking
from client_comms.roles import COMPLIANCE_OFFICER, require_auditing, who_else

ITEM, REQUEST = contents.ITEM, contents.REQUEST
RIGHTS = ("Access", "Portability")
RELEASED, DISCARDED, DELETED = "Released", "Discarded", "Deleted"
UNRELEASED = (COLLECTING, READY, FAILED)
_UNRELEASED_DAYS = 60


def start(request) -> str:
	"""Create a copy for a Data Subject Request, whose client's identity is confirmed, and queue it; returns its name.

	:raises ActionNotPossibleError: it asks for something else, or there is a copy for it already
	"""
	require_auditing()
	if request.right not in RIGHTS:
		_refuse(_("This is not a request for access or portability. Enter one for the client."))
	going = {"request": request.name, "status": ("in", (*UNRELEASED, RELEASED))}
	if there_is := frappe.db.get_value(PACKAGE, going):
		_refuse(_("There is a copy for this request: {0}. Discard it first.").format(bold(there_is)))
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
	WORK.enqueue(package.name)
	return package.name


def resume(name: str) -> None:
	"""Continue a copy that failed or whose job has ended, and try again what failed."""
	_locked(name, COLLECTING, FAILED)
	frappe.db.set_value(
		ITEM, {"package": name, "state": contents.FAILED}, {"state": contents.WAITING, "error": None}
	)
	_collect_again(name)


def leave_out(name: str, items: Collection[str], reason: str) -> None:
	"""Leave records or files out of a copy that is not released, with a reason, which the client is told; the file is made again.

	:raises ActionNotPossibleError: it is released, or the reason is missing
	"""
	package = _locked(name, *UNRELEASED)
	if not (reason := cstr(reason).strip()):
		_refuse(_("Enter why the client does not get this."))
	in_copy = {"package": name, "state": ("!=", contents.LEFT_OUT)}
	chosen = frappe.get_all(
		ITEM,
		{**in_copy, "name": ("in", list(items))},
		["name", "reference_doctype", "reference_name", "state"],
		order_by="reference_doctype asc, reference_name asc",
	)
	if not chosen:
		_refuse(_("Choose records that are in the copy."))
	left_out = {"state": contents.LEFT_OUT, "reason": reason, "content": None, "error": None}
	frappe.db.set_value(ITEM, {**in_copy, "name": ("in", [row.name for row in chosen])}, left_out)
	for doctype in {row.reference_doctype for row in chosen}:
		names = [row.reference_name for row in chosen if row.reference_doctype == doctype]
		files = {
			"reference_doctype": contents.FILE,
			"reference_name": one_of(contents.files_of(doctype, names)),
		}
		frappe.db.set_value(ITEM, {**in_copy, **files}, left_out)
	if package.status == READY:
		archive.remove(package)
	store(name, chosen_by=frappe.session.user, chosen_on=clock.now())
	changes = {
		f"{row.reference_doctype} {row.reference_name}": [row.state, contents.LEFT_OUT] for row in chosen
	}
	level = package.confidentiality_level
	ledger.record(ledger.LEFT_OUT, PACKAGE, name, level, rule=package.request, reason=reason, changes=changes)
	_collect_again(name)


def _collect_again(name: str) -> None:
	count(name)  # the scheduler does not continue a copy with records that failed
	WORK.again(name, COLLECTING)


def release(name: str, otherwise: str | None = None) -> None:
	"""Let the client have a copy: they get a link to it, or it is handed over; and the request is answered.

	:param otherwise: how they get it if not by a link, such as a registered letter and its date; then no email is sent
	:raises frappe.PermissionError: the session user is not a Compliance Officer, or cannot see the copy
	:raises FourEyesError: the session user made it, or chose last what is left out
	:raises ActionNotPossibleError: it is not ready, the client's identity is not confirmed, or they get no emails and `otherwise`
	    is missing
	"""
	otherwise = telling.entered(otherwise)
	package = _locked(name, READY)
	if frappe.session.user in (package.made_by, package.chosen_by):
		frappe.throw(
			_(
				"You made this copy, or chose what is left out of it, so someone else must look at it and release it. Ask another Compliance Officer."
			)
			+ f" {who_else(COMPLIANCE_OFFICER, besides=(package.made_by, package.chosen_by))}",
			exc=FourEyesError,
			title=_("Second Person Required"),
		)
	if not archive.exists(package):
		_refuse(_("The file of this copy is missing on the server. Discard the copy, and make it again."))
	request = transactions.locked(REQUEST, package.request)
	request.confirm_identity()
	days = cint(frappe.get_cached_doc("Client Comms Settings").data_package_days) or 14
	expires = clock.now() + timedelta(days=days)
	link = None if otherwise else delivery.send(package, expires)
	store(
		name,
		status=RELEASED,
		released_by=frappe.session.user,
		released_on=clock.now(),
		released_otherwise=otherwise,
		expires_on=expires,
	)
	_forget_contents(name)
	level = package.confidentiality_level
	if link:
		ledger.record(ledger.EMAIL, PACKAGE, name, level, rule=link)
	else:
		ledger.record(ledger.HANDED_OVER, PACKAGE, name, level, rule=request.name, reason=otherwise)
	with speaking(preferences.language_to(package.party_type, package.party, package.contact)):
		answer = (
			_("You got the copy of your data in this way: {0}").format(otherwise)
			if otherwise
			else _("The copy of your data is ready. The link to it is in another email to you.")
		)
	request.close("Answered", answer, otherwise)


def discard(name: str) -> None:
	"""Give up a copy that is not released, or end a released one early."""
	_end(_locked(name, *UNRELEASED, RELEASED), DISCARDED)


def delete_expired() -> None:
	"""Every day: the files that clients could download long enough, and copies that no one released."""
	now = clock.now()
	over = [
		({"status": RELEASED, "expires_on": ("<", now)}, DELETED),
		(
			{"status": ("in", UNRELEASED), "made_on": ("<", now - timedelta(days=_UNRELEASED_DAYS))},
			DISCARDED,
		),
	]
	for filters, status in over:
		for name in frappe.get_all(PACKAGE, filters, pluck="name", order_by="name asc"):
			with transactions.part("A copy of data could not be deleted", PACKAGE, name):
				_end(transactions.locked(PACKAGE, name), status)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job; then its file goes)
	ended = {"status": ("in", (DISCARDED, DELETED)), "stored_as": ("is", "set")}
	for name in frappe.get_all(PACKAGE, ended, pluck="name", order_by="name asc"):
		with transactions.part("The file of a copy of data could not be deleted", PACKAGE, name):
			archive.remove_leftover(frappe.get_doc(PACKAGE, name))
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job; its file is gone)


def continue_packages() -> None:
	"""Every hour: continue copies whose job was stopped."""
	WORK.continue_all()


def _end(package, status: str) -> None:
	archive.remove(package)
	links.revoke_to(package.name)
	_forget_contents(package.name)
	store(package.name, status=status, ended_on=clock.now(), error=None)
	ledger.record("Deleted", PACKAGE, package.name, package.confidentiality_level, reason=status)


def _forget_contents(name: str) -> None:
	"""What is in the file need not be stored twice; which records are in it, and what was left out, stays."""
	frappe.db.set_value(ITEM, {"package": name}, "content", None, update_modified=False)


def _locked(name: str, *statuses: str):
	require_auditing()
	package = transactions.locked(PACKAGE, name)
	package.check_permission("read")
	if package.status not in statuses:
		_refuse(
			_("The copy {0} is {1}, so this is not possible now. Reload the page.").format(
				bold(package.name), _(package.status)
			)
		)
	return package


def _refuse(message: str) -> None:
	frappe.throw(message, exc=ActionNotPossibleError, title=_("Not Possible Now"))
