frappe.listview_settings["Identity Verification"] = {
	get_indicator(doc) {
		const colors = { Confirmed: "green", Failed: "red", Pending: "orange", Unlocked: "blue" };
		return [__(doc.result), colors[doc.result], `result,=,${doc.result}`];
	},
};
