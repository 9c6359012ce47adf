"""Ten thousand bad values end with an answer or with a refusal that says what is wrong, and leave nothing half-written.

CLIENT_COMMS_BAD_INPUT is the number of values; all that there are with 0.
"""

import os
from collections import Counter

import bad_input
import pytest

from client_comms.leak_check.census.run import Preparation

pytestmark = pytest.mark.committed
SEED, AT_ONCE = 2026, 1_000


def test_bad_values(site, results):
	number = int(os.environ.get("CLIENT_COMMS_BAD_INPUT", 12_000)) or None
	results.mkdir(parents=True, exist_ok=True)
	report = results / "bad-input.txt"
	tried, found = 0, []
	while True:
		# The longer the one transaction of a census, the slower the database undoes what a request did.
		with Preparation() as prepared:
			every = bad_input.trials(prepared, SEED, number)
			found += map(str, bad_input.faults(prepared, every[tried : tried + AT_ONCE]))
		tried = min(tried + AT_ONCE, len(every))
		report.write_text("\n".join([f"{tried} of {len(every)} values", *sorted(found)]))
		if tried == len(every):
			break
	assert not found, Counter(each.partition(": ")[2][:80] for each in found).most_common(20)
