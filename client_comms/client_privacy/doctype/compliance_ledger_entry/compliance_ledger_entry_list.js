frappe.listview_settings["Compliance Ledger Entry"] = {
	hide_name_column: true,
	add_fields: ["action"],
	formatters: {
		reference_doctype(name) {
			const text = frappe.utils.escape_html(name || "");
			const shown = frappe.utils.escape_html(__(name || ""));
			return `<a class="filterable ellipsis" data-filter="reference_doctype,=,${text}" title="${shown}">${shown}</a>`;
		},
	},
	get_indicator({ action }) {
		const COLORS = { Refusal: "red", "Emergency Access": "orange", "Level Lowered": "orange" };
		return [__(action, null, "Compliance Ledger Entry"), COLORS[action] || "gray", `action,=,${action}`];
	},
	onload(list) {
		if (frappe.user.has_role("Compliance Officer")) {
			list.page.add_inner_button(__("Export Ledger"), export_ledger);
		}
		list.page.add_inner_button(__("Verify Ledger"), verify);
	},
};

function export_ledger() {
	const dialog = new frappe.ui.Dialog({
		title: __("Export Ledger"),
		fields: [
			{
				fieldname: "about",
				fieldtype: "HTML",
				options: `<p class="text-muted">${__(
					"The file proves itself: auditors verify it without this site, against the checkpoints that they kept.",
				)}</p>`,
			},
			{ fieldname: "since", fieldtype: "Date", label: __("From", null, "Period") },
			{
				fieldname: "until",
				fieldtype: "Date",
				label: __("Before This Day"),
				description: __("Leave both empty for the whole ledger."),
			},
			client_comms.fields.client_type({ change: () => dialog.set_value("party", "") }),
			{
				fieldname: "party",
				fieldtype: "Dynamic Link",
				options: "party_type",
				label: __("Client"),
				depends_on: "party_type",
				mandatory_depends_on: "party_type",
			},
		],
		primary_action_label: __("Download"),
		primary_action(values) {
			dialog.hide();
			open_url_post("/api/method/client_comms.api.export_ledger", values);
		},
	});
	client_comms.reach_by_keys(dialog).show();
}

function verify_in_background() {
	frappe
		.xcall("client_comms.api.start_ledger_verification")
		.then((name) => frappe.set_route("Form", "Ledger Verification", name));
}

function verify() {
	frappe.call("client_comms.api.verify_ledger").then(({ message }) => {
		const { ok, is_complete, checked, waiting, is_behind, faults, fault_count } = message;
		// The rest of it would take a request longer than it may.
		if (!is_complete) return verify_in_background();
		const counted = __("Correct entries: {0}; waiting to be chained: {1}.", [checked, waiting]);
		if (!ok) {
			frappe.msgprint({
				title: __("The Ledger Was Changed"),
				indicator: "red",
				message: [
					counted,
					...faults.map(
						({ doctype, message }) => `${__(doctype)}: ${frappe.utils.escape_html(message)}`,
					),
					...(fault_count > faults.length
						? [__("Only the first {0} of {1} faults are shown.", [faults.length, fault_count])]
						: []),
				].join("<br>"),
			});
			return;
		}
		// What is not chained is not proved either: a ledger that no one chains is not called intact.
		frappe.msgprint({
			title: is_behind ? __("The Ledger Is Not Being Chained") : __("The Ledger Is Intact"),
			indicator: is_behind ? "orange" : "green",
			message: is_behind
				? `${counted}<br>${__("Some have been waiting for more than 15 minutes, so the scheduler does not run.")}`
				: counted,
			primary_action: is_behind && {
				label: __("Open Health"),
				action: () => {
					frappe.hide_msgprint();
					frappe.set_route("client-comms-health");
				},
			},
		});
	});
}
