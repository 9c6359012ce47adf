// The clauses of the procedure with their state, controls and figures; every figure opens the records behind it (R-3).

// Inside a function, because Frappe runs a page's script in the global scope.
(() => {
	frappe.pages["scorecard"].on_page_load = (wrapper) => {
		wrapper.scorecard = new Scorecard(wrapper);
	};
	frappe.pages["scorecard"].on_page_show = (wrapper) => wrapper.scorecard.load();

	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const COLOURS = { Green: "green", Amber: "orange", Red: "red" };
	const pill = (state) =>
		`<span class="indicator-pill ${COLOURS[state] || "gray"}" style="white-space: nowrap">${__(state || "No Data")}</span>`;

	class Scorecard {
		constructor(wrapper) {
			this.page = frappe.ui.make_app_page({
				parent: wrapper,
				title: __("Scorecard"),
				single_column: true,
			});
			const today = client_comms.fields.today();
			this.since = this.page.add_field({
				fieldname: "since",
				fieldtype: "Date",
				label: __("From", null, "Period"),
				default: frappe.datetime.add_days(today, -29),
				change: () => this.load(),
			});
			this.until = this.page.add_field({
				fieldname: "until",
				fieldtype: "Date",
				label: __("To", null, "Period"),
				default: today,
				change: () => this.load(),
			});
			this.page.set_secondary_action(__("Print"), () => this.print());
			this.page.add_menu_item(__("Snapshots"), () => frappe.set_route("List", "Scorecard Snapshot"));
			this.$body = $('<div class="client-comms-scorecard p-3"></div>').appendTo(this.page.main);
			this.$body.on("click", "[data-figure]", (event) => this.open_figure($(event.currentTarget)));
			this.$body.on("click", "[data-control]", (event) => this.open_control($(event.currentTarget)));
		}

		period() {
			return { since: this.since.get_value() || null, until: this.until.get_value() || null };
		}

		async load() {
			const asked = JSON.stringify(this.period());
			const card = await frappe.xcall("client_comms.api.scorecard", this.period());
			if (asked === JSON.stringify(this.period())) this.show(card);
		}

		show(card) {
			this.card = card;
			const count = (state) => card.clauses.filter((clause) => clause.state === state).length;
			this.$body.html(`
				<p>${pill("Green")} ${count("Green")} &nbsp; ${pill("Amber")} ${count("Amber")} &nbsp;
					${pill("Red")} ${count("Red")}</p>
				<div class="table-responsive"><table class="table table-bordered"><thead><tr>
					<th>${__("Clause")}</th><th>${__("State")}</th><th>${__("Controls")}</th>
					<th>${__("Figures")} <span class="text-muted">(${__("before")})</span></th></tr></thead>
				<tbody>${card.clauses.map((clause, row) => this.row(clause, row)).join("")}</tbody></table></div>`);
		}

		row({ clause, title, state, rule, controls, figures }, row) {
			const control = ({ name, state, message }, index) =>
				`<div class="mb-1"><button type="button" class="btn btn-link btn-xs p-0 text-left" data-control="${row}:${index}">
					${escape(name)}</button> ${pill(state)} <span class="text-muted small">${escape(message)}</span></div>`;
			const number = (value, unit) =>
				value === null || value === undefined ? "–" : `${value}${unit ? " %" : ""}`;
			const figure = ({ name, value, before, unit, state, can_open }, index) =>
				`<div class="mb-1">${escape(name)}: <button type="button" class="btn btn-link btn-xs p-0"
					data-figure="${row}:${index}" ${value === null || !can_open ? "disabled" : ""}><b>${number(value, unit)}</b></button>
					${before === null ? "" : `<span class="text-muted">(${number(before, unit)})</span>`} ${state ? pill(state) : ""}</div>`;
			return `<tr data-clause="${escape(clause)}" data-state="${escape(state)}">
				<td><b>${escape(clause)}</b><br>${escape(title)}</td>
				<td>${pill(state)}<div class="text-muted small">${escape(rule)}</div></td>
				<td>${controls.map(control).join("")}</td><td>${figures.map(figure).join("")}</td></tr>`;
		}

		found($element, kind) {
			const [row, index] = $element.attr(`data-${kind}`).split(":").map(cint);
			return this.card.clauses[row][`${kind}s`][index];
		}

		open_figure($element) {
			const { doctype, filters } = this.found($element, "figure");
			// The conditions of each field, as a list takes them when it is opened; it knows whole days, and no "between".
			const options = {};
			for (const [of, name, operator, value] of filters) {
				const field = of === doctype ? name : `${of}.${name}`;
				let condition = [operator, value];
				if (operator === "between") {
					condition = ["Between", value.map((moment) => moment.slice(0, 10))];
				} else if (operator === "=" && of !== doctype) {
					condition = ["in", [value]]; // the list takes "=" for a field of its own, if one has the same name
				}
				(options[field] ||= []).push(JSON.stringify(condition));
			}
			// Without any, the list would keep those of its last visit.
			if (!filters.length) options.creation = [JSON.stringify(["is", "set"])];
			frappe.route_options = options;
			frappe.set_route("List", doctype, "List");
		}

		open_control($element) {
			frappe.set_route(...this.found($element, "control").route);
		}

		print() {
			return client_comms.open_window(async () => {
				const name = await frappe.xcall("client_comms.api.scorecard_snapshot", this.period());
				const query = new URLSearchParams({
					doctype: "Scorecard Snapshot",
					name,
					format: "Clause Scorecard",
				});
				return frappe.urllib.get_full_url(`/printview?${query}`);
			});
		}
	}
})();
