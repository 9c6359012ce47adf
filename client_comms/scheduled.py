"""What the scheduler calls every five minutes or every hour: each asks first, by one plain query, whether there is anything to do.

A worker has a new process for each job, in which nothing of the app is loaded, and to load what a job needs takes up to a second. On a site
where nothing happens that is all that the jobs do. So this module imports next to nothing and queries in plain SQL, for which Frappe loads
nothing either; the job itself is loaded once there is something for it. A question may say yes too often, but never no while there is
something: it asks for no more than the job does, and the job asks again.
"""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import frappe

from client_comms import clock, procedure, waiting_files

SETTINGS = "Client Comms Settings"
# Redis: until when (as stored) the digest has nothing to do, because business is closed or it is quiet
DIGEST_RESTS = "client_comms_digest_rests"
_DIGEST_ENDS = timedelta(hours=23, minutes=30)  # of a day, as `daily_digest.LAST_RUN`
# The parties, and what leads to one, as `intake.event` looks for them
CLIENTS = ("Customer", "Lead", "Prospect", "Supplier", "Contact", "Opportunity", "Issue")
# Redis: meeting → when it had been changed last when it became nothing, and when that was tried
FRUITLESS = "client_comms_fruitless_meetings"
_TRIED_AGAIN = timedelta(days=1)
# Redis: what decided about the app's controls when they were last compared
COMPARED = "client_comms_compared"
_COMPARED_AGAIN = 24 * 60 * 60
_WITHOUT_CODE = {"__pycache__", "node_modules", "public", "locale", "translations", "tests", ".git"}
_EVENTS_SINCE = timedelta(days=3)
_UNHANDLED_SINCE = timedelta(days=30)


def sweep() -> None:
	if _any("select 1 from `tabClient Interaction` where next_check_at < %(now)s limit 1"):
		_do("client_interactions.clocks.sweep.run")


def log_begun() -> None:
	if not int(_setting("log_events") or 0):
		return
	begun = _rows(
		"""select distinct event.name, event.modified from tabEvent event join `tabEvent Participants` participant
		on participant.parent = event.name and participant.parenttype = 'Event'
		where event.starts_on between %(since)s and %(now)s
		and ifnull(event.client_interaction, '') = '' and event.status != 'Cancelled'
		and participant.reference_doctype in %(clients)s
		and not exists (select 1 from `tabIntake Failure` kept
			where kept.reference_doctype = 'Event' and kept.reference_name = event.name)
		and not exists (select 1 from `tabLogging Exemption` kept
			where kept.reference_doctype = 'Event' and kept.reference_name = event.name)""",
		since=clock.now() - _EVENTS_SINCE,
		clients=CLIENTS,
	)
	before = (begun and frappe.cache.get_value(FRUITLESS, expires=True)) or {}
	if any(is_to_be_tried(before.get(name), changed) for name, changed in begun):
		_do("intake.event.log_begun")


def is_to_be_tried(before: tuple[datetime, datetime] | None, changed: datetime) -> bool:
	"""Whether a meeting may become something.

	:param before: when it had been changed last when it became nothing, and when that was tried
	"""
	return not before or before[0] != changed or clock.now() - before[1] >= _TRIED_AGAIN


def store_unprocessed() -> None:
	if (
		_any_file(waiting_files.MAIL)
		or _any(
			"select 1 from `tabUnprocessed Email` where status = 'Waiting' and incomplete = 0 and attempts < 3 limit 1"
		)
		or _any(
			"""select 1 from `tabUnhandled Email`
			where client_comms_is_kept = 0 and email_account != '' and creation >= %(since)s limit 1""",
			since=clock.now() - _UNHANDLED_SINCE,
		)
	):
		_do("intake.retry.store_unprocessed")


def tell_silent() -> None:
	"""Those that Frappe has stopped fetching, and those it has not fetched for long: the job counts in working time, of which there is never
	more than by the clock."""
	minutes = int(_setting("mailbox_silent_minutes") or 0)
	if _any(
		"""select 1 from (
			select name, client_comms_stopped_on as since from `tabEmail Account`
			where enable_incoming = 0 and client_comms_stopped_on is not null and client_comms_not_for_clients = 0
			union all select name, greatest(coalesce(last_fetched_on, creation), coalesce(client_comms_changed_on, creation)) from `tabEmail Account`
			where enable_incoming = 1 and client_comms_not_for_clients = 0
			and greatest(coalesce(last_fetched_on, creation), coalesce(client_comms_changed_on, creation)) < %(late)s
		) mailbox where not exists (select 1 from `tabNotification Log` told
			where told.document_type = 'Email Account' and told.document_name = mailbox.name
			and told.creation >= mailbox.since) limit 1""",
		late=clock.now() - timedelta(minutes=minutes) if minutes else None,
	):
		_do("intake.mailboxes.tell_silent")


