"""Random work by random people, in an order that no one thought of: afterwards lists, forms and levels agree (D-5, P-2).

What is done is what requests do, with the checks that they pass; what is refused leaves nothing behind. It is not known what comes out, but what
must hold then.
"""

import random
from collections import Counter

import frappe
import pytest
from frappe.handler import execute_cmd
from frappe.utils import add_days, now_datetime
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms import api
from client_comms.enforcement import governed, policy
from client_comms.enforcement.registry import OWNER_FIELDS

pytestmark = pytest.mark.clause("D-5", "P-2")

INTERACTION = "Client Interaction"
DOCUMENTS = ("Issue", "Lead", "Opportunity")
BOUND = ("Communication", "Event", "Call Log")
LEVELS = ("Standard", "Confidential", "Sensitive")
DEPENDENTS = ("Comment", "ToDo", "File", "Tag Link", "Notification Log", "Document Follow", "Version")
ERPNEXTS = ("System Manager", "Sales User", "Sales Manager", "Support Team")
PEOPLE = {
	"cleared": ("Customer Support Manager", "Compliance Officer", *ERPNEXTS),
	"frontline": ("Frontline Staff", *ERPNEXTS),
	"support": ("Customer Support", *ERPNEXTS),
	"account manager": ("Account Manager", *ERPNEXTS),
	"administrator": ERPNEXTS,
}
REFUSALS = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)


