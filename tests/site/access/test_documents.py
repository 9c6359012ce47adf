"""Issue, Lead and Opportunity by their own level, once the settings govern them (D-5, P-2)."""

import random

import frappe
import pytest

from client_comms import api
from client_comms.enforcement import (
	documents,
	governed,
	interactions,
	levels,
	policy,
	readers,
	row_conditions,
)
from client_comms.enforcement.methods import relink
from client_comms.exceptions import ClearanceMissingError, MissingDetailsError
from client_comms.rules import access

pytestmark = pytest.mark.clause("D-5", "P-2")

ROLES = [
	"Frontline Staff",
	"Account Manager",
	"Customer Support",
	"Customer Support Manager",
	"Compliance Officer",
]
LEVELS = ["Standard", "Confidential", "Sensitive", "Deleted Level", "", None]


@pytest.fixture
def govern(set_settings):
	set_settings(govern_issues=1, govern_leads=1, govern_opportunities=1)


@pytest.fixture
def staff(make_user):
	"""One user per role; ERPNext lets them read and write Issues and Leads."""
	return {role: make_user(role, "Support Team", "Sales User") for role in ROLES}


def make(doctype, **fields):
	required = {"Issue": {"subject": "Noise"}, "Lead": {"lead_name": "Anna"}}[doctype]
	return frappe.get_doc({"doctype": doctype, **required, **fields}).insert(ignore_permissions=True)


@pytest.mark.parametrize("lasting", [False, True])
def test_many_interactions_about_a_document_are_looked_up_together(
	govern, staff, log, count_queries, lasting
):
	"""Each as `policy.stored_record` has it, and in as many queries as few."""
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Anna"}).insert().name
	frappe.db.set_value("Customer", customer, "account_manager", staff["Account Manager"])
	issue, asked, names = make("Issue", confidentiality_level="Standard"), {}, []
	for number in range(20):
		about = {"reference_doctype": "Issue", "reference_name": issue.name, "party_type": "Customer"}
		doc = log(
			**about,
			party=customer,
			responsible_staff=staff[ROLES[number % 5]],
			confidentiality_level="Standard",
		)
		names.append(doc.name)
		if number % 3 == 0:
			row = {"parenttype": doc.doctype, "parentfield": "action_items", "status": "Open"}
			frappe.get_doc(
				{
					"doctype": "Interaction Action Item",
					"parent": doc.name,
					"assigned_to": staff[ROLES[0]],
					**row,
				}
			).db_insert()
			grant = {"doctype": "Interaction Access Grant", "interaction": doc.name, "user": staff[ROLES[1]]}
			frappe.get_doc({**grant, "name": frappe.generate_hash(), "valid_until": "2100-01-01"}).db_insert()
		if number + 1 in (2, 20):
			asked[number] = count_queries(
				lambda: list(documents.records("Issue", issue.name, lasting=lasting))
			)
	assert len(set(asked.values())) == 1, asked
	found = policy.stored_records(names, lasting=lasting)
	assert found == {name: policy.stored_record(name, lasting=lasting) for name in names}
	assert any(record.assignees for record in found.values())


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("doctype", ["Issue", "Lead"])
def test_the_row_condition_and_the_decision_agree(govern, staff, log, doctype, seed):
	draw = random.Random(seed)
	users = list(staff.values())
	names = []
	for _number in range(25):
		owner = {"lead_owner": draw.choice([*users, None])} if doctype == "Lead" else {}
		doc = make(doctype, lead_name=f"Anna {_number}", **owner)
		names.append(doc.name)
		for _interaction in range(draw.choice([0, 1, 1, 2])):
			log(
				draw.choice(["Initial Inquiry", "Service Update", "Feedback/Complaint"]),
				responsible_staff=draw.choice(users),
				confidentiality_level=draw.choice(LEVELS[:3]),
				reference_doctype=doctype,
				reference_name=doc.name,
			)
		if draw.random() < 0.3:
			frappe.get_doc(
				{
					"doctype": "ToDo",
					"reference_type": doctype,
					"reference_name": doc.name,
					"allocated_to": draw.choice(users),
					"description": "Call",
					"status": draw.choice(["Open", "Closed"]),
				}
			).insert(ignore_permissions=True)
		frappe.db.set_value(doctype, doc.name, "confidentiality_level", draw.choice(LEVELS))
	answers = set()
	for user in users:
		condition = documents.condition(user, doctype) or "1"
		shown = set(
			frappe.db.sql_list(
				f"select name from `tab{doctype}` where name in %s and {condition.replace('%', '%%')}",
				[names],
			)
		)
		for name in names:
			decision = documents.decide(doctype, name, access.READ, user)
			allowed = decision is None or decision.allowed
			assert (name in shown) == allowed, f"seed {seed}: {name} for {user}: {decision}"
			assert says(user, doctype, name) == allowed, f"seed {seed}: {name}, named, for {user}: {decision}"
			answers.add((allowed, decision.rule if decision is not None else None))
	assert {allowed for allowed, _rule in answers} == {True, False}
	assert len(answers) > 4, "the cases say little"


