"""What a login stores of the desk runs in no other browser (D-5, P-2): workspaces, charts, cards, steps of an introduction."""

import contextlib
import json

import frappe
import pytest

pytestmark = pytest.mark.clause("D-5", "P-2")

RUN = "window.top.ran=1"
MARKUP = f"<img src=x onerror={RUN}>"


def _workspace():
	name = frappe.generate_hash()
	row = {"type": "URL", "url": "/app", "label": "Open", "stats_filter": "[]"}
	values = {"doctype": "Workspace", "title": name, "label": name, "public": 1, "content": "[]"}
	return frappe.get_doc({**values, "shortcuts": [row]}).insert()


def test_rows_of_a_public_workspace_change_with_it(as_user, make_user):
	"""Whose filter runs in each browser that shows the workspace."""
	workspace, user = _workspace(), make_user("Projects User")
	shortcut = workspace.shortcuts[0]
	place = {"parent": workspace.name, "parenttype": "Workspace"}
	added = {
		"doctype": "Workspace Quick List",
		"document_type": "ToDo",
		"label": "x",
		"parentfield": "quick_lists",
	}
	with as_user(user):
		row = frappe.get_doc("Workspace Shortcut", shortcut.name)
		row.stats_filter = RUN
		with pytest.raises(frappe.PermissionError):
			row.save()
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc({**added, **place, "quick_list_filter": RUN}).insert()
		with pytest.raises(frappe.PermissionError):
			frappe.delete_doc("Workspace Shortcut", shortcut.name)
	workspace.reload()
	assert [row.stats_filter for row in workspace.shortcuts] == ["[]"] and not workspace.quick_lists


@pytest.mark.parametrize("manager", [False, True])
def test_a_public_workspace_stays_that_of_all(as_user, make_user, request_as, manager):
	"""Who makes it private, or gives it another name, takes it from all others."""
	workspace, user = _workspace(), make_user("Projects User", *(["Workspace Manager"] if manager else []))
	asked = {"name": workspace.name, "title": workspace.title, "icon": "", "indicator_color": ""}
	refused = contextlib.nullcontext() if manager else pytest.raises(frappe.PermissionError)
	with refused, as_user(user):
		frappe.rename_doc("Workspace", workspace.name, f"{workspace.name} 2")
	asked["name"] = f"{workspace.name} 2" if manager else workspace.name
	with refused:
		request_as(
			user, "frappe.desk.doctype.workspace.workspace.update_page", **asked, parent="", public="0"
		)
	assert bool(frappe.db.exists("Workspace", {"name": workspace.name, "public": 1})) == (not manager)


def test_the_condition_of_an_item_in_a_sidebar(as_user, make_user):
	if not frappe.db.exists("DocType", "Workspace Sidebar"):  # before version 16
		return
	row = {"type": "Link", "label": "ToDo", "link_type": "DocType", "link_to": "ToDo"}
	shared = {"doctype": "Workspace Sidebar", "title": frappe.generate_hash()}
	with as_user(make_user("Projects User")):
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc({**shared, "items": [{**row, "display_depends_on": RUN}]}).insert()
		stored = frappe.get_doc({**shared, "items": [row]}).insert()
		item = frappe.get_doc("Workspace Sidebar Item", stored.items[0].name)
		item.display_depends_on = RUN
		with pytest.raises(frappe.PermissionError):
			item.save()
	with as_user(make_user("Workspace Manager")):
		frappe.get_doc(
			{**shared, "title": frappe.generate_hash(), "items": [{**row, "display_depends_on": RUN}]}
		).insert()


@pytest.mark.parametrize("label", ['x" onmouseover="window.top.ran=1', "x' onmouseover='window.top.ran=1"])
def test_the_label_of_an_item_in_a_sidebar(label, as_user, make_user):
	"""Which Frappe writes into attributes as it is."""
	if not frappe.db.exists("DocType", "Workspace Sidebar"):  # before version 16
		return
	row = {"type": "Link", "label": label, "link_type": "DocType", "link_to": "ToDo"}
	shared = {"doctype": "Workspace Sidebar", "title": frappe.generate_hash(), "items": [row]}
	icon = {
		"doctype": "Desktop Icon",
		"label": label,
		"icon_type": "Link",
		"link_type": "External",
		"link": "/desk",
	}
	with as_user(make_user("Projects User")):
		for values in (shared, icon):
			with pytest.raises(frappe.ValidationError):
				frappe.get_doc(values).insert()
		row["label"] = "Vue d'ensemble"
		sidebar = frappe.get_doc(shared).insert()
	frappe.db.set_value("Workspace Sidebar Item", sidebar.items[0].name, "label", label)
	with as_user(make_user("Projects User")):
		frappe.get_doc("Workspace Sidebar", sidebar.name).save()


def test_a_desktop_is_its_users(as_user, make_user):
	if not frappe.db.exists("DocType", "Desktop Layout"):  # before version 16
		return
	own, other = make_user("Projects User"), make_user("Projects User")
	values = {"doctype": "Desktop Layout", "layout": json.dumps([{"label": MARKUP}])}
	with as_user(own):
		frappe.get_doc({**values, "user": own}).insert().save()
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc({**values, "user": other}).insert()
	frappe.get_doc({**values, "user": other}).insert(ignore_permissions=True)
	with as_user(own), pytest.raises(frappe.PermissionError):
		frappe.get_doc("Desktop Layout", other).save()
	with as_user(own):
		assert frappe.get_list("Desktop Layout", pluck="name") == [own]


