"""Restore the site to its state before installation (Frappe itself removes DocTypes, modules and what is
bound to them)."""

import re

import frappe

from client_comms.client_interactions.clocks import site_zone
from client_comms.clients import phone_numbers
from client_comms.communication_governance import found_roles
from client_comms.enforcement import foreign_fields, policy
from client_comms.intake import spool
from client_comms.ledger import keys, seal
from client_comms.outgoing import departures
from client_comms.setup import custom_fields, sidebar, workspace_block, workspaces
from client_comms.setup.command import is_dry_run
from client_comms.setup.found_names import forget_found, made_here
from client_comms.setup.indexes import drop_indexes

# Frappe documents that belong to one record, although the field for its DocType is optional.
_BELONGINGS = {
	"Activity Log",
	"Comment",
	"Dashboard Chart",
	"Document Share Key",
	"Email Queue",
	"Energy Point Log",
	"Error Log",
	"File",
	"List Filter",
	"Notification Log",
	"Number Card",
	"Print Format",
	"Reminder",
	"Server Script",
	"Tag Link",
	"ToDo",
	"View Log",
	"Workflow Action",
}
# Prefixes of the app's document names, such as CI-2026-00001, CN-00001 and CM-1.0-01.
_OWN_SERIES = re.compile(r"(CI|STR|CC|IV|CD|LH|ER|DSR|DP|FR|IR|PI|PR|RD|SC)-\d{4}-|(CN|PF)-|(CM|POL)-.+-")
# Documents that name a DocType in a field that is not a link.
_BY_NAME = {
	"Access Log": "export_from",
	"Custom DocPerm": "parent",
	"Deleted Document": "deleted_doctype",
	"Global Search DocType": "document_type",
	"List View Settings": "name",
	"__UserSettings": "doctype",
	"__global_search": "doctype",
}

_VIEWS = "_user_settings"


def before_uninstall():
	"""Remove everything that refers to the app's DocTypes, while these still exist."""
	if is_dry_run():
		return
	own = own_doctypes()
	delete_custom_fields()
	drop_indexes()
	phone_numbers.forget_region()
	workspace_block.remove()
	sidebar.remove()
	forget_references(own)
	delete_onboarding_steps()
	delete_role_profiles()
	delete_roles()
	delete_issue_types()
	delete_email_templates()
	frappe.db.delete("Portal Menu Item", {"reference_doctype": ("in", list(own))})
	forget_found()
	site_zone.forget()
	found_roles.forget()
	workspaces.forget()
	policy.clear_cache()
	# Frappe commits after it has dropped the first of our DocTypes, in any order; what waits for the commit may ask about another.
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (an uninstallation is in no transaction: it changes tables)


def after_uninstall():
	"""Remove what Frappe leaves behind of a removed app."""
	if is_dry_run():
		return
	frappe.db.delete("Scheduled Job Type", {"method": ("like", "client_comms.%")})
	frappe.db.delete("Patch Log", {"patch": ("like", "client_comms.%")})
	kept = _series_of_others()
	frappe.db.delete(
		"Series",
		{
			"name": (
				"in",
				[
					name
					for name in frappe.db.sql_list("select name from tabSeries")
					if _OWN_SERIES.fullmatch(name) and not name.startswith(kept)
				]
				or [""],
			)
		},
	)
	frappe.db.delete("Singles", {"doctype": "Client Comms Settings"})
	forget_versions()
	frappe.db.delete("Portal Menu Item", {"route": ("in", ("/client-privacy", "/client-conversations"))})
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (the last step of an uninstall)
	seal.remove()
	spool.remove()
	departures.remove()
	keys.remove()
	frappe.clear_cache()


def forget_versions():
	"""Frappe notes in each user which versions of the apps they have seen."""
	for row in frappe.get_all(
		"User",
		{"last_known_versions": ("like", '%"client_comms"%')},
		["name", "last_known_versions"],
		order_by=None,
	):
		seen = frappe.parse_json(row.last_known_versions)
		seen.pop("client_comms", None)
		frappe.db.set_value(
			"User", row.name, "last_known_versions", frappe.as_json(seen, indent=None), update_modified=False
		)


def _series_of_others() -> tuple[str, ...]:
	"""The name prefixes of other DocTypes, whose counters must be kept."""
	naming = frappe.get_all("DocType", {"autoname": ("like", "%#%")}, pluck="autoname")
	for doctype, field, column in (
		("DocField", "fieldname", "options"),
		("Property Setter", "field_name", "value"),
	):
		naming += frappe.get_all(doctype, {field: "naming_series"}, pluck=column)
	lines = [line.strip() for each in naming for line in (each or "").splitlines()]
	return tuple(filter(None, (line.partition(".")[0] for line in lines)))


def own_modules() -> list[str]:
	return frappe.get_all("Module Def", {"app_name": "client_comms"}, pluck="name")


def own_doctypes() -> list[str]:
	return frappe.get_all("DocType", {"module": ("in", own_modules())}, pluck="name")


