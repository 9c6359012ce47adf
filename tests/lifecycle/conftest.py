"""Tests that install, upgrade and remove the app in processes of their own; each cleans up after itself."""

import os
import subprocess
import sys

import pytest


@pytest.fixture(autouse=True)
def isolated(transaction):
	"""Every test here; see `transaction` for what that means and for the `committed` mark."""


@pytest.fixture
def bench(site):
	"""`bench("migrate", …)` runs a bench command on the site of this session, as a process of its own.

	Returns what it printed. It must succeed, unless `may_fail`.
	"""
	from frappe.cache_manager import clear_controller_cache
	from frappe.utils.background_jobs import get_queue

	def run(*arguments, may_fail=False, **environment):
		# Our own transaction would hold its tables.
		site.db.rollback()
		# No worker runs here. To remove the app queues a job for every deleted document, and version 16 refuses more than 550 that wait.
		for queue in ("short", "default", "long"):
			get_queue(queue).empty()
		command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", site.local.site]
		done = subprocess.run(
			[*command, *arguments],
			cwd=site.local.sites_path,
			env={**os.environ, **environment},
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
		)
		assert may_fail or done.returncode == 0, done.stdout[-3000:]
		site.db.rollback()
		site.clear_cache()
		clear_controller_cache()  # classes of apps that have come or gone
		if hasattr(site.local, "doc_events_hooks"):  # kept for a request, which no other process outlives
			del site.local.doc_events_hooks
		return done.stdout

	return run
