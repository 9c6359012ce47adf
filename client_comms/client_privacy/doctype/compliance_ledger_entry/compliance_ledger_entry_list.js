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
				const { ok, checked, waiting, first_fault } = message;
				const counted = __("{0} entries are correct; {1} are waiting to be chained.", [
					checked,
					waiting,
				]);
				frappe.msgprint({
					title: ok ? __("The Ledger Is Intact") : __("The Ledger Was Changed"),
					indicator: ok ? "green" : "red",
					message: ok ? counted : `${frappe.utils.escape_html(first_fault.message)}<br>${counted}`,
				});
			}),
		);
	},
};
