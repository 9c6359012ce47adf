frappe.provide("client_comms");

/**
 * Fields that say something when they are empty: a new form does not fill in the default of the user or the site.
 * The same as `LEFT_EMPTY` of the controller, for the script of a DocType.
 */
client_comms.leave_empty = (doctype, ...fields) => {
	const restricted = frappe.defaults.get_user_permissions();
	for (const field of fields) {
		const df = frappe.meta.get_docfield(doctype, field);
		if (df && !restricted[df.options]) df.no_default = 1;
	}
};
