"""What the desk's pages cost restricted staff, over HTTP, beside the same requests without the app's conditions (D-5).

They are also measured with a condition that lets everything through: for a list with any condition, as for a user with User
Permissions, Frappe looks up what was shared, which it does not without one.

`scripts/run-tests scale -- -k pages` writes every cell to `test-results/pages-15.json` (or 16), of which `pages_table.py` makes
docs/times.md. CLIENT_COMMS_SCALE is the number of interactions, 200,000 unless it says otherwise.
"""

import contextlib
import json
import os
import statistics
import time
from pathlib import Path
from unittest import mock

import frappe
import population
import pytest

import client_comms

pytestmark = pytest.mark.clause("D-5")

SIZE = population.Size(int(os.environ.get("CLIENT_COMMS_SCALE") or 200_000))
ROUNDS, ENOUGH = 5, 6  # pairs of a page, and seconds after which those will do that are there
RATIO, SLACK = 1.2, 0.05  # of the time without the conditions, and seconds: what a condition takes to be made
# They read every row of the site also without the app, and more of each row with it.
WHOLE_TABLE = ("sidebar by",)
APP = "client_comms."
CLIENT = "Scale Client 1"  # with a twentieth of everything
LISTS = {
	"Client Interaction": ("subject", "status", "confidentiality_level", "responsible_staff"),
	"Issue": ("subject", "status", "priority", "customer"),
	"Lead": ("lead_name", "status"),
	"Opportunity": ("status", "party_name"),
	"Communication": ("subject", "sender", "communication_date"),
	"Event": ("subject", "starts_on"),
	"ToDo": ("description", "status", "allocated_to"),
	"File": ("file_name", "file_size", "attached_to_name"),
	"Notification Log": ("subject", "type"),
	"Client Disclosure": ("disclosed_on",),
}
FILTERED = (
	("Client Interaction", "confidentiality_level", "=", "Sensitive"),
	("Client Interaction", "confidentiality_level", "=", "Confidential"),
	("Client Interaction", "status", "=", "Open"),
	("Client Interaction", "party", "=", CLIENT),
	("Client Interaction", "breached", "=", 1),
	("Client Interaction", "subject", "like", "%99%"),
	("Communication", "reference_name", "=", CLIENT),
	("Issue", "customer", "=", CLIENT),
	("Issue", "status", "=", "Open"),
)


def pages(user: str) -> dict[str, tuple[str, dict]]:
	"""What a user opens → the address and the parameters that the desk sends."""
	found = {}
	for doctype, columns in LISTS.items():
		found[f"{doctype}: list"], found[f"{doctype}: count"] = _list(doctype, columns, [])
	for doctype, *condition in FILTERED:
		what = f"{doctype} where {' '.join(map(str, condition))}"
		found[what], found[f"{what}: count"] = _list(doctype, LISTS[doctype], [[doctype, *condition]])
	# A board has all that meets its filters, without a limit.
	mine = [
		["Client Interaction", "responsible_staff", "=", user],
		["Client Interaction", "status", "=", "Open"],
	]
	found["Client Interaction: Kanban of one's own that are open"] = _list(
		"Client Interaction", LISTS["Client Interaction"], mine, page_length=0
	)[0]
	for doctype in ("Client Interaction", "Issue", "Customer"):
		for text in ("scale", "123"):
			found[f"{doctype}: link field “{text}”"] = (
				"frappe.desk.search.search_link",
				{"doctype": doctype, "txt": text, "page_length": 10, "ignore_user_permissions": 0},
			)
	for doctype, field in (
		("Client Interaction", "assigned_to"),  # the sidebar has these two from the beginning
		("Client Interaction", "owner"),
		("Issue", "assigned_to"),
		("Issue", "owner"),
		("Client Interaction", "status"),
		("Issue", "status"),
		("ToDo", "status"),
	):
		found[f"{doctype}: sidebar by {field}"] = (
			"frappe.desk.listview.get_group_by_count",
			{"doctype": doctype, "current_filters": "[]", "field": field},
		)
	readable = frappe.db.get_value("Client Interaction", {"confidentiality_level": "Standard"})
	for doctype, name in (("Client Interaction", readable), ("Customer", CLIENT)):
		found[f"{doctype}: form"] = ("frappe.desk.form.load.getdoc", {"doctype": doctype, "name": name})
	found["Customer: connections"] = (
		"frappe.desk.notifications.get_open_count",
		{"doctype": "Customer", "name": CLIENT},
	)
	for doctype in ("Client Interaction", "Issue"):
		found[f"{doctype}: tags"] = (
			"frappe.desk.reportview.get_sidebar_stats",
			{"doctype": doctype, "stats": '["_user_tags"]', "filters": "[]"},
		)
		found[f"{doctype}: report view"] = _list(doctype, LISTS[doctype], [], page_length=100)[0]
		is_open = json.dumps([[doctype, "status", "=", "Open"]])
		card = {"document_type": doctype, "function": "Count", "filters_json": is_open}
		found[f"{doctype}: number card"] = (
			"frappe.desk.doctype.number_card.number_card.get_result",
			{"doc": json.dumps(card), "filters": is_open},
		)
		chart = {
			"chart_name": doctype,
			"chart_type": "Count",
			"document_type": doctype,
			"based_on": "creation",
			"timespan": "Last Month",
			"time_interval": "Daily",
			"timeseries": 1,
			"filters_json": "[]",
		}
		found[f"{doctype}: chart of a month"] = (
			"frappe.desk.doctype.dashboard_chart.dashboard_chart.get",
			{"chart": json.dumps(chart), "no_cache": 1, "filters": "[]"},
		)
	found["Notifications"] = (
		"frappe.desk.doctype.notification_log.notification_log.get_notification_logs",
		{"limit": 20},
	)
	found["Global search"] = ("frappe.utils.global_search.search", {"text": "scale", "limit": 20})
	return found


