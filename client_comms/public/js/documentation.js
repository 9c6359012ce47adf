frappe.provide("client_comms.documentation");

// On an interaction: the ways to provide documentation that is missing.
Object.assign(client_comms.documentation, {
	/** Name emails and files in the table by their titles. */
	show_titles(frm) {
		const titles = frm.doc.__onload?.evidence_titles || {};
		for (const { reference_doctype, reference_name } of frm.doc.evidence || []) {
			if (titles[reference_name]) {
				frappe.utils.add_link_title(reference_doctype, reference_name, titles[reference_name]);
			}
		}
		frm.refresh_field("evidence");
	},

	/** The email dialog with a summary of the conversation: sent, it is the copy that is missing. */
	async summarise(frm) {
		const { subject, content, email_template, recipient } = await frappe.xcall(
			"client_comms.api.client_summary",
			{ name: frm.docname },
		);
		const composer = new frappe.views.CommunicationComposer({
			doc: frm.doc,
			frm,
			subject,
			message: content,
			recipients: recipient,
			client_comms_send_as: "summary",
		});
		if (email_template) composer.dialog.set_value("email_template", email_template);
	},

	generate(frm, { method }) {
		const { actions } = client_comms;
		return actions.run(actions.of_form(frm), "generate_documentation", { method });
	},

	waive(frm, { method }) {
		client_comms.prompt(
			client_comms.fields.reason(),
			({ reason }) => {
				const { actions } = client_comms;
				return actions.run(actions.of_form(frm), "waive_documentation", { method, reason });
			},
			__("{0} Does Not Apply", [__(method)]),
			__("Confirm"),
		);
	},

	/** Offer the client's emails, files and documents by their titles; a note or a file will do where the method says so. */
	async choose(frm, { method, kind }) {
		const choices = await frappe.xcall("client_comms.api.evidence_choices", {
			name: frm.docname,
			method,
		});
		const text = frappe.utils.escape_html;
		const list = choices
			.map(
				(
					{ reference_doctype, title, details },
					index,
				) => `<label class="d-flex align-items-start mb-2">
					<input type="radio" name="evidence" value="${index}" class="mt-1 mr-2">
					<span>${text(title)}<br><span class="text-muted small">${text(__(reference_doctype))} · ${text(details)}</span></span>
				</label>`,
			)
			.join("");
		const nothing = `<p class="text-muted">${__("There is nothing suitable for this client yet.")}</p>`;
		const takes_file = ["File", "Note"].includes(kind);
		const dialog = client_comms.dialog({
			title: __("Evidence for {0}", [__(method)]),
			fields: [
				{ fieldname: "choices", fieldtype: "HTML", options: list || nothing },
				{
					fieldname: "file",
					fieldtype: "Attach",
					label: __("Or Attach a File"),
					hidden: takes_file ? 0 : 1,
				},
				{
					fieldname: "note",
					fieldtype: "Small Text",
					label: __("Note"),
					hidden: kind === "Note" ? 0 : 1,
				},
			],
			primary_action_label: __("Add"),
			async primary_action({ file, note }) {
				const chosen = choices[dialog.$wrapper.find("[name=evidence]:checked").val()];
				if (!chosen && !file && !note) frappe.throw(__("Choose something from the list first."));
				const row = frm.add_child("evidence", {
					documentation_method: method,
					reference_doctype: chosen?.reference_doctype,
					reference_name: chosen?.reference_name,
					file: file || (kind === "File" || kind === "Note" ? chosen?.file : undefined),
					note,
				});
				try {
					await client_comms.save(frm);
				} catch (refusal) {
					// It is still in the dialog, from which it would be added once more.
					frappe.model.clear_doc(row.doctype, row.name);
					frm.refresh_field("evidence");
					throw refusal;
				}
			},
		});
		dialog.show();
	},
});
