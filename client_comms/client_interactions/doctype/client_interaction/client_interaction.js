frappe.ui.form.on("Client Interaction", {
	setup(frm) {
		frm.set_query("party_type", () => ({
			filters: { name: ["in", client_comms.interaction.PARTY_TYPES] },
		}));
		frm.set_query("contact", ({ party_type, party }) =>
			party
				? {
						query: "frappe.contacts.doctype.contact.contact.contact_query",
						filters: { link_doctype: party_type, link_name: party },
					}
				: {},
		);
		frm.set_query("responsible_staff", ({ company, communication_type }) => ({
			query: "client_comms.api.queries.responsible_staff",
			filters: { company, communication_type },
		}));
		for (const [field, table] of [
			["assigned_to", "action_items"],
			["custodian", "evidence"],
		]) {
			frm.set_query(field, table, () => ({ filters: { enabled: 1, user_type: "System User" } }));
		}
	},

	onload(frm) {
		// A reply to the client does not include the print of the record, which is not meant for the client.
		frm.email_doc = (message) =>
			new frappe.views.CommunicationComposer({
				doc: frm.doc,
				frm,
				subject: __("Re: {0}", [frm.doc.subject]),
				message,
			});
		frm.logged = frm.proposed_staff = null; // of the document that was open before
		frm.client = [frm.doc.party_type, frm.doc.party];
		show_what_becomes(frm);
	},

	async refresh(frm) {
		const saved = !frm.is_new();
		frm.toggle_display(["clocks_section", "evidence_section", "history_section"], saved);
		frm.toggle_display(["level_change_reason", "reclassification_reason"], false);
		if (!saved) return;

		add_actions(frm);
		frm.add_custom_button(__("Why?"), () => client_comms.interaction.explain(frm.docname));
		if (frappe.user.has_role(["Compliance Officer", "Client Communications Manager"])) {
			frm.add_custom_button(__("Who Can See This?"), () =>
				frappe.set_route("access-explorer", "record", frm.doctype, frm.docname),
			);
		}
		await client_comms.interaction.load_levels();
		show_banner(frm);
	},

	after_save(frm) {
		const { logged } = frm;
		frm.logged = null;
		if (!logged || logged.may_read) return;
		// Opening it would be refused: the user is told who is responsible and returns to the list.
		client_comms.tell_logged({ ...logged, name: frm.docname });
		frappe.set_route("List", frm.doctype);
	},

	communication_type(frm) {
		ask_why_reclassified(frm);
		show_what_becomes(frm);
	},
	direction: (frm) => ask_why_reclassified(frm),
	company: (frm) => ask_why_reclassified(frm),
	responsible_staff: (frm) => show_what_becomes(frm),
	// Frappe calls these for what a new form came with, too.
	party_type(frm) {
		if (frm.doc.party_type === frm.client[0]) return;
		frm.client[0] = frm.doc.party_type;
		frm.set_value("party", null);
	},
	party(frm) {
		if (frm.doc.party === frm.client[1]) return;
		frm.client[1] = frm.doc.party;
		frm.set_value("contact", null);
	},

	async confidentiality_level(frm) {
		// Only a lower level requires a reason.
		await client_comms.interaction.load_levels();
		const rank = (level) => client_comms.interaction.levels[level]?.rank || 0;
		const lower = rank(frm.doc.confidentiality_level) < rank(frm.doc.__onload?.confidentiality_level);
		frm.toggle_display("level_change_reason", lower);
		frm.toggle_reqd("level_change_reason", lower);
	},

	get_email_recipients(frm, fieldname) {
		const address = frm.doc.__onload?.client_email;
		return fieldname === "recipients" && address ? [address] : [];
	},
});

/** Asks for a reason where another type, direction or company would change a deadline that is owed or was missed. */
function ask_why_reclassified(frm) {
	const owed = frm.doc.breached || frm.doc.clock_state !== "Stopped";
	frm.toggle_display("reclassification_reason", !frm.is_new() && owed);
}

/** Whose a new log becomes, proposed with its type until somebody is chosen, and what that means for whoever logs it. */
async function show_what_becomes(frm) {
	if (!frm.is_new() || !frm.doc.communication_type) return;
	const { communication_type, responsible_staff: chosen } = frm.doc;
	const kept = chosen && chosen !== frm.proposed_staff ? chosen : null;
	const found = await client_comms.what_becomes({ ...frm.doc, responsible_staff: kept });
	if (!frm.is_new() || communication_type !== frm.doc.communication_type) return;
	frm.logged = found;
	if (!kept && found.responsible_staff !== chosen) {
		frm.proposed_staff = found.responsible_staff;
		frm.set_value("responsible_staff", frm.proposed_staff);
	}
	frm.set_df_property("responsible_staff", "description", found.html);
}

// --- actions ---------------------------------------------------------------------------------------

