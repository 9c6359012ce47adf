frappe.ui.form.on("Physical File", {
	setup(frm) {
		client_comms.fields.query_client(frm);
		frm.set_query("custodian", () => ({ query: "client_comms.api.queries.colleagues" }));
	},

	refresh(frm) {
		if (frm.is_new()) return;
		for (const field of ["location", "custodian"]) frm.set_df_property(field, "read_only", 1);
		frm.add_custom_button(__("Check Out or In"), async () => {
			frappe.set_route("scan-files").then(() => {
				$("#scan-files-code").val(frm.doc.label_code).closest("form").trigger("submit");
			});
		});
		if (frm.perm[0].write && ["In Place", "Missing"].includes(frm.doc.state)) {
			frm.add_custom_button(__("Record Destruction"), () => record_destruction(frm));
		}
		if (frm.doc.state === "Destroyed") return; // there is no paper to label
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

function record_destruction(frm) {
	client_comms.prompt(
		[
			client_comms.fields.reason(
				__(
					"Record it once the paper is destroyed. This cannot be undone; the record of the file stays.",
				),
			),
		],
		async ({ reason }) => {
			await client_comms.save(frm);
			await frappe.xcall(
				"client_comms.api.destroy_file",
				{ label_code: frm.doc.label_code, reason },
				"POST",
			);
			frm.reload_doc();
		},
		__("Record Destruction"),
		__("Destroyed"),
	);
}
