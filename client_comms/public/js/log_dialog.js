frappe.provide("client_comms");

// The dialog that logs an interaction, wherever it is opened.

/**
 * @param values what is known already: the client, the document it is about, the company; without any, the dialog begins
 *     with the question who it is
 * @param logged called after it was logged
 * @param client whom the page is about, as a row of the caller search: its title is shown, and where the dialog asks who it is, it
 *     is the answer until another one is chosen
 */
client_comms.log_interaction = (values = {}, logged = () => {}, client = null) =>
	new LogDialog(values, logged, client).show();

class LogDialog {
	INTERACTION = "Client Interaction";
	// What is sent, besides what is known of the client; what the client says about something open needs less.
	FIELDS = [
		"communication_type",
		"channel",
		"direction",
		"occurred_on",
		"subject",
		"summary",
		"caller_identity",
		"outgoing_reason",
		"responsible_staff",
		"third_party",
	];
	SPOKEN = ["Phone", "Meeting", "Visit"];
	// How long Log waits for a proposal, in milliseconds. After some failures of a request, Frappe says nothing at all.
	PATIENCE = 5000;
	ONLY_OF_NEW = ["communication_type", "channel", "direction", "subject", "responsible_staff"];

	constructor(values, logged, on_screen) {
		this.values = this.client = this.known(values);
		this.logged = logged;
		this.on_screen = on_screen;
		this.asks = !values.party && !values.contact;
		this.open = null; // the interaction that is continued
		this.unknown = false;
		this.suggested = { communication_type: null, responsible_staff: null };
		this.being_set = { communication_type: new Set(), responsible_staff: new Set() };
		this.dialog = client_comms.dialog({
			title: __("Log Interaction"),
			fields: client_comms.fields_of_log(this),
			primary_action_label: __("Log", null, "Client Interaction"),
			primary_action: () => this.log(),
			secondary_action_label: __("Edit in Full"),
			secondary_action: () => this.edit_in_full(),
			no_focus: true, // Frappe's is on the first field, in which nothing may be to enter
		});
		this.dialog.$wrapper.one("shown.bs.modal", () =>
			this.dialog.get_field(this.asks ? "caller" : "subject").set_focus(),
		);
		const log = this.dialog.get_primary_btn();
		log.off("click").on("click", () => this.log_once_proposed());
	}

	/** Without what a document leaves empty, such as its company: that would take the place of what the user has by default. */
	known(values) {
		return Object.fromEntries(Object.entries(values).filter(([, value]) => value));
	}

	/** A fast user logs before type and responsible staff are proposed, which Frappe would call missing. */
	async log_once_proposed() {
		if (this.logging) return;
		this.logging = Promise.race([
			this.show_what_becomes().then(() => this.becoming),
			new Promise((go_on) => setTimeout(go_on, this.PATIENCE, "late")),
		]);
		const ended = await this.logging.finally(() => (this.logging = null));
		if (ended === "late") this.asked = null; // what comes of it now is not taken over, and it is asked for again
		this.dialog.primary_action_fulfilled = true;
		const values = this.dialog.get_values();
		if (values) this.dialog.primary_action(values);
	}

	show() {
		this.dialog.show();
		if (this.asks) {
			const { caller } = this.dialog.fields_dict;
			client_comms.caller_search(caller, (row, event) => {
				event?.preventDefault(); // Tab would go on from the field that comes next, and pass over it
				this.choose(row);
			});
			caller.$input.on("input", () => this.forget_client());
			if (this.on_screen) this.propose_client(this.on_screen);
		}
		if (!this.asks) this.show_open_ones();
		this.dialog.fields_dict.subject.$input.on("input", () => this.suggest_later());
		this.dialog.fields_dict.summary.$input.on("input", () => this.suggest_later());
		this.show_preference();
		this.show_what_becomes();
	}

	/** The type follows the words while they are typed, until the user chooses one. */
	suggest_later = frappe.utils.debounce(() => this.show_what_becomes(), 600);

	// --- who it is ---------------------------------------------------------------------------------

	choose({ doctype, name, title, about, values }) {
		this.dialog.fields_dict.caller.set_description(frappe.utils.escape_html(about));
		this.client = { ...this.values, ...this.known(values) };
		this.unknown = !doctype;
		this.toggle(["caller_name", "caller_number"], this.unknown);
		this.continue(doctype === this.INTERACTION ? { name, subject: title } : null);
		if (this.unknown) {
			const { name, number } = client_comms.parts_of_caller(title);
			if (name) this.dialog.set_value("caller_name", name);
			if (number) this.dialog.set_value("caller_number", number);
			const next = name && number ? "subject" : name ? "caller_number" : "caller_name";
			this.dialog.get_field(next).set_focus();
		} else {
			this.dialog.get_field(this.open ? "summary" : "subject").set_focus();
		}
		this.show_open_ones();
		this.show_preference();
		this.show_what_becomes();
	}

