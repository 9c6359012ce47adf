// Who can access what, and why: for a user, for a record, and for a simulated change.

// Inside a function, because Frappe runs a page's script in the global scope.
(() => {
	frappe.pages["access-explorer"].on_page_load = (wrapper) => {
		wrapper.explorer = new AccessExplorer(wrapper);
	};
	frappe.pages["access-explorer"].on_page_show = (wrapper) => wrapper.explorer.follow_route();

	const ACTIONS = {
		read: __("Read"),
		write: __("Write"),
		print: __("Print"),
		email: __("Email"),
		export: __("Export"),
		share: __("Share"),
		delete: __("Delete"),
	};
	const RULES = {
		administrator: __("Administrator"),
		role: __("Role clearance"),
		"responsible-party": __("Responsible party"),
		"takes-part": __("Takes part"),
		grant: __("Access grant"),
		"account-manager": __("Account manager"),
		oversight: __("Oversight"),
		shared: __("Shared"),
		"no-levels": __("No levels exist"),
		"no-clearance": __("No clearance"),
		"training-not-current": __("Training not current"),
		"not-responsible-party": __("Not the responsible party"),
		"not-participant": __("Not a participant"),
		"role-permission": __("Role permission missing"),
		"user-permission": __("Restricted to other records"),
	};
	const RECORDS = [
		"Client Interaction",
		"Issue",
		"Lead",
		"Opportunity",
		"Communication",
		"Event",
		"Call Log",
	];
	const SHOWN_ROWS = 500;

	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const user_query = () => ({ query: "client_comms.api.queries.desk_users" });

	class AccessExplorer {
		constructor(wrapper) {
			this.page = frappe.ui.make_app_page({
				parent: wrapper,
				title: __("Access Explorer"),
				single_column: true,
			});
			this.views = { user: new UserView(), record: new RecordView(), "what-if": new WhatIfView() };
			this.make();
		}

		make() {
			const tabs = Object.entries(this.views).map(
				([key, view]) =>
					`<li class="nav-item"><a class="nav-link" href="#" data-view="${key}" role="tab">${view.title}</a></li>`
			);
			this.body = $(`<div class="access-explorer">
			<div class="form-tabs-list"><ul class="nav form-tabs" role="tablist">${tabs.join("")}</ul></div>
			<p class="text-muted small px-5 pt-3 mb-0">
				${__("This page shows names, levels, types and numbers, never the content of a record.")}
			</p>
		</div>`).appendTo(this.page.main);
			this.body.on("click", "[data-view]", (event) => {
				event.preventDefault();
				frappe.set_route("access-explorer", event.currentTarget.dataset.view);
			});
			Object.values(this.views).forEach((view) => view.make(this.body));
		}

		/** access-explorer/user/USER, access-explorer/record/DOCTYPE/NAME, access-explorer/what-if */
		follow_route() {
			const [, key = "user", ...rest] = frappe.get_route();
			const chosen = this.views[key] ? key : "user";
			this.body
				.find("[data-view]")
				.each((i, link) => $(link).toggleClass("active", link.dataset.view === chosen));
			for (const [name, view] of Object.entries(this.views)) view.$view.toggle(name === chosen);
			this.views[chosen].follow(rest);
		}
	}

	/** A form and its result. */
	class View {
		make(parent) {
			this.$view = $(`<div class="p-3"><div class="fields"></div><div class="result px-3"></div></div>`)
				.appendTo(parent)
				.hide();
			this.form = new frappe.ui.FieldGroup({
				fields: this.fields(),
				body: this.$view.find(".fields"),
			});
			this.form.make();
			this.show_empty();
		}

		follow() {}

		show_empty() {
			this.show(`<div class="text-muted text-center py-5">${this.hint}</div>`);
		}

		show(html) {
			this.$view.find(".result").html(html);
		}

		/** Send the question, and show the answer unless another one was sent in the meantime; Frappe shows refusals. */
		async ask(method, args, to_html) {
			const asked = JSON.stringify([method, args]);
			if (asked === this.asked) return;
			this.asked = asked;
			this.show(`<div class="text-muted text-center py-5">${__("Counting…")}</div>`);
			try {
				const answer = await frappe.xcall(`client_comms.api.${method}`, args);
				if (asked === this.asked) this.show(to_html(answer));
			} catch (error) {
				if (asked !== this.asked) return;
				this.asked = null;
				this.show_empty();
			}
		}
	}

	// --- a user ----------------------------------------------------------------------------------------

	class UserView extends View {
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
				(role) => `<span class="indicator-pill gray mr-1">${escape(__(role))}</span>`
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
			if (!answer.enabled)
				remarks.push(__("This user is disabled or not a desk user, so they cannot access any of this."));
			if (answer.bypass) remarks.push(__("Administrator bypasses all clearances."));
			if (answer.permission_missing) {
				remarks.push(
					__(
						"None of this user's roles can read Client Interaction in the Role Permissions Manager, so nothing is shown, regardless of clearances."
					)
				);
			} else if (listed < ruled) {
				remarks.push(
					__("The clearances allow {0}; User Permissions restrict these to {1}.", [ruled, listed])
				);
			}
			return remarks.map((text) => `<div class="alert alert-warning">${text}</div>`).join("");
		}
	}

	const total_of = (counts) => Object.values(counts).reduce((total, number) => total + number, 0);

	/** Types in rows, levels in columns, the lowest first. */
	function grid(cells) {
		if (!cells.length) {
			return `<div class="text-muted py-4">${__(
				"There are no confidentiality levels or no interactions yet."
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
					${levels.map((level) => grid_cell(at(type, level))).join("")}</tr>`
			)
			.join("")}</tbody>
	</table></div>
	<p class="text-muted small">${__(
		"Read, Write, Print, Email, eXport, Share: shown in bold where the clearances allow it for some of these interactions. Cells without interactions show the rule for new ones."
	)}</p>`;
	}

	function grid_cell(cell) {
		if (!cell) return `<td class="text-muted">–</td>`;
		const colour = cell.listed ? (cell.listed < cell.existing ? "yellow" : "green") : "gray";
		const rules = Object.entries(total_of(cell.rules) || !cell.existing ? cell.rules : {});
		const shown = rules.length ? rules : Object.entries(cell.refusals);
		const why = shown.map(([rule, records]) =>
			shown.length > 1 ? `${RULES[rule] || escape(rule)}: ${records}` : RULES[rule] || escape(rule)
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
				training
			)} <span class="indicator-pill ${colour}">${text}</span></li>`;
		});
		const matters = training_matters
			? trained
				? __("This user's training, which some levels require, is current.")
				: __("This user has no access to levels that require training.")
			: __("No level requires training at the moment.");
		return `<h5>${__(
			"Training"
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
				}</li>`
		);
		return `<h5>${__("Access Grants in Force")}</h5>
		${
			lines.length
				? `<ul class="list-unstyled">${lines.join("")}</ul>`
				: `<p class="text-muted">${__("None")}</p>`
		}`;
	}

	// --- a record --------------------------------------------------------------------------------------

	class RecordView extends View {
		title = __("Record");
		hint = __("Choose a record to see who can access it, and why.");

		fields() {
			const change = () => this.go();
			return [
				{
					fieldname: "doctype",
					fieldtype: "Select",
					options: RECORDS.map((value) => ({ value, label: __(value) })),
					label: __("Document Type"),
					default: RECORDS[0],
					change,
				},
				{ fieldtype: "Column Break" },
				// Not a link: the question can also be about records that the user cannot see.
				{ fieldname: "name", fieldtype: "Data", label: __("Name"), change },
				{ fieldtype: "Column Break" },
				{
					fieldname: "action",
					fieldtype: "Select",
					options: Object.entries(ACTIONS).map(([value, label]) => ({ value, label })),
					label: __("Action"),
					default: "read",
					change,
				},
			];
		}

		go() {
			const { doctype, name } = this.form.get_values(true);
			if (!doctype || !name) return;
			const route = ["access-explorer", "record", doctype, name.trim()];
			if (frappe.get_route().join() === route.join()) this.explore(doctype, name.trim());
			else frappe.set_route(...route);
		}

		async follow([doctype, name]) {
			if (!doctype || !name) return;
			if (this.form.get_value("doctype") !== doctype) await this.form.set_value("doctype", doctype);
			if (this.form.get_value("name") !== name) await this.form.set_value("name", name);
			this.explore(doctype, name);
		}

		explore(doctype, name) {
			const action = this.form.get_value("action") || "read";
			this.ask("explore_record", { doctype, name, action }, (answer) => {
				setTimeout(() => this.listen(answer));
				return this.to_html(answer);
			});
		}

		to_html({ doctype, name, level, communication_type, reaching, others }) {
			const person = ({ user, full_name }) =>
				`<td style="overflow-wrap: anywhere">${escape(
					full_name || user
				)}<div class="small text-muted">${escape(user)}</div></td>`;
			const section = (title, rows) => `
			<h5 class="mt-4">${title}</h5>
			${
				rows.length
					? `<div class="table-responsive"><table class="table table-bordered">
						<thead><tr><th style="width: 30%">${__("User")}</th><th style="width: 20%">${__("Rule")}</th>
						<th>${__("Why")}</th></tr></thead>
						<tbody>${rows.join("")}</tbody></table></div>`
					: `<p class="text-muted">${__("No one")}</p>`
			}`;
			const reasons = (list) =>
				`<ul class="pl-3 mb-0">${list.map((reason) => `<li>${reason}</li>`).join("")}</ul>`;
			const can = __("Can access it: {0}", [reaching.length]);
			const cannot = __("Cannot access it: {0}", [others.length]);
			return `
			<h4>${escape(__(doctype))} ${escape(name)}</h4>
			<p class="text-muted">${[communication_type, level]
				.filter(Boolean)
				.map((part) => escape(__(part)))
				.join(" · ")}</p>
			<input type="search" class="form-control input-sm" style="max-width: 320px" data-search
				placeholder="${__("Find a user or a rule")}">
			${section(
				can,
				reaching.map(
					(row) => `<tr data-user="${escape(row.user)}">${person(row)}
						<td><span class="indicator-pill green">${RULES[row.rule] || escape(row.rule)}</span></td>
						<td class="small">${reasons(row.reasons)}</td></tr>`
				)
			)}
			${section(
				cannot,
				others.map(
					(row) => `<tr data-user="${escape(row.user)}">${person(row)}
						<td><span class="indicator-pill gray">${RULES[row.rule] || escape(row.rule)}</span></td>
						<td class="small"><a href="#" data-why>${__("Why not?")}</a></td></tr>`
				)
			)}`;
		}

		listen({ doctype, name, action }) {
			this.$view.find("[data-why]").on("click", async (event) => {
				event.preventDefault();
				const cell = $(event.currentTarget).parent();
				const user = cell.closest("tr").attr("data-user");
				const { reasons } = await frappe.xcall("client_comms.api.explain_access", {
					doctype,
					name,
					user,
					action,
				});
				cell.html(
					`<ul class="pl-3 mb-0">${reasons.map((reason) => `<li>${reason}</li>`).join("")}</ul>`
				);
			});
			this.$view.find("[data-search]").on("input", (event) => {
				const wanted = event.target.value.toLowerCase();
				this.$view
					.find("tr[data-user]")
					.each((i, row) => $(row).toggle(row.innerText.toLowerCase().includes(wanted) || !wanted));
			});
		}
	}

	// --- simulation -------------------------------------------------------------------------------------

	class WhatIfView extends View {
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
					check(`can_${action}`, ACTIONS[action])
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
					to_html
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
					to_html
				);
			}
		}

		to_html({ checked, users, gaining, losing, rows }) {
			const summary = rows.length
				? __(
						"{0} interactions and {1} users were compared: {2} users would gain access, {3} would lose some.",
						[checked, users, `<strong>${gaining}</strong>`, `<strong>${losing}</strong>`]
				  )
				: __("{0} interactions and {1} users were compared: nobody would gain or lose anything.", [
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
			const titles = [__("User"), __("Communication Type"), __("Level"), __("Gains"), __("Loses")];
			const table = rows.length
				? `<div class="table-responsive"><table class="table table-bordered">
				<thead><tr>${titles
					.map((title) => `<th>${title}</th>`)
					.join("")}</tr></thead>
				<tbody>${rows
					.slice(0, SHOWN_ROWS)
					.map(
						(row) => `<tr data-user="${escape(row.user)}">
						<td style="overflow-wrap: anywhere">${escape(row.full_name || row.user)}
							<div class="small text-muted">${escape(row.user)}</div></td>
						<td>${escape(__(row.communication_type))}</td>
						<td>${[...new Set([row.level, row.level_after])].map((level) => escape(__(level))).join(" → ")}</td>
						<td>${number(row.gained, "green", "+")}</td>
						<td>${number(row.lost, "red", "−")}</td></tr>`
					)
					.join("")}</tbody></table></div>`
				: "";
			return `<p class="mt-3">${summary}</p>${more}${table}
			<p class="text-muted small">${__(
				"Role permissions are taken into account; User Permissions are not."
			)}</p>`;
		}
	}
})();
