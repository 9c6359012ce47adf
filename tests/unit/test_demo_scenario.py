"""What the staff of the demonstration do, and its command line without a site."""

import json
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from client_comms import procedure
from client_comms.demo import __main__ as command
from client_comms.demo import mailbox, scenario, stories

ROOT = Path(__file__).resolve().parents[2]
ANCHORS = [date(2026, 11, 18) + timedelta(days=n) for n in range(8)]


def test_every_role_of_the_procedure_has_its_people():
	people = Counter(role for _person, role, _roles in scenario.STAFF)
	assert people == {
		procedure.FRONTLINE_STAFF: 2,
		procedure.ACCOUNT_MANAGER: 2,
		procedure.CUSTOMER_SUPPORT: 2,
		procedure.CUSTOMER_SUPPORT_MANAGER: 1,
		procedure.COMPLIANCE_OFFICER: 1,
		procedure.COMMUNICATIONS_MANAGER: 1,
	}


def test_all_staff_write_from_the_domain_of_the_company():
	assert {address.split("@")[1] for (_name, address), *_more in scenario.STAFF} == {stories.OWN_DOMAIN}


@pytest.mark.parametrize("anchor", ANCHORS)
def test_everything_happens_after_its_conversation_began_and_before_the_anchor(anchor):
	begun = {}
	for mail in mailbox.build(anchor):
		begun.setdefault(mail.key, mail.at)
	steps = scenario.build(anchor)
	for step in steps:
		begun.setdefault(step.key, step.at)
		assert begun[step.key] <= step.at, step
		assert step.at.date() < anchor, step
	assert steps == sorted(steps, key=lambda step: step.at)


@pytest.mark.parametrize("anchor", ANCHORS)
def test_promises_are_for_later(anchor):
	promises = [
		s for s in scenario.build(anchor) if isinstance(s, scenario.Action) and s.does == scenario.PROMISE
	]
	assert promises
	assert all(promise.at < promise.until for promise in promises)


def test_deadlines_of_mail_are_left_to_the_mail():
	"""A pause that ends and a reopening by staff move deadlines: only what was logged by hand has them."""
	of_mail = {mail.key for mail in mailbox.build(ANCHORS[0])}
	moving = {
		step.key
		for step in scenario.build(ANCHORS[0])
		if isinstance(step, scenario.Action) and step.does in (scenario.RESUME, scenario.REOPEN)
	}
	assert moving and not moving & of_mail


def test_the_mailbox_is_assessed_without_a_site(capsys):
	assert command.main(["--anchor", "2026-11-25", "--json"]) == 0
	report = json.loads(capsys.readouterr().out)
	assert report["own_domains"] == [stories.OWN_DOMAIN]
	assert report["problems"] == []
	assert len(report["conversations"]) > 45


def test_the_table_is_the_one_of_the_dry_run(capsys):
	assert command.main(["--anchor", "2026-11-25"]) == 0
	printed = capsys.readouterr().out
	assert "Acknowledge by" in printed and "Offer for a 9" in printed


def test_a_day_that_is_none_is_refused(capsys):
	with pytest.raises(SystemExit) as end:
		command.main(["--anchor", "2026-02-30"])
	assert end.value.code == 2
	assert "2026-02-30" in capsys.readouterr().err


def test_the_dry_run_of_the_demonstration_needs_no_frappe():
	program = (
		"import sys, client_comms.demo.__main__, client_comms.demo.scenario; print('frappe' in sys.modules)"
	)
	found = subprocess.run(
		[sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
	)
	assert found.stdout.strip() == "False"
