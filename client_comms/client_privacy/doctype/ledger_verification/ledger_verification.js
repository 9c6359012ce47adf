const PAUSE = 3000;
// Without progress, its worker was probably killed; the scheduler continues it as well.
const MINUTES_WITHOUT_PROGRESS = 10;

frappe.ui.form.on("Ledger Verification", {
	refresh(frm) {
		frm.disable_form();
		show_found(frm);
		clearTimeout(frm.progress_timer); // each refresh begins one
		if (frm.doc.status === "Queued" || frm.doc.status === "Running") {
			const share = frm.doc.last_entry ? (100 * frm.doc.verified_up_to) / frm.doc.last_entry : 0;
			frm.dashboard.show_progress(
				__("Verification"),
				share,
				__("{0} of {1} entries", [frm.doc.verified_up_to, frm.doc.last_entry]),
			);
			frm.progress_timer = setTimeout(() => {
				if (client_comms.is_shown(frm)) frm.reload_doc();
			}, PAUSE);
		} else {
			frm.dashboard.hide_progress();
		}
		if (is_interrupted(frm.doc)) {
			frm.add_custom_button(__("Continue"), () =>
				frappe
					.xcall("client_comms.api.continue_ledger_verification", { name: frm.doc.name })
					.then(() => frm.reload_doc()),
			);
		}
	},
});

function is_interrupted({ status, modified }) {
	const idle = moment(frappe.datetime.system_datetime()).diff(modified, "minutes");
	return status === "Failed" || (status !== "Finished" && idle >= MINUTES_WITHOUT_PROGRESS);
}

function show_found(frm) {
	const faults = JSON.parse(frm.doc.faults || "[]");
	const rows = faults.map(
		({ doctype, message }) =>
			`<tr><td>${__(doctype)}</td><td>${frappe.utils.escape_html(message)}</td></tr>`,
	);
	const more =
		frm.doc.fault_count > faults.length
			? `<p>${__("Only the first {0} of {1} faults are shown.", [faults.length, frm.doc.fault_count])}</p>`
			: "";
	const none = frm.doc.status === "Finished" ? `<p>${__("No fault was found.")}</p>` : "";
	frm.get_field("found").$wrapper.html(
		rows.length ? `<table class="table table-bordered">${rows.join("")}</table>${more}` : none,
	);
}
