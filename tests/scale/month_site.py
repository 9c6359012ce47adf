"""The scripted month on a site: each step by the way it really comes, with the clock at its moment."""

import itertools
import os
import random
import signal
import traceback
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from math import inf
from unittest import mock

import frappe
from erpnext.crm.doctype.appointment.appointment import Appointment
from frappe.core.doctype.communication.email import make as write_in_desk
from frappe.email.receive import InboundMail
from month_oracle import BERLIN, CLOSES, OPENS, QUIET_FROM, QUIET_UNTIL, WARN_AFTER
from month_plan import (
	ADDED_AT,
	ADDED_HOLIDAY,
	CUSTOMERS,
	DESK,
	FROM,
	HOLIDAYS,
	LEAVES,
	MAIL_OPENINGS,
	REOPEN_WITHIN_DAYS,
	UNTIL,
	Script,
	Step,
	berlin,
	sweeps,
)

from client_comms import api, clock
from client_comms.client_interactions.clocks import sweep
from client_comms.communication_governance import calendars
from client_comms.intake import event as meetings
from client_comms.intake import reassignment

INTERACTION = "Client Interaction"
DOMAIN = "month-staff.example"
STATEMENTS = 40  # about what a sweep of one interaction sends to the database
# Name -> roles; the first is that of the procedure
STAFF = {
	"lena": ("Frontline Staff", "Sales User", "Support Team"),
	"nora": ("Frontline Staff", "Sales User", "Support Team"),
	"paul": ("Frontline Staff", "Sales User", "Support Team"),
	"felix": ("Customer Support", "Support Team"),
	"jana": ("Customer Support", "Support Team"),
	"tom": ("Account Manager", "Sales User"),
	"maren": ("Customer Support Manager", "Sales User", "Support Team"),
	"ines": ("Customer Support Manager", "Support Team"),
	"sabine": ("Compliance Officer",),
}
ACCOUNTS = {"sales": "Lead", "support": "Issue"}
ESCALATION = (
	{"after_working_hours": 0, "to": "Responsible Staff", "notification": 1, "todo": 1},
	{"after_working_hours": 0, "to": "Role", "role": "Customer Support Manager", "notification": 1},
	{
		"after_working_hours": 4,
		"to": "Role",
		"role": "Customer Support Manager",
		"notification": 0,
		"email": 1,
	},
	{"after_working_hours": 8, "to": "Role", "role": "Compliance Officer", "notification": 1, "email": 1},
)


def user(name: str) -> str:
	return f"{name}@{DOMAIN}"


def roles(name: str) -> set[str]:
	return set(STAFF[name.split("@")[0]]) if name.endswith(DOMAIN) else set()


def address(client: str) -> str:
	return f"{client}@clients.example"


def number(client: str) -> str:
	"""Of a customer in Berlin, or a stranger in Hamburg."""
	area, digits = ("30", client[1:]) if client.startswith("k") else ("40", client[2:])
	return f"+49 {area} 9018{int(digits):04}"


