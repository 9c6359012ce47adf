frappe.provide("client_comms");

// D-4, on Contact and Lead: how an added address or number was verified.
// One file serves several forms; Frappe runs it for each of them, so it defines itself once.
if (!client_comms.state_verification) {
	/** The refusal of a save can come when its form was left: what was entered cannot be saved from another one. */
	const say_it_was_left = (name) =>
		frappe.msgprint({
			title: __("Details Not Saved"),
			message: __("The form of {0} is no longer open. Open it, enter the change again and save it.", [
				frappe.utils.escape_html(name).bold(),
			]),
			indicator: "orange",
		});

	/** The next step of a save that says not how an added address or number was verified: states it, and saves. */
	client_comms.state_verification = ({ doctype, name }) => {
		frappe.hide_msgprint();
		const frm = client_comms.open_form(doctype, name);
		if (!frm) {
			say_it_was_left(name);
			return;
		}
		client_comms.prompt(
			{
				fieldname: "verified_how",
				fieldtype: "Select",
				label: __("Verification Method"),
				options: frappe.meta.get_docfield(doctype, "verified_how").options,
				reqd: 1,
			},
			async ({ verified_how }) => {
				await frm.set_value({
					verified_how,
					details_confirmed_on: client_comms.fields.today(),
				});
				await client_comms.save(frm);
			},
			__("Verification Method"),
			__("Save"),
		);
	};
}
