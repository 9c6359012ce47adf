"""Pairs of matrix versions on a site: the one in force, and a generated draft that comes after it (M-1, T-4, D-5).

Each draft is simulated and activated, and what activation did is compared with what the simulation said. The access
explorer, and the lists of the users themselves, must agree; and the example that the check on new access gives is tried as
such a user: refused before, let in afterwards.
"""

import contextlib
import random
from collections import Counter
from unittest import mock

import frappe

from client_comms import api
from client_comms.policy_changes import runs
from client_comms.rules import access_impact

INTERACTION = "Client Interaction"
MATRIX = "Communication Matrix"
TYPES = ("Initial Inquiry", "Service Update", "Feedback/Complaint", "Resolution/Closure")
OPTIONAL_TYPE = TYPES[-1]  # the others arrive automatically and need a rule
LEVELS = ("Standard", "Confidential", "Sensitive")
RESPONSIBLE = ("Frontline Staff", "Account Manager", "Customer Support")
COMPARED = ("checked", "levels", "deadlines", "documentation", "uncovered", "people", "roles")


def draft(draw: random.Random, effective_from: str, *, most: bool = True, may_drop: bool = False):
	"""A version in which levels, deadlines, responsible roles and documentation are drawn, of one type or of `most`.

	:param effective_from: also what it is called
	:param may_drop: some leave out a type, after `prepare`
	"""
	doc = frappe.copy_doc(frappe.get_last_doc(MATRIX, {"docstatus": 1}, order_by="effective_from desc"))
	doc.update(
		{
			"docstatus": 0,
			"version_label": f"Drawn {effective_from}",
			"effective_from": effective_from,
			"approved_by": None,
			"amended_from": None,
			"reclassify_open": 1,
		}
	)
	changed = draw.sample(TYPES, draw.randint(3, 4) if most else 1)
	_require_type(doc, OPTIONAL_TYPE)
	for row in doc.rules:
		if row.communication_type in changed:
			row.confidentiality_level = draw.choice(LEVELS)
			row.acknowledge_within_days, row.respond_within_days = draw.choice([(0, 1), (0.25, 2), (1, 5)])
	for row in doc.parties:
		if row.party == "Role" and row.communication_type in changed:
			row.role = draw.choice(RESPONSIBLE)
	for kind in changed:
		if draw.random() < 0.3:
			_toggle_documentation(doc, kind)
	if may_drop and draw.random() < 0.15:
		_drop_type(doc, OPTIONAL_TYPE)
	return doc.insert(ignore_permissions=True)


def _require_type(doc, kind: str) -> None:
	"""The version before may have dropped it."""
	if kind not in {row.communication_type for row in doc.rules}:
		doc.append(
			"rules",
			{
				"communication_type": kind,
				"confidentiality_level": LEVELS[0],
				"acknowledge_within_days": 0,
				"respond_within_days": 2,
			},
		)
		doc.append("parties", {"communication_type": kind, "party": "Role", "role": RESPONSIBLE[0]})


def _drop_type(doc, kind: str) -> None:
	for table in ("rules", "parties", "documentation", "priorities"):
		doc.set(table, [row for row in doc.get(table) if row.communication_type != kind])


def _toggle_documentation(doc, kind: str) -> None:
	kept = [row for row in doc.documentation if row.communication_type != kind]
	if len(kept) == len(doc.documentation):
		doc.append("documentation", {"communication_type": kind, "documentation_method": "Email Copy"})
	else:
		doc.set("documentation", kept)


@contextlib.contextmanager
def jobs_kept():
	"""The jobs of policy changes are kept in a list instead of being queued, all others are left out: `jobs.pop(0)()` runs one."""
	jobs = []

	def enqueue(method, **arguments):
		for option in ("queue", "timeout", "job_id", "deduplicate", "enqueue_after_commit"):
			arguments.pop(option, None)
		if str(method).startswith("client_comms.policy_changes"):
			jobs.append(lambda: frappe.get_attr(method)(**arguments))

	with mock.patch.object(frappe, "enqueue", enqueue):
		yield jobs


