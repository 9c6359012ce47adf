"""Leave the site as it was before the app came (Frappe itself removes DocTypes, modules and what is bound to them)."""

import frappe

from client_comms.enforcement import policy
from client_comms.setup.custom_fields import custom_fields
from client_comms.setup.indexes import drop_indexes
from client_comms.setup.install import forget_found, made_here

# Documents of Frappe that point at a record by DocType and name.
_POINTERS = (
	("ToDo", "reference_type"),
	("Comment", "reference_doctype"),
	("Version", "ref_doctype"),
	("DocShare", "share_doctype"),
	("Notification Log", "document_type"),
	("Document Follow", "ref_doctype"),
	("Tag Link", "document_type"),
	("Activity Log", "reference_doctype"),
	("View Log", "reference_doctype"),
	("Communication Link", "link_doctype"),
	("File", "attached_to_doctype"),
	("Deleted Document", "deleted_doctype"),
	("User Permission", "allow"),
	("List Filter", "reference_doctype"),
	("List View Settings", "name"),
	("Custom DocPerm", "parent"),
)


def before_uninstall():
	"""While the app's DocTypes still exist: everything that refers to them."""
	own = own_doctypes()
	delete_custom_fields()
	drop_indexes()
	for doctype, field in _POINTERS:
		if doctype == "File":
			for name in frappe.get_all("File", {"attached_to_doctype": ("in", own)}, pluck="name"):
				frappe.delete_doc("File", name, ignore_permissions=True, force=True)
		elif frappe.db.table_exists(doctype):
			frappe.db.delete(doctype, {field: ("in", own)})
	frappe.db.delete("__global_search", {"doctype": ("in", own)})
	frappe.db.delete("Property Setter", {"doc_type": ("in", own)})
	delete_roles()
	delete_issue_types()
	forget_found()
	policy.forget()


def after_uninstall():
	"""What Frappe leaves of a removed app."""
	frappe.db.delete("Scheduled Job Type", {"method": ("like", "client_comms.%")})
	frappe.db.delete("Patch Log", {"patch": ("like", "client_comms.%")})
	frappe.db.delete("Series", {"name": ("like", "CI-%")})
	frappe.db.delete("Series", {"name": ("like", "STR-%")})
	frappe.db.delete("Singles", {"doctype": "Client Comms Settings"})
	frappe.db.commit()  # nosemgrep: the last step of an uninstall
	frappe.clear_cache()


def own_doctypes() -> list[str]:
	modules = frappe.get_all("Module Def", {"app_name": "client_comms"}, pluck="name")
	return frappe.get_all("DocType", {"module": ("in", modules)}, pluck="name")


def delete_custom_fields():
	"""The fields and their columns: Frappe keeps the column of a deleted field."""
	for doctype, fields in custom_fields().items():
		for field in fields:
			name = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
			if name:
				frappe.delete_doc("Custom Field", name, ignore_permissions=True, force=True)
			if frappe.db.has_column(doctype, field["fieldname"]):
				frappe.db.sql_ddl(f"alter table `tab{doctype}` drop column `{field['fieldname']}`")
		frappe.clear_cache(doctype=doctype)


def delete_roles():
	for role in made_here("Role"):
		frappe.db.delete("Has Role", {"role": role})
		for permission in ("DocPerm", "Custom DocPerm"):
			frappe.db.delete(permission, {"role": role})
		frappe.delete_doc("Role", role, ignore_permissions=True, force=True, ignore_missing=True)


def delete_issue_types():
	"""The ones that installation made, unless an Issue has come to use them."""
	for issue_type in made_here("Issue Type"):
		if not frappe.db.exists("Issue", {"issue_type": issue_type}):
			frappe.delete_doc(
				"Issue Type", issue_type, ignore_permissions=True, force=True, ignore_missing=True
			)
