"""The deletion of every document whose states are on the ledger is recorded (P-2, R-3)."""

import frappe
import pytest

from client_comms import ledger
from client_comms.ledger import following, subjects

pytestmark = pytest.mark.clause("P-2", "R-3")


def entries(doctype, name):
	about = {"action": following.DELETED, "reference_doctype": doctype, "reference_name": name}
	return frappe.db.count(ledger.ENTRY, about)


@pytest.mark.parametrize("doctype", sorted(subjects.SUBJECTS))
def test_a_deletion_is_recorded(doctype):
	doc = frappe.new_doc(doctype)
	doc.name = frappe.generate_hash()
	doc.run_method("after_delete")
	assert entries(doctype, doc.name) == 1


@pytest.mark.parametrize("doctype", subjects.WITH_LEVEL)
def test_a_deletion_is_recorded_if_the_level_is_on_the_ledger(doctype):
	doc = frappe.new_doc(doctype)
	doc.update({"name": frappe.generate_hash(), subjects.LEVEL_FIELD: "Sensitive"})
	doc.db_insert()
	for known in (0, 1):
		doc.run_method("after_delete")
		assert entries(doctype, doc.name) == known
		following.record_states(doctype, [doc.name])
