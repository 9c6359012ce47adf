frappe.provide("client_comms.restriction");

// Restricted use of a client's data: a banner on every form about the client, which can only be read meanwhile. The server refuses
// changes whatever a form does.
Object.assign(client_comms.restriction, {
	FORMS: [
		"Address",
		"Client Interaction",
		"Contact",
		"Customer",
		"Issue",
		"Lead",
		"Opportunity",
		"Prospect",
		"Supplier",
	],

	/** Say it above the form, with the next step, and make the form read-only. */
	show(frm) {
		const { restriction } = frm.doc.__onload || {};
		frm.layout.wrapper.find(".client-comms-restriction").remove();
		if (!restriction || frm.is_new()) return;
		const { text, locked, button } = restriction;
		const $banner = $(`<div class="client-comms-restriction form-message red" role="status">
			<div>${frappe.utils.escape_html(text)}</div>
			<button class="btn btn-xs btn-default mt-2">${frappe.utils.escape_html(button.label)}</button>
		</div>`);
		$banner
			.find("button")
			.on("click", () => client_comms.restriction[button.client_action.split(".").pop()](button.args));
		frm.layout.wrapper.prepend($banner);
		if (!locked) return;
		frm.set_read_only();
		frm.refresh_fields();
		frm.disable_save();
	},

	// Frappe's messages call the following by name, without `this`.

	/** The restriction itself, for Compliance Officers. */
	open({ restriction }) {
		frappe.hide_msgprint();
		frappe.set_route("Form", "Processing Restriction", restriction);
	},

	/** Ask the Compliance Officers for an exception. */
	ask({ doctype, name }) {
		frappe.hide_msgprint();
		client_comms.prompt(
			client_comms.fields.reason(
				__("What you need to do, and why the law allows it. Compliance Officers decide."),
			),
			async ({ reason }) => {
				await frappe.xcall("client_comms.api.restrictions.ask", { doctype, name, reason }, "POST");
				frappe.show_alert({ message: __("Your request is on its way."), indicator: "green" });
			},
			__("Ask for an Exception"),
			__("Ask"),
		);
	},

	/** Mark the rows of a list, with one request for the page that is shown, and none where the use of no client's data is restricted. */
	async mark(listview) {
		if (!frappe.boot.client_comms_restrictions) return;
		const names = listview.data.map(({ name }) => name);
		if (!names.length) return;
		const found = await frappe.xcall(
			"client_comms.api.restrictions.restricted",
			{ doctype: listview.doctype, names },
			"POST",
		);
		listview.$result.find(".client-comms-restricted").remove();
		listview.$result
			.find("a[data-name]")
			.filter((_index, link) => found.includes(link.dataset.name))
			.after(
				`<span class="client-comms-restricted indicator-pill red ml-2">${__("Restricted")}</span>`,
			);
	},
});

// The first restriction of a site begins while others have the desk open.
$(document).on("app_ready", () =>
	frappe.realtime.on("client_comms_restricted", () => (frappe.boot.client_comms_restrictions = true)),
);

for (const doctype of client_comms.restriction.FORMS) {
	frappe.ui.form.on(doctype, { refresh: (frm) => client_comms.restriction.show(frm) });
}
