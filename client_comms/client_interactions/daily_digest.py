"""The daily email about what clients are owed and about unlogged interactions (C-3, C-4, F-2, D-1).

It is sent on working days at a time that each user chooses, and only if there is something to report. A subscription
is locked while it is processed and marked with the day in the transaction that queues its email, so several
workers, or an interrupted one, never send it twice.
"""

import functools
from collections.abc import Callable
from datetime import datetime, time, timedelta

import frappe
from frappe import _
from frappe.utils import get_fullname, get_url_to_form, get_url_to_report
from pypika.terms import ExistsCriterion

from client_comms import alerts, clock, scheduled, transactions
from client_comms.acting import acting_as
from client_comms.client_interactions import owed
from client_comms.client_interactions.clocks import escalation
from client_comms.client_interactions.due_words import due_words
from client_comms.communication_governance import calendars
from client_comms.enforcement import policy, procedure_roles
from client_comms.i18n import know_names, speaking_to
from client_comms.intake import unlogged
from client_comms.people import duties
from client_comms.rules import response_clock

SUBSCRIPTION = "Digest Subscription"
LAST_RUN = time(23, 30)  # it runs every few minutes; the next run may be after midnight
SHOWN = 20


def run() -> int:
	"""Process every subscription that is due; returns how many emails were queued."""
	now = clock.now()
	if not frappe.get_cached_doc("Client Comms Settings").send_digests:
		return 0
	if until := rests_until(now):
		# What becomes due in the meantime waits. After an hour the calendar and the settings are asked again.
		frappe.cache.set_value(scheduled.DIGEST_RESTS, str(until), expires_in_sec=60 * 60)
		return 0
	subscribe()
	queued, numbers = 0, functools.cache(_count_unlogged)
	for name in _due(now):
		queued += _look_after(name, now, numbers)
		# nosemgrep: frappe-manual-commit (the lock ends here; a killed run loses at most this one)
		frappe.db.commit()
	return queued


def rests_until(at: datetime) -> datetime | None:
	"""When the day ends on which business does not open, or the settings' quiet hours end; None if it is neither (all as stored)."""
	calendar, moment = calendars.default(), clock.to_aware(at)
	day = calendar.day_of(moment)
	if calendar.closing_time(day) is None:
		return clock.to_stored(calendar.start_of(day + timedelta(days=1)))
	quiet = escalation.current().quiet
	end = quiet.end_of_quiet(moment, calendar.zone) if quiet else moment
	return clock.to_stored(end) if end > moment else None


def subscribe() -> None:
	"""Create subscriptions for users who owe something today, or can under the procedure; they can change or end them."""
	for user in sorted(_owing_without() | (alerts.managers() - _subscribed())):
		if user != "Administrator":
			with transactions.part("Subscription to the daily digest could not be created", "User", user):
				subscription_of(user)
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job of its own)


def subscription_of(user: str) -> str:
	"""The name of the user's subscription, which is created with the settings' time if necessary."""
	# Not by its name: a user who was renamed has one that is still called as they were.
	if name := frappe.db.get_value(SUBSCRIPTION, {"user": user}):
		return name
	new = frappe.get_doc({"doctype": SUBSCRIPTION, "user": user})
	return new.insert(ignore_permissions=True, ignore_if_duplicate=True).name


def _subscribed() -> set[str]:
	return set(frappe.get_all(SUBSCRIPTION, pluck="user"))