class Pairs:
	"""Compares one pair of versions after the other on the same open interactions.

	:param names: the open interactions of the site, all of them
	:param users: who is asked
	:param probe: one of the interactions, which is made into what an example of new access says
	:param user_with: makes a user with these roles
	:param explained: of how many interactions each user is asked *Why?* as well; by default of all
	"""

	def __init__(self, names, users, probe, user_with, explained=None):
		self.names, self.users, self.probe, self.user_with = set(names), list(users), probe, user_with
		self.explained = len(self.names) if explained is None else explained
		self.draw, self.seen = random.Random(len(self.names)), Counter()

	def compare(self, version) -> None:
		example = api.check_new_access(version.name)["example"]
		tried = self._refused(example) if example else None
		said = self._result(api.simulate_change(MATRIX, version.name, open_only=True))
		assert bool(said["new_access"]["example"]) == bool(example)
		before, explored = self._readable(), self._explored()
		did = self._activate(version)
		for section in COMPARED:
			assert did[section] == said[section], (version.name, section)
		after = self._readable()
		self._compare_people(said["people"], before, after, explored)
		if not example:
			opened = {user: after[user] - before[user] for user in self.users}
			assert not any(opened.values()), (version.name, opened)
		if tried:
			self._let_in(example, tried)
		self.seen.update(pairs=1, openings=bool(example), records=said["checked"])
		self.seen.update(gained=sum(row["gained"] for row in said["people"]))
		self.seen.update(lost=sum(row["lost"] for row in said["people"]))

	def _result(self, run: str) -> dict:
		doc = frappe.get_doc(runs.RUN, run)
		assert doc.status == runs.FINISHED and not doc.failed, doc.error
		return frappe.parse_json(doc.result)

	def _activate(self, version) -> dict:
		with jobs_kept() as jobs:
			version.reload()
			version.submit()
			while jobs:
				jobs.pop(0)()
		return self._result(
			frappe.db.get_value(runs.RUN, {"kind": runs.RECLASSIFICATION, "reference_name": version.name})
		)

	# --- what users and the explorer see ----------------------------------------------------------

	def _readable(self) -> dict[str, set[str]]:
		"""User → the interactions in their own list; *Why?* says the same."""
		found = {}
		for user in self.users:
			shown = self._listed(user)
			for name in self.draw.sample(sorted(self.names), self.explained):
				allowed = api.explain_access(INTERACTION, name, user)["allowed"]
				assert allowed == (name in shown), (user, name)
			found[user] = shown
		return found

	def _listed(self, user: str) -> set[str]:
		frappe.set_user(user)
		try:
			return set(
				frappe.get_list(INTERACTION, {"name": ("in", list(self.names))}, pluck="name", limit=0)
			)
		except frappe.PermissionError:
			return set()  # by the Role Permissions Manager
		finally:
			frappe.set_user("Administrator")

	def _explored(self) -> dict[str, int]:
		"""User → how many interactions the access explorer counts as theirs; its list and its rule agree."""
		found = {}
		for user in self.users:
			cells = api.explore_user(user)["cells"]
			readable = sum(sum(cell["rules"].values()) for cell in cells)
			assert readable == sum(cell["listed"] for cell in cells), user
			found[user] = readable
		return found

	def _compare_people(self, people, before, after, explored) -> None:
		said = {user: [0, 0] for user in self.users}
		for row in people:
			if row["user"] in said:
				said[row["user"]][0] += row["gained"]
				said[row["user"]][1] += row["lost"]
		explored_now = self._explored()
		for user, (gained, lost) in said.items():
			assert (gained, lost) == (len(after[user] - before[user]), len(before[user] - after[user])), user
			assert explored_now[user] - explored[user] == gained - lost, user

	# --- the example of new access ----------------------------------------------------------------

	def _refused(self, example: dict) -> str:
		"""Make the probe what the example speaks of, and try it as a user with its roles; returns the user."""
		user = self.user_with(*example["roles"])
		tie = example["tie"]
		client = frappe.db.get_value(INTERACTION, self.probe, "party")
		frappe.db.set_value(
			"Customer", client, "account_manager", user if tie == access_impact.ACCOUNT_MANAGER else None
		)
		frappe.db.set_value(
			INTERACTION,
			self.probe,
			{
				"communication_type": example["communication_type"],
				"confidentiality_level": example["level_before"],
				"matrix": example["matrix_before"],
				"responsible_staff": user if tie == access_impact.PARTICIPANT else None,
			},
			update_modified=False,
		)
		assert not self._can(user, example["action"]), example["text"]
		return user

	def _let_in(self, example: dict, user: str) -> None:
		assert frappe.db.get_value(INTERACTION, self.probe, "confidentiality_level") == example["level_after"]
		assert self._can(user, example["action"]), example["text"]

	def _can(self, user: str, action: str) -> bool:
		frappe.set_user(user)
		try:
			return bool(frappe.get_doc(INTERACTION, self.probe).has_permission(action))
		finally:
			frappe.set_user("Administrator")


