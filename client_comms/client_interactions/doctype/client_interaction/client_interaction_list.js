frappe.provide("client_comms.interaction");

// How an interaction is shown everywhere: the list, its form, the banner on ERPNext's forms.
// Frappe runs this file whenever it loads the DocType, so all of them can rely on it.
Object.assign(client_comms.interaction, {
	STATUS_COLORS: {
		Open: "orange",
		Acknowledged: "blue",
		"Waiting for Client": "yellow",
		Answered: "green",
		Closed: "gray",
	},
	/** Name → level with colour and rank. They come with the desk. */
	levels: frappe.boot.client_comms_levels || {},

	level_pill(level) {
		if (!level) return "";
		const color = frappe.utils.escape_html(this.levels[level]?.color || "var(--gray-600)");
		const filter = `confidentiality_level,=,${frappe.utils.escape_html(level)}`;
		const mixed = (share, other) => `color-mix(in srgb, ${color} ${share}%, var(--${other}))`;
		const name = frappe.utils.escape_html(__(level));
		return `<span class="filterable indicator-pill no-indicator-dot ellipsis" data-filter="${filter}" title="${name}"
				style="color: ${mixed(45, "heading-color")}; background: ${mixed(14, "card-bg")}">
				${frappe.utils.icon("lock", "xs")}&nbsp;<span class="ellipsis">${name}</span>
			</span>`;
	},

	/** Minutes from now to a time in the site's time zone; negative if it has passed. */
	minutes_to(moment_) {
		return moment(moment_).diff(moment(frappe.datetime.system_datetime()), "minutes", true);
	},

	is_overdue(doc) {
		return doc.clock_state === "Running" && this.minutes_to(doc.next_deadline) < 0;
	},

	/** Whether a deadline is owed or was judged, which another client can change. */
	has_counted(doc) {
		const clocks = ["acknowledge_status", "respond_status", "promise_status"];
		return Boolean(doc.missed_deadlines) || clocks.some((status) => doc[status] !== "Not Required");
	},

	/** "Tue 24 Nov, 17:00" in the user's language and time zone. */
	when(moment_) {
		this.day_and_time ||= day_and_time(); // to make one takes the browser longer than to draw a row
		return this.day_and_time.format(moment(frappe.datetime.convert_to_user_tz(moment_)).toDate());
	},

	/** A deadline in a list, which gets the time that is left as soon as the list is drawn. */
	due_html(deadline, name) {
		this.word_deadlines();
		return `<span class="client-comms-due" data-name="${frappe.utils.escape_html(name)}"
				style="color: var(--text-on-${this.deadline_color(deadline)})">${this.when(deadline)}</span>`;
	},

	/** One request for all deadlines that a list has just drawn, which it does without a pause. */
	word_deadlines: frappe.utils.debounce(async () => {
		const drawn = $(".client-comms-due:not(.worded)").addClass("worded").get();
		if (!drawn.length) return;
		const names = [...new Set(drawn.map(({ dataset }) => dataset.name))];
		const words = await frappe.xcall("client_comms.api.deadline_words", { names });
		for (const due of drawn) {
			const text = words[due.dataset.name];
			if (text) $(due).text(text).attr("title", text);
		}
	}, 0),

	/** red: overdue, orange: due within a day, blue: later */
	deadline_color(deadline) {
		const minutes = this.minutes_to(deadline);
		return minutes < 0 ? "red" : minutes < 24 * 60 ? "orange" : "blue";
	},

	/** One sentence about who owes what to whom and by when, and the colour of its urgency. */
	state_of(doc) {
		const client = this.bold(doc.party_name || __("the client"));
		if (doc.status === "Closed") return { color: "green", text: __("Closed. No reply is owed.") };
		if (doc.clock_state === "Paused") {
			const until = this.paused_until(doc);
			const text = until
				? __("Snoozed until {0}. The clocks are paused.", [this.bold(this.when(until))])
				: __("Waiting for {0}. The clocks are paused.", [client]);
			return { color: "yellow", text };
		}
		if (doc.clock_state === "Stopped") {
			return { color: "green", text: __("No reply is owed to {0}.", [client]) };
		}
		return {
			color: this.deadline_color(doc.next_deadline),
			text: this.owed_items(doc)
				.map((sentence) => `<div>${sentence}</div>`)
				.join(""),
		};
	},

	/** When the present pause of a form's interaction ends, if it was given a day. */
	paused_until(doc) {
		const pauses = (doc.events || []).filter(({ event }) => event === "Paused");
		const latest = pauses.reduce((found, row) => (found && found.at > row.at ? found : row), null);
		return latest?.promised_until;
	},

	/** The owed items of an interaction, one sentence each, the most urgent first; the server words the deadlines. */
	owed_items(doc) {
		const staff = this.bold(doc.responsible_name || doc.__onload?.responsible_name || __("The team"));
		const client = this.bold(doc.party_name || __("the client"));
		const sentences = {
			Acknowledgement: acknowledgement_owed,
			Answer: answer_owed,
			"Promised Answer": promise_owed,
		};
		return (doc.owed || doc.__onload?.owed || []).map(({ what, due, words }) =>
			sentences[what](this.minutes_to(due) < 0, staff, client, this.bold(words)),
		);
	},

	bold: (text) => `<strong>${frappe.utils.escape_html(text)}</strong>`,

	/** Ask why a user can or cannot do something with an interaction, which can be chosen unless given. */
	explain(name) {
		const about_others = frappe.user.has_role(["Compliance Officer", "Client Communications Manager"]);
		// Not a link: the question can also be about records that the user cannot see.
		const asked = {
			fieldname: "name",
			fieldtype: "Data",
			label: __("Client Interaction"),
			change: () => show(),
		};
		const dialog = new frappe.ui.Dialog({
			title: name ? __("Access to {0}", [name]) : __("Access to an Interaction"),
			fields: [
				...(name ? [] : [asked, { fieldtype: "Section Break" }]),
				{
					...client_comms.fields.colleague("user", __("User")),
					default: frappe.session.user,
					read_only: !about_others,
					change: () => show(),
				},
				{ fieldtype: "Column Break" },
				{
					fieldname: "action",
					fieldtype: "Select",
					label: __("Action"),
					options: ["read", "write", "print", "email", "export", "share", "delete"].map(
						(value) => ({
							value,
							label: __(frappe.unscrub(value)),
						}),
					),
					default: "read",
					change: () => show(),
				},
				{ fieldtype: "Section Break" },
				{ fieldname: "answer", fieldtype: "HTML" },
			],
		});

		async function show() {
			const { name: entered, user, action } = dialog.get_values(true);
			const asked = JSON.stringify([entered, user, action]);
			dialog.asked = asked;
			if (!(name || entered) || !user || !action) return;
			const answer = await frappe.xcall("client_comms.api.explain_access", {
				doctype: "Client Interaction",
				name: name || entered,
				user,
				action,
			});
			if (dialog.asked !== asked) return; // something else was chosen meanwhile
			dialog.fields_dict.answer.$wrapper.html(`
				<p class="d-flex justify-content-between">
					<span class="indicator-pill ${answer.allowed ? "green" : "red"}">
						${answer.allowed ? __("Allowed") : __("Not Allowed")}
					</span>
					<span class="text-muted">${__("Rule: {0}", [client_comms.ACCESS_RULES[answer.rule] || answer.rule])}</span>
				</p>
				<ul class="pl-4">${answer.reasons.map((reason) => `<li>${reason}</li>`).join("")}</ul>`);
		}

		client_comms.reach_by_keys(dialog).show();
		show();
	},

	/** Emergency access to an interaction for which the user has clearance but in which they do not take part. */
	break_glass() {
		const dialog = client_comms.dialog({
			title: __("Emergency Access"),
			fields: [
				{ fieldname: "name", fieldtype: "Data", label: __("Client Interaction"), reqd: 1 },
				client_comms.fields.reason(
					__("All users with oversight are notified immediately and see this reason."),
				),
			],
			primary_action_label: __("Open the Record"),
			async primary_action({ name, reason }) {
				await frappe.xcall("client_comms.api.break_glass", { name, reason });
				frappe.set_route("Form", "Client Interaction", name);
			},
		});
		dialog.show();
	},
});

