"""Two users who write to the client at the same time see each other before they send (C-4)."""

import functools

import frappe
import pytest

from client_comms import api, clock

pytestmark = pytest.mark.clause("C-4")


def test_users_who_write_see_each_other_and_no_one_else_does(as_user, make_user, log):
	fiona = make_user("Frontline Staff", first_name="Fiona")
	felix = make_user("Frontline Staff", first_name="Felix")
	name = log(responsible_staff=fiona).name
	with as_user(fiona):
		assert api.writing(name) == []
	with as_user(felix):
		assert api.writing(name) == ["Fiona"]
	with as_user(fiona):
		assert api.writing(name) == ["Felix"]
	with as_user(felix):
		api.writing(name, active=0)
	with as_user(fiona):
		assert api.writing(name) == []
	complaint = log("Feedback/Complaint", responsible_staff=make_user("Customer Support")).name
	with as_user(fiona), pytest.raises(frappe.PermissionError):
		api.writing(complaint)


def test_users_who_begin_at_the_same_moment_do_not_erase_each_other(as_user, make_user, log, monkeypatch):
	fiona = make_user("Frontline Staff", first_name="Fiona")
	felix = make_user("Frontline Staff", first_name="Felix")
	name = log(responsible_staff=fiona).name
	read = {each: getattr(frappe.cache, each) for each in ("get_value", "hgetall")}

	def while_it_reads(method, key, *args, **kwargs):
		found = read[method](key, *args, **kwargs)
		if "client_comms_writ" in key and frappe.session.user == felix:
			monkeypatch.undo()
			with as_user(fiona):
				api.writing(name)
		return found

	for method in read:
		monkeypatch.setattr(frappe.cache, method, functools.partial(while_it_reads, method))
	with as_user(felix):
		api.writing(name)
	with as_user(felix):
		assert api.writing(name) == ["Fiona"]
	with as_user(fiona):
		assert api.writing(name) == ["Felix"]


def test_who_leaves_without_a_word_is_forgotten_after_a_minute(as_user, make_user, log):
	fiona = make_user("Frontline Staff", first_name="Fiona")
	felix = make_user("Frontline Staff", first_name="Felix")
	name = log(responsible_staff=fiona).name
	with as_user(fiona):
		api.writing(name)
	with as_user(felix), clock.moved_to(frappe.utils.add_to_date(clock.now(), seconds=70)):
		assert api.writing(name) == []
