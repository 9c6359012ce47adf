frappe.treeview_settings["Physical Location"] = {
	breadcrumb: "Client Interactions",
	title: __("Physical Locations"),
	root_label: "All Locations",
	get_tree_root: false,
};
