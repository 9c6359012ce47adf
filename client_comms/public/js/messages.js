// A message is open to users who can read its interaction. Frappe's form goes by the roles alone; what the server says of
// the message that it has just sent decides.
$(document).on("app_ready", () => {
	const by_roles = frappe.perm.get_perm;
	frappe.perm.get_perm = (doctype, doc) => {
		const perm = by_roles(doctype, doc);
		const is_message = doctype === "Communication" && doc && !doc.__islocal;
		if (is_message && frappe.model.get_docinfo(doctype, doc.name)?.permissions?.read) perm[0].read = 1;
		return perm;
	};
});
