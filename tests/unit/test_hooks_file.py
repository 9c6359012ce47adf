"""hooks.py consists of assignments, in which a name assigned twice silently loses its first value."""

import ast
import json
import re
import runpy
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import document_events

HOOKS = Path(__file__).resolve().parents[2] / "client_comms" / "hooks.py"
FIVE_MINUTES, HOUR, DAY = 300, 3600, 86400
SECONDS = {
	"*/5 * * * *": FIVE_MINUTES,
	"hourly": HOUR,
	"hourly_long": HOUR,
	"daily": DAY,
	"daily_long": DAY,
}
# Events triggered only by time, and how many seconds late they may be.
MAY_BE_LATE = {
	"scheduled.sweep": FIVE_MINUTES,
	"scheduled.daily_digest": FIVE_MINUTES,
	"scheduled.chain": FIVE_MINUTES,
	"scheduled.deliver": FIVE_MINUTES,
	"scheduled.log_begun": FIVE_MINUTES,
	"clients.phone_numbers.catch_up": HOUR,
	"client_privacy.consents.expire": DAY,
	"communication_governance.templates.expire": DAY,
	"client_privacy.client_data.remind": DAY,
	"intake.reassignment.hand_over_all": DAY,
	"enforcement.sharing.end_daily": DAY,
	"scheduled.tell_silent": FIVE_MINUTES,
	"scheduled.store_unprocessed": FIVE_MINUTES,
	"scheduled.start_due": FIVE_MINUTES,
	"scheduled.continue_abandoned": FIVE_MINUTES,
	"scheduled.fail_abandoned": FIVE_MINUTES,
	"scheduled.store_left_behind": FIVE_MINUTES,
	"scheduled.continue_erasures": HOUR,
	"scheduled.continue_packages": HOUR,
	"scheduled.follow_takeovers": HOUR,
	"scheduled.retry": HOUR,
	"scheduled.substitute": HOUR,
	"scheduled.continue_verifications": HOUR,
	"client_interactions.custody.remind": DAY,
	"client_interactions.feedback.make_due": DAY,
	"client_privacy.doctype.legal_hold.legal_hold.expire": DAY,
	"client_privacy.packages.runs.delete_expired": DAY,
	"client_privacy.renewals.remind": DAY,
	"client_privacy.requests.deadlines.remind": DAY,
	"people.policies.announce": DAY,
	"people.policies.remind": DAY,
	"people.review_draws.draw_all": DAY,
	"people.reviews.remind": DAY,
	"people.trainings.assign_all": DAY,
	"people.trainings.collect": DAY,
	"people.trainings.remind": DAY,
	"scorecard.card.take_monthly": DAY,
}