class Month:
	"""Plays the script. `sweep` is called for each sweep, with the clock at its moment."""

	def __init__(self, script: Script, run_sweep=sweep.run):
		self.script, self.run_sweep = script, run_sweep
		self.names: dict[str, str] = {}
		self.documents: dict[str, tuple[str, str]] = {}  # of what is logged later
		self.responsible: dict[datetime, dict[str, str]] = {}  # at each sweep that did something
		self.disabled: dict[str, datetime] = {}
		self.did: Counter = Counter()
		self.refused: list[tuple] = []
		self.sweeps = 0
		self.jobs: list = []

	# --- the world before ------------------------------------------------------------------------

	def prepare(self) -> None:
		company = frappe.defaults.get_global_default("company") or frappe.db.get_value("Company", {})
		frappe.defaults.set_global_default("company", company)
		frappe.db.set_value("Country", "Germany", "code", "de")
		frappe.db.set_value("Company", company, "country", "Germany")
		frappe.clear_document_cache("Company", company)
		for name, given in STAFF.items():
			doc = frappe.get_doc(
				{
					"doctype": "User",
					"email": user(name),
					"first_name": name.title(),
					"send_welcome_email": 0,
					"roles": [{"role": role} for role in given],
				}
			)
			doc.flags.no_welcome_mail = True
			doc.insert(ignore_permissions=True)
		self.accounts = {
			name: frappe.get_doc(
				{
					"doctype": "Email Account",
					"email_account_name": f"Month {name}",
					"email_id": f"{name}@{DOMAIN}",
					"append_to": append_to,
					"enable_outgoing": int(name == "support"),
					"default_outgoing": int(name == "support"),
					"smtp_server": "127.0.0.1",
					"no_smtp_authentication": 1,
				}
			).insert()
			for name, append_to in ACCOUNTS.items()
		}
		for client in (f"k{n}" for n in range(CUSTOMERS)):
			self.make_customer(client)
		self.holidays = frappe.get_doc(
			{
				"doctype": "Holiday List",
				"holiday_list_name": "The Month",
				"from_date": "2026-01-01",
				"to_date": "2026-12-31",
				"holidays": [{"holiday_date": day, "description": "Closed"} for day in HOLIDAYS],
			}
		).insert()
		settings = frappe.get_doc("Client Comms Settings")
		settings.update(
			{
				"own_email_domains": DOMAIN,
				"reopen_within_days": REOPEN_WITHIN_DAYS,
				"first_reply_answers": 1,
				"automatic_reply_acknowledges": 0,
				"send_acknowledgement": 0,
				"evidence_mode": "Warn",
				"warning_share": WARN_AFTER * 100,
				"quiet_from": str(QUIET_FROM),
				"quiet_until": str(QUIET_UNTIL),
				**dict.fromkeys(("identity_mode", "channel_mode", "consent_mode"), "Off"),
				**{
					field.fieldname: 1 for field in settings.meta.fields if field.fieldname.startswith("log_")
				},
			}
		)
		settings.set("escalation_steps", [{"clock": "All", **step} for step in ESCALATION])
		settings.save(ignore_permissions=True)
		calendar = frappe.get_doc("Response Calendar", settings.default_calendar)
		calendar.update(
			{
				"time_zone": str(BERLIN),
				"counting": "Close of Business",
				"holiday_list": self.holidays.name,
			}
		)
		weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
		calendar.set(
			"hours",
			[{"weekday": day, "start_time": str(OPENS), "end_time": str(CLOSES)} for day in weekdays],
		)
		calendar.save()
		calendars.forget()
		frappe.db.commit()

	def make_customer(self, client: str) -> None:
		customer = frappe.get_doc({"doctype": "Customer", "customer_name": f"Client {client}"}).insert()
		frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": client,
				"email_ids": [{"email_id": address(client), "is_primary": 1}],
				"phone_nos": [{"phone": number(client), "is_primary_phone": 1}],
				"links": [{"link_doctype": "Customer", "link_name": customer.name}],
			}
		).insert()
		frappe.db.set_value("Customer", customer.name, "email_id", address(client))

	# --- the month -------------------------------------------------------------------------------

	def play(self) -> None:
		# At the same moment what happens comes before the sweep.
		order = itertools.count()
		timeline = [(step.at, 0, next(order), lambda step=step: self.do(step)) for step in self.script.steps]
		timeline += [(at, 1, next(order), lambda at=at: self.sweep(at)) for at in sweeps()]
		timeline.append((berlin(*ADDED_AT), 0, next(order), self.add_holiday))
		timeline += [
			(berlin(day, when), 0, next(order), lambda name=name: self.leave(name))
			for name, day, when in LEAVES
		]
		night = FROM + timedelta(minutes=30)
		while night < UNTIL:
			timeline.append((night, 0, next(order), reassignment.hand_over_all))
			night += timedelta(days=1)
		with self.quietly():
			for at, _kind, _number, act in sorted(timeline):
				with at_moment(at):
					act()
					self.run_jobs()
				frappe.set_user("Administrator")
				frappe.clear_messages()
		for key, (doctype, name) in self.documents.items():
			self.names[key] = frappe.db.get_value(doctype, name, "client_interaction")

	@contextmanager
	def quietly(self):
		"""Background jobs run immediately, and no mail asks anyone to confirm an appointment."""

		def enqueue(method, *_args, **kwargs):
			if method is reassignment.hand_over:
				self.jobs.append((method, kwargs["user"]))

		with (
			mock.patch.dict(frappe.flags, mute_emails=False),  # they are queued, and nothing sends them
			mock.patch.object(frappe, "enqueue", enqueue),
			mock.patch.object(Appointment, "send_confirmation_email", lambda doc: None),
		):
			yield

	def run_jobs(self) -> None:
		frappe.db.commit()
		while self.jobs:
			method, argument = self.jobs.pop(0)
			method(argument)

	def sweep(self, at: datetime) -> None:
		self.sweeps += 1
		meetings.log_begun()
		if self.run_sweep():
			found = frappe.get_all(INTERACTION, ["name", "responsible_staff"], as_list=True)
			self.responsible[at] = dict(found)

	def add_holiday(self) -> None:
		doc = frappe.get_doc("Holiday List", self.holidays.name)
		doc.append("holidays", {"holiday_date": ADDED_HOLIDAY, "description": "The boiler"})
		doc.save()

	def leave(self, name: str) -> None:
		frappe.get_doc("User", user(name)).update({"enabled": 0}).save()
		self.disabled[user(name)] = clock.now()

	def do(self, step: Step) -> None:
		"""Play one step; what the site refuses is remembered, and the month goes on."""
		self.did[step.what] += 1
		frappe.db.savepoint("month_step")
		try:
			self._do(step, frappe._dict(step.data))
		except frappe.ValidationError as refusal:
			frappe.db.rollback(save_point="month_step")
			self.refused.append((step.number, step.what, step.key, str(refusal)))

	def _do(self, step: Step, data) -> None:
		if step.what in DESK:
			self.act(step.what, self.names[step.key], data)
		elif step.what == "desk mail":
			self.desk_mail(self.names[step.key], data)
		elif step.what == "call back":
			self.call(step, data, self.names[step.key])
		elif step.what in ("call in", "missed call", "call out"):
			self.open_by(self.call(step, data), step.key)
		elif step.what in _DOCUMENTS:
			self.document(step, data)
		else:
			self.mail(step, data)

	# --- staff -----------------------------------------------------------------------------------

	def who(self, name: str, permission: str = "write") -> str:
		"""The responsible user, if they are available and have access; otherwise the manager."""
		staff = frappe.db.get_value(INTERACTION, name, "responsible_staff")
		if staff in self.disabled or not frappe.has_permission(INTERACTION, permission, doc=name, user=staff):
			return user("maren")
		return staff

	def act(self, what: str, name: str, data) -> None:
		more = {"promise": (data.until and clock.to_stored(data.until),), "reopen": ("They called.",)}
		with as_user(self.who(name)):
			getattr(api, what)(name, *more.get(what, ()))

	def desk_mail(self, name: str, data) -> None:
		with as_user(self.who(name, "email")):
			written = write_in_desk(
				doctype=INTERACTION,
				name=name,
				subject="Our answer",
				content="Dear client, yes.",
				recipients=address(data.client),
				send_email=False,
			)
		frappe.db.set_value("Communication", written["name"], "message_id", data.message)

	def call(self, step: Step, data, name: str | None = None):
		outgoing = step.what in ("call out", "call back")
		staff = self.who(name) if name else user("tom")
		with as_user(staff if outgoing else "Administrator"):
			doc = frappe.get_doc(
				{
					"doctype": "Call Log",
					"id": f"month-{step.number}",
					"type": "Outgoing" if outgoing else "Incoming",
					"from": "030 1" if outgoing else number(data.client),
					"to": number(data.client) if outgoing else "030 1",
					"status": "No Answer" if step.what == "missed call" else "Completed",
					"start_time": clock.now(),
					"links": [{"link_doctype": INTERACTION, "link_name": name}] if name else [],
				}
			).insert(ignore_permissions=True)
		return ("Call Log", doc.name)

	# --- clients ---------------------------------------------------------------------------------

	def document(self, step: Step, data) -> None:
		doctype, by, fields = _DOCUMENTS[step.what](step, data)
		frappe.flags.in_web_form = step.what == "web lead"
		with as_user(by):
			doc = frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)
		frappe.flags.in_web_form = False
		self.open_by((doctype, doc.name), step.key)

	def open_by(self, document: tuple[str, str], key: str) -> None:
		"""Remember which interaction the opening of a conversation has made."""
		doctype, name = document
		if doctype == "Event":
			self.documents[key] = document
		elif doctype == "Call Log":
			self.names[key] = frappe.db.get_value(doctype, name, "client_interaction")
		else:
			about = {"reference_doctype": doctype, "reference_name": name}
			self.names[key] = frappe.db.get_value(INTERACTION, about)

	def mail(self, step: Step, data) -> None:
		name = self.names.get(step.key)
		account = "sales" if step.what in ("sales mail", "second copy") else "support"
		raw = written(step, data, name, self.who(name) if step.what == "staff mail" else None)
		InboundMail(raw, self.accounts[account]).process()
		if step.what in (*MAIL_OPENINGS, "late reply"):
			sent = {"message_id": data.message}
			self.names[step.key] = frappe.db.get_value("Communication", sent, "client_interaction")


