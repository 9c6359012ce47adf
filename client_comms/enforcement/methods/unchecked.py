"""Adds permission checks to methods of Frappe and ERPNext that read or change a document without one (D-5, P-2)."""

import frappe
from erpnext.crm.doctype.lead import lead as leads
from erpnext.support.doctype.issue import issue as issues
from frappe import _
from frappe.core.doctype.deleted_document import deleted_document as deleted_documents
from frappe.core.doctype.submission_queue import submission_queue
from frappe.desk import like
from frappe.desk.doctype.tag import tag as tags
from frappe.desk.form import document_follow
from frappe.templates.includes.comments import comments

from client_comms.enforcement import guards
from client_comms.enforcement.doctypes import deleted_document
from client_comms.exceptions import ClearanceMissingError
from client_comms.rules import access


@frappe.whitelist()
def toggle_like(doctype: str, name: str, add: str | bool = False):
	guards.require(doctype, name)
	return like.toggle_like(doctype, name, add)


@frappe.whitelist()
def add_tag(tag: str, dt: str, dn: str, color: str | None = None):
	guards.require(dt, dn)
	return tags.add_tag(tag, dt, dn, color)


@frappe.whitelist()
def add_tags(tags: str, dt: str, docs: str, color: str | None = None):
	for tag in frappe.parse_json(tags):
		for name in frappe.parse_json(docs):
			add_tag(tag, dt, name, color)


@frappe.whitelist()
def remove_tag(tag: str, dt: str, dn: str):
	guards.require(dt, dn)
	return tags.remove_tag(tag, dt, dn)


@frappe.whitelist()
def get_follow_users(doctype: str, doc_name: str):
	guards.require(doctype, doc_name)
	return document_follow.get_follow_users(doctype, doc_name)


@frappe.whitelist()
def get_latest_submissions(doctype: str, docname: str):
	guards.require(doctype, docname)
	return submission_queue.get_latest_submissions(doctype, docname)


@frappe.whitelist()
def get_reviews(doctype: str, docname: str):
	"""Reviews (praise and criticism) with their reasons, in version 15."""
	from frappe.social.doctype.energy_point_log import energy_point_log

	guards.require(doctype, docname)
	return energy_point_log.get_reviews(doctype, docname)


@frappe.whitelist(allow_guest=True)
def add_comment(**arguments):
	"""A comment from the website."""
	guards.require(arguments.get("reference_doctype"), arguments.get("reference_name"))
	return frappe.call(comments.add_comment, **arguments)


@frappe.whitelist()
def restore(name: str, alert: bool = True):
	"""Restore a deleted document; access to its content is checked, because the user who restores it becomes its owner."""
	if not deleted_document.is_open(frappe.get_doc("Deleted Document", name), frappe.session.user):
		frappe.throw(
			_("You have no clearance for the record to which this deleted document belonged."),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
	return deleted_documents.restore(name, alert)


@frappe.whitelist()
def bulk_restore(docnames: str):
	"""The same for several; those without clearance count as failed, as in Frappe."""
	names = frappe.parse_json(docnames)
	user = frappe.session.user
	open_ones = [
		name for name in names if deleted_document.is_open(frappe.get_doc("Deleted Document", name), user)
	]
	result = deleted_documents.bulk_restore(open_ones)
	return {**result, "failed": [*result["failed"], *(name for name in names if name not in open_ones)]}


@frappe.whitelist()
def set_status(name: str, status: str):
	guards.require("Issue", name, access.WRITE)
	return issues.set_status(name, status)


@frappe.whitelist()
def set_multiple_status(names: str, status: str):
	for name in frappe.parse_json(names):
		guards.require("Issue", name, access.WRITE)
	return issues.set_multiple_status(names, status)


@frappe.whitelist()
def get_lead_details(lead: str, posting_date=None, company: str | None = None, doctype: str | None = None):
	guards.require("Lead", lead)
	return leads.get_lead_details(lead, posting_date, company, doctype)


@frappe.whitelist()
def add_lead_to_prospect(lead: str, prospect: str):
	"""Checked because comments of the lead may be copied to the prospect."""
	guards.require("Lead", lead)
	return leads.add_lead_to_prospect(lead, prospect)