BOUND = ("Communication", "Event", "Call Log", "WhatsApp Message", "TP Call Log")
PRINTED = (
	"Client Interaction",
	"Interaction Review",
	"Physical File",
	*BOUND,
	"Issue",
	"Lead",
	"Opportunity",
)
NAMED = ("after_request", "before_migrate", "before_request", "make_email_body_message", "page_renderer")
READ_TOO = ("Data Package", "Interaction Access Grant", "ToDo")
SOURCES = BOUND[3:]  # of other apps
CONFIRMED = ("Contact Email", "Contact Phone", "Dynamic Link")
# Whose client can become another one, so that a hold on the first one must still be found.
HELD = (*BOUND[:3], "Client Interaction", "Appointment", "Issue", "Opportunity", "Contact", "Address")
# What people set, decide and prove, as the ledger keeps it.
ON_LEDGER = (
	*(
		"Client Comms Settings",
		"Communication Matrix",
		"Confidentiality Level",
		"Staff Absence",
		"Ledger Witness",
	),
	*(
		"Interaction Access Grant",
		"Client Consent",
		"Client Disclosure",
		"Data Subject Request",
		"Legal Hold",
	),
	*("Processing Restriction", "SOP Training Record", "Third Party"),
)
# Handler → each way in which what it follows can happen.
FOLLOWED = {
	"client_privacy.client_data.validate": [
		(doctype, "validate") for doctype in ("Contact", "Customer", "Lead")
	],
	"clients.confirmation.keep_row": [(row, "before_validate") for row in CONFIRMED],
	"enforcement.audit.on_print": [(doctype, "before_print") for doctype in PRINTED],
	"enforcement.doctypes.user.forget_at_end": [
		("User", "on_update"),
		("User Permission", "on_update"),
		("User Permission", "on_trash"),
	],
	"enforcement.filed.keep_when_deleted": [
		(doctype, "on_trash") for doctype in ("Issue", "Lead", "Opportunity")
	],
	"enforcement.legal_holds.follow_change": [(doctype, "on_update") for doctype in HELD],
	"enforcement.policy.clear_cache": [
		("Communication Matrix", "on_submit"),
		("Communication Matrix", "on_cancel"),
		("Confidentiality Level", "on_update"),
		("Confidentiality Level", "after_delete"),
	],
	"enforcement.printing.require_clearance": [(doctype, "before_print") for doctype in PRINTED],
	"enforcement.level_spread.follow_stated": [(doctype, "after_insert") for doctype in BOUND],
	"enforcement.linked_records.preserve_link": [(doctype, "before_validate") for doctype in BOUND],
	"enforcement.references.refuse_named": [(doctype, "validate") for doctype in SOURCES],
	"enforcement.restrictions.require_unlocked": [(doctype, "before_validate") for doctype in BOUND],
	"enforcement.sharing.end_lapsed_of_owner": [("Lead", "on_update"), ("Opportunity", "on_update")],
	"enforcement.sharing.end_lapsed_of_todo": [("ToDo", "on_update"), ("ToDo", "after_delete")],
	"intake.adapters.keep_key": [(doctype, "before_validate") for doctype in SOURCES],
	"intake.adapters.on_update": [(doctype, "on_update") for doctype in SOURCES],
	"intake.substitution.follow": [("Staff Absence", "on_update"), ("Staff Absence", "after_delete")],
	"ledger.following.follow": [(doctype, "on_change") for doctype in ON_LEDGER],
	"outgoing.source_documents.after_sending": [(doctype, "on_update") for doctype in SOURCES],
	"outgoing.source_documents.before_sending": [(doctype, "before_insert") for doctype in SOURCES],
}


def test_no_hook_is_assigned_twice():
	tree = ast.parse(HOOKS.read_text())
	names = Counter(
		target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
	)
	assert [name for name, times in names.items() if times > 1] == []


def test_no_key_of_a_hook_stands_twice():
	for node in ast.walk(ast.parse(HOOKS.read_text())):
		if isinstance(node, ast.Dict):
			keys = Counter(key.value for key in node.keys if isinstance(key, ast.Constant))
			assert [key for key, times in keys.items() if times > 1] == []


def test_what_the_clock_sets_off_is_scheduled():
	events = runpy.run_path(str(HOOKS))["scheduler_events"]
	schedule = {**events, **events["cron"]}
	often_enough = {
		job
		for job, seconds in MAY_BE_LATE.items()
		for frequency in SECONDS
		if f"client_comms.{job}" in schedule.get(frequency, ()) and SECONDS[frequency] <= seconds
	}
	assert often_enough == set(MAY_BE_LATE)


def test_the_page_about_events_says_in_which_order_they_run():
	assert document_events.page() == document_events.PAGE.read_text(), "run python scripts/document_events.py"


def test_every_handler_of_an_event_is_registered():
	"""`(doc, method=None)` is how Frappe calls one: what has these parameters is there for a document's event."""
	registered = {*_paths(runpy.run_path(str(HOOKS))["doc_events"])}
	handlers = {
		".".join((*file.relative_to(HOOKS.parents[1]).with_suffix("").parts, node.name))
		for file in HOOKS.parent.rglob("*.py")
		for node in ast.parse(file.read_text()).body
		if isinstance(node, ast.FunctionDef)
		if [each.arg for each in node.args.args] == ["doc", "method"] and node.args.defaults
	}
	assert len(handlers) > 100
	assert handlers - registered == set()


@pytest.mark.parametrize(
	"doctype", ("Client Disclosure", "Comment", "File", "Notification Log", *PRINTED, *READ_TOO)
)
def test_what_is_loaded_of_a_confidential_document_is_seen(doctype):
	assert runpy.run_path(str(HOOKS))["extend_doctype_class"][doctype].startswith("client_comms.")


@pytest.mark.parametrize("handler", FOLLOWED)
def test_what_can_happen_in_several_ways_is_followed_in_each(handler):
	registered = {
		(doctype, event)
		for doctype, events in runpy.run_path(str(HOOKS))["doc_events"].items()
		for event, paths in events.items()
		if f"client_comms.{handler}" in _paths(paths)
	}
	assert {*FOLLOWED[handler]} - registered == set()


