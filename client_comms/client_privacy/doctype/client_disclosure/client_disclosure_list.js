frappe.listview_settings["Client Disclosure"] = {
	hide_name_column: true,
	add_fields: ["outcome"],
	get_indicator(doc) {
		const color = doc.outcome === "Sent" ? "green" : "orange";
		return [__(doc.outcome), color, `outcome,=,${doc.outcome}`];
	},
};
