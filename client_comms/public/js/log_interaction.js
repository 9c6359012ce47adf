frappe.provide("client_comms");

// On the documents of the CRM: log an interaction with the client, and see what the client is owed.
// One file serves several forms; Frappe runs it for each of them, so it registers itself once.
if (!client_comms.log_interaction) {
	const INTERACTION = "Client Interaction";
	const PARTY_TYPES = ["Customer", "Lead", "Prospect", "Supplier"];

	/** Where the interactions of a document are found, and what a new one of it begins with. */
	const RELATIONS = {
		Customer: ({ name }) => ({
			filters: { party_type: "Customer", party: name },
			values: { party_type: "Customer", party: name },
		}),
		Lead: ({ name, company }) => ({
			filters: { party_type: "Lead", party: name },
			values: { party_type: "Lead", party: name, company },
		}),
		Contact: ({ name, links }) => {
			const client = (links || []).find((link) => PARTY_TYPES.includes(link.link_doctype));
			return {
				filters: { contact: name },
				values: { contact: name, party_type: client?.link_doctype, party: client?.link_name },
			};
		},
		Opportunity: ({ name, opportunity_from, party_name, contact_person, company }) => ({
			filters: { reference_doctype: "Opportunity", reference_name: name },
			values: {
				party_type: opportunity_from,
				party: party_name,
				contact: contact_person,
				company,
				reference_doctype: "Opportunity",
				reference_name: name,
			},
		}),
		Issue: ({ name, customer, lead, contact, company }) => ({
			filters: { reference_doctype: "Issue", reference_name: name },
			values: {
				party_type: customer ? "Customer" : lead ? "Lead" : null,
				party: customer || lead,
				contact,
				company,
				reference_doctype: "Issue",
				reference_name: name,
			},
		}),
	};

	client_comms.log_interaction = (values) => {
		const dialog = new frappe.ui.Dialog({
			title: __("Log Interaction"),
			fields: [
				{
					fieldname: "communication_type",
					fieldtype: "Link",
					options: "Communication Type",
					label: __("Communication Type"),
					reqd: 1,
				},
				{
					fieldname: "channel",
					fieldtype: "Link",
					options: "Communication Channel",
					label: __("Channel"),
					reqd: 1,
				},
				{ fieldtype: "Column Break" },
				{
					fieldname: "direction",
					fieldtype: "Select",
					options: ["Inbound", "Outbound", "Internal"].map((value) => ({ value, label: __(value) })),
					label: __("Direction"),
					default: "Inbound",
					reqd: 1,
				},
				{
					fieldname: "occurred_on",
					fieldtype: "Datetime",
					label: __("Occurred On"),
					default: frappe.datetime.system_datetime(),
					reqd: 1,
				},
				{ fieldtype: "Section Break" },
				{ fieldname: "subject", fieldtype: "Data", label: __("Subject"), reqd: 1 },
				{ fieldname: "summary", fieldtype: "Small Text", label: __("Summary"), reqd: 1 },
				{
					fieldname: "responsible_staff",
					fieldtype: "Link",
					options: "User",
					label: __("Responsible Staff"),
					default: frappe.session.user,
					reqd: 1,
					get_query: () => ({
						query: "client_comms.api.queries.responsible_staff",
						filters: {
							company: values.company || frappe.defaults.get_user_default("Company"),
							communication_type: dialog.get_value("communication_type"),
						},
					}),
				},
			],
			primary_action_label: __("Log"),
			async primary_action(entered) {
				const interaction = await frappe.xcall("client_comms.api.log_interaction", {
					...values,
					...entered,
				});
				dialog.hide();
				const link = frappe.utils.get_form_link(INTERACTION, interaction.name, true);
				frappe.show_alert({ message: __("Logged as {0}", [link]), indicator: "green" });
				cur_frm?.reload_doc();
			},
			secondary_action_label: __("Edit in Full"),
			secondary_action() {
				dialog.hide();
				frappe.new_doc(INTERACTION, { ...values, ...dialog.get_values(true) });
			},
		});
		dialog.show();
	};

	for (const doctype of Object.keys(RELATIONS)) {
		frappe.ui.form.on(doctype, {
			refresh(frm) {
				if (frm.is_new()) return;
				const { filters, values } = RELATIONS[doctype](frm.doc);
				if (frappe.model.can_create(INTERACTION)) {
					frm.add_custom_button(
						__("Log Interaction"),
						() => client_comms.log_interaction(values),
						__("Create")
					);
				}
				if (frappe.model.can_read(INTERACTION)) show_debts(frm, filters);
			},
		});
	}

	/** What the client is owed, as far as the user may see it: a line each, the most urgent first. */
	async function show_debts(frm, filters) {
		await frappe.model.with_doctype(INTERACTION);
		const debts = await frappe.db.get_list(INTERACTION, {
			fields: ["name", "subject", "next_deadline"],
			filters: { ...filters, clock_state: "Running" },
			order_by: "next_deadline asc",
			limit: 4,
		});
		frm.layout.message.find(".client-comms-debts").closest(".form-message").remove();
		if (!debts.length || frm.is_new()) return;

		const it = client_comms.interaction;
		const lines = debts.slice(0, 3).map(({ name, subject, next_deadline }) => {
			const link = `<a href="${frappe.utils.get_form_link(INTERACTION, name)}">
					<strong>${frappe.utils.escape_html(subject)}</strong></a>`;
			return `<div>${__("{0}: a reply is owed by {1} – {2}", [
				link,
				it.when(next_deadline),
				it.relative(next_deadline),
			])}</div>`;
		});
		if (debts.length > 3) {
			const list = frappe.utils.generate_route({ name: INTERACTION, type: "DocType" });
			lines.push(`<a data-action="show-all" href="${list}">${__("Show All")}</a>`);
		}
		frm.layout.show_message(
			`<div class="client-comms-debts">${lines.join("")}</div>`,
			it.deadline_color(debts[0].next_deadline),
			true
		);
		frm.layout.message.find("[data-action=show-all]").on("click", () => {
			frappe.route_options = { ...filters, clock_state: "Running" };
		});
	}
}
