frappe.provide("client_comms.feedback");

// On an interaction: the hint that it reads like a complaint, and the details for which closing feedback asks (F-1, F-3).
Object.assign(client_comms.feedback, {
	/** HTML for the banner. */
	hint(frm) {
		const { complaint_words, not_a_complaint, is_feedback, status } = frm.doc;
		if (!complaint_words || not_a_complaint || is_feedback || status === "Closed") return "";
		const words = frappe.utils.escape_html(complaint_words);
		const link = (act, label) => `<a href="#" class="ml-2" data-complaint="${act}">${label}</a>`;
		const links = frm.perm[0]?.write
			? link("retype", __("Change to Feedback")) + link("dismiss", __("Not a Complaint"))
			: "";
		return `<div class="small complaint-hint">${__("Reads like a complaint: {0}", [words])}${links}</div>`;
	},

	/** Make the links of `hint` work. */
	bind(frm, $message) {
		$message.find("[data-complaint]").on("click", (event) => {
			event.preventDefault();
			this[event.currentTarget.dataset.complaint](frm);
		});
	},

	async retype(frm) {
		await client_comms.save(frm);
		const { may_read, responsible_name, communication_type } = await frappe.xcall(
			"client_comms.api.retype_as_feedback",
			{ name: frm.docname },
			"POST",
		);
		const responsible = `<b>${frappe.utils.escape_html(responsible_name)}</b>`;
		const message = responsible_name
			? __("This is now {0}. {1} is responsible.", [__(communication_type), responsible])
			: __("This is now {0}.", [__(communication_type)]);
		frappe.show_alert({ message, indicator: "green" }, 15);
		// Opening it would be refused.
		if (may_read) frm.reload_doc();
		else frappe.set_route("List", frm.doctype);
	},

	dismiss(frm) {
		const { actions } = client_comms;
		return actions.run(actions.of_form(frm), "not_a_complaint");
	},

	/** Ask for the missing details, save them, and then call `close`. */
	ask_and_close(frm, close) {
		if (!frm.doc.__onload?.feedback_missing?.length) return close();
		return this.ask(frm, close);
	},

	/** Who can create the first category. */
	no_category(creators) {
		if (frappe.model.can_create("Feedback Category")) {
			return __("There are no categories yet. You can create the first one here.");
		}
		if (!creators) return __("There are no categories yet.");
		return __("There are no categories yet. Ask one of these to create some: {0}.", [
			frappe.utils.escape_html(creators),
		]);
	},

	/** Ask for the details of the feedback and save them, then do what comes `next`: without that, what is known so far is enough. */
	ask(frm, next) {
		const always = ["feedback_kind", "feedback_category"];
		const of_complaints = ["severity", "upheld", "root_cause"];
		const optional = ["remedy", "redress_amount", "vulnerable_client"];
		const is_complaint = (kind) => kind === "Complaint";
		const creators = frm.doc.__onload?.category_creators;
		const without_category = creators === undefined ? [] : ["feedback_category"];
		const fields = [...always, ...of_complaints, ...optional].map((fieldname) => {
			const { fieldtype, options, label } = frappe.meta.get_docfield(
				frm.doctype,
				fieldname,
				frm.docname,
			);
			const shown = always.includes(fieldname) || is_complaint(frm.doc.feedback_kind);
			return {
				fieldname,
				fieldtype,
				// In the words of the form: Frappe would translate them without the context.
				options:
					fieldtype === "Select"
						? options.split("\n").map((value) => ({ value, label: __(value, null, frm.doctype) }))
						: options,
				label: __(label, null, frm.doctype),
				default: frm.doc[fieldname],
				reqd: next && shown && ![...optional, ...without_category].includes(fieldname),
				description: without_category.includes(fieldname) ? this.no_category(creators) : "",
				hidden: !shown,
			};
		});
		const dialog = client_comms.prompt(
			fields,
			async (values) => {
				await frm.set_value(values);
				await client_comms.save(frm);
				await next?.();
			},
			__("Details of the Feedback"),
			next ? __("Save and Close") : __("Save"),
		);
		// Not `depends_on`: to evaluate it, Frappe reads all fields again and discards what is being typed.
		dialog.get_field("feedback_kind").$input.on("change", ({ target }) => {
			for (const fieldname of [...of_complaints, ...optional]) {
				dialog.set_df_property(fieldname, "hidden", !is_complaint(target.value));
				dialog.set_df_property(
					fieldname,
					"reqd",
					next && of_complaints.includes(fieldname) && is_complaint(target.value),
				);
			}
		});
		return dialog;
	},
});
