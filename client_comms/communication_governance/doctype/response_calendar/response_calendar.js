client_comms.leave_empty("Response Calendar", "company");

frappe.ui.form.on("Response Calendar", {
	async onload(frm) {
		const { timezones } = await frappe.xcall("frappe.core.doctype.user.user.get_timezones");
		frm.fields_dict.time_zone.set_data(timezones);
	},

	refresh(frm) {
		if (frm.is_new() && !frm.doc.time_zone) {
			frm.set_value("time_zone", frappe.boot.time_zone?.system || frappe.sys_defaults.time_zone);
		}
	},
});