frappe.listview_settings["Client Interaction"] = {
	add_fields: ["clock_state", "next_deadline", "breached", "confidentiality_level", "party_name"],
	hide_name_column: true,

	get_indicator(doc) {
		const it = client_comms.interaction;
		const color = it.is_overdue(doc) ? "red" : it.STATUS_COLORS[doc.status];
		return [__(doc.status), color, `status,=,${doc.status}`];
	},

	formatters: {
		party_name: (name) => {
			const text = frappe.utils.escape_html(name || "");
			return `<a class="client-comms-client filterable" data-filter="party_name,=,${text}" title="${text}">${text}</a>`;
		},

		/** A name such as Feedback/Complaint goes on in the next line after its stroke, not within a word. */
		communication_type(type) {
			const html = (text) => frappe.utils.escape_html(text);
			const value = type || "";
			const lines = __(value).split("/").map(html).join("/<wbr>");
			return `<a class="filterable ellipsis" data-filter="communication_type,=,${html(value)}" title="${html(__(value))}">${lines}</a>`;
		},

		confidentiality_level: (level) => client_comms.interaction.level_pill(level),

		next_deadline(deadline, df, doc) {
			if (doc.clock_state === "Paused") {
				return `<span class="text-muted ellipsis">${__("paused")}</span>`;
			}
			return deadline ? client_comms.interaction.due_html(deadline, doc.name) : "";
		},
	},

	onload(listview) {
		const settings = listview.list_view_settings;
		if (!settings.fields) {
			// Unless an administrator chose the columns, the client and the deadline come first, even on a small screen.
			settings.fields = JSON.stringify(
				[
					"party_name",
					"next_deadline",
					"confidentiality_level",
					"status_field",
					"communication_type",
					"responsible_staff",
				].map((fieldname) => ({ fieldname })),
			);
			if (window.innerWidth <= 1366) settings.total_fields ||= 6;
			listview.setup_columns();
			listview.render_header(true);
		}
		limit_widths(listview);
		const it = client_comms.interaction;
		listview.page.add_menu_item(__("Why?"), () => it.explain());
		listview.page.add_menu_item(__("Emergency Access"), () => it.break_glass());
	},

	refresh(listview) {
		if (!listview.data.length) say_what_is_closed(listview);
	},
};

