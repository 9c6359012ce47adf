const API = "client_comms.api.subject_requests";

frappe.ui.form.on("Data Subject Request", {
	setup(frm) {
		client_comms.fields.query_client(frm);
	},

	refresh(frm) {
		if (frm.is_new() || frm.doc.status !== "Open") return;
		// They need no identity: a client whose identity stays unclear is told so, or refused (GDPR Art. 12(6)).
		frm.add_custom_button(__("Answer"), () => answer(frm, 0), __("Actions"));
		frm.add_custom_button(__("Refuse"), () => answer(frm, 1), __("Actions"));
		if (!frm.doc.extended_months) frm.add_custom_button(__("Extend"), () => extend(frm), __("Actions"));
		if (!frm.doc.__onload?.identity_is_confirmed) {
			frm.add_custom_button(__("Verify Identity"), () =>
				client_comms.outgoing.verify_identity({
					...frm.doc,
					confirmed: () => act(frm, "confirm_request_identity"),
				}),
			);
			frm.add_custom_button(__("Identity Is Confirmed"), () => act(frm, "confirm_request_identity"));
			return;
		}
		if (frm.doc.right === "Erasure") {
			frm.add_custom_button(__("Plan Erasure"), async () => {
				await client_comms.save(frm);
				const run = await frappe.xcall(`${API}.plan_erasure`, { name: frm.docname });
				frappe.set_route("Form", "Erasure Run", run);
			}).addClass("btn-primary");
		}
		if (["Access", "Portability"].includes(frm.doc.right)) {
			frm.add_custom_button(__("Make Copy of Data"), async () => {
				await client_comms.save(frm);
				const copy = await frappe.xcall("client_comms.api.data_packages.make_copy", {
					request: frm.docname,
				});
				frappe.set_route("Form", "Data Package", copy);
			}).addClass("btn-primary");
		}
		if (frm.doc.right === "Restriction") {
			frm.add_custom_button(__("Restrict"), () => restrict(frm)).addClass("btn-primary");
		}
	},
});

async function act(frm, method, values = {}) {
	await client_comms.save(frm);
	await frappe.xcall(`${API}.${method}`, { name: frm.docname, ...values });
	frm.reload_doc();
}

function answer(frm, refused) {
	client_comms.prompt(
		[
			{ fieldname: "answer", fieldtype: "Small Text", label: __("What the Client Is Told"), reqd: 1 },
			client_comms.told_otherwise(frm),
		],
		(values) => act(frm, "answer_request", { ...values, refused }),
		refused ? __("Refuse the Request") : __("Answer the Request"),
		refused ? __("Refuse") : __("Answer"),
	);
}

/** Approve a request for restriction: the client's records are locked, and the client is told. */
function restrict(frm) {
	const grounds = [
		"Accuracy Contested",
		"Unlawful Processing",
		"Needed for Legal Claims",
		"Objection Pending",
	];
	client_comms.prompt(
		[
			{
				fieldname: "ground",
				fieldtype: "Select",
				options: grounds.map((value) => ({ value, label: __(value) })),
				label: __("Ground"),
				reqd: 1,
				description: __("Why the client can ask for it: GDPR Art. 18(1)."),
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
			{ fieldname: "answer", fieldtype: "Small Text", label: __("What the Client Is Told"), reqd: 1 },
			client_comms.told_otherwise(frm),
		],
		async (values) => {
			await client_comms.save(frm);
			const name = await frappe.xcall(
				"client_comms.api.restrictions.restrict",
				{ request: frm.docname, ...values },
				"POST",
			);
			frappe.set_route("Form", "Processing Restriction", name);
		},
		__("Restrict the Use of the Client's Data"),
		__("Restrict"),
	);
}

function extend(frm) {
	client_comms.prompt(
		[
			{ fieldname: "months", fieldtype: "Select", options: "1\n2", label: __("Months"), reqd: 1 },
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason Told to the Client"), reqd: 1 },
			client_comms.told_otherwise(frm),
		],
		(values) => act(frm, "extend_request", values),
		__("Extend the Deadline"),
		__("Extend"),
	);
}
