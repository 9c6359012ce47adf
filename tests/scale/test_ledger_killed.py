"""A process that is killed at any step leaves a ledger that is valid and complete (P-2, R-3)."""

import os

import frappe
import pytest

from client_comms import ledger
from client_comms.ledger import comparison, seal

pytestmark = pytest.mark.clause("P-2", "R-3")

ENTRY = ledger.ENTRY
NOTE = "Ledger kill test"


@pytest.fixture
def own_ledger(site, monkeypatch, tmp_path):
	monkeypatch.setattr(comparison, "unrecorded", lambda *args: iter(()))
	monkeypatch.setattr(seal, "path", lambda: tmp_path / "ledger.json")
	tables = (ENTRY, ledger.CHECKPOINT)
	kept = {doctype: frappe.db.sql(f"select * from `tab{doctype}`", as_dict=True) for doctype in tables}

	def empty():
		frappe.db.rollback()
		for doctype in tables:
			frappe.db.delete(doctype)
		frappe.db.delete("Note", {"title": NOTE})

	empty()
	frappe.db.commit()
	yield
	empty()
	for doctype, rows in kept.items():
		if rows:
			frappe.db.bulk_insert(doctype, list(rows[0]), [list(row.values()) for row in rows])
	frappe.db.commit()


def act(name):
	"""What is recorded, and the entry about it, in one transaction."""
	frappe.db.sql("insert into `tabNote` (name, title) values (%s, %s)", (name, NOTE))
	ledger.record(ledger.VIEW, "Note", name, "Sensitive")
	frappe.db.commit()


def work(step):
	for number in range(2):
		act(f"{NOTE} {step} {number}")
	ledger.chain()
	ledger.erase_payload(frappe.get_all(ENTRY, {"action": ledger.GRANT, "salt": ("is", "set")}, pluck="name"))
	frappe.db.commit()
	act(f"{NOTE} {step} 2")
	ledger.chain()


def test_a_kill_at_any_step_leaves_it_valid_and_complete(own_ledger, killed_at):
	step, is_done = 0, False
	while not is_done:
		step += 1
		if not frappe.db.exists(ENTRY, {"action": ledger.GRANT, "salt": ("is", "set")}):
			ledger.record(ledger.GRANT, "Note", "to be erased", "Sensitive")
			frappe.db.commit()
		is_done = killed_at(step, lambda step=step: work(step), (os, "replace"), (seal, "write"))
		frappe.db.rollback()
		assert not ledger.verify()["faults"], step
		ledger.chain()
		found = ledger.verify()
		assert not found["faults"] and not found["waiting"], step
		acts = frappe.get_all("Note", {"title": NOTE}, pluck="name")
		about = frappe.get_all(ENTRY, {"action": ledger.VIEW}, pluck="reference_name")
		assert sorted(acts) == sorted(about), step
		assert found["checked"] == frappe.db.count(ENTRY)
	assert step > 40
