"""Workers that are killed change nothing in the outcome: sweeps (C-3, C-4) and imports (D-1)."""

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

pytestmark = pytest.mark.clause("C-3", "C-4", "D-1")

INTERACTION = "Client Interaction"
ROOT = sweep.__file__.rsplit("/client_comms/", 1)[0]
RECORDS = 24
KILLS = 6

SWEEP = """
import sys
import frappe
from client_comms import clock
from client_comms.client_interactions.clocks import sweep

frappe.init(sys.argv[1], sites_path=sys.argv[2])
frappe.connect()
frappe.flags.mute_emails = True
sweep.CHUNK = 3
with clock.moved_to("2026-11-19 12:00:00"):
	while sweep.run():
		pass
"""

IMPORT = """
import sys
import frappe

frappe.init(sys.argv[1], sites_path=sys.argv[2])
frappe.connect()
frappe.set_user("Administrator")
frappe.flags.mute_emails = True
frappe.get_doc("Data Import", sys.argv[3]).get_importer().import_data()
"""


@pytest.fixture
def start(site_name, sites_path):
	"""`start(SWEEP, …)` runs a script in a process of its own."""
	processes = []

	def run(script, *arguments):
		path = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))
		process = subprocess.Popen(
			[sys.executable, "-c", script, site_name, str(sites_path), *arguments],
			cwd=sites_path,
			env={**os.environ, "PYTHONPATH": path},
			stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL,
		)
		processes.append(process)
		return process

	yield run
	for process in processes:
		process.kill()
		process.wait()


@pytest.fixture
def responsible(make_user):
	return make_user("Frontline Staff")


@pytest.fixture
def cases(responsible, inquiry):
	"""Inquiries that other processes see; removed in the end with what came of them."""
	made = [
		inquiry(responsible_staff=responsible, at=f"2026-11-16 10:{number:02d}").name
		for number in range(RECORDS)
	]
	frappe.db.commit()
	yield made
	remove(made)


def remove(names):
	frappe.db.rollback()
	frappe.set_user("Administrator")
	for name in names:
		frappe.db.delete("Notification Log", {"document_name": name})
		frappe.delete_doc(INTERACTION, name, force=True, ignore_missing=True)
	frappe.delete_doc("Customer", "Anna Client", force=True, ignore_missing=True)
	frappe.db.commit()


@pytest.mark.committed
def test_sweeps_that_are_killed_at_random(cases, responsible, start):
	draw = random.Random(2026)
	workers, kills = [start(SWEEP) for _worker in range(2)], 0
	while any(worker.poll() is None for worker in workers):
		time.sleep(draw.uniform(0.05, 0.3))
		frappe.db.rollback()
		begun = frappe.db.count("Interaction Event", {"parent": ("in", cases), "event": "Breached"})
		number = draw.randrange(len(workers))
		if begun and kills < KILLS and workers[number].poll() is None:
			workers[number].send_signal(signal.SIGKILL)
			workers[number].wait()
			workers[number] = start(SWEEP)
			kills += 1
	frappe.db.rollback()
	with clock.moved_to("2026-11-19 12:00:00"):
		sweep.run()
	assert kills
	for name in cases:
		keys = frappe.get_all(
			"Interaction Event", {"parent": name, "action_key": ("is", "set")}, pluck="action_key"
		)
		assert len(keys) == len(set(keys)) == 8, name  # two breaches, two steps each, two more of the first
		told = frappe.get_all(
			"Notification Log",
			{"document_name": name, "for_user": responsible, "subject": ("like", "%overdue%")},
			pluck="subject",
		)
		assert sorted(said.split(":")[0] for said in told) == ["Acknowledgement overdue", "Answer overdue"]
		assert all(f"({name})" in said for said in told)
		assert frappe.get_all("ToDo", {"reference_name": name}, pluck="allocated_to") == [responsible]


@pytest.fixture
def imported(responsible, site):
	"""A Data Import of interactions that has not run yet; removed in the end."""
	customer = frappe.get_doc({"doctype": "Customer", "customer_name": "Anna Client"}).insert()
	fields = {
		"company": frappe.db.get_value("Company", {}),
		"party_type": "Customer",
		"party": customer.name,
		"communication_type": "Initial Inquiry",
		"channel": "Phone",
		"direction": "Inbound",
		"occurred_on": "2026-11-16 10:00:00",
		"summary": "Anna asks for an offer.",
		"responsible_staff": responsible,
	}
	lines = [",".join(["subject", *fields])]
	lines += [",".join([f"Killed import {number}", *fields.values()]) for number in range(RECORDS)]
	file = frappe.get_doc(
		{"doctype": "File", "file_name": "killed.csv", "content": "\n".join(lines), "is_private": 1}
	).insert()
	doc = frappe.get_doc(
		{
			"doctype": "Data Import",
			"reference_doctype": INTERACTION,
			"import_type": "Insert New Records",
			"import_file": file.file_url,
			"mute_emails": 1,
		}
	).insert()
	frappe.db.commit()
	yield doc
	frappe.db.rollback()
	remove(frappe.get_all(INTERACTION, {"subject": ("like", "Killed import %")}, pluck="name"))
	frappe.db.delete("Data Import Log", {"data_import": doc.name})
	frappe.delete_doc("Data Import", doc.name, force=True)
	frappe.delete_doc("File", file.name, force=True)
	frappe.db.commit()


def rows():
	frappe.db.rollback()
	return frappe.get_all(
		INTERACTION, {"subject": ("like", "Killed import %")}, ["name", "subject"], order_by="name asc"
	)


@pytest.mark.committed
def test_an_import_that_is_killed_leaves_whole_rows_and_continues_where_it_stopped(imported, start):
	worker = start(IMPORT, imported.name)
	deadline = time.monotonic() + 120
	while len(rows()) < 3:
		assert worker.poll() is None and time.monotonic() < deadline, "the import did not get that far"
		time.sleep(0.02)
	worker.send_signal(signal.SIGKILL)
	worker.wait()
	found = rows()
	assert 3 <= len(found) < RECORDS
	for row in found:
		doc = frappe.get_doc(INTERACTION, row.name)
		assert [event.event for event in doc.events] == ["Logged", "Received"]
		assert (str(doc.acknowledge_by), doc.clock_state) == ("2026-11-17 17:00:00", "Running")
		assert (
			str(doc.next_check_at) > "2026-11-16" and doc.matrix and doc.confidentiality_level == "Standard"
		)
	assert not frappe.db.sql(
		"""select name from `tabInteraction Event` where parenttype = 'Client Interaction'
		and parent not in (select name from `tabClient Interaction`)"""
	)
	assert start(IMPORT, imported.name).wait(timeout=240) == 0
	subjects = [row.subject for row in rows()]
	assert sorted(subjects) == sorted(f"Killed import {number}" for number in range(RECORDS))
