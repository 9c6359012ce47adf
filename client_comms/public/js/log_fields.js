frappe.provide("client_comms");

/** The fields of the dialog that logs an interaction; `log` is what the dialog belongs to (log_dialog.js). */
client_comms.fields_of_log = (log) => {
	const suggest = () => log.suggest_later();
	const caller = [
		{ fieldname: "caller", fieldtype: "Data", label: __("Client") },
		{ fieldname: "caller_name", fieldtype: "Data", label: __("Name of the Caller"), hidden: 1 },
		{ fieldname: "caller_number", fieldtype: "Data", label: __("Number or Email"), hidden: 1 },
	];
	const known = {
		fieldname: "known",
		fieldtype: "HTML",
		options: `<div class="form-group">
			<div class="clearfix"><span class="control-label">${__("Client")}</span></div>
			<div class="control-value like-disabled-input">${frappe.utils.escape_html(log.on_screen?.title || "")}</div>
		</div>`,
	};
	return [
		...(log.asks ? caller : [known]),
		{ fieldname: "found", fieldtype: "HTML" },
		{ fieldname: "subject", fieldtype: "Data", label: __("Subject"), reqd: 1, change: suggest },
		{
			fieldname: "summary",
			fieldtype: "Small Text",
			label: __("Summary"),
			reqd: 1,
			max_height: "90px",
			change: suggest,
		},
		{ fieldtype: "Section Break" },
		{
			fieldname: "communication_type",
			fieldtype: "Link",
			options: "Communication Type",
			label: __("Communication Type"),
			reqd: 1,
			change: () => log.show_what_becomes(),
		},
		{
			fieldname: "channel",
			fieldtype: "Link",
			options: "Communication Channel",
			label: __("Channel"),
			reqd: 1,
			default: log.asks ? "Phone" : null,
			change: () => {
				log.show_preference();
				log.show_what_was_said();
			},
		},
		{ fieldtype: "Column Break" },
		{
			fieldname: "direction",
			fieldtype: "Select",
			options: ["Inbound", "Outbound", "Internal"].map((value) => ({ value, label: __(value) })),
			label: __("Direction"),
			default: "Inbound",
			reqd: 1,
			change: () => {
				log.show_preference();
				log.show_what_was_said();
				log.show_what_becomes();
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
		{
			fieldname: "caller_identity",
			fieldtype: "Select",
			label: __("Identity of the Caller"),
			description: __(
				"How it was confirmed before anything about the client was said, or that nothing was.",
			),
			options: [
				"",
				"Nothing Disclosed",
				"Call-back to Number on File",
				"Document Seen",
				"Knowledge Question",
				"Not Confirmed",
			].map((value) => ({ value, label: __(value) })),
			hidden: 1,
			change: () => log.show_what_was_said(),
		},
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
			shows_names: 1,
			label: __("Responsible Staff"),
			reqd: 1,
			filter_description: client_comms.fields.who_is_offered(),
			get_query: () => ({
				query: "client_comms.api.queries.responsible_staff",
				filters: {
					company: log.client.company || frappe.defaults.get_user_default("Company"),
					communication_type: log.dialog.get_value("communication_type"),
				},
			}),
			change: () => log.show_what_becomes(),
		},
		{ fieldname: "becomes", fieldtype: "HTML" },
		{ fieldtype: "Section Break", label: __("Third Party"), collapsible: 1 },
		{
			fieldname: "third_party",
			fieldtype: "Link",
			options: "Third Party",
			label: __("Third Party"),
			description: __(
				"If it was with someone else about the client, such as their adviser: the client's consent is checked for them.",
			),
			get_query: () => ({ filters: { disabled: 0 } }),
			change: () => log.show_what_was_said(),
		},
		{ fieldtype: "Section Break", label: __("Action Items"), collapsible: 1 },
		{
			fieldname: "action_items",
			fieldtype: "Table",
			in_place_edit: true,
			data: [],
			fields: [
				{
					fieldname: "description",
					fieldtype: "Data",
					label: __("Description"),
					in_list_view: 1,
					columns: 5,
				},
				{
					...client_comms.fields.colleague("assigned_to", __("Assigned To")),
					in_list_view: 1,
					columns: 3,
				},
				{
					fieldname: "due_on",
					fieldtype: "Date",
					label: __("Due On"),
					in_list_view: 1,
					columns: 2,
				},
			],
		},
	];
};
