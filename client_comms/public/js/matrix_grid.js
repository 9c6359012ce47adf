frappe.provide("client_comms");

// A matrix version as one grid: a row for each communication type, with all that the four tables of the document say about it.
// The document stays what is edited, so the grid is drawn again from it after each change.
client_comms.MatrixGrid = class {
	constructor(frm, choices) {
		this.frm = frm;
		this.choices = choices;
		this.$wrapper = frm.get_field("matrix_grid").$wrapper;
		// The wrapper stays when the form shows another version.
		this.$wrapper
			.off(".matrix-grid")
			.on("change.matrix-grid", "[data-set]", ({ target }) => this.set(target))
			.on("change.matrix-grid", "[data-add]", ({ target }) => this.chosen(target))
			.on("keydown.matrix-grid", "[data-add]", (event) => this.key(event))
			.on("pointerdown.matrix-grid", "[data-add]", ({ target }) => delete target.dataset.key)
			.on("click.matrix-grid", "[data-remove]", ({ currentTarget }) => this.remove(currentTarget))
			.on("click.matrix-grid", "[data-new-rule]", ({ currentTarget }) => this.new_rule(currentTarget))
			.on("click.matrix-grid", "[data-new-type]", () => frappe.new_doc("Communication Type"));
	}

	get editable() {
		return this.frm.doc.docstatus === 0 && Boolean(this.frm.perm[0]?.write);
	}

	rows(table, type) {
		return (this.frm.doc[table] || []).filter((row) => row.communication_type === type);
	}

	draw() {
		const known = (this.frm.doc.rules || []).filter((row) => row.communication_type);
		const without = this.choices.types.filter(({ name }) => !this.rows("rules", name).length);
		const heads = [
			__("Communication Type"),
			__("Confidentiality Level"),
			__("Responsible"),
			__("Documentation"),
			__("Acknowledge Within"),
			__("Answer Within"),
		];
		const actions = this.editable ? `<th><span class="sr-only">${__("Remove")}</span></th>` : "";
		this.$wrapper.html(`<div class="client-comms-matrix">
			<table class="table table-bordered">
				<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}${actions}</tr></thead>
				<tbody>${known.map((rule) => this.row(rule)).join("")}${without
					.map((type) => this.row_without_rule(type))
					.join("")}</tbody>
			</table>
			<p class="text-muted small">${__("Days are business days; 0 means that nothing is owed.")}</p>
			${this.new_type_button()}
		</div>`);
	}

	new_type_button() {
		if (!this.editable || !frappe.model.can_create("Communication Type")) return "";
		return `<button type="button" class="btn btn-xs btn-default" data-new-type>${__("New Communication Type")}</button>`;
	}

	row(rule) {
		const type = rule.communication_type;
		const escape = frappe.utils.escape_html;
		const remove = this.editable
			? `<td>${this.remove_button("rules", rule.name, __("Remove the rule for {0}", [__(type)]))}</td>`
			: "";
		return `<tr data-type="${escape(type)}">
			<th scope="row"><a href="${frappe.utils.get_form_link("Communication Type", type)}">${this.in_lines(type)}</a></th>
			<td>${this.level(rule)}</td>
			<td>${this.list("parties", type)}</td>
			<td>${this.list("documentation", type)}</td>
			<td>${this.days(rule, "acknowledge_within_days")}</td>
			<td>${this.days(rule, "respond_within_days")}</td>
			${remove}
		</tr>`;
	}

	/** A name such as Feedback/Complaint goes on in the next line after its stroke, not within a word. */
	in_lines(type) {
		return __(type).split("/").map(frappe.utils.escape_html).join("/<wbr>");
	}

	/** A type that the version does not know says so, in drafts and in versions in force. */
	row_without_rule({ name }) {
		const escape = frappe.utils.escape_html;
		const button = this.editable
			? `<button type="button" class="btn btn-xs btn-default" data-new-rule="${escape(name)}">${__("Add Rule")}</button>`
			: "";
		return `<tr class="without-rule" data-type="${escape(name)}">
			<th scope="row"><a href="${frappe.utils.get_form_link("Communication Type", name)}">${escape(__(name))}</a></th>
			<td colspan="${this.editable ? 6 : 5}">
				<span class="indicator-pill orange">${__("No rule")}</span>
				${__("Nothing can be logged with this type under this version.")} ${button}
			</td>
		</tr>`;
	}

	level(rule) {
		const level = rule.confidentiality_level || "";
		if (!this.editable) {
			const color = this.choices.levels.find(({ name }) => name === level)?.color || "var(--gray-600)";
			return `<span class="level" style="border-color: ${frappe.utils.escape_html(color)}">${frappe.utils.escape_html(__(level))}</span>`;
		}
		const options = this.choices.levels.map(({ name }) => this.option(name, __(name), name === level));
		const none = level ? "" : '<option value=""></option>';
		return `<select class="form-control input-xs" data-set="confidentiality_level" data-row="${frappe.utils.escape_html(rule.name)}"
			aria-label="${this.label(__("Confidentiality Level"), rule.communication_type)}">${none}${options.join("")}</select>`;
	}

	/** Deadlines by priority are entered in their table; the cell tells of them. */
	days(rule, field) {
		const type = rule.communication_type;
		const expects = this.choices.types.find(({ name }) => name === type)?.expects_reply;
		if (!expects) return `<span class="text-muted">${__("No reply expected")}</span>`;
		const number = (value) => Number(value || 0).toLocaleString(frappe.boot.lang);
		const by_priority = this.rows("priorities", type).map(
			(row) =>
				`<div class="text-muted small">${frappe.utils.escape_html(__(row.priority || ""))}: ${number(row[field])}</div>`,
		);
		const label = field === "respond_within_days" ? __("Answer Within") : __("Acknowledge Within");
		const value = this.editable
			? `<input type="number" min="0" max="1000" step="any" class="form-control input-xs" value="${Number(rule[field] || 0)}"
				data-set="${field}" data-row="${frappe.utils.escape_html(rule.name)}" aria-label="${this.label(label, type)}">`
			: number(rule[field]);
		return value + by_priority.join("");
	}

	list(table, type) {
		const shown = this.rows(table, type).map((row) => {
			const text = frappe.utils.escape_html(this.text_of(table, row));
			const remove = this.editable
				? this.remove_button(table, row.name, __("Remove {0}", [this.text_of(table, row)]))
				: "";
			return `<li>${text} ${remove}</li>`;
		});
		return `<ul>${shown.join("")}</ul>${this.editable ? this.adder(table, type) : ""}`;
	}

	text_of(table, row) {
		if (table === "parties") return __(row.party === "Role" ? row.role || "" : row.party);
		const method = __(row.documentation_method || "");
		return row.channel ? __("{0}, only on channel {1}", [method, __(row.channel)]) : method;
	}

	adder(table, type) {
		const parties = table === "parties";
		const label = parties ? __("Add a responsible party") : __("Add a document");
		const groups = parties ? this.parties_to_add(type) : this.documents_to_add(type);
		const options = groups.map(
			({ title, values }) =>
				`<optgroup label="${frappe.utils.escape_html(title)}">${values
					.map(({ value, text }) => this.option(JSON.stringify(value), text))
					.join("")}</optgroup>`,
		);
		return `<select class="form-control input-xs" data-add="${table}" data-type="${frappe.utils.escape_html(type)}"
			aria-label="${this.label(label, type)}"><option value="">${__("Add")}…</option>${options.join("")}</select>`;
	}

	parties_to_add(type) {
		const there = this.rows("parties", type);
		const assigned = there.some(({ party }) => party === "Assigned Staff");
		const roles = this.choices.roles.filter((name) => !there.some(({ role }) => role === name));
		return [
			{
				title: __("The user to whom the record is assigned"),
				values: assigned ? [] : [{ value: { party: "Assigned Staff" }, text: __("Assigned Staff") }],
			},
			{
				title: __("Everyone with the role"),
				values: roles.map((role) => ({ value: { party: "Role", role }, text: __(role) })),
			},
		].filter(({ values }) => values.length);
	}

	/** A method that is owed on every channel cannot be owed on one of them besides. */
	documents_to_add(type) {
		const there = this.rows("documentation", type);
		const on = (channel) => {
			const owed = there.filter((row) => !row.channel || row.channel === channel);
			return this.choices.methods
				.filter((method) => !owed.some((row) => row.documentation_method === method))
				.map((documentation_method) => ({
					value: { documentation_method, channel },
					text: __(documentation_method),
				}));
		};
		return [
			{ title: __("On every channel"), values: on(null) },
			...this.choices.channels.map((channel) => ({
				title: __("Only on channel {0}", [__(channel)]),
				values: on(channel),
			})),
		].filter(({ values }) => values.length);
	}

	option(value, text, selected = false) {
		const escape = frappe.utils.escape_html;
		return `<option value="${escape(value)}"${selected ? " selected" : ""}>${escape(text)}</option>`;
	}

	label(text, type) {
		return frappe.utils.escape_html(`${text}: ${__(type)}`);
	}

	remove_button(table, row, label) {
		return `<button type="button" class="btn btn-xs btn-link" data-remove="${table}" data-row="${row}"
			aria-label="${frappe.utils.escape_html(label)}" title="${frappe.utils.escape_html(label)}">&times;</button>`;
	}

	// --- changes ---------------------------------------------------------------------------------

	follow() {
		if (!this.setting) this.draw();
	}

	/** The cell shows its value already; drawing it again would take the focus from the next one. */
	async set({ dataset, value }) {
		// A number field gives a point for the decimals, whatever the user's number format; `flt` would not read that.
		const given = dataset.set === "confidentiality_level" ? value : Number(value);
		this.setting = true;
		try {
			await frappe.model.set_value("Communication Matrix Rule", dataset.row, dataset.set, given);
		} finally {
			this.setting = false;
		}
	}

	/** An arrow or a letter changes what is chosen with every stroke; it is added once the user confirms it or would leave. */
	key(event) {
		const { key, target } = event;
		target.dataset.key = key;
		if (!["Enter", "Tab"].includes(key) || !target.value) return;
		event.preventDefault();
		this.add(target);
	}

	chosen(target) {
		if ([undefined, "Enter"].includes(target.dataset.key)) this.add(target);
	}

	add({ dataset, value }) {
		if (!value) return;
		this.frm.add_child(dataset.add, { communication_type: dataset.type, ...JSON.parse(value) });
		this.changed([dataset.add], `[data-add="${dataset.add}"][data-type="${CSS.escape(dataset.type)}"]`);
	}

	/** With its rule, a type leaves every table. */
	remove({ dataset }) {
		const row = (this.frm.doc[dataset.remove] || []).find(({ name }) => name === dataset.row);
		if (!row) return;
		const whole = dataset.remove === "rules";
		const tables = whole ? ["rules", "parties", "documentation", "priorities"] : [dataset.remove];
		const gone = whole ? tables.flatMap((table) => this.rows(table, row.communication_type)) : [row];
		for (const each of gone) frappe.model.clear_doc(each.doctype, each.name);
		const type = CSS.escape(row.communication_type);
		this.changed(
			tables,
			whole ? `[data-new-rule="${type}"]` : `[data-add="${dataset.remove}"][data-type="${type}"]`,
		);
	}

	/** The strictest level, until another one is chosen. */
	new_rule({ dataset }) {
		const level = this.choices.levels[this.choices.levels.length - 1]?.name;
		this.frm.add_child("rules", { communication_type: dataset.newRule, confidentiality_level: level });
		this.changed(["rules"], `tr[data-type="${CSS.escape(dataset.newRule)}"] select`);
	}

	changed(tables, focus) {
		this.frm.dirty();
		for (const table of tables) this.frm.refresh_field(table);
		this.draw();
		this.$wrapper.find(focus).first().trigger("focus");
	}
};

{
	/** Draws the grid of the version that is open when the answer is here. */
	const show = async (frm) => {
		const opened = frm.docname;
		const choices = await frappe.xcall("client_comms.api.matrix_choices");
		if (frm.docname !== opened) return;
		frm.matrix_grid = new client_comms.MatrixGrid(frm, choices);
		frm.matrix_grid.draw();
	};
	/** What is changed in the tables stands in the grid at once. */
	const draw = (frm) => frm.matrix_grid?.follow();

	frappe.ui.form.on("Communication Matrix", { refresh: show });
	const days = ["acknowledge_within_days", "respond_within_days"];
	const fields = {
		"Communication Matrix Rule": ["communication_type", "confidentiality_level", ...days, "rules_remove"],
		"Communication Matrix Party": ["communication_type", "party", "role", "parties_remove"],
		"Communication Matrix Documentation": [
			"communication_type",
			"documentation_method",
			"channel",
			"documentation_remove",
		],
		"Communication Matrix Priority": ["communication_type", "priority", ...days, "priorities_remove"],
	};
	for (const [doctype, names] of Object.entries(fields)) {
		frappe.ui.form.on(doctype, Object.fromEntries(names.map((name) => [name, draw])));
	}
}
