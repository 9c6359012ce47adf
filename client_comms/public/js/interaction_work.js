frappe.provide("client_comms.work");

// What staff do with several interactions at once, in the list and the Team Board, and the reply from Owed Today;
// `client_comms.actions` has what is done with one.
Object.assign(client_comms.work, {
	INTERACTION: "Client Interaction",
	AT_ONCE: 20, // interactions per request, so that the progress shows
	ASKED: 500, // interactions for which those who can be responsible are searched

	/** As in the form: the clients were told outside the desk. */
	async acknowledge(names, done) {
		const note = { fieldname: "note", fieldtype: "Small Text", label: __("Note") };
		const fields = [note, ...(await client_comms.actions.how())];
		return this.ask("acknowledge", names, fields, __("Receipt Was Acknowledged Elsewhere"), done);
	},

	/** Offers users who can be responsible for one of the interactions at least. */
	assign(names, done) {
		const fields = [
			{
				fieldname: "user",
				fieldtype: "Link",
				options: "User",
				label: __("Responsible Staff"),
				reqd: 1,
				filter_description: client_comms.fields.who_is_offered(),
				get_query: () => ({
					query: "client_comms.api.queries.responsible_staff",
					filters: { interactions: JSON.stringify(names.slice(0, this.ASKED)) },
				}),
			},
			{ fieldname: "note", fieldtype: "Small Text", label: __("Reason") },
		];
		return this.ask("assign", names, fields, __("Reassign"), done);
	},

	async close(names, done) {
		const question =
			names.length === 1
				? __("Close this interaction?")
				: __("Close {0} interactions?", [names.length]);
		const open = await this.with_open_items(names);
		const lines = open.map(({ name, subject }) => {
			const link = frappe.utils.get_form_link(this.INTERACTION, name, true);
			return `<li>${link} ${frappe.utils.escape_html(subject || "")}</li>`;
		});
		const stays = lines.length
			? `<p class="mt-3">${__("Action items of these are still open. They stay in Owed Today of those to whom they are assigned:")}</p>
				<ul class="pl-4">${lines.join("")}</ul>`
			: "";
		return frappe.confirm(question + stays, () => this.run("close", names, {}, done));
	},

	/** Those of the interactions that have action items to do. */
	async with_open_items(names) {
		const filters = [
			[this.INTERACTION, "name", "in", names.slice(0, this.ASKED)],
			["Interaction Action Item", "status", "=", "Open"],
		];
		const rows = await frappe.xcall(
			"frappe.client.get_list",
			{
				doctype: this.INTERACTION,
				fields: ["name", "subject"],
				filters,
				limit_page_length: this.ASKED,
			},
			"POST", // the names are too many for an address
		);
		return [...new Map(rows.map((row) => [row.name, row])).values()];
	},

	snooze(names, done) {
		const note = {
			fieldname: "note",
			fieldtype: "Small Text",
			label: __("Reason"),
			description: __("The clocks are paused until the client answers or someone resumes them."),
			reqd: 1,
		};
		return this.ask("snooze", names, [note], __("Wait for the Client"), done);
	},

	/** Such as after a version of the matrix that was taken back; each is checked as in the form. */
	change_level(names, done) {
		const fields = [
			{
				fieldname: "level",
				fieldtype: "Link",
				options: "Confidentiality Level",
				label: __("Confidentiality Level"),
				reqd: 1,
			},
			{ fieldname: "note", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
		];
		return this.ask("change_level", names, fields, __("Change Level"), done);
	},

	ask(action, names, fields, title, done) {
		const dialog = client_comms.prompt(
			fields,
			(values) => this.run(action, names, values, done),
			names.length > 1 ? `${title} (${names.length})` : title,
			__("Confirm"),
		);
		client_comms.actions.name_channels(dialog);
		return dialog;
	},

	/** In parts, with the progress; closing it ends after the part that is running. One report says what was refused. */
	async run(action, names, values, done = () => {}) {
		const refused = [];
		let count = 0;
		try {
			for (let from = 0; from < names.length; from += this.AT_ONCE) {
				const part = names.slice(from, from + this.AT_ONCE);
				const rows = await frappe.xcall(
					"client_comms.api.act_on_interactions",
					{ action, names: part, ...values },
					"POST",
				);
				refused.push(...rows.filter(({ error }) => error));
				count += part.length;
				if (names.length > this.AT_ONCE) {
					frappe.show_progress(__("Working"), count, names.length, "", true);
				}
			}
		} finally {
			// Also of the parts before one that failed, about which Frappe has shown a message.
			if (count < names.length) frappe.hide_progress();
			this.report(count - refused.length, refused);
			done();
		}
	},

	report(succeeded, refused) {
		if (succeeded) {
			const message =
				succeeded === 1 ? __("1 interaction changed") : __("{0} interactions changed", [succeeded]);
			frappe.show_alert({ message, indicator: "green" });
		}
		if (!refused.length) return;
		const lines = refused.map(
			({ name, error }) =>
				`<li>${frappe.utils.get_form_link(this.INTERACTION, name, true)}: ${client_comms.harmless_html(error).html}</li>`,
		);
		frappe.msgprint({
			title: __("{0} Not Changed", [refused.length]),
			message: `<ul class="pl-4">${lines.join("")}</ul>`,
			indicator: "orange",
		});
	},

	/** Opens the email dialog about an interaction; `sent` is called after sending. */
	async reply(name, sent) {
		const doc = await frappe.model.with_doc(this.INTERACTION, name);
		return new frappe.views.CommunicationComposer({
			doc,
			subject: __("Re: {0}", [doc.subject]),
			recipients: doc.__onload?.client_email,
			client_comms_owed: doc.__onload,
			success: sent,
		});
	},
});
