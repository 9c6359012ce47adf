"""The rules of lint/semgrep: `make lint` runs them and compares them with their seeded violations."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = set(re.findall(r"^  - id: (\S+)$", (ROOT / "lint/semgrep/frappe.yml").read_text(), re.MULTILINE))
SILENCED = re.compile(r"# nosemgrep: (?P<rule>[a-z-]+) \(\w[^()]+\)$")


def test_every_rule_has_a_seeded_violation_and_something_it_leaves_alone():
	seeded = (ROOT / "lint/semgrep/frappe.py").read_text()
	for kind in ("ruleid", "ok"):
		assert set(re.findall(rf"# {kind}: (\S+)$", seeded, re.MULTILINE)) == RULES


def test_a_silenced_finding_names_its_rule_and_the_reason():
	found = 0
	for file in sorted((ROOT / "client_comms").rglob("*.py")):
		for number, line in enumerate(file.read_text().splitlines(), start=1):
			if "nosem" in line:
				silenced = SILENCED.search(line)
				assert silenced and silenced["rule"] in RULES, f"{file}:{number}"
				found += 1
	assert found
