frappe.ui.form.on("SOP Training Record", {
	refresh(frm) {
		// Users who record the trainings of others cannot change their own.
		if (!frm.is_new() && frm.doc.user === frappe.session.user) frm.disable_form();
	},
});
