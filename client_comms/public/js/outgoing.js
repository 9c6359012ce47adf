frappe.provide("client_comms.outgoing");

// The gate in the desk: Frappe's email dialog checks with it before sending, shows the findings with a button for each
// remedy, and accepts a reason if one is enough. The server decides again when the email is created.
Object.assign(client_comms.outgoing, {
	/** The gate's verdict on an email that is about to be sent. */
	check(doc, values, content) {
		const recipients = [values.recipients, values.cc, values.bcc].filter(Boolean).join(",");
		return frappe.xcall("client_comms.api.check_outgoing", {
			doctype: doc.doctype,
			name: doc.name,
			recipients,
			email_template: values.email_template,
			content,
		});
	},

	/** Show findings; resolves to a reason, or to nothing if the email should not be sent. */
	ask(verdict) {
		return new Promise((resolve) => {
			const refused = verdict.refused.length > 0;
			const dialog = this.list(
				{
					title: refused ? __("Not Sent") : __("Reason Required"),
					indicator: refused ? "red" : "orange",
					fields: refused ? [] : [client_comms.fields.reason()],
					primary_action_label: refused ? __("Back to the Email") : __("Send Anyway"),
					primary_action: ({ reason }) => {
						resolve(reason);
						dialog.hide();
					},
				},
				[...verdict.refused, ...verdict.warned],
				verdict.about,
			);
			dialog.on_hide = () => resolve(null);
			dialog.show();
		});
	},

	/** A dialog that lists findings by rule, with a button for each remedy. */
	list(options, found, about) {
		const findings = { fieldtype: "HTML", fieldname: "findings", options: this.findings_html(found) };
		const dialog = new frappe.ui.Dialog({ ...options, fields: [findings, ...(options.fields || [])] });
		client_comms.keep_typed(dialog);
		client_comms.reach_by_keys(dialog);
		dialog.$body.on("click", "[data-finding]", (event) => {
			const finding = found[$(event.currentTarget).attr("data-finding")];
			const { next_step, recipient, contact, party_type, party } = finding;
			const remedy = () =>
				this[next_step.replaceAll("-", "_")]({
					...about,
					...(party && { party_type, party }),
					recipient,
					contact: contact || about.contact,
				});
			// The remedy may need the dialog below this one, after it can be scrolled again.
			dialog.$wrapper.one("hidden.bs.modal", () => setTimeout(remedy));
			dialog.hide();
		});
		return dialog;
	},

	findings_html(found) {
		const row = (finding, index) => {
			const { rule, recipient, next_step, label, hint, message } = finding;
			const same = (other) => other?.next_step === next_step;
			const first = rule !== found[index - 1]?.rule;
			const whom = recipient ? `<b>${frappe.utils.escape_html(recipient)}</b>: ` : "";
			// One button for all findings with the same remedy, except that each recipient has its own.
			const button =
				recipient || !same(found[index - 1])
					? `<button class="btn btn-xs btn-default ml-2" data-finding="${index}">${label}</button>`
					: "";
			return (
				(first ? `<div class="text-muted small mt-3">${rule}</div>` : "") +
				`<div class="mb-2">${whom}${message}${button}</div>` +
				(same(found[index + 1]) ? "" : `<div class="small">${hint}</div>`)
			);
		};
		return found.map(row).join("");
	},

	// Frappe's messages call the following by name, without `this`.

	/** All findings of a refusal, each with its remedy. */
	show_remedies({ found, about }) {
		frappe.hide_msgprint();
		client_comms.outgoing.list({ title: __("What to Do") }, found, about).show();
	},

	/** The client's preferred channels, beside the text being written. */
	change_channel({ party_type, party, contact }) {
		frappe.hide_msgprint();
		const about = { party_type, party, contact };
		return client_comms.open_window(async () => {
			const { name } = await frappe.xcall("client_comms.api.communication_preference", about);
			return frappe.utils.get_form_link("Communication Preference", name);
		});
	},

	/** The recipients of an emailed report. */
	change_recipients({ doctype, name }) {
		frappe.hide_msgprint();
		frappe.set_route("Form", doctype, name);
	},

	/** Ask for what the restriction of a client's data does not allow. */
	ask_exception({ doctype, name, party_type, party }) {
		frappe.hide_msgprint();
		client_comms.restriction.ask(name ? { doctype, name } : { doctype: party_type, name: party });
	},

	/** The failed checks of the client, for the Compliance Officer to unlock. */
	unlock_identity({ party_type, party }) {
		frappe.hide_msgprint();
		frappe.set_route("List", "Identity Verification", { party_type, party });
	},

	/** The field of the email dialog that offers approved templates. */
	async choose_template(about) {
		const composer = await client_comms.outgoing.open_email(about);
		composer.toggle_more_options?.(true);
		composer.dialog.fields_dict.email_template?.set_focus();
	},

	/** The text of the email, with the suggestions below it. */
	async change_wording(about) {
		const { dialog } = await client_comms.outgoing.open_email(about);
		const panel = dialog.$wrapper.find(".client-comms-wording");
		(panel.is(":visible") ? panel : dialog.fields_dict.content.$wrapper)[0].scrollIntoView({
			block: "center",
		});
	},

	/** The open email dialog, otherwise a new one on the document. */
	async open_email(about) {
		frappe.hide_msgprint();
		if (!client_comms.outgoing.composer?.dialog?.display) await client_comms.outgoing.write_email(about);
		return client_comms.outgoing.composer;
	},

	/** Open the email dialog on a document. */
	async write_email({ doctype, name }) {
		frappe.hide_msgprint();
		const doc = await frappe.model.with_doc(doctype, name);
		const frm = cur_frm?.doctype === doctype && cur_frm.docname === name ? cur_frm : undefined;
		if (frm?.email_doc) return frm.email_doc();
		new frappe.views.CommunicationComposer({ doc, frm });
	},

	say_no_client(interaction) {
		frappe.msgprint(
			interaction
				? __("The interaction has no client. Set the client on the interaction first.")
				: __("The document names no client. Enter the client in it first."),
		);
	},

	/** Ask the client for consent with a link; an unknown third party is recorded first. */
	async request_consent({ party_type, party, contact, interaction, recipient }) {
		frappe.hide_msgprint();
		if (!party) {
			client_comms.outgoing.say_no_client(interaction);
			return;
		}
		const domain = (recipient || "").split("@")[1] || "";
		// Who was spoken to is named as such, without an address.
		const spoken_to = recipient && !domain && !recipient.startsWith("+") ? recipient : undefined;
		const dialog = client_comms.dialog({
			title: __("Ask for Consent"),
			fields: [
				{
					fieldname: "third_party",
					fieldtype: "Link",
					options: "Third Party",
					label: __("Third Party"),
					reqd: 1,
					description: recipient
						? __("The information goes to: {0}", [frappe.utils.escape_html(recipient)])
						: "",
					default: spoken_to || (await client_comms.outgoing.third_party_of(recipient, domain)),
					// The recipient must belong to a third party that is created here.
					get_route_options_for_new_doc: () => ({ email_domains: recipient }),
				},
				{
					fieldname: "purpose",
					fieldtype: "Link",
					options: "Consent Purpose",
					label: __("Purpose", null, "Client Consent"),
					get_query: () => ({ filters: { concerns_third_party: 1 } }),
					description: __("Leave empty to use the purpose from Client Comms Settings."),
				},
				{
					fieldname: "data_categories",
					fieldtype: "MultiSelectPills",
					label: __("Data Categories"),
					get_data: (text) => frappe.db.get_link_options("Data Category", text),
					description: __(
						"Leave empty to use the interaction's data categories, or all data if it has none.",
					),
				},
				client_comms.fields.send_to(),
			],
			primary_action_label: __("Send Link"),
			primary_action: async ({ data_categories, ...values }) => {
				const consent = await frappe.xcall("client_comms.api.request_consent", {
					party_type,
					party,
					contact,
					client_interaction: interaction,
					recipient: spoken_to ? undefined : recipient,
					data_categories: data_categories?.length ? data_categories : undefined,
					...values,
				});
				frappe.show_alert({
					message: __("The client was asked: {0}", [
						frappe.utils.get_form_link("Client Consent", consent, true),
					]),
					indicator: "green",
				});
			},
		});
		dialog.show();
	},

	async third_party_of(recipient, domain) {
		if (!domain) return undefined;
		const rows = await frappe.db.get_list("Third Party", {
			filters: { disabled: 0 },
			or_filters: [
				["email_domains", "like", `%${recipient}%`],
				["email_domains", "like", `%${domain}%`],
			],
			limit: 2,
		});
		return rows.length === 1 ? rows[0].name : undefined;
	},

	/** Record how the client's identity was confirmed, or let the app confirm it with a code; `confirmed` is called if it was. */
	verify_identity({ party_type, party, contact, interaction, confirmed }) {
		frappe.hide_msgprint();
		if (!party) {
			client_comms.outgoing.say_no_client(interaction);
			return;
		}
		const CODE = "One-Time Code by Email";
		// Frappe would choose the first one, and no one's identity is confirmed by default.
		const choices = (...values) => ["", ...values].map((value) => ({ value, label: __(value) }));
		const dialog = client_comms.dialog({
			title: __("Verify Identity"),
			fields: [
				{
					fieldname: "method",
					fieldtype: "Select",
					label: __("Method"),
					reqd: 1,
					options: choices(
						"Call-back to Number on File",
						"Document Seen",
						"Knowledge Question",
						CODE,
					),
					// Not `depends_on`: to evaluate it, Frappe reads all fields again and discards what is being typed.
					change() {
						const method = dialog.get_value("method");
						const by_hand = method && method !== CODE ? 1 : 0;
						dialog.set_df_property("result", "hidden", 1 - by_hand);
						dialog.set_df_property("result", "reqd", by_hand);
						dialog.set_df_property("note", "hidden", 1 - by_hand);
					},
				},
				{
					fieldname: "result",
					fieldtype: "Select",
					label: __("Result"),
					options: choices("Confirmed", "Failed"),
					hidden: 1,
				},
				{
					fieldname: "note",
					fieldtype: "Small Text",
					label: __("Note"),
					description: __("What was asked or seen. Never enter the secret itself."),
					hidden: 1,
				},
			],
			primary_action_label: __("Continue"),
			primary_action: async (values) => {
				const about = { party_type, party, contact, client_interaction: interaction };
				const frm = client_comms.open_form("Client Interaction", interaction);
				await client_comms.save(frm);
				if (values.method === CODE) return client_comms.outgoing.ask_code(about, confirmed);
				await frappe.xcall("client_comms.api.verify_identity", { ...about, ...values });
				frappe.show_alert({ message: __("Recorded"), indicator: "green" });
				frm?.reload_doc();
				if (values.result === "Confirmed") confirmed?.();
			},
		});
		dialog.show();
	},

	/** Send a code to the client and enter what they read out. */
	async ask_code(about, then) {
		const { name, sent_to } = await frappe.xcall("client_comms.api.send_identity_code", about);
		client_comms.prompt(
			[{ fieldname: "code", fieldtype: "Data", label: __("Code"), reqd: 1 }],
			async ({ code }) => {
				const { confirmed, tries_left } = await frappe.xcall("client_comms.api.check_identity_code", {
					name,
					code,
				});
				if (confirmed) {
					frappe.show_alert({
						message: __("The client's identity is confirmed."),
						indicator: "green",
					});
					client_comms.open_form("Client Interaction", about.client_interaction)?.reload_doc();
					then?.();
					return;
				}
				frappe.msgprint({
					title: __("Wrong Code"),
					indicator: "red",
					message: tries_left
						? __("The code is wrong. Attempts left: {0}.", [tries_left])
						: __("The code is wrong, and there are no attempts left."),
				});
				if (tries_left) throw new Error("wrong code"); // the dialog takes another one
			},
			__("Code Sent to {0}", [sent_to]),
			__("Check"),
		);
	},
});
