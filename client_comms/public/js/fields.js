frappe.provide("client_comms.fields");

// Fields that forms, dialogs and reports have in common.
Object.assign(client_comms.fields, {
	CLIENT_TYPES: ["Customer", "Lead", "Prospect", "Supplier"],

	/** Which kind of client. Not a link to DocType, which version 16 only lets those filter by who can read DocTypes. */
	client_type(more) {
		return {
			fieldname: "party_type",
			label: __("Client Type"),
			fieldtype: "Select",
			options: ["", ...this.CLIENT_TYPES].map((value) => ({ value, label: __(value) })),
			...more,
		};
	},

	/** Today on the site: what is stored has its days, and where it is still yesterday, what just happened would be of tomorrow. */
	today: () => frappe.datetime.system_datetime().slice(0, 10),

	/** The first and the last day of a report, from so many days, or so many months, ago until today. */
	period({ days, months }) {
		const today = this.today();
		const from = days
			? frappe.datetime.add_days(today, -days)
			: frappe.datetime.add_months(today, -months);
		return [
			{
				fieldname: "from_date",
				label: __("From", null, "Period"),
				fieldtype: "Date",
				default: from,
				reqd: 1,
			},
			{
				fieldname: "to_date",
				label: __("To", null, "Period"),
				fieldtype: "Date",
				default: today,
				reqd: 1,
			},
		];
	},

	/** A link to a user of the desk, for staff who cannot list users. */
	colleague(fieldname, label, more) {
		return {
			fieldname,
			label,
			fieldtype: "Link",
			options: "User",
			shows_names: 1,
			get_query: () => ({ query: "client_comms.api.queries.colleagues" }),
			...more,
		};
	},

	/** Why something is done, which has to be entered. */
	reason(description) {
		return { fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1, description };
	},

	/** The address of a client to which a link is sent. */
	send_to() {
		return {
			fieldname: "address",
			fieldtype: "Data",
			options: "Email",
			label: __("Send To"),
			description: __("One of the client's addresses on file. Leave empty to use the first one."),
		};
	},

	/** What a field for responsible staff says below the users: Frappe would read out the arguments of the query as filters. */
	who_is_offered: () =>
		__(
			"Only users with clearance for the level and a role that the matrix makes responsible are offered.",
		),

	/**
	 * Restricts the client of a form to clients, and its contact to those of the client.
	 *
	 * @param {boolean} contact_first whether a contact can be chosen first, which says who the client is
	 */
	query_client(frm, contact_first = false) {
		frm.set_query("party_type", () => ({ filters: { name: ["in", this.CLIENT_TYPES] } }));
		frm.set_query("contact", ({ party_type, party }) =>
			contact_first && !party
				? {}
				: {
						query: "frappe.contacts.doctype.contact.contact.contact_query",
						filters: { link_doctype: party_type, link_name: party },
					},
		);
	},

	/** The client whom a document is, or for whom a Contact speaks. */
	client_of({ doctype, name, links }) {
		if (doctype !== "Contact") return { party_type: doctype, party: name };
		const link = (links || []).find(({ link_doctype }) => this.CLIENT_TYPES.includes(link_doctype));
		return { contact: name, party_type: link?.link_doctype, party: link?.link_name };
	},
});