def test_settings_of_dashboards_are_their_users(as_user, make_user, request_as):
	own, other = make_user("Projects User"), make_user("Projects User")
	create = "frappe.desk.doctype.dashboard_settings.dashboard_settings.create_dashboard_settings"
	for user in (own, other):
		request_as(user, create, user=user)
	config = json.dumps({"Chart": {"timespan": MARKUP}})
	with as_user(own):
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc("Dashboard Settings", other).update({"chart_config": config}).save()
		frappe.get_doc("Dashboard Settings", own).update({"chart_config": config}).save()
		assert not frappe.has_permission("Dashboard Settings", "read", other)
		assert frappe.get_list("Dashboard Settings", pluck="name") == [own]


def test_filters_that_users_saved_for_themselves(as_user, make_user):
	"""Their values can be words of records that others cannot read."""
	me, other = make_user("Projects User"), make_user("Projects User")

	def save(user, **values):
		named = {"doctype": "List Filter", "filter_name": "Severance", "reference_doctype": "Task"}
		with as_user(user):
			return frappe.get_doc({**named, "filters": "[]", **values}).insert().name

	own, public, hidden = save(me, for_user=me), save(other, for_user=""), save(other, for_user=other)
	with as_user(me):
		assert {*frappe.get_list("List Filter", {"filter_name": "Severance"}, pluck="name")} == {own, public}
		assert frappe.has_permission("List Filter", "read", public)
		assert not frappe.has_permission("List Filter", "read", hidden)
		for changed in ({"filters": "[1]"}, {"for_user": me}, {"for_user": ""}):
			with pytest.raises(frappe.PermissionError):
				frappe.get_doc("List Filter", hidden).update(changed).save()
		with pytest.raises(frappe.PermissionError):
			frappe.delete_doc("List Filter", hidden)
		frappe.get_doc("List Filter", own).update({"filters": "[1]"}).save()
	with as_user(other):
		assert frappe.get_doc("List Filter", hidden).has_permission("write")


@pytest.mark.parametrize("portal", [True, False])
def test_steps_of_an_introduction(portal, make_user, request_as):
	user = make_user("Customer", user_type="Website User") if portal else make_user("Projects User")
	values = {
		"doctype": "Onboarding Step",
		"name": frappe.generate_hash(),
		"title": "Start",
		"action": "Go to Page",
		"path": "x",
	}
	step = frappe.get_doc({**values, "description": "Hello"}).insert()
	update = "frappe.desk.desktop.update_onboarding_step"
	with pytest.raises(frappe.PermissionError):
		request_as(user, update, name=step.name, field="description", value=MARKUP)
	assert frappe.db.get_value(step.doctype, step.name, "description") == "Hello"


def test_users_of_the_desk_still_finish_a_step(make_user, request_as):
	values = {
		"doctype": "Onboarding Step",
		"name": frappe.generate_hash(),
		"title": "Start",
		"action": "Go to Page",
		"path": "x",
	}
	step = frappe.get_doc(values).insert()
	request_as(
		make_user("Projects User"),
		"frappe.desk.desktop.update_onboarding_step",
		name=step.name,
		field="is_complete",
		value=1,
	)
	assert frappe.db.get_value(step.doctype, step.name, "is_complete") == 1


@pytest.mark.parametrize("portal", [True, False])
def test_expressions_of_cards_and_charts(portal, make_user, request_as):
	"""Which Frappe runs in each browser that shows them, and lets every login store."""
	user = make_user("Customer", user_type="Website User") if portal else make_user("Projects User")
	name, filters = frappe.generate_hash(), json.dumps([["ToDo", "status", "=", RUN]])
	card = {"label": name, "type": "Document Type", "document_type": "ToDo", "function": "Count"}
	chart = {"chart_name": name, "chart_type": "Count", "document_type": "ToDo", "based_on": "creation"}
	chart |= {
		"type": "Line",
		"timeseries": 1,
		"timespan": "Last Year",
		"time_interval": "Monthly",
		"filters_json": "[]",
	}
	for method, values in (
		("frappe.desk.doctype.number_card.number_card.create_number_card", card),
		("frappe.desk.doctype.dashboard_chart.dashboard_chart.create_dashboard_chart", chart),
	):
		args = json.dumps({**values, "dynamic_filters_json": filters, "filters_config": RUN, "is_public": 1})
		request_as(user, method, args=args)
	for doctype in ("Number Card", "Dashboard Chart"):
		stored = frappe.get_all(doctype, {"name": ("like", f"{name}%")}, ["*"])
		assert RUN not in frappe.as_json(stored)


@pytest.mark.parametrize("role", ["Projects User", "Dashboard Manager"])
def test_the_method_of_a_card(role, make_user, request_as):
	"""Which is called as each user who sees the card."""
	card = {"label": frappe.generate_hash(), "type": "Custom", "document_type": "ToDo", "is_public": 1}
	request_as(
		make_user(role),
		"frappe.desk.doctype.number_card.number_card.create_number_card",
		args=json.dumps({**card, "method": "frappe.auth.get_logged_user"}),
	)
	stored = frappe.db.get_value("Number Card", {"label": card["label"]}, "method")
	assert bool(stored) == (role == "Dashboard Manager")
