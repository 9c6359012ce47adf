frappe.ui.form.on("Confidentiality Level", {
	setup(frm) {
		// Frappe lists and checks roles only for System Managers, but users who configure the app choose roles as well.
		frm.set_query("role", "clearances", () => ({ query: "client_comms.api.queries.roles" }));
	},

	refresh(frm) {
		frm.get_field("clearances").$wrapper.addClass("client-comms-clearances");
		frm.get_field("clearances").grid.update_docfield_property("role", "ignore_link_validation", 1);
		explain(frm);
		if (frappe.user.has_role(["Compliance Officer", "Client Communications Manager"])) {
			frm.add_custom_button(__("Why?"), async () => {
				await frappe.model.with_doctype("Client Interaction");
				client_comms.interaction.explain();
			});
			frm.add_custom_button(__("Simulate"), () => simulate(frm));
		}
	},
	need_to_know: explain,
	require_training(frm) {
		explain(frm);
		if (frm.doc.require_training) warn_of_locked_out(frm);
	},
	log_views: explain,
});

frappe.ui.form.on("Level Clearance", {
	clearances_add: explain,
	clearances_remove: explain,
	role: explain,
	oversight: explain,
});

/** The effect of the level's settings, in words. */
function explain(frm) {
	const named = (rows) => frappe.utils.escape_html(rows.map((row) => __(row.role)).join(", "));
	const rows = (frm.doc.clearances || []).filter((row) => row.role);
	const held = rows.filter((row) => !row.oversight);
	const oversight = rows.filter((row) => row.oversight);
	const needs = {
		Role: __("Open to everyone with one of these roles: {0}.", [named(held)]),
		"Responsible Party": __(
			"Open to these roles if they are responsible for the communication type or take part: {0}.",
			[named(held)],
		),
		Participants: __("Open only to participants in the interaction who have one of these roles: {0}.", [
			named(held),
		]),
	};
	const sentences = [
		rows.length
			? held.length && needs[frm.doc.need_to_know]
			: __("No one has access: no role has a clearance."),
		oversight.length && __("Always open to these roles (oversight): {0}.", [named(oversight)]),
		frm.doc.require_training && __("Only with current procedure training."),
		frm.doc.log_views && __("Every view is logged."),
	];
	frm.set_intro();
	frm.set_intro(sentences.filter(Boolean).join(" "), "blue");
}

/** Before a level requires training: who could no longer open its records. */
async function warn_of_locked_out(frm) {
	if (frm.is_new()) return;
	const users = await frappe.xcall("client_comms.api.locked_out_by_training", { level: frm.docname });
	if (!users.length) return;
	const shown = users.map(
		({ user, full_name }) =>
			`<span title="${frappe.utils.escape_html(user)}">${frappe.utils.escape_html(full_name)}</span>`,
	);
	const said = __(
		"These users have clearance for the level but have not completed the training, so they could no longer open its records after you save ({0}): {1}.",
		[users.length, shown.join(", ")],
	);
	// A dialog of its own: Frappe empties that of its messages when the form is saved meanwhile.
	new frappe.ui.Dialog({
		title: __("Training Missing"),
		indicator: "orange",
		fields: [{ fieldname: "said", fieldtype: "HTML", options: `<p>${said}</p>` }],
	}).show();
}

/** Who would gain or lose access if the level were saved as it is in the form. */
function simulate(frm) {
	const args = {
		doctype: frm.doctype,
		name: frm.is_new() ? null : frm.doc.name,
		draft: { ...frm.doc, name: frm.is_new() ? frm.doc.level_name : frm.doc.name },
	};
	// In a tab of its own: the form may not be saved yet.
	return client_comms.open_window(async () => {
		const run = await frappe.xcall("client_comms.api.simulate_change", args, "POST");
		return `/app/simulate-change/${encodeURIComponent(run)}`;
	});
}
