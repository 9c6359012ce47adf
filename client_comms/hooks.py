from client_comms.assets import versioned as _asset
from client_comms.enforcement.registry import FORMS_OF_CLIENTS as _FORMS_OF_CLIENTS
from client_comms.enforcement.registry import LOCKED as _LOCKED
from client_comms.enforcement.registry import LOCKED_ROWS as _LOCKED_ROWS
from client_comms.enforcement.registry import OWNER_FIELDS as _DEPENDENTS
from client_comms.enforcement.registry import REFILED as _REFILED
from client_comms.enforcement.registry import composed as _composed
from client_comms.enforcement.registry import put_first as _put_first
from client_comms.enforcement.registry import sources as _sources

app_name = "client_comms"
app_title = "Client Communications"
app_publisher = "Client Communications contributors"
app_description = "The client-communication procedure, enforced inside ERPNext"
app_email = (
	"client-comms@example.com"  # Frappe expects one, but no one reads it: SECURITY.md says how to report
)
app_license = "mit"
# With the owner named, `install-app` finds ERPNext on the bench without asking the network.
required_apps = ["frappe/erpnext"]

before_install = "client_comms.setup.install.before_install"
after_install = "client_comms.setup.install.after_install"
setup_wizard_complete = "client_comms.setup.install.after_setup_wizard"
before_migrate = [
	"client_comms.setup.foreign_documents.refuse_doctypes",
	"client_comms.setup.workspaces.keep_changed",
]
after_migrate = [
	"client_comms.setup.install.after_migrate",
	"client_comms.enforcement.compose.stay_last",
	"client_comms.enforcement.closing.follow",
]
# An app that was installed, this one too, may override what this one overrides.
after_app_install = [
	"client_comms.enforcement.compose.stay_last",
	"client_comms.enforcement.closing.follow",
	"client_comms.setup.sidebar.settle",
	"client_comms.setup.sources.follow_installed",
]
after_app_uninstall = "client_comms.setup.sources.follow_removed"
before_uninstall = "client_comms.setup.uninstall.before_uninstall"
after_uninstall = "client_comms.setup.uninstall.after_uninstall"

# Access: one decision (rules/access) in two forms (permission check and row condition). What belongs to
# a governed record is registered for each DocType (enforcement/registry), never under "*".
has_permission = {
	**dict.fromkeys(_DEPENDENTS, "client_comms.enforcement.dependents.has_permission"),
	"Client Interaction": "client_comms.enforcement.interactions.has_permission",
	"Dashboard Settings": "client_comms.enforcement.doctypes.shared_desk.is_own",
	"Desktop Layout": "client_comms.enforcement.doctypes.shared_desk.is_own",
	"List Filter": "client_comms.enforcement.doctypes.shared_desk.is_own_or_public_filter",
	"Interaction Access Grant": "client_comms.enforcement.interactions.has_grant_permission",
	"Data Package": "client_comms.enforcement.governed.has_permission",
	"Physical File": "client_comms.enforcement.governed.has_permission",
	"Interaction Review": "client_comms.enforcement.governed.has_permission",
	"Communication": "client_comms.enforcement.governed.has_permission",
	"Event": "client_comms.enforcement.governed.has_permission",
	"Call Log": "client_comms.enforcement.governed.has_permission",
	"Client Disclosure": "client_comms.enforcement.governed.has_permission",
	"Client Consent": "client_comms.enforcement.client_documents.has_permission",
	"Client Access Link": "client_comms.enforcement.client_documents.has_link_permission",
	"Communication Preference": "client_comms.enforcement.client_documents.has_permission",
	"Compliance Ledger Entry": "client_comms.enforcement.ledger_entries.has_permission",
	"Data Subject Request": "client_comms.enforcement.client_documents.has_permission",
	"Erasure Item": "client_comms.enforcement.erasure_runs.has_item_permission",
	"Erasure Run": "client_comms.enforcement.erasure_runs.has_run_permission",
	"Legal Hold": "client_comms.enforcement.legal_holds.has_permission",
	"Processing Restriction": "client_comms.enforcement.client_documents.has_permission",
	"Identity Verification": "client_comms.enforcement.client_documents.has_permission",
	"Issue": "client_comms.enforcement.documents.has_permission",
	"Lead": "client_comms.enforcement.documents.has_permission",
	"Opportunity": "client_comms.enforcement.documents.has_permission",
	"Auto Email Report": "client_comms.enforcement.doctypes.prepared_report.has_email_permission",
	"Data Import": "client_comms.enforcement.doctypes.data_import.has_permission",
	"Data Import Log": "client_comms.enforcement.doctypes.data_import.has_log_permission",
	"Deleted Document": "client_comms.enforcement.doctypes.deleted_document.has_permission",
	"Discussion Reply": "client_comms.enforcement.doctypes.discussion.has_reply_permission",
	"File": "client_comms.enforcement.doctypes.file.has_permission",
	"Personal Data Download Request": "client_comms.enforcement.doctypes.personal_data_request.has_permission",
	"Prepared Report": "client_comms.enforcement.doctypes.prepared_report.has_prepared_permission",
	"SMS Log": "client_comms.enforcement.doctypes.unhandled_email.has_permission",
	"Tag": "client_comms.enforcement.doctypes.tag.has_permission",
	"Unhandled Email": "client_comms.enforcement.doctypes.unhandled_email.has_permission",
	"Unprocessed Email": "client_comms.enforcement.doctypes.unhandled_email.has_permission",
	"Wording Finding": "client_comms.enforcement.wording_findings.has_permission",
}
permission_query_conditions = {
	**dict.fromkeys(_DEPENDENTS, "client_comms.enforcement.dependents.condition"),
	"Client Interaction": "client_comms.enforcement.interactions.interaction_condition",
	"Dashboard Settings": "client_comms.enforcement.doctypes.shared_desk.own_condition",
	"Desktop Layout": "client_comms.enforcement.doctypes.shared_desk.own_condition",
	"List Filter": "client_comms.enforcement.doctypes.shared_desk.filter_condition",
	"Interaction Access Grant": "client_comms.enforcement.interactions.grant_condition",
	"Data Package": "client_comms.enforcement.data_packages.condition",
	"Physical File": "client_comms.enforcement.physical_files.condition",
	"Interaction Review": "client_comms.enforcement.record_reviews.condition",
	"Interaction Action Item": "client_comms.enforcement.interactions.child_condition",
	"Interaction Evidence": "client_comms.enforcement.interactions.child_condition",
	"Interaction Event": "client_comms.enforcement.interactions.child_condition",
	"Communication": "client_comms.enforcement.linked_records.condition",
	"Call Log": "client_comms.enforcement.linked_records.condition",
	"Client Disclosure": "client_comms.enforcement.linked_records.condition",
	"Client Consent": "client_comms.enforcement.client_documents.condition",
	"Client Access Link": "client_comms.enforcement.client_documents.link_condition",
	"Communication Preference": "client_comms.enforcement.client_documents.condition",
	"Compliance Ledger Entry": "client_comms.enforcement.ledger_entries.condition",
	"Data Subject Request": "client_comms.enforcement.client_documents.condition",
	"Erasure Item": "client_comms.enforcement.erasure_runs.item_condition",
	"Erasure Run": "client_comms.enforcement.erasure_runs.run_condition",
	"Legal Hold": "client_comms.enforcement.legal_holds.condition",
	"Processing Restriction": "client_comms.enforcement.client_documents.condition",
	"Identity Verification": "client_comms.enforcement.client_documents.condition",
	"Event": "client_comms.enforcement.linked_records.event_condition",
	"Event Participants": "client_comms.enforcement.linked_records.participant_condition",
	"Issue": "client_comms.enforcement.documents.condition",
	"Lead": "client_comms.enforcement.documents.condition",
	"Opportunity": "client_comms.enforcement.documents.condition",
	"Communication Link": "client_comms.enforcement.linked_records.link_condition",
	"Interaction Review Finding": "client_comms.enforcement.child_rows.condition",
	"Interaction Review Score": "client_comms.enforcement.child_rows.condition",
	"Physical File Interaction": "client_comms.enforcement.child_rows.condition",
	"Physical File Movement": "client_comms.enforcement.child_rows.condition",
	"CRM Note": "client_comms.enforcement.child_rows.condition",
	"Competitor Detail": "client_comms.enforcement.child_rows.condition",
	"Consent Data Category": "client_comms.enforcement.child_rows.condition",
	"Consent Event": "client_comms.enforcement.child_rows.condition",
	"Excluded Channel": "client_comms.enforcement.child_rows.condition",
	"Preferred Channel": "client_comms.enforcement.child_rows.condition",
	"Restriction Exception": "client_comms.enforcement.child_rows.condition",
	"Dynamic Link": "client_comms.enforcement.child_rows.condition",
	"Opportunity Item": "client_comms.enforcement.child_rows.condition",
	"Opportunity Lost Reason Detail": "client_comms.enforcement.child_rows.condition",
	"Data Import": "client_comms.enforcement.doctypes.data_import.condition",
	"Data Import Log": "client_comms.enforcement.doctypes.data_import.log_condition",
	"Deleted Document": "client_comms.enforcement.doctypes.deleted_document.condition",
	"Discussion Reply": "client_comms.enforcement.doctypes.discussion.reply_condition",
	"Email Queue Recipient": "client_comms.enforcement.child_rows.recipient_condition",
	"Personal Data Download Request": "client_comms.enforcement.doctypes.personal_data_request.condition",
	"Auto Email Report": "client_comms.enforcement.doctypes.prepared_report.emailed_condition",
	"Prepared Report": "client_comms.enforcement.doctypes.prepared_report.prepared_condition",
	"SMS Log": "client_comms.enforcement.doctypes.unhandled_email.condition",
	"Tag": "client_comms.enforcement.doctypes.tag.condition",
	"Unhandled Email": "client_comms.enforcement.doctypes.unhandled_email.condition",
	"Unprocessed Email": "client_comms.enforcement.doctypes.unhandled_email.condition",
	"Wording Finding": "client_comms.enforcement.wording_findings.condition",
}

