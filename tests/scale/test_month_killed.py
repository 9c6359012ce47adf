"""The scripted month again, with workers killed in the middle of sweeps: nothing in the outcome changes (C-3, C-4).

The second month is really committed, for the workers must see it; the database is put back afterwards as it was.
`CLIENT_COMMS_MONTH_KILLED` (by default 60) is the number of messages.
"""

import os
import subprocess

import frappe
import pytest
from month_plan import Script
from month_site import KilledSweeps, Month, outcome

pytestmark = pytest.mark.clause("C-3", "C-4")

MESSAGES = int(os.environ.get("CLIENT_COMMS_MONTH_KILLED", "60"))


@pytest.fixture
def put_back(site, tmp_path):
	"""The database afterwards is what it was before."""
	dump, conf = tmp_path / "before.sql", frappe.conf
	client = [
		f"--host={conf.db_host or '127.0.0.1'}",
		f"--port={conf.db_port or 3306}",
		f"--user={conf.db_user or conf.db_name}",
		conf.db_name,
	]
	environment = {**os.environ, "MYSQL_PWD": conf.db_password}
	frappe.db.rollback()
	with dump.open("wb") as file:
		subprocess.run(
			["mariadb-dump", "--single-transaction", *client], stdout=file, env=environment, check=True
		)
	yield
	frappe.db.rollback()
	with dump.open("rb") as file:
		subprocess.run(["mariadb", *client], stdin=file, env=environment, check=True)
	frappe.clear_cache()


def played(month: Month) -> dict[str, dict]:
	month.prepare()
	month.play()
	return outcome(month)


def test_killed_sweeps_change_nothing_in_the_month(site, rolled_back, put_back):
	with rolled_back():
		expected = played(Month(Script(messages=MESSAGES)))
	sweeps = KilledSweeps()
	found = played(Month(Script(messages=MESSAGES), sweeps))
	print(f"{sweeps.kills} workers killed")
	assert found.keys() == expected.keys()
	for key, wanted in expected.items():
		assert found[key] == wanted, key
	assert sweeps.kills >= MESSAGES / 2
