"""One rule in three forms, on generated cases: SQL, decision and row filter must agree (D-5, P-2).

What is generated: levels with clearances, need-to-know, oversight and training; matrix versions; records at
known and unknown levels with staff, action items, grants and account managers; users with any roles.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import frappe
import pytest

from client_comms import api, clock
from client_comms.enforcement import audience, explorer, interactions, policy, readers
from client_comms.rules import access, access_impact, access_rows

pytestmark = [pytest.mark.clause("D-5", "P-2"), pytest.mark.usefixtures("every_condition")]

INTERACTION = "Client Interaction"
NOW = datetime(2026, 3, 10, 12, 0, 0)
USERS, RECORDS = 40, 60
UNASKED = 10  # further records, which only a condition without brackets shows
ROLES = [
	"Frontline Staff",
	"Account Manager",
	"Customer Support",
	"Customer Support Manager",
	"Compliance Officer",
	"Night Desk",
	'Auditor\'s "100%" Role',
]
LEVELS = ["Open", "Guarded", "O'Brien 100% \\ secret", "Sealed"]
UNKNOWN_LEVELS = [None, "", "Deleted Level", "open ", "Sealed'"]
NEEDS_TO_KNOW = [access.ROLE, access.RESPONSIBLE_PARTY, access.PARTICIPANTS]
TYPES = ["Initial Inquiry", "Service Update", "Feedback/Complaint", "Resolution/Closure"]
MATRICES = {"GEN-1": 1, "GEN-2": 2, "GEN-DRAFT": 0}  # name -> docstatus
# Each rule identifier that can occur for users other than Administrator must occur.
RULES = {
	access.BY_ROLE,
	access.BY_RESPONSIBLE_PARTY,
	access.BY_TAKING_PART,
	access.BY_ACCOUNT_MANAGER,
	access.BY_OVERSIGHT,
	access.NO_CLEARANCE,
	access.TRAINING_NOT_CURRENT,
	access.NOT_RESPONSIBLE_PARTY,
	access.NOT_PARTICIPANT,
}
REFUSALS = (
	access.NO_CLEARANCE,
	access.TRAINING_NOT_CURRENT,
	access.NOT_RESPONSIBLE_PARTY,
	access.NOT_PARTICIPANT,
)


@pytest.mark.parametrize("seed", [15, 16, 2026])
def test_sql_decision_and_row_filter_agree(seed, monkeypatch):
	monkeypatch.setattr(
		readers, "NAMED_INSIDE", 1
	)  # so that some are named inside subqueries, others looked up
	draw = random.Random(seed)
	users = make_users(draw)
	make_levels(draw)
	make_matrices(draw)
	make_trainings(draw, users)
	records = make_records(draw, users)[UNASKED:]
	policy.clear_cache()

	met, answers = set(), []
	with clock.moved_to(NOW):
		stored = {name: policy.stored_record(name) for name in records}
		for user in users:
			subject = policy.subject(user)
			for action in access.ACTIONS:
				rows = access_rows.row_filter(subject, policy.current(), action)
				reader = readers.Reader(user, action)
				shown = selected(reader.condition, records)
				assert shown <= set(records), "the condition is not bracketed"
				assert selected(reader.inside.condition, records) == shown
				for name, record in stored.items():
					decision = access.decide(subject, record, policy.current(), action, NOW)
					assert (name in shown) == decision.allowed == rows.matches(record, user, NOW), (
						f"seed {seed}: {action} of {record} by {subject}: {decision.rule}, SQL {name in shown}"
					)
					met.add(decision.rule)
					answers.append(decision.allowed)
				if action == access.READ:
					assert selected(interactions.interaction_condition(user), records) == shown
	assert len(answers) == USERS * RECORDS * len(access.ACTIONS)
	assert 0.05 < sum(answers) / len(answers) < 0.95, "the cases say little"
	assert met == RULES


def test_a_list_agrees_for_users_of_generated_cases():
	"""`get_list` joins the condition with others: without brackets it would show too much."""
	draw = random.Random(7)
	users = make_users(draw)
	make_levels(draw)
	make_matrices(draw)
	make_trainings(draw, users)
	records = make_records(draw, users)
	policy.clear_cache()
	with clock.moved_to(NOW):
		stored = {name: policy.stored_record(name) for name in records}
		for user in users:
			frappe.set_user(user)
			if not frappe.has_permission(INTERACTION, "read"):
				continue
			half = records[::2]
			shown = set(frappe.get_list(INTERACTION, {"name": ("in", half)}, pluck="name", limit=0))
			assert shown == {name for name in half if interactions.decide(stored[name], access.READ, user)}


def test_a_conversation_shows_what_lists_show():
	"""Messages, calls and meetings of an interaction are on its form exactly if the user finds them in lists."""
	draw = random.Random(13)
	users = make_users(draw)[::4]
	make_levels(draw)
	make_matrices(draw)
	make_trainings(draw, users)
	records = make_records(draw, users)[::3]
	for name in records:
		make_entries(draw, name)
	for user in users:  # they may read any message, call and meeting, as far as Frappe and ERPNext ask
		put(
			"Has Role",
			f"{user} SM",
			parent=user,
			parenttype="User",
			parentfield="roles",
			role="System Manager",
		)
	policy.clear_cache()
	pages, shown_entries = Counter(), 0
	with clock.moved_to(NOW):
		for user in users:
			frappe.set_user(user)
			if not frappe.has_permission(INTERACTION, "read"):
				continue
			listed = set(frappe.get_list(INTERACTION, {"name": ("in", records)}, pluck="name", limit=0))
			for name in records:
				if name not in listed:
					with pytest.raises(frappe.PermissionError):
						api.conversation(name)
					pages["refused"] += 1
					continue
				entries = api.conversation(name)["entries"]
				for doctype in ("Communication", "Call Log", "Event"):
					found = frappe.get_list(doctype, {"client_interaction": name}, pluck="name", limit=0)
					shown = [each["name"] for each in entries if each["doctype"] == doctype]
					assert sorted(shown) == sorted(found), (user, doctype)
					shown_entries += len(shown)
				pages["shown"] += 1
	assert min(pages["refused"], pages["shown"], shown_entries) > 20, pages


def test_the_form_says_who_else_can_read_it():
	"""Everyone with the roles that it names can read, if trained, and so can the people that it names; no one else."""
	draw = random.Random(21)
	users = make_users(draw)
	make_levels(draw)
	make_matrices(draw)
	make_trainings(draw, users)
	records = make_records(draw, users)
	policy.clear_cache()
	named = Counter()
	with clock.moved_to(NOW):
		subjects = [policy.subject(user) for user in users]
		for name in records:
			record, rules = policy.stored_record(name), policy.current()
			told = audience.of_record(record)
			people = {each["user"] for each in told["people"]}
			for subject in subjects:
				level = rules.level(record.level)
				by_role = access.training_suffices(subject, level) and (
					subject.roles & set(told["roles"])
					or (
						subject.roles & set(told["roles_if_cleared"])
						and access.cleared_rows(subject, level, access.READ)
					)
				)
				may_read = access.decide(subject, record, rules, access.READ, NOW).allowed
				assert (subject.user in people or bool(by_role)) == may_read, (name, subject)
				named[bool(by_role), subject.user in people] += 1
	assert all(named[each] for each in ((True, False), (False, True), (False, False)))


def test_the_numbers_of_the_explorer_are_those_of_the_decisions():
	"""Grouped queries with one decision per kind of record give the same result as checking every record."""
	draw = random.Random(2026)
	users = make_users(draw)
	make_levels(draw)
	make_matrices(draw)
	make_trainings(draw, users)
	make_records(draw, users)
	policy.clear_cache()
	with clock.moved_to(NOW):
		stored = [policy.stored_record(name) for name in frappe.get_all(INTERACTION, pluck="name")]
		rules = policy.current()
		assert {s.user: s for s in policy.subjects()} == {
			s.user: policy.subject(s.user) for s in policy.subjects()
		}

		ways = set()
		for user in users:
			subject, expected = policy.subject(user), {}
			for record in stored:
				key = (rules.level(record.level).name, record.communication_type)
				cell = expected.setdefault(
					key, {"existing": 0, "read": 0, "actions": Counter(), "rules": Counter()}
				)
				cell["existing"] += 1
				decision = access.decide(subject, record, rules, access.READ, NOW)
				cell["read"] += decision.allowed
				cell["rules"][decision.rule] += 1
				cell["actions"].update(
					a for a in access.ACTIONS if access.decide(subject, record, rules, a, NOW).allowed
				)
			found = explorer.of_user(user)
			ways |= {rule for cell in found["cells"] for rule in cell["rules"]}
			assert (
				found["cells"]
				and {
					(cell["level"], cell["communication_type"]): {
						"existing": cell["existing"],
						"read": sum(cell["rules"].values()),
						"actions": cell["actions"],
						"rules": as_decided(cell["rules"] + cell["refusals"]),
					}
					for cell in found["cells"]
				}
				== expected
			), subject
			for cell in found["cells"]:
				read = 0 if found["permission_missing"] else sum(cell["rules"].values())
				assert cell["listed"] == read, "the row filter says otherwise"
		assert ways == RULES - set(REFUSALS) | {access_impact.GRANTED}


def test_what_if_says_what_asking_about_every_record_before_and_after_says():
	draw = random.Random(12)
	users = make_users(draw)
	make_levels(draw)
	make_matrices(draw)
	make_trainings(draw, users)
	make_records(draw, users)
	policy.clear_cache()
	with clock.moved_to(NOW):
		stored = [policy.stored_record(name) for name in frappe.get_all(INTERACTION, pluck="name")]
		rules = policy.current()

		def counted(subject, subject_after, rules_after, govern=lambda record: record):
			gained = lost = 0
			for record in stored:
				had = access.decide(subject, record, rules, access.READ, NOW).allowed
				has = access.decide(subject_after, govern(record), rules_after, access.READ, NOW).allowed
				gained, lost = gained + (has and not had), lost + (had and not has)
			return gained, lost

		def told(answer, user):
			rows = [row for row in answer["rows"] if row["user"] == user]
			return sum(row["gained"] for row in rows), sum(row["lost"] for row in rows)

		changed = set()
		draft = frappe.get_doc("Communication Matrix", "GEN-DRAFT")
		roles = {
			("GEN-DRAFT", kind): frozenset(p.role for p in draft.parties if p.communication_type == kind)
			for kind in TYPES
		}
		with_draft = replace(rules, responsible_roles={**rules.responsible_roles, **roles})
		for row in draft.rules:
			assert row.confidentiality_level in LEVELS
		levels = {row.communication_type: row.confidentiality_level for row in draft.rules}
		ranks = {name: number for number, name in enumerate(LEVELS)}

		def under(record):
			"""Records at the level of their type follow the draft; others only where it is stricter than both."""
			if record.communication_type not in levels or record.matrix == "GEN-DRAFT":
				return record
			new = levels[record.communication_type]
			rows = frappe.get_all(
				"Communication Matrix Rule",
				{"parent": record.matrix or "", "communication_type": record.communication_type},
				pluck="confidentiality_level",
			)
			compared = [ranks.get(level, len(LEVELS)) for level in (record.level, *rows)]
			if [record.level] == rows or ranks[new] > max(compared):
				return replace(record, matrix="GEN-DRAFT", level=new)
			return replace(record, matrix="GEN-DRAFT")

		under_draft = explorer.simulate_matrix("GEN-DRAFT", None, access.READ)
		level = LEVELS[1]
		cleared = replace(
			rules.levels[level],
			clearances=(
				*(row for row in rules.levels[level].clearances if row.role != "Night Desk"),
				access.Clearance("Night Desk", frozenset({access.READ}), oversight=True),
			),
		)
		with_clearance = replace(rules, levels={**rules.levels, level: cleared})
		overseen = explorer.simulate_clearance(level, "Night Desk", [access.READ], True, access.READ)
		for user in users:
			if explorer.of_user(user)["permission_missing"]:
				continue
			subject = policy.subject(user)
			promoted = replace(subject, roles=subject.roles | {"Compliance Officer"})
			for kind, answer, expected in (
				(
					"role",
					explorer.simulate_role(user, "Compliance Officer", True, access.READ),
					counted(subject, promoted, rules),
				),
				("clearance", overseen, counted(subject, subject, with_clearance)),
				(
					"matrix",
					under_draft,
					counted(
						subject,
						subject,
						with_draft,
						under,
					),
				),
			):
				assert told(answer, user) == expected, (kind, subject)
				changed |= {(kind, "gained" if n == 0 else "lost") for n in (0, 1) if expected[n]}
		assert changed >= {
			("role", "gained"),
			("clearance", "gained"),
			("matrix", "gained"),
			("matrix", "lost"),
		}


def as_decided(rules):
	"""The rules by their names in decisions, where a grant is one way of taking part."""
	decided = Counter()
	for rule, records in rules.items():
		decided[access.BY_TAKING_PART if rule == access_impact.GRANTED else rule] += records
	return decided


def selected(condition, names):
	assert "%" not in condition, "some callers pass parameters beside the condition, some do not"
	query = f"select name from `tabClient Interaction` where name in %(names)s and {condition or '1 = 1'}"
	return set(frappe.db.sql(query, {"names": names}, pluck=True))


# Rows are written directly, because controllers would refuse much of what a database may contain.


def put(doctype, name, **values):
	frappe.get_doc({"doctype": doctype, "name": name, **values}).db_insert()
	return name


def make_users(draw):
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			put("Role", role, role_name=role, desk_access=1)
	users = []
	for number in range(USERS):
		user = put(
			"User",
			f"o'generated{number}@example.com",
			email=f"o'generated{number}@example.com",
			first_name=f"Generated {number}",
			enabled=1,
			user_type="System User",
		)
		for role in draw.sample(ROLES, draw.choice([0, 1, 1, 1, 2, 2, 3])):
			put("Has Role", f"{user} {role}", parent=user, parenttype="User", parentfield="roles", role=role)
		users.append(user)
	return users


def make_levels(draw):
	frappe.db.delete("Level Clearance")
	frappe.db.delete("Confidentiality Level")
	needs = [*NEEDS_TO_KNOW, draw.choice(NEEDS_TO_KNOW)]
	draw.shuffle(needs)
	for rank, (level, need) in enumerate(zip(LEVELS, needs, strict=True), start=1):
		put(
			"Confidentiality Level",
			level,
			level_name=level,
			rank=rank * 10,
			need_to_know=need,
			require_training=draw.choice([0, 0, 1]),
		)
		for role in draw.sample(ROLES, draw.randint(3, len(ROLES))):
			flags = {f"can_{action}": draw.choice([0, 1, 1]) for action in access.ACTIONS[:-1]}
			put(
				"Level Clearance",
				f"{level} {role}",
				parent=level,
				parenttype="Confidentiality Level",
				parentfield="clearances",
				role=role,
				oversight=draw.choice([0, 0, 0, 1]),
				**flags,
			)


def make_matrices(draw):
	for matrix, docstatus in MATRICES.items():
		put("Communication Matrix", matrix, version_label=matrix, docstatus=docstatus)
		for kind in TYPES:
			for role in draw.sample(ROLES, draw.choice([0, 1, 2])):
				put(
					"Communication Matrix Party",
					f"{matrix} {kind} {role}",
					parent=matrix,
					parenttype="Communication Matrix",
					parentfield="parties",
					communication_type=kind,
					party="Role",
					role=role,
				)
			put(
				"Communication Matrix Rule",
				f"{matrix} {kind}",
				parent=matrix,
				parenttype="Communication Matrix",
				parentfield="rules",
				communication_type=kind,
				confidentiality_level=draw.choice(LEVELS),
			)


def make_trainings(draw, users):
	frappe.db.delete("SOP Training")
	for training in ("Procedure", "Privacy"):
		put("SOP Training", training, training_name=training, mandatory=1, valid_months=12)
	put("SOP Training", "Old Course", training_name="Old Course", mandatory=1, disabled=1)
	for user in users:
		for training in ("Procedure", "Privacy"):
			valid_until = NOW.date() + timedelta(days=draw.choice([-1, 0, 1, 200]))
			if draw.random() < 0.85:
				put(
					"SOP Training Record",
					f"{user} {training}",
					user=user,
					training=training,
					valid_until=valid_until,
				)


def make_entries(draw, name):
	"""Messages, calls and meetings of an interaction, and one of each that only refers to it by the level."""
	level = frappe.db.get_value(INTERACTION, name, "confidentiality_level")
	bound = {"client_interaction": name, "confidentiality_level": level}
	for number in range(draw.randint(1, 3)):
		key = f"{name} entry {number}"
		put(
			"Communication",
			key,
			communication_type="Communication",
			communication_medium="Email",
			communication_date=NOW,
			**bound,
		)
		put("Call Log", key, start_time=NOW, **bound)
		put("Event", key, subject="Visit", starts_on=NOW, event_type="Public", status="Open", **bound)


def make_records(draw, users):
	some_users = [*users[:12], None]
	clients = [(None, None), ("Supplier", "Nobody"), ("Customer", "Gone")]
	for doctype, field in (
		("Customer", "account_manager"),
		("Lead", "lead_owner"),
		("Prospect", "prospect_owner"),
	):
		for number in range(4):
			name = put(doctype, f"GEN {doctype} {number}", **{field: draw.choice(users)})
			clients.append((doctype, name))

	records = []
	for number in range(RECORDS + UNASKED):
		party_type, party = draw.choice(clients)
		name = put(
			INTERACTION,
			f"GEN-{number}",
			confidentiality_level=draw.choice([*LEVELS, *LEVELS, *UNKNOWN_LEVELS]),
			matrix=draw.choice([None, "", "GONE", *MATRICES, *MATRICES]),
			communication_type=draw.choice(TYPES),
			responsible_staff=draw.choice(some_users),
			party_type=party_type,
			party=party,
			subject="Generated",
		)
		for row in range(draw.randint(0, 4)):
			put(
				"Interaction Action Item",
				f"{name}-{row}",
				parent=name,
				parenttype=INTERACTION,
				parentfield="action_items",
				assigned_to=draw.choice(users),
				status=draw.choice(["Open", "Closed", "Cancelled"]),
			)
		for row in range(draw.randint(0, 4)):
			put(
				"Interaction Access Grant",
				f"{name}-{row}",
				interaction=name,
				user=draw.choice(users),
				valid_until=NOW + timedelta(seconds=draw.choice([-86400, -1, 0, 1, 86400])),
			)
		records.append(name)
	return records
