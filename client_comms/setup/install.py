"""Installation: custom fields, roles, and the shipped procedure as documents.

Documents are created once and only if they are missing; an administrator's changes are kept.
Later changes to shipped data are patches.
"""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils import add_years, get_datetime, nowdate
from frappe.utils.data import get_system_timezone

from client_comms import policy_frames, procedure
from client_comms.client_interactions.clocks import site_zone
from client_comms.clients import confirmation
from client_comms.communication_governance import found_roles
from client_comms.enforcement import documents, foreign_fields, policy
from client_comms.ledger import following, keys, seal
from client_comms.rules import domains
from client_comms.setup import (
	custom_fields,
	foreign_documents,
	found_names,
	sidebar,
	sources,
	stored_markup,
	workspace_block,
	workspaces,
)
from client_comms.setup.indexes import add_indexes

SETTINGS = "Client Comms Settings"
INTERACTION = "Client Interaction"


def before_install():
	"""Refuse sites that cannot run the app; remember which shipped roles, Issue Types and texts already exist.

	:raises frappe.ValidationError: another database than MariaDB, or a field or a document of others that has the name of one of
	    the app's; nothing of the app is on the site then
	"""
	if frappe.db.db_type != "mariadb":
		frappe.throw(
			_(
				"Client Communications requires MariaDB, but this site uses {0}. Install it on a site with MariaDB."
			).format(frappe.db.db_type),
			title=_("Database Not Supported"),
		)
	foreign_documents.refuse()
	foreign_fields.refuse(custom_fields.names(custom_fields.custom_fields()))
	# What Frappe has cached of the apps' modules may be older than this app on the bench: it would create no DocType.
	frappe.setup_module_map()
	if "client_comms" not in frappe.get_installed_apps():
		found = found_names.remember_found(*found_names.SHARED)
		found_roles.hold_back(found["Role"], found["Role Profile"])


def after_install():
	"""Create everything with which a new site starts."""
	seal.remove()
	keys.ring()
	sync_custom_fields()
	confirmation.confirm_existing()
	add_indexes()
	make_roles()
	make_role_profiles()
	make_procedure()
	make_searchable()
	workspace_block.make()
	workspaces.remember()
	stored_markup.clean()
	following.record_missing()
	site_zone.remember()
	found_roles.tell()


def after_migrate():
	"""Custom fields and indexes follow the code, but data does not: deleted documents are not restored."""
	sync_custom_fields()
	add_indexes()
	workspace_block.make()
	settle_new_settings()
	sidebar.settle()
	workspaces.settle()
	policy.clear_cache()


def make_searchable():
	"""Add interactions to global search, if the setup wizard has already configured it."""
	settings = frappe.get_single("Global Search Settings")
	listed = [row.document_type for row in settings.allowed_in_global_search]
	if listed and INTERACTION not in listed:
		settings.append("allowed_in_global_search", {"document_type": INTERACTION})
		settings.save(ignore_permissions=True)


def sync_custom_fields():
	custom_fields.sync(custom_fields.custom_fields())
	sources.follow_installed()


def make_roles():
	for role in procedure.ROLES:
		_make("Role", role, {"role_name": role, "desk_access": 1})


def make_role_profiles():
	"""One for each job, so that a new user gets all roles that it needs in one step."""
	for profile, roles in procedure.ROLE_PROFILES.items():
		_make(
			"Role Profile",
			profile,
			{"role_profile": profile, "roles": tuple({"role": role} for role in roles)},
		)


def make_procedure():
	"""Create the shipped procedure, where it is missing."""
	for row in procedure.COMMUNICATION_TYPES:
		_make("Communication Type", row["type_name"], row)
	for row in procedure.DOCUMENTATION_METHODS:
		_make("Documentation Method", row["method_name"], row)
	for channel in procedure.CHANNELS:
		_make("Communication Channel", channel, {"channel_name": channel})
	for row in procedure.LEVELS:
		cleared = found_roles.cleared(row["clearances"])
		_make("Confidentiality Level", row["level_name"], {**row, "clearances": cleared})
	for issue_type in procedure.ISSUE_TYPES:
		_make("Issue Type", issue_type, {"__newname": issue_type})
	make_acknowledgements()
	make_summaries()
	make_matrix()
	make_training()
	make_policies()
	make_review_programme()
	make_calendar()
	make_consent_purposes()
	make_terminology()
	make_complaint_words()
	make_kanban_board()
	make_settings()