def store_left_behind() -> None:
	if _any_file(waiting_files.DEPARTURES):
		_do("outgoing.departures.store_left_behind")


def chain() -> None:
	"""Also what a run that was killed had placed and not signed."""
	if _any(
		"select 1 from `tabCompliance Ledger Entry` force index (waiting) where `sequence` = 0 limit 1"
	) or _any(
		"""select 1 from dual where
		(select max(`sequence`) from `tabCompliance Ledger Entry`) >
		(select coalesce(max(`sequence`), 0) from `tabLedger Checkpoint`)"""
	):
		_do("ledger.chain")


def deliver() -> None:
	if _any(
		"""select 1 from `tabLedger Witness` witness where enabled = 1
		and (delivered_on is null or delivered_on <= %(now)s - interval every_minutes minute + interval 1 minute)
		and exists (select 1 from `tabLedger Checkpoint` checkpoint
			where checkpoint.`sequence` > coalesce(witness.delivered_up_to, 0)) limit 1"""
	):
		_do("ledger.witnesses.deliver")


def daily_digest() -> None:
	if not int(_setting("send_digests") or 0):
		return
	now, rests = clock.now(), frappe.cache.get_value(DIGEST_RESTS, expires=True)
	if rests and str(now) < rests:
		return
	if _is_digest_due(now) or _is_someone_without_digest(now):
		_do("client_interactions.daily_digest.run")


def start_due() -> None:
	if _any(
		"""select 1 from `tabCommunication Matrix` version
		where docstatus = 1 and reclassify_open = 1 and effective_from <= %(now)s
		and not exists (select 1 from `tabPolicy Change Run` run
			where run.kind = 'Reclassification' and run.reference_name = version.name) limit 1"""
	):
		_do("policy_changes.activation.start_due")


def continue_abandoned() -> None:
	if _any("select 1 from `tabPolicy Change Run` where status in ('Queued', 'Running') limit 1"):
		_do("policy_changes.runs.continue_abandoned")


def fail_abandoned() -> None:
	if _any("select 1 from `tabLeak Check Run` where status in ('Queued', 'Running') limit 1"):
		_do("leak_check.job.fail_abandoned")


# --- every hour -----------------------------------------------------------------------------------


def retry() -> None:
	if _any("select 1 from `tabIntake Failure` limit 1"):
		_do("intake.retry.run")


def substitute() -> None:
	"""With HRMS, whose leave counts as well, each hour."""
	if (
		_any(
			"select 1 from `tabStaff Absence` where from_date <= date(%(now)s) and to_date >= date(%(now)s) limit 1"
		)
		or _any("select 1 from `tabClient Interaction` where substituting_for != '' limit 1")
		or _any("select 1 from `tabInteraction Action Item` where substituting_for != '' limit 1")
		or _any("select 1 from tabDocType where name = 'Leave Application'")
	):
		_do("intake.substitution.run")


def continue_erasures() -> None:
	if _any("select 1 from `tabErasure Run` where status in ('Planning', 'Approved', 'Running') limit 1"):
		_do("client_privacy.erasure.runs.continue_all")


def continue_packages() -> None:
	if _any("select 1 from `tabData Package` where status = 'Collecting' and failed_count = 0 limit 1"):
		_do("client_privacy.packages.runs.continue_packages")


def continue_verifications() -> None:
	if _any("select 1 from `tabLedger Verification` where status in ('Queued', 'Running') limit 1"):
		_do("ledger.runs.continue_verifications")


def follow_takeovers() -> None:
	"""What Frappe applies follows from the hooks, the code of the apps and the Server Scripts: where these are as they were when the controls were
	last compared, within a day, and Frappe's cache was not cleared since, so are the controls."""
	seen = _what_decides()
	if frappe.cache.get_value(COMPARED, expires=True) != seen:
		_do("enforcement.closing.follow")
		frappe.cache.set_value(COMPARED, seen, expires_in_sec=_COMPARED_AGAIN)