	/** Whom the page is about, who need not be who calls: to write another name takes their place. */
	propose_client(row) {
		const { $input } = this.dialog.fields_dict.caller;
		this.choose(row);
		$input.val(row.title).one("focus", () => $input.trigger("select"));
		this.dialog.get_field("caller").set_focus();
	}

	/** Another name is another client, until one is chosen. */
	forget_client() {
		if (this.client === this.values) return;
		this.dialog.fields_dict.caller.set_description("");
		this.client = this.values;
		this.unknown = false;
		this.toggle(["caller_name", "caller_number"], false);
		this.continue(null);
		this.show_open_ones();
		this.show_preference();
		this.show_what_becomes();
	}

	/** What is open with the client, each of which can be continued: the latest, or more of them. */
	async show_open_ones(most = 4) {
		const { party_type, party, contact } = this.client;
		const asked = this.client;
		const found = this.dialog.fields_dict.found.$wrapper.empty();
		if (this.open || !(party || contact)) return;
		const filters = { status: ["!=", "Closed"], ...(party ? { party_type, party } : { contact }) };
		const rows = await frappe.db.get_list(this.INTERACTION, {
			filters,
			fields: ["name", "subject", "next_deadline"],
			order_by: "occurred_on desc",
			limit: most + 1,
		});
		if (asked !== this.client || this.open || !rows.length) return;
		const lines = rows.slice(0, most).map(
			({ name, subject }) =>
				`<div class="d-flex justify-content-between">
					<a href="${frappe.utils.get_form_link(this.INTERACTION, name)}">${frappe.utils.escape_html(subject)}</a>
					<button class="btn btn-xs btn-default" data-continue="${name}">${__("Continue")}</button>
				</div>`,
		);
		if (rows.length > most) {
			lines.push(`<button class="btn btn-xs btn-default" data-more>${__("Show All")}</button>`);
		}
		found.html(`<div class="small mb-3"><b>${__("Open with this client")}</b>${lines.join("")}</div>`);
		found.find("[data-more]").on("click", () => this.show_open_ones(200));
		found.find("[data-continue]").on("click", ({ currentTarget }) => {
			this.continue(rows.find(({ name }) => name === currentTarget.dataset.continue));
			this.dialog.get_field("summary").set_focus();
		});
	}

	/** The client calls again about something open, or (null) about something new. */
	continue(open) {
		this.open = open;
		this.toggle(this.ONLY_OF_NEW, !open, true);
		this.dialog.get_secondary_btn().toggle(!open);
		const { becomes, found } = this.dialog.fields_dict;
		becomes.$wrapper.toggle(!open);
		if (!open) return;
		const link = `<a href="${frappe.utils.get_form_link(this.INTERACTION, open.name)}">${frappe.utils.escape_html(open.subject)}</a>`;
		const another = `<a href="#" data-new>${__("It is about something else")}</a>`;
		found.$wrapper.html(
			`<div class="small mb-3" role="status">${__("The client calls again about {0}.", [link])} ${another}</div>`,
		);
		found.$wrapper.find("[data-new]").on("click", (event) => {
			event.preventDefault();
			this.continue(null);
			this.show_open_ones();
		});
	}

	toggle(fields, shown, required = false) {
		for (const field of fields) {
			this.dialog.set_df_property(field, "hidden", shown ? 0 : 1);
			if (required) this.dialog.set_df_property(field, "reqd", shown ? 1 : 0);
		}
	}

	/** The client's channel preference, and its result for the chosen channel. */
	async show_preference() {
		const { party_type, party, contact } = this.client;
		const field = this.dialog.fields_dict.channel;
		const turn = (this.preference_shown = {});
		field.set_description("");
		if (!frappe.model.can_read("Communication Preference") || !(party || contact)) return;
		const { description, message } = await frappe.xcall("client_comms.api.communication_preference", {
			party_type,
			party,
			contact,
			channel: this.dialog.get_value("channel") || null,
		});
		if (turn !== this.preference_shown) return; // another client or channel by now
		const outbound = this.dialog.get_value("direction") === "Outbound";
		field.set_description((outbound && message) || frappe.utils.escape_html(description));
	}

	// --- what it becomes ---------------------------------------------------------------------------

