// A user's trainings, and taking one: content, questions, result, in one session or several (T-1).

// Inside a function, because Frappe runs a page's script in the global scope.
(() => {
	frappe.pages["take-training"].on_page_load = (wrapper) => {
		wrapper.training = new TakeTraining(wrapper);
	};
	frappe.pages["take-training"].on_page_show = (wrapper) => wrapper.training.follow_route();

	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const STATES = {
		Assigned: ["orange", __("To Do", null, "SOP Training")],
		Overdue: ["red", __("Overdue")],
		Current: ["green", __("Current")],
		Due: ["blue", __("Can Be Repeated")],
		Lapsed: ["red", __("Lapsed", null, "SOP Training")],
	};

	class TakeTraining {
		constructor(wrapper) {
			this.page = frappe.ui.make_app_page({
				parent: wrapper,
				title: __("My Training"),
				single_column: true,
			});
			this.$body = $('<div class="take-training p-3" style="max-width: 760px"></div>').appendTo(
				this.page.main,
			);
		}

		follow_route() {
			const training = frappe.get_route()[1];
			return training ? this.open(training) : this.list();
		}

		async list() {
			client_comms.show_title(this.page, __("My Training"));
			const rows = await frappe.xcall("client_comms.api.my_trainings");
			if (!rows.length) {
				this.$body.html(`<div class="text-center text-muted" style="padding: 60px 15px">
					<p>${__("No training is assigned to you.")}</p>
					<p>${__("What your roles must know about clients is learned here. You are notified of each training, and by when it is due.")}</p>
				</div>`);
				return;
			}
			this.$body.html(
				rows
					.map(({ training, state, until }) => {
						const [colour, label] = STATES[state] || ["gray", __(state)];
						const day = until ? frappe.datetime.str_to_user(until) : "";
						const when = ["Current", "Due"].includes(state)
							? __("valid until {0}", [day])
							: state === "Assigned"
								? __("by {0}", [day])
								: __("since {0}", [day]);
						return `<div class="frappe-card p-3 mb-3 d-flex justify-content-between align-items-center flex-wrap">
							<div><b>${escape(training)}</b><br>
								<span class="indicator-pill ${colour}">${label}</span>
								<span class="text-muted small">${when}</span></div>
							<button class="btn btn-sm ${state === "Current" ? "btn-default" : "btn-primary"}"
								data-training="${escape(training)}">${state === "Current" ? __("Read Again") : __("Start")}</button>
						</div>`;
					})
					.join(""),
			);
			this.$body
				.find("button")
				.on("click", (event) =>
					frappe.set_route("take-training", $(event.currentTarget).attr("data-training")),
				);
		}

		async open(training) {
			client_comms.show_title(this.page, training);
			this.attempt = await frappe.xcall("client_comms.api.open_training", { training });
			this.answers = this.attempt.answers;
			const { content, content_url, files, questions, pass_mark } = this.attempt;
			const link = content_url
				? `<p><a href="${escape(content_url)}" target="_blank" rel="noopener noreferrer">${__(
						"Open the course",
					)}</a></p>`
				: "";
			const documents = files
				.map(
					({ file_name, file_url }) =>
						`<li><a href="${escape(file_url)}" target="_blank" rel="noopener noreferrer">${escape(file_name)}</a></li>`,
				)
				.join("");
			const intro = questions.length
				? `<h4>${__("Questions")}</h4><p class="text-muted">${__(
						"To pass, answer {0} percent correctly. Your answers are saved as you go, so you can finish later.",
						[pass_mark],
					)}</p>`
				: "";
			this.$body.html(`
				<div class="content ql-editor read-mode mb-4">${client_comms.harmless_html(content, true).html}</div>${link}
				${documents && `<ul class="documents">${documents}</ul>`}
				${intro}
				<form>${questions.map((question, index) => this.question_html(question, index)).join("")}
					<button type="submit" class="btn btn-primary">${
						questions.length ? __("Submit Answers") : __("I Have Completed This Training")
					}</button></form>
				<div class="result mt-4" aria-live="polite"></div>`);
			this.$body.find("input").on("change", () => this.keep());
			this.$body.find("form").on("submit", (event) => {
				event.preventDefault();
				this.finish();
			});
		}

		question_html({ key, question, multiple, options }, index) {
			const chosen = this.answers[key] || [];
			return `<fieldset class="mb-4" data-key="${escape(key)}">
				<legend style="font-size: inherit; font-weight: 600">${index + 1}. ${escape(question)}
					${multiple ? `<span class="text-muted small">${__("Several answers are correct.")}</span>` : ""}</legend>
				${options
					.map(
						({
							number,
							text,
						}) => `<label class="d-block" style="font-weight: normal; padding: 6px 0">
						<input type="${multiple ? "checkbox" : "radio"}" name="question-${escape(key)}" value="${number}"
							${chosen.includes(number) ? "checked" : ""}> ${escape(text)}</label>`,
					)
					.join("")}</fieldset>`;
		}

		collect() {
			this.answers = {};
			this.$body.find("fieldset").each((_index, element) => {
				const checked = $(element).find("input:checked").toArray();
				if (checked.length) {
					this.answers[$(element).attr("data-key")] = checked.map((each) => cint(each.value));
				}
			});
			return this.answers;
		}

		/** One after the other: what was ticked last is to arrive last. */
		keep() {
			const args = { attempt: this.attempt.attempt, answers: this.collect() };
			const keep = () => frappe.xcall("client_comms.api.keep_training_answers", args);
			this.kept = this.kept ? this.kept.then(keep, keep) : keep();
		}

		async finish() {
			const answers = this.collect();
			const open = this.attempt.questions.length - Object.keys(answers).length;
			if (open) {
				frappe.show_alert({
					message:
						open === 1
							? __("1 question has not been answered yet.")
							: __("{0} questions have not been answered yet.", [open]),
					indicator: "orange",
				});
				const missing = (_index, element) => !$(element).find("input:checked").length;
				this.$body.find("fieldset").filter(missing).first().find("input").first().trigger("focus");
				return;
			}
			const $submit = this.$body.find("[type=submit]").prop("disabled", true);
			const { attempt, training } = this.attempt;
			let result;
			try {
				await this.kept?.catch(() => {}); // they are handed in with all others
				result = await frappe.xcall("client_comms.api.finish_training", { attempt, answers });
			} catch {
				$submit.prop("disabled", false);
				return this.open(training); // as it is now, if it was changed, otherwise with the answers that were kept
			}
			this.$body.find("form").hide();
			this.$body.find(".result").html(this.result_html(result));
			this.$body.find(".again").on("click", () => this.open(training));
			this.$body.find(".list").on("click", () => frappe.set_route("take-training"));
			this.$body.find(".result")[0].scrollIntoView({ block: "center" });
		}

		result_html({ passed, score, valid_until, wrong }) {
			const percent = Math.round(score);
			if (passed) {
				const day = frappe.datetime.str_to_user(valid_until);
				// Without questions nothing is scored: reading it was confirmed.
				const said = this.attempt.questions.length
					? __("Passed with {0} percent. The training is now valid until {1}.", [percent, day])
					: __("Completed. The training is now valid until {0}.", [day]);
				return `<div class="alert alert-success">${said}</div><button class="btn btn-default list">${__("My Training")}</button>`;
			}
			return `<div class="alert alert-warning">${__(
				"{0} percent is not enough to pass. Read the content again and try once more.",
				[percent],
			)}</div><h4>${__("Answered Wrongly")}</h4><ul>${wrong
				.map(
					({ question, explanation }) =>
						`<li>${escape(question)}${explanation ? `<br><span class="text-muted">${escape(explanation)}</span>` : ""}</li>`,
				)
				.join("")}</ul><button class="btn btn-primary again">${__("Try Again")}</button>`;
		}
	}
})();