def says(user: str, doctype: str, name: str) -> bool:
	"""What the condition for columns that name a document of any of the DocTypes says about one, with look-ups before and by row."""
	answers = set()
	for by_row in (False, True):
		reader = readers.Reader(user, by_row=by_row)
		asked = (
			documents.of_named(row_conditions.literal(doctype), row_conditions.literal(name), reader) or "1"
		)
		answers.add(frappe.db.sql_list(f"select {asked.replace('%', '%%')}")[0])
	(answer,) = answers
	return bool(answer)


@pytest.mark.parametrize("role", ["Frontline Staff", "Compliance Officer"])
def test_what_names_a_document_that_is_gone_is_hidden_or_not_as_asked(govern, staff, role):
	reader = readers.Reader(staff[role])
	for missing in ("0", "1"):
		asked = documents.of_named("'Issue'", "'ISS-GONE'", reader, missing)
		assert (
			frappe.db.sql_list(f"select {asked}") == [int(missing)] if asked else documents.reads_all(reader)
		)


def test_a_complaint_hides_its_issue_from_those_without_clearance(govern, staff, log, as_user):
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	assert frappe.db.get_value("Issue", issue.name, "confidentiality_level") == "Sensitive"
	for role, user in staff.items():
		with as_user(user):
			listed = issue.name in frappe.get_list("Issue", pluck="name")
			opened = frappe.has_permission("Issue", "read", doc=issue.name)
		expected = role in ("Customer Support Manager", "Compliance Officer")
		assert (listed, opened) == (expected, expected), role


def test_what_belongs_to_a_governed_issue_is_hidden_with_it(govern, staff, log):
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	issue.add_comment("Comment", "The neighbours complain, too.")
	for role, seen in (("Frontline Staff", False), ("Compliance Officer", True)):
		decision = governed.decide("Issue", issue.name, access.READ, staff[role])
		assert decision.allowed is seen, role
		frappe.get_doc("User", staff[role]).add_roles("System Manager")
		frappe.set_user(staff[role])
		assert bool(frappe.get_list("Comment", {"reference_name": issue.name})) is seen, role
		frappe.set_user("Administrator")


def test_ungoverned_documents_keep_erpnexts_permissions(set_settings, staff, log):
	set_settings(govern_issues=0)
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	assert not frappe.db.get_value("Issue", issue.name, "confidentiality_level")
	assert documents.condition(staff["Frontline Staff"], "Issue") == ""
	assert frappe.has_permission("Issue", "read", doc=issue.name, user=staff["Frontline Staff"])


def test_a_lead_is_not_raised_by_what_its_client_complains_about(govern, log):
	lead = make("Lead")
	log("Feedback/Complaint", reference_doctype="Lead", reference_name=lead.name)
	assert not frappe.db.get_value("Lead", lead.name, "confidentiality_level")


def test_the_level_is_not_set_by_saving(govern, staff, log, as_user):
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	with as_user(staff["Customer Support Manager"]):
		doc = frappe.get_doc("Issue", issue.name)
		doc.confidentiality_level = "Standard"
		with pytest.raises(ClearanceMissingError):
			doc.save()


