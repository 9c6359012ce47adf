frappe.ui.form.on("Physical File", {
	setup(frm) {
		frm.set_query("party_type", () => ({
			filters: { name: ["in", ["Customer", "Lead", "Prospect", "Supplier"]] },
		}));
		frm.set_query("custodian", () => ({ query: "client_comms.api.queries.desk_users" }));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		for (const field of ["location", "custodian"]) frm.set_df_property(field, "read_only", 1);
		frm.add_custom_button(__("Check Out or In"), async () => {
			frappe.set_route("scan-files").then(() => {
				$("#scan-files-code").val(frm.doc.label_code).closest("form").trigger("submit");
			});
		});
		frm.add_custom_button(__("Print Label"), () => {
			const query = new URLSearchParams({
				doctype: frm.doctype,
				name: frm.docname,
				format: "Physical File Label",
				no_letterhead: 1,
				trigger_print: 1,
			});
			window.open(frappe.urllib.get_full_url(`/printview?${query}`));
		});
	},
});