_DOCUMENTS = {
	"portal issue": lambda step, data: (
		"Issue",
		"Administrator",
		{
			"subject": f"Portal matter {step.key}",
			"raised_by": address(data.client),
			"description": "It hums.",
			"via_customer_portal": 1,
		},
	),
	"desk issue": lambda step, data: (
		"Issue",
		user("paul"),
		{
			"subject": f"Matter {step.key}",
			"raised_by": address(data.client),
			"customer": f"Client {data.client}",
			"description": "It hums.",
		},
	),
	"desk lead": lambda step, data: (
		"Lead",
		user("paul"),
		{"first_name": f"Lead {step.key}", "email_id": address(data.client)},
	),
	"web lead": lambda step, data: (
		"Lead",
		"Guest",
		{"first_name": f"Lead {step.key}", "email_id": address(data.client)},
	),
	"opportunity": lambda step, data: (
		"Opportunity",
		user("paul"),
		{"opportunity_from": "Customer", "party_name": f"Client {data.client}"},
	),
	"appointment": lambda step, data: (
		"Appointment",
		"Administrator",
		{
			"customer_name": data.client,
			"customer_email": address(data.client),
			"scheduled_time": clock.now() + timedelta(days=5),
			"customer_details": "About the roof.",
		},
	),
	"event": lambda step, data: (
		"Event",
		user("tom"),
		{
			"subject": f"Meeting {step.key}",
			"starts_on": clock.to_stored(step.dated),
			"event_type": "Public",
			"event_participants": [
				{"reference_doctype": "Customer", "reference_docname": f"Client {data.client}"}
			],
		},
	),
}


