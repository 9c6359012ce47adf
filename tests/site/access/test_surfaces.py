"""Every surface of `check-leaks`, for a user without and one with clearance, through the whole request
handling (D-5, P-2).

Without clearance nothing comes back; with it everything does, so that closed does not mean broken.
"""

import importlib
import inspect
import pkgutil

import frappe
import pytest

import client_comms
from client_comms import compat, procedure
from client_comms.enforcement import interactions, policy
from client_comms.leak_check import bait, surfaces
from client_comms.leak_check.surfaces import SURFACES
from client_comms.leak_check.visitor import Visitor
from client_comms.rules import access

pytestmark = [pytest.mark.committed, pytest.mark.clause("D-5", "P-2")]

# Closed to everyone except Administrator or its own user; or nothing to show here.
FOR_NOBODY = {
	"text of a message in a column of its document",
	"text of a message sent to open forms",
	"merge of a message of one's own into a hidden one",
	"title of a link",
	"titles that a contact of one's own stores",
	"deleted Client Interaction",
	"deleted Communication",
	"deleted Wording Finding",
	"file made public",
	"file that a document of one's own takes over",
	"report that somebody else prepared",
	"report that somebody else prepared, by naming them",
	"download of a report that somebody else prepared",
	"report emailed in somebody else's name",
	"request for a copy of somebody else's data",
	"change by a row of Interaction Event by its name",
	"change by a message's interaction",
	"note in a timeline that only Frappe makes",
	"portal, Contact Email of someone else",  # in the desk, ERPNext decides
	"portal, Contact Phone of someone else",
	"portal, words of tags",  # of users of the desk
	"portal, whether a number is that of a record",
	"page that was not found, which Frappe keeps for all visitors",
	"share in a made-up table of one's own document",
	"splitting of an Issue of one's own, with a hidden message",
	"message that arrives with a level, and loses it",
	"change by a message's level",
	"to-do report",  # shows one's own
	"PDF by WeasyPrint",
	"a wrapped method by another name",
	"a wrapped method by another name, beside the address or in a parameter",
}
# Frappe 16.0-dev itself fails to answer these, for any user.
# Answered where wkhtmltopdf is installed and reaches the site.
HEALTH_REPORT = "errors that the System Health Report names"
PRINTED = {"PDF", "PDF of several"}
# `get_next` of Frappe 15.103 fails for everyone, so that only the refusal is seen there.
UNANSWERED_IN_15 = (
	{"place of a hidden record in the order", "next record of the form"}
	if frappe.__version__.startswith("15.103.")
	else set()
)
UNANSWERED_IN_16 = {
	"calendar",
	"portal, web form",  # cannot turn the form's own options into JSON
	"fields of a linked message in a list (link.field)",
	"tag statistics of the list",
	"saved report with a field of a linked document",
}
OWN_ROLES = set(procedure.ROLES)

