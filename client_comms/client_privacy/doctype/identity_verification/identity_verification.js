frappe.ui.form.on("Identity Verification", {
	setup(frm) {
		client_comms.fields.query_client(frm);
	},

	refresh(frm) {
		if (!frm.is_new()) return;
		// What the app itself finds out cannot be chosen here.
		const methods = frm.fields_dict.method.df.options
			.split("\n")
			.filter((each) => !["One-Time Code by Email", "Portal Login", "Secure Link"].includes(each));
		frm.set_df_property("method", "options", methods);
		const results = frappe.user.has_role("Compliance Officer")
			? ["Confirmed", "Failed", "Unlocked"]
			: ["Confirmed", "Failed"];
		frm.set_df_property("result", "options", results);
	},
});
