"""What only reads, and reads much, is answered by a read replica where the site has one, and writes nothing there."""

from unittest import mock

import frappe
import frappe.database
import pytest

from client_comms import api
from client_comms.api import subject_requests

pytestmark = pytest.mark.committed

READING = {
	"scorecard": {},
	"explore_user": {"user": "Administrator"},
	"explore_record": {},
	"simulate_matrix_access": {},
	"simulate_role": {"user": "Administrator", "role": "Frontline Staff"},
	"simulate_clearance": {},
	"processing_record": {},
}


@pytest.fixture
def replica(site, monkeypatch):
	"""A second connection to the database that refuses to write; the statements that it got."""
	statements, get_db = [], frappe.database.get_db

	def read_only_db(**how):
		db = get_db(
			**{**how, "host": site.conf.db_host, "port": site.conf.db_port, "socket": site.conf.db_socket}
		)
		db.connect()
		db.sql("set session transaction read only")
		run = db.sql
		db.sql = lambda query, *args, **kwargs: (statements.append(str(query)), run(query, *args, **kwargs))[
			1
		]
		return db

	monkeypatch.setitem(site.local.conf, "read_from_replica", 1)
	with mock.patch("frappe.database.get_db", read_only_db):
		yield statements
	for name in ("replica_db", "primary_db"):
		if hasattr(site.local, name):
			delattr(site.local, name)


@pytest.fixture
def arguments(site):
	def of(method):
		match method:
			case "explore_record":
				return {
					"doctype": "Client Interaction",
					"name": site.db.get_value("Client Interaction", {}) or "none",
				}
			case "simulate_matrix_access":
				return {"matrix": site.db.get_value("Communication Matrix", {"docstatus": 1})}
			case "simulate_clearance":
				return {
					"level": "Sensitive",
					"role": "Frontline Staff",
					"actions": ["read"],
				}
		return READING[method]

	return of


@pytest.mark.parametrize("method", READING)
def test_a_replica_answers_what_only_reads(method, replica, arguments, site):
	given = arguments(method)
	primary = site.local.db
	try:
		(getattr(api, method, None) or getattr(subject_requests, method))(**given)
	except site.DoesNotExistError:
		assert method == "explore_record"  # a site without interactions
	assert replica
	assert site.local.db is primary
