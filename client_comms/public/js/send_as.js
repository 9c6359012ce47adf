frappe.provide("client_comms.outgoing");

// What a message from staff is for the client: an acknowledgement, a promise or the full answer. Its author says so in the
// reply box; the server records it together with the message.
Object.assign(client_comms.outgoing, {
	/**
	 * Fields of an email dialog; none if nothing is owed.
	 * @param actions: the events that are possible on the interaction
	 * @param promise_day: the day that is proposed
	 * @param dialog: () => the dialog with the fields
	 */
	meaning_fields({ actions = [], promise_day } = {}, dialog) {
		const meanings = [
			["Answered", "answer", __("Full Answer")],
			["Promised", "promise", __("Promise")],
			["Acknowledged", "acknowledgement", __("Acknowledgement")],
		].filter(([event]) => actions.includes(event));
		if (!meanings.length) return [];
		return [
			{
				fieldname: "client_comms_send_as",
				fieldtype: "Select",
				label: __("Send As"),
				options: meanings.map(([, value, label]) => ({ value, label })),
				default: meanings[0][1],
				// Not `depends_on`: to evaluate it, Frappe reads all fields again and discards what is being typed.
				change() {
					const promises = dialog()?.get_value("client_comms_send_as") === "promise";
					dialog()?.set_df_property("client_comms_promised_until", "hidden", promises ? 0 : 1);
				},
			},
			{
				fieldname: "client_comms_promised_until",
				fieldtype: "Date",
				label: __("The Client Gets the Answer By"),
				description: __("By the close of business on this day."),
				default: promise_day,
				hidden: 1,
			},
		];
	},

	/** Frappe's email dialog on a document about which an interaction is open, with the fields that say what the message is. */
	reply_on(frm, owed) {
		return new frappe.views.CommunicationComposer({
			doc: frm.doc,
			frm,
			recipients: frm.doc.raised_by || frm.doc.email_id || frm.doc.contact_email,
			client_comms_owed: owed,
		});
	},

	/** The parameters of the request that say it. */
	said(dialog, given) {
		const send_as = given || dialog.get_value("client_comms_send_as");
		if (!send_as) return {};
		const until = send_as === "promise" && dialog.get_value("client_comms_promised_until");
		return {
			client_comms_send_as: send_as,
			...(until ? { client_comms_promised_until: until } : {}),
		};
	},
});

// Frappe's dialog has no hook for further fields, so its method is wrapped, once.
(() => {
	const composer = frappe.views.CommunicationComposer?.prototype;
	if (!composer || composer.client_comms_send_as_fields) return;
	composer.client_comms_send_as_fields = true;
	const get_fields = composer.get_fields;
	composer.get_fields = function () {
		const fields = get_fields.call(this);
		if (!this.client_comms_owed) return fields;
		const asked = client_comms.outgoing.meaning_fields(this.client_comms_owed, () => this.dialog);
		const at = fields.findIndex(({ fieldname }) => fieldname === "subject");
		return [...fields.slice(0, at), ...asked, ...fields.slice(at)];
	};
})();