def _what_decides() -> str:
	"""A number of the hooks that Frappe has, of each app's files of Python, and of the Server Scripts."""
	seen = hashlib.sha256()
	for app in frappe.get_installed_apps():
		seen.update(app.encode())
		for path, changed in sorted(_files(Path(frappe.get_app_path(app)))):
			seen.update(f"{path} {changed}\n".encode())
	seen.update(repr(sorted(frappe.get_hooks().items())).encode())
	scripts = _rows("select name, modified, disabled from `tabServer Script` order by name")
	seen.update(repr(scripts).encode())
	return seen.hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, int]]:
	"""The files of Python below a folder, and when each was changed."""
	waiting = [str(folder)]
	while waiting:
		with os.scandir(waiting.pop()) as entries:
			for entry in entries:
				if entry.is_dir(follow_symlinks=False):
					if entry.name not in _WITHOUT_CODE:
						waiting.append(entry.path)
				elif entry.name.endswith(".py"):
					yield entry.path, entry.stat().st_mtime_ns


# --- the digest -----------------------------------------------------------------------------------


def _is_digest_due(now: datetime) -> bool:
	"""Whether a subscription waits whose time has come, or comes in quiet hours or too late for a run of that day."""
	return _any(
		"""select 1 from `tabDigest Subscription` subscription join tabUser user on user.name = subscription.user
		where subscription.enabled = 1 and user.enabled = 1
		and (subscription.sent_on is null or subscription.sent_on < %(today)s)
		and (subscription.send_at <= %(time)s or subscription.send_at >= %(too_late)s) limit 1""",
		today=now.date(),
		time=timedelta(hours=now.hour, minutes=now.minute, seconds=now.second),
		too_late=_too_late(),
	)


def _too_late() -> timedelta:
	"""The time of day, as stored, from which the job may find it too late for a digest; if the calendar has another time zone, any time."""
	if not _is_business_here():
		return timedelta()
	hours, _colon, minutes = str(_setting("quiet_from") or "").partition(":")
	if not hours.isdigit():
		return _DIGEST_ENDS
	return min(_DIGEST_ENDS, timedelta(hours=int(hours), minutes=int(minutes[:2] or 0)))


def _is_business_here() -> bool:
	"""Whether the default calendar has the time zone of the site."""
	same = frappe.db.sql(
		"""select calendar.time_zone = zone.value from `tabResponse Calendar` calendar
		join tabSingles zone on zone.doctype = 'System Settings' and zone.field = 'time_zone'
		where calendar.name = %s""",
		_setting("default_calendar"),
	)
	return same == ((1,),)


def _is_someone_without_digest(now: datetime) -> bool:
	# Today ends elsewhere at another time, at the latest a day from now.
	tomorrow = now.date() if _is_business_here() else now
	return _any(
		"""select 1 from tabUser user where user.enabled = 1 and user.user_type = 'System User' and user.name != 'Administrator'
		and not exists (select 1 from `tabDigest Subscription` subscription where subscription.user = user.name)
		and (
			exists (select 1 from `tabHas Role` has_role
				where has_role.parent = user.name and has_role.parenttype = 'User' and (has_role.role in %(roles)s
					or has_role.role in (select party.role from `tabCommunication Matrix Party` party where party.docstatus = 1)))
			or exists (select 1 from `tabClient Interaction` interaction
				where interaction.responsible_staff = user.name and interaction.next_deadline < %(tomorrow)s
				and interaction.clock_state = 'Running')
			or exists (select 1 from `tabInteraction Action Item` item
				where item.assigned_to = user.name and item.status = 'Open' and item.due_on < %(tomorrow)s)
		) limit 1""",
		roles=(*procedure.ROLES, _setting("manager_role") or ""),
		tomorrow=tomorrow + timedelta(days=1),
	)


# --- asking and doing -----------------------------------------------------------------------------


def _any(query: str, **values) -> bool:
	return bool(_rows(query, **values))


def _rows(query: str, **values) -> tuple:
	# nosemgrep: frappe-sql-format-injection (the queries above; values are bound)
	return frappe.db.sql(query, {"now": clock.now(), **values})


def _setting(field: str) -> str | None:
	"""As stored: the document of the settings would load a tenth of the app."""
	rows = frappe.db.sql(
		"select value from tabSingles where doctype = %s and field = %s limit 1", (SETTINGS, field)
	)
	return rows[0][0] if rows else None


def _any_file(folder: str) -> bool:
	"""Besides the locks, which stay."""
	files = Path(frappe.get_site_path("private", folder)).glob("*")
	return any(path.suffix != waiting_files.LOCK for path in files)


def _do(path: str) -> None:
	frappe.get_attr(f"client_comms.{path}")()
