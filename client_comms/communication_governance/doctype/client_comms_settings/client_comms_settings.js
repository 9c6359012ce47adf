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
		offer_found_roles(frm);
		for (const doctype of ["Issue", "Lead", "Opportunity"]) {
			frm.add_custom_button(__(doctype), () => simulate_governing(doctype), __("Preview Governing"));
		}
	},
});

/** Roles and Role Profiles of our names that the site had before: their holders get no clearance until someone confirms it. */
async function offer_found_roles(frm) {
	if (!frappe.model.can_write("Confidentiality Level")) return;
	const { roles, profiles } = await frappe.xcall("client_comms.api.found_roles.get_found_roles");
	if (!roles.length && !profiles.length) return;
	const names = [...roles.map(({ role }) => __(role)), ...profiles.map(({ profile }) => __(profile))];
	const escape = frappe.utils.escape_html;
	frm.set_intro(
		escape(
			__("The site had these roles before, and their holders are to be confirmed: {0}", [
				[...new Set(names)].join(", "),
			]),
		),
		"orange",
	);
	frm.add_custom_button(__("Roles From Before"), () => confirm_found_roles(frm, roles, profiles));
}

function confirm_found_roles(frm, roles, profiles) {
	const escape = frappe.utils.escape_html;
	const button = (act, key, text) =>
		`<button type="button" class="btn btn-default btn-xs mr-2" data-act="${act}" data-key="${escape(key)}">${text}</button>`;
	const of_role = ({ role, holders, users, levels }) => {
		const more = holders > users.length ? ", …" : "";
		const gives = levels.length
			? __("The shipped levels would give them clearance for: {0}.", [
					levels.map((each) => __(each)).join(", "),
				])
			: __("They can configure this app. Take the role from those who should not.");
		const give = levels.length ? button("give", role, __("Give Clearance")) : "";
		const leave = levels.length ? __("Leave Without Clearance") : __("Confirm");
		const held = __("{0}: {1} ({2})", [
			`<b>${frappe.utils.get_form_link("Role", role, true, escape(__(role)))}</b>`,
			escape(users.join(", ") + more),
			holders,
		]);
		return `<div class="mb-4"><div>${held}</div><div class="mb-2">${escape(gives)}</div>
			${give}${button("leave", role, leave)}</div>`;
	};
	const of_profile = ({ profile, missing }) => {
		const lacks = __(
			"This Role Profile lacks: {0}. Add these roles in its form, so that its users get them.",
			[missing.map((each) => __(each)).join(", ")],
		);
		return `<div class="mb-4"><div><b>${frappe.utils.get_form_link("Role Profile", profile, true, escape(__(profile)))}</b></div>
			<div class="mb-2">${escape(lacks)}</div>${button("aside", profile, __("Leave as It Is"))}</div>`;
	};
	const dialog = new frappe.ui.Dialog({
		title: __("Roles From Before"),
		fields: [
			{
				fieldname: "found",
				fieldtype: "HTML",
				options: [...roles.map(of_role), ...profiles.map(of_profile)].join(""),
			},
		],
	});
	dialog.$wrapper.on("click", "[data-act]", async ({ currentTarget }) => {
		const { act, key } = currentTarget.dataset;
		currentTarget.disabled = true;
		try {
			if (act === "aside") {
				await frappe.xcall(
					"client_comms.api.found_roles.set_found_profile_aside",
					{ profile: key },
					"POST",
				);
			} else {
				await frappe.xcall(
					"client_comms.api.found_roles.confirm_found_role",
					{ role: key, give_clearance: act === "give" },
					"POST",
				);
			}
		} catch {
			currentTarget.disabled = false;
			return;
		}
		dialog.hide();
		frm.set_intro("");
		frm.refresh();
	});
	client_comms.reach_by_keys(dialog).show();
}

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
	await client_comms.user_names.load_all(rows.map(({ user }) => user));
	const body = rows
		.map(({ user, documents }) => {
			const name = frappe.utils.escape_html(client_comms.user_names.of(user));
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
			await client_comms.user_names.load_all([found.responsible_staff]);
			dialog.fields_dict.result.$wrapper.html(what_it_becomes(found, values.direction));
		},
	});
	client_comms.reach_by_keys(dialog).show();
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
			found.responsible_staff ? text(client_comms.user_names.of(found.responsible_staff)) : nobody,
		],
		[__("Communication Matrix"), text(found.matrix)],
	];
	const body = rows.map(
		([label, value]) => `<tr><td class="text-muted">${label}</td><td>${value}</td></tr>`,
	);
	return `<table class="table table-sm">${body.join("")}</table>`;
}
