frappe.provide("client_comms");

// The first tab of an interaction's form: where one reads and replies, with the card beside it.
client_comms.Conversation = class {
	constructor(frm) {
		Object.assign(this, { frm, docname: frm.docname });
		this.$body = $(`<div class="client-comms-conversation">
			<div class="talk">
				<div class="reply-bar"></div>
				<div class="reply"></div>
				<div class="thread" role="feed" aria-label="${__("Conversation")}"></div>
			</div>
			<aside class="facts" aria-label="${__("Facts")}"></aside>
		</div>`);
		this.$bar = this.$body.find(".reply-bar");
		this.$reply = this.$body.find(".reply");
		this.$body.appendTo(frm.fields_dict.conversation.$wrapper.empty());
		if (client_comms.ReplyBox.has_draft(frm)) setTimeout(() => this.open_reply());
	}

	get about() {
		return { doctype: this.frm.doctype, name: this.docname };
	}

	/** One for each document that the form shows; what is being written survives a refresh of the same one. */
	static of(frm) {
		if (frm.conversation?.docname !== frm.docname) {
			frm.conversation?.reply_box?.stop(); // its user left it open
			frm.conversation = new this(frm);
		}
		return frm.conversation;
	}

	render() {
		this.render_bar();
		this.reply_box?.look_again();
		this.render_thread();
		client_comms.card.render(this.frm, this.$body.find(".facts"));
	}

	render_thread() {
		client_comms.thread.render(this.frm, this.$body.find(".thread"));
	}

	render_bar() {
		const { writers } = this.frm.doc.__onload || {};
		this.$bar.empty();
		if (this.frm.doc.anonymised_on) return; // there is no client left to write to
		const button = (label, run, kind = "btn-default") =>
			$(`<button class="btn btn-sm ${kind}">${label}</button>`).on("click", run).appendTo(this.$bar);
		if (writers?.allowed) {
			button(__("Reply"), () => this.open_reply(), "btn-primary");
		} else if (writers) {
			this.render_hand_over(button, writers);
		}
		button(__("Private Note"), () => this.open_note());
		if (writers && !writers.allowed) {
			$(`<span class="text-muted small"></span>`).text(this.who_can(writers)).appendTo(this.$bar);
		}
		if (this.reply_box) this.$bar.hide();
	}

	/** Users without clearance to write to the client see who has it, and hand over to them. */
	render_hand_over(button, writers) {
		button(__("Reply")).prop("disabled", true).attr("title", this.who_can(writers));
		if (writers.may_hand_over) {
			button(__("Hand Over"), () => client_comms.outgoing.hand_over(this.about, writers));
		}
	}

	who_can(writers) {
		const who = writers.people.map(({ full_name }) => full_name).join(", ");
		return who
			? __("Users who can write to the client: {0}", [who])
			: client_comms.outgoing.no_one_can(writers);
	}

	/** Open the reply box, or continue in the one that is open. */
	open_reply(options = {}) {
		this.show_tab();
		const { writers } = this.frm.doc.__onload || {};
		if (writers && !writers.allowed) {
			client_comms.outgoing.hand_over(this.about, writers);
			return null;
		}
		if (!this.reply_box || Object.keys(options).length) {
			this.keep_focus();
			this.reply_box?.stop();
			this.$reply.empty();
			this.reply_box = new client_comms.ReplyBox({
				...options,
				frm: this.frm,
				doc: this.frm.doc,
				$parent: this.$reply,
				on_close: () => this.close_reply(),
			});
		}
		this.$bar.hide();
		return this.reply_box;
	}

	close_reply() {
		const leaves_focus = this.$reply.find(":focus").length;
		this.reply_box?.stop();
		this.reply_box = null;
		this.$reply.empty();
		this.$bar.show();
		if (leaves_focus) this.return_focus();
	}

	/** What the keyboard is on before a box opens; a box that replaces another one takes over what that one knew. */
	keep_focus() {
		if (!this.$reply.children().length) this.before = document.activeElement;
	}

	/** The button may have been drawn again since, and a box with a draft opens without one. */
	return_focus() {
		const before = $(this.before).not("body").filter(":visible");
		(before.length ? before : this.$bar.find("button:enabled").first()).trigger("focus");
	}

	/** A note that only colleagues who can read the interaction see. */
	open_note() {
		this.keep_focus();
		this.$bar.hide();
		const $hint = $(`<p class="text-muted small"></p>`).text(
			__("Only colleagues who can read this interaction see the note. The client does not."),
		);
		const $close = $(`<button class="btn btn-xs btn-default">${__("Cancel")}</button>`);
		const $note = $(`<div class="note-box"></div>`);
		const $buttons = $(`<div class="mb-3"></div>`);
		this.$reply.empty().append($note, $hint, $buttons);
		const leave = () => this.close_reply();
		const box = frappe.ui.form.make_control({
			parent: $note,
			render_input: true,
			only_input: true,
			enable_mentions: true,
			df: { fieldtype: "Comment", fieldname: "private_note" },
			on_submit: async (content) => {
				if (!window.strip_html(content).trim() && !content.includes("img")) return;
				box.disable();
				try {
					await frappe.xcall("frappe.desk.form.utils.add_comment", {
						reference_doctype: this.frm.doctype,
						reference_name: this.frm.docname,
						content,
						comment_email: frappe.session.user,
						comment_by: frappe.session.user_fullname,
					});
					leave();
					await client_comms.thread.reload(this.frm);
				} catch {
					box.enable(); // the refusal has been shown, and the text is still there
				}
			},
		});
		$note.find(".comment-input-header, .avatar").remove();
		$note.find(".frappe-control").addClass("px-0");
		const $add = box.button.text(__("Add Note")).css("margin-left", 0).addClass("mr-2");
		$buttons.append($add, $close);
		$close.on("click", leave);
		client_comms.leave_with_escape($note, () =>
			window.strip_html(box.get_value() || "").trim() ? client_comms.ask_to_discard(leave) : leave(),
		);
		setTimeout(() => box.quill?.focus());
	}

	show_tab() {
		this.frm.layout.select_tab("conversation_tab");
	}
};
