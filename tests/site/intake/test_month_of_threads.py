"""A generated month of threads equals an oracle that is written apart from the code (C-3, C-4, D-1, F-2).

Thanks, promises, pauses, forwards, merges, splits, moves, absences, forged Reply-To, automatic replies, bounces, Message-IDs that occur
twice, holidays, two mailboxes. `CLIENT_COMMS_THREADS` (by default 12) and `CLIENT_COMMS_THREAD_SEEDS` (by default "21") make
longer and other months.
"""

import itertools
import os
import random
from collections import Counter
from datetime import timedelta
from email.utils import format_datetime

import frappe
import pytest
from month_oracle import BERLIN, wall
from thread_oracle import FIRST_DAY, HOLIDAYS, LAST_DAY, Absent, Office, Thread, berlin, calendar

from client_comms import api, clock
from client_comms.client_interactions.clocks import sweep
from client_comms.intake import inbound_mail, substitution

pytestmark = pytest.mark.clause("C-3", "C-4", "D-1", "F-2")

INTERACTION = "Client Interaction"
DOMAIN = "nordlicht.example"
THREADS = int(os.environ.get("CLIENT_COMMS_THREADS", "12"))
SEEDS = [int(seed) for seed in os.environ.get("CLIENT_COMMS_THREAD_SEEDS", "21").split()]
CLIENTS = 6
THANKS = (
	"Thank you very much!\n\nKind regards",
	"Vielen Dank!\n\nMit freundlichen Grüßen",
	"Merci beaucoup.\n\nCordialement",
	"Ok, thanks!",
	"Bedankt!\n\nMet vriendelijke groet",
)
MINUTE = timedelta(minutes=1)
# Without these a month proves little.
EXPECTED = {
	"thanks",
	"needs an answer",
	"promise",
	"pause",
	"forward",
	"merge",
	"split",
	"move",
	"into a closed one",
	"held by a substitute",
	"forged",
	"automatic",
	"bounce",
	"same id",
	"two mailboxes",
}