def test_lists_and_forms_are_guarded_together():
	"""A row has no form; it is guarded with the document in which it stands."""
	hooks = runpy.run_path(str(HOOKS))
	lists, forms = {*hooks["permission_query_conditions"]}, {*hooks["has_permission"]}
	read_alone = {
		name for name, path in hooks["extend_doctype_class"].items() if path.endswith("child_rows.GuardedRow")
	}
	own = [json.loads(file.read_text()) for file in HOOKS.parent.glob("*/doctype/*/*.json")]
	rows = read_alone | {doctype["name"] for doctype in own if doctype.get("istable")}
	assert forms - lists == set()
	assert lists - forms - rows == set()
	assert read_alone - lists == set()


def test_what_says_that_it_is_a_hook_is_registered():
	"""The docstring of a hook begins with its name; those of answers are called `after_request`."""
	hooks = runpy.run_path(str(HOOKS))
	said = set()
	for file in HOOKS.parent.rglob("*.py"):
		module = ".".join(file.relative_to(HOOKS.parents[1]).with_suffix("").parts)
		for node in ast.parse(file.read_text()).body:
			if isinstance(node, ast.FunctionDef):
				named = re.match(r"(?:Hook )?`(\w+)`", ast.get_docstring(node) or "")
				hook = "after_request" if node.name == "after_request" else named and named[1]
			else:
				hook = any(getattr(each, "name", "") == "can_render" for each in getattr(node, "body", ()))
				hook = hook and "page_renderer"
			if hook in NAMED:
				said.add((hook, f"{module}.{node.name}"))
	assert len(said) > 15
	assert [(hook, path) for hook, path in sorted(said) if path not in {*_paths(hooks[hook])}] == []


def _paths(registered):
	if isinstance(registered, str):
		yield registered
	else:
		for each in registered.values() if isinstance(registered, dict) else registered:
			yield from _paths(each)


