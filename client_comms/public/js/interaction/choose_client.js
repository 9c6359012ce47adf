frappe.provide("client_comms.choose_client");

// The next step for an interaction with a caller who is not known yet: choose the client, or record them first.
Object.assign(client_comms.choose_client, {
	NEW: ["Lead", "Customer"],

	may: (frm) =>
		!frm.doc.party &&
		!frm.doc.contact &&
		frm.perm[0]?.write &&
		Boolean(frm.doc.__onload?.actions?.length),

	ask(frm) {
		let chosen = null;
		const given = frm.doc.party_name || "";
		const known = client_comms.parts_of_caller(given);
		const begin = known.name || known.number;
		const dialog = client_comms.dialog({
			title: __("Choose Client"),
			fields: [
				// It begins with who called; what is typed replaces that.
				{ fieldname: "caller", fieldtype: "Data", label: __("Client"), reqd: 1, default: begin },
				{ fieldname: "found", fieldtype: "HTML" },
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Reason"),
					max_height: "60px",
					description: __("Required if a deadline is another one for this client."),
					hidden: client_comms.interaction.has_counted(frm.doc) ? 0 : 1,
				},
			],
			primary_action_label: __("Confirm"),
			primary_action: async ({ reason }) => {
				if (!chosen) {
					const text = __("Choose one of the clients that are found.");
					if (!found.$wrapper.html()) {
						found.$wrapper.html(`<div class="small mb-3" role="status">${text}</div>`);
					}
					caller.$input.trigger("focus");
					throw new Error("client missing");
				}
				await this.set(frm, { ...chosen, ...(reason ? { reclassification_reason: reason } : {}) });
			},
		});
		const { caller, found } = dialog.fields_dict;
		const search = client_comms.caller_search(caller, ({ doctype, title, values }) => {
			chosen = doctype && (values.party || values.contact) ? this.client_in(values) : null;
			// With the number, if the name is the one that was entered.
			found.$wrapper.html(chosen ? "" : this.record_first(title === begin ? given : title));
		});
		dialog.$wrapper.one("shown.bs.modal", () => {
			caller.$input.trigger("select");
			search();
		});
		dialog.show();
		// Another name is another client, until one is chosen.
		caller.$input.on("input", () => (chosen = null));
		found.$wrapper.on("click", "[data-new]", ({ currentTarget }) => {
			const { new: doctype, text } = currentTarget.dataset;
			dialog.hide();
			frappe.new_doc(doctype, this.values_of_new(doctype, text));
		});
	},

	client_in: ({ party_type, party, contact }) => ({
		...(party ? { party_type, party } : {}),
		...(contact ? { contact } : {}),
	}),

	async set(frm, fieldname) {
		await client_comms.save(frm);
		const { doctype, docname: name } = frm;
		await frappe.xcall("frappe.client.set_value", { doctype, name, fieldname }, "POST");
		await frm.reload_doc();
	},

	record_first(text) {
		const button = (doctype) =>
			`<button type="button" class="btn btn-xs btn-default" data-new="${doctype}"
				data-text="${frappe.utils.escape_html(text)}">${__("New {0}", [__(doctype)])}</button>`;
		const buttons = this.NEW.filter((doctype) => frappe.model.can_create(doctype)).map(button);
		return `<div class="small mb-3" role="status">
			${__("This client is not recorded yet. Record them first, then choose them here.")}
			${buttons.join(" ")}
		</div>`;
	},

	values_of_new(doctype, text) {
		const { name, number } = client_comms.parts_of_caller(text);
		if (doctype === "Customer") return { customer_name: name };
		const address = number.includes("@") ? { email_id: number } : { mobile_no: number };
		return { first_name: name, ...address };
	},
});
