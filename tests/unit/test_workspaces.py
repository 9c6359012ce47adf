"""The workspaces: one for staff, below it one for those who oversee and set up; in version 16 a sidebar beside their pages."""

import json
from pathlib import Path

import client_comms
from client_comms import procedure

APP = Path(client_comms.__file__).parent
FIRST, BELOW = "Client Communications", "Communication Governance"
# What is opened from somewhere else.
ELSEWHERE = {
	("Page", "owed-today"): "the block above the cards",
	("DocType", "Logging Exemption"): "the report Unlogged Interactions, by staff who make one",
	("DocType", "Policy Change Run"): "the page Simulate Changes",
	("DocType", "Ledger Verification"): "the page Health, and the ledger",
	("DocType", "Data Package Item"): "a Data Package",
	("DocType", "Erasure Item"): "an Erasure Run",
}


def shipped(kind):
	return [json.loads(path.read_text()) for path in APP.glob(f"*/{kind}/*/*.json")]


def workspaces():
	return {each["name"]: each for each in shipped("workspace")}


def linked(workspace):
	return {(row["link_type"], row["link_to"]) for row in workspace["links"] if row["type"] == "Link"} | {
		(row["type"], row["link_to"]) for row in workspace["shortcuts"]
	}


def open_to(role):
	"""What this role works with: reports, pages, what it can write, and for those who oversee what it can read."""
	oversees = role in roles_of(workspaces()[BELOW])
	for kind in ("Report", "Page"):
		yield from ((kind, each["name"]) for each in shipped(kind.lower()) if role in roles_of(each))
	for doctype in shipped("doctype"):
		rights = [row for row in doctype["permissions"] if row["role"] == role and not row.get("permlevel")]
		if any(row.get("read") if oversees else row.get("write") or row.get("create") for row in rights):
			yield "DocType", doctype["name"]


def roles_of(doc):
	return {row["role"] for row in doc["roles"]}


def test_staff_see_one_workspace_and_those_who_oversee_them_the_one_below_it():
	first, below = workspaces()[FIRST], workspaces()[BELOW]
	assert not first["parent_page"] and below["parent_page"] == FIRST
	assert set(procedure.ROLES) <= roles_of(first)
	assert set(procedure.ROLES) & roles_of(below) == {
		"Customer Support Manager",
		"Compliance Officer",
		"Client Communications Manager",
	}


def test_every_role_finds_what_it_works_with():
	missing = {}
	for role in procedure.ROLES:
		seen = set().union(*(linked(each) for each in workspaces().values() if role in roles_of(each)))
		missing[role] = set(open_to(role)) - seen - ELSEWHERE.keys()
	assert {role: names for role, names in missing.items() if names} == {}


def test_staff_are_not_shown_what_others_set_up():
	links = linked(workspaces()[FIRST])
	set_up = {("DocType", name) for name in ("Confidentiality Level", "Communication Type", "Legal Hold")}
	assert (
		links & (set_up | {("Page", "scorecard"), ("Page", "access-explorer"), ("Page", "leak-check")})
		== set()
	)
	assert len(links) < 35


def test_no_link_waits_for_what_people_do_not_enter():
	"""Frappe greys a link until there is a document of what it depends on, and asks the user to create one."""
	waited_for = {row.get("dependencies") for each in workspaces().values() for row in each["links"]}
	assert waited_for - {"", None} == {"Client Interaction", "Contact"}


def test_the_cards_say_how_many_links_they_have():
	for workspace in workspaces().values():
		cards = [row for row in workspace["links"] if row["type"] == "Card Break"]
		shown = [each["data"].get("card_name") for each in json.loads(workspace["content"])]
		assert [row["label"] for row in cards if row["label"] not in shown] == []
		assert sum(row["link_count"] for row in cards) == len(workspace["links"]) - len(cards)