def test_guards_stand_before_any_class():
	"""With a base of Frappe's own, a guard would take the place of another app's class instead of standing before it."""
	for path in set(runpy.run_path(str(HOOKS))["extend_doctype_class"].values()):
		module, _dot, name = path.rpartition(".")
		tree = ast.parse((HOOKS.parents[1] / module.replace(".", "/")).with_suffix(".py").read_text())
		(guard,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
		foreign = {
			alias.asname or alias.name
			for node in tree.body
			if isinstance(node, ast.ImportFrom) and not node.module.startswith("client_comms.")
			for alias in node.names
		}
		assert not foreign & {base.id for base in guard.bases}, path


@pytest.mark.parametrize("doctype", ["WhatsApp Message", "TP Call Log"])
@pytest.mark.parametrize("kind", ["has_permission", "permission_query_conditions", "extend_doctype_class"])
def test_documents_of_other_apps_are_guarded_where_these_apps_are_installed(doctype, kind):
	assert runpy.run_path(str(HOOKS))[kind][doctype].startswith("client_comms.")


@pytest.mark.parametrize("doctype", ["WhatsApp Message", "TP Call Log"])
@pytest.mark.parametrize("event", ["before_print", "before_rename"])
def test_documents_of_other_apps_are_printed_and_renamed_like_calls(doctype, event):
	events = runpy.run_path(str(HOOKS))["doc_events"]
	assert {*_paths(events[doctype][event])} == {*_paths(events["Call Log"][event])}


@pytest.mark.parametrize("doctype", ["Communication", "Event", "Call Log", "WhatsApp Message", "TP Call Log"])
def test_what_is_filed_elsewhere_keeps_its_level(doctype):
	saved = runpy.run_path(str(HOOKS))["doc_events"][doctype]["before_save"]
	assert "client_comms.enforcement.filed.keep_when_moved" in {*_paths(saved)}


@pytest.mark.parametrize("doctype", ["Client Interaction", "Issue", "Lead", "Opportunity"])
def test_the_number_of_a_deleted_record_is_kept_in_every_way(doctype):
	events = runpy.run_path(str(HOOKS))["doc_events"][doctype]
	kept = {
		event: path.rpartition(".")[2]
		for event, handlers in events.items()
		for path in _paths(handlers)
		if path.startswith("client_comms.enforcement.used_names.")
	}
	assert kept == {
		"on_trash": "keep_number",
		"after_delete": "keep_series",
		"before_insert": "leave_out",
		"before_rename": "refuse",
	}


@pytest.mark.parametrize("doctype", ["Customer", "Lead", "Prospect"])
def test_who_manages_a_client_is_looked_at_in_both_ways(doctype):
	events = runpy.run_path(str(HOOKS))["doc_events"][doctype]
	for event, handler in (("validate", "refuse_self"), ("before_rename", "refuse_merger")):
		assert f"client_comms.enforcement.account_managers.{handler}" in {*_paths(events[event])}


def test_what_a_request_cannot_ask_for_a_job_cannot_either():
	hooks = runpy.run_path(str(HOOKS))
	for path in (
		"flags.note_beginning",
		"enforcement.requests.document_internals.leave_out",
		"enforcement.compose.stand_around",
		"enforcement.raw_sql.look_for_sent",
	):
		assert f"client_comms.{path}" in {*hooks["before_request"]} & {*hooks["before_job"]}


def test_a_notification_of_another_app_passes_the_gate():
	guard = runpy.run_path(str(HOOKS))["extend_doctype_class"]["WhatsApp Notification"]
	assert guard.endswith(".GuardedWhatsAppNotification")


def test_wrappers_go_on_to_what_was_there_before_them():
	"""With Frappe's own function called, another app's override would be lost."""
	for original, path in runpy.run_path(str(HOOKS))["override_whitelisted_methods"].items():
		module = path.rpartition(".")[0]
		source = (HOOKS.parents[1] / module.replace(".", "/")).with_suffix(".py").read_text()
		assert "call_previous(" in source and f'"{original}"' in source, path


def test_wrappers_stand_where_they_go_on():
	"""The other way round: what goes on to a method of Frappe or ERPNext is registered in its place."""
	registered = runpy.run_path(str(HOOKS))["override_whitelisted_methods"]
	going_on = {
		original: ".".join(file.relative_to(HOOKS.parents[1]).with_suffix("").parts)
		for file in HOOKS.parent.rglob("*.py")
		if "call_previous(" in file.read_text() and file.name != "compose.py"
		for original in re.findall(r'"((?:frappe|erpnext)\.(?:\w+\.)+\w+)"', file.read_text())
	}
	assert going_on
	missing = {
		original: module
		for original, module in going_on.items()
		if registered.get(original, "").rpartition(".")[0] != module
	}
	assert missing == {}


def test_rows_of_confidential_documents_have_a_condition():
	hooks = runpy.run_path(str(HOOKS))
	for file in HOOKS.parent.glob("*/doctype/*/*.json"):
		doctype = json.loads(file.read_text())
		if doctype["name"] in hooks["has_permission"]:
			tables = {each["options"] for each in doctype["fields"] if each["fieldtype"].startswith("Table")}
			assert tables <= hooks["permission_query_conditions"].keys(), doctype["name"]


def test_no_two_jobs_have_the_same_name():
	"""Frappe names a job by the last two parts of its method, and keeps the first of that name."""
	events = runpy.run_path(str(HOOKS))["scheduler_events"]
	lists = (*events.get("cron", {}).values(), *(each for key, each in events.items() if key != "cron"))
	names = Counter(".".join(method.split(".")[-2:]) for methods in lists for method in methods)
	assert [name for name, times in names.items() if times > 1] == []


def test_health_looks_at_every_queue_that_the_app_uses():
	app = HOOKS.parent
	(queues,) = re.findall(r"^QUEUES = (\(.*?\))", (app / "health.py").read_text(), re.MULTILINE)
	used = {
		each.value.value
		for path in app.rglob("*.py")
		for each in ast.walk(ast.parse(path.read_text()))
		if isinstance(each, ast.keyword) and each.arg == "queue" and isinstance(each.value, ast.Constant)
	}
	# What a job names no queue for, and the jobs of the scheduler that are not long, are in the default one.
	assert used | {"default"} == set(ast.literal_eval(queues))


def test_every_patch_is_listed_once_and_exists():
	lines = HOOKS.with_name("patches.txt").read_text().splitlines()
	# One that runs again has another comment.
	patches = [line for line in lines if line and not line.startswith(("[", "#"))]
	files = {
		f"client_comms.patches.{path.parent.name}.{path.stem}"
		for path in HOOKS.parent.glob("patches/v*/*.py")
		if path.stem != "__init__"
	}
	assert len(patches) == len(set(patches))
	assert {patch.split(" #")[0] for patch in patches} == files
