"""After an erasure whose process was killed again and again, no trace of the client is in a dump of the database, in the files or
in Redis (P-2)."""

import os
import random
import subprocess
from pathlib import Path

import frappe
import pytest
from frappe.utils.background_jobs import get_redis_conn

from client_comms import ledger, procedure
from client_comms.api import retention as approvals
from client_comms.api import subject_requests as requests
from client_comms.client_privacy import identity
from client_comms.client_privacy.erasure import runs

pytestmark = [pytest.mark.committed, pytest.mark.clause("P-2")]

SEEDS = [int(each) for each in os.environ.get("CLIENT_COMMS_KILL_SEEDS", "1 2 3").split()]
NOT_REACHED = {"logs", "backups"}  # as every certificate says


@pytest.fixture
def client(site):
	"""A client with something of them in every kind of place; committed."""
	key = frappe.generate_hash(length=10)
	number = f"+49 30 {random.randint(10**8, 10**9 - 1)}"
	name, address = f"Quokka Z{key}", f"quokka.{key}@client.example"
	about = {"party_type": "Customer", "party": name}
	_insert("Customer", customer_name=name, customer_type="Individual")
	links = [{"link_doctype": "Customer", "link_name": name}]
	contact = _insert(
		"Contact",
		first_name=name,
		links=links,
		email_ids=[{"email_id": address, "is_primary": 1}],
		phone_nos=[{"phone": number, "is_primary_mobile_no": 1}],
	)
	_insert(
		"Address", address_title=name, address_line1="Street 1", city="Berlin", country="Germany", links=links
	)
	interaction = frappe.get_doc(
		{
			"doctype": "Client Interaction",
			**about,
			"contact": contact.name,
			"company": frappe.db.get_value("Company", {}),
			"communication_type": "Initial Inquiry",
			"channel": "Phone",
			"direction": "Outbound",
			"occurred_on": frappe.utils.add_days(frappe.utils.now_datetime(), -1),
			"subject": f"Roof of {name}",
			"summary": f"{name} asks",
		}
	)
	interaction.flags.from_intake = True
	interaction.append_event("Logged", frappe.utils.now_datetime())
	interaction.insert()
	message = _insert(
		"Communication",
		communication_medium="Email",
		sent_or_received="Received",
		subject=f"From {name}",
		content=f"Call {number}",
		sender=address,
		reference_doctype=interaction.doctype,
		reference_name=interaction.name,
	)
	for content in (f"{name} {frappe.generate_hash()}", f"Letter of {address}"):
		_insert(
			"File",
			file_name=f"{frappe.generate_hash()}.txt",
			content=content,
			is_private=1,
			attached_to_doctype="Communication",
			attached_to_name=message.name,
		)
	interaction.reload().add_comment("Comment", f"{name} is friendly")
	queued = frappe.new_doc("Email Queue")
	queued.update(
		{
			"sender": "service@own.example",
			"message": f"Dear {name}",
			"status": "Not Sent",
			"reference_doctype": interaction.doctype,
			"reference_name": interaction.name,
			"recipients": [{"recipient": address, "status": "Not Sent"}],
		}
	)
	queued.insert()
	_insert("Issue", subject=f"Leak at {name}", customer=name, raised_by=address)
	todo = _insert("ToDo", description=f"Call {name} at {number}")
	todo.description = f"Call {name} again"
	todo.save()
	gone = _insert("Note", title="Gone", content=f"About {name}")
	gone.delete()
	_insert("Note", title="Visit", content=f"Met {name} ({address.upper()})")
	frappe.log_error("Mail", f"Could not reach {address}")
	ledger.record(ledger.VIEW, "Customer", name, None, reason=f"{name} called")
	frappe.cache.set_value(f"seen::{name}", address)
	frappe.cache.hset("seen_by_key", name, address)
	frappe.db.commit()
	markers = [each.lower().encode() for each in (name, address, number.split()[-1])]
	yield frappe._dict(about, contact=contact.name, interaction=interaction.name, markers=markers)
	frappe.db.rollback()


