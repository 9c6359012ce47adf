frappe.provide("client_comms");

// On the forms of clients and contacts: actions for the client's consent and identity.
// One file serves several forms; Frappe runs it for each of them, so it registers itself once.
if (!client_comms.privacy) {
	client_comms.privacy = {
		/** Send the client the link to their consents, preferences and details. */
		invite(about) {
			client_comms.prompt(
				client_comms.fields.send_to(),
				async ({ address }) => {
					await frappe.xcall("client_comms.api.invite_client", { ...about, address });
					frappe.show_alert({ message: __("The link is on its way."), indicator: "green" });
				},
				__("Consents and Preferences of the Client"),
				__("Send Link"),
			);
		},

		/** Buttons for users who can record consents. */
		add_buttons(frm, about) {
			if (!frappe.model.can_create("Client Consent") || !about.party) return;
			const group = __("Privacy");
			const { party_type, party, contact } = about;
			frm.add_custom_button(__("Send Link to the Client"), () => this.invite(about), group);
			frm.add_custom_button(
				__("New Consent"),
				() => frappe.new_doc("Client Consent", { party_type, party, contact }),
				group,
			);
			frm.add_custom_button(
				__("Verify Identity"),
				() => client_comms.outgoing.verify_identity(about),
				group,
			);
			frm.add_custom_button(
				__("New Data Subject Request"),
				() => client_comms.enter_data_request(about),
				group,
			);
		},
	};

	for (const doctype of [...client_comms.fields.CLIENT_TYPES, "Contact"]) {
		frappe.ui.form.on(doctype, {
			refresh(frm) {
				if (!frm.is_new()) {
					client_comms.privacy.add_buttons(frm, client_comms.fields.client_of(frm.doc));
				}
			},
		});
	}
}
