frappe.provide("client_comms.card");

// Beside the conversation of an interaction: the client, who is responsible and who sees it, what is owed and what is missing.
Object.assign(client_comms.card, {
	render(frm, $parent) {
		const sections = [
			this.access_requests(frm),
			this.owed(frm),
			this.client(frm),
			this.people(frm),
			this.checklist(frm),
		];
		$parent.html(sections.filter(Boolean).join(""));
		this.bind(frm, $parent);
	},

	section: (title, rows) =>
		rows.length
			? `<section><h4>${title}</h4>${rows.map((row) => `<div>${row}</div>`).join("")}</section>`
			: "",

	/** What a step towards what the level requires creates, which the user must be able to. */
	PRIVACY_STEPS: {
		"verify-identity": "Identity Verification",
		"unlock-identity": "Identity Verification",
		"request-consent": "Client Consent",
	},

	row: (label, value) => `<span class="text-muted">${label}</span> ${value}`,

	owed(frm) {
		const it = client_comms.interaction;
		const { owed = [] } = frm.doc.__onload || {};
		if (frm.doc.clock_state === "Paused") {
			const until = it.paused_until(frm.doc);
			const text = until
				? __("The clocks are paused until {0}.", [it.when(until)])
				: __("The clocks are paused.");
			return this.section(__("Owed"), [text]);
		}
		const rows = owed.map(({ label, due, words }) => {
			const color = it.deadline_color(due);
			const shown = frappe.utils.escape_html(words);
			return this.row(
				frappe.utils.escape_html(label),
				`<span class="due" style="color: var(--text-on-${color})">${shown}</span>`,
			);
		});
		return this.section(__("Owed"), rows.length ? rows : [__("Nothing is owed to the client.")]);
	},

	client(frm) {
		const text = frappe.utils.escape_html;
		const { party_type, party, party_name, contact } = frm.doc;
		const { preference, privacy = [], opens = [] } = frm.doc.__onload || {};
		const link = (field, doctype, name, title) => {
			const shown = text(title || name);
			return opens.includes(field)
				? `<a href="${frappe.utils.get_form_link(doctype, name)}">${shown}</a>`
				: shown;
		};
		const rows = [];
		if (party) rows.push(link("party", party_type, party, party_name));
		else if (party_name) rows.push(text(party_name));
		if (contact) {
			rows.push(
				this.row(
					__("Contact"),
					link("contact", "Contact", contact, frappe.utils.get_link_title("Contact", contact)),
				),
			);
		}
		if (frm.doc.vulnerable_client) {
			rows.push(
				`<span style="color: var(--text-on-orange)">${__("Vulnerable Client", null, frm.doctype)}</span>`,
			);
		}
		if (preference) rows.push(text(preference));
		for (const [index, { text: line, missing, next_step, label }] of privacy.entries()) {
			const doctype = this.PRIVACY_STEPS[next_step];
			const button =
				doctype && frappe.model.can_create(doctype)
					? ` <button class="btn btn-xs btn-default" data-remedy="privacy" data-item="${index}">${text(label)}</button>`
					: "";
			rows.push(missing ? `<span style="color: var(--text-on-red)">${line}</span>${button}` : line);
		}
		if (client_comms.choose_client.may(frm)) {
			rows.push(
				`<button class="btn btn-xs btn-default" data-remedy="choose_client">${__("Choose Client")}</button>`,
			);
		}
		return this.section(__("Client"), rows);
	},

	people(frm) {
		const text = frappe.utils.escape_html;
		const it = client_comms.interaction;
		const { audience, responsible_name } = frm.doc.__onload || {};
		const { confidentiality_level, severity, substituting_for } = frm.doc;
		const rows = [
			it.level_pill(confidentiality_level),
			severity && this.row(__("Severity"), __(severity, null, frm.doctype)),
			this.row(__("Responsible"), text(responsible_name || __("No one"))),
			substituting_for &&
				this.row(
					__("Substituting For"),
					text(client_comms.user_names.of(substituting_for) || substituting_for),
				),
		];
		const known = [frm.doc.responsible_staff, frappe.session.user];
		const who = this.readers(audience, known);
		rows.push(this.row(__("Also seen by"), who || __("no one else")));
		const own = audience?.people?.find(({ user }) => user === frappe.session.user);
		if (own?.until) rows.push(this.row(__("Your access ends"), this.end_of(own.until)));
		return this.section(__("Who Works on It"), rows.filter(Boolean));
	},

	/**
	 * Who can read an interaction, in words.
	 *
	 * `audience`: as the server says it; `without`: users who are not named.
	 */
	readers(audience, without = []) {
		const text = frappe.utils.escape_html;
		const others = (audience?.people || [])
			.filter(({ user }) => !without.includes(user))
			.map(({ full_name, until }) =>
				until ? __("{0} (until {1})", [text(full_name), this.end_of(until)]) : text(full_name),
			);
		const named = (roles) => roles.map((role) => text(__(role))).join(", ");
		const { roles = [], roles_if_cleared = [] } = audience || {};
		const cleared = __("users with these roles and clearance: {0}", [named(roles_if_cleared)]);
		return [
			...others,
			...(roles.length ? [__("everyone with these roles: {0}", [named(roles)])] : []),
			...(roles_if_cleared.length ? [cleared] : []),
		].join("; ");
	},

	/** When access ends, in the user's way of writing a moment. */
	end_of: (until) => frappe.utils.escape_html(frappe.format(until, { fieldtype: "Datetime" })),

	/** Users who ask for access, for those who can grant it. */
	access_requests(frm) {
		const text = frappe.utils.escape_html;
		const { access_requests = [], access_hours } = frm.doc.__onload || {};
		const rows = access_requests.map(
			({ full_name, reason }, index) => `<strong>${text(full_name)}</strong>: ${text(reason)}
				<div class="mt-1">
					<button class="btn btn-xs btn-primary" data-access="grant_access" data-item="${index}">
						${access_hours === 1 ? __("Grant for 1 Hour") : __("Grant for {0} Hours", [access_hours])}
					</button>
					<button class="btn btn-xs btn-default" data-access="decline_access" data-item="${index}">
						${__("Decline")}
					</button>
				</div>`,
		);
		return this.section(__("Asks for Access"), rows);
	},

	/** What is missing before closing, each with the button that provides it. */
	checklist(frm) {
		const { checklist = [], actions = [] } = frm.doc.__onload || {};
		const rows = this.checklist_rows(frm);
		if (rows.length && actions.includes("Closed") && checklist.every(({ done }) => done)) {
			rows.push(`<button class="btn btn-xs btn-primary" data-remedy="close">${__("Close")}</button>`);
		}
		return this.section(__("Before It Is Closed"), rows);
	},

	checklist_rows(frm) {
		const { checklist = [] } = frm.doc.__onload || {};
		return checklist.map((item, index) => {
			const label = frappe.utils.escape_html(item.label);
			const again = item.outdated && this.can_generate(frm, item);
			if (item.done && !again) return `<span class="text-muted">✓ ${label}</span>`;
			if (item.done) {
				return `<span class="text-muted">✓ ${label}. ${__("Made before the last step.")}</span>
					<button class="btn btn-xs btn-default" data-remedy="generate" data-item="${index}">${__("Generate Again")}</button>`;
			}
			const hint = item.message ? ` title="${frappe.utils.escape_html(item.message)}"` : "";
			const buttons = this.remedies(frm, item)
				.map(
					([remedy, name]) =>
						`<button class="btn btn-xs btn-default" data-remedy="${remedy}" data-item="${index}">${name}</button>`,
				)
				.join(" ");
			return `<span${hint}>○ ${label}</span> ${buttons}`;
		});
	},

	can_generate: (frm, { method }) => frm.doc.__onload.generated?.includes(method),

	/** The same as a dialog, where closing was asked for too early. */
	show_missing(frm) {
		const rows = this.checklist_rows(frm).map((row) => `<div class="mb-2">${row}</div>`);
		const dialog = client_comms.dialog({
			title: __("Before It Is Closed"),
			fields: [{ fieldname: "missing", fieldtype: "HTML", options: rows.join("") }],
		});
		dialog.$wrapper.find("[data-remedy]").on("click", () => dialog.hide());
		this.bind(frm, dialog.$wrapper);
		return dialog.show();
	},

	remedies(frm, { item, method, kind }) {
		const { writers, may_waive, actions = [] } = frm.doc.__onload || {};
		const may_write = frm.perm[0]?.write && actions.length;
		if (item === "answer" && may_write && writers?.allowed) return [["reply", __("Reply")]];
		if (item === "answer") {
			return actions.includes("Answered") ? [["answered_elsewhere", __("Done Elsewhere")]] : [];
		}
		if (item === "acknowledgement") {
			return actions.includes("Acknowledged") ? [["acknowledged_elsewhere", __("Done Elsewhere")]] : [];
		}
		if (item === "details") return may_write ? [["details", __("Enter")]] : [];
		if (item === "feedback") return may_write ? [["feedback", __("Enter")]] : [];
		if (item === "caller") return may_write ? [["caller", __("Enter")]] : [];
		const found = [];
		if (kind === "Communication" && writers?.allowed) found.push(["summarise", __("Send a Summary")]);
		if (this.can_generate(frm, { method })) found.push(["generate", __("Generate")]);
		if (may_write) found.push(["choose", kind === "Note" ? __("Write a Note") : __("Choose")]);
		if (may_waive) found.push(["waive", __("Does Not Apply")]);
		return found;
	},

	/** The same step that the gate offers where it refuses to send. */
	take_privacy_step(frm, { next_step, recipient }) {
		const { name: interaction, party_type, party, contact } = frm.doc;
		const about = { interaction, party_type, party, contact, recipient };
		return client_comms.outgoing[next_step.replaceAll("-", "_")](about);
	},

	bind(frm, $parent) {
		$parent.find("[data-access]").on("click", async ({ currentTarget }) => {
			const { access, item } = currentTarget.dataset;
			const { user } = frm.doc.__onload.access_requests[item];
			$(currentTarget).prop("disabled", true);
			try {
				await client_comms.actions.run(client_comms.actions.of_form(frm), access, { user });
			} finally {
				$(currentTarget).prop("disabled", false);
			}
		});
		$parent.find("[data-remedy]").on("click", async ({ currentTarget }) => {
			const { remedy, item } = currentTarget.dataset;
			$(currentTarget).prop("disabled", true); // a double click would make two reports
			const own = {
				reply: () => frm.conversation.open_reply(),
				answered_elsewhere: () =>
					client_comms.actions.done_elsewhere(client_comms.actions.of_form(frm), "answer"),
				acknowledged_elsewhere: () =>
					client_comms.actions.done_elsewhere(client_comms.actions.of_form(frm), "acknowledge"),
				details: () =>
					frm.scroll_to_field(frm.doc.party || frm.doc.contact ? "summary" : "party_type"),
				close: () => client_comms.actions.close(frm),
				feedback: () => client_comms.feedback.ask(frm),
				caller: () => client_comms.actions.state_caller(frm),
				choose_client: () => client_comms.choose_client.ask(frm),
				privacy: () => this.take_privacy_step(frm, frm.doc.__onload.privacy[item]),
			};
			const run =
				own[remedy] ||
				(() => client_comms.documentation[remedy](frm, frm.doc.__onload.checklist[item]));
			try {
				await run();
			} finally {
				$(currentTarget).prop("disabled", false);
			}
		});
	},
});
