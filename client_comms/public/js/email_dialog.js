frappe.provide("client_comms");

// Frappe's email dialog with the keyboard. It begins in "To", which is filled in already when one replies to a client, and what
// is typed there before Frappe has filled in the text is lost; and in version 16 Escape does not close it. Frappe keeps
// the text of an email that was closed, so nothing has to be asked. Of a dialog on other documents only where it is kept is changed.
(() => {
	const composer = frappe.views.CommunicationComposer?.prototype;
	if (!composer || composer.client_comms_keyboard) return;
	composer.client_comms_keyboard = true;
	const ABOUT_CLIENTS = ["Client Interaction", "Issue", "Lead", "Opportunity"];

	const set_values = composer.set_values;
	composer.set_values = function (...args) {
		this.client_comms_filled = set_values.apply(this, args);
		return this.client_comms_filled;
	};

	// Frappe keeps an unsent text by its subject alone, unless the email is written in a form: under the same subject it would come
	// back, with its recipients, in an email to another client.
	const setup_last_edited = composer.setup_last_edited_communication;
	composer.setup_last_edited_communication = function (...args) {
		setup_last_edited.apply(this, args);
		if (this.frm || !this.doc?.name) return;
		this.doctype = this.doc.doctype;
		this.key = `${this.doc.name}:${this.key}`;
	};

	const make = composer.make;
	composer.make = function (...args) {
		const before = document.activeElement;
		make.apply(this, args);
		// Not if the user was told that colleagues write to the client.
		if (!this.dialog || !ABOUT_CLIENTS.includes(this.doc?.doctype)) return;
		client_comms.close_with_escape(this.dialog);
		client_comms.return_focus(this.dialog, before);
		client_comms.send_by_keys(this.dialog.$wrapper, {
			keep: () => this.save_as_draft(),
			send: () => this.dialog.get_primary_btn().trigger("click"),
		});
		begin_in_text(this);
	};

	/** The first field that is not filled in: the client's address, otherwise the text. */
	function begin_in_text(email) {
		const { dialog } = email;
		const begin_in_first = dialog.focus_on_first_input.bind(dialog);
		dialog.focus_on_first_input = async () => {
			await email.client_comms_filled;
			const chosen = dialog.$wrapper.find(":focus").is("input, select, [contenteditable]");
			if (!dialog.display || chosen) return;
			if (dialog.get_value("recipients")) email.get_content_field().set_focus?.();
			else begin_in_first();
		};
	}
})();
