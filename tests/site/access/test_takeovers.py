"""What another app disables of this app is named, and closed where the settings say so (D-5, P-2).

Another app is imitated by hooks after or before ours, whose code stands in a module of ERPNext for as long as the test runs.
`tests/lifecycle/test_neighbours.py` has real apps.
"""

import copy
import sys
from types import ModuleType
from unittest import mock

import frappe
import pytest
from frappe.automation.doctype.assignment_rule.assignment_rule import AssignmentRule
from frappe.cache_manager import clear_controller_cache
from frappe.core.doctype.file.file import File

from client_comms import compat, health, procedure
from client_comms.enforcement import closing, explain, takeovers
from client_comms.enforcement.doctypes.file import GuardedFile
from client_comms.enforcement.methods import link_fields
from client_comms.exceptions import ClearanceMissingError

OTHER = "erpnext.neighbour"
INTERACTION = "Client Interaction"
TITLE = "frappe.desk.search.get_link_title"


class NeighbourFile(File):
	def get_content(self, *args, **kwargs):
		frappe.flags.neighbour = True
		return super().get_content(*args, **kwargs)


class NeighbourRule(AssignmentRule):
	def get_user(self, doc):
		return "Administrator"


class Page:
	def __init__(self, path, http_status_code=None):
		self.path = path

	def can_render(self):
		return self.path == "issue"

	def render(self):
		pass


@pytest.fixture
def neighbour(monkeypatch):
	"""`neighbour({"File": …}, hook="…", after=True)` puts hooks of another app after or before ours."""
	module = ModuleType(OTHER)
	module.NeighbourFile, module.NeighbourRule, module.Page = NeighbourFile, NeighbourRule, Page
	module.title = frappe.whitelist()(lambda doctype, docname, theirs=None: f"theirs {theirs}: {docname}")
	monkeypatch.setitem(sys.modules, OTHER, module)
	load = frappe._load_app_hooks

	def install(added: dict, after: bool = True):
		def loaded(app_name=None):
			hooks = load(app_name)
			for hook, value in added.items() if not app_name else ():
				for there, paths in _lists(hooks, hook, value):
					there[:] = [*there, *paths] if after else [*paths, *there]
			return hooks

		monkeypatch.setattr(frappe, "_load_app_hooks", loaded)
		forget()

	yield install
	monkeypatch.undo()
	forget()


def _lists(hooks, hook, value):
	if isinstance(value, list):
		yield hooks.setdefault(hook, []), value
	else:
		for key, paths in value.items():
			yield hooks.setdefault(hook, {}).setdefault(key, []), paths


def forget():
	frappe.cache.delete_value("app_hooks")
	frappe.client_cache.delete_value("app_hooks") if hasattr(frappe, "client_cache") else None
	clear_controller_cache()
	closing.follow()


def named() -> dict[str, str | None]:
	return {f"{each.hook}: {each.key}": each.by for each in takeovers.compare()}


def test_nothing_is_disabled_here():
	assert takeovers.compare() == []
	assert health.controls().ok


@pytest.mark.parametrize("after", [False, True])
def test_classes(neighbour, after):
	"""Before ours, or in any order in version 16, both work; after ours, version 15 takes theirs alone."""
	theirs = f"{OTHER}.NeighbourFile"
	neighbour({"override_doctype_class": {"File": [theirs]}}, after)
	if after and not compat.is_version_16():
		assert named() == {"extend_doctype_class: File": "tests.site.access.test_takeovers.NeighbourFile"}
		return
	assert named() == {}
	order = type(frappe.new_doc("File")).__mro__
	assert order.index(GuardedFile) < order.index(NeighbourFile) < order.index(File)


