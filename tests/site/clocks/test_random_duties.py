"""Random work on inquiries, over days, by people who come and go: afterwards what is stored agrees with what happened, and all that is owed
stands in the list of someone who can do it (C-3, C-4, F-2).

What is refused leaves nothing behind. It is not known what comes out, but what must hold then.
"""

import random
from collections import Counter
from datetime import timedelta

import frappe
import pytest
from frappe.utils import get_datetime

from client_comms import api, clock, document
from client_comms.api import feedback, interactions, merging, writers
from client_comms.client_interactions import owed
from client_comms.client_interactions.clocks import replay, sweep
from client_comms.enforcement import policy
from client_comms.intake import reassignment, substitution
from client_comms.rules.response_clock import BREACHED, RUNNING, STATE_RUNNING, STATUS_CLOSED

pytestmark = pytest.mark.clause("C-3", "C-4", "F-2")

INTERACTION = "Client Interaction"
BEGIN = get_datetime("2026-11-23 09:00")
TYPES = ("Initial Inquiry", "Service Update", "Feedback/Complaint", "Closing/Follow-Up")
ERPNEXTS = ("Sales User", "Support Team")
PEOPLE = (
	"Customer Support",
	"Customer Support",
	"Account Manager",
	"Frontline Staff",
	"Customer Support Manager",
	"Compliance Officer",
)
REFUSALS = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)


