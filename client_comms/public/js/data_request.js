frappe.provide("client_comms");

/** Staff enter what a client asked of them. Only Compliance Officers see it afterwards, so the deadline is told here. */
client_comms.enter_data_request = ({ interaction, party_type, party, contact, received_on }) => {
	const rights = ["Access", "Rectification", "Erasure", "Restriction", "Objection", "Portability"];
	client_comms.prompt(
		[
			{
				fieldname: "right",
				fieldtype: "Select",
				label: __("Right of the Client"),
				reqd: 1,
				// Frappe would choose the first one.
				options: ["", ...rights].map((value) => ({ value, label: __(value) })),
			},
			{
				fieldname: "received_on",
				fieldtype: "Date",
				label: __("Received On"),
				default: received_on,
				description: __("When the client asked. Leave empty if it was just now."),
			},
			{ fieldname: "details", fieldtype: "Small Text", label: __("Details") },
		],
		async (values) => {
			const { due_on } = await frappe.xcall(
				"client_comms.api.subject_requests.enter_request",
				{ client_interaction: interaction, party_type, party, contact, ...values },
				"POST",
			);
			frappe.msgprint({
				title: __("Request Entered"),
				message: __("The Compliance Officers see it now. It must be answered by {0}.", [
					frappe.datetime.str_to_user(frappe.datetime.convert_to_user_tz(due_on)),
				]),
				indicator: "green",
			});
		},
		__("New Data Subject Request"),
		__("Enter"),
	);
};

/** The field for how a client is told who gets no emails, or who wants to be told in another way. */
client_comms.told_otherwise = (frm, label = __("Told in Another Way")) => {
	const required = frm.doc.__onload?.gets_email === false;
	return {
		fieldname: "otherwise",
		fieldtype: "Small Text",
		label,
		reqd: required ? 1 : 0,
		description: required
			? __(
					"The client has no confirmed email address that gets emails. Use another way, such as a letter, and enter it with its date.",
				)
			: __("Such as a letter, with its date. Then no email is sent."),
	};
};

/** The field for what a client is told, in the language that they read. */
client_comms.told = (frm, { description, ...values } = {}) => {
	const language = frm.doc.__onload?.write_in;
	const hint = language && __("Write it in {0}, the language of the rest of the message.", [language]);
	return {
		fieldname: "answer",
		fieldtype: "Small Text",
		label: __("What the Client Is Told"),
		reqd: 1,
		...values,
		description: [description, hint].filter(Boolean).join(" "),
	};
};
