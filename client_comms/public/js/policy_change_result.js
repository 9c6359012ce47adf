// Simulate Changes: the result of a run as tables.
frappe.provide("client_comms.policy_changes");
(() => {
	const SHOWN_ROWS = 200;
	const CLOCKS = {
		acknowledge: __("Acknowledgement"),
		respond: __("Answer"),
		promise: __("Promised Answer"),
	};
	// What the result says beside names and the states of deadlines, which have their own translations.
	const STATES = {
		"Due Later": __("Due Later"),
		"Due Earlier": __("Due Earlier"),
		"On File": __("On File"),
		Missing: __("Not on File"),
	};
	const escape = (text) => frappe.utils.escape_html(cstr(text));

	const link = ({ name, subject }) =>
		`<div class="small">${frappe.utils.get_form_link("Client Interaction", name, true)} ${escape(subject)}</div>`;
	const examples = (row) => (row.examples || []).map(link).join("");
	const state = (text) => escape(STATES[text] || __(text) || "–");
	const change = (row) => `${state(row.from)} → ${state(row.to)}`;

	function table(title, hint, heads, rows, cells) {
		const more =
			rows.length > SHOWN_ROWS
				? `<p class="text-muted">${__("Showing the first {0} of {1} differences.", [SHOWN_ROWS, rows.length])}</p>`
				: "";
		const body = rows
			.slice(0, SHOWN_ROWS)
			.map(
				(row) =>
					`<tr>${cells(row)
						.map((cell) => `<td>${cell}</td>`)
						.join("")}</tr>`,
			)
			.join("");
		const empty = `<p class="text-muted">${__("No change.")}</p>`;
		return `<h5 class="mt-4">${title}</h5>${hint ? `<p class="text-muted small">${hint}</p>` : ""}${more}
			${
				rows.length
					? `<div class="table-responsive"><table class="table table-bordered">
				<thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead><tbody>${body}</tbody></table></div>`
					: empty
			}`;
	}

	function new_access(found) {
		if (!found) return "";
		if (!found.new_access) {
			return `<div class="alert alert-success mt-3" data-new-access="0">
				${__("No new access: no one could reach anything that they cannot reach now, whatever records there will be.")}</div>`;
		}
		const { text, before, after, users } = found.example;
		const reasons = (title, decision) =>
			`<div class="small mt-2"><b>${title}</b><br>${decision.reasons.map((reason) => escape(frappe.utils.html2text(reason))).join("<br>")}</div>`;
		const who = users.length
			? `<div class="small mt-2">${__("For example: {0}", [users.map((user) => escape(client_comms.user_names.of(user))).join(", ")])}</div>`
			: "";
		return `<div class="alert alert-warning mt-3" data-new-access="1"><b>${__("New access")}</b><br>${escape(text)}${who}
			${reasons(__("Now"), before)}${reasons(__("Then"), after)}</div>`;
	}

	/** What the version states, and who submits it cannot do; nothing if that is all. */
	function not_lowered(rows, cells) {
		if (!rows?.length) return "";
		return table(
			__("Not Lowered"),
			__(
				"These interactions keep their stricter level, because who submits the version cannot write at both levels with oversight. Have a user submit it who can, or have staff with clearance for both levels lower them, with a reason.",
			),
			[
				__("Communication Type"),
				__("Change", null, "Policy Change Run"),
				__("Interactions"),
				__("Examples"),
			],
			rows,
			cells,
		);
	}

	/** Records per level before and after, from the moves of each type. */
	function per_level(rows) {
		const sums = {};
		for (const row of rows) {
			for (const [level, side] of [
				[row.from, 0],
				[row.to, 1],
			]) {
				sums[level] = sums[level] || [0, 0];
				sums[level][side] += row.records;
			}
		}
		return Object.entries(sums).map(([level, [before, after]]) => ({ level, before, after }));
	}

	const number = (value, colour, sign) =>
		value ? `<span class="indicator-pill ${colour} no-indicator-dot">${sign}${value}</span>` : "";

	function who(title, hint, rows, name) {
		return table(
			title,
			hint,
			[
				__("Who"),
				__("Communication Type"),
				__("Level", null, "Confidentiality Level"),
				__("Gains"),
				__("Loses"),
				"",
			],
			rows,
			(row) => [
				name(row),
				escape(__(row.communication_type)),
				[...new Set([row.level, row.level_after])].map((level) => escape(__(level))).join(" → "),
				number(row.gained, "green", "+"),
				number(row.lost, "red", "−"),
				row.user
					? `<button class="btn btn-link btn-xs" data-do="examples" data-user="${escape(row.user)}"
						data-level="${escape(row.level)}" data-type="${escape(row.communication_type)}">${__("Examples")}</button>`
					: "",
			],
		);
	}

	client_comms.policy_changes.result_html = ({ kind, result }) => {
		const clock_rows = (row) => [
			escape(__(row.communication_type)),
			CLOCKS[row.clock],
			change(row),
			row.records,
			examples(row),
		];
		const clock_heads = [
			__("Communication Type"),
			__("Deadline"),
			__("Change", null, "Policy Change Run"),
			__("Interactions"),
			__("Examples"),
		];
		const moved_row = (row) => [
			escape(__(row.communication_type)),
			change(row),
			row.records,
			examples(row),
		];
		const moved = result.levels.filter((row) => row.from !== row.to);
		const parts = [
			`<p>${__("Interactions compared: {0}.", [result.checked])}</p>`,
			new_access(result.new_access),
			table(
				__("Interactions by Level"),
				"",
				[
					__("Level", null, "Confidentiality Level"),
					__("Before", null, "Change"),
					__("After", null, "Change"),
				],
				per_level(result.levels),
				(row) => [escape(__(row.level) || "–"), row.before, row.after],
			),
			table(
				__("Level Changes"),
				__("Levels that staff have changed stay, unless the version is stricter."),
				[
					__("Communication Type"),
					__("Change", null, "Policy Change Run"),
					__("Interactions"),
					__("Examples"),
				],
				moved,
				moved_row,
			),
			not_lowered(result.not_lowered, moved_row),
			who(
				__("Access by Role"),
				__("For a user who has only this role and does not take part."),
				result.roles,
				(row) => escape(__(row.role)),
			),
			who(
				__("Access by Person"),
				__("Role permissions are taken into account; User Permissions are not."),
				result.people,
				(row) =>
					`${escape(row.full_name || row.user)}<div class="small text-muted">${escape(row.user)}</div>`,
			),
			table(
				kind === "Simulation"
					? __("Deadlines of Open Interactions After Reclassifying")
					: __("Deadlines"),
				__("Deadlines that were already met or missed stay as they are."),
				clock_heads,
				result.deadlines,
				clock_rows,
			),
		];
		if (kind === "Simulation") {
			parts.push(
				table(
					__("Deadlines in Hindsight"),
					__("As if the change had been in force from the first day of each interaction."),
					clock_heads,
					result.hindsight,
					clock_rows,
				),
			);
		}
		parts.push(
			table(
				__("Documentation"),
				"",
				[
					__("Communication Type"),
					__("Documentation Method"),
					__("Change", null, "Policy Change Run"),
					__("Interactions"),
					__("Examples"),
				],
				result.documentation,
				(row) => [
					escape(__(row.communication_type)),
					escape(__(row.documentation_method)),
					change(row),
					row.records,
					examples(row),
				],
			),
			table(
				__("Communication Types Without a Rule"),
				__("These interactions keep the version that governs them."),
				[__("Communication Type"), __("Interactions"), __("Examples")],
				result.uncovered,
				(row) => [escape(__(row.communication_type)), row.records, examples(row)],
			),
		);
		return parts.join("");
	};
})();