def make_consent_purposes():
	"""Create consent purposes and their notices, unless the site has any purpose."""
	if frappe.db.count("Consent Purpose"):
		return
	for row in procedure.CONSENT_PURPOSES:
		_make("Consent Purpose", row["purpose_name"], row)
	for row in procedure.CONSENT_NOTICES:
		frappe.get_doc({"doctype": "Consent Notice", **row}).insert(ignore_permissions=True)
	for row in procedure.DATA_CATEGORIES:
		_make("Data Category", row["category_name"], row)


def make_terminology():
	"""Create some terms to avoid, unless the site has any rule."""
	if not frappe.db.count("Terminology Rule"):
		for row in procedure.TERMINOLOGY:
			frappe.get_doc({"doctype": "Terminology Rule", **row}).insert(ignore_permissions=True)


def make_complaint_words():
	"""Create words by which a record reads like a complaint, unless the site has any."""
	if frappe.db.count("Complaint Word"):
		return
	for language, words in procedure.COMPLAINT_WORDS.items():
		insert_complaint_words(language, words)


def insert_complaint_words(language: str, words: Iterable[tuple[str, str]]):
	"""Insert the words of a language, if the site has the language."""
	if frappe.db.exists("Language", language):
		for phrase, match in words:
			frappe.get_doc(
				{"doctype": "Complaint Word", "phrase": phrase, "language": language, "match": match}
			).insert(ignore_permissions=True)


_PURPOSES = ("sharing_purpose", "advertising_purpose")  # in the order of the procedure


def settle_new_settings():
	"""Set new settings to their defaults after an upgrade: Frappe applies defaults only to new documents."""
	settings = frappe.get_doc(SETTINGS)
	if not settings.default_calendar:
		return  # the settings have never been saved
	stored = dict(frappe.db.sql("select field, value from tabSingles where doctype = %s", SETTINGS))
	new = {
		df.fieldname: df.default
		for df in settings.meta.fields
		if df.default is not None
		# A mandatory one may have been stored empty by a patch that saved the settings before.
		and (df.fieldname not in stored or (df.reqd and stored[df.fieldname] is None))
	}
	for field, purpose in zip(_PURPOSES, procedure.CONSENT_PURPOSES, strict=True):
		if field not in stored:
			new[field] = frappe.db.exists("Consent Purpose", purpose["purpose_name"])
	for field, value in new.items():
		frappe.db.set_single_value(SETTINGS, field, value, update_modified=False)
	if new:
		following.record_states(SETTINGS, [SETTINGS])


def make_acknowledgements():
	"""Create acknowledgement texts, as drafts: nothing is sent until one is approved and switched on."""
	make_templates(procedure.ACKNOWLEDGEMENTS, "is_acknowledgement")


def make_summaries():
	"""Create texts for summaries of conversations, as drafts."""
	make_templates(procedure.SUMMARIES, "is_summary")


def make_templates(rows: Iterable[dict], flag: str) -> None:
	"""Create the Email Template and the Communication Template of each row, as a draft, in languages that the site has.

	:param flag: `is_acknowledgement` or `is_summary`
	"""
	strictest = frappe.db.get_value("Confidentiality Level", {}, order_by="rank desc")
	for row in rows:
		name = row["name"]
		if frappe.db.exists("Email Template", name) or not frappe.db.exists("Language", row["language"]):
			continue
		text = {"doctype": "Email Template", "subject": row["subject"], "response": row["response"]}
		frappe.get_doc(text).insert(set_name=name, ignore_permissions=True)
		_make(
			"Communication Template",
			name,
			{
				"template_name": name,
				"email_template": name,
				"language": row["language"],
				"highest_level": strictest,
				flag: 1,
			},
		)


def make_matrix():
	"""Create and submit the first version, unless the site has any version."""
	if frappe.db.count("Communication Matrix"):
		return
	doc = frappe.get_doc(
		{
			"doctype": "Communication Matrix",
			"company": "",  # for all companies; otherwise Frappe would fill in the default company
			"approved_by": "Administrator",
			**_lists(procedure.MATRIX),
		}
	)
	doc.approved_on = get_datetime(doc.effective_from).date()
	doc.next_review_on = add_years(nowdate(), 1)
	doc.flags.shipped = True
	doc.insert(ignore_permissions=True)
	doc.submit()