def _insert(doctype, **fields):
	return frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)


@pytest.fixture
def approved(client, make_user, as_user):
	"""An erasure of the client, planned and approved; committed."""
	first, second = (make_user(procedure.COMPLIANCE_OFFICER) for _each in range(2))
	identity.confirm("Customer", client.party, client.contact, "Document Seen")
	with as_user(first):
		request = frappe.get_doc(
			{
				"doctype": requests.REQUEST,
				"right": "Erasure",
				"party_type": "Customer",
				"party": client.party,
				"contact": client.contact,
				"details": f"Erase {client.party}",
			}
		).insert()
		name = requests.plan_erasure(request.name)
	runs.work(name)
	with as_user(second):
		approvals.approve_run(name, "We erase it", "Letter of today")
	frappe.db.commit()
	return name


def in_dump(markers):
	"""The beginning of each line of a full dump that has a marker."""
	conf = frappe.conf
	command = ["mariadb-dump", "--skip-extended-insert", "--complete-insert", "--hex-blob"]
	where = [
		f"--host={conf.db_host or '127.0.0.1'}",
		f"--port={conf.db_port or 3306}",
		f"--user={conf.db_name}",
	]
	dump = subprocess.run(
		[*command, *where, conf.db_name],
		env={**os.environ, "MYSQL_PWD": conf.db_password},
		capture_output=True,
		check=True,
	).stdout
	assert dump.count(b"INSERT INTO") > 1000
	return [line[:300] for line in dump.splitlines() if has_one(markers, line)]


def in_files(markers):
	folder = Path(frappe.get_site_path())
	return [
		file
		for file in folder.rglob("*")
		if file.is_file()
		and not NOT_REACHED & {*file.relative_to(folder).parts}
		and has_one(markers, file.read_bytes() + str(file).encode())
	]


def in_redis(markers):
	found = []
	for connection in (frappe.cache, get_redis_conn()):
		read = {
			b"string": lambda key, db=connection: super(type(db), db).get(key) or b"",
			b"hash": lambda key, db=connection: repr(super(type(db), db).hgetall(key)).encode(),
			b"list": lambda key, db=connection: repr(super(type(db), db).lrange(key, 0, -1)).encode(),
			b"set": lambda key, db=connection: repr(super(type(db), db).smembers(key)).encode(),
			b"zset": lambda key, db=connection: repr(super(type(db), db).zrange(key, 0, -1)).encode(),
		}
		for key in connection.keys("*"):
			content = read.get(connection.type(key), lambda _key: b"")(key)
			if has_one(markers, key + content):
				found.append(key)
	return found


def has_one(markers, content: bytes) -> bool:
	content = content.lower()
	return any(marker in content for marker in markers)


def faults():
	ledger.chain()
	frappe.db.commit()
	return {(each["doctype"], each["name"], each["fault"]) for each in ledger.verify()["faults"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random_points_no_trace_is_left(seed, client, approved, killed_at):
	places, known = (in_dump, in_files, in_redis), faults()
	assert all(find(client.markers) for find in places)
	draw, kills, is_done = random.Random(seed), 0, False
	while not is_done:
		step = draw.randint(1, 150 * (kills + 1))
		is_done = killed_at(step, lambda: runs.work(approved), (os, "remove"), (os, "unlink"))
		kills += not is_done
	frappe.db.rollback()
	run = frappe.get_doc(runs.RUN, approved)
	assert (run.status, run.failed_count, run.error) == (runs.FINISHED, 0, None)
	assert kills > 2
	assert [find(client.markers) for find in places] == [[], [], []]
	left = frappe.db.get_value("Client Interaction", client.interaction, ["party", "communication_type"])
	assert left == (None, "Initial Inquiry")
	assert faults() == known
