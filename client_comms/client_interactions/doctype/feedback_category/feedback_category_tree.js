frappe.treeview_settings["Feedback Category"] = {
	breadcrumb: "Client Interactions",
	title: __("Feedback Categories"),
	get_tree_root: false,
};