def test_lowering_needs_a_reason_and_clearance_and_is_told(govern, staff, log, as_user):
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	with as_user(staff["Compliance Officer"]), pytest.raises(frappe.PermissionError):
		api.change_level("Issue", issue.name, "Standard", "A mistake")
	with as_user(staff["Customer Support Manager"]):
		with pytest.raises(MissingDetailsError):
			api.change_level("Issue", issue.name, "Standard", " ")
		api.change_level("Issue", issue.name, "Standard", "A mistake")
	assert frappe.db.get_value("Issue", issue.name, "confidentiality_level") == "Standard"
	comments = frappe.get_all(
		"Comment", {"reference_name": issue.name, "comment_type": "Info"}, pluck="content"
	)
	assert any("Sensitive → Standard" in content and "A mistake" in content for content in comments)


def test_raising_needs_no_reason(govern, staff, log, as_user):
	issue = make("Issue")
	begun = log("Initial Inquiry", reference_doctype="Issue", reference_name=issue.name)
	with as_user(staff["Customer Support Manager"]):
		api.change_level("Issue", issue.name, "Sensitive")
	assert frappe.db.get_value("Issue", issue.name, "confidentiality_level") == "Sensitive"
	assert begun.reload().confidentiality_level == "Sensitive"
	assert begun.events[-1].note.endswith("Sensitive")


def test_conversations_about_a_document_are_raised_with_it_and_not_lowered(govern, staff, log, as_user):
	issue = make("Issue")
	about = {"reference_doctype": "Issue", "reference_name": issue.name}
	begun = [log("Initial Inquiry", **about), log("Service Update", **about)]
	other = log("Initial Inquiry")
	frontline = staff["Frontline Staff"]
	assert frappe.has_permission("Client Interaction", "read", begun[0].name, user=frontline)
	with as_user(staff["Customer Support Manager"]):
		api.change_level("Issue", issue.name, "Sensitive", "The neighbours called the police")
		assert {each.reload().confidentiality_level for each in begun} == {"Sensitive"}
		assert not frappe.has_permission("Client Interaction", "read", begun[0].name, user=frontline)
		assert "The neighbours called the police" in begun[0].events[-1].note
		api.change_level("Issue", issue.name, "Confidential", "They did not come")
	assert {each.reload().confidentiality_level for each in begun} == {"Sensitive"}
	assert other.reload().confidentiality_level == "Standard"


NAMING_IT = {
	"Communication": lambda about: {
		"subject": "Noise",
		"communication_medium": "Event",
		**dict(zip(("reference_doctype", "reference_name"), about, strict=True)),
	},
	"Event": lambda about: {
		"subject": "Noise",
		"starts_on": "2026-11-30 10:00:00",
		"event_participants": [dict(zip(("reference_doctype", "reference_docname"), about, strict=True))],
	},
	"Call Log": lambda about: {
		"id": frappe.generate_hash(),
		"from": "+4930123456",
		"links": [dict(zip(("link_doctype", "link_name"), about, strict=True))],
	},
}


@pytest.mark.parametrize("doctype", NAMING_IT)
def test_so_is_the_conversation_of_someone_else_that_is_filed_under_it(doctype, govern, staff, log, as_user):
	"""Such as that of a neighbour who wrote about the Issue: it begins an interaction of its own."""
	issue, conversation = make("Issue"), log("Initial Inquiry")
	filed = frappe.get_doc({"doctype": doctype, **NAMING_IT[doctype](("Issue", issue.name))}).insert()
	filed.db_set("client_interaction", conversation.name)
	with as_user(staff["Customer Support Manager"]):
		api.change_level("Issue", issue.name, "Sensitive")
	assert conversation.reload().confidentiality_level == "Sensitive"


def relinked(message, about):
	relink.relink(message.name, *about)


def saved(record, about):
	record.reload().update(NAMING_IT[record.doctype](about))
	record.save()