_AUDITS = "for who configures or audits alone; numbers, names of users and of rules"
_CLIENT = "about the client or the caller, not about an interaction"
_WRITES = "as acknowledgement: the same question whether the record may be written"
_CHOICES = "offers users, roles or texts, no record"
_FOUND_ROLES = "for those who change levels; roles and names of users who hold them"
_TEMPLATES = "for users who write templates: test_neighbours_methods"
_ASKS = "asks for the document: test_unasked"
_PDF = "its options; what it prints is asked under the address of the method: test_pdf_options"
_STAFF = "policies, and the caller's own trainings; no interaction"
_PAPER = "asks for the paper file: test_custody"
_REVIEW = "asks for the review: test_reviews"
_ERASES = (
	"for Compliance Officers, who must be able to read the run or hold; names and numbers: test_retention"
)
_COPY = "asks for the copy of the client's data; numbers and names: test_data_packages"
_SENDS = "asks whether the document may be emailed, or printed: test_sending"
_PREVIEW = "asks for the document that it shows, as the surfaces of previews say"
# Whitelisted methods that the leak check does not cover, and why they reveal nothing.
_SAVED = "the document that the caller changes, with the timeline that its form shows: test_answers"
NO_SURFACE = {
	"client_comms.enforcement.doctypes.personal_data_request.GuardedPersonalDataDeletionRequest.trigger_data_deletion": "for System Managers; the login's own address: test_portal_requests",
	"client_comms.enforcement.doctypes.email_digest.GuardedEmailDigest.send": "shows nothing; what it sends: test_references",
	"client_comms.enforcement.doctypes.issue.GuardedIssue.split_issue": "moves the messages of its own Issue only: test_missing_checks",
	"frappe.desk.desktop.get_desktop_page": "a workspace as Frappe answers, with less: test_offered",
	"frappe.desk.desktop.update_onboarding_step": "a mark of a step of an introduction: test_desk_of_others",
	"frappe.desk.doctype.number_card.number_card.get_percentage_difference": "of a saved card; its columns are checked like those of a number card",
	"frappe.desk.form.save.cancel": _SAVED,
	"frappe.desk.form.save.discard": _SAVED,
	"frappe.desk.form.save.savedocs": _SAVED,
	"frappe.desk.form.utils.update_comment_publicity": "as a change of the comment: test_missing_checks",
	"frappe.workflow.doctype.workflow_action.workflow_action.confirm_action": "as the page that asks before: test_workflow_links",
	"frappe.integrations.oauth2.approve": "lets a program act for the caller: test_oauth_consent",
	"frappe.integrations.oauth2.authorize": "asks whether it may: test_oauth_consent",
	"frappe.realtime.can_subscribe_doctype": "names of documents that change, which tell no value: test_realtime",
	"frappe.website.doctype.web_form.web_form.delete": "asks for clearance to delete: test_leaving",
	"frappe.website.doctype.web_form.web_form.delete_multiple": "asks for clearance to delete: test_leaving",
	"erpnext.edi.doctype.code_list.code_list_import.process_genericode_import": "a file, as a download of it: test_files",
	"erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer.get_coa": "a file, as a download of it: test_files",
	"erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer.import_coa": "a file, as a download of it: test_files",
	"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_qty": "writes into a BOM Creator alone: test_missing_checks",
	"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_bom_creator": "writes into a BOM Creator alone: test_missing_checks",
	"erpnext.accounts.doctype.payment_entry.payment_entry.get_party_details": "asks for the party: test_missing_checks",
	"erpnext.accounts.doctype.payment_entry.payment_entry.get_reference_details": "asks for what is paid: test_missing_checks",
	"client_comms.enforcement.doctypes.request_for_quotation.GuardedRequestForQuotation.get_supplier_email_preview": "for those who can save the template: test_missing_checks",
	"erpnext.controllers.accounts_controller.update_company_master_and_address": "our own company: test_methods_of_staff",
	"erpnext.crm.frappe_crm_api.create_customer": "creates a Customer and nothing else: test_missing_checks",
	"erpnext.crm.frappe_crm_api.create_prospect_against_crm_deal": "creates a Prospect and its contacts: test_methods_of_staff",
	"erpnext.accounts.doctype.payment_request.payment_request.resend_payment_email": _SENDS,
	"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.download_statements": _SENDS,
	"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.send_emails": _SENDS,
	"erpnext.buying.doctype.request_for_quotation.request_for_quotation.send_supplier_emails": _SENDS,
	"erpnext.stock.doctype.delivery_trip.delivery_trip.notify_customers": _SENDS,
	"erpnext.selling.page.point_of_sale.point_of_sale.set_customer_info": "asks for the customer: test_methods_of_staff",
	"erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_display": "asks for the contact: test_methods_of_staff",
	"erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_and_address": "asks for the customer: test_methods_of_staff",
	"erpnext.stock.doctype.shipment.shipment.get_contact_name": "asks for the document: test_methods_of_staff",
	"erpnext.stock.doctype.shipment.shipment.get_address_name": "asks for the document: test_methods_of_staff",
	"erpnext.stock.doctype.shipment.shipment.get_company_contact": "a login, not a record: test_methods_of_staff",
	"frappe.contacts.doctype.address.address.get_default_address": "asks for the document: test_methods_of_staff",
	"erpnext.templates.pages.projects.get_task_html": "asks for the project: test_methods_of_staff",
	"erpnext.templates.pages.projects.get_timesheet_html": "asks for the project: test_methods_of_staff",
	"erpnext.www.book_appointment.index.create_appointment": "answers with what was entered: test_messages_of_portal_users",
	"client_comms.api.client_called_again": _WRITES,
	"client_comms.api.client_summary": "asks whether the interaction may be emailed: test_writers",
	"client_comms.api.evidence_choices": "asks for the interaction, then for each choice: test_evidence",
	"client_comms.api.hand_over": _WRITES,
	"client_comms.api.escalate": _WRITES,
	"client_comms.api.escalation_recipients": _WRITES,
	"client_comms.api.waive_documentation": _WRITES,
	"client_comms.api.who_may_write": "offers users: test_writers",
	"client_comms.api.merge_interactions": "asks for both, to read and to write: test_merging",
	"client_comms.api.move_message": "asks for both, to read and to write: test_merging",
	"client_comms.api.simulate_merge": "asks for both, to read and to write: test_merging",
	"client_comms.api.simulate_move": "asks for both, to read and to write: test_merging",
	"client_comms.api.simulate_split": "asks for the interaction, to read and to write: test_merging",
	"client_comms.api.split_off": "asks for the interaction, to read and to write: test_merging",
	"client_comms.api.simulate_log": "the caller's own words, and the rule that meets them: test_logging",
	"client_comms.api.attest_policy": _STAFF,
	"client_comms.api.policies_in_force": _STAFF,
	"client_comms.api.policies_to_read": _STAFF,
	"client_comms.api.policy_difference": _STAFF,
	"client_comms.api.policy_history": _STAFF,
	"client_comms.api.complete_training": _STAFF,
	"client_comms.api.finish_training": _STAFF,
	"client_comms.api.keep_training_answers": _STAFF,
	"client_comms.api.locked_out_by_training": _STAFF,
	"client_comms.api.my_trainings": _STAFF,
	"client_comms.api.open_training": _STAFF,
	"client_comms.api.training_roles": _CHOICES,
	"client_comms.api.check_in_file": _PAPER,
	"client_comms.api.check_out_file": _PAPER,
	"client_comms.api.destroy_file": _PAPER,
	"client_comms.api.move_file": _PAPER,
	"client_comms.api.physical_file": _PAPER,
	"client_comms.api.report_file_missing": _PAPER,
	"client_comms.api.comment_on_review": _REVIEW,
	"client_comms.api.complete_review": _REVIEW,
	"client_comms.api.dispute_review": _REVIEW,
	"client_comms.api.draw_reviews": _AUDITS,
	"client_comms.api.redraw_reviews": "numbers of a draw that the caller may read: test_reviews",
	"client_comms.api.scorecard": _AUDITS,
	"client_comms.api.scorecard_snapshot": _AUDITS,
	"client_comms.api.not_a_complaint": _WRITES,
	"client_comms.api.retype_as_feedback": _WRITES,
	"client_comms.api.satisfaction.rate": "answers a client's link, and shows nothing: test_satisfaction",
	"client_comms.api.sign_off_feedback_review": "counts of ratings, no interaction: test_feedback",
	"client_comms.api.break_glass": "emergency access, refused without clearance: test_sharing",
	"client_comms.api.explain_access": "the rule and the level, never content: test_explain",
	"client_comms.api.is_governed": _CHOICES,
	"client_comms.api.explore_record": _AUDITS,
	"client_comms.api.explore_user": _AUDITS,
	"client_comms.api.simulate_governing": _AUDITS,
	"client_comms.api.simulate_clearance": _AUDITS,
	"client_comms.api.simulate_matrix_access": _AUDITS,
	"client_comms.api.simulate_role": _AUDITS,
	"client_comms.api.simulate_matrix": _AUDITS,
	"client_comms.api.matrix_choices": "configuration, no record: test_matrix_grid",
	"client_comms.api.send_back_template": _AUDITS,
	"client_comms.api.template_to_approve": _AUDITS,
	"client_comms.api.templates_to_approve": _AUDITS,
	"client_comms.api.my_duties": "the caller's own, as in the block Owed Today: test_duties",
	"client_comms.api.matrix.versions_without_rule": "configuration, no record: test_messages",
	"client_comms.api.simulate_change": _AUDITS,
	"client_comms.api.policy_change": _AUDITS,
	"client_comms.api.policy_change_examples": _AUDITS,
	"client_comms.api.cancel_policy_change": _AUDITS,
	"client_comms.api.continue_policy_change": _AUDITS,
	"client_comms.api.retry_policy_change": _AUDITS,
	"client_comms.api.check_new_access": _AUDITS,
	"client_comms.api.export_policy": _AUDITS,
	"client_comms.api.import_policy": _AUDITS,
	"client_comms.api.preview_policy": _AUDITS,
	"client_comms.api.matrix_difference": "versions of the matrix, no interaction: test_policy_changes",
	"client_comms.api.simulate_source_rules": _AUDITS,
	"client_comms.api.verify_ledger": _AUDITS,
	"client_comms.client_privacy.doctype.ledger_witness.ledger_witness.LedgerWitness.deliver": "asks for write access to the witness; shows nothing",
	"client_comms.api.cosign_checkpoint": _AUDITS,
	"client_comms.api.start_ledger_verification": _AUDITS,
	"client_comms.api.continue_ledger_verification": _AUDITS,
	"client_comms.api.export_ledger": _AUDITS,
	"client_comms.api.health.check_health": _AUDITS,
	"client_comms.api.found_roles.get_found_roles": _FOUND_ROLES,
	"client_comms.api.found_roles.confirm_found_role": _FOUND_ROLES,
	"client_comms.api.found_roles.set_found_profile_aside": _FOUND_ROLES,
	"client_comms.api.leak_check.start_leak_check": _AUDITS,
	"client_comms.api.leak_check.cancel_leak_check": _AUDITS,
	"client_comms.api.leak_check.get_leak_check": _AUDITS,
	"client_comms.api.approve_template": _AUDITS,
	"client_comms.api.retention.plan_retention": _ERASES,
	"client_comms.api.subject_requests.enter_request": _CLIENT,
	"client_comms.api.subject_requests.confirm_request_identity": _ERASES,
	"client_comms.api.subject_requests.extend_request": _ERASES,
	"client_comms.api.subject_requests.answer_request": _ERASES,
	"client_comms.api.subject_requests.plan_erasure": _ERASES,
	"client_comms.api.subject_requests.processing_record": _AUDITS,
	"client_comms.api.data_packages.copy_overview": _COPY,
	"client_comms.api.data_packages.discard_copy": _COPY,
	"client_comms.api.data_packages.download": "only through the client's own link: test_data_packages",
	"client_comms.api.data_packages.leave_out_of_copy": _COPY,
	"client_comms.api.data_packages.make_copy": _ERASES,
	"client_comms.api.data_packages.release_copy": _COPY,
	"client_comms.api.data_packages.resume_copy": _COPY,
	"client_comms.api.data_rights.ask": _CLIENT,
	"client_comms.api.data_rights.send_link": _CLIENT,
	"client_comms.api.restrictions.allow": _ERASES,
	"client_comms.api.restrictions.announce": _ERASES,
	"client_comms.api.restrictions.lift": _ERASES,
	"client_comms.api.restrictions.restrict": _ERASES,
	"client_comms.api.restrictions.ask": "asks for the record, and stores the caller's own words: test_restrictions",
	"client_comms.api.restrictions.restricted": "of the names that the caller can read: test_restrictions",
	"client_comms.api.retention.approve_run": _ERASES,
	"client_comms.api.retention.discard_run": _ERASES,
	"client_comms.api.retention.resume_run": _ERASES,
	"client_comms.api.retention.run_overview": _ERASES,
	"client_comms.api.retention.release_hold": _ERASES,
	"client_comms.api.withdraw_template": _AUDITS,
	"client_comms.api.simulate_deadlines": "moves that the caller may read, and a number of others: test_recomputing",
	"client_comms.api.log_interaction": "makes a record of the caller's own words",
	"client_comms.api.answer": _WRITES,
	"client_comms.api.close": _WRITES,
	"client_comms.api.pause": _WRITES,
	"client_comms.api.promise": _WRITES,
	"client_comms.api.reopen": _WRITES,
	"client_comms.api.resume": _WRITES,
	"client_comms.api.take_back_answer": _WRITES,
	"client_comms.api.generate_documentation": "as acknowledgement, and for print besides: test_escalation_report",
	"client_comms.api.conversation": "shows what lists show: test_access_generated",
	"client_comms.api.act_on_interactions": _WRITES,
	"client_comms.api.needs_answer": "asks for the interaction, to write: test_thanks",
	"client_comms.api.my_team": "users of the procedure, no record: test_team",
	"client_comms.api.deadline_words": "shows what lists show: test_owed",
	"client_comms.api.owed_work": "the caller's own rows of the report Owed Today: test_team",
	"client_comms.api.access_refusal": "what to do about a refusal, never content: test_access_requests",
	"client_comms.api.who_opens": "roles, and colleagues who have them: test_page_access",
	"client_comms.api.request_access": "stores the caller's own words: test_access_requests",
	"client_comms.api.grant_access": "asks for the interaction: test_access_requests",
	"client_comms.api.decline_access": "asks for the interaction: test_access_requests",
	"client_comms.api.writing": "names of colleagues, to who can read the interaction: test_presence",
	"client_comms.api.interaction_actions": "what is possible, never content: test_owed",
	"client_comms.api.owed_today": "the caller's own rows of the report Owed Today",
	"client_comms.api.workspace_block": "owed_today",
	"client_comms.api.interactions_due_today": "the number of the caller's own list: test_owed",
	"client_comms.api.digest_subscription": "the caller's own",
	"client_comms.api.user_names": "names of colleagues, as link fields offer them: test_user_names",
	"client_comms.api.log_unlogged": "asks for the document: test_unlogged",
	"client_comms.api.dismiss_unlogged": "asks for the document: test_unlogged",
	"client_comms.api.communication_preference": _CLIENT,
	"client_comms.api.confirm_details": _CLIENT,
	"client_comms.api.consent_receipt": _CLIENT,
	"client_comms.api.give_consent": _CLIENT,
	"client_comms.api.refuse_consent": _CLIENT,
	"client_comms.api.withdraw_consent": _CLIENT,
	"client_comms.api.may_share": _CLIENT,
	"client_comms.api.check_wording": "the caller's own words",
	"client_comms.api.check_write_down": "names what the caller can read: test_write_down",
	"client_comms.api.verify_identity": _CLIENT,
	"client_comms.api.send_identity_code": _CLIENT,
	"client_comms.api.check_identity_code": _CLIENT,
	"client_comms.api.invite_client": _CLIENT,
	"client_comms.api.invite_clients": "each as invite_client",
	"client_comms.api.request_consent": _CLIENT,
	"client_comms.api.portal.write": _CLIENT,
	"client_comms.api.self_service.submit": _CLIENT,
	"client_comms.api.self_service.receipt": _CLIENT,
	"client_comms.api.queries.desk_users": _CHOICES,
	"client_comms.api.queries.colleagues": _CHOICES,
	"client_comms.api.queries.roles": _CHOICES,
	"client_comms.api.queries.document_types_with_clients": _CHOICES,
	"client_comms.api.queries.responsible_staff": _CHOICES,
	"client_comms.api.queries.email_templates": _CHOICES,
	"client_comms.enforcement.doctypes.admin_tools.GuardedBulkUpdate.bulk_update": "asks for clearance on everything: test_console",
	"client_comms.enforcement.doctypes.admin_tools.GuardedPermissionInspector.debug": "asks for the document: test_admin_tools",
	"client_comms.outgoing.text_messages.GuardedSMSCenter.create_receiver_list": "lists no hidden Leads: test_lists_of_addresses",
	"client_comms.outgoing.text_messages.GuardedSMSCenter.send_sms": "sends the caller's own words: test_ways_out",
	"frappe.core.doctype.sms_settings.sms_settings.get_contact_number": "asks for the contact: test_methods_of_staff",
	"frappe.email.doctype.email_template.email_template.get_email_template": "fills a text with the caller's own values: test_templates",
	"frappe.email.doctype.email_group.email_group.add_subscribers": "takes the caller's own addresses: test_advertising",
	"frappe.core.doctype.sms_settings.sms_settings.send_sms": "sends the caller's own words: test_ways_out",
	"erpnext.crm.doctype.utils.get_last_interaction": "shows the last one only: test_activities",
	"frappe.desk.form.assign_to.add_multiple": "as assignment to oneself: test_sharing",
	"frappe.desk.form.assign_to.remove": "ends access: test_sharing",
	"frappe.desk.form.assign_to.remove_multiple": "ends access: test_sharing",
	"frappe.core.doctype.deleted_document.deleted_document.bulk_restore": _ASKS,
	"frappe.core.doctype.deleted_document.deleted_document.restore": _ASKS,
	"frappe.core.doctype.submission_queue.submission_queue.get_latest_submissions": _ASKS,
	"frappe.desk.doctype.tag.tag.add_tags": _ASKS,
	"frappe.desk.doctype.tag.tag.remove_tag": _ASKS,
	"frappe.desk.form.document_follow.get_follow_users": _ASKS,
	"eps.eps.api.get_point_logs": _ASKS,
	"eps.eps.doctype.energy_point_log.energy_point_log.get_reviews": _ASKS,
	"eps.eps.doctype.energy_point_log.energy_point_log.review": _ASKS,
	"frappe_whatsapp.utils.bulk_messaging.import_recipients": "documents that the user can read: test_neighbours_methods",
	"print_designer.print_designer.page.print_designer.print_designer.get_data_from_main_template": _TEMPLATES,
	"print_designer.print_designer.page.print_designer.print_designer.render_user_text": _TEMPLATES,
	"print_designer.print_designer.page.print_designer.print_designer.render_user_text_withdoc": _TEMPLATES,
	"webshop.webshop.shopping_cart.cart.create_lead_for_item_inquiry": "shows nothing; is an inquiry: test_item_inquiry",
	"frappe.social.doctype.energy_point_log.energy_point_log.get_reviews": _ASKS,
	"frappe.social.doctype.energy_point_log.energy_point_log.review": _ASKS,
	"frappe.templates.includes.comments.comments.add_comment": _ASKS,
	"frappe.utils.print_format.download_multi_pdf": _PDF,
	"frappe.utils.print_format.download_multi_pdf_async": _PDF,
	"frappe.utils.print_format.report_to_pdf": _PDF,
	"frappe.geo.utils.get_coords": "documents on a map, in version 15: test_list_conditions",
	"erpnext.crm.doctype.lead.lead.add_lead_to_prospect": _ASKS,
	"frappe.automation.doctype.auto_repeat.auto_repeat.update_reference": "shows nothing; what it copies later: test_auto_repeats",
	"erpnext.support.doctype.issue.issue.make_task": "Frappe asks for the Issue; what is copied: test_references",
	"erpnext.support.doctype.issue.issue.set_multiple_status": _ASKS,
}
if compat.is_version_16():
	NO_SURFACE |= {
		"client_comms.outgoing.notification.GuardedNotification.preview_meets_condition": _PREVIEW,
		"client_comms.outgoing.notification.GuardedNotification.preview_message": _PREVIEW,
		"client_comms.outgoing.notification.GuardedNotification.preview_subject": _PREVIEW,
		"client_comms.enforcement.doctypes.webhook.GuardedWebhook.preview_meets_condition": _PREVIEW,
		"client_comms.enforcement.doctypes.webhook.GuardedWebhook.preview_request_body": _PREVIEW,
	}


