frappe.ui.form.on("Interaction Access Grant", {
	setup(frm) {
		frm.set_query("user", () => ({ query: "client_comms.api.queries.colleagues" }));
		frm.set_query("interaction", () => ({ filters: { status: ["!=", "Closed"] } }));
	},

	refresh(frm) {
		if (!frm.is_new() && moment(frm.doc.valid_until).isBefore(frappe.datetime.system_datetime())) {
			client_comms.say(frm, __("This access has ended."), "yellow");
			if (frm.doc.break_glass) frm.disable_form(); // emergency access is not lengthened
		}
	},
});
