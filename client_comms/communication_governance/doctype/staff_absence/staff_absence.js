frappe.ui.form.on("Staff Absence", {
	setup(frm) {
		const query = () => ({ query: "client_comms.api.queries.colleagues" });
		for (const field of ["user", "substitute"]) {
			frm.set_query(field, query);
			frm.get_field(field).df.ignore_link_validation = 1;
		}
	},

	onload(frm) {
		if (frm.is_new() && !frm.doc.user) frm.set_value("user", frappe.session.user);
	},
});
