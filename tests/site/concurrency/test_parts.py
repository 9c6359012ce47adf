"""A part of a transaction that fails alone (D-5)."""

import frappe
import pytest
from rq.timeouts import JobTimeoutException

from client_comms import transactions

pytestmark = [pytest.mark.clause("D-1"), pytest.mark.committed]


@pytest.fixture
def note(site):
	"""The name of a document that goes in the end."""
	name = "Note of a Part"
	yield name
	site.db.rollback()
	site.db.delete("Note", {"title": name})
	site.db.commit()


def insert(title):
	return frappe.get_doc({"doctype": "Note", "title": title}).insert()


def test_its_error_is_told_although_other_code_has_committed(note):
	with transactions.part() as done:
		insert(note)
		frappe.db.commit()
		raise ValueError("of the part")
	assert str(done.error) == "of the part"
	assert frappe.db.exists("Note", {"title": note}), "what was committed stays"
	assert frappe.db.exists("Error Log", {"method": ("like", "%committed in the middle%")})


def test_its_error_undoes_it(note):
	with transactions.part() as done:
		insert(note)
		raise ValueError("of the part")
	assert done.error and not frappe.db.exists("Note", {"title": note})


def test_the_end_of_the_time_of_a_job_is_not_an_error_of_a_part(note):
	with pytest.raises(JobTimeoutException), transactions.part("Part"):
		raise JobTimeoutException("300 seconds")