def test_a_composed_document_is_cached_and_copied(neighbour):
	neighbour({"override_doctype_class": {"Assignment Rule": [f"{OTHER}.NeighbourRule"]}}, after=False)
	rule = frappe.new_doc("Assignment Rule", document_type="ToDo", rule="Round Robin")
	frappe.cache.set_value("client_comms_test", rule)
	frappe.local.cache.clear()
	cached = frappe.cache.get_value("client_comms_test")
	assert type(cached) is type(rule) and cached.document_type == "ToDo"
	assert cached.get_user({}) == "Administrator"


def test_the_guard_and_the_other_class_both_decide_about_a_file(neighbour, make_user, log, as_user):
	neighbour({"override_doctype_class": {"File": [f"{OTHER}.NeighbourFile"]}}, after=False)
	complaint = log("Feedback/Complaint")
	attached = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "letter.txt",
			"content": frappe.generate_hash(),
			"is_private": 1,
			"attached_to_doctype": INTERACTION,
			"attached_to_name": complaint.name,
		}
	).insert(ignore_permissions=True)
	again = {"doctype": "File", "file_name": "again.txt", "file_url": attached.file_url}
	with as_user(make_user(procedure.FRONTLINE_STAFF)), pytest.raises(ClearanceMissingError):
		frappe.get_doc(again).get_content()
	frappe.flags.neighbour = False
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		frappe.get_doc(again).get_content()
	assert frappe.flags.neighbour


@pytest.mark.parametrize("after", [False, True])
def test_methods(neighbour, after, make_user, log, as_user):
	theirs = f"{OTHER}.title"
	neighbour({"override_whitelisted_methods": {TITLE: [theirs]}}, after)
	if after:
		(found,) = takeovers.compare()
		assert (found.key, found.by, found.app) == (TITLE, theirs, "erpnext")
		assert theirs in found.message and found.ours in found.message and found.remedy
		return
	assert named() == {}
	complaint = log("Feedback/Complaint")
	with as_user(make_user(procedure.COMPLIANCE_OFFICER)):
		told = link_fields.get_link_title(doctype=INTERACTION, docname=complaint.name, theirs="arguments")
	assert told == f"theirs arguments: {complaint.name}"


def test_a_guest_is_let_in_by_the_previous_method_alone(neighbour, as_user):
	neighbour({"override_whitelisted_methods": {"frappe.www.list.get_list_data": [f"{OTHER}.title"]}}, False)
	from client_comms.enforcement.requests import portal

	with as_user("Guest"), pytest.raises(frappe.PermissionError):
		portal.get_list_data(doctype="Issue", docname="x")


def test_a_permission_check_that_is_asked_first(neighbour):
	neighbour({"has_permission": {"File": ["erpnext.anything"], "*": ["erpnext.everything"]}})
	if compat.is_version_16():
		assert named() == {}  # it asks every one
	else:
		found = named()
		assert found["has_permission: File"] in ("erpnext.anything", "erpnext.everything")
		assert found[f"has_permission: {INTERACTION}"] == "erpnext.everything"


def test_a_page_that_is_rendered_first(neighbour):
	neighbour({"page_renderer": [f"{OTHER}.Page"]}, after=False)
	assert named() == {"page_renderer: issue": f"{OTHER}.Page"}


def test_a_print_by_another_app(neighbour):
	printing = {"pdf_body_html": [f"{OTHER}.title"]}
	neighbour(printing, after=False)
	assert not named()
	neighbour(printing)
	assert named() == {"pdf_body_html: print": f"{OTHER}.title"}


def test_a_script_in_place_of_a_method():
	script = frappe.new_doc("Server Script")
	ours = frappe.get_hooks("override_whitelisted_methods")[TITLE][-1]
	script.update({"name": "Titles", "script_type": "API", "api_method": ours, "script": "1"})
	script.db_insert()
	frappe.client_cache.delete_value("server_script_map") if compat.is_version_16() else None
	frappe.cache.delete_value("server_script_map")
	(found,) = takeovers.compare()
	assert (found.by, found.app) == ("Titles", None)
	assert found.remedy == "Disable the Server Script."


