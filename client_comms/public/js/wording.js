frappe.provide("client_comms.wording");

// C-5, D-3: checks the wording of a text while it is written. A panel under the email dialog's text and under the summary
// of an interaction lists the findings; nothing changes until the user clicks "Apply".
client_comms.wording.Panel = class {
	/**
	 * @param after: the element below which the panel is shown
	 * @param read: () => the text, plain or HTML
	 * @param replace: (found, suggestion) => replace the first occurrence of `found`
	 * @param args: () => further arguments of `check_wording`
	 */
	constructor({ after, read, replace, args }) {
		Object.assign(this, { read, replace, args });
		this.$panel = $(`<div class="client-comms-wording small text-muted mt-2" aria-live="polite"></div>`);
		this.$panel.insertAfter(after).hide();
		this.$panel.on("click", "[data-apply]", (event) => {
			event.preventDefault();
			const { found, suggestion } = this.findings[$(event.currentTarget).attr("data-apply")];
			this.replace(found, suggestion);
			this.check();
		});
		this.changed = frappe.utils.debounce(() => this.check(), 800);
	}

	async check() {
		const text = this.read() || "";
		if (text === this.checked) return;
		this.checked = text;
		let findings = [];
		if (text.trim()) {
			findings = await frappe
				.xcall("client_comms.api.check_wording", { text, ...this.args() })
				.catch(() => []);
		}
		if (text === this.checked) this.show(findings); // otherwise a later answer will follow
	}

	show(findings) {
		this.findings = findings;
		const rows = findings.map(({ message, suggestion }, index) => {
			const label = suggestion && __("Apply “{0}”", [frappe.utils.escape_html(suggestion)]);
			const button = suggestion
				? ` <button type="button" class="btn btn-xs btn-default ml-1" data-apply="${index}">${label}</button>`
				: "";
			return `<li class="mb-1">${frappe.utils.escape_html(message)}${button}</li>`;
		});
		this.$panel
			.html(`<b>${__("Wording")}</b><ul class="pl-4 mb-0">${rows.join("")}</ul>`)
			.toggle(findings.length > 0);
	}
};

Object.assign(client_comms.wording, {
	/** Whether the user writes to clients; the wording of others is not checked. */
	applies: () =>
		frappe.user.has_role([
			"System Manager",
			"Frontline Staff",
			"Account Manager",
			"Customer Support",
			"Customer Support Manager",
			"Client Communications Manager",
		]),

	/** The first position of `found` in `text` as a whole word; -1 if there is none. */
	find(text, found) {
		const letter = (character) => Boolean(character) && /[\p{L}\p{N}_]/u.test(character);
		for (let at = text.indexOf(found); at >= 0; at = text.indexOf(found, at + 1)) {
			if (!letter(text[at - 1]) && !letter(text[at + found.length])) return at;
		}
		return -1;
	},

	/** Replace in Quill, keeping the word's formatting. */
	replace_in_quill(quill, found, suggestion) {
		// Images and similar take one position each, and are not text.
		const text = quill
			.getContents()
			.ops.map(({ insert }) => (typeof insert === "string" ? insert : "\uFFFC"))
			.join("");
		const at = this.find(text, found);
		if (at < 0) return;
		const format = quill.getFormat(at, found.length);
		quill.deleteText(at, found.length, "user");
		quill.insertText(at, suggestion, format, "user");
	},

	/** The panel in Frappe's email dialog. */
	watch_email(composer) {
		const content = () => composer.get_content_field();
		const panel = new this.Panel({
			after:
				composer.dialog.fields_dict.content_html?.wrapper ||
				composer.dialog.fields_dict.content.wrapper,
			read: () => composer.get_email_content(),
			replace: (found, suggestion) => {
				const field = content();
				if (field.quill) return this.replace_in_quill(field.quill, found, suggestion);
				const text = field.get_value() || "";
				const at = this.find(text, found);
				if (at >= 0) field.set_value(text.slice(0, at) + suggestion + text.slice(at + found.length));
			},
			args: () => ({ doctype: composer.doc.doctype, name: composer.doc.name }),
		});
		composer.dialog.fields_dict.content.quill?.on("text-change", panel.changed);
		composer.dialog.$wrapper.on("input change", "[data-fieldname^=content]", panel.changed);
		panel.changed();
		return panel;
	},

	/** The panel under a text field of a form. */
	watch_field(frm, fieldname) {
		const field = frm.fields_dict[fieldname];
		if (field.client_comms_wording || !field.$input) return;
		const panel = new this.Panel({
			after: field.wrapper,
			read: () => field.$input.val(),
			replace: (found, suggestion) => {
				const text = field.$input.val();
				const at = this.find(text, found);
				if (at < 0) return;
				const changed = text.slice(0, at) + suggestion + text.slice(at + found.length);
				field.$input.val(changed);
				frm.set_value(fieldname, changed);
			},
			args: () => ({
				courtesy: 0,
				...(frm.is_new() ? {} : { doctype: frm.doctype, name: frm.docname }),
			}),
		});
		field.$input.on("input change", panel.changed);
		field.client_comms_wording = panel;
	},
});

// Frappe's dialog has no hook after opening, so its method is wrapped, once.
(() => {
	const composer = frappe.views.CommunicationComposer?.prototype;
	if (!composer || composer.client_comms_wording) return;
	composer.client_comms_wording = true;
	const make = composer.make;
	composer.make = function (...args) {
		make.apply(this, args);
		if (this.doc?.doctype && client_comms.wording.applies()) client_comms.wording.watch_email(this);
	};
})();

frappe.ui.form.on("Client Interaction", {
	refresh(frm) {
		if (client_comms.wording.applies()) client_comms.wording.watch_field(frm, "summary");
	},
});