class Work:
	"""What people can do, each with documents that are drawn."""

	def __init__(self, draw: random.Random, people: list[str]):
		self.draw, self.people, self.words = draw, people, 0
		self.made: dict[str, list[str]] = {
			doctype: [] for doctype in (INTERACTION, *DOCUMENTS, *BOUND, "Customer")
		}
		self.lowered: set[str] = set()

	def word(self) -> str:
		self.words += 1
		return f"word{self.words}"

	def one(self, *doctypes: str) -> tuple[str, str]:
		doctype = self.draw.choice(doctypes)
		there = [name for name in self.made[doctype] if frappe.db.exists(doctype, name)]
		if not there:
			raise frappe.DoesNotExistError
		return doctype, self.draw.choice(there)

	def add(self, doctype: str, **fields):
		doc = frappe.get_doc({"doctype": doctype, **fields}).insert()
		self.made.setdefault(doctype, []).append(doc.name)
		return doc

	def note_lowered(self, name: str, before: str | None, level: str) -> None:
		if before and LEVELS.index(level) < LEVELS.index(before):
			self.lowered.add(name)

	def note_name(self, before: str, after: str) -> None:
		"""What was lowered stays so under another name, also merged into another document."""
		if before in self.lowered:
			self.lowered.add(after)

	def call(self, method: str, **arguments):
		frappe.local.request = Request(EnvironBuilder(f"/api/method/{method}", method="POST").get_environ())
		frappe.local.form_dict = frappe._dict(arguments)
		return execute_cmd(method)

	# --- what arrives, and what staff enter ---

	def receive(self):
		about = dict(
			zip(("reference_doctype", "reference_name"), self.one(*DOCUMENTS, "Customer"), strict=True)
		)
		fields = {
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"sender": "anna@client.example",
		}
		text = self.draw.choice(("A question", "I complain, this is unacceptable"))
		message = frappe.get_doc(
			{
				"doctype": "Communication",
				**fields,
				**about,
				"subject": text,
				"content": f"{text} {self.word()}",
			}
		).insert(ignore_permissions=True)
		self.made["Communication"].append(message.name)

	def log(self):
		kind = self.draw.choice(("Initial Inquiry", "Service Update", "Feedback/Complaint"))
		about = dict(zip(("reference_doctype", "reference_name"), self.one(*DOCUMENTS), strict=True))
		details = {"channel": "Phone", "direction": "Inbound", "subject": self.word(), "summary": self.word()}
		client = dict(zip(("party_type", "party"), self.one("Customer"), strict=True))
		self.made[INTERACTION].append(
			api.log_interaction(communication_type=kind, **details, **client, **about)["name"]
		)

	def customer(self):
		self.add("Customer", customer_name=f"Client {self.word()}")

	def issue(self):
		self.add(
			"Issue", subject=self.word(), raised_by="anna@client.example", customer=self.one("Customer")[1]
		)

	def lead(self):
		self.add("Lead", lead_name=f"Lead {self.word()}")

	def opportunity(self):
		self.add("Opportunity", opportunity_from="Lead", party_name=self.one("Lead")[1])

	def event(self):
		doctype, name = self.one(*DOCUMENTS)
		named = [{"reference_doctype": doctype, "reference_docname": name}]
		kind = self.draw.choice(("Public", "Private"))
		self.add(
			"Event", subject=self.word(), starts_on=now_datetime(), event_type=kind, event_participants=named
		)

	def meeting_of_two(self):
		named = [
			dict(zip(("reference_doctype", "reference_docname"), self.one(*DOCUMENTS), strict=True))
			for _each in range(2)
		]
		starts_on = add_days(now_datetime(), self.draw.choice((0, 1)))
		self.add(
			"Event", subject=self.word(), starts_on=starts_on, event_type="Public", event_participants=named
		)

	def begin_meeting(self):
		event = frappe.get_doc(*self.one("Event"))
		event.starts_on = add_days(now_datetime(), -1)
		event.save()

	def ring(self):
		links = [
			dict(zip(("link_doctype", "link_name"), self.one(*DOCUMENTS), strict=True)) for _each in range(2)
		]
		call = frappe.get_doc(
			{
				"doctype": "Call Log",
				"id": frappe.generate_hash(),
				"from": "030 1",
				"to": "030 2",
				"type": self.draw.choice(("Incoming", "Outgoing")),
				"status": "Ringing",
				"summary": self.word(),
				"links": links,
			}
		).insert(ignore_permissions=True)
		self.made["Call Log"].append(call.name)

	def end_call(self):
		call = frappe.get_doc(*self.one("Call Log"))
		call.status = "Completed"
		call.save(ignore_permissions=True)

	def participant(self):
		event, (doctype, name) = frappe.get_doc(*self.one("Event")), self.one(*DOCUMENTS)
		event.append("event_participants", {"reference_doctype": doctype, "reference_docname": name})
		event.save()

	# --- what is added to them ---

	def comment(self):
		doc = frappe.get_doc(*self.one(INTERACTION, *DOCUMENTS, *BOUND))
		doc.check_permission("read")
		doc.add_comment("Comment", self.word())

	def assign(self):
		doctype, name = self.one(INTERACTION, *DOCUMENTS, "Communication", "Event")
		to = frappe.as_json([self.draw.choice(self.people)])
		self.call(
			"frappe.desk.form.assign_to.add",
			doctype=doctype,
			name=name,
			assign_to=to,
			description=self.word(),
		)

	def attach(self):
		doctype, name = self.one(INTERACTION, *DOCUMENTS, "Communication", "Event")
		frappe.get_doc(doctype, name).check_permission("write")
		self.add(
			"File",
			file_name=f"{frappe.generate_hash()}.txt",
			content="x",
			attached_to_doctype=doctype,
			attached_to_name=name,
		)

	def tag(self):
		doctype, name = self.one(INTERACTION, *DOCUMENTS)
		frappe.get_doc(doctype, name).check_permission("write")
		self.call("frappe.desk.doctype.tag.tag.add_tag", tag=self.word(), dt=doctype, dn=name)

	def share(self):
		doctype, name = self.one(INTERACTION, *DOCUMENTS, *BOUND)
		self.call("frappe.share.add", doctype=doctype, name=name, user=self.draw.choice(self.people), read=1)

	def follow(self):
		doctype, name = self.one(INTERACTION, *DOCUMENTS, "Event")
		self.call(
			"frappe.desk.form.document_follow.follow_document",
			doctype=doctype,
			doc_name=name,
			user=frappe.session.user,
		)

	# --- what moves them, and what changes who can read them ---

	def level(self):
		doctype, name = self.one(*DOCUMENTS)
		before = frappe.db.get_value(doctype, name, "confidentiality_level")
		level = self.draw.choice(LEVELS)
		api.change_level(doctype, name, level, "The neighbours wrote")
		self.note_lowered(name, before, level)

	def level_of_interaction(self):
		doc = frappe.get_doc(*self.one(INTERACTION))
		before, doc.confidentiality_level = doc.confidentiality_level, self.draw.choice(LEVELS)
		doc.level_change_reason = "The neighbours wrote"
		doc.save()
		self.note_lowered(doc.name, before, doc.confidentiality_level)

	def say_what_it_is_about(self):
		doc = frappe.get_doc(*self.one(INTERACTION))
		doc.reference_doctype, doc.reference_name = self.one(*DOCUMENTS)
		doc.save()

	def reassign(self):
		doc = frappe.get_doc(*self.one(INTERACTION))
		doc.responsible_staff = self.draw.choice(self.people)
		doc.save()

	def give_an_item(self):
		doc = frappe.get_doc(*self.one(INTERACTION))
		due = add_days(now_datetime(), 3)
		doc.append(
			"action_items", {"description": "x", "assigned_to": self.draw.choice(self.people), "due_on": due}
		)
		doc.save()

	def relink(self):
		doctype, name = self.one(*DOCUMENTS)
		message = self.one("Communication")[1]
		self.call("frappe.email.relink", name=message, reference_doctype=doctype, reference_name=name)
		# It writes past what Frappe remembers of which DocTypes messages name, by which renaming finds them.
		frappe.cache.delete_value("dynamic_link_map::Communication::reference_doctype")

	def make_an_issue_of_it(self):
		method = "erpnext.support.doctype.issue.issue.make_issue_from_communication"
		self.made["Issue"].append(self.call(method, communication=self.one("Communication")[1]))

	def merge_interactions(self):
		api.merge_interactions(self.one(INTERACTION)[1], self.one(INTERACTION)[1])

	def move_message(self):
		message = self.one("Communication")[1]
		of = frappe.db.get_value("Communication", message, "client_interaction")
		api.move_message(of, message, self.one(INTERACTION)[1])

	def rename(self):
		doctype, name = self.one(*DOCUMENTS)
		method = "frappe.model.rename_doc.update_document_title"
		new = self.call(method, doctype=doctype, docname=name, name=f"{doctype} {self.word()}")
		self.made[doctype].append(new)
		self.note_name(name, new)

	def merge(self):
		doctype, name = self.one(*DOCUMENTS)
		method = "frappe.model.rename_doc.update_document_title"
		into = self.one(doctype)[1]
		self.call(method, doctype=doctype, docname=name, name=into, merge=True)
		self.note_name(name, into)

	def delete(self):
		frappe.delete_doc(*self.one(INTERACTION, *DOCUMENTS, *BOUND))


