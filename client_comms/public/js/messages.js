// A message, a meeting or a call is open to users who can read its interaction. Frappe's desk goes by the roles alone, for the
// address of a form and for the form; what the server says of the document that it has just sent decides.
{
	const set_up = frappe.router.setup;
	frappe.router.setup = function () {
		set_up.call(this);
		for (const doctype of frappe.boot.client_comms_opens_with_interaction || []) {
			this.routes[this.slug(doctype)] ??= { doctype };
		}
	};
}
$(document).on("app_ready", () => {
	const by_roles = frappe.perm.get_perm;
	frappe.perm.get_perm = (doctype, doc) => {
		const perm = by_roles(doctype, doc);
		const is_stored = doc && !doc.__islocal;
		if (is_stored && frappe.model.get_docinfo(doctype, doc.name)?.permissions?.read) perm[0].read = 1;
		return perm;
	};
});
