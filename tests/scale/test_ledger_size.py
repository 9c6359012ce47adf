"""A ledger of a million entries is signed and verified in minutes, and in memory that does not grow with it (P-2, R-3).

CLIENT_COMMS_LEDGER_ENTRIES sets the number. The entries stay: a ledger cannot be shortened, and the site is thrown away.
"""

import os
import resource
import time

import frappe
import pytest

from client_comms import ledger
from client_comms.ledger import verification
from client_comms.ledger.entries import entry, write

pytestmark = [pytest.mark.committed, pytest.mark.clause("P-2", "R-3")]

ENTRIES = int(os.environ.get("CLIENT_COMMS_LEDGER_ENTRIES", 100_000))
AT_ONCE = 5_000
MINUTES_PER_MILLION = 10
MEGABYTES = 200  # more than before


def test_a_long_ledger_is_verified_in_minutes(site):
	before = verification.length()
	started = time.monotonic()
	for start in range(0, ENTRIES, AT_ONCE):
		write(
			entry("View", "Client Interaction", f"CI-SIZE-{number}", "Standard", reason="Opened in the desk")
			for number in range(start, start + AT_ONCE)
		)
		frappe.db.commit()
	written, started = time.monotonic() - started, time.monotonic()
	while ledger.chain():
		frappe.db.commit()
	chained, started = time.monotonic() - started, time.monotonic()
	memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
	found = ledger.verify()
	verified = time.monotonic() - started
	grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
	print(
		f"{ENTRIES} entries: written in {written:.0f} s, signed in {chained:.0f} s, verified in {verified:.0f} s, {grown:.0f} MB more"
	)
	assert verification.length() >= before + ENTRIES
	assert not found["faults"], found["faults"][:3]
	assert verified <= MINUTES_PER_MILLION * 60 * max(ENTRIES, 100_000) / 1_000_000
	assert grown <= MEGABYTES
