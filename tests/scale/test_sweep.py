"""The sweep's cost follows what is due and not what exists, and its outcome does not depend on who is killed (C-3, C-4).

`CLIENT_COMMS_SWEEP_EXISTING` (by default 1000,10000,100000) and `CLIENT_COMMS_SWEEP_DUE` (by default 1000) set the
sizes; 10000,100000,1000000 and 100000 are the full ones, and take an hour or more.
"""

import os
import random
import signal
import subprocess
import sys
import time

import frappe
import pytest

from client_comms import clock
from client_comms.client_interactions.clocks import sweep

pytestmark = pytest.mark.clause("C-3", "C-4")

INTERACTION = "Client Interaction"
EXISTING = [int(n) for n in os.environ.get("CLIENT_COMMS_SWEEP_EXISTING", "1000,10000,100000").split(",")]
DUE = int(os.environ.get("CLIENT_COMMS_SWEEP_DUE", "1000"))
WORKERS = 4
SAMPLE, ROUNDS = 50, 3
FLAT = 1.5
ASKED, SWEPT = "2026-11-16 10:00:00", "2026-11-18 17:05:00"
STEPS = [
	{"clock": "All", "to": "Responsible Staff", "notification": 1, "todo": 1},
	{
		"clock": "All",
		"after_working_hours": 4,
		"to": "Role",
		"role": "Customer Support Manager",
		"notification": 1,
	},
]
# Asked on Monday at 10: two breaches, of which the staff are told, and of the first one the manager as well.
EVENTS = {"Breached": 2, "Escalated": 3}

WORKER = """
import sys
import frappe
from client_comms import clock
from client_comms.client_interactions.clocks import sweep

frappe.init(sys.argv[1], sites_path=sys.argv[2])
frappe.connect()
frappe.flags.mute_emails = True
with clock.moved_to(sys.argv[3]):
	while sweep.run():
		pass
"""


@pytest.fixture(scope="module")
def model(site):
	"""An inquiry as the app logs it, with the people who are told of it; the others are copies of its rows."""
	from frappe.utils.password import delete_all_passwords_for

	users = {}
	for role in ("Frontline Staff", "Customer Support Manager"):
		user = site.get_doc(
			{
				"doctype": "User",
				"email": f"{frappe.scrub(role)}@sweep.example",
				"first_name": role,
				"send_welcome_email": 0,
				"roles": [{"role": role}],
			}
		).insert(ignore_permissions=True)
		users[role] = user.name
	settings = site.get_doc("Client Comms Settings")
	settings.update({"warning_share": 0, "quiet_from": None, "quiet_until": None})
	settings.set("escalation_steps", [dict(step) for step in STEPS])
	settings.save(ignore_permissions=True)
	calendar = site.get_doc("Response Calendar", settings.default_calendar)
	calendar.update({"holiday_list": None, "counting": "Close of Business"})
	calendar.save(ignore_permissions=True)
	customer = site.get_doc({"doctype": "Customer", "customer_name": "Sweep Client"}).insert()
	with clock.moved_to(ASKED):
		doc = site.get_doc(
			{
				"doctype": INTERACTION,
				"company": site.db.get_value("Company", {}),
				"party_type": "Customer",
				"party": customer.name,
				"communication_type": "Initial Inquiry",
				"channel": "Phone",
				"direction": "Inbound",
				"occurred_on": ASKED,
				"subject": "Solar roof",
				"summary": "The client asks for an offer.",
				"responsible_staff": users["Frontline Staff"],
			}
		).insert()
	doc.db_set("next_check_at", None, update_modified=False)  # itself is not due
	site.db.commit()
	yield doc
	site.db.rollback()
	for doctype, field in (
		("Interaction Event", "parent"),
		("ToDo", "reference_name"),
		("Notification Log", "document_name"),
		(INTERACTION, "name"),
	):
		site.db.delete(doctype, {field: ("like", "CI-SWEEP-%")})
	doc.delete()
	customer.delete()
	for user in users.values():
		delete_all_passwords_for("User", user)
		site.delete_doc("User", user, force=True)
	site.db.commit()


@pytest.fixture(scope="module")
def copies(site, model):
	"""`copies(1000, due=True)` adds as many copies of the model, due at the time of the sweep or in years."""
	made = 0

	def columns(doctype, *without):
		return ", ".join(f"`{c}`" for c in site.db.get_table_columns(doctype) if c not in without)

	def make(number, due):
		nonlocal made
		first, made = made + 1, made + number
		kept = columns(INTERACTION, "name", "next_check_at")
		site.db.sql(
			f"""insert into `tab{INTERACTION}` (`name`, `next_check_at`, {kept})
			select concat('CI-SWEEP-', lpad(seq, 8, '0')), %s, {kept}
			from `tab{INTERACTION}`, seq_{first}_to_{made} where `name` = %s""",
			("2026-11-17 13:15:00" if due else "2030-01-01", model.name),
		)
		kept = columns("Interaction Event", "name", "parent")
		site.db.sql(
			f"""insert into `tabInteraction Event` (`name`, `parent`, {kept})
			select concat(`name`, '-', seq), concat('CI-SWEEP-', lpad(seq, 8, '0')), {kept}
			from `tabInteraction Event`, seq_{first}_to_{made} where `parent` = %s""",
			(model.name,),
		)
		site.db.commit()

	return make