# The customer portal.
has_website_permission = {"Issue": "client_comms.enforcement.requests.portal.has_website_permission"}
page_renderer = ["client_comms.enforcement.requests.portal.IssueList"]
update_website_context = ["client_comms.enforcement.requests.missing_pages.keep_for_one"]

# Each goes on to the override of another app, if there is one (enforcement/compose). Version 15 or 16 has
# not all of them.
override_whitelisted_methods = {
	"frappe.utils.print_format.download_multi_pdf": "client_comms.enforcement.methods.pdfs.download_multi_pdf",
	"frappe.utils.print_format.download_multi_pdf_async": "client_comms.enforcement.methods.pdfs.download_multi_pdf_async",
	"frappe.utils.print_format.report_to_pdf": "client_comms.enforcement.methods.pdfs.report_to_pdf",
	"frappe.www.list.get": "client_comms.enforcement.requests.portal.get",
	"frappe.www.list.get_list_data": "client_comms.enforcement.requests.portal.get_list_data",
	"frappe.core.doctype.sms_settings.sms_settings.get_contact_number": "client_comms.enforcement.methods.clients.get_contact_number",
	"frappe.core.doctype.sms_settings.sms_settings.send_sms": "client_comms.outgoing.text_messages.send_sms",
	"frappe.email.doctype.email_template.email_template.get_email_template": "client_comms.outgoing.filled_texts.get_email_template",
	"frappe.email.doctype.email_group.email_group.add_subscribers": "client_comms.outgoing.advertising.add_subscribers",
	"frappe.desk.search.search_link": "client_comms.enforcement.methods.link_fields.search_link",
	"frappe.desk.search.search_widget": "client_comms.enforcement.methods.link_fields.search_widget",
	"frappe.desk.form.load.getdoc": "client_comms.enforcement.methods.form_load.getdoc",
	"frappe.desk.form.load.get_docinfo": "client_comms.enforcement.methods.form_load.get_docinfo",
	"frappe.desk.form.save.savedocs": "client_comms.enforcement.methods.form_load.savedocs",
	"frappe.desk.form.save.cancel": "client_comms.enforcement.methods.form_load.cancel",
	"frappe.desk.form.save.discard": "client_comms.enforcement.methods.form_load.discard",
	"frappe.desk.form.load.get_communications": "client_comms.enforcement.methods.form_load.get_communications",
	"frappe.desk.search.get_link_title": "client_comms.enforcement.methods.link_fields.get_link_title",
	"frappe.utils.global_search.search": "client_comms.enforcement.methods.global_search.search",
	"frappe.desk.listview.get_group_by_count": "client_comms.enforcement.methods.counts.get_group_by_count",
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.get": "client_comms.enforcement.methods.counts.get_chart",
	"frappe.desk.doctype.number_card.number_card.get_result": "client_comms.enforcement.methods.counts.get_card_result",
	"frappe.desk.doctype.number_card.number_card.get_percentage_difference": "client_comms.enforcement.methods.counts.get_percentage_difference",
	"frappe.desk.doctype.tag.tag.get_tagged_docs": "client_comms.enforcement.methods.counts.get_tagged_docs",
	"frappe.geo.utils.get_coords": "client_comms.enforcement.methods.counts.get_coords",
	"frappe.utils.goal.get_monthly_goal_graph_data": "client_comms.enforcement.methods.counts.get_monthly_goal_graph_data",
	"frappe.desk.desktop.get_desktop_page": "client_comms.enforcement.offered.get_desktop_page",
	"frappe.desk.desktop.update_onboarding_step": "client_comms.enforcement.doctypes.shared_desk.update_onboarding_step",
	"frappe.desk.doctype.kanban_board.kanban_board.update_order": "client_comms.enforcement.doctypes.kanban_board.update_order",
	"frappe.desk.reportview.export_query": "client_comms.enforcement.methods.exports.export_query",
	"frappe.core.doctype.data_export.exporter.export_data": "client_comms.enforcement.methods.exports.export_data",
	"frappe.core.doctype.data_import.data_import.download_template": "client_comms.enforcement.methods.exports.download_template",
	"frappe.desk.query_report.run": "client_comms.enforcement.methods.query_report.run",
	"frappe.desk.query_report.export_query": "client_comms.enforcement.methods.query_report.export_query",
	"frappe.email.relink": "client_comms.enforcement.methods.relink.relink",
	"erpnext.crm.doctype.lead.lead.make_lead_from_communication": "client_comms.enforcement.methods.relink.make_lead_from_communication",
	"erpnext.crm.doctype.opportunity.opportunity.make_opportunity_from_communication": "client_comms.enforcement.methods.relink.make_opportunity_from_communication",
	"erpnext.crm.utils.get_open_activities": "client_comms.enforcement.methods.activities.get_open_activities",
	"frappe.desk.doctype.event.event.get_events": "client_comms.enforcement.methods.activities.get_events",
	"erpnext.support.doctype.issue.issue.make_issue_from_communication": "client_comms.enforcement.methods.relink.make_issue_from_communication",
	"frappe.client.bulk_update": "client_comms.enforcement.methods.bulk_update.bulk_update",
	"frappe.desk.doctype.bulk_update.bulk_update.submit_cancel_or_update_docs": "client_comms.enforcement.methods.bulk_update.submit_cancel_or_update_docs",
	"frappe.client.get": "client_comms.enforcement.methods.single_documents.get",
	"frappe.client.has_permission": "client_comms.enforcement.methods.single_documents.has_permission",
	"frappe.realtime.can_subscribe_doc": "client_comms.enforcement.methods.single_documents.can_subscribe_doc",
	"frappe.realtime.can_subscribe_doctype": "client_comms.enforcement.methods.single_documents.can_subscribe_doctype",
	"frappe.realtime.has_permission": "client_comms.enforcement.methods.single_documents.can_listen",
	"frappe.email.doctype.notification.notification.get_documents_for_today": "client_comms.enforcement.methods.missing_checks_frappe.get_documents_for_today",
	"frappe.website.doctype.web_form.web_form.accept": "client_comms.enforcement.doctypes.web_form.accept",
	"frappe.website.doctype.web_form.web_form.get_form_data": "client_comms.enforcement.doctypes.web_form.get_form_data",
	"frappe.website.doctype.web_form.web_form.delete": "client_comms.enforcement.doctypes.web_form.delete",
	"frappe.website.doctype.web_form.web_form.delete_multiple": "client_comms.enforcement.doctypes.web_form.delete_multiple",
	"frappe.integrations.oauth2.approve": "client_comms.enforcement.methods.oauth_consent.approve",
	"frappe.integrations.oauth2.authorize": "client_comms.enforcement.methods.oauth_consent.authorize",
	"frappe.client.get_password": "client_comms.enforcement.methods.missing_checks_frappe.get_password",
	"frappe.client.validate_link": "client_comms.enforcement.methods.link_fields.validate_link",
	"frappe.client.validate_link_and_fetch": "client_comms.enforcement.methods.link_fields.validate_link_and_fetch",
	"frappe.desk.notifications.get_open_count": "client_comms.enforcement.methods.counts.get_open_count",
	"frappe.workflow.doctype.workflow.workflow.get_workflow_state_count": "client_comms.enforcement.methods.counts.get_workflow_state_count",
	"frappe.workflow.doctype.workflow_action.workflow_action.apply_action": "client_comms.enforcement.methods.workflow_links.apply_action",
	"frappe.workflow.doctype.workflow_action.workflow_action.confirm_action": "client_comms.enforcement.methods.workflow_links.confirm_action",
	"erpnext.crm.doctype.prospect.prospect.get_opportunities": "client_comms.enforcement.methods.activities.get_opportunities",
	"erpnext.controllers.queries.get_filtered_child_rows": "client_comms.enforcement.methods.activities.get_filtered_child_rows",
	"erpnext.crm.doctype.utils.get_last_interaction": "client_comms.enforcement.methods.activities.get_last_interaction",
	"erpnext.controllers.accounts_controller.update_company_master_and_address": "client_comms.enforcement.methods.clients.update_company_master_and_address",
	"erpnext.crm.frappe_crm_api.create_customer": "client_comms.enforcement.methods.clients.create_customer",
	"erpnext.crm.frappe_crm_api.create_prospect_against_crm_deal": "client_comms.enforcement.methods.clients.create_prospect_against_crm_deal",
	"erpnext.selling.page.point_of_sale.point_of_sale.set_customer_info": "client_comms.enforcement.methods.clients.set_customer_info",
	"erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_display": "client_comms.enforcement.methods.clients.get_contact_display",
	"erpnext.stock.doctype.delivery_trip.delivery_trip.get_contact_and_address": "client_comms.enforcement.methods.clients.get_contact_and_address",
	"erpnext.stock.doctype.shipment.shipment.get_contact_name": "client_comms.enforcement.methods.clients.get_contact_name",
	"erpnext.stock.doctype.shipment.shipment.get_address_name": "client_comms.enforcement.methods.clients.get_address_name",
	"erpnext.stock.doctype.shipment.shipment.get_company_contact": "client_comms.enforcement.methods.clients.get_company_contact",
	"frappe.contacts.doctype.address.address.get_default_address": "client_comms.enforcement.methods.clients.get_default_address",
	"erpnext.crm.doctype.lead.lead.add_lead_to_prospect": "client_comms.enforcement.methods.missing_checks_erpnext.add_lead_to_prospect",
	"erpnext.edi.doctype.code_list.code_list_import.process_genericode_import": "client_comms.enforcement.methods.missing_checks_erpnext.process_genericode_import",
	"erpnext.crm.doctype.lead.lead.get_lead_details": "client_comms.enforcement.methods.missing_checks_erpnext.get_lead_details",
	"erpnext.support.doctype.issue.issue.make_task": "client_comms.enforcement.methods.tasks.make_task",
	"erpnext.support.doctype.issue.issue.set_multiple_status": "client_comms.intake.issue_status.set_multiple_status",
	"erpnext.support.doctype.issue.issue.set_status": "client_comms.intake.issue_status.set_status",
	"frappe.core.doctype.deleted_document.deleted_document.bulk_restore": "client_comms.enforcement.methods.missing_checks_frappe.bulk_restore",
	"frappe.core.doctype.deleted_document.deleted_document.restore": "client_comms.enforcement.methods.missing_checks_frappe.restore",
	"frappe.core.doctype.submission_queue.submission_queue.get_latest_submissions": "client_comms.enforcement.methods.missing_checks_frappe.get_latest_submissions",
	"frappe.desk.doctype.tag.tag.add_tag": "client_comms.enforcement.methods.missing_checks_frappe.add_tag",
	"frappe.desk.doctype.tag.tag.add_tags": "client_comms.enforcement.methods.missing_checks_frappe.add_tags",
	"frappe.desk.doctype.tag.tag.remove_tag": "client_comms.enforcement.methods.missing_checks_frappe.remove_tag",
	"frappe.desk.form.document_follow.get_follow_users": "client_comms.enforcement.methods.missing_checks_frappe.get_follow_users",
	"erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer.get_coa": "client_comms.enforcement.methods.missing_checks_erpnext.get_coa",
	"erpnext.accounts.doctype.chart_of_accounts_importer.chart_of_accounts_importer.import_coa": "client_comms.enforcement.methods.missing_checks_erpnext.import_coa",
	"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_qty": "client_comms.enforcement.methods.missing_checks_erpnext.edit_qty",
	"erpnext.manufacturing.doctype.bom_creator.bom_creator.edit_bom_creator": "client_comms.enforcement.methods.missing_checks_erpnext.edit_bom_creator",
	"erpnext.accounts.party.get_party_details": "client_comms.enforcement.methods.missing_checks_erpnext.get_party_details",
	"erpnext.accounts.doctype.payment_entry.payment_entry.get_party_details": "client_comms.enforcement.methods.missing_checks_erpnext.get_party_of_payment",
	"erpnext.accounts.doctype.payment_entry.payment_entry.get_reference_details": "client_comms.enforcement.methods.missing_checks_erpnext.get_reference_of_payment",
	"erpnext.accounts.doctype.payment_request.payment_request.resend_payment_email": "client_comms.enforcement.methods.sending.resend_payment_email",
	"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.download_statements": "client_comms.enforcement.methods.sending.download_statements",
	"erpnext.accounts.doctype.process_statement_of_accounts.process_statement_of_accounts.send_emails": "client_comms.enforcement.methods.sending.send_statements",
	"erpnext.buying.doctype.request_for_quotation.request_for_quotation.send_supplier_emails": "client_comms.enforcement.methods.sending.send_supplier_emails",
	"erpnext.stock.doctype.delivery_trip.delivery_trip.notify_customers": "client_comms.enforcement.methods.sending.notify_customers",
	"frappe.desk.form.utils.update_comment_publicity": "client_comms.enforcement.methods.missing_checks_frappe.update_comment_publicity",
	"frappe.desk.form.utils.get_next": "client_comms.enforcement.methods.missing_checks_frappe.get_next",
	"frappe.desk.like.toggle_like": "client_comms.enforcement.methods.missing_checks_frappe.toggle_like",
	"frappe.social.doctype.energy_point_log.energy_point_log.get_reviews": "client_comms.enforcement.methods.energy_points.get_reviews",
	"frappe.social.doctype.energy_point_log.energy_point_log.review": "client_comms.enforcement.methods.energy_points.review",
	"eps.eps.api.get_point_logs": "client_comms.enforcement.methods.energy_points.get_point_logs",
	"eps.eps.doctype.energy_point_log.energy_point_log.get_reviews": "client_comms.enforcement.methods.energy_points.get_reviews",
	"eps.eps.doctype.energy_point_log.energy_point_log.review": "client_comms.enforcement.methods.energy_points.review",
	"frappe_whatsapp.utils.bulk_messaging.import_recipients": "client_comms.enforcement.methods.recipients_of_whatsapp.import_recipients",
	"print_designer.print_designer.page.print_designer.print_designer.get_data_from_main_template": "client_comms.enforcement.methods.print_designer.get_data_from_main_template",
	"print_designer.print_designer.page.print_designer.print_designer.render_user_text": "client_comms.enforcement.methods.print_designer.render_user_text",
	"print_designer.print_designer.page.print_designer.print_designer.render_user_text_withdoc": "client_comms.enforcement.methods.print_designer.render_user_text_withdoc",
	"webshop.webshop.shopping_cart.cart.create_lead_for_item_inquiry": "client_comms.intake.item_inquiry.create_lead_for_item_inquiry",
	"frappe.email.inbox.create_email_flag_queue": "client_comms.enforcement.methods.missing_checks_frappe.create_email_flag_queue",
	"frappe.desk.doctype.event.event.update_attending_status": "client_comms.enforcement.methods.missing_checks_frappe.update_attending_status",
	"frappe.automation.doctype.auto_repeat.auto_repeat.update_reference": "client_comms.enforcement.methods.missing_checks_frappe.update_reference",
	"frappe.automation.doctype.assignment_rule.assignment_rule.bulk_apply": "client_comms.enforcement.methods.missing_checks_frappe.bulk_apply",
	"frappe.model.document.unlock_document": "client_comms.enforcement.methods.missing_checks_frappe.unlock_document",
	"frappe.core.doctype.communication.email.make": "client_comms.enforcement.methods.missing_checks_frappe.make",
	"erpnext.templates.pages.projects.get_task_html": "client_comms.enforcement.methods.missing_checks_erpnext.get_task_html",
	"erpnext.templates.pages.projects.get_timesheet_html": "client_comms.enforcement.methods.missing_checks_erpnext.get_timesheet_html",
	"erpnext.www.book_appointment.index.create_appointment": "client_comms.enforcement.methods.missing_checks_erpnext.create_appointment",
	"frappe.templates.includes.comments.comments.add_comment": "client_comms.enforcement.methods.missing_checks_frappe.add_comment",
	"frappe.desk.form.assign_to.add": "client_comms.enforcement.methods.assign_to.add",
	"frappe.desk.form.assign_to.add_multiple": "client_comms.enforcement.methods.assign_to.add_multiple",
	"frappe.desk.form.assign_to.remove": "client_comms.enforcement.methods.assign_to.remove",
	"frappe.desk.form.assign_to.remove_multiple": "client_comms.enforcement.methods.assign_to.remove_multiple",
}

