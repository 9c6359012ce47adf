// D-4: a person's details are verified, and confirmed from time to time.
frappe.ui.form.on("Contact", {
	refresh(frm) {
		if (frm.is_new() || !frm.perm[0]?.write) return;
		frm.add_custom_button(__("Confirm Details"), () => confirm_details(frm));
	},
});

function confirm_details(frm) {
	client_comms.prompt(
		{
			fieldname: "verified_how",
			fieldtype: "Select",
			label: __("Verification Method"),
			options: frappe.meta.get_docfield("Contact", "verified_how").options,
			reqd: 1,
			description: __("These details were confirmed with the client today."),
		},
		async ({ verified_how }) => {
			await client_comms.save(frm);
			await frappe.xcall("client_comms.api.confirm_details", { contact: frm.docname, verified_how });
			await frm.reload_doc();
			frappe.show_alert({ message: __("Details confirmed"), indicator: "green" });
		},
		__("Confirm Details"),
		__("Confirm"),
	);
}

/** The refusal of a save can come when its form was left: what was entered cannot be saved from another one. */
function say_it_was_left(name) {
	frappe.msgprint({
		title: __("Details Not Saved"),
		message: __("The form of {0} is no longer open. Open it, enter the change again and save it.", [
			frappe.utils.escape_html(name).bold(),
		]),
		indicator: "orange",
	});
}

/** The next step of a save that says not how an added address or number was verified: states it, and saves. */
client_comms.state_verification = ({ name }) => {
	frappe.hide_msgprint();
	const frm = client_comms.open_form("Contact", name);
	if (!frm) {
		say_it_was_left(name);
		return;
	}
	client_comms.prompt(
		{
			fieldname: "verified_how",
			fieldtype: "Select",
			label: __("Verification Method"),
			options: frappe.meta.get_docfield("Contact", "verified_how").options,
			reqd: 1,
		},
		async ({ verified_how }) => {
			const today = frappe.datetime.system_datetime().slice(0, 10);
			await frm.set_value({ verified_how, details_confirmed_on: today });
			await client_comms.save(frm);
		},
		__("Verification Method"),
		__("Save"),
	);
};
