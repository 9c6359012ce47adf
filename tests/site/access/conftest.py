"""People and records for tests of access."""

import contextlib
from unittest import mock

import frappe
import pytest
from frappe.cache_manager import clear_controller_cache
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from client_comms.enforcement import compose, page_requests


@pytest.fixture
def staff(make_user):
	"""The first can do everything with a complaint, the second nothing; Frappe and ERPNext allow both everything."""
	roles = ("System Manager", "Sales User", "Sales Manager", "Support Team")
	return frappe._dict(
		cleared=make_user("Customer Support Manager", "Compliance Officer", *roles),
		uncleared=make_user("Frontline Staff", *roles),
	)


@pytest.fixture
def complaint(log):
	"""A complaint, which is Sensitive as shipped."""
	return log("Feedback/Complaint")


@pytest.fixture
def held(set_settings):
	"""`held("Lead", lead_name="Anna")` creates a document at the level Sensitive, or at `level`."""
	set_settings(govern_issues=1, govern_leads=1, govern_opportunities=1)

	def make(doctype, level="Sensitive", **fields):
		doc = frappe.get_doc({"doctype": doctype, **fields}).insert(ignore_permissions=True)
		doc.db_set("confidentiality_level", level)
		return doc

	return make


@pytest.fixture(params=["named", "by row", "whole table"])
def every_condition(request, monkeypatch):
	"""Runs a test three times: with what a user takes part in named in conditions, asked for each row, as for a page of a list, and with all
	interactions named that are open by their client, as for a query that reads all rows."""
	monkeypatch.setattr(
		page_requests,
		"ask_each_row",
		lambda rows, user: bool(rows.open_levels) and request.param == "by row",
	)
	monkeypatch.setattr(page_requests, "reads_whole_table", lambda: request.param == "whole table")


@pytest.fixture
def request_as(as_user):
	"""`request_as(user, "frappe.client.get", doctype=…)`: what a method answers to a request, after this app's hooks."""

	from frappe.handler import execute_cmd

	def call(user, method, /, **arguments):
		with as_user(user):
			environ = EnvironBuilder(f"/api/method/{method}", method="POST").get_environ()
			frappe.local.request = Request(environ)
			frappe.local.form_dict = frappe._dict(arguments)
			frappe.local.response = frappe._dict(docs=[])
			for hook in frappe.get_hooks("before_request", app_name=compose.APP):
				frappe.call(hook)
			return execute_cmd(method)

	return call


@pytest.fixture
def without_hook(site):
	"""`with without_hook("has_permission", "Comment"): …` is the site without this app's hooks for these keys.

	Requests read hooks again, as these do.
	"""

	@contextlib.contextmanager
	def removed(kind, *keys):
		load = frappe._load_app_hooks

		def loaded(app_name=None):
			hooks = load(app_name)
			if kind == "extend_doctype_class":  # of which version 15 reads what is computed from it
				classes = hooks.get("override_doctype_class", {})
				classes.update({key: _of_others(classes[key]) for key in keys if key in classes})
			there = hooks.get(kind, {})
			if isinstance(there, dict):
				left = {key: value if key not in keys else _of_others(value) for key, value in there.items()}
				hooks[kind] = {key: value for key, value in left.items() if value}
			else:
				hooks[kind] = [value for value in there if value not in keys]
			return hooks

		with mock.patch.object(frappe, "_load_app_hooks", loaded):
			_forget_hooks()
			yield
		_forget_hooks()

	return removed


def _of_others(hook):
	"""The hooks of other apps."""
	if isinstance(hook, dict):  # of document events
		return {event: _of_others(methods) for event, methods in hook.items()}
	return [method for method in hook if not method.startswith("client_comms.")]


def _forget_hooks():
	frappe.cache.delete_value("app_hooks")
	frappe.client_cache.delete_value("app_hooks") if hasattr(frappe, "client_cache") else None
	frappe.clear_cache()
	clear_controller_cache()  # of classes that were loaded by the hooks there were
	with contextlib.suppress(AttributeError):
		del frappe.local.doc_events_hooks