@pytest.mark.parametrize(
	"file, doctype", [(relinked, "Communication"), *((saved, each) for each in NAMING_IT)]
)
@pytest.mark.parametrize("kind", ["Issue", "Lead"])
def test_so_is_one_of_which_something_is_filed_under_a_confidential_document_later(
	kind, file, doctype, govern, staff, log, as_user
):
	about = (kind, make(kind, confidentiality_level="Sensitive").name)
	conversation, other = log("Initial Inquiry"), ("Lead", make("Lead", lead_name="Berta").name)
	record = frappe.get_doc({"doctype": doctype, **NAMING_IT[doctype](other)}).insert()
	record.db_set("client_interaction", conversation.name)
	with as_user("Administrator"):
		file(record, about)
	assert conversation.reload().confidentiality_level == "Sensitive"
	assert record.reload().confidentiality_level == "Sensitive"
	note = f"{doctype} {record.name} was filed under {kind} {about[1]}."
	assert note in next(row.note for row in conversation.events if row.event == "Level Changed")
	# What is lowered on purpose stays lower when something else of it is saved.
	conversation.update({"confidentiality_level": "Standard", "level_change_reason": "Only the date"})
	conversation.save()
	record.reload().save()
	assert conversation.reload().confidentiality_level == "Standard"


@pytest.mark.parametrize("raised", [False, True])
@pytest.mark.parametrize("kind", ["Issue", "Lead"])
def test_what_was_shared_of_it_or_is_filed_there_later_stays_with_its_readers(
	kind, raised, govern, staff, make_user, as_user
):
	"""Such as a meeting: a share of one that names a hidden document would open it."""
	user, document = (
		make_user("Frontline Staff"),
		make(kind, confidentiality_level=None if raised else "Sensitive"),
	)
	other = make("Lead", lead_name="Berta")
	meeting = {"doctype": "Event", "event_type": "Private"}
	meeting |= NAMING_IT["Event"](("Lead", other.name) if not raised else (kind, document.name))
	meeting = frappe.get_doc(meeting).insert()
	frappe.share.add("Event", meeting.name, user=user, read=1)
	assert meeting.has_permission("read", user=user)
	if raised:
		with as_user(staff["Customer Support Manager"]):
			api.change_level(kind, document.name, "Sensitive")
	else:
		saved(meeting, (kind, document.name))
	assert not meeting.reload().has_permission("read", user=user)
	assert not frappe.db.exists("DocShare", {"share_name": meeting.name, "user": user})


def test_a_level_that_does_not_exist_is_refused(govern, staff, log, as_user):
	"""Otherwise the document could not be saved any more."""
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	with as_user(staff["Customer Support Manager"]):
		with pytest.raises(frappe.DoesNotExistError, match="Secret"):
			api.change_level("Issue", issue.name, "Secret", "A mistake")
	assert frappe.db.get_value("Issue", issue.name, "confidentiality_level") == "Sensitive"


def test_a_document_that_was_deleted_meanwhile_is_refused_in_frappes_words(govern, as_user):
	issue = make("Issue")
	frappe.db.delete("Issue", {"name": issue.name})
	levels.guard_level(issue)
	issue.subject = "Changed"
	with pytest.raises(frappe.DoesNotExistError):
		issue.save()


def test_raising_ends_shares_of_people_without_clearance(govern, staff, log):
	issue = make("Issue")
	for role in ("Frontline Staff", "Compliance Officer"):
		frappe.share.add_docshare("Issue", issue.name, staff[role], flags={"ignore_share_permission": True})
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	shared = frappe.get_all("DocShare", {"share_doctype": "Issue", "share_name": issue.name}, pluck="user")
	assert shared == [staff["Compliance Officer"]]
	assert not frappe.has_permission("Issue", "read", doc=issue.name, user=staff["Frontline Staff"])


def test_a_governed_issue_is_shared_only_with_people_who_may_read_it(govern, staff, log):
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	with pytest.raises(ClearanceMissingError):
		frappe.share.add("Issue", issue.name, staff["Frontline Staff"])
	with pytest.raises(ClearanceMissingError):
		frappe.share.add("Issue", issue.name, everyone=1)
	frappe.share.add("Issue", issue.name, staff["Compliance Officer"])
	assert not frappe.has_permission("Issue", "read", doc=issue.name, user=staff["Frontline Staff"])


