client_comms.leave_empty("Communication Matrix", "company");

frappe.ui.form.on("Communication Matrix", {
	setup(frm) {
		frm.set_query("approved_by", () => ({ filters: { enabled: 1, user_type: "System User" } }));
		// Frappe lists and checks roles only for System Managers, but users who configure the app choose roles as well.
		frm.set_query("role", "parties", () => ({ query: "client_comms.api.queries.roles" }));
	},

	refresh(frm) {
		frm.get_field("parties").grid.update_docfield_property("role", "ignore_link_validation", 1);
		if (frm.doc.docstatus === 1) {
			frm.set_intro(
				__(
					"Interactions keep the version that governed them. To change the matrix, choose New Version, give it a label and a later date, and submit it. Amending means cancelling first, so no version is in force until the new one is submitted.",
				),
				"blue",
			);
			if (frappe.model.can_create(frm.doctype)) {
				frm.add_custom_button(__("New Version"), () => start_new_version(frm)).addClass(
					"btn-primary",
				);
			}
		} else if (frm.doc.amended_from && frm.is_new()) {
			frm.set_intro(__("Give the new version its own label and describe what changed."), "yellow");
		}
		if (!frm.is_new() && frappe.user.has_role(["Compliance Officer", "Client Communications Manager"])) {
			frm.add_custom_button(__("Simulate"), () => simulate(frm));
		}
	},
});

/** A draft with the same rules; label, dates, approval and summary of changes are its own (`no_copy`). */
function start_new_version(frm) {
	const draft = frappe.model.copy_doc(frm.doc);
	frappe.set_route("Form", frm.doctype, draft.name);
}

function simulate(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("What {0} Would Change", [frm.doc.version_label]),
		size: "large",
		fields: [
			{
				fieldname: "since",
				fieldtype: "Date",
				label: __("Interactions Since"),
				description: __("Leave empty to include all"),
				change: () => show(),
			},
			{ fieldtype: "Section Break" },
			{ fieldname: "result", fieldtype: "HTML" },
		],
	});

	async function show() {
		const result = await frappe.xcall("client_comms.api.simulate_matrix", {
			matrix: frm.doc.name,
			since: dialog.get_value("since") || null,
		});
		dialog.fields_dict.result.$wrapper.html(simulation_html(result));
	}

	dialog.show();
	show();
}

function simulation_html({ checked, level_changes, deadline_changes, uncovered }) {
	const days = ([acknowledge, respond]) => __("acknowledge {0}, answer {1}", [acknowledge, respond]);
	const changed = level_changes.length + deadline_changes.length + uncovered.length;
	const summary = changed
		? __("{0} interactions were compared; these would be treated differently:", [checked])
		: __("{0} interactions were compared; none would be treated differently.", [checked]);
	return [
		`<p>${summary}</p>`,
		table(
			__("Confidentiality Level"),
			[__("Communication Type"), __("Now"), __("Then"), __("Interactions")],
			level_changes.map((row) => [__(row.communication_type), __(row.from), __(row.to), row.records]),
		),
		table(
			__("Deadlines in Business Days"),
			[__("Communication Type"), __("Now"), __("Then"), __("Interactions")],
			deadline_changes.map((row) => [
				__(row.communication_type),
				days(row.from),
				days(row.to),
				row.records,
			]),
		),
		table(
			__("Communication Types Without a Rule"),
			[__("Communication Type"), __("Interactions")],
			uncovered.map((row) => [__(row.communication_type), row.records]),
		),
	].join("");
}

function table(title, columns, rows) {
	if (!rows.length) return "";
	const cells = (tag, values) =>
		values.map((value) => `<${tag}>${frappe.utils.escape_html(cstr(value))}</${tag}>`).join("");
	return `<h5>${title}</h5>
		<table class="table table-bordered">
			<thead><tr>${cells("th", columns)}</tr></thead>
			<tbody>${rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("")}</tbody>
		</table>`;
}
