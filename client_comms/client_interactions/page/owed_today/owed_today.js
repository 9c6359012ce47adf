frappe.pages["owed-today"].on_page_load = (wrapper) => {
	const page = frappe.ui.make_app_page({ parent: wrapper, title: __("Owed Today"), single_column: true });
	wrapper.owed = new OwedToday(page);
};
frappe.pages["owed-today"].on_page_show = (wrapper) => wrapper.owed.refresh();

const STYLE = `
.owed-work { border: 1px solid var(--border-color); border-radius: var(--border-radius-lg); margin: var(--margin-sm) 0; overflow: hidden; }
.owed-work h2 { font-size: var(--text-base); margin: 0; padding: 10px 14px; background: var(--subtle-fg); }
.owed-work ul { list-style: none; margin: 0; padding: 0; }
.owed-work li { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: center; padding: 8px 14px; border-top: 1px solid var(--border-color); }
.owed-work :is(li, a):focus-visible, .owed-work li:focus { outline: 2px solid var(--primary); outline-offset: -2px; }
.owed-work .about { flex: 1 1 260px; min-width: 0; overflow: hidden; text-overflow: ellipsis; }
.owed-work .due { flex: 0 0 auto; }
.owed-work .actions { display: flex; flex-wrap: wrap; gap: 4px; justify-content: flex-end; margin-inline-start: auto; }
.owed-work .late { color: var(--text-on-red); }
.owed-work .none { padding: 8px 14px; color: var(--text-muted); border-top: 1px solid var(--border-color); }
`;

/** Where staff work through what they owe: the most urgent first, one key or click for each step. */
class OwedToday {
	constructor(page) {
		this.page = page;
		this.at = null; // the interaction that has the focus
		$(`<style>${STYLE}</style>`).appendTo(page.wrapper);
		this.$body = $('<div class="px-3">').appendTo(page.main);
		page.set_secondary_action(__("Refresh"), () => this.refresh(), { icon: "refresh" });
		page.add_menu_item(__("Report"), () => frappe.set_route("query-report", "Owed Today"));
		page.add_menu_item(__("Daily Email"), () =>
			frappe
				.xcall("client_comms.api.digest_subscription")
				.then((name) => frappe.set_route("Form", "Digest Subscription", name)),
		);
		this.$body
			.on("click", "[data-action]", ({ currentTarget }) => {
				const row = $(currentTarget).closest("li")[0];
				row.focus();
				this.act(currentTarget.dataset.action, row);
			})
			.on("focus", "li", ({ currentTarget }) => (this.at = currentTarget.dataset.interaction));
		this.add_keys();
	}

	actions() {
		return {
			reply: { label: __("Reply"), key: "r", run: (name) => this.reply(name) },
			acknowledge: {
				label: __("Acknowledge"),
				key: "a",
				run: (name) => client_comms.actions.done_elsewhere(this.target(name), "acknowledge"),
			},
			promise: {
				label: __("Promise"),
				key: "p",
				run: (name) => client_comms.actions.done_elsewhere(this.target(name), "promise"),
			},
			snooze: {
				label: __("Snooze"),
				key: "s",
				run: (name) => client_comms.actions.pause(this.target(name)),
			},
			resume: {
				label: __("Resume", null, "Client Interaction"),
				key: "w", // back to work
				run: (name) => client_comms.actions.resume(this.target(name)),
			},
			done: { label: __("Done"), key: "d", run: (_interaction, { todo }) => this.close(todo) },
		};
	}

	/** Of an action item, which follows its ToDo. */
	async close(todo) {
		await frappe.db.set_value("ToDo", todo, "status", "Closed");
		frappe.show_alert({ message: __("Done"), indicator: "green" });
		this.next();
	}

	target(name) {
		return { name, after: () => this.next() };
	}

	add_keys() {
		const { page } = this;
		const key = (shortcut, description, action) =>
			frappe.ui.keys.add_shortcut({ shortcut, description, page, action });
		key("j", __("Next"), () => this.move(1));
		key("k", __("Previous"), () => this.move(-1));
		key("enter", __("Open the Record"), () => {
			const row = this.$body.find("li:focus")[0];
			if (row) this.open(row);
			return Boolean(row);
		});
		for (const [action, { key: letter, label }] of Object.entries(this.actions())) {
			key(letter, label, () => {
				const row = this.$body.find("li:focus")[0];
				if (row && $(row).find(`[data-action=${action}]`).length) this.act(action, row);
			});
		}
	}

	async refresh() {
		await frappe.model.with_doctype("Client Interaction");
		const [work, duties] = await Promise.all([
			frappe.xcall("client_comms.api.owed_work"),
			frappe.xcall("client_comms.api.my_duties"),
		]);
		this.show(work, duties);
	}

	show(work, duties) {
		const titles = {
			late: __("Late"),
			today: __("Today"),
			tomorrow: __("Next Working Day"),
			later: __("Due Next"),
			undated: __("Without a Due Date"),
			waiting: __("Waiting for Client"),
		};
		const empty = {
			late: __("Nothing is late."),
			today: __("Nothing is due today."),
			tomorrow: __("Nothing is due tomorrow."),
			waiting: __("You are not waiting for any client."),
		};
		// What is due next is shown to those who owe nothing before.
		const shown = Object.entries(work).filter(([section, { rows }]) => empty[section] || rows.length);
		const sections = shown.map(([section, { rows, more }]) => {
			const count = rows.length + more;
			const listed = rows.map((row) => this.row(row, section)).join("");
			const rest = more ? `<div class="none">${__("{0} more", [more])}</div>` : "";
			const none = `<div class="none">${empty[section]}</div>`;
			return `<section class="owed-work" data-section="${section}">
				<h2>${titles[section]}${count ? ` (${count})` : ""}</h2>
				${count ? `<ul>${listed}</ul>${rest}` : none}
			</section>`;
		});
		const closed = duties.filter(({ closes }) => closes);
		// Of records that a training closes, nothing is shown here: it would be wrong to say that nothing is due.
		const known = shown.some(([, { rows }]) => rows.length) || !closed.length;
		this.$body.html(known ? sections.join("") : "");
		this.$body.prepend(closed.map((duty) => this.closed(duty)));
		if (duties.length) this.$body.append(this.duties(duties));
		this.focus(this.at);
	}