THINGS = [name for name, each in vars(Work).items() if callable(each) and not name.startswith("_")]
THINGS = [each for each in THINGS if each not in ("word", "one", "add", "note_lowered", "note_name", "call")]


def do(work: Work, thing: str, user: str) -> str:
	frappe.db.savepoint("before_it")
	before = {doctype: [*names] for doctype, names in work.made.items()}
	frappe.set_user(user)
	try:
		getattr(work, thing)()
		return "done"
	except REFUSALS:
		frappe.db.rollback(save_point="before_it")
		work.made = before
		return "refused"
	finally:
		frappe.set_user("Administrator")
		frappe.clear_messages()


def open_to(user: str, doctype: str, name: str) -> bool:
	return frappe.get_doc(doctype, name).has_permission("read", user=user)


def is_hidden(user: str, doctype: str, name: str) -> bool:
	if doctype in DEPENDENTS:
		doctype, name = frappe.db.get_value(doctype, name, OWNER_FIELDS[doctype])
	return doctype in governed.doctypes() and governed.denies(doctype, name, user)


def contradictions(work: Work, since) -> list[str]:
	found, rank = [], policy.current().rank
	for doctype in BOUND:
		for name, level, interaction in frappe.get_all(
			doctype,
			{"client_interaction": ("is", "set")},
			["name", "confidentiality_level", "client_interaction"],
			as_list=True,
		):
			if frappe.db.get_value(INTERACTION, interaction, "confidentiality_level") != level:
				found.append(f"{doctype} {name} has another level than {interaction}")
	about = ["name", "confidentiality_level", "reference_doctype", "reference_name"]
	for name, level, doctype, document in frappe.get_all(
		INTERACTION, {"reference_doctype": ("in", DOCUMENTS), "creation": (">=", since)}, about, as_list=True
	):
		there = frappe.db.get_value(doctype, document, "confidentiality_level")
		# An interaction raises its Issue, and not the others about it.
		if doctype != "Issue" and there and rank(there) > rank(level) and name not in work.lowered:
			found.append(f"{name} is less confidential than {doctype} {document}")
		lower = not there or rank(level) > rank(there)
		if doctype == "Issue" and lower and document not in work.lowered:
			found.append(f"Issue {document} is less confidential than {name}")
	for user in work.people:
		frappe.set_user(user)
		for doctype in (INTERACTION, *DOCUMENTS, *BOUND, *DEPENDENTS):
			new = {"creation": (">=", since)}
			can_list = frappe.has_permission(doctype, "read")
			listed = {*frappe.get_list(doctype, new, pluck="name", limit=0)} if can_list else set()
			for name in frappe.get_all(doctype, new, pluck="name"):
				shown, hidden = open_to(user, doctype, name), is_hidden(user, doctype, name)
				if hidden and (shown or name in listed):
					found.append(f"{doctype} {name} is open to {user}")
				if doctype in (INTERACTION, *DOCUMENTS) and shown != (name in listed):
					found.append(f"{doctype} {name} for {user}: form {shown}, list {name in listed}")
		frappe.set_user("Administrator")
	return found


