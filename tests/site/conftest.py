"""Tests against a real ERPNext site, each inside a transaction that is rolled back."""

import pytest


@pytest.fixture(autouse=True)
def isolated(transaction):
	"""Every test here; see `transaction` for what that means and for the `committed` mark."""


@pytest.fixture
def log(request, site, transaction):
	"""`log("Service Update", …)` logs an interaction of yesterday and returns it.

	The responsible staff and the level are written past all checks, for a test may need what a user
	could not bring about; any other field goes through them. In a `committed` test it is deleted in the end.
	"""
	made = []

	def make(communication_type="Initial Inquiry", *, responsible_staff=None, confidentiality_level=None, **fields):
		doc = site.get_doc(
			{
				"doctype": "Client Interaction",
				"company": site.db.get_value("Company", {}),
				"communication_type": communication_type,
				"channel": "Phone",
				"direction": "Outbound",
				"occurred_on": site.utils.add_days(site.utils.now_datetime(), -1),
				"subject": "Solar roof",
				"summary": "The client asked for an offer.",
				**fields,
			}
		)
		doc.flags.from_intake = True
		doc.append_event("Logged", site.utils.now_datetime())
		doc.insert(ignore_permissions=True)
		made.append(doc.name)
		doc.db_set(
			{
				"responsible_staff": responsible_staff,
				"confidentiality_level": confidentiality_level or doc.confidentiality_level,
			},
			update_modified=False,
		)
		return doc

	yield make

	if request.node.get_closest_marker("committed"):
		site.set_user("Administrator")
		site.db.rollback()
		for name in made:
			site.delete_doc("Client Interaction", name, force=True, ignore_permissions=True, ignore_missing=True)
		site.db.commit()
