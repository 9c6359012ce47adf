"""Clients with a life that no one thought of: after an erasure nothing on the site names the one, and the other has lost nothing (P-2)."""

import random
from collections import Counter

import frappe
import pytest
from frappe.utils import add_days, add_to_date, now_datetime

from client_comms.client_privacy.erasure import runs

pytestmark = pytest.mark.clause("P-2")

INTERACTION = "Client Interaction"
ERASED = ("Quokka Zabaglione", "quokka@zabaglione.example", "+49 30 98765421")
STAYS = ("Wombat Tiramisu", "wombat@tiramisu.example", "+49 30 12345987")
MARKERS = (*ERASED[:2], "98765421")
REFUSALS = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)


class Life:
	"""What can happen around a client; each is drawn."""

	def __init__(self, draw: random.Random, client, person: tuple[str, str, str], log):
		self.draw, self.client, self.log = draw, client, log
		self.name, self.address, self.number = person
		self.made: list[tuple[str, str]] = [("Customer", client.party), ("Contact", client.contact)]

	def add(self, doctype: str, **fields):
		doc = frappe.get_doc({"doctype": doctype, **fields}).insert()
		self.made.append((doctype, doc.name))
		return doc

	def one(self, *doctypes: str) -> tuple[str, str]:
		there = [
			each for each in self.made if (not doctypes or each[0] in doctypes) and frappe.db.exists(*each)
		]
		if not there:
			raise frappe.DoesNotExistError
		return self.draw.choice(there)

	def text(self) -> str:
		said = self.draw.choice((self.name, self.name.upper(), f"{self.name}-1", self.address, self.number))
		return (
			f"{self.draw.choice(('Call', 'Write to', 'About'))} {said}{self.draw.choice(('', '!', ' today'))}"
		)

	def links(self) -> list[dict]:
		return [{"link_doctype": "Customer", "link_name": self.client.party}]

	def enters_an_address(self):
		city = {"address_line1": self.text(), "city": "Berlin", "country": "Germany"}
		kind = self.draw.choice(("Billing", "Shipping"))
		self.add("Address", address_title=self.name, address_type=kind, **city, links=self.links())

	def asks(self):
		doc = self.log(
			party_type="Customer",
			party=self.client.party,
			contact=self.client.contact,
			summary=self.text(),
			details=self.text(),
		)
		self.made.append((INTERACTION, doc.name))

	def writes(self):
		about = dict(
			zip(
				("reference_doctype", "reference_name"),
				self.one("Customer", INTERACTION, "Issue"),
				strict=True,
			)
		)
		self.add(
			"Communication",
			communication_medium="Email",
			sent_or_received="Received",
			sender=self.address,
			subject=self.text(),
			content=self.text(),
			**about,
		)

	def complains(self):
		self.add("Issue", subject=self.text(), raised_by=self.address, customer=self.client.party)

	def comes(self):
		when = add_to_date(now_datetime(), days=self.draw.randint(1, 20))
		self.add(
			"Appointment",
			scheduled_time=when,
			status="Open",
			customer_name=self.name,
			customer_email=self.address,
			customer_phone_number=self.number,
			appointment_with="Customer",
			party=self.client.party,
		)

	def is_called(self):
		self.add(
			"Call Log", id=frappe.generate_hash(), to=self.number, status="Completed", summary=self.text()
		)

	def is_met(self):
		person = {"reference_doctype": "Contact", "reference_docname": self.client.contact}
		at = add_days(now_datetime(), 1)
		self.add("Event", subject=self.text(), starts_on=at, event_participants=[person])

	def buys(self):
		self.add(
			"Opportunity",
			opportunity_from="Customer",
			party_name=self.client.party,
			contact_email=self.address,
		)

	def is_spoken_about(self):
		doctype, name = self.one()
		frappe.get_doc(doctype, name).add_comment("Comment", self.text())

	def is_mentioned(self):
		self.add("Note", title=frappe.generate_hash(), content=self.text())

	def is_someones_task(self):
		# ERPNext stumbles over an appointment whose task was deleted.
		doctype, name = self.one("Customer", INTERACTION, "Issue", "Opportunity")
		self.add("ToDo", description=self.text(), reference_type=doctype, reference_name=name)

	def sends_a_file(self):
		doctype, name = self.one()
		attached = {"attached_to_doctype": doctype, "attached_to_name": name}
		self.add(
			"File",
			file_name=f"{self.text()}.txt",
			content=f"{self.text()} {frappe.generate_hash()}",
			**attached,
		)

	def is_tagged(self):
		doctype, name = self.one()
		frappe.get_doc(doctype, name).add_tag(self.draw.choice(("urgent", "vip")))

	def agrees(self):
		self.add(
			"Client Consent",
			party_type="Customer",
			party=self.client.party,
			contact=self.client.contact,
			purpose=frappe.get_all("Consent Purpose", {"concerns_third_party": 0}, pluck="name")[0],
			status="Given",
			collected_through="Phone",
			evidence_text=self.text(),
		)

	def is_changed(self):
		doctype, name = self.one(INTERACTION, "Issue", "Event", "Note")
		doc = frappe.get_doc(doctype, name)
		doc.set(
			"summary" if doctype == INTERACTION else "content" if doctype == "Note" else "subject",
			self.text(),
		)
		doc.save()

	def is_deleted(self):
		doctype, name = self.one("Communication", "Appointment", "Note", "ToDo", "Event", "Address")
		frappe.delete_doc(doctype, name)

	def fails(self):
		frappe.log_error(self.text(), self.text())


