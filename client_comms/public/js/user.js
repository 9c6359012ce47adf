frappe.ui.form.on("User", {
	refresh(frm) {
		if (frm.is_new() || frm.doc.user_type !== "System User") return;
		if (!frappe.user.has_role(["Compliance Officer", "Client Communications Manager"])) return;
		frm.add_custom_button(__("What Can This User Access?"), () =>
			frappe.set_route("access-explorer", "user", frm.docname),
		);
	},
});