def test_assigning_a_governed_issue_does_not_open_it_to_people_without_clearance(
	govern, staff, log, monkeypatch
):
	from frappe.desk.form import assign_to

	monkeypatch.setattr(
		assign_to, "notify_assignment", lambda *args, **kwargs: None
	)  # the site sends no mail
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	with pytest.raises(ClearanceMissingError):
		assign_to.add({"doctype": "Issue", "name": issue.name, "assign_to": [staff["Frontline Staff"]]})
	assign_to.add({"doctype": "Issue", "name": issue.name, "assign_to": [staff["Customer Support"]]})
	assert frappe.has_permission("Issue", "read", doc=issue.name, user=staff["Customer Support"])


def test_a_share_of_a_governed_issue_ends_with_the_role_that_carried_it(govern, staff, log):
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	frappe.share.add("Issue", issue.name, staff["Compliance Officer"])
	frappe.get_doc("User", staff["Compliance Officer"]).remove_roles("Compliance Officer")
	assert not frappe.db.exists("DocShare", {"share_doctype": "Issue", "share_name": issue.name})
	assert not frappe.has_permission("Issue", "read", doc=issue.name, user=staff["Compliance Officer"])


def test_no_one_takes_part_by_a_todo_of_their_own(govern, staff, log, as_user):
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	user = staff["Customer Support"]
	with as_user(user), pytest.raises(frappe.PermissionError):
		frappe.get_doc(
			{
				"doctype": "ToDo",
				"reference_type": "Issue",
				"reference_name": issue.name,
				"allocated_to": user,
				"description": "Look",
			}
		).insert()
	assert not frappe.has_permission("Issue", "read", doc=issue.name, user=user)


