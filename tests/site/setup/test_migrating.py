"""Migrating does not restore documents that an administrator deleted."""

import frappe
import pytest

from client_comms import procedure
from client_comms.ledger import comparison
from client_comms.patches.v1_0 import (
	add_french_texts,
	add_french_to_source_rules,
	count_missed_deadlines,
	draw_owed_today_at_once,
	leave_closed_out_of_board,
	make_acknowledgements,
	make_summaries,
)
from client_comms.setup import found_names, install, workspace_block

SETTINGS = "Client Comms Settings"
SHIPPED = {
	"Consent Purpose": "client_comms.patches.v1_0.make_consent_purposes.execute",
	"Terminology Rule": "client_comms.patches.v1_0.make_terminology.execute",
}


def delete_all(doctype):
	if doctype == "Consent Purpose":
		for field in ("sharing_purpose", "advertising_purpose"):
			frappe.db.set_single_value("Client Comms Settings", field, None)
		frappe.db.delete("Consent Notice")
		frappe.db.delete("Data Category")
	for name in frappe.get_all(doctype, pluck="name"):
		frappe.delete_doc(doctype, name, force=True)


@pytest.mark.parametrize("doctype", SHIPPED)
def test_what_was_deleted_stays_away(doctype):
	delete_all(doctype)
	install.after_migrate()
	assert not frappe.db.count(doctype)


@pytest.mark.parametrize(("doctype", "patch"), SHIPPED.items())
def test_a_site_of_before_gets_it_once(doctype, patch):
	assert patch.removesuffix(".execute") in frappe.get_all("Patch Log", pluck="patch")
	delete_all(doctype)
	frappe.get_attr(patch)()
	made = frappe.db.count(doctype)
	assert made
	frappe.delete_doc(doctype, frappe.db.get_value(doctype, {}), force=True)
	frappe.get_attr(patch)()
	assert frappe.db.count(doctype) == made - 1


def test_new_settings_get_their_defaults_whatever_a_patch_saves_before():
	new = {"mailbox_silent_minutes": 60, "access_request_hours": 8}
	frappe.db.delete("Singles", {"doctype": SETTINGS, "field": ("in", list(new))})
	frappe.db.delete("Escalation Step", {"parent": SETTINGS})
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	for patch in frappe.get_all("Patch Log", {"patch": ("like", "client_comms.%")}, pluck="patch"):
		if patch.rpartition(".")[2] in ("make_ladder", "watch_mailboxes"):
			frappe.get_attr(f"{patch}.execute")()
	install.after_migrate()
	settings = frappe.get_doc(SETTINGS)
	assert {field: settings.get(field) for field in new} == new
	entries = frappe.get_all("Compliance Ledger Entry", {"reference_doctype": SETTINGS}, ["*"])
	assert entries and not list(comparison.faults_of(entries)), "recorded with these values"


FRENCH = {"language": "fr"}
FRENCH_DOCTYPES = (
	"Communication Template",
	"Consent Notice",
	"Terminology Rule",
	"Complaint Word",
)


def french():
	return {doctype: frappe.db.count(doctype, FRENCH) for doctype in FRENCH_DOCTYPES}


def delete_french():
	for template in frappe.get_all("Communication Template", FRENCH, pluck="name"):
		frappe.delete_doc("Communication Template", template, force=True)
		frappe.delete_doc("Email Template", template, force=True)
	for doctype in FRENCH_DOCTYPES[1:]:
		frappe.db.delete(doctype, FRENCH)


def test_a_site_of_before_gets_the_french_texts():
	new, texts = french(), frappe.get_single(SETTINGS)
	delete_french()
	for field, former in add_french_texts.FORMER.items():
		frappe.db.set_single_value(SETTINGS, field, former)
	for _once_and_again in range(2):
		add_french_texts.execute()
		assert french() == new and all(new.values())
		for field in add_french_texts.FORMER:
			assert frappe.db.get_single_value(SETTINGS, field) == texts.get(field)


def test_french_texts_that_an_upgrade_makes_go_with_the_app():
	"""An upgrade from before there were any texts runs all three patches, one after the other."""
	texts = {row["name"] for row in (*procedure.ACKNOWLEDGEMENTS, *procedure.SUMMARIES)}
	for name in texts:
		frappe.delete_doc("Communication Template", name, force=True)
		frappe.delete_doc("Email Template", name, force=True)
	own = procedure.SUMMARIES[0]["name"]
	frappe.get_doc({"doctype": "Email Template", "subject": "Ours", "response": "Ours"}).insert(set_name=own)
	found = frappe.parse_json(frappe.db.get_global(found_names._FOUND) or "{}")
	found.pop("Email Template", None)
	frappe.db.set_global(found_names._FOUND, frappe.as_json(found))
	for patch in (make_acknowledgements, make_summaries, add_french_texts):
		patch.execute()
	assert {*found_names.made_here("Email Template")} == texts - {own}
	assert all(frappe.db.exists("Email Template", name) for name in texts)


def test_french_texts_do_not_follow_what_was_removed_or_chosen():
	delete_french()
	for doctype in ("Terminology Rule", "Complaint Word", "Consent Notice"):
		frappe.db.delete(doctype)
	delete_all("Consent Purpose")
	frappe.db.set_single_value(SETTINGS, "closings", "Kind regards")
	add_french_texts.execute()
	assert french() == {"Communication Template": 2} | dict.fromkeys(FRENCH_DOCTYPES[1:], 0)
	assert frappe.db.get_single_value(SETTINGS, "closings") == "Kind regards"


@pytest.fixture
def former_rules(site):
	"""The settings with the source rules of before; to be saved."""
	settings = frappe.get_doc(SETTINGS)
	settings.set("source_rules", [dict(rule) for rule in procedure.SOURCE_RULES])
	for row in settings.source_rules:
		if row.subject_contains:
			row.subject_contains = add_french_to_source_rules.FORMER[row.communication_type]
	return settings