def whitelisted() -> set[str]:
	"""The methods of this app that a request can call: wrappers by the names of the wrapped methods, the API
	by its short name."""
	for module in pkgutil.walk_packages(client_comms.__path__, "client_comms."):
		if not module.name.endswith("__main__"):
			importlib.import_module(module.name)
	wrapped = frappe.get_hooks("override_whitelisted_methods", app_name="client_comms")
	names: dict[str, set[str]] = {}
	for theirs, ours in wrapped.items():
		names.setdefault(ours[-1], set()).add(theirs)
	own = (method for method in frappe.whitelisted if method.__module__.startswith("client_comms."))
	found = set()
	for method in own:
		name = f"{method.__module__}.{method.__qualname__}"
		short = getattr(client_comms.api, method.__name__, None) is method
		found |= {f"client_comms.api.{method.__name__}"} if short else names.get(name, {name})
	return found


def test_every_whitelisted_method_is_a_surface_or_says_why_not():
	called = "".join(map(inspect.getsource, (*surfaces.FILES, compat)))
	no_surface = {name for name in whitelisted() if f'"{name}"' not in called}
	assert no_surface == set(NO_SURFACE)


@pytest.fixture(scope="module")
def users(site):
	"""Two users with every role of Frappe and ERPNext; the second has those with oversight as well."""
	everything = [
		role
		for role in frappe.get_all("Role", {"disabled": 0, "desk_access": 1}, pluck="name")
		if role not in OWN_ROLES | {"Administrator", "Guest", "All", "Desk User"}
	]
	made = {}
	for name, roles in (
		("without", [procedure.FRONTLINE_STAFF]),
		(
			"with",
			[procedure.FRONTLINE_STAFF, procedure.CUSTOMER_SUPPORT_MANAGER, procedure.COMPLIANCE_OFFICER],
		),
	):
		user = frappe.get_doc(
			{
				"doctype": "User",
				"email": f"{name}.clearance@example.com",
				"first_name": name,
				"document_follow_notify": 1,
				"send_welcome_email": 0,
				"roles": [{"role": role} for role in [*everything, *roles]],
			}
		)
		user.flags.no_welcome_mail = True
		made[name] = user.insert(ignore_permissions=True, ignore_if_duplicate=True).name
	frappe.db.commit()
	yield made
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in made.values():
		frappe.delete_doc("User", name, force=True, ignore_permissions=True)
	frappe.db.commit()