# A print shows no titles of hidden records.
pdf_body_html = "client_comms.enforcement.link_titles.print_body"

make_email_body_message = [
	"client_comms.enforcement.images_in_emails.leave_out_embedded",
	# Marks automatic acknowledgements in their headers.
	"client_comms.intake.acknowledgement.add_headers",
]

# Functions that no hook and no class reaches → ours, which stand around them during requests and jobs (enforcement/compose.py).
client_comms_around = {
	"erpnext.crm.doctype.lead.lead:get_lead_details": "client_comms.enforcement.methods.missing_checks_erpnext.details_of_readable",
	"erpnext.regional.italy.utils:download_zip": "client_comms.enforcement.read_by_path.download_zip",
	"erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle:get_serial_batch_from_csv": "client_comms.enforcement.read_by_path.get_serial_batch_from_csv",
	"frappe_whatsapp.frappe_whatsapp.doctype.whatsapp_message.whatsapp_message:WhatsAppMessage.send_outgoing": "client_comms.outgoing.source_documents.send_again",
	"frappe.core.doctype.data_import.importer:Importer.update_record": "client_comms.enforcement.doctypes.data_import.update_readable",
	"frappe.core.doctype.data_import.importer:read_csv_content": "client_comms.enforcement.spreadsheets.read_csv",
	"frappe.core.doctype.file.utils:attach_files_to_document": "client_comms.enforcement.attached_fields.attach_own",
	"frappe.core.doctype.sms_settings.sms_settings:send_via_gateway": "client_comms.outgoing.text_messages.reach_gateway",
	"frappe.core.notifications:get_todays_events": "client_comms.enforcement.methods.activities.events_of_today",
	"frappe:attach_print": "client_comms.enforcement.images_in_emails.print_attached",
	"frappe.app:run_after_request_hooks": "client_comms.enforcement.answers.run_ours_too",
	"frappe.database.database:Database.sql": "client_comms.enforcement.raw_sql.look_at",
	"frappe.database.query:Engine.add_permission_conditions": "client_comms.enforcement.list_conditions.of_version_16",
	"frappe.email.doctype.email_queue.email_queue:QueueBuilder.as_dict": "client_comms.enforcement.images_in_emails.queue",
	"frappe.email.doctype.email_queue.email_queue:QueueBuilder.get_unsubscribed_user_emails": "client_comms.clients.unsubscribed.of_email",
	"frappe.email.email_body:inline_style_in_html": "client_comms.enforcement.email_styles.with_own_styles",
	"frappe.model.base_document:BaseDocument._sanitize_content": "client_comms.enforcement.harmless_addresses.clean_stored",
	"frappe.model.db_query:DatabaseQuery.build_conditions": "client_comms.enforcement.list_conditions.of_version_15",
	"frappe.model.db_query:DatabaseQuery.get_permission_query_conditions": "client_comms.enforcement.conditions_of_others.in_brackets",
	"frappe.model.db_query:DatabaseQuery.prepare_filter_condition": "client_comms.enforcement.list_conditions.refuse_functions",
	"frappe.model.delete_doc:raise_link_exists_exception": "client_comms.enforcement.deletions.refuse_without_name",
	"frappe.model.document:Document._validate_links": "client_comms.enforcement.fetched_fields.ask",
	"frappe.model.mapper:map_fetch_fields": "client_comms.enforcement.fetched_fields.fill",
	"frappe.permissions:has_child_permission": "client_comms.enforcement.child_rows.ask_document",
	"frappe.realtime:emit_via_redis": "client_comms.enforcement.realtime.leave_out_users",
	"frappe.share:get_shared": "client_comms.enforcement.shared_documents.get_shared",
	"frappe.utils.file_manager:get_file_path": "client_comms.enforcement.read_by_path.get_file_path",
	"frappe.utils.pdf:get_cookie_options": "client_comms.enforcement.printing.cookie_of_user",
	"frappe.utils.oauth:get_info_via_oauth": "client_comms.enforcement.requests.confirmed_addresses.require",
	"frappe_assistant_core.plugins.data_science.tools.analyze_business_data:AnalyzeFrappeData._get_data_for_analysis": "client_comms.enforcement.tools_of_assistant.rows",
	"frappe_assistant_core.plugins.data_science.tools.run_database_query:QueryAndAnalyse._execute_query": "client_comms.enforcement.tools_of_assistant.query",
	"frappe_assistant_core.plugins.data_science.tools.run_python_code:ExecutePythonCode.execute": "client_comms.enforcement.tools_of_assistant.run_code",
	"insights.insights.doctype.insights_data_source.sources.base_database:BaseDatabase.escape_special_characters": "client_comms.enforcement.queries_of_insights.escape",
	"insights.insights.doctype.insights_data_source_v3.ibis_utils:make_digest": "client_comms.enforcement.queries_of_insights.digest",
	"insights.insights.doctype.insights_data_source_v3.insights_data_source_v3:InsightsDataSourcev3._get_db_connection": "client_comms.enforcement.queries_of_insights.connect",
	# What a page of Chromium is, in version 16 and in an app for version 15 that has it from there.
	"frappe.utils.pdf_generator.page:Page.set_cookies": "client_comms.enforcement.printing.log_in_page",
	"frappe.utils.pdf_generator.page:Page.intercept_request_for_local_resources": "client_comms.enforcement.pdf_options.keep_to_public_files",
	"print_designer.pdf_generator.page:Page.set_cookies": "client_comms.enforcement.printing.log_in_page",
	"print_designer.pdf_generator.page:Page.intercept_request_for_local_resources": "client_comms.enforcement.pdf_options.keep_to_public_files",
	"pdfkit.pdfkit:PDFKit._find_options_in_meta": "client_comms.enforcement.pdf_options.keep_to_layout",
	"frappe.utils.weasyprint:import_weasyprint": "client_comms.enforcement.pdf_options.keep_from_disk",
}

