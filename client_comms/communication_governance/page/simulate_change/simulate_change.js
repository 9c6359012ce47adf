// What a change of the matrix or of a level would do to the interactions that exist, and whether it opens anything (M-1).

// Inside a function, because Frappe runs a page's script in the global scope. The result is drawn by
// public/js/policy_change_result.js, which `page_js` in hooks.py appends.
frappe.provide("client_comms.policy_changes");
(() => {
	frappe.pages["simulate-change"].on_page_load = (wrapper) => {
		wrapper.simulation = new Simulation(wrapper);
	};
	frappe.pages["simulate-change"].on_page_show = (wrapper) => wrapper.simulation.follow_route();

	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const UNFINISHED = ["Queued", "Running"];
	const COLOURS = {
		Queued: "gray",
		Running: "blue",
		Finished: "green",
		Cancelled: "orange",
		Failed: "red",
	};
	const pill = (status) =>
		`<span class="indicator-pill ${COLOURS[status] || "gray"}">${escape(__(status))}</span>`;

	class Simulation {
		constructor(wrapper) {
			this.page = frappe.ui.make_app_page({
				parent: wrapper,
				title: __("Simulate Changes"),
				single_column: true,
			});
			this.page.add_menu_item(__("All Simulations"), () =>
				frappe.set_route("List", "Policy Change Run"),
			);
			const { export_policy, import_policy } = client_comms.policy_changes;
			this.page.add_menu_item(__("Export Policy"), export_policy);
			if (frappe.user.has_role("Client Communications Manager")) {
				this.page.add_menu_item(__("Import Policy"), import_policy);
			}
			this.$body = $(`<div class="p-3 client-comms-simulation">
				<p class="text-muted">${__(
					"Choose a matrix version, which may be a draft, to see what it would do to the interactions that exist. A level is simulated from its form, before it is saved. Nothing is changed.",
				)}</p>
				<div class="fields"></div><div class="run" aria-live="polite"></div><div class="recent mt-4"></div>
			</div>`).appendTo(this.page.main);
			this.form = client_comms.field_group({
				fields: this.fields(),
				body: this.$body.find(".fields"),
			});
			this.$body.on("click", "[data-do]", (event) => this[event.currentTarget.dataset.do](event));
			frappe.realtime.on("client_comms_policy_change", (told) => this.on_progress(told));
		}

		fields() {
			return [
				{
					fieldname: "matrix",
					fieldtype: "Link",
					options: "Communication Matrix",
					label: __("Matrix Version"),
				},
				{ fieldtype: "Column Break" },
				{
					fieldname: "since",
					fieldtype: "Date",
					label: __("Interactions Since"),
					description: __("Leave empty to include all"),
				},
				{ fieldtype: "Column Break" },
				{
					fieldname: "open_only",
					fieldtype: "Check",
					label: __("Open Interactions Only"),
					description: __("Those that submitting the version would reclassify"),
				},
				{ fieldtype: "Section Break", hide_border: 1 },
				{
					fieldname: "simulate",
					fieldtype: "Button",
					primary: 1,
					label: __("Simulate"),
					click: () => this.start(),
				},
			];
		}

		/** simulate-change/RUN shows a run; ?matrix= of the form of a version fills in the version. */
		async follow_route() {
			client_comms.show_title(this.page);
			const [, run] = frappe.get_route();
			const matrix = frappe.route_options?.matrix;
			frappe.route_options = null;
			if (matrix) this.form.set_value("matrix", matrix);
			await this.load(run || null);
		}

		async load(run) {
			this.name = run;
			const answer = await frappe.xcall("client_comms.api.policy_change", { run });
			const examples = answer.run?.result?.new_access?.example?.users || [];
			await client_comms.user_names.load_all([
				...answer.recent.map(({ started_by }) => started_by),
				...examples,
			]);
			if (this.name === run) this.show(answer);
		}

		async start() {
			const { matrix, since, open_only } = this.form.get_values(true);
			if (!matrix) {
				frappe.msgprint({
					title: __("Details Missing"),
					message: __("Choose: {0}", [__("Matrix Version")]),
					indicator: "orange",
				});
				return;
			}
			const button = this.form.get_field("simulate").$input.prop("disabled", true);
			try {
				const run = await frappe.xcall(
					"client_comms.api.simulate_change",
					{
						doctype: "Communication Matrix",
						name: matrix,
						since: since || null,
						open_only: open_only ? 1 : 0,
					},
					"POST",
				);
				frappe.set_route("simulate-change", run);
			} finally {
				button.prop("disabled", false);
			}
		}

		on_progress({ run, status, done, total }) {
			if (run !== this.name) return;
			if (UNFINISHED.includes(status)) {
				this.$body.find(".run").html(this.progress({ status, done, total }));
			} else this.load(run);
		}

		show({ run, recent }) {
			const html = !run
				? ""
				: `<h4 class="mt-3">${this.title(run)} ${pill(run.status)}</h4>
					${run.error ? `<p class="text-danger">${escape(run.error)}</p>` : ""}
					${run.failed ? this.failed(run) : ""}
					${run.status === "Finished" ? "" : this.unfinished(run)}
					${run.result ? client_comms.policy_changes.result_html(run) : ""}`;
			this.$body.find(".run").html(html);
			this.$body.find(".recent").html(this.recent_html(recent));
		}

		title({ kind, reference_name, since, open_only }) {
			return [
				escape(__(kind)),
				escape(reference_name),
				since && __("since {0}", [frappe.datetime.str_to_user(since)]),
				open_only && __("open interactions only"),
			]
				.filter(Boolean)
				.join(" · ");
		}

		failed({ failed, status }) {
			const again = `<button class="btn btn-default btn-sm mb-3" data-do="retry">${__("Try Again")}</button>`;
			return `<p class="text-danger">${__(
				"Interactions that could not be changed, and keep their former version: {0}. The Error Log has the reasons.",
				[failed],
			)}</p>${status === "Finished" ? again : ""}`;
		}

		unfinished(run) {
			if (UNFINISHED.includes(run.status)) return this.progress(run);
			const done = __("{0} of {1} interactions were processed.", [run.done, run.total]);
			return `<p>${done}</p><button class="btn btn-default btn-sm" data-do="resume">${__("Continue")}</button>`;
		}

		progress({ status, done, total }) {
			const share = total ? Math.min(100, Math.round((100 * done) / total)) : 0;
			return `<p>${pill(status)} ${__("{0} of {1} interactions", [done, total])}</p>
				<div class="progress mb-2"><div class="progress-bar" role="progressbar" style="width: ${share}%"
					aria-label="${__("Progress")}" aria-valuenow="${share}" aria-valuemin="0" aria-valuemax="100"></div></div>
				<button class="btn btn-default btn-sm" data-do="cancel">${__("Cancel")}</button>`;
		}

		async cancel() {
			await frappe.xcall("client_comms.api.cancel_policy_change", { run: this.name }, "POST");
			this.load(this.name);
		}

		async resume() {
			await frappe.xcall("client_comms.api.continue_policy_change", { run: this.name }, "POST");
			this.load(this.name);
		}

		async retry({ currentTarget }) {
			const button = $(currentTarget).prop("disabled", true);
			try {
				await frappe.xcall("client_comms.api.retry_policy_change", { run: this.name }, "POST");
			} finally {
				button.prop("disabled", false);
			}
			this.load(this.name);
		}

		/** Interactions that a person would gain or lose, and that the reader can open. */
		async examples(event) {
			const { user, level, type } = event.currentTarget.dataset;
			const rows = await frappe.xcall("client_comms.api.policy_change_examples", {
				run: this.name,
				user,
				level,
				communication_type: type,
			});
			const list = rows.map(
				(row) =>
					`<li>${row.gains ? __("Gains") : __("Loses")}: ${frappe.utils.get_form_link("Client Interaction", row.name, true)} ${escape(row.subject)}</li>`,
			);
			frappe.msgprint({
				title: __("Examples"),
				message: list.length
					? `<ul>${list.join("")}</ul>`
					: __("There are no examples that you can read."),
			});
		}

		recent_html(recent) {
			if (!recent.length) return "";
			const rows = recent.map(
				(
					run,
				) => `<tr><td><a href="/app/simulate-change/${encodeURIComponent(run.name)}">${this.title(run)}</a></td>
					<td>${pill(run.status)}</td><td>${escape(client_comms.user_names.of(run.started_by))}</td>
					<td>${frappe.datetime.str_to_user(run.started_on)}</td></tr>`,
			);
			const heads = [
				__("Change", null, "Policy Change Run"),
				__("Status"),
				__("Started By"),
				__("Started On"),
			];
			return `<h5>${__("Recent")}</h5><div class="table-responsive"><table class="table table-bordered">
				<thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead>
				<tbody>${rows.join("")}</tbody></table></div>`;
		}
	}
})();
