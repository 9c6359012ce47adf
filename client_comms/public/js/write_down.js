frappe.provide("client_comms.write_down");

// P-2: while an email is written, the dialog says which quotation, link or attachment would pass on something more
// confidential. The server decides again when the email is created.
client_comms.write_down.watch_email = function (composer) {
	const $dialog = composer.dialog.$wrapper;
	const $panel = $(`<div class="client-comms-write-down small mt-2" aria-live="polite"></div>`)
		.insertAfter(composer.dialog.fields_dict.select_attachments.wrapper)
		.hide();
	const written = () => ({
		doctype: composer.doc.doctype,
		name: composer.doc.name,
		content: composer.get_email_content(),
		attachments: $dialog
			.find("[data-file-name]:checked")
			.get()
			.map((box) => box.dataset.fileName),
		in_reply_to: (composer.is_a_reply && composer.last_email?.name) || undefined,
	});
	let checked;
	const check = async () => {
		const asked = written();
		const key = JSON.stringify(asked);
		if (key === checked) return;
		checked = key;
		const found = await frappe.xcall("client_comms.api.check_write_down", asked).catch(() => null);
		if (key !== checked) return; // a later answer will follow
		const messages = found?.messages || [];
		$panel
			.toggleClass("text-danger", Boolean(found?.refused))
			.html(
				`<b>${__("More Confidential Content")}</b>` +
					`<ul class="pl-4 mb-0">${messages.map((each) => `<li>${each}</li>`).join("")}</ul>` +
					`<div>${frappe.utils.escape_html(found?.advice || "")}</div>`,
			)
			.toggle(messages.length > 0);
	};
	const changed = frappe.utils.debounce(check, 1000);
	composer.dialog.fields_dict.content.quill?.on("text-change", changed);
	$dialog.on("input change", "[data-fieldname*=content], [data-file-name]", changed);
	const render = composer.render_attachment_rows;
	composer.render_attachment_rows = function (...args) {
		render.apply(this, args);
		changed();
	};
	changed();
};

// Frappe's dialog has no hook after opening, so its method is wrapped, once.
(() => {
	const composer = frappe.views.CommunicationComposer?.prototype;
	if (!composer || composer.client_comms_write_down) return;
	composer.client_comms_write_down = true;
	const make = composer.make;
	composer.make = function (...args) {
		make.apply(this, args);
		if (this.doc?.doctype) client_comms.write_down.watch_email(this);
	};
})();
