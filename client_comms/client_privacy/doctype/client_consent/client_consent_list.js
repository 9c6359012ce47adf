frappe.listview_settings["Client Consent"] = {
	add_fields: ["status", "valid_until"],
	get_indicator(doc) {
		const colors = { Given: "green", Refused: "red", Withdrawn: "red", Expired: "orange" };
		const status = doc.status || "Requested";
		return [__(status), colors[status] || "blue", `status,=,${doc.status || ""}`];
	},
};