def _list(doctype, columns, filters, page_length=20):
	meta = frappe.get_meta(doctype)
	column = (meta.sort_field or "modified").split(",")[0].split(" ")[0]
	common = {"doctype": doctype, "filters": json.dumps(filters)}
	fields = [f"`tab{doctype}`.`{each}`" for each in ("name", "modified", *columns)]
	return (
		(
			"frappe.desk.reportview.get",
			{
				**common,
				"fields": json.dumps(fields),
				"order_by": population.as_listed(doctype, column),
				"start": 0,
				"page_length": page_length,
			},
		),
		("frappe.desk.reportview.get_count", {**common, "fields": "[]", "limit": 1001}),
	)


OURS, ANY, NONE = "ours", "any", "none"  # conditions


def everything(user=None, doctype=None) -> str:
	return "1 = 1"


@contextlib.contextmanager
def conditions(kind: str):
	"""Inside the block, the app's row conditions are as they are, let everything through, or are not there."""
	if kind == OURS:
		yield
		return
	hooks, instead = frappe.get_hooks, [f"{APP}everything"] if kind == ANY else []

	def others(hook=None, default=None, app_name=None):
		found = hooks(hook, default, app_name) if app_name else hooks(hook, default)
		if hook not in ("permission_query_conditions", "has_permission"):
			return found
		instead_of_ours = instead if hook == "permission_query_conditions" else []
		return {key: _replaced(paths, instead_of_ours) for key, paths in found.items()}

	with (
		mock.patch.object(frappe, "get_hooks", others),
		mock.patch.object(
			client_comms, "everything", everything, create=True
		),  # Frappe calls functions of apps alone
	):
		yield


def _replaced(paths: list[str], instead: list[str]) -> list[str]:
	kept = [path for path in paths if not path.startswith(APP)]
	return kept if len(kept) == len(paths) else [*kept, *instead]


@pytest.fixture(scope="module", autouse=True)
def filled(site):
	population.fill(SIZE)


def measure(get, path, query) -> dict[str, float] | None:
	"""Medians in seconds with each kind of condition, which take turns; None if the user may not open the page."""
	taken = {OURS: [], ANY: [], NONE: []}
	start = time.perf_counter()
	for round_ in range(ROUNDS + 1):
		if round_ > 1 and time.perf_counter() - start > ENOUGH:
			break
		for kind, seconds in taken.items():
			with conditions(kind):
				status, took = get(path, **query)
				if status != 200:
					return None
				if round_:  # the first fills the caches
					seconds.append(took)
	return {kind: statistics.median(seconds) for kind, seconds in taken.items()}


def test_every_page_costs_what_it_costs_without_the_conditions(log_in):
	people = {role: population.one_of(role, SIZE) for role in population.ROLES}
	people |= {f"{role}, 5 %": population.first_of(role, SIZE) for role in population.RESPONSIBLE.values()}
	table, too_slow = [], {}
	for who, user in people.items():
		get = log_in(user)
		for what, (path, query) in pages(user).items():
			if not (took := measure(get, path, query)):
				continue
			table.append((what, who, *(round(took[kind] * 1000, 2) for kind in (OURS, ANY, NONE))))
			slow = took[OURS] > took[NONE] * RATIO + SLACK
			if slow and not any(word in what for word in WHOLE_TABLE):
				too_slow[what, who] = f"{took[OURS] * 1000:.0f} ms, {took[NONE] * 1000:.0f} ms without"
	write(table)
	assert len(table) > 200
	assert too_slow == {}


def write(table) -> None:
	"""Every cell, for `pages_table.py`."""
	version = frappe.__version__.split(".", 1)[0]
	found = {"version": frappe.__version__, "interactions": SIZE.interactions, "cells": table}
	folder = Path(os.environ["CLIENT_COMMS_RESULTS"]).parent
	(folder / f"pages-{version}.json").write_text(json.dumps(found, indent=0))