class Month:
	"""Plays a month on the site and tells the oracle what happened, step by step."""

	def __init__(self, seed, threads, accounts, staff, manager, clock_at, as_user):
		self.draw, self.days = random.Random(seed), calendar()
		self.accounts, self.manager = accounts, manager
		self.clock_at, self.as_user = clock_at, as_user
		# Complaints are for both roles of Customer Support.
		self.front, self.support = staff["Frontline Staff"], [*staff["Customer Support"], manager]
		away, substitute = self.front
		self.office = Office(
			self.days,
			[
				Absent(away, FIRST_DAY + timedelta(days=8), FIRST_DAY + timedelta(days=11), substitute),
				Absent(substitute, FIRST_DAY + timedelta(days=21), FIRST_DAY + timedelta(days=22), away),
			],
		)
		self.names: dict[int, str] = {}  # of a thread (its id) → of its interaction
		self.mails: dict[
			int, list
		] = {}  # of a thread → (Message-ID, Communication, when) of its client's messages
		self.clients: dict[int, str] = {}
		self.complaints: set[int] = set()  # threads
		self.did: Counter = Counter()
		self.ids = itertools.count(1)
		self.left = threads

	def play(self):
		"""Every quarter of an hour something may happen; every night and noon the jobs run."""
		at, end = berlin(FIRST_DAY, "08:00"), berlin(LAST_DAY, "18:00")
		openings = sorted(
			at + self.draw.randrange(int((end - at) / MINUTE) - 8000) * MINUTE for _each in range(self.left)
		)
		for absence in self.office.absences:
			self.enter(absence, at)
		while at < end:
			at += 15 * MINUTE
			if wall(at).hour in (7, 12) and wall(at).minute == 0:
				self.jobs(at)
			while openings and openings[0] <= at:
				openings.pop(0)
				self.open(at)
			busy = 0.12 if wall(at).weekday() < 5 and 8 <= wall(at).hour < 19 else 0.01
			if self.draw.random() < busy * len(self.standing()) / 6:
				self.act(self.draw.choice(self.standing()), at + self.draw.randrange(10) * MINUTE)
		self.jobs(end + 20 * MINUTE)

	def standing(self):
		return [thread for thread in self.office.threads if not thread.gone_into and not thread.closed]

	def moment(self, at):
		return self.clock_at(clock.to_stored(at))

	def jobs(self, at):
		with self.moment(at):
			sweep.run()
			substitution.run()
		for thread in self.standing():
			thread.age(at, self.days)
		self.office.substitute(at)
		self.did["held by a substitute"] += sum(bool(thread.held_for) for thread in self.office.threads)

	def enter(self, absence, at):
		with self.moment(at), self.as_user(absence.user):
			frappe.get_doc(
				{
					"doctype": "Staff Absence",
					"user": absence.user,
					"from_date": absence.first,
					"to_date": absence.last,
					"substitute": absence.substitute,
				}
			).insert(ignore_permissions=True)

	# --- mail ------------------------------------------------------------------------------------

	def mail(self, at, sender, subject, text, to=("lead",), message_id=None, boxes=None, **headers):
		"""Receive an email; returns its Communication and Message-ID."""
		message_id = message_id or f"{next(self.ids)}.{frappe.generate_hash(length=6)}@threads.example"
		named = {
			"From": sender,
			"To": ", ".join(f"{each}@{DOMAIN}" for each in to),
			"Subject": subject,
			"Message-ID": f"<{message_id}>",
			"Date": format_datetime(at.astimezone(BERLIN)),
			"Content-Type": "text/plain; charset=utf-8",
			**{name.replace("_", "-"): value for name, value in headers.items()},
		}
		raw = "".join(f"{name}: {value}\n" for name, value in named.items()).encode() + f"\n{text}\n".encode()
		with self.moment(at):
			for box in boxes or to:
				stored = inbound_mail.ReceivedMail(raw, self.accounts[box]).process()
		return frappe.get_doc("Communication", stored.name), message_id

	def open(self, at, client=None, subject=None, people=None, level="Standard", **how):
		client = client or f"client{self.draw.randrange(CLIENTS)}@clients.example"
		number = next(self.ids)
		if complains := subject is None and self.draw.random() < 0.2:
			subject, people, level = f"Complaint about the roof {number}", self.support, "Sensitive"
		two = self.draw.random() < 0.3
		message, message_id = self.mail(
			at,
			client,
			subject or f"Solar roof {number}",
			f"Please send an offer for house {number}.",
			**{"to": ("lead", "support") if two else ("lead",), **how},
		)
		self.did["two mailboxes" if two else "opening"] += 1
		thread = self.logged(message, message_id, at, client, people or self.front, level)
		self.complaints |= {id(thread)} if complains else set()

	def logged(self, message, message_id, at, client, people, level="Standard", now=None):
		thread = Thread(level)
		self.office.log(thread, people, now or at)
		thread.begin(at, self.days)
		self.names[id(thread)] = message.client_interaction
		self.clients[id(thread)] = client
		self.mails[id(thread)] = [(message_id, message.name, at)]
		assert message.client_interaction, (message.subject, message.sender)
		staff = frappe.db.get_value(INTERACTION, message.client_interaction, "responsible_staff")
		assert staff == thread.staff, (message.client_interaction, message.subject)
		return thread

	def reply(self, thread, at, text, prefix="Re", sender=None, **headers):
		before = self.mails[id(thread)][-1][0]
		# What has the Message-ID of another message is referred to by its number.
		by_id = {"In_Reply_To": f"<{before}>"} if before else {}
		return self.mail(
			at,
			sender or self.clients[id(thread)],
			f"{prefix}: Our matter" if before else f"{prefix}: your {self.names[id(thread)]}",
			text,
			**by_id,
			**headers,
		)

	def for_inquiry(self, level):
		"""Frontline Staff read no Sensitive records, so that an inquiry which is one goes to the manager."""
		return [self.manager] if level == "Sensitive" else self.front

	# --- what can happen -------------------------------------------------------------------------

	def act(self, thread, at):
		thread.age(at, self.days)
		possible = ["reply", "forward", "automatic", "bounce", "forged", "same id", "news"]
		settled = thread.answered or bool(thread.promise and not thread.promise.met)
		if settled and not thread.paused:
			possible += ["thanks"] * 4
		if thread.owed:
			possible += ["staff mail", "answer", "promise", "resume" if thread.paused else "pause"] * 2
			if thread.acknowledge and not thread.acknowledge.met:
				possible += ["acknowledge"] * 2
				possible += ["reply"] * 8
		else:
			possible += ["close"]
		other, can_be_split = self.fitting(thread), self.can_be_split(thread)
		if other:
			possible += ["merge"] * 2
		if can_be_split:
			possible += ["split"] * 8
		if other and can_be_split:
			possible += ["move"] * 8
		what = self.draw.choice(possible)
		self.did[what] += 1
		self.did["into a closed one"] += what in ("merge", "move") and other.closed
		getattr(self, "do_" + what.replace(" ", "_"))(
			thread, at, **({"other": other} if what in ("merge", "move") else {})
		)

	def do_reply(self, thread, at, prefix="Re"):
		message, message_id = self.reply(thread, at, "When will you come?", prefix)
		self.mails[id(thread)].append((message_id, message.name, at))
		thread.happens("received", at, self.days)

	def do_forward(self, thread, at):
		self.do_reply(thread, at, "Fwd")

	def do_automatic(self, thread, at):
		self.reply(thread, at, "I am away.", Auto_Submitted="auto-replied")

	def do_bounce(self, thread, at):
		self.reply(thread, at, "It came back.", sender="MAILER-DAEMON@clients.example")

	def do_news(self, thread, at):
		self.mail(at, self.clients[id(thread)], "News", "Spring!", List_Id="<news.clients.example>")

	def do_forged(self, thread, at):
		"""A stranger who names one of us under Reply-To is not staff and answers nothing."""
		sender = f"stranger{next(self.ids)}@elsewhere.example"
		message, message_id = self.reply(
			thread, at, "I will do that for you.", sender=sender, Reply_To=self.front[0]
		)
		# What they quote stays confidential; a number in a subject refers to nothing, if the person does not match.
		level = thread.level if self.mails[id(thread)][-1][0] else "Standard"
		self.logged(message, message_id, at, sender, self.for_inquiry(level), level)

	def do_same_id(self, thread, at):
		"""Another message with the Message-ID of the first one is another matter."""
		first = self.mails[id(thread)][0][0] or "rare@threads.example"
		client = self.clients[id(thread)]
		self.open(
			at, client=client, subject=f"Another matter {next(self.ids)}", message_id=first, to=("lead",)
		)
		(_id, message, came) = self.mails[id(self.office.threads[-1])][0]
		self.mails[id(self.office.threads[-1])] = [(None, message, came)]

	def do_thanks(self, thread, at):
		self.reply(thread, at, self.draw.choice(THANKS))
		if self.draw.random() < 0.4:
			self.did["needs an answer"] += 1
			later = at + 2 * MINUTE
			self.by_staff(thread, later, api.needs_answer)
			thread.happens("received", at, self.days)

	def do_staff_mail(self, thread, at):
		staff = self.who(thread)
		self.reply(
			thread,
			at,
			"Yes, we will.",
			sender=staff,
			To=self.clients[id(thread)],
			Cc=f"support@{DOMAIN}",
			boxes=("support",),
		)
		thread.touched_by.add(staff)
		thread.happens("answer", at, self.days)

	def do_promise(self, thread, at):
		until = at + self.draw.randrange(60, 5 * 1440) * MINUTE
		self.by_staff(thread, at, api.promise, clock.to_stored(until))
		thread.happens("promise", at, self.days, until)

	def desk(what):
		def do(self, thread, at):
			self.by_staff(thread, at, getattr(api, what))
			thread.happens(what, at, self.days)

		return do

	do_acknowledge, do_answer, do_pause, do_resume, do_close = map(
		desk, ("acknowledge", "answer", "pause", "resume", "close")
	)

	def fitting(self, thread):
		"""Another thread of the same client, which can be closed; a complaint cannot become part of an inquiry."""
		return next(
			(
				each
				for each in self.office.threads
				if each is not thread
				and not each.gone_into
				and self.clients[id(each)] == self.clients[id(thread)]
				and (thread.level, each.level) != ("Sensitive", "Standard")
				and (id(thread) not in self.complaints or id(each) in self.complaints)
			),
			None,
		)

	def do_merge(self, thread, at, other):
		with self.moment(at), self.as_user(self.manager):
			api.merge_interactions(self.names[id(thread)], self.names[id(other)])
		other.touched_by.add(self.manager)
		other.take(thread, at, self.days)
		self.mails[id(other)] += self.mails[id(thread)]

	def can_be_split(self, thread):
		"""A second message, of the last hours, before anything was done about the first one."""
		last = self.mails[id(thread)][-1]
		return (
			len(self.mails[id(thread)]) > 1
			and thread.acknowledge
			and not thread.acknowledge.met
			and not thread.acknowledge.breached
			and not thread.paused
			and last[2] > thread.acknowledge.start
			and len({each[1] for each in self.mails[id(thread)]}) > 1
		)

	def do_split(self, thread, at):
		message_id, message, came = self.mails[id(thread)].pop()
		with self.moment(at), self.as_user(self.manager):
			made = api.split_off(self.names[id(thread)], message)
		doc = frappe.get_doc("Communication", message)
		people = self.for_inquiry(thread.level)
		assert made["name"] == doc.client_interaction
		thread.touched_by.add(self.manager)
		self.logged(doc, message_id, came, self.clients[id(thread)], people, thread.level, now=at)

	def do_move(self, thread, at, other):
		"""What is owed for the message is owed where it goes, also if that was closed."""
		_message_id, message, came = moved = self.mails[id(thread)].pop()
		with self.moment(at), self.as_user(self.manager):
			api.move_message(self.names[id(thread)], message, self.names[id(other)])
		for each in (thread, other):
			each.touched_by.add(self.manager)
		other.take(Thread(thread.level).begin(came, self.days), at, self.days)
		self.mails[id(other)].append(moved)

	# --- staff -----------------------------------------------------------------------------------

	def who(self, thread):
		name = self.names[id(thread)]
		staff = frappe.db.get_value(INTERACTION, name, "responsible_staff")
		assert staff == thread.staff, f"{name} {thread.__dict__} {self.told(name)}"
		return staff

	def told(self, name):
		return [
			(row.event, str(row.at), row.by_user, row.note)
			for row in frappe.get_doc(INTERACTION, name).events
		]

	def by_staff(self, thread, at, act, *arguments):
		with self.moment(at), self.as_user(self.who(thread)):
			try:
				act(self.names[id(thread)], *arguments)
			except frappe.ValidationError as refusal:
				raise AssertionError(
					(str(refusal), vars(thread), self.told(self.names[id(thread)]))
				) from refusal
		thread.touched_by.add(self.who(thread))


