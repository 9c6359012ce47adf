// What a user can really see, requested as their browser would, compared with the rule.

// Inside a function, because Frappe runs a page's script in the global scope.
(() => {
	frappe.pages["leak-check"].on_page_load = (wrapper) => {
		frappe.breadcrumbs.add("Communication Governance"); // where the workspace is
		wrapper.leak_check = new LeakCheck(wrapper);
	};
	frappe.pages["leak-check"].on_page_show = (wrapper) => wrapper.leak_check.follow_route();

	const EVENT = "client_comms_leak_check";
	const POLL_MILLISECONDS = 3000;
	const RESULTS = {
		open: ["red", __("open")],
		closed: ["green", __("closed")],
		"as allowed": ["blue", __("as allowed")],
		"not shown": ["gray", __("not shown")],
		"not checked": ["orange", __("not checked")],
	};
	const STATUSES = {
		Queued: ["gray", __("Queued")],
		Running: ["blue", __("Running")],
		Finished: ["green", __("Finished")],
		Failed: ["red", __("Failed")],
		Cancelled: ["gray", __("Cancelled")],
	};

	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const pill = ([colour, text]) =>
		`<span class="indicator-pill ${colour}" style="white-space: nowrap">${text}</span>`;
	const going = (run) => run && ["Queued", "Running"].includes(run.status);

	class LeakCheck {
		constructor(wrapper) {
			this.wrapper = wrapper;
			this.page = frappe.ui.make_app_page({
				parent: wrapper,
				title: __("Leak Check"),
				single_column: true,
			});
			this.$body = $(`<div class="leak-check p-3">
				<p class="text-muted small px-3">${__(
					"The check creates a record with a secret word at every level, requests it as the user in every way the site offers, and compares what comes back with the rule. The test records are then removed. This takes one to two minutes.",
				)}</p>
				<div class="fields"></div>
				<div class="px-3"><div class="run"></div><div class="recent"></div></div>
			</div>`).appendTo(this.page.main);
			this.make_form();
			this.listen();
		}

		make_form() {
			this.form = client_comms.field_group({
				body: this.$body.find(".fields"),
				fields: [
					{
						fieldname: "role",
						fieldtype: "Link",
						options: "Role",
						label: __("Role"),
						description: __("Only users with this role are offered"),
						get_query: () => ({ query: "client_comms.api.queries.roles" }),
						ignore_link_validation: 1,
						change: () => this.form.set_value("user", ""),
					},
					{ fieldtype: "Column Break" },
					{
						fieldname: "user",
						fieldtype: "Link",
						options: "User",
						label: __("User to Check"),
						get_query: () => ({
							query: "client_comms.api.queries.desk_users",
							filters: { role: this.form.get_value("role") || "" },
						}),
						ignore_link_validation: 1,
					},
					{ fieldtype: "Column Break" },
					{
						fieldname: "inside",
						fieldtype: "Check",
						label: __("Without the Web Server"),
						description: " ",
					},
				],
			});
			this.page.set_primary_action(__("Start"), () => this.start());
		}

		listen() {
			frappe.realtime.on(EVENT, ({ run, done, total }) => {
				if (run !== this.run?.name) return;
				if (total) this.show_progress(done, total);
				else this.load(run);
			});
			this.$body.on("change", "[data-open-only]", () => this.filter());
			this.$body.on("click", "[data-download]", () => this.download());
			this.$body.on("click", "[data-cancel]", async ({ currentTarget }) => {
				$(currentTarget).prop("disabled", true).text(__("Cancelling…"));
				const { name } = this.run;
				await frappe.xcall("client_comms.api.leak_check.cancel_leak_check", { name }, "POST");
				this.load(name);
			});
			this.$body.on("click", "[data-run]", (event) => {
				event.preventDefault();
				frappe.set_route("leak-check", event.currentTarget.dataset.run);
			});
		}

		follow_route() {
			client_comms.show_title(this.page);
			this.load(frappe.get_route()[1]);
		}

		async start() {
			const { user, inside } = this.form.get_values(true);
			if (!user) {
				frappe.msgprint({
					title: __("User Missing"),
					message: __("Choose the user to check."),
					indicator: "orange",
				});
				return;
			}
			const name = await frappe.xcall("client_comms.api.leak_check.start_leak_check", {
				user,
				over_http: inside ? 0 : 1,
			});
			frappe.set_route("leak-check", name);
		}

		async load(name) {
			clearTimeout(this.poll);
			const { run, recent, address } = await frappe.xcall(
				"client_comms.api.leak_check.get_leak_check",
				{
					name: name || null,
				},
			);
			this.run = run;
			this.form.set_df_property(
				"inside",
				"description",
				__("Otherwise requests go to {0}", [`<strong>${escape(address)}</strong>`]),
			);
			this.page.btn_primary.prop("disabled", going(recent[0]));
			this.$body.find(".run").html(run ? this.run_html(run) : this.empty_html());
			this.$body.find(".recent").html(this.recent_html(recent));
			this.filter();
			if (going(run)) {
				if (run.total) this.show_progress(run.done, run.total);
				// Messages may be lost or the socket may be down, so poll as well while the page is open.
				this.poll = setTimeout(() => {
					if (frappe.get_route()[0] === "leak-check") this.load(run.name);
				}, POLL_MILLISECONDS);
			}
		}

		show_progress(done, total) {
			const share = Math.round((100 * done) / total);
			this.$body.find(".progress-bar").css("width", `${share}%`).attr("aria-valuenow", share);
			this.$body.find("[data-progress]").text(__("{0} of {1} steps", [done, total]));
		}

		filter() {
			const only = this.$body.find("[data-open-only]").prop("checked");
			this.$body.find("tr[data-open='0']").toggle(!only);
			this.$body
				.find("[data-nothing-open]")
				.toggle(Boolean(only && !this.$body.find("tr[data-open='1']").length));
		}

		download() {
			const { result, name, user, started_by, started_on, finished_on, address } = this.run;
			const content = { run: name, started_by, started_on, finished_on, address, ...result };
			const link = document.createElement("a");
			link.href = URL.createObjectURL(
				new Blob([JSON.stringify(content, null, 2)], { type: "application/json" }),
			);
			link.download = `leak-check ${user} ${started_on.slice(0, 10)}.json`;
			link.click();
			URL.revokeObjectURL(link.href);
		}

		empty_html() {
			return `<div class="text-muted text-center py-5">${__("No check has run yet. Choose a user above, then Start.")}</div>`;
		}

		run_html(run) {
			const by = __("started by {0} on {1}", [
				escape(run.started_by),
				frappe.datetime.str_to_user(run.started_on),
			]);
			const where = run.address
				? __("requests sent to {0}", [escape(run.address)])
				: __("requests run inside the background worker");
			return `<div class="d-flex justify-content-between align-items-start mt-3">
					<h4 style="overflow-wrap: anywhere">${escape(run.full_name || run.user)}
						<small class="text-muted">${escape(run.user)}</small></h4>
					${pill(STATUSES[run.status])}
				</div>
				<p class="text-muted small">${by} · ${where}</p>
				${going(run) ? this.progress_html() : run.result ? this.result_html(run) : this.failure_html(run)}`;
		}

		progress_html() {
			return `<div class="progress my-3"><div class="progress-bar" role="progressbar" style="width: 0"></div></div>
				<p class="text-muted" data-progress>${__("Waiting for a background worker…")}</p>
				<button class="btn btn-default btn-sm" data-cancel>${__("Cancel")}</button>`;
		}

		failure_html({ status, error }) {
			if (status === "Cancelled") return `<p class="text-muted">${__("This check was cancelled.")}</p>`;
			return `<div class="alert alert-danger">${escape(error)}</div>`;
		}

		result_html(run) {
			const { findings, standing, review, takeovers = [] } = run.result;
			const levels = [...new Set(findings.map((each) => each.level))];
			const surfaces = new Map();
			for (const each of findings) {
				if (!surfaces.has(each.surface)) surfaces.set(each.surface, { close: each.close });
				surfaces.get(each.surface)[each.level] = each.result;
			}
			const unchecked = run.unchecked_count
				? `<div class="alert alert-warning">${__(
						"Some surfaces were not checked, because they returned nothing even to Administrator.",
					)}</div>`
				: "";
			const verdict = run.open_count
				? `<div class="alert alert-danger">${__("{0} open, although the rule denies access.", [
						run.open_count,
					])}</div>`
				: `<div class="alert alert-success">${__("Everything that should be closed is closed.")}</div>`;
			const rows = [...surfaces].map(([surface, found]) => {
				const open = levels.some((level) => found[level] === "open");
				return `<tr data-open="${open ? 1 : 0}">
					<td style="overflow-wrap: anywhere">${escape(surface)}</td>
					${levels.map((level) => `<td>${found[level] ? pill(RESULTS[found[level]]) : ""}</td>`).join("")}
					<td class="small">${open ? escape(found.close) : ""}</td></tr>`;
			});
			return `${verdict}${unchecked}
				${list(__("Disabled controls"), takeovers, "close")}
				${list(__("Existing access that violates the rule"), standing, "close")}
				<div class="d-flex justify-content-between align-items-center mt-4 mb-2">
					<label class="mb-0"><input type="checkbox" data-open-only> ${__("Show open only")}</label>
					<button class="btn btn-default btn-sm" data-download>${__("Download JSON")}</button>
				</div>
				<div class="table-responsive"><table class="table table-bordered" data-surfaces>
					<thead><tr><th>${__("Surface")}</th>
						${levels.map((level) => `<th>${escape(__(level))}</th>`).join("")}
						<th>${__("How to Close It")}</th></tr></thead>
					<tbody>${rows.join("")}
						<tr data-nothing-open style="display: none"><td class="text-muted" colspan="${levels.length + 2}">
							${__("No surface is open.")}</td></tr></tbody>
				</table></div>
				${list(__("Review these yourself, because a check cannot see what they do"), review, "what")}`;
		}

		recent_html(recent) {
			if (!recent.length) return "";
			const rows = recent.map(
				(run) => `<tr><td><a href="#" data-run="${escape(run.name)}">${frappe.datetime.str_to_user(
					run.started_on,
				)}</a></td>
				<td style="overflow-wrap: anywhere">${escape(run.user)}</td>
				<td style="overflow-wrap: anywhere">${escape(run.started_by)}</td>
				<td>${pill(STATUSES[run.status])}</td>
				<td>${run.status === "Finished" ? cint(run.open_count) : ""}</td></tr>`,
			);
			const titles = [__("Started On"), __("User"), __("Started By"), __("Status"), __("Open")];
			return `<h5 class="mt-5">${__("Latest Checks")}</h5>
				<div class="table-responsive"><table class="table table-bordered">
					<thead><tr>${titles.map((title) => `<th>${title}</th>`).join("")}</tr></thead>
					<tbody>${rows.join("")}</tbody></table></div>
				<a href="#" onclick="frappe.set_route('List', 'Leak Check Run'); return false">${__("All Checks")}</a>`;
		}
	}

	function list(title, rows, what) {
		if (!rows.length) return "";
		const items = rows.map(
			(row) =>
				`<li class="mb-1" style="overflow-wrap: anywhere"><strong>${escape(
					row.document,
				)}</strong>: ${escape(row[what])}</li>`,
		);
		return `<h5 class="mt-4">${title}</h5><ul class="pl-4">${items.join("")}</ul>`;
	}
})();