@pytest.fixture(scope="module", params=["without", "with"])
def visit(request, users, answering_portal):
	"""A visitor, and the test records created for it: at the lowest level, the strictest, and raised to the strictest."""
	user = users[request.param]
	bait.remove()
	frappe.flags.mute_emails = True
	planted = bait.plant(user)
	with Visitor(user) as visitor:
		yield request.param, visitor, planted
	frappe.set_user("Administrator")
	frappe.db.rollback()
	bait.remove()


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_a_surface_shows_what_the_rule_allows(surface, visit):
	who, visitor, planted = visit
	sensitive = planted.baits[-2:]
	if surface.name == HEALTH_REPORT:
		# It names the five most frequent errors of the day; those of other tests would come before these.
		ours = [each.names["Error Log"] for each in planted.baits]
		frappe.db.delete("Error Log", {"name": ("not in", ours)})
	shown = [surface.shows(visitor, each, planted) for each in sensitive]
	# No other app is installed, and no table added: tests/site/intake/test_app_sources_leaks.py, test_check_leaks.py
	has_none = surface.name.startswith(("message of another app, ", "row of an added table, "))
	if who == "without" or surface.name in FOR_NOBODY or has_none:
		assert shown == [False, False]
	elif surface.name in PRINTED | (UNANSWERED_IN_16 if compat.is_version_16() else UNANSWERED_IN_15):
		assert shown[0] == shown[1]
	else:
		assert shown == [True, True]


def test_the_two_users_are_what_they_are_called(visit):
	who, visitor, planted = visit
	for each in planted.baits[-2:]:
		record = policy.stored_record(each.name)
		for action in (access.READ, access.WRITE, access.PRINT, access.EXPORT, access.SHARE):
			assert interactions.decide(record, action, visitor.user).allowed == (who == "with")
