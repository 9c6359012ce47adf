"""Random mail of staff over days in which clients agree, withdraw, are doubted, restrict the use of their data and exclude email: what left was
lawful at that moment, and is on the register once; what was lawful was not refused (C-2, P-1, P-2, P-3).

The law is written here a second time, from the procedure and from what happened, and asks none of the app's rules.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
import pytest
from frappe.email.doctype.email_queue import email_queue as frappes_queue
from frappe.email.doctype.email_queue.email_queue import QueueBuilder
from frappe.utils import get_datetime

from client_comms import procedure
from client_comms.api import privacy, restrictions
from client_comms.exceptions import OutgoingRefusedError

pytestmark = pytest.mark.clause("C-2", "P-1", "P-2", "P-3")

INTERACTION, DISCLOSURE = "Client Interaction", "Client Disclosure"
BEGIN = get_datetime("2026-11-23 09:00")
ANNA, BO, EVE, STRANGER = (
	"anna@client.example",
	"bo@other.example",
	"eve@adviser.example",
	"who@nowhere.example",
)
ADDRESSES = (ANNA, BO, EVE, STRANGER)
TYPES = ("Initial Inquiry", "Service Update", "Feedback/Complaint")  # of all three levels
SHARING = {"purpose": "Sharing with a Third Party", "third_party": "Adviser"}


@dataclass
class Client:
	"""What is known to have happened with a client."""

	address: str
	keys: dict
	agreed_until: datetime | None = None
	said_no: bool = False
	confirmed_on: datetime | None = None
	restriction: str | None = None
	excludes_email: bool = False
	consents: list = field(default_factory=list)


class Post:
	"""What happens, and what the postman carried: (email, recipient)."""

	def __init__(self, draw: random.Random, clients: list[Client], log, officer: str, staff: str):
		self.draw, self.clients, self.log, self.now = draw, clients, log, BEGIN
		self.officer, self.staff = officer, staff
		self.interactions: dict[str, Client] = {}
		self.carried: list[tuple[str, str]] = []
		self.unlawful: list[str] = []
		self.outcomes: Counter = Counter()

	def client(self) -> Client:
		return self.draw.choice(self.clients)

	# --- what clients say, and staff enter ---

	def conversation(self):
		client, kind = self.client(), self.draw.choice(TYPES)
		yesterday = str(self.now - timedelta(days=1))
		made = self.log(kind, responsible_staff=self.staff, occurred_on=yesterday, **client.keys)
		self.interactions[made.name] = client

	def agree(self):
		client, days = self.client(), self.draw.choice((2, 5, 700))
		if client.said_no:  # a no outweighs other consents until it is taken back on the same one
			return
		until = self.now + timedelta(days=days)
		values = {"party_type": client.keys["party_type"], "party": client.keys["party"], **SHARING}
		said = {"collected_through": "Phone", "notice_text": "I agree.", "status": "Given"}
		made = frappe.get_doc({"doctype": "Client Consent", **values, **said, "valid_until": until}).insert()
		client.consents.append(made.name)
		client.agreed_until = max(until, client.agreed_until or until)

	def withdraw(self):
		client = self.client()
		if client.consents and not client.said_no and self.draw.random() < 0.3:
			privacy.withdraw_consent(self.draw.choice(client.consents))
			client.said_no = True

	def confirm(self):
		self._verify(self.client(), "Confirmed")

	def doubt(self):
		self._verify(self.client(), "Failed")

	def _verify(self, client: Client, result: str):
		values = {"doctype": "Identity Verification", **client.keys, "method": "Call-back to Number on File"}
		frappe.get_doc({**values, "result": result}).insert()
		client.confirmed_on = self.now if result == "Confirmed" else None

	def restrict(self):
		client = self.client()
		if client.restriction or not client.confirmed_on:
			return
		asked = {"doctype": "Data Subject Request", "right": "Restriction", **client.keys}
		request = frappe.get_doc(asked).insert()
		frappe.set_user(self.officer)
		ground = "Accuracy Contested"
		client.restriction = restrictions.restrict(
			request.name, ground, "The address is wrong", "It is.", "Letter"
		)

	def lift(self):
		frappe.set_user(self.officer)
		for client in self.clients:
			if client.restriction:
				restrictions.announce(client.restriction, "We end it.", "Letter")
				restrictions.lift(client.restriction, "The address is right")
				client.restriction = None

	def exclude(self):
		self._set_excluded(self.client(), True)

	def include(self):
		for client in self.clients:
			self._set_excluded(client, False)

	def _set_excluded(self, client: Client, excludes: bool):
		if name := frappe.db.exists("Communication Preference", {"party": client.keys["party"]}):
			preference = frappe.get_doc("Communication Preference", name)
		else:
			preference = frappe.get_doc({"doctype": "Communication Preference", **client.keys})
		preference.set("channels_not_to_use", [{"channel": "Email"}] if excludes else [])
		preference.save()
		client.excludes_email = excludes

	def raise_level(self):
		if self.interactions:
			doc = frappe.get_doc(INTERACTION, self.draw.choice(list(self.interactions)))
			doc.confidentiality_level = self.draw.choice(
				(doc.confidentiality_level, "Confidential", "Sensitive")
			)
			doc.level_change_reason = "The neighbours wrote"
			doc.save()

	# --- mail ---

	def write(self):
		if not self.interactions:
			return
		name = self.draw.choice(list(self.interactions))
		likely = [self.interactions[name].address] * 4 + [EVE] * 3
		to = sorted({self.draw.choice([*likely, *ADDRESSES]) for _each in range(self.draw.choice((1, 1, 2)))})
		about = {"reference_doctype": INTERACTION, "reference_name": name}
		content = {"sender": "service@own.example", "subject": "Solar roof", "message": "<p>Hello</p>"}
		try:
			QueueBuilder(recipients=to, **content, **about).process()
			self.outcomes["queued"] += 1
		except OutgoingRefusedError:
			self.outcomes["refused"] += 1
			objections = {self.objection(name, each) for each in to} - {None}
			self.outcomes.update(objections)
			if not objections:
				self.unlawful.append(f"{name} to {to} was refused: {frappe.get_message_log()[-1]['message']}")
			raise

	def send(self):
		"""The queue's turn: what waits is sent."""
		for name in frappe.get_all(
			"Email Queue", {"status": ("in", ("Not Sent", "Partially Sent"))}, pluck="name"
		):
			waiting = frappe.get_doc("Email Queue", name)
			lawful = {
				row.recipient: not self.objection(waiting.reference_name, row.recipient)
				for row in waiting.recipients
			}
			waiting.send(force_send=True)
			if all(lawful.values()) and frappe.db.get_value("Email Queue", name, "status") != "Sent":
				self.unlawful.append(f"{name} to {lawful} did not leave")

	def later(self):
		self.now += timedelta(hours=self.draw.choice((1, 20, 60)))

	def carry(self, queued, _sender, recipient, _message):
		"""In place of the mail server."""
		self.carried.append((queued.name, recipient))
		if why := self.objection(queued.reference_name, recipient):
			self.unlawful.append(
				f"{queued.name} ({queued.reference_name} of {self.interactions[queued.reference_name].address}, {queued.creation}) left for {recipient} at {self.now}: {why}"
			)

	# --- the law ---

	def objection(self, interaction: str, recipient: str) -> str | None:
		"""Why an email about an interaction must not go to a recipient now."""
		client = self.interactions[interaction]
		level = frappe.db.get_value(INTERACTION, interaction, "confidentiality_level")
		concerned = [client, *(each for each in self.clients if each.address == recipient)]
		if any(each.restriction for each in concerned):
			return "the use of a client's data is restricted"
		if any(each.excludes_email for each in concerned if each.address == recipient):
			return "the client excludes email"
		if level == procedure.STANDARD:
			return None
		if client.confirmed_on is None or self.now > client.confirmed_on + timedelta(days=90):
			return "the identity is not confirmed"
		if recipient == client.address:
			return None
		if recipient != EVE:
			return "there can be no consent for this recipient"
		covered = not client.said_no and client.agreed_until and self.now <= client.agreed_until
		return None if covered else "there is no consent"

	def faults(self) -> list[str]:
		return [*self.unlawful, *self.of_the_register()]

	def of_the_register(self):
		entries = Counter()
		about = {"email_queue": ("is", "set"), "creation": (">=", str(BEGIN - timedelta(days=1)))}
		for row in frappe.get_all(DISCLOSURE, about, ["email_queue", "recipient", "outcome"]):
			entries[row.email_queue, row.recipient, row.outcome] += 1
		waiting = set(
			frappe.get_all(
				"Email Queue Recipient",
				{"status": "Not Sent", "creation": about["creation"]},
				["parent", "recipient"],
				as_list=True,
			)
		)
		states = dict(
			frappe.get_all("Email Queue", {"creation": about["creation"]}, ["name", "status"], as_list=True)
		)
		for left in self.carried:
			if self.carried.count(left) > 1 or entries[(*left, "Sent")] != 1:
				yield f"{left} left {self.carried.count(left)} times, and the register has it {entries[(*left, 'Sent')]} times"
		for queue, recipient, outcome in entries:
			still = (queue, recipient) in waiting and states.get(queue) in ("Not Sent", "Partially Sent")
			if outcome == "Sent" and not still and (queue, recipient) not in self.carried:
				yield f"the register says that {queue} was sent to {recipient}, and it is {states.get(queue)}"