	/** Type and responsible staff, proposed until the user chooses others, and what that means for the user. */
	async show_what_becomes() {
		if (this.open) return;
		const value = (field) => this.dialog.get_value(field);
		const is_proposed = (field) =>
			value(field) === this.suggested[field] ||
			[...this.being_set[field]].some((values) => values.includes(value(field)));
		const kept = (field) => (value(field) && !is_proposed(field) ? value(field) : null);
		const asked = {
			...this.client,
			communication_type: kept("communication_type"),
			responsible_staff: kept("responsible_staff"),
			direction: value("direction"),
			words: ["subject", "summary"].map((field) => this.typed(field)).join("\n"),
		};
		const key = JSON.stringify(asked);
		if (key === this.asked) return;
		this.asked = key;
		// It is logged without it, and asked for again after the next word.
		this.becoming = this.take_over(asked, key, value).catch((refusal) => {
			if (key === this.asked) this.asked = null;
			if (refusal instanceof Error) throw refusal; // a defect
		});
		await this.becoming;
	}

	async take_over(asked, key, value) {
		const found = await client_comms.what_becomes(asked);
		for (const field of ["communication_type", "responsible_staff"]) {
			if (key !== this.asked) return; // more was typed or chosen meanwhile
			if (asked[field] || found[field] === value(field)) continue;
			if (this.dialog.get_field(field).$input.is(":focus")) continue; // the user is choosing
			await this.propose(field, found[field]);
		}
		if (key !== this.asked) return;
		this.asks_identity = found.asks_identity;
		this.show_what_was_said();
		this.dialog.fields_dict.communication_type.set_description(found.reason || "");
		this.dialog.fields_dict.becomes.$wrapper.html(found.html);
	}

	/** Who calls or comes is asked for their identity, and what was said all the same for a reason. */
	show_what_was_said() {
		const value = (field) => this.dialog.get_value(field);
		const inbound = !this.open && value("direction") === "Inbound";
		const spoken = this.asks_identity && this.SPOKEN.includes(value("channel"));
		const asks = inbound && (spoken || value("third_party"));
		if (!asks && value("caller_identity")) this.dialog.set_value("caller_identity", "");
		this.toggle(["caller_identity"], asks);
		const proceeds = value("direction") === "Outbound" || value("third_party");
		this.toggle(["outgoing_reason"], proceeds || (asks && value("caller_identity") === "Not Confirmed"));
	}

	/** Set a field, which the server checks first. Until then it holds the proposal before, and a slow one may come last. */
	async propose(field, proposed) {
		const values = [this.suggested[field], proposed];
		this.suggested[field] = proposed;
		this.being_set[field].add(values);
		await this.dialog.set_value(field, proposed);
		this.being_set[field].delete(values);
		const later = this.suggested[field];
		if (later !== proposed && this.dialog.get_value(field) === proposed) await this.propose(field, later);
	}

	/** What stands in a field, also while it is being typed. */
	typed(field) {
		return this.dialog.fields_dict[field].$input?.val() || "";
	}

	// --- logging it --------------------------------------------------------------------------------

	entered() {
		const entered = {};
		for (const field of this.FIELDS) entered[field] = this.dialog.get_value(field);
		const name = [this.typed_caller("caller_name"), this.typed_caller("caller_number")].filter(Boolean);
		if (this.unknown && name.length) entered.party_name = name.join(", ");
		return { ...this.client, ...entered };
	}

	typed_caller(field) {
		return this.unknown ? this.typed(field).trim() : "";
	}

	action_items() {
		return this.dialog
			.get_value("action_items")
			.filter(({ description }) => description)
			.map(({ description, assigned_to, due_on }) => ({
				description,
				assigned_to: assigned_to || frappe.session.user,
				due_on,
			}));
	}

	async log() {
		const action_items = this.action_items();
		if (this.open) {
			const { summary: note, occurred_on } = this.entered();
			const { name } = this.open;
			await frappe.xcall(
				"client_comms.api.client_called_again",
				{ name, note, occurred_on, action_items },
				"POST",
			);
			client_comms.tell_logged({ name, may_read: true });
		} else {
			const log = this.entered();
			if (!log.party && !log.contact && !log.party_name) {
				frappe.msgprint({
					title: __("Client Missing"),
					message: __("Choose a client, or “Unknown caller” with a name or a number."),
					indicator: "orange",
				});
				throw new Error("client missing");
			}
			const logged = await frappe.xcall(
				"client_comms.api.log_interaction",
				{ ...log, action_items },
				"POST",
			);
			client_comms.tell_logged(logged);
		}
		this.logged();
		client_comms.renew_owed_today();
	}

	edit_in_full() {
		const entered = this.entered();
		this.dialog.hide();
		client_comms.new_doc(this.INTERACTION, entered, { action_items: this.action_items() });
	}
}