def written(step: Step, data, name: str | None, staff: str | None) -> bytes:
	"""The raw message of a step."""
	mail = EmailMessage()
	what, subject = step.what, f"Solar roof {step.key}"
	if data.opening == "complaint" or what == "complaint":
		subject = f"Complaint about the roof {step.key}"
	mail["From"] = address(data.client or "somebody")
	mail["To"] = f"support@{DOMAIN}"
	before = data.before or ()
	if what == "sales mail":
		del mail["To"]
		mail["To"] = f"sales@{DOMAIN}"
	elif what in ("mail to two mailboxes", "second copy"):
		del mail["To"]
		mail["To"] = f"sales@{DOMAIN}, support@{DOMAIN}"
	elif what in ("reply", "late reply"):
		subject = f"Re: {subject}"
		mail["In-Reply-To"] = f"<{before[-1]}>"
	elif what == "forward":
		subject = f"Fwd: {subject}"
		mail["References"] = " ".join(f"<{each}>" for each in before)
	elif what == "reply by name":
		subject = f"Your reference {name}"
	elif what in ("auto-reply", "lone auto-reply"):
		subject = f"Automatic reply: {subject}"
		mail["Auto-Submitted"] = "auto-replied"
		if before:
			mail["In-Reply-To"] = f"<{before[-1]}>"
	elif what == "newsletter":
		subject = "News of the month"
		mail["List-Id"] = "<news.clients.example>"
		mail["Precedence"] = "bulk"
	elif what == "staff mail":
		subject = f"Re: {subject}"
		for field, value in (("From", staff), ("To", address(data.client))):
			del mail[field]
			mail[field] = value
		mail["Cc"] = f"support@{DOMAIN}"
		mail["In-Reply-To"] = f"<{before[-1]}>"
	elif what == "bounce":
		subject = "Undelivered Mail Returned to Sender"
		del mail["From"]
		mail["From"] = "MAILER-DAEMON@clients.example"
	mail["Subject"] = subject
	mail["Date"] = format_datetime(step.dated.astimezone(BERLIN))
	mail["Message-ID"] = f"<{data.message}>"
	# A copy has the words of the first one: another text with its Message-ID would be another message.
	text = data.message if what in ("mail to two mailboxes", "second copy") else f"{what} {step.number}"
	mail.set_content(f"{text}: will you come by?")
	if what == "bounce":
		mail.add_attachment(
			f"Message-ID: <{data.returned}>\nSubject: {step.key}\n".encode(),
			maintype="text",
			subtype="rfc822-headers",
			cte="7bit",
		)
		mail.replace_header("Content-Type", "multipart/report; report-type=delivery-status")
	return mail.as_bytes()


