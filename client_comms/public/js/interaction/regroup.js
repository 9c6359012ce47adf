frappe.provide("client_comms.regroup");

// Put interactions in order: merge two of one matter, split off a message that opens another one, move one that was filed
// wrongly. One dialog, which says before saving what becomes of the level, the deadlines and the readers.
Object.assign(client_comms.regroup, {
	INTERACTION: "Client Interaction",

	may(frm) {
		const { actions = [] } = frm.doc.__onload || {};
		return frm.perm[0]?.write && actions.length && !frm.doc.anonymised_on;
	},

	merge(frm) {
		const note = __(
			"Everything of {0} becomes part of the other interaction, and both numbers lead to it. This cannot be undone as a whole, but messages can be split off again.",
			[client_comms.interaction.bold(frm.docname)],
		);
		this.open(frm, {
			title: __("Merge into Another Interaction"),
			fields: [...this.other_fields(frm, "into"), this.note_field(note)],
			preview: "simulate_merge",
			run: "merge_interactions",
			label: __("Merge", null, "Client Interaction"),
		});
	},

	split(frm, message) {
		const subject = {
			fieldname: "subject",
			fieldtype: "Data",
			label: __("Subject"),
			description: __("Leave empty to keep that of the message."),
		};
		const type = {
			fieldname: "communication_type",
			fieldtype: "Link",
			options: "Communication Type",
			label: __("Communication Type"),
			description: __("Leave empty to let the source rules decide."),
		};
		const note = __(
			"The message becomes an interaction of its own, with deadlines from when it arrived. To undo this, merge the two again.",
		);
		this.open(frm, {
			message,
			title: __("Split Off a Message"),
			fields: [subject, type, this.note_field(note), ...this.lower_fields()],
			preview: "simulate_split",
			run: "split_off",
			label: __("Split Off"),
		});
	},

	move(frm, message) {
		const note = __(
			"The message takes its deadlines along, from when it arrived; what was missed here stays missed. To undo this, move it back.",
		);
		this.open(frm, {
			message,
			title: __("Move a Message"),
			fields: [...this.other_fields(frm, "to"), this.note_field(note), ...this.lower_fields()],
			preview: "simulate_move",
			run: "move_message",
			label: __("Move", null, "Client Interaction"),
		});
	},

	/** The other interaction: one of the same client, unless all are asked for. */
	other_fields(frm, fieldname) {
		const { company, party_type, party } = frm.doc;
		const of_client = party ? { party_type, party } : {};
		const field = {
			fieldname,
			fieldtype: "Link",
			options: this.INTERACTION,
			label: __("Interaction"),
			reqd: 1,
			get_query: () => ({
				filters: {
					company,
					name: ["!=", frm.docname],
					...(this.dialog?.get_value("of_all") ? {} : of_client),
				},
			}),
		};
		const of_all = { fieldname: "of_all", fieldtype: "Check", label: __("Those of Other Clients, Too") };
		return party ? [of_all, field] : [field]; // the list of the link would open over what is below
	},

	note_field: (text) => ({
		fieldname: "note",
		fieldtype: "HTML",
		options: `<p class="text-muted small">${text}</p>`,
	}),

	lower_fields: () => [
		{ fieldname: "lower", fieldtype: "Check", label: __("Lower the Level"), hidden: 1 },
		{
			fieldname: "lower_because",
			fieldtype: "Small Text",
			label: __("Reason"),
			hidden: 1,
		},
	],

	open(frm, { message, title, fields, preview, run, label }) {
		const about = { name: frm.docname, ...(message ? { message } : {}) };
		let running = false;
		let asking = null;
		const needs_other = fields.find(({ fieldname }) => ["into", "to"].includes(fieldname));
		const dialog = client_comms.dialog({
			title,
			no_focus: true, // the list of a link field would open over what becomes of it
			fields: [...fields, { fieldname: "becomes", fieldtype: "HTML" }],
			primary_action_label: label,
			primary_action: async ({ note, becomes, lower, of_all, ...values }) => {
				if (!lower) delete values.lower_because;
				running = true; // what becomes of it is asked before or afterwards, not while it happens
				try {
					await asking;
					await client_comms.save(frm);
					const found = await frappe.xcall(
						`client_comms.api.${run}`,
						{ ...about, ...values },
						"POST",
					);
					this.leave(
						frm,
						typeof found === "string" ? { name: found, may_read: true } : found,
						message,
					);
				} catch (refusal) {
					running = false;
					throw refusal;
				}
			},
		});
		this.dialog = dialog;
		let asked = 0;
		const show = () => {
			if (!running) asking = ask();
		};
		const ask = async () => {
			const { into, to, communication_type, subject, lower } = dialog.get_values(true) || {};
			const other = into || to;
			const $becomes = dialog.fields_dict.becomes.$wrapper;
			if (needs_other && !other) return $becomes.empty();
			asked += 1;
			const turn = asked;
			const args = { ...about, ...(into ? { into } : {}), ...(to ? { to } : {}) };
			if (message) args.lower = lower ? 1 : 0;
			if (communication_type) args.communication_type = communication_type;
			if (subject) args.subject = subject;
			try {
				const found = await frappe.xcall(`client_comms.api.${preview}`, args, "GET");
				if (turn !== asked) return undefined;
				this.show_choice(dialog, found);
				$becomes.html(this.sentences(found));
			} catch {
				if (turn === asked) $becomes.empty(); // the refusal has been shown
			}
			return undefined;
		};
		for (const { fieldname, fieldtype } of fields) {
			if (fieldname !== "of_all" && ["Data", "Link", "Check"].includes(fieldtype)) {
				dialog.fields_dict[fieldname].df.onchange = show;
			}
		}
		dialog.show();
		show();
		return dialog;
	},

	/** A lower level is offered only to users who may choose it, and asks for a reason. */
	show_choice(dialog, { may_lower }) {
		if (!dialog.fields_dict.lower) return;
		const lower = dialog.get_value("lower");
		dialog.set_df_property("lower", "hidden", !may_lower);
		if (may_lower) {
			dialog.set_df_property("lower", "label", __("Lower the Level to {0}", [__(may_lower)]));
		}
		dialog.set_df_property("lower_because", "hidden", !(may_lower && lower));
		dialog.set_df_property("lower_because", "reqd", may_lower && lower ? 1 : 0);
	},

	/** What becomes of it, one line for the subject, the client, the level, the status, the deadlines and the readers. */
	sentences({ subject, client, level, raised, status, reopened, owed, audience, communication_type }) {
		const text = frappe.utils.escape_html;
		const shown = client_comms.interaction.level_pill(level);
		const due = owed.map(({ label, words }) => `${text(label)}: ${text(words)}`).join("; ");
		const rows = [
			[__("Subject"), text(subject)],
			[__("Client"), text(client || "–")],
			[__("Communication Type"), text(__(communication_type))],
			[
				__("Level", null, "Confidentiality Level"),
				raised ? `${shown} ${__("(stricter than before)")}` : shown,
			],
			[__("Status"), reopened ? `${__(status)} ${__("(opened again)")}` : __(status)],
			[__("Owed"), due || __("Nothing is owed to the client.")],
			[__("Read by"), client_comms.card.readers(audience) || __("no one else")],
		];
		const lines = rows.map(([label, value]) => `<div>${label}: <strong>${value}</strong></div>`);
		return `<div class="client-comms-becomes mt-2" role="status">
			<strong>${__("Afterwards")}</strong>${lines.join("")}</div>`;
	},

	/** Onwards to where everything is now; after a message, the link leads there and the form stays. */
	leave(frm, { name, may_read }, message) {
		if (!message) {
			frappe.show_alert({ message: __("Merged into {0}", [name]), indicator: "green" });
			return frappe.set_route("Form", this.INTERACTION, name);
		}
		const link = may_read ? frappe.utils.get_form_link(this.INTERACTION, name, true) : name;
		frappe.show_alert({ message: __("The message belongs to {0} now", [link]), indicator: "green" }, 15);
		return frm.reload_doc();
	},

	/** The buttons of one message in the conversation. */
	buttons(frm, { doctype, name, side }) {
		if (doctype !== "Communication" || !["client", "staff"].includes(side) || !this.may(frm)) return null;
		const $buttons = $(`<div class="regroup"></div>`);
		const button = (label, run) =>
			$(`<button class="btn btn-xs btn-link text-muted">${label}</button>`)
				.on("click", run)
				.appendTo($buttons);
		button(__("Split Off"), () => this.split(frm, name));
		button(__("Move to…"), () => this.move(frm, name));
		return $buttons;
	},
});
