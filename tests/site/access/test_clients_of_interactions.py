"""The name of a confidential Lead is not that of the client of an interaction which more people can read (P-2)."""

import frappe
import pytest

from client_comms.enforcement import client_names, level_spread, levels
from client_comms.exceptions import ClearanceMissingError

pytestmark = pytest.mark.clause("P-2")

NAME, ADDRESS = "Anna Kruse", "anna@kruse.example"
INTERACTION = "Client Interaction"


@pytest.fixture
def lead(held):
	return held("Lead", lead_name=NAME, first_name=NAME, email_id=ADDRESS)


def issue(**fields):
	return frappe.get_doc({"doctype": "Issue", "subject": "The roof leaks", **fields})


def interaction_of(document):
	about = {"reference_doctype": document.doctype, "reference_name": document.name}
	return frappe.get_last_doc(INTERACTION, about)


def test_an_issue_names_no_hidden_lead(lead, staff, as_user):
	with as_user(staff.uncleared):
		with pytest.raises(ClearanceMissingError):
			issue(lead=lead.name).insert()
		own = issue().insert()
		own.lead = lead.name
		with pytest.raises(ClearanceMissingError):
			own.save()
	with as_user(staff.cleared):
		assert issue(lead=lead.name).insert().lead == lead.name


def test_an_issue_with_the_address_of_a_hidden_lead(lead, staff, as_user):
	"""ERPNext enters the Lead, and its interaction has it as the client."""
	with as_user(staff.uncleared):
		made = issue(raised_by=ADDRESS).insert()
		made.reload().save()  # the Lead that it names already
	assert made.lead == lead.name
	logged = interaction_of(made)
	assert (logged.party, logged.party_name) == (lead.name, lead.name)
	with as_user(staff.uncleared):
		(shown,) = frappe.get_list(INTERACTION, {"name": logged.name}, ["*"])
	shown.pop("contact")  # which ERPNext makes of each Lead, for all who can read contacts
	assert NAME not in frappe.as_json(shown)


def test_an_issue_that_is_split_keeps_its_lead(lead, staff, request_as, as_user):
	with as_user(staff.uncleared):
		made = issue(raised_by=ADDRESS).insert()
	message = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_medium": "Other",
			"content": "And the door",
			"reference_doctype": "Issue",
			"reference_name": made.name,
		}
	).insert(ignore_permissions=True)
	split = {"subject": "The door", "communication_id": message.name}

	request_as(
		staff.uncleared,
		"run_doc_method",
		dt="Issue",
		dn=made.name,
		method="split_issue",
		args=frappe.as_json(split),
	)

	assert frappe.db.get_value("Issue", {"issue_split_from": made.name}, "lead") == lead.name
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		issue(lead=lead.name, issue_split_from=issue().insert().name).insert()


def test_an_issue_is_split_from_no_hidden_one(held, staff, as_user):
	secret = held("Issue", subject="The roof")
	with as_user(staff.uncleared), pytest.raises(ClearanceMissingError):
		issue(issue_split_from=secret.name).insert()


def shown(interaction):
	"""The client's name in an interaction, in its versions and in the search."""
	found = frappe.db.get_value(INTERACTION, interaction.name, "party_name")
	of_versions = {"ref_doctype": INTERACTION, "docname": interaction.name}
	texts = frappe.get_all("Version", of_versions, pluck="data")
	texts += frappe.db.sql_list(
		"select content from `__global_search` where doctype = %s and name = %s",
		(INTERACTION, interaction.name),
	)
	return found, any(NAME in text for text in texts)


@pytest.fixture
def identified(held, log):
	"""An interaction of a client who was identified as a Lead, which is open."""
	lead = held("Lead", level=None, lead_name=NAME, first_name=NAME)
	interaction = log("Initial Inquiry", party_type=None, party=None, party_name="A caller")
	interaction.update({"party_type": "Lead", "party": lead.name})
	interaction.save()
	content = f"Subject : Solar roof ||| Client Name : {NAME}"
	frappe.db.sql(
		"replace into `__global_search` (doctype, name, content) values (%s, %s, %s)",
		(INTERACTION, interaction.name, content),
	)
	return frappe._dict(lead=lead, interaction=interaction)


def test_a_lead_that_becomes_confidential(identified):
	"""Also if it is renamed; once the interaction is as confidential, or the Lead as open again, it has the name."""
	lead, interaction = identified.lead, identified.interaction
	assert shown(interaction) == (NAME, True)

	levels.set_level("Lead", lead.name, "Sensitive")
	assert shown(interaction) == (lead.name, False)
	interaction.reload().save()
	assert shown(interaction) == (lead.name, False)
	frappe.rename_doc("Lead", lead.name, "LEAD-KRUSE")
	assert shown(interaction) == ("LEAD-KRUSE", False)

	level_spread.raise_to_stated(interaction.reload(), "Sensitive", lead)
	assert shown(interaction)[0] == NAME


def test_a_lead_that_becomes_open_again(identified):
	open_level = identified.interaction.confidentiality_level
	levels.set_level("Lead", identified.lead.name, "Sensitive")
	levels.set_level("Lead", identified.lead.name, open_level)
	assert shown(identified.interaction)[0] == NAME


def test_what_was_stored_before(identified):
	lead, interaction = identified.lead, identified.interaction
	lead.db_set("confidentiality_level", "Sensitive")
	assert shown(interaction) == (NAME, True)
	client_names.settle_all()
	assert shown(interaction) == (lead.name, False)


def test_a_lead_that_had_another_name_before_it_became_confidential(identified, make_user):
	"""In versions, in the search and in what staff were told, its former name would stay."""
	lead, interaction = identified.lead, identified.interaction
	user = make_user("Frontline Staff")
	about = {"document_type": INTERACTION, "document_name": interaction.name}
	told = {"doctype": "Notification Log", "for_user": user, "subject": f"{NAME}: Solar roof", **about}
	told = frappe.get_doc(told)
	told.db_insert()
	lead.reload().update({"first_name": "Maria Kruse-Wolf", "lead_name": "Maria Kruse-Wolf"})
	lead.save()
	assert shown(interaction) == ("Maria Kruse-Wolf", False)
	assert frappe.db.get_value(told.doctype, told.name, "subject") == "Maria Kruse-Wolf: Solar roof"

	levels.set_level("Lead", lead.name, "Sensitive")
	assert shown(interaction) == (lead.name, False)
	assert frappe.db.get_value(told.doctype, told.name, "subject") == f"{lead.name}: Solar roof"


def test_a_level_that_is_moved_above_another(identified, monkeypatch):
	lead, interaction = identified.lead, identified.interaction
	level = frappe.get_doc("Confidentiality Level", interaction.confidentiality_level)
	above = frappe.get_doc({"doctype": "Confidentiality Level", "level_name": "Of Leads", "rank": 99})
	above.append("clearances", {"role": "Compliance Officer", "can_read": 1, "oversight": 1})
	above.insert()
	lead.db_set("confidentiality_level", level.name)
	frappe.db.set_value(INTERACTION, interaction.name, "confidentiality_level", above.name)
	begun = []
	monkeypatch.setattr(frappe, "enqueue", lambda job, **_how: begun.append(job))
	level.color = "#CB2929"
	level.save()
	assert not begun
	level.rank = 100
	level.save()
	for job in begun:
		job()
	assert shown(interaction) == (lead.name, False)