class Work:
	"""What people can do, each with interactions that are drawn."""

	def __init__(self, draw: random.Random, people: list[str]):
		self.draw, self.people, self.words, self.now = draw, people, 0, BEGIN

	def word(self) -> str:
		self.words += 1
		return f"word{self.words}"

	def since(self) -> dict:
		return {"creation": (">=", str(BEGIN - timedelta(days=1)))}

	def all(self) -> list[str]:
		return frappe.get_all(INTERACTION, self.since(), pluck="name", order_by="name")

	def one(self) -> str:
		"""An interaction; mostly, who does something with it is responsible for it, or the manager."""
		if not (names := self.all()):
			raise frappe.DoesNotExistError
		name = self.draw.choice(names)
		responsible = frappe.db.get_value(INTERACTION, name, "responsible_staff")
		if self.draw.random() < 0.75:
			theirs = responsible in self.people and self.draw.random() < 0.7
			frappe.set_user(responsible if theirs else self.people[4])
		return name

	def doc(self):
		return frappe.get_doc(INTERACTION, self.one())

	def message(self):
		of_one = {**self.since(), "client_interaction": ("is", "set")}
		if not (names := frappe.get_all("Communication", of_one, pluck="name", order_by="creation")):
			raise frappe.DoesNotExistError
		return frappe.get_doc("Communication", self.draw.choice(names))

	def write(self, direction: str, sender: str, text: str, **fields) -> None:
		frappe.get_doc(
			{
				"doctype": "Communication",
				"communication_type": "Communication",
				"communication_medium": "Email",
				"sent_or_received": direction,
				"sender": sender,
				"recipients": "anna@client.example" if direction == "Sent" else "service@own.example",
				"subject": f"{text} {self.word()}",
				"content": text,
				"communication_date": self.now,
				**fields,
			}
		).insert(ignore_permissions=True)

	# --- what arrives, and what staff say ---

	def receive(self):
		text = self.draw.choice(("A question", "I complain, this is unacceptable"))
		self.write("Received", self.draw.choice(("anna@client.example", "bo@other.example")), text)

	def client_replies(self):
		text = self.draw.choice(("And another thing?", "Thank you very much!"))
		self.write("Received", "anna@client.example", text, in_reply_to=self.message().name)

	def staff_writes(self):
		name = self.one()
		frappe.get_doc(INTERACTION, name).check_permission("write")
		about = {"reference_doctype": INTERACTION, "reference_name": name}
		self.write("Sent", frappe.session.user, "Here it is", **about)

	def log(self):
		api.log_interaction(
			communication_type=self.draw.choice(TYPES),
			channel="Phone",
			direction=self.draw.choice(("Inbound", "Outbound")),
			subject=self.word(),
			summary=self.word(),
			party_name="Anna",
			occurred_on=str(self.now - timedelta(hours=self.draw.randrange(30))),
		)

	def acknowledge(self):
		interactions.acknowledge(self.one(), note="told")

	def promise(self):
		until = self.now + timedelta(hours=self.draw.randrange(1, 100))
		interactions.promise(self.one(), str(until), note="told")

	def answer(self):
		interactions.answer(self.one(), note="told")

	def pause(self):
		until = self.draw.choice((None, str(self.now + timedelta(hours=self.draw.randrange(2, 80)))))
		interactions.pause(self.one(), "asked", until)

	def resume(self):
		interactions.resume(self.one())

	def close(self):
		interactions.close(self.one())

	def reopen(self):
		interactions.reopen(self.one(), "There is more")

	def take_back(self):
		interactions.take_back_answer(self.one(), "It came back")

	def needs_answer(self):
		interactions.needs_answer(self.one())

	# --- what it is, and whose ---

	def retype(self):
		doc = self.doc()
		doc.communication_type = self.draw.choice(TYPES)
		doc.save()

	def is_feedback(self):
		feedback.retype_as_feedback(self.one())

	def level(self):
		doc = self.doc()
		doc.confidentiality_level = self.draw.choice(("Standard", "Confidential", "Sensitive"))
		doc.level_change_reason = "The neighbours wrote"
		doc.save()

	def merge(self):
		merging.merge_interactions(self.one(), self.one())

	def move(self):
		message = self.message()
		merging.move_message(message.client_interaction, message.name, self.one())

	def split(self):
		message = self.message()
		merging.split_off(message.client_interaction, message.name)

	def reassign(self):
		doc = self.doc()
		doc.responsible_staff = self.draw.choice(self.people)
		doc.save()

	def hand_over(self):
		writers.hand_over(
			INTERACTION, self.one(), self.draw.choice(self.people), "x", self.draw.choice((0, 1))
		)

	def give_an_item(self):
		doc = self.doc()
		due = self.draw.choice((None, str((self.now + timedelta(days=self.draw.randrange(4))).date())))
		item = {"description": self.word(), "assigned_to": self.draw.choice(self.people), "due_on": due}
		doc.append("action_items", item)
		doc.save()

	def do_items(self):
		doc = self.doc()
		for row in doc.action_items:
			row.status = "Done"
		doc.save()

	def close_todo(self):
		of_items = {**self.since(), "reference_type": INTERACTION, "status": "Open"}
		if not (names := frappe.get_all("ToDo", of_items, pluck="name", order_by="creation")):
			raise frappe.DoesNotExistError
		todo = frappe.get_doc("ToDo", self.draw.choice(names))
		todo.status = self.draw.choice(("Closed", "Cancelled"))
		todo.save()

	def delete(self):
		frappe.delete_doc(INTERACTION, self.one())

	# --- who is there, and what time it is ---

	def absence(self):
		frappe.set_user("Administrator")
		user, other = self.draw.sample(self.people, 2)
		until = self.now + timedelta(days=self.draw.randrange(5))
		days = {"from_date": str(self.now.date()), "to_date": str(until.date())}
		substitute = self.draw.choice((other, None))
		frappe.get_doc({"doctype": "Staff Absence", "user": user, "substitute": substitute, **days}).insert()

	def back(self):
		frappe.set_user("Administrator")
		if names := frappe.get_all("Staff Absence", self.since(), pluck="name", order_by="name"):
			frappe.delete_doc("Staff Absence", self.draw.choice(names))

	def disable(self):
		frappe.set_user("Administrator")
		user = frappe.get_doc("User", self.draw.choice(self.people[:3]))
		user.enabled = not user.enabled
		user.save()

	def later(self):
		self.now += timedelta(minutes=self.draw.choice((5, 40, 200, 600, 1500, 4000)))


_TOOLS = ("word", "since", "all", "one", "doc", "message", "write")
THINGS = [name for name, each in vars(Work).items() if callable(each) and name not in (*_TOOLS, "__init__")]
OFTEN = ["later"] * 5 + ["receive"] * 3 + ["client_replies", "answer", "acknowledge", "promise"] * 2


def do(work: Work, thing: str, user: str) -> str:
	frappe.db.savepoint("before_it")
	frappe.set_user(user)
	try:
		getattr(work, thing)()
		return "done"
	except REFUSALS:
		frappe.db.rollback(save_point="before_it")
		return "refused"
	finally:
		frappe.set_user("Administrator")
		frappe.clear_messages()


