const API = "client_comms.api.subject_requests";

frappe.ui.form.on("Data Subject Request", {
	setup(frm) {
		client_comms.fields.query_client(frm);
	},

	refresh(frm) {
		if (!frm.is_new() && frm.doc.status !== "Open") frm.disable_form(); // a new one is entered instead
		if (frm.is_new() || frm.doc.status !== "Open") return;
		// They need no identity: a client whose identity stays unclear is told so, or refused (GDPR Art. 12(6)).
		frm.add_custom_button(__("Answer", null, "Answer a Request"), () => answer(frm, 0), __("Actions"));
		frm.add_custom_button(__("Refuse"), () => answer(frm, 1), __("Actions"));
		if (!frm.doc.extended_months) frm.add_custom_button(__("Extend"), () => extend(frm), __("Actions"));
		say_next_step(frm);
		say_what_goes_on(frm);
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
		if (frm.doc.__onload?.going) return; // one at a time
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
		const { advertising_purpose, advertising_is_stopped } = frm.doc.__onload || {};
		if (frm.doc.right === "Objection" && advertising_purpose && !advertising_is_stopped) {
			frm.add_custom_button(__("Record Refusal"), () => refuse_advertising(frm));
		}
		if (frm.doc.right === "Restriction") {
			frm.add_custom_button(__("Restrict"), () => restrict(frm)).addClass("btn-primary");
		}
	},
});

/** What was begun for the request stands here, with the way to it, and for whom it waits. */
function say_what_goes_on(frm) {
	const going = frm.doc.__onload?.going;
	if (!going) return;
	const { doctype, name, status, begun_by, waits } = going;
	const link = frappe.utils.get_form_link(doctype, name, true);
	const by = frappe.utils.escape_html(begun_by);
	const says = {
		"Erasure Run": __("The plan of erasure {0} waits for approval by someone other than {1}.", [
			link,
			by,
		]),
		"Data Package": __("The copy of data {0} waits to be released by someone other than {1}.", [
			link,
			by,
		]),
	};
	const state = __(status, null, doctype);
	client_comms.say(
		frm,
		waits ? says[doctype] : `${__(doctype)} ${link}: ${frappe.utils.escape_html(state)}`,
		"blue",
	);
}

/** Of the rights without a button that does all, officers read what to do. */
function say_next_step(frm) {
	const { advertising_purpose, advertising_is_stopped } = frm.doc.__onload || {};
	const purpose = __(advertising_purpose || "");
	let objection = __(
		"Use to which the client objects can be restricted until you have decided, if the client asks for that. Then use Answer or Refuse under Actions.",
	);
	if (advertising_is_stopped) {
		const stopped = __("Newsletters and campaigns leave out this client, who said no to {0}.", [purpose]);
		objection = `${stopped} ${objection}`;
	} else if (purpose) {
		objection = __(
			"If the client objects to advertising, it must stop at once: withdraw their consent for {0}, or, if they gave none, use Record Refusal. Other use can be restricted until you have decided, if the client asks for that. Then use Answer or Refuse under Actions.",
			[purpose],
		);
	}
	const steps = {
		Rectification: __(
			"Correct the client's records, or have them corrected: if the client asked without staff, someone who can has a to-do. Then use Answer under Actions.",
		),
		Objection: objection,
	};
	const text = frm.doc.__onload?.identity_is_confirmed
		? steps[frm.doc.right]
		: __(
				"First confirm who asks: Identity Is Confirmed takes over a check that is still valid, such as the client's own login; Verify Identity makes one.",
			);
	if (text) client_comms.say(frm, frappe.utils.escape_html(text), "blue");
}

/** That the client wants no advertising, which newsletters and campaigns respect. */
function refuse_advertising(frm) {
	const { party_type, party, contact } = frm.doc;
	const purpose = frm.doc.__onload.advertising_purpose;
	frappe.model.with_doctype("Client Consent", () => {
		// Not as options of the route: Frappe leaves out what users cannot write later, such as the status.
		const consent = frappe.model.get_new_doc("Client Consent");
		Object.assign(consent, { party_type, party, contact, purpose, status: "Refused" });
		frappe.set_route("Form", "Client Consent", consent.name);
	});
}

async function act(frm, method, values = {}) {
	await client_comms.save(frm);
	await frappe.xcall(`${API}.${method}`, { name: frm.docname, ...values });
	frm.reload_doc();
}

function answer(frm, refused) {
	const told = client_comms.told(frm, {
		description: refused
			? __(
					"The reason. The email adds that the client can complain to a supervisory authority and go to court; a letter must say so as well (GDPR Art. 12(4)).",
				)
			: "",
	});
	client_comms.prompt(
		[told, client_comms.told_otherwise(frm)],
		(values) => act(frm, "answer_request", { ...values, refused }),
		refused ? __("Refuse the Request") : __("Answer the Request"),
		refused ? __("Refuse") : __("Answer", null, "Answer a Request"),
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
			client_comms.fields.reason(),
			client_comms.told(frm),
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
			client_comms.told(frm, { fieldname: "reason", label: __("Reason Told to the Client") }),
			client_comms.told_otherwise(frm),
		],
		(values) => act(frm, "extend_request", values),
		__("Extend the Deadline"),
		__("Extend"),
	);
}