_INTERNALS = "client_comms.enforcement.requests.document_internals.leave_out"
_AROUND = "client_comms.enforcement.compose.stand_around"
_RAW_SQL = "client_comms.enforcement.raw_sql.look_for_sent"
_BEGINS = "client_comms.flags.note_beginning"
before_request = [
	_BEGINS,
	_INTERNALS,  # before any document is made of what was sent
	"client_comms.enforcement.requests.sent_documents.show",  # before a check looks at it
	"client_comms.enforcement.requests.tokens.authenticate",  # before a check asks who the user is
	"client_comms.enforcement.renaming.keep_checks",
	"client_comms.enforcement.doctypes.comment.refuse_types",
	"client_comms.enforcement.requests.method_aliases.refuse",
	"client_comms.enforcement.requests.methods_of_staff.refuse",
	"client_comms.enforcement.requests.numbers_of_others.refuse",
	"client_comms.api.arguments.require",
	"client_comms.enforcement.doctypes.file.require_uploaded",
	"client_comms.enforcement.requests.backups.refuse",
	"client_comms.enforcement.requests.conditions_as_names.refuse",
	"client_comms.enforcement.requests.documents_in_memory.refuse_named",
	"client_comms.enforcement.requests.joined_fields.leave_out",
	"client_comms.enforcement.requests.named_parent.check_parent",
	"client_comms.enforcement.requests.added_rows.refuse",
	"client_comms.enforcement.requests.user_permissions.apply",
	"client_comms.enforcement.list_conditions.leave_out_times",
	# Before something else, such as Frappe's recorder, has what a connection queries by.
	_AROUND,
	_RAW_SQL,
]
before_job = [_BEGINS, _INTERNALS, _AROUND, _RAW_SQL]

on_login = "client_comms.enforcement.doctypes.user.use_stored_name"

# Adds nothing: it is asked wherever a timeline is read, by Frappe and other apps.
additional_timeline_content = {"*": ["client_comms.enforcement.answer_rows.note_timeline"]}

# The compliance ledger: what a request did with confidential records is known only at its end.
after_request = [
	"client_comms.enforcement.answers.after_request",
	"client_comms.enforcement.audit.after_request",
	"client_comms.enforcement.browser_caches.after_request",
	"client_comms.enforcement.refusals.after_request",
	"client_comms.setup.workspace_block.after_request",
]

