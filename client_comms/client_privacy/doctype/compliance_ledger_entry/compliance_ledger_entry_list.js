frappe.listview_settings["Compliance Ledger Entry"] = {
	hide_name_column: true,
	add_fields: ["action"],
	get_indicator({ action }) {
		const COLORS = { Refusal: "red", "Emergency Access": "orange", "Level Lowered": "orange" };
		return [__(action), COLORS[action] || "gray", `action,=,${action}`];
	},
	onload(list) {
		list.page.add_inner_button(__("Verify Ledger"), () =>
			frappe.call("client_comms.api.verify_ledger").then(({ message }) => {
				const { ok, checked, waiting, is_behind, faults } = message;
				const counted = __("{0} entries are correct; {1} are waiting to be chained.", [
					checked,
					waiting,
				]);
				if (!ok) {
					frappe.msgprint({
						title: __("The Ledger Was Changed"),
						indicator: "red",
						message: [
							counted,
							...faults.map(
								({ doctype, message }) =>
									`${__(doctype)}: ${frappe.utils.escape_html(message)}`,
							),
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
			}),
		);
	},
};