def make_training():
	if not frappe.db.count("SOP Training"):
		_make("SOP Training", procedure.TRAINING["training_name"], procedure.TRAINING)


def make_review_programme():
	"""Create a disabled programme of record reviews, unless the site has any."""
	if not frappe.db.count("Review Programme"):
		row = procedure.REVIEW_PROGRAMME
		_make("Review Programme", row["programme_name"], row)


def make_policies():
	"""Create frames of the procedure and its related policies, as drafts, unless the site has any policy."""
	if frappe.db.count("SOP Policy"):
		return
	today = nowdate()
	for row in policy_frames.POLICIES:
		frappe.get_doc(
			{
				"doctype": "SOP Policy",
				"version_label": policy_frames.VERSION,
				"change_summary": "First version",
				"effective_from": today,
				"next_review_on": add_years(today, 1),
				"policy_owner": "Administrator",
				"author": "Administrator",
				**row,
			}
		).insert(ignore_permissions=True)


def make_calendar():
	"""Create business hours in the site's time zone, with the company's holiday list if there is one."""
	calendar = procedure.DEFAULT_CALENDAR
	_make("Response Calendar", calendar["calendar_name"], {**calendar, **_place_of_business()})


def after_setup_wizard(_answers=None):
	"""`setup_wizard_complete`: if the app was installed before, time zone and company are known only now.

	A calendar that a user has saved in the meantime is not changed.
	"""
	name = procedure.DEFAULT_CALENDAR["calendar_name"]
	if not frappe.db.exists("Response Calendar", name):
		return
	calendar = frappe.get_doc("Response Calendar", name)
	if get_datetime(calendar.modified) == get_datetime(calendar.creation):
		calendar.update(_place_of_business()).save(ignore_permissions=True)


def _place_of_business() -> dict:
	company = frappe.defaults.get_global_default("company") or frappe.db.get_value("Company", {})
	return {
		"time_zone": get_system_timezone(),
		"holiday_list": company and frappe.db.get_value("Company", company, "default_holiday_list"),
	}


def make_kanban_board():
	_make("Kanban Board", procedure.KANBAN_BOARD["kanban_board_name"], procedure.KANBAN_BOARD)


def make_settings():
	"""Create the settings, if they have never been saved. Existing documents are not governed automatically."""
	settings = frappe.get_doc(SETTINGS)
	if settings.default_calendar:
		return
	settings.update(
		_lists(
			{
				"default_calendar": procedure.DEFAULT_CALENDAR["calendar_name"],
				"manager_role": procedure.CUSTOMER_SUPPORT_MANAGER,
				"default_communication_type": procedure.DEFAULT_TYPE,
				"issue_channel": procedure.ISSUE_CHANNEL,
				**{
					field: purpose["purpose_name"]
					for field, purpose in zip(_PURPOSES, procedure.CONSENT_PURPOSES, strict=True)
				},
				"source_rules": procedure.SOURCE_RULES,
				"escalation_steps": procedure.ESCALATION_STEPS,
				"warning_share": procedure.WARNING_SHARE,
				**procedure.QUIET_HOURS,
				"digest_at": procedure.DIGEST_AT,
				**{setting: not frappe.db.count(doctype) for doctype, setting in documents.SETTING.items()},
				"own_email_domains": "\n".join(_domains_of_email_accounts()),
			}
		)
	)
	settings.save(ignore_permissions=True)


def _domains_of_email_accounts() -> list[str]:
	addresses = frappe.get_all("Email Account", {"email_id": ("is", "set")}, pluck="email_id")
	return sorted(
		{domains.of(address) for address in addresses if "@" in address} - {"example.com"} - domains.PUBLIC
	)


def _make(doctype: str, name: str, values: dict) -> None:
	if frappe.db.exists(doctype, name):
		return
	frappe.get_doc({"doctype": doctype, **_lists(values)}).insert(ignore_permissions=True)


def _lists(values: dict) -> dict:
	"""Child rows for Frappe: copied dicts, never the shipped constants themselves."""
	return {key: [dict(row) for row in v] if isinstance(v, tuple) else v for key, v in values.items()}
