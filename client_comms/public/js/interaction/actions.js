frappe.provide("client_comms.actions");

// What staff do with an interaction besides writing, on its own form and from the banner on ERPNext's forms. A target is
// `{ name, after, frm }`: the interaction, what to do when it has changed, and its form if that is what is open.
Object.assign(client_comms.actions, {
	async run({ name, after, frm }, method, values = {}) {
		await client_comms.save(frm);
		try {
			await frappe.xcall(`client_comms.api.${method}`, { name, ...values }, "POST");
		} catch (refusal) {
			await this.catch_up(frm);
			throw refusal;
		}
		return after();
	},

	/** What a colleague did meanwhile may be why something is refused: the form shows it, and the dialog stays, with what was entered. */
	async catch_up(frm) {
		if (!frm || frm.is_dirty()) return;
		const { message } = await frappe.db.get_value(frm.doctype, frm.docname, "modified");
		if (message?.modified && message.modified !== frm.doc.modified) await frm.reload_doc();
	},

	ask(target, method, title, fields) {
		const dialog = client_comms.prompt(
			fields,
			(values) => this.run(target, method, values),
			title,
			__("Confirm"),
		);
		this.name_channels(dialog);
		return dialog;
	},

	/** Frappe translates the labels of options once more, without the context: a French meeting (Réunion) becomes an island (La Réunion). */
	name_channels(dialog) {
		for (const option of dialog.fields_dict.through?.$input.find("option") || []) {
			if (option.value) option.textContent = __(option.value, null, "Communication Channel");
		}
	},

	of_form: (frm) => ({ frm, name: frm.docname, after: () => frm.reload_doc() }),

	/** How the client was told what staff note. */
	async how() {
		const channels = await frappe.db.get_list("Communication Channel", { fields: ["name"], limit: 50 });
		return [
			{
				fieldname: "through",
				// Not a link: when it is left, Frappe reads all fields again and discards what is being typed.
				fieldtype: "Select",
				options: ["", ...channels.map(({ name }) => name)], // in the user's words: `name_channels`
				label: __("How"),
				description: __("For example by phone, or during a visit."),
				reqd: 1, // the channel is checked like that of an outbound interaction
			},
			{
				fieldname: "outgoing_reason",
				fieldtype: "Small Text",
				label: __("Reason for Proceeding"),
				description: __(
					"Required if the client prefers another channel or their identity is not confirmed.",
				),
			},
			{
				fieldname: "nothing_sent",
				fieldtype: "HTML",
				options: `<p class="text-muted">${__("This is only noted. Nothing is sent to the client.")}</p>`,
			},
		];
	},

	/** What was said on the phone or in person is noted; nothing is sent. */
	async done_elsewhere(target, kind) {
		const titles = {
			acknowledge: __("Receipt Was Acknowledged Elsewhere"),
			promise: __("An Answer Was Promised Elsewhere"),
			answer: __("The Client Was Answered Elsewhere"),
		};
		const until = {
			fieldname: "until",
			fieldtype: "Datetime",
			label: __("Promised For"),
			reqd: 1,
		};
		return this.ask(target, kind, titles[kind], [
			...(kind === "promise" ? [until] : []),
			// Another promise before the first is due says why.
			...(kind === "promise" && (await this.is_owed(target, "promise_status"))
				? [
						{
							fieldname: "note",
							fieldtype: "Small Text",
							label: __("Reason for Another Promise"),
							reqd: 1,
						},
					]
				: [{ fieldname: "note", fieldtype: "Small Text", label: __("Note") }]),
			...(await this.how()),
		]);
	},

	/** To whom staff spoke who called or came, which the level asks for before the interaction is closed. */
	state_caller(frm) {
		const field = (fieldname) => frappe.meta.get_docfield("Client Interaction", fieldname);
		const { label, description, options } = field("caller_identity");
		const fields = [
			{
				fieldname: "caller_identity",
				fieldtype: "Select",
				label: __(label),
				description: __(description),
				options: options.split("\n").map((value) => ({ value, label: __(value) })),
				reqd: 1,
			},
			{
				fieldname: "outgoing_reason",
				fieldtype: "Small Text",
				label: __("Reason for Proceeding"),
				description: __("Required if the identity was not confirmed."),
			},
		];
		return client_comms.prompt(
			fields,
			async (values) => {
				await frm.set_value(values);
				await client_comms.save(frm);
			},
			__("Identity of the Caller"),
			__("Save"),
		);
	},

	/** Whether a clock of the interaction runs, or waits. Pages and forms of other documents do not know. */
	async is_owed({ frm, name }, field) {
		const asked = () => frappe.xcall("client_comms.api.interaction_actions", { name }, "GET");
		const clocks = frm?.doc || (await asked()).clocks;
		return ["Running", "Paused"].includes(clocks[field]);
	},

	async pause(target) {
		const unacknowledged = await this.is_owed(target, "acknowledge_status");
		return this.ask(target, "pause", __("Snooze"), [
			{
				fieldname: "until",
				fieldtype: "Date",
				label: __("Until"),
				description: __(
					"The clocks resume when business opens on this day, or earlier if the client writes. Leave empty to wait for the client.",
				),
			},
			{
				fieldname: "note",
				fieldtype: "Small Text",
				label: __("Reason"),
				// Waiting for a client who does not know yet that the inquiry arrived.
				reqd: unacknowledged ? 1 : 0,
				description: unacknowledged
					? __("Receipt was not acknowledged yet: say what the client was asked.")
					: __("Required with a day."),
			},
		]);
	},

	reopen(target) {
		return this.ask(target, "reopen", __("Reopen the Interaction"), [client_comms.fields.reason()]);
	},

	take_back_answer(target) {
		return this.ask(target, "take_back_answer", __("Take the Answer Back"), [
			client_comms.fields.reason(
				__(
					"For example that it came back, or was noted by mistake. The clocks go on from where they were; the history keeps the answer.",
				),
			),
		]);
	},

	/** Who is told is shown first: supervisors, whom the matrix decides. Without any, the server says what to do. */
	async escalate(target) {
		const people = await frappe.xcall(
			"client_comms.api.escalation_recipients",
			{ name: target.name },
			"GET",
		);
		const named = people.map((name) => client_comms.interaction.bold(name)).join(", ");
		return this.ask(target, "escalate", __("Escalate"), [
			{
				fieldname: "told",
				fieldtype: "HTML",
				options: `<p>${__("Notified at once, with your reason: {0}", [named])}</p>`,
			},
			client_comms.fields.reason(__("What should be decided or done.")),
		]);
	},

	resume(target) {
		return this.run(target, "resume");
	},

	/** Says all that is missing at once; details of feedback alone are asked for. */
	async close(frm) {
		await client_comms.save(frm);
		await this.catch_up(frm); // what is missing is shown as it is now
		const { checklist = [], actions = [] } = frm.doc.__onload || {};
		if (!actions.includes("Closed")) {
			frappe.msgprint({
				title: __("Not Possible Now"),
				message: __("A colleague has changed this interaction meanwhile. It is shown as it is now."),
			});
			return undefined;
		}
		const missing = checklist.filter(({ done, enforced }) => !done && enforced);
		if (missing.some(({ item }) => item !== "feedback")) return client_comms.card.show_missing(frm);
		return client_comms.feedback.ask_and_close(frm, () => this.close_with_items(this.of_form(frm)));
	},

	/** Action items that are open stay so: who closes the interaction reads which ones, and with whom they stay. */
	async close_with_items(target) {
		const doc = target.frm?.doc || (await frappe.db.get_doc("Client Interaction", target.name));
		const open = (doc.action_items || []).filter(({ status }) => status === "Open");
		if (!open.length) return this.run(target, "close");
		await client_comms.user_names.load_all(open.map(({ assigned_to }) => assigned_to));
		const text = frappe.utils.escape_html;
		const items = open.map(({ description, assigned_to, due_on }) => {
			const name = assigned_to && text(client_comms.user_names.of(assigned_to) || assigned_to);
			const due = due_on && `${__("Due On")} ${frappe.datetime.str_to_user(due_on)}`;
			return `<li>${[text(description), name, due].filter(Boolean).join(" · ")}</li>`;
		});
		const question = frappe.confirm(
			`<p>${__("These action items are still open. They stay in Owed Today of those to whom they are assigned:")}</p>
			<ul>${items.join("")}</ul>`,
			() => this.run(target, "close"),
		);
		question.set_title(__("Open Action Items"));
		question.get_primary_btn().text(__("Close the Interaction"));
		question.set_secondary_action_label(__("Cancel"));
		return question;
	},

	/** Label and function of each event that is possible now, in the order in which they are offered. */
	offered(target, possible) {
		const elsewhere = (kind, label) => ({
			label,
			group: __("Done Elsewhere"),
			run: () => this.done_elsewhere(target, kind),
		});
		const all = {
			Acknowledged: elsewhere("acknowledge", __("Acknowledgement")),
			Promised: elsewhere("promise", __("Promise")),
			Answered: elsewhere("answer", __("Full Answer")),
			"Answer Taken Back": {
				label: __("Take the Answer Back"),
				run: () => this.take_back_answer(target),
			},
			Paused: { label: __("Snooze"), run: () => this.pause(target) },
			Resumed: { label: __("Resume", null, "Client Interaction"), run: () => this.resume(target) },
			"Escalated by Staff": { label: __("Escalate"), run: () => this.escalate(target) },
			Closed: {
				label: __("Close"),
				run: () => (target.frm ? this.close(target.frm) : this.close_with_items(target)),
			},
			Reopened: { label: __("Reopen"), run: () => this.reopen(target) },
		};
		return Object.keys(all)
			.filter((event) => possible.includes(event))
			.map((event) => ({ event, ...all[event] }));
	},
});

/** Offered when an Issue was closed although its client is owed an answer: notes the answer, then closes the interaction. */
client_comms.answer_and_close = ({ name }) => {
	frappe.hide_msgprint(true);
	return client_comms.actions.done_elsewhere(
		{
			name,
			after() {
				const after = () => (cur_frm?.is_dirty() ? undefined : cur_frm?.reload_doc());
				return client_comms.actions.close_with_items({ name, after });
			},
		},
		"answer",
	);
};
