// Paper files by the code on their label: a scanner types it and presses Enter (D-6).

// Inside a function, because Frappe runs a page's script in the global scope.
(() => {
	frappe.pages["scan-files"].on_page_load = (wrapper) => {
		wrapper.scan_files = new ScanFiles(wrapper);
	};
	frappe.pages["scan-files"].on_page_show = (wrapper) => wrapper.scan_files.focus();

	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const COLOURS = { "In Place": "green", "Checked Out": "orange", Missing: "red", Destroyed: "gray" };

	class ScanFiles {
		constructor(wrapper) {
			this.page = frappe.ui.make_app_page({
				parent: wrapper,
				title: __("Check Files Out and In"),
				single_column: true,
			});
			this.$body = $(`<div class="scan-files p-3" style="max-width: 640px">
				<form class="mb-4"><label for="scan-files-code">${__("Label Code")}</label>
					<div class="d-flex" style="gap: 8px">
						<input id="scan-files-code" class="form-control" autocomplete="off"
							placeholder="${__("Scan a label, or type its code and press Enter")}">
						<button type="submit" class="btn btn-default">${__("Find")}</button></div></form>
				<div class="file" aria-live="polite"></div></div>`).appendTo(this.page.main);
			this.$code = this.$body.find("input");
			this.turn = 0; // of several scans, the last one is shown
			this.$body.find("form").on("submit", (event) => {
				event.preventDefault();
				this.find();
			});
		}

		focus() {
			this.$code.trigger("focus").trigger("select");
		}

		async find() {
			const label_code = this.$code.val().trim();
			if (!label_code) return;
			const turn = ++this.turn;
			this.$body.find(".file").empty();
			this.focus(); // what is scanned before the answer comes replaces this code
			const { file, reasons } = await this.load(label_code);
			if (turn !== this.turn) return;
			if (file) this.show(file);
			else this.refuse(reasons);
			if (this.$code.val().trim() === label_code) this.focus();
		}

		/** Without Frappe's dialog for refusals, which would take what is scanned next. */
		async load(label_code) {
			const query = new URLSearchParams({ label_code });
			try {
				const answer = await fetch(`/api/method/client_comms.api.physical_file?${query}`);
				const { message, _server_messages } = await answer.json();
				if (answer.ok) return { file: message };
				return {
					reasons: JSON.parse(_server_messages || "[]").map((each) => JSON.parse(each).message),
				};
			} catch {
				return { reasons: [] }; // the network, or what stands between
			}
		}

		/** `reasons` are HTML of the server. */
		refuse(reasons) {
			const shown =
				client_comms.harmless_html(reasons.join("<br>")).html ||
				__("The file could not be loaded. Reload the page.");
			this.$body.find(".file").html(`<div class="alert alert-warning">${shown}</div>`);
		}

		show(file) {
			const due = file.due_back
				? ` · ${__("due back {0}", [frappe.datetime.str_to_user(file.due_back)])}`
				: "";
			this.$body.find(".file").html(`<div class="frappe-card p-3">
				<h4 class="mt-0"><a href="${frappe.utils.get_form_link("Physical File", file.name)}">${escape(file.title)}</a></h4>
				<p><span class="indicator-pill ${COLOURS[file.state]}">${__(file.state, null, "Physical File")}</span>
					${escape(file.label_code)} · ${escape(file.location)} · ${escape(file.custodian_name)}${due}</p>
				<div class="actions d-flex flex-wrap" style="gap: 8px"></div></div>`);
			if (!file.may_write) return;
			const actions = {
				"In Place": [
					[__("Check Out", null, "Physical File"), () => this.check_out(file), "btn-primary"],
					[__("Move", null, "Physical File"), () => this.move(file)],
					[__("Report Missing"), () => this.report_missing(file)],
				],
				"Checked Out": [
					[__("Check In", null, "Physical File"), () => this.check_in(file), "btn-primary"],
					[__("Report Missing"), () => this.report_missing(file)],
				],
				Missing: [[__("Found: Check In"), () => this.check_in(file), "btn-primary"]],
				Destroyed: [[__("Found: Check In"), () => this.check_in(file)]],
			};
			for (const [label, act, kind = "btn-default"] of actions[file.state] || []) {
				$(`<button class="btn btn-sm ${kind}">${label}</button>`)
					.on("click", act)
					.appendTo(this.$body.find(".actions"));
			}
		}

		/** A dialog that stays open until its call has succeeded. */
		ask(file, title, fields, method, label) {
			const recorded = async (values) => {
				const args = { label_code: file.label_code, ...values };
				const shown = await frappe.xcall(`client_comms.api.${method}`, args);
				this.turn += 1;
				this.show(shown);
				frappe.show_alert({ message: __("Recorded."), indicator: "green" });
			};
			const dialog = client_comms.prompt(fields, recorded, title, label);
			dialog.$wrapper.one("hidden.bs.modal", () => this.focus()); // for the next label
		}

		check_out(file) {
			this.ask(
				file,
				__("Check Out", null, "Physical File"),
				[
					client_comms.fields.colleague("custodian", __("Given To"), {
						default: frappe.session.user,
						reqd: 1,
					}),
					client_comms.fields.reason(),
					{
						fieldname: "due_back",
						fieldtype: "Date",
						label: __("Due Back"),
						default: frappe.datetime.add_days(frappe.datetime.get_today(), 7),
					},
				],
				"check_out_file",
				__("Check Out", null, "Physical File"),
			);
		}

		check_in(file) {
			this.ask(
				file,
				__("Check In", null, "Physical File"),
				[
					{
						fieldname: "location",
						fieldtype: "Link",
						options: "Physical Location",
						label: __("Location", null, "Physical File"),
						default: file.location,
						reqd: 1,
					},
				],
				"check_in_file",
				__("Check In", null, "Physical File"),
			);
		}

		move(file) {
			this.ask(
				file,
				__("Move", null, "Physical File"),
				[
					{
						fieldname: "location",
						fieldtype: "Link",
						options: "Physical Location",
						label: __("New Location"),
						reqd: 1,
					},
					{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason") },
				],
				"move_file",
				__("Move", null, "Physical File"),
			);
		}

		report_missing(file) {
			this.ask(
				file,
				__("Report Missing"),
				[{ fieldname: "reason", fieldtype: "Small Text", label: __("Details") }],
				"report_file_missing",
				__("Report Missing"),
			);
		}
	}
})();