_CAN_PRINT = "client_comms.enforcement.printing.require_clearance"
_PRINT_ON_LEDGER = "client_comms.enforcement.audit.on_print"
_LEVEL_WHEN_MOVED = "client_comms.enforcement.filed.keep_when_moved"
_FOLLOW_FILED = "client_comms.enforcement.level_spread.follow_filed"
_FOLLOW_STATED = "client_comms.enforcement.level_spread.follow_stated"
_COMPANY_OF_MAILBOX = "client_comms.intake.inbound_mail.set_company"
_SINGLE_FAILURE = "client_comms.intake.failures.keep_single"
# What decides about access and consent: every state is on the ledger.
_ON_LEDGER = {
	"on_change": "client_comms.ledger.following.follow",
	"after_delete": "client_comms.ledger.following.follow_deletion",
}
# docs/events.md shows in which order they run, with all that is added below.
doc_events = {
	"*": {
		# A hold can be on any document. Without one, this is a query in the first deletion of a transaction.
		"on_trash": "client_comms.enforcement.legal_holds.require_none",
		"after_rename": [
			"client_comms.enforcement.renaming.require",
			"client_comms.ledger.following.follow_rename",
			"client_comms.enforcement.legal_holds.follow_rename",
		],
	},
	# Effects of governance documents elsewhere; the documents themselves do not know about them.
	"Client Comms Settings": {
		**_ON_LEDGER,
		"on_update": [
			"client_comms.enforcement.closing.apply",
			"client_comms.enforcement.levels.follow_settings",
			"client_comms.client_interactions.clocks.recalculate.follow_settings",
		],
	},
	"Communication Matrix": {
		**_ON_LEDGER,
		"on_submit": [
			"client_comms.enforcement.policy.clear_cache",
			"client_comms.intake.retry.follow",
			"client_comms.policy_changes.activation.follow",
		],
		"on_cancel": "client_comms.enforcement.policy.clear_cache",
	},
	"Confidentiality Level": {
		**_ON_LEDGER,
		"on_update": [
			"client_comms.enforcement.policy.clear_cache",
			"client_comms.enforcement.client_names.follow_level",
			"client_comms.enforcement.copied_fields.follow_level",
			"client_comms.enforcement.sharing.end_lapsed_of_level",
			"client_comms.ledger.following.follow_clearances",
			"client_comms.intake.reassignment.follow_clearances",
		],
		"after_delete": [
			"client_comms.enforcement.policy.clear_cache",
			"client_comms.ledger.following.follow_deletion",
		],
	},
	"DocType": dict.fromkeys(
		("before_validate", "before_rename"), "client_comms.enforcement.doctypes.admin_tools.refuse_custom"
	),
	"Scheduled Job Type": {"validate": "client_comms.enforcement.doctypes.admin_tools.refuse_job"},
	# Before Frappe writes the file.
	"Package Release": {"before_validate": "client_comms.enforcement.doctypes.admin_tools.refuse_release"},
	"Property Setter": {
		"validate": [
			"client_comms.enforcement.record_names.refuse_property",
			"client_comms.enforcement.own_fields.refuse_property",
		]
	},
	"Workspace": {
		"validate": [
			"client_comms.enforcement.doctypes.workspace.refuse_of_others",
			"client_comms.enforcement.doctypes.workspace.refuse_scripts",
		],
		"before_rename": "client_comms.enforcement.doctypes.workspace.refuse_rename",
	},
	"Workspace Sidebar": {"validate": "client_comms.enforcement.doctypes.workspace.refuse_scripts"},
	"Desktop Icon": {"validate": "client_comms.enforcement.doctypes.workspace.refuse_scripts"},
	**{
		f"Workspace {row}": {
			"validate": "client_comms.enforcement.doctypes.workspace.check_row",
			"on_trash": "client_comms.enforcement.doctypes.workspace.check_row",
		}
		for row in ("Chart", "Custom Block", "Link", "Number Card", "Quick List", "Shortcut", "Sidebar Item")
	},
	"Number Card": {"validate": "client_comms.enforcement.doctypes.shared_desk.keep_expressions"},
	"Dashboard Chart": {"validate": "client_comms.enforcement.doctypes.shared_desk.keep_expressions"},
	"Custom HTML Block": {
		"validate": "client_comms.enforcement.doctypes.custom_html_block.keep_private",
		"onload": "client_comms.enforcement.doctypes.custom_html_block.show_to_owner",
	},
	"Report": {
		"validate": [
			"client_comms.enforcement.doctypes.report.keep_scripts",
			"client_comms.enforcement.doctypes.report.clean_saved",
		]
	},
	"Workflow": {"validate": "client_comms.enforcement.doctypes.workflow.require_field_of_its_own"},
	"Document Naming Rule": {"validate": "client_comms.enforcement.record_names.refuse_rule"},
	"Custom Field": {
		"validate": "client_comms.enforcement.own_fields.refuse_change",
		"on_trash": "client_comms.enforcement.own_fields.refuse_deletion",
		**dict.fromkeys(
			("on_update", "after_delete"), "client_comms.enforcement.requests.added_rows.forget_tables"
		),
	},
	"Response Calendar": {
		"on_update": "client_comms.client_interactions.clocks.recalculate.follow_calendar",
		"after_delete": "client_comms.client_interactions.clocks.recalculate.follow_calendar",
	},
	"Staff Absence": {
		"on_update": "client_comms.intake.substitution.follow",
		"on_change": _ON_LEDGER["on_change"],
		"after_delete": ["client_comms.intake.substitution.follow", _ON_LEDGER["after_delete"]],
	},
	"Feedback Review": {
		"before_save": "client_comms.client_interactions.feedback.note_who_prepares",
		"on_update": [
			"client_comms.client_interactions.feedback_actions.follow_review",
			"client_comms.client_interactions.feedback.follow",
		],
		"onload": "client_comms.client_interactions.feedback.show_who_signs_off",
	},
	"Logging Exemption": {
		"before_insert": "client_comms.intake.unlogged.require_exempted",
		"after_insert": "client_comms.intake.failures.follow_exemption",
	},
	"Client Interaction": {
		"onload": [
			"client_comms.outgoing.safeguards.show",
			"client_comms.outgoing.writers.show",
			"client_comms.client_interactions.feedback.show",
			"client_comms.client_interactions.form_data.show",
		],
		"on_update": [
			"client_comms.client_interactions.custody.follow_interaction",
			"client_comms.client_interactions.satisfaction.follow",
			"client_comms.intake.issue_status.follow_interaction",
			"client_comms.intake.reassignment.follow_level",
		],
		"validate": [
			"client_comms.enforcement.references.refuse_named",
			"client_comms.client_interactions.satisfaction.keep",
			"client_comms.client_interactions.complaints.set_hint",
		],
		"after_insert": "client_comms.intake.lead.replace_opened",
	},
	"Interaction Access Grant": {**_ON_LEDGER},
	"Client Disclosure": {**_ON_LEDGER},
	"Data Subject Request": {**_ON_LEDGER},
	"Legal Hold": {**_ON_LEDGER},
	"Processing Restriction": {**_ON_LEDGER},
	"SOP Training Record": {**_ON_LEDGER},
	"Third Party": {**_ON_LEDGER},
	"Ledger Witness": {**_ON_LEDGER},
	"Interaction Review": {"onload": "client_comms.people.reviews.show"},
	"Physical File": {"validate": "client_comms.enforcement.references.refuse_named"},
	"Client Consent": {
		**_ON_LEDGER,
		"on_update": "client_comms.outgoing.withdrawals.follow",
	},
	"Chart of Accounts Importer": {
		"before_validate": "client_comms.enforcement.methods.missing_checks_erpnext.require_chart"
	},
	"Communication": {
		"before_insert": [
			"client_comms.intake.inbound_mail.keep_headers",
			"client_comms.intake.inbound_mail.settle",
			"client_comms.enforcement.internal_recipients.leave_out_of_message",
		],
		"before_validate": [
			"client_comms.enforcement.linked_records.preserve_link",
			"client_comms.outgoing.email.keep_acknowledgement",
			"client_comms.outgoing.email.keep_written",
			"client_comms.document.clean_shown",
		],
		"validate": [
			"client_comms.enforcement.references.refuse_reply",
			"client_comms.enforcement.write_down.check_message",
			"client_comms.intake.communication.require_promise",
		],
		"before_save": _LEVEL_WHEN_MOVED,
		"on_update": ["client_comms.enforcement.comments_column.leave_out", _FOLLOW_FILED],
		"after_insert": [
			_FOLLOW_STATED,
			"client_comms.intake.communication.after_insert",
			"client_comms.client_interactions.complaints.follow_message",
			"client_comms.outgoing.logged_contacts.after_message",
			"client_comms.enforcement.audit.on_message",
		],
	},
	"Event": {
		"before_validate": [
			"client_comms.enforcement.linked_records.preserve_link",
			"client_comms.document.clean_shown",
		],
		"validate": "client_comms.enforcement.references.refuse_named",
		"before_save": ["client_comms.outgoing.google_calendar.before_save", _LEVEL_WHEN_MOVED],
		"after_insert": _FOLLOW_STATED,
		"on_update": ["client_comms.intake.event.on_update", _FOLLOW_FILED],
	},
	"Call Log": {
		"before_validate": [
			"client_comms.enforcement.linked_records.preserve_link",
			"client_comms.document.clean_shown",
		],
		"before_save": _LEVEL_WHEN_MOVED,
		"after_insert": _FOLLOW_STATED,
		"on_update": [
			"client_comms.intake.call_log.on_update",
			"client_comms.outgoing.logged_contacts.after_call",
			_FOLLOW_FILED,
		],
	},
	"Appointment": {
		"before_validate": "client_comms.document.clean_shown",
		"after_insert": "client_comms.intake.appointment.after_insert",
		"on_update": "client_comms.intake.appointment.on_update",
	},
	"Issue": {
		"before_insert": _COMPANY_OF_MAILBOX,
		"after_insert": "client_comms.intake.issue.after_insert",
		"on_update": [
			"client_comms.intake.issue.follow_priority",
			"client_comms.intake.issue_status.follow_issue",
		],
		"before_validate": "client_comms.document.clean_shown",
	},
	"Lead": {
		"before_insert": ["client_comms.client_privacy.client_data.before_insert", _COMPANY_OF_MAILBOX],
		"validate": "client_comms.client_privacy.client_data.validate",
		"after_insert": "client_comms.intake.lead.after_insert",
		"before_validate": [
			"client_comms.document.clean_shown",
			"client_comms.clients.confirmation.keep_addresses",
		],
		"on_update": "client_comms.enforcement.sharing.end_lapsed_of_owner",
	},
	"Opportunity": {
		"before_insert": [_COMPANY_OF_MAILBOX, "client_comms.enforcement.levels.see_lead"],
		"validate": [
			"client_comms.enforcement.references.refuse_named",
			"client_comms.enforcement.levels.take_over",
		],
		"after_insert": "client_comms.intake.opportunity.after_insert",
		"before_validate": "client_comms.document.clean_shown",
		"on_update": "client_comms.enforcement.sharing.end_lapsed_of_owner",
	},
	"File": {
		"before_validate": "client_comms.enforcement.private_files.keep_private",
		"validate": [
			"client_comms.enforcement.doctypes.file.refuse_ahead",
			"client_comms.enforcement.doctypes.file.refuse_alias",
			"client_comms.enforcement.attached_fields.refuse_row",
			"client_comms.enforcement.write_down.check_file",
		],
	},
	"Comment": {
		"before_validate": [
			"client_comms.enforcement.doctypes.comment.keep_author",
			"client_comms.document.clean_shown",
		],
		"validate": "client_comms.enforcement.write_down.check_comment",
		"after_insert": "client_comms.enforcement.doctypes.comment.tell_mentioned",
	},
	"Email Queue": {
		"before_insert": [
			"client_comms.enforcement.doctypes.notification_log.name_record",
			"client_comms.enforcement.doctypes.document_follow.name_record",
			"client_comms.enforcement.doctypes.event_digest.leave_out_hidden",
			"client_comms.enforcement.doctypes.unanswered_mail.name_message",
			"client_comms.enforcement.doctypes.email_queue.refuse_attached",
			"client_comms.enforcement.internal_recipients.leave_out_of_queue",
			"client_comms.outgoing.email.before_queueing",
		],
		"after_insert": [
			"client_comms.outgoing.email.after_queueing",
			"client_comms.intake.acknowledgement_delivery.after_queueing",
		],
	},
	"Notification Log": {
		"before_insert": "client_comms.enforcement.doctypes.notification_log.withhold_content"
	},
	"ToDo": {
		"before_validate": [
			"client_comms.enforcement.doctypes.todo.keep_assigner",
			"client_comms.enforcement.doctypes.todo.keep_with_lead",
			"client_comms.document.clean_shown",
		],
		"after_insert": "client_comms.client_interactions.action_items.adopt_todo",
		"on_update": [
			"client_comms.client_interactions.action_items.follow_todo",
			"client_comms.client_interactions.feedback_actions.follow_todo",
			"client_comms.enforcement.sharing.end_lapsed_of_todo",
		],
		"on_trash": "client_comms.client_interactions.action_items.forget_todo",
		"after_delete": "client_comms.enforcement.sharing.end_lapsed_of_todo",
	},
	"Contact": {
		"before_insert": "client_comms.client_privacy.client_data.before_insert",
		"before_validate": ["client_comms.document.clean_shown", "client_comms.clients.confirmation.compare"],
		"validate": [
			"client_comms.clients.contact_authors.keep",
			"client_comms.clients.phone_numbers.set_normalised",
			"client_comms.clients.confirmation.follow",
			"client_comms.enforcement.addresses_of_others.leave_unconfirmed",
			"client_comms.enforcement.portal_logins.refuse_contact",
			"client_comms.client_privacy.client_data.validate",
			"client_comms.enforcement.link_titles.withhold_stored",
		],
	},
	"Address": {
		"before_validate": "client_comms.document.clean_shown",
		"validate": "client_comms.enforcement.link_titles.withhold_stored",
	},
	# Rows of a contact, which can be saved without it.
	"Contact Email": {"before_validate": "client_comms.clients.confirmation.keep_row"},
	"Contact Phone": {"before_validate": "client_comms.clients.confirmation.keep_row"},
	"Dynamic Link": {"before_validate": "client_comms.clients.confirmation.keep_row"},
	# And one of a customer.
	"Portal User": {"validate": "client_comms.enforcement.portal_logins.refuse_row"},
	"Customer": {
		"before_insert": "client_comms.client_privacy.client_data.before_insert",
		"validate": [
			"client_comms.client_privacy.client_data.validate",
			"client_comms.enforcement.references.refuse_named",
		],
		"on_update": "client_comms.client_privacy.client_data.on_update",
	},
	"Prospect": {
		"validate": [
			"client_comms.enforcement.references.refuse_named",
			"client_comms.enforcement.copied_fields.leave_out_notes",
		]
	},
	"Quotation": {"validate": "client_comms.enforcement.references.refuse_named"},
	# ERPNext copies the name of its party.
	"Payment Entry": {"before_validate": "client_comms.enforcement.references.refuse_party"},
	# What these name is read or written to later, when no one is asked.
	"Auto Repeat": {"validate": "client_comms.enforcement.references.refuse_named"},
	"Email Campaign": {
		"validate": "client_comms.enforcement.references.refuse_named",
		"on_update": "client_comms.outgoing.advertising.tell_sender",
	},
	"Newsletter": {"on_update": "client_comms.outgoing.advertising.tell_sender"},
	"Task": {
		"validate": [
			"client_comms.enforcement.references.refuse_named",
			"client_comms.enforcement.copied_fields.leave_out_words",
		]
	},
	"Document Follow": {"after_insert": "client_comms.enforcement.sharing.end_follow_without_clearance"},
	"Document Share Key": {
		"before_insert": "client_comms.enforcement.doctypes.document_share_key.refuse_key"
	},
	"Discussion Topic": {"validate": "client_comms.enforcement.doctypes.discussion.refuse_topic"},
	"Discussion Reply": {"validate": "client_comms.enforcement.doctypes.discussion.refuse_reply"},
	"DocShare": {
		"validate": "client_comms.enforcement.sharing.refuse_share",
		"on_update": "client_comms.enforcement.audit.on_share",
	},
	"Personal Data Deletion Request": {
		"validate": "client_comms.enforcement.doctypes.personal_data_request.require_own",
		"after_insert": "client_comms.client_privacy.requests.portal_requests.take_over",
	},
	"Personal Data Download Request": {
		"validate": "client_comms.enforcement.doctypes.personal_data_request.require_own",
		"after_insert": "client_comms.client_privacy.requests.portal_requests.take_over",
	},
	"Prepared Report": {"validate": "client_comms.enforcement.doctypes.prepared_report.leave_out_variables"},
	"Support Settings": {"validate": "client_comms.enforcement.doctypes.support_settings.refuse_sources"},
	"Kanban Board": {"before_save": "client_comms.enforcement.doctypes.kanban_board.keep_no_order"},
	"Email Template": {"on_update": "client_comms.communication_governance.templates.text_changed"},
	"Communication Template": {"on_update": "client_comms.people.template_approvals.follow"},
	"SOP Policy": {"on_submit": "client_comms.people.policies.announce_soon"},
	"User": {
		"before_rename": [
			"client_comms.enforcement.doctypes.user.refuse_rename",
			"client_comms.people.merged_users.keep_single",
		],
		"after_rename": "client_comms.people.merged_users.follow_rename",
		"before_validate": "client_comms.document.clean_shown",
		"on_update": [
			"client_comms.enforcement.doctypes.user.forget_at_end",
			"client_comms.enforcement.sharing.end_lapsed_of_user",
			"client_comms.intake.reassignment.on_user_change",
			"client_comms.people.leavers.follow",
			"client_comms.people.trainings.follow_user",
			"client_comms.ledger.following.follow_roles",
		],
		"on_trash": "client_comms.people.leavers.forget",
	},
	"Employee": {"on_update": "client_comms.intake.reassignment.on_employee_change"},
	"User Permission": {
		"on_update": "client_comms.enforcement.doctypes.user.forget_at_end",
		"on_trash": "client_comms.enforcement.doctypes.user.forget_at_end",
	},
	"Role": {
		"before_validate": "client_comms.ledger.following.note_holders",
		"on_update": [
			"client_comms.enforcement.sharing.end_lapsed_of_role",
			"client_comms.ledger.following.follow_role",
		],
	},
	"Email Account": {"validate": "client_comms.intake.mailboxes.refuse_documents_of_clients"},
	"Holiday List": {"on_update": "client_comms.client_interactions.clocks.recalculate.follow_holiday_list"},
	"System Settings": {
		"validate": "client_comms.client_interactions.clocks.site_zone.require_kept",
		"on_update": "client_comms.client_interactions.clocks.site_zone.remember",
	},
}