OFTEN = ["write"] * 9 + ["send"] * 5 + ["confirm"] * 6 + ["agree", "conversation"] * 3 + ["later"] * 2
SELDOM = [
	"withdraw",
	"doubt",
	"restrict",
	"lift",
	"lift",
	"lift",
	"exclude",
	"include",
	"include",
	"raise_level",
]
REFUSALS = (frappe.ValidationError, frappe.PermissionError)


def do(post: Post, thing: str) -> None:
	frappe.db.savepoint("before_it")
	try:
		getattr(post, thing)()
	except REFUSALS:
		frappe.db.rollback(save_point="before_it")
		assert thing in ("write", "doubt", "confirm"), frappe.get_traceback()
	finally:
		frappe.set_user("Administrator")
		frappe.clear_messages()


@pytest.mark.parametrize("seed", [114, 118, 131])
def test_what_left_was_lawful_and_is_on_the_register(
	seed, mailbox, adviser, make_client, make_user, log, officer, set_settings, clock_at, monkeypatch
):
	off = {f"{check}_mode": "Off" for check in ("template", "wording")}
	enforced = {f"{check}_mode": "Enforce" for check in ("consent", "identity", "channel")}
	set_settings(own_email_domains="own.example", log_outbound=0, identity_attempts=100, **off, **enforced)
	frappe.db.delete("Email Queue")
	frappe.flags.mute_emails = False
	monkeypatch.setitem(frappe.local.conf, "mute_emails", 0)
	with clock_at(BEGIN):
		clients = [
			Client(address, {**make_client(name, address)})
			for name, address in (("Anna Client", ANNA), ("Bo Other", BO))
		]
	post = Post(
		random.Random(seed),
		clients,
		log,
		officer,
		make_user(procedure.CUSTOMER_SUPPORT_MANAGER, procedure.CUSTOMER_SUPPORT),
	)
	monkeypatch.setattr(
		frappes_queue, "get_hook_method", lambda hook: post.carry if hook == "override_email_send" else None
	)
	for _turn in range(100):
		thing = post.draw.choice(OFTEN + SELDOM)
		post.now += timedelta(seconds=7)
		with clock_at(post.now):
			do(post, thing)
			assert post.faults() == [], f"after {thing} at {post.now}"
	assert len(post.carried) >= 5, post.outcomes
	assert post.outcomes["refused"] >= 3, post.outcomes
