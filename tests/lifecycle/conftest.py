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
	"""`bench("migrate", …)` runs a bench command on the site of this session, as a process of its own."""

	def run(*arguments):
		# Our own transaction would hold its tables.
		site.db.rollback()
		command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", site.local.site]
		done = subprocess.run(
			[*command, *arguments],
			cwd=site.local.sites_path,
			env=os.environ,
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
		)
		assert done.returncode == 0, done.stdout[-3000:]
		site.db.rollback()
		site.clear_cache()
		if hasattr(site.local, "doc_events_hooks"):  # kept for a request, which no other process outlives
			del site.local.doc_events_hooks

	return run
