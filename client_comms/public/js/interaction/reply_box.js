frappe.provide("client_comms");

// Frappe's email dialog, in the page: its fields, templates, drafts, attachments and checks, below the conversation's title
// instead of above the form.
client_comms.ReplyBox = class ReplyBox extends frappe.views.CommunicationComposer {
	static draft_key = (frm) => `client_comms_draft:${frm.doctype}:${frm.docname}`;

	/** Whether the user left a text unsent in this browser; Frappe keeps the text itself. */
	static has_draft = (frm) => Boolean(localStorage.getItem(this.draft_key(frm)));

	make() {
		const { frm } = this;
		this.docname = frm.docname;
		const latest = client_comms.thread.latest_from_client(frm);
		if (latest) {
			// Mail programs show the reply below the message; the conversation shows what it answers.
			Object.assign(this, { is_a_reply: true, reply_set: true, last_email: answered(latest) });
		}
		this.success = () => this.on_close();
		this.subject ??= __("Re: {0}", [frm.doc.subject]);
		this.recipients ??= latest?.author_address || frm.doc.__onload?.client_email || "";
		this.make_fields();
		this.prepare();
		client_comms.outgoing.composer = this;
		if (client_comms.wording.applies()) client_comms.wording.watch_email(this);
		client_comms.write_down.watch_email(this);
		this.watch();
		$(document).trigger("form-typing", [frm]);
	}

	make_fields() {
		const $box = $(`<div class="reply-box">
			<div class="fields"></div>
			<div class="others small" aria-live="polite"></div>
			<div class="hints small" aria-live="polite"></div>
			<div class="buttons">
				<button class="btn btn-primary btn-sm" data-act="send">${__("Send", null, "Send Email")}</button>
				<button class="btn btn-default btn-sm" data-act="close">${__("Keep as Draft")}</button>
				<button class="btn btn-default btn-sm" data-act="discard">${__("Discard", null, "Throw Away")}</button>
				<button class="btn btn-link btn-sm" data-act="options">${__("More Options")}</button>
			</div>
		</div>`)
			.hide()
			.appendTo(this.$parent);
		this.$hints = $box.find(".hints");
		this.$others = $box.find(".others");
		this.dialog = client_comms.field_group({
			fields: this.get_fields(),
			body: $box.find(".fields")[0],
			no_submit_on_enter: true,
		});
		// What Frappe expects of a dialog.
		const $send = $box.find("[data-act=send]");
		Object.assign(this.dialog, {
			$wrapper: $box,
			display: true,
			get_primary_btn: () => $send,
			hide: () => {},
		});
		const acts = {
			send: () => this.send_action(),
			close: () => this.keep(),
			discard: () => this.discard(),
			options: () => this.toggle_more_options(),
		};
		$box.on("click", "[data-act]", ({ currentTarget }) => acts[currentTarget.dataset.act]());
		$box.on("click", "[data-finding]", ({ currentTarget }) => {
			const { next_step, recipient } = this.findings[currentTarget.dataset.finding];
			$send.trigger("focus"); // where the keyboard is afterwards: this button may be gone
			client_comms.outgoing[next_step.replaceAll("-", "_")]({ ...this.about, recipient });
		});
		client_comms.send_by_keys($box, {
			keep: () => this.save_as_draft(),
			send: () => this.send_action(),
		});
		client_comms.leave_with_escape($box, () => this.keep());
	}

	/** Frappe's fields in another order: what one always needs first, the rest behind "More Options". */
	get_fields() {
		const fields = Object.fromEntries(
			super
				.get_fields()
				.filter(({ fieldname }) => fieldname)
				.map((field) => [field.fieldname, field]),
		);
		const take = (...names) =>
			names.flatMap((name) => {
				const field = fields[name];
				delete fields[name];
				return field ? [field] : [];
			});
		const to = take("sender", "recipients");
		const template = take("email_template", "clear_and_add_template");
		const text = take("content", "content_html", "html_content", "add_css", "add_signature");
		const files = take("select_attachments");
		const [options] = take("more_options");
		const [toggle] = take("option_toggle_button");
		const [template_section] = take("email_template_section_break");
		const rest = Object.values(fields).filter(({ fieldtype }) => !fieldtype.endsWith("Break"));
		return [
			...this.meaning_fields(),
			{ fieldtype: "Column Break" },
			...template,
			{ fieldtype: "Section Break" },
			...to,
			{ ...options, title: undefined },
			...rest,
			{ ...toggle, hidden: 1 },
			{ ...template_section, hidden: 1 },
			{ fieldtype: "Section Break" },
			...text,
			{ fieldtype: "Section Break" },
			...files,
		];
	}

	/** Frappe fills in the fields step by step, the text last: what is typed before would be lost. */
	async set_values() {
		await super.set_values();
		this.dialog.$wrapper.show();
		this.dialog.$wrapper.find(".dropdown-toggle-split").attr("aria-label", __("More Options"));
		this.dialog.$wrapper[0].scrollIntoView({ block: "nearest" });
		this.dialog.fields_dict.content.quill?.focus();
	}

	/** What the message is for the client, if anything is owed. */
	meaning_fields() {
		return client_comms.outgoing.meaning_fields(this.frm.doc.__onload, () => this.dialog);
	}

	toggle_more_options(show) {
		const { df } = this.dialog.fields_dict.more_options;
		this.dialog.set_df_property("more_options", "hidden", (show ?? df.hidden) ? 0 : 1);
	}

	/** Frappe keeps it for the record that the form shows, which can be another one once the box is left. */
	save_as_draft() {
		if (!this.dialog || this.stopped) return;
		super.save_as_draft();
		const text = window.strip_html(this.get_email_content() || "").trim();
		if (text) localStorage.setItem(ReplyBox.draft_key(this.frm), 1);
		this.changed?.();
	}

	delete_saved_draft() {
		super.delete_saved_draft();
		localStorage.removeItem(ReplyBox.draft_key(this.frm));
	}

	/** Close the box; the text stays in this browser, also what Frappe would keep only in a moment. */
	keep() {
		this.save_as_draft();
		this.on_close();
	}

	discard() {
		const leave = () => {
			this.clear_cache();
			this.on_close();
		};
		if (!window.strip_html(this.get_email_content() || "").trim()) return leave();
		return client_comms.ask_to_discard(leave);
	}

	/** Say that this user is writing, and show who else is. */
	async say_writing() {
		const args = { name: this.docname, active: 1 };
		this.others = await frappe.xcall("client_comms.api.writing", args, "POST").catch(() => []);
		this.$others.text(
			this.others.length ? __("Also writing at the moment: {0}", [this.others.join(", ")]) : "",
		);
	}

	/** Before it is sent: who else is writing, and whether the client has written since. */
	async send_action() {
		if (this.asks_before_sending) return undefined; // a double click
		this.asks_before_sending = true;
		const latest = client_comms.thread.latest_from_client(this.frm)?.name;
		await Promise.all([this.say_writing(), client_comms.thread.reload(this.frm)]).finally(() => {
			this.asks_before_sending = false;
		});
		const newer = client_comms.thread.latest_from_client(this.frm)?.name;
		const warnings = [];
		if (this.others.length) {
			const who = frappe.utils.escape_html(this.others.join(", "));
			warnings.push(__("{0} is writing to the client at the moment.", [who]));
		}
		if (newer !== latest) warnings.push(__("The client has written again. Read it first."));
		if (!warnings.length) return super.send_action();
		const question = frappe.confirm(warnings.join("<br>"), () => super.send_action());
		question.get_primary_btn().text(__("Send Anyway"));
		return question.set_secondary_action_label(__("Keep Writing"));
	}

	/** Check with the gate while the text is written; the server decides again when it is sent. */
	watch() {
		this.changed = frappe.utils.debounce(() => this.check(), 1200);
		this.beat = setInterval(() => client_comms.is_shown(this.frm) && this.say_writing(), 30000);
		this.dialog.$wrapper.on("change input awesomplete-selectcomplete", "input, select", this.changed);
		this.changed();
	}

	async check() {
		if (this.stopped) return;
		await this.say_writing();
		const values = this.dialog.get_values(true) || {};
		if (!(values.recipients || values.cc || values.bcc)) return;
		const asked = JSON.stringify([values, this.get_email_content()]);
		if (asked === this.asked) return;
		this.asked = asked;
		const verdict = await client_comms.outgoing
			.check(this.doc, values, this.get_email_content())
			.catch(() => null);
		if (!verdict || this.stopped || asked !== this.asked) return;
		// The panel below the text lists its wording.
		this.findings = [...verdict.refused, ...verdict.warned].filter(({ check }) => check !== "wording");
		this.about = verdict.about;
		this.$hints.html(client_comms.outgoing.findings_html(this.findings));
	}

	/** The form was loaded again: what was missing may be there. */
	look_again() {
		this.asked = null;
		this.changed?.();
	}

	stop() {
		this.stopped = true;
		clearInterval(this.beat);
		frappe.xcall("client_comms.api.writing", { name: this.docname, active: 0 }, "POST").catch(() => {});
		if (client_comms.outgoing.composer === this) client_comms.outgoing.composer = null;
		$(document).trigger("form-stopped-typing", [this.frm]);
	}
};

/** The composer takes the text out of a message and uses it as HTML again, in which what looks like a tag must stay a text. */
function quoted_html(html) {
	const { body } = client_comms.harmless_html(html);
	const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
	while (texts.nextNode()) texts.currentNode.data = frappe.utils.escape_html(texts.currentNode.data);
	return body.innerHTML;
}

/** An entry of the conversation as the composer reads an email. */
function answered({ name, title, text, author_address, to, cc, at }) {
	return {
		name,
		subject: title,
		content: quoted_html(text),
		sender: author_address,
		recipients: to,
		cc,
		communication_date: at,
	};
}