def _owing_without() -> set[str]:
	"""Desk users without a subscription who owe a client something today, or have a role of the procedure and with it
	policies to read and trainings to take; each query uses an index."""
	until = calendars.end_of_today()
	user = frappe.qb.DocType("User")
	subscription = frappe.qb.DocType(SUBSCRIPTION)
	interaction = frappe.qb.DocType(owed.INTERACTION)
	item = frappe.qb.DocType(owed.ACTION_ITEM)
	has_subscription = (
		frappe.qb.from_(subscription).select(subscription.name).where(subscription.user == user.name)
	)
	owes_answer = (
		frappe.qb.from_(interaction)
		.select(interaction.name)
		.where(interaction.responsible_staff == user.name)
		.where(interaction.next_deadline <= until)
		.where(interaction.clock_state == response_clock.STATE_RUNNING)
	)
	owes_item = (
		frappe.qb.from_(item)
		.select(item.name)
		.where((item.assigned_to == user.name) & (item.status == policy.OPEN_ACTION_ITEM))
		.where(item.due_on <= calendars.day_of(until))
	)
	has_role = frappe.qb.DocType("Has Role")
	has_duties = (
		frappe.qb.from_(has_role)
		.select(has_role.name)
		.where((has_role.parent == user.name) & (has_role.parenttype == "User"))
		.where(has_role.role.isin(sorted(procedure_roles.all_roles())))
	)
	return set(
		frappe.qb.from_(user)
		.select(user.name)
		.where((user.enabled == 1) & (user.user_type == "System User"))
		.where(ExistsCriterion(has_subscription).negate())
		.where(ExistsCriterion(owes_answer) | ExistsCriterion(owes_item) | ExistsCriterion(has_duties))
		.run(pluck=True)
	)


def _due(now: datetime) -> list[str]:
	return _waiting(now).run(pluck=True)


def _waiting(now: datetime):
	"""The subscriptions that are due today and not processed yet.

	If the chosen time is within evening quiet hours, or too late for another run that day, the email is sent at the
	first possible time of the next day.
	"""
	table, user = frappe.qb.DocType(SUBSCRIPTION), frappe.qb.DocType("User")
	return (
		frappe.qb.from_(table)
		.join(user)
		.on(user.name == table.user)
		.select(table.name)
		.where((table.enabled == 1) & (user.enabled == 1))
		.where((table.send_at <= now.time()) | (table.send_at >= _too_late(now)))
		.where(table.sent_on.isnull() | (table.sent_on < now.date()))
		.orderby(table.send_at, table.name)
	)


def _too_late(now: datetime) -> time:
	"""The time of day, as stored, from which nothing more is sent on the same day."""
	quiet = escalation.current().quiet
	if not quiet or quiet.start == quiet.end:
		return LAST_RUN
	calendar = calendars.default()
	day = calendar.day_of(clock.to_aware(now))
	begin, end = (
		clock.to_stored(datetime.combine(day, at, calendar.zone)).time() for at in (quiet.start, quiet.end)
	)
	return LAST_RUN if begin <= end else min(begin, LAST_RUN)


def _count_unlogged() -> unlogged.Numbers:
	return unlogged.count(unlogged.since())


def _look_after(name: str, now: datetime, numbers: Callable[[], unlogged.Numbers] = _count_unlogged) -> int:
	"""Queue the email of one subscription, unless another worker is processing it; 1 if one was queued."""
	table = frappe.qb.DocType(SUBSCRIPTION)
	mine = (
		frappe.qb.from_(table)
		.select(table.name)
		.where(table.name == name)
		.where(table.sent_on.isnull() | (table.sent_on < now.date()))
		.for_update(skip_locked=True)
	).run()
	if not mine:
		return 0
	# Marked first: a subscription that fails is tried again tomorrow, not every few minutes.
	frappe.db.set_value(SUBSCRIPTION, name, "sent_on", now.date(), update_modified=False)
	subscription = frappe.get_doc(SUBSCRIPTION, name)
	with (
		transactions.part("Daily digest could not be sent", SUBSCRIPTION, name, (frappe.QueryTimeoutError,)),
		acting_as(subscription.user),
		speaking_to(subscription.user),
	):
		content = contents(subscription, numbers)
		if content:
			_queue(subscription, content)
		return int(bool(content))
	return 0


