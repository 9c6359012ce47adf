frappe.ui.form.on("Review Programme", {
	setup(frm) {
		// Frappe lists and checks roles only for System Managers, but users who configure the app choose roles as well.
		frm.set_query("reviewer_role", () => ({ query: "client_comms.api.queries.roles" }));
		frm.set_df_property("reviewer_role", "ignore_link_validation", 1);
	},

	refresh(frm) {
		if (frm.is_new()) return;
		if (!frappe.user.has_role(["Compliance Officer", "Client Communications Manager"])) return;
		frm.add_custom_button(__("Draw Now"), () => draw(frm));
	},
});

function draw(frm) {
	const today = client_comms.fields.today();
	const fields = [
		{
			fieldname: "from_date",
			fieldtype: "Date",
			label: __("From", null, "Period"),
			reqd: 1,
			default: frappe.datetime.add_days(today, -30),
		},
		{ fieldname: "to_date", fieldtype: "Date", label: __("To", null, "Period"), reqd: 1, default: today },
		{
			fieldname: "seed",
			fieldtype: "Data",
			label: __("Seed"),
			description: __(
				"Leave empty for a random one. Records that this programme has already drawn are not drawn again.",
			),
		},
	];
	const drawn = async (values) => {
		const args = { programme: frm.docname, ...values };
		const name = await frappe.xcall("client_comms.api.draw_reviews", args);
		frappe.set_route("Form", "Review Draw", name);
	};
	client_comms.prompt(fields, drawn, __("Draw Now"), __("Draw"));
}
