frappe.ui.form.on("Client Comms Settings", {
	refresh(frm) {
		if (!frm.perm[0]?.write) return;
		for (const doctype of ["Issue", "Lead", "Opportunity"]) {
			frm.add_custom_button(__(doctype), () => preview_governing(doctype), __("Preview Governing"));
		}
	},
});

/** Who would lose sight of how many documents, were the DocType governed now. */
async function preview_governing(doctype) {
	const rows = await frappe.xcall("client_comms.api.preview_governing", { doctype });
	const title = __("Preview: {0}", [__(doctype)]);
	if (!rows.length) {
		frappe.msgprint({ title, message: __("Nobody would lose sight of anything."), indicator: "green" });
		return;
	}
	const body = rows
		.map(({ user, documents }) => {
			const name = frappe.utils.escape_html(frappe.user.full_name(user));
			return `<tr><td>${name}</td><td class="text-right">${documents}</td></tr>`;
		})
		.join("");
	frappe.msgprint({
		title,
		message: `<p>${__("These users would no longer see the documents whose interactions they may not read:")}</p>
			<table class="table table-sm"><thead><tr><th>${__("User")}</th>
			<th class="text-right">${__("Documents")}</th></tr></thead><tbody>${body}</tbody></table>`,
	});
}