/** An empty list may be that of someone whose training has lapsed; it does not invite them to create their first interaction. */
async function say_what_is_closed(listview) {
	const duties = await frappe.xcall("client_comms.api.my_duties");
	const closed = duties.filter(({ closes }) => closes);
	if (!closed.length || listview.data.length) return;
	const $closed = closed.map(({ title, closes, route }) =>
		$("<div>").append(
			$("<p>").append($("<b>").text(title), "<br>", document.createTextNode(closes)),
			$(`<button class="btn btn-primary btn-sm">${__("Start")}</button>`).on("click", () =>
				frappe.set_route(...route),
			),
		),
	);
	listview.$no_result.find(".msg-box").empty().append($closed);
}

/** Version 16 makes a column as wide as its longest text, so that a long subject moves deadline and status off the screen. */
function limit_widths(listview) {
	const apply = listview.apply_column_widths;
	if (!apply) return;
	listview.apply_column_widths = function () {
		const narrow = window.innerWidth <= 1366;
		const limits = {
			subject: narrow ? 200 : 250,
			party_name: narrow ? 150 : 170,
			next_deadline: 170,
			confidentiality_level: 130,
			responsible_staff: narrow ? 150 : 240,
		};
		for (const [field, most] of Object.entries(limits)) {
			if (this.column_max_widths[field] > most) this.column_max_widths[field] = most;
		}
		return apply.call(this);
	};
}

function day_and_time() {
	const language = frappe.boot.lang === "en" ? "en-GB" : frappe.boot.lang;
	return new Intl.DateTimeFormat(language, {
		weekday: "short",
		day: "numeric",
		month: "short",
		hour: "2-digit",
		minute: "2-digit",
		hourCycle: "h23",
	});
}

// --- sentences -------------------------------------------------------------------------------------

function acknowledgement_owed(overdue, staff, client, due) {
	return overdue
		? __("{0} has owed {1} an acknowledgement since {2}", [staff, client, due])
		: __("{0} owes {1} an acknowledgement by {2}", [staff, client, due]);
}

function answer_owed(overdue, staff, client, due) {
	return overdue
		? __("{0} has owed {1} an answer since {2}", [staff, client, due])
		: __("{0} owes {1} an answer by {2}", [staff, client, due]);
}

function promise_owed(overdue, staff, client, due) {
	return overdue
		? __("{0} has owed {1} the promised answer since {2}", [staff, client, due])
		: __("{0} owes {1} the promised answer by {2}", [staff, client, due]);
}
