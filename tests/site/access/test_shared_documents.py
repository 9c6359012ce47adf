"""What was shared with a user is the same in plain SQL as Frappe finds it."""

import functools
import itertools

import frappe
import pytest
from frappe.permissions import add_user_permission

from client_comms.enforcement import compose, shared_documents

pytestmark = pytest.mark.clause("D-5")

DOCTYPES = ("Issue", "issue", "Customer", "Note")
RIGHTS = (None, ["read"], ["write"], ["read", "share"])


@pytest.fixture
def shares(site, staff):
	"""Of each kind: for a user or for all, with and without what can be read."""
	users, made = (staff.uncleared, staff.cleared, None), []
	for doctype, user, read, write in itertools.product(("Issue", "Note"), users, (0, 1), (0, 1)):
		share = frappe.new_doc("DocShare", name=frappe.generate_hash(), share_doctype=doctype, user=user)
		share.update({"share_name": share.name, "everyone": int(not user), "read": read, "write": write})
		share.db_insert()
		made.append(share.name)
	return made


@pytest.fixture
def asked():
	"""Our function, and Frappe's around which it is."""
	compose.stand_around()
	ours = frappe.share.get_shared
	return ours, ours.__wrapped__


def test_it_is_what_frappe_finds(shares, staff, asked):
	ours, frappes = asked
	users = (staff.uncleared, staff.cleared, "Guest", "Administrator", "n'one@example.com", None)
	found = 0
	for doctype, user, rights in itertools.product(DOCTYPES, users, RIGHTS):
		expected = sorted(frappes(doctype, user, rights))
		assert sorted(ours(doctype, user, rights)) == expected, (doctype, user, rights)
		found += len(expected)
	assert found > 50


def test_and_of_one_document(shares, staff, asked):
	ours, frappes = asked
	users, found = (staff.uncleared, staff.cleared, "Guest"), 0
	for name, user, rights in itertools.product([*shares, "gone", 7], users, RIGHTS):
		this = [["share_name", "=", name]]
		expected = frappes("Issue", user, rights, filters=this, limit=1)
		assert ours("Issue", user, rights, filters=this, limit=1) == expected, (name, user, rights)
		found += len(expected)
	assert found > 10


def test_another_filter_is_frappes(shares, staff, asked):
	ours, frappes = asked
	others = [["share_name", "in", shares[:5]]]
	expected = sorted(frappes("Issue", staff.uncleared, filters=others))
	assert expected and sorted(ours("Issue", staff.uncleared, filters=others)) == expected
	with pytest.raises(Exception, match="nonsense"):
		ours("Issue", staff.uncleared, ["nonsense"])


def test_what_another_app_puts_in_its_place_is_asked(asked, staff):
	_ours, frappes = asked

	@functools.wraps(frappes)
	def others(doctype, user=None, rights=None, *, filters=None, limit=None):
		return ["theirs"]

	assert shared_documents.get_shared(others, "Issue", staff.uncleared) == ["theirs"]


def test_a_list_asks_in_this_way(shares, staff, asked, as_user, monkeypatch):
	"""On version 15, that of a user with a User Permission."""
	add_user_permission("Company", frappe.get_all("Company", pluck="name")[0], staff.uncleared)
	plainly = frappe.db.sql_list
	run = []
	monkeypatch.setattr(
		frappe.db, "sql_list", lambda query, *args: run.append(query) or plainly(query, *args)
	)
	with as_user(staff.uncleared):
		frappe.get_list("Issue")
	assert [each for each in run if "`tabDocShare`" in each]