def run_jobs(waiting: list) -> None:
	"""What a few minutes later has been done: jobs that were begun, the sweep, substitution."""
	while waiting:
		job, arguments = waiting.pop(0)
		job(**arguments)
	due = frappe.get_all(INTERACTION, {"next_check_at": ("<", clock.now())}, pluck="name")
	for doc in document.load_locked(INTERACTION, due) if due else ():
		with policy.holding_all(policy.locked_records([doc])):
			sweep.handle(doc)
	substitution.run()


def faults(work: Work) -> list[str]:
	return [fault for name in work.all() for fault in (*of_clocks(name), *of_items(name))]


def of_clocks(name: str):
	doc = frappe.get_doc(INTERACTION, name)
	clocks = replay.replay(doc, doc.events)
	for each in clocks.current:
		due, status = (doc.get(field) for field in replay.FIELDS[each.name])
		if (due and get_datetime(due), status) != (clock.to_stored(each.due), each.status):
			yield f"{name}: {each.name} is stored as {status}, {due}, and is {each.status}, {each.due}"
	if doc.clock_state != clocks.clock_state:
		yield f"{name}: {doc.clock_state} is stored, and it is {clocks.clock_state}"
	owing = [clock.to_stored(each.due) for each in clocks.current if each.status in (RUNNING, BREACHED)]
	if owing and doc.status == STATUS_CLOSED:
		yield f"{name} is closed and owes something"
	if not owing or doc.clock_state != STATE_RUNNING:
		return
	if get_datetime(doc.next_deadline) != min(owing):
		yield f"{name}: the next deadline is stored as {doc.next_deadline}"
	if not stands_in_list(doc.responsible_staff, lambda item: item.interaction.name == name):
		yield f"{name} ({doc.confidentiality_level}) is not in the list of {doc.responsible_staff}"


def of_items(name: str):
	for row in frappe.get_doc(INTERACTION, name).action_items:
		todo = frappe.db.get_value("ToDo", row.todo, ["status", "allocated_to"]) if row.todo else None
		if row.status == "Open" and todo != ("Open", row.assigned_to):
			yield f"{name}: an open action item of {row.assigned_to} has the to-do {todo}"
		if row.status != "Open" and todo and todo[0] == "Open":
			yield f"{name}: the to-do of an action item that is done is open"
		if row.status == "Open" and row.due_on:
			if not stands_in_list(row.assigned_to, lambda item, todo=row.todo: item.todo == todo):
				yield f"{name}: an action item is not in the list of {row.assigned_to}"


def stands_in_list(user: str | None, is_it) -> bool:
	"""Whether something is owed by a user who can log in, and who sees it."""
	if not user or not frappe.db.get_value("User", user, "enabled"):
		return False
	frappe.set_user(user)
	try:
		return any(map(is_it, owed.owed(user)))
	finally:
		frappe.set_user("Administrator")


@pytest.mark.parametrize("seed", [1, 2])
def test_all_that_is_owed_stands_in_a_list(seed, make_user, make_client, clock_at, monkeypatch):
	waiting = []

	def enqueue(method=None, *_further, **arguments):
		if method in (reassignment.hand_over, reassignment.hand_over_all):
			waiting.append((method, {key: arguments[key] for key in ("user", "name") if key in arguments}))

	monkeypatch.setattr(frappe, "enqueue", enqueue)
	monkeypatch.setattr(frappe, "sendmail", lambda *args, **kwargs: None)
	monkeypatch.setattr(frappe.db, "commit", lambda *args, **kwargs: None)
	work = Work(random.Random(seed), [make_user(role, *ERPNEXTS) for role in PEOPLE])
	with clock_at(BEGIN):
		make_client("Anna Client", "anna@client.example")
		make_client("Bo Other", "bo@other.example")
	outcomes = Counter()
	for _turn in range(60):
		thing, user = work.draw.choice(THINGS + OFTEN), work.draw.choice(work.people)
		work.now += timedelta(seconds=7)
		with clock_at(work.now):
			outcome = do(work, thing, user)
		outcomes[outcome] += 1
		with clock_at(work.now):
			run_jobs(waiting)
			assert faults(work) == [], f"{thing} was {outcome} at {work.now}"
	assert outcomes["done"] > 15, outcomes
