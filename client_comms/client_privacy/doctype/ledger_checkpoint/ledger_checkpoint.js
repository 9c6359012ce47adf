frappe.ui.form.on("Ledger Checkpoint", {
	refresh(frm) {
		frm.disable_form();
		if (frm.doc.note && frappe.user.has_role("Compliance Officer")) {
			frm.add_custom_button(__("Add Co-Signature"), () => ask_for_signature(frm));
		}
	},
});

function ask_for_signature(frm) {
	client_comms.prompt(
		{
			fieldname: "signature",
			fieldtype: "Small Text",
			label: __("Signature"),
			description: __("The line that the witness's tool printed. It begins with a dash."),
			reqd: 1,
		},
		async ({ signature }) => {
			const args = { checkpoint: frm.doc.name, signature };
			const names = await frappe.xcall("client_comms.api.cosign_checkpoint", args);
			frappe.show_alert({
				message: __("Co-signed by {0}", [names.map(frappe.utils.escape_html).join(", ")]),
				indicator: "green",
			});
			frm.reload_doc();
		},
		__("Add Co-Signature"),
		__("Add"),
	);
}