def forget_references(own: list[str]):
	"""Delete documents that belong to a record or a DocType of the app, and clear references to one in others."""
	for doctype, field in _BY_NAME.items():
		frappe.db.delete(doctype, {field: ("in", own)})
	forget_views(own)
	links = frappe.get_all(
		"DocField",
		{"fieldtype": "Link", "options": "DocType", "parent": ("not in", own)},
		["parent", "fieldname", "reqd"],
		order_by="parent asc, idx asc",
	)
	# Files first, because removing one writes a comment on its owner.
	for link in sorted(links, key=lambda link: link.parent != "File"):
		meta = frappe.get_meta(link.parent)
		if meta.issingle or meta.get("is_virtual"):
			continue
		names = [f.fieldname for f in meta.get_dynamic_link_fields() if f.options == link.fieldname]
		cleared = dict.fromkeys((link.fieldname, *names))
		# Frappe writes a comment on a DocType that is renamed.
		about_doctypes = [{link.fieldname: "DocType", name: ("in", own)} for name in names]
		for named in ({link.fieldname: ("in", own)}, *about_doctypes):
			if not frappe.db.exists(link.parent, named):
				continue
			if link.reqd or link.parent in _BELONGINGS:
				_delete(meta, named)
			else:
				frappe.db.set_value(link.parent, named, cleared, update_modified=False)


def forget_views(own: list[str]):
	"""How users left the lists and forms of these DocTypes: Frappe keeps it in Redis, and writes it into its table every hour."""
	for key in frappe.cache.hkeys(_VIEWS):
		if frappe.safe_decode(key).partition("::")[0] in own:
			frappe.cache.hdel(_VIEWS, key)


def _delete(meta, filters: dict):
	"""Delete rows directly, unless a document consists of more than its row."""
	if meta.name != "File" and not meta.get_table_fields():
		frappe.db.delete(meta.name, filters)
		return
	if meta.has_field("module"):
		# Frappe removes what is bound to the app's modules, and does not allow anyone else to delete its reports.
		shipped = frappe.get_all(meta.name, {**filters, "module": ("in", own_modules())}, pluck="name")
		filters = {**filters, "name": ("not in", shipped)} if shipped else filters
	for name in frappe.get_all(meta.name, filters, pluck="name"):
		frappe.delete_doc(meta.name, name, ignore_permissions=True, force=True, delete_permanently=True)


def delete_custom_fields():
	"""Delete the fields that the app has made, and their columns: Frappe keeps the column of a deleted field.

	The column first, so that an interrupted removal finds both again. It stays where the DocType has a field of that name by now.
	"""
	made = frappe.get_all(
		"Custom Field", {"module": foreign_fields.MODULE}, ["name", "dt", "fieldname"], order_by="name asc"
	)
	# Former sources too, whose app is no longer registered.
	ours = custom_fields.names(custom_fields.custom_fields([row.dt for row in made]))
	for row in made:
		if row.fieldname not in ours[row.dt]:
			continue
		if not frappe.db.exists("DocField", {"parent": row.dt, "fieldname": row.fieldname}):
			# nosemgrep: frappe-sql-format-injection (a field of the app's own)
			frappe.db.sql_ddl(f"alter table if exists `tab{row.dt}` drop column if exists `{row.fieldname}`")
		frappe.delete_doc("Custom Field", row.name, ignore_permissions=True, force=True)
	for doctype in {row.dt for row in made}:
		frappe.clear_cache(doctype=doctype)


def delete_onboarding_steps():
	"""Steps do not name a module, so Frappe would keep them."""
	onboardings = frappe.get_all("Module Onboarding", {"module": ("in", own_modules())}, pluck="name")
	steps = frappe.get_all("Onboarding Step Map", {"parent": ("in", onboardings or [""])}, pluck="step")
	frappe.db.delete("Onboarding Step Map", {"parent": ("in", onboardings or [""])})
	for step in steps:
		frappe.delete_doc("Onboarding Step", step, ignore_permissions=True, force=True, ignore_missing=True)


def delete_role_profiles():
	"""Users keep the roles that they got by one."""
	for profile in made_here("Role Profile"):
		frappe.db.set_value(
			"User", {"role_profile_name": profile}, "role_profile_name", None, update_modified=False
		)
		if frappe.db.table_exists("User Role Profile"):
			frappe.db.delete("User Role Profile", {"role_profile": profile})
		if frappe.db.exists("Role Profile", profile):
			# Frappe locks it until a worker has given its roles to its users.
			frappe.get_doc("Role Profile", profile).unlock()
			frappe.delete_doc("Role Profile", profile, ignore_permissions=True, force=True)


def delete_roles():
	for role in made_here("Role"):
		frappe.db.delete("Has Role", {"role": role})
		for permission in ("DocPerm", "Custom DocPerm"):
			frappe.db.delete(permission, {"role": role})
		frappe.delete_doc("Role", role, ignore_permissions=True, force=True, ignore_missing=True)


def delete_issue_types():
	"""Delete those that installation created, unless an Issue uses them."""
	for issue_type in made_here("Issue Type"):
		if not frappe.db.exists("Issue", {"issue_type": issue_type}):
			frappe.delete_doc(
				"Issue Type", issue_type, ignore_permissions=True, force=True, ignore_missing=True
			)


def delete_email_templates():
	"""Delete those that installation created; messages written with them are not changed."""
	for name in made_here("Email Template"):
		frappe.delete_doc("Email Template", name, ignore_permissions=True, force=True, ignore_missing=True)
