frappe.provide("client_comms.legal_hold");

// That a record must be kept: officers read which hold keeps it and why; others, if its officer has chosen so, only that it must be kept.
Object.assign(client_comms.legal_hold, {
	show(frm) {
		frm.layout.wrapper.find(".client-comms-legal-hold").remove();
		if (frm.is_new()) return;
		for (const { text, hold } of frm.doc.__onload?.legal_holds || []) {
			const $banner = $(`<div class="client-comms-legal-hold form-message yellow" role="status">
				<div>${text}</div>
			</div>`);
			if (hold) {
				$(`<button class="btn btn-xs btn-default mt-2">${__("Open the Hold")}</button>`)
					.on("click", () => frappe.set_route("Form", "Legal Hold", hold))
					.appendTo($banner);
			}
			frm.layout.wrapper.prepend($banner);
		}
	},
});

for (const doctype of [...client_comms.restriction.FORMS, "Physical File"]) {
	frappe.ui.form.on(doctype, { refresh: (frm) => client_comms.legal_hold.show(frm) });
}
