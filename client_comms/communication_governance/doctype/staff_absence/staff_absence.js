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

	refresh(frm) {
		frm.set_intro(""); // Frappe refreshes a form twice after its first save
		const { user, from_date, to_date } = frm.doc;
		const today = frappe.datetime.get_today();
		if (frm.is_new() || user !== frappe.session.user || from_date > today || to_date < today) return;
		frm.set_intro(
			__(
				"You are entered as away, so what is due goes to your substitute or to colleagues. If you are back earlier, choose I Am Back: what they have not dealt with comes back to you.",
			),
			"blue",
		);
		frm.add_custom_button(__("I Am Back"), async () => {
			// An absence that began today has no day left.
			if (from_date === today) {
				const question = __("This absence began today, so it is deleted. Are you back?");
				return frappe.confirm(question, async () => {
					await frappe.db.delete_doc(frm.doctype, frm.docname);
					frappe.model.clear_doc(frm.doctype, frm.docname);
					frappe.set_route("List", frm.doctype);
				});
			}
			await frm.set_value({ to_date: frappe.datetime.add_days(today, -1), until_noon: 0 });
			return frm.save();
		});
	},
});
