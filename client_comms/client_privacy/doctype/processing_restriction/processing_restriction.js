const API = "client_comms.api.restrictions";
const IN_FORCE = ["Active", "Lifting Announced"];

frappe.ui.form.on("Processing Restriction", {
	refresh(frm) {
		if (frm.is_new() || !IN_FORCE.includes(frm.doc.status)) return;
		if (!frappe.user.has_role("Compliance Officer") && frappe.session.user !== "Administrator") return;
		frm.add_custom_button(__("Allow an Exception"), () => allow(frm));
		if (frm.doc.status === "Active") {
			frm.add_custom_button(__("Announce"), () => announce(frm)).addClass("btn-primary");
			return;
		}
		frm.add_custom_button(__("Announce Again"), () => announce(frm));
		frm.add_custom_button(__("Lift"), () => lift(frm)).addClass("btn-primary");
	},
});

async function act(frm, method, values) {
	await client_comms.save(frm);
	await frappe.xcall(`${API}.${method}`, { name: frm.docname, ...values }, "POST");
	frm.reload_doc();
}

function allow(frm) {
	const options = (field) => frappe.meta.get_docfield("Restriction Exception", field).options;
	client_comms.prompt(
		[
			{ fieldname: "user", fieldtype: "Link", options: "User", label: __("User"), reqd: 1 },
			{
				fieldname: "use",
				fieldtype: "Select",
				options: options("allows"),
				label: __("Allows"),
				reqd: 1,
			},
			{
				fieldname: "basis",
				fieldtype: "Select",
				options: options("basis"),
				label: __("Legal Basis"),
				reqd: 1,
				description: __("GDPR Art. 18(2) knows these, and no others."),
			},
			client_comms.fields.reason(),
			{ fieldname: "hours", fieldtype: "Int", label: __("Hours"), default: 24, reqd: 1 },
		],
		(values) => act(frm, "allow", values),
		__("Allow an Exception"),
		__("Allow"),
	);
}

function announce(frm) {
	client_comms.prompt(
		[
			client_comms.told(frm, {
				fieldname: "text",
				description: __(
					"Clients must be told before the restriction is lifted (GDPR Art. 18(3)). Nothing is lifted yet.",
				),
			}),
			client_comms.told_otherwise(frm),
		],
		(values) => act(frm, "announce", values),
		__("Announce That It Will Be Lifted"),
		__("Announce"),
	);
}

function lift(frm) {
	client_comms.prompt(
		[client_comms.fields.reason()],
		(values) => act(frm, "lift", values),
		__("Lift the Restriction"),
		__("Lift"),
	);
}