THINGS = [
	name for name in vars(Life) if not name.startswith("_") and name not in ("add", "one", "text", "links")
]


def live(life: Life, steps: int) -> Counter:
	outcomes = Counter()
	for thing in (*THINGS, *(life.draw.choice(THINGS) for _each in range(steps))):
		frappe.db.savepoint("before_it")
		made = [*life.made]
		try:
			getattr(life, thing)()
			outcomes["done", thing] += 1
		except REFUSALS:
			frappe.db.rollback(save_point="before_it")
			life.made = made
			outcomes["refused", thing] += 1
	return outcomes


@pytest.fixture
def search_index():
	"""A rollback does not reach it."""
	yield
	frappe.db.rollback()
	frappe.db.sql(
		"""delete from `__global_search`
		where concat_ws(' ', name, title, content) regexp 'zabaglione|tiramisu|98765421|12345987'"""
	)


@pytest.fixture
def life(make_client, log, monkeypatch, search_index):
	"""`life(draw, ERASED)` is that of a customer of this name, address and number."""
	monkeypatch.setattr(frappe, "sendmail", lambda *args, **kwargs: None)

	def make(draw, person):
		name, address, number = person
		phones = {"phone_nos": [{"phone": number, "is_primary_mobile_no": 1}]}
		given, family = name.split()
		person_of_it = {"first_name": given, "last_name": family, **phones}
		client = make_client(name, address, customer_type="Individual", person=person_of_it)
		return Life(draw, client, person, log)

	return make


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_one_is_erased_whole_and_the_other_stays_whole(seed, life, approve_erasure, rows_with):
	draw = random.Random(seed)
	erased, other = life(draw, ERASED), life(draw, STAYS)
	outcomes = live(erased, 40) + live(other, 40)
	done = {thing for result, thing in outcomes if result == "done"}
	assert done == {*THINGS}, outcomes
	before = {row for row in rows_with(STAYS[:2]) if row[0] != "__global_search"}
	assert len(rows_with(MARKERS)) > 20 and len(before) > 20
	name = approve_erasure(erased.client)
	runs.work(name)
	run = frappe.get_doc(runs.RUN, name)
	assert (run.status, run.failed_count) == (runs.FINISHED, 0)
	kept = {(row["doctype"], row["name"]) for row in frappe.parse_json(run.certificate)["kept"]}
	left = {(table.removeprefix("tab"), name) for table, name in rows_with(MARKERS)}
	# How addresses and appointments are numbered is part of the configuration: listed, and decided by hand.
	listed = {(doctype, name) for doctype, name in left if doctype == "Series" and (doctype, name) in kept}
	about_those = {each for each in left if each[0] in ("Erasure Item", "Erasure Run")} if listed else set()
	assert left - listed - about_those == set()
	missing = before - rows_with(STAYS[:2])
	assert {each for each in missing if each[0] != "__global_search"} == set()
