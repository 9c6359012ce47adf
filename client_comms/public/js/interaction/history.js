frappe.provide("client_comms.history");

// The history of an interaction: its notes are stored for the ledger, and shown in the user's words.
Object.assign(client_comms.history, {
	MOMENT: /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?/g,
	// A deadline begins with its name, a change has a value on both sides.
	CLOCK: /^(acknowledge|respond|promise) /gm,
	TRANSLATED: ["Type Changed", "Direction Changed", "Priority Changed", "Level Changed"],
	NAMING_USERS: ["Reassigned", "Access Granted", "Warned", "Escalated", "Escalated by Staff"],
	USER: /[^\s:,]+@[^\s:,]+/g,

	show_in_words({ docname }) {
		frappe.meta.set_formatter("Interaction Event", "note", docname, (value, _df, _options, row) =>
			frappe.utils.escape_html(this.in_words(value || "", row?.event)).replaceAll("\n", "<br>"),
		);
	},

	in_words(text, event) {
		const clocks = {
			acknowledge: __("Acknowledgement"),
			respond: __("Answer"),
			promise: __("Promised Answer"),
		};
		const changed = this.TRANSLATED.includes(event);
		const shown = changed ? this.translated(text) : client_comms.thread.told(text, event);
		const names_users = this.NAMING_USERS.includes(event);
		return shown
			.replace(this.USER, (user) => (names_users && client_comms.user_names.of(user)) || user)
			.replace(this.CLOCK, (_all, clock) => `${clocks[clock]} `)
			.replace(this.MOMENT, (moment) => frappe.format(moment, { fieldtype: "Datetime" }));
	},

	/** "Inquiry → Complaint: the client said so", with the values in the user's language and the reason as it was written. */
	translated(text) {
		const [change, ...reason] = text.split(": ");
		return [
			change
				.split(" → ")
				.map((value) => __(value))
				.join(" → "),
			...reason,
		].join(": ");
	},
});
