"""The check itself: create test records, request them, compare with the rule, remove them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

import frappe
from frappe import _
from frappe.utils.synchronization import filelock

from client_comms import ledger
from client_comms.enforcement import compose, interactions, policy
from client_comms.leak_check import bait, existing_exposures
from client_comms.leak_check.surfaces import SURFACES, Surface
from client_comms.leak_check.visitor import Visitor
from client_comms.rules import access

OPEN = "open"  # came back, although the rule denies access
CLOSED = "closed"  # did not come back, as the rule says
ALLOWED = "as allowed"  # came back, as the rule says
NOT_SHOWN = "not shown"  # the rule would allow it, but ERPNext's own permissions, or the surface, do not
UNCHECKED = "not checked"  # did not even come back to Administrator

Progress = Callable[[int, int], None]

# Seconds to wait for a running check: two checks would remove each other's records.
_WAIT = 5


@dataclass(frozen=True)
class Finding:
	surface: str
	level: str
	result: str
	close: str


def check(
	user: str,
	url: str | None = None,
	surfaces: Iterable[Surface] = SURFACES,
	progress: Progress = lambda done, total: None,
) -> dict:
	"""Query all surfaces as the user, for one record at every level.

	:param url: of the served site; by default requests are handled in this process
	:param progress: called after each surface with the number done and the total
	:returns: `{"user", "open": int, "findings": [{"surface", "level", "result", "close"}], "standing": […],
	    "takeovers": […], "review": [{"document", "what"}]}`; `open` counts the findings, including existing exposures, that
	    should be closed
	:raises frappe.DoesNotExistError: the user does not exist
	:raises SiteDoesNotAnswerError: this site does not answer at `url`
	:raises frappe.utils.file_lock.LockTimeoutError: another check is running
	"""
	if not frappe.db.get_value("User", user, "enabled"):
		frappe.throw(_("User {0} does not exist or is disabled.").format(user), exc=frappe.DoesNotExistError)
	if url:
		with Visitor("Administrator", url) as administrator:
			administrator.require_answer()
	surfaces = list(surfaces)
	before = frappe.session.user
	# What the check does in the user's name is not the user's doing: this entry stands for all of it.
	ledger.record(
		ledger.LEAK_CHECK,
		"User",
		user,
		None,
		reason=f"Leak check of {user}, started by {before}: {len(surfaces)} surfaces",
	)
	with filelock("client_comms_check_leaks", timeout=_WAIT), ledger.silenced():
		bait.remove()
		try:
			frappe.set_user("Administrator")  # nosemgrep: frappe-set-user (switched back below)
			frappe.flags.mute_emails = True
			planted = bait.plant(user)
			findings = list(_findings(user, url, surfaces, planted, progress))
		finally:
			frappe.db.rollback()
			bait.remove()
			frappe.flags.mute_emails = False
			frappe.set_user(before)  # nosemgrep: frappe-set-user (back again)
	found, disabled = existing_exposures.of_user(user), existing_exposures.takeovers()
	return {
		"user": user,
		"open": sum(each.result == OPEN for each in findings) + len(found) + len(disabled),
		"findings": [asdict(each) for each in findings],
		"standing": found,
		"takeovers": disabled,
		"review": existing_exposures.to_review(),
	}


def _findings(
	user: str, url: str | None, surfaces: list[Surface], planted: bait.Planted, progress: Progress
) -> Iterator[Finding]:
	unchecked = set()
	steps = 2 * len(surfaces)
	with Visitor("Administrator", url) as administrator:
		for done, surface in enumerate(surfaces):
			progress(done, steps)
			if surface.control and not surface.shows(administrator, planted.baits[-1], planted):
				unchecked.add(surface.name)
	allowed = {
		(each.name, action): _allowed(user, each, action)
		for each in planted.baits
		for action in access.ACTIONS
	}
	with Visitor(user, url) as visitor:
		for done, surface in enumerate(surfaces, start=len(surfaces)):
			progress(done, steps)
			for each in planted.baits:
				visitor.methods.clear()
				shown = surface.shows(visitor, each, planted)
				result = _result(shown, allowed[each.name, surface.action], surface.name in unchecked)
				by_others = result == OPEN and _answered_by_others(visitor.methods)
				yield Finding(surface.name, each.label, result, by_others or surface.close)


def _answered_by_others(methods: Iterable[str]) -> str:
	"""What to do if it is another app's override that answers: this app calls it, wherever it stands, and cannot ask for permissions in it."""
	found = [
		(method, path) for method in sorted(methods) if (path := compose.previous_path(method)) != method
	]
	return " ".join(
		f"The app {path.partition('.')[0]} answers {method} with {path}, which must check permissions: have that changed, or uninstall the app."
		for method, path in found
	)


def _allowed(user: str, each: bait.Bait, action: str) -> bool:
	record = policy.stored_record(each.name)
	return all(interactions.decide(record, needed, user).allowed for needed in (access.READ, action))


def _result(shown: bool, allowed: bool, unchecked: bool) -> str:
	if shown:
		return ALLOWED if allowed else OPEN
	if unchecked:
		return UNCHECKED
	return NOT_SHOWN if allowed else CLOSED
