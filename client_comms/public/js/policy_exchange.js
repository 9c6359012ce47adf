// Simulate Changes: the whole policy as a file, and its changes before they are imported.
frappe.provide("client_comms.policy_changes");
(() => {
	const escape = (text) => frappe.utils.escape_html(cstr(text));

	client_comms.policy_changes.export_policy = async () => {
		const policy = await frappe.xcall("client_comms.api.export_policy");
		const file = new Blob([JSON.stringify(policy, null, 1)], { type: "application/json" });
		const link = document.createElement("a");
		link.href = URL.createObjectURL(file);
		link.download = `policy-${frappe.datetime.get_today()}.json`;
		link.click();
		URL.revokeObjectURL(link.href);
	};

	client_comms.policy_changes.import_policy = () => {
		let content = null; // whose preview is shown
		let turn = 0;
		const dialog = new frappe.ui.Dialog({
			title: __("Import Policy"),
			size: "extra-large",
			fields: [
				{
					fieldname: "file",
					fieldtype: "HTML",
					options: `<label class="d-block">${__("A file made with Export Policy")}
						<input type="file" class="d-block mt-2" accept=".json,application/json"></label>`,
				},
				{ fieldname: "changes", fieldtype: "HTML" },
			],
			primary_action_label: __("Import"),
			async primary_action() {
				dialog.disable_primary_action();
				try {
					await frappe.xcall("client_comms.api.import_policy", { content }, "POST");
				} catch {
					dialog.enable_primary_action();
					return;
				}
				dialog.hide();
				frappe.show_alert({ message: __("The policy was imported."), indicator: "green" });
			},
		});
		dialog.disable_primary_action();
		dialog.$wrapper.find("input[type=file]").on("change", async (event) => {
			const mine = ++turn;
			content = null;
			dialog.disable_primary_action();
			const $changes = dialog.fields_dict.changes.$wrapper.empty();
			const [file] = event.currentTarget.files;
			if (!file) return;
			const text = await file.text();
			const args = { content: text };
			const found = await frappe.xcall("client_comms.api.preview_policy", args, "POST");
			if (mine !== turn) return; // another file was chosen meanwhile
			content = text;
			$changes.html(preview_html(found));
			if (found.ok && found.changes.length) dialog.enable_primary_action();
		});
		client_comms.reach_by_keys(dialog).show();
	};

	function preview_html({ problems, changes, unchanged, only_here, left_out }) {
		const problem = ({ doctype, name, message }) =>
			`<li>${escape(__(doctype))} <b>${escape(name)}</b>: ${escape(message)}</li>`;
		const parts = [];
		if (problems.length) {
			parts.push(`<div class="alert alert-danger mt-3"><b>${__("Correct this in the file first:")}</b>
				<ul class="mb-0">${problems.map(problem).join("")}</ul></div>`);
		}
		parts.push(
			`<p class="mt-3">${__("Documents that would change: {0}; that stay as they are: {1}.", [changes.length, unchanged])}
				${__("Documents that the file does not contain stay. A matrix becomes a draft, and changed texts must be approved again.")}</p>`,
		);
		const warning = (heading, lines) =>
			lines.length
				? `<div class="alert alert-warning"><b>${heading}</b>
					<ul class="mb-0">${lines.map((line) => `<li>${line}</li>`).join("")}</ul></div>`
				: "";
		parts.push(
			warning(
				__("The file says nothing about these, so they stay as they are on this site:"),
				left_out.map(escape),
			),
			warning(
				__(
					"Only this site has these. They stay; disable or delete them if the policy of the file shall hold alone:",
				),
				only_here.map(({ doctype, name }) => `${escape(__(doctype))}: ${escape(__(name))}`),
			),
		);
		for (const { doctype, name, new: is_new, rows } of changes) {
			const cells = (row) =>
				`<tr><td>${[row.section, row.row].filter(Boolean).map(escape).join(": ")}</td><td>${escape(row.field)}</td>
					<td>${escape(row.old) || "–"}</td><td>${escape(row.new) || "–"}</td></tr>`;
			const heads = [__("Where"), __("Field"), __("Now"), __("Then")];
			parts.push(`<h5>${escape(__(doctype))}: ${escape(__(name))} ${is_new ? `(${__("new", null, "Change")})` : ""}</h5>
				<div class="table-responsive"><table class="table table-bordered">
				<thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead>
				<tbody>${rows.map(cells).join("")}</tbody></table></div>`);
		}
		return parts.join("");
	}
})();
