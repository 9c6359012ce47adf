// Access Explorer: what one user can access, at which level, and why.
(() => {
	const { ACTIONS, RULES, View, escape, user_query } = client_comms.access_explorer;

	client_comms.access_explorer.UserView = class UserView extends View {
		title = __("User");
		hint = __("Choose a user to see what they can access, at which level, and why.");

		fields() {
			return [
				{
					fieldname: "user",
					fieldtype: "Link",
					options: "User",
					label: __("User"),
					get_query: user_query,
					ignore_link_validation: 1,
					change: () => {
						const user = this.form.get_value("user");
						if (user && user !== this.user) frappe.set_route("access-explorer", "user", user);
					},
				},
				{ fieldtype: "Column Break" },
				{ fieldtype: "Column Break" },
			];
		}

		async follow([user]) {
			if (!user) return;
			this.user = user;
			if (this.form.get_value("user") !== user) await this.form.set_value("user", user);
			this.ask("explore_user", { user }, (answer) => this.to_html(answer));
		}

		to_html(answer) {
			const sum = (key) => answer.cells.reduce((total, cell) => total + cell[key], 0);
			const roles = answer.roles.map(
				(role) => `<span class="indicator-pill gray mr-1">${escape(__(role))}</span>`,
			);
			const reads = __("Reads {0} of {1} interactions.", [
				`<strong>${sum("listed")}</strong>`,
				`<strong>${sum("existing")}</strong>`,
			]);
			return `
			<h4 class="mb-1">${escape(answer.full_name || answer.user)}
				<small class="text-muted">${escape(answer.user)}</small></h4>
			<div class="mb-3">${roles.join("")}</div>
			${this.remarks(answer, sum("listed"))}
			<p>${reads}</p>
			${grid(answer.cells)}
			<div class="row">
				<div class="col-md-6">${trainings(answer)}</div>
				<div class="col-md-6">${grants(answer.grants)}</div>
			</div>`;
		}

		remarks(answer, listed) {
			const ruled = answer.cells.reduce((total, cell) => total + total_of(cell.rules), 0);
			const remarks = [];
			if (!answer.enabled) {
				remarks.push(
					__("This user is disabled or not a desk user, so they cannot access any of this."),
				);
			}
			if (answer.bypass) remarks.push(__("Administrator bypasses all clearances."));
			if (answer.permission_missing) {
				remarks.push(
					__(
						"None of this user's roles can read Client Interaction in the Role Permissions Manager, so nothing is shown, regardless of clearances.",
					),
				);
			} else if (listed < ruled) {
				remarks.push(
					__("The clearances allow {0}; User Permissions restrict these to {1}.", [ruled, listed]),
				);
			}
			return remarks.map((text) => `<div class="alert alert-warning">${text}</div>`).join("");
		}
	};

	const total_of = (counts) => Object.values(counts).reduce((total, number) => total + number, 0);

	/** Types in rows, levels in columns, the lowest first. */
	function grid(cells) {
		if (!cells.length) {
			return `<div class="text-muted py-4">${__(
				"There are no confidentiality levels or no interactions yet.",
			)}</div>`;
		}
		const levels = [...new Set(cells.map((cell) => cell.level))];
		const types = [...new Set(cells.map((cell) => cell.communication_type))].sort();
		const at = (type, level) =>
			cells.find((cell) => cell.communication_type === type && cell.level === level);
		return `<div class="table-responsive"><table class="table table-bordered" data-grid>
		<thead><tr><th>${__("Communication Type")}</th>
			${levels.map((level) => `<th>${escape(__(level))}</th>`).join("")}</tr></thead>
		<tbody>${types
			.map(
				(type) => `<tr><th style="overflow-wrap: anywhere">${escape(__(type) || "–")}</th>
					${levels.map((level) => grid_cell(at(type, level))).join("")}</tr>`,
			)
			.join("")}</tbody>
	</table></div>
	<p class="text-muted small">${__(
		"Read, Write, Print, Email, eXport, Share: shown in bold where the clearances allow it for some of these interactions. Cells without interactions show the rule for new ones.",
	)}</p>`;
	}

	function grid_cell(cell) {
		if (!cell) return `<td class="text-muted">–</td>`;
		const colour = cell.listed ? (cell.listed < cell.existing ? "yellow" : "green") : "gray";
		const rules = Object.entries(total_of(cell.rules) || !cell.existing ? cell.rules : {});
		const shown = rules.length ? rules : Object.entries(cell.refusals);
		const why = shown.map(([rule, records]) =>
			shown.length > 1 ? `${RULES[rule] || escape(rule)}: ${records}` : RULES[rule] || escape(rule),
		);
		const letters = { read: "R", write: "W", print: "P", email: "E", export: "X", share: "S" };
		const actions = Object.entries(letters).map(([action, letter]) => {
			const may = action in cell.actions;
			const title = may
				? __("{0}: {1} of {2}", [ACTIONS[action], cell.actions[action], cell.existing])
				: __("{0}: not allowed", [ACTIONS[action]]);
			return `<span title="${title}" data-action="${action}" class="mr-1 ${
				may ? "font-weight-bold" : "text-extra-muted"
			}"
			style="${may ? "" : "opacity: .35"}">${letter}</span>`;
		});
		const number = cell.existing ? __("{0} of {1}", [cell.listed, cell.existing]) : __("none exist");
		return `<td data-level="${escape(cell.level)}" data-type="${escape(cell.communication_type)}">
		<span class="indicator-pill ${cell.existing ? colour : "gray"} no-indicator-dot">${number}</span>
		<span class="ml-2 small" style="white-space: nowrap">${actions.join("")}</span>
		<div class="small text-muted mt-1">${why.join("<br>")}</div>
	</td>`;
	}

	function trainings({ trainings, trained, training_matters }) {
		const rows = trainings.map(({ training, valid_until, current }) => {
			const [colour, text] = current
				? ["green", __("valid until {0}", [frappe.datetime.str_to_user(valid_until)])]
				: valid_until
					? ["red", __("expired on {0}", [frappe.datetime.str_to_user(valid_until)])]
					: ["gray", __("not completed")];
			return `<li class="mb-1">${escape(
				training,
			)} <span class="indicator-pill ${colour}">${text}</span></li>`;
		});
		const matters = training_matters
			? trained
				? __("This user's training, which some levels require, is current.")
				: __("This user has no access to levels that require training.")
			: __("No level requires training at the moment.");
		return `<h5>${__(
			"Training",
		)}</h5><p class="text-muted">${matters}</p><ul class="list-unstyled">${rows.join("")}</ul>`;
	}

	function grants(rows) {
		const lines = rows.map(
			({ interaction, valid_until, granted_by, break_glass }) =>
				`<li class="mb-1">${escape(interaction)}: ${
					break_glass
						? __("emergency access until {0}", [frappe.datetime.str_to_user(valid_until)])
						: __("until {0}, granted by {1}", [
								frappe.datetime.str_to_user(valid_until),
								escape(granted_by),
							])
				}</li>`,
		);
		return `<h5>${__("Access Grants in Force")}</h5>
		${
			lines.length
				? `<ul class="list-unstyled">${lines.join("")}</ul>`
				: `<p class="text-muted">${__("None")}</p>`
		}`;
	}
})();
