// Who can access what, and why: for a user, for a record, and for a simulated change.

// Inside a function, because Frappe runs a page's script in the global scope. The views are appended by
// `page_js` in hooks.py; what they share is in `client_comms.access_explorer`.
frappe.provide("client_comms.access_explorer");
(() => {
	frappe.pages["access-explorer"].on_page_load = (wrapper) => {
		wrapper.explorer = new AccessExplorer(wrapper);
	};
	frappe.pages["access-explorer"].on_page_show = (wrapper) => wrapper.explorer.follow_route();

	const ACTIONS = {
		read: __("Read", null, "Level Clearance"),
		write: __("Write"),
		print: __("Print"),
		email: __("Email"),
		export: __("Export"),
		share: __("Share"),
		delete: __("Delete"),
	};
	const RULES = client_comms.ACCESS_RULES;

	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const user_query = () => ({ query: "client_comms.api.queries.desk_users" });

	class AccessExplorer {
		constructor(wrapper) {
			this.page = frappe.ui.make_app_page({
				parent: wrapper,
				title: __("Access Explorer"),
				single_column: true,
			});
			const { UserView, RecordView, WhatIfView } = client_comms.access_explorer;
			this.views = { user: new UserView(), record: new RecordView(), "what-if": new WhatIfView() };
			this.make();
		}

		make() {
			const tabs = Object.entries(this.views).map(
				([key, view]) =>
					`<li class="nav-item" role="presentation"><a class="nav-link" href="#" data-view="${key}" role="tab">${escape(view.title)}</a></li>`,
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
			client_comms.show_title(this.page);
			const [, key = "user", ...rest] = frappe.get_route();
			const chosen = this.views[key] ? key : "user";
			this.body.find("[data-view]").each((i, link) =>
				$(link)
					.toggleClass("active", link.dataset.view === chosen)
					.attr("aria-selected", link.dataset.view === chosen),
			);
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
			this.form = client_comms.field_group({
				fields: this.fields(),
				body: this.$view.find(".fields"),
			});
			this.show_empty();
		}

		follow() {}

		show_empty() {
			this.show(`<div class="text-muted text-center py-5">${escape(this.hint)}</div>`);
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
			} catch {
				if (asked !== this.asked) return;
				this.asked = null;
				this.show_empty();
			}
		}
	}

	Object.assign(client_comms.access_explorer, { ACTIONS, RULES, View, escape, user_query });
})();
