// Whether what the app needs works on the site: a line for each, red with what to do where it does not (R-3).

// Inside a function, because Frappe runs a page's script in the global scope.
(() => {
	frappe.pages["client-comms-health"].on_page_load = (wrapper) => {
		frappe.breadcrumbs.add("Communication Governance"); // where the workspace is
		wrapper.health = new Health(wrapper);
	};
	frappe.pages["client-comms-health"].on_page_show = (wrapper) => wrapper.health.load();

	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const pill = ({ ok, next_step }) => {
		const [colour, text] =
			ok && next_step
				? ["orange", __("Not Checked")]
				: ok
					? ["green", __("Works")]
					: ["red", __("Does Not Work")];
		return `<span class="indicator-pill ${colour}" style="white-space: nowrap">${text}</span>`;
	};

	class Health {
		constructor(wrapper) {
			this.page = frappe.ui.make_app_page({
				parent: wrapper,
				title: __("Health"),
				single_column: true,
			});
			this.page.set_primary_action(__("Check Again"), () => this.load());
			this.$body = $('<div class="client-comms-health p-3"></div>').appendTo(this.page.main);
			this.$body.on("click", "[data-line]", (event) => {
				frappe.set_route(...this.lines[cint(event.currentTarget.dataset.line)].route);
			});
		}

		async load() {
			this.lines = await frappe.xcall("client_comms.api.health.check_health");
			const broken = this.lines.filter((line) => !line.ok).length;
			this.page.set_indicator(
				broken ? __("{0} to fix", [broken]) : __("Everything works"),
				broken ? "red" : "green",
			);
			this.$body.html(
				`<div class="table-responsive"><table class="table table-bordered">
					<thead><tr><th>${__("What")}</th><th>${__("State")}</th><th>${__("Result")}</th></tr></thead>
					<tbody>${this.lines.map((line, index) => this.row(line, index)).join("")}</tbody>
				</table></div>`,
			);
		}

		row(line, index) {
			const { key, title, text, faults, next_step, route, ok, help } = line;
			const heading = route.length
				? `<button type="button" class="btn btn-link btn-sm p-0 text-left" data-line="${index}">${escape(title)}</button>`
				: escape(title);
			const list = faults.map((fault) => `<li>${escape(fault)}</li>`).join("");
			const open = `<button type="button" class="btn btn-default btn-xs mt-2" data-line="${index}">${__("Open {0}", [escape(title)])}</button>`;
			const todo = next_step ? `<div>${escape(next_step)}</div>` : "";
			const helpers = help.length ? `<div class="text-muted">${escape(help.join(" "))}</div>` : "";
			const next = todo + (route.length && (todo || faults.length) ? open : helpers);
			return `<tr data-key="${escape(key)}" data-ok="${ok}">
				<td>${heading}</td>
				<td>${pill(line)}</td>
				<td>${escape(text)}${list ? `<ul class="mb-0 pl-4">${list}</ul>` : ""}${next}</td></tr>`;
		}
	}
})();