function add_actions(frm) {
	const note = { fieldname: "note", fieldtype: "Small Text", label: __("Note") };
	const actions = {
		Acknowledged: {
			label: __("Acknowledge"),
			run: () => ask(frm, "acknowledge", __("Acknowledge Receipt"), [note]),
		},
		Promised: {
			label: __("Promise"),
			run: () =>
				ask(frm, "promise", __("Promise an Answer"), [
					{ fieldname: "until", fieldtype: "Datetime", label: __("Promised For"), reqd: 1 },
					note,
				]),
		},
		Answered: {
			label: __("Answer"),
			run: () => ask(frm, "answer", __("Mark as Answered"), [note]),
		},
		Paused: {
			label: __("Pause"),
			run: () => ask(frm, "pause", __("Wait for the Client"), [note]),
		},
		Resumed: { label: __("Resume"), run: () => act(frm, "resume") },
		Closed: {
			label: __("Close"),
			run: () => client_comms.feedback.ask_and_close(frm, () => act(frm, "close")),
		},
		Reopened: {
			label: __("Reopen"),
			run: () =>
				ask(frm, "reopen", __("Reopen the Interaction"), [
					{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
				]),
		},
	};
	const possible = frm.doc.__onload?.actions || [];
	const next = next_action(frm.doc, possible);
	for (const event of possible.filter((each) => each !== next)) {
		frm.add_custom_button(actions[event].label, actions[event].run, __("Actions"));
	}
	add_reply(frm);
	add_privacy_actions(frm);
	if (next) {
		const { label, run } = actions[next];
		frm.add_custom_button(label, run).removeClass("btn-default").addClass("btn-primary");
	}
}

/** Users who may not write to the client see who may, and hand over to them. */
function add_reply(frm) {
	const { writers } = frm.doc.__onload || {};
	if (!writers) return;
	if (writers.allowed) {
		frm.add_custom_button(__("Reply by Email"), () => frm.email_doc());
		return;
	}
	const who = writers.people.map(({ full_name }) => full_name).join(", ");
	const about = { doctype: frm.doctype, name: frm.docname };
	frm.add_custom_button(__("Reply by Email"), () => {})
		.prop("disabled", true)
		.attr(
			"title",
			who ? __("Users who can write to the client: {0}", [who]) : __("No one can write to the client"),
		);
	if (writers.may_hand_over) {
		frm.add_custom_button(__("Hand Over"), () => client_comms.outgoing.hand_over(about, writers));
	}
}

/** Steps that may be needed before anything is sent to the client or to others. */
function add_privacy_actions(frm) {
	const { name: interaction, party_type, party, contact } = frm.doc;
	if (!party) return;
	const about = { interaction, party_type, party, contact };
	if (frappe.model.can_create("Identity Verification")) {
		frm.add_custom_button(
			__("Verify Identity"),
			() => client_comms.outgoing.verify_identity(about),
			__("Privacy"),
		);
	}
	if (frappe.model.can_create("Client Consent")) {
		frm.add_custom_button(
			__("Ask for Consent"),
			() => client_comms.outgoing.request_consent(about),
			__("Privacy"),
		);
	}
}

/** The next step in the current state: never reopening, which is an exception. */
function next_action(doc, possible) {
	const owes = (status) => ["Running", "Breached"].includes(status);
	const steps = [
		["Resumed", true],
		["Acknowledged", true],
		["Answered", owes(doc.respond_status) || owes(doc.promise_status)],
		["Closed", true],
	];
	return steps.find(([event, due]) => due && possible.includes(event))?.[0];
}

function ask(frm, method, title, fields) {
	client_comms.prompt(fields, (values) => act(frm, method, values), title, __("Confirm"));
}

async function act(frm, method, values = {}) {
	if (frm.is_dirty()) await frm.save();
	await frappe.call({
		method: `client_comms.api.${method}`,
		type: "POST",
		args: { name: frm.doc.name, ...values },
		freeze: true,
	});
	frm.reload_doc();
}

// --- banner ----------------------------------------------------------------------------------------

function show_banner(frm) {
	const it = client_comms.interaction;
	const { color, text } = it.state_of(frm.doc);
	const pills = [it.level_pill(frm.doc.confidentiality_level)];
	if (frm.doc.breached) {
		pills.push(`<span class="indicator-pill red">${__("Deadline Missed")}</span>`);
	}
	const documentation = client_comms.documentation.html(frm);
	const complaint = client_comms.feedback.hint(frm);
	const preferred = frm.doc.__onload?.preference;
	const preference = preferred ? `<div class="small">${frappe.utils.escape_html(preferred)}</div>` : "";
	const privacy = (frm.doc.__onload?.privacy || [])
		.map(({ text, missing }) => {
			const color = missing ? ' style="color: var(--text-on-red)"' : "";
			return `<div class="small"${color}>${text}</div>`;
		})
		.join("");
	frm.dashboard.clear_headline();
	frm.layout.show_message(
		`<div class="d-flex justify-content-between align-items-start" style="gap: var(--margin-sm)">
			<div>${text}${complaint}${preference}${privacy}${documentation}</div>
			<div class="d-flex flex-shrink-0" style="gap: var(--margin-xs)">${pills.join("")}</div>
		</div>`,
		color,
		true,
	);
	client_comms.documentation.bind(frm, frm.layout.message);
	client_comms.feedback.bind(frm, frm.layout.message);
}