# What holds for several DocTypes comes before what each of them has.
_WITH_LEVEL = ("Issue", "Lead", "Opportunity")
_NUMBERED = ("Client Interaction", *_WITH_LEVEL)
_PRINTED = (*_NUMBERED, "Call Log", "Communication", "Event", "Interaction Review", "Physical File")
_ALSO_PRINTED = (
	*_DEPENDENTS,
	"Data Import",
	"Data Import Log",
	"SMS Log",
	"Unhandled Email",
	"Unprocessed Email",
)
_put_first(doc_events, "before_print", _PRINTED, _PRINT_ON_LEDGER)
_put_first(doc_events, "before_print", (*_PRINTED, *_ALSO_PRINTED), _CAN_PRINT)
_put_first(doc_events, "before_validate", _WITH_LEVEL, "client_comms.enforcement.levels.guard_level")
_put_first(doc_events, "on_trash", _WITH_LEVEL, "client_comms.enforcement.filed.keep_when_deleted")
_put_first(
	doc_events,
	"on_trash",
	("Call Log", "Communication", "Event"),
	"client_comms.enforcement.filed.keep_in_deleted",
)
_put_first(doc_events, "after_delete", _NUMBERED, "client_comms.ledger.following.follow_deletion_of_level")

# Also before ERPNext looks at what a document names, because the error with which it refuses something else quotes that.
_NAMING = (
	"Client Consent",
	"Customer",
	"Email Campaign",
	"Event",
	"Identity Verification",
	"Opportunity",
	"Prospect",
	"Quotation",
	"Task",
)
_put_first(doc_events, "before_validate", _NAMING, "client_comms.enforcement.references.refuse_named")
# Later, ERPNext enters the Lead that has the address of who raised it.
_put_first(
	doc_events, "before_validate", ("Issue",), "client_comms.enforcement.doctypes.issue.refuse_hidden_lead"
)

