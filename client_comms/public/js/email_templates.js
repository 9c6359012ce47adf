frappe.provide("client_comms");

// Frappe's email dialog offers the Email Templates that are approved for the email's document.
// One file serves several forms; the dialog is wrapped once.
if (!client_comms.offer_approved_templates) {
	client_comms.offer_approved_templates = (composer) => {
		const { doctype, name } = composer.frm?.doc || composer.doc || {};
		if (!["Client Interaction", "Issue", "Lead", "Opportunity"].includes(doctype)) return;
		const field = composer.dialog.fields_dict.email_template;
		field.df.filter_description = frappe.boot.client_comms_approved_texts_only
			? __(
					"Once texts are approved, those for this document; templates in the client's language come first",
				)
			: __("All Email Templates, whether approved for clients or not");
		field.get_query = () => ({
			query: "client_comms.api.queries.email_templates",
			filters: { reference_doctype: doctype, reference_name: name },
		});
	};

	const composer = frappe.views.CommunicationComposer.prototype;
	const setup_email_template = composer.setup_email_template;
	composer.setup_email_template = function () {
		setup_email_template.call(this);
		client_comms.offer_approved_templates(this);
	};
}
