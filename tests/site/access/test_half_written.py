"""A change that fails leaves nothing behind, also where a request takes the next one (R-3)."""

import json

import frappe
import pytest

from client_comms import procedure

pytestmark = pytest.mark.clause("R-3", "M-1")

_BULK = "frappe.client.bulk_update"


@pytest.fixture
def handler(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT)


@pytest.fixture
def interactions(log, make_client, handler):
	"""Two of the same user; the second has a row of evidence."""
	client = make_client("Anna", "anna@client.example")
	both = [log("Service Update", responsible_staff=handler, **client) for _each in range(2)]
	both[1].append(
		"evidence", {"documentation_method": frappe.db.get_value("Documentation Method", {}), "note": "Seen"}
	)
	both[1].save_by_app()
	return both


def stored(interaction) -> dict:
	frappe.clear_document_cache(interaction.doctype, interaction.name)
	return frappe.get_doc(interaction.doctype, interaction.name).as_dict()


def test_a_row_that_is_refused_takes_the_change_of_its_document_along(interactions, handler, request_as):
	changed, other = interactions
	before = stored(changed)
	row = {**other.evidence[0].as_dict(), "note": "Mine"}
	docs = [
		{
			"doctype": changed.doctype,
			"docname": changed.name,
			"occurred_on": frappe.utils.add_days(changed.occurred_on, -1),
			"reclassification_reason": "It was earlier",
			"evidence": [{key: row[key] for key in ("name", "documentation_method", "note")}],
		},
		{"doctype": other.doctype, "docname": other.name, "subject": "Another subject"},
	]
	answer = request_as(handler, _BULK, docs=json.dumps(docs, default=str))
	(failed,) = answer["failed_docs"]
	assert failed["doc"]["docname"] == changed.name
	assert "belongs to another document" in failed["exc"]
	assert stored(changed) == before
	assert stored(other).subject == "Another subject"  # the rest goes on
