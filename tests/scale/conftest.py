"""Data for benchmarks: written by SQL, for they measure reading; the site of this tier is thrown away afterwards."""

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from browsing import browser, login, pytest_runtest_makereport, screenshots  # noqa: F401

INTERACTIONS = 200_000
PASSWORD = "scale-Test-2026"
COLUMNS = [
	"name",
	"owner",
	"creation",
	"modified",
	"modified_by",
	"docstatus",
	"subject",
	"communication_type",
	"channel",
	"direction",
	"occurred_on",
	"status",
	"confidentiality_level",
	"responsible_staff",
	"company",
	"party_name",
	"matrix",
	"clock_state",
	"naming_series",
]


@pytest.fixture(scope="session")
def interactions(site):
	"""200,000 interactions: 90 % Standard, 10 % Confidential or Sensitive, of which 0.1 % have a part for `few`."""
	matrix = site.db.get_value("Communication Matrix", {"docstatus": 1})
	company = site.db.get_value("Company", {})
	draw, start = random.Random(2026), datetime(2026, 1, 1)
	staff = [f"staff{number}@scale.example" for number in range(50)]

	def rows():
		for number in range(INTERACTIONS):
			at, share = start + timedelta(minutes=2 * number), draw.random()
			if share < 0.9:
				level, kind = "Standard", "Initial Inquiry"
			elif share < 0.95:
				level, kind = "Confidential", "Service Update"
			else:
				level, kind = "Sensitive", "Feedback/Complaint"
			responsible = draw.choice(staff)
			if level == "Sensitive" and draw.random() < 0.02:
				responsible = user_of("few")
			yield (
				f"CI-SCALE-{number:06d}",
				"Administrator",
				at,
				at,
				"Administrator",
				0,
				f"Solar roof {number}",
				kind,
				"Email",
				"Inbound",
				at,
				"Open",
				level,
				responsible,
				company,
				f"Client {number % 5000}",
				matrix,
				"Stopped",
				"CI-.YYYY.-.#####",
			)

	site.db.bulk_insert("Client Interaction", COLUMNS, list(rows()), chunk_size=5000)
	site.db.commit()
	site.db.sql("analyze table `tabClient Interaction`")
	yield
	site.db.delete("Client Interaction", {"name": ("like", "CI-SCALE-%")})
	site.db.commit()


@pytest.fixture(scope="session")
def readers(site, interactions):
	"""Users who can read 90 %, 10 % and 0.1 % of them: name → user."""
	from frappe.permissions import add_permission

	roles = {"most": "Frontline Staff", "some": "Scale Some", "few": "Scale Few"}
	for name, level in (("some", "Confidential"), ("some", "Sensitive"), ("few", "Sensitive")):
		role = roles[name]
		if not site.db.exists("Role", role):
			site.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert()
			add_permission("Client Interaction", role)
		doc = site.get_doc("Confidentiality Level", level)
		doc.append("clearances", {"role": role, "can_read": 1, "oversight": int(name == "some")})
		doc.save()
	for name, role in roles.items():
		site.get_doc(
			{
				"doctype": "User",
				"email": user_of(name),
				"first_name": name,
				"send_welcome_email": 0,
				"roles": [{"role": role}],
			}
		).insert(ignore_permissions=True)
	site.db.commit()
	site.clear_cache()
	return {name: user_of(name) for name in roles}


def user_of(name: str) -> str:
	return f"{name}@scale.example"


@pytest.fixture(scope="module")
def log_in(site, site_name):
	"""`log_in(user)` is a function that asks the application, in this process so that hooks can be taken out.

	It works in a separate thread, because Frappe keeps the state of a request in its thread.
	"""
	import frappe.app
	from frappe.utils.password import update_password
	from werkzeug.test import Client

	frappe.app._sites_path = site.local.sites_path
	with ThreadPoolExecutor(max_workers=1) as thread:

		def session(user):
			client = Client(frappe.app.application)

			def get(path, **query):
				def ask():
					start = time.perf_counter()
					answer = client.get(
						f"/api/method/{path}",
						query_string=query,
						headers={"X-Frappe-Site-Name": site_name},
					)
					return answer.status_code, time.perf_counter() - start

				return thread.submit(ask).result()

			update_password(user, PASSWORD)
			site.db.commit()
			assert get("login", usr=user, pwd=PASSWORD)[0] == 200
			return get

		yield session


@pytest.fixture
def killed_at(site_name, sites_path):
	"""`killed_at(step, work, (os, "replace"))` runs `work` in a process with a connection of its own, which kills itself before
	that statement, commit or call of a named function; returns whether it came to its end before."""

	def run(step, work, *functions):
		process = os.fork()
		if not process:
			try:
				alone(step, work, functions)
			finally:
				os._exit(1)
		_process, status = os.waitpid(process, 0)
		assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
		return os.WIFEXITED(status)

	def alone(step, work, functions):
		import frappe

		inherited = (
			frappe.local.db
		)  # closing it would end the connection of the test, so this function never returns
		frappe.init(site_name, sites_path=str(sites_path), force=True)
		frappe.connect()
		assert inherited is not frappe.local.db
		steps = 0

		def counted(function):
			def call(*args, **kwargs):
				nonlocal steps
				steps += 1
				if steps == step:
					os.kill(os.getpid(), signal.SIGKILL)
				return function(*args, **kwargs)

			return call

		for owner, name in ((frappe.db, "sql"), (frappe.db, "commit"), *functions):
			setattr(owner, name, counted(getattr(owner, name)))
		work()
		os._exit(0)

	return run