def test_code_put_in_the_place_of_ours(monkeypatch):
	def has_permission(doc, ptype=None, user=None):
		return True

	has_permission.__module__ = "erpnext.neighbour"
	monkeypatch.setattr("client_comms.enforcement.governed.has_permission", has_permission)
	assert "has_permission: Communication" in named()


def test_an_outdated_cache(monkeypatch):
	hooks = copy.deepcopy(frappe._load_app_hooks())  # Frappe keeps what it returned
	hooks["doc_events"]["File"].pop("validate")
	monkeypatch.setattr(frappe, "_load_app_hooks", lambda app_name=None: hooks)
	forget()
	found = takeovers.compare()
	monkeypatch.undo()
	forget()
	assert {(each.key, each.by) for each in found} == {("File.validate", None)}
	assert all("clear-cache" in each.remedy for each in found)


def test_what_frappe_itself_answers_is_an_outdated_cache_too():
	"""An upgrade that is not migrated yet: no one has to be asked to change Frappe or ERPNext."""
	for path, remedy in (
		("frappe.core.File", "clear-cache"),
		("erpnext.Issue", "clear-cache"),
		("crm.File", "crm"),
	):
		assert remedy in takeovers.Takeover("extend_doctype_class", "File", "client_comms.ours", path).remedy


# --- what follows --------------------------------------------------------------------------------


@pytest.fixture
def disabled(monkeypatch):
	"""A control of this app that another app disables."""
	found = takeovers.Takeover("has_permission", "File", "client_comms.ours", "erpnext.theirs")
	monkeypatch.setattr(takeovers, "compare", lambda: [found])
	closing.follow()
	yield found
	monkeypatch.undo()
	closing.follow()


def test_administrators_are_told_in_the_desk(disabled, make_user, as_user):
	for roles, told in (
		(["System Manager"], True),
		([procedure.COMMUNICATIONS_MANAGER], True),
		([procedure.COMPLIANCE_OFFICER], True),
		([procedure.FRONTLINE_STAFF, "Sales User"], False),
	):
		boot = frappe._dict()
		with as_user(make_user(*roles)):
			takeovers.extend_bootinfo(bootinfo=boot)
		assert boot == ({"client_comms_takeovers": [[disabled.message, disabled.remedy]]} if told else {})


def test_health_names_them(disabled):
	line = health.controls()
	assert not line.ok
	assert line.faults == (f"{disabled.message} {disabled.remedy}",)


@pytest.mark.parametrize("closing", [False, True])
def test_records_close_where_the_settings_say_so(closing, disabled, set_settings, officer, log, as_user):
	set_settings(close_on_takeover=int(closing))
	plain, sensitive = (log(kind).name for kind in ("Initial Inquiry", "Feedback/Complaint"))
	readable = {plain} if closing else {plain, sensitive}
	with as_user(officer):
		listed = frappe.get_list(INTERACTION, {"name": ("in", (plain, sensitive))}, pluck="name")
		assert set(listed) == readable
		assert {n for n in (plain, sensitive) if frappe.has_permission(INTERACTION, doc=n)} == readable
	if closing:
		told = explain.explain(INTERACTION, sensitive, officer)
		assert not told["allowed"] and "is closed while another app" in " ".join(told["reasons"])


def test_shares_end_and_records_open_again(disabled, set_settings, make_user, log):
	agent = make_user(procedure.CUSTOMER_SUPPORT)
	plain, sensitive = (
		log(kind, responsible_staff=agent) for kind in ("Initial Inquiry", "Feedback/Complaint")
	)
	shares = [frappe.share.add(INTERACTION, record.name, agent).name for record in (plain, sensitive)]
	set_settings(close_on_takeover=1)
	assert not frappe.has_permission(INTERACTION, doc=sensitive.name, user=agent)
	assert [bool(frappe.db.exists("DocShare", share)) for share in shares] == [True, False]
	with mock.patch.object(takeovers, "compare", list):
		closing.follow()
		assert frappe.has_permission(INTERACTION, doc=sensitive.name, user=agent)
