frappe.provide("client_comms.outgoing");

// Users who cannot write to a client about a record hand over to a user who can.
Object.assign(client_comms.outgoing, {
	/** No one writes what will be refused: users who cannot send learn so at once, and hand over. */
	async require_may_write({ doc, dialog }) {
		if (!["Client Interaction", "Issue", "Lead", "Opportunity"].includes(doc?.doctype)) return;
		const about = { doctype: doc.doctype, name: doc.name };
		const writers = await frappe.xcall("client_comms.api.who_may_write", about);
		if (writers.allowed) return;
		const close = () => {
			dialog.$wrapper.one("hidden.bs.modal", () => this.hand_over(about, writers));
			dialog.hide();
		};
		// Bootstrap closes nothing that is still opening.
		dialog.display ? close() : dialog.$wrapper.one("shown.bs.modal", close);
	},

	/** What to do if no user can write to the client. */
	no_one_can: ({ managers }) =>
		__(
			"No user can email the client at this level. Reach them another way and log that, or ask {0} to change the clearances of the level.",
			[managers || __("a Client Communications Manager")],
		),

	/** Whom the user may ask to write to the client instead, and a click to do so. */
	hand_over({ doctype, name }, writers) {
		const { reasons, people, may_hand_over } = writers;
		const text = frappe.utils.escape_html;
		const listed = (lines) => `<ul class="pl-4">${lines.map((line) => `<li>${line}</li>`).join("")}</ul>`;
		const why = [
			`<p>${__("You cannot write to the client about this.")}</p>`,
			listed(reasons),
			`<p>${people.length ? __("These users can:") : text(this.no_one_can(writers))}</p>`,
			listed(people.map(({ full_name }) => text(full_name))),
		].join("");
		const fields = [{ fieldname: "why", fieldtype: "HTML", options: why }];
		if (!may_hand_over) {
			new frappe.ui.Dialog({ title: __("You May Not Send This"), fields }).show();
			return;
		}
		const may_be_responsible = (user) => people.find((each) => each.user === user)?.may_be_responsible;
		const dialog = client_comms.dialog({
			title: __("You May Not Send This"),
			fields: [
				...fields,
				{
					fieldname: "to",
					fieldtype: "Select",
					label: __("Hand Over To"),
					options: people.map(({ user, full_name }) => ({ value: user, label: text(full_name) })),
					default: people[0].user,
					reqd: 1,
					change: () => offer_responsibility(),
				},
				{
					fieldname: "responsible",
					fieldtype: "Check",
					label: __("Make them responsible"),
					description: __("Otherwise they get an action item and you stay responsible."),
					hidden: 1,
				},
				{ fieldname: "note", fieldtype: "Small Text", label: __("What to Tell the Client") },
			],
			primary_action_label: __("Hand Over"),
			async primary_action({ to, note, responsible }) {
				const frm = client_comms.open_form(doctype, name);
				await client_comms.save(frm);
				await frappe.xcall("client_comms.api.hand_over", {
					doctype,
					name,
					to,
					note,
					responsible: responsible && may_be_responsible(to) ? 1 : 0,
				});
				const whom = people.find(({ user }) => user === to).full_name;
				frappe.show_alert({
					message: __("{0} was asked to write to the client", [text(whom)]),
					indicator: "green",
				});
				frm?.reload_doc();
			},
		});
		function offer_responsibility() {
			const offered = may_be_responsible(dialog.get_value("to"));
			dialog.set_df_property("responsible", "hidden", offered ? 0 : 1);
		}
		dialog.show();
		offer_responsibility();
	},
});
