frappe.provide("client_comms.outgoing");

// Frappe's email dialog asks the gate before it sends (`outgoing.js`), and stays open if the email may not leave like this.
// It has no hooks, so its methods are wrapped, once.
(() => {
	const composer = frappe.views.CommunicationComposer?.prototype;
	if (!composer || composer.client_comms_gate) return;
	composer.client_comms_gate = true;
	// Frappe looks up the account's signature, and stops with "Not permitted" if the user does not have its role Inbox User.
	const get_signature = composer.get_signature;
	composer.get_signature = function (...args) {
		const may_ask = frappe.boot.user.email_signature || frappe.model.can_read("Email Account");
		return may_ask ? get_signature.apply(this, args) : "";
	};
	const make = composer.make;
	composer.make = function (...args) {
		const { doc } = this;
		const writers = doc?.__onload?.writers;
		if (writers && !writers.allowed) {
			client_comms.outgoing.hand_over({ doctype: doc.doctype, name: doc.name }, writers);
			return;
		}
		client_comms.outgoing.composer = this;
		make.apply(this, args);
		if (!writers) client_comms.outgoing.require_may_write(this);
	};
	const send_email = composer.send_email;
	composer.send_email = async function (...args) {
		if (this.client_comms_sends) return undefined; // a double click: the client would receive it twice
		this.client_comms_sends = true;
		try {
			return await send_checked.apply(this, args);
		} finally {
			this.client_comms_sends = false;
		}
	};

	async function send_checked(btn, values, ...rest) {
		const addressed = values.recipients || values.cc || values.bcc;
		if (!addressed || !this.doc?.doctype) return send_email.call(this, btn, values, ...rest);
		const verdict = await client_comms.outgoing.check(this.doc, values, this.get_email_content());
		const said = client_comms.outgoing.said(this.dialog, this.client_comms_send_as);
		if (verdict.refused.length || verdict.warned.length) {
			said.outgoing_reason = await client_comms.outgoing.ask(verdict);
			if (!said.outgoing_reason) return undefined; // the dialog is still open, with everything in it
		}
		for (;;) {
			const closed = is_closed(this.dialog);
			const refusal = await sent_with(said, () => send_email.call(this, btn, values, ...rest));
			if (!refusal) return undefined;
			// What only the server finds: of what the email would begin, or of the files that it brings along.
			await reopen(this.dialog, closed);
			if (!refusal.verdict) return frappe.msgprint(refusal.messages);
			said.outgoing_reason = await client_comms.outgoing.ask(refusal.verdict);
			if (!said.outgoing_reason) return undefined;
		}
	}

	/** Runs `send`, whose call takes `said` along: Frappe builds it inside. Resolves to the refusal, if the email is not to leave like this. */
	async function sent_with(said, send) {
		let refusal;
		const refused =
			(list) =>
			({ _server_messages }) => {
				const messages = JSON.parse(_server_messages || "[]").map((each) => JSON.parse(each));
				const { found, about } = messages.at(-1)?.primary_action?.args || {};
				const verdict = list && found && { refused: [], warned: [], [list]: found, about };
				refusal = { messages, verdict };
			};
		const error_handlers = {
			OutgoingRefusedError: refused("refused"),
			ReasonNeededError: refused("warned"),
			WriteDownError: refused(),
		};
		try {
			await client_comms.with_first_call(send, (opts) => ({
				...opts,
				args: { ...opts.args, ...said },
				error_handlers: { ...opts.error_handlers, ...error_handlers },
			}));
		} catch (error) {
			if (!refusal) throw error;
		}
		return refusal;
	}

	/** When the dialog, which Frappe closes before it sends, can be opened again. */
	const is_closed = ({ $wrapper }) => new Promise((resolve) => $wrapper.one("hidden.bs.modal", resolve));

	/** The email with everything in it; the box in the page stays open. */
	async function reopen(dialog, closed) {
		if (dialog.display) return undefined;
		await closed;
		return new Promise((resolve) => {
			dialog.$wrapper.one("shown.bs.modal", resolve);
			dialog.show();
		});
	}
})();
