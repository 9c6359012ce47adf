"""Ten thousand bad values end with an answer or with a refusal that says what is wrong, and leave nothing half-written.

CLIENT_COMMS_BAD_INPUT is the number of values; all that there are with 0.
"""

import os
from collections import Counter

import bad_input
import pytest

from client_comms.leak_check.census.run import Preparation

pytestmark = pytest.mark.committed
SEED = 2026


def test_bad_values(site, results):
	with Preparation() as prepared:
		wanted = bad_input.trials(
			prepared, SEED, int(os.environ.get("CLIENT_COMMS_BAD_INPUT", 12_000)) or None
		)
		found = [str(fault) for fault in bad_input.faults(prepared, wanted)]
	results.mkdir(parents=True, exist_ok=True)
	(results / "bad-input.txt").write_text("\n".join(sorted(found)))
	print(
		len(wanted),
		"values,",
		len(found),
		"faults",
		Counter(each.partition(": ")[2][:60] for each in found).most_common(20),
	)
	assert not found
