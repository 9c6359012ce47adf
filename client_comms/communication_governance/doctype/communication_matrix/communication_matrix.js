client_comms.leave_empty("Communication Matrix", "company");

frappe.ui.form.on("Communication Matrix", {
	setup(frm) {
		// Frappe lists and checks roles only for System Managers, but users who configure the app choose roles as well.
		frm.set_query("role", "parties", () => ({ query: "client_comms.api.queries.roles" }));
	},

	refresh(frm) {
		frm.get_field("parties").grid.update_docfield_property("role", "ignore_link_validation", 1);
		if (frm.doc.docstatus === 1) {
			client_comms.say(
				frm,
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
			client_comms.say(
				frm,
				__("Give the new version its own label and describe what changed."),
				"yellow",
			);
		}
		client_comms.say_who_submits(frm);
		if (!frm.is_new() && frappe.user.has_role(["Compliance Officer", "Client Communications Manager"])) {
			frm.add_custom_button(__("Simulate"), () => {
				frappe.route_options = { matrix: frm.doc.name };
				frappe.set_route("simulate-change");
			});
		}
		if (!frm.is_new()) frm.add_custom_button(__("Compare"), () => compare(frm));
	},
});

/** A draft with the same rules; label, dates, approval and summary of changes are its own (`no_copy`). */
function start_new_version(frm) {
	const draft = frappe.model.copy_doc(frm.doc);
	frappe.set_route("Form", frm.doctype, draft.name);
}

/** The fields in which this version differs from another one, which the user chooses. */
function compare(frm) {
	const dialog = new frappe.ui.Dialog({
		title: __("Compare Versions"),
		size: "extra-large",
		fields: [
			{
				fieldname: "other",
				fieldtype: "Link",
				options: "Communication Matrix",
				label: __("Compare With"),
				default: frm.doc.amended_from,
				get_query: () => ({ filters: { name: ["!=", frm.doc.name] } }),
				change: () => show(),
			},
			{ fieldtype: "Section Break" },
			{ fieldname: "result", fieldtype: "HTML" },
		],
	});

	async function show() {
		const other = dialog.get_value("other");
		if (!other) return;
		const rows = await frappe.xcall("client_comms.api.matrix_difference", {
			matrix: other,
			other: frm.doc.name,
		});
		if (dialog.get_value("other") === other) {
			dialog.fields_dict.result.$wrapper.html(difference_html(rows, other, frm.doc.name));
		}
	}

	client_comms.reach_by_keys(dialog).show();
	show();
}

function difference_html(rows, one, other) {
	if (!rows.length) return `<p>${__("The versions do not differ.")}</p>`;
	const escape = (text) => frappe.utils.escape_html(cstr(text));
	const colours = { added: "table-success", removed: "table-danger", changed: "" };
	const heads = [__("Where"), __("Field"), escape(one), escape(other)];
	const body = rows.map(
		(
			row,
		) => `<tr class="${colours[row.kind]}"><td>${[row.section, row.row].filter(Boolean).map(escape).join(": ")}</td>
			<td>${escape(row.field)}</td><td>${escape(row.old) || "–"}</td><td>${escape(row.new) || "–"}</td></tr>`,
	);
	return `<div class="table-responsive"><table class="table table-bordered">
		<thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead>
		<tbody>${body.join("")}</tbody></table></div>`;
}