	/** What a training that is missing or has lapsed closes, with the way to it. */
	closed({ title, closes, route }) {
		const $start = $(`<button class="btn btn-primary btn-sm">${__("Start")}</button>`);
		return $(
			'<div class="alert alert-warning d-flex flex-wrap mt-3" style="gap: 8px; align-items: center">',
		)
			.append(
				$('<span style="flex: 1 1 260px">').append(
					$("<b>").text(title),
					`<br>`,
					document.createTextNode(closes),
				),
			)
			.append($start.on("click", () => frappe.set_route(...route)));
	}

	/** What the procedure asks for besides: policies to read, texts to approve and the like. */
	duties(duties) {
		const $list = $("<div>");
		for (const { what, title, due, route } of duties) {
			$('<a href="#" class="none" style="display: block">')
				.text([what, title].filter(Boolean).join(" · "))
				.append(due ? [" · ", this.day_of(due)] : [])
				.on("click", () => {
					frappe.set_route(...route);
					return false;
				})
				.appendTo($list);
		}
		return $('<section class="owed-work" data-section="duties">')
			.append($("<h2>").text(__("Also Yours")))
			.append($list);
	}

	/** The day of a duty, red as on the workspace if it has passed. */
	day_of(due) {
		const late = due < frappe.datetime.get_today();
		return $("<span>").toggleClass("late", late).text(frappe.datetime.str_to_user(due));
	}

	row(
		{
			interaction,
			client,
			subject,
			level,
			what,
			due,
			words,
			until,
			acknowledge,
			todo,
			writable,
			emailable,
		},
		section,
	) {
		const escape = frappe.utils.escape_html;
		const it = client_comms.interaction;
		const clocks = writable && !todo; // which an action item does not have
		const offered = {
			done: todo,
			reply: emailable,
			acknowledge: clocks && acknowledge,
			promise: clocks && section !== "waiting",
			snooze: clocks && section !== "waiting",
			resume: clocks && section === "waiting",
		};
		const actions = this.actions();
		const buttons = Object.keys(offered)
			.filter((action) => offered[action])
			.map((action) => {
				const label = escape(actions[action].label);
				return `<button class="btn btn-xs btn-default" tabindex="-1" data-action="${escape(action)}"
						title="${label} (${escape(actions[action].key)})">${label}</button>`;
			});
		const when = due
			? `<span class="due${section === "late" ? " late" : ""}" title="${it.when(due)}">${escape(words)}</span>`
			: "";
		return `<li tabindex="0" data-interaction="${escape(interaction)}" data-todo="${escape(todo || "")}">
			<span class="about">
				<a href="${frappe.utils.get_form_link("Client Interaction", interaction)}" tabindex="-1"><b>${escape(client || __("Unknown client"))}</b>
				${escape(subject || "")}</a>
				<div class="small text-muted">${escape(until ? __("The clocks are paused until {0}.", [it.when(until)]) : what.join(", "))}</div>
			</span>
			${it.level_pill(level)} ${when} <span class="actions">${buttons.join(" ")}</span>
		</li>`;
	}

	rows() {
		return this.$body.find("li").toArray();
	}

	/** The row of an interaction, otherwise the first; behind a dialog once that is closed, which those of actions are after them. */
	focus(interaction) {
		this.wanted = interaction;
		const $dialog = $(".modal.show");
		if (!$dialog.length) return this.focus_wanted();
		$dialog.one("hidden.bs.modal", () => {
			if (document.activeElement === document.body) this.focus_wanted();
		});
	}

	focus_wanted() {
		const rows = this.rows();
		(rows.find(({ dataset }) => dataset.interaction === this.wanted) || rows[0])?.focus();
	}

	move(step) {
		const rows = this.rows();
		const at = rows.indexOf(document.activeElement);
		rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
	}

	open({ dataset }) {
		frappe.set_route("Form", "Client Interaction", dataset.interaction);
	}

	act(action, { dataset }) {
		this.at = dataset.interaction;
		this.actions()[action].run(dataset.interaction, dataset);
	}

	/** The interaction below the one that was worked on. */
	below() {
		const names = this.rows().map(({ dataset }) => dataset.interaction);
		const after = names.slice(names.lastIndexOf(this.at) + 1);
		return after.find((name) => name !== this.at) || null;
	}

	/** After a step: the row stays if something is owed still, otherwise the next one has the focus. */
	async next() {
		const below = this.below();
		const { at } = this;
		await this.refresh();
		if (!this.rows().some(({ dataset }) => dataset.interaction === at)) this.focus(below);
	}

	/** After sending, the reply to the next one opens. */
	reply(name) {
		return client_comms.work.reply(name, async () => {
			const below = this.below();
			await this.refresh();
			const row = this.rows().find(({ dataset }) => dataset.interaction === below);
			if (!row) return;
			this.at = below;
			row.focus();
			if ($(row).find("[data-action=reply]").length) this.reply(below);
		});
	}
}
