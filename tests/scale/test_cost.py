"""What logging costs the work that it hangs on, as ratios in one run against the same work without this app.

A message or document is in when it is committed, so each round ends with that; messages come in the way mail does.
"""

import contextlib
import email.utils
import itertools
import time

import frappe
import pytest
from frappe.email.receive import InboundMail
from frappe.utils.background_jobs import get_queue

from client_comms import compat

ROUNDS = 60
WARM_UP = 12  # each of the staff has had a turn
TAG = "cost.example"
PLAIN = "Cost Plain Interaction"


@pytest.fixture(autouse=True)
def queued_jobs(site, monkeypatch):
	"""Jobs wait for a worker, as they do in production; in tests, Frappe and the app run them at once."""
	monkeypatch.setitem(site.local.flags, "in_test", False)
	if hasattr(site, "in_test"):
		monkeypatch.setattr(site, "in_test", False)
	yield
	for job in get_queue("short").jobs:
		if job.kwargs["site"] == site.local.site:
			job.delete()


@pytest.fixture(scope="module")
def company(site):
	"""Staff of every role and a mailbox; inquiries and Issues are logged."""
	site.flags.mute_emails = True
	made = []
	for number in range(10):
		user = site.get_doc(
			{
				"doctype": "User",
				"email": f"staff{number}@{TAG}",
				"first_name": "Staff",
				"send_welcome_email": 0,
				"roles": [{"role": role} for role in ("Frontline Staff", "Customer Support")],
			}
		).insert(ignore_permissions=True)
		made.append(("User", user.name))
	account = site.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Cost",
			"email_id": f"info@{TAG}",
			"enable_incoming": 0,
			"enable_outgoing": 0,
		}
	).insert()
	made.append(("Email Account", account.name))
	settings = site.get_doc("Client Comms Settings")
	settings.update({"log_inbound_email": 1, "log_issues": 1, "own_email_domains": TAG})
	settings.save()
	site.db.commit()
	yield account
	site.db.rollback()
	for doctype, name in reversed(made):
		site.delete_doc(doctype, name, force=True, ignore_permissions=True)
	for doctype, field in (("Communication", "sender"), ("Issue", "raised_by"), ("Contact", "email_id")):
		for name in site.get_all(doctype, {field: f"anna@client.{TAG}"}, pluck="name"):
			site.delete_doc(doctype, name, force=True, ignore_permissions=True)
	for name in site.get_all("Client Interaction", {"subject": ("like", f"%{TAG}%")}, pluck="name"):
		site.delete_doc("Client Interaction", name, force=True, ignore_permissions=True)
	site.db.commit()


@pytest.fixture(scope="module")
def plain(site, company):
	"""An interaction, and a document with the same values of a DocType that has its fields and no code."""
	interaction = site.get_doc("Client Interaction", {"reference_name": _issue().name})
	fields = [df for df in interaction.meta.fields if not df.get("is_virtual")]
	kept = ("fieldname", "fieldtype", "label", "options", "in_global_search", "search_index")
	doctype = site.get_doc(
		{
			"doctype": "DocType",
			"name": PLAIN,
			"module": "Core",
			"custom": 1,
			"track_changes": interaction.meta.track_changes,
			"fields": [{each: df.get(each) for each in kept} for df in fields],
			"permissions": [{"role": "System Manager", "read": 1, "write": 1}],
		}
	).insert()
	document = site.new_doc(PLAIN)
	for df in fields:
		value = interaction.get(df.fieldname)
		if isinstance(value, list):
			value = [row.as_dict(no_default_fields=True) for row in value]
		document.set(df.fieldname, value)
	document.insert()
	site.db.commit()
	yield interaction, document
	site.db.rollback()
	document.delete(force=True)
	doctype.delete(force=True)
	site.db.sql_ddl(f"drop table if exists `tab{PLAIN}`")


def compare(work, other, around=contextlib.nullcontext) -> tuple[float, float]:
	"""The least in milliseconds of `work`, and of `other` inside `around`, which take turns: what else the machine does only adds."""
	taken = {work: [], other: []}
	both = ((work, contextlib.nullcontext), (other, around))
	for _round, (each, inside) in itertools.product(range(ROUNDS), both):
		with inside():
			start = time.perf_counter()
			each()
			frappe.db.commit()
			taken[each].append(time.perf_counter() - start)
	return tuple(min(times[WARM_UP:]) * 1000 for times in taken.values())


def check(work, without_app, limit: float):
	with_app, without = compare(work, lambda: work(), without_app)
	print(f"{with_app:.1f} ms with, {without:.1f} ms without, ratio {with_app / without:.2f}")
	assert with_app <= limit * without


def test_an_inbound_message_costs_at_most_1_5_times(site, company, without_app):
	numbers = itertools.count()

	def receive():
		raw = f"""From: Anna <anna@client.{TAG}>
To: info@{TAG}
Subject: Solar roof {next(numbers)} {TAG}
Message-ID: <{frappe.generate_hash()}@client.{TAG}>
Date: {email.utils.formatdate()}
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Please send an offer for the roof of our house.
"""
		InboundMail(raw.encode(), company).process()

	check(receive, without_app, 1.5)


def _issue():
	return frappe.get_doc(
		{
			"doctype": "Issue",
			"subject": f"Solar roof {TAG}",
			"description": "It makes a noise.",
			"raised_by": f"anna@client.{TAG}",
		}
	).insert(ignore_permissions=True)


def test_an_issue_costs_at_most_3_2_or_4_times(site, company, without_app):
	check(_issue, without_app, 4 if compat.is_version_16() else 3.2)


def test_saving_an_issue_costs_at_most_1_2_times(site, company, without_app):
	name, numbers = _issue().name, itertools.count()

	def save():
		issue = frappe.get_doc("Issue", name)
		issue.description = f"It makes a noise, {next(numbers)}."
		issue.save(ignore_permissions=True)

	check(save, without_app, 1.2)


def test_saving_an_interaction_costs_at_most_1_5_times_a_document_of_its_fields(plain):
	numbers = itertools.count()

	def saving(stored):
		def save():
			document = frappe.get_doc(stored.doctype, stored.name)
			document.summary = f"It makes a noise, {next(numbers)}."
			document.save(ignore_permissions=True)

		return save

	ours, bare = compare(*map(saving, plain))
	print(f"{ours:.1f} ms, {bare:.1f} ms for a plain document, ratio {ours / bare:.2f}")
	assert ours <= 1.5 * bare


def test_what_is_measured_is_logged(site, company, without_app):
	"""With the hooks, and not without: else the ratios say nothing."""
	assert frappe.db.exists("Client Interaction", {"reference_name": _issue().name})
	with without_app():
		name = _issue().name
	assert not frappe.db.exists("Client Interaction", {"reference_name": name})
