"""What a site gets: custom fields, roles, and the shipped procedure as documents.

Documents are made once and only where they are missing: what an administrator changed or renamed stays.
Later changes of shipped data are patches.
"""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields
from frappe.utils import get_datetime
from frappe.utils.data import get_system_timezone

from client_comms import procedure
from client_comms.enforcement import documents, policy
from client_comms.setup.custom_fields import custom_fields
from client_comms.setup.indexes import add_indexes

# Global default: what the site had under a shipped name before the app came, and keeps when it goes.
_FOUND = "client_comms_found"
_SHARED = {"Role": procedure.ROLES, "Issue Type": procedure.ISSUE_TYPES}


def before_install():
	"""Remember which of the shipped roles and Issue Types the site has of its own."""
	if "client_comms" in frappe.get_installed_apps():
		return
	found = {
		doctype: [n for n in names if frappe.db.exists(doctype, n)] for doctype, names in _SHARED.items()
	}
	frappe.db.set_global(_FOUND, frappe.as_json(found, indent=None))


def made_here(doctype: str) -> list[str]:
	"""The shipped names of `Role` or `Issue Type` that the site did not have before."""
	found = frappe.parse_json(frappe.db.get_global(_FOUND) or "{}")
	return [name for name in _SHARED[doctype] if name not in found.get(doctype, ())]


def forget_found():
	frappe.db.set_global(_FOUND, None)


def after_install():
	"""Everything a new site starts with."""
	sync_custom_fields()
	add_indexes()
	make_roles()
	make_procedure()


def after_migrate():
	"""Custom fields and indexes follow the code; data does not."""
	sync_custom_fields()
	add_indexes()
	policy.forget()


def sync_custom_fields():
	create_custom_fields(custom_fields(), update=True)


def make_roles():
	for role in procedure.ROLES:
		_make("Role", role, {"role_name": role, "desk_access": 1})


def make_procedure():
	"""The procedure as shipped, where it is missing."""
	for row in procedure.COMMUNICATION_TYPES:
		_make("Communication Type", row["type_name"], row)
	for row in procedure.DOCUMENTATION_METHODS:
		_make("Documentation Method", row["method_name"], row)
	for channel in procedure.CHANNELS:
		_make("Communication Channel", channel, {"channel_name": channel})
	for row in procedure.LEVELS:
		_make("Confidentiality Level", row["level_name"], row)
	for issue_type in procedure.ISSUE_TYPES:
		_make("Issue Type", issue_type, {"__newname": issue_type})
	make_matrix()
	make_training()
	make_calendar()
	make_settings()


def make_matrix():
	"""The first version, submitted; none when the site has any version."""
	if frappe.db.count("Communication Matrix"):
		return
	doc = frappe.get_doc(
		{
			"doctype": "Communication Matrix",
			"company": "",  # for all companies; left out, Frappe would fill in the default company
			"approved_by": "Administrator",
			**_lists(procedure.MATRIX),
		}
	)
	doc.approved_on = get_datetime(doc.effective_from).date()
	doc.insert(ignore_permissions=True)
	doc.submit()


def make_training():
	if not frappe.db.count("SOP Training"):
		_make("SOP Training", procedure.TRAINING["training_name"], procedure.TRAINING)


def make_calendar():
	"""Business hours in the site's time zone, on the company's holiday list where there is one."""
	company = frappe.defaults.get_global_default("company") or frappe.db.get_value("Company", {})
	_make(
		"Response Calendar",
		procedure.DEFAULT_CALENDAR["calendar_name"],
		{
			**procedure.DEFAULT_CALENDAR,
			"time_zone": get_system_timezone(),
			"holiday_list": company and frappe.db.get_value("Company", company, "default_holiday_list"),
		},
	)


def make_settings():
	"""Settings that nobody has saved yet. Documents that exist already are not governed unasked."""
	settings = frappe.get_doc("Client Comms Settings")
	if settings.default_calendar:
		return
	settings.update(
		_lists(
			{
				"default_calendar": procedure.DEFAULT_CALENDAR["calendar_name"],
				"manager_role": procedure.CUSTOMER_SUPPORT_MANAGER,
				"default_communication_type": procedure.DEFAULT_TYPE,
				"issue_channel": procedure.ISSUE_CHANNEL,
				"source_rules": procedure.SOURCE_RULES,
				**{setting: not frappe.db.count(doctype) for doctype, setting in documents.SETTING.items()},
				"own_email_domains": "\n".join(_domains_of_email_accounts()),
			}
		)
	)
	settings.save(ignore_permissions=True)


def _domains_of_email_accounts() -> list[str]:
	addresses = frappe.get_all("Email Account", {"email_id": ("is", "set")}, pluck="email_id")
	return sorted(
		{address.split("@", 1)[1].lower() for address in addresses if "@" in address} - {"example.com"}
	)


def _make(doctype: str, name: str, values: dict) -> None:
	if frappe.db.exists(doctype, name):
		return
	frappe.get_doc({"doctype": doctype, **_lists(values)}).insert(ignore_permissions=True)


def _lists(values: dict) -> dict:
	"""Child rows as Frappe wants them: lists of dicts of our own, never the shipped constants."""
	return {key: [dict(row) for row in v] if isinstance(v, tuple) else v for key, v in values.items()}