def run_here() -> tuple[float, float]:
	"""A sweep in this process: seconds, and rows that the database looked at, for each due record."""
	began, rows = time.perf_counter(), rows_read()
	with clock.moved_to(SWEPT):
		handled = sweep.run()
	assert handled >= SAMPLE
	return (time.perf_counter() - began) / handled, (rows_read() - rows) / handled


def rows_read() -> int:
	return sum(int(value) for _name, value in frappe.db.sql("show session status like 'Handler_read_%'"))


def test_the_time_for_a_due_record_does_not_depend_on_how_many_exist(site, copies):
	copies(SAMPLE, due=True)
	run_here()  # metadata and caches
	taken, existing = {}, SAMPLE
	for size in EXISTING:
		copies(size - existing, due=False)
		site.db.sql(f"analyze table `tab{INTERACTION}`, `tabInteraction Event`")
		existing = size
		rounds = []
		for _round in range(ROUNDS):
			copies(SAMPLE, due=True)
			rounds.append(run_here())
			existing += SAMPLE
		seconds, taken[size] = map(min, zip(*rounds, strict=True))
		print(f"{size} exist: {seconds * 1000:.1f} ms and {taken[size]:.0f} rows read for each due record")
	# The rows, for the time depends on what else the machine does.
	assert max(taken.values()) <= FLAT * min(taken.values())


def test_what_is_due_is_found_by_the_index(site, copies):
	copies(10, due=True)
	(plan,) = site.db.sql(
		f"explain select `name` from `tab{INTERACTION}` where `next_check_at` < %s order by `next_check_at` limit 50",
		(SWEPT,),
		as_dict=True,
	)
	assert "next_check_at" in plan.key and plan.type == "range" and "filesort" not in plan.Extra
	with clock.moved_to(SWEPT):
		sweep.run()


def test_workers_that_are_killed_lose_nothing_and_double_nothing(site, site_name, sites_path, copies, model):
	before = counts(site)
	copies(DUE, due=True)
	draw, kills = random.Random(2026), 0
	began = time.perf_counter()
	workers = [start(site_name, sites_path) for _worker in range(WORKERS)]
	try:
		while any(worker.poll() is None for worker in workers):
			time.sleep(draw.uniform(0.5, 3))
			number = draw.randrange(WORKERS)
			if workers[number].poll() is None and kills < max(8, DUE // 500):
				workers[number].send_signal(signal.SIGKILL)
				workers[number].wait()
				workers[number] = start(site_name, sites_path)
				kills += 1
	finally:
		for worker in workers:
			worker.kill()
			worker.wait()
	seconds = time.perf_counter() - began
	print(
		f"{DUE} due, {WORKERS} workers, {kills} killed: {seconds:.0f} s, {seconds / DUE * 1000:.1f} ms each"
	)
	assert kills
	site.db.rollback()
	with clock.moved_to(SWEPT):
		assert sweep.run() == 0, "nothing lost"
	after = counts(site)
	assert {what: after[what] - before[what] for what in after} == {
		**{kind: number * DUE for kind, number in EVENTS.items()},
		"ToDo": DUE,
		"Notification Log": 3 * DUE,
	}
	assert not site.db.sql(
		"""select `parent`, `action_key` from `tabInteraction Event`
		where `parent` like 'CI-SWEEP-%' and `action_key` is not null
		group by `parent`, `action_key` having count(*) > 1 limit 1"""
	), "nothing twice"


def start(site_name, sites_path):
	root = sweep.__file__.rsplit("/client_comms/", 1)[0]
	return subprocess.Popen(
		[sys.executable, "-c", WORKER, site_name, str(sites_path), SWEPT],
		cwd=sites_path,
		env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))},
	)


def counts(site) -> dict[str, int]:
	site.db.rollback()
	like = ("like", "CI-SWEEP-%")
	return {
		**{kind: site.db.count("Interaction Event", {"parent": like, "event": kind}) for kind in EVENTS},
		"ToDo": site.db.count("ToDo", {"reference_name": like}),
		"Notification Log": site.db.count("Notification Log", {"document_name": like}),
	}