# What belongs to a client whose use of data is restricted is not changed in any way (enforcement/restrictions).
_LOCK = "client_comms.enforcement.restrictions.require_unlocked"
_put_first(doc_events, "before_validate", (*_LOCKED, *_LOCKED_ROWS), _LOCK)
_put_first(doc_events, "before_rename", _NUMBERED, "client_comms.enforcement.used_names.refuse")
_MANAGED = ("Customer", "Lead", "Prospect")
_put_first(doc_events, "before_rename", _MANAGED, "client_comms.enforcement.account_managers.refuse_merger")
_CLIENTS = ("Customer", "Lead", "Prospect", "Supplier")
_put_first(doc_events, "after_rename", ("Lead",), "client_comms.enforcement.client_names.follow_rename")
_put_first(doc_events, "after_rename", _CLIENTS, "client_comms.clients.contacts.follow_rename")
_put_first(doc_events, "on_update", ("Lead",), "client_comms.enforcement.client_names.follow_title")
_put_first(doc_events, "on_update", _CLIENTS, "client_comms.clients.contacts.follow_title")
_LOGGED = ("Appointment", "Call Log", "Communication", "Event", "Issue", "Lead", "Opportunity")
_put_first(doc_events, "before_rename", ("Contact",), "client_comms.enforcement.portal_logins.refuse_merger")
_put_first(
	doc_events, "before_rename", _CLIENTS, "client_comms.enforcement.portal_logins.refuse_client_merger"
)
_put_first(doc_events, "before_rename", _LOGGED, _SINGLE_FAILURE)
_put_first(doc_events, "before_rename", _LOCKED, _LOCK)
# With single fields, Frappe notes how a message was delivered.
_put_first(doc_events, "before_change", tuple({*_LOCKED, *_LOCKED_ROWS} - {"Communication"}), _LOCK)
_put_first(doc_events, "onload", _FORMS_OF_CLIENTS, "client_comms.enforcement.restrictions.show")
_HELD_FORMS = (*(each for each in _FORMS_OF_CLIENTS if each != "Address"), "Physical File")
_put_first(doc_events, "onload", _HELD_FORMS, "client_comms.enforcement.legal_holds.show")
_put_first(
	doc_events,
	"on_recurring",
	("Call Log", "Communication", "Event", "Issue", "Lead", "Opportunity"),
	"client_comms.enforcement.levels.keep_in_copy",
)

_put_first(doc_events, "before_insert", _NUMBERED, "client_comms.enforcement.used_names.leave_out")
_put_first(doc_events, "on_trash", _NUMBERED, "client_comms.enforcement.used_names.keep_number")
_put_first(doc_events, "after_delete", _NUMBERED, "client_comms.enforcement.used_names.keep_series")

_put_first(doc_events, "validate", _MANAGED, "client_comms.enforcement.account_managers.refuse_self")
_put_first(doc_events, "validate", ("Customer",), "client_comms.enforcement.portal_logins.refuse_listed")

_put_first(doc_events, "on_update", _REFILED, "client_comms.enforcement.legal_holds.follow_change")

scheduler_events = {
	"hourly": [
		"client_comms.scheduled.follow_takeovers",
	],
	"hourly_long": [
		"client_comms.clients.phone_numbers.catch_up",
		"client_comms.scheduled.retry",
		"client_comms.scheduled.substitute",
		"client_comms.scheduled.continue_erasures",
		"client_comms.scheduled.continue_packages",
		"client_comms.scheduled.continue_verifications",
	],
	"daily": [
		"client_comms.client_privacy.doctype.legal_hold.legal_hold.expire",
		"client_comms.enforcement.sharing.end_daily",
		"client_comms.communication_governance.templates.expire",
		"client_comms.client_privacy.consents.expire",
		"client_comms.client_privacy.packages.runs.delete_expired",
		"client_comms.client_privacy.renewals.remind",
		"client_comms.client_privacy.requests.deadlines.remind",
		"client_comms.client_interactions.custody.remind",
		"client_comms.people.policies.announce",
		"client_comms.people.policies.remind",
		"client_comms.people.reviews.remind",
		"client_comms.people.trainings.collect",
		"client_comms.people.trainings.remind",
	],
	"daily_long": [
		"client_comms.client_privacy.client_data.remind",
		"client_comms.intake.reassignment.hand_over_all",
		"client_comms.people.trainings.assign_all",
		"client_comms.people.review_draws.draw_all",
		"client_comms.client_interactions.feedback.make_due",
		"client_comms.scorecard.card.take_monthly",
	],
	"cron": {
		"*/5 * * * *": [
			"client_comms.scheduled.sweep",
			"client_comms.scheduled.log_begun",
			"client_comms.scheduled.store_unprocessed",
			"client_comms.scheduled.tell_silent",
			"client_comms.scheduled.store_left_behind",
			"client_comms.scheduled.chain",
			"client_comms.scheduled.deliver",
			"client_comms.scheduled.daily_digest",
			"client_comms.scheduled.start_due",
			"client_comms.scheduled.continue_abandoned",
			"client_comms.scheduled.fail_abandoned",
		]
	},
}

# Deleted after so many days, unless Log Settings says otherwise.
default_log_clearing_doctypes = {"Client Access Link Attempt": 90}

# The app's dialogs, and the gate in the desk's email dialog.
app_include_js = [
	_asset(f"js/{name}.js")
	for name in (
		"harmless_html",
		"leave_empty",
		"dialogs",
		"fields",
		"user_names",
		"kanban_cards",
		"forms",
		"grid_keys",
		"doctype_names",
		"access_rules",
		"caller_search",
		"what_becomes",
		"log_fields",
		"log_dialog",
		"log_anywhere",
		"onboarding",
		"interaction_work",
		"owed_today",
		"outgoing",
		"email_gate",
		"email_dialog",
		"data_request",
		"send_as",
		"hand_over",
		"refusal",
		"page_refusal",
		"restriction",
		"legal_hold",
		"interaction/actions",
		"messages",
		"takeovers",
		"timeline",
		"report_print",
		"whole_text",
		"wording",
		"write_down",
	)
]

app_include_css = _asset("css/client_comms.css")

# The script of a page is one file; what does not fit into it is appended.
page_js = {
	"access-explorer": [
		"public/js/access_explorer/user_view.js",
		"public/js/access_explorer/record_view.js",
		"public/js/access_explorer/what_if_view.js",
	],
	"approve-templates": "public/js/text_difference.js",
	"simulate-change": ["public/js/policy_change_result.js", "public/js/policy_exchange.js"],
}

extend_bootinfo = [
	"client_comms.enforcement.offered.extend_bootinfo",
	"client_comms.enforcement.takeovers.extend_bootinfo",
	"client_comms.compat.name_app",
	"client_comms.setup.sidebar.extend_bootinfo",
]

_RESTRICTED_LIST = "public/js/restricted_list.js"
doctype_list_js = {
	"Client Interaction": ["public/js/interaction_views.js", _RESTRICTED_LIST],
	**dict.fromkeys(set(_FORMS_OF_CLIENTS) - {"Client Interaction"}, _RESTRICTED_LIST),
}

doctype_js = {
	"User": "public/js/user.js",
	"Client Interaction": [
		"public/js/email_templates.js",
		"public/js/policies.js",
		"public/js/documentation.js",
		"public/js/feedback.js",
		"public/js/interaction/thread.js",
		"public/js/interaction/regroup.js",
		"public/js/interaction/choose_client.js",
		"public/js/interaction/card.js",
		"public/js/interaction/history.js",
		"public/js/interaction/reply_box.js",
		"public/js/interaction/conversation.js",
	],
	"Interaction Review": ["public/js/interaction/thread.js", "public/js/interaction/beside_review.js"],
	"Communication Matrix": "public/js/matrix_grid.js",
	"Communication Template": "public/js/text_difference.js",
	"Email Template": "public/js/email_template.js",
	"SOP Policy": "public/js/text_difference.js",
	"Holiday List": "public/js/simulate_deadlines.js",
	"Response Calendar": "public/js/simulate_deadlines.js",
	"Lead": [
		"public/js/policies.js",
		"public/js/log_interaction.js",
		"public/js/confidentiality.js",
		"public/js/email_templates.js",
		"public/js/communication_preference.js",
		"public/js/privacy.js",
		"public/js/verified_details.js",
	],
	**{
		doctype: [
			"public/js/log_interaction.js",
			"public/js/communication_preference.js",
			"public/js/privacy.js",
		]
		for doctype in ("Customer", "Prospect", "Supplier")
	},
	"Contact": [
		"public/js/log_interaction.js",
		"public/js/communication_preference.js",
		"public/js/privacy.js",
		"public/js/verified_details.js",
		"public/js/contact.js",
	],
	**{
		doctype: [
			"public/js/policies.js",
			"public/js/log_interaction.js",
			"public/js/confidentiality.js",
			"public/js/email_templates.js",
		]
		for doctype in ("Issue", "Opportunity")
	},
}
# Records about a document that do not prevent it from being deleted.
ignore_links_on_delete = [
	"Data Package",
	"Data Package Item",
	"Data Subject Request",
	"Erasure Run",
	"Intake Failure",
	"Legal Hold",
	"Logging Exemption",
	"Policy Change Run",
	"Processing Restriction",
	"Unprocessed Email",
]

override_doctype_dashboards = {
	"Customer": "client_comms.client_interactions.dashboards.customer",
	"Lead": "client_comms.client_interactions.dashboards.lead",
	"Prospect": "client_comms.client_interactions.dashboards.prospect",
	"Supplier": "client_comms.client_interactions.dashboards.supplier",
	"Contact": "client_comms.client_interactions.dashboards.contact",
	"Opportunity": "client_comms.client_interactions.dashboards.opportunity",
	"Issue": "client_comms.client_interactions.dashboards.issue",
}

