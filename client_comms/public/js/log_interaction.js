frappe.provide("client_comms");

// On the documents of the CRM: a button to log an interaction with the client, and what the client is owed.
// One file serves several forms; Frappe runs it for each of them, so it registers itself once.
if (!client_comms.on_client_forms) {
	client_comms.on_client_forms = true;
	const INTERACTION = "Client Interaction";
	// A message filed under one of these continues its interaction.
	const RELATIONS_WITH_THREAD = ["Issue", "Lead", "Opportunity"];

	const with_client = ({ doctype, name, company }) => ({
		filters: { party_type: doctype, party: name },
		values: { party_type: doctype, party: name, company },
	});

	/** How to find a document's interactions, and the initial values of a new one. */
	const RELATIONS = {
		...Object.fromEntries(client_comms.fields.CLIENT_TYPES.map((doctype) => [doctype, with_client])),
		Contact: (contact) => ({
			filters: { contact: contact.name },
			values: client_comms.fields.client_of(contact),
		}),
		Opportunity: ({ name, opportunity_from, party_name, contact_person, company }) => ({
			filters: { reference_doctype: "Opportunity", reference_name: name },
			values: {
				party_type: opportunity_from,
				party: party_name,
				contact: contact_person,
				company,
				reference_doctype: "Opportunity",
				reference_name: name,
			},
		}),
		Issue: ({ name, customer, lead, contact, company }) => ({
			filters: { reference_doctype: "Issue", reference_name: name },
			values: {
				party_type: customer ? "Customer" : lead ? "Lead" : null,
				party: customer || lead,
				contact,
				company,
				reference_doctype: "Issue",
				reference_name: name,
			},
		}),
	};

	for (const doctype of Object.keys(RELATIONS)) {
		client_comms.clients_on_forms[doctype] = (frm) => {
			const { values } = RELATIONS[doctype](frm.doc);
			return { values, title: client_name(frm, values) };
		};
		frappe.ui.form.on(doctype, {
			refresh(frm) {
				if (frm.is_new()) return;
				const { filters, values } = RELATIONS[doctype](frm.doc);
				if (frappe.model.can_create(INTERACTION)) {
					frm.add_custom_button(
						__("Log Interaction"),
						() =>
							client_comms.log_interaction(
								values,
								() => show_changed(frm),
								client_comms.client_on_screen(),
							),
						__("Create"),
					);
				}
				if (frappe.model.can_read(INTERACTION)) keep_banner(frm, filters);
			},
		});
	}

	/** Whose interaction is logged, in the words of the form. */
	function client_name(frm, { party_type, party, contact }) {
		const name = party || contact;
		if (name === frm.docname) return frm.get_title();
		const { links = [], customer_name } = frm.doc;
		const title = links.find(({ link_name }) => link_name === name)?.link_title || customer_name;
		return title || frappe.utils.get_link_title(party_type || "Contact", name) || name;
	}

	/** The document itself has not changed: what is being entered in its form stays. */
	function show_changed(frm) {
		if (!frm.is_dirty()) return frm.reload_doc();
		frm.sidebar.reload_docinfo();
		return frm.client_comms_banner?.();
	}

	/** The banner, and again whenever an interaction changes while the form is open. */
	async function keep_banner(frm, filters) {
		await frappe.model.with_doctype(INTERACTION);
		frm.client_comms_banner = () => show_banner(frm, filters);
		show_banner(frm, filters);
		// Frappe notifies readers of a DocType of changed documents; the banner fetches what it can show.
		if (!client_comms.follows_interactions) {
			client_comms.follows_interactions = true;
			frappe.realtime.doctype_subscribe(INTERACTION);
		}
		frappe.realtime.off("list_update", follow); // an opened list has removed every listener
		frappe.realtime.on("list_update", follow);
	}

	const refresh_banner = frappe.utils.throttle(() => {
		if (cur_frm?.client_comms_banner && !cur_frm.is_new()) cur_frm.client_comms_banner();
	}, 3000);

	function follow({ doctype }) {
		if (doctype === INTERACTION) refresh_banner();
	}

	/** What the client is owed and the user can see, one line each, the most urgent first. */
	async function show_banner(frm, filters) {
		const { doctype, docname } = frm;
		const interactions = await frappe.xcall("client_comms.api.open_interactions", {
			doctype,
			name: docname,
		});
		if (frm.docname !== docname) return; // another document by now
		frm.layout.message.find(".client-comms-banner").closest(".form-message").remove();
		if (!interactions.length) return;

		const lines = interactions.slice(0, 3).map(banner_line);
		if (interactions.length > 3) {
			lines.push(
				`<button class="btn btn-xs btn-default" data-action="show-all">${__("Show All")}</button>`,
			);
		}
		frm.layout.show_message(
			`<div class="client-comms-banner">${lines.join("")}</div>`,
			client_comms.interaction.state_of(interactions[0]).color,
			true,
		);
		frm.layout.message
			.find("[data-action=show-all]")
			.on("click", () =>
				frappe.set_route("List", INTERACTION, "List", { ...filters, clock_state: ["!=", "Stopped"] }),
			);
		frm.layout.message.find("[data-action=act]").on("click", ({ currentTarget }) => {
			if (!$(currentTarget).next().hasClass("show")) offer_actions(frm, currentTarget);
		});
	}

	/** An interaction with its most urgent owed item. */
	function banner_line(interaction) {
		const it = client_comms.interaction;
		const subject = frappe.utils.escape_html(interaction.subject);
		const link = `<a href="${frappe.utils.get_form_link(INTERACTION, interaction.name)}">${subject}</a>`;
		const sentence = it.owed_items(interaction)[0] || it.state_of(interaction).text;
		const overdue = it.is_overdue(interaction) ? ' style="color: var(--text-on-red)"' : "";
		const name = frappe.utils.escape_html(interaction.name);
		// Frappe's own dropdown; what it offers is asked for when it opens.
		return `<div${overdue}>${link}: ${sentence}
			<span class="dropdown d-inline-block ml-2">
				<button class="btn btn-xs btn-default dropdown-toggle" data-toggle="dropdown" data-action="act"
					data-name="${name}" aria-haspopup="true">${__("Actions")}</button>
				<div class="dropdown-menu" role="menu"></div>
			</span></div>`;
	}

	/** The same actions as on the form of the interaction. */
	async function offer_actions(frm, button) {
		const { name } = button.dataset;
		const $menu = $(button).next().empty();
		const owed = await frappe.xcall("client_comms.api.interaction_actions", { name }, "GET");
		const item = (label, run) =>
			$(`<button type="button" class="dropdown-item" role="menuitem">${label}</button>`)
				.on("click", run)
				.appendTo($menu);
		const conversation = RELATIONS_WITH_THREAD.includes(frm.doctype);
		if (conversation && owed.actions.length && owed.writers.allowed) {
			item(__("Reply"), () => client_comms.outgoing.reply_on(frm, owed));
		}
		const target = { name, after: () => show_changed(frm) }; // the status of an Issue follows
		for (const { label, group, run } of client_comms.actions.offered(target, owed.actions)) {
			item(group ? `${group}: ${label}` : label, run);
		}
		item(__("Open the Record"), () => frappe.set_route("Form", INTERACTION, name));
	}
}