@pytest.fixture
def month(accounts, make_user, make_client, set_calendar, set_settings, clock_at, as_user):
	"""`month(seed)`: the month as it was played."""
	set_calendar(["09:00-17:00"], holidays=[str(day) for day in HOLIDAYS])
	set_settings(
		reopen_within_days=60,
		first_reply_answers=1,
		send_acknowledgement=0,
		**dict.fromkeys(("identity_mode", "channel_mode", "consent_mode", "evidence_mode"), "Off"),
	)
	frappe.db.delete(
		"Has Role", {"role": ("in", ("Frontline Staff", "Customer Support", "Customer Support Manager"))}
	)
	frappe.db.delete("Staff Absence")
	staff = {
		"Frontline Staff": [
			make_user("Frontline Staff", "Sales User", "Support Team", email=f"{name}@{DOMAIN}")
			for name in ("lena", "nora")
		],
		"Customer Support": [make_user("Customer Support", "Support Team", email=f"felix@{DOMAIN}")],
	}
	manager = make_user("Customer Support Manager", "Compliance Officer", email=f"maren@{DOMAIN}")
	for number in range(CLIENTS):
		make_client(f"Client {number}", f"client{number}@clients.example")
	boxes = {"lead": accounts["Communication"], "support": accounts["Communication"]}
	boxes["support"] = frappe.get_doc(
		{"doctype": "Email Account", "email_account_name": "Support", "email_id": f"support@{DOMAIN}"}
	).insert()

	def play(seed):
		played = Month(seed, THREADS, boxes, staff, manager, clock_at, as_user)
		played.play()
		return played

	return play


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month_of_threads_is_what_the_oracle_says(month, seed):
	played = month(seed)
	print(f"seed {seed}: {len(played.office.threads)} threads, {dict(played.did)}")
	assert not (missing := EXPECTED - set(+played.did)), f"choose another seed, for {missing}"
	end = clock.to_stored(berlin(LAST_DAY, "18:30"))
	logged = frappe.get_all(INTERACTION, {"creation": ("between", ("2026-03-01", end))}, pluck="name")
	standing = [thread for thread in played.office.threads if not thread.gone_into]
	assert Counter(logged) == Counter(played.names[id(thread)] for thread in standing)
	differences = []
	for thread in standing:
		doc = frappe.get_doc(INTERACTION, played.names[id(thread)])
		expected = {
			"status": thread.status,
			"confidentiality_level": thread.level,
			"breached": int(thread.ever_breached),
			"missed_deadlines": thread.missed,
			"responsible_staff": thread.staff,
		}
		for name, (due, met, status) in CLOCKS.items():
			each = getattr(thread, name)
			expected[due] = each and clock.to_stored(each.due(played.days))
			expected[status] = each.status if each else "Not Required"
			if met:
				expected[met] = each and each.met and clock.to_stored(each.met)
		found = {field: doc.get(field) or (0 if value == 0 else None) for field, value in expected.items()}
		if found != expected:
			wrong = {
				field: (found[field], expected[field]) for field in found if found[field] != expected[field]
			}
			differences.append((doc.name, wrong, [(row.event, str(row.at)) for row in doc.events]))
	assert not differences, f"{len(differences)} of {len(standing)}: {differences[:3]}"


CLOCKS = {
	"acknowledge": ("acknowledge_by", "acknowledged_on", "acknowledge_status"),
	"respond": ("respond_by", "responded_on", "respond_status"),
	"promise": ("promised_for", None, "promise_status"),
}
