const PAUSE = 3000;

frappe.ui.form.on("Ledger Verification", {
	refresh(frm) {
		frm.disable_form();
		show_found(frm);
		if (frm.doc.status === "Queued" || frm.doc.status === "Running") {
			const share = frm.doc.last_entry ? (100 * frm.doc.verified_up_to) / frm.doc.last_entry : 0;
			frm.dashboard.show_progress(
				__("Verification"),
				share,
				__("{0} of {1} entries", [frm.doc.verified_up_to, frm.doc.last_entry]),
			);
			setTimeout(() => {
				if (cur_frm === frm && frappe.get_route()[1] === frm.doctype) {
					frm.reload_doc();
				}
			}, PAUSE);
		} else {
			frm.dashboard.hide_progress();
			frm.add_custom_button(__("Continue"), () =>
				frappe
					.xcall("client_comms.api.continue_ledger_verification", { name: frm.doc.name })
					.then(() => frm.reload_doc()),
			).toggle(frm.doc.status === "Failed");
		}
	},
});

function show_found(frm) {
	const faults = JSON.parse(frm.doc.faults || "[]");
	const rows = faults.map(
		({ doctype, message }) =>
			`<tr><td>${__(doctype)}</td><td>${frappe.utils.escape_html(message)}</td></tr>`,
	);
	const none = frm.doc.status === "Finished" ? `<p>${__("No fault was found.")}</p>` : "";
	frm.get_field("found").$wrapper.html(
		rows.length ? `<table class="table table-bordered">${rows.join("")}</table>` : none,
	);
}
