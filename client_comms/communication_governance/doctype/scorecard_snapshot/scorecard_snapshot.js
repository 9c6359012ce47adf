frappe.ui.form.on("Scorecard Snapshot", {
	refresh(frm) {
		frm.disable_save();
		frm.add_custom_button(__("Print"), () => {
			const query = new URLSearchParams({
				doctype: frm.doctype,
				name: frm.docname,
				format: "Clause Scorecard",
				no_letterhead: 0,
			});
			window.open(frappe.urllib.get_full_url(`/printview?${query}`));
		});
	},
});