def words_of_rules():
	return [row.subject_contains for row in frappe.get_cached_doc(SETTINGS).source_rules]


def test_a_site_of_before_recognises_french_complaints(former_rules):
	former_rules.save()
	shipped = [rule.get("subject_contains") for rule in procedure.SOURCE_RULES]
	assert words_of_rules() != shipped
	for _once_and_again in range(2):
		add_french_to_source_rules.execute()
		assert words_of_rules() == shipped
	entries = frappe.get_all("Compliance Ledger Entry", {"reference_doctype": SETTINGS}, ["*"])
	assert not list(comparison.faults_of(entries)), "recorded with these words"


@pytest.mark.parametrize(
	"change",
	[
		{"subject_contains": "complaint, Klage"},
		{"source": "Lead"},
		{"direction": None},
		{"communication_type": "Service Update"},
	],
	ids=lambda change: ", ".join(change),
)
def test_source_rules_that_were_changed_stay_as_they_are(former_rules, change):
	for row in former_rules.source_rules:
		if row.subject_contains:
			row.update(change)
	former_rules.save()
	before = words_of_rules()
	add_french_to_source_rules.execute()
	assert words_of_rules() == before


def test_deadlines_that_were_missed_before_are_counted(inquiry, clock_at, set_calendar, monkeypatch):
	"""Also in chunks, and those of earlier rounds."""
	set_calendar(["09:00-17:00"])
	monkeypatch.setattr(count_missed_deadlines, "_CHUNK", 1)
	with clock_at("2026-11-27 10:00"):
		docs = [
			inquiry(at="2026-11-23 10:00", responsible_staff="Administrator"),
			inquiry(at="2026-11-23 11:00", responsible_staff="Administrator"),
			inquiry(at="2026-11-27 09:00", responsible_staff="Administrator"),
		]
		docs[0].record("Answered", at="2026-11-26 10:00:00")
		for doc in docs:
			doc.reload().save_by_app()
		counted = [doc.reload().missed_deadlines for doc in docs]
		frappe.db.set_value(
			"Client Interaction", {"name": ("in", [d.name for d in docs])}, "missed_deadlines", 0
		)
		count_missed_deadlines.execute()
		assert [doc.reload().missed_deadlines for doc in docs] == counted
	assert counted[0] == counted[1] == 2 and counted[2] == 0


@pytest.mark.parametrize("script", [draw_owed_today_at_once.BEFORE, "ours();"], ids=["as shipped", "changed"])
def test_the_block_of_the_workspace_is_renewed_unless_it_was_changed(script):
	def block():
		return frappe.get_doc(workspace_block.DOCTYPE, workspace_block.NAME)

	block().update({"script": script}).save()
	draw_owed_today_at_once.execute()
	changed = script != draw_owed_today_at_once.BEFORE
	assert block().script == (script if changed else workspace_block.SCRIPT)


@pytest.fixture
def same_columns(monkeypatch):
	"""Fields change, and their columns do not: to alter a table would commit."""
	monkeypatch.setattr(frappe.db, "updatedb", lambda *_args, **_kwargs: None)


def test_what_an_administrator_changed_on_a_field_stays_and_what_the_app_relies_on_does_not(same_columns):
	field = frappe.get_doc("Custom Field", {"dt": "Lead", "fieldname": "confidentiality_level"})
	shown = {"label": "Secrecy", "insert_after": "lead_name", "description": "Ask Ms Weber.", "print_hide": 0}
	frappe.db.set_value("Custom Field", field.name, {**shown, "hidden": 1, "read_only": 0, "no_copy": 0})
	frappe.clear_cache(doctype="Lead")
	install.after_migrate()
	field.reload()
	assert {key: field.get(key) for key in shown} == shown and field.hidden
	assert field.read_only and field.no_copy


def test_a_field_that_was_deleted_is_made_again_as_it_was_shipped(same_columns):
	frappe.db.delete("Custom Field", {"dt": "Issue", "fieldname": "confidentiality_level"})
	frappe.clear_cache(doctype="Issue")
	install.sync_custom_fields()
	field = frappe.get_doc("Custom Field", {"dt": "Issue", "fieldname": "confidentiality_level"})
	assert (field.label, field.insert_after, field.read_only) == ("Confidentiality Level", "issue_type", 1)


def test_a_field_of_that_name_that_a_site_made_is_not_taken_over(same_columns):
	frappe.db.set_value("Custom Field", "Contact-verified_how", {"module": None, "label": "Ours"})
	with pytest.raises(frappe.ValidationError, match="Contact: verified_how"):
		install.sync_custom_fields()
	assert frappe.db.get_value("Custom Field", "Contact-verified_how", ["label", "module"]) == ("Ours", None)


def test_a_site_with_another_database_is_refused_before_anything_is_there(monkeypatch):
	monkeypatch.setattr(frappe.db, "db_type", "postgres")
	with pytest.raises(frappe.ValidationError, match=r"requires MariaDB, but this site uses postgres"):
		install.before_install()


@pytest.mark.parametrize(
	("before", "after"),
	[
		(None, procedure.KANBAN_BOARD["filters"]),
		("[]", "[]"),
		('[["x", "y", "=", "z"]]', '[["x", "y", "=", "z"]]'),
	],
)
def test_the_board_of_interactions_leaves_out_what_is_closed_unless_filters_were_saved(before, after):
	board = ("Kanban Board", procedure.KANBAN_BOARD["kanban_board_name"])
	frappe.db.set_value(*board, "filters", before)
	leave_closed_out_of_board.execute()
	assert frappe.db.get_value(*board, "filters") == after
