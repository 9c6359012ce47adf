// D-4: a person's details are verified, and confirmed from time to time.
frappe.ui.form.on("Contact", {
	refresh(frm) {
		if (frm.is_new() || !frm.perm[0]?.write) return;
		frm.add_custom_button(__("Confirm Details"), () => confirm_details(frm));
	},
});

function confirm_details(frm) {
	client_comms.prompt(
		{
			fieldname: "verified_how",
			fieldtype: "Select",
			label: __("Verification Method"),
			options: frappe.meta.get_docfield("Contact", "verified_how").options,
			reqd: 1,
			description: __("These details were confirmed with the client today."),
		},
		async ({ verified_how }) => {
			await client_comms.save(frm);
			await frappe.xcall("client_comms.api.confirm_details", { contact: frm.docname, verified_how });
			await frm.reload_doc();
			frappe.show_alert({ message: __("Details confirmed"), indicator: "green" });
		},
		__("Confirm Details"),
		__("Confirm"),
	);
}
