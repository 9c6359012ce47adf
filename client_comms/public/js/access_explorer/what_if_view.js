// Access Explorer: who would gain or lose access if something were changed.
(() => {
	const { ACTIONS, View, escape, user_query } = client_comms.access_explorer;
	const SHOWN_ROWS = 500;

	client_comms.access_explorer.WhatIfView = class WhatIfView extends View {
		title = __("What If");
		hint = __("Choose a change to see who would gain or lose access. This does not change anything.");

		fields() {
			const [matrix, role, clearance] = [
				"eval:doc.change=='matrix'",
				"eval:doc.change=='role'",
				"eval:doc.change=='clearance'",
			];
			const check = (fieldname, label) => ({
				fieldname,
				fieldtype: "Check",
				label,
				depends_on: clearance,
			});
			return [
				{
					fieldname: "change",
					fieldtype: "Select",
					label: __("Change"),
					default: "matrix",
					options: [
						{ value: "matrix", label: __("Another matrix version") },
						{ value: "role", label: __("A role added to or removed from a user") },
						{ value: "clearance", label: __("A clearance of a level") },
					],
				},
				{
					fieldname: "action",
					fieldtype: "Select",
					label: __("Action"),
					options: Object.entries(ACTIONS).map(([value, label]) => ({ value, label })),
					default: "read",
				},
				{ fieldtype: "Column Break" },
				{
					fieldname: "matrix",
					fieldtype: "Link",
					options: "Communication Matrix",
					label: __("Apply to All Interactions"),
					depends_on: matrix,
				},
				{
					fieldname: "against",
					fieldtype: "Link",
					options: "Communication Matrix",
					label: __("Compared With"),
					description: __("Leave empty to keep the version of each interaction"),
					depends_on: matrix,
				},
				{
					fieldname: "user",
					fieldtype: "Link",
					options: "User",
					label: __("User"),
					get_query: user_query,
					ignore_link_validation: 1,
					depends_on: role,
				},
				{
					fieldname: "level",
					fieldtype: "Link",
					options: "Confidentiality Level",
					label: __("Confidentiality Level"),
					depends_on: clearance,
					change: () => this.fill_clearance(),
				},
				{
					fieldname: "role",
					fieldtype: "Link",
					options: "Role",
					label: __("Role"),
					get_query: () => ({ query: "client_comms.api.queries.roles" }),
					ignore_link_validation: 1,
					depends_on: "eval:doc.change!='matrix'",
					change: () => this.fill_clearance(),
				},
				{
					fieldname: "held",
					fieldtype: "Select",
					label: __("The User"),
					options: [
						{ value: "1", label: __("is given the role") },
						{ value: "0", label: __("loses the role") },
					],
					default: "1",
					depends_on: role,
				},
				{ fieldtype: "Column Break" },
				...["read", "write", "print", "email", "export", "share"].map((action) =>
					check(`can_${action}`, ACTIONS[action]),
				),
				check("oversight", __("Oversight")),
				{ fieldtype: "Section Break", hide_border: 1 },
				{
					fieldname: "compare",
					fieldtype: "Button",
					primary: 1,
					label: __("Compare"),
					click: () => this.compare(),
				},
			];
		}

		/** Start with the role's current clearance. */
		async fill_clearance() {
			const { change, level, role } = this.form.get_values(true);
			const row_shown = change === "clearance" && level && role ? `${level}\n${role}` : null;
			// A field reports one change more than once; what the user has selected in the meantime is kept.
			if (row_shown === this.row_shown) return;
			this.row_shown = row_shown;
			if (!row_shown) return;
			const doc = await frappe.db.get_doc("Confidentiality Level", level);
			if (this.row_shown !== row_shown) return;
			const row = doc.clearances.find((each) => each.role === role) || {};
			for (const fieldname of [
				"can_read",
				"can_write",
				"can_print",
				"can_email",
				"can_export",
				"can_share",
				"oversight",
			]) {
				this.form.set_value(fieldname, row[fieldname] || 0);
			}
		}

		compare() {
			const values = this.form.get_values(true);
			const missing = { matrix: ["matrix"], role: ["user", "role"], clearance: ["level", "role"] }[
				values.change
			].filter((fieldname) => !values[fieldname]);
			if (missing.length) {
				const labels = missing.map((fieldname) => this.form.get_field(fieldname).df.label);
				frappe.msgprint({
					title: __("Details Missing"),
					message: __("Choose: {0}", [labels.join(", ")]),
					indicator: "orange",
				});
				return;
			}
			const action = values.action;
			this.asked = null; // the same question after a change elsewhere must be sent again
			const to_html = (answer) => this.to_html(answer);
			if (values.change === "matrix") {
				this.ask(
					"simulate_matrix_access",
					{ matrix: values.matrix, against: values.against, action },
					to_html,
				);
			} else if (values.change === "role") {
				const { user, role } = values;
				this.ask("simulate_role", { user, role, held: Number(values.held), action }, to_html);
			} else {
				const actions = Object.keys(ACTIONS).filter((each) => values[`can_${each}`]);
				const { level, role } = values;
				this.ask(
					"simulate_clearance",
					{ level, role, actions, oversight: values.oversight ? 1 : 0, action },
					to_html,
				);
			}
		}

		to_html({ checked, users, gaining, losing, rows }) {
			const summary = rows.length
				? __(
						"Interactions compared: {0}, users: {1}. Users who would gain access: {2}; who would lose some: {3}.",
						[checked, users, `<strong>${gaining}</strong>`, `<strong>${losing}</strong>`],
					)
				: __("Interactions compared: {0}, users: {1}. No one would gain or lose anything.", [
						checked,
						users,
					]);
			const more =
				rows.length > SHOWN_ROWS
					? `<p class="text-muted">${__("Showing the first {0} of {1} differences.", [
							SHOWN_ROWS,
							rows.length,
						])}</p>`
					: "";
			const number = (value, colour, sign) =>
				value ? `<span class="indicator-pill ${colour} no-indicator-dot">${sign}${value}</span>` : "";
			const titles = [
				__("User"),
				__("Communication Type"),
				__("Level", null, "Confidentiality Level"),
				__("Gains"),
				__("Loses"),
			];
			const table = rows.length
				? `<div class="table-responsive"><table class="table table-bordered">
				<thead><tr>${titles.map((title) => `<th>${title}</th>`).join("")}</tr></thead>
				<tbody>${rows
					.slice(0, SHOWN_ROWS)
					.map(
						(row) => `<tr data-user="${escape(row.user)}">
						<td style="overflow-wrap: anywhere">${escape(row.full_name || row.user)}
							<div class="small text-muted">${escape(row.user)}</div></td>
						<td>${escape(__(row.communication_type))}</td>
						<td>${[...new Set([row.level, row.level_after])].map((level) => escape(__(level))).join(" → ")}</td>
						<td>${number(row.gained, "green", "+")}</td>
						<td>${number(row.lost, "red", "−")}</td></tr>`,
					)
					.join("")}</tbody></table></div>`
				: "";
			return `<p class="mt-3">${summary}</p>${more}${table}
			<p class="text-muted small">${__("Role permissions are taken into account; User Permissions are not.")}</p>`;
		}
	};
})();