@contextmanager
def as_user(name: str):
	before = frappe.session.user
	frappe.set_user(name)
	try:
		yield
	finally:
		frappe.set_user(before)


@contextmanager
def at_moment(moment: datetime):
	"""It is `moment`, aware, for the app and for what Frappe itself dates."""
	stored, ticks = clock.to_stored(moment), itertools.count(1)

	def now():
		return stored + timedelta(microseconds=next(ticks))

	with (
		clock.moved_to(stored),
		mock.patch("frappe.utils.data.now_datetime", now),
		mock.patch("frappe.model.create_new.now_datetime", now),
	):
		yield


class KilledSweeps:
	"""Sweeps by two workers at once that are killed at some statement or other; then one that is left in peace.

	Workers are forks with a connection of their own, so that they have the time of this process.
	"""

	def __init__(self, seed: int = 2026):
		self.draw, self.kills = random.Random(seed), 0

	def __call__(self) -> bool:
		frappe.db.commit()
		if not frappe.db.exists(INTERACTION, {"next_check_at": ("<", clock.now())}):
			return False
		workers = [_fork_sweep(self.draw.randrange(3, STATEMENTS)) for _worker in range(2)]
		codes = [os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) for worker in workers]
		assert set(codes) <= {0, -signal.SIGKILL}
		self.kills += codes.count(-signal.SIGKILL)
		assert os.waitstatus_to_exitcode(os.waitpid(_fork_sweep(), 0)[1]) == 0
		frappe.db.rollback()  # to see what they wrote
		return True


def _fork_sweep(statements: float = inf) -> int:
	"""The process id of a worker that is killed before its statement of that number."""
	worker = os.fork()
	if worker:
		return worker
	code = 1
	try:
		_of_parent = frappe.local.db  # kept, for to drop it would say goodbye on the parent's connection
		frappe.connect(set_admin_as_user=False)
		real, numbers = frappe.db.sql, itertools.count(1)

		def sql(*args, **kwargs):
			if next(numbers) >= statements:
				os.kill(os.getpid(), signal.SIGKILL)
			return real(*args, **kwargs)

		frappe.db.sql = sql
		with mock.patch.object(sweep, "CHUNK", 2):
			sweep.run()
		code = 0
	except BaseException:
		traceback.print_exc()
	finally:
		os._exit(code)


def outcome(month: Month) -> dict[str, dict]:
	"""What came of each conversation, without names: its fields, its history, who was told."""
	keys = {name: key for key, name in month.names.items()}
	found = {}
	for name, key in keys.items():
		doc = frappe.get_doc(INTERACTION, name)
		found[key] = {
			"fields": {
				field: str(doc.get(field)) for field in doc.meta.get_valid_columns() if field in _KEPT
			},
			"events": [
				tuple(
					str(row.get(field))
					for field in ("event", "at", "by_user", "promised_until", "action_key")
				)
				for row in doc.events
			],
			"notifications": sorted(
				(str(row.creation)[:19], row.for_user, row.subject.replace(name, key))
				for row in frappe.get_all(
					"Notification Log", {"document_name": name}, ["creation", "for_user", "subject"]
				)
			),
			"to-dos": sorted(
				(row.allocated_to, row.status)
				for row in frappe.get_all("ToDo", {"reference_name": name}, ["allocated_to", "status"])
			),
			"emails": frappe.db.count("Email Queue", {"reference_name": name}),
		}
	return found


_KEPT = (
	"status",
	"communication_type",
	"responsible_staff",
	"confidentiality_level",
	"acknowledge_by",
	"acknowledged_on",
	"acknowledge_status",
	"acknowledge_working_seconds",
	"respond_by",
	"responded_on",
	"respond_status",
	"respond_working_seconds",
	"promised_for",
	"promise_status",
	"next_deadline",
	"next_check_at",
	"clock_state",
	"breached",
)
