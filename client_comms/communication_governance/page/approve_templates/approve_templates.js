frappe.pages["approve-templates"].on_page_load = (wrapper) => {
	const page = frappe.ui.make_app_page({
		parent: wrapper,
		title: __("Approve Texts"),
		single_column: true,
	});
	wrapper.queue = new TextQueue(page);
};
frappe.pages["approve-templates"].on_page_show = (wrapper) => wrapper.queue.refresh();

/** The texts for clients that wait for an approval, one after the other, each beside its last approved version. */
class TextQueue {
	constructor(page) {
		this.page = page;
		this.$body = $('<div class="client-comms-queue">').appendTo(page.main);
		page.set_secondary_action(__("Refresh"), () => this.refresh(), { icon: "refresh" });
		page.add_menu_item(__("All Templates"), () => frappe.set_route("List", "Communication Template"));
		const key = (shortcut, description, action) =>
			frappe.ui.keys.add_shortcut({ shortcut, description, page, action });
		key("j", __("Next"), () => this.move(1));
		key("k", __("Previous"), () => this.move(-1));
	}

	async refresh() {
		const method = "client_comms.api.templates_to_approve";
		const ask = () => frappe.xcall(method).catch(() => null); // Frappe, or the page of the refusal, says why
		this.waiting = await client_comms.told_of_refusal("approve-templates", method, ask);
		if (!this.waiting) return;
		const asked = frappe.get_route()[1];
		const at = this.waiting.findIndex(({ name }) => name === asked);
		this.show(at < 0 ? 0 : at);
	}

	move(step) {
		if (this.waiting?.length) this.show(Math.min(this.waiting.length - 1, Math.max(0, this.at + step)));
	}

	async show(at) {
		this.at = at;
		const text = this.waiting[at];
		this.page.clear_primary_action();
		this.page.clear_inner_toolbar();
		if (!text) return this.show_empty();
		const shown = await frappe.xcall("client_comms.api.template_to_approve", { name: text.name });
		if (this.waiting[this.at]?.name !== text.name) return;
		this.draw(text, shown);
		if (!text.mine) {
			this.page.set_primary_action(__("Approve"), () => this.approve(text.name));
			this.page.add_inner_button(__("Send Back"), () => this.send_back(text.name));
		}
		if (this.waiting.length > 1) {
			this.page.add_inner_button(__("Previous"), () => this.move(-1));
			this.page.add_inner_button(__("Next"), () => this.move(1));
		}
	}

	show_empty() {
		this.$body.html(`<div class="text-center text-muted" style="padding: 60px 15px">
			<p>${__("No text waits for your approval.")}</p>
			<p>${__("New and changed texts for clients appear here, and you are notified.")}</p>
		</div>`);
	}

	draw({ name, mine }, { approved, subject, text, source, html, template, others, roles }) {
		const escape = frappe.utils.escape_html;
		const who = others
			? __("These can: {0}.", [escape(others)])
			: __("No other user can yet. Give a colleague one of these roles: {0}.", [
					(roles || []).map((role) => escape(__(role))).join(", "),
				]);
		const mine_html = mine
			? `<div class="alert alert-warning">${__("You wrote or changed this text, so someone else must approve it.")} ${who}</div>`
			: "";
		const link = frappe.utils.get_form_link("Communication Template", name);
		this.$body.html(`<section style="padding: 15px">
			<p class="text-muted" aria-live="polite">${__("{0} of {1}", [this.at + 1, this.waiting.length])}</p>
			<h2 style="font-size: var(--text-xl)"><a href="${link}">${escape(name)}</a></h2>
			${mine_html}
			<p>${this.use(template).map(escape).join(" · ")}</p>
			<div class="compared"></div>
		</section>`);
		const $compared = this.$body.find(".compared");
		if (approved) {
			const before = __("Approved version {0}, {1}", [approved.version, approved.by]);
			const rows = [...subject, ...text];
			$compared.append(client_comms.text_difference_html(rows, before, __("Now")));
			const changed = source.filter(({ kind }) => kind !== "same");
			if (changed.length) $compared.append(this.source(changed, rows));
			else if (!rows.some(({ kind }) => kind !== "same")) {
				$compared.prepend(
					`<p>${__("The text is that of the approved version; its use has changed.")}</p>`,
				);
			}
		} else {
			$compared.append(`<p class="text-muted">${__("No version was approved before.")}</p>`);
			$compared.append(
				$("<p>").append(
					$("<strong>").text(
						subject.map(({ right }) => right.map((part) => part.text).join("")).join(""),
					),
				),
			);
		}
		$compared.append($("<h3>").css("font-size", "var(--text-base)").text(__("As the Client Sees It")));
		client_comms.text_frame(html, "60vh").appendTo($compared);
	}

	/** What the text may be used for. */
	use(template) {
		const { language, language_name, highest_level, valid_until, is_acknowledgement, is_summary } =
			template;
		const named = (rows, field) => rows.map((row) => __(row[field])).join(", ");
		return [
			__("Language: {0}", [language_name || language]),
			__("Up to level: {0}", [__(highest_level)]),
			named(template.communication_types, "communication_type") || __("Every communication type"),
			named(template.channels, "channel") || __("Every channel"),
			valid_until ? __("Valid until {0}", [frappe.datetime.str_to_user(valid_until)]) : "",
			is_acknowledgement ? __("Automatic Acknowledgement") : "",
			is_summary ? __("Summary of a Conversation") : "",
		].filter(Boolean);
	}

	/** The address behind a link can change although the text does not: then the changed HTML is open. */
	source(changed, rows) {
		const open = rows.every(({ kind }) => kind === "same");
		return $("<details>")
			.prop("open", open)
			.append($("<summary>").text(__("Changes in the HTML ({0})", [changed.length])))
			.append(client_comms.text_difference_html(changed));
	}

	async approve(name) {
		await frappe.xcall("client_comms.api.approve_template", { name }, "POST");
		this.decided(name, __("{0} is approved.", [frappe.utils.escape_html(name)]));
	}

	send_back(name) {
		client_comms.prompt(
			[
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("What Should Be Different"),
					reqd: 1,
				},
			],
			async ({ reason }) => {
				await frappe.xcall("client_comms.api.send_back_template", { name, reason }, "POST");
				this.decided(name, __("{0} was sent back.", [frappe.utils.escape_html(name)]));
			},
			__("Send Back to the Author"),
			__("Send Back"),
		);
	}

	/** The next one takes its place. */
	decided(name, message) {
		frappe.show_alert({ message, indicator: "green" });
		this.waiting = this.waiting.filter((each) => each.name !== name);
		this.show(Math.min(this.at, Math.max(0, this.waiting.length - 1)));
	}
}