def test_the_preview_counts_what_each_user_would_lose(set_settings, staff, log):
	set_settings(govern_issues=0)
	before = {row["user"]: row["documents"] for row in api.simulate_governing("Issue")}
	issue = make("Issue")
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	after = {row["user"]: row["documents"] for row in api.simulate_governing("Issue")}
	user = staff["Frontline Staff"]
	assert after[user] == before.get(user, 0) + 1
	assert after.get(staff["Compliance Officer"], 0) == before.get(staff["Compliance Officer"], 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("named", [readers.NAMED, 0])
def test_the_preview_counts_documents_with_an_interaction_that_the_user_cannot_read(
	set_settings, staff, log, make_user, monkeypatch, seed, named
):
	"""For users with the same role, who take part in different ones, also in more than are named; and with User Permissions."""
	monkeypatch.setattr(readers, "NAMED", named)
	set_settings(govern_issues=0)
	draw = random.Random(seed)
	users = [
		*staff.values(),
		*(make_user(role, "Support Team") for role in ("Account Manager", "Customer Support")),
	]
	client = frappe.get_doc(
		{"doctype": "Customer", "customer_name": "Anna Client", "account_manager": users[-2]}
	).insert()
	limited = make_user("Customer Support", "Support Team")
	permission = {
		"doctype": "User Permission",
		"user": limited,
		"allow": "Customer",
		"for_value": client.name,
	}
	frappe.get_doc(permission).insert()
	issues = [make("Issue", subject=f"Noise {number}") for number in range(12)]
	for issue in issues:
		for _interaction in range(draw.choice([1, 1, 2, 3])):
			doc = log(
				draw.choice(["Initial Inquiry", "Service Update", "Feedback/Complaint"]),
				responsible_staff=draw.choice(users),
				confidentiality_level=draw.choice(LEVELS[:3]),
				reference_doctype="Issue",
				reference_name=issue.name,
				**draw.choice([{}, {"party_type": "Customer", "party": client.name}]),
			)
			if draw.random() < 0.4:
				item = doc.append("action_items", {"description": "Call", "assigned_to": draw.choice(users)})
				item.db_insert()

	def losing(user):
		return {
			row.reference_name
			for row in frappe.get_all(
				"Client Interaction", {"reference_doctype": "Issue"}, ["name", "reference_name"]
			)
			if row.reference_name
			and not interactions.decide(policy.stored_record(row.name), access.READ, user)
		}

	found = {row["user"]: row["documents"] for row in api.simulate_governing("Issue")}
	for user in (*users, limited):
		assert found.get(user, 0) == len(losing(user)), user
	assert len({found.get(user, 0) for user in (*users, limited)}) > 2


def test_switching_on_gives_documents_the_level_of_their_interactions(set_settings, log):
	set_settings(govern_issues=0, log_issues=0)
	issue, other = make("Issue"), make("Issue")
	log("Initial Inquiry", reference_doctype="Issue", reference_name=issue.name)
	log("Feedback/Complaint", reference_doctype="Issue", reference_name=issue.name)
	set_settings(govern_issues=1)
	levels.backfill_levels("Issue")
	levels.backfill_levels("Issue")
	assert frappe.db.get_value("Issue", issue.name, "confidentiality_level") == "Sensitive"
	assert not frappe.db.get_value("Issue", other.name, "confidentiality_level")


@pytest.mark.parametrize(
	"types", [("Initial Inquiry", "Feedback/Complaint"), ("Feedback/Complaint", "Initial Inquiry")]
)
def test_all_interactions_about_a_document_count_however_small_the_chunk(set_settings, log, types):
	set_settings(govern_issues=0, log_issues=0)
	issues = [make("Issue"), make("Issue")]
	for issue in issues:
		for each in types:
			log(each, reference_doctype="Issue", reference_name=issue.name)
	set_settings(govern_issues=1)
	levels.backfill_levels("Issue", chunk=1)
	assert [frappe.db.get_value("Issue", issue.name, "confidentiality_level") for issue in issues] == [
		"Sensitive"
	] * 2


def test_an_ungoverned_doctype_costs_no_query(set_settings, staff):
	set_settings(govern_leads=0)
	lead = make("Lead")
	frappe.get_cached_doc("Client Comms Settings")
	with _no_queries():
		assert documents.condition(staff["Frontline Staff"], "Lead") == ""
		assert documents.has_permission(lead, "read", staff["Frontline Staff"]) in (None, True)


class _no_queries:
	"""Fail if anything queries the database inside the block."""

	def __enter__(self):
		self.sql = frappe.db.sql

		def refuse(query, *args, **kwargs):
			raise AssertionError(f"asked the database: {query}")

		frappe.db.sql = refuse

	def __exit__(self, *exc):
		frappe.db.sql = self.sql


def test_an_issue_from_a_message_is_as_confidential_as_where_it_was_filed(govern):
	"""The message has no level of its own: it is as confidential as the Issue under which it is filed."""
	issue = make("Issue")
	issue.db_set("confidentiality_level", "Sensitive")
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Other",
			"subject": "The roof leaks",
			"sender": "anna@client.example",
			"reference_doctype": "Issue",
			"reference_name": issue.name,
		}
	)
	message.db_insert()
	made = relink.make_issue_from_communication(message.name)
	assert governed.level("Issue", made) == "Sensitive"
	about = frappe.get_all(
		"Client Interaction",
		{"reference_doctype": "Issue", "reference_name": made},
		pluck="confidentiality_level",
	)
	assert set(about) == {"Sensitive"}


@pytest.mark.parametrize("known", [False, True])
def test_a_lead_made_on_the_way_to_an_opportunity_is_as_confidential_as_the_message(known, govern, log):
	"""ERPNext makes a Lead of a sender without one; what was there before has nothing of the message."""
	sender = "anna@client.example"
	lead = make("Lead", email_id=sender).name if known else None
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Other",
			"subject": "The roof leaks",
			"sender": sender,
			"sender_full_name": "Anna Client",
			"client_interaction": log("Feedback/Complaint").name,
		}
	)
	message.db_insert()
	if lead:
		frappe.db.set_value("Lead", lead, "creation", "2020-01-01 00:00:00")
	company = frappe.db.get_value("Company", {})
	made = relink.make_opportunity_from_communication(message.name, company=company)
	party = frappe.db.get_value("Opportunity", made, "party_name")
	assert lead in (None, party)
	assert governed.level("Opportunity", made) == "Sensitive"
	assert governed.level("Lead", party) == (None if known else "Sensitive")
