frappe.ui.form.on("SOP Training", {
	setup(frm) {
		frm.set_query("roles", () => ({ query: "client_comms.api.queries.roles" }));
	},
});
