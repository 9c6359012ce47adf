frappe.provide("client_comms");

// On the forms of clients and contacts: view and change how the client wants to be contacted.
// One file serves several forms; Frappe runs it for each of them, so it registers itself once.
if (!client_comms.open_preference) {
	const PREFERENCE = "Communication Preference";

	/** The preference of exactly this client or contact, or a new one. */
	client_comms.open_preference = async (client) => {
		const filters = client.contact
			? { contact: client.contact }
			: { ...client, contact: ["is", "not set"] };
		const [found] = await frappe.db.get_list(PREFERENCE, {
			filters,
			order_by: "confirmed_on desc",
			limit: 1,
		});
		if (found) frappe.set_route("Form", PREFERENCE, found.name);
		else frappe.new_doc(PREFERENCE, client);
	};

	for (const doctype of [...client_comms.fields.CLIENT_TYPES, "Contact"]) {
		frappe.ui.form.on(doctype, {
			refresh(frm) {
				if (frm.is_new() || !frappe.model.can_read(PREFERENCE)) return;
				frm.add_custom_button(
					__("Communication Preference"),
					() => client_comms.open_preference(client_comms.fields.client_of(frm.doc)),
					__("View"),
				);
			},
		});
	}
}