# In front of the class of Frappe or of another app, whichever there is (enforcement/compose).
extend_doctype_class = {
	# What is loaded of them is looked for in the answer.
	"Client Disclosure": "client_comms.enforcement.answers.Remembered",
	"Client Interaction": "client_comms.enforcement.answers.Remembered",
	"Data Package": "client_comms.enforcement.answers.Remembered",
	"Event": "client_comms.outgoing.google_calendar.GuardedEvent",
	"Interaction Access Grant": "client_comms.enforcement.answers.Remembered",
	"Interaction Review": "client_comms.enforcement.answers.Remembered",
	"Lead": "client_comms.enforcement.answers.Remembered",
	"Opportunity": "client_comms.enforcement.doctypes.opportunity.GuardedOpportunity",
	"Quotation": "client_comms.enforcement.doctypes.quotation.GuardedQuotation",
	"Physical File": "client_comms.enforcement.answers.Remembered",
	"ToDo": "client_comms.enforcement.answers.Remembered",
	# On interactions, it skips users without clearance.
	"Assignment Rule": "client_comms.intake.assignment.GuardedAssignmentRule",
	"Auto Email Report": "client_comms.outgoing.auto_email_report.GuardedAutoEmailReport",
	# They change the event or the Lead that they name.
	"Appointment": "client_comms.enforcement.doctypes.appointment.GuardedAppointment",
	"Contact": "client_comms.enforcement.doctypes.contact.GuardedContact",
	# No text of calls, comments and messages is sent to open forms; emails carry no link with a key to
	# governed documents.
	"Call Log": "client_comms.enforcement.doctypes.call_log.GuardedCallLog",
	"Comment": "client_comms.enforcement.doctypes.comment.GuardedComment",
	"Communication": "client_comms.enforcement.doctypes.communication.GuardedCommunication",
	# Mail is received in the app's own name, regardless of who fetches it.
	"Email Account": "client_comms.intake.inbound_mail.GuardedEmailAccount",
	# Made, changed or deleted by its own name, it would give or take a role past the user's document.
	"Has Role": "client_comms.enforcement.doctypes.has_role.GuardedHasRole",
	# A queued message passes the gate again when it is sent.
	"Email Queue": "client_comms.outgoing.email_queue.GuardedEmailQueue",
	# Access to a file is checked wherever its content is read.
	"File": "client_comms.enforcement.doctypes.file.GuardedFile",
	"Notification": "client_comms.outgoing.notification.GuardedNotification",
	"Notification Log": "client_comms.enforcement.doctypes.notification_log.GuardedNotificationLog",
	"Personal Data Deletion Request": "client_comms.enforcement.doctypes.personal_data_request.GuardedPersonalDataDeletionRequest",
	"Personal Data Download Request": "client_comms.enforcement.doctypes.personal_data_request.GuardedPersonalDataDownloadRequest",
	"Prepared Report": "client_comms.enforcement.doctypes.prepared_report.GuardedPreparedReport",
	"RQ Job": "client_comms.enforcement.doctypes.rq_job.GuardedJob",
	"SMS Center": "client_comms.outgoing.text_messages.GuardedSMSCenter",
	# Keeps titles of linked documents in version 16.
	"Version": "client_comms.enforcement.doctypes.version.GuardedVersion",
	"Webhook": "client_comms.enforcement.doctypes.webhook.GuardedWebhook",
	# Of frappe_whatsapp: sends before it stores what it sent.
	"WhatsApp Notification": "client_comms.outgoing.source_documents.GuardedWhatsAppNotification",
	# Reports that query the database directly.
	"Report": "client_comms.enforcement.doctypes.report.GuardedReport",
	# Copies addresses of any documents.
	"Email Group": "client_comms.enforcement.doctypes.email_group.GuardedEmailGroup",
	"Email Digest": "client_comms.enforcement.doctypes.email_digest.GuardedEmailDigest",
	# Moves messages that its caller names.
	"Issue": "client_comms.enforcement.doctypes.issue.GuardedIssue",
	# Fills in the template that a request contains.
	"Request for Quotation": "client_comms.enforcement.doctypes.request_for_quotation.GuardedRequestForQuotation",
	# Shows fields of the last document.
	"Document Naming Settings": "client_comms.enforcement.doctypes.document_naming_settings.GuardedDocumentNamingSettings",
	# Tools that query the database directly, write past all rules, or quote fields of a document.
	"Bank Statement Import": "client_comms.enforcement.doctypes.admin_tools.GuardedBankStatementImport",
	"Bulk Update": "client_comms.enforcement.doctypes.admin_tools.GuardedBulkUpdate",
	"Package Import": "client_comms.enforcement.doctypes.admin_tools.GuardedPackageImport",
	"Permission Inspector": "client_comms.enforcement.doctypes.admin_tools.GuardedPermissionInspector",
	"System Console": "client_comms.enforcement.doctypes.admin_tools.GuardedSystemConsole",
	"System Health Report": "client_comms.enforcement.doctypes.admin_tools.GuardedSystemHealthReport",
	# Frappe always lets owners read what they entered there.
	"Transaction Deletion Record": "client_comms.enforcement.doctypes.transaction_deletion_record.GuardedTransactionDeletionRecord",
	"Web Form": "client_comms.enforcement.doctypes.web_form.GuardedWebForm",
	# Rows with copies of fields of a Lead or Opportunity.
	"Deleted Document": "client_comms.enforcement.copies_in_history.CopiesLeftOut",
	"Prospect Lead": "client_comms.enforcement.copied_fields.GuardedCopy",
	"Prospect Opportunity": "client_comms.enforcement.copied_fields.GuardedCopy",
	# Rows made by their own name: who speaks for a client.
	"Contact Email": "client_comms.enforcement.child_rows.PlacedRow",
	"Contact Phone": "client_comms.enforcement.child_rows.PlacedRow",
	"Portal User": "client_comms.enforcement.child_rows.PlacedRow",
	# Rows fetched by their own name are checked against their document.
	"CRM Note": "client_comms.enforcement.child_rows.GuardedRow",
	"Communication Link": "client_comms.enforcement.child_rows.GuardedRow",
	"Competitor Detail": "client_comms.enforcement.child_rows.GuardedRow",
	"Dynamic Link": "client_comms.enforcement.child_rows.GuardedRow",
	"Email Queue Recipient": "client_comms.enforcement.child_rows.GuardedRow",
	"Event Participants": "client_comms.enforcement.child_rows.GuardedRow",
	"Opportunity Item": "client_comms.enforcement.child_rows.GuardedRow",
	"Opportunity Lost Reason Detail": "client_comms.enforcement.child_rows.GuardedRow",
}
# Of Webshop: what a visitor enters to ask about an item.
client_comms_values = {"webshop.webshop.shopping_cart.cart.create_lead_for_item_inquiry": ["lead"]}
# Documents of other apps that become interactions, where these apps are installed; an app registers its own (docs/sources.md).
client_comms_sources = {
	"WhatsApp Message": {"adapter": "client_comms.intake.whatsapp.read", "outgoing": {"type": "Outgoing"}},
	"TP Call Log": {"adapter": "client_comms.intake.telephony.read"},
}
for _doctype, _rows in _sources(client_comms_sources).items():
	if _doctype in permission_query_conditions:
		continue  # guarded above
	has_permission[_doctype] = "client_comms.enforcement.governed.has_permission"
	permission_query_conditions[_doctype] = "client_comms.enforcement.linked_records.condition"
	extend_doctype_class[_doctype] = "client_comms.outgoing.source_documents.GuardedSource"
	doc_events[_doctype] = {
		"before_insert": "client_comms.outgoing.source_documents.before_sending",
		"before_rename": [_LOCK, _SINGLE_FAILURE],
		# Not before_change: in single fields, apps note how a message was delivered.
		"before_validate": [
			_LOCK,
			"client_comms.enforcement.linked_records.preserve_link",
			"client_comms.intake.adapters.keep_key",
		],
		"validate": "client_comms.enforcement.references.refuse_named",
		"before_save": _LEVEL_WHEN_MOVED,
		"on_trash": "client_comms.enforcement.filed.keep_in_deleted",
		"after_insert": _FOLLOW_STATED,
		"on_update": [
			"client_comms.intake.adapters.on_update",
			"client_comms.outgoing.source_documents.after_sending",
			_FOLLOW_FILED,
		],
		"before_print": [_CAN_PRINT, _PRINT_ON_LEDGER],
	}
	for _row in _rows:
		permission_query_conditions.setdefault(_row, "client_comms.enforcement.child_rows.condition")
		extend_doctype_class.setdefault(_row, "client_comms.enforcement.child_rows.GuardedRow")
		doc_events.setdefault(_row, {"before_validate": _LOCK})

# A site may add a field for files to any guarded document.
_put_first(
	doc_events, "before_insert", tuple(has_permission), "client_comms.enforcement.doctypes.file.keep_attached"
)

override_doctype_class = _composed(extend_doctype_class)

# What the setup wizard adds to Global Search Settings; installing afterwards adds it (setup/install.py).
global_search_doctypes = {"Default": [{"doctype": "Client Interaction"}]}

# Frappe removes an entry without a DocType at once.
standard_portal_menu_items = [
	{
		"title": "Conversations",
		"route": "/client-conversations",
		"reference_doctype": "Client Interaction",
		"role": "Customer",
	},
	{
		"title": "Consents and Preferences",
		"route": "/client-privacy",
		"reference_doctype": "Client Consent",
		"role": "Customer",
	},
]

add_to_apps_screen = [
	{
		"name": "client_comms",
		"logo": "/assets/client_comms/images/client_comms.svg",
		"title": "Client Communications",
		"route": "/app/client-communications",
		"has_permission": "client_comms.enforcement.interactions.has_app_permission",
	}
]
