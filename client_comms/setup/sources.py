"""Fields on the documents of other apps that become interactions, and what goes when such an app goes (D-1)."""

import click
import frappe
from frappe.custom.doctype.property_setter.property_setter import make_property_setter

from client_comms.enforcement import source_doctypes
from client_comms.enforcement.foreign_fields import MODULE
from client_comms.setup.command import is_dry_run
from client_comms.setup.custom_fields import custom_fields, sync

_EVENT, _RULE = "Interaction Event", "Interaction Source Rule"
# What this app stores about single documents of any DocType.
_ABOUT_DOCUMENTS = ("Intake Failure", "Logging Exemption")


def follow_installed(app: str | None = None) -> None:
	"""`after_app_install`, and part of every migration: documents of registered DocTypes can carry an interaction and a level.

	One that has a field of such a name itself is left out, and said so: an app that was installed cannot be refused any more.
	"""
	faults = {each: source_doctypes.with_foreign_fields(each) for each in source_doctypes.existing()}
	for fault in filter(None, faults.values()):
		click.secho(f"client_comms: {fault}", fg="red")
	sources = [each for each, fault in faults.items() if not fault]
	_offer_in_rules(sources)
	fields = custom_fields(sources)
	sync({source: fields[source] for source in sources})
	source_doctypes.forget()


def follow_removed(app: str | None = None) -> None:
	"""`after_app_uninstall`: Frappe keeps fields of DocTypes that are gone. Histories keep what happened, without the document."""
	if is_dry_run():
		return
	there = frappe.get_all("DocType", pluck="name", order_by=None)
	frappe.db.delete("Custom Field", {"module": MODULE, "dt": ("not in", there)})
	for doctype in _ABOUT_DOCUMENTS:
		frappe.db.delete(doctype, {"reference_doctype": ("not in", there)})
	gone = {"source_doctype": ("not in", [*there, ""])}
	frappe.db.set_value(_EVENT, gone, {"source_doctype": None, "source_name": None}, update_modified=False)
	source_doctypes.forget()
	_offer_in_rules(source_doctypes.existing())
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (Frappe has committed the removal, and commits nothing after it)


def _offer_in_rules(sources: list[str]) -> None:
	"""The rules that classify what arrives can name them (M-1)."""
	options = {"doc_type": _RULE, "field_name": "source", "property": "options"}
	shipped = frappe.db.get_value("DocField", {"parent": _RULE, "fieldname": "source"}, "options")
	wanted = "\n".join((shipped, *sources)) if sources else None
	if wanted == frappe.db.get_value("Property Setter", options, "value"):
		return
	frappe.db.delete("Property Setter", options)
	if wanted:
		make_property_setter(_RULE, "source", "options", wanted, "Text", validate_fields_for_doctype=False)
	frappe.clear_cache(doctype=_RULE)
