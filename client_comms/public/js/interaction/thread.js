frappe.provide("client_comms.thread");

// The conversation of an interaction: messages, calls, meetings, private notes and what staff did, the newest first. The
// server decides what this user sees of it.
Object.assign(client_comms.thread, {
	/** Show a page in `$parent`, and the button for earlier entries. */
	render(frm, $parent) {
		const { entries, more } = frm.doc.__onload?.conversation || { entries: [] };
		$parent.empty();
		if (!entries.length) {
			$parent.append(`<p class="text-muted">${__("Nothing has been written or said yet.")}</p>`);
		}
		this.add_page(frm, $parent, entries, more, entries.length);
	},

	add_page(frm, $parent, entries, more, shown) {
		for (const entry of entries) $parent.append(this.entry(entry, frm));
		if (!more) return;
		const $more = $(
			`<button class="btn btn-default btn-sm">${__("Show Earlier Messages")}</button>`,
		).appendTo($parent);
		$more.on("click", async () => {
			$more.prop("disabled", true);
			const args = { name: frm.docname, start: shown };
			const page = await frappe
				.xcall("client_comms.api.conversation", args, "GET")
				.finally(() => $more.prop("disabled", false));
			$more.remove();
			this.add_page(frm, $parent, page.entries, page.more, shown + page.entries.length);
		});
	},

	/** Load the newest page again, without the rest of the form. */
	async reload(frm) {
		const { docname } = frm;
		const page = await frappe.xcall("client_comms.api.conversation", { name: docname }, "GET");
		if (frm.docname !== docname || !frm.doc.__onload) return;
		frm.doc.__onload.conversation = page;
		frm.conversation?.render_thread();
	},

	/** The latest message of the client, to which a reply belongs: no machine that says that an email came back reads one. */
	latest_from_client(frm) {
		const { entries = [] } = frm.doc.__onload?.conversation || {};
		return entries.find(
			({ doctype, side, meaning }) =>
				doctype === "Communication" && side === "client" && meaning !== "Bounced",
		);
	},

	entry(entry, frm) {
		const text = frappe.utils.escape_html;
		if (entry.side === "step") {
			const note = entry.text ? `<div class="text-muted">${this.leading_there(entry)}</div>` : "";
			return $(
				`<div class="entry step"><span>${this.step(entry)}</span> ${this.time(entry)}${note}</div>`,
			);
		}
		const $entry = $(`<article class="entry">
			<header><strong>${text(entry.author || "")}</strong>${this.about(entry)}${this.time(entry)}</header>
		</article>`).addClass(entry.side);
		const $text = $(`<div class="text"></div>`).appendTo($entry);
		if (["Communication", "Comment"].includes(entry.doctype)) {
			this.show_text($text, entry);
		} else {
			$text.text(entry.text).addClass("plain");
		}
		if (entry.doubts) {
			$(`<div class="doubts text-danger"></div>`).text(entry.doubts).insertBefore($text);
		}
		if (entry.held_back) {
			$(`<div class="held-back text-danger"></div>`).text(entry.held_back).insertBefore($text);
		}
		for (const { file_name, file_url } of entry.files || []) {
			$entry.append(
				$(`<a class="file" target="_blank" rel="noopener"></a>`)
					.attr("href", file_url)
					.text(file_name),
			);
		}
		return $entry.append(client_comms.regroup?.buttons(frm, entry) || "");
	},

	/** What the client was told elsewhere begins with the channel, which is stored by its name. */
	told(note, event) {
		if (!["Acknowledged", "Promised", "Answered"].includes(event)) return note;
		return note.replace(/^(Chat|Email|Letter|Meeting|Phone|Portal|Visit)(?=: |$)/m, (channel) =>
			__(channel, null, "Communication Channel"),
		);
	},

	/** The note of a step, with a link to where its message is now, or from where it came. */
	leading_there({ text, leads_to, meaning }) {
		const note = frappe.utils.escape_html(this.told(text, meaning));
		if (!leads_to) return note;
		const name = frappe.utils.escape_html(leads_to);
		const link = frappe.utils.get_form_link("Client Interaction", leads_to, true, name);
		return note.includes(name) ? note.replace(name, () => link) : `${note} → ${link}`;
	},

	time({ at }) {
		const it = client_comms.interaction;
		return ` <span class="text-muted">· <time title="${it.when(at)}">${frappe.datetime.comment_when(at)}</time></span>`;
	},

	/** What an entry is: its channel, and what it meant for the client. */
	about(entry) {
		const text = frappe.utils.escape_html;
		const pill = (label, color) =>
			` <span class="indicator-pill no-indicator-dot ${color}">${label}</span>`;
		if (entry.side === "note") return pill(__("Private Note"), "yellow");
		const parts = [];
		if (entry.to) parts.push(__("to {0}", [text(entry.to)]));
		if (entry.channel) parts.push(text(__(entry.channel, null, "Communication Channel")));
		const line = parts.length ? ` <span class="text-muted">${parts.join(" · ")}</span>` : "";
		const meanings = {
			Acknowledged: __("Acknowledgement"),
			"Automatic Acknowledgement": __("Automatic Acknowledgement"),
			Promised: __("Promise: {0}", [text(entry.promised || "")]),
			Answered: __("Full Answer"),
		};
		const meaning = entry.side === "staff" && meanings[entry.meaning];
		const failed = ["Error", "Bounced", "Rejected", "Expired"].includes(entry.delivery);
		return (
			line +
			(meaning ? pill(meaning, "blue") : "") +
			(failed ? pill(__("Not Delivered", null, "Client Interaction"), "red") : "")
		);
	},

	/** A sentence about what someone did. */
	step({ meaning, author, promised, rating, by_app, relieved }) {
		const who = client_comms.interaction.bold(author || "");
		const when = frappe.utils.escape_html(promised || "");
		const sentences = {
			Logged: __("{0} logged the interaction", [who]),
			Received: __("{0} noted what the client said", [who]),
			Acknowledged: __("{0} noted that receipt was acknowledged", [who]),
			Promised: __("{0} noted a promise: {1}", [who, when]),
			"Acknowledgement Not Sent": __(
				"The email that acknowledges receipt did not leave: the client does not have it",
			),
			"Promise Not Sent": __("The email with the promise did not leave: the client does not have it"),
			Answered: __("{0} noted that the client has the answer", [who]),
			"Answer Taken Back": by_app
				? __("The email with the answer did not leave: the client does not have it")
				: __("{0} took the answer back: the client does not have it", [who]),
			Paused: when
				? __("{0} paused the clocks until {1}", [who, when])
				: __("{0} paused the clocks to wait for the client", [who]),
			Resumed: __("{0} resumed the clocks", [who]),
			Closed: __("{0} closed the interaction", [who]),
			Reopened: __("{0} reopened the interaction", [who]),
			Reassigned: by_app
				? __("Because of an absence, the responsible staff changed")
				: __("{0} changed the responsible staff", [who]),
			"Action Items Reassigned": by_app
				? __("Because of an absence, action items were reassigned")
				: __("{0} reassigned action items", [who]),
			"Escalated by Staff": __("{0} escalated it", [who]),
			"Level Changed": __("{0} changed the level", [who]),
			"Access Requested": __("{0} asked for access", [who]),
			"Emergency Access": __("{0} used emergency access", [who]),
			"Access Granted": __("{0} granted access", [who]),
			"Access Declined": __("{0} declined access", [who]),
			Rated: __("The client rated how it was handled: {0}", [frappe.utils.escape_html(rating || "")]),
			Merged: __("{0} merged another interaction into this one", [who]),
			"Message Added": __("{0} moved a message here", [who]),
			"Message Moved": __("{0} moved a message to another interaction", [who]),
			"Message Split Off": __("{0} split off a message", [who]),
			"Documentation Waived": __("{0} decided that documentation does not apply", [who]),
		};
		// Who it was with could not keep it; the reason is below.
		if (relieved) {
			sentences.Reassigned = __("The responsible staff changed automatically");
			sentences["Action Items Reassigned"] = __("Action items were reassigned automatically");
		}
		return sentences[meaning] || `${who}: ${__(meaning)}`;
	},

	/** The text of a message, and a button for images that are elsewhere. */
	show_text($text, entry, with_images = false) {
		const { body, images } = client_comms.harmless_html(entry.text, with_images);
		$text.empty().append(...body.childNodes);
		this.fold_quotation($text, entry.own);
		if (!images) return;
		$(`<button class="btn btn-xs btn-default images">${__("Load Images")}</button>`)
			.appendTo($text)
			.on("click", () => this.show_text($text, entry, true));
	},

	/** Hide what a message quotes of earlier ones, which the conversation shows anyway, and what is below it. */
	fold_quotation($text, own) {
		const quoted = this.quotation($text[0], own);
		if (!quoted) return;
		const $fold = $(
			`<details class="quotation"><summary>${__("Quoted text and signature")}</summary></details>`,
		);
		$fold.append(quoted.extractContents());
		$text.append($fold);
	},

	quotation(root, own) {
		const rest = document.createRange();
		rest.selectNodeContents(root);
		const end = this.end_of(own, root);
		if (end) {
			rest.setStart(...end);
			return rest.toString().trim() ? rest : null;
		}
		const start = this.quotation_start(root);
		if (!start) return null;
		rest.setStartBefore(start);
		const before = document.createRange();
		before.selectNodeContents(root);
		before.setEndBefore(start);
		return before.toString().trim() ? rest : null; // otherwise there would be nothing left to read
	},

	/** Where `own`, which the server found, ends in a message that begins with it: [text, offset]. */
	end_of(own, root) {
		const wanted = (own || "").replace(/\s/g, "");
		const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
		let at = 0;
		while (wanted && texts.nextNode()) {
			const { data } = texts.currentNode;
			for (let offset = 0; offset < data.length; offset++) {
				if (/\s/.test(data[offset])) continue;
				if (data[offset] !== wanted[at]) return null;
				at += 1;
				if (at === wanted.length) return [texts.currentNode, offset + 1];
			}
		}
		return null;
	},

	quotation_start(root) {
		const marked =
			".gmail_quote, .yahoo_quoted, .moz-cite-prefix, #appendonsend, [id^=divRplyFwdMsg], blockquote";
		let start = root.querySelector(marked);
		// Frappe writes a line of dashes above the message that it quotes.
		const dashes = [...root.querySelectorAll("div, p")].find((each) => each.textContent.trim() === "---");
		if (dashes && (!start || dashes.compareDocumentPosition(start) & Node.DOCUMENT_POSITION_FOLLOWING)) {
			return dashes;
		}
		// "On Monday, Anna wrote:" belongs to the quotation.
		const intro = start?.previousElementSibling;
		if (intro?.textContent.trim().endsWith(":") && intro.textContent.length < 200) start = intro;
		return start;
	},
});

// Frappe's timeline below an interaction shows the messages, too. It shows the first ones while it is made.
client_comms.thread.make_timeline ??= frappe.ui.form.Footer.prototype.make_timeline;
frappe.ui.form.Footer.prototype.make_timeline = function () {
	const { thread } = client_comms;
	const { frm } = this;
	if (frm.doctype !== "Client Interaction") return thread.make_timeline.call(this);
	const { communications = [], automated_messages = [] } = frm.get_docinfo() || {};
	for (const message of [...communications, ...automated_messages]) {
		message.content = client_comms.harmless_html(message.content).html;
	}
	thread.make_timeline.call(this);
	const show = frm.timeline.get_communication_timeline_content;
	frm.timeline.get_communication_timeline_content = (message, ...others) => {
		message.content = client_comms.harmless_html(message.content).html;
		return show.call(frm.timeline, message, ...others);
	};
};
