frappe.provide("client_comms");

// The dialog that logs an interaction, wherever it is opened.

/** What a log would become (`html` says it), for the dialog and the form that log one. */
client_comms.what_becomes = async ({
	communication_type,
	company,
	party_type,
	party,
	contact,
	responsible_staff,
}) => {
	const about = { communication_type, company, party_type, party, contact, responsible_staff };
	const found = await frappe.xcall("client_comms.api.simulate_log", about);
	const bold = (text) => `<b>${frappe.utils.escape_html(text)}</b>`;
	const lines = [];
	if (!found.level) lines.push(__("The communication matrix in force has no rule for this type."));
	else lines.push(__("Level: {0}", [bold(__(found.level))]));
	if (found.responsible_staff && found.responsible_staff !== frappe.session.user) {
		lines.push(__("{0} becomes responsible and is notified.", [bold(found.responsible_name)]));
	}
	if (found.level && !found.may_read) {
		lines.push(__("After logging it, you will not be able to read it."));
	}
	const html = `<div class="text-muted small" role="status">${lines.map((line) => `<div>${line}</div>`).join("")}</div>`;
	return { ...found, html };
};

/** What became of a log; without a link for who may not read it. */
client_comms.tell_logged = ({ name, responsible_name, may_read }) => {
	const message = may_read
		? __("Logged as {0}", [frappe.utils.get_form_link("Client Interaction", name, true)])
		: __("Logged as {0}. {1} is now responsible and has been notified.", [
				name,
				`<b>${frappe.utils.escape_html(responsible_name)}</b>`,
			]);
	frappe.show_alert({ message, indicator: "green" }, may_read ? 7 : 15);
};

/** @param values what is known already: the client, the document it is about, the company */
client_comms.log_interaction = (values) => {
	const dialog = client_comms.dialog({
		title: __("Log Interaction"),
		fields: [
			{
				fieldname: "communication_type",
				fieldtype: "Link",
				options: "Communication Type",
				label: __("Communication Type"),
				reqd: 1,
				change: () => show_what_becomes(),
			},
			{
				fieldname: "channel",
				fieldtype: "Link",
				options: "Communication Channel",
				label: __("Channel"),
				reqd: 1,
				change: () => show_preference(),
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "direction",
				fieldtype: "Select",
				options: ["Inbound", "Outbound", "Internal"].map((value) => ({ value, label: __(value) })),
				label: __("Direction"),
				default: "Inbound",
				reqd: 1,
				change() {
					const outbound = dialog.get_value("direction") === "Outbound";
					dialog.set_df_property("outgoing_reason", "hidden", outbound ? 0 : 1);
					show_preference();
				},
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
				fieldname: "outgoing_reason",
				fieldtype: "Small Text",
				label: __("Reason for Proceeding"),
				description: __(
					"Required if the client prefers another channel or their identity is not confirmed.",
				),
				// Not `depends_on`: to evaluate it, Frappe reads all fields again and discards what is being typed.
				hidden: 1,
			},
			{
				fieldname: "responsible_staff",
				fieldtype: "Link",
				options: "User",
				label: __("Responsible Staff"),
				reqd: 1,
				get_query: () => ({
					query: "client_comms.api.queries.responsible_staff",
					filters: {
						company: values.company || frappe.defaults.get_user_default("Company"),
						communication_type: dialog.get_value("communication_type"),
					},
				}),
				change: () => show_what_becomes(),
			},
			{ fieldname: "becomes", fieldtype: "HTML" },
		],
		primary_action_label: __("Log"),
		async primary_action({ becomes, ...entered }) {
			const logged = await frappe.xcall(
				"client_comms.api.log_interaction",
				{ ...values, ...entered },
				"POST",
			);
			client_comms.tell_logged(logged);
			cur_frm?.reload_doc();
		},
		secondary_action_label: __("Edit in Full"),
		secondary_action() {
			const { becomes, ...entered } = dialog.get_values(true);
			dialog.hide();
			frappe.new_doc("Client Interaction", { ...values, ...entered });
		},
	});

	/** Whose it becomes, proposed with the type until somebody is chosen, and what that means for whoever logs it. */
	let proposed = null;
	async function show_what_becomes() {
		const communication_type = dialog.get_value("communication_type");
		if (!communication_type) return;
		const chosen = dialog.get_value("responsible_staff");
		const kept = chosen && chosen !== proposed ? chosen : null;
		const found = await client_comms.what_becomes({
			...values,
			communication_type,
			responsible_staff: kept,
		});
		if (communication_type !== dialog.get_value("communication_type")) return; // another by now
		if (!kept && found.responsible_staff !== chosen) {
			proposed = found.responsible_staff;
			dialog.set_value("responsible_staff", proposed);
		}
		dialog.fields_dict.becomes.$wrapper.html(found.html);
	}

	/** The client's channel preference, and its result for the chosen channel. */
	async function show_preference() {
		if (!frappe.model.can_read("Communication Preference")) return;
		const { party_type, party, contact } = values;
		const { description, message } = await frappe.xcall("client_comms.api.communication_preference", {
			party_type,
			party,
			contact,
			channel: dialog.get_value("channel") || null,
		});
		const outbound = dialog.get_value("direction") === "Outbound";
		dialog.fields_dict.channel.set_description((outbound && message) || description);
	}

	dialog.show();
	show_preference();
};
