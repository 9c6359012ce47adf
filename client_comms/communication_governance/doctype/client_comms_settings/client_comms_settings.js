frappe.ui.form.on("Client Comms Settings", {
	setup(frm) {
		// Frappe lists and checks roles and DocTypes only for System Managers, but users who configure the app choose them as well.
		const roles = () => ({ query: "client_comms.api.queries.roles" });
		frm.set_query("manager_role", roles);
		frm.set_query("role", "escalation_steps", roles);
		frm.set_query("document_type", "checked_documents", () => ({
			query: "client_comms.api.queries.document_types_with_clients",
		}));
		frm.set_df_property("manager_role", "ignore_link_validation", 1);
	},

	refresh(frm) {
		for (const [table, field] of [
			["escalation_steps", "role"],
			["checked_documents", "document_type"],
		]) {
			frm.get_field(table).grid.update_docfield_property(field, "ignore_link_validation", 1);
		}
		frm.add_custom_button(__("Test Source Rules"), () => simulate_source_rules(frm));
		if (!frm.perm[0]?.write) return;
		for (const doctype of ["Issue", "Lead", "Opportunity"]) {
			frm.add_custom_button(__(doctype), () => simulate_governing(doctype), __("Preview Governing"));
		}
	},
});

/** Who would lose access to how many documents if the DocType were governed now. */
async function simulate_governing(doctype) {
	const rows = await frappe.xcall("client_comms.api.simulate_governing", { doctype });
	const title = __("Preview: {0}", [__(doctype)]);
	if (!rows.length) {
		frappe.msgprint({
			title,
			message: __("No one would lose access to any document."),
			indicator: "green",
		});
		return;
	}
	const body = rows
		.map(({ user, documents }) => {
			const name = frappe.utils.escape_html(frappe.user.full_name(user));
			return `<tr><td>${name}</td><td class="text-right">${documents}</td></tr>`;
		})
		.join("");
	frappe.msgprint({
		title,
		message: `<p>${__("These users could no longer see documents whose interactions they cannot read:")}</p>
			<table class="table table-sm"><thead><tr><th>${__("User")}</th>
			<th class="text-right">${__("Documents")}</th></tr></thead><tbody>${body}</tbody></table>`,
	});
}

/** A dialog that tests the source rules in the form, saved or not, with a message. */
function simulate_source_rules(frm) {
	const rule = (fieldname) => frappe.meta.get_docfield("Interaction Source Rule", fieldname);
	const dialog = new frappe.ui.Dialog({
		title: __("Test Source Rules"),
		fields: [
			{
				fieldname: "source",
				fieldtype: "Select",
				label: __("Source"),
				options: rule("source").options.trim(),
				default: "Communication",
				reqd: 1,
			},
			{
				fieldname: "direction",
				fieldtype: "Select",
				label: __("Direction"),
				options: rule("direction").options.trim(),
				default: "Inbound",
				reqd: 1,
			},
			{ fieldname: "subject", fieldtype: "Data", label: __("Subject") },
			{ fieldname: "column_break", fieldtype: "Column Break" },
			{ fieldname: "sender", fieldtype: "Data", label: __("Client's Email Address") },
			{
				fieldname: "email_account",
				fieldtype: "Link",
				label: __("Email Account"),
				options: "Email Account",
			},
			{ fieldname: "issue_type", fieldtype: "Link", label: __("Issue Type"), options: "Issue Type" },
			{ fieldname: "result_section", fieldtype: "Section Break" },
			{ fieldname: "result", fieldtype: "HTML" },
		],
		primary_action_label: __("Try"),
		async primary_action(values) {
			delete values.result;
			const found = await frappe.xcall("client_comms.api.simulate_source_rules", {
				...values,
				rules: frm.doc.source_rules || [],
				default_communication_type: frm.doc.default_communication_type,
			});
			dialog.fields_dict.result.$wrapper.html(what_it_becomes(found, values.direction));
		},
	});
	dialog.show();
}

function what_it_becomes(found, direction) {
	const nobody =
		direction === "Outbound"
			? __("The author, if they have the responsible role")
			: __("No one has the responsible role or the manager role");
	const text = frappe.utils.escape_html;
	const moment = (value) => (value ? frappe.datetime.str_to_user(value) : __("Not owed"));
	const rows = [
		[__("Communication Type"), text(__(found.communication_type))],
		[__("Why"), found.reason],
		[__("Confidentiality Level"), text(__(found.confidentiality_level))],
		[__("Client"), text(found.client || __("Unknown"))],
		[__("Acknowledge By"), moment(found.acknowledge_by)],
		[__("Respond By"), moment(found.respond_by)],
		[
			__("Responsible Staff"),
			found.responsible_staff ? text(frappe.user.full_name(found.responsible_staff)) : nobody,
		],
		[__("Communication Matrix"), text(found.matrix)],
	];
	const body = rows.map(
		([label, value]) => `<tr><td class="text-muted">${label}</td><td>${value}</td></tr>`,
	);
	return `<table class="table table-sm">${body.join("")}</table>`;
}
