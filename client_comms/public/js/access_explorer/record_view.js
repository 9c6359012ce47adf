// Access Explorer: who can access one record, and why.
(() => {
	const { ACTIONS, RULES, View, escape } = client_comms.access_explorer;
	const RECORDS = [
		"Client Interaction",
		"Issue",
		"Lead",
		"Opportunity",
		"Communication",
		"Event",
		"Call Log",
	];

	client_comms.access_explorer.RecordView = class RecordView extends View {
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
					full_name || user,
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
						<td class="small">${reasons(row.reasons)}</td></tr>`,
				),
			)}
			${section(
				cannot,
				others.map(
					(row) => `<tr data-user="${escape(row.user)}">${person(row)}
						<td><span class="indicator-pill gray">${RULES[row.rule] || escape(row.rule)}</span></td>
						<td class="small"><a href="#" data-why>${__("Why not?")}</a></td></tr>`,
				),
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
					`<ul class="pl-3 mb-0">${reasons.map((reason) => `<li>${reason}</li>`).join("")}</ul>`,
				);
			});
			this.$view.find("[data-search]").on("input", (event) => {
				const wanted = event.target.value.toLowerCase();
				this.$view
					.find("tr[data-user]")
					.each((i, row) => $(row).toggle(row.innerText.toLowerCase().includes(wanted) || !wanted));
			});
		}
	};
})();