def prepare(draw: random.Random, number: int, user_with, explained: int | None = None) -> Pairs:
	"""Pairs on `number` new interactions of every kind, and none besides: all others count as closed.

	:param user_with: as of `Pairs`, and so is `explained`
	"""
	frappe.db.set_value(INTERACTION, {"status": ("!=", "Closed")}, "status", "Closed", update_modified=False)
	settings = frappe.get_doc("Client Comms Settings")
	for row in settings.source_rules:
		if row.communication_type == OPTIONAL_TYPE:
			row.communication_type = TYPES[0]  # a version can leave out only what never arrives
	settings.four_eyes_on_matrix = 0
	settings.save()
	users = [user_with(role) for role in (*RESPONSIBLE, "Customer Support Manager", "Compliance Officer")]
	users.append(user_with("Account Manager", "Frontline Staff"))
	customers = [_customer(number, user) for number, user in enumerate((None, users[1]))]
	names = [_interaction(draw, users, customers) for _number in range(number)]
	return Pairs(names, users, names[0], user_with, explained)


def _customer(number: int, account_manager: str | None) -> str:
	doc = frappe.get_doc(
		{"doctype": "Customer", "customer_name": f"Drawn {number}", "account_manager": account_manager}
	)
	return doc.insert(ignore_permissions=True).name


def _interaction(draw: random.Random, users: list[str], customers: list[str]) -> str:
	now = frappe.utils.now_datetime()
	received = frappe.utils.add_to_date(now, hours=-draw.randint(1, 80))
	doc = frappe.get_doc(
		{
			"doctype": INTERACTION,
			"company": frappe.db.get_value("Company", {}),
			"communication_type": draw.choice(TYPES),
			"channel": "Phone",
			"direction": "Inbound",
			"occurred_on": received,
			"subject": "Drawn",
			"summary": "The client asked for an offer.",
			"party_type": "Customer",
			"party": draw.choice(customers),
		}
	)
	doc.flags.from_intake = True
	doc.append_event("Received", received)
	doc.insert(ignore_permissions=True)
	doc.db_set(
		{
			"responsible_staff": draw.choice([None, *users]),
			"confidentiality_level": draw.choice([doc.confidentiality_level, *LEVELS]),
		},
		update_modified=False,
	)
	if draw.random() < 0.3:
		grant = frappe.get_doc(
			{
				"doctype": "Interaction Access Grant",
				"name": frappe.generate_hash(),
				"interaction": doc.name,
				"user": draw.choice(users),
				"reason": "To help",
				"valid_until": frappe.utils.add_days(now, 1),
			}
		)
		grant.db_insert()  # also to users without clearance, who gain from it once the level allows them
	return doc.name
