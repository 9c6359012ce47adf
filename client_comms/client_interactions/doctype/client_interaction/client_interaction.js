frappe.ui.form.on("Client Interaction", {
	setup(frm) {
		client_comms.fields.query_client(frm, true);
		frm.set_query(
			"responsible_staff",
			({ name, company, communication_type, confidentiality_level }) => ({
				query: "client_comms.api.queries.responsible_staff",
				filters: { name, company, communication_type, confidentiality_level },
			}),
		);
		for (const [field, table] of [
			["assigned_to", "action_items"],
			["custodian", "evidence"],
		]) {
			frm.set_query(field, table, () => ({ query: "client_comms.api.queries.colleagues" }));
		}
	},

	onload(frm) {
		// A reply to the client does not include the print of the record, which is not meant for the client.
		frm.email_doc = (message) => client_comms.Conversation.of(frm).open_reply(message ? { message } : {});
		frm.logged = frm.proposed_staff = null; // of the document that was open before
		frm.client = [frm.doc.party_type, frm.doc.party];
		frm.set_df_property("responsible_staff", "filter_description", client_comms.fields.who_is_offered());
		show_what_becomes(frm);
		client_comms.history.show_in_words(frm);
	},

	async refresh(frm) {
		frm.toggle_display(["level_change_reason", "reclassification_reason"], false);
		if (frm.is_new()) {
			refuse_unless_logging();
			return;
		}

		add_actions(frm);
		frm.add_custom_button(__("Why?"), () => client_comms.interaction.explain(frm.docname));
		if (frappe.user.has_role(["Compliance Officer", "Client Communications Manager"])) {
			// In a group: in German and French, officers' buttons would leave the title little room.
			frm.add_custom_button(
				__("Who Can See This?"),
				() => frappe.set_route("access-explorer", "record", frm.doctype, frm.docname),
				__("Privacy"),
			);
		}
		if (frm.doc.anonymised_on) frm.disable_form();
		show_banner(frm);
		client_comms.Conversation.of(frm).render();
		client_comms.documentation.show_titles(frm);
	},

	on_tab_change(frm) {
		const reading = frm.get_active_tab()?.df.fieldname === "conversation_tab";
		$(frm.wrapper).toggleClass("client-comms-reading", reading);
	},

	after_save(frm) {
		const { logged } = frm;
		frm.logged = null;
		if (!logged) {
			// The user who raises it can raise it above their own clearance.
			const { read } = frm.get_docinfo().permissions;
			if (!read) client_comms.leave_hidden(frm, frm.doc.confidentiality_level);
			return;
		}
		if (logged.may_read) return;
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
	occurred_on: (frm) => ask_why_reclassified(frm),
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
		ask_why_reclassified(frm);
	},

	confidentiality_level(frm) {
		// Only a lower level requires a reason.
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

frappe.ui.form.on("Interaction Action Item", {
	/** As in the dialog that logs: an item is one's own unless another name is entered. */
	action_items_add(frm, doctype, name) {
		const { assigned_to } = frappe.get_doc(doctype, name);
		if (!assigned_to) frappe.model.set_value(doctype, name, "assigned_to", frappe.session.user);
	},
});

/** Asks for a reason where another type, direction, company, client or date would change a deadline that is owed or was judged. */
function ask_why_reclassified(frm) {
	frm.toggle_display(
		"reclassification_reason",
		!frm.is_new() && client_comms.interaction.has_counted(frm.doc),
	);
}

/** The workspace offers a new interaction to all who can read some: an empty form that cannot be filled in would say nothing. */
function refuse_unless_logging() {
	if (frappe.model.can_create("Client Interaction")) return;
	const { permissions } = frappe.get_meta("Client Interaction");
	const roles = new Set(permissions.filter(({ create }) => create).map(({ role }) => __(role)));
	const named = frappe.utils.escape_html([...roles].join(", "));
	client_comms.show_refusal_page({
		title: __("Log Interaction"),
		sentence: __("You cannot log interactions."),
		rest: `<p>${__("They are logged by users with one of these roles: {0}. If it is part of your work, ask a System Manager for one.", [named])}</p>`,
		buttons: [[__("Back"), () => window.history.back()]],
	});
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
	const { actions = [] } = frm.doc.__onload || {};
	const next = next_action(frm.doc, actions);
	for (const { event, label, group, run } of client_comms.actions.offered(
		client_comms.actions.of_form(frm),
		actions,
	)) {
		const button = frm.add_custom_button(label, run, group);
		if (event === next) button.removeClass("btn-default").addClass("btn-primary");
	}
	add_privacy_actions(frm);
	if (client_comms.regroup.may(frm)) {
		frm.page.add_menu_item(__("Merge into…"), () => client_comms.regroup.merge(frm));
	}
	if (frm.doc.__onload?.only_thanked && actions.length) {
		frm.add_custom_button(__("Needs an Answer"), async () => {
			const args = { name: frm.docname };
			await client_comms.save(frm);
			await frappe.call({
				method: "client_comms.api.needs_answer",
				type: "POST",
				args,
				freeze: true,
			});
			frm.reload_doc();
		});
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
		frm.add_custom_button(
			__("New Data Subject Request"),
			() => client_comms.enter_data_request({ ...about, received_on: last_heard(frm.doc) }),
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

/** The day on which the client wrote or called last, from which the deadline of what they ask for counts (GDPR Art. 12(3)). */
function last_heard({ direction, occurred_on, events }) {
	const received = (events || []).filter(({ event }) => event === "Received").map(({ at }) => at);
	if (direction === "Inbound") received.push(occurred_on);
	return received.filter(Boolean).sort().pop()?.slice(0, 10);
}

/** The next step once nothing has to be written; the reply box is the next step before. */
function next_action(doc, possible) {
	const owes = (status) => ["Running", "Breached"].includes(status);
	if (possible.includes("Resumed")) return "Resumed";
	const answered = !owes(doc.respond_status) && !owes(doc.promise_status);
	return answered && possible.includes("Closed") ? "Closed" : undefined;
}

/** What to do if the answer may not have reached the client, which counts until someone says so: anyone can forge such a message. */
function came_back(doc) {
	if (!doc.__onload?.answer_came_back) return "";
	return doc.status === "Closed"
		? __("An email came back after the answer. If the client does not have it, reopen the interaction.")
		: __("An email came back after the answer. If the client does not have it, take the answer back.");
}

// --- banner ----------------------------------------------------------------------------------------

function show_banner(frm) {
	const it = client_comms.interaction;
	const { color, text } = it.state_of(frm.doc);
	const pills = [it.level_pill(frm.doc.confidentiality_level)];
	if (frm.doc.breached) {
		pills.push(`<span class="indicator-pill red">${__("Deadline Missed")}</span>`);
	}
	const complaint = client_comms.feedback.hint(frm);
	const thanked = frm.doc.__onload?.only_thanked
		? `<div class="small">${__("The client's last message only thanks, so no clock was started.")}</div>`
		: "";
	const returned = came_back(frm.doc) ? `<div class="small">${came_back(frm.doc)}</div>` : "";
	const erased = frm.doc.anonymised_on
		? `<div class="small">${__("Anonymised on {0}: the client, texts, messages and files are gone, and the type, dates and deadlines stay for the figures.", [frappe.datetime.str_to_user(frm.doc.anonymised_on)])}</div>`
		: "";
	frm.dashboard.clear_headline();
	frm.layout.show_message(
		`<div class="d-flex flex-wrap flex-md-nowrap justify-content-between align-items-start" style="gap: var(--margin-xs) var(--margin-sm)">
			<div>${text}${thanked}${returned}${erased}${complaint}</div>
			<div class="d-flex flex-shrink-0" style="gap: var(--margin-xs)">${pills.join("")}</div>
		</div>`,
		color,
		true,
	);
	client_comms.feedback.bind(frm, frm.layout.message);
}
