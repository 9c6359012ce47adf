const FIXED = [
	"party_type",
	"party",
	"contact",
	"data_categories",
	"given_on",
	"valid_until",
	"notice",
	"notice_text",
];

frappe.ui.form.on("Client Consent", {
	setup(frm) {
		client_comms.fields.query_client(frm);
		frm.set_query("notice", () => ({ filters: { purpose: frm.doc.purpose } }));
		frm.set_query("third_party", () => ({ filters: { disabled: 0 } }));
		frm.set_query("client_interaction", ({ party_type, party }) => ({ filters: { party_type, party } }));
	},

	async refresh(frm) {
		frm.set_df_property("status", "read_only", frm.is_new() ? 0 : 1);
		// To whom and to what a consent applies does not change, and its dates follow the history.
		if (!frm.is_new()) for (const field of FIXED) frm.set_df_property(field, "read_only", 1);
		if (frm.is_new()) frm.set_df_property("status", "options", ["Given", "Refused"]);
		if (frm.is_new()) frm.set_df_property("collected_through", "options", by_hand());
		if (frm.is_new()) {
			if (!frm.doc.status) frm.set_value("status", "Given");
			frm.trigger("status");
			if (frm.doc.purpose) ask_for_third_party(frm); // the button that led here has chosen it
			return;
		}
		if (frm.doc.given_on) frm.page.add_menu_item(__("Download Receipt"), () => download_receipt(frm));
		if (!frm.perm[0]?.write) return;
		const given = frm.doc.status === "Given";
		if (given) {
			frm.add_custom_button(__("Withdraw"), () => record(frm, "withdraw_consent", __("Withdraw")));
			frm.add_custom_button(__("Renew"), () => record(frm, "give_consent", __("Renew")));
		} else {
			frm.add_custom_button(__("Give"), () => record(frm, "give_consent", __("Give")));
			if (frm.doc.status !== "Refused") {
				frm.add_custom_button(__("Refuse"), () => record(frm, "refuse_consent", __("Refuse")));
			}
		}
	},

	/** What a client refuses has a day, and no end. */
	status(frm) {
		if (!frm.is_new()) return;
		const refused = frm.doc.status === "Refused";
		frm.set_df_property("given_on", "label", refused ? __("Refused On") : __("Given On"));
		frm.toggle_display("valid_until", !refused);
		if (refused) frm.set_value("valid_until", null);
	},

	async purpose(frm) {
		if (!frm.is_new() || !frm.doc.purpose) return;
		await ask_for_third_party(frm);
		const notices = await frappe.db.get_list("Consent Notice", {
			filters: { purpose: frm.doc.purpose, current: 1 },
			fields: ["name", "language"],
			order_by: "version desc",
		});
		const mine = notices.find((notice) => notice.language === frappe.boot.lang) || notices[0];
		frm.set_value("notice", mine?.name);
	},
});

async function ask_for_third_party(frm) {
	const { message } = await frappe.db.get_value("Consent Purpose", frm.doc.purpose, "concerns_third_party");
	const concerns = Boolean(message.concerns_third_party);
	frm.toggle_display("third_party", concerns);
	frm.toggle_reqd("third_party", concerns);
	if (!concerns && frm.doc.third_party) frm.set_value("third_party", null);
}

/** The ways to collect consent that staff can state; the others are recorded when the client answers there. */
function by_hand() {
	const df = frappe.meta.get_docfield("Client Consent", "collected_through");
	return df.options.split("\n").filter((way) => !["Secure Link", "Portal"].includes(way));
}

/** Ask how the decision was collected, and record it. */
function record(frm, method, title) {
	const ways = by_hand();
	const fields = [
		{
			fieldname: "through",
			fieldtype: "Select",
			label: __("Collected Through"),
			options: ways,
			default: ways.includes(frm.doc.collected_through) ? frm.doc.collected_through : null,
			reqd: 1,
		},
		{ fieldname: "note", fieldtype: "Small Text", label: __("Note") },
	];
	if (method === "give_consent") {
		fields.splice(
			1,
			0,
			{
				fieldname: "valid_until",
				fieldtype: "Datetime",
				label: __("Valid Until"),
				description: __("Leave empty to use the validity of the purpose."),
			},
			{
				fieldname: "client_interaction",
				fieldtype: "Link",
				options: "Client Interaction",
				label: __("Client Interaction"),
				get_query: () => ({ filters: { party_type: frm.doc.party_type, party: frm.doc.party } }),
				description: __("In which the client agreed, or attach a file that shows it."),
			},
			{ fieldname: "evidence", fieldtype: "Attach", label: __("Evidence") },
		);
	}
	client_comms.prompt(
		fields,
		async (values) => {
			await client_comms.save(frm);
			await frappe.xcall(`client_comms.api.${method}`, { name: frm.doc.name, ...values });
			frm.reload_doc();
		},
		title,
		title,
	);
}

/** The receipt as a machine-readable file; the print format is the readable one. */
async function download_receipt(frm) {
	const receipt = await frappe.xcall("client_comms.api.consent_receipt", { name: frm.doc.name });
	const json = new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" });
	const url = URL.createObjectURL(json);
	$("<a>")
		.attr({ href: url, download: `consent-receipt-${frm.doc.name}.json` })[0]
		.click();
	URL.revokeObjectURL(url);
}