def contents(subscription, numbers: Callable[[], unlogged.Numbers] = _count_unlogged) -> dict | None:
	"""The content of the email for the session user; None if there is nothing to report.

	:param numbers: what is unlogged of all users, counted once in a run, if anyone wants to know
	:returns: `{"own", "team", "next": [row, …], "duties": [{"what", "title", "due"}], "unlogged": {kind: count},
	    "strictest": interaction or None}`; a row has `what`, `due` in words, `late`, `name`, `url` and, only if
	    content of that level can be emailed, `client` and `subject`, but never the summary.
	"""
	own, team = [], []
	if may_read := frappe.has_permission(owed.INTERACTION, "read"):
		until = calendars.end_of_today()
		own = owed.owed(subscription.user, until, owed.MOST + 1) if subscription.own_items else []
		if subscription.team_items:
			everyones = owed.owed(until=until, most=owed.MOST + 1 + len(own))
			team = [item for item in everyones if item.staff != subscription.user]
	kinds = numbers().of_session_user() if subscription.unlogged else {}
	asked = duties.of_user(subscription.user) if subscription.own_items else []
	# Duties from the procedure are included; on their own they cause an email only once they are due.
	today = str(clock.now().date())
	if not (own or team or kinds or any(each["due"] and each["due"] <= today for each in asked)):
		return None
	# Not a reason for an email, but what a user asks who reads in it that they owe nothing today.
	upcoming = (
		owed.owed(subscription.user, most=owed.NEXT)
		if may_read and subscription.own_items and not own
		else []
	)
	mentioned = own + team + upcoming
	emailable = owed.emailable(mentioned)
	shown = [item.interaction for item in mentioned if item.interaction.name in emailable]
	levels = policy.current()
	know_names(filter(None, {item.staff for item in mentioned}))
	return {
		"own": [_row(item, item.interaction.name in emailable) for item in own],
		"team": [_row(item, item.interaction.name in emailable) for item in team],
		"next": [_row(item, item.interaction.name in emailable) for item in upcoming],
		"unlogged": kinds,
		"duties": [{**each, "due": each["due"] and frappe.format(each["due"], "Date")} for each in asked],
		"strictest": max(shown, key=lambda row: levels.rank(row.confidentiality_level)).name
		if shown
		else None,
	}


def _row(item: owed.OwedItem, with_content: bool) -> dict:
	return {
		"what": owed.label(item.what),
		"due": due_words(item.due, item.interaction.company),
		"late": owed.is_late(item),
		"staff": item.staff and get_fullname(item.staff),
		"name": item.interaction.name,
		"url": get_url_to_form(owed.INTERACTION, item.interaction.name),
		"client": item.interaction.party_name if with_content else None,
		"subject": item.subject if with_content else None,
	}


def _number(items: list) -> int | str:
	return len(items) if len(items) <= owed.MOST else f"{owed.MOST}+"


def _queue(subscription, content: dict) -> None:
	count = _number(content["own"] or content["team"]) or sum(content["unlogged"].values())
	if content["own"]:
		subject = _("What you owe clients today: {0}").format(count)
	elif content["team"]:
		subject = _("What your team owes clients today: {0}").format(count)
	elif content["unlogged"]:
		subject = _("Unlogged interactions: {0}").format(count)
	else:
		subject = _("Your open duties under the procedure: {0}").format(len(content["duties"]))
	frappe.sendmail(
		recipients=[frappe.db.get_value("User", subscription.user, "email")],
		subject=subject,
		template="daily_digest",
		args={
			**content,
			"shown": SHOWN,
			"most": owed.MOST,
			"owed_url": get_url_to_report("Owed Today"),
			"unlogged_url": get_url_to_report("Unlogged Interactions"),
			"subscription_url": get_url_to_form(SUBSCRIPTION, subscription.name),
		},
		# In the queue, it is as confidential as the strictest record that it mentions.
		reference_doctype=owed.INTERACTION if content["strictest"] else SUBSCRIPTION,
		reference_name=content["strictest"] or subscription.name,
		add_unsubscribe_link=0,
	)
