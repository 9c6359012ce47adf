frappe.ui.form.on("Assignment Share", {
	setup(frm) {
		frm.set_query("user", () => ({ query: "client_comms.api.queries.colleagues" }));
		frm.get_field("user").df.ignore_link_validation = 1;
	},
});