# What gives access to someone, or takes a level back, and is for who can decide about it, or moves a message to those who take part in another
# conversation; anything else opens nothing.
OPENING = (
	"level",
	"level_of_interaction",
	"reassign",
	"give_an_item",
	"share",
	"move_message",
	"merge_interactions",
)


def listed(people, since) -> set[tuple[str, str, str]]:
	"""User, DocType and name of what stands in the lists of each."""
	found = set()
	for user in people:
		frappe.set_user(user)
		for doctype in (INTERACTION, *DOCUMENTS, *BOUND, *DEPENDENTS):
			if frappe.has_permission(doctype, "read"):
				names = frappe.get_list(doctype, {"creation": (">=", since)}, pluck="name", limit=0)
				found |= {(user, doctype, name) for name in names}
	frappe.set_user("Administrator")
	return found


def stored(since) -> set[tuple[str, str]]:
	return {
		(doctype, name)
		for doctype in (INTERACTION, *DOCUMENTS, *BOUND, *DEPENDENTS)
		for name in frappe.get_all(doctype, {"creation": (">=", since)}, pluck="name")
	}


@pytest.mark.parametrize("seed", [34, 35])
def test_nothing_opens_to_anyone_unless_someone_decides_so(seed, make_user, set_settings, monkeypatch):
	monkeypatch.setattr(frappe, "sendmail", lambda *args, **kwargs: None)
	set_settings(govern_issues=1, govern_leads=1, govern_opportunities=1, log_calls=1, log_events=1)
	since, people = now_datetime(), [make_user(*roles) for roles in PEOPLE.values()]
	work = Work(random.Random(seed), people)
	outcomes = Counter()
	for thing in (
		"customer",
		"lead",
		"lead",
		"issue",
		"opportunity",
		"receive",
		"log",
		"meeting_of_two",
		"ring",
	):
		do(work, thing, people[0])
	for _turn in range(50):
		thing = work.draw.choice([*THINGS, *("meeting_of_two", "ring", "begin_meeting", "end_call") * 2])
		before, was_listed = stored(since), listed(people, since)
		outcome = do(work, thing, work.draw.choice([*people, people[0], people[0]]))
		outcomes[outcome] += 1
		if thing not in OPENING:
			opened = {each for each in listed(people, since) - was_listed if each[1:] in before}
			assert opened == set(), thing
	assert outcomes["done"] > 20, outcomes


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_lists_forms_and_levels_agree(seed, make_user, set_settings, monkeypatch):
	monkeypatch.setattr(frappe, "sendmail", lambda *args, **kwargs: None)
	set_settings(govern_issues=1, govern_leads=1, govern_opportunities=1)
	since, people = now_datetime(), [make_user(*roles) for roles in PEOPLE.values()]
	work = Work(random.Random(seed), people)
	outcomes = Counter()
	for thing in (
		"customer",
		"customer",
		"lead",
		"issue",
		"opportunity",
		"receive",
		"receive",
		"log",
		"event",
	):
		do(work, thing, people[0])
	for _turn in range(50):
		thing, user = work.draw.choice(THINGS), work.draw.choice([*people, people[0]])
		outcomes[do(work, thing, user)] += 1
		if not outcomes.total() % 10:
			assert contradictions(work, since) == []
	assert min(outcomes.values()) > 10, outcomes
