frappe.listview_settings["Communication Matrix"] = {
	add_fields: ["effective_from"],

	get_indicator({ docstatus, effective_from }) {
		if (docstatus !== 1) return;
		const now = frappe.datetime.system_datetime();
		return effective_from > now
			? [__("Scheduled"), "orange", `effective_from,>,${now}`]
			: [__("Submitted", null, "Communication Matrix"), "blue", "docstatus,=,1"];
	},
};
